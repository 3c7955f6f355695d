package organization

import (
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// PeoplePage lists who acts for the organization, and who is invited to.
type PeoplePage struct {
	web.Problems
	Organization, Name string // id and name
	Manage             bool
	Members            []memberLine
	Invitations        []invitationLine
	Email              form.Field
	Roles              []roleChoice
	RoleProblem        string
	Language           form.Field
	Table              rightsTable
}

// rightsTable says in words which role may do what.
type rightsTable struct {
	Roles []string
	Rows  []rightRow
}

// rightRow is one right with a cell for each role.
type rightRow struct {
	Right string
	Cells []rightCell
}

// rightCell tells whether a role has a right.
type rightCell struct {
	Role string
	Yes  bool
}

func newRightsTable(r *web.Request) (table rightsTable) {
	for _, role := range account.MemberRoles() {
		table.Roles = append(table.Roles, roleName(r, role))
	}
	for _, right := range account.Rights() {
		row := rightRow{Right: r.L.T("account.right_" + string(right))}
		for i, role := range account.MemberRoles() {
			row.Cells = append(row.Cells, rightCell{table.Roles[i], account.RoleMay(role, right)})
		}
		table.Rows = append(table.Rows, row)
	}
	return table
}

// memberLine is a member in the list.
type memberLine struct {
	ID, Name, Email, Role, Since string
	Closed                       bool // the account is
	Self                         bool
}

// invitationLine is an invitation in the list.
type invitationLine struct{ ID, Email, Role, Text, Problem string }

// People lists the members of the organization and its open invitations; who manages it may invite.
func People(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.Read, "/home", func(r *web.Request, tx *data.Tx, member account.Membership) (web.Reply, error) {
		page, err := newPeoplePage(r, tx, member, "", account.Editor, r.Lang)
		return web.Reply{Page: "organization/people", Data: page}, err
	})
}

// Invite invites somebody.
func Invite(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.Manage, "/org/people", func(r *web.Request, tx *data.Tx, member account.Membership) (web.Reply, error) {
		email, role, lang := r.Form("email"), r.Form("role"), r.Form("lang")
		_, err := account.Invite(tx, r.Desk().Mail, member.Organization.ID, r.Person, email, role, lang)
		if problems, refused := r.Refused(err); refused {
			page, err := newPeoplePage(r, tx, member, email, role, lang)
			page.Problems = problems
			page.Email.Problem, page.RoleProblem, page.Language.Problem = problems.At("email"), problems.At("role"), problems.At("lang")
			return unprocessable("organization/people", page), err
		}
		return web.Reply{Redirect: "/org/people", Flash: "account.invited", FlashArgs: []any{"Email", email}}, err
	})
}

func newPeoplePage(r *web.Request, tx *data.Tx, mine account.Membership, email, role, lang string) (PeoplePage, error) {
	page := PeoplePage{Organization: mine.Organization.ID, Name: mine.Organization.Name, Manage: mine.May(account.Manage),
		Table: newRightsTable(r), Roles: roleChoices(r, role), Language: languageField(r, r.L.T("account.invite_lang"), lang),
		Email: form.Field{ID: "email", Kind: form.Text, Type: "email", Value: email, Label: r.L.T("account.invite_email"), Hint: r.L.T("account.invite_email_hint")}}
	members, err := account.Members(tx, mine.Organization.ID)
	if err != nil {
		return page, err
	}
	for _, m := range members {
		page.Members = append(page.Members, memberLine{ID: m.ID, Name: m.Name, Email: m.Email, Role: roleName(r, m.Role),
			Since: r.L.T("account.since", "Date", day(r, m.Since)), Closed: m.Disabled, Self: m.ID == r.Person.ID})
	}
	invitations, err := account.Invitations(tx, mine.Organization.ID)
	for _, i := range invitations {
		line := invitationLine{ID: i.ID, Email: i.Email, Role: roleName(r, i.Role),
			Text: r.L.T("account.invitation_line", "Sent", day(r, i.Sent), "Expires", r.L.DateTime(i.Expires, r.Site.Zone))}
		if i.Over(tx.Now) {
			line.Problem = r.L.T("account.invitation_over")
		}
		page.Invitations = append(page.Invitations, line)
	}
	return page, err
}

// MemberPage is one member, for somebody who manages the organization.
type MemberPage struct {
	web.Problems
	Organization string // id
	Member       memberLine
	Roles        []roleChoice
	RoleProblem  string
}

// Member shows a member and lets their role be changed.
func Member(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.Manage, "/org/people", func(r *web.Request, tx *data.Tx, mine account.Membership) (web.Reply, error) {
		page, err := newMemberPage(r, tx, mine, "")
		return web.Reply{Page: "organization/member", Data: page}, err
	})
}

