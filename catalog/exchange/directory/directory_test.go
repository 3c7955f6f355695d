package directory

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/catalog/exchange/bundle"
	"accessdesk/catalog/exchange/hsds"
	"accessdesk/data/golden"
	"accessdesk/data/locale"
)

// foreign is a service as another directory may write it, with everything that a draft takes up.
const foreign = `{"id": "5f7b3a70-0000-4000-8000-000000000001", "name": "Example Region Security Check", "alternate_name": "Pump Check",
 "description": "An assessment of your control systems at example.org by an engineer. It takes two days.\r\nYou get a list.",
 "url": "https://example.org/check", "email": "check@example.org", "status": "active",
 "application_process": "Write to us.\nWe call you back.", "fees_description": "There is no charge.",
 "eligibility_description": "For water systems:\n- You serve 10,000 people or fewer.\n- You are in the region", "minimum_age": 18,
 "assured_date": "2026-05-01", "alert": "Closed in August.", "last_modified": "2026-05-01T00:00:00Z",
 "organization": {"id": "o1", "name": "Example Institute", "description": "Fictional.", "website": "https://example.org", "legal_status": "Local government"},
 "phones": [{"id": "p1", "number": "\"+1-555-0100\"", "extension": 12}],
 "contacts": [{"id": "c1", "name": "Front desk", "phones": [{"id": "p2", "number": "+1-555-0101"}]}],
 "required_documents": [{"id": "d1", "document": "Map of sites"}], "cost_options": [{"id": "k1", "amount": 0, "currency": "usd"}],
 "schedules": [{"id": "s1"}], "service_areas": [{"id": "a1", "name": "Example County"}],
 "capacities": [{"id": "q1", "available": 3, "maximum": 10}], "service_at_locations": [{"id": "l1"}],
 "additional_urls": [{"id": "u1", "label": "Notice", "url": "https://example.org/notice"}],
 "attributes": [{"id": "t1", "taxonomy_term": {"id": "foreign", "code": "scanning", "name": "n", "description": "d"}}]}`

