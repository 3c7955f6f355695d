package public_test

import (
	"net/http"
	"strings"
	"testing"
	"time"
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
