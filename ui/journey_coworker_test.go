package ui_test

import (
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/data"
)

// otherLanguage is that of whoever does not read this one.
func otherLanguage(lang string) string {
	return map[string]string{"en": "es", "es": "en"}[lang]
}

// settleOne makes a water district with an owner who reads a language.
func (s *stage) settleOne(lang string) *walker {
	s.t.Helper()
	s.w.Write(s.t, func(tx *data.Tx) (err error) {
		if s.w.people[owner], err = account.AddApplicant(tx, owner.email(), lang, "console"); err == nil {
			s.w.org, err = account.CreateOrganization(tx, s.w.people[owner], journeyName)
		}
		return err
	})
	return s.walker(owner.email(), lang)
}

// TestCoworkerJourney: the owner of an application invites somebody who reads the other language. They accept in a browser of
// their own, finish a task of the application and cannot send it; the owner sees what they did and sends it.
func TestCoworkerJourney(t *testing.T) {
	sideRoad(t)
	eachWindow(t, func(t *testing.T, lang string, width int) {
		s := newStage(t, width)
		boss := s.settleOne(lang)
		begun := s.w.begin(t, owner, s.w.org, modelProgram, emailProgram)
		mate := s.walker("luis@example.org", otherLanguage(lang))
		boss.part, mate.part = "/applications/"+begun.ID, "/applications/"+begun.ID

		boss.open("/signin?lang=" + lang)
		boss.signIn()
		boss.at("/home", boss.T("desk.home_finish"), begun.Reference)
		boss.invites(mate)
		mate.joins(boss)
		boss.says(boss.letter("member_joined"), boss.T("mail.member_joined_what", "Member", mate.email, "OrganizationName", journeyName), boss.T("mail.their_role_editor"))

		s.w.Advance(time.Minute)
		mate.finishesTask()
		mate.cannotSend(boss)
		boss.seesWork(mate)
		boss.sendsFor(mate)
	})
}

// invites asks somebody to act for the organization as an editor.
func (p *walker) invites(guest *walker) {
	p.t.Helper()
	p.Press(p.T("layout.tab_organization"))
	p.at("/org", journeyName, p.T("account.your_role", "Role", p.T("account.role_owner")))
	p.Press(p.T("account.see_people"))
	p.at("/org/people", p.T("account.people_lede", "Organization", journeyName), p.T("account.invite_text"), p.T("account.role_editor_hint"))
	p.send("/org/people") // without an address
	p.reads(p.T("layout.problem_heading"))
	p.fill(map[string]string{"email": guest.email, "role": account.Editor, "lang": guest.say.Lang()})
	p.send("/org/people")
	p.at("/org/people", p.T("account.invited", "Email", guest.email), p.T("account.invited_title"), p.T("account.role_editor"),
		p.day(p.w.Now().Add(14*wholeDay)))
}

// joins opens the mailed invitation, signs in with the invited address and accepts.
func (p *walker) joins(boss *walker) {
	p.t.Helper()
	mailed := p.letter("invitation")
	p.says(mailed, journeyName, boss.email, p.T("mail.role_editor"), p.day(p.w.Now().Add(14*wholeDay)))
	p.Visit(p.link(mailed))
	p.at("/invitation", p.T("account.invitation_title", "Organization", journeyName), p.T("account.invitation_lede", "By", boss.email, "Organization", journeyName),
		p.T("account.role_editor_hint"), p.T("account.invitation_signin"))
	p.Press(p.T("account.invitation_signin_button"))
	p.spendLink()
	offer := p.path()
	p.at(offer, p.T("account.invitation_title", "Organization", journeyName), p.T("account.invitation_sees"), p.email)
	p.Press(p.T("account.accept"))
	p.at("/org", p.T("account.joined", "Organization", journeyName), p.T("account.your_role", "Role", p.T("account.role_editor")))
	p.says(p.letter("member_added"), p.T("mail.member_added_what", "OrganizationName", journeyName), p.T("mail.role_editor"))
	p.Visit(p.link(mailed)) // once more
	p.at(offer, p.T("account.accepted_title"))
}

// finishesTask answers the questions of one program.
func (p *walker) finishesTask() {
	p.t.Helper()
	p.Press(p.T("account.see_organization"))
	p.Press(p.T("layout.tab_home"))
	p.at("/home", journeyName, p.T("desk.home_finish"))
	p.Press(p.T("desk.home_finish"))
	p.at(p.part, p.say.N("desk.application_tasks", 4, "Done", 0), p.title(modelProgram))
	p.Click(`.tasks a[href="` + p.part + `/p/` + modelProgram + `"]`)
	p.at(p.part+"/p/"+modelProgram, p.T("desk.required_note"))
	p.fill(map[string]string{"q-first_task": "Read the logs of the billing computer.", "q-tasks": "logs", "q-setup": "own_staff", "q-user_count": "3",
		"q-problem_contact": "Duty desk", "q-problem_contact-2": "duty@example.org", "q-problem_contact-3": "555-0100", "q-own_systems": "yes", "q-accept_terms": "yes"})
	p.send(p.part + "/p/" + modelProgram)
	p.at(p.part, p.T("desk.saved_done"), p.say.N("desk.application_tasks", 4, "Done", 1), p.T("desk.saved_at", "Time", p.say.Time(p.w.Now(), p.w.site.Zone)))
}

// cannotSend reads on the last page, and on that of a packet, who sends.
func (p *walker) cannotSend(boss *walker) {
	p.t.Helper()
	p.Click(`.tasks a[href="` + p.part + `/check"]`)
	p.at(p.part+"/check", "Read the logs of the billing computer.", p.T("colleague.sends", "People", boss.email))
	p.misses(p.say.N("desk.check_send", 1), p.T("desk.check_declare"))
	p.open(p.part + "/p/" + emailProgram)
	p.at(p.part+"/p/"+emailProgram, p.T("packet.next_by_sender"))
	p.misses(p.T("packet.do_send"))
	p.stands(modelProgram, broker.Draft)
}

// seesWork reads what the other one did.
func (p *walker) seesWork(mate *walker) {
	p.t.Helper()
	p.open("/org/people")
	p.reads(mate.email, p.T("account.role_editor"))
	p.misses(p.T("account.invited_title"))
	p.open(p.part)
	p.at(p.part, p.say.N("desk.application_tasks", 4, "Done", 1), p.T("status.done"), p.T("desk.saved_at", "Time", p.say.Time(p.w.Now(), p.w.site.Zone)))
	p.open(p.part + "/p/" + modelProgram)
	p.at(p.part + "/p/" + modelProgram)
	if got := p.value("#q-first_task"); got != "Read the logs of the billing computer." {
		p.t.Errorf("the owner finds %q", got)
	}
}

// sendsFor declares and sends what both have written. Both are told, each in their language.
func (p *walker) sendsFor(mate *walker) {
	p.t.Helper()
	p.open(p.part + "/check")
	p.at(p.part+"/check", "Read the logs of the billing computer.", p.T("desk.check_declare"))
	for _, declaration := range broker.Declarations() {
		p.choose("declare_"+declaration, "yes")
	}
	p.Press(p.say.N("desk.check_send", 1))
	p.at(p.part+"/sent", p.T("desk.sent_title"), p.title(modelProgram), p.title(emailProgram), p.T("desk.sent_yours"))
	p.stands(modelProgram, broker.Submitted)
	for _, one := range []*walker{p, mate} {
		one.says(one.letter("submitted"), one.T("mail.submitted_do"), one.title(modelProgram))
	}
	mate.open(p.part)
	mate.at(p.part, mate.T("status.sent"))
}
