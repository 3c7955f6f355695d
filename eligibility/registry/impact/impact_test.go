package impact

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"accessdesk/data"
	"accessdesk/eligibility"
)

var vocabulary = sync.OnceValue(func() *eligibility.Vocabulary {
	v, err := eligibility.Standard()
	if err != nil {
		panic(err)
	}
	return v
})

// fails is what both tests and properties can do.
type fails interface {
	Helper()
	Fatal(...any)
	Errorf(string, ...any)
}

func compiled(t fails, sectors string, exprs ...string) *eligibility.Ruleset {
	t.Helper()
	rules := eligibility.Rules{Slug: "example", Sectors: strings.Split(sectors, " "), Published: true}
	for i, expr := range exprs {
		rules.Criteria = append(rules.Criteria, eligibility.Criterion{ID: fmt.Sprintf("c%d", i+1), Expr: expr})
	}
	r, err := vocabulary().Compile(rules)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// people makes a population from lines "id sector state facts".
func people(t fails, lines ...string) (*Population, []eligibility.Profile) {
	t.Helper()
	var all []Facts
	var profiles []eligibility.Profile
	for _, line := range lines {
		parts := strings.SplitN(line, " ", 4)
		profile, err := vocabulary().ParseFacts([]byte(parts[3]))
		if err != nil {
			t.Fatal(err)
		}
		profile[eligibility.SectorFact] = eligibility.String(parts[1])
		all = append(all, Facts{Member{parts[0], "Name of " + parts[0], parts[1], strings.Trim(parts[2], "-")}, profile})
		profiles = append(profiles, profile)
	}
	return gathered(all), profiles
}

func gathered(all []Facts) *Population {
	at := 0
	return Gather(vocabulary(), func() (Facts, bool) {
		if at == len(all) {
			return Facts{}, false
		}
		at++
		return all[at-1], true
	})
}

// Six organizations, counted by hand.
var six = []string{
	`b electric VT {"meters": 400, "ownership_type": "cooperative"}`,
	`a electric VT {"meters": 9000, "ownership_type": "cooperative"}`,
	`c electric ME {"meters": 9000, "ownership_type": "investor_owned"}`,
	`d electric ME {"ownership_type": "cooperative"}`,
	`e banking ME {"total_assets": 5, "ownership_type": "investor_owned"}`,
	`f electric - {"meters": 10}`,
}

func TestHandCounted(t *testing.T) {
	p, _ := people(t, six...)
	r := Run(p, compiled(t, "electric", "meters <= 500", "ownership_type == 'cooperative'"))
	// b fits; a fails the meters alone; c fails both; d: meters unknown; e fails the sector and the owner, its meters are unknown; f: owner unknown.
	if want := (Counts{Eligible: 1, Ineligible: 3, Unknown: 2}); r.Counts != want {
		t.Errorf("counts %+v, want %+v", r.Counts, want)
	}
	if want := []Cell{{"banking", "", Counts{0, 1, 0}}, {"electric", "", Counts{1, 2, 2}}}; !reflect.DeepEqual(r.Sectors, want) {
		t.Errorf("sectors %+v", r.Sectors)
	}
	if want := []Cell{{"", "", Counts{0, 0, 1}}, {"", "ME", Counts{0, 2, 1}}, {"", "VT", Counts{1, 1, 0}}}; !reflect.DeepEqual(r.States, want) {
		t.Errorf("states %+v", r.States)
	}
	if want := []Cell{{"banking", "ME", Counts{0, 1, 0}}, {"electric", "", Counts{0, 0, 1}}, {"electric", "ME", Counts{0, 1, 1}},
		{"electric", "VT", Counts{1, 1, 0}}}; !reflect.DeepEqual(r.Cells, want) {
		t.Errorf("cells %+v", r.Cells)
	}
	var criteria []string
	for _, c := range r.Criteria {
		criteria = append(criteria, fmt.Sprint(c.ID, " ", c.Unmet, c.Sole, c.Unknown))
	}
	if got := strings.Join(criteria, "; "); got != "sector 1 0 0; c1 2 1 2; c2 2 0 1" {
		t.Errorf("criteria (unmet, sole, unknown): %s", got)
	}
	if want := []FactCount{{"ownership_type", 1, 1}, {"meters", 1, 1}}; !sameCounts(r.Missing, want) {
		t.Errorf("missing %+v", r.Missing)
	}
}

func sameCounts(a, b []FactCount) bool {
	if len(a) != len(b) {
		return false
	}
	for _, one := range a {
		if !slices.Contains(b, one) {
			return false
		}
	}
	return true
}

// A derived fact that the registers settle is not missing; one that they do not is. An organization that lacks two facts counts for both
// and alone for none.
func TestMissingFacts(t *testing.T) {
	p, _ := people(t, `a electric VT {"state_or_territory": "VT"}`, `b electric - {}`, `c electric VT {"state_or_territory": "VT", "static_public_ips": true}`)
	r := Run(p, compiled(t, "any", "is_us_based && static_public_ips"))
	if want := []FactCount{{"static_public_ips", 2, 1}, {"is_us_based", 1, 0}}; r.Eligible != 1 || r.Unknown != 2 || !reflect.DeepEqual(r.Missing, want) {
		t.Errorf("%+v, missing %+v", r.Counts, r.Missing)
	}
}

func TestCompareByHand(t *testing.T) {
	p, _ := people(t, six...)
	before := compiled(t, "electric", "meters <= 500", "ownership_type == 'cooperative'")
	c := Compare(p, before, compiled(t, "electric", "meters >= 9000"))
	if got, want := IDs(c.Gained), []string{"a", "c"}; !slices.Equal(got, want) {
		t.Errorf("gained %v", got)
	}
	if got, want := IDs(c.Lost), []string{"b"}; !slices.Equal(got, want) {
		t.Errorf("lost %v", got)
	}
	if want := []Kind{{"eligible", "ineligible", 1}, {"unknown", "ineligible", 1}, {"ineligible", "eligible", 2}}; !reflect.DeepEqual(c.Kinds, want) {
		t.Errorf("kinds %+v", c.Kinds)
	}
	if want := []Place{{"electric", "", 2, 1}, {"", "ME", 1, 0}, {"", "VT", 1, 1}}; !reflect.DeepEqual(c.Places, want) {
		t.Errorf("places %+v", c.Places)
	}
	if want := (Counts{1, 3, 2}); c.Before != want || c.After != (Counts{2, 3, 1}) {
		t.Errorf("before %+v, after %+v", c.Before, c.After)
	}
	if again := Compare(p, before, before); IDs(again.Gained) == nil || len(again.Gained)+len(again.Lost)+len(again.Kinds)+len(again.Places) > 0 {
		t.Errorf("against itself: %+v", again)
	}
}

var exprs = []string{
	"meters <= 500", "meters > 4000 || ownership_type == 'cooperative'", "population_served < 3300", "!(population_served < 10000) && static_public_ips",
	"ownership_type in ['government_local', 'government_tribal']", "state_or_territory in ['VT', 'ME']", "is_us_based", "total_assets < 10000000000", "runs('electric')",
}

// drawn makes organizations of which little is known, as the registers do.
func drawn(t *rapid.T) []string {
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	var lines []string
	for i := range rapid.IntRange(0, 40).Draw(t, "organizations") {
		state := pick("state", "-", "VT", "ME", "TX")
		facts := []string{}
		for _, f := range []string{
			pick("meters", "", `"meters": 500`, `"meters": 501`, `"meters": {"min": 100, "max": 4001}`), pick("people", "", `"population_served": 3299`, `"population_served": 40000`),
			pick("owner", "", `"ownership_type": "cooperative"`, `"ownership_type": "government_tribal"`), pick("staff", "", "", `"static_public_ips": true`), pick("assets", "", `"total_assets": 9999999999`),
		} {
			if f != "" {
				facts = append(facts, f)
			}
		}
		if state != "-" && rapid.Bool().Draw(t, "placed") {
			facts = append(facts, `"state_or_territory": "`+state+`"`)
		}
		lines = append(lines, fmt.Sprintf("id%02d %s %s {%s}", (i*7)%41, pick("sector", "electric", "banking", "drinking_water"), state, strings.Join(facts, ", ")))
	}
	return lines
}

func drawnRules(t *rapid.T) *eligibility.Ruleset {
	return compiled(t, rapid.SampledFrom([]string{"any", "electric", "electric banking"}).Draw(t, "sectors"),
		rapid.SliceOfN(rapid.SampledFrom(exprs), 1, 3).Draw(t, "exprs")...)
}

// Whatever the population and the rules: every count is what one decision after the other gives, and the parts add up.
func TestCountsAreDecisions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := drawn(t)
		p, profiles := people(t, lines...)
		rules := []*eligibility.Ruleset{drawnRules(t), drawnRules(t)}
		r, total := Run(p, rules[0]), Survey(p, rules)
		want := Counts{}
		unmet, sole, open := make([]int, len(r.Criteria)), make([]int, len(r.Criteria)), make([]int, len(r.Criteria))
		for _, profile := range profiles {
			d := rules[0].Decide(profile)
			want.count(d.Outcome)
			for i, c := range d.Criteria {
				switch c.Result {
				case eligibility.Unmet:
					unmet[i]++
					if len(d.Blocking) == 1 {
						sole[i]++
					}
				case eligibility.Unknown:
					open[i]++
				}
			}
		}
		if r.Counts != want || total[0].Counts != want || r.Population() != len(lines) || total[1].Counts != Run(p, rules[1]).Counts {
			t.Fatalf("run %+v, survey %+v, decided one by one %+v", r.Counts, total, want)
		}
		for i, c := range r.Criteria {
			if c.Unmet != unmet[i] || c.Sole != sole[i] || c.Unknown != open[i] {
				t.Fatalf("%s: %+v, want %d %d %d", c.ID, c, unmet[i], sole[i], open[i])
			}
		}
		for _, cells := range [][]Cell{r.Sectors, r.States, r.Cells} {
			var sum Counts
			for _, c := range cells {
				sum.add(c.Counts)
			}
			if sum != want {
				t.Fatalf("the parts %+v make %+v, not %+v", cells, sum, want)
			}
		}
		for _, f := range r.Missing {
			if f.Alone > f.Organizations || f.Organizations > r.Unknown {
				t.Fatalf("%+v of %d unknown", f, r.Unknown)
			}
		}
	})
}

