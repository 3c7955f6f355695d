package packet

import (
	"slices"
	"strings"
	"testing"

	"accessdesk/catalog"
	"accessdesk/data/golden"
	"accessdesk/eligibility"
)

// invitation is an offering of the one mode that no offering of the seed has.
const invitation = `
slug = "example-guided-tier"
kind = "monitoring"
status = "by_invitation"
sectors = ["any"]
sectors_citation = "Program notice 2026-03"
criteria_published = true
confidence = "seen"
checked_on = 2026-11-22
review_by = 2027-05-22
owner = "catalog@example.org"
cost = "ask_provider"
helper = { name = "Example help line", phone = "+1-555-0100", url = "https://example.org/help" }
[provider]
slug = "example-institute"
name = "Example Institute"
government = false
url = "https://example.org"
[title]
en = "Guided monitoring"
es = "Vigilancia guiada"
[summary]
en = "A team watches your network with you."
es = "Un equipo vigila la red con usted."
[[apply]]
mode = "invitation"
to = "guided@example.org"
subject = { en = "Interest in guided monitoring", es = "Interés en la vigilancia guiada" }
fields = ["legal_name", "sector", "population_served", "technical_contact"]
steps = [{ en = "Tell the institute that you are interested.", es = "Diga al instituto que le interesa." }]
no_reply_after_days = 30
[[criteria]]
id = "pwsid"
expr = "population_served > 0"
citation = "Program notice 2026-03, section 2"
min_evidence = "register"
title = { en = "You serve people", es = "Usted atiende a personas" }
failure = { en = "This program is for systems that serve people.", es = "Este programa es para sistemas que atienden a personas." }
`

// One packet of each mode stands in testdata as its plain text, in both languages, for a person to read.
func TestGoldenPackets(t *testing.T) {
	s := open(t)
	cases := []struct {
		name    string
		program *catalog.Published
		answers map[string][]string
	}{
		{"email", s.program(t, "cisa-vuln-scanning"), map[string][]string{"heard_from": {"From our state association"}}},
		{"web", s.program(t, "dotgov"), map[string][]string{"wanted_name": {"cedarflatswater-nm.gov"}, "purpose": {"Our website.\nOur email."}}},
		{"phone", s.program(t, "state-cyber-corps"), nil},
		{"download", s.program(t, "cisa-scubagear"), nil},
		{"via_intermediary", s.program(t, "circuit-rider"), nil},
		{"invitation", s.invented(t, invitation), nil},
	}
	for _, c := range cases {
		for _, lang := range []string{"en", "es"} {
			m := s.material(c.program, lang)
			m.Answers = c.answers
			if len(c.program.Apply[0].Documents) > 1 {
				m.Ticked = []string{DocumentID(c.program.Apply[0].Documents[1])}
			}
			p := prepare(t, m)
			if string(p.Mode) != c.name {
				t.Errorf("%s: mode %s", c.name, p.Mode)
			}
			l := s.locales.In(lang)
			golden.Check(t, "testdata/"+c.name+"."+lang+".txt", p.Text(Heading{Program: c.program.Title.In(lang), Provider: c.program.Provider.Name,
				Organization: m.Organization, Reference: "CAD-7K2M4X", Status: "(status)", Made: "(made)"}, l))
		}
	}
	if missing := s.locales.Missing(); len(missing) > 0 {
		t.Errorf("texts: %v", missing)
	}
}

// Every way to apply of every offering that ships gives a packet with something to do, in both languages.
func TestEveryShippedWay(t *testing.T) {
	s := open(t)
	counted := 0
	for _, program := range s.catalog.Offerings {
		for _, way := range Routes(program.Offering) {
			for _, lang := range []string{"en", "es"} {
				m := s.material(program, lang)
				m.Route = way
				p := prepare(t, m)
				counted++
				if len(p.Steps) < 2 || len(p.Contacts) == 0 {
					t.Errorf("%s way %d: %d steps, %d contacts", program.Slug, way, len(p.Steps), len(p.Contacts))
				}
				if p.Mode != catalog.ModeDownload && (p.Silence.Days == 0 || p.Silence.Text == "") {
					t.Errorf("%s way %d: nothing is said about silence", program.Slug, way)
				}
				if p.Mode == catalog.ModeEmail && (p.Message == nil || p.Message.To == "") {
					t.Errorf("%s way %d: the e-mail has no address", program.Slug, way)
				}
				if p.Mode == catalog.ModePhone && len(p.Script) == 0 {
					t.Errorf("%s way %d: nothing to say on the phone", program.Slug, way)
				}
				if slices.ContainsFunc(p.Steps, func(step string) bool { return strings.Contains(step, "repared") && strings.Contains(step, "mail") }) && p.Message == nil {
					t.Errorf("%s way %d: the steps speak of an e-mail that is not there", program.Slug, way)
				}
			}
		}
	}
	if counted < 40 {
		t.Errorf("only %d packets", counted)
	}
}

