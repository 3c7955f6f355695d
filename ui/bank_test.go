package ui_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker"
	"accessdesk/catalog"
	"accessdesk/catalog/question"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/locale"
	"accessdesk/ui/browsertest"
)

// inEachEngine runs a test in English on one engine and in Spanish on the other.
func inEachEngine(t *testing.T, test func(t *testing.T, w *world, l *locale.Localizer)) {
	t.Run("SQLite in English", func(t *testing.T) {
		w := openWorldOn(t, datatest.Open(t))
		test(t, w, w.desk.Locales.In("en"))
	})
	t.Run("PostgreSQL in Spanish", func(t *testing.T) {
		w := openWorldOn(t, datatest.OpenPostgres(t))
		test(t, w, w.desk.Locales.In("es"))
	})
}

// A manager writes a question without JavaScript: the buttons of its list keep what was typed and store nothing, and what is wrong is said
// at its field.
func TestQuestionBank(t *testing.T) {
	t.Parallel()
	inEachEngine(t, func(t *testing.T, w *world, l *locale.Localizer) {
		v := w.speaker(t, manager, l.Lang())
		const form, home = "/staff/questions/new", "/staff/questions/planned_work"
		page := v.Visit("/staff/catalog").Follow(l.T("bank.title")).At("/staff/questions")
		page = page.Follow(l.T("bank.new")).Form(form).Set("type", "several").Send().Want(http.StatusOK)
		before := w.rows(t)
		f := page.Form(form).Set("questions.0.id", "planned_work").Set("questions.0.label.en", "Which work do you plan?").Set("questions.0.min", "many")
		page = f.Press(l.T("edit.add_questions_options")).Want(http.StatusUnprocessableEntity).Says(l.T("refusal.invalid_number"))
		if got := page.Form(form).Values.Get("questions.0.min"); got != "many" {
			t.Errorf("what cannot be read is lost: %q", got)
		}
		page = page.Form(form).Set("questions.0.min", "1").Set("questions.0.max", "4").Press(l.T("edit.add_questions_options")).Want(http.StatusOK)
		f = page.Form(form)
		if f.Values.Get("questions.0.label.en") != "Which work do you plan?" || f.Values.Get("n:questions.0.options") != "3" {
			t.Fatalf("after a button the form has %v", f.Values)
		}
		for at, value := range []string{"scan", "train", "drop"} {
			at := "questions.0.options." + string(rune('0'+at))
			f.Set(at+".value", value).Set(at+".label.en", "Do "+value).Set(at+".label.es", "Hacer "+value)
		}
		page = f.Send().Want(http.StatusUnprocessableEntity).Says(l.T("lacking.spanish"), l.Fill("lacking.limit_options", map[string]any{"A": 4, "B": 3}))
		if page.Find(`.problems a[href="#questions.0.label.es"]`).Length() == 0 {
			t.Error("the summary does not lead to the Spanish text")
		}
		page = page.Form(form).Set("questions.0.label.es", "¿Qué trabajo planea?").Set("questions.0.max", "2").Press("up questions.0.options.1").Want(http.StatusOK)
		page = page.Form(form).Press("remove questions.0.options.2").Want(http.StatusOK)
		w.unchanged(t, before, "writing a question that is not sent yet")
		page = page.Form(form).Send().Want(http.StatusOK).At(home).Says(l.T("bank.flash_added"), l.T("bank.unused"), l.T("bank.act_added"))
		if f := page.Form(home); f.Values.Get("questions.0.options.0.value") != "train" || f.Values.Get("n:questions.0.options") != "2" || f.Values.Get("questions.0.max") != "2" {
			t.Errorf("kept: %v", f.Values)
		}
		v.Visit("/staff/questions?type=several&q=plan").Says("planned_work").Silent(usedQuestion)
		w.staleQuestion(t, l)
	})
}

