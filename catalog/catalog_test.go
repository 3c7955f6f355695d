package catalog

import (
	_ "embed"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"accessdesk/eligibility"
)

var update = flag.Bool("update", false, "write the golden files anew")

//go:embed testdata/example.toml
var example string

var standard = sync.OnceValues(eligibility.Standard)

func vocabulary(t testing.TB) *eligibility.Vocabulary {
	t.Helper()
	v, err := standard()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// changed is the example with pieces of text replaced; edits alternate old and new. Each old must stand there.
func changed(t testing.TB, edits ...string) string {
	t.Helper()
	text := example
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			t.Fatalf("the example does not hold %q", edits[i])
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	return text
}

// parsed is the changed example, which has to parse.
func parsed(t testing.TB, edits ...string) *Offering {
	t.Helper()
	o, err := Parse("example.toml", []byte(changed(t, edits...)))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// lineOf is the number of the line of the example that holds text for the first time.
func lineOf(t testing.TB, text string) int {
	t.Helper()
	before, _, ok := strings.Cut(example, text)
	if !ok {
		t.Fatalf("the example does not hold %q", text)
	}
	return strings.Count(before, "\n") + 1
}

// golden compares got with testdata/name, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
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
		t.Errorf("%s differs; run the test with -update and read what changed\ngot:\n%s", path, got)
	}
}

// sameLines compares two lists of messages.
func sameLines(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
