package search

import (
	"math/bits"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/eligibility"

	"pgregory.net/rapid"
)

// valueOf says anew, without masks, whether a program has a value.
func valueOf(p *catalog.Published, facet Facet, value string, at Moment) bool {
	switch facet {
	case FacetKind:
		return string(p.Kind) == value
	case FacetCost:
		return string(p.Cost) == value
	case FacetProvider:
		return (value == ProviderGovernment) == p.Provider.Government
	case FacetSector:
		if !p.Gated() {
			return true
		}
		decision := p.Rules.Decide(eligibility.Profile{"sector": eligibility.String(value)})
		return decision.Criteria[0].Result != eligibility.Unmet
	}
	full := at.Places[p.Slug].Full() && p.NextStep(at.Now, true).Hindrance == catalog.HinderedFull
	paused := p.PausedAt(at.Now) && p.Status != catalog.StatusEnded
	open := p.Status == catalog.StatusOpen && p.Window.Contains(at.Now) && !paused && !full
	later := paused && p.Pause.Until.After(at.Now) || !paused && (p.Status == catalog.StatusAnnounced ||
		(p.Status == catalog.StatusOpen || p.Status == catalog.StatusWaitingList) && p.Window.At(at.Now).Opens.After(at.Now))
	switch value {
	case StatusOpen:
		return open
	case StatusLater:
		return later
	}
	return !open && !later
}

// TestFacetCounts: the number beside each value is how many programs there are with all other filters and that value alone; and how
// many there would be without a facet, the words or the fit is so too. Everything is counted anew, one by one.
func TestFacetCounts(t *testing.T) {
	vocabulary := []string{"water", "scan", "hospital", "scaning", "bank", "agua", "cisa", "wombat"}
	rapid.Check(t, func(r *rapid.T) {
		q := drawQuery(r, vocabulary)
		at := Moment{Now: now, Fits: drawSlugs(r, "fits"), Places: drawPlaces(r)}
		lang := rapid.SampledFrom([]string{"en", "es"}).Draw(r, "language")
		byWords := map[string]bool{}
		for _, p := range ask(t, Query{Words: q.Words}, lang, at).Programs {
			byWords[p.Slug] = true
		}
		number := func(q Query) (count int) {
			for _, p := range theCatalog().Listed() {
				ok := (q.Words == "" || byWords[p.Slug]) && (!q.Fits || at.Fits[p.Slug])
				for facet, values := range q.Chosen {
					ok = ok && (len(values) == 0 || slices.ContainsFunc(values, func(v string) bool { return valueOf(p, facet, v, at) }))
				}
				if ok {
					count++
				}
			}
			return count
		}
		result := ask(t, q, lang, at)
		if len(result.Programs) != number(q) {
			r.Fatalf("%d programs, want %d", len(result.Programs), number(q))
		}
		for _, group := range result.Groups {
			if want := number(q.Drop(group.Facet)); group.Without != want {
				r.Errorf("without %s %d, want %d", group.Facet, group.Without, want)
			}
			for _, v := range group.Values {
				alone := q.Drop(group.Facet).Toggle(group.Facet, v.Value)
				if want := number(alone); v.Number != want || v.Chosen != q.Has(group.Facet, v.Value) {
					r.Errorf("%s=%s: %+v, want %d", group.Facet, v.Value, v, want)
				}
			}
		}
		noWords, noFit := q, q
		noWords.Words, noFit.Fits = "", false
		if len(result.Programs) == 0 && q.Words != "" && result.WithoutWords != number(noWords) || result.WithoutFits != number(noFit) {
			r.Errorf("without words %d, without fit %d, want %d, %d", result.WithoutWords, result.WithoutFits, number(noWords), number(noFit))
		}
	})
}

// TestStatusFollowsTheTime: whatever was asked before, each question sees the programs as they stand at its own time and with its own seats:
// right before, at and after each turn of the catalog, and also when the clock goes back.
func TestStatusFollowsTheTime(t *testing.T) {
	var turns []time.Time
	turn := func(days int) time.Time {
		turns = append(turns, now.Add(time.Duration(days)*24*time.Hour))
		return turns[len(turns)-1]
	}
	var all []*catalog.Offering
	for i, o := range shipped() {
		changed := *o
		switch i % 4 {
		case 0:
			changed.Window.Opens, changed.Window.Closes = turn(i), turn(2*i+1)
		case 1:
			changed.Window.Closes = turn(3 * i)
		case 2:
			changed.Pause = catalog.Pause{Since: turn(i / 2), Until: turn(i)}
		case 3:
			changed.Window = catalog.Window{Opens: turn(-i - 20), Closes: turn(-i - 10), TimeZone: "America/New_York", Every: catalog.PeriodMonth}
			next := changed.Window.At(now)
			turns = append(turns, next.Opens, next.Closes)
		}
		all = append(all, &changed)
	}
	s := snapshotOf(t, all)
	c := New(catalogtest.Vocabulary())
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 5).Draw(r, "questions") {
			near := rapid.SampledFrom([]time.Duration{-time.Millisecond, 0, time.Millisecond, -24 * time.Hour, 24 * time.Hour}).Draw(r, "near")
			at := Moment{Now: rapid.SampledFrom(turns).Draw(r, "turn").Add(near), Places: drawPlaces(r)}
			for _, status := range statuses {
				var want []string
				for _, p := range s.Listed() {
					if valueOf(p, FacetStatus, status, at) {
						want = append(want, p.Slug)
					}
				}
				result, err := c.Find(s, Query{Chosen: map[Facet][]string{FacetStatus: {status}}}, "en", at)
				got := slugs(result.Programs)
				if slices.Sort(got); err != nil || !slices.Equal(got, want) {
					r.Fatalf("%s at %s: %v, want %v (%v)", status, at.Now, got, want, err)
				}
			}
		}
	})
}

