package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"accessdesk/broker/recheck"
	"accessdesk/cmd/accessdesk/configuration"
	"accessdesk/data"
	"accessdesk/notify"
)

type remindCommand struct {
	At     string `placeholder:"TIME" help:"Work as of this time instead of now: 2026-12-18, or 2026-12-18T17:00:00-05:00. A date alone is the start of that day where the desk is."`
	DryRun bool   `help:"Print exactly the mails that would be queued, and change nothing."`
}

// Run does what serve does every minute, once: acts and mails that are due. The mails leave when serve runs.
func (r remindCommand) Run(ctx context.Context, p *program, c *commands) error {
	config, err := p.configure(c)
	if err != nil {
		return err
	}
	at, err := r.time(p, config)
	if err != nil {
		return err
	}
	moved := *p
	moved.now = func() time.Time { return at }
	db, err := moved.openDatabase(ctx, config.Database.DSN)
	if err != nil {
		return err
	}
	defer db.Close()
	b, err := build(config, db)
	if err != nil {
		return err
	}
	when := b.locales.In("en").DateTime(at, b.zone)
	due, err := b.allDue(ctx)
	if err != nil {
		return err
	}
	if r.DryRun {
		return rehearse(ctx, p, b.db, due, when)
	}
	var queued []notify.Queued
	err = db.Write(ctx, func(tx *data.Tx) error {
		mark, err := notify.Begin(tx)
		if err != nil {
			return err
		}
		if err := due(tx); err != nil {
			return err
		}
		queued, err = notify.Since(tx, mark)
		return err
	})
	if err != nil {
		return err
	}
	for _, mail := range queued {
		fmt.Fprintf(p.out, "%s\t%s\n", mail.To, mail.Subject)
	}
	fmt.Fprintf(p.err, "%s queued, as of %s\n", plural(len(queued), "mail"), when)
	return nil
}

// time reads --at.
func (r remindCommand) time(p *program, config configuration.Configuration) (time.Time, error) {
	if r.At == "" {
		return p.now(), nil
	}
	if at, err := time.Parse(time.RFC3339, r.At); err == nil {
		return at, nil
	}
	zone, err := time.LoadLocation(config.Brand.TimeZone)
	if err != nil {
		return time.Time{}, err
	}
	at, err := time.ParseInLocation(time.DateOnly, r.At, zone)
	if err != nil {
		return time.Time{}, misuse("--at %q is neither a date like 2026-12-18 nor a time like 2026-12-18T17:00:00-05:00", r.At)
	}
	return at, nil
}

// allDue is what one transaction has to do to do everything that is due. Stored profiles are decided before it begins, so that
// nobody else has to wait for that.
func (b *parts) allDue(ctx context.Context) (due func(*data.Tx) error, err error) {
	var decided recheck.Batch
	err = b.db.Read(ctx, func(tx *data.Tx) (err error) {
		decided, err = recheck.Look(tx, b.desk, 0)
		return err
	})
	return func(tx *data.Tx) error {
		if err := b.due(tx); err != nil {
			return err
		}
		_, err := decided.Keep(tx, b.desk)
		return err
	}, err
}

// rehearse prints the mails of a run that is rolled back.
func rehearse(ctx context.Context, p *program, db *data.DB, due func(*data.Tx) error, when string) error {
	queued, err := notify.Rehearse(ctx, db, due)
	if err != nil {
		return err
	}
	for i, mail := range queued {
		printMail(p.out, i+1, len(queued), mail)
	}
	fmt.Fprintf(p.err, "%s would be queued, as of %s; nothing was changed\n", plural(len(queued), "mail"), when)
	return nil
}

// printMail prints a mail as its reader would get it, without its private links.
func printMail(out io.Writer, number, of int, mail notify.Queued) {
	fmt.Fprintf(out, "----- %d of %d %s\nTo: %s\nSubject: %s\nContent-Language: %s\n\n%s\n\n",
		number, of, strings.Repeat("-", 60), mail.To, mail.Subject, mail.Lang, strings.TrimRight(mail.Text, "\n"))
}
