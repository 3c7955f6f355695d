package catalog

import (
	"accessdesk/data/golden"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

// The occurrences of a window, as its zone shows them.
func TestOccurrences(t *testing.T) {
	for _, test := range []struct {
		name, opens, closes, zone string
		every                     Period
		want                      []string // opens and closes, from the second occurrence on
	}{
		{"a year", "2026-12-01T08:00:00-05:00", "2027-01-31T17:00:00-05:00", "America/New_York", PeriodYear,
			[]string{"2027-12-01T08:00:00-05:00", "2028-01-31T17:00:00-05:00", "2028-12-01T08:00:00-05:00", "2029-01-31T17:00:00-05:00"}},
		{"summer and winter keep the time of day", "2027-01-04T08:00:00-05:00", "2027-01-15T17:00:00-05:00", "America/New_York", PeriodQuarter,
			[]string{"2027-04-04T08:00:00-04:00", "2027-04-15T17:00:00-04:00", "2027-07-04T08:00:00-04:00", "2027-07-15T17:00:00-04:00",
				"2027-10-04T08:00:00-04:00", "2027-10-15T17:00:00-04:00", "2028-01-04T08:00:00-05:00", "2028-01-15T17:00:00-05:00"}},
		{"the last day of short months", "2027-01-01T00:00:00-06:00", "2027-01-31T17:00:00-06:00", "America/Chicago", PeriodMonth,
			[]string{"2027-02-01T00:00:00-06:00", "2027-02-28T17:00:00-06:00", "2027-03-01T00:00:00-06:00", "2027-03-31T17:00:00-05:00",
				"2027-04-01T00:00:00-05:00", "2027-04-30T17:00:00-05:00"}},
		{"February 29", "2028-02-01T09:00:00-07:00", "2028-02-29T09:00:00-07:00", "America/Denver", PeriodYear,
			[]string{"2029-02-01T09:00:00-07:00", "2029-02-28T09:00:00-07:00", "2030-02-01T09:00:00-07:00", "2030-02-28T09:00:00-07:00",
				"2031-02-01T09:00:00-07:00", "2031-02-28T09:00:00-07:00", "2032-02-01T09:00:00-07:00", "2032-02-29T09:00:00-07:00"}},
		{"a time that the clock skips", "2027-02-14T02:30:00-05:00", "2027-02-15T00:00:00-05:00", "America/New_York", PeriodMonth,
			[]string{"2027-03-14T03:00:00-04:00", "2027-03-15T00:00:00-04:00"}},
		{"a time that comes twice", "2027-10-07T01:30:00-04:00", "2027-10-08T00:00:00-04:00", "America/New_York", PeriodMonth,
			[]string{"2027-11-07T01:30:00-04:00", "2027-11-08T00:00:00-05:00"}},
		{"the first time, when it comes twice, is as it was written", "2027-11-07T01:30:00-05:00", "2027-11-08T00:00:00-05:00", "America/New_York", PeriodYear,
			[]string{"2028-11-07T01:30:00-05:00", "2028-11-08T00:00:00-05:00"}},
		{"no changes of the clock", "2027-03-01T08:00:00-07:00", "2027-03-02T08:00:00-07:00", "America/Phoenix", PeriodMonth,
			[]string{"2027-04-01T08:00:00-07:00", "2027-04-02T08:00:00-07:00"}},
		{"the days are those of the zone, not of UTC", "2027-01-31T22:00:00-10:00", "2027-02-02T00:00:00-10:00", "Pacific/Honolulu", PeriodQuarter,
			[]string{"2027-04-30T22:00:00-10:00", "2027-05-02T00:00:00-10:00"}},
	} {
		w := Window{Opens: instant(t, test.opens), Closes: instant(t, test.closes), TimeZone: test.zone, Every: test.every, Seats: 3}
		if got := w.Occurrence(0); got != w {
			t.Errorf("%s: the first is %v", test.name, got)
		}
		for i := 0; i < len(test.want); i += 2 {
			got := w.Occurrence(1 + i/2)
			if !got.Opens.Equal(instant(t, test.want[i])) || !got.Closes.Equal(instant(t, test.want[i+1])) || got.Seats != 3 {
				t.Errorf("%s: %s to %s, want %s to %s", test.name, got.Opens.In(w.Zone()), got.Closes.In(w.Zone()), test.want[i], test.want[i+1])
			}
		}
	}
}

// extended is the example with the keys that it does not have: a recurring window, a pause and tiers.
func extended(t testing.TB) string {
	t.Helper()
	return changed(t, "waiting_list = true\n", `waiting_list = true
every = "year"

[pause]
since = 2027-01-10T12:00:00-05:00
until = 2027-03-03T00:00:00-05:00
reason = { en = "The engineers are at a flood.", es = "Las personas de ingeniería atienden una inundación." }

[[tiers]]
id = "guided"
title = { en = "Guided", es = "Guiado" }
summary = { en = "An engineer comes to you.", es = "Una persona de ingeniería va a su sitio." }
seats = 20
duration_days = 90
[[tiers]]
id = "self-guided"
title = { en = "Self-guided", es = "Autoguiado" }
summary = { en = "You follow a list.", es = "Usted sigue una lista." }
`)
}

// What a file has after the window stands there in the canonical text too, and the texts of files without it are as they were.
func TestCanonicalWindow(t *testing.T) {
	o, err := Parse("example.toml", []byte(extended(t)))
	if err != nil {
		t.Fatal(err)
	}
	golden.Check(t, "testdata/window.golden.toml", string(Canonical(o)))
	o.Window.Every, o.Pause, o.Tiers = "", Pause{}, nil
	if string(Canonical(o)) != string(Canonical(parsed(t))) {
		t.Error("the new keys leave something behind")
	}
}

func TestParseWindow(t *testing.T) {
	for _, test := range []struct{ old, new, want string }{
		{`every = "year"`, `every = "week"`, `example.toml:45: window.every: "week" is not one of month, quarter, year`},
		{`since = 2027-01-10T12:00:00-05:00`, `since = 2027-01-10`, `example.toml:48: pause.since: expected a date and time such as 2026-12-01T08:00:00-05:00 without quotes, found a date`},
		{`until =`, `untill =`, `example.toml:49: pause.untill: unknown key; did you mean "until"?`},
		{`seats = 20`, `seats = -1`, `example.toml:56: tiers[1].seats: expected a whole number from 0 to 1000000000, found -1`},
	} {
		text := strings.Replace(extended(t), test.old, test.new, 1)
		if _, err := Parse("example.toml", []byte(text)); err == nil || err.Error() != test.want {
			t.Errorf("%s: %v, want %s", test.new, err, test.want)
		}
	}
}

func TestPause(t *testing.T) {
	o, err := Parse("example.toml", []byte(extended(t)))
	if err != nil {
		t.Fatal(err)
	}
	o.Apply = o.Apply[1:] // in_app
	since, until := o.Pause.Since, o.Pause.Until
	review := o.ReviewBy.Time()
	for _, test := range []struct {
		name   string
		status Status
		now    time.Time
		want   NextStep
	}{
		{"before it begins", StatusOpen, since.Add(-time.Millisecond), NextStep{StepStart, "", time.Time{}}},
		{"as it begins", StatusOpen, since, NextStep{StepNone, HinderedPaused, until}},
		{"while the window is closed", StatusOpen, instant(t, "2027-02-15T00:00:00Z"), NextStep{StepNone, HinderedPaused, until}},
		{"it does not end by the clock", StatusOpen, until, NextStep{StepNone, HinderedPaused, review}},
		{"nor in the next intake", StatusOpen, instant(t, "2027-12-24T00:00:00Z"), NextStep{StepNone, HinderedPaused, time.Time{}}},
		{"of a list", StatusWaitingList, since, NextStep{StepNone, HinderedPaused, until}},
		{"of what nobody could confirm", StatusUnverified, since, NextStep{StepNone, HinderedPaused, until}},
		{"of what has ended", StatusEnded, since, NextStep{StepNone, HinderedEnded, time.Time{}}},
	} {
		o.Status = test.status
		if got := o.NextStep(test.now, false); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
		if open := o.OpenAt(test.now); open != (test.want.Step == StepStart) {
			t.Errorf("%s: open %v", test.name, open)
		}
	}
}

func TestNextStepOfARecurringWindow(t *testing.T) {
	o := parsed(t)
	o.Window.Every = PeriodYear
	for _, test := range []struct {
		at   string
		want NextStep
	}{
		{"2027-01-31T21:59:59Z", NextStep{Step: StepStart}},
		{"2027-01-31T22:00:00Z", NextStep{StepNone, HinderedBeforeWindow, instant(t, "2027-12-01T13:00:00Z")}},
		{"2027-12-01T13:00:00Z", NextStep{Step: StepStart}},
		{"2028-01-31T22:00:00Z", NextStep{StepNone, HinderedBeforeWindow, instant(t, "2028-12-01T13:00:00Z")}},
	} {
		if got := o.NextStep(instant(t, test.at), false); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.at, got, test.want)
		}
	}
}

