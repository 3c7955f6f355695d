package desk_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"accessdesk/broker"
	"accessdesk/broker/questionnaire"
	"accessdesk/data/locale"
)

// TestEveryTextIsUsed finds texts of the area "desk" that no page says, and keys that are made from a closed list.
func TestEveryTextIsUsed(t *testing.T) {
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	key := regexp.MustCompile(`"(desk\.[a-z0-9_]+)"`)
	for _, place := range []struct{ folder, end string }{{".", ".go"}, {"../form", ".go"}, {"../../catalog/status", ".go"}, {"../templates/desk", ".html"}, {"../templates/layout", ".html"}} {
		files := os.DirFS(place.folder)
		err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(name, place.end) || strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := fs.ReadFile(files, name)
			for _, found := range key.FindAllStringSubmatch(string(text), -1) {
				used[found[1]] = true
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, code := range broker.Declarations() {
		used["desk.declare_"+code] = true
	}
	for _, lang := range []string{"en", "es"} {
		l := locales.In(lang)
		for _, known := range l.Keys() {
			if strings.HasPrefix(known, "desk.") && !used[known] {
				t.Errorf("%s: nothing says %s", lang, known)
			}
		}
		for needed := range used {
			if !l.Has(needed) {
				t.Errorf("%s: there is no text %s", lang, needed)
			}
		}
		for _, kind := range questionnaire.ChangeKinds() {
			if !l.Has("broker.changed_" + kind) {
				t.Errorf("%s: there is no text for the change %s", lang, kind)
			}
		}
	}
}
