package web_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"
)

// newSite is web.New on nothing but a configuration.
func newSite(db *datatest.Database, change func(*web.Config)) (*web.Site, error) {
	c := config()
	change(&c)
	return web.New(db.DB, broker.Desk{Locales: texts()}, texts(), c)
}

func TestPublicURL(t *testing.T) {
	db := datatest.Open(t)
	for _, c := range []struct {
		address string
		origin  string // "" if it is refused
		secure  bool
	}{
		{"https://desk.example.org", "https://desk.example.org", true},
		{"https://desk.example.org/", "https://desk.example.org", true},
		{"https://desk.example.org:8443", "https://desk.example.org:8443", true},
		{"https://Desk.Example.ORG:443", "https://desk.example.org", true},
		{"HTTPS://desk.example.org", "https://desk.example.org", true},
		{"https://192.0.2.7", "https://192.0.2.7", true},
		{"https://localhost:8443", "https://localhost:8443", true},
		{"http://localhost:8080", "http://localhost:8080", false},
		{"http://127.0.0.1:8080", "http://127.0.0.1:8080", false},
		{"http://127.0.0.1:80", "http://127.0.0.1", false},
		{"http://127.8.8.8", "http://127.8.8.8", false},
		{"http://[::1]:8080", "http://[::1]:8080", false},
		{"http://desk.example.org", "", false},
		{"http://192.0.2.7:8080", "", false},
		{"http://0.0.0.0:8080", "", false},
		{"http://localhost.example.org", "", false},
		{"http://127.0.0.1.example.org", "", false},
		{"http://[2001:db8::1]", "", false},
		{"https://desk.example.org/desk", "", false},
		{"http://localhost/desk", "", false},
		{"https://desk.example.org?a=b", "", false},
		{"https://desk.example.org#top", "", false},
		{"https://somebody:secret@desk.example.org", "", false},
		{"https://:8443", "", false},
		{"https://", "", false},
		{"ftp://localhost", "", false},
		{"//desk.example.org", "", false},
		{"desk.example.org", "", false},
		{"/", "", false},
		{"", "", false},
		{"https://desk.example.org\n", "", false},
	} {
		site, err := newSite(db, func(config *web.Config) { config.PublicURL = c.address })
		if c.origin == "" {
			if err == nil {
				t.Errorf("%q was accepted", c.address)
			} else if !strings.Contains(err.Error(), "public_url") {
				t.Errorf("%q: the error does not name the setting: %v", c.address, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", c.address, err)
			continue
		}
		if site.Secure() != c.secure {
			t.Errorf("%q: secure %v", c.address, site.Secure())
		}
		if got, want := site.Link("/a?b=c", "es"), c.origin+"/a?b=c&lang=es"; got != want {
			t.Errorf("%q: link %q, want %q", c.address, got, want)
		}
		if got, want := site.Link("/a", "en"), c.origin+"/a?lang=en"; got != want {
			t.Errorf("%q: link %q, want %q", c.address, got, want)
		}
	}
}

// Browsers write Origin in lower case and leave the usual port out, however the operator wrote public_url.
func TestPublicURLInCapitals(t *testing.T) {
	b := newBench(t, plan{config: func(c *web.Config) { c.PublicURL = "https://Desk.Example.Org:443" }})
	response := b.send("POST", "desk.example.org", "/suggest", map[string]string{"Origin": "https://desk.example.org"}, "text=hello")
	b.want(response, 303)
}

func TestCookies(t *testing.T) {
	for _, c := range []struct {
		publicURL, prefix string
		secure            bool
	}{
		{"https://desk.example.org", "__Host-", true},
		{webtest.Origin, "", false},
		{"http://localhost:8080", "", false},
	} {
		b := newBench(t, plan{config: func(config *web.Config) { config.PublicURL = c.publicURL },
			routes: func(s *web.Site) []web.Route {
				return []web.Route{post("/mark", web.Public, s.Write(func(r *web.Request, _ *data.Tx) (web.Reply, error) {
					if again := r.MarkBrowser(); r.Browser() != "" && r.Browser() != again {
						t.Error("the browser has two marks")
					}
					return web.Reply{Redirect: "/", Flash: "signin.stayed"}, nil
				}))}
			}})
		b.people()
		v := b.visitor()
		own := map[string]string{"Origin": c.publicURL}
		for _, sent := range []struct {
			name     string
			response *http.Response
			age      int
		}{
			{"session", v.Send("POST", "/enter", url.Values{"email": {applicant}}, own), 0},
			{"lang", v.Send("GET", "/?lang=es", nil, nil), 365 * 24 * 60 * 60},
			{"browser", v.Send("POST", "/mark", url.Values{}, own), 24 * 60 * 60},
			{"flash", v.Send("POST", "/mark", url.Values{}, own), 0},
		} {
			cookie := cookieOf(t, sent.response, c.prefix+sent.name)
			if cookie.Secure != c.secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
				t.Errorf("%s: cookie %s", c.publicURL, cookie.Raw)
			}
			if cookie.MaxAge != sent.age || !cookie.Expires.IsZero() || cookie.Value == "" {
				t.Errorf("%s: %s lasts %d s, want %d: %s", c.publicURL, sent.name, cookie.MaxAge, sent.age, cookie.Raw)
			}
		}
		want := []string{c.prefix + "browser", c.prefix + "flash", c.prefix + "lang", c.prefix + "session"}
		slices.Sort(want)
		if got := v.Cookies(); !slices.Equal(got, want) {
			t.Errorf("%s: cookies %v, want %v", c.publicURL, got, want)
		}
		dropped := cookieOf(t, v.Send("POST", "/leave", url.Values{"form_token": {b.token(v)}}, own), c.prefix+"session")
		if dropped.MaxAge >= 0 || dropped.Value != "" || dropped.Secure != c.secure || dropped.Path != "/" {
			t.Errorf("%s: signing out sends %s", c.publicURL, dropped.Raw)
		}
	}
}

// On an https site a cookie without the prefix, which another host of the domain could have set, counts for nothing.
func TestCookieWithoutPrefix(t *testing.T) {
	b := newBench(t, plan{config: func(c *web.Config) { c.PublicURL = "https://desk.example.org" }})
	b.people()
	v := b.visitor()
	session := cookieOf(t, v.Send("POST", "/enter", url.Values{"email": {applicant}}, map[string]string{"Origin": "https://desk.example.org"}), "__Host-session")
	forged := b.visitor()
	forged.SetCookie("session", session.Value)
	forged.SetCookie("lang", "es")
	if who := b.who(forged); who != "" {
		t.Errorf("the plain cookie signed %s in", who)
	}
	if lang := forged.Visit("/").Find("html").AttrOr("lang", ""); lang != "en" {
		t.Errorf("the plain cookie chose %s", lang)
	}
	if who := b.who(v); who != applicant {
		t.Errorf("the right cookie signed %q in", who)
	}
}

func TestTemplatesFailTheStart(t *testing.T) {
	db := datatest.Open(t)
	whole := `{{define "title"}}x{{end}}{{define "main"}}x{{end}}`
	for _, c := range []struct {
		name, file, text, want string
	}{
		{"whole", "pages/new.html", whole, ""},
		{"not a page", "pages/notes.txt", "{{ broken", ""},
		{"no title", "pages/new.html", `{{define "main"}}x{{end}}`, `"title"`},
		{"no main", "pages/new.html", `{{define "title"}}x{{end}}`, `"main"`},
		{"broken", "pages/new.html", whole + "{{if}}", "pages/new.html"},
		{"unclosed", "pages/new.html", `{{define "title"}}x`, "pages/new.html"},
		{"call of nothing", "pages/new.html", `{{define "title"}}x{{end}}{{define "main"}}{{if .}}{{range .}}{{else}}{{template "gone"}}{{end}}{{end}}{{end}}`, `"gone"`},
		{"own frame", "pages/new.html", whole + `{{define "page"}}x{{end}}`, `"page"`},
		{"own part of the layout", "pages/new.html", whole + `{{define "sign"}}x{{end}}`, `"sign"`},
		{"unknown function", "pages/new.html", whole + "{{shout .}}", "shout"},
		{"broken layout", "layout/more.html", "{{end}}", "more.html"},
		{"deep page without title", "a/b/c/new.html", `{{define "main"}}x{{end}}`, "a/b/c/new.html"},
		{"error page that cannot be shown", "error/error.html", `{{define "title"}}x{{end}}{{define "main"}}{{.Nowhere}}{{end}}`, "error page"},
		{"error page without its style sheet", "error/error.html", `{{define "title"}}x{{end}}{{define "main"}}{{asset "gone.css"}}{{end}}`, "gone.css"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := newSite(db, func(config *web.Config) {
				files := pageFiles()
				files["layout/sign.html"] = &fstest.MapFile{Data: []byte(`{{define "sign"}}<hr>{{end}}`)}
				files[c.file] = &fstest.MapFile{Data: []byte(c.text)}
				config.Templates = files
			})
			if c.want == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v does not name %s", err, c.want)
			}
		})
	}
	for _, folder := range []string{"layout/page.html", "error/error.html"} {
		if _, err := newSite(db, func(config *web.Config) {
			files := pageFiles()
			delete(files, folder)
			config.Templates = files
		}); err == nil {
			t.Errorf("the site starts without %s", folder)
		}
	}
}

