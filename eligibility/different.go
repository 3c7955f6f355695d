package eligibility

import (
	"slices"
	"strconv"

	"accessdesk/eligibility/rule"
)

// mostDifferent is the size up to which sets are searched; who would need more other answers than that is told nothing by their list.
const mostDifferent = 3

// mostTried is how many sets of other answers are tried for one offering before nothing is said of what would have to be
// different. The shipped catalog stays below (a test holds it).
const mostTried = 5_000

// Different gives, for an Ineligible offering, the smallest sets of given answers that would have to be different for it not to be
// Ineligible, all other answers as they are: for some of the other answers that their questions offer, no criterion is unmet. All
// sets of that size, in the order of questions; none when not even mostDifferent other answers would do, or when too many would have
// to be tried. The
// answers contradict each other in nothing in which they did not before. It says what a result rests on, and is never advice to
// answer otherwise.
func Different(r *Ruleset, d Decision) [][]FactID {
	if d.Outcome != Ineligible {
		return nil
	}
	c := newChange(r, d)
	for size := 1; size <= min(mostDifferent, len(c.read)); size++ {
		var found [][]FactID
		rule.Subsets(c.read, size, func(some []int) bool {
			if c.could(some) {
				found = append(found, r.vocabulary.IDs(r.vocabulary.inOrder(c.spread(some))))
			}
			return c.tried <= mostTried
		})
		if c.tried > mostTried {
			return nil
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// DifferentSentence says what Different found; "" when it found nothing, or when the reasons say it already: all of them rest on the
// same single answer.
func DifferentSentence(r *Ruleset, d Decision, lang string) string {
	if d.Outcome != Ineligible || len(newChange(r, d).behind) < 2 {
		return ""
	}
	v := r.vocabulary
	names := func(ids []FactID) []string {
		var labels []string
		for _, id := range ids {
			if id == AdditionalSectorsFact && slices.Contains(ids, SectorFact) {
				continue // one answer
			}
			known, _ := v.Fact(id)
			labels = append(labels, known.Label.In(lang))
		}
		return labels
	}
	sets := Different(r, d)
	if len(sets) == 0 {
		return ""
	}
	first := names(sets[0])
	switch {
	case len(sets) == 1:
		return v.Say(lang, "different.these", "facts", v.Join(lang, "and", first))
	case len(first) > 1:
		return v.Say(lang, "different.some", "count", strconv.Itoa(len(first)), "facts", v.Join(lang, "and", first))
	}
	var all []string
	for _, set := range sets {
		all = append(all, names(set)...)
	}
	return v.Say(lang, "different.any", "facts", v.Join(lang, "or", all))
}

// change tries other answers for one offering.
type change struct {
	*search
	rules  *Ruleset
	all    []*compiled
	unmet  []*compiled
	behind []int // the answers on which unmet criteria rest
	read   []int // the answers that any criterion reads: another answer to one may ask for another one to a second
	tried  int
}

func newChange(r *Ruleset, d Decision) *change {
	c := &change{search: newSearch(r.vocabulary, d.Profile, r.vocabulary.language.State(d.Profile)), rules: r}
	var facts rule.Set
	for i := range r.criteria {
		one := &r.criteria[i]
		c.all = append(c.all, one)
		if d.Criteria[i].Result != Unmet {
			continue
		}
		c.unmet = append(c.unmet, one)
		for _, place := range c.search.behind(one) {
			facts.Add(place)
		}
	}
	c.behind = r.vocabulary.inOrder(facts)
	read := c.answered
	for i := range read {
		read[i] &= r.reads[i]
	}
	c.read = r.vocabulary.inOrder(c.folded(read))
	return c
}

// could tells whether other answers in place of some would leave no criterion unmet.
func (c *change) could(some []int) bool {
	if !slices.ContainsFunc(some, func(place int) bool { return slices.Contains(c.behind, place) }) {
		return false
	}
	p := c.given.Clone()
	facts := c.spread(some)
	for _, place := range facts.List() {
		delete(p, c.vocabulary.At(place).ID)
	}
	return c.passes(p, c.unmet) && c.assign(p, some)
}

// assign tries the other answers to some questions one after the other.
func (c *change) assign(p Profile, some []int) bool {
	if len(some) == 0 {
		return true
	}
	for _, other := range c.others(some[0]) {
		after := p.Clone()
		for id, value := range other {
			after[id] = value
		}
		if c.passes(after, c.all) && c.assign(after, some[1:]) {
			return true
		}
		if c.tried > mostTried {
			return false
		}
	}
	return false
}

// passes tells whether none of some criteria is unmet, and nothing contradicts itself that did not before.
func (c *change) passes(p Profile, criteria []*compiled) bool {
	c.tried++
	state := c.vocabulary.language.State(p)
	for _, conflict := range state.Contradictions() {
		if place, _ := c.vocabulary.Index(conflict.Fact); !c.disputed.Has(place) {
			return false
		}
	}
	return !slices.ContainsFunc(criteria, func(one *compiled) bool {
		return one.expression.Eval(state.For(one.MinEvidence)) == rule.False
	})
}

// others lists the other answers to a question. An answer that is not chosen from a list stays open: some other text would do.
func (c *change) others(place int) []Profile {
	known := c.vocabulary.At(place)
	if place == c.vocabulary.sector {
		return c.otherSectors()
	}
	possible := answers([]*Ruleset{c.rules}, place)
	if len(possible) == 0 {
		return []Profile{{}}
	}
	given := c.given[known.ID]
	if items, ok := given.Items(); ok { // one item more or less, besides none, one, and all
		for _, name := range known.ValueNames() {
			if !given.Has(name) {
				possible = append(possible, Set(append(slices.Clone(items), name)...))
			} else {
				possible = append(possible, Set(slices.DeleteFunc(slices.Clone(items), func(item string) bool { return item == name })...))
			}
		}
	}
	var others []Profile
	for _, value := range possible {
		if !value.Equal(given) {
			others = append(others, Profile{known.ID: value})
		}
	}
	return others
}

// otherSectors lists other answers about sectors: each alone, and each beside those that are run.
func (c *change) otherSectors() []Profile {
	var others []Profile
	items, _ := c.given[AdditionalSectorsFact].Items()
	for _, name := range c.vocabulary.At(c.vocabulary.sector).ValueNames() {
		others = append(others, Profile{SectorFact: String(name), AdditionalSectorsFact: Set()})
	}
	for _, name := range c.vocabulary.At(c.vocabulary.additional).ValueNames() {
		others = append(others, Profile{SectorFact: c.given[SectorFact], AdditionalSectorsFact: Set(append(slices.Clone(items), name)...)})
	}
	return others
}
