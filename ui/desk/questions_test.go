package desk_test

import (
	"net/url"
	"strings"
	"testing"

	"accessdesk/broker"
	"accessdesk/broker/questionnaire"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

// full are the answers to every question that is asked without conditions.
var full = []string{"q-pumps", "no", "q-plan", "The old pump <script>alert(1)</script>", "q-days", "mon", "q-days", "tue", "q-rooms", "1,200", "q-budget", "$12,500",
	"q-from", "1", "q-from-day", "15", "q-from-year", "2027", "q-place", "1 Main Street", "q-place-2", "Cedar Flats", "q-place-3", "NM", "q-place-4", "87001",
	"q-keeper", "the office", "q-keeper-2", "office@example.org", "q-keeper-3", "505-555-0100", "q-ranges", "192.0.2.0/24\n198.51.100.7", "q-agree", "yes"}

// answers are those of the item for a program of the newest application.
func (h *house) answers(t *testing.T, slug string) broker.Answers {
	t.Helper()
	var answers broker.Answers
	h.Read(t, func(tx *data.Tx) error {
		var id string
		if err := tx.Row("SELECT id FROM application_item WHERE slug = $1 ORDER BY created_at DESC LIMIT 1", slug).Scan(&id); err != nil {
			return err
		}
		var err error
		answers, err = broker.AnswersOf(tx, id)
		return err
	})
	return answers
}

func TestEveryKindOfQuestion(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		address := begin(t, b, `{"sector":"drinking_water","population_served":5000}`, every)
		p := b.get(address+"/p/"+every).want(200).shows("Pump room review", "This program has 10 questions of its own", "Closes on December 18, 2026 (25 days left)",
			"Answers marked * are needed before you can send").hides("Still needed", "Which brand of pumps?", "Who runs the controls?", "Saved at")
		p.fill("main form", full...).submit("main form").leads(address).follow().shows("Saved. This part is done.", "Saved at 3:00 p.m. UTC")
		again := b.get(address + "/p/" + every).want(200)
		want := values(full...)
		for name := range want {
			if got := strings.Join(again.fields("main form")[name], "|"); got != strings.Join(want[name], "|") {
				t.Errorf("%s shows %q, want %q", name, got, want[name])
			}
		}
		if strings.Contains(again.body, "<script>alert") {
			t.Error("an answer is not escaped")
		}
		check := b.get(address+"/check").want(200).shows("January 15, 2027", "$12,500", "1,200", "Monday Tuesday", "Accepted", "We have none", "1 Main Street Cedar Flats NM 87001")
		if strings.Contains(check.body, "<script>alert") {
			t.Error("an answer is not escaped on the check page")
		}
	})
}

func TestAnswersAreSavedIncomplete(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		for _, lang := range []string{"en", "es"} {
			b := h.applicant(t, lang+"@example.org", lang)
			address := begin(t, b, water, every)
			item := address + "/p/" + every
			p := b.get(item).fill("main form", "q-pumps", "no", "q-rooms", "two <i>or</i> three", "q-from", "2", "q-from-day", "31", "q-from-year", "2027",
				"q-keeper", "the office", "q-ranges", "192.0.2.0/24 not-an-address").submit("main form").leads(item + "?told=1").follow().want(200)
			texts := []string{"Saved. 8 answers are still needed", "Still needed before you can send", "Enter a whole number, like 3,300", "Enter a date like December 18, 2026", "not-an-address"}
			if lang == "es" {
				texts = []string{"Guardado. Todavía faltan 8 respuestas", "Todavía falta para poder enviar", "Escriba un número entero, como 3,300", "Escriba una fecha como 18 de diciembre de 2026", "not-an-address"}
			}
			p.shows(texts...)
			if p.Find(".problems").Length() > 0 || p.Find(".field--needed").Length() != 8 {
				t.Errorf("%d fields are marked softly, want 8", p.Find(".field--needed").Length())
			}
			for name, want := range map[string]string{"q-rooms": "two <i>or</i> three", "q-from": "2", "q-from-day": "31", "q-from-year": "2027", "q-keeper": "the office",
				"q-ranges": "192.0.2.0/24 not-an-address"} {
				if got := p.value(name); got != want {
					t.Errorf("%s: the typed text is gone: %q, want %q", name, got, want)
				}
			}
			p.submit("main form").leads(address).follow().want(200)
			b.get(item).submit("main form", "leave").leads("/home")
		}
	})
}

func TestQuestionsThatFollowFromAnswers(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		address := begin(t, b, `{"sector":"drinking_water","population_served":5000}`, every)
		item := address + "/p/" + every
		more := b.get(item).fill("main form", full...).fill("main form", "q-pumps", "yes").submit("main form").leads(item+"?more=1").follow().
			shows("Your answers brought up more questions", "Which brand of pumps?")
		more.fill("main form", "q-brand", "Example 200").submit("main form").leads(address)
		// A fact brings up a question as well, and a question that is not asked any more keeps its answer.
		b.get(address+"/org").fill("main form", "f-has_ot", "yes").submit("main form").want(303)
		p := b.get(item).shows("Who runs the controls?")
		p.fill("main form", "q-pumps", "no", "q-controls", "Two people").submit("main form").leads(address)
		b.get(item).hides("Which brand of pumps?").fill("main form", "q-pumps", "yes").submit("main form").leads(item + "?more=1")
		if got := b.get(item).value("q-brand"); got != "Example 200" {
			t.Errorf("the answer to a question that was not asked for a while is gone: %q", got)
		}
	})
}

