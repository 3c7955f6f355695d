package web_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"accessdesk/data"
	"accessdesk/ui/web"
)

func TestLanguage(t *testing.T) {
	b := newBench(t, plan{})
	for _, c := range []struct{ cookie, header, want string }{
		{"", "", "en"}, {"", "en", "en"}, {"", "es", "es"}, {"", "es-MX", "es"}, {"", "es-419,es;q=0.9,en;q=0.8", "es"}, {"", "en-GB,en;q=0.9", "en"},
		{"", "fr,es;q=0.5,en;q=0.3", "es"}, {"", "fr,en;q=0.5,es;q=0.3", "en"}, {"", "fr", "en"}, {"", "de-DE,ja", "en"}, {"", "*", "en"},
		{"", "es;q=0, en", "en"}, {"", "ES", "es"}, {"", "not a language;;;q=x", "en"}, {"", strings.Repeat("es,", 1000), "es"}, {"", "\xff\xfe", "en"},
		{"en", "es", "en"}, {"es", "en", "es"}, {"es", "", "es"}, {"fr", "es", "es"}, {"ES", "en", "en"}, {"", "eo", "en"}, {"<script>", "en", "en"},
	} {
		headers := map[string]string{}
		if c.cookie != "" {
			headers["Cookie"] = "lang=" + c.cookie
		}
		if c.header != "" {
			headers["Accept-Language"] = c.header
		}
		response := b.send("GET", "127.0.0.1:8080", "/", headers, "")
		page := parse(t, b.want(response, 200))
		vary := response.Header.Get("Vary")
		if page.Find("html").AttrOr("lang", "") != c.want || response.Header.Get("Content-Language") != c.want ||
			!strings.Contains(vary, "Cookie") || !strings.Contains(vary, "Accept-Language") {
			t.Errorf("cookie %q, header %.40q: %s, headers %v", c.cookie, c.header, page.Find("html").AttrOr("lang", ""), response.Header)
		}
	}
}

// ?lang= is remembered and leads to the same address without it.
func TestSwitchLanguage(t *testing.T) {
	b := newBench(t, plan{})
	for _, c := range []struct{ address, to, lang string }{
		{"/?lang=es", "/", "es"},
		{"/?lang=en", "/", "en"},
		{"/?a=1&lang=es&b=2", "/?a=1&b=2", "es"},
		{"/?lang=es&q=ca%C3%B1%C3%B3n+y+%26%3D%23", "/?q=ca%C3%B1%C3%B3n+y+%26%3D%23", "es"},
		{"/?lang=es&a=2&a=1", "/?a=2&a=1", "es"},
		{"/?l%61ng=es&a=1", "/?a=1", "es"},
		{"/?lang=es&lang=en", "/", "es"},
		{"/?lang=fr", "/", ""},
		{"/?lang=fr&a=1", "/?a=1", ""},
		{"/?lang=ES", "/", ""},
		{"/?lang=es%00", "/", "es"},
		{"/?lang=%0d%0aSet-Cookie:x=y&a=1", "/?a=1", ""},
		{"/?next=//evil.example.com&lang=es", "/?next=%2F%2Fevil.example.com", "es"},
		{"/desk?lang=es", "/desk", "es"},
	} {
		v := b.visitor()
		response := v.Send("GET", c.address, nil, nil)
		b.want(response, 303)
		if to := response.Header.Get("Location"); to != c.to || response.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s leads to %q, want %q; %v", c.address, to, c.to, response.Header)
		}
		if c.lang == "" {
			if len(response.Cookies()) > 0 {
				t.Errorf("%s: cookies %v", c.address, response.Cookies())
			}
			continue
		}
		if got := cookieOf(t, response, "lang").Value; got != c.lang {
			t.Errorf("%s: cookie %q", c.address, got)
		}
		if lang := v.Visit("/").Find("html").AttrOr("lang", ""); lang != c.lang {
			t.Errorf("%s: the next page is %s", c.address, lang)
		}
	}
	v := b.visitor()
	b.want(v.Send("GET", "/?lang=", nil, nil), 200)
	b.want(v.Send("POST", "/suggest?lang=es", url.Values{}, nil), 303)
	b.want(v.Send("POST", "/suggest", url.Values{"lang": {"es"}}, nil), 303)
	if lang := v.Visit("/").Find("html").AttrOr("lang", ""); lang != "en" {
		t.Errorf("a form changed the language to %s", lang)
	}
}

