package grant

import (
	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/data"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// PeoplePage is the list of the people who may use an access, with the form that adds one.
type PeoplePage struct {
	web.Problems
	ID, Title, Provider, Reference string
	People                         []named
	Text                           string
	Over, Full                     bool
	Name, Email                    form.Field
}

// named is a person on the list.
type named struct{ ID, Name, Email, Since string }

// People shows who may use an access.
func People(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newPeoplePage(r, tx)
	return web.Reply{Page: "desk/access_people", Data: page}, err
}

// NamePerson puts somebody on the list.
func NamePerson(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return changePeople(r, tx, access.ActRequest{Act: access.ActNamePerson, Name: r.Form("name"), Email: r.Form("email")}, "grant.flash_named")
}

// RemovePerson takes somebody off the list.
func RemovePerson(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return changePeople(r, tx, access.ActRequest{Act: access.ActRemovePerson, PersonID: r.Form("person")}, "grant.flash_removed")
}

func changePeople(r *web.Request, tx *data.Tx, request access.ActRequest, flash string) (web.Reply, error) {
	id := r.Param("id")
	_, err := broker.ActOnGrant(tx, r.Desk(), r.Actor(), id, request)
	problems, refused := r.Refused(err)
	if !refused {
		return web.Reply{Redirect: "/access/" + id + "/people", Flash: flash}, err
	}
	page, err := newPeoplePage(r, tx)
	page.Problems = problems
	page.Name.Problem, page.Email.Problem = problems.At("name"), problems.At("email")
	page.Name.Value, page.Email.Value = request.Name, request.Email
	return web.Reply{Status: 422, Page: "desk/access_people", Data: page}, err
}

// ToPeople leads from the address of the form that removes somebody to the list.
func ToPeople(r *web.Request, tx *data.Tx) (web.Reply, error) {
	h, err := findHeld(r, tx)
	return web.Reply{Redirect: "/access/" + h.ID + "/people"}, err
}

func newPeoplePage(r *web.Request, tx *data.Tx) (PeoplePage, error) {
	h, err := findHeld(r, tx)
	if err != nil {
		return PeoplePage{}, err
	}
	people, _, err := access.People(tx, h.ID)
	page := PeoplePage{ID: h.ID, Title: h.title(r), Provider: h.program.Provider.Name, Reference: h.Reference, Over: h.StateAt(tx.Now).Over(),
		Text: r.L.T("grant.people_text", "Max", h.UserLimit), Full: int64(len(people)) >= h.UserLimit}
	for _, p := range people {
		page.People = append(page.People, named{p.ID, p.Name, p.Email, r.L.T("grant.people_since", "Date", day(r, p.Named))})
	}
	page.Name = form.Field{ID: "name", Kind: form.Text, Label: r.L.T("grant.people_name"), Type: "text", Width: "w-mid"}
	page.Email = form.Field{ID: "email", Kind: form.Text, Label: r.L.T("grant.people_email"), Type: "email", Width: "w-mid"}
	return page, err
}
