package check

import (
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/eligibility"
)

// example is an invented offering that uses every key; the tests change it line by line.
var example = sync.OnceValues(func() (string, error) {
	text, err := os.ReadFile("../testdata/example.toml")
	return string(text), err
})

// today is the day on which the tests read offerings.
var today = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

var standard = sync.OnceValues(eligibility.Standard)

func vocabulary(t testing.TB) *eligibility.Vocabulary {
	t.Helper()
	v, err := standard()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// parsed is the example with pieces of text replaced; edits alternate old and new. Each old must stand there.
func parsed(t testing.TB, edits ...string) *catalog.Offering {
	t.Helper()
	return parsedAs(t, "example.toml", edits...)
}

func parsedAs(t testing.TB, name string, edits ...string) *catalog.Offering {
	t.Helper()
	text, err := example()
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(edits); i += 2 {
		if !strings.Contains(text, edits[i]) {
			t.Fatalf("the example does not hold %q", edits[i])
		}
		text = strings.Replace(text, edits[i], edits[i+1], 1)
	}
	o, err := catalog.Parse(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// withoutFile is an offering as it comes from the database: without file and places.
func withoutFile(o *catalog.Offering) *catalog.Offering {
	plain := &catalog.Offering{}
	from, to := reflect.ValueOf(o).Elem(), reflect.ValueOf(plain).Elem()
	for i := range from.NumField() {
		if from.Type().Field(i).IsExported() {
			to.Field(i).Set(from.Field(i))
		}
	}
	return plain
}

// sameLines compares two lists of messages.
func sameLines(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got:\n  %s\nwant:\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}
