package upkeep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"
)

func (b *bench) report(t testing.TB, words Words) (id string) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		id, err = Report(tx, b.desk, words)
		return err
	})
	return id
}

func (b *bench) found(t testing.TB, id string) (r Reported) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		r, err = FindReport(tx, id)
		return err
	})
	return r
}

func (b *bench) act(t testing.TB, r Reported, request ActRequest) (next Reported) {
	t.Helper()
	request.Revision = r.Revision
	b.Write(t, func(tx *data.Tx) (err error) {
		next, err = ActOnReport(tx, b.desk, r.ID, manager, request)
		return err
	})
	if stored := b.found(t, r.ID); stored != next {
		t.Errorf("stored %+v, given %+v", stored, next)
	}
	return next
}

// mails are those to an address, in every state.
func (b *bench) mails(t testing.TB, chain string) (all []notify.Queued) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		all, err = notify.Sent(tx, chain)
		return err
	})
	return all
}

type sink struct{}

func (sink) Send(context.Context, notify.Mail) error { return nil }
func (sink) Close() error                            { return nil }

// TestReportLife walks a report from a reader to its close, and to the day on which the address is forgotten.
func TestReportLife(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		words := Words{Slug: scan, Wrong: WrongLink, Text: " The page is gone. ", Address: "Reader@Example.org", Lang: "es"}
		id := b.report(t, words)
		if again := b.report(t, words); again != id {
			t.Error("the same words again are another report")
		}
		other := words
		other.Text = "The page is gone, and the telephone too."
		if b.report(t, other) == id {
			t.Error("other words are the same report")
		}
		r := b.found(t, id)
		if r.State != ReportOpen || r.Text != "The page is gone." || r.Revision != 1 || r.VersionID != b.listing(t, scan).VersionID {
			t.Errorf("%+v", r)
		}
		b.Advance(time.Hour)
		r = b.act(t, r, ActRequest{Act: ActTake})
		if r.State != ReportTaken || r.TakenBy != manager {
			t.Errorf("taken: %+v", r)
		}
		r = b.act(t, r, ActRequest{Act: ActAnswer, Message: "¿Qué página?", Note: "Ask the provider."})
		r = b.act(t, r, ActRequest{Act: ActFixed, Message: "Gracias."})
		if r.State != ReportClosed || r.Outcome != ActFixed || !r.Closed.Equal(b.Now()) || r.Acts() != nil {
			t.Errorf("closed: %+v", r)
		}
		if err := b.DB.Write(t.Context(), func(tx *data.Tx) error {
			_, err := ActOnReport(tx, b.desk, id, manager, ActRequest{Act: ActSpam, Revision: r.Revision})
			return err
		}); !errors.Is(err, data.ErrConflict) {
			t.Errorf("an act on a closed report: %v", err)
		}
		mails := b.mails(t, MailChain(id))
		if len(mails) != 2 || mails[0].Lang != "es" || mails[0].To != r.Address || !strings.Contains(mails[0].Text, "¿Qué página?") || !strings.Contains(mails[0].Subject, "Su reporte") {
			t.Errorf("mails %+v", mails)
		}
		if strings.Contains(mails[0].Text, "Ask the provider") {
			t.Error("the note among staff went out")
		}
		want := []string{"publish", "report_received", "report_received", "report_taken", "report_answered", "report_closed"}
		if got := b.acts(t, record.OfferingChain(scan)); !slices.Equal(got, want) {
			t.Errorf("record %q", got)
		}
		b.neverInTheRecord(t, "Reader", "page is gone", "Gracias", "Ask the provider")
		if _, err := notify.Deliver(t.Context(), b.DB, b.desk.Mail, sink{}, slog.New(slog.NewTextHandler(io.Discard, nil))); err != nil {
			t.Fatal(err)
		}
		b.Advance(AddressKept - time.Millisecond)
		b.Write(t, Due)
		if b.found(t, id).Address == "" {
			t.Error("the address was forgotten too early")
		}
		b.Advance(time.Millisecond)
		b.Write(t, Due)
		if got := b.found(t, id); got.Address != "" || got.Text == "" {
			t.Errorf("after %s: %+v", AddressKept, got)
		}
		for _, m := range b.mails(t, MailChain(id)) {
			if m.To != "" || strings.Contains(m.Text, "Gracias") || m.State != notify.StateSent {
				t.Errorf("the outbox still knows the reader: %+v", m)
			}
		}
		if open := b.found(t, b.report(t, other)); open.Address == "" {
			t.Error("the address of an open report was forgotten")
		}
	})
}

// neverInTheRecord holds that the record, from which nothing can be taken back, holds no words of people.
func (b *bench) neverInTheRecord(t testing.TB, words ...string) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) error {
		details, err := data.Rows(tx, data.Value[string], "SELECT detail FROM record_entry")
		for _, detail := range details {
			for _, word := range words {
				if strings.Contains(detail, word) {
					t.Errorf("the record holds %q: %s", word, detail)
				}
			}
		}
		return err
	})
}

