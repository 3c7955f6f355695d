package ui_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"accessdesk/ui"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"

	"github.com/gofiber/fiber/v2"
)

// TestCachedPages opens every page that is marked Cached as each kind of stranger: what is kept is, to the byte, what is made
// for any of them, and a person who is signed in gets none of it.
func TestCachedPages(t *testing.T) {
	w := openWorld(t)
	unused := need(web.New(w.DB, w.desk, w.site.Locales, w.site.Config))(t)
	kinds := map[string]func(*webtest.Visitor){
		"a stranger":                 func(*webtest.Visitor) {},
		"with a check under way":     func(v *webtest.Visitor) { v.SetCookie("check", w.check) },
		"who asked for a link":       func(v *webtest.Visitor) { v.SetCookie("browser", w.nonce) },
		"who chose programs":         func(v *webtest.Visitor) { v.SetCookie("start", modelProgram) },
		"with cookies of a stranger": func(v *webtest.Visitor) { v.SetCookie("check", "x"); v.SetCookie("theme", "<b>") },
	}
	fresh := map[string]*fiber.App{} // sites that have kept nothing yet
	sites := map[string]*web.Site{}
	for kind := range kinds {
		sites[kind] = need(web.New(w.DB, w.desk, w.site.Locales, w.site.Config))(t)
		fresh[kind] = need(ui.New(sites[kind]))(t)
	}
	read := func(app *fiber.App, lang, address string, prepare func(*webtest.Visitor)) (string, http.Header) {
		v := webtest.New(t, app)
		v.Lang = lang
		prepare(v)
		page := v.Visit(address).Want(http.StatusOK)
		return page.Body, page.Header
	}
	visits := int64(0)
	for _, route := range ui.Routes(unused) {
		if !route.Cached || route.Machine { // programs bring no cookies
			continue
		}
		place := atlas[route.Path]
		addresses := []string{place.address(w)}
		if place.others != nil {
			addresses = append(addresses, place.others(w)...)
		}
		slices.Sort(addresses)
		addresses = slices.Compact(addresses)
		for _, lang := range web.Languages {
			for _, address := range addresses {
				first, _ := read(w.app, lang, address, kinds["a stranger"])
				visits++
				for kind, prepare := range kinds {
					kept, header := read(w.app, lang, address, prepare)
					made, _ := read(fresh[kind], lang, address, prepare)
					if kept != first || made != first || header.Get("ETag") == "" {
						t.Errorf("%s in %s, %s: %d bytes, made for them %d, ETag %q; the first stranger got %d", address, lang, kind, len(kept), len(made), header.Get("ETag"), len(first))
					}
				}
				for _, as := range []role{owner, manager, auditor} {
					own, header := read(w.app, lang, address, func(v *webtest.Visitor) { v.SetCookie("session", w.session(t, as)) })
					if !strings.Contains(own, as.email()) || header.Get("Cache-Control") != "no-store" || header.Get("ETag") != "" {
						t.Errorf("%s in %s as %s is not their own page: Cache-Control %q", address, lang, as, header.Get("Cache-Control"))
					}
					if strings.Contains(first, as.email()) {
						t.Errorf("strangers read the address of %s on %s", as, address)
					}
				}
			}
		}
	}
	if visits < 2*9 {
		t.Fatalf("only %d pages are marked Cached", visits)
	}
	if kept := w.site.SharedPages(); kept.Misses != visits || kept.Hits != visits*int64(len(kinds)) {
		t.Errorf("%d pages, each read %d times: %+v", visits, 1+len(kinds), kept)
	}
	for kind, site := range sites {
		if kept := site.SharedPages(); kept.Misses != visits || kept.Hits != 0 {
			t.Errorf("%s: %d pages, each to be made: %+v", kind, visits, kept)
		}
	}
}
