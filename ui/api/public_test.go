package api_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/curation"
	"accessdesk/broker/screening"
	"accessdesk/broker/screening/report"
	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/catalog/offeringjson"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/registrytest"
	"accessdesk/ui/web"
)

// listed is a page of offerings.
type listed struct {
	CatalogVersion string           `json:"catalog_version"`
	Total          int              `json:"total"`
	Offerings      []map[string]any `json:"offerings"`
	NextCursor     string           `json:"next_cursor"`
}

func (l listed) slugs() (all []string) {
	for _, o := range l.Offerings {
		all = append(all, o["slug"].(string))
	}
	return all
}

func (d *desk) snapshot() (s *catalog.Snapshot) {
	d.t.Helper()
	d.Read(d.t, func(tx *data.Tx) (err error) {
		s, err = d.desk.Catalog.Snapshot(tx)
		return err
	})
	return s
}

func TestOfferings(t *testing.T) {
	d := open(t)
	snapshot := d.snapshot()
	first := d.ask("GET", "/offerings", "").want(200)
	all := read[listed](first)
	if all.CatalogVersion != snapshot.Hash || all.Total != len(snapshot.Listed()) || len(all.Offerings) != all.Total || all.NextCursor != "" || !slices.IsSorted(all.slugs()) {
		t.Errorf("%d of %d, cursor %q", len(all.Offerings), all.Total, all.NextCursor)
	}
	if first.Header.Get("Access-Control-Allow-Origin") != "*" || len(first.Cookies()) > 0 || strings.Contains(first.Header.Get("Vary"), "Cookie") {
		t.Errorf("headers %v", first.Header)
	}
	again := d.ask("GET", "/offerings", "", "If-None-Match", first.Header.Get("ETag"))
	if again.want(304); len(again.body) > 0 {
		t.Errorf("304 with %d bytes", len(again.body))
	}
	spanish := read[listed](d.ask("GET", "/offerings?lang=es", "").want(200))
	if spanish.Offerings[0]["title"] == all.Offerings[0]["title"] {
		t.Error("the title is the same in Spanish")
	}
	if byHeader := d.ask("GET", "/offerings", "", "Accept-Language", "es-MX").want(200); byHeader.Header.Get("Content-Language") != "es" {
		t.Error("Accept-Language is not heard")
	}
	costs, days := map[any]bool{}, map[any]bool{}
	for _, o := range all.Offerings {
		costs[o["cost"]], days[o["checked_on"]] = true, true
		day, err := time.Parse(time.DateOnly, o["checked_on"].(string))
		must(t, err)
		if l := d.desk.Locales.In("en"); o["cost_text"] != l.T("cost."+o["cost"].(string), "Date", l.Date(day)) {
			t.Errorf("%s costs %v: %v", o["slug"], o["cost"], o["cost_text"])
		}
	}
	if len(costs) < 2 || len(days) < 2 {
		t.Errorf("all cost %v, and were looked at on %v", costs, days)
	}
	for query, fits := range map[string]func(*catalog.Published) bool{
		"sector=electric": func(o *catalog.Published) bool { return o.Status != catalog.StatusEnded && servesElectric(o) },
		"kind=scanning": func(o *catalog.Published) bool {
			return o.Status != catalog.StatusEnded && o.Kind == catalog.KindScanning
		},
		"status=ended":  func(o *catalog.Published) bool { return o.Status == catalog.StatusEnded },
		"status=lapsed": func(o *catalog.Published) bool { return o.Status == catalog.StatusLapsed },
		"open=true":     func(o *catalog.Published) bool { return o.OpenAt(d.Now()) },
		"open=false":    func(o *catalog.Published) bool { return o.Status != catalog.StatusEnded && !o.OpenAt(d.Now()) },
	} {
		var want []string
		for _, o := range snapshot.Offerings {
			if fits(o) {
				want = append(want, o.Slug)
			}
		}
		if got := read[listed](d.ask("GET", "/offerings?"+query, "").want(200)).slugs(); !slices.Equal(got, want) || len(want) == 0 || len(want) == len(snapshot.Offerings) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
}

func servesElectric(o *catalog.Published) bool {
	return slices.ContainsFunc(o.Sectors, func(s string) bool { return s == "electric" || s == "any" || s == "critical_infrastructure" })
}

// TestPages: every cursor leads on, by the Link header too, and together the pages are the list.
func TestPages(t *testing.T) {
	d := open(t)
	whole := read[listed](d.ask("GET", "/offerings", "").want(200)).slugs()
	for _, limit := range []int{1, 7, len(whole) - 1, len(whole), 100} {
		var got []string
		path := fmt.Sprintf("/offerings?limit=%d", limit)
		for path != "" {
			a := d.ask("GET", path, "").want(200)
			page := read[listed](a)
			got = append(got, page.slugs()...)
			if page.Total != len(whole) || len(page.Offerings) > limit {
				t.Fatalf("%s: %d of %d", path, len(page.Offerings), page.Total)
			}
			path = ""
			if link := a.Header.Get("Link"); page.NextCursor != "" {
				address := strings.TrimSuffix(strings.TrimPrefix(link, "<"+origin+"/api/v1"), `>; rel="next"`)
				u, err := url.Parse(address)
				if err != nil || u.Query().Get("cursor") != page.NextCursor || u.Query().Get("limit") != fmt.Sprint(limit) {
					t.Fatalf("link %q, cursor %q", link, page.NextCursor)
				}
				path = address
			} else if link != "" {
				t.Errorf("a link after the last page: %s", link)
			}
		}
		if !slices.Equal(got, whole) {
			t.Errorf("by %d: %v", limit, got)
		}
	}
}

func TestWrongParameters(t *testing.T) {
	d := open(t)
	d.ask("GET", "/offerings?sectr=health&limit=0&open=yes&kind=gift&cursor=x&status=&sector=health&sector=gas", "").refused(400, "parameters",
		"sector given_twice", "sectr unknown_parameter", "kind one_of", "status one_of", "limit whole_number", "open true_false", "cursor cursor")
	d.ask("GET", "/offerings?limit=101", "").refused(400, "parameters", "limit whole_number")
	d.ask("GET", "/offerings/"+model+"?x=1", "").refused(400, "parameters", "x unknown_parameter")
	d.ask("GET", "/facts?x=1", "").refused(400, "parameters", "x unknown_parameter")
	spanish := d.ask("GET", "/offerings?limit=x&lang=es", "").refused(400, "parameters", "limit whole_number")
	if spanish.Errors[0].Detail != "Acepta un número entero de 1 a 100" {
		t.Errorf("in Spanish: %q", spanish.Errors[0].Detail)
	}
	d.ask("GET", "/offerings/nothing-here", "").refused(404, "not_found")
	d.ask("GET", "/nothing", "").refused(404, "not_found")
	d.ask("DELETE", "/offerings", "").refused(405, "method")
	d.ask("GET", "/screen", "").refused(405, "method")
}

func TestOffering(t *testing.T) {
	d := open(t)
	for _, o := range d.snapshot().Offerings {
		got := read[map[string]any](d.ask("GET", "/offerings/"+o.Slug, "").want(200))
		if got["hash"] != o.Hash || got["version"] != 1.0 || got["title"] != o.Title.En || got["url"] != origin+"/programs/"+o.Slug+"?lang=en" {
			t.Errorf("%s: %v", o.Slug, got)
		}
		decoder := json.NewDecoder(bytes.NewReader(read[struct{ Offering json.RawMessage }](d.ask("GET", "/offerings/"+o.Slug, "")).Offering))
		decoder.UseNumber()
		var members map[string]any
		must(t, decoder.Decode(&members))
		again, err := offeringjson.Decode(members)
		must(t, err)
		public := *o.Offering
		public.Owner = ""
		if again.Owner != "" || !bytes.Equal(catalog.Canonical(again), catalog.Canonical(&public)) {
			t.Errorf("%s: the offering does not come back", o.Slug)
		}
		criteria := got["criteria"].([]any)
		shown := map[string]any{}
		for _, c := range criteria {
			shown[c.(map[string]any)["id"].(string)] = c.(map[string]any)["expr"]
		}
		for _, c := range o.Criteria {
			if shown[c.ID] != c.Expr {
				t.Errorf("%s: rule %s reads %v", o.Slug, c.ID, shown[c.ID])
			}
		}
	}
	if strings.Contains(string(d.ask("GET", "/offerings/"+model, "").body), `"owner"`) {
		t.Error("the address of a colleague is public")
	}
}

// TestOpens: what is said about a window is true at the moment, though the answer was kept.
func TestOpens(t *testing.T) {
	d := open(t)
	closes := d.Now().Add(10 * 24 * time.Hour).Truncate(time.Minute)
	d.Write(t, func(tx *data.Tx) error {
		found, _ := d.snapshot().Find(scanning)
		changed := *found.Offering
		changed.Window = catalog.Window{Opens: closes.AddDate(0, -1, 0), Closes: closes, TimeZone: "America/Denver"}
		_, err := publishing.Publish(tx, curation.Desk(d.desk, nil), d.rosa.ID, d.luis.ID, &changed)
		return err
	})
	is := func() any {
		return read[map[string]any](d.ask("GET", "/offerings/"+scanning, "").want(200))["open"]
	}
	d.SetNow(closes.Add(-time.Minute))
	if is() != true {
		t.Error("closed a minute early")
	}
	d.SetNow(closes)
	if is() != false {
		t.Error("still open when it closes")
	}
}

func TestFacts(t *testing.T) {
	d := open(t)
	a := d.ask("GET", "/facts", "").want(200)
	got := read[struct{ Facts []map[string]any }](a)
	v := catalogtest.Vocabulary()
	if len(got.Facts) != len(v.Facts()) || a.Header.Get("Content-Language") != "" {
		t.Fatalf("%d facts", len(got.Facts))
	}
	for i, f := range v.Facts() {
		one := got.Facts[i]
		if one["id"] != string(f.ID) || one["type"] != string(f.Type) || one["label"].(map[string]any)["es"] != f.Label.Es {
			t.Errorf("%s: %v", f.ID, one)
		}
		values, _ := one["values"].([]any)
		if len(values) != len(f.Values) || (one["question"] != nil) != !f.Question.Empty() {
			t.Errorf("%s: %v", f.ID, one)
		}
	}
}

// TestScreen: the answer is the report of the check, to the byte, and nothing is stored.
func TestScreen(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		v := catalogtest.Vocabulary()
		for _, facts := range []string{`{}`, `{"sector":"drinking_water","state_or_territory":"NM","population_served":5000}`,
			`{"sector":"electric","meters":{"over":500,"max":3300},"additional_sectors":[]}`, `{"sector":"health","hospital_type":"cah","static_public_ips":null}`} {
			for _, lang := range []string{"en", "es"} {
				profile, err := v.ParseFacts([]byte(facts))
				must(t, err)
				want, err := report.Of(screening.New(v, d.snapshot().Listed(), profile, nil, d.Now()), d.snapshot().Hash, lang)
				must(t, err)
				wanted, err := want.JSON()
				must(t, err)
				got := d.ask("POST", "/screen?lang="+lang, `{"facts":`+facts+`}`).want(200)
				if !bytes.Equal(got.body, wanted) || got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Access-Control-Allow-Origin") != "*" {
					t.Errorf("%s in %s:\n%s\nwant\n%s", facts, lang, got.body, wanted)
				}
			}
		}
		one := read[report.Report](d.ask("POST", "/screen", `{"facts":null,"offering":"`+scanning+`"}`).want(200))
		if len(one.Decisions) != 1 || one.Decisions[0].Offering != scanning {
			t.Errorf("%v", one)
		}
		d.Read(t, func(tx *data.Tx) error {
			var kept int
			err := tx.Row("SELECT count(*) FROM screening").Scan(&kept)
			if kept != 0 {
				t.Errorf("%d screenings are stored", kept)
			}
			return err
		})
	})
}

