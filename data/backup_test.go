package data_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/data/datatest"
)

// fillSome puts rows of every type into tables of the program: long and Spanish texts, numbers, truth values, references.
func fillSome(t *testing.T, db *datatest.Database, sessions int) {
	t.Helper()
	db.Write(t, func(tx *data.Tx) error {
		for n := range sessions {
			_, err := tx.Exec(`INSERT INTO session (token_hash, person_id, generation, staff, created_at, used_at, ends_at)
				VALUES ($1, $2, $3, $4, $5, $6, $7)`, fmt.Sprint("hash-", n), "it's \"ñandú\" $1 ?2", n, n%2 == 0, data.Millis(tx.Now), 0, int64(1)<<60)
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec(`INSERT INTO person (id, email, name, lang, staff_role, generation, disabled, created_at) VALUES ('p-1', 'a@example.org', '', 'es', '', 1, $1, 5)`, false)
		return err
	})
}

// dump is every row of the tables that the tests use, as text.
func dump(t *testing.T, db *data.DB) (all []string) {
	t.Helper()
	err := db.Read(context.Background(), func(tx *data.Tx) error {
		rows, err := data.Rows(tx, func(s data.Scanner) (string, error) {
			var token, person string
			var generation, ends int64
			var staff bool
			err := s.Scan(&token, &person, &generation, &staff, &ends)
			return fmt.Sprint(token, person, generation, staff, ends), err
		}, `SELECT token_hash, person_id, generation, staff, ends_at FROM session ORDER BY generation`)
		all = rows
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func counts(t *testing.T, db *data.DB) (all map[string]int64) {
	t.Helper()
	err := db.Read(context.Background(), func(tx *data.Tx) (err error) {
		all, err = data.Counts(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestCopyHoldsEverything(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		fillSome(t, db, 1203) // more than two groups of rows
		path := filepath.Join(t.TempDir(), "a copy's #1.db")
		if err := db.DB.CopyTo(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the copy has mode %v (%v)", info.Mode(), err)
		}
		if beside, _ := filepath.Glob(filepath.Dir(path) + "/*"); len(beside) != 1 {
			t.Errorf("there is more than the copy: %v", beside)
		}
		copied, err := data.Open(t.Context(), path, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		defer copied.Close()
		if err := copied.Ready(t.Context()); err != nil {
			t.Error(err)
		}
		if problems, err := copied.Problems(t.Context()); err != nil || len(problems) > 0 {
			t.Errorf("problems of the copy: %v, %v", problems, err)
		}
		want, got := dump(t, db.DB), dump(t, copied)
		if len(want) != 1203 || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%d rows were copied of %d, or they differ", len(got), len(want))
		}
		if got, want := fmt.Sprint(counts(t, copied)), fmt.Sprint(counts(t, db.DB)); got != want || !strings.Contains(got, "session:1203") {
			t.Errorf("the copy counts %s, want %s", got, want)
		}
		if err := db.DB.CopyTo(t.Context(), path); err == nil {
			t.Error("an existing file was overwritten")
		}
		if again := dump(t, copied); len(again) != 1203 {
			t.Error("the refused copy changed the first one")
		}
	})
}

// A copy that fails leaves nothing behind.
func TestCopyThatFailsIsRemoved(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		fillSome(t, db, 10)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		folder := t.TempDir()
		if err := db.DB.CopyTo(ctx, filepath.Join(folder, "copy.db")); err == nil {
			t.Fatal("the copy was made")
		}
		if left, _ := filepath.Glob(folder + "/*"); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

// The rows of a SQLite file come into either engine, and references hold afterwards.
func TestFill(t *testing.T) {
	source := datatest.Open(t)
	fillSome(t, source, 20)
	source.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec(`INSERT INTO organization (id, name, created_at) VALUES ('o-1', 'Cedar Flats', 1)`)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO membership (organization_id, person_id, role, state, created_at) VALUES ('o-1', 'p-1', 'owner', 'active', 1)`)
		return err
	})
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		if err := db.DB.Fill(t.Context(), source.DB); err != nil {
			t.Fatal(err)
		}
		if got, want := strings.Join(dump(t, db.DB), "\n"), strings.Join(dump(t, source.DB), "\n"); got != want {
			t.Errorf("the rows differ:\n%s\n%s", got, want)
		}
		if got, want := fmt.Sprint(counts(t, db.DB)), fmt.Sprint(counts(t, source.DB)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		err := db.DB.Write(t.Context(), func(tx *data.Tx) error {
			_, err := tx.Exec(`INSERT INTO membership (organization_id, person_id, role, state, created_at) VALUES ('nowhere', 'p-1', 'owner', 'active', 1)`)
			return err
		})
		if err == nil {
			t.Error("references do not hold any more")
		}
	})
}

// A source with a broken reference is refused as a whole.
func TestFillRefusesBrokenReferences(t *testing.T) {
	source := datatest.Open(t)
	breakReference(t, source)
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		if err := db.DB.Fill(t.Context(), source.DB); err == nil {
			t.Error("rows that point nowhere were taken")
		}
		if count := counts(t, db.DB)["membership"]; count != 0 {
			t.Errorf("%d rows came in", count)
		}
	})
}

// breakReference stores a membership of an organization that does not exist, past the guards of the engine.
func breakReference(t *testing.T, db *datatest.Database) {
	t.Helper()
	const row = `INSERT INTO membership (organization_id, person_id, role, state, created_at) VALUES ('nowhere', 'nobody', 'owner', 'active', 1)`
	if db.DB.Engine() == data.SQLite { // a connection that did not ask for references to be checked
		pool, err := sql.Open("sqlite3", db.DSN)
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		if _, err := pool.ExecContext(t.Context(), row); err != nil {
			t.Fatal(err)
		}
		return
	}
	db.Write(t, func(tx *data.Tx) error {
		if _, err := tx.Exec("SET LOCAL session_replication_role = replica"); err != nil {
			return err
		}
		_, err := tx.Exec(row)
		return err
	})
}

func TestProblemsAreNamed(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		fillSome(t, db, 3)
		if problems, err := db.DB.Problems(t.Context()); err != nil || len(problems) > 0 {
			t.Errorf("a sound database: %v, %v", problems, err)
		}
		breakReference(t, db)
		problems, err := db.DB.Problems(t.Context())
		if err != nil || !strings.Contains(strings.Join(problems, "\n"), "table membership: 1 rows point to rows of organization that are not there") {
			t.Errorf("%v, %v", problems, err)
		}
	})
}

// Bytes of the file that changed on the disk are found.
func TestDamagedFileIsNamed(t *testing.T) {
	db := datatest.Open(t)
	fillSome(t, db, 500)
	path := filepath.Join(t.TempDir(), "damaged.db")
	if err := db.DB.CopyTo(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.LastIndex(string(file), "hash-250") // an earlier one may stand in space that is free again
	if err := os.WriteFile(path, append(append(file[:at:at], "hash-999"...), file[at+8:]...), 0o600); err != nil {
		t.Fatal(err)
	}
	damaged, err := data.Open(t.Context(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer damaged.Close()
	if problems, err := damaged.Problems(t.Context()); err != nil || len(problems) == 0 {
		t.Errorf("%v, %v", problems, err)
	}
}
