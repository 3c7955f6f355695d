package desk

import (
	"slices"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/catalog/status"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/elsewhere"
	"accessdesk/ui/web"
)

// ApplicationPage is the task list of an application: each task once, whatever the number of programs.
type ApplicationPage struct {
	ID, Reference, Organization string
	Saved                       string
	Draft                       bool // something is not sent yet
	Drafts                      int  // programs that are not sent yet, packets too
	Done, Total                 int
	Tasks                       []row
	Next                        *row // the first task that is not done
	Programs                    []program
}

// program is a program of an application.
type program struct {
	row
	Provider string
	Notice   *web.Notice // while it is undecided
	Warning  string      // closes soon, closed, or no longer a fit
	Changes  []string    // in the program, since the draft was started
	Withdraw string      // address of the confirm page, "" if it cannot be withdrawn
}

// Application shows what is left to do, and where each program stands.
func Application(r *web.Request, tx *data.Tx) (web.Reply, error) {
	d, err := openDossier(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	drafts := append(d.drafts(), d.preparing()...)
	page := ApplicationPage{ID: d.ID, Reference: d.Reference, Organization: d.Organization.Name, Saved: savedText(r, tx, d.Saved),
		Draft: len(drafts) > 0, Drafts: len(drafts)}
	if page.Draft {
		tasks := newTasks(r, d)
		page.Tasks, page.Done, page.Total, page.Next = tasks.rows, tasks.done, len(tasks.rows), tasks.next
	}
	for _, p := range d.pieces {
		page.Programs = append(page.Programs, newProgram(r, tx, d.member, p))
	}
	return web.Reply{Page: "desk/application", Data: page}, nil
}

func newProgram(r *web.Request, tx *data.Tx, member account.Membership, p piece) program {
	shown := program{Provider: p.program.Provider.Name, Notice: p.notice, row: row{Title: p.program.Title.In(r.Lang), Pill: statePill(r, p.Item), Text: stands(r, p.Item)}}
	shown.Withdraw = withdrawAddress(p.Item, member)
	if p.IsPacket() || p.State != broker.Draft {
		shown.Link = itemAddress(p.Item)
	}
	if !p.Unsent() {
		return shown
	}
	shown.Changes = changeTexts(r, p.changes)
	shown.Text, shown.Warning = status.Deadline(r.L, p.program.Offering, tx.Now), status.DeadlineNear(r.L, p.program.Offering, tx.Now)
	if !p.IsPacket() {
		shown.Pill = fitPill(r, p)
	}
	if p.decision.Outcome == eligibility.Ineligible {
		shown.Warning = unmet(r, p)
	}
	return shown
}

// tasks is the list of what has to be done before an application can be sent.
type tasks struct {
	rows []row
	done int
	next *row
}

// newTasks makes the tasks of the programs that are not sent yet: the facts once, the questions of each program that is
// decided here and the last look before sending, which opens when nothing that is needed is missing, and each packet.
func newTasks(r *web.Request, d dossier) tasks {
	var t tasks
	t.add(r, factsTask(r, d))
	if all := len(d.proof.Differences); all > 0 { // never in the way of sending
		open := len(d.proof.Open())
		one := task{state: finished, row: row{Title: r.L.N("standing.differs", all), Link: "/applications/" + d.ID + "/differences"}}
		if open > 0 {
			one.state, one.Text = notStarted, r.L.N("standing.task_text", open)
		}
		t.add(r, one)
	}
	ready := true
	for _, p := range d.drafts() {
		t.add(r, questionsTask(r, p))
		ready = ready && len(p.gaps) == 0
	}
	if len(d.drafts()) > 0 {
		last := task{row: row{Title: r.L.T("desk.task_check")}}
		if ready {
			last.Link, last.state = "/applications/"+d.ID+"/check", notStarted
		}
		t.add(r, last)
	}
	for _, p := range d.preparing() {
		t.add(r, packetTask(r, d, p))
	}
	return t
}

// taskState is one of the four states of a task; the zero state is "do the others first".
type taskState int

const (
	later taskState = iota
	notStarted
	inProgress
	finished
)

// task is a row with its state.
type task struct {
	row
	state taskState
}

func (t *tasks) add(r *web.Request, one task) {
	switch one.state {
	case notStarted:
		one.Pill = pill{"open", r.L.T("status.not_started")}
	case inProgress:
		one.Pill = pill{"work", r.L.T("status.in_progress")}
	case finished:
		one.Pill = pill{"ok", r.L.T("status.done")}
		t.done++
	}
	t.rows = append(t.rows, one.row)
	if t.next == nil && (one.state == notStarted || one.state == inProgress) {
		t.next = &one.row
	}
}

// factsTask is done when names and contacts are there and the page was looked at. Whether a rule can be decided is not
// asked here: "I'm not sure" is an answer.
func factsTask(r *web.Request, d dossier) task {
	all := needs(r.Desk().Vocabulary, d.facts, append(d.drafts(), d.preparing()...))
	open, contacts := 0, 0
	for _, n := range all {
		if n.open {
			open++
			if n.contact {
				contacts++
			}
		}
	}
	one := task{state: inProgress, row: row{Title: r.L.T("desk.task_organization"), Link: "/applications/" + d.ID + "/org", Text: r.L.N("desk.task_facts", len(all))}}
	if open > 0 {
		one.Text += ", " + r.L.N("desk.task_open", open)
	}
	switch {
	case contacts == 0 && (open == 0 || d.Revision > 1):
		one.state = finished
	case d.Revision == 1:
		one.state = notStarted
	}
	return one
}

// questionsTask is done when every question that has to be answered is, and in progress once it was saved.
func questionsTask(r *web.Request, p piece) task {
	one := task{state: inProgress, row: row{Title: p.program.Title.In(r.Lang), Link: itemAddress(p.Item), Text: r.L.N("desk.task_questions", len(p.asked))}}
	if len(p.asked) == 0 {
		one.Text = r.L.T("desk.task_none")
	} else if len(p.gaps) > 0 && !p.Saved.IsZero() {
		one.Text += ", " + r.L.N("desk.task_open", len(p.gaps))
	}
	switch {
	case len(p.gaps) == 0 && (len(p.asked) == 0 || !p.Saved.IsZero()):
		one.state = finished
	case p.Saved.IsZero():
		one.state = notStarted
	}
	return one
}

// packetTask is there until the person has sent the packet.
func packetTask(r *web.Request, d dossier, p piece) task {
	one := task{state: notStarted, row: row{Title: r.L.T("packet.task", "Program", p.program.Title.In(r.Lang)), Link: itemAddress(p.Item), Text: r.L.T("packet.task_text")}}
	if missing := missingIn(r, d, p); missing > 0 {
		one.Text = r.L.N("packet.gaps", missing) + "."
	}
	if !p.Saved.IsZero() {
		one.state = inProgress
	}
	return one
}

// missingIn counts what the provider asks for in a packet and nobody has answered.
func missingIn(r *web.Request, d dossier, p piece) int {
	missing := 0
	named := p.program.Apply[elsewhere.RouteOf(p.program.Offering, p.Route)].Fields
	for _, gap := range p.gaps {
		if slices.Contains(named, gap.Question.ID) {
			missing++
		}
	}
	for _, name := range named {
		fact, ok := r.Desk().Vocabulary.Fact(eligibility.FactID(name))
		if ok && !p.decision.Profile[fact.ID].Known() && concerns(fact, d.facts) {
			missing++
		}
	}
	return missing
}
