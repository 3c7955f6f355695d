package ui_test

import (
	"strings"
	"testing"
	"time"
)

// TestResumeJourney: somebody begins the check on one computer, mails the link, and goes on at another one. Each has answers of
// their own from then on; the link keeps leading to those of the first one, until they are deleted.
func TestResumeJourney(t *testing.T) {
	sideRoad(t)
	eachWindow(t, func(t *testing.T, lang string, width int) {
		s := newStage(t, width)
		office, home := s.walker("office@mesa-verde-water.example.org", lang), s.walker("office@mesa-verde-water.example.org", lang)
		office.beginCheck()
		office.answer("state_or_territory", "NM")
		office.answer("ownership_type", "government_local")
		link := office.mailsCheck()

		home.resumes(link)
		home.reads(home.say.N("results.lede", 3), home.T("results.note_title"))
		home.Click(`.tools a[href="/check/answers"]`)
		home.at("/check/answers", home.T("check.answers_title"), home.T("check.answers_next"))
		home.Press(home.T("check.answers_next"))
		home.answer("population_served", "4,200")
		home.open("/check/answers")
		home.reads("4,200", home.T("check.answers_results"))
		home.open("/check/results")
		home.reads(home.say.N("results.lede", 4))

		office.open("/check/answers") // what was answered at home is not here
		office.reads(office.T("check.answers_title"), office.T("check.answers_next"))
		office.misses("4,200")
		office.open("/check/q/population_served")
		office.answer("population_served", "9,000") // and the link leads to what is answered here
		s.wait(2*time.Hour + time.Minute)
		home.open("/check/results")
		home.at("/check/results", home.T("check.over_title"), home.T("check.over_link"))
		home.resumes(link)
		home.open("/check/answers")
		home.reads("9,000")
		home.misses("4,200")

		office.open("/check/answers") // kept for 30 days, since the link was mailed
		office.reads("9,000")
		office.send("/check/forget")
		office.at("/", office.T("check.forgotten"))
		home.Visit(link)
		home.at("/check/resume", home.T("check.resume_gone_title"), home.T("check.resume_gone_text"))
		home.Press(home.T("check.over_start"))
		home.at("/check")
	})
}

// beginCheck goes from the start page to the first question of a water system's check.
func (p *walker) beginCheck() {
	p.t.Helper()
	p.open("/")
	if p.say.Lang() == "es" {
		p.Press("Español")
	}
	p.at("/", p.T("public.home_start"))
	p.Press(p.T("public.home_start"))
	p.at("/check")
	p.choose("answer", "drinking_water")
	p.send("/check")
}

// answer gives an answer to a question of the check and sends it; the question must be the one that is asked.
func (p *walker) answer(fact, value string) {
	p.t.Helper()
	address := "/check/q/" + fact
	p.at(address, p.T("check.skip"), p.T("check.not_sure"))
	switch {
	case strings.ContainsAny(value, "0123456789"):
		p.Type("[name=exact]", value)
	case fact == "state_or_territory":
		p.Select("#answer", value)
	default:
		p.choose("answer", value)
	}
	p.send(address)
}

// mailsCheck asks for the link to the check and gives it from the mail.
func (p *walker) mailsCheck() string {
	p.t.Helper()
	p.Press(p.T("check.see_now"))
	p.at("/check/results", p.say.N("results.lede", 3), p.T("results.open_link"))
	p.Press(p.T("results.email"))
	p.at("/check/email", p.T("check.email_lede"), p.T("check.email_hint"))
	p.send("/check/email") // without an address
	p.reads(p.T("layout.problem_heading"), p.T("signin.problem_email_empty"))
	p.Type("#email", p.email)
	p.send("/check/email")
	p.at("/check/email/sent", p.T("check.email_sent_text"))
	mailed := p.letter("resume")
	p.says(mailed, p.T("mail.resume_subject"), p.T("mail.resume_share"), p.day(p.w.Now().Add(30*wholeDay)))
	p.Press(p.T("check.to_results"))
	p.at("/check/results")
	return p.link(mailed)
}

// resumes opens the mailed link, whose page changes nothing, and presses its button.
func (p *walker) resumes(link string) {
	p.t.Helper()
	p.Visit(link)
	p.at("/check/resume", p.T("check.resume_title"), p.T("check.resume_text"))
	p.send("/check/resume")
	p.at("/check/results", p.T("check.resumed"))
}
