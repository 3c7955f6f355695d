package eligibility

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// ruleFacts are the facts that random rules read.
var ruleFacts = []FactID{
	SectorFact, AdditionalSectorsFact, "has_ot", "static_public_ips", "population_served", "meters", "total_assets", "mwh_sold_per_year",
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

// whole evaluates all of a rule in the CEL engine.
func engineTruth(t interface{ Fatalf(string, ...any) }, v *Vocabulary, p *program, s *state) truth {
	evaluation, err := v.newEvaluation(p.ast.NativeRep())
	if err != nil {
		t.Fatalf("plan: %v", err)
	}
	return evaluation.eval(s)
}

// Our closures and the CEL engine give the same answer for any rule and any partial facts (without intervals).
func TestBothEnginesAgree(t *testing.T) {
	v := vocabularyOf(t)
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(t, rapid.IntRange(0, 3).Draw(t, "depth"))
		p, problem := v.translate(rule)
		if problem != nil {
			t.Fatalf("%s: %v", rule, problem)
		}
		for range 5 {
			facts := drawProfile(t, v, ruleFacts, false)
			s := v.newState(facts, factSet{})
			ours, theirs := p.eval(s), engineTruth(t, v, p, s)
			if ours != theirs {
				t.Fatalf("%s\nwith %v: closures %d, engine %d", rule, facts, ours, theirs)
			}
		}
	})
}

// What an interval decides holds for every number inside it, and what partial facts decide holds whatever else becomes known.
func TestMoreKnowledgeNeverContradicts(t *testing.T) {
	v := vocabularyOf(t)
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(t, rapid.IntRange(0, 3).Draw(t, "depth"))
		p, problem := v.translate(rule)
		if problem != nil {
			t.Fatalf("%s: %v", rule, problem)
		}
		for range 5 {
			narrow, wide := Profile{}, Profile{}
			for id, value := range drawProfile(t, v, ruleFacts, true) {
				if span, number := value.Interval(); number {
					narrow[id] = Decimal(drawInside(t, v, id, span))
				} else {
					narrow[id] = value
				}
				if id == AdditionalSectorsFact || id == SectorFact || rapid.Bool().Draw(t, "keep") {
					wide[id] = value
				}
			}
			if _, ok := narrow[AdditionalSectorsFact]; !ok {
				narrow[AdditionalSectorsFact], wide[AdditionalSectorsFact] = Set(), Set()
			}
			before, after := p.eval(v.newState(wide, factSet{})), p.eval(v.newState(narrow, factSet{}))
			if before != isUnknown && before != after {
				t.Fatalf("%s\n%v says %d, but %v says %d", rule, wide, before, narrow, after)
			}
		}
	})
}

