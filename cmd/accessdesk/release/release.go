// Package release is what the commands do that take a draft to the public and a program off the list: submit, approve, send-back, discard,
// pause, reopen and retire. They are the acts of the pages under Catalog, through the same door (package catalog/publishing), one at a
// time: who runs a command names the program manager who acts, and two people act in two commands.
package release

import (
	"context"
	"errors"
	"fmt"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/publishing"
	"accessdesk/cmd/accessdesk/exchange"
	"accessdesk/data"
)

// Submit asks a second person for review.
type Submit struct {
	Slug  string `arg:"" help:"Short name of the program."`
	By    string `required:"" placeholder:"EMAIL" help:"The program manager who sends the draft."`
	Words string `placeholder:"TEXT" help:"What the second person should know."`
	At    string `placeholder:"TIME" help:"When it goes live once it is approved, such as 2026-12-01T08:00:00-05:00. Left out: at once."`
}

// Run sends the draft.
func (c Submit) Run(ctx context.Context, d exchange.Desk) error {
	var at time.Time
	if c.At != "" {
		var err error
		if at, err = time.Parse(time.RFC3339, c.At); err != nil {
			return exchange.Misused("--at %s is no time with its zone; write it like 2026-12-01T08:00:00-05:00", c.At)
		}
	}
	return decide(ctx, d, c.By, c.Slug, publishing.Request{Act: publishing.ActSubmit, Words: c.Words, At: at}, "sent for review; another program manager has to approve it")
}

// Approve publishes a draft, or has it published at its time.
type Approve struct {
	Slug string `arg:"" help:"Short name of the program."`
	By   string `required:"" placeholder:"EMAIL" help:"The program manager who approves: not the one who wrote or sent the draft."`
}

// Run approves the draft.
func (c Approve) Run(ctx context.Context, d exchange.Desk) error {
	return decide(ctx, d, c.By, c.Slug, publishing.Request{Act: publishing.ActApprove}, "approved")
}

// SendBack gives a draft back to its writer.
type SendBack struct {
	Slug  string `arg:"" help:"Short name of the program."`
	By    string `required:"" placeholder:"EMAIL" help:"The program manager who sends it back."`
	Words string `required:"" placeholder:"TEXT" help:"What the writer should change."`
}

// Run sends the draft back.
func (c SendBack) Run(ctx context.Context, d exchange.Desk) error {
	return decide(ctx, d, c.By, c.Slug, publishing.Request{Act: publishing.ActSendBack, Words: c.Words}, "sent back to its writer")
}

// Discard ends a draft without a version.
type Discard struct {
	Slug string `arg:"" help:"Short name of the program."`
	By   string `required:"" placeholder:"EMAIL" help:"The program manager who discards the draft."`
}

// Run discards the draft.
func (c Discard) Run(ctx context.Context, d exchange.Desk) error {
	return decide(ctx, d, c.By, c.Slug, publishing.Request{Act: publishing.ActDiscard}, "discarded; what is public stays")
}

// Pause lets a published program take nothing new.
type Pause struct {
	Slug     string `arg:"" help:"Short name of the program."`
	By       string `required:"" placeholder:"EMAIL" help:"The program manager who pauses it. One person is enough."`
	ReasonEn string `name:"reason-en" required:"" placeholder:"TEXT" help:"Why, in English, for everybody to read."`
	ReasonEs string `name:"reason-es" required:"" placeholder:"TEXT" help:"The same in Spanish."`
	Until    string `placeholder:"DAY" help:"Day on which it is expected to go on, such as 2026-12-18. Left out: nobody says."`
}

// Run pauses the program.
func (c Pause) Run(ctx context.Context, d exchange.Desk) error {
	return act(ctx, d, c.By, c.Slug, func(tx *data.Tx, curate publishing.Desk, actor string) (string, error) {
		b := publishing.Break{Reason: catalog.Text{En: c.ReasonEn, Es: c.ReasonEs}}
		if c.Until != "" {
			var err error
			if b.Until, err = time.ParseInLocation(time.DateOnly, c.Until, curate.Zone); err != nil {
				return "", exchange.Misused("--until %s is no day; write it like 2026-12-18", c.Until)
			}
		}
		_, err := publishing.Pause(tx, curate, actor, c.Slug, b)
		return "paused; nothing new can be started", notPublished(tx, curate, err, c.Slug)
	})
}

