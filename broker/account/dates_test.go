package account_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"

	"pgregory.net/rapid"
)

// dates lists the days of an organization as "kind/subject day note", those that were worked out with a star.
func (b *bench) dates(t testing.TB, v *eligibility.Vocabulary, o account.Organization) (lines []string) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) error {
		all, err := account.Dates(tx, v, o.ID)
		for _, d := range all {
			line := strings.TrimSuffix(fmt.Sprintf("%s/%s", d.Kind, d.Subject), "/") + " " + d.Day
			if d.WorkedOut {
				line += "*"
			}
			lines = append(lines, strings.TrimSpace(line+" "+d.Note))
		}
		return err
	})
	return lines
}

func (b *bench) renew(t testing.TB, v *eligibility.Vocabulary, o account.Organization, actor, subject, day, note string) error {
	t.Helper()
	return b.DB.Write(t.Context(), func(tx *data.Tx) error {
		return account.SaveRenewal(tx, v, o.ID, actor, account.Date{Subject: subject, Day: day, Note: note})
	})
}

// TestWhenAWaterSystemCertifies holds the rounds of 42 U.S.C. 300i-2 on both sides of each size and each day.
func TestWhenAWaterSystemCertifies(t *testing.T) {
	v := vocabulary(t)
	b := newBench(t, datatest.Open(t))
	owner := b.applicant(t, "owner@example.org")
	for _, c := range []struct {
		people     int64
		today      string
		risk, plan string // certified on
		want       string
	}{
		{3300, "2026-11-23", "", "", ""},
		{3301, "2026-11-23", "", "", "plan 2026-12-31 risk 2031-06-30"},
		{49999, "2026-11-23", "", "", "plan 2026-12-31 risk 2031-06-30"},
		{50000, "2026-11-23", "", "", "risk 2030-12-31 plan 2031-06-30"},
		{99999, "2026-11-23", "", "", "risk 2030-12-31 plan 2031-06-30"},
		{100000, "2026-11-23", "", "", "risk 2030-03-31 plan 2030-09-30"},
		{5000, "2026-06-30", "", "", "risk 2026-06-30 plan 2026-12-31"}, // the day itself
		{5000, "2026-07-01", "", "", "plan 2026-12-31 risk 2031-06-30"},
		{5000, "2026-12-31", "", "", "plan 2026-12-31 risk 2031-06-30"},
		{5000, "2027-01-01", "", "", "risk 2031-06-30 plan 2031-12-31"},
		{5000, "2026-11-23", "2026-05-02", "2026-10-01", "risk 2031-06-30 plan 2031-12-31"}, // in time
		{5000, "2026-11-23", "2026-08-15", "", "plan 2026-12-31 risk 2031-06-30"},           // late
		{5000, "2026-11-23", "2021-06-30", "2021-12-30", "risk 2026-06-30 plan 2026-12-31"}, // the round before: the risk review is late
		{5000, "2026-11-23", "2025-06-29", "2025-06-30", "risk 2026-06-30 plan 2026-12-31"}, // more than a year early
		{5000, "2026-11-23", "2025-06-30", "2025-12-31", "risk 2031-06-30 plan 2031-12-31"},
	} {
		o := b.organization(t, owner, "Cedar Flats Water District")
		facts := eligibility.Profile{"sector": eligibility.String("drinking_water"), "population_served": eligibility.Int(c.people)}
		for id, day := range map[eligibility.FactID]string{"awia_rra_certified_on": c.risk, "awia_erp_certified_on": c.plan} {
			if day != "" {
				facts[id] = eligibility.String(day)
			}
		}
		today, err := time.Parse(time.DateOnly, c.today)
		if err != nil {
			t.Fatal(err)
		}
		b.SetNow(today.Add(23 * time.Hour))
		b.save(t, v, o, owner.ID, facts)
		var got []string
		for _, line := range b.dates(t, v, o) {
			got = append(got, strings.NewReplacer("awia_risk_review", "risk", "awia_emergency_plan", "plan", "*", "").Replace(line))
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%d people on %s, certified %q and %q: %q, want %q", c.people, c.today, c.risk, c.plan, text, c.want)
		}
	}
}

func TestWhoCertifiesNothing(t *testing.T) {
	v := vocabulary(t)
	b := newBench(t, datatest.Open(t))
	owner := b.applicant(t, "owner@example.org")
	for name, facts := range map[string]eligibility.Profile{
		"nothing known":    {},
		"a cooperative":    {"sector": eligibility.String("electric"), "population_served": eligibility.Int(5000)},
		"a campground":     {"sector": eligibility.String("drinking_water"), "population_served": eligibility.Int(5000), "pws_type": eligibility.String("tncws")},
		"of unknown size":  {"sector": eligibility.String("drinking_water")},
		"on both sides":    {"sector": eligibility.String("drinking_water"), "population_served": eligibility.Between(eligibility.Range(3000, 4000))},
		"only wastewater":  {"sector": eligibility.String("wastewater"), "population_served": eligibility.Int(5000)},
		"small by a band":  {"sector": eligibility.String("drinking_water"), "population_served": eligibility.Between(eligibility.AtMost(3300))},
		"without its size": {"sector": eligibility.String("sltt_government"), "additional_sectors": eligibility.Set("drinking_water")},
	} {
		o := b.organization(t, owner, "Example Institute")
		b.save(t, v, o, owner.ID, facts)
		if got := b.dates(t, v, o); len(got) > 0 {
			t.Errorf("%s: %q", name, got)
		}
	}
	o := b.organization(t, owner, "Example Town")
	b.save(t, v, o, owner.ID, eligibility.Profile{"sector": eligibility.String("sltt_government"), "additional_sectors": eligibility.Set("drinking_water"),
		"population_served": eligibility.Between(eligibility.Over(3300).Intersect(eligibility.AtMost(10000)))})
	if got := b.dates(t, v, o); !slices.Equal(got, []string{"awia_emergency_plan 2026-12-31*", "awia_risk_review 2031-06-30*"}) {
		t.Errorf("a town with a water system, known by a band: %q", got)
	}
}

