package web_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

// shelf is a bench with a catalog and pages for strangers. Every page says how many pages were made before it.
type shelf struct {
	*bench
	made atomic.Int64
}

// standard is the vocabulary, which never changes.
var standard = sync.OnceValue(func() *eligibility.Vocabulary {
	vocabulary, err := eligibility.Standard()
	if err != nil {
		panic(err)
	}
	return vocabulary
})

func newShelf(t testing.TB, db *datatest.Database) *shelf {
	t.Helper()
	s := &shelf{}
	s.bench = newBench(t, plan{database: db, catalog: catalog.NewCache(standard()),
		pages: map[string]string{"pages/shelf.html": `{{define "title"}}Shelf{{end}}{{define "main"}}<h1>Shelf</h1><p id="made">{{.Data.Made}}</p>` +
			`<p id="revision">{{.Data.Revision}}</p><p id="open">{{.Data.Open}}</p><p id="value">{{.Data.Value}}</p><p id="key">{{.RepeatKey}}</p>{{end}}`},
		routes: func(site *web.Site) []web.Route {
			cached := func(path string, h web.Handler) web.Route {
				return web.Route{Method: fiber.MethodGet, Path: path, Policy: web.Public, Cached: true, Handler: site.Read(h)}
			}
			return []web.Route{
				cached("/shelf", s.shelf), cached("/shelf/:id", s.shelf),
				cached("/cookie", func(r *web.Request, tx *data.Tx) (web.Reply, error) {
					reply, err := s.shelf(r, tx)
					r.Cookie("check")
					return reply, err
				}),
				cached("/browser", func(r *web.Request, tx *data.Tx) (web.Reply, error) {
					reply, err := s.shelf(r, tx)
					r.SetCookie("seen", strconv.FormatInt(s.made.Load(), 10), 0)
					return reply, err
				}),
				cached("/gone", func(r *web.Request, tx *data.Tx) (web.Reply, error) {
					reply, err := s.shelf(r, tx)
					reply.Status = 410
					return reply, err
				}),
				cached("/missing", func(*web.Request, *data.Tx) (web.Reply, error) { s.made.Add(1); return web.Reply{}, data.ErrNotFound }),
				cached("/elsewhere", func(*web.Request, *data.Tx) (web.Reply, error) {
					s.made.Add(1)
					return web.Reply{Redirect: "/shelf"}, nil
				}),
				cached("/writes", func(_ *web.Request, tx *data.Tx) (web.Reply, error) {
					s.made.Add(1)
					_, err := tx.Exec("INSERT INTO note (text) VALUES ($1)", "x")
					return web.Reply{}, err
				}),
			}
		}})
	return s
}

// shelf is the handler of the pages.
func (s *shelf) shelf(r *web.Request, tx *data.Tx) (web.Reply, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	open := 0
	for _, o := range snapshot.Listed() {
		if o.OpenAt(tx.Now) {
			open++
		}
	}
	return web.Reply{Page: "pages/shelf", Data: map[string]any{"Made": s.made.Add(1), "Revision": snapshot.Revision, "Open": open, "Value": r.Query("q")}}, nil
}

// importOffering fills the empty catalog with one offering with this window.
func (s *shelf) importOffering(opens, closes time.Time) {
	s.t.Helper()
	s.Write(s.t, func(tx *data.Tx) error {
		_, err := catalog.Import(tx, standard(), []*catalog.Offering{{Slug: "pump-review", Status: catalog.StatusOpen, Sectors: []string{"health"},
			Window: catalog.Window{Opens: opens, Closes: closes}}}, record.Seed)
		return err
	})
}

// shows opens a page and wants this text in the element with this id.
func (s *shelf) shows(address, id, want string) {
	s.t.Helper()
	if got := s.visitor().Visit(address).Want(200).Find("#" + id).Text(); got != want {
		s.t.Errorf("%s: %s is %q, want %q", address, id, got, want)
	}
}

