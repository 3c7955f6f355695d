package broker

import (
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
)

// ActOnGrant takes an act on a grant; see access.Act for what it refuses.
func ActOnGrant(tx *data.Tx, d Desk, actor Actor, grantID string, r access.ActRequest) (access.Grant, error) {
	g, err := access.Act(tx, d.Grants(), actor.onGrant(), grantID, r)
	return g, wrap(err, "%s on grant %s", r.Act, grantID)
}

// ActsOnGrant lists the acts that an actor could take on a grant now.
func ActsOnGrant(tx *data.Tx, d Desk, actor Actor, g access.Grant) ([]string, error) {
	acts, err := access.Possible(tx, d.Grants(), actor.onGrant(), g)
	return acts, wrap(err, "acts on grant %s", g.ID)
}

// onGrant is the actor as access knows it.
func (a Actor) onGrant() access.Actor {
	if a.name == record.System {
		return access.ByProgram()
	}
	return access.ByPerson(a.Person)
}

// Grants is what acts on grants need to know: Access, and the live terms of programs.
func (d Desk) Grants() access.Desk {
	desk := d.Access()
	desk.Live = func(tx *data.Tx, slug, tier string) (string, catalog.Terms, error) {
		live, err := d.Catalog.Live(tx, slug)
		if err != nil {
			return "", catalog.Terms{}, err
		}
		return live.VersionID, live.TermsFor(tier), nil
	}
	desk.Safeguard = func(s catalog.Safeguard, lang string) string { return d.Locales.In(lang).T("safeguard." + string(s)) }
	return desk
}

// Revoke ends a grant at once, with a reason that its holder reads.
func Revoke(tx *data.Tx, d Desk, actor Actor, grantID, reason string) error {
	_, err := ActOnGrant(tx, d, actor, grantID, access.ActRequest{Act: access.ActRevoke, Reason: reason})
	return err
}

// FindGrant gives a grant to the people of the organization that holds it, with their membership.
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
