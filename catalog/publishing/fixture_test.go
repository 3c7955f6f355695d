package publishing

import (
	"errors"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/desktest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/eligibility"
)

const (
	scan  = "demo-scanning"
	ana   = "01900000-0000-7000-8000-00000000000a"
	luis  = "01900000-0000-7000-8000-00000000000b"
	olga  = "01900000-0000-7000-8000-00000000000c"
	guest = "01900000-0000-7000-8000-00000000000d" // is no program manager
)

func TestMain(m *testing.M) { datatest.Main(m) }

// bench is a desk with the demo programs and three program managers, and with the facts of two organizations.
type bench struct {
	*desktest.Desk
	desk     Desk
	profiles map[string]eligibility.Profile
}

func open(t testing.TB, db *datatest.Database) *bench {
	t.Helper()
	d := desktest.Open(t, db)
	b := &bench{Desk: d, profiles: map[string]eligibility.Profile{}}
	b.desk = Desk{Vocabulary: d.Vocabulary, Catalog: d.Catalog, Mail: d.Mail, Locales: d.Locales,
		Managers: func(*data.Tx) ([]Manager, error) {
			return []Manager{{ana, "ana@example.org", "Ana Example", "en"}, {luis, "luis@example.org", "Luis Example", "es"}, {olga, "olga@example.org", "", "en"}}, nil
		},
		Profiles: func(_ *data.Tx, each func(string, eligibility.Profile)) error {
			for id, facts := range b.profiles {
				each(id, facts)
			}
			return nil
		}}
	return b
}

func files(t testing.TB) []*catalog.Offering {
	offerings, err := catalog.ParseFiles(demo.Files)
	if err != nil {
		t.Fatal(err)
	}
	return offerings
}

// do runs an act that must go well and gives the draft after it.
func (b *bench) do(t testing.TB, act func(*data.Tx) (Draft, error)) (d Draft) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		d, err = act(tx)
		return err
	})
	return d
}

// try runs an act and gives its error; what it wrote is taken back if there is one.
func (b *bench) try(t testing.TB, act func(*data.Tx) (Draft, error)) error {
	t.Helper()
	return b.DB.Write(t.Context(), func(tx *data.Tx) error {
		_, err := act(tx)
		return err
	})
}

// code is "field:code" of a refusal; else the error as text.
func code(err error) string {
	var refusal *data.Refusal
	if errors.As(err, &refusal) {
		return refusal.Field + ":" + refusal.Code
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

// edited opens a draft of the scanning program with a change.
func (b *bench) edited(t testing.TB, actor string, change func(*catalog.Offering)) Draft {
	t.Helper()
	return b.do(t, func(tx *data.Tx) (Draft, error) {
		d, err := Begin(tx, b.desk, actor, scan)
		if err != nil {
			return d, err
		}
		o, err := d.Offering()
		if err != nil {
			return d, err
		}
		change(o)
		return Save(tx, b.desk, d.ID, d.Revision, actor, o)
	})
}

func (b *bench) act(d Draft, act Act, actor, words string) func(*data.Tx) (Draft, error) {
	return func(tx *data.Tx) (Draft, error) {
		return Do(tx, b.desk, Request{DraftID: d.ID, Revision: d.Revision, Act: act, Actor: actor, Words: words})
	}
}

// published publishes a change of the scanning program: Ana writes, Luis approves.
func (b *bench) published(t testing.TB, change func(*catalog.Offering)) Draft {
	t.Helper()
	d := b.edited(t, ana, change)
	d = b.do(t, b.act(d, ActSubmit, ana, ""))
	return b.do(t, b.act(d, ActApprove, luis, ""))
}

func (b *bench) live(t testing.TB, slug string) (p *catalog.Published) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) error {
		s, err := b.desk.Catalog.Snapshot(tx)
		if err == nil {
			p, _ = s.Find(slug)
		}
		return err
	})
	return p
}

func (b *bench) versions(t testing.TB, slug string) (all []catalog.Stored) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		all, err = catalog.Versions(tx, slug)
		return err
	})
	return all
}

// acts lists the acts in the record of an offering after the first, with who did them.
func (b *bench) acts(t testing.TB, slug string) (all []string) {
	t.Helper()
	names := map[string]string{ana: "ana", luis: "luis", olga: "olga", record.System: "system", record.Seed: "seed"}
	b.Read(t, func(tx *data.Tx) error {
		entries, err := record.List(tx, record.OfferingChain(slug))
		for _, e := range entries[1:] {
			all = append(all, names[e.Actor]+" "+e.Act)
		}
		if err == nil {
			err = record.Check(tx, record.OfferingChain(slug))
		}
		return err
	})
	return all
}

// mails lists the mails in the outbox as "template address", in the order of their queuing.
func (b *bench) mails(t testing.TB) (all []string) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		all, err = data.Rows(tx, func(s data.Scanner) (line string, err error) {
			var template, to string
			err = s.Scan(&template, &to)
			return template + " " + to, err
		}, "SELECT template, recipient FROM outbox ORDER BY queued_at, template, recipient")
		return err
	})
	return all
}

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }
