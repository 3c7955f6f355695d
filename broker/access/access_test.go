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

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"
)

const (
	english = "operator@example.org"
	spanish = "operadora@example.com"
)

func testDesk(t testing.TB) Desk {
	t.Helper()
	c, err := notify.NewComposer(notify.ComposerConfig{Brand: "Cyber Access Desk", Operator: "Example Institute",
		PublicURL: "https://desk.example.org", From: "desk@example.org", ReplyTo: "help@example.org", SealKey: [32]byte{1, 2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	return Desk{
		Mail: c,
		Title: func(_ *data.Tx, _ Grant, lang string) (string, error) {
			return map[string]string{"en": "Example model access", "es": "Acceso al modelo de ejemplo"}[lang], nil
		},
		Organization: func(*data.Tx, string) (string, []Recipient, error) {
			return "Cedar Flats Water District", []Recipient{{english, "en"}, {spanish, "es"}}, nil
		},
	}
}

// request is a grant of some days for the item; starts may be zero.
func request(item string, days int, starts time.Time) OpenRequest {
	return OpenRequest{ItemID: item, OrganizationID: "org-1", Slug: "example-model", VersionID: "version-1", Reference: "CAD-7K2M",
		Terms: catalog.Terms{DurationDays: days, Renewable: true,
			Safeguards: []catalog.Safeguard{catalog.SafeguardConfidentiality, catalog.SafeguardUseRestriction}},
		Starts: starts, Actor: "person-1"}
}

func opened(t testing.TB, db *datatest.Database, r OpenRequest) Grant {
	t.Helper()
	var g Grant
	db.Write(t, func(tx *data.Tx) (err error) {
		g, err = Open(tx, r)
		return err
	})
	return g
}

func acted(db *datatest.Database, d Desk, id string, r ActRequest) (g Grant, err error) {
	err = db.DB.Write(context.Background(), func(tx *data.Tx) (err error) {
		g, err = Act(tx, d, id, r)
		return err
	})
	return g, err
}

func due(t testing.TB, db *datatest.Database, d Desk) Report {
	t.Helper()
	var r Report
	db.Write(t, func(tx *data.Tx) (err error) {
		r, err = Due(tx, d)
		return err
	})
	return r
}

func found(t testing.TB, db *datatest.Database, id string) Grant {
	t.Helper()
	var g Grant
	db.Read(t, func(tx *data.Tx) (err error) {
		g, err = Find(tx, id)
		return err
	})
	return g
}

func mails(t testing.TB, db *datatest.Database, item string) []notify.Queued {
	t.Helper()
	var list []notify.Queued
	db.Read(t, func(tx *data.Tx) (err error) {
		list, err = notify.Sent(tx, record.CaseChain(item))
		return err
	})
	return list
}

func entries(t testing.TB, db *datatest.Database, item string) []string {
	t.Helper()
	var list []string
	db.Read(t, func(tx *data.Tx) (err error) {
		list, err = data.Rows(tx, func(s data.Scanner) (string, error) {
			var act, actor, detail string
			err := s.Scan(&act, &actor, &detail)
			return act + " " + actor + " " + detail, err
		}, `SELECT act, actor, detail FROM record_entry WHERE chain = $1 ORDER BY seq`, record.CaseChain(item))
		return err
	})
	return list
}

func wantRefusal(t testing.TB, err error, field, code string) *data.Refusal {
	t.Helper()
	var refusal *data.Refusal
	if !errors.As(err, &refusal) || refusal.Field != field || refusal.Code != code {
		t.Fatalf("got %v, want refusal %q %q", err, field, code)
	}
	if errors.Is(err, data.ErrNotFound) || errors.Is(err, data.ErrConflict) {
		t.Fatalf("the refusal also reads as another kind: %v", err)
	}
	return refusal
}

func TestOpen(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
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
			g := opened(t, db, request(item, 365, c.starts))
			if g.State != c.state || !g.Starts.Equal(c.want) || !g.Ends.Equal(c.want.Add(365*24*time.Hour)) || g.Revision != 1 {
				t.Errorf("%s: %+v", name, g)
			}
			if stored := found(t, db, g.ID); fmt.Sprintf("%+v", stored) != fmt.Sprintf("%+v", g) {
				t.Errorf("%s: stored %+v, returned %+v", name, stored, g)
			}
			if list := entries(t, db, item); len(list) != 1 || !strings.HasPrefix(list[0], "grant_opened person-1 {") {
				t.Errorf("%s: record %q", name, list)
			}
			if list := mails(t, db, item); len(list) != 0 {
				t.Errorf("%s: the approved mail is the caller's, found %v", name, list)
			}
		}
	})
}

