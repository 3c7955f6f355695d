// Package staff holds the pages of program managers, administrators and auditors: the review queue, the case, and the
// grants. One file per act. Who may do what to a case is decided in broker and broker/access; a page only leaves out
// the buttons that would be refused.
package staff

import (
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// pill is a status: Tone chooses icon and color, Text says it.
type pill struct{ Tone, Text string }

// choice is an option of a select or radio group.
type choice struct {
	Value, Text string
	Chosen      bool
}

// choices gives the texts of a closed list; the first is chosen when none is.
func choices(r *web.Request, prefix string, values []string, chosen string) []choice {
	all := make([]choice, 0, len(values))
	for _, value := range values {
		all = append(all, choice{value, r.L.T(prefix + value), value == chosen})
	}
	return all
}

// itemPill is the state of a case; lateness comes before the state, because it needs someone now.
func itemPill(r *web.Request, item broker.Item, now time.Time) pill {
	switch {
	case item.Late(now):
		return pill{"late", r.L.T("staff.late")}
	case item.DueSoon(now):
		return pill{"late", r.L.T("staff.due_soon")}
	}
	switch item.State {
	case broker.Submitted:
		return pill{"new", r.L.T("staff.new")}
	case broker.InReview:
		return pill{"work", r.L.T("status.in_review")}
	case broker.NeedsInfo:
		return pill{"ask", r.L.T("staff.status_needs_info")}
	case broker.Approved:
		return pill{"ok", r.L.T("status.approved")}
	case broker.Declined:
		return pill{"no", r.L.T("status.not_approved")}
	case broker.Waitlisted:
		return pill{"new", r.L.T("status.waitlist")}
	case broker.Closed:
		return pill{"no", r.L.T("status.closed")}
	}
	return pill{"no", r.L.T("status.withdrawn")}
}

// nameOf is how staff see a person: by name if there is one, else by address; staff see applicants as applicants.
func nameOf(r *web.Request, p account.Person) string {
	switch {
	case p.ID == "":
		return r.L.T("staff.actor_system")
	case p.ID == r.Person.ID:
		return r.L.T("staff.you")
	case p.Name != "":
		return p.Name
	}
	return p.Email
}

// eventRow is a line of a history.
type eventRow struct{ Act, When, Actor string }

// eventTexts names the acts of a case and its grant; an act that is not here is not shown.
var eventTexts = map[string]string{
	"start": "staff.act_start", broker.ActSubmit: "staff.act_submit", broker.ActAssign: "staff.act_assign", broker.ActAsk: "staff.did_ask",
	broker.ActAnswer: "staff.act_answer", broker.ActApprove: "status.approved", broker.ActDecline: "status.not_approved",
	broker.ActWithdraw: "staff.act_withdraw", broker.ActPlace: "staff.act_place", broker.ActClose: "staff.act_close", broker.ActNote: "staff.act_note",
	broker.ActMessage: "staff.act_message", broker.ActReply: "staff.act_reply", "answers_saved": "staff.act_answers_saved",
	"grant_opened": "grant.entry_grant_opened", "grant_activated": "grant.entry_grant_activated",
	"grant_ended": "grant.entry_grant_ended", "grant_revoked": "grant.entry_grant_revoked",
	"grant_suspended": "grant.entry_grant_suspended", "grant_resumed": "grant.entry_grant_resumed", "grant_given_up": "grant.entry_grant_given_up",
	"grant_renewal_asked": "grant.entry_grant_renewal_asked", "grant_renewed": "grant.entry_grant_renewed",
	"grant_renewal_refused": "grant.entry_grant_renewal_refused", "grant_person_named": "grant.entry_grant_person_named",
	"grant_person_removed": "grant.entry_grant_person_removed",
}

func eventRows(r *web.Request, events []broker.Event) []eventRow {
	var rows []eventRow
	for _, event := range events {
		if key, ok := eventTexts[event.Act]; ok {
			rows = append(rows, eventRow{r.L.T(key), r.L.DateTime(event.At, r.Site.Zone), nameOf(r, event.By)})
		}
	}
	return rows
}

// Start leads to the queue.
func Start(*web.Request, *data.Tx) (web.Reply, error) {
	return web.Reply{Redirect: "/staff/review"}, nil
}
