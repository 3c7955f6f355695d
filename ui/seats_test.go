package ui_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"accessdesk/broker"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"

	"github.com/PuerkitoBio/goquery"
)

// The public pages say at once when the last place is taken and when one is free again, though they are kept for strangers; so do
// those of another process over the same database.
func TestPublicPagesKnowTheSeats(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openSite(t, db)
		second := need(ui.New(need(web.New(w.DB, w.desk, w.site.Locales, w.site.Config))(t)))(t)
		applicants := w.crowd(t, 2, "")
		for slug, list := range map[string]bool{modelProgram: true, scanProgram: false} {
			w.republish(t, slug, func(o *catalog.Offering) { o.Window.Seats, o.Window.WaitingList = 1, list })
		}
		var check string
		w.Write(t, func(tx *data.Tx) error {
			s, err := broker.SaveScreening(tx, w.desk.Vocabulary, broker.Screening{Lang: "en", Facts: fittingFacts(applicants[0])})
			check = s.Token
			return err
		})
		strangers := []*webtest.Visitor{webtest.New(t, w.app), webtest.New(t, second)}
		open := strangers[0].Visit("/").Find("main").Text()
		look := func(full bool) {
			t.Helper()
			for n, v := range strangers {
				for range 2 { // the second look finds what was kept
					v.Lang = "en"
					none := v.Visit("/programs/" + scanProgram).Want(http.StatusOK)
					listed := v.Visit("/programs/" + modelProgram).Want(http.StatusOK)
					if full {
						none.Says("Full, without a waiting list", "Every place is taken, and there is no waiting list.").Silent("Start application")
						listed.Says("Full, nobody is waiting yet", "Apply for the waiting list").Silent("Start application")
					} else {
						none.Says("Start application").Silent("Full, without a waiting list")
						listed.Says("Start application").Silent("waiting list")
					}
					if got := none.Find(`form[action="/applications"]`).Length() > 0; got == full {
						t.Errorf("process %d: a start button stands there: %t, full: %t", n, got, full)
					}
					all := v.Visit("/programs?q=demo")
					for slug, text := range map[string]string{scanProgram: "Full, without a waiting list", modelProgram: "Waiting list on this site"} {
						card := all.Find("li").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Find(`a[href="/programs/`+slug+`"]`).Length() > 0 })
						if card.Length() == 0 || strings.Contains(card.Text(), text) != full {
							t.Errorf("process %d, full: %t, the card of %s is %q", n, full, slug, card.Text())
						}
					}
					if found := v.Visit("/programs?open=1&q=demo").Find(`a[href="/programs/`+scanProgram+`"]`).Length() > 0; found == full {
						t.Errorf("process %d: among the open ones: %t, full: %t", n, found, full)
					}
					if same := v.Visit("/").Find("main").Text() == open; same == full {
						t.Errorf("process %d: the count of open programs is the same: %t, full: %t", n, same, full)
					}
				}
			}
			v := webtest.New(t, w.app)
			v.Lang = "en"
			v.SetCookie("check", check)
			results := v.Visit("/check/results").Want(http.StatusOK)
			for slug, where := range map[string]string{scanProgram: map[bool]string{true: "not_open", false: "likely"}[full], modelProgram: "likely"} {
				tick := results.Find(`input[name=program][value="` + slug + `"]`)
				if group := results.Find(fmt.Sprintf(`section[aria-labelledby=%s] a[href="/programs/%s"]`, where, slug)); group.Length() == 0 {
					t.Errorf("full: %t, %s does not stand among %s", full, slug, where)
				}
				if (tick.Length() > 0) != (where == "likely") {
					t.Errorf("full: %t, %s can be ticked: %t", full, slug, tick.Length() > 0)
				}
			}
		}
		look(false)
		organization := w.founded(t, applicants[0])
		taken := []broker.Item{w.send(t, applicants[0], organization, scanProgram), w.send(t, applicants[0], organization, modelProgram)}
		look(true)
		for _, item := range taken {
			w.must(t, applicants[0], item, broker.ActRequest{Act: broker.ActWithdraw})
		}
		look(false)
	})
}
