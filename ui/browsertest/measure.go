package browsertest

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

//go:embed measure.js
var measure string

// measured evaluates a part of measure.js in the page.
func (b *Tab) measured(call string, result any) {
	b.t.Helper()
	b.Evaluate("("+strings.TrimSpace(measure[strings.Index(measure, "({"):])+")."+call, result)
}

// Resize gives the window another width.
func (b *Tab) Resize(width int) {
	b.t.Helper()
	b.width = width
	b.run("resize", emulation.SetDeviceMetricsOverride(int64(width), 900, 1, width < 600))
}

// Medium shows the page as on a "screen" or in "print", and with colors that the reader forces on it or not.
func (b *Tab) Medium(medium string, forced bool) {
	b.t.Helper()
	colors := "none"
	if forced {
		colors = "active"
	}
	b.run("medium", emulation.SetEmulatedMedia().WithMedia(medium).WithFeatures([]*emulation.MediaFeature{{Name: "forced-colors", Value: colors}}))
}

// TextSize makes the letters larger, and nothing else, until the next page.
func (b *Tab) TextSize(percent int) {
	b.t.Helper()
	b.Evaluate(fmt.Sprintf(`document.documentElement.style.fontSize = "%d%%"`, percent), nil)
}

// UnfoldAll opens everything on the page that is folded, until the next page.
func (b *Tab) UnfoldAll() {
	b.t.Helper()
	b.Evaluate(`document.querySelectorAll("details").forEach(d => { d.open = true })`, nil)
}

// TooWide says what makes the page wider than its window, a line each; nothing if one need not scroll sideways.
func (b *Tab) TooWide() (found []string) {
	b.t.Helper()
	b.measured("wide()", &found)
	return found
}

// SmallTargets lists the buttons, fields and links that are too small to be hit.
func (b *Tab) SmallTargets() (found []string) {
	b.t.Helper()
	b.measured("targets()", &found)
	return found
}

// InvisibleTicks lists the ticked boxes and chosen buttons that look as if they were not.
func (b *Tab) InvisibleTicks() (found []string) {
	b.t.Helper()
	b.measured("ticks()", &found)
	return found
}

// FrameFaults lists what is wrong with the frame of the page: its heading, title, skip link, help, language link, error
// summary, and what no page may contain.
func (b *Tab) FrameFaults() (found []string) {
	b.t.Helper()
	// The browser sets the focus that a page asks for with its first picture, which comes only where a person would see it
	// and may come after the page has loaded.
	b.run("wait for a picture", page.BringToFront(), chromedp.Evaluate(`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`, nil,
		func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	b.measured("frame()", &found)
	return found
}

// Focus is where the focus is.
type Focus struct {
	What       string   // the element
	Nowhere    bool     // no element has the focus
	Place      int      // of the element among all of the document
	Top        int      // CSS pixels from the top of the page
	Parts      int      // how often the Tab key stays within it: a date has parts of its own
	Floats     bool     // it does not stand in the flow of the page
	Complaints []string // what somebody with a keyboard would complain about
}

// Focused describes where the focus is.
func (b *Tab) Focused() (f Focus) {
	b.t.Helper()
	b.measured("focus()", &f)
	return f
}

// mostStops is more than any page has places for the focus.
const mostStops = 400

// FocusFaults walks through the page with the Tab key and lists what is wrong: a focus that cannot be seen or is covered,
// that jumps back, or that does not reach the end of the page.
func (b *Tab) FocusFaults() (found []string) {
	b.t.Helper()
	var last int
	b.measured("last()", &last)
	before := b.Focused() // the error summary, if there is one
	oneColumn := b.width < 600
	stops, within := 0, 1
	for range mostStops {
		b.Key("\t")
		now := b.Focused()
		if now.Nowhere || now.Place < before.Place {
			break
		}
		stops++
		for _, complaint := range now.Complaints {
			found = append(found, now.What+": "+complaint)
		}
		if now.Place != before.Place {
			within = 1
		} else if within++; within > now.Parts {
			return append(found, now.What+": the Tab key does not leave it")
		}
		if oneColumn && now.Top < before.Top-jump && !now.Floats && !before.Floats {
			found = append(found, fmt.Sprintf("the focus jumps from %s at %d px back to %s at %d px", before.What, before.Top, now.What, now.Top))
		}
		before = now
	}
	if stops == 0 || before.Place != last {
		found = append(found, fmt.Sprintf("after %d stops the focus ends at %s, which is not the last one", stops, before.What))
	}
	return found
}

// jump is by how many CSS pixels the next stop may stand above the one before: two of them may stand side by side.
const jump = 60

// Key presses keys, each once.
func (b *Tab) Key(keys string) {
	b.t.Helper()
	b.run("press keys", chromedp.KeyEvent(keys))
}

// listen keeps what the browser says against the pages of the tab: broken rules about content, errors.
func (b *Tab) listen() {
	chromedp.ListenTarget(b.ctx, func(event any) {
		if e, ok := event.(*log.EventEntryAdded); ok && (e.Entry.Source == log.SourceSecurity || e.Entry.Source == log.SourceJavascript ||
			e.Entry.Source == log.SourceViolation || strings.Contains(e.Entry.Text, "Content Security Policy")) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.said = append(b.said, fmt.Sprintf("%s: %s", e.Entry.URL, e.Entry.Text))
		}
	})
}

// Said lists what the browser said against the pages since the last call.
func (b *Tab) Said() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	said := b.said
	b.said = nil
	return said
}
