// Package access carries a grant from approval to its end: who may use which program, since when, until when, and under
// which safeguards.
//
// # Life of a grant
//
// The table of transitions is one file of data, transitions.toml. In short:
//
//	pending   -activate (system)->   active
//	active    -suspend (manager)->   suspended -resume (manager)-> active
//	active, suspended -end (system)-> ended
//	any live  -give_up (holder)->    ended        before its end, at the holder's wish
//	any live  -revoke (manager)->    revoked
//	active, suspended: ask_renewal (holder), renew, refuse_renewal (manager)
//	any live: name_person, remove_person (holder)
//
// Open makes a grant, Act is the one door for everything after: it checks the table and who acts, changes the row under a
// guard, writes the entry to the record chain of the case and queues the mails, all in the caller's transaction. Ended and
// revoked grants stay as they are for good; access after that is a new grant. An item has at most one grant, whose id follows
// from the item's, so that a preview of an approval shows the link that will be mailed.
//
// The holder is the organization: its people whose role has the right that the table names. A manager is a program manager who does not belong to it.
// For everybody else but staff the grant does not exist. Reasons of a suspension, a revocation and a refused renewal are words
// for the holder.
//
// # Time
//
// Ends is the first instant without access. A start or an end has come at its very instant; Due does what time alone decides,
// each minute. Before anybody else acts, Act does what is due for that grant, so that nothing can be done to an access that
// is over, whether or not the run of that minute was late; StateAt says the same to pages. Instants are compared, so a day is
// 24 hours whatever the clocks of a country do. While a grant is suspended its time goes on.
//
// # Renewal
//
// A holder may ask once in a term, from RenewFrom on: the last renewal_days of the program's terms, or the last 60 days but
// not more than half of the term. A program manager renews or refuses, from the same day on, asked or not. A renewal adds the
// duration of the program's live version to the old end, and from then on that version's terms hold. The seat was never free
// in between.
//
// # Reminders
//
// Thirty and seven days before the end the holders are reminded. A reminder is due once its threshold is crossed and no mail
// for it, or for a nearer one, was sent in this term; a run that was missed is caught up by the next. When both are crossed
// at once only the nearer is sent. A term that is no longer than a threshold never gets its reminder: it would come with the
// start. The mail says how many days really remain. While an organization has nobody to write to, its reminder stays due.
// With the last one, the program managers are told again of a renewal that was asked for and not answered.
//
// # Named people
//
// The holder names who may use the access: name and work address, so many as the terms allow, else 10. The record holds ids
// only, never a name or an address. People who were removed stay known with the day of their removal.
//
// # What others tell
//
// The names of programs and organizations, the people to write to and the live terms of a program belong to other packages;
// the caller hands them in as functions of a Desk.
package access

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"accessdesk/broker/record"
	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/data"
)

// State is where a grant stands. The package comment has the transitions.
type State string

// The states of a grant. Pending, active and suspended ones are live and hold a seat.
const (
	Pending   State = "pending"
	Active    State = "active"
	Suspended State = "suspended"
	Ended     State = "ended"
	Revoked   State = "revoked"
)

// Renewal is what became of the wish to renew a grant in its present term.
type Renewal string

// The states of a renewal. A renewal that was granted begins a new term, in which nobody asked yet.
const (
	RenewalNone    Renewal = ""
	RenewalAsked   Renewal = "asked"
	RenewalRefused Renewal = "refused"
)

// day is the unit of terms and reminders: 24 hours, not a day of a calendar.
const day = 24 * time.Hour

// What holds where the terms of a program say nothing.
const (
	usualRenewalDays = 60
	usualUserLimit   = 10
)

