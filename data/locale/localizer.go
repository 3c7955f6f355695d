package locale

import (
	"fmt"
	"slices"
	"strings"
	"text/template/parse"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// Localizer speaks one language. It is safe for use by many requests at once.
type Localizer struct {
	lang     string
	entries  map[string]*entry
	fallback map[string]*entry // English: its text is better than a bare key
	engine   *i18n.Localizer
	report   *report
	pseudo   bool
}

// entry is what we keep of a message beside the bundle: enough to answer the common cases (no plural) without running a template,
// and to notice a value that was not given.
type entry struct {
	one, other   string
	parts        []part   // of other, if it has values and no plural
	placeholders []string // sorted, without Count
	plural       bool
}

func newEntry(message *i18n.Message) (*entry, error) {
	if message.Zero+message.Two+message.Few+message.Many != "" {
		return nil, fmt.Errorf("only the plural forms one and other are used")
	}
	e := &entry{one: message.One, other: message.Other, plural: message.One != ""}
	for _, text := range []string{e.one, e.other} {
		var err error
		if e.parts, err = split(text); err != nil {
			return nil, err
		}
		for _, part := range e.parts {
			if part.name == "" || part.name == "Count" && e.plural {
				continue
			}
			if !slices.Contains(e.placeholders, part.name) {
				e.placeholders = append(e.placeholders, part.name)
			}
		}
	}
	if e.plural {
		e.parts = nil
	}
	slices.Sort(e.placeholders)
	return e, nil
}

// part is a piece of a text as it stands, or the name of the value that stands there.
type part struct{ text, name string }

// split takes a text apart at every {{.Name}}, if it has any, and refuses anything else between braces.
func split(text string) ([]part, error) {
	if !strings.Contains(text, "{{") {
		return nil, nil
	}
	trees, err := parse.Parse("text", text, "", "")
	if err != nil {
		return nil, err
	}
	var parts []part
	for _, node := range trees["text"].Root.Nodes {
		switch node := node.(type) {
		case *parse.TextNode:
			parts = append(parts, part{text: string(node.Text)})
		case *parse.ActionNode:
			name, ok := plainField(node)
			if !ok {
				return nil, fmt.Errorf("%s: only {{.Name}} may stand between braces", node)
			}
			parts = append(parts, part{name: name})
		default:
			return nil, fmt.Errorf("%s: only {{.Name}} may stand between braces", node)
		}
	}
	return parts, nil
}

func plainField(node *parse.ActionNode) (string, bool) {
	if len(node.Pipe.Decl) > 0 || len(node.Pipe.Cmds) != 1 || len(node.Pipe.Cmds[0].Args) != 1 {
		return "", false
	}
	field, ok := node.Pipe.Cmds[0].Args[0].(*parse.FieldNode)
	if !ok || len(field.Ident) != 1 {
		return "", false
	}
	return field.Ident[0], true
}

// Lang is the two-letter code of the language, for lang attributes and stored rows.
func (l *Localizer) Lang() string { return l.lang }

// Has says whether there is a message of this key in this language; for a caller that has a more general text at hand.
func (l *Localizer) Has(key string) bool { return l.entries[key] != nil }

// T gives the text of a key. args alternate name and value of its placeholders. An unknown key gives the English text or,
// if there is none, the key itself; both are reported by Missing.
func (l *Localizer) T(key string, args ...any) string {
	if e := l.entries[key]; e != nil && len(e.parts) > 0 && alternate(args) {
		return l.stretch(l.filled(key, e, func(name string) (any, bool) { return named(args, name) }))
	}
	return l.stretch(l.text(key, nil, l.pairs(key, args)))
}

// Fill is T for values that come as a map, as those of a data.Refusal do.
func (l *Localizer) Fill(key string, args map[string]any) string {
	return l.stretch(l.text(key, nil, args))
}

// N gives the text of a key with plural forms for a count; {{.Count}} is the count as written in this language.
func (l *Localizer) N(key string, count int, args ...any) string {
	return l.stretch(l.text(key, &count, l.pairs(key, args)))
}

func (l *Localizer) pairs(key string, args []any) map[string]any {
	if len(args) == 0 {
		return nil
	}
	values := make(map[string]any, len(args)/2+1)
	for i := 0; i < len(args); i += 2 {
		name, ok := args[i].(string)
		if !ok || i+1 == len(args) {
			l.report.add("%s %s: values must alternate name and value", l.lang, key)
			break
		}
		values[name] = args[i+1]
	}
	return values
}

// text finds the message and fills it in. count is nil where the text does not depend on one.
func (l *Localizer) text(key string, count *int, values map[string]any) string {
	e := l.entries[key]
	if e == nil {
		l.report.add("%s %s: no such message", l.lang, key)
		if e = l.fallback[key]; e == nil {
			return key
		}
	}
	if e.plural != (count != nil) {
		l.report.add("%s %s: plural message and count must come together", l.lang, key)
	}
	if len(e.placeholders) == 0 && !e.plural {
		return e.other
	}
	if !e.plural {
		return l.filled(key, e, func(name string) (any, bool) { value, ok := values[name]; return value, ok })
	}
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: l.written(key, e, count, values)}
	if count != nil {
		config.PluralCount = pluralClass(*count)
	}
	text, err := l.engine.Localize(config)
	if err != nil && text == "" {
		l.report.add("%s %s: %v", l.lang, key, err)
		return key
	}
	return text
}

