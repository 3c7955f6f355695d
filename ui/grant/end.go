package grant

import (
	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/data"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// EndPage asks for confirmation before the holder ends an access.
type EndPage struct {
	web.Problems
	ID, Title, Provider, Reference, Ends string
	Revision                             int64
	Choice                               form.Field
}

// AskEnd asks whether to end an access before its time. There is nothing to ask about one that is over.
func AskEnd(r *web.Request, tx *data.Tx) (web.Reply, error) {
	h, err := findHeld(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if h.StateAt(tx.Now).Over() {
		return web.Reply{Redirect: "/access/" + h.ID}, nil
	}
	return web.Reply{Page: "desk/access_end", Data: newEndPage(r, h)}, nil
}

// End ends an access at once, or nothing if the person thought better of it.
func End(r *web.Request, tx *data.Tx) (web.Reply, error) {
	h, err := findHeld(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	page := newEndPage(r, h)
	switch r.Form("choice") {
	case form.No:
		return web.Reply{Redirect: "/access/" + h.ID, Flash: "grant.flash_kept"}, nil
	case form.Yes:
		_, err := broker.ActOnGrant(tx, r.Desk(), r.Actor(), h.ID, access.ActRequest{Act: access.ActGiveUp, Revision: revision(r)})
		if page.Problems, _ = r.Refused(err); len(page.Problems) == 0 {
			return web.Reply{Redirect: "/access/" + h.ID, Flash: "grant.flash_given_up"}, err
		}
	default:
		page.Choice.Problem = r.L.T("grant.end_problem")
		page.Problems = web.Problems{{Field: page.Choice.ID, Text: page.Choice.Problem}}
	}
	return web.Reply{Status: 422, Page: "desk/access_end", Data: page}, nil
}

func newEndPage(r *web.Request, h held) EndPage {
	page := EndPage{ID: h.ID, Title: h.title(r), Provider: h.program.Provider.Name, Reference: h.Reference, Ends: day(r, h.Ends), Revision: h.Revision}
	page.Choice = form.Field{ID: "choice", Kind: form.Radios, Label: r.L.T("grant.end_question")}
	page.Choice.Offer(form.Yes, r.L.T("grant.end_yes"), false)
	page.Choice.Offer(form.No, r.L.T("grant.end_no"), false)
	return page
}
