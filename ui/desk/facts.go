package desk

import (
	"slices"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/questionnaire"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/elsewhere"
	"accessdesk/ui/form"
	"accessdesk/ui/standing"
	"accessdesk/ui/web"
)

// FactsPage asks for the facts that the chosen programs read.
type FactsPage struct {
	web.Problems
	Application, Reference string
	Saved                  string
	Programs               int
	Open                   int  // not known yet
	Told                   bool // the page leads with what is open; saving goes on from here
	Revision               string
	Back                   string // row of the check page to return to
	Packet                 string // slug of the packet to return to
	Writers                string // who can change it, for a reader who cannot
	Groups                 []group
	Differ                 standing.Told // from the public record
}

// group is a part of the form under a heading.
type group struct {
	ID, Title, Text string
	Fields          []form.Field
}

// factForm is the facts page: each fact that the programs read, with its field.
type factForm struct {
	dossier
	needs    []need
	fields   []form.Field
	revision string // of what the form shows, whoever changes it
}

// Facts shows the facts that the chosen programs read, with what is known filled in.
func Facts(r *web.Request, tx *data.Tx) (web.Reply, error) {
	d, err := openDossier(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	sheet, err := newFacts(r, d)
	if err != nil {
		return web.Reply{}, err
	}
	if len(sheet.editable()) == 0 {
		return web.Reply{Redirect: "/applications/" + sheet.ID}, nil
	}
	page := sheet.page(r, tx)
	page.Back, page.Told, page.Packet = rowName(r.Query("back")), r.Query("told") != "", sheet.packetOf(r.Query("packet"))
	if page.Writers, err = colleagues(r, tx, d.Organization.ID, account.Write); err == nil {
		page.Differ, err = standing.Tell(r, tx, d.proof, "/applications/"+d.ID+"/differences")
	}
	return web.Reply{Page: "desk/facts", Data: page}, err
}

// SaveFacts keeps what can be read, complete or not, and says at the field what cannot.
func SaveFacts(r *web.Request, tx *data.Tx) (web.Reply, error) {
	d, err := openToWrite(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	sheet, err := newFacts(r, d)
	if err != nil {
		return web.Reply{}, err
	}
	if len(sheet.editable()) == 0 {
		return web.Reply{}, data.Refuse("", "already_sent")
	}
	facts, problems := sheet.read(r)
	if stale := r.Form("revision") != sheet.revision; stale || form.Resolving(r) {
		page, err := sheet.conflict(r, tx, facts)
		switch {
		case err != nil:
			return web.Reply{}, err
		case stale && len(page.Differences) == 0: // the two versions say the same
			return sheet.next(r), nil
		case stale, page.Undecided(r):
			return page.Reply(), nil
		}
		sheet.takeTheirs(r, facts)
	}
	if err := broker.SaveFacts(tx, r.Desk(), r.Actor(), sheet.Application, sheet.shown(), r.Form("revision"), facts); err != nil {
		return web.Reply{}, err
	}
	if d, err = openDossier(r, tx); err != nil {
		return web.Reply{}, err
	}
	saved, err := newFacts(r, d)
	if err != nil {
		return web.Reply{}, err
	}
	if len(problems) > 0 {
		saved.keep(sheet.fields)
		page := saved.page(r, tx)
		page.Problems, page.Back, page.Packet = problems, rowName(r.Form("back")), saved.packetOf(r.Form("packet"))
		return web.Reply{Status: 422, Keep: true, Page: "desk/facts", Data: page}, nil
	}
	return saved.next(r), nil
}

// next leads on: away, back to the row of the check page, once to what is open on this page, then to the task list.
func (f factForm) next(r *web.Request) web.Reply {
	contacts := slices.ContainsFunc(f.needs, func(n need) bool { return n.open && n.contact })
	switch back, packet := rowName(r.Form("back")), f.packetOf(r.Form("packet")); {
	case r.Has("leave"):
		return web.Reply{Redirect: "/home", Flash: "desk.saved_leave"}
	case packet != "":
		item, _ := f.Item(packet)
		return web.Reply{Redirect: elsewhere.Answers(item), Flash: "desk.saved"}
	case back != "":
		return web.Reply{Redirect: backToRow(f.ID, back), Flash: "desk.saved"}
	case contacts && !r.Has("told"):
		return web.Reply{Redirect: "/applications/" + f.ID + "/org?told=1"}
	case contacts:
		return web.Reply{Redirect: "/applications/" + f.ID, Flash: "desk.saved"}
	}
	return web.Reply{Redirect: "/applications/" + f.ID, Flash: "desk.saved_done"}
}

// packetOf gives a slug back if it is that of a packet of the application, where the person came from.
func (d dossier) packetOf(slug string) string {
	if item, ok := d.Item(slug); ok && item.IsPacket() {
		return slug
	}
	return ""
}

func newFacts(r *web.Request, d dossier) (factForm, error) {
	sheet := factForm{dossier: d, needs: needs(r.Desk().Vocabulary, d.facts, d.editable())}
	for _, n := range sheet.needs {
		f := form.NewFact(r, n.Fact, d.facts)
		if n.open && d.Revision > 1 {
			f.Needed = r.L.T("desk.fact_open")
		}
		sheet.fields = append(sheet.fields, f)
	}
	var err error
	sheet.revision, err = questionnaire.FactsRevision(r.Desk().Vocabulary, d.Revision, d.facts, sheet.shown())
	return sheet, err
}

// shown lists the facts of the form; all sectors are one answer.
func (f factForm) shown() []eligibility.FactID {
	var ids []eligibility.FactID
	for _, n := range f.needs {
		if ids = append(ids, n.ID); n.ID == eligibility.SectorFact {
			ids = append(ids, eligibility.AdditionalSectorsFact)
		}
	}
	return ids
}

// read reads the posted facts into the fields and gives those that can be read.
func (f factForm) read(r *web.Request) (eligibility.Profile, web.Problems) {
	facts := eligibility.Profile{}
	var problems web.Problems
	for i, n := range f.needs {
		switch {
		case !onForm(r, string(n.ID)):
		case n.ID == eligibility.SectorFact:
			f.fields[i].ReadSectors(r, f.facts, facts)
		default:
			value, ok := form.ReadFact(r, &f.fields[i], n.Fact, f.facts[n.ID])
			if !ok {
				problems = append(problems, web.Problem{Field: f.fields[i].ID, Text: f.fields[i].Problem})
				continue
			}
			facts[n.ID] = value
		}
	}
	return facts, problems
}

// conflict shows what was saved meanwhile beside what was posted, here or in the profile of the organization, with who saved
// it last.
func (f factForm) conflict(r *web.Request, tx *data.Tx, posted eligibility.Profile) (form.Conflict, error) {
	page := form.Conflict{Address: r.Path(), Revision: f.revision, Back: rowName(r.Form("back"))}
	history, err := account.FactHistory(tx, r.Desk().Vocabulary, f.Organization.ID)
	if err != nil {
		return page, err
	}
	var last account.Entry
	for i, n := range f.needs {
		mine, readable := posted[n.ID]
		differed := len(page.Differences)
		switch {
		case !onForm(r, string(n.ID)):
		case !readable:
			page.Differ(r, f.fields[i], form.SayFact(r, f.facts, n.ID), f.fields[i].Value)
		case !f.same(posted, n.ID, mine):
			page.Differ(r, f.fields[i], form.SayFact(r, f.facts, n.ID), form.SayFact(r, posted, n.ID))
		}
		if entries := history[n.ID]; len(page.Differences) > differed && len(entries) > 0 && entries[0].From.After(last.From) {
			last = entries[0]
		}
	}
	page.Carry(r, slices.DeleteFunc(slices.Clone(f.fields), func(one form.Field) bool { return !onForm(r, one.Key) }))
	if last.By == "" {
		return page, nil
	}
	page.When = moment(r, last.From)
	return page, page.SavedBy(r, tx, last.By)
}

// same compares a posted fact with the stored one; all sectors are one answer.
func (f factForm) same(posted eligibility.Profile, id eligibility.FactID, mine eligibility.Value) bool {
	if id == eligibility.SectorFact && !posted[eligibility.AdditionalSectorsFact].Equal(f.facts[eligibility.AdditionalSectorsFact]) {
		return false
	}
	return mine.Equal(f.facts[id])
}

// takeTheirs leaves alone what the person chose to keep as it was saved.
func (f factForm) takeTheirs(r *web.Request, facts eligibility.Profile) {
	for i, n := range f.needs {
		if !form.TookTheirs(r, f.fields[i].ID) {
			continue
		}
		delete(facts, n.ID)
		if n.ID == eligibility.SectorFact {
			delete(facts, eligibility.AdditionalSectorsFact)
		}
	}
}

// keep puts what was typed and cannot be read back into the fields of the page as it is now.
func (f factForm) keep(posted []form.Field) {
	for _, p := range posted {
		at := slices.IndexFunc(f.fields, func(one form.Field) bool { return one.ID == p.ID })
		if p.Problem != "" && at >= 0 {
			f.fields[at] = p
		}
	}
}

func (f factForm) page(r *web.Request, tx *data.Tx) FactsPage {
	page := FactsPage{Application: f.ID, Reference: f.Reference, Programs: len(f.editable()), Revision: f.revision}
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
