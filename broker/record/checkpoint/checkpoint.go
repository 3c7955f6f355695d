// Package checkpoint makes the record hold against somebody who has the database in their hands: from time to time it puts the
// head of every chain that changed into a Merkle tree, signs the tree, and leaves the signed note in the database and in a file.
// Verify compares all of it.
//
// # What is hashed and signed, exactly
//
// The tree is that of RFC 6962 as golang.org/x/mod/sumdb/tlog builds it. A leaf is the UTF-8 text, as a list of netstrings
// (package record explains them),
//
//	"accessdesk record head 1", chain, seq, hash
//
// of the last entry of a chain: seq in decimal, hash as the entry carries it. A note (golang.org/x/mod/sumdb/note, C2SP
// tlog-checkpoint) has the lines
//
//	NAME OF THE KEY
//	number of leaves, in decimal
//	hash of the tree, base64
//	time 2026-11-23T15:00:00.000Z
//
// an empty line, and one line of signature by the Ed25519 key of this desk.
//
// # What a checkpoint proves
//
// Each note vouches for every leaf before it, and each leaf for every entry up to it. So an entry that was changed with all that
// follow it, entries cut off at the end of a chain, and a chain that is gone are found, as long as a note from after the act is
// still there. The notes in the database go back with the database; the files do not, so a database that is older than its newest
// file is found too. Whoever has the key and the files as well can forge everything: keep a copy of the files elsewhere. Acts
// after the last note are held by their chain only.
package checkpoint

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Made is what Make did.
type Made struct {
	// Leaves is the number of chains that changed since the checkpoint before; 0: nothing changed, so there is no new note.
	Leaves int
	// Size is the number of leaves of the tree that the newest note signs; 0: there is no note yet.
	Size int64
}

// errOvertaken: another program made a checkpoint in the meantime.
var errOvertaken = errors.New("another checkpoint was made at the same time")

// Make makes a checkpoint of the chains that changed since the last one, and sees to it that the newest note stands in the folder.
// Another program on the same database may do the same at once: one of them makes it.
func Make(ctx context.Context, db *data.DB, keys Keys, folder string) (Made, error) {
	made, err := extend(ctx, db, keys)
	if err == nil || errors.Is(err, errOvertaken) {
		err = writeNewest(ctx, db, folder, &made)
	}
	if err != nil {
		return made, fmt.Errorf("checkpoint of the record: %w", err)
	}
	return made, nil
}

func extend(ctx context.Context, db *data.DB, keys Keys) (made Made, err error) {
	if keys.signer == nil {
		return made, errors.New("there is no key to sign with")
	}
	var changed []leaf
	var size int64
	// Read first: the entries never change, so that the writers need not wait while the whole record is looked through.
	err = db.Read(ctx, func(tx *data.Tx) error {
		if size, err = treeSize(tx); err != nil {
			return err
		}
		changed, err = changedChains(tx, size)
		return err
	})
	if err != nil || len(changed) == 0 {
		return made, err
	}
	err = db.Write(ctx, func(tx *data.Tx) error {
		now, err := treeSize(tx)
		if err != nil {
			return err
		}
		if now != size {
			return errOvertaken
		}
		return add(tx, keys, changed)
	})
	if errors.Is(err, data.ErrConflict) {
		err = errOvertaken
	}
	if err == nil {
		made.Leaves = len(changed)
	}
	return made, err
}

func treeSize(tx *data.Tx) (size int64, err error) {
	return size, tx.Row(`SELECT count(*) FROM checkpoint_leaf`).Scan(&size)
}

// leaf is the head of a chain at the time of a checkpoint.
type leaf struct {
	record.Head
	number int64
}

// hash is the leaf's hash in the tree.
func (l leaf) hash() tlog.Hash {
	var text strings.Builder
	for _, field := range []string{"accessdesk record head 1", l.Chain, strconv.FormatInt(l.Seq, 10), l.Hash} {
		fmt.Fprintf(&text, "%d:%s,", len(field), field)
	}
	return tlog.RecordHash([]byte(text.String()))
}

// changedChains gives a leaf for every chain that has grown since its last leaf.
func changedChains(tx *data.Tx, size int64) ([]leaf, error) {
	heads, err := record.Heads(tx)
	if err != nil {
		return nil, err
	}
	noted, err := notedHeads(tx)
	if err != nil {
		return nil, err
	}
	var changed []leaf
	for _, head := range heads {
		if head.Seq > noted[head.Chain] {
			changed = append(changed, leaf{Head: head, number: size + int64(len(changed))})
		}
	}
	return changed, nil
}

// notedHeads gives the number of the last entry of each chain that a leaf covers.
func notedHeads(tx *data.Tx) (map[string]int64, error) {
	type last struct {
		chain string
		seq   int64
	}
	rows, err := data.Rows(tx, func(row data.Scanner) (l last, err error) { return l, row.Scan(&l.chain, &l.seq) },
		`SELECT chain, max(seq) FROM checkpoint_leaf GROUP BY chain`)
	noted := map[string]int64{}
	for _, l := range rows {
		noted[l.chain] = l.seq
	}
	return noted, err
}

