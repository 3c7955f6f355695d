package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

func TestOpen(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		now := db.Now()
		for name, c := range map[string]struct {
			starts, want time.Time
			state        State
		}{
			"at once":   {time.Time{}, now, Active},
			"now":       {now, now, Active},
			"past":      {now.Add(-time.Hour), now.Add(-time.Hour), Active},
			"a ms away": {now.Add(time.Millisecond), now.Add(time.Millisecond), Pending},
		} {
			item := "open-" + strings.ReplaceAll(name, " ", "-")
			g := b.opened(t, b.request(item, 365, c.starts))
			if g.State != c.state || !g.Starts.Equal(c.want) || !g.Ends.Equal(c.want.Add(365*24*time.Hour)) || g.Revision != 1 ||
				g.RenewalDays != 60 || g.UserLimit != 10 || !g.Stopped.IsZero() || g.Renewal != RenewalNone {
				t.Errorf("%s: %+v", name, g)
			}
			if stored := b.found(t, g.ID); !alike(stored, g) {
				t.Errorf("%s: stored %+v, returned %+v", name, stored, g)
			}
			if list := b.entries(t, item); len(list) != 1 || !strings.HasPrefix(list[0], "grant_opened "+b.manager.ID+" {") {
				t.Errorf("%s: record %q", name, list)
			}
			if list := b.mails(t, item); len(list) != 0 {
				t.Errorf("%s: the approved mail is the caller's, found %v", name, list)
			}
		}
	})
}

// TestIDFollowsFromTheItem: a preview that is rolled back shows the id that is stored later. The id was worked out with
// Python: uuid5(uuid5(NAMESPACE_DNS, "accessdesk"), "grant:named").
func TestIDFollowsFromTheItem(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		var preview Grant
		stop := errors.New("rolled back")
		err := db.DB.Write(context.Background(), func(tx *data.Tx) (err error) {
			if preview, err = Open(tx, b.request("named", 365, time.Time{})); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		if g := b.opened(t, b.request("named", 365, time.Time{})); g.ID != preview.ID || g.ID != "e8a0d8af-c88f-5a74-b3d5-24d407bb6b64" {
			t.Errorf("previewed %s, opened %s", preview.ID, g.ID)
		}
	})
}

func TestOpenTwiceOrWithoutDuration(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		b.opened(t, b.request("once", 365, time.Time{}))
		open := func(item string, days int) error {
			return db.DB.Write(context.Background(), func(tx *data.Tx) error {
				_, err := Open(tx, b.request(item, days, time.Time{}))
				return err
			})
		}
		if err := open("once", 365); !errors.Is(err, data.ErrConflict) {
			t.Errorf("twice: %v", err)
		}
		if err := open("no-duration", 0); err == nil {
			t.Error("a grant without a duration was opened")
		}
		if list := b.entries(t, "once"); len(list) != 1 {
			t.Errorf("record %q", list)
		}
	})
}

func TestActUnknownGrant(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		if _, err := b.act(ByPerson(b.manager), "nowhere", full(ActRevoke)); !errors.Is(err, data.ErrNotFound) {
			t.Fatal(err)
		}
	})
}

// TestReasons: what a manager says is required, bounded, stored as typed, and not in the record.
func TestReasons(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		for _, act := range []string{ActRevoke, ActSuspend, ActRefuseRenewal} {
			item := "reason-" + strings.ReplaceAll(act, "_", "-")
			g := b.opened(t, b.request(item, 60, time.Time{}))
			if act == ActRefuseRenewal {
				db.Advance(40 * day)
				b.must(t, ByPerson(b.owner), g.ID, full(ActAskRenewal))
			}
			before := b.entries(t, item)
			r := ActRequest{Act: act}
			for reason, code := range map[string]string{"": "required", " \n\t": "required", "a\x00b": "invalid_text",
				"a\xffb": "invalid_text", strings.Repeat("ñ", 2001): "too_long"} {
				r.Reason = reason
				_, err := b.act(ByPerson(b.manager), g.ID, r)
				refusal := wantRefusal(t, err, "reason", code)
				if code == "too_long" && (refusal.Args["Max"] != 2000 || refusal.Args["Used"] != 2001) {
					t.Errorf("args %v", refusal.Args)
				}
			}
			r.Reason = " " + strings.Repeat("ñ", 2000) + "\n"
			after := b.must(t, ByPerson(b.manager), g.ID, r)
			if after.Reason+after.RenewalReason != strings.Repeat("ñ", 2000) {
				t.Fatalf("%s: reason of %d bytes", act, len(after.Reason+after.RenewalReason))
			}
			list := b.entries(t, item)
			if len(list) != len(before)+1 || !strings.Contains(list[len(before)], b.manager.ID+" {") || strings.Contains(list[len(before)], "ñ") {
				t.Errorf("%s: record %q", act, list)
			}
		}
	})
}

