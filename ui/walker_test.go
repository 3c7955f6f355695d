package ui_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/followup"
	"accessdesk/broker/reminder"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/locale"
	"accessdesk/notify"
	"accessdesk/ui/browsertest"
)

// eachWindow tells a story in English on a phone, as a plain run does, or crosswise where the full matrix is asked for.
func eachWindow(t *testing.T, tell func(t *testing.T, lang string, width int)) {
	t.Parallel()
	everyWindow(t, func(t *testing.T, width int, lang string) { tell(t, lang, width) })
}

// stage is where a story takes place: the program with its catalog, its mails as files, and one real browser.
type stage struct {
	t       *testing.T
	w       *world
	spool   notify.Spool
	browser *browsertest.Browser
	width   int
	judged  map[string]bool // pages that were examined
}

// newStage opens an empty desk.
func newStage(t *testing.T, width int) *stage { return newStageOf(t, width, openSite) }

// newStageOf opens a desk in which something may have happened already.
func newStageOf(t *testing.T, width int, open func(testing.TB, *datatest.Database, ...func(*worldConfig)) *world) *stage {
	t.Helper()
	w := listening(t, open) // before the browser, whose connections it would wait for at its end
	return &stage{t: t, w: w, spool: notify.Spool{Dir: t.TempDir()}, browser: browsertest.Open(t), width: width, judged: map[string]bool{}}
}

// wait moves the clock and lets the schedule run, as it does every minute.
func (s *stage) wait(time time.Duration) {
	s.t.Helper()
	s.w.Advance(time)
	s.w.work(s.t)
	s.w.Write(s.t, func(tx *data.Tx) error {
		if _, err := followup.Due(tx, s.w.desk); err != nil {
			return err
		}
		_, err := reminder.Due(tx, reminder.Desk{Desk: s.w.desk, Zone: s.w.site.Zone})
		return err
	})
}

// screen is what somebody works the pages with, and what can be said about the page on it.
type screen interface {
	hand
	Unfold(selector string)
	Violations() []string
	TooWide() []string
	Said() []string
	Screenshot(path string)
}

// walker is one person at a computer of their own, with JavaScript off, who reads in one language.
type walker struct {
	screen
	*stage
	say   *locale.Localizer
	email string
	part  string // of the application that the walker is at: its address
}

// walker gives somebody a computer that shares nothing with those of the others.
func (s *stage) walker(email, lang string) *walker {
	s.t.Helper()
	return &walker{screen: s.browser.Another().Plain(s.width), stage: s, say: s.w.desk.Locales.In(lang), email: email}
}

// T is a text in the walker's language.
func (p *walker) T(key string, args ...any) string { return p.say.T(key, args...) }

// day is the date of an instant as the pages write it.
func (p *walker) day(at time.Time) string { return p.say.DateIn(at, p.w.site.Zone) }

// today is the date that the clock of the program shows.
func (p *walker) today() string { return p.day(p.w.Now()) }

// title is the name of a program.
func (p *walker) title(slug string) (title string) {
	p.t.Helper()
	p.w.Read(p.t, func(tx *data.Tx) error {
		snapshot, err := p.w.desk.Catalog.Snapshot(tx)
		if err == nil {
			offering, ok := snapshot.Find(slug)
			if !ok {
				return fmt.Errorf("no program %s", slug)
			}
			title = offering.Title.In(p.say.Lang())
		}
		return err
	})
	return title
}

// open goes to an address of the site.
func (p *walker) open(address string) {
	p.t.Helper()
	p.Visit(p.w.base + address)
}

// path is where the walker is, without the site and what follows a question mark.
func (p *walker) path() string {
	path, _, _ := strings.Cut(strings.TrimPrefix(p.Address(), p.w.base), "?")
	path, _, _ = strings.Cut(path, "#")
	return path
}

// at fails the test unless the walker is at an address and reads the texts there. A page that looks like none before is
// examined.
func (p *walker) at(path string, texts ...string) {
	p.t.Helper()
	if got := p.path(); got != path {
		p.t.Fatalf("%s is on %s, not on %s:\n%s", p.email, got, path, p.Text())
	}
	p.reads(texts...)
}

