package ui_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"
	"accessdesk/ui/webtest"
)

// The whole story on both engines, through the real router, with a clock that is set: a water district checks, signs
// in, applies, is asked, answers, is approved, has access, is reminded 30 and 7 days before the end, and the access
// ends.
func TestStory(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		s := newStory(t, db)
		s.check()
		s.signIn()
		s.apply()
		s.review()
		s.grantAndReminders()
	})
}

type story struct {
	t           *testing.T
	world       *storyWorld
	db          *datatest.Database
	applicant   *webtest.Visitor
	manager     *webtest.Visitor
	application string // path of the application
	page        *webtest.Page
}

const (
	storyAddress = "office@cedar-flats.example.org"
	storyManager = "manager@desk.example.org"
	storyProgram = "demo-model-access"
)

func newStory(t *testing.T, db *datatest.Database) *story {
	world := newStoryWorld(t, db)
	return &story{t: t, world: world, db: db, applicant: webtest.New(t, world.app), manager: webtest.New(t, world.app)}
}

// check answers the questions as a water district of 4,200 people, skipping what it does not know.
func (s *story) check() {
	page := s.applicant.Visit("/").Want(200).Follow("Check what you qualify for").At("/check")
	page = page.Form("/check").Set("answer", "drinking_water").Press("Continue")
	answers := map[string]string{"state_or_territory": "NM", "ownership_type": "government_local", "authorised_targets_statement": "yes",
		"static_public_ips": "yes"}
	for range 30 {
		fact, asking := strings.CutPrefix(page.Path, "/check/q/")
		if !asking {
			break
		}
		form := page.Want(200).Form("/check/q/" + fact)
		switch value, known := answers[fact]; {
		case fact == "population_served":
			page = form.Set("exact", "4,200").Press("Continue")
		case known:
			page = form.Set("answer", value).Press("Continue")
		default:
			page = form.Press("Skip this question")
		}
	}
	page.At("/check/results").Says("Likely eligible", "This is a check, not a decision", "Defender model access (demo)", "4,200 people")
	s.page = page.Form("/applications").Set("program", storyProgram).Send().At("/signin")
}

// signIn asks for the link; a mail scanner looks at it first, another browser cannot spend it, the asking one can.
func (s *story) signIn() {
	s.page.Form("/signin").Set("email", storyAddress).Send().At("/signin/code")
	link := s.world.link(s.t, storyAddress, "sign_in")
	scanner := webtest.New(s.t, s.world.app)
	scanner.Visit(link).Want(200)
	scanner.Visit(link).Want(200)
	s.page = s.applicant.Visit(link).Want(200).Form("/signin/link").Send().Want(200)
	if s.page.Form("/org/new") != nil {
		s.page = s.page.Form("/org/new").Set("name", "Cedar Flats Water District").Send()
	}
}

func (s *story) apply() {
	page := s.page.At("/applications/new").Form("/applications").Send().Want(200)
	s.application, _, _ = strings.Cut(page.Path, "?")
	page.Says("CAD-")
	// What the check said is on the facts page; nothing is sent before it is complete.
	facts := s.applicant.Visit(s.application + "/org").Want(200).Form(s.application + "/org")
	if carried := facts.Values.Get("f-population_served"); carried != "4,200" {
		s.t.Errorf("the facts page has population_served %q, want 4,200 from the check", carried)
	}
	questions := s.application + "/p/" + storyProgram
	form := s.applicant.Visit(questions).Form(questions)
	form.Set("q-first_task", "Read one week of firewall logs and say what to look at first.").Set("q-tasks", "logs", "settings").Set("q-setup", "own_staff")
	s.applicant.Visit(questions) // a second window
	form.Press("Save and leave")
	s.applicant.Visit(questions).Says("firewall logs")
	form = s.applicant.Visit(questions).Form(questions).Set("q-user_count", "2").Set("q-own_systems", "yes").Set("q-accept_terms", "yes")
	form.Set("q-problem_contact", "Control room").Set("q-problem_contact-2", storyAddress).Set("q-problem_contact-3", "+1-555-0100")
	form.Send().Want(200)
	s.applicant.Visit(s.application + "/check").Want(200).Form(s.application + "/submit").Send().Want(422) // nothing declared
	form = s.applicant.Visit(s.application + "/check").Form(s.application + "/submit")
	for _, declaration := range broker.Declarations() {
		form.Set("declare_"+declaration, "yes")
	}
	form.Send().At(s.application + "/sent").Says("CAD-")
	if mail := s.world.mail(s.t, storyAddress, "submitted"); !strings.Contains(mail.Text, "Defender model access (demo)") {
		s.t.Errorf("the mail does not name the program:\n%s", mail.Text)
	}
}

