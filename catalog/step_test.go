package catalog

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestNextStep(t *testing.T) {
	opens := time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC)
	closes := time.Date(2027, 1, 31, 22, 0, 0, 0, time.UTC)
	review := time.Date(2027, 5, 22, 0, 0, 0, 0, time.UTC)
	never := time.Time{}
	here, email := []ApplyRoute{{Mode: ModeInApp}}, []ApplyRoute{{Mode: ModeEmail}}
	none, invited := []ApplyRoute{{Mode: ModeNone}}, []ApplyRoute{{Mode: ModeInvitation}}
	window := Window{Opens: opens, Closes: closes}
	list, listed := Window{WaitingList: true}, Window{Opens: opens, Closes: closes, WaitingList: true}
	tests := []struct {
		name   string
		status Status
		kind   Kind
		window Window
		apply  []ApplyRoute
		now    time.Time
		full   bool
		want   NextStep
	}{
		{"reviewed here", StatusOpen, KindScanning, Window{}, here, opens, false, NextStep{StepStart, "", never}},
		{"reviewed here, as it opens", StatusOpen, KindScanning, window, here, opens, false, NextStep{StepStart, "", never}},
		{"reviewed here, not open yet", StatusOpen, KindScanning, window, here, opens.Add(-time.Millisecond), false, NextStep{StepNone, HinderedBeforeWindow, opens}},
		{"reviewed here, last moment", StatusOpen, KindScanning, window, here, closes.Add(-time.Millisecond), false, NextStep{StepStart, "", never}},
		{"reviewed here, as it closes", StatusOpen, KindScanning, window, here, closes, false, NextStep{StepNone, HinderedAfterWindow, review}},
		{"no seat left", StatusOpen, KindScanning, window, here, opens, true, NextStep{StepNone, HinderedFull, review}},
		{"no seat left, a list", StatusOpen, KindScanning, listed, here, opens, true, NextStep{StepWaitingList, "", never}},
		{"a list, but seats left", StatusOpen, KindScanning, listed, here, opens, false, NextStep{StepStart, "", never}},
		{"only a list", StatusWaitingList, KindScanning, list, here, opens, false, NextStep{StepWaitingList, "", never}},
		{"only a list, closed", StatusWaitingList, KindScanning, listed, here, closes, false, NextStep{StepNone, HinderedAfterWindow, review}},
		{"only a list, none kept here", StatusWaitingList, KindScanning, Window{}, here, opens, false, NextStep{StepNone, HinderedWaitingList, review}},
		{"elsewhere", StatusOpen, KindScanning, Window{}, email, opens, false, NextStep{StepPacket, "", never}},
		{"elsewhere, a list there", StatusWaitingList, KindScanning, Window{}, email, opens, false, NextStep{StepPacket, "", never}},
		{"elsewhere, not open yet", StatusOpen, KindScanning, window, email, opens.AddDate(0, 0, -1), false, NextStep{StepNone, HinderedBeforeWindow, opens}},
		{"here or elsewhere", StatusOpen, KindScanning, Window{}, append(slices.Clone(email), here...), opens, false, NextStep{StepStart, "", never}},
		{"second route", StatusOpen, KindScanning, Window{}, append(slices.Clone(none), email...), opens, false, NextStep{StepPacket, "", never}},
		{"to read", StatusOpen, KindGuidance, Window{}, none, opens, false, NextStep{StepNone, HinderedNothingToFile, never}},
		{"no way", StatusOpen, KindAssessment, Window{}, none, opens, false, NextStep{StepNone, HinderedNoPublicWay, review}},
		{"no route", StatusOpen, KindAssessment, Window{}, nil, opens, false, NextStep{StepNone, HinderedNoPublicWay, review}},
		{"asked by the provider", StatusOpen, KindAssessment, Window{}, invited, opens, false, NextStep{StepNone, HinderedNoPublicWay, review}},
		{"by invitation", StatusByInvitation, KindScanning, Window{}, email, opens, false, NextStep{StepNone, HinderedByInvitation, review}},
		{"announced", StatusAnnounced, KindScanning, Window{}, here, opens, false, NextStep{StepNone, HinderedAnnounced, review}},
		{"lapsed", StatusLapsed, KindScanning, Window{}, email, opens, false, NextStep{StepNone, HinderedLapsed, review}},
		{"ended", StatusEnded, KindScanning, Window{}, email, opens, false, NextStep{StepNone, HinderedEnded, never}},
		{"unverified", StatusUnverified, KindScanning, Window{}, email, opens, false, NextStep{StepAsk, "", never}},
		{"unverified, closed", StatusUnverified, KindScanning, window, email, closes, false, NextStep{StepNone, HinderedUnverified, review}},
		{"unverified, no way", StatusUnverified, KindScanning, Window{}, none, opens, false, NextStep{StepNone, HinderedUnverified, review}},
		{"unverified, reviewed here", StatusUnverified, KindScanning, Window{}, here, opens, false, NextStep{StepNone, HinderedUnverified, review}},
		{"unverified, to take", StatusUnverified, KindTool, Window{}, []ApplyRoute{{Mode: ModeDownload}}, opens, false, NextStep{StepNone, HinderedUnverified, review}},
		{"lapsed, on the review day", StatusLapsed, KindScanning, Window{}, email, review.Add(24*time.Hour - time.Millisecond), false, NextStep{StepNone, HinderedLapsed, review}},
		{"lapsed, the review day has passed", StatusLapsed, KindScanning, Window{}, email, review.Add(24 * time.Hour), false, NextStep{StepNone, HinderedLapsed, never}},
	}
	for _, test := range tests {
		o := &Offering{Status: test.status, Kind: test.kind, Window: test.window, Apply: test.apply, ReviewBy: "2027-05-22"}
		if got := o.NextStep(test.now, test.full); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

// What a step promises holds for every offering at every moment.
func TestNextStepsAreConsistent(t *testing.T) {
	base := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	instant := rapid.Custom(func(t *rapid.T) time.Time {
		return base.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, "hour")) * time.Hour)
	})
	maybe := rapid.Custom(func(t *rapid.T) time.Time {
		if rapid.Bool().Draw(t, "given") {
			return instant.Draw(t, "at")
		}
		return time.Time{}
	})
	route := rapid.Custom(func(t *rapid.T) ApplyRoute { return ApplyRoute{Mode: rapid.SampledFrom(Modes()).Draw(t, "mode")} })
	rapid.Check(t, func(t *rapid.T) {
		o := &Offering{
			Status: rapid.SampledFrom(Statuses()).Draw(t, "status"), Kind: rapid.SampledFrom(Kinds()).Draw(t, "kind"), ReviewBy: "2027-05-22",
			Window: Window{Opens: maybe.Draw(t, "opens"), Closes: maybe.Draw(t, "closes"), WaitingList: rapid.Bool().Draw(t, "list")},
			Apply:  rapid.SliceOfN(route, 0, 3).Draw(t, "apply"),
		}
		now, full := instant.Draw(t, "now"), rapid.Bool().Draw(t, "full")
		next := o.NextStep(now, full)
		public := slices.ContainsFunc(o.Apply, ApplyRoute.Public)
		if (next.Step == StepNone) != (next.Hindrance != "") {
			t.Fatalf("%+v", next)
		}
		if next.Step != StepNone && (!o.Window.Contains(now) || !public || !next.Watch.IsZero()) {
			t.Fatalf("%+v of a window that is closed, or without a public way", next)
		}
		if here := next.Step == StepStart || next.Step == StepWaitingList; here && !o.InApp() || (next.Step == StepPacket || next.Step == StepAsk) && o.InApp() {
			t.Fatalf("%+v, reviewed here: %v", next, o.InApp())
		}
		if (next.Step == StepAsk) && o.Status != StatusUnverified {
			t.Fatalf("%+v of a program that is %s", next, o.Status)
		}
		if o.OpenAt(now) && public && !full && next.Step == StepNone {
			t.Fatalf("%+v of an open program", next)
		}
		if next.Hindrance == HinderedBeforeWindow && !next.Watch.After(now) {
			t.Fatalf("%+v opens in the past", next)
		}
		if o.StartableAt(now) != (o.NextStep(now, false).Step != StepNone) {
			t.Fatal("startable")
		}
	})
}
