package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

// hidden stands in causes of errors and must never be sent.
const hidden = "table person has no column shoe_size"

func store(tx *data.Tx, text string) error {
	_, err := tx.Exec("INSERT INTO note (text) VALUES ($1)", text)
	return err
}

// A handler that reads cannot write: the database refuses, on both engines.
func TestGetCannotWrite(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, plan{database: db, routes: func(s *web.Site) []web.Route {
			sneaky := func(_ *web.Request, tx *data.Tx) (web.Reply, error) {
				return web.Reply{Page: "pages/page", Keep: true}, store(tx, "sneaky")
			}
			silent := func(_ *web.Request, tx *data.Tx) (web.Reply, error) {
				_ = store(tx, "silent")
				return web.Reply{Redirect: "/"}, nil
			}
			return []web.Route{get("/sneaky", web.Public, s.Read(sneaky)), get("/silent", web.Public, s.Read(silent)),
				get("/signs-in", web.Public, s.Read(enterAs(applicant)))}
		}})
		b.people()
		for _, verb := range []string{"GET", "HEAD"} {
			b.log.reset()
			body := b.want(b.visitor().Send(verb, "/sneaky", nil, nil), 500)
			if strings.Contains(body, "note") || strings.Contains(body, "read-only") {
				t.Errorf("%s: the page tells %s", verb, body)
			}
			if failed := b.log.lines(t, "request failed"); len(failed) != 1 || !strings.Contains(fmt.Sprint(failed[0]["error"]), "read-only") {
				t.Errorf("%s: log %s", verb, b.log.text())
			}
		}
		b.visitor().Send("GET", "/silent", nil, nil)
		if response := b.visitor().Send("GET", "/signs-in", nil, nil); response.StatusCode != 500 || len(response.Cookies()) > 0 {
			t.Errorf("signing in by GET: %d, cookies %v", response.StatusCode, response.Cookies())
		}
		if notes, sessions := b.notes(), b.count("SELECT count(*) FROM session"); len(notes) > 0 || sessions > 0 {
			t.Errorf("stored %q and %d sessions", notes, sessions)
		}
	})
}

func enterAs(email string) web.Handler {
	return func(r *web.Request, tx *data.Tx) (web.Reply, error) {
		p, err := account.FindPersonByEmail(tx, email)
		if err != nil {
			return web.Reply{}, err
		}
		return web.Reply{Redirect: "/"}, r.StartSession(tx, p)
	}
}

// A reply with status 400 or more stores nothing and sets no cookie, unless it says so.
func TestRefusalsRollBack(t *testing.T) {
	failing := errors.New(hidden)
	cases := map[string]struct {
		reply  web.Reply
		err    error
		status int
		stored bool
	}{
		"fine":              {web.Reply{Page: "pages/page"}, nil, 200, true},
		"created":           {web.Reply{Page: "pages/page", Status: 201}, nil, 201, true},
		"redirect":          {web.Reply{Redirect: "/"}, nil, 303, true},
		"bad":               {web.Reply{Page: "pages/page", Status: 400}, nil, 400, false},
		"gone":              {web.Reply{Page: "pages/page", Status: 410}, nil, 410, false},
		"refused":           {web.Reply{Page: "pages/page", Status: 422}, nil, 422, false},
		"unavailable":       {web.Reply{Page: "pages/page", Status: 503}, nil, 503, false},
		"refused, kept":     {web.Reply{Page: "pages/page", Status: 422, Keep: true}, nil, 422, true},
		"error":             {web.Reply{Page: "pages/page"}, failing, 500, false},
		"error, kept":       {web.Reply{Page: "pages/page", Keep: true}, failing, 500, false},
		"error, redirect":   {web.Reply{Redirect: "/"}, data.ErrConflict, 409, false},
		"refusal, kept":     {web.Reply{Keep: true}, data.Refuse("", "too_many"), 422, false},
		"page not there":    {web.Reply{Page: "pages/absent"}, nil, 500, true}, // rendering comes after the commit
		"redirect, flashed": {web.Reply{Redirect: "/", Flash: "signin.stayed"}, nil, 303, true},
	}
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, plan{database: db, routes: func(s *web.Site) []web.Route {
			return []web.Route{post("/reply/:case", web.Public, s.Write(func(r *web.Request, tx *data.Tx) (web.Reply, error) {
				c := cases[r.Param("case")]
				r.SetCookie("marked", "yes", 0)
				if err := store(tx, r.Param("case")); err != nil {
					return web.Reply{}, err
				}
				return c.reply, c.err
			}))}
		}})
		for name, c := range cases {
			response := b.visitor().Send("POST", "/reply/"+url.PathEscape(name), url.Values{}, nil)
			b.want(response, c.status)
			if stored := b.count("SELECT count(*) FROM note WHERE text = $1", name) == 1; stored != c.stored {
				t.Errorf("%s: stored %v", name, stored)
			}
			marked := strings.Contains(strings.Join(response.Header.Values("Set-Cookie"), " "), "marked=yes")
			if marked != (c.stored && c.status != 500) {
				t.Errorf("%s: cookies %v", name, response.Header.Values("Set-Cookie"))
			}
		}
	})
}

