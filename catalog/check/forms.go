package check

import (
	"slices"
	"strings"

	"accessdesk/catalog"
	"accessdesk/catalog/answer"
	"accessdesk/catalog/position"
	"accessdesk/eligibility"
)

// routes checks the ways to apply.
func (c *checker) routes() {
	o := c.offering
	if o.Status == catalog.StatusOpen && !o.NothingToFile() && !slices.ContainsFunc(o.Apply, catalog.ApplyRoute.Public) {
		c.report("apply", "status is open, but nobody can see how to apply; add an [[apply]] route, or state what is true: "+
			"by_invitation, waiting_list, announced, unverified")
	}
	if o.Status == catalog.StatusWaitingList && o.InApp() && !o.Window.WaitingList {
		c.report("status", "status is waiting_list, but applications that are reviewed here can join no list; set waiting_list = true in [window]")
	}
	for i, route := range o.Apply {
		c.route(position.Element("apply", i+1), route)
	}
}

func (c *checker) route(path string, r catalog.ApplyRoute) {
	c.given(path+".mode", string(r.Mode))
	switch r.Mode {
	case catalog.ModeEmail:
		if c.given(path+".to", r.To) && !bareAddress(r.To) {
			c.report(path+".to", "%q is not an e-mail address", r.To)
		}
		if r.Subject.Empty() {
			c.report(path+".subject", "missing; the prepared e-mail needs a subject, in en and es")
		}
	case catalog.ModeWeb, catalog.ModeDownload:
		if c.given(path+".to", r.To) {
			c.address(path+".to", r.To)
		}
	case catalog.ModePhone:
		if c.given(path+".to", r.To) && !strings.ContainsAny(r.To, "0123456789") {
			c.report(path+".to", "%q is not a telephone number", r.To)
		}
	case catalog.ModeInApp:
		if r.To != "" {
			c.report(path+".to", "applications by in_app go nowhere else; leave this out")
		}
	}
	for i, field := range r.Fields {
		c.field(position.Element(path+".fields", i+1), field)
	}
	if repeated := repeats(r.Fields); repeated != "" {
		c.report(path+".fields", "%q stands twice", repeated)
	}
}

// field checks that what goes into the packet is a fact or a question of the offering.
func (c *checker) field(path, id string) {
	if _, ok := c.vocabulary.Fact(eligibility.FactID(id)); ok {
		return
	}
	if _, ok := c.offering.Question(id); ok {
		return
	}
	var known []string
	for _, fact := range c.vocabulary.Facts() {
		known = append(known, string(fact.ID))
	}
	for _, question := range c.offering.Questions {
		known = append(known, question.ID)
	}
	if near, ok := eligibility.Near(id, known); ok {
		c.report(path, "%q is neither a fact nor a question of this offering; did you mean %q?", id, near)
		return
	}
	c.report(path, "%q is neither a fact nor a question of this offering", id)
}

// questions checks the offering's own form.
func (c *checker) questions() {
	seen := map[string]bool{catalog.TierQuestion: len(c.offering.Tiers) > 0} // asked before them
	for i, q := range c.offering.Questions {
		path := position.Element("questions", i+1)
		c.questionID(path+".id", q.ID, seen)
		c.given(path+".type", string(q.Type))
		if q.Type == catalog.QuestionFile && c.offering.InApp() {
			c.report(path+".type", "nobody can answer this, since applications that are reviewed here take no files yet; leave the question out "+
				"and name the document under [[apply]] instead: documents = [{ en = \"...\", es = \"...\" }]")
		}
		c.options(path, q)
		c.limits(path, q)
		if err := c.offering.CheckCondition(c.vocabulary, i); err != nil {
			c.add(path+".when", Problem{Text: err.Error(), word: "mistake", mistake: err})
		}
	}
}

func (c *checker) questionID(path, id string, seen map[string]bool) {
	switch {
	case !c.given(path, id):
	case !questionPattern.MatchString(id):
		c.report(path, "%q is not well-formed; use lower-case letters and digits in words joined by underscores", id)
	case seen[id]:
		c.report(path, "a question before this one has the id %q too", id)
	default:
		if _, ok := c.vocabulary.Fact(eligibility.FactID(id)); ok {
			c.report(path, "%q is a fact, which the desk asks once for all offerings; name it in the fields of a route instead", id)
		}
	}
	seen[id] = true
}

func (c *checker) options(path string, q catalog.Question) {
	choosing := q.Type == catalog.QuestionChoice || q.Type == catalog.QuestionSeveral
	switch {
	case choosing && len(q.Options) < 2:
		c.report(path+".options", "a question of type %s needs at least two options = [{ value = \"...\", label = { en = \"...\", es = \"...\" } }]", q.Type)
	case !choosing && len(q.Options) > 0:
		c.report(path+".options", "only questions of type choice and several have options")
	}
	seen := map[string]bool{}
	for i, option := range q.Options {
		at := position.Element(path+".options", i+1)
		if c.given(at+".value", option.Value) && seen[option.Value] {
			c.report(at+".value", "%q stands twice", option.Value)
		}
		seen[option.Value] = true
	}
}

// limits checks that what an answer has to be fits its type, and can be met.
func (c *checker) limits(path string, q catalog.Question) {
	fit := answer.LimitsOf(q.Type)
	for _, limit := range answer.Limits() {
		if q.Type != "" && answer.Has(q, limit) && !slices.Contains(fit, limit) {
			c.report(path+"."+string(limit), "questions of type %s take no such limit; leave this out", string(q.Type))
		}
	}
	if q.Bank != "" && !questionPattern.MatchString(q.Bank) {
		c.report(path+".bank", "%q is not the id of a question of the bank; leave this out", q.Bank)
	}
	if q.Max > 0 && q.Max < q.Min {
		c.report(path+".max", "%d is less than min (%d)", q.Max, q.Min)
	}
	if q.Latest != "" && q.Latest < q.Earliest {
		c.report(path+".latest", "%s is before earliest (%s)", q.Latest, q.Earliest)
	}
	switch longest := answer.Longest(q.Type); q.Type {
	case catalog.QuestionSeveral:
		if most := max(q.Min, q.Max); most > len(q.Options) {
			c.report(path+".options", "%d answers are asked for, and there are %d options", most, len(q.Options))
		}
	case catalog.QuestionText, catalog.QuestionLongText:
		if most := max(q.Min, q.Max); most > longest {
			c.report(path+".max", "%d characters are more than an answer can have (%d)", most, longest)
		}
	case catalog.QuestionCIDRList:
		if q.Max > answer.NetworksLimit {
			c.report(path+".max", "%d networks are more than an answer can have (%d)", q.Max, answer.NetworksLimit)
		}
	}
}
