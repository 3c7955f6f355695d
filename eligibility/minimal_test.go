package eligibility

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"accessdesk/eligibility/rule"

	"github.com/BurntSushi/toml"
	"pgregory.net/rapid"
)

// drawnFacts are what the drawn rules read, with facts from which others follow.
var drawnFacts = []FactID{SectorFact, AdditionalSectorsFact, "ownership_type", "population_served", "has_ot", "uses_microsoft_365",
	"static_public_ips", "zero_data_retention", "memberships", "electric_ownership", "govt_type", "has_public_web_app", "total_assets"}

// drawSome draws a profile of the facts that an offering reads, numbers now and then as a band, in which nothing contradicts
// itself: so many in ten of them are known.
func drawSome(t *rapid.T, r *Ruleset, known int) Profile {
	p := Profile{}
	for _, id := range drawnFacts {
		place, _ := r.vocabulary.Index(id)
		if f, _ := r.vocabulary.Fact(id); r.reads.Has(place) && rapid.IntRange(1, 10).Draw(t, "known") <= known {
			p[id] = drawAnswer(t, f)
		}
	}
	if _, conflicts := vocabularyOf(t).Complete(p); len(conflicts) > 0 {
		t.Skip("contradiction")
	}
	return p
}

// drawOne draws one offering whose criteria share facts more often than not.
func drawOne(t *rapid.T) *Ruleset {
	few := rapid.SliceOfNDistinct(rapid.SampledFrom(atoms), 2, 4, rapid.ID).Draw(t, "few")
	var expressions []string
	for range rapid.IntRange(1, 3).Draw(t, "criteria") {
		one := rapid.SampledFrom(few)
		form := rapid.SampledFrom([]string{"A", "A && B", "A || B", "A && (B || C)", "A || B && C", "!(A && B)", "A ? B : C"}).Draw(t, "form")
		expression := ""
		for _, letter := range form {
			if letter >= 'A' && letter <= 'C' {
				expression += "(" + one.Draw(t, "atom") + ")"
			} else {
				expression += string(letter)
			}
		}
		expressions = append(expressions, expression)
	}
	sectors := rapid.SampledFrom([][]string{{AnySector}, {"electric"}, {CriticalInfrastructure}}).Draw(t, "sectors")
	return compileOf(t, Rules{Slug: "drawn", Sectors: sectors, Criteria: criteriaOf(expressions...), Published: rapid.IntRange(0, 4).Draw(t, "unpublished") > 0})
}

// unitsOf lists the answers of a profile in the order of questions; all sectors are one.
func unitsOf(v *Vocabulary, p Profile) [][]FactID {
	var units [][]FactID
	for _, place := range v.order {
		id := v.At(place).ID
		switch _, given := p[id]; {
		case !given:
		case id == AdditionalSectorsFact && len(units) > 0 && units[0][0] == SectorFact:
			units[0] = append(units[0], id)
		default:
			units = append(units, []FactID{id})
		}
	}
	return units
}

// eachSubset visits the subsets of n things, the smallest first and between equals in order, until visit says no.
func eachSubset(n int, visit func(some []int) bool) {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	for size, more := 0, true; size <= n && more; size++ {
		rule.Subsets(all, size, func(some []int) bool { more = visit(some); return more })
	}
}

func only(p Profile, units [][]FactID, some []int) Profile {
	part := Profile{}
	for _, at := range some {
		for _, id := range units[at] {
			part[id] = p[id]
		}
	}
	return part
}

func idsOf(units [][]FactID, some []int) []FactID {
	var ids []FactID
	for _, at := range some {
		ids = append(ids, units[at]...)
	}
	return ids
}

