package eligibility

import "fmt"

// derivation is the compiled list of steps of one derived fact.
type derivation struct {
	fact  int
	steps []derivationStep
}

type derivationStep struct {
	when  *program
	value Value
}

// Contradiction is a derived fact for which the operator (or a register) gave another value than the one that follows from the
// other facts. The given value stands; a criterion that demands evidence from a register treats the fact as unknown.
type Contradiction struct {
	Fact    FactID
	Given   Value
	Derived Value
	Inputs  []FactID // the given facts from which Derived follows
}

// Complete adds the derived facts to a copy of p, with Source SourceDerived and the evidence of the weakest fact they follow
// from, and the empty additional_sectors once the sector is known. Values in p that were derived before are worked out anew.
func (v *Vocabulary) Complete(p Profile) (Profile, []Contradiction) {
	s := v.newState(p, factSet{})
	return s.profile(), s.contradictions
}

// derive works out one fact: the first true step gives the value, an unknown one on the way leaves it unknown.
func (s *state) derive(d *derivation) {
	var reasons trail
	for _, step := range d.steps {
		result := step.when.eval(s)
		step.when.root.trace(s, &reasons)
		if result == isUnknown {
			return
		}
		if result == isTrue {
			s.conclude(d.fact, step.value, s.rootsOf(reasons.decisive))
			return
		}
	}
}

func (s *state) conclude(fact int, derived Value, roots factSet) {
	given := s.values[fact]
	if !given.Known() {
		derived.Evidence, derived.Source = s.weakest(roots), SourceDerived
		s.values[fact] = derived
		if s.roots == nil {
			s.roots = make([]factSet, len(s.values))
		}
		s.roots[fact] = roots
		return
	}
	if given.Equal(derived) || given.kind == kindNumber && derived.kind == kindNumber && given.span.Covers(derived.span) {
		return
	}
	s.disputed.add(fact)
	s.contradictions = append(s.contradictions, Contradiction{
		Fact: s.vocabulary.facts[fact].ID, Given: given, Derived: derived.From(s.weakest(roots), SourceDerived),
		Inputs: s.vocabulary.ids(roots.list()),
	})
}

// weakest is the lowest evidence among facts; without any it is Verified, since nothing has to be believed.
func (s *state) weakest(facts factSet) Evidence {
	weakest := Verified
	for _, fact := range facts.list() {
		weakest = min(weakest, s.values[fact].Evidence)
	}
	return weakest
}

// pendingInputs says which facts would have to be known for an unknown derived fact; none when its list was worked through
// without a result, and none for a fact that is not derived.
func (s *state) pendingInputs(fact int) factSet {
	var t trail
	at := s.vocabulary.derivedBy[fact]
	if at < 0 || s.values[fact].Known() {
		return t.pending
	}
	for _, step := range s.vocabulary.derivations[at].steps {
		switch step.when.eval(s) {
		case isTrue:
			return factSet{}
		case isUnknown:
			step.when.root.trace(s, &t)
			return t.pending
		}
	}
	return factSet{}
}

func (v *Vocabulary) ids(facts []int) []FactID {
	ids := make([]FactID, len(facts))
	for i, fact := range facts {
		ids[i] = v.facts[fact].ID
	}
	return ids
}

// orderDerivations sorts derivations so that inputs come before what is derived from them, and refuses circles.
func (v *Vocabulary) orderDerivations(byFact map[int]*derivation) error {
	v.derivedBy = make([]int, len(v.facts))
	for i := range v.derivedBy {
		v.derivedBy[i] = -1
	}
	visiting := map[int]bool{}
	var visit func(fact int) error
	visit = func(fact int) error {
		d := byFact[fact]
		if d == nil || v.derivedBy[fact] >= 0 {
			return nil
		}
		if visiting[fact] {
			return fmt.Errorf("fact %s is derived from itself", v.facts[fact].ID)
		}
		visiting[fact] = true
		for _, step := range d.steps {
			for _, input := range step.when.facts {
				if err := visit(input); err != nil {
					return err
				}
			}
		}
		v.derivedBy[fact] = len(v.derivations)
		v.derivations = append(v.derivations, *d)
		return nil
	}
	for fact := range v.facts {
		if err := visit(fact); err != nil {
			return err
		}
	}
	return nil
}