func TestAnswerTooLong(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		address := begin(t, b, water, every)
		long := strings.Repeat("á", questionnaire.LongTextLimit+1)
		p := b.get(address+"/p/"+every).fill("main form", full...).fill("main form", "q-plan", long, "q-rooms", "7").submit("main form").want(422)
		p.problem("q-plan", "Use 4,000 characters or fewer. You have used 4,001")
		if p.value("q-plan") != long || p.value("q-rooms") != "7" || p.value("q-keeper-2") != "office@example.org" {
			t.Error("something typed is gone")
		}
		p.fill("main form", "q-plan", long[2:]).submit("main form").leads(address)
	})
}

func TestStaleAnswers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		address := begin(t, b, water, every)
		item := address + "/p/" + every
		first, second := b.get(item), b.get(item)
		first.fill("main form", "q-plan", "Their plan", "q-rooms", "3", "q-days", "mon").submit("main form").want(303)
		h.Advance(60_000_000_000)
		stale := second.fill("main form", "q-plan", "My <b>plan</b>", "q-days", "mon", "q-days", "tue", "q-agree", "yes").submit("main form").want(409)
		stale.shows("This page changed while you were writing", "You saved other answers in another window on November 23, 2026, 3:00 p.m. UTC",
			"Their plan", "My <b>plan</b>", "Monday Tuesday", "No answer")
		if strings.Contains(stale.body, "<b>plan") {
			t.Error("not escaped")
		}
		if got := h.answers(t, every)["plan"]; got[0] != "Their plan" {
			t.Fatalf("a stale form was saved: %q", got)
		}
		stale.submit("main form").want(409).problem("take-q-plan", `Choose which version of "What should we look at first?" to keep`)
		// Somebody saves once more in between: nothing is lost, the choice is asked for again.
		b.get(item).fill("main form", "q-rooms", "4").submit("main form").want(303)
		resolved := stale.fill("main form", "take-q-plan", "mine", "take-q-days", "mine", "take-q-rooms", "theirs", "take-q-agree", "mine").submit("main form").want(409)
		resolved.shows("My <b>plan</b>")
		if id, _ := resolved.Find("input[name=take-q-plan][checked]").Attr("value"); id != "mine" {
			t.Errorf("the choice was forgotten: %q", id)
		}
		resolved.submit("main form").want(303)
		answers := h.answers(t, every)
		if answers["plan"][0] != "My <b>plan</b>" || answers["rooms"][0] != "4" || strings.Join(answers["days"], " ") != "mon tue" || answers["agree"] == nil {
			t.Errorf("saved %v", answers)
		}
	})
}

func TestColleagueIsNamedInAConflict(t *testing.T) {
	h := openHouse(t, datatest.Open(t))
	b := h.applicant(t, "office@example.org", "es")
	address := begin(t, b, water, every)
	colleague := h.stranger(t, "colleague@example.org", "es")
	h.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec(`INSERT INTO membership (person_id, organization_id, role, state, created_at)
			SELECT p.id, o.id, 'editor', 'active', o.created_at FROM person p, organization o WHERE p.email = $1`, "colleague@example.org")
		return err
	})
	mine := b.get(address + "/p/" + every)
	colleague.get(address+"/p/"+every).fill("main form", "q-plan", "Plan de ella").submit("main form").want(303)
	mine.fill("main form", "q-plan", "Mi plan").submit("main form").want(409).shows("colleague@example.org guardó otras respuestas", "Plan de ella", "Mi plan")
	same := b.get(address + "/p/" + every)
	colleague.get(address+"/p/"+every).fill("main form", "q-rooms", "2").submit("main form").want(303)
	same.fill("main form", "q-rooms", "2").submit("main form").want(303) // both say the same: nothing to choose
}

func TestProgramWithoutQuestions(t *testing.T) {
	h := openHouse(t, datatest.Open(t))
	b := h.applicant(t, "office@example.org", "en")
	address := begin(t, b, water, "no-question")
	b.get(address + "/p/no-question").want(200).shows("This program asks nothing beyond the facts")
	b.get(address).shows("No questions of its own", "Check and send")
}

func TestForgedForms(t *testing.T) {
	h := openHouse(t, datatest.Open(t))
	b := h.applicant(t, "office@example.org", "en")
	address := begin(t, b, water, every)
	item := address + "/p/" + every
	token := b.get(item).value("form_token")
	form := func(pairs ...string) url.Values {
		return values(append(pairs, "form_token", token)...)
	}
	b.post(item, values("revision", "1")).want(403)
	b.post(item, form("revision", "x", "shown", "plan", "q-plan", "typed")).want(409).shows("typed")
	b.post(item, form("revision", "1", "shown", "plan", "shown", "nothing", "q-plan", "ok", "q-nothing", "x", "back", "javascript:alert(1)")).leads(item + "?more=1")
	b.post(item, form("revision", "2", "shown", "days", "q-days", "sunday")).want(303)
	b.get(item).shows("Choose one of the answers in the list")
	b.get("/applications/unknown").want(404)
	b.get(address + "/p/unknown").want(404)
	b.post(address+"/p/unknown", form()).want(404)
}
