package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"
)

// repeatRoutes store a note and answer in different ways.
func repeatRoutes(s *web.Site) []web.Route {
	answer := func(reply web.Reply) web.Handler {
		return func(r *web.Request, tx *data.Tx) (web.Reply, error) { return reply, store(tx, r.Form("text")) }
	}
	return []web.Route{
		post("/cases/:id", web.SignedIn, s.Write(func(r *web.Request, tx *data.Tx) (web.Reply, error) {
			return web.Reply{Redirect: "/?case=" + r.Param("id"), Flash: "refusal.too_long", FlashArgs: []any{"Max", 500, "Used", 1203}}, store(tx, r.Form("text"))
		})),
		post("/quiet", web.SignedIn, s.Write(answer(web.Reply{Redirect: "/desk"}))),
		post("/page", web.SignedIn, s.Write(answer(web.Reply{Page: "pages/page"}))),
		post("/sometimes", web.SignedIn, s.Write(func(r *web.Request, tx *data.Tx) (web.Reply, error) {
			switch r.Form("text") {
			case "refused":
				return web.Reply{Status: 422, Page: "pages/page"}, nil
			case "fails":
				return web.Reply{}, data.ErrBusy
			}
			return web.Reply{Redirect: "/desk"}, store(tx, r.Form("text"))
		})),
	}
}

// The same form sent twice is done once and answered twice alike; whatever is not the same form is done again.
func TestRepeatedForm(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, plan{database: db, routes: repeatRoutes})
		b.people()
		v, second, stranger := b.enter(applicant), b.enter(applicant), b.enter(other)
		key := v.Visit("/desk").Form("/note").Values.Get("repeat_key")
		if again := v.Visit("/desk").Form("/note").Values.Get("repeat_key"); key == again || len(key) != 52 {
			t.Errorf("pages offer the keys %q and %q", key, again)
		}
		for _, c := range []struct {
			name, path string
			v          *webtest.Visitor
			key        string
			again      bool // the handler runs
		}{
			{"first", "/cases/1", v, key, true},
			{"same", "/cases/1", v, key, false},
			{"same a third time", "/cases/1", v, key, false},
			{"other query", "/cases/1?x=y", v, key, false},
			{"other session of the person", "/cases/1", second, key, true},
			{"other person", "/cases/1", stranger, key, true},
			{"other person again", "/cases/1", stranger, key, false},
			{"other path of the route", "/cases/2", v, key, true},
			{"other route", "/quiet", v, key, true},
			{"other route again", "/quiet", v, key, false},
			{"other key", "/cases/1", v, key + "x", true},
			{"space around the key", "/cases/1", v, " " + key + "\n", false},
			{"no key", "/cases/1", v, "", true},
			{"no key again", "/cases/1", v, "", true},
			{"blank key", "/cases/1", v, "  ", true},
			{"page instead of a redirect", "/page", v, key, true},
			{"page again", "/page", v, key, true},
			{"public form of a stranger", "/suggest", b.visitor(), key, true},
			{"public form again", "/suggest", b.visitor(), key, true},
			{"public form within a session", "/suggest", v, key, true},
			{"public form within a session again", "/suggest", v, key, false},
		} {
			before := len(b.notes())
			token := ""
			if slices.Contains(c.v.Cookies(), "session") {
				token = b.token(c.v)
			}
			response := c.v.Send("POST", c.path, url.Values{"form_token": {token}, "repeat_key": {c.key}, "text": {c.name}}, nil)
			if again := len(b.notes()) > before; again != c.again {
				t.Errorf("%s: done again %v", c.name, again)
			}
			if path, _, _ := strings.Cut(c.path, "?"); strings.HasPrefix(path, "/cases/") {
				if to := response.Header.Get("Location"); response.StatusCode != 303 || to != "/?case="+path[len("/cases/"):] {
					t.Errorf("%s: %d to %q", c.name, response.StatusCode, to)
				}
				if flash := c.v.Visit("/").Find("#flash").Text(); flash != "Use 500 characters or fewer. You have used 1,203" {
					t.Errorf("%s: flash %q", c.name, flash)
				}
			}
		}
		if n := b.count("SELECT count(*) FROM idempotency_key WHERE key_hash LIKE $1 OR owner = $2", "%"+key+"%", ""); n > 0 {
			t.Errorf("%d keys are stored in the clear or without an owner", n)
		}
	})
}

