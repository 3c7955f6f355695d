package impact

import (
	"cmp"
	"runtime"
	"slices"
	"sync"

	"accessdesk/eligibility"
)

// Counts is how many organizations have which outcome.
type Counts struct {
	Eligible   int `json:"eligible"`
	Ineligible int `json:"ineligible"`
	Unknown    int `json:"unknown"`
}

// Population is how many organizations were counted.
func (c Counts) Population() int { return c.Eligible + c.Ineligible + c.Unknown }

func (c *Counts) add(more Counts) {
	c.Eligible += more.Eligible
	c.Ineligible += more.Ineligible
	c.Unknown += more.Unknown
}

// Cell is the organizations of one sector in one state.
type Cell struct {
	Sector, State string
	Counts
}

// Report is whom one offering reaches.
type Report struct {
	Offering string
	Counts
	Sectors  []Cell // State is ""; in the order of sectors
	States   []Cell // Sector is ""; in the order of states, that without a state first
	Cells    []Cell // by sector, then state; only those with organizations
	Criteria []CriterionCount
	Missing  []FactCount
}

// CriterionCount is what one criterion does to the population.
type CriterionCount struct {
	eligibility.Criterion
	Unmet   int // organizations that do not meet it
	Sole    int // ineligible organizations that fail this criterion and no other
	Unknown int // organizations of which the registers cannot tell
}

// FactCount is a fact that undecided criteria read and the registers do not know.
type FactCount struct {
	Fact          eligibility.FactID
	Organizations int // with outcome unknown, that lack it
	Alone         int // those of them that lack nothing else that their undecided criteria read
}

// Run counts whom an offering reaches.
func Run(p *Population, rules *eligibility.Ruleset) Report {
	tallies := p.tally([]*eligibility.Ruleset{rules}, true)
	return p.report(rules, tallies[0])
}

// Total is the outcome counts of one offering.
type Total struct {
	Offering string
	Counts
}

// Survey counts the outcomes of many offerings in one walk through the population, in the order of rules.
func Survey(p *Population, rules []*eligibility.Ruleset) []Total {
	totals := make([]Total, len(rules))
	for i, t := range p.tally(rules, false) {
		totals[i].Offering = rules[i].Slug
		for _, c := range t.cells {
			totals[i].add(c)
		}
	}
	return totals
}

// tally is the counters of one offering.
type tally struct {
	cells    []Counts // by sector and state
	criteria []struct{ unmet, sole, unknown int }
	// open counts the unknown by what is undecided: the number of the known facts, then a byte for each criterion.
	open map[string]*int
}

// tally decides all offerings for everybody, on all cores. With deep it counts by criterion too.
func (p *Population) tally(rules []*eligibility.Ruleset, deep bool) []tally {
	if len(rules) == 0 {
		return nil
	}
	workers := max(1, min(runtime.GOMAXPROCS(0), len(p.members)/1000))
	parts := make([][]tally, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() {
			parts[w] = p.part(rules, deep, len(p.members)*w/workers, len(p.members)*(w+1)/workers)
		})
	}
	group.Wait()
	whole := parts[0]
	for _, part := range parts[1:] {
		for i := range whole {
			whole[i].merge(part[i])
		}
	}
	return whole
}

// part counts the members from and up to to.
func (p *Population) part(rules []*eligibility.Ruleset, deep bool, from, to int) []tally {
	tallies := make([]tally, len(rules))
	for i, r := range rules {
		tallies[i].cells = make([]Counts, len(p.sectors)*len(p.states))
		if deep {
			tallies[i].criteria = make([]struct{ unmet, sole, unknown int }, len(r.Criteria()))
			tallies[i].open = map[string]*int{}
		}
	}
	judge := eligibility.NewJudge(rules)
	var key []byte
	for at := from; at < to; at++ {
		m := &p.members[at]
		judge.Decide(p.crowd, at)
		cell := int(m.sector)*len(p.states) + int(m.state)
		for i := range rules {
			t := &tallies[i]
			outcome := judge.Outcome(i)
			switch outcome {
			case eligibility.Eligible:
				t.cells[cell].Eligible++
			case eligibility.Ineligible:
				t.cells[cell].Ineligible++
			default:
				t.cells[cell].Unknown++
			}
			if deep {
				key = t.look(judge, i, outcome, m.pattern, key)
			}
		}
	}
	return tallies
}

