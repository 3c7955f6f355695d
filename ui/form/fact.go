package form

import (
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"accessdesk/eligibility"
	"accessdesk/ui/web"
)

// Yes and No are what radio buttons of a yes-or-no question post; a tick box posts Yes.
const (
	Yes = "yes"
	No  = "no"
)

// The words that a fact's field posts beside the values of the fact.
const (
	notSure     = "unsure"
	noneOfThese = "none"
)

// mostRadios is how many answers stand one below the other; a longer list is a native select.
const mostRadios = 7

// mostFactText is how many characters a fact takes, as package eligibility limits it.
const mostFactText = 4000

// longFacts are texts for which people write several lines.
var longFacts = []eligibility.FactID{"site_address", "authorised_official", "technical_contact"}

// FactID is the id of a fact's field. The prefix keeps facts and questions apart from the words of the form itself.
func FactID(id eligibility.FactID) string { return "f-" + string(id) }

// NewFact makes the field of a fact with what is known of it.
func NewFact(r *web.Request, fact eligibility.Fact, profile eligibility.Profile) Field {
	question, help := fact.Wording(profile)
	f := Field{ID: FactID(fact.ID), Key: string(fact.ID), Kind: Text, Type: "text", Label: question.In(r.Lang), Hint: help.In(r.Lang)}
	value := profile[fact.ID]
	if fact.ID == eligibility.SectorFact {
		f.sectors(fact, r.Lang, profile)
		return f
	}
	switch fact.Type {
	case eligibility.TypeBool:
		f.Kind = Radios
		flag, known := value.Bool()
		f.Offer(Yes, r.L.T("desk.yes"), known && flag)
		f.Offer(No, r.L.T("desk.no"), known && !flag)
		f.Offer(notSure, r.L.T("desk.not_sure"), false)
	case eligibility.TypeEnum:
		f.enum(r, fact, value)
	case eligibility.TypeSet:
		f.Kind = Ticks
		for _, one := range fact.Values {
			f.Offer(one.Value, one.Label.In(r.Lang), value.Has(one.Value))
		}
		items, known := value.Items()
		f.Offer(noneOfThese, r.L.T("desk.none"), known && len(items) == 0)
	case eligibility.TypeInt, eligibility.TypeDecimal, eligibility.TypeMoney:
		f.number(r, fact, value)
	case eligibility.TypeDate:
		text, _ := value.Text()
		f.rawDate(r, text)
	case eligibility.TypeList:
		f.Kind, f.Width = Area, "low" // the help of every list says "one on each line"
		items, _ := value.Items()
		f.Value = strings.Join(items, "\n")
	default:
		f.Value, _ = value.Text()
		if slices.Contains(longFacts, fact.ID) {
			f.Kind, f.Width = Area, "low"
		} else if fact.Type != eligibility.TypeText {
			f.Width = "w-mid"
		}
	}
	return f
}

// sectors asks for everything that the operator runs in one list, as the check does.
func (f *Field) sectors(fact eligibility.Fact, lang string, profile eligibility.Profile) {
	f.Kind = Ticks
	main, _ := profile[eligibility.SectorFact].Text()
	for _, one := range fact.Values {
		f.Offer(one.Value, one.Label.In(lang), one.Value == main || profile[eligibility.AdditionalSectorsFact].Has(one.Value))
	}
}

// ReadSectors reads the list into the main sector and the others. The main one stays while it is ticked; else it is
// the first.
func (f *Field) ReadSectors(r *web.Request, before, facts eligibility.Profile) {
	posted := r.FormAll(f.ID)
	var run []string
	for i := range f.Choices {
		if f.Choices[i].Checked = slices.Contains(posted, f.Choices[i].Value); f.Choices[i].Checked {
			run = append(run, f.Choices[i].Value)
		}
	}
	if len(run) == 0 {
		facts[eligibility.SectorFact], facts[eligibility.AdditionalSectorsFact] = eligibility.Value{}, eligibility.Value{}
		return
	}
	main, known := before[eligibility.SectorFact].Text()
	if !known || !slices.Contains(run, main) {
		main = run[0]
	}
	others := slices.DeleteFunc(run, func(sector string) bool { return sector == main })
	facts[eligibility.SectorFact], facts[eligibility.AdditionalSectorsFact] = eligibility.String(main), eligibility.Set(others...)
}

