package desk

import (
	"errors"
	"slices"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/web"
)

// FactsPage asks for the facts that the chosen programs read.
type FactsPage struct {
	web.Problems
	Application, Reference string
	Saved                  string
	Programs               int
	Open                   int  // not known yet
	Told                   bool // the page says what is open; saving goes on from here
	Revision               int64
	Back                   string // row of the check page to return to
	Groups                 []group
}

// group is a part of the form under a heading.
type group struct {
	ID, Title, Text string
	Fields          []field
}

// factForm is the facts page while it is read: each fact with its field.
type factForm struct {
	dossier
	needs  []need
	fields []field
}

// Facts shows the facts that the chosen programs read, with what is known filled in.
func Facts(r *web.Request, tx *data.Tx) (web.Reply, error) {
	form, err := openFacts(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if len(form.drafts()) == 0 {
		return web.Reply{Redirect: "/applications/" + form.ID}, nil
	}
	page := form.page(r, tx)
	page.Back = rowName(r.Query("back"))
	return web.Reply{Page: "desk/facts", Data: page}, nil
}

// SaveFacts keeps what can be read, complete or not, and says at the field what cannot.
func SaveFacts(r *web.Request, tx *data.Tx) (web.Reply, error) {
	form, err := openFacts(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if len(form.drafts()) == 0 {
		return web.Reply{}, data.Refuse("", "already_sent")
	}
	posted := slices.Clone(form.fields)
	facts, problems := form.read(r, posted)
	err = broker.SaveFacts(tx, r.Desk(), r.Actor(), form.Application, revisionOf(r), facts)
	if errors.Is(err, data.ErrConflict) {
		return form.conflict(r, posted)
	}
	if err != nil {
		return web.Reply{}, err
	}
	saved, err := openFacts(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if len(problems) > 0 {
		saved.keep(posted)
		page := saved.page(r, tx)
		page.Problems, page.Back = problems, rowName(r.Form("back"))
		return web.Reply{Status: 422, Keep: true, Page: "desk/facts", Data: page}, nil
	}
	return saved.next(r), nil
}

// next leads on: away, back to the row of the check page, to what is open on this page, or to the task list.
func (f factForm) next(r *web.Request) web.Reply {
	reply := web.Reply{Redirect: "/applications/" + f.ID, Flash: "desk.saved_done"}
	contacts := slices.ContainsFunc(f.needs, func(n need) bool { return n.open && n.contact })
	switch back := rowName(r.Form("back")); {
	case r.Has("leave"):
		return web.Reply{Redirect: "/home", Flash: "desk.saved_leave"}
	case back != "":
		return web.Reply{Redirect: "/applications/" + f.ID + "/check#row-" + back, Flash: "desk.saved"}
	case contacts && r.Form("told") == "":
		return web.Reply{Redirect: "/applications/" + f.ID + "/org?told=1"}
	case contacts:
		reply.Flash = "desk.saved"
	}
	return reply
}

func openFacts(r *web.Request, tx *data.Tx) (factForm, error) {
	d, err := openDossier(r, tx)
	if err != nil {
		return factForm{}, err
	}
	form := factForm{dossier: d, needs: needs(r.Desk().Vocabulary, d.facts, d.drafts())}
	for _, n := range form.needs {
		f := newFactField(r, n.Fact, d.facts)
		if n.open && d.Revision > 1 {
			f.Needed = r.L.T("desk.fact_open")
		}
		form.fields = append(form.fields, f)
	}
	return form, nil
}

// read reads the posted facts into the fields. Facts that were not on the posted page are left alone.
func (f factForm) read(r *web.Request, fields []field) (eligibility.Profile, web.Problems) {
	facts := eligibility.Profile{}
	var problems web.Problems
	shown := r.FormAll("shown")
	for i, n := range f.needs {
		if !slices.Contains(shown, string(n.ID)) {
			continue
		}
		if n.ID == eligibility.SectorFact {
			fields[i].readSectors(r, f.facts, facts)
			continue
		}
		value, ok := readFact(r, &fields[i], n.Fact, f.facts[n.ID])
		if !ok {
			problems = append(problems, web.Problem{Field: fields[i].ID, Text: fields[i].Problem})
			continue
		}
		facts[n.ID] = value
	}
	return facts, problems
}

// keep puts what was typed and cannot be read back into the fields of the page as it is now.
func (f *factForm) keep(posted []field) {
	for _, p := range posted {
		at := slices.IndexFunc(f.fields, func(one field) bool { return one.ID == p.ID })
		if p.Problem != "" && at >= 0 {
			f.fields[at] = p
		}
	}
}

func (f factForm) page(r *web.Request, tx *data.Tx) FactsPage {
	page := FactsPage{Application: f.ID, Reference: f.Reference, Programs: len(f.drafts()), Revision: f.Revision, Told: r.Query("told") != ""}
	contact := group{ID: "contact", Title: r.L.T("desk.facts_contact"), Text: r.L.T("desk.facts_contact_text")}
	rules := group{ID: "rules", Title: r.L.T("desk.facts_rules"), Text: r.L.T("desk.facts_rules_text")}
	for i, n := range f.needs {
		if n.contact {
			contact.Fields = append(contact.Fields, f.fields[i])
		} else {
			rules.Fields = append(rules.Fields, f.fields[i])
		}
		if n.open && f.Revision > 1 {
			page.Open++
		}
	}
	if f.Revision > 1 {
		page.Saved = savedText(r, tx, f.Application.Saved)
	}
	for _, g := range []group{contact, rules} {
		if len(g.Fields) > 0 {
			page.Groups = append(page.Groups, g)
		}
	}
	return page
}