// A page is true until something turns: each opening of a recurring window, the beginning of a pause and its expected end.
func TestNextTurnOfIntakesAndPauses(t *testing.T) {
	o, err := Parse("example.toml", []byte(extended(t)))
	if err != nil {
		t.Fatal(err)
	}
	s, err := FromFiles(vocabulary(t), []*Offering{o})
	if err != nil {
		t.Fatal(err)
	}
	now := instant(t, "2026-11-27T00:00:00Z")
	for _, want := range []string{"2026-12-01T13:00:00Z", "2027-01-10T17:00:00Z", "2027-01-31T22:00:00Z", "2027-03-03T05:00:00Z",
		"2027-12-01T13:00:00Z", "2028-01-31T22:00:00Z", "2028-12-01T13:00:00Z"} {
		next, ok := s.NextTurn(now)
		if !ok || !next.Equal(instant(t, want)) {
			t.Fatalf("after %s: %s, want %s", now, next, want)
		}
		now = next
	}
}

func TestTier(t *testing.T) {
	o, err := Parse("example.toml", []byte(extended(t)))
	if err != nil {
		t.Fatal(err)
	}
	if tier, ok := o.Tier("self-guided"); !ok || tier.Title.En != "Self-guided" {
		t.Errorf("%+v %v", tier, ok)
	}
	if tier, ok := o.Tier(""); ok {
		t.Errorf("%+v", tier)
	}
}

