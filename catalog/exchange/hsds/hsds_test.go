package hsds

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/catalog/exchange/hsds/hsdstest"
	"accessdesk/catalog/upkeep"
	"accessdesk/data/demo"
	"accessdesk/data/golden"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
)

var texts = sync.OnceValue(func() *locale.Locales {
	locales, err := locale.Bundle()
	if err != nil {
		panic(err)
	}
	return locales
})

// now is when the tests read.
var now = time.Date(2026, 11, 27, 15, 4, 5, 678_000_000, time.UTC)

// everything is the seed and the demonstration, which has windows, seats and terms.
var everything = sync.OnceValue(func() *catalog.Snapshot {
	var all []*catalog.Offering
	for _, files := range []func() ([]*catalog.Offering, error){
		func() ([]*catalog.Offering, error) { return catalog.ParseFiles(seed.Files) },
		func() ([]*catalog.Offering, error) { return catalog.ParseFiles(demo.Files) },
	} {
		offerings, err := files()
		if err != nil {
			panic(err)
		}
		all = append(all, offerings...)
	}
	return snapshotOf(all...)
})

func snapshotOf(all ...*catalog.Offering) *catalog.Snapshot {
	snapshot, err := catalog.FromFiles(catalogtest.Vocabulary(), all)
	if err != nil {
		panic(err)
	}
	return snapshot
}

func reading(snapshot *catalog.Snapshot, lang string, change ...func(*Moment)) *Reading {
	changes := Changes{versions: map[string][]catalog.Stored{}, confirmed: map[string][]upkeep.Checked{}, notices: map[string][]time.Time{}}
	for _, p := range snapshot.Offerings {
		changes.versions[p.Slug] = []catalog.Stored{{Slug: p.Slug, Number: 1, State: catalog.StatePublished, Published: now.Add(-48 * time.Hour)}}
	}
	s := Moment{Upkeep: &upkeep.State{}, Changes: changes, Now: now,
		Base: "https://desk.example.org", Operator: "Example Institute", Seats: map[string]Seats{"demo-grant": {All: 3, Left: 1}}}
	for _, c := range change {
		c(&s)
	}
	return NewIndex(snapshot, catalogtest.Vocabulary(), texts().In(lang)).At(s)
}

// TestEveryOfferingIsHSDS holds that every listing of the seed and the demonstration, in both languages, whole and brief, is what the
// schemas of HSDS 3.1 want, with no key that they do not know or call deprecated; and so are organizations, taxonomies and terms.
func TestEveryOfferingIsHSDS(t *testing.T) {
	schemas := hsdstest.Load(t, "../../..")
	snapshot := everything()
	if len(snapshot.Offerings) < 84 {
		t.Fatalf("only %d offerings", len(snapshot.Offerings))
	}
	for _, lang := range locale.Languages() {
		r := reading(snapshot, lang)
		check := func(kind, name string, object any) {
			t.Helper()
			for _, problem := range schemas.Check(kind, hsdstest.Encode(t, object)) {
				t.Errorf("%s %s in %s: %s", kind, name, lang, problem)
			}
		}
		for _, p := range snapshot.Offerings {
			check("service", p.Slug, r.Service(p))
			check("service_list", p.Slug, r.Brief(p))
		}
		for _, id := range r.Organizations(Filter{}) {
			for _, full := range []bool{false, true} {
				o, _ := r.Organization(id, full)
				check("organization", o.Name, o)
			}
			check("organization_list", id, r.BriefOrganization(id))
		}
		for _, taxonomy := range r.Taxonomies() {
			check("taxonomy", taxonomy.Name, taxonomy)
		}
		for _, term := range r.Terms(Filter{}) {
			check("taxonomy_term", term.Code, term)
		}
	}
	for _, missing := range texts().Missing() {
		t.Error("missing text:", missing)
	}
}

