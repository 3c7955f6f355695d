package desk_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
)

// modelAnswers answer every question of the demo model program.
var modelAnswers = []string{"q-first_task", "Read firewall logs once a week", "q-tasks", "logs", "q-setup", "own_staff", "q-control_systems", "They stand alone",
	"q-user_count", "3", "q-problem_contact", "the office", "q-problem_contact-2", "office@example.org", "q-own_systems", "yes", "q-accept_terms", "yes"}

// contactFacts are the names and contacts that the demo programs ask for.
var contactFacts = []string{"f-site_address", "1 Main Street", "f-authorised_official", "Mayor", "f-technical_contact", "Shift lead"}

// declared ticks the declarations.
var declared = []string{"declare_authority", "yes", "declare_truth", "yes", "declare_defensive_use", "yes"}

// complete starts an application for the model program and answers everything.
func complete(t *testing.T, b *browser) string {
	t.Helper()
	address := begin(t, b, water, model)
	b.get(address+"/org").fill("main form", contactFacts...).submit("main form").leads(address)
	b.get(address+"/p/"+model).fill("main form", modelAnswers...).submit("main form").leads(address)
	return address
}

// sent is a complete application that was sent.
func sent(t *testing.T, b *browser) string {
	t.Helper()
	address := complete(t, b)
	b.get(address+"/check").fill("main form", declared...).submit("main form").leads(address + "/sent")
	return address
}

// act lets a program manager take a step on the newest item for a program.
func (h *house) act(t *testing.T, slug string, r broker.ActRequest) {
	t.Helper()
	h.Write(t, func(tx *data.Tx) error {
		const email = "manager@example.org"
		manager, err := account.FindPersonByEmail(tx, email)
		if err != nil {
			_, err = tx.Exec(`INSERT INTO person (id, email, name, lang, staff_role, disabled, generation, created_at)
				VALUES ('manager', $1, '', 'en', 'program_manager', $2, 1, 0)`, email, false)
			if err != nil {
				return err
			}
			manager = account.Person{ID: "manager", Email: email, Lang: "en", StaffRole: account.ProgramManager}
		}
		var id string
		if err := tx.Row("SELECT id FROM application_item WHERE slug = $1 ORDER BY created_at DESC LIMIT 1", slug).Scan(&id); err != nil {
			return err
		}
		_, err = broker.Act(tx, h.desk, broker.PersonActor(manager), id, r)
		return err
	})
}

// work does what is due.
func (h *house) work(t *testing.T) {
	t.Helper()
	h.Write(t, func(tx *data.Tx) error { return broker.Work(tx, h.desk) })
}

func TestTaskList(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		address := begin(t, b, water, model, every)
		p := b.get(address).want(200).shows("For 2 programs. 0 of 4 tasks done.", "About your organization", "Not started", "Do the other tasks first",
			"Continue: About your organization", "Likely eligible", "Takes applications all year", "Closes on December 18, 2026 (25 days left)")
		if p.Find(".tasks a").Length() != 3 {
			t.Errorf("%d tasks are open, want 3", p.Find(".tasks a").Length())
		}
		p.click("Continue: About your organization").fill("main form", contactFacts...).fill("main form", "f-ip_ranges", "192.0.2.0/24").submit("main form").leads(address).follow().
			shows("1 of 4 tasks done", "Continue: Defender model access (demo)")
		b.get(address+"/p/"+model).fill("main form", "q-user_count", "3").submit("main form").want(303)
		b.get(address).shows("In progress", "7 still open")
		b.get(address+"/p/"+model).fill("main form", modelAnswers...).submit("main form").leads(address)
		b.get(address).shows("2 of 4 tasks done", "Continue: Pump room review")
		b.get(address+"/p/"+every).fill("main form", full...).fill("main form", "q-controls", "Two people").submit("main form").leads(address).follow().
			shows("3 of 4 tasks done", "Continue: Check and send")
		b.get("/home").shows("To do", "Application CAD-", "3 of 4 tasks done", "Pump room review closes on December 18, 2026.")
		b.get("/applications").shows("Draft", "last saved November 23, 2026")
		h.SetNow(time.Date(2026, 12, 16, 12, 0, 0, 0, time.UTC))
		b.post("/test/signin", values("email", "office@example.org"))
		b.get(address).shows("It closes soon. Send your application before December 18, 2026, 5:00 p.m. EST.", "Saved on November 23, 2026, 3:00 p.m. UTC")
		h.SetNow(time.Date(2026, 12, 18, 12, 0, 0, 0, time.UTC))
		b.post("/test/signin", values("email", "office@example.org"))
		b.get(address).shows("Closes today, December 18, 2026, 5:00 p.m. EST")
		h.SetNow(time.Date(2026, 12, 18, 22, 0, 0, 0, time.UTC))
		b.post("/test/signin", values("email", "office@example.org"))
		b.get(address).shows("Closed on December 18, 2026. Your draft is kept for the next time it opens.")
	})
}

