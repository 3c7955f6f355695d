package web_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui/problem"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

// newMachine is a bench with routes for programs.
func newMachine(t testing.TB, most int) *shelf {
	t.Helper()
	s := &shelf{}
	s.bench = newBench(t, plan{database: datatest.Open(t), catalog: catalog.NewCache(standard()),
		config: func(c *web.Config) { c.Limits.Machine = most },
		routes: func(site *web.Site) []web.Route {
			machine := func(method, path string, cached bool, h web.Handler) web.Route {
				return web.Route{Method: method, Path: path, Policy: web.Public, Limit: web.MachineLimit, Cookieless: true, Machine: true, Cached: cached, Handler: site.Read(h)}
			}
			return []web.Route{
				machine("GET", "/api/list", true, s.list), machine("POST", "/api/list", false, s.list),
				machine("GET", "/api/stream", true, func(r *web.Request, _ *data.Tx) (web.Reply, error) {
					return web.Reply{Document: &web.Document{Type: "application/x-ndjson", Stream: func(w *bufio.Writer) error {
						for i := range 3 {
							fmt.Fprintf(w, "{\"line\":%d}\n", i)
						}
						return nil
					}}}, nil
				}),
				machine("GET", "/api/wrong", true, func(*web.Request, *data.Tx) (web.Reply, error) {
					return web.Reply{}, problem.New("parameters", problem.Mistake{Parameter: "page", Code: "whole_number", Args: map[string]any{"Min": 1, "Max": 9}})
				}),
				machine("POST", "/api/refused", false, func(*web.Request, *data.Tx) (web.Reply, error) {
					return web.Reply{}, fmt.Errorf("deep: %w", data.Refuse("name", "required"))
				}),
				machine("GET", "/api/broken", true, func(*web.Request, *data.Tx) (web.Reply, error) { return web.Reply{}, fmt.Errorf("secret cause") }),
				machine("GET", "/problems/:code", true, web.ExplainProblem),
			}
		}})
	return s
}

func (s *shelf) list(r *web.Request, tx *data.Tx) (web.Reply, error) {
	body := fmt.Sprintf(`{"made":%d,"lang":%q,"q":%q,"pad":%q}`, s.made.Add(1), r.Lang, r.Query("q"), strings.Repeat("x", 300))
	return web.Reply{Document: &web.Document{Type: "application/json", Body: []byte(body), Modified: tx.Now}}, nil
}

// ask sends a bare request, as a program does.
func (s *shelf) ask(method, address string, headers map[string]string) (*http.Response, string) {
	s.t.Helper()
	request := httptest.NewRequest(method, address, nil)
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := s.app.Test(request, -1)
	must(s.t, err)
	var body io.Reader = response.Body
	if response.Header.Get("Content-Encoding") == "gzip" && method != "HEAD" {
		body, err = gzip.NewReader(response.Body)
		must(s.t, err)
	}
	text, err := io.ReadAll(body)
	must(s.t, err)
	return response, string(text)
}

