package difference

import (
	"reflect"
	"testing"

	"accessdesk/catalog"
	"accessdesk/catalog/position"
	"accessdesk/catalog/tree"
	"accessdesk/data/seed"
)

func TestPlace(t *testing.T) {
	o := example(t)
	_, all := readers(t)
	for path, want := range map[string][2]string{
		"summary.es":           {"Summary", "Resumen"},
		"criteria[1].citation": {`Rule "small", source`, `Regla "small", fuente`},
		"criteria[99].expr":    {},
		"criteria[0]":          {},
		"no_such_key.es":       {},
		"summary[2]":           {},
		"window":               {},
		"":                     {},
	} {
		for i, r := range all {
			if got := Place(r, o, path); got != want[i] {
				t.Errorf("%q: %q, want %q", path, got, want[i])
			}
		}
	}
}

// Every value and every element of every listing has its name in words, in both languages.
func TestPlaceNamesEveryValue(t *testing.T) {
	offerings, err := catalog.ParseFiles(seed.Files)
	if err != nil {
		t.Fatal(err)
	}
	locales, all := readers(t)
	seen := 0
	for _, o := range offerings {
		look := func(path string) {
			seen++
			for _, r := range all {
				if Place(r, o, path) == "" {
					t.Errorf("%s: %s has no name", o.Slug, path)
				}
			}
		}
		var walk func(path string, v reflect.Value)
		walk = func(path string, v reflect.Value) {
			switch {
			case v.Type() == textType:
				look(path + ".en")
			case v.Type() == factsType:
				for _, fact := range v.MapKeys() {
					look(position.Join(path, fact.String()))
				}
			case v.Kind() == reflect.Struct && v.Type() != timeType:
				for key, field := range tree.Keys(v) {
					walk(position.Join(path, key), field)
				}
			case v.Kind() == reflect.Slice:
				for i := range v.Len() {
					look(position.Element(path, i+1))
					walk(position.Element(path, i+1), v.Index(i))
				}
			default:
				look(path)
			}
		}
		walk("", reflect.ValueOf(o).Elem())
	}
	if seen < 50*len(offerings) {
		t.Errorf("only %d places of %d listings were looked at", seen, len(offerings))
	}
	if missing := locales.Missing(); len(missing) > 0 {
		t.Errorf("missing texts: %q", missing)
	}
}
