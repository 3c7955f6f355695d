package catalog

import (
	"cmp"
	"slices"
	"time"
)

// Step is what an operator can do about an offering now.
type Step string

// The steps.
const (
	StepStart       Step = "start_here"        // apply here; a review of the desk decides
	StepWaitingList Step = "join_waiting_list" // apply here and get a place on the waiting list
	StepPacket      Step = "prepare_packet"    // applied for elsewhere; the desk prepares what the provider asks for
	StepAsk         Step = "ask_first"         // as StepPacket, but nobody could confirm that requests are taken: asking comes first
	StepNone        Step = "not_now"           // no start button; Hindrance says why
)

// Hindrance is why nothing can be started.
type Hindrance string

// The hindrances. Those that are named like a status follow from it.
const (
	HinderedByInvitation  Hindrance = "by_invitation"    // the provider chooses whom it asks
	HinderedWaitingList   Hindrance = "waiting_list"     // there is a list, but nobody can join it here
	HinderedAnnounced     Hindrance = "announced"        // not open yet, no date
	HinderedLapsed        Hindrance = "lapsed"           // its law or money ran out
	HinderedEnded         Hindrance = "ended"            // for good
	HinderedUnverified    Hindrance = "unverified"       // nobody could confirm that it takes requests
	HinderedBeforeWindow  Hindrance = "opens_later"      // the window has not opened
	HinderedAfterWindow   Hindrance = "window_closed"    // the window has closed
	HinderedPaused        Hindrance = "paused"           // the provider takes a break, and says why
	HinderedFull          Hindrance = "full"             // every seat is taken and there is no waiting list
	HinderedNoPublicWay   Hindrance = "no_public_way"    // nobody can see how to ask
	HinderedNothingToFile Hindrance = "nothing_to_apply" // published for everybody to read or use
)

// NextStep is what an operator can do about an offering at a moment.
type NextStep struct {
	Step      Step
	Hindrance Hindrance // of StepNone
	// Watch says when to look again: for HinderedBeforeWindow the instant at which the window opens (next), for HinderedPaused the one at
	// which the pause is expected to end, if that lies ahead, for the other hindrances midnight UTC of the day by which the listing is
	// compared with its sources again. Zero where looking again is of no use, HinderedEnded and HinderedNothingToFile,
	// and from the day after on: nobody is told to look on a day that has passed.
	Watch time.Time
}

// NextStep is the one place that says what an operator can do about the offering at now. Pages show its button, and starting
// and sending an application go by it too. full: every seat is taken, as far as the caller knows; the catalog knows no cases.
// Whether the offering fits the operator is another matter.
func (o *Offering) NextStep(now time.Time, full bool) NextStep {
	step, hindrance := o.step(now, full)
	next := NextStep{Step: step, Hindrance: hindrance}
	switch {
	case hindrance == HinderedBeforeWindow:
		next.Watch = o.Window.At(now).Opens
	case hindrance == HinderedPaused && now.Before(o.Pause.Until):
		next.Watch = o.Pause.Until
	case step == StepNone && hindrance != HinderedEnded && hindrance != HinderedNothingToFile && o.ReviewBy >= DateOf(now.UTC()):
		next.Watch = o.ReviewBy.Time()
	}
	return next
}

// Dormant tells whether nobody is known to get the offering now, with or without an application.
func (s NextStep) Dormant() bool {
	return s.Step == StepAsk || s.Step == StepNone && s.Hindrance != HinderedNothingToFile
}

// byStatus are the statuses in which no request is taken.
var byStatus = map[Status]Hindrance{
	StatusByInvitation: HinderedByInvitation, StatusAnnounced: HinderedAnnounced, StatusLapsed: HinderedLapsed,
	StatusEnded: HinderedEnded, StatusUnverified: HinderedUnverified,
}

func (o *Offering) step(now time.Time, full bool) (Step, Hindrance) {
	if o.PausedAt(now) && o.Status != StatusEnded {
		return StepNone, HinderedPaused
	}
	if o.Status == StatusUnverified && o.Window.Contains(now) && !o.InApp() && !o.SelfServe() && slices.ContainsFunc(o.Apply, ApplyRoute.Public) {
		return StepAsk, ""
	}
	if o.Status != StatusOpen && o.Status != StatusWaitingList {
		return StepNone, cmp.Or(byStatus[o.Status], HinderedUnverified)
	}
	switch {
	case now.Before(o.Window.At(now).Opens):
		return StepNone, HinderedBeforeWindow
	case !o.Window.Contains(now):
		return StepNone, HinderedAfterWindow
	case !slices.ContainsFunc(o.Apply, ApplyRoute.Public):
		if o.NothingToFile() {
			return StepNone, HinderedNothingToFile
		}
		return StepNone, HinderedNoPublicWay
	case !o.InApp():
		return StepPacket, ""
	case o.Window.WaitingList && (full || o.Status == StatusWaitingList):
		return StepWaitingList, ""
	case o.Status == StatusWaitingList:
		return StepNone, HinderedWaitingList
	case full:
		return StepNone, HinderedFull
	}
	return StepStart, ""
}

// StartableAt tells whether an application or a packet can be started at now.
func (o *Offering) StartableAt(now time.Time) bool { return o.NextStep(now, false).Step != StepNone }

// NothingToFile tells whether the offering is published for everybody to read or use, without an application.
func (o *Offering) NothingToFile() bool {
	switch o.Kind {
	case KindGuidance, KindTool, KindInformationSharing:
		return slices.ContainsFunc(o.Apply, func(r ApplyRoute) bool { return r.Mode == ModeNone })
	}
	return false
}

// SelfServe tells whether anybody who wants the offering can simply take it: a guide, a tool or a download, for which nobody
// has to be asked.
func (o *Offering) SelfServe() bool {
	usual, given := o.Usual()
	return given && (usual.Mode == ModeDownload || usual.Mode == ModeWeb && o.Kind == KindGuidance) || o.NothingToFile()
}
