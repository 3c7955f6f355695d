package ui_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/data/datatest"
)

// The three packets of the story, each applied for in another way: by a form on the web, by e-mail, and through somebody who
// helps.
const (
	formPacket   = "ms-isac"
	mailPacket   = emailProgram
	helperPacket = "circuit-rider"
)

var storyPackets = []string{formPacket, mailPacket, helperPacket}

// TestPacketsJourney: a water district takes three packets and one program of this desk from the check to where all four can be
// used, and is reminded before one of them ends.
func TestPacketsJourney(t *testing.T) {
	sideRoad(t)
	eachWindow(t, func(t *testing.T, lang string, width int) {
		s := newStage(t, width)
		p := s.walker(journeyApplicant, lang)
		p.checks()
		p.starts()
		p.fillsTasks()
		p.sendsHere()
		p.sendsElsewhere()

		s.wait(24 * time.Hour)
		reviewer := s.employ(journeyReviewer, lang)
		reviewer.opensCase(journeyName)
		reviewer.reads(p.title(modelProgram), "4,200", "The pumps have a network of their own.")
		shown := reviewer.previews(broker.ActApprove, "", p.email)
		reviewer.confirms(broker.ActApprove)
		p.gotExactly("approved", shown)
		p.usesAccess()

		s.wait(24 * time.Hour)
		p.hearsFromProviders()
		s.wait(13 * 24 * time.Hour)
		p.asksAgain()
		s.wait(5 * 24 * time.Hour)
		p.setsUp()
		p.isReminded()
	})
}

// checks answers the check and keeps four programs of the results.
func (p *walker) checks() {
	p.t.Helper()
	p.beginCheck()
	answers := map[string]string{"state_or_territory": "NM", "ownership_type": "government_local", "population_served": "4,200",
		"static_public_ips": "yes", "authorised_targets_statement": "yes", "serves_rural_10k_or_less": "yes"}
	answerAll(p.screen, p.say, answers, func() { p.reads(p.T("check.skip")) })
	p.at("/check/results", p.T("results.group_likely"), p.T("results.note_title"), p.T("results.apply_bar"), p.title(modelProgram))
	for _, fact := range []string{"static_public_ips", "serves_rural_10k_or_less"} { // what a short check leaves to the results
		p.open("/check/q/" + fact + "?from=results")
		p.answer(fact, answers[fact])
		p.at("/check/results")
	}
	var ticked []string
	p.Evaluate(`[...document.querySelectorAll('input[name=program]:checked')].map(i => i.value)`, &ticked)
	chosen := append(slices.Clone(storyPackets), modelProgram)
	for _, slug := range chosen {
		if !slices.Contains(ticked, slug) {
			p.t.Fatalf("%s cannot be chosen: %v", slug, ticked)
		}
	}
	for _, slug := range ticked {
		if !slices.Contains(chosen, slug) {
			p.Choose("pick-" + slug)
		}
	}
	p.Press(p.T("results.apply_start"))
}

// starts signs in, names the organization, and starts one application for all four.
func (p *walker) starts() {
	p.t.Helper()
	p.signIn()
	p.at("/org/new", p.T("desk.organization_title"), p.T("desk.organization_note"))
	p.Type("#name", journeyName)
	p.send("/org/new")
	p.at("/applications/new", p.say.N("desk.start_title", 4), p.T("desk.start_lede", "Organization", journeyName),
		p.T("packet.start_prepare_packet"), p.T("packet.start_start_here"))
	for _, slug := range append(storyPackets, modelProgram) {
		p.reads(p.title(slug))
	}
	p.send("/applications")
	p.part = p.path()
	p.at(p.part, p.T("desk.started"), journeyName, p.say.N("desk.application_for", 4), p.say.N("desk.application_tasks", 6, "Done", 0),
		p.T("desk.task_organization"), p.T("desk.task_check"), p.T("desk.task_later"))
	for _, slug := range storyPackets {
		p.reads(p.T("packet.task", "Program", p.title(slug)))
		p.stands(slug, broker.Preparing)
	}
	p.stands(modelProgram, broker.Draft)
	p.says(p.letter("draft_saved"), p.T("mail.draft_saved_what"))
}

