package ui_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/reminder"
	"accessdesk/catalog/interest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/notify"
	"accessdesk/ui/webtest"

	"github.com/PuerkitoBio/goquery"
)

func (w *world) wants(t testing.TB, address string, kind notify.Kind) (wanted bool) {
	t.Helper()
	w.Read(t, func(tx *data.Tx) error {
		choice, err := notify.ChoiceOf(tx, address, kind)
		wanted = choice.Wanted
		return err
	})
	return wanted
}

// TestStopLink walks the stop link of a mail as a person does: the page says what stops, the button stops it, and gives it back.
func TestStopLink(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openWorldOn(t, db)
		v := webtest.New(t, w.app) // not signed in
		before := w.rows(t)
		page := v.Visit(w.stop).Want(http.StatusOK).Says("Stop these emails?", "Applications that are not sent yet").Silent(editor.email())
		w.unchanged(t, before, "looking at the stop link")
		page = page.Form("/unsubscribe*").Send().Want(http.StatusOK).Says("We got your request", "Applications that are not sent yet").Silent(editor.email())
		if w.wants(t, editor.email(), notify.KindDraft) || !w.wants(t, owner.email(), notify.KindDraft) {
			t.Error("the button did not stop the kind for this address alone")
		}
		v.Visit(w.stop).Says("These emails are stopped")
		page.Form("/unsubscribe*").Press("Get these emails again").Want(http.StatusOK).Says("You get these emails again")
		if !w.wants(t, editor.email(), notify.KindDraft) {
			t.Error("the way back does not lead back")
		}
	})
}

// TestOneClick posts as the mail programs do: only the address of the link, from another origin, with somebody else's cookies; twice.
func TestOneClick(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	v := w.visitor(t, owner)
	for range 2 {
		got := v.Send(http.MethodPost, w.stop+"&lang=es", url.Values{"List-Unsubscribe": {"One-Click"}}, map[string]string{"Origin": "", "Sec-Fetch-Site": ""})
		if got.StatusCode != http.StatusOK || got.Header.Get("Location") != "" || got.Header.Get("Content-Language") != "es" {
			t.Errorf("status %d to %q in %s", got.StatusCode, got.Header.Get("Location"), got.Header.Get("Content-Language"))
		}
		if w.wants(t, editor.email(), notify.KindDraft) || !w.wants(t, owner.email(), notify.KindDraft) {
			t.Error("the wrong address was stopped")
		}
	}
}

// TestUnknownStopLink: a link that stops nothing is answered as any other, and changes nothing.
func TestUnknownStopLink(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	v := webtest.New(t, w.app)
	before := w.rows(t)
	for _, address := range []string{"/unsubscribe", "/unsubscribe?token=", "/unsubscribe?token=unknown", w.stop + "x", "/unsubscribe?token=%00%ff"} {
		known := webtest.New(t, w.app).Visit(w.stop)
		page := v.Visit(address).Want(http.StatusOK)
		if page.Heading() != known.Heading() || page.Form("/unsubscribe*").Method != http.MethodPost {
			t.Errorf("%s: %q, known links show %q", address, page.Heading(), known.Heading())
		}
		page.Form("/unsubscribe*").Send().Want(http.StatusOK).Says("We got your request").Silent("Applications that are not sent yet", "again")
	}
	again := v.Send(http.MethodPost, "/unsubscribe?token=unknown", url.Values{"again": {"yes"}}, nil)
	if again.StatusCode != http.StatusOK {
		t.Errorf("status %d", again.StatusCode)
	}
	w.unchanged(t, before, "unknown stop links")
}

// TestRemindersPage: what is ticked is what comes, and what is on the page is what was chosen.
func TestRemindersPage(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openWorldOn(t, db)
		v := w.visitor(t, owner)
		page := v.Visit("/programs").Follow("Emails and reminders").At("/reminders").Says(owner.email(), "decisions").Silent("Send to this address again")
		form := page.Form("/reminders")
		if got := form.Values["kind"]; len(got) == 0 || got[0] != "draft" {
			t.Errorf("ticked at first: %v", got)
		}
		form.Set("kind").Send().At("/reminders").Says("Your choices are saved.")
		if w.wants(t, owner.email(), notify.KindDraft) || !w.wants(t, editor.email(), notify.KindDraft) {
			t.Error("unticking did not stop the mails of this person alone")
		}
		form = v.Visit("/reminders").Form("/reminders")
		if got := form.Values["kind"]; len(got) != 0 {
			t.Errorf("ticked after unticking all: %v", got)
		}
		form.Set("kind", "draft").Send().Want(http.StatusOK)
		if !w.wants(t, owner.email(), notify.KindDraft) {
			t.Error("ticking did not bring the mails back")
		}
		form.Values["kind"] = []string{"needed", "digest", "nonsense"} // what the page does not offer
		form.Send().Want(http.StatusOK)
		w.Read(t, func(tx *data.Tx) error {
			var foreign int
			err := tx.Row("SELECT count(*) FROM mail_choice WHERE address = $1 AND kind IN ('needed', 'nonsense')", owner.email()).Scan(&foreign)
			if foreign > 0 {
				t.Error("a kind that nobody may choose was stored")
			}
			return err
		})
	})
}

