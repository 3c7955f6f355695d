package ui_test

import (
	"strings"
	"testing"

	"accessdesk/broker"
	"accessdesk/broker/packet"
	"accessdesk/catalog"
	"accessdesk/data"
)

// TestWaysJourney walks what the story of three packets does not come by: answers that are missing in a packet, papers to
// gather, answers to copy into a form, a provider that says no, a phone call, and an application that is stopped.
func TestWaysJourney(t *testing.T) {
	sideRoad(t)
	eachWindow(t, func(t *testing.T, lang string, width int) {
		s := newStageOf(t, width, openWorldOn)
		p := s.walker(owner.email(), lang)
		p.part = "/applications/" + s.w.packets[emailProgram].ApplicationID
		p.open("/signin?lang=" + lang)
		p.signIn()
		p.at("/home")
		p.byEmail()
		p.intoForm()
		p.byPhone()
	})
}

// byEmail fills in what is missing and ticks a paper.
func (p *walker) byEmail() {
	p.t.Helper()
	address := p.w.packet(emailProgram)
	p.open(address)
	p.at(address, p.T("packet.lede"), "vulnerability@cisa.dhs.gov", p.say.N("packet.gaps", 3))
	p.Click(`.gaps a`)
	p.at(p.part+"/org", p.T("desk.facts_title"))
	p.fill(map[string]string{"f-legal_name": "Cedar Flats Water District", "f-site_address": "12 Mill Road, Cedar Flats, NM 87000",
		"f-technical_contact": "Duty desk, duty@example.org"})
	p.send(p.part + "/org")
	p.at(address, p.T("desk.saved"))
	p.misses(p.T("packet.blank_short"))
	if body := p.value("#body"); !strings.Contains(body, "Technical contact: Duty desk, duty@example.org") || strings.Contains(body, packet.Blank+" (to fill in: Legal name)") {
		p.t.Fatalf("the message is\n%s", body)
	}
	p.choose("paper", packet.DocumentID(p.documents(emailProgram)[1]))
	p.send(address + "/papers")
	p.at(address, p.T("packet.papers_saved"), p.say.N("packet.papers_count", 1, "Total", 3))
	p.open(address + "/print")
	p.at(address+"/print", p.T("packet.print_back"), p.T("packet.gathered"))
	if size := p.Print(); size < 1000 {
		p.t.Errorf("the printed page has %d bytes", size)
	}
}

func (p *walker) documents(slug string) (all []catalog.Text) {
	p.t.Helper()
	p.w.Read(p.t, func(tx *data.Tx) error {
		snapshot, err := p.w.desk.Catalog.Snapshot(tx)
		if err == nil {
			found, _ := snapshot.Find(slug)
			all = found.Apply[0].Documents
		}
		return err
	})
	return all
}

// intoForm answers the questions and copies from the sheet.
func (p *walker) intoForm() {
	p.t.Helper()
	address := p.w.packet(webProgram)
	p.open(address)
	p.at(address, p.T("packet.sheet"), "https://portal.anthropic.com/programs/cvp")
	p.fill(map[string]string{"q-use_case": "We read the logs of our billing computer.", "q-access_path": "direct"})
	p.send(address)
	p.at(address, p.T("packet.saved"))
	var copied string
	p.Evaluate(`(() => { const all = [...document.querySelectorAll(".sheet .copy")]; const one = all.find(e => e.textContent.includes("billing computer")); return one ? one.textContent + "|" + getComputedStyle(one).userSelect : ""; })()`, &copied)
	if copied != "We read the logs of our billing computer.|all" {
		p.t.Errorf("the answer to copy is %q", copied)
	}
	p.reports(webProgram, broker.ActSend, p.w.Now(), "")
	p.reports(webProgram, broker.ActRefuse, p.w.Now(), "They say that another program fits better.")
	p.reads(p.T("packet.next_refused"))
}

// byPhone reads the script, reports the call, and stops.
func (p *walker) byPhone() {
	p.t.Helper()
	address := p.w.packet(phoneProgram)
	p.open(address)
	p.at(address, p.T("packet.script"), "Hello, my name is", "I am calling about this program", p.T("packet.part_ask"), p.T("packet.do_call"))
	if p.say.Lang() == "es" {
		p.reads("Buenos días, me llamo")
	}
	p.reports(phoneProgram, broker.ActSend, p.w.Now(), "")
	p.Press(p.T("packet.stop"))
	p.at(address+"/withdraw", p.T("packet.stop_sent"))
	p.choose("choice", "yes")
	p.send(address + "/withdraw")
	p.at(p.part, p.T("desk.withdrawn"), p.T("status.packet_withdrawn"))
	p.stands(phoneProgram, broker.Withdrawn)
}
