package index

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility/registry"
)

var (
	dogwood = bank(1, "First Dogwood Bank", "Mount Sample", "Ohio")
	heron   = bank(2, "Heron Cooperative Bank", "Saint Example", "Texas")
	willow  = bank(3, "Willowbrook Savings", "Sampleton", "New Mexico")
)

const misspelled = "dogwod" // only an index finds it

// An index is built when there is none, opened when another process has built it, left alone when it fits, and never asked when
// other vintages are live. Until then the database answers.
func TestRefresh(t *testing.T) {
	datatest.Each(t, func(t *testing.T, d *datatest.Database) {
		folder := filepath.Join(t.TempDir(), "index")
		x := opened(t, folder)
		if refresh(t, x, d.DB) || len(search(t, x, d.DB, "first", 10)) != 0 {
			t.Error("an index of no registers")
		}
		banks(t, d.DB, dogwood, heron)
		if ids := idsOf(search(t, x, d.DB, "first dog", 10)); !slices.Equal(ids, []string{"fdic:1"}) {
			t.Errorf("the database finds %v by the beginning of the name", ids)
		}
		if ids := idsOf(search(t, x, d.DB, misspelled, 10)); len(ids) != 0 {
			t.Errorf("without an index %q finds %v", misspelled, ids)
		}
		if !refresh(t, x, d.DB) || refresh(t, x, d.DB) {
			t.Error("the index must be built once")
		}
		want := registry.Hit{ID: "fdic:1", Name: "First Dogwood Bank", Town: "Mount Sample", State: "OH", Register: "fdic", Sector: "banking"}
		if hits := search(t, x, d.DB, misspelled, 10); len(hits) != 1 || hits[0] != want {
			t.Errorf("%q finds %+v, want %+v", misspelled, hits, want)
		}
		serving := opened(t, folder)
		if ids := idsOf(search(t, serving, d.DB, misspelled, 10)); len(ids) != 1 {
			t.Error("an index that stands on the disk is not opened")
		}
		banks(t, d.DB, heron, willow)
		if ids := idsOf(search(t, serving, d.DB, "dogwood", 10)); len(ids) != 0 {
			t.Errorf("who is gone is found: %v", ids)
		}
		if ids := idsOf(search(t, serving, d.DB, "willow", 10)); len(ids) != 1 {
			t.Error("who came is not found before the index is there")
		}
		if !refresh(t, x, d.DB) { // what an import does in another process
			t.Error("the new vintage was not indexed")
		}
		if ids := idsOf(search(t, serving, d.DB, "wilowbrook", 10)); len(ids) != 1 {
			t.Error("the index that another process built is not opened")
		}
		if left := indexes(t, folder); len(left) != 1 {
			t.Errorf("older indexes are left: %v", left)
		}
	})
}

