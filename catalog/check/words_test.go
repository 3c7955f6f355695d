package check

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data/locale"
)

// TestWordsForEachProblem finds every text that the package reports in its source, and holds that pages have words for it in both languages.
func TestWordsForEachProblem(t *testing.T) {
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	formats := reported(t)
	if len(formats) < 50 {
		t.Fatalf("only %d texts found: the test does not see the package", len(formats))
	}
	used := map[string]bool{}
	for _, format := range formats {
		if format == "%s" {
			continue // a text that stands for itself: missingText, missingTextInBoth
		}
		word, ok := problemWords[format]
		if !ok {
			t.Errorf("no word for %q: add it to problemWords, and its texts to data/locale/messages/lacking.*.toml", format)
		}
		used[word] = true
	}
	used[problemWords[missingText]], used[problemWords[missingTextInBoth]] = true, true
	for _, word := range slices.Sorted(maps.Values(problemWords)) {
		if !used[word] {
			t.Errorf("nothing reports %q any more", word)
		}
		for _, lang := range locale.Languages() {
			if !locales.In(lang).Has("lacking." + word) {
				t.Errorf("no text lacking.%s in %s", word, lang)
			}
		}
	}
}

// reported lists the formats that are given to report, in the source of this package.
func reported(t *testing.T) (formats []string) {
	set := token.NewFileSet()
	constants := map[string]string{"missingText": missingText, "missingTextInBoth": missingTextInBoth, "slugShape": slugShape}
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			if method, ok := call.Fun.(*ast.SelectorExpr); ok && method.Sel.Name == "report" {
				formats = append(formats, text(call.Args[1], constants))
			}
			return true
		})
	}
	return formats
}

func text(e ast.Expr, constants map[string]string) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		return constant.StringVal(constant.MakeFromLiteral(e.Value, e.Kind, 0))
	case *ast.BinaryExpr:
		return text(e.X, constants) + text(e.Y, constants)
	case *ast.Ident:
		return constants[e.Name]
	}
	return ""
}

// TestPagesSayWhatWasTyped holds that what somebody typed stands in the words of pages as it was typed, and that no text lacks a value.
func TestPagesSayWhatWasTyped(t *testing.T) {
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	today := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	o := &catalog.Offering{Slug: `a "quoted" \ slug`, Owner: `no "address"`, CheckedOn: "2030-01-02", ReviewBy: "2026-01-01", Sectors: []string{"waterr"},
		KnownAs: []string{"Twice", "Twice"}, Title: catalog.Text{En: "Guaranteed access"}, Window: catalog.Window{TimeZone: "Mars/Olympus"},
		Criteria: []catalog.Criterion{{ID: "small", Expr: "populatio_served < 3"}},
		Tests:    []catalog.Test{{Name: `so-called "test"`, Outcome: catalog.TestEligible, Facts: map[string]any{"nonsense": true}}}}
	for _, lang := range locale.Languages() {
		l := locales.In(lang)
		said := ""
		for _, p := range Offering(catalogtest.Vocabulary(), o, today, true) {
			in := p.In(l)
			if in == "" || strings.Contains(in, "{{") || strings.Contains(in, `\"`) {
				t.Errorf("%s: %s says %q", lang, p.Key, in)
			}
			said += in + "\n"
		}
		for _, want := range []string{`a "quoted" \ slug`, `no "address"`, "Twice", "Mars/Olympus", "populatio_served"} {
			if !strings.Contains(said, want) {
				t.Errorf("%s: nothing says %s in:\n%s", lang, want, said)
			}
		}
	}
	for _, missing := range locales.Missing() {
		t.Errorf("missing text: %s", missing)
	}
}
