package ui_test

import (
	"fmt"
	"strings"
	"testing"

	"accessdesk/ui"
	"accessdesk/ui/browsertest"
	"accessdesk/ui/web"
)

// viewing is a tab of a real browser, with JavaScript on for the accessibility checker, that looks at the pages of a
// world as one role after the other.
type viewing struct {
	*browsertest.Tab
	t     *testing.T
	world *world
	width int
	lang  string
	seen  int
}

func (w *world) view(t *testing.T, browser *browsertest.Browser, width int, lang string) *viewing {
	return &viewing{Tab: browser.For(t).Scripted(width), t: t, world: w, width: width, lang: lang}
}

// become signs the browser in as a role, by the cookie that a real sign-in gave. The server's own cookies cannot be
// read or written by scripts, so the browser must not have walked through the sign-in pages itself.
func (v *viewing) become(as role) {
	v.t.Helper()
	session := "gone; Max-Age=0"
	if as != stranger {
		session = v.world.session(v.t, as)
	}
	v.Visit(v.world.base + "/healthz")
	var cookies string
	v.Evaluate(fmt.Sprintf(`document.cookie = "session=%s; path=/", document.cookie = "check=%s; path=/", document.cookie = "browser=%s; path=/",
		document.cookie = "lang=%s; path=/", document.cookie`, session, v.world.check, v.world.nonce, v.lang), &cookies)
	if signedIn := strings.Contains(cookies, "session="); signedIn != (as != stranger) || !strings.Contains(cookies, "lang="+v.lang) {
		v.t.Fatalf("the browser did not take the cookies of %s: %s", as, cookies)
	}
}

// look opens an address and checks the page.
func (v *viewing) look(address string) {
	v.t.Helper()
	v.Visit(v.world.base + address)
	v.judge(address)
}

// judge checks the page that is open: no violation of the accessibility rules, no sideways scrolling in any width, with
// larger letters, in print, in forced colors or with everything unfolded, its language, its frame, targets that can be hit,
// and a focus that walks through the page and can be seen. What takes long, the keyboard, is for the full matrix, where it walks
// crosswise, and each state of a page is looked at in one window and measured in all widths.
func (v *viewing) judge(what string) {
	v.t.Helper()
	what = fmt.Sprintf("%s at %d px in %s", what, v.width, v.lang)
	v.seen++
	complain := func(when string, found []string) {
		v.t.Helper()
		for _, complaint := range found {
			v.t.Errorf("%s%s: %s", what, when, complaint)
		}
	}
	var lang string
	v.Evaluate("document.documentElement.lang", &lang)
	if lang != v.lang {
		v.t.Errorf("%s is in %q", what, lang)
	}
	complain("", v.FrameFaults()) // first: it looks where the page has put the focus
	complain("", v.Violations())
	complain("", v.TooWide())
	complain("", v.SmallTargets())
	if v.closely() {
		complain(" by keyboard", v.FocusFaults())
	}
	if v.width == browsertest.Phone || v.closely() {
		for _, width := range otherWidths() {
			v.Resize(width)
			complain(fmt.Sprintf(" in %d px", width), v.TooWide())
		}
		v.Resize(720)
		v.TextSize(200)
		complain(" in 720 px with letters of 200 %", v.TooWide())
		v.TextSize(100)
	}
	v.Medium("print", false)
	complain(" in print", v.TooWide())
	v.Medium("screen", false)
	v.Resize(v.width)
	v.Medium("screen", true)
	complain(" in forced colors", v.TooWide())
	complain(" in forced colors", v.InvisibleTicks())
	v.Medium("screen", false)
	v.UnfoldAll()
	complain(" with everything unfolded", append(v.TooWide(), v.SmallTargets()...))
	complain(": the browser says", v.Said())
}

// closely tells whether this is one of the windows of the full matrix in which a page is looked at with everything.
func (v *viewing) closely() bool { return closely(v.lang, v.width) }

func closely(lang string, width int) bool {
	return longTests() && (everything() || crosswise(lang, width))
}

// turn tells whether the i-th of several like pages is looked at in this window: those of the full matrix take turns, unless nothing is
// to be left out.
func (v *viewing) turn(i int) bool {
	return !v.closely() || everything() || (i%2 == 0) == (v.lang == "es")
}

// otherWidths are the widths, in CSS pixels, in which a page is measured beside the windows in which it is looked at.
func otherWidths() []int {
	if longTests() {
		return []int{320, browsertest.Phone, 768, browsertest.Desktop}
	}
	return []int{320}
}

// TestPagesInBrowser opens every page of the route table in a real browser. A plain run looks once at each page, in
// English on a phone; the full matrix adds Spanish and the desktop, and in turn each page in each state that the world has. Looking
// changes nothing, so that the windows are looked at side by side, each in a browser of its own: tabs share cookies.
func TestPagesInBrowser(t *testing.T) {
	t.Parallel()
	w := listening(t, openWorldOn, whole)
	routes := pages(ui.Routes(w.site))
	for _, route := range routes {
		if _, known := atlas[route.Path]; !known {
			t.Fatalf("the page %s has no place in the atlas: nobody looks at it", route.Path)
		}
	}
	inWindows(t, func(string, int) bool { return longTests() }, func(t *testing.T, width int, lang string) {
		if longTests() { // the one window of a plain run goes beside the other tests; it would begin after all of them
			t.Parallel()
		}
		v := w.view(t, browsertest.Open(t), width, lang)
		for _, as := range everyRole {
			v.walk(routes, as)
		}
		t.Logf("%d pages at %d px in %s", v.seen, width, lang)
	})
}

// walk looks at the pages that a role looks at.
func (v *viewing) walk(routes []web.Route, as role) {
	v.t.Helper()
	became := false
	for _, route := range routes {
		p := atlas[route.Path]
		if p.to != nil || v.world.viewer(route.Path, route.Policy.Public()) != as {
			continue
		}
		if !became {
			v.become(as)
			became = true
		}
		v.look(p.address(v.world))
		for i, address := range v.world.states(p, v.closely()) {
			if v.turn(i) {
				v.look(address)
			}
		}
	}
}

// everyWindow runs a test as it looks in English on a phone, or crosswise in the full matrix.
func everyWindow(t *testing.T, test func(t *testing.T, width int, lang string)) {
	inWindows(t, closely, test)
}

// inWindows runs a test in the languages and widths that are wanted, and where a plain run wants none, in English on a phone.
func inWindows(t *testing.T, wanted func(lang string, width int) bool, test func(t *testing.T, width int, lang string)) {
	for _, lang := range web.Languages {
		for _, width := range []int{browsertest.Phone, browsertest.Desktop} {
			if wanted(lang, width) || !longTests() && lang == "en" && width == browsertest.Phone {
				t.Run(fmt.Sprintf("%s-%d", lang, width), func(t *testing.T) { test(t, width, lang) })
			}
		}
	}
}

// viewer is the role as which a page is looked at.
func (w *world) viewer(path string, public bool) role {
	switch {
	case path == "/org/new", path == "/invitation/:id":
		return newcomer
	case public:
		return stranger
	case strings.HasPrefix(path, "/staff"):
		return manager
	}
	return owner
}

// states lists the further addresses of a page: all of them, or those that look like another page.
func (w *world) states(p place, every bool) []string {
	switch {
	case every && p.others != nil:
		return p.others(w)
	case p.second != nil:
		return p.second(w)
	}
	return nil
}
