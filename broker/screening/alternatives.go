package screening

import (
	"cmp"
	"slices"

	"accessdesk/catalog"
	"accessdesk/eligibility"
)

// Alternatives are, for a program that does not fit, those of the same kind that look like a fit and are open, the nearest first:
// those whose sectors are most like those of the program and what the operator runs, then those of the same provider, then those that list no charge, then in the order of the
// results page.
func (c *Check) Alternatives(to Program) []Program {
	if to.Decision.Outcome != eligibility.Ineligible {
		return nil
	}
	others := slices.DeleteFunc(c.Members(catalog.GroupLikely), func(other Program) bool { return other.Kind != to.Kind })
	slices.SortStableFunc(others, func(a, b Program) int {
		if alike := c.alike(b, to) - c.alike(a, to); alike != 0 {
			return alike
		}
		return cmp.Or(first(a.Provider.Slug == to.Provider.Slug, b.Provider.Slug == to.Provider.Slug),
			first(a.Cost == catalog.CostNoneListed, b.Cost == catalog.CostNoneListed))
	})
	return others
}

// first puts what holds before what does not.
func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// alike is how many of the sectors that a program is for, or another one or the operator, are on both sides, in percent. What the
// operator runs counts, so that the nearest to a program for other sectors is one made for theirs.
func (c *Check) alike(a, to Program) int {
	both, either, runs := 0, 0, c.Sectors()
	for _, sector := range c.Vocabulary.Sectors() {
		inA, inB := eligibility.Serves(a.Sectors, sector), eligibility.Serves(to.Sectors, sector) || slices.Contains(runs, sector)
		if inA || inB {
			either++
		}
		if inA && inB {
			both++
		}
	}
	return 100 * both / max(either, 1)
}
