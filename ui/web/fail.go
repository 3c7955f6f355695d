package web

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"accessdesk/data"
	"accessdesk/ui/problem"

	"github.com/gofiber/fiber/v2"
)

// What can be wrong before a handler runs.
var (
	errForbidden   = errors.New("the role may not use this route")
	errFormToken   = errors.New("form token does not fit the session")
	errSessionOver = errors.New("form posted without a session")
)

// retryAfter is what 503 pages ask for, in seconds.
const retryAfter = 30

// fault is an error as a page: the status, and the key of its texts ("errors.CODE_title", "errors.CODE_text").
type fault struct {
	status int
	code   string
	detail string // one more sentence, already in the reader's language
	cause  error  // for the log only
}

// faults is the table from kinds of errors to pages.
var faults = []struct {
	kind   error
	status int
	code   string
}{
	{data.ErrNotFound, fiber.StatusNotFound, "not_found"},
	{data.ErrConflict, fiber.StatusConflict, "conflict"},
	{data.ErrBusy, fiber.StatusServiceUnavailable, "busy"},
	{data.ErrUnavailable, fiber.StatusServiceUnavailable, "unavailable"},
	{context.DeadlineExceeded, fiber.StatusServiceUnavailable, "busy"}, // Limits.Timeout
	{errForbidden, fiber.StatusForbidden, "forbidden"},
	{errFormToken, fiber.StatusForbidden, "stale_form"},
	{errSessionOver, fiber.StatusForbidden, "session_over"},
}

// faultOf sorts an error. Whatever the table does not know is internal.
func (s *Site) faultOf(r *Request, err error) fault {
	var refusal *data.Refusal
	if errors.As(err, &refusal) {
		return fault{status: fiber.StatusUnprocessableEntity, code: "refused", detail: r.RefusalText(refusal), cause: err}
	}
	var told *problem.Fault
	if errors.As(err, &told) {
		return fault{status: told.Status, code: told.Code, cause: err}
	}
	for _, f := range faults {
		if errors.Is(err, f.kind) {
			return fault{status: f.status, code: f.code, cause: err}
		}
	}
	var known *fiber.Error
	if errors.As(err, &known) {
		return fault{status: known.Code, code: codeOf(known.Code), cause: err}
	}
	return fault{status: fiber.StatusInternalServerError, code: "internal", cause: err}
}

// codeOf names the texts for a status that Fiber itself gives.
func codeOf(status int) string {
	switch status {
	case fiber.StatusNotFound:
		return "not_found"
	case fiber.StatusMethodNotAllowed:
		return "method"
	case fiber.StatusRequestEntityTooLarge:
		return "too_large"
	case fiber.StatusTooManyRequests:
		return "too_many"
	case fiber.StatusServiceUnavailable:
		return "busy"
	}
	if status >= 400 && status < 500 {
		return "bad_request"
	}
	return "internal"
}

// ErrorPage is the data of the error pages.
type ErrorPage struct {
	Status    int
	Code      string
	Detail    string
	Reference string
	Typed     []Typed
}

// HandleError is Fiber's error handler: what did not pass through the adapter (unknown address, oversize body,
// panic) gets the same pages.
func (s *Site) HandleError(c *fiber.Ctx, err error) error {
	r := s.request(c)
	if _, guarded := c.Locals(referenceKey).(string); !guarded { // the server gave up before any route: oversize, unreadable, too slow
		s.head.Begin(&c.Response().Header, r.Reference)
		defer s.logAccess(c, r.Reference, time.Now())
	}
	return s.sendError(r, s.faultOf(r, err))
}

func (s *Site) sendError(r *Request, f fault) error {
	if f.status >= 500 {
		s.Log.Error("request failed", slog.String("reference", r.Reference), slog.String("route", r.c.Route().Path), slog.Any("error", f.cause))
	} else if f.status == fiber.StatusForbidden {
		s.Log.Warn("request refused", slog.String("reference", r.Reference), slog.String("route", r.c.Route().Path), slog.String("code", f.code))
	}
	if f.status == fiber.StatusServiceUnavailable {
		r.c.Set(fiber.HeaderRetryAfter, strconv.Itoa(retryAfter))
	}
	r.cookies = nil
	if r.machine {
		return s.sendProblem(r, f)
	}
	page, err := s.render(r, Reply{Status: f.status, Page: "error/error",
		Data: ErrorPage{Status: f.status, Code: f.code, Detail: f.detail, Reference: r.Reference, Typed: r.typed()}})
	if err != nil {
		s.Log.Error("error page failed", slog.String("reference", r.Reference), slog.Any("error", err))
		page = s.lastly[r.Lang]
	}
	return sendPage(r, f.status, page)
}

// Problem is what is wrong with one field, in the reader's language. Field is the id of the input.
type Problem struct{ Field, Text string }

// Problems are shown as a summary first and again at each field.
type Problems []Problem

// At gives the text for a field, "" if it is fine.
func (p Problems) At(field string) string {
	for _, problem := range p {
		if problem.Field == field {
			return problem.Text
		}
	}
	return ""
}

// RefusalText is a refusal in the reader's language. A refusal with a Count has a text for one and for several.
func (r *Request) RefusalText(refusal *data.Refusal) string {
	key := "refusal." + refusal.Code
	if count, ok := refusal.Args["Count"].(int); ok {
		return r.L.N(key, count)
	}
	return r.L.Fill(key, refusal.Args)
}

// Refused turns an error into problems at its fields, if it is a refusal or several joined ones.
func (r *Request) Refused(err error) (Problems, bool) {
	var all Problems
	for _, refusal := range data.Refusals(err) {
		all = append(all, Problem{Field: refusal.Field, Text: r.RefusalText(refusal)})
	}
	return all, len(all) > 0
}
