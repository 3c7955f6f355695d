// Package questionnaire judges the answers to a program's own questions and says what differs between two versions of a
// program. It is pure: no transaction, no clock. Package broker stores the answers and says who may give them.
//
// Most types of question have one value; several has any number; a contact has name, e-mail address and phone; an
// accepted statement has "yes". What cannot be stored at all (Storable) is refused when it is saved; everything else is
// saved as it is and reported as a gap until it can be sent.
package questionnaire

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"

	"github.com/go-playground/validator/v10"
)

// The lengths of answers, in characters.
const (
	TextLimit     = 500
	LongTextLimit = 4000
	answerParts   = 50 // values of one answer
)

// Answers are the answers to a program's own questions: by question, the values given. Most types have one value; several
// has any number; a contact has name, e-mail address and phone; an accepted statement has "yes".
type Answers map[string][]string

// Storable refuses an answer that is too long, or has more values than any question can have, at its question.
func Storable(q catalog.Question, values []string) error {
	limit := TextLimit
	if q.Type == catalog.QuestionLongText || q.Type == catalog.QuestionCIDRList {
		limit = LongTextLimit
	}
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

var check = validator.New(validator.WithRequiredStructEnabled())

// CheckAnswer judges one answer by the type of its question; nil when it can be sent.
func CheckAnswer(q catalog.Question, values []string) *data.Refusal {
	parts := values
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return strings.TrimSpace(v) == "" })
	if len(values) == 0 {
		if !q.Required {
			return nil
		}
		if q.Type == catalog.QuestionStatement {
			return data.Refuse(q.ID, "tick_box")
		}
		return data.Refuse(q.ID, "required")
	}
	switch q.Type {
	case catalog.QuestionChoice, catalog.QuestionSeveral:
		for _, value := range values {
			if !slices.ContainsFunc(q.Options, func(o catalog.Option) bool { return o.Value == value }) {
				return data.Refuse(q.ID, "unknown_choice")
			}
		}
	case catalog.QuestionNumber, catalog.QuestionMoney:
		if _, err := strconv.ParseUint(strings.NewReplacer(",", "", "$", "", " ", "").Replace(values[0]), 10, 63); err != nil {
			return data.Refuse(q.ID, "invalid_number")
		}
	case catalog.QuestionDate:
		if _, err := time.Parse(time.DateOnly, values[0]); err != nil {
			return data.Refuse(q.ID, "invalid_date")
		}
	case catalog.QuestionContact:
		if len(parts) < 2 || strings.TrimSpace(parts[0]) == "" || check.Var(parts[1], "email") != nil {
			return data.Refuse(q.ID, "invalid_contact")
		}
	case catalog.QuestionCIDRList:
		for _, network := range strings.FieldsFunc(values[0], func(r rune) bool { return r == '\n' || r == ',' || r == ' ' || r == ';' }) {
			if check.Var(network, "ip|cidr") != nil {
				return data.Refuse(q.ID, "invalid_network", "Network", network)
			}
		}
	}
	return nil
}
