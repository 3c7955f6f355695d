package web

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/ui/web/head"
	"accessdesk/ui/web/tongue"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// Handler is one act of a user.
type Handler func(*Request, *data.Tx) (Reply, error)

// Reply is what a handler answers: a page with its data, a file to keep, or a redirect with a message for the next page.
type Reply struct {
	Status int    // 200 unless set; 303 with Redirect
	Page   string // "public/home"
	Data   any
	// Redirect is a path of this site. Flash is the key of a message for the page there, FlashArgs its placeholders: texts and
	// whole numbers.
	Redirect  string
	Flash     string
	FlashArgs []any
	// Discard takes back what the handler wrote, although the page is none of refusal: it shows what would happen.
	Discard bool
	// Keep commits although Status is 400 or more: a wrong code is counted, for example.
	Keep bool
	// File is sent in place of a page, to be kept and not shown.
	File *File
	// Document is sent in place of a page, to a program.
	Document *Document
}

// File is what a browser keeps under a name.
type File struct {
	Name string // letters, digits, dots and hyphens; anything else becomes a hyphen
	Type string // media type, with its charset where it is text
	Body []byte
}

// errRollback ends a transaction whose reply is a refusal page, or shows what would happen.
var errRollback = errors.New("reply is a refusal")

// Read serves a handler in a read-only transaction.
func (s *Site) Read(h Handler) fiber.Handler {
	return func(c *fiber.Ctx) error { return s.serve(c, h, s.DB.Read) }
}

// Write serves a handler in a write transaction. The handler may run several times (see data.DB.Write).
func (s *Site) Write(h Handler) fiber.Handler {
	return func(c *fiber.Ctx) error { return s.serve(c, h, s.DB.Write) }
}

func (s *Site) serve(c *fiber.Ctx, h Handler, transact func(context.Context, func(*data.Tx) error) error) error {
	route, _ := routeOf(c)
	if route.Cached {
		if sent, err := s.sendKept(c, route); sent {
			return err
		}
	}
	r := s.request(c)
	if unsafeMethod(c.Method()) && !route.Cookieless && !s.sameOrigin(c) {
		return s.sendError(r, fault{status: fiber.StatusForbidden, code: "cross_site"})
	}
	if c.Method() == fiber.MethodGet && c.Query("lang") != "" && !route.Cookieless {
		if !route.Cached || !r.forStrangers() || r.Query("lang") != r.Lang {
			return s.switchLanguage(r)
		}
		r.SetCookie(languageCookie, r.Lang, languageKept)
		r.sendCookies()
	}
	if route.Cached && r.forStrangers() {
		return s.serveShared(r, h)
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), s.Limits.Timeout)
	defer cancel()
	var reply Reply
	err := transact(ctx, func(tx *data.Tx) (err error) {
		r.cookies, r.about = nil, account.Organization{}
		reply, err = s.admit(r, tx, route, h)
		if err == nil && (reply.Discard || reply.Status >= 400 && !reply.Keep) {
			return errRollback
		}
		return err
	})
	refused := errors.Is(err, errRollback)
	if err != nil && unsafeMethod(c.Method()) {
		s.settle(ctx, r, refused)
	}
	if err != nil && !refused {
		return s.sendError(r, s.faultOf(r, err))
	}
	s.noteKey(ctx, r)
	return s.send(r, reply)
}

// settle makes a request say what is true after its writes were rolled back: cookies that the handler set and what
// it did to the session do not hold, and the session was not renewed either. A form that comes back for correction
// renews it all the same, since somebody sits there and types.
func (s *Site) settle(ctx context.Context, r *Request, renew bool) {
	r.cookies = nil
	r.leaveSession()
	if r.cookie(sessionCookie) == "" {
		return
	}
	transact := s.DB.Read
	if renew {
		transact = s.DB.Write
	}
	err := transact(ctx, func(tx *data.Tx) error { return s.loadSession(r, tx, renew) })
	if err != nil { // the page goes out as to a stranger: it promises nothing about the session
		r.leaveSession()
	}
}

// admit does what stands before the handler: session, policy, form token, repeated form.
func (s *Site) admit(r *Request, tx *data.Tx, route Route, h Handler) (Reply, error) {
	writing := unsafeMethod(r.c.Method())
	if route.Policy.scope != "" {
		return s.admitKey(r, tx, route, h)
	}
	if err := s.loadSession(r, tx, writing); err != nil {
		return Reply{}, err
	}
	if !route.Policy.public && !r.SignedIn() {
		return s.askToSignIn(r, writing)
	}
	if !route.Policy.allow(r.Person) {
		return Reply{}, errForbidden
	}
	if writing && !route.Policy.public && !s.formTokenFits(r) {
		return Reply{}, errFormToken
	}
	if writing {
		if reply, found, err := s.repeated(r, tx, route); err != nil || found {
			return reply, err
		}
	}
	reply, err := h(r, tx)
	if err == nil && writing && reply.Redirect != "" {
		err = s.rememberReply(r, tx, route, reply)
	}
	return reply, err
}

