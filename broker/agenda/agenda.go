// Package agenda keeps the calendar of a person: the days on which something of theirs is due, behind a private link.
//
// # The link
//
// A person has one link at a time (Make). Its token is stored hashed and shown once; a new link, or Stop, makes the old one worth
// nothing. Whoever holds the link reads the days, and can do nothing else.
//
// # The days
//
// Events asks package reminder for the days that its mails remind of, for each organization of the person, and nothing is worked out here. A
// calendar program that was told of a day must be told when it moves or is called off. So Keep, which runs with the clock, remembers
// what was said: a day that is said otherwise has a higher Sequence, one that is not due any more is Cancelled, and one that has passed
// stays for a month. Reading changes nothing.
package agenda

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/reminder"
	"accessdesk/data"
	"accessdesk/data/locale"
)

// Event is a day in the calendar of a person.
type Event struct {
	ID       string // lasting
	Day      string // YYYY-MM-DD
	Summary  string
	Link     string // path of the page where something can be done
	Sequence int    // how often it changed
	Changed  time.Time
	// Cancelled: it is not due any more.
	Cancelled bool

	subject string
}

const (
	keptAfter = 31          // days for which a day stays that has passed
	keepEvery = time.Hour   // how often Keep looks at a calendar
	keepMost  = 50          // calendars in one run
	separator = "\x1f"      // between organization and subject
	namespace = "calendar:" // of ids
	dayLayout = time.DateOnly
)

// Make gives a person a link with this token, in place of any that they had, and remembers the days as they are.
func Make(tx *data.Tx, d reminder.Desk, p account.Person, token string) error {
	_, err := tx.Exec(`INSERT INTO calendar_link (person_id, token_hash, made_at, kept_at) VALUES ($1, $2, $3, $3)
		ON CONFLICT (person_id) DO UPDATE SET token_hash = excluded.token_hash, made_at = excluded.made_at, kept_at = excluded.kept_at`,
		p.ID, data.HashToken(token), data.Millis(tx.Now))
	if err == nil {
		err = remember(tx, d, p)
	}
	return wrap(err, "make the calendar link of %s", p.ID)
}

// Stop takes the link away, and what was remembered. Without a link it does nothing.
func Stop(tx *data.Tx, personID string) error {
	_, err := tx.Exec("DELETE FROM calendar_link WHERE person_id = $1", personID)
	if err == nil {
		_, err = tx.Exec("DELETE FROM calendar_event WHERE person_id = $1", personID)
	}
	return wrap(err, "stop the calendar link of %s", personID)
}

// MadeAt is when the link of a person was made; zero if they have none.
func MadeAt(tx *data.Tx, personID string) (time.Time, error) {
	var made int64
	err := tx.Row("SELECT made_at FROM calendar_link WHERE person_id = $1", personID).Scan(&made)
	if errors.Is(err, data.ErrNotFound) {
		return time.Time{}, nil
	}
	return data.FromMillis(made), wrap(err, "calendar link of %s", personID)
}

// Reader finds whose calendar a link opens. data.ErrNotFound: there is no such link, not any more, or the person cannot sign in.
func Reader(tx *data.Tx, token string) (account.Person, error) {
	var id string
	err := tx.Row("SELECT person_id FROM calendar_link WHERE token_hash = $1", data.HashToken(token)).Scan(&id)
	if err != nil {
		return account.Person{}, wrap(err, "calendar link")
	}
	p, err := account.FindPerson(tx, id)
	if err == nil && p.Disabled {
		err = data.ErrNotFound
	}
	return p, err
}

