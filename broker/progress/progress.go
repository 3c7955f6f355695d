// Package progress keeps how far a packet has come: the steps that its people report, each with its day, and the packet as
// it was when it was sent. Package broker says which step may be taken, and by whom; nothing here changes a case.
//
// # Today
//
// The day of a step may not lie in the future for the person who reports it. The program knows two places, and where the day
// is further on counts: the site (its configured time zone), and the state or territory that the organization gives, because
// an operator on Guam writes down a Friday while it is still Thursday at the desk. A state with two zones counts with its
// eastern one. Without either, days are those of UTC.
//
// # As it was sent
//
// The first step that takes a packet out of preparation, and each step that sends it again, keeps a copy of everything that
// the packet is made from (Sent). A step that is taken back takes its copy with it, so that the packet is open again.
package progress

import (
	"database/sql"
	"fmt"
	"slices"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/workflow"
	"accessdesk/data"
)

// UndoTime is how long a reported step may be taken back by whoever reported it.
const UndoTime = 7 * 24 * time.Hour

// Note is the act that only writes something down: the packet stays where it is.
const Note = "note"

// NoteLimit is the length of a note, in characters.
const NoteLimit = 2000

// What lies further back than stageYears is a slip of the pen. A service may end so many years from now.
const (
	stageYears = 3
	endYears   = 10
)

// Step is a step of a packet as it was reported.
type Step struct {
	ID, Item, Act string
	From, To      workflow.State
	On, Ends      string // calendar days, YYYY-MM-DD; Ends may be ""
	Note          string
	At            time.Time
	By            account.Person
	Undone        time.Time // zero unless it was taken back

	// What stood before, which taking it back restores. DueBefore is zero if nothing was due.
	OnBefore, EndsBefore string
	DueBefore            time.Time
}

// Steps lists the steps of a packet in order, also those that were taken back.
func Steps(tx *data.Tx, itemID string) ([]Step, error) {
	steps, err := data.Rows(tx, func(s data.Scanner) (st Step, err error) {
		var at int64
		var undone, due sql.NullInt64
		err = s.Scan(&st.ID, &st.Item, &st.Act, &st.From, &st.To, &st.On, &st.Ends, &st.Note, &at, &st.By.ID, &st.By.Email, &st.By.Name, &undone,
			&st.OnBefore, &st.EndsBefore, &due)
		st.At, st.Undone, st.DueBefore = data.FromMillis(at), data.FromMillis(undone.Int64), data.FromMillis(due.Int64)
		return st, err
	}, `SELECT s.id, s.item_id, s.act, s.from_state, s.to_state, s.happened_on, s.ends_on, s.note, s.taken_at, p.id, p.email, p.name, s.undone_at,
		s.stage_before, s.ends_before, s.due_before
		FROM packet_step s JOIN person p ON p.id = s.taken_by WHERE s.item_id = $1 ORDER BY s.taken_at, s.id`, itemID)
	if err != nil {
		return nil, fmt.Errorf("steps of %s: %w", itemID, err)
	}
	return steps, nil
}

// Keep stores a step that was taken at tx.Now and gives it its id.
func Keep(tx *data.Tx, s Step) (Step, error) {
	s.ID, s.At = data.NewID(), tx.Now
	_, err := tx.Exec(`INSERT INTO packet_step (id, item_id, act, from_state, to_state, happened_on, ends_on, note, stage_before, ends_before,
		due_before, taken_at, taken_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		s.ID, s.Item, s.Act, string(s.From), string(s.To), s.On, s.Ends, s.Note, s.OnBefore, s.EndsBefore, millis(s.DueBefore), data.Millis(s.At), s.By.ID)
	if err != nil {
		return s, fmt.Errorf("step %s of %s: %w", s.Act, s.Item, err)
	}
	return s, nil
}

// millis is how an optional time is stored.
func millis(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return data.Millis(t)
}

// Undoable gives the step that a person may take back at now, false if there is none: their own, the last one that stands
// and moved the packet, not older than UndoTime, and nothing happened since. Notes stand beside: they neither are taken
// back nor hinder it.
func Undoable(steps []Step, state workflow.State, personID string, now time.Time) (Step, bool) {
	for _, s := range slices.Backward(steps) {
		if !s.Undone.IsZero() || s.Act == Note {
			continue
		}
		return s, s.By.ID == personID && s.To == state && now.Sub(s.At) <= UndoTime
	}
	return Step{}, false
}

// TakeBack marks a step as taken back. data.ErrConflict: it was already.
func TakeBack(tx *data.Tx, stepID string) error {
	rows, err := tx.Exec("UPDATE packet_step SET undone_at = $2 WHERE id = $1 AND undone_at IS NULL", stepID, data.Millis(tx.Now))
	if err == nil && rows == 0 {
		err = data.ErrConflict
	}
	if err != nil {
		return fmt.Errorf("take back step %s: %w", stepID, err)
	}
	return nil
}
