package fact

import (
	"os"
	"strings"
	"testing"
)

// smallFacts is a vocabulary of four facts; the tests break it in one place each.
const smallFacts = `
[[fact]]
id = "sector"
type = "enum"
ask = "check"
effort = "easy"
label = { en = "Sector", es = "Sector" }
question = { en = "What do you run?", es = "¿Qué opera?" }
values = [{ value = "gas", label = { en = "Gas", es = "Gas" } }, { value = "other", label = { en = "Other", es = "Otro" } }]

[[fact]]
id = "additional_sectors"
type = "set"
ask = "check"
effort = "easy"
label = { en = "Also", es = "También" }
question = { en = "What else?", es = "¿Qué más?" }
values = [{ value = "gas", label = { en = "Gas", es = "Gas" } }, { value = "other", label = { en = "Other", es = "Otro" } }]

[[fact]]
id = "customers"
type = "int"
unit = "homes"
sectors = ["gas"]
ask = "check"
effort = "lookup"
min = 0
max = 5000
label = { en = "Homes", es = "Hogares" }
question = { en = "How many homes?", es = "¿Cuántos hogares?" }
variants = [{ sector = "gas", question = { en = "How many homes on gas?", es = "¿Cuántos hogares con gas?" }, help = { en = "Count.", es = "Cuente." } }]

[[fact]]
id = "size"
type = "enum"
ask = "never"
label = { en = "Size", es = "Tamaño" }
values = [{ value = "small", label = { en = "Small", es = "Pequeño" } }]
derive = [{ when = "customers < 100", value = "small" }]
`

