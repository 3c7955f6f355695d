package followup

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// The programs of the tests: 14 days of silence, an address to write to; 1 day, a number to call.
const (
	scanning = "cisa-vuln-scanning"
	teams    = "state-cyber-corps"
)

// shared is what is read once for all tests.
type shared struct {
	vocabulary *eligibility.Vocabulary
	locales    *locale.Locales
	offerings  []*catalog.Offering
}

var once = sync.OnceValues(func() (s shared, err error) {
	if s.vocabulary, err = eligibility.Standard(); err != nil {
		return s, err
	}
	if s.locales, err = locale.Bundle(); err != nil {
		return s, err
	}
	s.offerings, err = catalog.ParseFiles(seed.Files)
	return s, err
})

// bench is a desk with the built-in catalog and an organization of three people, one of whom reads Spanish and one may only
// read.
type bench struct {
	*datatest.Database
	t            testing.TB
	desk         broker.Desk
	organization account.Organization
	owner        account.Person
}

func open(t testing.TB, db *datatest.Database) *bench {
	t.Helper()
	s, err := once()
	must(t, err)
	mail, err := notify.NewComposer(notify.ComposerConfig{Locales: s.locales, Brand: "Cyber Access Desk", Operator: "Example Institute",
		PublicURL: "https://desk.example.org", From: "desk@example.org", ReplyTo: "help@example.org", SealKey: [32]byte{1, 2, 3}})
	must(t, err)
	b := &bench{Database: db, t: t, desk: broker.Desk{Vocabulary: s.vocabulary, Catalog: catalog.NewCache(s.vocabulary), Mail: mail, Locales: s.locales}}
	b.Write(t, func(tx *data.Tx) error {
		if _, err := catalog.Import(tx, s.vocabulary, s.offerings, record.Seed); err != nil {
			return err
		}
		var people []account.Person
		for name, lang := range map[string]string{"owner": "en", "editor": "es", "reader": "en"} {
			p, err := account.AddApplicant(tx, name+"@example.org", lang, "console")
			if err != nil {
				return err
			}
			if people = append(people, p); name == "owner" {
				b.owner = p
			}
		}
		if b.organization, err = account.CreateOrganization(tx, b.owner, "Cedar Flats Water District"); err != nil {
			return err
		}
		for _, p := range people {
			role, _, _ := strings.Cut(p.Email, "@")
			if role == account.Owner {
				continue
			}
			_, err := tx.Exec("INSERT INTO membership (person_id, organization_id, role, state, created_at) VALUES ($1, $2, $3, 'active', $4)",
				p.ID, b.organization.ID, role, data.Millis(tx.Now))
			if err != nil {
				return err
			}
		}
		return nil
	})
	return b
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) start(slug string) (item broker.Item) {
	b.t.Helper()
	b.Write(b.t, func(tx *data.Tx) error {
		a, err := broker.Start(tx, b.desk, broker.PersonActor(b.owner), b.organization.ID, []string{slug}, eligibility.Profile{})
		if err == nil {
			item = a.Items[0]
		}
		return err
	})
	return item
}

func (b *bench) act(item broker.Item, r broker.ActRequest) (next broker.Item) {
	b.t.Helper()
	b.Write(b.t, func(tx *data.Tx) (err error) {
		next, err = broker.Act(tx, b.desk, broker.PersonActor(b.owner), item.ID, r)
		return err
	})
	return next
}

func (b *bench) due() (report Report) {
	b.t.Helper()
	b.Write(b.t, func(tx *data.Tx) (err error) {
		report, err = Due(tx, b.desk)
		return err
	})
	return report
}

// mails lists the queued mails of a template as "person: subject", by address.
func (b *bench) mails(template string) (all []notify.Queued) {
	b.t.Helper()
	b.Read(b.t, func(tx *data.Tx) (err error) {
		all, err = data.Rows(tx, func(s data.Scanner) (q notify.Queued, err error) {
			return q, s.Scan(&q.To, &q.Lang, &q.Subject, &q.Text)
		}, "SELECT recipient, lang, subject, body_text FROM outbox WHERE template = $1 ORDER BY recipient, queued_at", template)
		return err
	})
	return all
}

// A silent provider: once the days have passed the packet says so and each person who may act gets one mail, in their
// language, with whom to call. A run that was missed is caught up, another run does nothing, and sending again starts anew.
func TestNoReply(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.act(b.start(scanning), broker.ActRequest{Act: broker.ActSend})
		b.Advance(13 * 24 * time.Hour)
		if got := b.due(); got != (Report{}) {
			t.Fatalf("after 13 days: %+v", got)
		}
		b.Advance(5 * 24 * time.Hour) // four runs were missed
		if got := b.due(); got != (Report{Unanswered: 1}) {
			t.Fatalf("after 18 days: %+v", got)
		}
		if got := b.due(); got != (Report{}) {
			t.Fatalf("the second run: %+v", got)
		}
		list := b.mails("packet_no_reply")
		if len(list) != 2 || list[0].To != "editor@example.org" || list[0].Lang != "es" || list[1].To != "owner@example.org" {
			t.Fatalf("mails %+v", list)
		}
		for text, mail := range map[string]string{"November 23, 2026": list[1].Text, "23 de noviembre de 2026": list[0].Text,
			"Write to vulnerability@cisa.dhs.gov once more": list[1].Text, "Escriba otra vez a vulnerability@cisa.dhs.gov": list[0].Text,
			"/applications/" + item.ApplicationID + "/p/" + scanning: list[1].Text, "Vulnerability scanning": list[1].Subject} {
			if !strings.Contains(mail, text) {
				t.Errorf("%q is not in\n%s", text, mail)
			}
		}
		again := b.act(item, broker.ActRequest{Act: broker.ActSend})
		b.Advance(15 * 24 * time.Hour)
		if got := b.due(); got != (Report{Unanswered: 1}) || len(b.mails("packet_no_reply")) != 4 {
			t.Errorf("after it was sent again: %+v, %d mails", got, len(b.mails("packet_no_reply")))
		}
		b.act(again, broker.ActRequest{Act: broker.ActAcknowledge})
		b.Advance(365 * 24 * time.Hour)
		if got := b.due(); got != (Report{}) {
			t.Errorf("a provider that answered is late: %+v", got)
		}
	})
}

