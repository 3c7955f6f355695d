package eligibility

import "accessdesk/eligibility/rule"

// Unknown is the third result of a criterion and the third outcome of an offering.
const Unknown = "unknown"

// Result is what facts say about one criterion: Met, Unmet or Unknown.
type Result string

// The results of a criterion.
const (
	Met   Result = "met"
	Unmet Result = "unmet"
)

// Outcome is what a decision says about an offering: Eligible, Ineligible or Unknown.
type Outcome string

// The outcomes of a decision.
const (
	Eligible   Outcome = "eligible"
	Ineligible Outcome = "ineligible"
)

// CriterionResult is the result of one criterion.
type CriterionResult struct {
	ID            string
	Result        Result
	Facts         []FactID // the facts that the rule reads, in order of appearance; shared, do not change
	NeedsEvidence bool     // met, but a fact behind it is backed more weakly than the criterion asks
	Err           error    // why the rule could not be evaluated (the result is Unknown then); for the log
}

// Decision says whether an offering fits, criterion by criterion.
type Decision struct {
	Slug      string
	Outcome   Outcome
	Published bool              // false: the provider publishes no criteria, so the outcome is never Eligible
	Criteria  []CriterionResult // in the order of Ruleset.Criteria, the sector gate first

	// Missing holds, while the outcome is Unknown, the facts that would settle the unknown criteria, in the order of
	// questions; in place of a derived fact stand the facts that it follows from, while they are unknown.
	Missing []FactID
	// Questions is the part of Missing that the check asks this operator: "need N more answers". While the sector is unknown the
	// facts of single sectors are not in it.
	Questions []FactID
	// Blocking holds the ids of the unmet criteria.
	Blocking []string
	// NeedsEvidence holds the given facts for which better evidence is needed, in the order of the vocabulary.
	NeedsEvidence []FactID
	// Contradictions between given and derived facts, whether or not this offering reads them.
	Contradictions []Contradiction
	// Profile is the completed profile that was decided on; decisions made together share it. Do not change it.
	Profile Profile
}

// Decide completes the derived facts of p and decides every criterion.
func (r *Ruleset) Decide(p Profile) Decision {
	return DecideAll([]*Ruleset{r}, p)[0]
}

// DecideAll decides several offerings of one vocabulary for the same facts; the facts are completed once.
func DecideAll(rules []*Ruleset, p Profile) []Decision {
	decisions := make([]Decision, len(rules))
	if len(rules) == 0 {
		return decisions
	}
	s := rules[0].vocabulary.language.State(p)
	completed := s.Profile()
	count := 0
	for _, r := range rules {
		count += len(r.criteria)
	}
	results := make([]CriterionResult, count)
	for i, r := range rules {
		decisions[i] = r.decide(s, results[:len(r.criteria):len(r.criteria)])
		decisions[i].Profile = completed
		results = results[len(r.criteria):]
	}
	return decisions
}

// decide fills in results, one for each criterion.
func (r *Ruleset) decide(s *rule.State, results []CriterionResult) Decision {
	d := Decision{Slug: r.Slug, Published: r.Published, Contradictions: s.Contradictions(), Criteria: results}
	unknown := false
	var proof rule.Set
	for i := range r.criteria {
		result := &d.Criteria[i]
		r.criteria[i].decide(s, result, &proof)
		switch result.Result {
		case Unmet:
			d.Blocking = append(d.Blocking, result.ID)
		case Unknown:
			unknown = true
		}
	}
	d.Outcome = r.outcome(len(d.Blocking) > 0, unknown)
	if d.Outcome == Unknown && unknown {
		d.Missing, d.Questions = r.missing(s)
	}
	if !proof.Empty() {
		d.NeedsEvidence = r.vocabulary.IDs(proof.List())
	}
	return d
}

// outcome puts the criteria together.
func (r *Ruleset) outcome(unmet, unknown bool) Outcome {
	switch {
	case unmet:
		return Ineligible
	case unknown || !r.Published:
		return Unknown
	}
	return Eligible
}

// settled is the outcome alone, without anything that explains it.
func (r *Ruleset) settled(s *rule.State) Outcome {
	unknown := false
	for i := range r.criteria {
		switch r.criteria[i].expression.Eval(s.For(r.criteria[i].MinEvidence)) {
		case rule.False:
			return Ineligible
		case rule.Unknown:
			unknown = true
		}
	}
	return r.outcome(false, unknown)
}

// decide fills in the result of one criterion and adds to proof the given facts that lack evidence.
func (c *compiled) decide(given *rule.State, result *CriterionResult, proof *rule.Set) {
	s := given.For(c.MinEvidence)
	s.Failure = nil
	result.ID, result.Facts = c.ID, c.ids
	switch c.expression.Eval(s) {
	case rule.Unknown:
		result.Result, result.Err = Unknown, s.Failure
	case rule.False:
		result.Result = Unmet
	case rule.True:
		result.Result = Met
		if c.MinEvidence > Stated {
			weak := c.weak(s)
			result.NeedsEvidence = !weak.Empty()
			proof.Merge(weak)
		}
	}
}

// weak gives the given facts behind a met criterion whose evidence is weaker than it asks for.
func (c *compiled) weak(s *rule.State) rule.Set {
	var weak rule.Set
	roots := s.Roots(c.expression.Trace(s).Decisive)
	for _, fact := range roots.List() {
		if s.Value(fact).Evidence < c.MinEvidence {
			weak.Add(fact)
		}
	}
	return weak
}

// pending gives the facts that keep the criterion unknown, each derived one replaced by what replace says.
func (c *compiled) pending(given *rule.State, replace func(s *rule.State, fact int) rule.Set) rule.Set {
	s := given.For(c.MinEvidence)
	var facts rule.Set
	if c.expression.Eval(s) != rule.Unknown {
		return facts
	}
	pending := c.expression.Trace(s).Pending
	for _, fact := range pending.List() {
		asked := replace(s, fact)
		for _, fact := range asked.List() {
			if s == given || !given.Disputed(fact) { // a contradiction is shown, not asked again
				facts.Add(fact)
			}
		}
	}
	return facts
}

// missing lists the facts that keep the offering undecided, and those of them that the check asks.
func (r *Ruleset) missing(s *rule.State) (missing, questions []FactID) {
	v := r.vocabulary
	var facts rule.Set
	for i := range r.criteria {
		facts.Merge(r.criteria[i].pending(s, v.inputsFirst))
	}
	for _, fact := range v.inOrder(facts) {
		missing = append(missing, v.At(fact).ID)
		if v.At(fact).Ask == AskCheck && v.concerns(s, fact) {
			questions = append(questions, v.At(fact).ID)
		}
	}
	return missing, questions
}

// inputsFirst gives the facts that would make an unknown fact known: those it follows from, as far as anybody is ever asked for
// them, else the fact itself.
func (v *Vocabulary) inputsFirst(s *rule.State, fact int) rule.Set {
	facts := s.ToAsk(fact, func(fact int) bool { return v.At(fact).Ask != AskNever })
	if facts.Empty() {
		facts.Add(fact)
	}
	return facts
}
