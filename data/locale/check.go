package locale

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Check compares the languages and lists, sorted, everything that would show: a key in one language only, an empty text, other
// placeholders, a plural form missing. Empty means that both languages say the same things.
func (l *Locales) Check() []string {
	english, spanish := l.localizers[English].entries, l.localizers[Spanish].entries
	var problems []string
	for _, key := range slices.Sorted(maps.Keys(english)) {
		problems = append(problems, checkEntry(English, key, english[key])...)
		other, ok := spanish[key]
		if !ok {
			problems = append(problems, fmt.Sprintf("%s: no Spanish text", key))
			continue
		}
		problems = append(problems, comparePair(key, english[key], other)...)
	}
	for _, key := range slices.Sorted(maps.Keys(spanish)) {
		problems = append(problems, checkEntry(Spanish, key, spanish[key])...)
		if _, ok := english[key]; !ok {
			problems = append(problems, fmt.Sprintf("%s: no English text", key))
		}
	}
	return problems
}

func checkEntry(lang, key string, e *entry) []string {
	var problems []string
	if strings.TrimSpace(e.other) == "" {
		problems = append(problems, fmt.Sprintf("%s: empty text in %s", key, lang))
	}
	for _, text := range []string{e.one, e.other} {
		if text != strings.TrimSpace(text) {
			problems = append(problems, fmt.Sprintf("%s: space at the edge of the text in %s", key, lang))
		}
	}
	return problems
}

func comparePair(key string, english, spanish *entry) []string {
	var problems []string
	if english.plural != spanish.plural {
		problems = append(problems, fmt.Sprintf("%s: plural forms in one language only", key))
	}
	if !slices.Equal(english.placeholders, spanish.placeholders) {
		problems = append(problems, fmt.Sprintf("%s: placeholders differ: en %v, es %v", key, english.placeholders, spanish.placeholders))
	}
	return problems
}

// Keys lists the keys of a language, sorted: for pages and tests that must show every text of an area.
func (l *Localizer) Keys() []string { return slices.Sorted(maps.Keys(l.entries)) }
