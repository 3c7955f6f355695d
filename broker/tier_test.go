package broker

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

// tiered gives a program a window of its own with this many seats, and a guided and a self-guided tier.
func tiered(seats, guided, alone int, list bool) func(string) string {
	return func(text string) string {
		window := fmt.Sprintf("[window]\nseats = %d\nwaiting_list = %t\n\n", seats, list)
		tiers := fmt.Sprintf(`[[tiers]]
id = "guided"
title = { en = "Guided", es = "Guiado" }
summary = { en = "An engineer helps you.", es = "Una persona de ingeniería le ayuda." }
seats = %d
duration_days = 30
[[tiers]]
id = "alone"
title = { en = "Self-guided", es = "Autoguiado" }
summary = { en = "You follow a list.", es = "Usted sigue una lista." }
seats = %d

`, guided, alone)
		return strings.Replace(text, "[[apply]]", window+tiers+"[[apply]]", 1)
	}
}

// choose answers the question for the tier.
func (b *bench) choose(t testing.TB, item Item, tier string) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error {
		a, err := FindApplication(tx, PersonActor(account.Person{ID: item.SavedBy}), item.ApplicationID)
		if err != nil {
			return err
		}
		now, _ := a.Item(item.Slug)
		_, err = SaveAnswers(tx, b.desk, PersonActor(account.Person{ID: item.SavedBy}), a, item.Slug, now.Revision, Answers{catalog.TierQuestion: {tier}})
		return err
	})
}

func (b *bench) places(t testing.TB, slug string) (p catalog.Places) {
	t.Helper()
	program := b.program(t, slug)
	b.Read(t, func(tx *data.Tx) (err error) { p, err = seat.Of(tx, program); return err })
	return p
}

// TestTierIsRequired: a form without a tier, or with one that is none, cannot be sent, and it can as soon as there is one.
func TestTierIsRequired(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.publish(t, scan, tiered(5, 2, 3, true))
		item := b.strangers(t, 1, scan)[0]
		person := account.Person{ID: item.SavedBy}
		for _, tier := range []string{"", "gold"} {
			b.choose(t, item, tier)
			_, err := b.act(person, item.ID, full(ActSubmit))
			wantRefusal(t, err, "", "incomplete")
		}
		b.choose(t, item, "guided")
		after := b.must(t, person, item.ID, full(ActSubmit))
		if after.Tier != "guided" || after.State != Submitted || b.find(t, item.ID).Tier != "guided" {
			t.Errorf("%+v", after)
		}
		if got := b.places(t, scan).Mark(); got != "4/0,alone:3/0,guided:1/0" {
			t.Error(got)
		}
		for lang, want := range map[string]string{"en": "Guided", "es": "Guiado"} {
			if title := b.program(t, scan).TitleOf(after.Tier, lang); !strings.HasSuffix(title, ": "+want) {
				t.Error(title)
			}
		}
	})
}

// TestSeatsOfTiersAtOnce: of many who send at the same moment for tiers in turn, never more get a seat than there are, in each tier and in
// all. The others stand on the list of their tier, each with a place of their own, or hear what is full.
func TestSeatsOfTiersAtOnce(t *testing.T) {
	for name, list := range map[string]bool{"list": true, "no list": false} {
		t.Run(name, func(t *testing.T) {
			datatest.Each(t, func(t *testing.T, db *datatest.Database) {
				b := open(t, db)
				b.publish(t, scan, tiered(3, 1, 3, list))
				items := b.strangers(t, crowdSize(), scan)
				tiers := []string{"guided", "alone"}
				for i, item := range items {
					b.choose(t, item, tiers[i%2])
				}
				errs := make([]error, len(items))
				var group sync.WaitGroup
				for i, item := range items {
					group.Go(func() { _, errs[i] = b.act(account.Person{ID: item.SavedBy}, item.ID, full(ActSubmit)) })
				}
				group.Wait()
				taken, line := map[string]int{}, map[string][]int{}
				for i, item := range items {
					after := b.find(t, item.ID)
					var refusal *data.Refusal
					switch {
					case after.State == Submitted && errs[i] == nil:
						taken[after.Tier]++
					case after.State == Waitlisted && errs[i] == nil && list:
						b.Read(t, func(tx *data.Tx) error {
							place, err := Place(tx, after)
							line[after.Tier] = append(line[after.Tier], place)
							return err
						})
					case after.State == Draft && !list && errors.As(errs[i], &refusal) && (refusal.Code == "tier_full" || refusal.Code == "program_full"):
					default:
						t.Errorf("number %d is %s: %v", i, after.State, errs[i])
					}
				}
				if taken["guided"] > 1 || taken["guided"]+taken["alone"] != 3 {
					t.Errorf("taken %v", taken)
				}
				for tier, places := range line {
					slices.Sort(places)
					for i, place := range places {
						if place != i+1 {
							t.Errorf("places in %s: %v", tier, places)
						}
					}
				}
				if p := b.places(t, scan); p.Taken != 3 || p.Tiers["guided"].Taken != taken["guided"] || list && p.Waiting != len(items)-3 {
					t.Errorf("counted %s, taken %v", p.Mark(), taken)
				}
			})
		})
	}
}