// Pages may use the same names for their parts, and each sees its own.
func TestPagesKeepTheirParts(t *testing.T) {
	page := func(part string) string {
		return `{{define "title"}}x{{end}}{{define "main"}}{{with .Data}}{{range .}}{{template "part" .}}{{end}}{{end}}{{end}}{{define "part"}}<b>` + part + `{{.}}</b>{{end}}`
	}
	b := newBench(t, plan{pages: map[string]string{"pages/one.html": page("one"), "pages/two.html": page("two")},
		routes: func(s *web.Site) []web.Route {
			var routes []web.Route
			for _, name := range []string{"one", "two"} {
				routes = append(routes, get("/"+name, web.Public, s.Read(func(r *web.Request, tx *data.Tx) (web.Reply, error) {
					return web.Reply{Page: "pages/" + name, Data: []string{"<1>", "<2>"}}, nil
				})))
			}
			return routes
		}})
	for range 2 {
		for _, name := range []string{"one", "two"} {
			if got := b.visitor().Visit("/" + name).Want(200).Find("b").Text(); got != name+"<1>"+name+"<2>" {
				t.Errorf("%s shows %q", name, got)
			}
		}
	}
}

func TestCheckPages(t *testing.T) {
	for text, want := range map[string]string{
		`{{.Data.Nothing}}`:                 "",
		`{{range .Data.Nothing}}<p>{{end}}`: "",
		`<a href="{{if .Data}}x">{{end}}`:   "pages/new",
	} {
		site, err := newSite(datatest.Open(t), func(config *web.Config) {
			files := pageFiles()
			files["pages/new.html"] = &fstest.MapFile{Data: []byte(`{{define "title"}}x{{end}}{{define "main"}}` + text + `{{end}}`)}
			config.Templates = files
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := site.CheckPages(); (err == nil) != (want == "") || want != "" && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Every function that templates may call, in both languages.
func TestTemplateFunctions(t *testing.T) {
	b := newBench(t, plan{
		pages: map[string]string{"pages/words.html": `{{define "title"}}Words{{end}}{{define "main"}}<pre>` +
			`{{T "signin.stayed"}}|{{N "refusal.incomplete" 2}}|{{date .Data.At}}|{{datetime .Data.At}}|{{clock .Data.At}}|{{day .Data.At}}|` +
			`{{number 12345}}|{{phrase .Data.Phrase}}|{{add 2 3}}|{{len (lines "a\nb")}}|{{len (paragraphs "\na\nb\n\nc\n")}}|` +
			`{{with args "a" 1 "b" "two"}}{{.a}}{{.b}}{{end}}|{{asset "app.css"}}|{{.Data.Hostile}}</pre>{{end}}`},
		routes: func(s *web.Site) []web.Route {
			return []web.Route{get("/words", web.Public, s.Read(func(r *web.Request, tx *data.Tx) (web.Reply, error) {
				return web.Reply{Page: "pages/words", Data: map[string]any{"At": datatest.Start, "Phrase": web.Text{En: "a gate", Es: "una puerta"},
					"Hostile": "<script>"}}, nil
			}))}
		}})
	css := b.visitor().Visit("/").Find("link").AttrOr("href", "")
	for lang, want := range map[string]string{
		"en": "You stay signed in.|2 questions still need an answer|November 23, 2026|November 23, 2026, 3:00 p.m. UTC|3:00 p.m. UTC|November 23, 2026|12,345|a gate|5|2|2|1two|" + css + "|<script>",
		"es": "Su sesión continúa.|Falta responder 2 preguntas|23 de noviembre de 2026|23 de noviembre de 2026, 3:00 p. m. UTC|3:00 p. m. UTC|23 de noviembre de 2026|12,345|una puerta|5|2|2|1two|" + css + "|<script>",
	} {
		v := b.visitor()
		v.Lang = lang
		// A typesetter's narrow space stands in some of the Spanish times.
		got := strings.Map(func(r rune) rune {
			if r == '\u00a0' || r == '\u202f' {
				return ' '
			}
			return r
		}, v.Visit("/words").Want(200).Find("pre").Text())
		if got != want {
			t.Errorf("%s:\n%s\nwant\n%s", lang, got, want)
		}
	}
}

// A template that calls a function wrongly, or asks for what is not there, never sends half a page.
func TestRenderingFails(t *testing.T) {
	frame := func(main string) string {
		return `{{define "title"}}Half{{end}}{{define "main"}}<h1>Half a page</h1>` + main + `{{end}}`
	}
	broken := map[string]string{
		"pages/field.html": frame(`{{.Data.Nowhere}}`),
		"pages/asset.html": frame(`{{asset "gone.css"}}`),
		"pages/odd.html":   frame(`{{args "a"}}`),
		"pages/name.html":  frame(`{{args 1 2}}`),
	}
	reply := func(name string) web.Handler {
		return func(r *web.Request, tx *data.Tx) (web.Reply, error) {
			r.SetCookie("leaked", "x", 0)
			return web.Reply{Page: name, Data: web.Problems{}}, nil
		}
	}
	b := newBench(t, plan{pages: broken, routes: func(s *web.Site) []web.Route {
		routes := []web.Route{get("/absent", web.Public, s.Read(reply("pages/absent")))}
		for name := range broken {
			name = strings.TrimSuffix(name, ".html")
			routes = append(routes, get("/"+name, web.Public, s.Read(reply(name))))
		}
		return routes
	}})
	for _, path := range []string{"/absent", "/pages/field", "/pages/asset", "/pages/odd", "/pages/name"} {
		b.log.reset()
		response := b.visitor().Send("GET", path, nil, nil)
		body := b.want(response, 500)
		if strings.Contains(body, "Half") || strings.Contains(body, "gone.css") || strings.Contains(body, "Nowhere") || len(response.Cookies()) > 0 {
			t.Errorf("%s: cookies %v, page\n%s", path, response.Cookies(), body)
		}
		reference := parse(t, body).Find("#reference").Text()
		if failed := b.log.lines(t, "request failed"); len(failed) != 1 || failed[0]["reference"] != reference || reference == "" || failed[0]["error"] == "" {
			t.Errorf("%s: reference %q, log %v", path, reference, failed)
		}
	}
}

// When even the error page cannot be rendered, a plain page in the reader's language is sent.
func TestLastPage(t *testing.T) {
	b := newBench(t, plan{pages: map[string]string{
		"error/error.html": `{{define "title"}}x{{end}}{{define "main"}}{{if eq .Data.Code "not_found"}}{{asset "gone.css"}}{{end}}{{end}}`}})
	for lang, heading := range map[string]string{"en": "Something went wrong on our side", "es": "Hubo un error de nuestro lado"} {
		response := b.send("GET", "127.0.0.1:8080", "/nowhere", map[string]string{"Accept-Language": lang}, "")
		body := b.want(response, 404)
		if page := parse(t, body); page.Find("h1").Text() != heading || page.Find("html").AttrOr("lang", "") != lang || strings.Contains(body, "gone.css") {
			t.Errorf("%s: %s", lang, body)
		}
	}
	if failed := b.log.lines(t, "error page failed"); len(failed) != 2 || !strings.Contains(failed[0]["error"].(string), "gone.css") {
		t.Errorf("log %s", b.log.text())
	}
}
