package desk

import (
	"errors"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// Submit sends every program of the application that can be sent, each on its own. Sending what is sent already leads to
// the same confirmation.
func Submit(r *web.Request, tx *data.Tx) (web.Reply, error) {
	d, err := openDossier(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	var declared []string
	for _, code := range broker.Declarations() {
		if r.Form("declare_"+code) != "" {
			declared = append(declared, code)
		}
	}
	results, err := broker.Submit(tx, r.Desk(), r.Actor(), d.Application, declared)
	confirmation := web.Reply{Redirect: "/applications/" + d.ID + "/sent"}
	if errors.Is(err, data.ErrConflict) && len(d.drafts()) == 0 {
		return confirmation, nil
	}
	problems, refused := r.Refused(err)
	if err != nil && !refused {
		return web.Reply{}, err
	}
	sent := 0
	for _, result := range results {
		if result.Refusal == nil {
			sent++
		}
	}
	if sent > 0 {
		return confirmation, nil
	}
	page, err := newCheckPage(r, tx, d)
	if err != nil {
		return web.Reply{}, err
	}
	page.refuse(r, d, problems, results)
	return web.Reply{Status: 422, Page: "desk/check", Data: page}, nil
}

// refuse says at each declaration that it is missing, and for each program why it was not sent.
func (p *CheckPage) refuse(r *web.Request, d dossier, problems web.Problems, results []broker.SubmitResult) {
	for _, problem := range problems {
		for i := range p.Declarations {
			if p.Declarations[i].ID == problem.Field {
				problem.Text = r.L.T("desk.problem_declare", "Label", p.Declarations[i].Label)
				p.Declarations[i].Problem = problem.Text
			}
		}
		p.Problems = append(p.Problems, problem)
	}
	for _, result := range results {
		one, err := d.piece(result.Item.Slug)
		if err != nil || result.Refusal == nil {
			continue
		}
		p.Problems = append(p.Problems, web.Problem{Text: one.program.Title.In(r.Lang) + ": " + r.RefusalText(result.Refusal)})
	}
}

// ToCheck leads from the address of the form to the page that it stands on.
func ToCheck(r *web.Request, tx *data.Tx) (web.Reply, error) {
	a, err := broker.FindApplication(tx, r.Actor(), r.Param("id"))
	return web.Reply{Redirect: "/applications/" + a.ID + "/check"}, err
}
