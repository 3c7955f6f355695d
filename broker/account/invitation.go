package account

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"accessdesk/data"
	"accessdesk/notify"
)

// The limits of invitations.
const (
	// InvitedFor is how long somebody has to accept an invitation to an organization.
	InvitedFor = 14 * 24 * time.Hour

	invitationsByPerson  = 20                  // mails that one person sets off in 24 hours
	invitationsToAddress = 5                   // mails to one address in 24 hours, whoever invites
	keptInvitations      = 90 * 24 * time.Hour // how long an invitation that is over is kept, so that a late click gets a true answer
)

// How an invitation may end before it runs out.
const (
	endedAccepted = "accepted"
	endedDeclined = "declined"
	endedCanceled = "canceled"
)

// Invitation asks the holder of an address to act for an organization.
type Invitation struct {
	ID           string
	Organization Organization
	Email        string // as NormalizeEmail gives it
	Role         string // Owner, Signer, Editor or Reader
	Lang         string // of the mail
	By           Person // who invites
	Sent         time.Time
	Expires      time.Time // exclusive: at that moment it is over

	ending string
	ended  bool
	void   bool // whoever invites may not any more
}

// Check refuses an invitation that cannot be accepted: invitation_accepted, invitation_replaced (a newer mail went out),
// invitation_canceled (also when the person declined), invitation_expired, and invitation_void when whoever invited does
// not manage the organization any more.
func (i Invitation) Check(now time.Time) error {
	switch {
	case i.ended && i.ending == endedAccepted:
		return data.Refuse("", "invitation_accepted")
	case i.ended && i.ending == endedReplaced:
		return data.Refuse("", "invitation_replaced")
	case i.ended:
		return data.Refuse("", "invitation_canceled")
	case !now.Before(i.Expires):
		return data.Refuse("", "invitation_expired")
	case i.void:
		return data.Refuse("", "invitation_void")
	}
	return nil
}

// Ended tells whether somebody answered or ended the invitation; one that ran out or is void can still be mailed again.
func (i Invitation) Ended() bool { return i.ended }

// Over tells whether the invitation cannot be accepted any more.
func (i Invitation) Over(now time.Time) bool { return i.Check(now) != nil }

const selectInvitation = `SELECT i.id, o.id, o.name, i.email, i.role, i.lang, i.invited_at, i.expires_at, i.ended_at, i.ending,
	p.id, p.email, p.name, p.lang, p.staff_role, p.disabled, coalesce(m.role, ''), coalesce(m.state, '')
	FROM invitation i JOIN organization o ON o.id = i.organization_id JOIN person p ON p.id = i.invited_by
	LEFT JOIN membership m ON m.person_id = i.invited_by AND m.organization_id = i.organization_id `

func scanInvitation(s data.Scanner) (i Invitation, err error) {
	var sent, expires int64
	var ended sql.NullInt64
	var role, state string
	err = s.Scan(&i.ID, &i.Organization.ID, &i.Organization.Name, &i.Email, &i.Role, &i.Lang, &sent, &expires, &ended, &i.ending,
		&i.By.ID, &i.By.Email, &i.By.Name, &i.By.Lang, &i.By.StaffRole, &i.By.Disabled, &role, &state)
	i.Sent, i.Expires, i.ended = data.FromMillis(sent), data.FromMillis(expires), ended.Valid
	i.void = i.By.Disabled || state != active || !RoleMay(role, Manage)
	return i, err
}

// Invite mails an invitation to an address, in a language that the actor chooses. The actor needs the right Manage.
// Refusals: not_your_role; at the field "email": invalid_email, member_already, invited_already, invitation_limit (the
// person invited too often today), invitation_often (the address was); at "role" and "lang": unknown_choice.
func Invite(tx *data.Tx, composer *notify.Composer, organizationID string, actor Person, email, role, lang string) (Invitation, error) {
	mine, err := Need(tx, actor.ID, organizationID, Manage)
	if err != nil {
		return Invitation{}, err
	}
	email, err = NormalizeEmail(email)
	if !slices.Contains(MemberRoles(), role) {
		err = errors.Join(err, data.Refuse("role", "unknown_choice"))
	}
	if lang != "en" && lang != "es" {
		err = errors.Join(err, data.Refuse("lang", "unknown_choice"))
	}
	if err != nil {
		return Invitation{}, err
	}
	i := Invitation{Organization: mine.Organization, Email: email, Role: role, Lang: lang, By: actor}
	if err := i.refuseTwice(tx); err != nil {
		return i, refusedOr("invite", err)
	}
	return i.send(tx, composer, actor, "member_invited")
}

// refuseTwice refuses an address that belongs to a member or has an invitation that can still be accepted.
func (i Invitation) refuseTwice(tx *data.Tx) error {
	member, err := isMember(tx, i.Organization.ID, i.Email)
	if err == nil && member {
		err = data.Refuse("email", "member_already")
	}
	if err != nil {
		return err
	}
	open, err := scanInvitation(tx.Row(selectInvitation+"WHERE i.organization_id = $1 AND i.email = $2 AND i.ended_at IS NULL", i.Organization.ID, i.Email))
	if errors.Is(err, data.ErrNotFound) || err == nil && open.Over(tx.Now) {
		return nil
	}
	if err == nil {
		err = data.Refuse("email", "invited_already")
	}
	return err
}

