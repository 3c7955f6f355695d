package ui_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/catalog/reference"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
	"accessdesk/eligibility"
	"accessdesk/notify"
	"accessdesk/ui"
	"accessdesk/ui/browsertest"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"

	"github.com/gofiber/fiber/v2"
)

// role is who opens a page in a test.
type role string

// The roles. Owner, editor and reader act for the first organization and its sister; the insider is a member of them
// too, but also a program manager. The outsider owns the other organization; the newcomer acts for none.
const (
	stranger      role = "stranger"
	owner         role = "owner"
	editor        role = "editor"
	reader        role = "reader"
	outsider      role = "outsider"
	newcomer      role = "newcomer"
	manager       role = "manager"
	insider       role = "insider"
	administrator role = "administrator"
	auditor       role = "auditor"
)

var everyRole = []role{stranger, owner, editor, reader, outsider, newcomer, manager, insider, administrator, auditor}

func (r role) email() string { return string(r) + "@example.org" }

// The demo programs that the cases of the world are about.
const (
	modelProgram = "demo-model-access"
	scanProgram  = "demo-scanning"
	grantProgram = "demo-grant"
)

// longTests tells whether the full matrix is asked for.
func longTests() bool { return os.Getenv("LONG_TESTS") != "" }

// everything tells whether the full matrix is to leave nothing out, however long it takes: with LONG_TESTS=all. Otherwise what takes long
// is looked at crosswise.
func everything() bool { return os.Getenv("LONG_TESTS") == "all" }

// crosswise are the windows that have each language and each width once: English on the desktop, where lines are long, and Spanish, with
// its longer words, on a phone.
func crosswise(lang string, width int) bool { return (lang == "en") == (width == browsertest.Desktop) }

// sideRoad leaves a test to the full matrix. Each time there are the main journeys and every page in a browser, and all acts without one.
func sideRoad(t *testing.T) {
	t.Helper()
	if !longTests() {
		t.Skip("LONG_TESTS is not set")
	}
}

// worldVocabulary and worldOfferings are made once for the whole test program: they compile every rule.
var worldVocabulary = sync.OnceValues(eligibility.Standard)

