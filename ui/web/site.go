// Package web is the one place where HTTP meets the program: it turns a request into a transaction and a handler's
// reply into a page. Fiber is known here and in package ui only.
//
// # From request to page
//
// A handler is a function func(*Request, *data.Tx) (Reply, error). Site.Read runs it in a read-only transaction, so
// a GET cannot change state: the database refuses. Site.Write runs it in a write transaction. In both cases the
// order is: same origin (unsafe verbs), session, policy of the route, form token, repeated form, handler, commit,
// and only then the page is rendered into a buffer and sent. A reply with a status of 400 or more, and every
// error, rolls the transaction back, unless Reply.Keep is set.
//
// # Errors
//
// One table (fail.go) turns errors into pages: data.ErrNotFound 404, data.ErrConflict 409, *data.Refusal 422,
// data.ErrBusy, data.ErrUnavailable and a request out of time 503 with Retry-After, everything else 500. Each
// error page carries a reference number that stands in the log beside the cause; the cause itself is never sent.
// What a person typed into the form is printed back on the page, so that nothing typed is lost.
//
// # Sessions and forms
//
// A session is an opaque 256-bit token, hashed in the table session. POST renews it, also one whose form comes
// back for correction; GET does not. Applicants idle 2 h, staff 60 min, at most 12 h in all. With an https public
// address the cookie is __Host- and Secure.
// Unsafe verbs need an Origin or Sec-Fetch-Site header of this site; forms within a session also carry a token
// (HMAC of the session, masked anew on each page so that compression tells nothing about it). Forms of public
// pages carry none.
//
// # Pages for strangers
//
// A GET page whose route is marked Cached is the same for everybody who is not signed in, and is kept as bytes: by the
// catalog's revision, the language and the address, until a window of the catalog turns, at most a quarter of an hour
// (shared.go). Its handler and its template say nothing of who asks. Whatever a handler learns from Request.Cookie, and
// every cookie that it sets, makes the page that person's own. Forms on it have no repeat key, which needs a session.
//
// # Answers for programs
//
// A route marked Machine answers with a Document: JSON, a feed, a text. Its errors are problem documents (package ui/problem; a
// handler refuses with a *problem.Fault), its answers may be read by pages of any site, and ?lang= is the language of this one
// answer. Marked Cached as well, its documents are kept as pages for strangers are, with a strong ETag (document.go).
//
// # Language
//
// ?lang=en|es on any page sets a cookie and returns to the same address without it. A page that is the same for every stranger
// is shown to them right there, and the cookie set: search engines keep no cookies, and each language needs an address for them.
// Else the cookie, else Accept-Language, else English.
package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"accessdesk/broker"
	"accessdesk/catalog/reference"
	"accessdesk/catalog/search"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
	"accessdesk/data/locale"
	"accessdesk/eligibility/registry/impact"
	"accessdesk/ui/web/asset"
	"accessdesk/ui/web/bearer"
	"accessdesk/ui/web/frame"
	"accessdesk/ui/web/head"
	"accessdesk/ui/web/shelf"
)

// Brand is who runs the site, as the pages say it.
type Brand struct {
	Name     string // in the header and in every title
	Tagline  Text
	Operator string // "Cyber Access Desk is run by ..."; "" says "the organization that installed it"
	// Government is true only where the operator is a government body and says so in the configuration; otherwise
	// every footer says that this is not a government site.
	Government bool
	ReplyTo    string // address people can write to, "" if there is none
}

// Text is a phrase in both languages.
type Text struct{ En, Es string }

// In gives the phrase in a language.
func (t Text) In(lang string) string {
	if lang == "es" {
		return t.Es
	}
	return t.En
}

// Contact is somebody to call during an attack.
type Contact struct {
	Name  string
	Does  Text
	Phone string // as people dial it; "" if there is none
	URL   string
}

// Security is who hears of weaknesses of this site: what security.txt says.
type Security struct {
	Contacts []string // addresses with their scheme: mailto:, https: or tel:; none: there is no security.txt
	Policy   string   // page that says how reports are handled, "" if there is none
}

// Limits are the bounds against abuse.
type Limits struct {
	Body    int // bytes of a request body
	SignIn  int // sign-in attempts of one address in 10 minutes; wrong keys too
	Check   int // answers of one address in a minute
	Machine int // requests of one address to the interfaces for programs in a minute; 0: the usual number
	Timeout time.Duration
}

