package screening_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"accessdesk/broker/screening"
	"accessdesk/data/seed"
	"accessdesk/eligibility"
)

var update = flag.Bool("update", false, "write the golden files anew; read what changed")

// registerShares are the shares that the registers of the country gave in November 2026, as an import keeps them.
func registerShares(t testing.TB) *eligibility.Shares {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "shares.json"))
	if err != nil {
		t.Fatal(err)
	}
	var stored []eligibility.StoredShare
	if err := json.Unmarshal(text, &stored); err != nil {
		t.Fatal(err)
	}
	shares, err := vocabulary().ReadShares(stored)
	if err != nil {
		t.Fatal(err)
	}
	return shares
}

// typical are operators of each kind.
var typical = []struct{ name, facts string }{
	{"critical access hospital", `{"sector":"health","state_or_territory":"IL","ownership_type":"nonprofit","hospital_type":"cah","available_beds":25}`},
	{"county hospital with 60 beds", `{"sector":"health","state_or_territory":"KS","ownership_type":"government_local","hospital_type":"acute_pps","available_beds":60}`},
	{"community bank", `{"sector":"banking","state_or_territory":"OH","total_assets":240000000,"primary_regulator":"FDIC"}`},
	{"bank over 10 billion", `{"sector":"banking","state_or_territory":"NC","total_assets":21000000000,"primary_regulator":"FRB"}`},
	{"low-income credit union", `{"sector":"credit_union","state_or_territory":"PR","ownership_type":"cooperative","total_assets":31000000,"low_income_designated":true,"federally_insured_cu":true,"is_mdi":true}`},
	{"town water system", `{"sector":"drinking_water","state_or_territory":"NM","ownership_type":"government_local","population_served":5000,"pws_type":"cws"}`},
	{"small private water system", `{"sector":"drinking_water","state_or_territory":"GA","ownership_type":"other_private","population_served":180,"pws_type":"cws"}`},
	{"tribal water system", `{"sector":"drinking_water","ownership_type":"government_tribal","population_served":900,"pws_type":"cws"}`},
	{"electric cooperative", `{"sector":"electric","state_or_territory":"ND","ownership_type":"cooperative","electric_ownership":"cooperative","meters":21000,"mwh_sold_per_year":600000}`},
	{"municipal electric utility", `{"sector":"electric","state_or_territory":"TN","ownership_type":"government_local","electric_ownership":"municipal","meters":3800,"mwh_sold_per_year":58000}`},
	{"investor-owned electric utility", `{"sector":"electric","state_or_territory":"WI","ownership_type":"investor_owned","electric_ownership":"investor_owned","meters":480000,"mwh_sold_per_year":5900000}`},
	{"county", `{"sector":"sltt_government","state_or_territory":"MI","ownership_type":"government_local","govt_type":"county","population_served":48000}`},
}

// The questions of typical operators, in order: typed in by themselves, and picked from the registers with what those know. Twice the
// same, since nothing of it may depend on the order of a map.
func TestQuestionsOfTypicalOperators(t *testing.T) {
	programs, shares := listed(t, seed.Files), registerShares(t)
	var text strings.Builder
	for _, one := range typical {
		facts, err := vocabulary().ParseFacts([]byte(one.facts))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "%s\n", one.name)
		for _, way := range []screening.Way{screening.FromRecord, screening.Prefilled} {
			var before string
			for range 2 {
				nation := screening.NewNation(vocabulary(), programs, now)
				nation.Shares = shares
				if err := nation.Add(screening.Operator{ID: one.name, Group: one.name, Facts: facts}); err != nil {
					t.Fatal(err)
				}
				counts, err := nation.Walk(t.Context(), way, nil)
				if err != nil {
					t.Fatal(err)
				}
				line := fmt.Sprintf("  %s: %v, then %.0f of 100 programs are decided\n", way.Name, counts[0].Longest, 100*counts[0].Decided)
				if before != "" && line != before {
					t.Errorf("%s is asked\n%sand then\n%s", one.name, before, line)
				}
				before = line
			}
			text.WriteString(before)
		}
	}
	path := filepath.Join("testdata", "paths.txt")
	if *update {
		if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text.String() != string(want) {
		t.Errorf("other questions than in %s (-update writes it anew; read what changed):\n%s", path, text.String())
	}
}

// BenchmarkNextQuestion chooses the next question of the real catalog for a town water system, after the first answer and in the middle.
func BenchmarkNextQuestion(b *testing.B) {
	programs, shares := listed(b, seed.Files), registerShares(b)
	for name, facts := range map[string]string{"sector": `{"sector":"drinking_water"}`,
		"head": `{"sector":"drinking_water","state_or_territory":"NM","ownership_type":"government_local","population_served":{"min":3301,"max":10000}}`} {
		b.Run(name, func(b *testing.B) {
			p, err := vocabulary().ParseFacts([]byte(facts))
			if err != nil {
				b.Fatal(err)
			}
			asked := map[eligibility.FactID]bool{}
			for id := range p {
				asked[id] = true
			}
			c := screening.New(vocabulary(), programs, p, asked, now)
			c.Shares = shares
			b.ReportAllocs()
			for b.Loop() {
				if _, more := c.Next(); !more {
					b.Fatal("no question")
				}
			}
		})
	}
}
