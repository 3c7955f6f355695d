package access

import (
	"fmt"
	"slices"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
)

// Filter chooses grants for the list of staff. The zero Filter chooses all.
type Filter struct {
	State   State  // "" for every state
	Program string // slug, "" for all
	Ending  bool   // running ones that end within 30 days
	Renewal bool   // live ones whose renewal was asked for and not answered
	Page    int    // from 1
}

// PageSize is how many grants a page of the list has.
const PageSize = 50

// Listed is a grant in the list of staff.
type Listed struct {
	Grant
	Organization string
}

const filtered = ` FROM access_grant g JOIN organization o ON o.id = g.organization_id
	WHERE ($1 = '' OR g.state = $1) AND ($2 = '' OR g.slug = $2)
	AND (CAST($3 AS BIGINT) = 0 OR g.state IN ('active', 'suspended') AND g.ends <= $3)
	AND ($4 = '' OR g.renewal = $4 AND g.state IN ('active', 'suspended'))`

// args are the arguments of filtered.
func (f Filter) args(now time.Time) []any {
	var until int64
	if f.Ending {
		until = data.Millis(now.Add(endingSoon))
	}
	renewal := RenewalNone
	if f.Renewal {
		renewal = RenewalAsked
	}
	return []any{string(f.State), f.Program, until, string(renewal)}
}

// List lists the grants of a filter, one page of them, and counts all that it chooses: live ones first, and of these the next to
// end first.
func List(tx *data.Tx, f Filter) (rows []Listed, all int, err error) {
	args := f.args(tx.Now)
	if err = tx.Row("SELECT count(*)"+filtered, args...).Scan(&all); err != nil {
		return nil, 0, fmt.Errorf("count grants: %w", err)
	}
	rows, err = data.Rows(tx, func(row data.Scanner) (l Listed, err error) {
		err = l.scan(row, &l.Organization)
		return l, err
	}, "SELECT "+grantColumns+", o.name"+filtered+liveFirst+" LIMIT $5 OFFSET $6", append(args, PageSize, PageSize*(max(f.Page, 1)-1))...)
	if err != nil {
		return nil, 0, fmt.Errorf("list grants: %w", err)
	}
	return rows, all, nil
}

// Figures counts the live grants: all that have access, those of them that end within 30 days, those that are suspended, and
// those whose renewal waits for an answer.
type Figures struct{ Active, Ending, Suspended, Renewal int }

// Count counts the live grants, whatever a filter shows.
func Count(tx *data.Tx) (f Figures, err error) {
	err = tx.Row(`SELECT count(CASE WHEN state = 'active' THEN 1 END), count(CASE WHEN state <> 'pending' AND ends <= $1 THEN 1 END),
		count(CASE WHEN state = 'suspended' THEN 1 END), count(CASE WHEN renewal = 'asked' THEN 1 END)
		FROM access_grant WHERE state IN ('pending', 'active', 'suspended')`, data.Millis(tx.Now.Add(endingSoon))).
		Scan(&f.Active, &f.Ending, &f.Suspended, &f.Renewal)
	if err != nil {
		return f, fmt.Errorf("count grants: %w", err)
	}
	return f, nil
}

// Programs lists the slugs of the programs that grants were given for, in order.
func Programs(tx *data.Tx) ([]string, error) {
	slugs, err := data.Rows(tx, func(row data.Scanner) (slug string, err error) {
		err = row.Scan(&slug)
		return slug, err
	}, "SELECT DISTINCT slug FROM access_grant")
	if err != nil {
		return nil, fmt.Errorf("programs of grants: %w", err)
	}
	slices.Sort(slugs) // here: the two engines sort text differently
	return slugs, nil
}

// Event is something that happened to a grant, as the record has it.
type Event struct {
	Entry string // entry of a Transition, or "grant_opened"
	By    Party  // of an opening the manager
	Actor string // actor of the record
	At    time.Time
}

// History lists what happened to a grant, oldest first.
func History(tx *data.Tx, g Grant) ([]Event, error) {
	entries, err := record.List(tx, record.CaseChain(g.ItemID))
	if err != nil {
		return nil, fmt.Errorf("history of grant %s: %w", g.ID, err)
	}
	var events []Event
	for _, entry := range entries {
		event := Event{Entry: entry.Act, Actor: entry.Actor, At: entry.At, By: Manager}
		at := slices.IndexFunc(life.Acts, func(t Transition) bool { return t.Entry == entry.Act })
		if at < 0 && entry.Act != entryOpened {
			continue // of the case before the grant
		}
		if at >= 0 {
			event.By = life.Acts[at].By
		}
		events = append(events, event)
	}
	return events, nil
}

// Unanswered lists the grants whose renewal was asked for and not decided: live ones, and those that ended without an answer at or
// after a time. The next to end comes first.
func Unanswered(tx *data.Tx, endedSince time.Time) ([]Listed, error) {
	rows, err := data.Rows(tx, func(row data.Scanner) (l Listed, err error) {
		err = l.scan(row, &l.Organization)
		return l, err
	}, "SELECT "+grantColumns+`, o.name FROM access_grant g JOIN organization o ON o.id = g.organization_id
		WHERE g.renewal = $1 AND (g.state IN ('active', 'suspended') OR g.state = 'ended' AND g.stopped_at >= $2 AND g.stopped_at >= g.ends)
		ORDER BY g.ends, g.id`, string(RenewalAsked), data.Millis(endedSince))
	if err != nil {
		return nil, fmt.Errorf("renewals without an answer: %w", err)
	}
	return rows, nil
}

// Overdue tells that a renewal waits although the access ends within the last reminder's time: its holder was told that it ends
// unless somebody decides.
func (g Grant) Overdue(now time.Time) bool {
	return g.Renewal == RenewalAsked && !g.State.Over() && g.Ends.Sub(now) <= time.Duration(thresholds[len(thresholds)-1])*day
}
