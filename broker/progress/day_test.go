package progress

import (
	"errors"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/eligibility"

	"pgregory.net/rapid"
)

// TestToday: of the site and the place of the organization, the day that is further on.
func TestToday(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	honolulu, err := time.LoadLocation("Pacific/Honolulu")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		now   string
		site  *time.Location
		state string
		want  string
	}{
		"no place known":                    {"2026-11-26T23:30:00Z", nil, "", "2026-11-26"},
		"evening at the site":               {"2026-11-27T03:00:00Z", newYork, "", "2026-11-26"},
		"midnight at the site":              {"2026-11-27T05:00:00Z", newYork, "", "2026-11-27"},
		"a place behind the site":           {"2026-11-27T05:00:00Z", newYork, "HI", "2026-11-27"},
		"morning on Guam":                   {"2026-11-26T14:00:00Z", newYork, "GU", "2026-11-27"},
		"last minute on Guam":               {"2026-11-26T13:59:59Z", newYork, "GU", "2026-11-26"},
		"a place ahead of the site":         {"2026-11-27T07:00:00Z", honolulu, "NM", "2026-11-27"},
		"the state has an eastern part":     {"2026-07-02T06:30:00Z", honolulu, "OR", "2026-07-02"},
		"no state of the United States":     {"2026-11-27T03:00:00Z", newYork, "XX", "2026-11-26"},
		"west of the line, behind the site": {"2026-11-27T06:00:00Z", newYork, "AS", "2026-11-27"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		if got := Today(now, c.site, c.state); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestZones: every place of the vocabulary has a time zone that this machine knows.
func TestZones(t *testing.T) {
	v, err := eligibility.Standard()
	if err != nil {
		t.Fatal(err)
	}
	fact, ok := v.Fact("state_or_territory")
	if !ok || len(fact.Values) != len(zones) {
		t.Fatalf("%d places, %d zones", len(fact.Values), len(zones))
	}
	for _, place := range fact.Values {
		if _, err := time.LoadLocation(zones[place.Value]); err != nil || zones[place.Value] == "" {
			t.Errorf("%s: zone %q, %v", place.Value, zones[place.Value], err)
		}
	}
}

// TestDays: whatever is typed, a day is accepted exactly if it is one, not after today, not before the last stage, and not years
// ago.
func TestDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		today := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
		off := rapid.IntRange(-1200, 400).Draw(t, "days from today")
		stage := rapid.IntRange(-100, 0).Draw(t, "days of the stage before")
		on, before := today.AddDate(0, 0, off).Format(time.DateOnly), today.AddDate(0, 0, stage).Format(time.DateOnly)
		err := Day(on, today.Format(time.DateOnly), before)
		if want := off <= 0 && off >= stage; want != (err == nil) {
			t.Fatalf("%s, stage %s: %v", on, before, err)
		}
		ends := EndDay(on, before, today.Format(time.DateOnly))
		if want := off >= stage; want != (ends == nil) {
			t.Fatalf("ends %s, began %s: %v", on, before, ends)
		}
		text := rapid.String().Draw(t, "text")
		var refusal *data.Refusal
		if _, err := time.Parse(time.DateOnly, text); err != nil && (!errors.As(Day(text, "2026-11-26", ""), &refusal) || refusal.Code != "invalid_date") {
			t.Fatalf("%q is a day: %v", text, refusal)
		}
	})
	if err := Day("2023-11-25", "2026-11-26", ""); err == nil {
		t.Error("a day of three years ago is accepted")
	}
	if err := EndDay("2036-11-27", "2026-11-26", "2026-11-26"); err == nil {
		t.Error("an end in more than ten years is accepted")
	}
}
