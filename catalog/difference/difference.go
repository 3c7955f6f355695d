// Package difference tells in words how one text of an offering differs from another: between two versions, between a
// draft and what is live, between a file and the catalog.
//
// Between compares two offerings key by key, and gives the changes in the order of the sections in which they are
// edited. Elements of a list are compared with their own former self, which is found by what names it (the id of a
// rule, the name of an example, the address of a source) and not by its place, so that a rule put on top of the others
// is one change. The package goes by the keys of the offering file: a new key is compared without a line here; its
// name in words stands in data/locale/messages/difference.*.toml, and a test fails until it has one.
//
// A Change says what it is in neutral spelling. Its words in the language of a reader come from In.
package difference

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/position"
	"accessdesk/catalog/tree"
)

// Section is a part of an offering that is edited on one page.
type Section string

// The sections, in the order of the editor.
const (
	SectionText      Section = "text"      // what it is, in both languages
	SectionRules     Section = "rules"     // whom it is for, and the examples that prove the rules
	SectionQuestions Section = "questions" // its own form
	SectionWindow    Section = "window"    // when, how many, how one applies, and on what terms
	SectionSources   Section = "sources"   // who gives it, who keeps the listing, and what it rests on
)

// Sections lists all sections in order.
func Sections() []Section {
	return []Section{SectionText, SectionRules, SectionQuestions, SectionWindow, SectionSources}
}

// sections says where the keys of an offering stand; all others are part of the text.
var sections = map[string]Section{
	"sectors": SectionRules, "sectors_citation": SectionRules, "criteria_published": SectionRules, "criteria": SectionRules,
	"requirements": SectionRules, "tests": SectionRules,
	"questions": SectionQuestions,
	"status":    SectionWindow, "window": SectionWindow, "pause": SectionWindow, "tiers": SectionWindow, "apply": SectionWindow,
	"terms": SectionWindow, "minutes_to_apply": SectionWindow, "days_to_decide": SectionWindow,
	"provider": SectionSources, "helper": SectionSources, "owner": SectionSources, "confidence": SectionSources,
	"checked_on": SectionSources, "review_by": SectionSources, "sources": SectionSources,
}

// SectionOf is the section of a key, "criteria.title.es" or "criteria".
func SectionOf(key string) Section {
	first, _, _ := strings.Cut(key, ".")
	return cmp.Or(sections[first], SectionText)
}

// Act is what happened to a part of an offering.
type Act string

// The acts. Moved is a list whose elements stand in another order.
const (
	Added   Act = "added"
	Removed Act = "removed"
	Changed Act = "changed"
	Moved   Act = "moved"
)

// Change is one difference between two offerings.
type Change struct {
	Section Section
	Path    string // "criteria[2].title.es" in the offering after, or before if it was removed; elements count from 1; "" for the whole
	Key     string // the path without the places of elements, "criteria.title.es"
	Element string // what names the innermost list element around it, "small"; "" where there is none
	Act     Act
	Before  string // in the spelling of the file; "" if there was nothing. An element of a list has one line for each key.
	After   string

	before, after any       // the values, nil if there was nothing
	around        []element // the list elements in which it stands, the outermost first
	zone          *time.Location
}

// element is a list element by its list ("questions.options") and what names it.
type element struct {
	list, name string
	place      int // from 1; for those that have no name
}

// Between lists what is different in after. A nil offering is one that does not exist: the only change is then the whole.
func Between(before, after *catalog.Offering) []Change {
	w := walker{zone: time.UTC}
	switch {
	case before == nil && after == nil:
		return nil
	case before == nil:
		w.add("", "", nil, Added, reflect.Value{}, reflect.ValueOf(after))
		return w.changes
	case after == nil:
		w.add("", "", nil, Removed, reflect.ValueOf(before), reflect.Value{})
		return w.changes
	}
	w.zone = after.Window.Zone()
	w.table("", "", nil, reflect.ValueOf(before).Elem(), reflect.ValueOf(after).Elem())
	order := Sections()
	slices.SortStableFunc(w.changes, func(a, b Change) int {
		return cmp.Compare(slices.Index(order, a.Section), slices.Index(order, b.Section))
	})
	return w.changes
}

var (
	timeType  = reflect.TypeFor[time.Time]()
	factsType = reflect.TypeFor[map[string]any]()
	textType  = reflect.TypeFor[catalog.Text]()
)

// walker walks two offerings at the same time.
type walker struct {
	zone    *time.Location
	changes []Change
}

func (w *walker) add(path, key string, around []element, act Act, before, after reflect.Value) {
	change := Change{Section: SectionOf(key), Path: path, Key: key, Act: act, around: around, zone: w.zone}
	if len(around) > 0 {
		change.Element = around[len(around)-1].name
	}
	if before.IsValid() {
		change.Before, change.before = spelled(before), before.Interface()
	}
	if after.IsValid() {
		change.After, change.after = spelled(after), after.Interface()
	}
	w.changes = append(w.changes, change)
}

// table compares the keys of two tables.
func (w *walker) table(path, key string, around []element, before, after reflect.Value) {
	for name, member := range tree.KeyTypes(before.Type()) {
		w.value(position.Join(path, name), position.Join(key, name), around, before.FieldByIndex(member.Index), after.FieldByIndex(member.Index))
	}
}