func smallReasons(t *testing.T) string {
	t.Helper()
	reasons, err := os.ReadFile("../reasons.toml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(reasons)
	for _, section := range []string{"[sector.", "[unit."} {
		for {
			from := strings.Index(text, "\n"+section)
			if from < 0 {
				break
			}
			to := strings.Index(text[from+2:], "\n[")
			if to < 0 {
				text = text[:from+1]
				break
			}
			text = text[:from+1] + text[from+2+to:]
		}
	}
	for _, key := range []string{"sector.gas", "sector.other", "sector.critical_infrastructure", "unit.homes.one", "unit.homes.many"} {
		text += "\n[" + key + "]\nen = \"" + key + "\"\nes = \"" + key + "\"\n"
	}
	return text
}

func TestLoadRefuses(t *testing.T) {
	reasons := smallReasons(t)
	breaks := []struct{ old, new, message string }{
		{`id = "customers"`, `id = "Customers"`, "lower-case"},
		{`id = "customers"`, `id = "size"`, "twice"},
		{`id = "sector"`, `id = "branch"`, "are needed"},
		{`type = "int"`, `type = "integer"`, "unknown type"},
		{`type = "int"`, `type = "int"` + "\n" + `colour = "red"`, "unknown key"},
		{`effort = "lookup"`, `effort = "hard"`, "effort is"},
		{`ask = "never"`, `ask = "later"`, "ask is"},
		{`unit = "homes"`, `unit = "Homes!"`, "unit"},
		{`unit = "homes"`, `unit = "farms"`, "unit.farms"},
		{`sectors = ["gas"]`, `sectors = ["gass"]`, "unknown sector"},
		{`sector = "gas", question`, `sector = "gass", question`, "variant"},
		{`help = { en = "Count.", es = "Cuente." }`, `help = { en = "Count." }`, "variant"},
		{`max = 5000`, `max = -1`, "between min and max"},
		{`type = "int"`, `type = "bool"`, "min and max belong"},
		{`label = { en = "Homes", es = "Hogares" }`, `label = { en = "Homes" }`, "label is needed"},
		{`question = { en = "How many homes?", es = "¿Cuántos hogares?" }`, `question = { en = "How many homes?" }`, "question is needed"},
		{`question = { en = "How many homes?", es = "¿Cuántos hogares?" }`, `question = { en = "How many?", es = "¿Cuántos?" }` + "\n" + `why = { en = "So." }`, "one language"},
		{`ask = "never"`, `ask = "never"` + "\n" + `question = { en = "Size?", es = "¿Tamaño?" }`, "question is needed"},
		{`values = [{ value = "small", label = { en = "Small", es = "Pequeño" } }]`, ``, "values belong"},
		{`{ value = "small", label = { en = "Small", es = "Pequeño" } }`, `{ value = "small", label = { en = "Small" } }`, "label in en and es"},
		{`{ value = "small", label = { en = "Small", es = "Pequeño" } }`, `{ value = "", label = { en = "Small", es = "Pequeño" } }`, "empty or stands twice"},
		{`value = "small" }]`, `value = "tiny" }]`, "derive 1"},
		{`value = "small" }]`, `value = 3 }]`, "derive 1"},
		{`value = "small" }]`, `value = [1] }]`, "derive 1"},
		{`id = "size"`, `id = "size"` + "\n" + `pattern = "("`, "pattern"},
		{`id = "size"`, `id =`, "facts.toml"},
	}
	for _, b := range breaks {
		broken := strings.Replace(smallFacts, b.old, b.new, 1)
		if broken == smallFacts {
			t.Fatalf("%q is not in the vocabulary", b.old)
		}
		if _, err := Load([]byte(broken), []byte(reasons)); err == nil || !strings.Contains(err.Error(), b.message) {
			t.Errorf("%q instead of %q: %v, want %q", b.new, b.old, err, b.message)
		}
	}
}

func TestLoadRefusesTexts(t *testing.T) {
	reasons := smallReasons(t)
	cases := map[string]string{
		"missing key":         strings.Replace(reasons, "[gate.title]", "[gate.headline]", 1),
		"unknown key":         reasons + "\n[gate.color]\nen = \"red\"\nes = \"rojo\"\n",
		"one language":        reasons + "\n[gate.color]\nen = \"red\"\n",
		"more than a text":    reasons + "\n[gate.color]\nen = \"red\"\nes = \"rojo\"\nfr = \"rouge\"\n",
		"no table":            "color = 3\n" + reasons,
		"foreign placeholder": strings.Replace(reasons, "{sectors}", "{sectors} {fact}", 1),
		"unequal languages":   strings.Replace(reasons, "{sectors}", "", 1),
		"missing placeholder": strings.ReplaceAll(reasons, "{sectors}", "it"),
		"no TOML":             "[[[",
	}
	for name, text := range cases {
		if _, err := Load([]byte(smallFacts), []byte(text)); err == nil || !strings.Contains(err.Error(), "reasons.toml") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPlaceholdersAreEqualInBothLanguages(t *testing.T) {
	for _, c := range []struct {
		text Text
		rule string
		good bool
	}{
		{Text{En: "{a} and {b}", Es: "{b} y {a}"}, "a! b", true},
		{Text{En: "{a} and {b}", Es: "{a}"}, "a! b", false},
		{Text{En: "{a}", Es: "{a} y {b}"}, "a! b", false},
		{Text{En: "{b}", Es: "{b}"}, "a! b", false},
		{Text{En: "{c}", Es: "{c}"}, "", false},
		{Text{En: " ", Es: "x"}, "", false},
	} {
		if err := checkPlaceholders("key", c.text, c.rule); (err == nil) != c.good {
			t.Errorf("%v by %q: %v", c.text, c.rule, err)
		}
	}
}

func TestNearest(t *testing.T) {
	for _, c := range []struct{ word, want string }{
		{"has_ti_staff", "has_it_staff"}, {"Memberships", "memberships"}, {"total_asset", "total_assets"},
	} {
		if got := vocabularyOf(t).NearestFact(c.word); got != ID(c.want) {
			t.Errorf("nearest to %q: %s, want %s", c.word, got, c.want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "abc", 3}, {"abc", "", 3}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"año", "ano", 1}, {"a", "a", 0}} {
		if got := editDistance(c.a, c.b); got != c.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
