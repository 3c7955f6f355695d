package question

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/catalog"
	"accessdesk/catalog/answer"
	"accessdesk/catalog/check"
	"accessdesk/data"
	"accessdesk/data/locale"
	"accessdesk/eligibility"

	"github.com/go-playground/validator/v10"
)

// Problem is something in a question that has to be mended before it is kept.
type Problem struct {
	Key     string // as package check names it, with the question as the first of an offering: "questions[1].label.en"
	refusal *data.Refusal
	found   check.Problem
}

// In says it in the language of a reader.
func (p Problem) In(l *locale.Localizer) string {
	if p.refusal != nil {
		return l.Fill("refusal."+p.refusal.Code, p.refusal.Args)
	}
	return p.found.In(l)
}

// Unfit is the error of a question that cannot be kept as it is.
type Unfit struct{ Problems []Problem }

// Error has a line for each problem, in the words for readers of files.
func (u *Unfit) Error() string {
	text := "the question is not complete:"
	for _, p := range u.Problems {
		says := p.found.Text
		if p.refusal != nil {
			says = p.refusal.Code
		}
		text += "\n" + p.Key + ": " + says
	}
	return text
}

// shape is how much a question of the bank holds. Package check says what it has to be.
type shape struct {
	ID      string   `toml:"id" validate:"max=60"`
	Label   words    `toml:"label"`
	Help    words    `toml:"help"`
	Options []option `toml:"options" validate:"max=50,dive"`
}

type words struct {
	En string `toml:"en" validate:"max=1000"`
	Es string `toml:"es" validate:"max=1000"`
}

type option struct {
	Value string `toml:"value" validate:"max=60"`
	Label words  `toml:"label"`
}

// Check reads a question as it will be read in an offering, so that what is in the bank can be published wherever it is added. *Unfit
// tells what is wrong; nil: nothing.
func Check(v *eligibility.Vocabulary, q catalog.Question) error {
	s := shape{ID: q.ID, Label: words(q.Label), Help: words(q.Help)}
	for _, o := range q.Options {
		s.Options = append(s.Options, option{o.Value, words(o.Label)})
	}
	var all []Problem
	var mistakes validator.ValidationErrors
	if err := answer.Validator.Struct(s); errors.As(err, &mistakes) {
		for _, m := range mistakes {
			all = append(all, tooMuch(m))
		}
	} else if err != nil {
		return wrap(err, "check question %s", q.ID)
	}
	for _, found := range check.Offering(v, &catalog.Offering{Questions: []catalog.Question{q}}, time.Time{}, false) {
		if strings.HasPrefix(found.Key, first) {
			all = append(all, Problem{Key: found.Key, found: found})
		}
	}
	if len(all) == 0 {
		return nil
	}
	return &Unfit{Problems: all}
}

// first is the key of the only question of an offering.
const first = "questions[1]"

var place = regexp.MustCompile(`\[(\d+)\]`)

// tooMuch says in our own words what the validator found.
func tooMuch(m validator.FieldError) Problem {
	_, key, _ := strings.Cut(m.Namespace(), ".")
	key = place.ReplaceAllStringFunc(key, func(at string) string { // the validator counts from 0, keys from 1
		n, _ := strconv.Atoi(at[1 : len(at)-1])
		return "[" + strconv.Itoa(n+1) + "]"
	})
	p := Problem{Key: first + "." + key}
	if text, is := m.Value().(string); is {
		p.refusal = data.Refuse(p.Key, "too_long", "Max", m.Param(), "Used", utf8.RuneCountInString(text))
	} else {
		p.refusal = data.Refuse(p.Key, "list_long")
	}
	return p
}