// Reopen opens a draft without the pause.
type Reopen struct {
	Slug string `arg:"" help:"Short name of the program."`
	By   string `required:"" placeholder:"EMAIL" help:"The program manager who opens the draft."`
}

// Run opens the draft.
func (c Reopen) Run(ctx context.Context, d exchange.Desk) error {
	return begin(ctx, d, c.By, c.Slug, publishing.Reopen, "a draft without the pause is open; submit and approve it")
}

// Retire opens the draft that takes a program off the list.
type Retire struct {
	Slug string `arg:"" help:"Short name of the program."`
	By   string `required:"" placeholder:"EMAIL" help:"The program manager who opens the draft."`
}

// Run opens the draft.
func (c Retire) Run(ctx context.Context, d exchange.Desk) error {
	return begin(ctx, d, c.By, c.Slug, publishing.BeginRetirement, "a draft that takes it off the list is open; submit and approve it")
}

// begin opens the draft of a published program with one change in it.
func begin(ctx context.Context, d exchange.Desk, by, slug string, open func(*data.Tx, publishing.Desk, string, string) (publishing.Draft, error), done string) error {
	return act(ctx, d, by, slug, func(tx *data.Tx, curate publishing.Desk, actor string) (string, error) {
		_, err := open(tx, curate, actor, slug)
		return done, notPublished(tx, curate, err, slug)
	})
}

// decide does something with the open draft of a program as it is now.
func decide(ctx context.Context, d exchange.Desk, by, slug string, r publishing.Request, done string) error {
	return act(ctx, d, by, slug, func(tx *data.Tx, curate publishing.Desk, actor string) (string, error) {
		draft, err := publishing.OpenOf(tx, slug)
		if errors.Is(err, data.ErrNotFound) {
			return "", exchange.Misused("%s has no open draft (check the short name; \"accessdesk catalog import\" opens a draft)", slug)
		}
		if err != nil {
			return "", err
		}
		r.DraftID, r.Revision, r.Actor = draft.ID, draft.Revision, actor
		after, err := publishing.Do(tx, curate, r)
		if what, own := map[string]string{"second_person": "wrote this text", "second_person_sent": "sent this text for review"}[codeOf(err)]; own {
			return "", exchange.Misused("%s: %s %s, and nothing is published by one person alone. Name another program manager with --by; nothing was changed", slug, by, what)
		}
		if r.Act == publishing.ActApprove && err == nil {
			done = outcome(after, curate.Zone)
		}
		return done, err
	})
}

// codeOf is the code of a refusal, "" for everything else.
func codeOf(err error) string {
	var refusal *data.Refusal
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return ""
}

// outcome says what an approval led to.
func outcome(d publishing.Draft, zone *time.Location) string {
	switch {
	case d.State == catalog.StateScheduled:
		return "approved; it goes live at " + d.PublishAt.In(zone).Format(time.RFC3339)
	case d.Kind == publishing.KindRetirement:
		return "off the list"
	}
	return "published"
}

// notPublished says which program was probably meant.
func notPublished(tx *data.Tx, curate publishing.Desk, err error, slug string) error {
	if !errors.Is(err, data.ErrNotFound) {
		return err
	}
	snapshot, err := curate.Catalog.Snapshot(tx)
	if err != nil {
		return err
	}
	return exchange.Misused("there is no program %q that is published in this catalog%s; nothing was changed", slug, exchange.Nearest(slug, snapshot))
}

// act runs one act of a program manager in one transaction and says what was done.
func act(ctx context.Context, d exchange.Desk, by, slug string, do func(tx *data.Tx, curate publishing.Desk, actor string) (string, error)) error {
	var done string
	err := d.Write(ctx, func(tx *data.Tx, curate publishing.Desk) error {
		actor, err := exchange.Manager(tx, curate, "--by", by)
		if err != nil {
			return err
		}
		if done, err = do(tx, curate, actor); err != nil {
			return exchange.Refused(curate.Locales, slug, err)
		}
		return nil
	})
	if err == nil {
		fmt.Fprintf(d.Out, "%s: %s\n", slug, done)
	}
	return err
}
