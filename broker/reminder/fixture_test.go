package reminder

import (
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
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

const model = "demo-model-access"

// TestMain keeps the random walks short where everybody waits for them.
func TestMain(m *testing.M) { datatest.Main(m) }

// locales are made once: they are big and never change.
var (
	locales = sync.OnceValue(func() *locale.Locales {
		l, err := locale.Bundle()
		if err != nil {
			panic(err)
		}
		return l
	})
)

// bench is a desk with the demo programs and one seed program, two organizations and one person of each kind.
type bench struct {
	*datatest.Database
	desk       Desk
	org, other account.Organization
	// People of org; insider is also a program manager. stranger owns other.
	owner, editor, reader, closed, insider, stranger account.Person
	// Staff outside of org: colleague reads Spanish.
	manager, colleague, auditor account.Person
}

func open(t testing.TB, db *datatest.Database) *bench {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	mail, err := notify.NewComposer(notify.ComposerConfig{Locales: locales(), Brand: "Cyber Access Desk", Operator: "Example Institute", Zone: zone,
		PublicURL: "https://desk.example.org", From: "desk@example.org", ReplyTo: "help@example.org", SealKey: [32]byte{1, 2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{Database: db, desk: Desk{Zone: zone, Desk: broker.Desk{Vocabulary: catalogtest.Vocabulary(), Catalog: catalog.NewCache(catalogtest.Vocabulary()), Mail: mail, Locales: locales()}}}
	b.Write(t, func(tx *data.Tx) error {
		if _, err := catalog.Import(tx, catalogtest.Vocabulary(), offerings(t), "seed"); err != nil {
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

// offerings are the demo programs, that of model with a window, and ship.
func offerings(t testing.TB) []*catalog.Offering {
	t.Helper()
	var all []*catalog.Offering
	for name, files := range map[string]fs.FS{"demo-model-access": demo.Files, "demo-scanning": demo.Files, "ship": seed.Files} {
		text, err := fs.ReadFile(files, "catalog/"+name+".toml")
		if err != nil {
			t.Fatal(err)
		}
		file := string(text)
		if name == model {
			file = strings.Replace(file, "\n[provider]", window(closes)+"\n[provider]", 1)
		}
		o, err := catalog.Parse(name+".toml", []byte(file))
		if err != nil {
			t.Fatal(err)
		}
		o.ReviewBy = "" // the tests of reviews set one
		all = append(all, o)
	}
	return all
}

// closes is when the program model stops taking applications: an afternoon in New York.
var closes = time.Date(2027, 1, 20, 22, 0, 0, 0, time.UTC)

func window(closes time.Time) string {
	return "\n[window]\nopens = 2026-01-01T00:00:00Z\ncloses = " + closes.Format(time.RFC3339) + "\ntime_zone = \"America/New_York\"\n"
}

// moveWindow publishes model with another closing time.
func (b *bench) moveWindow(t testing.TB, until time.Time) {
	t.Helper()
	text, err := demo.Files.ReadFile("catalog/" + model + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	o, err := catalog.Parse(model+".toml", []byte(strings.Replace(string(text), "\n[provider]", window(until)+"\n[provider]", 1)))
	if err != nil {
		t.Fatal(err)
	}
	o.ReviewBy = ""
	b.Write(t, func(tx *data.Tx) error {
		if _, err := tx.Exec("UPDATE offering_version SET body = $1 WHERE slug = $2", string(catalog.Canonical(o)), model); err != nil {
			return err
		}
		// A version never changes; the test saves itself a second one by giving the only one another id.
		if _, err := tx.Exec("UPDATE offering_version SET id = $1 WHERE slug = $2", data.NewID(), model); err != nil {
			return err
		}
		_, err := tx.Exec("UPDATE catalog_revision SET revision = revision + 1, stamp = $1 WHERE id = 1", data.NewID())
		return err
	})
}

func (b *bench) people(tx *data.Tx) error {
	for _, p := range []struct {
		person                  *account.Person
		name, role, staff, lang string
	}{
		{&b.owner, "owner", account.Owner, "", "en"}, {&b.editor, "editor", account.Editor, "", "es"},
		{&b.reader, "reader", account.Reader, "", "en"}, {&b.closed, "closed", account.Editor, "", "en"},
		{&b.insider, "insider", account.Editor, account.ProgramManager, "en"}, {&b.stranger, "stranger", "", "", "en"},
		{&b.manager, "manager", "", account.ProgramManager, "en"}, {&b.colleague, "colleague", "", account.ProgramManager, "es"},
		{&b.auditor, "auditor", "", account.Auditor, "en"},
	} {
		*p.person = account.Person{ID: data.NewID(), Email: p.name + "@example.org", Lang: p.lang, StaffRole: p.staff}
		_, err := tx.Exec(`INSERT INTO person (id, email, name, lang, staff_role, disabled, generation, created_at)
			VALUES ($1, $2, '', $3, $4, $5, 1, $6)`, p.person.ID, p.person.Email, p.lang, p.staff, p.name == "closed", data.Millis(tx.Now))
		if err == nil && p.name == "owner" {
			b.org, err = account.CreateOrganization(tx, b.owner, "Cedar Flats Water District")
		} else if err == nil && p.role != "" {
			_, err = tx.Exec("INSERT INTO membership (person_id, organization_id, role, state, created_at) VALUES ($1, $2, $3, 'active', $4)",
				p.person.ID, b.org.ID, p.role, data.Millis(tx.Now))
		}
		if err != nil {
			return err
		}
	}
	var err error
	b.other, err = account.CreateOrganization(tx, b.stranger, "Juniper Ridge Electric Cooperative")
	return err
}

// fits are facts with which the demo programs fit.
func fits() eligibility.Profile {
	return eligibility.Profile{
		"sector": eligibility.String("drinking_water"), "state_or_territory": eligibility.String("NM"),
		"ownership_type": eligibility.String("government_local"), "population_served": eligibility.Int(4200),
		"authorised_targets_statement": eligibility.Bool(true), "static_public_ips": eligibility.Bool(true), "has_ot": eligibility.Bool(false),
	}
}

// start begins an application of org for model.
func (b *bench) start(t testing.TB) (a broker.Application) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		a, err = broker.Start(tx, b.desk.Desk, broker.PersonActor(b.owner), b.org.ID, []string{model}, fits())
		return err
	})
	return a
}

// sent is an application of org that was sent.
func (b *bench) sent(t testing.TB) broker.Item {
	t.Helper()
	a := b.start(t)
	b.Write(t, func(tx *data.Tx) error {
		actor := broker.PersonActor(b.owner)
		_, err := broker.SaveAnswers(tx, b.desk.Desk, actor, a, model, a.Items[0].Revision, broker.Answers{
			"first_task": {"Read the logs of the billing computer."}, "tasks": {"logs", "fixes"}, "setup": {"own_staff"}, "user_count": {"3"},
			"problem_contact": {"Duty desk", "duty@example.org", "+1-555-0100"}, "own_systems": {"yes"}, "accept_terms": {"yes"}})
		if err != nil {
			return err
		}
		if a, err = broker.FindApplication(tx, actor, a.ID); err != nil {
			return err
		}
		results, err := broker.Submit(tx, b.desk.Desk, actor, a, broker.Declarations())
		for _, result := range results {
			if result.Refusal != nil {
				return result.Refusal
			}
		}
		if err == nil {
			a, err = broker.FindApplication(tx, actor, a.ID)
		}
		return err
	})
	return a.Items[0]
}

func (b *bench) act(t testing.TB, p account.Person, item broker.Item, r broker.ActRequest) (next broker.Item) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		next, err = broker.Act(tx, b.desk.Desk, broker.PersonActor(p), item.ID, r)
		return err
	})
	return next
}

func (b *bench) choose(t testing.TB, p account.Person, kind notify.Kind, wanted bool) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error { return notify.Choose(tx, p.Email, kind, wanted) })
}

func (b *bench) save(t testing.TB, organization account.Organization, facts eligibility.Profile) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error {
		return account.SaveFacts(tx, catalogtest.Vocabulary(), organization.ID, b.owner.ID, facts)
	})
}

