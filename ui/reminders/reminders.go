// Package reminders holds the pages on which people choose their mails: with an account the page "Emails and reminders", without one
// the page behind the stop link of a mail. What may be chosen, and what a choice does, is package notify.
package reminders

import (
	"slices"

	"accessdesk/broker/account"
	"accessdesk/broker/agenda"
	"accessdesk/data"
	"accessdesk/notify"
	"accessdesk/ui/web"
)

// Page is everything that somebody may choose about the mails to their address.
type Page struct {
	Address  string
	Returned string // the day since which mails to the address come back, "" if they arrive
	Usual    []box  // come unless switched off
	Added    []box  // come only when ticked
	Programs []box  // followed
	Searches []box  // saved
	Needed   []string
	// Organization is the one whose coming mails are listed, "" for who acts for none.
	Organization string
	Coming       []comingMail
	Later        []comingMail // behind the first ones
	Calendar     string       // the day on which the private calendar link was made, "" if there is none
}

// box is a tick box.
type box struct {
	ID, Value, Text, Hint string
	Ticked                bool
}

// Reminders shows what the signed-in person gets.
func Reminders(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page := Page{Address: r.Person.Email, Needed: needed(r)}
	returned, err := notify.Returned(tx, r.Person.Email)
	if err != nil {
		return web.Reply{}, err
	}
	if !returned.IsZero() {
		page.Returned = r.L.DateIn(returned, r.Site.Zone)
	}
	for _, kind := range kindsFor(r.Person) {
		choice, err := notify.ChoiceOf(tx, r.Person.Email, kind)
		if err != nil {
			return web.Reply{}, err
		}
		shown := box{ID: "kind-" + string(kind), Value: string(kind), Ticked: choice.Wanted,
			Text: r.L.T("reminders.kind_" + string(kind)), Hint: r.L.T("reminders.kind_" + string(kind) + "_hint")}
		if kind.OptIn() {
			page.Added = append(page.Added, shown)
		} else {
			page.Usual = append(page.Usual, shown)
		}
	}
	made, err := agenda.MadeAt(tx, r.Person.ID)
	if err != nil {
		return web.Reply{}, err
	}
	if !made.IsZero() {
		page.Calendar = r.L.DateIn(made, r.Site.Zone)
	}
	page.Programs, err = programBoxes(r, tx, r.Person.Email)
	if err == nil {
		page.Searches, err = searchBoxes(r, tx, r.Person.Email)
	}
	if err == nil {
		page.Organization, page.Coming, err = coming(r, tx)
		if len(page.Coming) > comingFirst {
			page.Coming, page.Later = page.Coming[:comingFirst], page.Coming[comingFirst:]
		}
	}
	return web.Reply{Page: "reminders/reminders", Data: page}, err
}

// Save keeps what was ticked. The buttons of the notices on the page do only what they say.
func Save(r *web.Request, tx *data.Tx) (web.Reply, error) {
	switch {
	case r.Has("retry"):
		return web.Reply{Redirect: "/reminders", Flash: "reminders.retried"}, notify.Retry(tx, r.Person.Email)
	case r.Has("fits"):
		return web.Reply{Redirect: "/reminders", Flash: "recheck.offered"}, notify.Choose(tx, r.Person.Email, notify.KindFits, true)
	case r.Has("revoke"):
		return web.Reply{Redirect: "/reminders", Flash: "reminders.revoked"}, notify.RevokeStopLinks(tx, r.Person.Email)
	}
	ticked := r.FormAll("kind")
	for _, kind := range kindsFor(r.Person) {
		if err := notify.Choose(tx, r.Person.Email, kind, slices.Contains(ticked, string(kind))); err != nil {
			return web.Reply{}, err
		}
	}
	if err := keepPrograms(r, tx, r.Person.Email, r.FormAll("program")); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Redirect: "/reminders", Flash: "reminders.saved"}, keepSearches(tx, r.Person.Email, r.FormAll("search"))
}

// kindsFor lists the optional mails that a person can get at all.
func kindsFor(p account.Person) []notify.Kind {
	return slices.DeleteFunc(notify.Kinds(), func(kind notify.Kind) bool {
		switch kind {
		case notify.KindSaved, notify.KindSearch:
			return false
		case notify.KindDueSoon, notify.KindDigest:
			return p.StaffRole != account.ProgramManager
		}
		return p.StaffRole != ""
	})
}

// needed says in words which mails always come.
func needed(r *web.Request) []string {
	keys := []string{"needed_signin", "needed_invitation", "needed_question", "needed_decision", "needed_access"}
	if r.Person.StaffRole != "" {
		keys = []string{"needed_signin", "needed_answer"}
	}
	var all []string
	for _, key := range keys {
		all = append(all, r.L.T("reminders."+key))
	}
	return all
}
