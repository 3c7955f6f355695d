package eligibility

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// walk answers question after question with answer (the zero Value: skipped) and lists what was asked. looks see each question
// with what is known before it.
func walk(t rapid.TB, rules []*Ruleset, p Profile, answer func(FactID) Value, looks ...func(Question, Profile)) []FactID {
	t.Helper()
	return walkInquiry(t, Inquiry{Rules: rules, Facts: p}, answer, looks...)
}

// walkInquiry walks an inquiry whose check is to begin.
func walkInquiry(t rapid.TB, q Inquiry, answer func(FactID) Value, looks ...func(Question, Profile)) []FactID {
	t.Helper()
	p, asked := q.Facts.Clone(), map[FactID]bool{}
	if p == nil {
		p = Profile{}
	}
	q.Facts, q.Asked = p, asked
	var order []FactID
	for {
		question, more := q.Next()
		if more != (q.Open() > 0) {
			t.Fatalf("Next says %v, Open says %d", more, q.Open())
		}
		if !more {
			return order
		}
		if asked[question.Fact] {
			t.Fatalf("%s asked twice", question.Fact)
		}
		for _, look := range looks {
			look(question, p)
		}
		asked[question.Fact] = true
		order = append(order, question.Fact)
		if value := answer(question.Fact); value.Known() {
			p[question.Fact] = value
		}
	}
}

func skip(FactID) Value { return Value{} }

func TestQuestionsComeInTheFixedOrder(t *testing.T) {
	// Written down in the opposite order on purpose, each as often as its effort weighs.
	var rules []*Ruleset
	for _, expression := range []string{"can_accept_tlp_nda", "can_accept_tlp_nda", "can_accept_tlp_nda", "can_accept_tlp_nda", "static_public_ips",
		"static_public_ips", "uses_microsoft_365", "has_public_web_app", "has_it_staff == 'none'", "meters > 1",
		"mwh_sold_per_year > 1", "total_assets > 1", "available_beds > 1", "hospital_type == 'cah'", "population_served > 1",
		"ownership_type == 'nonprofit'", "state_or_territory == 'NM'"} {
		rules = append(rules, rulesOf(t, expression), rulesOf(t, expression)) // twice: a long check asks for no less
	}
	run := Profile{SectorFact: String("health"), AdditionalSectorsFact: Set("banking", "drinking_water", "electric")}
	got := walk(t, rules, run, skip)
	want := []FactID{"state_or_territory", "ownership_type", "population_served", "hospital_type", "available_beds", "total_assets",
		"mwh_sold_per_year", "meters", "has_it_staff", "has_public_web_app", "uses_microsoft_365", "static_public_ips", "can_accept_tlp_nda"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("order %v\nwant  %v", got, want)
	}
	first, _ := NextQuestion(rules, Profile{}, nil)
	if first.Fact != SectorFact {
		t.Errorf("first question %s, want sector", first.Fact)
	}
}

