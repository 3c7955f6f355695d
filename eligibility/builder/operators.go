package builder

import (
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"accessdesk/eligibility/fact"
)

// Shape is what kind of values a row takes.
type Shape string

// The shapes. They also name the words of the operators.
const (
	ShapeFlag   Shape = "flag"   // yes or no: no values
	ShapeNumber Shape = "number" // one number, two for Between
	ShapeDate   Shape = "date"   // one day as YYYY-MM-DD, two for Between
	ShapeChoice Shape = "choice" // values of the fact
	ShapeSet    Shape = "set"    // values of the fact, or sectors for Runs
	ShapeText   Shape = "text"   // any text
	ShapeList   Shape = "list"   // any texts
)

var operatorsOf = map[Shape][]Operator{
	ShapeFlag:   {Yes, No},
	ShapeNumber: {AtMost, LessThan, AtLeast, MoreThan, Between, Is, IsNot},
	ShapeDate:   {LessThan, AtMost, Is, AtLeast, MoreThan, Between, IsNot},
	ShapeChoice: {OneOf, NoneOf, Is, IsNot},
	ShapeSet:    {IncludesAny, IncludesAll, IncludesNone},
	ShapeText:   {Is, IsNot, OneOf, NoneOf},
	ShapeList:   {IncludesAny, IncludesAll, IncludesNone},
}

// ShapeOf gives the shape of a fact, of Runs too; false for an unknown one.
func ShapeOf(v *fact.Vocabulary, id fact.ID) (Shape, bool) {
	if id == Runs {
		return ShapeSet, true
	}
	known, ok := v.Fact(id)
	if !ok {
		return "", false
	}
	return shapeOfType(known.Type), true
}

func shapeOfType(t fact.Type) Shape {
	switch t {
	case fact.TypeBool:
		return ShapeFlag
	case fact.TypeInt, fact.TypeMoney, fact.TypeDecimal:
		return ShapeNumber
	case fact.TypeDate:
		return ShapeDate
	case fact.TypeEnum:
		return ShapeChoice
	case fact.TypeSet:
		return ShapeSet
	case fact.TypeList:
		return ShapeList
	}
	return ShapeText
}

// Operators lists what a row of this shape may say, the usual first.
func Operators(s Shape) []Operator { return slices.Clone(operatorsOf[s]) }

// Several tells whether a row with this operator takes more than one value.
func Several(o Operator) bool {
	return slices.Contains([]Operator{OneOf, NoneOf, IncludesAny, IncludesAll, IncludesNone}, o)
}

// Choices lists the values that a row may take, with their names; none when any text or number may stand there.
func Choices(v *fact.Vocabulary, id fact.ID) []fact.EnumValue {
	if id == Runs {
		known, _ := v.Fact(fact.Sector)
		return append(slices.Clone(known.Values), fact.EnumValue{Value: fact.CriticalInfrastructure, Label: words("critical")})
	}
	known, _ := v.Fact(id)
	return known.Values
}

// Flaw is why a row cannot be used yet; it is also the key of its words.
type Flaw string

// The flaws of rows.
const (
	FlawNoFact     Flaw = "no_fact"
	FlawOperator   Flaw = "operator"
	FlawNoValue    Flaw = "no_value"
	FlawNotNumber  Flaw = "not_number"
	FlawNotWhole   Flaw = "not_whole"
	FlawNotDate    Flaw = "not_date"
	FlawNotChoice  Flaw = "not_choice"
	FlawOrder      Flaw = "order"
	FlawTextBroken Flaw = "text_broken"
	FlawDeep       Flaw = "deep"
	FlawLong       Flaw = "long"
	FlawNoRow      Flaw = "no_row"
)

// FlawOf tells why a row cannot be used yet; "" when it can.
func FlawOf(v *fact.Vocabulary, r Row) Flaw {
	shape, ok := ShapeOf(v, r.Fact)
	if !ok {
		return FlawNoFact
	}
	if !slices.Contains(operatorsOf[shape], r.Operator) {
		return FlawOperator
	}
	wanted := 1
	switch {
	case shape == ShapeFlag:
		wanted = 0
	case r.Operator == Between:
		wanted = 2
	case Several(r.Operator):
		wanted = max(1, len(r.Values))
	}
	if len(r.Values) != wanted || slices.Contains(r.Values, "") {
		return FlawNoValue
	}
	for _, value := range r.Values {
		if flaw := valueFlaw(v, r.Fact, shape, value); flaw != "" {
			return flaw
		}
	}
	if r.Operator == Between && !ordered(r.Values[0], r.Values[1]) {
		return FlawOrder
	}
	return ""
}

func valueFlaw(v *fact.Vocabulary, id fact.ID, shape Shape, value string) Flaw {
	switch shape {
	case ShapeNumber:
		number, ok := parseNumber(value)
		known, _ := v.Fact(id)
		switch {
		case !ok:
			return FlawNotNumber
		case known.Type.Whole() && (number != math.Trunc(number) || math.Abs(number) > largestWhole):
			return FlawNotWhole
		}
	case ShapeDate:
		if day, err := time.Parse(time.DateOnly, value); err != nil || day.Format(time.DateOnly) != value {
			return FlawNotDate
		}
	case ShapeChoice, ShapeSet:
		if !slices.ContainsFunc(Choices(v, id), func(known fact.EnumValue) bool { return known.Value == value }) {
			return FlawNotChoice
		}
	default:
		if !utf8.ValidString(value) {
			return FlawTextBroken
		}
	}
	return ""
}

// largestWhole is the largest magnitude for which a float64 stands for one whole number only: 2^53 - 1.
const largestWhole = 1<<53 - 1

// parseNumber reads a number that stands in its one spelling.
func parseNumber(text string) (float64, bool) {
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil && numberText(number) == text
}

// numberText is the one spelling of a number in rows: no exponent, no plus, no negative zero.
func numberText(number float64) string {
	if number == 0 {
		number = 0 // not the negative one
	}
	return strconv.FormatFloat(number, 'f', -1, 64)
}

// ordered tells whether two numbers, or two days, stand in order or are the same.
func ordered(low, high string) bool {
	a, okA := parseNumber(low)
	b, okB := parseNumber(high)
	if okA && okB {
		return a <= b
	}
	return low <= high
}