// The number of days is that of the way to apply, from the day on which it was sent, not the day on which that was noted.
func TestNoReplyCountsFromTheDay(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		today := b.Now()
		b.act(b.start(teams), broker.ActRequest{Act: broker.ActSend, On: today.Format(time.DateOnly)})
		b.act(b.start(scanning), broker.ActRequest{Act: broker.ActSend, On: today.AddDate(0, 0, -13).Format(time.DateOnly)})
		b.SetNow(today.AddDate(0, 0, 1).Truncate(24 * time.Hour).Add(16 * time.Hour))
		if got := b.due(); got != (Report{Unanswered: 2}) {
			t.Fatalf("%+v", got)
		}
		if text := b.mails("packet_no_reply")[0].Text + b.mails("packet_no_reply")[1].Text; !strings.Contains(text, "+1-877-642-9237") {
			t.Errorf("no number to call:\n%s", text)
		}
	})
}

// A service that ends: one reminder 30 days before; a short one 7 days before; none for one that is over in a week.
func TestRenewal(t *testing.T) {
	for _, c := range []struct {
		lasts int   // days from today
		asked []int // days from today on which a run looks
		want  []int // reminders by run
	}{
		{365, []int{0, 334, 335, 335, 350}, []int{0, 0, 1, 0, 0}},
		{365, []int{0, 360}, []int{0, 1}}, // runs were missed
		{365, []int{366}, []int{0}},       // over
		{31, []int{0, 1, 2}, []int{0, 1, 0}},
		{30, []int{0, 22, 23, 24}, []int{0, 0, 1, 0}},
		{8, []int{0, 1}, []int{0, 1}},
		{7, []int{0, 1, 6}, []int{0, 0, 0}},
		{0, []int{0}, []int{0}},
	} {
		b := open(t, datatest.Open(t))
		start := b.Now()
		b.act(b.start(scanning), broker.ActRequest{Act: broker.ActReady, Ends: start.AddDate(0, 0, c.lasts).Format(time.DateOnly)})
		var got []int
		for _, day := range c.asked {
			b.SetNow(start.AddDate(0, 0, day))
			got = append(got, b.due().Renewals)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%d days, looked at on %v: %v, want %v", c.lasts, c.asked, got, c.want)
		}
	}
}

// On both engines: the mail has the day and the days left, everybody who may act gets it once, a new end is reminded of anew,
// and nothing is said of a service without an end or one that is still being set up.
func TestRenewalMails(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		ends := b.Now().AddDate(0, 0, 60).Format(time.DateOnly)
		b.act(b.start(teams), broker.ActRequest{Act: broker.ActSetUp, Ends: ends})
		b.act(b.start(scanning), broker.ActRequest{Act: broker.ActReady})
		item := b.act(b.start(scanning), broker.ActRequest{Act: broker.ActReady, Ends: ends}) // the first one is over, so it can be asked for again
		b.Advance(31 * 24 * time.Hour)
		for i, want := range []Report{{Renewals: 1}, {}} {
			if got := b.due(); got != want {
				t.Errorf("run %d: %+v, want %+v", i+1, got, want)
			}
		}
		list := b.mails("packet_renewal")
		if len(list) != 2 || !strings.Contains(list[1].Text, "ends in 29 days, on January 22, 2027") || !strings.Contains(list[0].Text, "termina en 29 días, el 22 de enero de 2027") {
			t.Fatalf("mails %+v", list)
		}
		var days []string
		b.Read(t, func(tx *data.Tx) (err error) {
			days, err = data.Rows(tx, func(s data.Scanner) (day string, err error) { return day, s.Scan(&day) },
				"SELECT ends_on FROM packet_reminder WHERE item_id = $1", item.ID)
			return err
		})
		if !slices.Equal(days, []string{ends}) {
			t.Errorf("marked %v, want %s", days, ends)
		}
	})
}

// Whoever switched the reminders off gets none; the others get theirs, and the packet is marked all the same.
func TestSwitchedOff(t *testing.T) {
	b := open(t, datatest.Open(t))
	b.Write(t, func(tx *data.Tx) error {
		return notify.Choose(tx, b.owner.Email, notify.KindNoReply, false)
	})
	b.act(b.start(teams), broker.ActRequest{Act: broker.ActSend})
	b.Advance(3 * 24 * time.Hour)
	if got := b.due(); got != (Report{Unanswered: 1}) {
		t.Fatalf("%+v", got)
	}
	delivered := &postbox{}
	_, err := notify.Deliver(context.Background(), b.DB, b.desk.Mail, delivered, slog.New(slog.DiscardHandler))
	must(t, err)
	if got := fmt.Sprint(delivered.to); strings.Contains(got, "owner") || !strings.Contains(got, "editor") {
		t.Errorf("delivered to %s", got)
	}
}

// postbox keeps to whom reminders went.
type postbox struct{ to []string }

func (p *postbox) Send(_ context.Context, m notify.Mail) error {
	if m.Template == "packet_no_reply" {
		p.to = append(p.to, m.To)
	}
	return nil
}

func (p *postbox) Close() error { return nil }