// TestStaleGrant is the guard itself: the row moved on after it was read.
func TestStaleGrant(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		for name, change := range map[string]func(*Grant){
			"revision": func(g *Grant) { g.Revision++ },
			"state":    func(g *Grant) { g.State = Suspended },
			"people":   func(g *Grant) { g.People++ },
		} {
			g := b.opened(t, b.request("stale-"+name, 365, time.Time{}))
			change(&g)
			err := db.DB.Write(context.Background(), func(tx *data.Tx) error {
				_, err := act(tx, b.desk, ByPerson(b.manager), g, full(ActRevoke))
				return err
			})
			if !errors.Is(err, data.ErrConflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// TestPageOfAnotherRevision: who decides has seen the grant as it is. Naming people does not make a page stale.
func TestPageOfAnotherRevision(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		g := b.opened(t, b.request("page", 365, time.Time{}))
		suspend := full(ActSuspend)
		suspend.Revision = g.Revision + 1
		if _, err := b.act(ByPerson(b.manager), g.ID, suspend); !errors.Is(err, data.ErrConflict) {
			t.Errorf("newer than the grant: %v", err)
		}
		b.must(t, ByPerson(b.owner), g.ID, full(ActNamePerson))
		suspend.Revision = g.Revision
		after := b.must(t, ByPerson(b.manager), g.ID, suspend)
		resume := ActRequest{Act: ActResume, Revision: g.Revision}
		if _, err := b.act(ByPerson(b.colleague), g.ID, resume); !errors.Is(err, data.ErrConflict) {
			t.Errorf("older than the grant: %v", err)
		}
		resume.Revision = after.Revision
		b.must(t, ByPerson(b.colleague), g.ID, resume)
	})
}

// race lets several people act at once and gives their errors. Nothing but success, a refusal or a conflict is an answer.
func (b *bench) race(t *testing.T, id string, acts ...func() error) []error {
	t.Helper()
	results := make([]error, len(acts))
	var all sync.WaitGroup
	for i, try := range acts {
		all.Go(func() { results[i] = try() })
	}
	all.Wait()
	for _, err := range results {
		var refusal *data.Refusal
		if err != nil && !errors.As(err, &refusal) && !errors.Is(err, data.ErrConflict) {
			t.Errorf("unexpected: %v", err)
		}
	}
	return results
}

func (b *bench) try(who Actor, id string, r ActRequest) func() error {
	return func() error {
		_, err := b.act(who, id, r)
		return err
	}
}

func won(results []error) (n int) {
	for _, err := range results {
		if err == nil {
			n++
		}
	}
	return n
}

func TestRaceOfManagers(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		g := b.opened(t, b.request("race", 365, time.Time{}))
		var acts []func() error
		for i := range 8 {
			who := []account.Person{b.manager, b.colleague}[i%2]
			acts = append(acts, b.try(ByPerson(who), g.ID, full(ActRevoke)))
		}
		if n := won(b.race(t, g.ID, acts...)); n != 1 || len(b.mails(t, "race")) != 3 || len(b.entries(t, "race")) != 2 || b.found(t, g.ID).Revision != 2 {
			t.Errorf("%d won; mails %d, record %q", n, len(b.mails(t, "race")), b.entries(t, "race"))
		}
	})
}

