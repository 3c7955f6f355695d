package elsewhere

import (
	"slices"
	"strings"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/packet"
	"accessdesk/broker/progress"
	"accessdesk/catalog"
	"accessdesk/catalog/status"
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
	Notice                                     *web.Notice
	Late                                       bool // nobody answered in time
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

	Sent *sentView // nil while it is not sent
	As   string    // end of the addresses of the same packet: asToday, or "" for the usual one

	Questions []form.Field
	Papers    int // gathered
	MayWrite  bool
	Withdraw  string

	opens func(address string) bool
}

// Opens tells whether an address of the provider may be a link: somebody opened it.
func (p Page) Opens(address string) bool { return p.opens(address) }

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
	Aside                  bool // a note: it is no place to stand
}

// sentView says that the packet is shown as it was sent, and what changed since.
type sentView struct {
	Title, Text string
	Today       bool   // the answers are those of today
	Link, Other string // the other of the two, and what it shows
	Changes     []packet.Difference
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
		Organization: f.application.Organization.Name, Reference: f.application.Reference, Status: StatePill(r, f.State).Text,
		Made: f.made(r, tx.Now), Since: f.since(r)}, r.L)
	// Windows programs of every age show the ends of lines so.
	body := []byte(strings.ReplaceAll(text, "\n", "\r\n"))
	return web.Reply{File: &web.File{Name: "packet-" + f.Slug + ".txt", Type: "text/plain; charset=utf-8", Body: body}}, nil
}

// made says of which day the packet is.
func (f file) made(r *web.Request, now time.Time) string {
	if f.frozen() {
		return f.sentText(r)
	}
	return r.L.T("packet.made", "Date", r.L.DateIn(now, r.Site.Zone))
}

// sentText says that the packet stands as it was when a step was noted.
func (f file) sentText(r *web.Request) string {
	args := []any{"Step", r.L.T("packet.track_" + string(f.sent.Step.To)), "Date", r.L.DateIn(f.sent.Step.At, r.Site.Zone)}
	if f.sent.today {
		return r.L.T("progress.today", args...)
	}
	return r.L.T("progress.sent", args...)
}

// since says what changed after the packet was sent.
func (f file) since(r *web.Request) (s packet.Since) {
	if !f.frozen() {
		return s
	}
	s.Title = r.L.T("progress.changed")
	for _, change := range f.sent.changes {
		s.Changes = append(s.Changes, change.Label+": "+r.L.T("progress.change", "Before", orNothing(r, change.Before), "Now", orNothing(r, change.Now)))
	}
	return s
}

// orNothing is a value, or that there is none.
func orNothing(r *web.Request, value string) string {
	if value == "" {
		return r.L.T("progress.nothing")
	}
	return value
}

// addSent says what of the page is as it was sent.
func (p *Page) addSent(r *web.Request, f file) {
	if f.sent == nil {
		return
	}
	kind := "sent"
	if f.mode() == catalog.ModeDownload { // nothing is sent to anybody
		kind = "kept"
	}
	p.Sent = &sentView{Title: r.L.T("progress.title_" + kind), Text: f.sentText(r), Today: f.sent.today, Link: p.Base + asToday, Other: r.L.T("progress.show_today")}
	if f.sent.today {
		p.As, p.Sent.Title, p.Sent.Link, p.Sent.Other = asToday, r.L.T("progress.title_today"), p.Base, r.L.T("progress.show_"+kind)
	}
	for _, change := range f.sent.changes {
		p.Sent.Changes = append(p.Sent.Changes, packet.Difference{Label: change.Label, Before: orNothing(r, change.Before), Now: orNothing(r, change.Now)})
	}
}

// asToday is the end of the address that shows a packet that was sent with the answers of today.
const asToday = "?as=today"

// Answers is the address of the page that shows the answers of a packet as they are today.
func Answers(item broker.Item) string {
	address := "/applications/" + item.ApplicationID + "/p/" + item.Slug
	if item.Unsent() {
		return address
	}
	return address + asToday
}

