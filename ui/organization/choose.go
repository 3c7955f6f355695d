package organization

import (
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// ChoosePage lists the organizations of a person.
type ChoosePage struct {
	web.Problems
	Organizations []choosable
	Next          string
}

// choosable is an organization that the person may act for.
type choosable struct {
	ID, Name, Role string
	Acting         bool
}

// Choose lists the organizations that the person acts for.
func Choose(r *web.Request, _ *data.Tx) (web.Reply, error) {
	if len(r.Members) == 0 {
		return web.Reply{Redirect: "/org/new"}, nil
	}
	return web.Reply{Page: "organization/choose", Data: newChoosePage(r, r.Query("next"))}, nil
}

func newChoosePage(r *web.Request, next string) ChoosePage {
	page := ChoosePage{Next: web.LocalPath(next, "")}
	for i, member := range r.Members {
		page.Organizations = append(page.Organizations, choosable{ID: member.Organization.ID, Name: member.Organization.Name,
			Role: roleName(r, member.Role), Acting: i == 0})
	}
	return page
}

// Act makes an organization the one that the person acts for.
func Act(r *web.Request, tx *data.Tx) (web.Reply, error) {
	id := r.Form("organization")
	if id == "" {
		if len(r.Members) == 0 {
			return web.Reply{Redirect: "/org/new"}, nil
		}
		page := newChoosePage(r, r.Form("next"))
		page.Problems = web.Problems{{Text: r.L.T("account.choose_one")}}
		return unprocessable("organization/choose", page), nil
	}
	if err := account.ChooseOrganization(tx, r.Person.ID, id); err != nil {
		return web.Reply{}, err
	}
	name := ""
	for _, member := range r.Members {
		if member.Organization.ID == id {
			name = member.Organization.Name
		}
	}
	return web.Reply{Redirect: web.LocalPath(r.Form("next"), "/home"), Flash: "account.chosen", FlashArgs: []any{"Organization", name}}, nil
}