// filled is a text without plural forms with its values, as the template of the bundle writes it.
func (l *Localizer) filled(key string, e *entry, find func(name string) (any, bool)) string {
	var text strings.Builder
	for _, part := range e.parts {
		text.WriteString(part.text)
		if part.name == "" {
			continue
		}
		value, ok := find(part.name)
		if !ok {
			l.report.add("%s %s: no value for %s", l.lang, key, part.name)
		}
		text.WriteString(l.value(value))
	}
	return text.String()
}

// alternate tells whether arguments are names and values in turn.
func alternate(args []any) bool {
	for i := 0; i < len(args); i += 2 {
		if _, ok := args[i].(string); !ok {
			return false
		}
	}
	return len(args)%2 == 0
}

// named is the value of a name among arguments that alternate, the last if it is there twice.
func named(args []any, name string) (value any, ok bool) {
	for i := 0; i < len(args); i += 2 {
		if args[i] == name {
			value, ok = args[i+1], true
		}
	}
	return value, ok
}

// pluralClass reduces a count to the two forms we write. CLDR has a third one in Spanish, for whole millions ("1 000 000 de
// personas"); it would ask translators for a form that no page of ours reaches.
func pluralClass(count int) int {
	if count == 1 {
		return 1
	}
	return 2
}

// written turns the values into text in this language and reports the ones that are missing.
func (l *Localizer) written(key string, e *entry, count *int, values map[string]any) map[string]string {
	out := make(map[string]string, len(e.placeholders)+1)
	out["Count"] = ""
	for _, name := range e.placeholders {
		value, ok := values[name]
		if !ok && !(name == "Count" && count != nil) {
			l.report.add("%s %s: no value for %s", l.lang, key, name)
		}
		out[name] = l.value(value)
	}
	if count != nil {
		out["Count"] = l.Number(int64(*count))
	}
	return out
}

func (l *Localizer) value(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case int:
		return l.Number(int64(v))
	case int64:
		return l.Number(v)
	case time.Time:
		return l.date(v)
	default:
		return fmt.Sprint(v)
	}
}

// pseudoLetters maps ASCII letters to accented ones that remain readable.
var pseudoLetters = strings.NewReplacer("a", "à", "c", "ç", "e", "é", "i", "î", "n", "ñ", "o", "ö", "u", "ü", "y", "ÿ",
	"A", "Å", "C", "Ç", "E", "É", "I", "Î", "N", "Ñ", "O", "Ö", "U", "Ü")

// stretch makes a pseudo-locale's text longer by 30 percent and at least two letters.
func (l *Localizer) stretch(text string) string {
	if !l.pseudo {
		return text
	}
	extra := max(2, (len([]rune(text))*3+9)/10)
	return "[" + pseudoLetters.Replace(text) + padding(extra) + "]"
}

// padding is so many signs, in words of ordinary length: a real text can be broken too.
func padding(signs int) string {
	const word = 7
	return strings.Repeat(strings.Repeat("·", word)+" ", signs/(word+1)) + strings.Repeat("·", signs%(word+1))
}
