package broker

import (
	"context"
	"errors"
	"flag"
	"os"
	"slices"
	"testing"
	"time"

	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"

	"pgregory.net/rapid"
)

// traces is how many random life cycles the test walks on an engine: RANDOM_LIVES where it is set. The law is the same on both,
// the second one only has to understand the same SQL.
func traces(engine string) string {
	switch {
	case engine == data.SQLite && os.Getenv("RANDOM_LIVES") != "":
		return os.Getenv("RANDOM_LIVES")
	case os.Getenv("LONG_TESTS") == "":
		return "500"
	case engine == data.SQLite:
		return "20000"
	}
	return "2000"
}

// errRolledBack ends a trace: every one begins on the same database.
var errRolledBack = errors.New("rolled back")

// TestRandomLives walks random life cycles of one case: any person tries any step at any time, a colleague joins and leaves
// the organization, time goes by. After each step the case stands where the law says, or where it stood.
func TestRandomLives(t *testing.T) {
	before := flag.Lookup("rapid.checks").Value.String()
	t.Cleanup(func() { _ = flag.Set("rapid.checks", before) })
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		if err := flag.Set("rapid.checks", traces(db.DB.Engine())); err != nil {
			t.Fatal(err)
		}
		b := open(t, db)
		items := map[State]Item{Draft: b.draft(t, model).Items[0], Submitted: b.sent(t, model).Items[0], NeedsInfo: b.walk(t, NeedsInfo)}
		people := map[string]account.Person{"owner": b.owner, "editor": b.editor, "signer": b.signer, "reader": b.reader, "insider": b.insider,
			"stranger": b.stranger, "removed": b.removed, "manager": b.manager, "colleague": b.colleague, "auditor": b.auditor,
			"administrator": b.administrator}
		b.Write(t, func(tx *data.Tx) error { // drafts are not what this is about
			_, err := tx.Exec("UPDATE application SET reminded_at = 1")
			return err
		})
		who := rapid.SampledFrom([]string{"owner", "editor", "signer", "reader", "insider", "stranger", "removed", "manager", "manager", "manager",
			"colleague", "colleague", "auditor", "administrator"})
		rapid.Check(t, func(rt *rapid.T) {
			err := b.DB.Write(context.Background(), func(tx *data.Tx) error {
				l := &life{T: rt, b: b, tx: tx, item: items[rapid.SampledFrom([]State{Draft, Submitted, NeedsInfo}).Draw(rt, "state")]}
				l.begin()
				for range rapid.IntRange(1, 12).Draw(rt, "steps") {
					switch rapid.IntRange(0, 9).Draw(rt, "kind") {
					case 0:
						l.pass(rapid.SampledFrom([]time.Duration{time.Hour, 40 * 24 * time.Hour, 170 * 24 * time.Hour}).Draw(rt, "time"))
					case 1:
						l.change()
					case 2:
						l.revoke(people[who.Draw(rt, "who")])
					default:
						l.step(people[who.Draw(rt, "who")], rapid.SampledFrom(acts).Draw(rt, "act"))
					}
					l.check()
				}
				l.must(record.Check(tx, record.CaseChain(l.item.ID)))
				return errRolledBack
			})
			if !errors.Is(err, errRolledBack) {
				rt.Fatal(err)
			}
		})
	})
}

// life is a random trace with what has to be true of it.
type life struct {
	*rapid.T
	b            *bench
	tx           *data.Tx
	item         Item
	state        State
	joined       bool // the colleague belongs to the organization now
	entries      int  // in the record of the case
	organization string
	grant        access.State
	ends         time.Time
	asked        time.Time // when the question was asked that waits
	sent         bool      // staff know of it
}

func (l *life) must(err error) {
	if err != nil {
		l.Fatal(err)
	}
}

func (l *life) begin() {
	l.state, l.entries, l.asked = l.item.State, l.countEntries(), l.item.Paused
	l.sent = !l.item.Submitted.IsZero()
	l.must(l.tx.Row("SELECT organization_id FROM application WHERE id = $1", l.item.ApplicationID).Scan(&l.organization))
}

func (l *life) countEntries() (n int) {
	l.must(l.tx.Row("SELECT count(*) FROM record_entry WHERE chain = $1", record.CaseChain(l.item.ID)).Scan(&n))
	return n
}

