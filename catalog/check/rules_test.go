package check

import (
	"strings"
	"testing"
)

func TestCheckRules(t *testing.T) {
	runRefused(t, []refused{
		{"no sectors", []string{`sectors = ["drinking_water", "wastewater", "electric"]`, ``},
			[]string{`example.toml:1: sectors: missing; list the sectors, or write sectors = ["any"]`}},
		{"sector twice", []string{`"wastewater"`, `"electric"`}, []string{`example.toml:5: sectors: "electric" stands twice`}},
		{"unknown sector", []string{`"wastewater"`, `"waste_water"`}, []string{`example.toml:5: sectors: unknown sector "waste_water", nearest known: "wastewater"`}},
		{"any with others", []string{`"wastewater"`, `"any"`}, []string{`example.toml:5: sectors: "any" stands alone or not at all`}},
		{"gate without citation", []string{`sectors_citation = "Notice 7, section 1"`, ``},
			[]string{`example.toml:1: sectors_citation: missing; say where the provider names these sectors`}},
		{"criterion without citation", []string{`citation = "Notice 7, section 2"`, `citation = " "`},
			[]string{`example.toml:64: criteria[1].citation: missing; say where the provider states this criterion`}},
		{"criterion without id", []string{`id = "small"`, ``}, []string{`example.toml:61: criteria[1].id: missing; this has to be given`}},
		{"criterion called sector", []string{`id = "small"`, `id = "sector"`}, []string{`example.toml:62: criteria[1].id: "sector" is the name of the sector gate; choose another`}},
		{"criterion shape", []string{`id = "small"`, `id = "Small!"`},
			[]string{`example.toml:62: criteria[1].id: "Small!" is not well-formed; use lower-case letters and digits in words joined by hyphens`}},
		{"criterion twice", []string{`id = "small"`, `id = "long-stay"`}, []string{`example.toml:71: criteria[2].id: a criterion before this one has the id "long-stay" too`}},
		{"no expression", []string{`expr = "population_served <= 10000 || meters <= 10000"`, ``},
			[]string{`example.toml:61: criteria[1].expr: missing; this has to be given`}},
		{"does not compile", []string{`|| meters`, `|| metres`},
			[]string{`example.toml:63:39: criteria[1].expr: does not compile: unknown fact "metres", nearest known: "meters"`}},
		{"does not compile on its second line", []string{`!runs("health")`, `!runs("heath")`},
			[]string{`example.toml:74:7: criteria[2].expr: does not compile: unknown sector "heath", nearest known: "health"`}},
		{"does not compile behind an escape", []string{`|| meters <= 10000"`, `|| sector == \"watr\""`},
			[]string{`example.toml:63:49: criteria[1].expr: does not compile: "watr" is no value of sector, nearest known: "gas"`}},
		{"all mistakes of all criteria", []string{`|| meters`, `|| metres`, `avg_los_hours <`, `avg_los_hour <`},
			[]string{`example.toml:63:39: criteria[1].expr: does not compile: unknown fact "metres", nearest known: "meters"`,
				`example.toml:73:1: criteria[2].expr: does not compile: unknown fact "avg_los_hour", nearest known: "avg_los_hours"`}},
	})
}

// Rules that nobody could meet are refused; a criterion by itself stands at its own place.
func TestCheckContradictions(t *testing.T) {
	said := func(first, second string) string {
		o := parsed(t)
		o.Criteria[0].Expr, o.Criteria[1].Expr = first, second
		return strings.Join(messages(Offering(vocabulary(t), o, today, false)), "\n")
	}
	for _, c := range [][3]string{
		{"has_ot && !has_ot", "true", `criteria[1].expr: No one can meet the rule “You serve 10,000 people or fewer”`},
		{"true", "meters < 0", `criteria[2].expr: No one can meet the rule “Stays are short”`},
		{"population_served >= 5", "population_served < 5", `criteria: No one can meet all rules: “You serve 10,000 people or fewer” and “Stays are short” exclude each other`},
		{`runs("gas") && !runs("electric") && !runs("wastewater")`, `!runs("drinking_water")`, "criteria: No one can meet all rules"},
	} {
		if got := said(c[0], c[1]); !strings.Contains(got, c[2]) {
			t.Errorf("%s, %s: no %q in\n%s", c[0], c[1], c[2], got)
		}
	}
	if got := said("has_ot || !has_ot", "meters < 5 && meters < 10"); strings.Contains(got, "No one") {
		t.Errorf("a rule that says nothing is no contradiction: %s", got)
	}
}

// requirement is an addition to the example, in front of its questions.
func requirement(keys string) []string {
	return []string{"[[questions]]\nid = \"has_controllers\"", "[[requirements]]\n" + keys + "\n[[questions]]\nid = \"has_controllers\""}
}

