package desk_test

import (
	"net/http"
	"strings"
	"testing"

	"accessdesk/data"
	"accessdesk/data/datatest"
)

// water is the check of a small water system.
const water = `{"sector":"drinking_water","state_or_territory":"NM","ownership_type":"government_local",
	"population_served":{"min":3301,"max":10000},"static_public_ips":true,"authorised_targets_statement":true,"has_ot":true}`

func TestFirstVisit(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		b := h.stranger(t, "office@example.org", "en")
		b.get("/home").want(200).shows("What needs you now", "Start the check", "See all programs").hides("To do")
		b.get("/applications").want(200).shows("You have not applied yet")
		b.get("/access").want(200).shows("You have no access yet")
		b.get("/applications/new").want(200).shows("Choose a program first")
	})
}

func TestNameTheOrganization(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		b := h.stranger(t, "office@example.org", "es")
		p := b.get("/org/new?next=/applications").want(200).shows("¿Cómo se llama su organización?")
		failed := p.submit("main form").want(422)
		if !strings.HasPrefix(failed.text("title"), "Error: ") || failed.Find("#name-problem").Length() != 1 {
			t.Error("an empty name must be said at its field")
		}
		long := strings.Repeat("Distrito ", 30)
		failed = failed.fill("main form", "name", long).submit("main form").want(422)
		if failed.value("name") != strings.TrimSpace(long) {
			t.Errorf("typed name is gone: %q", failed.value("name"))
		}
		failed.fill("main form", "name", "Distrito de Agua Cedar Flats").submit("main form").leads("/applications")
		b.get("/home").shows("Distrito de Agua Cedar Flats")
		// Another window of the same person keeps the first name.
		p.fill("main form", "name", "Otro nombre").submit("main form").leads("/applications")
		b.get("/org/new?next=//evil.example").want(200) // one more organization can be added
		b.get("/home").shows("Distrito de Agua Cedar Flats").hides("Otro nombre")
		if n := count(t, h, "SELECT count(*) FROM organization"); n != 1 {
			t.Errorf("%d organizations", n)
		}
	})
}

func TestStrangerIsLedToSignIn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.browser(t, "en")
		b.post("/applications", values("program", model, "program", scanning, "program", "../../x", "program", model)).leads("/signin?next=/applications/new")
		if got := b.jar["start"]; got != model+"."+scanning {
			t.Errorf("remembered %q", got)
		}
		b.post("/test/check", values("facts", `{"sector":"drinking_water","legal_name":"Cedar Flats Water District"}`))
		h.person(t, "office@example.org", "en", "")
		b.post("/test/signin", values("email", "office@example.org"))
		named := b.get("/applications/new").leads("/org/new?next=/applications/new").follow().want(200)
		if named.value("name") != "Cedar Flats Water District" {
			t.Errorf("not filled in from the check: %q", named.value("name"))
		}
		p := named.submit("main form").leads("/applications/new").follow().want(200).
			shows("Start for 2 programs", "Defender model access (demo)", "Address scanning (demo)", "We carry over 2 answers")
		started := p.submit("main form").want(http.StatusSeeOther)
		if _, left := b.jar["start"]; left {
			t.Error("the choice is still remembered")
		}
		started.follow().want(200).shows("Your application is saved", "For 2 programs")
		if again := p.submit("main form"); again.location != started.location {
			t.Errorf("sent twice: %q and %q", started.location, again.location)
		}
		if n := count(t, h, "SELECT count(*) FROM application"); n != 1 {
			t.Errorf("%d applications", n)
		}
	})
}

func TestStartAtOnce(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		b.post("/test/check", values("facts", water))
		first := b.post("/applications", values("program", model)).want(http.StatusSeeOther)
		first.follow().want(200).shows("Your application is saved", "Defender model access (demo)")
		if n := count(t, h, "SELECT count(*) FROM organization_fact WHERE fact = 'population_served'"); n != 1 {
			t.Errorf("the facts of the check were not carried over: %d", n)
		}
		// A program with an application under way is not started twice.
		b.post("/applications", values("program", model)).leads("/applications/new").follow().want(200).
			shows("You already have an application for this program", "Open the application", "Defender model access (demo)").hides("Choose a program first")
		p := b.post("/applications", values("program", model, "program", funds)).leads("/applications/new").follow().want(200).
			shows("Start for 1 program", "You already have an application for these", "Small system security grant (demo)")
		p.submit("main form").want(http.StatusSeeOther).follow().shows("Small system security grant (demo)").hides("Defender model access (demo)")
	})
}

func TestStartWhatCannotBeStarted(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "es")
		h.SetNow(h.Now().AddDate(0, 2, 0)) // after the window of every-question
		b.post("/test/signin", values("email", "office@example.org"))
		b.post("/applications", values("program", every)).leads("/applications/new").follow().want(200).
			shows("No hay nada que comenzar", "Revisión de la sala de bombas")
		b.post("/applications", values("program", "no-such-program")).leads("/applications/new").follow().want(200).shows("Primero elija un programa")
		b.post("/applications", values("program", every, "program", scanning)).leads("/applications/new").follow().want(200).
			shows("Comenzar para 1 programa", "Estos no reciben solicitudes").submit("main form").want(http.StatusSeeOther)
	})
}

func TestStaffDoNotApply(t *testing.T) {
	h := openHouse(t, datatest.Open(t))
	h.person(t, "manager@example.org", "en", "program_manager")
	b := h.browser(t, "en")
	b.post("/test/signin", values("email", "manager@example.org"))
	b.post("/applications", values("program", model)).leads("/applications/new").follow().want(http.StatusForbidden)
	for _, path := range []string{"/home", "/applications", "/access", "/org/new"} {
		b.get(path).want(http.StatusForbidden)
	}
}

// count asks the database for one number.
func count(t *testing.T, h *house, query string, args ...any) (n int) {
	t.Helper()
	h.Read(t, func(tx *data.Tx) error { return tx.Row(query, args...).Scan(&n) })
	return n
}
