package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/account/key"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
	"accessdesk/notify"
	"accessdesk/ui/api"
	"accessdesk/ui/problem"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

const origin = "http://127.0.0.1:8080"

// Programs that the tests are about.
const (
	model    = "demo-model-access"
	scanning = "cisa-vuln-scanning"
)

// offerings are a fixed selection of the real programs, with the three of the demonstration.
var offerings = sync.OnceValue(func() (all []*catalog.Offering) {
	for _, files := range []fs.FS{seed.Files, demo.Files} {
		some, err := catalog.ParseFiles(files)
		if err != nil {
			panic(err)
		}
		for _, o := range some {
			if catalogtest.Sampled(o.Slug) || o.Status == catalog.StatusEnded {
				all = append(all, o)
			}
		}
	}
	return all
})

// desk is the interface behind the real router, on a fresh database with a catalog and two program managers.
type desk struct {
	*datatest.Database
	t    testing.TB
	app  *fiber.App
	log  *bytes.Buffer
	desk broker.Desk
	site *web.Site

	rosa, luis account.Person
}

func each(t *testing.T, test func(*testing.T, *desk)) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) { test(t, openOn(t, db)) })
}

func open(t testing.TB, change ...func(*web.Config)) *desk {
	return openOn(t, datatest.Open(t), change...)
}

func openOn(t testing.TB, db *datatest.Database, change ...func(*web.Config)) *desk {
	t.Helper()
	locales, err := locale.Bundle()
	must(t, err)
	d := &desk{Database: db, t: t, log: &bytes.Buffer{}}
	db.Write(t, func(tx *data.Tx) error {
		_, err := catalog.Import(tx, catalogtest.Vocabulary(), offerings(), record.Seed)
		return err
	})
	mail, err := notify.NewComposer(notify.ComposerConfig{Locales: locales, Brand: "Cyber Access Desk", Operator: "Example Council",
		PublicURL: origin, From: "desk@example.org", ReplyTo: "desk@example.org", Zone: time.UTC, SealKey: [32]byte{1}})
	must(t, err)
	config := web.Config{PublicURL: origin, Zone: time.UTC, Log: slog.New(slog.NewTextHandler(d.log, nil)),
		Brand:     web.Brand{Name: "Cyber Access Desk", Operator: "Example Council"},
		Limits:    web.Limits{Body: 1 << 20, SignIn: 1000, Check: 100_000, Machine: 100_000, Timeout: time.Minute},
		Templates: os.DirFS("../templates"), Static: os.DirFS("../static")}
	for _, f := range change {
		f(&config)
	}
	d.desk = broker.Desk{Vocabulary: catalogtest.Vocabulary(), Catalog: catalog.NewCache(catalogtest.Vocabulary()), Mail: mail, Locales: locales}
	d.site, err = web.New(db.DB, d.desk, locales, config)
	must(t, err)
	d.app = fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true, CaseSensitive: true, StrictRouting: true, ErrorHandler: d.site.HandleError})
	d.app.Use(d.site.Guard)
	must(t, web.Register(d.app, routes(d.site), d.site.Limiters()))
	d.rosa, d.luis = d.person("rosa@example.org", account.ProgramManager), d.person("luis@example.org", account.ProgramManager)
	t.Cleanup(func() {
		for _, missing := range locales.Missing() {
			t.Errorf("missing text: %s", missing)
		}
	})
	return d
}