// What a handler did to the session does not hold if its reply is a refusal.
func TestRolledBackSession(t *testing.T) {
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		return []web.Route{
			post("/half-in", web.Public, s.Write(func(r *web.Request, tx *data.Tx) (web.Reply, error) {
				_, err := enterAs(applicant)(r, tx)
				return web.Reply{Status: 422, Page: "pages/page"}, err
			})),
			post("/half-out", web.SignedIn, s.Write(func(r *web.Request, tx *data.Tx) (web.Reply, error) {
				return web.Reply{Status: 422, Page: "pages/page"}, r.EndSession(tx)
			})),
		}
	}})
	b.people()
	v := b.visitor()
	page := parse(t, b.want(v.Send("POST", "/half-in", url.Values{}, nil), 422))
	if person := page.Find("#person").Text(); person != "" || len(v.Cookies()) > 0 || b.count("SELECT count(*) FROM session") > 0 {
		t.Errorf("half signed in as %q, cookies %v", person, v.Cookies())
	}
	b.signIn(v, applicant)
	page = parse(t, b.want(v.Send("POST", "/half-out", url.Values{"form_token": {b.token(v)}}, nil), 422))
	if person := page.Find("#person").Text(); person != applicant || b.who(v) != applicant {
		t.Errorf("half signed out: the page is for %q, the next for %q", person, b.who(v))
	}
}