func (l *life) may(act string, who account.Person) bool {
	if !l.sent && slices.Contains([]string{ActReply, ActNote}, act) {
		return false
	}
	if who.ID == l.b.colleague.ID && l.joined {
		return l.b.mayTake(l.state, act, l.b.owner)
	}
	return l.b.mayTake(l.state, act, who)
}

func (l *life) step(who account.Person, act string) {
	want, lawful := law[l.state][act]
	after, err := Act(l.tx, l.b.desk, PersonActor(who), l.item.ID, full(act))
	if !lawful || !l.may(act, who) {
		if !denied(err) {
			l.Fatalf("%s %s by %s: %v", l.state, act, who.Email, err)
		}
		return
	}
	if err != nil || after.State != want {
		l.Fatalf("%s %s by %s: %v, state %s", l.state, act, who.Email, err, after.State)
	}
	l.entries++
	if l.state == Submitted && slices.Contains([]string{ActAsk, ActApprove, ActDecline}, act) {
		l.entries++ // assigned first
	}
	if act == ActApprove {
		l.entries++ // grant_opened
		l.grant, l.ends = access.Active, l.tx.Now.Add(180*24*time.Hour)
	}
	if act == ActSubmit {
		l.sent = true
	}
	if act == ActAsk {
		l.asked = l.tx.Now
	}
	l.state = want
}

// revoke tries to end the grant.
func (l *life) revoke(who account.Person) {
	grant, err := access.OfItem(l.tx, l.item.ID)
	if errors.Is(err, data.ErrNotFound) {
		return
	}
	l.must(err)
	err = Revoke(l.tx, l.b.desk, PersonActor(who), grant.ID, "Shared with others.")
	if l.grant != access.Active || !l.may(ActApprove, who) {
		if !denied(err) {
			l.Fatalf("revoke of a grant that is %s by %s: %v", l.grant, who.Email, err)
		}
		return
	}
	l.must(err)
	l.grant = access.Revoked
	l.entries++
}

// pass lets time go by and does what is due.
func (l *life) pass(d time.Duration) {
	l.tx.Now = l.tx.Now.Add(d)
	l.must(Work(l.tx, l.b.desk))
	if l.state == NeedsInfo && l.tx.Now.Sub(l.asked) >= AnswerTime {
		l.state = Closed
		l.entries++
	}
	if l.grant == access.Active && !l.tx.Now.Before(l.ends) {
		l.grant = access.Ended
		l.entries++
	}
}

// change makes the colleague, a program manager, join or leave the organization.
func (l *life) change() {
	var err error
	if l.joined {
		_, err = l.tx.Exec("DELETE FROM membership WHERE person_id = $1 AND organization_id = $2", l.b.colleague.ID, l.organization)
	} else {
		_, err = l.tx.Exec("INSERT INTO membership (person_id, organization_id, role, state, created_at) VALUES ($1, $2, 'owner', 'active', 1)",
			l.b.colleague.ID, l.organization)
	}
	l.must(err)
	l.joined = !l.joined
}

// check compares the database with what has to be.
func (l *life) check() {
	item, err := scanItem(l.tx.Row("SELECT "+itemColumns+" FROM application_item i WHERE i.id = $1", l.item.ID))
	l.must(err)
	if item.State != l.state {
		l.Fatalf("the case is %s, want %s", item.State, l.state)
	}
	if entries := l.countEntries(); entries != l.entries {
		l.Fatalf("%d entries in the record, want %d", entries, l.entries)
	}
	grant, err := access.OfItem(l.tx, l.item.ID)
	if !errors.Is(err, data.ErrNotFound) {
		l.must(err)
	}
	if grant.State != l.grant {
		l.Fatalf("the grant is %q, want %q", grant.State, l.grant)
	}
	if grant.ID != "" && (item.State != Approved || item.DecidedBy != grant.OpenedBy) {
		l.Fatalf("a grant of a case that is %s", item.State)
	}
	var held, waits bool
	l.must(l.tx.Row("SELECT count(*) > 0, count(waiting_since) > 0 FROM seat WHERE item_id = $1", item.ID).Scan(&held, &waits))
	undecided := item.State == Submitted || item.State == InReview || item.State == NeedsInfo || item.State == Waitlisted
	if live := grant.ID != "" && !grant.State.Over(); held != (undecided || live) || waits != (item.State == Waitlisted) {
		l.Fatalf("a seat is held: %t, waited for: %t, of a case that is %s with a grant that is %q", held, waits, item.State, grant.State)
	}
}
