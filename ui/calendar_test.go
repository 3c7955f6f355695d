package ui_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/agenda"
	"accessdesk/broker/reminder"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui/webtest"

	ics "github.com/arran4/golang-ical"
	other "github.com/emersion/go-ical"
)

// calendarOf reads a calendar as two calendar programs do, holds it to RFC 5545, and gives its events.
func calendarOf(t testing.TB, got *http.Response) []*ics.VEvent {
	t.Helper()
	text := string(body(t, got))
	if kind := got.Header.Get("Content-Type"); got.StatusCode != http.StatusOK || kind != "text/calendar; charset=utf-8" {
		t.Fatalf("status %d, %s", got.StatusCode, kind)
	}
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") || strings.ToValidUTF8(line, "") != line {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
		if strings.Count(line, ";VALUE=") > 1 { // 3.2: a parameter stands once
			t.Errorf("a parameter stands twice: %q", line)
		}
	}
	if strings.Count(text, "BEGIN:") < 2 {
		t.Errorf("a calendar needs a component (3.6):\n%s", text)
	}
	read := need(ics.ParseCalendar(strings.NewReader(text)))(t)
	again := need(other.NewDecoder(strings.NewReader(text)).Decode())(t)
	if len(again.Events()) != len(read.Events()) {
		t.Errorf("one program reads %d events, another %d", len(read.Events()), len(again.Events()))
	}
	ids := map[string]bool{}
	for i, e := range read.Events() {
		start, end := need(e.GetAllDayStartAt())(t), need(e.GetAllDayEndAt())(t)
		if ids[e.Id()] || !end.Equal(start.AddDate(0, 0, 1)) || e.GetProperty(ics.ComponentPropertyDtstamp) == nil {
			t.Errorf("%s from %s to %s", e.Id(), start, end)
		}
		ids[e.Id()] = true
		second := again.Events()[i]
		if summary := need(second.Props.Text(other.PropSummary))(t); summary != saidOf(e, ics.ComponentPropertySummary) || summary == "" {
			t.Errorf("%q and %q", summary, saidOf(e, ics.ComponentPropertySummary))
		}
		if address := need(second.Props.URI(other.PropURL))(t); !strings.HasPrefix(address.String(), webtest.Origin+"/") {
			t.Errorf("address %s", address)
		}
	}
	return read.Events()
}

// saidOf is a text of an event, as people read it.
func saidOf(e *ics.VEvent, property ics.ComponentProperty) string {
	if p := e.GetProperty(property); p != nil {
		return p.Value
	}
	return ""
}

// TestCalendar follows a private calendar from the page where its link is made to the end of the link.
func TestCalendar(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openWorldOn(t, db)
		v := w.visitor(t, owner)
		form := v.Visit("/reminders").Want(http.StatusOK).Form("/reminders/calendar")
		page := form.Press("Make a new link").Want(http.StatusOK)
		address := strings.TrimPrefix(page.Find("#address").AttrOr("value", ""), webtest.Origin)
		if again := form.Press("Make a new link").Find("#address").AttrOr("value", ""); again != webtest.Origin+address {
			t.Errorf("loaded again it shows %s, before %s", again, address)
		}
		if got := webtest.New(t, w.app).Send(http.MethodGet, w.calendar, nil, nil); got.StatusCode != http.StatusNotFound {
			t.Errorf("the link before: status %d", got.StatusCode)
		}
		if text := v.Visit("/reminders").Text(); strings.Contains(text, strings.TrimPrefix(address, "/calendar/")) {
			t.Error("the link is shown again")
		}
		got := webtest.New(t, w.app).Send(http.MethodGet, address, nil, nil)
		if cache := got.Header.Get("Cache-Control"); !strings.HasPrefix(cache, "private") || len(got.Header.Values("Set-Cookie")) > 0 || got.Header.Get("ETag") == "" {
			t.Errorf("headers %v", got.Header)
		}
		mark := got.Header.Get("ETag")
		events := calendarOf(t, got)
		if len(events) < 3 {
			t.Fatalf("%d events", len(events))
		}
		for _, e := range events {
			if len(e.Alarms()) != 1 || e.Alarms()[0].GetProperty(ics.ComponentPropertyTrigger).Value != "-P7D" || saidOf(e, ics.ComponentPropertyStatus) != "CONFIRMED" || saidOf(e, ics.ComponentPropertySequence) != "0" {
				t.Errorf("%s", e.Serialize(&ics.SerializationConfiguration{MaxLength: 75, PropertyMaxLength: 75, NewLine: "\n"}))
			}
			for _, person := range w.people {
				if person.Name != "" && strings.Contains(saidOf(e, ics.ComponentPropertySummary), person.Name) || strings.Contains(saidOf(e, ics.ComponentPropertyDescription), person.Email) {
					t.Errorf("names %s: %s", person.Email, saidOf(e, ics.ComponentPropertySummary))
				}
			}
		}
		if got := webtest.New(t, w.app).Send(http.MethodGet, address, nil, map[string]string{"If-None-Match": mark}); got.StatusCode != http.StatusNotModified {
			t.Errorf("asked for again: status %d", got.StatusCode)
		}
		for _, unknown := range []string{"/calendar/x.ics", "/calendar/" + strings.Repeat("a", 64) + ".ics", "/calendar/.ics"} {
			if got := v.Send(http.MethodGet, unknown, nil, nil); got.StatusCode != http.StatusNotFound {
				t.Errorf("%s: status %d", unknown, got.StatusCode)
			}
		}
		v.Visit("/reminders").Form("/reminders/calendar").Press("Stop the link").Want(http.StatusOK).At("/reminders").Says("The link has stopped working.")
		if got := webtest.New(t, w.app).Send(http.MethodGet, address, nil, nil); got.StatusCode != http.StatusNotFound {
			t.Errorf("after stopping: status %d", got.StatusCode)
		}
	})
}

