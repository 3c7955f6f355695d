package access

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"accessdesk/broker/account"

	"github.com/BurntSushi/toml"
)

// The acts on a grant. transitions.toml says in which states they are possible, and for whom.
const (
	ActActivate      = "activate"
	ActEnd           = "end"
	ActSuspend       = "suspend"
	ActResume        = "resume"
	ActRevoke        = "revoke"
	ActGiveUp        = "give_up" // the holder ends the access before its end
	ActAskRenewal    = "ask_renewal"
	ActRenew         = "renew"
	ActRefuseRenewal = "refuse_renewal"
	ActNamePerson    = "name_person"
	ActRemovePerson  = "remove_person"
)

// Party is who takes an act.
type Party string

// The parties.
const (
	Holder  Party = "holder"  // people of the organization that holds the grant, if their role has the right
	Manager Party = "manager" // a program manager outside of that organization
	System  Party = "system"  // the program, which found it due
)

// same stands for the state that the grant has already.
const same State = "same"

// Transition is one row of the table of transitions.
type Transition struct {
	Act    string        `toml:"id"`
	By     Party         `toml:"by"`
	Right  account.Right `toml:"right"`  // what the role of a holder must allow
	Reason bool          `toml:"reason"` // words for the holder are required
	From   []State       `toml:"from"`
	To     State         `toml:"to"` // "same": stays where it is
	Entry  string        `toml:"entry"`
	Mail   string        `toml:"mail"`  // template; "": nobody is told
	Tells  string        `toml:"tells"` // "managers", or "" for the holders
	Quiet  bool          `toml:"quiet"` // the revision does not move
}

// target is the state that the act leads to from a state.
func (t Transition) target(from State) State {
	if t.To == same {
		return from
	}
	return t.To
}

// cycle is the whole table.
type cycle struct {
	States []State      `toml:"states"`
	Over   []State      `toml:"over"`
	Acts   []Transition `toml:"acts"`
}

//go:embed transitions.toml
var transitionFile string

var life = must(parse(transitionFile))

// must stops the start of a program whose embedded table does not fit; the tests never let it get that far.
func must(c cycle, err error) cycle {
	if err != nil {
		panic("transitions.toml: " + err.Error())
	}
	return c
}

// States lists the states in the order of a life.
func States() []State { return slices.Clone(life.States) }

// Transitions lists the table of transitions in the order of its file.
func Transitions() []Transition { return slices.Clone(life.Acts) }

// Over tells whether nothing can happen to a grant in this state any more.
func (s State) Over() bool { return slices.Contains(life.Over, s) }

// transitionOf gives the row of an act.
func transitionOf(act string) (Transition, bool) {
	at := slices.IndexFunc(life.Acts, func(t Transition) bool { return t.Act == act })
	if at < 0 {
		return Transition{}, false
	}
	return life.Acts[at], true
}

// parse reads the table and refuses what does not fit together.
func parse(text string) (cycle, error) {
	var c cycle
	meta, err := toml.Decode(text, &c)
	if err != nil {
		return c, err
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return c, fmt.Errorf("unknown key %s", unknown[0])
	}
	if len(c.States) == 0 || len(c.Acts) == 0 {
		return c, fmt.Errorf("no states or no acts")
	}
	if err := c.known(c.Over...); err != nil {
		return c, fmt.Errorf("over: %w", err)
	}
	names := map[string]bool{}
	for _, t := range c.Acts {
		if t.Act == "" || names[t.Act] || names[t.Entry] {
			return c, fmt.Errorf("act %q has no name, or it or its entry stands twice", t.Act)
		}
		names[t.Act], names[t.Entry] = true, true
		if err := c.check(t); err != nil {
			return c, fmt.Errorf("act %s: %w", t.Act, err)
		}
	}
	return c, nil
}

func (c cycle) check(t Transition) error {
	switch {
	case !slices.Contains([]Party{Holder, Manager, System}, t.By):
		return fmt.Errorf("unknown party %q", t.By)
	case (t.By == Holder) != slices.Contains(account.Rights(), t.Right):
		return fmt.Errorf("a right that members have belongs to an act of the holder, and to no other")
	case t.Reason && t.By != Manager:
		return fmt.Errorf("only a manager gives a reason")
	case !strings.HasPrefix(t.Entry, "grant_"):
		return fmt.Errorf("the entry %q does not begin with grant_", t.Entry)
	case t.Tells != "" && (t.Tells != "managers" || t.Mail == ""):
		return fmt.Errorf("tells must be managers, and needs a mail")
	case len(t.From) == 0:
		return fmt.Errorf("from is missing")
	case slices.ContainsFunc(t.From, func(s State) bool { return slices.Contains(c.Over, s) }):
		return fmt.Errorf("nothing leads out of a state that is over")
	}
	if t.To != same {
		if err := c.known(t.To); err != nil {
			return err
		}
	}
	return c.known(t.From...)
}

func (c cycle) known(states ...State) error {
	for _, s := range states {
		if !slices.Contains(c.States, s) {
			return fmt.Errorf("unknown state %q", s)
		}
	}
	return nil
}
