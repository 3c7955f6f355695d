// Package reminder finds what people should be reminded of and queues the mail.
//
// # Once for each moment
//
// An occasion (a closing date, a question, an expiry) has moments, for example 7 and 2 days before it. A moment has come when its
// time is not after tx.Now. What was dealt with is kept in reminder_mark; a run looks for what has come and is not marked. So a
// missed run is caught up, with the newest moment only, and a second run does nothing. A moment from before the occasion
// concerned anybody (the draft was begun later, the reminder was asked for later) is never made up for. An occasion whose
// date changes is another occasion.
//
// # What is reminded of
//
//	draft          the program of an unsent application closes in 7, in 2 days
//	question       a reviewer's question waits for 5 days; for 12 days: 2 before the case is closed (broker.AnswerTime)
//	due soon       a case must be decided within 3 days: to its reviewer, or to all who may take it
//	dates          opt-in: SAM.gov 60, 30, 7 days; a water system's certifications 90, 30, 7; memberships 30, 7; state calls
//	overdue        listings past their review day: to who keeps them, all in one mail; again after a month
//	digest         what waits for a decision, once a day at 7 in the morning of the site, to each program manager
//
// The reminder of a draft that rests for 3 days is in package broker, those of grants in broker/access, those of followed
// programs in catalog/interest.
package reminder

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/notify"
)

// Desk is what reminders need beside the transaction. It never changes after the start.
type Desk struct {
	broker.Desk
	Zone *time.Location // of the site: mails that belong to a day leave in its morning
}

// morning is the hour at which mails leave that belong to a day and to no instant.
const morning = 7

// day is 24 hours.
const day = 24 * time.Hour

// keptMarks is how long marks are kept; every occasion is over long before.
const keptMarks = 400 * day

// Report counts the occasions of which a run has reminded.
type Report struct{ Drafts, Questions, DueSoon, Dates, Overdue, Digests int }

// Due reminds of everything whose moment has come. It runs after broker.Work, so that what is over by now is over.
func Due(tx *data.Tx, d Desk) (Report, error) {
	var report Report
	for _, part := range []struct {
		name  string
		count *int
		run   func(*data.Tx, Desk) (int, error)
	}{
		{"drafts", &report.Drafts, drafts}, {"questions", &report.Questions, questions}, {"cases due soon", &report.DueSoon, dueSoon},
		{"dates", &report.Dates, dates}, {"listings past their review", &report.Overdue, overdue}, {"digests", &report.Digests, digests},
	} {
		count, err := part.run(tx, d)
		if err != nil {
			return report, fmt.Errorf("remind of %s: %w", part.name, err)
		}
		*part.count = count
	}
	if _, err := tx.Exec("DELETE FROM reminder_mark WHERE marked_at <= $1", data.Millis(tx.Now.Add(-keptMarks))); err != nil {
		return report, fmt.Errorf("prune reminder marks: %w", err)
	}
	return report, nil
}

// occasion is something that people are reminded of.
type occasion struct {
	subject string
	name    string      // with what makes it another occasion when it changes, a date for example
	since   time.Time   // since when it concerns those who would get the mail; zero: always
	moments []time.Time // in order of time
}

// claim gives the number (from 1) of the newest moment that has come and was not dealt with, and marks it; 0 if there is none.
func (o occasion) claim(tx *data.Tx) (step int, err error) {
	for i, moment := range o.moments {
		if !moment.After(tx.Now) && moment.After(o.since) {
			step = i + 1
		}
	}
	if step == 0 {
		return 0, nil
	}
	fresh, err := mark(tx, o.subject, o.name, int64(step))
	if err != nil || !fresh {
		return 0, err
	}
	return step, nil
}

// mark moves the mark of an occasion on to a step; false if it is there already.
func mark(tx *data.Tx, subject, name string, step int64) (bool, error) {
	var known int64
	err := tx.Row("SELECT step FROM reminder_mark WHERE subject = $1 AND occasion = $2", subject, name).Scan(&known)
	if err != nil && !errors.Is(err, data.ErrNotFound) || err == nil && known >= step {
		return false, err
	}
	_, err = tx.Exec(`INSERT INTO reminder_mark (subject, occasion, step, marked_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (subject, occasion) DO UPDATE SET step = excluded.step, marked_at = excluded.marked_at`,
		subject, name, step, data.Millis(tx.Now))
	return err == nil, err
}

// before gives the moments that lie so many days before a time.
func before(at time.Time, days ...int) []time.Time {
	var moments []time.Time
	for _, n := range days {
		moments = append(moments, at.Add(-time.Duration(n)*day))
	}
	return moments
}

// mailing is one reminder to several people.
type mailing struct {
	template, key, chain string
	args                 func(lang string) map[string]any
}

// send queues a reminder for each person in their language. Who does not want it is passed over.
func (m mailing) send(tx *data.Tx, d Desk, to []account.Member) error {
	for _, p := range to {
		_, err := d.Mail.Enqueue(tx, notify.Message{To: p.Email, Lang: p.Lang, Template: m.template, Args: m.args(p.Lang),
			Key: m.key + ":" + p.ID, Chain: m.chain})
		if err != nil {
			return err
		}
	}
	return nil
}

// matter is a case as reminders see it.
type matter struct {
	item, application, slug, version string
	state                            broker.State
	reference                        string
	organization                     account.Organization
}

const matterColumns = "i.id, i.application_id, i.slug, i.version_id, i.state, a.reference, o.id, o.name"

// into is where the columns of a case are read.
func (m *matter) into() []any {
	return []any{&m.item, &m.application, &m.slug, &m.version, &m.state, &m.reference, &m.organization.ID, &m.organization.Name}
}

// title is the name of the case's program, as it is live or, if it is not any more, as it was when the case began.
func (m matter) title(tx *data.Tx, d Desk) (catalog.Text, error) {
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return catalog.Text{}, err
	}
	if live, ok := snapshot.Find(m.slug); ok {
		return live.Title, nil
	}
	stored, err := catalog.Version(tx, d.Vocabulary, m.version)
	if err != nil {
		return catalog.Text{}, err
	}
	return stored.Title, nil
}

// args are what every mail about a case says.
func (m matter) args(title catalog.Text, lang string) map[string]any {
	return map[string]any{"Organization": m.organization.Name, "Reference": m.reference, "Program": title.In(lang),
		"Link": "/applications/" + m.application + "/p/" + m.slug}
}

// number writes a step or a time as a part of a key.
func number(n int64) string { return strconv.FormatInt(n, 10) }

// daysLeft rounds the time until something up to whole days.
func daysLeft(until, now time.Time) int { return int((until.Sub(now) + day - 1) / day) }

// lastMorning is the latest morning of the site that has come.
func lastMorning(now time.Time, zone *time.Location) time.Time {
	local := now.In(zone)
	today := time.Date(local.Year(), local.Month(), local.Day(), morning, 0, 0, 0, zone)
	if today.After(now) {
		return time.Date(local.Year(), local.Month(), local.Day()-1, morning, 0, 0, 0, zone)
	}
	return today
}
