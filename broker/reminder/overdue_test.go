package reminder

import (
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"
)

var reviews = []string{"listing_overdue", "digest"}

// keep publishes a listing with another keeper and review day.
func (b *bench) keep(t testing.TB, slug, keeper string, reviewBy catalog.Date) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error {
		snapshot, err := b.desk.Catalog.Snapshot(tx)
		if err != nil {
			return err
		}
		live, _ := snapshot.Find(slug)
		next := *live.Offering
		next.Owner, next.ReviewBy, next.CheckedOn = keeper, reviewBy, "2026-11-01"
		_, err = catalog.Publish(tx, b.desk.Vocabulary, catalog.Release{Offering: &next, BasedOn: live.VersionID, WrittenBy: "console", ApprovedBy: "console", Actor: "console", Act: "publish"})
		return err
	})
}

func (b *bench) confirm(t testing.TB, slug string) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error {
		snapshot, err := b.desk.Catalog.Snapshot(tx)
		if err != nil {
			return err
		}
		live, _ := snapshot.Find(slug)
		today := catalog.DateOf(tx.Now.In(b.desk.Zone))
		return upkeep.Confirm(tx, upkeep.Desk{Vocabulary: b.desk.Vocabulary, Catalog: b.desk.Catalog, Mail: b.desk.Mail},
			upkeep.Checked{Slug: slug, VersionID: live.VersionID, On: today, By: b.manager.ID}, today)
	})
}

// TestOverdueListings: one mail to each keeper with all listings of theirs, from the morning after the review day on, again when another
// one comes and after a month, until somebody compares them.
func TestOverdueListings(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.keep(t, model, "Colleague@example.org", "2026-12-10")
		b.keep(t, "demo-scanning", "colleague@example.org", "2026-12-20")
		b.keep(t, "ship", "outside@example.net", "2026-12-10")
		b.SetNow(b.at(2026, 12, 10, 23, 0, 0))
		b.want(t, "the review day", reviews)
		b.SetNow(b.at(2026, 12, 11, 6, 59, 59))
		b.want(t, "before the morning", reviews)
		b.SetNow(b.at(2026, 12, 11, 7, 0, 0))
		mails := b.want(t, "the morning after", reviews, "listing_overdue colleague", "listing_overdue outside@example.net")
		for _, m := range mails {
			want := map[string][]string{
				"es": {"Toca una revisión: Acceso", "- Acceso", "última comparación el 1 de noviembre de 2026; revisión a más tardar el 10 de diciembre de 2026", "/staff/listings?lang=es"},
				"en": {"A review is due: ", "last compared on November 1, 2026; review due by December 10, 2026", "/programs/ship?lang=en"}}[m.Lang]
			for _, text := range want {
				if !strings.Contains(m.Subject+"\n"+m.Text, text) {
					t.Errorf("to %s: no %q in\n%s\n%s", m.To, text, m.Subject, m.Text)
				}
			}
		}
		b.Advance(day)
		b.want(t, "the next day", reviews)
		b.SetNow(b.at(2026, 12, 21, 9, 0, 0))
		mails = b.want(t, "another listing of the same keeper", reviews, "listing_overdue colleague")
		if len(mails) == 1 && (!strings.Contains(mails[0].Subject, "2 fichas") || strings.Count(mails[0].Text, "revisión a más tardar") != 2) {
			t.Errorf("%s\n%s", mails[0].Subject, mails[0].Text)
		}
		b.SetNow(b.at(2027, 1, 9, 7, 0, 0))
		b.want(t, "29 days later", reviews)
		b.SetNow(b.at(2027, 1, 10, 7, 0, 0))
		b.want(t, "a month later", reviews, "listing_overdue outside@example.net")
		b.confirm(t, "ship")
		b.confirm(t, model)
		b.SetNow(b.at(2027, 1, 20, 7, 0, 0))
		mails = b.want(t, "a month after the mail about two, one compared", reviews, "listing_overdue colleague")
		if len(mails) == 1 && (strings.Count(mails[0].Text, "revisión a más tardar") != 1 || !strings.Contains(mails[0].Text, "20 de diciembre")) {
			t.Errorf("%s", mails[0].Text)
		}
		b.keep(t, "demo-scanning", "colleague@example.org", "2027-06-01")
		b.SetNow(b.at(2027, 3, 1, 7, 0, 0))
		b.want(t, "all compared", reviews)
		b.SetNow(b.at(2027, 6, 2, 7, 0, 0))
		b.want(t, "the next review day", reviews, "listing_overdue colleague")
	})
}

