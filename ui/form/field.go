// Package form turns what an application asks for into fields, and what was posted back into answers: a fact of the
// vocabulary, a question of a program, a date in three inputs. The templates desk-field and its parts draw a field.
//
// A field never refuses to be saved incomplete. Needed is said softly and only stands in the way of sending; Problem is
// said of a text that cannot be read at all, which stays in its input.
//
// The id of the first input of a field is the name of the field and where a link to its problem leads.
package form

import (
	"strconv"
	"strings"
)

// Kind says how a question is answered.
type Kind string

// The kinds of field.
const (
	Text      Kind = "text"      // one line
	Area      Kind = "area"      // several lines
	Radios    Kind = "radios"    // one of a few
	Select    Kind = "select"    // one of many
	Ticks     Kind = "ticks"     // several
	Statement Kind = "statement" // a sentence to accept
	Group     Kind = "group"     // several inputs that make one answer: date, contact, address
)

// Field is one question of a form with what stands in it.
type Field struct {
	ID       string // id of the input, name in the form, and field of its problem
	Key      string // fact or question that it asks for
	Kind     Kind
	Label    string
	Hint     string
	Note     string // what is known already: "From your check: 3,301 to 10,000 people"
	Required bool   // needed before the application can be sent
	Needed   string // said softly: still missing
	Problem  string // what stands in it cannot be read
	Value    string
	Used     string // "You have used 312 of 2,000 characters."
	Choices  []Choice
	Parts    []Part

	Type  string // of the input: text, email, tel
	Mode  string // inputmode
	Fill  string // autocomplete
	Width string // class that says how much is expected
	Unit  string // noun behind a number; dollars stand before it
	Money bool
}

// Choice is one answer that is offered.
type Choice struct {
	ID, Value, Text string
	Checked         bool
}

// Part is one input of a group.
type Part struct {
	ID, Label, Value, Problem string
	Type, Mode, Fill, Width   string
	Choices                   []Choice
}

// The questions that templates ask instead of comparing words.

// IsArea tells that the answer may have several lines.
func (f Field) IsArea() bool { return f.Kind == Area }

// IsSelect tells that the answer is chosen from a native list.
func (f Field) IsSelect() bool { return f.Kind == Select }

// IsRadios tells that one of a few answers is chosen.
func (f Field) IsRadios() bool { return f.Kind == Radios }

// IsTicks tells that several answers may be chosen.
func (f Field) IsTicks() bool { return f.Kind == Ticks }

// IsStatement tells that a sentence is accepted.
func (f Field) IsStatement() bool { return f.Kind == Statement }

// IsGroup tells that several inputs make the answer.
func (f Field) IsGroup() bool { return f.Kind == Group }

// Described lists the ids of what describes the field, for aria-describedby.
func (f Field) Described() string {
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

// Names lists the names under which the field posts.
func (f Field) Names() []string {
	if len(f.Parts) == 0 {
		return []string{f.ID}
	}
	var names []string
	for _, one := range f.Parts {
		names = append(names, one.ID)
	}
	return names
}

// Offer adds a choice. The first one has the id of the field, where links to its problem lead.
func (f *Field) Offer(value, text string, checked bool) {
	id := f.ID
	if len(f.Choices) > 0 {
		id += "-" + strconv.Itoa(len(f.Choices)+1)
	}
	f.Choices = append(f.Choices, Choice{ID: id, Value: value, Text: text, Checked: checked})
}
