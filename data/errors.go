package data

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "github.com/mattn/go-sqlite3"
)

// The kinds of error that a caller may act on. Everything else is internal.
var (
	// ErrNotFound: no such row, or none that the asking person may know of.
	ErrNotFound = errors.New("not found")
	// ErrConflict: somebody else was first: a unique key is taken, or a guarded update met another state.
	ErrConflict = errors.New("conflict")
	// ErrBusy: the database could not take the write in time; the same request may succeed in a moment.
	ErrBusy = errors.New("database is busy")
	// ErrUnavailable: the database cannot store or answer now: disk full, disk failing, server gone.
	ErrUnavailable = errors.New("database is unavailable")
	// ErrReadOnly: something tried to change state in a read-only transaction; a mistake of the program.
	ErrReadOnly = errors.New("write in a read-only transaction")
)

// errSerialization asks Write for another try.
var errSerialization = errors.New("serialization failure")

// Refusal is the error that a user may read: what was asked cannot be done, and why. Field is the form field
// that it belongs to ("" for the whole form), Code the text in data/locale ("refusal.CODE"), Args its
// placeholders.
type Refusal struct {
	Field string
	Code  string
	Args  map[string]any
}

// Refuse makes a Refusal. args alternate placeholder name and value.
func Refuse(field, code string, args ...any) *Refusal {
	r := &Refusal{Field: field, Code: code}
	for i := 0; i+1 < len(args); i += 2 {
		if r.Args == nil {
			r.Args = map[string]any{}
		}
		r.Args[fmt.Sprint(args[i])] = args[i+1]
	}
	return r
}

// Error is for logs; people read the text by Code.
func (r *Refusal) Error() string {
	if r.Field == "" {
		return "refused: " + r.Code
	}
	return "refused: " + r.Field + ": " + r.Code
}

// Refusals gives the refusals of an error that is one, or joins nothing but refusals; else none.
func Refusals(err error) []*Refusal {
	if refusal, ok := err.(*Refusal); ok {
		return []*Refusal{refusal}
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		if err = errors.Unwrap(err); err == nil {
			return nil
		}
		return Refusals(err)
	}
	var all []*Refusal
	for _, one := range joined.Unwrap() {
		some := Refusals(one)
		if len(some) == 0 {
			return nil
		}
		all = append(all, some...)
	}
	return all
}

// translate turns an error of a driver into one of the kinds above and keeps the original for the log. This is
// the only place that knows the drivers' codes.
func translate(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	if kind := kindOf(err); kind != nil {
		return fmt.Errorf("%w: %w", kind, err)
	}
	return err
}

func kindOf(err error) error {
	var lite sqlite3.Error
	if errors.As(err, &lite) {
		return kindOfSQLite(lite)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return kindOfPostgres(pg.Code)
	}
	var network net.Error
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) || (errors.As(err, &network) && !errors.Is(err, context.DeadlineExceeded)) {
		return ErrUnavailable
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		return ErrUnavailable
	}
	return nil
}

func kindOfSQLite(err sqlite3.Error) error {
	switch err.ExtendedCode {
	case sqlite3.ErrConstraintUnique, sqlite3.ErrConstraintPrimaryKey:
		return ErrConflict
	}
	switch err.Code {
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return ErrBusy
	case sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrCantOpen, sqlite3.ErrCorrupt, sqlite3.ErrNotADB, sqlite3.ErrNomem:
		return ErrUnavailable
	case sqlite3.ErrReadonly:
		return ErrReadOnly
	}
	return nil
}

// kindOfPostgres sorts SQLSTATE codes (PostgreSQL manual, appendix A).
func kindOfPostgres(code string) error {
	switch code {
	case "23505": // unique_violation
		return ErrConflict
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return errSerialization
	case "25006": // read_only_sql_transaction
		return ErrReadOnly
	case "55P03": // lock_not_available
		return ErrBusy
	}
	if len(code) == 5 {
		switch code[:2] {
		case "08", "53", "57", "58": // connection, resources (disk full), shutdown, I/O
			return ErrUnavailable
		}
	}
	return nil
}
