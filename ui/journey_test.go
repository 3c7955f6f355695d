package ui_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/data/locale"
	"accessdesk/notify"
	"accessdesk/ui/browsertest"
)

// TestJourney walks a person's story by hand in a real browser whose JavaScript is off: from the start page to the
// access and its end, with the reviewer in a second tab.
func TestJourney(t *testing.T) {
	t.Parallel()
	t.Run("en", func(t *testing.T) { newJourney(t, "en", browsertest.Desktop).walk() })
	if longTests() {
		t.Run("es", func(t *testing.T) { newJourney(t, "es", browsertest.Phone).walk() })
	}
}

// TestJourneyByKeyboard walks the same story, both people's, with keys alone. The keyboard fails the test where the Tab
// key does not lead to what is needed next, and where the focus cannot be seen.
func TestJourneyByKeyboard(t *testing.T) {
	sideRoad(t)
	t.Parallel()
	t.Run("en", func(t *testing.T) { newJourney(t, "en", browsertest.Phone).byKeyboard().walk() })
	t.Run("es", func(t *testing.T) { newJourney(t, "es", browsertest.Desktop).byKeyboard().walk() })
}

// hand is how somebody works the pages: with a mouse (browsertest.Tab) or with keys alone (browsertest.Keyboard).
type hand interface {
	Visit(address string)
	Click(selector string)
	Press(text string)
	Choose(id string)
	Type(selector, text string)
	Select(selector, value string)
	Text() string
	Address() string
	Evaluate(expression string, result any)
	Print() int
}

// journey is the two people and their tabs. The applicant reaches the site as 127.0.0.1 and the reviewer as localhost,
// so that each has cookies of their own, as on two machines.
type journey struct {
	t                *testing.T
	w                *world
	say              *locale.Localizer
	spool            notify.Spool
	applicant, staff hand
	desk             string // address of the site as the reviewer knows it
	program          string // its title
	application      string
	review           string
}

const (
	journeyApplicant = "office@mesa-verde-water.example.org"
	journeyReviewer  = "programs@example-institute.example.org"
	journeyName      = "Mesa Example Water District"
)

func newJourney(t *testing.T, lang string, width int) *journey {
	t.Helper()
	w := listening(t, openSite) // before the browser, whose connections it would wait for at its end
	browser := browsertest.Open(t)
	w.Write(t, func(tx *data.Tx) error {
		_, _, err := account.AddPerson(tx, journeyReviewer, account.ProgramManager, "console")
		return err
	})
	j := &journey{t: t, w: w, say: w.desk.Locales.In(lang), spool: notify.Spool{Dir: t.TempDir()}, applicant: browser.Plain(width), staff: browser.Plain(width),
		desk: strings.Replace(w.base, "127.0.0.1", "localhost", 1)}
	w.Read(t, func(tx *data.Tx) error {
		snapshot, err := w.desk.Catalog.Snapshot(tx)
		if err == nil {
			found, _ := snapshot.Find(modelProgram)
			j.program = found.Title.In(lang)
		}
		return err
	})
	return j
}

// byKeyboard takes the mouse away.
func (j *journey) byKeyboard() *journey {
	j.applicant, j.staff = j.applicant.(*browsertest.Tab).Keys(), j.staff.(*browsertest.Tab).Keys()
	return j
}

func (j *journey) walk() {
	j.check()
	j.signIn()
	j.apply()
	j.review1()
	j.access()
}

// reads fails the test unless a person reads a text on the page of a tab.
func (j *journey) reads(tab hand, texts ...string) {
	j.t.Helper()
	page := strings.Join(strings.Fields(tab.Text()), " ")
	for _, text := range texts {
		if !strings.Contains(strings.ToLower(page), strings.ToLower(strings.Join(strings.Fields(text), " "))) {
			j.t.Fatalf("%s does not say %q:\n%s", tab.Address(), text, page)
		}
	}
}

// path is where a tab is, without the site.
func (j *journey) path(tab hand) string {
	path := strings.TrimPrefix(strings.TrimPrefix(tab.Address(), j.w.base), j.desk)
	path, _, _ = strings.Cut(path, "?")
	return path
}

func (j *journey) at(tab hand, path string) {
	j.t.Helper()
	if got := j.path(tab); got != path {
		j.t.Fatalf("on %s, want %s:\n%s", got, path, tab.Text())
	}
}

// send presses the first button of the form that is sent to an address.
func send(tab hand, action string) {
	tab.Click(`form[action="` + action + `"] button[type=submit]`)
}

// tick chooses an answer by its value; false if the page does not offer it.
func tick(tab hand, name, value string) bool {
	var id string
	tab.Evaluate(fmt.Sprintf(`(document.querySelector('input[name="%s"][value="%s"]') || {id: ""}).id`, name, value), &id)
	if id != "" {
		tab.Choose(id)
	}
	return id != ""
}