// fillsTasks answers what all four ask for once, and what one of them asks for by itself.
func (p *walker) fillsTasks() {
	p.t.Helper()
	p.Press(p.T("desk.continue_with", "Task", p.T("desk.task_organization")))
	p.at(p.part+"/org", p.T("desk.facts_title"), p.say.N("desk.facts_lede", 4))
	for field, carried := range map[string]string{"f-population_served": "4,200", "f-state_or_territory": "NM", "f-legal_name": journeyName} {
		if got := p.value(`[name="` + field + `"]`); got != carried {
			p.t.Errorf("%s is %q, want %q, which was said before", field, got, carried)
		}
	}
	var labels []string
	p.Evaluate(`[...document.querySelectorAll("main .field")].map(f => f.querySelector("legend, label").innerText)`, &labels)
	if slices.Sort(labels); len(labels) < 10 || len(slices.Compact(slices.Clone(labels))) != len(labels) {
		p.t.Errorf("a question stands twice among %d: %q", len(labels), labels)
	}
	p.Type(`[name="f-legal_name"]`, journeyName)
	p.fill(map[string]string{"f-site_address": "1 Example Road, Mesa Example, NM 87000", "f-authorised_official": "The general manager, manager@mesa-verde-water.example.org",
		"f-technical_contact": "The duty desk, duty@mesa-verde-water.example.org, 555-0100", "f-pwsid": "NM3500001", "f-has_it_staff": "contractor", "f-has_ot": "yes",
		"f-govt_type": "special_district"})
	p.send(p.part + "/org")
	p.at(p.part, p.T("desk.saved_done"), p.say.N("desk.application_tasks", 6, "Done", 1), p.T("status.done"))

	item := p.part + "/p/" + modelProgram
	p.Press(p.T("desk.continue_with", "Task", p.title(modelProgram)))
	p.at(item, p.title(modelProgram), p.T("desk.required_note"), p.T("desk.keep_out"))
	var again int
	p.Evaluate(`document.querySelectorAll('[name^="f-"]').length`, &again)
	if again > 0 {
		p.t.Errorf("%d facts are asked for again", again)
	}
	p.fill(map[string]string{"q-first_task": "Read the logs of the billing computer for a week.", "q-tasks": "logs", "q-setup": "own_staff",
		"q-user_count": "3", "q-problem_contact": "Duty desk", "q-problem_contact-2": "duty@mesa-verde-water.example.org", "q-problem_contact-3": "555-0100",
		"q-own_systems": "yes", "q-accept_terms": "yes"})
	p.send(item) // without the question that only those who run machines are asked
	p.at(item, p.say.N("desk.open_answers", 1), p.T("desk.needed"))
	p.fill(map[string]string{"q-control_systems": "The pumps have a network of their own."})
	p.send(item)
	p.at(p.part, p.T("desk.saved_done"), p.say.N("desk.application_tasks", 6, "Done", 2))
}

// sendsHere checks the answers and sends the program that is decided here; the packets are left to send.
func (p *walker) sendsHere() {
	p.t.Helper()
	p.Press(p.T("desk.continue_with", "Task", p.T("desk.task_check")))
	p.at(p.part+"/check", p.T("desk.check_title"), "Read the logs of the billing computer for a week.", "4,200", journeyName,
		p.T("desk.declare_authority", "Organization", journeyName), p.T("desk.voluntary"), p.T("desk.not_license"))
	p.send(p.part + "/submit") // without the declarations
	p.reads(p.T("layout.problem_heading"))
	for _, declaration := range broker.Declarations() {
		p.choose("declare_"+declaration, "yes")
	}
	p.Press(p.say.N("desk.check_send", 1))
	p.at(p.part+"/sent", p.T("desk.sent_title"), "CAD-", p.title(modelProgram), p.T("desk.sent_yours"), p.T("packet.sent_left"),
		p.T("desk.sent_next_text", "Date", p.day(p.item(modelProgram).Due)))
	for _, slug := range storyPackets {
		p.reads(p.title(slug))
	}
	p.stands(modelProgram, broker.Submitted)
	p.says(p.letter("submitted"), p.T("mail.submitted_do"), p.title(modelProgram))
}

