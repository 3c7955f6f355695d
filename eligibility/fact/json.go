package fact

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Error says which fact of the facts as JSON cannot be used and why.
type Error struct {
	Fact     ID     // "" = the text as a whole
	Expected string // what would be right, for example: true or false
	Got      string // what stood there, shortened; "" where that says nothing
	Nearest  ID     // for an unknown id the nearest known one
}

// Error names the fact and what was expected of it.
func (e *Error) Error() string {
	switch {
	case e.Nearest != "":
		return fmt.Sprintf("unknown fact %q; nearest known: %q", e.Fact, e.Nearest)
	case e.Fact == "" && e.Got != "":
		return fmt.Sprintf("facts: expected %s (%s)", e.Expected, e.Got)
	case e.Fact == "":
		return "facts: expected " + e.Expected
	case e.Got == "":
		return fmt.Sprintf("fact %s: expected %s", e.Fact, e.Expected)
	}
	return fmt.Sprintf("fact %s: expected %s, got %s", e.Fact, e.Expected, e.Got)
}

// Limits on facts as JSON.
const (
	textLimit = 4_000 // characters of one text
	itemLimit = 500   // items of one set or list
)

// ParseFacts reads the facts as JSON: an object of fact id to value; null and absent are unknown. Errors are *Error.
func (v *Vocabulary) ParseFacts(jsonText []byte) (Profile, error) {
	return parseObject(jsonText, v.ParseValue)
}

// parseObject reads an object of fact id to something that parse turns into a value.
func parseObject(jsonText []byte, parse func(ID, []byte) (Value, error)) (Profile, error) {
	whole := &Error{Expected: "one JSON object of fact id to value", Got: syntaxProblem(jsonText)}
	decoder := json.NewDecoder(bytes.NewReader(jsonText))
	start, err := decoder.Token()
	if err != nil || start != json.Delim('{') {
		return nil, whole
	}
	p, seen := Profile{}, map[ID]bool{}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return nil, whole
		}
		name, _ := key.(string)
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return nil, whole
		}
		id := ID(name)
		if seen[id] {
			return nil, &Error{Fact: id, Expected: "one value; it stands twice"}
		}
		seen[id] = true
		value, err := parse(id, raw)
		if err != nil {
			return nil, err
		}
		if value.Known() {
			p[id] = value
		}
	}
	if _, err := decoder.Token(); err != nil {
		return nil, whole
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, whole
	}
	return p, nil
}

// syntaxProblem says where the text stops being JSON; "" when it is JSON.
func syntaxProblem(jsonText []byte) string {
	var anything any
	err := json.Unmarshal(jsonText, &anything)
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return ""
	}
	before := jsonText[:min(int(syntax.Offset), len(jsonText))]
	return fmt.Sprintf("line %d: %v", 1+bytes.Count(before, []byte{'\n'}), syntax)
}

// ParseValue reads the JSON of one fact; null gives the unknown Value. Errors are *Error.
func (v *Vocabulary) ParseValue(id ID, jsonText []byte) (Value, error) {
	at, ok := v.index[id]
	if !ok {
		return Value{}, &Error{Fact: id, Expected: "a known fact id", Nearest: v.NearestFact(string(id))}
	}
	fact := &v.facts[at]
	if !json.Valid(jsonText) {
		return Value{}, &Error{Fact: id, Expected: v.expected(fact), Got: shortened(string(jsonText))}
	}
	value, ok := decodeValue(fact.Type, bytes.TrimSpace(jsonText))
	expected := v.mismatch(fact, value)
	if ok && (!value.Known() || expected == "") {
		return v.canonical(fact, value), nil
	}
	if expected == "" {
		expected = v.expected(fact)
	}
	return Value{}, &Error{Fact: id, Expected: expected, Got: shortened(string(jsonText))}
}

func shortened(text string) string {
	const longest = 60
	if utf8.RuneCountInString(text) <= longest {
		return text
	}
	return string([]rune(text)[:longest]) + "..."
}

