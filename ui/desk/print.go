package desk

import (
	"strings"

	"accessdesk/broker"
	"accessdesk/broker/progress"
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
		one, err := paperOf(r, tx, a, item)
		if err != nil {
			return web.Reply{}, err
		}
		page.Items = append(page.Items, one)
	}
	return web.Reply{Page: "desk/print", Data: page}, nil
}

// paperOf is one program on paper. What became of a packet its provider decided, not this desk: it has its own steps, and the
// answers as they were sent.
func paperOf(r *web.Request, tx *data.Tx, a broker.Application, item broker.Item) (StatusPage, error) {
	page, err := statusPage(r, tx, a.ID, item.Slug)
	if err == nil && item.Unsent() {
		err = page.addDraft(r, tx, a, item)
	}
	if err == nil && item.IsPacket() {
		page.Decision, page.Steps, page.Next = nil, nil, ""
		err = page.addTrack(r, tx, a, item)
		if err == nil && !item.Unsent() {
			err = page.addSent(r, tx, item)
		}
	}
	return page, err
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

// addSent shows the answers of a packet as it was sent.
func (p *StatusPage) addSent(r *web.Request, tx *data.Tx, item broker.Item) error {
	program, err := broker.Program(tx, r.Desk(), item)
	if err != nil {
		return err
	}
	sent, ok, err := progress.AsSent(tx, r.Desk().Vocabulary, item.ID)
	if err == nil && ok {
		p.answersOf(r, program, sent.Facts, sent.Answers, piece{Item: item, program: program, decision: program.Rules.Decide(sent.Facts)})
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
