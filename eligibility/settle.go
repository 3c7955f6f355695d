package eligibility

import (
	"slices"

	"accessdesk/eligibility/rule"
)

// The smallest sets of questions that settle an open offering.
//
// Questions are the facts of Decision.Missing; the possible answers to one are those that its question offers (answers), for a number
// known in a band those that lie in it. A set of questions settles an offering when, whatever is answered to them, no other question
// of Missing matters any more: the offering is decided, or what keeps it open is a question that only these answers bring up, or
// nothing that anybody is asked. The answer to a question without listed answers (a text) leaves everything possible.

// mostSettled is how many answers may be followed for one question of a set; a question for which more would have to be followed is
// taken to be needed. The shipped catalog stays below (a test holds it).
const mostSettled = 2_000

// Settling gives the smallest set of questions that settles an Unknown offering, in the order of questions; between sets of one size
// the first. It is never larger than Missing, and empty when no question is open.
func Settling(r *Ruleset, d Decision) []FactID {
	if d.Outcome != Unknown || len(d.Missing) < 2 {
		return d.Missing
	}
	o := newOpen(r, d)
	var all rule.Set
	var refused []int // the least set that leaves nothing but a "no"
	for _, one := range o.parts() {
		facts := one.settling()
		if !one.stands() && (refused == nil || before(o.facts, facts, refused)) {
			refused = facts
		}
		all.Merge(rule.SetOf(facts))
	}
	if refused != nil {
		return r.vocabulary.IDs(refused)
	}
	return r.vocabulary.IDs(r.vocabulary.inOrder(all))
}

// Shortest gives the smallest set of questions for which some answers make an Unknown offering Eligible, or Ineligible: the shortest
// way to a yes or a no. False: no answers to the questions of Missing do.
func Shortest(r *Ruleset, d Decision, to Outcome) ([]FactID, bool) {
	if d.Outcome != Unknown || to == Unknown || to == Eligible && !r.Published {
		return nil, false
	}
	o := newOpen(r, d)
	var all rule.Set
	var least []int
	for _, one := range o.parts() {
		way, found := one.shortest(to)
		switch {
		case to == Eligible && !found:
			return nil, false
		case to == Eligible:
			all.Merge(rule.SetOf(way))
		case found && (least == nil || before(o.facts, way, least)):
			least = way
		}
	}
	if to == Eligible {
		least = r.vocabulary.inOrder(all)
	}
	return r.vocabulary.IDs(least), len(least) > 0
}

// open is an offering, or one criterion of it, with its open questions.
type open struct {
	rules    *Ruleset
	given    Profile
	state    *rule.State
	criteria []*compiled // the undecided ones
	facts    []int       // the open questions, in their order
	followed int         // answers that were followed
}

func newOpen(r *Ruleset, d Decision) *open {
	o := &open{rules: r, given: d.Profile, state: r.vocabulary.language.State(d.Profile)}
	for i := range r.criteria {
		if d.Criteria[i].Result == Unknown {
			o.criteria = append(o.criteria, &r.criteria[i])
		}
	}
	o.facts = r.vocabulary.inOrder(o.pending(o.state))
	return o
}

// of narrows an offering to some criteria.
func (o *open) of(criteria ...*compiled) *open {
	part := &open{rules: o.rules, given: o.given, state: o.state, criteria: criteria}
	part.facts = o.rules.vocabulary.inOrder(part.pending(part.state))
	return part
}

// parts splits an offering into groups of criteria that share no unknown fact; no answer to a question of one changes another.
func (o *open) parts() []*open {
	type group struct {
		reads    rule.Set
		criteria []*compiled
	}
	var groups []group
	for _, c := range o.criteria {
		joined := group{criteria: []*compiled{c}}
		for _, place := range c.expression.Facts() {
			joined.reads.Merge(o.rules.vocabulary.inputs[place])
		}
		for place := range o.rules.vocabulary.Len() {
			if joined.reads.Has(place) && o.state.Value(place).Resolved() {
				joined.reads.Remove(place)
			}
		}
		var apart []group
		for _, other := range groups {
			if other.reads.Meets(joined.reads) {
				joined.criteria = append(other.criteria, joined.criteria...)
				joined.reads.Merge(other.reads)
			} else {
				apart = append(apart, other)
			}
		}
		groups = append(apart, joined)
	}
	parts := make([]*open, len(groups))
	for i, group := range groups {
		parts[i] = o.of(group.criteria...)
	}
	return parts
}

// result puts the criteria together.
func (o *open) result(s *rule.State) rule.Truth {
	result := rule.True
	for _, c := range o.criteria {
		result = min(result, c.expression.Eval(s.For(c.MinEvidence)))
	}
	return result
}

