package ui_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui/webtest"
)

// answerTime is how long the program may take for an answer when many want the same at once: as long as a write that meets
// others is repeated (see the design of package data).
const answerTime = 5 * time.Second

// crowdSize is how many clients act at the same moment.
func crowdSize() int {
	if longTests() {
		return 50
	}
	return 8
}

// crowd makes people who can sign in, with a staff role or ("") as applicants, each with a session.
func (w *world) crowd(t testing.TB, size int, staff string) []role {
	t.Helper()
	var all []role
	w.Write(t, func(tx *data.Tx) error {
		for n := range size {
			as := role(fmt.Sprintf("crowd-%s%d", strings.ReplaceAll(staff, "_", ""), n))
			var p account.Person
			var err error
			if staff == "" {
				p, err = account.AddApplicant(tx, as.email(), "en", "console")
			} else {
				p, _, err = account.AddPerson(tx, as.email(), staff, "console")
			}
			if err != nil {
				return err
			}
			w.people[as], all = p, append(all, as)
		}
		return nil
	})
	for _, as := range all {
		w.session(t, as)
	}
	return all
}

// founded makes an organization of a person.
func (w *world) founded(t testing.TB, as role) (o account.Organization) {
	t.Helper()
	w.Write(t, func(tx *data.Tx) (err error) {
		o, err = account.CreateOrganization(tx, w.people[as], "Organization of "+string(as))
		return err
	})
	return o
}

// post is a request of somebody in a crowd.
type post struct {
	as      role
	address string
	fields  url.Values
}

// atOnce sends all requests at the same moment and gives the statuses. No answer may be an error of the program or late.
func (w *world) atOnce(t testing.TB, posts []post) (statuses []int) {
	t.Helper()
	visitors := make([]*webtest.Visitor, len(posts))
	for i, p := range posts {
		visitors[i] = w.visitor(t, p.as)
		p.fields.Set("form_token", w.formToken(t, visitors[i], p.as))
	}
	statuses = make([]int, len(posts))
	took := make([]time.Duration, len(posts))
	start := make(chan struct{})
	var group sync.WaitGroup
	for i, p := range posts {
		group.Go(func() {
			<-start
			begin := time.Now()
			statuses[i] = visitors[i].Send(http.MethodPost, p.address, p.fields, nil).StatusCode
			took[i] = time.Since(begin)
		})
	}
	close(start)
	group.Wait()
	for i, status := range statuses {
		if status >= http.StatusInternalServerError || took[i] > answerTime {
			t.Errorf("%s: status %d after %s", posts[i].as, status, took[i])
		}
	}
	t.Logf("%d clients, the slowest answer after %s", len(posts), slices.Max(took).Round(time.Millisecond))
	return statuses
}

// stateOf is the state of an item as it is stored.
func (w *world) stateOf(t testing.TB, id string) broker.State {
	t.Helper()
	state, _, _ := strings.Cut(w.row(t, id), " ")
	return broker.State(state)
}

// TestSameCase: many managers decide about one case at the same moment, some this way and some that. One of them does; the others
// are told that somebody was faster.
func TestSameCase(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openSite(t, db)
		applicant := w.crowd(t, 1, "")[0]
		managers := w.crowd(t, crowdSize(), account.ProgramManager)
		item := w.send(t, applicant, w.founded(t, applicant), modelProgram)
		var posts []post
		for i, as := range managers {
			act := []string{broker.ActApprove, broker.ActDecline, broker.ActAsk}[i%3]
			posts = append(posts, post{as, "/staff/review/" + item.ID + "/decision", url.Values{"act": {act}, "step": {"confirm"},
				"message": {"Who is the second contact?"}, "reason": {"purpose"}, "revision": {fmt.Sprint(item.Revision)}}})
		}
		statuses := w.atOnce(t, posts)
		winner := slices.Index(statuses, http.StatusSeeOther)
		for i, status := range statuses {
			if i != winner && status != http.StatusConflict && status != http.StatusUnprocessableEntity {
				t.Errorf("%s got %d", managers[i], status)
			}
		}
		if winner < 0 {
			t.Fatalf("nobody decided: %v", statuses)
		}
		want := []broker.State{broker.Approved, broker.Declined, broker.NeedsInfo}[winner%3]
		if got := w.stateOf(t, item.ID); got != want {
			t.Errorf("the case is %s, but %s made it %s", got, managers[winner], want)
		}
		var grants, mails int
		w.Read(t, func(tx *data.Tx) error {
			entries, err := record.List(tx, record.CaseChain(item.ID))
			var acts []string
			for _, e := range entries {
				if slices.Contains([]string{broker.ActAssign, broker.ActApprove, broker.ActDecline, broker.ActAsk}, e.Act) {
					acts = append(acts, e.Act)
				}
			}
			if decided := posts[winner].fields.Get("act"); !slices.Equal(acts, []string{broker.ActAssign, decided}) {
				t.Errorf("record %v", acts)
			}
			if err == nil {
				err = tx.Row("SELECT count(*) FROM access_grant WHERE item_id = $1", item.ID).Scan(&grants)
			}
			if err == nil {
				err = tx.Row("SELECT count(*) FROM outbox WHERE template IN ('approved', 'declined', 'question_asked')").Scan(&mails)
			}
			return err
		})
		if (grants == 1) != (want == broker.Approved) || grants > 1 || mails != 1 {
			t.Errorf("%d grants and %d mails of a case that is %s", grants, mails, want)
		}
	})
}

// TestLastSeatOverHTTP: many send their application for the last seat at the same moment. One gets it; the others stand on the list,
// each on a place of their own, or keep their draft where there is no list.
func TestLastSeatOverHTTP(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openSite(t, db)
		applicants := w.crowd(t, crowdSize(), "")
		for name, list := range map[string]bool{"with a list": true, "without a list": false} {
			t.Run(name, func(t *testing.T) {
				slug := map[bool]string{true: modelProgram, false: scanProgram}[list]
				w.republish(t, slug, func(o *catalog.Offering) { o.Window.Seats, o.Window.WaitingList = 1, list })
				var posts []post
				var items []broker.Item
				for _, as := range applicants {
					a := w.begin(t, as, w.founded(t, as), slug)
					w.save(t, as, a, slug, fullAnswers(slug))
					fields := url.Values{}
					for _, declaration := range broker.Declarations() {
						fields.Set("declare_"+declaration, "yes")
					}
					posts, items = append(posts, post{as, "/applications/" + a.ID + "/submit", fields}), append(items, a.Items[0])
				}
				w.atOnce(t, posts)
				states, places := map[broker.State]int{}, []int{}
				for i, item := range items {
					now := w.reload(t, posts[i].as, broker.Application{ID: item.ApplicationID}).Items[0]
					states[now.State]++
					w.Read(t, func(tx *data.Tx) error {
						place, err := broker.Place(tx, now)
						if place > 0 {
							places = append(places, place)
						}
						return err
					})
				}
				others, want := broker.Draft, []int{}
				if list {
					others = broker.Waitlisted
					for place := range len(items) - 1 {
						want = append(want, place+1)
					}
				}
				slices.Sort(places)
				if states[broker.Submitted] != 1 || states[others] != len(items)-1 || !slices.Equal(places, want) {
					t.Errorf("%v, places %v", states, places)
				}
			})
		}
	})
}
