package hsds_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"accessdesk/catalog/exchange/hsds"
)

// TestExamplesOfTheDocumentation runs every curl command of the documentation that is about this interface.
func TestExamplesOfTheDocumentation(t *testing.T) {
	text, err := os.ReadFile("../../docs/interfaces.md")
	must(t, err)
	d := openDesk(t)
	command := regexp.MustCompile(`(?m)^curl (.*)"https://desk\.example\.org(/hsds/[^"]*)"$`)
	header := regexp.MustCompile(`-H (?:'([^']*)'|"([^"]*)")`)
	body := regexp.MustCompile(`-d '([^']*)'`)
	found := command.FindAllStringSubmatch(string(text), -1)
	if len(found) < 6 {
		t.Fatalf("only %d commands", len(found))
	}
	for _, match := range found {
		method, posted, headers := "GET", "", []string{}
		if strings.Contains(match[1], "-X POST") {
			method = "POST"
		}
		if strings.Contains(match[1], "--compressed") {
			headers = append(headers, "Accept-Encoding", "gzip")
		}
		for _, h := range header.FindAllStringSubmatch(match[1], -1) {
			name, value, _ := strings.Cut(h[1]+h[2], ": ")
			headers = append(headers, name, value)
		}
		if b := body.FindStringSubmatch(match[1]); b != nil {
			posted = b[1]
		}
		got := d.ask(method, match[2], posted, headers...)
		if got.status != 200 || strings.Contains(got.body, `"total_items":0,`) || got.body == "" {
			t.Errorf("%s: %d %.300s", match[0], got.status, got.body)
		}
	}
	if !strings.Contains(string(text), "taxonomy_term_id="+hsds.TermID("sector", "health")) {
		t.Error("the term of the example is not that of hospitals")
	}
	if first := hsds.ServiceID("ms-isac"); !strings.Contains(string(text), "service:ms-isac") || d.ask("GET", "/hsds/services/"+first, "").status != 200 {
		t.Error("the example of an id leads nowhere")
	}
}