// Who gains and who loses is the difference of the two sets of eligible organizations.
func TestChangeIsDifference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := drawn(t)
		p, profiles := people(t, lines...)
		before, after := drawnRules(t), drawnRules(t)
		c := Compare(p, before, after)
		var gained, lost []string
		turned := 0
		for i, profile := range profiles {
			id, _, _ := strings.Cut(lines[i], " ")
			was, is := before.Decide(profile).Outcome, after.Decide(profile).Outcome
			switch {
			case was == is:
				continue
			case is == eligibility.Eligible:
				gained = append(gained, id)
			case was == eligibility.Eligible:
				lost = append(lost, id)
			}
			turned++
		}
		slices.Sort(gained)
		slices.Sort(lost)
		if !slices.Equal(IDs(c.Gained), gained) || !slices.Equal(IDs(c.Lost), lost) {
			t.Fatalf("gained %v, want %v; lost %v, want %v", IDs(c.Gained), gained, IDs(c.Lost), lost)
		}
		if c.After.Eligible != c.Before.Eligible+len(gained)-len(lost) || c.Before != Run(p, before).Counts || c.After != Run(p, after).Counts {
			t.Fatalf("%+v %+v, %d gained, %d lost", c.Before, c.After, len(gained), len(lost))
		}
		sectors, states := [2]int{}, [2]int{}
		for _, place := range c.Places {
			in := &states
			if place.Sector != "" {
				in = &sectors
			}
			in[0] += place.Gained
			in[1] += place.Lost
		}
		for _, k := range c.Kinds {
			turned -= k.Count
		}
		if want := [2]int{len(gained), len(lost)}; sectors != want || states != want || turned != 0 {
			t.Fatalf("by sector %v, by state %v, want %v; %d turns not told", sectors, states, want, turned)
		}
	})
}

