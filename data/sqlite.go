package data

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// The pragmas stand in the DSN because they hold per connection. Unknown keys are ignored by the driver without
// an error, which is why assertPragmas reads them back.
const (
	writerOptions = "_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000&_foreign_keys=on&_txlock=immediate&_stmt_cache_size=64"
	readerOptions = "mode=ro&_query_only=1&_busy_timeout=5000&_foreign_keys=on&_stmt_cache_size=64"
)

func openSQLite(ctx context.Context, path string) (*DB, error) {
	if err := createFile(path); err != nil {
		return nil, err
	}
	location := "file:" + (&url.URL{Path: path}).EscapedPath()
	write, err := sql.Open("sqlite3", location+"?"+writerOptions)
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite3", location+"?"+readerOptions)
	if err != nil {
		return nil, err
	}
	read.SetMaxOpenConns(readersSQLite)
	read.SetMaxIdleConns(readersSQLite)
	db := &DB{engine: SQLite, path: path, write: write, read: read}
	if err := assertPragmas(ctx, db); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// createFile makes the folder and an empty file that only its owner can read, before the driver would make one
// by the umask.
func createFile(path string) error {
	if strings.ContainsRune(path, 0) || path == "" {
		return fmt.Errorf("%q is not a file name", path)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// assertPragmas reads back what the DSN asked for. The writer comes first: it creates the write-ahead log that
// the read-only connections need.
func assertPragmas(ctx context.Context, db *DB) error {
	want := []struct {
		pool   *sql.DB
		pragma string
		value  string
	}{
		{db.write, "PRAGMA journal_mode", "wal"},
		{db.write, "PRAGMA synchronous", "2"}, // FULL
		{db.write, "PRAGMA foreign_keys", "1"},
		{db.write, "PRAGMA busy_timeout", "5000"},
		{db.read, "PRAGMA query_only", "1"},
		{db.read, "PRAGMA busy_timeout", "5000"},
	}
	for _, w := range want {
		var value string
		if err := w.pool.QueryRowContext(ctx, w.pragma).Scan(&value); err != nil {
			return fmt.Errorf("%s: %w", w.pragma, translate(err))
		}
		if value != w.value {
			return fmt.Errorf("%s is %q, wanted %q", w.pragma, value, w.value)
		}
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
