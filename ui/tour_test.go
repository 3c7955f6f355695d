package ui_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui"
	"accessdesk/ui/browsertest"
	"accessdesk/ui/web"
)

// openEmpty builds the program with people in it to whom nothing has happened yet.
func openEmpty(t testing.TB, db *datatest.Database, change ...func(*worldConfig)) *world {
	t.Helper()
	w := openSite(t, db, change...)
	w.Write(t, func(tx *data.Tx) (err error) {
		if w.people[newcomer], err = account.AddApplicant(tx, newcomer.email(), "en", "console"); err == nil {
			w.people[manager], _, err = account.AddPerson(tx, manager.email(), account.ProgramManager, "console")
		}
		return err
	})
	return w
}

// bare lists the addresses that need no thing of their own, by the role that looks at them where nothing has happened.
func bare(w *world) map[role][]string {
	all := map[role][]string{}
	for _, route := range pages(ui.Routes(w.site)) {
		if hasID(route.Path) || atlas[route.Path].to != nil {
			continue
		}
		as := newcomer
		switch {
		case route.Policy.Public():
			as = stranger
		case strings.HasPrefix(route.Path, "/staff"):
			as = manager
		}
		all[as] = append(all[as], route.Path)
	}
	return all
}

// TestEmptyPagesInBrowser looks at the pages of a desk in which nothing has happened yet, as TestPagesInBrowser does at
// the others.
func TestEmptyPagesInBrowser(t *testing.T) {
	sideRoad(t)
	t.Parallel()
	w := listening(t, openEmpty) // before the browser, whose connections it would wait for at its end
	browser := browsertest.Open(t)
	everyWindow(t, func(t *testing.T, width int, lang string) {
		v := w.view(t, browser, width, lang)
		for as, addresses := range bare(w) {
			v.become(as)
			for _, address := range addresses {
				v.look(address)
			}
		}
		t.Logf("%d pages at %d px in %s", v.seen, width, lang)
	})
}

// sessionEnds is shortly before the session of an applicant ends if nothing is done, measured from datatest.Start.
const sessionEnds = 105 * time.Minute

// TestSessionEndInBrowser looks at a page that leads with the offer to stay signed in.
func TestSessionEndInBrowser(t *testing.T) {
	t.Parallel()
	w := listening(t, openWorldOn) // before the browser, whose connections it would wait for at its end
	browser := browsertest.Open(t)
	w.session(t, owner)
	w.SetNow(datatest.Start.Add(sessionEnds))
	everyWindow(t, func(t *testing.T, width int, lang string) {
		v := w.view(t, browser, width, lang)
		v.become(owner)
		v.look("/home")
		if text := w.desk.Locales.In(lang).T("layout.stay_button"); !strings.Contains(v.Text(), text) {
			t.Errorf("the page does not offer %q", text)
		}
	})
}

// TestTour takes a picture of every page in each state that the tests know, in both languages, on a phone and on a
// desktop, in forced colors and as printed, into the folder TOUR_DIR, for a person to look at. It judges nothing.
func TestTour(t *testing.T) {
	folder := os.Getenv("TOUR_DIR")
	if folder == "" {
		t.Skip("TOUR_DIR names no folder for the pictures")
	}
	full, empty := listening(t, openWorldOn, whole), listening(t, openEmpty, whole) // before the browser, whose connections it would wait for at its end
	browser := browsertest.Open(t)
	for _, lang := range web.Languages {
		for _, width := range []int{browsertest.Phone, browsertest.Desktop} {
			in := filepath.Join(folder, fmt.Sprintf("%s-%d", lang, width))
			photographer{full.view(t, browser, width, lang), in}.full()
			photographer{empty.view(t, browser, width, lang), filepath.Join(in, "empty")}.empty()
		}
	}
	forced := full.view(t, browser, browsertest.Desktop, "en")
	forced.Medium("screen", true)
	photographer{forced, filepath.Join(folder, "en-forced-colors")}.full()
	paper := full.view(t, browser, paperWidth, "en")
	paper.Medium("print", false)
	photographer{paper, filepath.Join(folder, "en-print")}.full()
}

// paperWidth is that of US Letter paper between margins of half an inch, in CSS pixels.
const paperWidth = 720

// photographer takes pictures of the pages of a world.
type photographer struct {
	*viewing
	folder string
}

