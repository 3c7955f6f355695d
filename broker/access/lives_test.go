package access

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"

	"pgregory.net/rapid"
)

// lives is how many random lives of a grant the test walks on an engine: RANDOM_LIVES where it is set. The law is the same on both,
// the second one only has to understand the same SQL.
func lives(engine string) string {
	switch {
	case engine == data.SQLite && os.Getenv("RANDOM_LIVES") != "":
		return os.Getenv("RANDOM_LIVES")
	case os.Getenv("LONG_TESTS") == "":
		return map[string]string{data.SQLite: "300", data.Postgres: "100"}[engine]
	case engine == data.SQLite:
		return "10000"
	}
	return "1000"
}

// errRolledBack ends a life: every one begins on the same database.
var errRolledBack = errors.New("rolled back")

// TestRandomLives walks random lives of a grant: anybody tries anything at any time, time goes by, the job of the minute comes late
// or not at all. After each step the grant stands where the model says, or where it stood, and told exactly whom it had to.
func TestRandomLives(t *testing.T) {
	before := flag.Lookup("rapid.checks").Value.String()
	t.Cleanup(func() { _ = flag.Set("rapid.checks", before) })
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		if err := flag.Set("rapid.checks", lives(db.DB.Engine())); err != nil {
			t.Fatal(err)
		}
		b := newBench(t, db)
		who := rapid.SampledFrom([]string{"owner", "signer", "editor", "reader", "insider", "outsider", "manager", "manager", "manager",
			"manager", "administrator", "auditor", "program"})
		act := rapid.SampledFrom([]string{ActActivate, ActEnd, ActSuspend, ActResume, ActRevoke, ActGiveUp, ActAskRenewal, ActAskRenewal, ActRenew, ActRenew,
			ActRefuseRenewal, ActNamePerson, ActNamePerson, ActRemovePerson})
		pause := rapid.SampledFrom([]time.Duration{time.Minute, day, 5 * day, 8 * day, 20 * day, 45 * day})
		turn := rapid.SampledFrom([]time.Duration{45 * day, 30 * day, 20 * day, 7 * day, time.Minute, time.Millisecond, 0})
		rapid.Check(t, func(rt *rapid.T) {
			err := db.DB.Write(context.Background(), func(tx *data.Tx) error {
				m := newModel(rt, b, tx)
				for range rapid.IntRange(10, 30).Draw(rt, "steps") {
					switch rapid.SampledFrom([]string{"pause", "work", "turn", "act", "act", "act", "act"}).Draw(rt, "kind") {
					case "pause":
						tx.Now = tx.Now.Add(pause.Draw(rt, "pause"))
					case "work":
						m.work()
					case "turn": // to where something may turn
						if next := m.ends.Add(-turn.Draw(rt, "turn")); next.After(tx.Now) {
							tx.Now = next
						}
					default:
						row, name := act.Draw(rt, "act"), who.Draw(rt, "who")
						if rapid.SampledFrom([]bool{true, true, true, false}).Draw(rt, "fits") {
							name = rapid.SampledFrom(takers[row]).Draw(rt, "taker")
						}
						m.step(name, row)
					}
					m.check()
				}
				return errRolledBack
			})
			if !errors.Is(err, errRolledBack) {
				rt.Fatal(err)
			}
		})
	})
}

// model is what has to be true of a grant.
type model struct {
	*rapid.T
	b                                *bench
	tx                               *data.Tx
	id                               string
	state                            State
	starts, ends, stopped            time.Time
	term                             time.Duration
	renewal                          Renewal
	renewals, people, revision, days int64
	reminded                         int64 // threshold of the last reminder in this term; 99: none yet
	record                           []string
	mails                            map[string]int // by template, for one reader
}

