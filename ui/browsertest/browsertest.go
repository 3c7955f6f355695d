// Package browsertest drives a real Chromium for tests: journeys with JavaScript off, as the program must work, and
// the accessibility checker axe-core on the same pages in a second tab where JavaScript is on.
//
// Without Chromium (or with NO_BROWSER set) a test is skipped with a loud message; REQUIRE_BROWSER turns that into a
// failure. axe-core is found by AXE_JS, the path of axe.min.js, or where "npm ci" in .ci puts it.
package browsertest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Widths are the two window widths, in CSS pixels, that every page is looked at.
const (
	Phone   = 360
	Desktop = 1280
)

// pageTime is how long one step may take, on a slow machine with other tests running.
const pageTime = 60 * time.Second

// Browser is a running Chromium with a profile of its own.
type Browser struct {
	t   testing.TB
	ctx context.Context
	axe string
	jar cdp.BrowserContextID // of its cookies; "" for those that the program began with
}

// Open starts a browser that is closed when the test ends.
func Open(t testing.TB) *Browser {
	t.Helper()
	program := chromium(t)
	axe := axeScript(t)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("no-first-run", true), chromedp.Flag("lang", "en-US"),
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(pageTime))
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until the browser has left its profile folder
		stop()
		stopAllocator()
	})
	if err := chromedp.Run(ctx); err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	return &Browser{t: t, ctx: ctx, axe: axe}
}

func chromium(t testing.TB) string {
	t.Helper()
	required := os.Getenv("REQUIRE_BROWSER") != ""
	if os.Getenv("NO_BROWSER") == "" {
		for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
			if path, err := exec.LookPath(name); err == nil {
				return path
			}
		}
	} else if !required {
		t.Skip("NOT TESTED IN A BROWSER: NO_BROWSER is set")
	}
	if required {
		t.Fatal("REQUIRE_BROWSER is set, but there is no Chromium on this machine")
	}
	t.Skip("NOT TESTED IN A BROWSER: install Chromium (Debian package chromium)")
	return ""
}

func axeScript(t testing.TB) string {
	t.Helper()
	path := os.Getenv("AXE_JS")
	if path == "" {
		for _, up := range []string{".", "..", "../..", "../../.."} {
			try := filepath.Join(up, ".ci", "node_modules", "axe-core", "axe.min.js")
			if _, err := os.Stat(try); err == nil {
				path = try
				break
			}
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		if os.Getenv("REQUIRE_BROWSER") != "" {
			t.Fatalf("REQUIRE_BROWSER is set, but AXE_JS names no axe.min.js: %v", err)
		}
		t.Skip("NOT TESTED WITH AXE: run npm ci in .ci, or set AXE_JS to axe.min.js")
	}
	return string(text)
}

// Tab is one tab. Its methods fail the test when a step does not work.
type Tab struct {
	t     testing.TB
	ctx   context.Context
	axe   string
	width int  // of the window, CSS pixels
	plain bool // JavaScript is off

	mu   sync.Mutex
	said []string // against the pages, since Said was called
}

// For gives the browser to a part of a test: its tabs are closed when that part ends, and fail that part.
func (b *Browser) For(t testing.TB) *Browser {
	return &Browser{t: t, ctx: b.ctx, axe: b.axe, jar: b.jar}
}

// Another gives a browser that shares no cookie with this one, as if on another machine.
func (b *Browser) Another() *Browser {
	b.t.Helper()
	other := *b
	b.whole("open another browser", func(ctx context.Context) (err error) {
		other.jar, err = target.CreateBrowserContext().WithDisposeOnDetach(true).Do(ctx)
		return err
	})
	return &other
}

// whole runs a command of the browser itself, not of one of its tabs.
func (b *Browser) whole(what string, command func(context.Context) error) {
	b.t.Helper()
	err := chromedp.Run(b.ctx, chromedp.ActionFunc(func(ctx context.Context) error {
		return command(cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser))
	}))
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// Plain opens a tab with JavaScript off.
func (b *Browser) Plain(width int) *Tab { return b.tab(width, true) }

// Scripted opens a tab with JavaScript on, for axe.
func (b *Browser) Scripted(width int) *Tab { return b.tab(width, false) }

func (b *Browser) tab(width int, plain bool) *Tab {
	b.t.Helper()
	var options []chromedp.ContextOption
	if b.jar != "" { // the first tab of another jar needs a window of its own
		b.whole("open a window", func(ctx context.Context) error {
			id, err := target.CreateTarget("about:blank").WithBrowserContextID(b.jar).WithNewWindow(true).Do(ctx)
			options = append(options, chromedp.WithTargetID(id))
			return err
		})
	}
	ctx, stop := chromedp.NewContext(b.ctx, options...)
	b.t.Cleanup(stop)
	// The first Run makes the tab, which lives as long as the context of that Run: no time limit here.
	if err := chromedp.Run(ctx); err != nil {
		b.t.Fatalf("open a tab: %v", err)
	}
	tab := &Tab{t: b.t, ctx: ctx, axe: b.axe, width: width, plain: plain}
	tab.listen()
	tab.run("open a tab", emulation.SetDeviceMetricsOverride(int64(width), 900, 1, width < 600), emulation.SetScriptExecutionDisabled(plain))
	return tab
}

func (b *Tab) run(what string, actions ...chromedp.Action) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, pageTime)
	defer stop()
	if err := chromedp.Run(ctx, actions...); err != nil {
		b.t.Fatalf("%s: %v\non %s\n%s", what, err, b.addressNow(), b.textNow())
	}
}

