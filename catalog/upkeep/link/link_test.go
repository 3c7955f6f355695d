package link

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/data/internet"
)

// site is a server that answers for every name of the tests and notes what it was asked.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string // "HEAD www.example.org/a"
	agent string
	sent  int64 // bytes that were written before the connection broke
}

func (s *site) log() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func newSite(t *testing.T, answer http.HandlerFunc) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked, s.agent = append(s.asked, r.Method+" "+r.Host+r.URL.RequestURI()), r.UserAgent()
		s.mu.Unlock()
		answer(w, r)
	}))
	s.Config.ErrorLog = nil
	t.Cleanup(s.Close)
	return s
}

// checker asks the site under the names that its certificate has: example.com and all below it.
func (s *site) checker(config Config) (*Checker, *[]time.Duration) {
	waits := &[]time.Duration{}
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	config.TLS = &tls.Config{RootCAs: roots}
	config.Site = "https://desk.example.org"
	config.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, s.Listener.Addr().String())
	}
	config.Wait = func(_ context.Context, d time.Duration) error {
		*waits = append(*waits, d)
		return nil
	}
	if config.Hosts == nil {
		config.Hosts = internet.Hosts{".example.com"}
	}
	return New(config), waits
}

func ask(t *testing.T, c *Checker, address string) Answer {
	t.Helper()
	answer, err := c.Ask(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// TestAnswers asks a local server for everything that a site may answer.
func TestAnswers(t *testing.T) {
	slow := make(chan bool)
	s := newSite(t, nil)
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked, s.agent = append(s.asked, r.Method+" "+r.Host+r.URL.RequestURI()), r.UserAgent()
		s.mu.Unlock()
		switch path := r.URL.Path; {
		case path == "/robots.txt":
			if r.Host == "closed.example.com" {
				fmt.Fprint(w, "User-agent: *\nDisallow: /private\nCrawl-delay: 30\n\nUser-agent: AccessDeskLinkCheck\nDisallow: /ours\nDisallow: /*?secret\nCrawl-delay: 40\n")
				return
			}
			if r.Host == "broken.example.com" {
				w.WriteHeader(503)
				return
			}
			http.NotFound(w, r)
		case path == "/fine", path == "/":
		case path == "/only-get":
			if r.Method == http.MethodHead {
				w.WriteHeader(405)
			}
		case strings.HasPrefix(path, "/status/"):
			var code int
			_, _ = fmt.Sscanf(path, "/status/%d", &code)
			w.WriteHeader(code)
		case path == "/moved":
			http.Redirect(w, r, "https://new.example.com/fine", http.StatusMovedPermanently)
		case path == "/moved-twice":
			http.Redirect(w, r, "/moved", http.StatusPermanentRedirect)
		case path == "/for-now":
			http.Redirect(w, r, "/fine", http.StatusFound)
		case path == "/for-now-then-moved":
			http.Redirect(w, r, "/moved", http.StatusTemporaryRedirect)
		case path == "/moved-to-nothing":
			http.Redirect(w, r, "/status/404", http.StatusMovedPermanently)
		case path == "/away":
			http.Redirect(w, r, "https://elsewhere.example.net/", http.StatusMovedPermanently)
		case path == "/inward":
			http.Redirect(w, r, "https://127.0.0.1/admin", http.StatusFound)
		case path == "/metadata":
			http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusFound)
		case path == "/plain":
			http.Redirect(w, r, "http://www.example.com/fine", http.StatusFound)
		case path == "/port":
			http.Redirect(w, r, "https://www.example.com:8443/fine", http.StatusFound)
		case path == "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case path == "/no-place":
			w.WriteHeader(http.StatusFound)
		case path == "/drip": // a byte now and then, for ever
			if r.Method == http.MethodHead {
				w.WriteHeader(405)
				return
			}
			for range 100 {
				if _, err := w.Write([]byte("x")); err != nil {
					return
				}
				w.(http.Flusher).Flush()
				select { // not the end of the request: a body that the server ends would be whole
				case <-slow:
					return
				case <-time.After(50 * time.Millisecond):
				}
			}
		case path == "/silent":
			select {
			case <-slow:
			case <-r.Context().Done():
			}
		case path == "/huge":
			if r.Method == http.MethodHead {
				w.WriteHeader(405)
				return
			}
			sent, _ := io.CopyN(w, zeros{}, 1<<30)
			s.mu.Lock()
			s.sent = sent
			s.mu.Unlock()
		case path == "/headers":
			for n := range 2000 {
				w.Header().Set(fmt.Sprint("X-Header-", n), strings.Repeat("x", 100))
			}
		case path == "/hang-up":
			panic(http.ErrAbortHandler)
		}
	})
	t.Cleanup(func() { close(slow) })
	const base = "https://www.example.com"
	for _, c := range []struct {
		address string
		want    Answer
	}{
		{base + "/fine", Answer{Status: 200}},
		{base, Answer{Status: 200}},
		{base + "/fine#part", Answer{Status: 200}},
		{base + "/only-get", Answer{Status: 200}},
		{base + "/status/204", Answer{Status: 204}},
		{base + "/status/404", Answer{Problem: Gone, Status: 404}},
		{base + "/status/410", Answer{Problem: Gone, Status: 410}},
		{base + "/status/403", Answer{Problem: Refused, Status: 403}},
		{base + "/status/429", Answer{Problem: Refused, Status: 429}},
		{base + "/status/500", Answer{Problem: Broken, Status: 500}},
		{base + "/moved", Answer{Status: 200, MovedTo: "https://new.example.com/fine"}},
		{base + "/moved-twice", Answer{Status: 200, MovedTo: "https://new.example.com/fine"}},
		{base + "/for-now", Answer{Status: 200}},
		{base + "/for-now-then-moved", Answer{Status: 200}},
		{base + "/moved-to-nothing", Answer{Problem: Gone, Status: 404, MovedTo: base + "/status/404"}},
		{base + "/away", Answer{Problem: Elsewhere, Status: 301, MovedTo: "https://elsewhere.example.net/"}},
		{base + "/inward", Answer{Problem: Elsewhere, Status: 302}},
		{base + "/metadata", Answer{Problem: Elsewhere, Status: 302}},
		{base + "/plain", Answer{Problem: Elsewhere, Status: 302}},
		{base + "/port", Answer{Problem: Elsewhere, Status: 302}},
		{base + "/loop", Answer{Problem: Loop, Status: 302}},
		{base + "/no-place", Answer{Problem: NoAnswer, Status: 302}},
		{base + "/drip", Answer{Problem: Slow}},
		{base + "/silent", Answer{Problem: Slow}},
		{base + "/huge", Answer{Status: 200}},
		{base + "/headers", Answer{Problem: NoAnswer}},
		{base + "/hang-up", Answer{Problem: NoAnswer}},
		{"https://closed.example.com/fine", Answer{Status: 200}},
		{"https://closed.example.com/private", Answer{Status: 200}}, // the rules for our name count, not those for all
		{"https://closed.example.com/ours/page", Answer{Problem: Robots}},
		{"https://closed.example.com/a?secret=1", Answer{Problem: Robots}},
		{"https://broken.example.com/fine", Answer{Problem: Broken}},
		{"https://other.example.net/fine", Answer{Problem: NotListed}},
		{"http://www.example.com/fine", Answer{Problem: NotListed}},
		{"https://www.example.com:8443/fine", Answer{Problem: NotListed}},
		{"https://somebody:word@www.example.com/fine", Answer{Problem: NotListed}},
		{"https://127.0.0.1/", Answer{Problem: NotListed}},
		{"https://www.example.com.example.net/", Answer{Problem: NotListed}},
		{"javascript:alert(1)", Answer{Problem: NotListed}},
		{"", Answer{Problem: NotListed}},
	} {
		checker, _ := s.checker(Config{Pause: time.Second, Time: 400 * time.Millisecond})
		c.want.URL = c.address
		if got := ask(t, checker, c.address); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.address, got, c.want)
		}
	}
	for _, asked := range s.log() {
		if _, rest, _ := strings.Cut(asked, " "); !strings.Contains(strings.SplitN(rest, "/", 2)[0], ".example.com") || strings.Contains(asked, "/ours") || strings.Contains(asked, "secret") ||
			strings.Contains(asked, "admin") || strings.HasPrefix(rest, "broken.example.com/fine") {
			t.Errorf("asked for %s", asked)
		}
	}
	if want := "AccessDeskLinkCheck/1.0 (+https://desk.example.org)"; s.agent != want {
		t.Errorf("it calls itself %q, want %q", s.agent, want)
	}
	if s.sent > 8<<20 { // what lies in buffers of both ends, of a gigabyte
		t.Errorf("%d bytes of a huge page were taken", s.sent)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestPauses holds that a site is asked its robots.txt once in a run, that no request to it follows another without a pause, that it
// may ask for a longer one, and that one site does not wait for another.
func TestPauses(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" && r.Host != "www.example.com" {
			fmt.Fprintf(w, "User-agent: *\nCrawl-delay: %s\n", map[string]string{"a.example.com": "20", "b.example.com": "86400"}[r.Host])
		}
	})
	checker, waits := s.checker(Config{Pause: 5 * time.Second})
	for _, address := range []string{"https://www.example.com/1", "https://www.example.com/2", "https://a.example.com/1", "https://b.example.com/1"} {
		ask(t, checker, address)
	}
	if want := []time.Duration{5 * time.Second, 5 * time.Second, 20 * time.Second, longestPause}; !slices.Equal(*waits, want) {
		t.Errorf("pauses %v, want %v", *waits, want)
	}
	want := []string{"GET www.example.com/robots.txt", "HEAD www.example.com/1", "HEAD www.example.com/2", "GET a.example.com/robots.txt", "HEAD a.example.com/1",
		"GET b.example.com/robots.txt", "HEAD b.example.com/1"}
	if got := s.log(); !slices.Equal(got, want) {
		t.Errorf("asked %q, want %q", got, want)
	}
}

