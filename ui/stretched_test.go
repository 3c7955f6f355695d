package ui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"accessdesk/data/datatest"
	"accessdesk/ui"
	"accessdesk/ui/browsertest"
)

// TestStretchedTexts opens every page with texts that are at least 30 percent longer, as another language may need them,
// and in a window of 320 px: nothing may stick out sideways. STRETCHED_DIR names a folder for pictures.
func TestStretchedTexts(t *testing.T) {
	if !longTests() {
		t.Skip("LONG_TESTS is not set")
	}
	t.Parallel()
	w := listening(t, func(t testing.TB, db *datatest.Database, change ...func(*worldConfig)) *world {
		return openWorldOn(t, db, append(change, whole, func(c *worldConfig) { c.stretch = true })...)
	})
	v := w.view(t, browsertest.Open(t), browsertest.Phone, "en")
	routes := pages(ui.Routes(w.site))
	for _, as := range everyRole {
		became := false
		for _, route := range routes {
			p := atlas[route.Path]
			if p.to != nil || w.viewer(route.Path, route.Policy.Public()) != as {
				continue
			}
			if !became {
				v.become(as)
				became = true
			}
			for _, address := range append([]string{p.address(w)}, w.states(p, false)...) {
				v.Visit(w.base + address)
				v.Resize(320)
				if text := v.Text(); !strings.Contains(text, "[") {
					t.Errorf("%s does not show the longer texts", address)
				}
				for _, complaint := range v.TooWide() {
					t.Errorf("%s with longer texts: %s", address, complaint)
				}
				if folder := os.Getenv("STRETCHED_DIR"); folder != "" {
					v.Screenshot(filepath.Join(folder, strings.NewReplacer("/", "_", "?", "_").Replace(address)+".png"))
				}
				v.Resize(v.width)
				v.seen++
			}
		}
	}
	t.Logf("%d pages with longer texts", v.seen)
}
