package record_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"

	"pgregory.net/rapid"
)

// unlock takes the triggers away, as somebody with the database in their hands would.
func unlock(t testing.TB, db *datatest.Database) {
	t.Helper()
	statements := []string{`DROP TRIGGER record_entry_no_update`, `DROP TRIGGER record_entry_no_delete`, `DROP TRIGGER record_entry_no_replace`}
	if db.DB.Engine() == data.Postgres {
		statements = []string{`ALTER TABLE record_entry DISABLE TRIGGER USER`}
	}
	db.Write(t, func(tx *data.Tx) error {
		for _, statement := range statements {
			if _, err := tx.Exec(statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// tampering is one way to forge a chain of five entries at one of them, and what Check says of it.
type tampering struct {
	name       string
	statements []string // $1 is the number of the entry
	wantSeq    int64    // relative to that number
	wantText   string
}

var tamperings = []tampering{
	{"time", []string{`UPDATE record_entry SET at = at + 1 WHERE seq = $1`}, 0, "changed"},
	{"actor", []string{`UPDATE record_entry SET actor = 'other' WHERE seq = $1`}, 0, "changed"},
	{"act", []string{`UPDATE record_entry SET act = 'other' WHERE seq = $1`}, 0, "changed"},
	{"act and actor joined anew", []string{`UPDATE record_entry SET actor = actor || substr(act, 1, 1), act = substr(act, 2) WHERE seq = $1`}, 0, "changed"},
	{"detail", []string{`UPDATE record_entry SET detail = '{"state":"approved"}' WHERE seq = $1`}, 0, "detail was changed"},
	{"detail and salt joined anew", []string{`UPDATE record_entry SET salt = salt || substr(detail, 1, 1), detail = substr(detail, 2) WHERE seq = $1`}, 0, "detail was changed"},
	{"salt and detail emptied", []string{`UPDATE record_entry SET salt = '', detail = '' WHERE seq = $1`}, 0, "detail was changed"},
	{"detail hash", []string{`UPDATE record_entry SET detail_hash = hash WHERE seq = $1`}, 0, "detail was changed"},
	{"hash", []string{`UPDATE record_entry SET hash = detail_hash WHERE seq = $1`}, 0, "changed"},
	{"previous", []string{`UPDATE record_entry SET previous = hash WHERE seq = $1`}, 0, "changed"},
	{"missing", []string{`DELETE FROM record_entry WHERE seq = $1`}, 0, "missing"},
	{"missing and closed up", []string{`DELETE FROM record_entry WHERE seq = $1`, `UPDATE record_entry SET seq = seq - 1 WHERE seq = $1 + 1`}, 0, "changed or moved"},
	{"swapped with the next", []string{`UPDATE record_entry SET seq = 1000 WHERE seq = $1`,
		`UPDATE record_entry SET seq = seq - 1 WHERE seq = $1 + 1`, `UPDATE record_entry SET seq = $1 + 1 WHERE seq = 1000`}, 0, "changed or moved"},
	{"moved to another chain", []string{`UPDATE record_entry SET chain = 'case:other' WHERE seq = $1`}, 0, "missing"},
}

func TestCheckNamesWhatDoesNotFit(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		unlock(t, db)
		for n, tampered := range tamperings {
			for _, at := range []int64{1, 3, 4} {
				chain := fmt.Sprintf("case:c%d-%d", n, at)
				fill(t, db, chain, 5)
				err := db.DB.Write(t.Context(), func(tx *data.Tx) error { return tamper(tx, chain, tampered.statements, at) })
				if err != nil {
					t.Fatalf("%s at %d: %v", tampered.name, at, err)
				}
				err = check(t, db, chain)
				var found *record.Mismatch
				if !errors.As(err, &found) {
					t.Errorf("%s at %d: check gave %v", tampered.name, at, err)
					continue
				}
				if found.Chain != chain || found.Seq != at+tampered.wantSeq || !strings.Contains(found.Problem, tampered.wantText) {
					t.Errorf("%s at %d: %v", tampered.name, at, found)
				}
			}
		}
	})
}

// TestCheckFindsAReplacedEntry forges one entry completely, hashes included: the next one gives it away.
func TestCheckFindsAReplacedEntry(t *testing.T) {
	db := datatest.Open(t)
	fill(t, db, "case:forged", 3)
	unlock(t, db)
	second := list(t, db, "case:forged")[1]
	second.Act = "approve"
	netstring := func(fields ...string) (encoded string) {
		for _, f := range fields {
			encoded += fmt.Sprintf("%d:%s,", len(f), f)
		}
		return encoded
	}
	forged := sum(netstring("accessdesk record entry 1", second.Chain, "2", fmt.Sprint(second.At.UnixMilli()), second.Actor, second.Act, second.Previous, second.DetailHash))
	db.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec(`UPDATE record_entry SET act = 'approve', hash = $1 WHERE chain = 'case:forged' AND seq = 2`, forged)
		return err
	})
	var found *record.Mismatch
	if err := check(t, db, "case:forged"); !errors.As(err, &found) || found.Seq != 3 || !strings.Contains(found.Problem, "replaced") {
		t.Errorf("check gave %v", err)
	}
}

func fill(t testing.TB, db *datatest.Database, chain string, entries int) {
	t.Helper()
	db.Write(t, func(tx *data.Tx) error {
		for i := range entries {
			e := record.Entry{Chain: chain, Actor: "p-1", Act: "save", Detail: map[string]int{"revision": i}}
			if err := record.Append(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// tamper runs the statements within one chain. It keeps every placeholder, so the chain stands last.
func tamper(tx *data.Tx, chain string, statements []string, at int64) error {
	for _, statement := range statements {
		if _, err := tx.Exec(statement+` AND chain = $2`, at, chain); err != nil {
			return err
		}
	}
	return nil
}

// edits are the ways in which the random test spoils one column of an entry; $3 is another value.
var edits = map[string]string{
	"at":          `UPDATE record_entry SET at = at + length($3) WHERE seq = $1 AND chain = $2`,
	"actor":       `UPDATE record_entry SET actor = $3 WHERE seq = $1 AND chain = $2`,
	"act":         `UPDATE record_entry SET act = $3 WHERE seq = $1 AND chain = $2`,
	"previous":    `UPDATE record_entry SET previous = $3 WHERE seq = $1 AND chain = $2`,
	"detail_hash": `UPDATE record_entry SET detail_hash = $3 WHERE seq = $1 AND chain = $2`,
	"hash":        `UPDATE record_entry SET hash = $3 WHERE seq = $1 AND chain = $2`,
	"salt":        `UPDATE record_entry SET salt = $3 WHERE seq = $1 AND chain = $2`,
	"detail":      `UPDATE record_entry SET detail = $3 WHERE seq = $1 AND chain = $2`,
	"remove":      `DELETE FROM record_entry WHERE seq = $1 AND chain = $2 AND $3 <> ''`,
	"move":        `UPDATE record_entry SET seq = seq + 50 + length($3) WHERE seq = $1 AND chain = $2`,
}

var editNames = []string{"at", "actor", "act", "previous", "detail_hash", "hash", "salt", "detail", "remove", "move"}

// TestRandomEditsAreFound spoils random chains in random places: Check must be silent before and name exactly the
// first spoiled entry after. An edit of the last entry counts too; only its removal cannot be seen in the chain.
func TestRandomEditsAreFound(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		unlock(t, db)
		word := rapid.StringMatching(`[a-z0-9]{1,12}`)
		round := 0
		rapid.Check(t, func(r *rapid.T) {
			round++
			chain := fmt.Sprintf("case:r%d-%s", round, data.NewID())
			length := rapid.IntRange(2, 9).Draw(r, "length")
			for range length {
				db.Advance(time.Duration(rapid.IntRange(0, 5000).Draw(r, "pause")) * time.Millisecond)
				appendEntry(t, db, record.Entry{Chain: chain, Actor: word.Draw(r, "who"), Act: word.Draw(r, "act"),
					Detail: map[string]string{"state": rapid.StringN(0, 20, -1).Draw(r, "detail")}})
			}
			if err := check(t, db, chain); err != nil {
				r.Fatalf("an untouched chain: %v", err)
			}
			edit := rapid.SampledFrom(editNames).Draw(r, "edit")
			last := length
			if edit == "remove" || edit == "move" {
				last = length - 1
			}
			at := int64(rapid.IntRange(1, last).Draw(r, "at"))
			value := "forged-" + word.Draw(r, "value")
			db.Write(t, func(tx *data.Tx) error {
				rows, err := tx.Exec(edits[edit], at, chain, value)
				if err == nil && rows != 1 {
					err = fmt.Errorf("edited %d rows", rows)
				}
				return err
			})
			var found *record.Mismatch
			if err := check(t, db, chain); !errors.As(err, &found) || found.Seq != at {
				r.Fatalf("%s of entry %d was not found there: %v", edit, at, err)
			}
		})
	})
}