func TestCheckNamesWhatIsMissing(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		address := begin(t, b, water, model, scanning)
		p := b.get(address+"/check").want(200).shows("Check your answers", "12 answers are still missing", "4 facts about your organization are open", "Seen by every program in this application",
			"Seen by Defender model access (demo)", "This is a check, not a decision", "Taking part is your choice", "Nothing here is a license", "Go to the first missing answer")
		if p.Find(`button:contains("Send")`).Length() > 0 {
			t.Error("an incomplete application has a button to send it")
		}
		// A change comes back to the row it came from.
		change := p.click("What do you want to do first with the model?")
		change.fill("main form", modelAnswers...).submit("main form").leads(address + "/check#row-q-first_task")
		if row := b.get(address + "/check").text("#row-q-first_task dd"); !strings.Contains(row, "Read firewall logs once a week") {
			t.Errorf("row %q", row)
		}
		b.get(address+"/org?back=f-site_address").fill("main form", contactFacts...).submit("main form").leads(address + "/check#row-f-site_address")
		// The complete program can be sent without the other one.
		p = b.get(address + "/check").want(200).shows("Send to 1 program").shows("1 fact about your organization is open")
		p.fill("main form", declared...).submit("main form").leads(address+"/sent").follow().
			shows("Your application is sent", "Not sent", "Address scanning (demo)", "4 questions still need an answer")
		b.get(address).shows("Sent", "For 1 program.")
		b.get(address + "/p/" + scanning).want(200).shows("Which addresses should be scanned?")
	})
}

func TestDeclarationsAreNeeded(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		for _, c := range []struct{ lang, authority, use, send string }{
			{"en", "Tick the box if it is true: I may act for Cedar Flats Water District",
				"Tick the box if it is true: We will use what we get only to defend systems that we own, run, or have permission to test", "Send to 1 program"},
			{"es", "Marque la casilla si es cierto: Puedo actuar por Cedar Flats Water District",
				"Marque la casilla si es cierto: Usaremos lo que recibamos solo para defender sistemas propios, que operamos o que tenemos permiso de probar", "Enviar a 1 programa"},
		} {
			b := h.applicant(t, c.lang+"@example.org", c.lang)
			address := complete(t, b)
			p := b.get(address+"/check").shows(c.send).fill("main form", "declare_truth", "yes").submit("main form").want(422)
			p.problem("declare_authority", c.authority).problem("declare_defensive_use", c.use)
			if p.value("declare_truth") != "yes" || p.Find("#declare_truth-problem").Length() > 0 {
				t.Error("the ticked box is not ticked any more, or complained of")
			}
			if n := count(t, h, "SELECT count(*) FROM application_item WHERE state <> 'draft'"); n != 0 {
				t.Error("something was sent")
			}
			b.get(address + "/submit").leads(address + "/check")
		}
	})
}

