package broker

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

// crowdSize is how many clients press the button at the same moment.
func crowdSize() int {
	if os.Getenv("LONG_TESTS") == "" {
		return 8
	}
	return 50
}

// strangers makes organizations with one owner each and a complete draft for a program.
func (b *bench) strangers(t *testing.T, count int, slug string) []Item {
	t.Helper()
	items := make([]Item, count)
	b.Write(t, func(tx *data.Tx) error {
		for i := range items {
			p, err := account.AddApplicant(tx, fmt.Sprintf("owner%d@example.org", i), "en", "console")
			if err != nil {
				return err
			}
			o, err := account.CreateOrganization(tx, p, fmt.Sprintf("Cedar Flats Water District %d", i))
			if err != nil {
				return err
			}
			a, err := Start(tx, b.desk, PersonActor(p), o.ID, []string{slug}, fits())
			if err != nil {
				return err
			}
			if items[i], err = SaveAnswers(tx, b.desk, PersonActor(p), a, slug, 1, complete(slug)); err != nil {
				return err
			}
			items[i].SavedBy = p.ID
		}
		return nil
	})
	return items
}

// strangersLater is one more draft, of an organization that comes last.
func (b *bench) strangersLater(t *testing.T, slug string) Item {
	t.Helper()
	var item Item
	b.Write(t, func(tx *data.Tx) error {
		a, err := Start(tx, b.desk, PersonActor(b.stranger), b.other.ID, []string{slug}, fits())
		if err == nil {
			item, err = SaveAnswers(tx, b.desk, PersonActor(b.stranger), a, slug, 1, complete(slug))
		}
		item.SavedBy = b.stranger.ID
		return err
	})
	return item
}

// work does what is due.
func (b *bench) work(t testing.TB) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error { return Work(tx, b.desk) })
}

// program is the live version of a program.
func (b *bench) program(t testing.TB, slug string) *catalog.Published {
	t.Helper()
	var found *catalog.Published
	b.Read(t, func(tx *data.Tx) error {
		snapshot, err := b.desk.Catalog.Snapshot(tx)
		if err == nil {
			found, _ = snapshot.Find(slug)
		}
		return err
	})
	return found
}

// TestLastSeat: of many who send at the same moment one gets the last seat; the others stand on the list, each with a
// place of their own, or hear that it is full where there is no list.
func TestLastSeat(t *testing.T) {
	for name, list := range map[string]bool{"list": true, "no list": false} {
		t.Run(name, func(t *testing.T) {
			datatest.Each(t, func(t *testing.T, db *datatest.Database) {
				b := open(t, db)
				b.publish(t, scan, func(text string) string {
					text = waitingList(1)(text)
					if !list {
						text = replacing("waiting_list = true\n", "")(text)
					}
					return text
				})
				items := b.strangers(t, crowdSize(), scan)
				errs := make([]error, len(items))
				var group sync.WaitGroup
				for i, item := range items {
					group.Go(func() { _, errs[i] = b.act(account.Person{ID: item.SavedBy}, item.ID, full(ActSubmit)) })
				}
				group.Wait()
				states, places := map[State]int{}, []int{}
				for i, item := range items {
					after := b.find(t, item.ID)
					states[after.State]++
					var refusal *data.Refusal
					switch {
					case errors.As(errs[i], &refusal) && refusal.Code == "program_full" && !list && after.State == Draft:
					case errs[i] != nil:
						t.Errorf("%v", errs[i])
					}
					b.Read(t, func(tx *data.Tx) error {
						place, err := Place(tx, after)
						if place > 0 {
							places = append(places, place)
						}
						return err
					})
				}
				others, want := Draft, []int{}
				if list {
					others = Waitlisted
					for i := range len(items) - 1 {
						want = append(want, i+1)
					}
				}
				slices.Sort(places)
				if states[Submitted] != 1 || states[others] != len(items)-1 || !slices.Equal(places, want) {
					t.Errorf("%v, places %v", states, places)
				}
			})
		})
	}
}

// TestWaitingListMovesUp: a seat that becomes free goes to whoever waits longest, by itself, once; nobody overtakes; the
// clock of the case starts then.
func TestWaitingListMovesUp(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.publish(t, scan, waitingList(1))
		items := b.strangers(t, 4, scan)
		for i := range items {
			b.Advance(time.Minute)
			items[i] = b.must(t, account.Person{ID: items[i].SavedBy}, items[i].ID, full(ActSubmit))
		}
		wantStates := func(states ...State) {
			t.Helper()
			for i, want := range states {
				if got := b.find(t, items[i].ID); got.State != want {
					t.Errorf("number %d is %s, want %s", i, got.State, want)
				}
			}
		}
		wantStates(Submitted, Waitlisted, Waitlisted, Waitlisted)
		if _, err := b.act(b.manager, items[1].ID, full(ActPlace)); err == nil {
			t.Error("placed by hand without a free seat")
		}
		b.work(t)
		wantStates(Submitted, Waitlisted, Waitlisted, Waitlisted)
		b.must(t, b.manager, items[0].ID, full(ActDecline))
		late := b.strangersLater(t, scan)
		if after := b.must(t, account.Person{ID: late.SavedBy}, late.ID, full(ActSubmit)); after.State != Waitlisted {
			t.Errorf("somebody overtook the list: %s", after.State)
		}
		b.Advance(time.Hour)
		b.work(t)
		b.work(t)
		wantStates(Declined, Submitted, Waitlisted, Waitlisted)
		first := b.find(t, items[1].ID)
		days := time.Duration(b.program(t, scan).DaysToDecide) * 24 * time.Hour
		if !first.Due.Equal(b.Now().Add(days)) {
			t.Errorf("due %s, want %d days from %s", first.Due, days/24/time.Hour, b.Now())
		}
		if list := mailed(b.mails(t, first.ID), "placed"); len(list) != 1 {
			t.Errorf("placed went to %v", list)
		}
		if got := b.acts(t, first.ID); got[len(got)-1] != ActPlace {
			t.Errorf("record %v", got)
		}
	})
}

