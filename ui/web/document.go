package web

import (
	"bufio"
	"compress/gzip"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"accessdesk/data"
	"accessdesk/ui/problem"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// Document is an answer for a program: JSON, a feed, a plain text. A Document of a route marked Cached and Machine is kept like a page
// for strangers, in a room of its own, and carries a strong ETag; of any other route it is sent with no-store, unless Mark or Modified say
// how it may be kept.
type Document struct {
	Type string // media type, with its charset where it is text
	Body []byte
	// Modified is when it changed last, for Last-Modified; zero: not said. It answers a question only where no ETag does.
	Modified time.Time
	// Stream writes a long document in place of Body, after the transaction, from values that never change. It is not kept.
	Stream func(*bufio.Writer) error
	// Mark is the ETag of an answer that is not kept, without quotes; "" sends none. One that is kept is marked by its bytes. A Stream of a
	// Cached route is marked by the catalog, the language and the address, and by Mark where it depends on more than these.
	Mark string
	// Plain documents say the same in every language.
	Plain bool
	// Header are more headers.
	Header map[string]string
}

// machineFolders are the addresses of interfaces for programs: what goes wrong there is a problem document, also where no route is.
var machineFolders = []string{"/hsds/", "/api/", problem.Path}

// forMachine tells whether a program asks.
func forMachine(c *fiber.Ctx) bool {
	if route, ok := routeOf(c); ok {
		return route.Machine
	}
	for _, folder := range machineFolders {
		if strings.HasPrefix(c.Path(), folder) || c.Path()+"/" == folder {
			return true
		}
	}
	return false
}

// machineHeaders lets pages of any site read the answer, as nothing in it depends on who asks; where a key opens, it does.
func (r *Request) machineHeaders() {
	if route, _ := routeOf(r.c); route.Policy.scope != "" {
		return
	}
	r.c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	r.c.Set(fiber.HeaderAccessControlExposeHeaders, "ETag, Last-Modified, Link, Retry-After, X-Request-Id")
	r.c.Set("Cross-Origin-Resource-Policy", "cross-origin")
}

// preflight answers a browser that asks whether a page of another site may read a machine route.
func preflight(c *fiber.Ctx) error {
	c.Set(fiber.HeaderAccessControlAllowOrigin, "*")
	c.Set(fiber.HeaderAccessControlAllowMethods, "GET, HEAD, POST")
	c.Set(fiber.HeaderAccessControlAllowHeaders, "Accept-Language, Content-Type, Idempotency-Key, If-Modified-Since, If-None-Match")
	c.Set(fiber.HeaderAccessControlMaxAge, "86400")
	return c.SendStatus(fiber.StatusNoContent)
}

// documentHeaders sets what every document bears.
func (r *Request) documentHeaders(d *Document) {
	c := r.c
	if r.machine {
		r.machineHeaders()
	}
	c.Set(fiber.HeaderContentType, d.Type)
	if d.Plain {
		c.Vary(fiber.HeaderAcceptEncoding)
	} else {
		c.Set(fiber.HeaderContentLanguage, r.Lang)
		c.Vary(fiber.HeaderAcceptLanguage, fiber.HeaderAcceptEncoding)
	}
	if !r.cookieless {
		c.Vary(fiber.HeaderCookie)
	}
	if !d.Modified.IsZero() {
		c.Set(fiber.HeaderLastModified, d.Modified.UTC().Format(http.TimeFormat))
	}
	for name, value := range d.Header {
		c.Set(name, value)
	}
}

// sendDocument sends a document that is not kept.
func (s *Site) sendDocument(r *Request, status int, d *Document) error {
	c := r.c
	r.documentHeaders(d)
	if len(c.Response().Header.Peek(fiber.HeaderCacheControl)) == 0 {
		c.Set(fiber.HeaderCacheControl, "no-store")
	}
	packed := takesGzip(c)
	if d.Mark != "" {
		mark := d.Mark
		if packed {
			mark += "-gzip"
		}
		c.Set(fiber.HeaderETag, `"`+mark+`"`)
		if notChanged(c) {
			return c.SendStatus(fiber.StatusNotModified)
		}
	}
	c.Status(status)
	if packed {
		c.Set(fiber.HeaderContentEncoding, "gzip")
	}
	if d.Stream != nil {
		return s.stream(r, d, packed)
	}
	if packed {
		return c.Send(fasthttp.AppendGzipBytesLevel(nil, d.Body, fasthttp.CompressDefaultCompression))
	}
	return c.Send(d.Body)
}

// stream sends a document piece by piece.
func (s *Site) stream(r *Request, d *Document, packed bool) error {
	if r.c.Method() == fiber.MethodHead {
		return nil
	}
	reference := r.Reference
	r.c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		err := d.pour(w, packed)
		if err != nil { // whoever asked has gone away, or sees a body that breaks off
			s.Log.Warn("stream broke off", slog.String("reference", reference), slog.Any("error", err))
		}
	})
	return nil
}

