// Package part turns parts of an offering into a form and back. What the form looks like follows from the type of each key of the
// offering file, so a key that is added to the file is in the editor as soon as a page names it.
//
// # Names
//
// A field is named like its key, with the place of an element, from 0, behind a dot: "apply.0.steps.2.es". The same name is the id of its
// input and where links to its problem lead. A list posts under "n:PATH" how many elements it has.
//
// # Without JavaScript
//
// Each button of the form posts the whole form. Add, Up, Down and Remove say what to do in the value of the button ("add apply.0.steps");
// Do changes the offering accordingly and gives the id of the element to return to.
//
// Nothing typed is lost: a number or a time that cannot be read stays in its input, with what is wrong with it, and the rest of the form
// stays as it was typed.
package part

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/answer"
	"accessdesk/catalog/tree"
	"accessdesk/data/locale"
	"accessdesk/ui/form"
)

// MostElements is how many elements a list may have in the form.
const MostElements = 60

// Node is one piece of a form: exactly one of Hidden, Field, Pair, List and Group is there.
type Node struct {
	ID     string
	Hidden *form.Hidden // what the form carries along
	Field  *form.Field
	Pair   *Pair
	List   *List
	Group  *Group
}

// Pair is a text in both languages, side by side.
type Pair struct {
	ID, Label, Hint string
	Notes           []string // what is missing, of both
	En, Es          form.Field
}

// Group is a table of keys under one heading.
type Group struct {
	ID, Title, Hint string
	Notes           []string
	Nodes           []Node
}

// List is a list of elements that can be added, moved and removed.
type List struct {
	Path, Title, Hint string
	Nested            bool // it stands within another list or a table
	Notes             []string
	Add, AddText      string // value and words of the button
	Action            string // see Form
	CountName         string // of the hidden input that says how many elements there are
	Items             []Item
}

// Item is one element of a list.
type Item struct {
	ID, Title        string // ID is "" where the one field of the element has it
	Notes            []string
	Aside            *Aside
	Nodes            []Node
	Up, Down, Remove string // values of the buttons; "" for none
	Action           string // see Form
}

// Aside is what is said about an element as a whole, with what can be done about it.
type Aside struct {
	Text, Link, LinkText string
	Buttons              []Button
}

// Button is a button of the form: what it says to Do, or to the page, and its words.
type Button struct{ Value, Text string }

// Posted is a form as it was posted.
type Posted interface {
	Form(name string) string
	FormAll(name string) []string
	Has(name string) bool
}

// Form is what builds the nodes of a page.
type Form struct {
	L        *locale.Localizer
	Offering *catalog.Offering
	Posted   Posted              // nil: fields show the offering
	Problems map[string]string   // by field: what cannot be read
	Notes    map[string][]string // by path: what is missing before it can be published
	Facts    []form.Choice       // that a packet can hold; without ids
	Asides   map[string]Aside    // by path of an element
	Skip     map[string]bool     // by Key: what the form leaves out
	Action   string              // where the buttons of lists post, if they are to return to their list without a redirect; "": where the form posts
}

// Nodes makes the nodes of parts, each named by its key in the offering file.
func (f *Form) Nodes(parts []string) []Node {
	var nodes []Node
	root := reflect.ValueOf(f.Offering).Elem()
	for _, name := range parts {
		if field, ok := tree.At(root, name); ok {
			nodes = append(nodes, f.node(name, field))
		}
	}
	return nodes
}

var (
	textType = reflect.TypeFor[catalog.Text]()
	timeType = reflect.TypeFor[time.Time]()
	dateType = reflect.TypeFor[catalog.Date]()
	place    = regexp.MustCompile(`\.\d+`)
	bracket  = regexp.MustCompile(`\[(\d+)\]`)
)

// Key is the part of a text's name that stands for a path: "apply_steps" for "apply.0.steps.2".
func Key(path string) string { return strings.ReplaceAll(place.ReplaceAllString(path, ""), ".", "_") }

// FieldOf is the name of the field for a key as package check names it: "criteria[2].expr", counted from 1, is "criteria.1.expr".
func FieldOf(key string) string {
	return bracket.ReplaceAllStringFunc(key, func(found string) string {
		n, _ := strconv.Atoi(found[1 : len(found)-1])
		return "." + strconv.Itoa(n-1)
	})
}

func (f *Form) label(path string) string { return f.L.T("edit.label_" + Key(path)) }

