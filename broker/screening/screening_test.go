package screening_test

import (
	"maps"
	"slices"
	"testing"

	"accessdesk/broker/screening"
	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data/demo"
	"accessdesk/data/seed"
	"accessdesk/eligibility"

	"pgregory.net/rapid"
)

func check(t testing.TB, facts string) *screening.Check {
	t.Helper()
	known, err := vocabulary().ParseFacts([]byte(facts))
	if err != nil {
		t.Fatal(err)
	}
	programs := slices.DeleteFunc(slices.Clone(listed(t, seed.Files, demo.Files)), func(p *catalog.Published) bool { return !catalogtest.Sampled(p.Slug) })
	return screening.New(vocabulary(), programs, known, nil, now)
}

func slugs(programs []screening.Program) []string {
	var all []string
	for _, program := range programs {
		all = append(all, program.Slug)
	}
	return all
}

func program(t testing.TB, c *screening.Check, slug string) screening.Program {
	t.Helper()
	at := slices.IndexFunc(c.Programs, func(p screening.Program) bool { return p.Slug == slug })
	if at < 0 {
		t.Fatalf("no program %s", slug)
	}
	return c.Programs[at]
}

const town = `{"sector":"drinking_water","additional_sectors":["wastewater"],"state_or_territory":"NM","ownership_type":"government_local","population_served":4200}`

// Every program stands in one group; what can be started here comes first, the fewest open questions and unmet rules first.
func TestGroups(t *testing.T) {
	c := check(t, town)
	var all []string
	for _, group := range catalog.Groups() {
		members := c.Members(group)
		if len(members) != c.Count(group) {
			t.Errorf("%s: %d members, %d counted", group, len(members), c.Count(group))
		}
		all = append(all, slugs(members)...)
		for _, one := range members {
			if one.Group != group {
				t.Errorf("%s stands under %s, not %s", one.Slug, group, one.Group)
			}
		}
		if !slices.IsSortedFunc(members, func(a, b screening.Program) int {
			switch group {
			case catalog.GroupOneMore:
				return len(c.Settling(a)) - len(c.Settling(b))
			case catalog.GroupNotNow:
				return len(a.Decision.Blocking) - len(b.Decision.Blocking)
			}
			return 0
		}) {
			t.Errorf("%s is out of order: %v", group, slugs(members))
		}
	}
	if slices.Sort(all); !slices.Equal(all, slices.Sorted(slices.Values(slugs(c.Programs)))) {
		t.Errorf("%d programs in groups: %v", len(all), all)
	}
	if got := slugs(c.Members(catalog.GroupLikely)); len(got) < 3 || got[0] != "demo-grant" {
		t.Errorf("likely %v: what is applied for here comes first", got)
	}
	if got := c.Members(catalog.GroupNotOpen); len(got) == 0 || slices.ContainsFunc(got, func(p screening.Program) bool { return p.OpenAt(now) }) {
		t.Errorf("would fit, not open: %v", slugs(got))
	}
}

// What a listing may never say of itself, for the whole catalog as it is shipped and any operator: that it fits and can be had
// while it is not open; that somebody is eligible where no rules are published, or where something stated was not decided; and
// that a restricted or announced program can be applied for, or asks for more than a sector.
func TestNoFalsePromises(t *testing.T) {
	restricted := []string{"openai-cyber-top", "anthropic-glasswing", "mythos5-trusted", "other-frontier", "eo14409-2c3", "treasury-clearinghouse", "oncd-state-pilots"}
	var programs []*catalog.Published
	all, err := catalog.ParseFiles(seed.Files)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 84 {
		t.Errorf("%d programs are shipped, the sources describe 84", len(all))
	}
	snapshot, err := catalog.FromFiles(vocabulary(), all)
	if err != nil {
		t.Fatal(err)
	}
	programs = snapshot.Offerings // the ended ones too
	found := 0
	for _, p := range programs {
		if !slices.Contains(restricted, p.Slug) {
			continue
		}
		found++
		if len(p.Criteria)+len(p.Requirements) > 0 || !p.Gated() || p.CriteriaPublished || p.NextStep(now, false).Step != catalog.StepNone {
			t.Errorf("%s has more than its sector list, a verdict, or a button", p.Slug)
		}
	}
	if found != len(restricted) {
		t.Errorf("%d of %d restricted programs are listed", found, len(restricted))
	}
	var ids []eligibility.FactID
	for _, fact := range vocabulary().Facts() {
		if fact.Ask == eligibility.AskCheck && fact.ID != eligibility.SectorFact && fact.ID != eligibility.AdditionalSectorsFact {
			ids = append(ids, fact.ID)
		}
	}
	sectors, likely := vocabulary().Sectors(), 0
	rapid.Check(t, func(t *rapid.T) {
		c := screening.New(vocabulary(), programs, nil, nil, now)
		c.AnswerSectors(rapid.SliceOfNDistinct(rapid.SampledFrom(sectors), 0, 4, rapid.ID).Draw(t, "sectors"))
		for _, id := range ids {
			if rapid.IntRange(0, 3).Draw(t, "answered") > 0 {
				c.Answer(id, draw(t, c, id))
			}
		}
		for _, p := range c.Programs {
			eligible, stated := p.Decision.Outcome == eligibility.Eligible, len(p.Requirements) > 0
			if eligible && (!p.CriteriaPublished || stated) {
				t.Fatalf("%s is called eligible: published %v, stated %v", p.Slug, p.CriteriaPublished, stated)
			}
			if p.Group != catalog.GroupLikely {
				continue
			}
			likely++
			if p.Status != catalog.StatusOpen || !eligible || p.Confidence == catalog.ConfidenceUncertain {
				t.Fatalf("%s stands under likely: %s, %s", p.Slug, p.Status, p.Confidence)
			}
		}
	})
	if likely == 0 {
		t.Error("nothing ever fits, so nothing was tested")
	}
}