func TestWindowAt(t *testing.T) {
	yearly := Window{Opens: instant(t, "2026-12-01T08:00:00-05:00"), Closes: instant(t, "2027-01-31T17:00:00-05:00"), TimeZone: "America/New_York", Every: PeriodYear}
	once := yearly
	once.Every = ""
	endless := Window{Opens: yearly.Opens}
	for _, test := range []struct {
		name   string
		window Window
		at     string
		inside bool
		want   int // number of the occurrence
		closed int // number of the one that closed last, -1: none
	}{
		{"before the first", yearly, "2025-01-01T00:00:00Z", false, 0, -1},
		{"as it opens", yearly, "2026-12-01T13:00:00Z", true, 0, -1},
		{"over the new year", yearly, "2027-01-01T00:00:00Z", true, 0, -1},
		{"last moment", yearly, "2027-01-31T21:59:59Z", true, 0, -1},
		{"as it closes", yearly, "2027-01-31T22:00:00Z", false, 1, 0},
		{"before the second", yearly, "2027-12-01T12:59:59Z", false, 1, 0},
		{"the second", yearly, "2027-12-01T13:00:00Z", true, 1, 0},
		{"the second, in its other year", yearly, "2028-01-31T21:00:00Z", true, 1, 0},
		{"long after", yearly, "2126-12-24T12:00:00Z", true, 100, 99},
		{"once, before", once, "2026-11-01T00:00:00Z", false, 0, -1},
		{"once, within", once, "2026-12-24T00:00:00Z", true, 0, -1},
		{"once, closed", once, "2027-12-24T00:00:00Z", false, 0, 0},
		{"no end", endless, "2027-12-24T00:00:00Z", true, 0, -1},
		{"rolling", Window{}, "2027-12-24T00:00:00Z", true, 0, -1},
		{"a period without instants says nothing", Window{Every: PeriodMonth}, "2027-12-24T00:00:00Z", true, 0, -1},
	} {
		at := instant(t, test.at)
		if got := test.window.At(at); got != test.window.Occurrence(test.want) {
			t.Errorf("%s: %v, want number %d", test.name, got, test.want)
		}
		if got := test.window.Contains(at); got != test.inside {
			t.Errorf("%s: contains %v", test.name, got)
		}
		closed, ok := test.window.LastClosed(at)
		if ok != (test.closed >= 0) || ok && closed != test.window.Occurrence(test.closed) {
			t.Errorf("%s: closed %v %v, want number %d", test.name, closed, ok, test.closed)
		}
	}
}