func (f *Field) enum(r *web.Request, fact eligibility.Fact, value eligibility.Value) {
	current, known := value.Text()
	f.Kind = Radios
	if len(fact.Values) > mostRadios {
		f.Kind = Select
		f.Offer("", r.L.T("desk.not_sure"), !known)
	}
	for _, one := range fact.Values {
		f.Offer(one.Value, one.Label.In(r.Lang), known && current == one.Value)
	}
	if f.Kind == Radios {
		f.Offer(notSure, r.L.T("desk.not_sure"), false)
	}
}

// number shows an exact number in the field and a band beside it: an application asks for the number itself.
func (f *Field) number(r *web.Request, fact eligibility.Fact, value eligibility.Value) {
	f.Mode, f.Width = "numeric", "w-short"
	if !fact.Type.Whole() {
		f.Mode = "decimal"
	}
	f.Money = fact.Type == eligibility.TypeMoney
	if f.Money {
		f.Unit = "$"
	}
	if number, exact := value.Number(); exact {
		f.Value = grouped(number)
	} else if value.Known() {
		f.Note = r.L.T("desk.fact_band", "Value", r.Desk().Vocabulary.Display(fact.ID, value, r.Lang))
	}
}

// ReadFact reads the posted answer to a fact into the field and gives the value. What was known stays where nothing
// better was said: an empty number keeps its band, and the same answer keeps its evidence. ok is false for an answer
// that cannot be read; the field then says why.
func ReadFact(r *web.Request, f *Field, fact eligibility.Fact, before eligibility.Value) (value eligibility.Value, ok bool) {
	raw, problem := f.postedFact(r, fact, before)
	if problem == "" {
		var err error
		value, err = r.Desk().Vocabulary.ParseValue(fact.ID, raw)
		problem = factProblem(r, fact, err)
	}
	if problem != "" {
		f.Problem, f.Needed = problem, ""
		return before, false
	}
	if !value.Known() && before.IsBand() || value.Equal(before) {
		return before, true
	}
	return value, true
}

// postedFact gives the answer as facts as JSON have it, "null" where there is none.
func (f *Field) postedFact(r *web.Request, fact eligibility.Fact, before eligibility.Value) (raw []byte, problem string) {
	switch f.Kind {
	case Radios, Select:
		return f.postedChoice(r, fact)
	case Ticks:
		return f.postedTicks(r)
	case Group:
		text, problem := f.postedDate(r)
		return jsonText(text), problem
	}
	f.Value = r.Form(f.ID)
	switch {
	case f.Value == "":
		return []byte("null"), ""
	case fact.Type.Numeric():
		number, ok := plainNumber(f.Value, !fact.Type.Whole())
		if !ok {
			return nil, numberProblem(r, fact)
		}
		return []byte(number), ""
	case fact.Type == eligibility.TypeList:
		raw, _ := json.Marshal(nonEmptyLines(f.Value))
		return raw, ""
	case fact.Type == eligibility.TypeID:
		f.Value = strings.ToUpper(strings.ReplaceAll(f.Value, " ", ""))
	}
	if used := utf8.RuneCountInString(f.Value); used > mostFactText {
		return nil, r.L.T("desk.problem_long", "Max", mostFactText, "Used", used)
	}
	return jsonText(f.Value), ""
}

func (f *Field) postedChoice(r *web.Request, fact eligibility.Fact) (raw []byte, problem string) {
	posted := r.Form(f.ID)
	for i := range f.Choices {
		f.Choices[i].Checked = f.Choices[i].Value == posted
	}
	known := slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.Checked })
	switch {
	case posted == "" || posted == notSure:
		return []byte("null"), ""
	case !known:
		return nil, r.L.T("desk.problem_choice")
	case fact.Type == eligibility.TypeBool:
		return []byte(strconv.FormatBool(posted == Yes)), ""
	}
	return jsonText(posted), ""
}

