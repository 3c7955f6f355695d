package desk

import (
	"cmp"
	"slices"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/notify"
	"accessdesk/ui/grant"
	"accessdesk/ui/web"
)

// HomePage is what needs the person now for the organization that they act for, and what is under way.
type HomePage struct {
	Organization string
	Invited      []invited
	Fresh        bool // no application yet: two ways to begin
	ToDo         []toDo
	Sent         []row // with the reviewers
	With         []row // with the providers
	Access       []row
	Decided      []row
	Offer        bool // a mail when a program begins to fit, to who does not get it
}

// toDo is one thing that waits for the person.
type toDo struct {
	row
	Act   string // what the button says
	First bool   // the most pressing one
}

// mostDecided is how many decisions the page recalls; the list of applications has all.
const mostDecided = 5

// Home shows what needs the person now: questions first, then drafts, then access that ends soon.
func Home(r *web.Request, tx *data.Tx) (web.Reply, error) {
	applications, err := applicationsHere(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	page := HomePage{Fresh: len(applications) == 0, Organization: r.Acting().Organization.Name}
	choice, err := notify.ChoiceOf(tx, r.Person.Email, notify.KindFits)
	if err != nil {
		return web.Reply{}, err
	}
	page.Offer = !choice.Wanted && page.Organization != ""
	if page.Invited, err = invitations(r, tx); err != nil {
		return web.Reply{}, err
	}
	var decided []broker.Item
	for _, a := range applications {
		d, err := newDossier(r, tx, a)
		if err != nil {
			return web.Reply{}, err
		}
		page.addApplication(r, tx, d)
		decided = append(decided, slices.DeleteFunc(slices.Clone(a.Items), func(i broker.Item) bool { return !i.Over() || i.State == broker.ReadyToUse })...)
	}
	if err := page.addDecided(r, tx, decided); err != nil {
		return web.Reply{}, err
	}
	if err := page.addAccess(r, tx, r.Members[:min(1, len(r.Members))]); err != nil {
		return web.Reply{}, err
	}
	slices.SortStableFunc(page.ToDo, func(a, b toDo) int { return cmp.Compare(urgency(a), urgency(b)) })
	if len(page.ToDo) > 0 {
		page.ToDo[0].First = true
	}
	return web.Reply{Page: "desk/home", Data: page}, nil
}

// urgency orders the to-do list: questions, drafts, ends.
func urgency(t toDo) int {
	switch t.Pill.Tone {
	case "ask":
		return 0
	case "work":
		return 1
	}
	return 2
}

func (p *HomePage) addApplication(r *web.Request, tx *data.Tx, d dossier) {
	for _, one := range d.pieces {
		shown := row{Pill: statePill(r, one.Item), Title: one.program.Title.In(r.Lang), Text: stands(r, one.Item), Link: itemAddress(one.Item)}
		if one.IsPacket() {
			p.addPacket(r, tx, one, shown)
			continue
		}
		switch one.State {
		case broker.NeedsInfo:
			p.ToDo = append(p.ToDo, toDo{row: shown, Act: r.L.T("desk.home_answer")})
		case broker.Submitted, broker.InReview:
			p.Sent = append(p.Sent, shown)
		}
	}
	drafts := append(d.drafts(), d.preparing()...)
	if len(drafts) == 0 {
		return
	}
	tasks := newTasks(r, d)
	text := r.L.N("desk.application_tasks", len(tasks.rows), "Done", tasks.done) + " " + savedText(r, tx, d.Saved) + "."
	for _, one := range drafts {
		if window := one.program.Window.At(tx.Now); one.program.OpenAt(tx.Now) && !window.Closes.IsZero() {
			text += " " + r.L.T("desk.home_closes", "Program", one.program.Title.In(r.Lang), "Date", r.L.DateIn(window.LastMoment(), window.Zone()))
		}
	}
	p.ToDo = append(p.ToDo, toDo{Act: r.L.T("desk.home_finish"), row: row{Pill: pill{"work", r.L.T("status.draft")},
		Title: r.L.T("desk.application_title", "Reference", d.Reference), Text: text, Link: "/applications/" + d.ID}})
}

// addPacket puts a packet where it belongs: on the list of what to do when it waits for the person, else with the providers
// or, once it works, beside the access that was given here. One that is prepared stands under its application.
func (p *HomePage) addPacket(r *web.Request, tx *data.Tx, one piece, shown row) {
	switch one.State {
	case broker.NoReply:
		p.ToDo = append(p.ToDo, toDo{row: shown, Act: r.L.T("packet.home_no_reply")})
	case broker.Approved, broker.SetUp:
		shown.Pill.Tone = "new"
		p.ToDo = append(p.ToDo, toDo{row: shown, Act: r.L.T("packet.home_set_up")})
	case broker.Sent, broker.Acknowledged:
		p.With = append(p.With, shown)
	case broker.ReadyToUse:
		p.Access = append(p.Access, shown)
		if ends, err := time.Parse(time.DateOnly, one.EndsOn); err == nil && ends.Sub(tx.Now) <= endingSoon && ends.After(tx.Now.Add(-endingSoon)) {
			p.ToDo = append(p.ToDo, toDo{Act: r.L.T("packet.home_renew"), row: row{Pill: pill{"late", r.L.T("status.ending")}, Title: shown.Title,
				Text: r.L.T("desk.home_ending_text", "Date", r.L.Date(ends)), Link: shown.Link}})
		}
	}
}

func (p *HomePage) addDecided(r *web.Request, tx *data.Tx, items []broker.Item) error {
	slices.SortStableFunc(items, func(a, b broker.Item) int { return b.Decided.Compare(a.Decided) })
	for _, item := range items[:min(len(items), mostDecided)] {
		program, err := broker.Program(tx, r.Desk(), item)
		if err != nil {
			return err
		}
		p.Decided = append(p.Decided, row{Pill: statePill(r, item), Title: program.Title.In(r.Lang), Text: stands(r, item), Link: itemAddress(item)})
	}
	return nil
}

func (p *HomePage) addAccess(r *web.Request, tx *data.Tx, members []account.Membership) error {
	for _, member := range members {
		grants, err := access.OfOrganization(tx, member.Organization.ID)
		if err != nil {
			return err
		}
		for _, g := range grants {
			if g.StateAt(tx.Now).Over() {
				continue
			}
			line, err := grant.NewLine(r, tx, g)
			if err != nil {
				return err
			}
			shown := row{Pill: pill(line.Pill), Title: line.Title, Text: line.Text, Link: line.Link}
			p.Access = append(p.Access, shown)
			if g.EndsSoon(tx.Now) {
				p.ToDo = append(p.ToDo, toDo{Act: r.L.T("desk.home_ending"), row: row{Pill: shown.Pill, Title: shown.Title,
					Text: r.L.T("desk.home_ending_text", "Date", day(r, g.Ends)), Link: shown.Link}})
			}
		}
	}
	return nil
}
