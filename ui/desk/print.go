package desk

import (
	"strings"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/ui/elsewhere"
	"accessdesk/ui/web"
)

// PrintPage is a whole application on paper: every program with where it stands, what was sent and what was said.
type PrintPage struct {
	ID, Reference, Organization, Printed string
	Items                                []StatusPage
}

// Print shows everything that is kept of an application, in an order for paper.
func Print(r *web.Request, tx *data.Tx) (web.Reply, error) {
	a, err := broker.FindApplication(tx, r.Actor(), r.Param("id"))
	if err != nil {
		return web.Reply{}, err
	}
	page := PrintPage{ID: a.ID, Reference: a.Reference, Organization: a.Organization.Name, Printed: moment(r, tx.Now)}
	for _, item := range a.Items {
		one, err := statusPage(r, tx, a.ID, item.Slug)
		if err != nil {
			return web.Reply{}, err
		}
		if item.Unsent() {
			if err := one.addDraft(r, tx, a, item); err != nil {
				return web.Reply{}, err
			}
		}
		if item.IsPacket() {
			if err := one.addTrack(r, tx, a, item); err != nil {
				return web.Reply{}, err
			}
		}
		page.Items = append(page.Items, one)
	}
	return web.Reply{Page: "desk/print", Data: page}, nil
}

// addTrack shows where a packet has been, with what was noted.
func (p *StatusPage) addTrack(r *web.Request, tx *data.Tx, a broker.Application, item broker.Item) error {
	track, err := elsewhere.Track(r, tx, a, item)
	for _, one := range track {
		shown := step{Title: one.Title, When: one.When, Text: one.Note, Done: one.Done, Now: one.Now}
		if one.Who != "" {
			shown.Text = strings.TrimSpace(shown.Text + "\n" + r.L.T("packet.track_by", "Who", one.Who))
		}
		p.Steps = append(p.Steps, shown)
	}
	return err
}

// addDraft shows the answers of an item that was not sent, as they are now.
func (p *StatusPage) addDraft(r *web.Request, tx *data.Tx, a broker.Application, item broker.Item) error {
	d, err := newDossier(r, tx, a)
	if err != nil {
		return err
	}
	one, err := d.piece(item.Slug)
	if err == nil {
		p.answersOf(r, one.program, d.facts, one.answers, one)
	}
	return err
}
