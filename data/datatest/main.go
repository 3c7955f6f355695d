package datatest

import (
	"flag"
	"os"
	"testing"
)

// shortWalks is how many random lives a property test tries where everybody waits for it and each life fills a database.
const shortWalks = "12"

// Main runs the tests of a package and ends the program. Unless LONG_TESTS is set, property tests of rapid try few lives.
func Main(m *testing.M) {
	flag.Parse()
	if os.Getenv("LONG_TESTS") == "" {
		if err := flag.Set("rapid.checks", shortWalks); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
