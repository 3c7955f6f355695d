package datatest

import (
	"flag"
	"os"
	"testing"
)

// walks is how many random lives a property test tries where each life fills a database: few where everybody waits for it, more in CI
// (LONG_TESTS=1), and as many as rapid does by itself where nothing is left out (LONG_TESTS=all).
var walks = map[string]string{"": "12", "1": "40"}

// Main runs the tests of a package and ends the program. Property tests of rapid try as many lives as walks says.
func Main(m *testing.M) {
	flag.Parse()
	if checks, ok := walks[os.Getenv("LONG_TESTS")]; ok {
		if err := flag.Set("rapid.checks", checks); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