// TestScreenOperator: what the registers say of an operator is joined as the command does it; what is stated counts before it.
func TestScreenOperator(t *testing.T) {
	d := open(t)
	registrytest.Load(t, d.DB)
	v := catalogtest.Vocabulary()
	for _, stated := range []string{`{}`, `{"available_beds":12,"state_or_territory":"NM"}`} {
		facts, err := v.ParseFacts([]byte(stated))
		must(t, err)
		d.Read(t, func(tx *data.Tx) error {
			operator, err := registry.Find(tx, registrytest.Hospital)
			if err != nil {
				return err
			}
			recorded, err := operator.Profile(v)
			if len(recorded) == 0 {
				t.Fatal("the register says nothing")
			}
			screening.Join(v, facts, recorded)
			return err
		})
		want, err := report.Of(screening.New(v, d.snapshot().Listed(), facts, nil, d.Now()), d.snapshot().Hash, "en")
		must(t, err)
		wanted, err := want.JSON()
		must(t, err)
		if got := d.ask("POST", "/screen", `{"operator":"`+registrytest.Hospital+`","facts":`+stated+`}`).want(200); !bytes.Equal(got.body, wanted) {
			t.Errorf("with %s: %s\nwant %s", stated, got.body, wanted)
		}
	}
}

func TestScreenRefuses(t *testing.T) {
	d := open(t)
	for text, want := range map[string][]string{
		`{"facts":{"sectr":"electric","meters":"many","sector":"watr","additional_sectors":"gas"}}`: {"#/facts/additional_sectors fact", "#/facts/meters fact", "#/facts/sector fact", "#/facts/sectr unknown_fact"},
		`{"fact":{}}`:                 {"#/fact unknown_member"},
		`{"facts":[]}`:                {"#/facts expected"},
		`{"facts":{},"facts":{}}`:     {"#/facts member_twice"},
		`{"facts":{"a/b":1,"a/b":2}}`: {"#/facts/a~1b member_twice"},
		`{"facts":{}} x`:              {"# trailing"},
		`{"facts":`:                   {"# not_json"},
		`[]`:                          {"# expected"},
		strings.Repeat("[", 40):       {"#" + strings.Repeat("/0", 32) + " too_deep"},
		`{"facts":{"meters":1e999}}`:  {"#/facts/meters fact"},
		`{"facts":{"meters":` + strings.Repeat("9", 60) + `}}`: {"#/facts/meters number_long"},
		`{"operator":5}`:            {"#/operator expected"},
		`{"operator":"ccn:000000"}`: {"#/operator unknown_operator"},
		`{"offering":"none"}`:       {"#/offering unknown_offering"},
	} {
		d.ask("POST", "/screen", text).refused(400, "body", want...)
	}
	d.ask("POST", "/screen", `{"facts":{"a":"`+strings.Repeat("x", 65<<10)+`"}}`).refused(413, "too_large")
	d.ask("POST", "/screen", `{}`, "Content-Type", "text/plain").refused(415, "media_type")
	d.ask("POST", "/screen", `{}`, "Content-Type", "application/json; charset=latin1").refused(415, "media_type")
	d.ask("POST", "/screen", `{}`, "Content-Encoding", "gzip").refused(415, "media_type")
	d.ask("POST", "/screen", `{}`, "Content-Type", "application/json; charset=UTF-8").want(200)
}