// add stores leaves, the hashes that they complete, and the note over the tree that they make.
func add(tx *data.Tx, keys Keys, leaves []leaf) error {
	tree := &stored{tx: tx, known: map[int64]tlog.Hash{}}
	for _, l := range leaves {
		hashes, err := tlog.StoredHashesForRecordHash(l.number, l.hash(), tree)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO checkpoint_leaf (number, chain, seq, hash) VALUES ($1, $2, $3, $4)`, l.number, l.Chain, l.Seq, l.Hash)
		if err != nil {
			return err
		}
		for i, hash := range hashes {
			position := tlog.StoredHashIndex(0, l.number) + int64(i)
			tree.known[position] = hash
			if _, err := tx.Exec(`INSERT INTO checkpoint_hash (position, hash) VALUES ($1, $2)`, position, hash.String()); err != nil {
				return err
			}
		}
	}
	n := signed{size: leaves[len(leaves)-1].number + 1, at: tx.Now}
	var err error
	if n.root, err = tlog.TreeHash(n.size, tree); err != nil {
		return err
	}
	text, err := keys.sign(n)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO checkpoint_note (size, at, note) VALUES ($1, $2, $3)`, n.size, data.Millis(n.at), string(text))
	return err
}

// stored reads the hashes of the tree from the table, and remembers those of this transaction.
type stored struct {
	tx    *data.Tx
	known map[int64]tlog.Hash
}

// ReadHashes makes it a tlog.HashReader.
func (s *stored) ReadHashes(positions []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(positions))
	for i, position := range positions {
		hash, ok := s.known[position]
		if !ok {
			var text string
			if err := s.tx.Row(`SELECT hash FROM checkpoint_hash WHERE position = $1`, position).Scan(&text); err != nil {
				return nil, fmt.Errorf("hash %d of the checkpoints: %w", position, err)
			}
			var err error
			if hash, err = tlog.ParseHash(text); err != nil {
				return nil, fmt.Errorf("hash %d of the checkpoints: %w", position, err)
			}
			s.known[position] = hash
		}
		hashes[i] = hash
	}
	return hashes, nil
}

// Note is a signed note as it was stored.
type Note struct {
	Size int64
	At   time.Time
	Text string
}

// Newest gives the newest note in the database. data.ErrNotFound if there is none yet.
func Newest(tx *data.Tx) (n Note, err error) {
	var at int64
	err = tx.Row(`SELECT size, at, note FROM checkpoint_note ORDER BY size DESC LIMIT 1`).Scan(&n.Size, &at, &n.Text)
	n.At = data.FromMillis(at)
	return n, err
}

func writeNewest(ctx context.Context, db *data.DB, folder string, made *Made) error {
	var newest Note
	err := db.Read(ctx, func(tx *data.Tx) (err error) {
		newest, err = Newest(tx)
		return err
	})
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	made.Size = newest.Size
	return writeFile(folder, newest)
}

// signed is what a note says.
type signed struct {
	size int64
	root tlog.Hash
	at   time.Time
}

const (
	timeWord   = "time "
	timeFormat = "2006-01-02T15:04:05.000Z"
)

func (k Keys) sign(s signed) ([]byte, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n%s%s\n", k.signer.Name(), s.size, s.root, timeWord, s.at.UTC().Format(timeFormat))
	return note.Sign(&note.Note{Text: text}, k.signer)
}

// open checks the signature of a note and reads it.
func (k Keys) open(text string) (s signed, err error) {
	opened, err := note.Open([]byte(text), note.VerifierList(k.verifiers...))
	var unverified *note.UnverifiedNoteError
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &unverified):
		return s, fmt.Errorf("it is signed with %s, a key that is not in %s of the keys", signers(unverified.Note), PublicFile)
	case errors.As(err, &invalid):
		return s, errors.New("its signature is wrong: it was changed")
	case err != nil:
		return s, errors.New("it is no signed note")
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 5 || lines[0] != opened.Sigs[0].Name || !strings.HasPrefix(lines[3], timeWord) {
		return s, errors.New("it is signed, but no checkpoint of a record")
	}
	var problems [3]error
	s.size, problems[0] = strconv.ParseInt(lines[1], 10, 64)
	s.root, problems[1] = tlog.ParseHash(lines[2])
	s.at, problems[2] = time.Parse(timeFormat, strings.TrimPrefix(lines[3], timeWord))
	if err := errors.Join(problems[:]...); err != nil || s.size < 1 {
		return s, errors.New("it is signed, but no checkpoint of a record")
	}
	return s, nil
}

func signers(n *note.Note) string {
	if n == nil || len(n.UnverifiedSigs) == 0 {
		return "nothing"
	}
	return n.UnverifiedSigs[0].Name
}

// Uncovered counts the entries that no leaf covers yet, and tells when the newest of all entries was written.
func Uncovered(tx *data.Tx) (entries int64, newest time.Time, err error) {
	heads, err := record.Heads(tx)
	if err != nil {
		return 0, newest, err
	}
	noted, err := notedHeads(tx)
	if err != nil {
		return 0, newest, err
	}
	for _, head := range heads {
		entries += max(0, head.Seq-noted[head.Chain])
	}
	newest, err = record.Newest(tx)
	return entries, newest, err
}
