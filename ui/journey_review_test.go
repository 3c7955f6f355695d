package ui_test

import (
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/data"
)

// TestReviewJourney: a reviewer asks, after reading the very mails that two people get, each in their language; the applicant
// answers; the reviewer notes, changes their mind on the preview, and decides. What went out is what was shown.
func TestReviewJourney(t *testing.T) {
	eachWindow(t, func(t *testing.T, lang string, width int) {
		s := newStage(t, width)
		boss := s.settleOne(lang)
		mate := s.walker("luis@example.org", otherLanguage(lang))
		s.w.Write(t, func(tx *data.Tx) error {
			person, err := account.AddApplicant(tx, mate.email, mate.say.Lang(), "console")
			if err == nil {
				err = account.AddMember(tx, s.w.org.ID, person, account.Signer, "console")
			}
			return err
		})
		item := s.w.send(t, owner, s.w.org, modelProgram)
		boss.part = "/applications/" + item.ApplicationID
		s.w.Advance(time.Hour)

		reviewer := s.employ(journeyReviewer, lang)
		reviewer.opensCase(journeyName)
		reviewer.asks(boss, mate)
		boss.answersReview(mate)
		reviewer.readsAnswer()
		reviewer.notes()
		reviewer.decides(boss, mate)
		boss.open("/home")
		boss.at("/home", boss.T("desk.home_access"), boss.T("status.active"))
	})
}

const (
	storyQuestion = "Who looks at the logs on weekends?"
	storyAnswer   = "The operator on duty does."
)

// asks has to choose first, then asks, and finds the mails on the case.
func (p *walker) asks(boss, mate *walker) {
	p.t.Helper()
	p.send(p.part + "/decision")
	p.reads(p.T("layout.problem_heading"), p.T("staff.choose_act"))
	shown := p.previews(broker.ActAsk, storyQuestion, boss.email, mate.email)
	p.reads(p.T("staff.lang_en"), p.T("staff.lang_es"), storyQuestion, p.T("staff.act_ask"))
	if all := boss.letters("question_asked"); len(all) > 0 {
		p.t.Errorf("the preview sent %v", all)
	}
	p.confirms(broker.ActAsk)
	p.reads(p.T("staff.status_needs_info"), storyQuestion, p.T("staff.did_ask"), p.T("staff.due_paused", "Date", p.today()))
	for _, one := range []*walker{boss, mate} {
		one.gotExactly("question_asked", shown)
		one.says(one.letter("question_asked"), storyQuestion, one.T("mail.question_asked_do"), one.day(one.w.Now().Add(14*wholeDay)))
	}
	p.open(p.part)
	p.reads(p.T("staff.mail_sent"), boss.email, mate.email)
	boss.stands(modelProgram, broker.NeedsInfo)
}

// answersReview opens the mail, signs in, and answers on the page.
func (p *walker) answersReview(mate *walker) {
	p.t.Helper()
	p.comes(p.link(p.letter("question_asked")))
	item := p.part + "/p/" + modelProgram
	p.at(item, p.T("status.waiting_you"), storyQuestion, p.T("desk.status_next_you"), p.T("desk.step_who_you")+". "+p.T("desk.step_answer_by", "Date", p.day(p.w.Now().Add(14*wholeDay))))
	p.Press(p.T("layout.tab_home"))
	p.at("/home", p.T("desk.home_answer_text", "Date", p.today()))
	p.Press(p.T("desk.home_answer"))
	p.send(item + "/answer") // without a word
	p.reads(p.T("layout.problem_heading"), p.T("desk.problem_reply"))
	p.Type("#message", storyAnswer)
	p.send(item + "/answer")
	p.at(item, p.T("desk.status_answered"), storyAnswer, p.T("desk.status_next_review"))
	p.stands(modelProgram, broker.InReview)
}

// readsAnswer comes back by the mail about it.
func (p *walker) readsAnswer() {
	p.t.Helper()
	mailed := p.letter("answer_received")
	p.says(mailed, journeyName, p.T("mail.answer_received_do"))
	p.Visit(p.link(mailed))
	p.at(p.part, storyAnswer, storyQuestion, p.T("staff.act_answer"))
	p.misses(p.T("staff.due_paused", "Date", p.today()))
}

// notes keeps a word among staff.
func (p *walker) notes() {
	p.t.Helper()
	p.Unfold("details.add summary")
	p.Type("#note", "Asked the help line: logins are free.")
	p.send(p.part + "/note")
	p.at(p.part, p.T("staff.flash_note"), p.T("staff.note_among"), "Asked the help line")
}

// decides goes back from the preview once, finds what was typed, and approves.
func (p *walker) decides(boss, mate *walker) {
	p.t.Helper()
	const word = "Call the help line on a weekday."
	p.previews(broker.ActApprove, word, boss.email, mate.email)
	p.Press(p.T("staff.preview_edit"))
	p.at(p.part+"/decision", p.T("staff.decide_heading"))
	if got := p.value("#message"); got != word {
		p.t.Errorf("the message is now %q", got)
	}
	boss.stands(modelProgram, broker.InReview)
	shown := p.previews(broker.ActApprove, word, boss.email, mate.email)
	p.reads(p.T("staff.preview_access", "From", p.today(), "To", p.day(p.w.Now().AddDate(0, 0, 180))), p.T("staff.act_approve"))
	p.confirms(broker.ActApprove)
	p.reads(p.T("staff.decided_approved", "Date", p.today()), p.T("staff.has_grant"))
	for _, one := range []*walker{boss, mate} {
		one.gotExactly("approved", shown)
	}
	boss.stands(modelProgram, broker.Approved)
}
