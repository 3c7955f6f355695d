package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"accessdesk/catalog"
	"accessdesk/catalog/position"
	"accessdesk/eligibility"
)

// tests runs the worked examples of the offering and looks whether they stand on both sides of each threshold.
func (c *checker) tests(rules *eligibility.Ruleset) {
	o := c.offering
	if len(o.Tests) == 0 {
		c.report("tests", "missing; add [[tests]] with name, facts and outcome, so that a slip in the criteria shows")
	}
	profiles := make([]eligibility.Profile, len(o.Tests))
	seen, readable := map[string]bool{}, true
	for i, test := range o.Tests {
		path := position.Element("tests", i+1)
		if c.given(path+".name", test.Name) && seen[test.Name] {
			c.report(path+".name", "a test before this one is called %q too", test.Name)
		}
		seen[test.Name] = true
		profile, ok := c.profile(path+".facts", test.Facts)
		readable = readable && ok
		if !c.given(path+".outcome", string(test.Outcome)) || !ok {
			continue
		}
		profiles[i] = profile
		decision := rules.Decide(profile)
		if string(decision.Outcome) != string(test.Outcome) {
			c.report(path+".outcome", "test %q: expected %s, got %s: %s", test.Name, test.Outcome, decision.Outcome, c.why(decision))
		}
	}
	if readable { // else a threshold might only seem to lack a test
		c.thresholds(rules, profiles)
	}
}

// profile reads the facts of a test.
func (c *checker) profile(path string, facts map[string]any) (eligibility.Profile, bool) {
	if facts == nil {
		facts = map[string]any{}
	}
	text, err := json.Marshal(facts)
	if err == nil {
		var profile eligibility.Profile
		if profile, err = c.vocabulary.ParseFacts(text); err == nil {
			return profile, true
		}
	}
	var wrong *eligibility.FactError
	if errors.As(err, &wrong) && wrong.Fact != "" {
		path = position.Join(path, string(wrong.Fact))
	}
	c.add(path, Problem{Text: err.Error(), word: "fact_value", args: []any{err.Error()}})
	return nil, false
}

// why says which criteria made the decision what it is, with the answers they read.
func (c *checker) why(d eligibility.Decision) string {
	var reasons []string
	for _, result := range d.Criteria {
		if strings.HasPrefix(result.ID, eligibility.StatedPrefix) {
			continue
		}
		switch result.Result {
		case eligibility.Unmet:
			reasons = append(reasons, fmt.Sprintf("criterion %q is not met (%s)", result.ID, c.answers(result.Facts, d.Profile)))
		case eligibility.Unknown:
			if d.Outcome == eligibility.Unknown {
				reasons = append(reasons, fmt.Sprintf("criterion %q is unknown (%s)", result.ID, c.answers(result.Facts, d.Profile)))
			}
		}
	}
	switch {
	case len(reasons) > 0:
		return strings.Join(reasons, "; ")
	case d.Outcome == eligibility.Unknown:
		return "every criterion is met, but criteria_published is false, and then nobody is called eligible"
	}
	return "every criterion is met"
}

// answers lists facts with what is known of them, as one would write it in the test.
func (c *checker) answers(facts []eligibility.FactID, p eligibility.Profile) string {
	given := make([]string, 0, len(facts))
	for _, id := range facts {
		value, ok := p[id]
		if !ok {
			given = append(given, string(id)+" not given")
			continue
		}
		text, err := c.vocabulary.FormatFacts(eligibility.Profile{id: value})
		if err != nil {
			continue
		}
		var one map[string]json.RawMessage
		if json.Unmarshal(text, &one) == nil {
			given = append(given, fmt.Sprintf("%s = %s", id, one[string(id)]))
		}
	}
	if len(given) == 0 {
		return "it reads no fact"
	}
	return strings.Join(given, ", ")
}

// thresholds checks that for each number a criterion compares a fact with there is a test on each side.
func (c *checker) thresholds(rules *eligibility.Ruleset, profiles []eligibility.Profile) {
	for _, gap := range gaps(c.vocabulary, rules, profiles) {
		c.report(c.criterionPath(gap.Criterion)+".expr", "criterion %q compares %s with %s, and tests have to stand on both sides of it; add one with %s",
			gap.Criterion, gap.Fact, number(gap.Value), strings.Join(gap.texts, " and one with "))
	}
}