// The answers named for a "no" make it a "no" by themselves, no part of them does, and no smaller set exists: against every set of
// answers there is.
func TestBlameIsMinimal(t *testing.T) {
	v, sizes := vocabularyOf(t), map[int]int{}
	rapid.Check(t, func(t *rapid.T) {
		r := drawOne(t)
		p := drawSome(t, r, 8)
		d := r.Decide(p)
		got := Blame(r, d)
		if d.Outcome != Ineligible {
			if got != nil {
				t.Fatalf("%s, and %v is blamed", d.Outcome, got)
			}
			return
		}
		units := unitsOf(v, p)
		var want []FactID
		eachSubset(len(units), func(some []int) bool {
			refused := r.Decide(only(p, units, some)).Outcome == Ineligible
			if refused {
				want = idsOf(units, some)
			}
			return !refused
		})
		named := Profile{}
		for _, id := range got {
			named[id] = p[id]
		}
		if unitsIn(got, units) != unitsIn(want, units) || r.Decide(named).Outcome != Ineligible {
			t.Fatalf("%v is blamed, %v is enough, with %v", got, want, p)
		}
		sizes[len(got)]++
		for i, reason := range Explain(r, d, "en") { // and each criterion names answers that leave it unmet by themselves
			if reason.Result != Unmet {
				continue
			}
			named := Profile{}
			for _, answer := range reason.Answers {
				named[answer.Fact] = p[answer.Fact]
				if more, given := p[AdditionalSectorsFact]; given && answer.Fact == SectorFact {
					named[AdditionalSectorsFact] = more
				}
			}
			if r.Decide(named).Criteria[i].Result != Unmet {
				t.Fatalf("%s: %v is named and does not leave it unmet", reason.ID, named)
			}
			for _, unit := range unitsOf(v, named) { // and not one too many
				less := named.Clone()
				for _, id := range unit {
					delete(less, id)
				}
				if r.Decide(less).Criteria[i].Result == Unmet {
					t.Fatalf("%s: %v is named, and %v is not needed", reason.ID, named, unit)
				}
			}
		}
	})
	if sizes[1] == 0 || sizes[2] == 0 {
		t.Errorf("sets of sizes %v were seen: too little was tested", sizes)
	}
}

// Between equal sets the first question goes first, and what was read goes before what it follows from. Of answers that contradict each other only what was given counts, and a rule that goes by a register blames neither.
func TestBlameOfEquals(t *testing.T) {
	p := factsOf(t, `{"ownership_type":"nonprofit","govt_type":"county","has_ot":false,"static_public_ips":false}`)
	criteria := criteriaOf("govt_type == 'none' || static_public_ips && has_ot", "govt_type == 'tribal' && has_ot")
	criteria[1].MinEvidence = Register
	r := compileOf(t, Rules{Slug: "x", Sectors: []string{AnySector}, Criteria: criteria[:1], Published: true})
	if got := Blame(r, r.Decide(p)); !reflect.DeepEqual(got, []FactID{"has_ot", "govt_type"}) { // two are equal; has_ot is asked first
		t.Errorf("blamed %v", got)
	}
	r = compileOf(t, Rules{Slug: "x", Sectors: []string{AnySector}, Criteria: criteria[1:], Published: true})
	if got := Blame(r, r.Decide(p)); !reflect.DeepEqual(got, []FactID{"has_ot"}) {
		t.Errorf("blamed %v: the register rule is unmet by has_ot alone", got)
	}
	r = rulesOf(t, "ownership_type == 'cooperative' || electric_ownership == 'municipal'")
	given := factsOf(t, `{"sector":"electric","ownership_type":"investor_owned","electric_ownership":"investor_owned"}`)
	if got := Blame(r, r.Decide(given)); !reflect.DeepEqual(got, []FactID{"ownership_type", "electric_ownership"}) {
		t.Errorf("blamed %v: what was read goes before what it would follow from", got)
	}
	r = rulesOf(t, "false && has_ot")
	if got := Blame(r, r.Decide(p)); len(got) != 0 {
		t.Errorf("blamed %v for a rule that nobody meets", got)
	}
}

// What is said to have to be different is all sets of the smallest size for which other answers leave no rule unmet.
func TestDifferentIsMinimal(t *testing.T) {
	v, sizes := vocabularyOf(t), map[int]int{}
	rapid.Check(t, func(t *rapid.T) {
		r := drawOne(t)
		p := drawSome(t, r, 9)
		d := r.Decide(p)
		got := Different(r, d)
		if d.Outcome != Ineligible {
			if got != nil {
				t.Fatalf("%s, and %v would have to be different", d.Outcome, got)
			}
			return
		}
		units, c := unitsOf(v, p), newChange(r, d)
		var want [][]FactID
		eachSubset(len(units), func(some []int) bool {
			if len(some) > mostDifferent || len(want) > 0 && len(some) > unitsIn(want[0], units) {
				return false
			}
			profiles := []Profile{p.Clone()}
			for _, at := range some {
				place, _ := v.Index(units[at][0])
				var next []Profile
				for _, before := range profiles {
					for _, other := range c.others(place) {
						after := before.Clone()
						for _, id := range units[at] {
							delete(after, id)
						}
						for id, value := range other {
							after[id] = value
						}
						next = append(next, after)
					}
				}
				profiles = next
			}
			if len(profiles) > 5000 {
				t.Skip("too many")
			}
			if slices.ContainsFunc(profiles, func(after Profile) bool {
				d := r.Decide(after)
				return d.Outcome != Ineligible && len(d.Contradictions) == 0
			}) {
				want = append(want, idsOf(units, some))
			}
			return true
		})
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%v would have to be different, but it is %v, with %v", got, want, p)
		}
		if len(got) > 0 {
			sizes[len(got[0])]++
		}
	})
	if sizes[1] == 0 || sizes[2] == 0 {
		t.Errorf("sets of sizes %v were seen: too little was tested", sizes)
	}
}

