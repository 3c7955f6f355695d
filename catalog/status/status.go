// Package status says in words whether a program takes requests now: "Open until January 31, 2027, 5:00 p.m. EST", "Closed, opens again
// March 3, 2027", "Full, 12 waiting". Every list, page, packet, mail and command takes the words from here, so that they agree.
//
// What can be done about it is catalog.NextStep; the words follow it. Days and times are those of the window's zone. A window that closes
// at midnight is said to be open through the day before, since nobody reads "until February 1, 12:00 a.m." right.
package status

import (
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/data/locale"
)

// Words is whether a program takes requests now, in a reader's language. The parts have no final stop, but for Reason.
type Words struct {
	Text   string // always
	Reason string // why it is paused, else ""
	Seats  string // how many places are left while it is open, "" if they are not limited
	Ahead  string // that a break is coming, else ""
}

// Line is all of it in one line, without final stop.
func (w Words) Line() string {
	line := w.Text
	for _, part := range []string{w.Seats, w.Ahead, w.Reason} {
		if part != "" {
			line = strings.TrimSuffix(line, ".") + ". " + part
		}
	}
	return strings.TrimSuffix(line, ".")
}

// Of says how an offering stands at now. places are those of a program that is decided here, as far as the caller counted them; of others the
// provider knows.
func Of(l *locale.Localizer, o *catalog.Offering, now time.Time, places catalog.Places) Words {
	next := o.NextStep(now, places.Full())
	switch {
	case next.Hindrance == catalog.HinderedPaused:
		return Words{Text: paused(l, o, now), Reason: o.Pause.Reason.In(l.Lang())}
	case next.Hindrance == catalog.HinderedFull:
		return Words{Text: l.T("window.full")}
	case next.Step == catalog.StepWaitingList:
		key := "window.full"
		if o.Status == catalog.StatusWaitingList {
			key = "window.list"
		}
		return Words{Text: waiting(l, key, places.Waiting), Ahead: ahead(l, o, now)}
	case next.Hindrance == catalog.HinderedBeforeWindow, next.Hindrance == catalog.HinderedAfterWindow:
		return Words{Text: outside(l, o.Window, now)}
	case o.Status != catalog.StatusOpen:
		return Words{Text: l.T("world." + string(o.Status))}
	}
	return Words{Text: until(l, o.Window.At(now)), Seats: seats(l, o, places), Ahead: ahead(l, o, now)}
}

// Left says how many places are left, of a program or of one of its tiers; "" if they are not limited.
func Left(l *locale.Localizer, s catalog.Seats) string {
	switch {
	case s.All == 0:
		return ""
	case !s.Free():
		return waiting(l, "window.full", s.Waiting)
	case s.All == 1:
		return l.T("window.left_only")
	}
	return l.N("window.left", s.Left(), "All", l.Number(int64(s.All)))
}

// LeftIn says how many places are left for somebody who asks for a tier now; "" if they are not limited.
func LeftIn(l *locale.Localizer, p catalog.Places, tier string) string {
	s := p.Tiers[tier]
	switch {
	case p.FullFor(tier):
		return waiting(l, "window.full", s.Waiting)
	case s.All > 0 && p.All > 0 && p.Left() < s.Left():
		return Left(l, p.Seats)
	}
	return Left(l, s)
}

// waiting says how many wait, in the words of key_waiting; key_nobody if nobody does.
func waiting(l *locale.Localizer, key string, count int) string {
	if count == 0 {
		return l.T(key + "_nobody")
	}
	return l.N(key+"_waiting", count)
}

func seats(l *locale.Localizer, o *catalog.Offering, places catalog.Places) string {
	switch {
	case o.InApp():
		return Left(l, places.Seats)
	case o.Window.Seats > 0:
		return l.N("window.places", o.Window.Seats)
	}
	return ""
}

