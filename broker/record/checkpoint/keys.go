package checkpoint

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// The files of the keys in the folder of the installation's keys.
const (
	// SecretFile holds the key that signs, mode 0600.
	SecretFile = "record.key"
	// PublicFile holds the keys that notes are checked against, one a line; whoever watches the desk may have a copy. Lines that
	// begin with # are comments.
	PublicFile = "record.pub"
)

// Keys are what notes are signed with and checked against. The zero value knows none.
type Keys struct {
	signer    note.Signer // nil: this program only reads
	verifiers []note.Verifier
	public    []string
}

// Public lists the keys against which notes are checked, as PublicFile has them.
func (k Keys) Public() []string { return slices.Clone(k.public) }

// CanSign says whether the key that signs is there.
func (k Keys) CanSign() bool { return k.signer != nil }

// MakeKeys reads the keys from the folder and makes the one that signs if it is missing.
func MakeKeys(folder string) (Keys, error) {
	keys, err := ReadKeys(folder)
	if err != nil || keys.signer != nil {
		return keys, err
	}
	random := make([]byte, 8)
	_, _ = rand.Read(random) // never fails
	secret, public, err := note.GenerateKey(rand.Reader, "accessdesk-record-"+hex.EncodeToString(random))
	if err != nil {
		return keys, fmt.Errorf("keys: %w", err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return keys, fmt.Errorf("keys: %w", err)
	}
	// The public key first: without it nobody could check what the secret one has signed.
	if err := Trust(folder, []string{public}); err != nil {
		return keys, err
	}
	file, err := os.OpenFile(filepath.Join(folder, SecretFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) { // another program made one at the same moment
		return ReadKeys(folder)
	}
	if err != nil {
		return keys, fmt.Errorf("keys: %w", err)
	}
	_, err = file.WriteString(secret + "\n")
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return keys, fmt.Errorf("keys: %w", err)
	}
	return ReadKeys(folder)
}

// ReadKeys reads the keys that are in the folder and makes nothing.
func ReadKeys(folder string) (Keys, error) {
	keys, err := readKeys(folder)
	if err != nil {
		return Keys{}, fmt.Errorf("keys: %w", err)
	}
	return keys, nil
}

func readKeys(folder string) (keys Keys, err error) {
	public, err := publicKeys(filepath.Join(folder, PublicFile))
	if err != nil {
		return keys, err
	}
	path := filepath.Join(folder, SecretFile)
	secret, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return keys, err
	default:
		info, err := os.Stat(path)
		if err != nil {
			return keys, err
		}
		if info.Mode().Perm()&0o077 != 0 {
			return keys, fmt.Errorf("%s can be read by others (mode %v): chmod 600 it", path, info.Mode().Perm())
		}
		text := strings.TrimSpace(string(secret))
		if keys.signer, err = note.NewSigner(text); err != nil {
			return keys, fmt.Errorf("%s does not hold a key: restore it from a copy, or delete it to make a new one (%s keeps the old notes valid)", path, PublicFile)
		}
		own, err := publicHalf(text)
		if err != nil {
			return keys, fmt.Errorf("%s: %w", path, err)
		}
		if !slices.Contains(public, own) {
			public = append(public, own)
		}
	}
	for _, text := range public {
		verifier, err := note.NewVerifier(text)
		if err != nil {
			return keys, fmt.Errorf("%s: the line %q is no key", filepath.Join(folder, PublicFile), text)
		}
		keys.verifiers, keys.public = append(keys.verifiers, verifier), append(keys.public, text)
	}
	return keys, nil
}

// publicHalf derives the key that checks from the key that signs: PRIVATE+KEY+NAME+ID+BASE64(1, seed), as package note writes it.
func publicHalf(secret string) (string, error) {
	parts := strings.SplitN(secret, "+", 5)
	if len(parts) != 5 {
		return "", errors.New("not a key that signs notes")
	}
	key, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(key) != 1+ed25519.SeedSize {
		return "", errors.New("not a key that signs notes")
	}
	return note.NewEd25519VerifierKey(parts[2], ed25519.NewKeyFromSeed(key[1:]).Public().(ed25519.PublicKey))
}

func publicKeys(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var keys []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !slices.Contains(keys, line) {
			keys = append(keys, line)
		}
	}
	return keys, err
}

// Trust adds keys to PublicFile: the own one when it is made, and those of the desk whose backup is restored here.
func Trust(folder string, keys []string) error {
	path := filepath.Join(folder, PublicFile)
	known, err := publicKeys(path)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	var added bytes.Buffer
	for _, key := range keys {
		if _, err := note.NewVerifier(key); err != nil {
			return fmt.Errorf("keys: %q is no key that checks notes", key)
		}
		if !slices.Contains(known, key) {
			fmt.Fprintln(&added, key)
		}
	}
	if added.Len() == 0 {
		return nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	_, err = file.Write(added.Bytes())
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("keys: %w", err)
	}
	return nil
}
