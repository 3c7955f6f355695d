package impact

import (
	"cmp"
	"slices"

	"accessdesk/eligibility"
)

// Turn is an organization whose outcome changes.
type Turn struct {
	Member
	Before, After eligibility.Outcome
}

// Kind counts one kind of turn: unknown to eligible, and so on.
type Kind struct {
	Before, After eligibility.Outcome
	Count         int
}

// Change is what another set of rules does to the population.
type Change struct {
	Before, After Counts
	Gained        []Turn // newly eligible, by id
	Lost          []Turn // no longer eligible, by id
	Kinds         []Kind // every kind of turn that happens, those into and out of unknown too
	Places        []Place
}

// Place counts who gains and who loses in one sector, or one state; the other is "".
type Place struct {
	Sector, State string
	Gained, Lost  int
}

// IDs lists the ids of turns, never nil.
func IDs(turns []Turn) []string {
	ids := make([]string, 0, len(turns))
	for _, t := range turns {
		ids = append(ids, t.ID)
	}
	return ids
}

// outcomes in the order in which kinds are listed.
var outcomes = []eligibility.Outcome{eligibility.Eligible, eligibility.Unknown, eligibility.Ineligible}

// Compare tells who gains and who loses when after takes the place of before. Gained are those who become eligible, whatever they
// were; lost are those who were eligible and no longer are, also if they become unknown.
func Compare(p *Population, before, after *eligibility.Ruleset) Change {
	var c Change
	var kinds [3][3]int
	sectors, states := make([]Place, len(p.sectors)), make([]Place, len(p.states))
	judge := eligibility.NewJudge([]*eligibility.Ruleset{before, after})
	for at := range p.members {
		judge.Decide(p.crowd, at)
		was, is := judge.Outcome(0), judge.Outcome(1)
		c.Before.count(was)
		c.After.count(is)
		if was == is {
			continue
		}
		kinds[slices.Index(outcomes, was)][slices.Index(outcomes, is)]++
		m := &p.members[at]
		switch eligibility.Eligible {
		case is:
			c.Gained = append(c.Gained, Turn{p.Member(at), was, is})
			sectors[m.sector].Gained++
			states[m.state].Gained++
		case was:
			c.Lost = append(c.Lost, Turn{p.Member(at), was, is})
			sectors[m.sector].Lost++
			states[m.state].Lost++
		}
	}
	for was, row := range kinds {
		for is, count := range row {
			if count > 0 {
				c.Kinds = append(c.Kinds, Kind{outcomes[was], outcomes[is], count})
			}
		}
	}
	for _, turns := range [][]Turn{c.Gained, c.Lost} { // the order of ids in the database is that of its collation
		slices.SortFunc(turns, func(a, b Turn) int { return cmp.Compare(a.ID, b.ID) })
	}
	c.Places = append(touched(sectors, p.sectors, func(place *Place) *string { return &place.Sector }),
		touched(states, p.states, func(place *Place) *string { return &place.State })...)
	return c
}

// touched names the places where somebody gains or loses, and leaves the others out.
func touched(places []Place, names []string, name func(*Place) *string) []Place {
	var kept []Place
	for i := range places {
		if places[i].Gained+places[i].Lost > 0 {
			*name(&places[i]) = names[i]
			kept = append(kept, places[i])
		}
	}
	return kept
}

func (c *Counts) count(outcome eligibility.Outcome) {
	switch outcome {
	case eligibility.Eligible:
		c.Eligible++
	case eligibility.Ineligible:
		c.Ineligible++
	default:
		c.Unknown++
	}
}
