package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"accessdesk/eligibility"
)

// goldenNow is when the golden files were looked at: windows are open or closed as of then.
var goldenNow = time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)

// session is a program in a test's own folder, with a set clock.
func session(t *testing.T, input string) (p *program, out, messages *bytes.Buffer) {
	t.Helper()
	out, messages = &bytes.Buffer{}, &bytes.Buffer{}
	return &program{in: strings.NewReader(input), out: out, err: messages, now: func() time.Time { return goldenNow }}, out, messages
}

// screened runs screen on a facts file of testdata/screen and gives what it prints.
func screened(t *testing.T, name string, flags ...string) string {
	t.Helper()
	p, out, messages := session(t, "")
	args := append([]string{"screen", "--facts", filepath.Join("testdata", "screen", name+".json")}, flags...)
	if status := p.run(t.Context(), args); status != 0 {
		t.Fatalf("exit status %d: %s", status, messages)
	}
	if got := messages.String(); got != "using the built-in catalog (--db or --config uses a database)\n" {
		t.Errorf("stderr says %q", got)
	}
	return out.String()
}

var catalogVersion = regexp.MustCompile(`(?m)^  "catalog_version": "sha256:[0-9a-f]{64}",\n`)

// TestScreenRealOperators holds what the program says to real operators: for programs and for people, in both
// languages. The golden files leave out catalog_version, which changes with every word of the catalog.
func TestScreenRealOperators(t *testing.T) {
	for _, operator := range operators {
		t.Run(operator.name, func(t *testing.T) {
			report := screened(t, operator.name, "--json")
			if !catalogVersion.MatchString(report) {
				t.Fatalf("no catalog_version in %.200s", report)
			}
			golden(t, operator.name+".golden.json", catalogVersion.ReplaceAllString(report, ""))
			golden(t, operator.name+".en.txt", screened(t, operator.name))
			golden(t, operator.name+".es.txt", screened(t, operator.name, "--lang", "es"))
		})
	}
	files, err := filepath.Glob("testdata/screen/*.golden.json")
	if err != nil || len(files) != len(operators) {
		t.Errorf("%d golden files for %d operators (%v)", len(files), len(operators), err)
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "screen", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs at %s\nrun the test with -update and read what changed", path, firstDifference(got, string(want)))
	}
}

// firstDifference shows the first line in which two texts differ.
func firstDifference(got, want string) string {
	is, should := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(is), len(should)) {
		if is[i] != should[i] {
			return fmt.Sprintf("line %d\n got: %s\nwant: %s", i+1, is[i], should[i])
		}
	}
	return "the end"
}

