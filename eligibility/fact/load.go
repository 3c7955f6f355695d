package fact

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// MaxFacts bounds a vocabulary, so that a set of facts fits into a few machine words.
const MaxFacts = 256

// factsDocument is the shape of facts.toml.
type factsDocument struct {
	Facts []factEntry `toml:"fact"`
}

type factEntry struct {
	ID       ID          `toml:"id"`
	Type     Type        `toml:"type"`
	Unit     string      `toml:"unit"`
	Sectors  []string    `toml:"sectors"`
	Ask      Ask         `toml:"ask"`
	Effort   Effort      `toml:"effort"`
	Register []string    `toml:"register"`
	Pattern  string      `toml:"pattern"`
	Min      *float64    `toml:"min"`
	Max      *float64    `toml:"max"`
	Cite     string      `toml:"cite"`
	Label    Text        `toml:"label"`
	Question Text        `toml:"question"`
	Help     Text        `toml:"help"`
	Why      Text        `toml:"why"`
	Values   []EnumValue `toml:"values"`
	Variants []Variant   `toml:"variants"`
	Derive   []struct {
		When  string `toml:"when"`
		Value any    `toml:"value"`
	} `toml:"derive"`
}

// Load reads a vocabulary from facts.toml and reasons.toml and refuses anything that is not complete in both languages.
func Load(factsTOML, reasonsTOML []byte) (*Vocabulary, error) {
	var document factsDocument
	err := toml.NewDecoder(bytes.NewReader(factsTOML)).DisallowUnknownFields().Decode(&document)
	var foreign *toml.StrictMissingError
	if errors.As(err, &foreign) {
		return nil, fmt.Errorf("facts.toml: unknown key %s", strings.Join(foreign.Errors[0].Key(), "."))
	}
	if err != nil {
		return nil, fmt.Errorf("facts.toml: %w", err)
	}
	v := &Vocabulary{index: map[ID]int{}, patterns: map[ID]*regexp.Regexp{}}
	if err := v.addFacts(document.Facts); err != nil {
		return nil, fmt.Errorf("facts.toml: %w", err)
	}
	if v.texts, err = loadTexts(reasonsTOML, v); err != nil {
		return nil, fmt.Errorf("reasons.toml: %w", err)
	}
	return v, nil
}

func (v *Vocabulary) addFacts(entries []factEntry) error {
	if len(entries) > MaxFacts {
		return fmt.Errorf("%d facts; %d are the most", len(entries), MaxFacts)
	}
	for at, entry := range entries {
		if _, twice := v.index[entry.ID]; twice {
			return fmt.Errorf("fact %s stands twice", entry.ID)
		}
		v.index[entry.ID] = at
		v.facts = append(v.facts, Fact{
			ID: entry.ID, Type: entry.Type, Unit: entry.Unit, Sectors: entry.Sectors, Ask: entry.Ask, Effort: entry.Effort,
			Register: entry.Register, Values: entry.Values, Pattern: entry.Pattern, Min: entry.Min, Max: entry.Max, Cite: entry.Cite,
			Label: entry.Label, Question: entry.Question, Help: entry.Help, Why: entry.Why, Variants: entry.Variants,
		})
	}
	sector, ok := v.index[Sector]
	additional, also := v.index[AdditionalSectors]
	if !ok || !also || v.facts[sector].Type != TypeEnum || v.facts[additional].Type != TypeSet {
		return fmt.Errorf("the enum %s and the set %s are needed", Sector, AdditionalSectors)
	}
	v.sectors = v.facts[sector].ValueNames()
	for i := range v.facts {
		if err := v.checkFact(&v.facts[i]); err != nil {
			return fmt.Errorf("fact %s: %w", v.facts[i].ID, err)
		}
		if err := v.addDerivations(&v.facts[i], entries[i]); err != nil {
			return fmt.Errorf("fact %s, %w", v.facts[i].ID, err)
		}
	}
	return nil
}

var (
	idShape   = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	unitShape = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	factTypes = []Type{TypeBool, TypeInt, TypeDecimal, TypeMoney, TypeEnum, TypeSet, TypeText, TypeID, TypeDate, TypeGeo, TypeList}
	asks      = []Ask{AskCheck, AskApplication, AskNever}
	efforts   = []Effort{EffortEasy, EffortLookup, EffortAsk}
)

