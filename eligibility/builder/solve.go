package builder

import (
	"math"
	"slices"
	"time"

	"accessdesk/eligibility"
	"accessdesk/eligibility/fact"
	"accessdesk/eligibility/rule"
)

// answer is what a search over all kinds of operators finds.
type answer int

const (
	none      answer = iota // nobody is such
	some                    // somebody is, or cannot be excluded
	unchecked               // there are too many kinds, or none that could be told apart
)

// Limits on one analysis. A kind of operator takes a few microseconds; the rules of the shipped catalog need some thousand of them.
const (
	mostKinds    = 150_000 // in one analysis
	mostOfOne    = 40_000  // for one answer
	mostItems    = 10      // items of a set that rules tell apart
	mostBranches = 2_000   // values of one fact
)

// source is one expression of a search: what it decides, and how it reads facts.
type source struct {
	expression *rule.Expression
	tree       *Tree    // nil: an expert rule or a sector list
	sectors    []string // of a sector list
}

// solver searches among all kinds of operators that expressions can tell apart.
type solver struct {
	vocabulary *eligibility.Vocabulary
	language   *rule.Language
	states     []*rule.State // two for each depth
	left       int           // kinds that this analysis may still look at
}

func newSolver(v *eligibility.Vocabulary) *solver {
	return &solver{vocabulary: v, language: v.Language(), left: mostKinds}
}

// search is one question to the solver.
type search struct {
	*solver
	sources []source
	want    func(*rule.State) rule.Truth
	stuck   answer // when a fact has no value that agrees with the others
	facts   []int
	values  map[int][][]supposed
	left    int
}

// supposed is a fact with a value.
type supposed struct {
	place int
	value fact.Value
}

// exists tells whether some operator is as want wants it. Facts without a value that fits the others leave the answer at stuck.
func (s *solver) exists(want func(*rule.State) rule.Truth, stuck answer, sources ...source) answer {
	q := &search{solver: s, sources: sources, want: want, stuck: stuck, left: min(mostOfOne, s.left)}
	if !q.lay() {
		return unchecked
	}
	before := q.left
	found := q.look(s.language.Bare(), rule.Set{}, 0)
	s.left -= before - q.left
	return found
}

// look tries the values of one fact after the other.
func (q *search) look(s *rule.State, asked rule.Set, depth int) answer {
	switch q.want(s) {
	case rule.True:
		return some
	case rule.False:
		return none
	}
	place, ok := q.next(s, asked)
	if !ok {
		return some
	}
	asked.Add(place)
	consistent := false
	for _, values := range q.values[place] {
		if q.left--; q.left < 0 {
			return unchecked
		}
		after := s
		for i, one := range values {
			after = after.Suppose(one.place, one.value, q.state(2*depth+i))
		}
		if !after.Consistent() {
			continue
		}
		consistent = true
		if found := q.look(after, asked, depth+1); found != none {
			return found
		}
	}
	if !consistent {
		return q.stuck
	}
	return none
}

func (s *solver) state(at int) *rule.State {
	for len(s.states) <= at {
		s.states = append(s.states, s.language.Bare())
	}
	return s.states[at]
}

// next chooses the fact to suppose: the first that keeps an expression open, else any that is left.
func (q *search) next(s *rule.State, asked rule.Set) (int, bool) {
	var open rule.Set
	for _, one := range q.sources {
		if one.expression.Eval(s) == rule.Unknown {
			pending := one.expression.Trace(s).Pending
			for _, place := range pending.List() {
				q.spread(place, &open)
			}
		}
	}
	first := -1
	for _, place := range q.facts {
		if asked.Has(place) {
			continue
		}
		if open.Has(place) {
			return place, true
		}
		if first < 0 {
			first = place
		}
	}
	return first, first >= 0
}

// spread adds a fact and what it is worked out from.
func (q *search) spread(place int, to *rule.Set) {
	to.Add(place)
	for _, step := range q.language.Steps(place) {
		for _, input := range step.Facts() {
			q.spread(input, to)
		}
	}
}

// usage is how the expressions of a search read one fact.
type usage struct {
	groups  [][]string // values that are only ever named together
	numbers []float64
	opaque  bool // read in a way of which the builder knows nothing
}

// lay notes which facts have to be supposed and with which values. False: some fact has too many.
func (q *search) lay() bool {
	uses := map[int]*usage{}
	use := func(place int) *usage {
		if uses[place] == nil {
			uses[place] = &usage{}
			q.facts = append(q.facts, place)
		}
		return uses[place]
	}
	for _, one := range q.sources {
		q.read(one, use)
	}
	q.derive(use)
	q.facts = slices.DeleteFunc(q.facts, func(place int) bool { return q.workedOut(place) })
	q.values = map[int][][]supposed{}
	for _, place := range q.facts {
		values, ok := q.valuesOf(place, uses)
		if !ok || len(values) > mostBranches {
			return false
		}
		q.values[place] = values
	}
	return true
}

