package catalog

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// languages checks that each text stands in both languages.
func (c *checker) languages() {
	o := c.offering
	c.required("title", o.Title)
	c.required("summary", o.Summary)
	for i, criterion := range o.Criteria {
		path := element("criteria", i+1)
		c.required(path+".title", criterion.Title)
		if strings.TrimSpace(criterion.Expr) != "true" { // what is open to anyone cannot fail
			c.required(path+".failure", criterion.Failure)
		}
	}
	for i, q := range o.Questions {
		path := element("questions", i+1)
		c.required(path+".label", q.Label)
		for j, option := range q.Options {
			c.required(element(path+".options", j+1)+".label", option.Label)
		}
	}
	for i, route := range o.Apply {
		for j, text := range route.Documents {
			c.required(element(element("apply", i+1)+".documents", j+1), text)
		}
		for j, text := range route.Steps {
			c.required(element(element("apply", i+1)+".steps", j+1), text)
		}
	}
	eachText("", reflect.ValueOf(o).Elem(), c.bothLanguages)
}

func (c *checker) required(path string, t Text) {
	if t.Empty() {
		c.report(path, "%s", missingTextInBoth)
	}
}

// sentences are the texts that cannot be the same in two languages; names and subject lines may be.
var sentences = regexp.MustCompile(`(^|\.)(summary|details|failure|remedy|help|steps\[\d+\])$`)

func (c *checker) bothLanguages(path string, t Text) {
	en, es := strings.TrimSpace(t.En), strings.TrimSpace(t.Es)
	switch {
	case en == "" && es == "":
	case en == "":
		c.report(path+".en", "the English text is missing")
	case es == "":
		c.report(path+".es", "the Spanish text is missing")
	case en == es && sentences.MatchString(path):
		c.report(path+".es", "the Spanish text is the English one; translate it")
	}
}

// eachText calls visit for every Text in v, in the order of the fields.
func eachText(path string, v reflect.Value, visit func(path string, t Text)) {
	switch {
	case v.Type() == reflect.TypeFor[Text]():
		visit(path, v.Interface().(Text))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Tag.Get("toml"); name != "" {
				eachText(join(path, name), v.Field(i), visit)
			}
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Struct:
		for i := range v.Len() {
			eachText(element(path, i+1), v.Index(i), visit)
		}
	}
}

// wording is a manner of speaking that public texts keep clear of.
type wording struct {
	pattern *regexp.Regexp
	// dated: allowed in a text that names the year, as in "No charge listed on November 22, 2026".
	dated   bool
	instead string
}

const (
	promise   = "promises what only the provider can decide; say what the provider does"
	right     = "speaks of a right; a result here gives none. Say what the program offers"
	undated   = "is true only on a day; write \"No charge listed on\" with the date"
	undatedEs = "is true only on a day; write \"Sin costo publicado al\" with the date"
	designate = "reads as a designation by the government; name the model access without it"
	calm      = "is not the calm voice of the desk; leave it out"
	american  = "is not US spelling"
	approved  = "says more than \"approved by\" somebody \"for\" something; write who approves what"
	applyEs   = "is not how one applies in Spanish; use solicitar"
)

var wordingEn = []wording{
	{regexp.MustCompile(`(?i)\bguarant\w*`), false, promise},
	{regexp.MustCompile(`(?i)\byou (will|shall) (be approved|qualify)\b`), false, promise},
	{regexp.MustCompile(`(?i)\b(pre-?approved|automatically approved|automatic approval)\b`), false, promise},
	{regexp.MustCompile(`(?i)\bentitl\w*`), false, right},
	{regexp.MustCompile(`(?i)\b(has|have) (a|the) (legal )?right to\b`), false, right},
	{regexp.MustCompile(`(?i)(^|[^\w-])free($|[^\w-])`), true, undated},
	{regexp.MustCompile(`(?i)\b(no|without) (charge|cost)\b`), true, undated},
	{regexp.MustCompile(`(?i)\bcovered (frontier )?models?\b`), false, designate},
	{regexp.MustCompile(`(?i)\b(verified|certified|approved) operator\b`), false, approved},
	{regexp.MustCompile(`!`), false, calm},
	{regexp.MustCompile(`(?i)\b(please note|act now|hurry|don't miss|limited time)\b`), false, calm},
	{regexp.MustCompile(`(?i)\b(programmes?|organi[s]ations?|authori[s]\w*|catalogues?|centres?|licen[c]e\w*|defen[c]e)\b`), false, american},
}

var wordingEs = []wording{
	{regexp.MustCompile(`(?i)\bgarant\p{L}*`), false, promise},
	{regexp.MustCompile(`(?i)\b(será aprobad[oa]|aprobación automática)`), false, promise},
	{regexp.MustCompile(`(?i)\b(tiene|tienen|tendrá|da|dan) derecho\b`), false, right},
	{regexp.MustCompile(`(?i)\b(gratis|gratuit[oa]s?|gratuitamente)\b`), true, undatedEs},
	{regexp.MustCompile(`(?i)\bsin (costo|coste|cargo)\b`), true, undatedEs},
	{regexp.MustCompile(`(?i)\bmodelos? (de frontera )?cubiertos?\b`), false, designate},
	{regexp.MustCompile(`(?i)\boperador(a)? (verificad|certificad|aprobad)[oa]\b`), false, approved},
	{regexp.MustCompile(`[¡!]`), false, calm},
	{regexp.MustCompile(`(?i)\b(tenga en cuenta|apresúrese|no se pierda|tiempo limitado)`), false, calm},
	{regexp.MustCompile(`(?i)\bapli(c|qu)\p{L}* (al|a este|a un|para el|para este|para un) programa`), false, applyEs},
}

var aYear = regexp.MustCompile(`\b20\d\d\b`)

// words checks that the public texts keep to the words of the house.
func (c *checker) words() {
	eachText("", reflect.ValueOf(c.offering).Elem(), func(path string, t Text) {
		c.wordings(path+".en", t.En, wordingEn)
		c.wordings(path+".es", t.Es, wordingEs)
	})
}

func (c *checker) wordings(path, text string, list []wording) {
	dated := aYear.MatchString(text)
	var said []string
	for _, w := range list {
		at := w.pattern.FindStringIndex(text)
		if at == nil || w.dated && dated || slices.Contains(said, w.instead) {
			continue
		}
		said = append(said, w.instead)
		word := strings.TrimSpace(text[at[0]:at[1]])
		problem := Problem{File: c.offering.file(), Key: path, Text: "\"" + strings.Trim(word, ".,;: \n") + "\" " + w.instead}
		problem.Line, problem.Column = c.offering.source.within(path, 1+strings.Count(text[:at[0]], "\n"), columnOf(text, at[0]))
		c.problems = append(c.problems, problem)
	}
}

// columnOf is the column, from 1 and in characters, of an offset in a text.
func columnOf(text string, offset int) int {
	return len([]rune(text[strings.LastIndexByte(text[:offset], '\n')+1:offset])) + 1
}