func TestSendTwice(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		address := complete(t, b)
		p, other := b.get(address+"/check").fill("main form", declared...), b.get(address+"/check").fill("main form", declared...)
		p.submit("main form").leads(address + "/sent")
		p.submit("main form").leads(address + "/sent")     // the same form again: a double click
		other.submit("main form").leads(address + "/sent") // another window
		b.get(address+"/sent").want(200).shows("Your application is sent", "Your reference: CAD-", "We emailed office@example.org", "We aim to answer by December 3, 2026")
		if n := count(t, h, "SELECT count(*) FROM record_entry WHERE act = 'submit'"); n != 1 {
			t.Errorf("sent %d times", n)
		}
		if n := count(t, h, "SELECT count(*) FROM outbox WHERE template = 'submitted'"); n != 1 {
			t.Errorf("%d mails", n)
		}
		b.get(address + "/check").leads(address)
		b.get(address + "/org").leads(address)
		b.get(address).shows("Everything is sent")
	})
}

func TestCannotBeSent(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		address := complete(t, b)
		p := b.get(address+"/check").fill("main form", declared...)
		b.get(address+"/org").fill("main form", "f-population_served", "250,000").submit("main form").want(303)
		p.submit("main form").want(422).shows("There is a problem", "Defender model access (demo): With your answers of today, a rule of this program is not met")
		b.get(address).shows("Not eligible now", "No service that you run is within a size limit")
		b.get(address+"/check").shows("Not eligible now", "Nothing in this application can be sent right now").hides("Send to")
		b.get(address + "/sent").leads(address)
	})
}

func TestFormsOfWhatWasSent(t *testing.T) {
	h := openHouse(t, datatest.Open(t))
	b := h.applicant(t, "office@example.org", "en")
	address := complete(t, b)
	facts, questions := b.get(address+"/org").fill("main form", "f-site_address", "9 Late Street"), b.get(address+"/p/"+model).fill("main form", "q-first_task", "A late idea")
	b.get(address+"/check").fill("main form", declared...).submit("main form").leads(address + "/sent")
	facts.submit("main form").want(422).shows("This was sent already", "9 Late Street")
	questions.submit("main form").want(422).shows("This was sent already", "A late idea")
	b.get(address + "/p/" + model).shows("Read firewall logs once a week").hides("A late idea")
}

func TestStatusFromSentToGrant(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		address := sent(t, b)
		item := address + "/p/" + model
		p := b.get(item).want(200).shows("Sent", "A program manager will start to read your application", "We aim to decide by December 3, 2026", "Next: a program manager",
			"What we have from you", "Read firewall logs once a week", "Facts about your organization", "3,301 to 10,000 people")
		if p.Find(".tl-now").Length() != 1 || p.text(".tl-now b") != "Sent" {
			t.Errorf("now: %q", p.text(".tl-now"))
		}
		b.get("/home").shows("With the reviewers", "Nothing waits for you right now")
		h.Advance(24 * time.Hour)
		h.act(t, model, broker.ActRequest{Act: broker.ActAsk, Message: "Who is the <b>second</b> contact?"})
		b.post("/test/signin", values("email", "office@example.org"))
		b.get("/home").shows("Waiting for you", "The reviewer asked you a question on November 24, 2026.", "Answer the question")
		asked := b.get(item).shows("The reviewer asked you on November 24, 2026", "Who is the <b>second</b> contact?", "Your answer", "The review goes on as soon as you send it").
			hides("Messages")
		if strings.Contains(asked.body, "<b>second") || asked.text(".tl-now b") != "Waiting for you" {
			t.Error("not escaped, or the timeline is wrong")
		}
		asked.submit("main form").want(422).problem("message", "Write your answer before you send it")
		long := strings.Repeat("x", broker.MessageLimit+1)
		failed := asked.fill("main form", "message", long).submit("main form").want(422).problem("message", "Use 4,000 characters or fewer. You have used 4,001")
		if failed.value("message") != long {
			t.Error("the typed answer is gone")
		}
		b.get(item + "/answer").leads(item)
		answer := failed.fill("main form", "message", "The shift lead")
		answer.submit("main form").leads(item).follow().shows("Your answer is sent", "Being reviewed", "Messages", "The shift lead", "Who is the <b>second</b> contact?")
		answer.submit("main form").leads(item) // the same form again
		if n := count(t, h, "SELECT count(*) FROM item_message WHERE kind = 'answer'"); n != 1 {
			t.Errorf("%d answers", n)
		}
		h.act(t, model, broker.ActRequest{Act: broker.ActApprove, Starts: h.Now().Add(48 * time.Hour)})
		done := b.get(item).shows("Approved by Example Council for Defender model access (demo)", "Your access begins on November 26, 2026", "Access being set up", "See your access")
		done.hides("Withdraw", "We aim")
		grant := done.click("See your access").want(200).shows("Access being set up", "Wait until November 26, 2026", "Keep what you learn confidential", "You can ask to renew it from March 26, 2027 on.", "Example Institute help line (fictional)")
		grant.click("See the application it comes from").shows("Approved by Example Council")
		b.get("/access").shows("Defender model access (demo)", "Starts on November 26, 2026")
		b.get("/home").shows("Your access", "Decisions", "Approved")
	})
}

