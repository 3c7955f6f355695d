package catalog

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"accessdesk/eligibility"
)

// condition is the `when` of a question: terms joined by &&. A term is either an expression over facts, as in
// criteria, or one of these over the answer to an earlier question, which mean what they mean in CEL:
//
//	answers.ID                    the statement was accepted
//	answers.ID == "value"         also !=
//	answers.ID in ["a", "b"]      the answer is one of these
//	"value" in answers.ID         it was chosen among several
//
// A term whose fact or answer is not known does not hold, and neither does the condition then.
type condition struct {
	facts   *eligibility.Ruleset // nil: no term over facts
	answers []answerTerm
}

// answerTerm is one term over an answer.
type answerTerm struct {
	question string
	not      bool
	values   []string // nil: the statement was accepted
	among    bool     // the value is one of several chosen
}

const termShapes = `answers.ID, answers.ID == "value", answers.ID in ["a", "b"] or "value" in answers.ID, joined by &&`

var (
	acceptedTerm = regexp.MustCompile(`^answers\.([a-z0-9_]+)$`)
	equalTerm    = regexp.MustCompile(`^answers\.([a-z0-9_]+)\s*(==|!=)\s*(?:"([^"\\]*)"|'([^'\\]*)')$`)
	oneOfTerm    = regexp.MustCompile(`^answers\.([a-z0-9_]+)\s+in\s+\[([^\]]*)\]$`)
	amongTerm    = regexp.MustCompile(`^(?:"([^"\\]*)"|'([^'\\]*)')\s+in\s+answers\.([a-z0-9_]+)$`)
	literal      = regexp.MustCompile(`^(?:"([^"\\]*)"|'([^'\\]*)')$`)
	readsAnswers = regexp.MustCompile(`\banswers\b`)
)

// compileCondition compiles the condition of question number at; questions are those of the offering.
func compileCondition(v *eligibility.Vocabulary, questions []Question, at int) (*condition, error) {
	c := &condition{}
	rules := eligibility.Rules{Slug: "condition", Sectors: []string{eligibility.AnySector}, Published: true}
	for _, term := range terms(questions[at].When) {
		answer, ok := parseAnswerTerm(term)
		switch {
		case ok:
			if err := answer.check(questions, at); err != nil {
				return nil, err
			}
			c.answers = append(c.answers, answer)
		case readsAnswers.MatchString(term):
			return nil, fmt.Errorf("%q is not understood; conditions on answers are written %s", term, termShapes)
		default:
			rules.Criteria = append(rules.Criteria, eligibility.Criterion{ID: fmt.Sprint("term", len(rules.Criteria)+1), Expr: term})
		}
	}
	if len(rules.Criteria) == 0 {
		return c, nil
	}
	var err error
	if c.facts, err = v.Compile(rules); err != nil {
		return nil, fmt.Errorf("does not compile: %s", eligibility.CompileMessage(err))
	}
	return c, nil
}

// CheckCondition tells what is wrong with the condition of question number at, counting from 0.
func (o *Offering) CheckCondition(v *eligibility.Vocabulary, at int) error {
	if o.Questions[at].When == "" {
		return nil
	}
	_, err := compileCondition(v, o.Questions, at)
	return err
}

// ConditionParts takes the condition of question number at apart, for who looks whether it can ever hold: its expressions over facts, the
// earlier questions whose answers it reads, and whether what it asks of those answers excludes itself. Counting from 0.
func (o *Offering) ConditionParts(at int) (exprs, reads []string, impossible bool) {
	left := map[string][]string{} // answers that are still possible, where they are chosen from a list or named
	for _, term := range terms(o.Questions[at].When) {
		answer, ok := parseAnswerTerm(term)
		switch {
		case !ok && term != "" && !readsAnswers.MatchString(term):
			exprs = append(exprs, term)
			continue
		case !ok:
			continue
		}
		if !slices.Contains(reads, answer.question) {
			reads = append(reads, answer.question)
		}
		if answer.values == nil || answer.among {
			continue
		}
		possible, named := left[answer.question]
		if !named {
			possible = o.optionsOf(answer.question)
		}
		switch {
		case possible != nil:
			possible = slices.DeleteFunc(possible, func(value string) bool { return slices.Contains(answer.values, value) == answer.not })
		case !answer.not:
			possible = slices.Clone(answer.values)
		default:
			continue // any text but one
		}
		left[answer.question] = possible
		impossible = impossible || len(possible) == 0
	}
	return exprs, reads, impossible
}

// optionsOf lists what a question offers to choose from; nil where anything may be written.
func (o *Offering) optionsOf(id string) []string {
	var values []string
	for _, q := range o.Questions {
		if q.ID == id {
			for _, option := range q.Options {
				values = append(values, option.Value)
			}
		}
	}
	return values
}

