package eligibility

// Question is the fact to ask for next.
type Question struct {
	Fact    FactID
	Settles int // undecided offerings that at least one of its answers would decide
}

// NextQuestion gives the next question of the check: in the fixed order, the first fact on which a criterion of an undecided
// offering still depends and that may be asked. asked holds what was answered, skipped or "not sure". False: nothing left to ask.
func NextQuestion(rules []*Ruleset, p Profile, asked map[FactID]bool) (Question, bool) {
	if len(rules) == 0 {
		return Question{}, false
	}
	v := rules[0].vocabulary
	s := v.newState(p, factSet{})
	open := openQuestions(rules, s, asked)
	if len(open) == 0 {
		return Question{}, false
	}
	fact := open[0]
	return Question{Fact: v.facts[fact].ID, Settles: settles(rules, p, s, fact)}, true
}

// Open counts the questions that the check would still ask if no further answer made any of them needless.
func Open(rules []*Ruleset, p Profile, asked map[FactID]bool) int {
	if len(rules) == 0 {
		return 0
	}
	return len(openQuestions(rules, rules[0].vocabulary.newState(p, factSet{}), asked))
}

// openQuestions lists the facts to ask for in the fixed order. The sector stands first whenever anything is to be asked and it is
// unknown, because it also decides which other questions make sense.
func openQuestions(rules []*Ruleset, s *state, asked map[FactID]bool) []int {
	v := s.vocabulary
	may := func(fact int) bool {
		return v.facts[fact].Ask == AskCheck && !asked[v.facts[fact].ID] && s.concerns(fact)
	}
	var facts factSet
	for _, r := range rules {
		if r.settled(s) != Unknown {
			continue
		}
		for i := range r.criteria {
			facts.merge(r.criteria[i].pending(s, func(within *state, fact int) factSet { return within.toAsk(fact, may) }))
		}
	}
	if !facts.empty() && !s.values[v.sector].Known() && may(v.sector) {
		facts.add(v.sector)
	}
	return v.inOrder(facts)
}

// concerns reports whether a question makes sense for the operator: it runs one of the sectors of the fact. While the sector is
// not known, only questions for everybody make sense.
func (s *state) concerns(fact int) bool {
	sectors := s.vocabulary.facts[fact].Sectors
	for _, sector := range sectors {
		if s.runs(sector) == isTrue {
			return true
		}
	}
	return len(sectors) == 0
}

// settles counts the undecided offerings that at least one answer would decide.
func settles(rules []*Ruleset, p Profile, s *state, fact int) int {
	v := s.vocabulary
	var undecided []*Ruleset
	for _, r := range rules {
		if r.settled(s) == Unknown {
			undecided = append(undecided, r)
		}
	}
	decided := make([]bool, len(undecided))
	id := v.facts[fact].ID
	for _, answer := range answers(rules, fact) {
		after := v.newState(answered(p, id, answer), factSet{})
		for i, r := range undecided {
			decided[i] = decided[i] || r.settled(after) != Unknown
		}
	}
	count := 0
	for _, yes := range decided {
		if yes {
			count++
		}
	}
	return count
}

// answers lists the answers that a question offers: yes and no, each value, each band; for a number without bands the numbers
// around each constant it is compared with. Texts have none.
func answers(rules []*Ruleset, fact int) []Value {
	known := &rules[0].vocabulary.facts[fact]
	switch {
	case known.Type == TypeBool:
		return []Value{Bool(true), Bool(false)}
	case known.Type == TypeEnum:
		values := make([]Value, len(known.Values))
		for i, name := range known.valueNames() {
			values[i] = String(name)
		}
		return values
	case known.Type == TypeSet:
		values := []Value{Set(), Set(known.valueNames()...)}
		for _, name := range known.valueNames() {
			values = append(values, Set(name))
		}
		return values
	case known.Type.Numeric():
		return numberAnswers(rules, fact)
	}
	return nil
}

func numberAnswers(rules []*Ruleset, fact int) []Value {
	v := rules[0].vocabulary
	var values []Value
	if bands, ok := Bands(rules, v.facts[fact].ID); ok {
		for _, band := range bands {
			values = append(values, Between(band))
		}
		return values
	}
	for _, use := range liveUses(rules, fact) {
		if use.operator == "" {
			continue
		}
		for _, number := range []float64{use.number - 1, use.number, use.number + 1} {
			if v.facts[fact].holds(Exactly(number)) {
				values = append(values, Decimal(number))
			}
		}
	}
	return values
}
