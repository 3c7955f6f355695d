package ui_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"accessdesk/catalog"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility/registry/registrytest"
	"accessdesk/ui/browsertest"
	"accessdesk/ui/webtest"

	"github.com/PuerkitoBio/goquery"
)

// draftOf is the open draft of a program, and what it says.
func (w *world) draftOf(t testing.TB, slug string) (draft publishing.Draft, o *catalog.Offering) {
	t.Helper()
	w.Read(t, func(tx *data.Tx) (err error) {
		if draft, err = publishing.OpenOf(tx, slug); err == nil {
			o, err = draft.Offering()
		}
		return err
	})
	return draft, o
}

// examplesOf are the examples of the open draft of a program.
func (w *world) examplesOf(t testing.TB, slug string) []catalog.Test {
	t.Helper()
	_, o := w.draftOf(t, slug)
	return o.Tests
}

// rowOf is the row of a record in the list of what a search found.
func rowOf(t testing.TB, page *webtest.Page, id string) *goquery.Selection {
	t.Helper()
	row := page.Find(".hits li").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return s.Find(`button[value="record `+id+`"]`).Length() == 1
	})
	if row.Length() != 1 {
		t.Fatalf("%d rows have a button for %s", row.Length(), id)
	}
	return row
}

// TestExampleFromRecord: a search lists records with what tells them apart, each with a button; one click makes the example, with the
// facts that the rules ask for, where they come from, and what else was typed kept. A second click of the same button makes no second one.
func TestExampleFromRecord(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openWorldOn(t, db)
		const address = "/staff/catalog/" + draftedProgram + "/examples"
		before := w.examplesOf(t, draftedProgram)
		ana := w.visitor(t, manager)
		form := ana.Visit(address).Want(http.StatusOK).Form(address)
		form.Set("tests.0.name", "typed before the search").Set("operator", "sampleton")
		found := form.Press("Search the registers").Want(http.StatusOK)
		if got := w.examplesOf(t, draftedProgram); len(got) != len(before) || got[0].Name != before[0].Name {
			t.Errorf("the search saved something")
		}
		row := rowOf(t, found, registrytest.Hospital)
		for _, want := range []string{"SAMPLETON EXAMPLE HOSPITAL", "SAMPLETON, OH", "CMS certification number 360901", "Medicare hospitals (CMS), edition of February 2026"} {
			if !strings.Contains(strings.Join(strings.Fields(row.Text()), " "), want) {
				t.Errorf("the row says %q, not %q", row.Text(), want)
			}
		}
		again := found.Form(address)
		made := found.Form(address).Press("Make an example: SAMPLETON EXAMPLE HOSPITAL").Want(http.StatusOK).At(address)
		after := w.examplesOf(t, draftedProgram)
		last := after[len(after)-1]
		if len(after) != len(before)+1 || after[0].Name != "typed before the search" || last.Name != "SAMPLETON EXAMPLE HOSPITAL (ccn:360901, 2026-02)" || last.Facts["sector"] != "health" {
			t.Fatalf("%d examples, the first %+v, the last %+v", len(after), after[0], last)
		}
		made.Says("Source: Medicare hospitals (CMS), edition of February 2026.").Silent("The register says")
		if again.Press("Make an example: SAMPLETON EXAMPLE HOSPITAL").Want(http.StatusOK); len(w.examplesOf(t, draftedProgram)) != len(after) {
			t.Error("sent twice, made twice")
		}

		// What is an example already is not offered again; what the person changes is told beside what the register says.
		form = ana.Visit(address).Form(address)
		listed := form.Set("operator", "360901").Press("Search the registers").Want(http.StatusOK).Says("There is an example of it already")
		if listed.Find(`.hits a[href="#tests.`+strings.TrimPrefix(lastID(made), "tests.")+`"]`).Length() != 1 {
			t.Errorf("no link to %s", lastID(made))
		}
		changed := ana.Visit(address).Form(address)
		changed.Set(sectorField(t, made), "banking")
		changed.Press("Save").Want(http.StatusOK).Says("The register says: ")

		// An identifier needs no second step, and what no register has is said.
		direct := ana.Visit(address).Form(address).Set("operator", registrytest.Bank).Press("Search the registers").Want(http.StatusOK)
		direct.Says("fdic:900001")
		if all := w.examplesOf(t, draftedProgram); !strings.HasSuffix(all[len(all)-1].Name, " (fdic:900001, 2026-01)") || all[len(all)-1].Facts["sector"] != "banking" {
			t.Errorf("%+v", all[len(all)-1])
		}
		nothing := ana.Visit(address).Form(address).Set("operator", "zzz nobody").Press("Search the registers")
		nothing.Want(http.StatusUnprocessableEntity).Says("No loaded register has such an organization")
		ana.Visit(address).Form(address).Set("operator", " ").Press("Search the registers").Want(http.StatusUnprocessableEntity)

		spanish := w.visitor(t, manager).Visit(address+"?lang=es").Form(address).Set("operator", "example").Press("Buscar en los registros")
		spanish.Want(http.StatusOK).Says("Hacer un ejemplo: EXAMPLE VALLEY CRITICAL ACCESS HOSPITAL, EXAMPLE VALLEY, OH")
		if reader := w.visitor(t, auditor).Visit(address); reader.Find(`fieldset[disabled] button[value="record"]`).Length() != 1 {
			t.Error("an auditor can search for an example")
		}
	})
}