// TestReturnedMails: a person whose mails came back sees it and can say that they arrive again.
func TestReturnedMails(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	v := w.visitor(t, owner)
	w.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec("INSERT INTO mail_return (address, class, returned_at) VALUES ($1, 'refused_recipient 550', $2)", owner.email(), data.Millis(tx.Now))
		return err
	})
	page := v.Visit("/reminders").Says("Emails to this address have come back since November 23, 2026.")
	page.Form("/reminders").Press("Send to this address again").Says("We send to this address again.").Silent("come back since")
	if !w.wants(t, owner.email(), notify.KindDraft) {
		t.Error("the button for returned mails changed a choice")
	}
}

// TestRevokedLinks: a person can make the links in mails that they forwarded useless; the same page answers.
func TestRevokedLinks(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	stop := w.stopLink(t, owner.email())
	page := w.visitor(t, owner).Visit("/reminders")
	form := page.Form("/reminders")
	form.Values.Set("revoke", "yes")
	form.Send().Says("no longer work")
	v := webtest.New(t, w.app)
	v.Visit(stop).Form("/unsubscribe*").Send().Want(http.StatusOK).Silent("Applications that are not sent yet")
	if !w.wants(t, owner.email(), notify.KindDraft) {
		t.Error("a revoked link stopped mails")
	}
	v.Visit(w.stop).Says("Applications that are not sent yet") // another person's
}

// follows tells whether an address follows the program of the tests.
func (w *world) follows(t testing.TB, address string) (follows bool) {
	t.Helper()
	w.Read(t, func(tx *data.Tx) (err error) {
		follows, err = interest.Follows(tx, modelProgram, address)
		return err
	})
	return follows
}

// TestFollowWithoutAccount: an address, a mail, a button; then a notice whose stop link also lets choose single programs.
func TestFollowWithoutAccount(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openWorldOn(t, db)
		v := webtest.New(t, w.app)
		page := v.Visit("/programs/" + modelProgram).Follow("Tell me when this changes").Want(http.StatusOK)
		form := page.Form("/programs/" + modelProgram + "/follow")
		form.Send().Want(http.StatusUnprocessableEntity).Says("Enter your email address")
		wrong := form.Set("email", "ana at example").Send().Want(http.StatusUnprocessableEntity)
		if typed := wrong.Form("/programs/" + modelProgram + "/follow").Values.Get("email"); typed != "ana at example" || wrong.Find(".problems a[href='#email']").Length() == 0 {
			t.Errorf("typed address %q, problems %s", typed, wrong.Find(".problems").Text())
		}
		form.Set("email", "Ana@example.org").Send().At("/follow/sent")
		link := w.mailed(t, "ana@example.org", "saved_confirm")
		before := w.rows(t)
		page = webtest.New(t, w.app).Visit(link).Want(http.StatusOK).Says("ana@example.org", "Defender model access")
		w.unchanged(t, before, "looking at the link")
		if w.follows(t, "ana@example.org") {
			t.Error("looking at the link followed the program")
		}
		page.Form("/follow").Send().At("/programs/" + modelProgram).Says("You follow this program.")
		if !w.follows(t, "ana@example.org") {
			t.Error("confirming did not follow the program")
		}
		v.Visit(link).Want(http.StatusGone).Says("This link no longer works")
		w.Write(t, func(tx *data.Tx) error {
			return interest.Follow(tx, w.interests(), scanProgram, "ana@example.org", "en")
		})
		w.notice(t)
		stop := w.stopLink(t, "ana@example.org")
		page = v.Visit(stop).Says("Stop these emails?", "Programs that you follow", "Defender model access")
		keep := page.Form("/unsubscribe*")
		keep.Values = url.Values{"keep": {"yes"}, "program": {scanProgram}}
		keep.Send().Want(http.StatusOK)
		if w.follows(t, "ana@example.org") || !w.wants(t, "ana@example.org", notify.KindSaved) {
			t.Error("unticking one program did not stop that one alone")
		}
		page = v.Visit(stop).Form("/unsubscribe*").Send().Says("We got your request")
		if w.wants(t, "ana@example.org", notify.KindSaved) {
			t.Error("the stop button did not stop the kind")
		}
		page.Form("/unsubscribe*").Press("Get these emails again")
		if !w.wants(t, "ana@example.org", notify.KindSaved) {
			t.Error("the way back does not lead back")
		}
	})
}