// A form needs its token, and its person the right to send it, also the second time.
func TestRepeatedFormIsChecked(t *testing.T) {
	b := newBench(t, plan{routes: repeatRoutes})
	b.people()
	v := b.enter(applicant)
	form := url.Values{"form_token": {b.token(v)}, "repeat_key": {"k"}, "text": {"x"}}
	b.want(v.Send("POST", "/cases/1", form, nil), 303)
	b.want(v.Send("POST", "/cases/1", url.Values{"repeat_key": {"k"}}, nil), 403)
	b.want(v.Send("POST", "/cases/1", form, map[string]string{"Origin": "https://evil.example.com"}), 403)
	b.exec("UPDATE person SET disabled = $1 WHERE email = $2", true, applicant)
	b.want(v.Send("POST", "/cases/1", form, nil), 403)
}

// Only what was done counts: after a refusal or an error the same form may be sent again.
func TestFailedFormMayBeRepeated(t *testing.T) {
	b := newBench(t, plan{routes: repeatRoutes})
	b.people()
	v := b.enter(applicant)
	token := b.token(v)
	for _, step := range []struct {
		text   string
		status int
		notes  int
	}{{"refused", 422, 0}, {"fails", 503, 0}, {"fine", 303, 1}, {"fine", 303, 1}, {"refused", 303, 1}} {
		b.want(v.Send("POST", "/sometimes", url.Values{"form_token": {token}, "repeat_key": {"k"}, "text": {step.text}}, nil), step.status)
		if n := len(b.notes()); n != step.notes {
			t.Errorf("after %s: %d notes, want %d", step.text, n, step.notes)
		}
	}
}

// A double click: the same form at the same moment is done once, on both engines, and everybody gets the same answer.
func TestDoubleClick(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, plan{database: db, routes: repeatRoutes})
		b.people()
		v := b.enter(applicant)
		session := map[string]string{"Origin": webtest.Origin, "Cookie": "session=" + sessionToken(t, v.Send("POST", "/enter", url.Values{"email": {applicant}}, nil))}
		token := b.token(v)
		body := url.Values{"form_token": {token}, "repeat_key": {"k"}, "text": {"once"}}.Encode()
		responses := make([]*http.Response, 6)
		var group sync.WaitGroup
		for i := range responses {
			group.Go(func() { responses[i] = b.send("POST", "127.0.0.1:8080", "/cases/1", session, body) })
		}
		group.Wait()
		for _, response := range responses {
			if response.StatusCode != 303 || response.Header.Get("Location") != "/?case=1" {
				t.Errorf("%d to %q", response.StatusCode, response.Header.Get("Location"))
			}
		}
		if notes := b.notes(); !slices.Equal(notes, []string{"once"}) {
			t.Errorf("stored %q", notes)
		}
	})
}

// A message is shown once, on the next page, in the language of that page.
func TestFlash(t *testing.T) {
	b := newBench(t, plan{})
	flash := func(v *webtest.Visitor) string { return v.Visit("/").Want(200).Find("#flash").Text() }
	v := b.visitor()
	b.want(v.Send("POST", "/suggest", url.Values{}, nil), 303)
	b.want(v.Send("GET", "/desk", nil, nil), 303)     // a redirect on the way
	b.want(v.Send("GET", "/nowhere", nil, nil), 404)  // a picture that is missing
	b.want(v.Send("GET", "/static/a", nil, nil), 404) // and a style sheet
	if strings.Contains(b.want(v.Send("GET", "/nowhere", nil, nil), 404), "You stay signed in.") {
		t.Error("an error page shows the message and does not delete it")
	}
	if got := flash(v); got != "You stay signed in." {
		t.Errorf("flash %q", got)
	}
	if again := flash(v); again != "" || len(v.Cookies()) > 0 {
		t.Errorf("shown again: %q, cookies %v", again, v.Cookies())
	}
	b.want(v.Send("POST", "/suggest", url.Values{}, nil), 303)
	v.Lang = "es"
	if got := flash(v); got != "Su sesión continúa." {
		t.Errorf("flash %q", got)
	}
	b.want(v.Send("POST", "/suggest", url.Values{}, nil), 303)
	b.want(v.Send("POST", "/suggest", url.Values{}, nil), 303)
	if flash(v) == "" || flash(v) != "" {
		t.Error("two messages are not one, or shown twice")
	}
}

