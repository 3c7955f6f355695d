package status

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"accessdesk/catalog"
	"accessdesk/data/golden"
	"accessdesk/data/locale"
)

func locales(t testing.TB) *locale.Locales {
	t.Helper()
	all, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func at(t testing.TB, text string) time.Time {
	t.Helper()
	instant, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return instant.UTC()
}

// TestStatuses writes every status that a program can have, in both languages, into a file that people read.
func TestStatuses(t *testing.T) {
	here, elsewhere := []catalog.ApplyRoute{{Mode: catalog.ModeInApp}}, []catalog.ApplyRoute{{Mode: catalog.ModeEmail}}
	window := catalog.Window{Opens: at(t, "2026-12-01T08:00:00-05:00"), Closes: at(t, "2027-01-31T17:00:00-05:00"), TimeZone: "America/New_York", Seats: 60, WaitingList: true}
	with := func(change func(*catalog.Window)) catalog.Window { w := window; change(&w); return w }
	rolling := catalog.Window{TimeZone: "America/New_York"}
	yearly := with(func(w *catalog.Window) { w.Every = catalog.PeriodYear })
	pause := catalog.Pause{Since: at(t, "2027-01-10T12:00:00-05:00"), Until: at(t, "2027-03-03T00:00:00-05:00"),
		Reason: catalog.Text{En: "The engineers are at a flood.", Es: "Las personas de ingeniería atienden una inundación."}}
	endless := pause
	endless.Until = time.Time{}
	within, before, after := "2026-12-24T12:00:00Z", "2026-11-27T12:00:00Z", "2027-02-02T12:00:00Z"
	seats := func(taken, waiting int) catalog.Places {
		return catalog.Places{Seats: catalog.Seats{All: 60, Taken: taken, Waiting: waiting}}
	}
	none := catalog.Places{}
	var b strings.Builder
	for _, test := range []struct {
		name   string
		o      catalog.Offering
		now    string
		places catalog.Places
	}{
		{"always open", catalog.Offering{Window: rolling, Apply: elsewhere}, within, none},
		{"not open yet", catalog.Offering{Window: window, Apply: here}, before, seats(0, 0)},
		{"opens today", catalog.Offering{Window: window, Apply: here}, "2026-12-01T12:00:00Z", seats(0, 0)},
		{"open, seats left", catalog.Offering{Window: window, Apply: here}, within, seats(52, 0)},
		{"open, the last seat", catalog.Offering{Window: window, Apply: here}, within, seats(59, 0)},
		{"open, not limited", catalog.Offering{Window: with(func(w *catalog.Window) { w.Seats = 0 }), Apply: here}, within, none},
		{"open, without an end", catalog.Offering{Window: with(func(w *catalog.Window) { w.Closes = time.Time{} }), Apply: here}, within, seats(3, 0)},
		{"open, closes at midnight", catalog.Offering{Window: with(func(w *catalog.Window) { w.Closes = at(t, "2027-02-01T00:00:00-05:00") }), Apply: elsewhere}, within, none},
		{"open, the provider has places", catalog.Offering{Window: window, Apply: elsewhere}, within, none},
		{"full, a list with nobody", catalog.Offering{Window: window, Apply: here}, within, seats(60, 0)},
		{"full, one waits", catalog.Offering{Window: window, Apply: here}, within, seats(60, 1)},
		{"full, a list", catalog.Offering{Window: window, Apply: here}, within, seats(60, 12)},
		{"a seat is free, but others wait for it", catalog.Offering{Window: window, Apply: here}, within, seats(59, 2)},
		{"full, no list", catalog.Offering{Window: with(func(w *catalog.Window) { w.WaitingList = false }), Apply: here}, within, seats(60, 0)},
		{"full, but not open", catalog.Offering{Window: window, Apply: here}, after, seats(60, 12)},
		{"closed", catalog.Offering{Window: window, Apply: here}, after, seats(40, 0)},
		{"closed at midnight", catalog.Offering{Window: with(func(w *catalog.Window) { w.Closes = at(t, "2027-02-01T00:00:00-05:00") }), Apply: here}, after, none},
		{"recurring, before the first time", catalog.Offering{Window: yearly, Apply: here}, before, seats(0, 0)},
		{"recurring, open", catalog.Offering{Window: yearly, Apply: here}, "2029-12-24T12:00:00Z", seats(52, 0)},
		{"recurring, closed", catalog.Offering{Window: yearly, Apply: here}, after, seats(40, 0)},
		{"recurring, opens again today", catalog.Offering{Window: yearly, Apply: here}, "2027-12-01T12:59:00Z", seats(40, 0)},
		{"a break is coming", catalog.Offering{Window: window, Pause: pause, Apply: here}, within, seats(52, 0)},
		{"a break is coming, full", catalog.Offering{Window: window, Pause: pause, Apply: here}, within, seats(60, 3)},
		{"paused", catalog.Offering{Window: window, Pause: pause, Apply: here}, "2027-01-10T17:00:00Z", seats(52, 0)},
		{"paused, nobody says until when", catalog.Offering{Window: window, Pause: endless, Apply: elsewhere}, after, none},
		{"paused for longer than expected", catalog.Offering{Window: yearly, Pause: pause, Apply: here}, "2027-03-03T05:00:00Z", seats(52, 0)},
		{"paused, though it has places no more", catalog.Offering{Window: window, Pause: pause, Apply: here}, "2027-01-10T17:00:00Z", seats(60, 9)},
		{"by invitation", catalog.Offering{Status: catalog.StatusByInvitation, Apply: elsewhere}, within, none},
		{"a list of the provider", catalog.Offering{Status: catalog.StatusWaitingList, Apply: elsewhere}, within, none},
		{"a list here, nobody waits", catalog.Offering{Status: catalog.StatusWaitingList, Window: with(func(w *catalog.Window) { w.Seats = 0 }), Apply: here}, within, none},
		{"a list here", catalog.Offering{Status: catalog.StatusWaitingList, Window: with(func(w *catalog.Window) { w.Seats = 60 }), Apply: here}, within, seats(0, 1200)},
		{"announced", catalog.Offering{Status: catalog.StatusAnnounced, Apply: elsewhere}, within, none},
		{"lapsed", catalog.Offering{Status: catalog.StatusLapsed, Apply: elsewhere}, within, none},
		{"ended", catalog.Offering{Status: catalog.StatusEnded, Pause: pause, Apply: elsewhere}, after, none},
		{"unverified", catalog.Offering{Status: catalog.StatusUnverified, Apply: elsewhere}, within, none},
	} {
		if test.o.Status == "" {
			test.o.Status = catalog.StatusOpen
		}
		fmt.Fprintf(&b, "%s\n", test.name)
		for _, lang := range locale.Languages() {
			fmt.Fprintf(&b, "  %s: %s\n", lang, Of(locales(t).In(lang), &test.o, at(t, test.now), test.places).Line())
		}
	}
	b.WriteString("places of a tier\n")
	for _, s := range []catalog.Seats{{}, {All: 20, Taken: 12}, {All: 20, Taken: 20}, {All: 20, Taken: 21, Waiting: 4}} {
		for _, lang := range locale.Languages() {
			fmt.Fprintf(&b, "  %s: %s\n", lang, Left(locales(t).In(lang), s))
		}
	}
	b.WriteString("places of a tier, as far as the whole has any\n")
	for _, p := range []catalog.Places{
		{Seats: catalog.Seats{All: 9, Taken: 3}, Tiers: map[string]catalog.Seats{"a": {All: 4, Taken: 1}}},
		{Seats: catalog.Seats{All: 9, Taken: 7}, Tiers: map[string]catalog.Seats{"a": {All: 4, Taken: 1}}},
		{Seats: catalog.Seats{All: 9, Taken: 9}, Tiers: map[string]catalog.Seats{"a": {All: 4, Taken: 1}}},
		{Seats: catalog.Seats{All: 9, Taken: 9, Waiting: 2}, Tiers: map[string]catalog.Seats{"a": {Waiting: 2}}},
		{Seats: catalog.Seats{All: 9, Taken: 8}, Tiers: map[string]catalog.Seats{"a": {}}},
		{Seats: catalog.Seats{All: 9, Taken: 8}, Tiers: map[string]catalog.Seats{"a": {All: 1}}},
	} {
		for _, lang := range locale.Languages() {
			fmt.Fprintf(&b, "  %s: %s\n", lang, LeftIn(locales(t).In(lang), p, "a"))
		}
	}
	golden.Check(t, "testdata/statuses.golden.txt", b.String())
}

// The words never contradict what can be done: whatever can be started here does not read as full, closed or paused without a list,
// and nothing is missing in either language.
func TestWordsFollowTheStep(t *testing.T) {
	all := locales(t)
	en := all.In(locale.English)
	base := at(t, "2026-12-01T13:00:00Z")
	maybe := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "given") {
			return base.Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "hour")) * time.Hour)
		}
		return time.Time{}
	})
	rapid.Check(t, func(t *rapid.T) {
		o := &catalog.Offering{
			Status: rapid.SampledFrom(catalog.Statuses()).Draw(t, "status"), Kind: rapid.SampledFrom(catalog.Kinds()).Draw(t, "kind"),
			Window: catalog.Window{Opens: maybe.Draw(t, "opens"), Closes: maybe.Draw(t, "closes"), TimeZone: "America/Denver", WaitingList: rapid.Bool().Draw(t, "list"),
				Seats: rapid.IntRange(0, 3).Draw(t, "seats"), Every: rapid.SampledFrom(append(catalog.Periods(), "")).Draw(t, "every")},
			Pause: catalog.Pause{Since: maybe.Draw(t, "since"), Until: maybe.Draw(t, "until"), Reason: catalog.Text{En: "A flood.", Es: "Una inundación."}},
			Apply: []catalog.ApplyRoute{{Mode: rapid.SampledFrom(catalog.Modes()).Draw(t, "mode")}},
		}
		now := base.Add(time.Duration(rapid.IntRange(-10, 5000).Draw(t, "now")) * time.Hour)
		places := catalog.Places{Seats: catalog.Seats{All: o.Window.Seats, Taken: rapid.IntRange(0, 4).Draw(t, "taken"), Waiting: rapid.IntRange(0, 3).Draw(t, "waiting")}}
		words, next := Of(en, o, now, places), o.NextStep(now, places.Full())
		begins := func(prefixes ...string) bool {
			for _, prefix := range prefixes {
				if strings.HasPrefix(words.Text, prefix) {
					return true
				}
			}
			return false
		}
		switch {
		case next.Step == catalog.StepStart && !begins("Open"),
			next.Step == catalog.StepWaitingList && !begins("Full, ", "Waiting list"),
			next.Hindrance == catalog.HinderedPaused && (!begins("Paused since") || words.Reason == ""),
			next.Hindrance == catalog.HinderedBeforeWindow && !begins("Opens ", "Closed, opens again "),
			next.Hindrance == catalog.HinderedAfterWindow && !begins("Closed on "),
			next.Hindrance == catalog.HinderedFull && !begins("Full"),
			next.Step == catalog.StepNone && next.Hindrance != catalog.HinderedNothingToFile && next.Hindrance != catalog.HinderedNoPublicWay && begins("Open "):
			t.Fatalf("%+v reads %q", next, words.Line())
		}
		if spanish := Of(all.In(locale.Spanish), o, now, places).Line(); spanish == words.Line() {
			t.Fatalf("both languages read %q", spanish)
		}
	})
	if missing := all.Missing(); len(missing) > 0 {
		t.Error(missing)
	}
}
