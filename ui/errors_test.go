package ui_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"
)

// bothLanguages runs a test as a reader of each language.
func bothLanguages(t *testing.T, test func(t *testing.T, lang string)) {
	for _, lang := range web.Languages {
		t.Run(lang, func(t *testing.T) { test(t, lang) })
	}
}

// internals are words that would tell a reader about the inside of the program.
var internals = regexp.MustCompile(`(?i)\bsql|sqlite|pgx|constraint|no such (table|column)|\.go\b|goroutine|panic|fiber|fasthttp|runtime error|stack|/(work|tmp|var|home)/|0x[0-9a-f]{6}`)

var referenceOnPage = regexp.MustCompile(`\b[A-Z2-7]{8}\b`)

// wantErrorPage fails the test unless an answer is the error page of a kind: status, language, title, one heading, security
// headers, a reference that stands in the log, and nothing of the inside.
func (w *world) wantErrorPage(t *testing.T, got *http.Response, status int, lang, code string) *goquery.Document {
	t.Helper()
	body := string(need(io.ReadAll(got.Body))(t))
	document := need(goquery.NewDocumentFromReader(strings.NewReader(body)))(t)
	text := strings.Join(strings.Fields(document.Find("body").Text()), " ")
	if got.StatusCode != status {
		t.Fatalf("status %d, want %d: %s", got.StatusCode, status, text)
	}
	title := w.desk.Locales.In(lang).T("errors." + code + "_title")
	if h1 := document.Find("h1"); h1.Length() != 1 || strings.TrimSpace(h1.Text()) != title {
		t.Errorf("the headings are %q, want %q alone", h1.Text(), title)
	}
	if got := document.Find("title").Text(); !strings.HasPrefix(got, title) {
		t.Errorf("the title is %q, want %q", got, title)
	}
	if explained := w.desk.Locales.In(lang).T("errors." + code + "_text"); !strings.Contains(text, explained) {
		t.Errorf("the page does not say %q: %s", explained, text)
	}
	if spoken := document.Find("html").AttrOr("lang", ""); spoken != lang || got.Header.Get("Content-Language") != lang {
		t.Errorf("the page is in %q, its header says %q, want %q", spoken, got.Header.Get("Content-Language"), lang)
	}
	w.checkHeaders(t, got.Header, fmt.Sprintf("the %d page", status), "no-store")
	reference := referenceOnPage.FindString(document.Find("p.anon").Text())
	if reference == "" || reference != got.Header.Get("X-Request-Id") {
		t.Errorf("the page gives reference %q, the header %q", reference, got.Header.Get("X-Request-Id"))
	}
	if len(w.log.about(reference)) == 0 {
		t.Errorf("reference %q does not stand in the log:\n%s", reference, w.log)
	}
	if found := internals.FindString(strings.ReplaceAll(document.Find("main").Text(), reference, "")); found != "" { // a reference may spell anything
		t.Errorf("the page says %q: %s", found, text)
	}
	return document
}

// reader of a language, signed in or not.
func (w *world) speaker(t *testing.T, as role, lang string) *webtest.Visitor {
	t.Helper()
	v := w.visitor(t, as)
	v.Lang = lang
	return v
}

func TestErrorPages(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	w.log.expectErrors()
	w.app.Get("/breaks", func(*fiber.Ctx) error { panic("open /var/secret.go: SQL broke") })
	bothLanguages(t, func(t *testing.T, lang string) {
		for _, as := range []role{stranger, owner, manager} {
			v := w.speaker(t, as, lang)
			for _, address := range []string{"/no/such/page", "/programs/no-such-program", "/check/q/no_such_fact", "/static/app.00000000.css", "/home/", "/HOME"} {
				w.wantErrorPage(t, v.Send(http.MethodGet, address, nil, nil), http.StatusNotFound, lang, "not_found")
			}
			w.wantErrorPage(t, v.Send(http.MethodPost, "/help", url.Values{}, nil), http.StatusMethodNotAllowed, lang, "method")
			w.wantErrorPage(t, v.Send(http.MethodDelete, "/check", nil, nil), http.StatusMethodNotAllowed, lang, "method")
			w.wantErrorPage(t, v.Send(http.MethodGet, "/breaks", nil, nil), http.StatusInternalServerError, lang, "internal")
			w.wantErrorPage(t, v.Send(http.MethodPost, "/check", url.Values{}, map[string]string{"Origin": "https://evil.example.com"}), http.StatusForbidden, lang, "cross_site")
		}
		w.wantErrorPage(t, w.speaker(t, auditor, lang).Send(http.MethodGet, "/home", nil, nil), http.StatusForbidden, lang, "forbidden")
		v := w.speaker(t, reader, lang)
		form := v.Visit(w.item(broker.Draft)).Form(w.item(broker.Draft))
		page := w.wantErrorPage(t, v.Send(form.Method, form.Action, form.Values, nil), http.StatusUnprocessableEntity, lang, "refused")
		if why := w.desk.Locales.In(lang).T("refusal.not_your_role"); !strings.Contains(page.Text(), why) {
			t.Errorf("the page does not say %q", why)
		}
	})
}

