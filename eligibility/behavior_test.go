package eligibility

import (
	"reflect"
	"testing"
)

// The tests of this file follow the nine numbered rules "How facts behave".

func TestAbsentFactIsUnknown(t *testing.T) {
	r := rulesOf(t, "static_public_ips", "!static_public_ips", "available_beds <= 49", "hospital_type == 'cah'",
		"hospital_type != 'cah'", "'ms_isac' in memberships", "sam_expires_on > '2026-01-01'")
	for _, facts := range []string{`{}`, `{"static_public_ips":null,"available_beds":null,"hospital_type":null,"memberships":null}`} {
		d := r.Decide(factsOf(t, facts))
		for _, criterion := range d.Criteria {
			if criterion.Result != Unknown || criterion.Err != nil {
				t.Errorf("%s with facts %s: %s (%v), want unknown", criterion.ID, facts, criterion.Result, criterion.Err)
			}
		}
		if d.Outcome != Unknown || len(d.Blocking) != 0 {
			t.Errorf("outcome %s, blocking %v", d.Outcome, d.Blocking)
		}
	}
	if _, err := vocabularyOf(t).ParseFacts([]byte(`{"static_public_ips":"unsure"}`)); err == nil {
		t.Error(`"unsure" was read as a value`)
	}
}

func TestEmptySetIsAnAnswer(t *testing.T) {
	r := rulesOf(t, "'ms_isac' in memberships")
	for facts, want := range map[string]Outcome{
		`{"memberships":[]}`:                   Ineligible,
		`{"memberships":["awwa"]}`:             Ineligible,
		`{"memberships":["awwa","ms_isac"]}`:   Eligible,
		`{}`:                                   Unknown,
		`{"sector":"health"}`:                  Unknown,
		`{"sector":"health","memberships":[]}`: Ineligible,
	} {
		if got := r.Decide(factsOf(t, facts)).Outcome; got != want {
			t.Errorf("%s: %s, want %s", facts, got, want)
		}
	}
}

func TestAbsentAdditionalSectorsMeanNoneOnceTheSectorIsKnown(t *testing.T) {
	r := rulesOf(t, "runs('electric')")
	for facts, want := range map[string]Outcome{
		`{"sector":"health"}`: Ineligible,
		`{"sector":"health","additional_sectors":["electric"]}`:       Eligible,
		`{"sector":"electric"}`:                                       Eligible,
		`{"additional_sectors":["electric"]}`:                         Eligible,
		`{"additional_sectors":["gas"]}`:                              Unknown,
		`{}`:                                                          Unknown,
		`{"sector":"health","additional_sectors":[]}`:                 Ineligible,
		`{"sector":"drinking_water","additional_sectors":["health"]}`: Ineligible,
	} {
		if got := r.Decide(factsOf(t, facts)).Outcome; got != want {
			t.Errorf("%s: %s, want %s", facts, got, want)
		}
	}
	if _, known := r.Decide(Profile{}).Profile[AdditionalSectorsFact]; known {
		t.Error("additional_sectors became known without a sector")
	}
}

