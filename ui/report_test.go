package ui_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"accessdesk/broker/report"
	"accessdesk/broker/screening"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/ui/webtest"
)

// takeChecks counts checks of made-up visitors in this month: some finish, some leave.
func (w *world) takeChecks(t testing.TB) {
	t.Helper()
	w.Write(t, func(tx *data.Tx) error {
		snapshot, err := w.desk.Catalog.Snapshot(tx)
		if err != nil {
			return err
		}
		counts := report.Counts{}
		for _, v := range []struct {
			sector, lang string
			finishes     bool
			times        int64
		}{{"banking", "en", true, 40}, {"banking", "en", false, 13}, {"banking", "es", true, 7}, {"electric", "en", true, 22}, {"electric", "es", false, 3}} {
			c := screening.New(w.desk.Vocabulary, snapshot.Listed(), nil, nil, tx.Now)
			c.AnswerSectors([]string{v.sector})
			c.Answer("state_or_territory", eligibility.String("OH"))
			for next, more := c.Next(); more && v.finishes; next, more = c.Next() {
				fact, _ := w.desk.Vocabulary.Fact(next.Fact)
				answer := eligibility.Value{}
				if fact.Type == eligibility.TypeBool {
					answer = eligibility.Bool(false)
				}
				c.Answer(next.Fact, answer)
			}
			counts.Add(report.Tally(c, v.lang), v.times)
		}
		if err := report.Begin(tx, w.desk); err != nil {
			return err
		}
		return report.Store(tx, report.MonthOf(w.desk, tx.Now), counts)
	})
}

var chartPattern = regexp.MustCompile(`(?s)<svg class="chart".*?</svg>`)

// Staff read the reports, filter them, and take the sheets along. No count under 5 stands on the page or in a sheet, charts stay small, and
// without anything counted the page says since when it counts.
func TestReports(t *testing.T) {
	w := openSite(t, datatest.Open(t))
	w.settle(t)
	if _, body, _ := w.reachPage(t, auditor, "/staff/reports?period=last"); !strings.Contains(body, "Nothing in this period") || !strings.Contains(body, "Counting begins when the site runs") {
		t.Errorf("without any count: %s", body)
	}
	if err := report.Count(context.Background(), w.DB, w.desk, 25); err != nil {
		t.Fatal(err)
	}
	if _, body, _ := w.reachPage(t, auditor, "/staff/reports?period=last"); !strings.Contains(body, "Counting began on November") || strings.Contains(body, `class="chart"`) {
		t.Errorf("an empty period: %s", body)
	}
	w.takeChecks(t)
	if _, body, _ := w.reachPage(t, auditor, "/staff/reports"); !strings.Contains(body, "No register is loaded") {
		t.Errorf("without a register: %s", body)
	}
	w.register(t)
	for _, c := range []struct {
		address string
		status  int
		reads   []string
	}{
		{"/staff/reports", 200, []string{"Check begun</th>", "<div>85</div>", "fewer than 5", "Which states we do not reach", "/staff/reports/rules.csv\"", "Counting began on"}},
		{"/staff/reports?lang=es", 200, []string{"Consulta comenzada", "menos de 5", "A qué estados no llegamos"}},
		{"/staff/reports?sector=banking&language=es&period=month", 200, []string{"/staff/reports/funnel.csv?language=es&amp;period=month&amp;sector=banking", "<div>5</div>"}},
		{"/staff/reports?program=ms-isac", 200, []string{"This program looked like a fit"}},
		{"/staff/reports?program=nonsense&sector=nonsense&language=nonsense&period=nonsense", 200, []string{"<div>85</div>"}},
		{"/staff/reports/funnel.csv", 200, []string{"Step,Count,Share of the step before\nCheck begun,85,\nCheck finished,70,82\n"}},
		{"/staff/reports/languages.csv?sector=electric", 200, []string{"Spanish,fewer than 5,fewer than 5,fewer than 5,fewer than 5\n"}},
		{"/staff/reports/sectors.csv", 200, []string{"Bank,3,100,60,100,fewer than 5,fewer than 5\n"}},
		{"/staff/reports/states.csv", 200, []string{"Ohio,1,33,60,100,"}},
		{"/staff/reports/nonsense.csv", 404, nil},
	} {
		status, body, header := w.reachPage(t, manager, c.address)
		if strings.HasSuffix(c.address, "lang=es") {
			browser := webtest.New(t, w.app)
			browser.SetCookie("session", w.session(t, manager))
			browser.SetCookie("lang", "es")
			status, body = browser.Visit("/staff/reports").Status, browser.Visit("/staff/reports").Body
		}
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
		for _, picture := range chartPattern.FindAllString(body, -1) {
			if len(picture) > 3<<10 || strings.Contains(picture, "style=") {
				t.Errorf("%s: a chart of %d bytes: %s", c.address, len(picture), picture)
			}
		}
		if small := regexp.MustCompile(`<div>[1-4]</div>`).FindString(body); strings.HasPrefix(c.address, "/staff/reports/") && small != "" {
			t.Errorf("%s shows %s", c.address, small)
		}
	}
}
