package fact

import (
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Evidence says how well a value is backed, weakest first.
type Evidence int

// The four grades of evidence.
const (
	Stated   Evidence = iota // somebody of the operator said so
	Document                 // a document that shows it is on file
	Register                 // a public register says so
	Verified                 // somebody checked it with the source
)

var evidenceNames = [...]string{"stated", "document", "register", "verified"}

// String is the name used in offering files: stated, document, register, verified.
func (e Evidence) String() string {
	if e < 0 || int(e) >= len(evidenceNames) {
		return "stated"
	}
	return evidenceNames[e]
}

// ParseEvidence reads a name of String; "" is Stated.
func ParseEvidence(name string) (Evidence, bool) {
	if name == "" {
		return Stated, true
	}
	at := slices.Index(evidenceNames[:], name)
	return Evidence(max(at, 0)), at >= 0
}

// SourceDerived marks a value that was worked out from other facts. Such values are worked out anew each time.
const SourceDerived = "derived"

type kind uint8

const (
	kindUnknown kind = iota
	kindBool
	kindNumber
	kindText
	kindSet
	kindList
)

// largestWhole is the largest magnitude for which a float64 stands for one whole number only: 2^53 - 1.
const largestWhole = 1<<53 - 1

// Value is what is known of one fact: a bool, a number (or the interval it lies in), a text, a set or a list. The zero Value is
// unknown and belongs into no Profile. Evidence, Source and AsOf say where it comes from; they take no part in Equal.
type Value struct {
	Evidence Evidence
	Source   string // register or document it was read from; "" = answered, SourceDerived = worked out
	AsOf     string // day (YYYY-MM-DD) on which it was said or read from its source; "" = not known

	kind  kind
	flag  bool
	text  string
	items []string
	span  Interval
}

// Bool is a yes or a no.
func Bool(flag bool) Value { return Value{kind: kindBool, flag: flag} }

// Int is a whole number; magnitudes over 2^53 - 1 are rounded, and refused as facts.
func Int(number int64) Value { return Decimal(float64(number)) }

// Decimal is a number. NaN and the infinities are unknown.
func Decimal(number float64) Value { return Between(Exactly(number)) }

// Between is a number of which only an interval is known. An empty interval and one without bounds are unknown.
func Between(span Interval) Value {
	span = tidy(span)
	if span.Empty() || span == Everything() {
		return Value{}
	}
	return Value{kind: kindNumber, span: span}
}

// String is a text, an enum value, a date (YYYY-MM-DD), an id or a place.
func String(text string) Value { return Value{kind: kindText, text: text} }

// Set is a set of values, kept sorted and without repeats; no items: "none of these".
func Set(items ...string) Value {
	sorted := slices.Compact(slices.Sorted(slices.Values(items)))
	if sorted == nil {
		sorted = []string{}
	}
	return Value{kind: kindSet, items: sorted}
}

// List is a list of texts in the given order.
func List(items ...string) Value {
	return Value{kind: kindList, items: append([]string{}, items...)}
}

// Within gives the value with its interval cut to span. It stays as it is when it is no number or lies outside.
func (v Value) Within(span Interval) Value {
	if cut := v.span.Intersect(span); v.kind == kindNumber && !cut.Empty() {
		v.span = tidy(cut)
	}
	return v
}

// From gives the value with its evidence and source.
func (v Value) From(evidence Evidence, source string) Value {
	v.Evidence, v.Source = evidence, source
	return v
}

// On gives the value with the day (YYYY-MM-DD) on which it was said or read from its source.
func (v Value) On(day string) Value {
	v.AsOf = day
	return v
}

// Known reports whether anything is known; false only for the zero Value.
func (v Value) Known() bool { return v.kind != kindUnknown }

// Bool gives a yes or no.
func (v Value) Bool() (flag, ok bool) { return v.flag, v.kind == kindBool }

// Number gives an exact number; an interval of more than one point is none.
func (v Value) Number() (float64, bool) {
	number, ok := v.span.Point()
	return number, ok && v.kind == kindNumber
}

// Interval gives what is known of a number; an exact number is an interval of one point.
func (v Value) Interval() (Interval, bool) { return v.span, v.kind == kindNumber }

// IsBand reports a number that is known as an interval only.
func (v Value) IsBand() bool {
	_, exact := v.span.Point()
	return v.kind == kindNumber && !exact
}

// Text gives a text, an enum value, a date, an id or a place.
func (v Value) Text() (string, bool) { return v.text, v.kind == kindText }

// Items gives the items of a set (sorted) or a list (as given). The slice must not be changed.
func (v Value) Items() ([]string, bool) {
	return v.items, v.kind == kindSet || v.kind == kindList
}

// Has reports whether a set or list holds item.
func (v Value) Has(item string) bool { return slices.Contains(v.items, item) }

// Equal compares what is known, not where it comes from.
func (v Value) Equal(other Value) bool {
	return v.kind == other.kind && v.flag == other.flag && v.text == other.text && v.span == other.span &&
		slices.Equal(v.items, other.items)
}

// String writes the value for developers and logs of tests; people see Vocabulary.Display.
func (v Value) String() string {
	switch v.kind {
	case kindBool:
		return strconv.FormatBool(v.flag)
	case kindNumber:
		return v.span.String()
	case kindText:
		return strconv.Quote(v.text)
	case kindSet, kindList:
		return fmt.Sprintf("%q", v.items)
	}
	return "unknown"
}

// Resolved reports whether a rule that reads the value can always be decided by it: it is known, and to the point.
func (v Value) Resolved() bool {
	switch v.kind {
	case kindUnknown:
		return false
	case kindNumber:
		return v.span.Low == v.span.High
	}
	return true
}

// isWhole reports a whole number that float64 holds exactly.
func isWhole(number float64) bool {
	return number == math.Trunc(number) && math.Abs(number) <= largestWhole
}