// sendsElsewhere sends the three packets by itself, each in its way. Nothing that was said before is missing in them.
func (p *walker) sendsElsewhere() {
	p.t.Helper()
	p.Press(p.title(mailPacket))
	address := p.part + "/p/" + mailPacket
	p.at(address, p.T("packet.lede"), "vulnerability@cisa.dhs.gov", p.T("packet.message"), p.T("packet.nothing_sent"), p.T("status.packet_preparing"))
	p.misses(p.say.N("packet.gaps", 1), p.T("packet.blank_short"))
	for _, text := range []string{"The duty desk, duty@mesa-verde-water.example.org", "1 Example Road", journeyName} {
		if body := p.value("#body"); !strings.Contains(body, text) {
			p.t.Errorf("%q is not in the message:\n%s", text, body)
		}
	}
	p.fill(map[string]string{"q-heard_from": "From our state association"})
	p.send(address)
	p.at(address, p.T("packet.saved"))
	if body := p.value("#body"); !strings.Contains(body, "From our state association") {
		p.t.Errorf("the own answer is not in the message:\n%s", body)
	}
	p.reports(mailPacket, broker.ActSend, p.w.Now(), "I wrote from the office.")
	p.reads(p.T("packet.next_sent_until", "Date", p.day(p.w.Now().AddDate(0, 0, 14))), p.T("packet.undo"))

	p.open("/applications")
	p.at("/applications", p.title(mailPacket), p.T("status.packet_sent"), p.T("status.packet_preparing"))
	p.Press(p.title(formPacket))
	p.at(p.part+"/p/"+formPacket, p.T("packet.sheet"), "https://www.cisecurity.org/ms-isac", p.T("packet.next"))
	p.reads("4,200", "The general manager", p.T("packet.source_application_on", "Date", p.today()), p.T("packet.source_check_on", "Date", p.today()))
	p.misses(p.T("packet.blank_short"))
	p.reports(formPacket, broker.ActSend, p.w.Now(), "")

	p.open(p.part)
	p.Press(p.T("packet.task", "Program", p.title(helperPacket)))
	p.at(p.part+"/p/"+helperPacket, "https://nrwa.org/state-associations/", "NM3500001", p.T("packet.contacts"))
	p.misses(p.T("packet.blank_short"))
	p.reports(helperPacket, broker.ActSend, p.w.Now(), "Spoke with the front desk.")
	p.open(p.part)
	p.at(p.part, p.T("desk.application_sent_lede"), p.T("status.packet_sent"), p.T("status.sent"))
	p.Press(p.T("layout.tab_home"))
	p.at("/home", p.T("desk.home_calm"), p.T("desk.home_sent"), p.T("packet.home_with"),
		p.T("packet.reply_by", "Date", p.day(p.w.Now().AddDate(0, 0, 14))), p.T("desk.status_aim", "Date", p.day(p.item(modelProgram).Due)))
}

// reports presses the button of what happened with a packet, on whose page the walker is, and notes its day.
func (p *walker) reports(slug, act string, on time.Time, note string) {
	p.t.Helper()
	address := p.part + "/p/" + slug
	form := address + "/stage?act=" + act
	p.at(address)
	var shown bool
	p.Evaluate(fmt.Sprintf(`!!document.querySelector('a[href="%s"]').offsetParent`, form), &shown)
	if !shown { // it stands among what else may have happened
		p.Unfold(`details:has(a[href="` + form + `"]) summary`)
	}
	p.Click(`a[href="` + form + `"]`)
	p.at(address+"/stage", p.title(slug), p.T("packet.on"), p.T("packet.note_hint"))
	local := on.In(p.w.site.Zone)
	p.fill(map[string]string{"q-on": fmt.Sprint(int(local.Month())), "q-on-day": fmt.Sprint(local.Day()), "q-on-year": fmt.Sprint(local.Year())})
	if note != "" {
		p.Type("#note", note)
	}
	p.send(form)
	state := map[string]broker.State{broker.ActSend: broker.Sent, broker.ActAcknowledge: broker.Acknowledged, broker.ActAccept: broker.Approved,
		broker.ActSetUp: broker.SetUp, broker.ActReady: broker.ReadyToUse, broker.ActRefuse: broker.Refused}[act]
	p.stands(slug, state)
	p.at(address, p.T("packet.noted"), p.T("status.packet_"+string(state)), p.T("packet.track_"+string(state))+" ("+p.T("desk.status_now")+") "+p.day(on)+" "+note)
}

// opensCase opens the case of an organization from the list of the reviewer.
func (p *walker) opensCase(organization string) {
	p.t.Helper()
	p.reads(p.say.N("staff.queue_waiting", 1), organization, p.T("staff.kpi_new"))
	p.Press(organization)
	p.part = p.path()
	p.reads(organization, p.T("staff.rules_heading"), p.T("staff.answers_heading"), p.T("staff.decide_heading"), "CAD-")
}

