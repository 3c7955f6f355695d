package record

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"accessdesk/data"
)

// Stored is an entry as it stands in the table. The package comment says how its hashes come about.
type Stored struct {
	Chain string
	// Seq counts from 1 in each chain.
	Seq int64
	// At is the time of the transaction that wrote it, UTC, whole milliseconds.
	At time.Time
	// Actor and Act are those of Entry.
	Actor, Act string
	// Previous is the hash of the entry before it; DetailHash and Hash are its own.
	Previous, DetailHash, Hash string
	// Salt and Detail are what DetailHash covers; Detail is a JSON object.
	Salt, Detail string
}

func (s Stored) detailHash() string { return digest("accessdesk record detail 1", s.Salt, s.Detail) }

func (s Stored) hash() string {
	return digest("accessdesk record entry 1", s.Chain, strconv.FormatInt(s.Seq, 10),
		strconv.FormatInt(data.Millis(s.At), 10), s.Actor, s.Act, s.Previous, s.DetailHash)
}

// Mismatch is the error of Check: the first entry of a chain that does not fit.
type Mismatch struct {
	Chain string
	// Seq is the number that the entry has, or should have where it is missing.
	Seq int64
	// Problem says what is wrong, in English, for the log and the command line.
	Problem string
}

// Error names the chain, the entry and the problem.
func (m *Mismatch) Error() string {
	return fmt.Sprintf("record %s, entry %d: %s", m.Chain, m.Seq, m.Problem)
}

// List gives the entries of a chain, oldest first; none for a chain that has none.
func List(tx *data.Tx, chain string) ([]Stored, error) {
	entries, err := data.Rows(tx, scan,
		`SELECT chain, seq, at, actor, act, previous, detail_hash, hash, salt, detail
		FROM record_entry WHERE chain = $1 ORDER BY seq`, chain)
	if err != nil {
		return nil, fmt.Errorf("list record %s: %w", chain, err)
	}
	return entries, nil
}

// Head is the last entry of a chain: whoever keeps a copy of it can tell later that nothing up to it was changed or cut off.
type Head struct {
	Chain string
	// Seq is the number of the last entry, and of the entries if none is missing.
	Seq int64
	// Hash is that of the last entry.
	Hash string
}

// Heads gives the head of every chain, in the order of their names.
func Heads(tx *data.Tx) ([]Head, error) {
	heads, err := data.Rows(tx, func(row data.Scanner) (h Head, err error) { return h, row.Scan(&h.Chain, &h.Seq, &h.Hash) },
		`SELECT e.chain, e.seq, e.hash FROM (SELECT chain, max(seq) AS seq FROM record_entry GROUP BY chain) last
		JOIN record_entry e ON e.chain = last.chain AND e.seq = last.seq`)
	if err != nil {
		return nil, fmt.Errorf("heads of the record: %w", err)
	}
	// Sorted here: the engines order texts differently.
	slices.SortFunc(heads, func(a, b Head) int { return strings.Compare(a.Chain, b.Chain) })
	return heads, nil
}

// Last tells when an act was last done in a chain. data.ErrNotFound if never.
func Last(tx *data.Tx, chain, act string) (time.Time, error) {
	var at int64
	err := tx.Row(`SELECT at FROM record_entry WHERE chain = $1 AND act = $2 ORDER BY seq DESC LIMIT 1`, chain, act).Scan(&at)
	return data.FromMillis(at), err
}

// Newest tells when the newest entry of all was written; the zero time for an empty record.
func Newest(tx *data.Tx) (time.Time, error) {
	var at int64
	err := tx.Row(`SELECT coalesce(max(at), 0) FROM record_entry`).Scan(&at)
	return data.FromMillis(at), err
}

// HeadsDigest is H of the package comment over "accessdesk record heads 1" and chain, seq and hash of each head: two records with
// the same digest hold the same acts.
func HeadsDigest(heads []Head) string {
	fields := []string{"accessdesk record heads 1"}
	for _, h := range heads {
		fields = append(fields, h.Chain, strconv.FormatInt(h.Seq, 10), h.Hash)
	}
	return digest(fields...)
}

// checkedAtOnce bounds the entries that Check holds in memory: the desk's chain may be long.
const checkedAtOnce = 500

// Check computes every hash of a chain again. A *Mismatch names the first entry that does not fit; nil means that
// all do, also for a chain without entries.
func Check(tx *data.Tx, chain string) error {
	before := Stored{Chain: chain, Hash: genesis}
	for {
		page, err := data.Rows(tx, scan,
			`SELECT chain, seq, at, actor, act, previous, detail_hash, hash, salt, detail
			FROM record_entry WHERE chain = $1 AND seq > $2 ORDER BY seq LIMIT $3`, chain, before.Seq, checkedAtOnce)
		if err != nil {
			return fmt.Errorf("check record %s: %w", chain, err)
		}
		for _, entry := range page {
			if problem := entry.problemAfter(before); problem != "" {
				return &Mismatch{Chain: chain, Seq: min(entry.Seq, before.Seq+1), Problem: problem}
			}
			before = entry
		}
		if len(page) < checkedAtOnce {
			return nil
		}
	}
}

// problemAfter says what is wrong with an entry that follows another, or "".
func (s Stored) problemAfter(before Stored) string {
	switch {
	case s.Seq != before.Seq+1:
		return "missing"
	case s.DetailHash != s.detailHash():
		return "its detail was changed"
	case s.Hash != s.hash():
		return "it was changed or moved"
	case s.Previous != before.Hash:
		return "it does not follow the entry before it: one of them was replaced"
	}
	return ""
}

func scan(row data.Scanner) (s Stored, err error) {
	var at int64
	err = row.Scan(&s.Chain, &s.Seq, &at, &s.Actor, &s.Act, &s.Previous, &s.DetailHash, &s.Hash, &s.Salt, &s.Detail)
	s.At = data.FromMillis(at)
	return s, err
}
