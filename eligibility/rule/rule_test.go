package rule

import (
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"cel.dev/cel-go/cel"
	"pgregory.net/rapid"

	"accessdesk/eligibility/fact"
)

var standard = sync.OnceValues(func() (*Language, error) {
	facts, err := os.ReadFile("../facts.toml")
	if err != nil {
		return nil, err
	}
	reasons, err := os.ReadFile("../reasons.toml")
	if err != nil {
		return nil, err
	}
	v, err := fact.Load(facts, reasons)
	if err != nil {
		return nil, err
	}
	return New(v)
})

// languageOf gives the language of the product's vocabulary, which all tests share.
func languageOf(t testing.TB) *Language {
	t.Helper()
	l, err := standard()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// drawFacts draws values for some of the given facts, numbers as bands if wanted.
func drawFacts(t *rapid.T, l *Language, ids []fact.ID, bands bool) fact.Profile {
	p := fact.Profile{}
	for _, id := range ids {
		if rapid.Bool().Draw(t, string(id)) {
			p[id] = drawValue(t, l, id, bands)
		}
	}
	return p
}

func drawValue(t *rapid.T, l *Language, id fact.ID, bands bool) fact.Value {
	f, _ := l.facts.Fact(id)
	switch {
	case f.Type == fact.TypeBool:
		return fact.Bool(rapid.Bool().Draw(t, "flag"))
	case f.Type == fact.TypeEnum:
		return fact.String(rapid.SampledFrom(f.ValueNames()).Draw(t, "value"))
	case f.Type == fact.TypeSet:
		return fact.Set(rapid.SliceOfN(rapid.SampledFrom(f.ValueNames()), 0, 4).Draw(t, "items")...)
	case f.Type == fact.TypeDate:
		return fact.String(rapid.SampledFrom([]string{"2025-12-31", "2026-11-22", "2027-02-28"}).Draw(t, "date"))
	case !f.Type.Numeric():
		return fact.String(rapid.StringN(1, 12, -1).Draw(t, "text"))
	}
	low, high := drawNumber(t, f), drawNumber(t, f)
	if !bands || rapid.IntRange(0, 2).Draw(t, "exact") == 0 {
		return fact.Decimal(low)
	}
	span := fact.Interval{Low: min(low, high), High: max(low, high), LowOpen: rapid.Bool().Draw(t, "open"), HighOpen: rapid.Bool().Draw(t, "below")}
	switch rapid.IntRange(0, 3).Draw(t, "bounds") {
	case 0:
		span.Low = math.Inf(-1)
	case 1:
		span.High = math.Inf(1)
	}
	if span = f.Canonical(span); span.Empty() || !f.Holds(span) {
		return fact.Decimal(low)
	}
	return fact.Between(span)
}

// drawNumber draws a number that the fact allows, around those that random rules name.
func drawNumber(t *rapid.T, f fact.Fact) float64 {
	limits := f.Limits()
	low, high := int(max(limits.Low, -50)), int(min(limits.High, 200))
	if f.Type.Whole() {
		return float64(rapid.IntRange(low, high).Draw(t, "number"))
	}
	return float64(rapid.IntRange(low*4, high*4).Draw(t, "quarters")) / 4
}

// ruleFacts are the facts that random rules read.
var ruleFacts = []fact.ID{
	fact.Sector, fact.AdditionalSectors, "has_ot", "static_public_ips", "population_served", "meters", "total_assets", "mwh_sold_per_year",
	"avg_los_hours", "hospital_type", "ownership_type", "memberships", "sam_expires_on", "msp_name",
}

// drawRule draws the text of a rule: what the closures cover and what is left to the engine, also rules that fail when evaluated.
func drawRule(t *rapid.T, depth int) string {
	if depth > 0 {
		a, b := drawRule(t, depth-1), ""
		switch rapid.IntRange(0, 7).Draw(t, "shape") {
		case 0, 1:
			b = drawRule(t, depth-1)
			return "(" + a + " && " + b + ")"
		case 2, 3:
			b = drawRule(t, depth-1)
			return "(" + a + " || " + b + ")"
		case 4:
			return "!(" + a + ")"
		case 5:
			b = drawRule(t, depth-1)
			return "(" + a + " ? " + b + " : " + drawRule(t, depth-1) + ")"
		case 6:
			b = drawRule(t, depth-1)
			return "(" + a + ") == (" + b + ")"
		}
		return a
	}
	return drawAtom(t)
}

func drawAtom(t *rapid.T) string {
	one := func(label string, items ...string) string { return rapid.SampledFrom(items).Draw(t, label) }
	order := one("order", "<", "<=", ">", ">=")
	whole := one("whole", "population_served", "meters", "total_assets")
	decimal := one("decimal", "mwh_sold_per_year", "avg_los_hours")
	number := fmt.Sprint(rapid.IntRange(-5, 120).Draw(t, "n"))
	hospital := one("hospital", "'cah'", "'reh'", "'acute_pps'")
	group := one("group", "'ms_isac'", "'awwa'", "'nreca'")
	return one("atom",
		"has_ot", "static_public_ips", "true", "false", "has_ot == static_public_ips", "has_ot != true",
		whole+" "+order+" "+number, number+" "+order+" "+whole, whole+" "+order+" "+number+".5", whole+" == "+number, whole+" != "+number,
		decimal+" "+order+" "+number, decimal+" "+order+" "+number+".25", decimal+" == "+number+".0", decimal+" "+order+" "+whole,
		whole+" in ["+number+", 7]", decimal+" in [1.0, 2.5]", "meters "+order+" population_served", "meters == population_served",
		"hospital_type == "+hospital, "hospital_type != "+hospital, hospital+" == hospital_type", "hospital_type in ["+hospital+", 'fqhc']",
		"sector == 'electric'", "ownership_type in []", "sector in ['gas', 'health']",
		group+" in memberships", "'electric' in additional_sectors", "sector in additional_sectors", "!("+group+" in memberships)",
		"runs('electric')", `runs("drinking_water")`, "runs('critical_infrastructure')", "runs('other')",
		"sam_expires_on "+order+" '2026-11-22'", "sam_expires_on == '2026-11-22'",
		"9223372036854775807 "+order+" total_assets",
		// Left to the engine.
		whole+" + 1 "+order+" "+number, "meters * 2 "+order+" population_served", "meters / population_served "+order+" 1", "meters % 2 == 0",
		"size(memberships) "+order+" 1", "memberships == []", "memberships.exists(m, m == "+group+")", "memberships.all(m, m in ['awwa'])",
		"msp_name.startsWith('A')", "msp_name.contains(msp_name)", "msp_name.matches('[a-z]+')", "hospital_type.endsWith('h')",
		"(has_ot ? meters : population_served) "+order+" "+number, "double(meters) == mwh_sold_per_year", "-meters "+order+" -3",
		"memberships[0] == 'awwa'", "[1, 2, 3].exists(n, n == meters)", "int(avg_los_hours) == meters", "string(meters) == '7'", "has_ot in [true]",
	)
}

// engineTruth evaluates all of an expression in the CEL engine, with the values of the profile itself and not with those cells
// that the closures read.
func engineTruth(t rapid.TB, l *Language, e *Expression, s *State) Truth {
	evaluation, err := l.newEvaluation(e.checked.NativeRep())
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	known := map[string]any{}
	var unknown []*cel.AttributePatternType
	for i := range evaluation.variables {
		v := &evaluation.variables[i]
		native := runsByHand(l, s, v.name)
		if v.fact >= 0 {
			native = valueByHand(l, v.fact, s.values[v.fact])
		}
		if native == nil {
			unknown = append(unknown, v.pattern)
			continue
		}
		known[v.name] = native
	}
	return evaluation.answer(s, known, unknown)
}

func valueByHand(l *Language, place int, value fact.Value) any {
	if !value.Resolved() {
		return nil
	}
	if yes, ok := value.Bool(); ok {
		return yes
	}
	if said, ok := value.Text(); ok {
		return said
	}
	if amount, ok := value.Number(); ok && l.facts.At(place).Type.Whole() {
		return int64(amount)
	} else if ok {
		return amount
	}
	list, _ := value.Items()
	return list
}

// runsByHand decides the hidden variable of runs("...") as the documentation says it; nil: unknown, or no such variable.
func runsByHand(l *Language, s *State, name string) any {
	sector, _ := strings.CutPrefix(name, runsVariable)
	main, known := s.values[l.sector].Text()
	runs := func(sector string) bool { return known && main == sector || s.values[l.additional].Has(sector) }
	switch {
	case runs(sector), sector == fact.CriticalInfrastructure && slices.ContainsFunc(criticalSectors[:], runs):
		return true
	case !known, sector == fact.CriticalInfrastructure && runs(OtherSector):
		return nil
	}
	return false
}

// Our closures and the CEL engine give the same answer for any rule and any partial facts (without intervals).
func TestBothEnginesAgree(t *testing.T) {
	l := languageOf(t)
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(t, rapid.IntRange(0, 3).Draw(t, "depth"))
		e, problem := l.translate(rule)
		if problem != nil {
			t.Fatalf("%s: %v", rule, problem)
		}
		for range 5 {
			facts := drawFacts(t, l, ruleFacts, false)
			s := l.State(facts)
			ours, theirs := e.Eval(s), engineTruth(t, l, e, s)
			if ours != theirs {
				t.Fatalf("%s\nwith %v: closures %d, engine %d", rule, facts, ours, theirs)
			}
			alike(t, l, e, facts)
		}
	})
}

