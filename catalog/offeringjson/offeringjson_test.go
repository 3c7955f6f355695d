package offeringjson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/exchangetest"
	"accessdesk/catalog/offeringjson"
	"accessdesk/data/demo"
	"accessdesk/data/seed"
)

// read parses JSON as the interface does.
func read(t interface{ Fatalf(string, ...any) }, text []byte) map[string]any {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var members map[string]any
	if err := decoder.Decode(&members); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return members
}

// same holds that an offering comes back as it was.
func same(t interface{ Fatalf(string, ...any) }, o *catalog.Offering) {
	text := offeringjson.Encode(o, true)
	again, err := offeringjson.Decode(read(t, text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if got, want := catalog.Canonical(again), catalog.Canonical(o); !bytes.Equal(got, want) || again.Owner != o.Owner {
		t.Fatalf("comes back as\n%s\ninstead of\n%s\nfrom\n%s", got, want, text)
	}
}

func TestSeedComesBack(t *testing.T) {
	for _, files := range []fs.FS{seed.Files, demo.Files} {
		all, err := catalog.ParseFiles(files)
		if err != nil || len(all) == 0 {
			t.Fatalf("%d files, %v", len(all), err)
		}
		for _, o := range all {
			same(t, o)
		}
	}
}

func TestComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		same(t, exchangetest.AnyOffering().Draw(t, "offering"))
	})
}

// TestOwner: the address of a colleague is not for the public.
func TestOwner(t *testing.T) {
	o := &catalog.Offering{Slug: "x", Owner: "rosa@example.org"}
	if text := string(offeringjson.Encode(o, false)); strings.Contains(text, "rosa") {
		t.Error(text)
	}
	if text := string(offeringjson.Encode(o, true)); !strings.Contains(text, `"owner":"rosa@example.org"`) {
		t.Error(text)
	}
}

// TestMistakes: each is named with its place, in words that are true of JSON.
func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		`{"sluug":"x"}`:                               `#/sluug: unknown key; did you mean "slug"?`,
		`{"title":{"en":1}}`:                          "#/title/en: expected a text in quotes, found a whole number",
		`{"checked_on":"yesterday"}`:                  "#/checked_on: expected a date such as 2026-11-22, found another text",
		`{"checked_on":5}`:                            "#/checked_on: expected a date such as 2026-11-22, found a whole number",
		`{"window":{"opens":"2026-12-01"}}`:           "#/window/opens: expected a date and time such as 2026-12-01T08:00:00-05:00, found another text",
		`{"window":{"opens":"1905-12-01T00:00:00Z"}}`: "#/window/opens: the year 1905 is not between 1950 and 2200",
		`{"criteria":[{},{"expr":true}]}`:             "#/criteria/1/expr: expected a text in quotes, found true or false",
		`{"criteria":{"id":"x"}}`:                     "#/criteria: expected a list in [ ], found a table",
		`{"kind":"gift"}`:                             `#/kind: "gift" is not one of assessment, `,
		`{"tests":[{"facts":{"a":1e999}}]}`:           "#/tests/0/facts/a: expected a number, found +Inf",
		`{"days_to_decide":1.5}`:                      "#/days_to_decide: expected a whole number, found a number with a point",
		`{"slug":["x"]}`:                              "#/slug: expected a text in quotes, found a list",
		`{"helper":"Rosa"}`:                           "#/helper: expected a table ({ name = ..., phone = ..., url = ... }), found a text",
	} {
		_, err := offeringjson.Decode(read(t, []byte(text)))
		var all catalog.FileErrors
		if !errors.As(err, &all) || len(all) != 1 {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var at strings.Builder
		for _, step := range offeringjson.Pointer(all[0].Key) {
			fmt.Fprintf(&at, "/%v", step)
		}
		if got := "#" + at.String() + ": " + all[0].Problem; !strings.HasPrefix(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", text, got, want)
		}
	}
	if o, err := offeringjson.Decode(read(t, []byte(`{"slug":"x","title":null,"tests":[{"facts":{"a":null}}]}`))); err != nil || o.Slug != "x" || o.Tests[0].Facts != nil {
		t.Errorf("null: %v %v", o, err)
	}
}

// FuzzDecode: any JSON object gives an offering that comes back, or mistakes with a place.
func FuzzDecode(f *testing.F) {
	all, err := catalog.ParseFiles(demo.Files)
	if err != nil {
		f.Fatal(err)
	}
	for _, o := range all {
		f.Add([]byte(offeringjson.Encode(o, true)))
	}
	for _, text := range []string{`{}`, `{"tests":[{"facts":{"a":{"min":1.0},"b":[1]}}]}`, `{"window":{"opens":"9999-12-31T23:59:60Z"}}`, `{"a\u0000.b[3]":[[[]]]}`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		var members map[string]any
		if decoder.Decode(&members) != nil {
			t.Skip()
		}
		o, err := offeringjson.Decode(members)
		var mistakes catalog.FileErrors
		switch {
		case err == nil:
			same(t, o)
		case !errors.As(err, &mistakes) || len(mistakes) == 0:
			t.Errorf("%v", err)
		default:
			for _, one := range mistakes {
				if one.Key != "" && len(offeringjson.Pointer(one.Key)) == 0 {
					t.Errorf("no place for %q", one.Key)
				}
			}
		}
	})
}
