package access

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"
)

// law is the table of transitions written out once more, by hand: what may happen in a state, where it leads.
var law = map[State]map[string]State{
	Pending: {"activate": Active, "revoke": Revoked, "give_up": Ended, "name_person": Pending, "remove_person": Pending},
	Active: {"end": Ended, "suspend": Suspended, "revoke": Revoked, "give_up": Ended, "ask_renewal": Active, "renew": Active,
		"refuse_renewal": Active, "name_person": Active, "remove_person": Active},
	Suspended: {"end": Ended, "resume": Active, "revoke": Revoked, "give_up": Ended, "ask_renewal": Suspended, "renew": Suspended,
		"refuse_renewal": Suspended, "name_person": Suspended, "remove_person": Suspended},
	Ended:   {},
	Revoked: {},
}

// takers says who may take an act, by name of everybody.
var takers = map[string][]string{
	"activate": {"program"}, "end": {"program"},
	"suspend": {"manager"}, "resume": {"manager"}, "revoke": {"manager"}, "renew": {"manager"}, "refuse_renewal": {"manager"},
	"give_up": {"owner", "signer"}, "ask_renewal": {"owner", "signer"}, "name_person": {"owner", "signer", "editor"},
	"remove_person": {"owner", "signer", "editor"},
}

// tellsOf is how many mails an act queues where it is not the three writers: nobody, or two managers outside of the organization.
var tellsOf = map[string]int{"name_person": 0, "remove_person": 0, "ask_renewal": 2}

// refusalOf is the answer to somebody who may not take an act.
func refusalOf(who, act string, allowed bool) string {
	switch {
	case slices.Contains([]string{"outsider", "stranger", "nobody"}, who):
		return "not found"
	case takers[act] == nil && who != "program":
		return "unknown_choice"
	case who == "insider" && slices.Contains(takers[act], "manager"):
		return "own_organization"
	case !slices.Contains(takers[act], who):
		return "not_your_role"
	case !allowed:
		return "grant_state"
	}
	return ""
}

// inState makes a grant of 40 days and brings it to a state in which the act would fit: within the time of renewal, with a person
// on the list, and a renewal asked for where one is refused.
func (b *bench) inState(t testing.TB, item string, state State, act string) Grant {
	t.Helper()
	begin := datatest.Start
	b.SetNow(begin)
	starts := time.Time{}
	if state == Pending {
		starts = begin.Add(30 * day)
	}
	r := b.request(item, 40, starts)
	r.Terms.RenewalDays = 30
	g := b.opened(t, r)
	b.must(t, ByPerson(b.owner), g.ID, ActRequest{Act: ActNamePerson, Name: "First", Email: "first@example.org"})
	b.SetNow(begin.Add(20 * day))
	if act == ActRefuseRenewal && (state == Active || state == Suspended) {
		b.must(t, ByPerson(b.owner), g.ID, full(ActAskRenewal))
	}
	switch state {
	case Suspended:
		b.must(t, ByPerson(b.manager), g.ID, full(ActSuspend))
	case Revoked:
		b.must(t, ByPerson(b.manager), g.ID, full(ActRevoke))
	case Ended:
		b.must(t, ByPerson(b.owner), g.ID, full(ActGiveUp))
	}
	switch {
	case act == ActActivate && state == Pending:
		b.SetNow(g.Starts)
	case act == ActEnd && (state == Active || state == Suspended):
		b.SetNow(g.Ends)
	}
	return b.found(t, g.ID)
}

// TestEveryCell tries every act in every state as everybody. What may not be changes nothing.
func TestEveryCell(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		acts := []string{"sell", ""}
		for _, row := range Transitions() {
			acts = append(acts, row.Act)
		}
		for _, state := range States() {
			for _, act := range acts {
				target, lawful := law[state][act]
				item := string(state) + "-" + strings.ReplaceAll(act, "_", "-")
				g := b.inState(t, item, state, act)
				for who, actor := range b.everybody() {
					code := refusalOf(who, act, lawful)
					if code == "" {
						b.mayTake(t, g, actor, act, target)
						g = b.inState(t, item+"-"+who, state, act) // a fresh one for the next
						continue
					}
					b.mayNot(t, g, actor, act, code, string(state)+" "+act+" "+who)
				}
			}
		}
	})
}

