package reminders

import (
	"errors"
	"slices"

	"accessdesk/catalog/interest"
	"accessdesk/data"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

// desk is what following a program needs beside the transaction.
func desk(r *web.Request) interest.Desk {
	d := r.Desk()
	return interest.Desk{Vocabulary: d.Vocabulary, Catalog: d.Catalog, Mail: d.Mail, Locales: d.Locales}
}

// FollowPage asks who wants to be told when a program opens, closes or changes.
type FollowPage struct {
	web.Problems
	Slug, Title string
	Email       string // as typed by somebody who is not signed in
	Follows     bool   // the signed-in person does already
}

// FollowProgram shows the form: an address for strangers, one button for who is signed in.
func FollowProgram(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newFollowPage(r, tx)
	return web.Reply{Page: "reminders/follow", Data: page}, err
}

// SaveFollow begins the notices for who is signed in, or ends them ("stop"); for everybody else it mails a link that confirms the
// address. What a stranger sees next is the same for every address.
func SaveFollow(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newFollowPage(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	back := web.Reply{Redirect: "/programs/" + page.Slug, Flash: "reminders.followed"}
	switch {
	case r.SignedIn() && r.Has("stop"):
		back.Flash = "reminders.unfollowed"
		return back, interest.Stop(tx, page.Slug, r.Person.Email)
	case r.SignedIn():
		return back, interest.Follow(tx, desk(r), page.Slug, r.Person.Email, r.Lang)
	}
	page.Email = r.Form("email")
	if page.Email == "" {
		page.Problems = web.Problems{{Field: "email", Text: r.L.T("reminders.follow_empty")}}
		return web.Reply{Status: fiber.StatusUnprocessableEntity, Page: "reminders/follow", Data: page}, nil
	}
	err = interest.Ask(tx, desk(r), page.Slug, page.Email, r.Lang)
	if problems, ok := r.Refused(err); ok {
		page.Problems = problems
		return web.Reply{Status: fiber.StatusUnprocessableEntity, Page: "reminders/follow", Data: page}, nil
	}
	return web.Reply{Redirect: "/follow/sent"}, err
}

func newFollowPage(r *web.Request, tx *data.Tx) (FollowPage, error) {
	program, err := r.Desk().Catalog.Live(tx, r.Param("slug"))
	if err != nil {
		return FollowPage{}, err
	}
	page := FollowPage{Slug: program.Slug, Title: program.Title.In(r.Lang)}
	if r.SignedIn() {
		page.Follows, err = interest.Follows(tx, program.Slug, r.Person.Email)
	}
	return page, err
}

// FollowSent tells a stranger to look into their mail.
func FollowSent(*web.Request, *data.Tx) (web.Reply, error) {
	return web.Reply{Page: "reminders/follow_sent"}, nil
}

// ConfirmPage is what the mailed link opens. Opening confirms nothing: programs that look into mails open links too.
type ConfirmPage struct {
	Token, Title, Email string // Title: the program to follow, or the search to save, in words
	Search              bool   // a search is to be saved
	Gone                bool   // used, replaced or too old
}

// LookFollow shows what the link confirms, and one button.
func LookFollow(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page := ConfirmPage{Token: r.Query("token")}
	found, err := interest.Look(tx, page.Token)
	if err == nil {
		page.Email = found.Address
		page.Title, err = titleOf(r, tx, found.Slug)
	} else if errors.Is(err, data.ErrNotFound) {
		page, err = lookSearch(r, tx, page.Token)
	}
	return confirmReply(page, err)
}

// ConfirmFollow begins the notices, or the mails about a search, for the address that the link was mailed to.
func ConfirmFollow(r *web.Request, tx *data.Tx) (web.Reply, error) {
	confirmed, err := interest.Confirm(tx, desk(r), r.Form("token"))
	if errors.Is(err, data.ErrNotFound) {
		return confirmSearch(r, tx)
	}
	if err != nil {
		return confirmReply(ConfirmPage{}, err)
	}
	return web.Reply{Redirect: "/programs/" + confirmed.Slug, Flash: "reminders.followed"}, nil
}

// confirmReply is the page, or that the link is over.
func confirmReply(page ConfirmPage, err error) (web.Reply, error) {
	if errors.Is(err, data.ErrNotFound) {
		return web.Reply{Status: fiber.StatusGone, Page: "reminders/follow_confirm", Data: ConfirmPage{Gone: true}}, nil
	}
	return web.Reply{Page: "reminders/follow_confirm", Data: page}, err
}

// titleOf is the name of a program that is listed. data.ErrNotFound for one that is not any more.
func titleOf(r *web.Request, tx *data.Tx, slug string) (string, error) {
	program, err := r.Desk().Catalog.Live(tx, slug)
	if err != nil {
		return "", err
	}
	return program.Title.In(r.Lang), nil
}

// programBoxes are tick boxes for the programs that an address follows.
func programBoxes(r *web.Request, tx *data.Tx, address string) ([]box, error) {
	followed, err := interest.Of(tx, desk(r), address)
	var all []box
	for _, one := range followed {
		all = append(all, box{ID: "program-" + one.Slug, Value: one.Slug, Text: one.Title.In(r.Lang), Ticked: true})
	}
	return all, err
}

// keepPrograms ends the notices about the followed programs that are not ticked any more.
func keepPrograms(r *web.Request, tx *data.Tx, address string, ticked []string) error {
	followed, err := interest.Of(tx, desk(r), address)
	if err != nil {
		return err
	}
	for _, one := range followed {
		if !slices.Contains(ticked, one.Slug) {
			if err := interest.Stop(tx, one.Slug, address); err != nil {
				return err
			}
		}
	}
	return nil
}
