package rule

import (
	"testing"

	"pgregory.net/rapid"

	"accessdesk/eligibility/fact"
)

// all lists every derivation.
func (l *Language) all() []int {
	var every Set
	for place := range l.facts.Len() {
		every.Add(place)
	}
	return l.Derivations(every)
}

// alike holds that an expression says the same of a profile however its state was made.
func alike(t rapid.TB, l *Language, e *Expression, p fact.Profile) {
	want := l.State(p)
	crowd := l.NewCrowd()
	crowd.Add(fact.Profile{"msp_name": fact.String("Somebody else"), "memberships": fact.Set("awwa", "of another time")})
	crowd.Add(p)
	filled, laid := l.Bare(), l.Bare()
	filled.Fill(crowd, 0, l.all())
	filled.Fill(crowd, 1, l.all())
	laid.Lay(fact.Profile{"msp_name": fact.String("Somebody else")}, l.all())
	laid.Lay(p, l.all())
	for name, s := range map[string]*State{"of a crowd": filled, "of a profile": laid} {
		sameState(t, name, e, want, s)
	}
}

func sameState(t rapid.TB, name string, e *Expression, want, got *State) {
	t.Helper()
	for _, least := range []fact.Evidence{fact.Stated, fact.Register} {
		if a, b := e.Eval(want.For(least)), e.Eval(got.For(least)); a != b {
			t.Fatalf("state %s, evidence %s: %d instead of %d, with %v", name, least, b, a, want.Profile())
		}
	}
	if want.disputed != got.disputed || want.derived != got.derived {
		t.Fatalf("state %s: disputed %v and derived %v instead of %v and %v, with %v",
			name, got.disputed.List(), got.derived.List(), want.disputed.List(), want.derived.List(), want.Profile())
	}
}

// derivedRules read facts that follow from others, of every kind.
var derivedRules = []string{"awia_tier != 'none'", "is_us_based", "govt_type == 'none'", "electric_ownership in ['cooperative', 'municipal']",
	"gas_ownership == 'municipal' || awia_tier in ['3301_49999']", "is_nonprofit_or_public_provider", "'gas' in additional_sectors", "runs('critical_infrastructure')"}

var derivedFacts = append([]fact.ID{"awia_tier", "is_us_based", "govt_type", "electric_ownership", "gas_ownership", "is_nonprofit_or_public_provider",
	"state_or_territory", "pws_type", "state_has_msisac_statewide"}, ruleFacts...)

// A state with one more answer is the state of the profile with one more answer, also on top of another such state, and of what
// follows from other facts and disagrees with it.
func TestOneMoreAnswer(t *testing.T) {
	l := languageOf(t)
	rapid.Check(t, func(t *rapid.T) {
		rule := drawRule(t, 1)
		if rapid.Bool().Draw(t, "derived") {
			rule = rapid.SampledFrom(derivedRules).Draw(t, "rule")
		}
		e, problem := l.translate(rule)
		if problem != nil {
			t.Fatalf("%s: %v", rule, problem)
		}
		p := drawFacts(t, l, derivedFacts, true)
		scratch, other := l.Bare(), l.Bare()
		s := l.State(p)
		for range 4 {
			id := rapid.SampledFrom(derivedFacts).Draw(t, "answered")
			place, _ := l.facts.Index(id)
			var value fact.Value
			if rapid.IntRange(0, 5).Draw(t, "known") > 0 {
				value = drawValue(t, l, id, true)
			}
			after := p.Clone()
			after[id] = value
			if id == fact.Sector {
				delete(after, fact.AdditionalSectors)
			}
			supposed := s.Suppose(place, value, scratch)
			sameState(t, "with one more answer", e, l.State(after), supposed)
			alike(t, l, e, after)
			if rapid.Bool().Draw(t, "go on") {
				s, p = supposed, after
				scratch, other = other, scratch // nobody supposes into the state itself
			}
		}
	})
}

// A state that is used again allocates nothing.
func TestStatesAllocateNothing(t *testing.T) {
	l := languageOf(t)
	crowd := l.NewCrowd()
	p := fact.Profile{"sector": fact.String("electric"), "ownership_type": fact.String("cooperative"), "electric_ownership": fact.String("state"), "meters": fact.Int(7),
		"memberships": fact.Set("awwa"), "msp_name": fact.String("Example Services")}
	crowd.Add(p)
	e, err := l.Expression("(electric_ownership == 'cooperative' || meters > 5) && 'awwa' in memberships && runs('electric') && msp_name == 'Example Services'")
	if err != nil {
		t.Fatal(err)
	}
	filled, after, every := l.Bare(), l.Bare(), l.all()
	place, _ := l.facts.Index("meters")
	answer := fact.Int(9)
	used := testing.AllocsPerRun(100, func() {
		filled.Fill(crowd, 0, every)
		if e.Eval(filled) != True || e.Eval(filled.For(fact.Register)) != Unknown && filled.disputed.Empty() {
			t.Fatal("the rule is not decided as it should be")
		}
		if e.Eval(filled.Suppose(place, answer, after)) != True {
			t.Fatal("with one more answer")
		}
	})
	if used != 0 {
		t.Errorf("%v allocations", used)
	}
	if filled.disputed.Empty() {
		t.Error("nothing is disputed")
	}
}
