package desk

import (
	"slices"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/form"
	"accessdesk/ui/standing"
	"accessdesk/ui/web"
)

// OrganizationPage asks for the name of the organization.
type OrganizationPage struct {
	web.Problems
	Another bool // the person acts for one already
	Invited []invited
	Name    form.Field
	Next    string // where to go on
}

// legalName is the fact that the name of the organization becomes.
const legalName eligibility.FactID = "legal_name"

// NewOrganization asks for the name of the person's first organization, or of another one.
func NewOrganization(r *web.Request, tx *data.Tx) (web.Reply, error) {
	check, err := standing.OfCheck(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	name := ""
	if len(r.Members) == 0 {
		name, _ = check.Facts[legalName].Text()
	}
	page, err := newOrganizationPage(r, tx, name, web.LocalPath(r.Query("next"), "/home"))
	return web.Reply{Page: "desk/organization_new", Data: page}, err
}

// CreateOrganization makes the organization and goes on with what was started. Who came to name their first one and has
// one by now, from another window, keeps it.
func CreateOrganization(r *web.Request, tx *data.Tx) (web.Reply, error) {
	next := web.LocalPath(r.Form("next"), "/home")
	if len(r.Members) > 0 && !r.Has("another") {
		return web.Reply{Redirect: next}, nil
	}
	organization, err := account.CreateOrganization(tx, r.Person, r.Form("name"))
	if problems, refused := r.Refused(err); refused {
		page, err := newOrganizationPage(r, tx, r.Form("name"), next)
		page.Problems, page.Name.Problem = problems, problems.At("name")
		return web.Reply{Status: 422, Page: "desk/organization_new", Data: page}, err
	}
	if err != nil {
		return web.Reply{}, err
	}
	err = account.SaveFacts(tx, r.Desk().Vocabulary, organization.ID, r.Person.ID,
		eligibility.Profile{legalName: eligibility.String(organization.Name).From(eligibility.Stated, "application")})
	return web.Reply{Redirect: next}, err
}

func newOrganizationPage(r *web.Request, tx *data.Tx, name, next string) (OrganizationPage, error) {
	waiting, err := invitations(r, tx)
	return OrganizationPage{Another: len(r.Members) > 0, Invited: waiting, Next: next, Name: form.Field{ID: "name", Kind: form.Text, Type: "text",
		Fill: "organization", Value: name, Label: r.L.T("desk.organization_name"), Hint: r.L.T("desk.organization_hint")}}, err
}

// invited is an invitation that waits for the person.
type invited struct{ ID, Organization, By string }

func invitations(r *web.Request, tx *data.Tx) (all []invited, err error) {
	waiting, err := account.InvitationsFor(tx, r.Person)
	for _, i := range waiting {
		all = append(all, invited{i.ID, i.Organization.Name, account.Called(i.By)})
	}
	return all, err
}

// applicationsHere lists the applications of the organization that the person acts for, the newest first.
func applicationsHere(r *web.Request, tx *data.Tx) ([]broker.Application, error) {
	return applicationsOf(r, tx, r.Acting().Organization.ID)
}

// applicationsOf lists the applications of one of the person's organizations, the newest first.
func applicationsOf(r *web.Request, tx *data.Tx, organizationID string) ([]broker.Application, error) {
	all, err := broker.Applications(tx, r.Actor())
	return slices.DeleteFunc(all, func(a broker.Application) bool { return a.Organization.ID != organizationID }), err
}
