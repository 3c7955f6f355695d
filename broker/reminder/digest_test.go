package reminder

import (
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"
)

var daily = []string{"digest"}

// at is a time of day in New York.
func (b *bench) at(year int, month time.Month, date, hour, minute, second int) time.Time {
	return time.Date(year, month, date, hour, minute, second, 0, b.desk.Zone)
}

// TestDigest: at 7 in the morning of the site, at the second, once, to each program manager, when anything waits.
func TestDigest(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.moveWindow(t, closes.Add(300*day))
		b.SetNow(b.at(2026, 11, 24, 6, 59, 59))
		b.want(t, "before the first morning", daily)
		b.SetNow(b.at(2026, 11, 24, 7, 0, 0))
		b.want(t, "nothing waits", daily)
		b.SetNow(b.at(2026, 11, 24, 8, 0, 0))
		item := b.sent(t)
		b.want(t, "what came after the morning waits for the next", daily)
		b.SetNow(b.at(2026, 11, 25, 6, 59, 59))
		b.want(t, "a second before", daily)
		b.SetNow(b.at(2026, 11, 25, 7, 0, 0))
		mails := b.want(t, "the morning", daily, "digest manager", "digest colleague") // not the insider: it is their own case
		for _, m := range mails {
			if m.Lang == "en" && (!strings.Contains(m.Text, "- 1 case has no reviewer\n") || strings.Contains(m.Text, "late") || m.Subject != "What waits for a decision on November 25, 2026") ||
				m.Lang == "es" && !strings.Contains(m.Text, "- 1 caso sin quien lo revise\n") {
				t.Errorf("%s\n%s", m.Subject, m.Text)
			}
		}
		b.SetNow(b.at(2026, 11, 25, 23, 0, 0))
		b.want(t, "the rest of the day", daily)
		b.choose(t, b.colleague, notify.KindDigest, false)
		item = b.act(t, b.manager, item, broker.ActRequest{Act: broker.ActAsk, Message: "Who?"})
		b.SetNow(b.at(2026, 11, 26, 10, 30, 0)) // a missed morning is caught up
		mails = b.want(t, "a late start of the day", daily, "digest manager")
		if len(mails) == 1 && (!strings.Contains(mails[0].Text, "- 1 case waits for the applicant\n") || strings.Contains(mails[0].Text, "no reviewer")) {
			t.Errorf("text:\n%s", mails[0].Text)
		}
		b.choose(t, b.colleague, notify.KindDigest, true)
		b.want(t, "switched on again", daily)
		item = b.act(t, b.owner, item, broker.ActRequest{Act: broker.ActAnswer, Message: "The operator."})
		b.act(t, b.manager, item, broker.ActRequest{Act: broker.ActDecline, ReasonCode: "purpose"})
		b.SetNow(b.at(2026, 11, 27, 7, 0, 0))
		b.want(t, "decided", daily)
	})
}

// TestDigestNamesThePressing: what is late or due is named, with what a reviewer needs to choose, and mails that failed are counted.
func TestDigestNamesThePressing(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.moveWindow(t, closes.Add(300*day))
		late := b.sent(t)
		b.Write(t, func(tx *data.Tx) error {
			var stored string
			if err := tx.Row("SELECT id FROM outbox LIMIT 1").Scan(&stored); err != nil {
				return err
			}
			_, err := tx.Exec("UPDATE outbox SET state = 'failed', due_at = $1 WHERE id = $2", data.Millis(late.Due), stored)
			return err
		})
		morning := late.Due.In(b.desk.Zone)
		b.SetNow(b.at(morning.Year(), morning.Month(), morning.Day()+1, 7, 0, 0))
		mails := b.want(t, "a late case", daily, "digest manager", "digest colleague", "digest insider") // a failed mail is news to all
		for _, m := range mails {
			named := strings.Contains(m.Text, b.org.Name)
			if own := m.To == b.insider.Email; own == named || strings.Contains(m.Text, "Read the logs") || strings.Contains(m.Text, "@example.org,") {
				t.Errorf("%s:\n%s", m.To, m.Text)
			}
			if m.To == b.manager.Email && (!strings.Contains(m.Text, "- 1 case is late\n") || !strings.Contains(m.Text, "- 1 email could not be sent\n") ||
				!strings.Contains(m.Text, "Defender model access (demo): due ") || !strings.Contains(m.Text, "Late, or due soon:")) {
				t.Errorf("text:\n%s", m.Text)
			}
		}
		b.Advance(day)
		for _, m := range b.want(t, "the next day", daily, "digest manager", "digest colleague") {
			if strings.Contains(m.Text, "could not be sent") || strings.Contains(m.Text, "no se pudo enviar") {
				t.Errorf("a mail that failed two days ago is told again:\n%s", m.Text)
			}
		}
	})
}

