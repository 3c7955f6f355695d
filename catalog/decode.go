package catalog

import (
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	storedtoml "github.com/pelletier/go-toml/v2"

	"accessdesk/catalog/position"
	"accessdesk/catalog/tree"
	"accessdesk/eligibility"
)

// decoder moves a parsed TOML tree into an Offering and notes each thing that does not fit. The TOML library's own
// decoding stops at the first and takes keys in any case.
type decoder struct {
	file     string
	places   *position.Index
	mistakes FileErrors
}

func (d *decoder) wrong(path, format string, args ...any) {
	d.mistakes = append(d.mistakes, &FileError{File: d.file, Line: d.places.Line(path), Key: path,
		Problem: fmt.Sprintf(format, args...)})
}

func (d *decoder) offering(tree map[string]any, o *Offering) {
	d.table("", tree, reflect.ValueOf(o).Elem())
}

// table moves the keys of a table into the fields of a struct.
func (d *decoder) table(path string, from map[string]any, to reflect.Value) {
	fields := maps.Collect(tree.Keys(to))
	for _, key := range slices.Sorted(maps.Keys(from)) {
		if field, ok := fields[key]; ok {
			d.value(position.Join(path, key), from[key], field)
			continue
		}
		known := slices.Sorted(maps.Keys(fields))
		if near, ok := eligibility.Near(key, known); ok {
			d.wrong(position.Join(path, key), "unknown key; did you mean %q?", near)
		} else {
			d.wrong(position.Join(path, key), "unknown key; known here are %s", strings.Join(known, ", "))
		}
	}
}

// value moves one value into a field.
func (d *decoder) value(path string, from any, to reflect.Value) {
	switch to.Type() {
	case dateType:
		d.date(path, from, to)
		return
	case timeType:
		d.instant(path, from, to)
		return
	case evidenceType:
		d.evidence(path, from, to)
		return
	case factsType:
		d.facts(path, from, to)
		return
	}
	switch to.Kind() {
	case reflect.String:
		d.text(path, from, to)
	case reflect.Bool:
		if flag, ok := from.(bool); ok {
			to.SetBool(flag)
		} else {
			d.wrong(path, "expected true or false, found %s", found(from))
		}
	case reflect.Int:
		d.number(path, from, to)
	case reflect.Slice:
		d.list(path, from, to)
	case reflect.Struct:
		if inner, ok := from.(map[string]any); ok {
			d.table(path, inner, to)
		} else {
			d.wrong(path, "expected a table (%s), found %s", tableHint(to.Type()), found(from))
		}
	}
}

// tableHint shows the keys of a table as one would write it.
func tableHint(t reflect.Type) string {
	var keys []string
	for key := range tree.KeyTypes(t) {
		keys = append(keys, key+" = ...")
	}
	return "{ " + strings.Join(keys, ", ") + " }"
}

func (d *decoder) text(path string, from any, to reflect.Value) {
	text, ok := from.(string)
	if !ok {
		d.wrong(path, "expected a text in quotes, found %s", found(from))
		return
	}
	if values := Values(to.Type()); values != nil && !slices.Contains(values, text) {
		d.wrong(path, "%q is not one of %s", text, strings.Join(values, ", "))
		return
	}
	if strings.ContainsFunc(text, ForbiddenControl) {
		d.wrong(path, "the text holds a control character; only line breaks and tabs are allowed")
		return
	}
	to.SetString(text)
}

// ForbiddenControl tells which control characters no text of an offering may hold.
func ForbiddenControl(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }

func (d *decoder) number(path string, from any, to reflect.Value) {
	number, ok := from.(int64)
	switch {
	case !ok:
		d.wrong(path, "expected a whole number, found %s", found(from))
	case number < 0 || number > LargestNumber:
		d.wrong(path, "expected a whole number from 0 to %d, found %d", LargestNumber, number)
	default:
		to.SetInt(number)
	}
}

func (d *decoder) list(path string, from any, to reflect.Value) {
	items, ok := elements(from)
	if !ok {
		d.wrong(path, "expected a list in [ ], found %s", found(from))
		return
	}
	if len(items) == 0 {
		return
	}
	list := reflect.MakeSlice(to.Type(), len(items), len(items))
	for i, item := range items {
		d.value(position.Element(path, i+1), item, list.Index(i))
	}
	to.Set(list)
}

// elements gives the items of an array or an array of tables.
func elements(from any) ([]any, bool) {
	switch items := from.(type) {
	case []any:
		return items, true
	case []map[string]any:
		all := make([]any, len(items))
		for i, item := range items {
			all[i] = item
		}
		return all, true
	}
	return nil, false
}

