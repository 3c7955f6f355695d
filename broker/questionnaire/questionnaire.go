// Package questionnaire judges the answers to a program's own questions and says what differs between two versions of a
// program. It is pure: no transaction, no clock. Package broker stores the answers and says who may give them.
//
// Most types of question have one value; several has any number; a contact has name, e-mail address and phone; an
// accepted statement has "yes". What cannot be stored at all (Storable) is refused when it is saved; everything else is
// saved as it is and reported as a gap until it can be sent. What an answer has to be says package catalog/answer.
package questionnaire

import (
	"unicode/utf8"

	"accessdesk/catalog"
	"accessdesk/catalog/answer"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// The most that an answer can have.
const (
	TextLimit     = answer.TextLimit
	LongTextLimit = answer.LongTextLimit
	answerParts   = 50 // values of one answer
)

// Answers are the answers to a program's own questions: by question, the values given. Most types have one value; several
// has any number; a contact has name, e-mail address and phone; an accepted statement has "yes".
type Answers map[string][]string

// Storable refuses an answer that is too long, or has more values than any question can have, at its question.
func Storable(q catalog.Question, values []string) error {
	limit := answer.Longest(q.Type)
	if len(values) > answerParts {
		return data.Refuse(q.ID, "unknown_choice")
	}
	for _, value := range values {
		if used := utf8.RuneCountInString(value); used > limit {
			return data.Refuse(q.ID, "too_long", "Max", limit, "Used", used)
		}
	}
	return nil
}

// Gap is a question that is not answered as it has to be before the item can be sent.
type Gap struct {
	Question catalog.Question
	Refusal  *data.Refusal
}

// Gaps lists what is missing or wrong in the answers to the questions that are asked of an operator with these facts.
func Gaps(program *catalog.Published, facts eligibility.Profile, answers Answers) []Gap {
	var gaps []Gap
	for _, q := range program.Asked(facts, answers) {
		if refusal := CheckAnswer(q, answers[q.ID]); refusal != nil {
			gaps = append(gaps, Gap{q, refusal})
		}
	}
	return gaps
}

// CheckAnswer judges one answer by the type and the limits of its question; nil when it can be sent.
func CheckAnswer(q catalog.Question, values []string) *data.Refusal { return answer.Check(q, values) }