func TestOpenTwiceOrWithoutDuration(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		opened(t, db, request("once", 365, time.Time{}))
		open := func(item string, days int) error {
			return db.DB.Write(context.Background(), func(tx *data.Tx) error {
				_, err := Open(tx, request(item, days, time.Time{}))
				return err
			})
		}
		if err := open("once", 365); !errors.Is(err, data.ErrConflict) {
			t.Errorf("twice: %v", err)
		}
		if err := open("no-duration", 0); err == nil {
			t.Error("a grant without a duration was opened")
		}
		if list := entries(t, db, "once"); len(list) != 1 {
			t.Errorf("record %q", list)
		}
	})
}

// inState makes a grant and brings it through the door to a state.
func inState(t testing.TB, db *datatest.Database, d Desk, item string, state State) Grant {
	t.Helper()
	var starts time.Time
	if state == Pending {
		starts = db.Now().Add(time.Hour)
	}
	g := opened(t, db, request(item, 365, starts))
	var r ActRequest
	switch state {
	case Ended:
		r = ActRequest{Act: ActEnd, Actor: record.System, Role: RoleSystem}
	case Revoked:
		r = ActRequest{Act: ActRevoke, Actor: "person-2", Role: RoleProgramManager, Reason: "First reason"}
	default:
		return g
	}
	g, err := acted(db, d, g.ID, r)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// TestTransitions tries every act in every state as every role. The expectation is written out here and not taken from the
// table of the package.
func TestTransitions(t *testing.T) {
	type key struct {
		from State
		act  string
	}
	allowed := map[key]struct {
		to   State
		role string
	}{
		{Pending, "activate"}: {Active, "system"},
		{Active, "end"}:       {Ended, "system"},
		{Pending, "revoke"}:   {Revoked, "program_manager"},
		{Active, "revoke"}:    {Revoked, "program_manager"},
	}
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		count := 0
		for _, from := range []State{Pending, Active, Ended, Revoked} {
			for _, what := range []string{"activate", "end", "revoke", "renew", ""} {
				for _, role := range []string{"program_manager", "system", "reviewer", ""} {
					count++
					item := fmt.Sprintf("item-%d", count)
					before := inState(t, db, d, item, from)
					mailsBefore, entriesBefore := len(mails(t, db, item)), len(entries(t, db, item))
					after, err := acted(db, d, before.ID, ActRequest{Act: what, Role: role, Actor: "person-3", Reason: "Shared with others"})
					name := fmt.Sprintf("%s %q as %q", from, what, role)
					want, ok := allowed[key{from, what}]
					if ok && want.role == role {
						if err != nil || after.State != want.to || after.Revision != before.Revision+1 {
							t.Fatalf("%s: %+v, %v", name, after, err)
						}
						if stored := found(t, db, before.ID); fmt.Sprintf("%+v", stored) != fmt.Sprintf("%+v", after) {
							t.Fatalf("%s: stored %+v, returned %+v", name, stored, after)
						}
						if len(mails(t, db, item)) != mailsBefore+2 || len(entries(t, db, item)) != entriesBefore+1 {
							t.Fatalf("%s: mails %v, record %v", name, mails(t, db, item), entries(t, db, item))
						}
						continue
					}
					code := "grant_state"
					if ok {
						code = "not_your_role"
					}
					wantRefusal(t, err, "", code)
					if stored := found(t, db, before.ID); fmt.Sprintf("%+v", stored) != fmt.Sprintf("%+v", before) ||
						len(mails(t, db, item)) != mailsBefore || len(entries(t, db, item)) != entriesBefore {
						t.Fatalf("%s: refused, but something changed: %+v", name, stored)
					}
				}
			}
		}
	})
}

func TestActUnknownGrant(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		_, err := acted(db, testDesk(t), "nowhere", ActRequest{Act: ActRevoke, Role: RoleProgramManager, Actor: "person-1", Reason: "x"})
		if !errors.Is(err, data.ErrNotFound) {
			t.Fatal(err)
		}
	})
}

