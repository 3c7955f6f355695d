package catalog

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"testing"

	"accessdesk/eligibility"
)

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

// sameLines compares two lists of messages.
func sameLines(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
