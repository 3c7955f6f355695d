package problem_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"accessdesk/data/locale"
	"accessdesk/ui/problem"
)

// TestEveryKindIsExplained holds that each type has a title and a text in both languages, a status of its own kind, and stands once.
func TestEveryKindIsExplained(t *testing.T) {
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	before := 0
	for _, k := range problem.Kinds() {
		if seen[k.Code] || k.Status < 400 || http.StatusText(k.Status) == "" || k.Status < before {
			t.Errorf("%s %d stands twice, out of order, or is no status of an error", k.Code, k.Status)
		}
		seen[k.Code], before = true, k.Status
		for _, lang := range locale.Languages() {
			for _, part := range []string{"_title", "_text"} {
				if key := "problem." + k.Code + part; !locales.In(lang).Has(key) {
					t.Errorf("no text %s in %s", key, lang)
				}
			}
		}
	}
}

func TestFault(t *testing.T) {
	var err error = problem.New("parameters", problem.Mistake{Parameter: "page", Code: "whole_number"}, problem.Mistake{Pointer: "#/a", Code: "missing"})
	var fault *problem.Fault
	if !errors.As(err, &fault) || fault.Status != http.StatusBadRequest || err.Error() != "problem parameters (400): page whole_number, #/a missing" {
		t.Errorf("%v", err)
	}
	if got := problem.New("nonsense"); got.Status != http.StatusInternalServerError || got.Code != "internal" {
		t.Errorf("an unknown code gives %v", got)
	}
}

func TestDocument(t *testing.T) {
	text := problem.Document{Type: "https://desk.example.org/problems/parameters", Title: "T", Status: 400, Detail: "D", Instance: "/hsds/services",
		Errors: []problem.Item{{Parameter: "page", Code: "whole_number", Detail: "W"}, {Pointer: "#/a", Code: "missing", Detail: "M"}}, RequestID: "ABC"}.Encode()
	want := `{"type":"https://desk.example.org/problems/parameters","title":"T","status":400,"detail":"D","instance":"/hsds/services",` +
		`"errors":[{"parameter":"page","code":"whole_number","detail":"W"},{"pointer":"#/a","code":"missing","detail":"M"}],"request_id":"ABC"}`
	if string(text) != want || !json.Valid(text) {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}
