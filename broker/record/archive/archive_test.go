package archive_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/broker/record/archive"
	"accessdesk/broker/record/checkpoint"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

// desk is a database with its folders, which acts are done on.
type desk struct {
	*datatest.Database
	keys       checkpoint.Keys
	folder     string
	keyFolder  string
	noteFolder string
	acts       atomic.Int64
}

func newDesk(t testing.TB, db *datatest.Database) *desk {
	t.Helper()
	folder := t.TempDir()
	d := &desk{Database: db, folder: folder, keyFolder: filepath.Join(folder, "keys"), noteFolder: filepath.Join(folder, "checkpoints")}
	var err error
	if d.keys, err = checkpoint.MakeKeys(d.keyFolder); err != nil {
		t.Fatal(err)
	}
	return d
}

// act is one act as the domain does it: a row and its entry in the record, together.
func (d *desk) act(chain string) error {
	return d.DB.Write(context.Background(), func(tx *data.Tx) error {
		id := data.NewID()
		_, err := tx.Exec(`INSERT INTO person (id, email, name, lang, staff_role, generation, disabled, created_at)
			VALUES ($1, $2, 'Núñez', 'es', '', 1, $3, $4)`, id, id+"@example.org", d.acts.Add(1)%2 == 0, data.Millis(tx.Now))
		if err != nil {
			return err
		}
		return record.Append(tx, record.Entry{Chain: chain, Actor: "p-1", Act: "person_added", Detail: map[string]string{"person": id}})
	})
}

func (d *desk) must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) backup(t testing.TB, dest string) (string, archive.Manifest) {
	t.Helper()
	path, m, err := archive.Backup(t.Context(), d.source(), dest)
	d.must(t, err)
	return path, m
}

func (d *desk) source() archive.Source {
	return archive.Source{DB: d.DB, Keys: d.keys, Program: "test"}
}