// Events lists the days of a person as a calendar is to be told of them, the next first.
func Events(tx *data.Tx, d reminder.Desk, p account.Person) ([]Event, error) {
	all, err := live(tx, d, p)
	if err != nil {
		return nil, err
	}
	known, err := told(tx, p.ID)
	if err != nil {
		return nil, err
	}
	today := tx.Now.In(d.Zone).Format(dayLayout)
	bygone := tx.Now.In(d.Zone).AddDate(0, 0, -keptAfter).Format(dayLayout)
	for i, e := range all {
		all[i].Changed = tx.Now
		if before, ok := known[e.subject]; ok {
			all[i].Sequence, all[i].Changed = before.Sequence, before.Changed
			if before.Cancelled || before.Day != e.Day || before.Summary != e.Summary || before.Link != e.Link {
				all[i].Sequence, all[i].Changed = before.Sequence+1, tx.Now
			}
			delete(known, e.subject)
		}
	}
	for _, e := range known {
		if e.Day < bygone {
			continue
		}
		if e.Day > today && !e.Cancelled { // one of today may have passed by the hour
			e.Cancelled, e.Sequence, e.Changed = true, e.Sequence+1, tx.Now
		}
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b Event) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

// live lists the days that are due now.
func live(tx *data.Tx, d reminder.Desk, p account.Person) ([]Event, error) {
	members, err := account.Memberships(tx, p.ID)
	if err != nil {
		return nil, err
	}
	organizations := []account.Organization{{}} // what the person follows belongs to none
	for _, m := range members {
		organizations = append(organizations, m.Organization)
	}
	l := d.Locales.In(p.Lang)
	var all []Event
	for _, o := range organizations {
		days, err := reminder.DaysOf(tx, d, o.ID, p, l.Lang())
		if err != nil {
			return nil, err
		}
		for _, day := range days {
			e := Event{subject: o.ID + separator + day.Subject, Day: day.Date, Link: day.Link, Summary: summary(l, day)}
			if len(members) > 1 && o.Name != "" {
				e.Summary += " (" + o.Name + ")"
			}
			e.ID = data.NamedID(namespace + p.ID + separator + e.subject)
			if !slices.ContainsFunc(all, func(other Event) bool {
				return other.Link == e.Link && other.Day == e.Day && other.Summary == e.Summary
			}) {
				all = append(all, e)
			}
		}
	}
	return all, nil
}

// summary says in a few words what is due.
func summary(l *locale.Localizer, day reminder.Day) string {
	return l.T("feeds.due_"+day.Template, "About", day.About)
}

// told gives what the calendar of a person was told, by subject.
func told(tx *data.Tx, personID string) (map[string]Event, error) {
	all := map[string]Event{}
	_, err := data.Rows(tx, func(s data.Scanner) (e Event, err error) {
		var changed int64
		err = s.Scan(&e.subject, &e.Day, &e.Summary, &e.Link, &e.Sequence, &changed, &e.Cancelled)
		e.Changed, e.ID = data.FromMillis(changed), data.NamedID(namespace+personID+separator+e.subject)
		all[e.subject] = e
		return e, err
	}, "SELECT subject, day, summary, link, sequence, changed_at, cancelled FROM calendar_event WHERE person_id = $1", personID)
	return all, wrap(err, "calendar of %s", personID)
}

// Keep remembers what calendars are told now, of those at which it looked longest ago. It runs with the clock.
func Keep(tx *data.Tx, d reminder.Desk) error {
	people, err := data.Rows(tx, data.Value[string], "SELECT person_id FROM calendar_link WHERE kept_at <= $1 ORDER BY kept_at, person_id LIMIT $2",
		data.Millis(tx.Now.Add(-keepEvery)), keepMost)
	if err != nil {
		return wrap(err, "calendars to keep")
	}
	for _, id := range people {
		p, err := account.FindPerson(tx, id)
		if err == nil {
			err = remember(tx, d, p)
		}
		if err == nil {
			_, err = tx.Exec("UPDATE calendar_link SET kept_at = $1 WHERE person_id = $2", data.Millis(tx.Now), id)
		}
		if err != nil {
			return wrap(err, "keep the calendar of %s", id)
		}
	}
	return nil
}

func remember(tx *data.Tx, d reminder.Desk, p account.Person) error {
	before, err := told(tx, p.ID)
	if err != nil {
		return err
	}
	now, err := Events(tx, d, p)
	if err != nil {
		return err
	}
	for _, e := range now {
		if before[e.subject] == e {
			delete(before, e.subject)
			continue
		}
		delete(before, e.subject)
		_, err := tx.Exec(`INSERT INTO calendar_event (person_id, subject, day, summary, link, sequence, changed_at, cancelled) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (person_id, subject) DO UPDATE SET day = excluded.day, summary = excluded.summary, link = excluded.link, sequence = excluded.sequence,
				changed_at = excluded.changed_at, cancelled = excluded.cancelled`,
			p.ID, e.subject, e.Day, e.Summary, e.Link, e.Sequence, data.Millis(e.Changed), e.Cancelled)
		if err != nil {
			return err
		}
	}
	for subject := range before { // passed long ago
		if _, err := tx.Exec("DELETE FROM calendar_event WHERE person_id = $1 AND subject = $2", p.ID, subject); err != nil {
			return err
		}
	}
	return nil
}

// wrap names the operation of an internal error.
func wrap(err error, format string, args ...any) error {
	if err == nil || errors.Is(err, data.ErrNotFound) {
		return err
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
