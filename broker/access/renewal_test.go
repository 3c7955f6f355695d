package access

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

func TestRenewalHasItsTime(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		begin := db.Now()
		for name, c := range map[string]struct {
			days, stated int
			from         time.Duration // before the end
		}{
			"usual":       {365, 0, 60 * day},
			"stated":      {365, 90, 90 * day},
			"half":        {40, 0, 20 * day},
			"stated-long": {40, 40, 40 * day},
			"one-day":     {1, 0, day},
		} {
			for _, act := range []string{ActAskRenewal, ActRenew} {
				db.SetNow(begin)
				r := b.request("time-"+name+"-"+strings.ReplaceAll(act, "_", "-"), c.days, time.Time{})
				r.Terms.RenewalDays = c.stated
				g := b.opened(t, r)
				who := ByPerson(b.owner)
				if act == ActRenew {
					who = ByPerson(b.manager)
				}
				if !g.RenewFrom().Equal(g.Ends.Add(-c.from)) {
					t.Errorf("%s: from %v, ends %v", name, g.RenewFrom(), g.Ends)
				}
				db.SetNow(g.RenewFrom().Add(-time.Millisecond))
				if db.Now().After(begin) {
					_, err := b.act(who, g.ID, full(act))
					if refusal := wantRefusal(t, err, "", "renewal_early"); refusal.Args["Days"] != int64(c.from/day) {
						t.Errorf("%s: %v", name, refusal.Args)
					}
				}
				db.SetNow(g.RenewFrom())
				b.must(t, who, g.ID, full(act))
			}
		}
	})
}

// TestRenewalFromTheOldEnd: the term is added to the old end, by the terms of the version that is live.
func TestRenewalFromTheOldEnd(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		g := b.opened(t, b.request("terms", 365, time.Time{}))
		old := g.Ends
		db.SetNow(old.Add(-10 * day))
		b.must(t, ByPerson(b.owner), g.ID, full(ActAskRenewal))
		b.liveVersion = "version-2"
		b.live = catalog.Terms{DurationDays: 90, Renewable: true, NamedUsers: 4, RenewalDays: 20, Safeguards: []catalog.Safeguard{catalog.SafeguardNondisclosure}}
		var shown Grant
		b.Read(t, func(tx *data.Tx) error {
			renewed, ok, err := Renewed(tx, b.desk, b.found(t, g.ID))
			shown = renewed
			if !ok {
				t.Error("not renewable")
			}
			return err
		})
		g = b.must(t, ByPerson(b.manager), g.ID, full(ActRenew))
		if !g.Ends.Equal(old.Add(90*day)) || g.VersionID != "version-2" || g.UserLimit != 4 || g.RenewalDays != 20 || g.Renewals != 1 ||
			!slices.Equal(g.Safeguards, b.live.Safeguards) || g.Renewal != RenewalNone || g.State != Active {
			t.Errorf("%+v", g)
		}
		if !shown.Ends.Equal(g.Ends) || !slices.Equal(shown.Safeguards, g.Safeguards) || shown.UserLimit != g.UserLimit {
			t.Errorf("the page would have shown %+v", shown)
		}
		list := b.entries(t, "terms")
		if last := list[len(list)-1]; !strings.Contains(last, `"version":"version-2"`) || !strings.Contains(last, `"before":`) {
			t.Errorf("record %q", last)
		}
		db.SetNow(g.Ends.Add(-10 * day))
		b.must(t, ByPerson(b.signer), g.ID, full(ActAskRenewal)) // the new term has its own wish
	})
}

