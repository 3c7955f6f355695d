package data

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// CopyTo writes everything that the database holds at one moment into a new SQLite file, while others go on reading and writing.
// The file is complete and on the disk when CopyTo returns nil; readable by its owner only; without a write-ahead log beside it.
// Because both engines share one schema of portable types, a copy of PostgreSQL is such a file too: it can be read, checked and
// restored without a server, and into either engine.
func (db *DB) CopyTo(ctx context.Context, path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	if db.engine == SQLite {
		err = db.vacuumInto(ctx, path)
	} else {
		err = db.exportTo(ctx, path)
	}
	if err == nil {
		err = Sync(path)
	}
	if err != nil {
		return fmt.Errorf("copy the database: %w", errors.Join(err, os.Remove(path)))
	}
	return nil
}

// vacuumInto has a connection of its own, so that the acts of this process do not wait for the copy.
func (db *DB) vacuumInto(ctx context.Context, path string) error {
	pool, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: db.path}).EscapedPath()+"?mode=ro&_busy_timeout=5000")
	if err != nil {
		return err
	}
	defer pool.Close()
	_, err = pool.ExecContext(ctx, "VACUUM INTO ?1", path)
	return translate(err)
}

// OpenCopy opens a file that CopyTo has written, for reading only: nobody may be writing to it, and it is not changed by as
// much as a byte. Write fails with ErrReadOnly.
func OpenCopy(path string, now func() time.Time) (*DB, error) {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("open copy: %s is not a file", path), err)
	}
	location := "file:" + (&url.URL{Path: path}).EscapedPath() + "?mode=ro&immutable=1&_query_only=1&_foreign_keys=on"
	pools := [2]*sql.DB{}
	for i := range pools {
		pool, err := sql.Open("sqlite3", location)
		if err != nil {
			return nil, fmt.Errorf("open copy: %w", err)
		}
		pools[i] = pool
	}
	return &DB{engine: SQLite, path: path, read: pools[0], write: pools[1], now: now}, nil
}

// exportTo makes the schema in the file and copies row by row out of one read-only transaction.
func (db *DB) exportTo(ctx context.Context, path string) error {
	file, err := Open(ctx, path, db.now)
	if err != nil {
		return err
	}
	if _, err = file.Migrate(ctx); err == nil {
		err = file.Fill(ctx, db)
	}
	if err == nil { // one file, like the result of VACUUM INTO
		_, err = file.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	return errors.Join(translate(err), file.Close())
}

// Sync waits until a file and its name are on the disk.
func Sync(path string) error {
	for _, name := range []string{path, filepath.Dir(path)} {
		file, err := os.Open(name)
		if err != nil {
			return err
		}
		if err := errors.Join(file.Sync(), file.Close()); err != nil {
			return err
		}
	}
	return nil
}

// Fill copies every row of another database of the same schema into this one, in one transaction. This one must be empty; what its
// migrations put in is replaced. Triggers and references hold as ever: a copy that breaks one is refused as a whole.
func (db *DB) Fill(ctx context.Context, source *DB) error {
	return source.Read(ctx, func(from *Tx) error {
		return db.Write(ctx, func(to *Tx) error {
			tables, err := sameTables(from, to)
			if err != nil {
				return err
			}
			held, err := to.postponeReferences()
			if err != nil {
				return err
			}
			for _, table := range tables {
				if err := copyTable(from, to, table); err != nil {
					return fmt.Errorf("table %s: %w", table, err)
				}
			}
			return to.holdReferences(held)
		})
	})
}

// sameTables lists the tables to copy, which must be the same on both sides.
func sameTables(from, to *Tx) ([]string, error) {
	tables, err := Tables(from)
	if err != nil {
		return nil, err
	}
	others, err := Tables(to)
	if err != nil {
		return nil, err
	}
	if one, other := strings.Join(tables, " "), strings.Join(others, " "); one != other {
		return nil, fmt.Errorf("the schemas differ: %s here, %s there", one, other)
	}
	var all []string
	for _, table := range tables {
		if table != migrationTable {
			all = append(all, table)
		}
	}
	return all, nil
}

// postponeReferences lets rows come in any order; holdReferences checks them all. On PostgreSQL it gives what to change back.
func (tx *Tx) postponeReferences() ([]string, error) {
	if tx.engine == SQLite {
		_, err := tx.handle.ExecContext(tx.ctx, "PRAGMA defer_foreign_keys = ON") // until the commit
		return nil, translate(err)
	}
	held, err := Rows(tx, Value[string], `SELECT 'ALTER TABLE ' || quote_ident(c.relname) || ' ALTER CONSTRAINT ' || quote_ident(f.conname)
		FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE f.contype = 'f' AND n.nspname = current_schema() AND NOT f.condeferrable`)
	if err != nil {
		return nil, err
	}
	return held, tx.each(held, " DEFERRABLE INITIALLY DEFERRED")
}

func (tx *Tx) holdReferences(held []string) error {
	if tx.engine == SQLite {
		return nil
	}
	if _, err := tx.handle.ExecContext(tx.ctx, "SET CONSTRAINTS ALL IMMEDIATE"); err != nil {
		return translate(err)
	}
	return tx.each(held, " NOT DEFERRABLE")
}

// each runs statements that the database made itself.
func (tx *Tx) each(statements []string, ending string) error {
	for _, statement := range statements {
		if _, err := tx.handle.ExecContext(tx.ctx, statement+ending); err != nil {
			return translate(err)
		}
	}
	return nil
}

// Rows go over in groups: one statement for many rows spares most of the round trips to a server. Both engines take more than
// mostArguments values in a statement (SQLite 32,766, PostgreSQL 65,535).
const (
	mostRows      = 500
	mostArguments = 30_000
)

func copyTable(from, to *Tx, table string) error {
	if _, err := to.handle.ExecContext(to.ctx, "DELETE FROM "+quoted(table)); err != nil {
		return translate(err)
	}
	rows, err := from.handle.QueryContext(from.ctx, "SELECT * FROM "+quoted(table))
	if err != nil {
		return translate(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	group := insertGroup{tx: to, table: table, columns: columns, most: min(mostRows, mostArguments/len(columns))}
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			return translate(err)
		}
		if err := group.add(values); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return translate(err)
	}
	return group.flush()
}

// insertGroup collects rows and stores them together.
type insertGroup struct {
	tx      *Tx
	table   string
	columns []string
	most    int // rows in a statement
	rows    int
	values  []any
}

func (g *insertGroup) add(row []any) error {
	for _, value := range row {
		g.values = append(g.values, *value.(*any))
	}
	if g.rows++; g.rows < g.most {
		return nil
	}
	return g.flush()
}

func (g *insertGroup) flush() error {
	if g.rows == 0 {
		return nil
	}
	var text strings.Builder
	text.WriteString("INSERT INTO " + quoted(g.table) + " (")
	for i, column := range g.columns {
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteString(quoted(column))
	}
	text.WriteString(") VALUES ")
	for row := range g.rows {
		if row > 0 {
			text.WriteString(", ")
		}
		text.WriteString("(" + Placeholders(row*len(g.columns)+1, len(g.columns)) + ")")
	}
	// Placeholders ascend from $1 without a gap, so the order in which SQLite binds them is the right one.
	_, err := g.tx.handle.ExecContext(g.tx.ctx, text.String(), g.values...)
	g.rows, g.values = 0, g.values[:0]
	return translate(err)
}