// Each kind of error has its status and its page, in both languages, with a reference that leads to the log.
func TestErrorPages(t *testing.T) {
	wrapped := func(err error) error { return fmt.Errorf("save case 17: %w", err) }
	cases := []struct {
		name   string
		err    error
		status int
		code   string
	}{
		{"not-found", wrapped(data.ErrNotFound), 404, "not_found"},
		{"conflict", wrapped(data.ErrConflict), 409, "conflict"},
		{"busy", wrapped(data.ErrBusy), 503, "busy"},
		{"unavailable", wrapped(data.ErrUnavailable), 503, "unavailable"},
		{"out-of-time", wrapped(context.DeadlineExceeded), 503, "busy"},
		{"refused", wrapped(data.Refuse("email", "invalid_email")), 422, "refused"},
		{"internal", wrapped(errors.New(hidden)), 500, "internal"},
		{"wrong-door", wrapped(data.ErrReadOnly), 500, "internal"},
		{"cancelled", wrapped(context.Canceled), 500, "internal"},
		{"two-kinds", fmt.Errorf("%w: %w", data.ErrUnavailable, errors.New(hidden)), 503, "unavailable"},
		{"fiber-400", fiber.ErrBadRequest, 400, "bad_request"},
		{"fiber-404", fiber.ErrNotFound, 404, "not_found"},
		{"fiber-405", fiber.ErrMethodNotAllowed, 405, "method"},
		{"fiber-408", fiber.ErrRequestTimeout, 408, "bad_request"},
		{"fiber-413", fiber.ErrRequestEntityTooLarge, 413, "too_large"},
		{"fiber-418", fiber.NewError(418, hidden), 418, "bad_request"},
		{"fiber-429", fiber.ErrTooManyRequests, 429, "too_many"},
		{"fiber-500", fiber.NewError(500, hidden), 500, "internal"},
		{"fiber-502", fiber.ErrBadGateway, 502, "internal"},
		{"fiber-503", fiber.ErrServiceUnavailable, 503, "busy"},
		{"fiber-wrapped", wrapped(fiber.NewError(404, hidden)), 404, "not_found"},
	}
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		var all []web.Route
		for _, c := range cases {
			handler := func(*web.Request, *data.Tx) (web.Reply, error) { return web.Reply{}, c.err }
			all = append(all, get("/fails/"+c.name, web.Public, s.Read(handler)), post("/fails/"+c.name, web.Public, s.Write(handler)))
		}
		return append(all, get("/plain", web.Public, func(*fiber.Ctx) error { return errors.New(hidden) }))
	}})
	for _, c := range cases {
		for _, lang := range web.Languages {
			for _, verb := range []string{"GET", "POST"} {
				b.errorPage(verb, "/fails/"+c.name, lang, c.status, c.code)
			}
		}
	}
	for _, lang := range web.Languages { // past the adapter
		b.errorPage("GET", "/plain", lang, 500, "internal")
		b.errorPage("GET", "/nowhere", lang, 404, "not_found")
		b.errorPage("DELETE", "/desk", lang, 405, "method")
		b.errorPage("POST", "/note", lang, 403, "session_over")
	}
	for _, c := range [][3]string{{"/nowhere?lang=es", "en", "es"}, {"/nowhere?lang=en", "es", "en"}, {"/nowhere?lang=xx", "es", "es"}} {
		v := b.visitor()
		v.Lang = c[1]
		if lang := parse(b.t, b.want(v.Send("GET", c[0], nil, nil), 404)).Find("html").AttrOr("lang", ""); lang != c[2] {
			t.Errorf("%s asked for in %s is in %s, want %s", c[0], c[1], lang, c[2])
		}
	}
}

// errorPage asks for a page that fails and looks at all that must stand on it and in the log.
func (b *bench) errorPage(verb, path, lang string, status int, code string) {
	b.t.Helper()
	b.log.reset()
	v := b.visitor()
	v.Lang = lang
	var form url.Values
	if verb == "POST" {
		form = url.Values{"text": {"what I typed"}}
	}
	response := v.Send(verb, path, form, nil)
	body := b.want(response, status)
	page := parse(b.t, body)
	l := b.locales.In(lang)
	title := l.T("errors." + code + "_title")
	if page.Find("h1").Text() != title || page.Find("title").Text() != title || page.Find("#text").Text() != l.T("errors."+code+"_text") {
		b.t.Errorf("%s %s %s: page %s", verb, path, lang, page.Text())
	}
	if page.Find("html").AttrOr("lang", "") != lang || response.Header.Get("Content-Language") != lang || response.Header.Get("Cache-Control") != "no-store" {
		b.t.Errorf("%s %s %s: headers %v", verb, path, lang, response.Header)
	}
	if typed := page.Find("#typed").Text(); (typed == "text=what I typed") != (verb == "POST") {
		b.t.Errorf("%s %s: typed %q", verb, path, typed)
	}
	if wait := response.Header.Get("Retry-After"); (wait == "30") != (status == 503) {
		b.t.Errorf("%s %s: Retry-After %q", verb, path, wait)
	}
	for _, secret := range []string{hidden, "save case 17", "read-only", "context", "table", "goroutine", ".go:"} {
		if strings.Contains(body, secret) || strings.Contains(fmt.Sprint(response.Header), secret) {
			b.t.Errorf("%s %s: the answer tells %q", verb, path, secret)
		}
	}
	b.errorLog(verb+" "+path, response, page.Find("#reference").Text())
}