// Questions that decide too little for their effort are left to the results.
func TestQuestionsThatAreNotWorthAskingAreLeft(t *testing.T) {
	unpublished := compileOf(t, Rules{Slug: "unpublished", Sectors: []string{AnySector}, Criteria: criteriaOf("uses_custom_code")})
	code, ips, retention := rulesOf(t, "uses_custom_code"), rulesOf(t, "static_public_ips"), rulesOf(t, "!zero_data_retention")
	both := rulesOf(t, "uses_custom_code", "uses_microsoft_365")
	cases := []struct {
		name  string
		rules []*Ruleset
		facts string
		want  FactID // "": the check is over
	}{
		{"easy, decides one", []*Ruleset{code}, `{"sector":"gas"}`, "uses_custom_code"},
		{"easy, only a no decides", []*Ruleset{unpublished}, `{"sector":"gas"}`, ""},
		{"easy, only a no decides, but two", []*Ruleset{unpublished, unpublished}, `{"sector":"gas"}`, "uses_custom_code"},
		{"easy, a yes leaves another question", []*Ruleset{both}, `{"sector":"gas"}`, ""},
		{"easy, the last of two", []*Ruleset{both}, `{"sector":"gas","uses_microsoft_365":true}`, "uses_custom_code"},
		{"to look up, decides one", []*Ruleset{ips}, `{"sector":"gas"}`, ""},
		{"to look up, decides two", []*Ruleset{ips, ips}, `{"sector":"gas"}`, "static_public_ips"},
		{"to ask a colleague, decides three", []*Ruleset{retention, retention, retention}, `{"sector":"gas"}`, ""},
		{"to ask a colleague, decides four", []*Ruleset{retention, retention, retention, retention}, `{"sector":"gas"}`, "zero_data_retention"},
		{"size, to look up, decides one", []*Ruleset{rulesOf(t, "population_served > 5")}, `{"sector":"wastewater"}`, "population_served"},
		{"size, decides nothing alone", []*Ruleset{rulesOf(t, "uses_microsoft_365 || population_served > 5 && has_public_web_app")}, `{"sector":"wastewater"}`, ""},
		{"nothing decides", []*Ruleset{rulesOf(t, "has_ot == has_public_web_app")}, `{"sector":"gas"}`, ""},
		{"the sector, always", []*Ruleset{unpublished}, `{}`, SectorFact},
	}
	for _, c := range cases {
		got, more := NextQuestion(c.rules, factsOf(t, c.facts), nil)
		if got.Fact != c.want || more != (c.want != "") {
			t.Errorf("%s: asks %q, want %q", c.name, got.Fact, c.want)
		}
	}
}

// For an offering that nobody can have now only what stands in the head of the order is asked. What anybody can simply take is
// asked about last, and only while the check is short.
func TestOfferingsThatMatterLess(t *testing.T) {
	offering := func(slug, expression string) *Ruleset {
		return compileOf(t, Rules{Slug: slug, Sectors: []string{AnySector}, Criteria: criteriaOf(expression), Published: true})
	}
	q := Inquiry{
		Rules: []*Ruleset{offering("paused", "uses_custom_code"), offering("paused", "population_served > 5"), offering("guide", "has_public_web_app"),
			offering("tool", "has_ot"), offering("grant", "uses_microsoft_365")},
		Facts: factsOf(t, `{"sector":"wastewater"}`), Weight: map[string]float64{"paused": 0, "guide": 0.5, "tool": 0.5}, Asked: map[FactID]bool{},
	}
	for put := range ShortCheck + 2 {
		q.Asked = map[FactID]bool{SectorFact: true, AdditionalSectorsFact: true}
		for _, id := range []FactID{"state_or_territory", "ownership_type", "meters", "hospital_type", "available_beds", "total_assets", "mwh_sold_per_year"}[:min(put, 7)] {
			q.Asked[id] = true
		}
		var got []FactID
		open := q.Open()
		for question, more := q.Next(); more; question, more = q.Next() {
			got = append(got, question.Fact)
			q.Asked[question.Fact] = true
		}
		want := []FactID{"population_served", "uses_microsoft_365", "has_public_web_app", "has_ot"}
		want = want[:max(1, min(4, ShortCheck-1-min(put, 7)))]
		if !slices.Equal(got, want) || open != len(want) {
			t.Errorf("after %d: asks %v of %d, want %v", put+1, got, open, want)
		}
	}
	// Two of them together are worth as much as one that matters.
	q.Rules, q.Asked = []*Ruleset{offering("guide", "has_ot"), offering("tool", "has_ot")}, map[FactID]bool{}
	for _, id := range firstQuestions[:ShortCheck-1] {
		q.Asked[id] = true
	}
	q.Facts = factsOf(t, `{"sector":"wastewater"}`)
	if got, _ := q.Next(); got.Fact != "has_ot" {
		t.Errorf("asks %v", got)
	}
}

