// Package access carries a grant from approval to its end: who may use which program, since when, until when, and under
// which safeguards.
//
// # Life of a grant
//
//	pending -activate(system)->       active    its start came
//	active  -end(system)->            ended     its end came
//	pending | active -revoke(program_manager)-> revoked, with a reason for the holder
//
// Open makes a grant, Act is the one door for everything after: it checks the transition table, changes the row under a guard,
// writes the entry to the record chain of the case and queues the mails, all in the caller's transaction. Ended and revoked
// grants stay as they are for good; access after that is a new grant. An item has at most one grant.
//
// # Time
//
// Due does what time alone decides. It compares instants, so a day is 24 hours whatever the clocks of a country do. A start or
// an end has come at its very instant. Act itself does not look at the clock: who calls it as "system" has done so.
//
// # Reminders
//
// Thirty and seven days before the end the holders are reminded. A reminder is due once its threshold is crossed and no mail
// for it, or for a nearer one, was sent; a run that was missed is caught up by the next. When both are crossed at once only
// the nearer is sent. A grant that is no longer than a threshold never gets its reminder: it would come with the start. The
// mail says how many days really remain. While an organization has nobody to write to, its reminder stays due.
//
// # What others tell
//
// The names of programs and organizations and the people to write to belong to other packages; the caller hands them in as
// functions of a Desk.
package access

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
)

// State is where a grant stands. The package comment has the transitions.
type State string

// The states of a grant. Pending and active ones are live.
const (
	Pending State = "pending"
	Active  State = "active"
	Ended   State = "ended"
	Revoked State = "revoked"
)

// day is the unit of terms and reminders: 24 hours, not a day of a calendar.
const day = 24 * time.Hour

// Grant is the access that one item of an application led to.
type Grant struct {
	ID, ItemID, OrganizationID string
	Slug, VersionID            string // the program, and the version of its listing that the case was decided on
	Reference                  string // what people quote, that of the application
	State                      State
	Starts, Ends               time.Time // UTC; Ends is the first instant without access
	Renewable                  bool
	Safeguards                 []catalog.Safeguard
	OpenedBy                   string    // actor of the record who approved
	Reason                     string    // of the revocation, in words for the holder; else empty
	ChangedAt                  time.Time // when State was last changed
	Revision                   int64     // grows with each change of State, from 1
}

// OpenRequest is what the approval of an item knows about the grant.
type OpenRequest struct {
	ItemID, OrganizationID, Slug, VersionID, Reference string
	Terms                                              catalog.Terms // DurationDays must be at least 1
	Starts                                             time.Time     // zero: at once
	Actor                                              string        // actor of the record who approves
}

// Open makes the grant of an item in the transaction of its approval: pending if it starts later, else active. The mail about
// the approval is the caller's. data.ErrConflict if the item has a grant already.
func Open(tx *data.Tx, r OpenRequest) (Grant, error) {
	g, err := open(tx, r)
	if err != nil {
		return Grant{}, fmt.Errorf("open grant for item %s: %w", r.ItemID, err)
	}
	return g, nil
}

func open(tx *data.Tx, r OpenRequest) (Grant, error) {
	if r.Terms.DurationDays < 1 {
		return Grant{}, errors.New("the terms have no duration")
	}
	starts := r.Starts.UTC().Truncate(time.Millisecond)
	if r.Starts.IsZero() {
		starts = tx.Now
	}
	g := Grant{
		ID: data.NewID(), ItemID: r.ItemID, OrganizationID: r.OrganizationID, Slug: r.Slug, VersionID: r.VersionID,
		Reference: r.Reference, State: Active, Starts: starts, Ends: starts.Add(time.Duration(r.Terms.DurationDays) * day),
		Renewable: r.Terms.Renewable, Safeguards: r.Terms.Safeguards, OpenedBy: r.Actor, ChangedAt: tx.Now, Revision: 1,
	}
	if starts.After(tx.Now) {
		g.State = Pending
	}
	rows, err := tx.Exec(`INSERT INTO access_grant (id, item_id, organization_id, slug, version_id, reference, state, starts, ends,
			renewable, safeguards, opened_by, reason, changed_at, revision, reminded_days)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, '', $13, 1, $14)
		ON CONFLICT DO NOTHING`,
		g.ID, g.ItemID, g.OrganizationID, g.Slug, g.VersionID, g.Reference, string(g.State), data.Millis(g.Starts),
		data.Millis(g.Ends), g.Renewable, joinSafeguards(g.Safeguards), g.OpenedBy, data.Millis(tx.Now),
		passedAtStart(g.Ends.Sub(g.Starts)))
	if err != nil {
		return Grant{}, err
	}
	if rows == 0 {
		return Grant{}, data.ErrConflict
	}
	return g, record.Append(tx, record.Entry{Chain: record.CaseChain(g.ItemID), Actor: r.Actor, Act: "grant_opened",
		Detail: map[string]any{"grant": g.ID, "version": g.VersionID, "state": g.State,
			"starts": data.Millis(g.Starts), "ends": data.Millis(g.Ends)}})
}