// workedOut tells whether a fact is never given: it follows from others.
func (s *solver) workedOut(place int) bool {
	known := s.vocabulary.At(place)
	return known.Ask == fact.AskNever && len(known.Derive) > 0 && len(known.Register) == 0
}

// derive adds what facts that are only worked out follow from, and notes how all derived facts are worked out: that decides which
// values disagree.
func (q *search) derive(use func(int) *usage) {
	main, more := q.sectorPlaces()
	for at := 0; at < len(q.facts); at++ {
		place := q.facts[at]
		if q.workedOut(place) {
			q.readSteps(place, use)
		}
		if place == main || place == more {
			use(main)
			use(more)
		}
	}
	for _, place := range q.facts {
		if q.workedOut(place) {
			continue
		}
		q.readSteps(place, func(input int) *usage {
			if slices.Contains(q.facts, input) {
				return use(input)
			}
			return &usage{}
		})
	}
}

// readSteps notes how a derived fact is worked out.
func (q *search) readSteps(place int, use func(int) *usage) {
	for i, step := range q.language.Steps(place) {
		one := source{expression: step}
		if tree, ok := Parse(q.vocabulary.Vocabulary, q.vocabulary.At(place).Derive[i].When); ok {
			one.tree = &tree
		}
		q.read(one, use)
	}
}

func (s *solver) sectorPlaces() (main, more int) {
	main, _ = s.vocabulary.Index(fact.Sector)
	more, _ = s.vocabulary.Index(fact.AdditionalSectors)
	return main, more
}

// read notes how one expression reads facts.
func (q *search) read(one source, use func(int) *usage) {
	main, more := q.sectorPlaces()
	switch {
	case one.sectors != nil:
		group := sectorGroup(one.sectors)
		use(main).groups = append(use(main).groups, group)
		use(more)
	case one.tree != nil:
		Rows(*one.tree, func(_ Path, r Row) {
			place, known := q.vocabulary.Index(r.Fact)
			switch {
			case r.Fact == Runs:
				use(main)
				place = main
			case !known:
				return
			}
			use(place).row(r)
		})
	default:
		for _, place := range one.expression.Facts() {
			u := use(place)
			u.opaque = u.opaque || !q.vocabulary.At(place).Type.Numeric()
		}
		for _, c := range one.expression.Comparisons() {
			u := use(c.Fact)
			u.numbers = append(u.numbers, c.Number)
			u.opaque = u.opaque || c.Operator == ""
		}
	}
}

// sectorGroup gives the sectors that a list names together. What the desk does not list may be critical, so it is told apart.
func sectorGroup(sectors []string) []string {
	var group []string
	for _, sector := range sectors {
		if sector != fact.CriticalInfrastructure {
			group = append(group, sector)
			continue
		}
		group = append(group, rule.CriticalSectors()...)
	}
	return group
}

// row notes what one row names.
func (u *usage) row(r Row) {
	for _, value := range r.Values {
		if number, ok := parseNumber(value); ok {
			u.numbers = append(u.numbers, number)
		}
	}
	switch {
	case r.Fact == Runs && r.Operator == IncludesAll, r.Operator == IncludesAll, r.Operator == Between:
		for _, value := range r.Values {
			u.groups = append(u.groups, sectorGroup([]string{value}))
		}
	case slices.Contains(r.Values, fact.CriticalInfrastructure):
		u.groups = append(u.groups, sectorGroup(r.Values), rule.CriticalSectors())
	default:
		u.groups = append(u.groups, r.Values)
	}
}