// run works once and gives the mails of this package's run.
func (b *bench) run(t testing.TB) (mails []notify.Queued, report Report) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error {
		if err := broker.Work(tx, b.desk.Desk); err != nil {
			return err
		}
		mark, err := notify.Begin(tx)
		if err != nil {
			return err
		}
		if report, err = Due(tx, b.desk); err != nil {
			return err
		}
		mails, err = notify.Since(tx, mark)
		return err
	})
	return mails, report
}

// want holds that a run queues these mails of a kind ("template recipient", in any order) and no other, that a second run queues nothing,
// and gives the mails. Mails of other templates are not looked at.
func (b *bench) want(t testing.TB, what string, templates []string, want ...string) []notify.Queued {
	t.Helper()
	mails, _ := b.run(t)
	mails = slices.DeleteFunc(mails, func(m notify.Queued) bool { return !slices.Contains(templates, m.Template) })
	var got []string
	for _, m := range mails {
		got = append(got, m.Template+" "+strings.TrimSuffix(m.To, "@example.org"))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s (%s): %q, want %q", what, b.Now().In(b.desk.Zone).Format(time.DateTime), got, want)
	}
	if again, report := b.run(t); len(again) > 0 || report != (Report{}) {
		t.Errorf("%s: a second run counts %+v and queues %d mails", what, report, len(again))
	}
	return mails
}
