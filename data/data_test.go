package data_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/data/datatest"
)

// note is a table of the tests alone; it is made by a write transaction like any other change.
func makeNotes(t *testing.T, db *datatest.Database) {
	t.Helper()
	db.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec("CREATE TABLE note (id TEXT PRIMARY KEY, a TEXT NOT NULL, b TEXT NOT NULL, at BIGINT NOT NULL, done BOOLEAN NOT NULL, share DOUBLE PRECISION)")
		return err
	})
}

func TestPlaceholdersBindByNumber(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		makeNotes(t, db)
		db.Write(t, func(tx *data.Tx) error {
			_, err := tx.Exec("INSERT INTO note (b, a, id, at, done, share) VALUES ($3, $2, $1, $4, $5, $6)",
				"1", "first", "second", data.Millis(tx.Now), true, 0.5)
			return err
		})
		db.Read(t, func(tx *data.Tx) error {
			var a, b string
			var at int64
			var done bool
			var share float64
			err := tx.Row("SELECT a, b, at, done, share FROM note WHERE a = $2 AND id = $1 -- not a $3", "1", "first").
				Scan(&a, &b, &at, &done, &share)
			if err != nil {
				return err
			}
			if a != "first" || b != "second" || !done || share != 0.5 || !data.FromMillis(at).Equal(db.Now()) {
				t.Errorf("got %q %q %v %v %v", a, b, at, done, share)
			}
			return nil
		})
	})
}

func TestArgumentsAreCounted(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		for _, c := range []struct {
			query string
			args  []any
			want  string
		}{
			{"SELECT $1", []any{"a", "b"}, "takes 1 arguments, got 2"},
			{"SELECT $1, $2", []any{"a"}, "takes 2 arguments, got 1"},
			{"SELECT $1, $3", []any{"a", "b", "c"}, "leaves out a placeholder below $3"},
			{"SELECT '$1', \"$2\" /* $3 */", []any{"a"}, "takes 0 arguments, got 1"},
		} {
			err := db.DB.Read(context.Background(), func(tx *data.Tx) error {
				var s string
				return tx.Row(c.query, c.args...).Scan(&s)
			})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s with %d arguments: %v, want %q", c.query, len(c.args), err, c.want)
			}
		}
	})
}

func TestReadCannotChangeAnything(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		makeNotes(t, db)
		err := db.DB.Read(context.Background(), func(tx *data.Tx) error {
			_, err := tx.Exec("INSERT INTO note (id, a, b, at, done) VALUES ($1, $2, $3, $4, $5)", "1", "", "", 0, false)
			return err
		})
		if !errors.Is(err, data.ErrReadOnly) {
			t.Fatalf("got %v, want ErrReadOnly", err)
		}
	})
}

func TestErrorsHaveKinds(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		makeNotes(t, db)
		insert := func(tx *data.Tx) error {
			_, err := tx.Exec("INSERT INTO note (id, a, b, at, done) VALUES ($1, $2, $3, $4, $5)", "1", "", "", 0, false)
			return err
		}
		db.Write(t, insert)
		if err := db.DB.Write(context.Background(), insert); !errors.Is(err, data.ErrConflict) {
			t.Errorf("second insert: %v, want ErrConflict", err)
		}
		err := db.DB.Read(context.Background(), func(tx *data.Tx) error {
			var id string
			return tx.Row("SELECT id FROM note WHERE id = $1", "2").Scan(&id)
		})
		if !errors.Is(err, data.ErrNotFound) {
			t.Errorf("missing row: %v, want ErrNotFound", err)
		}
		none, err := countNotes(db)
		if err != nil || none != 1 {
			t.Errorf("rows: %d, %v", none, err)
		}
	})
}

func countNotes(db *datatest.Database) (count int, err error) {
	err = db.DB.Read(context.Background(), func(tx *data.Tx) error {
		return tx.Row("SELECT count(*) FROM note").Scan(&count)
	})
	return count, err
}

func TestFailedWriteStoresNothing(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		makeNotes(t, db)
		stop := errors.New("stop")
		insertThen := func(end func() error) func(*data.Tx) error {
			return func(tx *data.Tx) error {
				if _, err := tx.Exec("INSERT INTO note (id, a, b, at, done) VALUES ($1, $2, $3, $4, $5)", "1", "", "", 0, false); err != nil {
					return err
				}
				return end()
			}
		}
		if err := db.DB.Write(context.Background(), insertThen(func() error { return stop })); !errors.Is(err, stop) {
			t.Errorf("got %v", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = db.DB.Write(context.Background(), insertThen(func() error { panic("stop") }))
		}()
		if count, err := countNotes(db); err != nil || count != 0 {
			t.Errorf("%d rows left, %v", count, err)
		}
	})
}

// Many writers that all read and then add one: nothing is lost on either engine. On PostgreSQL this fails without
// the retry.
func TestConcurrentWritesAreSerialized(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		db.Write(t, func(tx *data.Tx) error {
			if _, err := tx.Exec("CREATE TABLE counter (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)"); err != nil {
				return err
			}
			_, err := tx.Exec("INSERT INTO counter (id, n) VALUES ($1, $2)", 1, 0)
			return err
		})
		const writers, each = 6, 10
		var wait sync.WaitGroup
		failures := make(chan error, writers*each)
		for range writers {
			wait.Go(func() {
				for range each {
					failures <- db.DB.Write(context.Background(), func(tx *data.Tx) error {
						var n int
						if err := tx.Row("SELECT n FROM counter WHERE id = $1", 1).Scan(&n); err != nil {
							return err
						}
						_, err := tx.Exec("UPDATE counter SET n = $2 WHERE id = $1", 1, n+1)
						return err
					})
				}
			})
		}
		wait.Wait()
		close(failures)
		for err := range failures {
			if err != nil {
				t.Fatal(err)
			}
		}
		db.Read(t, func(tx *data.Tx) error {
			var n int
			if err := tx.Row("SELECT n FROM counter WHERE id = $1", 1).Scan(&n); err != nil {
				return err
			}
			if n != writers*each {
				t.Errorf("counter is %d, want %d", n, writers*each)
			}
			return nil
		})
	})
}