func (b *bench) fullFor(t testing.TB, g Grant, act string) ActRequest {
	t.Helper()
	r := full(act)
	if act == ActRemovePerson {
		b.Read(t, func(tx *data.Tx) error {
			current, _, err := People(tx, g.ID)
			if len(current) > 0 {
				r.PersonID = current[0].ID
			}
			return err
		})
	}
	return r
}

func (b *bench) mayTake(t *testing.T, before Grant, actor Actor, act string, target State) Grant {
	t.Helper()
	mails, entries := len(b.mails(t, before.ItemID)), len(b.entries(t, before.ItemID))
	after := b.must(t, actor, before.ID, b.fullFor(t, before, act))
	if after.State != target || !alike(after, b.found(t, before.ID)) {
		t.Errorf("%s %s: %+v, stored %+v", before.State, act, after, b.found(t, before.ID))
	}
	quiet := act == ActNamePerson || act == ActRemovePerson
	if moved := after.Revision - before.Revision; quiet && moved != 0 || !quiet && moved != 1 {
		t.Errorf("%s %s: the revision moved by %d", before.State, act, moved)
	}
	want, rare := tellsOf[act]
	if !rare {
		want = 3
	}
	if told := len(b.mails(t, before.ItemID)) - mails; told != want || len(b.entries(t, before.ItemID)) != entries+1 {
		t.Errorf("%s %s: %d mails, record %q", before.State, act, told, b.entries(t, before.ItemID))
	}
	if !after.State.Over() != after.Stopped.IsZero() {
		t.Errorf("%s %s: stopped %v", before.State, act, after.Stopped)
	}
	return after
}

func (b *bench) mayNot(t *testing.T, before Grant, actor Actor, act, code, name string) {
	t.Helper()
	mails, entries := len(b.mails(t, before.ItemID)), len(b.entries(t, before.ItemID))
	_, err := b.act(actor, before.ID, b.fullFor(t, before, act))
	var refusal *data.Refusal
	switch {
	case code == "not found":
		if !errors.Is(err, data.ErrNotFound) {
			t.Errorf("%s: %v, want not found", name, err)
		}
	case !errors.As(err, &refusal) || refusal.Code != code:
		t.Errorf("%s: %v, want refusal %s", name, err, code)
	}
	if !alike(before, b.found(t, before.ID)) || len(b.mails(t, before.ItemID)) != mails || len(b.entries(t, before.ItemID)) != entries {
		t.Errorf("%s: refused, but something changed", name)
	}
}

// TestPossible: a page offers exactly what would not be refused.
func TestPossible(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		for _, state := range States() {
			g := b.inState(t, "possible-"+string(state), state, "")
			for who, actor := range b.everybody() {
				var want []string
				for _, row := range Transitions() {
					if _, lawful := law[state][row.Act]; lawful && refusalOf(who, row.Act, true) == "" && row.Act != ActRefuseRenewal && row.By != System {
						want = append(want, row.Act)
					}
				}
				b.Read(t, func(tx *data.Tx) error {
					got, err := Possible(tx, b.desk, actor, g)
					if outside := refusalOf(who, "suspend", true) == "not found"; outside != errors.Is(err, data.ErrNotFound) {
						t.Errorf("%s %s: %v", state, who, err)
					}
					if !slices.Equal(got, want) {
						t.Errorf("%s %s may %v, want %v", state, who, got, want)
					}
					return nil
				})
			}
		}
	})
}

// TestProgramWaitsForItsTime: the job cannot begin or end anything early, whoever calls it.
func TestProgramWaitsForItsTime(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		g := b.opened(t, b.request("early", 40, db.Now().Add(time.Hour)))
		db.SetNow(g.Starts.Add(-time.Millisecond))
		if _, err := b.act(ByProgram(), g.ID, full(ActActivate)); !errors.Is(err, data.ErrConflict) {
			t.Errorf("activate: %v", err)
		}
		db.SetNow(g.Starts)
		b.must(t, ByProgram(), g.ID, full(ActActivate))
		db.SetNow(g.Ends.Add(-time.Millisecond))
		if _, err := b.act(ByProgram(), g.ID, full(ActEnd)); !errors.Is(err, data.ErrConflict) {
			t.Errorf("end: %v", err)
		}
	})
}

