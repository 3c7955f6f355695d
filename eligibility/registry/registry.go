// Package registry keeps the public registers: it loads the official files of a release, and turns the record of an operator into
// facts that carry register, vintage and row.
//
// # Vintages
//
// A release that was loaded is a vintage: publisher, date, SHA-256 of its files, rows read, kept and skipped with reasons. Of each
// register one vintage is live; older ones are kept with their rows. Loading is all or nothing. The rows of a new vintage come in
// short transactions of a few milliseconds each, so that the web app goes on writing meanwhile, and nobody reads them; one small
// transaction at the end makes the vintage live and writes the entry of the record. Whatever ends the loading before that (a
// mistake in row 40,000, a kill) leaves the old vintage live and whole. What such a loading left behind is deleted by the next
// one, or by CleanUp.
//
// Two loadings of one register cannot mix: a second one takes over, and the first one fails at its next transaction.
//
// The same files again change nothing, unless the program reads them in another way than before (layout.Version).
//
// # Operators
//
// An operator has one id in all registers (ccn:141317). Find joins what the live vintages say of it. Where two registers say the
// same fact, the one that stands first in layout.Sources wins: SDWIS before the EPA list of community water systems, the list of
// hospitals before the cost report. ruca_code and rucc_code are worked out by joining ZIP codes and counties; they are
// approximations and never written into the official rural facts.
package registry

import (
	"errors"
	"fmt"
	"time"

	"accessdesk/data"
	"accessdesk/eligibility/registry/layout"
)

// Vintage is a release that was loaded.
type Vintage struct {
	ID        string
	Register  string
	Vintage   string // as the publisher counts: 2026-02, 2025q4, 2019
	Publisher string
	SHA256    string // of its file, or of the list of the digests of several
	State     string // loading, live, kept or failed
	Begun     time.Time
	Live      time.Time // zero: never
	Read      int64
	Kept      int64
	Skipped   int64
	Report    string // JSON: see Reasons
	Came      int64  // records against the vintage before: new, gone, changed
	Went      int64
	Changed   int64
}

// The states of a vintage.
const (
	Loading = "loading"
	Live    = "live"
	Kept    = "kept"
	Failed  = "failed"
)

// Reasons is the report of a vintage.
type Reasons struct {
	Skipped []layout.Count `json:"skipped,omitempty"`
	Remarks []layout.Count `json:"remarks,omitempty"`
}

// SourceFile is a file of a vintage.
type SourceFile struct {
	Name   string
	SHA256 string
	Bytes  int64
	Rows   int64
}

const vintageColumns = `SELECT id, register, vintage, publisher, sha256, state, begun_at, live_at, rows_read, rows_kept, rows_skipped, report, came, went, changed
	FROM registry_vintage `

func scanVintage(s data.Scanner) (Vintage, error) {
	var v Vintage
	var begun int64
	var live *int64
	err := s.Scan(&v.ID, &v.Register, &v.Vintage, &v.Publisher, &v.SHA256, &v.State, &begun, &live, &v.Read, &v.Kept, &v.Skipped, &v.Report, &v.Came, &v.Went, &v.Changed)
	v.Begun = data.FromMillis(begun)
	if live != nil {
		v.Live = data.FromMillis(*live)
	}
	return v, err
}

// Vintages lists all vintages, by register, the newest first.
func Vintages(tx *data.Tx) ([]Vintage, error) {
	return data.Rows(tx, scanVintage, vintageColumns+`ORDER BY register, begun_at DESC, id`)
}

// Editions gives the name of the live vintage of each register of organizations. Empty: there is nothing to find an organization in.
func Editions(tx *data.Tx) (map[string]string, error) {
	type live struct{ register, vintage string }
	rows, err := data.Rows(tx, func(s data.Scanner) (l live, err error) { return l, s.Scan(&l.register, &l.vintage) },
		`SELECT register, vintage FROM registry_vintage WHERE state = 'live'`)
	if err != nil {
		return nil, fmt.Errorf("live registers: %w", err)
	}
	all := map[string]string{}
	for _, l := range rows {
		if source, known := layout.Named(l.register); known && source.Operators {
			all[l.register] = l.vintage
		}
	}
	return all, nil
}

// Files lists the files of a vintage.
func Files(tx *data.Tx, vintageID string) ([]SourceFile, error) {
	return data.Rows(tx, func(s data.Scanner) (SourceFile, error) {
		var f SourceFile
		err := s.Scan(&f.Name, &f.SHA256, &f.Bytes, &f.Rows)
		return f, err
	}, `SELECT name, sha256, bytes, row_count FROM registry_file WHERE vintage_id = $1 ORDER BY number`, vintageID)
}

// liveVintage gives the live vintage of a register; ok is false if none is loaded.
func liveVintage(tx *data.Tx, register string) (v Vintage, ok bool, err error) {
	v, err = scanVintage(tx.Row(vintageColumns+`WHERE register = $1 AND state = 'live'`, register))
	if errors.Is(err, data.ErrNotFound) {
		return Vintage{}, false, nil
	}
	if err != nil {
		return Vintage{}, false, fmt.Errorf("live vintage of %s: %w", register, err)
	}
	return v, true, nil
}
