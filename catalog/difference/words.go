package difference

import (
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"accessdesk/catalog"
	"accessdesk/catalog/tree"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
)

// Reader is for whom changes are put into words.
type Reader struct {
	Locale     *locale.Localizer
	Vocabulary *eligibility.Vocabulary // names facts and sectors in words; nil: they stay ids
}

// Words are a change in the language of a reader: plain text.
type Words struct {
	Section  string // "Rules"
	What     string // `Rule "small", title (Spanish)`
	Before   string // whole, with its line breaks; "" if there was nothing
	After    string
	Sentence string // all of it in one sentence; of long texts only what is around the difference
}

// In puts a change into words.
func (c Change) In(r Reader) Words {
	return Words{
		Section: r.Locale.T("difference.section_" + string(c.Section)), What: c.what(r),
		Before: c.both(r, c.before), After: c.both(r, c.after), Sentence: c.sentence(r),
	}
}

// both is show, but of a text in both languages: a page that shows what came must not hide half of it.
func (c Change) both(r Reader, value any) string {
	text, ok := value.(catalog.Text)
	if !ok {
		return c.show(r, value)
	}
	return r.Locale.T("difference.both", "English", text.En, "Spanish", text.Es)
}

// SentenceIn is the sentence of In alone.
func (c Change) SentenceIn(r Reader) string { return c.sentence(r) }

// what names the thing that changed.
func (c Change) what(r Reader) string {
	if c.Key == "" {
		return r.Locale.T("difference.whole")
	}
	var parts []string
	for _, e := range c.around {
		parts = append(parts, e.in(r))
	}
	field, lang := c.Key, ""
	if pair, last, ok := cut(field); ok && (last == "en" || last == "es") {
		field, lang = pair, last
	}
	inner := ""
	if len(c.around) > 0 {
		inner = c.around[len(c.around)-1].list
	}
	if field != inner {
		parts = append(parts, c.label(r, field))
	}
	what := upperFirst(strings.Join(parts, ", "))
	if lang != "" {
		what = r.Locale.T("difference.in_"+lang, "What", what)
	}
	return what
}

// cut parts a key at its last point.
func cut(key string) (before, last string, ok bool) {
	at := strings.LastIndexByte(key, '.')
	if at < 0 {
		return "", key, false
	}
	return key[:at], key[at+1:], true
}

// in names a list element: `rule "small"`, "step 2".
func (e element) in(r Reader) string {
	label := r.Locale.T("difference.item_" + strings.ReplaceAll(e.list, ".", "_"))
	name := e.name
	if words, ok := valueName(r.Locale, e.list+".mode", name); ok && e.list == "apply" {
		name = words
	}
	if name == "" {
		return r.Locale.T("difference.item_place", "Item", label, "Place", e.place)
	}
	return r.Locale.T("difference.item_name", "Item", label, "Name", shortened(name, nameMost))
}

// label is the name of a key; that of a fact comes from the vocabulary.
func (c Change) label(r Reader, key string) string {
	if fact, ok := strings.CutPrefix(key, "tests.facts."); ok {
		return factName(r, fact)
	}
	return r.Locale.T("difference.field_" + strings.ReplaceAll(key, ".", "_"))
}

func factName(r Reader, id string) string {
	if r.Vocabulary != nil {
		if fact, ok := r.Vocabulary.Fact(eligibility.FactID(id)); ok {
			return lowerFirst(fact.Label.In(r.Locale.Lang()))
		}
	}
	return id
}

// sentence says the change in one sentence.
func (c Change) sentence(r Reader) string {
	before, after := c.headline(r, c.before), c.headline(r, c.after)
	form := "value"
	switch {
	case c.Key == "" || len(c.around) > 0 && c.Key == c.around[len(c.around)-1].list && c.Act != Moved:
		form = "item"
		if before+after == "" {
			form = "bare"
		}
	case c.Act == Moved, isList(c.before), isList(c.after):
		form = "list"
	case isText(c.before), isText(c.after):
		form = "text"
		before, after = around(before, after)
	}
	values := map[string]any{"What": c.what(r), "Before": oneLine(before), "After": oneLine(after)}
	return r.Locale.Fill("difference."+string(c.Act)+"_"+form, values)
}

// headline is what a sentence quotes of a value: of an element what says most about it.
func (c Change) headline(r Reader, value any) string {
	if offering, ok := value.(*catalog.Offering); ok {
		return offering.Title.In(r.Locale.Lang())
	}
	if v := reflect.ValueOf(value); v.IsValid() {
		switch {
		case v.Kind() == reflect.Struct && v.Type() != timeType && v.Type() != textType:
			return c.show(r, at(v, kindOf(c.Key).headline).Interface())
		case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
			return c.names(r, v)
		}
	}
	return c.show(r, value)
}

// names lists the elements of a list by their names, or by their words.
func (c Change) names(r Reader, list reflect.Value) string {
	var names []string
	for i := range list.Len() {
		e := list.Index(i)
		switch k := kindOf(c.Key); {
		case k.named && c.Key == "apply":
			names = append(names, c.show(r, at(e, "mode").Interface()))
		case k.named:
			names = append(names, shortened(k.name(e), nameMost))
		case e.Type() == textType:
			names = append(names, shortened(c.show(r, e.Interface()), nameMost))
		default:
			names = append(names, shortened(c.show(r, at(e, k.headline).Interface()), nameMost))
		}
	}
	return strings.Join(names, "; ")
}