// wallClock is the first minute at which the clock of a zone shows a date and time of day or a later one, found by looking at each
// minute around it.
func wallClock(zone *time.Location, year int, month time.Month, day, hour, minute int) time.Time {
	want := time.Date(year, month, day, hour, minute, 0, 0, time.UTC)
	for at := want.Add(-36 * time.Hour); ; at = at.Add(time.Minute) {
		local := at.In(zone)
		if shown := time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), 0, 0, time.UTC); !shown.Before(want) {
			return at
		}
	}
}

// Occurrences ascend and do not overlap, and Contains says at every minute what walking the calendar says.
func TestOccurrencesAgreeWithTheCalendar(t *testing.T) {
	names := []string{"America/New_York", "America/Los_Angeles", "America/Phoenix", "America/St_Johns", "Pacific/Guam", "Australia/Lord_Howe", "Pacific/Apia", "UTC"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(names).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		year, month := rapid.IntRange(2009, 2030).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month"))
		first, hour, minute := rapid.IntRange(1, 31).Draw(t, "day"), rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute")
		opens := time.Date(year, month, first, hour, minute, 0, 0, zone)
		w := Window{Opens: opens.UTC(), Closes: opens.Add(time.Duration(rapid.IntRange(1, 27*24*60).Draw(t, "minutes")) * time.Minute).UTC(),
			TimeZone: zone.String(), Every: rapid.SampledFrom(Periods()).Draw(t, "every")}
		n := rapid.IntRange(0, 40).Draw(t, "n")
		expected := func(base time.Time, n int) time.Time {
			if n == 0 {
				return base
			}
			local := base.In(zone)
			months := int(local.Month()) - 1 + n*w.Every.months()
			y, m := local.Year()+months/12, time.Month(months%12+1)
			day := local.Day()
			for time.Date(y, m, day, 0, 0, 0, 0, time.UTC).Month() != m {
				day--
			}
			return wallClock(zone, y, m, day, local.Hour(), local.Minute())
		}
		this, next := w.Occurrence(n), w.Occurrence(n+1)
		if want := expected(w.Opens, n); !this.Opens.Equal(want) {
			t.Fatalf("occurrence %d of %+v opens %s, want %s", n, w, this.Opens.In(zone), want.In(zone))
		}
		if want := expected(w.Closes, n); !this.Closes.Equal(want) {
			t.Fatalf("occurrence %d of %+v closes %s, want %s", n, w, this.Closes.In(zone), want.In(zone))
		}
		if !this.Opens.Before(next.Opens) || !this.Closes.Before(next.Closes) {
			t.Fatalf("%v is not before %v", this, next)
		}
		if this.Closes.Before(this.Opens) || next.Opens.Before(this.Closes) {
			t.Skip("refused by the check: the days do not fit into a short month")
		}
		around := []Window{w.Occurrence(max(n-1, 0)), this, next}
		for at := this.Opens.Add(-4 * 24 * time.Hour); at.Before(this.Closes.Add(4 * 24 * time.Hour)); at = at.Add(time.Minute) {
			inside := false
			for _, one := range around {
				inside = inside || !at.Before(one.Opens) && at.Before(one.Closes)
			}
			if got := w.Contains(at); got != inside {
				t.Fatalf("%+v contains %s: %v", w, at.In(zone), got)
			}
			if shown := w.At(at); inside && (at.Before(shown.Opens) || !at.Before(shown.Closes)) || !inside && !at.Before(shown.Opens) {
				t.Fatalf("%+v at %s is %v", w, at.In(zone), shown)
			}
		}
	})
}
