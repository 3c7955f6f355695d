package eligibility

import "slices"

// AnswerOutcome is the outcome of an offering after one possible answer.
type AnswerOutcome struct {
	Answer  Value
	Outcome Outcome
}

// Outcomes says what each answer to one question would make of an offering: yes and no, each value, each band. It is empty for
// facts without such answers (texts, and numbers that need an exact number).
func Outcomes(r *Ruleset, p Profile, id FactID) []AnswerOutcome {
	fact, ok := r.vocabulary.index[id]
	if !ok {
		return nil
	}
	var outcomes []AnswerOutcome
	for _, answer := range r.choices(fact) {
		after := r.vocabulary.newState(answered(p, id, answer), factSet{})
		outcomes = append(outcomes, AnswerOutcome{Answer: answer, Outcome: r.settled(after)})
	}
	return outcomes
}

// choices lists the single answers to a question as a person sees them.
func (r *Ruleset) choices(fact int) []Value {
	known := &r.vocabulary.facts[fact]
	if known.Type == TypeSet {
		values := make([]Value, len(known.Values))
		for i, name := range known.valueNames() {
			values[i] = Set(name)
		}
		return values
	}
	if known.Type.Numeric() {
		if _, ok := Bands([]*Ruleset{r}, known.ID); !ok {
			return nil
		}
	}
	return answers([]*Ruleset{r}, fact)
}

// answered is p with one more answer. A new sector leaves the other sectors to be answered with it.
func answered(p Profile, id FactID, answer Value) Profile {
	after := p.Clone()
	after[id] = answer
	if id == SectorFact {
		delete(after, AdditionalSectorsFact)
	}
	return after
}

// effects groups the possible answers to the one missing question by what they make of the criterion.
func (e *explainer) effects(c *compiled, fact int) []Effect {
	id := e.vocabulary.facts[fact].ID
	given := e.state.profile()
	groups := map[truth][]string{}
	for _, answer := range e.rules.choices(fact) {
		after := e.vocabulary.newState(answered(given, id, answer), factSet{})
		result := c.program.eval(after.forEvidence(c.MinEvidence))
		groups[result] = append(groups[result], "“"+e.display(fact, answer)+"”")
	}
	if e.vocabulary.facts[fact].Type == TypeSet {
		// Several values can be ticked together: only "one of these is enough" is sure.
		groups = map[truth][]string{isTrue: groups[isTrue]}
	} else if len(groups) < 2 {
		return nil
	}
	return e.grouped(groups)
}

// grouped words the groups; where there are many answers the largest group is "anything else" and comes last.
func (e *explainer) grouped(groups map[truth][]string) []Effect {
	const most = 4 // the largest group may name this many one by one
	largest, count := isTrue, 0
	for _, result := range []truth{isTrue, isFalse, isUnknown} {
		if len(groups[result]) > count {
			largest, count = result, len(groups[result])
		}
	}
	var effects []Effect
	for _, result := range []truth{isTrue, isFalse, isUnknown} {
		if len(groups[result]) == 0 {
			continue
		}
		effect := Effect{Result: resultOf(result), Answers: groups[result]}
		named := e.texts.join(e.lang, "or", effect.Answers)
		if result == largest && count > most && len(groups) > 1 {
			named = e.texts.say(e.lang, "effect.other")
		}
		effect.Sentence = e.texts.say(e.lang, "effect."+string(effect.Result), "answers", named)
		effects = append(effects, effect)
	}
	if count > most {
		slices.SortStableFunc(effects, func(a, b Effect) int {
			return len(a.Answers)/count - len(b.Answers)/count // only the largest moves
		})
	}
	return effects
}

func resultOf(result truth) Result {
	switch result {
	case isTrue:
		return Met
	case isFalse:
		return Unmet
	}
	return Unknown
}
