package desk

import (
	"accessdesk/broker"
	"accessdesk/catalog/status"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// ApplicationsPage lists the person's applications, the newest first.
type ApplicationsPage struct {
	Applications []listed
}

// listed is one application in the list.
type listed struct {
	ID, Reference, Organization, When string
	Items                             []row
}

// Applications lists everything that the organization that the person acts for applied for.
func Applications(r *web.Request, tx *data.Tx) (web.Reply, error) {
	all, err := applicationsHere(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	var page ApplicationsPage
	for _, a := range all {
		shown := listed{ID: a.ID, Reference: a.Reference, Organization: a.Organization.Name,
			When: r.L.T("desk.applications_saved", "Date", day(r, a.Saved))}
		for _, item := range a.Items {
			program, err := broker.Program(tx, r.Desk(), item)
			if err != nil {
				return web.Reply{}, err
			}
			if !item.Submitted.IsZero() {
				shown.When = r.L.T("desk.applications_sent", "Date", day(r, item.Submitted))
			}
			text := stands(r, item)
			if item.Unsent() {
				text = status.Deadline(r.L, program.Offering, tx.Now)
			}
			shown.Items = append(shown.Items, row{Pill: statePill(r, item), Title: program.Title.In(r.Lang), Text: text, Link: itemAddress(item)})
		}
		page.Applications = append(page.Applications, shown)
	}
	return web.Reply{Page: "desk/applications", Data: page}, nil
}
