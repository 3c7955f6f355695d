package eligibility

import (
	"slices"

	"accessdesk/eligibility/rule"
)

// Crowd is the facts of many operators, some hundred bytes each. It is filled by one goroutine, then read by any number.
type Crowd struct{ crowd *rule.Crowd }

// NewCrowd makes an empty crowd.
func (v *Vocabulary) NewCrowd() *Crowd { return &Crowd{v.language.NewCrowd()} }

// Add appends an operator. Evidence and sources are not kept; derived facts follow when the crowd is decided.
func (c *Crowd) Add(p Profile) { c.crowd.Add(p) }

// Len is the number of operators.
func (c *Crowd) Len() int { return c.crowd.Len() }

// Known is the set of facts that are known of an operator, given or derived, as bits by place. For who fills the crowd.
func (c *Crowd) Known(at int) rule.Set { return c.crowd.Known(at) }

// Judge decides the same offerings for one operator after the other: every criterion, and nothing that explains it. It says what
// Decide says and allocates nothing on the way, so that a whole nation takes a moment. It belongs to one goroutine.
type Judge struct {
	rules       []*Ruleset
	state       *rule.State
	derivations []int
	offerings   []judged
	closures    []func(*rule.State) rule.Truth // of the criteria of all offerings, one after the other
	proven      []int                          // places of those that demand a register
	evidence    []Evidence                     // which they demand
	truths      []rule.Truth                   // what came out
}

// judged is where an offering stands among the closures, and how many of its criteria have each result.
type judged struct {
	start, end int
	counts     [3]int // by rule.Truth
}

// Truth is the result of a criterion as a number.
type Truth = rule.Truth

// The results of criteria as numbers.
const (
	TruthUnmet   = rule.False
	TruthUnknown = rule.Unknown
	TruthMet     = rule.True
)

// NewJudge makes a judge of offerings of one vocabulary; there must be one at least.
func NewJudge(rules []*Ruleset) *Judge {
	v := rules[0].vocabulary
	j := &Judge{rules: rules, state: v.language.Bare(), offerings: make([]judged, len(rules))}
	var reads rule.Set
	for i, r := range rules {
		j.offerings[i].start = len(j.closures)
		for _, c := range r.criteria {
			if c.MinEvidence >= Register {
				j.proven, j.evidence = append(j.proven, len(j.closures)), append(j.evidence, c.MinEvidence)
			}
			j.closures = append(j.closures, c.expression.Closure())
		}
		j.offerings[i].end = len(j.closures)
		reads.Merge(r.reads)
	}
	j.truths, j.derivations = make([]rule.Truth, len(j.closures)), v.language.Derivations(reads)
	return j
}

// Decide decides every criterion of every offering for an operator of a crowd.
func (j *Judge) Decide(c *Crowd, at int) {
	j.state.Fill(c.crowd, at, j.derivations)
	j.decide()
}

// DecideProfile decides every criterion of every offering for a profile.
func (j *Judge) DecideProfile(p Profile) {
	j.state.Lay(p, j.derivations)
	j.decide()
}

func (j *Judge) decide() {
	for at, decide := range j.closures {
		j.truths[at] = decide(j.state)
	}
	for i, at := range j.proven {
		if within := j.state.For(j.evidence[i]); within != j.state {
			j.truths[at] = j.closures[at](within)
		}
	}
	for i := range j.offerings {
		o := &j.offerings[i]
		o.counts = [3]int{}
		for _, truth := range j.truths[o.start:o.end] {
			o.counts[truth]++
		}
	}
}

// Outcome is that of an offering, by its place in the list.
func (j *Judge) Outcome(offering int) Outcome {
	counts := &j.offerings[offering].counts
	return j.rules[offering].outcome(counts[rule.False] > 0, counts[rule.Unknown] > 0)
}

// Result is that of a criterion, by its place in Ruleset.Criteria.
func (j *Judge) Result(offering, criterion int) Result {
	return resultOf(j.truths[j.offerings[offering].start+criterion])
}

// Truths lists the results of the criteria of an offering. The slice must not be changed, and holds until the next operator.
func (j *Judge) Truths(offering int) []Truth {
	return j.truths[j.offerings[offering].start:j.offerings[offering].end]
}

// Unmet counts the unmet criteria of an offering, and gives the place of the first one.
func (j *Judge) Unmet(offering int) (count, first int) {
	if count = j.offerings[offering].counts[rule.False]; count > 0 {
		first = slices.Index(j.Truths(offering), rule.False)
	}
	return count, first
}
