package feed_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/locale"
	"accessdesk/ui/feed"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

const origin = "https://desk.example.org"

// TestMain keeps the random walks short where everybody waits for them.
func TestMain(m *testing.M) { datatest.Main(m) }

// site is the routes of this package behind the real router, on a catalog of a test's own.
type site struct {
	*datatest.Database
	t    testing.TB
	app  *fiber.App
	site *web.Site
}

// program is a listing as short as the catalog takes it.
func program(slug string, change ...func(*catalog.Offering)) *catalog.Offering {
	o := &catalog.Offering{Slug: slug, Kind: catalog.KindScanning, Status: catalog.StatusOpen, Sectors: []string{"health"}, CheckedOn: "2026-11-01",
		Provider: catalog.Provider{Slug: "example-institute", Name: "Example Institute", URL: "https://institute.example.org"},
		Title:    catalog.Text{En: "Scan " + slug, Es: "Escaneo " + slug}, Summary: catalog.Text{En: "Looks at <your> network & reports.", Es: "Mira su red y avisa: pequeño."}}
	for _, f := range change {
		f(o)
	}
	return o
}

func open(t testing.TB, db *datatest.Database, programs []*catalog.Offering, change ...func(*web.Config)) *site {
	t.Helper()
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	db.Write(t, func(tx *data.Tx) error {
		_, err := catalog.Import(tx, catalogtest.Vocabulary(), programs, "seed")
		return err
	})
	config := web.Config{PublicURL: origin, Zone: time.UTC, Log: slog.New(slog.DiscardHandler),
		Brand:  web.Brand{Name: "Desk & Co", Tagline: web.Text{En: "Security help", Es: "Ayuda de seguridad"}, Operator: "Example Council"},
		Limits: web.Limits{Body: 1 << 16, SignIn: 1000, Check: 1000, Machine: 100_000, Timeout: time.Minute}, Templates: os.DirFS("../templates"), Static: os.DirFS("../static")}
	for _, f := range change {
		f(&config)
	}
	s, err := web.New(db.DB, broker.Desk{Vocabulary: catalogtest.Vocabulary(), Catalog: catalog.NewCache(catalogtest.Vocabulary()), Locales: locales}, locales, config)
	if err != nil {
		t.Fatal(err)
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true, CaseSensitive: true, StrictRouting: true, ErrorHandler: s.HandleError})
	app.Use(s.Guard)
	var routes []web.Route
	for path, h := range map[string]web.Handler{"/feed.atom": feed.All, "/feed/:sector.atom": feed.Sector, "/sitemap.xml": feed.SiteMap,
		"/robots.txt": feed.Robots, "/.well-known/security.txt": feed.Security} {
		routes = append(routes, web.Route{Method: fiber.MethodGet, Path: path, Policy: web.Public, Cached: true, Cookieless: true, Machine: true, Handler: s.Read(h)})
	}
	if err := web.Register(app, routes, s.Limiters()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, missing := range locales.Missing() {
			t.Errorf("missing text: %s", missing)
		}
	})
	return &site{db, t, app, s}
}

// get fetches an address; headers are pairs of name and value.
func (s *site) get(address string, headers ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	request := httptest.NewRequest(http.MethodGet, strings.TrimPrefix(address, origin), nil)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := s.app.Test(request, -1)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	got := httptest.NewRecorder()
	for name, values := range response.Header {
		got.Header()[name] = values
	}
	got.WriteHeader(response.StatusCode)
	if _, err := got.Body.ReadFrom(response.Body); err != nil {
		s.t.Fatal(err)
	}
	return got
}

// body is what is under an address.
func (s *site) body(address string, headers ...string) string {
	s.t.Helper()
	got := s.get(address, headers...)
	if got.Code != http.StatusOK {
		s.t.Fatalf("%s: status %d", address, got.Code)
	}
	return got.Body.String()
}

// replace publishes a version in the place of the live one, or takes it off the list if there is none.
func (s *site) replace(slug string, next *catalog.Offering) {
	s.t.Helper()
	s.Write(s.t, func(tx *data.Tx) error {
		versions, err := catalog.Versions(tx, slug)
		if err != nil {
			return err
		}
		live := ""
		if versions[0].State == catalog.StatePublished {
			live = versions[0].ID
		}
		if next == nil {
			return catalog.TakeOff(tx, slug, live, "console", nil)
		}
		_, err = catalog.Publish(tx, catalogtest.Vocabulary(), catalog.Release{Offering: next, BasedOn: live, WrittenBy: "console", ApprovedBy: "console", Actor: "console", Act: "publish"})
		return err
	})
}

// programs makes so many listings.
func programs(n int) (all []*catalog.Offering) {
	for i := range n {
		all = append(all, program(fmt.Sprintf("program-%03d", i)))
	}
	return all
}
