package ui_test

import (
	"net/http"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/recheck"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/notify"
	"accessdesk/ui/webtest"
)

// list lists a program, or takes it off the list, and lets the background work.
func (w *world) list(t testing.TB, slug string, listed bool) {
	t.Helper()
	w.Write(t, func(tx *data.Tx) error {
		state := "retired"
		if listed {
			state = "published"
		}
		if _, err := tx.Exec("UPDATE offering_version SET state = $1 WHERE slug = $2", state, slug); err != nil {
			return err
		}
		return catalog.MoveRevision(tx)
	})
	if _, err := recheck.Run(t.Context(), w.DB, w.desk); err != nil {
		t.Fatal(err)
	}
}

// TestFitsFromAskingToStopping: a person asks by one button, is mailed when a program begins to fit, finds it on the page behind the
// link of the mail, and stops the mails by theirs. The page of another organization does not exist for them.
func TestFitsFromAskingToStopping(t *testing.T) {
	t.Parallel()
	bothLanguages(t, func(t *testing.T, lang string) {
		w := openWorld(t)
		l := w.desk.Locales.In(lang)
		w.Write(t, func(tx *data.Tx) error { // a town that the grant fits and that has not applied for it
			return account.SaveFacts(tx, w.desk.Vocabulary, w.other.ID, "console", eligibility.Profile{"sector": eligibility.String("drinking_water"),
				"state_or_territory": eligibility.String("NM"), "ownership_type": eligibility.String("government_local"), "population_served": eligibility.Int(4200)})
		})
		v := w.speaker(t, outsider, lang)
		v.Visit("/org/programs").Want(http.StatusOK).Says(w.other.Name, l.T("recheck.offer"), l.T("results.note_title")).
			Form("/reminders").Press(l.T("recheck.offer_button")).At("/reminders").Says(l.T("recheck.offered"))
		if !w.wants(t, outsider.email(), notify.KindFits) || w.wants(t, owner.email(), notify.KindFits) {
			t.Error("the button did not ask for this person alone")
		}
		v.Visit("/org/programs").Says(l.T("recheck.told")).Silent(l.T("recheck.offer"))
		w.list(t, grantProgram, false)
		if found := v.Visit("/org/programs").Find("#likely ~ ul h3 a[href='/programs/" + grantProgram + "']"); found.Length() != 0 {
			t.Error("a program that is not listed seems to fit")
		}
		w.Advance(time.Minute)
		w.list(t, grantProgram, true)
		link := w.mailed(t, outsider.email(), "fits_now")
		if found := v.Visit(link).Want(http.StatusOK).Find("#likely ~ ul h3 a[href='/programs/" + grantProgram + "']"); found.Length() != 1 {
			t.Errorf("the page behind the mail names the program %d times", found.Length())
		}
		w.speaker(t, editor, lang).Visit(link).Want(http.StatusNotFound)
		stranger := webtest.New(t, w.app)
		stranger.Visit(w.stopLink(t, outsider.email())).Form("/unsubscribe*").Send().Want(http.StatusOK)
		if w.wants(t, outsider.email(), notify.KindFits) {
			t.Error("the stop link did not stop the mails")
		}
	})
}

// TestFitsAreOfferedAtHome: the home page offers the mails to who does not get them.
func TestFitsAreOfferedAtHome(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	l := w.desk.Locales.In("en")
	v := w.visitor(t, editor)
	v.Visit("/home").Says(l.T("recheck.offer")).Form("/reminders").Press(l.T("recheck.offer_button")).At("/reminders").Says(l.T("recheck.offered"))
	if !w.wants(t, editor.email(), notify.KindFits) {
		t.Error("the button did nothing")
	}
	v.Visit("/home").Silent(l.T("recheck.offer"))
}
