package hsds_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/catalog/exchange/hsds"
	"accessdesk/catalog/exchange/hsds/hsdstest"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui/problem"

	"pgregory.net/rapid"
)

// lists are the lists with the schema of their items, brief and whole.
var lists = []struct{ path, brief, whole string }{
	{"services", "service_list", "service"}, {"organizations", "organization_list", "organization"}, {"taxonomies", "taxonomy", "taxonomy"},
	{"taxonomy_terms", "taxonomy_term", "taxonomy_term"}, {"service_at_locations", "service_at_location", "service_at_location"},
}

// TestEveryAnswerIsHSDS holds that every list, in pages, whole and as lines, and every object of each, in both languages, is what the schemas
// of HSDS 3.1 want.
func TestEveryAnswerIsHSDS(t *testing.T) {
	schemas := hsdstest.Load(t, "../..")
	d := openDesk(t)
	services := 0
	for _, lang := range []string{"en", "es"} {
		check := func(kind, address string, object []byte) {
			t.Helper()
			for _, wrong := range schemas.Check(kind, object) {
				t.Errorf("%s: %s", address, wrong)
			}
		}
		for _, list := range lists {
			address := "/hsds/" + list.path + "?per_page=200&lang=" + lang
			got := d.get(address).body
			// The contents have schemas of their own.
			envelope := parse[map[string]json.RawMessage](t, got)
			delete(envelope, "contents")
			check("page", address, hsdstest.Encode(t, envelope))
			items := parse[page](t, got).Contents
			for _, item := range items {
				check(list.brief, address, item)
				one := "/hsds/" + list.path + "/" + id(t, item) + "?lang=" + lang
				check(list.whole, one, []byte(d.get(one).body))
			}
			if list.path == "services" || list.path == "organizations" {
				for _, item := range d.list(address + "&full=true").Contents {
					check(list.whole, address+"&full=true", item)
				}
			}
			if list.path == "services" {
				services += len(items)
			}
		}
		for _, item := range d.list("/hsds/organizations?full_service=true&lang=" + lang).Contents {
			check("organization", "full_service", item)
		}
	}
	if services < 2*84 {
		t.Errorf("only %d services were looked at", services)
	}
}

// TestAbout holds what the first address must say, and that its addresses lead somewhere.
func TestAbout(t *testing.T) {
	d := openDesk(t)
	got := d.get("/hsds/").body
	if want := `{"version":"3.1","profile":"https://desk.example.org/hsds/profile","openapi_url":"https://desk.example.org/hsds/openapi.json"}` + "\n"; got != want {
		t.Errorf("got %s", got)
	}
	for _, path := range []string{"/hsds/profile", "/hsds/openapi.json"} {
		first := d.get(path)
		if first.header.Get("Content-Type") != "application/json" || !json.Valid([]byte(first.body)) {
			t.Errorf("%s: %s", path, first.header.Get("Content-Type"))
		}
		if strings.Contains(first.header.Get("Vary"), "Accept-Language") || first.body != d.get(path, "Accept-Language", "es").body {
			t.Errorf("%s depends on the language", path)
		}
	}
}

// TestIDsInCapitals holds that an object is found by its id in capitals, as some databases write a UUID (RFC 9562, 4).
func TestIDsInCapitals(t *testing.T) {
	d := openDesk(t)
	for _, address := range []string{"services/" + hsds.ServiceID("ms-isac"), "organizations/" + hsds.OrganizationID("cisa"), "taxonomies/" + hsds.TaxonomyID("kind"),
		"taxonomy_terms/" + hsds.TermID("sector", "health")} {
		kind, id, _ := strings.Cut(address, "/")
		if got := d.ask("GET", "/hsds/"+kind+"/"+strings.ToUpper(id), ""); got.status != 200 || got.body != d.get("/hsds/"+address).body {
			t.Errorf("%s: %d", address, got.status)
		}
	}
}