// look counts the criteria of one decision.
func (t *tally) look(judge *eligibility.Judge, offering int, outcome eligibility.Outcome, pattern uint32, key []byte) []byte {
	key = append(key[:0], byte(pattern), byte(pattern>>8), byte(pattern>>16), byte(pattern>>24))
	unmet, last := 0, 0
	for i := range t.criteria {
		open := byte(0)
		switch judge.Result(offering, i) {
		case eligibility.Unmet:
			t.criteria[i].unmet++
			unmet, last = unmet+1, i
		case eligibility.Unknown:
			t.criteria[i].unknown++
			open = 1
		}
		key = append(key, open)
	}
	if unmet == 1 {
		t.criteria[last].sole++
	}
	if outcome == eligibility.Unknown {
		if count, met := t.open[string(key)]; met {
			*count++
		} else {
			one := 1
			t.open[string(key)] = &one
		}
	}
	return key
}

func (t *tally) merge(more tally) {
	for i, c := range more.cells {
		t.cells[i].add(c)
	}
	for i, c := range more.criteria {
		t.criteria[i].unmet += c.unmet
		t.criteria[i].sole += c.sole
		t.criteria[i].unknown += c.unknown
	}
	for key, count := range more.open {
		if known, met := t.open[key]; met {
			*known += *count
		} else {
			t.open[key] = count
		}
	}
}

// report puts the counters of one offering into words and order.
func (p *Population) report(rules *eligibility.Ruleset, t tally) Report {
	r := Report{Offering: rules.Slug}
	for _, sector := range p.sectors {
		r.Sectors = append(r.Sectors, Cell{Sector: sector})
	}
	for _, state := range p.states {
		r.States = append(r.States, Cell{State: state})
	}
	for i, counts := range t.cells {
		sector, state := i/len(p.states), i%len(p.states)
		r.add(counts)
		r.Sectors[sector].add(counts)
		r.States[state].add(counts)
		if counts != (Counts{}) {
			r.Cells = append(r.Cells, Cell{p.sectors[sector], p.states[state], counts})
		}
	}
	for i, criterion := range rules.Criteria() {
		r.Criteria = append(r.Criteria, CriterionCount{criterion, t.criteria[i].unmet, t.criteria[i].sole, t.criteria[i].unknown})
	}
	r.Missing = p.missing(rules, t)
	return r
}

// missing lists the facts that would help most, those that alone keep somebody open first.
func (p *Population) missing(rules *eligibility.Ruleset, t tally) []FactCount {
	reads := rules.Decide(eligibility.Profile{}).Criteria
	counts := make([]FactCount, p.vocabulary.Len())
	for key, count := range t.open {
		known := p.patterns[uint32(key[0])|uint32(key[1])<<8|uint32(key[2])<<16|uint32(key[3])<<24]
		lacking := map[int]bool{}
		for i, open := range []byte(key[4:]) {
			if open == 0 {
				continue
			}
			for _, id := range reads[i].Facts {
				if place, ok := p.vocabulary.Index(id); ok && known[place/64]&(1<<(place%64)) == 0 {
					lacking[place] = true
				}
			}
		}
		for place := range lacking {
			counts[place].Fact = p.vocabulary.At(place).ID
			counts[place].Organizations += *count
			if len(lacking) == 1 {
				counts[place].Alone += *count
			}
		}
	}
	counts = slices.DeleteFunc(counts, func(c FactCount) bool { return c.Organizations == 0 })
	slices.SortStableFunc(counts, func(a, b FactCount) int {
		return cmp.Or(cmp.Compare(b.Organizations, a.Organizations), cmp.Compare(b.Alone, a.Alone))
	})
	return counts
}
