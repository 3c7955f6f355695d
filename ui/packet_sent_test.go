package ui_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/ui/webtest"

	"github.com/PuerkitoBio/goquery"
)

// state stores facts of the first organization as somebody stated them in the profile.
func (w *world) state(t testing.TB, facts eligibility.Profile) {
	t.Helper()
	w.Write(t, func(tx *data.Tx) error {
		stated := eligibility.Profile{}
		for id, value := range facts {
			stated[id] = value.From(eligibility.Stated, "profile")
		}
		return account.SaveFacts(tx, w.desk.Vocabulary, w.org.ID, w.people[editor].ID, stated)
	})
}

// A packet that was sent shows what was sent, on the page, on paper and as a file, with what changed since; with the answers of
// today where the person asks for them; and it is open again once the step is taken back.
func TestPacketAsSent(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openWorldOn(t, db)
		const before, after = "Cedar Flats Water Department", "Cedar Flats Water Authority"
		w.state(t, eligibility.Profile{"legal_name": eligibility.String(before)})
		v, address := w.visitor(t, owner), w.packet(emailProgram)
		v.Visit(address).Silent("As it was sent")
		w.packets[emailProgram] = w.must(t, owner, w.packets[emailProgram], broker.ActRequest{Act: broker.ActSend})
		v.Visit(address).Says("As it was sent", "The answers in it are still the same.")
		w.Advance(48 * time.Hour)
		w.sessions = map[role]string{} // they are over
		v = w.visitor(t, owner)
		w.state(t, eligibility.Profile{"legal_name": eligibility.String(after)})

		changed := "before: " + before + " · now: " + after
		for _, shown := range []string{address, address + "/print"} {
			page := v.Visit(shown).Want(http.StatusOK).Says("As it was sent", changed, "Legal name: "+before, "This site tells the provider nothing.").Silent("Legal name: " + after)
			if page.Find(`main a[href*="/org?"], form[action="`+address+`"]`).Length() > 0 {
				t.Errorf("%s offers to change what was sent", shown)
			}
			v.Visit(shown+"?as=today").Want(http.StatusOK).Says("With today's answers", changed, "Legal name: "+after).Silent("Legal name: " + before)
		}
		w.wantFile(t, v, address, "Changed since then", changed, "Legal name: "+before)
		today := v.Send(http.MethodGet, address+"/packet.txt?as=today", nil, nil)
		if text := textOf(t, today); !strings.Contains(text, "Legal name: "+after) || strings.Contains(text, before) || strings.Contains(text, "Changed since then") {
			t.Errorf("the file of today is\n%s", text)
		}
		paper := v.Visit("/applications/" + w.packets[emailProgram].ApplicationID + "/print").Want(http.StatusOK)
		for title, want := range map[string]string{"Vulnerability scanning (Cyber Hygiene)": before, "Cyber Verification Program": after} { // the second is prepared
			section := paper.Find("section").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.Contains(s.Find("h2").Text(), title) })
			if text := section.Text(); strings.Contains(text, before) != (want == before) || strings.Contains(text, after) != (want == after) {
				t.Errorf("%s on the paper of the application: %s", title, text)
			}
		}
		paper.Silent("Approved by") // the providers decided, not this desk
		page := v.Visit(address)
		if link := page.Find(`a[href$="/packet.txt"]`); link.Length() != 1 {
			t.Errorf("%d links to the file as it was sent", link.Length())
		}

		// The provider asks for more: today's answers have their forms, and lead back to themselves.
		page = v.Visit(address + "?as=today")
		page = page.Form(address).Set("q-heard_from", "From the radio").Send().Want(http.StatusOK).At(address).Says("With today's answers", "From the radio", "Saved. The packet is up to date.")
		v.Visit(address).Says("How did you hear about the service?", "before: no answer · now: From the radio")
		form := v.Visit("/applications/" + w.packets[emailProgram].ApplicationID + "/org?packet=" + emailProgram).Want(http.StatusOK).Form("/applications/" + w.packets[emailProgram].ApplicationID + "/org")
		form.Set("f-technical_contact", "Duty desk").Send().Want(http.StatusOK).At(address).Says("With today's answers")

		page.Form(address+"/undo").Send().Want(http.StatusOK).At(address).Says("Legal name: "+after, "From the radio").Silent("As it was sent", before)
	})
}

// reportOn reports something about a packet with a day and a note.
func reportOn(t testing.TB, v *webtest.Visitor, address, act string, on time.Time, note string) *webtest.Page {
	t.Helper()
	form := v.Visit(address + "/stage?act=" + act).Want(http.StatusOK).Form(address + "/stage?act=" + act)
	form.Set("q-on", fmt.Sprint(int(on.Month()))).Set("q-on-day", fmt.Sprint(on.Day())).Set("q-on-year", fmt.Sprint(on.Year())).Set("note", note)
	return form.Send()
}

