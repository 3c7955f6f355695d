package eligibility

import (
	"fmt"
	"slices"
	"strings"

	"accessdesk/eligibility/rule"
)

// step is one question of a small tree of questions, with where its answers lead.
type step struct {
	fact     int
	branches []branch
}

// branch is what some answers lead to: a result, or the next question.
type branch struct {
	answers []Value
	result  rule.Truth
	next    *step // with Unknown; nil when no question decides
}

// key is equal for steps that lead to the same by the same answers.
func (s *step) key() string {
	if s == nil {
		return ""
	}
	var text strings.Builder
	for _, b := range s.branches {
		fmt.Fprintf(&text, "%d%v%d(%s)", s.fact, b.answers, b.result, b.next.key())
	}
	return text.String()
}

// step asks the first of some questions on which a state still depends; nil when it depends on none of them.
func (o *open) step(p Profile, s *rule.State, some []int) *step {
	pending := o.pending(s)
	for _, place := range some {
		if !pending.Has(place) {
			continue
		}
		this := &step{fact: place}
		for _, answer := range o.possible(place) {
			more, state := o.after(p, place, answer)
			leads := branch{answers: []Value{answer}, result: o.result(state)}
			if leads.result == rule.Unknown {
				leads.next = o.step(more, state, some)
			}
			this.add(leads)
		}
		return this
	}
	return nil
}

// add joins a branch to those that lead to the same.
func (s *step) add(leads branch) {
	for i := range s.branches {
		if same := &s.branches[i]; same.result == leads.result && same.next.key() == leads.next.key() {
			same.answers = append(same.answers, leads.answers...)
			return
		}
	}
	s.branches = append(s.branches, leads)
}

// line lists the steps of a tree in which at most one answer of each question leads on; false for any other tree, and for one with a
// question whose answers cannot be told apart by themselves: sets, whose items can be ticked together, and facts without answers.
func (o *open) line(first *step) ([]*step, bool) {
	var steps []*step
	for at := first; at != nil; {
		if o.rules.vocabulary.At(at.fact).Type == TypeSet || len(at.branches) < 2 {
			return nil, false
		}
		steps = append(steps, at)
		var next *step
		for _, b := range at.branches {
			if b.next != nil && next != nil {
				return nil, false
			}
			if b.next != nil {
				next = b.next
			}
		}
		at = next
	}
	return steps, len(steps) > 0
}

// lines is the line of the first order of some questions that has one, the order of questions first; nothing when none has one.
func (o *open) lines(facts []int) []*step {
	var found []*step
	var order func(before, left []int) bool
	order = func(before, left []int) bool {
		if len(left) == 0 {
			steps, plain := o.line(o.step(o.given, o.state, before))
			found = steps
			return plain
		}
		return slices.ContainsFunc(left, func(place int) bool {
			return order(append(slices.Clip(before), place), slices.DeleteFunc(slices.Clone(left), func(other int) bool { return other == place }))
		})
	}
	order(nil, facts)
	return found
}

// lead says what the answers to two or three missing questions lead to, one question after the other; nothing when that cannot be
// said in a line.
func (e *explainer) lead(c *compiled, facts []int) []Effect {
	o := (&open{rules: e.rules, given: e.completed, state: e.state}).of(c)
	steps := o.lines(facts)
	var effects []Effect
	for i, this := range steps {
		opening := "effect.then"
		if i == 0 {
			opening = "effect.first"
		}
		told := e.told(this)
		told[0].Sentence = e.vocabulary.Say(e.lang, opening, "fact", e.label(this.fact)) + " " + told[0].Sentence
		effects = append(effects, told...)
	}
	return effects
}

// told words the branches of a step. The largest of many answers is "any other one" and comes last.
func (e *explainer) told(this *step) []Effect {
	const most = 4 // answers that the largest branch may name one by one
	largest := 0
	for i, b := range this.branches {
		if len(b.answers) > len(this.branches[largest].answers) {
			largest = i
		}
	}
	many := len(this.branches[largest].answers) > most
	var effects, last []Effect
	for _, result := range []rule.Truth{rule.True, rule.False, rule.Unknown} {
		for i, b := range this.branches {
			if b.result != result {
				continue
			}
			effect := Effect{Fact: e.vocabulary.At(this.fact).ID, Result: resultOf(b.result)}
			for _, answer := range b.answers {
				effect.Answers = append(effect.Answers, "“"+e.display(this.fact, answer)+"”")
			}
			key, named := "effect."+string(effect.Result), e.vocabulary.Join(e.lang, "or", effect.Answers)
			if b.next != nil {
				key, effect.Next = "effect.next", e.vocabulary.At(b.next.fact).ID
			}
			if many && i == largest {
				named = e.vocabulary.Say(e.lang, "effect.other")
			}
			effect.Sentence = e.vocabulary.Say(e.lang, key, "answers", named)
			if many && i == largest {
				last = append(last, effect)
			} else {
				effects = append(effects, effect)
			}
		}
	}
	return append(effects, last...)
}
