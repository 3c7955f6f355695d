package ui_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"
)

// Two colleagues save the same questions. The second one gets a page with both texts, has to choose, and loses nothing.
func TestStaleForm(t *testing.T) {
	t.Parallel()
	bothLanguages(t, func(t *testing.T, lang string) {
		w := openWorld(t)
		address := w.item(broker.Draft)
		mine, theirs := w.speaker(t, owner, lang), w.speaker(t, editor, lang)
		mineForm, theirForm := mine.Visit(address).Form(address), theirs.Visit(address).Form(address)
		theirForm.Set("q-first_task", "Their text about backups.").Send().Want(http.StatusOK)
		before := w.rows(t)
		page := mineForm.Set("q-first_task", "My text about logs.").Set("q-user_count", "12").Send().Want(http.StatusConflict)
		page.Says("Their text about backups.", "My text about logs.", editor.email())
		w.unchanged(t, before, "the stale form")
		if lang != page.Find("html").AttrOr("lang", "") {
			t.Errorf("the page is in %q", page.Find("html").AttrOr("lang", ""))
		}
		again := page.Form(address).Send().Want(http.StatusConflict) // nothing chosen
		if again.Find(".problems a").Length() == 0 {
			t.Error("a conflict page without a choice does not say what to choose")
		}
		form := again.Form(address)
		for name := range choicesOf(again) {
			form.Set(name, "mine")
		}
		form.Send().Want(http.StatusOK)
		mine.Visit(address).Says("My text about logs.").Silent("Their text about backups.")
		if got := mine.Visit(address).Form(address).Values.Get("q-user_count"); got != "12" {
			t.Errorf("the other answer is %q", got)
		}
	})
}

// choicesOf lists the names of the radio buttons of a page.
func choicesOf(page *webtest.Page) map[string]bool {
	names := map[string]bool{}
	for _, n := range page.Find("input[type=radio]").Nodes {
		for _, a := range n.Attr {
			if a.Key == "name" {
				names[a.Val] = true
			}
		}
	}
	return names
}

// A case that somebody else decided meanwhile is not decided again; the words typed for it are printed back.
func TestStaleDecision(t *testing.T) {
	w := openWorld(t)
	bothLanguages(t, func(t *testing.T, lang string) {
		address := w.caseOf(broker.InReview)
		v := w.speaker(t, manager, lang)
		form := v.Visit(address).Form(address + "/decision")
		form.Set("act", broker.ActDecline).Set("reason", "other").Set("message", "The words that I looked for so long.")
		form.Values.Set("revision", "1")
		before := w.rows(t)
		page := w.wantErrorPage(t, v.Send(form.Method, form.Action, form.Values, nil), http.StatusConflict, lang, "conflict")
		if !strings.Contains(page.Find(".kept").Text(), "The words that I looked for so long.") {
			t.Errorf("what was typed is not on the page: %s", page.Find("main").Text())
		}
		w.unchanged(t, before, "the stale decision")
	})
}

