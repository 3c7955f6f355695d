package account_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
)

func TestFactHistory(t *testing.T) {
	v := vocabulary(t)
	each(t, func(t *testing.T, b *bench) {
		owner, editor := b.applicant(t, "owner@example.org"), b.applicant(t, "editor@example.org")
		o, other := b.organization(t, owner, "Cedar Flats Water District"), b.organization(t, owner, "Example Institute")
		b.save(t, v, o, owner.ID, eligibility.Profile{"population_served": eligibility.Int(4000).From(eligibility.Stated, "check")})
		b.Advance(time.Hour)
		b.save(t, v, o, record.System, eligibility.Profile{"population_served": eligibility.Int(4200).From(eligibility.Register, "sdwis 2026")})
		b.Advance(time.Hour)
		b.save(t, v, o, editor.ID, eligibility.Profile{"population_served": {}})
		b.save(t, v, o, owner.ID, eligibility.Profile{"population_served": eligibility.Int(4300).From(eligibility.Stated, "profile")}) // in the same millisecond
		b.save(t, v, other, owner.ID, eligibility.Profile{"has_ot": eligibility.Bool(true)})
		b.Write(t, func(tx *data.Tx) error { // what the vocabulary knew once
			_, err := tx.Exec(`INSERT INTO organization_fact (id, organization_id, fact, value, evidence, source, stated_at, stated_by)
				VALUES ('x', $1, 'retired_fact', 'true', 'stated', '', 1, 'seed')`, o.ID)
			return err
		})
		var got map[eligibility.FactID][]account.Entry
		b.Read(t, func(tx *data.Tx) (err error) {
			got, err = account.FactHistory(tx, v, o.ID)
			return err
		})
		entries := got["population_served"]
		if len(got) != 1 || len(entries) != 4 {
			t.Fatalf("history %+v", got)
		}
		at := func(hours int) time.Time { return datatest.Start.Add(time.Duration(hours) * time.Hour) }
		for i, want := range []struct {
			value       eligibility.Value
			source, by  string
			from, until time.Time
		}{
			{eligibility.Int(4300), "profile", owner.ID, at(2), time.Time{}},
			{eligibility.Value{}, "", editor.ID, at(2), at(2)},
			{eligibility.Int(4200), "sdwis 2026", record.System, at(1), at(2)},
			{eligibility.Int(4000), "check", owner.ID, at(0), at(1)},
		} {
			e := entries[i]
			if !e.Value.Equal(want.value) || e.Value.Known() != want.value.Known() || e.Value.Source != want.source || e.By != want.by ||
				!e.From.Equal(want.from) || e.Until.IsZero() != want.until.IsZero() || !want.until.IsZero() && !e.Until.Equal(want.until) {
				t.Errorf("entry %d is %+v, want %+v", i, e, want)
			}
		}
		if entries[2].Value.Evidence != eligibility.Register {
			t.Errorf("evidence %v", entries[2].Value.Evidence)
		}
	})
}

func TestRename(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		owner := b.applicant(t, "owner@example.org")
		o := b.organization(t, owner, "Cedar Flats Water District")
		rename := func(seen, name string) error {
			b.Advance(time.Minute)
			return b.DB.Write(t.Context(), func(tx *data.Tx) error { return account.Rename(tx, o.ID, owner.ID, seen, name) })
		}
		for _, c := range []struct{ name, refused string }{
			{"", "name organization_name"}, {" \n\t", "name organization_name"}, {strings.Repeat("é", 121), "name too_long map[Max:120 Used:121]"},
			{"Cedar\x00Flats", "name invalid_text"}, {"Cedar\x1bFlats", "name invalid_text"}, {"\xff", "name invalid_text"},
			{"Visit https://example.org now", "name name_link"}, {"WWW.example.org", "name name_link"},
			{"Cedar Flats Water District", ""}, {" Cedar  Flats Water and Sewer ", ""},
		} {
			wantRefusal(t, c.name, rename("Cedar Flats Water District", c.name), c.refused)
		}
		if err := rename("Cedar Flats Water District", "Another"); !errors.Is(err, data.ErrConflict) {
			t.Errorf("a rename of the older name: %v", err)
		}
		if err := rename("Cedar Flats Water and Sewer", "Cedar Flats Utilities"); err != nil {
			t.Fatal(err)
		}
		b.Read(t, func(tx *data.Tx) error {
			found, err := account.FindOrganization(tx, o.ID)
			if err != nil || found.Name != "Cedar Flats Utilities" {
				t.Errorf("the name is %q, %v", found.Name, err)
			}
			former, err := account.FormerNames(tx, o.ID)
			var names []string
			for _, n := range former {
				names = append(names, n.Name)
				if n.By != owner.ID || n.Until.IsZero() {
					t.Errorf("former name %+v", n)
				}
			}
			if !slices.Equal(names, []string{"Cedar Flats Water and Sewer", "Cedar Flats Water District"}) {
				t.Errorf("former names %q", names)
			}
			return err
		})
		acts := b.acts(t, record.OrganizationChain(o.ID), map[string]string{owner.ID: "P"})
		if want := []string{"P organization_renamed {}", "P organization_renamed {}"}; !slices.Equal(acts[1:], want) {
			t.Errorf("record %q", acts)
		}
	})
}