// staleQuestion is that two people change the same question, then one retires it from an old page.
func (w *world) staleQuestion(t *testing.T, l *locale.Localizer) {
	t.Helper()
	const home, turn = "/staff/questions/planned_work", "/staff/questions/planned_work#turn"
	first, second := w.speaker(t, manager, l.Lang()), w.speaker(t, insider, l.Lang())
	mine, theirs := first.Visit(home), second.Visit(home)
	theirs.Form(home).Set("questions.0.label.en", "Which work do they plan?").Send().Want(http.StatusOK).Says(l.T("bank.flash_saved"))
	page := mine.Form(home).Set("questions.0.label.en", "What work do you plan?").Send().Want(http.StatusConflict).
		Says("Which work do they plan?", l.T("bank.conflict_title"))
	if got := page.Form(home).Values.Get("questions.0.label.en"); got != "What work do you plan?" {
		t.Errorf("what was typed is %q", got)
	}
	page.Form(home).Send().Want(http.StatusOK)
	w.Read(t, func(tx *data.Tx) error {
		history, err := question.History(tx, "planned_work")
		if err != nil || len(history) != 3 || history[0].Question.Label.En != "What work do you plan?" || history[1].Question.Label.En != "Which work do they plan?" {
			t.Errorf("history: %+v, %v", history, err)
		}
		return nil
	})
	mine.Form(turn).Send().Want(http.StatusConflict).Says(l.T("refusal.conflict"))
	first.Visit(home).Form(turn).Send().Want(http.StatusOK).Says(l.T("bank.flash_retired"), l.T("bank.retired_text"), l.T("bank.reuse"))
	first.Visit("/staff/questions?state=used").Silent("planned_work")
	first.Visit(home).Form(turn).Send().Want(http.StatusOK).Says(l.T("bank.flash_reused"), l.T("bank.act_retired"))
	auditing := w.speaker(t, auditor, l.Lang())
	if auditing.Visit(home).Want(http.StatusOK).Find(`main form`).Length() > 0 {
		t.Error("an auditor is offered to change a question")
	}
}

// The page of questions of a program adds a question of the bank with all else that was typed, says what differs from the bank, and takes
// its words.
func TestQuestionFromBank(t *testing.T) {
	t.Parallel()
	inEachEngine(t, func(t *testing.T, w *world, l *locale.Localizer) {
		v := w.speaker(t, manager, l.Lang())
		const address = "/staff/catalog/" + draftedProgram + "/questions"
		page := v.Visit(address).Says(l.T("bank.differs"))
		f := page.Form(address)
		at := strings.TrimSuffix(strings.TrimPrefix(page.Find(`button[value^="words questions."]`).AttrOr("value", ""), "words "), ".label")
		if f.Values.Get(at+".bank") != usedQuestion || f.Values.Get(at+".min") != "1" {
			t.Fatalf("the question from the bank stands at %q: %v", at, f.Values)
		}
		if page.Find(`#bank option[value="`+retiredQuestion+`"]`).Length() > 0 {
			t.Error("a retired question is offered")
		}
		f.Press(l.T("bank.add_button")).Want(http.StatusUnprocessableEntity).Says(l.T("refusal.choose_one"))
		page = v.Visit(address).Form(address).Set(at+".help.en", "Typed on the way.").Set("bank", usedQuestion).Press(l.T("bank.add_button")).Want(http.StatusOK)
		f = page.Form(address)
		if f.Values.Get(at+".help.en") != "Typed on the way." {
			t.Error("what was typed beside is lost")
		}
		count := 0
		for name, values := range f.Values {
			if strings.HasSuffix(name, ".bank") && values[0] == usedQuestion {
				count++
			}
		}
		if count != 2 || !strings.Contains(page.Body, `value="`+usedQuestion+`_2"`) {
			t.Errorf("%d questions come from the bank", count)
		}
		page = f.Press("words " + at).Want(http.StatusOK).Says(l.T("bank.same")).Silent(l.T("bank.differs"))
		if got := page.Form(address).Values.Get(at + ".label.en"); got != "When do people work there?" {
			t.Errorf("the words of the bank are %q", got)
		}
		v.Visit("/staff/questions/"+usedQuestion).Says(l.T("bank.in_draft"), l.T("bank.says_same")).Silent(l.T("bank.says_other"))
		page = v.Visit(address).Form(address).Set(at+".label.en", "Ours").Send().Want(http.StatusOK).Says(l.T("bank.differs"))
		page.Form(address).Press("own " + at).Want(http.StatusOK).Silent(l.T("bank.differs"))
		v.Visit("/staff/questions/" + usedQuestion).Says(l.T("bank.says_same")).Silent(l.T("bank.says_other"))
	})
}