func (f *Field) postedTicks(r *web.Request) (raw []byte, problem string) {
	posted := r.FormAll(f.ID)
	var values []string
	none := false
	for i := range f.Choices {
		f.Choices[i].Checked = slices.Contains(posted, f.Choices[i].Value)
		switch {
		case !f.Choices[i].Checked:
		case f.Choices[i].Value == noneOfThese:
			none = true
		default:
			values = append(values, f.Choices[i].Value)
		}
	}
	switch {
	case none && len(values) > 0:
		return nil, r.L.T("desk.problem_alone")
	case none:
		return []byte("[]"), ""
	case len(values) == 0:
		return []byte("null"), ""
	}
	raw, _ = json.Marshal(values)
	return raw, ""
}

// factProblem says in words what the vocabulary refuses.
func factProblem(r *web.Request, fact eligibility.Fact, err error) string {
	var unfit *eligibility.FactError
	if !errors.As(err, &unfit) {
		return ""
	}
	switch {
	case fact.Type.Numeric() && fact.Max != nil:
		return r.L.T("desk.problem_number_high", "Most", grouped(*fact.Max))
	case fact.Type.Numeric():
		return numberProblem(r, fact)
	case fact.Type == eligibility.TypeDate:
		return r.L.T("desk.problem_date")
	case fact.Type == eligibility.TypeEnum, fact.Type == eligibility.TypeSet, fact.Type == eligibility.TypeBool:
		return r.L.T("desk.problem_choice")
	}
	return r.L.T("desk.problem_form", "Help", fact.Help.In(r.Lang))
}

func numberProblem(r *web.Request, fact eligibility.Fact) string {
	if fact.Type.Whole() {
		return r.L.T("desk.problem_number")
	}
	return r.L.T("desk.problem_decimal")
}

// longestNumber is how many characters a typed number may have.
const longestNumber = 24

// plainNumber reads a number as people write it in the United States ("3,300", "$1,250,000") into digits.
func plainNumber(typed string, decimals bool) (string, bool) {
	plain := strings.NewReplacer(",", "", " ", "", "$", "", "\u00a0", "").Replace(typed)
	whole, fraction, point := strings.Cut(plain, ".")
	if len(plain) > longestNumber || whole == "" || point && (!decimals || fraction == "") {
		return "", false
	}
	if strings.Trim(whole+fraction, "0123456789") != "" {
		return "", false
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if point {
		return whole + "." + fraction, true
	}
	return whole, true
}

// grouped writes a number with thousands separators.
func grouped(number float64) string {
	return GroupDigits(strconv.FormatFloat(number, 'f', -1, 64))
}

// GroupDigits puts separators between the thousands of a plain number: "3300.5" becomes "3,300.5".
func GroupDigits(number string) string {
	whole, fraction, point := strings.Cut(number, ".")
	var b strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 && whole[i-1] != '-' {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if point {
		b.WriteString("." + fraction)
	}
	return b.String()
}

// nonEmptyLines gives the lines of a text that hold something.
func nonEmptyLines(text string) []string {
	lines := []string{}
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func jsonText(text string) []byte {
	if text == "" {
		return []byte("null")
	}
	raw, _ := json.Marshal(text) // a string is always written
	return raw
}

// SayFact writes a fact for people, all sectors in one; "" if it is not known.
func SayFact(r *web.Request, facts eligibility.Profile, id eligibility.FactID) string {
	value, v := facts[id], r.Desk().Vocabulary
	if !value.Known() {
		return ""
	}
	if main, ok := value.Text(); ok && id == eligibility.SectorFact {
		more, _ := facts[eligibility.AdditionalSectorsFact].Items()
		return v.Display(eligibility.AdditionalSectorsFact, eligibility.Set(append([]string{main}, more...)...), r.Lang)
	}
	return v.Display(id, value, r.Lang)
}
