package part

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/eligibility"
	"accessdesk/ui/form"
)

// closed says which values a list can have, and under which names their words are.
type closed struct {
	words  string
	values []string
}

// closedTypes are the types that take one of a few values, with the names under which their words are.
var closedTypes = map[reflect.Type]string{
	reflect.TypeFor[catalog.Kind]():         "kind.",
	reflect.TypeFor[catalog.Status]():       "edit.status_",
	reflect.TypeFor[catalog.Cost]():         "edit.cost_",
	reflect.TypeFor[catalog.Confidence]():   "edit.confidence_",
	reflect.TypeFor[catalog.Mode]():         "mode.",
	reflect.TypeFor[catalog.QuestionType](): "edit.type_",
	reflect.TypeFor[catalog.Pattern]():      "bank.pattern_",
	reflect.TypeFor[catalog.TestOutcome]():  "edit.outcome_",
	reflect.TypeFor[catalog.Period]():       "edit.every_",
}

// tickLists are the lists of which each value stands once, in a fixed order.
var tickLists = map[string]closed{
	"terms_safeguards": {"safeguard.", catalog.Values(reflect.TypeFor[catalog.Safeguard]())},
	"terms_approvals":  {"edit.approval_", []string{catalog.ApprovalProgramManager}},
}

// lineLists are the lists that are typed one element a line.
var lineLists = map[string]bool{"known_as": true, "replaced_by": true, "sectors": true}

// simpleList tells which lists are one field.
func simpleList(path string) bool {
	_, ticks := tickLists[Key(path)]
	return ticks || lineLists[Key(path)]
}

// field makes the field of a plain value.
func (f *Form) field(path string, v reflect.Value) form.Field {
	field := form.Field{ID: path, Kind: form.Text, Label: f.label(path), Hint: f.hint(path)}
	if words, ok := closedTypes[v.Type()]; ok {
		f.choose(&field, closed{words, catalog.Values(v.Type())}, f.value(path, v.String()))
		return f.noted(field)
	}
	switch {
	case v.Type() == timeType:
		f.instant(&field, v.Interface().(time.Time))
	case v.Type() == dateType:
		field.Type, field.Value = "date", f.value(path, v.String())
	case v.Kind() == reflect.Bool:
		field.Kind = form.Statement
		if f.Posted == nil && v.Bool() || f.Posted != nil && f.Posted.Form(path) == form.Yes {
			field.Value = form.Yes
		}
	case v.Kind() == reflect.Int:
		field.Mode, field.Width, field.Value = "numeric", "w-s", f.value(path, plainNumber(int(v.Int())))
	case v.Kind() == reflect.Slice:
		f.several(&field, path, plainTexts(v))
	case Key(path) == "apply_fields":
		field.Label, field.Kind = f.L.T("edit.label_apply_field"), form.Select
		f.offerFacts(&field, f.value(path, v.String()))
	default:
		field.Value = f.value(path, v.String())
		if kind, ok := inputTypes[Key(path)]; ok {
			field.Type, field.Mode = kind, kind
		}
		if areas[Key(path)] {
			field.Kind = form.Area
		}
	}
	return f.noted(field)
}

// inputTypes are the types of the inputs that bring another keyboard.
var inputTypes = map[string]string{"provider_url": "url", "helper_url": "url", "sources_url": "url", "owner": "email", "helper_phone": "tel"}

// areas are plain texts of several lines.
var areas = map[string]bool{"sources_supports": true, "requirements_citation": true}

func plainNumber(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// choose makes a native list, with an empty line for "not said yet".
func (f *Form) choose(field *form.Field, list closed, chosen string) {
	field.Kind = form.Select
	field.Offer("", f.L.T("edit.choose"), chosen == "")
	for _, value := range list.values {
		field.Offer(value, f.L.T(list.words+value), value == chosen)
	}
}

// offerFacts offers what a packet can hold: facts, then the offering's own questions.
func (f *Form) offerFacts(field *form.Field, chosen string) {
	known := chosen == ""
	field.Offer("", f.L.T("edit.choose"), known)
	for _, c := range f.Facts {
		field.Offer(c.Value, c.Text, c.Value == chosen)
		known = known || c.Value == chosen
	}
	for _, q := range f.Offering.Questions {
		if q.ID != "" {
			field.Offer(q.ID, f.L.T("edit.own_question", "Question", in(q.Label, f.L.Lang(), q.ID)), q.ID == chosen)
			known = known || q.ID == chosen
		}
	}
	if !known {
		field.Offer(chosen, chosen, true)
	}
}

func in(t catalog.Text, lang, otherwise string) string {
	if text := t.In(lang); text != "" {
		return text
	}
	return otherwise
}

// several makes the field of a list of plain values.
func (f *Form) several(field *form.Field, path string, values []string) {
	list, ticks := tickLists[Key(path)]
	if !ticks {
		field.Kind, field.Value = form.Area, f.value(path, strings.Join(values, "\n"))
		return
	}
	field.Kind = form.Ticks
	if f.Posted != nil {
		values = f.Posted.FormAll(path)
	}
	for _, value := range list.values {
		field.Offer(value, f.L.T(list.words+value), slices.Contains(values, value))
	}
}

// clock is what the name of the time of day has behind that of the day.
const clock = ".clock"

// instant makes the two inputs of a day and a time of day, in the zone of the window.
func (f *Form) instant(field *form.Field, at time.Time) {
	day, hour := "", ""
	if zone := f.Offering.Window.Zone(); !at.IsZero() {
		day, hour = at.In(zone).Format(time.DateOnly), at.In(zone).Format("15:04")
	}
	field.Kind = form.Group
	field.Parts = []form.Part{
		{ID: field.ID, Label: f.L.T("edit.day"), Type: "date", Value: f.value(field.ID, day)},
		{ID: field.ID + clock, Label: f.L.T("edit.clock"), Type: "text", Value: f.value(field.ID+clock, hour)}}
}

// FactChoices are the facts that a packet can hold, named in a language, in the order of the vocabulary.
func FactChoices(v *eligibility.Vocabulary, lang string) []form.Choice {
	var all []form.Choice
	for _, fact := range v.Facts() {
		all = append(all, form.Choice{Value: string(fact.ID), Text: fact.Label.In(lang)})
	}
	return all
}

// plainTexts are the elements of a list of texts, whatever their type is called.
func plainTexts(v reflect.Value) []string {
	var all []string
	for i := range v.Len() {
		all = append(all, v.Index(i).String())
	}
	return all
}
