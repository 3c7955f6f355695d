package ui_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"accessdesk/data/datatest"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
	"accessdesk/ui/webtest"
)

// reachTrial is another text of a rule of the program ms-isac, by which a small bank of the register gains.
const reachTrial = "?criterion=public-body&expr=total_assets+%3C+1000000"

// madeUpBanks is a release of a register with organizations that do not exist. One name would be a formula in a spreadsheet.
const madeUpBanks = `CERT,NAME,CITY,STNAME,ZIP,ADDRESS,BKCLASS,CHARTER,ACTIVE,ASSET
900001,=Example River Bank,Sampleton,Ohio,43001,1 Main St,NM,0,1,100
900002,Example Hill Bank,Sampleton,Texas,75001,1 Main St,N,0,1,2500000
900003,Example Harbor Bank,Sampleton,Guam,96910,1 Main St,N,0,1,
`

// register loads a small register, so that there is somebody to count.
func (w *world) register(t testing.TB) {
	t.Helper()
	source, ok := layout.Named("fdic")
	if !ok {
		t.Fatal("no register fdic")
	}
	file := layout.File{Name: "banks-2026-01.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(madeUpBanks)), nil }}
	if _, err := registry.Load(context.Background(), w.DB, registry.Import{Source: source, Files: []layout.File{file}, Actor: "console"}); err != nil {
		t.Fatal(err)
	}
}

// reachPage opens a page as a role.
func (w *world) reachPage(t *testing.T, as role, address string) (int, string, http.Header) {
	t.Helper()
	browser := webtest.New(t, w.app)
	browser.SetCookie("session", w.session(t, as))
	page := browser.Visit(address)
	return page.Status, page.Body, page.Header
}

// Staff see whom a program reaches, try another rule, and take the sheet along; a mistake stands at its field.
func TestReach(t *testing.T) {
	w := openSite(t, datatest.Open(t))
	w.settle(t)
	if _, body, _ := w.reachPage(t, auditor, "/staff/impact"); !strings.Contains(body, "No register is loaded") {
		t.Errorf("without a register: %s", body)
	}
	if status, body, _ := w.reachPage(t, auditor, "/staff/impact/ms-isac"); status != 200 || !strings.Contains(body, "No register is loaded") {
		t.Errorf("a program without a register: %d %s", status, body)
	}
	w.register(t)
	for _, c := range []struct {
		address string
		status  int
		reads   []string
	}{
		{"/staff/impact", 200, []string{"3 organizations.", `href="/staff/impact/ms-isac"`}},
		{"/staff/impact/ms-isac", 200, []string{"What each rule does", "Owner", `<svg class="tiles"`, "Ohio"}},
		{"/staff/impact/ms-isac" + reachTrial, 200, []string{"=Example River Bank", "fdic:900001", "From &#34;Unknown&#34; to &#34;Eligible&#34;: 1", "ms-isac.csv?criterion=public-body&amp;expr=total_assets"}},
		{"/staff/impact/ms-isac?criterion=public-body&expr=total_asets+%3C+1", 422, []string{"There is a problem", "Line 1, column 1", `aria-invalid="true"`}},
		{"/staff/impact/ms-isac?criterion=nonsense", 422, []string{"Choose one of the rules"}},
		{"/staff/impact/ms-isac?criterion=public-body&expr=" + strings.Repeat("a", 1501), 422, []string{"Use 1,500 characters or fewer"}},
		{"/staff/impact/ms-isac.csv?criterion=public-body&expr=1", 422, []string{"There is a problem"}},
		{"/staff/impact/nobody", 404, nil},
		{"/staff/impact/nobody.csv", 404, nil},
		{"/staff/impact/ms-isac.csv", 200, []string{"offering,sector,state,organizations,eligible,unknown,ineligible\nms-isac,banking,GU,1,0,1,0\n"}},
		{"/staff/impact/ms-isac.csv" + reachTrial, 200, []string{"gained,fdic:900001,'=Example River Bank,banking,OH,unknown,eligible\n"}},
	} {
		status, body, header := w.reachPage(t, manager, c.address)
		if status != c.status {
			t.Errorf("%s: status %d, want %d", c.address, status, c.status)
		}
		for _, text := range c.reads {
			if !strings.Contains(body, text) {
				t.Errorf("%s does not say %q:\n%s", c.address, text, body)
			}
		}
		if strings.Contains(c.address, ".csv") && status == 200 && !strings.HasPrefix(header.Get("Content-Type"), "text/csv") {
			t.Errorf("%s: %s", c.address, header.Get("Content-Type"))
		}
	}
}
