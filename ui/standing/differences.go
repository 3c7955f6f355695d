package standing

import (
	"errors"
	"slices"

	"accessdesk/broker/proof"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/web"
)

// DifferencesPage asks about every answer that differs from the record.
type DifferencesPage struct {
	web.Problems
	Organization string // id
	Name         string
	Address      string // where the form goes
	Back         string
	Record       string // name of the record
	Edit         bool
	Asked        []asked
}

// asked is a difference with what can be said about it.
type asked struct {
	Said
	Field, TextField, Seen string // ids of the choice and the explanation, mark of the two values
	Choice, Typed          string
	Problem, TextProblem   string
	Take                   string // "Use 25 beds"
	Keep                   string
}

// The choices of a difference.
const (
	keepIt = "keep"
	takeIt = "take"
	later  = "later"
)

// OfOrganization shows the differences of the organization that the person acts for.
func OfOrganization(r *web.Request, tx *data.Tx) (web.Reply, error) {
	s, redirect, err := acting(r, tx)
	if err != nil || redirect != "" {
		return web.Reply{Redirect: redirect}, err
	}
	return show(r, tx, s)
}

// SettleOrganization keeps what was chosen there.
func SettleOrganization(r *web.Request, tx *data.Tx) (web.Reply, error) {
	s, redirect, err := acting(r, tx)
	if err != nil || redirect != "" {
		return web.Reply{Redirect: redirect}, err
	}
	return settle(r, tx, s)
}

// OfApplication shows the differences of the organization of an application.
func OfApplication(r *web.Request, tx *data.Tx) (web.Reply, error) {
	s, err := applying(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	return show(r, tx, s)
}

// SettleApplication keeps what was chosen there.
func SettleApplication(r *web.Request, tx *data.Tx) (web.Reply, error) {
	s, err := applying(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	return settle(r, tx, s)
}

func show(r *web.Request, tx *data.Tx, s subject) (web.Reply, error) {
	page, err := newDifferencesPage(r, tx, s)
	return web.Reply{Page: "standing/differences", Data: page}, err
}

func newDifferencesPage(r *web.Request, tx *data.Tx, s subject) (DifferencesPage, error) {
	page := DifferencesPage{Organization: s.Organization.ID, Name: s.Organization.Name, Address: s.back + "/differences", Back: s.back, Edit: needEdit(r, tx, s) == nil}
	v := r.Desk().Vocabulary
	now, err := proof.Of(tx, v, s.Organization.ID)
	if err != nil {
		return page, err
	}
	page.Record = now.Record.Name
	for _, d := range now.Differences {
		one := asked{Field: "choice-" + string(d.Fact), TextField: "explanation-" + string(d.Fact), Choice: later,
			Keep: r.L.T("standing.keep", "Value", v.Display(d.Fact, d.Stated, r.Lang)), Take: r.L.T("standing.take", "Value", v.Display(d.Fact, d.Register, r.Lang))}
		if one.Said, err = Words(r, tx, d); err == nil {
			one.Seen, err = d.Seen(v)
		}
		if err != nil {
			return page, err
		}
		if d.Kept != nil {
			one.Choice, one.Typed = keepIt, d.Kept.Explanation
		}
		page.Asked = append(page.Asked, one)
	}
	return page, nil
}

// settle keeps what was chosen. What was left for now stays open; the application goes on all the same.
func settle(r *web.Request, tx *data.Tx, s subject) (web.Reply, error) {
	if err := needEdit(r, tx, s); err != nil {
		return web.Reply{}, err
	}
	choices, problems := posted(r)
	if len(problems) == 0 {
		err := proof.Answer(tx, r.Desk().Vocabulary, s.Organization.ID, r.Person.ID, choices)
		refused, ok := r.Refused(err)
		switch {
		case ok:
			problems = refused
		case errors.Is(err, data.ErrConflict):
			problems = web.Problems{{Text: r.L.T("standing.changed")}}
		case err != nil:
			return web.Reply{}, err
		default:
			return web.Reply{Redirect: s.back, Flash: "standing.saved"}, nil
		}
	}
	page, err := newDifferencesPage(r, tx, s)
	page.Problems = problems
	page.typed(r)
	return web.Reply{Status: 422, Page: "standing/differences", Data: page}, err
}

// posted reads the choices. An explanation belongs to an answer that is kept, so that none gets lost.
func posted(r *web.Request) (choices []proof.Choice, problems web.Problems) {
	for _, id := range r.FormAll("fact") {
		choice, text := r.Form("choice-"+id), r.Form("explanation-"+id)
		switch {
		case choice == takeIt:
			choices = append(choices, proof.Choice{Fact: eligibility.FactID(id), Seen: r.Form("seen-" + id), Take: true})
		case choice == keepIt:
			choices = append(choices, proof.Choice{Fact: eligibility.FactID(id), Seen: r.Form("seen-" + id), Explanation: text})
		case text != "":
			problems = append(problems, web.Problem{Field: "choice-" + id, Text: r.L.T("standing.explains_kept")})
		}
	}
	return choices, problems
}

// typed puts what was chosen and typed back, where the difference is still the same.
func (page *DifferencesPage) typed(r *web.Request) {
	for i := range page.Asked {
		one := &page.Asked[i]
		if r.Form("seen-"+one.Fact) != one.Seen {
			continue
		}
		if choice := r.Form(one.Field); slices.Contains([]string{keepIt, takeIt, later}, choice) {
			one.Choice = choice
		}
		one.Typed = r.Form(one.TextField)
		one.Problem, one.TextProblem = page.Problems.At(one.Field), page.Problems.At(one.TextField)
	}
}