// review asks, gets an answer and approves.
func (s *story) review() {
	var token string
	s.db.Write(s.t, func(tx *data.Tx) (err error) {
		_, token, err = account.AddPerson(tx, storyManager, account.ProgramManager, "console")
		return err
	})
	queue := s.manager.Visit("/signin/link?token=" + token).Form("/signin/link").Send().At("/staff/review").Says("Cedar Flats Water District")
	casePage := queue.Follow("Cedar Flats Water District").Want(200).Says("4,200 people", "firewall logs", "New")
	decision := casePage.Path + "/decision"
	s.manager.Visit(casePage.Path).Form(decision).Send().Want(422).Says("Choose what you want to do")
	s.manager.Visit(casePage.Path).Form(decision).Set("act", "ask").Set("message", "Who is the second contact?").Press("Preview and confirm").
		Want(200).Says("Check before you confirm", "Who is the second contact?", storyAddress).Form(decision).Press("Confirm and send").Want(200).Says("Waiting on applicant")
	if mail := s.world.mail(s.t, storyAddress, "question_asked"); !strings.Contains(mail.Text, "Who is the second contact?") {
		s.t.Errorf("the mail does not hold the question:\n%s", mail.Text)
	}
	status := s.application + "/p/" + storyProgram
	s.applicant.Visit("/home").Want(200).Says("Defender model access (demo)")
	s.applicant.Visit(status).Says("Who is the second contact?").Form(status+"/answer").Set("message", "The water operator on duty.").Send().Want(200)
	s.manager.Visit(casePage.Path).Says("The water operator on duty.").Form(decision).Set("act", "approve").Press("Preview and confirm").Want(200).Form(decision).Press("Confirm and send").Want(200).Says("Approved")
	s.applicant.Visit(status).Says("Approved")
}

var day = 24 * time.Hour

func (s *story) grantAndReminders() {
	grant := s.applicant.Visit("/access").Want(200).Says("Defender model access (demo)", "Active").Follow("Defender model access (demo)").Want(200)
	start := s.db.Now()
	ends := start.Add(180 * day)
	s.world.work(s.t)
	for _, reminder := range []struct {
		at       time.Time
		reminded int
	}{
		{ends.Add(-30*day - time.Second), 0}, {ends.Add(-30 * day), 1}, {ends.Add(-29 * day), 1},
		{ends.Add(-7*day - time.Second), 1}, {ends.Add(-7 * day), 2}, {ends.Add(-day), 2},
	} {
		s.db.SetNow(reminder.at)
		s.world.work(s.t)
		s.world.work(s.t)
		if sent := s.world.count(s.t, storyAddress, "grant_ends_soon"); sent != reminder.reminded {
			s.t.Errorf("at %v: %d reminders, want %d", reminder.at, sent, reminder.reminded)
		}
	}
	s.db.SetNow(ends)
	s.world.work(s.t)
	if sent := s.world.count(s.t, storyAddress, "grant_ended"); sent != 1 {
		s.t.Errorf("%d mails about the end, want 1", sent)
	}
	// The session is long over: signing in again leads back to the access, which has ended.
	again := s.applicant.Visit(grant.Path).At("/signin")
	again.Form("/signin").Set("email", storyAddress).Send()
	s.applicant.Visit(s.world.link(s.t, storyAddress, "sign_in")).Form("/signin/link").Send().At(grant.Path).Says("Ended")
}

// inbox is a mailer that keeps what it is given.
type inbox struct{ mails []notify.Mail }

func (i *inbox) Send(_ context.Context, m notify.Mail) error {
	i.mails = append(i.mails, m)
	return nil
}

func (i *inbox) Close() error { return nil }

// mail delivers what is queued and gives the newest mail of a template to an address.
func (w *storyWorld) mail(t *testing.T, to, template string) notify.Mail {
	t.Helper()
	w.deliver(t)
	for n := len(w.inbox.mails) - 1; n >= 0; n-- {
		if m := w.inbox.mails[n]; m.To == to && m.Template == template {
			return m
		}
	}
	t.Fatalf("no mail %s to %s", template, to)
	return notify.Mail{}
}

func (w *storyWorld) count(t *testing.T, to, template string) (count int) {
	t.Helper()
	w.deliver(t)
	for _, m := range w.inbox.mails {
		if m.To == to && m.Template == template {
			count++
		}
	}
	return count
}

func (w *storyWorld) deliver(t *testing.T) {
	t.Helper()
	if _, err := notify.Deliver(context.Background(), w.db.DB, w.desk.Mail, w.inbox, w.log); err != nil {
		t.Fatal(err)
	}
}

var privateLink = regexp.MustCompile(regexp.QuoteMeta(webtest.Origin) + `(/[^\s]+token=[a-z0-9]+)`)

// link gives the path of the private link in the newest mail of a template.
func (w *storyWorld) link(t *testing.T, to, template string) string {
	t.Helper()
	m := w.mail(t, to, template)
	found := privateLink.FindStringSubmatch(m.Text)
	if found == nil {
		t.Fatalf("no link in\n%s", m.Text)
	}
	return found[1]
}

func (w *storyWorld) work(t *testing.T) {
	t.Helper()
	w.db.Write(t, func(tx *data.Tx) error { return broker.Work(tx, w.desk) })
}