func (b *bench) errorLog(what string, response *http.Response, reference string) {
	b.t.Helper()
	if len(reference) != 8 || response.Header.Get("X-Request-Id") != reference {
		b.t.Errorf("%s: reference %q, header %q", what, reference, response.Header.Get("X-Request-Id"))
	}
	access := b.log.lines(b.t, "request")
	if len(access) != 1 || access[0]["reference"] != reference || access[0]["status"] != float64(response.StatusCode) {
		b.t.Errorf("%s: access log %v", what, access)
	}
	failed, refused := b.log.lines(b.t, "request failed"), b.log.lines(b.t, "request refused")
	switch {
	case response.StatusCode >= 500:
		if len(failed) != 1 || failed[0]["reference"] != reference || failed[0]["level"] != "ERROR" || failed[0]["error"] == nil {
			b.t.Errorf("%s: log %v", what, failed)
		}
	case response.StatusCode == 403:
		if len(refused) != 1 || refused[0]["reference"] != reference || refused[0]["level"] != "WARN" {
			b.t.Errorf("%s: log %v", what, refused)
		}
	case len(failed)+len(refused) > 0:
		b.t.Errorf("%s: log %v %v", what, failed, refused)
	}
}

// The cause of an error stands in the log beside its reference.
func TestCauseIsLogged(t *testing.T) {
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		return []web.Route{post("/case/:id/fail", web.Public, s.Write(func(*web.Request, *data.Tx) (web.Reply, error) {
			return web.Reply{}, fmt.Errorf("save: %w", errors.New(hidden))
		}))}
	}})
	response := b.visitor().Send("POST", "/case/17/fail", url.Values{}, nil)
	failed := b.log.lines(t, "request failed")
	if len(failed) != 1 || failed[0]["error"] != "save: "+hidden || failed[0]["route"] != "/case/:id/fail" || failed[0]["reference"] != response.Header.Get("X-Request-Id") {
		t.Errorf("log %v", failed)
	}
	seen := map[string]bool{}
	for range 50 {
		seen[b.visitor().Send("GET", "/", nil, nil).Header.Get("X-Request-Id")] = true
	}
	if len(seen) != 50 {
		t.Errorf("50 requests have %d references", len(seen))
	}
}

func TestRefusalTexts(t *testing.T) {
	cases := []struct {
		refusal *data.Refusal
		en, es  string
	}{
		{data.Refuse("email", "invalid_email"), "Enter an email address like name@example.org", ""},
		{data.Refuse("text", "too_long", "Max", 500, "Used", 1203), "Use 500 characters or fewer. You have used 1,203", "Use 500 caracteres o menos. Ha usado 1,203"},
		{data.Refuse("", "incomplete", "Count", 1), "1 question still needs an answer", ""},
		{data.Refuse("", "incomplete", "Count", 2), "2 questions still need an answer", ""},
		{data.Refuse("", "incomplete", "Count", 1200), "1,200 questions still need an answer", ""},
		{data.Refuse("", "invalid_network", "Network", "<script>alert(1)</script>"),
			"Enter addresses like 192.0.2.10 or 192.0.2.0/24. We could not read <script>alert(1)</script>", ""},
	}
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		return []web.Route{post("/refuse/:case", web.Public, s.Write(func(r *web.Request, _ *data.Tx) (web.Reply, error) {
			n, err := strconv.Atoi(r.Param("case"))
			if err != nil {
				return web.Reply{}, err
			}
			return web.Reply{}, fmt.Errorf("outer: %w", cases[n].refusal)
		}))}
	}})
	for i, c := range cases {
		for _, lang := range web.Languages {
			l := b.locales.In(lang)
			want := map[string]string{"en": c.en, "es": c.es}[lang]
			if count, plural := c.refusal.Args["Count"].(int); want == "" && plural {
				want = l.N("refusal."+c.refusal.Code, count)
			} else if want == "" {
				want = l.Fill("refusal."+c.refusal.Code, c.refusal.Args)
			}
			v := b.visitor()
			v.Lang = lang
			body := b.want(v.Send("POST", "/refuse/"+strconv.Itoa(i), url.Values{}, nil), 422)
			if got := parse(t, body).Find("#detail").Text(); got != want || strings.Contains(body, "<script>") {
				t.Errorf("%s %s: %q, want %q", c.refusal.Code, lang, got, want)
			}
		}
	}
}