// askToSignIn leads a stranger to the sign-in page and back. A posted form cannot be carried through; its texts
// are printed on the page so that they are not lost.
func (s *Site) askToSignIn(r *Request, writing bool) (Reply, error) {
	if writing {
		return Reply{}, errSessionOver
	}
	return Reply{Redirect: "/signin?next=" + url.QueryEscape(r.Address())}, nil
}

// request begins the view on a request that does not need the database.
func (s *Site) request(c *fiber.Ctx) *Request {
	lang := s.languageOf(c)
	reference, ok := c.Locals(referenceKey).(string)
	if !ok {
		reference = head.NewReference()
	}
	route, _ := routeOf(c)
	return &Request{Site: s, c: c, Lang: lang, L: s.Locales.In(lang), Reference: reference, cookieless: route.Cookieless, machine: forMachine(c)}
}

var matcher = tongue.NewMatcher(Languages...)

// languageCookie remembers the language that somebody chose, for a year.
const (
	languageCookie = "lang"
	languageKept   = 365 * 24 * time.Hour
)

// languageOf is the language of the answer: the chosen one, else the best that the browser names. A route that reads no cookie
// has the choice in its address only. A page for strangers has it there first, so that each language of it has an address of its
// own, which search engines need: they keep no cookies. So has an address that no route serves.
func (s *Site) languageOf(c *fiber.Ctx) string {
	chosen := c.Cookies(s.cookieName(languageCookie))
	route, _ := routeOf(c)
	if named := c.Query("lang"); route.Cookieless || (route.Cached || route.Path == "") && (named == "en" || named == "es") {
		chosen = named
	}
	if chosen == "en" || chosen == "es" {
		return strings.Clone(chosen)
	}
	return matcher.Best(c.Request().Header.Peek(fiber.HeaderAcceptLanguage))
}

// switchLanguage remembers ?lang= and returns to the same page without it.
func (s *Site) switchLanguage(r *Request) error {
	if lang := r.Query("lang"); lang == "en" || lang == "es" {
		r.SetCookie(languageCookie, lang, languageKept)
		r.sendCookies()
	}
	r.c.Set(fiber.HeaderCacheControl, "no-store")
	return r.c.Redirect(LocalPath(r.Address(), "/"), fiber.StatusSeeOther)
}

// send renders a reply and sends it with its cookies.
func (s *Site) send(r *Request, reply Reply) error {
	if reply.Redirect != "" {
		if reply.Flash != "" {
			s.setFlash(r, reply.Flash, reply.FlashArgs)
		}
		r.sendCookies()
		r.c.Set(fiber.HeaderCacheControl, "no-store")
		return r.c.Redirect(LocalPath(reply.Redirect, "/"), fiber.StatusSeeOther)
	}
	if reply.File != nil {
		r.sendCookies()
		return sendFile(r, *reply.File)
	}
	if reply.Document != nil {
		r.sendCookies()
		return s.sendDocument(r, cmp.Or(reply.Status, fiber.StatusOK), reply.Document)
	}
	page, err := s.render(r, reply)
	if err != nil {
		return s.sendError(r, s.faultOf(r, err))
	}
	r.sendCookies()
	status := reply.Status
	if status == 0 {
		status = fiber.StatusOK
	}
	return sendPage(r, status, page)
}

// sendFile sends a file as an attachment: whatever stands in it, no browser shows it as a page of this site.
func sendFile(r *Request, f File) error {
	name := strings.Map(func(c rune) rune {
		if c == '.' || c == '-' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			return c
		}
		return '-'
	}, f.Name)
	r.c.Set(fiber.HeaderContentType, f.Type)
	r.c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+strings.TrimLeft(name, ".")+`"`)
	r.c.Set(fiber.HeaderContentLanguage, r.Lang)
	r.c.Set(fiber.HeaderCacheControl, "no-store")
	return r.c.Status(fiber.StatusOK).Send(f.Body)
}

// sendPage sends a page, gzipped for browsers that take it: most of a page is markup, and slow lines are common where
// this is used. Compression tells nothing about form tokens, which are masked anew on every page.
func sendPage(r *Request, status int, page []byte) error {
	c := r.c
	r.pageHeaders()
	c.Set(fiber.HeaderCacheControl, "no-store")
	if takesGzip(c) {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		page = fasthttp.AppendGzipBytesLevel(nil, page, fasthttp.CompressDefaultCompression)
	}
	return c.Status(status).Send(page)
}

// pageHeaders sets the headers of every page.
func (r *Request) pageHeaders() {
	h := &r.c.Response().Header
	h.SetContentTypeBytes(head.Page)
	h.SetCanonical(head.ContentLanguage, []byte(r.Lang))
	if r.cookieless {
		h.SetCanonical(head.Vary, head.ByLanguage)
	} else {
		h.SetCanonical(head.Vary, head.ByReader)
	}
}
