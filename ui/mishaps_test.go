package ui_test

import (
	"fmt"
	"strings"
	"testing"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/ui/browsertest"
)

// mishap is a page that something went wrong on: an address that is none, or a form that cannot be taken as it is.
type mishap struct {
	as      role
	address func(*world) string
	// before is JavaScript that fills in the form, which it knows as form; form is where that is sent, nil for an address
	// that is wrong by itself.
	before string
	form   func(*world) string
	// confirm is the button of the page that follows, if that is not yet the one that something went wrong on.
	confirm string
	// meanwhile happens elsewhere before the last button is pressed.
	meanwhile func(*testing.T, *world)
	// says is the key of a text that the page must show.
	says string
	// always marks what every run looks at; the others belong to the full matrix.
	always bool
}

// typing is JavaScript that puts a text into a field.
func typing(name, text string) string {
	return fmt.Sprintf(`[...form.elements].find(e => e.name == %q).value = %q;`, name, text)
}

// picking is JavaScript that chooses an answer.
func picking(name, value string) string {
	return fmt.Sprintf(`[...form.elements].find(e => e.name == %q && e.value == %q).checked = true;`, name, value)
}

// openedForm is JavaScript that opens the part of the page in which the form stands.
const openedForm = `form.closest("details").open = true;`

// takenAgain lets the program manager take the case in review once more, in another window.
func takenAgain(t *testing.T, w *world) {
	t.Helper()
	w.must(t, manager, w.cases[broker.InReview], broker.ActRequest{Act: broker.ActAssign})
}

func mishaps() []mishap {
	draft, waits, review := func(w *world) string { return w.item(broker.Draft) }, func(w *world) string { return w.item(broker.NeedsInfo) },
		func(w *world) string { return w.caseOf(broker.InReview) }
	renew := func(w *world) string { return "/access/" + w.ending.ID + "/renew" }
	inReview, stage := func(w *world) string { return w.item(broker.InReview) }, func(w *world) string { return w.packet(emailProgram) + "/stage?act=" + broker.ActSend }
	report, cisa, notice := fixed("/programs/"+emailProgram+"/report"), fixed("/staff/listings/providers/cisa"), fixed("/staff/listings/providers/cisa/notice")
	reported := func(w *world) string { return "/staff/listings/reports/" + w.upkeep.reported }
	withdraw, follow := under(draft, "/withdraw"), fixed("/programs/"+modelProgram+"/follow")
	return []mishap{
		{as: stranger, address: fixed("/no/such/page"), says: "errors.not_found_title", always: true},
		{as: stranger, address: fixed("/signin/link?token=none"), says: "signin.gone_title"},
		{as: stranger, address: fixed("/check/resume?token=none")},
		{as: stranger, address: fixed("/check"), form: fixed("/check"), before: `document.querySelectorAll("input").forEach(i => i.checked = false)`, says: "layout.problem_heading"},
		{as: stranger, address: fixed("/check/q/population_served"), form: fixed("/check/q/population_served"), before: typing("exact", "a few"), says: "layout.problem_heading", always: true},
		{as: stranger, address: fixed("/check/email"), form: fixed("/check/email"), says: "signin.problem_email_empty"},
		{as: stranger, address: fixed("/signin"), form: fixed("/signin"), says: "signin.problem_email_empty", always: true},
		{as: stranger, address: fixed("/signin/code"), form: fixed("/signin/code"), before: typing("code", "WRONG-CODE"), says: "layout.problem_heading"},
		{as: stranger, address: follow, form: follow, says: "layout.problem_heading"},
		{as: stranger, address: fixed("/searches/new?q=scan"), form: fixed("/searches/new?q=scan"), says: "layout.problem_heading"},
		{as: newcomer, address: fixed("/org/new"), form: fixed("/org/new"), says: "layout.problem_heading"},
		{as: newcomer, address: (*world).application, says: "errors.not_found_title"},
		{as: stranger, address: fixed("/invitation?token=none"), says: "account.over_title"},
		{as: owner, address: fixed("/org/people"), form: fixed("/org/people"), before: typing("email", "nobody"), says: "layout.problem_heading", always: true},
		{as: owner, address: fixed("/org/edit/size"), form: fixed("/org/edit/size"), before: typing("f-employees_fte", "a few"), says: "layout.problem_heading"},
		{as: owner, address: fixed("/org/edit/dates"), form: fixed("/org/edit/dates"), before: typing("d-awwa-day", "31"), says: "layout.problem_heading"},
		{as: owner, address: fixed("/org/edit/size"), form: fixed("/org/edit/size"), before: typing("revision", "older") + typing("f-employees_fte", "12"), says: "desk.conflict_title"},
		{as: owner, address: fixed("/org/name"), form: fixed("/org/name"), before: typing("name", ""), says: "layout.problem_heading"},
		{as: owner, address: fixed("/org/name"), form: fixed("/org/name"), before: typing("revision", "older") + typing("name", "Cedar Flats"), says: "desk.conflict_title"},
		{as: owner, address: fixed("/org/leave"), form: fixed("/org/leave"), says: "account.yes_or_no", always: true},
		{as: owner, address: fixed("/account"), form: fixed("/account"), before: typing("name", "www.example.org"), says: "layout.problem_heading"},
		{as: owner, address: under((*world).application, "/org"), form: under((*world).application, "/org"), before: typing("f-population_served", "a few"), says: "layout.problem_heading", always: true},
		{as: owner, address: draft, form: draft, before: typing("q-first_task", strings.Repeat("a word ", 700)), says: "layout.problem_heading"},
		{as: owner, address: draft, form: draft, before: typing("revision", "1") + typing("q-first_task", "Another text."), says: "desk.conflict_title", always: true},
		{as: owner, address: draft, form: draft, before: typing("form_token", "older") + typing("q-first_task", "A text that is not lost."), says: "errors.stale_form_title"},
		{as: editor, address: draft, form: draft, before: `document.cookie = "session=gone; path=/";` + typing("q-first_task", "A text that is not lost."), says: "errors.session_over_title", always: true},
		{as: owner, address: stage, form: stage, before: `form.querySelectorAll("input:not([type=hidden])").forEach(i => i.value = "");`, says: "layout.problem_heading"},
		{as: owner, address: inReview, form: under(inReview, "/message"), before: openedForm, says: "layout.problem_heading"},
		{as: owner, address: withdraw, form: withdraw, says: "layout.problem_heading"},
		{as: owner, address: waits, form: under(waits, "/answer"), says: "desk.problem_reply"},
		{as: owner, address: fixed("/staff/review"), says: "errors.forbidden_title"},
		{as: manager, address: review, form: under(review, "/decision"), says: "staff.choose_act", always: true},
		{as: manager, address: review, form: under(review, "/decision"), before: picking("act", broker.ActDecline), says: "layout.problem_heading"},
		{as: manager, address: review, form: under(review, "/decision"), before: picking("act", broker.ActAsk) + typing("message", "Once more?"),
			confirm: "button[value=confirm]", meanwhile: takenAgain, says: "errors.conflict_title", always: true},
		{as: manager, address: review, form: under(review, "/note"), before: openedForm, says: "layout.problem_heading"},
		{as: owner, address: under(activeGrant, "/end"), form: under(activeGrant, "/end"), says: "grant.end_problem", always: true},
		{as: owner, address: renew, form: renew, says: "refusal.tick_box"},
		{as: owner, address: under(activeGrant, "/people"), form: under(activeGrant, "/people"), says: "refusal.person_name", always: true},
		{as: manager, address: staffGrant, form: under(staffGrant, "/decision"), says: "staff.choose_act"},
		{as: manager, address: staffGrant, form: under(staffGrant, "/decision"), before: picking("act", access.ActSuspend), says: "refusal.required", always: true},
		{as: manager, address: staffGrant, form: under(staffGrant, "/decision"), before: picking("act", access.ActSuspend) + typing("reason", "Sign-ins from a place that you did not name."),
			says: "grant.confirm_suspend", always: true},
		{as: manager, address: staffGrant, form: under(staffGrant, "/decision"), before: picking("act", access.ActSuspend) + typing("reason", "A stale form.") + typing("revision", "99"),
			says: "errors.conflict_title"},
		{as: manager, address: func(w *world) string { return "/staff/access/" + w.asked.ID }, form: func(w *world) string { return "/staff/access/" + w.asked.ID + "/decision" },
			before: picking("act", access.ActRenew), says: "grant.confirm_renew"},
		{as: stranger, address: report, form: report, before: typing("email", "nobody"), says: "layout.problem_heading", always: true},
		{as: manager, address: cisa, form: cisa, before: picking("said-"+emailProgram, "same") + typing("day", ""), says: "layout.problem_heading", always: true},
		{as: manager, address: notice, form: notice, before: typing("from", "2026-12-01") + typing("from-time", "noon") + typing("text_en", "Act now!"), says: "layout.problem_heading", always: true},
		{as: manager, address: reported, form: reported, says: "layout.problem_heading"},
		{as: manager, address: reported, form: reported, before: picking("act", "answer") + typing("message", "Gracias."), says: "staff.preview_nothing"},
	}
}

