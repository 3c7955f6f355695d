package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"accessdesk/data"
)

// State is where a mail stands. The package comment has the transitions.
type State string

// The states of a mail.
const (
	StateQueued  State = "queued"
	StateSending State = "sending"
	StateSent    State = "sent"
	StateFailed  State = "failed"
	StateStopped State = "stopped" // its reader switched this kind off, or mails to the address come back
)

// Queued is a mail in the outbox as people may see it: its secrets read "[private link]" and "[private code]".
type Queued struct {
	ID, Key, Chain     string
	To, Lang, Template string
	Composed
	State     State
	Attempts  int       // how often delivery was begun
	LastError string    // short class of the last failure ("timeout", "refused_recipient 550"); no address, no secret
	QueuedAt  time.Time // also the Date of the mail
	DueAt     time.Time // earliest next attempt; while sending, the end of the lease; when it failed or was stopped
	SentAt    time.Time // zero until sent
}

// Enqueue renders a mail and stores it; it is sent after the transaction has been committed, or never if it is rolled back. A
// second mail with the same Key is not stored and gives false: whoever repeats an act or a reminder run repeats nothing. An
// optional mail that its reader does not want gives false as well, and should count as done. A recipient that is no e-mail
// address is a *data.Refusal for the field "email".
func (c *Composer) Enqueue(tx *data.Tx, m Message) (queued bool, err error) {
	queued, err = c.enqueue(tx, m)
	if err != nil {
		return false, fmt.Errorf("queue mail %s: %w", m.Template, err)
	}
	return queued, nil
}

func (c *Composer) enqueue(tx *data.Tx, m Message) (bool, error) {
	to, err := Address(m.To)
	if err != nil {
		return false, err
	}
	if strings.TrimSpace(m.Key) == "" || singleLine(m.Key) != nil || singleLine(m.Chain) != nil {
		return false, errors.New("a mail needs a key of one line")
	}
	id := data.NewID()
	r, err := c.render(m, id)
	if err != nil {
		return false, err
	}
	about := specs[m.Template].about
	if reason, err := withheld(tx, to, about); err != nil || reason != "" {
		return false, err
	}
	stopHash := ""
	if about.Optional() {
		if r.secrets["stop"], stopHash, err = c.newStopLink(m.Lang); err != nil {
			return false, err
		}
	}
	sealed, err := c.seal(id, r.secrets)
	if err != nil {
		return false, err
	}
	now := data.Millis(tx.Now)
	rows, err := tx.Exec(`INSERT INTO outbox (id, unique_key, chain, recipient, lang, template, kind, subject, body_text, body_html, sealed,
			state, attempts, lease, last_error, queued_at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'queued', 0, '', '', $12, $12)
		ON CONFLICT (unique_key) DO NOTHING`,
		id, m.Key, m.Chain, to, c.voice(m.Lang).speak.Lang(), m.Template, string(about), r.Subject, r.Text, r.HTML, sealed, now)
	if err != nil || rows == 0 || stopHash == "" {
		return rows == 1, err
	}
	return true, keepStopLink(tx, stopHash, to, about)
}

// newStopLink makes the address at which the reader of an optional mail stops its kind, and the hash of its token.
func (c *Composer) newStopLink(lang string) (address, hash string, err error) {
	token, hash := data.NewToken()
	address, err = c.link("/unsubscribe?token="+token, lang)
	return address, hash, err
}

// Sent lists the mails of a record chain, oldest first, with the state of their delivery: also those that wait or failed.
func Sent(tx *data.Tx, chain string) ([]Queued, error) {
	list, err := data.Rows(tx, scanQueued, `SELECT id, unique_key, chain, recipient, lang, template, subject, body_text, body_html,
			state, attempts, last_error, queued_at, due_at, sent_at
		FROM outbox WHERE chain = $1 AND chain <> '' ORDER BY queued_at, id`, chain)
	if err != nil {
		return nil, fmt.Errorf("list mails of %s: %w", chain, err)
	}
	return list, nil
}

