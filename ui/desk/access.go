package desk

import (
	"time"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// AccessesPage lists what was granted to the person's organizations.
type AccessesPage struct{ Grants []row }

// AccessPage is one grant.
type AccessPage struct {
	Title, Provider, Organization, Reference string
	Pill                                     pill
	Approved                                 string
	From, To, Left                           string
	Why                                      string // why it was revoked
	Steps                                    []string
	Safeguards                               []string
	Renewal                                  string
	Over                                     bool
	Helper                                   catalog.Helper
	Case                                     string
}

// Accesses lists the grants: live ones first.
func Accesses(r *web.Request, tx *data.Tx) (web.Reply, error) {
	members, err := account.Memberships(tx, r.Person.ID)
	if err != nil {
		return web.Reply{}, err
	}
	var page AccessesPage
	for _, member := range members {
		grants, err := access.OfOrganization(tx, member.Organization.ID)
		if err != nil {
			return web.Reply{}, err
		}
		for _, g := range grants {
			shown, err := grantRow(r, tx, g)
			if err != nil {
				return web.Reply{}, err
			}
			page.Grants = append(page.Grants, shown)
		}
	}
	return web.Reply{Page: "desk/accesses", Data: page}, nil
}

func grantRow(r *web.Request, tx *data.Tx, g access.Grant) (row, error) {
	program, err := grantProgram(r, tx, g)
	if err != nil {
		return row{}, err
	}
	shown := row{Pill: grantPill(r, g, tx.Now), Title: program.Title.In(r.Lang), Link: "/access/" + g.ID}
	switch g.State {
	case access.Pending:
		shown.Text = r.L.T("desk.home_access_from", "Date", day(r, g.Starts))
	case access.Active:
		shown.Text = r.L.T("desk.home_access_until", "Date", day(r, g.Ends))
	case access.Revoked:
		shown.Text = r.L.T("desk.home_access_ended", "Date", day(r, g.ChangedAt))
	default:
		shown.Text = r.L.T("desk.home_access_ended", "Date", day(r, g.Ends))
	}
	return shown, nil
}

// grantProgram gives the program of a grant as it was when the case was decided.
func grantProgram(r *web.Request, tx *data.Tx, g access.Grant) (*catalog.Published, error) {
	return broker.Program(tx, r.Desk(), broker.Item{Slug: g.Slug, VersionID: g.VersionID})
}

// Access shows one grant: from when until when, on which terms, and what to do now.
func Access(r *web.Request, tx *data.Tx) (web.Reply, error) {
	g, err := access.Find(tx, r.Param("id"))
	if err != nil {
		return web.Reply{}, err
	}
	member, err := account.MayActFor(tx, r.Person.ID, g.OrganizationID)
	if err != nil {
		return web.Reply{}, err
	}
	program, err := grantProgram(r, tx, g)
	if err != nil {
		return web.Reply{}, err
	}
	title := program.Title.In(r.Lang)
	page := AccessPage{
		Title: title, Provider: program.Provider.Name, Organization: member.Organization.Name, Reference: g.Reference, Helper: program.Helper,
		Pill: grantPill(r, g, tx.Now), From: day(r, g.Starts), To: day(r, g.Ends), Why: g.Reason, Steps: grantActs(r, g, tx.Now),
		Approved: r.L.T("desk.access_approved", "Who", r.Operator(), "Program", title, "Organization", member.Organization.Name),
		Renewal:  r.L.T("desk.access_not_renewable"), Over: g.State == access.Ended || g.State == access.Revoked,
	}
	if g.Renewable {
		page.Renewal = r.L.T("desk.access_renewable")
	}
	if g.State == access.Active {
		page.Left = r.L.Days(int(g.Ends.Sub(tx.Now) / (24 * time.Hour)))
	}
	if g.State == access.Revoked {
		page.To = day(r, g.ChangedAt)
	}
	for _, safeguard := range g.Safeguards {
		page.Safeguards = append(page.Safeguards, r.L.T("safeguard."+string(safeguard)))
	}
	page.Case, err = caseAddress(r, tx, g)
	return web.Reply{Page: "desk/access", Data: page}, err
}

// grantActs says what to do now.
func grantActs(r *web.Request, g access.Grant, now time.Time) []string {
	end := []any{"Date", day(r, g.Ends)}
	say := r.L.T
	switch {
	case g.State == access.Pending:
		return []string{say("desk.access_step_wait", "Date", day(r, g.Starts)), say("desk.access_step_people")}
	case endsSoon(g, now) && g.Renewable:
		return []string{say("desk.access_step_renew", end...), say("desk.access_step_stop", end...)}
	case endsSoon(g, now):
		return []string{say("desk.access_step_stop", end...), say("desk.access_step_again")}
	case g.State == access.Active:
		return []string{say("desk.access_step_contact"), say("desk.access_step_people"), say("desk.access_step_end", end...)}
	case g.State == access.Revoked:
		return []string{say("desk.access_step_stopped"), say("desk.access_step_ask")}
	}
	return []string{say("desk.access_step_stopped"), say("desk.access_step_again")}
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
				return itemAddress(item), nil
			}
		}
	}
	return "", data.ErrNotFound
}
