package rule

import (
	"slices"

	"accessdesk/eligibility/fact"
)

// State is one profile laid out by the places of the vocabulary, with its derived facts. A state made by Language.State also knows
// where everything comes from. One that was filled by Fill, Lay or Suppose knows the facts alone: it evaluates rules, and allocates
// nothing when it is used again.
type State struct {
	// Failure is the engine error of the expression evaluated last; callers reset it before they evaluate.
	Failure error

	language *Language
	cells    []cell // by place
	kept     store  // what the cells point to
	derived  Set    // facts that were worked out
	disputed Set    // facts in contradictions
	register *State // without the disputed facts: what a rule that demands a register may use; see For
	spare    *State // kept for the next register
	own      store  // of Lay, kept for the next profile
	bare     bool   // nothing below is known

	values         []fact.Value
	contradictions []Contradiction
	roots          []Set // by place: the given facts from which a derived fact follows; nil until one is derived
}

// State completes a profile: derived facts are worked out, those of an earlier time (SourceDerived) anew.
func (l *Language) State(p fact.Profile) *State { return l.newState(p, Set{}) }

// newState completes p; blocked facts stay unknown.
func (l *Language) newState(p fact.Profile, blocked Set) *State {
	s := &State{language: l, values: make([]fact.Value, l.facts.Len()), cells: make([]cell, l.facts.Len())}
	for id, value := range p {
		place, ok := l.facts.Index(id)
		if !ok || value.Source == fact.SourceDerived || blocked.Has(place) {
			continue
		}
		s.values[place] = l.limited(place, value)
		s.cells[place] = l.pack(place, s.values[place], &s.kept)
	}
	if s.cells[l.sector].kind != kindNothing && s.cells[l.additional].kind == kindNothing {
		var main Set
		main.Add(l.sector)
		s.conclude(l.additional, &derivationStep{value: fact.Set(), cell: l.noSectors()}, main)
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

// noSectors is what absent additional sectors mean once the sector is known.
func (l *Language) noSectors() cell { return cell{kind: kindChoices, place: uint16(l.additional)} }

// closeSectors notes that there are no other sectors, once the sector is known.
func (s *State) closeSectors() {
	if l := s.language; s.cells[l.sector].kind != kindNothing && s.cells[l.additional].kind == kindNothing {
		s.cells[l.additional] = l.noSectors()
		s.derived.Add(l.additional)
	}
}

// Bare makes a state without facts, to be filled again and again.
func (l *Language) Bare() *State {
	return &State{language: l, bare: true, cells: make([]cell, l.facts.Len())}
}

// Suppose makes into the state of s with one more answer, or another one; into is a state of Bare. A new sector leaves the other
// sectors to be answered with it. Only what follows from the fact is worked out again.
func (s *State) Suppose(place int, answer fact.Value, into *State) *State {
	l := s.language
	copy(into.cells, s.cells)
	into.kept = store{slices.Clip(s.kept.texts), slices.Clip(s.kept.items)} // what is appended does not reach s
	into.derived, into.disputed, into.register, into.Failure = s.derived, s.disputed, nil, nil
	into.cells[place] = l.pack(place, l.limited(place, answer), &into.kept)
	into.derived.remove(place)
	if place == l.sector {
		into.cells[l.additional] = cell{}
		into.derived.remove(l.additional)
	}
	into.closeSectors()
	for _, i := range l.followers[place] {
		d := &l.derivations[i]
		into.disputed.remove(d.fact)
		if into.derived.Has(d.fact) {
			into.cells[d.fact] = cell{}
			into.derived.remove(d.fact)
		}
		into.deriveBare(d)
	}
	into.separate()
	return into
}

// deriveBare works out one fact without its roots.
func (s *State) deriveBare(d *derivation) {
	for i := range d.steps {
		step := &d.steps[i]
		switch step.when.root.eval(s) {
		case Unknown:
			return
		case True:
			given := &s.cells[d.fact]
			if given.kind == kindNothing {
				*given = step.cell
				s.derived.Add(d.fact)
			} else if !s.agrees(d.fact, given, &step.cell) {
				s.disputed.Add(d.fact)
			}
			return
		}
	}
}

// separate makes the state for rules that demand a register, if there are disputed facts: they and what follows from them are
// unknown there.
func (s *State) separate() {
	if s.disputed.Empty() {
		s.register = nil
		return
	}
	if s.spare == nil {
		s.spare = s.language.Bare()
	}
	r, l := s.spare, s.language
	r.kept = s.kept // read only, as long as s stays as it is
	r.derived, r.disputed = Set{}, Set{}
	copy(r.cells, s.cells)
	for place := range r.cells {
		if s.derived.Has(place) || s.disputed.Has(place) {
			r.cells[place] = cell{}
		}
	}
	r.closeSectors()
	for i := range l.derivations {
		if !s.disputed.Has(l.derivations[i].fact) {
			r.deriveBare(&l.derivations[i])
		}
	}
	s.register = r
}

// Crowd is the facts of many operators, some hundred bytes each. It is filled by one goroutine, then read by any number.
type Crowd struct {
	language *Language
	cells    []cell
	ends     []uint32 // by operator: the end of its cells
	kept     store
	look     *State // of Known
}

// NewCrowd makes an empty crowd.
func (l *Language) NewCrowd() *Crowd { return &Crowd{language: l} }

// Add appends an operator. Derived facts are left out; they follow when it is used.
func (c *Crowd) Add(p fact.Profile) {
	start := len(c.cells)
	for id, value := range p {
		place, ok := c.language.facts.Index(id)
		if !ok || !value.Known() || value.Source == fact.SourceDerived {
			continue
		}
		c.cells = append(c.cells, c.language.pack(place, c.language.limited(place, value), &c.kept))
	}
	slices.SortFunc(c.cells[start:], func(a, b cell) int { return int(a.place) - int(b.place) })
	c.ends = append(c.ends, uint32(len(c.cells)))
}

// Len is the number of operators.
func (c *Crowd) Len() int { return len(c.ends) }

// Known is the set of facts that are known of an operator, given or derived. It is for the goroutine that fills the crowd.
func (c *Crowd) Known(at int) (known Set) {
	if c.look == nil {
		c.look = c.language.Bare()
	}
	c.look.Fill(c, at, c.language.every)
	for place := range c.look.cells {
		if c.look.Known(place) {
			known.Add(place)
		}
	}
	return known
}

// Fill makes a state of Bare that of an operator of a crowd, with the facts that the given derivations work out.
func (s *State) Fill(c *Crowd, at int, derivations []int) {
	s.empty()
	s.kept = c.kept
	start := uint32(0)
	if at > 0 {
		start = c.ends[at-1]
	}
	for _, known := range c.cells[start:c.ends[at]] {
		s.cells[known.place] = known
	}
	s.complete(derivations)
}

// Lay makes a state of Bare that of a profile, with the facts that the given derivations work out.
func (s *State) Lay(p fact.Profile, derivations []int) {
	s.empty()
	s.kept = store{s.own.texts[:0], s.own.items[:0]}
	for id, value := range p {
		if place, ok := s.language.facts.Index(id); ok && value.Source != fact.SourceDerived {
			s.cells[place] = s.language.pack(place, s.language.limited(place, value), &s.kept)
		}
	}
	s.own = s.kept
	s.complete(derivations)
}

func (s *State) empty() {
	clear(s.cells)
	s.derived, s.disputed, s.Failure = Set{}, Set{}, nil
}

func (s *State) complete(derivations []int) {
	s.closeSectors()
	for _, i := range derivations {
		s.deriveBare(&s.language.derivations[i])
	}
	s.separate()
}

// Value gives what is known of the fact at a place; only of a state that Language.State made.
func (s *State) Value(place int) fact.Value { return s.values[place] }

// Known reports whether anything is known of the fact at a place.
func (s *State) Known(place int) bool { return s.cells[place].kind != kindNothing }

// Profile gives the completed profile; only of a state that Language.State made.
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

// Contradictions lists the given values that disagree with what follows from other facts; only of a state that Language.State made.
func (s *State) Contradictions() []Contradiction { return s.contradictions }

// Consistent reports that no given value disagrees with what follows from other facts.
func (s *State) Consistent() bool { return s.disputed.Empty() }

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