// TestDocumentIsKept holds that a document is made once for an address and a language, bears a strong ETag that answers the next
// question, and is made anew when the catalog moves.
func TestDocumentIsKept(t *testing.T) {
	s := newMachine(t, 1000)
	first, body := s.ask("GET", "/api/list?q=a", nil)
	if first.StatusCode != 200 || !strings.HasPrefix(body, `{"made":1,"lang":"en","q":"a"`) {
		t.Fatalf("%d %s", first.StatusCode, body)
	}
	for name, want := range map[string]string{"Content-Type": "application/json", "Content-Language": "en", "Vary": "Accept-Language, Accept-Encoding",
		"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin",
		"Last-Modified": s.Now().Format(http.TimeFormat)} {
		if got := first.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	mark := first.Header.Get("ETag")
	if strings.HasPrefix(mark, "W/") || len(mark) < 10 {
		t.Errorf("ETag %s is not strong", mark)
	}
	if again, same := s.ask("GET", "/api/list?q=a", nil); same != body || again.Header.Get("ETag") != mark {
		t.Errorf("asked again: %s", same)
	}
	if _, other := s.ask("GET", "/api/list?q=a&lang=es", nil); !strings.HasPrefix(other, `{"made":2,"lang":"es","q":"a"`) {
		t.Errorf("in Spanish: %s", other)
	}
	packed, same := s.ask("GET", "/api/list?q=a", map[string]string{"Accept-Encoding": "gzip"})
	if same != body || packed.Header.Get("ETag") == mark || packed.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("packed: %v", packed.Header)
	}
	for accept, want := range map[string]string{"gzip;q=0": "", "identity, GZIP; Q=0.000, br": "", "br;q=0, gzip": "gzip", "gzip; q=0.5, br;q=0": "gzip", "deflate": ""} {
		if got, same := s.ask("GET", "/api/list?q=a", map[string]string{"Accept-Encoding": accept}); same != body || got.Header.Get("Content-Encoding") != want {
			t.Errorf("who accepts %q gets %q", accept, got.Header.Get("Content-Encoding"))
		}
	}
	if fresh, none := s.ask("GET", "/api/list?q=a", map[string]string{"If-None-Match": mark}); fresh.StatusCode != 304 || none != "" || fresh.Header.Get("ETag") != mark {
		t.Errorf("with the mark: %d %q", fresh.StatusCode, none)
	}
	if head, _ := s.ask("HEAD", "/api/list?q=a", nil); head.StatusCode != 200 || head.Header.Get("ETag") != mark || head.ContentLength != int64(len(body)) {
		t.Errorf("HEAD: %d, %v", head.StatusCode, head.Header)
	}
	s.importOffering(s.Now(), s.Now().Add(10*time.Second))
	moved, body := s.ask("GET", "/api/list?q=a", map[string]string{"If-None-Match": mark})
	if moved.StatusCode != 200 || !strings.HasPrefix(body, `{"made":3`) || moved.Header.Get("Cache-Control") != "public, max-age=10" {
		t.Errorf("after the catalog moved: %d %s %v", moved.StatusCode, body, moved.Header)
	}
	if kept := s.site.SharedPages(); kept.Misses != 0 {
		t.Errorf("documents stand among pages: %+v", kept)
	}
}

// TestDocumentOfAPost holds that a private question is answered and kept nowhere.
func TestDocumentOfAPost(t *testing.T) {
	s := newMachine(t, 1000)
	for made := range 2 {
		response, body := s.ask("POST", "/api/list?q=b", map[string]string{"Origin": "https://elsewhere.example"})
		if response.StatusCode != 200 || !strings.HasPrefix(body, fmt.Sprintf(`{"made":%d`, made+1)) || response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("ETag") != "" {
			t.Errorf("%d %s %v", response.StatusCode, body, response.Header)
		}
	}
}

// TestDocumentStream holds that a stream has the bytes it writes, packed or not, and a mark that holds as long as the catalog does.
func TestDocumentStream(t *testing.T) {
	s := newMachine(t, 1000)
	const want = "{\"line\":0}\n{\"line\":1}\n{\"line\":2}\n"
	plain, body := s.ask("GET", "/api/stream", nil)
	mark := plain.Header.Get("ETag")
	if body != want || mark == "" {
		t.Errorf("%q, ETag %s", body, mark)
	}
	if packed, body := s.ask("GET", "/api/stream", map[string]string{"Accept-Encoding": "gzip"}); body != want || packed.Header.Get("ETag") == mark {
		t.Errorf("packed: %q", body)
	}
	if fresh, _ := s.ask("GET", "/api/stream", map[string]string{"If-None-Match": mark}); fresh.StatusCode != 304 {
		t.Errorf("with the mark: %d", fresh.StatusCode)
	}
	if other, _ := s.ask("GET", "/api/stream?x=1", map[string]string{"If-None-Match": mark}); other.StatusCode != 200 {
		t.Errorf("another question: %d", other.StatusCode)
	}
	s.importOffering(time.Time{}, s.Now().Add(time.Hour))
	moved, _ := s.ask("GET", "/api/stream", map[string]string{"If-None-Match": mark})
	if moved.StatusCode != 200 || moved.Header.Get("ETag") == mark {
		t.Errorf("after the catalog moved: %d %v", moved.StatusCode, moved.Header)
	}
	s.Advance(2 * time.Hour)
	if turned, _ := s.ask("GET", "/api/stream", map[string]string{"If-None-Match": moved.Header.Get("ETag")}); turned.StatusCode != 200 {
		t.Errorf("after the window closed: %d", turned.StatusCode)
	}
}

