package builder

import (
	_ "embed"
	"math"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"

	"accessdesk/eligibility/fact"
)

//go:embed words.toml
var wordsFile []byte

// wordList is words.toml by key.
var wordList = sync.OnceValue(func() map[string]fact.Text {
	all := map[string]fact.Text{}
	if err := toml.Unmarshal(wordsFile, &all); err != nil {
		panic(err) // embedded; a test reads it
	}
	return all
})

// words gives a text in both languages. What stands in its braces is a fact.Text, or a string that is the same in both.
func words(key string, args ...any) fact.Text {
	var en, es []string
	for i := 0; i+1 < len(args); i += 2 {
		name := "{" + args[i].(string) + "}"
		value, ok := args[i+1].(fact.Text)
		if !ok {
			value = fact.Text{En: args[i+1].(string), Es: args[i+1].(string)}
		}
		en, es = append(en, name, value.En), append(es, name, value.Es)
	}
	text := wordList()[key]
	return fact.Text{En: strings.NewReplacer(en...).Replace(text.En), Es: strings.NewReplacer(es...).Replace(text.Es)}
}

// OperatorName gives the words of an operator in a row of a shape, as they stand between the fact and its values.
func OperatorName(s Shape, o Operator, lang string) string {
	for _, key := range []string{"operator_" + string(s) + "_" + string(o), "operator_" + string(o)} {
		if _, ok := wordList()[key]; ok {
			return words(key).In(lang)
		}
	}
	return string(o)
}

// FlawText says what is missing in a row, and how to mend it.
func FlawText(f Flaw, lang string) string { return words("flaw_" + string(f)).In(lang) }

// FactName gives the name of a fact as it stands in the list to choose from, of Runs too.
func FactName(v *fact.Vocabulary, id fact.ID, lang string) string {
	if id == Runs {
		return words("runs").In(lang)
	}
	known, ok := v.Fact(id)
	if !ok {
		return string(id)
	}
	return known.Label.In(lang)
}

// Sentence puts a tree into plain words: "People served: 10,000 people or fewer".
func Sentence(v *fact.Vocabulary, t Tree, lang string) string {
	t = Normal(t)
	if len(t.Nodes) == 0 {
		return words("everyone").In(lang)
	}
	if len(t.Nodes) == 1 {
		return sentence(v, t.Nodes[0], lang, 0)
	}
	return sentence(v, Node{Group: &t}, lang, 0)
}

// RowSentence puts one row into plain words. The row must be usable.
func RowSentence(v *fact.Vocabulary, r Row, lang string) string {
	return sentence(v, Node{Row: r}, lang, 0)
}

func sentence(v *fact.Vocabulary, n Node, lang string, depth int) string {
	if n.Group == nil {
		return rowSentence(v, n.Row, lang)
	}
	key := "group_all"
	if n.Group.Any {
		key = "group_any"
	}
	if depth > 0 {
		key += "_inner"
	}
	var parts []string
	for _, inner := range n.Group.Nodes {
		parts = append(parts, sentence(v, inner, lang, depth+1))
	}
	return words(key, "rows", strings.Join(parts, words(key+"_between").In(lang))).In(lang)
}

func rowSentence(v *fact.Vocabulary, r Row, lang string) string {
	if r.Fact == Runs {
		return runsSentence(v, r, lang)
	}
	shape, _ := ShapeOf(v, r.Fact)
	key := "row_" + string(r.Operator)
	if shape == ShapeDate {
		key = "row_date_" + string(r.Operator)
	}
	if len(r.Values) > 1 && (r.Operator == IncludesAny || r.Operator == IncludesNone) {
		key += "_several"
	}
	return words(key, "fact", FactName(v, r.Fact, lang), "values", values(v, r, shape, lang), "first", display(v, r, shape, 0, lang), "last", display(v, r, shape, len(r.Values)-1, lang)).In(lang)
}

// values puts the values of a row into words: a number as the band that it cuts off.
func values(v *fact.Vocabulary, r Row, shape Shape, lang string) string {
	if shape == ShapeNumber && r.Operator != Is && r.Operator != IsNot {
		return v.Display(r.Fact, fact.Between(band(r)), lang)
	}
	if shape == ShapeFlag {
		return v.Display(r.Fact, fact.Bool(r.Operator == Yes), lang)
	}
	named := make([]string, len(r.Values))
	for i := range r.Values {
		named[i] = display(v, r, shape, i, lang)
	}
	joint := "or"
	if r.Operator == IncludesAll {
		joint = "and"
	}
	return v.Join(lang, joint, named)
}

// band is the interval of numbers that a row lets through.
func band(r Row) fact.Interval {
	low, _ := parseNumber(r.Values[0])
	switch r.Operator {
	case AtLeast:
		return fact.AtLeast(low)
	case MoreThan:
		return fact.Over(low)
	case AtMost:
		return fact.AtMost(low)
	case LessThan:
		return fact.Below(low)
	case Between:
		high, _ := parseNumber(r.Values[1])
		return fact.Range(low, high)
	}
	return fact.Exactly(low)
}

func display(v *fact.Vocabulary, r Row, shape Shape, at int, lang string) string {
	if at < 0 || at >= len(r.Values) {
		return ""
	}
	value := fact.String(r.Values[at])
	switch shape {
	case ShapeNumber:
		number, ok := parseNumber(r.Values[at])
		if !ok || math.IsInf(number, 0) {
			return r.Values[at]
		}
		value = fact.Decimal(number)
	case ShapeSet:
		value = fact.Set(r.Values[at])
	case ShapeList:
		return r.Values[at]
	}
	return v.Display(r.Fact, value, lang)
}

// runsSentence uses the nouns of the sector list.
func runsSentence(v *fact.Vocabulary, r Row, lang string) string {
	named := make([]string, len(r.Values))
	for i, sector := range r.Values {
		named[i] = v.Say(lang, "sector."+sector)
	}
	joint := "or"
	if r.Operator == IncludesAll {
		joint = "and"
	}
	return words("runs_"+string(r.Operator), "values", v.Join(lang, joint, named)).In(lang)
}

// joined joins texts by "and" or "or" in both languages.
func joined(v *fact.Vocabulary, joint string, texts []fact.Text) fact.Text {
	var en, es []string
	for _, text := range texts {
		en, es = append(en, "“"+text.En+"”"), append(es, "“"+text.Es+"”")
	}
	return fact.Text{En: v.Join("en", joint, en), Es: v.Join("es", joint, es)}
}