func (w *walker) value(path, key string, around []element, before, after reflect.Value) {
	switch {
	case before.Type() == factsType:
		w.facts(path, key, around, before, after)
	case before.Kind() == reflect.Slice && before.Type().Elem().Kind() == reflect.Struct:
		w.elements(path, key, around, before, after)
	case before.Kind() == reflect.Slice:
		w.words(path, key, around, before, after)
	case before.Kind() == reflect.Struct && before.Type() != timeType:
		w.table(path, key, around, before, after)
	default:
		w.leaf(path, key, around, before, after)
	}
}

// leaf compares two single values. An empty text, no date and 0 are no value; "no" and "stated" are values.
func (w *walker) leaf(path, key string, around []element, before, after reflect.Value) {
	switch {
	case spelled(before) == spelled(after):
	case !catalog.Says(before):
		w.add(path, key, around, Added, reflect.Value{}, after)
	case !catalog.Says(after):
		w.add(path, key, around, Removed, before, reflect.Value{})
	default:
		w.add(path, key, around, Changed, before, after)
	}
}

// facts compares the facts of two examples by their names.
func (w *walker) facts(path, key string, around []element, before, after reflect.Value) {
	was, is := before.Interface().(map[string]any), after.Interface().(map[string]any)
	names := slices.AppendSeq(slices.Collect(maps.Keys(was)), maps.Keys(is))
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		old, had := was[name]
		now, has := is[name]
		at := position.Join(path, name)
		within := position.Join(key, name)
		switch {
		case !had:
			w.add(at, within, around, Added, reflect.Value{}, reflect.ValueOf(now))
		case !has:
			w.add(at, within, around, Removed, reflect.ValueOf(old), reflect.Value{})
		case !reflect.DeepEqual(old, now):
			w.add(at, within, around, Changed, reflect.ValueOf(old), reflect.ValueOf(now))
		}
	}
}

// words compares two lists of single words: what came, what went, and else the order.
func (w *walker) words(path, key string, around []element, before, after reflect.Value) {
	pairs := matched(before, after, []identity{whole})
	came, went := reflect.MakeSlice(after.Type(), 0, 0), reflect.MakeSlice(before.Type(), 0, 0)
	for j := range after.Len() {
		if pairs.before[j] < 0 {
			came = reflect.Append(came, after.Index(j))
		}
	}
	for i := range before.Len() {
		if pairs.after[i] < 0 {
			went = reflect.Append(went, before.Index(i))
		}
	}
	if came.Len() > 0 {
		w.add(path, key, around, Added, reflect.Value{}, came)
	}
	if went.Len() > 0 {
		w.add(path, key, around, Removed, went, reflect.Value{})
	}
	if !pairs.inOrder() {
		w.add(path, key, around, Moved, before, after)
	}
}

// elements compares two lists of tables, each element with its former self.
func (w *walker) elements(path, key string, around []element, before, after reflect.Value) {
	kind := kindOf(key)
	pairs := kind.match(before, after)
	within := func(list reflect.Value, at int) []element {
		return append(slices.Clone(around), element{list: key, name: kind.name(list.Index(at)), place: at + 1})
	}
	for j := range after.Len() {
		at := position.Element(path, j+1)
		if i := pairs.before[j]; i >= 0 {
			w.table(at, key, within(after, j), before.Index(i), after.Index(j))
		} else {
			w.add(at, key, within(after, j), Added, reflect.Value{}, after.Index(j))
		}
	}
	for i := range before.Len() {
		if pairs.after[i] < 0 {
			w.add(position.Element(path, i+1), key, within(before, i), Removed, before.Index(i), reflect.Value{})
		}
	}
	if !pairs.inOrder() {
		w.add(path, key, around, Moved, before, after)
	}
}

// spelled writes a value in the spelling of the file, without quotes; two values are the same when it is. Words stand side by side,
// tables one under the other.
func spelled(v reflect.Value) string {
	if offering, whole := v.Interface().(*catalog.Offering); whole {
		return string(catalog.Canonical(offering))
	}
	switch {
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		items := make([]string, v.Len())
		for i := range items {
			items[i] = spelledTable("", v.Index(i))
		}
		return strings.Join(items, "\n\n")
	case v.Kind() == reflect.Struct && v.Type() != timeType:
		return spelledTable("", v)
	}
	return spelledPlain(catalog.Plain(v))
}

func spelledPlain(value any) string {
	var items []string
	switch v := value.(type) {
	case time.Time:
		if v.IsZero() {
			return ""
		}
		return v.Format(time.RFC3339Nano)
	case []any:
		for _, item := range v {
			items = append(items, spelledPlain(item))
		}
	case tree.Table: // the facts of an example
		for _, fact := range v {
			items = append(items, fact.Key+" = "+spelledPlain(fact.Value))
		}
	default:
		return fmt.Sprint(v)
	}
	return strings.Join(items, ", ")
}

// spelledTable writes one line for each key that has a value.
func spelledTable(path string, v reflect.Value) string {
	var lines []string
	for key, field := range tree.Keys(v) {
		name := position.Join(path, key)
		switch {
		case field.IsZero():
		case field.Kind() == reflect.Struct && field.Type() != timeType:
			lines = append(lines, spelledTable(name, field))
		default:
			lines = append(lines, name+" = "+spelled(field))
		}
	}
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "\n")
}
