package check

import (
	"os"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
)

// guide is docs/catalog.md, and the example file that it tells people to copy.
func guide(t *testing.T) (text, example string) {
	t.Helper()
	file, err := os.ReadFile("../../docs/catalog.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(file), "\n```toml\n")
	example, _, closed := strings.Cut(rest, "\n```\n")
	if !found || !closed {
		t.Fatal("docs/catalog.md has no example file")
	}
	return string(file), example
}

var guided = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// complaints are what a person sees who checks the file.
func complaints(t *testing.T, file string) []string {
	t.Helper()
	o, err := catalog.Parse("example-pump-check.toml", []byte(file))
	if err != nil {
		return strings.Split(err.Error(), "\n")
	}
	var all []string
	for _, problem := range Catalog(vocabulary(t), []*catalog.Offering{o}, guided, true) {
		all = append(all, problem.String())
	}
	return all
}

// The example that people copy is fine, and has each of the two readings of the level.
func TestExampleOfTheGuide(t *testing.T) {
	_, example := guide(t)
	for _, complaint := range complaints(t, example) {
		t.Errorf("the example of docs/catalog.md: %s", complaint)
	}
	o, err := catalog.Parse("example-pump-check.toml", []byte(example))
	if err != nil {
		t.Fatal(err)
	}
	if o.Slug+".toml" != o.File() {
		t.Errorf("the example is called %s, but its slug is %s", o.File(), o.Slug)
	}
}

// Each message that the guide explains is one that the check really gives for such a slip in the example.
func TestMessagesOfTheGuide(t *testing.T) {
	text, example := guide(t)
	for _, c := range []struct{ old, new, says string }{
		{`status = "open"`, `statuss = "open"`, `unknown key; did you mean "status"?`},
		{`status = "open"`, `status = "opened"`, `"opened" is not one of open, by_invitation,`},
		{`es = "Sirve a 10,000 personas o menos"`, `es = ""`, `the Spanish text is missing`},
		{`es = "La revisión no es para sistemas federales."`, `es = "The check is not for federal systems."`, `the Spanish text is the English one; translate it`},
		{`citation = "Example Institute, pump check page, section 2: 10,000 people or fewer"`, ``, `missing; say where the provider states this criterion`},
		{`expr = "population_served <= 10000"`, `expr = "population_serve <= 10000"`, `does not compile:`},
		{`expr = "population_served <= 10000"`, `expr = "population_served <= 10 && population_served > 20"`, `No one can meet the rule`},
		{`population_served <= 10000"`, `population_served <= 20000"`, `test "over the line": expected ineligible, got eligible:`},
		{`population_served = 10001`, `population_served = 12000`, `tests have to stand on both sides of it; add one with population_served = 10001`},
		{`mode = "email"`, `mode = "none"`, `status is open, but nobody can see how to apply`},
		{`[[tests]]`, "[[requirements]]\ntitle = { en = \"You are a member\", es = \"Es miembro\" }\ncitation = \"trade press\"\n[[tests]]",
			`is true, but a requirement keeps every answer open`},
		{`en = "Pump check for small water systems"`, `en = "A free pump check"`, `"free" is true only on a day`},
		{`checked_on = 2026-11-26`, `checked_on = 2026-12-26`, `is in the future; today is`},
		{"checked_on = 2026-11-26\nreview_by = 2027-05-26", "checked_on = 2026-05-26\nreview_by = 2026-11-01", `the review was due on`},
		{`"legal_name", "pwsid"`, `"legal_nam", "pwsid"`, `is neither a fact nor a question of this offering; did you mean "legal_name"?`},
	} {
		if !strings.Contains(text, "| `"+c.says) {
			t.Errorf("docs/catalog.md does not explain %q", c.says)
		}
		if !strings.Contains(example, c.old) {
			t.Errorf("the example does not hold %q", c.old)
			continue
		}
		if got := strings.Join(complaints(t, strings.Replace(example, c.old, c.new, 1)), "\n"); !strings.Contains(got, c.says) {
			t.Errorf("with %q the check says %q, not %q", c.new, got, c.says)
		}
	}
	if rows := strings.Count(text[strings.Index(text, "| the check says |"):], "\n| `"); rows != 15 {
		t.Errorf("docs/catalog.md explains %d messages, and this test knows 15", rows)
	}
}

// The guide names every key of the file and every value of the closed lists.
func TestGuideNamesEveryKey(t *testing.T) {
	text, _ := guide(t)
	var names []string
	for _, kind := range catalog.Kinds() {
		names = append(names, string(kind))
	}
	for _, status := range catalog.Statuses() {
		names = append(names, string(status))
	}
	for _, mode := range catalog.Modes() {
		names = append(names, string(mode))
	}
	for _, cost := range catalog.Costs() {
		names = append(names, string(cost))
	}
	for _, confidence := range catalog.Confidences() {
		names = append(names, string(confidence))
	}
	names = append(append(names, vocabulary(t).Sectors()...), "slug", "kind", "status", "known_as", "replaced_by", "sectors", "sectors_citation",
		"criteria_published", "confidence", "checked_on", "review_by", "owner", "cost", "minutes_to_apply", "days_to_decide", "helper", "[provider]",
		"[title]", "[summary]", "[details]", "[window]", "every", "[pause]", "since", "until", "reason", "[[tiers]]", "duration_days", "[[apply]]", "[[criteria]]", "[[requirements]]", "[[questions]]", "[terms]", "[[tests]]", "[[sources]]")
	for _, name := range names {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("docs/catalog.md does not explain `%s`", name)
		}
	}
}
