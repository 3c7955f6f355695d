package fact

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// The texts of reasons.toml: one table per key with en and es, {named} placeholders. Below, a name in braces may be used by the
// text, with "!" it must be; en and es use the same ones. {sectors} {facts} {answers} are lists joined in the language; {unit} is
// the noun of a unit or empty, and the blanks it leaves are cleaned up. Beside these keys there is sector.VALUE for each value
// of the fact sector and for critical_infrastructure (a noun phrase that fits {sectors}), unit.UNIT.one and unit.UNIT.many for
// each unit of int and decimal facts, and month.1 to month.12.
var reasonKeys = map[string]string{
	// The sector gate: title (holds when met, no final stop), failure and remedy (sentences).
	"gate.title": "sectors!", "gate.met": "sectors!", "gate.failure": "sectors!", "gate.remedy": "sectors",
	// Own answer, before the failure text of an unmet criterion.
	"answered.one": "label answer!", "answered.many": "answers!", "answered.item": "label! answer!", "answered.register": "label answer!",
	// Unknown criteria, full sentences.
	"unknown.one": "fact!", "unknown.many": "count! facts!", "unknown.application": "facts!", "unknown.never": "facts!",
	"unknown.narrow": "fact! answer!", "unknown.contradiction": "fact! given! derived!", "unknown.sector_other": "answer!", "unknown.error": "",
	// What each answer would lead to.
	"effect.met": "answers!", "effect.unmet": "answers!", "effect.unknown": "answers!", "effect.other": "",
	"effect.next": "answers!", "effect.first": "fact!", "effect.then": "fact!",
	"different.these": "facts!", "different.any": "facts!", "different.some": "count! facts!",
	// Offerings without published criteria.
	"stated.met": "title!", "stated.unread": "title!",
	// Evidence that is weaker than a rule asks for.
	"evidence.document": "facts!", "evidence.register": "facts!", "evidence.verified": "facts!",
	// Plain answers.
	"yes": "", "no": "", "none_of_these": "", "not_answered": "",
	// Numbers and bands: count for type int, amount for money and decimals.
	"number": "n! unit!", "band.any": "",
	"band.at_most_count": "high! unit!", "band.at_most_amount": "high! unit!", "band.below_count": "high! unit!", "band.below_amount": "high! unit!",
	"band.at_least": "low! unit!", "band.over": "low! unit!", "band.between": "low! high! unit!", "band.from_below": "low! high! unit!",
	"band.over_to": "low! high! unit!", "band.over_below": "low! high! unit!",
	// Lists and dates.
	"list.two_or": "a! b!", "list.more_or": "a! b!", "list.two_and": "a! b!", "list.more_and": "a! b!", "date": "year! month! day!",
}

// texts holds reasons.toml by key.
type texts map[string]Text

