package proof

import (
	"slices"

	"accessdesk/eligibility"
)

// decide decides a program. A criterion that demands evidence from a register is decided without the disputed facts, as
// eligibility does with facts that contradict what follows from others; every other criterion keeps what was stated.
func decide(rules *eligibility.Ruleset, facts eligibility.Profile, disputed []eligibility.FactID) eligibility.Decision {
	d := rules.Decide(facts)
	if len(disputed) == 0 || !slices.ContainsFunc(rules.Criteria(), demandsRegister) {
		return d
	}
	undisputed := facts.Clone()
	for _, id := range disputed {
		delete(undisputed, id)
	}
	strict := rules.Decide(undisputed)
	for i, c := range rules.Criteria() {
		if demandsRegister(c) {
			d.Criteria[i] = strict.Criteria[i]
		}
	}
	d.Outcome, d.Blocking = conclude(d)
	d.Missing = missing(d, d.Missing, strict.Missing, disputed)
	d.Questions = missing(d, d.Questions, strict.Questions, disputed)
	d.NeedsEvidence = lacking(d, d.NeedsEvidence, strict.NeedsEvidence)
	return d
}

func demandsRegister(c eligibility.Criterion) bool { return c.MinEvidence >= eligibility.Register }

// conclude puts the criteria together as eligibility does.
func conclude(d eligibility.Decision) (outcome eligibility.Outcome, blocking []string) {
	unknown := !d.Published
	for _, c := range d.Criteria {
		switch c.Result {
		case eligibility.Unmet:
			blocking = append(blocking, c.ID)
		case eligibility.Unknown:
			unknown = true
		}
	}
	switch {
	case len(blocking) > 0:
		return eligibility.Ineligible, blocking
	case unknown:
		return eligibility.Unknown, nil
	}
	return eligibility.Eligible, nil
}

// missing lists what would settle the unknown criteria: what was missing with the disputed facts, and what a criterion misses that
// does without them. A disputed fact is shown, not asked again.
func missing(d eligibility.Decision, with, strict, disputed []eligibility.FactID) (facts []eligibility.FactID) {
	if d.Outcome != eligibility.Unknown {
		return nil
	}
	for _, id := range slices.Concat(with, strict) {
		read := slices.ContainsFunc(d.Criteria, func(c eligibility.CriterionResult) bool {
			return c.Result == eligibility.Unknown && slices.Contains(c.Facts, id)
		})
		if (read || slices.Contains(with, id)) && !slices.Contains(disputed, id) && !slices.Contains(facts, id) {
			facts = append(facts, id)
		}
	}
	return facts
}

// lacking lists the given facts behind the met criteria that ask for better evidence. A fact that criteria read and none of those
// does is left out; one that none reads stands behind a derived one, and stays.
func lacking(d eligibility.Decision, with, strict []eligibility.FactID) (facts []eligibility.FactID) {
	for _, id := range slices.Concat(with, strict) {
		read, weak := false, false
		for _, c := range d.Criteria {
			if slices.Contains(c.Facts, id) {
				read, weak = true, weak || c.NeedsEvidence
			}
		}
		if (weak || !read) && !slices.Contains(facts, id) {
			facts = append(facts, id)
		}
	}
	return facts
}
