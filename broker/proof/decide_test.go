package proof

import (
	"slices"
	"testing"

	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/eligibility"

	"pgregory.net/rapid"
)

// rules are for hospitals; the criterion on beds demands a register.
func rules(t testing.TB, beds eligibility.Evidence, more ...eligibility.Criterion) *eligibility.Ruleset {
	t.Helper()
	criteria := append([]eligibility.Criterion{
		{ID: "beds", Expr: "available_beds <= 25 || hospital_type == 'reh'", MinEvidence: beds},
		{ID: "size", Expr: "available_beds >= 10", MinEvidence: eligibility.Stated},
	}, more...)
	compiled, err := catalogtest.Vocabulary().Compile(eligibility.Rules{Slug: "example", Sectors: []string{"health"}, Criteria: criteria, Published: true})
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// results gives the results of the criteria, the gate first, and the outcome last.
func results(d eligibility.Decision) (all []string) {
	for _, c := range d.Criteria {
		all = append(all, string(c.Result))
	}
	return append(all, string(d.Outcome))
}

// A value from the record, or the same one stated, meets a criterion that demands a register; one that the record contradicts
// leaves it unknown, whatever was kept, and every other criterion as it was.
func TestCriteriaThatDemandARegister(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		strict, lax := rules(t, eligibility.Register), rules(t, eligibility.Stated)
		decided := func(what string, r *eligibility.Ruleset, needs []eligibility.FactID, want ...string) {
			t.Helper()
			d := b.standing(t).Decide(r)
			if got := results(d); !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
			if !slices.Equal(d.NeedsEvidence, needs) || slices.Contains(d.Missing, "available_beds") {
				t.Errorf("%s: needs evidence %v, missing %v", what, d.NeedsEvidence, d.Missing)
			}
		}
		b.state(t, eligibility.Profile{"sector": eligibility.String("health"), "available_beds": eligibility.Int(25)})
		decided("stated", strict, []eligibility.FactID{"available_beds"}, "met", "met", "met", "eligible")
		b.tie(t, hospital)
		decided("stated, and the record says so", strict, nil, "met", "met", "met", "eligible")
		b.state(t, beds(24))
		decided("contradicted", strict, nil, "met", "unknown", "met", "unknown")
		decided("contradicted, no demand", lax, nil, "met", "met", "met", "eligible")
		b.answer(t, Choice{Fact: "available_beds", Seen: seen(t, b.standing(t).Differences[0]), Explanation: "One bed is closed."})
		decided("contradicted and explained", strict, nil, "met", "unknown", "met", "unknown")
		b.answer(t, Choice{Fact: "available_beds", Seen: seen(t, b.standing(t).Differences[0]), Take: true})
		decided("taken from the record", strict, nil, "met", "met", "met", "eligible")
		b.state(t, beds(9))
		decided("contradicted and not enough for another rule", strict, nil, "met", "unknown", "unmet", "ineligible")
		b.beds(t, "2026-05", 9)
		decided("a new edition says so too", strict, nil, "met", "met", "unmet", "ineligible")
	})
}

// For any facts and any disputed ones: a criterion that demands a register is decided as if the disputed facts were not known, every
// other one as if nothing were disputed; the rest follows from the criteria, and no disputed fact is asked for.
func TestDisputedFactsProperty(t *testing.T) {
	document := eligibility.Criterion{ID: "people", Expr: "employees_fte < 500 && available_beds < 100", MinEvidence: eligibility.Document}
	r := rules(t, eligibility.Register, document, eligibility.Criterion{ID: "owner", Expr: "ownership_type != 'investor_owned' && runs('health')", MinEvidence: eligibility.Verified})
	rapid.Check(t, func(t *rapid.T) {
		facts := eligibility.Profile{}
		put := func(id eligibility.FactID, values ...eligibility.Value) {
			if at := rapid.IntRange(-1, len(values)-1).Draw(t, string(id)); at >= 0 {
				facts[id] = values[at].From(eligibility.Evidence(rapid.IntRange(0, 3).Draw(t, string(id)+" evidence")), "")
			}
		}
		put("sector", eligibility.String("health"), eligibility.String("banking"))
		put("available_beds", eligibility.Int(9), eligibility.Int(25), eligibility.Int(45), eligibility.Between(eligibility.AtMost(30)))
		put("hospital_type", eligibility.String("reh"), eligibility.String("cah"))
		put("employees_fte", eligibility.Int(100), eligibility.Int(900))
		put("ownership_type", eligibility.String("investor_owned"), eligibility.String("government_local"))
		var disputed []eligibility.FactID
		without := facts.Clone()
		for _, id := range []eligibility.FactID{"available_beds", "hospital_type", "employees_fte", "ownership_type"} {
			if facts[id].Known() && rapid.Bool().Draw(t, string(id)+" disputed") {
				disputed = append(disputed, id)
				delete(without, id)
			}
		}
		got, plain, strict := decide(r, facts, disputed), r.Decide(facts), r.Decide(without)
		outcome := eligibility.Eligible
		for i, c := range r.Criteria() {
			want := plain.Criteria[i]
			if c.MinEvidence >= eligibility.Register {
				want = strict.Criteria[i]
			}
			if got.Criteria[i].Result != want.Result || got.Criteria[i].NeedsEvidence != want.NeedsEvidence {
				t.Fatalf("criterion %s is %v, want %v", c.ID, got.Criteria[i], want)
			}
			if got.Criteria[i].Result == eligibility.Unmet {
				outcome = eligibility.Ineligible
			} else if got.Criteria[i].Result == eligibility.Unknown && outcome == eligibility.Eligible {
				outcome = eligibility.Unknown
			}
			if unmet := got.Criteria[i].Result == eligibility.Unmet; unmet != slices.Contains(got.Blocking, c.ID) {
				t.Fatalf("blocking %v, and %s is %s", got.Blocking, c.ID, got.Criteria[i].Result)
			}
		}
		if got.Outcome != outcome {
			t.Fatalf("outcome %s, want %s", got.Outcome, outcome)
		}
		for _, id := range disputed {
			if slices.Contains(got.Missing, id) || slices.Contains(got.Questions, id) {
				t.Fatalf("%s is disputed and asked for: %v", id, got.Missing)
			}
		}
		for _, id := range got.NeedsEvidence {
			if !slices.ContainsFunc(got.Criteria, func(c eligibility.CriterionResult) bool { return c.NeedsEvidence && slices.Contains(c.Facts, id) }) {
				t.Fatalf("%s needs evidence for no criterion", id)
			}
		}
		if got.Outcome == eligibility.Unknown && len(disputed) == 0 && !slices.Equal(got.Missing, plain.Missing) {
			t.Fatalf("missing %v, want %v", got.Missing, plain.Missing)
		}
	})
}

// What an item was sent with decides it again in the same way.
func TestFrozenStandingDecidesAlike(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		r := rules(t, eligibility.Register)
		b.state(t, eligibility.Profile{"sector": eligibility.String("health"), "available_beds": eligibility.Int(24)})
		b.tie(t, hospital)
		before, item := b.standing(t), b.item(t)
		b.Write(t, func(tx *data.Tx) error {
			_, err := before.Freeze(tx, catalogtest.Vocabulary(), item)
			return err
		})
		b.beds(t, "2026-05", 24)
		b.Read(t, func(tx *data.Tx) error {
			after, err := Frozen(tx, catalogtest.Vocabulary(), item, before.Backed())
			if got, want := results(after.Decide(r)), results(before.Decide(r)); !slices.Equal(got, want) || want[1] != "unknown" {
				t.Errorf("frozen %q, was %q", got, want)
			}
			return err
		})
	})
}