func scanQueued(row data.Scanner) (Queued, error) {
	var q Queued
	var queued, due int64
	var sent sql.NullInt64
	err := row.Scan(&q.ID, &q.Key, &q.Chain, &q.To, &q.Lang, &q.Template, &q.Subject, &q.Text, &q.HTML,
		&q.State, &q.Attempts, &q.LastError, &queued, &due, &sent)
	if err != nil {
		return Queued{}, err
	}
	q.QueuedAt, q.DueAt, q.SentAt = data.FromMillis(queued), data.FromMillis(due), data.FromMillis(sent.Int64)
	q.Composed = shown(q.ID, q.Lang, q.Composed)
	return q, nil
}

// Forget takes the recipient and the words out of the mails of a chain that are done with: that they were sent stays.
func Forget(tx *data.Tx, chain string) error {
	_, err := tx.Exec(`UPDATE outbox SET recipient = '', subject = '', body_text = '', body_html = ''
		WHERE chain = $1 AND chain <> '' AND state IN ('sent', 'failed', 'stopped')`, chain)
	if err != nil {
		return fmt.Errorf("forget mails of %s: %w", chain, err)
	}
	return nil
}

// Failed counts the mails that were given up since a time.
func Failed(tx *data.Tx, since time.Time) (count int, err error) {
	err = tx.Row("SELECT count(*) FROM outbox WHERE state = 'failed' AND due_at > $1", data.Millis(since)).Scan(&count)
	if err != nil {
		return 0, fmt.Errorf("count failed mails: %w", err)
	}
	return count, nil
}

// Mark remembers what a transaction has found in the outbox, so that Since can tell what it added.
type Mark struct {
	now  time.Time
	seen map[string]bool
}

// Begin takes the mark.
func Begin(tx *data.Tx) (Mark, error) {
	ids, err := data.Rows(tx, data.Value[string], `SELECT id FROM outbox WHERE queued_at = $1`, data.Millis(tx.Now))
	if err != nil {
		return Mark{}, fmt.Errorf("mark the outbox: %w", err)
	}
	m := Mark{now: tx.Now, seen: make(map[string]bool, len(ids))}
	for _, id := range ids {
		m.seen[id] = true
	}
	return m, nil
}

// Since lists, in the order in which they were queued, the mails that the same transaction has queued after the mark.
func Since(tx *data.Tx, m Mark) ([]Queued, error) {
	list, err := data.Rows(tx, scanQueued, `SELECT id, unique_key, chain, recipient, lang, template, subject, body_text, body_html,
			state, attempts, last_error, queued_at, due_at, sent_at
		FROM outbox WHERE queued_at = $1 ORDER BY id`, data.Millis(m.now))
	if err != nil {
		return nil, fmt.Errorf("list new mails: %w", err)
	}
	var added []Queued
	for _, q := range list {
		if !m.seen[q.ID] {
			added = append(added, q)
		}
	}
	return added, nil
}

// errRehearsal makes a transaction roll back that did everything right.
var errRehearsal = errors.New("rehearsal: rolled back on purpose")

// Rehearse runs act in a write transaction that is always rolled back, and tells exactly which mails it would have queued: a dry
// run.
func Rehearse(ctx context.Context, db *data.DB, act func(*data.Tx) error) ([]Queued, error) {
	var found []Queued
	err := db.Write(ctx, func(tx *data.Tx) error {
		mark, err := Begin(tx)
		if err != nil {
			return err
		}
		if err := act(tx); err != nil {
			return err
		}
		if found, err = Since(tx, mark); err != nil {
			return err
		}
		return errRehearsal
	})
	if !errors.Is(err, errRehearsal) {
		return nil, fmt.Errorf("rehearse: %w", err)
	}
	return found, nil
}