var worldOfferings = sync.OnceValues(func() ([]*catalog.Offering, error) {
	var all []*catalog.Offering
	for _, files := range []fs.FS{seed.Files, demo.Files} {
		some, err := catalog.ParseFiles(files)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
})

// sampledOfferings are those of a fixed selection: enough of every kind for the tests of how the program behaves, at a third of
// the time that the whole catalog takes.
var sampledOfferings = sync.OnceValues(func() ([]*catalog.Offering, error) {
	all, err := worldOfferings()
	return slices.DeleteFunc(slices.Clone(all), func(o *catalog.Offering) bool { return !catalogtest.Sampled(o.Slug) }), err
})

// world is the whole program around a fresh database: the catalog, people in each role, cases in each state.
type world struct {
	*datatest.Database
	offerings []*catalog.Offering // of the catalog

	site *web.Site
	app  *fiber.App
	desk broker.Desk
	log  *logBook
	base string // address under which a listening world answers

	org, sister, other account.Organization
	people             map[role]account.Person
	// cases are items of the first organization and its sister by state; that in draft is the first of two programs.
	cases map[broker.State]broker.Item
	draft broker.Application
	// packets are those of the first organization by program.
	packets map[string]broker.Item
	// theirs are cases of the other organization.
	theirs map[broker.State]broker.Item
	// grants are those of the first organization by state; ending is active and ends within 30 days.
	grants map[access.State]access.Grant
	ending access.Grant
	// asked and refused end soon too: a renewal was asked for, and refused. givenUp was ended by its holder.
	asked, refused, givenUp access.Grant
	// theirGrant is active and belongs to the other organization.
	theirGrant access.Grant

	// invited is the newcomer's invitation to the first organization, as an editor; lapsed is one that ran out.
	invited, lapsed account.Invitation
	invitation      string // address of the mailed link of invited

	check    string // cookie of a check with answers
	resume   string // address of the mailed link to a check
	signin   string // address of a sign-in link that is bound to the browser with the nonce
	nonce    string
	stop     string // address of the stop link in a reminder to the editor
	upkeep   upkept // what staff and readers say about listings
	calendar string // address of the private calendar of the owner
	follow   string // address of the link that confirms an address that wants to follow a program

	columns  map[string][]string // of every table, once read
	signing  sync.Mutex          // guards sessions: one person signs in after the other
	mu       sync.Mutex
	mails    []notify.Mail
	sessions map[role]string
}

// worldConfig is what a test may change of the site before it is built.
type worldConfig struct {
	origin  string
	limits  web.Limits
	stretch bool // the texts of the pages are those of the pseudo-locale
	catalog func() ([]*catalog.Offering, error)
}

// whole is the change of configuration where each page of the real catalog is looked at, measured or photographed.
func whole(c *worldConfig) { c.catalog = worldOfferings }

// openWorld builds the program with everything that happens in it.
func openWorld(t testing.TB, change ...func(*worldConfig)) *world {
	t.Helper()
	return openWorldOn(t, datatest.Open(t), change...)
}

func openWorldOn(t testing.TB, db *datatest.Database, change ...func(*worldConfig)) *world {
	t.Helper()
	w := openSite(t, db, change...)
	w.furnish(t)
	return w
}

// openSite builds the program with the catalog and nothing else.
func openSite(t testing.TB, db *datatest.Database, change ...func(*worldConfig)) *world {
	t.Helper()
	config := worldConfig{origin: webtest.Origin, limits: web.Limits{Body: 256 << 10, SignIn: 100_000, Check: 100_000, Machine: 100_000, Timeout: 30 * time.Second},
		catalog: sampledOfferings}
	for _, f := range change {
		f(&config)
	}
	w := &world{Database: db, base: config.origin, log: &logBook{}, people: map[role]account.Person{}, cases: map[broker.State]broker.Item{}, packets: map[string]broker.Item{},
		theirs: map[broker.State]broker.Item{}, grants: map[access.State]access.Grant{}, sessions: map[role]string{}}
	vocabulary := need(worldVocabulary())(t)
	locales := need(locale.Bundle())(t)
	zone := need(time.LoadLocation("America/New_York"))(t)
	mail := need(notify.NewComposer(notify.ComposerConfig{Locales: locales, Brand: "Cyber Access Desk", Operator: "Example Institute",
		PublicURL: config.origin, From: "desk@example.org", ReplyTo: "help@example.org", Zone: zone, SealKey: [32]byte{1, 2, 3}}))(t)
	w.desk = broker.Desk{Vocabulary: vocabulary, Catalog: catalog.NewCache(vocabulary), Mail: mail, Locales: locales, Zone: zone}
	w.offerings = need(config.catalog())(t)
	w.Write(t, func(tx *data.Tx) error {
		_, err := catalog.Import(tx, vocabulary, w.offerings, "seed")
		return err
	})
	pageTexts := locales
	if config.stretch {
		pageTexts = locales.Pseudo()
	}
	w.site = need(web.New(db.DB, w.desk, pageTexts, web.Config{PublicURL: config.origin, Zone: zone, Limits: config.limits, Key: [32]byte{4, 5, 6},
		Brand: web.Brand{Name: "Cyber Access Desk", Operator: "Example Institute", ReplyTo: "help@example.org",
			Tagline: web.Text{En: "Security help for small operators", Es: "Ayuda de seguridad para operadores pequeños"}},
		Contacts: []web.Contact{{Name: "Example Response Team", Phone: "1-555-0100", URL: "https://example.org/report",
			Does: web.Text{En: "Call day or night.", Es: "Llame de día o de noche."}}},
		Security: web.Security{Contacts: []string{"mailto:security@example.org"}},
		Log:      slog.New(slog.NewJSONHandler(w.log, nil)), Templates: ui.Templates(), Static: ui.Static(), Reference: need(reference.Standard(vocabulary))(t)}))(t)
	w.app = need(ui.New(w.site))(t)
	t.Cleanup(func() {
		for _, missing := range locales.Missing() {
			t.Errorf("missing text: %s", missing)
		}
		for _, line := range w.log.unexpected() {
			t.Errorf("the program logged an error: %s", line)
		}
	})
	return w
}

// need gives a value or ends the test: need(f())(t).
func need[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// at is the change of configuration that a listening world needs: its own address.
func at(origin string) func(*worldConfig) { return func(c *worldConfig) { c.origin = origin } }

// listening opens a world that answers on a port of this machine, for browsers and real connections.
func listening(t testing.TB, open func(testing.TB, *datatest.Database, ...func(*worldConfig)) *world, change ...func(*worldConfig)) *world {
	t.Helper()
	listener := need(net.Listen("tcp", "127.0.0.1:0"))(t)
	w := open(t, datatest.Open(t), append(change, at("http://"+listener.Addr().String()))...)
	server := need(ui.NewServer(w.site))(t)
	go func() {
		if err := server.Serve(listener); err != nil {
			t.Errorf("listen: %v", err)
		}
	}()
	t.Cleanup(func() {
		if err := server.Shutdown(10 * time.Second); err != nil {
			t.Errorf("shut down: %v", err)
		}
	})
	return w
}

// logBook is the log of a world.
type logBook struct {
	mu      sync.Mutex
	text    bytes.Buffer
	allowed string // errors with these words are part of the test; "" for none
}

func (l *logBook) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// expectErrors says that the test makes the program fail on purpose.
func (l *logBook) expectErrors() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.allowed = anyError
}

// expectBusy says that the test puts more load on the database than it may be able to serve at once.
func (l *logBook) expectBusy() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.allowed = data.ErrBusy.Error()
}