// TestNeverInward asks with the real dialer for names that lead to this machine: nothing is connected.
func TestNeverInward(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	touched := make(chan bool, 10)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			touched <- true
			conn.Close()
		}
	}()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	dial := (&net.Dialer{Control: internet.OnlyPublic}).DialContext
	for _, address := range []string{"127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port, "[::ffff:127.0.0.1]:" + port, "0.0.0.0:" + port} {
		if conn, err := dial(t.Context(), "tcp", address); err == nil || !errors.Is(err, internet.ErrPrivate) && !errors.Is(err, net.ErrClosed) && !strings.Contains(err.Error(), "assign") {
			t.Errorf("%s: %v (%v)", address, err, conn)
		}
	}
	select {
	case <-touched:
		t.Error("something was connected to")
	default:
	}
	checker := New(Config{Hosts: internet.Hosts{"localhost", "localhost.localdomain"}, Site: "https://desk.example.org", Wait: func(context.Context, time.Duration) error { return nil }})
	if answer := ask(t, checker, "https://localhost/"); answer.Problem != Private {
		t.Errorf("a listed name that leads here: %+v", answer)
	}
}

// TestStops holds that a run that is over stops at once and says so.
func TestStops(t *testing.T) {
	s := newSite(t, func(http.ResponseWriter, *http.Request) {})
	checker, _ := s.checker(Config{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := checker.Ask(ctx, "https://www.example.com/"); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// FuzzRobots holds that no robots.txt makes the checker fail, and that one which says nothing of programs forbids nothing.
func FuzzRobots(f *testing.F) {
	for _, seed := range []string{"", "User-agent: *\nDisallow: /private\nCrawl-delay: 30\n", "User-agent: AccessDeskLinkCheck\nDisallow: /*?secret$\nAllow: /(\n",
		"User-agent: *\nCrawl-delay: -1e999\nDisallow: /[a-\nSitemap: x", "\xef\xbb\xbfUSER-AGENT:*\rdisallow:/\r\n", "<!doctype html>"} {
		f.Add(seed, "/a?b=c")
	}
	f.Fuzz(func(t *testing.T, text, path string) {
		may := rulesOf(http.StatusOK, []byte(text)).Test(path)
		if !may && !strings.Contains(strings.ToLower(text), "allow") {
			t.Errorf("%q is forbidden by %q", path, text)
		}
		if !rulesOf(http.StatusNotFound, []byte(text)).Test(path) {
			t.Errorf("%q is forbidden where there is no file", path)
		}
	})
}