// loadTexts reads reasons.toml and refuses missing, unknown and half-translated keys.
func loadTexts(file []byte, v *Vocabulary) (texts, error) {
	var tree map[string]any
	if err := toml.Unmarshal(file, &tree); err != nil {
		return nil, err
	}
	found := texts{}
	if err := found.collect("", tree); err != nil {
		return nil, err
	}
	expected := maps.Clone(reasonKeys)
	for _, sector := range append(slices.Clone(v.sectors), CriticalInfrastructure) {
		expected["sector."+sector] = ""
	}
	for month := 1; month <= 12; month++ {
		expected[fmt.Sprintf("month.%d", month)] = ""
	}
	for i := range v.facts {
		if unit := v.facts[i].unitKey(); unit != "" {
			expected[unit+".one"], expected[unit+".many"] = "", ""
		}
	}
	for _, key := range slices.Sorted(maps.Keys(expected)) {
		if err := checkPlaceholders(key, found[key], expected[key]); err != nil {
			return nil, err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		if _, known := expected[key]; !known {
			return nil, fmt.Errorf("unknown key %s", key)
		}
	}
	return found, nil
}

// collect flattens tables into dotted keys; a table with en or es is a text.
func (t texts) collect(prefix string, tree map[string]any) error {
	for name, child := range tree {
		table, ok := child.(map[string]any)
		if !ok {
			return fmt.Errorf("%s%s is no table with en and es", prefix, name)
		}
		en, isText := table["en"].(string)
		es, both := table["es"].(string)
		switch {
		case isText && both && len(table) == 2:
			t[prefix+name] = Text{En: en, Es: es}
		case isText || both:
			return fmt.Errorf("%s%s needs en and es and nothing else", prefix, name)
		default:
			if err := t.collect(prefix+name+".", table); err != nil {
				return err
			}
		}
	}
	return nil
}

var placeholder = regexp.MustCompile(`\{([a-z]*)\}`)

func checkPlaceholders(key string, text Text, rule string) error {
	if !complete(text) {
		return fmt.Errorf("%s is missing in en or es", key)
	}
	inEnglish, inSpanish := placeholders(text.En), placeholders(text.Es)
	if !slices.Equal(inEnglish, inSpanish) {
		return fmt.Errorf("%s: en uses %v, es uses %v", key, inEnglish, inSpanish)
	}
	allowed := map[string]bool{}
	for _, word := range strings.Fields(rule) {
		name, must := strings.CutSuffix(word, "!")
		allowed[name] = true
		if must && !slices.Contains(inEnglish, name) {
			return fmt.Errorf("%s must use {%s}", key, name)
		}
	}
	for _, name := range inEnglish {
		if !allowed[name] {
			return fmt.Errorf("%s cannot use {%s}", key, name)
		}
	}
	return nil
}

// placeholders lists the names in braces, sorted, each once.
func placeholders(text string) []string {
	names := []string{}
	for _, match := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, match[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Say fills in a sentence of the program in "en" or "es"; pairs alternate placeholder name and content.
func (v *Vocabulary) Say(lang, key string, pairs ...string) string {
	return v.texts.say(lang, key, pairs...)
}

// Join writes items as a list in "en" or "es"; conjunction is "or" or "and".
func (v *Vocabulary) Join(lang, conjunction string, items []string) string {
	return v.texts.join(lang, conjunction, items)
}

// say fills in a text in one pass; pairs alternate placeholder name and content.
func (t texts) say(lang, key string, pairs ...string) string {
	text := t[key].In(lang)
	if len(pairs) == 0 {
		return text
	}
	var said strings.Builder
	for {
		open := strings.IndexByte(text, '{')
		length := strings.IndexByte(text[open+1:], '}')
		if open < 0 || length < 0 {
			return said.String() + text
		}
		said.WriteString(text[:open])
		name := text[open+1 : open+1+length]
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				said.WriteString(pairs[i+1])
			}
		}
		text = text[open+length+2:]
	}
}

// join writes items as a list that ends in "or" or "and".
func (t texts) join(lang, conjunction string, items []string) string {
	if len(items) == 0 {
		return ""
	}
	last := items[len(items)-1]
	if len(items) == 1 {
		return last
	}
	size := "list.more_"
	if len(items) == 2 {
		size = "list.two_"
	}
	first := strings.Join(items[:len(items)-1], ", ")
	joined := t.say(lang, size+conjunction, "a", first, "b", last)
	if lang == "es" {
		return euphonic(joined, last)
	}
	return joined
}

// euphonic turns Spanish "y" and "o" before the last item into "e" and "u" where the next sound needs it.
func euphonic(joined, last string) string {
	head, ok := strings.CutSuffix(joined, last)
	if !ok {
		return joined
	}
	next := strings.TrimPrefix(strings.ToLower(last), "“")
	startsWith := func(prefixes ...string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(next, prefix) })
	}
	switch {
	case strings.HasSuffix(head, " y ") && startsWith("i", "í", "hi", "hí") && !startsWith("hie", "hia", "ie"):
		return strings.TrimSuffix(head, "y ") + "e " + last
	case strings.HasSuffix(head, " o ") && startsWith("o", "ó", "ho", "hó", "8", "11 ", "11,"):
		return strings.TrimSuffix(head, "o ") + "u " + last
	}
	return joined
}
