package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"accessdesk/catalog"
)

// The answers of an example stand in their cell as in an offering file: one "fact = value" on each line. They are read by
// package catalog itself, as those of an offering that has nothing else.

const factsTable = "[[tests]]\n[tests.facts]\n"

// takeFacts reads the answers.
func takeFacts(text string, to reflect.Value) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	o, err := catalog.Parse("", []byte(factsTable+text))
	var mistakes catalog.FileErrors
	if errors.As(err, &mistakes) {
		first := mistakes[0]
		problem := strings.TrimPrefix(first.Problem, "not TOML: ")
		if fact, ok := strings.CutPrefix(first.Key, "tests[1].facts."); ok {
			problem = fact + ": " + problem
		}
		return fmt.Sprintf("line %d of the cell: %s; write one fact on each line, such as sector = \"electric\" or meters = 10000",
			max(1, first.Line-strings.Count(factsTable, "\n")), problem)
	}
	if err != nil {
		return err.Error()
	}
	if len(o.Tests) != 1 || !bytes.Equal(catalog.Canonical(o), catalog.Canonical(&catalog.Offering{Tests: []catalog.Test{{Facts: o.Tests[0].Facts}}})) {
		return "the cell holds more than facts; write one fact on each line, such as sector = \"electric\" or meters = 10000"
	}
	to.Set(reflect.ValueOf(o.Tests[0].Facts))
	return ""
}
