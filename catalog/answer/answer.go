// Package answer judges an answer to a question by the type and the limits of the question, and says which limits fit a type. It is pure:
// no transaction, no clock. The forms of applicants, the check before an application is sent and the question bank all ask it.
//
// What is wrong comes as a *data.Refusal, whose text in the language of the reader is refusal.CODE. Values are judged by one shared
// validator; its own English never reaches anybody.
package answer

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/data"

	"github.com/go-playground/validator/v10"
)

// What an answer can have at most, in whatever offering it is given.
const (
	TextLimit     = 500  // characters of a line
	LongTextLimit = 4000 // characters of several lines
	NetworksLimit = 200  // entries of a list of networks
)

// Limit names a limit by its key in the offering file.
type Limit string

// The limits.
const (
	Min      Limit = "min"
	Max      Limit = "max"
	Earliest Limit = "earliest"
	Latest   Limit = "latest"
	Pattern  Limit = "pattern"
)

// Limits lists all limits in the order of the file.
func Limits() []Limit { return []Limit{Min, Max, Earliest, Latest, Pattern} }

// LimitsOf lists the limits that a type of question takes.
func LimitsOf(t catalog.QuestionType) []Limit {
	switch t {
	case catalog.QuestionText:
		return []Limit{Min, Max, Pattern}
	case catalog.QuestionLongText, catalog.QuestionNumber, catalog.QuestionMoney, catalog.QuestionSeveral:
		return []Limit{Min, Max}
	case catalog.QuestionCIDRList:
		return []Limit{Max}
	case catalog.QuestionDate:
		return []Limit{Earliest, Latest}
	}
	return nil
}

// Has tells whether a question has a limit.
func Has(q catalog.Question, limit Limit) bool {
	switch limit {
	case Min:
		return q.Min != 0
	case Max:
		return q.Max != 0
	case Earliest:
		return q.Earliest != ""
	case Latest:
		return q.Latest != ""
	}
	return q.Pattern != ""
}

// Longest is how many characters one value of an answer may have, whatever the question says.
func Longest(t catalog.QuestionType) int {
	if t == catalog.QuestionLongText || t == catalog.QuestionCIDRList {
		return LongTextLimit
	}
	return TextLimit
}

// Validator is the one instance of the validator for questions and their answers. Beside its own tags it knows phone and uei.
var Validator = newValidator()

var (
	// phoneDigits: seven to fifteen digits, as ITU E.164 has at most 15; punctuation and an extension are taken off before.
	phoneDigits = regexp.MustCompile(`^\+?[0-9]{7,15}$`)
	extension   = regexp.MustCompile(`(?i)\s*(ext\.?|x)\s*[0-9]{1,6}$`)
	// ueiShape is that of SAM.gov: 12 letters and digits, without the letters I and O, and no 0 in front.
	ueiShape = regexp.MustCompile(`^[A-HJ-NP-Z1-9][A-HJ-NP-Z0-9]{11}$`)
)

func newValidator() *validator.Validate {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string { return f.Tag.Get("toml") }) // so that errors name the keys of the offering file
	for tag, fits := range map[string]func(string) bool{"phone": isPhone, "uei": func(text string) bool { return ueiShape.MatchString(strings.ToUpper(text)) }} {
		if err := v.RegisterValidation(tag, func(f validator.FieldLevel) bool { return fits(f.Field().String()) }); err != nil {
			panic(err) // only for an empty tag
		}
	}
	return v
}

func isPhone(text string) bool {
	text = extension.ReplaceAllString(strings.TrimSpace(text), "")
	return phoneDigits.MatchString(strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "", "\u00a0", "").Replace(text))
}

// patterns are the tag of the validator and the code of the refusal for each pattern.
var patterns = map[catalog.Pattern]struct{ tag, code string }{
	catalog.PatternEmail: {"email", "invalid_email"},
	catalog.PatternWeb:   {"http_url", "invalid_web"},
	catalog.PatternPhone: {"phone", "invalid_phone"},
	catalog.PatternUEI:   {"uei", "invalid_uei"},
}

// Check judges an answer; nil when it can be sent. An answer is a list of values: one for most types, any number for several, name, e-mail
// address and phone for a contact, and "yes" for an accepted statement. The refusal stands at the id of the question.
func Check(q catalog.Question, values []string) *data.Refusal {
	given := slices.DeleteFunc(slices.Clone(values), func(v string) bool { return strings.TrimSpace(v) == "" })
	switch {
	case len(given) > 0:
		return checkGiven(q, values, given)
	case !q.Required:
		return nil
	case q.Type == catalog.QuestionStatement:
		return data.Refuse(q.ID, "tick_box")
	}
	return data.Refuse(q.ID, "required")
}

