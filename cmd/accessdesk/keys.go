package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"accessdesk/broker/record/checkpoint"
)

// secretKeys are the keys of this installation. They are made at the first start and live in files of their own,
// outside the database and its backup: a stolen backup can neither sign a form nor open a link in a queued mail.
type secretKeys struct {
	web  [32]byte // signs form tokens and flash messages
	mail [32]byte // seals private links in queued mails

	record checkpoint.Keys // sign the notes over the record
}

// loadKeys reads the keys from the folder and makes those that are missing. The folder is 0700, the files 0600;
// a file that others can read is refused.
func loadKeys(folder string) (secretKeys, error) {
	var keys secretKeys
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return keys, fmt.Errorf("keys: %w", err)
	}
	for name, key := range map[string]*[32]byte{"web.key": &keys.web, "mail.key": &keys.mail} {
		if err := loadKey(filepath.Join(folder, name), key); err != nil {
			return keys, fmt.Errorf("keys: %w", err)
		}
	}
	var err error
	keys.record, err = checkpoint.MakeKeys(folder)
	return keys, err
}

func loadKey(path string, key *[32]byte) error {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		rand.Read(key[:])
		return writeKey(path, key)
	}
	if err != nil {
		return err
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%s can be read by others (mode %v): chmod 600 it", path, info.Mode().Perm())
	}
	decoded, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(decoded) != len(key) {
		return fmt.Errorf("%s does not hold a key of 64 hex digits: restore it from a copy, or delete it to make a new one (open forms and unsent links then stop working)", path)
	}
	copy(key[:], decoded)
	return nil
}

// writeKey creates the file only if nobody else did in the meantime.
func writeKey(path string, key *[32]byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return loadKey(path, key)
	}
	if err != nil {
		return err
	}
	_, writeErr := file.WriteString(hex.EncodeToString(key[:]) + "\n")
	return errors.Join(writeErr, file.Sync(), file.Close())
}