func TestRenewalsAndRegistration(t *testing.T) {
	v := vocabulary(t)
	each(t, func(t *testing.T, b *bench) {
		owner := b.applicant(t, "owner@example.org")
		o, other := b.organization(t, owner, "Cedar Flats Water District"), b.organization(t, owner, "Example Institute")
		b.save(t, v, o, owner.ID, eligibility.Profile{"memberships": eligibility.Set("awwa", "waterisac"), "sam_expires_on": eligibility.String("2026-10-01")})
		for _, step := range []struct{ subject, day, note, refused string }{
			{"waterisac", "2026-03-01", " Ask the\nboard ", ""},
			{"waterisac", "2026-03-01", "Ask the board", ""}, // the same again
			{"awwa", "2027-02-14", "", ""},
			{"nrha", "2027-01-01", "not a member", ""},
			{"nonsense", "2027-01-01", "", "subject unknown_choice"},
			{"awwa", "2027-02-30", "", "day invalid_date"},
			{"awwa", "soon", "", "day invalid_date"},
			{"awwa", "2027-02-15", strings.Repeat("ñ", 201), "note too_long map[Max:200 Used:201]"},
			{"awwa", "2027-02-15", "a\x07b", "note invalid_text"},
			{"appa", "", "nothing to take away", ""},
		} {
			wantRefusal(t, step.subject+" "+step.day, b.renew(t, v, o, owner.ID, step.subject, step.day, step.note), step.refused)
			b.Advance(time.Millisecond)
		}
		want := []string{"sam_expires 2026-10-01", "membership/awwa 2027-02-14", "membership/waterisac 2027-03-01 Ask the board"}
		if got := b.dates(t, v, o); !slices.Equal(got, want) {
			t.Errorf("days %q, want %q", got, want)
		}
		if got := b.dates(t, v, other); len(got) > 0 {
			t.Errorf("days of the other organization: %q", got)
		}
		if err := b.renew(t, v, o, owner.ID, "waterisac", "", "ignored"); err != nil {
			t.Fatal(err)
		}
		if got := b.dates(t, v, o); !slices.Equal(got, want[:2]) {
			t.Errorf("after taking one away: %q", got)
		}
		acts := b.acts(t, record.OrganizationChain(o.ID), map[string]string{owner.ID: "P"})
		if last := acts[len(acts)-1]; len(acts) != 6 || last != `P date_changed {"kind":"membership","known":false,"subject":"waterisac"}` {
			t.Errorf("record\n%s", strings.Join(acts, "\n"))
		}
		if rows := b.count(t, "SELECT count(*) FROM organization_date"); rows != 4 {
			t.Errorf("%d rows, want 4: three days and one that was taken away", rows)
		}
	})
}

// TestYearlyDays: a renewal is on its own day and month, from today on, within a year and a day.
func TestYearlyDays(t *testing.T) {
	v := vocabulary(t)
	b := newBench(t, datatest.Open(t))
	owner := b.applicant(t, "owner@example.org")
	o := b.organization(t, owner, "Cedar Flats Water District")
	b.save(t, v, o, owner.ID, eligibility.Profile{"memberships": eligibility.Set("awwa")})
	day := func(r *rapid.T, name string) time.Time {
		return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 5000).Draw(r, name))
	}
	rapid.Check(t, func(r *rapid.T) {
		stated, today := day(r, "stated"), day(r, "today")
		if rapid.Bool().Draw(r, "leap day") {
			stated = time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)
		}
		b.SetNow(today.Add(time.Hour))
		if err := b.renew(t, v, o, owner.ID, "awwa", stated.Format(time.DateOnly), ""); err != nil {
			r.Fatal(err)
		}
		_, text, _ := strings.Cut(b.dates(t, v, o)[0], " ")
		next, err := time.Parse(time.DateOnly, text)
		if err != nil {
			r.Fatal(err)
		}
		same := next.Month() == stated.Month() && next.Day() == stated.Day()
		leap := stated.Month() == time.February && stated.Day() == 29 && next.Month() == time.February && next.Day() == 28
		if !same && !leap || next.Before(today) || next.After(today.AddDate(1, 0, 1)) && next != stated {
			r.Fatalf("stated %s, today %s: %s", stated, today, next)
		}
	})
}
