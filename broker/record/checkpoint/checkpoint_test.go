package checkpoint_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/broker/record/checkpoint"
	"accessdesk/data"
	"accessdesk/data/datatest"

	"golang.org/x/mod/sumdb/note"
)

// place is a database with the folders of its keys and notes.
type place struct {
	*datatest.Database
	keys        checkpoint.Keys
	keyFolder   string
	noteFolder  string
	entryNumber int
}

func newPlace(t testing.TB, db *datatest.Database) *place {
	t.Helper()
	folder := t.TempDir()
	p := &place{Database: db, keyFolder: filepath.Join(folder, "keys"), noteFolder: filepath.Join(folder, "checkpoints")}
	var err error
	if p.keys, err = checkpoint.MakeKeys(p.keyFolder); err != nil {
		t.Fatal(err)
	}
	return p
}

// act appends entries to a chain.
func (p *place) act(t testing.TB, chain string, entries int) {
	t.Helper()
	p.Write(t, func(tx *data.Tx) error {
		for range entries {
			p.entryNumber++
			if err := record.Append(tx, record.Entry{Chain: chain, Actor: "p-1", Act: "save", Detail: map[string]int{"n": p.entryNumber}}); err != nil {
				return err
			}
		}
		return nil
	})
	p.Advance(time.Second)
}

func (p *place) make(t testing.TB) checkpoint.Made {
	t.Helper()
	made, err := checkpoint.Make(context.Background(), p.DB, p.keys, p.noteFolder)
	if err != nil {
		t.Fatal(err)
	}
	p.Advance(time.Hour)
	return made
}

func (p *place) verify(t testing.TB) checkpoint.Report {
	t.Helper()
	report, err := checkpoint.Verify(context.Background(), p.DB, p.keys, p.noteFolder)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// sound wants nothing to be wrong.
func (p *place) sound(t testing.TB) checkpoint.Report {
	t.Helper()
	report := p.verify(t)
	if !report.Sound || len(report.Problems) > 0 {
		t.Fatalf("not sound: %v", report.Problems)
	}
	return report
}

// files lists the names of the notes in the folder.
func (p *place) files(t testing.TB) (names []string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(p.noteFolder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		names = append(names, filepath.Base(path))
	}
	return names
}

func TestCheckpointsFollowTheRecord(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		p := newPlace(t, db)
		if made := p.make(t); made.Leaves != 0 || made.Size != 0 || len(p.files(t)) != 0 {
			t.Errorf("of an empty record: %+v, %v", made, p.files(t))
		}
		p.act(t, record.Desk, 2)
		p.act(t, "case:one", 1)
		if report := p.sound(t); report.After != 3 || report.Notes != 0 || !report.LastNote.IsZero() {
			t.Errorf("before the first note: %+v", report)
		}
		at := p.Now()
		if made := p.make(t); made.Leaves != 2 || made.Size != 2 {
			t.Errorf("first: %+v", made)
		}
		p.act(t, "case:one", 3)
		p.act(t, "offering:two", 1)
		report := p.sound(t)
		if report.Chains != 3 || report.Entries != 7 || report.Notes != 1 || report.Files != 1 || report.After != 4 || !report.LastNote.Equal(at) {
			t.Errorf("after the first note: %+v", report)
		}
		if made := p.make(t); made.Leaves != 2 || made.Size != 4 {
			t.Errorf("second: %+v", made)
		}
		if made := p.make(t); made.Leaves != 0 || made.Size != 4 {
			t.Errorf("nothing changed: %+v", made)
		}
		if report := p.sound(t); report.After != 0 || report.Notes != 2 {
			t.Errorf("after the second note: %+v", report)
		}
		if got := strings.Join(p.files(t), " "); got != "000000000002.note 000000000004.note" {
			t.Errorf("files: %s", got)
		}
	})
}

