package seat

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

// program has this many seats, and a tier for each further number.
func program(slug string, seats int, tiers ...int) *catalog.Published {
	o := &catalog.Offering{Slug: slug, Status: catalog.StatusOpen, Window: catalog.Window{Seats: seats}, Apply: []catalog.ApplyRoute{{Mode: catalog.ModeInApp}}}
	for i, n := range tiers {
		o.Tiers = append(o.Tiers, catalog.Tier{ID: string(rune('a' + i)), Seats: n})
	}
	return &catalog.Published{Offering: o}
}

func TestCount(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		plain, tiered := program("plain", 3), program("tiered", 5, 2, 0)
		count := func(p *catalog.Published) (places catalog.Places) {
			db.Read(t, func(tx *data.Tx) (err error) { places, err = Of(tx, p); return err })
			return places
		}
		if got := count(tiered); got.Mark() != "5/0,a:2/0,b:0/0" || got.Full() {
			t.Errorf("nobody came yet: %s", got.Mark())
		}
		db.Write(t, func(tx *data.Tx) error {
			for n, err := range []error{
				Take(tx, "1", "tiered", "a"), Take(tx, "2", "tiered", "a"), Take(tx, "3", "tiered", "b"), Wait(tx, "4", "tiered", "a"),
				Take(tx, "5", "tiered", "gone"), Take(tx, "6", "plain", ""), Wait(tx, "7", "plain", ""), Take(tx, "8", "other", ""),
			} {
				if err != nil {
					return fmt.Errorf("%d: %w", n, err)
				}
			}
			return nil
		})
		if got := count(tiered); got.Mark() != "1/1,a:0/1,b:0/0" || got.Taken != 4 || got.Full() || !got.FullFor("a") || got.FullFor("b") {
			t.Errorf("tiered: %s, %+v", got.Mark(), got)
		}
		if got := count(plain); got.Mark() != "2/1" || !got.Full() {
			t.Errorf("plain: %s", got.Mark())
		}
		db.Write(t, func(tx *data.Tx) error { // up from the list, to another tier, and out; twice does no harm
			for range 2 {
				for _, err := range []error{Take(tx, "7", "plain", ""), Take(tx, "1", "tiered", "b"), Free(tx, "2"), Free(tx, "nobody")} {
					if err != nil {
						return err
					}
				}
			}
			return nil
		})
		if a, b := count(tiered).Mark(), count(plain).Mark(); a != "2/1,a:2/1,b:0/0" || b != "1/0" {
			t.Errorf("after: %s, %s", a, b)
		}
		var all catalog.Counts
		db.Read(t, func(tx *data.Tx) (err error) {
			elsewhere := program("elsewhere", 3)
			elsewhere.Offering.Apply = []catalog.ApplyRoute{{Mode: catalog.ModeEmail}}
			all, err = All(tx, []*catalog.Published{plain, tiered, elsewhere})
			return err
		})
		if got := all.Mark(); got != "plain=1/0 tiered=2/1,a:2/1,b:0/0 " {
			t.Errorf("all: %q", got)
		}
	})
}

// TestNext: who waits longest comes first, whatever tier they wait for, if that tier has a place; nobody while the program is paused.
func TestNext(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		tiered, unlimited := program("tiered", 3, 1, 0), program("unlimited", 0)
		find := func(slug string) (*catalog.Published, bool) {
			p, ok := map[string]*catalog.Published{"tiered": tiered, "unlimited": unlimited}[slug]
			return p, ok
		}
		next := func() (line string) {
			db.Read(t, func(tx *data.Tx) error {
				cases, err := Next(tx, find)
				for _, c := range cases {
					line += c.ItemID + c.Tier + " "
				}
				return err
			})
			return strings.TrimSpace(line)
		}
		wait := func(item, slug, tier string) {
			db.Advance(time.Minute)
			db.Write(t, func(tx *data.Tx) error { return Wait(tx, item, slug, tier) })
		}
		write := func(act func(*data.Tx) error) { t.Helper(); db.Write(t, act) }
		for i := range 3 {
			write(func(tx *data.Tx) error {
				return Take(tx, fmt.Sprint("holder", i), "tiered", []string{"a", "b", "b"}[i])
			})
		}
		wait("by-hand", "unlimited", "")
		wait("z", "tiered", "a")
		wait("y", "tiered", "b")
		wait("x", "tiered", "a")
		if got := next(); got != "" {
			t.Errorf("without a free place: %q", got)
		}
		write(func(tx *data.Tx) error { return Free(tx, "holder2") })
		if got := next(); got != "yb" {
			t.Errorf("a place in b only: %q", got)
		}
		write(func(tx *data.Tx) error { return Free(tx, "holder0") })
		if got := next(); got != "za" {
			t.Errorf("a place in both: %q", got)
		}
		places := map[string]int{"z": 1, "y": 1, "x": 2, "by-hand": 1, "holder1": 0, "nobody": 0}
		for item, want := range places {
			db.Read(t, func(tx *data.Tx) error {
				place, err := Place(tx, item)
				if place != want {
					t.Errorf("%s is number %d, want %d", item, place, want)
				}
				return err
			})
		}
		tiered.Offering.Pause.Since = db.Now()
		if got := next(); got != "" {
			t.Errorf("while paused: %q", got)
		}
		tiered.Offering.Pause.Since = db.Now().Add(time.Minute)
		if got := next(); got != "za" {
			t.Errorf("before the pause: %q", got)
		}
	})
}

