package public_test

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/catalog/reference"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
	"accessdesk/notify"
	"accessdesk/ui/check"
	"accessdesk/ui/public"
	"accessdesk/ui/web"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"
)

const origin = "http://127.0.0.1:8080"

// TestMain keeps the random walks short where everybody waits for them.
func TestMain(m *testing.M) { datatest.Main(m) }

// desk is the site with the public pages behind the real router, on a fresh database with the whole catalog.
type desk struct {
	*datatest.Database
	app     *fiber.App
	locales *locale.Locales
	desk    broker.Desk
	log     *bytes.Buffer
}

// offerings are a fixed selection of the real programs, with the three of the demonstration.
var offerings = sync.OnceValue(func() []*catalog.Offering {
	var all []*catalog.Offering
	for _, offering := range everything() {
		if catalogtest.Sampled(offering.Slug) {
			all = append(all, offering)
		}
	}
	return all
})

// everything are all programs that the program ships.
var everything = sync.OnceValue(func() []*catalog.Offering {
	var all []*catalog.Offering
	for _, files := range []fs.FS{seed.Files, demo.Files} {
		some, err := catalog.ParseFiles(files)
		if err != nil {
			panic(err)
		}
		all = append(all, some...)
	}
	return all
})

func openDesk(t *testing.T, change ...func(*web.Config)) *desk {
	t.Helper()
	return openDeskOn(t, datatest.Open(t), offerings(), change...)
}

func openDeskOn(t *testing.T, database *datatest.Database, programs []*catalog.Offering, change ...func(*web.Config)) *desk {
	t.Helper()
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	database.Write(t, func(tx *data.Tx) error {
		_, err := catalog.Import(tx, catalogtest.Vocabulary(), programs, "seed")
		return err
	})
	mail, err := notify.NewComposer(notify.ComposerConfig{Locales: locales, Brand: "Cyber Access Desk", Operator: "Example Council",
		PublicURL: origin, From: "desk@example.org", ReplyTo: "desk@example.org", Zone: time.UTC, SealKey: [32]byte{1}})
	if err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	config := web.Config{
		PublicURL: origin, Zone: time.UTC, Log: slog.New(slog.NewTextHandler(log, nil)),
		Brand: web.Brand{Name: "Cyber Access Desk", Tagline: web.Text{En: "Security help", Es: "Ayuda de seguridad"},
			Operator: "Example Council", ReplyTo: "desk@example.org"},
		Contacts:  []web.Contact{{Name: "Example Response Team", Does: web.Text{En: "Call day or night.", Es: "Llame de día o de noche."}, Phone: "1-555-0100", URL: "https://example.org/report"}},
		Limits:    web.Limits{Body: 1 << 16, SignIn: 1000, Check: 100_000, Timeout: time.Minute},
		Templates: os.DirFS("../templates"), Static: os.DirFS("../static"), Reference: library(),
	}
	for _, f := range change {
		f(&config)
	}
	d := &desk{Database: database, locales: locales, log: log,
		desk: broker.Desk{Vocabulary: catalogtest.Vocabulary(), Catalog: catalog.NewCache(catalogtest.Vocabulary()), Mail: mail, Locales: locales}}
	site, err := web.New(database.DB, d.desk, locales, config)
	if err != nil {
		t.Fatal(err)
	}
	d.app = fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true, CaseSensitive: true, StrictRouting: true, ErrorHandler: site.HandleError})
	d.app.Use(site.Guard)
	if err := web.Register(d.app, routes(site), site.Limiters()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, missing := range locales.Missing() {
			t.Errorf("missing text: %s", missing)
		}
	})
	return d
}

// library is what the pages about definitions and about the order say.
var library = sync.OnceValue(func() *reference.Library {
	l, err := reference.Standard(catalogtest.Vocabulary())
	if err != nil {
		panic(err)
	}
	return l
})

// routes are the routes of this package as package ui has them.
func routes(s *web.Site) []web.Route {
	get := func(path string, h web.Handler) web.Route {
		return web.Route{Method: fiber.MethodGet, Path: path, Policy: web.Public, Handler: s.Read(h)}
	}
	post := func(path string, limit web.Limit, h web.Handler) web.Route {
		return web.Route{Method: fiber.MethodPost, Path: path, Policy: web.Public, Limit: limit, Handler: s.Write(h)}
	}
	all := []web.Route{
		get("/", public.Home), get("/programs", public.Programs), get("/programs/:slug", public.Program), get("/under-attack", public.UnderAttack),
		get("/definitions", public.Definitions), get("/order", public.Order),
		get("/check", check.Sectors), post("/check", web.CheckLimit, check.AnswerSectors),
		get("/check/find", check.Find), post("/check/find", web.CheckLimit, check.PickFound),
		get("/check/found", check.Found), post("/check/found", web.CheckLimit, check.SettleFound),
		get("/check/q/:fact", check.Question), post("/check/q/:fact", web.CheckLimit, check.AnswerQuestion),
		get("/check/answers", check.Answers), post("/check/forget", web.CheckLimit, check.Forget),
		get("/check/results", check.Results), get("/check/results/print", check.PrintResults),
		get("/check/email", check.Email), post("/check/email", web.SignInLimit, check.SendEmail), get("/check/email/sent", check.EmailSent),
		get("/check/resume", check.Resume), post("/check/resume", web.CheckLimit, check.OpenResume),
		get("/signin", public.SignIn), post("/signin", web.SignInLimit, public.AskSignIn),
		get("/signin/code", public.Code), post("/signin/code", web.SignInLimit, public.SpendCode),
		get("/signin/link", public.Link), post("/signin/link", web.SignInLimit, public.SpendLink),
		{Method: fiber.MethodPost, Path: "/signout", Policy: web.SignedIn, Handler: s.Write(public.SignOut)},
		{Method: fiber.MethodPost, Path: "/session/stay", Policy: web.SignedIn, Handler: s.Write(public.Stay)},
	}
	paths := map[string]string{"how_we_decide": "/how-we-decide"}
	for _, name := range public.SupportPages {
		path, ok := paths[name]
		if !ok {
			path = "/" + name
		}
		all = append(all, get(path, public.Support(name)))
	}
	return all
}

