package recheck

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/catalog/interest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"
)

// TestRuleChange: a rule change makes two of five organizations fit; those of their people who asked for it get one mail in their
// language, and nobody else.
func TestRuleChange(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		ana, luis, eva := b.person(t, "ana", "es"), b.person(t, "luis", "en"), b.person(t, "eva", "en")
		first := b.system(t, ana, 8_000)
		b.join(t, luis, first, account.Editor)
		b.join(t, eva, first, account.Reader)
		b.system(t, b.person(t, "silent", "en"), 12_000) // begins to fit, and nobody asked
		for name, people := range map[string]int64{"fits": 3_000, "big": 40_000, "bigger": 400_000} {
			p := b.person(t, name, "en")
			b.system(t, p, people)
			b.choose(t, p, true)
		}
		b.choose(t, ana, true)
		b.choose(t, eva, true)
		b.want(t, "the first decision")
		if rows := b.kept(t); rows != 4 {
			t.Errorf("%d organizations are kept, want those of which somebody asked", rows)
		}
		b.publish(t, grant, "<= 25000", "<= 15000")
		mails := b.want(t, "the rule changed", "ana", "eva")
		if len(mails) == 2 {
			says(t, mails[0], "es", "Ahora parece que califica para Fondos demo-grant", "Water of ana@example.org", "- Fondos demo-grant\n", "Esto es una consulta, no una decisión.",
				"/org/programs?organization="+first.ID+"&lang=es", "No recibir más estos correos:")
			says(t, mails[1], "en", "You now seem to fit Grant demo-grant", "- Grant demo-grant\n", "now seem to fit", "This is a check, not a decision.", "Stop these emails:")
		}
	})
}

func says(t *testing.T, m notify.Mail, lang, subject string, words ...string) {
	t.Helper()
	if m.Lang != lang || m.Subject != subject || m.StopLink == "" {
		t.Errorf("to %s in %s: %q, stop link %q", m.To, m.Lang, m.Subject, m.StopLink)
	}
	for _, word := range words {
		if !strings.Contains(m.Text, word) {
			t.Errorf("the mail to %s does not say %q:\n%s", m.To, word, m.Text)
		}
	}
}

// asked is an organization of so many people whose owner asked, decided once.
func (b *bench) asked(t testing.TB, people int64) (account.Person, account.Organization) {
	t.Helper()
	ana := b.person(t, "ana", "en")
	o := b.system(t, ana, people)
	b.choose(t, ana, true)
	b.want(t, "the first decision")
	return ana, o
}

// TestWhatIsNoNews: own answers, what was told lately, and what was applied for.
func TestWhatIsNoNews(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		ana, o := b.asked(t, 8_000)
		b.Write(t, func(tx *data.Tx) error { return b.say(tx, o, 4_000) })
		b.want(t, "they changed their own answer")
		b.Write(t, func(tx *data.Tx) error { return b.say(tx, o, 8_000) })
		b.want(t, "and back")
		b.Advance(AwayTime)
		b.publish(t, grant, "<= 25000", "<= 9000")
		b.want(t, "it looked like a fit 30 days ago")
		b.publish(t, grant, "<= 25000", "<= 7000")
		b.want(t, "away")
		b.Advance(AwayTime + time.Millisecond)
		b.publish(t, grant, "<= 25000", "<= 9000")
		b.want(t, "back after more than 30 days", "ana")
		b.publish(t, grant, "<= 25000", "<= 9000", `status = "open"`, `status = "lapsed"`)
		b.want(t, "paused")
		b.Advance(time.Hour)
		b.publish(t, grant, "<= 25000", "<= 9000")
		b.want(t, "open again within 30 days")
		b.publish(t, other, "<= 25000", "<= 9000")
		b.want(t, "a new program", "ana")
		b.publish(t, grant, "<= 25000", "<= 9000", `status = "open"`, `status = "ended"`)
		b.want(t, "ended")
		b.Advance(2 * AwayTime)
		b.publish(t, grant, "<= 25000", "<= 7000")
		b.want(t, "listed again, and no fit")
		b.Write(t, func(tx *data.Tx) error {
			_, err := broker.Start(tx, b.desk, broker.PersonActor(ana), o.ID, []string{grant}, nil)
			return err
		})
		b.Mails(t)
		b.publish(t, grant, "<= 25000", "<= 9000")
		b.want(t, "applied for")
	})
}

