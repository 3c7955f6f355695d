package eligibility

import (
	"accessdesk/data/golden"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// clinic is an invented offering that shows every kind of reason.
func explained(t testing.TB) []struct {
	name  string
	rules Rules
	facts Profile
} {
	small := Criterion{
		ID: "small", Expr: "population_served <= 10000 || meters <= 10000", Citation: "Notice 2026-03, section 2",
		Title:   Text{En: "You serve 10,000 people or fewer", Es: "Atiende a 10,000 personas o menos"},
		Failure: Text{En: "This program is for systems of 10,000 people or fewer.", Es: "Este programa es para sistemas de 10,000 personas o menos."},
		Remedy:  Text{En: "Larger systems can ask for the self-guided version.", Es: "Los sistemas más grandes pueden pedir la versión autoguiada."},
	}
	address := Criterion{
		ID: "static-ip", Expr: "static_public_ips", Citation: "Program page", MinEvidence: Document,
		Title:   Text{En: "You have fixed internet addresses", Es: "Tiene direcciones de internet fijas"},
		Failure: Text{En: "The scan needs addresses that do not change.", Es: "El escaneo necesita direcciones que no cambien."},
		Remedy:  Text{En: "Ask your internet provider for a static address.", Es: "Pida una dirección fija a su proveedor de internet."},
	}
	owner := Criterion{
		ID: "owner", Expr: "electric_ownership in ['cooperative', 'municipal']", Citation: "Notice, section 3",
		Title:   Text{En: "You are a cooperative or a municipal utility", Es: "Es una cooperativa o un servicio municipal"},
		Failure: Text{En: "This program is for cooperatives and municipal utilities.", Es: "Este programa es para cooperativas y servicios municipales."},
		Remedy:  Text{En: "Other utilities can ask their state energy office.", Es: "Otros servicios pueden preguntar en la oficina de energía de su estado."},
	}
	tribal := Criterion{
		ID: "register", Expr: "govt_type == 'county'", Citation: "Notice, section 4", MinEvidence: Register,
		Title:   Text{En: "You are a county", Es: "Es un condado"},
		Failure: Text{En: "This program is for counties.", Es: "Este programa es para condados."},
		Remedy:  Text{En: "A city can ask its county.", Es: "Una ciudad puede preguntar a su condado."},
	}
	unasked := Criterion{
		ID: "unasked", Expr: "npdes_id != '' && ruca_code >= 4", Citation: "Notice, section 5",
		Title:   Text{En: "You hold a discharge permit outside a city", Es: "Tiene un permiso de descarga fuera de una ciudad"},
		Failure: Text{En: "This program needs a permit.", Es: "Este programa pide un permiso."},
		Remedy:  Text{En: "Ask your state for a permit.", Es: "Pida un permiso a su estado."},
	}
	broken := Criterion{
		ID: "broken", Expr: "meters / population_served > 2", Citation: "Notice, section 6",
		Title:   Text{En: "More than two meters for each person", Es: "Más de dos medidores por persona"},
		Failure: Text{En: "This program needs more meters.", Es: "Este programa pide más medidores."},
		Remedy:  Text{En: "Count again next year.", Es: "Cuente otra vez el año próximo."},
	}
	member := Criterion{
		ID: "member", Expr: "'awwa' in memberships || 'ms_isac' in memberships", Citation: "Notice, section 7",
		Title:   Text{En: "You are a member", Es: "Es miembro"},
		Failure: Text{En: "This program is for members.", Es: "Este programa es para miembros."},
		Remedy:  Text{En: "You can join.", Es: "Puede hacerse miembro."},
	}
	water := []string{"drinking_water", "wastewater", "electric"}
	offering := func(published bool, sectors []string, criteria ...Criterion) Rules {
		return Rules{Slug: "example-review", Sectors: sectors, SectorsCitation: "Notice 2026-03, section 1", Published: published, Criteria: criteria}
	}
	disputed := factsOf(t, `{"sector":"sltt_government","ownership_type":"nonprofit","govt_type":"county"}`)
	listed := factsOf(t, `{"sector":"drinking_water","population_served":12000,"meters":20000,"static_public_ips":false}`)
	listed["population_served"] = listed["population_served"].From(Register, "sdwis 2025-Q1")
	return []struct {
		name  string
		rules Rules
		facts Profile
	}{
		{"all met, document needed", offering(true, water, small, address), factsOf(t, `{"sector":"drinking_water","population_served":{"min":3301,"max":10000},"static_public_ips":true}`)},
		{"not met, several answers", offering(true, water, small, address), listed},
		{"not met, one answer from a register", offering(true, water, Criterion{ID: "few", Expr: "population_served <= 500", Failure: small.Failure, Remedy: small.Remedy, Title: small.Title}), listed},
		{"not met, one answer is enough", offering(true, water, Criterion{ID: "both", Expr: "population_served <= 10000 && meters <= 10000", Title: small.Title, Failure: small.Failure, Remedy: small.Remedy}), listed},
		{"not met, either would do", offering(true, water, small), listed},
		{"not met, many ways out", offering(true, water, small, Criterion{ID: "either", Expr: "static_public_ips || has_ot", Title: address.Title, Failure: address.Failure, Remedy: address.Remedy}),
			factsOf(t, `{"sector":"drinking_water","population_served":12000,"meters":20000,"static_public_ips":false,"has_ot":false}`)},
		{"two rules, one answer is enough", offering(true, water, address, Criterion{ID: "again", Expr: "static_public_ips || has_ot", Title: address.Title, Failure: address.Failure, Remedy: address.Remedy}), factsOf(t, `{"sector":"electric"}`)},
		{"three answers in a row", offering(true, water, Criterion{ID: "row", Expr: "ownership_type == 'cooperative' && static_public_ips || has_ot", Title: address.Title, Failure: address.Failure, Remedy: address.Remedy}), factsOf(t, `{"sector":"electric"}`)},
		{"gate not met", offering(true, water, small), factsOf(t, `{"sector":"health","additional_sectors":["gas"],"population_served":400}`)},
		{"gate for critical infrastructure, something else", offering(true, []string{CriticalInfrastructure}, address), factsOf(t, `{"sector":"other","static_public_ips":true}`)},
		{"nothing known", offering(true, water, small, address), Profile{}},
		{"one answer missing: yes or no", offering(true, water, address), factsOf(t, `{"sector":"electric"}`)},
		{"one answer missing: bands", offering(true, water, Criterion{ID: "size", Expr: "population_served > 500 && population_served <= 10000", Title: small.Title, Failure: small.Failure, Remedy: small.Remedy}), factsOf(t, `{"sector":"wastewater"}`)},
		{"one answer missing: what it follows from", offering(true, water, owner), factsOf(t, `{"sector":"electric"}`)},
		{"one answer missing: derived fact itself", offering(true, water, owner), factsOf(t, `{"sector":"electric","ownership_type":"government_local"}`)},
		{"not met through a derived fact", offering(true, water, owner), factsOf(t, `{"sector":"electric","ownership_type":"investor_owned"}`)},
		{"one answer missing: a set", offering(true, water, member), factsOf(t, `{"sector":"drinking_water"}`)},
		{"band too wide", offering(true, water, Criterion{ID: "size", Expr: "population_served <= 500", Title: small.Title, Failure: small.Failure, Remedy: small.Remedy}), factsOf(t, `{"sector":"wastewater","population_served":{"min":100,"max":800}}`)},
		{"contradiction before a register", offering(true, []string{"sltt_government"}, tribal), disputed},
		{"not asked in the check", offering(true, water, unasked), factsOf(t, `{"sector":"wastewater"}`)},
		{"asked of another sector only", offering(true, []string{"health"}, small), factsOf(t, `{"sector":"health"}`)},
		{"asked nowhere", offering(true, water, Criterion{ID: "statewide", Expr: "state_has_msisac_statewide", Title: member.Title}), factsOf(t, `{"sector":"electric","state_or_territory":"NM"}`)},
		{"one answer missing: nearly all fit", offering(true, water, Criterion{ID: "state", Expr: "state_or_territory != 'TX'", Title: member.Title}), factsOf(t, `{"sector":"electric"}`)},
		{"one answer missing that changes nothing", offering(true, water, Criterion{ID: "either", Expr: "has_ot ? meters / population_served > 1 : meters / population_served > 2", Title: broken.Title}),
			factsOf(t, `{"sector":"electric","additional_sectors":["wastewater"],"meters":10,"population_served":0}`)},
		{"cannot be worked out", offering(true, water, broken), factsOf(t, `{"sector":"electric","additional_sectors":["wastewater"],"meters":10,"population_served":0}`)},
		{"cannot be worked out for something else", offering(true, []string{AnySector}, broken), factsOf(t, `{"sector":"other","meters":10,"population_served":0}`)},
		{"no published criteria, all stated conditions met", offering(false, water, small), factsOf(t, `{"sector":"electric","meters":100}`)},
		{"no published criteria, a stated condition not met", offering(false, water, small), factsOf(t, `{"sector":"electric","meters":100000,"population_served":90000}`)},
	}
}

func TestExplainGolden(t *testing.T) {
	for _, lang := range []string{"en", "es"} {
		var page strings.Builder
		for _, c := range explained(t) {
			r := compileOf(t, c.rules)
			d := r.Decide(c.facts)
			fmt.Fprintf(&page, "# %s: %s\n", c.name, d.Outcome)
			for _, reason := range Explain(r, d, lang) {
				fmt.Fprintf(&page, "- %s [%s] %s\n  %s\n", reason.ID, reason.Result, reason.Title, reason.Sentence)
				for _, answer := range reason.Answers {
					fmt.Fprintf(&page, "  answer %s | %s | %s\n", answer.Fact, answer.Label, answer.Value)
				}
				if reason.Need != "" {
					fmt.Fprintf(&page, "  need: %s\n  change: %s\n", reason.Need, reason.Change)
				}
				if len(reason.Missing) > 0 {
					fmt.Fprintf(&page, "  missing: %v\n", reason.Missing)
				}
			}
			if d.Outcome == Ineligible {
				fmt.Fprintf(&page, "rests on: %v\ndifferent: %v\n  %s\n", Blame(r, d), Different(r, d), DifferentSentence(r, d, lang))
			}
			if d.Outcome == Unknown {
				yes, _ := Shortest(r, d, Eligible)
				no, _ := Shortest(r, d, Ineligible)
				fmt.Fprintf(&page, "settled by: %v\nyes by: %v\nno by: %v\n", Settling(r, d), yes, no)
			}
			page.WriteString("\n")
		}
		golden.Check(t, "testdata/explain."+lang+".txt", page.String())
	}
}

// Reasons stand in the order of the decision and repeat its results; no placeholder is left open.
func TestReasonsFitTheDecision(t *testing.T) {
	for _, c := range explained(t) {
		r := compileOf(t, c.rules)
		d := r.Decide(c.facts)
		for _, lang := range []string{"en", "es"} {
			reasons := Explain(r, d, lang)
			if len(reasons) != len(d.Criteria) {
				t.Fatalf("%s: %d reasons for %d criteria", c.name, len(reasons), len(d.Criteria))
			}
			for i, reason := range reasons {
				result := d.Criteria[i]
				if reason.ID != result.ID || reason.Result != result.Result || reason.NeedsEvidence != result.NeedsEvidence || !reflect.DeepEqual(reason.Facts, result.Facts) {
					t.Errorf("%s: %+v does not fit %+v", c.name, reason, result)
				}
				if reason.Sentence == "" || strings.ContainsAny(reason.Sentence, "{}") || strings.Contains(reason.Sentence, "  ") {
					t.Errorf("%s, %s: sentence %q", c.name, reason.ID, reason.Sentence)
				}
			}
		}
	}
}

// A reason names only the answers that decided: changing any other answer does not change the result.
func TestAnswersAreTheOnesThatDecided(t *testing.T) {
	cases := []struct {
		expr, facts string
		want        []FactID
	}{
		{"has_ot && static_public_ips", `{"has_ot":true,"static_public_ips":false}`, []FactID{"static_public_ips"}},
		{"has_ot || static_public_ips", `{"has_ot":true,"static_public_ips":false}`, []FactID{"has_ot"}},
		{"has_ot || static_public_ips", `{"has_ot":false,"static_public_ips":false}`, []FactID{"static_public_ips", "has_ot"}},
		{"has_ot ? static_public_ips : uses_microsoft_365", `{"has_ot":true,"static_public_ips":false,"uses_microsoft_365":true}`, []FactID{"static_public_ips", "has_ot"}},
		{"runs('gas') || runs('electric')", `{"sector":"health","additional_sectors":["gas"]}`, []FactID{"additional_sectors"}},
		{"runs('gas') || runs('electric')", `{"sector":"gas"}`, []FactID{"sector"}},
		{"runs('gas') || runs('electric')", `{"sector":"health"}`, []FactID{"sector"}},
		{"awia_tier == 'none'", `{"sector":"drinking_water","population_served":9000,"pws_type":"cws"}`, []FactID{"sector", "population_served", "pws_type"}},
		{"false", `{}`, nil},
	}
	for _, c := range cases {
		r := rulesOf(t, c.expr)
		reason := Explain(r, r.Decide(factsOf(t, c.facts)), "en")[0]
		var got []FactID
		for _, answer := range reason.Answers {
			got = append(got, answer.Fact)
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s with %s: answers %v, want %v", c.expr, c.facts, got, c.want)
		}
	}
}

func TestOutcomes(t *testing.T) {
	r := compileOf(t, Rules{Slug: "x", Sectors: []string{"electric"}, Published: true, Criteria: criteriaOf("meters > 50 || has_ot", "'awwa' in memberships")})
	p := factsOf(t, `{"sector":"electric","memberships":["awwa"]}`)
	got := Outcomes(r, p, "has_ot")
	want := []AnswerOutcome{{Bool(true), Eligible}, {Bool(false), Unknown}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	p["has_ot"] = Bool(false)
	got = Outcomes(r, p, "meters")
	want = []AnswerOutcome{{Between(AtMost(50)), Ineligible}, {Between(AtLeast(51)), Eligible}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := Outcomes(r, p, "sector"); len(got) != 10 || got[3].Outcome != Unknown && got[0].Outcome != Ineligible {
		t.Errorf("%v", got)
	}
	both := factsOf(t, `{"sector":"gas","additional_sectors":["electric"],"memberships":["awwa"],"has_ot":true}`)
	if got := Outcomes(r, both, "sector"); !got[0].Answer.Equal(String("health")) || got[0].Outcome != Ineligible {
		t.Errorf("a new first sector kept the other sectors of the old one: %v", got[0])
	}
	if Outcomes(r, p, "legal_name") != nil || Outcomes(r, p, "no_such_fact") != nil || Outcomes(r, p, "population_served") != nil {
		t.Error("outcomes of what has no choices")
	}
}