// TestLateJob: what time alone decided is done before a person acts, in the same transaction.
func TestLateJob(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		g := b.opened(t, b.request("late-start", 40, db.Now().Add(time.Hour)))
		db.SetNow(g.Starts)
		suspend := full(ActSuspend)
		suspend.Revision = g.Revision // of the page, which said what StateAt says
		after := b.must(t, ByPerson(b.manager), g.ID, suspend)
		if after.State != Suspended || after.Revision != 3 {
			t.Errorf("%+v", after)
		}
		want := []string{"grant_started activate", "grant_suspended suspend:3"}
		if got := b.keys(t, g); !slices.Equal(got, want) {
			t.Errorf("mails %v", got)
		}
		db.SetNow(g.Ends)
		_, err := b.act(ByPerson(b.manager), g.ID, full(ActResume))
		wantRefusal(t, err, "", "grant_state")
		if stored := b.found(t, g.ID); stored.State != Suspended {
			t.Errorf("a refused act was stored: %+v", stored)
		}
		b.Read(t, func(tx *data.Tx) error {
			acts, err := Possible(tx, b.desk, ByPerson(b.manager), after)
			if len(acts) != 0 {
				t.Errorf("a page would offer %v", acts)
			}
			return err
		})
	})
}

// TestManagerWhoHolds: a program manager who writes for the organization acts as its member, never as its manager.
func TestManagerWhoHolds(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		b.Write(t, func(tx *data.Tx) error { return b.join(tx, b.colleague.ID, account.Signer) })
		g := b.opened(t, b.request("both", 40, time.Time{}))
		_, err := b.act(ByPerson(b.colleague), g.ID, full(ActRevoke))
		wantRefusal(t, err, "", "own_organization")
		b.must(t, ByPerson(b.colleague), g.ID, full(ActGiveUp))
	})
}

// TestTableFitsTheMails: every template of the table exists, and no grant mail is left over.
func TestTableFitsTheMails(t *testing.T) {
	used := []string{"grant_ends_soon"}
	for _, row := range Transitions() {
		if row.Mail != "" {
			used = append(used, row.Mail)
		}
	}
	var there []string
	for _, name := range notify.Templates() {
		if strings.HasPrefix(name, "grant_") {
			there = append(there, name)
		}
	}
	slices.Sort(used)
	if !slices.Equal(used, there) {
		t.Errorf("the table uses %v, there are %v", used, there)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, edit := range map[string][2]string{
		"an unknown key":           {"quiet = true", "silent = true"},
		"an unknown state":         {`from = ["pending"]`, `from = ["waiting"]`},
		"an unknown target":        {`to = "suspended"`, `to = "asleep"`},
		"an unknown party":         {`by = "holder"`, `by = "owner"`},
		"an act twice":             {`id = "resume"`, `id = "suspend"`},
		"a holder without right":   {`right = "withdraw"`, `right = "dream"`},
		"a right of a manager":     {"by = \"manager\"", "by = \"manager\"\nright = \"write\""},
		"an act without a name":    {`id = "resume"`, `id = ""`},
		"an entry twice":           {`entry = "grant_resumed"`, `entry = "grant_suspended"`},
		"an entry of another":      {`entry = "grant_resumed"`, `entry = "resumed"`},
		"a way out of the end":     {`from = ["suspended"]`, `from = ["ended"]`},
		"a reason of the holder":   {"by = \"holder\"\nright", "by = \"holder\"\nreason = true\nright"},
		"no way in":                {`from = ["suspended"]`, `from = []`},
		"a word that tells no one": {`tells = "managers"`, `tells = "everybody"`},
		"nobody knows the states":  {`states = ["pending"`, `state = ["pending"`},
		"the wrong type":           {"quiet = true", `quiet = "yes"`},
		"an unknown end":           {`over = ["ended"`, `over = ["gone"`},
		"no TOML":                  {"[[acts]]", "[[acts"},
	} {
		text := strings.Replace(transitionFile, edit[0], edit[1], 1)
		if text == transitionFile {
			t.Fatalf("%s: the edit changes nothing", name)
		}
		if _, err := parse(text); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := parse(`states = ["a"]`); err == nil {
		t.Error("a table without acts: accepted")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(transitionFile)
	f.Add("states = []\n[[acts]]\nid = 1")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parse(text)
		if err != nil {
			return
		}
		for _, row := range c.Acts {
			for _, from := range row.From {
				if to := row.target(from); !slices.Contains(c.States, to) || slices.Contains(c.Over, from) {
					t.Fatalf("%s leads from %s to %s", row.Act, from, to)
				}
			}
		}
	})
}
