package web_test

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"

	"github.com/gofiber/fiber/v2"
)

// securityHeaders stand on every answer, whatever it is.
var securityHeaders = map[string]string{
	"Content-Security-Policy":      "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
	"X-Content-Type-Options":       "nosniff",
	"X-Frame-Options":              "DENY",
	"Referrer-Policy":              "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
}

// hasHeaders looks for them, and for what must not be there.
func hasHeaders(t *testing.T, what string, response *http.Response, https bool) {
	t.Helper()
	for name, want := range securityHeaders {
		if got := response.Header.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %s is %q", what, name, got)
		}
	}
	if strict := response.Header.Get("Strict-Transport-Security"); (strict == "max-age=63072000; includeSubDomains") != https || (strict != "") != https {
		t.Errorf("%s: Strict-Transport-Security %q", what, strict)
	}
	if len(response.Header.Get("X-Request-Id")) != 8 || response.Header.Get("Server") != "" || response.Header.Get("X-Powered-By") != "" {
		t.Errorf("%s: headers %v", what, response.Header)
	}
}

func TestSecurityHeaders(t *testing.T) {
	for _, publicURL := range []string{webtest.Origin, "https://desk.example.org"} {
		b := newBench(t, plan{config: func(c *web.Config) { c.PublicURL, c.Limits.SignIn = publicURL, 1 }, routes: func(s *web.Site) []web.Route {
			failing := func(err error) fiber.Handler {
				return s.Read(func(*web.Request, *data.Tx) (web.Reply, error) { return web.Reply{}, err })
			}
			limited := get("/limited", web.Public, s.Read(page))
			limited.Limit = web.SignInLimit
			return []web.Route{limited, get("/fails", web.Public, failing(errors.New("x"))), get("/busy", web.Public, failing(data.ErrBusy)),
				get("/refuses", web.Public, failing(data.Refuse("", "too_many"))), get("/raw", web.Public, func(c *fiber.Ctx) error { return c.SendString("ok") }),
				get("/panics", web.Public, func(*fiber.Ctx) error { panic("x") })}
		}})
		style := b.visitor().Visit("/").Find("link").AttrOr("href", "")
		for _, c := range []struct {
			verb, path string
			headers    map[string]string
			status     int
		}{
			{"GET", "/", nil, 200}, {"HEAD", "/", nil, 200}, {"GET", "/raw", nil, 200}, {"GET", "/desk", nil, 303}, {"GET", "/?lang=es", nil, 303},
			{"POST", "/suggest", map[string]string{"Origin": publicURL}, 303}, {"POST", "/suggest", nil, 403}, {"POST", "/note", map[string]string{"Origin": publicURL}, 403},
			{"GET", "/nowhere", nil, 404}, {"POST", "/", nil, 405}, {"GET", "/refuses", nil, 422}, {"GET", "/limited", nil, 200}, {"GET", "/limited", nil, 429}, {"GET", "/fails", nil, 500},
			{"GET", "/panics", nil, 500}, {"GET", "/busy", nil, 503}, {"GET", style, nil, 200}, {"GET", style, map[string]string{"Accept-Encoding": "gzip"}, 200},
			{"GET", style, map[string]string{"If-None-Match": `"` + strings.Split(style, ".")[1] + `"`}, 304}, {"GET", "/static/nowhere", nil, 404}, {"GET", "/favicon.svg", nil, 200},
		} {
			response := b.send(c.verb, "127.0.0.1:8080", c.path, c.headers, "")
			b.want(response, c.status)
			hasHeaders(t, c.verb+" "+c.path, response, strings.HasPrefix(publicURL, "https"))
			static := strings.HasPrefix(c.path, "/static/") && c.status != 404 || c.path == "/favicon.svg" || c.path == "/raw"
			if cache := response.Header.Get("Cache-Control"); (cache == "no-store") == static {
				t.Errorf("%s %s: Cache-Control %q", c.verb, c.path, cache)
			}
		}
	}
}

