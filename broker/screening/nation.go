package screening

import (
	"context"
	"fmt"
	"hash/fnv"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"accessdesk/catalog"
	"accessdesk/eligibility"
)

// Operator is an organization that is walked through the check.
type Operator struct {
	ID    string
	Group string // under which it is counted: its sector
	Facts eligibility.Profile
}

// Way is how operators take the check.
type Way struct {
	Name    string
	Prefill bool // the operator was picked from the registers: its record is known before the first question
	Memory  bool // what its record does not say is answered all the same, not with "I'm not sure"
}

// The ways of the simulation. What a record does not say is "I'm not sure", unless it is answered from memory: then always the same
// by an operator of that kind, and spread over all answers.
var (
	FromRecord      = Way{Name: "without prefill"}
	FromMemory      = Way{Name: "without prefill, from memory", Memory: true}
	Prefilled       = Way{Name: "with prefill", Prefill: true}
	PrefilledMemory = Way{Name: "with prefill, from memory", Prefill: true, Memory: true}
)

// Goal is how many questions may be asked up to the first full result.
type Goal struct{ Median, P95 int }

// Goal is that of the design for the way.
func (w Way) Goal() Goal {
	if w.Prefill {
		return Goal{Median: 3, P95: 6}
	}
	return Goal{Median: 7, P95: 10}
}

// Nation is a population to be walked through the check. Operators who give the same answers to every question are walked once.
// Add is for one goroutine; Walk changes nothing.
type Nation struct {
	vocabulary *eligibility.Vocabulary
	programs   []*catalog.Published
	now        time.Time
	// Shares says how often answers are given, for the choice of questions; nil: all are alike.
	Shares *eligibility.Shares
	bands  map[eligibility.FactID][]eligibility.Interval // of the numbers that are asked in bands
	unread map[eligibility.FactID]bool                   // facts that no program reads
	kinds  []kind
	at     map[string]int // by what they answer: place in kinds
	count  int
}

// kind is all operators of a group who give the same answers.
type kind struct {
	Operator // the first of them
	said     eligibility.Profile
	count    int
}

// NewNation makes an empty population for the programs.
func NewNation(v *eligibility.Vocabulary, programs []*catalog.Published, now time.Time) *Nation {
	n := &Nation{vocabulary: v, programs: programs, now: now, at: map[string]int{},
		bands: map[eligibility.FactID][]eligibility.Interval{}, unread: map[eligibility.FactID]bool{}}
	fresh := New(v, programs, nil, nil, now)
	for _, fact := range v.Facts() {
		if bands, cut := fresh.Bands(fact.ID); cut {
			n.bands[fact.ID] = bands
		}
		n.unread[fact.ID] = !eligibility.Reads(fresh.rules, fact.ID)
	}
	return n
}

// Add adds an operator.
func (n *Nation) Add(o Operator) error {
	said := eligibility.Profile{}
	for id, value := range o.Facts {
		if !n.unread[id] {
			said[id] = n.banded(id, value)
		}
	}
	text, err := n.vocabulary.FormatFacts(said)
	if err != nil {
		return fmt.Errorf("facts of %s: %w", o.ID, err)
	}
	key := o.Group + " " + string(text)
	place, known := n.at[key]
	if !known {
		place = len(n.kinds)
		n.at[key] = place
		n.kinds = append(n.kinds, kind{Operator: o, said: said})
	}
	n.kinds[place].count++
	n.count++
	return nil
}

// Size is how many operators were added, and how many of them give different answers.
func (n *Nation) Size() (operators, different int) { return n.count, len(n.kinds) }

// banded is a value as a person gives it on the page of its question: a number as the band it lies in.
func (n *Nation) banded(id eligibility.FactID, value eligibility.Value) eligibility.Value {
	if number, exact := value.Number(); exact {
		for _, band := range n.bands[id] {
			if band.Contains(number) {
				return eligibility.Between(band).From(value.Evidence, value.Source)
			}
		}
	}
	return value
}

// answer is what an operator says to a question; unknown is "I'm not sure".
func (n *Nation) answer(w Way, k *kind, id eligibility.FactID) eligibility.Value {
	if value := k.said[id]; value.Known() || !w.Memory {
		return value.From(eligibility.Stated, "")
	}
	sum := fnv.New32a()
	state, _ := k.said["state_or_territory"].Text()
	fmt.Fprint(sum, id, k.Group, state)
	fact, _ := n.vocabulary.Fact(id)
	switch {
	case fact.Type == eligibility.TypeBool:
		return eligibility.Bool(sum.Sum32()%2 == 0)
	case fact.Type == eligibility.TypeEnum:
		return eligibility.String(fact.Values[int(sum.Sum32())%len(fact.Values)].Value)
	case len(n.bands[id]) > 0:
		return eligibility.Between(n.bands[id][int(sum.Sum32())%len(n.bands[id])])
	}
	return eligibility.Value{}
}

