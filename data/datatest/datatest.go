// Package datatest gives tests a fresh, migrated database of the real kind, with a clock that the test sets.
//
// Open makes a SQLite file in the test's own folder. Each runs a test on SQLite and, when TEST_POSTGRES_DSN
// names a server, in a fresh database of PostgreSQL as well; without it the second half is skipped with a loud
// message, or fails when REQUIRE_POSTGRES is set.
package datatest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/data"
)

// Start is what the clock of a fresh database shows: a Monday morning, away from every change of summer time.
var Start = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

// Database is a fresh database and its clock.
type Database struct {
	DB  *data.DB
	DSN string

	mu  sync.Mutex
	now time.Time
}

// Now is the time that the next transaction sees.
func (d *Database) Now() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

// SetNow sets the clock.
func (d *Database) SetNow(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = t
}

// Advance moves the clock.
func (d *Database) Advance(by time.Duration) { d.SetNow(d.Now().Add(by)) }

// Write runs f in a write transaction and fails the test if it returns an error.
func (d *Database) Write(t testing.TB, f func(*data.Tx) error) {
	t.Helper()
	if err := d.DB.Write(context.Background(), f); err != nil {
		t.Fatalf("write: %v", err)
	}
}

// Read runs f in a read-only transaction and fails the test if it returns an error.
func (d *Database) Read(t testing.TB, f func(*data.Tx) error) {
	t.Helper()
	if err := d.DB.Read(context.Background(), f); err != nil {
		t.Fatalf("read: %v", err)
	}
}

// Open gives a fresh, migrated SQLite database that is closed when the test ends.
func Open(t testing.TB) *Database {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, template(t), 0o600); err != nil {
		t.Fatal(err)
	}
	return open(t, path)
}

// Each runs the test on both engines.
func Each(t *testing.T, test func(*testing.T, *Database)) {
	t.Helper()
	t.Run(data.SQLite, func(t *testing.T) { test(t, Open(t)) })
	t.Run(data.Postgres, func(t *testing.T) { test(t, OpenPostgres(t)) })
}

// OpenPostgres gives a fresh, migrated database on the server that TEST_POSTGRES_DSN names; it is dropped when the test
// ends. It is a copy of a database that the first test of this schema made and that stays on the server, because a
// copy takes a fifth of the time of the migrations.
func OpenPostgres(t testing.TB) *Database {
	t.Helper()
	server := os.Getenv("TEST_POSTGRES_DSN")
	if server == "" {
		if os.Getenv("REQUIRE_POSTGRES") != "" {
			t.Fatal("REQUIRE_POSTGRES is set, but TEST_POSTGRES_DSN names no server")
		}
		t.Skip("NOT TESTED ON POSTGRESQL: set TEST_POSTGRES_DSN to a server where databases may be created")
	}
	origin := postgresTemplate(t, server)
	name := "test_" + strings.ReplaceAll(data.NewID(), "-", "")
	admin(t, server, `CREATE DATABASE "`+name+`" TEMPLATE "`+origin+`"`)
	t.Cleanup(func() { admin(t, server, `DROP DATABASE "`+name+`" WITH (FORCE)`) })
	return open(t, inDatabase(t, server, name))
}

// inDatabase is the address of another database of a server.
func inDatabase(t testing.TB, server, name string) string {
	t.Helper()
	dsn, err := url.Parse(server)
	if err != nil {
		t.Fatalf("TEST_POSTGRES_DSN is not an address: %v", err)
	}
	dsn.Path = "/" + name
	return dsn.String()
}

var makeTemplate sync.Mutex

// postgresTemplate makes the database that is copied, unless it is there. Test programs run beside each other: one of
// them makes it, under a lock of the server, and it gets its name when it is whole.
func postgresTemplate(t testing.TB, server string) string {
	t.Helper()
	makeTemplate.Lock()
	defer makeTemplate.Unlock()
	digest, err := data.SchemaDigest(data.Postgres)
	if err != nil {
		t.Fatal(err)
	}
	name := "test_template_" + digest[:16]
	ctx := context.Background()
	pool, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	session, err := pool.Conn(ctx) // the lock belongs to a session
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	do := func(statement string) {
		t.Helper()
		if _, err := session.ExecContext(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	const lock = 7_214_054 // any constant serves
	do(fmt.Sprintf("SELECT pg_advisory_lock(%d)", lock))
	var there bool
	if err := session.QueryRowContext(ctx, "SELECT count(*) > 0 FROM pg_database WHERE datname = $1", name).Scan(&there); err != nil {
		t.Fatal(err)
	}
	if there {
		return name
	}
	unfinished := name + "_unfinished"
	do(`DROP DATABASE IF EXISTS "` + unfinished + `" WITH (FORCE)`)
	do(`CREATE DATABASE "` + unfinished + `"`)
	db, err := data.Open(ctx, inDatabase(t, server, unfinished), func() time.Time { return Start })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	do(`ALTER DATABASE "` + unfinished + `" RENAME TO "` + name + `"`)
	return name
}

func admin(t testing.TB, server, statement string) {
	t.Helper()
	pool, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.ExecContext(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func open(t testing.TB, dsn string) *Database {
	t.Helper()
	d := &Database{DSN: dsn, now: Start}
	db, err := data.Open(context.Background(), dsn, d.Now)
	if err != nil {
		t.Fatal(err)
	}
	d.DB = db
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return d
}

var migrated struct {
	sync.Once
	file []byte
	err  error
}

// template is the bytes of a migrated, empty SQLite file. It is made once for each test program, so that a test
// does not pay for the migrations.
func template(t testing.TB) []byte {
	t.Helper()
	migrated.Do(func() {
		folder, err := os.MkdirTemp("", "datatest")
		if err != nil {
			migrated.err = err
			return
		}
		defer os.RemoveAll(folder)
		migrated.file, migrated.err = migratedFile(filepath.Join(folder, "template.db"))
	})
	if migrated.err != nil {
		t.Fatal(migrated.err)
	}
	return migrated.file
}

func migratedFile(path string) ([]byte, error) {
	ctx := context.Background()
	db, err := data.Open(ctx, path, func() time.Time { return Start })
	if err != nil {
		return nil, err
	}
	if _, err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}
