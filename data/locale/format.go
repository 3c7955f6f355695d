package locale

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// Date writes a calendar date: "December 18, 2026", "18 de diciembre de 2026". The date is that of t's own location: convert
// first (t.In(zone)), or use DateIn.
func (l *Localizer) Date(t time.Time) string { return l.stretch(l.date(t)) }

// DateIn writes the calendar date that an instant has in a time zone.
func (l *Localizer) DateIn(t time.Time, zone *time.Location) string { return l.Date(t.In(zone)) }

// Month writes month and year: "February 2026", "febrero de 2026".
func (l *Localizer) Month(t time.Time) string {
	return l.stretch(l.text("format.month", nil, map[string]any{
		"Year": strconv.Itoa(t.Year()), "Month": l.text("format.month_"+strconv.Itoa(int(t.Month())), nil, nil),
	}))
}

// DateTime writes date, time and zone: "December 18, 2026, 5:00 p.m. EST", "18 de diciembre de 2026, 5:00 p. m. EST".
func (l *Localizer) DateTime(t time.Time, zone *time.Location) string {
	local := t.In(zone)
	return l.stretch(l.text("format.date_time", nil, map[string]any{
		"Date": l.date(local), "Time": l.clock(local), "Zone": zoneName(local),
	}))
}

// Time writes the time of day with its zone: "5:00 p.m. EST".
func (l *Localizer) Time(t time.Time, zone *time.Location) string {
	local := t.In(zone)
	return l.stretch(l.text("format.time", nil, map[string]any{"Time": l.clock(local), "Zone": zoneName(local)}))
}

// Days writes a number of days: "1 day", "30 days"; "1 día", "30 días".
func (l *Localizer) Days(count int) string { return l.N("format.days", count) }

// Number writes an integer with thousands separators, which are the same in US English and US Spanish: "3,300".
func (l *Localizer) Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if digits[0] == '-' {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return b.String()
}

// Money writes whole US dollars: "$3,300", "-$5".
func (l *Localizer) Money(dollars int64) string {
	if text, negative := strings.CutPrefix(l.Number(dollars), "-"); negative {
		return "-$" + text
	}
	return "$" + l.Number(dollars)
}

func (l *Localizer) date(t time.Time) string {
	return l.text("format.date", nil, map[string]any{
		"Day": strconv.Itoa(t.Day()), "Year": strconv.Itoa(t.Year()),
		"Month": l.text("format.month_"+strconv.Itoa(int(t.Month())), nil, nil),
	})
}

func (l *Localizer) clock(t time.Time) string {
	half := "format.am"
	if t.Hour() >= 12 {
		half = "format.pm"
	}
	hour := (t.Hour()+11)%12 + 1
	minute := strconv.Itoa(100 + t.Minute())[1:]
	return strconv.Itoa(hour) + ":" + minute + " " + l.text(half, nil, nil)
}

// zoneName is the zone's abbreviation as the time zone database has it; zones without one are named by their distance
// from UTC ("UTC-03"), since a bare "-03" after a time reads like a range.
func zoneName(t time.Time) string {
	name, _ := t.Zone()
	if strings.HasPrefix(name, "+") || strings.HasPrefix(name, "-") {
		return "UTC" + name
	}
	return name
}

// Alphabet gives the order of titles in this language, in the manner of strings.Compare: whatever their case, and accented letters beside
// the plain ones. It is for one sort: what it gives must not be used by several goroutines.
func (l *Localizer) Alphabet() func(a, b string) int {
	return collate.New(language.Make(l.lang), collate.IgnoreCase).CompareString
}