func TestAlternativesAreOpenFitsOfTheSameKind(t *testing.T) {
	c := check(t, town)
	if got := slugs(c.Alternatives(program(t, c, "epa-midlarge"))); !slices.Equal(got, []string{"demo-grant"}) {
		t.Errorf("alternatives to a grant that does not fit: %v", got)
	}
	if got := c.Alternatives(program(t, c, "cisa-csa")); got != nil {
		t.Errorf("alternatives to a program that fits: %v", slugs(got))
	}
	if got := c.Alternatives(program(t, c, "doe-rmuc")); slices.ContainsFunc(got, func(p screening.Program) bool { return p.Group != catalog.GroupLikely }) {
		t.Errorf("alternatives that are no fit: %v", slugs(got))
	}
}

func TestEffectsOfAnAnswer(t *testing.T) {
	c := check(t, town)
	got := map[string]catalog.Group{}
	for _, effect := range c.Effects(program(t, c, "cisa-vuln-scanning"), "static_public_ips") {
		got[vocabulary().Display("static_public_ips", effect.Answer, "en")] = effect.Group
	}
	if want := (map[string]catalog.Group{"Yes": catalog.GroupLikely, "No": catalog.GroupNotNow}); !maps.Equal(got, want) {
		t.Errorf("effects %v, want %v", got, want)
	}
	if waiting := slugs(c.Waiting("static_public_ips")); !slices.Equal(waiting, []string{"cisa-vuln-scanning", "demo-scanning"}) {
		t.Errorf("waiting for fixed addresses: %v", waiting)
	}
	if waiting := slugs(c.Waiting("population_served")); !slices.Contains(waiting, "epa-midlarge") {
		t.Errorf("would wait for the population, were it not known: %v", waiting)
	}
}

func TestContradictionsAreTold(t *testing.T) {
	c := check(t, `{"sector":"electric","ownership_type":"cooperative","electric_ownership":"municipal"}`)
	if len(c.Contradictions) != 1 || c.Contradictions[0].Fact != "electric_ownership" {
		t.Errorf("contradictions %+v", c.Contradictions)
	}
	c.Answer("electric_ownership", eligibility.Value{})
	if len(c.Contradictions) != 0 {
		t.Errorf("contradictions %+v after the answer was taken back", c.Contradictions)
	}
}

// An answer that a change makes idle is kept and counts again when the change is taken back.
func TestIdleAnswersComeBack(t *testing.T) {
	c := check(t, `{}`)
	c.AnswerSectors([]string{"drinking_water", "wastewater"})
	for id, value := range map[eligibility.FactID]eligibility.Value{"state_or_territory": eligibility.String("NM"),
		"ownership_type": eligibility.String("government_local"), "population_served": eligibility.Int(4200)} {
		c.Answer(id, value)
	}
	before := c.Path()
	if !slices.Equal(before, []eligibility.FactID{"sector", "state_or_territory", "ownership_type", "population_served"}) || len(c.Idle()) != 0 {
		t.Fatalf("path %v, idle %v", before, c.Idle())
	}
	c.AnswerSectors([]string{"banking"})
	if got := c.Idle(); !slices.Equal(got, []eligibility.FactID{"population_served"}) || slices.Contains(c.Counted(), "population_served") {
		t.Errorf("idle %v, counted %v", got, c.Counted())
	}
	c.AnswerSectors([]string{"drinking_water", "wastewater"})
	if !slices.Equal(c.Path(), before) || len(c.Idle()) != 0 || !slices.Equal(c.Counted(), before) {
		t.Errorf("path %v, idle %v, counted %v", c.Path(), c.Idle(), c.Counted())
	}
	c.AnswerSectors(nil)
	if got := c.Sectors(); got != nil || !c.Asked[eligibility.SectorFact] {
		t.Errorf("sectors %v after not sure", got)
	}
	c.Forget()
	if len(c.Facts) != 0 || len(c.Asked) != 0 || len(c.Path()) != 0 {
		t.Error("something is left")
	}
	if next, _ := c.Next(); next.Fact != eligibility.SectorFact {
		t.Errorf("begins anew with %q", next.Fact)
	}
}

