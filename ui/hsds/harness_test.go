package hsds_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
	"accessdesk/ui/hsds"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

const origin = "https://desk.example.org"

// offerings are all programs that the program ships.
var offerings = sync.OnceValue(func() []*catalog.Offering {
	all, err := catalog.ParseFiles(seed.Files)
	if err != nil {
		panic(err)
	}
	more, err := catalog.ParseFiles(demo.Files)
	if err != nil {
		panic(err)
	}
	return append(all, more...)
})

// desk is a site that serves the directory.
type desk struct {
	*datatest.Database
	t    testing.TB
	site *web.Site
	app  *fiber.App
	log  *bytes.Buffer
}

// openDesk opens a desk with all programs.
func openDesk(t testing.TB) *desk {
	t.Helper()
	return openDeskOn(t, datatest.Open(t))
}

func openDeskOn(t testing.TB, database *datatest.Database) *desk {
	t.Helper()
	locales, err := locale.Bundle()
	must(t, err)
	database.Write(t, func(tx *data.Tx) error {
		_, err := catalog.Import(tx, catalogtest.Vocabulary(), offerings(), "seed")
		return err
	})
	log := &bytes.Buffer{}
	d := &desk{Database: database, t: t, log: log}
	d.site, err = web.New(database.DB, broker.Desk{Vocabulary: catalogtest.Vocabulary(), Catalog: catalog.NewCache(catalogtest.Vocabulary()), Locales: locales}, locales,
		web.Config{PublicURL: origin, Zone: time.UTC, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn})),
			Brand:     web.Brand{Name: "Cyber Access Desk", Operator: "Example Council"},
			Limits:    web.Limits{Body: 1 << 16, SignIn: 1000, Check: 1000, Machine: 10_000_000, Timeout: time.Minute},
			Templates: os.DirFS("../templates"), Static: os.DirFS("../static")})
	must(t, err)
	d.app = fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true, CaseSensitive: true, StrictRouting: true, ErrorHandler: d.site.HandleError})
	d.app.Use(d.site.Guard)
	must(t, web.Register(d.app, routes(d.site), d.site.Limiters()))
	t.Cleanup(func() {
		for _, missing := range locales.Missing() {
			t.Errorf("missing text: %s", missing)
		}
		if d.log.Len() > 0 {
			t.Errorf("the log has warnings:\n%s", d.log)
		}
	})
	return d
}

// routes are the routes of this package as package ui has them.
func routes(s *web.Site) []web.Route {
	d := hsds.New()
	var all []web.Route
	add := func(path string, twin bool, h web.Handler) {
		route := web.Route{Method: "GET", Path: "/hsds/" + path, Policy: web.Public, Limit: web.MachineLimit, Cookieless: true, Machine: true, Cached: true, Handler: s.Read(h)}
		all = append(all, route)
		if twin {
			route.Method, route.Cached = "POST", false
			all = append(all, route)
		}
	}
	add("", false, d.About)
	add("profile", false, d.Profile)
	add("openapi.json", false, d.OpenAPI)
	add("services", true, d.Services)
	add("services/:id", false, d.Service)
	add("organizations", true, d.Organizations)
	add("organizations/:id", false, d.Organization)
	add("taxonomies", true, d.Taxonomies)
	add("taxonomies/:id", false, d.Taxonomy)
	add("taxonomy_terms", true, d.Terms)
	add("taxonomy_terms/:id", false, d.Term)
	add("service_at_locations", true, d.ServicesAtLocations)
	add("service_at_locations/:id", false, d.ServiceAtLocation)
	return all
}

// answer is what came back, unpacked.
type answer struct {
	status int
	header http.Header
	body   string
}

// ask sends a bare request.
func (d *desk) ask(method, address, body string, headers ...string) answer {
	d.t.Helper()
	request := httptest.NewRequest(method, address, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := d.app.Test(request, -1)
	must(d.t, err)
	var reader io.Reader = response.Body
	if response.Header.Get("Content-Encoding") == "gzip" {
		reader, err = gzip.NewReader(response.Body)
		must(d.t, err)
	}
	text, err := io.ReadAll(reader)
	must(d.t, err)
	return answer{response.StatusCode, response.Header, string(text)}
}

// get wants 200.
func (d *desk) get(address string, headers ...string) answer {
	d.t.Helper()
	got := d.ask("GET", address, "", headers...)
	if got.status != http.StatusOK {
		d.t.Fatalf("GET %s: %d %s", address, got.status, got.body)
	}
	return got
}

// page is a page of a list.
type page struct {
	TotalItems int               `json:"total_items"`
	TotalPages int               `json:"total_pages"`
	PageNumber int               `json:"page_number"`
	Size       int               `json:"size"`
	FirstPage  bool              `json:"first_page"`
	LastPage   bool              `json:"last_page"`
	Empty      bool              `json:"empty"`
	Contents   []json.RawMessage `json:"contents"`
}

func (d *desk) list(address string) page {
	d.t.Helper()
	return parse[page](d.t, d.get(address).body)
}

func parse[T any](t testing.TB, text string) (value T) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v in %.300s", err, text)
	}
	return value
}

// id is that of an object.
func id(t testing.TB, object json.RawMessage) string {
	t.Helper()
	return parse[struct {
		ID string `json:"id"`
	}](t, string(object)).ID
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
