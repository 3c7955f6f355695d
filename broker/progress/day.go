package progress

import (
	"time"

	"accessdesk/data"
)

// zones are the time zones of the states and territories where the day begins first: a state with two zones has its eastern
// one. Names of the IANA time zone database; the states by the time zones of 49 CFR part 71.
var zones = map[string]string{
	"CT": "America/New_York", "DC": "America/New_York", "DE": "America/New_York", "FL": "America/New_York", "GA": "America/New_York",
	"IN": "America/New_York", "KY": "America/New_York", "MA": "America/New_York", "MD": "America/New_York", "ME": "America/New_York",
	"MI": "America/New_York", "NC": "America/New_York", "NH": "America/New_York", "NJ": "America/New_York", "NY": "America/New_York",
	"OH": "America/New_York", "PA": "America/New_York", "RI": "America/New_York", "SC": "America/New_York", "TN": "America/New_York",
	"VA": "America/New_York", "VT": "America/New_York", "WV": "America/New_York",
	"AL": "America/Chicago", "AR": "America/Chicago", "IA": "America/Chicago", "IL": "America/Chicago", "KS": "America/Chicago",
	"LA": "America/Chicago", "MN": "America/Chicago", "MO": "America/Chicago", "MS": "America/Chicago", "ND": "America/Chicago",
	"NE": "America/Chicago", "OK": "America/Chicago", "SD": "America/Chicago", "TX": "America/Chicago", "WI": "America/Chicago",
	"AZ": "America/Denver", "CO": "America/Denver", "ID": "America/Denver", "MT": "America/Denver", "NM": "America/Denver",
	"OR": "America/Denver", "UT": "America/Denver", "WY": "America/Denver",
	"CA": "America/Los_Angeles", "NV": "America/Denver", "WA": "America/Los_Angeles", "AK": "America/Anchorage", "HI": "Pacific/Honolulu",
	"PR": "America/Puerto_Rico", "VI": "America/St_Thomas", "GU": "Pacific/Guam", "MP": "Pacific/Saipan", "AS": "Pacific/Pago_Pago",
}

// Today is the calendar day at now, YYYY-MM-DD, for somebody in a state or territory ("" if it is not known) at a site with a
// time zone (nil: UTC): of the two places, the day that is further on.
func Today(now time.Time, site *time.Location, state string) string {
	if site == nil {
		site = time.UTC
	}
	today := now.In(site).Format(time.DateOnly)
	if own, err := time.LoadLocation(zones[state]); err == nil && zones[state] != "" { // a machine without that zone goes by the site
		today = max(today, now.In(own).Format(time.DateOnly))
	}
	return today
}

// Day judges the day of a step: a day, not after today, not years ago, and not before that of the stage before ("" if there
// is none). Refusals stand at the field "on".
func Day(on, today, before string) error {
	day, err := time.Parse(time.DateOnly, on)
	if err != nil {
		return data.Refuse("on", "invalid_date")
	}
	now, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return err
	}
	switch {
	case on > today:
		return data.Refuse("on", "day_future")
	case day.Before(now.AddDate(-stageYears, 0, 0)):
		return data.Refuse("on", "day_long_ago")
	case on < before:
		stage, err := time.Parse(time.DateOnly, before)
		if err != nil {
			return err
		}
		return data.Refuse("on", "day_before_stage", "Date", stage)
	}
	return nil
}

// EndDay judges the day on which a service ends, that began on a day. Refusals stand at the field "ends".
func EndDay(ends, began, today string) error {
	day, err := time.Parse(time.DateOnly, ends)
	if err != nil {
		return data.Refuse("ends", "invalid_date")
	}
	now, err := time.Parse(time.DateOnly, today)
	if err != nil {
		return err
	}
	switch {
	case ends < began:
		return data.Refuse("ends", "end_before_start")
	case day.After(now.AddDate(endYears, 0, 0)):
		return data.Refuse("ends", "day_far")
	}
	return nil
}

// overdueHour is the hour, in UTC, at which a day without an answer has passed for the reminders: morning in all of the
// United States' mainland and no night in its territories.
const overdueHour = 15 * time.Hour

// Overdue is when an answer is overdue after so many days of silence since a day; zero for one that is none.
func Overdue(since string, days int) time.Time {
	day, err := time.Parse(time.DateOnly, since)
	if err != nil {
		return time.Time{}
	}
	return day.AddDate(0, 0, days).Add(overdueHour)
}
