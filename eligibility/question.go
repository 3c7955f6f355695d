package eligibility

import (
	"slices"

	"accessdesk/eligibility/rule"
)

// Question is the fact to ask for next.
type Question struct {
	Fact    FactID
	Settles int // undecided offerings that at least one of its answers would decide
}

// Inquiry is what the questions of the check are chosen for.
type Inquiry struct {
	Rules []*Ruleset // the offerings, all of one vocabulary
	Facts Profile
	Asked map[FactID]bool // what was put to a person: answered, skipped or "not sure"
	// Weight says by slug how much it matters that an offering is decided: 1 where nothing is said, less where nobody has to be
	// asked for the offering, 0 where nobody can have it now.
	Weight map[string]float64
	// Shares says how often each answer is given; nil: all are alike.
	Shares *Shares
}

// ShortCheck is up to how many questions a check is short: the goal of the design for half of all checks. Where a public register
// says who the operator is, four of them are answered by its record, whatever it holds (what kind, where, whose, how large), and
// ShortRecorded are left.
const (
	ShortCheck    = 7
	ShortRecorded = 3
)

// Next gives the next question of the check; false: the check is over, and what is still open is answered beside the results.
//
// Candidates are the facts on which a criterion of an undecided offering still depends and that may be asked, in the fixed order.
// The sector is always worth asking. Any other question must decide something: some answer decides some offering. That is enough
// in the head of the order (where, whose, how large, who looks after computers). Beyond it the question comes first that decides
// most for its effort, the fixed order between equals: the share of the answers that decide an offering, times the weight of the
// offering, summed up and divided by the effort. How often each answer is given is read off the public registers of the operator's
// sector; where they do not say, all answers count alike. An answer that nobody in the registers gives is possible all the same: it
// keeps a question in the head of the order. While the check is short, that has to be at least one offering, or would have to be if
// all weights but 0 were 1; when it is not short any more, two.
func (q Inquiry) Next() (Question, bool) {
	i := q.newInquiry()
	least := worthLater
	if i.put >= i.short {
		least = worthAlways
	}
	var best *weighed
	for _, fact := range i.open {
		this := i.weigh(fact)
		if this.first {
			return this.Question, true
		}
		if this.worth >= least && (best == nil || this.better(*best)) {
			best = &this
		}
	}
	if best == nil {
		return Question{}, false
	}
	return best.Question, true
}

// Open counts the questions that are worth asking now: about how many the check still asks.
func (q Inquiry) Open() int {
	i := q.newInquiry()
	count := map[worth]int{}
	for _, fact := range i.open {
		count[i.weigh(fact).worth]++
	}
	return count[worthAlways] + max(0, min(count[worthUsually]+count[worthLater], i.short-i.put-count[worthAlways]))
}

// NextQuestion is Inquiry.Next for offerings that all matter alike.
func NextQuestion(rules []*Ruleset, p Profile, asked map[FactID]bool) (Question, bool) {
	return Inquiry{Rules: rules, Facts: p, Asked: asked}.Next()
}

// Open is Inquiry.Open for offerings that all matter alike.
func Open(rules []*Ruleset, p Profile, asked map[FactID]bool) int {
	return Inquiry{Rules: rules, Facts: p, Asked: asked}.Open()
}

// Reads tells whether a criterion may depend on a fact, also by way of derived facts.
func Reads(rules []*Ruleset, id FactID) bool {
	return slices.ContainsFunc(rules, func(r *Ruleset) bool {
		place, known := r.vocabulary.Index(id)
		return known && r.reads.Has(place)
	})
}

// inquiry is an Inquiry with what follows from the facts.
type inquiry struct {
	Inquiry
	vocabulary *Vocabulary
	put        int      // how many questions were put, without those that a register answers; all sectors are one
	short      int      // up to how many the check is short
	sectors    []string // that the operator runs, the main one first
	undecided  []*Ruleset
	state      *rule.State
	scratch    *rule.State // for one answer after the other
	open       []int       // facts on which something still depends and that may be asked, in the fixed order
}

func (q Inquiry) newInquiry() inquiry {
	if len(q.Rules) == 0 {
		return inquiry{}
	}
	i := inquiry{Inquiry: q, vocabulary: q.Rules[0].vocabulary, short: ShortCheck}
	for id, yes := range q.Asked {
		if yes && id != AdditionalSectorsFact && !recorded(q.Facts[id]) {
			i.put++
		}
	}
	if hasRecord(q.Facts) {
		i.short = ShortRecorded
	}
	if main, known := q.Facts[SectorFact].Text(); known {
		i.sectors = append(i.sectors, main)
	}
	more, _ := q.Facts[AdditionalSectorsFact].Items()
	i.sectors = append(i.sectors, more...)
	s := i.vocabulary.language.State(q.Facts)
	i.state, i.scratch = s, i.vocabulary.language.Bare()
	for _, r := range q.Rules {
		if r.settled(s) == Unknown {
			i.undecided = append(i.undecided, r)
		}
	}
	i.openQuestions(s)
	return i
}

// recorded tells whether a register says a value.
func recorded(value Value) bool { return value.Known() && value.Evidence >= Register }

// hasRecord tells whether a register says who the operator is: one of the facts comes from it.
func hasRecord(p Profile) bool {
	for _, value := range p {
		if recorded(value) {
			return true
		}
	}
	return false
}

// efforts say how much a question of each effort has to decide, in offerings.
var efforts = map[Effort]float64{EffortEasy: 1, EffortLookup: 2, EffortAsk: 4}

// worth is whether a question is worth asking.
type worth int