// Names that the TOML library gives to the zones of dates and times without an offset.
const (
	zoneDate     = "date-local"
	zoneDatetime = "datetime-local"
	zoneTime     = "time-local"
)

// Years outside of this range are slips of the keyboard.
const firstYear, lastYear = 1950, 2200

func (d *decoder) date(path string, from any, to reflect.Value) {
	if stored, ok := from.(storedtoml.LocalDate); ok { // see parseStored
		to.SetString(stored.String())
		return
	}
	day, ok := from.(time.Time)
	switch {
	case !ok || day.Location().String() != zoneDate:
		d.wrong(path, "expected a date such as 2026-11-22 without quotes, found %s", found(from))
	case day.Year() < firstYear || day.Year() > lastYear:
		d.wrong(path, "the year %d is not between %d and %d", day.Year(), firstYear, lastYear)
	default:
		to.SetString(string(DateOf(day)))
	}
}

func (d *decoder) instant(path string, from any, to reflect.Value) {
	at, ok := from.(time.Time)
	switch {
	case ok && at.Location().String() == zoneDatetime:
		d.wrong(path, "the time has no zone; write it with its offset, such as 2026-12-01T08:00:00-05:00")
	case !ok || at.Location().String() == zoneDate || at.Location().String() == zoneTime:
		d.wrong(path, "expected a date and time such as 2026-12-01T08:00:00-05:00 without quotes, found %s", found(from))
	case at.Year() < firstYear || at.Year() > lastYear:
		d.wrong(path, "the year %d is not between %d and %d", at.Year(), firstYear, lastYear)
	default:
		to.Set(reflect.ValueOf(at.UTC()))
	}
}

func (d *decoder) evidence(path string, from any, to reflect.Value) {
	name, ok := from.(string)
	if !ok {
		d.wrong(path, "expected a text in quotes, found %s", found(from))
		return
	}
	evidence, ok := eligibility.ParseEvidence(name)
	if !ok {
		d.wrong(path, "%q is not one of %s", name, strings.Join(Values(evidenceType), ", "))
		return
	}
	to.SetInt(int64(evidence))
}

// facts takes the facts of a test. Only their shape is looked at here; Check compares them with the vocabulary.
func (d *decoder) facts(path string, from any, to reflect.Value) {
	table, ok := from.(map[string]any)
	if !ok {
		d.wrong(path, "expected a table such as { sector = \"electric\" }, found %s", found(from))
		return
	}
	facts := make(map[string]any, len(table))
	for key, value := range table {
		if strings.ContainsFunc(key, ForbiddenControl) {
			d.wrong(path, "the name of a fact holds a control character")
			continue
		}
		if fact, ok := d.fact(position.Join(path, key), value); ok {
			facts[key] = fact
		}
	}
	if len(facts) > 0 {
		to.Set(reflect.ValueOf(facts))
	}
}

func (d *decoder) fact(path string, from any) (any, bool) {
	if band, ok := from.(map[string]any); ok {
		return d.band(path, band)
	}
	if items, ok := elements(from); ok {
		list := make([]any, 0, len(items))
		for i, item := range items {
			if text, ok := item.(string); ok {
				list = append(list, text)
			} else {
				d.wrong(position.Element(path, i+1), "expected a text in quotes, found %s", found(item))
			}
		}
		return list, true
	}
	switch value := from.(type) {
	case time.Time:
		if value.Location().String() != zoneDate {
			d.wrong(path, "expected a date such as 2026-11-22, found %s", found(from))
			return nil, false
		}
		return string(DateOf(value)), true
	case float64:
		if math.IsNaN(value) || math.IsInf(value, 0) {
			d.wrong(path, "expected a number, found %v", value)
			return nil, false
		}
	case string:
		if strings.ContainsFunc(value, ForbiddenControl) {
			d.wrong(path, "the text holds a control character; only line breaks and tabs are allowed")
			return nil, false
		}
	}
	return from, true
}

func (d *decoder) band(path string, from map[string]any) (any, bool) {
	band := make(map[string]any, len(from))
	for key, value := range from {
		switch number := value.(type) {
		case int64:
			band[key] = number
			continue
		case float64:
			if !math.IsNaN(number) && !math.IsInf(number, 0) {
				band[key] = number
				continue
			}
		}
		d.wrong(position.Join(path, key), "expected a number, found %s", found(value))
	}
	return band, true
}

// found names the kind of a value as the writer of the file sees it.
func found(value any) string {
	switch v := value.(type) {
	case string:
		return "a text"
	case bool:
		return "true or false"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a point"
	case time.Time:
		switch v.Location().String() {
		case zoneDate:
			return "a date"
		case zoneTime:
			return "a time of day"
		}
		return "a date and time"
	case map[string]any:
		return "a table"
	}
	return "a list"
}
