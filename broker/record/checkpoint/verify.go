package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"

	"golang.org/x/mod/sumdb/tlog"
)

// Where a problem was found.
const (
	InDatabase   = "database"
	InRecord     = "record"
	InCheckpoint = "checkpoint"
)

// Problem is one thing that does not fit.
type Problem struct {
	Where string `json:"where"` // InDatabase, InRecord or InCheckpoint
	// Chain and Seq name the first entry of a chain that does not fit; "" and 0 where no entry is meant.
	Chain string `json:"chain,omitempty"`
	Seq   int64  `json:"seq,omitempty"`
	// Problem says what is wrong, in English.
	Problem string `json:"problem"`
}

// String is the problem in one line.
func (p Problem) String() string {
	if p.Chain != "" {
		return fmt.Sprintf("%s %s, entry %d: %s", p.Where, p.Chain, p.Seq, p.Problem)
	}
	return p.Where + ": " + p.Problem
}

// Report is what Verify found.
type Report struct {
	Sound    bool      `json:"sound"`
	Problems []Problem `json:"problems"`
	Chains   int       `json:"chains"`
	Entries  int64     `json:"entries"`
	// Notes is the number of notes in the database, Files that in the folder.
	Notes int `json:"notes"`
	Files int `json:"note_files"`
	// LastNote is the time of the newest note whose signature holds; zero if there is none.
	LastNote time.Time `json:"last_note,omitzero"`
	// After counts the entries that no note covers yet: they are held by their chain only.
	After int64 `json:"entries_after_last_note"`
}

func (r *Report) add(where, format string, args ...any) {
	r.Problems = append(r.Problems, Problem{Where: where, Problem: fmt.Sprintf(format, args...)})
}

// Verify looks for everything that does not fit: damage of the database, entries that were changed, moved or taken out, chains that
// are shorter than a note says or gone, notes and hashes that were changed, and a database older than the newest note in the
// folder. It changes nothing. An error means that it could not look.
func Verify(ctx context.Context, db *data.DB, keys Keys, folder string) (Report, error) {
	report := Report{Problems: []Problem{}}
	problems, err := db.Problems(ctx)
	if err != nil {
		return report, fmt.Errorf("verify: %w", err)
	}
	for _, problem := range problems {
		report.add(InDatabase, "%s", problem)
	}
	// The files before the database: a note reaches the folder after it was committed, so no file read here can be newer.
	files, err := readFiles(folder)
	if err != nil {
		return report, fmt.Errorf("verify: %w", err)
	}
	report.Files = len(files)
	err = db.Read(ctx, func(tx *data.Tx) error {
		v := verification{tx: tx, keys: keys, report: &report}
		return v.all(files)
	})
	if errors.Is(err, data.ErrUnavailable) && len(problems) > 0 {
		report.add(InDatabase, "it is too damaged to check the record: %v", err)
		err = nil
	}
	if err != nil {
		return report, fmt.Errorf("verify: %w", err)
	}
	report.Sound = len(report.Problems) == 0
	return report, nil
}

// verification is one look at the record, in one transaction.
type verification struct {
	tx     *data.Tx
	keys   Keys
	report *Report
	heads  map[string]record.Head
	broken map[string]bool // chains with a problem in themselves
	leaves []leaf
	tree   hashes
	stored map[string]bool // texts of the notes in the database
}

func (v *verification) all(files []noteFile) error {
	for _, step := range []func() error{v.chains, v.readLeaves, v.storedHashes, v.coveredEntries, v.notes} {
		if err := step(); err != nil {
			return err
		}
	}
	v.files(files)
	return nil
}

// chains computes every hash of every chain again.
func (v *verification) chains() error {
	heads, err := record.Heads(v.tx)
	if err != nil {
		return err
	}
	if err := v.tx.Row(`SELECT count(*) FROM record_entry`).Scan(&v.report.Entries); err != nil {
		return err
	}
	v.heads, v.broken, v.report.Chains = map[string]record.Head{}, map[string]bool{}, len(heads)
	for _, head := range heads {
		v.heads[head.Chain] = head
		var found *record.Mismatch
		switch err := record.Check(v.tx, head.Chain); {
		case errors.As(err, &found):
			v.broken[head.Chain] = true
			v.report.Problems = append(v.report.Problems, Problem{Where: InRecord, Chain: found.Chain, Seq: found.Seq, Problem: found.Problem})
		case err != nil:
			return err
		}
	}
	return nil
}

// readLeaves reads the tree's leaves and builds the tree again from them alone, up to the first that is missing.
func (v *verification) readLeaves() error {
	leaves, err := data.Rows(v.tx, func(row data.Scanner) (l leaf, err error) {
		return l, row.Scan(&l.number, &l.Chain, &l.Seq, &l.Hash)
	}, `SELECT number, chain, seq, hash FROM checkpoint_leaf ORDER BY number`)
	if err != nil {
		return err
	}
	noted := map[string]int64{}
	for i, l := range leaves {
		if l.number != int64(i) {
			v.report.add(InCheckpoint, "leaf %d of the tree is missing", i)
			break
		}
		grown, err := tlog.StoredHashesForRecordHash(l.number, l.hash(), v.tree)
		if err != nil {
			return err
		}
		v.tree = append(v.tree, grown...)
		v.leaves = append(v.leaves, l)
		noted[l.Chain] = max(noted[l.Chain], l.Seq)
	}
	for chain, head := range v.heads {
		v.report.After += max(0, head.Seq-noted[chain])
	}
	return nil
}