func TestSectorGate(t *testing.T) {
	gate := func(sectors ...string) *Ruleset {
		return compileOf(t, Rules{Slug: "gate", Sectors: sectors, SectorsCitation: "Notice", Published: true, Criteria: criteriaOf("static_public_ips")})
	}
	cases := []struct {
		sectors []string
		facts   string
		gate    Result
		outcome Outcome
	}{
		{[]string{"electric", "gas"}, `{}`, Unknown, Unknown},
		{[]string{"electric", "gas"}, `{"sector":"gas"}`, Met, Unknown},
		{[]string{"electric", "gas"}, `{"sector":"gas","static_public_ips":true}`, Met, Eligible},
		{[]string{"electric", "gas"}, `{"sector":"health"}`, Unmet, Ineligible}, // whatever else is unknown
		{[]string{"electric", "gas"}, `{"sector":"health","additional_sectors":["gas"],"static_public_ips":true}`, Met, Eligible},
		{[]string{"electric"}, `{"sector":"other"}`, Unmet, Ineligible},
		{[]string{CriticalInfrastructure}, `{"sector":"telecom","static_public_ips":true}`, Met, Eligible},
		{[]string{CriticalInfrastructure}, `{"sector":"sltt_government","static_public_ips":true}`, Unmet, Ineligible},
		{[]string{CriticalInfrastructure, "sltt_government"}, `{"sector":"sltt_government","static_public_ips":true}`, Met, Eligible},
		{[]string{CriticalInfrastructure}, `{"sector":"other","static_public_ips":true}`, Unknown, Unknown},
		{[]string{CriticalInfrastructure}, `{"sector":"other","additional_sectors":["gas"],"static_public_ips":true}`, Met, Eligible},
		{[]string{CriticalInfrastructure}, `{"sector":"other","static_public_ips":false}`, Unknown, Ineligible},
		{[]string{CriticalInfrastructure}, `{"sector":"sltt_government","additional_sectors":["other"],"static_public_ips":true}`, Unknown, Unknown},
	}
	for _, c := range cases {
		d := gate(c.sectors...).Decide(factsOf(t, c.facts))
		if d.Criteria[0].ID != GateID || d.Criteria[0].Result != c.gate || d.Outcome != c.outcome {
			t.Errorf("%v, %s: first criterion %s %s, outcome %s; want %s, %s", c.sectors, c.facts, d.Criteria[0].ID, d.Criteria[0].Result, d.Outcome, c.gate, c.outcome)
		}
	}
	open := rulesOf(t, "true").Decide(Profile{})
	if len(open.Criteria) != 1 || open.Criteria[0].ID != "c1" || open.Outcome != Eligible {
		t.Errorf("open to anyone: %+v", open)
	}
	first := gate("electric").Criteria()[0]
	if first.Citation != "Notice" || first.Title.Empty() || first.Failure.Empty() || first.Remedy.Empty() {
		t.Errorf("the gate has no generated texts: %+v", first)
	}
}

func TestEveryCriticalSectorOpensTheGate(t *testing.T) {
	r := compileOf(t, Rules{Slug: "ci", Sectors: []string{CriticalInfrastructure}, Published: true})
	want := map[string]Outcome{"sltt_government": Ineligible, "other": Unknown}
	for _, sector := range vocabularyOf(t).Sectors() {
		expected, listed := want[sector]
		if !listed {
			expected = Eligible
		}
		if got := r.Decide(Profile{SectorFact: String(sector)}).Outcome; got != expected {
			t.Errorf("%s: %s, want %s", sector, got, expected)
		}
	}
}

// Kleene logic does not reason over all values of an unanswered fact.
func TestDecideIsPlainKleene(t *testing.T) {
	cases := map[string]Result{
		"static_public_ips || !static_public_ips":               Unknown,
		"static_public_ips && !static_public_ips":               Unknown,
		"static_public_ips || true":                             Met,
		"false && static_public_ips":                            Unmet,
		"available_beds >= 0":                                   Unknown,
		"has_ot ? static_public_ips : static_public_ips":        Unknown,
		"static_public_ips == static_public_ips":                Unknown,
		"(static_public_ips && false) || has_public_web_app":    Unknown,
		"!(static_public_ips && false)":                         Met,
		"static_public_ips || (has_ot && true) || 1 < 2":        Met,
		"hospital_type in ['cah', 'reh'] || meters + 1 > 2":     Unknown,
		"true ? has_public_web_app || true : static_public_ips": Met,
	}
	for expression, want := range cases {
		if got := rulesOf(t, expression).Decide(Profile{}).Criteria[0].Result; got != want {
			t.Errorf("%s with no facts: %s, want %s", expression, got, want)
		}
	}
}

