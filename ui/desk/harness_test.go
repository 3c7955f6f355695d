package desk_test

import (
	"bytes"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
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
	"accessdesk/notify"
	"accessdesk/ui/desk"
	"accessdesk/ui/grant"
	"accessdesk/ui/web"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"
)

const origin = "http://127.0.0.1:8080"

// The programs of the demonstration and of the tests.
const (
	model    = "demo-model-access"
	scanning = "demo-scanning"
	funds    = "demo-grant"
	every    = "every-question" // testdata/catalog/every-question.toml: each type of question, a window that closes
)

// house is the site with the applicants' pages behind the real router.
type house struct {
	*datatest.Database
	app     *fiber.App
	site    *web.Site
	desk    broker.Desk
	locales *locale.Locales
	log     *bytes.Buffer
}

var offerings = sync.OnceValue(func() []*catalog.Offering {
	var all []*catalog.Offering
	for _, files := range []fs.FS{demo.Files, os.DirFS("testdata")} {
		some, err := catalog.ParseFiles(files)
		if err != nil {
			panic(err)
		}
		all = append(all, some...)
	}
	return all
})

func openHouse(t *testing.T, database *datatest.Database) *house {
	t.Helper()
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	database.Write(t, func(tx *data.Tx) error {
		_, err := catalog.Import(tx, catalogtest.Vocabulary(), offerings(), "seed")
		return err
	})
	mail, err := notify.NewComposer(notify.ComposerConfig{Locales: locales, Brand: "Cyber Access Desk", Operator: "Example Council",
		PublicURL: origin, From: "desk@example.org", ReplyTo: "desk@example.org", Zone: time.UTC, SealKey: [32]byte{1}})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Database: database, locales: locales, log: &bytes.Buffer{},
		desk: broker.Desk{Vocabulary: catalogtest.Vocabulary(), Catalog: catalog.NewCache(catalogtest.Vocabulary()), Mail: mail, Locales: locales}}
	h.site, err = web.New(database.DB, h.desk, locales, web.Config{
		PublicURL: origin, Zone: time.UTC, Log: slog.New(slog.NewTextHandler(h.log, nil)),
		Brand: web.Brand{Name: "Cyber Access Desk", Tagline: web.Text{En: "Security help", Es: "Ayuda de seguridad"},
			Operator: "Example Council", ReplyTo: "desk@example.org"},
		Limits:    web.Limits{Body: 1 << 18, SignIn: 1000, Check: 100_000, Timeout: time.Minute},
		Templates: os.DirFS("../templates"), Static: os.DirFS("../static"),
	})
	if err != nil {
		t.Fatal(err)
	}
	h.app = fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true, CaseSensitive: true, StrictRouting: true, ErrorHandler: h.site.HandleError})
	h.app.Use(h.site.Guard)
	if err := web.Register(h.app, routes(h.site), h.site.Limiters()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, missing := range locales.Missing() {
			t.Errorf("missing text: %s", missing)
		}
	})
	return h
}

// each runs a test on both engines.
func each(t *testing.T, test func(*testing.T, *house)) {
	t.Helper()
	datatest.Each(t, func(t *testing.T, database *datatest.Database) { test(t, openHouse(t, database)) })
}

// once runs a test on SQLite. The pages hold no SQL: what they ask of the database is run on both engines by the tests
// that walk a whole case.
func once(t *testing.T, test func(*testing.T, *house)) {
	t.Helper()
	test(t, openHouse(t, datatest.Open(t)))
}

// routes are the routes of this package as package ui has them, and one that signs a person in.
func routes(s *web.Site) []web.Route {
	get := func(path string, h web.Handler) web.Route {
		return web.Route{Method: fiber.MethodGet, Path: path, Policy: web.Applicant, Handler: s.Read(h)}
	}
	post := func(path string, h web.Handler) web.Route {
		return web.Route{Method: fiber.MethodPost, Path: path, Policy: web.Applicant, Handler: s.Write(h)}
	}
	public := func(method, path string, handler fiber.Handler) web.Route {
		return web.Route{Method: method, Path: path, Policy: web.Public, Limit: web.CheckLimit, Handler: handler}
	}
	return []web.Route{
		get("/home", desk.Home),
		get("/org/new", desk.NewOrganization), post("/org/new", desk.CreateOrganization),
		get("/applications", desk.Applications), public(fiber.MethodPost, "/applications", s.Write(desk.Start)),
		get("/applications/new", desk.New), get("/applications/:id", desk.Application),
		get("/applications/:id/org", desk.Facts), post("/applications/:id/org", desk.SaveFacts),
		get("/applications/:id/p/:slug", desk.Item), post("/applications/:id/p/:slug", desk.SaveAnswers),
		get("/applications/:id/check", desk.Check),
		get("/applications/:id/submit", desk.ToCheck), post("/applications/:id/submit", desk.Submit),
		get("/applications/:id/sent", desk.Sent),
		get("/applications/:id/p/:slug/answer", desk.ToItem), post("/applications/:id/p/:slug/answer", desk.Answer),
		get("/applications/:id/p/:slug/withdraw", desk.AskWithdraw), post("/applications/:id/p/:slug/withdraw", desk.Withdraw),
		get("/access", grant.Accesses), get("/access/:id", grant.Access),
		public(fiber.MethodPost, "/test/signin", s.Write(signIn)),
		public(fiber.MethodPost, "/test/check", s.Write(beginCheck)),
	}
}

