package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"accessdesk/data"
)

// Sizes of a delivery run. A batch is done within batchLimit or given back; the lease is longer, so that no other process takes a
// mail that is still being sent.
const (
	batchSize  = 20
	batchLimit = 10 * time.Minute
	leaseTime  = 15 * time.Minute
	markLimit  = 10 * time.Second
)

// backoff is how long a mail waits after its 1st, 2nd, ... failed attempt. The attempt after the last wait is the last one. Without
// jitter: one program and one mail server do not need it, and people can read from the table when the next attempt is.
var backoff = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// maxAttempts is one more than there are waits: about 41 hours from first to last.
var maxAttempts = len(backoff) + 1

// Delivery counts what a run of Deliver did.
type Delivery struct {
	Sent     int
	Retried  int // failed for now, due again later
	Failed   int // given up
	Released int // claimed but not tried, because the server could not be reached or time was up
	Stopped  int // not sent, because the reader does not want this kind any more
}

// Deliver sends everything that is due. No transaction is open while a mail is on its way. Two processes may deliver at once: each
// mail belongs to one of them. A mail server that cannot be reached is no error but counted in the result and logged, with
// class and code, never with addresses; an error means that the outbox could not be read or written.
func Deliver(ctx context.Context, db *data.DB, c *Composer, m Mailer, log *slog.Logger) (Delivery, error) {
	run := &delivery{db: db, composer: c, mailer: m, log: log}
	err := run.all(ctx)
	if closing := m.Close(); closing != nil {
		log.Warn("mail connection did not close cleanly", "error", closing)
	}
	if err != nil {
		return run.count, fmt.Errorf("deliver mails: %w", err)
	}
	return run.count, nil
}

// delivery is one run.
type delivery struct {
	db       *data.DB
	composer *Composer
	mailer   Mailer
	log      *slog.Logger
	count    Delivery
}

// claimed is a mail that this run holds.
type claimed struct {
	Mail
	kind     Kind
	sealed   string
	lease    string
	attempts int
}

func (d *delivery) all(ctx context.Context) error {
	for ctx.Err() == nil {
		batch, err := d.claim(ctx)
		if err != nil || len(batch) == 0 {
			return err
		}
		again, err := d.batch(ctx, batch)
		if err != nil || !again {
			return err
		}
	}
	return nil
}

