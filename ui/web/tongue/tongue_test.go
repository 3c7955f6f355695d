package tongue

import (
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/language"
	"pgregory.net/rapid"
)

// What is remembered is what the matcher of the library says, however often and in whatever order headers come, and it stays small.
func TestBestIsThatOfTheLibrary(t *testing.T) {
	matcher := language.NewMatcher([]language.Tag{language.English, language.Spanish})
	part := rapid.SampledFrom([]string{"en", "es", "es-MX", "en-US;q=0.1", "de", "*", "zz-zz", "es;q=0", ";", "q=1", "fr-CA;q=0.9", ""})
	rapid.Check(t, func(t *rapid.T) {
		m := NewMatcher("en", "es")
		for range rapid.IntRange(1, 20).Draw(t, "requests") {
			header := strings.Join(rapid.SliceOfN(part, 0, 4).Draw(t, "header"), ",")
			_, index := language.MatchStrings(matcher, header)
			if got, want := m.Best([]byte(header)), []string{"en", "es"}[index]; got != want {
				t.Fatalf("%q: %s, want %s", header, got, want)
			}
		}
	})
}

func TestMemoryIsBounded(t *testing.T) {
	m := NewMatcher("en", "es")
	for n := range 3 * mostHeaders {
		m.Best([]byte("es;q=0." + strconv.Itoa(n)))
		m.Best([]byte("es;q=0." + strconv.Itoa(n) + strings.Repeat(" ", longestHeader)))
		if len(m.known) > mostHeaders {
			t.Fatalf("%d headers are remembered", len(m.known))
		}
	}
	if len(m.known) == 0 {
		t.Fatal("nothing is remembered")
	}
	for known := range m.known {
		if len(known) > longestHeader {
			t.Fatalf("a header of %d bytes is remembered", len(known))
		}
	}
}

// The header belongs to the server, which writes the next one over it.
func TestHeaderIsNotKept(t *testing.T) {
	m := NewMatcher("en", "es")
	header := []byte("es-MX")
	if m.Best(header) != "es" {
		t.Fatal("es-MX is not Spanish")
	}
	copy(header, "en-US")
	if m.Best(header) != "en" || m.Best([]byte("es-MX")) != "es" {
		t.Fatal("what is remembered changed with the header")
	}
}

func BenchmarkBest(b *testing.B) {
	m := NewMatcher("en", "es")
	header := []byte("es-MX,es;q=0.9,en-US;q=0.8,en;q=0.7")
	b.ReportAllocs()
	for b.Loop() {
		m.Best(header)
	}
}
