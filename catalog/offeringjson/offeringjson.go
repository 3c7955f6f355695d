// Package offeringjson writes an offering as JSON and reads it back: the same keys as the offering file, in the same order, with the same
// keys left out. Dates are texts "2026-11-22", instants RFC 3339 in UTC. It knows no key by name, so that a key that package catalog
// learns is known here too; Decode(Encode(o)) is o, to the last byte of catalog.Canonical.
package offeringjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/tree"
)

var (
	dateType = reflect.TypeFor[catalog.Date]()
	timeType = reflect.TypeFor[time.Time]()
)

// Encode writes an offering. The owner is the address of a colleague: it is written for those who edit, and not for the public.
func Encode(o *catalog.Offering, owner bool) json.RawMessage {
	var b bytes.Buffer
	writeTable(&b, slices.DeleteFunc(catalog.Tree(o), func(pair tree.Pair) bool { return pair.Key == "owner" && !owner }))
	return b.Bytes()
}

func writeTable(b *bytes.Buffer, table tree.Table) {
	b.WriteByte('{')
	for i, pair := range table {
		if i > 0 {
			b.WriteByte(',')
		}
		writeText(b, pair.Key)
		b.WriteByte(':')
		writeValue(b, pair.Value)
	}
	b.WriteByte('}')
}

func writeValue(b *bytes.Buffer, value any) {
	switch v := value.(type) {
	case time.Time:
		writeText(b, v.Format(time.RFC3339Nano))
	case tree.Day:
		writeText(b, string(v))
	case string:
		writeText(b, v)
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		b.WriteString(tree.Float(v))
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			writeValue(b, item)
		}
		b.WriteByte(']')
	case tree.Table:
		writeTable(b, v)
	}
}

func writeText(b *bytes.Buffer, text string) {
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil { // a text always encodes
		panic(err)
	}
	b.Truncate(b.Len() - 1) // the line end that Encode adds
}

// Decode reads an offering from a parsed JSON object (numbers as json.Number). null is the same as an absent key. What does not fit are
// catalog.FileErrors; Pointer tells where it stands.
func Decode(members map[string]any) (*catalog.Offering, error) {
	o, err := catalog.FromTree("", table(members, reflect.TypeFor[catalog.Offering]()))
	var mistakes catalog.FileErrors
	if errors.As(err, &mistakes) {
		for _, one := range mistakes {
			one.Problem = inQuotes.Replace(one.Problem)
		}
	}
	return o, err
}

// inQuotes makes what package catalog says of a day or an instant in TOML true of one in JSON.
var inQuotes = strings.NewReplacer(" without quotes, found a text", ", found another text", " without quotes", "")

// table gives the members of an object the types that the keys of that table have in a file.
func table(members map[string]any, as reflect.Type) map[string]any {
	fields := maps.Collect(tree.KeyTypes(as))
	tree := make(map[string]any, len(members))
	for name, value := range members {
		if value != nil {
			tree[name] = typed(value, fields[name].Type)
		}
	}
	return tree
}

// typed gives a value the type that it would have in a file; as is nil for an unknown key. What cannot have it stays as it is, and is
// refused by the reader of catalog.
func typed(value any, as reflect.Type) any {
	switch v := value.(type) {
	case json.Number:
		return number(v)
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = typed(item, element(as))
		}
		return items
	case map[string]any:
		if as != nil && as.Kind() == reflect.Struct && as != timeType {
			return table(v, as)
		}
		return facts(v)
	case string:
		return textOf(v, as)
	}
	return value
}

func textOf(text string, as reflect.Type) any {
	switch as {
	case dateType:
		if day, err := time.ParseInLocation(time.DateOnly, text, catalog.DayZone); err == nil {
			return day
		}
	case timeType:
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			return at.UTC()
		}
	}
	return text
}

func element(list reflect.Type) reflect.Type {
	if list == nil || list.Kind() != reflect.Slice {
		return nil
	}
	return list.Elem()
}

// facts reads the facts of a test, where no type is known. A null fact is unknown, as if it were not there.
func facts(members map[string]any) map[string]any {
	tree := make(map[string]any, len(members))
	for name, value := range members {
		if value != nil {
			tree[name] = typed(value, nil)
		}
	}
	return tree
}

// number is whole unless it is written with a point or an exponent, as in TOML.
func number(text json.Number) any {
	if whole, err := strconv.ParseInt(string(text), 10, 64); err == nil {
		return whole
	}
	float, err := strconv.ParseFloat(string(text), 64)
	if err != nil {
		return math.Inf(1) // too large for any number of a file, which refuses it
	}
	return float
}

var place = regexp.MustCompile(`\[(\d+)\]`)

// Pointer turns the path of a key, as catalog and check name it ("criteria[2].expr", counting from 1), into the steps that lead to it in
// the JSON, counting from 0.
func Pointer(path string) []any {
	var steps []any
	for path != "" {
		path = strings.TrimPrefix(path, ".")
		switch at := place.FindStringSubmatchIndex(path); {
		case at != nil && at[0] == 0:
			count, _ := strconv.Atoi(path[at[2]:at[3]])
			steps, path = append(steps, max(count-1, 0)), path[at[1]:]
		default:
			end := strings.IndexAny(path, ".[")
			if end <= 0 {
				end = len(path)
			}
			steps, path = append(steps, path[:end]), path[end:]
		}
	}
	return steps
}