func TestRenewalOnce(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		g := b.opened(t, b.request("once", 365, time.Time{}))
		owner, manager := ByPerson(b.owner), ByPerson(b.manager)
		db.SetNow(g.Ends.Add(-40 * day))
		_, err := b.act(manager, g.ID, full(ActRefuseRenewal))
		wantRefusal(t, err, "", "renewal_not_asked")
		asked := b.must(t, owner, g.ID, full(ActAskRenewal))
		if asked.Renewal != RenewalAsked || !asked.RenewalAt.Equal(db.Now()) {
			t.Errorf("%+v", asked)
		}
		_, err = b.act(owner, g.ID, full(ActAskRenewal))
		wantRefusal(t, err, "", "renewal_asked")
		refused := b.must(t, manager, g.ID, full(ActRefuseRenewal))
		if refused.Renewal != RenewalRefused || refused.RenewalReason == "" || refused.Reason != "" {
			t.Errorf("%+v", refused)
		}
		_, err = b.act(owner, g.ID, full(ActAskRenewal))
		wantRefusal(t, err, "", "renewal_refused")
		_, err = b.act(manager, g.ID, full(ActRefuseRenewal))
		wantRefusal(t, err, "", "renewal_not_asked")
		if renewed := b.must(t, manager, g.ID, full(ActRenew)); renewed.RenewalReason != "" || renewed.Renewal != RenewalNone {
			t.Errorf("a manager who thinks again: %+v", renewed)
		}
		_, err = b.act(manager, g.ID, full(ActRenew))
		wantRefusal(t, err, "", "renewal_early")
	})
}

func TestNotRenewable(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		r := b.request("never", 40, time.Time{})
		r.Terms.Renewable = false
		g := b.opened(t, r)
		db.SetNow(g.Ends.Add(-day))
		_, err := b.act(ByPerson(b.owner), g.ID, full(ActAskRenewal))
		wantRefusal(t, err, "", "not_renewable")
		for name, change := range map[string]func(){
			"gone":        func() { b.liveVersion = "" },
			"not any":     func() { b.liveVersion, b.live.Renewable = "version-2", false },
			"no duration": func() { b.live.Renewable, b.live.DurationDays = true, 0 },
		} {
			before, terms := b.liveVersion, b.live
			change()
			_, err := b.act(ByPerson(b.manager), g.ID, full(ActRenew))
			wantRefusal(t, err, "", "not_renewable")
			b.Read(t, func(tx *data.Tx) error {
				if _, ok, err := Renewed(tx, b.desk, g); ok || err != nil {
					t.Errorf("%s: %v, %v", name, ok, err)
				}
				return nil
			})
			b.liveVersion, b.live = before, terms
		}
		b.must(t, ByPerson(b.manager), g.ID, full(ActRenew)) // the program's rules of today allow it
	})
}

func TestPeople(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		r := b.request("people", 365, time.Time{})
		r.Terms.NamedUsers = 2
		g := b.opened(t, r)
		owner := ByPerson(b.owner)
		name := func(name, email string) error {
			_, err := b.act(owner, g.ID, ActRequest{Act: ActNamePerson, Name: name, Email: email})
			return err
		}
		for _, c := range []struct{ name, email, field, code string }{
			{" ", "a@example.org", "name", "person_name"}, {strings.Repeat("ñ", 121), "a@example.org", "name", "too_long"},
			{"a\x00b", "a@example.org", "name", "invalid_text"}, {"\xff", "a@example.org", "name", "invalid_text"},
			{"Somebody", "", "email", "invalid_email"}, {"Somebody", "someone at work", "email", "invalid_email"},
		} {
			wantRefusal(t, name(c.name, c.email), c.field, c.code)
		}
		if err := name("  Night \t operator ", " Night@Example.ORG"); err != nil {
			t.Fatal(err)
		}
		wantRefusal(t, name("Another", "night@example.org"), "email", "person_known")
		db.Advance(time.Hour)
		if err := name(strings.Repeat("ñ", 120), "day@example.org"); err != nil {
			t.Fatal(err)
		}
		wantRefusal(t, name("Third", "third@example.org"), "name", "people_full")
		var current, removed []Person
		read := func() {
			b.Read(t, func(tx *data.Tx) (err error) {
				current, removed, err = People(tx, g.ID)
				return err
			})
		}
		read()
		if len(current) != 2 || current[0].Name != "Night operator" || current[0].Email != "night@example.org" || len(removed) != 0 {
			t.Errorf("%+v %+v", current, removed)
		}
		remove := func(id string) error {
			_, err := b.act(owner, g.ID, ActRequest{Act: ActRemovePerson, PersonID: id})
			return err
		}
		gone := current[0]
		db.Advance(time.Hour)
		if err := remove(gone.ID); err != nil {
			t.Fatal(err)
		}
		wantRefusal(t, remove(gone.ID), "", "person_gone")
		wantRefusal(t, remove("nobody"), "", "person_gone")
		read()
		if len(current) != 1 || len(removed) != 1 || !removed[0].Removed.Equal(db.Now()) || b.found(t, g.ID).People != 1 {
			t.Errorf("%+v %+v", current, removed)
		}
		if err := name("Night operator", "night@example.org"); err != nil { // back again
			t.Errorf("back again: %v", err)
		}
		for _, entry := range b.entries(t, "people") {
			if strings.Contains(entry, "@") || strings.Contains(strings.ToLower(entry), "night") {
				t.Errorf("the record holds personal data: %s", entry)
			}
		}
		other := b.opened(t, b.request("others", 365, time.Time{}))
		if _, err := b.act(owner, other.ID, ActRequest{Act: ActRemovePerson, PersonID: current[0].ID}); err == nil {
			t.Error("a person was removed through the grant of another case")
		}
	})
}

