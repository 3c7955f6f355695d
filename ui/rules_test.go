package ui_test

import (
	"net/http"
	"slices"
	"strconv"
	"testing"

	"accessdesk/data/datatest"
	"accessdesk/ui/webtest"
)

// rulesOf is the page of the rules of a program.
func rulesOf(slug string) string { return "/staff/catalog/" + slug + "/rules" }

// exprs are the rules of the open draft of a program.
func (w *world) exprs(t testing.TB, slug string) (all []string) {
	t.Helper()
	_, o := w.draftOf(t, slug)
	for _, c := range o.Criteria {
		all = append(all, c.Expr)
	}
	return all
}

// press presses the button with a value, and wants to come back to an element that is there.
func press(t *testing.T, page *webtest.Page, form *webtest.Form, do, anchor string) *webtest.Page {
	t.Helper()
	next := form.Press(do).Want(http.StatusOK)
	if anchor != "" && next.Find(`[id="`+anchor+`"]`).Length() != 1 {
		t.Errorf("%s: nothing is called %s", do, anchor)
	}
	return next
}

// A manager writes a rule with nothing but buttons, in both languages; each button keeps the whole form, and what it says stands in the draft.
func TestWriteRules(t *testing.T) {
	bothLanguages(t, func(t *testing.T, lang string) {
		w := openWorld(t)
		w.register(t)
		v, address := w.speaker(t, manager, lang), rulesOf(begunProgram)
		page := v.Visit(address).Want(http.StatusOK)
		start := len(w.exprs(t, begunProgram))
		key := func(name string) string { return "criteria." + strconv.Itoa(start) + name }
		page = press(t, page, page.Form(address).Set("sectors", "banking").Set("sectors_citation", "Notice 1"), "new", key(""))
		form := page.Form(address).Set(key(".title.en"), "Your bank is small").Set(key(".title.es"), "Su banco es pequeño").Set(key(".rows.0.fact"), "total_assets")
		page = press(t, page, form, "show "+key(".rows.0"), key(".rows.0"))
		form = page.Form(address).Set(key(".rows.0.op"), "less_than").Set(key(".rows.0.value"), "$1,000,000")
		page = press(t, page, form, "add "+key(".rows"), key(".rows.1"))
		form = page.Form(address).Set(key(".rows.any"), "any").Set(key(".rows.1.fact"), "memberships")
		page = press(t, page, form, "show "+key(".rows.1"), key(".rows.1"))
		page = page.Form(address).Set(key(".rows.1.value"), "fs_isac").Send().Want(http.StatusOK)
		want := `total_assets < 1000000 || "fs_isac" in memberships`
		if got := w.exprs(t, begunProgram); len(got) != start+1 || got[start] != want {
			t.Fatalf("the draft says %q", got)
		}
		page.Says(map[string]string{"en": "Total assets: Less than $1,000,000; or Memberships", "es": "Activos totales: Menos de $1,000,000; o bien Membresías"}[lang])
		page = press(t, page, page.Form(address), "text "+key(""), key(".expr"))
		page = page.Form(address).Set(key(".expr"), "total_asets < 5").Send().Want(http.StatusOK)
		page.Says(map[string]string{"en": "Line 1, column 1: “total_asets” is no fact", "es": "Línea 1, columna 1: “total_asets” no es un dato"}[lang])
		if got := w.exprs(t, begunProgram)[start]; got != "total_asets < 5" {
			t.Errorf("a mistake is not kept as it was typed: %s", got)
		}
		page = page.Form(address).Set(key(".expr"), "total_assets + annual_budget < 5").Send().Want(http.StatusOK)
		page.Says(map[string]string{"en": "This is an expert rule", "es": "Es una regla experta"}[lang])
		form = page.Form(address).Set(key(".expr"), "meters < 5 && meters > 9")
		press(t, page, form, "rows "+key(""), key(".rows.1")).Says(map[string]string{"en": "No one can meet the rule", "es": "Nadie puede cumplir la regla"}[lang])
	})
}

// Two managers write the rules of the same program: the second one sees both texts, and sending once more keeps what they typed.
func TestStaleRules(t *testing.T) {
	bothLanguages(t, func(t *testing.T, lang string) {
		w := openWorld(t)
		address := rulesOf(draftedProgram)
		mine, theirs := w.speaker(t, manager, lang), w.speaker(t, insider, lang)
		myForm, theirForm := mine.Visit(address).Form(address), theirs.Visit(address).Form(address)
		theirForm.Set("criteria.0.title.en", "Their name of it").Send().Want(http.StatusOK)
		before := w.rows(t)
		page := myForm.Set("criteria.0.title.en", "My name of it").Send().Want(http.StatusConflict)
		page.Says("Their name of it", "My name of it", w.people[insider].Email)
		w.unchanged(t, before, "the stale form")
		page.Form(address).Send().Want(http.StatusOK)
		if got := mine.Visit(address).Form(address).Values.Get("criteria.0.title.en"); got != "My name of it" {
			t.Errorf("sent once more, the name is %q", got)
		}
		// Somebody who changes another page meanwhile is in nobody's way.
		myForm = mine.Visit(address).Form(address)
		text := "/staff/catalog/" + draftedProgram + "/text"
		theirs.Visit(text).Form(text).Set("title.en", "Another title").Send().Want(http.StatusOK)
		myForm.Set("criteria.0.title.en", "My second name of it").Send().Want(http.StatusOK)
		if got := mine.Visit(text).Form(text).Values.Get("title.en"); got != "Another title" {
			t.Errorf("the title is %q", got)
		}
	})
}

// Whom the rules reach is counted against the published ones; without registers and with an incomplete rule the page says so.
func TestReachOfRules(t *testing.T) {
	w := openSite(t, datatest.Open(t))
	w.settle(t)
	v, program := w.speaker(t, manager, "en"), "/staff/catalog/ms-isac"
	v.Visit(program).Form(program + "/draft").Send()
	page := v.Visit(rulesOf("ms-isac")).Want(http.StatusOK).Says("No register is loaded")
	w.register(t)
	at := slices.Index(w.exprs(t, "ms-isac"), `runs("sltt_government") || ownership_type in ["government_local", "government_state", "government_tribal", "government_territorial"]`)
	key := "criteria." + strconv.Itoa(at)
	page = page.Form(rulesOf("ms-isac")).Press("text " + key).Want(http.StatusOK)
	page.Says("3 organizations.", "Against what is published", "Gain+0")
	form := page.Form(rulesOf("ms-isac")).Set(key+".expr", "total_assets < 1000000")
	page = form.Send().Want(http.StatusOK).Says("Gain+1", "=Example River Bank", "Keeps out 1 organizations, 1 by this rule alone. Not known of 1.")
	page = page.Form(rulesOf("ms-isac")).Set(key+".expr", "total_assets <").Send().Want(http.StatusOK).Says("is counted as soon as every rule is complete")
	page.Silent("=Example River Bank")
	w.speaker(t, auditor, "en").Visit(rulesOf("ms-isac")).Want(http.StatusOK).Says("total_assets <")
}
