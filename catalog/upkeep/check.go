package upkeep

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
)

// Checked is that somebody compared a version of a listing with its sources on a day and found it as listed.
type Checked struct {
	Slug, VersionID string
	On              catalog.Date
	Note            string
	At              time.Time
	By              string // id of the person
}

// CheckedOn is the day on which somebody last compared the live version of a listing with its sources: that of its file, or of the last
// confirmation since.
func (s *State) CheckedOn(p *catalog.Published) catalog.Date {
	return max(p.CheckedOn, s.confirmed[p.VersionID])
}

// Confirm notes that the version that the person had before them is still as listed, as seen on a day of theirs that is not after today.
// The same confirmation again changes nothing. Refusals at the fields "day" and "note"; data.ErrConflict if the version is not live
// any more.
func Confirm(tx *data.Tx, d Desk, c Checked, today catalog.Date) error {
	listing, err := d.Catalog.Live(tx, c.Slug)
	if err != nil {
		return wrap(err, "confirm %s", c.Slug)
	}
	c.Note = strings.TrimSpace(c.Note)
	used := utf8.RuneCountInString(c.Note)
	switch {
	case listing.VersionID != c.VersionID:
		return data.ErrConflict
	case c.On.Time().IsZero():
		return data.Refuse("day", "invalid_date")
	case c.On > today:
		return data.Refuse("day", "check_ahead")
	case c.On < listing.CheckedOn:
		return data.Refuse("day", "check_before")
	case used > noteLength:
		return data.Refuse("note", "too_long", "Max", noteLength, "Used", used)
	}
	var known bool
	err = tx.Row("SELECT count(*) > 0 FROM listing_check WHERE version_id = $1 AND checked_on = $2 AND note = $3 AND checked_by = $4",
		c.VersionID, string(c.On), c.Note, c.By).Scan(&known)
	if err != nil || known {
		return wrap(err, "confirm %s", c.Slug)
	}
	_, err = tx.Exec(`INSERT INTO listing_check (id, slug, version_id, checked_on, note, checked_at, checked_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		data.NewID(), c.Slug, c.VersionID, string(c.On), c.Note, data.Millis(tx.Now), c.By)
	if err == nil {
		err = record.Append(tx, record.Entry{Chain: record.OfferingChain(c.Slug), Actor: c.By, Act: "listing_confirmed",
			Detail: map[string]any{"version_id": c.VersionID, "on": c.On}})
	}
	if err == nil {
		err = catalog.MoveRevision(tx)
	}
	return wrap(err, "confirm %s", c.Slug)
}

// ChecksOf lists the confirmations of a listing, the newest first, at most so many.
func ChecksOf(tx *data.Tx, slug string, most int) ([]Checked, error) {
	all, err := data.Rows(tx, func(s data.Scanner) (c Checked, err error) {
		var at int64
		err = s.Scan(&c.Slug, &c.VersionID, &c.On, &c.Note, &at, &c.By)
		c.At = data.FromMillis(at)
		return c, err
	}, "SELECT slug, version_id, checked_on, note, checked_at, checked_by FROM listing_check WHERE slug = $1 ORDER BY checked_at DESC, id LIMIT $2", slug, most)
	return all, wrap(err, "checks of %s", slug)
}

// Turn is a provider's turn to be looked at.
type Turn struct {
	Provider catalog.Provider
	Listings []ListingTurn // the one that is longest overdue first
	Oldest   catalog.Date  // the oldest day on which one of them was checked
	DueOn    catalog.Date  // the first day on which one of them is due
}

// ListingTurn is when a listing is due.
type ListingTurn struct {
	*catalog.Published
	LastOn catalog.Date // when it was checked last
	DueOn  catalog.Date
}

// Due tells whether somebody should look at the provider by now.
func (t Turn) Due(today catalog.Date) bool { return t.DueOn <= today }

// Queue lists every provider of listed programs, the one that is longest overdue first. A listing is due so many days after it was
// checked last, or on the day after its file's review_by if that came and nobody checked since.
func Queue(snapshot *catalog.Snapshot, state *State, days int) []Turn {
	byProvider := map[string]*Turn{}
	for _, p := range snapshot.Listed() {
		t, ok := byProvider[p.Provider.Slug]
		if !ok {
			t = &Turn{Provider: p.Provider}
			byProvider[p.Provider.Slug] = t
		}
		last := state.CheckedOn(p)
		one := ListingTurn{Published: p, LastOn: last, DueOn: dueOn(last, p.ReviewBy, days)}
		t.Listings = append(t.Listings, one)
		if t.Oldest == "" || last < t.Oldest {
			t.Oldest = last
		}
		if t.DueOn == "" || one.DueOn < t.DueOn {
			t.DueOn = one.DueOn
		}
	}
	var all []Turn
	for _, t := range byProvider {
		slices.SortStableFunc(t.Listings, func(a, b ListingTurn) int { return strings.Compare(string(a.DueOn), string(b.DueOn)) })
		all = append(all, *t)
	}
	slices.SortFunc(all, func(a, b Turn) int {
		return cmp.Or(strings.Compare(string(a.DueOn), string(b.DueOn)), strings.Compare(a.Provider.Name, b.Provider.Name), strings.Compare(a.Provider.Slug, b.Provider.Slug))
	})
	return all
}

func dueOn(last, reviewBy catalog.Date, days int) catalog.Date {
	due := catalog.DateOf(last.Time().AddDate(0, 0, days))
	if reviewBy == "" || last > reviewBy {
		return due
	}
	return min(due, catalog.DateOf(reviewBy.Time().AddDate(0, 0, 1)))
}
