// Package account knows who a person is, which organization they act for, and how they prove it.
//
// # People
//
// A person is an e-mail address in one spelling (NormalizeEmail). Staff roles are program_manager (decides),
// administrator (people and settings) and auditor (reads all, changes nothing); applicants have none. Generation moves
// on when every session of a person must end: a changed role, an account closed or opened again. There is always an
// administrator who can sign in, once there was one.
//
// # Sign-in
//
// AskSignIn mails a link and a short code, both stored hashed, the link also sealed in the outbox until it is
// delivered. The link works once, for 15 minutes, and only in the browser that asked for it, which holds a nonce in a
// cookie. Looking at a link, as mail scanners do, spends nothing; neither does a button pressed in another browser. A
// person who reads mail elsewhere types the code into the asking browser; after 5 wrong codes the ask is dead. A newer
// ask for the same address ends the older one. An address gets at most 5 mails in an hour.
//
// What a stranger sees is the same for every address. Known and unknown ones get the same mail, and a person comes into
// being only when an ask is spent. A disabled person, and an address that was asked for too often, get no mail; a silent
// ask takes the place of a real one, so that the answer, the work done and the replies to guessed codes do not differ.
//
// AddPerson makes the first people: a one-time link, good for 24 hours in any browser, for whoever runs the command
// line. Only AddPerson itself ends such an invitation early, never a stranger who asks for a link to the same address.
//
// # Organizations
//
// People act for organizations through memberships. What a role may do is the table in role.go. For everybody who is no
// active member an organization does not exist: data.ErrNotFound, never "forbidden". There is always an owner who can sign
// in and act: the last one cannot leave, be removed, be given another role or become a member of staff, and their account is
// not closed in passing. Whoever runs the site closes it by naming a new owner, or, for an account that must be closed at
// once, by leaving the organization without one (DisableOwner). Only an organization without an owner is given one from
// outside (AppointOwner); everybody in it hears of that.
//
// Of several organizations a person acts for the one that they chose last; forms name the organization that they are about, so
// that a choice in another window cannot lead them astray.
//
// What is known of an organization are facts with evidence, source and date; a new value supersedes the old one, which is
// kept. So are former names, and the days on which memberships renew. Dates gives the days that reminders are about.
//
// # Invitations
//
// An owner invites an address, with a role. The invitation can be accepted once, for 14 days, as long as whoever sent it
// still manages the organization, and only by a person who is signed in with that address.
//
// The mailed link opens nothing. It cannot be bound to a browser, as a sign-in link is, because it comes unasked; so it
// must not prove the address either: mail scanners open links and press the buttons that they find, and people forward
// mails. Behind it stands a page that says who invites and leads through sign-in, whose link is bound to the browser that
// asks for it there. Then the invitation is found by the proven address, with or without the mailed link. What a scanner
// or a finder of the link can do is read that page and have one more sign-in mail sent to the invited person. The token is
// stored hashed, and sealed in the outbox until it is delivered, because that page names people.
//
// # Record
//
// Whatever changes a person stands in the chain desk, whatever changes an organization in its own chain: ids, roles,
// languages and names of facts, never an address or the value of a fact.
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

// Person is somebody with a proven address, or a member of staff who was invited.
type Person struct {
	ID    string
	Email string // as NormalizeEmail gives it
	Name  string // "" until somebody gives one
	Lang  string // "en" or "es": the language of their mails
	// StaffRole is ProgramManager, Administrator or Auditor; "" for applicants.
	StaffRole string
	// Disabled people cannot sign in and get no mail.
	Disabled bool
}

// NormalizeEmail gives the one spelling under which an address is known: trimmed, in lower case. It takes exactly the
// addresses to which notify delivers; anything else is a refusal at the field "email".
func NormalizeEmail(address string) (string, error) {
	address, err := notify.Address(address)
	return strings.ToLower(address), err
}

const personColumns = "id, email, name, lang, staff_role, disabled"

