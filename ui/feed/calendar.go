package feed

import (
	"strings"
	"time"

	"accessdesk/broker/agenda"
	"accessdesk/broker/reminder"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/ui/web"

	ics "github.com/arran4/golang-ical"
)

// calendarType is the media type of calendars.
const calendarType = "text/calendar; charset=utf-8"

// Agenda is the calendar of whoever made the private link, in their language. It names no person.
func Agenda(r *web.Request, tx *data.Tx) (web.Reply, error) {
	person, err := agenda.Reader(tx, r.Param("token"))
	if err != nil {
		return web.Reply{}, err
	}
	desk := reminder.Desk{Desk: r.Desk(), Zone: r.Site.Zone}
	events, err := agenda.Events(tx, desk, person)
	if err != nil {
		return web.Reply{}, err
	}
	l := r.Site.Locales.In(person.Lang)
	c := newCalendar(r, l.T("feeds.agenda_title", "Brand", r.Site.Brand.Name))
	for _, e := range events {
		day, err := time.Parse(time.DateOnly, e.Day)
		if err != nil {
			return web.Reply{}, err
		}
		event := addDay(c, e.ID, day, e.Summary, r.Site.Link(e.Link, l.Lang()), e.Changed)
		event.SetSequence(e.Sequence)
		if e.Cancelled {
			event.SetStatus(ics.ObjectStatusCancelled)
			continue
		}
		event.SetStatus(ics.ObjectStatusConfirmed)
		alarm := event.AddAlarm()
		alarm.SetAction(ics.ActionDisplay)
		alarm.SetTrigger("-P7D")
		alarm.SetProperty(ics.ComponentPropertyDescription, e.Summary)
	}
	body := serialize(c)
	return web.Reply{Document: &web.Document{Type: calendarType, Body: body, Mark: data.HashToken(string(body))[:16], Plain: true,
		Header: map[string]string{"Cache-Control": "private, no-cache", "Content-Language": l.Lang()}}}, nil
}

// Windows is the calendar of the days on which listed programs begin and cease to take requests, for everybody.
func Windows(r *web.Request, tx *data.Tx) (web.Reply, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	c := newCalendar(r, r.L.T("feeds.windows_title", "Brand", r.Site.Brand.Name))
	for _, p := range snapshot.Listed() {
		if p.Status != catalog.StatusOpen || p.PausedAt(tx.Now) {
			continue
		}
		window := p.Window.At(tx.Now)
		for _, turn := range []struct {
			name string
			day  time.Time
			is   bool
		}{{"opens", dayIn(window.Opens, p.Window), !window.Opens.IsZero()}, {"closes", dayIn(window.Closes.Add(-time.Millisecond), p.Window), !window.Closes.IsZero()}} {
			if !turn.is || turn.day.Before(tx.Now.AddDate(0, 0, -windowsKept)) {
				continue
			}
			stamp := p.CheckedOn.Time() // when somebody last saw that it is so
			id := "window:" + p.Slug + ":" + turn.name
			if p.Window.Recurring() { // each time is an event of its own
				id += ":" + turn.day.Format(time.DateOnly)
			}
			addDay(c, data.NamedID(id), turn.day, r.L.T("feeds.window_"+turn.name, "About", p.Title.In(r.Lang)), r.Site.Link("/programs/"+p.Slug, r.Lang), stamp)
		}
	}
	return web.Reply{Document: &web.Document{Type: calendarType, Body: serialize(c)}}, nil
}

// windowsKept is for how many days a day stays in the public calendar that has passed.
const windowsKept = 31

// dayIn is the day of an instant where its window is shown.
func dayIn(t time.Time, w catalog.Window) time.Time {
	local := t.In(w.Zone())
	return time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
}

func newCalendar(r *web.Request, name string) *ics.Calendar {
	c := ics.NewCalendarFor("Cyber Access Desk")
	c.SetName(name)
	c.SetXWRCalName(name)
	c.SetCalscale("GREGORIAN")
	c.SetRefreshInterval("P1D") // the name that the library writes has its VALUE=DURATION already
	return c
}

// addDay adds a whole day: its end, which is not in it any more, is the next.
func addDay(c *ics.Calendar, id string, day time.Time, summary, address string, changed time.Time) *ics.VEvent {
	e := c.AddEvent(id + "@accessdesk")
	e.SetDtStampTime(changed)
	e.SetAllDayStartAt(day)
	e.SetAllDayEndAt(day.AddDate(0, 0, 1))
	e.SetSummary(summary)
	e.SetDescription(summary + "\n" + address)
	e.SetURL(address)
	e.SetTimeTransparency(ics.TransparencyTransparent)
	return e
}

// serialize writes the calendar as RFC 5545 wants it: lines end with CR and LF on every system, and a calendar without a day has a component
// all the same (3.6), the time zone UTC.
func serialize(c *ics.Calendar) []byte {
	if len(c.Components) == 0 {
		standard := c.AddTimezone("Etc/UTC").AddStandard()
		for _, property := range [][2]string{{"DTSTART", "19700101T000000"}, {"TZOFFSETFROM", "+0000"}, {"TZOFFSETTO", "+0000"}} {
			standard.SetProperty(ics.ComponentProperty(property[0]), property[1])
		}
	}
	var b strings.Builder
	if err := c.SerializeTo(&b, ics.WithNewLine("\r\n")); err != nil { // a builder never fails, and the option is known
		panic(err)
	}
	return []byte(b.String())
}