func TestCheckRequirements(t *testing.T) {
	const unpublished = "criteria_published = true"
	outcomes := []string{unpublished, "criteria_published = false",
		"outcome = \"eligible\"", "outcome = \"unknown\"", "outcome = \"eligible\"", "outcome = \"unknown\"", "outcome = \"eligible\"", "outcome = \"unknown\""}
	good := requirement(`title = { en = "You pay dues", es = "Paga una cuota" }
citation = "trade press 2024, not read again"`)
	runRefused(t, []refused{
		{"stated, without a verdict", append(outcomes, good...), nil},
		{"with a verdict", append(outcomes[2:], good...),
			[]string{`example.toml:7: criteria_published: is true, but a requirement keeps every answer open; write criteria_published = false, ` +
				`or make it a criterion, if it stands in the provider's own text and a fact can decide it`}},
		{"neither text nor citation", append(outcomes, requirement(`citation = " "`)...),
			[]string{`example.toml:79: requirements[1].title: missing; give it in both languages, en and es`,
				`example.toml:80: requirements[1].citation: missing; say what the statement rests on, such as "trade press 2024, not read again"`}},
		{"criterion with the id of a requirement", []string{`id = "small"`, `id = "stated-1"`},
			[]string{`example.toml:62: criteria[1].id: "stated-1" begins like the ids of stated requirements; choose another`}},
	})
}

func TestCheckNames(t *testing.T) {
	const status = `status = "open"`
	runRefused(t, []refused{
		{"good", []string{status, status + "\nknown_as = [\"Pump check\"]\nreplaced_by = [\"other-review\"]"}, nil},
		{"empty and twice", []string{status, status + "\nknown_as = [\"A\", \"\", \"A\"]"},
			[]string{`example.toml:5: known_as[2]: missing; this has to be given`, `example.toml:5: known_as: "A" stands twice`}},
		{"itself, twice, no slug", []string{status, status + "\nreplaced_by = [\"pump-review\", \"Other\", \"Other\"]"},
			[]string{`example.toml:5: replaced_by[1]: "pump-review" is this offering itself; name what does its work now, or leave this out`,
				`example.toml:5: replaced_by[2]: "Other" is not well-formed; use lower-case letters and digits in words joined by hyphens, at most 60 characters`,
				`example.toml:5: replaced_by[3]: "Other" is not well-formed; use lower-case letters and digits in words joined by hyphens, at most 60 characters`,
				`example.toml:5: replaced_by: "Other" stands twice`}},
	})
}

// openTo is the example without criteria and tests, for the sectors.
func openTo(t *testing.T, sectors string) []string {
	t.Helper()
	text, err := example()
	if err != nil {
		t.Fatal(err)
	}
	between := func(from, to string) string { return text[strings.Index(text, from):strings.Index(text, to)] }
	return []string{`sectors = ["drinking_water", "wastewater", "electric"]`, `sectors = ` + sectors,
		between("[[criteria]]", "[[questions]]"), "", between("[[tests]]", "[[sources]]"), ""}
}

func TestCheckNeitherGateNorCriterion(t *testing.T) {
	runRefused(t, []refused{
		{"neither", openTo(t, `["any"]`),
			[]string{`example.toml:5: sectors: neither a sector gate nor a criterion: nothing decides. Name the sectors, or add one cited criterion; ` +
				`what the provider says is open to anyone has the criterion open-to-anyone with expr = "true"`}},
		{"no tests", openTo(t, `["gas"]`),
			[]string{`example.toml:1: tests: missing; add [[tests]] with name, facts and outcome, so that a slip in the criteria shows`}},
		{"open to anyone", append(openTo(t, `["any"]`), "[[sources]]",
			"[[criteria]]\nid = \"open-to-anyone\"\nexpr = \"true\"\ncitation = \"Notice 8\"\ntitle = { en = \"Open to anyone\", es = \"Para todos\" }\n"+
				"[[tests]]\nname = \"anyone\"\noutcome = \"eligible\"\n[[sources]]"), nil},
	})
}

