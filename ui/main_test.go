package ui_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets the tests use memory to save time: each world is a whole program with its templates, rules and search index,
// and with Go's default the collector takes a fifth of the processor time to walk through them again and again.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