// TestTierListsMoveUp: who waits for a tier moves up when that tier has a place, and nobody takes the place of the whole that belongs to them.
func TestTierListsMoveUp(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.publish(t, scan, tiered(2, 1, 2, true))
		items := b.strangers(t, 4, scan)
		for i, tier := range []string{"guided", "alone", "guided", "alone"} {
			b.Advance(time.Minute)
			b.choose(t, items[i], tier)
			items[i].State = b.must(t, account.Person{ID: items[i].SavedBy}, items[i].ID, full(ActSubmit)).State
		}
		states := func() (all []State) {
			for _, item := range items {
				all = append(all, b.find(t, item.ID).State)
			}
			return all
		}
		if got := states(); !slices.Equal(got, []State{Submitted, Submitted, Waitlisted, Waitlisted}) {
			t.Fatal(got)
		}
		b.must(t, b.manager, items[1].ID, full(ActDecline))
		if p := b.places(t, scan); !p.FullFor("guided") || !p.FullFor("alone") {
			t.Errorf("a place that belongs to the list is offered: %s", p.Mark())
		}
		b.work(t)
		if got := states(); !slices.Equal(got, []State{Submitted, Declined, Waitlisted, Submitted}) {
			t.Errorf("a place in alone: %v", got)
		}
		b.must(t, b.manager, items[0].ID, full(ActDecline))
		b.work(t)
		if got := states(); !slices.Equal(got, []State{Declined, Declined, Submitted, Submitted}) {
			t.Errorf("a place in guided: %v", got)
		}
	})
}

// TestApproveForAnotherTier: with a reason that the applicant reads, if a place is free there; the grant lasts as long as its tier and
// holds the place until it ends.
func TestApproveForAnotherTier(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.publish(t, scan, tiered(3, 1, 2, true))
		items := b.strangers(t, 3, scan)
		for i, tier := range []string{"guided", "alone", "alone"} {
			b.choose(t, items[i], tier)
			b.must(t, account.Person{ID: items[i].SavedBy}, items[i].ID, full(ActSubmit))
		}
		approve := func(item Item, tier, message string) (Item, error) {
			return b.act(b.manager, item.ID, ActRequest{Act: ActApprove, Tier: tier, Message: message})
		}
		_, err := approve(items[1], "gold", "Because.")
		wantRefusal(t, err, "tier", "unknown_choice")
		_, err = approve(items[1], "guided", "Because.")
		wantRefusal(t, err, "tier", "tier_full")
		after, err := approve(items[0], "guided", "")
		if err != nil || after.Tier != "guided" {
			t.Fatalf("%+v: %v", after, err)
		}
		grantOf := func(item Item) (g access.Grant) {
			b.Read(t, func(tx *data.Tx) (err error) { g, err = access.OfItem(tx, item.ID); return err })
			return g
		}
		first := grantOf(items[0])
		if first.Tier != "guided" || first.Ends.Sub(first.Starts) != 30*24*time.Hour {
			t.Errorf("%+v", first)
		}
		b.Write(t, func(tx *data.Tx) error { return Revoke(tx, b.desk, PersonActor(b.manager), first.ID, "Shared") })
		_, err = approve(items[1], "guided", " ")
		wantRefusal(t, err, "message", "required")
		if after, err = approve(items[1], "guided", "You have nobody for the list."); err != nil || after.Tier != "guided" || after.State != Approved {
			t.Fatalf("%+v: %v", after, err)
		}
		if g := grantOf(items[1]); g.Tier != "guided" || g.Ends.Sub(g.Starts) != 30*24*time.Hour {
			t.Errorf("%+v", g)
		}
		if got := b.places(t, scan).Mark(); got != "1/0,alone:1/0,guided:0/0" {
			t.Error(got)
		}
		c := b.reviewed(t, items[1].ID)
		if len(c.Messages) != 1 || c.Messages[0].Kind != ActReply || c.Messages[0].Text != "You have nobody for the list." {
			t.Errorf("%+v", c.Messages)
		}
		for tier, days := range map[string]int{"guided": 30, "alone": b.program(t, scan).Terms.DurationDays, "": b.program(t, scan).Terms.DurationDays} {
			b.Read(t, func(tx *data.Tx) error { // a renewal lasts as long as the tier does now
				_, terms, err := b.desk.Grants().Live(tx, scan, tier)
				if terms.DurationDays != days {
					t.Errorf("%q is renewed for %d days, want %d", tier, terms.DurationDays, days)
				}
				return err
			})
		}
		after, err = approve(items[2], "alone", "")
		terms := b.program(t, scan).Terms.DurationDays
		if g := grantOf(items[2]); err != nil || g.Tier != "alone" || g.Ends.Sub(g.Starts) != time.Duration(terms)*24*time.Hour {
			t.Errorf("%v: %+v", err, g)
		}
	})
}
