// Package reach holds the staff pages about whom a program reaches in the loaded registers: all programs with their bars, one program by
// sector, state and criterion, and who gains and who loses by another text of one criterion. They only read. What is counted how is
// said by package impact.
package reach

import (
	"bytes"
	"html/template"
	"slices"
	"strings"
	"unicode/utf8"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/builder"
	"accessdesk/eligibility/registry/impact"
	"accessdesk/ui/web"
)

// ProgramsPage lists the programs with whom they reach.
type ProgramsPage struct {
	Empty     bool // no register is loaded
	All       int
	Registers string
	Rows      []programRow
}

type programRow struct {
	Slug, Title string
	Counts      counted
}

// counted is counts with the bar that shows them.
type counted struct {
	impact.Counts
	Name   string // of the row
	Share  int    // eligible, in percent
	First  int    // width of the eligible part of the bar, of 1000
	Second int    // width of the unknown part
}

func count(name string, c impact.Counts) counted {
	all := max(c.Population(), 1)
	return counted{Counts: c, Share: percent(c.Eligible, c.Population()), Name: name, First: 1000 * c.Eligible / all, Second: 1000 * c.Unknown / all}
}

// Programs shows all listed programs.
func Programs(r *web.Request, tx *data.Tx) (web.Reply, error) {
	population, err := r.Site.Nation.Population(tx, r.Site.DB, r.Desk().Vocabulary)
	if err != nil {
		return web.Reply{}, err
	}
	page := ProgramsPage{Empty: population.Len() == 0, All: population.Len(), Registers: registers(r, population)}
	if page.Empty {
		return web.Reply{Page: "staff/reaches", Data: page}, nil
	}
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	var rules []*eligibility.Ruleset
	for _, program := range snapshot.Listed() {
		rules = append(rules, program.Rules)
	}
	for i, total := range impact.Survey(population, rules) {
		title := snapshot.Listed()[i].Title.In(r.Lang)
		page.Rows = append(page.Rows, programRow{Slug: total.Offering, Title: title, Counts: count(title, total.Counts)})
	}
	order := r.L.Alphabet()
	slices.SortStableFunc(page.Rows, func(a, b programRow) int { return order(a.Title, b.Title) })
	return web.Reply{Page: "staff/reaches", Data: page}, nil
}

// registers names what was counted.
func registers(r *web.Request, p *impact.Population) string {
	var all []string
	for _, one := range p.Registers {
		all = append(all, r.L.Register(one.Register, one.Vintage))
	}
	return strings.Join(all, "; ")
}

// ProgramPage is whom one program reaches.
type ProgramPage struct {
	web.Problems
	Slug, Title, Registers string
	Empty, Published       bool
	Whole                  counted
	Sectors, States        []counted
	Map                    template.HTML
	Criteria               []criterionRow
	Missing                []missingRow
	Choices                []choice // criteria that another text can be tried for
	Chosen, Text           string
	Change                 *changed
}

type criterionRow struct {
	Title, Expr string
	impact.CriterionCount
}

type missingRow struct {
	Label                string
	Organizations, Alone int
}

type choice struct {
	ID, Title string
	Chosen    bool
}

// changed is what another text of a criterion does.
type changed struct {
	Whole        counted
	Gained, Lost turned
	Kinds        []kindRow
	Places       []placeRow
}

type turned struct {
	Count, More int
	Rows        []turnRow
}

type turnRow struct{ ID, Name, State, Was string }

type kindRow struct {
	Text  string
	Count int
}

type placeRow struct {
	Name         string
	Gained, Lost int
}

// mostNamed is how many organizations that gain or lose are named on the page; the sheet names all.
const mostNamed = 50

// longestText is the longest text of a criterion, in characters, that an address carries.
const longestText = 1500

// Program shows one program, and if the address brings another text of a criterion, who gains and who loses by it.
func Program(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, _, err := newPage(r, tx)
	reply := web.Reply{Page: "staff/reach", Data: page}
	if len(page.Problems) > 0 {
		reply.Status = 422
	}
	return reply, err
}

// Sheet is the CSV: the counts by sector and state, or everybody who gains or loses.
func Sheet(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, sheet, err := newPage(r, tx)
	if err != nil || len(page.Problems) > 0 || sheet == nil {
		return web.Reply{Status: 422, Page: "staff/reach", Data: page}, err
	}
	var body bytes.Buffer
	if err := sheet(&body); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{File: &web.File{Name: "impact-" + page.Slug + ".csv", Type: "text/csv; charset=utf-8", Body: body.Bytes()}}, nil
}