func read(t testing.TB, text string) []*Draft {
	t.Helper()
	drafts, err := Read(bundle.File{Name: "services.json", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return drafts
}

// written shows drafts with what they need, in both languages.
func written(t testing.TB, drafts []*Draft) string {
	t.Helper()
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, d := range drafts {
		fmt.Fprintf(&b, "=== %s %s foreign %v\n%s", d.File, d.Place, d.Foreign, catalog.Canonical(d.Offering))
		for _, lang := range locale.Languages() {
			fmt.Fprintf(&b, "--- %s\n", lang)
			for _, need := range d.Needs {
				fmt.Fprintf(&b, "%s: %s\n", need.Key, need.In(locales.In(lang)))
			}
		}
	}
	if missing := locales.Missing(); len(missing) > 0 {
		t.Errorf("missing texts: %q", missing)
	}
	return b.String()
}

func TestServiceBecomesADraft(t *testing.T) {
	golden.Check(t, "testdata/service.golden.txt", written(t, read(t, foreign)))
}

// The same service in any of the shapes of HSDS is the same draft.
func TestShapes(t *testing.T) {
	want := catalog.Canonical(read(t, foreign)[0].Offering)
	organization := `{"id": "o1", "name": "Example Institute", "description": "Fictional.", "website": "https://example.org", "legal_status": "Local government"`
	bare := strings.Replace(foreign, ` "organization": `+organization+`},`, "", 1)
	if bare == foreign {
		t.Fatal("the service holds no organization any more")
	}
	for name, text := range map[string]string{
		"list": "[" + foreign + "]", "page": `{"total_items": 1, "contents": [` + foreign + `]}`, "organization": organization + `, "services": [` + bare + `]}`,
		"page of organizations": `{"contents": [` + organization + `, "services": [` + bare + `]}]}`,
		"at location":           `{"id": "x", "location": {"id": "l"}, "service": ` + foreign + `}`, "byte order mark": "\ufeff" + foreign,
	} {
		drafts := read(t, text)
		if len(drafts) != 1 {
			t.Errorf("%s: %d drafts", name, len(drafts))
			continue
		}
		if got := catalog.Canonical(drafts[0].Offering); string(got) != string(want) {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
		}
	}
	two := read(t, "["+foreign+","+strings.Replace(foreign, "000000000001", "000000000002", 1)+"]")
	if two[0].Offering.Slug != "example-region-security-check" || two[1].Offering.Slug != "example-region-security-check-2" || two[1].Place != "/1" {
		t.Errorf("two of one name: %s, %s at %s", two[0].Offering.Slug, two[1].Offering.Slug, two[1].Place)
	}
}

// Data that the specification itself gives as examples.
func TestExamplesOfTheSpecification(t *testing.T) {
	folder := os.Getenv("REGISTRY_DIR")
	if folder == "" {
		folder = "../../../../shared/registry"
	}
	folder = filepath.Join(folder, "hsds-3.0-examples")
	if _, err := os.Stat(folder); err != nil {
		if os.Getenv("REQUIRE_REGISTRY") != "" {
			t.Fatal(err)
		}
		t.Skip("no examples of HSDS at hand (REGISTRY_DIR)")
	}
	file := func(name string) bundle.File {
		data, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return bundle.File{Name: name, Data: data}
	}
	var tables []bundle.File
	names, err := filepath.Glob(filepath.Join(folder, "csv", "*.csv"))
	if err != nil || len(names) < 15 {
		t.Fatalf("%d tables (%v)", len(names), err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f := bundle.File{Name: filepath.Base(name), Data: data}
		if !IsTable(f) {
			t.Errorf("%s is not known as a table", f.Name)
		}
		tables = append(tables, f)
	}
	whole, err := Read(file("service_full.json"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := ReadTables("csv", tables)
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/specification.golden.txt", written(t, whole)+written(t, rows))
	for _, name := range []string{"service_list.json", "organization_full.json", "service_at_location_full.json", "tabular.json"} {
		drafts, err := Read(file(name))
		if err != nil || len(drafts) != 1 || drafts[0].Offering.Slug != "community-counselling" {
			t.Errorf("%s: %d drafts (%v)", name, len(drafts), err)
		}
	}
	for name, says := range map[string]string{
		"base.json": "service with a name and a status", "taxonomy.json": "no service in the file", "location.json": "no service in the file",
		"taxonomy_term.json": "no service in the file", "organization_list.json": "no service in the file",
	} {
		if _, err := Read(file(name)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Every draft needs a person for what HSDS cannot say, each key of it named once for each reason.
func TestNeedsNameTheirKeys(t *testing.T) {
	d := read(t, foreign)[0]
	seen := map[string]bool{}
	for _, need := range d.Needs {
		mark := need.Key + " " + need.Code
		if need.Key == "" || seen[mark] {
			t.Errorf("%q is there twice, or names no key", mark)
		}
		seen[mark] = true
	}
	for _, want := range []string{"title.es spanish", "summary.es spanish", "details.es spanish", "requirements[1].title.es spanish", "apply[1].steps[2].es spanish",
		"criteria criteria", "requirements[1].citation citation", "status status", "kind kind_guessed", "sectors sectors", "tests tests", "checked_on checked"} {
		if !seen[want] {
			t.Errorf("%q is not asked for; there are %v", want, seen)
		}
	}
	if d.Offering.CheckedOn != "" || len(d.Offering.Criteria) > 0 || d.Offering.CriteriaPublished {
		t.Error("the draft claims what nobody of this desk has seen")
	}
}

func TestOwnTermsAreKnown(t *testing.T) {
	attribute := func(taxonomy, code string) string {
		return fmt.Sprintf(`{"id": "x", "taxonomy_term_id": "%s"}`, hsds.TermID(taxonomy, code))
	}
	text := strings.Replace(foreign, `"attributes": [`, `"attributes": [`+strings.Join([]string{attribute("kind", "scanning"), attribute("sector", "electric"),
		attribute("sector", "gas"), attribute("status", "waiting_list"), attribute("cost", "fee"), attribute("way", "phone"), attribute("safeguard", "nondisclosure"),
		attribute("confidence", "seen")}, ",")+",", 1)
	o := read(t, text)[0].Offering
	if o.Kind != catalog.KindScanning || !slices.Equal(o.Sectors, []string{"electric", "gas"}) || o.Status != catalog.StatusWaitingList || o.Cost != catalog.CostFee ||
		len(o.Apply) != 1 || o.Apply[0].Mode != catalog.ModePhone || o.Terms.Safeguards[0] != catalog.SafeguardNondisclosure || o.Confidence != catalog.ConfidenceSeen {
		t.Errorf("our own terms came back as\n%s", catalog.Canonical(o))
	}
	fact, _ := catalogtest.Vocabulary().Fact("sector")
	var known []string
	for _, value := range fact.Values {
		known = append(known, value.Value)
	}
	if !slices.Equal(known, sectors) {
		t.Errorf("the sectors are %q by now", known)
	}
}

func TestSlugs(t *testing.T) {
	for name, want := range map[string]string{
		"Community Counselling": "community-counselling", "Ayuda a pequeños acueductos": "ayuda-a-pequenos-acueductos", "  --A--  ": "a", "日本": "", "O'Neil’s": "oneils",
		strings.Repeat("long ", 40): "long-long-long-long-long-long-long-long-long-long",
	} {
		if got := slugOf(name); got != want || got != "" && !catalog.SlugFits(got+"-1234") {
			t.Errorf("%q is %q", name, got)
		}
	}
	offering := read(t, `{"name": "日本", "status": "inactive"}`)[0].Offering
	if offering.Slug != "service" {
		t.Error(offering.Slug)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(foreign))
	f.Add([]byte(`{"contents":[{"name":"x","status":"active","phones":[{"number":1}]}]}`))
	f.Add([]byte(`{"services.csv":[{"id":"1","name":"x"}],"phones.csv":[{"service_id":"1","number":"2"}]}`))
	f.Add([]byte(`[{"name":"x","status":"active","accessdesk_offering":"slug = \"x\""}]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		drafts, err := Read(bundle.File{Name: "x.json", Data: data})
		sound(t, drafts, err)
	})
}

func FuzzReadTables(f *testing.F) {
	f.Add([]byte("id,name,status\n1,x,active\n"), []byte("id,service_id,number\n1,1,+1\n"))
	f.Add([]byte("id,name\n1,\"x\n"), []byte(""))
	f.Fuzz(func(t *testing.T, services, phones []byte) {
		drafts, err := ReadTables("csv", []bundle.File{{Name: "services.csv", Data: services}, {Name: "phones.csv", Data: phones}})
		sound(t, drafts, err)
	})
}

// sound: either drafts that can be stored, or mistakes with their file.
func sound(t *testing.T, drafts []*Draft, err error) {
	if err != nil {
		if drafts != nil {
			t.Fatal("drafts beside mistakes")
		}
		for _, m := range err.(catalog.FileErrors) {
			if m.File == "" || m.Problem == "" {
				t.Fatalf("a mistake without file or words: %+v", m)
			}
		}
		return
	}
	for _, d := range drafts {
		back, err := catalog.Parse("back", catalog.Canonical(d.Offering))
		if err != nil {
			t.Fatalf("the draft cannot be stored: %v", err)
		}
		if string(catalog.Canonical(back)) != string(catalog.Canonical(d.Offering)) {
			t.Fatal("the draft changes when it is stored")
		}
	}
}

func TestOurOwnOfferingIsTaken(t *testing.T) {
	text, err := json.Marshal(string(catalog.Canonical(read(t, foreign)[0].Offering)))
	if err != nil {
		t.Fatal(err)
	}
	d := read(t, `{"name": "Example Region Security Check", "status": "defunct", "`+OfferingKey+`": `+string(text)+`}`)[0]
	if d.Foreign || len(d.Needs) > 0 || d.Offering.Status != catalog.StatusOpen {
		t.Errorf("foreign %v, needs %v", d.Foreign, d.Needs)
	}
	d = read(t, `{"name": "Another", "status": "active", "`+OfferingKey+`": `+string(text)+`}`)[0]
	if len(d.Needs) != 1 || d.Needs[0].Code != "differs" {
		t.Errorf("needs %v", d.Needs)
	}
}
