package screening_test

import (
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
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

// answer is what an operator says to a question, as a person would on its page: numbers as the band they lie in.
type answer func(c *screening.Check, o operator, id eligibility.FactID) eligibility.Value

// fromRecord answers from the record; what it does not hold is "I'm not sure".
func fromRecord(c *screening.Check, o operator, id eligibility.FactID) eligibility.Value {
	value, known := o.facts[id]
	number, exact := value.Number()
	if bands, cut := c.Bands(id); known && exact && cut {
		for _, band := range bands {
			if band.Contains(number) {
				return eligibility.Between(band)
			}
		}
	}
	return value
}

// fromMemory answers from the record, and what it does not hold from memory: always the same for an operator of that kind, and
// spread over all answers.
func fromMemory(c *screening.Check, o operator, id eligibility.FactID) eligibility.Value {
	if value := fromRecord(c, o, id); value.Known() {
		return value
	}
	sum := fnv.New32a()
	state, _ := o.facts["state_or_territory"].Text()
	fmt.Fprint(sum, id, o.sector, state)
	fact, _ := vocabulary().Fact(id)
	switch {
	case fact.Type == eligibility.TypeBool:
		return eligibility.Bool(sum.Sum32()%2 == 0)
	case fact.Type == eligibility.TypeEnum:
		return eligibility.String(fact.Values[int(sum.Sum32())%len(fact.Values)].Value)
	}
	bands, _ := c.Bands(id)
	if len(bands) == 0 {
		return eligibility.Value{}
	}
	return eligibility.Between(bands[int(sum.Sum32())%len(bands)])
}

// walk answers every question that the check puts and gives them in order; all sectors are one.
func walk(t *testing.T, programs []*catalog.Published, o operator, say answer) []eligibility.FactID {
	t.Helper()
	c := screening.New(vocabulary(), programs, nil, nil, now)
	for {
		question, more := c.Next()
		if !more {
			if path := c.Path(); len(path) == 0 || path[0] != eligibility.SectorFact {
				t.Fatalf("asked %v", path)
			}
			return c.Path()
		}
		if len(c.Asked) > 60 {
			t.Fatalf("the check of %v does not end", o.facts)
		}
		if question.Fact == eligibility.SectorFact {
			c.AnswerSectors(sectorsOf(o))
			continue
		}
		c.Answer(question.Fact, say(c, o, question.Fact))
	}
}

func sectorsOf(o operator) []string {
	main, known := o.facts[eligibility.SectorFact].Text()
	if !known {
		return nil
	}
	more, _ := o.facts[eligibility.AdditionalSectorsFact].Items()
	return append([]string{main}, more...)
}

// The goals of the design for the questions up to the first full result, over all operators and for each sector.
const (
	medianGoal  = 7
	p95Goal     = 10
	sampledRows = 40 // one of so many rows of each register, unless LONG_TESTS is set
)

// Operators of the registers and some by hand are walked through the check, for the real catalog and with the demonstration
// beside it, answering from their record or also from memory.
func TestQuestionsUpToTheResults(t *testing.T) {
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
		operators = append(operators, operator{one.sector, facts})
	}
	for name, programs := range map[string][]*catalog.Published{"seed": listed(t, seed.Files), "with demonstration": listed(t, seed.Files, demo.Files)} {
		for how, say := range map[string]answer{"from the record": fromRecord, "from memory": fromMemory} {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				countQuestions(t, programs, operators, say)
			})
		}
	}
}

func countQuestions(t *testing.T, programs []*catalog.Published, operators []operator, say answer) {
	counts, longest := map[string][]int{}, map[string][]eligibility.FactID{}
	walked := map[string][]eligibility.FactID{} // operators who give the same answers are asked the same
	fresh := screening.New(vocabulary(), programs, nil, nil, now)
	var unread []eligibility.FactID // facts of the records that no program reads
	for _, id := range []eligibility.FactID{"service_connections", "primary_regulator", "federally_insured_cu", "is_mdi"} {
		if len(fresh.Waiting(id)) == 0 {
			unread = append(unread, id)
		}
	}
	for _, o := range operators {
		key := sameAnswers(t, fresh, unread, o)
		path, known := walked[key]
		if !known {
			path = walk(t, programs, o, say)
			walked[key] = path
		}
		for _, group := range []string{o.sector, "all"} {
			counts[group] = append(counts[group], len(path))
			if len(path) > len(longest[group]) {
				longest[group] = path
			}
		}
	}
	var report strings.Builder
	for _, group := range slices.Sorted(maps.Keys(counts)) {
		all := slices.Sorted(slices.Values(counts[group]))
		median, p95 := all[(len(all)-1)/2], all[(len(all)*95+99)/100-1]
		fmt.Fprintf(&report, "\n%-15s %6d operators, questions: median %2d, 95 of 100 at most %2d, longest %v", group, len(all), median, p95, longest[group])
		if median > medianGoal || p95 > p95Goal {
			t.Errorf("%s: median %d and 95th percentile %d questions; at most %d and %d are allowed. The longest: %v", group, median, p95, medianGoal, p95Goal, longest[group])
		}
	}
	t.Logf("%d programs, %d different operators%s", len(programs), len(walked), report.String())
}

// sameAnswers names all operators who answer every question of a fresh check alike.
func sameAnswers(t *testing.T, fresh *screening.Check, unread []eligibility.FactID, o operator) string {
	t.Helper()
	said := eligibility.Profile{}
	for id := range o.facts {
		said[id] = fromRecord(fresh, o, id)
	}
	for _, id := range unread {
		delete(said, id)
	}
	text, err := vocabulary().FormatFacts(said)
	if err != nil {
		t.Fatal(err)
	}
	return o.sector + string(text)
}