// signIn opens a session as sign-in does.
func signIn(r *web.Request, tx *data.Tx) (web.Reply, error) {
	person, err := account.FindPersonByEmail(tx, r.Form("email"))
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Redirect: "/home"}, r.StartSession(tx, person)
}

// beginCheck gives this browser a check with answers, as the check pages do.
func beginCheck(r *web.Request, tx *data.Tx) (web.Reply, error) {
	facts, err := r.Desk().Vocabulary.ParseFacts([]byte(r.Form("facts")))
	if err != nil {
		return web.Reply{}, err
	}
	screening, err := broker.SaveScreening(tx, r.Desk().Vocabulary, broker.Screening{Lang: r.Lang, Facts: facts})
	r.SetCookie("check", screening.Token, 0)
	return web.Reply{Redirect: "/home"}, err
}

// person makes an account.
func (h *house) person(t *testing.T, email, lang, role string) {
	t.Helper()
	h.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec(`INSERT INTO person (id, email, name, lang, staff_role, disabled, generation, created_at)
			VALUES ($1, $2, '', $3, $4, $5, 1, $6)`, data.NewID(), email, lang, role, false, data.Millis(tx.Now))
		return err
	})
}

// browser is a person's browser: it keeps cookies and says where its forms come from.
type browser struct {
	t     *testing.T
	house *house
	jar   map[string]string
}

func (h *house) browser(t *testing.T, lang string) *browser {
	return &browser{t: t, house: h, jar: map[string]string{"lang": lang}}
}

// applicant is a signed-in browser of a new person with an organization.
func (h *house) applicant(t *testing.T, email, lang string) *browser {
	t.Helper()
	b := h.stranger(t, email, lang)
	b.get("/org/new").fill("main form", "name", "Cedar Flats Water District").submit("main form").want(http.StatusSeeOther)
	return b
}

// stranger is a signed-in browser of a new person who acts for nobody yet.
func (h *house) stranger(t *testing.T, email, lang string) *browser {
	t.Helper()
	h.person(t, email, lang, "")
	b := h.browser(t, lang)
	b.post("/test/signin", values("email", email)).want(http.StatusSeeOther)
	return b
}

// page is what a browser got.
type page struct {
	*goquery.Document
	t        *testing.T
	browser  *browser
	path     string
	status   int
	location string
	body     string
	typed    url.Values // what was filled in
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
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", origin)
	}
	for name, value := range b.jar {
		request.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	response, err := b.house.app.Test(request, -1)
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
	p := &page{Document: document, t: b.t, browser: b, path: path, status: response.StatusCode, location: response.Header.Get("Location"), body: string(body)}
	p.sound()
	return p
}

// sound checks what every page has to fulfill: one h1, the title begins with it, no id twice, every label and every
// description leads to something, no empty text.
func (p *page) sound() {
	p.t.Helper()
	if p.status == http.StatusSeeOther {
		return
	}
	if n := p.Find("h1").Length(); n != 1 {
		p.t.Errorf("%s: %d h1", p.path, n)
	}
	title := strings.TrimPrefix(p.text("title"), "Error: ")
	if h1 := p.text("h1"); !strings.HasPrefix(title, h1) || h1 == "" {
		p.t.Errorf("%s: title %q, h1 %q", p.path, title, h1)
	}
	seen := map[string]bool{}
	p.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("id")
		if seen[id] {
			p.t.Errorf("%s: id %q stands twice", p.path, id)
		}
		seen[id] = true
	})
	p.Find("[for], [aria-describedby], [aria-labelledby]").Each(func(_ int, s *goquery.Selection) {
		for _, attribute := range []string{"for", "aria-describedby", "aria-labelledby"} {
			value, _ := s.Attr(attribute)
			for _, id := range strings.Fields(value) {
				if !seen[id] {
					p.t.Errorf("%s: %s leads to %q, which is not there", p.path, attribute, id)
				}
			}
		}
	})
	p.Find("main input:not([type=hidden]), main textarea, main select").Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("id")
		if p.Find(`label[for="`+id+`"]`).Length() != 1 {
			p.t.Errorf("%s: %q has no label", p.path, id)
		}
	})
	if strings.Contains(p.body, "style=") || strings.Contains(p.body, "<script") {
		p.t.Errorf("%s: inline style or script", p.path)
	}
}