// anyError stands in the line of each error.
const anyError = `"level":"ERROR"`

func (l *logBook) unexpected() []string {
	return slices.DeleteFunc(strings.Split(l.String(), "\n"), func(line string) bool {
		return !strings.Contains(line, anyError) || l.allowed != "" && strings.Contains(line, l.allowed)
	})
}

// about lists the log entries that carry a reference.
func (l *logBook) about(reference string) []map[string]any {
	var found []map[string]any
	for line := range strings.Lines(l.String()) {
		var entry map[string]any
		if json.Unmarshal([]byte(line), &entry) == nil && entry["reference"] == reference {
			found = append(found, entry)
		}
	}
	return found
}

// visitor is a browser of somebody in a role, signed in unless they are a stranger, that also holds a check with answers.
func (w *world) visitor(t testing.TB, as role) *webtest.Visitor {
	t.Helper()
	v := webtest.New(t, w.app)
	v.Lang = "en"
	if w.check != "" {
		v.SetCookie("check", w.check)
	}
	if as != stranger {
		v.SetCookie("session", w.session(t, as))
	}
	return v
}

// session gives the cookie of a role's session. The first time the person really signs in: asks on the page, gets the
// mail, opens the link, presses the button.
func (w *world) session(t testing.TB, as role) string {
	t.Helper()
	w.signing.Lock()
	defer w.signing.Unlock()
	if w.sessions[as] == "" {
		w.sessions[as] = w.signIn(t, as.email())
	}
	return w.sessions[as]
}

func (w *world) signIn(t testing.TB, email string) string {
	t.Helper()
	v := webtest.New(t, w.app)
	v.Visit("/signin").Want(http.StatusOK).Form("/signin").Set("email", email).Send().At("/signin/code")
	form := v.Visit(w.mailed(t, email, "sign_in")).Want(http.StatusOK).Form("/signin/link")
	for _, cookie := range v.Send(form.Method, form.Action, form.Values, nil).Cookies() {
		if cookie.Name == "session" && cookie.Value != "" {
			return cookie.Value
		}
	}
	t.Fatalf("%s could not sign in", email)
	return ""
}

// postbox is the Mailer of a world: the mails stand in its list.
type postbox struct{ world *world }

func (p postbox) Send(_ context.Context, m notify.Mail) error {
	p.world.mu.Lock()
	defer p.world.mu.Unlock()
	p.world.mails = append(p.world.mails, m)
	return nil
}

func (p postbox) Close() error { return nil }

// deliver sends what is due to the postbox.
func (w *world) deliver(t testing.TB) {
	t.Helper()
	if _, err := notify.Deliver(context.Background(), w.DB, w.desk.Mail, postbox{w}, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
}

// stopLink delivers what is due and gives the address that stops the newest optional mail to somebody, without its host and
// language.
func (w *world) stopLink(t testing.TB, to string) string {
	t.Helper()
	w.deliver(t)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range slices.Backward(w.mails) {
		if address, ok := strings.CutPrefix(m.StopLink, w.base); ok && m.To == to {
			return strings.TrimSuffix(address, "&lang="+m.Lang)
		}
	}
	t.Fatalf("no mail with a stop link to %s", to)
	return ""
}

var mailedLink = regexp.MustCompile(`https?://[^/\s]+(/\S+)`)

// mailed delivers what is due and gives the first link of the newest mail of a kind to an address, without its host.
func (w *world) mailed(t testing.TB, to, template string) string {
	t.Helper()
	w.deliver(t)
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range slices.Backward(w.mails) {
		if m.To == to && m.Template == template {
			if found := mailedLink.FindStringSubmatch(m.Text); found != nil {
				return found[1]
			}
		}
	}
	t.Fatalf("no mail %s to %s with a link", template, to)
	return ""
}