// routes are those of this package as package ui has them.
func routes(s *web.Site) []web.Route {
	machine := func(method, path string, policy web.Policy, handler fiber.Handler) web.Route {
		return web.Route{Method: method, Path: api.Base + path, Policy: policy, Limit: web.MachineLimit, Cookieless: true, Machine: true,
			Cached: method == "GET" && policy.Public(), Handler: handler}
	}
	read, write := web.Key(key.ReadCatalog), web.Key(key.WriteCatalog)
	return []web.Route{
		machine("GET", "/offerings", web.Public, s.Read(api.Offerings)), machine("GET", "/offerings/:slug", web.Public, s.Read(api.Offering)),
		machine("GET", "/facts", web.Public, s.Read(api.Facts)), machine("POST", "/screen", web.Public, s.Read(api.Screen)),
		machine("GET", "/openapi.json", web.Public, s.Read(api.OpenAPI)),
		machine("GET", "/offerings/:slug/versions", read, s.Read(api.Versions)), machine("GET", "/offerings/:slug/versions/:number", read, s.Read(api.Version)),
		machine("POST", "/offerings/:slug/clone", write, s.Write(api.Clone)), machine("POST", "/offerings/:slug/pause", write, s.Write(api.Pause)),
		machine("POST", "/offerings/:slug/reopen", write, s.Write(api.Begin(publishing.Reopen))),
		machine("POST", "/offerings/:slug/retire", write, s.Write(api.Begin(publishing.BeginRetirement))),
		machine("GET", "/drafts", read, s.Read(api.Drafts)), machine("GET", "/drafts/:slug", read, s.Read(api.Draft)),
		machine("PUT", "/drafts/:slug", write, s.Write(api.PutDraft)),
		machine("POST", "/drafts/:slug/submit", write, s.Write(api.Act(publishing.ActSubmit))),
		machine("POST", "/drafts/:slug/approve", write, s.Write(api.Act(publishing.ActApprove))),
		machine("POST", "/drafts/:slug/send-back", write, s.Write(api.Act(publishing.ActSendBack))),
		machine("POST", "/drafts/:slug/discard", write, s.Write(api.Act(publishing.ActDiscard))),
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) person(email, role string) (p account.Person) {
	d.t.Helper()
	d.Write(d.t, func(tx *data.Tx) (err error) {
		p, _, err = account.AddPerson(tx, email, role, record.Console)
		return err
	})
	return p
}

// key makes a key of a person, as a header.
func (d *desk) key(p account.Person, scopes ...string) string {
	d.t.Helper()
	var text string
	d.Write(d.t, func(tx *data.Tx) (err error) {
		_, text, err = key.Make(tx, p, key.Wish{Name: "Test", Scopes: scopes, Expires: tx.Now.AddDate(0, 6, 0)}, record.Console)
		return err
	})
	return "Bearer " + text
}

// answer is what came back.
type answer struct {
	*http.Response
	t    testing.TB
	what string
	body []byte
}

// ask sends a request as a program does. headers are name and value in turn.
func (d *desk) ask(method, path, body string, headers ...string) answer {
	d.t.Helper()
	request := httptest.NewRequest(method, api.Base+path, strings.NewReader(body))
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if request.Header.Del(headers[i]); headers[i+1] != "" {
			request.Header.Set(headers[i], headers[i+1])
		}
	}
	response, err := d.app.Test(request, -1)
	must(d.t, err)
	text, err := io.ReadAll(response.Body)
	must(d.t, err)
	a := answer{response, d.t, method + " " + path, text}
	d.described(method, path, a)
	return a
}

// want fails the test unless the answer has that status.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.StatusCode != status {
		a.t.Fatalf("%s: status %d, want %d\n%s", a.what, a.StatusCode, status, a.body)
	}
	return a
}

// read decodes the body.
func read[T any](a answer) (value T) {
	a.t.Helper()
	if err := json.Unmarshal(a.body, &value); err != nil {
		a.t.Fatalf("%s: %v\n%s", a.what, err, a.body)
	}
	return value
}

// refused fails the test unless the answer is a problem document of a type, with mistakes that read "PLACE CODE".
func (a answer) refused(status int, code string, mistakes ...string) problem.Document {
	a.t.Helper()
	a.want(status)
	document := read[problem.Document](a)
	var found []string
	for _, one := range document.Errors {
		found = append(found, strings.TrimSpace(one.Parameter+one.Pointer+" "+one.Code))
		if one.Detail == "" {
			a.t.Errorf("%s: %s says nothing", a.what, one.Code)
		}
	}
	if a.Header.Get("Content-Type") != problem.MediaType || document.Type != origin+problem.Path+code || document.Status != status ||
		document.RequestID != a.Header.Get("X-Request-Id") || strings.Join(found, "; ") != strings.Join(mistakes, "; ") {
		a.t.Errorf("%s: %s, want %s with %q", a.what, a.body, code, mistakes)
	}
	return document
}