func indexes(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// A damaged index is said once, the database answers meanwhile, and Refresh makes it anew.
func TestDamaged(t *testing.T) {
	d := datatest.Open(t)
	banks(t, d.DB, dogwood, heron)
	folder := t.TempDir()
	first := opened(t, folder)
	refresh(t, first, d.DB)
	name := indexes(t, folder)[0]
	for _, damage := range []struct{ file, content string }{{"index_meta.json", "{"}, {"store/root.bolt", ""}, {"store/root.bolt", strings.Repeat("x", 70_000)}, {"store/000000000002.zap", "nothing"}} {
		if err := os.WriteFile(filepath.Join(folder, name, filepath.FromSlash(damage.file)), []byte(damage.content), 0o600); err != nil {
			t.Fatal(err)
		}
		x := opened(t, folder)
		if ids := idsOf(search(t, x, d.DB, "heron", 10)); !slices.Equal(ids, []string{"fdic:2"}) {
			t.Errorf("%s: %v", damage.file, ids)
		}
		if built, err := x.Refresh(context.Background(), d.DB, nil); !built || err == nil {
			t.Errorf("%s damaged: built %t, error %v", damage.file, built, err)
		}
		if built, err := x.Refresh(context.Background(), d.DB, nil); built || err != nil {
			t.Errorf("%s again: built %t, error %v", damage.file, built, err)
		}
		if ids := idsOf(search(t, x, d.DB, misspelled, 10)); !slices.Equal(ids, []string{"fdic:1"}) {
			t.Errorf("%s mended: %v", damage.file, ids)
		}
	}
}

// What stands in the first place, and that nil, no text, no limit and odd text are answered.
func TestSearch(t *testing.T) {
	d := datatest.Open(t)
	banks(t, d.DB, dogwood, heron, willow, bank(12, "12 Oaks Bank", "Sampleton", "Ohio"), bank(44, "Dogwood", "Elsewhere", "Ohio"), bank(45, "Dogwoods Bank", "Elsewhere", "Ohio"),
		bank(46, "Health Care Employees", "Sampleton", "Montana"), bank(47, "Healthpartners", "Sampleton", "Ohio"), bank(48, "The And Of", "Sampleton", "Ohio"))
	x := opened(t, t.TempDir())
	refresh(t, x, d.DB)
	for _, c := range []struct {
		typed string
		want  []string // the first ones
	}{
		{"12", []string{"fdic:12"}}, {"44", []string{"fdic:44"}}, {"FDIC 44", []string{"fdic:44"}}, {"dogwood", []string{"fdic:44", "fdic:1"}}, {"DOGWOOD oh", []string{"fdic:44", "fdic:1", "fdic:45"}},
		{"dogwood mt sample", []string{"fdic:1"}}, {"hérón co-op", []string{"fdic:2"}}, {"heron coop st. example", []string{"fdic:2"}}, {"wilowbrok savngs new mexico", []string{"fdic:3"}},
		{"healthcare employees mt", []string{"fdic:46"}}, {"health partners", []string{"fdic:47"}}, {"the and of", []string{"fdic:48"}}, {"heron elsewhere nowhere", nil}, {"heron nowhere", []string{"fdic:2"}},
		{`"heron* +bank~2 AND name:"`, []string{"fdic:2"}}, {"", nil}, {"   ", nil}, {"\x00\xff", nil}, {"?*", nil}, {strings.Repeat("heron ", 400), nil},
	} {
		for i, asked := range []*Index{x, nil} {
			ids := idsOf(search(t, asked, d.DB, c.typed, 10))
			if i == 0 && (len(ids) < len(c.want) || !slices.Equal(ids[:len(c.want)], c.want)) {
				t.Errorf("%.40q finds %v, want first %v", c.typed, ids, c.want)
			}
		}
	}
	if ids := idsOf(search(t, x, d.DB, "dogwood", 2)); len(ids) != 2 {
		t.Errorf("limit 2: %v", ids)
	}
	if ids := idsOf(search(t, x, d.DB, "dogwood", -1)); len(ids) != 0 {
		t.Errorf("limit -1: %v", ids)
	}
	var none *Index
	if err := none.Close(); err != nil {
		t.Error(err)
	}
}

// Two indexes of the same operators answer in the same order, although they are built in another one.
func TestOrderIsTheSame(t *testing.T) {
	d := datatest.Open(t)
	var rows []string
	for i := range 200 {
		rows = append(rows, bank(i, "City Bank", "Sampleton", "Ohio"))
	}
	banks(t, d.DB, rows...)
	var first []string
	for i := range 3 {
		x := opened(t, t.TempDir())
		refresh(t, x, d.DB)
		for _, typed := range []string{"city bank ohio", "ctiy bank", "cit"} {
			ids := idsOf(search(t, x, d.DB, typed, 10))
			if len(ids) != 10 || !slices.IsSorted(ids) {
				t.Errorf("%q: %v is not in the order of ids", typed, ids)
			}
			if i == 0 && first == nil {
				first = ids
			}
			if !slices.Equal(ids, first) {
				t.Errorf("%q: %v, want %v", typed, ids, first)
			}
		}
	}
}

// Searches go on while vintages change and indexes are swapped.
func TestSwap(t *testing.T) {
	d := datatest.Open(t)
	banks(t, d.DB, dogwood, heron)
	folder := t.TempDir()
	x := opened(t, folder)
	refresh(t, x, d.DB)
	done := make(chan struct{})
	var searching sync.WaitGroup
	for range 4 {
		searching.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				err := d.DB.Read(context.Background(), func(tx *data.Tx) error {
					hits, err := x.Search(tx, "heron", 10)
					if err == nil && (len(hits) == 0 || hits[0].ID != "fdic:2") {
						err = fmt.Errorf("found %v", hits)
					}
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	other := opened(t, folder)
	for i := range 8 {
		banks(t, d.DB, heron, bank(100+i, "Swapped Bank", "Sampleton", "Ohio"))
		refresh(t, []*Index{x, other}[i%2], d.DB)
	}
	close(done)
	searching.Wait()
}

// indexForKill names the database, and indexInto the folder, that this test program, started again, indexes.
const (
	indexForKill = "ACCESSDESK_TEST_INDEX"
	indexInto    = "ACCESSDESK_TEST_INDEX_INTO"
)

// TestIndexForKill is no test of its own: it is the program that TestKill kills.
func TestIndexForKill(t *testing.T) {
	if os.Getenv(indexForKill) == "" {
		t.Skip("runs inside TestKill only")
	}
	db, err := data.Open(context.Background(), os.Getenv(indexForKill), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	x := opened(t, os.Getenv(indexInto))
	_, err = x.Refresh(context.Background(), db, func(int) { select {} }) // in the middle, for ever
	t.Fatalf("the indexing was not killed: %v", err)
}

// A build that is killed leaves the older index whole and nothing half in its place; what it left behind goes later.
func TestKill(t *testing.T) {
	d := datatest.Open(t)
	folder := t.TempDir()
	banks(t, d.DB, dogwood, heron)
	x := opened(t, folder)
	refresh(t, x, d.DB)
	rows := []string{heron}
	for i := range 2 * batch {
		rows = append(rows, bank(1000+i, "Killed Bank", "Sampleton", "Ohio"))
	}
	banks(t, d.DB, rows...)
	command := exec.Command(os.Args[0], "-test.run", "^TestIndexForKill$")
	command.Env = append(os.Environ(), indexForKill+"="+d.DSN, indexInto+"="+folder)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	begun := func() bool {
		return slices.ContainsFunc(indexes(t, folder), func(name string) bool { return strings.HasPrefix(name, building) })
	}
	for deadline := time.Now().Add(time.Minute); !begun(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the other program does not begin")
		}
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait() // it was killed
	if ids := idsOf(search(t, x, d.DB, "heron", 10)); !slices.Equal(ids, []string{"fdic:2"}) {
		t.Errorf("after the kill: %v", ids)
	}
	banks(t, d.DB, dogwood, heron)
	if ids := idsOf(search(t, opened(t, folder), d.DB, misspelled, 10)); !slices.Equal(ids, []string{"fdic:1"}) {
		t.Errorf("the older index: %v", ids)
	}
	banks(t, d.DB, rows...)
	d.Advance(3 * deadAfter)
	if !refresh(t, x, d.DB) || len(indexes(t, folder)) != 1 {
		t.Errorf("left: %v", indexes(t, folder))
	}
	if ids := idsOf(search(t, x, d.DB, "kiled", 10)); len(ids) != 10 {
		t.Errorf("after the next build: %v", ids)
	}
}

// A young build of another process is not done twice.
func TestYoungBuild(t *testing.T) {
	d := datatest.Open(t)
	banks(t, d.DB, dogwood)
	folder := t.TempDir()
	x := opened(t, folder)
	var digest string
	var now time.Time
	d.Read(t, func(tx *data.Tx) error {
		vintages, err := registry.LiveVintages(tx)
		digest, now = digestOf(vintages), tx.Now
		return err
	})
	if err := os.Mkdir(filepath.Join(folder, fmt.Sprintf("%s%s-%d-1", building, digest, data.Millis(now))), 0o700); err != nil {
		t.Fatal(err)
	}
	if refresh(t, x, d.DB) {
		t.Error("built beside another one")
	}
	d.Advance(2 * youngFor)
	if !refresh(t, x, d.DB) {
		t.Error("not built although the other one takes too long")
	}
}

// No text makes a search fail, find too many, or find somebody twice.
func FuzzSearch(f *testing.F) {
	d := datatest.Open(f)
	banks(f, d.DB, dogwood, heron, willow)
	x := opened(f, f.TempDir())
	refresh(f, x, d.DB)
	for _, s := range slips {
		f.Add(s.typed)
	}
	for _, seed := range []string{`"*?~^:(){}[]\`, "\x00", "\xff\xfe", "é́ñ", strings.Repeat("a ", 1000), strings.Repeat("a", 2000), "new mexico new mexico", "co-op co op co", "00000000", "ccn:", ":", "%_"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, asked := range []*Index{x, nil} {
			ids := idsOf(search(t, asked, d.DB, text, 2))
			if len(ids) > 2 || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != len(ids) {
				t.Errorf("%q: %v", text, ids)
			}
			if again := idsOf(search(t, asked, d.DB, text, 2)); !slices.Equal(ids, again) {
				t.Errorf("%q: %v, then %v", text, ids, again)
			}
		}
	})
}

// An identifier is found as it is printed and as people write it; where one record has two, by both and by each.
func TestIdentifiers(t *testing.T) {
	for _, c := range []struct {
		id    string
		typed []string
	}{
		{"ccn:010001", []string{"ccn:010001", "010001", "10001", "CCN 01-0001", "ccn number 010001"}},
		{"pwsid:FL2554343, FL2551004", []string{"pwsid:FL2554343, FL2551004", "FL2554343", "pwsid fl2551004", "FL2554343 FL2551004"}},
	} {
		for _, typed := range c.typed {
			if !slices.Contains(strings.Fields(identifiers(c.id)), asIdentifier(typed)) {
				t.Errorf("%q is read as %q, %s has %s", typed, asIdentifier(typed), c.id, identifiers(c.id))
			}
		}
	}
	for _, no := range []string{"", "ccn", "mercy hospital", "fdic number", strings.Repeat("7", 40)} {
		if got := asIdentifier(no); got != "" {
			t.Errorf("%q is read as %q", no, got)
		}
	}
}
