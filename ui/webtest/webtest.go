// Package webtest walks the program like a person with a browser that has no JavaScript: it opens pages through the
// real router, keeps cookies, reads forms from the HTML, fills them in, presses buttons and follows redirects. What
// a test cannot find on the page, a person could not use either.
package webtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"
)

// Origin is the address of the site in tests.
const Origin = "http://127.0.0.1:8080"

// Visitor is one browser: its cookies and its preferred language.
type Visitor struct {
	t       testing.TB
	app     *fiber.App
	cookies map[string]string
	Lang    string // Accept-Language; "" sends none
}

// New opens a browser without cookies.
func New(t testing.TB, app *fiber.App) *Visitor {
	return &Visitor{t: t, app: app, cookies: map[string]string{}}
}

// In gives the same browser to a part of the test, which it fails from then on.
func (v *Visitor) In(t testing.TB) *Visitor {
	return &Visitor{t: t, app: v.app, cookies: v.cookies, Lang: v.Lang}
}

// Cookies are the names of the cookies that the browser holds.
func (v *Visitor) Cookies() []string {
	var names []string
	for name := range v.cookies {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Cookie is the value of a cookie that the browser holds, "" if it holds none.
func (v *Visitor) Cookie(name string) string { return v.cookies[name] }

// SetCookie plants a cookie.
func (v *Visitor) SetCookie(name, value string) { v.cookies[name] = value }

// Page is what came back, after redirects.
type Page struct {
	*goquery.Document
	Status  int
	Path    string // path and query of the page
	Header  http.Header
	Body    string
	visitor *Visitor
}

// redirects is how many hops a visit may take.
const redirects = 5

// Visit opens an address of the site.
func (v *Visitor) Visit(address string) *Page {
	v.t.Helper()
	return v.follow(v.Send(http.MethodGet, address, nil, nil), address)
}

// Send makes one request as a browser on this site would, with the given headers on top, and follows nothing.
func (v *Visitor) Send(method, address string, form url.Values, headers map[string]string) *http.Response {
	v.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	request := httptest.NewRequest(method, address, body)
	request.Host = strings.TrimPrefix(Origin, "http://")
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if method != http.MethodGet && method != http.MethodHead {
		request.Header.Set("Origin", Origin)
		request.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if v.Lang != "" {
		request.Header.Set("Accept-Language", v.Lang)
	}
	for name, value := range v.cookies {
		request.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	for name, value := range headers {
		if value == "" {
			request.Header.Del(name)
		} else {
			request.Header.Set(name, value)
		}
	}
	response, err := v.app.Test(request, -1)
	if err != nil {
		v.t.Fatalf("%s %s: %v", method, address, err)
	}
	v.keepCookies(response)
	return response
}

func (v *Visitor) keepCookies(response *http.Response) {
	for _, k := range response.Cookies() {
		if k.MaxAge < 0 || k.Value == "" {
			delete(v.cookies, k.Name)
		} else {
			v.cookies[k.Name] = k.Value
		}
	}
}

func (v *Visitor) follow(response *http.Response, address string) *Page {
	v.t.Helper()
	for range redirects {
		if response.StatusCode < 300 || response.StatusCode > 399 {
			return v.page(response, address)
		}
		address = response.Header.Get("Location")
		if !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") {
			v.t.Fatalf("redirect to %q leads off the site", address)
		}
		response = v.Send(http.MethodGet, address, nil, nil)
	}
	v.t.Fatalf("too many redirects, the last one to %s", address)
	return nil
}

func (v *Visitor) page(response *http.Response, address string) *Page {
	v.t.Helper()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	document, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		v.t.Fatal(err)
	}
	return &Page{Document: document, Status: response.StatusCode, Path: address, Header: response.Header, Body: string(body), visitor: v}
}

// Read is the page that Send was answered with.
func (v *Visitor) Read(response *http.Response, address string) *Page {
	v.t.Helper()
	return v.page(response, address)
}

// Want fails the test unless the page has that status.
func (p *Page) Want(status int) *Page {
	p.visitor.t.Helper()
	if p.Status != status {
		p.visitor.t.Fatalf("%s: status %d, want %d\n%s", p.Path, p.Status, status, p.Text())
	}
	return p
}

// At fails the test unless the page has that path (its query and the place on the page are not looked at).
func (p *Page) At(path string) *Page {
	p.visitor.t.Helper()
	got, _, _ := strings.Cut(p.Path, "#")
	if got, _, _ = strings.Cut(got, "?"); got != path {
		p.visitor.t.Fatalf("on %s (%d), want %s\n%s", p.Path, p.Status, path, p.Text())
	}
	return p
}

// Says fails the test unless a person reads each of these texts on the page.
func (p *Page) Says(texts ...string) *Page {
	p.visitor.t.Helper()
	for _, text := range texts {
		if !strings.Contains(p.Text(), text) {
			p.visitor.t.Fatalf("%s does not say %q:\n%s", p.Path, text, p.Text())
		}
	}
	return p
}

// Silent fails the test if a person reads one of these texts on the page.
func (p *Page) Silent(texts ...string) *Page {
	p.visitor.t.Helper()
	for _, text := range texts {
		if strings.Contains(p.Text(), text) {
			p.visitor.t.Fatalf("%s says %q:\n%s", p.Path, text, p.Text())
		}
	}
	return p
}

// Text is the text of the page with single spaces.
func (p *Page) Text() string {
	return strings.Join(strings.Fields(p.Find("body").Text()), " ")
}

// Heading is the one h1 of the page.
func (p *Page) Heading() string { return strings.Join(strings.Fields(p.Find("h1").Text()), " ") }

// Follow follows the first link with that text.
func (p *Page) Follow(text string) *Page {
	p.visitor.t.Helper()
	link := p.Find("a").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return strings.Contains(strings.Join(strings.Fields(s.Text()), " "), text)
	}).First()
	address, ok := link.Attr("href")
	if !ok {
		p.visitor.t.Fatalf("%s has no link %q:\n%s", p.Path, text, p.Text())
	}
	return p.visitor.Visit(address)
}

