// Package report says how the catalog works: where people leave the check, which rule keeps most of them out, whom the desk does not
// reach, whether both languages are equal, and which programs nobody applies to.
//
// # What is kept of checks
//
// Nothing of a check is kept but counts, by calendar month: no answers, no addresses, no key of a browser. [Count] runs beside the requests.
// A check is counted once in its life, broker.CountTime after its last answer, as it stands then: whoever goes back, changes an
// answer or loads a page again has still been counted once, and no request writes a counter that another one waits for. A check that goes
// on after that, by its mailed link, is not counted again, and neither is its copy in another browser. Who presses "delete my answers"
// is not counted at all. A check that cannot be counted in time is deleted all the same: the counts are then too low, and nobody's answers
// are kept longer.
//
// The measures, with subject and part:
//
//	check     -, started or finished           begun at all; nothing is left to ask
//	question  fact, answered, unsure or left   of each question that was put: left is where a check ended that was not finished
//	program   slug, an outcome                 of finished checks, for programs that are for the operator's sectors
//	sole      slug, criterion                  such programs that were ruled out by this criterion and no other that was decided
//	several   slug, criterion                  those that were ruled out by this one among others
//	place     state, -                         begun checks by state, without their language
//	began     day, -                           when counting began; not a count
//
// What happens after the check is not counted: it is read from the applications themselves.
//
// # What is shown
//
// Only a [Figure] leaves this package: fewer than 5 is not shown, and everything else is rounded to the nearest 5. A sum of figures that
// stand side by side is made of the figures shown (see family), so that none that is hidden can be found by subtraction. Figures of different
// tables, periods or filters are rounded each by itself; their difference tells no more than rounding leaves.
package report

import (
	"time"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// The measures of the table report_count.
const (
	measureCheck    = "check"
	measureQuestion = "question"
	measureProgram  = "program"
	measureSole     = "sole"
	measureSeveral  = "several"
	measurePlace    = "place"
	measureBegan    = "began"
)

// The parts of measureCheck and measureQuestion.
const (
	partStarted  = "started"
	partFinished = "finished"
	partAnswered = "answered"
	partUnsure   = "unsure"
	partLeft     = "left"
)

// monthLayout is how a month is stored.
const monthLayout = "2006-01"

// MonthOf is the calendar month of an instant in the site's time zone, as YYYY-MM.
func MonthOf(d broker.Desk, t time.Time) string { return t.In(zone(d)).Format(monthLayout) }

func zone(d broker.Desk) *time.Location {
	if d.Zone == nil {
		return time.UTC
	}
	return d.Zone
}

// oldest is the first month that is kept, where so many months before this one are.
func oldest(tx *data.Tx, d broker.Desk, keep int) string {
	now := tx.Now.In(zone(d))
	return time.Date(now.Year(), now.Month()-time.Month(keep), 1, 0, 0, 0, 0, zone(d)).Format(monthLayout)
}

// stale tells whether counts are older than what is kept.
func stale(tx *data.Tx, oldest string) (found bool, err error) {
	err = tx.Row("SELECT count(*) > 0 FROM report_count WHERE month < $1 AND measure <> $2", oldest, measureBegan).Scan(&found)
	return found, err
}

// prune deletes the counts of months before the oldest one that is kept.
func prune(tx *data.Tx, oldest string) error {
	_, err := tx.Exec("DELETE FROM report_count WHERE month < $1 AND measure <> $2", oldest, measureBegan)
	return err
}

// Begin notes the day on which counting began, if it is not noted yet.
func Begin(tx *data.Tx, d broker.Desk) error {
	if _, began, err := Began(tx, d); began || err != nil {
		return err
	}
	_, err := tx.Exec(`INSERT INTO report_count (month, measure, subject, part, sector, lang, tally) VALUES ('', $1, $2, '', '', '', 0)
		ON CONFLICT DO NOTHING`, measureBegan, tx.Now.In(zone(d)).Format(time.DateOnly))
	return err
}

// Began is the day on which counting began; false if it has not.
func Began(tx *data.Tx, d broker.Desk) (time.Time, bool, error) {
	days, err := data.Rows(tx, data.Value[string], "SELECT subject FROM report_count WHERE month = '' AND measure = $1 ORDER BY subject", measureBegan)
	if err != nil || len(days) == 0 {
		return time.Time{}, false, err
	}
	day, err := time.ParseInLocation(time.DateOnly, days[0], zone(d))
	return day, err == nil, err
}

// stateFact is the fact that places an organization in a state.
const stateFact = eligibility.FactID("state_or_territory")
