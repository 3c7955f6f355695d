package rule

import (
	"fmt"

	"accessdesk/eligibility/fact"
)

// derivation is the compiled list of steps of one derived fact.
type derivation struct {
	fact  int
	steps []derivationStep
}

type derivationStep struct {
	when  *Expression
	value fact.Value
	cell  cell // the value; what does not fit stands in Language.fixed
}

// Contradiction is a derived fact for which the operator (or a register) gave another value than the one that follows from the
// other facts. The given value stands; a criterion that demands evidence from a register treats the fact as unknown.
type Contradiction struct {
	Fact    fact.ID
	Given   fact.Value
	Derived fact.Value
	Inputs  []fact.ID // the given facts from which Derived follows
}

// addDerivations compiles the derive lists of the vocabulary and orders them.
func (l *Language) addDerivations() error {
	byFact := map[int]*derivation{}
	for place := range l.facts.Len() {
		known := l.facts.At(place)
		if len(known.Derive) == 0 {
			continue
		}
		d := &derivation{fact: place}
		for i, step := range known.Derive {
			expression, err := l.Expression(step.When)
			if err != nil {
				return fmt.Errorf("fact %s, derive %d: %w", known.ID, i+1, err)
			}
			d.steps = append(d.steps, derivationStep{when: expression, value: step.Value, cell: l.packFixed(place, step.Value)})
		}
		byFact[place] = d
	}
	if err := l.orderDerivations(byFact); err != nil {
		return err
	}
	l.noteFollowers()
	return nil
}

// packFixed packs a value that the language itself keeps.
func (l *Language) packFixed(place int, value fact.Value) cell {
	c := l.pack(place, value, &l.fixed)
	if c.kind == kindText || c.kind == kindItems {
		c.code = ^c.code
	}
	return c
}

// noteFollowers lists for every fact the derivations that read it, also by way of other derived facts, and the one that gives it,
// in the order in which they are worked out.
func (l *Language) noteFollowers() {
	l.followers = make([][]int, l.facts.Len())
	for i := range l.derivations {
		var reads Set
		l.derivationReads(i, &reads)
		for _, place := range reads.List() {
			l.followers[place] = append(l.followers[place], i)
		}
	}
}

func (l *Language) derivationReads(at int, reads *Set) {
	reads.Add(l.derivations[at].fact)
	for _, step := range l.derivations[at].steps {
		for _, place := range step.when.facts {
			reads.Add(place)
			if place == l.additional {
				reads.Add(l.sector)
			}
			if l.derivedBy[place] >= 0 {
				l.derivationReads(l.derivedBy[place], reads)
			}
		}
	}
}

// Derivations lists those that give one of the facts, in the order in which they are worked out.
func (l *Language) Derivations(facts Set) []int {
	var needed []int
	for i := range l.derivations {
		if facts.Has(l.derivations[i].fact) {
			needed = append(needed, i)
		}
	}
	return needed
}

// Steps lists the conditions of a derived fact; none for other facts.
func (l *Language) Steps(place int) []*Expression {
	at := l.derivedBy[place]
	if at < 0 {
		return nil
	}
	var conditions []*Expression
	for _, step := range l.derivations[at].steps {
		conditions = append(conditions, step.when)
	}
	return conditions
}

// derive works out one fact: the first true step gives the value, an unknown one on the way leaves it unknown.
func (s *State) derive(d *derivation) {
	var decisive Set
	for i := range d.steps {
		step := &d.steps[i]
		result := step.when.Eval(s)
		if result == Unknown {
			return
		}
		decisive.Merge(step.when.Trace(s).Decisive)
		if result == True {
			s.conclude(d.fact, step, s.Roots(decisive))
			return
		}
	}
}

func (s *State) conclude(place int, step *derivationStep, roots Set) {
	given, derived := s.values[place], step.value
	if !given.Known() {
		s.values[place] = derived.From(s.weakest(roots), fact.SourceDerived)
		s.cells[place] = step.cell
		s.derived.Add(place)
		if s.roots == nil {
			s.roots = make([]Set, len(s.values))
		}
		s.roots[place] = roots
		return
	}
	known, number := given.Interval()
	worked, also := derived.Interval()
	if given.Equal(derived) || number && also && known.Covers(worked) {
		return
	}
	s.disputed.Add(place)
	s.contradictions = append(s.contradictions, Contradiction{
		Fact: s.language.facts.At(place).ID, Given: given, Derived: derived.From(s.weakest(roots), fact.SourceDerived),
		Inputs: s.language.facts.IDs(roots.List()),
	})
}

// weakest is the lowest evidence among facts; without any it is Verified, since nothing has to be believed.
func (s *State) weakest(facts Set) fact.Evidence {
	weakest := fact.Verified
	for _, place := range facts.List() {
		weakest = min(weakest, s.values[place].Evidence)
	}
	return weakest
}

// pendingInputs says which facts would have to be known for an unknown derived fact; none when its list was worked through
// without a result, and none for a fact that is not derived.
func (s *State) pendingInputs(place int) Set {
	at := s.language.derivedBy[place]
	if at < 0 || s.Known(place) {
		return Set{}
	}
	for _, step := range s.language.derivations[at].steps {
		switch step.when.Eval(s) {
		case True:
			return Set{}
		case Unknown:
			return step.when.Trace(s).Pending
		}
	}
	return Set{}
}

// ToAsk gives the facts to ask for so that the fact at a place becomes known: the unknown ones it follows from, as far as they
// may be asked, else the fact itself if it may be asked.
func (s *State) ToAsk(place int, may func(place int) bool) Set {
	var facts Set
	inputs := s.pendingInputs(place)
	for _, input := range inputs.List() {
		facts.Merge(s.ToAsk(input, may))
	}
	if facts.Empty() && may(place) {
		facts.Add(place)
	}
	return facts
}

// orderDerivations sorts derivations so that inputs come before what is derived from them, and refuses circles.
func (l *Language) orderDerivations(byFact map[int]*derivation) error {
	l.derivedBy = make([]int, l.facts.Len())
	for i := range l.derivedBy {
		l.derivedBy[i] = -1
	}
	visiting := map[int]bool{}
	var visit func(place int) error
	visit = func(place int) error {
		d := byFact[place]
		if d == nil || l.derivedBy[place] >= 0 {
			return nil
		}
		if visiting[place] {
			return fmt.Errorf("fact %s is derived from itself", l.facts.At(place).ID)
		}
		visiting[place] = true
		for _, step := range d.steps {
			for _, input := range step.when.facts {
				if err := visit(input); err != nil {
					return err
				}
			}
		}
		l.derivedBy[place] = len(l.derivations)
		l.every = append(l.every, len(l.derivations))
		l.derivations = append(l.derivations, *d)
		return nil
	}
	for place := range l.facts.Len() {
		if err := visit(place); err != nil {
			return err
		}
	}
	return nil
}