// TestProblemDocuments holds that whatever goes wrong on the interfaces for programs is a problem document.
func TestProblemDocuments(t *testing.T) {
	s := newMachine(t, 1000)
	for _, c := range []struct {
		method, path, lang string
		status             int
		kind, errors       string
	}{
		{"GET", "/api/wrong", "en", 400, "parameters", `[{"parameter":"page","code":"whole_number","detail":"It takes a whole number from 1 to 9"}]`},
		{"GET", "/api/wrong", "es", 400, "parameters", `[{"parameter":"page","code":"whole_number","detail":"Acepta un número entero de 1 a 9"}]`},
		{"POST", "/api/refused", "en", 422, "refused", `[{"pointer":"#/name","code":"required","detail":"Enter an answer"}]`},
		{"GET", "/api/broken", "en", 500, "internal", ""},
		{"GET", "/api/nowhere", "en", 404, "not_found", ""},
		{"GET", "/hsds/nowhere", "es", 404, "not_found", ""},
		{"DELETE", "/api/list", "en", 405, "method", ""},
		{"GET", "/problems/nonsense", "en", 404, "not_found", ""},
	} {
		response, body := s.ask(c.method, c.path, map[string]string{"Accept-Language": c.lang})
		var got struct {
			problem.Document
			Errors json.RawMessage `json:"errors"`
		}
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Errorf("%s %s: %v in %s", c.method, c.path, err, body)
			continue
		}
		l := texts().In(c.lang)
		if response.StatusCode != c.status || got.Status != c.status || got.Type != "http://127.0.0.1:8080/problems/"+c.kind || string(got.Errors) != c.errors ||
			got.Title != l.T("problem."+c.kind+"_title") || got.Detail != l.T("problem."+c.kind+"_text") || got.Instance != c.path || got.RequestID != response.Header.Get("X-Request-Id") {
			t.Errorf("%s %s in %s: %s", c.method, c.path, c.lang, body)
		}
		if response.Header.Get("Content-Type") != problem.MediaType || response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("Access-Control-Allow-Origin") != "*" || strings.Contains(body, "secret") {
			t.Errorf("%s %s: %v %s", c.method, c.path, response.Header, body)
		}
	}
	if response, body := s.ask("GET", "/elsewhere", nil); !strings.Contains(body, "<h1>") || response.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a page for people became a document: %s", body)
	}
}

// TestProblemTypesLeadSomewhere holds that the type of every problem is an address that explains it.
func TestProblemTypesLeadSomewhere(t *testing.T) {
	s := newMachine(t, 1000)
	for _, k := range problem.Kinds() {
		response, body := s.ask("GET", problem.Path+k.Code, map[string]string{"Accept-Language": "es"})
		if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/plain; charset=utf-8" || !strings.HasPrefix(body, texts().In("es").T("problem."+k.Code+"_title")+"\n") {
			t.Errorf("%s: %d %s", k.Code, response.StatusCode, body)
		}
	}
}

// TestMachineLimit holds that the interfaces have a limit of their own, and say when to come back.
func TestMachineLimit(t *testing.T) {
	s := newMachine(t, 2)
	for range 2 {
		if response, _ := s.ask("GET", "/api/list", nil); response.StatusCode != 200 {
			t.Fatalf("status %d", response.StatusCode)
		}
	}
	response, body := s.ask("GET", "/api/list", nil)
	if response.StatusCode != 429 || response.Header.Get("Retry-After") == "" || !strings.Contains(body, `/problems/too_many"`) {
		t.Errorf("%d %v %s", response.StatusCode, response.Header, body)
	}
}

// TestPreflight holds that a browser may ask whether a page of another site may read.
func TestPreflight(t *testing.T) {
	s := newMachine(t, 1000)
	response, _ := s.ask("OPTIONS", "/api/list", map[string]string{"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"})
	if response.StatusCode != 204 || response.Header.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(response.Header.Get("Access-Control-Allow-Headers"), "If-None-Match") {
		t.Errorf("%d %v", response.StatusCode, response.Header)
	}
	// Feeds are asked for again by time too, and neither header is on the list of those that need no leave (Fetch, 2.2.2).
	if allowed := response.Header.Get("Access-Control-Allow-Headers"); !strings.Contains(allowed, "If-Modified-Since") {
		t.Errorf("pages may send %s", allowed)
	}
}

func TestMachineRoutesReadNoCookie(t *testing.T) {
	err := web.Register(fiber.New(), []web.Route{{Method: "GET", Path: "/x", Policy: web.Public, Machine: true, Handler: func(*fiber.Ctx) error { return nil }}}, nil)
	if err == nil || !strings.Contains(err.Error(), "cookie") {
		t.Errorf("error %v", err)
	}
}
