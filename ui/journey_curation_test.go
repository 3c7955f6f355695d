package ui_test

import (
	"testing"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility/registry/registrytest"
)

const (
	curatedSlug  = "county-scanning"
	curatedTitle = "County scanning"
	curatedOther = "Escaneo del condado"
)

// TestCurationJourney: a program manager begins a program with a copy, is told what is missing, mends it, and sends it; a second person, in
// the other language, comes by mail, sends it back once, and approves. Then a rule changes, the program is paused, opened again by two, and
// taken off the list by two. Nobody publishes alone.
func TestCurationJourney(t *testing.T) {
	eachWindow(t, func(t *testing.T, lang string, width int) {
		s := newStage(t, width)
		registrytest.Load(t, s.w.DB)
		writer := s.employ("ana@example.org", lang)
		second := s.employ("luis@example.org", otherLanguage(lang))
		writer.part, second.part = "/staff/catalog/"+curatedSlug, "/staff/catalog/"+curatedSlug
		writer.beginsProgram()
		writer.isToldWhatIsMissing()
		writer.makesExampleOfRecord()
		writer.sends("It is the county's own service.")
		second.sendsBack()
		writer.sends("Seats are in now.")
		writer.cannotApprove()
		second.approves("listing_review", curatedTitle, curatedOther)
		writer.open("/programs/" + curatedSlug)
		writer.reads(curatedName(writer))
		writer.changesRule()
		writer.sends("Fixed addresses are not asked for any more.")
		second.approves("listing_review", curatedTitle, curatedOther)
		writer.pausesProgram()
		writer.reopensWith(second)
		writer.takesOffWith(second)
		writer.standsInRecord()
	})
}

func curatedName(p *walker) string {
	if p.say.Lang() == "es" {
		return curatedOther
	}
	return curatedTitle
}

func (p *walker) beginsProgram() {
	p.t.Helper()
	p.Press(p.T("edit.catalog"))
	p.at("/staff/catalog", p.T("edit.catalog_lede"))
	p.Press(p.T("edit.new"))
	p.at("/staff/catalog/new", p.T("edit.new_lede"))
	p.fill(map[string]string{"from": scanProgram, "title.en": curatedTitle, "title.es": curatedOther, "slug": "Not a slug"})
	p.Press(p.T("edit.new_begin"))
	p.reads(p.T("layout.problem_heading"))
	p.fill(map[string]string{"slug": curatedSlug})
	p.Press(p.T("edit.new_begin"))
	p.at(p.part+"/text", p.T("edit.flash_begun"), p.T("edit.state_draft"))
}

// isToldWhatIsMissing adds a step in one language and a number that is none, and mends both.
func (p *walker) isToldWhatIsMissing() {
	p.t.Helper()
	p.open(p.part + "/window")
	p.at(p.part+"/window", p.T("edit.label_apply"))
	p.Press(p.T("edit.add_apply_steps"))
	p.fill(map[string]string{"apply.0.steps.3.en": "Look at the list each week.", "window.seats": "twelve"})
	p.Press(p.T("edit.save_next"))
	p.reads(p.T("layout.problem_heading"), p.T("refusal.invalid_number"))
	if got := p.value(`[name="apply.0.steps.3.en"]`); got != "Look at the list each week." {
		p.t.Errorf("the step is now %q", got)
	}
	p.fill(map[string]string{"window.seats": "12"})
	p.Press(p.T("edit.save_next"))
	p.at(p.part+"/sources", p.T("edit.flash_saved"), p.say.N("edit.missing", 1))
	p.open(p.part + "/publish")
	p.at(p.part+"/publish", p.say.N("edit.not_ready", 1), p.T("lacking.spanish"))
	p.misses(p.T("edit.submit_title"))
	p.Press(p.T("edit.tab_window"))
	p.fill(map[string]string{"apply.0.steps.3.es": "Vea la lista cada semana."})
	p.Press(p.T("edit.save_next"))
	p.open(p.part + "/examples")
	p.at(p.part+"/examples", p.T("edit.examples_lede"), p.T("edit.comes_out", "Outcome", p.T("edit.outcome_eligible")))
	p.Press(p.T("edit.tab_preview"))
	p.at(p.part+"/preview", p.T("edit.preview_page"), curatedName(p), p.T("edit.preview_mails"))
}

// makesExampleOfRecord looks for a hospital and takes it with one click.
func (p *walker) makesExampleOfRecord() {
	p.t.Helper()
	p.open(p.part + "/examples")
	p.at(p.part+"/examples", p.T("edit.from_record"))
	p.Type("#operator", "sampleton")
	p.Press(p.T("example.search"))
	p.at(p.part+"/examples", "SAMPLETON EXAMPLE HOSPITAL", p.T("find.id_ccn", "Number", "360901"), p.T("register.name_cms-hospitals"))
	p.Click(`button[name="do"][value="record ` + registrytest.Hospital + `"]`)
	p.at(p.part+"/examples", p.T("example.from", "Register", p.say.Register("cms-hospitals", "2026-02-28")))
	if got := p.value(`#tests > fieldset:last-child [name$=".name"]`); got != "SAMPLETON EXAMPLE HOSPITAL (ccn:360901, 2026-02)" {
		p.t.Errorf("the example is called %q", got)
	}
}

// sends sends the draft for review, with words for the reviewer.
func (p *walker) sends(words string) {
	p.t.Helper()
	p.open(p.part + "/publish")
	p.at(p.part+"/publish", p.T("edit.submit_title"), p.T("edit.reach"))
	p.Type("#words", words)
	p.Press(p.T("edit.submit"))
	p.at(p.part, p.T("edit.flash_submit"), p.T("edit.state_in_review"))
}

