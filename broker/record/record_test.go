package record_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

func appendEntry(t testing.TB, db *datatest.Database, e record.Entry) {
	t.Helper()
	db.Write(t, func(tx *data.Tx) error { return record.Append(tx, e) })
}

func list(t testing.TB, db *datatest.Database, chain string) (entries []record.Stored) {
	t.Helper()
	db.Read(t, func(tx *data.Tx) (err error) {
		entries, err = record.List(tx, chain)
		return err
	})
	return entries
}

func check(t testing.TB, db *datatest.Database, chain string) error {
	t.Helper()
	return db.DB.Read(context.Background(), func(tx *data.Tx) error { return record.Check(tx, chain) })
}

func TestAppendNumbersAndDatesEachChain(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		first := db.Now()
		appendEntry(t, db, record.Entry{Chain: record.CaseChain("i-1"), Actor: "p-1", Act: "submit", Detail: map[string]any{"revision": 3}})
		db.Advance(time.Minute)
		appendEntry(t, db, record.Entry{Chain: record.Desk, Actor: record.Console, Act: "person_added"})
		appendEntry(t, db, record.Entry{Chain: record.CaseChain("i-1"), Actor: record.System, Act: "close"})

		got := list(t, db, "case:i-1")
		if len(got) != 2 {
			t.Fatalf("%d entries, wanted 2", len(got))
		}
		if got[0].Seq != 1 || got[1].Seq != 2 || got[1].Previous != got[0].Hash || got[0].Previous != strings.Repeat("0", 64) {
			t.Errorf("numbers or links are wrong: %+v", got)
		}
		if !got[0].At.Equal(first) || !got[1].At.Equal(first.Add(time.Minute)) {
			t.Errorf("dated %v and %v", got[0].At, got[1].At)
		}
		if got[0].Actor != "p-1" || got[0].Act != "submit" || got[0].Detail != `{"revision":3}` || got[1].Detail != `{}` {
			t.Errorf("stored %+v", got)
		}
		if desk := list(t, db, record.Desk); len(desk) != 1 || desk[0].Seq != 1 {
			t.Errorf("the desk's chain is %+v", desk)
		}
		for _, chain := range []string{"case:i-1", record.Desk, "case:none"} {
			if err := check(t, db, chain); err != nil {
				t.Errorf("check %s: %v", chain, err)
			}
		}
	})
}

// TestEncodingIsTheDocumentedOne computes the hashes from the words of the package comment alone.
func TestEncodingIsTheDocumentedOne(t *testing.T) {
	db := datatest.Open(t)
	appendEntry(t, db, record.Entry{Chain: record.OfferingChain("demo-grant"), Actor: record.Seed, Act: "publish", Detail: map[string]string{"version": "v-1", "note": "ñ"}})
	db.Advance(1500 * time.Millisecond)
	appendEntry(t, db, record.Entry{Chain: record.OfferingChain("demo-grant"), Actor: "p-9", Act: "retire"})
	previous := strings.Repeat("0", 64)
	for i, s := range list(t, db, "offering:demo-grant") {
		detail := fmt.Sprintf("26:accessdesk record detail 1,64:%s,%d:%s,", s.Salt, len(s.Detail), s.Detail)
		if want := sum(detail); s.DetailHash != want {
			t.Errorf("entry %d: detail hash %s, documented %s", i+1, s.DetailHash, want)
		}
		at := fmt.Sprint(s.At.UnixMilli())
		entry := fmt.Sprintf("25:accessdesk record entry 1,19:offering:demo-grant,1:%d,%d:%s,%d:%s,%d:%s,64:%s,64:%s,",
			s.Seq, len(at), at, len(s.Actor), s.Actor, len(s.Act), s.Act, previous, s.DetailHash)
		if want := sum(entry); s.Hash != want || s.Previous != previous {
			t.Errorf("entry %d: hash %s, documented %s", i+1, s.Hash, want)
		}
		previous = s.Hash
	}
}

func sum(text string) string {
	digest := sha256.Sum256([]byte(text))
	return hex.EncodeToString(digest[:])
}

func TestSaltsDiffer(t *testing.T) {
	db := datatest.Open(t)
	for range 2 {
		appendEntry(t, db, record.Entry{Chain: record.Desk, Actor: record.System, Act: "same"})
	}
	got := list(t, db, record.Desk)
	if got[0].Salt == got[1].Salt || got[0].DetailHash == got[1].DetailHash || len(got[0].Salt) != 64 {
		t.Errorf("equal details can be recognized by their digests: %+v", got)
	}
}