// TestDigestAcrossSummerTime: the morning is at 7 on the clock of the site, also on the days that have 23 or 25 hours.
func TestDigestAcrossSummerTime(t *testing.T) {
	b := open(t, datatest.Open(t))
	b.moveWindow(t, closes.Add(2000*day))
	b.SetNow(b.at(2027, 3, 12, 12, 0, 0))
	b.sent(t)
	for _, date := range []struct {
		month time.Month
		day   int
	}{{3, 13}, {3, 14}, {3, 15}, {11, 6}, {11, 7}, {11, 8}} {
		b.SetNow(b.at(2027, date.month, date.day, 6, 59, 59))
		b.run(t) // what was missed before
		b.want(t, "before 7", daily)
		b.SetNow(b.at(2027, date.month, date.day, 7, 0, 0))
		b.want(t, "at 7", daily, "digest manager", "digest colleague")
	}
}

// TestNewManager: who was made a program manager after the morning gets the first digest on the next one.
func TestNewManager(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.moveWindow(t, closes.Add(300*day))
		b.sent(t)
		b.SetNow(b.at(2026, 11, 24, 7, 0, 0))
		b.want(t, "the morning", daily, "digest manager", "digest colleague")
		b.SetNow(b.at(2026, 11, 24, 9, 0, 0))
		b.Write(t, func(tx *data.Tx) error {
			_, _, err := account.AddPerson(tx, "newcomer@example.org", account.ProgramManager, "console")
			if err == nil {
				err = account.SetDisabled(tx, b.colleague.ID, true, "console")
			}
			return err
		})
		b.want(t, "a new manager", daily)
		b.SetNow(b.at(2026, 11, 25, 7, 0, 0))
		b.want(t, "the next morning", daily, "digest manager", "digest newcomer")
	})
}

// TestDigestNamesRenewals: a renewal that waits is counted, an overdue one is named with the day on which the access ends, and one that
// nobody decided is named once more on the morning after.
func TestDigestNamesRenewals(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.moveWindow(t, closes.Add(300*day))
		item := b.act(t, b.manager, b.sent(t), broker.ActRequest{Act: broker.ActApprove})
		var g access.Grant
		b.Read(t, func(tx *data.Tx) (err error) {
			g, err = access.OfItem(tx, item.ID)
			return err
		})
		both := []string{"digest manager", "digest colleague"} // the insider belongs to the organization
		morningOf := func(at time.Time) time.Time {
			at = at.In(b.desk.Zone)
			return b.at(at.Year(), at.Month(), at.Day(), 7, 0, 0)
		}
		b.SetNow(g.Ends.Add(-30 * day))
		b.Write(t, func(tx *data.Tx) error {
			_, err := broker.ActOnGrant(tx, b.desk.Desk, broker.PersonActor(b.owner), g.ID, access.ActRequest{Act: access.ActAskRenewal})
			return err
		})
		b.run(t)
		for _, c := range []struct {
			days int // before the end
			en   []string
			not  string
		}{
			{20, []string{"- 1 renewal waits for a decision, under Access grants\n", "/staff/access?"}, "overdue"},
			{6, []string{"- 1 renewal is overdue: the access ends within 7 days\n", g.Reference + ", Cedar Flats Water District, Defender model access (demo): renewal asked for on "}, "waits for a decision,"},
			{-1, []string{"- 1 access ended and its renewal was not decided\n", "no answer, access ended "}, "overdue"},
		} {
			b.SetNow(morningOf(g.Ends.Add(-time.Duration(c.days) * day)))
			for _, m := range b.want(t, "a morning", daily, both...) {
				for _, text := range c.en {
					if m.Lang == "en" && !strings.Contains(m.Text, text) {
						t.Errorf("%d days before the end, no %q:\n%s", c.days, text, m.Text)
					}
				}
				if m.Lang == "en" && strings.Contains(m.Text, c.not) {
					t.Errorf("%d days before the end says %q:\n%s", c.days, c.not, m.Text)
				}
			}
		}
		b.SetNow(morningOf(g.Ends.Add(2 * day)))
		b.want(t, "two days later", daily)
	})
}

// TestDigestCountsReports: reports of errors in listings that are not closed are counted, and lead to their page where nothing else
// waits.
func TestDigestCountsReports(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		desk := upkeep.Desk{Vocabulary: b.desk.Vocabulary, Catalog: b.desk.Catalog, Mail: b.desk.Mail}
		b.SetNow(b.at(2026, 11, 24, 6, 0, 0))
		var id string
		b.Write(t, func(tx *data.Tx) (err error) {
			id, err = upkeep.Report(tx, desk, upkeep.Words{Slug: "demo-scanning", Wrong: upkeep.WrongCost, Lang: "en"})
			return err
		})
		b.SetNow(b.at(2026, 11, 24, 7, 0, 0))
		for _, m := range b.want(t, "one report", daily, "digest manager", "digest colleague", "digest insider") {
			if !strings.Contains(m.Text, "/staff/listings") || m.Lang == "en" && !strings.Contains(m.Text, "- 1 reported error in a listing is open\n") ||
				m.Lang == "es" && !strings.Contains(m.Text, "- 1 error reportado en una ficha sigue abierto\n") {
				t.Errorf("text:\n%s", m.Text)
			}
		}
		b.Write(t, func(tx *data.Tx) error {
			_, err := upkeep.ActOnReport(tx, desk, id, b.manager.ID, upkeep.ActRequest{Act: upkeep.ActFixed, Revision: 1})
			return err
		})
		b.SetNow(b.at(2026, 11, 25, 7, 0, 0))
		b.want(t, "closed", daily)
	})
}