// The link to the other language leads there and back and keeps the address.
func TestLanguageLink(t *testing.T) {
	b := newBench(t, plan{})
	page := b.visitor().Visit("/?a=1&b=%26")
	for _, lang := range []string{"es", "en", "es"} {
		page = page.Follow(lang)
		if page.Path != "/?a=1&b=%26" || page.Find("html").AttrOr("lang", "") != lang {
			t.Fatalf("on %s in %s, want %s", page.Path, page.Find("html").AttrOr("lang", ""), lang)
		}
	}
}

// A path that browsers read as another site is not redirected to when the language changes.
func TestSwitchLanguageStaysHere(t *testing.T) {
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route { return []web.Route{get("/*", web.Public, s.Read(page))} }})
	for _, path := range []string{"//evil.example.com/", `/\evil.example.com/`, "///evil.example.com"} {
		request := httptest.NewRequest("GET", "/", nil)
		request.RequestURI = path + "?lang=es"
		response, err := b.app.Test(request, -1)
		must(t, err)
		b.want(response, 303)
		if to := response.Header.Get("Location"); to != "/" {
			t.Errorf("%s leads to %q", path, to)
		}
	}
}

// evil are addresses that lead off the site, or that no browser should be sent to.
var evil = []string{
	"", " ", "desk", "https://evil.example.com", "http://evil.example.com", "//evil.example.com", "///evil.example.com", "////evil.example.com",
	`/\evil.example.com`, `\\evil.example.com`, `\/evil.example.com`, `/\/evil.example.com`, `/a\b`, "/\t/evil.example.com", "\t//evil.example.com",
	"/\n/evil.example.com", "/\r/evil.example.com", " //evil.example.com", "/\x00/evil.example.com", "javascript:alert(1)", "data:text/html,x",
	"/a\r\nSet-Cookie: x=y", "/a\nLocation: https://evil.example.com", "https:/evil.example.com", "https:evil.example.com", "?next=//evil.example.com",
	"#top", "../a", ".", "mailto:a@example.com", "//user@evil.example.com", "//[::1]/", "/%zz", "/a\x7f", "/a\x1b", "/#\x1b", "/#\u0085", "/\v/evil.example.com", "ſ//evil.example.com",
}

func TestLocalPath(t *testing.T) {
	for _, path := range evil {
		if got := web.LocalPath(path, "/fallback"); got != "/fallback" {
			t.Errorf("%q gives %q", path, got)
		}
	}
	for _, path := range []string{"/", "/desk", "/desk?a=b", "/desk?next=//evil.example.com", "/desk#top", "/a//b", "/a:b", "/@evil.example.com", "/.//a",
		"/applications/0190/p/demo?x=%2F%2F", "/ñ"} {
		if got := web.LocalPath(path, "/fallback"); got != path {
			t.Errorf("%q gives %q", path, got)
		}
	}
	if got := web.LocalPath("//evil.example.com", ""); got != "" {
		t.Errorf("empty fallback gives %q", got)
	}
}

// FuzzLocalPath holds LocalPath against what a browser makes of an address (WHATWG URL: tabs and line ends are dropped,
// a backslash is a slash).
func FuzzLocalPath(f *testing.F) {
	for _, path := range evil {
		f.Add(path)
	}
	f.Add("/desk?a=b#c")
	base, err := url.Parse("https://desk.example.org/page")
	if err != nil {
		f.Fatal(err)
	}
	browser := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/")
	f.Fuzz(func(t *testing.T, path string) {
		got := web.LocalPath(path, "/fallback")
		if got != path && got != "/fallback" {
			t.Fatalf("%q gives %q", path, got)
		}
		read := browser.Replace(strings.TrimFunc(got, func(r rune) bool { return r <= ' ' }))
		u, err := base.Parse(read)
		if err != nil || u.Scheme != "https" || u.Host != "desk.example.org" || !strings.HasPrefix(read, "/") || strings.HasPrefix(read, "//") {
			t.Fatalf("%q leads to %v, %v", path, u, err)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			t.Fatalf("%q has control characters", got)
		}
	})
}

