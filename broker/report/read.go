package report

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/impact"
)

// Filter says what is looked at. From and To are instants at which months begin; To is not part of the period. The others are "" for all.
type Filter struct {
	From, To              time.Time
	Program, Sector, Lang string
}

// Step is one step of the way from a check to a decision.
type Step struct {
	Name  string // started, finished, fits (with a program in the filter), begun, sent, decided
	Count Figure
}

// Question is how often a question was put and what became of it.
type Question struct {
	Fact                   eligibility.FactID
	Put                    Figure // sum of the others
	Answered, Unsure, Left Figure
}

// Rule is how often a criterion ruled a program out.
type Rule struct {
	Slug, Criterion string
	RuledOut        Figure // finished checks in which the program was ruled out by whatever
	Failed          Figure // of those, by this criterion: sum of the two
	Sole, Several   Figure
}

// Place is a sector or a state: the organizations of the loaded registers, the checks, and the organizations that applied.
type Place struct {
	Name                  string
	Known                 int // of public registers, so it is exact
	Checks, Organizations Figure
}

// Places are all places of a kind, with what the shares are shares of.
type Places struct {
	Rows []Place
	All  Place
}

// Language is how checks in a language went.
type Language struct {
	Lang                    string
	Started, Finished, Left Figure // started is the sum of the others
}

// Program is how a program is found and asked for.
type Program struct {
	Slug               string
	Fits, Open, Out    Figure // finished checks for whose sectors it is: it looked like a fit, answers were missing, it was ruled out
	Begun, Sent, Ended Figure // requests begun in the period; Ended: decided by now
}

// Report is everything that the pages show.
type Report struct {
	Began     time.Time // zero: counting has not begun
	Empty     bool      // no check and no request in the period
	Steps     []Step
	Questions []Question // most often left or not known first
	Rules     []Rule     // most excluding first
	Sectors   Places     // those that a loaded register knows
	States    Places
	Languages []Language
	Programs  []Program // fewest requests first
}

// counter sums up raw counts. It never leaves this package.
type counter struct {
	filter   Filter
	counts   map[key]int
	requests []request
	orgs     []organization
}

// Read makes the report. population is what the loaded registers know; nil or empty leaves out the comparison with it.
func Read(tx *data.Tx, d broker.Desk, population *impact.Population, f Filter) (Report, error) {
	var r Report
	var err error
	if r.Began, _, err = Began(tx, d); err != nil {
		return r, err
	}
	c := counter{filter: f, counts: map[key]int{}}
	if err := c.load(tx, d); err != nil {
		return r, err
	}
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return r, err
	}
	r.Empty = len(c.counts) == 0 && len(c.requests) == 0
	r.Steps, r.Questions, r.Rules, r.Languages = c.steps(), c.questions(), c.rules(), c.languages()
	for _, p := range snapshot.Listed() {
		if f.Program == "" || f.Program == p.Slug {
			r.Programs = append(r.Programs, c.program(p.Slug))
		}
	}
	slices.SortStableFunc(r.Programs, func(a, b Program) int {
		return cmp.Or(a.Begun.number-b.Begun.number, b.Fits.number-a.Fits.number, cmp.Compare(a.Slug, b.Slug))
	})
	if population != nil && population.Len() > 0 {
		r.Sectors, r.States = c.places(population)
	}
	return r, nil
}

// load reads the counts of the period, as far as sector and language are those of the filter. Places have no language.
func (c *counter) load(tx *data.Tx, d broker.Desk) error {
	type row struct {
		key
		count int
	}
	last := c.filter.To.AddDate(0, 0, -1)
	rows, err := data.Rows(tx, func(s data.Scanner) (r row, err error) {
		err = s.Scan(&r.measure, &r.subject, &r.part, &r.sector, &r.lang, &r.count)
		return r, err
	}, `SELECT measure, subject, part, sector, lang, CAST(SUM(tally) AS BIGINT) FROM report_count WHERE month >= $1 AND month <= $2
		GROUP BY measure, subject, part, sector, lang`, MonthOf(d, c.filter.From), MonthOf(d, last))
	if err != nil {
		return err
	}
	for _, r := range rows {
		if c.wants(r.sector, r.lang) || r.measure == measurePlace && c.wants(r.sector, c.filter.Lang) {
			c.counts[r.key] += r.count
		}
	}
	return c.loadRequests(tx)
}