// terms splits an expression at its outermost &&. One with an outermost || or ?: is one term, since && binds closer.
func terms(expr string) []string {
	var parts []string
	start, depth := 0, 0
	var quote byte
	for i := 0; i < len(expr); i++ {
		ch := expr[i]
		switch {
		case quote != 0 && ch == '\\':
			i++
		case quote != 0:
			if ch == quote {
				quote = 0
			}
		case ch == '"' || ch == '\'':
			quote = ch
		case strings.IndexByte("([{", ch) >= 0:
			depth++
		case strings.IndexByte(")]}", ch) >= 0:
			depth--
		case depth > 0:
		case ch == '?' || strings.HasPrefix(expr[i:], "||"):
			return []string{strings.TrimSpace(expr)}
		case strings.HasPrefix(expr[i:], "&&"):
			parts = append(parts, strings.TrimSpace(expr[start:i]))
			i++
			start = i + 1
		}
	}
	return append(parts, strings.TrimSpace(expr[start:]))
}

func parseAnswerTerm(term string) (answerTerm, bool) {
	if m := acceptedTerm.FindStringSubmatch(term); m != nil {
		return answerTerm{question: m[1]}, true
	}
	if m := equalTerm.FindStringSubmatch(term); m != nil {
		return answerTerm{question: m[1], not: m[2] == "!=", values: []string{m[3] + m[4]}}, true
	}
	if m := amongTerm.FindStringSubmatch(term); m != nil {
		return answerTerm{question: m[3], values: []string{m[1] + m[2]}, among: true}, true
	}
	m := oneOfTerm.FindStringSubmatch(term)
	if m == nil {
		return answerTerm{}, false
	}
	t := answerTerm{question: m[1]}
	for item := range strings.SplitSeq(m[2], ",") {
		value := literal.FindStringSubmatch(strings.TrimSpace(item))
		if value == nil {
			return answerTerm{}, false
		}
		t.values = append(t.values, value[1]+value[2])
	}
	return t, true
}

// check tells whether the term fits the question that it reads, which has to stand before question number at.
func (t answerTerm) check(questions []Question, at int) error {
	i := slices.IndexFunc(questions, func(q Question) bool { return q.ID == t.question })
	if i < 0 || i >= at {
		return fmt.Errorf("answers.%s is not the answer to a question before this one", t.question)
	}
	q := questions[i]
	switch {
	case t.values == nil && q.Type != QuestionStatement:
		return fmt.Errorf("answers.%s stands alone, but only statements are yes or no; compare it with a value", t.question)
	case t.values != nil && q.Type == QuestionStatement:
		return fmt.Errorf("answers.%s is a statement, which is accepted or not; write answers.%s alone", t.question, t.question)
	case t.among != (q.Type == QuestionSeveral):
		return fmt.Errorf("question %s is of type %s; write \"value\" in answers.ID for several, answers.ID == \"value\" for the others", t.question, q.Type)
	}
	for _, value := range t.values {
		known := slices.ContainsFunc(q.Options, func(o Option) bool { return o.Value == value })
		if len(q.Options) > 0 && !known {
			return fmt.Errorf("%q is not an option of question %s", value, t.question)
		}
	}
	return nil
}

// holds tells whether the condition is met by what is known.
func (c *condition) holds(p eligibility.Profile, answers map[string][]string) bool {
	for _, t := range c.answers {
		if !t.holds(answers[t.question]) {
			return false
		}
	}
	return c.facts == nil || c.facts.Decide(p).Outcome == eligibility.Eligible
}

func (t answerTerm) holds(given []string) bool {
	given = slices.DeleteFunc(slices.Clone(given), func(s string) bool { return s == "" })
	if len(given) == 0 {
		return false
	}
	if t.values == nil {
		return true
	}
	found := slices.ContainsFunc(given, func(s string) bool { return slices.Contains(t.values, s) })
	return found != t.not
}

// Asked gives the questions of the offering's form that are asked of an operator with these facts who has answered so
// far as in answers: by question id, the values given; one value for most types, several for several, anything but ""
// for a statement that was accepted. A question whose condition is not known to hold is left out, and an answer to a
// question that is left out counts for nothing.
func (p *Published) Asked(facts eligibility.Profile, answers map[string][]string) []Question {
	counted := make(map[string][]string, len(answers))
	var asked []Question
	for i, q := range p.Questions {
		if c := p.conditions[i]; c != nil && !c.holds(facts, counted) {
			continue
		}
		counted[q.ID] = answers[q.ID]
		asked = append(asked, q)
	}
	return asked
}
