package eligibility

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// drawAnswer draws an answer to a question, numbers now and then as a band.
func drawAnswer(t *rapid.T, f Fact) Value {
	switch {
	case f.Type == TypeBool:
		return Bool(rapid.Bool().Draw(t, "flag"))
	case f.Type == TypeEnum:
		return String(rapid.SampledFrom(f.ValueNames()).Draw(t, "value"))
	case f.Type == TypeSet:
		return Set(rapid.SliceOfN(rapid.SampledFrom(f.ValueNames()), 0, 4).Draw(t, "items")...)
	case f.Type.Numeric():
		low := float64(rapid.IntRange(0, 200).Draw(t, "number"))
		if rapid.Bool().Draw(t, "band") {
			return Between(Range(low, low+float64(rapid.IntRange(0, 100).Draw(t, "width"))))
		}
		return Decimal(low)
	}
	return Value{}
}

// Facts of any kind are decided, explained and asked about without a gap in the texts.
func FuzzDecide(f *testing.F) {
	f.Add([]byte(`{"sector":"other","additional_sectors":["gas"],"population_served":{"over":2},"ownership_type":"government_local"}`))
	f.Add([]byte(`{"additional_sectors":["other"],"govt_type":"county","ownership_type":"nonprofit","meters":0,"population_served":0}`))
	v, err := standard()
	if err != nil {
		f.Fatal(err)
	}
	var rules []*Ruleset
	for _, c := range explained(f) {
		rules = append(rules, compileOf(f, c.rules))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := v.ParseFacts(text)
		if err != nil {
			return
		}
		for i, d := range DecideAll(rules, p) {
			for _, reason := range Explain(rules[i], d, "es") {
				if strings.Contains(reason.Sentence, "  ") || reason.Sentence == "" {
					t.Fatalf("%s of %s: %q", reason.ID, d.Slug, reason.Sentence)
				}
			}
		}
		if question, more := NextQuestion(rules, p, nil); more && p[question.Fact].Resolved() {
			t.Fatalf("asks for %s, which is %v", question.Fact, p[question.Fact])
		}
	})
}

// A decision on intervals and missing facts never turns around when more becomes known, derived facts included.
func TestDecisionsAreMonotonic(t *testing.T) {
	v := vocabularyOf(t)
	r := compileOf(t, Rules{Slug: "x", Sectors: []string{CriticalInfrastructure, "sltt_government"}, Published: true, Criteria: criteriaOf(
		"awia_tier != 'none'", "electric_ownership in ['cooperative', 'municipal'] || mwh_sold_per_year < 40",
		"is_us_based || population_served <= 100", "govt_type == 'none' || meters > 50")})
	facts := []FactID{SectorFact, "ownership_type", "population_served", "pws_type", "meters", "mwh_sold_per_year", "state_or_territory"}
	rapid.Check(t, func(t *rapid.T) {
		more := Profile{}
		for _, id := range facts {
			if f, _ := v.Fact(id); rapid.Bool().Draw(t, string(id)) {
				more[id] = drawAnswer(t, f)
			}
		}
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
		if got := rulesOf(t, rule).Decide(factsOf(t, band)).Criteria[0]; got.Result != want || got.Err != nil {
			t.Errorf("%s: %s (%v), want %s", rule, got.Result, got.Err, want)
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
		"meters / population_served > 2 || has_ot", "meters > 2", "static_public_ips")
	d := r.Decide(factsOf(t, `{"meters":10,"population_served":0,"memberships":[],"msp_name":"x","legal_name":"(","has_ot":true}`))
	for i, broken := range []bool{true, true, true, false, false} {
		criterion := d.Criteria[i]
		if broken != (criterion.Result == Unknown) || broken != (criterion.Err != nil) {
			t.Errorf("%s: %s, error %v", criterion.ID, criterion.Result, criterion.Err)
		}
	}
	if last := d.Criteria[5]; d.Outcome != Unknown || last.Result != Unknown || last.Err != nil {
		t.Errorf("outcome %s, not answered: %s (%v)", d.Outcome, last.Result, last.Err)
	}
}

func TestCostLimitStopsAnExpensiveRule(t *testing.T) {
	items := make([]string, 500)
	for i := range items {
		items[i] = strings.Repeat("x", 3000) + fmt.Sprint(i)
	}
	d := rulesOf(t, "named_users.all(u, u.matches('(x+x+)+y') || u != '')").Decide(Profile{"named_users": List(items...)})
	if d.Criteria[0].Result != Unknown || d.Criteria[0].Err == nil {
		t.Errorf("%s, %v", d.Criteria[0].Result, d.Criteria[0].Err)
	}
}
