// Package golden compares what a test made with a file that somebody read. "go test PACKAGE -update" writes the files anew; what changed in
// them is then read like code. Only tests import it.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew; read what changed")

// Updating tells whether the files are to be written anew, for tests that keep more than one text.
func Updating() bool { return *update }

// Check compares got with the file at path, or writes it.
func Check(t testing.TB, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
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
