package screening_test

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker/screening"
	"accessdesk/catalog"
	"accessdesk/data/demo"
	"accessdesk/data/seed"
	"accessdesk/eligibility"
)

// now is the moment of every check of these tests.
var now = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

var vocabulary = sync.OnceValue(func() *eligibility.Vocabulary {
	v, err := eligibility.Standard()
	if err != nil {
		panic(err)
	}
	return v
})

// listed are the listed programs of embedded catalogs.
func listed(t testing.TB, trees ...fs.FS) []*catalog.Published {
	t.Helper()
	var all []*catalog.Offering
	for _, tree := range trees {
		some, err := catalog.ParseFiles(tree)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, some...)
	}
	snapshot, err := catalog.FromFiles(vocabulary(), all)
	if err != nil {
		t.Fatal(err)
	}
	return snapshot.Listed()
}

// byHand are operators of the sectors without a register, and of several sectors.
var byHand = []struct{ sector, facts string }{
	{"gas", `{"sector":"gas","state_or_territory":"TX","ownership_type":"government_local","gas_customers":4200}`},
	{"gas", `{"sector":"gas","state_or_territory":"PA","ownership_type":"investor_owned","gas_customers":310000}`},
	{"gas", `{"sector":"gas","state_or_territory":"KY"}`},
	{"telecom", `{"sector":"telecom","state_or_territory":"MT","ownership_type":"cooperative","access_lines":5100,"is_rural_telco":true}`},
	{"telecom", `{"sector":"telecom","state_or_territory":"OH","ownership_type":"investor_owned","access_lines":90000}`},
	{"telecom", `{"sector":"telecom"}`},
	{"wastewater", `{"sector":"wastewater","state_or_territory":"IA","ownership_type":"government_local","population_served":2900,"serves_rural_10k_or_less":true}`},
	{"wastewater", `{"sector":"wastewater","state_or_territory":"AZ","ownership_type":"other_private","population_served":64000,"serves_rural_10k_or_less":false}`},
	{"wastewater", `{"sector":"wastewater","state_or_territory":"VT"}`},
	{"government", `{"sector":"sltt_government","state_or_territory":"MI","ownership_type":"government_local","govt_type":"county","population_served":48000}`},
	{"government", `{"sector":"sltt_government","state_or_territory":"NM","ownership_type":"government_tribal","tribal_status":"federal_tribe","population_served":7100}`},
	{"government", `{"sector":"sltt_government","state_or_territory":"OH","ownership_type":"government_state","govt_type":"state"}`},
	{"government", `{"sector":"sltt_government","state_or_territory":"GU","ownership_type":"government_territorial","govt_type":"territory"}`},
	{"government", `{"sector":"sltt_government","state_or_territory":"IL","govt_type":"special_district"}`},
	{"government", `{"sector":"sltt_government"}`},
	{"several", `{"sector":"drinking_water","additional_sectors":["wastewater"],"state_or_territory":"NM","ownership_type":"government_local","population_served":4200,"serves_rural_10k_or_less":true}`},
	{"several", `{"sector":"drinking_water","additional_sectors":["wastewater"],"state_or_territory":"NM"}`},
	{"several", `{"sector":"electric","additional_sectors":["drinking_water","wastewater"],"state_or_territory":"TN","ownership_type":"government_local","population_served":31000,"meters":17000,"mwh_sold_per_year":410000}`},
	{"several", `{"sector":"electric","additional_sectors":["drinking_water","wastewater","gas","telecom","sltt_government"],"state_or_territory":"TN","ownership_type":"government_local","population_served":31000,"meters":57000,"mwh_sold_per_year":990000,"gas_customers":9000,"access_lines":12000,"govt_type":"city_town"}`},
	{"several", `{"sector":"electric","additional_sectors":["telecom"],"state_or_territory":"ND","ownership_type":"cooperative","meters":21000,"mwh_sold_per_year":600000,"access_lines":9000}`},
	{"several", `{"sector":"health","additional_sectors":["drinking_water","sltt_government"],"state_or_territory":"AZ","ownership_type":"government_tribal","hospital_type":"cah","available_beds":20,"population_served":2500}`},
	{"several", `{"sector":"health","additional_sectors":["sltt_government"],"state_or_territory":"KS","ownership_type":"government_local","hospital_type":"acute_pps","available_beds":44,"govt_type":"county"}`},
	{"several", `{"sector":"electric","additional_sectors":["gas"],"state_or_territory":"WI","ownership_type":"investor_owned","meters":480000,"mwh_sold_per_year":3900000}`},
	{"other", `{"sector":"other","state_or_territory":"CA","ownership_type":"nonprofit"}`},
	{"other", `{}`},
}

const sampledRows = 100 // one of so many rows of each register is walked, unless LONG_TESTS is set