// claim takes a batch under a lease of its own. The guard in the UPDATE makes it safe for two processes: on SQLite writes come one
// after the other, on PostgreSQL the second one is repeated and finds the rows taken.
func (d *delivery) claim(ctx context.Context) ([]claimed, error) {
	var batch []claimed
	var exhausted int64
	lease := data.NewID()
	err := d.db.Write(ctx, func(tx *data.Tx) error {
		now := data.Millis(tx.Now)
		var err error
		exhausted, err = tx.Exec(`UPDATE outbox SET state = 'failed', sealed = '', lease = '', last_error = 'interrupted', due_at = $1
			WHERE state = 'sending' AND due_at <= $1 AND attempts >= $2`, now, maxAttempts)
		if err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE outbox SET state = 'sending', lease = $1, due_at = $2, attempts = attempts + 1
			WHERE state IN ('queued', 'sending') AND due_at <= $3 AND id IN (
				SELECT id FROM outbox WHERE state IN ('queued', 'sending') AND due_at <= $3 ORDER BY due_at, id LIMIT $4)`,
			lease, data.Millis(tx.Now.Add(leaseTime)), now, batchSize)
		if err != nil {
			return err
		}
		batch, err = data.Rows(tx, scanClaimed, `SELECT id, template, kind, lang, recipient, subject, body_text, body_html, sealed, lease, attempts, queued_at
			FROM outbox WHERE state = 'sending' AND lease = $1 ORDER BY queued_at, id`, lease)
		return err
	})
	d.count.Failed += int(exhausted)
	return batch, err
}

func scanClaimed(row data.Scanner) (claimed, error) {
	var m claimed
	var queued int64
	err := row.Scan(&m.ID, &m.Template, &m.kind, &m.Lang, &m.To, &m.Subject, &m.Text, &m.HTML, &m.sealed, &m.lease, &m.attempts, &queued)
	m.Date = data.FromMillis(queued)
	return m, err
}

// batch sends the mails of a batch one after the other. It gives false when nothing more can be sent now; what was not tried
// is given back without counting as an attempt.
func (d *delivery) batch(ctx context.Context, batch []claimed) (again bool, err error) {
	sending, cancel := context.WithTimeout(ctx, batchLimit)
	defer cancel()
	for i, m := range batch {
		if sending.Err() != nil {
			return false, d.release(ctx, batch[i:])
		}
		if stopped, err := d.stop(ctx, m); err != nil {
			return false, err
		} else if stopped {
			continue
		}
		failed := d.send(sending, m)
		if err := d.mark(ctx, m, failed); err != nil {
			return false, err
		}
		if failed != nil && failed.Server {
			return false, d.release(ctx, batch[i+1:])
		}
	}
	return true, nil
}

// stop ends an optional mail whose reader has switched its kind off since it was queued, or whose address came back.
func (d *delivery) stop(ctx context.Context, m claimed) (stopped bool, err error) {
	if !m.kind.Optional() {
		return false, nil
	}
	var reason string
	err = d.db.Read(ctx, func(tx *data.Tx) (err error) {
		reason, err = withheld(tx, m.To, m.kind)
		return err
	})
	if err != nil || reason == "" {
		return false, err
	}
	err = d.db.Write(ctx, func(tx *data.Tx) error {
		_, err := tx.Exec(`UPDATE outbox SET state = 'stopped', sealed = '', lease = '', last_error = $1, due_at = $2
			WHERE id = $3 AND state = 'sending' AND lease = $4`, reason, data.Millis(tx.Now), m.ID, m.lease)
		return err
	})
	if err == nil {
		d.count.Stopped++
		d.log.Info("mail not sent", "mail", m.ID, "template", m.Template, "class", reason)
	}
	return true, err
}

func (d *delivery) send(ctx context.Context, m claimed) *DeliveryError {
	secrets, err := d.composer.unseal(m.ID, m.sealed)
	if err != nil {
		return &DeliveryError{Class: "seal", Err: err}
	}
	m.Composed, m.StopLink = opened(m.ID, m.Composed, secrets), secrets["stop"]
	m.From, m.ReplyTo = d.composer.from.String(), d.composer.replyTo
	m.MessageID = m.ID + "@" + domain(d.composer.from.Address)
	err = d.mailer.Send(ctx, m.Mail)
	var failed *DeliveryError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failed):
		return failed
	default:
		return &DeliveryError{Class: "unknown", Err: err}
	}
}

// mark writes the outcome. It also runs when the program is being stopped, or a mail that was sent would be sent again. A lease that
// somebody else has taken over is left alone.
func (d *delivery) mark(ctx context.Context, m claimed, failed *DeliveryError) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markLimit)
	defer cancel()
	var held bool
	err := d.db.Write(ctx, func(tx *data.Tx) (err error) {
		if held, err = m.end(tx, failed); err != nil || !held {
			return err
		}
		switch {
		case failed == nil:
			return Retry(tx, m.To)
		case failed.Final && failed.Class == refusedRecipient:
			return keepReturned(tx, m.To, failed)
		}
		return nil
	})
	if err != nil {
		return err
	}
	d.report(m, failed, held)
	return nil
}

// end moves the row of a mail that was tried; false if the lease is somebody else's by now.
func (m claimed) end(tx *data.Tx, failed *DeliveryError) (held bool, err error) {
	var rows int64
	switch {
	case failed == nil:
		rows, err = tx.Exec(`UPDATE outbox SET state = 'sent', sealed = '', lease = '', last_error = '', sent_at = $1
			WHERE id = $2 AND state = 'sending' AND lease = $3`, data.Millis(tx.Now), m.ID, m.lease)
	case failed.Final || m.attempts >= maxAttempts:
		rows, err = tx.Exec(`UPDATE outbox SET state = 'failed', sealed = '', lease = '', last_error = $1, due_at = $2
			WHERE id = $3 AND state = 'sending' AND lease = $4`, failed.Error(), data.Millis(tx.Now), m.ID, m.lease)
	default:
		due := tx.Now.Add(backoff[min(m.attempts, len(backoff))-1])
		rows, err = tx.Exec(`UPDATE outbox SET state = 'queued', lease = '', last_error = $1, due_at = $2
			WHERE id = $3 AND state = 'sending' AND lease = $4`, failed.Error(), data.Millis(due), m.ID, m.lease)
	}
	return rows == 1, err
}

// report counts and logs an outcome.
func (d *delivery) report(m claimed, failed *DeliveryError, held bool) {
	attributes := []any{"mail", m.ID, "template", m.Template, "attempt", m.attempts}
	if failed != nil {
		attributes = append(attributes, "class", failed.Error())
	}
	switch {
	case !held:
		d.log.Warn("mail lease was taken over", attributes...)
	case failed == nil:
		d.count.Sent++
		d.log.Info("mail sent", attributes...)
	case failed.Final || m.attempts >= maxAttempts:
		d.count.Failed++
		d.log.Error("mail given up", attributes...)
	default:
		d.count.Retried++
		d.log.Warn("mail will be tried again", attributes...)
	}
}

// release gives back what was claimed but not tried.
func (d *delivery) release(ctx context.Context, rest []claimed) error {
	if len(rest) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markLimit)
	defer cancel()
	var rows int64
	err := d.db.Write(ctx, func(tx *data.Tx) error {
		rows = 0
		for _, m := range rest {
			changed, err := tx.Exec(`UPDATE outbox SET state = 'queued', lease = '', due_at = $1, attempts = attempts - 1
				WHERE id = $2 AND state = 'sending' AND lease = $3`, data.Millis(tx.Now), m.ID, m.lease)
			if err != nil {
				return err
			}
			rows += changed
		}
		return nil
	})
	d.count.Released += int(rows)
	return err
}
