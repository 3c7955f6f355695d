package desk_test

import (
	"strings"
	"testing"

	"accessdesk/broker/account"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
)

// begin starts an application with the answers of a check and gives its address.
func begin(t *testing.T, b *browser, facts string, programs ...string) string {
	t.Helper()
	b.post("/test/check", values("facts", facts)).want(303)
	var pairs []string
	for _, slug := range programs {
		pairs = append(pairs, "program", slug)
	}
	return b.post("/applications", values(pairs...)).want(303).location
}

// facts are those of the one organization.
func (h *house) facts(t *testing.T) eligibility.Profile {
	t.Helper()
	var profile eligibility.Profile
	h.Read(t, func(tx *data.Tx) error {
		var id string
		if err := tx.Row("SELECT id FROM organization").Scan(&id); err != nil {
			return err
		}
		var err error
		profile, err = account.Facts(tx, catalogtest.Vocabulary(), id)
		return err
	})
	return profile
}

func TestFactsOfTheChosenProgramsOnly(t *testing.T) {
	h := openHouse(t, datatest.Open(t))
	b := h.applicant(t, "office@example.org", "en")
	address := begin(t, b, water, model)
	p := b.get(address+"/org").want(200).shows("About your organization", "The program you chose uses these facts", "Names and contacts", "What the programs look at")
	for _, name := range []string{"f-legal_name", "f-site_address", "f-authorised_official", "f-technical_contact", "f-sector", "f-ownership_type",
		"f-population_served", "f-authorised_targets_statement", "f-has_ot", "f-state_or_territory"} {
		if p.Find(`main [name="`+name+`"]`).Length() == 0 {
			t.Errorf("no field %s", name)
		}
	}
	// Not read by the program, worked out from the state, or of other sectors.
	for _, name := range []string{"f-static_public_ips", "f-is_us_based", "f-available_beds", "f-total_assets", "f-meters", "f-uei", "f-additional_sectors"} {
		if p.Find(`main [name="`+name+`"]`).Length() > 0 {
			t.Errorf("field %s has no business here", name)
		}
	}
	if got := p.value("f-legal_name"); got != "Cedar Flats Water District" {
		t.Errorf("legal name %q", got)
	}
	p.shows("From your check: 3,301 to 10,000 people")
	if p.value("f-population_served") != "" || p.value("f-authorised_targets_statement") != "yes" || p.value("f-sector") != "drinking_water" {
		t.Error("the answers of the check do not stand in the form")
	}
}

func TestEveryKindOfFact(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		address := begin(t, b, `{"sector":"banking","additional_sectors":["drinking_water"],"population_served":5000}`, every)
		p := b.get(address+"/org").want(200).fill("main form",
			"f-legal_name", "Cedar Flats <b>Bank</b>", "f-site_address", "1 Main Street\nCedar Flats", "f-technical_contact", "Shift lead",
			"f-uei", "abcd 1234 efgh", "f-sam_expires_on", "2", "f-sam_expires_on-day", "5", "f-sam_expires_on-year", "2027",
			"f-ip_ranges", "192.0.2.0/24\n\n198.51.100.7", "f-insider_risk_controls", "logging", "f-insider_risk_controls", "offboarding",
			"f-mfa_in_place", "some", "f-primary_regulator", "OCC", "f-has_ot", "unsure", "f-population_served", "4,200",
			"f-sector", "banking", "f-sector", "drinking_water", "f-sector", "health")
		p.submit("main form").leads(address).follow().shows("Saved. This part is done.")
		// A fact that only some sectors are asked for goes when the sector goes.
		if b.get(address+"/org").Find("main [name=f-has_ot]").Length() == 0 {
			t.Error("has_ot is not asked of a water system")
		}
		facts := h.facts(t)
		for id, want := range map[eligibility.FactID]eligibility.Value{
			"legal_name": eligibility.String("Cedar Flats <b>Bank</b>"), "site_address": eligibility.String("1 Main Street\nCedar Flats"),
			"uei": eligibility.String("ABCD1234EFGH"), "sam_expires_on": eligibility.String("2027-02-05"), "ip_ranges": eligibility.List("192.0.2.0/24", "198.51.100.7"),
			"insider_risk_controls": eligibility.Set("logging", "offboarding"), "mfa_in_place": eligibility.String("some"),
			"primary_regulator": eligibility.String("OCC"), "population_served": eligibility.Int(4200),
			"sector": eligibility.String("banking"), "additional_sectors": eligibility.Set("drinking_water", "health"),
		} {
			if !facts[id].Equal(want) {
				t.Errorf("%s is %v, want %v", id, facts[id], want)
			}
		}
		if facts["has_ot"].Known() {
			t.Error("\"I'm not sure\" must stay unknown")
		}
		again := b.get(address + "/org").want(200)
		for name, want := range map[string]string{"f-uei": "ABCD1234EFGH", "f-sam_expires_on": "2", "f-sam_expires_on-day": "5", "f-sam_expires_on-year": "2027",
			"f-ip_ranges": "192.0.2.0/24\n198.51.100.7", "f-population_served": "4,200", "f-mfa_in_place": "some", "f-site_address": "1 Main Street\nCedar Flats"} {
			if got := again.value(name); got != want {
				t.Errorf("%s shows %q, want %q", name, got, want)
			}
		}
		if got := again.fields("main form")["f-sector"]; strings.Join(got, " ") != "health banking drinking_water" {
			t.Errorf("sectors %v", got)
		}
		if strings.Contains(again.body, "<b>Bank") {
			t.Error("a name is not escaped")
		}
	})
}