// A write to the catalog makes every page anew, on both engines, and whoever wrote it.
func TestSharedPageFollowsTheCatalog(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		s := newShelf(t, db)
		s.shows("/shelf", "open", "0")
		s.shows("/shelf", "made", "1")
		s.importOffering(time.Time{}, time.Time{})
		s.shows("/shelf", "open", "1")
		s.shows("/shelf", "made", "2")
		s.shows("/shelf", "made", "2")
		err := s.DB.Write(t.Context(), func(tx *data.Tx) error { // a write that is rolled back is none
			if _, err := tx.Exec("UPDATE catalog_revision SET revision = revision + 1, stamp = $1", data.NewID()); err != nil {
				return err
			}
			return data.ErrConflict
		})
		if err == nil {
			t.Fatal("not rolled back")
		}
		s.shows("/shelf", "made", "2")
		s.exec("UPDATE offering_version SET state = 'retired'")
		s.exec("UPDATE catalog_revision SET revision = revision + 1, stamp = $1", data.NewID())
		s.shows("/shelf", "open", "0")
		s.shows("/shelf", "made", "3")
	})
}

// A page turns with the windows, and with the quarters of the hour.
func TestSharedPageTurnsWithTheClock(t *testing.T) {
	s := newShelf(t, datatest.Open(t))
	opens, closes := datatest.Start.Add(5*time.Minute), datatest.Start.Add(40*time.Minute)
	s.importOffering(opens, closes)
	for _, step := range []struct {
		at   time.Time
		open string
		made string
	}{
		{datatest.Start, "0", "1"}, {opens.Add(-time.Millisecond), "0", "1"}, {opens, "1", "2"}, {opens.Add(time.Minute), "1", "2"},
		{datatest.Start.Add(15*time.Minute - time.Millisecond), "1", "2"}, {datatest.Start.Add(15 * time.Minute), "1", "3"},
		{closes.Add(-time.Millisecond), "1", "4"}, {closes, "0", "5"}, {closes.Add(time.Minute), "0", "5"},
		{opens.Add(-time.Minute), "0", "6"}, // a clock that was set back
	} {
		s.SetNow(step.at)
		s.shows("/shelf", "open", step.open)
		s.shows("/shelf", "made", step.made)
	}
}

// The language and what an address means are part of the key; the order of its names is not.
func TestSharedPageOfAnAddress(t *testing.T) {
	s := newShelf(t, datatest.Open(t))
	type ask struct{ lang, address, made string }
	for _, c := range []ask{
		{"en", "/shelf", "1"}, {"es", "/shelf", "2"}, {"en", "/shelf", "1"}, {"es", "/shelf", "2"}, {"es-MX,en;q=0.5", "/shelf", "2"}, {"fr", "/shelf", "1"},
		{"en", "/shelf?q=b&p=1", "3"}, {"en", "/shelf?p=1&q=b", "3"}, {"en", "/shelf?p=%31&q=%62", "3"}, {"en", "/shelf?p=1&q=B", "4"}, {"en", "/shelf?q=b", "5"},
		{"en", "/shelf?q=b&q=c", "6"}, {"en", "/shelf?q=c&q=b", "7"}, {"en", "/shelf?lang=", "1"}, {"en", "/shelf?", "1"}, {"en", "/shelf/1", "8"}, {"en", "/shelf/2", "9"}, {"en", "/shelf/1", "8"},
	} {
		v := s.visitor()
		v.Lang = c.lang
		page := v.Visit(c.address).Want(200)
		if made := page.Find("#made").Text(); made != c.made {
			t.Errorf("%s in %s was made as number %s, want %s", c.address, c.lang, made, c.made)
		}
		if lang := page.Find("html").AttrOr("lang", ""); lang != page.Header.Get("Content-Language") || (lang == "es") != strings.HasPrefix(c.lang, "es") {
			t.Errorf("%s in %s is in %s", c.address, c.lang, lang)
		}
		if value := url.Values(nil); strings.Contains(c.address, "q=") {
			value, _ = url.ParseQuery(strings.SplitN(c.address, "?", 2)[1])
			if got := page.Find("#value").Text(); got != value.Get("q") {
				t.Errorf("%s shows %q", c.address, got)
			}
		}
	}
	v := s.visitor()
	v.Visit("/shelf?lang=es")
	if lang := v.Visit("/shelf").Find("html").AttrOr("lang", ""); lang != "es" {
		t.Errorf("after choosing Spanish the page is in %s", lang)
	}
}