// walk answers every question that the check puts to an operator.
func (n *Nation) walk(w Way, k *kind) (path []eligibility.FactID, decided int) {
	var facts eligibility.Profile
	if w.Prefill {
		facts = eligibility.Profile{}
		for id, value := range k.Facts {
			facts[id] = value.From(eligibility.Register, value.Source)
		}
	}
	c := New(n.vocabulary, n.programs, facts, nil, n.now)
	c.Shares = n.Shares
	for {
		question, more := c.Next()
		if !more {
			break
		}
		path = append(path, question.Fact)
		if question.Fact == eligibility.SectorFact {
			n.answerSectors(c, k)
			continue
		}
		c.keep(question.Fact, n.answer(w, k, question.Fact))
	}
	c.decide()
	for i := range c.Programs {
		if c.Programs[i].Decision.Outcome != eligibility.Unknown {
			decided++
		}
	}
	return path, decided
}

func (n *Nation) answerSectors(c *Check, k *kind) {
	for _, id := range onPageOf(eligibility.SectorFact) {
		c.keep(id, k.said[id].From(eligibility.Stated, ""))
	}
}

// Count is how the check went for the operators of a group.
type Count struct {
	Group     string
	Operators int
	Median    int // questions
	P95       int // 95 of 100 operators are asked at most so many
	Longest   []eligibility.FactID
	LongestID string  // an operator to whom the longest path is put
	Decided   float64 // share of the programs that are decided when the check is over
}

// Meets tells whether a group is asked as little as the goal says.
func (c Count) Meets(g Goal) bool { return c.Median <= g.Median && c.P95 <= g.P95 }

// All is the group of all operators together.
const All = "all"

// Walk walks the whole population, on all cores, and counts by group, in order of their names; All stands last. progress hears how
// many operators have been walked; it may be nil.
func (n *Nation) Walk(ctx context.Context, w Way, progress func(operators int)) ([]Count, error) {
	type result struct {
		path    []eligibility.FactID
		decided int
	}
	results := make([]result, len(n.kinds))
	var next, done atomic.Int64
	var mutex sync.Mutex // progress is heard one at a time
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for at := int(next.Add(1) - 1); at < len(n.kinds) && ctx.Err() == nil; at = int(next.Add(1) - 1) {
				results[at].path, results[at].decided = n.walk(w, &n.kinds[at])
				if operators := done.Add(int64(n.kinds[at].count)); progress != nil {
					mutex.Lock()
					progress(int(operators))
					mutex.Unlock()
				}
			}
		})
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	groups := map[string]*tally{}
	for at := range n.kinds {
		for _, name := range []string{n.kinds[at].Group, All} {
			if groups[name] == nil {
				groups[name] = &tally{Count: Count{Group: name}, programs: len(n.programs)}
			}
			groups[name].add(&n.kinds[at], results[at].path, results[at].decided)
		}
	}
	var counts []Count
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		if name != All {
			counts = append(counts, groups[name].count())
		}
	}
	if all := groups[All]; all != nil {
		counts = append(counts, all.count())
	}
	return counts, nil
}

// tally gathers a group.
type tally struct {
	Count
	programs  int
	questions []int // by how many were asked: operators
	decided   int
}

func (t *tally) add(k *kind, path []eligibility.FactID, decided int) {
	for len(t.questions) <= len(path) {
		t.questions = append(t.questions, 0)
	}
	t.questions[len(path)] += k.count
	t.Operators += k.count
	t.decided += decided * k.count
	if len(path) > len(t.Longest) || t.LongestID == "" {
		t.Longest, t.LongestID = path, k.ID
	}
}

func (t *tally) count() Count {
	t.Median, t.P95 = t.within(50), t.within(95)
	if t.programs > 0 {
		t.Decided = float64(t.decided) / float64(t.Operators*t.programs)
	}
	return t.Count
}

// within is the least number of questions that is enough for so many percent of the operators.
func (t *tally) within(percent int) int {
	least, seen := (t.Operators*percent+99)/100, 0
	for questions, operators := range t.questions {
		if seen += operators; seen >= least {
			return questions
		}
	}
	return len(t.questions)
}
