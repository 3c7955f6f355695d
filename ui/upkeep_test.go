package ui_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
	"accessdesk/ui/webtest"
)

const (
	noticeEnglish = "It takes no requests until March. You can prepare yours now."
	noticeSpanish = "No recibe solicitudes hasta marzo. Puede preparar la suya desde hoy."
)

// TestNotice lets a manager put a notice on a provider: every page about its programs leads with it, also those that are kept for
// strangers, from its first instant on and not at its last; auditors read it.
func TestNotice(t *testing.T) {
	w := openWorld(t)
	staff, reader, someone := w.visitor(t, manager), w.visitor(t, owner), w.visitor(t, stranger)
	w.Write(t, func(tx *data.Tx) error { // the one of the world stands in the way
		_, err := upkeep.EndNotice(tx, w.upkeep.ahead.ID, 1, w.people[manager].ID)
		return err
	})
	from := w.Now().In(w.site.Zone).Add(10 * time.Minute).Truncate(time.Minute)
	someone.Visit("/programs/" + modelProgram).Want(http.StatusOK).Silent(noticeEnglish)
	form := staff.Visit("/staff/listings/providers/example-institute").Want(http.StatusOK).Follow("Write a notice").
		Form("/staff/listings/providers/example-institute/notice")
	form.Values.Set("text_en", noticeEnglish+" It is guaranteed!")
	form.Values.Set("from", from.Format(time.DateOnly))
	form.Values.Set("from-time", from.Format("15:04"))
	form.Values.Set("source_url", "example.org")
	page := form.Send().Want(http.StatusUnprocessableEntity).Says("There is a problem", "“guaranteed” promises", "Write the notice in this language too", "It must begin with https://")
	form = page.Form("/staff/listings/providers/example-institute/notice")
	if got := form.Values.Get("text_en"); got != noticeEnglish+" It is guaranteed!" || form.Values.Get("from-time") != from.Format("15:04") {
		t.Fatalf("what was typed is lost: %q", form.Values)
	}
	form.Values.Set("text_en", noticeEnglish)
	form.Values.Set("text_es", noticeSpanish)
	form.Values.Set("source_url", "https://example.org/news")
	form.Values.Set("source_on", "2026-11-20")
	form.Values.Set("until", from.Add(20*time.Minute).Format(time.DateOnly))
	form.Values.Set("until-time", from.Add(20*time.Minute).Format("15:04"))
	form.Send().Want(http.StatusOK).At("/staff/listings/providers/example-institute").Says("The notice is published.", "Not shown yet", noticeEnglish)

	everywhere := func(v *webtest.Visitor, shown bool, full string, pages ...string) {
		t.Helper()
		short, _, _ := strings.Cut(full, ". ")
		for _, address := range pages {
			got := v.Visit(address).Want(http.StatusOK).Text()
			if strings.Contains(got, short) != shown {
				t.Errorf("%s at %s: the notice is shown %v, want %v", address, w.Now(), !shown, shown)
			}
			if lists := address == "/programs" || !strings.Contains(address, "/p/") && !strings.HasPrefix(address, "/programs/"); shown && !lists && !strings.Contains(got, full) {
				t.Errorf("%s shows only a part of the notice", address)
			}
		}
	}
	item := w.item(broker.Draft)
	public := []string{"/programs", "/programs/" + modelProgram, "/programs/" + scanProgram}
	own := []string{w.application(), item, w.item(broker.InReview)}
	withCheck := w.visitor(t, stranger)
	withCheck.SetCookie("check", w.check)
	for _, c := range []struct {
		at    time.Time
		shown bool
	}{{from.Add(-time.Millisecond), false}, {from, true}, {from.Add(20*time.Minute - time.Millisecond), true}, {from.Add(20 * time.Minute), false}} {
		w.SetNow(c.at.UTC())
		everywhere(someone, c.shown, noticeEnglish, public...)
		spanish := w.visitor(t, stranger)
		spanish.Lang = "es"
		everywhere(spanish, c.shown, noticeSpanish, public...)
	}
	w.SetNow(from.Add(time.Minute).UTC())
	everywhere(withCheck, true, noticeEnglish, "/check/results", "/check/results/print")
	everywhere(reader, true, noticeEnglish, own...)
	someone.Visit("/programs/"+modelProgram).Want(http.StatusOK).Says("Notice about Example Institute", "Source: https://example.org/news", "Read on November 20, 2026.")

	// An auditor reads it and has no form.
	var id string
	w.Read(t, func(tx *data.Tx) error {
		return tx.Row("SELECT id FROM provider_notice WHERE text_en = $1", noticeEnglish).Scan(&id)
	})
	address := "/staff/listings/notices/" + id
	page = w.visitor(t, auditor).Visit(address).Want(http.StatusOK).Says(noticeEnglish, noticeSpanish, "Written")
	if page.Find("main form").Length() > 0 {
		t.Error("an auditor has a form")
	}
	// Two managers change it at once: the second sees that.
	first, second := staff.Visit(address).Form(address), staff.Visit(address).Form(address)
	first.Values.Set("text_en", "It takes no requests until April.")
	first.Send().Want(http.StatusOK).Says("The notice is changed.")
	second.Values.Set("text_en", "It takes no requests until May.")
	second.Send().Want(http.StatusConflict)
	someone.Visit("/programs/"+modelProgram).Want(http.StatusOK).Says("until April").Silent("until March", "until May")
	// Ended early, it is gone at once.
	staff.Visit(address).Form(address).Press("End this notice").Want(http.StatusOK).Says("The notice is ended.", "Over")
	everywhere(someone, false, "It takes no requests until April.", public...)
}