// passedAtStart gives the first value of reminded_days: the smallest threshold that a grant of this length never crosses.
func passedAtStart(length time.Duration) sql.NullInt64 {
	var passed sql.NullInt64
	for _, days := range thresholds {
		if length <= time.Duration(days)*day {
			passed = sql.NullInt64{Int64: days, Valid: true}
		}
	}
	return passed
}

// Find gives a grant. data.ErrNotFound if there is none.
func Find(tx *data.Tx, id string) (Grant, error) {
	g, err := scanGrant(tx.Row(`SELECT id, item_id, organization_id, slug, version_id, reference, state, starts, ends, renewable,
			safeguards, opened_by, reason, changed_at, revision
		FROM access_grant WHERE id = $1`, id))
	if err != nil {
		return Grant{}, fmt.Errorf("find grant %s: %w", id, err)
	}
	return g, nil
}

// OfItem gives the grant of an item of an application. data.ErrNotFound if it has none.
func OfItem(tx *data.Tx, itemID string) (Grant, error) {
	g, err := scanGrant(tx.Row(`SELECT id, item_id, organization_id, slug, version_id, reference, state, starts, ends, renewable,
			safeguards, opened_by, reason, changed_at, revision
		FROM access_grant WHERE item_id = $1`, itemID))
	if err != nil {
		return Grant{}, fmt.Errorf("find grant of item %s: %w", itemID, err)
	}
	return g, nil
}

// OfOrganization lists the grants of an organization: live ones first, and of these the next to end first.
func OfOrganization(tx *data.Tx, organizationID string) ([]Grant, error) {
	list, err := data.Rows(tx, scanGrant, `SELECT id, item_id, organization_id, slug, version_id, reference, state, starts, ends,
			renewable, safeguards, opened_by, reason, changed_at, revision
		FROM access_grant WHERE organization_id = $1
		ORDER BY CASE WHEN state IN ('pending', 'active') THEN 0 ELSE 1 END, ends, id`, organizationID)
	if err != nil {
		return nil, fmt.Errorf("list grants of organization %s: %w", organizationID, err)
	}
	return list, nil
}

// All lists every grant: live ones first, and of these the next to end first.
func All(tx *data.Tx) ([]Grant, error) {
	list, err := data.Rows(tx, scanGrant, `SELECT id, item_id, organization_id, slug, version_id, reference, state, starts, ends,
			renewable, safeguards, opened_by, reason, changed_at, revision
		FROM access_grant
		ORDER BY CASE WHEN state IN ('pending', 'active') THEN 0 ELSE 1 END, ends, id`)
	if err != nil {
		return nil, fmt.Errorf("list grants: %w", err)
	}
	return list, nil
}

func scanGrant(row data.Scanner) (Grant, error) {
	var g Grant
	var starts, ends, changed int64
	var safeguards string
	err := row.Scan(&g.ID, &g.ItemID, &g.OrganizationID, &g.Slug, &g.VersionID, &g.Reference, &g.State, &starts, &ends,
		&g.Renewable, &safeguards, &g.OpenedBy, &g.Reason, &changed, &g.Revision)
	if err != nil {
		return Grant{}, err
	}
	g.Starts, g.Ends, g.ChangedAt = data.FromMillis(starts), data.FromMillis(ends), data.FromMillis(changed)
	for _, word := range strings.Fields(safeguards) {
		g.Safeguards = append(g.Safeguards, catalog.Safeguard(word))
	}
	return g, nil
}

func joinSafeguards(list []catalog.Safeguard) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return strings.Join(words, " ")
}
