package check

import (
	"slices"

	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/ui/card"
	"accessdesk/ui/web"
)

// SectorsPage is the first page of the check: what the person's organization runs.
type SectorsPage struct {
	web.Problems
	Title, Hint, Why string
	Choices          []choice
	More             int    // about how many questions follow
	Going            string // next page of a check that this browser has begun, "" if there is none
	Find             bool   // the organization can be looked for in public records
	From             string
	Back             string
	Tally            tally
	Answers          []answered
	Waiting          []string // not used: this answer concerns nearly every program
	WaitingMore      int
	Words            []card.Link // not used either: a sector is no definition
}

// Number is the place of the page in the check.
func (p SectorsPage) Number() int { return 1 }

// Sectors asks for the sectors, all on one page. A browser that has begun a check sees its ticks and can go on.
func Sectors(r *web.Request, tx *data.Tx) (web.Reply, error) {
	v, begun, err := visitOrNew(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	page := newSectorsPage(r, v, r.Query("from"))
	if begun {
		page.Going = v.next()
	}
	editions, err := registry.Editions(tx)
	if err != nil {
		return web.Reply{}, err
	}
	page.Find = len(editions) > 0 && v.operator == "" && page.From == ""
	return web.Reply{Page: "public/check", Data: page}, nil
}

// AnswerSectors keeps the sectors: the first one ticked in the order of the vocabulary is the main one. It starts a
// check, or changes the one that this browser has begun and keeps its other answers.
func AnswerSectors(r *web.Request, tx *data.Tx) (web.Reply, error) {
	v, begun, err := visitOrNew(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	var sectors []string
	if !r.Has("skip") {
		var problem *web.Problem
		if sectors, problem = readSectors(r, v.Vocabulary); problem != nil {
			page := newSectorsPage(r, v, r.Form("from"))
			page.mark(r.FormAll("answer"))
			page.Problems = web.Problems{*problem}
			return web.Reply{Status: 422, Page: "public/check", Data: page}, nil
		}
	}
	idle := v.Idle()
	v.reconsider(eligibility.SectorFact)
	v.AnswerSectors(sectors)
	if err := v.save(r, tx); err != nil {
		return web.Reply{}, err
	}
	reply := web.Reply{Redirect: v.next()}
	if back, known := returns[r.Form("from")]; known {
		reply = web.Reply{Redirect: back, Flash: "check.saved"}
	}
	if !begun {
		return reply, nil
	}
	return v.sayIdle(r, reply, idle), nil
}

// readSectors gives the ticked sectors in the order of the vocabulary; none with "I'm not sure".
func readSectors(r *web.Request, vocabulary *eligibility.Vocabulary) ([]string, *web.Problem) {
	posted := r.FormAll("answer")
	var sectors []string
	for _, sector := range vocabulary.Sectors() {
		if slices.Contains(posted, sector) {
			sectors = append(sectors, sector)
		}
	}
	unsure := slices.Contains(posted, notSure)
	switch {
	case len(sectors) == 0 && !unsure:
		return nil, &web.Problem{Field: "answer", Text: r.L.T("check.problem_sectors")}
	case len(sectors) > 0 && unsure:
		return nil, &web.Problem{Field: "answer", Text: r.L.T("check.problem_alone")}
	}
	return sectors, nil
}

func newSectorsPage(r *web.Request, v *visit, from string) SectorsPage {
	fact, _ := v.Vocabulary.Fact(eligibility.SectorFact)
	page := SectorsPage{Title: fact.Question.In(r.Lang), Hint: fact.Help.In(r.Lang), Why: fact.Why.In(r.Lang), Back: "/",
		Tally: v.tally()}
	for _, value := range fact.Values {
		page.Choices = append(page.Choices, choice{Value: value.Value, Text: value.Label.In(r.Lang)})
	}
	page.Choices = append(page.Choices, choice{Value: notSure, Text: r.L.T("check.not_sure")})
	ids := control{Choices: page.Choices}
	ids.identify()
	if v.operator != "" {
		page.Back = "/check/found"
	}
	page.mark(v.Sectors())
	if v.Asked[eligibility.SectorFact] {
		page.Answers = v.answers(r)
		if len(v.Sectors()) == 0 {
			page.mark([]string{notSure})
		}
	}
	page.More = v.Left()
	if !v.Asked[eligibility.SectorFact] {
		page.More = max(0, page.More-1)
	}
	if back, ok := returns[from]; ok {
		page.From, page.Back = from, back
	}
	return page
}

// mark ticks the given values.
func (p *SectorsPage) mark(values []string) {
	for i := range p.Choices {
		p.Choices[i].Checked = slices.Contains(values, p.Choices[i].Value)
	}
}

// Last is the number of questions as far as can be told.
func (p SectorsPage) Last() int { return 1 + p.More }