// valuesOf lists the values of a fact that the expressions can tell apart. The sector comes with all that is run beside it.
func (q *search) valuesOf(place int, uses map[int]*usage) ([][]supposed, bool) {
	main, more := q.sectorPlaces()
	known, u := q.vocabulary.At(place), uses[place]
	single := func(values []fact.Value) [][]supposed {
		each := make([][]supposed, len(values))
		for i, value := range values {
			each[i] = []supposed{{place, value}}
		}
		return each
	}
	if place == main || place == more {
		return q.sectors(main, more, uses), true
	}
	switch shapeOfType(known.Type) {
	case ShapeFlag:
		return single([]fact.Value{fact.Bool(true), fact.Bool(false)}), true
	case ShapeNumber:
		return single(points(known, u.numbers)), !u.opaque
	case ShapeChoice:
		for _, step := range known.Derive { // what follows from other facts is told apart from what does not
			if text, ok := step.Value.Text(); ok {
				u.groups = append(u.groups, []string{text})
			}
		}
		var values []fact.Value
		for _, name := range classes(known.ValueNames(), u) {
			values = append(values, fact.String(name))
		}
		return single(values), true
	case ShapeSet:
		names := classes(known.ValueNames(), u)
		return single(subsets(names, fact.Set)), len(names) <= mostItems
	case ShapeDate:
		return single(days(u.groups)), !u.opaque
	}
	named := slices.Concat(u.groups...)
	other := "-" // a text that no rule names
	for slices.Contains(named, other) {
		other += "-"
	}
	named = append(named, other)
	slices.Sort(named)
	named = slices.Compact(named)
	if known.Type == fact.TypeList {
		return single(subsets(named, fact.List)), !u.opaque && len(named) <= mostItems
	}
	var values []fact.Value
	for _, text := range named {
		values = append(values, fact.String(text))
	}
	return single(values), !u.opaque
}

// sectors lists what an operator may run, as far as the expressions can tell: each main sector with each choice of others.
func (q *search) sectors(main, more int, uses map[int]*usage) [][]supposed {
	together := &usage{opaque: uses[main].opaque || uses[more].opaque, groups: slices.Concat(uses[main].groups, uses[more].groups, [][]string{{rule.OtherSector}})}
	names := classes(q.vocabulary.At(main).ValueNames(), together)
	var all [][]supposed
	for _, others := range subsets(names, fact.Set) {
		for _, name := range names {
			all = append(all, []supposed{{main, fact.String(name)}, {more, others}})
		}
	}
	return all
}

// classes picks one of the values that are always named together, and one that is never named.
func classes(names []string, u *usage) []string {
	if u.opaque {
		return names
	}
	seen := map[string]bool{}
	var picked []string
	for _, name := range names {
		signature := make([]byte, len(u.groups))
		for i, group := range u.groups {
			signature[i] = '-'
			if slices.Contains(group, name) {
				signature[i] = '+'
			}
		}
		if !seen[string(signature)] {
			seen[string(signature)] = true
			picked = append(picked, name)
		}
	}
	return picked
}

// subsets makes every choice of items, none first.
func subsets(names []string, value func(...string) fact.Value) []fact.Value {
	if len(names) > mostItems {
		names = names[:mostItems]
	}
	var all []fact.Value
	for mask := range 1 << len(names) {
		var items []string
		for i, name := range names {
			if mask>>i&1 == 1 {
				items = append(items, name)
			}
		}
		all = append(all, value(items...))
	}
	return all
}

// points lists numbers on, below and above each that is named, within the limits of the fact.
func points(known *fact.Fact, named []float64) []fact.Value {
	limits := known.Limits()
	candidates := []float64{limits.Low, limits.High}
	slices.Sort(named)
	named = slices.Compact(slices.Clone(named))
	for i, number := range named {
		candidates = append(candidates, number)
		if known.Type.Whole() {
			candidates = append(candidates, math.Floor(number), math.Ceil(number), math.Ceil(number)-1, math.Floor(number)+1)
			continue
		}
		candidates = append(candidates, number-1, number+1)
		if i > 0 {
			candidates = append(candidates, named[i-1]+(number-named[i-1])/2)
		}
		for _, end := range []float64{limits.Low, limits.High} {
			candidates = append(candidates, number+(end-number)/2)
		}
	}
	if len(named) == 0 {
		candidates = append(candidates, 0)
	}
	var values []fact.Value
	slices.Sort(candidates)
	for _, number := range slices.Compact(candidates) {
		if !math.IsInf(number, 0) && limits.Contains(number) && (!known.Type.Whole() || number == math.Trunc(number)) {
			values = append(values, fact.Decimal(number))
		}
	}
	return values
}

// days lists the days that are named with their neighbors.
func days(groups [][]string) []fact.Value {
	found := map[string]bool{"2000-01-01": true} // for rules that name none
	for _, text := range slices.Concat(groups...) {
		if day, err := time.Parse(time.DateOnly, text); err == nil {
			for _, beside := range []int{-1, 0, 1} {
				found[day.AddDate(0, 0, beside).Format(time.DateOnly)] = true
			}
		}
	}
	var values []fact.Value
	for text := range found {
		values = append(values, fact.String(text))
	}
	slices.SortFunc(values, func(a, b fact.Value) int {
		first, _ := a.Text()
		second, _ := b.Text()
		if first < second {
			return -1
		}
		return 1
	})
	return values
}