func TestRevokeReason(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		g := opened(t, db, request("reason", 365, time.Time{}))
		revoke := ActRequest{Act: ActRevoke, Role: RoleProgramManager, Actor: "person-2"}
		for reason, code := range map[string]string{"": "required", " \n\t": "required", "a\x00b": "invalid_text",
			"a\xffb": "invalid_text", strings.Repeat("ñ", 2001): "too_long"} {
			revoke.Reason = reason
			_, err := acted(db, d, g.ID, revoke)
			refusal := wantRefusal(t, err, "reason", code)
			if code == "too_long" && (refusal.Args["Max"] != 2000 || refusal.Args["Used"] != 2001) {
				t.Errorf("args %v", refusal.Args)
			}
		}
		revoke.Reason = " " + strings.Repeat("ñ", 2000) + "\n"
		after, err := acted(db, d, g.ID, revoke)
		if err != nil || after.Reason != strings.Repeat("ñ", 2000) {
			t.Fatalf("%v: reason of %d bytes", err, len(after.Reason))
		}
		list := entries(t, db, "reason")
		if len(list) != 2 || !strings.HasPrefix(list[1], "grant_revoked person-2 {") || strings.Contains(list[1], "ñ") {
			t.Errorf("record %q", list)
		}
	})
}

// TestStaleGrant is the guard itself: the row moved on after it was read.
func TestStaleGrant(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		revoke := ActRequest{Act: ActRevoke, Role: RoleProgramManager, Actor: "person-2", Reason: "Shared with others"}
		for name, change := range map[string]func(*Grant){
			"revision": func(g *Grant) { g.Revision++ },
			"state":    func(g *Grant) { g.State = Pending },
		} {
			g := opened(t, db, request("stale-"+name, 365, time.Time{}))
			change(&g)
			err := db.DB.Write(context.Background(), func(tx *data.Tx) error {
				_, err := act(tx, d, g, revoke)
				return err
			})
			if !errors.Is(err, data.ErrConflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestRaceOfRevokes(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		g := opened(t, db, request("race", 365, time.Time{}))
		results := make([]error, 8)
		var all sync.WaitGroup
		for i := range results {
			all.Go(func() {
				_, results[i] = acted(db, d, g.ID, ActRequest{Act: ActRevoke, Role: RoleProgramManager,
					Actor: fmt.Sprintf("person-%d", i), Reason: "Shared with others"})
			})
		}
		all.Wait()
		won := 0
		for _, err := range results {
			var refusal *data.Refusal
			switch {
			case err == nil:
				won++
			case errors.As(err, &refusal) && refusal.Code == "grant_state", errors.Is(err, data.ErrConflict):
			default:
				t.Errorf("unexpected: %v", err)
			}
		}
		if won != 1 || len(mails(t, db, "race")) != 2 || len(entries(t, db, "race")) != 2 || found(t, db, g.ID).Revision != 2 {
			t.Errorf("%d won; mails %d, record %q", won, len(mails(t, db, "race")), entries(t, db, "race"))
		}
	})
}

func TestLists(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		for item, days := range map[string]int{"far": 300, "near": 40, "over": 20} {
			g := opened(t, db, request(item, days, time.Time{}))
			if item == "over" {
				if _, err := acted(db, d, g.ID, ActRequest{Act: ActEnd, Role: RoleSystem, Actor: record.System}); err != nil {
					t.Fatal(err)
				}
			}
		}
		other := request("other", 10, db.Now().Add(time.Hour))
		other.OrganizationID = "org-2"
		opened(t, db, other)
		items := func(list []Grant, err error) []string {
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, g := range list {
				names = append(names, g.ItemID)
			}
			return names
		}
		db.Read(t, func(tx *data.Tx) error {
			if got := items(OfOrganization(tx, "org-1")); !slices.Equal(got, []string{"near", "far", "over"}) {
				t.Errorf("organization: %v", got)
			}
			if got := items(All(tx)); !slices.Equal(got, []string{"other", "near", "far", "over"}) {
				t.Errorf("all: %v", got)
			}
			if got := items(OfOrganization(tx, "org-3")); len(got) != 0 {
				t.Errorf("nobody: %v", got)
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
