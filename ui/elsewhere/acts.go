package elsewhere

import (
	"slices"

	"accessdesk/broker"
	"accessdesk/catalog"
	"accessdesk/ui/web"
)

// asked is the report that the provider asked for something: it has the request, and the note says what it wants. Asked once
// more it is only the note.
const asked = "asked"

// reports lists everything that can be reported, in the order of the page.
func reports() []string { return append(broker.StageActs(), asked, broker.ActHeard, broker.ActNote) }

// action is a button that reports something.
type action struct{ Text, Link string }

// likely lists what usually happens next, the most likely first.
var likely = map[broker.State][]string{
	broker.Preparing:    {broker.ActSend},
	broker.Sent:         {broker.ActAcknowledge, asked, broker.ActAccept, broker.ActRefuse},
	broker.NoReply:      {broker.ActSend, broker.ActAcknowledge, asked, broker.ActAccept, broker.ActRefuse},
	broker.Acknowledged: {asked, broker.ActAccept, broker.ActRefuse},
	broker.Approved:     {broker.ActSetUp, broker.ActReady},
	broker.SetUp:        {broker.ActReady},
}

// actions gives the buttons: what usually comes next, and everything else that may have happened. A download is not sent to
// anybody: it is set up and ready.
func (f file) actions(r *web.Request) (next, more []action) {
	usual := likely[f.State]
	all := reports()
	if f.mode() == catalog.ModeDownload {
		all = []string{broker.ActReady, broker.ActSetUp, broker.ActNote}
		if usual = []string{broker.ActSetUp, broker.ActReady}; f.State != broker.Preparing {
			usual = usual[1:]
		}
	}
	for _, act := range usual {
		if f.offers(act) {
			next = append(next, f.action(r, act))
		}
	}
	for _, act := range all {
		if f.offers(act) && !slices.Contains(usual, act) {
			more = append(more, f.action(r, act))
		}
	}
	return next, more
}

// offers tells whether the person may report this now.
func (f file) offers(act string) bool {
	return f.allows(act) && f.member.May(f.Item.RightFor(f.stageAct(act)))
}

// allows tells whether something can be reported now. Where nothing is asked of anybody any more a note is enough.
func (f file) allows(button string) bool {
	if button == asked && f.Item.Over() {
		return false
	}
	return f.Item.Allows(f.stageAct(button))
}

// stageAct is the act of the life cycle behind a button.
func (f file) stageAct(button string) string {
	switch {
	case button == asked && f.Item.Allows(broker.ActAcknowledge):
		return broker.ActAcknowledge
	case button == asked:
		return broker.ActNote
	}
	return button
}

func (f file) action(r *web.Request, act string) action {
	return action{Text: r.L.T("packet.do_" + f.wording(act)), Link: f.address() + "/stage?act=" + act}
}

// wording is the key of the texts for an act: a call is not sent, and what was sent before is sent again.
func (f file) wording(act string) string {
	switch {
	case act == broker.ActSend && f.State == broker.NoReply:
		return "send_again"
	case act == broker.ActSend && f.mode() == catalog.ModePhone:
		return "call"
	}
	return act
}