// TestRaceWithTheEnd lets people and the job of the minute meet at the very instant of the end, and shortly before it: whatever
// comes first, each grant ends once, and nobody does anything to one that is over.
func TestRaceWithTheEnd(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		begin := db.Now()
		for name, before := range map[string]time.Duration{"at": 0, "ahead": time.Second} {
			for _, act := range []string{ActRenew, ActSuspend, ActRevoke, ActGiveUp} {
				db.SetNow(begin)
				item := fmt.Sprintf("end-%s-%s", name, strings.ReplaceAll(act, "_", "-"))
				g := b.opened(t, b.request(item, 40, time.Time{}))
				db.SetNow(g.Ends.Add(-before))
				who := ByPerson(b.manager)
				if act == ActGiveUp {
					who = ByPerson(b.owner)
				}
				job := func() error {
					return db.DB.Write(context.Background(), func(tx *data.Tx) error {
						_, err := Due(tx, b.desk)
						return err
					})
				}
				results := b.race(t, g.ID, b.try(who, g.ID, full(act)), job, job)
				b.checkEnd(t, g, act, before > 0, results)
			}
		}
	})
}

func (b *bench) checkEnd(t *testing.T, g Grant, act string, ahead bool, results []error) {
	t.Helper()
	after := b.found(t, g.ID)
	if won(results[1:]) != 2 {
		t.Fatalf("%s: the jobs said %v", act, results[1:])
	}
	if !ahead {
		wantRefusal(t, results[0], "", "grant_state")
		if after.State != Ended || !after.Stopped.Equal(g.Ends) || len(b.entries(t, g.ItemID)) != 2 {
			t.Errorf("%s at the end: %+v, record %q", act, after, b.entries(t, g.ItemID))
		}
		return
	}
	if results[0] != nil {
		t.Errorf("%s ahead of the end: %v", act, results[0])
	}
	if act == ActRenew && !after.Ends.Equal(g.Ends.Add(365*day)) || act != ActRenew && !after.Ends.Equal(g.Ends) {
		t.Errorf("%s ahead of the end: ends %v, was %v", act, after.Ends, g.Ends)
	}
}

func TestRaceForTheLastPlaceOnTheList(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		r := b.request("places", 365, time.Time{})
		r.Terms.NamedUsers = 3
		g := b.opened(t, r)
		var acts []func() error
		for i := range 9 {
			name := ActRequest{Act: ActNamePerson, Name: "Somebody", Email: fmt.Sprintf("person-%d@example.org", i)}
			acts = append(acts, b.try(ByPerson(b.owner), g.ID, name))
		}
		n := won(b.race(t, g.ID, acts...))
		after := b.found(t, g.ID)
		b.Read(t, func(tx *data.Tx) error {
			current, _, err := People(tx, g.ID)
			if n != 3 || after.People != 3 || len(current) != 3 || len(b.entries(t, "places")) != 4 {
				t.Errorf("%d won, %d counted, %d on the list, record %q", n, after.People, len(current), b.entries(t, "places"))
			}
			return err
		})
	})
}