// What an interval decides holds for every number inside it, and what partial facts decide holds whatever else becomes known.
func TestMoreKnowledgeNeverContradicts(t *testing.T) {
	l := languageOf(t)
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(t, rapid.IntRange(0, 3).Draw(t, "depth"))
		e, problem := l.translate(rule)
		if problem != nil {
			t.Fatalf("%s: %v", rule, problem)
		}
		for range 5 {
			narrow, wide := fact.Profile{}, fact.Profile{}
			for id, value := range drawFacts(t, l, ruleFacts, true) {
				if span, number := value.Interval(); number {
					narrow[id] = fact.Decimal(drawInside(t, l, id, span))
				} else {
					narrow[id] = value
				}
				if id == fact.AdditionalSectors || id == fact.Sector || rapid.Bool().Draw(t, "keep") {
					wide[id] = value
				}
			}
			if _, ok := narrow[fact.AdditionalSectors]; !ok {
				narrow[fact.AdditionalSectors], wide[fact.AdditionalSectors] = fact.Set(), fact.Set()
			}
			before, after := e.Eval(l.State(wide)), e.Eval(l.State(narrow))
			if before != Unknown && before != after {
				t.Fatalf("%s\n%v says %d, but %v says %d", rule, wide, before, narrow, after)
			}
		}
	})
}