func TestAnswerThatComesTooLate(t *testing.T) {
	h := openHouse(t, datatest.Open(t))
	b := h.applicant(t, "office@example.org", "en")
	address := sent(t, b)
	item := address + "/p/" + model
	h.act(t, model, broker.ActRequest{Act: broker.ActAsk, Message: "Which one?"})
	first, second := b.get(item).fill("main form", "message", "The first"), b.get(item).fill("main form", "message", "The second text")
	first.submit("main form").leads(item)
	second.submit("main form").want(409).shows("This changed while you were working", "The second text")
}

func TestDeclinedSaysWhyAndWhatWouldChangeIt(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		for _, lang := range []string{"en", "es"} {
			h.Advance(time.Minute)
			b := h.applicant(t, lang+"@example.org", lang)
			item := sent(t, b) + "/p/" + model
			h.act(t, model, broker.ActRequest{Act: broker.ActDecline, ReasonCode: "purpose", Message: "The plan names no defense."})
			p := b.get(item).want(200).shows("The plan names no defense.", h.locales.In(lang).T("broker.sentence_purpose"), h.locales.In(lang).T("broker.change_purpose"),
				h.locales.In(lang).T("desk.status_change"))
			if p.Find(`aside a[href$="/withdraw"]`).Length() > 0 {
				t.Error("a decided case can be withdrawn")
			}
			b.get("/home").shows(h.locales.In(lang).T("status.not_approved"))
		}
		for _, code := range broker.ReasonCodes() {
			for _, lang := range []string{"en", "es"} {
				if l := h.locales.In(lang); !l.Has("broker.sentence_"+code) || !l.Has("broker.change_"+code) {
					t.Errorf("no %s text for %s", lang, code)
				}
			}
		}
		for _, code := range broker.Declarations() {
			if !h.locales.In("es").Has("desk.declare_" + code) {
				t.Errorf("no text for declaration %s", code)
			}
		}
	})
}

func TestWithdraw(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		draft := begin(t, b, water, scanning, every)
		p := b.get(draft).click("Withdraw: Address scanning (demo)").want(200).shows("Withdraw from Address scanning (demo)?", "You have not sent this one yet")
		p.submit("main form").want(422).problem("choice", "Choose yes or no")
		p.fill("main form", "choice", "no").submit("main form").leads(draft).follow().shows("Nothing changed")
		p.fill("main form", "choice", "yes").submit("main form").leads(draft).follow().shows("The application is withdrawn", "Withdrawn", "For 1 program.")
		p.submit("main form").leads(draft) // a double click
		b.get(draft + "/p/" + scanning).want(200).shows("You withdrew this application").hides("What we have from you Which")
		b.get(draft + "/p/" + scanning + "/withdraw").leads(draft + "/p/" + scanning)
		h.Advance(time.Minute)
		address := sent(t, b)
		item := address + "/p/" + model
		stale := b.get(item+"/withdraw").shows("nobody works on it any more").fill("main form", "choice", "yes")
		h.act(t, model, broker.ActRequest{Act: broker.ActAssign})
		stale.submit("main form").want(http.StatusConflict)
		b.get(item+"/withdraw").fill("main form", "choice", "yes").submit("main form").leads(address)
		b.get(item).shows("You withdrew this application", "Withdrawn", "Being reviewed")
		b.get("/home").shows("Decisions", "Withdrawn on November 23, 2026")
	})
}