// Resend mails an invitation again with a new link and 14 more days; the older link ends. The actor needs the right Manage
// and is the one who invites from now on. Refusals: not_your_role, invitation_limit, invitation_often (field email), and as
// for accepting if it is over other than by its age.
func Resend(tx *data.Tx, composer *notify.Composer, organizationID string, actor Person, id string) (Invitation, error) {
	i, err := managed(tx, organizationID, actor, id)
	if err != nil {
		return i, err
	}
	if i.ended {
		return i, i.Check(tx.Now)
	}
	i.By = actor
	return i.send(tx, composer, actor, "invitation_resent")
}

// CancelInvitation ends an invitation. The actor needs the right Manage. Refusals: not_your_role, and as for accepting if it
// ended already.
func CancelInvitation(tx *data.Tx, organizationID string, actor Person, id string) error {
	i, err := managed(tx, organizationID, actor, id)
	if err == nil && i.ended {
		err = i.Check(tx.Now)
	}
	if err != nil {
		return err
	}
	return i.end(tx, actor.ID, endedCanceled, "invitation_canceled")
}

// managed finds an invitation of an organization for somebody who may manage it.
func managed(tx *data.Tx, organizationID string, actor Person, id string) (Invitation, error) {
	if _, err := Need(tx, actor.ID, organizationID, Manage); err != nil {
		return Invitation{}, err
	}
	return FindInvitation(tx, organizationID, id)
}

// FindInvitation gives an invitation of an organization, open or over. data.ErrNotFound if there is none.
func FindInvitation(tx *data.Tx, organizationID, id string) (Invitation, error) {
	i, err := scanInvitation(tx.Row(selectInvitation+"WHERE i.id = $1 AND i.organization_id = $2", id, organizationID))
	if err != nil {
		return Invitation{}, fmt.Errorf("find invitation %s: %w", id, err)
	}
	return i, nil
}

// Invitations lists the invitations of an organization that nobody has answered or ended, the newest first; those that ran
// out or are void are among them, because they can be mailed again.
func Invitations(tx *data.Tx, organizationID string) ([]Invitation, error) {
	all, err := data.Rows(tx, scanInvitation, selectInvitation+"WHERE i.organization_id = $1 AND i.ended_at IS NULL ORDER BY i.invited_at DESC, i.id", organizationID)
	if err != nil {
		return nil, fmt.Errorf("invitations of organization %s: %w", organizationID, err)
	}
	return all, nil
}

// InvitationsFor lists the invitations that a person can accept now.
func InvitationsFor(tx *data.Tx, p Person) ([]Invitation, error) {
	all, err := data.Rows(tx, scanInvitation, selectInvitation+"WHERE i.email = $1 AND i.ended_at IS NULL ORDER BY i.invited_at DESC, i.id", p.Email)
	if err != nil {
		return nil, fmt.Errorf("invitations for person %s: %w", p.ID, err)
	}
	return slices.DeleteFunc(all, func(i Invitation) bool { return i.Over(tx.Now) }), nil
}

// LookInvitation tells about a mailed link, in whatever transaction; looking changes nothing and opens nothing. Refusals as
// in InvitationTo, with what is known of the invitation; a token that nobody made is invitation_expired.
func LookInvitation(tx *data.Tx, token string) (Invitation, error) {
	i, err := scanInvitation(tx.Row(selectInvitation+"WHERE i.token_hash = $1", data.HashToken(token)))
	if errors.Is(err, data.ErrNotFound) {
		return Invitation{}, data.Refuse("", "invitation_expired")
	}
	if err != nil {
		return Invitation{}, fmt.Errorf("look at invitation: %w", err)
	}
	return i, i.Check(tx.Now)
}

// InvitationTo gives an invitation to the person whose address it names. For everybody else there is none:
// data.ErrNotFound. One that is over comes with its refusal: invitation_accepted, invitation_replaced, invitation_canceled,
// invitation_expired or invitation_void.
func InvitationTo(tx *data.Tx, p Person, id string) (Invitation, error) {
	i, err := scanInvitation(tx.Row(selectInvitation+"WHERE i.id = $1 AND i.email = $2", id, p.Email))
	if err != nil {
		return Invitation{}, fmt.Errorf("invitation %s: %w", id, err)
	}
	return i, i.Check(tx.Now)
}