// reads fails the test unless the walker reads the texts on the page.
func (p *walker) reads(texts ...string) {
	p.t.Helper()
	page := plain(p.Text())
	for _, text := range texts {
		if text == "" || !strings.Contains(page, plain(text)) {
			p.t.Errorf("%s reads on %s no %q:\n%s", p.email, p.Address(), text, page)
		}
	}
	p.examine()
}

// misses fails the test if the walker reads one of the texts on the page.
func (p *walker) misses(texts ...string) {
	p.t.Helper()
	page := plain(p.Text())
	for _, text := range texts {
		if strings.Contains(page, plain(text)) {
			p.t.Errorf("%s reads on %s %q:\n%s", p.email, p.Address(), text, page)
		}
	}
}

// plain is a text without its line breaks and capitals, which the style sheet may change.
func plain(text string) string { return strings.ToLower(strings.Join(strings.Fields(text), " ")) }

var (
	pageID      = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)
	programPath = regexp.MustCompile(`/p/[a-z0-9-]+`)
)

// examine looks at the page as axe does, and whether one has to scroll sideways, unless one like it was examined: with the same
// address, parts and states, and in the full matrix the same title, so that each program's page counts for itself. TOUR_DIR
// names a folder for a picture of each.
func (p *walker) examine() {
	p.t.Helper()
	var page struct {
		Lang, Title string
		Parts       []string
	}
	p.Evaluate(`({Lang: document.documentElement.lang, Title: document.title, Parts: [...document.querySelectorAll("main h2, main .pill, .problems")].filter(e => e.checkVisibility()).map(e => e.innerText)})`, &page)
	path := pageID.ReplaceAllString(p.path(), "ID")
	key := fmt.Sprint(page.Lang, " ", programPath.ReplaceAllString(path, "/p/PROGRAM"), page.Parts)
	if longTests() {
		key = fmt.Sprint(path, page)
	}
	if p.judged[key] {
		return
	}
	p.judged[key] = true
	if page.Lang != p.say.Lang() {
		p.t.Errorf("%s is in %q for somebody who reads %s", path, page.Lang, p.say.Lang())
	}
	for _, complaint := range slices.Concat(p.Violations(), p.TooWide(), p.Said()) {
		p.t.Errorf("%s (%s) at %d px in %s: %s", path, page.Title, p.width, p.say.Lang(), complaint)
	}
	if folder := os.Getenv("TOUR_DIR"); folder != "" {
		name := strings.NewReplacer("/", "_", " ", "").Replace(strings.Trim(path, "/"))
		p.Screenshot(filepath.Join(folder, p.t.Name(), fmt.Sprintf("%03d%s.png", len(p.judged), name)))
	}
}

// send presses the first button of the form that is sent to an address.
func (p *walker) send(action string) {
	p.t.Helper()
	send(p.screen, action)
}

// choose picks an answer that the page has to offer.
func (p *walker) choose(name, value string) {
	p.t.Helper()
	if !tick(p.screen, name, value) {
		p.t.Fatalf("%s offers no %s for %s:\n%s", p.Address(), value, name, p.Text())
	}
}

// fill answers questions by the names of their fields, whatever they look like.
func (p *walker) fill(answers map[string]string) {
	p.t.Helper()
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		field, value := fmt.Sprintf(`[name="%s"]`, name), answers[name]
		var kind string
		p.Evaluate(fmt.Sprintf(`(document.querySelector('%s') || {type: "none"}).type`, field), &kind)
		switch kind {
		case "radio", "checkbox":
			p.choose(name, value)
		case "select-one":
			p.Select(field, value)
		case "none":
			p.t.Fatalf("%s has no field %s:\n%s", p.Address(), name, p.Text())
		default:
			p.Type(field, value)
		}
	}
}

// value is what stands in a field.
func (p *walker) value(selector string) (value string) {
	p.t.Helper()
	p.Evaluate(fmt.Sprintf(`(document.querySelector(%q) || {value: "there is no such field"}).value`, selector), &value)
	return value
}

// letter is a mail as it lies in its file.
type letter struct{ to, lang, subject, text string }

// letter delivers what is due and reads the newest mail of a kind to the walker.
func (p *walker) letter(template string) letter {
	p.t.Helper()
	all := p.letters(template)
	if len(all) == 0 {
		p.t.Fatalf("no mail %s to %s", template, p.email)
	}
	return all[len(all)-1]
}

