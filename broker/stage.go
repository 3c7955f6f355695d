package broker

import (
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/broker/account"
	"accessdesk/broker/packet"
	"accessdesk/broker/progress"
	"accessdesk/broker/workflow"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// The acts on a packet, beside ActWithdraw: what the applicant reports of each stage.
const (
	ActSend        = "send"        // "I sent it"
	ActHeard       = "heard"       // the provider wrote or called, and nothing moved on
	ActAcknowledge = "acknowledge" // the provider has it
	ActAccept      = "accept"      // the provider said yes
	ActSetUp       = "set_up"      // the service is being set up
	ActReady       = "ready"       // it works
	ActRefuse      = "refuse"      // the provider said no
	ActUndo        = "undo"        // takes the actor's own last step back
	ActNoReply     = "no_reply"    // found by a job
)

// StageActs lists the acts that report a stage, in the order of a packet. ActHeard and ActNote report what is no stage.
func StageActs() []string {
	return []string{ActSend, ActAcknowledge, ActAccept, ActSetUp, ActReady, ActRefuse}
}

// prepareStage checks a step of a packet and keeps it.
func (s *step) prepareStage(act workflow.Act) error {
	switch {
	case act.Back():
		return s.prepareUndo()
	case act.ID == ActWithdraw || act.ID == ActNoReply:
		s.item.Due = time.Time{}
		return nil
	case act.ID == ActNote:
		return s.prepareNote()
	}
	facts, err := account.Facts(s.tx, s.desk.Vocabulary, s.app.Organization.ID)
	if err != nil {
		return err
	}
	taken := progress.Step{Item: s.item.ID, Act: act.ID, From: s.item.State, To: s.to, Ends: s.item.EndsOn, By: s.actor.Person,
		OnBefore: s.item.StageOn, EndsBefore: s.item.EndsOn, DueBefore: s.item.Due}
	if err := s.checkStage(&taken, Today(s.tx, s.desk, facts), s.item.StageOn); err != nil {
		return err
	}
	if taken, err = progress.Keep(s.tx, taken); err != nil {
		return err
	}
	if s.item.Unsent() || act.ID == ActSend {
		if err := s.freezePacket(taken, facts); err != nil {
			return err
		}
	}
	if s.item.Unsent() { // it stays on the version that it was prepared from
		s.item.VersionID = s.program.VersionID
	}
	s.item.EndsOn, s.item.Due = taken.Ends, time.Time{}
	if act.ID != ActHeard { // the request stays sent on the day on which it was sent
		s.item.StageOn = taken.On
	}
	if act.ID == ActSend || act.ID == ActHeard {
		s.item.Due = progress.Overdue(taken.On, packet.SilentAfter(routeOf(s.program, s.item.Route)))
	}
	s.detail["on"] = taken.On
	return nil
}

// prepareNote keeps a note with its day. It may be about any day that was, also one before the stage, and moves nothing.
func (s *step) prepareNote() error {
	facts, err := account.Facts(s.tx, s.desk.Vocabulary, s.app.Organization.ID)
	if err != nil {
		return err
	}
	note := progress.Step{Item: s.item.ID, Act: ActNote, From: s.item.State, To: s.item.State, Ends: s.item.EndsOn, By: s.actor.Person,
		OnBefore: s.item.StageOn, EndsBefore: s.item.EndsOn, DueBefore: s.item.Due}
	if strings.TrimSpace(s.request.Message) == "" {
		return data.Refuse("note", "required")
	}
	s.request.Ends = ""
	if err := s.checkStage(&note, Today(s.tx, s.desk, facts), ""); err != nil {
		return err
	}
	_, err = progress.Keep(s.tx, note)
	s.detail["on"] = note.On
	return err
}

// checkStage judges the days and the note of a step and puts them into it. The end of the service that was given with an earlier
// stage stays. before is the first day that it may have, "" if there is none.
func (s *step) checkStage(taken *progress.Step, today, before string) error {
	if taken.On = s.request.On; taken.On == "" {
		taken.On = today
	}
	if err := progress.Day(taken.On, today, before); err != nil {
		return err
	}
	if s.request.Ends != "" {
		taken.Ends = s.request.Ends
		if err := progress.EndDay(taken.Ends, taken.On, today); err != nil {
			return err
		}
	}
	taken.Note = strings.TrimSpace(s.request.Message)
	if used := utf8.RuneCountInString(taken.Note); used > progress.NoteLimit {
		return data.Refuse("note", "too_long", "Max", progress.NoteLimit, "Used", used)
	}
	if !utf8.ValidString(taken.Note) || strings.ContainsRune(taken.Note, 0) {
		return data.Refuse("note", "invalid_text")
	}
	return nil
}

// freezePacket keeps what the packet is made from at the step that sends it.
func (s *step) freezePacket(taken progress.Step, facts eligibility.Profile) error {
	answers, err := AnswersOf(s.tx, s.item.ID)
	if err != nil {
		return err
	}
	return progress.Freeze(s.tx, s.desk.Vocabulary, progress.Sent{Step: taken, Organization: s.app.Organization.Name, Facts: facts,
		Answers: answers, Answered: s.item.Saved})
}

// Today is the calendar day, YYYY-MM-DD, for the people of an organization with these facts: the last one that a stage may
// have.
func Today(tx *data.Tx, d Desk, facts eligibility.Profile) string {
	state, _ := facts["state_or_territory"].Text()
	return progress.Today(tx.Now, d.Zone, state)
}

// prepareUndo marks the actor's last step as taken back and restores what stood before it. What was kept as it was sent goes
// with the step.
func (s *step) prepareUndo() error {
	steps, err := progress.Steps(s.tx, s.item.ID)
	if err != nil {
		return err
	}
	last, ok := progress.Undoable(steps, s.item.State, s.actor.Person.ID, s.tx.Now)
	if !ok {
		return data.Refuse("", "undo_over")
	}
	if err := progress.TakeBack(s.tx, last.ID); err != nil {
		return err
	}
	s.to = last.From
	s.item.StageOn, s.item.EndsOn, s.item.Due = last.OnBefore, last.EndsBefore, last.DueBefore
	s.detail["undone"] = last.Act
	return nil
}

// routeOf is the apply route that a packet follows: the chosen one, or the usual one where the program changed since.
func routeOf(program *catalog.Published, number int) catalog.ApplyRoute {
	if number >= 0 && number < len(program.Apply) {
		return program.Apply[number]
	}
	route, _ := program.Usual()
	return route
}

// FindPacket gives a packet with its application and its program, without asking who wants to know: for jobs.
func FindPacket(tx *data.Tx, d Desk, itemID string) (Application, Item, *catalog.Published, error) {
	s, err := newStep(tx, d, SystemActor(), itemID, ActRequest{})
	if err == nil && !s.item.IsPacket() {
		err = data.ErrNotFound
	}
	if err != nil {
		return Application{}, Item{}, nil, wrap(err, "packet %s", itemID)
	}
	return s.app, s.item, s.program, nil
}

// ChooseRoute makes a packet follow another apply route of its program, while it is prepared.
func ChooseRoute(tx *data.Tx, d Desk, actor Actor, a Application, slug string, route int) error {
	item, program, err := draftItem(tx, d, actor, a, slug)
	if err != nil {
		return err
	}
	if !item.IsPacket() || !item.Unsent() {
		return data.Refuse("", "already_sent")
	}
	if route < 0 || route >= len(program.Apply) || program.Apply[route].Mode == catalog.ModeInApp {
		return data.Refuse("route", "unknown_choice")
	}
	changed, err := tx.Exec("UPDATE application_item SET route = $2, revision = revision + 1 WHERE id = $1 AND revision = $3", item.ID, route, item.Revision)
	if err == nil && changed == 0 {
		err = data.ErrConflict
	}
	if err != nil {
		return wrap(err, "route of %s", item.ID)
	}
	return touch(tx, a.ID, actor)
}

// NoReplies marks the packets whose provider has not answered in time and hands each to tell, which queues its mail. A run
// that was missed is caught up, and a packet is marked once for each time that it was sent.
func NoReplies(tx *data.Tx, d Desk, tell func(Application, Item, *catalog.Published) error) (marked int, err error) {
	items, err := data.Rows(tx, scanItem, "SELECT "+itemColumns+` FROM application_item i WHERE i.kind = $1 AND i.state = $2 AND i.due_at <= $3
		ORDER BY i.due_at, i.id`, string(workflow.Packet), string(Sent), data.Millis(tx.Now))
	if err != nil {
		return 0, wrap(err, "packets without an answer")
	}
	for _, item := range items {
		s, err := newStep(tx, d, SystemActor(), item.ID, ActRequest{Act: ActNoReply})
		if err == nil {
			err = s.take()
		}
		if err == nil {
			err = tell(s.app, s.item, s.program)
		}
		if err != nil {
			return marked, wrap(err, "no reply to %s", item.ID)
		}
		marked++
	}
	return marked, nil
}
