package grant

import (
	"slices"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// AccessesPage lists what was granted to the organization that the person acts for.
type AccessesPage struct{ Grants []Line }

// Accesses lists the grants: live ones first.
func Accesses(r *web.Request, tx *data.Tx) (web.Reply, error) {
	var page AccessesPage
	grants, err := access.OfOrganization(tx, r.Acting().Organization.ID)
	if err != nil {
		return web.Reply{}, err
	}
	for _, g := range grants {
		line, err := NewLine(r, tx, g)
		if err != nil {
			return web.Reply{}, err
		}
		page.Grants = append(page.Grants, line)
	}
	return web.Reply{Page: "desk/accesses", Data: page}, nil
}

// held is a grant as its holder may see it.
type held struct {
	access.Grant
	member  account.Membership
	program *catalog.Published
	may     []string // acts that the person could take now
}

// findHeld gives the grant of the address to the people of its holder.
func findHeld(r *web.Request, tx *data.Tx) (held, error) {
	var h held
	var err error
	if h.Grant, err = access.Find(tx, r.Param("id")); err != nil {
		return h, err
	}
	if h.member, err = account.MayActFor(tx, r.Person.ID, h.OrganizationID); err != nil {
		return h, err
	}
	r.About(h.member.Organization)
	if h.program, err = programOf(r, tx, h.Grant); err != nil {
		return h, err
	}
	h.may, err = broker.ActsOnGrant(tx, r.Desk(), r.Actor(), h.Grant)
	return h, err
}

// Title is the name of the program in the reader's language.
func (h held) title(r *web.Request) string { return h.program.TitleOf(h.Grant.Tier, r.Lang) }

// AccessPage is one grant.
type AccessPage struct {
	ID, Title, Provider, Organization, Reference, Approved string
	Pill                                                   Pill
	From, To, ToLabel, Left                                string
	Told                                                   *notice
	Steps                                                  []string
	Safeguards                                             []string
	Renewal                                                string
	MayRenew, MayEnd, MayName, Over                        bool
	People                                                 []string
	PeopleText                                             string
	History                                                []happening
	Helper                                                 catalog.Helper
	Case                                                   string
}

// notice is what the holder must know first: what happened, and the words of the program about it.
type notice struct{ Title, Text, Reason string }

// Access shows one grant: from when until when, on which terms, who may use it, and what to do now.
func Access(r *web.Request, tx *data.Tx) (web.Reply, error) {
	h, err := findHeld(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	state := h.StateAt(tx.Now)
	page := AccessPage{
		ID: h.ID, Title: h.title(r), Provider: h.program.Provider.Name, Organization: h.member.Organization.Name, Reference: h.Reference,
		Helper: h.program.Helper, Pill: Status(r, h.Grant, tx.Now), From: day(r, h.Starts), To: day(r, h.Ends), ToLabel: r.L.T("grant.to"),
		Approved: r.L.T("grant.approved", "Who", r.Operator(), "Program", h.title(r), "Organization", h.member.Organization.Name),
		Told:     told(r, h.Grant, tx.Now), Steps: steps(r, h, tx.Now), Safeguards: safeguards(r, h.Safeguards), Renewal: renewalText(r, h.Grant, tx.Now),
		MayRenew: slices.Contains(h.may, access.ActAskRenewal), MayEnd: slices.Contains(h.may, access.ActGiveUp),
		MayName: slices.Contains(h.may, access.ActNamePerson), Over: state.Over(),
	}
	switch {
	case state.Over():
		page.To, page.ToLabel = day(r, stopped(h.Grant)), r.L.T("grant.to_over")
	case state != access.Pending:
		page.Left = r.L.Days(int(h.Ends.Sub(tx.Now) / (24 * time.Hour)))
	}
	people, _, err := access.People(tx, h.ID)
	if err != nil {
		return web.Reply{}, err
	}
	for _, p := range people {
		page.People = append(page.People, p.Name)
	}
	page.PeopleText = r.L.T("grant.people_text", "Max", h.UserLimit)
	if page.History, err = history(r, tx, h.Grant, func(e access.Event) (string, error) { return whoForHolder(r, tx, e) }); err != nil {
		return web.Reply{}, err
	}
	page.Case, err = caseAddress(r, tx, h.Grant)
	return web.Reply{Page: "desk/access", Data: page}, err
}

// told says what happened, nil while everything is as it was agreed.
func told(r *web.Request, g access.Grant, now time.Time) *notice {
	say := r.L.T
	switch state := g.StateAt(now); {
	case state == access.Suspended:
		return &notice{say("grant.told_suspended", "Date", day(r, g.ChangedAt)), say("grant.told_suspended_text", "Date", day(r, g.Ends)), g.Reason}
	case state == access.Revoked:
		return &notice{say("grant.told_revoked", "Date", day(r, g.Stopped)), say("grant.told_revoked_text"), g.Reason}
	case g.GivenUp():
		return &notice{Title: say("grant.told_given_up", "Date", day(r, g.Stopped))}
	case state == access.Ended && g.Renewal == access.RenewalAsked:
		return &notice{Title: say("grant.told_ended", "Date", day(r, g.Ends)), Text: say("grant.told_ended_asked", "Date", day(r, g.RenewalAt))}
	case state == access.Ended:
		return &notice{Title: say("grant.told_ended", "Date", day(r, g.Ends))}
	case g.Renewal == access.RenewalAsked:
		return &notice{Title: say("grant.told_asked", "Date", day(r, g.RenewalAt)), Text: say("grant.told_asked_text", "Date", day(r, g.Ends))}
	case g.Renewal == access.RenewalRefused:
		return &notice{say("grant.told_refused", "Date", day(r, g.RenewalAt)), say("grant.told_refused_text", "Date", day(r, g.Ends)), g.RenewalReason}
	}
	return nil
}

// steps says what to do now: what the program asks for while the access runs, else what its state asks for.
func steps(r *web.Request, h held, now time.Time) []string {
	end := []any{"Date", day(r, h.Ends)}
	say := r.L.T
	var own []string
	for _, step := range h.program.Terms.AccessSteps {
		own = append(own, step.In(r.Lang))
	}
	if len(own) == 0 {
		own = []string{say("grant.step_contact"), say("grant.step_people")}
	}
	state := h.StateAt(now)
	switch {
	case state == access.Pending:
		return append([]string{say("grant.step_wait", "Date", day(r, h.Starts))}, own...)
	case state == access.Suspended:
		return []string{say("grant.step_pause"), say("grant.step_tell"), say("grant.step_reason")}
	case state == access.Revoked:
		return []string{say("grant.step_stopped"), say("grant.step_ask")}
	case state == access.Ended:
		return []string{say("grant.step_stopped"), say("grant.step_again")}
	case h.EndsSoon(now) && h.Renewable && h.Renewal == access.RenewalNone:
		return []string{say("grant.step_renew", end...), say("grant.step_stop", end...)}
	case h.EndsSoon(now) && h.Renewal == access.RenewalAsked:
		return []string{say("grant.step_answer"), say("grant.step_stop_unless", end...)}
	case h.EndsSoon(now):
		return []string{say("grant.step_stop", end...), say("grant.step_again")}
	}
	return append(own, say("grant.step_end", end...))
}

// renewalText says whether and from when the access can be renewed, "" when it is over or another text says it.
func renewalText(r *web.Request, g access.Grant, now time.Time) string {
	switch {
	case g.StateAt(now).Over() || g.Renewal != access.RenewalNone:
		return ""
	case !g.Renewable:
		return r.L.T("grant.not_renewable")
	case now.Before(g.RenewFrom()):
		return r.L.T("grant.renew_from", "Date", day(r, g.RenewFrom()))
	}
	return r.L.T("grant.renew_until", "Date", day(r, g.Ends))
}

// whoForHolder names an actor as the holder knows them: a co-worker by name, the program by who runs it.
func whoForHolder(r *web.Request, tx *data.Tx, e access.Event) (string, error) {
	switch {
	case e.By == access.System:
		return "", nil
	case e.By == access.Manager:
		return r.Operator(), nil
	case e.Actor == r.Person.ID:
		return r.L.T("grant.you"), nil
	}
	p, err := account.FindPerson(tx, e.Actor)
	if p.Name != "" {
		return p.Name, err
	}
	return p.Email, err
}

// caseAddress finds the application that a grant comes from.
func caseAddress(r *web.Request, tx *data.Tx, g access.Grant) (string, error) {
	applications, err := broker.Applications(tx, r.Actor())
	if err != nil {
		return "", err
	}
	for _, a := range applications {
		for _, item := range a.Items {
			if item.ID == g.ItemID {
				return "/applications/" + item.ApplicationID + "/p/" + item.Slug, nil
			}
		}
	}
	return "", data.ErrNotFound
}