func (v *Vocabulary) checkFact(f *Fact) error {
	switch {
	case !idShape.MatchString(string(f.ID)):
		return fmt.Errorf("an id is a lower-case word with underscores")
	case !slices.Contains(factTypes, f.Type):
		return fmt.Errorf("unknown type %q", f.Type)
	case !slices.Contains(asks, f.Ask):
		return fmt.Errorf("ask is check, application or never, not %q", f.Ask)
	case f.Ask != AskNever && !slices.Contains(efforts, f.Effort):
		return fmt.Errorf("effort is easy, lookup or ask_colleague, not %q", f.Effort)
	case f.Unit != "" && !unitShape.MatchString(f.Unit):
		return fmt.Errorf("unit %q is no lower-case word", f.Unit)
	case (f.Type == TypeEnum || f.Type == TypeSet) != (len(f.Values) > 0):
		return fmt.Errorf("values belong to enum and set facts, and only to them")
	case (f.Min != nil || f.Max != nil) && !f.Type.Numeric():
		return fmt.Errorf("min and max belong to numbers")
	case f.Limits().Empty():
		return fmt.Errorf("no number lies between min and max")
	}
	if err := v.checkWording(f); err != nil {
		return err
	}
	if f.Pattern != "" {
		pattern, err := regexp.Compile(`^(?:` + f.Pattern + `)$`)
		if err != nil {
			return fmt.Errorf("pattern: %w", err)
		}
		v.patterns[f.ID] = pattern
	}
	return v.checkValues(f)
}

func (v *Vocabulary) checkWording(f *Fact) error {
	if !complete(f.Label) {
		return fmt.Errorf("label is needed in en and es")
	}
	if asked := f.Ask != AskNever; asked != complete(f.Question) || !asked && !f.Question.Empty() {
		return fmt.Errorf("question is needed in en and es where the fact is asked, and absent where it never is")
	}
	for name, text := range map[string]Text{"help": f.Help, "why": f.Why} {
		if !text.Empty() && !complete(text) {
			return fmt.Errorf("%s is given in one language only", name)
		}
	}
	for _, variant := range f.Variants {
		if !slices.Contains(v.sectors, variant.Sector) {
			return fmt.Errorf("variant for unknown sector %q", variant.Sector)
		}
		if !complete(variant.Question) || !variant.Help.Empty() && !complete(variant.Help) {
			return fmt.Errorf("the variant for %s is not complete in en and es", variant.Sector)
		}
	}
	return nil
}

func complete(t Text) bool { return strings.TrimSpace(t.En) != "" && strings.TrimSpace(t.Es) != "" }

func (v *Vocabulary) checkValues(f *Fact) error {
	for i, value := range f.Values {
		if slices.Contains(f.ValueNames()[:i], value.Value) || value.Value == "" {
			return fmt.Errorf("value %q is empty or stands twice", value.Value)
		}
		if !complete(value.Label) {
			return fmt.Errorf("value %s needs a label in en and es", value.Value)
		}
	}
	for _, sector := range f.Sectors {
		if !slices.Contains(v.sectors, sector) {
			return fmt.Errorf("unknown sector %q", sector)
		}
	}
	return nil
}

// addDerivations keeps the derive list of a fact; package rule compiles it.
func (v *Vocabulary) addDerivations(f *Fact, entry factEntry) error {
	for i, step := range entry.Derive {
		value, err := v.derivedValue(f, step.Value)
		if err != nil {
			return fmt.Errorf("derive %d: %w", i+1, err)
		}
		f.Derive = append(f.Derive, Derivation{When: step.When, Value: value})
	}
	return nil
}

// derivedValue turns a TOML value into a value of the fact.
func (v *Vocabulary) derivedValue(f *Fact, raw any) (Value, error) {
	var value Value
	switch raw := raw.(type) {
	case bool:
		value = Bool(raw)
	case int64:
		value = Int(raw)
	case float64:
		value = Decimal(raw)
	case string:
		value = String(raw)
	case []any:
		items := make([]string, len(raw))
		for i := range raw {
			text, ok := raw[i].(string)
			if !ok {
				return Value{}, fmt.Errorf("value %v is no list of texts", raw)
			}
			items[i] = text
		}
		value = Set(items...)
		if f.Type == TypeList {
			value = List(items...)
		}
	case toml.LocalDate:
		value = String(raw.String())
	}
	if expected := v.mismatch(f, value); expected != "" {
		return Value{}, fmt.Errorf("value %v is not %s", raw, expected)
	}
	return value, nil
}