// A note that did not reach the folder, because the program was killed, is written the next time.
func TestLostFileIsWrittenAgain(t *testing.T) {
	p := newPlace(t, datatest.Open(t))
	p.act(t, record.Desk, 1)
	p.make(t)
	path := filepath.Join(p.noteFolder, "000000000001.note")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(p.noteFolder); err != nil {
		t.Fatal(err)
	}
	p.make(t)
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Errorf("%q, want %q (%v)", after, before, err)
	}
	// Another note in its place is never overwritten.
	if err := os.WriteFile(path, []byte("other"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := checkpoint.Make(t.Context(), p.DB, p.keys, p.noteFolder); err == nil || !strings.Contains(err.Error(), "another note") {
		t.Errorf("got %v", err)
	}
}

// A note is one that any program for signed notes can check: three lines of C2SP's tlog-checkpoint and the time.
func TestNoteIsTheDocumentedOne(t *testing.T) {
	p := newPlace(t, datatest.Open(t))
	p.act(t, record.Desk, 1)
	p.make(t)
	text, err := os.ReadFile(filepath.Join(p.noteFolder, "000000000001.note"))
	if err != nil {
		t.Fatal(err)
	}
	public := p.keys.Public()
	verifier, err := note.NewVerifier(public[len(public)-1])
	if err != nil {
		t.Fatal(err)
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 5 || lines[0] != verifier.Name() || lines[1] != "1" || len(lines[2]) != 44 || lines[3] != "time 2026-11-23T15:00:01.000Z" {
		t.Errorf("the note is %q", opened.Text)
	}
	info, err := os.Stat(filepath.Join(p.keyFolder, checkpoint.SecretFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key has mode %v (%v)", info.Mode(), err)
	}
}

func TestRacingCheckpointsMakeOneTree(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		p := newPlace(t, db)
		for round := range 4 {
			for chain := range 5 {
				p.act(t, fmt.Sprintf("case:c%d", chain), 1)
			}
			var group sync.WaitGroup
			for range 4 {
				group.Go(func() {
					if _, err := checkpoint.Make(context.Background(), p.DB, p.keys, p.noteFolder); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			if report := p.sound(t); report.Notes != round+1 || report.After != 0 {
				t.Errorf("round %d: %+v", round, report)
			}
		}
	})
}

func TestKeysAreMadeOnceAndChecked(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "keys")
	if keys, err := checkpoint.ReadKeys(folder); err != nil || keys.CanSign() || len(keys.Public()) != 0 {
		t.Errorf("without a folder: %v, %v", keys, err)
	}
	first, err := checkpoint.MakeKeys(folder)
	if err != nil || !first.CanSign() || len(first.Public()) != 1 {
		t.Fatalf("made %v, %v", first.Public(), err)
	}
	again, err := checkpoint.MakeKeys(folder)
	if err != nil || fmt.Sprint(again.Public()) != fmt.Sprint(first.Public()) {
		t.Errorf("the second time %v, %v", again.Public(), err)
	}
	// The public half of the key that signs counts even when the list of keys is lost.
	if err := os.Remove(filepath.Join(folder, checkpoint.PublicFile)); err != nil {
		t.Fatal(err)
	}
	if alone, err := checkpoint.ReadKeys(folder); err != nil || fmt.Sprint(alone.Public()) != fmt.Sprint(first.Public()) {
		t.Errorf("without the list %v, %v", alone.Public(), err)
	}
	secret := filepath.Join(folder, checkpoint.SecretFile)
	for name, c := range map[string]struct {
		do   func() error
		want string
	}{
		"others can read": {func() error { return os.Chmod(secret, 0o644) }, "can be read by others"},
		"no key":          {func() error { return os.WriteFile(secret, []byte("PRIVATE+KEY+x"), 0o600) }, "does not hold a key"},
	} {
		if err := c.do(); err != nil {
			t.Fatal(err)
		}
		if _, err := checkpoint.ReadKeys(folder); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		os.Chmod(secret, 0o600)
	}
	if err := checkpoint.Trust(folder, []string{"words"}); err == nil {
		t.Error("words are trusted as a key")
	}
}
