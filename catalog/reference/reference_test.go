package reference

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/catalog/wording"
	"accessdesk/data/seed"
)

func library(t *testing.T) *Library {
	t.Helper()
	l, err := Standard(catalogtest.Vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// statement is a text of the two files with its place.
type statement struct {
	where string
	text  Text
}

// statements are all texts that the pages show.
func statements(l *Library) (all []statement) {
	add := func(where string, text Text) {
		if !text.Empty() {
			all = append(all, statement{where, text})
		}
	}
	for _, s := range l.Sections {
		add(s.ID+" title", s.Title)
		add(s.ID+" intro", s.Intro)
	}
	for _, d := range l.Definitions {
		add(d.ID+" title", d.Title)
		add(d.ID+" text", d.Text)
		if d.Row != nil {
			add(d.ID+" row.who", d.Row.Who)
			add(d.ID+" row.says", d.Row.Says)
			add(d.ID+" row.where", d.Row.Where)
		}
		for at, limit := range d.Limits {
			add(fmt.Sprintf("%s limits[%d]", d.ID, at+1), limit.Text)
		}
	}
	for _, d := range l.Definitions {
		for at, source := range d.Sources {
			add(fmt.Sprintf("%s sources[%d].title", d.ID, at+1), source.Title)
		}
	}
	o := l.Order
	for at, source := range o.Sources {
		add(fmt.Sprintf("order sources[%d].title", at+1), source.Title)
	}
	add("order title", o.Title)
	add("order lede", o.Lede)
	for name, list := range map[string][]Text{"read": o.Read, "unknown": o.Unknown, "claims": o.Claims, "windows": o.Windows} {
		for at, text := range list {
			add(fmt.Sprintf("order %s[%d]", name, at+1), text)
		}
	}
	for _, ask := range o.Asks {
		add("order asks "+ask.Section, ask.Text)
	}
	for _, event := range o.Dates {
		add("order "+event.On.String(), event.Text)
	}
	for at, step := range o.Steps {
		add(fmt.Sprintf("order steps[%d]", at+1), step.Text)
		add(fmt.Sprintf("order steps[%d].label", at+1), step.Label)
	}
	return all
}

// Every text keeps the reading level and the words of the desk. Titles and rows of a table are names rather than sentences.
func TestTextsAreEasyAndCalm(t *testing.T) {
	all := statements(library(t))
	if len(all) < 100 {
		t.Fatalf("only %d texts found", len(all))
	}
	for _, s := range all {
		if name := strings.HasSuffix(s.where, "title") || strings.Contains(s.where, "row.") || strings.HasSuffix(s.where, "label"); !name {
			if grade := wording.Grade(s.text.En); grade > wording.HardestGrade {
				t.Errorf("%s: English of grade %.1f: %s", s.where, grade, s.text.En)
			}
			if ease := wording.Ease(s.text.Es); ease < wording.LeastEase {
				t.Errorf("%s: Spanish of ease %.1f: %s", s.where, ease, s.text.Es)
			}
		}
		for lang, text := range map[string]string{"en": s.text.En, "es": s.text.Es} {
			for _, find := range wording.Check(lang, text) {
				// The page about the order has to name what the order calls by that name.
				if strings.HasPrefix(s.where, "order ") && strings.EqualFold(strings.TrimSuffix(find.Words, "s"), "covered frontier model") {
					continue
				}
				t.Errorf("%s: %q %s", s.where, find.Words, find.Reason)
			}
		}
	}
}

// A number with its unit that stands in the English text stands in the Spanish one too.
func TestNumbersAreTheSameInBothLanguages(t *testing.T) {
	number := regexp.MustCompile(`\d[\d,.]*\d|\d`)
	for _, s := range statements(library(t)) {
		// "$1 billion" is "$1,000 millones" in Spanish.
		en := number.FindAllString(regexp.MustCompile(`\$(\d+) billion`).ReplaceAllString(s.text.En, "$$$1,000"), -1)
		es := number.FindAllString(s.text.Es, -1)
		slices.Sort(en)
		slices.Sort(es)
		if !slices.Equal(en, es) {
			t.Errorf("%s: the numbers are %v in English and %v in Spanish", s.where, en, es)
		}
	}
}

// small is the smallest pair of files that is accepted.
const smallDefinitions = `
[[section]]
id = "money"
title = { en = "Money", es = "Dinero" }

[[definition]]
id = "small-bank"
section = "money"
checked_on = 2026-11-22
sectors = ["banking"]
facts = [{ id = "total_assets" }, { id = "primary_regulator", values = ["FDIC"] }]
title = { en = "Small bank", es = "Banco chico" }
text = { en = "It is small.", es = "Es chico." }
row = { who = { en = "All", es = "Todos" }, says = { en = "Small", es = "Chico" }, where = { en = "Here", es = "Aquí" } }
limits = [{ sure = "read", text = { en = "Under 10.", es = "Menos de 10." } }]
sources = [{ title = { en = "12 CFR 1", es = "12 CFR 1" }, url = "https://example.org/rule", read = true, read_on = 2026-11-22 }]
`

const smallOrder = `
checked_on = 2026-11-26
known_until = 2026-07-03
programs = ["one"]
title = { en = "Order", es = "Orden" }
lede = { en = "Lede", es = "Entrada" }
read = [{ en = "Read", es = "Leído" }]
unknown = [{ en = "Unknown", es = "No se sabe" }]
claims = [{ en = "None", es = "Ninguno" }]
windows = [{ en = "30", es = "30" }]
asks = [{ section = "1", text = { en = "Ask", es = "Pide" } }]
dates = [{ on = 2026-06-02, sure = "one", text = { en = "Signed", es = "Firmada" }, sources = ["text"] }]
steps = [{ text = { en = "Go", es = "Vaya" }, link = "/check", label = { en = "Check", es = "Consulta" } }]
sources = [{ id = "text", title = { en = "Text", es = "Texto" } }]
`

func TestParseRefuses(t *testing.T) {
	if _, err := Parse(catalogtest.Vocabulary(), []byte(smallDefinitions), []byte(smallOrder)); err != nil {
		t.Fatalf("the small files are refused: %v", err)
	}
	for _, c := range []struct{ file, old, new, want string }{
		{"definitions", `id = "small-bank"`, `id = `, "definitions.toml:7: "},
		{"definitions", `section = "money"`, `section = "money"` + "\ncolor = 1", "definitions.toml:9: unknown key definition.color"},
		{"definitions", `id = "small-bank"`, `id = "Small bank"`, `the id "Small bank" must be lower-case words`},
		{"definitions", `id = "small-bank"`, `id = "money"`, `definition money: the id "money" stands twice`},
		{"definitions", `section = "money"`, `section = "power"`, `definition small-bank: there is no section "power"`},
		{"definitions", `checked_on = 2026-11-22`, ``, "checked_on is missing"},
		{"definitions", `es = "Dinero"`, `es = " "`, `section money, title: the text in "es" is missing`},
		{"definitions", `en = "Small bank"`, `en = ""`, `definition small-bank, title: the text in "en" is missing`},
		{"definitions", `en = "It is small."`, `en = ""`, `definition small-bank, text: the text in "en" is missing`},
		{"definitions", `es = "Todos"`, `es = ""`, `row.who: the text in "es" is missing`},
		{"definitions", `es = "Chico"`, `es = ""`, `row.says: the text in "es" is missing`},
		{"definitions", `es = "Aquí"`, `es = ""`, `row.where: the text in "es" is missing`},
		{"definitions", `limits = [{ sure = "read", text = { en = "Under 10.", es = "Menos de 10." } }]`, ``, "it has no limits"},
		{"definitions", `sure = "read"`, `sure = "surely"`, `limits[1]: sure = "surely" is not one of`},
		{"definitions", `es = "Menos de 10."`, `es = ""`, `limits[1].text: the text in "es" is missing`},
		{"definitions", `"banking"`, `"bank"`, `unknown sector "bank"`},
		{"definitions", `id = "total_assets"`, `id = "total_asset"`, `unknown fact "total_asset"; the nearest is "total_assets"`},
		{"definitions", `"FDIC"`, `"FDI"`, `fact primary_regulator has no value "FDI"`},
		{"definitions", `facts = [{ id = "total_assets" }, { id = "primary_regulator", values = ["FDIC"] }]`, ``, "no fact stands for it"},
		{"definitions", `sources = [{ title = { en = "12 CFR 1", es = "12 CFR 1" }, url = "https://example.org/rule", read = true, read_on = 2026-11-22 }]`, ``, "it has no sources"},
		{"definitions", `en = "12 CFR 1"`, `en = ""`, `sources[1].title: the text in "en" is missing`},
		{"definitions", `"https://example.org/rule"`, `"javascript:alert(1)"`, `"javascript:alert(1)" is no web address`},
		{"definitions", `url = "https://example.org/rule", `, ``, "it was read, but has no url to show"},
		{"definitions", `, read_on = 2026-11-22 }`, ` }`, "it was read, but read_on does not say when"},
		{"definitions", `[[definition]]`, `[[section]]` + "\nid = \"empty\"\ntitle = { en = \"E\", es = \"E\" }\n[[definition]]", "section empty: no definition stands in it"},
		{"definitions", smallDefinitions, "", "there is no section, or no definition"},
		{"order", `checked_on = 2026-11-26`, ``, "checked_on or known_until is missing"},
		{"order", `lede =`, `led =`, "order.toml:6: unknown key led"},
		{"order", `es = "Orden"`, `es = ""`, `title: the text in "es" is missing`},
		{"order", `es = "Entrada"`, `es = ""`, `lede: the text in "es" is missing`},
		{"order", `es = "Leído"`, `es = ""`, `read[1]: the text in "es" is missing`},
		{"order", `unknown = [{ en = "Unknown", es = "No se sabe" }]`, ``, "unknown: nothing stands there"},
		{"order", `es = "Ninguno"`, `es = ""`, `claims[1]: the text in "es" is missing`},
		{"order", `windows = [{ en = "30", es = "30" }]`, ``, "windows: nothing stands there"},
		{"order", `section = "1"`, `section = ""`, "asks[1]: the section is missing"},
		{"order", `es = "Pide"`, `es = ""`, `asks[1].text: the text in "es" is missing`},
		{"order", `asks = [{ section = "1", text = { en = "Ask", es = "Pide" } }]`, ``, "asks: nothing stands there"},
		{"order", `on = 2026-06-02, `, ``, "dates[1]: the day is missing"},
		{"order", `dates = [`, `dates = [{ on = 2026-06-03, sure = "one", text = { en = "A", es = "A" }, sources = ["text"] }, `, "dates[2]: it stands after a later day"},
		{"order", `sure = "one"`, `sure = ""`, `dates[1]: sure = "" is not one of`},
		{"order", `es = "Firmada"`, `es = ""`, `dates[1].text: the text in "es" is missing`},
		{"order", `, sources = ["text"]`, ``, "dates[1]: it has no source"},
		{"order", `sources = ["text"]`, `sources = ["tex"]`, `dates[1]: there is no source "tex"`},
		{"order", `es = "Vaya"`, `es = ""`, `steps[1].text: the text in "es" is missing`},
		{"order", `es = "Consulta"`, `es = ""`, `steps[1].label: the text in "es" is missing`},
		{"order", `link = "/check", `, ``, "steps[1]: link and label belong together"},
		{"order", `link = "/check", label = { en = "Check", es = "Consulta" }`, `programs = []`, "steps[1]: it leads nowhere"},
		{"order", `steps = [{ text = { en = "Go", es = "Vaya" }, link = "/check", label = { en = "Check", es = "Consulta" } }]`, ``, "steps: nothing stands there"},
		{"order", `id = "text"`, `id = ""`, `sources[1]: the id "" must be`},
	} {
		t.Run(c.want, func(t *testing.T) {
			definitions, order := smallDefinitions, smallOrder
			file := &definitions
			if c.file == "order" {
				file = &order
			}
			if !strings.Contains(*file, c.old) {
				t.Fatalf("the small file does not hold %q", c.old)
			}
			*file = strings.Replace(*file, c.old, c.new, 1)
			_, err := Parse(catalogtest.Vocabulary(), []byte(definitions), []byte(order))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), c.file+".toml:") {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// FuzzParse: no text brings the loader down, and what it accepts has both languages everywhere.
func FuzzParse(f *testing.F) {
	f.Add([]byte(smallDefinitions), []byte(smallOrder))
	f.Fuzz(func(t *testing.T, definitions, order []byte) {
		l, err := Parse(catalogtest.Vocabulary(), definitions, order)
		if err != nil {
			return
		}
		for _, s := range statements(l) {
			if strings.TrimSpace(s.text.En) == "" || strings.TrimSpace(s.text.Es) == "" {
				t.Errorf("%s was accepted with one language: %+v", s.where, s.text)
			}
		}
	})
}

// Every definition that the issue asks for is there; the six tests of rural stand side by side.
func TestWhatIsDefined(t *testing.T) {
	l := library(t)
	for _, id := range []string{"critical-access-hospital", "rural-emergency-hospital", "rural-hrsa", "rural-ruca", "rural-fcc", "rural-usda", "rural-slcgp",
		"rural-medicare", "community-bank", "community-bank-leverage-ratio", "small-credit-union", "low-income-credit-union", "community-water-system",
		"water-system-sizes", "awia", "public-power", "sltt", "small-government", "tribe", "rural-telephone-company", "small-gas-utility"} {
		if _, ok := l.Find(id); !ok {
			t.Errorf("%s is not defined", id)
		}
	}
	if _, ok := l.Find("nothing"); ok {
		t.Error("what is not defined was found")
	}
	rows := 0
	for _, d := range l.Definitions {
		if (d.Row != nil) != (d.Section == "rural") {
			t.Errorf("%s: a row in the table belongs to the rural tests, and only to them", d.ID)
		} else if d.Row != nil {
			rows++
		}
	}
	if rows != 6 {
		t.Errorf("%d rural tests, want 6", rows)
	}
}

// publish compiles an offering as the catalog does.
func publish(t *testing.T, o *catalog.Offering) *catalog.Published {
	t.Helper()
	snapshot, err := catalog.FromFiles(catalogtest.Vocabulary(), []*catalog.Offering{o})
	if err != nil {
		t.Fatal(err)
	}
	return snapshot.Offerings[0]
}

// A program uses a definition when it serves the sector and a rule reads the fact, and the value if values are named.
func TestUsedByIsReadFromTheRules(t *testing.T) {
	l := library(t)
	offering := func(sector, expr string) *catalog.Offering {
		return &catalog.Offering{Slug: "example", Sectors: []string{sector}, SectorsCitation: "x", CriteriaPublished: true,
			Criteria: []catalog.Criterion{{ID: "line", Expr: expr, Citation: "x", Title: Text{En: "a", Es: "a"}, Failure: Text{En: "a", Es: "a"}}}}
	}
	for _, c := range []struct {
		id, sector, expr string
		want             bool
	}{
		{"critical-access-hospital", "health", `hospital_type == "cah"`, true},
		{"critical-access-hospital", "health", `hospital_type in ["acute_pps", "cah"]`, true},
		{"critical-access-hospital", "health", `hospital_type == 'cah'`, true},
		{"critical-access-hospital", "health", `hospital_type == "reh"`, false},
		{"rural-emergency-hospital", "health", `hospital_type == "reh"`, true},
		{"critical-access-hospital", "health", `available_beds <= 25`, false},
		{"critical-access-hospital", "health", `avg_los_hours <= 96`, true},
		{"critical-access-hospital", "banking", `hospital_type == "cah"`, false},
		{"critical-access-hospital", "any", `hospital_type == "cah"`, true},
		{"small-credit-union", "credit_union", `total_assets < 100000000`, true},
		{"small-credit-union", "banking", `total_assets < 100000000`, false},
		{"water-system-sizes", "critical_infrastructure", `population_served <= 3300`, true},
		{"water-system-sizes", "sltt_government", `population_served <= 3300`, false},
		{"small-government", "sltt_government", `population_served < 50000`, true},
		{"sltt", "sltt_government", `govt_type != "none"`, true},
		{"sltt", "sltt_government", `is_us_based`, false},
	} {
		d, ok := l.Find(c.id)
		if !ok {
			t.Fatalf("no definition %s", c.id)
		}
		if got := d.UsedBy(LinesOf(publish(t, offering(c.sector, c.expr)))); got != c.want {
			t.Errorf("%s used by a program for %s with %s: %v", c.id, c.sector, c.expr, got)
		}
	}
	// An offering without rules of its own uses nothing: its sector gate is no definition.
	bare := &catalog.Offering{Slug: "bare", Sectors: []string{"sltt_government"}, SectorsCitation: "x"}
	for _, d := range l.Definitions {
		if d.UsedBy(LinesOf(publish(t, bare))) {
			t.Errorf("%s is used by a program without rules", d.ID)
		}
	}
}

// Over the real catalog, SHIP draws its lines by four definitions and by no other.
func TestDefinitionsOfARealProgram(t *testing.T) {
	offerings, err := catalog.ParseFiles(seed.Files)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(offerings, func(o *catalog.Offering) bool { return o.Slug == "ship" })
	if at < 0 {
		t.Fatal("the catalog has no ship")
	}
	var used []string
	ship := publish(t, offerings[at])
	for _, d := range library(t).Definitions {
		if d.UsedBy(LinesOf(ship)) {
			used = append(used, d.ID)
		}
	}
	if want := []string{"critical-access-hospital", "small-rural-hospital", "rural-hrsa", "rural-medicare"}; !slices.Equal(used, want) {
		t.Errorf("ship uses %v, want %v", used, want)
	}
}

// Concerns: a definition for banks says nothing to a hospital, but may say something to somebody who named no sector.
func TestConcerns(t *testing.T) {
	l := library(t)
	bank, _ := l.Find("community-bank")
	rural, _ := l.Find("rural-hrsa")
	if !bank.Concerns([]string{"health", "banking"}) || bank.Concerns([]string{"health"}) || !bank.Concerns(nil) || !rural.Concerns([]string{"health"}) {
		t.Error("the sectors of a definition are not kept")
	}
	if !bank.Has("offices_count") || bank.Has("total_assets") {
		t.Error("the facts of a definition are not kept")
	}
}

// The slugs of the order are those of the research list, so that a program shows up as soon as it is listed. Those that are
// in the catalog now are real ones.
func TestSlugsOfTheOrder(t *testing.T) {
	offerings, err := catalog.ParseFiles(seed.Files)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, o := range offerings {
		known[o.Slug] = true
	}
	o := library(t).Order
	for at, step := range o.Steps {
		if len(step.Programs) > 0 && !slices.ContainsFunc(step.Programs, func(slug string) bool { return known[slug] }) {
			t.Errorf("steps[%d]: none of %v is in the catalog", at+1, step.Programs)
		}
	}
	if !o.Announces("eo14409-2c3") || o.Announces("ship") || !known["eo14409-2c3"] {
		t.Error("the program of section 2(c)(iii) is not announced by the order")
	}
	if _, ok := o.Source("nothing"); ok {
		t.Error("a source that is not there was found")
	}
}

// Every source of the list of sources has a use: a dated statement names it, or it backs one of the fixed parts.
func TestSourcesOfTheOrderAreUsed(t *testing.T) {
	o := library(t).Order
	used := map[string]bool{"draft-text": true, "ninety-days": true, "tracker": true} // the 30 and 90 days; section 3
	for _, event := range o.Dates {
		for _, id := range event.Sources {
			used[id] = true
		}
	}
	for _, s := range o.Sources {
		if !used[s.ID] {
			t.Errorf("source %s supports nothing", s.ID)
		}
	}
}
