package catalog

import (
	"bytes"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"accessdesk/eligibility"
)

// Canonical writes an offering in the one spelling that is stored and hashed: the keys in the order of the fields of
// Offering, basic strings on one line, instants in UTC, facts of tests by name, no comments. Left out are the owner,
// which is internal, and whatever is empty: texts, lists, tables, and numbers that are 0. True or false and
// min_evidence are always written within a table that is not empty. Parse reads it back to the same offering.
func Canonical(o *Offering) []byte {
	var b bytes.Buffer
	root := reflect.ValueOf(o).Elem()
	for i := range root.NumField() {
		field, name := root.Field(i), root.Type().Field(i).Tag.Get("toml")
		switch {
		case name == "" || name == "owner" || blank(field) && field.Kind() != reflect.Bool:
		case !standsAsTable(field.Type()):
			writePair(&b, name, field)
			b.WriteByte('\n')
		case field.Kind() == reflect.Struct:
			b.WriteString("\n[" + name + "]\n")
			writeTable(&b, field)
		default:
			for j := range field.Len() {
				b.WriteString("\n[[" + name + "]]\n")
				writeTable(&b, field.Index(j))
			}
		}
	}
	return b.Bytes()
}

// standsAsTable tells which fields of an offering have a header of their own. Helper stands among the plain keys.
func standsAsTable(t reflect.Type) bool {
	if t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	return t.Kind() == reflect.Struct && t != reflect.TypeFor[Helper]()
}

func writeTable(b *bytes.Buffer, table reflect.Value) {
	for i := range table.NumField() {
		if written(table.Field(i)) {
			writePair(b, table.Type().Field(i).Tag.Get("toml"), table.Field(i))
			b.WriteByte('\n')
		}
	}
}

func writePair(b *bytes.Buffer, name string, value reflect.Value) {
	b.WriteString(name + " = ")
	writeValue(b, value)
}

// written tells whether a field of a table appears.
func written(v reflect.Value) bool {
	return v.Kind() == reflect.Bool || v.Type() == evidenceType || !blank(v)
}

// blank tells whether a value says nothing.
func blank(v reflect.Value) bool {
	switch {
	case v.Type() == timeType:
		return v.IsZero()
	case v.Kind() == reflect.Slice, v.Kind() == reflect.Map:
		return v.Len() == 0
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if !blank(v.Field(i)) {
				return false
			}
		}
		return true
	}
	return v.IsZero()
}

func writeValue(b *bytes.Buffer, v reflect.Value) {
	switch {
	case v.Type() == timeType:
		b.WriteString(v.Interface().(time.Time).UTC().Format(time.RFC3339Nano))
	case v.Type() == dateType:
		b.WriteString(v.String())
	case v.Type() == evidenceType:
		b.WriteString(quote(v.Interface().(eligibility.Evidence).String()))
	case v.Type() == factsType:
		writeFacts(b, v.Interface().(map[string]any))
	case v.Kind() == reflect.String:
		b.WriteString(quote(v.String()))
	case v.Kind() == reflect.Bool:
		b.WriteString(strconv.FormatBool(v.Bool()))
	case v.Kind() == reflect.Int:
		b.WriteString(strconv.FormatInt(v.Int(), 10))
	case v.Kind() == reflect.Slice:
		writeList(b, v.Len(), func(i int) { writeValue(b, v.Index(i)) })
	case v.Kind() == reflect.Struct:
		writeInline(b, v)
	}
}

func writeList(b *bytes.Buffer, length int, item func(int)) {
	b.WriteByte('[')
	for i := range length {
		if i > 0 {
			b.WriteString(", ")
		}
		item(i)
	}
	b.WriteByte(']')
}

func writeInline(b *bytes.Buffer, table reflect.Value) {
	separator := "{ "
	for i := range table.NumField() {
		if written(table.Field(i)) {
			b.WriteString(separator)
			writePair(b, table.Type().Field(i).Tag.Get("toml"), table.Field(i))
			separator = ", "
		}
	}
	if separator == "{ " {
		b.WriteByte('{')
	} else {
		b.WriteByte(' ')
	}
	b.WriteByte('}')
}

// writeFacts writes the facts of a test, or a band within them, by name. Nothing is left out: no, 0 and "none of
// these" are answers.
func writeFacts(b *bytes.Buffer, facts map[string]any) {
	b.WriteByte('{')
	for i, name := range slices.Sorted(maps.Keys(facts)) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(" " + key(name) + " = ")
		writeFact(b, facts[name])
	}
	if len(facts) > 0 {
		b.WriteByte(' ')
	}
	b.WriteByte('}')
}

func writeFact(b *bytes.Buffer, value any) {
	switch v := value.(type) {
	case string:
		b.WriteString(quote(v))
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		b.WriteString(float(v))
	case []any:
		writeList(b, len(v), func(i int) { writeFact(b, v[i]) })
	case map[string]any:
		writeFacts(b, v)
	}
}

// float writes a number so that TOML reads it as one with a point.
func float(number float64) string {
	text := strconv.FormatFloat(number, 'g', -1, 64)
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}

// key writes a key bare where TOML allows it.
func key(name string) string {
	quoted := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-')
	}
	if name == "" || strings.ContainsFunc(name, quoted) {
		return quote(name)
	}
	return name
}

var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`)

// quote writes a basic string. Other control characters cannot occur: Parse refuses them.
func quote(text string) string { return `"` + escapes.Replace(text) + `"` }
