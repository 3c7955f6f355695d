// Package organization holds the pages on which people keep what belongs to them rather than to a case: their organization
// (what is known of it, its name, its people and invitations, which one they act for) and their own account.
//
// A page is about the organization that the person acts for; a form carries the id of the one that it is about, so that a
// choice made in another window in the meantime cannot lead it astray. Whoever may only read is led back with a message
// when they open a form, and refused when they post one. For people outside an organization it does not exist.
package organization

import (
	"errors"
	"strings"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// page is a handler for a member of an organization.
type page func(*web.Request, *data.Tx, account.Membership) (web.Reply, error)

// about runs a page for the organization that the request is about, if the person has the right. Who acts for none is led
// to make one; who opens a form without having the right is led back, to the page that they may read.
func about(r *web.Request, tx *data.Tx, right account.Right, back string, show page) (web.Reply, error) {
	id := r.Form("organization")
	if id == "" {
		id = r.Acting().Organization.ID
	}
	switch {
	case id == "" && r.Param("id")+r.Param("topic") != "":
		return web.Reply{}, data.ErrNotFound
	case id == "":
		return web.Reply{Redirect: "/org/new"}, nil
	}
	member, err := account.Need(tx, r.Person.ID, id, right)
	if member.PersonID != "" {
		r.About(member.Organization)
	}
	if refusal := refusalOf(err); refusal != nil && !r.Posted() {
		return web.Reply{Redirect: back, Flash: "account.read_only"}, nil
	}
	if err != nil {
		return web.Reply{}, err
	}
	return show(r, tx, member)
}

// refusalOf gives the refusal of an error, nil if it is none.
func refusalOf(err error) *data.Refusal {
	var refusal *data.Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	return nil
}

// unprocessable is a page that comes back for correction.
func unprocessable(name string, data any) web.Reply {
	return web.Reply{Status: 422, Page: name, Data: data}
}

// roleChoice is a role with what it may do.
type roleChoice struct {
	ID, Value, Text, Hint string
	Checked               bool
}

// roleChoices offers every role; the first has the id of the field.
func roleChoices(r *web.Request, chosen string) []roleChoice {
	var all []roleChoice
	for i, role := range account.MemberRoles() {
		one := roleChoice{ID: "role", Value: role, Text: roleName(r, role), Hint: r.L.T("account.role_" + role + "_hint"), Checked: role == chosen}
		if i > 0 {
			one.ID = "role-" + role
		}
		all = append(all, one)
	}
	return all
}

func roleName(r *web.Request, role string) string { return r.L.T("account.role_" + role) }

// languageField asks for the language of mails.
func languageField(r *web.Request, label, chosen string) form.Field {
	f := form.Field{ID: "lang", Kind: form.Radios, Label: label}
	f.Offer("en", r.L.T("account.lang_en"), chosen == "en")
	f.Offer("es", r.L.T("account.lang_es"), chosen == "es")
	return f
}

// sureField asks once more before something is ended.
func sureField(r *web.Request, question, yes, no string) form.Field {
	f := form.Field{ID: "choice", Kind: form.Radios, Label: question}
	f.Offer(form.Yes, yes, false)
	f.Offer(form.No, no, false)
	return f
}

// names says who did something, for people of one organization.
type names struct {
	r     *web.Request
	known map[string]string
}

func newNames(r *web.Request) names { return names{r, map[string]string{}} }

// of gives the name of an actor of the record: a colleague's name or address, the operator for people who work for the
// desk, and "this site" where nobody was signed in.
func (n names) of(tx *data.Tx, actor string) (string, error) {
	switch actor {
	case record.Console, record.Seed, record.System:
		return n.r.L.T("account.this_site"), nil
	}
	if name, ok := n.known[actor]; ok {
		return name, nil
	}
	person, err := account.FindPerson(tx, actor)
	switch {
	case errors.Is(err, data.ErrNotFound):
		return n.r.L.T("account.this_site"), nil
	case err != nil:
		return "", err
	case person.StaffRole != "":
		n.known[actor] = n.r.Operator()
	case person.Name != "":
		n.known[actor] = person.Name
	default:
		n.known[actor] = person.Email
	}
	return n.known[actor], nil
}

// day writes the calendar date of an instant in the zone of the site.
func day(r *web.Request, moment time.Time) string { return r.L.DateIn(moment, r.Site.Zone) }

// sentence joins the parts of a line that are not empty.
func sentence(parts ...string) string {
	var all []string
	for _, part := range parts {
		if part != "" {
			all = append(all, part)
		}
	}
	return strings.Join(all, " · ")
}