// TestOverdueWithoutKeeper: program managers hear in their digest of listings that nobody else hears of, by themselves once and each
// month, else with whatever comes.
func TestOverdueWithoutKeeper(t *testing.T) {
	for name, prepare := range map[string]func(b *bench, t *testing.T){
		"no address":        func(b *bench, t *testing.T) { b.keep(t, model, "", "2026-12-10") },
		"that of the files": func(b *bench, t *testing.T) { b.keep(t, model, "catalog@example.org", "2026-12-10") },
		"switched off": func(b *bench, t *testing.T) {
			b.keep(t, model, b.owner.Email, "2026-12-10")
			b.choose(t, b.owner, notify.KindListing, false)
		},
		"cannot sign in": func(b *bench, t *testing.T) { b.keep(t, model, b.closed.Email, "2026-12-10") },
		"mails that come back": func(b *bench, t *testing.T) {
			b.keep(t, model, "left@example.net", "2026-12-10")
			b.Write(t, func(tx *data.Tx) error {
				_, err := tx.Exec("INSERT INTO mail_return (address, class, returned_at) VALUES ($1, 'refused_recipient 550', $2)", "left@example.net", data.Millis(tx.Now))
				return err
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, datatest.Open(t))
			b.keep(t, "demo-scanning", "", "2027-12-10")
			b.keep(t, "ship", "", "2027-12-10")
			b.moveWindow(t, closes.Add(300*day))
			prepare(b, t)
			b.SetNow(b.at(2026, 12, 10, 8, 0, 0))
			b.want(t, "the review day", reviews)
			b.SetNow(b.at(2026, 12, 11, 7, 0, 0))
			for _, m := range b.want(t, "the morning after", reviews, "digest manager", "digest colleague", "digest insider") {
				if !strings.Contains(m.Text, "- 1 listing is past its review day") && !strings.Contains(m.Text, "- 1 ficha pasó su fecha de revisión") || !strings.Contains(m.Text, "/staff/listings") {
					t.Errorf("text:\n%s", m.Text)
				}
			}
			b.Advance(day)
			b.want(t, "the next day", reviews)
			b.SetNow(b.at(2026, 12, 12, 8, 0, 0))
			b.sent(t)
			b.SetNow(b.at(2026, 12, 13, 7, 0, 0))
			for _, m := range b.want(t, "with something else", reviews, "digest manager", "digest colleague") {
				if !strings.Contains(m.Text, "1 listing is past") && !strings.Contains(m.Text, "1 ficha pasó") || !strings.Contains(m.Text, "/staff/review") {
					t.Errorf("text:\n%s", m.Text)
				}
			}
			b.SetNow(b.at(2027, 1, 10, 7, 0, 0))
			b.want(t, "a month later", reviews, "digest manager", "digest colleague", "digest insider")
		})
	}
}

// TestOverdueIsCaughtUp: a desk that stood still tells once.
func TestOverdueIsCaughtUp(t *testing.T) {
	b := open(t, datatest.Open(t))
	b.keep(t, model, b.manager.Email, "2026-12-10")
	b.SetNow(b.at(2027, 2, 20, 15, 0, 0))
	mails := b.want(t, "months later", []string{"listing_overdue"}, "listing_overdue manager")
	if len(mails) == 1 && mails[0].Lang != account.Person(b.manager).Lang {
		t.Errorf("in %s", mails[0].Lang)
	}
	b.Advance(time.Hour)
	b.want(t, "again", []string{"listing_overdue"})
}
