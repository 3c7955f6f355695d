package ui_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/recheck"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/notify"
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

// TestFitsFromAskingToStopping: a person asks by the one button of the home page, is mailed when a program begins to fit, finds it on
// the page behind the link of the mail, and stops the mails by theirs.
func TestFitsFromAskingToStopping(t *testing.T) {
	t.Parallel()
	bothLanguages(t, func(t *testing.T, lang string) {
		w := openWorld(t)
		l := w.desk.Locales.In(lang)
		v := w.speaker(t, editor, lang)
		page := v.Visit("/org/programs").Want(http.StatusOK).Says(l.T("recheck.offer"), l.T("results.note_title"), w.org.Name)
		likely := page.Find("section[aria-labelledby=likely] li.res h3 a")
		if likely.Length() == 0 {
			t.Fatal("nothing seems to fit, so nothing is tested")
		}
		slug := ""
		w.Read(t, func(tx *data.Tx) error { // one that the organization has not applied for
			check, err := recheck.Decide(tx, w.desk, w.org.ID)
			if err != nil {
				return err
			}
			for _, p := range check.Members(catalog.GroupLikely) {
				var applied int
				if err := tx.Row(`SELECT count(*) FROM application_item i JOIN application a ON a.id = i.application_id
					WHERE i.slug = $1 AND a.organization_id = $2`, p.Slug, w.org.ID).Scan(&applied); err != nil {
					return err
				}
				if applied == 0 {
					slug = p.Slug
				}
			}
			return nil
		})
		v.Visit("/home").Form("/reminders").Press(l.T("recheck.offer_button")).At("/reminders").Says(l.T("recheck.offered"))
		if !w.wants(t, editor.email(), notify.KindFits) || w.wants(t, owner.email(), notify.KindFits) {
			t.Error("the button did not ask for this person alone")
		}
		v.Visit("/home").Silent(l.T("recheck.offer"))
		v.Visit("/org/programs").Says(l.T("recheck.told")).Silent(l.T("recheck.offer"))
		w.list(t, slug, false)
		w.Advance(time.Minute)
		w.list(t, slug, true)
		link := w.mailed(t, editor.email(), "fits_now")
		found := v.Visit(link).Want(http.StatusOK).Find("section[aria-labelledby=likely] h3 a[href='/programs/" + slug + "']")
		if found.Length() != 1 {
			t.Errorf("the page behind the mail names %s %d times", slug, found.Length())
		}
		w.visitor(t, outsider).Visit(strings.SplitN(link, "&", 2)[0]).Want(http.StatusNotFound)
		v.Visit(w.stopLink(t, editor.email())).Says(l.T("reminders.kind_fits")).Form("/unsubscribe*").Send().Want(http.StatusOK)
		if w.wants(t, editor.email(), notify.KindFits) {
			t.Error("the stop link did not stop the mails")
		}
	})
}
