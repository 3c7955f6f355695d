package grant

import (
	"strconv"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/data"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// RenewPage asks for confirmation before the holder asks for a renewal: until when it would last, and on which terms.
type RenewPage struct {
	web.Problems
	ID, Title, Provider, Reference, Ends, NewEnds string
	Safeguards                                    []string
	Revision                                      int64
	Accept                                        form.Field
}

// AskRenewal shows what a renewal would mean. A grant that cannot be renewed now says so on its own page.
func AskRenewal(r *web.Request, tx *data.Tx) (web.Reply, error) {
	h, err := findHeld(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	state := h.StateAt(tx.Now)
	running := state == access.Active || state == access.Suspended
	if !running || !h.Renewable || h.Renewal != access.RenewalNone || tx.Now.Before(h.RenewFrom()) {
		return web.Reply{Redirect: "/access/" + h.ID}, nil
	}
	page, err := newRenewPage(r, tx, h)
	return web.Reply{Page: "desk/access_renew", Data: page}, err
}

// Renew asks the program for a renewal.
func Renew(r *web.Request, tx *data.Tx) (web.Reply, error) {
	h, err := findHeld(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	page, err := newRenewPage(r, tx, h)
	if err != nil {
		return web.Reply{}, err
	}
	if len(page.Safeguards) > 0 && r.Form("accept") != form.Yes {
		page.Accept.Problem = r.L.T("refusal.tick_box")
		page.Problems = web.Problems{{Field: page.Accept.ID, Text: page.Accept.Problem}}
		return web.Reply{Status: 422, Page: "desk/access_renew", Data: page}, nil
	}
	_, err = broker.ActOnGrant(tx, r.Desk(), r.Actor(), h.ID, access.ActRequest{Act: access.ActAskRenewal, Revision: revision(r)})
	if problems, refused := r.Refused(err); refused {
		page.Problems, page.Accept.Value = problems, r.Form("accept")
		return web.Reply{Status: 422, Page: "desk/access_renew", Data: page}, nil
	}
	return web.Reply{Redirect: "/access/" + h.ID, Flash: "grant.flash_asked"}, err
}

func newRenewPage(r *web.Request, tx *data.Tx, h held) (RenewPage, error) {
	renewed, possible, err := access.Renewed(tx, r.Desk().Grants(), h.Grant)
	if err != nil {
		return RenewPage{}, err
	}
	page := RenewPage{ID: h.ID, Title: h.title(r), Provider: h.program.Provider.Name, Reference: h.Reference, Ends: day(r, h.Ends),
		Safeguards: safeguards(r, renewed.Safeguards), Revision: h.Revision}
	if possible {
		page.NewEnds = day(r, renewed.Ends)
	}
	page.Accept = form.Field{ID: "accept", Kind: form.Statement, Label: r.L.T("grant.renew_accept")}
	return page, nil
}

// revision is the state of the grant that the person had before them; 0, which is compared with nothing, if the form
// brought none.
func revision(r *web.Request) int64 {
	number, err := strconv.ParseInt(r.Form("revision"), 10, 64)
	if err != nil {
		return 0
	}
	return number
}
