package fact

import (
	"maps"
	"regexp"
	"slices"
)

// Text is one text in the two languages of the product.
type Text struct {
	En string `toml:"en"`
	Es string `toml:"es"`
}

// In gives the text in "en" or "es"; any other language is English.
func (t Text) In(lang string) string {
	if lang == "es" {
		return t.Es
	}
	return t.En
}

// Empty reports that neither language has a text.
func (t Text) Empty() bool { return t.En == "" && t.Es == "" }

// ID names a fact: a lower-case word with underscores, also its name in rules.
type ID string

// The facts that the program itself knows by name.
const (
	Sector            ID = "sector"
	AdditionalSectors ID = "additional_sectors"
)

// CriticalInfrastructure stands in sector lists for the sectors that the desk counts among critical infrastructure.
const CriticalInfrastructure = "critical_infrastructure"

// Type says what values a fact takes.
type Type string

// The types of facts, as in facts.toml. In rules: bool; int and money_usd are int; decimal is double; set and list are
// list(string); all others are string (dates as YYYY-MM-DD, so that they compare in order).
const (
	TypeBool    Type = "bool"
	TypeInt     Type = "int"
	TypeDecimal Type = "decimal"
	TypeMoney   Type = "money_usd" // whole US dollars
	TypeEnum    Type = "enum"
	TypeSet     Type = "set"
	TypeText    Type = "text"
	TypeID      Type = "id"
	TypeDate    Type = "date"
	TypeGeo     Type = "geo"
	TypeList    Type = "list"
)

// Numeric reports whether values are numbers.
func (t Type) Numeric() bool { return t == TypeInt || t == TypeDecimal || t == TypeMoney }

// Whole reports whether values are whole numbers.
func (t Type) Whole() bool { return t == TypeInt || t == TypeMoney }

// Ask says where a fact is asked.
type Ask string

// Where a fact is asked.
const (
	AskCheck       Ask = "check"       // in the check, before there is an account
	AskApplication Ask = "application" // only in an application
	AskNever       Ask = "never"       // known from a register or worked out
)

// Effort says how hard a question is for the person who answers.
type Effort string

// The grades of effort; easier questions are asked first.
const (
	EffortEasy   Effort = "easy"
	EffortLookup Effort = "lookup"
	EffortAsk    Effort = "ask_colleague"
)

// Rank orders efforts: 0 is the easiest.
func (e Effort) Rank() int {
	return max(0, slices.Index([]Effort{EffortEasy, EffortLookup, EffortAsk}, e))
}

// EnumValue is one value of an enum or set fact with its name for people.
type EnumValue struct {
	Value string `toml:"value"`
	Label Text   `toml:"label"`
}

// Derivation is one step of a derived fact: when the CEL expression over other facts is true, the fact has the value.
type Derivation struct {
	When  string
	Value Value
}

// Variant is the wording of a question for operators that run one sector.
type Variant struct {
	Sector   string `toml:"sector"`
	Question Text   `toml:"question"`
	Help     Text   `toml:"help"`
}

// Fact is one thing that can be known of an operator.
type Fact struct {
	ID       ID
	Type     Type
	Unit     string   // of int and decimal facts; a key of the unit nouns in reasons.toml, "" = bare number
	Sectors  []string // asked only of operators that run one of these; empty = all
	Ask      Ask
	Effort   Effort
	Register []string // public registers that know it
	Derive   []Derivation
	Values   []EnumValue // of enum and set facts, in the order they are shown
	Pattern  string      // of id and geo facts: a regular expression for the whole text
	Min, Max *float64    // of numbers: smallest and largest sensible value
	Cite     string      // where the definition comes from
	Label    Text        // short name, fits beside an answer
	Question Text        // empty when never asked
	Help     Text
	Why      Text // why it is asked
	Variants []Variant
}

// Wording gives question and help for an operator with this profile: the variant of its main sector, else of the first other
// sector it runs, else the general wording.
func (f Fact) Wording(p Profile) (question, help Text) {
	for _, sector := range runSectors(p) {
		for _, variant := range f.Variants {
			if variant.Sector == sector {
				help := variant.Help
				if help.Empty() {
					help = f.Help
				}
				return variant.Question, help
			}
		}
	}
	return f.Question, f.Help
}

// runSectors lists the sectors of a profile, the main one first.
func runSectors(p Profile) []string {
	var sectors []string
	if main, ok := p[Sector].Text(); ok {
		sectors = append(sectors, main)
	}
	more, _ := p[AdditionalSectors].Items()
	return append(sectors, more...)
}

// ValueLabel gives the name of an enum or set value, or the value itself when it has none.
func (f Fact) ValueLabel(value string) Text {
	for _, known := range f.Values {
		if known.Value == value {
			return known.Label
		}
	}
	return Text{En: value, Es: value}
}

// Limits is the interval of numbers that the fact allows.
func (f *Fact) Limits() Interval {
	span := Everything()
	if f.Min != nil {
		span.Low = *f.Min
	}
	if f.Max != nil {
		span.High = *f.Max
	}
	return span
}

// Profile is what is known of an operator; an absent fact is unknown.
type Profile map[ID]Value

// Clone gives a copy that can be changed.
func (p Profile) Clone() Profile {
	if p == nil {
		return Profile{}
	}
	return maps.Clone(p)
}

// Vocabulary holds the facts and the sentences of the program. Make it with Load and share it.
type Vocabulary struct {
	facts    []Fact
	index    map[ID]int
	patterns map[ID]*regexp.Regexp
	sectors  []string // values of the fact Sector
	texts    texts
}

// Fact finds a fact by its id.
func (v *Vocabulary) Fact(id ID) (Fact, bool) {
	at, ok := v.index[id]
	if !ok {
		return Fact{}, false
	}
	return v.facts[at], true
}

// Facts lists all facts in the order of the file. The slice is the caller's.
func (v *Vocabulary) Facts() []Fact { return slices.Clone(v.facts) }

// Sectors lists the values of the fact sector, in the order of the file.
func (v *Vocabulary) Sectors() []string { return slices.Clone(v.sectors) }

// Len is the number of facts.
func (v *Vocabulary) Len() int { return len(v.facts) }

// At gives the fact at a place of the file, from 0. It must not be changed.
func (v *Vocabulary) At(place int) *Fact { return &v.facts[place] }

// Index finds the place of a fact in the file.
func (v *Vocabulary) Index(id ID) (place int, ok bool) {
	place, ok = v.index[id]
	return place, ok
}

// IDs names the facts at the given places.
func (v *Vocabulary) IDs(places []int) []ID {
	ids := make([]ID, len(places))
	for i, place := range places {
		ids[i] = v.facts[place].ID
	}
	return ids
}