// Refusals, alone, joined or wrapped, become problems at their fields; anything else among them stays an error.
func TestProblems(t *testing.T) {
	email, name := data.Refuse("email", "invalid_email"), data.Refuse("name", "required")
	const emailText, nameText = "email: Enter an email address like name@example.org", "name: Enter an answer"
	cases := []struct {
		name   string
		err    error
		status int
		want   []string
	}{
		{"none", nil, 200, nil},
		{"one", email, 422, []string{emailText}},
		{"one wrapped", fmt.Errorf("save: %w", email), 422, []string{emailText}},
		{"joined", errors.Join(email, name), 422, []string{emailText, nameText}},
		{"joined the other way", errors.Join(name, email), 422, []string{nameText, emailText}},
		{"joined and wrapped", fmt.Errorf("submit: %w", fmt.Errorf("check: %w", errors.Join(email, name))), 422, []string{emailText, nameText}},
		{"joined of wrapped", errors.Join(fmt.Errorf("a: %w", email), fmt.Errorf("b: %w", name)), 422, []string{emailText, nameText}},
		{"joined in joined", errors.Join(email, errors.Join(name, data.Refuse("", "incomplete", "Count", 3))), 422,
			[]string{emailText, nameText, ": 3 questions still need an answer"}},
		{"joined with a nil", errors.Join(nil, email, nil), 422, []string{emailText}},
		{"joined with an error", errors.Join(email, errors.New(hidden)), 500, nil},
		{"joined with a wrapped error", fmt.Errorf("x: %w", errors.Join(email, fmt.Errorf("y: %w", data.ErrConflict))), 409, nil},
		{"an error", errors.New(hidden), 500, nil},
		{"a kind", data.ErrNotFound, 404, nil},
	}
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		return []web.Route{post("/problems/:case", web.Public, s.Write(func(r *web.Request, _ *data.Tx) (web.Reply, error) {
			n, err := strconv.Atoi(r.Param("case"))
			if err != nil {
				return web.Reply{}, err
			}
			problems, ok := r.Refused(cases[n].err)
			if ok {
				return web.Reply{Status: 422, Page: "pages/problems", Data: problems}, nil
			}
			if problems != nil {
				t.Errorf("%s: not refused, but %v", cases[n].name, problems)
			}
			return web.Reply{Page: "pages/problems", Data: web.Problems{}}, withoutRefusals(cases[n].err)
		}))}
	}})
	for i, c := range cases {
		page := parse(t, b.want(b.visitor().Send("POST", "/problems/"+strconv.Itoa(i), url.Values{}, nil), c.status))
		var got []string
		for _, li := range page.Find("ul:not(#typed) li").EachIter() {
			got = append(got, li.Text())
		}
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s: problems %q, want %q", c.name, got, c.want)
		}
		title, at := page.Find("title").Text(), page.Find("#at").Text()
		if c.status == 422 && (title != "Error: Problems" || "email: "+at != emailText) || c.status == 200 && (title != "Problems" || at != "") {
			t.Errorf("%s: title %q, at the field %q", c.name, title, at)
		}
	}
}

// withoutRefusals is the rest of a joined error, as a handler passes it on.
func withoutRefusals(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, data.ErrConflict) {
		return data.ErrConflict
	}
	if errors.Is(err, data.ErrNotFound) {
		return err
	}
	return errors.New(hidden)
}

// A panic is an error page, nothing is stored, nothing is told, and the server lives.
func TestPanic(t *testing.T) {
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		panics := func(r *web.Request, tx *data.Tx) (web.Reply, error) {
			if r.Path() == "/panic/write" {
				if err := store(tx, "half"); err != nil {
					return web.Reply{}, err
				}
			}
			if r.Query("kind") == "runtime" {
				var nothing []string
				_ = nothing[len(hidden)] // a panic of the runtime, not of the program
			}
			panic(hidden)
		}
		return []web.Route{get("/panic/read", web.Public, s.Read(panics)), post("/panic/write", web.Public, s.Write(panics)),
			get("/panic/bare", web.Public, func(*fiber.Ctx) error { panic(errors.New(hidden)) })}
	}})
	for _, lang := range web.Languages {
		for range 6 { // more often than there are connections to the database
			for _, kind := range []string{"", "?kind=runtime"} {
				b.errorPage("GET", "/panic/read"+kind, lang, 500, "internal")
				b.errorPage("POST", "/panic/write"+kind, lang, 500, "internal")
				b.errorPage("GET", "/panic/bare"+kind, lang, 500, "internal")
			}
		}
	}
	if notes := b.notes(); len(notes) > 0 {
		t.Errorf("stored %q", notes)
	}
	address := "http://" + b.listen()
	for range 3 {
		for path, status := range map[string]int{"/panic/read": 500, "/panic/bare": 500, "/": 200} {
			response, err := http.Get(address + path)
			must(t, err)
			b.want(response, status)
			must(t, response.Body.Close())
		}
	}
	b.want(b.visitor().Send("POST", "/suggest", url.Values{"text": {"after"}}, nil), 303)
}

