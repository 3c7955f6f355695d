package access

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker/account"
)

var update = flag.Bool("update", false, "rewrite docs/grants.md from the table of transitions")

const grantsDocument = "../../docs/grants.md"

// TestGrantsDocument holds that docs/grants.md shows the table of transitions as it is.
func TestGrantsDocument(t *testing.T) {
	got := document()
	if *update {
		if err := os.WriteFile(grantsDocument, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(grantsDocument)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("docs/grants.md differs from transitions.toml: go test ./broker/access -run GrantsDocument -update rewrites it")
	}
}

func document() string {
	var b strings.Builder
	b.WriteString(`# What may happen to a grant

Made from ` + "`broker/access/transitions.toml`" + `, the one table that the program obeys. What does not stand here cannot happen; each
cell is tried on both engines and over HTTP by a test. Every step is a guarded change of one row, an entry in the record of the
case, and the mail about it, in one transaction.

- **holder**: people of the organization that holds the grant, whose role there is named.
- **manager**: a program manager who does not belong to that organization. Nobody decides for their own.
- **program**: a job that runs every minute and found it due.

`)
	fmt.Fprintf(&b, "States: %s. Over: %s.\n\n", joined(life.States), joined(life.Over))
	b.WriteString("| in state | step | by | leads to | reason | tells |\n|---|---|---|---|---|---|\n")
	for _, state := range life.States {
		for _, row := range life.Acts {
			if slices.Contains(row.From, state) {
				fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", state, row.Act, takenBy(row), leadsTo(row, state), reasonOf(row), tellsWhom(row))
			}
		}
	}
	return b.String()
}

func joined(states []State) string {
	words := make([]string, len(states))
	for i, s := range states {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

func takenBy(row Transition) string {
	switch row.By {
	case System:
		return "program"
	case Manager:
		return "manager"
	}
	var roles []string
	for _, role := range account.MemberRoles() {
		if account.RoleMay(role, row.Right) {
			roles = append(roles, role)
		}
	}
	return "holder (" + strings.Join(roles, ", ") + ")"
}

func leadsTo(row Transition, from State) string {
	if row.To == same {
		return "stays " + string(from)
	}
	return string(row.To)
}

func reasonOf(row Transition) string {
	if row.Reason {
		return "needed, the holder reads it"
	}
	return "–"
}

func tellsWhom(row Transition) string {
	switch {
	case row.Mail == "":
		return "nobody"
	case row.Tells == "managers":
		return "managers"
	}
	return "holder"
}