// Grant is the access that one item of an application led to.
type Grant struct {
	ID, ItemID, OrganizationID string
	Slug, VersionID            string // the program, and the version of its listing whose terms hold
	Tier                       string // id of the tier of the program, "" if it has none
	Reference                  string // what people quote, that of the application
	State                      State
	Starts, Ends               time.Time // UTC; Ends is the first instant without access, as agreed
	Stopped                    time.Time // first instant without access, once the grant is over; before Ends if somebody ended it
	Renewable                  bool
	RenewalDays                int64 // days before Ends from which a renewal may be asked for
	UserLimit                  int64 // most people who may be named
	Safeguards                 []catalog.Safeguard
	OpenedBy                   string    // actor of the record who approved
	Reason                     string    // of the suspension or the revocation, in words for the holder; else empty
	Renewal                    Renewal   // in this term
	RenewalAt                  time.Time // when Renewal was last changed; zero while nobody asked
	RenewalReason              string    // why it was refused, in words for the holder
	Renewals                   int64     // how often it was renewed
	People                     int64     // how many people are named
	ChangedAt                  time.Time // when State was last changed
	Revision                   int64     // grows with each act but the naming of people, from 1
}

// StateAt gives the state as it is at now, also when the run that writes it is late.
func (g Grant) StateAt(now time.Time) State {
	switch {
	case g.State.Over():
		return g.State
	case !now.Before(g.Ends):
		return Ended
	case g.State == Pending && !now.Before(g.Starts):
		return Active
	}
	return g.State
}

// RenewFrom is the instant from which a renewal may be asked for.
func (g Grant) RenewFrom() time.Time { return g.Ends.Add(-time.Duration(g.RenewalDays) * day) }

// endingSoon is when a running grant counts as ending: from the first reminder on.
const endingSoon = 30 * day

// EndsSoon tells whether a running grant ends within 30 days.
func (g Grant) EndsSoon(now time.Time) bool {
	state := g.StateAt(now)
	return (state == Active || state == Suspended) && g.Ends.Sub(now) <= endingSoon
}

// GivenUp tells whether the holder ended the grant before its end.
func (g Grant) GivenUp() bool { return g.State == Ended && g.Stopped.Before(g.Ends) }

// OpenRequest is what the approval of an item knows about the grant.
type OpenRequest struct {
	ItemID, OrganizationID, Slug, VersionID, Reference string
	Tier                                               string        // "" if the program has none
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
		ID: data.NamedID("grant:" + r.ItemID), ItemID: r.ItemID, OrganizationID: r.OrganizationID, Reference: r.Reference,
		Slug: r.Slug, Tier: r.Tier, State: Active, Starts: starts, Ends: starts, OpenedBy: r.Actor, ChangedAt: tx.Now, Revision: 1,
	}
	g.extend(r.VersionID, r.Terms)
	if starts.After(tx.Now) {
		g.State = Pending
	}
	rows, err := tx.Exec(`INSERT INTO access_grant (id, item_id, organization_id, slug, version_id, reference, state, starts, ends,
			renewable, renewal_days, user_limit, safeguards, opened_by, reason, renewal, renewal_reason, renewals, people, changed_at,
			revision, reminded_days, tier)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '', '', '', 0, 0, $15, 1, $16, $17)
		ON CONFLICT DO NOTHING`,
		g.ID, g.ItemID, g.OrganizationID, g.Slug, g.VersionID, g.Reference, string(g.State), data.Millis(g.Starts),
		data.Millis(g.Ends), g.Renewable, g.RenewalDays, g.UserLimit, joinSafeguards(g.Safeguards), g.OpenedBy, data.Millis(tx.Now),
		passedAtStart(g.Ends.Sub(g.Starts)), g.Tier)
	if err != nil {
		return Grant{}, err
	}
	if rows == 0 {
		return Grant{}, data.ErrConflict
	}
	if err := seat.Take(tx, g.ItemID, g.Slug, g.Tier); err != nil {
		return Grant{}, err
	}
	return g, record.Append(tx, record.Entry{Chain: record.CaseChain(g.ItemID), Actor: r.Actor, Act: entryOpened,
		Detail: map[string]any{"grant": g.ID, "version": g.VersionID, "state": g.State,
			"starts": data.Millis(g.Starts), "ends": data.Millis(g.Ends)}})
}

// entryOpened is the word of the record for a new grant.
const entryOpened = "grant_opened"

