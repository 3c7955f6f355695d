package ui_test

import (
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/data/locale"
	"accessdesk/ui"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"
)

// TestPagesAreSafe puts every page together in every language. The start only parses them.
func TestPagesAreSafe(t *testing.T) {
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	site, err := web.New(nil, broker.Desk{}, locales, web.Config{PublicURL: webtest.Origin, Zone: time.UTC, Key: [32]byte{3},
		Brand: web.Brand{Name: "Cyber Access Desk"}, Templates: ui.Templates(), Static: ui.Static()})
	if err != nil {
		t.Fatal(err)
	}
	if err := site.CheckPages(); err != nil {
		t.Error(err)
	}
}
