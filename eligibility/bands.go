package eligibility

import (
	"math"

	"accessdesk/eligibility/rule"
)

// Threshold is one place where a criterion compares a number with a constant.
type Threshold struct {
	Criterion string
	Fact      FactID
	Op        string // <, <=, > or >=, with the fact on the left
	Value     float64
}

// Thresholds lists the order comparisons of numeric facts with constants in the criteria of r, in order of appearance.
func Thresholds(r *Ruleset) []Threshold {
	var found []Threshold
	for i := range r.criteria {
		for _, use := range r.criteria[i].expression.Comparisons() {
			if use.Operator != "" {
				found = append(found, Threshold{
					Criterion: r.criteria[i].ID, Fact: r.vocabulary.At(use.Fact).ID, Op: use.Operator, Value: use.Number,
				})
			}
		}
	}
	return found
}

// Bands cuts the numbers of a fact at every threshold with which a criterion of rules compares it, also by way of derived facts. A
// person who chooses one of the bands has decided every such comparison. False: no criterion compares the fact, or one uses it in
// another way than by an order operator with a constant, so that a number field is needed.
func Bands(rules []*Ruleset, id FactID) ([]Interval, bool) {
	if len(rules) == 0 {
		return nil, false
	}
	v := rules[0].vocabulary
	place, ok := v.Index(id)
	if !ok || !v.At(place).Type.Numeric() {
		return nil, false
	}
	bands, ok := rule.Bands(v.At(place), liveUses(rules, place))
	return bands, ok && len(bands) > 1
}

// nearThreshold is how near a register's number must lie to a threshold, as a share of the threshold, to be confirmed by the
// person. Ten percent is our own choice: registers are some years old and numbers drift slowly.
const nearThreshold = 0.10

// ToConfirm lists the numbers that come from a public register and lie near a threshold of rules: the register is of some past
// year, so the person is asked whether the number still holds. In the order of questions.
func ToConfirm(rules []*Ruleset, p Profile) []FactID {
	if len(rules) == 0 {
		return nil
	}
	v := rules[0].vocabulary
	var near rule.Set
	for id, value := range p {
		place, ok := v.Index(id)
		number, exact := value.Number()
		if !ok || !exact || value.Evidence != Register {
			continue
		}
		for _, use := range liveUses(rules, place) {
			if use.Operator != "" && math.Abs(number-use.Number) <= nearThreshold*math.Abs(use.Number) {
				near.Add(place)
			}
		}
	}
	return v.IDs(v.inOrder(near))
}

// liveUses lists how the criteria of rules use a number, also through the derivations of the facts they read.
func liveUses(rules []*Ruleset, place int) []rule.Comparison {
	var expressions []*rule.Expression
	for _, r := range rules {
		for i := range r.criteria {
			expressions = append(expressions, r.criteria[i].expression)
		}
	}
	return rules[0].vocabulary.language.Uses(place, expressions)
}
