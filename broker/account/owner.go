package account

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/notify"
)

// OnlyOwned lists the organizations of which a person is the only owner who can sign in and act, by name: without that person
// nobody could manage them.
func OnlyOwned(tx *data.Tx, p Person) ([]Organization, error) {
	if p.Disabled || p.StaffRole != "" {
		return nil, nil // they are no such owner already
	}
	owned, err := data.Rows(tx, func(s data.Scanner) (o Organization, err error) { return o, s.Scan(&o.ID, &o.Name) },
		`SELECT o.id, o.name FROM membership m JOIN organization o ON o.id = m.organization_id
		WHERE m.person_id = $1 AND m.state = $2 AND m.role = $3`, p.ID, active, Owner)
	if err != nil {
		return nil, fmt.Errorf("organizations that %s owns: %w", p.ID, err)
	}
	var only []Organization
	for _, o := range owned {
		others, err := otherOwners(tx, o.ID, p.ID)
		if err != nil {
			return nil, fmt.Errorf("other owners of %s: %w", o.ID, err)
		}
		if others == 0 {
			only = append(only, o)
		}
	}
	slices.SortFunc(only, func(a, b Organization) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return only, nil
}

// otherOwners counts the owners of an organization who can sign in and act, but for one person. Members of staff cannot act for
// an organization.
func otherOwners(tx *data.Tx, organizationID, personID string) (others int, err error) {
	err = tx.Row(`SELECT count(*) FROM membership m JOIN person p ON p.id = m.person_id
		WHERE m.organization_id = $1 AND m.state = $2 AND m.role = $3 AND m.person_id <> $4 AND p.disabled = $5 AND p.staff_role = ''`,
		organizationID, active, Owner, personID, false).Scan(&others)
	return others, err
}

// keepOrganizations refuses, with only_owner and the names, what would leave organizations that nobody can manage.
func keepOrganizations(tx *data.Tx, p Person, field string) error {
	only, err := OnlyOwned(tx, p)
	if err != nil || len(only) == 0 {
		return err
	}
	var names []string
	for _, o := range only {
		names = append(names, o.Name)
	}
	return data.Refuse(field, "only_owner", "Organizations", strings.Join(names, "; "))
}

// DisableOwner closes an account like SetDisabled, also that of an only owner, and gives the organizations that had no other. The
// holder of the address newOwner becomes their owner; with "" they stay without one until AppointOwner, for an account that must
// be closed at once. The record of each organization says so. Refusals: last_administrator, and what AppointOwner refuses.
func DisableOwner(tx *data.Tx, composer *notify.Composer, personID, newOwner, actor string) ([]Organization, error) {
	p, err := FindPerson(tx, personID)
	if err != nil {
		return nil, err
	}
	only, err := OnlyOwned(tx, p)
	if err != nil {
		return nil, err
	}
	if err := setDisabled(tx, p, true, actor); err != nil {
		return nil, err
	}
	for _, o := range only {
		if newOwner != "" {
			_, err = AppointOwner(tx, composer, o.ID, newOwner, actor)
		} else {
			err = recordOrganization(tx, o.ID, actor, "owner_lost", map[string]any{"person": p.ID})
		}
		if err != nil {
			return nil, fmt.Errorf("owner of organization %s: %w", o.ID, err)
		}
	}
	return only, nil
}

// AppointOwner gives an organization without an owner who can act the holder of an address as its owner, in the name of those who
// run the site. Somebody who is not known yet comes into being, and proves the address by signing in. The new owner and the
// other members hear of it. Refusals: has_owner; at the field "email" invalid_email, person_disabled, invitation_staff.
func AppointOwner(tx *data.Tx, composer *notify.Composer, organizationID, email, actor string) (Person, error) {
	o, err := FindOrganization(tx, organizationID)
	if err != nil {
		return Person{}, err
	}
	normal, err := NormalizeEmail(email)
	if err != nil {
		return Person{}, err
	}
	owners, err := otherOwners(tx, o.ID, "")
	if err == nil && owners > 0 {
		err = data.Refuse("", "has_owner", "Organization", o.Name)
	}
	if err != nil {
		return Person{}, err
	}
	p, _, err := obtain(tx, normal, "en", "", actor)
	switch {
	case err != nil:
		return p, err
	case p.Disabled:
		return p, data.Refuse("email", "person_disabled")
	case p.StaffRole != "":
		return p, data.Refuse("email", "invitation_staff")
	}
	if err := makeOwner(tx, o.ID, p, actor); err != nil {
		return p, fmt.Errorf("appoint an owner of organization %s: %w", o.ID, err)
	}
	members, err := Audience(tx, o.ID, "owner_appointed")
	for _, m := range members {
		if err == nil {
			err = tellMember(tx, composer, m.Person, o, "owner_appointed", occasion(tx, o.ID, p.ID), map[string]any{"Member": Called(p), "Link": "/org/people"})
		}
	}
	return p, err
}

// makeOwner makes a person an owner, whatever they were to the organization before.
func makeOwner(tx *data.Tx, organizationID string, p Person, actor string) error {
	detail := map[string]any{"person": p.ID}
	m, err := FindMember(tx, organizationID, p.ID)
	switch {
	case errors.Is(err, data.ErrNotFound):
		_, err = joinOrganization(tx, p.ID, organizationID, Owner)
	case err == nil:
		detail["from"] = m.Role
		_, err = tx.Exec("UPDATE membership SET role = $4 WHERE organization_id = $1 AND person_id = $2 AND state = $3", organizationID, p.ID, active, Owner)
	}
	if err != nil {
		return err
	}
	return record.Append(tx, record.Entry{Chain: record.OrganizationChain(organizationID), Actor: actor, Act: "owner_appointed", Detail: detail})
}