// previews chooses a decision and reads the exact mails that would go out, one to each address.
func (p *walker) previews(act, message string, to ...string) (shown []letter) {
	p.t.Helper()
	p.choose("act", act)
	if message != "" {
		p.Type("#message", message)
	}
	p.send(p.part + "/decision")
	p.at(p.part+"/decision", p.T("staff.preview_title"), p.T("staff.preview_nothing"), p.say.N("staff.preview_mails", len(to)))
	var read [][4]string
	p.Evaluate(`[...document.querySelectorAll("article.letter")].map(a => [a.querySelectorAll("dd")[0].innerText, a.querySelector("pre").lang, a.querySelectorAll("dd")[2].innerText, a.querySelector("pre").textContent])`, &read)
	for _, one := range read {
		shown = append(shown, letter{one[0], one[1], one[2], one[3]})
	}
	for _, address := range to {
		if !slices.ContainsFunc(shown, func(l letter) bool { return l.to == address }) {
			p.t.Errorf("no mail to %s is shown, but %v", address, shown)
		}
	}
	return shown
}

// confirms does what the preview shows.
func (p *walker) confirms(act string) {
	p.t.Helper()
	p.Press(p.T("staff.preview_confirm"))
	p.at(p.part, p.T("staff.flash_"+act), p.T("staff.mail_queued"))
}

// gotExactly fails the test unless the newest mail of a kind is the one that the reviewer saw before.
func (p *walker) gotExactly(template string, shown []letter) {
	p.t.Helper()
	got := p.letter(template)
	at := slices.IndexFunc(shown, func(l letter) bool { return l.to == p.email })
	if at < 0 {
		p.t.Fatalf("the preview shows no mail to %s", p.email)
	}
	want := shown[at]
	if got.subject != want.subject || got.lang != want.lang || plain(got.text) != plain(want.text) {
		p.t.Errorf("the mail is not the one of the preview:\n%q\n%s\nin place of\n%q\n%s", got.subject, got.text, want.subject, want.text)
	}
	p.says(got)
}

// usesAccess opens the mail about the decision, and what to do now.
func (p *walker) usesAccess() {
	p.t.Helper()
	mailed := p.letter("approved")
	p.says(mailed, p.title(modelProgram), p.T("mail.approved_limits"))
	p.comes(p.link(mailed))
	p.reads(p.title(modelProgram), p.T("grant.now"))
	grant := p.path()
	begun := p.w.Now().Add(-time.Minute) // before signing in
	p.at(grant, p.T("status.active"), p.day(begun), p.day(begun.AddDate(0, 0, 180)), p.T("grant.people_none"), journeyName,
		map[string]string{"en": "Name the people who may use the model.", "es": "Nombre a las personas que pueden usar el modelo."}[p.say.Lang()])
	p.Press(p.T("grant.people_change"))
	p.at(grant+"/people", p.T("grant.people_add_text"))
	p.fill(map[string]string{"name": "Ana Example", "email": "ana@mesa-verde-water.example.org"})
	p.send(grant + "/people")
	p.reads(p.T("grant.flash_named"), "Ana Example")
	p.open(grant)
	p.reads("Ana Example", p.T("grant.now"))
	p.Press(p.T("grant.case"))
	p.at(p.part+"/p/"+modelProgram, p.T("desk.status_approved", "Who", "Example Institute", "Program", p.title(modelProgram)), p.T("desk.step_ends"))
}

// hearsFromProviders notes what two of the providers said.
func (p *walker) hearsFromProviders() {
	p.t.Helper()
	p.comes(p.w.base + "/home")
	p.at("/home", p.T("packet.home_with"), p.T("desk.home_access"))
	p.Press(p.title(mailPacket))
	yesterday := p.w.Now().AddDate(0, 0, -1)
	p.reports(mailPacket, broker.ActAcknowledge, yesterday, "They sent the service form.")
	p.reads(p.T("packet.next_acknowledged"))
	p.reports(mailPacket, broker.ActAccept, p.w.Now(), "The letter is signed.")
	p.reads(p.T("packet.next_approved"), "They sent the service form.", p.day(yesterday))
	p.open(p.part + "/p/" + formPacket)
	p.reports(formPacket, broker.ActAcknowledge, p.w.Now(), "")
	p.open("/home")
	p.reads(p.T("status.packet_approved"), p.T("packet.home_set_up"), p.T("status.packet_acknowledged"))
}

