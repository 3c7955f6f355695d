package recheck

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/data/locale"
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

var locales = sync.OnceValue(func() *locale.Locales {
	l, err := locale.Bundle()
	if err != nil {
		panic(err)
	}
	return l
})

// bench is a desk with the program grant, for up to 5,000 people.
type bench struct {
	*datatest.Database
	desk broker.Desk
}

func open(t testing.TB, db *datatest.Database) *bench {
	t.Helper()
	mail, err := notify.NewComposer(notify.ComposerConfig{Locales: locales(), Brand: "Cyber Access Desk", Operator: "Example Institute",
		PublicURL: "https://desk.example.org", From: "desk@example.org", ReplyTo: "help@example.org", SealKey: [32]byte{1, 2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{Database: db, desk: broker.Desk{Vocabulary: catalogtest.Vocabulary(), Catalog: catalog.NewCache(catalogtest.Vocabulary()), Mail: mail, Locales: locales()}}
	b.publish(t, grant, "<= 25000", "<= 5000")
	t.Cleanup(func() {
		for _, missing := range locales().Missing() {
			t.Errorf("missing text: %s", missing)
		}
	})
	return b
}

// publish replaces the live version of a program by the demo grant after edits.
func (b *bench) publish(t testing.TB, slug string, edits ...string) {
	t.Helper()
	file, err := demo.Files.ReadFile("catalog/demo-grant.toml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(file), `slug = "demo-grant"`, `slug = "`+slug+`"`, 1)
	text = strings.Replace(text, "Small system security grant (demo)", "Grant "+slug, 1)
	text = strings.Replace(text, "Subvención de seguridad para sistemas pequeños (demo)", "Fondos "+slug, 1)
	for i := 0; i+1 < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			t.Fatalf("the file has no %q", edits[i])
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	o, err := catalog.Parse(slug+".toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	b.Write(t, func(tx *data.Tx) error {
		if err := retire(tx, slug); err != nil {
			return err
		}
		if _, err := tx.Exec("INSERT INTO offering (slug, created_at) VALUES ($1, $2) ON CONFLICT (slug) DO NOTHING", slug, data.Millis(tx.Now)); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO offering_version (id, slug, number, state, body, owner, created_at, created_by, published_at, published_by)
			SELECT $1, $2, count(*) + 1, 'published', $3, '', $4, 'console', $4, 'console' FROM offering_version WHERE slug = $2`,
			data.NewID(), slug, string(catalog.Canonical(o)), data.Millis(tx.Now))
		return err
	})
}

// retire takes a program out of the catalog.
func retire(tx *data.Tx, slug string) error {
	if _, err := tx.Exec("UPDATE offering_version SET state = 'retired' WHERE slug = $1 AND state = 'published'", slug); err != nil {
		return err
	}
	return catalog.MoveRevision(tx)
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

// sink is a Mailer that keeps what it gets.
type sink struct{ mails []notify.Mail }

func (s *sink) Send(_ context.Context, m notify.Mail) error {
	s.mails = append(s.mails, m)
	return nil
}
func (s *sink) Close() error { return nil }

// mails delivers what is queued and gives it, by recipient.
func (b *bench) mails(t testing.TB) []notify.Mail {
	t.Helper()
	s := &sink{}
	if _, err := notify.Deliver(context.Background(), b.DB, b.desk.Mail, s, slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil))); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(s.mails, func(a, b notify.Mail) int { return strings.Compare(a.To, b.To) })
	return s.mails
}

// want holds that a run mails these people and nobody else, that a second run does nothing, and gives the mails.
func (b *bench) want(t testing.TB, what string, names ...string) []notify.Mail {
	t.Helper()
	report := b.run(t)
	mails := b.mails(t)
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
