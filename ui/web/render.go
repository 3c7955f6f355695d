package web

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/eligibility"

	"github.com/gofiber/fiber/v2"
)

// View is what a template sees: the frame of the page, and the handler's data in Data.
type View struct {
	Lang     string
	Other    string // the other language, and the address of this page in it
	OtherURL string
	Brand    Brand
	Operator string // who runs the site, in words of the language
	Path     string
	// Everywhere is the whole address of a page that is the same for every stranger, "" for any other, and for lists that a filter made.
	Everywhere string
	Shell      string // public, desk or staff: which header and navigation
	Person     account.Person
	// Organization is the one that the page is about, by name and id; Several tells that the person acts for more than one.
	Organization, OrganizationID string
	Several                      bool
	FormToken                    string // hidden field of every form within a session
	RepeatKey                    string // hidden field of forms whose repeat would hurt, "" for strangers
	Flash                        string
	Ends                         time.Time // end of the session, zero for strangers
	StayFirst                    bool      // the session ends soon: the page leads with "Stay signed in"
	Here                         string    // address of this page for "come back here"
	Demo                         bool
	Contacts                     []Contact
	Failed                       bool // the page shows problems: "Error: " stands before the title
	Status                       int
	Data                         any
}

// functions are what templates may call, bound to a language.
func (s *Site) functions(lang string) template.FuncMap {
	l := s.Locales.In(lang)
	return template.FuncMap{
		"T":        l.T,
		"N":        l.N,
		"date":     l.Date,
		"datetime": func(t time.Time) string { return l.DateTime(t, s.Zone) },
		"clock":    func(t time.Time) string { return l.Time(t, s.Zone) },
		"day":      func(t time.Time) string { return l.DateIn(t, s.Zone) },
		"number":   func(n int) string { return l.Number(int64(n)) },
		"say":      func(t eligibility.Text) string { return t.In(lang) },
		"phrase":   func(t Text) string { return t.In(lang) },
		"asset":    s.assets.Address,
		"args":     arguments,
		"viewing":  func(v View, data any) View { v.Data = data; return v }, // shows part of another page within this one
		"add":      func(a, b int) int { return a + b },
		"lines":    func(text string) []string { return strings.Split(text, "\n") },
		"paragraphs": func(text string) []string {
			return strings.Split(strings.TrimSpace(text), "\n\n")
		},
	}
}

// arguments makes a map from alternating names and values, for templates that take several.
func arguments(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("args: odd number of values")
	}
	all := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("args: name %v is not a string", pairs[i])
		}
		all[name] = pairs[i+1]
	}
	return all, nil
}

// Failing is implemented by page data that may carry problems; the title then begins with "Error: ".
type Failing interface{ HasProblems() bool }

// HasProblems lets page structs embed Problems' owner: a page with problems is a failed page.
func (p Problems) HasProblems() bool { return len(p) > 0 }

// render makes a page in memory, so that a broken template never sends half a page.
func (s *Site) render(r *Request, reply Reply) ([]byte, error) {
	page := s.pages[r.Lang].Lookup(reply.Page)
	if page == nil {
		return nil, fmt.Errorf("no page %q", reply.Page)
	}
	var buffer bytes.Buffer
	if err := page.Execute(&buffer, s.view(r, reply)); err != nil {
		return nil, fmt.Errorf("page %q: %w", reply.Page, err)
	}
	return buffer.Bytes(), nil
}

func (s *Site) view(r *Request, reply Reply) View {
	v := View{Lang: r.Lang, Other: otherLanguage(r.Lang), Brand: s.Brand, Path: r.Path(), Person: r.Person,
		Operator: r.Operator(), FormToken: s.formToken(r), Ends: r.Session.Ends, Here: r.Address(), Demo: s.Demo,
		Contacts: s.Contacts, Status: reply.Status, Data: reply.Data}
	if r.SignedIn() { // it is bound to the session
		v.RepeatKey, _ = data.NewToken()
	}
	if !strings.HasPrefix(reply.Page, "error/") { // may be the answer to a picture or the like; the message waits for a page
		v.Flash = s.takeFlash(r)
	}
	v.Shell = shellOf(r, reply.Page)
	v.OtherURL = languageAddress(r, v.Other)
	if route, _ := routeOf(r.c); route.Cached && v.Here == v.Path && reply.Status < fiber.StatusBadRequest {
		v.Everywhere = s.Absolute(v.Path)
	}
	if r.SignedIn() {
		about := r.about
		if about.Name == "" {
			about = r.Acting().Organization
		}
		v.Organization, v.OrganizationID, v.Several = about.Name, about.ID, len(r.Members) > 1
		// The handler's transaction is over, so the time of the page is taken from the session that it loaded.
		v.StayFirst = r.Session.Ends.Sub(s.Clock()) <= WarnBefore && r.Session.Limit.After(r.Session.Ends)
	}
	if failing, ok := reply.Data.(Failing); ok {
		v.Failed = failing.HasProblems()
	}
	return v
}

func otherLanguage(lang string) string {
	if lang == "es" {
		return "en"
	}
	return "es"
}

// languageAddress is this page in another language. The answer to a POST has no address of its own that a link
// could open; its link leads to the page's path, which every form page also serves by GET.
func languageAddress(r *Request, lang string) string {
	address := r.Address()
	if strings.Contains(address, "?") {
		return address + "&lang=" + lang
	}
	return address + "?lang=" + lang
}

func shellOf(r *Request, page string) string {
	switch {
	case strings.HasPrefix(page, "staff/"), r.Person.StaffRole != "" && !strings.HasPrefix(page, "public/"):
		return "staff"
	case r.SignedIn() && r.Person.StaffRole == "":
		return "desk"
	}
	return "public"
}

// renderLastly makes the page for the case that even the error page cannot be rendered.
func (s *Site) renderLastly() error {
	s.lastly = map[string][]byte{}
	for _, lang := range Languages {
		l := s.Locales.In(lang)
		s.lastly[lang] = []byte("<!doctype html><html lang=\"" + lang + "\"><meta charset=\"utf-8\"><title>" +
			template.HTMLEscapeString(l.T("errors.internal_title")) + "</title><h1>" +
			template.HTMLEscapeString(l.T("errors.internal_title")) + "</h1><p>" +
			template.HTMLEscapeString(l.T("errors.internal_text")) + "</p></html>")
		page := s.pages[lang].Lookup("error/error")
		if page == nil {
			return fmt.Errorf("no page error/error")
		}
		var buffer bytes.Buffer
		view := View{Lang: lang, Other: otherLanguage(lang), OtherURL: "/", Brand: s.Brand, Operator: s.operator(l), Shell: "public", Status: fiber.StatusInternalServerError,
			Data: ErrorPage{Status: fiber.StatusInternalServerError, Code: "internal", Reference: "-"}}
		if err := page.Execute(&buffer, view); err != nil {
			return err
		}
	}
	return nil
}

// CheckPages puts every page together as its first reader makes the program do, in every language, and gives the first
// mistake that the start does not see: a value where HTML has no safe place for it. The pages are part of the program, so
// this is for tests and for whoever looks for what is wrong with an installation.
func (s *Site) CheckPages() error {
	for _, lang := range Languages {
		for _, name := range s.names {
			err := s.pages[lang].Lookup(name).Execute(io.Discard, View{Lang: lang})
			var unsafe *template.Error // all other errors are about the data that is not there
			if errors.As(err, &unsafe) {
				return fmt.Errorf("page %q: %w", name, err)
			}
		}
	}
	return nil
}
