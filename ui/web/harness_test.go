package web_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/locale"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"
)

// The people of the tests.
const (
	applicant     = "office@cedar-flats.example.org"
	other         = "office@pine-hollow.example.org"
	manager       = "manager@desk.example.org"
	administrator = "administrator@desk.example.org"
	auditor       = "auditor@desk.example.org"
)

// pageFiles is a small site: a frame that shows what the program says about a request, a page, an error page.
func pageFiles() fstest.MapFS {
	return fstest.MapFS{
		"layout/page.html": {Data: []byte(`{{define "page"}}<!doctype html><html lang="{{.Lang}}"><head>` +
			`<title>{{if .Failed}}Error: {{end}}{{template "title" .}}</title><link rel="stylesheet" href="{{asset "app.css"}}"></head><body>` +
			`{{if .StayFirst}}<p id="stay">stay</p>{{end}}{{with .Flash}}<p id="flash">{{.}}</p>{{end}}` +
			`<p id="person">{{.Person.Email}}</p><p id="ends">{{.Ends.UnixMilli}}</p><p id="shell">{{.Shell}}</p>` +
			`<a id="other" href="{{.OtherURL}}">{{.Other}}</a>{{template "main" .}}</body></html>{{end}}`)},
		"pages/page.html": {Data: []byte(`{{define "title"}}Page{{end}}{{define "main"}}<h1>Page</h1><pre>{{.Data}}</pre>
			<form method="post" action="/note"><input type="hidden" name="form_token" value="{{.FormToken}}">
			<input type="hidden" name="repeat_key" value="{{.RepeatKey}}"><textarea name="text"></textarea><button>Save</button></form>{{end}}`)},
		"pages/problems.html": {Data: []byte(`{{define "title"}}Problems{{end}}{{define "main"}}<h1>Problems</h1>
			<ul>{{range .Data}}<li>{{.Field}}: {{.Text}}</li>{{end}}</ul><p id="at">{{.Data.At "email"}}</p>{{end}}`)},
		"error/error.html": {Data: []byte(`{{define "title"}}{{T (print "errors." .Data.Code "_title")}}{{end}}{{define "main"}}` +
			`<h1>{{T (print "errors." .Data.Code "_title")}}</h1><p id="text">{{T (print "errors." .Data.Code "_text")}}</p>` +
			`<p id="detail">{{.Data.Detail}}</p><p id="reference">{{.Data.Reference}}</p>` +
			`<ul id="typed">{{range .Data.Typed}}<li>{{.Name}}={{.Text}}</li>{{end}}</ul>{{end}}`)},
	}
}

// staticFiles are a style sheet that shrinks when packed, a picture, and a file that does not shrink.
func staticFiles() fstest.MapFS {
	return fstest.MapFS{
		"app.css":         {Data: []byte(strings.Repeat("p { margin: 0 }\n", 100))},
		"favicon.svg":     {Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)},
		"pictures/a.b.js": {Data: []byte("1")},
	}
}

// bench is a site with the test's own routes, on a fresh database.
type bench struct {
	*datatest.Database
	t       testing.TB
	site    *web.Site
	app     *fiber.App
	log     *logLines
	locales *locale.Locales
}

// plan is how a bench differs from the plain one.
type plan struct {
	database *datatest.Database // a fresh one unless set
	config   func(*web.Config)
	server   func(*fiber.Config)
	pages    map[string]string // added to pageFiles
	routes   func(*web.Site) []web.Route
	missing  bool           // texts may be missing
	catalog  *catalog.Cache // none unless set
}

// texts are parsed once; they never change.
var texts = sync.OnceValue(func() *locale.Locales {
	locales, err := locale.Bundle()
	if err != nil {
		panic(err)
	}
	return locales
})

func config() web.Config {
	return web.Config{
		PublicURL: webtest.Origin, Zone: time.UTC, Key: [32]byte{3}, Templates: pageFiles(), Static: staticFiles(),
		Brand:  web.Brand{Name: "Cyber Access Desk", Operator: "Example Institute"},
		Limits: web.Limits{Body: 64 << 10, SignIn: 1000, Check: 1000, Timeout: 10 * time.Second},
	}
}