func (f file) page(r *web.Request, tx *data.Tx) Page {
	p := Page{Base: f.address(), Application: f.application.ID, Reference: f.application.Reference, Organization: f.application.Organization.Name,
		Title: f.program.Title.In(r.Lang), Provider: f.program.Provider.Name, Pill: StatePill(r, f.State), Revision: f.Item.Revision,
		Preparing: f.Item.Unsent(), Late: f.State == broker.NoReply, Packet: f.packet, Foreign: r.Lang != packet.ProviderLanguage,
		MayWrite: f.member.May(account.Write) && !f.Item.Over()}
	p.Standing, p.Notice = f.standing(r, tx.Now), f.notice
	if f.mode() == catalog.ModePhone && len(p.Contacts) > 0 {
		p.Call = p.Contacts[0].Phone
	}
	p.opens = func(address string) bool { return f.listing.Link(f.program.Offering, address) != "" }
	p.NextText = f.next(r)
	p.Acts, p.More = f.actions(r)
	if p.Preparing && p.MayWrite && !f.member.May(account.Send) {
		p.NextText = r.L.T("packet.next_by_sender")
	}
	p.Track = f.track(r)
	if last, ok := progress.Undoable(f.stages, f.State, r.Person.ID, tx.Now); ok && f.Item.Allows(broker.ActUndo) && f.member.May(account.Write) {
		p.Undo = r.L.T("packet.undo_until", "Date", r.L.DateIn(last.At.Add(progress.UndoTime), r.Site.Zone))
	}
	if f.Item.Allows(broker.ActWithdraw) && f.member.May(f.Item.RightFor(broker.ActWithdraw)) {
		p.Withdraw = f.address() + "/withdraw"
	}
	p.addSent(r, f)
	p.addAnswers(r, f)
	if p.MayWrite && !f.frozen() {
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
		if p.MayWrite && !f.frozen() {
			a.Link = f.link(one)
		}
		p.Answers = append(p.Answers, a)
		if a.Blank && !f.frozen() {
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

// standing says that a program may take no requests, or takes none, "" while it does.
func (f file) standing(r *web.Request, now time.Time) string {
	if !f.Item.Unsent() {
		return ""
	}
	next := f.program.NextStep(now, false)
	if next.Step == catalog.StepAsk {
		return r.L.T("packet.unconfirmed", "Date", r.L.Date(f.program.CheckedOn.Time()))
	}
	if next.Step != catalog.StepNone {
		return ""
	}
	words := status.Of(r.L, f.program.Offering, now, catalog.Places{}).Line()
	return r.L.T("packet.not_open", "Status", words, "Date", f.checked)
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
	silent := f.State != broker.NoReply && f.State != broker.Withdrawn // nobody reported where it stands
	for _, s := range f.stages {
		if !silent && s.At.After(f.Item.Changed) {
			steps, silent = append(steps, f.unreported(r)), true
		}
		one := stage{Title: r.L.T(trackKey(s)), When: day(r, s.On), Note: s.Note, Done: true, Undone: !s.Undone.IsZero(), Aside: s.Act == broker.ActNote}
		if s.By.ID != r.Person.ID {
			one.Who = s.By.Email
		}
		if s.Ends != "" && s.Ends != f.endsBefore(s) {
			one.When += " " + r.L.T("packet.track_ends", "Date", day(r, s.Ends))
		}
		if !one.Undone && !one.Aside {
			reached = s.To
		}
		steps = append(steps, one)
	}
	if !silent {
		steps = append(steps, f.unreported(r))
	}
	for i := len(steps) - 1; i >= 0; i-- {
		if !steps[i].Undone && !steps[i].Aside {
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

// unreported is the step of a packet that nobody reported: no reply came, or it was stopped.
func (f file) unreported(r *web.Request) stage {
	return stage{Title: r.L.T("packet.track_" + string(f.State)), When: r.L.DateIn(f.Item.Changed, r.Site.Zone), Done: true}
}

// trackKey is the key of the title of a step: where it led, or what it was where it led nowhere.
func trackKey(s progress.Step) string {
	if s.Act == broker.ActNote || s.Act == broker.ActHeard {
		return "packet.track_" + s.Act
	}
	return "packet.track_" + string(s.To)
}

// endsBefore is the end that was known before a stage.
func (f file) endsBefore(s progress.Step) string {
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
