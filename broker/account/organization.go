package account

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"accessdesk/broker/record"
	"accessdesk/data"
)

// Roles of members: what a person may do for an organization.
const (
	Owner  = "owner"  // everything, and the members
	Editor = "editor" // writes and sends applications
	Signer = "signer" // may send and answer
	Reader = "reader" // reads only
)

// active is the only state of a membership that opens anything.
const active = "active"

// nameLimit is the length of an organization's name, in characters.
const nameLimit = 120

// Organization is an operator for which people act.
type Organization struct{ ID, Name string }

// Membership is what a person may do for an organization.
type Membership struct {
	PersonID     string
	Organization Organization
	Role         string // Owner, Editor, Signer or Reader
}

// MayWrite tells whether the member may change and send applications.
func (m Membership) MayWrite() bool { return m.Role != Reader && m.Role != "" }

// CreateOrganization makes an organization; the person becomes its owner. Blanks in the name are tidied. Refusals at the
// field "name": organization_name (empty), too_long, invalid_text.
func CreateOrganization(tx *data.Tx, p Person, name string) (Organization, error) {
	name, err := organizationName(name)
	if err != nil {
		return Organization{}, err
	}
	o := Organization{ID: data.NewID(), Name: name}
	_, err = tx.Exec("INSERT INTO organization (id, name, created_at) VALUES ($1, $2, $3)", o.ID, o.Name, data.Millis(tx.Now))
	if err == nil {
		_, err = tx.Exec("INSERT INTO membership (person_id, organization_id, role, state, created_at) VALUES ($1, $2, $3, $4, $5)",
			p.ID, o.ID, Owner, active, data.Millis(tx.Now))
	}
	if err == nil {
		err = record.Append(tx, record.Entry{Chain: record.OrganizationChain(o.ID), Actor: p.ID, Act: "organization_created",
			Detail: map[string]any{"organization": o.ID, "owner": p.ID}})
	}
	if err != nil {
		return Organization{}, fmt.Errorf("create organization: %w", err)
	}
	return o, nil
}

func organizationName(name string) (string, error) {
	if !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return "", data.Refuse("name", "invalid_text")
	}
	name = strings.Join(strings.Fields(name), " ")
	switch length := utf8.RuneCountInString(name); {
	case length == 0:
		return "", data.Refuse("name", "organization_name")
	case length > nameLimit:
		return "", data.Refuse("name", "too_long", "Max", nameLimit, "Used", length)
	}
	return name, nil
}

// FindOrganization gives an organization by id, without asking who wants to know. data.ErrNotFound if there is none.
func FindOrganization(tx *data.Tx, id string) (o Organization, err error) {
	if err := tx.Row("SELECT id, name FROM organization WHERE id = $1", id).Scan(&o.ID, &o.Name); err != nil {
		return Organization{}, fmt.Errorf("find organization %s: %w", id, err)
	}
	return o, nil
}

// Memberships lists the organizations that a person acts for, the oldest membership first.
func Memberships(tx *data.Tx, personID string) ([]Membership, error) {
	all, err := data.Rows(tx, scanMembership, `SELECT m.person_id, o.id, o.name, m.role
		FROM membership m JOIN organization o ON o.id = m.organization_id
		WHERE m.person_id = $1 AND m.state = $2 ORDER BY m.created_at, o.id`, personID, active)
	if err != nil {
		return nil, fmt.Errorf("memberships of person %s: %w", personID, err)
	}
	return all, nil
}

func scanMembership(s data.Scanner) (m Membership, err error) {
	return m, s.Scan(&m.PersonID, &m.Organization.ID, &m.Organization.Name, &m.Role)
}

// MayActFor gives the membership of a person in an organization. For everybody else, also for members whose membership
// is not active and for disabled people, the organization does not exist: data.ErrNotFound.
func MayActFor(tx *data.Tx, personID, organizationID string) (Membership, error) {
	m, err := scanMembership(tx.Row(`SELECT m.person_id, o.id, o.name, m.role
		FROM membership m JOIN organization o ON o.id = m.organization_id JOIN person p ON p.id = m.person_id
		WHERE m.person_id = $1 AND m.organization_id = $2 AND m.state = $3 AND p.disabled = $4`, personID, organizationID, active, false))
	if err != nil {
		return Membership{}, fmt.Errorf("membership in organization %s: %w", organizationID, err)
	}
	return m, nil
}

// Writers lists the people who may act for an organization, by address: those who get its mails.
func Writers(tx *data.Tx, organizationID string) ([]Person, error) {
	people, err := data.Rows(tx, scanPerson, `SELECT p.id, p.email, p.name, p.lang, p.staff_role, p.disabled
		FROM membership m JOIN person p ON p.id = m.person_id
		WHERE m.organization_id = $1 AND m.state = $2 AND m.role <> $3 AND p.disabled = $4`, organizationID, active, Reader, false)
	if err != nil {
		return nil, fmt.Errorf("writers of organization %s: %w", organizationID, err)
	}
	slices.SortFunc(people, func(a, b Person) int { return cmp.Compare(a.Email, b.Email) })
	return people, nil
}
