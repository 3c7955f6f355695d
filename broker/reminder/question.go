package reminder

import (
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
)

// When people are reminded of a question that waits for their answer: after 5 days, and 2 days before the case is closed.
const (
	questionRests = 5 * day
	closeWarning  = 2 * day
)

// questionMails are the reminders of a question, in the order of its moments.
var questionMails = []string{"question_waiting", "question_closing"}

// question is a reviewer's question that waits for its answer.
type question struct {
	matter
	asked time.Time
}

// questionsOf lists the questions to an organization ("": to all) that were asked at a time or before.
func questionsOf(tx *data.Tx, organizationID string, until time.Time) ([]question, error) {
	return data.Rows(tx, func(s data.Scanner) (q question, err error) {
		var asked int64
		err = s.Scan(append(q.into(), &asked)...)
		q.asked = data.FromMillis(asked)
		return q, err
	}, "SELECT "+matterColumns+`, i.paused_at FROM application_item i JOIN application a ON a.id = i.application_id
		JOIN organization o ON o.id = a.organization_id WHERE i.state = $1 AND i.paused_at <= $2 AND ($3 = '' OR o.id = $3)
		ORDER BY i.paused_at, i.id`, string(broker.NeedsInfo), data.Millis(until), organizationID)
}

// closes is when the case is closed without an answer.
func (q question) closes() time.Time { return q.asked.Add(broker.AnswerTime) }

// occasion is when people are reminded of the question.
func (q question) occasion() occasion {
	return occasion{subject: q.item, name: "question:" + number(data.Millis(q.asked)),
		moments: []time.Time{q.asked.Add(questionRests), q.closes().Add(-closeWarning)}}
}

// questions reminds of questions that were not answered.
func questions(tx *data.Tx, d Desk) (count int, err error) {
	all, err := questionsOf(tx, "", tx.Now.Add(-questionRests))
	if err != nil {
		return 0, err
	}
	for _, one := range all {
		o := one.occasion()
		step, err := o.claim(tx)
		if err != nil {
			return count, err
		}
		if step == 0 {
			continue
		}
		if err := one.remind(tx, d, questionMails[step-1], one.asked, one.closes()); err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}

// remind queues the reminder of a question.
func (m matter) remind(tx *data.Tx, d Desk, template string, asked, closes time.Time) error {
	title, err := m.title(tx, d)
	if err != nil {
		return err
	}
	to, err := account.Audience(tx, m.organization.ID, template)
	if err != nil {
		return err
	}
	return mailing{template: template, key: template + ":" + m.item + ":" + number(data.Millis(asked)), chain: record.CaseChain(m.item),
		args: func(lang string) map[string]any {
			args := m.args(title, lang)
			args["AskedAt"], args["AnswerBy"] = asked, closes
			return args
		}}.send(tx, d, to)
}
