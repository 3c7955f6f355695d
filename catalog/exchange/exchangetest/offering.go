// Package exchangetest makes offerings for tests of formats: any value at every key, texts that formats trip over, and the
// same without one of the keys.
package exchangetest

import (
	"fmt"
	"math"
	"reflect"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"accessdesk/catalog"
	"accessdesk/catalog/tree"
	"accessdesk/eligibility"
)

// AnyOffering draws an offering with any value at each of its keys that an offering file can hold; the slug is not empty.
func AnyOffering() *rapid.Generator[*catalog.Offering] {
	return rapid.Custom(func(t *rapid.T) *catalog.Offering {
		o := &catalog.Offering{}
		fill(t, "", reflect.ValueOf(o).Elem())
		if o.Slug == "" {
			o.Slug = "x"
		}
		return o
	})
}

// AnyText draws a text as an offering may hold it: letters of all languages, quotes, separators, line breaks, the signs by which
// spreadsheets know a formula, and what looks like an escape.
var AnyText = rapid.OneOf(
	rapid.SampledFrom([]string{"", "=1+1", "+1-555-0100", "-2", "@here", "\tx", "\nx", "'", "'=x", "''=x", "#c", "'#c", "# c", "\\", "\\n", "\\-", "a\\\\nb",
		"_x000A_", "_x005F_", "_x005F_x000A_", "x_x005F_y", " x ", "x\n", "\n", "\n\n", "a,b;c\td\"e\"", "\"", "yes", "1", "0.5", "2026-11-22", "true", "&amp;<b>",
		"＝1", "\u2028", "\u00a0", "\u200b", "\ufeff", "ñ", "e\u0301", "😀", "\U0010FFFD"}),
	rapid.StringOf(rapid.OneOf(
		rapid.SampledFrom([]rune("\"\\'\n\t#=+-@[]{},;.:|_x05F/áñ¿ aZ9-_")),
		rapid.Rune().Filter(func(r rune) bool { return !unicode.IsControl(r) && r != 0xFFFE && r != 0xFFFF }),
	)),
)

// Values lists what a type takes that takes one of a few values; nil for others. It panics for a type that it does not know, so that a
// new one is not forgotten.
func Values(t reflect.Type) []string {
	values := catalog.Values(t)
	if values == nil && t != reflect.TypeFor[string]() {
		panic(fmt.Sprintf("exchangetest does not know the values of %v", t))
	}
	return values
}

// fill gives each field a value that a file can give it.
func fill(t *rapid.T, name string, v reflect.Value) {
	switch v.Interface().(type) {
	case time.Time:
		if rapid.Bool().Draw(t, name+"?") {
			at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			v.Set(reflect.ValueOf(at.Add(time.Duration(rapid.Int64Range(-math.MaxInt32, math.MaxInt32).Draw(t, name)) * time.Millisecond)))
		}
		return
	case catalog.Date:
		if rapid.Bool().Draw(t, name+"?") {
			v.SetString(fmt.Sprintf("20%02d-%02d-%02d", rapid.IntRange(0, 99).Draw(t, name), rapid.IntRange(1, 12).Draw(t, name), rapid.IntRange(1, 28).Draw(t, name)))
		}
		return
	case eligibility.Evidence:
		v.Set(reflect.ValueOf(eligibility.Evidence(rapid.IntRange(0, 3).Draw(t, name))))
		return
	case map[string]any:
		if facts := anyFacts.Draw(t, name); len(facts) > 0 {
			v.Set(reflect.ValueOf(facts))
		}
		return
	}
	fillKind(t, name, v)
}