func newMemberPage(r *web.Request, tx *data.Tx, mine account.Membership, chosen string) (MemberPage, error) {
	m, err := account.FindMember(tx, mine.Organization.ID, r.Param("id"))
	if err != nil {
		return MemberPage{}, err
	}
	if chosen == "" {
		chosen = m.Role
	}
	return MemberPage{Organization: mine.Organization.ID, Roles: roleChoices(r, chosen),
		Member: memberLine{ID: m.ID, Name: m.Name, Email: m.Email, Role: roleName(r, m.Role), Since: r.L.T("account.since", "Date", day(r, m.Since)),
			Closed: m.Disabled, Self: m.ID == r.Person.ID}}, nil
}

// SetRole gives a member another role.
func SetRole(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.Manage, "/org/people", func(r *web.Request, tx *data.Tx, mine account.Membership) (web.Reply, error) {
		page, err := newMemberPage(r, tx, mine, r.Form("role"))
		if err != nil {
			return web.Reply{}, err
		}
		err = account.SetMemberRole(tx, r.Desk().Mail, mine.Organization.ID, r.Person, page.Member.ID, r.Form("role"))
		if problems, refused := r.Refused(err); refused {
			page.Problems, page.RoleProblem = problems, problems.At("role")
			return unprocessable("organization/member", page), nil
		}
		return web.Reply{Redirect: "/org/people", Flash: "account.role_changed", FlashArgs: []any{"Email", page.Member.Email}}, err
	})
}

// EndPage asks once more before a membership ends: the person's own, or another one's.
type EndPage struct {
	web.Problems
	Organization, Name string // id and name
	Action             string
	Member             memberLine
	Choice             form.Field
}

// AskRemove asks before a member is removed.
func AskRemove(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.Manage, "/org/people", func(r *web.Request, tx *data.Tx, mine account.Membership) (web.Reply, error) {
		page, err := newRemovePage(r, tx, mine)
		return web.Reply{Page: "organization/remove", Data: page}, err
	})
}

func newRemovePage(r *web.Request, tx *data.Tx, mine account.Membership) (EndPage, error) {
	shown, err := newMemberPage(r, tx, mine, "")
	return EndPage{Organization: mine.Organization.ID, Name: mine.Organization.Name, Action: r.Path(), Member: shown.Member,
		Choice: sureField(r, r.L.T("account.remove_question"), r.L.T("account.remove_yes"), r.L.T("account.remove_no"))}, err
}

// Remove ends somebody's membership.
func Remove(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.Manage, "/org/people", func(r *web.Request, tx *data.Tx, mine account.Membership) (web.Reply, error) {
		page, err := newRemovePage(r, tx, mine)
		if err != nil {
			return web.Reply{}, err
		}
		return page.settle(r, "organization/remove", "account.removed", func() error {
			return account.RemoveMember(tx, r.Desk().Mail, mine.Organization.ID, r.Person, page.Member.ID)
		})
	})
}

// AskLeave asks before a person leaves the organization.
func AskLeave(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.Read, "/home", func(r *web.Request, _ *data.Tx, mine account.Membership) (web.Reply, error) {
		return web.Reply{Page: "organization/leave", Data: newLeavePage(r, mine)}, nil
	})
}

func newLeavePage(r *web.Request, mine account.Membership) EndPage {
	return EndPage{Organization: mine.Organization.ID, Name: mine.Organization.Name, Action: "/org/leave",
		Choice: sureField(r, r.L.T("account.leave_question"), r.L.T("account.leave_yes"), r.L.T("account.leave_no"))}
}

// Leave ends the person's own membership.
func Leave(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return about(r, tx, account.Read, "/home", func(r *web.Request, tx *data.Tx, mine account.Membership) (web.Reply, error) {
		page := newLeavePage(r, mine)
		reply, err := page.settle(r, "organization/leave", "account.left", func() error {
			return account.Leave(tx, r.Desk().Mail, mine.Organization.ID, r.Person)
		})
		if reply.Flash == "account.left" {
			reply.Redirect = "/home"
		}
		return reply, err
	})
}

// settle does what was asked about if the answer is yes.
func (page EndPage) settle(r *web.Request, name, done string, act func() error) (web.Reply, error) {
	switch r.Form(page.Choice.ID) {
	case form.No:
		return web.Reply{Redirect: "/org/people"}, nil
	case form.Yes:
		err := act()
		if problems, refused := r.Refused(err); refused {
			page.Problems = problems
			return unprocessable(name, page), nil
		}
		return web.Reply{Redirect: "/org/people", Flash: done, FlashArgs: []any{"Organization", page.Name, "Email", page.Member.Email}}, err
	}
	page.Choice.Problem = r.L.T("account.yes_or_no")
	page.Problems = web.Problems{{Field: page.Choice.ID, Text: page.Choice.Problem}}
	return unprocessable(name, page), nil
}
