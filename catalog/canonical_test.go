package catalog

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"accessdesk/eligibility"
)

func TestCanonicalGolden(t *testing.T) {
	golden(t, "canonical.golden.toml", string(Canonical(parsed(t))))
}

// The owner and the way a file is written are no part of an offering's hash; everything else is.
func TestCanonicalLeavesOutOwnerAndLayout(t *testing.T) {
	before := string(Canonical(parsed(t)))
	same := [][]string{
		{`owner = "catalog@example.org"`, `owner = "somebody@example.org"`},
		{`owner = "catalog@example.org"`, ``},
		{"# An invented offering", "# Another comment"},
		{`opens = 2026-12-01T08:00:00-05:00`, `opens = 2026-12-01 13:00:00Z`},
		{`facts = { sector = "electric", meters = 10000 }`, `facts = { meters = 10_000, sector = 'electric' }`},
		{`title = { en = "Stays are short"`, "min_evidence = \"stated\"\ntitle = { en = \"Stays are short\""},
		{"[title]\nen = \"Pump room review\"\nes = \"Revisión de la sala de bombas\"\n", "[title]\nes = \"Revisi\\u00F3n de la sala de bombas\"\nen = \"\"\"\nPump \\\n   room review\"\"\"\n"},
		{`mode = "in_app"`, "mode = \"in_app\"\nfields = []\nto = \"\""},
	}
	for _, edits := range same {
		if got := string(Canonical(parsed(t, edits...))); got != before {
			t.Errorf("%q changes the canonical text:\n%s", edits, got)
		}
	}
	elsewhere := parsed(t)
	elsewhere.Window.Opens = elsewhere.Window.Opens.In(elsewhere.Window.Zone())
	if got := string(Canonical(elsewhere)); got != before {
		t.Errorf("another zone changes the canonical text:\n%s", got)
	}
	different := [][]string{
		{`minutes_to_apply = 20`, `minutes_to_apply = 21`},
		{`government = false`, `government = true`},
		{`steps = [`, `steps = [{ en = "First.", es = "Primero." },`},
		{`additional_sectors = [] }`, `}`},
		{`name = "on the line"`, `name = "at the line"`},
	}
	for _, edits := range different {
		if got := string(Canonical(parsed(t, edits...))); got == before {
			t.Errorf("%q does not change the canonical text", edits)
		}
	}
}

func TestCanonicalReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := anyOffering().Draw(t, "offering")
		text := Canonical(o)
		again, err := Parse("canonical.toml", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		stored, err := parseStored("canonical", string(text))
		if err != nil {
			t.Fatalf("stored: %v\n%s", err, text)
		}
		for _, again := range []*Offering{again, stored} {
			again.file, again.places = "", nil
			again.Owner = o.Owner
			if !reflect.DeepEqual(again, o) {
				t.Fatalf("reads back as\n%+v\ninstead of\n%+v\n%s", again, o, text)
			}
		}
	})
}

func anyOffering() *rapid.Generator[*Offering] {
	return rapid.Custom(func(t *rapid.T) *Offering {
		o := &Offering{}
		fill(t, "", reflect.ValueOf(o).Elem())
		return o
	})
}

var anyText = rapid.StringOf(rapid.OneOf(
	rapid.SampledFrom([]rune("\"\\'\n\t#=[]{},.áñ¿ aZ9-_")),
	rapid.Rune().Filter(func(r rune) bool { return !unicode.IsControl(r) }),
))

// fill gives each field a value that Parse can give it: nil where a file has nothing.
func fill(t *rapid.T, name string, v reflect.Value) {
	switch {
	case v.Type() == timeType:
		if rapid.Bool().Draw(t, name+"?") {
			at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			v.Set(reflect.ValueOf(at.Add(time.Duration(rapid.Int64Range(-math.MaxInt32, math.MaxInt32).Draw(t, name)) * time.Millisecond)))
		}
	case v.Type() == dateType:
		if rapid.Bool().Draw(t, name+"?") {
			v.SetString(fmt.Sprintf("20%02d-%02d-%02d", rapid.IntRange(0, 99).Draw(t, name), rapid.IntRange(1, 12).Draw(t, name), rapid.IntRange(1, 28).Draw(t, name)))
		}
	case v.Type() == evidenceType:
		v.Set(reflect.ValueOf(eligibility.Evidence(rapid.IntRange(0, 3).Draw(t, name))))
	case v.Type() == factsType:
		if facts := anyFacts.Draw(t, name); len(facts) > 0 {
			v.Set(reflect.ValueOf(facts))
		}
	case v.Kind() == reflect.String:
		if values := allowed(v.Type()); values != nil {
			values = append(values, "")
			v.SetString(rapid.SampledFrom(values).Draw(t, name))
			if v.String() == "" && strings.HasSuffix(name, "[]") { // an empty item of a list is written, and refused
				v.SetString(values[0])
			}
			return
		}
		v.SetString(anyText.Draw(t, name))
	case v.Kind() == reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, name))
	case v.Kind() == reflect.Int:
		v.SetInt(rapid.Int64Range(0, largestCount).Draw(t, name))
	case v.Kind() == reflect.Slice:
		if length := rapid.IntRange(0, 2).Draw(t, name+" length"); length > 0 {
			v.Set(reflect.MakeSlice(v.Type(), length, length))
			for i := range length {
				fill(t, name+"[]", v.Index(i))
			}
		}
	case v.Kind() == reflect.Struct:
		if name != "" && rapid.Bool().Draw(t, name+" absent") {
			return
		}
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				fill(t, name+"."+field.Name, v.Field(i))
			}
		}
	}
}

var anyNumber = rapid.OneOf(
	rapid.Map(rapid.Int64(), func(n int64) any { return n }),
	rapid.Map(rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64), func(n float64) any { return n }),
)

var anyFacts = rapid.MapOfN(rapid.OneOf(rapid.StringMatching(`[a-z_]{1,9}`), anyText), rapid.OneOf(
	anyNumber,
	rapid.Map(rapid.Bool(), func(b bool) any { return b }),
	rapid.Map(anyText, func(s string) any { return s }),
	rapid.Map(rapid.SliceOfN(rapid.Map(anyText, func(s string) any { return s }), 0, 2), func(l []any) any { return append([]any{}, l...) }),
	rapid.Map(rapid.MapOfN(rapid.SampledFrom([]string{"min", "max", "over"}), anyNumber, 0, 2), func(m map[string]any) any { return m }),
), 0, 3)