// letters delivers what is due and reads the mails of a kind to the walker, the oldest first.
func (p *walker) letters(template string) (all []letter) {
	p.t.Helper()
	if _, err := notify.Deliver(context.Background(), p.w.DB, p.w.desk.Mail, p.spool, slog.New(slog.DiscardHandler)); err != nil {
		p.t.Fatal(err)
	}
	names := need(filepath.Glob(filepath.Join(p.spool.Dir, "*-"+template+"-*.eml")))(p.t)
	slices.Sort(names) // the day and time come first
	for _, name := range names {
		message := need(mail.ReadMessage(strings.NewReader(string(need(os.ReadFile(name))(p.t)))))(p.t)
		to := need(message.Header.AddressList("To"))(p.t)[0].Address
		if to == p.email {
			subject := need(new(mime.WordDecoder).DecodeHeader(message.Header.Get("Subject")))(p.t)
			all = append(all, letter{to, message.Header.Get("Content-Language"), subject, plainText(p.t, message)})
		}
	}
	return all
}

// says fails the test unless a mail is in the walker's language and holds the texts.
func (p *walker) says(l letter, texts ...string) {
	p.t.Helper()
	if l.lang != p.say.Lang() {
		p.t.Errorf("the mail %q is in %q", l.subject, l.lang)
	}
	whole := plain(l.subject + " " + l.text)
	for _, text := range texts {
		if text == "" || !strings.Contains(whole, plain(text)) {
			p.t.Errorf("the mail %q does not say %q:\n%s", l.subject, text, l.text)
		}
	}
}

// link is the address in a mail.
func (p *walker) link(l letter) string {
	p.t.Helper()
	found := mailedLink.FindString(l.text)
	if found == "" {
		p.t.Fatalf("no link in the mail %q:\n%s", l.subject, l.text)
	}
	return found
}

// signIn asks for a sign-in link where the walker stands, opens it from the mail and presses the button.
func (p *walker) signIn() {
	p.t.Helper()
	p.at("/signin", p.T("signin.lede"))
	p.Type("#email", p.email)
	p.send("/signin")
	p.spendLink()
}

// spendLink opens the sign-in link that is on its way.
func (p *walker) spendLink() {
	p.t.Helper()
	p.at("/signin/code", p.T("signin.sent_title"), p.T("signin.sent_open"))
	p.w.Advance(time.Minute)
	mailed := p.letter("sign_in")
	p.says(mailed, p.T("mail.sign_in_do", "Minutes", p.say.N("mail.minutes", 15)))
	p.Visit(p.link(mailed))
	p.at("/signin/link", p.T("signin.link_as"), p.email)
	p.send("/signin/link")
}

// comes opens an address, days after the session has ended, and signs in on the way.
func (p *walker) comes(address string) {
	p.t.Helper()
	p.Visit(address)
	p.signIn()
}

// employ makes somebody a program manager whose own link was never used: they sign in by mail as everybody does.
func (s *stage) employ(email, lang string) *walker {
	s.t.Helper()
	s.w.Write(s.t, func(tx *data.Tx) error {
		person, _, err := account.AddPerson(tx, email, account.ProgramManager, "console")
		if err == nil {
			err = account.SetProfile(tx, person.ID, "", lang)
		}
		return err
	})
	p := s.walker(email, lang)
	p.open("/signin?lang=" + lang)
	p.signIn()
	p.at("/staff/review", p.T("staff.queue_title"))
	return p
}

// item reads where a program of the walker's application stands.
func (p *walker) item(slug string) (item broker.Item) {
	p.t.Helper()
	p.w.Read(p.t, func(tx *data.Tx) error {
		person, err := account.FindPersonByEmail(tx, p.email)
		if err != nil {
			return err
		}
		a, err := broker.FindApplication(tx, broker.PersonActor(person), strings.TrimPrefix(p.part, "/applications/"))
		if err == nil {
			item, _ = a.Item(slug)
		}
		return err
	})
	return item
}

// stands fails the test unless a program of the walker's application is in a state.
func (p *walker) stands(slug string, want broker.State) {
	p.t.Helper()
	if got := p.item(slug).State; got != want {
		p.t.Fatalf("%s is %s, want %s", slug, got, want)
	}
}