// TestEnterOnExamples: Enter in the search searches, once for the same words; everywhere else, and after it, Enter saves what was typed.
func TestEnterOnExamples(t *testing.T) {
	t.Parallel()
	w := listening(t, openWorldOn, whole)
	v := &viewing{Tab: browsertest.Open(t).Plain(browsertest.Phone), t: t, world: w, width: browsertest.Phone, lang: "en"}
	v.become(manager)
	v.Visit(w.base + "/staff/catalog/" + draftedProgram + "/examples")
	before := w.examplesOf(t, draftedProgram)[0].Name
	v.Type(`[name="tests.0.name"]`, "typed before the search")
	v.Enter("#operator", "sampleton")
	if text := v.Text(); !strings.Contains(text, "SAMPLETON EXAMPLE HOSPITAL") {
		t.Errorf("Enter in the search finds nothing:\n%s", text)
	}
	if name := w.examplesOf(t, draftedProgram)[0].Name; name != before {
		t.Errorf("the search saved %q", name)
	}
	var typed string
	if v.Evaluate(`document.querySelector('[name="tests.0.name"]').value`, &typed); typed != "typed before the search" {
		t.Errorf("the search lost what was typed: %q", typed)
	}
	v.Enter(`[name="tests.0.name"]`, "typed after the search")
	if name := w.examplesOf(t, draftedProgram)[0].Name; name != "typed after the search" {
		t.Errorf("Enter in a name saved %q", name)
	}
	v.Enter(`[name="tests.0.name"]`, "typed without a search")
	if name := w.examplesOf(t, draftedProgram)[0].Name; name != "typed without a search" {
		t.Errorf("Enter without a search saved %q", name)
	}
}

// TestStaleExamples: who saves examples that somebody else changed meanwhile sees both texts; sending once more keeps what was typed.
func TestStaleExamples(t *testing.T) {
	bothLanguages(t, func(t *testing.T, lang string) {
		w := openWorld(t)
		const address = "/staff/catalog/" + draftedProgram + "/examples"
		mine, theirs := w.speaker(t, manager, lang), w.speaker(t, insider, lang)
		myForm, theirForm := mine.Visit(address).Form(address), theirs.Visit(address).Form(address)
		theirForm.Set("tests.0.name", "Their name of it").Send().Want(http.StatusOK)
		before := w.rows(t)
		page := myForm.Set("tests.0.name", "My name of it").Send().Want(http.StatusConflict)
		page.Says("Their name of it", "My name of it", w.people[insider].Email)
		w.unchanged(t, before, "the stale form")
		page.Form(address).Send().Want(http.StatusOK)
		if got := w.examplesOf(t, draftedProgram)[0].Name; got != "My name of it" {
			t.Errorf("sent once more, the name is %q", got)
		}
	})
}