// What an applicant answers is held to the limits of the question: said softly when it is saved, as a gap before it is sent. What was typed
// is kept in any case.
func TestLimitsOfAnswers(t *testing.T) {
	t.Parallel()
	inEachEngine(t, func(t *testing.T, w *world, l *locale.Localizer) {
		const task = "first_task"
		w.republish(t, modelProgram, func(o *catalog.Offering) {
			o.Questions = slices.Clone(o.Questions)
			at := slices.IndexFunc(o.Questions, func(q catalog.Question) bool { return q.ID == task })
			o.Questions[at].Min, o.Questions[at].Max = 20, 60
		})
		applicant := w.crowd(t, 1, "")[0]
		a := w.begin(t, applicant, w.founded(t, applicant), modelProgram)
		answers := fullAnswers(modelProgram)
		answers[task] = []string{"Too short."}
		w.save(t, applicant, a, modelProgram, answers)
		v := w.speaker(t, applicant, l.Lang())
		address, few := "/applications/"+a.ID+"/p/"+modelProgram, l.T("refusal.too_short", "Min", 20)
		if said := v.Visit(address).Says(l.T("answer.characters_both", "Min", 20, "Max", 60)).Find("#q-" + task + "-needed").Text(); !strings.Contains(said, few) {
			t.Errorf("at the field it says %q", said)
		}
		page := v.Visit("/applications/" + a.ID + "/check").Want(http.StatusOK)
		if page.Find(`a[href*="q-`+task+`"]`).Length() == 0 && page.Find(`a[href*="`+address+`"]`).Length() == 0 {
			t.Error("the check page does not lead to the answer")
		}
		item := w.reload(t, applicant, a).Items[0]
		err := w.DB.Write(t.Context(), func(tx *data.Tx) error {
			_, err := broker.Act(tx, w.desk, broker.PersonActor(w.people[applicant]), item.ID, broker.ActRequest{Act: broker.ActSubmit, Declared: broker.Declarations()})
			return err
		})
		var refusal *data.Refusal
		if !errors.As(err, &refusal) || refusal.Code != "incomplete" {
			t.Errorf("it is sent: %v", err)
		}
		v.Visit(address).Form(address).Set("q-"+task, strings.Repeat("long ", 20)).Send().Want(http.StatusOK)
		v.Visit(address).Says(l.T("refusal.too_long", "Max", 60, "Used", 99))
		v.Visit(address).Form(address).Set("q-"+task, "We test our backups each month.").Send().Want(http.StatusOK)
		v.Visit(address).Silent(few)
		w.submitted(t, applicant, a)
	})
}

// In a browser without JavaScript a button of a list returns to its list, and a question that was added from the bank is where one lands.
func TestQuestionBankReturns(t *testing.T) {
	t.Parallel()
	w := listening(t, openWorldOn, whole)
	v := &viewing{Tab: browsertest.Open(t).Plain(browsertest.Phone), t: t, world: w, width: browsertest.Phone, lang: "en"}
	v.become(manager)
	lands := func(where string) {
		t.Helper()
		if address := v.Address(); !strings.HasSuffix(address, where) {
			t.Errorf("the browser is at %s, not at %s", address, where)
		}
	}
	l := w.desk.Locales.In("en")
	v.Visit(w.base + "/staff/questions/new?type=choice")
	v.Press(l.T("edit.add_questions_options"))
	lands("/staff/questions/new#questions.0.options")
	v.Visit(w.base + "/staff/catalog/" + draftedProgram + "/questions")
	v.Select("#bank", usedQuestion)
	v.Press(l.T("bank.add_button"))
	lands("/staff/catalog/" + draftedProgram + "/questions#questions.6")
}
