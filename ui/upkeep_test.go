package ui_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
	"accessdesk/notify"
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
	form.Values.Set("until", "2027-01-01")
	form.Values.Set("until-time", "noon")
	form.Values.Set("source_url", "example.org")
	page := form.Send().Want(http.StatusUnprocessableEntity).Says("There is a problem", "“guaranteed” promises", "Write the notice in this language too", "It must begin with https://", "Enter a day and a time")
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
			if lists := address == "/programs?q=demo" || !strings.Contains(address, "/p/") && !strings.HasPrefix(address, "/programs/"); shown && !lists && !strings.Contains(got, full) {
				t.Errorf("%s shows only a part of the notice", address)
			}
		}
	}
	item := w.item(broker.Draft)
	public := []string{"/programs?q=demo", "/programs/" + modelProgram, "/programs/" + scanProgram}
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

// TestReportAnError walks a report from a stranger on a program page to the answer in their mailbox.
func TestReportAnError(t *testing.T) {
	w := openWorld(t)
	v := w.visitor(t, stranger)
	v.Lang = "es"
	address := "/programs/" + modelProgram + "/report"
	count := func() (open int) {
		w.Read(t, func(tx *data.Tx) (err error) {
			open, err = upkeep.CountOpen(tx)
			return err
		})
		return open
	}
	before := count()
	form := v.Visit("/programs/" + modelProgram).Want(http.StatusOK).Follow("Reportar un error en esta ficha").At(address).Form(address)
	page := form.Set("text", "Falta el teléfono.").Set("email", "lectora").Send().Want(http.StatusUnprocessableEntity).Says("Elija una respuesta", "nombre@example.org")
	form = page.Form(address)
	if form.Values.Get("text") != "Falta el teléfono." || form.Values.Get("email") != "lectora" {
		t.Fatalf("what was typed is lost: %q", form.Values)
	}
	form.Set("wrong", "other").Set("email", "lectora@example.org")
	form.Send().Want(http.StatusOK).At(address + "/sent").Says("Recibimos su reporte")
	form.Send().Want(http.StatusOK).At(address + "/sent") // the form sent twice
	if count() != before+1 {
		t.Fatalf("%d reports, want one", count()-before)
	}
	form.Set("text", strings.Repeat("ñ", upkeep.ReportLength+1)).Send().Want(http.StatusUnprocessableEntity).Says("Use 2,000 caracteres o menos")

	staff := w.visitor(t, manager)
	var id string
	w.Read(t, func(tx *data.Tx) error {
		return tx.Row("SELECT id FROM listing_report WHERE address = 'lectora@example.org'").Scan(&id)
	})
	report := "/staff/listings/reports/" + id
	staff.Visit("/staff/listings").Want(http.StatusOK).Says("4 open reports", "Something else")
	page = staff.Visit(report).Want(http.StatusOK).Says("Falta el teléfono.", "lectora@example.org", "Spanish", "What the listing said then", "Version 1")
	if w.visitor(t, auditor).Visit(report).Want(http.StatusOK).Says("Falta el teléfono.").Find("main form").Length() > 0 {
		t.Error("an auditor has a form")
	}
	page = page.Form(report+"?act=take").Send().Want(http.StatusOK).At(report).Says("The report is yours to look at.", "Being looked at")
	settle := func(page *webtest.Page, act, message string) *webtest.Form {
		f := page.Form(report)
		f.Values.Set("act", act)
		f.Values.Set("message", message)
		f.Values.Set("note", "Looked it up.")
		return f
	}
	settle(page, "answer", "").Send().Want(http.StatusUnprocessableEntity).Says("Write the answer")
	preview := settle(page, "answer", "Gracias. Ya está el teléfono.").Send().Want(http.StatusOK).Says("Su reporte sobre", "> Gracias. Ya está el teléfono.", "lectora@example.org")
	edited := preview.Form(report).Press("edit").Want(http.StatusOK)
	if got := edited.Find("#message").Text(); got != "Gracias. Ya está el teléfono." {
		t.Errorf("back from the preview the message is %q", got)
	}
	if mails := w.mailsTo("lectora@example.org"); len(mails) > 0 {
		t.Fatal("a preview has sent a mail")
	}
	stale := settle(page, "spam", "")
	preview.Form(report).Press("confirm").Want(http.StatusOK).At(report).Says("The answer is on its way.", "Looked it up.", "Answered")
	w.deliver(t)
	mails := w.mailsTo("lectora@example.org")
	if len(mails) != 1 || !strings.Contains(mails[0].Text, "Ya está el teléfono") || mails[0].Lang != "es" {
		t.Fatalf("mails %+v", mails)
	}
	if got := stale.Send(); got.Status != http.StatusConflict {
		t.Errorf("a decision on what somebody changed meanwhile: %d", got.Status)
	}
	page = settle(staff.Visit(report), "fixed", "").Send().Want(http.StatusOK).Form(report).Press("confirm").Want(http.StatusOK).Says("The report is closed.", "Fixed")
	if page.Find("main form").Length() > 0 {
		t.Error("a closed report has a form")
	}
	if count() != before {
		t.Error("the closed report still counts")
	}
}

