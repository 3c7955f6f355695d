package desk

import (
	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// OrganizationPage asks for the name of the organization.
type OrganizationPage struct {
	web.Problems
	Name form.Field
	Next string // where to go on
}

// legalName is the fact that the name of the organization becomes.
const legalName eligibility.FactID = "legal_name"

// NewOrganization asks a person who acts for no organization yet for its name.
func NewOrganization(r *web.Request, tx *data.Tx) (web.Reply, error) {
	next := web.LocalPath(r.Query("next"), "/home")
	member, err := membership(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if member.PersonID != "" {
		return web.Reply{Redirect: next}, nil
	}
	facts, err := checkFacts(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	name, _ := facts[legalName].Text()
	return web.Reply{Page: "desk/organization_new", Data: newOrganizationPage(r, name, next)}, nil
}

// CreateOrganization makes the organization and goes on with what was started. A person who has one by now, from
// another window, keeps it.
func CreateOrganization(r *web.Request, tx *data.Tx) (web.Reply, error) {
	next := web.LocalPath(r.Form("next"), "/home")
	member, err := membership(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if member.PersonID != "" {
		return web.Reply{Redirect: next}, nil
	}
	organization, err := account.CreateOrganization(tx, r.Person, r.Form("name"))
	if problems, refused := r.Refused(err); refused {
		page := newOrganizationPage(r, r.Form("name"), next)
		page.Problems, page.Name.Problem = problems, problems.At("name")
		return web.Reply{Status: 422, Page: "desk/organization_new", Data: page}, nil
	}
	if err != nil {
		return web.Reply{}, err
	}
	err = account.SaveFacts(tx, r.Desk().Vocabulary, organization.ID, r.Person.ID,
		eligibility.Profile{legalName: eligibility.String(organization.Name).From(eligibility.Stated, "application")})
	return web.Reply{Redirect: next}, err
}

func newOrganizationPage(r *web.Request, name, next string) OrganizationPage {
	return OrganizationPage{Next: next, Name: form.Field{ID: "name", Kind: form.Text, Type: "text", Fill: "organization", Value: name,
		Label: r.L.T("desk.organization_name"), Hint: r.L.T("desk.organization_hint")}}
}

// membership gives the first organization that the person acts for; the zero membership if there is none.
func membership(r *web.Request, tx *data.Tx) (account.Membership, error) {
	members, err := account.Memberships(tx, r.Person.ID)
	if err != nil || len(members) == 0 {
		return account.Membership{}, err
	}
	return members[0], nil
}

// checkCookie holds the token of this browser's check; package public sets it.
const checkCookie = "check"

// checkFacts gives the answers of this browser's check, none if there was none or it is over.
func checkFacts(r *web.Request, tx *data.Tx) (eligibility.Profile, error) {
	token := r.Cookie(checkCookie)
	if token == "" {
		return nil, nil
	}
	screening, err := broker.LoadScreening(tx, r.Desk().Vocabulary, token)
	if isNotFound(err) {
		return nil, nil
	}
	return screening.Facts, err
}