func (p *walker) cannotApprove() {
	p.t.Helper()
	p.open(p.part + "/publish")
	p.at(p.part+"/publish", p.T("edit.own"))
	p.misses(p.T("edit.approve"), p.T("edit.approve_title"))
}

// sendsBack comes by the mail and gives the draft back with words.
func (p *walker) sendsBack() {
	p.t.Helper()
	mailed := p.letter("listing_review")
	p.says(mailed, curatedName(p), p.T("mail.listing_review_do"), "It is the county's own service.")
	p.Visit(p.link(mailed))
	p.at(p.part+"/publish", p.T("edit.approve_title"), "It is the county's own service.", p.T("edit.first_version"))
	p.Unfold("details.why:last-of-type summary")
	p.open(p.part + "/publish")
	p.unfoldAll()
	p.Press(p.T("edit.send_back_button")) // without words
	p.reads(p.T("layout.problem_heading"), p.T("refusal.required"))
	p.unfoldAll()
	p.Type("#words", "How many seats are there?")
	p.Press(p.T("edit.send_back_button"))
	p.at(p.part, p.T("edit.flash_send_back"), "How many seats are there?")
}

// unfoldAll opens every part of the page that is folded.
func (p *walker) unfoldAll() {
	p.t.Helper()
	p.Evaluate(`document.querySelectorAll("main details").forEach(d => { d.open = true }) || true`, new(bool))
}

// approves comes by the newest mail of a kind and approves.
func (p *walker) approves(template string, texts ...string) {
	p.t.Helper()
	mailed := p.letter(template)
	p.says(mailed, curatedName(p))
	p.Visit(p.link(mailed))
	p.at(p.part+"/publish", p.T("edit.approve_title"))
	p.Press(p.T("edit.approve"))
	p.at(p.part, p.T("edit.flash_approve"), p.T("edit.state_published"))
	_ = texts
}

// changesRule removes the rule about fixed addresses, and is told that an example does not come out any more until that is mended.
func (p *walker) changesRule() {
	p.t.Helper()
	p.open(p.part)
	p.at(p.part, p.T("edit.no_draft"), p.T("edit.version", "Number", 1))
	p.Press(p.T("edit.begin"))
	p.at(p.part+"/text", p.T("edit.flash_begun"))
	p.Press(p.T("edit.tab_rules"))
	p.at(p.part+"/rules", p.T("builder.rules"), p.T("builder.reach"))
	p.Click(`button[name="do"][value="remove criteria.1"]`)
	p.at(p.part + "/rules")
	p.open(p.part + "/publish")
	p.reads(p.T("edit.tab_examples"), p.T("edit.changes"))
	p.misses(p.T("edit.submit_title"))
	p.Press(p.T("edit.tab_examples"))
	p.fill(map[string]string{"tests.2.outcome": "eligible", "tests.4.outcome": "eligible"})
	p.Press(p.T("edit.save"))
	p.at(p.part+"/examples", p.T("edit.flash_saved"))
}

// pausesProgram needs a reason in both languages, and holds at once.
func (p *walker) pausesProgram() {
	p.t.Helper()
	p.open(p.part)
	p.unfoldAll()
	p.Type("#reason_en", "The county moves its office.")
	p.Press(p.T("edit.pause_button"))
	p.reads(p.T("layout.problem_heading"), p.T("refusal.required"))
	p.unfoldAll()
	p.Type("#reason_es", "El condado cambia de oficina.")
	p.Press(p.T("edit.pause_button"))
	p.at(p.part, p.T("edit.flash_paused"), p.T("edit.paused"))
	p.open("/programs/" + curatedSlug)
	reason := "The county moves its office."
	if p.say.Lang() == "es" {
		reason = "El condado cambia de oficina."
	}
	p.reads(reason)
}

func (p *walker) reopensWith(second *walker) {
	p.t.Helper()
	p.open(p.part)
	p.Press(p.T("edit.reopen"))
	p.at(p.part+"/publish", p.T("edit.flash_begun"))
	p.sends("They are back.")
	second.approves("listing_review")
}

func (p *walker) takesOffWith(second *walker) {
	p.t.Helper()
	p.open(p.part)
	p.unfoldAll()
	p.Press(p.T("edit.retire"))
	p.at(p.part+"/publish", p.T("edit.retirement_open"))
	p.Type("#words", "It was a trial.")
	p.Press(p.T("edit.submit"))
	mailed := second.letter("listing_review")
	second.Visit(second.link(mailed))
	second.Press(second.T("edit.approve_retirement"))
	second.at(p.part, second.T("edit.flash_approve"), second.T("edit.taken_off"))
	second.open("/programs/" + curatedSlug)
	second.reads(second.T("errors.not_found_title"))
}

// standsInRecord holds that all of it is in the record, which verifies, and that nobody approved what they wrote but the pause.
func (p *walker) standsInRecord() {
	p.t.Helper()
	p.w.Read(p.t, func(tx *data.Tx) error {
		versions, err := catalog.Versions(tx, curatedSlug)
		if len(versions) != 4 {
			p.t.Errorf("%d versions", len(versions))
		}
		for i, v := range versions {
			if (v.WrittenBy == v.ApprovedBy) != (i == 1) {
				p.t.Errorf("version %d was written by %s and approved by %s", v.Number, v.WrittenBy, v.ApprovedBy)
			}
		}
		if mismatch := record.Check(tx, record.OfferingChain(curatedSlug)); mismatch != nil {
			p.t.Error(mismatch)
		}
		return err
	})
}
