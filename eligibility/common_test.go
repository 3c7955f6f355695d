package eligibility

import (
	"sync"
	"testing"

	"pgregory.net/rapid"
)

var standard = sync.OnceValues(Standard)

// vocabularyOf gives the standard vocabulary, which all tests share.
func vocabularyOf(t rapid.TB) *Vocabulary {
	t.Helper()
	v, err := standard()
	if err != nil {
		t.Fatalf("Standard: %v", err)
	}
	return v
}

// rulesOf compiles one criterion per expression, named c1, c2 and so on, for any sector.
func rulesOf(t testing.TB, expressions ...string) *Ruleset {
	t.Helper()
	return compileOf(t, Rules{Slug: "test", Sectors: []string{AnySector}, Published: true, Criteria: criteriaOf(expressions...)})
}

func criteriaOf(expressions ...string) []Criterion {
	criteria := make([]Criterion, len(expressions))
	for i, expression := range expressions {
		id := "c" + string(rune('1'+i))
		criteria[i] = Criterion{
			ID: id, Expr: expression, Citation: "Notice, section " + id,
			Title:   Text{En: "Condition " + id + " holds", Es: "Se cumple la condición " + id},
			Failure: Text{En: "This program needs condition " + id + ".", Es: "Este programa pide la condición " + id + "."},
			Remedy:  Text{En: "It can change next year.", Es: "Puede cambiar el año próximo."},
		}
	}
	return criteria
}

func compileOf(t rapid.TB, rules Rules) *Ruleset {
	t.Helper()
	ruleset, err := vocabularyOf(t).Compile(rules)
	if err != nil {
		t.Fatalf("Compile: %v", err)
	}
	return ruleset
}

// factsOf reads facts as JSON.
func factsOf(t testing.TB, jsonText string) Profile {
	t.Helper()
	p, err := vocabularyOf(t).ParseFacts([]byte(jsonText))
	if err != nil {
		t.Fatalf("ParseFacts(%s): %v", jsonText, err)
	}
	return p
}

// resultsOf maps criterion ids to results.
func resultsOf(d Decision) map[string]Result {
	results := map[string]Result{}
	for _, criterion := range d.Criteria {
		results[criterion.ID] = criterion.Result
	}
	return results
}
