package public_test

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"accessdesk/broker/record"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
)

// official loads a register from its official files, which are not part of the program.
func official(t *testing.T, d *desk, register string, names ...string) {
	t.Helper()
	folder := cmp.Or(os.Getenv("REGISTRY_DIR"), "../../../shared/registry")
	source, _ := layout.Named(register)
	var files []layout.File
	for _, name := range names {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err != nil {
			if os.Getenv("REQUIRE_REGISTRY") != "" {
				t.Fatalf("REQUIRE_REGISTRY is set and a register is not there: %v (REGISTRY_DIR names their folder)", err)
			}
			t.Skipf("NOT WALKED WITH A REAL REGISTER: %v (REGISTRY_DIR names their folder)", err)
		}
		files = append(files, layout.File{Name: name, Open: func() (io.ReadCloser, error) { return os.Open(path) }})
	}
	if _, err := registry.Load(context.Background(), d.DB, registry.Import{Source: source, Files: files, Actor: record.Console}); err != nil {
		t.Fatal(err)
	}
}

// A critical access hospital of the official list types its number, finds what the list says of it, and answers at most three
// questions up to its results. CCN 141315 stands in the list of February 2026 with type, owner and state.
func TestWalkWithARealRegister(t *testing.T) {
	d := openDesk(t)
	official(t, d, "cms-hospitals", "cms-hospital-general-information-2026-02.csv.gz")
	b := d.browser(t, "en")
	p := b.pick("141315", "ccn:141315")
	p.shows("Critical access hospital").shows("Nonprofit organization").shows("Illinois").shows("from Medicare hospitals (CMS), edition of February 2026")
	next, _ := p.Find("main .acts .usa-button").First().Attr("href")
	var asked []string
	for strings.HasPrefix(next, "/check/q/") && len(asked) < 10 {
		asked = append(asked, strings.TrimPrefix(next, "/check/q/"))
		next = b.post(next, values("answer", "unsure")).location
	}
	if next != "/check/results" || len(asked) == 0 || len(asked) > 4 { // three, and the beds, which this list does not have
		t.Errorf("asked %v, then %s", asked, next)
	}
	b.get("/check/results").want(http.StatusOK).shows("answers come from public records").shows("For a hospital or clinic in Illinois.")
}