// TestPreflight: pages of any site may read the public part and ask for a screening, and never with a key.
func TestPreflight(t *testing.T) {
	d := open(t)
	for _, path := range []string{"/offerings", "/offerings/" + model, "/facts", "/screen"} {
		a := d.ask("OPTIONS", path, "", "Origin", "https://elsewhere.example", "Access-Control-Request-Method", "POST").want(204)
		if a.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(a.Header.Get("Access-Control-Allow-Headers"), "Content-Type") || strings.Contains(a.Header.Get("Access-Control-Allow-Headers"), "Authorization") {
			t.Errorf("%s: %v", path, a.Header)
		}
	}
	if a := d.ask("OPTIONS", "/drafts", ""); a.StatusCode != 405 || a.Header.Get("Access-Control-Allow-Methods") != "" {
		t.Errorf("/drafts: %d %v", a.StatusCode, a.Header)
	}
	if a := d.ask("GET", "/drafts", "", "Authorization", d.key(d.rosa, "catalog:read")).want(200); a.Header.Get("Access-Control-Allow-Origin") != "" || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("/drafts: %v", a.Header)
	}
}

func TestLimits(t *testing.T) {
	d := open(t, func(c *web.Config) { c.Limits.Machine = 3 })
	for range 3 {
		d.ask("GET", "/facts", "").want(200)
	}
	if wait := d.ask("GET", "/facts", "").refused(429, "too_many"); wait.Status != 429 {
		t.Error(wait)
	}
	if after := d.ask("GET", "/facts", "").want(429).Header.Get("Retry-After"); after == "" || after == "0" {
		t.Errorf("Retry-After is %q", after)
	}
}