func newModel(rt *rapid.T, b *bench, tx *data.Tx) *model {
	days := rapid.SampledFrom([]int{5, 20, 40, 90}).Draw(rt, "days")
	var delay time.Duration
	if rapid.Bool().Draw(rt, "later") {
		delay = 3 * day
	}
	b.live = fullTerms
	b.live.DurationDays = rapid.SampledFrom([]int{6, 40, 90}).Draw(rt, "next")
	b.live.NamedUsers = 2
	r := b.request("life", days, tx.Now.Add(delay))
	r.Terms.NamedUsers = 2
	g, err := Open(tx, r)
	if err != nil {
		rt.Fatal(err)
	}
	m := &model{T: rt, b: b, tx: tx, id: g.ID, state: Active, starts: tx.Now.Add(delay), term: time.Duration(b.live.DurationDays) * day, revision: 1,
		days: int64(days+1) / 2, record: []string{"grant_opened"}, mails: map[string]int{}}
	m.ends = m.starts.Add(time.Duration(days) * day)
	m.days = min(60, m.days)
	m.reminded = tooShort(m.ends.Sub(m.starts))
	if delay > 0 {
		m.state = Pending
	}
	return m
}

// tooShort is the threshold that needs no reminder from the beginning of a term.
func tooShort(length time.Duration) int64 {
	switch {
	case length <= 7*day:
		return 7
	case length <= 30*day:
		return 30
	}
	return 99
}

// settle is what time alone decides.
func (m *model) settle() {
	if m.state == Pending && !m.tx.Now.Before(m.starts) {
		m.took(Active, "grant_activated", "")
		if m.tx.Now.Before(m.ends) {
			m.mails["grant_started"]++
		}
	}
	if (m.state == Active || m.state == Suspended) && !m.tx.Now.Before(m.ends) {
		m.stopped = m.ends
		m.took(Ended, "grant_ended", "grant_ended")
	}
}

func (m *model) took(to State, entry, mail string) {
	m.state = to
	m.revision++
	m.record = append(m.record, entry)
	if mail != "" {
		m.mails[mail]++
	}
}

func (m *model) work() {
	if _, err := Due(m.tx, m.b.desk); err != nil {
		m.Fatal(err)
	}
	m.settle()
	if m.state != Active && m.state != Suspended {
		return
	}
	left := m.ends.Sub(m.tx.Now)
	if due := tooShort(left); due < m.reminded {
		m.reminded = due
		m.mails["grant_ends_soon"]++
		if due == 7 && m.renewal == RenewalAsked {
			m.mails["grant_renewal_asked"]++
		}
	}
}

// step lets somebody try an act. In a request a refusal rolls everything back, so a savepoint does here.
func (m *model) step(who, act string) {
	r := m.b.fullForTx(m.tx, m.id, act, len(m.record))
	if _, err := m.tx.Exec("SAVEPOINT step"); err != nil {
		m.Fatal(err)
	}
	_, err := Act(m.tx, m.b.desk, m.b.everybody()[who], m.id, r)
	was := *m
	was.mails = map[string]int{}
	for k, v := range m.mails {
		was.mails[k] = v
	}
	was.record = slices.Clone(m.record)
	lawful := m.lawful(who, act)
	if lawful != (err == nil) {
		m.Fatalf("%s %s by %s at %v (ends %v): %v", was.state, act, who, m.tx.Now, m.ends, err)
	}
	end := "RELEASE SAVEPOINT step"
	if err != nil {
		var refusal *data.Refusal
		if !errors.As(err, &refusal) && !errors.Is(err, data.ErrNotFound) && !errors.Is(err, data.ErrConflict) {
			m.Fatal(err)
		}
		*m = was
		end = "ROLLBACK TO SAVEPOINT step"
	}
	if _, err := m.tx.Exec(end); err != nil {
		m.Fatal(err)
	}
}