// Each language of a page for strangers has an address of its own, for search engines, which keep no cookies. It is the same page.
func TestSharedPageInALanguage(t *testing.T) {
	s := newShelf(t, datatest.Open(t))
	s.people()
	s.shows("/shelf?q=a", "made", "1")
	for range 2 { // made, then kept
		v := s.visitor()
		response := v.Send("GET", "/shelf?lang=es&q=a", nil, nil)
		s.want(response, 200)
		if lang := response.Header.Get("Content-Language"); lang != "es" || cookieOf(t, response, "lang").Value != "es" || response.Header.Get("ETag") == "" {
			t.Errorf("%s, headers %v", lang, response.Header)
		}
		page := v.Visit("/shelf?q=a")
		if page.Find("html").AttrOr("lang", "") != "es" || page.Find("#made").Text() != "2" {
			t.Errorf("the page without the language is in %s, number %s", page.Find("html").AttrOr("lang", ""), page.Find("#made").Text())
		}
		v.SetCookie("lang", "es")
		if page := v.Visit("/shelf?lang=en&q=a"); page.Find("html").AttrOr("lang", "") != "en" || page.Find("#made").Text() != "1" {
			t.Errorf("English after Spanish is in %s", page.Find("html").AttrOr("lang", ""))
		}
	}
	s.want(s.visitor().Send("GET", "/shelf?lang=fr", nil, nil), 303)
	s.want(s.enter(applicant).Send("GET", "/shelf?lang=es", nil, nil), 303)
}

// Whoever is signed in gets their own page, and so does whoever is to read a message.
func TestSharedPageIsForStrangers(t *testing.T) {
	s := newShelf(t, datatest.Open(t))
	s.people()
	s.shows("/shelf", "made", "1")
	s.shows("/shelf", "key", "")
	for i, email := range []string{applicant, manager, auditor} {
		v := s.enter(email)
		page := v.Visit("/shelf").Want(200)
		if page.Find("#person").Text() != email || page.Find("#made").Text() != strconv.Itoa(i+2) || page.Find("#key").Text() == "" {
			t.Errorf("%s reads the page of %q, number %s", email, page.Find("#person").Text(), page.Find("#made").Text())
		}
		if cache, etag := page.Header.Get("Cache-Control"), page.Header.Get("ETag"); cache != "no-store" || etag != "" {
			t.Errorf("a page of a person has Cache-Control %q, ETag %q", cache, etag)
		}
		s.shows("/shelf", "made", "1")
	}
	v := s.visitor()
	v.SetCookie("session", "made up")
	if made := v.Visit("/shelf").Find("#made").Text(); made != "5" {
		t.Errorf("a made-up session got page %s", made)
	}
	// Signing out leaves a message, which is read once and by nobody else.
	v = s.enter(applicant)
	s.want(v.Send("POST", "/leave", url.Values{"form_token": {s.token(v)}}, nil), 303)
	for _, want := range []struct{ flash, made string }{{"You are signed out", "6"}, {"", "1"}} {
		page := v.Visit("/shelf").Want(200)
		if got := page.Find("#flash").Text(); !strings.HasPrefix(got, want.flash) || (got == "") != (want.flash == "") || page.Find("#made").Text() != want.made {
			t.Errorf("message %q on page %s, want %q on %s", got, page.Find("#made").Text(), want.flash, want.made)
		}
	}
	s.shows("/shelf", "made", "1")
}

