package eligibility

import (
	"maps"
	"regexp"
	"slices"
	"sync"

	"cel.dev/cel-go/cel"
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

// FactID names a fact: a lower-case word with underscores, also its name in rules.
type FactID string

// The facts that the package itself knows by name.
const (
	SectorFact            FactID = "sector"
	AdditionalSectorsFact FactID = "additional_sectors"
)

// FactType says what values a fact takes.
type FactType string

// The types of facts, as in facts.toml. In rules: bool; int and money_usd are int; decimal is double; set and list are
// list(string); all others are string (dates as YYYY-MM-DD, so that they compare in order).
const (
	TypeBool    FactType = "bool"
	TypeInt     FactType = "int"
	TypeDecimal FactType = "decimal"
	TypeMoney   FactType = "money_usd" // whole US dollars
	TypeEnum    FactType = "enum"
	TypeSet     FactType = "set"
	TypeText    FactType = "text"
	TypeID      FactType = "id"
	TypeDate    FactType = "date"
	TypeGeo     FactType = "geo"
	TypeList    FactType = "list"
)

// Numeric reports whether values are numbers.
func (t FactType) Numeric() bool { return t == TypeInt || t == TypeDecimal || t == TypeMoney }

// Whole reports whether values are whole numbers.
func (t FactType) Whole() bool { return t == TypeInt || t == TypeMoney }

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

func (e Effort) rank() int {
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
	ID       FactID
	Type     FactType
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
	if main, ok := p[SectorFact].Text(); ok {
		sectors = append(sectors, main)
	}
	more, _ := p[AdditionalSectorsFact].Items()
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

// limits is the interval of values that the fact allows.
func (f *Fact) limits() Interval {
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
type Profile map[FactID]Value

// Clone gives a copy that can be changed.
func (p Profile) Clone() Profile {
	if p == nil {
		return Profile{}
	}
	return maps.Clone(p)
}

// Vocabulary holds the facts, compiles rules over them, and keeps what it compiled. Make it once with Standard and share it.
type Vocabulary struct {
	facts       []Fact
	index       map[FactID]int
	patterns    map[FactID]*regexp.Regexp
	derivations []derivation // in an order in which inputs come first
	derivedBy   []int        // by fact index: its place in derivations, or -1
	sectors     []string     // values of the fact sector
	order       []int        // fact indexes in the order of questions
	texts       texts
	sector      int // index of the fact sector
	additional  int // index of the fact additional_sectors
	environment *cel.Env

	mutex    sync.RWMutex
	compiled map[string]*program // by expression text
}

// Fact finds a fact by its id.
func (v *Vocabulary) Fact(id FactID) (Fact, bool) {
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
