package workflow

import (
	"slices"
	"strings"
	"testing"
)

// TestTable holds what must be true of any life cycle: nothing leads out of an end but taking back, messages and notes;
// every other state has a way on; every state can be reached from the first.
func TestTable(t *testing.T) {
	for _, kind := range Kinds() {
		c := Of(kind)
		reached := map[State]bool{c.States[0]: true}
		for range c.States {
			for _, a := range c.Acts {
				for _, from := range a.From {
					if reached[from] && !a.Same() && !a.Back() {
						for _, to := range a.To {
							reached[to] = true
						}
					}
				}
			}
		}
		for _, s := range c.States {
			if !reached[s] {
				t.Errorf("%s: %s cannot be reached", kind, s)
			}
			on := 0
			for _, a := range c.Acts {
				if slices.Contains(a.From, s) && !a.Same() && !a.Back() {
					on++
				}
			}
			if c.IsOver(s) != (on == 0) {
				t.Errorf("%s: %s is over: %t, but %d acts lead on", kind, s, c.IsOver(s), on)
			}
			if c.IsUnsent(s) && s != c.States[0] {
				t.Errorf("%s: %s is unsent, but not the first", kind, s)
			}
		}
		if len(Of("none").Acts) != 0 {
			t.Error("an unknown kind has acts")
		}
	}
}

func TestQuestions(t *testing.T) {
	c := Of(InApp)
	if a, ok := c.Find(Submitted, "approve"); !ok || a.By != Manager || !a.Takes(Manager) || a.Takes(Applicant) || a.Takes(System) || a.Same() || a.Back() {
		t.Errorf("approve: %+v %t", a, ok)
	}
	if _, ok := c.Find(Draft, "approve"); ok {
		t.Error("a draft can be approved")
	}
	if a, ok := c.Named("place"); !ok || !a.Takes(System) || !a.Takes(Manager) || a.Takes(Applicant) {
		t.Errorf("place: %+v %t", a, ok)
	}
	if a, ok := c.Named("note"); !ok || !a.Same() {
		t.Errorf("note: %+v %t", a, ok)
	}
	if a, ok := Of(Packet).Find(Sent, "undo"); !ok || !a.Back() {
		t.Errorf("undo: %+v %t", a, ok)
	}
	withdraw, _ := c.Named("withdraw")
	if c.RightIn(withdraw, Draft) != "write" || c.RightIn(withdraw, Submitted) != "withdraw" {
		t.Errorf("withdraw: %+v", withdraw)
	}
	if _, ok := c.Named("publish"); ok {
		t.Error("there is an act publish")
	}
}

// TestTableRefused makes one mistake after the other in the table.
func TestTableRefused(t *testing.T) {
	for name, c := range map[string]struct{ before, after, want string }{
		"unknown key":       {`right = "send"`, `rights = "send"`, "unknown key"},
		"unknown state":     {`to = ["in_review"]`, `to = ["in_revue"]`, `unknown state "in_revue"`},
		"unknown from":      {`from = ["waitlisted"]`, `from = ["listed"]`, `unknown state "listed"`},
		"unknown end":       {`over = ["ready", `, `over = ["readi", `, `unknown state "readi"`},
		"unknown party":     {`by = "system"`, `by = "robot"`, `unknown party "robot"`},
		"right of staff":    {"id = \"assign\"\nby = \"manager\"", "id = \"assign\"\nright = \"write\"\nby = \"manager\"", "a right belongs to an act of the applicant"},
		"no right":          {"right = \"send\"\nfrom = [\"draft\"]", `from = ["draft"]`, "a right belongs to an act of the applicant"},
		"never unsent":      {"id = \"answer\"\nby = \"applicant\"", "id = \"answer\"\nunsent_right = \"write\"\nby = \"applicant\"", "unsent_right belongs"},
		"two of a name":     {`id = "assign"`, `id = "submit"`, `act "submit" stands twice`},
		"no name":           {`id = "assign"`, `id = ""`, "has no name"},
		"no target":         {`to = ["submitted", "waitlisted"]`, `to = []`, "from or to is missing"},
		"assigns elsewhere": {`assigns = ["submitted"]`, `assigns = ["approved"]`, "cannot assign in approved"},
		"no kind":           {"[packet]", "[parcel]", "packet: no states or no acts"},
		"not TOML":          {"[in_app]", "[in_app", "toml"},
	} {
		t.Run(name, func(t *testing.T) {
			broken := strings.Replace(file, c.before, c.after, 1)
			if broken == file {
				t.Fatal("nothing was changed")
			}
			if name == "no kind" {
				broken = strings.ReplaceAll(broken, "[[packet.", "[[parcel.")
			}
			if _, err := parse(broken); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
