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

func vocabulary(t testing.TB) *eligibility.Vocabulary {
	t.Helper()
	v, err := eligibility.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (b *bench) save(t testing.TB, v *eligibility.Vocabulary, o account.Organization, actor string, p eligibility.Profile) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error { return account.SaveFacts(tx, v, o.ID, actor, p) })
}

func (b *bench) facts(t testing.TB, v *eligibility.Vocabulary, o account.Organization) (p eligibility.Profile) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		p, err = account.Facts(tx, v, o.ID)
		return err
	})
	return p
}

// history lists every row of a fact, oldest first.
func (b *bench) history(t testing.TB, o account.Organization, fact string) (rows []string) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		rows, err = data.Rows(tx, data.Value[string], `SELECT value || ' ' || evidence || ' ' || source || ' ' || stated_by || ' ' ||
			CASE WHEN superseded_at IS NULL THEN 'now' ELSE 'until ' || cast(superseded_at - $3 AS TEXT) END
			FROM organization_fact WHERE organization_id = $1 AND fact = $2 ORDER BY stated_at`, o.ID, fact, data.Millis(datatest.Start))
		return err
	})
	return rows
}

func TestFactsKeepTheirHistory(t *testing.T) {
	v := vocabulary(t)
	each(t, func(t *testing.T, b *bench) {
		owner := b.applicant(t, "owner@example.org")
		o := b.organization(t, owner, "Cedar Flats Water District")
		other := b.organization(t, owner, "Example Institute")
		band := eligibility.Between(eligibility.Over(3300).Intersect(eligibility.AtMost(10000)))
		steps := []eligibility.Profile{
			{"population_served": band.From(eligibility.Stated, "check"), "sector": eligibility.String("drinking_water")},
			{"population_served": band.From(eligibility.Stated, "application")},
			{"population_served": eligibility.Int(5000).From(eligibility.Stated, "application")},
			{"population_served": eligibility.Int(5000).From(eligibility.Stated, "check")},        // the same again
			{"population_served": eligibility.Int(5000).From(eligibility.Register, "sdwis 2026")}, // better evidence
			{"population_served": eligibility.Int(5000).From(eligibility.Stated, "application")},  // weaker evidence
			{"population_served": eligibility.Int(5000).From(eligibility.Register, "sdwis 2027")}, // a newer vintage
			{"population_served": {}}, // not sure any more
			{"population_served": {}},
			{"population_served": eligibility.Int(7000).From(eligibility.Stated, eligibility.SourceDerived)},
		}
		for _, step := range steps {
			b.save(t, v, o, owner.ID, step)
			b.Advance(time.Millisecond)
		}
		want := []string{`{"min":3301,"max":10000} stated check P until 2`, `5000 stated application P until 4`, `5000 register sdwis 2026 P until 6`,
			`5000 register sdwis 2027 P until 7`, ` stated  P now`}
		got := b.history(t, o, "population_served")
		for i := range got {
			got[i] = strings.ReplaceAll(got[i], owner.ID, "P")
		}
		if !slices.Equal(got, want) {
			t.Errorf("history\n%s\nwanted\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if now := b.facts(t, v, o); len(now) != 1 || !now["sector"].Equal(eligibility.String("drinking_water")) {
			t.Errorf("facts now %v", now)
		}
		if now := b.facts(t, v, other); len(now) != 0 {
			t.Errorf("facts of the other organization %v", now)
		}
		acts := b.acts(t, record.OrganizationChain(o.ID), map[string]string{owner.ID: "P", o.ID: "O"})
		one := `P facts_changed {"facts":["population_served"]}`
		if want := []string{`P organization_created {"organization":"O","owner":"P"}`, `P facts_changed {"facts":["population_served","sector"]}`, one, one, one, one}; !slices.Equal(acts, want) {
			t.Errorf("record\n%s", strings.Join(acts, "\n"))
		}
	})
}

func TestFactsComeBackWithEvidenceAndSource(t *testing.T) {
	v := vocabulary(t)
	each(t, func(t *testing.T, b *bench) {
		o := b.organization(t, b.applicant(t, "owner@example.org"), "Cedar Flats Water District")
		given := eligibility.Profile{
			"sector":             eligibility.String("drinking_water").From(eligibility.Verified, "reviewer"),
			"additional_sectors": eligibility.Set().From(eligibility.Stated, "check"),
			"memberships":        eligibility.Set("waterisac", "awwa").From(eligibility.Document, "letter"),
			"population_served":  eligibility.Int(5000).From(eligibility.Register, "sdwis 2026"),
			"design_flow_mgd":    eligibility.Decimal(1.25),
			"static_public_ips":  eligibility.Bool(false),
			"sam_expires_on":     eligibility.String("2027-02-28"),
			"legal_name":         eligibility.String("Distrito \"Cedar\" <Flats> ñ '"),
			"annual_revenue":     eligibility.Between(eligibility.Below(1_000_000)),
		}
		b.save(t, v, o, record.System, given)
		got := b.facts(t, v, o)
		if len(got) != len(given) {
			t.Errorf("%d facts came back, wanted %d", len(got), len(given))
		}
		for id, want := range given {
			if id == "annual_revenue" { // whole dollars: below a million is at most 999,999
				want = eligibility.Between(eligibility.AtMost(999_999))
			}
			day := b.Now().Format(time.DateOnly)
			if want.Evidence == eligibility.Register {
				day = "" // an edition is never guessed
			}
			if !got[id].Equal(want) || got[id].Evidence != want.Evidence || got[id].Source != want.Source || got[id].AsOf != day {
				t.Errorf("%s: %+v came back for %+v", id, got[id], want)
			}
		}
	})
}

func TestSaveFactsRefusesNonsense(t *testing.T) {
	v := vocabulary(t)
	each(t, func(t *testing.T, b *bench) {
		o := b.organization(t, b.applicant(t, "owner@example.org"), "Cedar Flats Water District")
		for name, p := range map[string]eligibility.Profile{
			"unknown fact": {"sector": eligibility.String("gas"), "zz_no_such_fact": eligibility.Bool(true)},
			"wrong type":   {"additional_sectors": eligibility.Set(), "sector": eligibility.Bool(true)},
		} {
			if err := b.DB.Write(t.Context(), func(tx *data.Tx) error { return account.SaveFacts(tx, v, o.ID, record.System, p) }); err == nil {
				t.Errorf("%s was stored", name)
			}
		}
		if n := b.count(t, "SELECT count(*) FROM organization_fact"); n != 0 {
			t.Errorf("%d rows were stored", n)
		}
		if err := b.DB.Write(t.Context(), func(tx *data.Tx) error {
			return account.SaveFacts(tx, v, "no-such-organization", record.System, eligibility.Profile{"sector": eligibility.String("gas")})
		}); err == nil {
			t.Error("facts of an organization that is not there were stored")
		}
	})
}

func TestFactsThatTheVocabularyLostAreUnknown(t *testing.T) {
	v := vocabulary(t)
	b := newBench(t, datatest.Open(t))
	o := b.organization(t, b.applicant(t, "owner@example.org"), "Cedar Flats Water District")
	b.save(t, v, o, record.System, eligibility.Profile{"sector": eligibility.String("gas"), "has_ot": eligibility.Bool(true)})
	b.Write(t, func(tx *data.Tx) error {
		for fact, value := range map[string]string{"retired_fact": `true`, "govt_type": `"village"`, "static_public_ips": `{`} {
			_, err := tx.Exec(`INSERT INTO organization_fact (id, organization_id, fact, value, evidence, source, stated_at, stated_by)
				VALUES ($1, $2, $3, $4, 'hearsay', '', 1, 'seed')`, data.NewID(), o.ID, fact, value)
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec("UPDATE organization_fact SET evidence = 'hearsay' WHERE fact = 'has_ot'")
		return err
	})
	got := b.facts(t, v, o)
	if len(got) != 2 || got["has_ot"].Evidence != eligibility.Stated {
		t.Errorf("facts %+v", got)
	}
	b.save(t, v, o, record.System, eligibility.Profile{"govt_type": eligibility.String("county")})
	if got := b.facts(t, v, o); !got["govt_type"].Equal(eligibility.String("county")) {
		t.Errorf("the new value is %+v", got["govt_type"])
	}
}

// TestFactsAgreeWithAModel saves random profiles and compares with a map: the latest value counts unless it says nothing
// new, one row of each fact is current, and there is one row for each change.
func TestFactsAgreeWithAModel(t *testing.T) {
	v := vocabulary(t)
	b := newBench(t, datatest.Open(t))
	owner := b.applicant(t, "owner@example.org")
	ids := []eligibility.FactID{"has_ot", "population_served", "memberships"}
	rapid.Check(t, func(r *rapid.T) {
		o := b.organization(t, owner, "Example Institute "+data.NewID())
		model, changes := eligibility.Profile{}, 0
		for range rapid.IntRange(1, 8).Draw(r, "saves") {
			p := eligibility.Profile{}
			for _, id := range ids {
				if rapid.Bool().Draw(r, "mention") {
					p[id] = randomValue(r, id)
				}
			}
			b.Advance(time.Duration(rapid.IntRange(0, 1).Draw(r, "pause")) * time.Second)
			b.save(t, v, o, owner.ID, p)
			for id, value := range p {
				old := model[id]
				same := value.Equal(old) && value.Known() == old.Known()
				if same && (!value.Known() || value.Evidence <= old.Evidence) {
					continue
				}
				model[id] = value
				changes++
			}
		}
		got := b.facts(t, v, o)
		for _, id := range ids {
			if !got[id].Equal(model[id]) || got[id].Known() && got[id].Evidence != model[id].Evidence {
				r.Fatalf("%s is %+v, the model says %+v", id, got[id], model[id])
			}
		}
		rows := b.count(t, "SELECT count(*) FROM organization_fact WHERE organization_id = $1", o.ID)
		double := b.count(t, `SELECT count(*) FROM (SELECT fact FROM organization_fact WHERE organization_id = $1 AND superseded_at IS NULL
			GROUP BY fact HAVING count(*) > 1) AS twice`, o.ID)
		if rows != changes || double != 0 {
			r.Fatalf("%d rows for %d changes, %d facts with two current values", rows, changes, double)
		}
	})
}

// TestEditions: a value keeps the day of its source. The same value of a later edition is taken over, an older one is not; a
// person's word is of the day on which it was given.
func TestEditions(t *testing.T) {
	v := vocabulary(t)
	each(t, func(t *testing.T, b *bench) {
		owner := b.applicant(t, "owner@example.org")
		o := b.organization(t, owner, "Cedar Flats Water District")
		for _, c := range []struct {
			value    eligibility.Value
			asOf     string
			rows     int
			evidence eligibility.Evidence
		}{
			{eligibility.Int(4200).From(eligibility.Stated, "check").On("2020-01-01"), b.Now().Format(time.DateOnly), 1, eligibility.Stated},
			{eligibility.Int(4200).From(eligibility.Register, "sdwis").On("2025-03-31"), "2025-03-31", 2, eligibility.Register},
			{eligibility.Int(4200).From(eligibility.Register, "sdwis").On("2025-06-30"), "2025-06-30", 3, eligibility.Register},
			{eligibility.Int(4200).From(eligibility.Register, "sdwis").On("2024-12-31"), "2025-06-30", 3, eligibility.Register},
			{eligibility.Int(4200).From(eligibility.Register, "epa-cws"), "", 4, eligibility.Register},
		} {
			b.save(t, v, o, owner.ID, eligibility.Profile{"population_served": c.value})
			got := b.facts(t, v, o)["population_served"]
			rows := b.count(t, "SELECT count(*) FROM organization_fact")
			if got.AsOf != c.asOf || got.Evidence != c.evidence || rows != c.rows {
				t.Errorf("%+v became %+v, %d rows", c.value, got, rows)
			}
		}
		b.Read(t, func(tx *data.Tx) error {
			history, err := account.FactHistory(tx, v, o.ID)
			var days []string
			for _, e := range history["population_served"] {
				days = append(days, e.Value.Source+" "+e.Value.AsOf)
			}
			slices.Sort(days)
			if want := []string{"check ", "epa-cws ", "sdwis 2025-03-31", "sdwis 2025-06-30"}; !slices.Equal(days, want) {
				t.Errorf("history %q", days)
			}
			return err
		})
	})
}

func randomValue(r *rapid.T, id eligibility.FactID) eligibility.Value {
	evidence := eligibility.Evidence(rapid.IntRange(0, 3).Draw(r, "evidence"))
	switch {
	case rapid.IntRange(0, 4).Draw(r, "unknown") == 0:
		return eligibility.Value{}
	case id == "has_ot":
		return eligibility.Bool(rapid.Bool().Draw(r, "flag")).From(evidence, "here")
	case id == "memberships":
		return eligibility.Set(rapid.SliceOfN(rapid.SampledFrom([]string{"awwa", "waterisac", "appa"}), 0, 3).Draw(r, "items")...).From(evidence, "here")
	}
	return eligibility.Int(int64(rapid.IntRange(1, 3).Draw(r, "number"))).From(evidence, "here")
}

func TestRacingSavesLeaveOneCurrentValue(t *testing.T) {
	v := vocabulary(t)
	each(t, func(t *testing.T, b *bench) {
		o := b.organization(t, b.applicant(t, "owner@example.org"), "Cedar Flats Water District")
		got := raced(t, 8, func(i int) error {
			return b.DB.Write(t.Context(), func(tx *data.Tx) error {
				return account.SaveFacts(tx, v, o.ID, fmt.Sprint("p-", i), eligibility.Profile{"population_served": eligibility.Int(int64(1000 + i))})
			})
		})
		if got[""] != 8 {
			t.Errorf("saves: %v", got)
		}
		if now := b.count(t, "SELECT count(*) FROM organization_fact WHERE superseded_at IS NULL"); now != 1 {
			t.Errorf("%d current values", now)
		}
		if acts := b.acts(t, record.OrganizationChain(o.ID), nil); len(acts) != 9 {
			t.Errorf("%d record entries, wanted 9", len(acts))
		}
	})
}
