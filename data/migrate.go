package data

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"
)

// The migrations: NNNN_name.sql for both engines, or a pair NNNN_name.sqlite.sql and NNNN_name.postgres.sql
// where they must differ (triggers). They are forward-only; a file that has been applied must never be edited.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

// ErrNewerSchema: the database was migrated by a newer program than this one.
var ErrNewerSchema = errors.New("the database is newer than this program: install the newer program, or restore a backup")

// ErrSchemaBehind: the database waits for migrations that this program brings.
var ErrSchemaBehind = errors.New("schema is behind")

// migrationLock is the key of PostgreSQL's advisory lock, so that two programs that start together do not
// migrate together. Any constant serves.
const migrationLock = 7_214_053

type migration struct {
	number int
	name   string // file name without engine and ending, "0001_web"
	text   string
	sum    string
}

var migrationName = regexp.MustCompile(`^(\d{4})_[a-z0-9_]+$`)

// migrations lists the migrations for an engine in order. Numbers ascend; a gap between them means nothing.
func migrations(engine string) ([]migration, error) {
	entries, err := fs.ReadDir(migrationFiles, "migrations")
	if err != nil {
		return nil, err
	}
	var all []migration
	for _, entry := range entries {
		name, only := strings.TrimSuffix(entry.Name(), ".sql"), ""
		for _, e := range []string{SQLite, Postgres} {
			if trimmed, ok := strings.CutSuffix(name, "."+e); ok {
				name, only = trimmed, e
			}
		}
		if only != "" && only != engine {
			continue
		}
		text, err := migrationFiles.ReadFile("migrations/" + entry.Name())
		if err != nil {
			return nil, err
		}
		parts := migrationName.FindStringSubmatch(name)
		if parts == nil {
			return nil, fmt.Errorf("migration %s: the name is not NNNN_name.sql", entry.Name())
		}
		sum := sha256.Sum256(text)
		m := migration{name: name, text: string(text), sum: hex.EncodeToString(sum[:])}
		fmt.Sscanf(parts[1], "%d", &m.number)
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b migration) int { return a.number - b.number })
	for i, m := range all {
		if i > 0 && m.number == all[i-1].number {
			return nil, fmt.Errorf("migrations %s and %s have the same number", all[i-1].name, m.name)
		}
	}
	return all, nil
}

// SchemaDigest names the schema that Migrate makes: two programs with the same digest make the same one.
func SchemaDigest(engine string) (string, error) {
	all, err := migrations(engine)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, m := range all {
		fmt.Fprintln(sum, m.name, m.sum)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// Migrate brings the schema up to what this program needs and tells which migrations it ran. Each runs in its
// own transaction. A SQLite file that already holds data is copied first, to "FILE.before-NNNN". A schema that
// is newer than the program, or whose migrations were edited after they ran, is refused.
func (db *DB) Migrate(ctx context.Context) (applied []string, err error) {
	if err := db.createMigrationTable(ctx); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	var pending []migration
	var known bool
	err = db.Read(ctx, func(tx *Tx) error {
		if pending, err = pendingMigrations(tx, db.engine); err != nil {
			return err
		}
		return tx.Row("SELECT count(*) > 0 FROM schema_migration").Scan(&known)
	})
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	if len(pending) > 0 && known && db.engine == SQLite {
		if err := db.copyFile(ctx, pending[0].number); err != nil {
			return nil, fmt.Errorf("migrate: copy the database first: %w", err)
		}
	}
	for _, m := range pending {
		ran, err := db.apply(ctx, m)
		if err != nil {
			return applied, fmt.Errorf("migrate: %s: %w", m.name, err)
		}
		if ran {
			applied = append(applied, m.name)
		}
	}
	return applied, nil
}

func (db *DB) createMigrationTable(ctx context.Context) error {
	return db.Write(ctx, func(tx *Tx) error {
		if err := tx.lockMigrations(); err != nil {
			return err
		}
		_, err := tx.Exec(`CREATE TABLE IF NOT EXISTS schema_migration (
			number BIGINT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL)`)
		return err
	})
}

// apply runs one migration unless another program was faster.
func (db *DB) apply(ctx context.Context, m migration) (ran bool, err error) {
	err = db.Write(ctx, func(tx *Tx) error {
		if err := tx.lockMigrations(); err != nil {
			return err
		}
		claimed, err := tx.Exec(`INSERT INTO schema_migration (number, name, sha256, applied_at)
			VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, m.number, m.name, m.sum, Millis(tx.Now))
		if err != nil {
			return err
		}
		if ran = claimed == 1; !ran {
			return nil
		}
		_, err = tx.handle.ExecContext(ctx, m.text) // several statements: past the placeholder check
		return translate(err)
	})
	return ran, err
}

func (tx *Tx) lockMigrations() error {
	if tx.engine != Postgres {
		return nil // the SQLite writer is alone already
	}
	_, err := tx.Exec("SELECT pg_advisory_xact_lock($1)", migrationLock)
	return err
}

// pendingMigrations compares what ran with what the program brings.
func pendingMigrations(tx *Tx, engine string) ([]migration, error) {
	all, err := migrations(engine)
	if err != nil {
		return nil, err
	}
	type ran struct {
		number int
		sum    string
	}
	applied, err := Rows(tx, func(s Scanner) (r ran, err error) { return r, s.Scan(&r.number, &r.sum) },
		"SELECT number, sha256 FROM schema_migration ORDER BY number")
	if err != nil {
		return nil, err
	}
	for i, r := range applied {
		if last := all[len(all)-1].number; r.number > last {
			return nil, fmt.Errorf("%w (it has migration %d, this program knows %d)", ErrNewerSchema, r.number, last)
		}
		if all[i].number != r.number {
			return nil, fmt.Errorf("migration %s has a number below one that ran on this database already", all[i].name)
		}
		if all[i].sum != r.sum {
			return nil, fmt.Errorf("migration %s was changed after it ran on this database", all[i].name)
		}
	}
	return all[len(applied):], nil
}

// copyFile writes a clean copy of the SQLite file beside it. An older copy of the same name is a failed try
// of the same migration and is left as it is: it is the last good state.
func (db *DB) copyFile(ctx context.Context, next int) error {
	target := fmt.Sprintf("%s.before-%04d", db.path, next)
	if exists(target) {
		return nil
	}
	_, err := db.write.ExecContext(ctx, "VACUUM INTO ?1", target)
	return translate(err)
}

// Made tells when the database was made: when its first migration ran.
func (db *DB) Made(ctx context.Context) (time.Time, error) {
	var made int64
	err := db.Read(ctx, func(tx *Tx) error {
		return tx.Row("SELECT applied_at FROM schema_migration ORDER BY number LIMIT 1").Scan(&made)
	})
	return FromMillis(made), err
}