// population is operators of the registers and some by hand; recorded: only those of whom anything is known.
func population(t *testing.T, programs []*catalog.Published, recorded bool) *screening.Nation {
	t.Helper()
	every := sampledRows
	if os.Getenv("LONG_TESTS") != "" {
		every = 1
	}
	operators := fromRegisters(t, every)
	for _, one := range byHand {
		facts, err := vocabulary().ParseFacts([]byte(one.facts))
		if err != nil {
			t.Fatal(err)
		}
		if recorded && len(facts) == 0 {
			continue
		}
		operators = append(operators, screening.Operator{ID: one.facts, Group: one.sector, Facts: facts})
	}
	nation := screening.NewNation(vocabulary(), programs, now)
	for _, o := range operators {
		if err := nation.Add(o); err != nil {
			t.Fatal(err)
		}
	}
	return nation
}

// Operators are walked through the check, for the real catalog, with and without the shares of the registers, and with the
// demonstration beside it, answering from their record or also from memory, without it known from the start or with it (the first catalog alone unless LONG_TESTS is set). The goals of the design hold for all together and for each sector.
func TestQuestionsUpToTheResults(t *testing.T) {
	shares := registerShares(t)
	for name, of := range map[string]struct {
		programs []*catalog.Published
		shares   *eligibility.Shares
	}{
		"seed": {listed(t, seed.Files), shares}, "without shares": {listed(t, seed.Files), nil},
		"with demonstration": {listed(t, seed.Files, demo.Files), shares},
	} {
		if name != "seed" && os.Getenv("LONG_TESTS") == "" {
			continue
		}
		for _, way := range []screening.Way{screening.FromRecord, screening.FromMemory, screening.Prefilled, screening.PrefilledMemory} {
			t.Run(name+", "+way.Name, func(t *testing.T) {
				nation := population(t, of.programs, way.Prefill)
				nation.Shares = of.shares
				operators, different := nation.Size()
				counts, err := nation.Walk(t.Context(), way, nil)
				if err != nil {
					t.Fatal(err)
				}
				var report strings.Builder
				for _, c := range counts {
					fmt.Fprintf(&report, "\n%-15s %6d operators, questions: median %2d, 95 of 100 at most %2d, longest %v, decided %.3f", c.Group, c.Operators, c.Median, c.P95, c.Longest, c.Decided)
					if !c.Meets(way.Goal()) {
						t.Errorf("%s: median %d and 95th percentile %d questions; at most %v are allowed. The longest: %v", c.Group, c.Median, c.P95, way.Goal(), c.Longest)
					}
				}
				if last := counts[len(counts)-1]; last.Group != screening.All || last.Operators != operators {
					t.Errorf("%d of %d operators were counted", last.Operators, operators)
				}
				t.Logf("%d programs, %d different operators%s", len(of.programs), different, report.String())
			})
		}
	}
}

// What is counted is what the pages ask: the path of a check that is answered page by page is the longest path of its operator.
func TestTheNationIsAskedWhatThePagesAsk(t *testing.T) {
	programs := listed(t, seed.Files)
	for _, one := range byHand {
		facts, err := vocabulary().ParseFacts([]byte(one.facts))
		if err != nil {
			t.Fatal(err)
		}
		recorded := eligibility.Profile{}
		for id, value := range facts {
			recorded[id] = value.From(eligibility.Register, "a register")
		}
		for _, way := range []screening.Way{screening.FromRecord, screening.Prefilled} {
			c := screening.New(vocabulary(), programs, nil, nil, now)
			if way.Prefill {
				c = screening.New(vocabulary(), programs, recorded.Clone(), nil, now)
			}
			for question, more := c.Next(); more; question, more = c.Next() {
				if question.Fact == eligibility.SectorFact {
					c.AnswerSectors(sectorsOf(facts))
					continue
				}
				c.Answer(question.Fact, onPage(c, question.Fact, facts[question.Fact]))
			}
			nation := screening.NewNation(vocabulary(), programs, now)
			if err := nation.Add(screening.Operator{ID: "x", Group: "x", Facts: recorded}); err != nil {
				t.Fatal(err)
			}
			counts, err := nation.Walk(t.Context(), way, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := counts[0].Longest, c.Path(); !slices.Equal(got, want) || way.Prefill && len(facts) > 2 && slices.Contains(got, eligibility.SectorFact) {
				t.Errorf("%s is asked %v %s, and the pages ask %v", one.facts, got, way.Name, want)
			}
		}
	}
}

// onPage is an answer as a person gives it: a number as the band it lies in.
func onPage(c *screening.Check, id eligibility.FactID, value eligibility.Value) eligibility.Value {
	bands, _ := c.Bands(id)
	number, exact := value.Number()
	for _, band := range bands {
		if exact && band.Contains(number) {
			return eligibility.Between(band)
		}
	}
	return value
}

func sectorsOf(facts eligibility.Profile) []string {
	main, known := facts[eligibility.SectorFact].Text()
	if !known {
		return nil
	}
	more, _ := facts[eligibility.AdditionalSectorsFact].Items()
	return append([]string{main}, more...)
}