// full takes the pages of a world where much has happened.
func (p photographer) full() {
	for _, as := range everyRole {
		became := false
		for _, route := range pages(ui.Routes(p.world.site)) {
			place := atlas[route.Path]
			if place.to != nil || p.world.viewer(route.Path, route.Policy.Public()) != as {
				continue
			}
			if !became {
				p.become(as)
				became = true
			}
			p.take(route.Path, 0, place.address(p.world))
			for i, address := range p.world.states(place, route.Path != "/programs/:slug" || p.width == browsertest.Phone) {
				p.take(route.Path, i+1, address)
			}
		}
	}
	p.world.SetNow(datatest.Start.Add(sessionEnds))
	p.become(owner)
	p.take("session end", 0, "/home")
	p.world.SetNow(datatest.Start)
	as := role("")
	for i, m := range mishaps() {
		if m.as != as {
			p.become(m.as)
			as = m.as
		}
		p.bring(m)
		p.Screenshot(filepath.Join(p.folder, fmt.Sprintf("mishap-%02d.png", i)))
	}
}

// empty takes those of a desk in which nothing has happened.
func (p photographer) empty() {
	for as, addresses := range bare(p.world) {
		p.become(as)
		for _, address := range addresses {
			p.take(address, 0, address)
		}
	}
}

// take opens an address and takes its picture.
func (p photographer) take(path string, state int, address string) {
	p.Visit(p.world.base + address)
	name := strings.NewReplacer("/", "_", ":", "").Replace(strings.Trim(path, "/"))
	if state > 0 {
		name += fmt.Sprintf("-%02d", state)
	}
	p.Screenshot(filepath.Join(p.folder, fmt.Sprintf("%s-%s.png", p.world.viewer(path, false), name)))
}

// The budgets of a page in bytes, gzipped: opened for the first time with its style sheet and icon, and opened again.
const (
	coldBytes = 25 << 10
	warmBytes = 12 << 10
	// staffBytes is what pages of staff may bring more: they are opened at a desk, day after day, and the style sheet is kept.
	staffBytes = 2 << 10
	// editorBytes is for the page with the most native lists, which program managers open at their desk.
	editorBytes = 15 << 10
)

// TestPageBudgets holds each page, in each state and language, to its budget of bytes and requests, and keeps what is
// private out of every cache.
func TestPageBudgets(t *testing.T) {
	t.Parallel()
	w := openWorld(t, whole)
	brought := 0 // what comes with the first page
	for _, address := range []string{styleSheet(w), "/favicon.svg"} {
		got := w.visitor(t, stranger).Send(http.MethodGet, address, nil, map[string]string{"Accept-Encoding": "gzip"})
		if cache := got.Header.Get("Cache-Control"); !strings.Contains(cache, "max-age=") || strings.Contains(cache, "no-") {
			t.Errorf("%s is asked for again with every page: Cache-Control is %q", address, cache)
		}
		brought += len(body(t, got))
	}
	staffSheet := len(body(t, w.visitor(t, stranger).Send(http.MethodGet, "/static/staff.css", nil, map[string]string{"Accept-Encoding": "gzip"})))
	largest, of := 0, ""
	for _, route := range pages(ui.Routes(w.site)) {
		p := atlas[route.Path]
		if p.to != nil {
			continue
		}
		as := w.viewer(route.Path, route.Policy.Public())
		addresses := append([]string{p.address(w)}, w.states(p, true)...)
		for _, lang := range web.Languages {
			v := w.speaker(t, as, lang)
			for _, address := range addresses {
				got := v.Send(http.MethodGet, address, nil, map[string]string{"Accept-Encoding": "gzip"})
				if got.StatusCode == http.StatusSeeOther {
					continue
				}
				size := len(body(t, got))
				if size > largest {
					largest, of = size, address
				}
				warm, cold, files := warmBytes, coldBytes, 2
				brought := brought
				if strings.HasPrefix(address, "/staff/") {
					files, brought, cold = 3, brought+staffSheet, coldBytes+staffBytes // a style sheet of their own
				}
				if route.Path == "/staff/catalog/:slug/rules" { // every fact of the vocabulary in the native list of each row
					warm, cold = editorBytes, cold+editorBytes-warmBytes
				}
				if size > warm || size+brought > cold {
					t.Errorf("%s in %s has %d bytes, with what it brings %d; %d and %d are allowed", address, lang, size, size+brought, warm, cold)
				}
				if cache := got.Header.Get("Cache-Control"); !route.Policy.Public() && cache != "no-store" {
					t.Errorf("%s is private, and its Cache-Control is %q", address, cache)
				}
				page := v.Visit(address)
				if links := page.Find("link[href]:not([rel=alternate]):not([rel=canonical])").Length(); links > files {
					t.Errorf("%s asks for %d more files, %d are allowed", address, links, files)
				}
			}
		}
	}
	t.Logf("the largest page is %s with %d bytes; style sheet and icon have %d", of, largest, brought)
}

// body reads an answer.
func body(t testing.TB, got *http.Response) []byte {
	t.Helper()
	defer got.Body.Close()
	return need(io.ReadAll(got.Body))(t)
}
