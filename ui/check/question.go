package check

import (
	"slices"
	"strings"

	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/card"
	"accessdesk/ui/web"
)

// QuestionPage is one question of the check.
type QuestionPage struct {
	web.Problems
	Fact        string
	Title, Hint string
	Number      int // place in the check
	More        int // about how many follow
	Control     control
	Why         string
	Waiting     []string    // programs that this answer could still help to decide
	WaitingMore int         // of them not named
	Words       []card.Link // definitions for which the answer stands
	Back        string
	From        string // page to return to, "" to go on with the next question
	Tally       tally
	Answers     []answered
}

// Last is the number of questions as far as can be told: the end of the progress bar.
func (p QuestionPage) Last() int { return p.Number + p.More }

// returns are the pages to which a changed answer may lead back.
var returns = map[string]string{"answers": "/check/answers", "results": "/check/results", "found": "/check/found"}

// Question asks for one fact.
func Question(r *web.Request, tx *data.Tx) (web.Reply, error) {
	v, ok, err := loadVisit(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	fact, known := r.Desk().Vocabulary.Fact(eligibility.FactID(r.Param("fact")))
	if !known || fact.Ask != eligibility.AskCheck {
		return web.Reply{}, data.ErrNotFound
	}
	if !ok {
		return over(), nil
	}
	if address := questionAddress(fact.ID); address == "/check" {
		return web.Reply{Redirect: address}, nil
	}
	page := newQuestionPage(r, v, fact, newControl(r, v, fact), r.Query("from"))
	return web.Reply{Page: "public/question", Data: page}, nil
}

// AnswerQuestion keeps an answer and leads to the next open question, or back to where the person came from.
func AnswerQuestion(r *web.Request, tx *data.Tx) (web.Reply, error) {
	v, ok, err := loadVisit(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if !ok {
		return over(), nil
	}
	fact, known := v.fact(r.Param("fact"))
	if !known || questionAddress(fact.ID) == "/check" {
		return web.Reply{}, data.ErrNotFound
	}
	var value eligibility.Value
	if !r.Has("skip") {
		c := newControl(r, v, fact)
		var problem *web.Problem
		if value, problem = c.read(r, v); problem != nil {
			page := newQuestionPage(r, v, fact, c, r.Form("from"))
			page.Problems = web.Problems{*problem}
			return web.Reply{Status: 422, Page: "public/question", Data: page}, nil
		}
	}
	idle := v.Idle()
	v.reconsider(fact.ID)
	v.Answer(fact.ID, value)
	if err := v.save(r, tx); err != nil {
		return web.Reply{}, err
	}
	reply := web.Reply{Redirect: v.next()}
	if back, ok := returns[r.Form("from")]; ok {
		reply = web.Reply{Redirect: back, Flash: "check.saved"}
	}
	return v.sayIdle(r, reply, idle), nil
}

// sayIdle adds the message that earlier answers no longer count, if the change that was just made is why.
func (v *visit) sayIdle(r *web.Request, reply web.Reply, before []eligibility.FactID) web.Reply {
	var labels []string
	for _, id := range v.Idle() {
		if fact, ok := v.Vocabulary.Fact(id); ok && !slices.Contains(before, id) {
			labels = append(labels, fact.Label.In(r.Lang))
		}
	}
	if len(labels) > 0 {
		reply.Flash, reply.FlashArgs = "check.saved_idle", []any{"Answers", strings.Join(labels, "; ")}
	}
	return reply
}

// mostNamed is how many programs "Why we ask this" names.
const mostNamed = 6

func newQuestionPage(r *web.Request, v *visit, fact eligibility.Fact, c control, from string) QuestionPage {
	question, help := fact.Wording(v.Facts)
	page := QuestionPage{
		Fact: string(fact.ID), Title: question.In(r.Lang), Hint: help.In(r.Lang), Why: fact.Why.In(r.Lang),
		Control: c, Tally: v.tally(), Answers: v.answers(r), Back: "/check",
	}
	place := slices.Index(v.Path(), fact.ID)
	page.More = v.Left()
	if place < 0 {
		place = len(v.Path())
		page.More = max(0, page.More-1)
	}
	page.Number = place + 1
	switch {
	case place > 0:
		page.Back = questionAddress(v.Path()[place-1])
	case v.operator != "":
		page.Back = "/check/found"
	}
	if back, ok := returns[from]; ok {
		page.From, page.Back = from, back
	}
	waiting := v.Waiting(fact.ID)
	for _, program := range waiting[:min(mostNamed, len(waiting))] {
		page.Waiting = append(page.Waiting, program.Title.In(r.Lang))
	}
	page.WaitingMore = len(waiting) - len(page.Waiting)
	for _, d := range r.Site.Reference.Definitions {
		if d.Has(fact.ID) && d.Concerns(v.Sectors()) {
			page.Words = append(page.Words, card.ToDefinition(r, d))
		}
	}
	return page
}