func fillKind(t *rapid.T, name string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if values := Values(v.Type()); values != nil {
			if name[len(name)-1] != ']' { // an empty value in a list is refused
				values = append(values, "")
			}
			v.SetString(rapid.SampledFrom(values).Draw(t, name))
		} else if name == ".TimeZone" || name == ".Window.TimeZone" {
			v.SetString(rapid.SampledFrom([]string{"", "America/New_York", "Africa/Monrovia", "nowhere"}).Draw(t, name))
		} else {
			v.SetString(AnyText.Draw(t, name))
		}
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, name))
	case reflect.Int:
		const largest = 1_000_000_000
		v.SetInt(rapid.Int64Range(0, largest).Draw(t, name))
	case reflect.Slice:
		if length := rapid.IntRange(0, 3).Draw(t, name+" length"); length > 0 {
			v.Set(reflect.MakeSlice(v.Type(), length, length))
			for i := range length {
				fill(t, name+"[]", v.Index(i))
			}
		}
	case reflect.Struct:
		if name != "" && rapid.Bool().Draw(t, name+" absent") {
			return
		}
		for i := range v.NumField() {
			if field := v.Type().Field(i); field.IsExported() {
				fill(t, name+"."+field.Name, v.Field(i))
			}
		}
	default:
		panic(fmt.Sprintf("exchangetest cannot fill %s of kind %v", name, v.Kind()))
	}
}

var anyNumber = rapid.OneOf(
	rapid.Map(rapid.Int64(), func(n int64) any { return n }),
	rapid.Map(rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64), func(n float64) any { return n }),
)

var anyFacts = rapid.MapOfN(rapid.OneOf(rapid.StringMatching(`[a-z_]{1,9}`), AnyText), rapid.OneOf(
	anyNumber,
	rapid.Map(rapid.Bool(), func(b bool) any { return b }),
	rapid.Map(AnyText, func(s string) any { return s }),
	rapid.Map(rapid.SliceOfN(rapid.Map(AnyText, func(s string) any { return s }), 0, 2), func(l []any) any { return append([]any{}, l...) }),
	rapid.Map(rapid.MapOfN(rapid.SampledFrom([]string{"min", "max", "over"}), anyNumber, 0, 2), func(m map[string]any) any { return m }),
), 0, 3)

// Full is an offering that says something at every key, twice in every list.
func Full() *catalog.Offering {
	o := &catalog.Offering{}
	number := 0
	say(reflect.ValueOf(o).Elem(), &number)
	return o
}

func say(v reflect.Value, number *int) {
	*number++
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 12, 1, 8, *number%60, 0, 0, time.UTC)))
		return
	case catalog.Date:
		v.SetString(fmt.Sprintf("2026-11-%02d", 1+*number%28))
		return
	case eligibility.Evidence:
		v.Set(reflect.ValueOf(eligibility.Register))
		return
	case map[string]any:
		v.Set(reflect.ValueOf(map[string]any{"sector": "electric", "meters": int64(*number)}))
		return
	}
	switch v.Kind() {
	case reflect.String:
		if values := Values(v.Type()); values != nil {
			v.SetString(values[*number%len(values)])
		} else {
			v.SetString(fmt.Sprintf("text %d", *number))
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(int64(*number))
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		say(v.Index(0), number)
		say(v.Index(1), number)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				say(v.Field(i), number)
			}
		}
	}
}

// EachKey visits Full with one of its keys emptied, for every key: a format that does not carry the key gives the same for both.
func EachKey(visit func(key string, without *catalog.Offering)) {
	var keys []string
	walk(reflect.ValueOf(Full()).Elem(), "", func(key string, _ reflect.Value) { keys = append(keys, key) })
	for _, wanted := range keys {
		without := Full()
		walk(reflect.ValueOf(without).Elem(), "", func(key string, v reflect.Value) {
			if key == wanted {
				v.SetZero()
			}
		})
		visit(wanted, without)
	}
}

func walk(v reflect.Value, key string, visit func(key string, v reflect.Value)) {
	switch {
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		for i := range v.Len() {
			walk(v.Index(i), fmt.Sprintf("%s[%d]", key, i+1), visit)
		}
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for name, field := range tree.Keys(v) {
			walk(field, key+"."+name, visit)
		}
	default:
		visit(key, v)
	}
}