// checkGiven judges an answer that says something. parts are its values with the empty ones.
func checkGiven(q catalog.Question, parts, given []string) *data.Refusal {
	switch q.Type {
	case catalog.QuestionText, catalog.QuestionLongText:
		return checkText(q, strings.TrimSpace(given[0]))
	case catalog.QuestionChoice, catalog.QuestionSeveral:
		return checkChoices(q, given)
	case catalog.QuestionNumber, catalog.QuestionMoney:
		return checkNumber(q, given[0])
	case catalog.QuestionDate:
		return checkDate(q, given[0])
	case catalog.QuestionContact:
		if len(parts) < 2 || strings.TrimSpace(parts[0]) == "" || !fits(parts[1], "email") {
			return data.Refuse(q.ID, "invalid_contact")
		}
	case catalog.QuestionCIDRList:
		return checkNetworks(q, given[0])
	}
	return nil
}

func fits(value any, tag string) bool { return Validator.Var(value, tag) == nil }

// outside tells which bound a length, a count or a number breaks: "min", "max" or "". For the validator, a text has its length in
// characters, a list its entries, and a number its value.
func outside(value any, least, most int) string {
	switch {
	case least > 0 && !fits(value, "min="+strconv.Itoa(least)):
		return "min"
	case most > 0 && !fits(value, "max="+strconv.Itoa(most)):
		return "max"
	}
	return ""
}

func checkText(q catalog.Question, text string) *data.Refusal {
	if pattern, ok := patterns[q.Pattern]; ok && !fits(text, pattern.tag) {
		return data.Refuse(q.ID, pattern.code)
	}
	switch outside(text, q.Min, q.Max) {
	case "min":
		return data.Refuse(q.ID, "too_short", "Min", q.Min)
	case "max":
		return data.Refuse(q.ID, "too_long", "Max", q.Max, "Used", len([]rune(text)))
	}
	return nil
}

func checkChoices(q catalog.Question, given []string) *data.Refusal {
	for _, value := range given {
		if !slices.ContainsFunc(q.Options, func(o catalog.Option) bool { return o.Value == value }) {
			return data.Refuse(q.ID, "unknown_choice")
		}
	}
	if q.Type != catalog.QuestionSeveral {
		return nil
	}
	slices.Sort(given)
	return counted(q, outside(slices.Compact(given), q.Min, q.Max), "choices")
}

// counted says that there are too few or too many of something.
func counted(q catalog.Question, bound, what string) *data.Refusal {
	switch bound {
	case "min":
		return data.Refuse(q.ID, what+"_few", "Count", q.Min)
	case "max":
		return data.Refuse(q.ID, what+"_many", "Count", q.Max)
	}
	return nil
}

func checkNumber(q catalog.Question, typed string) *data.Refusal {
	number, err := strconv.ParseInt(strings.NewReplacer(",", "", "$", "", " ", "").Replace(typed), 10, 64)
	if err != nil || number < 0 || strings.ContainsAny(typed, "+-") {
		return data.Refuse(q.ID, "invalid_number")
	}
	code := map[catalog.QuestionType]string{catalog.QuestionNumber: "number", catalog.QuestionMoney: "money"}[q.Type]
	switch outside(number, q.Min, q.Max) {
	case "min":
		return data.Refuse(q.ID, code+"_low", "Min", grouped(q.Min))
	case "max":
		return data.Refuse(q.ID, code+"_high", "Max", grouped(q.Max))
	}
	return nil
}

// grouped writes a number with a comma between thousands, as both languages of the product do in the United States.
func grouped(number int) string {
	text := strconv.Itoa(number)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

func checkDate(q catalog.Question, text string) *data.Refusal {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return data.Refuse(q.ID, "invalid_date")
	}
	day := catalog.Date(text) // days in this spelling are in the order of their letters
	switch {
	case q.Earliest != "" && day < q.Earliest:
		return data.Refuse(q.ID, "day_early", "Day", q.Earliest.Time())
	case q.Latest != "" && day > q.Latest:
		return data.Refuse(q.ID, "day_late", "Day", q.Latest.Time())
	}
	return nil
}

func checkNetworks(q catalog.Question, text string) *data.Refusal {
	networks := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ' ' || r == ';' })
	for _, network := range networks {
		if !fits(network, "ip|cidr") {
			return data.Refuse(q.ID, "invalid_network", "Network", network)
		}
	}
	return counted(q, outside(networks, 0, q.Max), "networks")
}
