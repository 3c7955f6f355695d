package catalog

import (
	"iter"
	"maps"
	"reflect"
	"slices"
	"time"

	"accessdesk/catalog/position"
	"accessdesk/catalog/tree"
	"accessdesk/eligibility"
)

// This file is the one place that knows what the keys of an offering hold: which of them say something, which words they may take, and
// what stands there without the types of Go.

// Tree gives an offering as a table. Left out is whatever is empty: texts, lists, tables, and numbers that are 0.
func Tree(o *Offering) tree.Table { return tableOf(reflect.ValueOf(o).Elem()) }

func tableOf(table reflect.Value) tree.Table {
	pairs := make(tree.Table, 0, table.NumField())
	for key, field := range tree.Keys(table) {
		if Says(field) {
			pairs = append(pairs, tree.Pair{Key: key, Value: Plain(field)})
		}
	}
	return pairs
}

// FromTree moves a tree of values into an offering, as Parse does with the values of a file: texts, bool, int64, float64, time.Time
// (a day lies in DayZone), lists and tables. name is used in messages only. What does not fit are FileErrors.
func FromTree(name string, tree map[string]any) (*Offering, error) { return decode(name, tree, nil) }

// DayZone is how a day is known from an instant: the zone in which the TOML library puts days.
var DayZone = time.FixedZone(zoneDate, 0)

var (
	dateType     = reflect.TypeFor[Date]()
	timeType     = reflect.TypeFor[time.Time]()
	evidenceType = reflect.TypeFor[eligibility.Evidence]()
	factsType    = reflect.TypeFor[map[string]any]()
	textType     = reflect.TypeFor[Text]()
)

// Texts goes through all texts of an offering, empty ones too, each with its path such as "criteria[2].title".
func Texts(o *Offering) iter.Seq2[string, Text] {
	return func(yield func(string, Text) bool) { textsIn("", reflect.ValueOf(o).Elem(), yield) }
}

func textsIn(path string, v reflect.Value, yield func(string, Text) bool) bool {
	switch {
	case v.Type() == textType:
		return yield(path, v.Interface().(Text))
	case v.Kind() == reflect.Struct:
		for key, field := range tree.Keys(v) {
			if !textsIn(position.Join(path, key), field, yield) {
				return false
			}
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		for i := range v.Len() {
			if !textsIn(position.Element(path, i+1), v.Index(i), yield) {
				return false
			}
		}
	}
	return true
}

// Says tells whether a value says something, so that its key appears. True or false and min_evidence always do, unless all of
// their table says nothing.
func Says(v reflect.Value) bool {
	return v.Kind() == reflect.Bool || v.Type() == evidenceType || !blank(v)
}

func blank(v reflect.Value) bool {
	switch {
	case v.Kind() == reflect.Slice, v.Kind() == reflect.Map:
		return v.Len() == 0
	case v.Kind() == reflect.Struct && v.Type() != timeType:
		for _, field := range tree.Keys(v) {
			if !blank(field) {
				return false
			}
		}
		return true
	}
	return v.IsZero()
}

// Plain gives a value, be it empty, as it stands in a tree.Pair.
func Plain(v reflect.Value) any {
	switch v.Type() {
	case dateType:
		return tree.Day(v.String())
	case timeType:
		return v.Interface().(time.Time).UTC()
	case evidenceType:
		return eligibility.Evidence(v.Int()).String()
	case factsType:
		return plainFact(v.Interface())
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Int:
		return v.Int()
	case reflect.Slice:
		list := make([]any, v.Len())
		for i := range list {
			list[i] = Plain(v.Index(i))
		}
		return list
	case reflect.Struct:
		return tableOf(v)
	}
	return v.Interface()
}

// plainFact gives the facts of a test, one of them, or a band within, by name. Nothing is left out: no, 0 and "none of these" are answers.
func plainFact(fact any) any {
	facts, several := fact.(map[string]any)
	if !several {
		return fact
	}
	table := make(tree.Table, 0, len(facts))
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		table = append(table, tree.Pair{Key: name, Value: plainFact(facts[name])})
	}
	return table
}

// Values lists what a type takes that takes one of a few words; nil for others.
func Values(t reflect.Type) []string {
	switch t {
	case reflect.TypeFor[Kind]():
		return texts(Kinds())
	case reflect.TypeFor[Status]():
		return texts(Statuses())
	case reflect.TypeFor[Confidence]():
		return texts(Confidences())
	case reflect.TypeFor[Cost]():
		return texts(Costs())
	case reflect.TypeFor[Mode]():
		return texts(Modes())
	case reflect.TypeFor[QuestionType]():
		return texts(QuestionTypes())
	case reflect.TypeFor[Pattern]():
		return texts(Patterns())
	case reflect.TypeFor[Safeguard]():
		return texts(Safeguards())
	case reflect.TypeFor[Period]():
		return texts(Periods())
	case reflect.TypeFor[TestOutcome]():
		return texts(TestOutcomes())
	case evidenceType:
		return []string{eligibility.Stated.String(), eligibility.Document.String(), eligibility.Register.String(), eligibility.Verified.String()}
	}
	return nil
}

func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = string(v)
	}
	return all
}