// drawInside draws a number of a fact that lies inside span; the ends are likely.
func drawInside(t *rapid.T, v *Vocabulary, id FactID, span Interval) float64 {
	f, _ := v.Fact(id)
	span = span.Intersect(f.limits())
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

// A decision on intervals and missing facts never turns around when more becomes known, derived facts included.
func TestDecisionsAreMonotonic(t *testing.T) {
	v := vocabularyOf(t)
	r := compileOf(t, Rules{Slug: "x", Sectors: []string{CriticalInfrastructure, "sltt_government"}, Published: true, Criteria: criteriaOf(
		"awia_tier != 'none'", "electric_ownership in ['cooperative', 'municipal'] || mwh_sold_per_year < 40",
		"is_us_based || population_served <= 100", "govt_type == 'none' || meters > 50")})
	facts := []FactID{SectorFact, "ownership_type", "population_served", "pws_type", "meters", "mwh_sold_per_year", "state_or_territory"}
	rapid.Check(t, func(t *rapid.T) {
		more := drawProfile(t, v, facts, false)
		less := Profile{}
		for id, value := range more {
			switch number, ok := value.Number(); {
			case id == SectorFact: // a known sector settles the other sectors, too
				less[id] = value
			case ok && rapid.Bool().Draw(t, "band"):
				less[id] = Between(Range(number-float64(rapid.IntRange(0, 40).Draw(t, "down")), number+40))
			case rapid.Bool().Draw(t, "keep"):
				less[id] = value
			}
		}
		before, after := r.Decide(less), r.Decide(more)
		for i := range before.Criteria {
			if was, is := before.Criteria[i].Result, after.Criteria[i].Result; was != Unknown && was != is {
				t.Fatalf("%s: %s with %v, but %s with %v", before.Criteria[i].ID, was, less, is, more)
			}
		}
		if before.Outcome != Unknown && before.Outcome != after.Outcome {
			t.Fatalf("%s with %v, but %s with %v", before.Outcome, less, after.Outcome, more)
		}
	})
}

func TestIntervalComparisons(t *testing.T) {
	band := `{"population_served":{"min":501,"max":3300},"mwh_sold_per_year":{"over":100,"below":200},"meters":{"min":10}}`
	cases := map[string]Result{
		"population_served <= 3300": Met, "population_served < 3301": Met, "population_served < 3300": Unknown, "population_served <= 500": Unmet,
		"population_served > 500": Met, "population_served >= 501": Met, "population_served > 501": Unknown, "population_served >= 3301": Unmet,
		"population_served > 3300": Unmet, "3300 >= population_served": Met, "501 <= population_served": Met, "population_served < 500.5": Unmet,
		"mwh_sold_per_year > 100": Met, "mwh_sold_per_year >= 100": Met, "mwh_sold_per_year <= 100": Unmet, "mwh_sold_per_year < 200": Met,
		"mwh_sold_per_year >= 200": Unmet, "mwh_sold_per_year > 150": Unknown, "mwh_sold_per_year < population_served": Met,
		"meters >= 10": Met, "meters < 10": Unmet, "meters <= 10": Unknown, "meters > 9": Met,
		"population_served == 400": Unknown, "population_served != 400": Unknown, "population_served in [1, 2]": Unknown,
		"population_served + 1 > 0": Unknown, "population_served >= 0": Met, "population_served > mwh_sold_per_year": Met,
		"population_served <= 3300 && meters >= 10": Met, "population_served > 5000 || meters >= 10": Met,
	}
	for rule, want := range cases {
		if got := rulesOf(t, rule).Decide(factsOf(t, band)).Criteria[0].Result; got != want {
			t.Errorf("%s: %s, want %s", rule, got, want)
		}
	}
	point := Profile{"population_served": Between(Range(400, 400))}
	for rule, want := range map[string]Result{"population_served == 400": Met, "population_served in [1, 2]": Unmet, "population_served + 1 > 400": Met} {
		if got := rulesOf(t, rule).Decide(point).Criteria[0].Result; got != want {
			t.Errorf("one point: %s: %s, want %s", rule, got, want)
		}
	}
	// "500 or fewer" of a fact that starts at 0 is 0 to 500.
	if got := rulesOf(t, "population_served >= 0").Decide(Profile{"population_served": Between(AtMost(500))}).Outcome; got != Eligible {
		t.Errorf("the limits of the fact were not used: %s", got)
	}
}

// Whole numbers that float64 does not hold exactly are left to the engine.
func TestLargeLiteralsAreExact(t *testing.T) {
	facts := Profile{"total_assets": Int(1<<53 - 1)}
	for rule, want := range map[string]Outcome{
		"total_assets + 2 == 9007199254740993": Eligible, "total_assets >= 9007199254740992": Ineligible, "total_assets < 9007199254740992": Eligible,
		"total_assets in [9007199254740992]": Ineligible, "total_assets == 9007199254740991": Eligible,
	} {
		if got := rulesOf(t, rule).Decide(facts).Outcome; got != want {
			t.Errorf("%s: %s, want %s", rule, got, want)
		}
	}
}

func TestEngineErrorIsUnknownAndReported(t *testing.T) {
	r := rulesOf(t, "meters / population_served > 2", "memberships[5] == 'awwa'", "msp_name.matches(legal_name)",
		"meters / population_served > 2 || has_ot", "meters > 2")
	d := r.Decide(factsOf(t, `{"meters":10,"population_served":0,"memberships":[],"msp_name":"x","legal_name":"(","has_ot":true}`))
	for i, broken := range []bool{true, true, true, false, false} {
		criterion := d.Criteria[i]
		if broken != (criterion.Result == Unknown) || broken != (criterion.Err != nil) {
			t.Errorf("%s: %s, error %v", criterion.ID, criterion.Result, criterion.Err)
		}
	}
	if d.Outcome != Unknown {
		t.Errorf("outcome %s", d.Outcome)
	}
}

func TestCostLimitStopsAnExpensiveRule(t *testing.T) {
	items := make([]string, itemLimit)
	for i := range items {
		items[i] = strings.Repeat("x", 3000) + fmt.Sprint(i)
	}
	d := rulesOf(t, "named_users.all(u, u.matches('(x+x+)+y') || u != '')").Decide(Profile{"named_users": List(items...)})
	if d.Criteria[0].Result != Unknown || d.Criteria[0].Err == nil {
		t.Errorf("%s, %v", d.Criteria[0].Result, d.Criteria[0].Err)
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
	v, err := standard()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, rule, facts string) {
		ruleset, err := v.Compile(Rules{Slug: "fuzz", Sectors: []string{AnySector}, Published: true, Criteria: []Criterion{{ID: "c", Expr: rule}}})
		if err != nil {
			var problem *CompileError
			if !errors.As(err, &problem) || problem.Message == "" {
				t.Fatalf("error %v is no CompileError", err)
			}
			return
		}
		p, err := v.ParseFacts([]byte(facts))
		if err != nil {
			p = Profile{}
		}
		d := ruleset.Decide(p)
		if d.Criteria[0].Err != nil && d.Criteria[0].Result != Unknown {
			t.Fatalf("an error became %s", d.Criteria[0].Result)
		}
		Explain(ruleset, d, "es")
		NextQuestion([]*Ruleset{ruleset}, p, nil)
		for id, value := range p {
			if value.IsBand() {
				delete(p, id)
			}
		}
		s := v.newState(p, factSet{})
		compiled := ruleset.criteria[0].program
		if ours, theirs := compiled.eval(s), engineTruth(t, v, compiled, s); ours != theirs {
			t.Fatalf("%s with %s: closures %d, engine %d", rule, facts, ours, theirs)
		}
	})
}