const (
	worthNothing worth = iota
	worthLater         // after the others, while the check is short
	worthUsually       // while the check is short
	worthAlways
)

// weighed is a question with what it decides.
type weighed struct {
	Question
	worth worth
	first bool    // it belongs to the head of the order, and decides something
	value float64 // offerings that it decides for its effort, by their weight
}

// better tells whether a question goes before another one that stands ahead of it in the fixed order.
func (w weighed) better(than weighed) bool {
	if (w.worth == worthLater) != (than.worth == worthLater) {
		return w.worth > than.worth
	}
	return w.value > than.value
}

// weigh counts the undecided offerings that at least one answer to a question would decide, and tells whether the question is
// worth asking.
func (i inquiry) weigh(fact int) weighed {
	var reading []*Ruleset
	for _, r := range i.undecided {
		if r.reads.Has(fact) {
			reading = append(reading, r)
		}
	}
	known := i.vocabulary.At(fact)
	decided := make([]int, len(reading))   // by offering: how many answers decide it
	share := make([]float64, len(reading)) // by offering: of those who answer, how many give such an answer
	possible := answers(i.Rules, fact)
	given := i.share(known).Spread(known, possible)
	for place, answer := range possible {
		after := i.state.Suppose(fact, answer, i.scratch)
		for at, r := range reading {
			if r.settled(after) != Unknown {
				decided[at]++
				share[at] += given[place]
			}
		}
	}
	w := weighed{Question: Question{Fact: known.ID}}
	weighted, plain := 0.0, 0.0
	for at, count := range decided {
		w.Settles += min(count, 1)
		weight, said := i.Weight[reading[at].Slug]
		if !said {
			weight = 1
		}
		if count == len(possible) {
			share[at] = 1 // whatever the rounding of a sum says
		}
		weighted += weight * share[at]
		if weight > 0 {
			plain += share[at]
		}
	}
	effort := efforts[known.Effort]
	w.value = weighted / effort
	switch {
	case fact == i.vocabulary.sector, w.Settles > 0 && slices.Contains(firstQuestions, known.ID):
		w.worth, w.first = worthAlways, true
	case w.Settles == 0:
	case w.value >= 2:
		w.worth = worthAlways
	case w.value >= 1:
		w.worth = worthUsually
	case plain >= effort:
		w.worth = worthLater
	}
	return w
}

// share is how the answers to a question are spread in the first sector of the operator of which the registers say it.
func (i inquiry) share(f *Fact) Share {
	for _, sector := range i.sectors {
		if share, known := i.Shares.In(sector, f.ID); known {
			return share
		}
	}
	return Share{}
}

// openQuestions lists the facts on which something still depends and that may be asked. The sector stands first whenever anything
// is to be asked and it is unknown, because it also decides which other questions make sense.
func (i *inquiry) openQuestions(s *rule.State) {
	v := i.vocabulary
	may := func(fact int) bool {
		return v.At(fact).Ask == AskCheck && !i.Asked[v.At(fact).ID] && v.concerns(s, fact)
	}
	var facts rule.Set
	for _, r := range i.undecided {
		for at := range r.criteria {
			facts.Merge(r.criteria[at].pending(s, func(within *rule.State, fact int) rule.Set { return within.ToAsk(fact, may) }))
		}
	}
	if !facts.Empty() && !s.Value(v.sector).Known() && may(v.sector) {
		facts.Add(v.sector)
	}
	i.open = v.inOrder(facts)
}

// concerns reports whether a question makes sense for the operator: it runs one of the sectors of the fact. While the sector is
// not known, only questions for everybody make sense.
func (v *Vocabulary) concerns(s *rule.State, fact int) bool {
	sectors := v.At(fact).Sectors
	for _, sector := range sectors {
		if s.Runs(sector) == rule.True {
			return true
		}
	}
	return len(sectors) == 0
}

// answers lists the answers that a question offers: yes and no, each value, each band; for a number without bands samples of
// every size and the numbers around each constant it is compared with, in ascending order. Texts have none.
func answers(rules []*Ruleset, fact int) []Value {
	known := rules[0].vocabulary.At(fact)
	switch {
	case known.Type == TypeBool:
		return []Value{Bool(true), Bool(false)}
	case known.Type == TypeEnum:
		values := make([]Value, len(known.Values))
		for i, name := range known.ValueNames() {
			values[i] = String(name)
		}
		return values
	case known.Type == TypeSet:
		values := []Value{Set(), Set(known.ValueNames()...)}
		for _, name := range known.ValueNames() {
			values = append(values, Set(name))
		}
		return values
	case known.Type.Numeric():
		return numberAnswers(rules, fact)
	}
	return nil
}

// largestSample is the largest power of ten that is tried for a number without bands; more than any operator's assets.
const largestSample = 1e13

func numberAnswers(rules []*Ruleset, fact int) []Value {
	v := rules[0].vocabulary
	var values []Value
	if bands, ok := Bands(rules, v.At(fact).ID); ok {
		for _, band := range bands {
			values = append(values, Between(band))
		}
		return values
	}
	numbers := []float64{0}
	for number := 1.0; number <= largestSample; number *= 10 {
		numbers = append(numbers, number)
	}
	for _, use := range liveUses(rules, fact) {
		if use.Operator != "" {
			numbers = append(numbers, use.Number-1, use.Number, use.Number+1)
		}
	}
	slices.Sort(numbers)
	for _, number := range slices.Compact(numbers) {
		if v.At(fact).Holds(Exactly(number)) {
			values = append(values, Decimal(number))
		}
	}
	return values
}