// TestMishapsInBrowser looks at pages on which something went wrong, as TestPagesInBrowser does at the others.
func TestMishapsInBrowser(t *testing.T) {
	sideRoad(t)
	t.Parallel()
	w := listening(t, openWorldOn) // before the browser, whose connections it would wait for at its end
	browser := browsertest.Open(t)
	everyWindow(t, func(t *testing.T, width int, lang string) {
		v := w.view(t, browser, width, lang)
		as := role("")
		for i, m := range mishaps() {
			if !m.always && (!longTests() || !v.turn(i)) {
				continue
			}
			if m.as != as {
				v.become(m.as)
				as = m.as
			}
			v.provoke(m)
		}
		t.Logf("%d pages at %d px in %s", v.seen, width, lang)
	})
}

// bring brings a mishap about and says on which page.
func (v *viewing) bring(m mishap) string {
	v.t.Helper()
	address := m.address(v.world)
	v.Visit(v.world.base + address)
	if m.form == nil {
		return address
	}
	form := `form[action="` + m.form(v.world) + `"]`
	if m.before != "" {
		v.Evaluate(fmt.Sprintf("(form => { %s })(document.querySelector(%q))", m.before, form), nil)
	}
	buttons := []string{form + " button[type=submit]"}
	if m.confirm != "" {
		buttons = append(buttons, m.confirm)
	}
	for i, button := range buttons {
		if m.meanwhile != nil && i == len(buttons)-1 {
			m.meanwhile(v.t, v.world)
		}
		v.Click(button)
	}
	return "the answer of " + m.form(v.world)
}

// provoke brings a mishap about and judges the page.
func (v *viewing) provoke(m mishap) {
	v.t.Helper()
	address := v.bring(m)
	v.judge(address)
	if m.says == "" {
		return
	}
	text := strings.ToLower(strings.Join(strings.Fields(v.Text()), " "))
	if want := v.world.desk.Locales.In(v.lang).T(m.says); !strings.Contains(text, strings.ToLower(want)) {
		v.t.Errorf("%s does not say %q:\n%s", address, want, text)
	}
}