func TestLifeOfAGrant(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "es")
		item := sent(t, b) + "/p/" + model
		h.act(t, model, broker.ActRequest{Act: broker.ActApprove})
		grant := b.get(item).click("Ver su acceso").want(200).shows("Activo", "Aprobada por Example Council", "180 días", "23 de noviembre de 2026", "22 de mayo de 2027", "Llame a la línea de ayuda para crear los accesos").path
		see := func(at time.Time) *page {
			h.SetNow(at)
			h.work(t)
			b.post("/test/signin", values("email", "office@example.org"))
			return b.get(grant).want(200)
		}
		ends := time.Date(2027, 5, 22, 15, 0, 0, 0, time.UTC)
		see(ends.AddDate(0, 0, -31)).shows("Activo").hides("Termina pronto")
		see(ends.AddDate(0, 0, -29)).shows("Termina pronto", "29 días", "Decida si lo necesita")
		b.get("/home").shows("Pendientes", "Termina el 22 de mayo de 2027.")
		see(ends).shows("Terminado", "Deje de usar").hides("Tiempo restante", "Puede pedir la renovación")
		b.get(item).shows("Acceso terminado")
		b.get("/access").shows("Terminó el 22 de mayo de 2027")
		b.get("/home").hides("Su acceso")
	})
}

func TestRevokedGrantSaysWhy(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		item := sent(t, b) + "/p/" + model
		h.act(t, model, broker.ActRequest{Act: broker.ActApprove})
		grant := b.get(item).click("See your access").path
		h.Advance(time.Hour)
		h.Write(t, func(tx *data.Tx) error {
			manager, err := account.FindPersonByEmail(tx, "manager@example.org")
			if err != nil {
				return err
			}
			_, err = broker.ActOnGrant(tx, h.desk, broker.PersonActor(manager), strings.TrimPrefix(grant, "/access/"),
				access.ActRequest{Act: access.ActRevoke, Reason: "People <i>you</i> did not name used it."})
			return err
		})
		p := b.get(grant).shows("Revoked on November 23, 2026", "The program says:", "People <i>you</i> did not name used it.", "Stop using what the program gave you").hides("You can ask to renew it")
		if strings.Contains(p.body, "<i>you") {
			t.Error("not escaped")
		}
		b.get(item).shows("Revoked")
	})
}

func TestOthersSeeNothing(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		address := sent(t, b)
		h.act(t, model, broker.ActRequest{Act: broker.ActApprove})
		grant := b.get(address + "/p/" + model).click("See your access").path
		other := h.applicant(t, "other@example.org", "en")
		token := other.get("/home").fields("header form").Get("form_token")
		for _, path := range []string{address, address + "/org", address + "/check", address + "/sent", address + "/submit", address + "/p/" + model,
			address + "/p/" + model + "/answer", address + "/p/" + model + "/withdraw", grant, "/access/unknown"} {
			other.get(path).want(http.StatusNotFound)
		}
		for _, path := range []string{address + "/org", address + "/submit", address + "/p/" + model, address + "/p/" + model + "/answer", address + "/p/" + model + "/withdraw"} {
			other.post(path, values("form_token", token, "choice", "yes", "message", "x", "revision", "1")).want(http.StatusNotFound)
		}
		if whole := other.get("/applications").text("main") + other.get("/access").text("main") + other.get("/home").text("main"); strings.Contains(whole, "CAD-") || strings.Contains(whole, "Defender") {
			t.Error("another organization's case is listed")
		}
	})
}

