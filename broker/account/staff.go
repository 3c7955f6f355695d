package account

import (
	"fmt"
	"slices"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
)

// Roles of staff.
const (
	ProgramManager = "program_manager" // curates the catalog and decides
	Administrator  = "administrator"   // people and settings
	Auditor        = "auditor"         // reads all, changes nothing
)

// Roles lists the roles of staff.
func Roles() []string { return []string{ProgramManager, Administrator, Auditor} }

// InvitationTime is how long the link of AddPerson works.
const InvitationTime = 24 * time.Hour

// AddPerson adds a member of staff, or changes the role of a person who is there, and gives the token of a one-time
// link, good for InvitationTime in any browser; an older one ends. Refusals: invalid_email (field email), unknown_choice
// and last_administrator (field role), person_disabled and only_owner (field email): staff cannot act for organizations.
func AddPerson(tx *data.Tx, email, role, actor string) (Person, string, error) {
	normal, err := NormalizeEmail(email)
	if err != nil {
		return Person{}, "", err
	}
	if !slices.Contains(Roles(), role) {
		return Person{}, "", data.Refuse("role", "unknown_choice")
	}
	p, added, err := obtain(tx, normal, "en", role, actor)
	switch {
	case err != nil:
	case p.Disabled:
		err = data.Refuse("email", "person_disabled")
	case added:
	case p.StaffRole == role:
		err = recordPerson(tx, actor, "person_invited", map[string]any{"person": p.ID, "role": role})
	default:
		err = setRole(tx, &p, role, actor)
	}
	if err != nil {
		return Person{}, "", fmt.Errorf("add person with role %s: %w", role, err)
	}
	token, hash := data.NewToken()
	invitation := ask{id: data.NewID(), kind: askInvitation, email: normal, lang: p.Lang, expires: tx.Now.Add(InvitationTime)}
	if err := endAsks(tx, normal, askInvitation, endedReplaced); err != nil {
		return Person{}, "", err
	}
	if err := invitation.insert(tx, hash); err != nil {
		return Person{}, "", err
	}
	return p, token, nil
}

// setRole changes a role and ends the sessions that were opened with the old one.
func setRole(tx *data.Tx, p *Person, role, actor string) error {
	if err := keepAdministrator(tx, *p, "role"); err != nil {
		return err
	}
	if err := keepOrganizations(tx, *p, "email"); err != nil {
		return err
	}
	before := p.StaffRole
	_, err := tx.Exec("UPDATE person SET staff_role = $2, generation = generation + 1 WHERE id = $1", p.ID, role)
	if err != nil {
		return err
	}
	p.StaffRole = role
	return recordPerson(tx, actor, "role_changed", map[string]any{"person": p.ID, "from": before, "to": role})
}

// SetDisabled closes the account of a person, or opens it again. Either way their sessions end; closing also ends every
// link that was mailed. Nothing happens if the account is in that state already. Refusals: last_administrator, and only_owner
// with the names of the Organizations that nobody could manage then; DisableOwner closes such an account.
func SetDisabled(tx *data.Tx, personID string, disabled bool, actor string) error {
	p, err := FindPerson(tx, personID)
	if err == nil && disabled {
		err = keepOrganizations(tx, p, "")
	}
	if err != nil {
		return err
	}
	return setDisabled(tx, p, disabled, actor)
}

// setDisabled is the one way in which an account is closed and opened.
func setDisabled(tx *data.Tx, p Person, disabled bool, actor string) error {
	if p.Disabled == disabled {
		return nil
	}
	act := "person_enabled"
	if disabled {
		act = "person_disabled"
		if err := keepAdministrator(tx, p, ""); err != nil {
			return err
		}
		for _, kind := range []string{askLink, askInvitation} {
			if err := endAsks(tx, p.Email, kind, endedClosed); err != nil {
				return err
			}
		}
	}
	rows, err := tx.Exec("UPDATE person SET disabled = $2, generation = generation + 1 WHERE id = $1 AND disabled <> $2", p.ID, disabled)
	if err == nil && rows == 0 {
		err = data.ErrConflict
	}
	if err != nil {
		return fmt.Errorf("disable person %s: %w", p.ID, err)
	}
	return recordPerson(tx, actor, act, map[string]any{"person": p.ID})
}

// keepAdministrator refuses to take the role or the account from the only administrator who can sign in.
func keepAdministrator(tx *data.Tx, p Person, field string) error {
	if p.StaffRole != Administrator || p.Disabled {
		return nil
	}
	var others int
	err := tx.Row("SELECT count(*) FROM person WHERE staff_role = $1 AND disabled = $2 AND id <> $3", Administrator, false, p.ID).Scan(&others)
	if err == nil && others == 0 {
		return data.Refuse(field, "last_administrator")
	}
	return err
}

func recordPerson(tx *data.Tx, actor, act string, detail map[string]any) error {
	return record.Append(tx, record.Entry{Chain: record.Desk, Actor: actor, Act: act, Detail: detail})
}
