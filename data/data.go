// Package data is what is stored with the program, and it has no opinion about it: the database handle, the
// transaction, the migrations and the errors that a driver can give. The domain packages own their tables and
// their SQL; they reach both engines through one text.
//
// # One request, one transaction, one timestamp
//
// DB has no query methods, so SQL outside a transaction does not compile. Read opens a read-only transaction:
// the database itself refuses to change anything in it (SQLite: a pool of connections opened mode=ro with
// query_only; PostgreSQL: READ ONLY). Write opens the only kind of transaction that may change something
// (SQLite: one connection, BEGIN IMMEDIATE, WAL with synchronous=FULL, so an acknowledged commit survives a
// power cut; PostgreSQL: SERIALIZABLE, and REPEATABLE READ to read). Tx.Now is the only clock that a handler sees: UTC, whole milliseconds,
// read once when the transaction begins, so that all rows of one act carry the same time.
//
// # One SQL text
//
// Placeholders are written $1, $2, ... For SQLite they are rewritten to ?1, ?2, ...: mattn/go-sqlite3 binds $N
// by the order of first appearance and not by number, which silently stores wrong data. The number of arguments
// must equal the highest placeholder and every placeholder below it must appear.
//
// Portable types only: TEXT, BIGINT (times are Unix milliseconds UTC), BOOLEAN, DOUBLE PRECISION; calendar dates
// are TEXT YYYY-MM-DD; JSON is text made in Go. A failed statement ends the transaction on PostgreSQL, so
// nobody continues after an error: an expected clash is ON CONFLICT DO NOTHING and a look at the row count.
//
// # Retries
//
// On PostgreSQL, Write repeats its function after a serialization failure (40001) or a deadlock (40P01), with
// the same Tx.Now and a fresh state. The function must therefore keep no result of a failed try: assign, do not
// append, to variables outside it.
package data

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"
)

// Engine names as DB.Engine gives them.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// How long Write keeps repeating a transaction that PostgreSQL could not serialize, and how many connections
// each pool holds. 200 ms is the upper edge of the jitter, so about 50 tries fit into the limit.
const (
	retryLimit    = 5 * time.Second
	retryLeast    = 5 * time.Millisecond
	retryMost     = 200 * time.Millisecond
	readersSQLite = 4
	poolPostgres  = 8
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	engine string
	path   string // file of a SQLite database, "" for PostgreSQL
	write  *sql.DB
	read   *sql.DB
	now    func() time.Time

	storing storing
	writes  atomic.Int64
}

// Open opens the database that dsn names: "postgres://..." or "postgresql://..." is PostgreSQL, everything else
// is the path of a SQLite file, which is created with mode 0600 if it is missing. now is the clock of every
// transaction. Open does not migrate; call Migrate.
func Open(ctx context.Context, dsn string, now func() time.Time) (*DB, error) {
	var db *DB
	var err error
	if IsPostgres(dsn) {
		db, err = openPostgres(dsn)
	} else {
		db, err = openSQLite(ctx, dsn)
	}
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db.now = now
	return db, nil
}

// IsPostgres tells whether dsn names a PostgreSQL database rather than a SQLite file.
func IsPostgres(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

// Engine is SQLite or Postgres.
func (db *DB) Engine() string { return db.engine }

// Close ends both pools. On SQLite the last connection folds the write-ahead log into the file.
func (db *DB) Close() error {
	return errors.Join(db.read.Close(), db.write.Close())
}

// Read runs f in a transaction that cannot change anything.
func (db *DB) Read(ctx context.Context, f func(*Tx) error) error {
	return db.once(ctx, db.read, &sql.TxOptions{ReadOnly: true, Isolation: db.isolation(sql.LevelRepeatableRead)}, db.timestamp(), f)
}

// Write runs f in the transaction that may change something, and commits when f returns nil. If f returns an
// error or panics, nothing is stored. See "Retries" in the package comment. ErrBusy after 5 s of clashes.
func (db *DB) Write(ctx context.Context, f func(*Tx) error) (err error) {
	now := db.timestamp()
	options := &sql.TxOptions{Isolation: db.isolation(sql.LevelSerializable)}
	var changed bool
	act := func(tx *Tx) error {
		defer func() { changed = tx.changed }()
		return f(tx)
	}
	defer func() {
		db.storing.note(err, changed)
		if err == nil && changed {
			db.writes.Add(1)
		}
	}()
	err = db.once(ctx, db.write, options, now, act)
	if !errors.Is(err, errSerialization) {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, retryLimit)
	defer cancel()
	for errors.Is(err, errSerialization) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrBusy, err)
		case <-time.After(retryLeast + rand.N(retryMost-retryLeast)):
		}
		err = db.once(ctx, db.write, options, now, act)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return err
}

// Writes counts the transactions that changed something through this handle, so that whoever keeps what a transaction saw knows when to
// look again. What other processes change is not counted.
func (db *DB) Writes() int64 { return db.writes.Load() }

// Ready tells whether the database answers and its schema is the one that this program knows.
func (db *DB) Ready(ctx context.Context) error {
	return db.Read(ctx, func(tx *Tx) error {
		pending, err := pendingMigrations(tx, db.engine)
		if err != nil {
			return err
		}
		if len(pending) > 0 {
			return fmt.Errorf("%w: %d migrations are pending", ErrSchemaBehind, len(pending))
		}
		return nil
	})
}

// Now is the clock of the transactions, for a page that is rendered after its transaction ended.
func (db *DB) Now() time.Time { return db.timestamp() }

func (db *DB) timestamp() time.Time { return db.now().UTC().Truncate(time.Millisecond) }

// isolation is the level on PostgreSQL; SQLite transactions are serializable by construction. A reader sees the one
// state of its first statement: PostgreSQL never refuses it, while it may refuse a serializable reader (40001), which
// could then not be repeated, because a page has begun, and would make writers repeat what they did. What is decided
// on what a reader saw is looked at again in the transaction that writes.
func (db *DB) isolation(level sql.IsolationLevel) sql.IsolationLevel {
	if db.engine == Postgres {
		return level
	}
	return sql.LevelDefault
}

func (db *DB) once(ctx context.Context, pool *sql.DB, options *sql.TxOptions, now time.Time, f func(*Tx) error) (err error) {
	handle, err := pool.BeginTx(ctx, options)
	if err != nil {
		return translate(err)
	}
	committed := false
	defer func() { // also on a panic, which goes on afterwards
		if !committed {
			_ = handle.Rollback()
		}
	}()
	if err := f(&Tx{Now: now, ctx: ctx, handle: handle, engine: db.engine}); err != nil {
		return err
	}
	if err := handle.Commit(); err != nil {
		return translate(err)
	}
	committed = true
	return nil
}
