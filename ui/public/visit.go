package public

import (
	"slices"

	"accessdesk/broker"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

// visit is the check of one browser: what was answered so far, and how the listed programs stand for it. Nothing of
// it is stored but the answers; every page decides anew, so a changed rule shows at once.
type visit struct {
	screening  broker.Screening
	vocabulary *eligibility.Vocabulary
	programs   []*catalog.Published // listed, in the order of the catalog
	rules      []*eligibility.Ruleset
	decisions  []eligibility.Decision

	path []eligibility.FactID // the questions that the check asks for these answers, in order
	idle []eligibility.FactID // given answers that no longer count
}

// newVisit decides the listed programs for a screening.
func newVisit(r *web.Request, tx *data.Tx, screening broker.Screening) (*visit, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	v := &visit{screening: screening, vocabulary: r.Desk().Vocabulary, programs: snapshot.Listed()}
	if v.screening.Facts == nil {
		v.screening.Facts = eligibility.Profile{}
	}
	if v.screening.Asked == nil {
		v.screening.Asked = map[eligibility.FactID]bool{}
	}
	for _, program := range v.programs {
		v.rules = append(v.rules, program.Rules)
	}
	v.decide()
	return v, nil
}

// decide works out the decisions for the answers as they are now, and which of them count.
func (v *visit) decide() {
	v.decisions = eligibility.DecideAll(v.rules, v.screening.Facts)
	v.path = v.replay()
	v.idle = v.unused()
}

// fact finds a fact that the check may ask for.
func (v *visit) fact(id string) (eligibility.Fact, bool) {
	fact, ok := v.vocabulary.Fact(eligibility.FactID(id))
	return fact, ok && fact.Ask == eligibility.AskCheck
}

// answer keeps an answer; an unknown value is "not sure" or skipped.
func (v *visit) answer(id eligibility.FactID, value eligibility.Value) {
	v.screening.Asked[id] = true
	if value.Known() {
		v.screening.Facts[id] = value
	} else {
		delete(v.screening.Facts, id)
	}
	v.decide()
}

// next is the address of the next open question, or of the results when nothing is left to ask.
func (v *visit) next() string {
	question, ok := eligibility.NextQuestion(v.rules, v.screening.Facts, v.screening.Asked)
	if !ok {
		return "/check/results"
	}
	return questionAddress(question.Fact)
}

// questionAddress is the page that asks for a fact; all sectors are asked for on the first page.
func questionAddress(id eligibility.FactID) string {
	if id == eligibility.SectorFact || id == eligibility.AdditionalSectorsFact {
		return "/check"
	}
	return "/check/q/" + string(id)
}

// replay finds the questions that the check asks, in order, for the answers as they are now. An answer that the
// replay does not reach belongs to a question that is not asked any more, or was given on the results page.
func (v *visit) replay() []eligibility.FactID {
	facts, asked := eligibility.Profile{}, map[eligibility.FactID]bool{}
	var path []eligibility.FactID
	for {
		question, ok := eligibility.NextQuestion(v.rules, facts, asked)
		if !ok || !v.screening.Asked[question.Fact] {
			return path
		}
		path = append(path, question.Fact)
		taken := []eligibility.FactID{question.Fact}
		if question.Fact == eligibility.SectorFact { // asked on one page
			taken = append(taken, eligibility.AdditionalSectorsFact)
		}
		for _, id := range taken {
			asked[id] = true
			if value, known := v.screening.Facts[id]; known {
				facts[id] = value
			}
		}
	}
}

// unused lists the given answers that no longer count: their questions would not be asked now, and nothing would be
// another without them in a program for the operator's sectors. They are kept, because a change back makes them count
// again.
func (v *visit) unused() []eligibility.FactID {
	var idle []eligibility.FactID
	for _, fact := range v.vocabulary.Facts() {
		_, given := v.screening.Facts[fact.ID]
		if !given || fact.ID == eligibility.AdditionalSectorsFact || slices.Contains(v.path, fact.ID) {
			continue
		}
		without := v.screening.Facts.Clone()
		delete(without, fact.ID)
		if sameResults(v.decisions, eligibility.DecideAll(v.rules, without)) {
			idle = append(idle, fact.ID)
		}
	}
	return idle
}

func sameResults(a, b []eligibility.Decision) bool {
	return slices.EqualFunc(a, b, func(a, b eligibility.Decision) bool {
		if outside(a) && outside(b) {
			return true
		}
		return slices.EqualFunc(a.Criteria, b.Criteria, func(a, b eligibility.CriterionResult) bool { return a.Result == b.Result })
	})
}

// outside tells whether a program is not for the operator's sectors at all.
func outside(d eligibility.Decision) bool {
	return len(d.Criteria) > 0 && d.Criteria[0].ID == eligibility.GateID && d.Criteria[0].Result == eligibility.Unmet
}

// waiting lists the programs that an answer to this question could still help to decide.
func (v *visit) waiting(id eligibility.FactID) []*catalog.Published {
	without := v.screening.Facts.Clone()
	delete(without, id)
	var programs []*catalog.Published
	for i, decision := range eligibility.DecideAll(v.rules, without) {
		if slices.Contains(decision.Missing, id) {
			programs = append(programs, v.programs[i])
		}
	}
	return programs
}

// group tells where a program stands on the results page.
func (v *visit) group(tx *data.Tx, at int) catalog.Group {
	return v.programs[at].GroupAt(v.decisions[at].Outcome, tx.Now)
}

// tally counts the programs by how they stand, for the panel beside the questions.
type tally struct {
	Likely, Open, Out, Other, Total int
}

func (v *visit) tally(tx *data.Tx) tally {
	t := tally{Total: len(v.programs)}
	for i := range v.programs {
		switch v.group(tx, i) {
		case catalog.GroupLikely:
			t.Likely++
		case catalog.GroupOneMore:
			t.Open++
		case catalog.GroupNotNow:
			t.Out++
		default:
			t.Other++
		}
	}
	return t
}

// barWidth is the width of the bar of the panel in units of its picture.
const barWidth = 300

// Part is one piece of the bar.
type Part struct{ X, Width int }

// Parts cuts the bar in proportion to the counts: likely, open, others, ruled out.
func (t tally) Parts() [4]Part {
	var parts [4]Part
	if t.Total == 0 {
		return parts
	}
	before := 0
	for i, count := range []int{t.Likely, t.Open, t.Other, t.Out} {
		from, to := before*barWidth/t.Total, (before+count)*barWidth/t.Total
		parts[i] = Part{X: from, Width: to - from}
		before += count
	}
	return parts
}

// Cuts are the places where two pieces of the bar meet.
func (t tally) Cuts() []int {
	var cuts []int
	for _, part := range t.Parts() {
		if end := part.X + part.Width; part.Width > 0 && end < barWidth {
			cuts = append(cuts, end)
		}
	}
	return cuts
}

// answered is a given answer as lists show it.
type answered struct {
	Fact, Label, Value string
	Change             string // address of the page that changes it
	Given              bool   // false: skipped or not sure
}

// answers lists the questions of the path with their answers, and after them what was answered on the results page.
func (v *visit) answers(r *web.Request) []answered {
	var rows []answered
	for _, id := range v.path {
		rows = append(rows, v.row(r, id))
	}
	for _, fact := range v.vocabulary.Facts() {
		_, given := v.screening.Facts[fact.ID]
		listed := fact.ID == eligibility.AdditionalSectorsFact || slices.Contains(v.path, fact.ID) || slices.Contains(v.idle, fact.ID)
		if given && !listed {
			rows = append(rows, v.row(r, fact.ID))
		}
	}
	return rows
}

// idleAnswers lists the answers that no longer count.
func (v *visit) idleAnswers(r *web.Request) []answered {
	var rows []answered
	for _, id := range v.idle {
		rows = append(rows, v.row(r, id))
	}
	return rows
}

// row is one answer in the reader's language.
func (v *visit) row(r *web.Request, id eligibility.FactID) answered {
	fact, _ := v.vocabulary.Fact(id)
	value, given := v.screening.Facts[id]
	row := answered{Fact: string(id), Label: fact.Label.In(r.Lang), Change: questionAddress(id), Given: given,
		Value: v.vocabulary.Display(id, value, r.Lang)}
	if id == eligibility.SectorFact && given {
		row.Value = v.vocabulary.Display(eligibility.AdditionalSectorsFact, eligibility.Set(v.sectors()...), r.Lang)
	}
	if !given {
		row.Value = r.L.T("check.no_answer")
	}
	return row
}

// sectors lists everything that the operator runs.
func (v *visit) sectors() []string {
	var all []string
	if main, ok := v.screening.Facts[eligibility.SectorFact].Text(); ok {
		all = append(all, main)
	}
	more, _ := v.screening.Facts[eligibility.AdditionalSectorsFact].Items()
	return append(all, more...)
}

// OverPage says that there is no check to go on with.
type OverPage struct{}

// over is the page for a check that has ended or never began in this browser.
func over() web.Reply {
	return web.Reply{Status: fiber.StatusGone, Page: "public/check_over", Data: OverPage{}}
}
