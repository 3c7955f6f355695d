package rule

import "accessdesk/eligibility/fact"

// State is one profile laid out by the places of the vocabulary, with its derived facts.
type State struct {
	// Failure is the engine error of the expression evaluated last; callers reset it before they evaluate.
	Failure error

	language       *Language
	values         []fact.Value
	disputed       Set // facts in contradictions
	contradictions []Contradiction
	roots          []Set  // by place: the given facts from which a derived fact follows; nil until one is derived
	register       *State // without the disputed facts: what a rule that demands a register may use
}

// State completes a profile: derived facts are worked out, those of an earlier time (SourceDerived) anew.
func (l *Language) State(p fact.Profile) *State { return l.newState(p, Set{}) }

// newState completes p; blocked facts stay unknown.
func (l *Language) newState(p fact.Profile, blocked Set) *State {
	s := &State{language: l, values: make([]fact.Value, l.facts.Len())}
	for id, value := range p {
		place, ok := l.facts.Index(id)
		if !ok || value.Source == fact.SourceDerived || blocked.Has(place) {
			continue
		}
		known := l.facts.At(place)
		if span, number := value.Interval(); number {
			// "500 or fewer people" is also 0 or more.
			value = value.Within(known.Canonical(span.Intersect(known.Limits())))
		}
		s.values[place] = value
	}
	if s.values[l.sector].Known() && !s.values[l.additional].Known() {
		var main Set
		main.Add(l.sector)
		s.conclude(l.additional, fact.Set(), main)
	}
	for i := range l.derivations {
		if !blocked.Has(l.derivations[i].fact) {
			s.derive(&l.derivations[i])
		}
	}
	if !s.disputed.Empty() {
		s.register = l.newState(p, s.disputed)
	}
	return s
}

// Value gives what is known of the fact at a place.
func (s *State) Value(place int) fact.Value { return s.values[place] }

// Profile gives the completed profile.
func (s *State) Profile() fact.Profile {
	p := make(fact.Profile, len(s.values)/4)
	for place := range s.values {
		if s.values[place].Known() {
			p[s.language.facts.At(place).ID] = s.values[place]
		}
	}
	return p
}

// For is the state that a rule with this least evidence is decided on: one that demands a register treats disputed facts as
// unknown.
func (s *State) For(least fact.Evidence) *State {
	if s.register != nil && least >= fact.Register {
		return s.register
	}
	return s
}

// Contradictions lists the given values that disagree with what follows from other facts.
func (s *State) Contradictions() []Contradiction { return s.contradictions }

// Disputed reports whether the fact at a place stands in a contradiction.
func (s *State) Disputed(place int) bool { return s.disputed.Has(place) }

// Roots replaces derived facts by the given facts they follow from.
func (s *State) Roots(facts Set) Set {
	var roots Set
	for _, place := range facts.List() {
		if s.roots != nil && !s.roots[place].Empty() {
			roots.Merge(s.roots[place])
			continue
		}
		roots.Add(place)
	}
	return roots
}