func TestDerivedFacts(t *testing.T) {
	v := vocabularyOf(t)
	cases := []struct {
		facts string
		fact  FactID
		want  Value
	}{
		{`{"sector":"electric","ownership_type":"cooperative"}`, "electric_ownership", String("cooperative")},
		{`{"sector":"electric","ownership_type":"investor_owned"}`, "electric_ownership", String("investor_owned")},
		{`{"sector":"electric","ownership_type":"government_local"}`, "electric_ownership", Value{}}, // is asked
		{`{"sector":"electric","ownership_type":"government_local","electric_ownership":"municipal"}`, "electric_ownership", String("municipal")},
		{`{"ownership_type":"cooperative"}`, "electric_ownership", Value{}}, // an unknown step stops
		{`{"sector":"gas","ownership_type":"government_local"}`, "gas_ownership", String("municipal")},
		{`{"ownership_type":"nonprofit"}`, "is_nonprofit_or_public_provider", Bool(true)},
		{`{"ownership_type":"investor_owned"}`, "is_nonprofit_or_public_provider", Bool(false)},
		{`{"ownership_type":"investor_owned"}`, "govt_type", String("none")},
		{`{"ownership_type":"government_tribal"}`, "govt_type", String("tribal")},
		{`{"ownership_type":"government_local"}`, "govt_type", Value{}},
		{`{"sector":"drinking_water","population_served":3300}`, "awia_tier", String("none")},
		{`{"sector":"drinking_water","population_served":3301,"pws_type":"cws"}`, "awia_tier", String("3301_49999")},
		{`{"sector":"drinking_water","population_served":50000,"pws_type":"cws"}`, "awia_tier", String("50000_99999")},
		{`{"sector":"drinking_water","population_served":100000,"pws_type":"cws"}`, "awia_tier", String("100000_plus")},
		{`{"sector":"drinking_water","population_served":{"min":3301,"max":10000},"pws_type":"cws"}`, "awia_tier", String("3301_49999")},
		{`{"sector":"drinking_water","population_served":{"min":501,"max":10000},"pws_type":"cws"}`, "awia_tier", Value{}},
		{`{"sector":"drinking_water","population_served":3301}`, "awia_tier", Value{}},
		{`{"state_or_territory":"GU"}`, "is_us_based", Bool(true)},
		{`{}`, "is_us_based", Value{}},
		{`{"state_or_territory":"TX"}`, "state_has_msisac_statewide", Bool(true)},
		{`{"state_or_territory":"NM"}`, "state_has_msisac_statewide", Value{}}, // not listed is unknown, not "no"
	}
	for _, c := range cases {
		completed, contradictions := v.Complete(factsOf(t, c.facts))
		if !completed[c.fact].Equal(c.want) || len(contradictions) > 0 {
			t.Errorf("%s: %s is %v, want %v (contradictions %v)", c.facts, c.fact, completed[c.fact], c.want, contradictions)
		}
	}
}

func TestGivenValueWinsAndTheContradictionIsReported(t *testing.T) {
	v := vocabularyOf(t)
	facts := factsOf(t, `{"ownership_type":"investor_owned","govt_type":"county"}`)
	facts["govt_type"] = facts["govt_type"].From(Register, "census")
	completed, contradictions := v.Complete(facts)
	if !completed["govt_type"].Equal(String("county")) {
		t.Errorf("the given value did not win: %v", completed["govt_type"])
	}
	want := []Contradiction{{Fact: "govt_type", Given: facts["govt_type"], Derived: String("none").From(Stated, SourceDerived), Inputs: []FactID{"ownership_type"}}}
	if !reflect.DeepEqual(contradictions, want) {
		t.Errorf("contradictions %+v, want %+v", contradictions, want)
	}
	criteria := criteriaOf("govt_type == 'county'", "govt_type == 'county'", "govt_type == 'county'")
	criteria[1].MinEvidence, criteria[2].MinEvidence = Document, Register
	r := compileOf(t, Rules{Slug: "x", Sectors: []string{AnySector}, Criteria: criteria, Published: true})
	d := r.Decide(facts)
	if got := resultsOf(d); got["c1"] != Met || got["c2"] != Met || got["c3"] != Unknown {
		t.Errorf("results %v: only the criterion that demands a register treats the fact as unknown", got)
	}
	if len(d.Missing) != 0 || !reflect.DeepEqual(d.Contradictions, want) {
		t.Errorf("missing %v, contradictions %v: a disputed fact is not asked again", d.Missing, d.Contradictions)
	}
	agreeing, none := v.Complete(factsOf(t, `{"ownership_type":"investor_owned","govt_type":"none"}`))
	if len(none) != 0 || agreeing["govt_type"].Source != "" {
		t.Errorf("agreement reported as contradiction %v, source %q", none, agreeing["govt_type"].Source)
	}
}

func TestDerivedFactHasTheEvidenceOfItsWeakestInput(t *testing.T) {
	v := vocabularyOf(t)
	facts := factsOf(t, `{"sector":"electric","ownership_type":"cooperative"}`)
	facts["sector"] = facts["sector"].From(Verified, "")
	facts["ownership_type"] = facts["ownership_type"].From(Register, "eia861")
	completed, _ := v.Complete(facts)
	if got := completed["electric_ownership"]; got.Evidence != Register || got.Source != SourceDerived {
		t.Errorf("evidence %s, source %q", got.Evidence, got.Source)
	}
	again, _ := v.Complete(completed)
	if !reflect.DeepEqual(again, completed) {
		t.Error("Complete of a completed profile differs")
	}
	delete(completed, "ownership_type")
	forgotten, _ := v.Complete(completed)
	if forgotten["electric_ownership"].Known() {
		t.Error("a derived value outlived the fact it follows from")
	}
}