func heads(t testing.TB, db *data.DB) (all []record.Head) {
	t.Helper()
	err := db.Read(context.Background(), func(tx *data.Tx) (err error) {
		all, err = record.Heads(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func rows(t testing.TB, db *data.DB) (all map[string]int64) {
	t.Helper()
	err := db.Read(context.Background(), func(tx *data.Tx) (err error) {
		all, err = data.Counts(tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// places are an empty SQLite file and an empty PostgreSQL schema.
func places(t *testing.T, test func(t *testing.T, p archive.Place)) {
	t.Helper()
	place := func(t *testing.T, dsn string) archive.Place {
		folder := t.TempDir()
		return archive.Place{DSN: dsn, Keys: filepath.Join(folder, "keys"), Notes: filepath.Join(folder, "checkpoints"),
			Now: func() time.Time { return datatest.Start.Add(48 * time.Hour) }}
	}
	t.Run("into "+data.SQLite, func(t *testing.T) { test(t, place(t, filepath.Join(t.TempDir(), "elsewhere", "desk.db"))) })
	t.Run("into "+data.Postgres, func(t *testing.T) { test(t, place(t, datatest.OpenPostgres(t).DSN)) })
}

// The drill: a backup while people go on acting, restored elsewhere, on each engine into each engine.
func TestBackupUnderLoadAndRestoreElsewhere(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := newDesk(t, db)
		for n := range 30 {
			d.must(t, d.act(fmt.Sprintf("case:before-%d", n%7)))
		}
		_, err := checkpoint.Make(t.Context(), d.DB, d.keys, d.noteFolder)
		d.must(t, err)
		stop := d.busy(t)
		path, m := d.backup(t, d.folder)
		stop()
		if m.Rows["person"] != m.Record.Entries || m.Record.Entries < 30 {
			t.Errorf("the copy is not one moment: %d people, %d acts", m.Rows["person"], m.Record.Entries)
		}
		if d.acts.Load() <= m.Record.Entries {
			t.Errorf("%d acts were done, %d are in the copy: nobody acted meanwhile", d.acts.Load(), m.Record.Entries)
		}
		copied, err := data.OpenCopy(path, time.Now)
		d.must(t, err)
		defer copied.Close()
		places(t, func(t *testing.T, p archive.Place) { restoreAndCompare(t, path, p, copied) })
	})
}

// busy lets people act until stop is called; it returns when they have begun.
func (d *desk) busy(t *testing.T) (stop func()) {
	t.Helper()
	var people sync.WaitGroup
	var done atomic.Bool
	begun := make(chan struct{}, 4)
	for person := range 4 {
		people.Go(func() {
			for n := 0; !done.Load(); n++ {
				err := d.act(fmt.Sprintf("case:during-%d-%d", person, n%5))
				if err != nil && !errors.Is(err, data.ErrConflict) && !errors.Is(err, data.ErrBusy) {
					t.Errorf("an act during the backup: %v", err)
					return
				}
				if n == 3 {
					begun <- struct{}{}
				}
			}
		})
	}
	for range 4 {
		<-begun
	}
	return func() { done.Store(true); people.Wait() }
}

func restoreAndCompare(t *testing.T, path string, p archive.Place, copied *data.DB) {
	done, err := archive.Restore(t.Context(), path, p)
	if err != nil {
		t.Fatal(err)
	}
	if done.SetAside != 0 || len(done.Migrations) != 0 {
		t.Errorf("restored %+v", done)
	}
	db, err := data.Open(t.Context(), p.DSN, p.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	want, got := rows(t, copied), rows(t, db)
	want["record_entry"]++ // "restored"
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("rows %v, want %v", got, want)
	}
	wantHeads, gotHeads := fmt.Sprint(heads(t, copied)), heads(t, db)
	var desk record.Head
	for i, head := range gotHeads {
		if head.Chain == record.Desk {
			desk = head
			gotHeads = append(gotHeads[:i], gotHeads[i+1:]...)
			break
		}
	}
	if fmt.Sprint(gotHeads) != wantHeads {
		t.Errorf("heads\n%v, want\n%v", gotHeads, wantHeads)
	}
	err = db.Read(t.Context(), func(tx *data.Tx) error {
		entries, err := record.List(tx, record.Desk)
		if last := entries[len(entries)-1]; last.Act != "restored" || last.Actor != record.Console || last.Hash != desk.Hash || !strings.Contains(last.Detail, done.Manifest.SHA256) {
			t.Errorf("the last act is %+v", last)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	// The keys that sign stayed where they were; what was signed with them can be checked here all the same.
	keys, err := checkpoint.ReadKeys(p.Keys)
	if err != nil || keys.CanSign() {
		t.Errorf("keys: %v, %v", keys.Public(), err)
	}
	report, err := checkpoint.Verify(t.Context(), db, keys, p.Notes)
	if err != nil || !report.Sound || report.Notes != 1 {
		t.Errorf("verify: %+v, %v", report, err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(p.DSN), ".restore-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := archive.Restore(t.Context(), path, p); err == nil {
		t.Error("a second restore went into a place that is not empty")
	}
}

func TestBackupIsPrivateNamedAndNeverOverwrites(t *testing.T) {
	d := newDesk(t, datatest.Open(t))
	d.must(t, d.act("case:a"))
	folder := filepath.Join(d.folder, "backups") + "/"
	path, m := d.backup(t, folder)
	if want := filepath.Join(d.folder, "backups", "accessdesk-20261123T150000Z.db"); path != want {
		t.Errorf("the backup is %s, want %s", path, want)
	}
	if m.Rows["person"] != 1 || m.Record.Chains != 1 || m.Record.Entries != 1 || m.Program != "test" || m.Engine != data.SQLite || m.Schema < 40 || len(m.Keys) != 1 {
		t.Errorf("manifest %+v", m)
	}
	entries, err := os.ReadDir(folder)
	d.must(t, err)
	if len(entries) != 2 {
		t.Errorf("the folder holds %v", entries)
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", entry.Name(), info.Mode())
		}
	}
	before, err := os.ReadFile(path)
	d.must(t, err)
	for _, dest := range []string{folder, path, strings.TrimSuffix(path, ".json")} {
		if _, _, err := archive.Backup(t.Context(), d.source(), dest); err == nil || !strings.Contains(err.Error(), "is not overwritten") {
			t.Errorf("%s: %v", dest, err)
		}
	}
	lone := filepath.Join(d.folder, "lone.db")
	d.must(t, os.WriteFile(lone+".json", []byte("mine"), 0o600))
	if _, _, err := archive.Backup(t.Context(), d.source(), lone); err == nil {
		t.Error("a manifest in the way was overwritten")
	}
	if _, _, err := archive.Backup(t.Context(), d.source(), filepath.Join(d.folder, "nowhere", "a.db")); err == nil {
		t.Error("a backup into a folder that does not exist")
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("the backup was changed")
	}
	if left, _ := filepath.Glob(filepath.Join(d.folder, "*", ".backup-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	// The secret keys are in none of the files.
	secret, err := os.ReadFile(filepath.Join(d.keyFolder, checkpoint.SecretFile))
	d.must(t, err)
	if strings.Contains(string(before), strings.TrimSpace(string(secret))) {
		t.Error("the key that signs is in the backup")
	}
	var acts []string
	d.Read(t, func(tx *data.Tx) error {
		entries, err := record.List(tx, record.Desk)
		for _, e := range entries {
			acts = append(acts, e.Act+" "+e.Actor)
		}
		return err
	})
	if strings.Join(acts, ", ") != "backed_up console" {
		t.Errorf("the record says %v", acts)
	}
}

// What does not fit its manifest is refused, and the place stays empty.
func TestRestoreRefusesWhatDoesNotFit(t *testing.T) {
	d := newDesk(t, datatest.Open(t))
	d.must(t, d.act("case:a"))
	good, _ := d.backup(t, d.folder)
	manifest := func(change func(m map[string]any)) func(t *testing.T, path string) {
		return func(t *testing.T, path string) {
			text, err := os.ReadFile(path + ".json")
			d.must(t, err)
			var m map[string]any
			d.must(t, json.Unmarshal(text, &m))
			change(m)
			text, err = json.Marshal(m)
			d.must(t, err)
			d.must(t, os.WriteFile(path+".json", text, 0o600))
		}
	}
	for name, c := range map[string]struct {
		change func(t *testing.T, path string)
		want   string
	}{
		"a byte changed": {func(t *testing.T, path string) {
			file, err := os.ReadFile(path)
			d.must(t, err)
			file[len(file)/2] ^= 1
			d.must(t, os.WriteFile(path, file, 0o600))
		}, "is not the file that its manifest describes"},
		"cut off":          {func(t *testing.T, path string) { d.must(t, os.Truncate(path, 5000)) }, "is not the file that its manifest describes (5000 bytes"},
		"no manifest":      {func(t *testing.T, path string) { d.must(t, os.Remove(path+".json")) }, ".json is missing"},
		"no backup":        {func(t *testing.T, path string) { d.must(t, os.Remove(path)) }, "no such file"},
		"neither":          {func(t *testing.T, path string) { d.must(t, errors.Join(os.Remove(path), os.Remove(path+".json"))) }, "there is no file"},
		"words":            {func(t *testing.T, path string) { d.must(t, os.WriteFile(path+".json", []byte("words"), 0o600)) }, "is not a manifest"},
		"a later format":   {manifest(func(m map[string]any) { m["format"] = 2 }), "format 2, this program reads 1"},
		"a newer schema":   {manifest(func(m map[string]any) { m["schema"], m["program"] = 9999, "v9.0.0" }), "install the program that made it, v9.0.0"},
		"other counts":     {manifest(func(m map[string]any) { m["rows"].(map[string]any)["person"] = 7 }), "does not hold what its manifest says"},
		"another record":   {manifest(func(m map[string]any) { m["record"].(map[string]any)["heads_sha256"] = "0" }), "does not hold what its manifest says"},
		"a key of nothing": {manifest(func(m map[string]any) { m["record_keys"] = []string{"words"} }), "is no key"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "backup.db")
			for _, ending := range []string{"", ".json"} {
				text, err := os.ReadFile(good + ending)
				d.must(t, err)
				d.must(t, os.WriteFile(path+ending, text, 0o600))
			}
			c.change(t, path)
			p := archive.Place{DSN: filepath.Join(folder, "new", "desk.db"), Keys: folder, Notes: folder, Now: d.Now}
			_, err := archive.Restore(t.Context(), path, p)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if left, _ := filepath.Glob(filepath.Join(folder, "new", "*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestRestoreWantsAnEmptyPlace(t *testing.T) {
	d := newDesk(t, datatest.Open(t))
	d.must(t, d.act("case:a"))
	path, _ := d.backup(t, d.folder)
	refused := func(dsn, want string) {
		t.Helper()
		before := ""
		if text, err := os.ReadFile(dsn); err == nil {
			before = string(text)
		}
		_, err := archive.Restore(t.Context(), path, archive.Place{DSN: dsn, Keys: d.keyFolder, Notes: d.noteFolder, Now: d.Now})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", dsn, err, want)
		}
		if text, _ := os.ReadFile(dsn); string(text) != before {
			t.Errorf("%s was changed", dsn)
		}
	}
	refused(datatest.Open(t).DSN, "is there already: stop the desk and move that file")
	// A write-ahead log that lies alone belongs to another database, and SQLite would play it into this one.
	stray := filepath.Join(t.TempDir(), "desk.db")
	d.must(t, os.WriteFile(stray+"-wal", []byte("rest"), 0o600))
	refused(stray, "-wal is there already")
	empty := filepath.Join(t.TempDir(), "desk.db")
	d.must(t, os.WriteFile(empty, nil, 0o600))
	if _, err := archive.Restore(t.Context(), path, archive.Place{DSN: empty, Keys: d.keyFolder, Notes: d.noteFolder, Now: d.Now}); err != nil {
		t.Errorf("into an empty file: %v", err)
	}
	server := newDesk(t, datatest.OpenPostgres(t))
	d.must(t, server.act("case:b"))
	refused(server.DSN, "the database holds a desk already")
}

// Notes that were signed after the backup was taken do not belong to the restored desk; they are kept, out of the way.
func TestRestoreSetsNewerNotesAside(t *testing.T) {
	d := newDesk(t, datatest.Open(t))
	for range 2 {
		d.must(t, d.act("case:a"))
		_, err := checkpoint.Make(t.Context(), d.DB, d.keys, d.noteFolder)
		d.must(t, err)
	}
	path, _ := d.backup(t, d.folder)
	d.must(t, d.act("case:b"))
	_, err := checkpoint.Make(t.Context(), d.DB, d.keys, d.noteFolder)
	d.must(t, err)
	p := archive.Place{DSN: filepath.Join(d.folder, "again.db"), Keys: d.keyFolder, Notes: d.noteFolder, Now: d.Now}
	done, err := archive.Restore(t.Context(), path, p)
	d.must(t, err)
	if done.SetAside != 1 {
		t.Errorf("restored %+v", done)
	}
	db, err := data.Open(t.Context(), p.DSN, p.Now)
	d.must(t, err)
	defer db.Close()
	if report, err := checkpoint.Verify(t.Context(), db, d.keys, d.noteFolder); err != nil || !report.Sound || report.Files != 2 {
		t.Errorf("verify: %+v, %v", report, err)
	}
	// The restored desk goes on where the backup was.
	if made, err := checkpoint.Make(t.Context(), db, d.keys, d.noteFolder); err != nil || made.Leaves != 1 || made.Size != 3 {
		t.Errorf("the next checkpoint: %+v, %v", made, err)
	}
	if report, err := checkpoint.Verify(t.Context(), db, d.keys, d.noteFolder); err != nil || !report.Sound || report.After != 0 {
		t.Errorf("verify: %+v, %v", report, err)
	}
}

// An older backup is brought up to this program.
func TestRestoreMigrates(t *testing.T) {
	d := newDesk(t, oldDatabase(t, 39))
	d.must(t, d.act("case:a"))
	path, m := d.backup(t, d.folder)
	if m.Schema >= 40 {
		t.Fatalf("the backup has schema %d", m.Schema)
	}
	p := archive.Place{DSN: filepath.Join(t.TempDir(), "desk.db"), Keys: d.keyFolder, Notes: d.noteFolder, Now: d.Now}
	done, err := archive.Restore(t.Context(), path, p)
	d.must(t, err)
	if len(done.Migrations) == 0 || done.Migrations[0] != "0040_checkpoint" {
		t.Errorf("migrations %v", done.Migrations)
	}
	if beside, _ := filepath.Glob(filepath.Dir(p.DSN) + "/*"); len(beside) != 1 {
		t.Errorf("beside the database: %v", beside)
	}
	db, err := data.Open(t.Context(), p.DSN, p.Now)
	d.must(t, err)
	defer db.Close()
	if err := db.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

// oldDatabase is a database as an earlier program made it: with the migrations up to a number only.
func oldDatabase(t *testing.T, last int) *datatest.Database {
	t.Helper()
	path := filepath.Join(t.TempDir(), "old.db")
	pool, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := pool.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`CREATE TABLE schema_migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at BIGINT NOT NULL)`)
	files, err := filepath.Glob("../../../data/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(file), ".sql"), ".sqlite")
		number, err := strconv.Atoi(name[:4])
		if err != nil {
			t.Fatal(err)
		}
		if number > last || strings.HasSuffix(name, ".postgres") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		exec(string(text))
		exec(`INSERT INTO schema_migration (number, name, sha256, applied_at) VALUES (?, ?, ?, 1)`, number, name, fmt.Sprintf("%x", sha256.Sum256(text)))
	}
	d := &datatest.Database{DSN: path}
	d.SetNow(datatest.Start)
	if d.DB, err = data.Open(t.Context(), path, d.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.DB.Close() })
	return d
}
