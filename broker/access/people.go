package access

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/broker/account"
	"accessdesk/data"
)

// nameLimit is the length of a person's name in characters, as that of an organization.
const nameLimit = 120

// Person is somebody whom a holder named.
type Person struct {
	ID, Name, Email string
	Named           time.Time
	Removed         time.Time // zero while the person may use the access
}

// People lists the people who may use an access, in the order in which they were named, and behind them those who were removed,
// the last one first.
func People(tx *data.Tx, grantID string) (current, removed []Person, err error) {
	all, err := data.Rows(tx, scanPerson, `SELECT id, name, email, named_at, coalesce(removed_at, 0) FROM access_person
		WHERE grant_id = $1 ORDER BY coalesce(removed_at, 0) DESC, named_at, id`, grantID)
	if err != nil {
		return nil, nil, fmt.Errorf("people of grant %s: %w", grantID, err)
	}
	for _, p := range all {
		if p.Removed.IsZero() {
			current = append(current, p)
		} else {
			removed = append(removed, p)
		}
	}
	return current, removed, nil
}

func scanPerson(row data.Scanner) (Person, error) {
	var p Person
	var named, removed int64
	err := row.Scan(&p.ID, &p.Name, &p.Email, &named, &removed)
	p.Named, p.Removed = data.FromMillis(named), data.FromMillis(removed)
	return p, err
}

// namePerson adds a person. It refuses at the field "name" "person_name", "too_long", "invalid_text" and "people_full" with Max, at
// "email" what account.NormalizeEmail refuses and "person_known".
func (s *step) namePerson(next *Grant) error {
	name, err := personName(s.request.Name)
	if err != nil {
		return err
	}
	email, err := account.NormalizeEmail(s.request.Email)
	if err != nil {
		return err
	}
	if s.grant.People >= s.grant.UserLimit {
		return data.Refuse("name", "people_full", "Max", s.grant.UserLimit)
	}
	id := data.NewID()
	rows, err := s.tx.Exec(`INSERT INTO access_person (id, grant_id, name, email, named_at, named_by, removed_by)
		VALUES ($1, $2, $3, $4, $5, $6, '') ON CONFLICT DO NOTHING`, id, s.grant.ID, name, email, data.Millis(s.tx.Now), s.actor.name())
	if err != nil {
		return err
	}
	if rows == 0 {
		return data.Refuse("email", "person_known")
	}
	next.People++
	s.detail["person"] = id
	return nil
}

func personName(name string) (string, error) {
	if !utf8.ValidString(name) || strings.ContainsRune(name, 0) {
		return "", data.Refuse("name", "invalid_text")
	}
	name = strings.Join(strings.Fields(name), " ")
	switch length := utf8.RuneCountInString(name); {
	case length == 0:
		return "", data.Refuse("name", "person_name")
	case length > nameLimit:
		return "", data.Refuse("name", "too_long", "Max", nameLimit, "Used", length)
	}
	return name, nil
}

// removePerson takes a person off the list. It refuses "person_gone" for one who is not on it: somebody else was faster.
func (s *step) removePerson(next *Grant) error {
	rows, err := s.tx.Exec("UPDATE access_person SET removed_at = $3, removed_by = $4 WHERE id = $1 AND grant_id = $2 AND removed_at IS NULL",
		s.request.PersonID, s.grant.ID, data.Millis(s.tx.Now), s.actor.name())
	if err != nil {
		return err
	}
	if rows == 0 {
		return data.Refuse("", "person_gone")
	}
	next.People--
	s.detail["person"] = s.request.PersonID
	return nil
}