// TestPromiseClock: the due date moves by the time that the applicant took, to the millisecond.
func TestPromiseClock(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.walk(t, InReview)
		due := item.Due
		b.Advance(36 * time.Hour)
		asked := b.must(t, b.manager, item.ID, full(ActAsk))
		if !asked.Paused.Equal(b.Now()) || !asked.AnswerBy().Equal(b.Now().Add(AnswerTime)) || asked.DueSoon(b.Now().AddDate(1, 0, 0)) {
			t.Errorf("%+v", asked)
		}
		b.Advance(100*time.Hour + 7*time.Millisecond)
		answered := b.must(t, b.owner, item.ID, full(ActAnswer))
		if want := due.Add(100*time.Hour + 7*time.Millisecond); !answered.Due.Equal(want) || !answered.Paused.IsZero() {
			t.Errorf("due %s, want %s", answered.Due, want)
		}
	})
}

// TestUnansweredCloses at the very moment, with one mail, and never a case that was answered.
func TestUnansweredCloses(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item, other := b.walk(t, NeedsInfo), b.walk(t, NeedsInfo)
		b.must(t, b.owner, other.ID, full(ActAnswer))
		b.Advance(AnswerTime - time.Millisecond)
		b.work(t)
		if after := b.find(t, item.ID); after.State != NeedsInfo {
			t.Errorf("closed too early: %s", after.State)
		}
		b.Advance(time.Millisecond)
		b.work(t)
		b.work(t)
		after := b.find(t, item.ID)
		if after.State != Closed || !after.Decided.Equal(b.Now()) || after.DecidedBy != "" || !after.Paused.IsZero() {
			t.Errorf("%+v", after)
		}
		if list := mailed(b.mails(t, item.ID), "case_closed"); len(list) != 4 {
			t.Errorf("case_closed went to %v", list)
		}
		if state := b.find(t, other.ID).State; state != InReview {
			t.Errorf("the answered case is %s", state)
		}
		if c := b.reviewed(t, item.ID); c.DecidedBy.ID != "" || c.Events[len(c.Events)-1].By.ID != "" {
			t.Errorf("decided by %+v", c.DecidedBy)
		}
	})
}

// TestSystemTakesItsOwnActsOnly goes through every state and act as a job.
func TestSystemTakesItsOwnActsOnly(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		for _, state := range States() {
			for _, act := range acts {
				item := b.walk(t, state)
				err := b.write(func(tx *data.Tx) error {
					_, err := Act(tx, b.desk, SystemActor(), item.ID, full(act))
					return err
				})
				lawful := state == NeedsInfo && act == ActClose || state == Waitlisted && act == ActPlace
				if lawful != (err == nil) || !lawful && !denied(err) {
					t.Errorf("%s %s: %v", state, act, err)
				}
			}
		}
	})
}

// TestAssignToAnother: a case can be handed to a program manager who may decide it, and to nobody else.
func TestAssignToAnother(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.walk(t, Submitted)
		assign := func(to string) (Item, error) {
			return b.act(b.manager, item.ID, ActRequest{Act: ActAssign, Assignee: to})
		}
		for _, who := range []account.Person{b.auditor, b.administrator, b.owner} {
			_, err := assign(who.ID)
			wantRefusal(t, err, "assignee", "unknown_choice")
		}
		_, err := assign("nobody")
		wantRefusal(t, err, "assignee", "unknown_choice")
		_, err = assign(b.insider.ID)
		wantRefusal(t, err, "assignee", "own_organization")
		after, err := assign(b.colleague.ID)
		if err != nil || after.AssignedTo != b.colleague.ID || after.State != InReview {
			t.Errorf("%v: %+v", err, after)
		}
		after = b.must(t, b.manager, item.ID, full(ActAssign))
		if after.AssignedTo != b.manager.ID {
			t.Errorf("%+v", after)
		}
	})
}

// TestNotesStayAmongStaff: the applicant sees messages and never a note.
func TestNotesStayAmongStaff(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.walk(t, InReview)
		for _, c := range []struct {
			who  account.Person
			act  string
			text string
		}{{b.manager, ActNote, "Ask the state first."}, {b.manager, ActReply, "We read it on Monday."}, {b.owner, ActMessage, "Thank you."}} {
			b.must(t, c.who, item.ID, ActRequest{Act: c.act, Message: c.text})
		}
		kinds := func(list []Message) (all []string) {
			for _, m := range list {
				all = append(all, m.Kind)
			}
			return all
		}
		if got := kinds(b.reviewed(t, item.ID).Messages); !slices.Equal(got, []string{ActNote, ActReply, ActMessage}) {
			t.Errorf("staff see %v", got)
		}
		b.Read(t, func(tx *data.Tx) error {
			s, err := FindStatus(tx, b.desk, PersonActor(b.owner), item.ApplicationID, item.Slug)
			if got := kinds(s.Messages); !slices.Equal(got, []string{ActReply, ActMessage}) {
				t.Errorf("the applicant sees %v", got)
			}
			for _, e := range s.Events {
				if e.Act == ActNote {
					t.Error("the applicant's history has a note")
				}
			}
			return err
		})
	})
}
