package check

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"accessdesk/catalog"
	"accessdesk/catalog/position"
	"accessdesk/catalog/wording"
)

// languages checks that each text stands in both languages.
func (c *checker) languages() {
	o := c.offering
	c.required("title", o.Title)
	c.required("summary", o.Summary)
	for i, criterion := range o.Criteria {
		path := position.Element("criteria", i+1)
		c.required(path+".title", criterion.Title)
		if strings.TrimSpace(criterion.Expr) != "true" { // what is open to anyone cannot fail
			c.required(path+".failure", criterion.Failure)
		}
	}
	for i, r := range o.Requirements {
		c.required(position.Element("requirements", i+1)+".title", r.Title)
	}
	for i, q := range o.Questions {
		path := position.Element("questions", i+1)
		c.required(path+".label", q.Label)
		for j, option := range q.Options {
			c.required(position.Element(path+".options", j+1)+".label", option.Label)
		}
	}
	for i, route := range o.Apply {
		for j, text := range route.Documents {
			c.required(position.Element(position.Element("apply", i+1)+".documents", j+1), text)
		}
		for j, text := range route.Steps {
			c.required(position.Element(position.Element("apply", i+1)+".steps", j+1), text)
		}
		for j, text := range route.AsksNext {
			c.required(position.Element(position.Element("apply", i+1)+".asks_next", j+1), text)
		}
	}
	for i, tier := range o.Tiers {
		path := position.Element("tiers", i+1)
		c.required(path+".title", tier.Title)
		c.required(path+".summary", tier.Summary)
	}
	for i, text := range o.Terms.AccessSteps {
		c.required(position.Element("terms.access_steps", i+1), text)
	}
	for path, text := range catalog.Texts(o) {
		c.bothLanguages(path, text)
	}
}

func (c *checker) required(path string, t catalog.Text) {
	if t.Empty() {
		c.report(path, "%s", missingTextInBoth)
	}
}

// sentences are the texts that cannot be the same in two languages; names and subject lines may be.
var sentences = regexp.MustCompile(`(^|\.)(summary|details|reason|failure|remedy|help|(access_)?steps\[\d+\]|asks_next\[\d+\])$`)

func (c *checker) bothLanguages(path string, t catalog.Text) {
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

// words checks that the public texts keep to the words of the house.
func (c *checker) words() {
	for path, t := range catalog.Texts(c.offering) {
		c.wording(path+".en", "en", t.En)
		c.wording(path+".es", "es", t.Es)
	}
}

func (c *checker) wording(path, lang, text string) {
	for _, find := range wording.Check(lang, text) {
		problem := Problem{File: c.offering.File(), Key: path, Text: "\"" + find.Words + "\" " + find.Reason, word: "wording_" + find.Code(), args: []any{find.Words}}
		before := text[:find.Offset]
		lineStart := strings.LastIndexByte(before, '\n') + 1
		problem.Line, problem.Column = c.offering.Places().Within(path, 1+strings.Count(before, "\n"), 1+utf8.RuneCountInString(before[lineStart:]))
		c.problems = append(c.problems, problem)
	}
}