// decodeValue reads JSON into a value of the shape that the type has; null is the unknown Value.
func decodeValue(factType Type, raw []byte) (Value, bool) {
	if string(raw) == "null" {
		return Value{}, true
	}
	switch factType {
	case TypeBool:
		var flag bool
		err := json.Unmarshal(raw, &flag)
		return Bool(flag), err == nil
	case TypeInt, TypeMoney, TypeDecimal:
		return decodeNumber(raw)
	case TypeSet, TypeList:
		var items []*string
		if json.Unmarshal(raw, &items) != nil || items == nil || slices.Contains(items, nil) {
			return Value{}, false
		}
		texts := make([]string, len(items))
		for i := range items {
			texts[i] = *items[i]
		}
		if factType == TypeSet {
			return Set(texts...), true
		}
		return List(texts...), true
	}
	var text string
	err := json.Unmarshal(raw, &text)
	return String(text), err == nil
}

// decodeNumber reads a number or a band: an object with any of min, over, max, below.
func decodeNumber(raw []byte) (Value, bool) {
	if number, ok := jsonNumber(raw); ok {
		return Decimal(number), true
	}
	var band map[string]json.RawMessage
	if len(raw) == 0 || raw[0] != '{' || json.Unmarshal(raw, &band) != nil || len(band) == 0 {
		return Value{}, false
	}
	span := Everything()
	for name, bound := range band {
		number, ok := jsonNumber(bound)
		within := bandBounds[name]
		if !ok || within == nil {
			return Value{}, false
		}
		span = span.Intersect(within(number))
	}
	return Between(span), !span.Empty()
}

var bandBounds = map[string]func(float64) Interval{"min": AtLeast, "over": Over, "max": AtMost, "below": Below}

func jsonNumber(raw []byte) (float64, bool) {
	if len(raw) == 0 || raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') {
		return 0, false
	}
	number, err := strconv.ParseFloat(string(raw), 64)
	return number, err == nil
}

// canonical brings a right value into the one form in which it is kept.
func (v *Vocabulary) canonical(f *Fact, value Value) Value {
	if value.kind == kindNumber {
		value.span = f.Canonical(value.span)
	}
	return value
}

// Canonical gives an interval of the fact its one form: whole numbers get closed ends.
func (f *Fact) Canonical(span Interval) Interval {
	if f.Type.Whole() {
		return span.whole()
	}
	return tidy(span)
}

// mismatch says what f expects when value does not fit it; "" when it does.
func (v *Vocabulary) mismatch(f *Fact, value Value) string {
	fits := false
	switch f.Type {
	case TypeBool:
		fits = value.kind == kindBool
	case TypeInt, TypeMoney, TypeDecimal:
		fits = value.kind == kindNumber && f.Holds(value.span)
	case TypeEnum:
		fits = value.kind == kindText && f.Allows(value.text)
	case TypeSet:
		fits = value.kind == kindSet && len(value.items) <= itemLimit && !slices.ContainsFunc(value.items, func(item string) bool { return !f.Allows(item) })
	case TypeList:
		fits = value.kind == kindList && len(value.items) <= itemLimit && !slices.ContainsFunc(value.items, func(item string) bool { return !goodText(item) })
	default:
		fits = value.kind == kindText && goodText(value.text) && v.fitsShape(f, value.text)
	}
	if fits {
		return ""
	}
	return v.expected(f)
}

// Holds reports whether some number of span is a value of the fact, and its ends are not out of reach.
func (f *Fact) Holds(span Interval) bool {
	if f.Type.Whole() {
		if number, exact := span.Point(); exact && !isWhole(number) {
			return false
		}
		span = span.whole()
		for _, end := range []float64{span.Low, span.High} {
			if !math.IsInf(end, 0) && !isWhole(end) {
				return false
			}
		}
	}
	return !span.Intersect(f.Limits()).Empty()
}

func goodText(text string) bool {
	return text != "" && utf8.ValidString(text) && utf8.RuneCountInString(text) <= textLimit
}

func (v *Vocabulary) fitsShape(f *Fact, text string) bool {
	if f.Type == TypeDate {
		_, err := time.Parse(time.DateOnly, text)
		return err == nil
	}
	pattern := v.patterns[f.ID]
	return pattern == nil || pattern.MatchString(text)
}

