package catalog

import "time"

// Date is a calendar day, spelled YYYY-MM-DD; "" is no date. It has no time and no zone, so that a day never slips
// into its neighbor; two dates compare in order as texts.
type Date string

const dateLayout = "2006-01-02"

// DateOf is the day that t shows in its own time zone.
func DateOf(t time.Time) Date { return Date(t.Format(dateLayout)) }

// Time is midnight UTC of the day, for code that formats times; the zero time for no date.
func (d Date) Time() time.Time {
	t, err := time.Parse(dateLayout, string(d))
	if err != nil {
		return time.Time{}
	}
	return t
}