// lawful moves the model if the act may be taken.
func (m *model) lawful(who, act string) bool {
	if !slices.Contains(takers[act], who) {
		return false
	}
	if who != "program" {
		m.settle()
	}
	to, ok := law[m.state][act]
	if !ok {
		return false
	}
	early := m.tx.Now.Before(m.ends.Add(-time.Duration(m.days) * day))
	switch act {
	case ActActivate:
		if m.tx.Now.Before(m.starts) {
			return false
		}
		if m.tx.Now.Before(m.ends) {
			m.mails["grant_started"]++
		}
		m.took(to, "grant_activated", "")
	case ActEnd:
		if m.tx.Now.Before(m.ends) {
			return false
		}
		m.stopped = m.ends
		m.took(to, "grant_ended", "grant_ended")
	case ActSuspend:
		m.took(to, "grant_suspended", "grant_suspended")
	case ActResume:
		m.took(to, "grant_resumed", "grant_resumed")
	case ActRevoke, ActGiveUp:
		m.stopped = m.tx.Now
		word := map[string]string{ActRevoke: "grant_revoked", ActGiveUp: "grant_given_up"}[act]
		m.took(to, word, word)
	case ActAskRenewal:
		if early || m.renewal != RenewalNone {
			return false
		}
		m.renewal = RenewalAsked
		m.took(to, "grant_renewal_asked", "grant_renewal_asked")
	case ActRefuseRenewal:
		if m.renewal != RenewalAsked {
			return false
		}
		m.renewal = RenewalRefused
		m.took(to, "grant_renewal_refused", "grant_renewal_refused")
	case ActRenew:
		if early {
			return false
		}
		m.ends, m.renewal, m.renewals = m.ends.Add(m.term), RenewalNone, m.renewals+1
		m.days = min(60, int64(m.term/day+1)/2)
		m.reminded = tooShort(m.ends.Sub(m.tx.Now))
		m.took(to, "grant_renewed", "grant_renewed")
	default:
		return m.listed(act)
	}
	return true
}

// listed moves the list of people.
func (m *model) listed(act string) bool {
	if act == ActNamePerson && m.people < 2 {
		m.people++
		m.record = append(m.record, "grant_person_named")
		return true
	}
	if act == ActRemovePerson && m.people > 0 {
		m.people--
		m.record = append(m.record, "grant_person_removed")
		return true
	}
	return false
}

// fullForTx is fullFor within a transaction; each person has another address.
func (b *bench) fullForTx(tx *data.Tx, id, act string, turn int) ActRequest {
	r := full(act)
	r.Email = fmt.Sprintf("person-%d@example.org", turn)
	if act == ActRemovePerson {
		current, _, err := People(tx, id)
		if err == nil && len(current) > 0 {
			r.PersonID = current[0].ID
		}
	}
	return r
}

// check compares the database with what has to be.
func (m *model) check() {
	g, err := Find(m.tx, m.id)
	if err != nil {
		m.Fatal(err)
	}
	if g.State != m.state || !g.Starts.Equal(m.starts) || !g.Ends.Equal(m.ends) || !g.Stopped.Equal(m.stopped) || g.Renewal != m.renewal ||
		g.Renewals != m.renewals || g.People != m.people || g.Revision != m.revision || g.RenewalDays != m.days {
		m.Fatalf("the grant is %+v, the model %+v", g, m)
	}
	if (g.Reason != "") != (m.state == Suspended || m.state == Revoked) || (g.RenewalReason != "") != (m.renewal == RenewalRefused) {
		m.Fatalf("%s with reason %q, renewal %q with reason %q", g.State, g.Reason, g.Renewal, g.RenewalReason)
	}
	chain := record.CaseChain(g.ItemID)
	if err := record.Check(m.tx, chain); err != nil {
		m.Fatal(err)
	}
	var acts []string
	entries, err := record.List(m.tx, chain)
	for _, e := range entries {
		acts = append(acts, e.Act)
	}
	if err != nil || !slices.Equal(acts, m.record) {
		m.Fatalf("record %v, want %v (%v)", acts, m.record, err)
	}
	m.checkMails(chain)
}

func (m *model) checkMails(chain string) {
	type count struct {
		to, template string
		times        int
	}
	counts, err := data.Rows(m.tx, func(row data.Scanner) (c count, err error) {
		err = row.Scan(&c.to, &c.template, &c.times)
		return c, err
	}, "SELECT recipient, template, count(*) FROM outbox WHERE chain = $1 GROUP BY recipient, template", chain)
	if err != nil {
		m.Fatal(err)
	}
	got := map[string]int{}
	for _, c := range counts {
		got[c.to+" "+c.template] = c.times
	}
	want := map[string]int{}
	for template, times := range m.mails {
		readers := []string{english, spanish, "editor@example.org"}
		if template == "grant_renewal_asked" {
			readers = []string{"manager@example.org", "colleague@example.org"}
		}
		for _, to := range readers {
			want[to+" "+template] = times
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		m.Fatalf("mails %v, want %v", got, want)
	}
}
