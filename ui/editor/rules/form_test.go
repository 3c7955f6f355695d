package rules

import (
	"net/url"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
	"accessdesk/eligibility"
	"accessdesk/eligibility/builder"
	"accessdesk/ui/editor/part"
	"accessdesk/ui/form"
)

var vocabulary = sync.OnceValue(func() *eligibility.Vocabulary {
	v, err := eligibility.Standard()
	if err != nil {
		panic(err)
	}
	return v
})

func localizer(t testing.TB, lang string) *locale.Localizer {
	t.Helper()
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	return locales.In(lang)
}

// values is a form as a browser posts it.
type values url.Values

func (v values) Form(name string) string      { return strings.TrimSpace(url.Values(v).Get(name)) }
func (v values) FormAll(name string) []string { return v[name] }

func (v values) field(f form.Field) {
	switch f.Kind {
	case form.Ticks, form.Select:
		for _, c := range f.Choices {
			if c.Checked {
				url.Values(v).Add(f.ID, c.Value)
			}
		}
	case form.Statement:
		if f.Value != "" {
			v[f.ID] = []string{f.Value}
		}
	default:
		v[f.ID] = []string{f.Value}
	}
}

// posted is what a browser posts of a form that nobody touched.
func posted(f Form) values {
	v := values{}
	for _, one := range []form.Field{f.Sectors, f.Citation, f.Published} {
		v.field(one)
	}
	v["n:criteria"] = []string{strconv.Itoa(len(f.Criteria))}
	for _, c := range f.Criteria {
		v[c.Key+".id"] = []string{c.ID}
		for _, p := range []*part.Pair{c.Title, c.Failure, c.Remedy} {
			v.field(p.En)
			v.field(p.Es)
		}
		v.field(c.Citation)
		v.field(c.Evidence)
		if c.Text != nil {
			v[c.Key+".view"] = []string{viewText}
			v.field(*c.Text)
			continue
		}
		v[c.Key+".view"] = []string{viewRows}
		v.group(c.Rows)
	}
	return v
}

func (v values) group(g *groupView) {
	v["n:"+g.Key] = []string{strconv.Itoa(len(g.Nodes))}
	v[g.Key+".any"] = []string{map[bool]string{true: "any", false: "all"}[g.Any]}
	for _, n := range g.Nodes {
		if n.Group != nil {
			v.group(n.Group)
			continue
		}
		r := n.Row
		v[r.Key+".was"] = []string{r.Was}
		v[r.Key+".fact"] = []string{""}
		for _, topic := range r.Topics {
			for _, c := range topic.Choices {
				if c.Checked {
					v[r.Key+".fact"] = []string{c.Value}
				}
			}
		}
		for _, f := range []*form.Field{r.Operator, r.Value, r.Last} {
			if f != nil {
				v.field(*f)
			}
		}
	}
}

func shown(t testing.TB, o *catalog.Offering, texts ...int) Form {
	return newForm(localizer(t, "en"), vocabulary(), o, texts, nil)
}

// sent posts a form and does what a button says. It gives the offering, the places edited as text, and the anchor.
func sent(t testing.TB, o *catalog.Offering, v values, button string) (*catalog.Offering, []int, string) {
	t.Helper()
	e := read(vocabulary(), v)
	anchor := e.do(button)
	changed := *o
	e.into(&changed)
	return &changed, e.texts(), anchor
}

