package exchange

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/bundle"
	"accessdesk/catalog/exchange/directory"
	"accessdesk/catalog/exchange/hsds"
	"accessdesk/catalog/exchange/hsds/hsdstest"
	"accessdesk/catalog/upkeep"
	"accessdesk/data/locale"
)

// services is the built-in catalog as the command writes it for directories.
func services(t testing.TB, lang string) (bundle.File, []*catalog.Published) {
	t.Helper()
	snapshot, err := catalog.FromFiles(vocabulary(), listings(t))
	if err != nil {
		t.Fatal(err)
	}
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	reading := hsds.NewIndex(snapshot, vocabulary(), locales.In(lang)).At(hsds.Moment{Now: time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC), Upkeep: &upkeep.State{},
		Base: "https://desk.example.org", Operator: "Example Desk"})
	var all []Service
	for _, p := range snapshot.Offerings {
		all = append(all, Service{reading.Service(p), p.Offering})
	}
	file, err := WriteServices(all)
	if err != nil {
		t.Fatal(err)
	}
	return file, snapshot.Offerings
}

// What is written for directories is HSDS, apart from the two keys of ours, and comes back as it was.
func TestServicesAreHSDSAndComeBack(t *testing.T) {
	schemas := hsdstest.Load(t, "../..")
	for _, lang := range locale.Languages() {
		file, published := services(t, lang)
		var page struct {
			Contents []json.RawMessage `json:"contents"`
		}
		if err := json.Unmarshal(file.Data, &page); err != nil || len(page.Contents) != len(published) {
			t.Fatalf("%d services of %d (%v)", len(page.Contents), len(published), err)
		}
		for i, service := range page.Contents {
			for _, problem := range schemas.Check("service", service) {
				if problem != "/"+directory.OfferingKey+": no such key in the schema" {
					t.Errorf("%s: %s", published[i].Slug, problem)
				}
			}
		}
		var offerings []*catalog.Offering
		for _, p := range published {
			offerings = append(offerings, p.Offering)
		}
		identical(t, "hsds in "+lang, offerings, []bundle.File{file}, nil)
	}
}

// Without our own keys comes back what HSDS itself can carry; the rest is said to need a person.
func TestWhatHSDSCarriesComesBack(t *testing.T) {
	file, published := services(t, "en")
	var page map[string]any
	if err := json.Unmarshal(file.Data, &page); err != nil {
		t.Fatal(err)
	}
	for _, service := range page["contents"].([]any) {
		delete(service.(map[string]any), directory.OfferingKey)
		delete(service.(map[string]any), "accessdesk")
	}
	data, err := json.Marshal(page)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := Read([]bundle.File{{Name: "services.json", Data: data}})
	if err != nil {
		t.Fatal(err)
	}
	modes := func(o *catalog.Offering) (all []string) {
		for _, way := range o.Apply {
			all = append(all, string(way.Mode))
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	for i, p := range published {
		was, e := p.Offering, entries[i]
		is := e.Offering
		for what, same := range map[string]bool{
			"title": is.Title.En == was.Title.En, "kind": is.Kind == was.Kind, "sectors": slices.Equal(is.Sectors, was.Sectors), "status": is.Status == was.Status,
			"cost": is.Cost == was.Cost, "confidence": is.Confidence == was.Confidence, "provider": is.Provider.Name == was.Provider.Name && (is.Provider.URL == "") == (was.Provider.URL == ""), // an organization has one website
			"government": is.Provider.Government == was.Provider.Government, "safeguards": slices.Equal(is.Terms.Safeguards, was.Terms.Safeguards),
			"ways to apply": slices.Equal(modes(is), modes(was)), "other names": strings.Join(is.KnownAs, ", ") == strings.Join(was.KnownAs, ", "),
			"helper":  is.Helper.Name == was.Helper.Name && is.Helper.Phone == was.Helper.Phone,
			"details": strings.Contains(is.Summary.En+is.Details.En, strings.TrimSpace(was.Details.En)),
		} {
			if !same {
				t.Errorf("%s: the %s did not come back:\n%s", was.Slug, what, catalog.Canonical(is))
			}
		}
		if !e.Foreign || !slices.ContainsFunc(e.Needs, func(n directory.Need) bool { return n.Key == "title.es" }) {
			t.Errorf("%s: it is not said to need a person: %v", was.Slug, e.Needs)
		}
	}
}