func (d *Document) pour(w *bufio.Writer, packed bool) error {
	if !packed {
		return errors.Join(d.Stream(w), w.Flush())
	}
	squeezed := gzip.NewWriter(w)
	inner := bufio.NewWriter(squeezed)
	return errors.Join(d.Stream(inner), inner.Flush(), squeezed.Close(), w.Flush())
}

// notChanged tells whether the caller has the bytes of the answer already: a list of marks counts before a time (RFC 9110, 13.2.2), and
// a caller who wants them anew gets them. Fiber's Fresh says yes to any time that comes without a mark, and no to most pairs of both,
// which is what feed readers send.
func notChanged(c *fiber.Ctx) bool {
	if unsafeMethod(c.Method()) || strings.Contains(c.Get(fiber.HeaderCacheControl), "no-cache") {
		return false
	}
	if marks := c.Get(fiber.HeaderIfNoneMatch); marks != "" {
		mark := string(c.Response().Header.Peek(fiber.HeaderETag))
		return slices.ContainsFunc(strings.Split(marks, ","), func(one string) bool {
			one = strings.TrimSpace(one)
			return one == "*" || strings.TrimPrefix(one, "W/") == mark
		})
	}
	asked := c.Get(fiber.HeaderIfModifiedSince)
	if asked == "" {
		return false
	}
	since, wrong := http.ParseTime(asked)
	modified, unknown := http.ParseTime(string(c.Response().Header.Peek(fiber.HeaderLastModified)))
	return wrong == nil && unknown == nil && !modified.After(since)
}

// problemCodes are the types of problem for the faults that are named otherwise on pages.
var problemCodes = map[string]string{"cross_site": "forbidden", "stale_form": "forbidden", "session_over": "unauthorized"}

// sendProblem sends a fault as a problem document.
func (s *Site) sendProblem(r *Request, f fault) error {
	code := f.code
	if other, ok := problemCodes[code]; ok {
		code = other
	}
	document := problem.Document{Status: f.status, Detail: r.L.T("problem." + code + "_text"), Instance: r.Path(), RequestID: r.Reference,
		Type: s.Absolute(problem.Path + code), Title: r.L.T("problem." + code + "_title")}
	var refused *problem.Fault
	if errors.As(f.cause, &refused) {
		for name, value := range refused.Header {
			r.c.Set(name, value)
		}
		for _, m := range refused.Mistakes {
			document.Errors = append(document.Errors, problem.Item{Parameter: m.Parameter, Pointer: m.Pointer, Code: m.Code, Detail: r.mistakeText(m)})
		}
	} else {
		document.Errors = r.refusals(f.cause)
	}
	r.machineHeaders()
	r.c.Set(fiber.HeaderContentType, problem.MediaType)
	r.c.Set(fiber.HeaderContentLanguage, r.Lang)
	r.c.Set(fiber.HeaderCacheControl, "no-store")
	r.c.Vary(fiber.HeaderAcceptLanguage)
	return r.c.Status(f.status).Send(document.Encode())
}

// mistakeText is what a mistake says to people.
func (r *Request) mistakeText(m problem.Mistake) string {
	if m.Detail != "" {
		return m.Detail
	}
	return r.L.Fill("problem."+m.Code, m.Args)
}

// refusals are the refusals of the domain packages, each at its field of the body.
func (r *Request) refusals(err error) []problem.Item {
	var all []problem.Item
	var walk func(error)
	walk = func(err error) {
		switch err := err.(type) {
		case nil:
		case *data.Refusal:
			item := problem.Item{Code: err.Code, Detail: r.RefusalText(err)}
			if err.Field != "" {
				item.Pointer = "#/" + err.Field
			}
			all = append(all, item)
		case interface{ Unwrap() []error }:
			for _, one := range err.Unwrap() {
				walk(one)
			}
		default:
			walk(errors.Unwrap(err))
		}
	}
	walk(err)
	return all
}

// ExplainProblem serves the explanation of a type of problem as a plain text: what the type of a problem document leads to.
func ExplainProblem(r *Request, _ *data.Tx) (Reply, error) {
	kind, ok := problem.Find(r.Param("code"))
	if !ok {
		return Reply{}, data.ErrNotFound
	}
	text := r.L.T("problem."+kind.Code+"_title") + "\n\n" + r.L.T("problem."+kind.Code+"_text") + "\n\n" +
		strconv.Itoa(kind.Status) + " " + http.StatusText(kind.Status) + "\n"
	return Reply{Document: &Document{Type: fiber.MIMETextPlainCharsetUTF8, Body: []byte(text)}}, nil
}