func unitsIn(ids []FactID, units [][]FactID) int {
	count := 0
	for _, unit := range units {
		if slices.Contains(ids, unit[0]) {
			count++
		}
	}
	return count
}

// assignments lists every combination of answers to some questions, and false when there are too many to go through.
func assignments(o *open, p Profile, some []FactID) ([]Profile, bool) {
	all := []Profile{p}
	for _, id := range some {
		place, _ := o.rules.vocabulary.Index(id)
		possible := o.possible(place)
		if len(possible) == 0 {
			continue
		}
		var next []Profile
		for _, before := range all {
			for _, answer := range possible {
				next = append(next, answered(before, id, answer))
			}
		}
		if all = next; len(all) > 3000 {
			return nil, false
		}
	}
	return all, true
}

// The questions that settle an open offering do so whatever is answered, and no smaller or earlier set of open questions does:
// against every combination of answers to every set of questions. The shortest ways to a yes and a no likewise.
func TestSettlingIsMinimal(t *testing.T) {
	smaller, yes, no := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		r := drawOne(t)
		p := drawSome(t, r, 4)
		if _, known := p[SectorFact]; !known { // one question asks for all sectors, so nobody knows the others alone
			delete(p, "additional_sectors")
		}
		d := r.Decide(p)
		if d.Outcome != Unknown || len(d.Missing) > 4 {
			return
		}
		o := newOpen(r, d)
		var want []FactID
		ways := map[Outcome][]FactID{}
		settled := false
		eachSubset(len(d.Missing), func(some []int) bool {
			var asked []FactID
			for _, at := range some {
				asked = append(asked, d.Missing[at])
			}
			all, few := assignments(o, p, asked)
			if !few {
				t.Skip("too many")
			}
			settles := true
			for _, profile := range all {
				after := r.Decide(profile)
				if _, found := ways[after.Outcome]; !found && after.Outcome != Unknown {
					ways[after.Outcome] = asked
				}
				settles = settles && !slices.ContainsFunc(after.Missing, func(id FactID) bool {
					return slices.Contains(d.Missing, id) && !slices.Contains(asked, id)
				})
			}
			if settles && !settled {
				want, settled = asked, true
			}
			return true
		})
		if got := Settling(r, d); !slices.Equal(got, want) {
			t.Fatalf("%v of %v settle it, but %v do, with %v", got, d.Missing, want, p)
		}
		if len(want) < len(d.Missing) {
			smaller++
		}
		for _, to := range []Outcome{Eligible, Ineligible} {
			got, found := Shortest(r, d, to)
			if way, exists := ways[to]; found != exists || !slices.Equal(got, way) {
				t.Fatalf("%v is the way to %s (%v), but %v is, with %v", got, to, found, way, p)
			}
		}
		yes, no = yes+len(ways[Eligible]), no+len(ways[Ineligible])
	})
	if smaller == 0 || yes == 0 || no == 0 {
		t.Errorf("%d smaller sets, %d and %d ways: too little was tested", smaller, yes, no)
	}
}

// A question that cannot matter once the others are answered is not counted.
func TestSettlingLeavesOutWhatOthersDecide(t *testing.T) {
	cases := []struct {
		expressions []string
		facts       string
		settling    []FactID
		yes, no     []FactID
	}{
		{[]string{"has_ot", "has_ot || static_public_ips"}, `{}`, []FactID{"has_ot"}, []FactID{"has_ot"}, []FactID{"has_ot"}},
		{[]string{"has_ot || static_public_ips"}, `{}`, []FactID{"has_ot", "static_public_ips"}, []FactID{"has_ot"}, []FactID{"has_ot", "static_public_ips"}},
		{[]string{"has_ot", "static_public_ips"}, `{}`, []FactID{"has_ot", "static_public_ips"}, []FactID{"has_ot", "static_public_ips"}, []FactID{"has_ot"}},
		{[]string{"has_ot && static_public_ips", "!has_ot", "uses_microsoft_365"}, `{}`, []FactID{"has_ot"}, nil, []FactID{"has_ot"}},
		{[]string{"legal_name != '' || has_ot"}, `{}`, []FactID{"has_ot", "legal_name"}, []FactID{"has_ot"}, nil},
	}
	for _, c := range cases {
		r := rulesOf(t, c.expressions...)
		d := r.Decide(factsOf(t, c.facts))
		sorted := func(ids []FactID) []FactID { ids = slices.Clone(ids); slices.Sort(ids); return ids }
		if got := Settling(r, d); !slices.Equal(sorted(got), sorted(c.settling)) {
			t.Errorf("%v: %v settle it, want %v", c.expressions, got, c.settling)
		}
		yes, _ := Shortest(r, d, Eligible)
		no, _ := Shortest(r, d, Ineligible)
		if len(yes) != len(c.yes) || len(no) != len(c.no) {
			t.Errorf("%v: ways %v and %v, want %v and %v", c.expressions, yes, no, c.yes, c.no)
		}
	}
}