// TestPagesAreTheList holds that the pages put together are the list, whatever their length, with no item twice, and that each says right
// where it stands.
func TestPagesAreTheList(t *testing.T) {
	d := openDesk(t)
	whole := map[string][]string{}
	for _, list := range lists {
		for line := range strings.Lines(d.get("/hsds/" + list.path + "?format=ndjson").body) {
			whole[list.path] = append(whole[list.path], id(t, json.RawMessage(line)))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SampledFrom(lists).Draw(t, "list").path
		perPage := rapid.IntRange(1, 200).Draw(t, "per page")
		want := whole[list]
		pages := (len(want) + perPage - 1) / perPage
		var got []string
		for number := 1; number <= max(pages, 1); number++ {
			p := d.list(fmt.Sprintf("/hsds/%s?page=%d&per_page=%d", list, number, perPage))
			for _, item := range p.Contents {
				got = append(got, parse[struct{ ID string }](d.t, string(item)).ID)
			}
			if p.TotalItems != len(want) || p.TotalPages != pages || p.PageNumber != number || p.Size != len(p.Contents) || p.FirstPage != (number == 1) ||
				p.LastPage != (number >= pages) || p.Empty != (len(p.Contents) == 0) {
				t.Fatalf("page %d of %d: %+v", number, pages, p)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%d items in pages, %d in all", len(got), len(want))
		}
		if once := slices.Compact(slices.Sorted(slices.Values(got))); len(once) != len(got) {
			t.Fatalf("an item stands twice")
		}
		after := d.list(fmt.Sprintf("/hsds/%s?page=%d&per_page=%d", list, pages+rapid.IntRange(1, 1000).Draw(t, "beyond"), perPage))
		if !after.Empty || len(after.Contents) != 0 || !after.LastPage {
			t.Fatalf("beyond the last page: %+v", after)
		}
	})
}

// TestLinksLeadThroughTheList follows the links of the pages.
func TestLinksLeadThroughTheList(t *testing.T) {
	d := openDesk(t)
	address, pages := "/hsds/services?per_page=20&lang=es&taxonomy_id="+hsds.TaxonomyID("kind"), 0
	for address != "" {
		got := d.get(address)
		pages++
		next := ""
		for link := range strings.SplitSeq(got.header.Get("Link"), ", ") {
			if to, isNext := strings.CutSuffix(link, `>; rel="next"`); isNext {
				next = strings.TrimPrefix(to, "<"+origin)
			}
		}
		if got.header.Get("Content-Language") != "es" {
			t.Errorf("%s is in %s", address, got.header.Get("Content-Language"))
		}
		address = next
	}
	if want := d.list("/hsds/services?per_page=20").TotalPages; pages != want || pages < 4 {
		t.Errorf("the links lead through %d pages of %d", pages, want)
	}
}

// TestLinesAreTheList holds that format=ndjson gives the objects of the JSON, one to a line, for every list, brief, whole and minimal.
func TestLinesAreTheList(t *testing.T) {
	d := openDesk(t)
	for _, address := range []string{"services?", "services?full=true&", "services?minimal=true&", "services?search=water&", "organizations?", "organizations?full_service=true&",
		"taxonomies?", "taxonomy_terms?", "taxonomy_terms?top_only=true&", "service_at_locations?"} {
		perPage := "per_page=200&"
		if strings.Contains(address, "minimal") {
			perPage = ""
		}
		var want strings.Builder
		for number, last := 1, false; !last; number++ {
			p := d.list(fmt.Sprintf("/hsds/%s%spage=%d", address, perPage, number))
			for _, item := range p.Contents {
				want.Write(append(item, '\n'))
			}
			last = p.LastPage
		}
		got := d.get("/hsds/"+address+"format=ndjson", "Accept-Encoding", "gzip")
		if got.body != want.String() || got.header.Get("Content-Type") != "application/x-ndjson" || got.header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: %d bytes of lines, %d of pages, %v", address, len(got.body), want.Len(), got.header)
		}
	}
}