func TestQuestionsThatMakeNoSenseAreSkipped(t *testing.T) {
	asks := func(facts string, asked []FactID, expressions ...string) []FactID {
		already := map[FactID]bool{}
		for _, id := range asked {
			already[id] = true
		}
		v := vocabularyOf(t)
		return v.IDs(Inquiry{Rules: []*Ruleset{rulesOf(t, expressions...)}, Facts: factsOf(t, facts), Asked: already}.newInquiry().open)
	}
	cases := []struct {
		name, facts string
		asked       []FactID
		expressions []string
		want        []FactID
	}{
		{"another sector's fact", `{"sector":"gas"}`, nil, []string{"meters > 1 && has_ot"}, []FactID{"has_ot"}},
		{"only general facts while the sector is skipped", `{}`, []FactID{"sector"}, []string{"meters > 1 && has_public_web_app"}, []FactID{"has_public_web_app"}},
		{"asked in the application", `{"sector":"health"}`, nil, []string{"legal_name != '' && has_public_web_app"}, []FactID{"has_public_web_app"}},
		{"never asked", `{"sector":"health"}`, nil, []string{"ruca_code > 3 || has_public_web_app"}, []FactID{"has_public_web_app"}},
		{"answered or skipped", `{"sector":"health"}`, []FactID{"has_public_web_app"}, []string{"has_public_web_app && static_public_ips"}, []FactID{"static_public_ips"}},
		{"decided branch", `{"sector":"health","has_public_web_app":false}`, nil, []string{"(has_public_web_app && has_ot) || static_public_ips"}, []FactID{"static_public_ips"}},
		{"decided offering", `{"sector":"health","has_public_web_app":false}`, nil, []string{"has_public_web_app", "static_public_ips"}, []FactID{}},
		{"inputs of a derived fact first", `{"sector":"electric"}`, nil, []string{"electric_ownership == 'federal'"}, []FactID{"ownership_type"}},
		{"then the derived fact itself", `{"sector":"electric","ownership_type":"government_local"}`, nil, []string{"electric_ownership == 'federal'"}, []FactID{"electric_ownership"}},
		{"also when the input was skipped", `{"sector":"electric"}`, []FactID{"ownership_type"}, []string{"electric_ownership == 'federal'"}, []FactID{"electric_ownership"}},
		{"settled by the input", `{"sector":"electric","ownership_type":"cooperative"}`, nil, []string{"electric_ownership == 'federal'"}, []FactID{}},
		{"derived fact that is never asked", `{"sector":"drinking_water","population_served":5000,"pws_type":"cws"}`, nil, []string{"awia_tier == 'none'"}, []FactID{}},
		{"inputs of a derived fact that is never asked", `{"sector":"drinking_water"}`, nil, []string{"awia_tier == 'none'"}, []FactID{"population_served", "pws_type"}},
		{"sector first, if anything is asked", `{}`, nil, []string{"has_public_web_app"}, []FactID{"sector", "has_public_web_app"}},
		{"nothing is asked when all is decided", `{}`, nil, []string{"true"}, []FactID{}},
		{"a band that a rule cuts", `{"sector":"electric","meters":{"max":100}}`, nil, []string{"meters < 50"}, []FactID{"meters"}},
	}
	for _, c := range cases {
		if got := asks(c.facts, c.asked, c.expressions...); !slices.Equal(got, c.want) {
			t.Errorf("%s: asks %v, want %v", c.name, got, c.want)
		}
	}
	if _, more := NextQuestion(nil, Profile{}, nil); more || Open(nil, nil, nil) != 0 {
		t.Error("questions without offerings")
	}
}