// Pages are sent packed to browsers that take it, and say the same as the plain ones.
func TestPagesArePacked(t *testing.T) {
	b := newBench(t, plan{pages: map[string]string{"pages/page.html": `{{define "title"}}x{{end}}{{define "main"}}<h1>Page {{.Lang}}</h1>{{end}}`}})
	for path, status := range map[string]int{"/": 200, "/static/nowhere": 404} {
		for accepted, packed := range map[string]bool{"": false, "gzip": true, "br;q=1.0, gzip;q=0.8": true, "br": false, "identity": false} {
			headers := map[string]string{"Accept-Encoding": accepted}
			if accepted == "" {
				headers = nil
			}
			response := b.send("GET", "127.0.0.1:8080", path, headers, "")
			if got := response.Header.Get("Content-Encoding"); (got == "gzip") != packed || got != "" && !packed {
				t.Errorf("%s, %q: Content-Encoding %q", path, accepted, got)
			}
			if vary := response.Header.Get("Vary"); !strings.Contains(vary, "Accept-Encoding") || strings.Contains(vary, "Cookie") != (status == 200) {
				t.Errorf("%s, %q: Vary %q", path, accepted, vary)
			}
			if packed {
				unpacked, err := gzip.NewReader(response.Body)
				must(t, err)
				response.Body = io.NopCloser(unpacked)
			}
			heading := map[int]string{200: "Page en", 404: "We can't find that page"}[status]
			if got := parse(t, b.want(response, status)).Find("h1").Text(); got != heading {
				t.Errorf("%s, %q: heading %q", path, accepted, got)
			}
		}
	}
}

// planted are secrets in every place of a request from which a careless log line could take them.
var planted = map[string]string{
	"path": "planted-case-id", "query": "planted-query", "queryname": "planted-query-name", "form": "planted-form", "formname": "planted-form-name",
	"cookie": "planted-cookie", "session": "planted-session", "referer": "planted-referer", "agent": "planted-agent", "header": "planted-header", "file": "planted-file",
	"host": "planted-host",
}