// A form that is sent twice (a double click, a reload, a lost answer) is done once and answered twice.
func TestRepeatedForm(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	w.must(t, owner, w.cases[broker.NeedsInfo], broker.ActRequest{Act: broker.ActAnswer, Message: "Her colleague."})
	count := func(query string) (n int) {
		w.Read(t, func(tx *data.Tx) error { return tx.Row(query).Scan(&n) })
		return n
	}
	twice := func(name string, v *webtest.Visitor, form *webtest.Form, query string, want int) {
		t.Helper()
		before := count(query)
		first := v.Send(form.Method, form.Action, form.Values, nil)
		second := v.Send(form.Method, form.Action, form.Values, nil)
		if first.StatusCode != http.StatusSeeOther || second.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: status %d and %d, want twice 303", name, first.StatusCode, second.StatusCode)
		}
		if a, b := first.Header.Get("Location"), second.Header.Get("Location"); a != b {
			t.Errorf("%s leads to %s and then to %s", name, a, b)
		}
		if got := count(query) - before; got != want {
			t.Errorf("%s was done %d times, want %d", name, got, want)
		}
	}
	v := w.visitor(t, newcomer)
	form := v.Visit("/org/new").Form("/org/new").Set("name", "Example Town")
	twice("naming an organization", v, form, "SELECT count(*) FROM organization", 1)
	v.SetCookie("start", modelProgram)
	twice("starting an application", v, v.Visit("/applications/new").Form("/applications"), "SELECT count(*) FROM application", 1)

	v = w.visitor(t, owner)
	w.save(t, owner, w.reload(t, owner, w.draft), modelProgram, fullAnswers(modelProgram))
	w.save(t, owner, w.reload(t, owner, w.draft), scanProgram, fullAnswers(scanProgram))
	form = v.Visit(w.application() + "/check").Form(w.application() + "/submit")
	for _, declaration := range broker.Declarations() {
		form.Set("declare_"+declaration, "yes")
	}
	twice("sending an application", v, form, "SELECT count(*) FROM outbox WHERE template = 'submitted'", 3) // to owner, editor and insider
	v.Visit(w.application() + "/sent").Want(http.StatusOK).Says(w.draft.Reference)
	if sent := count("SELECT count(*) FROM record_entry WHERE act = 'submit' AND chain IN ('case:" + w.draft.Items[0].ID + "', 'case:" + w.draft.Items[1].ID + "')"); sent != 2 {
		t.Errorf("the record has %d entries about sending two programs", sent)
	}

	staff := w.visitor(t, manager)
	address := w.caseOf(broker.NeedsInfo)
	form = staff.Visit(address).Form(address+"/decision").Set("act", broker.ActAsk).Set("message", "Once more: who?")
	form.Values.Set("step", "confirm")
	twice("asking", staff, form, "SELECT count(*) FROM item_message", 1)
	address = w.caseOf(broker.InReview)
	form = staff.Visit(address).Form(address+"/decision").Set("act", broker.ActApprove)
	form.Values.Set("step", "confirm")
	twice("approving", staff, form, "SELECT count(*) FROM access_grant", 1)
}

// A form that is sent after the session has ended is not taken, and everything typed stands on the page.
func TestSessionOver(t *testing.T) {
	w := openWorld(t)
	bothLanguages(t, func(t *testing.T, lang string) {
		w.SetNow(datatest.Start)
		v := webtest.New(t, w.app)
		v.Lang = lang
		v.SetCookie("session", w.signIn(t, owner.email()))
		address := w.item(broker.Draft)
		form := v.Visit(address).Form(address).Set("q-first_task", "An hour of writing,\nin two lines.").Set("q-firm_name", "Example Firm")
		w.Advance(web.IdleApplicant)
		before := w.rows(t)
		page := w.wantErrorPage(t, v.Send(form.Method, form.Action, form.Values, nil), http.StatusForbidden, lang, "session_over")
		for _, text := range []string{"An hour of writing,\nin two lines.", "Example Firm"} {
			if !strings.Contains(page.Find(".kept").Text(), text) {
				t.Errorf("%q is not on the page", text)
			}
		}
		if strings.Contains(page.Text(), form.Values.Get("form_token")) {
			t.Error("the page prints the form token")
		}
		w.unchanged(t, before, "the form after the session")
		if next := v.Send(http.MethodGet, address, nil, nil).Header.Get("Location"); next != "/signin?next="+url.QueryEscape(address) {
			t.Errorf("a page view after the session leads to %q", next)
		}
	})
}

// A page that is looked at does not keep the session alive; a form does.
func TestSessionIsKeptByForms(t *testing.T) {
	w := openWorld(t)
	v := w.visitor(t, owner)
	w.Advance(web.IdleApplicant - web.WarnBefore)
	page := v.Visit("/home").Want(http.StatusOK).At("/home")
	page.Form("/session/stay").Send().Want(http.StatusOK).At("/home")
	w.Advance(web.IdleApplicant - web.WarnBefore)
	v.Visit("/home").Want(http.StatusOK).At("/home")
	w.Advance(web.WarnBefore)
	if page := v.Visit("/home"); !strings.HasPrefix(page.Path, "/signin") {
		t.Errorf("looking kept the session alive: %s", page.Path)
	}
}
