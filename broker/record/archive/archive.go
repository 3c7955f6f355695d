// Package archive makes a backup of a desk while it serves, and brings it back.
//
// A backup is two files: a SQLite file with everything that the database held at one moment, whatever engine it came from, and
// beside it, under the same name with ".json", the manifest that says what is in it. Both appear complete or not at all, are
// readable by their owner only and never take the place of another file. The keys of the installation are not in it: whoever
// finds a backup can neither open the private links in queued mails nor sign anything.
//
// Restore goes into an empty place only. It checks the file against its manifest, brings an older schema up to this program, writes
// the act "restored" into the record, and takes over the public keys, so that Verify can still check the notes that the desk
// signed before.
package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"accessdesk/broker/record"
	"accessdesk/broker/record/checkpoint"
	"accessdesk/data"
)

// Manifest says what a backup holds. It protects against a damaged or exchanged file, not against somebody who forges both.
type Manifest struct {
	// Format is the version of this description: 1.
	Format int `json:"format"`
	// Program is the version of the program that made the backup.
	Program string    `json:"program"`
	Taken   time.Time `json:"taken"`
	// Engine is what the desk ran on; the file is SQLite in any case.
	Engine string `json:"engine"`
	Schema int    `json:"schema"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	// Rows counts the rows of each table.
	Rows   map[string]int64 `json:"rows"`
	Record Heads            `json:"record"`
	// Keys are the public keys against which the notes over the record are checked.
	Keys []string `json:"record_keys"`
}

// Heads sums up the record: equal heads are equal records.
type Heads struct {
	Chains  int    `json:"chains"`
	Entries int64  `json:"entries"`
	SHA256  string `json:"heads_sha256"` // record.HeadsDigest
}

const (
	format         = 1
	manifestEnding = ".json"
	// The acts of this package, in the chain of the desk.
	actBackedUp = "backed_up"
	actRestored = "restored"
)

// Source is the desk that is backed up.
type Source struct {
	DB      *data.DB
	Keys    checkpoint.Keys
	Program string // version
}

// Backup writes a backup to dest, a file that does not exist or a folder, where it gets a name with the time. It gives the path of
// the backup; its manifest stands beside it. The act "backed_up" is written into the record afterwards; if that fails, the backup
// is good all the same, and path is not "".
func Backup(ctx context.Context, s Source, dest string) (path string, m Manifest, err error) {
	taken := s.DB.Now()
	if path, err = target(dest, taken); err != nil {
		return "", m, fmt.Errorf("backup: %w", err)
	}
	work, err := os.MkdirTemp(filepath.Dir(path), ".backup-*") // on the same file system, so that a rename is enough
	if err != nil {
		return "", m, fmt.Errorf("backup: %w", err)
	}
	defer os.RemoveAll(work)
	copied := filepath.Join(work, "copy.db")
	if err := s.DB.CopyTo(ctx, copied); err != nil {
		return "", m, fmt.Errorf("backup: %w", err)
	}
	if m, err = describe(ctx, copied); err != nil {
		return "", m, fmt.Errorf("backup: %w", err)
	}
	m.Program, m.Taken, m.Engine, m.Keys = s.Program, taken, s.DB.Engine(), s.Keys.Public()
	manifest := filepath.Join(work, "manifest.json")
	if err := writeManifest(manifest, m); err != nil {
		return "", m, fmt.Errorf("backup: %w", err)
	}
	// The manifest last: a backup without one is one that was not finished.
	if err := errors.Join(publish(copied, path), publish(manifest, path+manifestEnding)); err != nil {
		return "", m, fmt.Errorf("backup: %w", err)
	}
	if err := s.note(ctx, m); err != nil {
		return path, m, fmt.Errorf("the backup is made, but could not be noted in the record: %w", err)
	}
	return path, m, nil
}

// note writes the backup into the record. Somebody else may write to the same chain at the same moment.
func (s Source) note(ctx context.Context, m Manifest) (err error) {
	for range 5 {
		err = s.DB.Write(ctx, func(tx *data.Tx) error {
			return record.Append(tx, record.Entry{Chain: record.Desk, Actor: record.Console, Act: actBackedUp,
				Detail: map[string]any{"sha256": m.SHA256, "schema": m.Schema}})
		})
		if !errors.Is(err, data.ErrConflict) {
			return err
		}
	}
	return err
}

// target gives the path of the backup and refuses to take the place of anything.
func target(dest string, at time.Time) (string, error) {
	if strings.HasSuffix(dest, string(os.PathSeparator)) {
		if err := os.MkdirAll(dest, 0o700); err != nil {
			return "", err
		}
	}
	if info, err := os.Stat(dest); err == nil && info.IsDir() {
		dest = filepath.Join(dest, "accessdesk-"+at.UTC().Format("20060102T150405Z")+".db")
	}
	for _, path := range []string{dest, dest + manifestEnding} {
		if _, err := os.Lstat(path); err == nil {
			return "", fmt.Errorf("%s exists already and is not overwritten: name another file, or a folder", path)
		} else if !errors.Is(err, os.ErrNotExist) {
			return "", err
		}
	}
	return dest, nil
}

// publish moves a finished file to its name, which must be free: the name is taken first, then the file put in its place.
func publish(from, to string) error {
	reserved, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(reserved.Close(), os.Rename(from, to)); err != nil {
		return err
	}
	return data.Sync(to)
}

func writeManifest(path string, m Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o600)
}

// describe checks a copy and says what is in it.
func describe(ctx context.Context, path string) (m Manifest, err error) {
	m.Format = format
	db, err := data.OpenCopy(path, time.Time{}.UTC)
	if err != nil {
		return m, err
	}
	defer db.Close()
	problems, err := db.Problems(ctx)
	if err != nil {
		return m, err
	}
	if len(problems) > 0 {
		return m, fmt.Errorf("the copy is damaged, so the database may be (\"accessdesk verify\" tells more): %s", strings.Join(problems, "; "))
	}
	err = db.Read(ctx, func(tx *data.Tx) error {
		if m.Schema, err = data.Schema(tx); err != nil {
			return err
		}
		if m.Rows, err = data.Counts(tx); err != nil {
			return err
		}
		heads, err := record.Heads(tx)
		m.Record = Heads{Chains: len(heads), SHA256: record.HeadsDigest(heads)}
		for _, head := range heads {
			m.Record.Entries += head.Seq
		}
		return err
	})
	if err != nil {
		return m, err
	}
	m.Bytes, m.SHA256, err = fingerprint(path)
	return m, err
}

func fingerprint(path string) (size int64, sum string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer file.Close()
	digest := sha256.New()
	size, err = io.Copy(digest, file)
	return size, hex.EncodeToString(digest.Sum(nil)), err
}

// Read reads the manifest of a backup and checks that the backup is the file that it describes.
func Read(ctx context.Context, path string) (m Manifest, err error) {
	text, err := os.ReadFile(path + manifestEnding)
	if errors.Is(err, os.ErrNotExist) {
		if _, missing := os.Stat(path); missing != nil {
			return m, fmt.Errorf("backup: there is no file %s", path)
		}
		return m, fmt.Errorf("backup: %s%s is missing: the backup was not finished, or the manifest was not copied with it", path, manifestEnding)
	}
	if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&m); err != nil {
		return m, fmt.Errorf("backup: %s%s is not a manifest: %w", path, manifestEnding, err)
	}
	if m.Format != format {
		return m, fmt.Errorf("backup: the manifest has format %d, this program reads %d", m.Format, format)
	}
	size, sum, err := fingerprint(path)
	if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	if size != m.Bytes || sum != m.SHA256 {
		return m, fmt.Errorf("backup: %s is not the file that its manifest describes (%d bytes instead of %d, SHA-256 %s instead of %s): it is damaged or was changed",
			path, size, m.Bytes, sum, m.SHA256)
	}
	known, err := data.KnownSchema(data.SQLite)
	if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	if m.Schema > known {
		return m, fmt.Errorf("backup: it has schema %d, this program (schema %d) is older: install the program that made it, %s, or a newer one", m.Schema, known, m.Program)
	}
	found, err := describe(ctx, path)
	if err != nil {
		return m, fmt.Errorf("backup: %w", err)
	}
	if found.Schema != m.Schema || found.Record != m.Record || !maps.Equal(found.Rows, m.Rows) {
		return m, fmt.Errorf("backup: %s does not hold what its manifest says", path)
	}
	return m, nil
}

// Last tells when the last backup was made that the record knows of. data.ErrNotFound if there is none.
func Last(tx *data.Tx) (time.Time, error) { return record.Last(tx, record.Desk, actBackedUp) }
