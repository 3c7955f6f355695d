package grant

import (
	"errors"
	"slices"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/notify"
	"accessdesk/ui/web"
)

// DecisionPage is one grant for staff.
type DecisionPage struct {
	web.Problems
	row
	Case, Reason, RenewalReason, Renewal string
	Safeguards                           []string
	People, Removed                      []named
	PeopleText                           string
	History                              []happening
	Own                                  bool
	Acts                                 []choice
	Typed                                string
	Revision                             int64
}

// decisions are the acts that a manager chooses from, in the order of the form.
var decisions = []string{access.ActRenew, access.ActRefuseRenewal, access.ActSuspend, access.ActResume, access.ActRevoke}

// Decision shows one grant to staff, with what can be decided about it.
func Decision(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newDecisionPage(r, tx)
	return web.Reply{Page: "staff/grant", Data: page}, err
}

// ToDecision leads from the address of the form to the grant.
func ToDecision(r *web.Request, tx *data.Tx) (web.Reply, error) {
	g, err := access.Find(tx, r.Param("id"))
	return web.Reply{Redirect: "/staff/access/" + g.ID}, err
}

func newDecisionPage(r *web.Request, tx *data.Tx) (DecisionPage, error) {
	g, err := access.Find(tx, r.Param("id"))
	if err != nil {
		return DecisionPage{}, err
	}
	organization, err := account.FindOrganization(tx, g.OrganizationID)
	if err != nil {
		return DecisionPage{}, err
	}
	page := DecisionPage{Case: g.ItemID, Reason: g.Reason, RenewalReason: g.RenewalReason, Safeguards: safeguards(r, g.Safeguards), Revision: g.Revision,
		PeopleText: r.L.T("grant.people_count", "Count", g.People, "Max", g.UserLimit)}
	if page.row, err = newRow(r, tx, access.Listed{Grant: g, Organization: organization.Name}); err != nil {
		return page, err
	}
	page.Renewal = renewalForStaff(r, g, tx.Now)
	current, removed, err := access.People(tx, g.ID)
	if err != nil {
		return page, err
	}
	for _, p := range current {
		page.People = append(page.People, named{p.ID, p.Name, p.Email, r.L.T("grant.people_since", "Date", day(r, p.Named))})
	}
	for _, p := range removed {
		page.Removed = append(page.Removed, named{p.ID, p.Name, p.Email, r.L.T("grant.people_removed", "From", day(r, p.Named), "To", day(r, p.Removed))})
	}
	if page.History, err = history(r, tx, g, func(e access.Event) (string, error) { return whoForStaff(r, tx, e) }); err != nil {
		return page, err
	}
	if _, err = account.MayActFor(tx, r.Person.ID, g.OrganizationID); err == nil {
		page.Own = true
	} else if !errors.Is(err, data.ErrNotFound) {
		return page, err
	}
	page.Acts, err = actChoices(r, tx, g)
	return page, err
}

// actChoices lists what can be decided now.
func actChoices(r *web.Request, tx *data.Tx, g access.Grant) ([]choice, error) {
	possible, err := broker.ActsOnGrant(tx, r.Desk(), r.Actor(), g)
	if err != nil {
		return nil, err
	}
	var all []choice
	for _, act := range decisions {
		if slices.Contains(possible, act) {
			all = append(all, choice{act, r.L.T("grant.act_" + act), act == r.Form("act")})
		}
	}
	return all, nil
}

// renewalForStaff says how it stands with a renewal.
func renewalForStaff(r *web.Request, g access.Grant, now time.Time) string {
	switch {
	case g.Renewal == access.RenewalAsked:
		return r.L.T("grant.staff_asked", "Date", day(r, g.RenewalAt))
	case g.Renewal == access.RenewalRefused:
		return r.L.T("grant.staff_refused", "Date", day(r, g.RenewalAt))
	case g.StateAt(now).Over(): // nothing is renewed any more
		return ""
	case g.Renewals > 0 && g.Renewable:
		return r.L.T("grant.staff_renewed", "Date", day(r, g.RenewalAt), "From", day(r, g.RenewFrom()))
	case !g.Renewable:
		return r.L.T("grant.staff_never")
	}
	return r.L.T("grant.staff_from", "Date", day(r, g.RenewFrom()))
}