// newPage counts. sheet writes the CSV; it is nil without registers.
func newPage(r *web.Request, tx *data.Tx) (page ProgramPage, sheet func(*bytes.Buffer) error, err error) {
	program, err := r.Desk().Catalog.Live(tx, r.Param("slug"))
	if err != nil {
		return page, nil, err
	}
	population, err := r.Site.Nation.Population(tx, r.Site.DB, r.Desk().Vocabulary)
	if err != nil {
		return page, nil, err
	}
	page = ProgramPage{Slug: program.Slug, Title: program.Title.In(r.Lang), Published: program.CriteriaPublished, Registers: registers(r, population)}
	if page.Empty = population.Len() == 0; page.Empty {
		return page, nil, nil
	}
	report := impact.Run(population, program.Rules)
	page.addReport(r, report)
	sheet = func(b *bytes.Buffer) error { return report.WriteSheet(b) }
	page.addChoices(r, program)
	if page.Chosen == "" || page.Text == "" || len(page.Problems) > 0 {
		return page, sheet, nil
	}
	if rules := page.compile(r, program); rules != nil {
		change := impact.Compare(population, program.Rules, rules)
		page.addChange(r, change)
		sheet = func(b *bytes.Buffer) error { return change.WriteSheet(b) }
	}
	return page, sheet, nil
}

// addReport puts the counts into words.
func (p *ProgramPage) addReport(r *web.Request, report impact.Report) {
	v := r.Desk().Vocabulary
	p.Whole = count(r.L.T("impact.all"), report.Counts)
	for _, c := range report.Sectors {
		p.Sectors = append(p.Sectors, count(v.Display(eligibility.SectorFact, eligibility.String(c.Sector), r.Lang), c.Counts))
	}
	for _, c := range report.States {
		p.States = append(p.States, count(stateName(r, c.State), c.Counts))
	}
	slices.SortStableFunc(p.States, func(a, b counted) int { return strings.Compare(a.Name, b.Name) })
	p.Map = stateMap(report.States, r.L.T("impact.map_label"))
	for _, c := range report.Criteria {
		p.Criteria = append(p.Criteria, criterionRow{c.Title.In(r.Lang), c.Expr, c})
	}
	for _, m := range report.Missing {
		if fact, ok := v.Fact(m.Fact); ok {
			p.Missing = append(p.Missing, missingRow{fact.Label.In(r.Lang), m.Organizations, m.Alone})
		}
	}
}

func stateName(r *web.Request, state string) string {
	if state == "" {
		return r.L.T("impact.no_state")
	}
	return r.Desk().Vocabulary.Display("state_or_territory", eligibility.String(state), r.Lang)
}

// addChoices lists the criteria that have an expression, and takes what the address brings.
func (p *ProgramPage) addChoices(r *web.Request, program *catalog.Published) {
	asked := r.Query("criterion")
	p.Text = r.Query("expr")
	for _, c := range program.Criteria {
		chosen := c.ID == asked
		if chosen {
			p.Chosen = c.ID
			if p.Text == "" {
				p.Text = c.Expr
			}
		}
		p.Choices = append(p.Choices, choice{c.ID, c.Title.In(r.Lang), chosen})
	}
	switch {
	case asked != "" && p.Chosen == "":
		p.Problems = web.Problems{{Field: "criterion", Text: r.L.T("impact.problem_criterion")}}
	case utf8.RuneCountInString(p.Text) > longestText:
		p.Problems = web.Problems{{Field: "expr", Text: r.L.T("impact.problem_long", "Max", longestText)}}
	}
	if p.Text == "" && len(program.Criteria) > 0 {
		p.Text, p.Chosen = program.Criteria[0].Expr, ""
	}
}

// compile compiles the program with the other text; nil with a problem at the field if it cannot.
func (p *ProgramPage) compile(r *web.Request, program *catalog.Published) *eligibility.Ruleset {
	rules := program.UncompiledRules()
	for i := range rules.Criteria {
		if rules.Criteria[i].ID == p.Chosen {
			rules.Criteria[i].Expr = p.Text
		}
	}
	compiled, err := r.Desk().Vocabulary.Compile(rules)
	if err == nil {
		return compiled
	}
	p.Problems = web.Problems{{Field: "expr", Text: r.L.T("impact.problem_expr", "Message", builder.Mistake(err, r.Lang))}}
	return nil
}

// addChange puts who gains and who loses into words.
func (p *ProgramPage) addChange(r *web.Request, c impact.Change) {
	outcome := func(o eligibility.Outcome) string { return r.L.T("impact.outcome_" + string(o)) }
	p.Change = &changed{Whole: count(r.L.T("impact.all"), c.After), Gained: newTurned(r, c.Gained, outcome), Lost: newTurned(r, c.Lost, outcome)}
	for _, k := range c.Kinds {
		p.Change.Kinds = append(p.Change.Kinds, kindRow{r.L.T("impact.turn", "Before", outcome(k.Before), "After", outcome(k.After)), k.Count})
	}
	for _, place := range c.Places {
		if place.Sector == "" {
			p.Change.Places = append(p.Change.Places, placeRow{stateName(r, place.State), place.Gained, place.Lost})
		}
	}
	slices.SortStableFunc(p.Change.Places, func(a, b placeRow) int { return strings.Compare(a.Name, b.Name) })
}

func newTurned(r *web.Request, turns []impact.Turn, outcome func(eligibility.Outcome) string) turned {
	t := turned{Count: len(turns), More: max(0, len(turns)-mostNamed)}
	for _, one := range turns[:min(len(turns), mostNamed)] {
		t.Rows = append(t.Rows, turnRow{one.ID, one.Name, stateName(r, one.State), outcome(one.Before)})
	}
	return t
}
