package data

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Tx is a running transaction. It is handed to a function by DB.Read or DB.Write, belongs to one goroutine and
// is dead when that function returns.
type Tx struct {
	// Now is the time of the transaction: UTC, whole milliseconds.
	Now time.Time

	ctx    context.Context
	handle *sql.Tx
	engine string

	changed bool // some statement changed a row
}

// Context is the context of the request or job that the transaction serves.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Exec runs a statement and tells how many rows it changed. A guarded update that changes 0 rows is a conflict
// that the caller reports as ErrConflict.
func (tx *Tx) Exec(query string, args ...any) (int64, error) {
	text, err := tx.prepare(query, len(args))
	if err != nil {
		return 0, err
	}
	result, err := tx.handle.ExecContext(tx.ctx, text, args...)
	if err != nil {
		return 0, translate(err)
	}
	rows, err := result.RowsAffected()
	tx.changed = tx.changed || rows > 0
	return rows, translate(err)
}

// Row is the answer of a query for one row; it is read by Scan.
type Row struct {
	row *sql.Row
	err error
}

// Scan reads the columns of the row. ErrNotFound if there was none.
func (r Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	return translate(r.row.Scan(dest...))
}

// Row asks for one row.
func (tx *Tx) Row(query string, args ...any) Row {
	text, err := tx.prepare(query, len(args))
	if err != nil {
		return Row{err: err}
	}
	return Row{row: tx.handle.QueryRowContext(tx.ctx, text, args...)}
}

// Scanner is what a scan function reads a row from: Row, or one row of Rows.
type Scanner interface{ Scan(dest ...any) error }

// Rows asks for any number of rows and reads them all before it returns, so that no cursor stays open on the
// single writer connection. No row is an empty slice, not an error.
func Rows[T any](tx *Tx, scan func(Scanner) (T, error), query string, args ...any) ([]T, error) {
	text, err := tx.prepare(query, len(args))
	if err != nil {
		return nil, err
	}
	rows, err := tx.handle.QueryContext(tx.ctx, text, args...)
	if err != nil {
		return nil, translate(err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, translate(err)
		}
		all = append(all, one)
	}
	return all, translate(rows.Err())
}

// Value is a scan function for rows of one column.
func Value[T any](s Scanner) (T, error) {
	var v T
	err := s.Scan(&v)
	return v, err
}

// Placeholders gives "$first, ..., $first+count-1" for a short IN list, the one place where a query depends on
// the number of its arguments. It contains nothing from outside.
func Placeholders(first, count int) string {
	var b strings.Builder
	for i := range count {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	return b.String()
}

// statement is a query as it goes to the engine, with the number of arguments that it takes.
type statement struct {
	text  string
	count int
	err   error
}

// statements remembers the rewritten text of every query, by engine. Queries are constants of the program, so
// the map stays small.
var statements = map[string]*sync.Map{SQLite: {}, Postgres: {}}

func (tx *Tx) prepare(query string, args int) (string, error) {
	cache := statements[tx.engine]
	known, ok := cache.Load(query)
	if !ok {
		known, _ = cache.LoadOrStore(query, rewrite(query, tx.engine))
	}
	s := known.(statement)
	if s.err != nil {
		return "", s.err
	}
	if s.count != args {
		return "", fmt.Errorf("query takes %d arguments, got %d: %s", s.count, args, query)
	}
	return s.text, nil
}

// rewrite counts the placeholders of a query and, for SQLite, turns $N into ?N. Text in quotes and comments is
// left alone.
func rewrite(query, engine string) statement {
	var out strings.Builder
	seen := map[int]bool{}
	highest := 0
	for i := 0; i < len(query); {
		if end := skipped(query, i); end > i {
			out.WriteString(query[i:end])
			i = end
			continue
		}
		number, end := placeholder(query, i)
		if end == i {
			out.WriteByte(query[i])
			i++
			continue
		}
		seen[number] = true
		highest = max(highest, number)
		if engine == SQLite {
			fmt.Fprintf(&out, "?%d", number)
		} else {
			out.WriteString(query[i:end])
		}
		i = end
	}
	if len(seen) != highest {
		return statement{err: fmt.Errorf("query leaves out a placeholder below $%d: %s", highest, query)}
	}
	return statement{text: out.String(), count: highest}
}

// skipped gives the end of the quoted text or comment that begins at i, or i if none does.
func skipped(query string, i int) int {
	rest := query[i:]
	var closing string
	switch {
	case rest[0] == '\'' || rest[0] == '"':
		closing = rest[:1]
	case strings.HasPrefix(rest, "--"):
		closing = "\n"
	case strings.HasPrefix(rest, "/*"):
		closing = "*/"
	default:
		return i
	}
	end := strings.Index(rest[1:], closing)
	if end < 0 {
		return len(query)
	}
	return i + 1 + end + len(closing)
}

// placeholder reads $N at i; the end is i if there is none.
func placeholder(query string, i int) (number, end int) {
	if query[i] != '$' {
		return 0, i
	}
	end = i + 1
	for end < len(query) && query[end] >= '0' && query[end] <= '9' && number < 100_000 {
		number = number*10 + int(query[end]-'0')
		end++
	}
	if end == i+1 || number == 0 {
		return 0, i
	}
	return number, end
}