// Form is a form of the page as a person has it before them: filled in as the page brings it.
type Form struct {
	page    *Page
	node    *goquery.Selection
	Action  string
	Method  string
	Values  url.Values
	buttons *goquery.Selection
}

// Form finds the form that is sent to an address; a trailing "*" matches every address that begins so.
func (p *Page) Form(action string) *Form {
	p.visitor.t.Helper()
	prefix, open := strings.CutSuffix(action, "*")
	node := p.Find("form").FilterFunction(func(_ int, s *goquery.Selection) bool {
		address := s.AttrOr("action", p.Path)
		return address == action || open && strings.HasPrefix(address, prefix)
	}).First()
	if node.Length() == 0 {
		p.visitor.t.Fatalf("%s (%d) has no form to %s:\n%s", p.Path, p.Status, action, p.Text())
	}
	f := &Form{page: p, node: node, Action: node.AttrOr("action", p.Path), Method: strings.ToUpper(node.AttrOr("method", "get")), Values: url.Values{}}
	fields := node.Find("input, select, textarea")
	f.buttons = node.Find("button, input[type=submit]")
	if id := node.AttrOr("id", ""); id != "" { // fields elsewhere on the page that belong to the form
		fields = fields.AddSelection(p.Find(`input[form="` + id + `"], select[form="` + id + `"], textarea[form="` + id + `"]`))
		f.buttons = f.buttons.AddSelection(p.Find(`button[form="` + id + `"]`))
	}
	fields.Each(func(_ int, s *goquery.Selection) { f.collect(s) })
	return f
}

func (f *Form) collect(s *goquery.Selection) {
	name := s.AttrOr("name", "")
	if name == "" || goquery.NodeName(s) == "input" && slices.Contains([]string{"submit", "button"}, s.AttrOr("type", "")) {
		return
	}
	_, checked := s.Attr("checked")
	switch {
	case goquery.NodeName(s) == "textarea":
		f.Values.Add(name, strings.TrimPrefix(s.Text(), "\n"))
	case goquery.NodeName(s) == "select":
		chosen := s.Find("option[selected]").First()
		if chosen.Length() == 0 {
			chosen = s.Find("option").First()
		}
		f.Values.Add(name, chosen.AttrOr("value", chosen.Text()))
	case slices.Contains([]string{"radio", "checkbox"}, s.AttrOr("type", "")):
		if checked {
			f.Values.Add(name, s.AttrOr("value", "on"))
		}
	default:
		f.Values.Add(name, s.AttrOr("value", ""))
	}
}

// Set fills in a field, which the form must have. A choice must be one that the form offers.
func (f *Form) Set(name string, values ...string) *Form {
	f.page.visitor.t.Helper()
	field := f.find(name)
	if field.Length() == 0 {
		f.page.visitor.t.Fatalf("the form to %s has no field %q:\n%s", f.Action, name, f.page.Text())
	}
	for _, value := range values {
		kind := field.AttrOr("type", "")
		if (kind == "radio" || kind == "checkbox") && field.FilterFunction(func(_ int, s *goquery.Selection) bool {
			return s.AttrOr("value", "on") == value
		}).Length() == 0 || goquery.NodeName(field) == "select" && field.Find(`option[value="`+value+`"]`).Length() == 0 {
			f.page.visitor.t.Fatalf("field %q of the form to %s does not offer %q", name, f.Action, value)
		}
	}
	f.Values[name] = values
	return f
}

func (f *Form) find(name string) *goquery.Selection {
	byName := func(_ int, s *goquery.Selection) bool { return s.AttrOr("name", "") == name }
	found := f.node.Find("input, select, textarea").FilterFunction(byName)
	if id := f.node.AttrOr("id", ""); found.Length() == 0 && id != "" {
		found = f.page.Find(`[form="` + id + `"]`).FilterFunction(byName)
	}
	return found
}

// Send sends the form by its first button, as the Enter key does.
func (f *Form) Send() *Page {
	f.page.visitor.t.Helper()
	return f.send(f.buttons.First())
}

// Press sends the form by the button with that text or value.
func (f *Form) Press(button string) *Page {
	f.page.visitor.t.Helper()
	chosen := f.buttons.FilterFunction(func(_ int, s *goquery.Selection) bool {
		return strings.Contains(strings.Join(strings.Fields(s.Text()), " "), button) || s.AttrOr("value", "") == button
	}).First()
	if chosen.Length() == 0 {
		f.page.visitor.t.Fatalf("the form to %s has no button %q", f.Action, button)
	}
	return f.send(chosen)
}

func (f *Form) send(button *goquery.Selection) *Page {
	f.page.visitor.t.Helper()
	if name := button.AttrOr("name", ""); name != "" {
		f.Values.Add(name, button.AttrOr("value", ""))
	}
	v := f.page.visitor
	address, _, _ := strings.Cut(button.AttrOr("formaction", f.Action), "#") // a browser keeps the place on the page to itself
	if f.Method == http.MethodGet {
		return v.Visit(address + "?" + f.Values.Encode())
	}
	return v.follow(v.Send(f.Method, address, f.Values, nil), address)
}