// TestCalendarCallsOff: what is not due any more is called off in the calendar, with the number of its change, in the language of the person.
func TestCalendarCallsOff(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	desk := reminder.Desk{Desk: w.desk, Zone: w.site.Zone}
	token := "calendar-of-the-editor"
	w.Write(t, func(tx *data.Tx) error { // a day that nothing is due on any more
		if _, err := tx.Exec("UPDATE person SET lang = 'es' WHERE id = $1", w.people[editor].ID); err != nil {
			return err
		}
		if err := agenda.Make(tx, desk, w.people[editor], token); err != nil {
			return err
		}
		_, err := tx.Exec("INSERT INTO calendar_event (person_id, subject, day, summary, link, sequence, changed_at, cancelled) VALUES ($1, $2, $3, $4, $5, 4, $6, $7)",
			w.people[editor].ID, "gone", tx.Now.Add(90*24*time.Hour).Format(time.DateOnly), "Último día para enviar: "+strings.Repeat("ñandú, año; \\ ", 20), "/org", data.Millis(tx.Now), false)
		return err
	})
	off := 0
	for _, e := range calendarOf(t, webtest.New(t, w.app).Send(http.MethodGet, "/calendar/"+token+".ics", url.Values{}, nil)) {
		if saidOf(e, ics.ComponentPropertyStatus) == "CANCELLED" {
			off++
			if saidOf(e, ics.ComponentPropertySequence) != "5" || len(e.Alarms()) != 0 || !strings.HasPrefix(saidOf(e, ics.ComponentPropertySummary), "Último día para enviar: ñandú, año; \\ ñandú") {
				t.Errorf("%s, number %s", saidOf(e, ics.ComponentPropertySummary), saidOf(e, ics.ComponentPropertySequence))
			}
		}
	}
	if off != 1 {
		t.Errorf("%d events are called off", off)
	}
}

// TestProgramsCalendar holds the public calendar of windows: the day of an opening and the last day before a closing, in the language of the
// address.
func TestProgramsCalendar(t *testing.T) {
	t.Parallel()
	w := openSite(t, datatest.Open(t))
	if events := calendarOf(t, webtest.New(t, w.app).Send(http.MethodGet, "/calendar/programs.ics", nil, nil)); len(events) != 0 {
		t.Errorf("%d events without a window", len(events))
	}
	var title catalog.Text
	w.Write(t, func(tx *data.Tx) error {
		snapshot, err := w.desk.Catalog.Snapshot(tx)
		if err != nil {
			return err
		}
		live, _ := snapshot.Find(scanProgram)
		next := *live.Offering
		title = next.Title
		next.Window = catalog.Window{Opens: time.Date(2026, 12, 15, 14, 0, 0, 0, time.UTC), Closes: time.Date(2027, 3, 1, 5, 0, 0, 0, time.UTC), TimeZone: "America/New_York"}
		_, err = catalog.Publish(tx, w.desk.Vocabulary, catalog.Release{Offering: &next, BasedOn: live.VersionID, WrittenBy: "console", ApprovedBy: "console", Actor: "console", Act: "publish"})
		return err
	})
	read := func(lang string) (all []string) {
		for _, e := range calendarOf(t, webtest.New(t, w.app).Send(http.MethodGet, "/calendar/programs.ics?lang="+lang, nil, nil)) {
			all = append(all, need(e.GetAllDayStartAt())(t).Format(time.DateOnly)+" "+saidOf(e, ics.ComponentPropertySummary))
		}
		return all
	}
	for lang, want := range map[string][]string{"en": {"2026-12-15 Opens: " + title.En, "2027-02-28 Last day to apply: " + title.En}, "es": {"2026-12-15 Abre: " + title.Es, "2027-02-28 Último día para solicitar: " + title.Es}} {
		if got := read(lang); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", lang, got, want)
		}
	}
	w.SetNow(time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC))
	if got := read("en"); len(got) != 1 || !strings.HasPrefix(got[0], "2027-02-28") {
		t.Errorf("long after the opening: %q", got)
	}
}
