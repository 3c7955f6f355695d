package account

import (
	"cmp"
	"fmt"
	"slices"

	"accessdesk/data"
)

// audiences is who gets which mail about an organization: the members whose role has the right.
//
//	what has to be done              whoever may do it: a draft or a packet, who writes; a question of a reviewer, who answers;
//	                                 people and roles, who manages
//	what was decided or has changed  whoever works on it, who writes; owners are among them
//	days that somebody asked about   whoever asked, also those who only read
//
// An editor who is reminded of a draft finishes it; a signer or an owner sends it. The mail about the end of an access tells each
// reader whether they can ask for renewal themselves. Mails to one person (a sign-in link, an invitation, a role of
// one's own, a followed program) and mails to staff have no line here.
var audiences = map[string]Right{
	"draft_saved": Write, "draft_unfinished": Write, "draft_closing": Write, "packet_no_reply": Write, "packet_renewal": Write,
	"message_received": Write,
	"question_asked":   Answer, "question_waiting": Answer, "question_closing": Answer,
	"member_left": Manage, "owner_appointed": Read,

	"submitted": Write, "waitlisted": Write, "placed": Write, "withdrawn": Write, "approved": Write, "declined": Write, "case_closed": Write,
	"grant_started": Write, "grant_ends_soon": Write, "grant_ended": Write, "grant_given_up": Write, "grant_suspended": Write,
	"grant_resumed": Write, "grant_revoked": Write, "grant_renewed": Write, "grant_renewal_refused": Write,

	"date_sam": Read, "date_awia_risk": Read, "date_awia_plan": Read, "date_membership": Read, "state_call": Read, "fits_now": Read,
}

// Audience lists the members of an organization who get a mail about it, by address: the one rule for every package that queues
// mails. What a reader has switched off, or never asked for, is not sent to them all the same (package notify). A template
// without a line in the table is an error.
func Audience(tx *data.Tx, organizationID, template string) ([]Member, error) {
	right, ok := audiences[template]
	if !ok {
		return nil, fmt.Errorf("who gets the mail %q: it has no line in the table of broker/account", template)
	}
	members, err := Members(tx, organizationID)
	if err != nil {
		return nil, err
	}
	members = slices.DeleteFunc(members, func(m Member) bool { return m.Disabled || !RoleMay(m.Role, right) })
	slices.SortFunc(members, func(a, b Member) int { return cmp.Compare(a.Email, b.Email) })
	return members, nil
}
