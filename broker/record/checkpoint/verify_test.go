package checkpoint_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/record/checkpoint"
	"accessdesk/data"
	"accessdesk/data/datatest"

	"pgregory.net/rapid"
)

// unlock takes the triggers away, as somebody with the database in their hands would.
func (p *place) unlock(t testing.TB) {
	t.Helper()
	var statements []string
	if p.DB.Engine() == data.Postgres {
		for _, table := range []string{"record_entry", "checkpoint_leaf", "checkpoint_hash", "checkpoint_note"} {
			statements = append(statements, "ALTER TABLE "+table+" DISABLE TRIGGER USER")
		}
	} else {
		p.Read(t, func(tx *data.Tx) (err error) {
			statements, err = data.Rows(tx, data.Value[string], `SELECT 'DROP TRIGGER ' || name FROM sqlite_master
				WHERE type = 'trigger' AND tbl_name IN ('record_entry', 'checkpoint_leaf', 'checkpoint_hash', 'checkpoint_note')`)
			return err
		})
	}
	p.exec(t, statements...)
}

func (p *place) exec(t testing.TB, statements ...string) {
	t.Helper()
	p.Write(t, func(tx *data.Tx) error {
		for _, statement := range statements {
			if _, err := tx.Exec(statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// furnish makes a record of three chains and two notes over it, and two acts after the last note.
func (p *place) furnish(t testing.TB) {
	t.Helper()
	p.act(t, "case:a", 3)
	p.act(t, "desk", 2)
	p.make(t)
	p.act(t, "case:a", 2)
	p.act(t, "case:b", 4)
	p.make(t)
	p.act(t, "case:b", 2)
}

// forgeries are what somebody could do, and the one problem that Verify must name for it.
var forgeries = []struct {
	name string
	do   func(t *testing.T, p *place)
	want []string // each must stand in one problem; "case:a 4" is chain and entry
}{
	{"an entry is changed", func(t *testing.T, p *place) {
		p.exec(t, `UPDATE record_entry SET act = 'approve' WHERE chain = 'case:a' AND seq = 4`)
	}, []string{"record case:a, entry 4: it was changed"}},
	{"an entry is taken out", func(t *testing.T, p *place) {
		p.exec(t, `DELETE FROM record_entry WHERE chain = 'case:a' AND seq = 2`)
	}, []string{"record case:a, entry 2: missing"}},
	{"an entry after the last note is changed", func(t *testing.T, p *place) {
		p.exec(t, `UPDATE record_entry SET detail = '{}' WHERE chain = 'case:b' AND seq = 5`)
	}, []string{"record case:b, entry 5: its detail was changed"}},
	{"a chain is written anew, and holds in itself", func(t *testing.T, p *place) {
		p.exec(t, `DELETE FROM record_entry WHERE chain = 'case:a'`)
		p.act(t, "case:a", 9)
	}, []string{"record case:a, entry 3: it is not the entry that a checkpoint covers"}},
	{"the end of a chain is written anew", func(t *testing.T, p *place) {
		p.exec(t, `DELETE FROM record_entry WHERE chain = 'case:a' AND seq > 3`)
		p.act(t, "case:a", 2)
	}, []string{"record case:a, entry 5: it is not the entry"}},
	{"the end of a chain is cut off", func(t *testing.T, p *place) {
		p.exec(t, `DELETE FROM record_entry WHERE chain = 'case:b' AND seq > 3`)
	}, []string{"record case:b, entry 4: missing: the chain was shortened; a checkpoint covers 4 entries of it"}},
	{"a chain is gone", func(t *testing.T, p *place) {
		p.exec(t, `DELETE FROM record_entry WHERE chain = 'desk'`)
	}, []string{"record desk, entry 1: the whole chain is missing; a checkpoint covers 2 entries of it"}},
	{"a chain is renamed", func(t *testing.T, p *place) {
		p.exec(t, `UPDATE record_entry SET chain = 'case:c' WHERE chain = 'desk'`)
	}, []string{"record desk, entry 1: the whole chain is missing", "record case:c, entry 1: it was changed or moved"}},
	{"a chain and its leaves are gone", func(t *testing.T, p *place) {
		p.exec(t, `DELETE FROM record_entry WHERE chain = 'case:b'`, `DELETE FROM checkpoint_leaf WHERE chain = 'case:b'`)
	}, []string{"the database is older than the note", "note 4 in the database"}},
	{"a leaf in the middle is gone", func(t *testing.T, p *place) {
		p.exec(t, `DELETE FROM checkpoint_leaf WHERE number = 1`)
	}, []string{"checkpoint: leaf 1 of the tree is missing"}},
	{"a chain is written anew, and its leaf too", func(t *testing.T, p *place) {
		p.exec(t, `DELETE FROM record_entry WHERE chain = 'desk'`)
		p.act(t, "desk", 2)
		p.exec(t, `UPDATE checkpoint_leaf SET hash = (SELECT hash FROM record_entry WHERE chain = 'desk' AND seq = 2) WHERE chain = 'desk'`)
	}, []string{"checkpoint: hash 1 of the tree, or the leaf that it comes from, was changed", "note 2 in the database of 2026-11-23", "does not fit"}},
	{"a hash is changed", func(t *testing.T, p *place) {
		p.exec(t, `UPDATE checkpoint_hash SET hash = (SELECT hash FROM checkpoint_hash WHERE position = 0) WHERE position = 2`)
	}, []string{"checkpoint: hash 2 of the tree"}},
	{"a hash is gone", func(t *testing.T, p *place) {
		p.exec(t, `DELETE FROM checkpoint_hash WHERE position = 3`)
	}, []string{"checkpoint: hash 3 of the tree is missing"}},
	{"a note is changed", func(t *testing.T, p *place) {
		p.exec(t, `UPDATE checkpoint_note SET note = replace(note, 'time 2026', 'time 2025') WHERE size = 2`)
	}, []string{"checkpoint: note 2 in the database: its signature is wrong: it was changed"}},
	{"a note is words", func(t *testing.T, p *place) {
		p.exec(t, `UPDATE checkpoint_note SET note = 'words' WHERE size = 2`)
	}, []string{"checkpoint: note 2 in the database: it is no signed note"}},
	{"a note stands in the place of another", func(t *testing.T, p *place) {
		p.exec(t, `UPDATE checkpoint_note SET note = (SELECT note FROM checkpoint_note WHERE size = 2) WHERE size = 4`)
	}, []string{"checkpoint: note 4 in the database signs a tree of 2 leaves"}},
	{"the newest note is gone", func(t *testing.T, p *place) {
		p.exec(t, `DELETE FROM checkpoint_note WHERE size = 4`)
	}, []string{"checkpoint: the tree has 4 leaves, but no note signs it whole"}},
	{"all checkpoints are gone", func(t *testing.T, p *place) {
		p.exec(t, `DELETE FROM checkpoint_note`, `DELETE FROM checkpoint_hash`, `DELETE FROM checkpoint_leaf`)
	}, []string{"000000000004.note of 2026-11-23T", "signs 4 leaves, the database has 0: the database is older than the note"}},
	{"everything is forged with another key", func(t *testing.T, p *place) {
		p.exec(t, `DELETE FROM checkpoint_note`, `DELETE FROM checkpoint_hash`, `DELETE FROM checkpoint_leaf`, `DELETE FROM record_entry`)
		p.act(t, "case:a", 5)
		forged := newPlace(t, p.Database)
		forged.make(t)
	}, []string{"note 1 in the database: it is signed with accessdesk-record-", "a key that is not in record.pub", "the database is older than the note"}},
	{"a file is changed", func(t *testing.T, p *place) {
		path := filepath.Join(p.noteFolder, "000000000002.note")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(strings.Replace(string(text), "time 2026", "time 2025", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}, []string{"000000000002.note: its signature is wrong"}},
}

func TestForgeriesAreNamed(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		newPlace(t, db).unlock(t)
		for _, forgery := range forgeries {
			t.Run(forgery.name, func(t *testing.T) {
				p := newPlace(t, db)
				p.SetNow(datatest.Start)
				p.empty(t)
				p.furnish(t)
				if report := p.sound(t); report.After != 2 {
					t.Errorf("%d entries after the last note, want 2", report.After)
				}
				forgery.do(t, p)
				report := p.verify(t)
				var all []string
				for _, problem := range report.Problems {
					all = append(all, problem.String())
				}
				if report.Sound || len(all) == 0 {
					t.Fatal("nothing was found")
				}
				for _, want := range forgery.want {
					if !strings.Contains(strings.Join(all, "\n"), want) {
						t.Errorf("%q is not among\n%s", want, strings.Join(all, "\n"))
					}
				}
			})
		}
	})
}

// empty begins anew in the same database.
func (p *place) empty(t testing.TB) {
	t.Helper()
	p.exec(t, `DELETE FROM record_entry`, `DELETE FROM checkpoint_leaf`, `DELETE FROM checkpoint_hash`, `DELETE FROM checkpoint_note`)
}

// What a note does not cover yet can be cut off unseen; the report says how much that is.
func TestActsAfterTheLastNote(t *testing.T) {
	p := newPlace(t, datatest.Open(t))
	p.furnish(t)
	p.unlock(t)
	p.exec(t, `DELETE FROM record_entry WHERE chain = 'case:b' AND seq = 6`)
	if report := p.sound(t); report.After != 1 {
		t.Errorf("%d entries after the last note", report.After)
	}
}

// A database that was put back to an older copy is named by the newest note in the folder.
func TestOlderDatabase(t *testing.T) {
	p := newPlace(t, datatest.Open(t))
	p.act(t, "case:a", 3)
	p.make(t)
	path := filepath.Join(t.TempDir(), "old.db")
	if err := p.DB.CopyTo(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		p.act(t, "case:a", 1)
		p.make(t)
	}
	old, err := data.Open(t.Context(), path, p.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	report, err := checkpoint.Verify(t.Context(), old, p.keys, p.noteFolder)
	if err != nil || len(report.Problems) != 1 {
		t.Fatalf("%v, %v", report.Problems, err)
	}
	if got := report.Problems[0].String(); !strings.Contains(got, "000000000003.note of 2026-11-23T17:00:") || !strings.Contains(got, "signs 3 leaves, the database has 1: the database is older") {
		t.Error(got)
	}
	// Set aside after a restore, the notes do not speak any more.
	var belongs map[string]bool
	err = old.Read(t.Context(), func(tx *data.Tx) (err error) {
		belongs, err = checkpoint.Texts(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	moved, where, err := checkpoint.SetAside(p.noteFolder, belongs, p.Now())
	if err != nil || moved != 2 {
		t.Errorf("moved %d to %s, %v", moved, where, err)
	}
	if kept, _ := filepath.Glob(where + "/*.note"); len(kept) != 2 {
		t.Errorf("set aside are %v", kept)
	}
	if report, err := checkpoint.Verify(t.Context(), old, p.keys, p.noteFolder); err != nil || !report.Sound || report.Files != 1 {
		t.Errorf("afterwards: %+v, %v", report, err)
	}
}

// Random records with checkpoints at random moments are sound; one random change of what a note covers is found.
func TestRandomForgeriesAreFound(t *testing.T) {
	p := newPlace(t, datatest.Open(t))
	p.unlock(t)
	rapid.Check(t, func(r *rapid.T) {
		p.exec(t, `DELETE FROM record_entry`, `DELETE FROM checkpoint_leaf`, `DELETE FROM checkpoint_hash`, `DELETE FROM checkpoint_note`)
		p.SetNow(datatest.Start)
		p.noteFolder = filepath.Join(filepath.Dir(p.noteFolder), data.NewID())
		chains := rapid.IntRange(1, 6).Draw(r, "chains")
		for range rapid.IntRange(1, 6).Draw(r, "rounds") {
			for range rapid.IntRange(1, 5).Draw(r, "acts") {
				p.act(t, fmt.Sprintf("case:c%d", rapid.IntRange(1, chains).Draw(r, "chain")), rapid.IntRange(1, 3).Draw(r, "entries"))
			}
			p.make(t)
		}
		if report := p.verify(t); !report.Sound || report.After != 0 {
			r.Fatalf("an untouched record: %+v", report)
		}
		statement := rapid.SampledFrom([]string{
			`DELETE FROM record_entry WHERE chain = (SELECT max(chain) FROM record_entry)`,
			`DELETE FROM record_entry WHERE seq = (SELECT max(seq) FROM record_entry)`,
			`UPDATE record_entry SET at = at + 1 WHERE seq = (SELECT max(seq) FROM record_entry)`,
			`UPDATE checkpoint_leaf SET seq = seq + 1 WHERE number = (SELECT max(number) FROM checkpoint_leaf)`,
			`UPDATE checkpoint_leaf SET chain = chain || 'x' WHERE number = 0`,
			`DELETE FROM checkpoint_leaf WHERE number = (SELECT max(number) FROM checkpoint_leaf)`,
			`DELETE FROM checkpoint_hash WHERE position = (SELECT max(position) FROM checkpoint_hash)`,
			`DELETE FROM checkpoint_note WHERE size = (SELECT max(size) FROM checkpoint_note)`,
			`UPDATE checkpoint_note SET note = replace(note, 'time 20', 'time 19')`,
		}).Draw(r, "forgery")
		p.exec(t, statement)
		if report := p.verify(t); report.Sound {
			r.Fatalf("not found: %s", statement)
		}
	})
}

// A database that is damaged on the disk is a problem, not an error.
func TestDamagedDatabase(t *testing.T) {
	p := newPlace(t, datatest.Open(t))
	p.act(t, "case:a", 300)
	p.make(t)
	path := filepath.Join(t.TempDir(), "damaged.db")
	if err := p.DB.CopyTo(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	at := strings.LastIndex(string(file), `{"n":200}`) / page * page
	copy(file[at:], make([]byte, page))
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	damaged, err := data.Open(context.Background(), path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer damaged.Close()
	report, err := checkpoint.Verify(t.Context(), damaged, p.keys, p.noteFolder)
	if err != nil || report.Sound || report.Problems[0].Where != checkpoint.InDatabase {
		t.Errorf("%+v, %v", report.Problems, err)
	}
}