// browser is a person's browser: it keeps cookies and says where its forms come from.
type browser struct {
	t    *testing.T
	desk *desk
	jar  map[string]string
}

func (d *desk) browser(t *testing.T, lang string) *browser {
	return &browser{t: t, desk: d, jar: map[string]string{"lang": lang}}
}

// page is what a browser got.
type page struct {
	*goquery.Document
	t        *testing.T
	browser  *browser
	status   int
	location string
	body     string
}

func (b *browser) get(path string) *page {
	b.t.Helper()
	return b.send(http.MethodGet, path, nil)
}

func (b *browser) post(path string, form url.Values) *page {
	b.t.Helper()
	return b.send(http.MethodPost, path, form)
}

func (b *browser) send(method, path string, form url.Values) *page {
	b.t.Helper()
	request := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	request.Host = strings.TrimPrefix(origin, "http://")
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", origin)
	}
	for name, value := range b.jar {
		request.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	response, err := b.desk.app.Test(request, -1)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	for _, cookie := range response.Cookies() {
		if cookie.MaxAge < 0 || cookie.Value == "" {
			delete(b.jar, cookie.Name)
		} else {
			b.jar[cookie.Name] = cookie.Value
		}
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	document, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	return &page{Document: document, t: b.t, browser: b, status: response.StatusCode, location: response.Header.Get("Location"), body: string(body)}
}

// follow goes where a redirect leads.
func (p *page) follow() *page {
	p.t.Helper()
	if p.status != http.StatusSeeOther {
		p.t.Fatalf("status %d, want a redirect: %s", p.status, p.text("main"))
	}
	return p.browser.get(p.location)
}

// want fails the test if the status is another.
func (p *page) want(status int) *page {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("status %d, want %d: %s\n%s", p.status, status, p.text("main"), p.browser.desk.log)
	}
	return p
}

// text is the text of what a selector finds, in one line.
func (p *page) text(selector string) string {
	return strings.Join(strings.Fields(p.Find(selector).Text()), " ")
}

// shows fails the test if the text is not on the page.
func (p *page) shows(text string) *page {
	p.t.Helper()
	if whole := p.text("body"); !strings.Contains(whole, text) {
		p.t.Errorf("the page does not say %q:\n%s", text, whole)
	}
	return p
}

// problem fails the test unless the page is a failed form: error summary first, linked to a field that exists.
func (p *page) problem(field, text string) {
	p.t.Helper()
	p.want(http.StatusUnprocessableEntity)
	if !strings.HasPrefix(p.text("title"), "Error: ") {
		p.t.Errorf("title %q", p.text("title"))
	}
	link := p.Find(".problems[role=alert][tabindex='-1'][autofocus] a")
	if got := strings.TrimSpace(link.Text()); got != text {
		p.t.Errorf("the summary says %q, want %q", got, text)
	}
	if href, _ := link.Attr("href"); href != "#"+field || p.Find("#"+field).Length() != 1 {
		p.t.Errorf("the summary leads to %q, want #%s", href, field)
	}
	if got := p.text("#" + field + "-problem"); got != text {
		p.t.Errorf("the field says %q, want %q", got, text)
	}
}

// values makes a form: names and values alternate.
func values(pairs ...string) url.Values {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

// postbox collects the mails that are delivered, as a mailbox would.
type postbox struct{ mails []notify.Mail }

func (p *postbox) Send(_ context.Context, m notify.Mail) error {
	p.mails = append(p.mails, m)
	return nil
}

func (p *postbox) Close() error { return nil }

// deliver sends what is queued and gives it.
func (d *desk) deliver(t *testing.T) []notify.Mail {
	t.Helper()
	box := &postbox{}
	if _, err := notify.Deliver(context.Background(), d.DB, d.desk.Mail, box, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	return box.mails
}

var (
	linkInMail = regexp.MustCompile(regexp.QuoteMeta(origin) + `(/[^\s"]+)`)
	codeInMail = regexp.MustCompile(`\b[A-Z2-9]{4}-[A-Z2-9]{4}\b`)
)

// link is the first address of the site in a mail.
func link(t *testing.T, m notify.Mail) string {
	t.Helper()
	found := linkInMail.FindStringSubmatch(m.Text)
	if found == nil {
		t.Fatalf("no link in the mail:\n%s", m.Text)
	}
	return found[1]
}

// person adds a member of staff.
func (d *desk) person(t *testing.T, email, role string) account.Person {
	t.Helper()
	var person account.Person
	d.Write(t, func(tx *data.Tx) (err error) {
		person, _, err = account.AddPerson(tx, email, role, "console")
		return err
	})
	return person
}