// drawInside draws a number of a fact that lies inside span; the ends are likely.
func drawInside(t *rapid.T, l *Language, id fact.ID, span fact.Interval) float64 {
	f, _ := l.facts.Fact(id)
	span = span.Intersect(f.Limits())
	low, high := span.Low, span.High
	if math.IsInf(low, 0) {
		low = high - 300
	}
	if math.IsInf(high, 0) {
		high = low + 300
	}
	step := 1.0
	if !f.Type.Whole() {
		step = 1.0 / 64
	}
	number := low + step*float64(rapid.IntRange(0, int((high-low)/step)).Draw(t, "inside"))
	switch {
	case span.Contains(number):
		return number
	case span.Contains(number + step):
		return number + step
	case span.Contains(number - step):
		return number - step
	}
	return (span.Low + span.High) / 2
}

// The facts that a trail names are the ones that decided: with them alone the answer is the same, and what keeps a rule open is
// really unknown.
func TestTrailsNameWhatDecided(t *testing.T) {
	l := languageOf(t)
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(t, rapid.IntRange(0, 3).Draw(t, "depth"))
		e, problem := l.translate(rule)
		if problem != nil {
			t.Fatalf("%s: %v", rule, problem)
		}
		facts := drawFacts(t, l, ruleFacts, true)
		s := l.State(facts)
		result, trail := e.Eval(s), e.Trace(s)
		if result == Unknown {
			for _, place := range trail.Pending.List() {
				if value := s.Value(place); value.Resolved() || !slices.Contains(e.Facts(), place) {
					t.Fatalf("%s with %v waits for %s", rule, facts, l.facts.At(place).ID)
				}
			}
			return
		}
		only := fact.Profile{}
		for _, place := range trail.Decisive.List() {
			id := l.facts.At(place).ID
			only[id] = s.Value(place).From(fact.Stated, "")
		}
		if got := e.Eval(l.State(only)); got != result {
			t.Fatalf("%s with %v is %d, but with what decided it, %v, it is %d", rule, facts, result, only, got)
		}
	})
}

func TestExpressionsAreKeptByText(t *testing.T) {
	l := languageOf(t)
	first, err := l.Expression("meters > 12345")
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := l.Expression("meters > 12345"); again != first {
		t.Error("the same text was compiled twice")
	}
	full, err := New(l.facts)
	if err != nil {
		t.Fatal(err)
	}
	for i := range compiledLimit {
		full.compiled[fmt.Sprint(i)] = first
	}
	if _, err := full.Expression("meters > 1"); err != nil || len(full.compiled) != 1 {
		t.Errorf("%d expressions kept after the limit (%v)", len(full.compiled), err)
	}
}