func TestNoPacketWhereNobodyApplies(t *testing.T) {
	s := open(t)
	m := s.material(s.program(t, "eo14409-2c3"), "en") // mode none
	if _, ok := Prepare(m); ok {
		t.Error("a packet for an offering without a way to apply")
	}
	m = s.material(s.program(t, "dotgov"), "en")
	for _, way := range []int{-1, 1} {
		m.Route = way
		if _, ok := Prepare(m); ok {
			t.Errorf("a packet for way %d", way)
		}
	}
}

// What is not known is a blank, and nothing stands in its place.
func TestGapsAreNotInvented(t *testing.T) {
	s := open(t)
	m := s.material(s.program(t, "cisa-vuln-scanning"), "en")
	m.Facts, m.Organization, m.Person = nil, "", Person{}
	p := prepare(t, m)
	var ids []string
	for _, f := range p.Gaps() {
		ids = append(ids, f.ID)
	}
	if want := []string{"legal_name", "site_address", "technical_contact"}; !slices.Equal(ids, want) {
		t.Errorf("gaps %v, want %v", ids, want)
	}
	want := "Hello,\n\n________ (to fill in: your organization) would like to apply for this program: Vulnerability scanning (Cyber Hygiene).\n\n" +
		"About us:\n\nLegal name: ________ (to fill in: Legal name)\nAddress of the main site: ________ (to fill in: Address of the main site)\n" +
		"Technical contact: ________ (to fill in: Technical contact)\n\n" +
		"Please tell us what you need from us next, and when we can expect an answer.\n\n" +
		"Thank you,\n________ (to fill in: your name)\n________ (to fill in: your organization)"
	if p.Message.Body.Sent != want {
		t.Errorf("body:\n%s\nwant:\n%s", p.Message.Body.Sent, want)
	}
	if p.Steps[0] != "Fill in the 3 answers that are still missing." {
		t.Errorf("first step %q", p.Steps[0])
	}
}

// The message is in the provider's language; the reader gets the same text in theirs.
func TestTwoLanguages(t *testing.T) {
	s := open(t)
	p := prepare(t, s.material(s.program(t, "cisa-vuln-scanning"), "es"))
	if !strings.HasPrefix(p.Message.Body.Sent, "Hello,") || !strings.HasPrefix(p.Message.Body.Read, "Buenos días:") {
		t.Errorf("sent %q, read %q", p.Message.Body.Sent, p.Message.Body.Read)
	}
	if p.Message.Subject.Sent != "Requesting Cyber Hygiene Services" {
		t.Errorf("subject %q", p.Message.Subject.Sent)
	}
	if !p.Message.Own {
		t.Error("the name is somebody's own words")
	}
	if p = prepare(t, s.material(s.program(t, "cisa-vuln-scanning"), "en")); p.Message.Body.Foreign() {
		t.Error("an English reader is shown the message twice")
	}
}

func TestFieldStates(t *testing.T) {
	s := open(t)
	m := s.material(s.program(t, "epa-water-cyber"), "en")
	m.Facts["population_served"] = onDay(eligibility.Between(eligibility.Range(3_301, 10_000)).From(eligibility.Stated, "check"))
	m.Facts["technical_contact"] = eligibility.String("Rosa Ejemplo, password: Summer2026").From(eligibility.Stated, "application")
	states := map[string]Field{}
	for _, f := range prepare(t, m).Fields {
		states[f.ID] = f
	}
	for id, want := range map[string]State{"legal_name": Known, "pwsid": Missing, "npdes_id": Unrelated, "state_or_territory": Known,
		"population_served": Known, "technical_contact": Withheld, "preferred_dates": Optional} {
		if states[id].State != want {
			t.Errorf("%s is %s, want %s", id, states[id].State, want)
		}
	}
	if f := states["population_served"]; f.Value.Sent != "3,301 to 10,000 people" || f.Note == "" || f.Source != "From your check, November 3, 2026" {
		t.Errorf("population: %+v", f)
	}
	if f := states["technical_contact"]; f.Risk != RiskPassword || strings.Contains(f.Value.Sent+f.Value.Read, "Summer") || f.Note == "" {
		t.Errorf("contact: %+v", f)
	}
}

