package recheck

import (
	"context"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/catalog/desktest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// The programs of the tests: grant and other are for systems up to a number of people; the tests change the number.
const (
	grant = "demo-grant"
	other = "demo-other"
)

// TestMain keeps the random walks short where everybody waits for them.
func TestMain(m *testing.M) { datatest.Main(m) }

// bench is a desk with the program grant, for up to 5,000 people.
type bench struct {
	*desktest.Desk
	desk broker.Desk
}

func open(t testing.TB, db *datatest.Database) *bench {
	t.Helper()
	d := desktest.Empty(t, db)
	b := &bench{d, broker.Desk{Vocabulary: d.Vocabulary, Catalog: d.Catalog, Mail: d.Mail, Locales: d.Locales}}
	b.publish(t, grant, "<= 25000", "<= 5000")
	return b
}

// publish replaces the live version of a program by the demo grant after edits.
func (b *bench) publish(t testing.TB, slug string, edits ...string) {
	t.Helper()
	b.Release(t, desktest.Edited(t, "demo-grant", append([]string{`slug = "demo-grant"`, `slug = "` + slug + `"`,
		"Small system security grant (demo)", "Grant " + slug, "Subvención de seguridad para sistemas pequeños (demo)", "Fondos " + slug}, edits...)...))
}

// person is somebody who can own an organization.
func (b *bench) person(t testing.TB, name, lang string) account.Person {
	t.Helper()
	p := account.Person{ID: data.NewID(), Email: name + "@example.org", Lang: lang}
	b.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec(`INSERT INTO person (id, email, name, lang, staff_role, disabled, generation, created_at) VALUES ($1, $2, '', $3, '', FALSE, 1, $4)`,
			p.ID, p.Email, lang, data.Millis(tx.Now))
		return err
	})
	return p
}

// system is the water system of a town of so many people, with its owner.
func (b *bench) system(t testing.TB, owner account.Person, people int64) (o account.Organization) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		if o, err = account.CreateOrganization(tx, owner, "Water of "+owner.Email); err != nil {
			return err
		}
		return b.say(tx, o, people)
	})
	return o
}

func (b *bench) say(tx *data.Tx, o account.Organization, people int64) error {
	return account.SaveFacts(tx, b.desk.Vocabulary, o.ID, "console", eligibility.Profile{
		"sector": eligibility.String("drinking_water"), "state_or_territory": eligibility.String("NM"),
		"ownership_type": eligibility.String("government_local"), "population_served": eligibility.Int(people)})
}

func (b *bench) join(t testing.TB, p account.Person, o account.Organization, role string) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec("INSERT INTO membership (person_id, organization_id, role, state, created_at) VALUES ($1, $2, $3, 'active', $4)", p.ID, o.ID, role, data.Millis(tx.Now))
		return err
	})
}

func (b *bench) choose(t testing.TB, p account.Person, wanted bool) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error { return notify.Choose(tx, p.Email, notify.KindFits, wanted) })
}

func (b *bench) run(t testing.TB) Report {
	t.Helper()
	report, err := Run(context.Background(), b.DB, b.desk)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// want holds that a run mails these people and nobody else, that a second run does nothing, and gives the mails.
func (b *bench) want(t testing.TB, what string, names ...string) []notify.Mail {
	t.Helper()
	report := b.run(t)
	mails := b.Mails(t)
	var got []string
	for _, m := range mails {
		if m.Template == "fits_now" || m.Template == "check_fits" {
			got = append(got, strings.TrimSuffix(m.To, "@example.org"))
		}
	}
	if !slices.Equal(got, names) || report.Mails != len(names) {
		t.Errorf("%s: mails to %q, want %q; report %+v", what, got, names, report)
	}
	if again := b.run(t); again != (Report{}) {
		t.Errorf("%s: a second run does %+v", what, again)
	}
	return mails
}

func (b *bench) kept(t testing.TB) (rows int) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) error { return tx.Row("SELECT count(*) FROM recheck_organization").Scan(&rows) })
	return rows
}
