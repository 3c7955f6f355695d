package eligibility

import (
	"fmt"
	"testing"
)

// sixtyByFive makes 60 offerings of 5 criteria each, of the kinds that real offerings use.
func sixtyByFive(b testing.TB) []*Ruleset {
	b.Helper()
	sectors := vocabularyOf(b).Sectors()
	rules := make([]*Ruleset, 60)
	for i := range rules {
		criteria := criteriaOf(
			fmt.Sprintf("population_served <= %d || meters <= %d", 1000*(i+1), 500*(i+1)),
			"static_public_ips || has_public_web_app",
			"ownership_type in ['government_local', 'cooperative', 'nonprofit']",
			fmt.Sprintf("is_us_based && annual_revenue < %d", 1_000_000*(i+1)),
			"!zero_data_retention && 'ms_isac' in memberships",
		)
		rules[i] = compileOf(b, Rules{Slug: fmt.Sprint(i), Sectors: []string{sectors[i%len(sectors)], "electric"}, Criteria: criteria, Published: true})
	}
	return rules
}

func benchmarkProfile(b testing.TB) Profile {
	b.Helper()
	return factsOf(b, `{"sector":"electric","population_served":4100,"meters":2300,"static_public_ips":true,"ownership_type":"cooperative",
		"state_or_territory":"NM","annual_revenue":12000000,"zero_data_retention":false,"memberships":["ms_isac","nreca"]}`)
}

// BenchmarkDecide60x5 decides 60 offerings of 5 criteria and a gate for one operator, as the results page and the nation run do.
func BenchmarkDecide60x5(b *testing.B) {
	rules, p := sixtyByFive(b), benchmarkProfile(b)
	b.ReportAllocs()
	for b.Loop() {
		if got := DecideAll(rules, p); len(got) != 60 {
			b.Fatal(len(got))
		}
	}
}

// BenchmarkJudge60x5 decides them for one operator of a crowd after the other: every criterion, and nothing that explains it.
func BenchmarkJudge60x5(b *testing.B) {
	rules, crowd := sixtyByFive(b), vocabularyOf(b).NewCrowd()
	for i := range 1000 {
		p := benchmarkProfile(b)
		p["population_served"], p["static_public_ips"] = Int(int64(60*i)), Bool(i%3 > 0)
		if i%4 == 0 {
			delete(p, "meters")
		}
		crowd.Add(p)
	}
	judge, at := NewJudge(rules), 0
	b.ReportAllocs()
	for b.Loop() {
		judge.Decide(crowd, at%crowd.Len())
		at++
	}
}

// BenchmarkDecideAndExplain60x5 also writes every reason.
func BenchmarkDecideAndExplain60x5(b *testing.B) {
	rules, p := sixtyByFive(b), benchmarkProfile(b)
	b.ReportAllocs()
	for b.Loop() {
		for i, d := range DecideAll(rules, p) {
			if len(Explain(rules[i], d, "en")) != 6 {
				b.Fatal("reasons")
			}
		}
	}
}

// BenchmarkNextQuestion60x5 chooses the next question when only the sector is known.
func BenchmarkNextQuestion60x5(b *testing.B) {
	rules := sixtyByFive(b)
	p := Profile{SectorFact: String("electric")}
	b.ReportAllocs()
	for b.Loop() {
		if _, more := NextQuestion(rules, p, nil); !more {
			b.Fatal("no question")
		}
	}
}

// BenchmarkCompile60x5 compiles 300 criteria that were never seen before.
func BenchmarkCompile60x5(b *testing.B) {
	v, number := vocabularyOf(b), 0
	b.ReportAllocs()
	for b.Loop() {
		for range 300 {
			number++
			if _, err := v.language.Expression(fmt.Sprintf("population_served <= %d || (meters <= %d && has_ot)", number, number)); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkStandard loads the vocabulary, as at every start of the program.
func BenchmarkStandard(b *testing.B) {
	for b.Loop() {
		if _, err := Standard(); err != nil {
			b.Fatal(err)
		}
	}
}
