package reminder

import (
	"database/sql"
	"errors"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
)

// dueDays is how many days before its due date a case is due soon, as the review list has it (broker.Item.DueSoon).
const dueDays = 3

// waiting is a case that is not decided.
type waiting struct {
	matter
	assigned string
	due      time.Time
}

// waitingCases lists what was sent and is not decided, the most pressing first.
func waitingCases(tx *data.Tx) ([]waiting, error) {
	return data.Rows(tx, func(s data.Scanner) (w waiting, err error) {
		var due sql.NullInt64
		err = s.Scan(append(w.into(), &w.assigned, &due)...)
		w.due = data.FromMillis(due.Int64)
		return w, err
	}, "SELECT "+matterColumns+`, i.assigned_to, i.due_at FROM application_item i JOIN application a ON a.id = i.application_id
		JOIN organization o ON o.id = a.organization_id WHERE i.state IN ('submitted', 'in_review', 'needs_info') AND i.due_at IS NOT NULL
		ORDER BY i.due_at, i.id`)
}

// judged is the case as the review list judges it.
func (w waiting) judged() broker.Item { return broker.Item{State: w.state, Due: w.due} }

// dueSoon tells those who may decide that a case is due within 3 days.
func dueSoon(tx *data.Tx, d Desk) (count int, err error) {
	cases, err := waitingCases(tx)
	if err != nil {
		return 0, err
	}
	for _, one := range cases {
		if !one.judged().DueSoon(tx.Now) {
			continue
		}
		o := occasion{subject: one.item, name: "due:" + number(data.Millis(one.due)), moments: before(one.due, dueDays)}
		step, err := o.claim(tx)
		if err != nil {
			return count, err
		}
		if step == 0 {
			continue
		}
		if err := one.tellReviewers(tx, d); err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}

// tellReviewers queues the notice of a case that is due: for its reviewer, or, while it has none, for every program manager who may
// take it.
func (w waiting) tellReviewers(tx *data.Tx, d Desk) error {
	title, err := w.title(tx, d)
	if err != nil {
		return err
	}
	managers, err := managersOf(tx, tx.Now)
	if err != nil {
		return err
	}
	var to []account.Member
	for _, p := range managers {
		own, err := actsFor(tx, p, w.organization.ID)
		if err != nil {
			return err
		}
		if !own && (w.assigned == "" || w.assigned == p.ID) {
			to = append(to, account.Member{Person: p})
		}
	}
	return mailing{template: "due_soon", key: "due_soon:" + w.item + ":" + number(data.Millis(w.due)), chain: record.CaseChain(w.item),
		args: func(lang string) map[string]any {
			args := w.args(title, lang)
			args["Link"], args["Due"] = "/staff/review/"+w.item, w.due
			if w.judged().Late(tx.Now) {
				args["Late"] = daysLeft(tx.Now, w.due)
			}
			return args
		}}.send(tx, d, to)
}

// managersOf lists the program managers who can sign in and were there at a time.
func managersOf(tx *data.Tx, at time.Time) ([]account.Person, error) {
	return data.Rows(tx, func(s data.Scanner) (p account.Person, err error) {
		return p, s.Scan(&p.ID, &p.Email, &p.Lang)
	}, "SELECT id, email, lang FROM person WHERE staff_role = $1 AND disabled = $2 AND created_at <= $3 ORDER BY created_at, id",
		account.ProgramManager, false, data.Millis(at))
}

// actsFor tells whether a person acts for an organization, so that its cases are not theirs to decide.
func actsFor(tx *data.Tx, p account.Person, organizationID string) (bool, error) {
	_, err := account.MayActFor(tx, p.ID, organizationID)
	if errors.Is(err, data.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}
