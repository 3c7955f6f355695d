package organization

import (
	"errors"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// AccountPage is what belongs to a person: how colleagues and mails call them, and where they are signed in.
type AccountPage struct {
	web.Problems
	Email    string
	Name     form.Field
	Language form.Field
	Sessions []sessionLine
	Others   bool // there are sessions beside this one
}

// sessionLine is a session in the list.
type sessionLine struct {
	Handle, Device, Text string
	This                 bool
}

// Account shows the person's account.
func Account(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newAccountPage(r, tx, r.Person.Name, r.Person.Lang)
	return web.Reply{Page: "organization/account", Data: page}, err
}

func newAccountPage(r *web.Request, tx *data.Tx, name, lang string) (AccountPage, error) {
	page := AccountPage{Email: r.Person.Email, Language: languageField(r, r.L.T("account.own_lang"), lang),
		Name: form.Field{ID: "name", Kind: form.Text, Type: "text", Fill: "name", Value: name, Label: r.L.T("account.own_name"), Hint: r.L.T("account.own_name_hint")}}
	sessions, err := r.Sessions(tx)
	for _, s := range sessions {
		page.Others = page.Others || !s.This
		page.Sessions = append(page.Sessions, sessionLine{Handle: s.Handle, Device: device(r, s), This: s.This,
			Text: r.L.T("account.session_line", "Started", r.L.DateTime(s.Started, r.Site.Zone), "Used", r.L.DateTime(s.Used, r.Site.Zone))})
	}
	return page, err
}

// device says what signed in: "Firefox on Windows".
func device(r *web.Request, s web.OwnSession) string {
	switch {
	case s.Browser != "" && s.System != "":
		return r.L.T("account.device", "Browser", s.Browser, "System", s.System)
	case s.Browser+s.System != "":
		return s.Browser + s.System
	}
	return r.L.T("account.device_unknown")
}

// SaveAccount keeps name and language, or ends sessions, by the button that was pressed.
func SaveAccount(r *web.Request, tx *data.Tx) (web.Reply, error) {
	name, lang := r.Person.Name, r.Person.Lang
	reply := web.Reply{Redirect: "/account"}
	var err error
	switch r.Form("act") {
	case "save":
		name, lang = r.Form("name"), r.Form("lang")
		err, reply.Flash = account.SetProfile(tx, r.Person.ID, name, lang), "account.saved"
	case "end":
		err, reply.Flash = r.EndOtherSession(tx, r.Form("session")), "account.session_ended"
		if errors.Is(err, data.ErrNotFound) {
			err = nil // it ended by itself, or in another window
		}
	case "others":
		_, err = r.EndOtherSessions(tx)
		reply.Flash = "account.sessions_ended"
	default:
		err = data.Refuse("", "choose_one")
	}
	if problems, refused := r.Refused(err); refused {
		page, err := newAccountPage(r, tx, name, lang)
		page.Problems, page.Name.Problem, page.Language.Problem = problems, problems.At("name"), problems.At("lang")
		return unprocessable("organization/account", page), err
	}
	return reply, err
}
