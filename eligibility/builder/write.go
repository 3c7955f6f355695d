package builder

import (
	"strconv"
	"strings"

	"accessdesk/eligibility/fact"
)

const (
	allOf = " && "
	oneOf = " || "
)

// Write writes a tree as an expression. Rows that are not usable (FlawOf) make one that does not compile; ParseDraft reads it.
func Write(v *fact.Vocabulary, t Tree) string {
	t = Normal(t)
	if len(t.Nodes) == 0 {
		return "true"
	}
	text, _ := writeGroup(v, t)
	return text
}

func sign(anyOf bool) string {
	if anyOf {
		return oneOf
	}
	return allOf
}

// writeGroup also says by which sign the text is joined; "" when it holds together by itself.
func writeGroup(v *fact.Vocabulary, g Group) (text, joined string) {
	own := sign(g.Any)
	var parts []string
	for _, n := range g.Nodes {
		var part, inner string
		if n.Group != nil {
			part, inner = writeGroup(v, *n.Group)
		} else {
			part, inner = writeRow(v, n.Row)
		}
		if inner != "" && inner != own && len(g.Nodes) > 1 {
			part = "(" + part + ")"
		}
		if len(g.Nodes) == 1 {
			own = inner
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, own), own
}

var signs = map[Operator]string{Is: " == ", IsNot: " != ", AtLeast: " >= ", MoreThan: " > ", AtMost: " <= ", LessThan: " < "}

func writeRow(v *fact.Vocabulary, r Row) (text, joined string) {
	name := string(r.Fact)
	if name == "" {
		return Blank, ""
	}
	switch r.Operator {
	case Yes:
		return name, ""
	case No:
		return "!" + name, ""
	case Between:
		return name + " >= " + end(v, r, 0) + allOf + name + " <= " + end(v, r, 1), allOf
	case OneOf, NoneOf:
		quoted := quotedOr(r.Values, Blank)
		text = name + " in [" + strings.Join(quoted, ", ") + "]"
		if r.Operator == NoneOf {
			text = "!(" + text + ")"
		}
		return text, ""
	case IncludesAny, IncludesAll, IncludesNone:
		return writeItems(r)
	}
	return name + signs[r.Operator] + constant(v, r.Fact, r.Operator, valueAt(r, 0)), ""
}

// valueAt gives a value of a row, "" for one that is not there.
func valueAt(r Row, at int) string {
	if at >= len(r.Values) {
		return ""
	}
	return r.Values[at]
}

// end writes one end of a range. One that is missing says that the two belong together.
func end(v *fact.Vocabulary, r Row, at int) string {
	value := valueAt(r, at)
	if value == "" {
		return blankBetween
	}
	return constant(v, r.Fact, AtLeast, value)
}

// quotedOr quotes values; none are what stands for nothing.
func quotedOr(values []string, nothing string) []string {
	if len(values) == 0 {
		return []string{nothing}
	}
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = strconv.Quote(value)
	}
	return quoted
}

// writeItems writes a row about items of a set, or about what an operator runs.
func writeItems(r Row) (text, joined string) {
	quoted := quotedOr(r.Values, Blank)
	if r.Operator == IncludesAll {
		quoted = quotedOr(r.Values, blankAll)
	}
	parts := make([]string, len(quoted))
	for i, value := range quoted {
		parts[i] = value + " in " + string(r.Fact)
		if r.Fact == Runs {
			parts[i] = "runs(" + value + ")"
		}
	}
	switch {
	case r.Operator == IncludesNone && len(parts) == 1 && r.Fact == Runs:
		return "!" + parts[0], ""
	case r.Operator == IncludesNone:
		return "!(" + strings.Join(parts, oneOf) + ")", ""
	case len(parts) == 1:
		return parts[0], ""
	case r.Operator == IncludesAll:
		return strings.Join(parts, allOf), allOf
	}
	return strings.Join(parts, oneOf), oneOf
}

// mostDigits is the length up to which a number may be written without a point: beyond, it might not fit a whole number of the language.
const mostDigits = 15

// constant writes a value as the language wants it: a decimal fact equals only what has a point.
func constant(v *fact.Vocabulary, id fact.ID, operator Operator, value string) string {
	if value == "" {
		return Blank
	}
	known, _ := v.Fact(id)
	if _, number := parseNumber(value); !known.Type.Numeric() || !number {
		return strconv.Quote(value)
	}
	whole := !strings.Contains(value, ".")
	if known.Type == fact.TypeDecimal && whole && (operator == Is || operator == IsNot || len(value) > mostDigits) {
		return value + ".0"
	}
	return value
}