// TestPostedQuestions holds that the twins answer as the lists do, whether the parameters come in a JSON object, a form or the address.
func TestPostedQuestions(t *testing.T) {
	d := openDesk(t)
	parameters := map[string]any{"search": "scan", "organization_id": hsds.OrganizationID("cisa"), "per_page": 2, "page": 1, "full": true, "modified_after": nil}
	form := url.Values{"search": {"scan"}, "organization_id": {hsds.OrganizationID("cisa")}, "per_page": {"2"}, "page": {"1"}, "full": {"true"}}
	want := d.get("/hsds/services?" + form.Encode()).body
	if p := parse[page](t, want); p.TotalItems < 2 || len(p.Contents) != 2 {
		t.Fatalf("the question finds %d", p.TotalItems)
	}
	for name, got := range map[string]answer{
		"json":    d.ask("POST", "/hsds/services", string(hsdstest.Encode(t, parameters)), "Content-Type", "application/json; charset=utf-8"),
		"form":    d.ask("POST", "/hsds/services", form.Encode(), "Content-Type", "application/x-www-form-urlencoded"),
		"address": d.ask("POST", "/hsds/services?"+form.Encode(), "", "Origin", "https://elsewhere.example"),
	} {
		if got.status != 200 || got.body != want || got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v %.300s", name, got.status, got.header, got.body)
		}
	}
	for _, list := range lists {
		if got := d.ask("POST", "/hsds/"+list.path, "{}", "Content-Type", "application/json"); got.status != 200 || got.body != d.get("/hsds/"+list.path).body {
			t.Errorf("%s: %d %.300s", list.path, got.status, got.body)
		}
	}
}

// wrongs are questions that are refused: the method and address, the body with its media type, the status, and the mistakes as place and code.
var wrongs = []struct {
	method, address, kind, body string
	status                      int
	code, mistakes              string
}{
	{"GET", "services?page=0", "", "", 400, "parameters", "page whole_number"},
	{"GET", "services?page=-1&per_page=201", "", "", 400, "parameters", "page whole_number, per_page whole_number"},
	{"GET", "services?page=1e3", "", "", 400, "parameters", "page whole_number"},
	{"GET", "services?page=99999999999999999999", "", "", 400, "parameters", "page whole_number"},
	{"GET", "services?per_page=0", "", "", 400, "parameters", "per_page whole_number"},
	{"GET", "services?minimal=true&per_page=10001", "", "", 400, "parameters", "per_page whole_number"},
	{"GET", "services?minimal=true&full=true", "", "", 400, "parameters", "minimal not_together"},
	{"GET", "services?minimal=yes", "", "", 400, "parameters", "minimal true_false"},
	{"GET", "services?format=xml", "", "", 400, "parameters", "format one_of"},
	{"GET", "services?format=ndjson&page=1", "", "", 400, "parameters", "page not_together"},
	{"GET", "services?taxonomy_term_id=scanning", "", "", 400, "parameters", "taxonomy_term_id uuid"},
	{"GET", "services?organization_id=urn:uuid:7d444840-9dc0-11d1-b245-5ffdce74fad2", "", "", 400, "parameters", "organization_id uuid"},
	{"GET", "services?modified_after=yesterday", "", "", 400, "parameters", "modified_after instant"},
	{"GET", "services?modified_after=2026-13-01", "", "", 400, "parameters", "modified_after instant"},
	{"GET", "services?taxonomy_term=x", "", "", 400, "parameters", "taxonomy_term unknown_parameter"},
	{"GET", "services?page=1&page=2", "", "", 400, "parameters", "page given_twice"},
	{"GET", "services?search=" + strings.Repeat("x", 201), "", "", 400, "parameters", "search text_long"},
	{"GET", "services?" + strings.Repeat("y", 500) + "=1", "", "", 400, "parameters", strings.Repeat("y", 40) + "… unknown_parameter"},
	{"GET", "taxonomies?organization_id=7d444840-9dc0-11d1-b245-5ffdce74fad2", "", "", 400, "parameters", "organization_id unknown_parameter"},
	{"GET", "service_at_locations?proximity=near", "", "", 400, "parameters", "proximity whole_number"},
	{"GET", "?page=1", "", "", 400, "parameters", "page unknown_parameter"},
	{"GET", "profile?x=1", "", "", 400, "parameters", "x unknown_parameter"},
	{"GET", "services/7d444840-9dc0-11d1-b245-5ffdce74fad2?full=true", "", "", 400, "parameters", "full unknown_parameter"},
	{"GET", "services/7d444840-9dc0-11d1-b245-5ffdce74fad2", "", "", 404, "not_found", ""},
	{"GET", "services/nonsense", "", "", 404, "not_found", ""},
	{"GET", "service_at_locations/7d444840-9dc0-11d1-b245-5ffdce74fad2", "", "", 404, "not_found", ""},
	{"GET", "locations", "", "", 404, "not_found", ""},
	{"PUT", "services", "", "", 405, "method", ""},
	{"POST", "services", "application/json", `{"page":0,"a/b":1}`, 400, "body", "#/a~1b unknown_parameter, #/page whole_number"},
	{"POST", "services?page=1", "application/json", `{"page":1}`, 400, "body", "#/page given_twice"},
	{"POST", "services", "application/json", `{"search":["a"]}`, 400, "body", "#/search given_twice"},
	{"POST", "services", "application/json", `[1]`, 400, "body", "# not_json"},
	{"POST", "services", "application/json", `{`, 400, "body", "# not_json"},
	{"POST", "services", "application/json", `null`, 400, "body", "# not_json"},
	{"POST", "services", "application/json", `{"search":"scan"} {"page":2}`, 400, "body", "# trailing"},
	{"POST", "services", "application/json", `{"search":"scan","search":"water"}`, 400, "body", "#/search member_twice"},
	{"POST", "services", "text/plain", `page=1`, 415, "media_type", ""},
	{"POST", "services", "application/x-www-form-urlencoded", `page=%zz`, 400, "body", ""},
}

