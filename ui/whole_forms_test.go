package ui_test

import (
	"net/http"
	"strconv"
	"testing"

	"accessdesk/catalog"
)

// questionsOf are the questions of the open draft of draftedProgram.
func (w *world) questionsOf(t testing.TB) []catalog.Question {
	t.Helper()
	_, o := w.draftOf(t, draftedProgram)
	return o.Questions
}

const questionsPage = "/staff/catalog/" + draftedProgram + "/questions"

// withThree makes three questions with ids one, two, three behind those that are there, and gives the place of the first of them.
func (w *world) withThree(t testing.TB) int {
	t.Helper()
	v, at := w.visitor(t, manager), len(w.questionsOf(t))
	for i, id := range []string{"one", "two", "three"} {
		page := v.Visit(questionsPage).Form(questionsPage).Press("add questions").Want(http.StatusOK)
		key := "questions." + strconv.Itoa(at+i)
		page.Form(questionsPage).Set(key+".id", id).Set(key+".type", "number").Set(key+".label.en", "Question "+id).Send().Want(http.StatusOK)
	}
	return at
}

// questionIDs are the ids of questions.
func questionIDs(all []catalog.Question) (names []string) {
	for _, q := range all {
		names = append(names, q.ID)
	}
	return names
}

// A: half a form (its count is missing) deletes no question.
func TestHalfFormIsRefused(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	w.withThree(t)
	before := len(w.questionsOf(t))
	form := w.visitor(t, manager).Visit(questionsPage).Form(questionsPage)
	form.Values.Del("n:questions")
	form.Send().Want(http.StatusConflict)
	if got := len(w.questionsOf(t)); got != before {
		t.Errorf("%d questions, of %d", got, before)
	}
}

// A2: the same on the rules: the rows of one rule are missing.
func TestHalfRuleIsRefused(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	before := w.exprs(t, draftedProgram)
	form := w.visitor(t, manager).Visit(rulesOf(draftedProgram)).Form(rulesOf(draftedProgram))
	form.Values.Del("n:criteria.0.rows")
	form.Send().Want(http.StatusConflict)
	if got := w.exprs(t, draftedProgram); got[0] != before[0] {
		t.Errorf("the rule %q became %q", before[0], got[0])
	}
}

// C: a row that cannot be read can be removed.
func TestUnreadableQuestionIsRemoved(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	at := w.withThree(t)
	key := "questions." + strconv.Itoa(at)
	form := w.visitor(t, manager).Visit(questionsPage).Form(questionsPage).Set(key+".min", "many")
	form.Press("remove " + key)
	if got := questionIDs(w.questionsOf(t)); len(got) != at+2 || got[at] != "two" {
		t.Errorf("after Remove: %q", got)
	}
}

// D: Remove that meets a conflict, sent once more, removes what it said.
func TestConflictOfRemove(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	at := w.withThree(t)
	key := "questions." + strconv.Itoa(at)
	mine := w.visitor(t, manager).Visit(questionsPage).Form(questionsPage)
	w.visitor(t, insider).Visit(questionsPage).Form(questionsPage).Set(key+".label.en", "Theirs").Send().Want(http.StatusOK)
	page := mine.Press("remove " + key).Want(http.StatusConflict)
	page.Form(questionsPage).Send().Want(http.StatusOK)
	got := questionIDs(w.questionsOf(t))
	if len(got) != at+2 || got[at] != "two" || got[at+1] != "three" {
		t.Errorf("after Remove of one: %q", got)
	}
}

// B: a form with more elements than the bound, refused and sent once more, cuts nothing.
func TestTooManyComeBack(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	form := w.visitor(t, manager).Visit(questionsPage).Form(questionsPage)
	form.Values.Set("n:questions", "61")
	for i := len(w.questionsOf(t)); i < 61; i++ {
		form.Values.Set("questions."+strconv.Itoa(i)+".id", "q"+strconv.Itoa(i))
		form.Values.Set("n:questions."+strconv.Itoa(i)+".options", "0")
	}
	page := form.Send().Want(http.StatusUnprocessableEntity)
	again := page.Form(questionsPage)
	if again.Values.Get("questions.60.id") != "q60" {
		t.Errorf("the form comes back with %s elements, the last is lost", again.Values.Get("n:questions"))
	}
}
