// Package account knows who a person is, which organization they act for, and how they prove it.
//
// # People
//
// A person is an e-mail address that was proven once, by spending a sign-in link. Staff roles are program_manager
// (decides), administrator (people and settings) and auditor (reads all, changes nothing); applicants have none.
// Generation moves on when every session of a person must end: a changed role, a disabled account.
//
// # Sign-in
//
// AskSignIn mails a link and a short code, both stored hashed. The link works once, for 15 minutes, and only in the
// browser that asked for it; looking at it (as mail scanners do) spends nothing. A person who reads mail elsewhere
// types the code into the asking browser; after 5 wrong codes the ask is dead. Known and unknown addresses get the
// same answer and the same mail; a person comes into being only when an ask is spent.
//
// # Organizations
//
// People act for organizations through memberships (owner, editor, signer, reader). What an organization says about
// itself are facts with evidence, source and date; a new value supersedes the old one, which is kept.
package account

import (
	"errors"
	"fmt"
	"net/mail"
	"strings"

	"accessdesk/broker/record"
	"accessdesk/data"
)

// Roles of staff.
const (
	ProgramManager = "program_manager"
	Administrator  = "administrator"
	Auditor        = "auditor"
)

// Roles lists the roles of staff.
func Roles() []string { return []string{ProgramManager, Administrator, Auditor} }

// Person is somebody with a proven address.
type Person struct {
	ID, Email, Name, Lang string
	StaffRole             string // "" for applicants
	Disabled              bool
}

// NormalizeEmail gives the one spelling under which an address is known, or a refusal at the field "email".
func NormalizeEmail(address string) (string, error) {
	address = strings.TrimSpace(address)
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || len(address) > 254 || strings.ContainsAny(address, " \"\r\n\t<>") {
		return "", data.Refuse("email", "invalid_email")
	}
	local, domain, _ := strings.Cut(address, "@")
	if local == "" || !strings.Contains(domain, ".") {
		return "", data.Refuse("email", "invalid_email")
	}
	return strings.ToLower(address), nil
}

const personColumns = "id, email, name, lang, staff_role, disabled"

func scanPerson(s data.Scanner) (p Person, err error) {
	return p, s.Scan(&p.ID, &p.Email, &p.Name, &p.Lang, &p.StaffRole, &p.Disabled)
}

// FindPerson gives a person by id.
func FindPerson(tx *data.Tx, id string) (Person, error) {
	return scanPerson(tx.Row("SELECT "+personColumns+" FROM person WHERE id = $1", id))
}

// FindPersonByEmail gives a person by address.
func FindPersonByEmail(tx *data.Tx, email string) (Person, error) {
	normal, err := NormalizeEmail(email)
	if err != nil {
		return Person{}, err
	}
	return scanPerson(tx.Row("SELECT "+personColumns+" FROM person WHERE email = $1", normal))
}

// People lists everybody, staff first, by address.
func People(tx *data.Tx) ([]Person, error) {
	return data.Rows(tx, scanPerson, "SELECT "+personColumns+" FROM person ORDER BY CASE WHEN staff_role = '' THEN 1 ELSE 0 END, email")
}

// Generation is the number that a session of the person must carry.
func Generation(tx *data.Tx, personID string) (generation int64, err error) {
	err = tx.Row("SELECT generation FROM person WHERE id = $1", personID).Scan(&generation)
	return generation, err
}

// obtain finds the person of a normalized address or makes one.
func obtain(tx *data.Tx, email, lang, actor string) (Person, error) {
	p, err := scanPerson(tx.Row("SELECT "+personColumns+" FROM person WHERE email = $1", email))
	if !errors.Is(err, data.ErrNotFound) {
		return p, err
	}
	p = Person{ID: data.NewID(), Email: email, Lang: lang}
	_, err = tx.Exec(`INSERT INTO person (id, email, name, lang, staff_role, disabled, generation, created_at)
		VALUES ($1, $2, '', $3, '', $4, 1, $5)`, p.ID, p.Email, p.Lang, false, data.Millis(tx.Now))
	if err != nil {
		return p, fmt.Errorf("add person: %w", err)
	}
	if actor == "" {
		actor = p.ID
	}
	return p, record.Append(tx, record.Entry{Chain: record.Desk, Actor: actor, Act: "person_added", Detail: map[string]any{"person": p.ID}})
}

// AddApplicant makes a person without a staff role, or gives the one that is there: for the demonstration. People
// usually come into being by spending a sign-in link.
func AddApplicant(tx *data.Tx, email, lang, actor string) (Person, error) {
	normal, err := NormalizeEmail(email)
	if err != nil {
		return Person{}, err
	}
	return obtain(tx, normal, lang, actor)
}