func TestSettlesCountsOfferings(t *testing.T) {
	offering := func(sector string, expressions ...string) *Ruleset {
		return compileOf(t, Rules{Slug: sector, Sectors: []string{sector}, Criteria: criteriaOf(expressions...), Published: true})
	}
	rules := []*Ruleset{
		offering("electric", "static_public_ips"),
		offering("electric", "static_public_ips", "meters > 5"), // "no" decides it
		offering("electric", "static_public_ips || has_public_web_app"),
		offering("gas", "true"),
		offering(AnySector, "uses_microsoft_365"), // never decided by this answer
		compileOf(t, Rules{Slug: "unpublished", Sectors: []string{"electric"}, Criteria: criteriaOf("static_public_ips")}),
	}
	// Every sector decides something: "gas" all but one, so all five with a gate are decided by at least one answer.
	if got, _ := NextQuestion(rules, Profile{}, nil); got != (Question{Fact: SectorFact, Settles: 5}) {
		t.Errorf("first question %+v", got)
	}
	p := Profile{SectorFact: String("electric"), "has_public_web_app": Bool(false), "meters": Int(9), "uses_microsoft_365": Bool(true)}
	if got, _ := NextQuestion(rules, p, nil); got != (Question{Fact: "static_public_ips", Settles: 4}) {
		t.Errorf("question %+v, want 4 settled: the one without published criteria by a no", got)
	}
	bands := []*Ruleset{rulesOf(t, "meters > 50"), rulesOf(t, "meters <= 10 || has_public_web_app"), rulesOf(t, "meters > 50 && has_public_web_app")}
	if got, _ := NextQuestion(bands, Profile{SectorFact: String("electric")}, nil); got != (Question{Fact: "meters", Settles: 3}) {
		t.Errorf("bands: %+v", got)
	}
	exact := []*Ruleset{rulesOf(t, "meters == 50 || meters > 90")}
	if got, _ := NextQuestion(exact, Profile{SectorFact: String("electric")}, nil); got != (Question{Fact: "meters", Settles: 1}) {
		t.Errorf("number field: %+v", got)
	}
	sets := []*Ruleset{rulesOf(t, "'ms_isac' in memberships"), rulesOf(t, "memberships == []")}
	if got, _ := NextQuestion(sets, Profile{SectorFact: String("electric")}, nil); got != (Question{Fact: "memberships", Settles: 2}) {
		t.Errorf("set: %+v", got)
	}
	sums := []*Ruleset{rulesOf(t, "available_beds + 1 > 3")}
	if got, _ := NextQuestion(sums, Profile{SectorFact: String("health")}, nil); got != (Question{Fact: "available_beds", Settles: 1}) {
		t.Errorf("arithmetic: %+v", got)
	}
}

// Whatever is answered, the walk ends, asks nothing twice and keeps the fixed order; when it ends nothing askable is missing.
func TestWalksEndAndKeepTheOrder(t *testing.T) {
	v := vocabularyOf(t)
	rules := []*Ruleset{
		compileOf(t, Rules{Slug: "a", Sectors: []string{CriticalInfrastructure}, Published: true, Criteria: criteriaOf("is_us_based", "static_public_ips")}),
		compileOf(t, Rules{Slug: "b", Sectors: []string{"electric"}, Published: true, Criteria: criteriaOf(
			"electric_ownership in ['cooperative', 'municipal'] || (electric_ownership == 'investor_owned' && mwh_sold_per_year < 100)")}),
		compileOf(t, Rules{Slug: "c", Sectors: []string{"drinking_water"}, Published: true, Criteria: criteriaOf("awia_tier != 'none'", "population_served <= 100")}),
		compileOf(t, Rules{Slug: "d", Sectors: []string{AnySector}, Published: true, Criteria: criteriaOf("govt_type in ['county', 'tribal']", "!has_gov_domain")}),
		compileOf(t, Rules{Slug: "e", Sectors: []string{"health"}, Published: true, Criteria: criteriaOf("hospital_type == 'cah' || available_beds <= 49")}),
	}
	rapid.Check(t, func(t *rapid.T) {
		drawn := map[FactID]Value{}
		order := walk(t, rules, Profile{}, func(id FactID) Value {
			if rapid.IntRange(0, 4).Draw(t, "skip") == 0 {
				return Value{}
			}
			f, _ := v.Fact(id)
			drawn[id] = drawAnswer(t, f)
			return drawn[id]
		})
		again := walk(t, rules, Profile{}, func(id FactID) Value { return drawn[id] })
		if !slices.Equal(order, again) {
			t.Fatalf("not deterministic: %v, then %v", order, again)
		}
		if len(order) == 0 || order[0] != SectorFact {
			t.Fatalf("asked %v", order)
		}
	})
}