func TestLists(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		for item, days := range map[string]int{"far": 300, "near": 40, "over": 20, "held": 35} {
			r := b.request(item, days, time.Time{})
			r.Terms.RenewalDays = 30
			g := b.opened(t, r)
			if item == "over" {
				b.must(t, ByPerson(b.owner), g.ID, full(ActGiveUp))
			}
			if item == "held" {
				b.must(t, ByPerson(b.manager), g.ID, full(ActSuspend))
			}
		}
		other := b.request("other", 10, db.Now().Add(time.Hour))
		var theirs account.Membership
		b.Read(t, func(tx *data.Tx) error {
			all, err := account.Memberships(tx, b.outsider.ID)
			theirs = all[0]
			return err
		})
		other.OrganizationID, other.Slug = theirs.Organization.ID, "example-scan"
		b.opened(t, other)
		db.Advance(15 * day) // far 285, near 25, held 20 days before the end; the other is over, but no job was there
		near := b.found(t, data.NamedID("grant:near"))
		b.must(t, ByPerson(b.owner), near.ID, full(ActAskRenewal))
		items := func(list []Listed, all int, err error) []string {
			if err != nil || all != len(list) {
				t.Fatalf("%d of %d: %v", len(list), all, err)
			}
			var names []string
			for _, l := range list {
				names = append(names, l.ItemID)
			}
			return names
		}
		b.Read(t, func(tx *data.Tx) error {
			for name, c := range map[string]struct {
				filter Filter
				want   []string
			}{
				"all":       {Filter{}, []string{"other", "held", "near", "far", "over"}},
				"active":    {Filter{State: Active}, []string{"near", "far"}},
				"ended":     {Filter{State: Ended}, []string{"over"}},
				"program":   {Filter{Program: "example-scan"}, []string{"other"}},
				"ending":    {Filter{Ending: true}, []string{"held", "near"}},
				"renewal":   {Filter{Renewal: true}, []string{"near"}},
				"together":  {Filter{State: Suspended, Ending: true}, []string{"held"}},
				"none":      {Filter{State: Revoked}, nil},
				"a program": {Filter{Program: "' OR 1=1"}, nil},
			} {
				if got := items(List(tx, c.filter)); !slices.Equal(got, c.want) {
					t.Errorf("%s: %v, want %v", name, got, c.want)
				}
			}
			if figures, err := Count(tx); err != nil || figures != (Figures{Active: 2, Ending: 2, Suspended: 1, Renewal: 1}) {
				t.Errorf("%+v, %v", figures, err)
			}
			if slugs, err := Programs(tx); err != nil || !slices.Equal(slugs, []string{"example-model", "example-scan"}) {
				t.Errorf("programs %v, %v", slugs, err)
			}
			list, err := OfOrganization(tx, b.org.ID)
			if err != nil || len(list) != 4 || list[0].ItemID != "held" || list[3].ItemID != "over" {
				t.Errorf("organization: %v, %v", list, err)
			}
			if list, err := OfOrganization(tx, "org-3"); len(list) != 0 || err != nil {
				t.Errorf("nobody: %v, %v", list, err)
			}
			if g, err := OfItem(tx, "near"); err != nil || g.ItemID != "near" {
				t.Errorf("item: %+v, %v", g, err)
			}
			if _, err := OfItem(tx, "none"); !errors.Is(err, data.ErrNotFound) {
				t.Errorf("no item: %v", err)
			}
			return nil
		})
	})
}

func TestListHasPages(t *testing.T) {
	b := newBench(t, datatest.Open(t))
	for i := range PageSize + 2 {
		b.opened(t, b.request(fmt.Sprintf("item-%03d", i), 100+i, time.Time{}))
	}
	b.Read(t, func(tx *data.Tx) error {
		for page, want := range map[int]int{0: PageSize, 1: PageSize, 2: 2, 3: 0} {
			list, all, err := List(tx, Filter{Page: page})
			if err != nil || all != PageSize+2 || len(list) != want || page == 2 && list[0].ItemID != fmt.Sprintf("item-%03d", PageSize) {
				t.Errorf("page %d: %d of %d, %v", page, len(list), all, err)
			}
		}
		return nil
	})
}

// TestStateAt: pages tell the truth in the minute before the job.
func TestStateAt(t *testing.T) {
	g := Grant{State: Pending, Starts: datatest.Start, Ends: datatest.Start.Add(day)}
	for after, want := range map[time.Duration]State{-time.Millisecond: Pending, 0: Active, day - time.Millisecond: Active, day: Ended, 3 * day: Ended} {
		if got := g.StateAt(datatest.Start.Add(after)); got != want {
			t.Errorf("%v after the start: %s, want %s", after, got, want)
		}
	}
	g.State = Suspended
	if got := g.StateAt(datatest.Start.Add(time.Hour)); got != Suspended {
		t.Errorf("suspended: %s", got)
	}
	g.State = Revoked
	if got := g.StateAt(datatest.Start.Add(3 * day)); got != Revoked {
		t.Errorf("revoked: %s", got)
	}
}