func (c *counter) wants(sector, lang string) bool {
	return (c.filter.Sector == "" || c.filter.Sector == sector) && (c.filter.Lang == "" || c.filter.Lang == lang)
}

// sum adds up the counts of a measure that a function wants.
func (c *counter) sum(measure string, wanted func(key) bool) int {
	all := 0
	for k, n := range c.counts {
		if k.measure == measure && wanted(k) {
			all += n
		}
	}
	return all
}

func (c *counter) of(measure, subject, part string) int {
	return c.sum(measure, func(k key) bool { return k.subject == subject && k.part == part })
}

func (c *counter) steps() []Step {
	steps := []Step{{"started", figure(c.of(measureCheck, "", partStarted))}, {"finished", figure(c.of(measureCheck, "", partFinished))}}
	if c.filter.Program != "" {
		steps = append(steps, Step{"fits", figure(c.of(measureProgram, c.filter.Program, string(eligibility.Eligible)))})
	}
	begun, sent, ended := c.asked(c.filter.Program)
	return append(steps, Step{"begun", figure(begun)}, Step{"sent", figure(sent)}, Step{"decided", figure(ended)})
}

// subjects lists the subjects of measures, in order.
func (c *counter) subjects(measure string) []string {
	met := map[string]bool{}
	for k := range c.counts {
		if k.measure == measure {
			met[k.subject] = true
		}
	}
	return slices.Sorted(maps.Keys(met))
}

func (c *counter) questions() []Question {
	var all []Question
	for _, fact := range c.subjects(measureQuestion) {
		parts, put := family([]int{c.of(measureQuestion, fact, partAnswered), c.of(measureQuestion, fact, partUnsure), c.of(measureQuestion, fact, partLeft)})
		all = append(all, Question{Fact: eligibility.FactID(fact), Put: put, Answered: parts[0], Unsure: parts[1], Left: parts[2]})
	}
	lost := func(q Question) int { return q.Left.number + q.Unsure.number }
	slices.SortStableFunc(all, func(a, b Question) int {
		return cmp.Or(lost(b)*max(a.Put.number, 1)-lost(a)*max(b.Put.number, 1), b.Put.number-a.Put.number)
	})
	return all
}

func (c *counter) rules() []Rule {
	met := map[[2]string]bool{}
	for k := range c.counts {
		if (k.measure == measureSole || k.measure == measureSeveral) && (c.filter.Program == "" || c.filter.Program == k.subject) {
			met[[2]string{k.subject, k.part}] = true
		}
	}
	var all []Rule
	for at := range met {
		parts, failed := family([]int{c.of(measureSole, at[0], at[1]), c.of(measureSeveral, at[0], at[1])})
		all = append(all, Rule{Slug: at[0], Criterion: at[1], Failed: failed, Sole: parts[0], Several: parts[1],
			RuledOut: figure(c.of(measureProgram, at[0], string(eligibility.Ineligible)))})
	}
	slices.SortFunc(all, func(a, b Rule) int {
		return cmp.Or(b.Failed.number-a.Failed.number, b.Sole.number-a.Sole.number, cmp.Compare(a.Slug, b.Slug), cmp.Compare(a.Criterion, b.Criterion))
	})
	return all
}

func (c *counter) languages() []Language {
	var all []Language
	for _, lang := range []string{"en", "es"} {
		in := func(part string) int {
			return c.sum(measureCheck, func(k key) bool { return k.part == part && k.lang == lang })
		}
		finished := in(partFinished)
		parts, started := family([]int{finished, in(partStarted) - finished})
		all = append(all, Language{Lang: lang, Started: started, Finished: parts[0], Left: parts[1]})
	}
	return all
}

func (c *counter) program(slug string) Program {
	begun, sent, ended := c.asked(slug)
	outcome := func(o eligibility.Outcome) Figure { return figure(c.of(measureProgram, slug, string(o))) }
	return Program{Slug: slug, Fits: outcome(eligibility.Eligible), Open: outcome(eligibility.Unknown), Out: outcome(eligibility.Ineligible),
		Begun: figure(begun), Sent: figure(sent), Ended: figure(ended)}
}