// expected says in plain English what values a fact takes.
func (v *Vocabulary) expected(f *Fact) string {
	switch f.Type {
	case TypeBool:
		return "true or false"
	case TypeInt, TypeMoney, TypeDecimal:
		return expectedNumber(f)
	case TypeEnum:
		return "one of " + quotedList(f.ValueNames())
	case TypeSet:
		return "an array of any of " + quotedList(f.ValueNames())
	case TypeList:
		return "an array of texts"
	case TypeDate:
		return "a date like 2026-11-22"
	}
	if f.Pattern != "" {
		return "a text of the form " + f.Pattern
	}
	return fmt.Sprintf("a text of 1 to %d characters", textLimit)
}

func expectedNumber(f *Fact) string {
	what := "a number"
	switch f.Type {
	case TypeInt:
		what = "a whole number"
	case TypeMoney:
		what = "whole US dollars as a number"
	}
	if f.Min != nil {
		what += " from " + numberText(*f.Min)
	}
	if f.Max != nil {
		what += " up to " + numberText(*f.Max)
	}
	return what + " or a band with any of min, over, max, below"
}

// quotedList writes the values, the first of them where there are many.
func quotedList(names []string) string {
	const most = 20
	quoted := make([]string, 0, most)
	for i, name := range names {
		if i == most {
			quoted = append(quoted, fmt.Sprintf("... (%d in all)", len(names)))
			break
		}
		quoted = append(quoted, strconv.Quote(name))
	}
	return strings.Join(quoted, ", ")
}

// FormatFacts writes the facts as JSON in one canonical form: keys sorted, no blanks, bands with min, over, max, below. The
// evidence is not part of it: see FormatProfile. Errors are *Error.
func (v *Vocabulary) FormatFacts(p Profile) ([]byte, error) {
	text := []byte{'{'}
	for i, id := range slices.Sorted(maps.Keys(p)) {
		value, err := v.FormatValue(id, p[id])
		if err != nil {
			return nil, err
		}
		if i > 0 {
			text = append(text, ',')
		}
		text = append(append(text, quoteJSON(string(id))...), ':')
		text = append(text, value...)
	}
	return append(text, '}'), nil
}

// FormatValue writes the JSON of one fact; the unknown Value is null. Errors are *Error.
func (v *Vocabulary) FormatValue(id ID, value Value) ([]byte, error) {
	at, ok := v.index[id]
	if !ok {
		return nil, &Error{Fact: id, Expected: "a known fact id", Nearest: v.NearestFact(string(id))}
	}
	if !value.Known() {
		return []byte("null"), nil
	}
	fact := &v.facts[at]
	if expected := v.mismatch(fact, value); expected != "" {
		return nil, &Error{Fact: id, Expected: expected}
	}
	value = v.canonical(fact, value)
	switch value.kind {
	case kindBool:
		return strconv.AppendBool(nil, value.flag), nil
	case kindText:
		return quoteJSON(value.text), nil
	case kindNumber:
		return formatNumber(value.span), nil
	}
	return formatItems(value.items), nil
}

func formatItems(items []string) []byte {
	text := []byte{'['}
	for i, item := range items {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(text, quoteJSON(item)...)
	}
	return append(text, ']')
}

func formatNumber(span Interval) []byte {
	if number, exact := span.Point(); exact {
		return []byte(numberText(number))
	}
	var bounds []string
	if !math.IsInf(span.Low, 0) {
		name := `"min":`
		if span.LowOpen {
			name = `"over":`
		}
		bounds = append(bounds, name+numberText(span.Low))
	}
	if !math.IsInf(span.High, 0) {
		name := `"max":`
		if span.HighOpen {
			name = `"below":`
		}
		bounds = append(bounds, name+numberText(span.High))
	}
	return []byte("{" + strings.Join(bounds, ",") + "}")
}

func quoteJSON(text string) []byte {
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		return []byte(`""`) // a string always encodes
	}
	return bytes.TrimSuffix(quoted.Bytes(), []byte{'\n'})
}