func scanPerson(s data.Scanner) (p Person, err error) {
	return p, s.Scan(&p.ID, &p.Email, &p.Name, &p.Lang, &p.StaffRole, &p.Disabled)
}

// FindPerson gives a person by id, also a disabled one. data.ErrNotFound if there is none.
func FindPerson(tx *data.Tx, id string) (Person, error) {
	p, err := scanPerson(tx.Row("SELECT "+personColumns+" FROM person WHERE id = $1", id))
	if err != nil {
		return Person{}, fmt.Errorf("find person %s: %w", id, err)
	}
	return p, nil
}

// FindPersonByEmail gives a person by an address in any spelling, also a disabled one. data.ErrNotFound if there is none.
func FindPersonByEmail(tx *data.Tx, email string) (Person, error) {
	normal, err := NormalizeEmail(email)
	if err != nil {
		return Person{}, err
	}
	p, err := personOf(tx, normal)
	if err != nil {
		return Person{}, fmt.Errorf("find person by address: %w", err)
	}
	return p, nil
}

// personOf finds a person by a normalized address.
func personOf(tx *data.Tx, email string) (Person, error) {
	return scanPerson(tx.Row("SELECT "+personColumns+" FROM person WHERE email = $1", email))
}

// People lists everybody, staff first, by address. The order is made here: the two engines sort text differently.
func People(tx *data.Tx) ([]Person, error) {
	people, err := data.Rows(tx, scanPerson, "SELECT "+personColumns+" FROM person")
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	slices.SortFunc(people, func(a, b Person) int {
		if (a.StaffRole == "") != (b.StaffRole == "") {
			return cmp.Compare(b.StaffRole, a.StaffRole) // the empty role last
		}
		return cmp.Compare(a.Email, b.Email)
	})
	return people, nil
}

// Generation is the number that a session of the person must carry; a session with another one is over.
func Generation(tx *data.Tx, personID string) (generation int64, err error) {
	err = tx.Row("SELECT generation FROM person WHERE id = $1", personID).Scan(&generation)
	if err != nil {
		return 0, fmt.Errorf("generation of person %s: %w", personID, err)
	}
	return generation, nil
}

// obtain finds the person of a normalized address or makes one, with its record entry. actor "" is the new person.
func obtain(tx *data.Tx, email, lang, role, actor string) (p Person, added bool, err error) {
	p, err = personOf(tx, email)
	if !errors.Is(err, data.ErrNotFound) {
		return p, false, err
	}
	p = Person{ID: data.NewID(), Email: email, Lang: spoken(lang), StaffRole: role}
	rows, err := tx.Exec(`INSERT INTO person (id, email, name, lang, staff_role, disabled, generation, created_at)
		VALUES ($1, $2, '', $3, $4, $5, 1, $6) ON CONFLICT DO NOTHING`, p.ID, p.Email, p.Lang, role, false, data.Millis(tx.Now))
	if err == nil && rows == 0 {
		err = data.ErrConflict
	}
	if err != nil {
		return p, false, fmt.Errorf("add person: %w", err)
	}
	if actor == "" {
		actor = p.ID
	}
	detail := map[string]any{"person": p.ID}
	if role != "" {
		detail["role"] = role
	}
	return p, true, record.Append(tx, record.Entry{Chain: record.Desk, Actor: actor, Act: "person_added", Detail: detail})
}

// AddApplicant makes a person without a staff role, or gives the one that is there: for the demonstration. People
// usually come into being by spending a sign-in link.
func AddApplicant(tx *data.Tx, email, lang, actor string) (Person, error) {
	normal, err := NormalizeEmail(email)
	if err != nil {
		return Person{}, err
	}
	p, _, err := obtain(tx, normal, lang, "", actor)
	return p, err
}

// spoken gives the language that is meant; what is not spoken here is English.
func spoken(lang string) string {
	if lang == "es" {
		return lang
	}
	return "en"
}
