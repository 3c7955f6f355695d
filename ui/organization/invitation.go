package organization

import (
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// SentPage is an invitation, for somebody who manages the organization.
type SentPage struct {
	web.Problems
	Organization string // id
	ID, Email    string
	Role, Lang   string
	By           string
	Sent         string
	Expires      string
	Over         string // why it cannot be accepted any more
	Ended        bool   // and cannot be mailed again either
}

// Sent shows an invitation.
func Sent(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.Manage, "/org/people", func(r *web.Request, tx *data.Tx, mine account.Membership) (web.Reply, error) {
		page, err := newSentPage(r, tx, mine)
		return web.Reply{Page: "organization/sent", Data: page}, err
	})
}

func newSentPage(r *web.Request, tx *data.Tx, mine account.Membership) (SentPage, error) {
	i, err := account.FindInvitation(tx, mine.Organization.ID, r.Param("id"))
	if err != nil {
		return SentPage{}, err
	}
	page := SentPage{Organization: mine.Organization.ID, ID: i.ID, Email: i.Email, Role: roleName(r, i.Role), Lang: r.L.T("account.lang_" + i.Lang),
		By: account.Called(i.By), Sent: day(r, i.Sent), Expires: r.L.DateTime(i.Expires, r.Site.Zone), Ended: i.Ended()}
	switch refusal := refusalOf(i.Check(tx.Now)); {
	case refusal == nil:
	case i.Ended():
		page.Over = r.RefusalText(refusal)
	default:
		page.Over = r.L.T("account.invitation_over")
	}
	return page, nil
}

// Settle mails an invitation again or cancels it.
func Settle(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.Manage, "/org/people", func(r *web.Request, tx *data.Tx, mine account.Membership) (web.Reply, error) {
		page, err := newSentPage(r, tx, mine)
		if err != nil {
			return web.Reply{}, err
		}
		reply := web.Reply{Redirect: "/org/people", FlashArgs: []any{"Email", page.Email}}
		switch r.Form("act") {
		case "resend":
			_, err = account.Resend(tx, r.Desk().Mail, mine.Organization.ID, r.Person, page.ID)
			reply.Flash = "account.invited"
		case "cancel":
			err = account.CancelInvitation(tx, mine.Organization.ID, r.Person, page.ID)
			reply.Flash = "account.canceled"
		default:
			err = data.Refuse("", "unknown_choice")
		}
		if problems, refused := r.Refused(err); refused {
			for i := range problems {
				problems[i].Field = "" // the page has no field for the address
			}
			page.Problems = problems
			return unprocessable("organization/sent", page), nil
		}
		return reply, err
	})
}

// InvitationPage is an invitation as the invited person sees it, before and after they sign in.
type InvitationPage struct {
	web.Problems
	ID, Organization, Email string
	By, Role, RoleText      string
	Expires                 string
	Over                    string // why it cannot be accepted
	Accepted                bool
	SignIn                  bool // the reader has to prove the address first
	Other                   bool // the reader is signed in with another address
}

// Invitation is what the mailed link opens. It shows who invites to what and leads through sign-in; it accepts nothing,
// whoever opens it and whatever they press.
func Invitation(r *web.Request, tx *data.Tx) (web.Reply, error) {
	i, err := account.LookInvitation(tx, r.Query("token"))
	refusal := refusalOf(err)
	if err != nil && refusal == nil {
		return web.Reply{}, err
	}
	mine := i.ID != "" && r.Person.Email == i.Email
	if mine && r.Person.StaffRole == "" {
		return web.Reply{Redirect: "/invitation/" + i.ID}, nil
	}
	page := newInvitationPage(r, i)
	if mine {
		refusal = data.Refuse("", "invitation_staff")
	}
	if refusal != nil {
		page.Over = r.RefusalText(refusal)
		return web.Reply{Status: 410, Page: "organization/invitation", Data: page}, nil
	}
	page.SignIn, page.Other = !r.SignedIn(), r.SignedIn()
	return web.Reply{Page: "organization/invitation", Data: page}, nil
}

func newInvitationPage(r *web.Request, i account.Invitation) InvitationPage {
	if i.ID == "" {
		return InvitationPage{}
	}
	return InvitationPage{ID: i.ID, Organization: i.Organization.Name, Email: i.Email, By: account.Called(i.By), Role: roleName(r, i.Role),
		RoleText: r.L.T("account.role_" + i.Role + "_hint"), Expires: r.L.DateTime(i.Expires, r.Site.Zone)}
}

// Invited shows an invitation to the person whose address it names.
func Invited(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := openInvitation(r, tx)
	return web.Reply{Page: "organization/invitation", Data: page}, err
}

func openInvitation(r *web.Request, tx *data.Tx) (InvitationPage, error) {
	i, err := account.InvitationTo(tx, r.Person, r.Param("id"))
	refusal := refusalOf(err)
	if err != nil && refusal == nil {
		return InvitationPage{}, err
	}
	page := newInvitationPage(r, i)
	if refusal != nil {
		page.Over, page.Accepted = r.RefusalText(refusal), refusal.Code == "invitation_accepted"
	}
	return page, nil
}

// AnswerInvitation accepts or declines.
func AnswerInvitation(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := openInvitation(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	reply := web.Reply{FlashArgs: []any{"Organization", page.Organization}}
	switch r.Form("act") {
	case "accept":
		_, err = account.Accept(tx, r.Desk().Mail, r.Person, page.ID)
		reply.Redirect, reply.Flash = "/org", "account.joined"
	case "decline":
		err = account.Decline(tx, r.Person, page.ID)
		reply.Redirect, reply.Flash = "/home", "account.declined"
	default:
		err = data.Refuse("", "choose_one")
	}
	if refusal := refusalOf(err); refusal != nil && refusal.Code == "invitation_accepted" && page.Accepted {
		return web.Reply{Redirect: "/org"}, nil // pressed twice: the first time counted
	}
	if problems, refused := r.Refused(err); refused {
		page.Problems = problems
		return unprocessable("organization/invitation", page), nil
	}
	return reply, err
}
