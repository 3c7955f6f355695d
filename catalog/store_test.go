package catalog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/data/seed"
	"accessdesk/eligibility"
)

// shipped are the offerings of a tree.
func shipped(t testing.TB, tree fs.FS) []*Offering {
	t.Helper()
	all, err := ParseFiles(tree)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func importAll(t testing.TB, db *datatest.Database, offerings []*Offering) (count int) {
	t.Helper()
	db.Write(t, func(tx *data.Tx) (err error) {
		count, err = Import(tx, vocabulary(t), offerings, record.Seed)
		return err
	})
	return count
}

func snapshotOf(t testing.TB, db *datatest.Database, c *Cache) (s *Snapshot) {
	t.Helper()
	db.Read(t, func(tx *data.Tx) (err error) {
		s, err = c.Snapshot(tx)
		return err
	})
	return s
}

// named is the example under another slug.
func named(t testing.TB, slug string, edits ...string) *Offering {
	t.Helper()
	return parsed(t, append([]string{`slug = "pump-review"`, `slug = "` + slug + `"`}, edits...)...)
}

func TestImportPublishesIntoAnEmptyCatalog(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		v := vocabulary(t)
		c := NewCache(v)
		if s := snapshotOf(t, db, c); s.Revision != 0 || len(s.Offerings) != 0 || len(s.Listed()) != 0 {
			t.Fatalf("an empty catalog: %+v", s)
		}
		offerings := []*Offering{named(t, "zebra"), named(t, "ant"), named(t, "old", `status = "open"`, `status = "ended"`)}
		if got := importAll(t, db, offerings); got != 3 {
			t.Fatalf("imported %d", got)
		}
		s := snapshotOf(t, db, c)
		if slugs(s.Offerings) != "ant old zebra" || slugs(s.Listed()) != "ant zebra" || s.Revision != 1 {
			t.Errorf("offerings %q, listed %q, revision %d", slugs(s.Offerings), slugs(s.Listed()), s.Revision)
		}
		ant, ok := s.Find("ant")
		if !ok || ant.Version != 1 || ant.VersionID == "" || ant.Owner != "catalog@example.org" {
			t.Fatalf("ant: %v %+v", ok, ant)
		}
		if _, ok := s.Find("bee"); ok {
			t.Error("an offering out of nothing")
		}
		checkStored(t, db, ant, offerings[1])
		if got := importAll(t, db, []*Offering{named(t, "later")}); got != 0 {
			t.Errorf("imported %d into a catalog that holds offerings", got)
		}
		if again := snapshotOf(t, db, c); again != s {
			t.Error("an import that does nothing makes the cache load again")
		}
	})
}

func checkStored(t *testing.T, db *datatest.Database, p *Published, file *Offering) {
	t.Helper()
	db.Read(t, func(tx *data.Tx) error {
		stored, err := Version(tx, vocabulary(t), p.VersionID)
		if err != nil {
			return err
		}
		want := *file
		want.file, want.places = "", nil
		if !reflect.DeepEqual(*stored.Offering, want) {
			t.Errorf("stored\n%+v\ninstead of\n%+v", *stored.Offering, want)
		}
		if stored.Hash != p.Hash || stored.Version != 1 {
			t.Errorf("version %d with hash %s", stored.Version, stored.Hash)
		}
		chain := record.OfferingChain(p.Slug)
		entries, err := record.List(tx, chain)
		if err != nil {
			return err
		}
		if len(entries) != 1 || entries[0].Actor != "seed" || entries[0].Act != "publish" || !strings.Contains(entries[0].Detail, p.Hash) {
			t.Errorf("record: %+v", entries)
		}
		if _, err := Version(tx, vocabulary(t), data.NewID()); !errors.Is(err, data.ErrNotFound) {
			t.Errorf("a version that does not exist: %v", err)
		}
		return record.Check(tx, chain)
	})
}

func slugs(all []*Published) string {
	var names []string
	for _, p := range all {
		names = append(names, p.Slug)
	}
	return strings.Join(names, " ")
}