// A message that this server did not write is not shown.
func TestFlashIsSigned(t *testing.T) {
	b := newBench(t, plan{})
	twin := newBench(t, plan{config: func(c *web.Config) { c.Key = [32]byte{9} }})
	value := cookieOf(t, b.visitor().Send("POST", "/suggest", url.Values{}, nil), "flash").Value
	foreign := cookieOf(t, twin.visitor().Send("POST", "/suggest", url.Values{}, nil), "flash").Value
	left := cookieOf(t, b.enterAndLeave(), "flash").Value
	body, mark, _ := strings.Cut(value, ".")
	leftBody, _, _ := strings.Cut(left, ".")
	for _, c := range []struct{ name, value, want string }{
		{"as written", value, "You stay signed in."},
		{"another of ours", left, "You are signed out."},
		{"of another server", foreign, ""},
		{"other words, old mark", leftBody + "." + mark, ""},
		{"no mark", body, ""},
		{"empty mark", body + ".", ""},
		{"short mark", body + "." + mark[:20], ""},
		{"no words", "." + mark, ""},
		{"one letter", flipped(value), ""},
		{"not base64", "%%%." + mark, ""},
		{"plain words", "signin.stayed", ""},
		{"nothing", "", ""},
	} {
		v := b.visitor()
		v.SetCookie("flash", c.value)
		response := v.Send("GET", "/", nil, nil)
		if got := parse(t, b.want(response, 200)).Find("#flash").Text(); got != c.want {
			t.Errorf("%s: shown %q, want %q", c.name, got, c.want)
		}
		if c.value != "" && cookieOf(t, response, "flash").MaxAge >= 0 {
			t.Errorf("%s: the cookie is kept", c.name)
		}
	}
}

// enterAndLeave gives the answer to signing out.
func (b *bench) enterAndLeave() *http.Response {
	b.t.Helper()
	b.people()
	v := b.enter(applicant)
	return v.Send("POST", "/leave", url.Values{"form_token": {b.token(v)}}, nil)
}

// What a person typed may stand in a message; it is escaped, and nothing of it is lost.
func TestFlashArgs(t *testing.T) {
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		return []web.Route{post("/say", web.Public, s.Write(func(r *web.Request, _ *data.Tx) (web.Reply, error) {
			return web.Reply{Redirect: "/", Flash: "refusal.invalid_network", FlashArgs: []any{"Network", r.Form("text")}}, nil
		})),
			post("/unsayable", web.Public, s.Write(func(*web.Request, *data.Tx) (web.Reply, error) {
				return web.Reply{Redirect: "/desk", Flash: "refusal.invalid_network", FlashArgs: []any{"Network", func() {}}}, nil
			}))}
	}})
	for _, text := range []string{"a; b=c, d", "<script>alert(1)</script>", "ñ \"quotes\" 100%", "line\nline", "{{.Network}}"} {
		v := b.visitor()
		b.want(v.Send("POST", "/say", url.Values{"text": {text}}, nil), 303)
		page := v.Visit("/")
		if got := page.Find("#flash").Text(); got != "Enter addresses like 192.0.2.10 or 192.0.2.0/24. We could not read "+text || strings.Contains(page.Body, "<script>") {
			t.Errorf("flash %q", got)
		}
	}
	v := b.visitor() // a mistake of the program costs the message, not the redirect
	if response := v.Send("POST", "/unsayable", url.Values{}, nil); response.Header.Get("Location") != "/desk" || len(v.Cookies()) > 0 {
		t.Errorf("to %q with %v", response.Header.Get("Location"), v.Cookies())
	}
}