// check answers the questions from the start page on and skips what a water district of that size does not know.
func (j *journey) check() {
	tab := j.applicant
	tab.Visit(j.w.base + "/")
	if j.say.Lang() == "es" {
		tab.Press("Español")
	}
	tab.Press(j.say.T("public.home_start"))
	j.at(tab, "/check")
	tick(tab, "answer", "drinking_water")
	send(tab, "/check")
	answers := map[string]string{"state_or_territory": "NM", "population_served": "4,200", "ownership_type": "government_local", "authorised_targets_statement": "yes",
		"static_public_ips": "no", "has_ot": "no"}
	answerAll(tab, j.say, answers, func() {})
	j.at(tab, "/check/results")
	j.reads(tab, j.program, j.say.T("results.group_likely"))
	tab.Visit(j.w.base + "/check/answers")
	j.reads(tab, "4,200")
	tab.Visit(j.w.base + "/check/results")
}

// answerAll goes through the questions of the check, looks at each, and skips those without an answer. One of digits is typed.
func answerAll(tab hand, say *locale.Localizer, answers map[string]string, look func()) {
	for range 40 {
		address, _, _ := strings.Cut(tab.Address(), "?")
		_, fact, asking := strings.Cut(address, "/check/q/")
		if !asking {
			return
		}
		look()
		switch value, ok := answers[fact]; {
		case ok && strings.ContainsAny(value, "0123456789"):
			tab.Type("#exact, [name=exact]", value)
		case fact == "state_or_territory":
			tab.Select("#answer", value)
		case !ok || !tick(tab, "answer", value):
			tab.Press(say.T("check.skip"))
			continue
		}
		send(tab, "/check/q/"+fact)
	}
}

// signIn starts the application, which leads to the sign-in page, and opens the mailed link in the same browser.
func (j *journey) signIn() {
	tab := j.applicant
	j.keepOnly(tab)
	tab.Press(j.say.T("results.apply_start"))
	j.at(tab, "/signin")
	tab.Type("#email", journeyApplicant)
	send(tab, "/signin")
	j.at(tab, "/signin/code")
	tab.Visit(j.mailed(journeyApplicant))
	j.reads(tab, journeyApplicant)
	send(tab, "/signin/link")
	j.at(tab, "/org/new")
	tab.Type("#name", journeyName)
	send(tab, "/org/new")
	j.at(tab, "/applications/new")
	j.reads(tab, j.program)
	send(tab, "/applications")
	j.application = j.path(tab)
	j.reads(tab, journeyName)
}

// keepOnly takes the ticks of the other programs away.
func (j *journey) keepOnly(tab hand) {
	j.t.Helper()
	var others []string
	tab.Evaluate(fmt.Sprintf(`[...document.querySelectorAll('input[name=program]:checked')].filter(i => i.value != "%s").map(i => i.id)`, modelProgram), &others)
	for _, id := range others {
		tab.Choose(id)
	}
}

// apply fills in everything that is needed and sends it.
func (j *journey) apply() {
	tab, item := j.applicant, j.application+"/p/"+modelProgram
	tab.Click(`a[href="` + j.application + `/org"]`)
	var people string
	tab.Evaluate(`document.querySelector('[name="f-population_served"]').value`, &people)
	if people != "4,200" {
		j.t.Errorf("the answer of the check arrived as %q", people)
	}
	tab.Type(`[name="f-site_address"]`, "1 Example Road, Mesa Example, NM")
	tab.Type(`[name="f-authorised_official"]`, "The general manager, manager@mesa-verde-water.example.org")
	tab.Type(`[name="f-technical_contact"]`, "The duty desk, duty@mesa-verde-water.example.org, 555-0100")
	send(tab, j.application+"/org")
	if j.path(tab) != j.application { // what is still open is shown once
		send(tab, j.application+"/org")
	}
	j.at(tab, j.application)
	tab.Click(`a[href="` + item + `"]`)
	tab.Type("#q-first_task", "Read the logs of the billing computer for a week.")
	tick(tab, "q-tasks", "logs")
	tick(tab, "q-setup", "own_staff")
	tab.Type("#q-user_count", "3")
	for part, text := range map[string]string{"": "Duty desk", "-2": "duty@mesa-verde-water.example.org", "-3": "555-0100"} {
		tab.Type("#q-problem_contact"+part, text)
	}
	tick(tab, "q-own_systems", "yes")
	send(tab, item) // the terms are left out: it is saved all the same, and the page says softly what is missing
	j.reads(tab, j.say.T("desk.needed"))
	tick(tab, "q-accept_terms", "yes")
	send(tab, item)
	j.at(tab, j.application)
	tab.Click(`a[href="` + j.application + `/check"]`)
	j.reads(tab, "Read the logs of the billing computer for a week.", journeyName)
	send(tab, j.application+"/submit") // without the declarations
	j.reads(tab, j.say.T("layout.problem_heading"))
	for _, declaration := range broker.Declarations() {
		tick(tab, "declare_"+declaration, "yes")
	}
	send(tab, j.application+"/submit")
	j.at(tab, j.application+"/sent")
	j.reads(tab, "CAD-", j.program)
}

