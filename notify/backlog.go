package notify

import (
	"fmt"
	"time"

	"accessdesk/data"
)

// Backlog is what waits in the outbox longer than it should.
type Backlog struct {
	// Overdue counts the mails that were due before the given time and have not left; Oldest is when the first of them was due.
	Overdue int
	Oldest  time.Time
	// GivenUp counts the mails that were queued since the given time and given up.
	GivenUp int
	// LastError is the class of the newest failure among both, "" if none was tried; no address, no secret.
	LastError string
}

// Waiting tells what was due before overdue and still waits, and what was given up among the mails queued since.
func Waiting(tx *data.Tx, overdue, since time.Time) (b Backlog, err error) {
	var oldest int64
	err = tx.Row(`SELECT count(*), coalesce(min(due_at), 0) FROM outbox WHERE state IN ('queued', 'sending') AND due_at < $1`,
		data.Millis(overdue)).Scan(&b.Overdue, &oldest)
	if err == nil {
		err = tx.Row(`SELECT count(*) FROM outbox WHERE state = 'failed' AND queued_at >= $1`, data.Millis(since)).Scan(&b.GivenUp)
	}
	if err != nil {
		return b, fmt.Errorf("look into the outbox: %w", err)
	}
	b.Oldest = data.FromMillis(oldest)
	errors, err := data.Rows(tx, data.Value[string], `SELECT last_error FROM outbox WHERE last_error <> '' AND queued_at >= $1
		ORDER BY queued_at DESC LIMIT 1`, data.Millis(since))
	if err != nil {
		return b, fmt.Errorf("look into the outbox: %w", err)
	}
	if len(errors) > 0 {
		b.LastError = errors[0]
	}
	return b, nil
}