func newBench(t testing.TB, p plan) *bench {
	t.Helper()
	if p.database == nil {
		p.database = datatest.Open(t)
	}
	locales := texts()
	if p.missing {
		var err error
		locales, err = locale.Bundle()
		must(t, err)
	}
	b := &bench{Database: p.database, t: t, log: &logLines{}, locales: locales}
	c := config()
	c.Log = slog.New(slog.NewJSONHandler(b.log, nil))
	if p.config != nil {
		p.config(&c)
	}
	files := pageFiles()
	for name, text := range p.pages {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	c.Templates = files
	var err error
	b.site, err = web.New(b.DB, broker.Desk{Locales: locales, Catalog: p.catalog}, locales, c)
	must(t, err)
	b.app = newServer(b.site, p.server)
	routes := commonRoutes(b.site)
	if p.routes != nil {
		routes = append(routes, p.routes(b.site)...)
	}
	must(t, web.Register(b.app, routes, b.site.Limiters()))
	b.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec("CREATE TABLE note (text TEXT NOT NULL)")
		return err
	})
	if !p.missing {
		t.Cleanup(func() {
			for _, missing := range locales.Missing() {
				t.Errorf("missing text: %s", missing)
			}
		})
	}
	return b
}

// newServer is set up as package ui does it.
func newServer(site *web.Site, change func(*fiber.Config)) *fiber.App {
	c := fiber.Config{DisableStartupMessage: true, Immutable: true, CaseSensitive: true, StrictRouting: true,
		BodyLimit: site.Limits.Body, ReadTimeout: 5 * time.Second, ErrorHandler: site.HandleError, EnableTrustedProxyCheck: true,
		TrustedProxies: site.Proxies, ProxyHeader: site.ProxyHeader, EnableIPValidation: true}
	if change != nil {
		change(&c)
	}
	app := fiber.New(c)
	app.Use(site.Guard)
	app.Use(recover.New())
	return app
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func get(path string, policy web.Policy, handler fiber.Handler) web.Route {
	return web.Route{Method: fiber.MethodGet, Path: path, Policy: policy, Handler: handler}
}

func post(path string, policy web.Policy, handler fiber.Handler) web.Route {
	return web.Route{Method: fiber.MethodPost, Path: path, Policy: policy, Handler: handler}
}

// commonRoutes are enough for signing in and for saving something.
func commonRoutes(s *web.Site) []web.Route {
	return []web.Route{
		{Method: fiber.MethodGet, Path: "/static/*", Policy: web.Public, Handler: s.Static, Cookieless: true},
		{Method: fiber.MethodGet, Path: "/favicon.svg", Policy: web.Public, Handler: s.Icon, Cookieless: true},
		get("/", web.Public, s.Read(page)),
		get("/desk", web.SignedIn, s.Read(page)),
		post("/enter", web.Public, s.Write(enter)),
		post("/leave", web.SignedIn, s.Write(leave)),
		post("/note", web.SignedIn, s.Write(note)),
		post("/suggest", web.Public, s.Write(note)),
	}
}

func page(*web.Request, *data.Tx) (web.Reply, error) {
	return web.Reply{Page: "pages/page", Data: "plain"}, nil
}

func enter(r *web.Request, tx *data.Tx) (web.Reply, error) {
	person, err := account.FindPersonByEmail(tx, r.Form("email"))
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Redirect: "/"}, r.StartSession(tx, person)
}

func leave(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return web.Reply{Redirect: "/", Flash: "signin.signed_out"}, r.EndSession(tx)
}

func note(r *web.Request, tx *data.Tx) (web.Reply, error) {
	_, err := tx.Exec("INSERT INTO note (text) VALUES ($1)", r.Form("text"))
	return web.Reply{Redirect: "/", Flash: "signin.stayed"}, err
}

// people adds the people of the tests.
func (b *bench) people() {
	b.t.Helper()
	b.Write(b.t, func(tx *data.Tx) error {
		for _, email := range []string{applicant, other} {
			if _, err := account.AddApplicant(tx, email, "en", "console"); err != nil {
				return err
			}
		}
		for email, role := range map[string]string{administrator: account.Administrator, manager: account.ProgramManager, auditor: account.Auditor} {
			if _, _, err := account.AddPerson(tx, email, role, "console"); err != nil {
				return err
			}
		}
		return nil
	})
}