// notice makes the program of the tests stop taking requests, and queues the notices.
func (w *world) notice(t testing.TB) {
	t.Helper()
	w.Write(t, func(tx *data.Tx) error {
		if _, err := tx.Exec("UPDATE saved_interest SET seen = '{\"listed\":true,\"open\":false,\"parts\":{}}' WHERE slug = $1", modelProgram); err != nil {
			return err
		}
		_, err := interest.Due(tx, w.interests())
		return err
	})
}

// TestFollowSignedIn: one button on, one off; the page of emails lists what is followed.
func TestFollowSignedIn(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	v := w.visitor(t, manager)
	follow := "/programs/" + modelProgram + "/follow"
	v.Visit(follow).Says(manager.email()).Form(follow).Send().At("/programs/" + modelProgram).Says("You follow this program.")
	if !w.follows(t, manager.email()) {
		t.Error("the button did not follow the program")
	}
	v.Visit(follow).Form(follow).Press("Stop following").At("/programs/" + modelProgram).Says("You no longer follow this program.")
	if w.follows(t, manager.email()) {
		t.Error("the button did not stop following")
	}
	v = w.visitor(t, owner)
	form := v.Visit("/reminders").Says("Defender model access").Form("/reminders")
	if got := form.Values["program"]; len(got) != 1 || got[0] != modelProgram {
		t.Errorf("ticked programs %v", got)
	}
	form.Send()
	if !w.follows(t, owner.email()) {
		t.Error("saving the page as it is stopped a program")
	}
	form.Set("program").Send()
	if w.follows(t, owner.email()) {
		t.Error("unticking did not stop following")
	}
}

// TestRemindersListWhatComes: the page lists what the clock will send to the organization that the person acts for, with the people who
// get it, in both languages; a box that is ticked or not changes the list at once. Colleagues of others are not on it.
func TestRemindersListWhatComes(t *testing.T) {
	t.Parallel()
	bothLanguages(t, func(t *testing.T, lang string) {
		w := openWorld(t)
		l := w.desk.Locales.In(lang)
		w.Write(t, func(tx *data.Tx) error {
			return account.SaveFacts(tx, w.desk.Vocabulary, w.org.ID, "console", eligibility.Profile{"sam_expires_on": eligibility.String(w.Now().AddDate(0, 0, 45).Format(time.DateOnly))})
		})
		v := w.speaker(t, owner, lang)
		page := v.Visit("/reminders").Want(http.StatusOK).Says(l.T("coming.title"), w.org.Name, l.T("coming.nobody_asked"), l.T("coming.why_date_sam"))
		var listed []reminder.Coming
		w.Read(t, func(tx *data.Tx) (err error) {
			listed, err = reminder.ComingTo(tx, reminder.Desk{Desk: w.desk, Zone: w.site.Zone}, w.org.ID, w.people[owner], lang)
			return err
		})
		kinds := map[string]bool{}
		for _, one := range listed {
			kinds[one.Template] = true
		}
		if lines := page.Find("section[aria-labelledby=coming] li"); lines.Length() != len(listed) || len(listed) < 5 || len(kinds) < 3 {
			t.Errorf("%d lines, %d mails of %d kinds are coming", lines.Length(), len(listed), len(kinds))
		}
		page.Silent(outsider.email(), "Juniper Ridge")
		page.Form("/reminders").Set("kind", "draft", "sam").Press(l.T("reminders.save"))
		sam := 0
		v.Visit("/reminders").Find("section[aria-labelledby=coming] li").Each(func(_ int, line *goquery.Selection) {
			if strings.Contains(line.Text(), l.T("coming.why_date_sam")) && strings.Contains(line.Text(), l.T("coming.to", "To", l.T("coming.you"))) {
				sam++
			}
		})
		if sam != 2 { // 30 and 7 days before
			t.Errorf("%d reminders of SAM.gov go to who ticked the box, want 2", sam)
		}
		w.speaker(t, reader, lang).Visit("/reminders").Want(http.StatusOK).Says(l.T("coming.why_date_sam"))
	})
}