func TestWhatAnExpressionReads(t *testing.T) {
	l := languageOf(t)
	for text, want := range map[string][]fact.ID{
		"true": {}, "meters > 1 && (has_ot || meters < 5)": {"meters", "has_ot"}, "runs('gas')": {"sector", "additional_sectors"},
		"memberships.exists(m, m == msp_name)": {"memberships", "msp_name"},
	} {
		e, err := l.Expression(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := l.facts.IDs(e.Facts()); !slices.Equal(got, want) {
			t.Errorf("%s reads %v, want %v", text, got, want)
		}
	}
	e, err := l.Expression("50 > meters || meters == 3 || meters + 1 > 2 || meters >= population_served")
	if err != nil {
		t.Fatal(err)
	}
	meters, _ := l.facts.Index("meters")
	people, _ := l.facts.Index("population_served")
	want := []Comparison{{meters, "<", 50}, {Fact: meters}, {Fact: meters}, {Fact: meters}, {Fact: people}}
	if !reflect.DeepEqual(e.Comparisons(), want) {
		t.Errorf("comparisons %v, want %v", e.Comparisons(), want)
	}
}

// A given number or band agrees with a derived number that lies in it.
func TestDerivedNumberAndGivenBand(t *testing.T) {
	facts, err := os.ReadFile("../facts.toml")
	if err != nil {
		t.Fatal(err)
	}
	reasons, err := os.ReadFile("../reasons.toml")
	if err != nil {
		t.Fatal(err)
	}
	facts = append(facts, []byte("\n[[fact]]\nid = \"grade\"\ntype = \"int\"\nask = \"never\"\nlabel = { en = \"Grade\", es = \"Grado\" }\nderive = [{ when = \"meters > 100\", value = 3 }]\n")...)
	v, err := fact.Load(facts, reasons)
	if err != nil {
		t.Fatal(err)
	}
	l, err := New(v)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		given fact.Value
		want  fact.Value
		fits  bool
	}{
		{fact.Value{}, fact.Int(3), true}, {fact.Int(3), fact.Int(3), true}, {fact.Int(4), fact.Int(4), false},
		{fact.Between(fact.Range(2, 5)), fact.Between(fact.Range(2, 5)), true}, {fact.Between(fact.AtLeast(4)), fact.Between(fact.AtLeast(4)), false},
	} {
		p := fact.Profile{"meters": fact.Int(200)}
		if c.given.Known() {
			p["grade"] = c.given
		}
		s := l.State(p)
		if got := s.Profile()["grade"]; !got.Equal(c.want) || c.fits != (len(s.Contradictions()) == 0) {
			t.Errorf("given %v: %v, contradictions %v", c.given, got, s.Contradictions())
		}
	}
}

func TestSectorListRefusesWhatItDoesNotKnow(t *testing.T) {
	_, err := languageOf(t).SectorList([]string{"gas", "drinking_watr"})
	var problem *Error
	if !errors.As(err, &problem) || !strings.Contains(err.Error(), `"drinking_water"`) {
		t.Errorf("%v", err)
	}
}

func FuzzRules(f *testing.F) {
	for _, rule := range []string{
		"population_served <= 10000 || meters <= 10000", "runs('electric') && !(ownership_type in ['investor_owned'])", "hospital_type == 'cha'",
		"memberships.exists(m, m == 'awwa')", "1 / meters == 2 ? has_ot : true", "sector == 'watr'", "'\\xff' in memberships", "meters", "((((",
		"size([1,2].map(x, x * meters)) > 1", "runs(sector)", ".sector == 'gas'", "{'a': has_ot}['a']", "timestamp('2026-01-01T00:00:00Z').getFullYear() > meters",
		"dyn(meters) == 'x'", "type(meters) == int", "has(meters.x)", "b'a' == b'a' && has_ot", "meters in {1: true}", "cel.bind(x, 1, x > meters)",
	} {
		f.Add(rule, `{"meters":3,"sector":"gas","memberships":["awwa"],"population_served":{"max":9}}`)
	}
	l, err := standard()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, rule, facts string) {
		e, err := l.Expression(rule)
		if err != nil {
			var problem *Error
			if !errors.As(err, &problem) || problem.Message == "" {
				t.Fatalf("error %v is no Error", err)
			}
			return
		}
		p, err := l.facts.ParseFacts([]byte(facts))
		if err != nil {
			p = fact.Profile{}
		}
		e.Trace(l.State(p))
		for id, value := range p {
			if value.IsBand() {
				delete(p, id)
			}
		}
		s := l.State(p)
		if ours, theirs := e.Eval(s), engineTruth(t, l, e, s); ours != theirs {
			t.Fatalf("%s with %s: closures %d, engine %d", rule, facts, ours, theirs)
		}
		alike(t, l, e, p)
	})
}