// TestCompareWithSources lets a manager confirm a listing and report another: the public page says the day of the confirmation.
func TestCompareWithSources(t *testing.T) {
	w := openWorld(t)
	w.Advance(40 * wholeDay)
	staff, someone := w.visitor(t, manager), w.visitor(t, stranger)
	address := "/staff/listings/providers/example-institute"
	someone.Visit("/programs/" + scanProgram).Want(http.StatusOK).Silent("January 2, 2027")
	form := staff.Visit("/staff/listings").Want(http.StatusOK).Says("Due").Follow("Example Institute").At(address).Form(address)
	page := form.Send().Want(http.StatusUnprocessableEntity).Says("Choose what you found for at least one program")
	form = page.Form(address)
	form.Set("day", "2027-02-02").Set("said-"+scanProgram, "same").Set("said-"+modelProgram, "wrong").Set("note-"+modelProgram, "")
	page = form.Send().Want(http.StatusUnprocessableEntity).Says("Choose today or a day before", "Say what is wrong")
	form = page.Form(address)
	if form.Values.Get("day") != "2027-02-02" || form.Values.Get("said-"+scanProgram) != "same" {
		t.Fatalf("what was chosen is lost: %q", form.Values)
	}
	form.Set("day", "2027-01-02").Set("note-"+modelProgram, "The form has a new field.").Set("note-"+scanProgram, "All pages read.")
	form.Values.Set("version-"+scanProgram, "7") // another one was published meanwhile
	if got := form.Send(); got.Status != http.StatusConflict {
		t.Errorf("a confirmation of another version: status %d", got.Status)
	}
	form.Values.Set("version-"+scanProgram, "1")
	form.Send().Want(http.StatusOK).At(address).Says("Still as listed: 1.", "Reported as wrong: 1.", "Last compared on January 2, 2027.", "All pages read.", "2 reports about it are open.")
	form.Send().Want(http.StatusOK) // the form sent twice
	var checks int
	w.Read(t, func(tx *data.Tx) error {
		return tx.Row("SELECT count(*) FROM listing_check WHERE slug = $1", scanProgram).Scan(&checks)
	})
	if checks != 1 {
		t.Errorf("%d confirmations, want one", checks)
	}
	someone.Visit("/programs/" + scanProgram).Want(http.StatusOK).Says("We last checked this listing on January 2, 2027.")
	someone.Visit("/programs/" + modelProgram).Want(http.StatusOK).Silent("January 2, 2027")
	staff.Visit("/staff/listings").Want(http.StatusOK).Says("4 open reports")
	if w.visitor(t, auditor).Visit(address).Find("main form").Length() > 0 {
		t.Error("an auditor has a form")
	}
}

// TestAddressesOnPages holds what the link check changes on a page of the public, and what staff see of it.
func TestAddressesOnPages(t *testing.T) {
	w := openWorld(t)
	page := w.visitor(t, stranger).Visit("/programs/" + emailProgram).Want(http.StatusOK)
	if page.Find(`a[href="`+goneAddress+`"]`).Length() > 0 {
		t.Error("what is gone is still a link")
	}
	page.Says(goneAddress, "Could not be opened on November 23, 2026.")
	if page.Find(`.sources a[href="`+openAddress+`"]`).Length() != 1 {
		t.Error("what the link check opened is no link")
	}
	page.Says("Opened on November 23, 2026. Nobody has read it for this listing yet")
	staff := w.visitor(t, manager).Visit("/staff/listings").Want(http.StatusOK).Says("The link check is off.", goneAddress, "Shown as plain text since November 23, 2026.",
		"The site does not answer in time.", "has moved for good", movedAddress+"/new")
	if staff.Find(`#addresses ~ ul a[href="/programs/`+emailProgram+`"]`).Length() == 0 {
		t.Error("the programs that name a broken address are not listed")
	}
}

// mailsTo lists the mails that an address got.
func (w *world) mailsTo(address string) (mails []notify.Mail) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.mails {
		if m.To == address {
			mails = append(mails, m)
		}
	}
	return mails
}
