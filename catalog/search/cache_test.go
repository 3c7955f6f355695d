package search

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"

	"pgregory.net/rapid"
)

// TestTheIndexFollowsTheCatalog: whatever is added, changed and taken out, in whatever order, an index that followed answers as one
// that is made anew, in the same order; and it answers by the catalog that it is asked about.
func TestTheIndexFollowsTheCatalog(t *testing.T) {
	words := []string{"heron", "willow", "dogwood", "turbine", "pump"}
	typed := append([]string{"hero", "wilow", "heron pump", "dogwod turbine willow", "the"}, words...)
	offering := func(r *rapid.T, i int) *catalog.Offering {
		draw := func(name string) catalog.Text {
			return catalog.Text{En: rapid.SampledFrom(words).Draw(r, name), Es: rapid.SampledFrom(words).Draw(r, name)}
		}
		return &catalog.Offering{Slug: fmt.Sprintf("s%02d", i), Kind: catalog.KindTool, Sectors: []string{"health"}, Title: draw("title"), Summary: draw("summary"), Details: draw("details"),
			Status: rapid.SampledFrom([]catalog.Status{catalog.StatusOpen, catalog.StatusLapsed, catalog.StatusEnded}).Draw(r, "status")}
	}
	rapid.Check(t, func(r *rapid.T) {
		c := New(catalogtest.Vocabulary())
		defer func() {
			if c.words != nil {
				_ = c.words.close()
			}
		}()
		all := map[int]*catalog.Offering{}
		for i := range 20 {
			all[i] = offering(r, i)
		}
		for range rapid.IntRange(2, 6).Draw(r, "changes") {
			for range rapid.IntRange(0, 4).Draw(r, "offerings") {
				i := rapid.IntRange(0, 24).Draw(r, "which")
				if _, there := all[i]; there && rapid.Bool().Draw(r, "gone") {
					delete(all, i)
				} else {
					all[i] = offering(r, i)
				}
			}
			var list []*catalog.Offering
			for _, o := range all {
				list = append(list, o)
			}
			s := snapshotOf(t, list)
			for _, text := range typed {
				got, err := c.Find(s, Query{Words: text}, "en", Moment{Now: now})
				if err != nil {
					r.Fatal(err)
				}
				fresh := New(catalogtest.Vocabulary())
				want, err := fresh.Find(s, Query{Words: text}, "en", Moment{Now: now})
				if err != nil {
					r.Fatal(err)
				}
				_ = fresh.words.close()
				if !slices.Equal(got.Programs, want.Programs) || !slices.Equal(got.Ended, want.Ended) || got.Way != want.Way || !slices.Equal(got.Instead, want.Instead) {
					r.Fatalf("%q: %v %v %q %v, want %v %v %q %v", text, slugs(got.Programs), slugs(got.Ended), got.Way, got.Instead, slugs(want.Programs), slugs(want.Ended), want.Way, want.Instead)
				}
			}
		}
	})
}

// TestFollowingIsCheap: a small change indexes what changed, a large one and many small ones make the index anew.
func TestFollowingIsCheap(t *testing.T) {
	offerings := slices.Clone(shipped())
	c := New(catalogtest.Vocabulary())
	find := func() *index {
		if _, err := c.Find(snapshotOf(t, offerings), Query{Words: "water"}, "en", Moment{Now: now}); err != nil {
			t.Fatal(err)
		}
		return c.words
	}
	first := find()
	free := partsMost - first.parts
	for i := range free + 2 {
		changed := *offerings[i]
		changed.Title.En += " changed"
		offerings[i] = &changed
		x := find()
		if x.parts > partsMost || (x == first) != (i < free) {
			t.Fatalf("after %d changes: the same index %v, %d parts", i+1, x == first, x.parts)
		}
	}
	last := find()
	offerings = offerings[:20]
	for i, o := range offerings {
		changed := *o
		changed.Summary.En += " changed"
		offerings[i] = &changed
	}
	if find() == last {
		t.Error("a large change was followed")
	}
}

