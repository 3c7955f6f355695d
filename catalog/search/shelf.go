package search

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"accessdesk/catalog"
	"accessdesk/eligibility"
)

// mask is a set of values of a facet: bit i stands for value i of valuesOf. No facet has more values than it has bits.
type mask uint64

const maskBits = 64

// shelf is what a snapshot's programs are.
type shelf struct {
	snapshot *catalog.Snapshot
	values   [facetCount][]string
	marks    [][facetCount]mask // by place in the snapshot, without what depends on the time
	ended    []bool             // by place: the programs themselves lie apart in memory, and to look at each takes longer than all the rest
	stands   atomic.Pointer[standing]
}

// The facets by number.
const (
	facetCount = 5
	statusAt   = 2 // of FacetStatus
	openMark   = 1 // StatusOpen
)

func newShelf(s *catalog.Snapshot, sectors []string) *shelf {
	b := &shelf{snapshot: s, marks: make([][facetCount]mask, len(s.Offerings)), ended: make([]bool, len(s.Offerings))}
	for i, facet := range facets {
		b.values[i] = valuesOf(facet, sectors)
	}
	doors := map[string]bool{} // by sector list and sector
	for at, p := range s.Offerings {
		b.ended[at] = p.Status == catalog.StatusEnded
		provider := ProviderOther
		if p.Provider.Government {
			provider = ProviderGovernment
		}
		for i, facet := range facets {
			for bit, value := range b.values[i] {
				has := false
				switch facet {
				case FacetKind:
					has = string(p.Kind) == value
				case FacetSector:
					has = letsIn(p, value, doors)
				case FacetCost:
					has = string(p.Cost) == value
				case FacetProvider:
					has = provider == value
				}
				if has {
					b.marks[at][i] |= 1 << bit
				}
			}
		}
	}
	return b
}

// letsIn tells whether the sector gate of a program does not keep an operator of a sector out. It is asked once for each list of sectors.
func letsIn(p *catalog.Published, sector string, known map[string]bool) bool {
	if !p.Gated() {
		return true
	}
	door := strings.Join(p.Sectors, " ") + "/" + sector
	if _, asked := known[door]; !asked {
		decision := p.Rules.Decide(eligibility.Profile{eligibility.SectorFact: eligibility.String(sector)})
		known[door] = decision.Criteria[0].Result != eligibility.Unmet
	}
	return known[door]
}

// StatusOf says which value of FacetStatus a program has at a time, with what can be done about it then.
func StatusOf(p *catalog.Published, next catalog.NextStep, now time.Time) string {
	switch {
	case p.OpenAt(now) && next.Hindrance != catalog.HinderedFull:
		return StatusOpen
	case next.Hindrance == catalog.HinderedBeforeWindow || next.Hindrance == catalog.HinderedAnnounced:
		return StatusLater
	case next.Hindrance == catalog.HinderedPaused && p.Pause.Until.After(now):
		return StatusLater
	}
	return StatusClosed
}

// Result is the answer to a question.
type Result struct {
	Programs []*catalog.Published // listed ones, the best first
	Ended    []*catalog.Published // ended ones that match, the best first
	Groups   []Group              // the facets, with what other choices would give
	// WithoutFits is how many programs there would be without asking for a fit; WithoutWords without the words, which is counted only if
	// there are none with them.
	WithoutWords, WithoutFits int
	Way                       Way
	Instead                   []string // the words that were looked for, if some of those typed are taken for mistakes
}

// Group is a facet with its values.
type Group struct {
	Facet   Facet
	Values  []Count
	Without int // how many programs there would be without this facet
}

// Count is a value with the number of programs that have it and everything else that was asked for.
type Count struct {
	Value  string
	Number int
	Chosen bool
}

// outFits is what keeps a program out that does not fit, beside the facets, which have one bit each.
const outFits = 1 << facetCount

