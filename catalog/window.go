package catalog

import (
	"slices"
	"sync"
	"time"
)

// Period is how often a recurring window opens.
type Period string

// The periods.
const (
	PeriodMonth   Period = "month"
	PeriodQuarter Period = "quarter"
	PeriodYear    Period = "year"
)

// Periods lists all periods, the shortest first.
func Periods() []Period { return []Period{PeriodMonth, PeriodQuarter, PeriodYear} }

// months is the length of a period, 0 of none.
func (p Period) months() int {
	switch p {
	case PeriodMonth:
		return 1
	case PeriodQuarter:
		return 3
	case PeriodYear:
		return 12
	}
	return 0
}

// Recurring tells whether the window opens again and again.
func (w Window) Recurring() bool {
	return w.Every.months() > 0 && !w.Opens.IsZero() && !w.Closes.IsZero()
}

// Occurrence is the opening number n of a recurring window, counted from 0: Opens and Closes as they stand in the file, each moved by n
// periods on the calendar of the window's zone, so that the clock on the wall there shows the same time of day. A day that the month does
// not have is its last day (January 31, February 28, March 31); a time of day that the clock skips is the moment after the skip, one
// that it shows twice is the first. A window that does not recur is its only occurrence.
func (w Window) Occurrence(n int) Window {
	if months := n * w.Every.months(); w.Recurring() && months > 0 {
		zone := w.Zone()
		w.Opens, w.Closes = later(w.Opens, months, zone), later(w.Closes, months, zone)
	}
	return w
}

// At is the window as it matters at t: of a recurring one the occurrence that t lies in, else the next one to open.
func (w Window) At(t time.Time) Window {
	occurrence, _ := w.occurrenceAt(t)
	return occurrence
}

// LastClosed is the window that has closed by t, of a recurring one its last such occurrence; false if none has.
func (w Window) LastClosed(t time.Time) (Window, bool) {
	this, number := w.occurrenceAt(t)
	switch {
	case !this.Closes.IsZero() && !t.Before(this.Closes):
		return this, true
	case number > 0:
		return w.Occurrence(number - 1), true
	}
	return Window{}, false
}

// occurrenceAt finds the first occurrence that has not closed by t, and its number.
func (w Window) occurrenceAt(t time.Time) (Window, int) {
	if !w.Recurring() {
		return w, 0
	}
	zone := w.Zone()
	first, local := w.Opens.In(zone), t.In(zone)
	passed := (local.Year()-first.Year())*12 + int(local.Month()) - int(first.Month())
	// The occurrence that opens in this period may be the one, or the one before, which closes first, or the one after.
	number := max(passed/w.Every.months()-1, 0)
	for range 2 {
		if occurrence := w.Occurrence(number); t.Before(occurrence.Closes) {
			return occurrence, number
		}
		number++
	}
	return w.Occurrence(number), number
}

// Contains tells whether t lies in the window, or in an occurrence of it: from Opens on, before Closes.
func (w Window) Contains(t time.Time) bool {
	w = w.At(t)
	return (w.Opens.IsZero() || !t.Before(w.Opens)) && (w.Closes.IsZero() || t.Before(w.Closes))
}

// LastMoment is what people are told of when a window closes: the instant itself, but of midnight in its zone the end of the day before,
// since nobody reads "until February 1, 12:00 a.m." right.
func (w Window) LastMoment() time.Time {
	if hour, minute, second := w.Closes.In(w.Zone()).Clock(); w.Closes.IsZero() || hour != 0 || minute != 0 || second != 0 {
		return w.Closes
	}
	return w.Closes.Add(-time.Second)
}

// Rolling tells whether the window has neither beginning nor end.
func (w Window) Rolling() bool { return w.Opens.IsZero() && w.Closes.IsZero() }

// zones keeps the zones that were read, by name: a list of programs asks for one with every line.
var zones sync.Map

// Zone is the time zone in which the window is shown; UTC if none is given.
func (w Window) Zone() *time.Location {
	if known, ok := zones.Load(w.TimeZone); ok {
		return known.(*time.Location)
	}
	zone, err := time.LoadLocation(w.TimeZone)
	if err != nil {
		return time.UTC // package check refuses such a file; a page still shows the right instant
	}
	zones.Store(w.TimeZone, zone)
	return zone
}