// What depends on more than the key is not kept, whatever the route table says.
func TestNotEveryPageIsShared(t *testing.T) {
	s := newShelf(t, datatest.Open(t))
	for path, status := range map[string]int{"/cookie": 200, "/browser": 200, "/gone": 410, "/missing": 404, "/elsewhere": 303, "/writes": 500} {
		before := s.made.Load()
		for i := range int64(2) {
			response := s.visitor().Send("GET", path, nil, nil)
			s.want(response, status)
			if made := s.made.Load(); made != before+i+1 {
				t.Errorf("%s was made %d times in %d visits", path, made-before, i+1)
			}
			if cache := response.Header.Get("Cache-Control"); cache != "no-store" || response.Header.Get("ETag") != "" {
				t.Errorf("%s: Cache-Control %q", path, cache)
			}
			if path == "/browser" && cookieOf(t, response, "seen").Value == "" {
				t.Error("the cookie is gone")
			}
		}
	}
	if kept := s.site.SharedPages(); kept.Pages != 0 || kept.Hits != 0 || kept.Misses != 12 {
		t.Errorf("%+v", kept)
	}
}

func TestOnlyPublicPagesAreCached(t *testing.T) {
	b := newBench(t, plan{})
	read := b.site.Read(page)
	for name, route := range map[string]web.Route{
		"a form":     {Method: fiber.MethodPost, Path: "/x", Policy: web.Public, Cached: true, Handler: b.site.Write(note)},
		"a room":     {Method: fiber.MethodGet, Path: "/x", Policy: web.SignedIn, Cached: true, Handler: read},
		"no cookies": {Method: fiber.MethodGet, Path: "/x", Policy: web.Public, Cached: true, Cookieless: true, Handler: read}, // unless programs ask
	} {
		if err := web.Register(fiber.New(), []web.Route{route}, nil); err == nil || !strings.Contains(err.Error(), "Cached") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Browsers that have the page are told so; packed and plain bytes say the same and have marks of their own.
func TestSharedPageIsAskedForAgain(t *testing.T) {
	s := newShelf(t, datatest.Open(t))
	marks := map[string]string{}
	var bodies []string
	for range 2 { // made, and kept
		for _, encoding := range []string{"", "br, gzip"} {
			response := s.send("GET", "127.0.0.1:8080", "/shelf", map[string]string{"Accept-Encoding": encoding}, "")
			if got := response.Header.Get("Content-Encoding"); (got == "gzip") != (encoding != "") {
				t.Errorf("asked for %q, got %q", encoding, got)
			}
			if cache, vary := response.Header.Get("Cache-Control"), response.Header.Get("Vary"); cache != "no-cache" || vary != "Accept-Language, Accept-Encoding, Cookie" {
				t.Errorf("Cache-Control %q, Vary %q", cache, vary)
			}
			body := s.want(response, 200)
			if encoding != "" {
				unpacked, err := gzip.NewReader(strings.NewReader(body))
				must(t, err)
				plain, err := io.ReadAll(unpacked)
				must(t, err)
				body = string(plain)
			}
			bodies = append(bodies, body)
			mark := response.Header.Get("ETag")
			if marks[encoding] != "" && marks[encoding] != mark || mark == "" {
				t.Errorf("the mark of %q was %q and is %q", encoding, marks[encoding], mark)
			}
			marks[encoding] = mark
		}
	}
	if bodies[0] != bodies[1] || bodies[0] != bodies[2] || bodies[0] != bodies[3] || marks[""] == marks["br, gzip"] {
		t.Errorf("marks %v, pages %q", marks, bodies)
	}
	mark := marks[""]
	for _, c := range []struct {
		name    string
		headers map[string]string
		status  int
	}{
		{"has it", map[string]string{"If-None-Match": mark}, 304}, {"has it, weakly", map[string]string{"If-None-Match": `"x", W/` + mark}, 304},
		{"has any", map[string]string{"If-None-Match": "*"}, 304}, {"has another", map[string]string{"If-None-Match": `"x"`}, 200},
		{"has it packed", map[string]string{"If-None-Match": marks["br, gzip"], "Accept-Encoding": "gzip"}, 304},
		{"has it plain and wants it packed", map[string]string{"If-None-Match": mark, "Accept-Encoding": "gzip"}, 200},
		{"knows a time only", map[string]string{"If-Modified-Since": "Mon, 23 Nov 2026 15:00:00 GMT"}, 200},
		{"wants it anew", map[string]string{"If-None-Match": mark, "Cache-Control": "no-cache"}, 200},
		{"reads Spanish", map[string]string{"If-None-Match": mark, "Accept-Language": "es"}, 200},
	} {
		response := s.send("GET", "127.0.0.1:8080", "/shelf", c.headers, "")
		body := s.want(response, c.status)
		if (body == "") != (c.status == 304) || response.Header.Get("ETag") == "" || response.Header.Get("Vary") == "" || response.Header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: %d bytes, headers %v", c.name, len(body), response.Header)
		}
	}
	head := s.send("HEAD", "127.0.0.1:8080", "/shelf", nil, "")
	if body := s.want(head, 200); body != "" || head.Header.Get("ETag") != mark || head.Header.Get("Content-Length") != strconv.Itoa(len(bodies[0])) {
		t.Errorf("HEAD: %d bytes, headers %v", len(body), head.Header)
	}
	s.importOffering(time.Time{}, time.Time{})
	s.want(s.send("GET", "127.0.0.1:8080", "/shelf", map[string]string{"If-None-Match": mark}, ""), 200)
}

// Many addresses never take more than the room.
func TestSharedPagesAreBounded(t *testing.T) {
	s := newShelf(t, datatest.Open(t))
	long := strings.Repeat("x", 3000)
	for i := range 4000 {
		s.want(s.send("GET", "127.0.0.1:8080", fmt.Sprintf("/shelf?q=%d%s", i, long), nil, ""), 200)
	}
	kept := s.site.SharedPages()
	if kept.Bytes > web.SharedLimit || kept.Bytes < web.SharedLimit*9/10 || kept.Pages >= 4000 || kept.Misses != 4000 {
		t.Errorf("%+v", kept)
	}
	before := s.made.Load()
	s.want(s.send("GET", "127.0.0.1:8080", "/shelf?q=3999"+long, nil, ""), 200)
	s.want(s.send("GET", "127.0.0.1:8080", "/shelf?q=0"+long, nil, ""), 200)
	if made := s.made.Load() - before; made != 1 {
		t.Errorf("%d pages made; the last is to be there, the first not", made)
	}
}

// Strangers read while the catalog changes: nobody ever sees a catalog that was over when they asked.
func TestSharedPagesUnderWay(t *testing.T) {
	s := newShelf(t, datatest.Open(t))
	const writes, readers = 60, 6
	var stored atomic.Int64
	var reading sync.WaitGroup
	done := make(chan struct{})
	for n := range readers {
		reading.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-done:
					return
				default:
				}
				least := stored.Load()
				response, err := s.app.Test(requestOf(fmt.Sprintf("/shelf?q=%d", (n+i)%4)), -1)
				if err != nil {
					t.Errorf("read: %v", err)
					return
				}
				body, err := io.ReadAll(response.Body)
				if err != nil || response.StatusCode != 200 {
					t.Errorf("read: status %d, %v", response.StatusCode, err)
					return
				}
				_, rest, _ := strings.Cut(string(body), `id="revision">`)
				text, _, _ := strings.Cut(rest, "<")
				if revision, err := strconv.ParseInt(text, 10, 64); err != nil || revision < least {
					t.Errorf("revision %q is shown, %d was stored before (%v)", text, least, err)
				}
			}
		})
	}
	for range writes {
		s.exec("UPDATE catalog_revision SET revision = revision + 1, stamp = $1", data.NewID())
		stored.Add(1)
		for range 2 { // the second finds what the first made, or what a reader did
			s.shows("/shelf?q=0", "revision", strconv.FormatInt(stored.Load(), 10))
		}
	}
	close(done)
	reading.Wait()
	s.shows("/shelf", "revision", strconv.Itoa(writes))
	if kept := s.site.SharedPages(); kept.Hits == 0 || kept.Misses == 0 {
		t.Errorf("%+v: not both kinds were tried", kept)
	}
}

func requestOf(address string) *http.Request {
	request, err := http.NewRequest(http.MethodGet, "http://127.0.0.1:8080"+address, nil)
	if err != nil {
		panic(err)
	}
	return request
}