func TestNoPublishedCriteriaNoVerdict(t *testing.T) {
	rules := Rules{Slug: "x", Sectors: []string{"health"}, Criteria: criteriaOf("uses_custom_code")}
	for facts, want := range map[string]Outcome{
		`{"sector":"health","uses_custom_code":true}`:  Unknown,
		`{"sector":"health","uses_custom_code":false}`: Ineligible,
		`{"sector":"gas"}`:    Ineligible,
		`{"sector":"health"}`: Unknown,
	} {
		if d := compileOf(t, rules).Decide(factsOf(t, facts)); d.Outcome != want || d.Published {
			t.Errorf("%s: %s, want %s", facts, d.Outcome, want)
		}
	}
	if d := compileOf(t, rules).Decide(factsOf(t, `{"sector":"health","uses_custom_code":true}`)); len(d.Missing) != 0 {
		t.Errorf("all met, yet missing %v", d.Missing)
	}
	gateOnly := compileOf(t, Rules{Slug: "x", Sectors: []string{"health"}})
	if got := gateOnly.Decide(Profile{SectorFact: String("health")}).Outcome; got != Unknown {
		t.Errorf("gate alone without published criteria: %s", got)
	}
	for _, published := range []bool{true, false} {
		if _, err := vocabularyOf(t).Compile(Rules{Slug: "x", Sectors: []string{AnySector}, Published: published}); err == nil {
			t.Error("a list with neither gate nor criterion was accepted")
		}
	}
}

// Status is not eligibility: rules have none, and the same facts and rules always give the same decision.
func TestDecisionDependsOnFactsAndRulesOnly(t *testing.T) {
	r := compileOf(t, Rules{Slug: "x", Sectors: []string{"health"}, Criteria: criteriaOf("available_beds <= 25", "hospital_type == 'cah'"), Published: true})
	facts := factsOf(t, `{"sector":"health","available_beds":{"min":20,"max":30}}`)
	first := r.Decide(facts)
	for range 50 {
		if again := r.Decide(facts); !reflect.DeepEqual(again, first) {
			t.Fatalf("%+v differs from %+v", again, first)
		}
	}
	if len(facts) != 2 {
		t.Errorf("Decide changed its facts: %v", facts)
	}
}

// A threshold or price that nobody knows must never block: what is unknown is never a "no".
func TestUnknownNeverBlocks(t *testing.T) {
	r := compileOf(t, Rules{Slug: "x", Sectors: []string{"health", "gas"}, Published: true,
		Criteria: criteriaOf("match_funds_available >= 10000", "annual_revenue < 5000000", "memberships.exists(m, m == 'aha')")})
	d := r.Decide(factsOf(t, `{"sector":"gas","annual_revenue":{"over":1000000}}`))
	if d.Outcome != Unknown || len(d.Blocking) > 0 {
		t.Errorf("outcome %s, blocking %v", d.Outcome, d.Blocking)
	}
}

func TestRegisterNumberNearAThresholdIsConfirmed(t *testing.T) {
	r := rulesOf(t, "available_beds <= 49", "mwh_sold_per_year < 4000000", "available_beds != 7", "population_served <= 3300")
	facts := Profile{
		"available_beds":    Int(46).From(Register, "cms-cost-report 2021"),
		"mwh_sold_per_year": Decimal(3_000_000).From(Register, "eia861 2019"),
		"population_served": Int(3_299), // stated by the person
	}
	if got := ToConfirm([]*Ruleset{r}, facts); !reflect.DeepEqual(got, []FactID{"available_beds"}) {
		t.Errorf("to confirm %v", got)
	}
	completed, _ := vocabularyOf(t).Complete(facts)
	if got := completed["available_beds"].Source; got != "cms-cost-report 2021" {
		t.Errorf("the vintage was lost: %q", got)
	}
	facts["available_beds"] = Int(46).From(Stated, "")
	if got := ToConfirm([]*Ruleset{r}, facts); len(got) != 0 {
		t.Errorf("confirmed by the person, still to confirm: %v", got)
	}
}
