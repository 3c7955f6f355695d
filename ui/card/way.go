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
	zone := offering.Window.Zone()
	if next.Step == catalog.StepPacket && offering.SelfServe() {
		return Way{Text: r.L.T("step.self_serve"), Short: r.L.T("step.short_self_serve")}
	}
	if next.Step != catalog.StepNone {
		w := Way{Text: r.L.T("step." + string(next.Step)), Short: r.L.T("step.short_" + string(next.Step)), Unticked: next.Step == catalog.StepAsk || offering.Kind == catalog.KindIncidentResponse}
		if startsHere(next) {
			w.Button, w.Pick = r.L.T("step.button_"+string(next.Step)), r.L.T("step.pick_"+string(next.Step))
		}
		return w
	}
	var w Way
	switch next.Hindrance {
	case catalog.HinderedBeforeWindow:
		w.Text = r.L.T("step.none_opens_later", "Date", r.L.DateIn(next.Watch, zone))
	case catalog.HinderedAfterWindow:
		w.Text = r.L.T("step.none_window_closed", "Date", r.L.DateIn(offering.Window.Closes, zone))
	default:
		w.Text = r.L.T("step.none_" + string(next.Hindrance))
	}
	if !next.Watch.IsZero() && next.Hindrance != catalog.HinderedBeforeWindow {
		w.Watch = r.L.T("step.watch", "Date", r.L.Date(next.Watch))
	}
	return w
}

// startsHere tells whether a form of this site takes the step.
func startsHere(next catalog.NextStep) bool { return next.Step != catalog.StepNone }