// TestCheckSeesMistakes holds that the schemas refuse what they should, so that the test above means something.
func TestCheckSeesMistakes(t *testing.T) {
	schemas := hsdstest.Load(t, "../../..")
	for object, want := range map[string]string{
		`{"id":"x","name":"N","status":"active"}`:                                                                         "uuid",
		`{"id":"7d444840-9dc0-51d1-b245-5ffdce74fad2","name":"N","status":"open"}`:                                        "status",
		`{"id":"7d444840-9dc0-51d1-b245-5ffdce74fad2","status":"active"}`:                                                 "name",
		`{"id":"7d444840-9dc0-51d1-b245-5ffdce74fad2","name":"N","status":"active","wait_time":"1"}`:                      "deprecated",
		`{"id":"7d444840-9dc0-51d1-b245-5ffdce74fad2","name":"N","status":"active","costs":1}`:                            "no such key",
		`{"id":"7d444840-9dc0-51d1-b245-5ffdce74fad2","name":"N","status":"active","email":"nobody"}`:                     "email",
		`{"id":"7d444840-9dc0-51d1-b245-5ffdce74fad2","name":"N","status":"active","last_modified":"2026-11-27"}`:         "date-time",
		`{"id":"7d444840-9dc0-51d1-b245-5ffdce74fad2","name":"N","status":"active","phones":[{"id":"x","number":"1"}]}`:   "uuid",
		`{"id":"7d444840-9dc0-51d1-b245-5ffdce74fad2","name":"N","status":"active","attributes":[{"term":{"name":"n"}}]}`: "no such key",
	} {
		if got := strings.Join(schemas.Check("service", []byte(object)), "\n"); !strings.Contains(got, want) {
			t.Errorf("%s: %q does not name %q", object, got, want)
		}
	}
}

// TestIDs holds the ids of a few things for ever: directories keep them.
func TestIDs(t *testing.T) {
	for id, want := range map[string]string{
		ServiceID("cisa-vuln-scanning"):               "service cisa-vuln-scanning",
		OrganizationID("cisa"):                        "organization cisa",
		TaxonomyID("sector"):                          "taxonomy sector",
		TermID("sector", "drinking_water"):            "taxonomy_term sector:drinking_water",
		ID("attribute", "ms-isac", "kind", "tool"):    "attribute ms-isac:kind:tool",
		ID("url", "cisa", "https://www.cisa.gov/a:b"): "url cisa:https://www.cisa.gov/a:b",
	} {
		if golden := idGolden[want]; id != golden {
			t.Errorf("%s: %s, and was %q", want, id, golden)
		}
	}
}

// TestIDsAreOnce holds that no two objects share an id, and that both languages have the same ones.
func TestIDsAreOnce(t *testing.T) {
	ids := regexp.MustCompile(`"id":"([0-9a-f-]{36})"`)
	var before []string
	for _, lang := range locale.Languages() {
		r := reading(everything(), lang)
		seen := map[string]string{}
		var all []string
		for _, p := range r.catalog.Offerings {
			s := r.Service(p)
			s.Organization = nil // is nested again and again, as terms and units are
			for i := range s.Attributes {
				s.Attributes[i].Term = nil
			}
			for i := range s.Capacities {
				s.Capacities[i].Unit.ID = ""
			}
			for _, match := range ids.FindAllStringSubmatch(string(hsdstest.Encode(t, s)), -1) {
				if seen[match[1]] != "" {
					t.Errorf("%s stands in %s and in %s", match[1], seen[match[1]], p.Slug)
				}
				seen[match[1]] = p.Slug
				all = append(all, match[1])
			}
		}
		slices.Sort(all)
		if before != nil && !slices.Equal(before, all) {
			t.Error("the two languages have different ids")
		}
		before = all
	}
}

// TestReadingIsTheSameAgain holds that nothing depends on the order of maps or on when the reading was made.
func TestReadingIsTheSameAgain(t *testing.T) {
	write := func() string {
		r := reading(everything(), "en")
		var b strings.Builder
		for _, p := range r.Services(Filter{}) {
			b.Write(hsdstest.Encode(t, r.Service(p)))
		}
		for _, id := range r.Organizations(Filter{}) {
			o, _ := r.Organization(id, true)
			b.Write(hsdstest.Encode(t, o))
		}
		b.Write(hsdstest.Encode(t, r.Terms(Filter{})))
		return b.String()
	}
	if first := write(); first != write() {
		t.Error("two readings differ")
	}
}