// What the answers to two or three questions are said to lead to is what they lead to.
func TestLeadsAreTrue(t *testing.T) {
	v, seen := vocabularyOf(t), 0
	rapid.Check(t, func(t *rapid.T) {
		r := drawOne(t)
		p := drawSome(t, r, 4)
		d := r.Decide(p)
		for i := range r.criteria {
			c := &r.criteria[i]
			o := newOpen(r, d).of(c)
			if d.Criteria[i].Result != Unknown || len(o.facts) < 2 || len(o.facts) > 3 {
				continue
			}
			o.given = d.Profile
			steps := o.lines(o.facts)
			if steps == nil {
				continue
			}
			seen++
			at, before := 0, p
			for {
				this := steps[at]
				b := this.branches[rapid.IntRange(0, len(this.branches)-1).Draw(t, "branch")]
				before = answered(before, v.At(this.fact).ID, rapid.SampledFrom(b.answers).Draw(t, "answer"))
				if got := r.Decide(before).Criteria[i].Result; got != resultOf(b.result) {
					t.Fatalf("%s: said %s, is %s with %v", c.Expr, resultOf(b.result), got, before)
				}
				if b.next == nil {
					break
				}
				if at++; steps[at] != b.next {
					t.Fatalf("%s: the next question is not the next step", c.Expr)
				}
			}
		}
	})
	if seen == 0 {
		t.Error("nothing leads anywhere, so nothing was tested")
	}
}

// The shipped programs stay below the limits of every search, so that what is said of them is exact.
func TestShippedProgramsStayBelowTheLimits(t *testing.T) {
	files, err := filepath.Glob("../data/seed/catalog/*.toml")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	var rules []*Ruleset
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var offering struct {
			Slug     string
			Sectors  []string
			Criteria []struct{ ID, Expr string }
		}
		if err := toml.Unmarshal(text, &offering); err != nil {
			t.Fatal(err)
		}
		one := Rules{Slug: offering.Slug, Sectors: offering.Sectors, Published: true}
		for _, c := range offering.Criteria {
			one.Criteria = append(one.Criteria, Criterion{ID: c.ID, Expr: c.Expr})
		}
		if len(one.Criteria) > 0 || !slices.Equal(one.Sectors, []string{AnySector}) {
			rules = append(rules, compileOf(t, one))
		}
	}
	v := vocabularyOf(t)
	blamed, tried, followed := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		p := Profile{}
		for _, f := range v.Facts() {
			if rapid.IntRange(0, 3).Draw(t, "known") > 0 {
				p[f.ID] = drawAnswer(t, f)
			}
		}
		for i, d := range DecideAll(rules, p) {
			switch d.Outcome {
			case Ineligible:
				s := newSearch(v, d.Profile, v.language.State(d.Profile))
				for at := range d.Criteria {
					if d.Criteria[at].Result == Unmet {
						blamed = max(blamed, len(s.behind(&rules[i].criteria[at])))
					}
				}
				c := newChange(rules[i], d)
				for size, found := 1, false; size <= min(mostDifferent, len(c.read)) && !found; size++ {
					rule.Subsets(c.read, size, func(some []int) bool { found = c.could(some) || found; return true })
				}
				tried = max(tried, c.tried)
			case Unknown:
				for _, one := range newOpen(rules[i], d).parts() {
					for at := range one.facts {
						one.followed = 0
						one.settles(slices.Delete(slices.Clone(one.facts), at, at+1))
						followed = max(followed, one.followed)
					}
					one.leads(one.facts, func(result rule.Truth) bool { return result == rule.True }, false)
					followed = max(followed, one.followed)
				}
			}
		}
	})
	t.Logf("a criterion rests on at most %d answers, %d other answers were tried, %d followed", blamed, tried, followed)
	if blamed == 0 || blamed > mostBlamed || tried == 0 || tried > mostTried || followed == 0 || followed > mostSettled {
		t.Errorf("%d answers of at most %d, %d tries of at most %d, %d followed of at most %d", blamed, mostBlamed, tried, mostTried, followed, mostSettled)
	}
}