// choose filters, counts and sorts. With words only the programs that have them are looked at; the others are counted only if nothing is
// found.
func (b *shelf) choose(q Query, words *found, at Moment) Result {
	if words == nil {
		return b.among(len(b.snapshot.Offerings), func(i int) int { return i }, q, nil, at)
	}
	result := b.among(len(words.some), func(i int) int { return int(words.some[i]) }, q, words, at)
	if result.Way, result.Instead = words.way, words.instead; len(result.Programs) == 0 {
		without := q
		without.Words = ""
		result.WithoutWords = len(b.choose(without, nil, at).Programs)
	}
	return result
}

// among chooses from so many programs; place gives their places.
func (b *shelf) among(count int, place func(int) int, q Query, words *found, at Moment) Result {
	var t tally
	chosen, stands := b.chosen(q), b.standing(at.Now)
	for n := range count {
		i := place(n)
		p := b.snapshot.Offerings[i]
		one, marks, out := ranked{p: p}, b.marks[i], 0
		for f, wanted := range chosen {
			if f != statusAt && wanted != 0 && wanted&marks[f] == 0 {
				out |= 1 << f
			}
		}
		if words != nil {
			one.band, one.score = words.band[n], words.score[n]
		}
		if q.Fits && !at.Fits[p.Slug] {
			out |= outFits
		}
		if wanted := chosen[statusAt]; out == 0 || wanted != 0 && bits.OnesCount(uint(out)) == 1 { // else it changes no number
			marks[statusAt] = stands.of(i, p, at.Places)
			if one.open = marks[statusAt] == openMark; wanted != 0 && wanted&marks[statusAt] == 0 {
				out |= 1 << statusAt
			}
		}
		t.take(one, b.ended[i], marks, out)
	}
	return t.result(q, b.values)
}

// tally is what choose has seen.
type tally struct {
	listed, ended []ranked
	counts        [facetCount][maskBits]int // of programs that nothing but the facet itself keeps out
	without       [facetCount]int
	noFit         int
}

// take counts a program that out keeps out.
func (t *tally) take(one ranked, ended bool, marks [facetCount]mask, out int) {
	if ended {
		if out == 0 {
			t.ended = append(t.ended, one)
		}
		return
	}
	if out == 0 {
		t.listed = append(t.listed, one)
	}
	if out&^outFits == 0 {
		t.noFit++
	}
	for f, has := range marks {
		if out&^(1<<f) != 0 {
			continue
		}
		t.without[f]++
		for ; has != 0; has &= has - 1 {
			t.counts[f][bits.TrailingZeros64(uint64(has))]++
		}
	}
}

func (t *tally) result(q Query, values [facetCount][]string) Result {
	result := Result{Programs: sorted(t.listed), Ended: sorted(t.ended), WithoutFits: t.noFit}
	for f, facet := range facets {
		group := Group{Facet: facet, Without: t.without[f]}
		group.Values = make([]Count, 0, len(values[f]))
		for bit, value := range values[f] {
			group.Values = append(group.Values, Count{Value: value, Number: t.counts[f][bit], Chosen: q.Has(facet, value)})
		}
		result.Groups = append(result.Groups, group)
	}
	return result
}

// chosen are the values of a question as masks.
func (b *shelf) chosen(q Query) (all [facetCount]mask) {
	for f, facet := range facets {
		for bit, value := range b.values[f] {
			if q.Has(facet, value) {
				all[f] |= 1 << bit
			}
		}
	}
	return all
}

// ranked is a program with what it is sorted by.
type ranked struct {
	p     *catalog.Published
	band  uint8
	open  bool
	score int32
}

// sorted puts the best first: see the comment of the package. The slugs are in order already.
func sorted(all []ranked) []*catalog.Published {
	var shelves [8][]ranked // by band, what is open in front
	for _, one := range all {
		at := 2 * (3 - one.band)
		if !one.open {
			at++
		}
		shelves[at] = append(shelves[at], one)
	}
	programs := make([]*catalog.Published, 0, len(all))
	for _, shelf := range shelves {
		slices.SortStableFunc(shelf, func(a, b ranked) int { return cmp.Compare(b.score, a.score) })
		for _, one := range shelf {
			programs = append(programs, one.p)
		}
	}
	return programs
}