// hashes is the tree in memory: 64 bytes for each leaf.
type hashes []tlog.Hash

// ReadHashes makes it a tlog.HashReader.
func (h hashes) ReadHashes(positions []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(positions))
	for i, position := range positions {
		if position >= int64(len(h)) {
			return nil, fmt.Errorf("no hash %d", position)
		}
		found[i] = h[position]
	}
	return found, nil
}

// storedHashes compares the table with the tree built again: the next checkpoint would build on a wrong hash.
func (v *verification) storedHashes() error {
	type storedHash struct {
		position int64
		hash     string
	}
	rows, err := data.Rows(v.tx, func(row data.Scanner) (s storedHash, err error) { return s, row.Scan(&s.position, &s.hash) },
		`SELECT position, hash FROM checkpoint_hash ORDER BY position`)
	if err != nil {
		return err
	}
	for i, want := range v.tree {
		if i >= len(rows) || rows[i].position != int64(i) {
			v.report.add(InCheckpoint, "hash %d of the tree is missing", i)
			return nil
		}
		if rows[i].hash != want.String() {
			v.report.add(InCheckpoint, "hash %d of the tree, or the leaf that it comes from, was changed", i)
			return nil
		}
	}
	return nil
}

// coveredEntries finds the entries that a leaf covers and that are gone or others now. Of each chain the first is named.
func (v *verification) coveredEntries() error {
	type covered struct {
		leaf
		now string // hash of the entry as it is now, "" if it is gone
	}
	rows, err := data.Rows(v.tx, func(row data.Scanner) (c covered, err error) {
		return c, row.Scan(&c.number, &c.Chain, &c.Seq, &c.Hash, &c.now)
	}, `SELECT l.number, l.chain, l.seq, l.hash, coalesce(e.hash, '') FROM checkpoint_leaf l
		LEFT JOIN record_entry e ON e.chain = l.chain AND e.seq = l.seq
		WHERE e.hash IS NULL OR e.hash <> l.hash ORDER BY l.seq, l.number`)
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, c := range rows {
		head, there := v.heads[c.Chain]
		found := Problem{Where: InRecord, Chain: c.Chain}
		switch {
		case named[c.Chain]:
			continue
		case !there:
			found.Seq, found.Problem = 1, fmt.Sprintf("the whole chain is missing; a checkpoint covers %d entries of it", v.lastCovered(c.Chain))
		case c.now == "" && head.Seq < c.Seq:
			found.Seq, found.Problem = head.Seq+1, fmt.Sprintf("missing: the chain was shortened; a checkpoint covers %d entries of it", v.lastCovered(c.Chain))
		case v.broken[c.Chain]:
			continue // the chain itself names the entry
		default:
			found.Seq, found.Problem = c.Seq, "it is not the entry that a checkpoint covers: this one, or one before it, was replaced"
		}
		named[c.Chain] = true
		v.report.Problems = append(v.report.Problems, found)
	}
	return nil
}

func (v *verification) lastCovered(chain string) (seq int64) {
	for _, l := range v.leaves {
		if l.Chain == chain {
			seq = max(seq, l.Seq)
		}
	}
	return seq
}

// notes checks every note in the database against the tree.
func (v *verification) notes() error {
	notes, err := data.Rows(v.tx, func(row data.Scanner) (n Note, err error) { return n, row.Scan(&n.Size, &n.Text) },
		`SELECT size, note FROM checkpoint_note ORDER BY size`)
	if err != nil {
		return err
	}
	v.report.Notes, v.stored = len(notes), map[string]bool{}
	for _, n := range notes {
		v.stored[n.Text] = true
		v.note(fmt.Sprintf("note %d in the database", n.Size), n.Size, n.Text)
	}
	if size := int64(len(v.leaves)); size > 0 && (len(notes) == 0 || notes[len(notes)-1].Size != size) {
		v.report.add(InCheckpoint, "the tree has %d leaves, but no note signs it whole: a note is missing, or leaves were added", size)
	}
	return nil
}

// note checks one note; size is the one that its place says.
func (v *verification) note(name string, size int64, text string) {
	s, err := v.keys.open(text)
	if err != nil {
		v.report.add(InCheckpoint, "%s: %v", name, err)
		return
	}
	if s.size != size {
		v.report.add(InCheckpoint, "%s signs a tree of %d leaves", name, s.size)
		return
	}
	if s.at.After(v.report.LastNote) {
		v.report.LastNote = s.at
	}
	if size > int64(len(v.leaves)) {
		v.report.add(InCheckpoint, "%s of %s signs %d leaves, the database has %d: the database is older than the note. It was rolled back, or restored from an older copy",
			name, s.at.Format(timeFormat), size, len(v.leaves))
		return
	}
	root, err := tlog.TreeHash(size, v.tree)
	if err != nil || root != s.root {
		v.report.add(InCheckpoint, "%s of %s does not fit: one of the first %d leaves of the tree was changed after it was signed", name, s.at.Format(timeFormat), size)
	}
}

// files checks the notes in the folder that are not those of the database. Of those that are newer than the database only the newest is named.
func (v *verification) files(files []noteFile) {
	for i, file := range files {
		if v.stored[file.text] {
			continue
		}
		if file.size > int64(len(v.leaves)) && i < len(files)-1 {
			if _, err := v.keys.open(file.text); err == nil {
				continue
			}
		}
		v.note("the note in "+filepath.ToSlash(file.path), file.size, file.text)
	}
}
