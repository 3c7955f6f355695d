package broker

import (
	"database/sql"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/broker/account"
	"accessdesk/broker/packet"
	"accessdesk/broker/workflow"
	"accessdesk/catalog"
	"accessdesk/data"
)

// The acts on a packet, beside ActWithdraw: what the applicant reports of each stage.
const (
	ActSend        = "send"        // "I sent it"
	ActAcknowledge = "acknowledge" // the provider has it
	ActAccept      = "accept"      // the provider said yes
	ActSetUp       = "set_up"      // the service is being set up
	ActReady       = "ready"       // it works
	ActRefuse      = "refuse"      // the provider said no
	ActUndo        = "undo"        // takes the actor's own last step back
	ActNoReply     = "no_reply"    // found by a job
)

// StageActs lists the acts that report a stage, in the order of a packet.
func StageActs() []string {
	return []string{ActSend, ActAcknowledge, ActAccept, ActSetUp, ActReady, ActRefuse}
}

// UndoTime is how long a reported stage may be taken back by whoever reported it.
const UndoTime = 7 * 24 * time.Hour

// NoteLimit is the length of a note on a stage, in characters.
const NoteLimit = 2000

// The reported day may be that of the farthest time zone, UTC+14; what lies further back than stageYears is a slip of the
// pen. A service may end so many years from now.
const (
	farthestZone = 14 * time.Hour
	stageYears   = 3
	endYears     = 10
)

// overdueHour is the hour, in UTC, at which a day without an answer has passed for the reminders: morning in all of the
// United States' mainland and no night in its territories.
const overdueHour = 15 * time.Hour

// Stage is a step of a packet as it was reported.
type Stage struct {
	ID, Act  string
	From, To State
	On, Ends string // calendar days, YYYY-MM-DD; Ends may be ""
	Note     string
	At       time.Time
	By       account.Person
	Undone   time.Time // zero unless it was taken back

	stageBefore, endsBefore string
	dueBefore               sql.NullInt64
}

// Stages lists the steps of a packet in order, also those that were taken back.
func Stages(tx *data.Tx, itemID string) ([]Stage, error) {
	stages, err := data.Rows(tx, func(s data.Scanner) (st Stage, err error) {
		var at int64
		var undone sql.NullInt64
		err = s.Scan(&st.ID, &st.Act, &st.From, &st.To, &st.On, &st.Ends, &st.Note, &at, &st.By.ID, &undone,
			&st.stageBefore, &st.endsBefore, &st.dueBefore)
		st.At, st.Undone = data.FromMillis(at), data.FromMillis(undone.Int64)
		return st, err
	}, `SELECT id, act, from_state, to_state, happened_on, ends_on, note, taken_at, taken_by, undone_at, stage_before, ends_before, due_before
		FROM item_step WHERE item_id = $1 ORDER BY taken_at, id`, itemID)
	if err != nil {
		return nil, wrap(err, "stages of %s", itemID)
	}
	people := map[string]account.Person{}
	for i := range stages {
		if stages[i].By, err = reviewer(tx, people, stages[i].By.ID); err != nil {
			return nil, wrap(err, "stages of %s", itemID)
		}
	}
	return stages, nil
}

// UndoableBy gives the step that a person may take back at now, false if there is none: their own, the last one that
// stands, not older than UndoTime, and nothing happened since.
func UndoableBy(stages []Stage, item Item, personID string, now time.Time) (Stage, bool) {
	for _, s := range slices.Backward(stages) {
		if !s.Undone.IsZero() {
			continue
		}
		return s, s.By.ID == personID && s.To == item.State && now.Sub(s.At) <= UndoTime && item.Allows(ActUndo)
	}
	return Stage{}, false
}

