package account

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"accessdesk/data"
	"accessdesk/notify"
)

// The states of a membership that is over. Like everything that is not active they open nothing.
const (
	removed = "removed" // by somebody who manages the organization
	left    = "left"    // by the person
)

// Member is a person who acts for an organization. A disabled person is a member still, but cannot do anything.
type Member struct {
	Person
	Role  string
	Since time.Time
}

const memberColumns = "p.id, p.email, p.name, p.lang, p.staff_role, p.disabled, m.role, m.created_at"

func scanMember(s data.Scanner) (m Member, err error) {
	var since int64
	err = s.Scan(&m.ID, &m.Email, &m.Name, &m.Lang, &m.StaffRole, &m.Disabled, &m.Role, &since)
	m.Since = data.FromMillis(since)
	return m, err
}

// Members lists who acts for an organization: by role, the one that may do most first, then by address.
func Members(tx *data.Tx, organizationID string) ([]Member, error) {
	all, err := data.Rows(tx, scanMember, "SELECT "+memberColumns+` FROM membership m JOIN person p ON p.id = m.person_id
		WHERE m.organization_id = $1 AND m.state = $2`, organizationID, active)
	if err != nil {
		return nil, fmt.Errorf("members of organization %s: %w", organizationID, err)
	}
	slices.SortFunc(all, func(a, b Member) int {
		return cmp.Or(cmp.Compare(slices.Index(MemberRoles(), a.Role), slices.Index(MemberRoles(), b.Role)), cmp.Compare(a.Email, b.Email))
	})
	return all, nil
}

// FindMember gives a member of an organization. data.ErrNotFound for everybody else.
func FindMember(tx *data.Tx, organizationID, personID string) (Member, error) {
	m, err := scanMember(tx.Row("SELECT "+memberColumns+` FROM membership m JOIN person p ON p.id = m.person_id
		WHERE m.organization_id = $1 AND m.person_id = $2 AND m.state = $3`, organizationID, personID, active))
	if err != nil {
		return Member{}, fmt.Errorf("member %s of organization %s: %w", personID, organizationID, err)
	}
	return m, nil
}

// SetMemberRole gives a member another role, records it and tells them. Nothing happens if they have it already. The actor
// needs the right Manage. Refusals: not_your_role; at the field "role": unknown_choice, last_owner.
func SetMemberRole(tx *data.Tx, composer *notify.Composer, organizationID string, actor Person, personID, role string) error {
	mine, err := Need(tx, actor.ID, organizationID, Manage)
	if err != nil {
		return err
	}
	m, err := FindMember(tx, organizationID, personID)
	switch {
	case err != nil:
		return err
	case !slices.Contains(MemberRoles(), role):
		return data.Refuse("role", "unknown_choice")
	case m.Role == role:
		return nil
	}
	if err := keepOwner(tx, organizationID, m, "role"); err != nil {
		return err
	}
	rows, err := tx.Exec("UPDATE membership SET role = $4 WHERE organization_id = $1 AND person_id = $2 AND state = $3 AND role = $5",
		organizationID, personID, active, role, m.Role)
	if err == nil && rows == 0 {
		err = data.ErrConflict
	}
	if err == nil {
		err = recordOrganization(tx, organizationID, actor.ID, "member_role_changed", map[string]any{"person": personID, "from": m.Role, "to": role})
	}
	if err == nil {
		err = tellMember(tx, composer, m.Person, mine.Organization, "member_role_changed", occasion(tx, organizationID, personID),
			map[string]any{"ChangedBy": Called(actor), "Role": role, "Link": "/org"})
	}
	if err != nil {
		return fmt.Errorf("change the role of member %s: %w", personID, err)
	}
	return nil
}

// RemoveMember ends a membership, records it and tells the person. The actor needs the right Manage. Refusals:
// not_your_role, last_owner.
func RemoveMember(tx *data.Tx, composer *notify.Composer, organizationID string, actor Person, personID string) error {
	mine, err := Need(tx, actor.ID, organizationID, Manage)
	if err != nil {
		return err
	}
	m, err := FindMember(tx, organizationID, personID)
	if err != nil {
		return err
	}
	if err := endMembership(tx, organizationID, actor, m, removed); err != nil {
		return err
	}
	return tellMember(tx, composer, m.Person, mine.Organization, "member_removed", occasion(tx, organizationID, personID),
		map[string]any{"ChangedBy": Called(actor), "Link": "/home"})
}

