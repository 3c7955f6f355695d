package broker

import (
	"errors"

	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/data"
)

// Revoke ends a grant at once. Like every decision it is a program manager's, and nobody's for an organization that they
// belong to. The reason is read by the holder.
func Revoke(tx *data.Tx, d Desk, actor Actor, grantID, reason string) error {
	if !actor.readsCases() {
		return data.ErrNotFound
	}
	grant, err := access.Find(tx, grantID)
	if err != nil {
		return wrap(err, "revoke %s", grantID)
	}
	if !actor.manages() {
		return data.Refuse("", "not_your_role")
	}
	_, err = account.MayActFor(tx, actor.Person.ID, grant.OrganizationID)
	if err == nil {
		return data.Refuse("", "own_organization")
	}
	if !errors.Is(err, data.ErrNotFound) {
		return wrap(err, "revoke %s", grantID)
	}
	_, err = access.Act(tx, d.Access(), grantID, access.ActRequest{Act: access.ActRevoke, Reason: reason, Actor: actor.name, Role: access.RoleProgramManager})
	return wrap(err, "revoke %s", grantID)
}

// FindGrant gives a grant to the people of the organization that holds it.
func FindGrant(tx *data.Tx, actor Actor, grantID string) (access.Grant, error) {
	grant, err := access.Find(tx, grantID)
	if err != nil {
		return access.Grant{}, wrap(err, "grant %s", grantID)
	}
	if _, err := account.MayActFor(tx, actor.Person.ID, grant.OrganizationID); err != nil {
		return access.Grant{}, err
	}
	return grant, nil
}
