package broker

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker/account"
	"accessdesk/broker/progress"
	"accessdesk/broker/workflow"
)

var update = flag.Bool("update", false, "rewrite docs/cases.md from the table of acts")

const casesDocument = "../docs/cases.md"

// TestCasesDocument holds that docs/cases.md shows the table of acts as it is.
func TestCasesDocument(t *testing.T) {
	want := casesText()
	if *update {
		if err := os.WriteFile(casesDocument, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(casesDocument)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s does not show broker/workflow/workflow.toml: go test ./broker -run TestCasesDocument -update", casesDocument)
	}
}

// casesText is the document: for each kind of case what may be done in which state, by whom, and where it leads.
func casesText() string {
	var b strings.Builder
	b.WriteString(`# What may happen to a case

Made from ` + "`broker/workflow/workflow.toml`" + `, the one table that the program obeys. What does not stand here cannot happen; each
cell is tried over HTTP by a test. Every step is a guarded change of one row, an entry in the record, and the mail about it, in
one transaction.

- **applicant**: people of the applying organization whose role there is named.
- **manager**: a program manager who does not belong to that organization. Nobody decides for their own.
- **program**: a job that runs every minute and found it due.
`)
	titles := map[workflow.Kind]string{
		workflow.InApp:  "Decided here",
		workflow.Packet: "Packets: prepared here, decided by the provider",
	}
	for _, kind := range workflow.Kinds() {
		c := workflow.Of(kind)
		fmt.Fprintf(&b, "\n## %s\n\nStates: %s. Over: %s.\n", titles[kind], stateList(c.States), stateList(c.Over))
		b.WriteString("\n| in state | step | by | leads to |\n|---|---|---|---|\n")
		for _, state := range c.States {
			for _, act := range c.Acts {
				if slices.Contains(act.From, state) {
					fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", state, act.ID, partyText(c, act, state), targetText(act, state))
				}
			}
		}
	}
	b.WriteString(`
Submitting leads to the waiting list when no seat is left and the program keeps one. A manager's ask, approve or decline on a
submitted case takes it for review first. A question that is not answered within ` + fmt.Sprint(int(AnswerTime.Hours()/24)) + ` days closes the case. A reported stage of a packet
may be taken back for ` + fmt.Sprint(int(progress.UndoTime.Hours()/24)) + ` days, by whoever reported it, while it is the last one.
`)
	return b.String()
}

func stateList(states []State) string {
	words := make([]string, len(states))
	for i, s := range states {
		words[i] = string(s)
	}
	return strings.Join(words, ", ")
}

func partyText(c workflow.Cycle, act workflow.Act, state State) string {
	var parties []string
	switch act.By {
	case workflow.Applicant:
		var roles []string
		for _, role := range account.MemberRoles() {
			if account.RoleMay(role, account.Right(c.RightIn(act, state))) {
				roles = append(roles, role)
			}
		}
		parties = append(parties, "applicant ("+strings.Join(roles, ", ")+")")
	case workflow.Manager:
		parties = append(parties, "manager")
	}
	if act.Takes(workflow.System) {
		parties = append(parties, "program")
	}
	return strings.Join(parties, " or ")
}

func targetText(act workflow.Act, state State) string {
	switch {
	case act.Same():
		return "stays " + string(state)
	case act.Back():
		return "the state before"
	}
	words := make([]string, len(act.To))
	for i, s := range act.To {
		words[i] = string(s)
	}
	return strings.Join(words, " or ")
}