// TestGolden shows whole services to people: one of the seed in both languages, and one of the demonstration with seats.
func TestGolden(t *testing.T) {
	for _, c := range []struct{ slug, lang string }{{"cisa-vuln-scanning", "en"}, {"cisa-vuln-scanning", "es"}, {"demo-grant", "en"}} {
		r := reading(everything(), c.lang)
		p, _ := r.catalog.Find(c.slug)
		text, err := json.MarshalIndent(r.Service(p), "", "\t")
		if err != nil {
			t.Fatal(err)
		}
		golden.Check(t, "testdata/"+c.slug+"."+c.lang+".json", string(text)+"\n")
	}
}

// TestStatus is the table of the statuses.
func TestStatus(t *testing.T) {
	hour := func(n int) time.Time { return now.Add(time.Duration(n) * time.Hour) }
	window := func(opens, closes int) catalog.Window {
		return catalog.Window{Opens: hour(opens), Closes: hour(closes)}
	}
	full := func(s *Moment) { s.Seats = map[string]Seats{"x": {All: 5, Full: true}} }
	inApp := []catalog.ApplyRoute{{Mode: catalog.ModeInApp}}
	for _, c := range []struct {
		name   string
		o      catalog.Offering
		change func(*Moment)
		want   Status
	}{
		{"open", catalog.Offering{Status: catalog.StatusOpen}, nil, Active},
		{"by invitation", catalog.Offering{Status: catalog.StatusByInvitation}, nil, Active},
		{"waiting list", catalog.Offering{Status: catalog.StatusWaitingList}, nil, Active},
		{"announced", catalog.Offering{Status: catalog.StatusAnnounced}, nil, Inactive},
		{"unverified", catalog.Offering{Status: catalog.StatusUnverified}, nil, Inactive},
		{"lapsed", catalog.Offering{Status: catalog.StatusLapsed}, nil, TemporarilyClosed},
		{"ended", catalog.Offering{Status: catalog.StatusEnded}, nil, Defunct},
		{"in its window", catalog.Offering{Status: catalog.StatusOpen, Window: window(-1, 1)}, nil, Active},
		{"before its window", catalog.Offering{Status: catalog.StatusOpen, Window: window(1, 2)}, nil, TemporarilyClosed},
		{"after its window", catalog.Offering{Status: catalog.StatusOpen, Window: window(-2, -1)}, nil, Inactive},
		{"between two windows", catalog.Offering{Status: catalog.StatusOpen, Window: catalog.Window{Opens: hour(-2), Closes: hour(-1), Every: catalog.PeriodMonth}}, nil, TemporarilyClosed},
		{"paused", catalog.Offering{Status: catalog.StatusOpen, Pause: catalog.Pause{Since: hour(-1)}}, nil, TemporarilyClosed},
		{"to be paused", catalog.Offering{Status: catalog.StatusOpen, Pause: catalog.Pause{Since: hour(1)}}, nil, Active},
		{"paused and ended", catalog.Offering{Status: catalog.StatusEnded, Pause: catalog.Pause{Since: hour(-1)}}, nil, Defunct},
		{"full", catalog.Offering{Status: catalog.StatusOpen, Apply: inApp, Window: catalog.Window{Seats: 5}}, full, TemporarilyClosed},
		{"full with a list", catalog.Offering{Status: catalog.StatusOpen, Apply: inApp, Window: catalog.Window{Seats: 5, WaitingList: true}}, full, Active},
	} {
		c.o.Slug, c.o.Sectors = "x", []string{"health"}
		if c.change == nil {
			c.change = func(*Moment) {}
		}
		r := reading(snapshotOf(&c.o), "en", c.change)
		if got := r.status(r.catalog.Offerings[0]); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestModified holds that every change moves the time, at the moment it takes effect.
func TestModified(t *testing.T) {
	o := &catalog.Offering{Slug: "x", Sectors: []string{"health"}, Provider: catalog.Provider{Slug: "p"}, Status: catalog.StatusOpen}
	minutes := func(n int) time.Time { return now.Add(time.Duration(n) * time.Minute) }
	base := minutes(-60 * 48)
	for _, c := range []struct {
		name   string
		change func(*Moment)
		want   time.Time
	}{
		{"published", func(*Moment) {}, base},
		{"a newer version", func(s *Moment) {
			s.Changes.versions["x"] = append([]catalog.Stored{{Number: 2, Published: minutes(-9)}}, s.Changes.versions["x"]...)
		}, minutes(-9)},
		{"a notice that has begun", func(s *Moment) { s.Changes.notices["p"] = []time.Time{minutes(-30), minutes(-5), minutes(5)} }, minutes(-5)},
		{"a notice of somebody else", func(s *Moment) { s.Changes.notices["q"] = []time.Time{minutes(-5)} }, base},
		{"a confirmation", func(s *Moment) { s.Changes.confirmed[""] = []upkeep.Checked{{At: minutes(-3)}} }, minutes(-3)},
		{"a window that closed", func(*Moment) { o.Window.Closes = minutes(-2) }, minutes(-2)},
		{"a pause", func(*Moment) { o.Pause.Since = minutes(-1) }, minutes(-1)},
	} {
		r := reading(snapshotOf(o), "en", c.change)
		if got := r.modified(r.catalog.Offerings[0]); !got.Equal(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if found := len(r.Services(Filter{ModifiedAfter: c.want})); found != 1 {
			t.Errorf("%s: not found from that moment on", c.name)
		}
		if found := len(r.Services(Filter{ModifiedAfter: c.want.Add(time.Millisecond)})); found != 0 {
			t.Errorf("%s: found after it", c.name)
		}
	}
}

// TestFilters holds that filters are ANDed and that each gives what a plain look at the whole services gives.
func TestFilters(t *testing.T) {
	r := reading(everything(), "en")
	all := r.Services(Filter{})
	for _, term := range r.Terms(Filter{}) {
		for _, organization := range []string{"", OrganizationID("cisa"), OrganizationID("epa")} {
			var want []string
			for _, p := range all {
				s := r.Service(p)
				if (organization == "" || s.OrganizationID == organization) && slices.ContainsFunc(s.Attributes, func(a Attribute) bool { return a.TaxonomyTermID == term.ID }) {
					want = append(want, p.Slug)
				}
			}
			var got []string
			for _, p := range r.Services(Filter{TaxonomyTermID: term.ID, OrganizationID: organization, TaxonomyID: term.TaxonomyID}) {
				got = append(got, p.Slug)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s %s: %v, want %v", term.Code, organization, got, want)
			}
		}
	}
	if got := r.Services(Filter{Found: map[string]bool{"cisa-vuln-scanning": true, "ms-isac": true}, OrganizationID: OrganizationID("cisa")}); len(got) != 1 || got[0].Slug != "cisa-vuln-scanning" {
		t.Errorf("%d of what a search found are of the organization", len(got))
	}
	if got := r.Services(Filter{Found: map[string]bool{}}); len(got) != 0 {
		t.Errorf("%d of nothing", len(got))
	}
	if got := r.Services(Filter{TaxonomyTermID: TermID("kind", "guidance"), TaxonomyID: TaxonomyID("safeguard")}); len(got) != 0 {
		t.Errorf("terms of two taxonomies that no offering has together: %d", len(got))
	}
	top := r.Terms(Filter{TopOnly: true, TaxonomyID: TaxonomyID("sector")})
	below := r.Terms(Filter{ParentID: TermID("sector", "critical_infrastructure")})
	if len(top)+len(below) != len(r.Terms(Filter{TaxonomyID: TaxonomyID("sector")})) || len(below) != 8 {
		t.Errorf("%d terms stand on top, %d below", len(top), len(below))
	}
}

// BenchmarkService is one whole service, BenchmarkIndex what a new revision of the catalog costs, BenchmarkServices the brief list of all.
func BenchmarkService(b *testing.B) {
	r := reading(everything(), "en")
	p, _ := r.catalog.Find("cisa-vuln-scanning")
	b.ReportAllocs()
	for b.Loop() {
		if text, err := json.Marshal(r.Service(p)); err != nil || len(text) == 0 {
			b.Fatal(err)
		}
	}
}

func BenchmarkIndex(b *testing.B) {
	snapshot := everything()
	for b.Loop() {
		NewIndex(snapshot, catalogtest.Vocabulary(), texts().In("en"))
	}
}

func BenchmarkServices(b *testing.B) {
	snapshot := everything()
	b.ReportAllocs()
	r := reading(snapshot, "en")
	for b.Loop() {
		for _, p := range r.Services(Filter{}) {
			if _, err := json.Marshal(r.Brief(p)); err != nil {
				b.Fatal(err)
			}
		}
	}
}
