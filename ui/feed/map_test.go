package feed_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/data/datatest"
	"accessdesk/ui/feed"
	"accessdesk/ui/web"

	"github.com/temoto/robotstxt"
)

const (
	mapSpace   = "http://www.sitemaps.org/schemas/sitemap/0.9"
	xhtmlSpace = "http://www.w3.org/1999/xhtml"
)

func TestSiteMap(t *testing.T) {
	db := datatest.Open(t)
	s := open(t, db, []*catalog.Offering{program("scan"), program("over", func(o *catalog.Offering) { o.Status = catalog.StatusEnded }), program("off")})
	db.Advance(time.Hour)
	s.replace("off", nil)
	root := tree(t, s.body("/sitemap.xml"))
	pages := root.all(mapSpace, "url")
	if root.name.Space != mapSpace || root.name.Local != "urlset" || len(pages) != 2*(len(feed.Pages)+1) {
		t.Fatalf("%v with %d pages", root.name, len(pages))
	}
	known := map[string]string{}
	for _, p := range pages {
		loc := p.all(mapSpace, "loc")[0].text
		alternates := map[string]string{}
		for _, l := range p.all(xhtmlSpace, "link") {
			alternates[l.attrs["hreflang"]] = l.attrs["href"]
		}
		path := strings.TrimSuffix(strings.TrimSuffix(loc, "?lang=en"), "?lang=es")
		if alternates["x-default"] != path || alternates["en"] != path+"?lang=en" || alternates["es"] != path+"?lang=es" || !strings.HasPrefix(path, origin+"/") {
			t.Errorf("%s: %v", loc, alternates)
		}
		known[loc] = ""
		if changed := p.all(mapSpace, "lastmod"); len(changed) == 1 {
			known[loc] = changed[0].text
		}
	}
	if len(known) != len(pages) {
		t.Errorf("%d pages, %d of them different", len(pages), len(known))
	}
	for path, want := range map[string]string{"/programs/scan?lang=es": datatest.Start.UTC().Format(time.RFC3339), "/programs?lang=en": db.Now().UTC().Format(time.RFC3339), "/help?lang=en": ""} {
		if got, ok := known[origin+path]; !ok || got != want {
			t.Errorf("%s changed at %q, want %q", path, got, want)
		}
	}
}

func TestRobots(t *testing.T) {
	s := open(t, datatest.Open(t), nil)
	rules, err := robotstxt.FromString(s.body("/robots.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(rules.Sitemaps, " ") != origin+"/sitemap.xml" {
		t.Errorf("site maps %q", rules.Sitemaps)
	}
	for path, want := range map[string]bool{"/": true, "/programs": true, "/programs/scan": true, "/programs/scan?lang=es": true, "/programs?lang=es": true,
		"/accessibility": true, "/order": true, "/feed.atom": true, "/calendar/programs.ics": true, "/static/app.css": true, "/api/v1/offerings": true,
		"/check": false, "/check/results": false, "/programs?q=scan": false, "/programs?sector=health&lang=es": false, "/programs/scan/follow": false, "/programs/scan/report": false,
		"/access": false, "/access/1": false, "/org": false, "/org/people": false, "/staff/review": false, "/signin": false, "/searches/new": false, "/searches/new?q=scan": false, "/calendar/abc.ics": false, "/unsubscribe?token=x": false} {
		if got := rules.TestAgent(path, "AnyBot"); got != want {
			t.Errorf("%s: a robot may read it: %t, want %t", path, got, want)
		}
	}
	demo, err := robotstxt.FromString(open(t, datatest.Open(t), nil, func(c *web.Config) { c.Demo = true }).body("/robots.txt"))
	if err != nil || demo.TestAgent("/", "AnyBot") {
		t.Errorf("a demonstration lets itself be found: %v", err)
	}
}

func TestSecurity(t *testing.T) {
	db := datatest.Open(t)
	if got := open(t, db, nil).get("/.well-known/security.txt"); got.Code != http.StatusNotFound {
		t.Errorf("without a contact: status %d", got.Code)
	}
	s := open(t, db, nil, func(c *web.Config) {
		c.Security = web.Security{Contacts: []string{"mailto:security@example.org", "https://example.org/report"}, Policy: "https://example.org/policy"}
	})
	got := s.get("/.well-known/security.txt")
	if got.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
		t.Errorf("type %q", got.Header().Get("Content-Type"))
	}
	fields := map[string][]string{}
	for line := range strings.SplitSeq(strings.TrimSuffix(got.Body.String(), "\n"), "\n") {
		name, value, ok := strings.Cut(line, ": ")
		if !ok || value == "" {
			t.Errorf("line %q", line)
		}
		fields[name] = append(fields[name], value)
	}
	want := map[string]string{"Contact": "mailto:security@example.org https://example.org/report", "Preferred-Languages": "en, es",
		"Canonical": origin + "/.well-known/security.txt", "Policy": "https://example.org/policy"}
	for name, value := range want {
		if strings.Join(fields[name], " ") != value {
			t.Errorf("%s: %q, want %q", name, fields[name], value)
		}
	}
	for range 3 { // it never lapses and never reaches a year
		expires, err := time.Parse(time.RFC3339, strings.TrimPrefix(strings.Split(s.body("/.well-known/security.txt"), "\n")[2], "Expires: "))
		if left := expires.Sub(db.Now()); err != nil || left < 150*24*time.Hour || left > 364*24*time.Hour {
			t.Errorf("it holds for %s more, %v", left, err)
		}
		db.Advance(100 * 24 * time.Hour)
	}
}