func TestHistory(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		g := b.opened(t, b.request("history", 40, db.Now().Add(time.Hour)))
		db.Advance(2 * time.Hour)
		b.due(t)
		b.must(t, ByPerson(b.owner), g.ID, full(ActNamePerson))
		b.must(t, ByPerson(b.manager), g.ID, full(ActSuspend))
		var got []string
		b.Read(t, func(tx *data.Tx) error {
			events, err := History(tx, g)
			for _, e := range events {
				got = append(got, e.Entry+" "+string(e.By)+" "+map[string]string{b.manager.ID: "manager", b.owner.ID: "owner", "system": "system"}[e.Actor])
			}
			return err
		})
		want := []string{"grant_opened manager manager", "grant_activated system system", "grant_person_named holder owner", "grant_suspended manager manager"}
		if !slices.Equal(got, want) {
			t.Errorf("got %v", got)
		}
	})
}

// TestMigration: grants of before the renewals keep what they were.
func TestMigration(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		script := func(name string) string {
			text, err := os.ReadFile("../../data/migrations/" + name)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		b.Write(t, func(tx *data.Tx) error {
			for _, statement := range []string{"DROP TABLE access_person", "DROP TABLE access_grant", script("0007_access.sql")} {
				if _, err := tx.Exec(statement); err != nil {
					return err
				}
			}
			for state, reason := range map[State]string{Pending: "", Active: "", Ended: "", Revoked: "Shared"} {
				_, err := tx.Exec(`INSERT INTO access_grant (id, item_id, organization_id, slug, version_id, reference, state, starts, ends, renewable,
					safeguards, opened_by, reason, changed_at, revision, reminded_days)
					VALUES ($1, $2, $3, 'example-model', 'version-1', 'CAD-7K2M', $4, 1000, 9000, $5, 'confidentiality nondisclosure', 'person-1', $6, 5000, 2, 30)`,
					"grant-"+string(state), "item-"+string(state), b.org.ID, string(state), true, reason)
				if err != nil {
					return err
				}
			}
			for _, next := range []string{"0050_access_life.sql", "0191_grant_tier.sql"} {
				if _, err := tx.Exec(script(next)); err != nil {
					return err
				}
			}
			return nil
		})
		for state, stopped := range map[State]int64{Pending: 0, Active: 0, Ended: 9000, Revoked: 5000} {
			g := b.found(t, "grant-"+string(state))
			if g.State != state || data.Millis(g.Starts) != 1000 || data.Millis(g.Ends) != 9000 || data.Millis(g.Stopped) != stopped || !g.Renewable ||
				len(g.Safeguards) != 2 || g.UserLimit != 10 || g.RenewalDays != 60 || g.Revision != 2 || (g.Reason != "") != (state == Revoked) {
				t.Errorf("%s: %+v", state, g)
			}
			if mark(t, db, g.ID) != 30 {
				t.Errorf("%s: the mark of the reminder is gone", state)
			}
		}
	})
}
