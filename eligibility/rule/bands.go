package rule

import (
	"cmp"
	"slices"

	"accessdesk/eligibility/fact"
)

// Bands cuts the allowed values of a number at every place where a comparison changes its answer. False: one of them uses the number
// in another way than by an order operator with a constant.
func Bands(f *fact.Fact, uses []Comparison) ([]fact.Interval, bool) {
	var cuts []cut
	for _, use := range uses {
		if use.Operator == "" {
			return nil, false
		}
		cuts = append(cuts, cutOf(use, f))
	}
	return slice(f, cuts), true
}

// Uses lists how expressions use a number, also through the derivations of the facts they read.
func (l *Language) Uses(place int, expressions []*Expression) []Comparison {
	var uses []Comparison
	var visit func(e *Expression)
	visit = func(e *Expression) {
		for _, use := range e.Comparisons() {
			if use.Fact == place {
				uses = append(uses, use)
			}
		}
		for _, read := range e.Facts() {
			for _, condition := range l.Steps(read) {
				visit(condition)
			}
		}
	}
	for _, e := range expressions {
		visit(e)
	}
	return uses
}

// cut is a place between two neighboring numbers: before number, or after it.
type cut struct {
	number float64
	after  bool
}

// cutOf says where a comparison changes its answer. For whole numbers every cut is brought before a whole number.
func cutOf(use Comparison, f *fact.Fact) cut {
	c := cut{number: use.Number, after: use.Operator == "<=" || use.Operator == ">"}
	if !f.Type.Whole() {
		return c
	}
	if c.after {
		c.number = f.Canonical(fact.Over(c.number)).Low
	} else {
		c.number = f.Canonical(fact.AtLeast(c.number)).Low
	}
	c.after = false
	return c
}

// slice cuts the allowed values of a fact into intervals, lowest first.
func slice(f *fact.Fact, cuts []cut) []fact.Interval {
	slices.SortFunc(cuts, func(a, b cut) int {
		if order := cmp.Compare(a.number, b.number); order != 0 || a.after == b.after {
			return order
		}
		if a.after {
			return 1
		}
		return -1
	})
	var bands []fact.Interval
	rest := fact.Everything()
	for _, c := range slices.Compact(cuts) {
		lower, upper := fact.Below(c.number), fact.AtLeast(c.number)
		if c.after {
			lower, upper = fact.AtMost(c.number), fact.Over(c.number)
		}
		if f.Holds(lower.Intersect(rest)) && f.Holds(upper) {
			bands = append(bands, f.Canonical(lower.Intersect(rest)))
			rest = upper
		}
	}
	return append(bands, f.Canonical(rest))
}