func TestTransactionTimeIsWholeMillisecondsUTC(t *testing.T) {
	db := datatest.Open(t)
	zone := time.FixedZone("somewhere", -5*3600)
	db.SetNow(time.Date(2026, 11, 23, 10, 0, 0, 123_456_789, zone))
	db.Read(t, func(tx *data.Tx) error {
		if want := time.Date(2026, 11, 23, 15, 0, 0, 123_000_000, time.UTC); !tx.Now.Equal(want) || tx.Now.Location() != time.UTC {
			t.Errorf("got %v, want %v", tx.Now, want)
		}
		return nil
	})
}

func TestMigrateTwiceDoesNothing(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		applied, err := db.DB.Migrate(context.Background())
		if err != nil || len(applied) != 0 {
			t.Errorf("second run applied %v, %v", applied, err)
		}
		if err := db.DB.Ready(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func TestMigrateRefusesWhatDoesNotFit(t *testing.T) {
	for name, c := range map[string]struct {
		change string
		want   string
	}{
		"newer schema": {"INSERT INTO schema_migration (number, name, sha256, applied_at) VALUES (9999, '9999_later', 'x', 0)", "newer than this program"},
		"one below":    {"DELETE FROM schema_migration WHERE number = 1", "has a number below one that ran"},
		"edited file":  {"UPDATE schema_migration SET sha256 = 'x' WHERE number = 1", "was changed after it ran"},
	} {
		t.Run(name, func(t *testing.T) {
			datatest.Each(t, func(t *testing.T, db *datatest.Database) {
				db.Write(t, func(tx *data.Tx) error { _, err := tx.Exec(c.change); return err })
				if _, err := db.DB.Migrate(context.Background()); err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %q", err, c.want)
				}
				if err := db.DB.Ready(context.Background()); err == nil {
					t.Error("the database calls itself ready")
				}
			})
		})
	}
}

func TestMigrateCopiesTheFileFirst(t *testing.T) {
	db := datatest.Open(t)
	db.Write(t, func(tx *data.Tx) error { // as if the newest migration had not run yet
		if _, err := tx.Exec("CREATE TABLE kept (id BIGINT)"); err != nil {
			return err
		}
		_, err := tx.Exec("DELETE FROM schema_migration WHERE number = (SELECT max(number) FROM schema_migration)")
		return err
	})
	// The tables of that migration are there already, so it fails; the copy must exist all the same.
	if _, err := db.DB.Migrate(context.Background()); err == nil {
		t.Fatal("a migration that creates existing tables passed")
	}
	copies, err := os.ReadDir(strings.TrimSuffix(db.DSN, "/test.db"))
	if err != nil {
		t.Fatal(err)
	}
	var found bool
	for _, file := range copies {
		found = found || strings.Contains(file.Name(), ".before-")
	}
	if !found {
		t.Errorf("no copy among %v", copies)
	}
}

func TestDatabaseFileIsPrivate(t *testing.T) {
	path := t.TempDir() + "/deep/er/a?b#c%41.db"
	db, err := data.Open(context.Background(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v", info.Mode())
	}
}

func TestTokensAreLongAndHashed(t *testing.T) {
	a, hash := data.NewToken()
	b, _ := data.NewToken()
	if a == b || len(a) != 52 || len(hash) != 64 || data.HashToken(a) != hash || strings.Contains(hash, a) {
		t.Errorf("tokens %q %q, hash %q", a, b, hash)
	}
}

// A batch is closed while a receipt of it is still being written, and a report is read in between: the textbook case in
// which PostgreSQL refuses a serializable reader. Nobody can repeat a page that has begun, so a reader is never refused.
func TestReaderIsNeverRefused(t *testing.T) {
	db := datatest.OpenPostgres(t)
	db.Write(t, func(tx *data.Tx) error {
		for _, statement := range []string{
			"CREATE TABLE batch (number BIGINT NOT NULL)", "INSERT INTO batch (number) VALUES (1)",
			"CREATE TABLE receipt (id BIGINT PRIMARY KEY, batch BIGINT NOT NULL)",
		} {
			if _, err := tx.Exec(statement); err != nil {
				return err
			}
		}
		return nil
	})
	ctx := context.Background()
	var receipts int
	var once sync.Once
	err := db.DB.Read(ctx, func(report *data.Tx) error {
		began := make(chan struct{})
		closed := make(chan struct{})
		written := make(chan error, 1)
		go func() {
			written <- db.DB.Write(ctx, func(tx *data.Tx) error {
				var open int
				if err := tx.Row("SELECT number FROM batch").Scan(&open); err != nil {
					return err
				}
				once.Do(func() { close(began) })
				<-closed
				_, err := tx.Exec("INSERT INTO receipt (id, batch) VALUES (1, $1)", open)
				return err
			})
		}()
		<-began
		db.Write(t, func(tx *data.Tx) error {
			_, err := tx.Exec("UPDATE batch SET number = number + 1")
			return err
		})
		var number int
		if err := report.Row("SELECT number FROM batch").Scan(&number); err != nil { // the state that the report sees
			return err
		}
		close(closed)
		if err := <-written; err != nil {
			return err
		}
		return report.Row("SELECT count(*) FROM receipt").Scan(&receipts)
	})
	if err != nil || receipts != 0 {
		t.Errorf("%d receipts, %v; the report began before the receipt was stored", receipts, err)
	}
}