// TestWindowsCount: a window that opens by the clock brings the program among those that fit and are open.
func TestWindowsCount(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		opens := b.Now().Add(48 * time.Hour)
		b.publish(t, grant, "[window]\n", "[window]\nopens = "+opens.Format(time.RFC3339)+"\ncloses = 2027-03-01T07:00:00Z\n")
		ana, _ := b.asked(t, 8_000)
		d := interest.Desk{Vocabulary: b.desk.Vocabulary, Catalog: b.desk.Catalog, Mail: b.desk.Mail, Locales: b.desk.Locales}
		luis := b.person(t, "luis", "en")
		b.system(t, luis, 9_000)
		b.choose(t, luis, true)
		b.Write(t, func(tx *data.Tx) error { return interest.Follow(tx, d, grant, luis.Email, "en") })
		b.want(t, "the first decision of the other")
		b.SetNow(opens.Add(-time.Millisecond))
		b.want(t, "not yet")
		b.SetNow(opens)
		b.Write(t, func(tx *data.Tx) error {
			told, err := interest.Due(tx, d)
			if told != 1 {
				t.Errorf("%d followers were told", told)
			}
			return err
		})
		mails := b.want(t, "open; who follows it has heard", "ana")
		if at := slices.IndexFunc(mails, func(m notify.Mail) bool { return m.To == ana.Email }); at >= 0 {
			says(t, mails[at], "en", "You now seem to fit Grant demo-grant", "- Grant demo-grant (takes requests until February 28, 2027)\n")
		}
	})
}

// TestStopAndForget: the stop link ends the mails, nothing is kept of an organization that nobody asks for, and asking again begins anew.
func TestStopAndForget(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		ana, o := b.asked(t, 8_000)
		b.publish(t, grant)
		mails := b.want(t, "it fits", "ana")
		link, err := url.Parse(mails[0].StopLink)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(t, func(tx *data.Tx) error {
			stop, err := notify.FindStopLink(tx, link.Query().Get("token"))
			if err != nil || stop != (notify.StopLink{Address: ana.Email, Kind: notify.KindFits}) {
				t.Errorf("the link stops %+v, %v", stop, err)
			}
			return notify.Choose(tx, stop.Address, stop.Kind, false)
		})
		b.publish(t, other)
		b.want(t, "stopped")
		if rows := b.kept(t); rows != 0 {
			t.Errorf("%d organizations are kept", rows)
		}
		b.choose(t, ana, true)
		b.want(t, "asked again")
		b.publish(t, "demo-third")
		b.want(t, "the next change", "ana")
		b.Write(t, func(tx *data.Tx) error {
			_, err := tx.Exec("UPDATE membership SET state = 'left' WHERE organization_id = $1", o.ID)
			return err
		})
		b.publish(t, "demo-fourth")
		b.want(t, "left the organization")
		if rows := b.kept(t); rows != 0 {
			t.Errorf("%d organizations are kept", rows)
		}
	})
}

// TestKilledRun: whatever ends a run between or inside its transactions, each organization is told once.
func TestKilledRun(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		var want []string
		for i := range 7 {
			p := b.person(t, fmt.Sprint("p", i), "en")
			b.system(t, p, 8_000)
			b.choose(t, p, true)
			want = append(want, fmt.Sprint("p", i))
		}
		b.want(t, "the first decision")
		b.publish(t, grant)
		look := func(most int) (batch Batch) {
			b.Read(t, func(tx *data.Tx) (err error) {
				batch, err = Look(tx, b.desk, most)
				return err
			})
			return batch
		}
		keep := func(batch Batch, fail error) (report Report) {
			err := b.DB.Write(context.Background(), func(tx *data.Tx) (err error) {
				if report, err = batch.Keep(tx, b.desk); err != nil {
					return err
				}
				return fail
			})
			if !errors.Is(err, fail) {
				t.Fatal(err)
			}
			return report
		}
		two, late := look(2), look(7)
		if got := keep(two, nil); got != (Report{Decided: 2, Mails: 2}) {
			t.Errorf("the first batch: %+v", got)
		}
		keep(look(3), errors.New("killed before the commit"))
		if got := keep(two, nil); got != (Report{}) {
			t.Errorf("the first batch again: %+v", got)
		}
		if got := keep(late, nil); got != (Report{Decided: 5, Mails: 5}) {
			t.Errorf("another run that looked before: %+v", got)
		}
		stale := look(0)
		if !stale.Empty() {
			t.Error("something is due")
		}
		var got []string
		for _, m := range b.Mails(t) {
			got = append(got, strings.TrimSuffix(m.To, "@example.org"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("mails to %q, want %q", got, want)
		}
		b.want(t, "the next run")
	})
}

// TestStaleLook: what was decided on a ground or on facts that are gone is not kept.
func TestStaleLook(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		_, o := b.asked(t, 8_000)
		b.publish(t, grant)
		look := func() (batch Batch) {
			b.Read(t, func(tx *data.Tx) (err error) {
				batch, err = Look(tx, b.desk, 0)
				return err
			})
			return batch
		}
		keep := func(batch Batch, what string) {
			b.Write(t, func(tx *data.Tx) error {
				report, err := batch.Keep(tx, b.desk)
				if report != (Report{}) {
					t.Errorf("%s: %+v", what, report)
				}
				return err
			})
		}
		before := look()
		b.Write(t, func(tx *data.Tx) error { return b.say(tx, o, 30_000) })
		keep(before, "other facts")
		before = look()
		b.publish(t, grant, "<= 25000", "<= 40000")
		keep(before, "another catalog")
		b.want(t, "as things are", "ana")
	})
}
