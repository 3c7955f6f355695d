// Package desktest gives tests a desk: the demo programs in a catalog, what is published of them without a second person, and the mails
// that go out.
package desktest

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// Desk is what the desks of the packages under test are made of.
type Desk struct {
	*datatest.Database
	Vocabulary *eligibility.Vocabulary
	Catalog    *catalog.Cache
	Mail       *notify.Composer
	Locales    *locale.Locales
}

// bundle reads the texts once for a whole test program.
var bundle = sync.OnceValues(locale.Bundle)

// Empty is a desk without a program. A text that is missing in either language fails the test at its end.
func Empty(t testing.TB, db *datatest.Database) *Desk {
	t.Helper()
	locales, err := bundle()
	if err != nil {
		t.Fatal(err)
	}
	mail, err := notify.NewComposer(notify.ComposerConfig{Locales: locales, Brand: "Cyber Access Desk", Operator: "Example Institute",
		PublicURL: "https://desk.example.org", From: "desk@example.org", ReplyTo: "help@example.org", SealKey: [32]byte{1, 2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, missing := range locales.Missing() {
			t.Errorf("missing text: %s", missing)
		}
	})
	v := catalogtest.Vocabulary()
	return &Desk{Database: db, Vocabulary: v, Catalog: catalog.NewCache(v), Mail: mail, Locales: locales}
}

// Open is a desk with the demo programs, published by the seed.
func Open(t testing.TB, db *datatest.Database) *Desk {
	t.Helper()
	d := Empty(t, db)
	offerings, err := catalog.ParseFiles(demo.Files)
	if err != nil {
		t.Fatal(err)
	}
	d.Write(t, func(tx *data.Tx) error {
		_, err := catalog.Import(tx, d.Vocabulary, offerings, "seed")
		return err
	})
	return d
}

// Edited reads the file of a demo program after edits, each a text that must be there and what stands in its place.
func Edited(t testing.TB, slug string, edits ...string) *catalog.Offering {
	t.Helper()
	file, err := demo.Files.ReadFile("catalog/" + slug + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(file)
	for i := 0; i+1 < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			t.Fatalf("the file of %s has no %q", slug, edits[i])
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	o, err := catalog.Parse(slug+".toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// Publish makes the file of a demo program after edits the live version.
func (d *Desk) Publish(t testing.TB, slug string, edits ...string) {
	t.Helper()
	d.Release(t, Edited(t, slug, edits...))
}

// Release makes an offering the live version of its slug.
func (d *Desk) Release(t testing.TB, o *catalog.Offering) {
	t.Helper()
	d.Write(t, func(tx *data.Tx) error {
		live, err := d.live(tx, o.Slug)
		if err != nil {
			return err
		}
		_, err = catalog.Publish(tx, d.Vocabulary, catalog.Release{Offering: o, BasedOn: live, WrittenBy: "console", ApprovedBy: "console", Actor: "console", Act: "publish"})
		return err
	})
}

// TakeOff takes a program off the list, if it is there.
func (d *Desk) TakeOff(t testing.TB, slug string) {
	t.Helper()
	d.Write(t, func(tx *data.Tx) error {
		live, err := d.live(tx, slug)
		if err != nil || live == "" {
			return err
		}
		return catalog.TakeOff(tx, slug, live, "console", nil)
	})
}

// live is the id of the live version of an offering, "" if there is none.
func (d *Desk) live(tx *data.Tx, slug string) (string, error) {
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return "", err
	}
	if p, listed := snapshot.Find(slug); listed {
		return p.VersionID, nil
	}
	return "", nil
}

// Mails delivers what is due and gives it, by recipient and template.
func (d *Desk) Mails(t testing.TB) []notify.Mail {
	t.Helper()
	s := &sink{}
	if _, err := notify.Deliver(context.Background(), d.DB, d.Mail, s, slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil))); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(s.mails, func(a, b notify.Mail) int { return strings.Compare(a.To+a.Template, b.To+b.Template) })
	return s.mails
}

// sink is a Mailer that keeps what it gets.
type sink struct{ mails []notify.Mail }

func (s *sink) Send(_ context.Context, m notify.Mail) error {
	s.mails = append(s.mails, m)
	return nil
}

func (s *sink) Close() error { return nil }