// TestWrongQuestions holds that what is wrong is refused with a problem document that names each place.
func TestWrongQuestions(t *testing.T) {
	d := openDesk(t)
	for _, c := range wrongs {
		got := d.ask(c.method, "/hsds/"+c.address, c.body, "Content-Type", c.kind, "Accept-Language", "es")
		document := parse[problem.Document](t, got.body)
		var places []string
		for _, item := range document.Errors {
			places = append(places, item.Parameter+item.Pointer+" "+item.Code)
			if item.Detail == "" {
				t.Errorf("%s: no detail", c.address)
			}
			if strings.Contains(item.Detail, "json:") || strings.Contains(item.Detail, "EOF") || strings.Contains(item.Detail, "invalid character") {
				t.Errorf("%s %s: words of the program: %s", c.address, c.body, item.Detail)
			}
		}
		if got.status != c.status || document.Status != c.status || document.Type != origin+"/problems/"+c.code || strings.Join(places, ", ") != c.mistakes ||
			got.header.Get("Content-Type") != problem.MediaType || document.RequestID != got.header.Get("X-Request-Id") || document.RequestID == "" {
			t.Errorf("%s %s %s: %d %s", c.method, c.address, c.body, got.status, got.body)
		}
	}
}

// TestFreshness holds that a directory that asks again with the ETag is told that nothing changed, until something does: for lists, lines and
// objects.
func TestFreshness(t *testing.T) {
	d := openDesk(t)
	service := "/hsds/services/" + hsds.ServiceID("cisa-vuln-scanning")
	addresses := []string{"/hsds/", "/hsds/services", "/hsds/services?format=ndjson", "/hsds/organizations", service, "/hsds/taxonomy_terms"}
	marks := map[string]string{}
	for _, address := range addresses {
		got := d.get(address)
		marks[address] = got.header.Get("ETag")
		if strings.HasPrefix(marks[address], "W/") || len(marks[address]) < 10 || got.header.Get("Cache-Control") == "no-store" {
			t.Errorf("%s: ETag %s, Cache-Control %s", address, marks[address], got.header.Get("Cache-Control"))
		}
		if again := d.ask("GET", address, "", "If-None-Match", marks[address]); again.status != http.StatusNotModified || again.body != "" {
			t.Errorf("%s again: %d", address, again.status)
		}
	}
	d.Advance(time.Hour)
	writeNotice(t, d, "cisa")
	for address, mark := range marks {
		changed := address == service || strings.HasPrefix(address, "/hsds/services")
		got := d.ask("GET", address, "", "If-None-Match", mark)
		if want := map[bool]int{true: 200, false: 304}[changed]; got.status != want {
			t.Errorf("%s after a notice: %d, want %d", address, got.status, want)
		}
	}
	// What leaves the list, a place that is taken and an address that is gone leave no time behind, so a time answers nothing.
	looked := d.Now().UTC().Format(http.TimeFormat)
	d.Advance(time.Hour)
	d.Write(t, func(tx *data.Tx) error {
		versions, err := catalog.Versions(tx, "ms-isac")
		if err != nil {
			return err
		}
		return catalog.TakeOff(tx, "ms-isac", versions[0].ID, "console", nil)
	})
	for address := range marks {
		if got := d.ask("GET", address, "", "If-Modified-Since", looked); got.status != 200 || got.header.Get("Last-Modified") != "" {
			t.Errorf("%s asked for by time: %d, Last-Modified %q", address, got.status, got.header.Get("Last-Modified"))
		}
	}
}

func writeNotice(t *testing.T, d *desk, provider string) {
	t.Helper()
	d.Write(t, func(tx *data.Tx) error {
		manager, _, err := account.AddPerson(tx, "manager@example.org", account.ProgramManager, "console")
		if err != nil {
			return err
		}
		_, err = upkeep.Write(tx, upkeep.Desk{Catalog: d.site.Desk.Catalog}, provider, manager.ID,
			upkeep.Draft{Text: catalog.Text{En: "The provider does not answer until March.", Es: "El proveedor no responde hasta marzo."}, Until: tx.Now.Add(240 * time.Hour)})
		return err
	})
}

// TestModifiedAfter holds that a directory that asks what changed since it last looked gets just that: also that a notice went away.
func TestModifiedAfter(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) { seeModifiedAfter(t, openDeskOn(t, db)) })
}

func seeModifiedAfter(t *testing.T, d *desk) {
	since := func(at time.Time) (slugs []string) {
		for _, item := range d.list("/hsds/services?full=true&per_page=200&modified_after=" + url.QueryEscape(at.Format(time.RFC3339))).Contents {
			slugs = append(slugs, parse[struct {
				Organization struct{ Name string }
				Desk         struct{ Slug string } `json:"accessdesk"`
			}](t, string(item)).Desk.Slug)
		}
		return slugs
	}
	all := len(offerings())
	if got := since(d.Now()); len(got) != all {
		t.Fatalf("%d of %d changed when the catalog was filled", len(got), all)
	}
	d.Advance(time.Hour)
	looked := d.Now()
	if got := since(looked); len(got) != 0 {
		t.Fatalf("without a change: %v", got)
	}
	d.Advance(time.Hour)
	writeNotice(t, d, "epa")
	changed := since(looked)
	for _, o := range offerings() {
		if slices.Contains(changed, o.Slug) != (o.Provider.Slug == "epa") {
			t.Errorf("%s: after a notice about epa changed are %v", o.Slug, changed)
		}
	}
	alert := d.get("/hsds/services/" + hsds.ServiceID(changed[0]) + "?lang=es").body
	if !strings.Contains(alert, `"alert":"El proveedor no responde hasta marzo.`) {
		t.Errorf("no alert in %.2000s", alert)
	}
	d.Advance(time.Hour)
	looked = d.Now()
	if got := since(looked); len(got) != 0 {
		t.Errorf("long after the notice: %v", got)
	}
	d.Advance(240 * time.Hour)
	if got := since(looked); !slices.Equal(got, changed) {
		t.Errorf("after the notice went away: %v, want %v", got, changed)
	}
	for _, form := range []string{"2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00+02:00", "2026-01-01T00:00:00%2B02:00"} {
		if got := d.list("/hsds/services?minimal=true&modified_after=" + form); got.TotalItems != all {
			t.Errorf("%s finds %d", form, got.TotalItems)
		}
	}
}

// TestNewVersion holds that what is published is said at once, in both languages, under the ids that were there before.
func TestNewVersion(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) { seeNewVersion(t, openDeskOn(t, db)) })
}

func seeNewVersion(t *testing.T, d *desk) {
	address := "/hsds/services/" + hsds.ServiceID("ms-isac")
	for _, lang := range []string{"en", "es"} {
		d.get(address + "?lang=" + lang)
	}
	d.Advance(time.Hour)
	d.Write(t, func(tx *data.Tx) error {
		snapshot, err := d.site.Desk.Catalog.Snapshot(tx)
		if err != nil {
			return err
		}
		live, _ := snapshot.Find("ms-isac")
		next := *live.Offering
		next.Title = catalog.Text{En: "Zebra center", Es: "Centro cebra"}
		_, err = catalog.Publish(tx, d.site.Desk.Vocabulary, catalog.Release{Offering: &next, BasedOn: live.VersionID, WrittenBy: "a", ApprovedBy: "b", Actor: "b", Act: "publish"})
		return err
	})
	for lang, title := range map[string]string{"en": "Zebra center", "es": "Centro cebra"} {
		s := parse[hsds.Service](t, d.get(address+"?lang="+lang).body)
		if s.Name != title || s.Desk.Version != 2 || len(s.Metadata) != 2 || s.Metadata[1].PreviousValue != "1" || s.Metadata[1].ReplacementValue != "2" || !s.LastModified.Equal(d.Now()) {
			t.Errorf("in %s: %q, version %d, %+v, modified %v", lang, s.Name, s.Desk.Version, s.Metadata, s.LastModified)
		}
		if found := d.list("/hsds/services?lang=" + lang + "&search=" + url.QueryEscape(title)); found.TotalItems != 1 {
			t.Errorf("the search for %q finds %d", title, found.TotalItems)
		}
	}
}

