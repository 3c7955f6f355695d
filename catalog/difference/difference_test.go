package difference

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/catalog/tree"
	"accessdesk/data/golden"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
	"accessdesk/eligibility"
)

func example(t testing.TB, edits ...string) *catalog.Offering {
	t.Helper()
	file, err := os.ReadFile("../testdata/example.toml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(file)
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			t.Fatalf("the example does not hold %q", edits[i])
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	o, err := catalog.Parse("example.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func readers(t testing.TB) (*locale.Locales, []Reader) {
	t.Helper()
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	var all []Reader
	for _, lang := range locale.Languages() {
		all = append(all, Reader{locales.In(lang), catalogtest.Vocabulary()})
	}
	return locales, all
}

// written is one line for each change: path, act and sentence in both languages.
func written(changes []Change, all []Reader) string {
	var b strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&b, "[%s] %s %s\n", c.Section, c.Act, c.Path)
		for _, r := range all {
			fmt.Fprintf(&b, "  %s\n", c.In(r).Sentence)
		}
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	before, after := example(t), example(t)
	later := time.Date(2027, 2, 15, 22, 0, 0, 0, time.UTC)
	after.Kind, after.Status, after.Cost, after.Confidence = catalog.KindTraining, catalog.StatusWaitingList, catalog.CostFee, catalog.ConfidencePartly
	after.KnownAs = append([]string{"Pump check"}, after.KnownAs...)
	after.ReplacedBy = []string{"cisa-cpg"}
	after.Sectors = []string{"electric", "gas"}
	after.CheckedOn, after.ReviewBy = "2026-12-01", ""
	after.MinutesToApply, after.DaysToDecide = 45, 0
	after.Owner = "keeper@example.org"
	after.Provider.Government = !after.Provider.Government
	after.Title.Es = "Revisión del cuarto de bombas"
	after.Window.Closes, after.Window.Seats = later, after.Window.Seats+1200
	after.Apply[0].Fields = append(after.Apply[0].Fields, "state_or_territory")
	after.Apply[0].NoReplyAfterDays += 7
	after.Apply = append(after.Apply, catalog.ApplyRoute{Mode: catalog.ModePhone, To: "+1-555-0100",
		Steps: []catalog.Text{{En: "Call the help line.", Es: "Llame a la línea de ayuda."}}})
	slices.Reverse(after.Criteria)
	after.Criteria[0].Expr, after.Criteria[0].MinEvidence = "available_beds <= 49", eligibility.Register
	after.Criteria = append(after.Criteria, catalog.Criterion{ID: "named", Expr: "has_it_staff", Citation: "Notice 7",
		Title: catalog.Text{En: "Somebody looks after your computers", Es: "Alguien cuida sus computadoras"}})
	after.Tests[0].Facts = map[string]any{"sector": "drinking_water", "population_served": int64(3300), "has_ot": true}
	after.Tests[1].Name = "renamed"
	after.Tests = append(after.Tests[:2:2], after.Tests[3:]...)
	after.Questions[0].Label.En = "Which brands of controllers do you use?"
	after.Sources = nil
	_, all := readers(t)
	got := written(Between(before, after), all) + "\n--- new\n" + written(Between(nil, after), all) + "\n--- gone\n" + written(Between(before, nil), all)
	golden.Check(t, "testdata/difference.golden.txt", got)
}

func TestSameOfferingHasNoDifference(t *testing.T) {
	offerings, err := catalog.ParseFiles(seed.Files)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range append(offerings, example(t)) {
		again, err := catalog.Parse(o.Slug, catalog.Canonical(o))
		if err != nil {
			t.Fatal(err)
		}
		again.Owner = o.Owner
		if changes := Between(o, again); len(changes) > 0 {
			t.Errorf("%s differs from itself: %s", o.Slug, written(changes, nil))
		}
	}
	if changes := Between(nil, nil); changes != nil {
		t.Errorf("nothing differs from nothing: %v", changes)
	}
}

// Every value of an offering that is changed alone is one change, at its own key, with both values; and undone it is the same
// change the other way round.
func TestEachValueIsOneChange(t *testing.T) {
	count := 0
	probe := example(t)
	leaves(reflect.ValueOf(probe).Elem(), "", func(_ string, _ reflect.Value) { count++ })
	if count < 100 {
		t.Fatalf("only %d values: the example is too small to say anything", count)
	}
	_, all := readers(t)
	for n := range count {
		before, after := example(t), example(t)
		at := 0
		leaves(reflect.ValueOf(after).Elem(), "", func(key string, v reflect.Value) {
			if at++; at-1 != n {
				return
			}
			disturb(v)
			changes := Between(before, after)
			if len(changes) != 1 || changes[0].Key != key || changes[0].Act == Moved || changes[0].Before == changes[0].After {
				t.Errorf("%s: %s", key, written(changes, all))
				return
			}
			back := Between(after, before)
			if len(back) != 1 || back[0].Before != changes[0].After || back[0].After != changes[0].Before {
				t.Errorf("%s undone: %s", key, written(back, all))
			}
		})
	}
}

// leaves visits all single values that say something, the words of a list as one.
func leaves(v reflect.Value, key string, visit func(key string, v reflect.Value)) {
	switch {
	case v.Type() == factsType:
		for _, name := range sortedNames(v.Interface().(map[string]any)) {
			if _, text := v.MapIndex(reflect.ValueOf(name)).Interface().(string); text {
				visit(key+"."+name, v)
				return
			}
		}
	case v.Kind() == reflect.Slice:
		if v.Len() > 0 && v.Type().Elem().Kind() != reflect.Struct {
			visit(key, v)
			return
		}
		for i := range v.Len() {
			leaves(v.Index(i), key, visit)
		}
	case v.Kind() == reflect.Struct && v.Type() != timeType:
		for name, field := range tree.Keys(v) {
			leaves(field, strings.TrimPrefix(key+"."+name, "."), visit)
		}
	case !v.IsZero() || v.Kind() == reflect.Bool:
		visit(key, v)
	}
}

// disturb gives a value another one.
func disturb(v reflect.Value) {
	switch {
	case v.Type() == timeType:
		v.Set(reflect.ValueOf(v.Interface().(time.Time).Add(time.Minute)))
	case v.Type() == factsType:
		facts := v.Interface().(map[string]any)
		for _, name := range sortedNames(facts) {
			if text, ok := facts[name].(string); ok {
				facts[name] = text + "x"
				return
			}
		}
	case v.Type() == reflect.TypeFor[eligibility.Evidence]():
		v.SetInt((v.Int() + 1) % 4)
	case v.Kind() == reflect.String:
		v.SetString(v.String() + "x")
	case v.Kind() == reflect.Bool:
		v.SetBool(!v.Bool())
	case v.Kind() == reflect.Int:
		v.SetInt(v.Int() + 1)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.AppendSlice(v.Slice(0, 0), v.Slice(0, v.Len()-1)))
	}
}

