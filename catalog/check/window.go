package check

import (
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/position"
)

// window checks when applications are taken.
func (c *checker) window() {
	w := c.offering.Window
	inOrder := true
	if !w.Opens.IsZero() && !w.Closes.IsZero() && !w.Opens.Before(w.Closes) {
		inOrder = false
		c.report("window.closes", "the window closes (%s) before it opens (%s)", w.Closes.Format(time.RFC3339), w.Opens.Format(time.RFC3339))
	}
	zone, err := time.LoadLocation(w.TimeZone)
	switch {
	case w.TimeZone == "" && w.Rolling() && c.offering.Pause.Since.IsZero():
	case w.TimeZone == "":
		c.report("window.time_zone", "missing; name the zone in which the times are shown, such as America/New_York")
	case err != nil || w.TimeZone == "Local":
		c.report("window.time_zone", "%q is not a time zone; use a name such as America/New_York", w.TimeZone)
	case w.Every == "" || !inOrder:
	case !w.Recurring():
		c.report("window.every", "a window that opens every %s needs opens and closes, those of the first time", w.Every)
	default:
		c.recurring(w, zone)
	}
}

// weekdaysRepeat is the number of years after which the days of the week, and with them the changes of the clock, fall on the same dates.
const weekdaysRepeat = 28

// recurring checks that no occurrence of a window reaches into the next one, or is empty since its first day is cut to the last of a
// short month.
func (c *checker) recurring(w catalog.Window, zone *time.Location) {
	end := w.Opens.AddDate(weekdaysRepeat, 0, 0)
	for n, this := 0, w; this.Opens.Before(end); n++ {
		next := w.Occurrence(n + 1)
		switch {
		case !this.Opens.Before(this.Closes):
			c.report("window.every", "the window that opens on %s would close before it opens, since that month is too short for its days; "+
				"choose days from 1 to 28", this.Opens.In(zone).Format(time.DateOnly))
			return
		case next.Opens.Before(this.Closes):
			c.report("window.every", "the window that opens on %s would still be open on %s, when the next one opens; let it close earlier, "+
				"or leave this and closes out if it is always open", this.Opens.In(zone).Format(time.DateOnly), next.Opens.In(zone).Format(time.DateOnly))
			return
		}
		this = next
	}
}

// pause checks a break.
func (c *checker) pause() {
	p := c.offering.Pause
	if p == (catalog.Pause{}) {
		return
	}
	if p.Since.IsZero() {
		c.report("pause.since", "missing; write since when nothing is taken, such as 2026-12-01T08:00:00-05:00, or leave [pause] out")
	}
	if !p.Until.IsZero() && !p.Since.Before(p.Until) {
		c.report("pause.until", "the pause ends (%s) before it begins (%s)", p.Until.Format(time.RFC3339), p.Since.Format(time.RFC3339))
	}
	if p.Reason.Empty() {
		c.report("pause.reason", "missing; say in one sentence why nothing is taken, in en and es")
	}
}

// tiers checks the levels of access.
func (c *checker) tiers() {
	o := c.offering
	if len(o.Tiers) == 1 {
		c.report("tiers", "there is one tier only, so nobody has a choice; add another, or leave [[tiers]] out")
	}
	seen := map[string]bool{}
	sum, limited := 0, len(o.Tiers) > 0
	for i, tier := range o.Tiers {
		path := position.Element("tiers", i+1)
		switch {
		case !c.given(path+".id", tier.ID):
		case !criterionPattern.MatchString(tier.ID) || len(tier.ID) > catalog.SlugLength:
			c.report(path+".id", slugShape, tier.ID, catalog.SlugLength)
		case seen[tier.ID]:
			c.report(path+".id", "a tier before this one has the id %q too", tier.ID)
		}
		seen[tier.ID] = true
		sum, limited = sum+tier.Seats, limited && tier.Seats > 0
		if all := o.Window.Seats; all > 0 && tier.Seats > all {
			c.report(path+".seats", "%d seats are more than the whole offering has (seats = %d in [window])", tier.Seats, all)
		}
		if tier.DurationDays > 0 && o.Terms.RenewalDays > tier.DurationDays {
			c.report(path+".duration_days", "%d days are fewer than renewal_days = %d in [terms]", tier.DurationDays, o.Terms.RenewalDays)
		}
	}
	if all := o.Window.Seats; limited && sum < all {
		c.report("window.seats", "%d of the %d seats can never be given, since the tiers have %d together", all-sum, all, sum)
	}
}