// The log knows routes, not what passed through them.
func TestAccessLogKeepsNoSecrets(t *testing.T) {
	b := newBench(t, plan{config: func(c *web.Config) { c.Limits.SignIn = 1 }, routes: func(s *web.Site) []web.Route {
		var all []web.Route
		for name, err := range map[string]error{"fine": nil, "internal": errors.New("cause"), "missing": data.ErrNotFound, "busy": data.ErrBusy, "refused": data.Refuse("", "too_many")} {
			handler := func(*web.Request, *data.Tx) (web.Reply, error) { return web.Reply{Page: "pages/page"}, err }
			all = append(all, get("/cases/:id/"+name, web.Public, s.Read(handler)), post("/cases/:id/"+name, web.Public, s.Write(handler)),
				post("/staff/:id/"+name, web.Staff, s.Write(handler)))
		}
		limited := post("/limited/:id", web.Public, s.Write(page))
		limited.Limit = web.SignInLimit
		return append(all, limited, get("/panics/:id", web.Public, func(*fiber.Ctx) error { panic("at the disco") }))
	}})
	b.people()
	v := b.visitor()
	token := cookieOf(t, v.Send("POST", "/enter", url.Values{"email": {applicant}, "token": {planted["form"]}}, nil), "session").Value
	formToken := b.token(v)
	b.log.reset()
	headers := map[string]string{"Referer": "https://example.org/" + planted["referer"], "User-Agent": planted["agent"], "X-Planted": planted["header"],
		"Cookie": "session=" + token + "; lang=en; flash=" + planted["cookie"] + "; other=" + planted["session"], "X-Forwarded-For": planted["header"]}
	form := url.Values{"text": {planted["form"]}, planted["formname"]: {"x"}, "form_token": {formToken}, "repeat_key": {planted["form"]}}.Encode()
	query := "?token=" + planted["query"] + "&" + planted["queryname"] + "=1"
	paths := map[string]string{ // path and the route that the log has for it
		"/nowhere/" + planted["path"]: "-", "/static/" + planted["file"] + ".css": "/static/*", "/limited/" + planted["path"]: "/limited/:id", "/panics/" + planted["path"]: "/panics/:id",
		"/": "/", "/desk": "/desk", "/note": "/note", "/suggest": "/suggest",
	}
	for _, name := range []string{"fine", "internal", "missing", "busy", "refused"} {
		paths["/cases/"+planted["path"]+"/"+name] = "/cases/:id/" + name
		paths["/staff/"+planted["path"]+"/"+name] = "/staff/:id/" + name
	}
	for path, route := range paths {
		for _, origin := range []string{webtest.Origin, "https://evil.example.com/" + planted["header"]} {
			for _, c := range []struct{ verb, extra, body string }{{"GET", "", ""}, {"HEAD", "", ""}, {"GET", "&lang=es", ""}, {"POST", "", form}, {"DELETE", "", form}} {
				headers["Origin"] = origin
				before := len(b.log.lines(t, "request"))
				response := b.send(c.verb, planted["host"], path+query+c.extra, headers, c.body)
				lines := b.log.lines(t, "request")
				if len(lines) != before+1 {
					t.Fatalf("%s %s: %d lines", c.verb, path, len(lines)-before)
				}
				line := lines[before]
				if got := slices.Sorted(maps.Keys(line)); strings.Join(got, " ") != "bytes level method milliseconds msg reference route status time" {
					t.Fatalf("fields %v", got)
				}
				if took, ok := line["milliseconds"].(float64); !ok || took < 0 || took > 600_000 {
					t.Fatalf("it took %v milliseconds", line["milliseconds"])
				}
				wrongVerb := response.StatusCode == 404 && line["route"] == "-" || response.StatusCode == 405 && line["route"] == "-"
				if line["method"] != c.verb || line["status"] != float64(response.StatusCode) || line["route"] != route && !wrongVerb {
					t.Errorf("%s %s: %v", c.verb, path, line)
				}
			}
		}
	}
	text := b.log.text()
	for _, secret := range append(slices.Collect(maps.Values(planted)), token, formToken, applicant, "127.0.0.1", "0.0.0.0", "evil.example.com", "planted") {
		if strings.Contains(text, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if len(b.log.lines(t, "request failed")) == 0 || len(b.log.lines(t, "request refused")) == 0 {
		t.Error("nothing failed")
	}
}

// limitedBench has two routes with one limit and one with another.
func limitedBench(t *testing.T, change func(*web.Config)) *bench {
	return newBench(t, plan{
		config: func(c *web.Config) {
			c.Limits.SignIn, c.Limits.Check = 3, 5
			if change != nil {
				change(c)
			}
		},
		routes: func(s *web.Site) []web.Route {
			route := func(path string, limit web.Limit) web.Route {
				r := post(path, web.Public, s.Write(note))
				r.Limit = limit
				return r
			}
			look := get("/link", web.Public, s.Read(page))
			look.Limit = web.SignInLimit
			return []web.Route{route("/signin", web.SignInLimit), route("/code", web.SignInLimit), route("/check", web.CheckLimit), look}
		}})
}

func TestLimiter(t *testing.T) {
	b := limitedBench(t, nil)
	for _, path := range []string{"/signin", "/code"} {
		b.want(b.visitor().Send("POST", path, url.Values{}, nil), 303)
	}
	b.want(b.visitor().Send("GET", "/link", nil, nil), 200)
	for lang, heading := range map[string]string{"en": "Too many tries from your network", "es": "Demasiados intentos desde su red"} {
		v := b.visitor() // a fresh browser is no way around
		v.Lang = lang
		before := len(b.notes())
		response := v.Send("POST", "/signin", url.Values{"text": {"my words"}}, nil)
		page := parse(t, b.want(response, 429))
		if page.Find("h1").Text() != heading || page.Find("#typed").Text() != "text=my words" || page.Find("html").AttrOr("lang", "") != lang || response.Header.Get("Retry-After") == "" {
			t.Errorf("%s: page %s, headers %v", lang, page.Text(), response.Header)
		}
		if len(b.notes()) > before {
			t.Error("the handler ran")
		}
	}
	b.want(b.visitor().Send("GET", "/link", nil, nil), 429)
	b.want(b.visitor().Send("HEAD", "/link", nil, nil), 429)
	for i := range 6 { // the other limit has its own count
		want := 303
		if i == 5 {
			want = 429
		}
		b.want(b.visitor().Send("POST", "/check", url.Values{}, nil), want)
	}
	b.want(b.visitor().Send("POST", "/suggest", url.Values{}, nil), 303)
	b.want(b.visitor().Send("GET", "/", nil, nil), 200)
}

// X-Forwarded-For is anybody's word, unless the proxy that sent it is trusted. On a real port, as the caller's address is
// what counts.
func TestLimiterAndProxies(t *testing.T) {
	for _, c := range []struct {
		name    string
		proxies []string
		header  string
		callers []string // one request each, 3 are allowed
		refused []int    // indexes of requests
	}{
		{"no proxy", nil, "", []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}, []int{3}},
		{"header without a proxy", nil, "X-Forwarded-For", []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}, []int{3}},
		{"another proxy", []string{"192.0.2.200"}, "X-Forwarded-For", []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}, []int{3}},
		{"trusted proxy", []string{"127.0.0.1"}, "X-Forwarded-For", []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}, nil},
		{"trusted network", []string{"127.0.0.0/8"}, "X-Forwarded-For", []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}, nil},
		{"one caller behind it", []string{"127.0.0.1"}, "X-Forwarded-For", []string{"192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.1", "192.0.2.1"}, []int{4}},
		{"other header than the proxy's", []string{"127.0.0.1"}, "X-Real-Ip", []string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}, []int{3}},
		{"one network", []string{"127.0.0.1"}, "X-Forwarded-For", []string{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:2:3:4:5:6", "2001:DB8:1:2::7", "2001:db8:1:3::1"}, []int{3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := limitedBench(t, func(config *web.Config) { config.Proxies, config.ProxyHeader = c.proxies, c.header })
			address := "http://" + b.listen()
			var refused []int
			for i, caller := range c.callers {
				request, err := http.NewRequest("POST", address+"/signin", strings.NewReader("text=x"))
				must(t, err)
				for name, value := range map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Origin": webtest.Origin,
					"X-Forwarded-For": caller, "Forwarded": "for=" + caller, "Client-Ip": caller, "True-Client-Ip": caller} {
					request.Header.Set(name, value)
				}
				response, err := http.DefaultTransport.RoundTrip(request)
				must(t, err)
				must(t, response.Body.Close())
				if response.StatusCode == 429 {
					refused = append(refused, i)
				} else if response.StatusCode != 303 {
					t.Errorf("%d", response.StatusCode)
				}
			}
			if !slices.Equal(refused, c.refused) {
				t.Errorf("refused %v, want %v", refused, c.refused)
			}
		})
	}
}

func TestCallerNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::", "2001:db8:1:2::": "2001:db8:1:2::",
		"2001:db8:1:3::1": "2001:db8:1:3::", "::1": "::", "not an address": "not an address", "": "",
	} {
		if got := web.CallerNetwork(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

// raw sends bytes to the port and reads one answer, as the net/http client cannot stop in the middle of a body.
func raw(t *testing.T, address, request string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	must(t, err)
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(conn, request)
	must(t, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(t, err)
	body, err := io.ReadAll(response.Body)
	must(t, err)
	return response, string(body)
}

// What the server refuses before any route sees it looks like every other refusal, and stands in the log.
func TestServerRefusals(t *testing.T) {
	b := newBench(t, plan{config: func(c *web.Config) { c.Limits.Body = 1000 }, server: func(c *fiber.Config) { c.ReadTimeout = 500 * time.Millisecond }})
	address := b.listen()
	head := "POST /suggest HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nOrigin: " + webtest.Origin + "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
	fits, over := "text="+strings.Repeat("x", 995), "text="+strings.Repeat("x", 996)
	for _, c := range []struct {
		name, request string
		status        int
		heading       string
	}{
		{"body that fits", head + "Content-Length: 1000\r\n\r\n" + fits, 303, ""},
		{"one byte over", head + "Content-Length: 1001\r\n\r\n" + over, 413, "That was too much text at once"},
		{"announced", head + "Content-Length: 99999999\r\n\r\n", 413, "That was too much text at once"},
		{"in pieces", head + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + over + "\r\n0\r\n\r\n", 413, "That was too much text at once"},
		{"headers too large", "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nX-Long: " + strings.Repeat("x", 10_000) + "\r\n\r\n", 431, "We could not read that request"},
		{"not HTTP", "hello\r\n\r\n", 400, "We could not read that request"},
		{"body too slow", head + "Content-Length: 900\r\n\r\ntext=", 408, "We could not read that request"},
	} {
		b.log.reset()
		response, body := raw(t, address, c.request)
		if response.StatusCode != c.status {
			t.Errorf("%s: status %d, want %d\n%s", c.name, response.StatusCode, c.status, body)
			continue
		}
		hasHeaders(t, c.name, response, false)
		page := parse(t, body)
		if c.heading != "" && (page.Find("h1").Text() != c.heading || page.Find("#reference").Text() != response.Header.Get("X-Request-Id") ||
			response.Header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(response.Header.Get("Content-Type"), "text/html")) {
			t.Errorf("%s: page %s, headers %v", c.name, page.Text(), response.Header)
		}
		if strings.Contains(body, "xxxx") || strings.Contains(b.log.text(), "xxxx") || len(b.log.lines(t, "request failed")) > 0 {
			t.Errorf("%s: the page or the log holds what was sent: %s", c.name, b.log.text())
		}
		deadline := time.Now().Add(5 * time.Second) // the line is written when the answer is on its way already
		for len(b.log.lines(t, "request")) == 0 && time.Now().Before(deadline) {
			time.Sleep(time.Millisecond)
		}
		if lines := b.log.lines(t, "request"); len(lines) != 1 || lines[0]["reference"] != response.Header.Get("X-Request-Id") || lines[0]["status"] != float64(c.status) {
			t.Errorf("%s: access log %v", c.name, lines)
		}
	}
	if notes := b.notes(); len(notes) != 1 {
		t.Errorf("stored %.60q", notes)
	}
	_, body := raw(t, address, strings.Replace(head, "Origin", "Accept-Language: es\r\nOrigin", 1)+"Content-Length: 99999999\r\n\r\n")
	if !strings.Contains(body, "Era demasiado texto de una vez") {
		t.Errorf("in Spanish: %s", body)
	}
	b.want(b.visitor().Send("GET", "/", nil, nil), 200)
}

// Pages may be fetched by many at once, in different languages, without mixing (with a real port and reused buffers).
func TestManyAtOnce(t *testing.T) {
	b := newBench(t, plan{})
	b.people()
	sessions := map[string]string{}
	for _, person := range []string{applicant, other, manager} {
		sessions[person] = cookieOf(t, b.visitor().Send("POST", "/enter", url.Values{"email": {person}}, nil), "session").Value
	}
	address := "http://" + b.listen()
	failures := make(chan string, 100)
	done := make(chan bool)
	for person, session := range sessions {
		for _, lang := range web.Languages {
			go func() {
				defer func() { done <- true }()
				for range 15 {
					request, _ := http.NewRequest("GET", address+"/", nil)
					request.Header.Set("Cookie", "session="+session+"; lang="+lang)
					response, err := http.DefaultClient.Do(request)
					if err != nil {
						failures <- err.Error()
						return
					}
					body, _ := io.ReadAll(response.Body)
					response.Body.Close()
					if !strings.Contains(string(body), `<p id="person">`+person+`</p>`) || !strings.Contains(string(body), `<html lang="`+lang+`">`) {
						failures <- fmt.Sprintf("%s in %s got %.300s", person, lang, body)
					}
				}
			}()
		}
	}
	for range len(sessions) * len(web.Languages) {
		<-done
	}
	close(failures)
	for failure := range failures {
		t.Error(failure)
	}
}
