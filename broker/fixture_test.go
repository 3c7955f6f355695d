package broker

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// The programs of the tests: two of the demonstration, and a real one that is applied for by e-mail, with a reminder after
// 14 days.
const (
	model     = "demo-model-access"
	scan      = "demo-scanning"
	elsewhere = "cisa-vuln-scanning"
)

var offerings = sync.OnceValue(func() []*catalog.Offering {
	all, err := catalog.ParseFiles(demo.Files)
	if err != nil {
		panic(err)
	}
	text, err := seed.Files.ReadFile("catalog/" + elsewhere + ".toml")
	if err != nil {
		panic(err)
	}
	o, err := catalog.Parse(elsewhere+".toml", text)
	if err != nil {
		panic(err)
	}
	return append(all, o)
})

var locales = sync.OnceValue(func() *locale.Locales {
	l, err := locale.Bundle()
	if err != nil {
		panic(err)
	}
	return l
})

// bench is a desk with the demo programs, two organizations and one person of each kind.
type bench struct {
	*datatest.Database
	desk       Desk
	org, other account.Organization
	// People of org; insider is also a program manager. stranger owns other.
	owner, editor, signer, reader, insider, removed, stranger account.Person
	// Staff outside of org.
	manager, colleague, auditor, administrator account.Person

	crowded bool // see crowd
}

