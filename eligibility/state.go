package eligibility

// state is one profile laid out by fact index, with its derived facts. A state belongs to one goroutine.
type state struct {
	vocabulary     *Vocabulary
	values         []Value
	disputed       factSet // facts in contradictions
	contradictions []Contradiction
	roots          []factSet // by fact index: the given facts from which a derived fact follows; nil until one is derived
	register       *state    // without the disputed facts: what a criterion that demands a register may use
	failure        error     // engine error of the expression evaluated last
}

// newState completes p. Values of SourceDerived are dropped and worked out anew; blocked facts stay unknown.
func (v *Vocabulary) newState(p Profile, blocked factSet) *state {
	s := &state{vocabulary: v, values: make([]Value, len(v.facts))}
	for id, value := range p {
		fact, ok := v.index[id]
		if !ok || value.Source == SourceDerived || blocked.has(fact) {
			continue
		}
		if value.kind == kindNumber {
			value = v.narrowed(fact, value)
		}
		s.values[fact] = value
	}
	if s.values[v.sector].Known() && !s.values[v.additional].Known() {
		var main factSet
		main.add(v.sector)
		s.conclude(v.additional, Set(), main)
	}
	for i := range v.derivations {
		if !blocked.has(v.derivations[i].fact) {
			s.derive(&v.derivations[i])
		}
	}
	if !s.disputed.empty() {
		s.register = v.newState(p, s.disputed)
	}
	return s
}

// narrowed cuts an interval to what the fact allows, so that "500 or fewer people" is also 0 or more.
func (v *Vocabulary) narrowed(fact int, value Value) Value {
	known := &v.facts[fact]
	span := value.span.Intersect(known.limits())
	if known.Type.Whole() {
		span = span.whole()
	}
	if span.Empty() {
		return value
	}
	value.span = span
	return value
}

// profile gives the completed profile.
func (s *state) profile() Profile {
	p := make(Profile, len(s.values)/4)
	for fact := range s.values {
		if s.values[fact].Known() {
			p[s.vocabulary.facts[fact].ID] = s.values[fact]
		}
	}
	return p
}

// forEvidence is the state that a criterion of this least evidence is decided on.
func (s *state) forEvidence(least Evidence) *state {
	if s.register != nil && least >= Register {
		return s.register
	}
	return s
}

// rootsOf replaces derived facts by the given facts they follow from.
func (s *state) rootsOf(facts factSet) factSet {
	var roots factSet
	for _, fact := range facts.list() {
		if s.roots != nil && !s.roots[fact].empty() {
			roots.merge(s.roots[fact])
			continue
		}
		roots.add(fact)
	}
	return roots
}