// TestSeats holds that the places of a program that is decided here are counted anew when one is taken, and that a program without a place
// or a list is closed.
func TestSeats(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) { seeSeats(t, openDeskOn(t, db)) })
}

func seeSeats(t *testing.T, d *desk) {
	address := "/hsds/services/" + hsds.ServiceID("demo-grant")
	lines := "/hsds/services?format=ndjson&full=true"
	mark := d.get(lines).header.Get("ETag")
	for taken := range 4 {
		s := parse[hsds.Service](t, d.get(address).body)
		if len(s.Capacities) != 1 || s.Capacities[0].Available != 3-taken || s.Capacities[0].Maximum != 3 || s.Status != hsds.Active { // it keeps a list
			t.Errorf("%d of 3 are taken: %s, %+v", taken, s.Status, s.Capacities)
		}
		if taken == 3 {
			break
		}
		d.Write(t, func(tx *data.Tx) error { return seat.Take(tx, fmt.Sprint("item", taken), "demo-grant", "") })
		got := d.ask("GET", lines, "", "If-None-Match", mark)
		if got.status != 200 || got.header.Get("ETag") == mark {
			t.Errorf("after a seat was taken the lines are %d", got.status)
		}
		mark = got.header.Get("ETag")
	}
	news := func(at time.Time) int {
		return d.list("/hsds/services?minimal=true&modified_after=" + url.QueryEscape(at.Format(time.RFC3339))).TotalItems
	}
	if got := news(d.Now()); got < 1 {
		t.Error("who asks what changed does not hear that a place was taken")
	}
	d.Advance(time.Minute)
	if got := news(d.Now()); got != 0 {
		t.Errorf("%d changed where nothing did", got)
	}
	d.Write(t, func(tx *data.Tx) error { return seat.Free(tx, "nobody") })
	if got := news(d.Now()); got != 0 {
		t.Errorf("%d changed when nobody gave up a place", got)
	}
	d.Write(t, func(tx *data.Tx) error { return seat.Free(tx, "item0") })
	if got := news(d.Now()); got != 1 {
		t.Errorf("%d changed when a place was given up", got)
	}
	// The count is newer, and says so.
	if got := d.ask("GET", lines, "", "If-None-Match", mark); got.status != 200 {
		t.Errorf("a minute later: %d", got.status)
	}
}

// TestMinimal holds that a minimal list has ids and days of change only, and comes in one page.
func TestMinimal(t *testing.T) {
	d := openDesk(t)
	p := d.list("/hsds/services?minimal=true")
	if len(p.Contents) != len(offerings()) || p.TotalPages != 1 {
		t.Fatalf("%d of %d on %d pages", len(p.Contents), len(offerings()), p.TotalPages)
	}
	for _, item := range p.Contents {
		members := parse[map[string]string](t, string(item))
		if _, err := time.Parse(time.RFC3339, members["modified_date"]); len(members) != 2 || members["id"] == "" || err != nil {
			t.Errorf("%s: %v", item, err)
		}
	}
}

// BenchmarkList and BenchmarkOne are the brief list and one whole service through the router: kept, and made each time. What making one
// costs is BenchmarkService of package catalog/exchange/hsds.
func BenchmarkList(b *testing.B) { benchmark(b, "/hsds/services") }

func BenchmarkOne(b *testing.B) {
	benchmark(b, "/hsds/services/"+hsds.ServiceID("cisa-vuln-scanning"))
}

func benchmark(b *testing.B, address string) {
	d := openDesk(b)
	methods := map[string]string{"kept": "GET"}
	if strings.Count(address, "/") == 2 { // a list has a twin that is made each time
		methods["made"] = "POST"
	}
	for name, method := range methods {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if got := d.ask(method, address, ""); got.status != 200 {
					b.Fatal(got.status)
				}
			}
		})
	}
}
