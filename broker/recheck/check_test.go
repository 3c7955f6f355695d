package recheck

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// saved is the check of a town of so many people, whose link was mailed.
func (b *bench) saved(t testing.TB, address string, people int64, tell bool) broker.Screening {
	t.Helper()
	var s broker.Screening
	b.Write(t, func(tx *data.Tx) (err error) {
		s, err = broker.SaveScreening(tx, b.desk.Vocabulary, townCheck(people, ""))
		if err == nil {
			err = MailCheck(tx, b.desk, s.Token, address, "es", tell)
		}
		return err
	})
	return s
}

func townCheck(people int64, token string) broker.Screening {
	return broker.Screening{Token: token, Lang: "es", Asked: map[eligibility.FactID]bool{"sector": true, "population_served": true}, Facts: eligibility.Profile{
		"sector": eligibility.String("drinking_water"), "state_or_territory": eligibility.String("NM"),
		"ownership_type": eligibility.String("government_local"), "population_served": eligibility.Int(people)}}
}

// link gives the token of the private link of a mail.
func link(t *testing.T, m notify.Mail) string {
	t.Helper()
	_, rest, ok := strings.Cut(m.Text, "/check/resume?token=")
	token, _, more := strings.Cut(rest, "&lang=")
	if !ok || !more {
		t.Fatalf("no link in %s:\n%s", m.Template, m.Text)
	}
	return token
}

func (b *bench) opens(t testing.TB, token string) (opens bool) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) error {
		_, err := LookCheck(tx, b.desk.Vocabulary, token)
		if opens = err == nil; opens || errors.Is(err, data.ErrNotFound) {
			return nil
		}
		return err
	})
	return opens
}

func (b *bench) checks(t testing.TB) (rows int) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) error { return tx.Row("SELECT count(*) FROM recheck_check").Scan(&rows) })
	return rows
}

// TestKeptCheck: who asked with the link to a check is told, in its language, with a link beside the first one; nobody else is; and it
// all ends with the check.
func TestKeptCheck(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		s := b.saved(t, "eva@example.org", 8_000, true)
		b.saved(t, "silent@example.org", 8_000, false)
		b.saved(t, "big@example.org", 80_000, true)
		var first string
		for _, m := range b.Mails(t) {
			if says := strings.Contains(m.Text, "Hasta entonces también le avisamos"); m.Template != "resume" || says != (m.To != "silent@example.org") {
				t.Errorf("%s to %s tells of later mails: %v", m.Template, m.To, says)
			}
			if m.To == "eva@example.org" {
				first = link(t, m)
			}
		}
		b.want(t, "the first decision")
		b.publish(t, grant)
		mails := b.want(t, "the rule changed", "eva")
		says(t, mails[0], "es", "Ahora parece que califica para Fondos demo-grant", "- Fondos demo-grant\n", "Esto es una consulta, no una decisión.", "No recibir más estos correos:")
		second := link(t, mails[0])
		if !b.opens(t, first) || !b.opens(t, second) {
			t.Error("a link does not work")
		}
		b.publish(t, other)
		third := link(t, b.want(t, "a new program", "eva")[0])
		if !b.opens(t, first) || b.opens(t, second) || !b.opens(t, third) {
			t.Error("the first and the newest link work, and no other")
		}
		b.Write(t, func(tx *data.Tx) error { // more people, said in the browser of the check: nothing fits
			_, err := broker.SaveScreening(tx, b.desk.Vocabulary, townCheck(90_000, s.Token))
			return err
		})
		b.want(t, "another answer")
		b.Write(t, func(tx *data.Tx) error {
			_, err := broker.SaveScreening(tx, b.desk.Vocabulary, townCheck(5_000, s.Token))
			return err
		})
		b.want(t, "and another, with which programs fit")
		b.publish(t, "demo-third")
		b.want(t, "the next change", "eva")
		b.Advance(broker.ResumeTime)
		b.publish(t, "demo-fourth")
		b.want(t, "the checks are over")
		b.Write(t, func(tx *data.Tx) error { return broker.Work(tx, b.desk) })
		if rows := b.checks(t); rows != 0 {
			t.Errorf("%d checks are remembered", rows)
		}
	})
}

// TestCheckIsNotToldAnyMore: answers that are deleted, a link that is mailed anew without the wish, and the stop link end the mails; a
// wish after a stop counts once the link that came with it is opened.
func TestCheckIsNotToldAnyMore(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		forgotten, again := b.saved(t, "forgotten@example.org", 8_000, true), b.saved(t, "again@example.org", 8_000, true)
		eva := b.saved(t, "eva@example.org", 8_000, true)
		b.Mails(t)
		b.want(t, "the first decision")
		b.Write(t, func(tx *data.Tx) error {
			_, err := broker.SaveScreening(tx, b.desk.Vocabulary, broker.Screening{Token: forgotten.Token, Lang: "es"})
			if err == nil {
				err = MailCheck(tx, b.desk, again.Token, "somebody@example.org", "es", false)
			}
			return err
		})
		b.Mails(t)
		b.publish(t, grant)
		mails := b.want(t, "the rule changed", "eva")
		if rows := b.checks(t); rows != 1 {
			t.Errorf("%d checks are remembered", rows)
		}
		var addresses int
		b.Read(t, func(tx *data.Tx) error { return tx.Row("SELECT count(*) FROM recheck_check").Scan(&addresses) })
		if addresses != 1 {
			t.Errorf("%d addresses are kept", addresses)
		}
		b.Advance(time.Minute)
		stop, err := url.Parse(mails[0].StopLink)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(t, func(tx *data.Tx) error {
			found, err := notify.FindStopLink(tx, stop.Query().Get("token"))
			if err != nil || found != (notify.StopLink{Address: "eva@example.org", Kind: notify.KindCheckFits}) {
				t.Errorf("the link stops %+v, %v", found, err)
			}
			return notify.Choose(tx, found.Address, found.Kind, false)
		})
		b.publish(t, other)
		b.want(t, "stopped")
		resume := func(token string) {
			b.Write(t, func(tx *data.Tx) error {
				_, err := ResumeCheck(tx, b.desk.Vocabulary, token)
				return err
			})
		}
		resume(link(t, mails[0]))
		b.publish(t, "demo-third")
		b.want(t, "the link was opened, and nothing was asked since the stop")
		b.Advance(time.Minute)
		b.Write(t, func(tx *data.Tx) error { return MailCheck(tx, b.desk, eva.Token, "eva@example.org", "es", true) })
		token := link(t, b.Mails(t)[0])
		b.publish(t, "demo-fourth")
		b.want(t, "asked again by whoever, not opened")
		resume(token)
		b.publish(t, "demo-fifth")
		b.want(t, "asked again and opened", "eva")
	})
}