// hint is optional: most labels say it all.
func (f *Form) hint(path string) string {
	if key := "edit.hint_" + Key(path); f.L.Has(key) {
		return f.L.T(key)
	}
	return ""
}

func (f *Form) node(path string, v reflect.Value) Node {
	switch {
	case Key(path) == "questions_bank": // chosen from the bank, never typed
		return Node{ID: path, Hidden: &form.Hidden{Name: path, Value: f.value(path, v.String())}}
	case v.Type() == textType:
		return Node{ID: path, Pair: f.pair(path, v.Interface().(catalog.Text))}
	case v.Kind() == reflect.Slice && !simpleList(path):
		return Node{ID: path, List: f.list(path, v)}
	case v.Kind() == reflect.Struct && v.Type() != timeType:
		return Node{ID: path, Group: &Group{ID: path, Title: f.label(path), Hint: f.hint(path), Notes: f.Notes[path], Nodes: f.members(path, v)}}
	}
	field := f.field(path, v)
	return Node{ID: path, Field: &field}
}

// members makes the nodes of the keys of a table.
func (f *Form) members(path string, v reflect.Value) []Node {
	var nodes []Node
	for name, field := range tree.Keys(v) {
		if !f.Skip[Key(path+"."+name)] && !idle(v, name) {
			nodes = append(nodes, f.node(path+"."+name, field))
		}
	}
	return nodes
}

// idle tells whether a key is a limit of a question whose kind of answer takes no such limit, and has none.
func idle(v reflect.Value, name string) bool {
	q, is := v.Interface().(catalog.Question)
	limit := answer.Limit(name)
	return is && slices.Contains(answer.Limits(), limit) && !answer.Has(q, limit) && !slices.Contains(answer.LimitsOf(q.Type), limit)
}

func (f *Form) list(path string, v reflect.Value) *List {
	l := &List{Path: path, Title: f.label(path), Hint: f.hint(path), Notes: f.Notes[path], Add: "add " + path, AddText: f.L.T("edit.add_" + Key(path)), CountName: "n:" + path, Nested: strings.Contains(path, ".")}
	if f.Action != "" {
		l.Action = f.Action + "#" + path
	}
	for i := range v.Len() {
		at := path + "." + strconv.Itoa(i)
		item := Item{ID: at, Title: f.L.T("edit.item_"+Key(path), "Number", i+1), Notes: f.Notes[at], Remove: "remove " + at, Action: l.Action}
		if aside, ok := f.Asides[at]; ok {
			item.Aside = &aside
		}
		if i > 0 {
			item.Up = "up " + at
		}
		if i < v.Len()-1 {
			item.Down = "down " + at
		}
		if element := v.Index(i); element.Kind() == reflect.Struct && element.Type() != textType {
			item.Nodes = f.members(at, element)
		} else {
			item.Nodes = []Node{f.node(at, element)}
			item.ID, item.Notes = "", nil // the field has both
		}
		l.Items = append(l.Items, item)
	}
	return l
}

func (f *Form) pair(path string, t catalog.Text) *Pair {
	p := &Pair{ID: path, Label: f.label(path), Hint: f.hint(path), Notes: f.Notes[path]}
	side := func(lang, text string) form.Field {
		field := form.Field{ID: path + "." + lang, Kind: form.Text, Label: f.L.T("edit.in_" + lang), Value: f.value(path+"."+lang, text), Required: false}
		if longTexts[Key(path)] {
			field.Kind = form.Area
		}
		return f.noted(field)
	}
	p.En, p.Es = side("en", t.En), side("es", t.Es)
	return p
}

// noted adds to a field what is missing and what cannot be read.
func (f *Form) noted(field form.Field) form.Field {
	field.Problem = f.Problems[field.ID]
	field.Needed = strings.Join(f.Notes[field.ID], " ")
	return field
}

// value is what stands in an input: what was typed, or what the offering says.
func (f *Form) value(name, stored string) string {
	if f.Posted != nil && f.Posted.Has(name) {
		return f.Posted.Form(name)
	}
	return stored
}

// longTexts are the texts that have several lines.
var longTexts = map[string]bool{"summary": true, "details": true, "apply_steps": true, "apply_documents": true, "apply_asks_next": true, "terms_access_steps": true,
	"tiers_summary": true, "pause_reason": true, "questions_help": true, "requirements_title": true}
