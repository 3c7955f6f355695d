package eligibility

import (
	"reflect"
	"strings"
	"testing"
)

func TestDecideTellsWhatIsMissingAndBlocking(t *testing.T) {
	r := compileOf(t, Rules{Slug: "x", Sectors: []string{"health", "electric"}, Published: true, Criteria: criteriaOf(
		"available_beds <= 49 || hospital_type == 'cah'", "static_public_ips", "is_us_based", "electric_ownership != 'federal' || has_ot")})
	cases := []struct {
		facts    string
		outcome  Outcome
		missing  []FactID
		blocking []string
	}{
		{`{}`, Unknown, []FactID{"sector", "state_or_territory", "ownership_type", "hospital_type", "available_beds", "has_ot", "static_public_ips"}, nil},
		{`{"sector":"gas"}`, Ineligible, nil, []string{"sector"}},
		{`{"sector":"gas","static_public_ips":false}`, Ineligible, nil, []string{"sector", "c2"}},
		{`{"sector":"health","hospital_type":"cah","static_public_ips":true,"state_or_territory":"NM","has_ot":true}`, Eligible, nil, nil},
		{`{"sector":"health","hospital_type":"reh","static_public_ips":true,"state_or_territory":"NM","has_ot":true}`, Unknown, []FactID{"available_beds"}, nil},
		{`{"sector":"health","available_beds":{"min":26,"max":60},"hospital_type":"reh","static_public_ips":true,"state_or_territory":"NM","has_ot":true}`,
			Unknown, []FactID{"available_beds"}, nil}, // a stored band that the rule cuts is asked again
		// ownership settles electric_ownership for a cooperative; a local government is asked for it.
		{`{"sector":"electric","available_beds":1,"static_public_ips":true,"state_or_territory":"NM"}`, Unknown, []FactID{"ownership_type", "has_ot"}, nil},
		{`{"sector":"electric","ownership_type":"cooperative","available_beds":1,"static_public_ips":true,"state_or_territory":"NM"}`, Eligible, nil, nil},
		{`{"sector":"electric","ownership_type":"government_local","available_beds":1,"static_public_ips":true,"state_or_territory":"NM"}`,
			Unknown, []FactID{"has_ot", "electric_ownership"}, nil},
	}
	for _, c := range cases {
		d := r.Decide(factsOf(t, c.facts))
		if d.Outcome != c.outcome || !reflect.DeepEqual(d.Missing, c.missing) || !reflect.DeepEqual(d.Blocking, c.blocking) {
			t.Errorf("%s:\n got  %s, missing %v, blocking %v\n want %s, missing %v, blocking %v", c.facts, d.Outcome, d.Missing, d.Blocking, c.outcome, c.missing, c.blocking)
		}
	}
	d := r.Decide(factsOf(t, `{"sector":"electric","ownership_type":"government_local"}`))
	if want := []FactID{"state_or_territory", "has_ot", "electric_ownership", "static_public_ips"}; !reflect.DeepEqual(d.Questions, want) {
		t.Errorf("questions %v of missing %v, want %v: nobody asks a utility for beds", d.Questions, d.Missing, want)
	}
	d = r.Decide(factsOf(t, `{"sector":"electric","ownership_type":"cooperative"}`))
	if !reflect.DeepEqual(d.Criteria[1].Facts, []FactID{"available_beds", "hospital_type"}) || !reflect.DeepEqual(d.Criteria[0].Facts, []FactID{"sector", "additional_sectors"}) {
		t.Errorf("facts read: %v, %v", d.Criteria[0].Facts, d.Criteria[1].Facts)
	}
	if !d.Profile["electric_ownership"].Equal(String("cooperative")) || d.Slug != "x" {
		t.Errorf("profile %v, slug %s", d.Profile, d.Slug)
	}
}

// A branch that is settled already neither asks nor counts.
func TestMissingFollowsTheOpenBranches(t *testing.T) {
	cases := []struct {
		expr, facts string
		missing     []FactID
	}{
		{"(has_ot && static_public_ips) || uses_microsoft_365", `{"has_ot":false}`, []FactID{"uses_microsoft_365"}},
		{"(has_ot || static_public_ips) && uses_microsoft_365", `{"has_ot":true}`, []FactID{"uses_microsoft_365"}},
		{"has_ot ? static_public_ips : uses_microsoft_365", `{"has_ot":true}`, []FactID{"static_public_ips"}},
		{"has_ot ? static_public_ips : uses_microsoft_365", `{}`, []FactID{"has_ot"}},
		{"meters > population_served", `{"meters":3}`, []FactID{"population_served"}},
		{"size(memberships) > 0 && meters * 2 > population_served", `{"memberships":["awwa"],"meters":3}`, []FactID{"population_served"}},
		{"awia_tier == 'none'", `{"sector":"drinking_water"}`, []FactID{"population_served", "pws_type"}},
		{"state_has_msisac_statewide", `{}`, []FactID{"state_or_territory"}},
		{"state_has_msisac_statewide", `{"state_or_territory":"NM"}`, []FactID{"state_has_msisac_statewide"}},
		{"ruca_code >= 4", `{}`, []FactID{"ruca_code"}},
	}
	for _, c := range cases {
		if got := rulesOf(t, c.expr).Decide(factsOf(t, c.facts)).Missing; !reflect.DeepEqual(got, c.missing) {
			t.Errorf("%s with %s: missing %v, want %v", c.expr, c.facts, got, c.missing)
		}
	}
}