// What the issue is about, in one table: the outcomes on which the law draws a line between these operators. The golden
// files hold everything else.
func TestLinesOfTheLaw(t *testing.T) {
	for _, c := range []struct{ operator, offering, outcome, blocking string }{
		// SHIP: every critical access hospital; other rural hospitals up to 49 available beds.
		{"critical-access-hospital", "ship", "eligible", ""},
		{"rural-hospital-60-beds", "ship", "ineligible", "beds"},
		// RMUC, 42 USC 18723(a)(3): cooperatives and municipal utilities of any size, investor-owned under 4,000,000 MWh.
		{"electric-cooperative", "doe-rmuc", "eligible", ""},
		{"electric-municipal", "doe-rmuc", "eligible", ""},
		{"electric-investor-under-4-million", "doe-rmuc", "eligible", ""},
		{"electric-investor-over-4-million", "doe-rmuc", "ineligible", "eligible-utility"},
		// APPA ICS CyberShield: public power, 50,000 meters or more.
		{"electric-municipal", "appa-cyber", "ineligible", "meters"},
		{"electric-cooperative", "appa-cyber", "ineligible", "public-power,meters"},
		// CDRLF asks low-income credit unions for an active SAM registration, which the register does not know.
		{"credit-union-low-income", "cdrlf-cyber", "unknown", ""},
		{"bank-under-1-billion", "cdrlf-cyber", "ineligible", "sector"},
		// EPA's grants for larger systems begin at 10,000 people; help for small ones has no line.
		{"water-under-3300", "epa-midlarge", "ineligible", "population"},
		{"water-5000", "epa-midlarge", "ineligible", "population"},
		{"tribe", "epa-midlarge", "unknown", ""}, // a band that holds 10,000
		{"water-5000", "epa-water-cyber", "eligible", ""},
		// .gov and MS-ISAC are for government, whatever else an organization runs.
		{"county", "dotgov", "eligible", ""},
		{"tribe", "dotgov", "eligible", ""},
		{"water-5000", "dotgov", "ineligible", "government"},
		{"water-under-3300", "ms-isac", "eligible", ""},
		// Size does not matter to the tool for banks.
		{"bank-under-1-billion", "csbs-rsat", "eligible", ""},
		{"bank-over-10-billion", "csbs-rsat", "eligible", ""},
	} {
		t.Run(c.operator+" "+c.offering, func(t *testing.T) {
			var report struct {
				Decisions []struct {
					Outcome  string
					Blocking []string
				}
			}
			if err := json.Unmarshal([]byte(screened(t, c.operator, "--json", "--offering", c.offering)), &report); err != nil {
				t.Fatal(err)
			}
			if len(report.Decisions) != 1 {
				t.Fatalf("%d decisions, want 1", len(report.Decisions))
			}
			got := report.Decisions[0]
			if got.Outcome != c.outcome || strings.Join(got.Blocking, ",") != c.blocking {
				t.Errorf("got %s %v, want %s [%s]", got.Outcome, got.Blocking, c.outcome, c.blocking)
			}
		})
	}
}

// A database that was filled from the built-in catalog is the same catalog and gives the same answer.
func TestScreenFromDatabase(t *testing.T) {
	t.Chdir(t.TempDir())
	const facts = `{"sector": "electric", "ownership_type": "cooperative", "state_or_territory": "OH", "meters": 25941}`
	var reports []string
	for _, flags := range [][]string{nil, {"--db", "desk.db"}} {
		p, out, messages := session(t, facts)
		if flags != nil {
			config, err := p.configure(&commands{DB: "desk.db"})
			if err != nil {
				t.Fatal(err)
			}
			b, err := p.openDesk(t.Context(), config)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.fillCatalog(t.Context(), false); err != nil {
				t.Fatal(err)
			}
			if err := b.db.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if status := p.run(t.Context(), append([]string{"screen", "--facts", "-", "--json"}, flags...)); status != 0 {
			t.Fatalf("exit status %d: %s", status, messages)
		}
		reports = append(reports, out.String())
		if flags != nil && messages.String() != "using the catalog of the database desk.db\n" {
			t.Errorf("stderr says %q", messages)
		}
	}
	if reports[0] != reports[1] {
		t.Errorf("the database and the built-in catalog differ at %s", firstDifference(reports[1], reports[0]))
	}
}

// The answers that the page offers for the next question must be what the program reads: adding one of them to the facts
// must move the check on. From nothing to no open question, always taking the first answer.
func TestNextQuestionCanBeAnswered(t *testing.T) {
	line := regexp.MustCompile(`(?m)^    ("[a-z0-9_]+": (?:\{[^}]*\}|\[[^\]]*\]|"[^"]*"|[a-z]+))  `)
	vocabulary, err := eligibility.Standard()
	if err != nil {
		t.Fatal(err)
	}
	var facts []string
	for range len(vocabulary.Facts()) {
		p, out, messages := session(t, "{"+strings.Join(facts, ",")+"}")
		if status := p.run(t.Context(), []string{"screen", "--facts", "-"}); status != 0 {
			t.Fatalf("with %v: exit status %d: %s", facts, status, messages)
		}
		if strings.Contains(out.String(), "\nNo more questions\n") {
			if len(facts) < 5 {
				t.Errorf("nothing left to ask after %v", facts)
			}
			return
		}
		answer := line.FindStringSubmatch(out.String())
		if answer == nil {
			t.Fatalf("with %v: no answer is offered in\n%s", facts, out)
		}
		facts = append(facts, answer[1])
	}
	t.Errorf("the check never ends: %v", facts)
}
