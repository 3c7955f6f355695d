package check

import (
	"accessdesk/broker"
	"accessdesk/broker/screening"
	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

// visit is the check of one browser: what was answered so far, and how the listed programs stand for it. Nothing of it is stored
// but the answers; every page decides anew, so a changed rule shows at once.
type visit struct {
	*screening.Check
	token    string               // of the stored check, "" if it is not stored yet
	operator string               // the organization that was picked in the public registers, "" for none
	kept     []eligibility.FactID // answers that stay though the register says otherwise
}

// newVisit decides the listed programs for a stored check, or for a fresh one.
func newVisit(r *web.Request, tx *data.Tx, stored broker.Screening) (*visit, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	check := screening.New(r.Desk().Vocabulary, snapshot.Listed(), stored.Facts, stored.Asked, tx.Now)
	if check.Shares, err = r.Desk().Shares.Shares(tx); err != nil {
		return nil, err
	}
	places, err := seat.All(tx, snapshot.Listed())
	if err != nil {
		return nil, err
	}
	check.Seats(places)
	return &visit{Check: check, token: stored.Token, operator: stored.Operator, kept: stored.Kept}, nil
}

// Decided gives how the listed programs stand for the answers of this browser, for the list of programs; false if there is no check.
func Decided(r *web.Request, tx *data.Tx) (*screening.Check, bool, error) {
	v, ok, err := loadVisit(r, tx)
	if err != nil || !ok {
		return nil, false, err
	}
	return v.Check, true, nil
}

// fact finds a fact that the check may ask for.
func (v *visit) fact(id string) (eligibility.Fact, bool) {
	fact, ok := v.Vocabulary.Fact(eligibility.FactID(id))
	return fact, ok && v.MayAsk(fact.ID)
}

// next is the address of the next question, or of the results when the check is over.
func (v *visit) next() string {
	question, more := v.Next()
	if !more {
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

// tally counts the programs by how they stand, for the panel beside the questions.
type tally struct {
	Likely, Open, Out, Other, Total int
}

func (v *visit) tally() tally {
	t := tally{Likely: v.Count(catalog.GroupLikely), Open: v.Count(catalog.GroupOneMore), Out: v.Count(catalog.GroupNotNow), Total: len(v.Programs)}
	t.Other = t.Total - t.Likely - t.Open - t.Out
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
	Source             string // the register that says it and its edition, "" for an answer
	Change             string // address of the page that changes it, "" for what the check does not ask
	Given              bool   // false: skipped or not sure
}

// answers lists the questions that were put and count, with their answers.
func (v *visit) answers(r *web.Request) []answered { return v.rows(r, v.Counted()) }

// idleAnswers lists the answers that no longer count.
func (v *visit) idleAnswers(r *web.Request) []answered { return v.rows(r, v.Idle()) }

func (v *visit) rows(r *web.Request, ids []eligibility.FactID) []answered {
	var rows []answered
	for _, id := range ids {
		rows = append(rows, v.row(r, id))
	}
	return rows
}

// row is one answer in the reader's language.
func (v *visit) row(r *web.Request, id eligibility.FactID) answered {
	fact, _ := v.Vocabulary.Fact(id)
	value, given := v.Facts[id]
	row := answered{Fact: string(id), Label: fact.Label.In(r.Lang), Given: given, Value: v.Vocabulary.Display(id, value, r.Lang)}
	if v.MayAsk(id) {
		row.Change = questionAddress(id)
	}
	if value.Evidence == eligibility.Register {
		row.Source = r.L.Register(value.Source, value.AsOf)
	}
	if id == eligibility.SectorFact && given {
		row.Value = v.Vocabulary.Display(eligibility.AdditionalSectorsFact, eligibility.Set(v.Sectors()...), r.Lang)
	}
	if !given {
		row.Value = r.L.T("check.no_answer")
	}
	return row
}

// OverPage says that there is no check to go on with.
type OverPage struct{}

// over is the page for a check that has ended or never began in this browser.
func over() web.Reply {
	return web.Reply{Status: fiber.StatusGone, Page: "public/check_over", Data: OverPage{}}
}
