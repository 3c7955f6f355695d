package desk

import (
	"strings"
	"time"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/elsewhere"
	"accessdesk/ui/web"
)

// endingSoon is when a service that was set up elsewhere is said to end soon; its reminder is sent then.
const endingSoon = 30 * 24 * time.Hour

// statePill says where an item stands, in the words of the applicant.
func statePill(r *web.Request, item broker.Item) pill {
	if item.IsPacket() {
		return pill(elsewhere.StatePill(r, item.State))
	}
	switch item.State {
	case broker.Draft:
		return pill{"work", r.L.T("status.draft")}
	case broker.Submitted:
		return pill{"new", r.L.T("status.sent")}
	case broker.InReview:
		return pill{"new", r.L.T("status.in_review")}
	case broker.NeedsInfo:
		return pill{"ask", r.L.T("status.waiting_you")}
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

// fitPill says how a program stands for the facts as they are.
func fitPill(r *web.Request, p piece) pill {
	switch {
	case p.decision.Outcome == eligibility.Eligible:
		return pill{"ok", r.L.T("desk.fits")}
	case p.decision.Outcome == eligibility.Ineligible:
		return pill{"no", r.L.T("desk.fits_not")}
	case !p.program.CriteriaPublished:
		return pill{"new", r.L.T("desk.fits_unpublished")}
	}
	return pill{"ask", r.L.T("desk.fits_open")}
}

// unmet says in one paragraph why a program does not look like a fit.
func unmet(r *web.Request, p piece) string {
	var sentences []string
	for _, reason := range eligibility.Explain(p.program.Rules, p.decision, r.Lang) {
		if reason.Result == eligibility.Unmet {
			sentences = append(sentences, reason.Sentence)
		}
	}
	return strings.Join(sentences, " ")
}

// changeTexts says what is different in a program since a draft was started.
func changeTexts(r *web.Request, changes []broker.Change) []string {
	var texts []string
	for _, c := range changes {
		if c.ID == "" {
			texts = append(texts, r.L.T("broker.changed_"+c.Kind))
		} else {
			texts = append(texts, r.L.T("broker.changed_"+c.Kind, "Title", c.Title.In(r.Lang)))
		}
	}
	return texts
}

// day writes the calendar date of an instant in the zone of the site.
func day(r *web.Request, t time.Time) string { return r.L.DateIn(t, r.Site.Zone) }

// moment writes date and time of an instant in the zone of the site.
func moment(r *web.Request, t time.Time) string { return r.L.DateTime(t, r.Site.Zone) }

// savedText says when something was saved: the time of day today, the date before.
func savedText(r *web.Request, tx *data.Tx, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if day(r, t) == day(r, tx.Now) {
		return r.L.T("desk.saved_at", "Time", r.L.Time(t, r.Site.Zone))
	}
	return r.L.T("desk.saved_on", "When", moment(r, t))
}

// stands says what comes next for an item, in a line of a list.
func stands(r *web.Request, item broker.Item) string {
	if item.IsPacket() {
		return packetStands(r, item)
	}
	switch item.State {
	case broker.Draft:
		return ""
	case broker.Waitlisted:
		return r.L.T("desk.home_waitlisted_on", "Date", day(r, item.Waitlisted))
	case broker.Closed:
		return r.L.T("desk.home_closed_on", "Date", day(r, item.Decided))
	case broker.Submitted, broker.InReview:
		return r.L.T("desk.status_aim", "Date", day(r, item.Due))
	case broker.NeedsInfo:
		return r.L.T("desk.home_answer_text", "Date", day(r, item.Changed))
	case broker.Withdrawn:
		return r.L.T("desk.home_withdrawn_on", "Date", day(r, item.Decided))
	}
	return r.L.T("desk.home_decided_on", "Date", day(r, item.Decided))
}

// packetStands says since when a packet is where it is, in a line of a list.
func packetStands(r *web.Request, item broker.Item) string {
	on, err := time.Parse(time.DateOnly, item.StageOn)
	switch {
	case item.State == broker.NoReply:
		return r.L.T("desk.packet_no_reply", "Date", r.L.Date(on))
	case item.State == broker.Sent && !item.Due.IsZero():
		return r.L.T("desk.packet_since", "Date", r.L.Date(on)) + ". " + r.L.T("packet.reply_by", "Date", day(r, item.Due))
	case err != nil || item.State == broker.Withdrawn:
		return ""
	}
	return r.L.T("desk.packet_since", "Date", r.L.Date(on))
}

// itemAddress is the page of one program of an application.
func itemAddress(item broker.Item) string {
	return "/applications/" + item.ApplicationID + "/p/" + item.Slug
}