// What was typed is printed back, escaped, without what belongs to the machinery.
func TestTypedIsPrintedBack(t *testing.T) {
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		return []web.Route{post("/lost", web.Public, s.Write(func(*web.Request, *data.Tx) (web.Reply, error) { return web.Reply{}, data.ErrConflict }))}
	}})
	form := url.Values{"a": {"two\r\nlines", "second value"}, "b": {"<b>&amp;</b>"}, "short": {"ab"}, "empty": {"   "}, "n\x00ame": {"odd name"}, "bytes": {"\xff\x00abc"},
		"form_token": {"secret1"}, "repeat_key": {"secret2"}, "revision": {"secret3"}, "code": {"secret4"}, "token": {"secret5"}, "next": {"/secret6"}}
	body := b.want(b.visitor().Send("POST", "/lost?query=secret7", form, nil), 409)
	var got []string
	for _, li := range parse(t, body).Find("#typed li").EachIter() {
		got = append(got, li.Text())
	}
	if want := "a=two\nlines|a=second value|b=<b>&amp;</b>|bytes=\uFFFDabc|name=odd name"; strings.Join(got, "|") != want {
		t.Errorf("typed %q", got)
	}
	if strings.Contains(strings.ReplaceAll(body, "secret7", ""), "secret") || strings.Contains(body, "<b>") {
		t.Errorf("page %s", body)
	}
}

// A request that waits too long for the one writer gives up in time and says so.
func TestTimeout(t *testing.T) {
	b := newBench(t, plan{config: func(c *web.Config) { c.Limits.Timeout = 300 * time.Millisecond }})
	held, release, done := make(chan bool), make(chan bool), make(chan error)
	go func() {
		done <- b.DB.Write(context.Background(), func(*data.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	response := b.visitor().Send("POST", "/suggest", url.Values{"text": {"patient words"}}, nil)
	page := parse(t, b.want(response, 503))
	if page.Find("h1").Text() != "We are busy right now" || page.Find("#typed").Text() != "text=patient words" || response.Header.Get("Retry-After") != "30" {
		t.Errorf("page %s", page.Text())
	}
	b.want(b.visitor().Send("GET", "/", nil, nil), 200) // readers do not wait
	close(release)
	must(t, <-done)
	b.want(b.visitor().Send("POST", "/suggest", url.Values{"text": {"again"}}, nil), 303)
	if notes := b.notes(); len(notes) != 1 || notes[0] != "again" {
		t.Errorf("stored %q", notes)
	}
}

// A redirect leads to a page of this site or to the start page, whatever the handler says.
func TestRedirectsStayHere(t *testing.T) {
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		return []web.Route{get("/go", web.Public, s.Read(func(r *web.Request, _ *data.Tx) (web.Reply, error) { return web.Reply{Redirect: r.Query("to")}, nil }))}
	}})
	for to, want := range map[string]string{"/desk?a=b": "/desk?a=b", "/desk#top": "/desk#top", "//evil.example.com": "/", "https://evil.example.com": "/", `/\evil.example.com`: "/",
		"/a\r\nSet-Cookie: x=y": "/", "desk": "/"} {
		response := b.visitor().Send("GET", "/go?to="+url.QueryEscape(to), nil, nil)
		b.want(response, 303)
		if got := response.Header.Get("Location"); got != want || len(response.Cookies()) > 0 {
			t.Errorf("%q leads to %q", to, got)
		}
	}
}