// TestExamplesAreNotLost: half a form is refused; more examples than can be added by hand stay; a row with a value that cannot be read can
// be removed, and one beside it keeps what was typed and chosen.
func TestExamplesAreNotLost(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	const address = "/staff/catalog/" + draftedProgram + "/examples"
	ana := w.visitor(t, manager)
	form := ana.Visit(address).Form(address)
	before := w.examplesOf(t, draftedProgram)
	form.Values.Del("n:tests")
	if form.Send().Want(http.StatusConflict); len(w.examplesOf(t, draftedProgram)) != len(before) {
		t.Fatal("half a form removes the examples")
	}

	added := ana.Visit(address).Form(address).Set("to", "0").Set("about", "employees_fte").Press("Add this answer").Want(http.StatusOK)
	field := added.Find(`input[value="employees_fte"]`)
	name, _ := field.Attr("name")
	value := strings.TrimSuffix(name, ".id") + ".value"
	bad := added.Form(address).Set(value, "many").Set("to", "2").Set("about", "annual_revenue").Send().Want(http.StatusUnprocessableEntity)
	again := bad.Form(address)
	if got := []string{again.Values.Get(value), again.Values.Get("to"), again.Values.Get("about")}; !slices.Equal(got, []string{"many", "2", "annual_revenue"}) {
		t.Errorf("after the refusal the form has %q", got)
	}
	again.Press("remove tests.0.facts.employees_fte").Want(http.StatusOK)
	if got := w.examplesOf(t, draftedProgram); len(got) != len(before) || got[0].Facts["employees_fte"] != nil {
		t.Errorf("%d examples, the first %v", len(got), got[0].Facts)
	}
	added = ana.Visit(address).Form(address).Set("to", "0").Set("about", "employees_fte").Press("Add this answer").Want(http.StatusOK)
	added.Form(address).Set(value, "many").Press("remove tests.1").Want(http.StatusUnprocessableEntity)
	added.Form(address).Set(value, "many").Press("remove tests.0").Want(http.StatusOK)
	if got := w.examplesOf(t, draftedProgram); len(got) != len(before)-1 || got[0].Name != before[1].Name {
		t.Errorf("%d examples, the first %q", len(got), got[0].Name)
	}
}

// lastID is the id of the last example of a page.
func lastID(page *webtest.Page) string {
	id, _ := page.Find("#tests > fieldset").Last().Attr("id")
	return id
}

// sectorField is the name of the input for the sector of the last example.
func sectorField(t testing.TB, page *webtest.Page) (name string) {
	t.Helper()
	page.Find(`#tests > fieldset`).Last().Find(`input[type="hidden"][value="sector"]`).Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("name")
		name = strings.TrimSuffix(id, ".id") + ".value"
	})
	if name == "" {
		t.Fatal("the last example has no sector")
	}
	return name
}

// TestExamplesAreBounded: an example too many is refused, and none is lost.
func TestExamplesAreBounded(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	const address = "/staff/catalog/" + begunProgram + "/examples"
	ana := w.visitor(t, manager)
	brought := func(count int) {
		t.Helper()
		draft, o := w.draftOf(t, begunProgram)
		o.Criteria = nil
		o.Tests = slices.Repeat([]catalog.Test{{Name: "one", Outcome: catalog.TestEligible}}, count)
		w.Write(t, func(tx *data.Tx) error {
			_, err := publishing.Save(tx, publishing.Desk{Managers: func(*data.Tx) ([]publishing.Manager, error) {
				return []publishing.Manager{{ID: w.people[manager].ID}}, nil
			}}, draft.ID, draft.Revision, w.people[manager].ID, o)
			return err
		})
	}
	brought(60)
	full := ana.Visit(address).Form(address).Set("operator", registrytest.Water).Press("Search the registers")
	full.Want(http.StatusUnprocessableEntity).Says("There are 60 examples already. Remove one first")
	if got := w.examplesOf(t, begunProgram); len(got) != 60 {
		t.Errorf("%d examples", len(got))
	}
	brought(61) // by a file
	ana.Visit(address).Form(address).Set("tests.60.name", "the last").Send().Want(http.StatusOK)
	if got := w.examplesOf(t, begunProgram); len(got) != 61 || got[60].Name != "the last" {
		t.Errorf("%d examples", len(got))
	}
}
