package staff

import (
	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// GrantsPage lists all grants.
type GrantsPage struct {
	Active, Ending int
	Rows           []grantRow
}

type grantRow struct {
	ID, Organization, Program, From, To string
	Pill                                pill
}

// Grants lists the grants, the live ones first.
func Grants(r *web.Request, tx *data.Tx) (web.Reply, error) {
	grants, err := access.All(tx)
	if err != nil {
		return web.Reply{}, err
	}
	var page GrantsPage
	for _, g := range grants {
		row, err := newGrantRow(r, tx, g)
		if err != nil {
			return web.Reply{}, err
		}
		page.Rows = append(page.Rows, row)
		if g.State == access.Active {
			page.Active++
			if g.Ends.Sub(tx.Now) <= endingSoon {
				page.Ending++
			}
		}
	}
	return web.Reply{Page: "staff/grants", Data: page}, nil
}

func newGrantRow(r *web.Request, tx *data.Tx, g access.Grant) (grantRow, error) {
	organization, err := account.FindOrganization(tx, g.OrganizationID)
	if err != nil {
		return grantRow{}, err
	}
	title, err := r.Desk().Access().Title(tx, g, r.Lang)
	return grantRow{ID: g.ID, Organization: organization.Name, Program: title, From: r.L.DateIn(g.Starts, r.Site.Zone),
		To: r.L.DateIn(g.Ends, r.Site.Zone), Pill: grantPill(r, g, tx.Now)}, err
}

// GrantPage is one grant.
type GrantPage struct {
	web.Problems
	grantRow
	Reference, Case, Reason, Typed string
	Safeguards                     []string
	History                        []eventRow
	Revocable                      bool
}

// Grant shows one grant.
func Grant(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newGrantPage(r, tx)
	return web.Reply{Page: "staff/grant", Data: page}, err
}

func newGrantPage(r *web.Request, tx *data.Tx) (GrantPage, error) {
	g, err := access.Find(tx, r.Param("id"))
	if err != nil {
		return GrantPage{}, err
	}
	row, err := newGrantRow(r, tx, g)
	if err != nil {
		return GrantPage{}, err
	}
	c, err := broker.FindCase(tx, r.Desk(), r.Actor(), g.ItemID)
	if err != nil {
		return GrantPage{}, err
	}
	live := g.State == access.Active || g.State == access.Pending
	return GrantPage{grantRow: row, Reference: g.Reference, Case: g.ItemID, Reason: g.Reason, Safeguards: safeguardTexts(r, g.Safeguards),
		History: eventRows(r, c.Events), Revocable: live && !c.Own && web.Manager.Allows(r.Person)}, nil
}

// Revoke ends a grant at once, with a reason that its holder reads.
func Revoke(r *web.Request, tx *data.Tx) (web.Reply, error) {
	id := r.Param("id")
	err := broker.Revoke(tx, r.Desk(), r.Actor(), id, r.Form("reason"))
	if problems, refused := r.Refused(err); refused {
		page, err := newGrantPage(r, tx)
		page.Problems, page.Typed = problems, r.Form("reason")
		return web.Reply{Status: 422, Page: "staff/grant", Data: page}, err
	}
	return web.Reply{Redirect: "/staff/access/" + id, Flash: "staff.flash_revoked"}, err
}
