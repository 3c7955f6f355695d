package form

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/catalog"
	"accessdesk/catalog/answer"
	"accessdesk/ui/web"
)

// QuestionID is the id of a question's field. The prefix keeps questions apart from the words of the form itself.
func QuestionID(id string) string { return "q-" + id }

// NewQuestion makes the field of a question with what was answered, be it complete or not.
func NewQuestion(r *web.Request, q catalog.Question, values []string) Field {
	f := Field{ID: QuestionID(q.ID), Key: q.ID, Kind: Text, Type: "text", Label: q.Label.In(r.Lang), Hint: q.Help.In(r.Lang), Required: q.Required}
	if limits := SayLimits(r.L, q); limits != "" {
		f.Hint = strings.TrimSpace(f.Hint + " " + limits)
	}
	switch q.Type {
	case catalog.QuestionLongText, catalog.QuestionCIDRList:
		f.Kind, f.Value = Area, first(values)
		f.Used = r.L.N("desk.used", utf8.RuneCountInString(f.Value), "Max", limitOf(q))
		if q.Type == catalog.QuestionCIDRList {
			f.Used, f.Width = "", "low"
			if f.Hint == "" {
				f.Hint = r.L.T("desk.cidr_hint")
			}
		}
	case catalog.QuestionChoice, catalog.QuestionSeveral:
		f.Kind = Radios
		if q.Type == catalog.QuestionSeveral {
			f.Kind = Ticks
		}
		for _, option := range q.Options {
			f.Offer(option.Value, option.Label.In(r.Lang), slices.Contains(values, option.Value))
		}
	case catalog.QuestionNumber, catalog.QuestionMoney:
		f.Value, f.Mode, f.Width = first(values), "numeric", "w-short"
		if q.Type == catalog.QuestionMoney {
			f.Money, f.Unit = true, "$"
		}
	case catalog.QuestionDate:
		f.rawDate(r, first(values))
	case catalog.QuestionStatement:
		f.Kind, f.Value = Statement, first(values)
	case catalog.QuestionContact:
		f.parts(values, Part{Label: r.L.T("desk.contact_name"), Type: "text"},
			Part{Label: r.L.T("desk.contact_email"), Type: "email"}, Part{Label: r.L.T("desk.contact_phone"), Type: "tel", Width: "m"})
	case catalog.QuestionAddress:
		f.parts(values, Part{Label: r.L.T("desk.address_street"), Type: "text"}, Part{Label: r.L.T("desk.address_city"), Type: "text", Width: "m"},
			Part{Label: r.L.T("desk.address_state"), Type: "text", Width: "m"}, Part{Label: r.L.T("desk.address_zip"), Type: "text", Width: "s", Mode: "numeric"})
	default:
		f.Value = first(values)
		if kind := inputTypes[q.Pattern]; kind != "" {
			f.Type, f.Mode = kind, kind
		}
		if f.Value != "" && utf8.RuneCountInString(f.Value) > limitOf(q)*4/5 {
			f.Used = r.L.N("desk.used", utf8.RuneCountInString(f.Value), "Max", limitOf(q))
		}
	}
	return f
}

// inputTypes bring the keyboard that fits a pattern.
var inputTypes = map[catalog.Pattern]string{catalog.PatternEmail: "email", catalog.PatternWeb: "url", catalog.PatternPhone: "tel"}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// partNames are the ends of the ids of the inputs of a group after the first.
var partNames = []string{"", "-2", "-3", "-4"}

// parts makes the inputs of a group.
func (f *Field) parts(values []string, parts ...Part) {
	f.Kind = Group
	for i := range parts {
		parts[i].ID = f.ID + partNames[i]
		if i < len(values) {
			parts[i].Value = values[i]
		}
	}
	f.Parts = parts
}

// limitOf is how many characters one value of an answer may have.
func limitOf(q catalog.Question) int {
	if q.Max > 0 && (q.Type == catalog.QuestionText || q.Type == catalog.QuestionLongText) {
		return min(q.Max, answer.Longest(q.Type))
	}
	return answer.Longest(q.Type)
}

// Posted gives what was posted for a question, as it is stored.
func Posted(r *web.Request, f Field, q catalog.Question) []string {
	switch q.Type {
	case catalog.QuestionSeveral:
		return r.FormAll(f.ID)
	case catalog.QuestionDate:
		return one(rawDateText(r.Form(f.Parts[0].ID), r.Form(f.Parts[1].ID), r.Form(f.Parts[2].ID)))
	case catalog.QuestionContact, catalog.QuestionAddress:
		var values []string
		for _, name := range f.Names() {
			values = append(values, r.Form(name))
		}
		if strings.Join(values, "") == "" {
			return nil
		}
		return values
	}
	return one(r.Form(f.ID))
}

func one(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// SayAnswer writes an answer for people; "" if there is none.
func SayAnswer(r *web.Request, q catalog.Question, values []string) string {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
	if len(values) == 0 {
		return ""
	}
	switch q.Type {
	case catalog.QuestionChoice, catalog.QuestionSeveral:
		var labels []string
		for _, option := range q.Options {
			if slices.Contains(values, option.Value) {
				labels = append(labels, option.Label.In(r.Lang))
			}
		}
		return strings.Join(labels, "\n")
	case catalog.QuestionStatement:
		return r.L.T("desk.accepted")
	case catalog.QuestionDate:
		if date, err := time.Parse(time.DateOnly, values[0]); err == nil {
			return r.L.Date(date)
		}
	case catalog.QuestionNumber, catalog.QuestionMoney:
		return sayNumber(values[0], q.Type == catalog.QuestionMoney)
	}
	return strings.Join(values, "\n")
}

// sayNumber groups the digits of a typed number; what is none stays as it was typed.
func sayNumber(typed string, money bool) string {
	plain, ok := plainNumber(typed, false)
	if !ok {
		return typed
	}
	plain = GroupDigits(plain)
	if money {
		return "$" + plain
	}
	return plain
}