// Leave ends the person's own membership, records it and tells those who manage the organization. Refusal: last_owner.
func Leave(tx *data.Tx, composer *notify.Composer, organizationID string, p Person) error {
	mine, err := MayActFor(tx, p.ID, organizationID)
	if err != nil {
		return err
	}
	if err := endMembership(tx, organizationID, p, Member{Person: p, Role: mine.Role}, left); err != nil {
		return err
	}
	others, err := Audience(tx, organizationID, "member_left")
	for _, other := range others {
		if err == nil {
			err = tellMember(tx, composer, other.Person, mine.Organization, "member_left", occasion(tx, organizationID, p.ID),
				map[string]any{"Member": Called(p), "Link": "/org/people"})
		}
	}
	return err
}

// endMembership is the one way out of an organization.
func endMembership(tx *data.Tx, organizationID string, actor Person, m Member, state string) error {
	if err := keepOwner(tx, organizationID, m, ""); err != nil {
		return err
	}
	rows, err := tx.Exec("UPDATE membership SET state = $4 WHERE organization_id = $1 AND person_id = $2 AND state = $3",
		organizationID, m.ID, active, state)
	if err == nil && rows == 0 {
		err = data.ErrConflict
	}
	if err == nil {
		err = recordOrganization(tx, organizationID, actor.ID, "member_"+state, map[string]any{"person": m.ID, "role": m.Role})
	}
	if err != nil {
		return fmt.Errorf("end the membership of %s: %w", m.ID, err)
	}
	return nil
}

// keepOwner refuses to take the role or the membership from the only owner who can sign in and act. Of two owners who go
// at the same moment one finds themselves the last: write transactions are serializable.
func keepOwner(tx *data.Tx, organizationID string, m Member, field string) error {
	if m.Role != Owner {
		return nil
	}
	others, err := otherOwners(tx, organizationID, m.ID)
	if err == nil && others == 0 {
		return data.Refuse(field, "last_owner")
	}
	return err
}

// joinOrganization makes a person an active member from now on, who acts for that organization next. Somebody who was a
// member before comes back with the new role. false if they are one already.
func joinOrganization(tx *data.Tx, personID, organizationID, role string) (joined bool, err error) {
	rows, err := tx.Exec(`INSERT INTO membership (person_id, organization_id, role, state, created_at, chosen_at) VALUES ($1, $2, $3, $4, $5, $5)
		ON CONFLICT (person_id, organization_id) DO UPDATE SET role = excluded.role, state = excluded.state, created_at = excluded.created_at,
			chosen_at = excluded.chosen_at WHERE membership.state <> excluded.state`,
		personID, organizationID, role, active, data.Millis(tx.Now))
	return rows == 1, err
}

// AddMember makes a person a member without an invitation: for the demonstration. People usually accept one. A member
// stays what they are.
func AddMember(tx *data.Tx, organizationID string, p Person, role, actor string) error {
	if !slices.Contains(MemberRoles(), role) {
		return data.Refuse("role", "unknown_choice")
	}
	joined, err := joinOrganization(tx, p.ID, organizationID, role)
	if err == nil && joined {
		err = recordOrganization(tx, organizationID, actor, "member_joined", map[string]any{"person": p.ID, "role": role})
	}
	if err != nil {
		return fmt.Errorf("add member to organization %s: %w", organizationID, err)
	}
	return nil
}

// Called is how colleagues know a person: the name with the address, or the address alone.
func Called(p Person) string {
	if p.Name == "" {
		return p.Email
	}
	return p.Name + " (" + p.Email + ")"
}

// tellMember queues a mail about a membership; a disabled person gets none. occasion tells one such act from the next.
func tellMember(tx *data.Tx, composer *notify.Composer, to Person, o Organization, template, occasion string, args map[string]any) error {
	if to.Disabled {
		return nil
	}
	args["OrganizationName"] = o.Name
	_, err := composer.Enqueue(tx, notify.Message{To: to.Email, Lang: to.Lang, Template: template, Args: args,
		Key: template + ":" + occasion + ":" + to.ID})
	return err
}

// occasion names an act on a membership: a person is given a role or leaves at most once in a millisecond.
func occasion(tx *data.Tx, organizationID, personID string) string {
	return organizationID + ":" + personID + ":" + strconv.FormatInt(data.Millis(tx.Now), 10)
}

// isMember tells whether an address belongs to an active member.
func isMember(tx *data.Tx, organizationID, email string) (bool, error) {
	p, err := personOf(tx, email)
	if err == nil {
		_, err = FindMember(tx, organizationID, p.ID)
	}
	if errors.Is(err, data.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