// Accept makes the invited person a member, once. Refusals as for InvitationTo, invitation_staff for somebody who works for
// the desk, and member_already.
func Accept(tx *data.Tx, composer *notify.Composer, p Person, id string) (Invitation, error) {
	i, err := InvitationTo(tx, p, id)
	if err == nil && p.StaffRole != "" {
		err = data.Refuse("", "invitation_staff")
	}
	if err != nil {
		return i, err
	}
	if err := i.end(tx, p.ID, endedAccepted, ""); err != nil {
		return i, err
	}
	joined, err := joinOrganization(tx, p.ID, i.Organization.ID, i.Role)
	if err == nil && !joined {
		err = data.Refuse("", "member_already")
	}
	if err == nil {
		err = recordOrganization(tx, i.Organization.ID, p.ID, "member_joined", map[string]any{"person": p.ID, "role": i.Role, "invitation": i.ID})
	}
	if err == nil {
		err = tellMember(tx, composer, p, i.Organization, "member_added", i.ID, map[string]any{"Role": i.Role, "Link": "/org"})
	}
	if err == nil {
		err = tellMember(tx, composer, i.By, i.Organization, "member_joined", i.ID, map[string]any{"Member": Called(p), "Role": i.Role, "Link": "/org/people"})
	}
	if err != nil {
		return i, refusedOr("accept invitation", err)
	}
	return i, nil
}

// Decline ends an invitation by the person whom it names. Refusals as for InvitationTo.
func Decline(tx *data.Tx, p Person, id string) error {
	i, err := InvitationTo(tx, p, id)
	if err != nil {
		return err
	}
	return i.end(tx, p.ID, endedDeclined, "invitation_declined")
}

// end ends an open invitation; act "" leaves the record to the caller. Of two that race one finds it ended.
func (i Invitation) end(tx *data.Tx, actor, ending, act string) error {
	rows, err := tx.Exec("UPDATE invitation SET ended_at = $2, ending = $3 WHERE id = $1 AND ended_at IS NULL", i.ID, data.Millis(tx.Now), ending)
	if err == nil && rows == 0 {
		err = data.ErrConflict
	}
	if err == nil && act != "" {
		err = recordOrganization(tx, i.Organization.ID, actor, act, map[string]any{"invitation": i.ID})
	}
	if err != nil {
		return fmt.Errorf("end invitation %s: %w", i.ID, err)
	}
	return nil
}

// send ends the older invitation of the address, stores this one with a link of its own and mails it. The holder of a
// closed account gets no mail; whoever invites learns nothing of that.
func (i Invitation) send(tx *data.Tx, composer *notify.Composer, actor Person, act string) (Invitation, error) {
	if err := i.refuseOften(tx); err != nil {
		return i, refusedOr("invite", err)
	}
	token, hash := data.NewToken()
	i.ID, i.Sent, i.Expires, i.ended, i.void = data.NewID(), tx.Now, tx.Now.Add(InvitedFor), false, false
	_, err := tx.Exec("UPDATE invitation SET ended_at = $3, ending = $4 WHERE organization_id = $1 AND email = $2 AND ended_at IS NULL",
		i.Organization.ID, i.Email, data.Millis(tx.Now), endedReplaced)
	if err == nil {
		_, err = tx.Exec(`INSERT INTO invitation (id, organization_id, email, role, lang, token_hash, invited_by, invited_at, expires_at, ending)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')`,
			i.ID, i.Organization.ID, i.Email, i.Role, i.Lang, hash, i.By.ID, data.Millis(i.Sent), data.Millis(i.Expires))
	}
	if err == nil {
		err = recordOrganization(tx, i.Organization.ID, actor.ID, act, map[string]any{"invitation": i.ID, "role": i.Role, "lang": i.Lang})
	}
	if err != nil {
		return i, fmt.Errorf("invite: %w", err)
	}
	known, err := personOf(tx, i.Email)
	if errors.Is(err, data.ErrNotFound) || err == nil && !known.Disabled {
		_, err = composer.Enqueue(tx, notify.Message{To: i.Email, Lang: i.Lang, Template: "invitation", Key: "invitation:" + i.ID,
			Args: map[string]any{"OrganizationName": i.Organization.Name, "InvitedBy": Called(i.By), "Role": i.Role, "Expires": i.Expires,
				"Link": notify.PrivateLink("/invitation?token=" + token)}})
	}
	if err != nil {
		return i, fmt.Errorf("invite: %w", err)
	}
	return i, nil
}

// refuseOften keeps the desk from being used to flood an address, or many of them.
func (i Invitation) refuseOften(tx *data.Tx) error {
	since := data.Millis(tx.Now.Add(-24 * time.Hour))
	var byPerson, toAddress int
	err := tx.Row("SELECT count(*) FROM invitation WHERE invited_by = $1 AND invited_at > $2", i.By.ID, since).Scan(&byPerson)
	if err == nil {
		err = tx.Row("SELECT count(*) FROM invitation WHERE email = $1 AND invited_at > $2", i.Email, since).Scan(&toAddress)
	}
	switch {
	case err != nil:
		return err
	case byPerson >= invitationsByPerson:
		return data.Refuse("email", "invitation_limit", "Max", invitationsByPerson)
	case toAddress >= invitationsToAddress:
		return data.Refuse("email", "invitation_often")
	}
	return nil
}