func seedOfferings(t testing.TB) []*catalog.Offering {
	t.Helper()
	files, err := seed.Files.ReadDir("catalog")
	if err != nil {
		t.Fatal(err)
	}
	var all []*catalog.Offering
	for _, file := range files {
		text, err := seed.Files.ReadFile("catalog/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		o, err := catalog.Parse(file.Name(), text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, o)
	}
	return all
}

// The rules page of every shipped program (of a third of them unless LONG_TESTS is set), posted untouched, changes nothing that anybody
// could notice; as text it changes nothing at all.
func TestUntouched(t *testing.T) {
	v := vocabulary().Vocabulary
	for _, o := range seedOfferings(t) {
		if os.Getenv("LONG_TESTS") == "" && !catalogtest.Sampled(o.Slug) {
			continue
		}
		after, texts, _ := sent(t, o, posted(shown(t, o)), "")
		if len(texts) > 0 {
			t.Errorf("%s: rules %v are text", o.Slug, texts)
		}
		for i := range o.Criteria {
			was, is := o.Criteria[i], after.Criteria[i]
			before, _ := builder.Parse(v, was.Expr)
			if got, ok := builder.Parse(v, is.Expr); !ok || !reflect.DeepEqual(ticked(got), ticked(before)) {
				t.Errorf("%s: %s became %s", o.Slug, was.Expr, is.Expr)
			}
			was.Expr, is.Expr = "", ""
			if !reflect.DeepEqual(was, is) {
				t.Errorf("%s: %+v became %+v", o.Slug, was, is)
			}
		}
		if !sameItems(o.Sectors, after.Sectors) || o.SectorsCitation != after.SectorsCitation || o.CriteriaPublished != after.CriteriaPublished {
			t.Errorf("%s: the head became %v %q %v", o.Slug, after.Sectors, after.SectorsCitation, after.CriteriaPublished)
		}
		again, _, _ := sent(t, after, posted(shown(t, after)), "")
		if string(catalog.Canonical(again)) != string(catalog.Canonical(after)) {
			t.Errorf("%s changes when it is posted once more", o.Slug)
		}
		var every []int
		for i := range o.Criteria {
			every = append(every, i)
		}
		text, _, _ := sent(t, o, posted(shown(t, o, every...)), "")
		for i := range o.Criteria {
			if text.Criteria[i].Expr != strings.TrimSpace(o.Criteria[i].Expr) {
				t.Errorf("%s: as text %s became %s", o.Slug, o.Criteria[i].Expr, text.Criteria[i].Expr)
			}
		}
	}
}

// ticked puts lists of values into one order: tick boxes stand in the order of the vocabulary.
func ticked(t builder.Tree) builder.Tree {
	t.Nodes = slices.Clone(t.Nodes)
	for i, n := range t.Nodes {
		if n.Group != nil {
			inner := ticked(*n.Group)
			t.Nodes[i].Group = &inner
		} else {
			t.Nodes[i].Row.Values = slices.Sorted(slices.Values(n.Row.Values))
		}
	}
	return t
}

func sameItems(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// A manager writes a rule from nothing: each step posts the whole form and comes back to the row it was about.
func TestWriteARule(t *testing.T) {
	o := &catalog.Offering{Slug: "example", Sectors: []string{"any"}}
	var texts []int
	step := func(button, wantAnchor, wantExpr string, typed map[string][]string) {
		t.Helper()
		v := posted(shown(t, o, texts...))
		for name, value := range typed {
			v[name] = value
		}
		var anchor string
		o, texts, anchor = sent(t, o, v, button)
		got := ""
		if len(o.Criteria) > 0 {
			got = o.Criteria[0].Expr
		}
		if anchor != wantAnchor || got != wantExpr {
			t.Errorf("%s: at %q with %s, want %q with %s", button, anchor, got, wantAnchor, wantExpr)
		}
	}
	one := func(values ...string) []string { return values }
	step("new", "criteria.0", "__", map[string][]string{"sectors": {"drinking_water", "wastewater"}})
	step("show criteria.0.rows.0", "criteria.0.rows.0", "population_served <= __", map[string][]string{"criteria.0.rows.0.fact": one("population_served"), "criteria.0.title.en": one("You serve few people")})
	step("", "", "population_served <= 10000", map[string][]string{"criteria.0.rows.0.value": one("10,000")})
	step("add criteria.0.rows", "criteria.0.rows.1", "population_served <= 10000 && __", nil)
	step("show criteria.0.rows.1", "criteria.0.rows.1", "population_served <= 10000 || __ in memberships",
		map[string][]string{"criteria.0.rows.any": one("any"), "criteria.0.rows.1.fact": one("memberships")})
	step("", "", `population_served <= 10000 || "waterisac" in memberships || "awwa" in memberships`, map[string][]string{"criteria.0.rows.1.value": one("awwa", "waterisac", "nonsense")})
	step("group criteria.0.rows", "criteria.0.rows.2", `population_served <= 10000 || "waterisac" in memberships || "awwa" in memberships || (__ && __)`, nil)
	step("up criteria.0.rows.2", "criteria.0.rows.1", `population_served <= 10000 || (__ && __) || "waterisac" in memberships || "awwa" in memberships`, nil)
	step("down criteria.0.rows.0", "criteria.0.rows.0.0", `(population_served <= 10000 && __ && __) || "waterisac" in memberships || "awwa" in memberships`, nil)
	step("remove criteria.0.rows.0.2", "criteria.0.rows.0.1", `(population_served <= 10000 && __) || "waterisac" in memberships || "awwa" in memberships`, nil)
	step("", "", `(population_served >= 500 && population_served <= __between && __) || "waterisac" in memberships || "awwa" in memberships`,
		map[string][]string{"criteria.0.rows.0.0.op": one("between"), "criteria.0.rows.0.0.value": one("500")})
	step("", "", `(population_served >= 500 && population_served <= 900 && has_ot) || "waterisac" in memberships || "awwa" in memberships`,
		map[string][]string{"criteria.0.rows.0.0.value": one("900"), "criteria.0.rows.0.0.last": one(" 500 "), "criteria.0.rows.0.1.fact": one("has_ot")})
	step("text criteria.0", "criteria.0", `(population_served >= 500 && population_served <= 900 && has_ot) || "waterisac" in memberships || "awwa" in memberships`, nil)
	step("", "", `meters < service_connections`, map[string][]string{"criteria.0.expr": one("meters < service_connections")})
	step("rows criteria.0", "criteria.0", `meters < service_connections`, nil)
	step("rows criteria.0", "criteria.0", `meters < 5`, map[string][]string{"criteria.0.expr": one("meters < 5")})
	if len(texts) > 0 {
		t.Errorf("a simple rule stays text: %v", texts)
	}
	step("", "", `meters < "few"`, map[string][]string{"criteria.0.rows.0.value": one("few")})
	if f := shown(t, o).Criteria[0].Rows.Nodes[0].Row; f.Value.Value != "few" || f.Value.Needed == "" {
		t.Errorf("a number that is none: %+v", f.Value)
	}
	step("remove criteria.0.rows.0", "criteria.0", `true`, nil)
	step("text criteria.0", "criteria.0", `true`, nil)
	step("rows criteria.0", "criteria.0", `ownership_type in ["co-op", "nonprofit"]`, map[string][]string{"criteria.0.expr": one(`ownership_type in ["co-op", "nonprofit"]`)})
	if f := shown(t, o).Criteria[0]; f.Text == nil || !strings.Contains(f.Text.Needed, "co-op") {
		t.Errorf("a value that no tick box has is not kept as text: %+v", f.Text)
	}
	if o.Criteria[0].ID != "you-serve-few-people" || !slices.Equal(o.Sectors, []string{"drinking_water", "wastewater"}) {
		t.Errorf("called %q, for %v", o.Criteria[0].ID, o.Sectors)
	}
	step("remove criteria.0", "criteria", "", nil)
}

// Whatever is posted and whatever button is pressed: nothing breaks, nothing that was typed into texts is lost, and the page can show it.
func TestAnyForm(t *testing.T) {
	l := localizer(t, "es")
	offerings := seedOfferings(t)
	rapid.Check(t, func(t *rapid.T) {
		o := rapid.SampledFrom(offerings).Draw(t, "program")
		var texts []int
		for range 4 {
			v := posted(newForm(l, vocabulary(), o, texts, nil))
			names := make([]string, 0, len(v))
			for name := range v {
				names = append(names, name)
			}
			slices.Sort(names)
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				v[rapid.SampledFrom(names).Draw(t, "name")] = []string{rapid.SampledFrom([]string{"", "7", "has_ot", "memberships", "between", "any", "text", "2026-01-31", "runs", "\"", "x && (", "includes_all"}).Draw(t, "value")}
			}
			act := rapid.SampledFrom([]string{actAdd, actGroup, actUp, actDown, actRemove, actShow, actText, actRows, actNew, "nonsense"}).Draw(t, "act")
			key := rapid.SampledFrom([]string{"criteria.0", "criteria.0.rows", "criteria.0.rows.0", "criteria.1.rows.1", "criteria.0.rows.0.0", "criteria.0.rows.1.0.1", "criteria.99", "criteria.0.rows.-1", "x", ""}).Draw(t, "key")
			e := read(vocabulary(), v)
			anchor := e.do(act + " " + key)
			changed := *o
			e.into(&changed)
			read, err := catalog.Parse("", catalog.Canonical(&changed))
			if err != nil {
				t.Fatalf("cannot be read again: %v", err)
			}
			f := newForm(l, vocabulary(), read, e.texts(), nil)
			if anchor != "" && anchor != "criteria" && !slices.Contains(ids(f), anchor) {
				t.Fatalf("%s %s leads to %s, which is not there: %v", act, key, anchor, ids(f))
			}
			o, texts = read, e.texts()
		}
	})
}

// ids lists the places that the form has.
func ids(f Form) []string {
	var all []string
	var group func(g *groupView)
	group = func(g *groupView) {
		for _, n := range g.Nodes {
			if n.Group != nil {
				all = append(all, n.Group.Key)
				group(n.Group)
			} else {
				all = append(all, n.Row.Key)
			}
		}
	}
	for _, c := range f.Criteria {
		all = append(all, c.Key)
		if c.Rows != nil {
			group(c.Rows)
		}
	}
	return all
}

func TestNumbers(t *testing.T) {
	for typed, want := range map[string]string{"10,000": "10000", " $1,500.50": "1500.5", "0.0": "0", "-3": "-3", "1e3": "1000", "ten": "ten", "": "", "0x10": "0x10", "NaN": "NaN", "1_000": "1_000", "Infinity": "Infinity"} {
		if got := readValue(builder.ShapeNumber, typed); got != want {
			t.Errorf("%q is read %q", typed, got)
		}
	}
	for number, want := range map[string]string{"10000": "10,000", "999": "999", "-1234567.25": "-1,234,567.25", "few": "few", "": ""} {
		if got := separated(number); got != want {
			t.Errorf("%q is shown %q", number, got)
		}
	}
}

// What was noticed stands at its row, and a number without an example at its rule.
func TestNoticed(t *testing.T) {
	text := eligibility.Text{En: "Small", Es: "Pequeño"}
	o := &catalog.Offering{Slug: "example", Sectors: []string{"health"}, Criteria: []catalog.Criterion{
		{ID: "small", Title: text, Expr: "meters < 5 && meters < 10"}, {ID: "twice", Title: text, Expr: `runs("health")`}, {ID: "never", Title: text, Expr: "has_ot && !has_ot"}},
		Questions: []catalog.Question{{ID: "why", Label: text, When: "has_ot && !has_ot"}}}
	f := newForm(localizer(t, "es"), vocabulary(), o, nil, map[string][]string{"criteria.0.citation": {"missing"}, "criteria": {"none"}})
	row := f.Criteria[0].Rows.Nodes[1].Row
	if len(row.Notes) != 1 || !strings.Contains(row.Notes[0], "no cambia nada") {
		t.Errorf("at the row: %q", row.Notes)
	}
	if got := f.Criteria[0].Findings; len(got) != 2 || !strings.Contains(got[0], "ningún ejemplo tiene") {
		t.Errorf("numbers without examples: %q", got)
	}
	if f.Criteria[0].Citation.Needed != "missing" || !slices.Equal(f.Wanting, []string{"none"}) {
		t.Errorf("what is missing: %q, %q", f.Criteria[0].Citation.Needed, f.Wanting)
	}
	if got := f.Criteria[2].Rows.Nodes[1].Row.Notes; len(got) != 1 || !strings.Contains(got[0], "Nadie puede cumplir") {
		t.Errorf("a contradiction: %q", got)
	}
	if len(f.Findings) != 0 { // of questions nothing is said while nobody can pass
		t.Logf("of all: %q", f.Findings)
	}
	if got := f.Criteria[0]; got.En == "" || got.Es == "" || got.En == got.Es {
		t.Errorf("in words: %q, %q", got.En, got.Es)
	}
}