func TestFactsThatCannotBeRead(t *testing.T) {
	once(t, func(t *testing.T, h *house) {
		for _, lang := range []string{"en", "es"} {
			b := h.applicant(t, lang+"@example.org", lang)
			address := begin(t, b, water, every)
			p := b.get(address+"/org").want(200).fill("main form", "f-uei", "short", "f-population_served", "about <i>five</i>",
				"f-sam_expires_on", "2", "f-sam_expires_on-day", "31", "f-sam_expires_on-year", "2027", "f-technical_contact", "Shift lead",
				"f-insider_risk_controls", "logging", "f-insider_risk_controls", "none").submit("main form").want(422)
			number, date := "Enter a whole number in digits, like 3,300", "Enter a date that exists, with month, day, and year"
			if lang == "es" {
				number, date = "Escriba un número entero en cifras, como 3,300", "Escriba una fecha que exista, con mes, día y año"
			}
			p.problem("f-population_served", number).problem("f-sam_expires_on", date)
			if p.Find("#f-uei-problem").Length() != 1 || p.Find("#f-insider_risk_controls-problem").Length() != 1 {
				t.Error("a wrong identifier, or \"none\" with another answer, must be said")
			}
			for name, want := range map[string]string{"f-population_served": "about <i>five</i>", "f-uei": "SHORT", "f-sam_expires_on": "2", "f-sam_expires_on-day": "31",
				"f-sam_expires_on-year": "2027", "f-technical_contact": "Shift lead"} {
				if got := p.value(name); got != want {
					t.Errorf("%s: typed text is gone, the field shows %q, want %q", name, got, want)
				}
			}
			// What can be read is saved; the corrected form goes through.
			if got := b.get(address + "/org").value("f-technical_contact"); got != "Shift lead" {
				t.Errorf("the readable answer was not saved: %q", got)
			}
			p.fill("main form", "f-population_served", "4100", "f-uei", "", "f-sam_expires_on", "", "f-sam_expires_on-day", "", "f-sam_expires_on-year", "",
				"f-insider_risk_controls", "none", "f-site_address", "1 Main Street", "f-ip_ranges", "192.0.2.0/24").submit("main form").leads(address)
			if got := b.get(address + "/org").value("f-population_served"); got != "4,100" {
				t.Errorf("people served: %q", got)
			}
		}
	})
}

func TestBandStaysUntilANumberIsGiven(t *testing.T) {
	h := openHouse(t, datatest.Open(t))
	b := h.applicant(t, "office@example.org", "en")
	address := begin(t, b, water, model)
	b.get(address+"/org").fill("main form", "f-site_address", "1 Main Street", "f-authorised_official", "Mayor", "f-technical_contact", "Shift lead").
		submit("main form").leads(address)
	if facts := h.facts(t); !facts["population_served"].IsBand() || facts["population_served"].Source != "check" {
		t.Errorf("the band of the check is gone: %v", facts["population_served"])
	}
}

func TestOpenFactsAreSaidSoftly(t *testing.T) {
	h := openHouse(t, datatest.Open(t))
	b := h.applicant(t, "office@example.org", "en")
	address := begin(t, b, water, model)
	b.get(address + "/org").hides("Not answered yet")
	told := b.get(address+"/org").submit("main form").leads(address+"/org?told=1").follow().want(200).
		shows("Saved. 3 answers are still open", "Not answered yet. The reviewer may ask for it.", "Saved at 3:00 p.m. UTC")
	if told.Find("p.told[autofocus]").Length() != 1 {
		t.Error("the page must lead with what is open")
	}
	// The second time it goes on.
	told.submit("main form").leads(address).follow().shows("In progress", "3 still open")
	b.get(address+"/org").submit("main form", "leave").leads("/home").follow().shows("You can come back at any time")
}

func TestStaleFacts(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		b := h.applicant(t, "office@example.org", "en")
		address := begin(t, b, water, model)
		first, second := b.get(address+"/org"), b.get(address+"/org")
		first.fill("main form", "f-site_address", "1 Main Street", "f-has_ot", "no").submit("main form").want(303)
		stale := second.fill("main form", "f-site_address", "2 River Road", "f-technical_contact", "Shift lead", "f-sector", "drinking_water", "f-sector", "electric").
			submit("main form").want(409).shows("This page changed while you were writing", "You saved other answers in another window",
			"1 Main Street", "2 River Road", "Electric utility and Drinking water system")
		if n := count(t, h, "SELECT count(*) FROM organization_fact WHERE value LIKE '%River%'"); n != 0 {
			t.Fatal("a stale form was saved")
		}
		undecided := stale.submit("main form").want(409)
		undecided.problem("take-f-site_address", "Choose which version of \"What is the address of your main site?\" to keep")
		undecided.fill("main form", "take-f-site_address", "mine", "take-f-technical_contact", "mine", "take-f-sector", "theirs", "take-f-has_ot", "theirs").
			submit("main form").want(303)
		facts := h.facts(t)
		if !facts["site_address"].Equal(eligibility.String("2 River Road")) || !facts["technical_contact"].Equal(eligibility.String("Shift lead")) {
			t.Errorf("mine: %v %v", facts["site_address"], facts["technical_contact"])
		}
		if !facts["has_ot"].Equal(eligibility.Bool(false)) || facts["additional_sectors"].Has("electric") {
			t.Errorf("theirs: %v %v", facts["has_ot"], facts["additional_sectors"])
		}
	})
}

func TestStaleFactsThatSayTheSame(t *testing.T) {
	h := openHouse(t, datatest.Open(t))
	b := h.applicant(t, "office@example.org", "en")
	address := begin(t, b, water, scanning)
	first, second := b.get(address+"/org"), b.get(address+"/org")
	first.fill("main form", "f-site_address", "1 Main Street").submit("main form").want(303)
	second.fill("main form", "f-site_address", "1 Main Street").submit("main form").want(303)
}