// asksAgain reads that the helper has not answered, and hears from them after a call.
func (p *walker) asksAgain() {
	p.t.Helper()
	p.stands(helperPacket, broker.NoReply)
	mailed := p.letter("packet_no_reply")
	p.says(mailed, p.title(helperPacket), p.T("mail.packet_no_reply_what", "Program", p.title(helperPacket), "Sent", p.day(datatest.Start)))
	if all := p.letters("packet_no_reply"); len(all) != 1 {
		p.t.Errorf("%d mails about silence, want 1", len(all))
	}
	p.comes(p.w.base + "/home")
	p.at("/home", p.T("status.packet_no_reply"), p.T("desk.packet_no_reply", "Date", p.day(datatest.Start)))
	p.Press(p.T("packet.home_no_reply"))
	p.at(p.part+"/p/"+helperPacket, p.T("packet.next_after_no_reply"), p.T("packet.do_send_again"), "https://nrwa.org/state-associations/")
	p.reports(helperPacket, broker.ActAcknowledge, p.w.Now(), "The letter lay with a colleague.")
	p.reports(helperPacket, broker.ActAccept, p.w.Now(), "")
}

// setsUp takes all three to where they can be used, one of them until a day.
func (p *walker) setsUp() {
	p.t.Helper()
	p.comes(p.w.base + p.part + "/p/" + mailPacket)
	p.reports(mailPacket, broker.ActSetUp, p.w.Now(), "")
	p.reports(mailPacket, broker.ActReady, p.w.Now(), "The first report came.")
	p.reads(p.T("packet.next_ready"))
	p.open(p.part + "/p/" + helperPacket)
	p.reports(helperPacket, broker.ActSetUp, p.w.Now(), "The visit is on Monday.")
	p.reports(helperPacket, broker.ActReady, p.w.Now(), "")
	address := p.part + "/p/" + formPacket
	p.open(address)
	p.reports(formPacket, broker.ActAccept, p.w.Now(), "")
	p.reports(formPacket, broker.ActSetUp, p.w.Now(), "")
	p.Click(`a[href="` + address + "/stage?act=" + broker.ActReady + `"]`)
	p.fill(map[string]string{"q-ends": "11", "q-ends-day": "30", "q-ends-year": "2027"})
	p.send(address + "/stage?act=" + broker.ActReady)
	p.stands(formPacket, broker.ReadyToUse)
	ends := time.Date(2027, 11, 30, 12, 0, 0, 0, time.UTC)
	p.at(address, p.T("packet.next_ready_until", "Date", p.day(ends)), p.T("packet.track_ready"))

	p.Press(p.T("layout.tab_home"))
	p.at("/home", p.T("desk.home_calm"), p.T("desk.home_access"), p.T("status.active"), p.T("status.packet_ready"))
	var access string
	p.Evaluate(`document.querySelector("section[aria-labelledby=access]").innerText`, &access)
	for _, slug := range append(storyPackets, modelProgram) {
		if !strings.Contains(access, p.title(slug)) {
			p.t.Errorf("%s is not among what can be used:\n%s", slug, access)
		}
	}
	p.misses(p.T("packet.home_with"), p.T("desk.home_sent"))
	p.open(p.part)
	p.at(p.part, p.T("status.packet_ready"), p.T("status.approved"))
	p.open(p.part + "/print")
	p.at(p.part+"/print", "The first report came.", "The visit is on Monday.", "I wrote from the office.", journeyName)
}

// isReminded gets a mail 30 days before the one with a last day ends.
func (p *walker) isReminded() {
	p.t.Helper()
	ends := time.Date(2027, 11, 30, 12, 0, 0, 0, time.UTC)
	p.wait(ends.AddDate(0, 0, -30).Sub(p.w.Now()))
	mailed := p.letter("packet_renewal")
	p.says(mailed, p.title(formPacket), p.day(ends))
	p.comes(p.link(mailed))
	p.at(p.part+"/p/"+formPacket, p.T("packet.next_ready_until", "Date", p.day(ends)))
	p.open("/home")
	p.at("/home", p.T("packet.home_renew"), p.T("desk.home_ending_text", "Date", p.day(ends)))
}