// TestTierInThePacket: which tier is asked for stands first in what goes to a provider that has tiers, or as a blank.
func TestTierInThePacket(t *testing.T) {
	s := open(t)
	program := *s.program(t, "epa-water-cyber").Offering
	program.Tiers = []catalog.Tier{
		{ID: "guided", Title: catalog.Text{En: "Guided", Es: "Guiado"}, Summary: catalog.Text{En: "An engineer helps you.", Es: "Una persona de ingeniería le ayuda."}},
		{ID: "alone", Title: catalog.Text{En: "Self-guided", Es: "Autoguiado"}, Summary: catalog.Text{En: "You follow a list.", Es: "Usted sigue una lista."}},
	}
	snapshot, err := catalog.FromFiles(s.vocabulary, []*catalog.Offering{&program})
	if err != nil {
		t.Fatal(err)
	}
	m := s.material(snapshot.Offerings[0], "es")
	if f := prepare(t, m).Fields[0]; f.ID != catalog.TierQuestion || f.State != Missing {
		t.Errorf("without a choice: %+v", f)
	}
	m.Answers[catalog.TierQuestion] = []string{"alone"}
	f := prepare(t, m).Fields[0]
	if f.State != Known || f.Value.Sent != "Self-guided: You follow a list." || f.Value.Read != "Autoguiado: Usted sigue una lista." || f.Label.Sent != "Which tier do you want?" {
		t.Errorf("chosen: %+v", f)
	}
}

// What follows from other answers is filled in and says so; a register is named.
func TestSources(t *testing.T) {
	s := open(t)
	m := s.material(s.invented(t, strings.Replace(invitation, `["legal_name", "sector"`, `["is_us_based", "legal_name", "sector"`, 1)), "en")
	m.Facts["sector"] = eligibility.String("drinking_water").From(eligibility.Verified, "phone")
	p := prepare(t, m)
	want := []string{"Follows from your other answers", "From an application, November 3, 2026", "Checked with its source",
		"From a public register: drinking water systems (EPA), edition of November 2026", "From an application, November 3, 2026"}
	var got []string
	for _, f := range p.Fields {
		got = append(got, f.Source)
	}
	if !slices.Equal(got, want) {
		t.Errorf("sources %q, want %q", got, want)
	}
	if len(p.Next) != 1 || p.Next[0] != "They may ask for proof of this: You serve people." {
		t.Errorf("next %q", p.Next)
	}
}

// Open doors and addresses are for the provider's own form: they stand in the answers, in no e-mail and no phone call.
func TestExposedFactsAreNotMailed(t *testing.T) {
	s := open(t)
	m := s.material(s.invented(t, strings.Replace(invitation, `["legal_name", "sector"`, `["ip_ranges", "ot_internet_exposed", "legal_name", "sector"`, 1)), "en")
	m.Facts["ip_ranges"] = eligibility.List("203.0.113.0/24").From(eligibility.Stated, "application")
	m.Facts["ot_internet_exposed"] = eligibility.Bool(true).From(eligibility.Stated, "application")
	p := prepare(t, m)
	if p.Fields[0].Value.Sent != "203.0.113.0/24" || p.Fields[0].State != Known {
		t.Errorf("the sheet has %+v", p.Fields[0])
	}
	if body := p.Message.Body.Sent; strings.Contains(body, "203.0.113") || strings.Count(body, "we will give this in your own form") != 2 {
		t.Errorf("body:\n%s", body)
	}
}

func TestDocumentTicksStay(t *testing.T) {
	s := open(t)
	program := s.program(t, "cisa-vuln-scanning")
	m := s.material(program, "es")
	m.Ticked = []string{DocumentID(program.Apply[0].Documents[2]), "no-such-document"}
	var ticked []bool
	for _, d := range prepare(t, m).Documents {
		ticked = append(ticked, d.Ticked)
	}
	if !slices.Equal(ticked, []bool{false, false, true}) {
		t.Errorf("ticked %v", ticked)
	}
}

// A phone number is called before an address is written to.
func TestWhomToCall(t *testing.T) {
	s := open(t)
	for slug, want := range map[string]string{
		"state-cyber-corps":  "No reply after 1 day? Call States of Michigan, New Jersey, Ohio and Wisconsin at +1-877-642-9237.",
		"cisa-vuln-scanning": "No reply after 14 days? Write to vulnerability@cisa.dhs.gov once more, or look for a phone number on https://www.cisa.gov.",
		"dotgov":             "No reply after 60 days? Ask how it stands, at https://manage.get.gov.",
	} {
		if got := prepare(t, s.material(s.program(t, slug), "en")).Silence.Text; got != want {
			t.Errorf("%s: %q, want %q", slug, got, want)
		}
	}
	if got := prepare(t, s.material(s.invented(t, invitation), "en")).Silence.Text; got != "No reply after 30 days? Call Example help line at +1-555-0100." {
		t.Errorf("helper: %q", got)
	}
	if got := SilentAfter(catalog.ApplyRoute{}); got != NoReplyDays {
		t.Errorf("default %d", got)
	}
}
