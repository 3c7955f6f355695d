package data_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/data/datatest"
)

func TestExamineASoundDatabase(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		before := counts(t, db.DB)
		h, err := db.DB.Examine(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if h.Size < 4096 || len(h.Warnings) > 1 || time.Since(h.Clock).Abs() > time.Minute { // the test server runs with fsync off
			t.Errorf("%+v", h)
		}
		if db.DB.Engine() == data.SQLite && (h.Free <= 0 || len(h.Warnings) != 0) {
			t.Errorf("%+v", h)
		}
		if err := db.DB.Storing(); err != nil {
			t.Error(err)
		}
		for table, count := range counts(t, db.DB) {
			if count != before[table] {
				t.Errorf("%s had %d rows and has %d", table, before[table], count)
			}
		}
	})
}

// Storing knows of a failed write until something is stored again.
func TestStoringRemembersAFullDisk(t *testing.T) {
	db := datatest.Open(t)
	limit := func(pages string) {
		db.Write(t, func(tx *data.Tx) error {
			var now int64
			return tx.Row("PRAGMA max_page_count = " + pages).Scan(&now)
		})
	}
	fill := func() error {
		return db.DB.Write(context.Background(), func(tx *data.Tx) error {
			_, err := tx.Exec(`INSERT INTO person (id, email, name, lang, staff_role, generation, disabled, created_at)
				VALUES ($1, $2, $3, '', '', 1, $4, 1)`, data.NewID(), data.NewID(), strings.Repeat("x", 100_000), false)
			return err
		})
	}
	limit("1") // SQLite takes the present size when asked for less
	if err := fill(); !errors.Is(err, data.ErrUnavailable) {
		t.Fatalf("the full database gave %v", err)
	}
	if err := db.DB.Storing(); !errors.Is(err, data.ErrCannotStore) || !strings.Contains(err.Error(), "the last write failed") {
		t.Errorf("storing: %v", err)
	}
	if _, err := db.DB.Examine(t.Context()); err != nil { // there is room for nothing, but this needs none
		t.Errorf("examine: %v", err)
	}
	limit("1000000")
	db.Write(t, func(*data.Tx) error { return nil })
	if err := fill(); err != nil {
		t.Fatal(err)
	}
	if err := db.DB.Storing(); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// A file that was moved away under the running program takes what is stored with it.
func TestStoringSeesThatTheFileIsGone(t *testing.T) {
	db := datatest.Open(t)
	if err := os.Rename(db.DSN, db.DSN+".away"); err != nil {
		t.Fatal(err)
	}
	if err := db.DB.Storing(); !errors.Is(err, data.ErrCannotStore) {
		t.Errorf("storing: %v", err)
	}
}

func TestExamineWarnsOfReaders(t *testing.T) {
	db := datatest.Open(t)
	if err := os.Chmod(db.DSN, 0o644); err != nil {
		t.Fatal(err)
	}
	if h, err := db.DB.Examine(t.Context()); err != nil || len(h.Warnings) != 1 || !strings.Contains(h.Warnings[0], "can be read by others (mode -rw-r--r--): chmod 600 it") {
		t.Errorf("%+v, %v", h, err)
	}
}