// machineUsual is how many requests to the interfaces one address has in a minute unless something else is said.
const machineUsual = 300

// Config is what the site needs to know.
type Config struct {
	PublicURL string // "https://desk.example.org"; http only on loopback
	Brand     Brand
	Contacts  []Contact
	Security  Security
	Zone      *time.Location
	Limits    Limits
	Upkeep    upkeep.Settings // of the listings
	// Proxies are the addresses of proxies that overwrite ProxyHeader with the address of the caller.
	Proxies     []string
	ProxyHeader string
	// Key signs form tokens and flash messages. It lives outside the database.
	Key  [32]byte
	Demo bool
	// DemoLinks maps the token of a printed demo sign-in link to the person's address. Only with Demo, only while
	// the process runs.
	DemoLinks map[string]string
	Log       *slog.Logger
	// Reference is what the pages about definitions and about the order say.
	Reference *reference.Library
	Templates fs.FS // folders layout, public, desk, staff, error
	Static    fs.FS
}

// Site is the running web side of the program. It holds no state of a request.
type Site struct {
	Config
	DB      *data.DB
	Desk    broker.Desk
	Locales *locale.Locales
	Nation  impact.Keeper // the organizations of the registers, in memory while staff look at whom programs reach

	secure   bool
	head     head.Start
	origin   string // scheme://host of PublicURL
	loopback bool
	names    []string                      // of the pages
	pages    map[string]*template.Template // by language: every page under its name
	assets   *asset.Set
	shared   *shelf.Shelf
	ground   shelf.Ground
	door     *bearer.Door
	answers  *shelf.Shelf // documents for programs: a crawler pushes no page out
	upkeep   upkeep.Cache
	lastly   map[string][]byte // the 500 page by language, rendered at the start
}

// Languages are the languages of the program, the default first.
var Languages = []string{"en", "es"}

// New checks the configuration, parses every template and fails on the first that is wrong.
func New(db *data.DB, desk broker.Desk, locales *locale.Locales, config Config) (*Site, error) {
	if config.Limits.Machine == 0 {
		config.Limits.Machine = machineUsual
	}
	s := &Site{Config: config, DB: db, Desk: desk, Locales: locales, shared: shelf.New(sharedLimit), answers: shelf.New(answersLimit),
		door: bearer.NewDoor(config.Limits.SignIn)}
	s.Desk.Search = search.Or(desk.Search, desk.Vocabulary)
	if err := s.setOrigin(); err != nil {
		return nil, err
	}
	s.head = head.New(s.secure)
	var err error
	if s.assets, err = asset.Load(config.Static); err != nil {
		return nil, fmt.Errorf("static files: %w", err)
	}
	if s.names, s.pages, err = frame.Parse(config.Templates, Languages, s.functions); err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	if err := s.renderLastly(); err != nil {
		return nil, fmt.Errorf("error page: %w", err)
	}
	return s, nil
}

// setOrigin accepts https anywhere and http on loopback only: a session cookie must not travel in the clear.
func (s *Site) setOrigin() error {
	u, err := url.Parse(s.PublicURL)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("public_url %q is not an address like https://desk.example.org", s.PublicURL)
	}
	s.secure = u.Scheme == "https"
	s.loopback = isLoopback(u.Hostname())
	if !s.secure && !s.loopback {
		return errors.New("public_url must be https, or http on this machine itself (127.0.0.1 or localhost)")
	}
	// As browsers write it in Origin: lower case, without the port that goes without saying.
	host := strings.TrimSuffix(strings.ToLower(u.Host), map[string]string{"http": ":80", "https": ":443"}[u.Scheme])
	s.origin = u.Scheme + "://" + host
	return nil
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// Secure tells whether the site is reached by https.
func (s *Site) Secure() bool { return s.secure }

// Link makes an absolute address of this site in a reader's language.
func (s *Site) Link(path, lang string) string {
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	return s.origin + path + separator + "lang=" + lang
}

// Absolute makes an absolute address of this site, in no language.
func (s *Site) Absolute(path string) string { return s.origin + path }

// mac signs a value for one purpose.
func (s *Site) mac(purpose, value string) []byte {
	m := hmac.New(sha256.New, s.Key[:])
	fmt.Fprintf(m, "%s\x00%s", purpose, value)
	return m.Sum(nil)
}