// TestProgramThatChangedMeanwhile: a draft follows the live version of its program and says what is different.
func TestProgramThatChangedMeanwhile(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		address := complete(t, b)
		text, err := demo.Files.ReadFile("catalog/" + model + ".toml")
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(text), "[terms]", `[[questions]]
id = "backup"
type = "text"
required = true
label = { en = "Where are the backups?", es = "¿Dónde están las copias?" }
[terms]`, 1)
		h.publish(t, changed)
		b.get(address).shows("The program changed since you started", "New question: Where are the backups?", "1 still open")
		p := b.get(address+"/p/"+model).shows("New question: Where are the backups?", "Still needed before you can send")
		b.get(address + "/check").shows("1 answer is still missing").hides("Send to")
		p.fill("main form", "q-backup", "In the vault").submit("main form").leads(address)
		b.get(address+"/check").fill("main form", declared...).submit("main form").leads(address + "/sent")
		b.get(address + "/p/" + model).shows("In the vault").hides("The program changed")
	})
}

// publish puts a newer version of a program in the place of the live one.
func (h *house) publish(t *testing.T, text string) {
	t.Helper()
	o, err := catalog.Parse("newer.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	h.Write(t, func(tx *data.Tx) error {
		if _, err := tx.Exec("UPDATE offering_version SET state = 'retired' WHERE slug = $1", o.Slug); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO offering_version (id, slug, number, state, body, owner, created_at, created_by, published_at, published_by)
			VALUES ($1, $2, 2, 'published', $3, '', $4, 'console', $4, 'console')`, data.NewID(), o.Slug, string(catalog.Canonical(o)), data.Millis(tx.Now))
		if err != nil {
			return err
		}
		_, err = tx.Exec("UPDATE catalog_revision SET revision = revision + 1, stamp = $1 WHERE id = 1", data.NewID())
		return err
	})
}

// TestQuestionsOfTheSameName: two programs of an application may both ask for "ranges".
func TestQuestionsOfTheSameName(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "j.baca@example.org", "en")
		address := begin(t, b, water, scanning, every)
		b.get(address+"/p/"+every).fill("main form", "q-ranges", "192.0.2.1").submit("main form").want(303)
		p := b.get(address+"/check").want(200).shows("192.0.2.1", "Which addresses should be scanned?", "Which addresses are there?")
		if p.Find("[id^=row-q-ranges]").Length() != 2 {
			t.Error("one of the two rows is missing")
		}
	})
}

func TestReadersChangeNothing(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "j.baca@example.org", "en")
		address := complete(t, b)
		reader := h.stranger(t, "reader@example.org", "en")
		h.Write(t, func(tx *data.Tx) error {
			_, err := tx.Exec(`INSERT INTO membership (person_id, organization_id, role, state, created_at)
				SELECT p.id, o.id, 'reader', 'active', o.created_at FROM person p, organization o WHERE p.email = $1`, "reader@example.org")
			return err
		})
		const refused = "Your role does not allow this"
		reader.get(address+"/org").want(200).fill("main form", "f-site_address", "9 Other Road").submit("main form").want(422).shows(refused, "9 Other Road")
		reader.get(address+"/p/"+model).fill("main form", "q-first_task", "Another").submit("main form").want(422).shows(refused)
		reader.get(address+"/p/"+model).fill("main form", "q-first_task", "Another", "revision", "99").submit("main form").want(422).shows(refused)
		if p := reader.get(address + "/check").want(200).shows("One of these people does: j.baca@example.org"); p.Find("main form").Length() > 0 {
			t.Error("a reader is offered to send")
		}
		sent := values(declared...)
		sent.Set("form_token", reader.get(address+"/org").fields("main form").Get("form_token"))
		reader.post(address+"/submit", sent).want(422).shows(refused)
		reader.get(address+"/p/"+model+"/withdraw").fill("main form", "choice", "yes").submit("main form").want(422).shows(refused)
		reader.post("/applications", values("program", scanning)).want(422).shows(refused)
		b.get(address + "/p/" + model).shows("Read firewall logs once a week")
	})
}
