package card

import (
	"accessdesk/catalog"
	"accessdesk/ui/web"
)

// Way is what one can do about a program now, as catalog.NextStep decides it, in the reader's language.
type Way struct {
	Text   string // what one does, or why there is nothing to do
	Watch  string // when to look again, "" where that is of no use
	Button string // that starts it on this site, "" if nothing can be started here
	Pick   string // label of the tick box on the results page, "" as above
	Short  string // two or three words for lists, "" where nothing can be done
	// Unticked: the box is not ticked beforehand, since one has to ask first, or would need the program in an emergency only.
	Unticked bool
}

// NewWay says in words what can be done about an offering.
func NewWay(r *web.Request, offering *catalog.Published, next catalog.NextStep) Way {
	w := Way{Text: WayText(r, offering, next)}
	switch {
	case next.Step == catalog.StepPacket && offering.SelfServe():
		w.Short = r.L.T("step.short_self_serve")
	case next.Step != catalog.StepNone:
		w.Short, w.Unticked = r.L.T("step.short_"+string(next.Step)), next.Step == catalog.StepAsk || offering.Kind == catalog.KindIncidentResponse
		if startsHere(next) {
			w.Button, w.Pick = r.L.T("step.button_"+string(next.Step)), r.L.T("step.pick_"+string(next.Step))
		}
	case next.Watch.IsZero(), next.Hindrance == catalog.HinderedBeforeWindow:
	case next.Hindrance == catalog.HinderedPaused && next.Watch.Equal(offering.Pause.Until):
		w.Watch = r.L.T("step.watch_back", "Date", r.L.DateIn(next.Watch, offering.Window.Zone()))
	default:
		w.Watch = r.L.T("step.watch", "Date", r.L.Date(next.Watch))
	}
	return w
}

// WayText is the text of NewWay alone.
func WayText(r *web.Request, offering *catalog.Published, next catalog.NextStep) string {
	switch {
	case next.Step == catalog.StepPacket && offering.SelfServe():
		return r.L.T("step.self_serve")
	case next.Step != catalog.StepNone:
		return r.L.T("step." + string(next.Step))
	}
	switch next.Hindrance {
	case catalog.HinderedBeforeWindow:
		return r.L.T("step.none_opens_later", "Date", r.L.DateIn(next.Watch, offering.Window.Zone()))
	case catalog.HinderedAfterWindow:
		return r.L.T("step.none_window_closed", "Date", r.L.DateIn(offering.Window.LastMoment(), offering.Window.Zone()))
	case catalog.HinderedPaused:
		return r.L.T("step.none_paused") + " " + offering.Pause.Reason.In(r.Lang)
	}
	return r.L.T("step.none_" + string(next.Hindrance))
}

// startsHere tells whether a form of this site takes the step.
func startsHere(next catalog.NextStep) bool { return next.Step != catalog.StepNone }
