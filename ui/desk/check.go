package desk

import (
	"slices"
	"strings"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// CheckPage shows everything once more before it is sent.
type CheckPage struct {
	web.Problems
	Application, Reference string
	Gaps                   []gap // what has to be answered before sending
	Open                   []gap // what is not known; it does not stand in the way
	Groups                 []answers
	Standing               []row
	Declarations           []form.Field
	Count                  int    // programs that it goes to
	Senders                string // who sends it, if the reader may not
}

// gap is something that is still missing.
type gap struct{ Label, Text, Link string }

// answers is a part of the page under a heading.
type answers struct {
	ID, Title, Seen string
	Rows            []answered
}

// Check shows all answers with links to change them, what is missing, and the declarations.
func Check(r *web.Request, tx *data.Tx) (web.Reply, error) {
	d, err := openDossier(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if len(d.drafts()) == 0 {
		return web.Reply{Redirect: "/applications/" + d.ID}, nil
	}
	page, err := newCheckPage(r, tx, d)
	return web.Reply{Page: "desk/check", Data: page}, err
}

func newCheckPage(r *web.Request, tx *data.Tx, d dossier) (CheckPage, error) {
	page := CheckPage{Application: d.ID, Reference: d.Reference}
	var err error
	if page.Senders, err = colleagues(r, tx, d.Organization.ID, account.Send); err != nil {
		return page, err
	}
	page.addFacts(r, d)
	for i, p := range d.drafts() {
		page.addAnswers(r, d, p, i)
	}
	for _, code := range broker.Declarations() {
		name := "declare_" + code
		label := r.L.T("desk."+name, "Organization", d.Organization.Name)
		page.Declarations = append(page.Declarations, form.Field{ID: name, Kind: form.Statement, Label: label, Value: r.Form(name)})
	}
	return page, page.addStanding(r, tx, d)
}

// addFacts lists the facts with the programs that read them.
func (p *CheckPage) addFacts(r *web.Request, d dossier) {
	drafts := d.drafts()
	g := answers{ID: "facts", Title: r.L.T("desk.facts_title"), Seen: r.L.T("desk.check_seen_all")}
	for _, n := range needs(r.Desk().Vocabulary, d.facts, drafts) {
		id := form.FactID(n.ID)
		one := answered{ID: id, Label: n.Label.In(r.Lang), Value: form.SayFact(r, d.facts, n.ID), Change: "/applications/" + d.ID + "/org?back=" + id + "#" + id, Open: n.open}
		if len(n.readers) < len(drafts) {
			one.Note = r.L.T("desk.check_seen_one", "Program", titles(r, drafts, n.readers))
		}
		if n.open {
			p.Open = append(p.Open, gap{Label: one.Label, Link: one.Change})
		}
		g.Rows = append(g.Rows, one)
	}
	if len(g.Rows) > 0 {
		p.Groups = append(p.Groups, g)
	}
}

// titles names programs by their slugs.
func titles(r *web.Request, pieces []piece, slugs []string) string {
	var names []string
	for _, p := range pieces {
		if slices.Contains(slugs, p.Slug) {
			names = append(names, p.program.Title.In(r.Lang))
		}
	}
	return strings.Join(names, ", ")
}

// addAnswers lists the answers to the questions of one program, and what is missing among them.
func (p *CheckPage) addAnswers(r *web.Request, d dossier, one piece, at int) {
	title := one.program.Title.In(r.Lang)
	g := answers{ID: "program-" + one.Slug, Title: title}
	for _, q := range one.asked {
		id := form.QuestionID(q.ID)
		shown := answered{ID: id, Label: q.Label.In(r.Lang), Value: form.SayAnswer(r, q, one.answers[q.ID]), Change: itemAddress(one.Item) + "?back=" + id + "#" + id}
		if needed := neededText(r, one.gaps, q.ID); needed != "" {
			shown.Open = true
			p.Gaps = append(p.Gaps, gap{Label: shown.Label, Text: title, Link: shown.Change})
			if shown.Value != "" {
				shown.Note = needed
			}
		}
		if at > 0 {
			shown.ID += "-" + one.Slug // two programs may ask a question of the same name
		}
		g.Rows = append(g.Rows, shown)
	}
	if len(g.Rows) > 0 {
		p.Groups = append(p.Groups, g)
	}
}

// addStanding says for each program whether it can be sent, and counts those that can.
func (p *CheckPage) addStanding(r *web.Request, tx *data.Tx, d dossier) error {
	ready, err := broker.Ready(tx, r.Desk(), d.Application)
	if err != nil {
		return err
	}
	for _, one := range d.drafts() {
		shown := row{Title: one.program.Title.In(r.Lang), Pill: fitPill(r, one)}
		refusal := ready[one.Slug]
		switch {
		case refusal == nil:
			p.Count++
		case one.decision.Outcome == eligibility.Ineligible:
			shown.Text = unmet(r, one)
		case refusal.Code != "incomplete":
			shown.Pill, shown.Text = pill{"no", r.L.T("desk.cannot_send")}, r.RefusalText(refusal)
		}
		p.Standing = append(p.Standing, shown)
	}
	return nil
}
