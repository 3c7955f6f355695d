package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"accessdesk/broker/record"
	"accessdesk/broker/record/checkpoint"
	"accessdesk/data"
)

// Place is where a backup is restored to.
type Place struct {
	DSN   string // must hold nothing
	Keys  string // folder of the keys
	Notes string // folder of the signed notes
	Now   func() time.Time
}

// Restored is what Restore did.
type Restored struct {
	Manifest Manifest
	// Migrations are those that brought an older backup up to this program.
	Migrations []string
	// SetAside is the number of notes in the folder that do not belong to the backup, because they were signed after it was
	// taken; SetAsideTo is where they are now.
	SetAside   int
	SetAsideTo string
}

// Restore brings a backup back into an empty place. If it fails, the place is as empty as before.
func Restore(ctx context.Context, path string, p Place) (done Restored, err error) {
	if done.Manifest, err = Read(ctx, path); err != nil {
		return done, err
	}
	if err := p.mustBeEmpty(ctx); err != nil {
		return done, fmt.Errorf("restore: %w", err)
	}
	folder := "" // that of temporary files
	if !data.IsPostgres(p.DSN) {
		folder = filepath.Dir(p.DSN)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return done, fmt.Errorf("restore: %w", err)
		}
	}
	work, err := os.MkdirTemp(folder, ".restore-*")
	if err != nil {
		return done, fmt.Errorf("restore: %w", err)
	}
	defer os.RemoveAll(work)
	ready := filepath.Join(work, "restored.db")
	if err := copyFile(path, ready); err != nil {
		return done, fmt.Errorf("restore: %w", err)
	}
	belongs, err := done.prepare(ctx, ready, p)
	if err != nil {
		return done, fmt.Errorf("restore: %w", err)
	}
	// The keys before the database: a database whose notes cannot be checked would look forged.
	if err := checkpoint.Trust(p.Keys, done.Manifest.Keys); err != nil {
		return done, fmt.Errorf("restore: %w", err)
	}
	if data.IsPostgres(p.DSN) {
		err = p.fill(ctx, ready)
	} else {
		err = p.put(ready)
	}
	if err != nil {
		return done, fmt.Errorf("restore: %w", err)
	}
	if done.SetAside, done.SetAsideTo, err = checkpoint.SetAside(p.Notes, belongs, p.Now()); err != nil {
		return done, fmt.Errorf("the backup is restored, but: %w", err)
	}
	return done, nil
}

// mustBeEmpty refuses a place that holds anything that somebody could miss.
func (p Place) mustBeEmpty(ctx context.Context) error {
	if !data.IsPostgres(p.DSN) {
		for _, path := range []string{p.DSN, p.DSN + "-wal"} {
			if info, err := os.Stat(path); err == nil && info.Size() > 0 {
				return fmt.Errorf("%s is there already: stop the desk and move that file and those beside it (-wal, -shm) away first", path)
			} else if err != nil && !errors.Is(err, os.ErrNotExist) {
				return err
			}
		}
		return nil
	}
	db, err := data.Open(ctx, p.DSN, p.Now)
	if err != nil {
		return err
	}
	defer db.Close()
	return db.Read(ctx, func(tx *data.Tx) error {
		schema, err := data.Schema(tx)
		if err != nil {
			return err
		}
		if schema == 0 {
			tables, err := data.Tables(tx)
			if err == nil && len(tables) > 0 {
				err = fmt.Errorf("the database holds tables of something else (%s, ...): name an empty one", tables[0])
			}
			return err
		}
		heads, err := record.Heads(tx) // nothing was ever done without an act in the record
		if err == nil && len(heads) > 0 {
			err = errors.New("the database holds a desk already: name an empty one")
		}
		return err
	})
}

func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, source)
	return errors.Join(err, file.Sync(), file.Close())
}

// prepare brings the copy up to this program, notes the restoring in its record, and tells which notes belong to it.
func (r *Restored) prepare(ctx context.Context, path string, p Place) (belongs map[string]bool, err error) {
	db, err := data.Open(ctx, path, p.Now)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if r.Migrations, err = db.Migrate(ctx); err != nil {
		return nil, err
	}
	err = db.Write(ctx, func(tx *data.Tx) error {
		if belongs, err = checkpoint.Texts(tx); err != nil {
			return err
		}
		return record.Append(tx, record.Entry{Chain: record.Desk, Actor: record.Console, Act: actRestored, Detail: map[string]any{
			"taken": r.Manifest.Taken.UTC().Format(time.RFC3339), "sha256": r.Manifest.SHA256, "schema": r.Manifest.Schema}})
	})
	return belongs, err
}

// fill puts the rows of the prepared copy into PostgreSQL, all or none.
func (p Place) fill(ctx context.Context, ready string) error {
	from, err := data.OpenCopy(ready, p.Now)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := data.Open(ctx, p.DSN, p.Now)
	if err != nil {
		return err
	}
	defer to.Close()
	if _, err := to.Migrate(ctx); err != nil {
		return err
	}
	return to.Fill(ctx, from)
}

// put moves the prepared copy to its place. What may be there is an empty file.
func (p Place) put(ready string) error {
	if err := os.Rename(ready, p.DSN); err != nil {
		return err
	}
	return data.Sync(p.DSN)
}
