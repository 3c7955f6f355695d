package fact

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Display writes a value for people in "en" or "es": "3,301 to 10,000 people", "Yes", "Local government". Numbers have US
// thousands separators in both languages. An unknown value is "Not answered".
func (v *Vocabulary) Display(id ID, value Value, lang string) string {
	at, ok := v.index[id]
	if !ok || !value.Known() {
		return v.texts.say(lang, "not_answered")
	}
	fact := &v.facts[at]
	switch value.kind {
	case kindBool:
		if value.flag {
			return v.texts.say(lang, "yes")
		}
		return v.texts.say(lang, "no")
	case kindNumber:
		return v.displayNumber(fact, value.span, lang)
	case kindText:
		if fact.Type == TypeDate {
			return v.displayDate(value.text, lang)
		}
		return fact.ValueLabel(value.text).In(lang)
	}
	return v.displayItems(fact, value, lang)
}

func (v *Vocabulary) displayItems(fact *Fact, value Value, lang string) string {
	if len(value.items) == 0 {
		return v.texts.say(lang, "none_of_these")
	}
	labels := make([]string, 0, len(value.items))
	for _, known := range fact.Values {
		if value.Has(known.Value) {
			labels = append(labels, known.Label.In(lang))
		}
	}
	if value.kind == kindList {
		labels = value.items
	}
	return v.texts.join(lang, "and", labels)
}

func (v *Vocabulary) displayDate(text, lang string) string {
	date, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	return v.texts.say(lang, "date", "year", strconv.Itoa(date.Year()), "day", strconv.Itoa(date.Day()),
		"month", v.texts.say(lang, "month."+strconv.Itoa(int(date.Month()))))
}

// unitKey is the head of the keys of the unit's nouns; "" for facts without one.
func (f *Fact) unitKey() string {
	if f.Unit == "" || f.Type != TypeInt && f.Type != TypeDecimal {
		return ""
	}
	return "unit." + f.Unit
}

// displayNumber writes an exact number or a band.
func (v *Vocabulary) displayNumber(fact *Fact, span Interval, lang string) string {
	if fact.Type.Whole() {
		span = span.whole()
	}
	unit := ""
	if key := fact.unitKey(); key != "" {
		unit = v.texts.say(lang, key+".many")
		if span == Exactly(1) {
			unit = v.texts.say(lang, key+".one")
		}
	}
	key, low, high := wording(fact, span)
	text := v.texts.say(lang, key, "n", amount(fact, low), "low", amount(fact, low), "high", amount(fact, high), "unit", unit)
	return strings.Join(strings.Fields(text), " ")
}

// wording picks the text for a number or band, and the two numbers it names.
func wording(fact *Fact, span Interval) (key string, low, high float64) {
	kind := "amount"
	if fact.Type == TypeInt {
		kind = "count"
	}
	low, high = span.Low, span.High
	noLow := math.IsInf(low, 0) || fact.Min != nil && low <= *fact.Min && !span.LowOpen
	noHigh := math.IsInf(high, 0) || fact.Max != nil && high >= *fact.Max && !span.HighOpen
	_, exact := span.Point()
	switch {
	case exact:
		return "number", low, high
	case noLow && noHigh:
		return "band.any", low, high
	case noLow && span.HighOpen:
		return "band.below_" + kind, low, high
	case noLow && fact.Type.Whole() && rounder(high+1, high):
		return "band.below_" + kind, low, high + 1
	case noLow:
		return "band.at_most_" + kind, low, high
	case noHigh && span.LowOpen:
		return "band.over", low, high
	case noHigh && fact.Type.Whole() && rounder(low-1, low):
		return "band.over", low - 1, high
	case noHigh:
		return "band.at_least", low, high
	}
	return between(span), low, high
}

func between(span Interval) string {
	switch {
	case span.LowOpen && span.HighOpen:
		return "band.over_below"
	case span.LowOpen:
		return "band.over_to"
	case span.HighOpen:
		return "band.from_below"
	}
	return "band.between"
}

// rounder reports that a ends in more zeros than b: people are told "10,000", not "10,001".
func rounder(a, b float64) bool { return zeros(a) > zeros(b) }

func zeros(number float64) int {
	digits := strconv.FormatFloat(math.Abs(number), 'f', 0, 64)
	if digits == "0" {
		return 0
	}
	return len(digits) - len(strings.TrimRight(digits, "0"))
}

// amount writes one number with thousands separators, money with a dollar sign.
func amount(fact *Fact, number float64) string {
	if math.IsInf(number, 0) {
		return ""
	}
	sign := ""
	if number < 0 {
		sign = "-"
	}
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(number), 'f', -1, 64), ".")
	if fraction != "" {
		fraction = "." + fraction
	}
	if fact.Type == TypeMoney {
		sign += "$"
	}
	return sign + grouped(whole) + fraction
}

func grouped(digits string) string {
	var text strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			text.WriteByte(',')
		}
		text.WriteRune(digit)
	}
	return text.String()
}