// uncleaned are form values and what they become.
var uncleaned = []struct{ value, want string }{
	{"", ""}, {"plain", "plain"}, {"  space  ", "space"}, {"\u00a0nbsp\u2003", "nbsp"}, {"a\r\nb", "a\nb"}, {"a\rb", "ab"}, {"a\r\r\nb", "a\nb"},
	{"a\tb", "a\tb"}, {"a\nb", "a\nb"}, {"nul\x00nul", "nulnul"}, {"\x00", ""}, {"\x00 x \x00", "x"}, {"bell\x07 esc\x1b[31m", "bell esc[31m"}, {"del\x7f", "del"},
	{"next line\u0085csi\u009b", "next linecsi"}, {"\xff", "\uFFFD"}, {"a\xff\xfeb", "a\uFFFDb"}, {"cut \xe2\x82", "cut \uFFFD"}, {"ñandú €", "ñandú €"}, {"\ufeffbom", "\ufeffbom"},
	{strings.Repeat("x", web.MaxText+1), strings.Repeat("x", web.MaxText)}, {strings.Repeat("ñ", web.MaxText), strings.Repeat("ñ", web.MaxText/2)},
	{"x" + strings.Repeat("ñ", web.MaxText), "x" + strings.Repeat("ñ", web.MaxText/2-1)}, {strings.Repeat("a\xff", 30_000), strings.Repeat("a\uFFFD", 25_000)},
	{strings.Repeat("\n", web.MaxText) + "x", ""},
}

func TestClean(t *testing.T) {
	for _, c := range uncleaned {
		if got := web.Clean(c.value); got != c.want {
			t.Errorf("%.40q gives %.40q (%d bytes), want %.40q (%d bytes)", c.value, got, len(got), c.want, len(c.want))
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, c := range uncleaned {
		if len(c.value) < 100 {
			f.Add(c.value, 1)
		}
	}
	f.Add("a\xff", 60_000)
	f.Add("\u20ac", 34_000)
	f.Fuzz(func(t *testing.T, value string, times int) {
		if times < 0 || times > 3*web.MaxText/max(1, len(value)) {
			return
		}
		value = strings.Repeat(value, times)
		got := web.Clean(value)
		if !utf8.ValidString(got) || len(got) > web.MaxText || got != strings.TrimSpace(got) {
			t.Fatalf("%.40q (%d bytes) gives %.40q (%d bytes)", value, len(value), got, len(got))
		}
		if strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
			t.Fatalf("%.40q keeps control characters: %.40q", value, got)
		}
		if again := web.Clean(got); again != got {
			t.Fatalf("%.40q: cleaned %.40q, cleaned again %.40q", value, got, again)
		}
	})
}

// Every way into a handler is cleaned.
func TestRequestValues(t *testing.T) {
	var got []string
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		return []web.Route{post("/values/:id", web.Public, s.Write(func(r *web.Request, _ *data.Tx) (web.Reply, error) {
			got = append([]string{r.Param("id"), r.Query("q"), r.Form("f"), r.Cookie("c"), r.Path(), r.Address(), r.Query("none"), r.Form("none"), r.Cookie("none")}, r.FormAll("f")...)
			if !r.Has("f") || r.Has("none") || r.Has("q") {
				t.Error("Has is wrong about the form")
			}
			return web.Reply{Redirect: "/"}, nil
		}))}
	}})
	b.want(b.send("POST", "127.0.0.1:8080", "/values/a%20b%00%2Fc?q=%00x%0D%0Ay%FF&lang=es",
		map[string]string{"Origin": "http://127.0.0.1:8080", "Cookie": "c=from the jar "}, "f=+one%00%0D%0Atwo+&f=%FF&g=%00"), 303)
	want := []string{"a b/c", "x\ny\uFFFD", "one\ntwo", "from the jar", "/values/a%20b%00%2Fc", "/values/a%20b%00%2Fc?q=%00x%0D%0Ay%FF", "", "", "", "one\ntwo", "\uFFFD"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	b.want(b.send("POST", "127.0.0.1:8080", "/values/%25zz", map[string]string{"Origin": "http://127.0.0.1:8080"}, "f="), 303)
	if got[0] != "%zz" {
		t.Errorf("%q", got[0])
	}
	b.want(b.send("POST", "127.0.0.1:8080", "/values/%25", map[string]string{"Origin": "http://127.0.0.1:8080"}, "f="), 303)
}