func TestWeakEvidenceIsATaskAndNoOutcome(t *testing.T) {
	criteria := criteriaOf("available_beds <= 49 || has_ot", "electric_ownership == 'cooperative'", "static_public_ips")
	criteria[0].MinEvidence, criteria[1].MinEvidence, criteria[2].MinEvidence = Document, Register, Verified
	r := compileOf(t, Rules{Slug: "x", Sectors: []string{AnySector}, Criteria: criteria, Published: true})
	facts := factsOf(t, `{"sector":"electric","available_beds":20,"has_ot":false,"ownership_type":"cooperative","static_public_ips":true}`)
	d := r.Decide(facts)
	want := []FactID{"sector", "ownership_type", "static_public_ips", "available_beds"}
	if d.Outcome != Eligible || !reflect.DeepEqual(d.NeedsEvidence, want) {
		t.Errorf("%s, needs evidence %v, want %v", d.Outcome, d.NeedsEvidence, want)
	}
	for i := range d.Criteria {
		if !d.Criteria[i].NeedsEvidence {
			t.Errorf("%s has evidence enough", d.Criteria[i].ID)
		}
	}
	for id, evidence := range map[FactID]Evidence{"available_beds": Document, "ownership_type": Register, "sector": Verified, "static_public_ips": Verified} {
		facts[id] = facts[id].From(evidence, "")
	}
	if d := r.Decide(facts); len(d.NeedsEvidence) != 0 || d.Criteria[0].NeedsEvidence {
		t.Errorf("evidence given, still needed: %v", d.NeedsEvidence)
	}
	facts["available_beds"] = Int(60)
	if d := r.Decide(facts); d.Outcome != Ineligible || d.Criteria[0].NeedsEvidence {
		t.Errorf("%s: an unmet criterion asks for no evidence", d.Outcome)
	}
}

func TestDecideAllIsDecide(t *testing.T) {
	rules := []*Ruleset{rulesOf(t, "has_ot"), rulesOf(t, "meters > 5", "is_us_based"), compileOf(t, Rules{Slug: "g", Sectors: []string{"gas"}})}
	facts := factsOf(t, `{"sector":"gas","meters":9,"state_or_territory":"TX"}`)
	for i, d := range DecideAll(rules, facts) {
		if single := rules[i].Decide(facts); !reflect.DeepEqual(d, single) {
			t.Errorf("%d: %+v, alone %+v", i, d, single)
		}
	}
	if got := DecideAll(nil, facts); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

// What is only said to be asked for is shown, and no answer makes it more than unknown.
func TestStatedRequirementsNeverDecide(t *testing.T) {
	rules := compileOf(t, Rules{Slug: "test", Sectors: []string{"gas"}, Criteria: criteriaOf("gas_customers <= 5000"),
		Requirements: []Requirement{{Title: Text{En: "You pay dues", Es: "Paga una cuota"}, Citation: "general knowledge, form not read"}}})
	for facts, want := range map[string]Outcome{
		`{}`: Unknown, `{"sector":"gas","gas_customers":10}`: Unknown, `{"sector":"gas","gas_customers":5001}`: Ineligible, `{"sector":"banking"}`: Ineligible,
	} {
		d := rules.Decide(factsOf(t, facts))
		if d.Outcome != want {
			t.Errorf("%s: %s, want %s", facts, d.Outcome, want)
		}
		last := d.Criteria[len(d.Criteria)-1]
		if last.ID != StatedPrefix+"1" || last.Result != Unknown || last.Err != nil || len(last.Facts) != 0 {
			t.Errorf("%s: the requirement comes out as %+v", facts, last)
		}
	}
	d := rules.Decide(factsOf(t, `{"sector":"gas","gas_customers":10}`))
	if len(d.Missing) != 0 {
		t.Errorf("asks for %v, which settles nothing", d.Missing)
	}
	for lang, want := range map[string]string{"en": "It is also said to ask for this, which we cannot check: You pay dues.", "es": "Se dice que también pide esto, que no podemos revisar: Paga una cuota."} {
		reasons := Explain(rules, d, lang)
		last := reasons[len(reasons)-1]
		if !strings.HasPrefix(last.Sentence, want) || last.Citation != "general knowledge, form not read" || last.Title == "" {
			t.Errorf("%s: %+v", lang, last)
		}
	}
	published := compileOf(t, Rules{Slug: "test", Sectors: []string{"gas"}, Published: true, Requirements: rules.Requirements})
	if got := published.Decide(factsOf(t, `{"sector":"gas"}`)).Outcome; got != Unknown {
		t.Errorf("a requirement let an operator through: %s", got)
	}
	if _, err := vocabularyOf(t).Compile(Rules{Slug: "test", Sectors: []string{AnySector}, Requirements: rules.Requirements}); err == nil {
		t.Error("a requirement alone decides nothing, and was taken")
	}
	criteria := criteriaOf("has_ot")
	criteria[0].ID = StatedPrefix + "1"
	if _, err := vocabularyOf(t).Compile(Rules{Slug: "test", Sectors: []string{AnySector}, Criteria: criteria}); err == nil {
		t.Error("the id of a requirement was taken for a criterion")
	}
}
