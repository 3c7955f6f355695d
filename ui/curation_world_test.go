package ui_test

import (
	"testing"

	"accessdesk/broker/curation"
	"accessdesk/catalog"
	"accessdesk/catalog/publishing"
	"accessdesk/catalog/question"
	"accessdesk/data"
)

// The programs that somebody curates in the world: one has an open draft with things missing, one a draft that waits for a second
// person, one was begun here and never published.
const (
	draftedProgram = "demo-scanning"
	reviewProgram  = "demo-grant"
	begunProgram   = "begun-here"
)

// unfinishedRules have conditions that are not filled in, exclude each other, say nothing, or are more than rows can show.
var unfinishedRules = []catalog.Criterion{
	{ID: "unfinished", Title: catalog.Text{En: "Not finished"}, Expr: `__ && (population_served <= "few" || __ in memberships)`},
	{ID: "impossible", Title: catalog.Text{En: "No one can"}, Expr: `has_ot && !has_ot`},
	{ID: "twice", Title: catalog.Text{En: "Said twice"}, Expr: `meters < 5 && meters < 10`},
	{ID: "expert", Title: catalog.Text{En: "Sums"}, Expr: `total_assets + annual_budget < 5`},
	{ID: "mistake", Title: catalog.Text{En: "A slip"}, Expr: `meterz < 5`},
}

// The questions of the question bank in the world: one is asked by the program with the open draft, in words that differ by now; one is
// retired.
const (
	usedQuestion    = "work_hours"
	retiredQuestion = "oldest_device"
)

// curate lets the program managers write drafts.
func (w *world) curate(t testing.TB) {
	t.Helper()
	d := curation.Desk(w.desk, nil)
	first, second := w.people[manager].ID, w.people[insider].ID
	w.Write(t, func(tx *data.Tx) error {
		edit := func(slug, actor string, change func(*catalog.Offering)) (publishing.Draft, error) {
			draft, err := publishing.Begin(tx, d, actor, slug)
			if err != nil {
				return draft, err
			}
			o, err := draft.Offering()
			if err != nil {
				return draft, err
			}
			change(o)
			return publishing.Save(tx, d, draft.ID, draft.Revision, actor, o)
		}
		own, err := w.fillBank(tx, d, first)
		if err != nil {
			return err
		}
		_, err = edit(draftedProgram, first, func(o *catalog.Offering) {
			o.Questions = append(o.Questions, own)
			o.Summary.Es, o.Criteria[0].Citation, o.Tests[0].Outcome = "", "", catalog.TestIneligible
			o.Apply[0].Steps = append(o.Apply[0].Steps, catalog.Text{En: "Look at the list each week."})
		})
		if err != nil {
			return err
		}
		waiting, err := edit(reviewProgram, second, func(o *catalog.Offering) { o.DaysToDecide += 3 })
		if err != nil {
			return err
		}
		if _, err := publishing.Do(tx, d, publishing.Request{DraftID: waiting.ID, Revision: waiting.Revision, Act: publishing.ActSubmit, Actor: second, Words: "The notice gives them more time."}); err != nil {
			return err
		}
		_, err = publishing.New(tx, d, first, &catalog.Offering{Slug: begunProgram, Title: catalog.Text{En: "Begun here"}, Criteria: unfinishedRules})
		return err
	})
}

// fillBank puts two questions into the bank and gives one as a program has it that took it before its words changed.
func (w *world) fillBank(tx *data.Tx, d publishing.Desk, actor string) (own catalog.Question, err error) {
	text := func(en, es string) catalog.Text { return catalog.Text{En: en, Es: es} }
	used, err := question.Add(tx, d, actor, catalog.Question{ID: usedQuestion, Type: catalog.QuestionSeveral, Min: 1, Label: text("When does someone work?", "¿Cuándo trabaja alguien?"),
		Help: text("Choose all that fit.", "Elija todo lo que corresponda."), Options: []catalog.Option{{Value: "day", Label: text("By day", "De día")}, {Value: "night", Label: text("By night", "De noche")}}})
	if err != nil {
		return own, err
	}
	if own, err = used.Copy(&catalog.Offering{}); err != nil {
		return own, err
	}
	used.Label = text("When do people work there?", "¿Cuándo trabajan allí las personas?")
	if _, err := question.Save(tx, d, actor, 1, used.Question); err != nil {
		return own, err
	}
	if _, err := question.Add(tx, d, actor, catalog.Question{ID: retiredQuestion, Type: catalog.QuestionDate, Latest: "2026-12-31", Label: text("When was your oldest device bought?", "¿Cuándo se compró su aparato más viejo?")}); err != nil {
		return own, err
	}
	_, err = question.Retire(tx, d, actor, retiredQuestion, 1)
	return own, err
}

// curated are the addresses of a page about each program that somebody curates.
func curated(page string) func(*world) []string {
	return addresses("/staff/catalog/"+reviewProgram+page, "/staff/catalog/"+begunProgram+page, "/staff/catalog/"+modelProgram+page)
}
