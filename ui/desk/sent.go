package desk

import (
	"time"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// SentPage confirms what was sent.
type SentPage struct {
	ID, Reference, When string
	Programs            []program
	Left                []program // not sent, with the reason
	Yours               []program // packets, which the person sends
}

// Sent confirms with the reference what was sent, and says for each program what happens next and by when.
func Sent(r *web.Request, tx *data.Tx) (web.Reply, error) {
	d, err := openDossier(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	ready, err := broker.Ready(tx, r.Desk(), d.Application)
	if err != nil {
		return web.Reply{}, err
	}
	page := SentPage{ID: d.ID, Reference: d.Reference}
	var last time.Time
	for _, p := range d.pieces {
		shown := program{Provider: p.program.Provider.Name, row: row{Title: p.program.Title.In(r.Lang), Pill: statePill(r, p.Item), Text: stands(r, p.Item), Link: itemAddress(p.Item)}}
		if p.State == broker.Draft {
			shown.Text = r.L.T("desk.sent_left_ready")
			if refusal := ready[p.Slug]; refusal != nil {
				shown.Text = r.RefusalText(refusal)
			}
			page.Left = append(page.Left, shown)
			continue
		}
		if p.State == broker.Preparing {
			shown.Text = r.L.T("packet.sent_left")
			page.Yours = append(page.Yours, shown)
		}
		if p.Submitted.IsZero() {
			continue
		}
		if p.State == broker.Submitted {
			shown.Text = r.L.T("desk.sent_next_text", "Date", day(r, p.Due))
		}
		if p.Submitted.After(last) {
			last = p.Submitted
		}
		page.Programs = append(page.Programs, shown)
	}
	if len(page.Programs) == 0 {
		return web.Reply{Redirect: "/applications/" + d.ID}, nil
	}
	page.When = moment(r, last)
	return web.Reply{Page: "desk/sent", Data: page}, nil
}