// fill types into the form that the selector finds; names and values alternate, a name may stand several times.
func (p *page) fill(form string, pairs ...string) *page {
	p.t.Helper()
	if p.typed == nil {
		p.typed = p.fields(form)
	}
	cleared := map[string]bool{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if p.Find(form+` [name="`+pairs[i]+`"]`).Length() == 0 {
			p.t.Fatalf("%s: the form has no field %q: %v", p.path, pairs[i], p.typed)
		}
		if !cleared[pairs[i]] {
			p.typed.Del(pairs[i])
			cleared[pairs[i]] = true
		}
		if pairs[i+1] != "" {
			p.typed.Add(pairs[i], pairs[i+1])
		}
	}
	return p
}

// fields is what a browser would send of the form as it stands.
func (p *page) fields(form string) url.Values {
	sent := url.Values{}
	p.Find(form).First().Find("input, textarea, select").Each(func(_ int, s *goquery.Selection) {
		name, _ := s.Attr("name")
		value, _ := s.Attr("value")
		kind, _ := s.Attr("type")
		_, checked := s.Attr("checked")
		switch {
		case goquery.NodeName(s) == "textarea":
			sent.Add(name, strings.TrimPrefix(s.Text(), "\n"))
		case goquery.NodeName(s) == "select":
			value, _ := s.Find("option[selected]").Attr("value")
			sent.Add(name, value)
		case kind == "radio" || kind == "checkbox":
			if checked {
				sent.Add(name, value)
			}
		default:
			sent.Add(name, value)
		}
	})
	return sent
}

// submit sends the form, with the named button if one is given.
func (p *page) submit(form string, button ...string) *page {
	p.t.Helper()
	if p.typed == nil {
		p.typed = p.fields(form)
	}
	for _, name := range button {
		p.typed.Set(name, "yes")
	}
	action, ok := p.Find(form).First().Attr("action")
	if !ok {
		p.t.Fatalf("%s: no form %q: %s", p.path, form, p.text("main"))
	}
	return p.browser.post(action, p.typed)
}

// follow goes where a redirect leads.
func (p *page) follow() *page {
	p.t.Helper()
	p.want(http.StatusSeeOther)
	path, _, _ := strings.Cut(p.location, "#")
	return p.browser.get(path)
}

// click opens the link with that text.
func (p *page) click(text string) *page {
	p.t.Helper()
	link := p.Find("main a").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return strings.HasPrefix(strings.Join(strings.Fields(s.Text()), " "), text)
	}).First()
	href, ok := link.Attr("href")
	if !ok {
		p.t.Fatalf("%s: no link %q: %s", p.path, text, p.text("main"))
	}
	path, _, _ := strings.Cut(href, "#")
	return p.browser.get(path)
}

// want fails the test if the status is another.
func (p *page) want(status int) *page {
	p.t.Helper()
	if p.status != status {
		p.t.Fatalf("%s: status %d, want %d: %s\n%s", p.path, p.status, status, p.text("main"), p.browser.house.log)
	}
	return p
}

// leads fails the test unless the page redirects there.
func (p *page) leads(path string) *page {
	p.t.Helper()
	if p.want(http.StatusSeeOther); p.location != path {
		p.t.Fatalf("%s: leads to %s, want %s", p.path, p.location, path)
	}
	return p
}

// text is the text of what a selector finds, in one line.
func (p *page) text(selector string) string {
	return strings.Join(strings.Fields(p.Find(selector).Text()), " ")
}

// shows fails the test if one of the texts is not on the page.
func (p *page) shows(texts ...string) *page {
	p.t.Helper()
	whole := p.text("body")
	for _, text := range texts {
		if !strings.Contains(whole, text) {
			p.t.Errorf("%s does not say %q:\n%s", p.path, text, whole)
		}
	}
	return p
}

// hides fails the test if one of the texts is on the page.
func (p *page) hides(texts ...string) *page {
	p.t.Helper()
	whole := p.text("main")
	for _, text := range texts {
		if strings.Contains(whole, text) {
			p.t.Errorf("%s says %q:\n%s", p.path, text, whole)
		}
	}
	return p
}

// problem fails the test unless the page is a failed form with this problem: summary first, linked to its field.
func (p *page) problem(field, text string) *page {
	p.t.Helper()
	if !strings.HasPrefix(p.text("title"), "Error: ") {
		p.t.Errorf("%s: title %q", p.path, p.text("title"))
	}
	link := p.Find(`.problems[role=alert][tabindex="-1"][autofocus] a[href="#` + field + `"]`)
	if got := strings.TrimSpace(link.Text()); got != text {
		p.t.Errorf("%s: the summary says %q, want %q", p.path, got, text)
	}
	if p.Find("#"+field).Length() != 1 {
		p.t.Errorf("%s: the summary leads to #%s, which is not there", p.path, field)
	}
	if got := p.text("#" + field + "-problem"); got != text {
		p.t.Errorf("%s: the field says %q, want %q", p.path, got, text)
	}
	return p
}

// value is what stands in a field.
func (p *page) value(name string) string {
	return p.fields("main form").Get(name)
}

// values makes a form: names and values alternate.
func values(pairs ...string) url.Values {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}
