package ui_test

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/catalog"
	"accessdesk/catalog/reference"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
	"accessdesk/eligibility"
	"accessdesk/notify"
	"accessdesk/ui"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"

	"github.com/gofiber/fiber/v2"
)

// storyWorld is the whole program around a test's database, with the built-in catalog and the demo programs.
type storyWorld struct {
	db    *datatest.Database
	desk  broker.Desk
	app   *fiber.App
	inbox *inbox
	log   *slog.Logger
}

func newStoryWorld(t *testing.T, db *datatest.Database) *storyWorld {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	locales, err := locale.Bundle()
	must(err)
	vocabulary, err := eligibility.Standard()
	must(err)
	zone, err := time.LoadLocation("America/New_York")
	must(err)
	composer, err := notify.NewComposer(notify.ComposerConfig{Locales: locales, Brand: "Cyber Access Desk", Operator: "Example Institute",
		PublicURL: webtest.Origin, From: "desk@example.org", ReplyTo: "help@example.org", Zone: zone, SealKey: [32]byte{1}})
	must(err)
	w := &storyWorld{db: db, inbox: &inbox{}, log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		desk: broker.Desk{Vocabulary: vocabulary, Catalog: catalog.NewCache(vocabulary), Mail: composer, Locales: locales}}
	real, err := catalog.ParseFiles(seed.Files)
	must(err)
	fictional, err := catalog.ParseFiles(demo.Files)
	must(err)
	db.Write(t, func(tx *data.Tx) error {
		_, err := catalog.Import(tx, vocabulary, append(real, fictional...), "seed")
		return err
	})
	library, err := reference.Standard(vocabulary)
	must(err)
	site, err := web.New(db.DB, w.desk, locales, web.Config{PublicURL: webtest.Origin,
		Brand: web.Brand{Name: "Cyber Access Desk", Tagline: web.Text{En: "Security help", Es: "Ayuda de seguridad"}, Operator: "Example Institute"},
		Zone:  zone, Limits: web.Limits{Body: 256 << 10, SignIn: 1000, Check: 1000, Timeout: 10 * time.Second},
		Key: [32]byte{2}, Log: w.log, Templates: ui.Templates(), Static: ui.Static(), Reference: library})
	must(err)
	w.app, err = ui.New(site)
	must(err)
	return w
}
