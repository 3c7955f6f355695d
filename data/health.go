package data

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// leastFree is the room below which the disk counts as full: SQLite needs some for its write-ahead log, and a mail or a note must
// still find a place.
const leastFree = 16 << 20

// ErrCannotStore says that reading works and storing does not: what Storing gives.
var ErrCannotStore = errors.New("nothing can be stored")

// storing remembers how the last write ended that had something to store.
type storing struct{ failed atomic.Pointer[string] }

// note keeps what a write came to: a failure of the disk or the server until something is stored again.
func (s *storing) note(err error, changed bool) {
	switch {
	case err == nil && changed:
		s.failed.Store(nil)
	case errors.Is(err, ErrUnavailable) || errors.Is(err, ErrReadOnly):
		text := err.Error()
		s.failed.Store(&text)
	}
}

// Storing tells whether acts can be stored, as far as it can be known without writing anything: how the last write ended, whether
// the file may be written, and whether there is room on its disk. The error is an ErrCannotStore.
func (db *DB) Storing() error {
	if failed := db.storing.failed.Load(); failed != nil {
		return fmt.Errorf("%w: the last write failed: %s", ErrCannotStore, *failed)
	}
	if db.engine != SQLite {
		return nil
	}
	file, err := os.OpenFile(db.path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCannotStore, err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("%w: %w", ErrCannotStore, err)
	}
	if free, known := Free(filepath.Dir(db.path)); known && free < leastFree {
		return fmt.Errorf("%w: only %d MiB are free on the disk of %s", ErrCannotStore, free>>20, db.path)
	}
	return nil
}

// Health is what doctor wants to know of a database.
type Health struct {
	// Size is that of the database in bytes, with its write-ahead log.
	Size int64
	// Free is the room on its disk in bytes; -1 where it cannot be known.
	Free int64
	// Warnings say what is risky in the settings of the server, in English.
	Warnings []string
	// Clock is the clock of the server, or of the file system that holds the file.
	Clock time.Time
}

// Examine tries a write that changes nothing, but has to reach the disk, and looks at the settings around the database. The error
// says why nothing can be stored.
func (db *DB) Examine(ctx context.Context) (Health, error) {
	h := Health{Free: -1}
	err := db.Write(ctx, func(tx *Tx) error {
		_, err := tx.Exec("UPDATE schema_migration SET applied_at = applied_at WHERE number = (SELECT min(number) FROM schema_migration)")
		return err
	})
	if err != nil {
		return h, fmt.Errorf("examine database: %w", err)
	}
	if db.engine == SQLite {
		err = db.examineFile(&h)
	} else {
		err = db.examineServer(ctx, &h)
	}
	if err != nil {
		return h, fmt.Errorf("examine database: %w", err)
	}
	return h, nil
}

func (db *DB) examineFile(h *Health) error {
	for _, ending := range []string{"", "-wal"} {
		if info, err := os.Stat(db.path + ending); err == nil {
			h.Size += info.Size()
			if info.Mode().Perm()&0o077 != 0 {
				h.Warnings = append(h.Warnings, fmt.Sprintf("%s%s can be read by others (mode %v): chmod 600 it", db.path, ending, info.Mode().Perm()))
			}
		}
	}
	folder := filepath.Dir(db.path)
	if free, known := Free(folder); known {
		h.Free = free
	}
	probe, err := os.CreateTemp(folder, ".doctor-*") // SQLite makes and removes files here too
	if err != nil {
		return err
	}
	defer os.Remove(probe.Name())
	info, err := probe.Stat()
	if err := errors.Join(err, probe.Close()); err != nil {
		return err
	}
	h.Clock = info.ModTime()
	return nil
}

// examineServer asks PostgreSQL for the settings on which "stored" depends.
func (db *DB) examineServer(ctx context.Context, h *Health) error {
	return db.Read(ctx, func(tx *Tx) error {
		var millis int64
		row := tx.handle.QueryRowContext(ctx, `SELECT pg_database_size(current_database()), (extract(epoch FROM clock_timestamp()) * 1000)::bigint`)
		if err := row.Scan(&h.Size, &millis); err != nil {
			return translate(err)
		}
		h.Clock = time.UnixMilli(millis)
		off, err := Rows(tx, Value[string], `SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')
			AND setting = 'off' ORDER BY name`)
		for _, name := range off {
			h.Warnings = append(h.Warnings, fmt.Sprintf("%s is off: acts that were answered may be lost when the power fails; set %s = on in postgresql.conf", name, name))
		}
		return err
	})
}
