package eligibility

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// atoms are conditions over facts of every kind that the check asks for; "has_ot == has_public_web_app" is decided by no single
// answer.
var atoms = []string{"is_us_based", "ownership_type == 'cooperative'", "population_served <= 500", "population_served > 3300", "has_ot",
	"uses_microsoft_365", "static_public_ips", "zero_data_retention", "'ms_isac' in memberships", "memberships == []",
	"hospital_type in ['cah', 'reh']", "available_beds <= 49", "electric_ownership == 'municipal'", "mwh_sold_per_year < 100.5",
	"awia_tier != 'none'", "govt_type == 'county'", "total_assets + 5 > 1000", "has_ot == has_public_web_app", "ruca_code > 3", "legal_name != ''"}

// drawRules draws up to five offerings of up to three criteria.
func drawRules(t *rapid.T) []*Ruleset {
	var rules []*Ruleset
	for range rapid.IntRange(1, 5).Draw(t, "offerings") {
		var expressions []string
		for range rapid.IntRange(1, 3).Draw(t, "criteria") {
			parts := rapid.SliceOfN(rapid.SampledFrom(atoms), 1, 3).Draw(t, "atoms")
			if rapid.Bool().Draw(t, "not") {
				parts[0] = "!(" + parts[0] + ")"
			}
			expressions = append(expressions, strings.Join(parts, rapid.SampledFrom([]string{" && ", " || "}).Draw(t, "joined")))
		}
		sectors := rapid.SampledFrom([][]string{{AnySector}, {"electric"}, {"drinking_water", "health"}, {CriticalInfrastructure}}).Draw(t, "sectors")
		rules = append(rules, compileOf(t, Rules{Slug: "drawn", Sectors: sectors, Criteria: criteriaOf(expressions...), Published: rapid.IntRange(0, 4).Draw(t, "unpublished") > 0}))
	}
	return rules
}

// everyAnswer lists answers to a question far beyond those that the package weighs: numbers one by one and around every size.
func everyAnswer(f Fact) []Value {
	var all []Value
	switch {
	case f.Type == TypeBool:
		return []Value{Bool(true), Bool(false)}
	case f.Type == TypeEnum:
		for _, name := range f.ValueNames() {
			all = append(all, String(name))
		}
	case f.Type == TypeSet:
		for _, one := range f.ValueNames() {
			for _, other := range f.ValueNames() {
				all = append(all, Set(one, other))
			}
		}
		return append(all, Set())
	case f.Type.Numeric():
		for _, near := range []float64{0, 50, 100, 500, 995, 3300, 50_000, 100_000, 1e12} {
			for number := near - 6; number <= near+6; number++ {
				if f.Holds(Exactly(number)) {
					all = append(all, Decimal(number))
				}
			}
		}
	}
	return all
}

func outcomesOf(decisions []Decision) []Outcome {
	var all []Outcome
	for _, d := range decisions {
		all = append(all, d.Outcome)
	}
	return all
}

// A question whose every answer leaves all outcomes as they are is never asked. The sector alone is asked all the same: it says
// which questions make sense. So it is whatever the shares of answers are: one that nobody in the registers gives is possible.
func TestEveryQuestionCanChangeAnOutcome(t *testing.T) {
	v := vocabularyOf(t)
	rapid.Check(t, func(t *rapid.T) {
		rules := drawRules(t)
		q := Inquiry{Rules: rules, Shares: drawShares(t, v)}
		if rapid.Bool().Draw(t, "picked") { // from a register
			q.Facts = Profile{SectorFact: String("electric").From(Register, "eia861"), "ownership_type": String("cooperative").From(Register, "eia861")}
		}
		walkInquiry(t, q, func(id FactID) Value {
			f, _ := v.Fact(id)
			if rapid.IntRange(0, 3).Draw(t, "skip") == 0 {
				return Value{}
			}
			return drawAnswer(t, f)
		}, func(q Question, p Profile) {
			f, _ := v.Fact(q.Fact)
			before := outcomesOf(DecideAll(rules, p))
			changes := slices.ContainsFunc(everyAnswer(f), func(answer Value) bool {
				return !slices.Equal(before, outcomesOf(DecideAll(rules, answered(p, q.Fact, answer))))
			})
			if !changes && q.Fact != SectorFact {
				t.Fatalf("%s is asked, and no answer changes anything, with %v", q.Fact, p)
			}
		})
	})
}

// What the check leaves to the results decides less than its effort: counted from the decisions, answer by answer.
func TestWhatIsLeftDecidesLessThanItsEffort(t *testing.T) {
	v := vocabularyOf(t)
	rapid.Check(t, func(t *rapid.T) {
		rules := drawRules(t)
		p, asked := Profile{}, map[FactID]bool{}
		for {
			question, more := NextQuestion(rules, p, asked)
			if !more {
				break
			}
			asked[question.Fact] = true
			f, _ := v.Fact(question.Fact)
			if value := drawAnswer(t, f); value.Known() && rapid.IntRange(0, 3).Draw(t, "skip") > 0 {
				p[question.Fact] = value
			}
		}
		before := DecideAll(rules, p)
		for _, f := range v.Facts() {
			missing := slices.ContainsFunc(before, func(d Decision) bool { return slices.Contains(d.Questions, f.ID) })
			if f.Type != TypeBool && f.Type != TypeEnum || asked[f.ID] || !missing {
				continue
			}
			possible, decided := everyAnswer(f), 0
			for _, answer := range possible {
				for i, d := range DecideAll(rules, answered(p, f.ID, answer)) {
					if before[i].Outcome == Unknown && d.Outcome != Unknown {
						decided++
					}
				}
			}
			share := float64(decided) / float64(len(possible))
			if least := efforts[f.Effort]; slices.Contains(firstQuestions, f.ID) && decided > 0 || share >= least {
				t.Fatalf("%s is left; it decides %v offerings and weighs %v, with %v", f.ID, share, least, p)
			}
		}
	})
}
