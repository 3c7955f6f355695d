package desk

import (
	"strconv"
	"strings"
)

// fieldKind says how a question is answered.
type fieldKind string

// The kinds of field.
const (
	fieldText      fieldKind = "text"      // one line
	fieldArea      fieldKind = "area"      // several lines
	fieldRadios    fieldKind = "radios"    // one of a few
	fieldSelect    fieldKind = "select"    // one of many
	fieldTicks     fieldKind = "ticks"     // several
	fieldStatement fieldKind = "statement" // a sentence to accept
	fieldGroup     fieldKind = "group"     // several inputs that make one answer: date, contact, address
)

// field is one question of a form with what stands in it.
type field struct {
	ID       string // id of the input, name in the form, and field of its problem
	Key      string // fact or question that it asks for
	Kind     fieldKind
	Label    string
	Hint     string
	Note     string // what is known already: "From your check: 3,301 to 10,000 people"
	Required bool   // needed before the application can be sent
	Needed   string // said softly: still missing
	Problem  string // what stands in it cannot be read
	Value    string
	Used     string // "You have used 312 of 2,000 characters."
	Choices  []choice
	Parts    []part

	Type  string // of the input: text, email, tel
	Mode  string // inputmode
	Fill  string // autocomplete
	Width string // class that says how much is expected
	Unit  string // noun behind a number; dollars stand before it
	Money bool
}

// choice is one answer that is offered.
type choice struct {
	ID, Value, Text string
	Checked         bool
}

// part is one input of a group.
type part struct {
	ID, Label, Value, Problem string
	Type, Mode, Fill, Width   string
	Choices                   []choice
}

// The questions that templates ask instead of comparing words.

// IsArea tells that the answer may have several lines.
func (f field) IsArea() bool { return f.Kind == fieldArea }

// IsSelect tells that the answer is chosen from a native list.
func (f field) IsSelect() bool { return f.Kind == fieldSelect }

// IsRadios tells that one of a few answers is chosen.
func (f field) IsRadios() bool { return f.Kind == fieldRadios }

// IsTicks tells that several answers may be chosen.
func (f field) IsTicks() bool { return f.Kind == fieldTicks }

// IsStatement tells that a sentence is accepted.
func (f field) IsStatement() bool { return f.Kind == fieldStatement }

// IsGroup tells that several inputs make the answer.
func (f field) IsGroup() bool { return f.Kind == fieldGroup }

// Described lists the ids of what describes the field, for aria-describedby.
func (f field) Described() string {
	var ids []string
	for _, text := range []struct {
		text, suffix string
	}{{f.Hint, "-hint"}, {f.Note, "-note"}, {f.Needed, "-needed"}, {f.Problem, "-problem"}} {
		if text.text != "" {
			ids = append(ids, f.ID+text.suffix)
		}
	}
	if f.Unit != "" && !f.Money {
		ids = append(ids, f.ID+"-unit")
	}
	return strings.Join(ids, " ")
}

// names lists the names under which the field posts.
func (f field) names() []string {
	if len(f.Parts) == 0 {
		return []string{f.ID}
	}
	var names []string
	for _, one := range f.Parts {
		names = append(names, one.ID)
	}
	return names
}

// offer adds a choice. The first one has the id of the field, where links to its problem lead.
func (f *field) offer(value, text string, checked bool) {
	id := f.ID
	if len(f.Choices) > 0 {
		id += "-" + strconv.Itoa(len(f.Choices)+1)
	}
	f.Choices = append(f.Choices, choice{ID: id, Value: value, Text: text, Checked: checked})
}