// A list is compared by what names its elements: put on top, taken out or moved, an element is one change.
func TestListsAreComparedByName(t *testing.T) {
	before := example(t)
	if len(before.Criteria) < 2 || len(before.Apply[0].Steps) < 1 {
		t.Fatal("the example needs two rules and a step")
	}
	step := func(n string) catalog.Text { return catalog.Text{En: "Step " + n + ".", Es: "Paso " + n + "."} }
	before.Apply[0].Steps = []catalog.Text{step("a"), step("b"), step("c")}
	with := func(edit func(o *catalog.Offering)) *catalog.Offering {
		after := example(t)
		after.Apply[0].Steps = slices.Clone(before.Apply[0].Steps)
		edit(after)
		return after
	}
	for name, c := range map[string]struct {
		edit func(o *catalog.Offering)
		want []string
	}{
		"a rule on top": {func(o *catalog.Offering) {
			o.Criteria = slices.Insert(o.Criteria, 0, catalog.Criterion{ID: "new", Expr: "true"})
		}, []string{"added criteria[1]"}},
		"a rule taken out": {func(o *catalog.Offering) { o.Criteria = o.Criteria[1:] }, []string{"removed criteria[1]"}},
		"a rule renamed":   {func(o *catalog.Offering) { o.Criteria[1].ID = "another" }, []string{"changed criteria[2].id"}},
		"rules turned around": {func(o *catalog.Offering) { o.Criteria[0], o.Criteria[1] = o.Criteria[1], o.Criteria[0] },
			[]string{"moved criteria"}},
		"a step mended in one language": {func(o *catalog.Offering) { o.Apply[0].Steps[1].En = "Step two." },
			[]string{"changed apply[1].steps[2].en"}},
		"a step mended in both": {func(o *catalog.Offering) { o.Apply[0].Steps[1] = step("two") },
			[]string{"changed apply[1].steps[2].en", "changed apply[1].steps[2].es"}},
		"a step between": {func(o *catalog.Offering) { o.Apply[0].Steps = slices.Insert(o.Apply[0].Steps, 1, step("new")) },
			[]string{"added apply[1].steps[2]"}},
		"the same step twice": {func(o *catalog.Offering) { o.Apply[0].Steps = append(o.Apply[0].Steps, step("a")) },
			[]string{"added apply[1].steps[4]"}},
		"steps turned around": {func(o *catalog.Offering) { slices.Reverse(o.Apply[0].Steps) }, []string{"moved apply[1].steps"}},
		"another address":     {func(o *catalog.Offering) { o.Apply[0].To = "elsewhere" }, []string{"changed apply[1].to"}},
		"another mode":        {func(o *catalog.Offering) { o.Apply[0].Mode = catalog.ModeInvitation }, []string{"changed apply[1].mode"}},
	} {
		var got []string
		for _, change := range Between(before, with(c.edit)) {
			if change.Key == "apply.to" && change.Before == "" || change.Key == "apply.to" && name == "another address" {
				change.Act = Changed // the example may say nothing there
			}
			got = append(got, string(change.Act)+" "+change.Path)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// Every key, element and fixed value has its name in words, in both languages; nothing else is asked of the texts.
func TestEveryKeyHasWords(t *testing.T) {
	locales, all := readers(t)
	for _, r := range all {
		for key := range keysOf(reflect.TypeFor[catalog.Offering](), "") {
			name := "difference.field_" + strings.ReplaceAll(key, ".", "_")
			if list, ok := strings.CutSuffix(key, "[]"); ok {
				name = "difference.item_" + strings.ReplaceAll(list, ".", "_")
			}
			if !r.Locale.Has(name) {
				t.Errorf("%s: no text %s for the key %s", r.Locale.Lang(), name, key)
			}
		}
		for _, value := range fixedValues() {
			if _, ok := typeName(r.Locale, reflect.ValueOf(value)); !ok {
				t.Errorf("%s: no text for the value %v of %T", r.Locale.Lang(), value, value)
			}
		}
		for evidence := eligibility.Stated; evidence <= eligibility.Verified; evidence++ {
			if name := (Change{}).show(r, evidence); name == "" {
				t.Errorf("%s: no text for the evidence %v", r.Locale.Lang(), evidence)
			}
		}
		for _, section := range Sections() {
			if !r.Locale.Has("difference.section_" + string(section)) {
				t.Errorf("%s: no text for the section %s", r.Locale.Lang(), section)
			}
		}
	}
	if missing := locales.Missing(); len(missing) > 0 {
		t.Errorf("missing texts: %q", missing)
	}
}

// keysOf yields all keys that a change may name, elements of lists as "list[]".
func keysOf(table reflect.Type, key string) map[string]bool {
	keys := map[string]bool{}
	for member, field := range tree.KeyTypes(table) {
		name := strings.TrimPrefix(key+"."+member, ".")
		inner := field.Type
		switch {
		case inner.Kind() == reflect.Slice && inner.Elem().Kind() == reflect.Struct:
			keys[name], keys[name+"[]"] = true, true
			inner = inner.Elem()
		case inner.Kind() != reflect.Struct || inner == timeType || inner == textType:
			keys[name] = true
			continue
		}
		if inner != textType {
			for more := range keysOf(inner, name) {
				keys[more] = true
			}
		}
	}
	return keys
}

func fixedValues() []any {
	return slices.Concat(anyOf(catalog.Kinds()), anyOf(catalog.Statuses()), anyOf(catalog.Confidences()), anyOf(catalog.Costs()),
		anyOf(catalog.Modes()), anyOf(catalog.QuestionTypes()), anyOf(catalog.Safeguards()), anyOf(catalog.Periods()), anyOf(catalog.TestOutcomes()))
}

func anyOf[T any](values []T) []any {
	var all []any
	for _, v := range values {
		all = append(all, v)
	}
	return all
}

// Between every two listings of the catalog there are words for all that differs, also without a vocabulary.
func TestAnyTwoListingsInWords(t *testing.T) {
	offerings, err := catalog.ParseFiles(seed.Files)
	if err != nil {
		t.Fatal(err)
	}
	locales, all := readers(t)
	all = append(all, Reader{Locale: locales.In("es")})
	for i, o := range offerings {
		other := offerings[(i+1)%len(offerings)]
		changes := Between(o, other)
		if len(changes) < 5 {
			t.Errorf("%s and %s differ in %d things only", o.Slug, other.Slug, len(changes))
		}
		if !slices.IsSortedFunc(changes, func(a, b Change) int {
			return slices.Index(Sections(), a.Section) - slices.Index(Sections(), b.Section)
		}) {
			t.Errorf("%s: not in the order of sections", o.Slug)
		}
		for _, c := range changes {
			for _, r := range all {
				w := c.In(r)
				if w.What == "" || w.Section == "" || w.Sentence == "" || c.before != nil && w.Before == "" || c.after != nil && w.After == "" {
					t.Errorf("%s to %s: %s %s: %+v", o.Slug, other.Slug, c.Act, c.Path, w)
				}
			}
		}
	}
	if missing := locales.Missing(); len(missing) > 0 {
		t.Errorf("missing texts: %q", missing)
	}
}

func TestLongTextsAreQuotedAroundTheDifference(t *testing.T) {
	before, after := example(t), example(t)
	long := strings.Repeat("All of this stays the same. ", 30)
	before.Details.En, after.Details.En = long+"It takes two days. "+long, long+"It takes four long days. "+long
	_, all := readers(t)
	changes := Between(before, after)
	if len(changes) != 1 {
		t.Fatalf("%d changes", len(changes))
	}
	w := changes[0].In(all[0])
	want := `Details (English) now reads "…same. All of this stays the same. It takes four long days. All of this stays the same. All of…" instead of "…same. All of this stays the same. It takes two days. All of this stays the same. All of…".`
	if w.Sentence != want {
		t.Errorf("got  %s\nwant %s", w.Sentence, want)
	}
	if w.Before != before.Details.En || w.After != after.Details.En {
		t.Error("the whole texts are cut")
	}
	endless := strings.Repeat("x", 5000)
	before.Details.En, after.Details.En = endless, endless+"y"
	if w := Between(before, after)[0].In(all[0]); len(w.Sentence) > 1000 {
		t.Errorf("a sentence of %d bytes", len(w.Sentence))
	}
}
