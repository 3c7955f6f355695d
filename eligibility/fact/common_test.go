package fact

import (
	"os"
	"sync"
	"testing"
)

var standard = sync.OnceValues(func() (*Vocabulary, error) {
	facts, err := os.ReadFile("../facts.toml")
	if err != nil {
		return nil, err
	}
	reasons, err := os.ReadFile("../reasons.toml")
	if err != nil {
		return nil, err
	}
	return Load(facts, reasons)
})

// vocabularyOf gives the vocabulary of the product, which all tests share.
func vocabularyOf(t testing.TB) *Vocabulary {
	t.Helper()
	v, err := standard()
	if err != nil {
		t.Fatal(err)
	}
	return v
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
