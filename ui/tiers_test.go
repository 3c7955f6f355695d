package ui_test

import (
	"net/http"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/catalog"
	"accessdesk/ui/webtest"
)

// withTiers gives a program two tiers.
func withTiers(o *catalog.Offering) {
	o.Window.Seats, o.Window.WaitingList = 0, false
	o.Tiers = []catalog.Tier{
		{ID: "guided", Title: catalog.Text{En: "Guided", Es: "Guiado"}, Summary: catalog.Text{En: "An engineer helps you.", Es: "Una persona de ingeniería le ayuda."}, Seats: 1, DurationDays: 30},
		{ID: "alone", Title: catalog.Text{En: "Self-guided", Es: "Autoguiado"}, Summary: catalog.Text{En: "You follow a list.", Es: "Usted sigue una lista."}},
	}
}

// TestTiers: an applicant reads of the tiers, chooses one as part of the form, hears that it is full, takes another; the reviewer gives
// yet another with a reason that the applicant reads; the access says its tier.
func TestTiers(t *testing.T) {
	t.Parallel()
	bothLanguages(t, func(t *testing.T, lang string) {
		w := openWorld(t)
		l := w.desk.Locales.In(lang)
		w.republish(t, modelProgram, withTiers)
		guided, alone := "Guided", "Self-guided"
		if lang == "es" {
			guided, alone = "Guiado", "Autoguiado"
		}
		applicants := w.crowd(t, 2, "")
		one, all := l.T("window.left_only"), l.T("window.lasts", "Days", l.Days(30))
		stranger := webtest.New(t, w.app)
		stranger.Lang = lang
		stranger.Visit("/programs/"+modelProgram).Want(http.StatusOK).Says(l.T("window.tiers"), guided, alone, one, all)

		first := w.begin(t, applicants[0], w.founded(t, applicants[0]), modelProgram)
		second := w.begin(t, applicants[1], w.founded(t, applicants[1]), modelProgram)
		for i, a := range []broker.Application{first, second} {
			w.save(t, applicants[i], a, modelProgram, fullAnswers(modelProgram))
		}
		v := w.speaker(t, applicants[0], lang)
		address := "/applications/" + first.ID + "/p/" + modelProgram
		check := v.Visit("/applications/" + first.ID + "/check").Want(http.StatusOK)
		if check.Find(`input[name="declare_truth"]`).Length() != 0 && check.Find(`a[href*="q-tier"], a[href*="`+address+`"]`).Length() == 0 {
			t.Error("the check page does not lead to the missing tier")
		}
		v.Visit(address).Says(guided, one).Form(address).Set("q-tier", "guided").Send()
		other := w.speaker(t, applicants[1], lang)
		elsewhere := "/applications/" + second.ID + "/p/" + modelProgram
		other.Visit(elsewhere).Form(elsewhere).Set("q-tier", "guided").Send()

		sent := w.submitted(t, applicants[0], first)
		stranger.Visit("/programs/" + modelProgram).Says(l.T("window.full_nobody")).Silent(one)
		other.Visit(elsewhere).Says(l.T("window.full_nobody"))
		other.Visit("/applications/" + second.ID + "/check").Want(http.StatusOK).Says(l.T("refusal.tier_full"))
		other.Visit(elsewhere).Form(elsewhere).Set("q-tier", "alone").Send()
		other.Visit("/applications/" + second.ID + "/check").Silent(l.T("refusal.tier_full"))

		staff := w.speaker(t, manager, lang)
		review := "/staff/review/" + sent.ID
		staff.Visit(review).Want(http.StatusOK).Says(guided, l.T("window.tier")).
			Form(review+"/decision").Set("act", broker.ActApprove).Set("tier", "alone").Send().Want(http.StatusUnprocessableEntity)
		preview := staff.Visit(review).Form(review+"/decision").Set("act", broker.ActApprove).Set("tier", "alone").
			Set("message", "The engineer is away.").Send().Want(http.StatusOK).Says(alone)
		preview.Form(review + "/decision").Press(l.T("staff.preview_confirm")).Want(http.StatusOK)
		if item := w.find(t, sent.ID); item.State != broker.Approved || item.Tier != "alone" {
			t.Errorf("%s %s", item.State, item.Tier)
		}
		v.Visit(address).Want(http.StatusOK).Says("The engineer is away.")
		v.Visit("/access").Want(http.StatusOK).Says(alone)
	})
}

// submitted sends an application of one program.
func (w *world) submitted(t testing.TB, as role, a broker.Application) broker.Item {
	t.Helper()
	item := w.reload(t, as, a).Items[0]
	return w.must(t, as, item, broker.ActRequest{Act: broker.ActSubmit, Declared: broker.Declarations()})
}

// TestPausedProgram: a paused program stays where people look for it, says why and until when, and cannot be started; it is not among the
// open ones. When the pause is over it can.
func TestPausedProgram(t *testing.T) {
	t.Parallel()
	bothLanguages(t, func(t *testing.T, lang string) {
		w := openWorld(t)
		l := w.desk.Locales.In(lang)
		reason := catalog.Text{En: "The engineers are at a flood.", Es: "Las personas de ingeniería atienden una inundación."}
		back := w.Now().AddDate(0, 0, 60)
		w.republish(t, modelProgram, func(o *catalog.Offering) {
			o.Window.TimeZone = "America/New_York"
			o.Pause = catalog.Pause{Since: w.Now().Add(-time.Hour), Until: back, Reason: reason}
		})
		zone, err := time.LoadLocation("America/New_York")
		if err != nil {
			t.Fatal(err)
		}
		until := l.T("window.paused_until", "Date", l.DateIn(w.Now().Add(-time.Hour), zone), "Back", l.DateIn(back, zone))
		v := webtest.New(t, w.app)
		v.Lang = lang
		page := v.Visit("/programs/"+modelProgram).Want(http.StatusOK).Says(until, reason.In(lang), l.T("step.watch_back", "Date", l.DateIn(back, zone)))
		if page.Find(`form[action="/applications"]`).Length() != 0 {
			t.Error("a paused program can be started")
		}
		v.Visit("/programs?q=demo").Says(until)
		v.Visit("/programs?q=demo&open=1").Silent(until)
		applicant := w.crowd(t, 1, "")[0]
		w.founded(t, applicant)
		w.speaker(t, applicant, lang).Visit("/applications/new?program=" + modelProgram).Silent(l.T("packet.start_start_here"))
	})
}