// later moves an instant by a number of months on the calendar of a zone.
func later(t time.Time, months int, zone *time.Location) time.Time {
	local := t.In(zone)
	first := time.Date(local.Year(), local.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1)
	return shows(time.Date(first.Year(), first.Month(), min(local.Day(), last.Day()),
		local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), time.UTC), zone)
}

// shows is the first instant at which a clock in the zone shows the date and time of day of wall, which is written as if in UTC, or a
// later one, where the clock skips it.
func shows(wall time.Time, zone *time.Location) time.Time {
	near := wall.Add(-offset(wall, zone))
	early := wall.Add(-offset(near.Add(-24*time.Hour), zone)) // by the offset before a change of the clock on that day
	late := wall.Add(-offset(near.Add(24*time.Hour), zone))   // and by the one after it
	for _, t := range []time.Time{early, late} {
		if t.Add(offset(t, zone)).Equal(wall) {
			return t
		}
	}
	_, change := late.In(zone).ZoneBounds() // late reads as a time before the change, since it is skipped
	return change.UTC()
}

func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}

// PausedAt tells whether the offering takes nothing at t, because of a pause that has begun. A pause ends when somebody publishes a
// version without it, never by the clock: Until is what was expected, and who reopens has looked whether it is so.
func (o *Offering) PausedAt(t time.Time) bool {
	return !o.Pause.Since.IsZero() && !t.Before(o.Pause.Since)
}

// Tier finds a tier of the offering.
func (o *Offering) Tier(id string) (Tier, bool) {
	at := slices.IndexFunc(o.Tiers, func(t Tier) bool { return t.ID == id })
	if at < 0 {
		return Tier{}, false
	}
	return o.Tiers[at], true
}

// TierQuestion is the id of the question by which an applicant chooses a tier. Its answer is the id of the tier.
const TierQuestion = "tier"

// tierLabel is what that question asks.
var tierLabel = Text{En: "Which tier do you want?", Es: "¿Qué nivel desea?"}

// Form gives the questions of the offering's form: the choice of a tier where there are tiers, then its own.
func (o *Offering) Form() []Question {
	if len(o.Tiers) == 0 {
		return o.Questions
	}
	choice := Question{ID: TierQuestion, Type: QuestionChoice, Required: true, Label: tierLabel}
	for _, tier := range o.Tiers {
		choice.Options = append(choice.Options, Option{Value: tier.ID, Label: Text{
			En: tier.Title.En + ": " + tier.Summary.En, Es: tier.Title.Es + ": " + tier.Summary.Es}})
	}
	return append([]Question{choice}, o.Questions...)
}

// Question finds a question of the form.
func (p *Published) Question(id string) (Question, bool) {
	at := slices.IndexFunc(p.Questions, func(q Question) bool { return q.ID == id })
	if at < 0 {
		return Question{}, false
	}
	return p.Questions[at], true
}

// Chosen is the id of the tier that the answers of a form choose, "" if they choose none of the offering.
func (o *Offering) Chosen(answers map[string][]string) string {
	if given := answers[TierQuestion]; len(given) == 1 {
		if tier, ok := o.Tier(given[0]); ok {
			return tier.ID
		}
	}
	return ""
}

// TermsFor are the terms of a grant of a tier, those of the offering but for the time that the tier lasts.
func (o *Offering) TermsFor(tier string) Terms {
	terms := o.Terms
	if t, ok := o.Tier(tier); ok && t.DurationDays > 0 {
		terms.DurationDays = t.DurationDays
	}
	return terms
}

// TitleOf is the title of the offering with that of a tier, "" being none.
func (o *Offering) TitleOf(tier, lang string) string {
	if t, ok := o.Tier(tier); ok {
		return o.Title.In(lang) + ": " + t.Title.In(lang)
	}
	return o.Title.In(lang)
}

// turns are the instants at which what can be said about the offering changes, as far as they matter at now.
func (o *Offering) turns(now time.Time) []time.Time {
	window := o.Window.At(now)
	return []time.Time{window.Opens, window.Closes, o.Pause.Since, o.Pause.Until}
}