// What is answered beside the results counts, though the check does not ask for it.
func TestAnswersBesideTheResultsCount(t *testing.T) {
	c := check(t, `{}`)
	c.AnswerSectors([]string{"banking"})
	c.Answer("state_or_territory", eligibility.String("OH"))
	c.Answer("zero_data_retention", eligibility.Bool(true))
	if slices.Contains(c.Path(), "zero_data_retention") || !slices.Contains(c.Counted(), "zero_data_retention") {
		t.Errorf("path %v, counted %v", c.Path(), c.Counted())
	}
}

// Whatever is answered, and in whatever order it is changed: the counted and the idle answers are the given ones, each once; the
// check ends; the same answers give the same check; and no two programs trade places for it.
func TestChecksAreConsistent(t *testing.T) {
	programs := listed(t, seed.Files, demo.Files)
	var ids []eligibility.FactID
	for _, fact := range vocabulary().Facts() {
		if fact.Ask == eligibility.AskCheck && fact.ID != eligibility.SectorFact && fact.ID != eligibility.AdditionalSectorsFact {
			ids = append(ids, fact.ID)
		}
	}
	sectors := vocabulary().Sectors()
	rapid.Check(t, func(t *rapid.T) {
		c := screening.New(vocabulary(), programs, nil, nil, now)
		for range rapid.IntRange(0, 12).Draw(t, "acts") {
			id := rapid.SampledFrom(ids).Draw(t, "fact")
			if next, more := c.Next(); more && rapid.IntRange(0, 3).Draw(t, "next") > 0 {
				id = next.Fact
			}
			if id == eligibility.SectorFact || rapid.IntRange(0, 9).Draw(t, "change sectors") == 0 {
				c.AnswerSectors(rapid.SliceOfNDistinct(rapid.SampledFrom(sectors), 0, 3, rapid.ID).Draw(t, "sectors"))
				continue
			}
			c.Answer(id, draw(t, c, id))
		}
		counted, idle := c.Counted(), c.Idle()
		for id := range c.Facts {
			stands := 0
			for _, one := range slices.Concat(counted, idle) {
				if one == id {
					stands++
				}
			}
			if want := map[bool]int{true: 0, false: 1}[id == eligibility.AdditionalSectorsFact]; stands != want {
				t.Fatalf("%s stands %d times in %v and %v", id, stands, counted, idle)
			}
		}
		for _, id := range c.Path() {
			if !c.Asked[id] {
				t.Fatalf("%s is on the path and was not put", id)
			}
		}
		again := screening.New(vocabulary(), programs, c.Facts, c.Asked, now)
		if !slices.Equal(again.Path(), c.Path()) || !slices.Equal(again.Idle(), idle) {
			t.Fatalf("path %v, then %v; idle %v, then %v", c.Path(), again.Path(), idle, again.Idle())
		}
		for i := range c.Programs {
			if c.Programs[i].Group != again.Programs[i].Group {
				t.Fatalf("%s: %s, then %s", c.Programs[i].Slug, c.Programs[i].Group, again.Programs[i].Group)
			}
		}
		if next, more := c.Next(); more != (c.Left() > 0) || more && (c.Asked[next.Fact] || !c.MayAsk(next.Fact)) {
			t.Fatalf("next %v %v of %d", next, more, c.Left())
		}
	})
}

// draw is an answer to a question of the check, now and then "I'm not sure".
func draw(t *rapid.T, c *screening.Check, id eligibility.FactID) eligibility.Value {
	fact, _ := vocabulary().Fact(id)
	if rapid.IntRange(0, 4).Draw(t, "unsure") == 0 {
		return eligibility.Value{}
	}
	switch {
	case fact.Type == eligibility.TypeBool:
		return eligibility.Bool(rapid.Bool().Draw(t, "flag"))
	case fact.Type == eligibility.TypeEnum:
		return eligibility.String(rapid.SampledFrom(fact.Values).Draw(t, "value").Value)
	case fact.Type == eligibility.TypeSet:
		return eligibility.Set(rapid.SampledFrom(fact.Values).Draw(t, "value").Value)
	}
	if bands, cut := c.Bands(id); cut {
		return eligibility.Between(rapid.SampledFrom(bands).Draw(t, "band"))
	}
	return eligibility.Value{}
}
