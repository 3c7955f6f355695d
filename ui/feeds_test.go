package ui_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"accessdesk/data/datatest"
	"accessdesk/ui"
	"accessdesk/ui/feed"
	"accessdesk/ui/webtest"

	"github.com/temoto/robotstxt"
)

// TestSiteMapHasEveryPublicPage holds that the site map has each page for strangers, that robots may read it in both languages, and that
// they stay out of every room that needs a session.
func TestSiteMapHasEveryPublicPage(t *testing.T) {
	w := openSite(t, datatest.Open(t))
	v := webtest.New(t, w.app)
	response := v.Send(http.MethodGet, "/robots.txt", nil, nil)
	rules := need(robotstxt.FromResponse(response))(t)
	rooms := 0
	for _, route := range ui.Routes(w.site) {
		path := strings.NewReplacer(":slug", "ms-isac", ":id", "1", ":sector", "health", ":topic", "basics", ":fact", "x").Replace(route.Path)
		switch {
		case route.Method != http.MethodGet || strings.Contains(route.Path, "*") || route.Machine && !route.Cached: // programs have keys and are no robots
		case !route.Policy.Public() && !route.Machine:
			rooms++
			if rules.TestAgent(path, "AnyBot") {
				t.Errorf("robots are sent to %s, where they must sign in", path)
			}
		case route.Cached && !route.Machine:
			if !slices.Contains(feed.Pages, route.Path) && route.Path != "/programs/:slug" {
				t.Errorf("the site map does not have %s", route.Path)
			}
			for _, lang := range []string{"", "?lang=en", "?lang=es"} {
				if !rules.TestAgent(path+lang, "AnyBot") {
					t.Errorf("robots may not read %s", path+lang)
				}
				page := webtest.New(t, w.app).Send(http.MethodGet, path+lang, nil, nil)
				if want := strings.TrimPrefix(lang, "?lang="); page.StatusCode != http.StatusOK || want != "" && page.Header.Get("Content-Language") != want {
					t.Errorf("%s: status %d, in %s", path+lang, page.StatusCode, page.Header.Get("Content-Language"))
				}
			}
		}
	}
	if rooms < 50 {
		t.Errorf("only %d rooms", rooms)
	}
	for _, path := range feed.Pages {
		page := v.Visit(path).Want(http.StatusOK)
		for name, want := range map[string]string{"x-default": webtest.Origin + path, "en": webtest.Origin + path + "?lang=en", "es": webtest.Origin + path + "?lang=es"} {
			if got := page.Find(`link[rel=alternate][hreflang="`+name+`"]`).AttrOr("href", ""); got != want {
				t.Errorf("%s in %s is %q, want %q", path, name, got, want)
			}
		}
		address := page.Find(`link[type="application/atom+xml"]`).AttrOr("href", "")
		if got := v.Send(http.MethodGet, address, nil, nil); got.StatusCode != http.StatusOK || !strings.HasPrefix(got.Header.Get("Content-Type"), "application/atom+xml") {
			t.Errorf("the feed of %s is %q: status %d", path, address, got.StatusCode)
		}
	}
	for _, path := range []string{"/signin", "/check", "/programs?q=scan", "/programs/nothing"} {
		if found := v.Visit(path).Find("link[rel=alternate]"); found.Length() > 0 {
			t.Errorf("%s has %d alternates", path, found.Length())
		}
	}
}