func TestCheckTests(t *testing.T) {
	runRefused(t, []refused{
		{"red: eligible expected", []string{`population_served = 10001, meters = 20000 }
outcome = "ineligible"`, `population_served = 10001, meters = 20000 }
outcome = "eligible"`},
			[]string{`example.toml:115: tests[2].outcome: test "over the line": expected eligible, got ineligible: criterion "small" is not met (population_served = 10001, meters = 20000)`}},
		{"red: ineligible expected", []string{`population_served = 10001, meters = 20000 }`, `population_served = 10001 }`},
			[]string{`example.toml:115: tests[2].outcome: test "over the line": expected ineligible, got unknown: criterion "small" is unknown (population_served = 10001, meters not given)`}},
		{"red: unknown expected", []string{`facts = { sector = "electric", additional_sectors = [] }`, `facts = { sector = "electric", meters = 5 }`},
			[]string{`example.toml:127: tests[5].outcome: test "size not given": expected unknown, got eligible: every criterion is met`}},
		{"red: gate", []string{`facts = { sector = "electric", meters = 10000 }`, `facts = { sector = "gas", meters = 10000 }`},
			[]string{`example.toml:119: tests[3].outcome: test "on the line by meters": expected eligible, got ineligible: criterion "sector" is not met (sector = "gas", additional_sectors = [])`}},
		{"red: two reasons", []string{`meters = 5, avg_los_hours = 96.0`, `meters = 50000, population_served = 50000, avg_los_hours = 99.0`},
			[]string{
				`example.toml:72: criteria[2].expr: criterion "long-stay" compares avg_los_hours with 96.5, and tests have to stand on both sides of it; add one with avg_los_hours < 96.5`,
				`example.toml:135: tests[7].outcome: test "short stay": expected eligible, got ineligible: criterion "small" is not met (population_served = 50000, meters = 50000); ` +
					`criterion "long-stay" is not met (avg_los_hours = 99, sector = "electric", additional_sectors = ["health"])`}},
		{"unknown fact", []string{`facts = { sector = "electric", meters = 10000 }`, `facts = { sector = "electric", meter = 10000 }`},
			[]string{`example.toml:118: tests[3].facts.meter: unknown fact "meter"; nearest known: "meters"`}},
		{"wrong type", []string{`additional_sectors = [] }`, `additional_sectors = "none" }`},
			[]string{`example.toml:126: tests[5].facts.additional_sectors: fact additional_sectors: expected an array of any of "health", "banking", "credit_union", "electric", "drinking_water", "wastewater", "gas", "telecom", "sltt_government", "other", got "none"`}},
		{"wrong value", []string{`facts = { sector = "electric", meters = 10000 }`, `facts = { sector = "electrik", meters = 10000 }`},
			[]string{`example.toml:118: tests[3].facts.sector: fact sector: expected one of "health", "banking", "credit_union", "electric", "drinking_water", "wastewater", "gas", "telecom", "sltt_government", "other", got "electrik"`}},
		{"name twice, no outcome", []string{`name = "over both lines"`, `name = "on the line"`, `name = "size not given"`, ``, "outcome = \"unknown\"\n", ""},
			[]string{`example.toml:121: tests[4].name: a test before this one is called "on the line" too`,
				`example.toml:124: tests[5].name: missing; this has to be given`,
				`example.toml:124: tests[5].outcome: missing; this has to be given`}},
	})
}

func TestCheckThresholds(t *testing.T) {
	const small = `example.toml:63: criteria[1].expr: criterion "small" compares `
	runRefused(t, []refused{
		{"not the neighbor", []string{`population_served = 10001, `, `population_served = 10002, `},
			[]string{small + `population_served with 10000, and tests have to stand on both sides of it; add one with population_served = 10001`}},
		{"neither side", []string{`population_served = 10001, `, `population_served = 10002, `, `population_served = 10000 }`, `population_served = 9999 }`},
			[]string{small + `population_served with 10000, and tests have to stand on both sides of it; add one with population_served = 10000 and one with population_served = 10001`}},
		{"less than", []string{`population_served <= 10000`, `population_served < 10001`}, nil},
		{"less than, not the neighbor", []string{`population_served <= 10000`, `population_served < 10000`, `population_served = 10000 }
outcome = "eligible"`, `population_served = 10000, meters = 20000 }
outcome = "ineligible"`},
			[]string{small + `population_served with 10000, and tests have to stand on both sides of it; add one with population_served = 9999`}},
		{"the other way round", []string{`population_served <= 10000`, `10000 >= population_served`}, nil},
		{"greater than", []string{`population_served <= 10000`, `!(population_served > 10000)`}, nil},
		{"at least", []string{`population_served <= 10000`, `!(population_served >= 10001)`}, nil},
		{"between whole numbers", []string{`population_served <= 10000`, `population_served <= 10000.5`}, nil},
		{"decimal, one side", []string{`avg_los_hours = 96.5 }`, `avg_los_hours = 96.0 }`, "avg_los_hours = 96.0 }\noutcome = \"ineligible\"", "avg_los_hours = 96.0 }\noutcome = \"eligible\""},
			[]string{`example.toml:72: criteria[2].expr: criterion "long-stay" compares avg_los_hours with 96.5, and tests have to stand on both sides of it; add one with avg_los_hours >= 96.5`}},
	})
}
