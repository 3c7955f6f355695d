// Package tree is an offering without its types: tables of keys with plain values, in the order of the offering file. Package catalog makes
// them of an offering, and knows which keys say something; the canonical file, JSON and spreadsheets are spellings of them. That of the
// canonical file stands here, because it is TOML on one line: the answers of an example in a spreadsheet are written so too.
package tree

import (
	"bytes"
	"iter"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Table is the keys of a table that say something, in the order of the file.
type Table []Pair

// Pair is a key with its value: string, Day, time.Time in UTC, bool, int64, float64, Table, or a list of these as []any.
type Pair struct {
	Key   string
	Value any
}

// Day is a calendar day as YYYY-MM-DD. It is no text: a file has it without quotes.
type Day string

// Keys goes through the keys of a table with their values, in the order of the file. A struct without keys, such as an instant, has none.
func Keys(table reflect.Value) iter.Seq2[string, reflect.Value] {
	return func(yield func(string, reflect.Value) bool) {
		for i := range table.NumField() {
			if key := table.Type().Field(i).Tag.Get("toml"); key != "" && !yield(key, table.Field(i)) {
				return
			}
		}
	}
}

// KeyTypes goes through the keys that tables of a type have, in the order of the file.
func KeyTypes(table reflect.Type) iter.Seq2[string, reflect.StructField] {
	return func(yield func(string, reflect.StructField) bool) {
		for i := range table.NumField() {
			if key := table.Field(i).Tag.Get("toml"); key != "" && !yield(key, table.Field(i)) {
				return
			}
		}
	}
}

// At is the value of a key of a table, if the table has such a key.
func At(table reflect.Value, wanted string) (reflect.Value, bool) {
	for key, field := range Keys(table) {
		if key == wanted {
			return field, true
		}
	}
	return reflect.Value{}, false
}

// String writes a key and its value in the spelling of the canonical file, on one line.
func (p Pair) String() string {
	var b bytes.Buffer
	p.Write(&b)
	return b.String()
}

// Write writes what String gives.
func (p Pair) Write(b *bytes.Buffer) {
	b.WriteString(key(p.Key) + " = ")
	writeValue(b, p.Value)
}

func writeValue(b *bytes.Buffer, value any) {
	switch v := value.(type) {
	case time.Time:
		b.WriteString(v.Format(time.RFC3339Nano))
	case Day:
		b.WriteString(string(v))
	case string:
		b.WriteString(quote(v))
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		b.WriteString(Float(v))
	case []any:
		separator := ""
		b.WriteByte('[')
		for _, item := range v {
			b.WriteString(separator)
			writeValue(b, item)
			separator = ", "
		}
		b.WriteByte(']')
	case Table:
		separator, end := "{ ", "{}"
		for _, pair := range v {
			b.WriteString(separator)
			pair.Write(b)
			separator, end = ", ", " }"
		}
		b.WriteString(end)
	}
}

// Float writes a number so that it reads back as one with a point, in TOML and in JSON.
func Float(number float64) string {
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
