package eligibility

import (
	"slices"

	"accessdesk/eligibility/rule"
)

// AnswerOutcome is the outcome of an offering after one possible answer.
type AnswerOutcome struct {
	Answer  Value
	Outcome Outcome
}

// Outcomes says what each answer to one question would make of an offering: yes and no, each value, each band. It is empty for
// facts without such answers (texts, and numbers that need an exact number).
func Outcomes(r *Ruleset, p Profile, id FactID) []AnswerOutcome {
	fact, ok := r.vocabulary.Index(id)
	if !ok {
		return nil
	}
	var outcomes []AnswerOutcome
	state, scratch := r.vocabulary.language.State(p), r.vocabulary.language.Bare()
	for _, answer := range r.choices(fact) {
		outcomes = append(outcomes, AnswerOutcome{Answer: answer, Outcome: r.settled(state.Suppose(fact, answer, scratch))})
	}
	return outcomes
}

// choices lists the single answers to a question as a person sees them.
func (r *Ruleset) choices(fact int) []Value {
	known := r.vocabulary.At(fact)
	if known.Type == TypeSet {
		values := make([]Value, len(known.Values))
		for i, name := range known.ValueNames() {
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
	scratch := e.vocabulary.language.Bare()
	groups := map[rule.Truth][]string{}
	for _, answer := range e.rules.choices(fact) {
		after := e.state.Suppose(fact, answer, scratch)
		result := c.expression.Eval(after.For(c.MinEvidence))
		groups[result] = append(groups[result], "“"+e.display(fact, answer)+"”")
	}
	if e.vocabulary.At(fact).Type == TypeSet {
		// Several values can be ticked together: only "one of these is enough" is sure.
		groups = map[rule.Truth][]string{rule.True: groups[rule.True]}
	} else if len(groups) < 2 {
		return nil
	}
	effects := e.grouped(groups)
	for i := range effects {
		effects[i].Fact = e.vocabulary.At(fact).ID
	}
	return effects
}

// grouped words the groups; where there are many answers the largest group is "anything else" and comes last.
func (e *explainer) grouped(groups map[rule.Truth][]string) []Effect {
	const most = 4 // the largest group may name this many one by one
	largest, count := rule.True, 0
	for _, result := range []rule.Truth{rule.True, rule.False, rule.Unknown} {
		if len(groups[result]) > count {
			largest, count = result, len(groups[result])
		}
	}
	var effects []Effect
	for _, result := range []rule.Truth{rule.True, rule.False, rule.Unknown} {
		if len(groups[result]) == 0 {
			continue
		}
		effect := Effect{Result: resultOf(result), Answers: groups[result]}
		named := e.vocabulary.Join(e.lang, "or", effect.Answers)
		if result == largest && count > most && len(groups) > 1 {
			named = e.vocabulary.Say(e.lang, "effect.other")
		}
		effect.Sentence = e.vocabulary.Say(e.lang, "effect."+string(effect.Result), "answers", named)
		effects = append(effects, effect)
	}
	if count > most {
		slices.SortStableFunc(effects, func(a, b Effect) int {
			return len(a.Answers)/count - len(b.Answers)/count // only the largest moves
		})
	}
	return effects
}

func resultOf(result rule.Truth) Result {
	switch result {
	case rule.True:
		return Met
	case rule.False:
		return Unmet
	}
	return Unknown
}