// review1 lets the reviewer ask, the applicant answer, and the reviewer approve.
func (j *journey) review1() {
	staff, applicant, item := j.staff, j.applicant, j.application+"/p/"+modelProgram
	staff.Visit(j.desk + "/signin?lang=" + j.say.Lang())
	staff.Type("#email", journeyReviewer)
	send(staff, "/signin")
	staff.Visit(strings.Replace(j.mailed(journeyReviewer), j.w.base, j.desk, 1))
	send(staff, "/signin/link")
	j.at(staff, "/staff/review")
	staff.Press(journeyName)
	j.review = j.path(staff)
	j.reads(staff, "Read the logs of the billing computer for a week.", j.program)
	send(staff, j.review+"/decision") // without a choice
	j.reads(staff, j.say.T("staff.choose_act"))
	j.decide(broker.ActAsk, "Who looks at the logs on weekends?")

	applicant.Visit(j.w.base + "/home")
	j.reads(applicant, j.program)
	applicant.Click(`a.usa-button[href="` + item + `"]`)
	j.reads(applicant, "Who looks at the logs on weekends?")
	applicant.Type("#message", "The operator on duty does.")
	send(applicant, item+"/answer")
	j.reads(applicant, j.say.T("desk.status_answered"), "The operator on duty does.")

	staff.Visit(j.desk + j.review)
	j.reads(staff, "The operator on duty does.")
	j.decide(broker.ActApprove, "")
}

func (j *journey) decide(act, message string) {
	j.t.Helper()
	tick(j.staff, "act", act)
	if message != "" {
		j.staff.Type("#message", message)
	}
	send(j.staff, j.review+"/decision")
	j.reads(j.staff, j.say.T("staff.preview_title"), journeyApplicant, j.program, message)
	send(j.staff, j.review+"/decision")
	j.at(j.staff, j.review)
}

// access shows the applicant what was granted, until the reviewer revokes it.
func (j *journey) access() {
	staff, applicant := j.staff, j.applicant
	applicant.Press(j.say.T("layout.tab_access"))
	j.at(applicant, "/access")
	applicant.Press(j.program)
	j.reads(applicant, j.say.T("status.active"), j.program, journeyName)
	grant := j.path(applicant)
	staff.Click(`a[href="/staff` + grant + `"]`)
	tick(staff, "act", access.ActRevoke)
	staff.Type("#reason", "The account was shared with an outside firm.")
	send(staff, "/staff"+grant+"/decision")
	j.reads(staff, j.say.T("grant.confirm_revoke"), "The account was shared with an outside firm.")
	send(staff, "/staff"+grant+"/decision")
	j.reads(staff, j.say.T("status.revoked"))
	applicant.Visit(j.w.base + grant)
	j.reads(applicant, j.say.T("status.revoked"), "The account was shared with an outside firm.")
	send(applicant, "/signout")
	j.reads(applicant, j.say.T("signin.signed_out"))
	if size := applicant.Print(); size < 1000 {
		j.t.Errorf("the printed page has %d bytes", size)
	}
}

// mailed delivers into the spool and gives the link of the newest mail to an address, read from its file as a person
// without a mail server would.
func (j *journey) mailed(to string) string {
	j.t.Helper()
	if _, err := notify.Deliver(context.Background(), j.w.DB, j.w.desk.Mail, j.spool, slog.New(slog.DiscardHandler)); err != nil {
		j.t.Fatal(err)
	}
	names := need(filepath.Glob(filepath.Join(j.spool.Dir, "*-sign_in-*.eml")))(j.t)
	slices.Sort(names)
	for _, name := range slices.Backward(names) {
		message := need(mail.ReadMessage(strings.NewReader(string(need(os.ReadFile(name))(j.t)))))(j.t)
		if !strings.Contains(message.Header.Get("To"), to) {
			continue
		}
		if found := mailedLink.FindString(plainText(j.t, message)); found != "" {
			return found
		}
	}
	j.t.Fatalf("no mail to %s in %v", to, names)
	return ""
}

// plainText is the text part of a mail.
func plainText(t *testing.T, message *mail.Message) string {
	t.Helper()
	_, arguments, err := mime.ParseMediaType(message.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	part := need(multipart.NewReader(message.Body, arguments["boundary"]).NextRawPart())(t)
	if part.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
		return string(need(io.ReadAll(quotedprintable.NewReader(part)))(t))
	}
	return string(need(io.ReadAll(part))(t))
}