// pending gives the questions on which a state still depends.
func (o *open) pending(s *rule.State) rule.Set {
	var facts rule.Set
	for _, c := range o.criteria {
		facts.Merge(c.pending(s, o.rules.vocabulary.inputsFirst))
	}
	return facts
}

// possible lists the answers to a question; none when they cannot be listed.
func (o *open) possible(place int) []Value {
	all := answers([]*Ruleset{o.rules}, place)
	known, band := o.state.Value(place).Interval()
	if !band {
		return all
	}
	var within []Value
	for _, value := range all {
		span, _ := value.Interval()
		if both := o.rules.vocabulary.At(place).Canonical(span.Intersect(known)); o.rules.vocabulary.At(place).Holds(both) {
			within = append(within, Between(both))
		}
	}
	return within
}

// after is the state with one more answer to p, which it returns, too.
func (o *open) after(p Profile, place int, answer Value) (Profile, *rule.State) {
	o.followed++
	more := answered(p, o.rules.vocabulary.At(place).ID, answer)
	return more, o.rules.vocabulary.language.State(more)
}

// settling gives the smallest set of questions that settles this.
func (o *open) settling() []int {
	if len(o.facts) < 2 {
		return o.facts
	}
	var needed, other []int
	for at, place := range o.facts {
		o.followed = 0
		if o.settles(slices.Delete(slices.Clone(o.facts), at, at+1)) {
			other = append(other, place)
		} else {
			needed = append(needed, place)
		}
	}
	// A question more never makes a settling set unsettling, so whatever settles holds all that is needed.
	for size := 0; size < len(other); size++ {
		var found []int
		rule.Subsets(other, size, func(some []int) bool {
			o.followed = 0
			facts := o.rules.vocabulary.inOrder(rule.SetOf(needed, some))
			if o.settles(facts) {
				found = facts
			}
			return found == nil
		})
		if found != nil {
			return found
		}
	}
	return o.facts
}

// settles tells whether some questions settle this, following at most mostSettled answers.
func (o *open) settles(some []int) bool {
	asked, all := rule.SetOf(some), rule.SetOf(o.facts)
	var follow func(p Profile, s *rule.State) bool
	follow = func(p Profile, s *rule.State) bool {
		if o.followed > mostSettled {
			return false
		}
		if o.result(s) != rule.Unknown {
			return true
		}
		pending := o.pending(s)
		for _, place := range some {
			if !pending.Has(place) {
				continue
			}
			possible := o.possible(place)
			for _, answer := range possible {
				if !follow(o.after(p, place, answer)) {
					return false
				}
			}
			if len(possible) > 0 {
				return true
			}
		}
		for i := range pending {
			if pending[i]&all[i]&^asked[i] != 0 {
				return false
			}
		}
		return true
	}
	return follow(o.given, o.state)
}

// leads tells whether some answers to some questions lead to a result that is wanted, following at most mostSettled answers; what
// is said when that is not enough is the last word.
func (o *open) leads(some []int, wanted func(rule.Truth) bool, otherwise bool) bool {
	o.followed = 0
	var follow func(p Profile, s *rule.State, left []int) bool
	follow = func(p Profile, s *rule.State, left []int) bool {
		result := o.result(s)
		if result != rule.Unknown {
			return wanted(result)
		}
		if o.followed > mostSettled {
			return otherwise
		}
		pending := o.pending(s)
		at := slices.IndexFunc(left, func(place int) bool { return pending.Has(place) && len(o.possible(place)) > 0 })
		if at < 0 {
			return wanted(result)
		}
		rest := slices.Delete(slices.Clone(left), at, at+1)
		return slices.ContainsFunc(o.possible(left[at]), func(answer Value) bool {
			more, state := o.after(p, left[at], answer)
			return follow(more, state, rest)
		})
	}
	return follow(o.given, o.state, some)
}

// stands tells whether some answers to all questions leave no criterion unmet.
func (o *open) stands() bool {
	return o.leads(o.facts, func(result rule.Truth) bool { return result != rule.False }, true)
}

// shortest gives the smallest set of questions of which some answers lead to an outcome.
func (o *open) shortest(to Outcome) ([]int, bool) {
	truth := rule.False
	if to == Eligible {
		truth = rule.True
	}
	for size := 1; size <= len(o.facts); size++ {
		var found []int
		rule.Subsets(o.facts, size, func(some []int) bool {
			if o.leads(some, func(result rule.Truth) bool { return result == truth }, false) {
				found = slices.Clone(some)
			}
			return found == nil
		})
		if found != nil {
			return found, true
		}
	}
	return nil, false
}
