package web

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/account/key"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/locale"

	"github.com/gofiber/fiber/v2"
)

// Request is what a handler may know of a request. Its strings are copies and may be kept.
type Request struct {
	Site *Site
	Lang string
	L    *locale.Localizer
	// Person is who is signed in; the zero person is a stranger.
	Person account.Person
	// Session is the session of Person.
	Session Session
	// Members are the organizations that Person acts for, the one that they act for now first; none for staff.
	Members []account.Membership
	// Reference identifies the request in the log and on an error page.
	Reference string

	c          *fiber.Ctx
	about      account.Organization // what the page is about, if it is not the organization that Person acts for now
	cookies    []cookie             // to be set when the transaction is committed
	cookieless bool                 // no cookie is read or set: everybody is a stranger
	personal   bool                 // the handler looked at a cookie
	machine    bool                 // a program asks: what goes wrong is a problem document
	key        key.Key              // with which it asks; the zero Key without one
	snapshot   *catalog.Snapshot    // of a page for strangers: read already, and places with it
	places     catalog.Counts
}

// maxText is the length of one form value in bytes that is handed on. Domain packages have their own, smaller
// limits with a message; this one only keeps a hostile value out of the machinery.
const maxText = 100_000

// SignedIn tells whether somebody is signed in.
func (r *Request) SignedIn() bool { return r.Person.ID != "" }

// Acting is the organization that the person acts for now, with their role; the zero Membership if there is none.
func (r *Request) Acting() account.Membership {
	if len(r.Members) == 0 {
		return account.Membership{}
	}
	return r.Members[0]
}

// About says that the page is about an organization, whichever the person acts for now: the frame of the page then names
// that one.
func (r *Request) About(o account.Organization) { r.about = o }

// Desk is what the domain functions need beside the transaction.
func (r *Request) Desk() broker.Desk { return r.Site.Desk }

// Operator says who runs the site, in the reader's language.
func (r *Request) Operator() string { return r.Site.operator(r.L) }

func (s *Site) operator(l *locale.Localizer) string {
	if s.Brand.Operator != "" {
		return s.Brand.Operator
	}
	return l.T("layout.unnamed_operator")
}

// Actor is the signed-in person as the one who acts on a case.
func (r *Request) Actor() broker.Actor { return broker.PersonActor(r.Person) }

// Posted tells whether a form was sent, as opposed to a page being looked at.
func (r *Request) Posted() bool { return unsafeMethod(r.c.Method()) }

// Param gives a part of the path.
func (r *Request) Param(name string) string {
	value, err := url.PathUnescape(r.c.Params(name))
	if err != nil {
		return ""
	}
	return clean(value)
}

// Query gives a value of the query.
func (r *Request) Query(name string) string { return clean(r.c.Query(name)) }

// Form gives one value of the posted form, without surrounding space.
func (r *Request) Form(name string) string {
	return clean(string(r.c.Request().PostArgs().Peek(name)))
}

// FormAll gives all values of a field, as tick boxes post them.
func (r *Request) FormAll(name string) []string {
	var all []string
	for _, value := range r.c.Request().PostArgs().PeekMulti(name) {
		all = append(all, clean(string(value)))
	}
	return all
}

// Has tells whether the form was posted with that field, as a named button does.
func (r *Request) Has(name string) bool { return r.c.Request().PostArgs().Has(name) }

// Path is the path of the request, without its query.
func (r *Request) Path() string { return strings.Clone(r.c.Path()) }

// Address is the path with its query, without the language.
func (r *Request) Address() string {
	if r.c.Request().URI().QueryArgs().Len() == 0 {
		return r.Path()
	}
	query := url.Values{}
	for key, value := range r.c.Request().URI().QueryArgs().All() {
		if string(key) != "lang" {
			query.Add(string(key), string(value))
		}
	}
	if len(query) == 0 {
		return r.Path()
	}
	return r.Path() + "?" + query.Encode()
}

// typed is what the person typed, for printing it back on an error page. Tokens and keys are left out, and a
// short code too.
func (r *Request) typed() []Typed {
	if r.c.Method() != fiber.MethodPost {
		return nil
	}
	var all []Typed
	for key, value := range r.c.Request().PostArgs().All() {
		name, text := clean(string(key)), clean(string(value))
		hidden := []string{formTokenField, repeatField, "revision", "code", "token", "next"}
		if text == "" || slices.Contains(hidden, name) || len(text) < 3 {
			continue
		}
		all = append(all, Typed{Name: name, Text: text})
	}
	return all
}

// Typed is a field as it was posted.
type Typed struct{ Name, Text string }

// clean makes a value fit for both databases and all pages: valid UTF-8, line feeds only, no NUL and other control
// characters, no surrounding space, at most maxText bytes.
func clean(value string) string {
	value = strings.ToValidUTF8(value, "\uFFFD")
	value = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, value)
	if len(value) > maxText { // last, because a replaced byte grows to three
		value = strings.ToValidUTF8(value[:maxText], "")
	}
	return strings.TrimSpace(value)
}

// LocalPath gives path if it leads to a page of this site, else fallback. It keeps out "//host" and "/\host",
// which browsers read as another site, and control characters.
func LocalPath(path, fallback string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) || strings.ContainsFunc(path, unicode.IsControl) {
		return fallback
	}
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || u.Scheme != "" {
		return fallback
	}
	return path
}

// cookie is a cookie that a handler sets.
type cookie struct {
	name, value string
	age         time.Duration // negative: delete
}

// SetCookie sets a cookie when the transaction is committed. age 0 is until the browser closes.
func (r *Request) SetCookie(name, value string, age time.Duration) {
	if r.cookieless {
		return
	}
	r.cookies = append(r.cookies, cookie{name, value, age})
}

// DropCookie deletes a cookie.
func (r *Request) DropCookie(name string) { r.SetCookie(name, "", -1) }

// Cookie reads a cookie of this site; a route that is marked cookieless has none. The page is then for this browser alone,
// also when there is no such cookie.
func (r *Request) Cookie(name string) string {
	r.personal = true
	return r.cookie(name)
}

func (r *Request) cookie(name string) string {
	if r.cookieless {
		return ""
	}
	return clean(r.c.Cookies(r.Site.cookieName(name)))
}

// cookieName puts the prefix that binds a cookie to this host and to https where that is possible.
func (s *Site) cookieName(name string) string {
	if s.secure {
		return "__Host-" + name
	}
	return name
}

func (r *Request) sendCookies() {
	for _, k := range r.cookies {
		age := int(k.age.Seconds())
		if k.age < 0 {
			age = -1
		}
		r.c.Cookie(&fiber.Cookie{Name: r.Site.cookieName(k.name), Value: k.value, Path: "/", MaxAge: age,
			SessionOnly: k.age == 0, Secure: r.Site.secure, HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode})
	}
	r.cookies = nil
}

// browserCookie holds the nonce that binds a sign-in link to the browser that asked for it.
const browserCookie = "browser"

// Browser gives the hash of this browser's nonce, "" if it has none.
func (r *Request) Browser() string {
	if nonce := r.Cookie(browserCookie); nonce != "" {
		return data.HashToken(nonce)
	}
	return ""
}

// MarkBrowser gives the hash of this browser's nonce and sets one if there is none. It lasts a day, longer than any
// sign-in link.
func (r *Request) MarkBrowser() string {
	if hash := r.Browser(); hash != "" {
		return hash
	}
	nonce, hash := data.NewToken()
	r.SetCookie(browserCookie, nonce, 24*time.Hour)
	return hash
}