func TestRacingRenames(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		o := b.organization(t, b.applicant(t, "owner@example.org"), "Cedar Flats Water District")
		conflicts := make([]bool, 8)
		raced(t, 8, func(i int) error {
			err := b.DB.Write(t.Context(), func(tx *data.Tx) error {
				return account.Rename(tx, o.ID, "p", "Cedar Flats Water District", "Name "+string(rune('A'+i)))
			})
			if conflicts[i] = errors.Is(err, data.ErrConflict); conflicts[i] {
				return nil
			}
			return err
		})
		lost := 0
		for _, conflict := range conflicts {
			if conflict {
				lost++
			}
		}
		if former := b.count(t, "SELECT count(*) FROM organization_name"); lost != 7 || former != 1 {
			t.Errorf("%d of 8 lost, %d former names", lost, former)
		}
	})
}

func TestOwnProfile(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		signIn := func(lang string) account.Person {
			b.deliver(t)
			b.Write(t, func(tx *data.Tx) error {
				return account.AskSignIn(tx, b.composer, account.Request{Email: "a@example.org", Lang: lang, Browser: browser("laptop")})
			})
			p, _, err := b.spend(b.deliver(t)[0].token, "laptop")
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		p := signIn("en")
		set := func(name, lang string) error {
			return b.DB.Write(t.Context(), func(tx *data.Tx) error { return account.SetProfile(tx, p.ID, name, lang) })
		}
		for _, c := range []struct{ name, lang, refused string }{
			{strings.Repeat("a", 121), "en", "name too_long map[Max:120 Used:121]"}, {"a\x00", "en", "name invalid_text"}, {"http://a", "en", "name name_link"},
			{"Ana", "fr", "lang unknown_choice"}, {"Ana", "", "lang unknown_choice"}, {"", "es", ""}, {" Ana \n Ruiz ", "es", ""},
		} {
			wantRefusal(t, c.name+" "+c.lang, set(c.name, c.lang), c.refused)
		}
		if err := set(strings.Repeat("a", 121), "fr"); err == nil || !strings.Contains(err.Error(), "too_long") || !strings.Contains(err.Error(), "unknown_choice") {
			t.Errorf("two problems are told as %v", err)
		}
		if again := signIn("en"); again.Lang != "es" || again.Name != "Ana Ruiz" {
			t.Errorf("after signing in on an English page: %+v", again)
		}
		if err := b.DB.Write(t.Context(), func(tx *data.Tx) error { return account.SetProfile(tx, "no-such-id", "Ana", "es") }); !errors.Is(err, data.ErrNotFound) {
			t.Errorf("a person that is not there: %v", err)
		}
		want := []string{`P person_added {"person":"P"}`, `P person_changed {"lang":"es","person":"P"}`, `P person_changed {"lang":"es","person":"P"}`}
		if got := b.acts(t, record.Desk, map[string]string{p.ID: "P"}); !slices.Equal(got, want) {
			t.Errorf("record %q", got)
		}
	})
}