// visitor is a browser without a session.
func (b *bench) visitor() *webtest.Visitor { return webtest.New(b.t, b.app) }

// enter signs a person in with a fresh browser.
func (b *bench) enter(email string) *webtest.Visitor {
	b.t.Helper()
	v := b.visitor()
	b.signIn(v, email)
	return v
}

func (b *bench) signIn(v *webtest.Visitor, email string) {
	b.t.Helper()
	b.want(v.Send("POST", "/enter", url.Values{"email": {email}}, nil), 303)
}

// who is the person that the site takes the browser for.
func (b *bench) who(v *webtest.Visitor) string {
	b.t.Helper()
	return v.Visit("/").Want(200).Find("#person").Text()
}

// token is a fresh form token of the browser's session.
func (b *bench) token(v *webtest.Visitor) string {
	b.t.Helper()
	return v.Visit("/desk").Want(200).Form("/note").Values.Get("form_token")
}

// want reads an answer to its end and fails the test unless it has that status.
func (b *bench) want(response *http.Response, status int) string {
	b.t.Helper()
	body, err := io.ReadAll(response.Body)
	must(b.t, err)
	if response.StatusCode != status {
		b.t.Fatalf("%s %s: status %d, want %d\n%s\n%s", response.Request.Method, response.Request.URL, response.StatusCode, status, body, b.log.text())
	}
	return string(body)
}

// parse reads a page.
func parse(t testing.TB, body string) *goquery.Document {
	t.Helper()
	document, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	must(t, err)
	return document
}

// send makes a request with nothing but what is given.
func (b *bench) send(method, host, address string, headers map[string]string, body string) *http.Response {
	b.t.Helper()
	request := httptest.NewRequest(method, address, strings.NewReader(body))
	request.Host = host
	if body != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := b.app.Test(request, -1)
	must(b.t, err)
	return response
}

// notes are the stored notes.
func (b *bench) notes() []string {
	b.t.Helper()
	var all []string
	b.Read(b.t, func(tx *data.Tx) (err error) {
		all, err = data.Rows(tx, data.Value[string], "SELECT text FROM note ORDER BY text")
		return err
	})
	return all
}

func (b *bench) count(query string, args ...any) (count int) {
	b.t.Helper()
	b.Read(b.t, func(tx *data.Tx) error { return tx.Row(query, args...).Scan(&count) })
	return count
}

// exec changes the database behind the program's back.
func (b *bench) exec(query string, args ...any) {
	b.t.Helper()
	b.Write(b.t, func(tx *data.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
}

// listen serves the site on a real port and gives its address.
func (b *bench) listen() string {
	b.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(b.t, err)
	done := make(chan error, 1)
	go func() { done <- b.app.Listener(listener) }()
	b.t.Cleanup(func() {
		if err := b.app.ShutdownWithTimeout(10 * time.Second); err != nil {
			b.t.Errorf("shutdown: %v", err)
		}
		if err := <-done; err != nil {
			b.t.Errorf("listener: %v", err)
		}
	})
	return listener.Addr().String()
}

// logLines is a log that tests read.
type logLines struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (l *logLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.Write(p)
}

func (l *logLines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buffer.String()
}

func (l *logLines) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buffer.Reset()
}

// lines are the lines with that message.
func (l *logLines) lines(t testing.TB, message string) []map[string]any {
	t.Helper()
	var found []map[string]any
	for line := range strings.Lines(l.text()) {
		fields := map[string]any{}
		must(t, json.Unmarshal([]byte(line), &fields))
		if fields["msg"] == message {
			found = append(found, fields)
		}
	}
	return found
}

// cookieOf finds a cookie of an answer.
func cookieOf(t testing.TB, response *http.Response, name string) *http.Cookie {
	t.Helper()
	found := map[string]*http.Cookie{}
	for _, k := range response.Cookies() {
		found[k.Name] = k
	}
	if found[name] == nil {
		t.Fatalf("no cookie %q, only %v", name, slices.Sorted(maps.Keys(found)))
	}
	return found[name]
}