// TestValuesFitTheirMasks: no facet has more values than a mask has bits, and the numbers of the facets are right.
func TestValuesFitTheirMasks(t *testing.T) {
	if len(facets) != facetCount || facets[statusAt] != FacetStatus || statuses[bits.TrailingZeros(openMark)] != StatusOpen {
		t.Error("the facets have other numbers")
	}
	for _, facet := range facets {
		if n := len(valuesOf(facet, shared().sectors)); n == 0 || n > maskBits {
			t.Errorf("%s has %d values", facet, n)
		}
	}
}

// TestParse reads addresses of today and of old, and leaves out what it does not know.
func TestParse(t *testing.T) {
	for _, c := range []struct{ address, want string }{
		{"", ""},
		{"q=scan", "q=scan"},
		{"q=+two++words+", "q=two+words"},
		{"open=1", "status=open"},
		{"open=1&status=later", "status=open&status=later"},
		{"kind=funding&kind=training&kind=training", "kind=training&kind=funding"},
		{"sector=martian&kind=nothing&cost=&status=OPEN", ""},
		{"fits=1&page=3&lang=es", "fits=1"},
		{"fits=yes", ""},
		{"provider=other&cost=fee&sector=health&q=x&kind=tool", "cost=fee&kind=tool&provider=other&q=x&sector=health"},
		{"q=%ff%00a%0Ab", "q=a+b"},
	} {
		if got := shared().ParseText(c.address).Encode(); got != c.want {
			t.Errorf("%q is %q, want %q", c.address, got, c.want)
		}
	}
}

// FuzzParse: no address makes the parser fail; what it reads is short, has known values only, and survives being written and read.
func FuzzParse(f *testing.F) {
	f.Add("q=scan&kind=funding&sector=health&open=1")
	f.Add("q=%F0%9F%A6%89%cc%81+n%CC%83&status=open&status=open&fits=1")
	f.Add("q=" + strings.Repeat("%C3%B1", 300))
	f.Add("%zz&;;&q=a;b&kind==")
	f.Fuzz(func(t *testing.T, address string) {
		q := shared().ParseText(address)
		if !utf8.ValidString(q.Words) || utf8.RuneCountInString(q.Words) > WordsMost || strings.ContainsAny(q.Words, "\n\t\x00") {
			t.Fatalf("words %q", q.Words)
		}
		for facet, values := range q.Chosen {
			for _, value := range values {
				if !slices.Contains(valuesOf(facet, shared().sectors), value) {
					t.Fatalf("%s has no value %q", facet, value)
				}
			}
		}
		text := q.Encode()
		again := shared().ParseText(text)
		if again.Encode() != text || again.Words != q.Words {
			t.Fatalf("%q is read as %q", text, again.Encode())
		}
		if fields, err := url.ParseQuery(text); err != nil || len(fields) > len(facets)+2 {
			t.Fatalf("%q: %v", text, err)
		}
		if words := wordsOf(q.Words); len(words) > wordsMost {
			t.Fatalf("%d words", len(words))
		}
		ask(t, q, "en", Moment{})
		ask(t, q, "es", Moment{AllWords: true})
	})
}

func TestToggle(t *testing.T) {
	q := shared().ParseText("kind=tool&q=x")
	more := q.Toggle(FacetKind, "funding").Toggle(FacetCost, "fee")
	if got := more.Encode(); got != "cost=fee&kind=tool&kind=funding&q=x" {
		t.Errorf("added: %s", got)
	}
	if got := more.Toggle(FacetKind, "tool").Toggle(FacetCost, "fee").Encode(); got != "kind=funding&q=x" {
		t.Errorf("removed: %s", got)
	}
	if q.Encode() != "kind=tool&q=x" || more.Drop(FacetKind).Encode() != "cost=fee&q=x" || !(Query{}).Empty() || q.Empty() {
		t.Error("a question changed another")
	}
	if got := (Query{}).Toggle(FacetKind, "tool").Encode(); got != "kind=tool" {
		t.Errorf("the empty question with a value: %s", got)
	}
}
