package staff

import (
	"strconv"
	"time"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// Assign takes a case for review.
func Assign(r *web.Request, tx *data.Tx) (web.Reply, error) {
	id := r.Param("id")
	_, err := broker.Act(tx, r.Desk(), r.Actor(), id, broker.ActRequest{Act: broker.ActAssign, Revision: revision(r)})
	return web.Reply{Redirect: "/staff/review/" + id, Flash: "staff.flash_assigned"}, err
}

// Decide asks, approves or declines. Approving is never preselected; a form without a choice is refused at the choice.
func Decide(r *web.Request, tx *data.Tx) (web.Reply, error) {
	id, act := r.Param("id"), r.Form("act")
	request := broker.ActRequest{Act: act, Revision: revision(r), Message: r.Form("message"), ReasonCode: r.Form("reason")}
	flashes := map[string]string{broker.ActAsk: "staff.flash_ask", broker.ActApprove: "staff.flash_approve", broker.ActDecline: "staff.flash_decline"}
	flash, known := flashes[act]
	if !known {
		return decideAgain(r, tx, web.Problems{{Field: "act", Text: r.L.T("staff.choose_act")}})
	}
	if start := r.Form("start"); start != "" && act == broker.ActApprove {
		day, err := time.ParseInLocation(time.DateOnly, start, r.Site.Zone)
		if err != nil {
			return decideAgain(r, tx, web.Problems{{Field: "start", Text: r.L.T("refusal.invalid_date")}})
		}
		if day.After(tx.Now) {
			request.Starts = day.UTC()
		} else if day.Before(tx.Now.AddDate(0, 0, -1)) {
			return decideAgain(r, tx, web.Problems{{Field: "start", Text: r.L.T("refusal.start_past")}})
		}
	}
	_, err := broker.Act(tx, r.Desk(), r.Actor(), id, request)
	if problems, refused := r.Refused(err); refused {
		return decideAgain(r, tx, problems)
	}
	return web.Reply{Redirect: "/staff/review/" + id, Flash: flash}, err
}

// decideAgain shows the case with the problems and everything that was typed.
func decideAgain(r *web.Request, tx *data.Tx, problems web.Problems) (web.Reply, error) {
	page, err := newCasePage(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	page.Problems = problems
	page.Message, page.Start = r.Form("message"), r.Form("start")
	for i := range page.Acts {
		page.Acts[i].Chosen = page.Acts[i].Value == r.Form("act")
	}
	for i := range page.Reasons {
		page.Reasons[i].Chosen = page.Reasons[i].Value == r.Form("reason")
	}
	return web.Reply{Status: 422, Page: "staff/case", Data: page}, nil
}

// revision is the state of the case that the person had before them; 0, which is compared with nothing, if the form
// brought none.
func revision(r *web.Request) int64 {
	number, err := strconv.ParseInt(r.Form("revision"), 10, 64)
	if err != nil {
		return 0
	}
	return number
}
