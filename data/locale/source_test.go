package locale

import (
	"os"
	"regexp"
	"testing"
)

// TestEveryRegisterHasAName: each register that a fact of the vocabulary can be read from is called by its name in both languages.
func TestEveryRegisterHasAName(t *testing.T) {
	locales, err := Bundle()
	if err != nil {
		t.Fatal(err)
	}
	facts, err := os.ReadFile("../../eligibility/facts.toml")
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, line := range regexp.MustCompile(`(?m)^register = \[(.*)\]$`).FindAllStringSubmatch(string(facts), -1) {
		for _, id := range regexp.MustCompile(`"([^"]+)"`).FindAllStringSubmatch(line[1], -1) {
			ids[id[1]] = true
		}
	}
	if len(ids) < 8 {
		t.Fatalf("only %d registers in the vocabulary: %v", len(ids), ids)
	}
	for _, lang := range []string{English, Spanish} {
		l := locales.In(lang)
		for id := range ids {
			if l.Register(id, "") == l.T("register.unnamed") {
				t.Errorf("%s: register %s has no name", lang, id)
			}
		}
	}
	for _, c := range []struct{ lang, id, asOf, want string }{
		{English, "sdwis", "2025-03-31", "drinking water systems (EPA), edition of March 2025"},
		{Spanish, "sdwis", "2025-03-31", "sistemas de agua potable (EPA), edición de marzo de 2025"},
		{English, "sdwis", "2025q1", "drinking water systems (EPA)"},
		{English, "edition", "", "one that has no name here"},
		{English, "<b>", "2025-03-31", "one that has no name here, edition of March 2025"},
	} {
		if got := locales.In(c.lang).Register(c.id, c.asOf); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.id, c.asOf, got, c.want)
		}
	}
}
