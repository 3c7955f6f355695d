package account

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility"
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
	Role         string
}

// MayWrite tells whether the member may change and send applications.
func (m Membership) MayWrite() bool { return m.Role != Reader && m.Role != "" }

// CreateOrganization makes an organization; the person becomes its owner.
func CreateOrganization(tx *data.Tx, p Person, name string) (Organization, error) {
	name = strings.Join(strings.Fields(name), " ")
	length := len([]rune(name))
	switch {
	case name == "":
		return Organization{}, data.Refuse("name", "organization_name")
	case length > nameLimit:
		return Organization{}, data.Refuse("name", "too_long", "Max", nameLimit, "Used", length)
	}
	o := Organization{ID: data.NewID(), Name: name}
	if _, err := tx.Exec("INSERT INTO organization (id, name, created_at) VALUES ($1, $2, $3)", o.ID, o.Name, data.Millis(tx.Now)); err != nil {
		return o, fmt.Errorf("create organization: %w", err)
	}
	_, err := tx.Exec("INSERT INTO membership (person_id, organization_id, role, state, created_at) VALUES ($1, $2, $3, $4, $5)",
		p.ID, o.ID, Owner, active, data.Millis(tx.Now))
	if err != nil {
		return o, fmt.Errorf("create organization: %w", err)
	}
	return o, record.Append(tx, record.Entry{Chain: record.OrganizationChain(o.ID), Actor: p.ID, Act: "organization_created",
		Detail: map[string]any{"organization": o.ID, "owner": p.ID}})
}

// FindOrganization gives an organization by id.
func FindOrganization(tx *data.Tx, id string) (o Organization, err error) {
	return o, tx.Row("SELECT id, name FROM organization WHERE id = $1", id).Scan(&o.ID, &o.Name)
}

// Memberships lists the organizations that a person acts for, the oldest first.
func Memberships(tx *data.Tx, personID string) ([]Membership, error) {
	return data.Rows(tx, func(s data.Scanner) (m Membership, err error) {
		m.PersonID = personID
		return m, s.Scan(&m.Organization.ID, &m.Organization.Name, &m.Role)
	}, `SELECT o.id, o.name, m.role FROM membership m JOIN organization o ON o.id = m.organization_id
		WHERE m.person_id = $1 AND m.state = $2 ORDER BY m.created_at, o.name`, personID, active)
}

// MayActFor gives the membership of a person in an organization. For everybody else the organization does not exist:
// data.ErrNotFound.
func MayActFor(tx *data.Tx, personID, organizationID string) (Membership, error) {
	all, err := Memberships(tx, personID)
	if err != nil {
		return Membership{}, err
	}
	at := slices.IndexFunc(all, func(m Membership) bool { return m.Organization.ID == organizationID })
	if at < 0 {
		return Membership{}, data.ErrNotFound
	}
	return all[at], nil
}

// Writers lists the people who may act for an organization: those who get its mails.
func Writers(tx *data.Tx, organizationID string) ([]Person, error) {
	return data.Rows(tx, scanPerson, `SELECT p.id, p.email, p.name, p.lang, p.staff_role, p.disabled
		FROM membership m JOIN person p ON p.id = m.person_id
		WHERE m.organization_id = $1 AND m.state = $2 AND m.role <> $3 AND p.disabled = $4 ORDER BY p.email`, organizationID, active, Reader, false)
}

// Facts gives what an organization says about itself now.
func Facts(tx *data.Tx, v *eligibility.Vocabulary, organizationID string) (eligibility.Profile, error) {
	profile := eligibility.Profile{}
	type stored struct{ fact, value, evidence, source string }
	rows, err := data.Rows(tx, func(s data.Scanner) (f stored, err error) {
		return f, s.Scan(&f.fact, &f.value, &f.evidence, &f.source)
	}, `SELECT fact, value, evidence, source FROM organization_fact
		WHERE organization_id = $1 AND superseded_at IS NULL AND value <> ''`, organizationID)
	if err != nil {
		return nil, fmt.Errorf("facts of organization %s: %w", organizationID, err)
	}
	for _, f := range rows {
		id := eligibility.FactID(f.fact)
		value, err := v.ParseValue(id, []byte(f.value))
		var unfit *eligibility.FactError
		if errors.As(err, &unfit) {
			continue // the vocabulary moved on; what it no longer knows is unknown
		}
		if err != nil {
			return nil, err
		}
		evidence, _ := eligibility.ParseEvidence(f.evidence)
		profile[id] = value.From(evidence, f.source)
	}
	return profile, nil
}

// SaveFacts stores values; a fact that is in the profile with the value that is stored already stays as it is, a fact
// whose value is not known any more is kept as unknown. Facts that the profile does not mention are left alone.
func SaveFacts(tx *data.Tx, v *eligibility.Vocabulary, organizationID, actor string, p eligibility.Profile) error {
	before, err := Facts(tx, v, organizationID)
	if err != nil {
		return err
	}
	var changed []string
	for id, value := range p {
		if value.Known() && before[id].Known() && before[id].Equal(value) || !value.Known() && !before[id].Known() {
			continue
		}
		if err := saveFact(tx, v, organizationID, actor, id, value); err != nil {
			return fmt.Errorf("save fact %s: %w", id, err)
		}
		changed = append(changed, string(id))
	}
	if len(changed) == 0 {
		return nil
	}
	slices.Sort(changed)
	return record.Append(tx, record.Entry{Chain: record.OrganizationChain(organizationID), Actor: actor, Act: "facts_changed",
		Detail: map[string]any{"facts": changed}})
}

func saveFact(tx *data.Tx, v *eligibility.Vocabulary, organizationID, actor string, id eligibility.FactID, value eligibility.Value) error {
	var text []byte
	if value.Known() {
		var err error
		if text, err = v.FormatValue(id, value); err != nil {
			return err
		}
	}
	_, err := tx.Exec("UPDATE organization_fact SET superseded_at = $3 WHERE organization_id = $1 AND fact = $2 AND superseded_at IS NULL",
		organizationID, string(id), data.Millis(tx.Now))
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO organization_fact (id, organization_id, fact, value, evidence, source, stated_at, stated_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		data.NewID(), organizationID, string(id), string(text), value.Evidence.String(), value.Source, data.Millis(tx.Now), actor)
	return err
}