// A file that cannot be used leaves the catalog as empty as it was.
func TestImportIsAllOrNothing(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		tests := []struct {
			name      string
			offerings []*Offering
			want      string
		}{
			{"a rule that does not compile", []*Offering{named(t, "a"), named(t, "b", `|| meters`, `|| metres`)},
				`import catalog: catalog from files: offering b: criterion small: line 1, column 31: unknown fact "metres", nearest known: "meters"`},
			{"a condition that does not compile", []*Offering{named(t, "b", `has_ot &&`, `has_otter &&`)},
				`import catalog: catalog from files: offering b: question controllers: when: does not compile: unknown fact "has_otter", nearest known: "has_ot"`},
			{"two of one slug", []*Offering{named(t, "a"), named(t, "a")}, `import catalog: catalog from files: two offerings have the slug "a"`},
			{"none", nil, ""},
		}
		for _, test := range tests {
			err := db.DB.Write(context.Background(), func(tx *data.Tx) error {
				_, err := Import(tx, vocabulary(t), test.offerings, record.Seed)
				return err
			})
			if got := fmt.Sprint(err); err != nil && got != test.want || err == nil && test.want != "" {
				t.Errorf("%s: got %v, want %s", test.name, err, test.want)
			}
		}
		if s := snapshotOf(t, db, NewCache(vocabulary(t))); len(s.Offerings) != 0 || s.Revision != 0 {
			t.Errorf("left behind: %q, revision %d", slugs(s.Offerings), s.Revision)
		}
	})
}

// Files and database give the same catalog_version for the same offerings.
func TestHashIsTheSameFromFilesAndDatabase(t *testing.T) {
	files, err := FromFiles(vocabulary(t), shipped(t, seed.Files))
	if err != nil {
		t.Fatal(err)
	}
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		if got := importAll(t, db, shipped(t, seed.Files)); got != len(files.Offerings) {
			t.Fatalf("imported %d", got)
		}
		s := snapshotOf(t, db, NewCache(vocabulary(t)))
		if s.Hash != files.Hash || !strings.HasPrefix(s.Hash, "sha256:") || len(s.Hash) != len("sha256:")+64 {
			t.Errorf("database %s, files %s", s.Hash, files.Hash)
		}
		for i, p := range s.Offerings {
			if p.Hash != files.Offerings[i].Hash {
				t.Errorf("%s: database %s, files %s", p.Slug, p.Hash, files.Offerings[i].Hash)
			}
		}
	})
}

// The hash of a known text, worked out with another program (sha256sum of the canonical golden file).
func TestHashGolden(t *testing.T) {
	s, err := FromFiles(vocabulary(t), []*Offering{parsed(t)})
	if err != nil {
		t.Fatal(err)
	}
	const want = "sha256:d3a9cab7076a77dc7387281aeef58c83050a49276888018e0fa65687d95fc095"
	if s.Hash != want || s.Offerings[0].Hash != want {
		t.Errorf("got %s", s.Hash)
	}
}

func TestNextTurn(t *testing.T) {
	rolling := named(t, "b")
	rolling.Window = Window{}
	s, err := FromFiles(vocabulary(t), []*Offering{named(t, "a"), rolling})
	if err != nil {
		t.Fatal(err)
	}
	opens, closes := s.Offerings[0].Window.Opens, s.Offerings[0].Window.Closes
	for _, test := range []struct{ now, want time.Time }{
		{opens.Add(-time.Hour), opens}, {opens, closes}, {closes.Add(-time.Millisecond), closes}, {closes, time.Time{}},
	} {
		if got, ok := s.NextTurn(test.now); !got.Equal(test.want) || ok == test.want.IsZero() {
			t.Errorf("after %v: %v %v, want %v", test.now, got, ok, test.want)
		}
	}
}