// TestManyAtOnce: while the catalog moves to and fro, each request is answered by the catalog that it sees.
func TestManyAtOnce(t *testing.T) {
	c := New(catalogtest.Vocabulary())
	var worlds []*catalog.Snapshot
	for i := range 3 {
		worlds = append(worlds, snapshotOf(t, shipped()[i*10:i*10+40]))
	}
	want := make([]Result, len(worlds))
	for i, s := range worlds {
		var err error
		if want[i], err = New(catalogtest.Vocabulary()).Find(s, Query{Words: "water"}, "en", Moment{Now: now}); err != nil {
			t.Fatal(err)
		}
	}
	var all sync.WaitGroup
	for worker := range 6 {
		all.Go(func() {
			for round := range 30 {
				i := (worker + round/5) % len(worlds)
				q := Query{Words: "water"}
				if round%3 == 0 {
					q.Words = ""
				}
				got, err := c.Find(worlds[i], q, "en", Moment{Now: now})
				if err != nil {
					t.Error(err)
					return
				}
				if q.Words != "" && !slices.Equal(got.Programs, want[i].Programs) {
					t.Errorf("world %d: %v", i, slugs(got.Programs))
				}
			}
		})
	}
	all.Wait()
}

// BenchmarkFind measures searches over 5,000 offerings: every answer with all facets. p95-ms is over the mix of questions that people
// ask; build-ms and MB are the index.
func BenchmarkFind(b *testing.B) {
	for _, count := range []int{84, 5000} {
		s := snapshotOf(b, made(count))
		c := New(catalogtest.Vocabulary())
		var before, after runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&before)
		began := time.Now()
		if _, err := c.Find(s, Query{Words: "x"}, "en", Moment{Now: now}); err != nil {
			b.Fatal(err)
		}
		built := time.Since(began)
		runtime.GC()
		runtime.GC() // what pools hold goes with the second
		runtime.ReadMemStats(&after)
		questions := questionsFor(s)
		for _, q := range questions["rare word"] {
			if r, err := c.Find(s, q, "en", Moment{Now: now}); err != nil || len(r.Programs) != 1 {
				b.Fatalf("%q finds %d, want one: %v", q.Words, len(r.Programs), err)
			}
		}
		for _, name := range []string{"mix", "rare word", "frequent words", "mistake", "no words"} {
			b.Run(fmt.Sprintf("%d offerings/%s", count, name), func(b *testing.B) {
				var took []time.Duration
				asked := questions[name]
				for i := 0; b.Loop(); i++ {
					began := time.Now()
					if _, err := c.Find(s, asked[i%len(asked)], "en", Moment{Now: now}); err != nil {
						b.Fatal(err)
					}
					took = append(took, time.Since(began))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
				b.ReportMetric(float64(built.Milliseconds()), "build-ms")
				b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/1e6, "MB")
			})
		}
	}
}

// questionsFor are questions about a snapshot of made offerings.
func questionsFor(s *catalog.Snapshot) map[string][]Query {
	all := map[string][]Query{"no words": {{}, {Chosen: map[Facet][]string{FacetKind: {"funding"}, FacetSector: {"health", "banking"}}}}}
	for i := range 200 {
		p := s.Listed()[i*7919%len(s.Listed())]
		title := inWords(p.Title.En)
		rare := p.KnownAs[0]
		all["rare word"] = append(all["rare word"], Query{Words: rare})
		all["frequent words"] = append(all["frequent words"], Query{Words: title[0] + " " + title[1]})
		all["mistake"] = append(all["mistake"], Query{Words: title[0][1:] + "q " + title[2]})
	}
	for i := range 200 { // one in ten is typed wrong, one in ten asks for no words
		switch kind := i % 10; {
		case kind == 0:
			all["mix"] = append(all["mix"], all["mistake"][i])
		case kind == 1:
			all["mix"] = append(all["mix"], all["no words"][i%2])
		case kind < 5:
			all["mix"] = append(all["mix"], all["rare word"][i])
		default:
			all["mix"] = append(all["mix"], all["frequent words"][i])
		}
	}
	return all
}