func TestBands(t *testing.T) {
	cases := []struct {
		name  string
		fact  FactID
		rules []string
		want  []Interval
	}{
		{"whole numbers get closed ends", "population_served", []string{"population_served <= 500", "population_served > 3300", "population_served < 10001"},
			[]Interval{AtMost(500), Range(501, 3300), Range(3301, 10000), AtLeast(10001)}},
		{"the same cut said in several ways", "available_beds", []string{"available_beds <= 49", "available_beds < 50", "50 > available_beds", "available_beds >= 49.5", "!(available_beds > 49)"},
			[]Interval{AtMost(49), AtLeast(50)}},
		{"decimals keep open ends", "mwh_sold_per_year", []string{"mwh_sold_per_year < 4000000", "mwh_sold_per_year > 100"},
			[]Interval{AtMost(100), {Low: 100, High: 4000000, LowOpen: true, HighOpen: true}, AtLeast(4000000)}},
		{"decimals, both sides of one number", "avg_los_hours", []string{"avg_los_hours < 96", "avg_los_hours <= 96"},
			[]Interval{Below(96), Exactly(96), Over(96)}},
		{"through a derived fact", "population_served", []string{"awia_tier != 'none'"},
			[]Interval{AtMost(3300), Range(3301, 49999), Range(50000, 99999), AtLeast(100000)}},
		{"thresholds outside the limits of the fact cut nothing", "loan_to_asset_ratio", []string{"loan_to_asset_ratio > 33", "loan_to_asset_ratio <= 100", "loan_to_asset_ratio >= 0"},
			[]Interval{AtMost(33), Over(33)}},
		{"equality", "meters", []string{"meters > 5", "meters == 7"}, nil},
		{"in", "meters", []string{"meters > 5", "meters in [1, 2]"}, nil},
		{"another fact", "meters", []string{"meters > population_served", "meters > 5"}, nil},
		{"arithmetic", "meters", []string{"meters > 5", "meters * 2 > 100"}, nil},
		{"not compared", "meters", []string{"has_ot"}, nil},
		{"no number", "hospital_type", []string{"hospital_type == 'cah'"}, nil},
		{"unknown fact", "no_such_fact", []string{"has_ot"}, nil},
	}
	for _, c := range cases {
		got, ok := Bands([]*Ruleset{rulesOf(t, c.rules...)}, c.fact)
		if ok != (c.want != nil) || ok && !slices.Equal(got, c.want) {
			t.Errorf("%s: %v %v, want %v", c.name, got, ok, c.want)
		}
	}
	if _, ok := Bands(nil, "meters"); ok {
		t.Error("bands without offerings")
	}
}

// Every band decides every comparison, so that nobody who chose a band is asked for a number.
func TestBandsDecideEveryComparison(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fact := rapid.SampledFrom([]string{"population_served", "mwh_sold_per_year", "loan_to_asset_ratio"}).Draw(t, "fact")
		var rules []string
		for range rapid.IntRange(1, 5).Draw(t, "count") {
			operator := rapid.SampledFrom([]string{"<", "<=", ">", ">="}).Draw(t, "operator")
			number := rapid.SampledFrom([]string{"-3", "0", "7", "7.5", "8", "33", "99.5", "100"}).Draw(t, "number")
			rules = append(rules, fact+" "+operator+" "+number)
		}
		r, err := standardRules(rules)
		if err != nil {
			t.Fatal(err)
		}
		bands, ok := Bands([]*Ruleset{r}, FactID(fact))
		if !ok {
			bands = []Interval{AtMost(100)} // all cuts lie outside what the fact allows
		}
		for _, band := range bands {
			if band.Empty() {
				t.Fatalf("empty band in %v", bands)
			}
			for _, criterion := range r.Decide(Profile{FactID(fact): Between(band)}).Criteria {
				if ok && criterion.Result == Unknown {
					t.Fatalf("%v does not decide %s of %v", band, criterion.ID, rules)
				}
			}
		}
	})
}

func standardRules(expressions []string) (*Ruleset, error) {
	v, err := standard()
	if err != nil {
		return nil, err
	}
	return v.Compile(Rules{Slug: "x", Sectors: []string{AnySector}, Criteria: criteriaOf(expressions...), Published: true})
}

func TestThresholds(t *testing.T) {
	r := rulesOf(t, "population_served <= 10000 || 50 > meters", "mwh_sold_per_year < 4000000.5", "awia_tier == 'none'", "meters == 3", "sam_expires_on > '2026-01-01'")
	want := []Threshold{
		{"c1", "population_served", "<=", 10000}, {"c1", "meters", "<", 50}, {"c2", "mwh_sold_per_year", "<", 4000000.5},
	}
	if got := Thresholds(r); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