func TestReportRefusals(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		for name, c := range map[string]struct {
			words Words
			want  string
		}{
			"nothing":       {Words{Slug: scan}, "wrong:choose_one"},
			"unknown":       {Words{Slug: scan, Wrong: "everything"}, "wrong:choose_one"},
			"something":     {Words{Slug: scan, Wrong: WrongOther, Text: " \n "}, "text:report_text"},
			"long":          {Words{Slug: scan, Wrong: WrongCost, Text: strings.Repeat("ñ", ReportLength+1)}, "text:too_long"},
			"no address":    {Words{Slug: scan, Wrong: WrongCost, Address: "reader"}, "email:invalid_email"},
			"header":        {Words{Slug: scan, Wrong: WrongCost, Address: "a@example.org\r\nBcc: b@example.org"}, "email:invalid_email"},
			"several":       {Words{Slug: scan, Wrong: WrongCost, Address: "a@example.org, b@example.org"}, "email:invalid_email"},
			"all, together": {Words{Slug: scan, Wrong: "x", Text: strings.Repeat("n", ReportLength+1), Address: "x"}, "wrong:choose_one text:too_long email:invalid_email"},
		} {
			got := b.refused(t, func(tx *data.Tx) error {
				_, err := Report(tx, b.desk, c.words)
				return err
			})
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		if err := b.DB.Write(t.Context(), func(tx *data.Tx) error {
			_, err := Report(tx, b.desk, Words{Slug: "no-such-program", Wrong: WrongCost})
			return err
		}); !errors.Is(err, data.ErrNotFound) {
			t.Errorf("a program that does not exist: %v", err)
		}
		silent := b.found(t, b.report(t, Words{Slug: scan, Wrong: WrongCost}))
		asking := b.found(t, b.report(t, Words{Slug: scan, Wrong: WrongCost, Address: "reader@example.org"}))
		for name, c := range map[string]struct {
			report  Reported
			request ActRequest
			want    string
		}{
			"unknown act":           {asking, ActRequest{Act: "delete"}, "act:choose_one"},
			"no act":                {asking, ActRequest{}, "act:choose_one"},
			"answer without words":  {asking, ActRequest{Act: ActAnswer}, "message:report_answer"},
			"answer to nobody":      {silent, ActRequest{Act: ActAnswer, Message: "Thanks."}, "act:choose_one"},
			"close, words, nobody":  {silent, ActRequest{Act: ActFixed, Message: "Thanks."}, "message:report_no_address"},
			"long note":             {asking, ActRequest{Act: ActFixed, Note: strings.Repeat("n", noteLength+1)}, "note:too_long"},
			"words to nobody, spam": {silent, ActRequest{Act: ActSpam, Message: "Thanks."}, "message:report_no_address"},
		} {
			c.request.Revision = c.report.Revision
			got := b.refused(t, func(tx *data.Tx) error {
				_, err := ActOnReport(tx, b.desk, c.report.ID, manager, c.request)
				return err
			})
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		spam := b.act(t, asking, ActRequest{Act: ActSpam, Message: "Never again."})
		if spam.Outcome != ActSpam || len(b.mails(t, MailChain(asking.ID))) > 0 {
			t.Error("spam was answered")
		}
	})
}

// TestReportFlood holds that the public cannot fill the queue of one listing, that others are not hit by it, and that staff can still
// report.
func TestReportFlood(t *testing.T) {
	b := open(t, datatest.Open(t))
	for n := range reportsInDay {
		b.report(t, Words{Slug: scan, Wrong: WrongOther, Text: fmt.Sprint("word ", n)})
	}
	last := Words{Slug: scan, Wrong: WrongOther, Text: "one more"}
	if got := b.refused(t, func(tx *data.Tx) error {
		_, err := Report(tx, b.desk, last)
		return err
	}); !slices.Equal(got, []string{":report_many"}) {
		t.Errorf("%q", got)
	}
	b.report(t, Words{Slug: model, Wrong: WrongOther, Text: "one more"})
	b.report(t, Words{Slug: scan, Wrong: WrongOther, Text: "one more", By: manager})
	b.report(t, Words{Slug: scan, Wrong: WrongOther, Text: "word 3"}) // known already
	b.Advance(24 * time.Hour)
	b.report(t, last)
}

// TestReportTwice holds that a report with the same words long after the first was closed is a new one.
func TestReportTwice(t *testing.T) {
	b := open(t, datatest.Open(t))
	words := Words{Slug: scan, Wrong: WrongClosed}
	first := b.report(t, words)
	b.act(t, b.found(t, first), ActRequest{Act: ActNotError})
	if b.report(t, words) != first {
		t.Error("the reload of a form after a quick close is a second report")
	}
	b.Advance(sameReport)
	if b.report(t, words) == first {
		t.Error("a later report is lost in a closed one")
	}
}