// show writes a value in words.
func (c Change) show(r Reader, value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case *catalog.Offering:
		return c.lines(r, "", reflect.ValueOf(v).Elem())
	case catalog.Text:
		return v.In(r.Locale.Lang())
	case catalog.Date:
		if v == "" {
			return ""
		}
		return r.Locale.Date(v.Time())
	case time.Time:
		return r.Locale.DateTime(v, c.zone)
	case bool:
		if v {
			return r.Locale.T("difference.yes")
		}
		return r.Locale.T("difference.no")
	case int:
		return r.Locale.Number(int64(v))
	case int64:
		return r.Locale.Number(v)
	case eligibility.Evidence:
		name, _ := valueName(r.Locale, "criteria.min_evidence", v.String())
		return name
	}
	v := reflect.ValueOf(value)
	switch {
	case v.Kind() == reflect.String:
		return c.word(r, v)
	case v.Type() == factsType:
		return c.showFacts(r, v.Interface().(map[string]any))
	case v.Kind() == reflect.Slice:
		return c.showList(r, v)
	case v.Kind() == reflect.Struct:
		return c.lines(r, c.Key, v)
	}
	return spelled(v)
}

// word writes one of the fixed values, a sector or a fact in words, and any other text as it is.
func (c Change) word(r Reader, v reflect.Value) string {
	word := v.String()
	if v.Type() != reflect.TypeFor[string]() {
		if name, ok := typeName(r.Locale, v); ok {
			return name
		}
		return word
	}
	if strings.HasPrefix(c.Key, "tests.facts.") {
		return factValue(r, strings.TrimPrefix(c.Key, "tests.facts."), word)
	}
	switch c.Key {
	case "sectors":
		if name, ok := valueName(r.Locale, c.Key, word); ok {
			return name
		}
		return factValue(r, "sector", word)
	case "apply.fields":
		return factName(r, word)
	}
	if name, ok := valueName(r.Locale, c.Key, word); ok {
		return name
	}
	return word
}

// factValue is the name of a value of a fact.
func factValue(r Reader, id, value string) string {
	if r.Vocabulary != nil {
		if fact, ok := r.Vocabulary.Fact(eligibility.FactID(id)); ok {
			return lowerFirst(fact.ValueLabel(value).In(r.Locale.Lang()))
		}
	}
	return value
}

// showFacts writes the facts of an example, or a band within them, as words side by side.
func (c Change) showFacts(r Reader, facts map[string]any) string {
	var items []string
	for _, name := range sortedNames(facts) {
		fact := Change{Key: "tests.facts." + name, zone: c.zone}
		items = append(items, factName(r, name)+": "+fact.show(r, facts[name]))
	}
	return strings.Join(items, "; ")
}

func (c Change) showList(r Reader, list reflect.Value) string {
	if list.Len() == 0 {
		return r.Locale.T("difference.none")
	}
	var items []string
	separator := ", "
	for i := range list.Len() {
		item := list.Index(i)
		items = append(items, c.show(r, item.Interface()))
		if item.Kind() == reflect.Struct {
			separator = "\n"
		}
	}
	return strings.Join(items, separator)
}

// lines writes a table with one line for each key that says something, both languages of a text.
func (c Change) lines(r Reader, key string, table reflect.Value) string {
	var lines []string
	for name, field := range tree.Keys(table) {
		if field.IsZero() {
			continue
		}
		inner := Change{Key: strings.TrimPrefix(key+"."+name, "."), zone: c.zone}
		switch {
		case field.Type() == textType:
			for _, lang := range locale.Languages() {
				if text := field.Interface().(catalog.Text).In(lang); text != "" {
					label := r.Locale.T("difference.in_"+lang, "What", upperFirst(inner.label(r, inner.Key)))
					lines = append(lines, label+": "+text)
				}
			}
		case field.Kind() == reflect.Struct && field.Type() != timeType:
			lines = append(lines, inner.lines(r, inner.Key, field))
		default:
			lines = append(lines, upperFirst(inner.label(r, inner.Key))+": "+inner.show(r, field.Interface()))
		}
	}
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool { return line == "" }), "\n")
}

// typeName is the name of a value of one of the fixed lists, by its type.
func typeName(l *locale.Localizer, v reflect.Value) (string, bool) {
	switch value := v.Interface().(type) {
	case catalog.Kind:
		return named(l, "kind."+string(value))
	case catalog.Mode:
		return valueName(l, "apply.mode", string(value))
	case catalog.Safeguard:
		return named(l, "safeguard."+string(value))
	}
	return named(l, "difference.value_"+snake(v.Type().Name())+"_"+v.String())
}

// valueName is the name of a value of a key, if it has one.
func valueName(l *locale.Localizer, key, value string) (string, bool) {
	return named(l, "difference.value_"+strings.ReplaceAll(key, ".", "_")+"_"+value)
}

func named(l *locale.Localizer, key string) (string, bool) {
	if !l.Has(key) {
		return "", false
	}
	return l.T(key), true
}

// snake writes the name of a type as a part of a key: "QuestionType" is question_type.
func snake(name string) string {
	var b strings.Builder
	for i, letter := range name {
		if unicode.IsUpper(letter) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(letter))
	}
	return b.String()
}

func isText(value any) bool {
	_, text := value.(string)
	return text
}

// isList tells whether a value is a list of which each word came or went; the answer to a question is one value.
func isList(value any) bool {
	_, answer := value.([]any)
	return value != nil && !answer && reflect.TypeOf(value).Kind() == reflect.Slice
}

func sortedNames(facts map[string]any) []string {
	var names []string
	for name := range facts {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func upperFirst(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}

// lowerFirst begins a label within a sentence, but leaves a word of capitals such as "NERC" as it is.
func lowerFirst(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if second, _ := utf8.DecodeRuneInString(text[size:]); !unicode.IsLower(second) && second != ' ' {
		return text
	}
	return string(unicode.ToLower(first)) + text[size:]
}
