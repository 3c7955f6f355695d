package account

import (
	"fmt"

	"accessdesk/data"
)

// active is the only state of a membership that opens anything.
const active = "active"

// nameLimit is the length of the name of an organization or a person, in characters.
const nameLimit = 120

// Organization is an operator for which people act.
type Organization struct{ ID, Name string }

// Membership is what a person may do for an organization.
type Membership struct {
	PersonID     string
	Organization Organization
	Role         string // Owner, Editor, Signer or Reader
}

// CreateOrganization makes an organization; the person becomes its owner and acts for it from now on. Blanks in the name
// are tidied. Refusals at the field "name": organization_name (empty), too_long, invalid_text, name_link.
func CreateOrganization(tx *data.Tx, p Person, name string) (Organization, error) {
	name, err := organizationName(name)
	if err != nil {
		return Organization{}, err
	}
	o := Organization{ID: data.NewID(), Name: name}
	_, err = tx.Exec("INSERT INTO organization (id, name, created_at) VALUES ($1, $2, $3)", o.ID, o.Name, data.Millis(tx.Now))
	if err == nil {
		_, err = tx.Exec("INSERT INTO membership (person_id, organization_id, role, state, created_at, chosen_at) VALUES ($1, $2, $3, $4, $5, $5)",
			p.ID, o.ID, Owner, active, data.Millis(tx.Now))
	}
	if err == nil {
		err = recordOrganization(tx, o.ID, p.ID, "organization_created", map[string]any{"organization": o.ID, "owner": p.ID})
	}
	if err != nil {
		return Organization{}, fmt.Errorf("create organization: %w", err)
	}
	return o, nil
}

func organizationName(name string) (string, error) {
	name, err := plainName(name)
	if err == nil && name == "" {
		err = data.Refuse("name", "organization_name")
	}
	return name, err
}

// FindOrganization gives an organization by id, without asking who wants to know. data.ErrNotFound if there is none.
func FindOrganization(tx *data.Tx, id string) (o Organization, err error) {
	if err := tx.Row("SELECT id, name FROM organization WHERE id = $1", id).Scan(&o.ID, &o.Name); err != nil {
		return Organization{}, fmt.Errorf("find organization %s: %w", id, err)
	}
	return o, nil
}

// Memberships lists the organizations that a person acts for. The first one is the one that they act for now: the one
// chosen last (ChooseOrganization), else the oldest.
func Memberships(tx *data.Tx, personID string) ([]Membership, error) {
	all, err := data.Rows(tx, scanMembership, `SELECT m.person_id, o.id, o.name, m.role
		FROM membership m JOIN organization o ON o.id = m.organization_id
		WHERE m.person_id = $1 AND m.state = $2 ORDER BY m.chosen_at DESC, m.created_at, o.id`, personID, active)
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

// ChooseOrganization makes an organization the one that a person acts for. It holds in every browser of the person until
// they choose another one. data.ErrNotFound for whoever is no active member.
func ChooseOrganization(tx *data.Tx, personID, organizationID string) error {
	rows, err := tx.Exec("UPDATE membership SET chosen_at = $3 WHERE person_id = $1 AND organization_id = $2 AND state = $4",
		personID, organizationID, data.Millis(tx.Now), active)
	if err == nil && rows == 0 {
		err = data.ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("choose organization %s: %w", organizationID, err)
	}
	return nil
}
