package eligibility

import "accessdesk/eligibility/rule"

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
	s := v.language.State(p)
	open := openQuestions(rules, s, asked)
	if len(open) == 0 {
		return Question{}, false
	}
	fact := open[0]
	return Question{Fact: v.At(fact).ID, Settles: settles(rules, p, s, fact)}, true
}

// Open counts the questions that the check would still ask if no further answer made any of them needless.
func Open(rules []*Ruleset, p Profile, asked map[FactID]bool) int {
	if len(rules) == 0 {
		return 0
	}
	return len(openQuestions(rules, rules[0].vocabulary.language.State(p), asked))
}

// openQuestions lists the facts to ask for in the fixed order. The sector stands first whenever anything is to be asked and it is
// unknown, because it also decides which other questions make sense.
func openQuestions(rules []*Ruleset, s *rule.State, asked map[FactID]bool) []int {
	v := rules[0].vocabulary
	may := func(fact int) bool {
		return v.At(fact).Ask == AskCheck && !asked[v.At(fact).ID] && v.concerns(s, fact)
	}
	var facts rule.Set
	for _, r := range rules {
		if r.settled(s) != Unknown {
			continue
		}
		for i := range r.criteria {
			facts.Merge(r.criteria[i].pending(s, func(within *rule.State, fact int) rule.Set { return within.ToAsk(fact, may) }))
		}
	}
	if !facts.Empty() && !s.Value(v.sector).Known() && may(v.sector) {
		facts.Add(v.sector)
	}
	return v.inOrder(facts)
}

// concerns reports whether a question makes sense for the operator: it runs one of the sectors of the fact. While the sector is
// not known, only questions for everybody make sense.
func (v *Vocabulary) concerns(s *rule.State, fact int) bool {
	sectors := v.At(fact).Sectors
	for _, sector := range sectors {
		if s.Runs(sector) == rule.True {
			return true
		}
	}
	return len(sectors) == 0
}

// settles counts the undecided offerings that at least one answer would decide.
func settles(rules []*Ruleset, p Profile, s *rule.State, fact int) int {
	v := rules[0].vocabulary
	var undecided []*Ruleset
	for _, r := range rules {
		if r.settled(s) == Unknown {
			undecided = append(undecided, r)
		}
	}
	decided := make([]bool, len(undecided))
	id := v.At(fact).ID
	for _, answer := range answers(rules, fact) {
		after := v.language.State(answered(p, id, answer))
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
	known := rules[0].vocabulary.At(fact)
	switch {
	case known.Type == TypeBool:
		return []Value{Bool(true), Bool(false)}
	case known.Type == TypeEnum:
		values := make([]Value, len(known.Values))
		for i, name := range known.ValueNames() {
			values[i] = String(name)
		}
		return values
	case known.Type == TypeSet:
		values := []Value{Set(), Set(known.ValueNames()...)}
		for _, name := range known.ValueNames() {
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
	if bands, ok := Bands(rules, v.At(fact).ID); ok {
		for _, band := range bands {
			values = append(values, Between(band))
		}
		return values
	}
	for _, use := range liveUses(rules, fact) {
		if use.Operator == "" {
			continue
		}
		for _, number := range []float64{use.Number - 1, use.Number, use.Number + 1} {
			if v.At(fact).Holds(Exactly(number)) {
				values = append(values, Decimal(number))
			}
		}
	}
	return values
}
