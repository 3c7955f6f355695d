package exchange

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/bundle"
	"accessdesk/catalog/exchange/exchangetest"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
)

func localizer(t testing.TB) *locale.Localizer {
	t.Helper()
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	return locales.In("en")
}

func listings(t testing.TB) []*catalog.Offering {
	t.Helper()
	offerings, err := catalog.ParseFiles(seed.Files)
	if err != nil {
		t.Fatal(err)
	}
	if len(offerings) < 80 {
		t.Fatalf("only %d listings", len(offerings))
	}
	return offerings
}

// example is an offering with every kind of key.
func example(t testing.TB) *catalog.Offering {
	t.Helper()
	file, err := os.ReadFile("../testdata/example.toml")
	if err != nil {
		t.Fatal(err)
	}
	o, err := catalog.Parse("example.toml", file)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// ways are how a catalog goes out: each format, as files side by side and as one ZIP.
func ways(l *locale.Localizer) map[string]func([]*catalog.Offering) ([]bundle.File, error) {
	zipped := func(files []bundle.File, err error) ([]bundle.File, error) {
		if err != nil {
			return nil, err
		}
		data, err := bundle.Zip(files)
		return []bundle.File{{Name: "catalog.zip", Data: data}}, err
	}
	all := map[string]func([]*catalog.Offering) ([]bundle.File, error){
		"hsds": func(offerings []*catalog.Offering) ([]bundle.File, error) {
			var services []Service
			for _, o := range offerings {
				services = append(services, Service{map[string]any{"name": o.Title.En, "status": "active"}, o})
			}
			file, err := WriteServices(services)
			return []bundle.File{file}, err
		},
	}
	for _, format := range []Format{TOML, CSV, XLSX} {
		all[string(format)] = func(offerings []*catalog.Offering) ([]bundle.File, error) { return Write(l, format, offerings) }
		all[string(format)+" in a ZIP"] = func(offerings []*catalog.Offering) ([]bundle.File, error) { return zipped(Write(l, format, offerings)) }
	}
	return all
}

type fatal interface {
	Helper()
	Fatalf(format string, args ...any)
}

// identical tells whether the offerings that were written are those that were read.
func identical(t fatal, way string, before []*catalog.Offering, files []bundle.File, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: write: %v", way, err)
	}
	entries, err := Read(files)
	if err != nil {
		t.Fatalf("%s: read: %v", way, err)
	}
	bySlug := map[string]*Entry{}
	for _, e := range entries {
		bySlug[e.Offering.Slug] = e
		if e.Foreign || len(e.Needs) > 0 && e.Needs[0].Code != "differs" {
			t.Fatalf("%s: %s came back as the data of others: %v", way, e.Offering.Slug, e.Needs)
		}
	}
	if len(entries) != len(before) || len(bySlug) != len(before) {
		t.Fatalf("%s: %d of %d came back", way, len(entries), len(before))
	}
	for _, o := range before {
		e := bySlug[o.Slug]
		if e == nil {
			t.Fatalf("%s: %s is lost", way, o.Slug)
		}
		if was, is := string(catalog.Canonical(o)), string(catalog.Canonical(e.Offering)); was != is {
			t.Fatalf("%s: %s came back as\n%s\ninstead of\n%s", way, o.Slug, is, was)
		}
		if e.Format != HSDS && e.Offering.Owner != o.Owner {
			t.Fatalf("%s: the owner %q of %s came back as %q", way, o.Owner, o.Slug, e.Offering.Owner)
		}
	}
}

func TestSeedComesBack(t *testing.T) {
	offerings := listings(t)
	for way, write := range ways(localizer(t)) {
		files, err := write(offerings)
		identical(t, way, offerings, files, err)
	}
}

func TestAnyOfferingComesBack(t *testing.T) {
	for way, write := range ways(localizer(t)) {
		if strings.HasPrefix(way, "csv") || strings.HasPrefix(way, "xlsx") { // package sheet tests these so
			continue
		}
		t.Run(way, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				o := exchangetest.AnyOffering().Draw(t, "offering")
				o.Slug = rapid.StringMatching(`[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,2}`).Draw(t, "slug")
				files, err := write([]*catalog.Offering{o})
				identical(t, way, []*catalog.Offering{o}, files, err)
			})
		})
	}
}

// A format that forgets a key gives the same file with and without it.
func TestEveryKeyIsCarried(t *testing.T) {
	for way, write := range ways(localizer(t)) {
		if way == "xlsx" || strings.Contains(way, "ZIP") { // the tables of a workbook are those of CSV
			continue
		}
		bytesOf := func(o *catalog.Offering) string {
			if o.Slug == "" {
				o.Slug = "x"
			}
			o.Slug = strings.ReplaceAll(o.Slug, " ", "-")
			files, err := write([]*catalog.Offering{o})
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(files)
		}
		full := bytesOf(exchangetest.Full())
		exchangetest.EachKey(func(key string, without *catalog.Offering) {
			if bytesOf(without) == full && !(way == "hsds" && key == ".owner") {
				t.Errorf("%s does not carry %s", way, key)
			}
		})
	}
}

func TestOwnerStandsInTheFileOnly(t *testing.T) {
	o := example(t)
	for _, owner := range []string{"catalog@example.org", `a "b" \ c`, "", "\n"} {
		o.Owner = owner
		files, err := Write(nil, TOML, []*catalog.Offering{o})
		if err != nil {
			t.Fatal(err)
		}
		back, err := catalog.Parse(files[0].Name, files[0].Data)
		if err != nil || back.Owner != owner || files[0].Name != o.Slug+".toml" {
			t.Errorf("%s: owner %q came back as %q (%v)\n%s", files[0].Name, owner, back.Owner, err, files[0].Data)
		}
	}
	file, err := WriteServices([]Service{{map[string]any{"name": "x", "status": "active"}, &catalog.Offering{Slug: "x", Owner: "keeper@example.org"}}})
	if err != nil || strings.Contains(string(file.Data), "keeper") {
		t.Errorf("the owner is told to directories (%v): %s", err, file.Data)
	}
}

// What check finds in an offering of a workbook stands at the cell where it is to be mended.
func TestProblemsStandAtTheirCells(t *testing.T) {
	o := example(t)
	o.Title.Es, o.Criteria[1].Expr = "", "no_such_fact"
	today := o.CheckedOn.Time()
	for _, format := range []Format{CSV, XLSX} {
		files, err := Write(localizer(t), format, []*catalog.Offering{o})
		if err != nil {
			t.Fatal(err)
		}
		entries, err := Read(files)
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, p := range entries[0].Problems(vocabulary(), today, true) {
			told = append(told, p.Error())
		}
		all := strings.Join(told, "\n")
		for _, want := range []string{": offerings!", "title.es: ", ": criteria!C4: criteria[2].expr: "} {
			if !strings.Contains(all, want) {
				t.Errorf("%s: %q is not in\n%s", format, want, all)
			}
		}
	}
}
