// Package workflow says what may happen to a case. The life cycles stand in workflow.toml, one file of data that the
// program, its tests and its documentation read; this package parses it and answers questions about it. It knows no
// database and no person: who belongs to which party is decided in broker.
//
// There are two kinds of case. An in-app case is decided here: draft, submitted, in review, and so on. A packet is
// prepared here and decided by the provider; its states are stages that the applying organization reports.
package workflow

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// Kind is whether a case is decided here.
type Kind string

// The kinds.
const (
	InApp  Kind = "in_app" // applied for, reviewed and granted here
	Packet Kind = "packet" // prepared here, applied for elsewhere
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{InApp, Packet} }

// State is where a case stands. Approved and Withdrawn exist in both kinds; an approved packet still has to be set up.
type State string

// The states.
const (
	Draft      State = "draft"
	Submitted  State = "submitted"
	Waitlisted State = "waitlisted"
	InReview   State = "in_review"
	NeedsInfo  State = "needs_info"
	Approved   State = "approved"
	Declined   State = "declined"
	Withdrawn  State = "withdrawn"
	Closed     State = "closed"

	Preparing    State = "preparing"
	Sent         State = "sent"
	Acknowledged State = "acknowledged"
	SetUp        State = "set_up"
	Ready        State = "ready"
	Refused      State = "refused"
	NoReply      State = "no_reply"
)

// The words for a target that is no state of its own.
const (
	same   State = "same"
	before State = "before"
)

// Party is who takes an act.
type Party string

// The parties.
const (
	Applicant Party = "applicant" // people of the applying organization, by the right of their role
	Manager   Party = "manager"   // a program manager outside of that organization
	System    Party = "system"    // a job of the program
)

// Act is one row of the table.
type Act struct {
	ID      string  `toml:"id"`
	By      Party   `toml:"by"`
	Right   string  `toml:"right"` // what the role of an applicant must allow; see RightIn
	Unsent  string  `toml:"unsent_right"`
	System  bool    `toml:"system"` // a job may take it too
	From    []State `toml:"from"`
	To      []State `toml:"to"`
	Assigns []State `toml:"assigns"` // in these a manager takes the case first
}

// Same tells whether the act leaves the state as it is.
func (a Act) Same() bool { return a.To[0] == same }

// Back tells whether the act returns to the state before the last act.
func (a Act) Back() bool { return a.To[0] == before }

// Takes tells whether a party may take the act.
func (a Act) Takes(by Party) bool { return a.By == by || by == System && a.System }

// RightIn is what the role of an applicant must allow for the act, in a state.
func (c Cycle) RightIn(a Act, s State) string {
	if a.Unsent != "" && c.IsUnsent(s) {
		return a.Unsent
	}
	return a.Right
}

// Cycle is the life cycle of one kind of case.
type Cycle struct {
	States []State `toml:"states"`
	Unsent []State `toml:"unsent"` // the applicant still prepares it
	Over   []State `toml:"over"`   // nothing more is decided
	Acts   []Act   `toml:"acts"`
}

// Find gives an act that may be taken in a state.
func (c Cycle) Find(from State, act string) (Act, bool) {
	at := slices.IndexFunc(c.Acts, func(a Act) bool { return a.ID == act && slices.Contains(a.From, from) })
	if at < 0 {
		return Act{}, false
	}
	return c.Acts[at], true
}

// Named gives an act by its name, whatever the state.
func (c Cycle) Named(act string) (Act, bool) {
	at := slices.IndexFunc(c.Acts, func(a Act) bool { return a.ID == act })
	if at < 0 {
		return Act{}, false
	}
	return c.Acts[at], true
}

// IsOver tells whether a case in this state has come to its end.
func (c Cycle) IsOver(s State) bool { return slices.Contains(c.Over, s) }

// IsUnsent tells whether the applicant still prepares it.
func (c Cycle) IsUnsent(s State) bool { return slices.Contains(c.Unsent, s) }

//go:embed workflow.toml
var file string

var cycles = must(parse(file))

// Of gives the life cycle of a kind; an unknown kind has an empty one, in which nothing may happen.
func Of(kind Kind) Cycle { return cycles[kind] }

// must stops the start of a program whose embedded table does not fit; the tests never let it get that far.
func must(c map[Kind]Cycle, err error) map[Kind]Cycle {
	if err != nil {
		panic("workflow.toml: " + err.Error())
	}
	return c
}

// parse reads the table and refuses what does not fit together.
func parse(text string) (map[Kind]Cycle, error) {
	all := map[Kind]Cycle{}
	meta, err := toml.Decode(text, &all)
	if err != nil {
		return nil, err
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("unknown key %s", unknown[0])
	}
	for _, kind := range Kinds() {
		if err := all[kind].check(); err != nil {
			return nil, fmt.Errorf("%s: %w", kind, err)
		}
	}
	if len(all) != len(Kinds()) {
		return nil, fmt.Errorf("%d kinds, want %d", len(all), len(Kinds()))
	}
	return all, nil
}

func (c Cycle) check() error {
	if len(c.States) == 0 || len(c.Acts) == 0 {
		return fmt.Errorf("no states or no acts")
	}
	for _, list := range [][]State{c.Unsent, c.Over} {
		if err := c.known(list); err != nil {
			return err
		}
	}
	names := map[string]bool{}
	for _, a := range c.Acts {
		if names[a.ID] || strings.TrimSpace(a.ID) == "" {
			return fmt.Errorf("act %q stands twice or has no name", a.ID)
		}
		names[a.ID] = true
		if err := c.checkAct(a); err != nil {
			return fmt.Errorf("act %s: %w", a.ID, err)
		}
	}
	return nil
}

func (c Cycle) checkAct(a Act) error {
	if !slices.Contains([]Party{Applicant, Manager, System}, a.By) {
		return fmt.Errorf("unknown party %q", a.By)
	}
	if (a.Right != "") != (a.By == Applicant) {
		return fmt.Errorf("a right belongs to an act of the applicant, and to no other")
	}
	if a.Unsent != "" && (a.By != Applicant || !slices.ContainsFunc(a.From, c.IsUnsent)) {
		return fmt.Errorf("unsent_right belongs to an act of the applicant on what is not sent")
	}
	if len(a.From) == 0 || len(a.To) == 0 {
		return fmt.Errorf("from or to is missing")
	}
	for _, s := range a.Assigns {
		if !slices.Contains(a.From, s) || a.By != Manager {
			return fmt.Errorf("cannot assign in %s", s)
		}
	}
	to := a.To
	if len(to) == 1 && (a.Same() || a.Back()) {
		to = nil
	}
	return c.known(append(slices.Clone(a.From), to...))
}

func (c Cycle) known(states []State) error {
	for _, s := range states {
		if !slices.Contains(c.States, s) {
			return fmt.Errorf("unknown state %q", s)
		}
	}
	return nil
}
