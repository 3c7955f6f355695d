// Package grant holds the pages of an access: what its holder sees and does, and what staff see and decide. One file per
// act. What may be done, by whom and when is decided in broker/access; a page only leaves out what would be refused.
//
// Staff see before they confirm exactly what will happen: the act is done, its mails are shown, and the transaction is rolled
// back. The confirmed form does the same again, on the same revision of the grant.
package grant

import (
	"time"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// Pill is a status: Tone chooses icon and color, Text says it.
type Pill struct{ Tone, Text string }

// Status says where an access stands.
func Status(r *web.Request, g access.Grant, now time.Time) Pill {
	switch g.StateAt(now) {
	case access.Pending:
		return Pill{"new", r.L.T("status.setup")}
	case access.Active:
		if g.EndsSoon(now) {
			return Pill{"soon", r.L.T("status.ending")}
		}
		return Pill{"ok", r.L.T("status.active")}
	case access.Suspended:
		return Pill{"late", r.L.T("status.suspended")}
	case access.Revoked:
		return Pill{"no", r.L.T("status.revoked")}
	}
	return Pill{"no", r.L.T("status.ended")}
}

// Line is an access in a list.
type Line struct {
	Pill        Pill
	Title, Text string
	Link        string
}

// NewLine says of an access what a list needs: the program, where it stands, and the day that matters.
func NewLine(r *web.Request, tx *data.Tx, g access.Grant) (Line, error) {
	program, err := programOf(r, tx, g)
	if err != nil {
		return Line{}, err
	}
	line := Line{Pill: Status(r, g, tx.Now), Title: program.TitleOf(g.Tier, r.Lang), Link: "/access/" + g.ID}
	switch state := g.StateAt(tx.Now); {
	case state == access.Pending:
		line.Text = r.L.T("grant.line_from", "Date", day(r, g.Starts))
	case state.Over():
		line.Text = r.L.T("grant.line_ended", "Date", day(r, stopped(g)))
	default:
		line.Text = r.L.T("grant.line_until", "Date", day(r, g.Ends))
	}
	return line, nil
}

// stopped is the first instant without access, also before the job has written it.
func stopped(g access.Grant) time.Time {
	if g.Stopped.IsZero() {
		return g.Ends
	}
	return g.Stopped
}

// programOf gives the program of a grant in the version whose terms hold.
func programOf(r *web.Request, tx *data.Tx, g access.Grant) (*catalog.Published, error) {
	return broker.Program(tx, r.Desk(), broker.Item{Slug: g.Slug, VersionID: g.VersionID})
}

// day writes the calendar date of an instant in the zone of the site.
func day(r *web.Request, t time.Time) string { return r.L.DateIn(t, r.Site.Zone) }

// safeguards says what a holder agreed to.
func safeguards(r *web.Request, list []catalog.Safeguard) []string {
	var texts []string
	for _, s := range list {
		texts = append(texts, r.L.T("safeguard."+string(s)))
	}
	return texts
}

// happening is a line of the history of a grant.
type happening struct{ Text, When, Who string }

// history says what happened to a grant, oldest first. who names the actor of an event.
func history(r *web.Request, tx *data.Tx, g access.Grant, who func(access.Event) (string, error)) ([]happening, error) {
	events, err := access.History(tx, g)
	if err != nil {
		return nil, err
	}
	var all []happening
	for _, e := range events {
		name, err := who(e)
		if err != nil {
			return nil, err
		}
		all = append(all, happening{r.L.T("grant.entry_" + e.Entry), r.L.DateTime(e.At, r.Site.Zone), name})
	}
	return all, nil
}