// The population is read once for many requests, again when a vintage came, and forgotten after some minutes without use.
func TestKeeper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k Keeper
		loads := 0
		get := func(digest string) *Population {
			p, err := k.keep(digest, func() (*Population, error) {
				loads++
				time.Sleep(time.Second) // of the bubble: others come while it is read
				return &Population{digest: digest}, nil
			})
			if err != nil {
				t.Error(err)
			}
			return p
		}
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() { get("one") })
		}
		group.Wait()
		if loads != 1 {
			t.Errorf("read %d times for requests at the same time", loads)
		}
		if get("two").digest != "two" || loads != 2 {
			t.Errorf("a new vintage: read %d times", loads)
		}
		time.Sleep(keptFor - time.Second)
		get("two")
		time.Sleep(keptFor - time.Second)
		get("two")
		if loads != 2 {
			t.Errorf("dropped while it was used: read %d times", loads)
		}
		time.Sleep(keptFor + time.Second)
		k.mutex.Lock()
		held := k.population
		k.mutex.Unlock()
		if held != nil {
			t.Error("held without use")
		}
		if _, err := k.keep("two", func() (*Population, error) { return nil, fmt.Errorf("no") }); err == nil || k.population != nil {
			t.Error("a failed reading is kept")
		}
		slow := func() (*Population, error) {
			time.Sleep(patience + time.Second)
			return &Population{digest: "slow"}, nil
		}
		if _, err := k.keep("slow", slow); !errors.Is(err, data.ErrBusy) {
			t.Errorf("a slow reading: %v", err)
		}
		time.Sleep(2 * time.Second)
		if got := get("slow"); got == nil || got.digest != "slow" || loads != 2 {
			t.Error("what was read after a request was over is not kept")
		}
		time.Sleep(keptFor + time.Second) // the timer ends with the bubble
	})
}
