package web

import (
	"errors"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"

	"github.com/gofiber/fiber/v2"
)

// How long sessions last (design section 6; NIST SP 800-63B-4 section 2.2 asks for at most 1 h idle for staff).
const (
	IdleApplicant = 2 * time.Hour
	IdleStaff     = 60 * time.Minute
	SessionLimit  = 12 * time.Hour
	// WarnBefore is when a page begins to lead with "Stay signed in".
	WarnBefore = 20 * time.Minute
)

// sessionCookie holds the token of the session until the browser closes.
const sessionCookie = "session"

// Session is a signed-in browser.
type Session struct {
	hash string
	// Ends is when the session ends if nothing is posted; Limit is when it ends in any case.
	Ends, Limit time.Time
}

// StartSession signs a person in: a new token, never one that the browser brought along.
func (r *Request) StartSession(tx *data.Tx, person account.Person) error {
	if err := r.EndSession(tx); err != nil {
		return err
	}
	generation, err := account.Generation(tx, person.ID)
	if err != nil {
		return err
	}
	token, hash := data.NewToken()
	limit := tx.Now.Add(SessionLimit)
	_, err = tx.Exec(`INSERT INTO session (token_hash, person_id, generation, staff, created_at, used_at, ends_at, device)
		VALUES ($1, $2, $3, $4, $5, $5, $6, $7)`,
		hash, person.ID, generation, person.StaffRole != "", data.Millis(tx.Now), data.Millis(limit), deviceOf(r.c.Get(fiber.HeaderUserAgent)))
	if err != nil {
		return err
	}
	r.Person = person
	r.Session = Session{hash: hash, Ends: sessionEnd(person.StaffRole != "", tx.Now, limit), Limit: limit}
	r.SetCookie(sessionCookie, token, 0)
	return nil
}

// EndSession signs this browser out.
func (r *Request) EndSession(tx *data.Tx) error {
	if token := r.Cookie(sessionCookie); token != "" {
		if _, err := tx.Exec("DELETE FROM session WHERE token_hash = $1", data.HashToken(token)); err != nil {
			return err
		}
	}
	r.leaveSession()
	r.DropCookie(sessionCookie)
	return nil
}

// leaveSession makes the request that of a stranger.
func (r *Request) leaveSession() {
	r.Person, r.Session, r.Members = account.Person{}, Session{}, nil
}

// loadSession finds who is signed in. A POST renews the session.
func (s *Site) loadSession(r *Request, tx *data.Tx, writing bool) error {
	r.leaveSession()
	token := r.cookie(sessionCookie)
	if token == "" {
		return nil
	}
	hash := data.HashToken(token)
	var personID string
	var generation, used, limit int64
	var staff bool
	err := tx.Row("SELECT person_id, generation, staff, used_at, ends_at FROM session WHERE token_hash = $1", hash).
		Scan(&personID, &generation, &staff, &used, &limit)
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	session := Session{hash: hash, Ends: sessionEnd(staff, data.FromMillis(used), data.FromMillis(limit)), Limit: data.FromMillis(limit)}
	if !tx.Now.Before(session.Ends) {
		return nil
	}
	person, err := account.FindPerson(tx, personID)
	if errors.Is(err, data.ErrNotFound) || (err == nil && person.Disabled) {
		return nil
	}
	if err != nil {
		return err
	}
	current, err := account.Generation(tx, personID)
	if err != nil || current != generation {
		return err
	}
	if writing {
		if _, err := tx.Exec("UPDATE session SET used_at = $2 WHERE token_hash = $1", hash, data.Millis(tx.Now)); err != nil {
			return err
		}
		session.Ends = sessionEnd(staff, tx.Now, session.Limit)
	}
	r.Person, r.Session = person, session
	if person.StaffRole == "" {
		r.Members, err = account.Memberships(tx, person.ID)
	}
	return err
}

func sessionEnd(staff bool, used, limit time.Time) time.Time {
	end := used.Add(IdleApplicant)
	if staff {
		end = used.Add(IdleStaff)
	}
	if limit.Before(end) {
		return limit
	}
	return end
}

// Prune removes what is over: sessions past their limit, and keys of repeated forms after a day.
func Prune(tx *data.Tx) error {
	if _, err := tx.Exec("DELETE FROM session WHERE ends_at <= $1", data.Millis(tx.Now)); err != nil {
		return err
	}
	_, err := tx.Exec("DELETE FROM idempotency_key WHERE created_at <= $1", data.Millis(tx.Now.Add(-24*time.Hour)))
	return err
}
