package public_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"accessdesk/data"
)

func TestResultsByEmail(t *testing.T) {
	d := openDesk(t)
	b := d.browser(t, "es")
	b.walk(townWater)
	b.post("/check/email", values()).problem("email", "Escriba su correo electrónico")
	typed := b.post("/check/email", values("email", "ana at example"))
	typed.problem("email", "Escriba un correo como nombre@example.org")
	if typed.Find("#email").AttrOr("value", "") != "ana at example" {
		t.Error("what was typed is gone")
	}
	sent := b.post("/check/email", values("email", "ana@example.org"))
	sent.follow().want(http.StatusOK).shows("Revise su correo")
	mails := d.deliver(t)
	if len(mails) != 1 || mails[0].To != "ana@example.org" || mails[0].Lang != "es" {
		t.Fatalf("mails: %+v", mails)
	}
	address := link(t, mails[0])
	d.Advance(29 * 24 * time.Hour)
	other := d.browser(t, "en")
	page := other.get(address).follow().want(http.StatusOK) // the link brings its language along
	page.shows("Abrir su consulta")
	if other.jar["check"] != "" {
		t.Error("looking at the link opened it")
	}
	token := page.Find("input[name=token]").AttrOr("value", "")
	opened := other.post("/check/resume", values("token", token)).follow().want(http.StatusOK)
	opened.shows("Recuperamos sus respuestas.")
	if got := opened.text("h1"); got != "6 de 28 programas parecen adecuados" {
		t.Errorf("heading %q", got)
	}
	// The other browser has a copy: a change there leaves the first one alone.
	other.post("/check/q/ownership_type", values("answer", "cooperative"))
	b.get("/check/answers").want(http.StatusOK).shows("Gobierno local")
	d.Advance(24 * time.Hour)
	gone := strings.TrimSuffix(address, "&lang=es")
	other.get(gone).want(http.StatusGone).shows("Este enlace ya no sirve")
	other.post("/check/resume", values("token", token)).want(http.StatusGone)
	other.get("/check/resume").want(http.StatusGone)
}

// TestEmailAnswersAlike: an address that gets no more mail today is answered like any other.
func TestEmailAnswersAlike(t *testing.T) {
	d := openDesk(t)
	b := d.browser(t, "en")
	b.get("/check").answer("gas")
	for range 8 {
		if sent := b.post("/check/email", values("email", "ana@example.org")); sent.location != "/check/email/sent" {
			t.Fatalf("leads to %d %q", sent.status, sent.location)
		}
	}
	if mails := d.deliver(t); len(mails) != 5 {
		t.Errorf("%d mails to one address in a day, want 5", len(mails))
	}
}

// TestEmailTellsOfPrograms: the box is not ticked at first, stays ticked when the address is wrong, and the mail says what follows; the
// wish is kept with the check and replaced by the next mail.
func TestEmailTellsOfPrograms(t *testing.T) {
	d := openDesk(t)
	b := d.browser(t, "en")
	b.walk(townWater)
	asks := func() (rows int) {
		d.Read(t, func(tx *data.Tx) error {
			return tx.Row("SELECT count(*) FROM recheck_check WHERE address = 'ana@example.org'").Scan(&rows)
		})
		return rows
	}
	if box := b.get("/check/email").Find("#tell"); box.Length() != 1 || box.Is("[checked]") {
		t.Error("the box is missing, or ticked before anybody asked")
	}
	if typed := b.post("/check/email", values("email", "ana at example", "tell", "yes")); !typed.Find("#tell").Is("[checked]") || asks() != 0 {
		t.Error("the tick is gone, or a wish is kept for no address")
	}
	b.post("/check/email", values("email", "Ana@example.org", "tell", "yes"))
	mails := d.deliver(t)
	if len(mails) != 1 || !strings.Contains(mails[0].Text, "we also email you if a program begins to fit") || asks() != 1 {
		t.Errorf("%d wishes, mails: %+v", asks(), mails)
	}
	b.post("/check/email", values("email", "ana@example.org"))
	if mails := d.deliver(t); len(mails) != 1 || strings.Contains(mails[0].Text, "we also email you") || asks() != 0 {
		t.Errorf("%d wishes, mails: %+v", asks(), mails)
	}
}