// TestMigration: whoever holds a seat or waits for one when the table is made goes on holding it or waiting.
func TestMigration(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		script, err := os.ReadFile("../../data/migrations/0190_seat.sql")
		if err != nil {
			t.Fatal(err)
		}
		_, copying, _ := strings.Cut(string(script), "WHERE waiting_since IS NOT NULL;")
		copying, _, found := strings.Cut(copying, "-- The tier that")
		if !found {
			t.Fatal("the migration has another shape")
		}
		db.Write(t, func(tx *data.Tx) error {
			if _, err := tx.Exec(`INSERT INTO organization (id, name, created_at) VALUES ('o', 'Cedar Flats Water District', 1)`); err != nil {
				return err
			}
			if _, err := tx.Exec(`INSERT INTO application (id, reference, organization_id, created_by, created_at, saved_at, saved_by, revision)
				VALUES ('a', 'CAD-7K2M', 'o', 'p', 1, 1, 'p', 1)`); err != nil {
				return err
			}
			for i, state := range []string{"draft", "submitted", "in_review", "needs_info", "waitlisted", "approved", "declined", "withdrawn", "closed", "sent"} {
				kind := "in_app"
				if state == "sent" {
					kind = "packet"
				}
				if _, err := tx.Exec(`INSERT INTO application_item (id, application_id, slug, version_id, kind, state, revision, created_at, changed_at, saved_by,
					submitted_by, assigned_to, decided_by, reason_code, reason_text, facts, declared, version_changed, rules_met, rules_all, waitlisted_at)
					VALUES ($1, 'a', $2, 'v', $3, $1, 1, 1, 1, '', '', '', '', '', '', '', '', FALSE, 0, 0, 77)`, state, fmt.Sprint("p", i), kind); err != nil {
					return err
				}
			}
			for _, state := range []string{"pending", "active", "suspended", "ended", "revoked"} {
				if _, err := tx.Exec(`INSERT INTO access_grant (id, item_id, organization_id, slug, version_id, reference, state, starts, ends, renewable, renewal_days,
					user_limit, safeguards, opened_by, reason, renewal, renewal_reason, renewals, people, changed_at, revision)
					VALUES ($1, $2, 'o', 'p', 'v', 'CAD-7K2M', $1, 1, 9, FALSE, 1, 1, '', 'p', '', '', '', 0, 0, 1, 1)`, state, "of-"+state); err != nil {
					return err
				}
			}
			_, err := tx.Exec(copying)
			return err
		})
		var got []string
		db.Read(t, func(tx *data.Tx) (err error) {
			got, err = data.Rows(tx, func(s data.Scanner) (string, error) {
				var item, slug string
				var since int64
				err := s.Scan(&item, &slug, &since)
				return fmt.Sprint(item, " ", slug, " ", since), err
			}, "SELECT item_id, slug, COALESCE(waiting_since, 0) FROM seat ORDER BY item_id")
			return err
		})
		want := []string{"in_review p2 0", "needs_info p3 0", "of-active p 0", "of-pending p 0", "of-suspended p 0", "submitted p1 0", "waitlisted p4 77"}
		if !slices.Equal(got, want) {
			t.Errorf("%q\nwant %q", got, want)
		}
	})
}