// publishVersion stores the next version of an offering and makes it the live one.
func publishVersion(tx *data.Tx, o *Offering, number int) error {
	if _, err := tx.Exec("UPDATE offering_version SET state = 'retired' WHERE slug = $1 AND state = 'published'", o.Slug); err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO offering_version (id, slug, number, state, body, owner, created_at, created_by)
		VALUES ($1, $2, $3, 'published', $4, $5, $6, 'console')`,
		data.NewID(), o.Slug, number, string(Canonical(o)), o.Owner, data.Millis(tx.Now))
	if err != nil {
		return err
	}
	return MoveRevision(tx)
}

func TestCacheLoadsAgainWhenTheRevisionMoves(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		importAll(t, db, []*Offering{named(t, "a"), named(t, "b")})
		c := NewCache(vocabulary(t))
		first := snapshotOf(t, db, c)
		if again := snapshotOf(t, db, c); again != first {
			t.Error("loaded twice")
		}
		before, _ := first.Find("a")
		db.Write(t, func(tx *data.Tx) error {
			return publishVersion(tx, named(t, "a", `seats = 60`, `seats = 61`), 2)
		})
		second := snapshotOf(t, db, c)
		after, _ := second.Find("a")
		if after.Version != 2 || after.Window.Seats != 61 || second.Revision != 2 || second.Hash == first.Hash {
			t.Errorf("version %d, seats %d, revision %d", after.Version, after.Window.Seats, second.Revision)
		}
		if before.Window.Seats != 60 {
			t.Error("the old snapshot changed under its readers")
		}
		if first.bySlug["b"] != second.bySlug["b"] {
			t.Error("an offering that stayed the same was compiled again")
		}
		db.Read(t, func(tx *data.Tx) error { // cases keep their version
			old, err := Version(tx, vocabulary(t), before.VersionID)
			if err == nil && old.Window.Seats != 60 {
				t.Errorf("old version has %d seats", old.Window.Seats)
			}
			return err
		})
	})
}

// A write that looks at the catalog and then fails must leave nothing behind in the cache, even when the next write
// gets the same revision number.
func TestCacheForgetsWhatWasRolledBack(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		importAll(t, db, []*Offering{named(t, "a")})
		c := NewCache(vocabulary(t))
		rollBack := func() {
			stop := errors.New("stop")
			err := db.DB.Write(context.Background(), func(tx *data.Tx) error {
				if err := publishVersion(tx, named(t, "a", `seats = 60`, `seats = 666`), 2); err != nil {
					return err
				}
				s, err := c.Snapshot(tx)
				if err == nil && s.Offerings[0].Window.Seats != 666 {
					t.Error("a transaction does not see its own write")
				}
				return errors.Join(err, stop)
			})
			if !errors.Is(err, stop) {
				t.Fatal(err)
			}
		}
		rollBack()
		if got := snapshotOf(t, db, c).Offerings[0].Window.Seats; got != 60 {
			t.Errorf("after the rollback: %d seats", got)
		}
		rollBack()
		db.Write(t, func(tx *data.Tx) error { return publishVersion(tx, named(t, "a", `seats = 60`, `seats = 61`), 2) })
		if got := snapshotOf(t, db, c); got.Offerings[0].Window.Seats != 61 || got.Revision != 2 {
			t.Errorf("after the next write: %d seats, revision %d", got.Offerings[0].Window.Seats, got.Revision)
		}
	})
}

// Eight readers while versions are published: each sees a whole catalog, never one older than it saw before.
func TestCacheUnderEightReaders(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		importAll(t, db, []*Offering{named(t, "a"), named(t, "b"), named(t, "c")})
		c := NewCache(vocabulary(t))
		const versions = 12
		done := make(chan struct{})
		var readers sync.WaitGroup
		for range 8 {
			readers.Go(func() { readUntil(t, db, c, done) })
		}
		for number := 2; number <= versions; number++ {
			db.Write(t, func(tx *data.Tx) error {
				for _, slug := range []string{"a", "b", "c"} {
					o := named(t, slug)
					o.Window.Seats = number
					if err := publishVersion(tx, o, number); err != nil {
						return err
					}
				}
				return nil
			})
		}
		close(done)
		readers.Wait()
		for _, p := range snapshotOf(t, db, c).Offerings {
			if p.Version != versions {
				t.Errorf("%s ends at version %d", p.Slug, p.Version)
			}
		}
	})
}

func readUntil(t *testing.T, db *datatest.Database, c *Cache, done <-chan struct{}) {
	var seen int64
	for {
		err := db.DB.Read(context.Background(), func(tx *data.Tx) error {
			s, err := c.Snapshot(tx)
			if err != nil {
				return err
			}
			if s.Revision < seen || len(s.Offerings) != 3 {
				t.Errorf("revision %d after %d, %d offerings", s.Revision, seen, len(s.Offerings))
			}
			seen = s.Revision
			for _, p := range s.Offerings {
				if p.Version != s.Offerings[0].Version {
					t.Errorf("versions %d and %d in one snapshot", p.Version, s.Offerings[0].Version)
				}
				p.Rules.Decide(eligibility.Profile{"sector": eligibility.String("gas")})
			}
			return nil
		})
		if err != nil {
			t.Error(err)
			return
		}
		select {
		case <-done:
			return
		default:
		}
	}
}

// BenchmarkSnapshot loads the whole seed and demo from the database with all rules compiled, as the first request
// after the start does. Goal: well under 150 ms.
func BenchmarkSnapshot(b *testing.B) {
	db := datatest.Open(b)
	importAll(b, db, append(shipped(b, seed.Files), shipped(b, demo.Files)...))
	for b.Loop() {
		v, err := eligibility.Standard() // an empty vocabulary: nothing is compiled yet
		if err != nil {
			b.Fatal(err)
		}
		c := NewCache(v)
		start := time.Now()
		snapshotOf(b, db, c)
		b.ReportMetric(float64(time.Since(start).Milliseconds()), "ms/snapshot")
	}
}

// BenchmarkSnapshotAgain asks for a catalog that has not changed, as every request does.
func BenchmarkSnapshotAgain(b *testing.B) {
	db := datatest.Open(b)
	importAll(b, db, shipped(b, seed.Files))
	c := NewCache(vocabulary(b))
	for b.Loop() {
		snapshotOf(b, db, c)
	}
}