// prepareStage checks a step of a packet and keeps it.
func (s *step) prepareStage(act workflow.Act) error {
	switch {
	case act.Back():
		return s.prepareUndo()
	case act.ID == ActWithdraw || act.ID == ActNoReply:
		s.item.Due = time.Time{}
		return nil
	}
	on, err := s.stageDay()
	if err != nil {
		return err
	}
	ends, err := s.endDay(on)
	if err != nil {
		return err
	}
	note := strings.TrimSpace(s.request.Message)
	if used := utf8.RuneCountInString(note); used > NoteLimit {
		return data.Refuse("note", "too_long", "Max", NoteLimit, "Used", used)
	}
	if !utf8.ValidString(note) || strings.ContainsRune(note, 0) {
		return data.Refuse("note", "invalid_text")
	}
	_, err = s.tx.Exec(`INSERT INTO item_step (id, item_id, act, from_state, to_state, happened_on, ends_on, note, stage_before, ends_before,
		due_before, taken_at, taken_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		data.NewID(), s.item.ID, act.ID, string(s.item.State), string(s.to), on, ends, note, s.item.StageOn, s.item.EndsOn,
		nullTime(s.item.Due), data.Millis(s.tx.Now), s.actor.Person.ID)
	if err != nil {
		return err
	}
	if s.item.Unsent() { // it stays on the version that it was prepared from
		s.item.VersionID = s.program.VersionID
	}
	s.item.StageOn, s.item.EndsOn, s.item.Due = on, ends, time.Time{}
	if act.ID == ActSend {
		s.item.Due = overdue(on, packet.SilentAfter(routeOf(s.program, s.item.Route)))
	}
	s.detail["on"] = on
	return nil
}

// stageDay is the reported day: not in the future, and not before that of the stage before.
func (s *step) stageDay() (string, error) {
	if s.request.On == "" {
		s.request.On = s.tx.Now.Format(time.DateOnly)
	}
	day, err := time.Parse(time.DateOnly, s.request.On)
	switch {
	case err != nil:
		return "", data.Refuse("on", "invalid_date")
	case day.After(s.tx.Now.Add(farthestZone)):
		return "", data.Refuse("on", "day_future")
	case day.Before(s.tx.Now.AddDate(-stageYears, 0, 0)):
		return "", data.Refuse("on", "day_long_ago")
	case s.item.StageOn != "" && s.request.On < s.item.StageOn:
		before, _ := time.Parse(time.DateOnly, s.item.StageOn)
		return "", data.Refuse("on", "day_before_stage", "Date", before)
	}
	return s.request.On, nil
}

// endDay is the day on which the service ends, "" if none was given: the one that was given with an earlier stage stays.
func (s *step) endDay(on string) (string, error) {
	if s.request.Ends == "" {
		return s.item.EndsOn, nil
	}
	day, err := time.Parse(time.DateOnly, s.request.Ends)
	switch {
	case err != nil:
		return "", data.Refuse("ends", "invalid_date")
	case s.request.Ends < on:
		return "", data.Refuse("ends", "end_before_start")
	case day.After(s.tx.Now.AddDate(endYears, 0, 0)):
		return "", data.Refuse("ends", "day_far")
	}
	return s.request.Ends, nil
}

// prepareUndo marks the actor's last step as taken back and restores what stood before it.
func (s *step) prepareUndo() error {
	stages, err := Stages(s.tx, s.item.ID)
	if err != nil {
		return err
	}
	last, ok := UndoableBy(stages, s.item, s.actor.Person.ID, s.tx.Now)
	if !ok {
		return data.Refuse("", "undo_over")
	}
	rows, err := s.tx.Exec("UPDATE item_step SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL", last.ID, data.Millis(s.tx.Now))
	if err != nil {
		return err
	}
	if rows == 0 {
		return data.ErrConflict
	}
	s.to = last.From
	s.item.StageOn, s.item.EndsOn, s.item.Due = last.stageBefore, last.endsBefore, time.Time{}
	if last.dueBefore.Valid {
		s.item.Due = data.FromMillis(last.dueBefore.Int64)
	}
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

// RouteOf is the apply route that a packet follows, with its number.
func RouteOf(program *catalog.Published, item Item) catalog.ApplyRoute {
	return routeOf(program, item.Route)
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

// overdue is when an answer is overdue after so many days of silence.
func overdue(on string, days int) time.Time {
	day, err := time.Parse(time.DateOnly, on)
	if err != nil {
		return time.Time{}
	}
	return day.AddDate(0, 0, days).Add(overdueHour)
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
