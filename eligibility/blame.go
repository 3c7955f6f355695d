package eligibility

import (
	"slices"

	"accessdesk/eligibility/rule"
)

// The minimal reasons of a "no".
//
// An answer is one given fact; all sectors that the operator runs are one answer, as they are one page of the check. Some answers
// are a witness of a "no" when they alone, with everything else unknown, make a criterion unmet that all answers together leave
// unmet. Of a fact on which the answers contradict each other nothing is worked out: what was given counts, or nothing.

// mostBlamed is up to how many answers a criterion may rest on for its smallest witness to be searched among all of their sets;
// with more, answers are left out one by one, the last in the order of questions first, and the witness is minimal, though not
// always smallest. The shipped catalog stays far below (a test holds it).
const mostBlamed = 12

// Blame gives the answers on which the "no" of an offering rests: the smallest witness, between equals the one whose answers
// decided it directly and come first in the order of questions. No part of it makes the offering Ineligible by itself. Empty for any other outcome, and for a criterion that nobody
// can meet.
func Blame(r *Ruleset, d Decision) []FactID {
	if d.Outcome != Ineligible {
		return nil
	}
	s := newSearch(r.vocabulary, d.Profile, r.vocabulary.language.State(d.Profile))
	var least []int
	found := false
	for i := range r.criteria {
		if d.Criteria[i].Result != Unmet {
			continue
		}
		if witness := s.witness(&r.criteria[i]); !found || before(r.vocabulary.order, witness, least) {
			least, found = witness, true
		}
	}
	return r.vocabulary.IDs(r.vocabulary.inOrder(s.spread(least)))
}

// search goes through sets of given answers. It belongs to one goroutine.
type search struct {
	vocabulary *Vocabulary
	given      Profile // without what was worked out
	answered   rule.Set
	state      *rule.State // of all answers
	disputed   rule.Set
}

// newSearch goes through the answers of a completed profile, of which state is the state.
func newSearch(v *Vocabulary, completed Profile, state *rule.State) *search {
	s := &search{vocabulary: v, given: make(Profile, len(completed)), state: state}
	for id, value := range completed {
		if place, known := v.Index(id); known && value.Known() && value.Source != SourceDerived {
			s.given[id] = value
			s.answered.Add(place)
		}
	}
	for _, conflict := range state.Contradictions() {
		place, _ := v.Index(conflict.Fact)
		s.disputed.Add(place)
	}
	return s
}

// folded replaces the additional sectors by the sector, if both are answered: they are one answer.
func (s *search) folded(facts rule.Set) rule.Set {
	v := s.vocabulary
	if s.answered.Has(v.sector) && s.answered.Has(v.additional) && facts.Has(v.additional) {
		facts.Remove(v.additional)
		facts.Add(v.sector)
	}
	return facts
}

// spread is the facts of some answers: both facts of the answer about sectors, as far as both are given.
func (s *search) spread(answers []int) rule.Set {
	var facts rule.Set
	for _, place := range answers {
		facts.Add(place)
		if place == s.vocabulary.sector && s.answered.Has(s.vocabulary.additional) {
			facts.Add(s.vocabulary.additional)
		}
	}
	return facts
}

// alone is the state in which only some answers are known, for a criterion with this least evidence.
func (s *search) alone(answers []int, least Evidence) *rule.State {
	blocked, p := s.disputed, make(Profile, len(answers)+1)
	facts := s.spread(answers)
	for _, place := range facts.List() {
		id := s.vocabulary.At(place).ID
		p[id] = s.given[id]
		if least < Register {
			blocked.Remove(place)
		}
	}
	return s.vocabulary.language.StateWithout(p, blocked)
}

// fails tells whether some answers alone leave a criterion unmet.
func (s *search) fails(c *compiled, answers []int) bool {
	return c.expression.Eval(s.alone(answers, c.MinEvidence).For(c.MinEvidence)) == rule.False
}

// behind lists the answers on which the result of a criterion may rest: those that decided it, then those from which a given one of
// them would also follow, each in the order of questions. Together they are a witness.
func (s *search) behind(c *compiled) []int {
	var facts rule.Set
	state := s.state.For(c.MinEvidence)
	decisive := c.expression.Trace(state).Decisive
	for _, place := range decisive.List() {
		facts.Merge(s.vocabulary.inputs[place])
	}
	for i := range facts {
		facts[i] &= s.answered[i]
	}
	direct, more := s.folded(state.Roots(decisive)), s.folded(facts)
	for i := range more {
		direct[i] &= more[i]
		more[i] &^= direct[i]
	}
	return append(s.vocabulary.inOrder(direct), s.vocabulary.inOrder(more)...)
}

// witness gives the smallest witness of an unmet criterion.
func (s *search) witness(c *compiled) []int {
	answers := s.behind(c)
	if c.never || len(answers) == 0 {
		return nil
	}
	if len(answers) > mostBlamed {
		return s.reduced(c, answers)
	}
	for size := 1; size < len(answers); size++ {
		var found []int
		rule.Subsets(answers, size, func(some []int) bool {
			if s.fails(c, some) {
				found = slices.Clone(some)
			}
			return found == nil
		})
		if found != nil {
			return found
		}
	}
	return answers
}

// reduced leaves out answers one by one, as long as the rest is a witness.
func (s *search) reduced(c *compiled, answers []int) []int {
	for at := len(answers) - 1; at >= 0; at-- {
		if rest := slices.Delete(slices.Clone(answers), at, at+1); s.fails(c, rest) {
			answers = rest
		}
	}
	return answers
}

// before tells whether a set of questions is smaller than another one, or as large and earlier in their order.
func before(order, a, b []int) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	rank := func(place int) int { return slices.Index(order, place) }
	return slices.CompareFunc(a, b, func(a, b int) int { return rank(a) - rank(b) }) < 0
}

// blamed gives the facts that the reason of an unmet criterion names: those of its smallest witness; of the sectors only the fact
// that counted.
func (s *search) blamed(c *compiled) rule.Set {
	v := s.vocabulary
	facts := s.spread(s.witness(c))
	if facts.Has(v.sector) && facts.Has(v.additional) {
		decisive := s.state.Roots(c.expression.Trace(s.state.For(c.MinEvidence)).Decisive)
		for _, place := range []int{v.sector, v.additional} {
			if !decisive.Has(place) && (decisive.Has(v.sector) || decisive.Has(v.additional)) {
				facts.Remove(place)
			}
		}
	}
	return facts
}
