package agenda

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/reminder"
	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
)

// bench is a person who acts for an organization that has a registration in SAM.gov.
type bench struct {
	*datatest.Database
	desk reminder.Desk
	ana  account.Person
	org  account.Organization
}

func open(t testing.TB, db *datatest.Database) *bench {
	t.Helper()
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{Database: db, ana: account.Person{ID: data.NewID(), Email: "ana@example.org", Lang: "es"}, desk: reminder.Desk{Zone: time.UTC,
		Desk: broker.Desk{Vocabulary: catalogtest.Vocabulary(), Catalog: catalog.NewCache(catalogtest.Vocabulary()), Locales: locales}}}
	b.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec("INSERT INTO person (id, email, name, lang, staff_role, disabled, generation, created_at) VALUES ($1, $2, 'Ana Secret', 'es', '', $3, 1, $4)",
			b.ana.ID, b.ana.Email, false, data.Millis(tx.Now))
		if err == nil {
			b.org, err = account.CreateOrganization(tx, b.ana, "Cedar Flats Water District")
		}
		return err
	})
	t.Cleanup(func() {
		for _, missing := range locales.Missing() {
			t.Errorf("missing text: %s", missing)
		}
	})
	return b
}

// expires sets the day on which the registration ends; "" takes it away.
func (b *bench) expires(t testing.TB, on string) {
	t.Helper()
	facts := eligibility.Profile{}
	if on != "" {
		facts["sam_expires_on"] = eligibility.String(on)
	}
	b.Write(t, func(tx *data.Tx) error {
		if on == "" {
			_, err := tx.Exec("DELETE FROM organization_fact WHERE organization_id = $1", b.org.ID)
			return err
		}
		return account.SaveFacts(tx, catalogtest.Vocabulary(), b.org.ID, b.ana.ID, facts)
	})
}

func (b *bench) keep(t testing.TB) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error { return Keep(tx, b.desk) })
}

// says is the calendar in short: day, how often it changed, whether it is called off.
func (b *bench) says(t testing.TB) string {
	t.Helper()
	var all []string
	b.Read(t, func(tx *data.Tx) error {
		events, err := Events(tx, b.desk, b.ana)
		for _, e := range events {
			one := fmt.Sprintf("%s #%d", e.Day, e.Sequence)
			if e.Cancelled {
				one += " off"
			}
			all = append(all, one)
		}
		return err
	})
	return strings.Join(all, ", ")
}

// TestEvents holds what a calendar is told when a day moves, is called off, comes back and passes; the same before and after it was
// remembered, since reading changes nothing.
func TestEvents(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.expires(t, "2027-03-20")
		b.Write(t, func(tx *data.Tx) error { return Make(tx, b.desk, b.ana, "token") })
		for _, step := range []struct{ on, want string }{
			{"2027-03-20", "2027-03-20 #0"}, {"2027-04-20", "2027-04-20 #1"}, {"", "2027-04-20 #2 off"}, {"", "2027-04-20 #2 off"}, {"2027-04-20", "2027-04-20 #3"},
		} {
			b.expires(t, step.on)
			if got := b.says(t); got != step.want {
				t.Errorf("%q: %s, want %s", step.on, got, step.want)
			}
			b.Advance(59 * time.Minute)
			b.keep(t) // too early to look again
			b.Advance(time.Hour)
			b.keep(t)
			if got := b.says(t); got != step.want {
				t.Errorf("%q, remembered: %s, want %s", step.on, got, step.want)
			}
		}
		for at, want := range map[string]string{"2027-04-20": "2027-04-20 #3", "2027-04-21": "2027-04-20 #3", "2027-05-21": "2027-04-20 #3", "2027-05-22": ""} {
			when, err := time.Parse(time.DateOnly, at)
			if err != nil {
				t.Fatal(err)
			}
			b.SetNow(when.Add(12 * time.Hour))
			if got := b.says(t); got != want {
				t.Errorf("on %s: %q, want %q", at, got, want)
			}
		}
		b.SetNow(time.Date(2027, 6, 1, 0, 0, 0, 0, time.UTC))
		b.keep(t)
		var rows int
		b.Read(t, func(tx *data.Tx) error { return tx.Row("SELECT count(*) FROM calendar_event").Scan(&rows) })
		if rows != 0 {
			t.Errorf("%d days are remembered that passed long ago", rows)
		}
	})
}

// TestLink holds that one link opens one calendar, until another is made, it is stopped, or the person is disabled, and that nobody can
// read it from the database.
func TestLink(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.expires(t, "2027-03-20")
		opens := func(token string) bool {
			var err error
			b.Read(t, func(tx *data.Tx) error {
				var p account.Person
				if p, err = Reader(tx, token); err == nil && p.ID != b.ana.ID {
					t.Errorf("%s opens the calendar of %s", token, p.ID)
				}
				return nil
			})
			if err != nil && !errors.Is(err, data.ErrNotFound) {
				t.Fatal(err)
			}
			return err == nil
		}
		write := func(act func(tx *data.Tx) error) { t.Helper(); b.Write(t, act) }
		write(func(tx *data.Tx) error { return Make(tx, b.desk, b.ana, "first") })
		write(func(tx *data.Tx) error { return Make(tx, b.desk, b.ana, "first") }) // the form was sent twice
		if !opens("first") || opens("") || opens("second") || opens(data.HashToken("first")) {
			t.Error("after the first link")
		}
		var stored string
		b.Read(t, func(tx *data.Tx) error { return tx.Row("SELECT token_hash FROM calendar_link").Scan(&stored) })
		if strings.Contains(stored, "first") {
			t.Errorf("stored as %q", stored)
		}
		write(func(tx *data.Tx) error { return Make(tx, b.desk, b.ana, "second") })
		if opens("first") || !opens("second") {
			t.Error("after a new link")
		}
		disable := func(disabled bool) {
			write(func(tx *data.Tx) error {
				_, err := tx.Exec("UPDATE person SET disabled = $1 WHERE id = $2", disabled, b.ana.ID)
				return err
			})
		}
		disable(true)
		if opens("second") {
			t.Error("the person cannot sign in any more")
		}
		disable(false)
		write(func(tx *data.Tx) error { return Stop(tx, b.ana.ID) })
		write(func(tx *data.Tx) error { return Stop(tx, b.ana.ID) })
		var rows int
		b.Read(t, func(tx *data.Tx) error { return tx.Row("SELECT count(*) FROM calendar_event").Scan(&rows) })
		if opens("second") || rows != 0 {
			t.Errorf("after stopping; %d days are remembered", rows)
		}
		b.Advance(2 * time.Hour)
		b.keep(t)
	})
}