func (b *Tab) addressNow() (address string) {
	ctx, stop := context.WithTimeout(b.ctx, 5*time.Second)
	defer stop()
	_ = chromedp.Run(ctx, chromedp.Location(&address))
	return address
}

func (b *Tab) textNow() (text string) {
	ctx, stop := context.WithTimeout(b.ctx, 5*time.Second)
	defer stop()
	_ = chromedp.Run(ctx, chromedp.Evaluate("document.body ? document.body.innerText.slice(0, 1500) : ''", &text))
	return text
}

// Visit opens an address.
func (b *Tab) Visit(address string) {
	b.t.Helper()
	b.run("visit "+address, chromedp.Navigate(address))
}

// Click clicks what the selector finds and waits for the page that follows.
func (b *Tab) Click(selector string) {
	b.t.Helper()
	b.run("click "+selector, follow(chromedp.Click(selector, chromedp.ByQuery, chromedp.NodeVisible)))
}

// follow runs an action and waits until the navigation that it starts has loaded.
func follow(action chromedp.Action) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := chromedp.RunResponse(ctx, action)
		return err
	})
}

// Press clicks the first button or link with that text.
func (b *Tab) Press(text string) {
	b.t.Helper()
	quoted := quoteXPath(text)
	path := fmt.Sprintf(`//*[self::button or self::a][normalize-space(.)=%s or starts-with(normalize-space(.), %s)]`, quoted, quoted)
	b.run("press "+text, follow(chromedp.Click("("+path+")[1]", chromedp.BySearch, chromedp.NodeVisible)))
}

// quoteXPath writes a text as an XPath literal.
func quoteXPath(text string) string {
	if !strings.Contains(text, `"`) {
		return `"` + text + `"`
	}
	return "'" + text + "'"
}

// Choose clicks the label of a radio button or tick box, which no navigation follows.
func (b *Tab) Choose(id string) {
	b.t.Helper()
	b.run("choose "+id, chromedp.Click(`label[for="`+id+`"]`, chromedp.ByQuery, chromedp.NodeVisible))
}

// Unfold clicks what opens a part of the page, which no navigation follows.
func (b *Tab) Unfold(selector string) {
	b.t.Helper()
	b.run("unfold "+selector, chromedp.Click(selector, chromedp.ByQuery, chromedp.NodeVisible))
}

// Type puts a text into a field, replacing what stands there.
func (b *Tab) Type(selector, text string) {
	b.t.Helper()
	empty := fmt.Sprintf(`document.querySelector(%q).value = ""`, selector) // Clear of chromedp fails on an empty textarea
	b.run("type into "+selector, chromedp.WaitVisible(selector, chromedp.ByQuery), chromedp.Evaluate(empty, nil), chromedp.SendKeys(selector, text, chromedp.ByQuery))
}

// Enter puts a text into a field, presses Enter there, and waits for the page that follows.
func (b *Tab) Enter(selector, text string) {
	b.t.Helper()
	b.Type(selector, text)
	b.run("press Enter in "+selector, follow(chromedp.SendKeys(selector, kb.Enter, chromedp.ByQuery)))
}

// Select picks an option by its value.
func (b *Tab) Select(selector, value string) {
	b.t.Helper()
	b.run("select in "+selector, chromedp.SetValue(selector, value, chromedp.ByQuery))
}

// Text is what a person reads on the page.
func (b *Tab) Text() (text string) {
	b.t.Helper()
	b.run("read the page", chromedp.Evaluate("document.body.innerText", &text))
	return text
}

// Address is where the tab is.
func (b *Tab) Address() (address string) {
	b.t.Helper()
	b.run("read the address", chromedp.Location(&address))
	return address
}

// Evaluate runs an expression of the test in the page; it works with the page's JavaScript off as well.
func (b *Tab) Evaluate(expression string, result any) {
	b.t.Helper()
	b.run("evaluate", chromedp.Evaluate(expression, result))
}

// Screenshot writes a picture of the whole page.
func (b *Tab) Screenshot(path string) {
	b.t.Helper()
	var picture []byte
	b.run("take a picture", page.BringToFront(), chromedp.FullScreenshot(&picture, 100))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// Violations runs axe-core with the WCAG 2.0 to 2.2 A and AA rules and its best practices, and says what it found,
// a line each. In a tab with JavaScript off it is on while axe runs, so that a page that only a form leads to can be
// checked where it stands.
func (b *Tab) Violations() []string {
	b.t.Helper()
	const check = `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations.map(v =>
		v.id + " (" + v.impact + "): " + v.help + " " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " " + n.html.slice(0, 160)).join(" | "))))`
	var found string
	if b.plain {
		b.run("let axe run", emulation.SetScriptExecutionDisabled(false))
		defer b.run("end the run of axe", emulation.SetScriptExecutionDisabled(true))
	}
	b.run("run axe", chromedp.ActionFunc(func(ctx context.Context) error {
		_, thrown, err := runtime.Evaluate(b.axe).Do(ctx)
		if err == nil && thrown != nil {
			err = thrown
		}
		return err
	}), chromedp.Evaluate(check, &found, func(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }))
	var all []string
	if err := json.Unmarshal([]byte(found), &all); err != nil {
		b.t.Fatalf("axe answered %q: %v", found, err)
	}
	return all
}

// Print renders the page as it would be printed, to catch a broken print style; it returns the size of the PDF.
func (b *Tab) Print() int {
	b.t.Helper()
	var size int
	b.run("print", chromedp.ActionFunc(func(ctx context.Context) error {
		pdf, _, err := page.PrintToPDF().WithPrintBackground(true).Do(ctx)
		size = len(pdf)
		return err
	}))
	return size
}
