// Package check reads offerings as a careful colleague would before they are published, and tells all that has to be
// mended, with line and key: both languages, cited criteria that compile, worked examples that come out as stated and
// stand on both sides of each threshold, a way to apply, words that promise nothing, a form that the desk can put. What
// is no offering file at all is refused earlier, by catalog.Parse.
//
// A question of type file is refused in an offering with an in_app route for as long as applications take no files: the
// document belongs into the documents of a way to apply, which say what to have at hand.
package check

import (
	"cmp"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/position"
	"accessdesk/eligibility"
	"accessdesk/eligibility/builder"
)

// Problem is something in an offering that has to be mended before it may be published.
type Problem struct {
	File   string // "" when the offering was not read from a file
	Line   int    // from 1; 0 when unknown
	Column int    // from 1, in expressions; 0: the whole line
	Key    string // path of the key, "criteria[2].expr" counting from 1
	Text   string // what is wrong and how to mend it
	word   string // the text lacking.WORD that says it on pages

	args    []any        // of Text, for In
	said    catalog.Text // what is wrong in both languages, where that is not made from Code
	mistake error        // in a rule, which says itself in both languages
}

// String reads "FILE:LINE: KEY: what is wrong", as compilers print it.
func (p Problem) String() string { return catalog.Located(p.File, p.Line, p.Column, p.Key, p.Text) }