// Gap is a number that a criterion compares a fact with and that the worked examples do not stand on both sides of.
type Gap struct {
	eligibility.Threshold
	Lacking []eligibility.Value // one example with each is wanting

	texts []string // the same, as one writes it in a file
}

// Untested finds the gaps in the worked examples of an offering; examples that cannot be read count for nothing. None when its rules do
// not compile.
func Untested(v *eligibility.Vocabulary, o *catalog.Offering) []Gap {
	rules, err := v.Compile(o.UncompiledRules())
	if err != nil {
		return nil
	}
	c := &checker{vocabulary: v, offering: o}
	var profiles []eligibility.Profile
	for _, test := range o.Tests {
		if profile, ok := c.profile("", test.Facts); ok {
			profiles = append(profiles, profile)
		}
	}
	return gaps(v, rules, profiles)
}

func gaps(v *eligibility.Vocabulary, rules *eligibility.Ruleset, profiles []eligibility.Profile) []Gap {
	var found []Gap
	var done []eligibility.Threshold
	for _, t := range eligibility.Thresholds(rules) {
		if slices.Contains(done, t) {
			continue
		}
		done = append(done, t)
		fact, ok := v.Fact(t.Fact)
		if !ok {
			continue
		}
		gap := Gap{Threshold: t}
		for _, side := range sides(fact, t) {
			if !slices.ContainsFunc(profiles, side.stands) {
				gap.Lacking, gap.texts = append(gap.Lacking, side.value), append(gap.texts, side.text)
			}
		}
		if len(gap.Lacking) > 0 {
			found = append(found, gap)
		}
	}
	return found
}

func (c *checker) criterionPath(id string) string {
	return position.Element("criteria", 1+slices.IndexFunc(c.offering.Criteria, func(criterion catalog.Criterion) bool { return criterion.ID == id }))
}

// side is one side of a threshold: what a test has to give, in words and as a condition.
type side struct {
	text   string
	value  eligibility.Value
	stands func(eligibility.Profile) bool
}

// sides gives the two sides of a threshold: for whole numbers the last value that is on one side and its neighbor on
// the other; for numbers with a point any value on each. Values that the fact cannot have are left out.
func sides(fact eligibility.Fact, t eligibility.Threshold) []side {
	if !fact.Type.Whole() {
		return []side{decimalSide(t, true), decimalSide(t, false)}
	}
	low := math.Floor(t.Value)
	if (t.Op == "<" || t.Op == ">=") && low == t.Value {
		low--
	}
	var both []side
	for _, value := range []float64{low, low + 1} {
		if possible(fact, value) {
			both = append(both, exactly(t.Fact, value))
		}
	}
	return both
}

func possible(fact eligibility.Fact, value float64) bool {
	return (fact.Min == nil || value >= *fact.Min) && (fact.Max == nil || value <= *fact.Max)
}

func exactly(id eligibility.FactID, value float64) side {
	return side{text: fmt.Sprintf("%s = %s", id, number(value)), value: eligibility.Decimal(value), stands: func(p eligibility.Profile) bool {
		given, ok := p[id].Number()
		return ok && given == value
	}}
}

// decimalSide is the side on which the comparison holds, or the other one.
func decimalSide(t eligibility.Threshold, holds bool) side {
	operator := t.Op
	if !holds {
		operator = map[string]string{"<": ">=", "<=": ">", ">": "<=", ">=": "<"}[t.Op]
	}
	spans := map[string]func(float64) eligibility.Interval{"<": eligibility.Below, "<=": eligibility.AtMost, ">": eligibility.Over, ">=": eligibility.AtLeast}
	return side{text: fmt.Sprintf("%s %s %s", t.Fact, operator, number(t.Value)), value: eligibility.Between(spans[operator](t.Value)), stands: func(p eligibility.Profile) bool {
		given, ok := p[t.Fact].Number()
		return ok && compare(given, t.Op, t.Value) == holds
	}}
}

func compare(a float64, operator string, b float64) bool {
	switch operator {
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	}
	return a >= b
}

func number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
