package sheet

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/bundle"
	"accessdesk/catalog/exchange/exchangetest"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
)

func localizer(t testing.TB, lang string) *locale.Localizer {
	t.Helper()
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if missing := locales.Missing(); len(missing) > 0 {
			t.Errorf("missing texts: %q", missing)
		}
	})
	return locales.In(lang)
}

// formats are the two ways out and in.
func formats(l *locale.Localizer) map[string]func(offerings []*catalog.Offering) ([]*Entry, error) {
	return map[string]func(offerings []*catalog.Offering) ([]*Entry, error){
		"csv": func(offerings []*catalog.Offering) ([]*Entry, error) {
			files, err := CSV(l, offerings)
			if err != nil {
				return nil, err
			}
			return ReadCSV("catalog", files)
		},
		"xlsx": func(offerings []*catalog.Offering) ([]*Entry, error) {
			book, err := Workbook(l, offerings)
			if err != nil {
				return nil, err
			}
			return ReadWorkbook(bundle.File{Name: "catalog.xlsx", Data: book})
		},
	}
}

type fatal interface {
	Fatalf(format string, args ...any)
}

// identical tells whether the same offerings came back in the same order, owners too.
func identical(t fatal, format string, before []*catalog.Offering, after []*Entry, err error) {
	if err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	if len(before) != len(after) {
		t.Fatalf("%s: %d of %d offerings came back", format, len(after), len(before))
	}
	for i, o := range before {
		was, is := string(catalog.Canonical(o)), string(catalog.Canonical(after[i].Offering))
		if was != is || o.Owner != after[i].Offering.Owner {
			t.Fatalf("%s: %s came back as\n%s\ninstead of\n%s\nowner %q instead of %q", format, o.Slug, is, was, after[i].Offering.Owner, o.Owner)
		}
	}
}

func TestSeedComesBack(t *testing.T) {
	offerings, err := catalog.ParseFiles(seed.Files)
	if err != nil {
		t.Fatal(err)
	}
	if len(offerings) < 80 {
		t.Fatalf("only %d listings", len(offerings))
	}
	for _, lang := range locale.Languages() {
		for format, there := range formats(localizer(t, lang)) {
			back, err := there(offerings)
			identical(t, format, offerings, back, err)
		}
	}
}

func TestAnyOfferingComesBack(t *testing.T) {
	for format, there := range formats(localizer(t, "en")) {
		t.Run(format, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				offerings := rapid.SliceOfNDistinct(exchangetest.AnyOffering(), 0, 3, func(o *catalog.Offering) string { return o.Slug }).Draw(t, "offerings")
				back, err := there(offerings)
				identical(t, format, offerings, back, err)
			})
		})
	}
}

// A key that a table forgets would come back empty from both.
func TestEveryKeyIsCarried(t *testing.T) {
	files := func(o *catalog.Offering) string {
		files, err := CSV(localizer(t, "en"), []*catalog.Offering{o})
		if err != nil {
			t.Fatal(err)
		}
		var all strings.Builder
		for _, f := range files {
			all.Write(f.Data)
		}
		return all.String()
	}
	full, keys := files(exchangetest.Full()), 0
	exchangetest.EachKey(func(key string, without *catalog.Offering) {
		keys++
		if key != ".slug" && files(without) == full {
			t.Errorf("no table carries %s", key)
		}
	})
	if keys < 150 {
		t.Errorf("only %d keys", keys)
	}
	for format, there := range formats(localizer(t, "es")) {
		back, err := there([]*catalog.Offering{exchangetest.Full()})
		identical(t, format, []*catalog.Offering{exchangetest.Full()}, back, err)
	}
}

// Every cell that a spreadsheet program could take for a formula is neutralized in what is written, and every column has its words.
func TestNothingWrittenIsAFormula(t *testing.T) {
	o := exchangetest.Full()
	for _, sign := range strings.Split("= + - @ \t \n ＝ ＋ － ＠ #", " ") {
		o.Title.En, o.Owner, o.KnownAs, o.Criteria[0].Expr = sign+"cmd", sign+"cmd", []string{sign + "cmd"}, sign+"cmd"
		tables, err := fill([]*catalog.Offering{o})
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, table := range tables {
			for _, row := range table.rows {
				for _, text := range row {
					if strings.HasSuffix(text, sign+"cmd") {
						found++
					}
					if strings.HasPrefix(text, sign) {
						t.Errorf("%q is written as %q", sign, text)
					}
				}
			}
		}
		if found < 3 { // a line break within a word of a list is written otherwise
			t.Errorf("%q: %d of 3 texts found", sign, found)
		}
	}
	for _, lang := range locale.Languages() {
		l := localizer(t, lang)
		for _, table := range Tables() {
			words := table.words(l)
			if len(words) != len(table.Columns) || slices.Contains(words, "") || !comment(words[0]) {
				t.Errorf("%s: the words of %s are %q", lang, table.Name, words)
			}
			for _, text := range words[1:] {
				if neutral(text) != text {
					t.Errorf("%s: the words %q of %s look like a formula", lang, text, table.Name)
				}
			}
		}
	}
}

func TestTables(t *testing.T) {
	var names []string
	for _, table := range Tables() {
		names = append(names, fmt.Sprintf("%s(%d)", table.Name, len(table.Columns)))
		if len(table.Name) > 31 {
			t.Errorf("%s is too long for a sheet", table.Name)
		}
		for _, c := range table.Columns {
			if c.kind != nil && c.kind.Kind() == reflect.String && c.kind != reflect.TypeFor[string]() && c.kind != dateType && allowed(c.kind) == nil {
				t.Errorf("the values of column %s of %s are not known", c.Heading, table.Name)
			}
		}
	}
	t.Log(names)
	if slices.Contains(headings(Tables()[0]), "criteria") || !slices.Contains(headings(Tables()[0]), "window.opens") {
		t.Error(headings(Tables()[0]))
	}
}