// Offering reads an offering as a careful colleague would before it is published, and reports everything it finds, in the
// order of the file: a missing language, a criterion without citation or one that does not compile, neither sector
// gate nor criterion, tests that fail or do not stand on both sides of a numeric threshold, an open status without a
// way to apply, references to nothing, dates and windows that cannot be, words that promise what nobody can promise.
// strict adds a review date that has passed. today is the day of reading, in its own time zone.
func Offering(v *eligibility.Vocabulary, o *catalog.Offering, today time.Time, strict bool) []Problem {
	c := &checker{vocabulary: v, offering: o, today: catalog.DateOf(today), strict: strict}
	c.head()
	c.dates()
	c.languages()
	c.words()
	c.window()
	c.pause()
	c.tiers()
	c.routes()
	c.questions()
	c.terms()
	c.sources()
	c.rules()
	slices.SortStableFunc(c.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return c.problems
}

// Catalog checks the offerings of one catalog, and that no two share a slug.
func Catalog(v *eligibility.Vocabulary, offerings []*catalog.Offering, today time.Time, strict bool) []Problem {
	var all []Problem
	first := map[string]*catalog.Offering{}
	for _, o := range offerings {
		all = append(all, Offering(v, o, today, strict)...)
		if twin, ok := first[o.Slug]; ok && o.Slug != "" {
			c := checker{offering: o}
			c.report("slug", "%q is also the slug of %s; give each offering its own", o.Slug, cmp.Or(twin.File(), "another offering"))
			all = append(all, c.problems...)
			continue
		}
		first[o.Slug] = o
	}
	return all
}

type checker struct {
	vocabulary *eligibility.Vocabulary
	offering   *catalog.Offering
	today      catalog.Date
	strict     bool
	problems   []Problem
}

func (c *checker) report(path, format string, args ...any) {
	problem := Problem{Text: fmt.Sprintf(format, args...), word: problemWords[format], args: args}
	if format == "%s" { // a text that stands for itself
		problem.word, problem.args = problemWords[problem.Text], nil
	}
	c.add(path, problem)
}

func (c *checker) add(path string, problem Problem) {
	problem.File, problem.Line, problem.Key = c.offering.File(), c.offering.Places().Line(path), path
	c.problems = append(c.problems, problem)
}

// reportMistake reports a mistake in the text of a rule.
func (c *checker) reportMistake(path string, err error) {
	c.add(path, Problem{Text: eligibility.CompileMessage(err), word: "mistake", mistake: err})
}

var (
	criterionPattern  = regexp.MustCompile(`^[a-z0-9]+([-_][a-z0-9]+)*$`)
	questionPattern   = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
	missingText       = "missing; this has to be given"
	slugShape         = "%q is not well-formed; use lower-case letters and digits in words joined by hyphens, at most %d characters"
	missingTextInBoth = "missing; give it in both languages, en and es"
)

func (c *checker) head() {
	o := c.offering
	c.slug("slug", o.Slug)
	c.given("kind", string(o.Kind))
	c.given("status", string(o.Status))
	c.given("confidence", string(o.Confidence))
	c.given("cost", string(o.Cost))
	if o.Places() != nil && !o.Places().Has("criteria_published") {
		c.report("criteria_published", "missing; write true if the provider publishes its criteria, else false")
	}
	c.names()
	c.slug("provider.slug", o.Provider.Slug)
	c.given("provider.name", o.Provider.Name)
	c.address("provider.url", o.Provider.URL)
	if o.Owner != "" && !bareAddress(o.Owner) {
		c.report("owner", "%q is not an e-mail address", o.Owner)
	}
	if o.Helper != (catalog.Helper{}) {
		c.given("helper.name", o.Helper.Name)
		c.address("helper.url", o.Helper.URL)
	}
}

// names checks the names by which people look for the offering, and what does its work now.
func (c *checker) names() {
	o := c.offering
	for i, name := range o.KnownAs {
		c.given(position.Element("known_as", i+1), name)
	}
	if repeated := repeats(o.KnownAs); repeated != "" {
		c.report("known_as", "%q stands twice", repeated)
	}
	for i, slug := range o.ReplacedBy {
		path := position.Element("replaced_by", i+1)
		c.slug(path, slug)
		if slug == o.Slug {
			c.report(path, "%q is this offering itself; name what does its work now, or leave this out", slug)
		}
	}
	if repeated := repeats(o.ReplacedBy); repeated != "" {
		c.report("replaced_by", "%q stands twice", repeated)
	}
}

func (c *checker) given(path, value string) bool {
	if strings.TrimSpace(value) == "" {
		c.report(path, "%s", missingText)
		return false
	}
	return true
}

func (c *checker) slug(path, slug string) {
	if c.given(path, slug) && !catalog.SlugFits(slug) {
		c.report(path, slugShape, slug, catalog.SlugLength)
	}
}

// address checks a web address; "" is none.
func (c *checker) address(path, text string) {
	if text == "" {
		return
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsAny(text, " \n\t") {
		c.report(path, "%q is not a web address; write it in full, such as https://example.org/page", text)
	}
}

// bareAddress tells whether text is one e-mail address and nothing else.
func bareAddress(text string) bool {
	parsed, err := mail.ParseAddress(text)
	return err == nil && parsed.Address == text
}

func (c *checker) dates() {
	o := c.offering
	if c.given("checked_on", string(o.CheckedOn)) && o.CheckedOn > c.today {
		c.report("checked_on", "%s is in the future; today is %s", o.CheckedOn, c.today)
	}
	if !c.given("review_by", string(o.ReviewBy)) {
		return
	}
	if o.CheckedOn != "" && o.ReviewBy <= o.CheckedOn {
		c.report("review_by", "%s is not after checked_on (%s)", o.ReviewBy, o.CheckedOn)
	}
	if c.strict && o.ReviewBy < c.today {
		c.report("review_by", "the review was due on %s; compare the listing with its sources, then set checked_on and review_by anew", o.ReviewBy)
	}
}

func (c *checker) terms() {
	t := c.offering.Terms
	for i, role := range t.Approvals {
		if role != catalog.ApprovalProgramManager {
			c.report(position.Element("terms.approvals", i+1), "%q cannot be honored; the desk has approvals of %q only", role, catalog.ApprovalProgramManager)
		}
	}
	if repeated := repeats(t.Approvals); repeated != "" {
		c.report("terms.approvals", "%q stands twice", repeated)
	}
	if repeated := repeats(t.Safeguards); repeated != "" {
		c.report("terms.safeguards", "%q stands twice", repeated)
	}
	if t.RenewalDays > 0 && !t.Renewable {
		c.report("terms.renewal_days", "renewable is false, so nobody can ask; leave this out, or set renewable = true")
	}
	if t.RenewalDays > t.DurationDays {
		c.report("terms.renewal_days", "%d days are more than the access lasts (duration_days = %d)", t.RenewalDays, t.DurationDays)
	}
	if !c.offering.InApp() {
		return
	}
	if len(t.Approvals) == 0 {
		c.report("terms.approvals", "missing; an application that is reviewed here needs approvals = [%q]", catalog.ApprovalProgramManager)
	}
	if t.DurationDays == 0 {
		c.report("terms.duration_days", "missing; a grant that is given here has an end, so write for how many days it lasts")
	}
}

func (c *checker) sources() {
	if len(c.offering.Sources) == 0 {
		c.report("sources", "missing; add at least one [[sources]] with url, supports and read_on")
	}
	for i, s := range c.offering.Sources {
		path := position.Element("sources", i+1)
		if c.given(path+".url", s.URL) {
			c.address(path+".url", s.URL)
		}
		c.given(path+".supports", s.Supports)
		if c.given(path+".read_on", string(s.ReadOn)) && s.ReadOn > c.today {
			c.report(path+".read_on", "%s is in the future; today is %s", s.ReadOn, c.today)
		}
	}
}

// rules checks sector list, criteria and tests.
func (c *checker) rules() {
	o := c.offering
	compiles := c.gate()
	if len(o.Criteria) == 0 && len(o.Sectors) > 0 && !o.Gated() {
		compiles = false
		c.report("sectors", "neither a sector gate nor a criterion: nothing decides. Name the sectors, or add one cited criterion; "+
			"what the provider says is open to anyone has the criterion open-to-anyone with expr = \"true\"")
	}
	seen := map[string]bool{}
	for i, criterion := range o.Criteria {
		path := position.Element("criteria", i+1)
		c.criterion(path, criterion, seen)
		compiles = c.compile(path+".expr", criterion) && compiles
	}
	c.requirements()
	if !compiles || len(seen) < len(o.Criteria) { // tests would repeat the same problem for each test
		return
	}
	rules, err := c.vocabulary.Compile(o.UncompiledRules())
	if err != nil {
		c.add("criteria", Problem{Text: err.Error(), word: "mistake", mistake: err})
		return
	}
	c.contradictions()
	c.tests(rules)
}

// contradictions reports rules that nobody could ever meet. What else the rule builder notices is no reason not to publish.
func (c *checker) contradictions() {
	for _, found := range builder.Contradictions(c.vocabulary, c.offering.UncompiledRules()) {
		path := "criteria"
		if found.Criterion != "" {
			path = c.criterionPath(found.Criterion) + ".expr"
		}
		c.add(path, Problem{Text: found.Text.En, word: "contradiction", said: found.Text})
	}
}

// gate checks the sector list and tells whether it compiles.
func (c *checker) gate() bool {
	o := c.offering
	if len(o.Sectors) == 0 {
		c.report("sectors", "missing; list the sectors, or write sectors = [%q]", eligibility.AnySector)
		return false
	}
	if repeated := repeats(o.Sectors); repeated != "" {
		c.report("sectors", "%q stands twice", repeated)
	}
	if slices.Equal(o.Sectors, []string{eligibility.AnySector}) {
		return true
	}
	if o.SectorsCitation == "" {
		c.report("sectors_citation", "missing; say where the provider names these sectors")
	}
	_, err := c.vocabulary.Compile(eligibility.Rules{Slug: o.Slug, Sectors: o.Sectors, Published: true})
	if err != nil {
		c.reportMistake("sectors", err)
	}
	return err == nil
}

func (c *checker) criterion(path string, criterion catalog.Criterion, seen map[string]bool) {
	switch id := criterion.ID; {
	case id == "":
		c.report(path+".id", "%s", missingText)
	case id == eligibility.GateID:
		c.report(path+".id", "%q is the name of the sector gate; choose another", id)
	case strings.HasPrefix(id, eligibility.StatedPrefix):
		c.report(path+".id", "%q begins like the ids of stated requirements; choose another", id)
	case !criterionPattern.MatchString(id):
		c.report(path+".id", "%q is not well-formed; use lower-case letters and digits in words joined by hyphens", id)
	case seen[id]:
		c.report(path+".id", "a criterion before this one has the id %q too", id)
	default:
		seen[id] = true
	}
	if strings.TrimSpace(criterion.Citation) == "" {
		c.report(path+".citation", "missing; say where the provider states this criterion")
	}
}

// requirements checks what is stated and not decided.
func (c *checker) requirements() {
	for i, r := range c.offering.Requirements {
		path := position.Element("requirements", i+1)
		if strings.TrimSpace(r.Citation) == "" {
			c.report(path+".citation", "missing; say what the statement rests on, such as \"trade press 2024, not read again\"")
		}
	}
	if len(c.offering.Requirements) > 0 && c.offering.CriteriaPublished {
		c.report("criteria_published", "is true, but a requirement keeps every answer open; write criteria_published = false, "+
			"or make it a criterion, if it stands in the provider's own text and a fact can decide it")
	}
}

// compile checks one expression and maps the place of a mistake into the file.
func (c *checker) compile(path string, criterion catalog.Criterion) bool {
	if !c.given(path, criterion.Expr) {
		return false
	}
	_, err := c.vocabulary.Compile(eligibility.Rules{Slug: c.offering.Slug, Sectors: []string{eligibility.AnySector},
		Criteria: []eligibility.Criterion{{ID: "expression", Expr: criterion.Expr}}, Published: true})
	if err == nil {
		return true
	}
	problem := Problem{File: c.offering.File(), Line: c.offering.Places().Line(path), Key: path,
		Text: "does not compile: " + eligibility.CompileMessage(err), word: "mistake", mistake: err}
	var place *eligibility.CompileError
	if errors.As(err, &place) && place.Line > 0 {
		problem.Line, problem.Column = c.offering.Places().Within(path, place.Line, place.Column)
	}
	c.problems = append(c.problems, problem)
	return false
}

// repeats gives the first item that stands twice in a list, "" if none does.
func repeats[T ~string](items []T) T {
	for i, item := range items {
		if slices.Contains(items[:i], item) {
			return item
		}
	}
	return ""
}