// whoForStaff names an actor by name or address.
func whoForStaff(r *web.Request, tx *data.Tx, e access.Event) (string, error) {
	if e.By == access.System {
		return r.L.T("staff.actor_system"), nil
	}
	p, err := account.FindPerson(tx, e.Actor)
	switch {
	case errors.Is(err, data.ErrNotFound): // the command line
		return r.L.T("staff.actor_console"), nil
	case p.ID == r.Person.ID:
		return r.L.T("staff.you"), err
	case p.Name != "":
		return p.Name, err
	}
	return p.Email, err
}

// ConfirmPage shows a decision before it holds: what it does, and who gets which mail.
type ConfirmPage struct {
	ID, Organization, Program, Reference string
	Title, Effect, Send                  string
	Act, Reason                          string
	Revision                             int64
	Safeguards                           []string // that hold after a renewal
	Mails                                []mail
}

// mail is one mail that the decision sends.
type mail struct{ To, Language, Subject, Text string }

// Decide shows what a decision would do, and does it once that was confirmed.
func Decide(r *web.Request, tx *data.Tx) (web.Reply, error) {
	id, act := r.Param("id"), r.Form("act")
	before, err := access.Find(tx, id)
	if err != nil {
		return web.Reply{}, err
	}
	if !slices.Contains(decisions, act) {
		return decideAgain(r, tx, web.Problems{{Field: "act", Text: r.L.T("staff.choose_act")}})
	}
	mark, err := notify.Begin(tx)
	if err != nil {
		return web.Reply{}, err
	}
	after, err := broker.ActOnGrant(tx, r.Desk(), r.Actor(), id, access.ActRequest{Act: act, Reason: r.Form("reason"), Revision: revision(r)})
	if problems, refused := r.Refused(err); refused {
		return decideAgain(r, tx, problems)
	}
	if err != nil || r.Form("confirmed") == "yes" {
		return web.Reply{Redirect: "/staff/access/" + id, Flash: "grant.flash_" + act}, err
	}
	page, err := newConfirmPage(r, tx, before, after, mark)
	return web.Reply{Page: "staff/grant_confirm", Data: page, Discard: true}, err
}

func newConfirmPage(r *web.Request, tx *data.Tx, before, after access.Grant, mark notify.Mark) (ConfirmPage, error) {
	organization, err := account.FindOrganization(tx, after.OrganizationID)
	if err != nil {
		return ConfirmPage{}, err
	}
	program, err := programOf(r, tx, after)
	if err != nil {
		return ConfirmPage{}, err
	}
	act := r.Form("act")
	page := ConfirmPage{ID: after.ID, Organization: organization.Name, Program: program.TitleOf(after.Tier, r.Lang), Reference: after.Reference, Act: act,
		Title: r.L.T("grant.confirm_" + act), Send: r.L.T("grant.confirm_send_" + act), Reason: said(act, after), Revision: before.Revision}
	page.Effect = r.L.T("grant.effect_"+act, "Date", day(r, after.Ends))
	if act == access.ActRenew {
		page.Safeguards = safeguards(r, after.Safeguards)
	}
	mails, err := notify.Since(tx, mark)
	for _, m := range mails {
		page.Mails = append(page.Mails, mail{m.To, r.L.T("staff.lang_" + m.Lang), m.Subject, m.Text})
	}
	return page, err
}

// said is the reason that the holder will read, "" for an act that has none.
func said(act string, after access.Grant) string {
	switch act {
	case access.ActSuspend, access.ActRevoke:
		return after.Reason
	case access.ActRefuseRenewal:
		return after.RenewalReason
	}
	return ""
}

// decideAgain shows the grant with the problems and what was typed.
func decideAgain(r *web.Request, tx *data.Tx, problems web.Problems) (web.Reply, error) {
	page, err := newDecisionPage(r, tx)
	page.Problems, page.Typed = problems, r.Form("reason")
	return web.Reply{Status: 422, Page: "staff/grant", Data: page}, err
}
