package eligibility

import "accessdesk/eligibility/rule"

// Crowd is the facts of many operators, some hundred bytes each. It is filled by one goroutine, then read by any number.
type Crowd struct{ crowd *rule.Crowd }

// NewCrowd makes an empty crowd.
func (v *Vocabulary) NewCrowd() *Crowd { return &Crowd{v.language.NewCrowd()} }

// Add appends an operator. Evidence and sources are not kept; derived facts follow when the crowd is decided.
func (c *Crowd) Add(p Profile) { c.crowd.Add(p) }

// Len is the number of operators.
func (c *Crowd) Len() int { return c.crowd.Len() }

// Judge decides the same offerings for one operator after the other: every criterion, and nothing that explains it. It says what
// Decide says and allocates nothing on the way, so that a whole nation takes a moment. It belongs to one goroutine.
type Judge struct {
	rules       []*Ruleset
	state       *rule.State
	derivations []int
	verdicts    []verdict
	results     []rule.Truth // of the criteria of all offerings, one after the other
}

// verdict is what a judge found of one offering.
type verdict struct {
	start   int // of its criteria in results
	unmet   int
	blocker int // the first unmet criterion
	unknown int
}

// NewJudge makes a judge of offerings of one vocabulary; there must be one at least.
func NewJudge(rules []*Ruleset) *Judge {
	v := rules[0].vocabulary
	j := &Judge{rules: rules, state: v.language.Bare(), verdicts: make([]verdict, len(rules))}
	var reads rule.Set
	count := 0
	for i, r := range rules {
		j.verdicts[i].start = count
		count += len(r.criteria)
		reads.Merge(r.reads)
	}
	j.results, j.derivations = make([]rule.Truth, count), v.language.Derivations(reads)
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
	for i, r := range j.rules {
		v := &j.verdicts[i]
		v.unmet, v.unknown = 0, 0
		for at := range r.criteria {
			result := r.criteria[at].expression.Eval(j.state.For(r.criteria[at].MinEvidence))
			j.results[v.start+at] = result
			switch result {
			case rule.False:
				if v.unmet == 0 {
					v.blocker = at
				}
				v.unmet++
			case rule.Unknown:
				v.unknown++
			}
		}
	}
}

// Outcome is that of an offering, by its place in the list.
func (j *Judge) Outcome(offering int) Outcome {
	v := &j.verdicts[offering]
	return j.rules[offering].outcome(v.unmet > 0, v.unknown > 0)
}

// Result is that of a criterion, by its place in Ruleset.Criteria.
func (j *Judge) Result(offering, criterion int) Result {
	return resultOf(j.results[j.verdicts[offering].start+criterion])
}

// Unmet counts the unmet criteria of an offering, and gives the place of the first one.
func (j *Judge) Unmet(offering int) (count, first int) {
	return j.verdicts[offering].unmet, j.verdicts[offering].blocker
}