// A database that does not know a table any more stands for every mistake that nobody thought of.
func TestInternalError(t *testing.T) {
	w := openWorld(t)
	w.log.expectErrors()
	applicant := w.visitor(t, owner)
	token := w.formToken(t, applicant, owner)
	w.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec("ALTER TABLE item_answer RENAME TO item_answer_gone")
		return err
	})
	bothLanguages(t, func(t *testing.T, lang string) {
		v := w.speaker(t, owner, lang)
		w.wantErrorPage(t, v.Send(http.MethodGet, w.item(broker.Draft), nil, nil), http.StatusInternalServerError, lang, "internal")
		before := w.rowsWithout(t, "item_answer", "item_answer_gone")
		text := "What I wrote for an hour\nand do not want to lose."
		page := w.wantErrorPage(t, v.Send(http.MethodPost, w.item(broker.Draft), url.Values{"form_token": {token}, "revision": {"2"},
			"shown": {"first_task"}, "q-first_task": {text}}, nil), http.StatusInternalServerError, lang, "internal")
		if kept := page.Find(".kept textarea").Text(); !strings.Contains(kept, text) {
			t.Errorf("what was typed is not on the page: %q", kept)
		}
		if after := w.rowsWithout(t, "item_answer", "item_answer_gone"); len(before.differ(after)) > 0 {
			t.Errorf("the failed save changed %v", before.differ(after))
		}
		cause := false
		for _, entry := range w.log.about(page.Find("p.anon").Text()[strings.LastIndexByte(page.Find("p.anon").Text(), ' ')+1:]) {
			cause = cause || strings.Contains(fmt.Sprint(entry["error"]), "item_answer")
		}
		if !cause {
			t.Error("the log does not say what went wrong")
		}
	})
}

// rowsWithout reads every table but some.
func (w *world) rowsWithout(t testing.TB, tables ...string) rows {
	t.Helper()
	columns := w.tables(t)
	for _, table := range tables {
		delete(columns, table)
	}
	w.columns = columns
	return w.rows(t)
}

func TestTooManyRequests(t *testing.T) {
	w := openSite(t, datatest.Open(t), func(c *worldConfig) { c.limits.SignIn, c.limits.Check = 2, 2 })
	bothLanguages(t, func(t *testing.T, lang string) {
		for _, address := range []string{"/signin", "/check"} {
			v := w.speaker(t, stranger, lang)
			var last *http.Response
			for range 3 {
				last = v.Send(http.MethodPost, address, url.Values{"email": {"someone@example.org"}, "answer": {"health"}}, nil)
			}
			w.wantErrorPage(t, last, http.StatusTooManyRequests, lang, "too_many")
			v.Visit(address).Want(http.StatusOK) // looking is not limited
		}
	})
}

// A form that is too large is refused by the server before any of our code runs, so it takes a real connection.
func TestOversizeForm(t *testing.T) {
	w := listening(t, openSite, func(c *worldConfig) { c.limits.Body = 64 << 10 })
	before := w.rows(t)
	bothLanguages(t, func(t *testing.T, lang string) {
		for _, path := range []string{"/check", "/signin"} {
			for _, size := range []int{64<<10 + 1, 5 << 20, 1 << 40} {
				w.wantErrorPage(t, w.oversize(t, path, lang, size), http.StatusRequestEntityTooLarge, lang, "too_large")
			}
		}
		client := &http.Client{}
		request := need(http.NewRequest(http.MethodPost, w.base+"/check", strings.NewReader(url.Values{"answer": {strings.Repeat("x", 60<<10)}}.Encode())))(t)
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.Header.Set("Origin", w.base)
		got := need(client.Do(request))(t)
		defer got.Body.Close()
		if got.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("a form just below the limit: status %d, want 422 at its field", got.StatusCode)
		}
	})
	w.unchanged(t, before, "forms that are too large")
}

// oversize says that a form of that size follows, sends the first of it and reads the answer, as a browser does.
func (w *world) oversize(t *testing.T, path, lang string, size int) *http.Response {
	t.Helper()
	conn := need(net.Dial("tcp", strings.TrimPrefix(w.base, "http://")))(t)
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nAccept-Language: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\nemail=",
		path, strings.TrimPrefix(w.base, "http://"), w.base, lang, size)
	return need(http.ReadResponse(bufio.NewReader(conn), nil))(t)
}