// Notes at any time: a second request of a provider that has the packet, a call without an answer, a letter after the end. Only
// that the provider got in touch moves the days until the reminder.
func TestPacketNotes(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openWorldOn(t, db)
		w.Advance(4 * wholeDay)
		v := w.visitor(t, owner)

		has := w.packet("ms-mdash") // acknowledged
		v.Visit(has).Want(http.StatusOK).Says("They asked for something", "Add a note")
		reportOn(t, v, has, "asked", w.Now(), " ").Want(http.StatusUnprocessableEntity).Says("Say what they want from you")
		before := w.itemNow(t, w.packets["ms-mdash"])
		reportOn(t, v, has, "asked", w.Now().AddDate(0, 0, -1), "They also want a network contact.").Want(http.StatusOK).At(has).Says("They also want a network contact.", "Note")
		if after := w.itemNow(t, before); after.State != broker.Acknowledged || after.StageOn != before.StageOn || after.Revision != before.Revision+1 {
			t.Errorf("%+v\nwas %+v", after, before)
		}

		sent := w.packet("cisa-csa")
		due := w.itemNow(t, w.packets["cisa-csa"]).Due
		reportOn(t, v, sent, "note", w.Now(), "").Want(http.StatusUnprocessableEntity).Says("Write the note")
		page := reportOn(t, v, sent, "note", w.Now(), "I called. Nobody picked up.").Want(http.StatusOK).At(sent).Says("I called. Nobody picked up.")
		if now := page.Find(".tl-now b").Text(); now != "Sent" {
			t.Errorf("it stands at %q", now)
		}
		if got := w.itemNow(t, w.packets["cisa-csa"]).Due; !got.Equal(due) {
			t.Errorf("a note moved the reminder from %s to %s", due, got)
		}
		reportOn(t, v, sent, "heard", w.Now(), "They are behind with their mail.").Want(http.StatusOK).At(sent).Says("They got in touch")
		if got := w.itemNow(t, w.packets["cisa-csa"]).Due; !got.Equal(due.Add(4 * wholeDay)) {
			t.Errorf("the reminder is due %s, was %s", got, due)
		}

		silent := w.packet("ship") // no reply
		page = reportOn(t, v, silent, "note", w.Now(), "I left a message.").Want(http.StatusOK).At(silent).Says("I left a message.")
		if now := page.Find(".tl-now b").Text(); now != "No reply in time" {
			t.Errorf("it stands at %q", now)
		}
		if next := page.Find(".timeline li:last-child b, .tl-done:last-child b").Text(); strings.Contains(next, "No reply") {
			t.Errorf("the note does not follow the silence: %q", next)
		}
		reportOn(t, v, silent, "heard", w.Now(), "").Want(http.StatusOK).At(silent).Says("Wait for their answer until")

		over := w.packet(downloadProgram)
		v.Visit(over).Says("As it was prepared").Silent("As it was sent") // nothing was sent to anybody
		v.Visit(over+"?as=today").Says("With today's answers", "See the packet as it was prepared")
		reportOn(t, v, over, "note", w.Now(), "A new version is out.").Want(http.StatusOK).At(over).Says("A new version is out.", "It is in use")
		v.Visit(over + "/stage?act=asked").At(over)
	})
}

// An editor takes a draft of their own organization back, and what was sent only somebody who may send for it.
func TestWithdrawByEditor(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openWorldOn(t, db)
		e, r := w.visitor(t, editor), w.visitor(t, reader)
		for address, unsent := range map[string]bool{w.item(broker.Draft): true, w.packet(webProgram): true, w.item(broker.Submitted): false, w.packet("cisa-csa"): false} {
			list, _, _ := strings.Cut(address, "/p/")
			for _, page := range []string{list, address} {
				offers := func(v *webtest.Visitor) bool {
					return v.Visit(page).Want(http.StatusOK).Find(`a[href="`+address+`/withdraw"]`).Length() > 0
				}
				if page == address && address == w.item(broker.Draft) {
					continue // its page is the form of its questions
				}
				if offers(e) != unsent || offers(r) || !offers(w.visitor(t, owner)) {
					t.Errorf("%s: who is offered to withdraw %s? editor %t, reader %t", page, address, offers(e), offers(r))
				}
			}
			status := http.StatusUnprocessableEntity
			if unsent {
				status = http.StatusOK
			}
			form := func(v *webtest.Visitor) *webtest.Form {
				return v.Visit(address+"/withdraw").Want(http.StatusOK).Form(address+"/withdraw").Set("choice", "yes")
			}
			form(r).Send().Want(http.StatusUnprocessableEntity)
			form(e).Send().Want(status)
		}
	})
}

// Answers on the facts page of a draft do not overwrite what a co-worker changed in the profile meanwhile: both stand on a page.
func TestFactsAgainstTheProfile(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openWorldOn(t, db)
		v := w.visitor(t, owner)
		address := "/applications/" + w.packets[emailProgram].ApplicationID + "/org"
		form := v.Visit(address).Want(http.StatusOK).Form(address)
		w.Advance(time.Minute)
		w.state(t, eligibility.Profile{"legal_name": eligibility.String("Named By The Editor")})
		page := form.Set("f-legal_name", "Named By The Owner").Send().Want(http.StatusConflict).
			Says("This page changed while you were writing", "Named By The Editor", "Named By The Owner", editor.email())
		stored := func() string {
			var name string
			w.Read(t, func(tx *data.Tx) error {
				facts, err := account.Facts(tx, w.desk.Vocabulary, w.org.ID)
				name, _ = facts["legal_name"].Text()
				return err
			})
			return name
		}
		if got := stored(); got != "Named By The Editor" {
			t.Fatalf("stored %q", got)
		}
		page = page.Form(address).Send().Want(http.StatusConflict) // nothing is chosen beforehand
		again := page.Form(address)
		again.Values.Set("take-f-legal_name", "mine")
		w.state(t, eligibility.Profile{"legal_name": eligibility.String("Named Once More")})
		again.Send().Want(http.StatusConflict).Says("Named Once More")
		last := v.Visit(address).Form(address)
		last.Set("f-legal_name", "Named By The Owner").Send().Want(http.StatusOK)
		if got := stored(); got != "Named By The Owner" {
			t.Errorf("stored %q", got)
		}
	})
}