// extend adds one term to the end: from then on the terms of that version hold.
func (g *Grant) extend(versionID string, terms catalog.Terms) {
	g.Ends = g.Ends.Add(time.Duration(terms.DurationDays) * day)
	g.VersionID, g.Renewable, g.Safeguards = versionID, terms.Renewable, terms.Safeguards
	g.RenewalDays, g.UserLimit = int64(terms.RenewalDays), int64(terms.NamedUsers)
	if g.RenewalDays == 0 {
		g.RenewalDays = min(usualRenewalDays, int64(terms.DurationDays+1)/2)
	}
	if g.UserLimit == 0 {
		g.UserLimit = usualUserLimit
	}
}

// passedAtStart gives the first value of reminded_days in a term: the smallest threshold that a term of this length never
// crosses.
func passedAtStart(length time.Duration) sql.NullInt64 {
	var passed sql.NullInt64
	for _, days := range thresholds {
		if length <= time.Duration(days)*day {
			passed = sql.NullInt64{Int64: days, Valid: true}
		}
	}
	return passed
}

const grantColumns = `g.id, g.item_id, g.organization_id, g.slug, g.version_id, g.reference, g.state, g.starts, g.ends, g.stopped_at,
	g.renewable, g.renewal_days, g.user_limit, g.safeguards, g.opened_by, g.reason, g.renewal, g.renewal_at, g.renewal_reason, g.renewals,
	g.people, g.changed_at, g.revision, g.tier`

// Find gives a grant. data.ErrNotFound if there is none.
func Find(tx *data.Tx, id string) (Grant, error) {
	g, err := scanGrant(tx.Row("SELECT "+grantColumns+" FROM access_grant g WHERE g.id = $1", id))
	if err != nil {
		return Grant{}, fmt.Errorf("find grant %s: %w", id, err)
	}
	return g, nil
}

// OfItem gives the grant of an item of an application. data.ErrNotFound if it has none.
func OfItem(tx *data.Tx, itemID string) (Grant, error) {
	g, err := scanGrant(tx.Row("SELECT "+grantColumns+" FROM access_grant g WHERE g.item_id = $1", itemID))
	if err != nil {
		return Grant{}, fmt.Errorf("find grant of item %s: %w", itemID, err)
	}
	return g, nil
}

// liveFirst is the order of lists: live grants first, and of these the next to end first.
const liveFirst = " ORDER BY CASE WHEN g.state IN ('pending', 'active', 'suspended') THEN 0 ELSE 1 END, g.ends, g.id"

// OfOrganization lists the grants of an organization: live ones first, and of these the next to end first.
func OfOrganization(tx *data.Tx, organizationID string) ([]Grant, error) {
	list, err := data.Rows(tx, scanGrant, "SELECT "+grantColumns+" FROM access_grant g WHERE g.organization_id = $1"+liveFirst, organizationID)
	if err != nil {
		return nil, fmt.Errorf("list grants of organization %s: %w", organizationID, err)
	}
	return list, nil
}

func scanGrant(row data.Scanner) (Grant, error) {
	var g Grant
	err := g.scan(row)
	return g, err
}

// scan reads grantColumns, and what a query selects behind them.
func (g *Grant) scan(row data.Scanner, more ...any) error {
	var starts, ends, changed int64
	var stopped, renewal sql.NullInt64
	var safeguards string
	err := row.Scan(append([]any{&g.ID, &g.ItemID, &g.OrganizationID, &g.Slug, &g.VersionID, &g.Reference, &g.State, &starts, &ends, &stopped,
		&g.Renewable, &g.RenewalDays, &g.UserLimit, &safeguards, &g.OpenedBy, &g.Reason, &g.Renewal, &renewal, &g.RenewalReason, &g.Renewals,
		&g.People, &changed, &g.Revision, &g.Tier}, more...)...)
	if err != nil {
		return err
	}
	g.Starts, g.Ends, g.ChangedAt = data.FromMillis(starts), data.FromMillis(ends), data.FromMillis(changed)
	g.Stopped, g.RenewalAt = data.FromMillis(stopped.Int64), data.FromMillis(renewal.Int64)
	for _, word := range strings.Fields(safeguards) {
		g.Safeguards = append(g.Safeguards, catalog.Safeguard(word))
	}
	return nil
}

func joinSafeguards(list []catalog.Safeguard) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s)
	}
	return strings.Join(words, " ")
}

// nullTime is how a time is stored in a column that may be empty.
func nullTime(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: data.Millis(t), Valid: !t.IsZero()}
}
