package reminder

import (
	"cmp"
	"slices"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"
)

// Day is a day that mails remind of: the last on which something can be done, or the one on which it happens.
type Day struct {
	Subject     string // what it is about: the same when the day moves
	Template    string // of the mail that reminds of it
	Date        string // YYYY-MM-DD
	About, Link string // as in Coming
}

// DaysOf lists the days of an organization from today on, for a reader of one language, the next first. It asks the same functions as
// ComingTo, but a day stays until it has passed, also when its last mail has gone, and whether anybody wants the mails.
// Without an organization ("") there are the followed programs of the reader only.
func DaysOf(tx *data.Tx, d Desk, organizationID string, reader account.Person, lang string) ([]Day, error) {
	c := &collector{tx: tx, desk: d, organization: organizationID, lang: lang, reader: reader, days: true}
	if err := c.collect(); err != nil {
		return nil, err
	}
	today := tx.Now.In(d.Zone).Format(time.DateOnly)
	var all []Day
	for _, one := range c.all {
		day := Day{one.subject, one.Template, one.date(d.Zone), one.About, one.Link}
		known := slices.ContainsFunc(all, func(other Day) bool { return other.Subject == day.Subject })
		if day.Date >= today && !known && one.Template != "grant_ends_soon" { // which reminds of the day of grant_ended
			all = append(all, day)
		}
	}
	slices.SortStableFunc(all, func(a, b Day) int { return cmp.Or(cmp.Compare(a.Date, b.Date), cmp.Compare(a.Subject, b.Subject)) })
	return all, nil
}

// date is the day in words of the calendar: before an end at midnight it is the day that ends then.
func (c Coming) date(zone *time.Location) string {
	if c.until != nil {
		return c.Day.Add(-time.Millisecond).In(c.until).Format(time.DateOnly)
	}
	return c.Day.In(zone).Format(time.DateOnly)
}
