package elsewhere

import (
	"slices"
	"strings"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/packet"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// Page is one program that is applied for elsewhere.
type Page struct {
	web.Problems
	Base, Application, Reference, Organization string
	Title, Provider                            string
	Pill                                       pill
	Revision                                   int64
	Preparing                                  bool   // not sent yet: the packet leads
	Standing                                   string // that and why the program may take no requests now
	NextText                                   string // what to do now
	Late                                       bool   // nobody answered in time
	Acts, More                                 []action
	Undo                                       string // until when the last step may be taken back
	Track                                      []stage
	Ways                                       []way

	packet.Packet
	Call    string // number to call, for a way by phone
	Rows    int    // of the message
	Gaps    []gap
	Answers []answer
	Foreign bool // the reader's language is not the provider's

	Questions []form.Field
	Papers    int // gathered
	MayWrite  bool
	Withdraw  string
}

// way is one of several ways to apply.
type way struct {
	Number  int
	Text    string
	Current bool
}

// gap is an answer that is missing or was held back.
type gap struct{ Label, Note, Link string }

// answer is a field as it is copied into a form of the provider.
type answer struct {
	packet.Field
	Blank bool
	Link  string // where it is answered
}

// stage is one step of the tracker.
type stage struct {
	Title, When, Note, Who string
	Done, Now, Undone      bool
}

// Show is the page of a packet.
func Show(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := open(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: "desk/packet", Data: f.page(r, tx)}, nil
}

// Print is the packet on paper, everything open.
func Print(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := open(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: "desk/packet_print", Data: f.page(r, tx)}, nil
}

// Download is the packet as a text file.
func Download(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := open(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	text := f.packet.Text(packet.Heading{Program: f.program.Title.In(r.Lang), Provider: f.program.Provider.Name,
		Organization: f.application.Organization.Name, Reference: f.application.Reference, Status: statePill(r, f.State).Text,
		Made: r.L.T("packet.made", "Date", r.L.DateIn(tx.Now, r.Site.Zone))}, r.L)
	// Windows programs of every age show the ends of lines so.
	body := []byte(strings.ReplaceAll(text, "\n", "\r\n"))
	return web.Reply{File: &web.File{Name: "packet-" + f.Slug + ".txt", Type: "text/plain; charset=utf-8", Body: body}}, nil
}

func (f file) page(r *web.Request, tx *data.Tx) Page {
	p := Page{Base: f.address(), Application: f.application.ID, Reference: f.application.Reference, Organization: f.application.Organization.Name,
		Title: f.program.Title.In(r.Lang), Provider: f.program.Provider.Name, Pill: statePill(r, f.State), Revision: f.Item.Revision,
		Preparing: f.Item.Unsent(), Late: f.State == broker.NoReply, Packet: f.packet, Foreign: r.Lang != packet.ProviderLanguage,
		MayWrite: f.member.May(account.Write) && !f.Item.Over()}
	p.Standing = f.standing(r, tx.Now)
	if f.mode() == catalog.ModePhone && len(p.Contacts) > 0 {
		p.Call = p.Contacts[0].Phone
	}
	p.NextText = f.next(r)
	p.Acts, p.More = f.actions(r)
	if p.Preparing && p.MayWrite && !f.member.May(account.Send) {
		p.NextText = r.L.T("packet.next_by_sender")
	}
	p.Track = f.track(r)
	if last, ok := broker.UndoableBy(f.stages, f.Item, r.Person.ID, tx.Now); ok && f.member.May(account.Write) {
		p.Undo = r.L.T("packet.undo_until", "Date", r.L.DateIn(last.At.Add(broker.UndoTime), r.Site.Zone))
	}
	if !f.Item.Over() && f.member.May(account.Withdraw) {
		p.Withdraw = f.address() + "/withdraw"
	}
	p.addAnswers(r, f)
	if p.MayWrite {
		p.addQuestions(r, f)
		p.addWays(r, f)
	}
	for _, d := range p.Documents {
		if d.Ticked {
			p.Papers++
		}
	}
	return p
}

// The message is shown in an area of so many lines.
const (
	fewestRows, mostRows = 8, 26
	rowLength            = 70 // characters of a line on a wide page
)

func (p *Page) addAnswers(r *web.Request, f file) {
	for _, one := range p.Fields {
		a := answer{Field: one, Blank: one.State == packet.Missing || one.State == packet.Withheld}
		if p.MayWrite {
			a.Link = f.link(one)
		}
		p.Answers = append(p.Answers, a)
		if a.Blank {
			p.Gaps = append(p.Gaps, gap{Label: one.Label.Read, Note: one.Note, Link: a.Link})
		}
	}
	if p.Message == nil {
		return
	}
	for line := range strings.SplitSeq(p.Message.Body.Sent, "\n") {
		p.Rows += 1 + len([]rune(line))/rowLength
	}
	p.Rows = min(max(p.Rows, fewestRows), mostRows)
}

// link is where a field is answered: below on the page, or among the facts of the organization.
func (f file) link(one packet.Field) string {
	if one.Question {
		return "#" + form.QuestionID(one.ID)
	}
	return "/applications/" + f.application.ID + "/org?packet=" + f.Slug + "#f-" + one.ID
}

// addQuestions makes the form of the program's own questions that the chosen way asks.
func (p *Page) addQuestions(r *web.Request, f file) {
	if f.route >= len(f.program.Apply) {
		return
	}
	named := f.program.Apply[f.route].Fields
	for _, q := range f.program.Asked(f.facts, f.answers) {
		if !slices.Contains(named, q.ID) {
			continue
		}
		field := form.NewQuestion(r, q, f.answers[q.ID])
		if at := slices.IndexFunc(p.Fields, func(one packet.Field) bool { return one.ID == q.ID }); at >= 0 && p.Fields[at].State == packet.Withheld {
			field.Needed = p.Fields[at].Note
		}
		p.Questions = append(p.Questions, field)
	}
}

// addWays lists the ways to apply where there are several; one can be chosen while the packet is prepared.
func (p *Page) addWays(r *web.Request, f file) {
	routes := packet.Routes(f.program.Offering)
	if len(routes) < 2 || !f.Item.Unsent() {
		return
	}
	for _, number := range routes {
		route := f.program.Apply[number]
		text := r.L.T("mode." + string(route.Mode))
		if len(route.Steps) > 0 {
			text += ": " + route.Steps[0].In(r.Lang)
		}
		p.Ways = append(p.Ways, way{Number: number, Text: text, Current: number == f.route})
	}
}

// standing says that a program may take no requests, "" while it does.
func (f file) standing(r *web.Request, now time.Time) string {
	if !f.Item.Unsent() {
		return ""
	}
	next := f.program.NextStep(now, false)
	if next.Step != catalog.StepNone {
		return ""
	}
	window := f.program.Window
	status := r.L.T("world." + string(f.program.Status))
	switch next.Hindrance {
	case catalog.HinderedBeforeWindow:
		status = r.L.T("world.opens", "Date", r.L.DateIn(window.Opens, window.Zone()))
	case catalog.HinderedAfterWindow:
		status = r.L.T("world.closed", "Date", r.L.DateIn(window.Closes, window.Zone()))
	}
	return r.L.T("packet.not_open", "Status", status, "Date", r.L.Date(f.program.CheckedOn.Time()))
}

// next says what to do now.
func (f file) next(r *web.Request) string {
	switch f.State {
	case broker.Preparing:
		if f.mode() == catalog.ModeDownload {
			return r.L.T("packet.next_download")
		}
		if f.mode() == catalog.ModePhone {
			return r.L.T("packet.next_call")
		}
		return r.L.T("packet.next_preparing")
	case broker.Sent:
		if f.Item.Due.IsZero() {
			return r.L.T("packet.next_sent")
		}
		return r.L.T("packet.next_sent_until", "Date", r.L.DateIn(f.Item.Due, r.Site.Zone)) + " " + f.packet.Silence.Text
	case broker.NoReply:
		return f.packet.Silence.Text + " " + r.L.T("packet.next_after_no_reply")
	case broker.ReadyToUse:
		if ends := day(r, f.EndsOn); ends != "" {
			return r.L.T("packet.next_ready_until", "Date", ends)
		}
	}
	return r.L.T("packet.next_" + string(f.State))
}

// path is the way of a packet, in order; a stage may be skipped.
var path = []broker.State{broker.Preparing, broker.Sent, broker.Acknowledged, broker.Approved, broker.SetUp, broker.ReadyToUse}

// track lists what was, what is and what is ahead.
func (f file) track(r *web.Request) []stage {
	var steps []stage
	if len(f.stages) == 0 || f.stages[0].From == broker.Preparing {
		key := "packet.track_prepared"
		if f.Item.Unsent() {
			key = "packet.track_preparing"
		}
		prepared := stage{Title: r.L.T(key), When: r.L.DateIn(f.Item.Created, r.Site.Zone), Done: true}
		if len(f.stages) > 0 && f.stages[0].On < f.Item.Created.In(r.Site.Zone).Format(time.DateOnly) {
			prepared.When = "" // what was sent before it was entered here
		}
		steps = append(steps, prepared)
	}
	reached := broker.Preparing
	for _, s := range f.stages {
		one := stage{Title: r.L.T("packet.track_" + string(s.To)), When: day(r, s.On), Note: s.Note, Done: true, Undone: !s.Undone.IsZero()}
		if s.By.ID != r.Person.ID {
			one.Who = s.By.Email
		}
		if s.Ends != "" && s.Ends != f.endsBefore(s) {
			one.When += " " + r.L.T("packet.track_ends", "Date", day(r, s.Ends))
		}
		if !one.Undone {
			reached = s.To
		}
		steps = append(steps, one)
	}
	switch f.State {
	case broker.NoReply, broker.Withdrawn:
		steps = append(steps, stage{Title: r.L.T("packet.track_" + string(f.State)), When: r.L.DateIn(f.Item.Changed, r.Site.Zone), Done: true})
	}
	for i := len(steps) - 1; i >= 0; i-- {
		if !steps[i].Undone {
			steps[i].Now = true
			break
		}
	}
	if f.Item.Over() {
		return steps
	}
	for _, ahead := range path[slices.Index(path, reached)+1:] {
		if f.mode() == catalog.ModeDownload && ahead != broker.SetUp && ahead != broker.ReadyToUse {
			continue
		}
		steps = append(steps, stage{Title: r.L.T("packet.track_" + string(ahead))})
	}
	return steps
}

// endsBefore is the end that was known before a stage.
func (f file) endsBefore(s broker.Stage) string {
	before := ""
	for _, one := range f.stages {
		if one.ID == s.ID {
			break
		}
		if one.Undone.IsZero() {
			before = one.Ends
		}
	}
	return before
}