func open(t testing.TB, db *datatest.Database) *bench {
	t.Helper()
	mail, err := notify.NewComposer(notify.ComposerConfig{Locales: locales(), Brand: "Cyber Access Desk", Operator: "Example Institute",
		PublicURL: "https://desk.example.org", From: "desk@example.org", ReplyTo: "help@example.org", SealKey: [32]byte{1, 2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{Database: db, desk: Desk{Vocabulary: catalogtest.Vocabulary(), Catalog: catalog.NewCache(catalogtest.Vocabulary()), Mail: mail, Locales: locales()}}
	b.Write(t, func(tx *data.Tx) error {
		if _, err := catalog.Import(tx, catalogtest.Vocabulary(), offerings(), record.Seed); err != nil {
			return err
		}
		return b.people(tx)
	})
	t.Cleanup(func() {
		for _, missing := range locales().Missing() {
			t.Errorf("missing text: %s", missing)
		}
	})
	return b
}

func (b *bench) people(tx *data.Tx) error {
	for _, p := range []struct {
		person            *account.Person
		name, role, state string // of the membership in org
		staff, lang       string
	}{
		{&b.owner, "owner", account.Owner, "active", "", "en"},
		{&b.editor, "editor", account.Editor, "active", "", "es"},
		{&b.signer, "signer", account.Signer, "active", "", "en"},
		{&b.reader, "reader", account.Reader, "active", "", "en"},
		{&b.insider, "insider", account.Editor, "active", account.ProgramManager, "en"},
		{&b.removed, "removed", account.Owner, "removed", "", "en"},
		{&b.stranger, "stranger", "", "", "", "en"},
		{&b.manager, "manager", "", "", account.ProgramManager, "en"},
		{&b.colleague, "colleague", "", "", account.ProgramManager, "es"},
		{&b.auditor, "auditor", "", "", account.Auditor, "en"},
		{&b.administrator, "administrator", "", "", account.Administrator, "en"},
	} {
		*p.person = account.Person{ID: data.NewID(), Email: p.name + "@example.org", Lang: p.lang, StaffRole: p.staff}
		_, err := tx.Exec(`INSERT INTO person (id, email, name, lang, staff_role, disabled, generation, created_at)
			VALUES ($1, $2, '', $3, $4, $5, 1, $6)`, p.person.ID, p.person.Email, p.lang, p.staff, false, data.Millis(tx.Now))
		if err == nil && p.name == "owner" {
			b.org, err = account.CreateOrganization(tx, b.owner, "Cedar Flats Water District")
		} else if err == nil && p.role != "" {
			_, err = tx.Exec("INSERT INTO membership (person_id, organization_id, role, state, created_at) VALUES ($1, $2, $3, $4, $5)",
				p.person.ID, b.org.ID, p.role, p.state, data.Millis(tx.Now))
		}
		if err != nil {
			return err
		}
	}
	var err error
	b.other, err = account.CreateOrganization(tx, b.stranger, "Juniper Ridge Electric Cooperative")
	return err
}

// fits are facts with which both programs fit.
func fits() eligibility.Profile {
	return eligibility.Profile{
		"sector": eligibility.String("drinking_water"), "state_or_territory": eligibility.String("NM"),
		"ownership_type": eligibility.String("government_local"), "population_served": eligibility.Int(4200),
		"authorised_targets_statement": eligibility.Bool(true), "static_public_ips": eligibility.Bool(true), "has_ot": eligibility.Bool(false),
	}
}

// complete answers every question that is asked with fits.
func complete(slug string) Answers {
	contact := []string{"Duty desk", "duty@example.org", "+1-555-0100"}
	if slug == scan {
		return Answers{"ranges": {"192.0.2.0/24\n198.51.100.7"}, "scan_hours": {"night"}, "report_reader": contact, "permission": {"yes"}}
	}
	return Answers{"first_task": {"Read the logs of the billing computer."}, "tasks": {"logs", "fixes"}, "setup": {"own_staff"},
		"user_count": {"3"}, "problem_contact": contact, "own_systems": {"yes"}, "accept_terms": {"yes"}}
}

// write runs f and gives its error instead of failing the test.
func (b *bench) write(f func(*data.Tx) error) error { return b.DB.Write(context.Background(), f) }

// start begins an application. An organization that asks for one of the programs already makes way for another one of the
// same name with the same people, so that a test can have any number of cases.
func (b *bench) start(t testing.TB, facts eligibility.Profile, slugs ...string) Application {
	t.Helper()
	var a Application
	begin := func(tx *data.Tx) (err error) {
		a, err = Start(tx, b.desk, PersonActor(b.owner), b.org.ID, slugs, facts)
		return err
	}
	err := b.write(begin)
	var refusal *data.Refusal
	if errors.As(err, &refusal) && refusal.Code == "program_twice" {
		b.Write(t, func(tx *data.Tx) error {
			before := b.org.ID
			var err error
			if b.org, err = account.CreateOrganization(tx, b.owner, b.org.Name); err != nil {
				return err
			}
			_, err = tx.Exec(`INSERT INTO membership (person_id, organization_id, role, state, created_at)
				SELECT person_id, $2, role, state, created_at FROM membership WHERE organization_id = $1 AND person_id <> $3`,
				before, b.org.ID, b.owner.ID)
			return err
		})
		err = b.write(begin)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (b *bench) load(t testing.TB, id string) Application {
	t.Helper()
	var a Application
	b.Read(t, func(tx *data.Tx) (err error) {
		a, err = FindApplication(tx, PersonActor(b.owner), id)
		return err
	})
	return a
}

func (b *bench) save(actor account.Person, id, slug string, revision int64, answers Answers) (item Item, err error) {
	err = b.write(func(tx *data.Tx) error {
		a, err := FindApplication(tx, PersonActor(actor), id)
		if err != nil {
			return err
		}
		item, err = SaveAnswers(tx, b.desk, PersonActor(actor), a, slug, revision, answers)
		return err
	})
	return item, err
}

// draft is an application with every question answered.
func (b *bench) draft(t testing.TB, slugs ...string) Application {
	t.Helper()
	a := b.start(t, fits(), slugs...)
	for _, item := range a.Items {
		if _, err := b.save(b.owner, a.ID, item.Slug, item.Revision, complete(item.Slug)); err != nil {
			t.Fatal(err)
		}
	}
	return b.load(t, a.ID)
}

// sent is an application that was sent.
func (b *bench) sent(t testing.TB, slugs ...string) Application {
	t.Helper()
	a := b.draft(t, slugs...)
	for _, result := range b.submit(t, b.owner, a.ID) {
		if result.Refusal != nil {
			t.Fatal(result.Refusal)
		}
	}
	return b.load(t, a.ID)
}

func (b *bench) submit(t testing.TB, actor account.Person, id string) []SubmitResult {
	t.Helper()
	var results []SubmitResult
	b.Write(t, func(tx *data.Tx) error {
		a, err := FindApplication(tx, PersonActor(actor), id)
		if err != nil {
			return err
		}
		results, err = Submit(tx, b.desk, PersonActor(actor), a, Declarations())
		return err
	})
	return results
}

func (b *bench) act(actor account.Person, itemID string, r ActRequest) (item Item, err error) {
	err = b.write(func(tx *data.Tx) error {
		item, err = Act(tx, b.desk, PersonActor(actor), itemID, r)
		return err
	})
	return item, err
}

// must takes a step that has to succeed.
func (b *bench) must(t testing.TB, actor account.Person, itemID string, r ActRequest) Item {
	t.Helper()
	item, err := b.act(actor, itemID, r)
	if err != nil {
		t.Fatalf("%s: %v", r.Act, err)
	}
	return item
}

// acts lists the acts in the record of an item.
func (b *bench) acts(t testing.TB, itemID string) []string {
	t.Helper()
	var acts []string
	b.Read(t, func(tx *data.Tx) error {
		chain := record.CaseChain(itemID)
		entries, err := record.List(tx, chain)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			acts = append(acts, entry.Act)
		}
		return record.Check(tx, chain)
	})
	return acts
}

// mails lists the mails of an item as "template recipient", sorted within one moment.
func (b *bench) mails(t testing.TB, itemID string) []notify.Queued {
	t.Helper()
	var list []notify.Queued
	b.Read(t, func(tx *data.Tx) (err error) {
		list, err = notify.Sent(tx, record.CaseChain(itemID))
		return err
	})
	return list
}

func mailed(list []notify.Queued, template string) []string {
	var to []string
	for _, q := range list {
		if q.Template == template {
			to = append(to, strings.TrimSuffix(q.To, "@example.org"))
		}
	}
	slices.Sort(to)
	return to
}

// count gives a number of rows.
func (b *bench) count(t testing.TB, query string, args ...any) int {
	t.Helper()
	var n int
	b.Read(t, func(tx *data.Tx) error { return tx.Row(query, args...).Scan(&n) })
	return n
}

func wantRefusal(t testing.TB, err error, field, code string) *data.Refusal {
	t.Helper()
	var refusal *data.Refusal
	if !errors.As(err, &refusal) || refusal.Field != field || refusal.Code != code {
		t.Fatalf("got %v, want refusal %q at %q", err, code, field)
	}
	for _, lang := range locale.Languages() {
		if count, ok := refusal.Args["Count"].(int); ok {
			locales().In(lang).N("refusal."+code, count)
		} else {
			locales().In(lang).Fill("refusal."+code, refusal.Args)
		}
	}
	return refusal
}

func wantError(t testing.TB, err, kind error) {
	t.Helper()
	if !errors.Is(err, kind) {
		t.Fatalf("got %v, want %v", err, kind)
	}
}

// publish replaces the live version of a program by its demo file after edit, as publishing does.
func (b *bench) publish(t testing.TB, slug string, edit func(string) string) {
	t.Helper()
	file, err := demo.Files.ReadFile("catalog/" + slug + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	text := edit(string(file))
	if text == string(file) {
		t.Fatal("the edit changed nothing")
	}
	o, err := catalog.Parse(slug+".toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	b.Write(t, func(tx *data.Tx) error {
		var number int
		if err := tx.Row("SELECT max(number) FROM offering_version WHERE slug = $1", slug).Scan(&number); err != nil {
			return err
		}
		if _, err := tx.Exec("UPDATE offering_version SET state = 'retired' WHERE slug = $1 AND state = 'published'", slug); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO offering_version (id, slug, number, state, body, owner, created_at, created_by, published_at, published_by)
			VALUES ($1, $2, $3, 'published', $4, '', $5, 'console', $5, 'console')`,
			data.NewID(), slug, number+1, string(catalog.Canonical(o)), data.Millis(tx.Now))
		if err != nil {
			return err
		}
		_, err = tx.Exec("UPDATE catalog_revision SET revision = revision + 1, stamp = $1 WHERE id = 1", data.NewID())
		return err
	})
}

// replacing gives an edit that replaces one text by another.
func replacing(old, new string) func(string) string {
	return func(text string) string { return strings.Replace(text, old, new, 1) }
}
