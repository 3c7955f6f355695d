package eligibility

import (
	"testing"

	"pgregory.net/rapid"
)

// A judge says of every operator what Decide says, criterion by criterion, also of rules that demand a register.
func TestJudgeSaysWhatDecideSays(t *testing.T) {
	v := vocabularyOf(t)
	rapid.Check(t, func(t *rapid.T) {
		rules := drawRules(t)
		for i, r := range rules {
			again := r.Rules
			for at := range again.Criteria {
				again.Criteria[at].MinEvidence = Evidence(rapid.IntRange(0, 3).Draw(t, "evidence"))
			}
			rules[i] = compileOf(t, again)
		}
		crowd, profiles := v.NewCrowd(), []Profile{}
		for range rapid.IntRange(1, 4).Draw(t, "operators") {
			p := Profile{}
			for _, f := range v.Facts() {
				if rapid.IntRange(0, 2).Draw(t, string(f.ID)) > 0 {
					continue
				}
				if value := drawAnswer(t, f); value.Known() {
					p[f.ID] = value.From(Evidence(rapid.IntRange(0, 3).Draw(t, "backed")), "")
				}
			}
			crowd.Add(p)
			profiles = append(profiles, p)
		}
		judge := NewJudge(rules)
		for at, p := range profiles {
			want := DecideAll(rules, p)
			judge.Decide(crowd, at)
			sameVerdict(t, rules, judge, want, p)
			judge.DecideProfile(p)
			sameVerdict(t, rules, judge, want, p)
		}
		if crowd.Len() != len(profiles) {
			t.Fatalf("%d operators of %d", crowd.Len(), len(profiles))
		}
	})
}

func sameVerdict(t *rapid.T, rules []*Ruleset, judge *Judge, want []Decision, p Profile) {
	for i, d := range want {
		if got := judge.Outcome(i); got != d.Outcome {
			t.Fatalf("%s: %s instead of %s, with %v", d.Slug, got, d.Outcome, p)
		}
		for at, c := range d.Criteria {
			if got := judge.Result(i, at); got != c.Result {
				t.Fatalf("%s, %s (%s): %s instead of %s, with %v", d.Slug, c.ID, rules[i].criteria[at].Expr, got, c.Result, p)
			}
		}
		count, first := judge.Unmet(i)
		if count != len(d.Blocking) || count > 0 && d.Criteria[first].ID != d.Blocking[0] {
			t.Fatalf("%s: %d unmet, the first %d, instead of %v", d.Slug, count, first, d.Blocking)
		}
	}
}

// Deciding a catalog for one operator after the other allocates nothing.
func TestJudgeAllocatesNothing(t *testing.T) {
	rules, p := sixtyByFive(t), benchmarkProfile(t)
	crowd := vocabularyOf(t).NewCrowd()
	crowd.Add(p)
	crowd.Add(Profile{SectorFact: String("electric"), "ownership_type": String("cooperative"), "electric_ownership": String("state")})
	judge, at := NewJudge(rules), 0
	if used := testing.AllocsPerRun(100, func() { judge.Decide(crowd, at%2); at++ }); used != 0 {
		t.Errorf("an operator of a crowd: %v allocations", used)
	}
	if used := testing.AllocsPerRun(100, func() { judge.DecideProfile(p) }); used != 0 {
		t.Errorf("a profile: %v allocations", used)
	}
}