func TestAppendRefusesWhatIsNotAnEntry(t *testing.T) {
	good := record.Entry{Chain: record.Desk, Actor: record.Console, Act: "person_added"}
	cases := map[string]func(*record.Entry){
		"empty chain":       func(e *record.Entry) { e.Chain = "" },
		"unknown chain":     func(e *record.Entry) { e.Chain = "person:1" },
		"chain without id":  func(e *record.Entry) { e.Chain = "case:" },
		"chain with blank":  func(e *record.Entry) { e.Chain = "case:a b" },
		"chain over lines":  func(e *record.Entry) { e.Chain = "desk\n" },
		"long chain":        func(e *record.Entry) { e.Chain = "case:" + strings.Repeat("a", 101) },
		"empty actor":       func(e *record.Entry) { e.Actor = "" },
		"address as actor":  func(e *record.Entry) { e.Actor = "name@example.org" },
		"empty act":         func(e *record.Entry) { e.Act = "" },
		"sentence as act":   func(e *record.Entry) { e.Act = "Did something" },
		"detail is a list":  func(e *record.Entry) { e.Detail = []string{"a"} },
		"detail is a text":  func(e *record.Entry) { e.Detail = "a" },
		"detail is no JSON": func(e *record.Entry) { e.Detail = map[string]any{"f": func() {}} },
	}
	db := datatest.Open(t)
	for name, spoil := range cases {
		t.Run(name, func(t *testing.T) {
			e := good
			spoil(&e)
			err := db.DB.Write(t.Context(), func(tx *data.Tx) error { return record.Append(tx, e) })
			var refusal *data.Refusal
			if err == nil || errors.As(err, &refusal) {
				t.Errorf("append gave %v, wanted a plain error", err)
			}
		})
	}
	if got := list(t, db, record.Desk); len(got) != 0 {
		t.Errorf("%d entries were stored", len(got))
	}
}

func TestAppendRollsBackWithItsAct(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		stop := errors.New("the act failed")
		err := db.DB.Write(t.Context(), func(tx *data.Tx) error {
			if err := record.Append(tx, record.Entry{Chain: record.Desk, Actor: record.Console, Act: "try"}); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) || len(list(t, db, record.Desk)) != 0 {
			t.Errorf("error %v, and an entry without its act", err)
		}
	})
}

func TestTableIsAppendOnly(t *testing.T) {
	statements := map[string]string{
		"update": `UPDATE record_entry SET act = 'other' WHERE chain = 'desk'`,
		"detail": `UPDATE record_entry SET detail = '{}', salt = ''`,
		"delete": `DELETE FROM record_entry WHERE seq = 1`,
		"insert": `INSERT INTO record_entry (chain, seq, at, actor, act, previous, detail_hash, hash, salt, detail)
			SELECT chain, seq, at, 'other', act, previous, detail_hash, hash, salt, detail FROM record_entry`,
		"upsert": `INSERT INTO record_entry (chain, seq, at, actor, act, previous, detail_hash, hash, salt, detail)
			SELECT chain, seq, at, 'other', act, previous, detail_hash, hash, salt, detail FROM record_entry WHERE seq = 1
			ON CONFLICT (chain, seq) DO UPDATE SET actor = 'other'`,
	}
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		for range 2 {
			appendEntry(t, db, record.Entry{Chain: record.Desk, Actor: record.Console, Act: "person_added"})
		}
		before := list(t, db, record.Desk)
		statements := maps.Clone(statements)
		if db.DB.Engine() == data.SQLite {
			statements["replace"] = strings.Replace(statements["insert"], "INSERT", "INSERT OR REPLACE", 1)
		} else {
			statements["truncate"] = `TRUNCATE record_entry`
		}
		for name, statement := range statements {
			err := db.DB.Write(t.Context(), func(tx *data.Tx) error {
				_, err := tx.Exec(statement)
				return err
			})
			if err == nil {
				t.Errorf("%s was possible", name)
			}
		}
		if after := list(t, db, record.Desk); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("the entries changed:\n%v\n%v", before, after)
		}
	})
}

func TestRacingAppendsKeepTheChain(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		const writers, each = 8, 5
		var group sync.WaitGroup
		failed := make(chan error, writers*each)
		for w := range writers {
			group.Go(func() {
				for range each {
					failed <- db.DB.Write(context.Background(), func(tx *data.Tx) error {
						return record.Append(tx, record.Entry{Chain: "case:raced", Actor: fmt.Sprint("p-", w), Act: "save"})
					})
				}
			})
		}
		group.Wait()
		close(failed)
		var stored int
		for err := range failed {
			switch {
			case err == nil:
				stored++
			case !errors.Is(err, data.ErrConflict) && !errors.Is(err, data.ErrBusy):
				t.Errorf("a racing append gave %v", err)
			}
		}
		if got := list(t, db, "case:raced"); len(got) != stored || stored == 0 {
			t.Errorf("%d entries for %d acknowledged acts", len(got), stored)
		}
		if err := check(t, db, "case:raced"); err != nil {
			t.Error(err)
		}
		t.Logf("%d of %d racing appends were stored", stored, writers*each)
	})
}

func TestCheckReadsALongChain(t *testing.T) {
	db := datatest.Open(t)
	const entries = 1203 // more than two pages of Check
	db.Write(t, func(tx *data.Tx) error {
		for range entries {
			if err := record.Append(tx, record.Entry{Chain: record.Desk, Actor: record.System, Act: "tick"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err := check(t, db, record.Desk); err != nil {
		t.Fatal(err)
	}
	unlock(t, db)
	db.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec(`UPDATE record_entry SET actor = 'other' WHERE seq = $1`, 1102)
		return err
	})
	var found *record.Mismatch
	if err := check(t, db, record.Desk); !errors.As(err, &found) || found.Seq != 1102 {
		t.Errorf("check gave %v, wanted entry 1102", err)
	}
}