// outside says when a window that is not open opens, or that it has closed.
func outside(l *locale.Localizer, w catalog.Window, now time.Time) string {
	this, zone := w.At(now), w.Zone()
	_, closed := w.LastClosed(now)
	switch {
	case !now.Before(this.Opens):
		return l.T("window.closed", "Date", lastDay(l, this))
	case closed:
		return l.T("window.again", "When", opening(l, this.Opens, now, zone))
	}
	return l.T("window.opens", "When", opening(l, this.Opens, now, zone))
}

// opening is the day of an opening; on that day the time is what people need.
func opening(l *locale.Localizer, opens, now time.Time, zone *time.Location) string {
	if catalog.DateOf(opens.In(zone)) == catalog.DateOf(now.In(zone)) {
		return l.DateTime(opens, zone)
	}
	return l.DateIn(opens, zone)
}

func until(l *locale.Localizer, w catalog.Window) string {
	zone := w.Zone()
	switch {
	case w.Closes.IsZero():
		return l.T("world.open")
	case !w.LastMoment().Equal(w.Closes):
		return l.T("window.through", "Date", lastDay(l, w))
	}
	return l.T("window.until", "When", l.DateTime(w.Closes, zone))
}

// lastDay says the last day of a window that closes.
func lastDay(l *locale.Localizer, w catalog.Window) string { return l.DateIn(w.LastMoment(), w.Zone()) }

func paused(l *locale.Localizer, o *catalog.Offering, now time.Time) string {
	zone := o.Window.Zone()
	since, back := l.DateIn(o.Pause.Since, zone), l.DateIn(o.Pause.Until, zone)
	switch {
	case o.Pause.Until.IsZero():
		return l.T("window.paused", "Date", since)
	case now.Before(o.Pause.Until):
		return l.T("window.paused_until", "Date", since, "Back", back)
	}
	return l.T("window.paused_over", "Date", since, "Back", back)
}

// ahead says that a pause has been announced.
func ahead(l *locale.Localizer, o *catalog.Offering, now time.Time) string {
	if !now.Before(o.Pause.Since) {
		return ""
	}
	zone := o.Window.Zone()
	return l.T("window.pauses", "When", opening(l, o.Pause.Since, now, zone))
}

// closingSoon is when a program that closes is warned of.
const closingSoon = 3 * 24 * time.Hour

// Deadline says to somebody who prepares an application until when the program takes it.
func Deadline(l *locale.Localizer, o *catalog.Offering, now time.Time) string {
	window := o.Window.At(now)
	zone, left := window.Zone(), window.Closes.Sub(now)
	switch {
	case o.Status == catalog.StatusOpen && !o.OpenAt(now):
		return l.T("desk.not_open", "Status", Of(l, o, now, catalog.Places{}).Line())
	case !o.OpenAt(now):
		return l.T("desk.start_closed")
	case window.Closes.IsZero():
		return l.T("desk.open_all_year")
	case catalog.DateOf(window.LastMoment().In(zone)) != catalog.DateOf(now.In(zone)):
		return l.T("desk.closes_in", "Date", lastDay(l, window), "Days", l.Days(max(1, int(left/(24*time.Hour)))))
	case !window.LastMoment().Equal(window.Closes):
		return l.T("desk.closes_tonight", "Date", lastDay(l, window))
	}
	return l.T("desk.closes_today", "When", l.DateTime(window.Closes, zone))
}

// DeadlineNear warns somebody who prepares an application that the program closes within days, "" if it does not.
func DeadlineNear(l *locale.Localizer, o *catalog.Offering, now time.Time) string {
	window := o.Window.At(now)
	switch left := window.Closes.Sub(now); {
	case window.Closes.IsZero() || left > closingSoon || !o.OpenAt(now):
		return ""
	case !window.LastMoment().Equal(window.Closes):
		return l.T("desk.closes_soon_day", "Date", lastDay(l, window))
	}
	return l.T("desk.closes_soon", "When", l.DateTime(window.Closes, window.Zone()))
}
