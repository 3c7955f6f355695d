package account

import (
	"cmp"
	"fmt"
	"slices"

	"accessdesk/data"
)

// Roles of members: what a person may do for an organization. The table allowed says it in full.
const (
	Owner  = "owner"  // everything, and the members
	Signer = "signer" // writes, and speaks for the organization: sends, declares, answers, withdraws
	Editor = "editor" // writes; somebody else sends
	Reader = "reader" // reads only
)

// Right is one thing that a member may do for an organization.
type Right string

// The rights.
const (
	// Read: see the organization, its applications and its access.
	Read Right = "read"
	// Write: fill in drafts and packets, note what a provider said, write messages.
	Write Right = "write"
	// EditProfile: change what is known of the organization and its dates.
	EditProfile Right = "profile"
	// Send: declare and submit, or say that a packet went out. Whoever sends speaks for the organization.
	Send Right = "send"
	// Answer: answer the question of a reviewer. The decision rests on it, as it does on what was sent.
	Answer Right = "answer"
	// Withdraw: take back what was sent, renew or end an access.
	Withdraw Right = "withdraw"
	// Manage: invite and remove members, change their roles, rename the organization.
	Manage Right = "manage"
)

// allowed is the table of roles and rights. What does not stand here is not allowed.
//
//	         read  write  profile  send  answer  withdraw  manage
//	owner    yes   yes    yes      yes   yes     yes       yes
//	signer   yes   yes    yes      yes   yes     yes       -
//	editor   yes   yes    yes      -     -       -         -
//	reader   yes   -      -        -     -       -         -
var allowed = map[string][]Right{
	Owner:  {Read, Write, EditProfile, Send, Answer, Withdraw, Manage},
	Signer: {Read, Write, EditProfile, Send, Answer, Withdraw},
	Editor: {Read, Write, EditProfile},
	Reader: {Read},
}

// MemberRoles lists the roles of members, the one that may do most first.
func MemberRoles() []string { return []string{Owner, Signer, Editor, Reader} }

// Rights lists the rights, in the order in which roles gain them.
func Rights() []Right { return []Right{Read, Write, EditProfile, Send, Answer, Withdraw, Manage} }

// RoleMay tells whether members with a role have a right. Unknown roles and rights have and give none.
func RoleMay(role string, right Right) bool { return slices.Contains(allowed[role], right) }

// May tells whether the member has a right. The zero Membership has none.
func (m Membership) May(right Right) bool { return RoleMay(m.Role, right) }

// MayWrite tells whether the member may change applications.
func (m Membership) MayWrite() bool { return m.May(Write) }

// Need gives the membership of a person in an organization if it has a right. data.ErrNotFound for whoever is no active
// member, so that others learn nothing; a refusal, not_your_role, for a member whose role lacks the right.
func Need(tx *data.Tx, personID, organizationID string, right Right) (Membership, error) {
	m, err := MayActFor(tx, personID, organizationID)
	if err == nil && !m.May(right) {
		err = data.Refuse("", "not_your_role")
	}
	return m, err
}

// Holders lists the members of an organization who have a right and can sign in, by address.
func Holders(tx *data.Tx, organizationID string, right Right) ([]Person, error) {
	type member struct {
		Person
		role string
	}
	members, err := data.Rows(tx, func(s data.Scanner) (m member, err error) {
		return m, s.Scan(&m.ID, &m.Email, &m.Name, &m.Lang, &m.StaffRole, &m.Disabled, &m.role)
	}, `SELECT p.id, p.email, p.name, p.lang, p.staff_role, p.disabled, m.role FROM membership m JOIN person p ON p.id = m.person_id
		WHERE m.organization_id = $1 AND m.state = $2 AND p.disabled = $3`, organizationID, active, false)
	if err != nil {
		return nil, fmt.Errorf("members of organization %s who may %s: %w", organizationID, right, err)
	}
	var people []Person
	for _, m := range members {
		if RoleMay(m.role, right) {
			people = append(people, m.Person)
		}
	}
	slices.SortFunc(people, func(a, b Person) int { return cmp.Compare(a.Email, b.Email) })
	return people, nil
}
