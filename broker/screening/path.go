package screening

import (
	"slices"

	"accessdesk/eligibility"
)

// Path lists the questions that the check asks for the answers as they are now, in order, as far as they were put. An answer that
// is not on it belongs to a question that is not asked any more, or was given beside the results. What a public register says is
// known before the first question.
func (c *Check) Path() []eligibility.FactID {
	if c.path != nil {
		return c.path
	}
	c.path = []eligibility.FactID{}
	facts, asked := eligibility.Profile{}, map[eligibility.FactID]bool{}
	for id, value := range c.Facts {
		if recorded(value) {
			facts[id] = value
		}
	}
	for {
		question, more := c.inquiry(facts, asked).Next()
		if !more || !c.Asked[question.Fact] {
			return c.path
		}
		c.path = append(c.path, question.Fact)
		for _, id := range onPageOf(question.Fact) {
			asked[id] = true
			if value, known := c.Facts[id]; known {
				facts[id] = value
			}
		}
	}
}

// onPageOf lists the facts that are asked on one page: all sectors are.
func onPageOf(id eligibility.FactID) []eligibility.FactID {
	if id == eligibility.SectorFact {
		return []eligibility.FactID{id, eligibility.AdditionalSectorsFact}
	}
	return []eligibility.FactID{id}
}

// Idle lists the given answers that do not count now: their questions would not be asked, and without them nothing would be
// another in a program for the operator's sectors. They are kept, because a change back makes them count again.
func (c *Check) Idle() []eligibility.FactID {
	return slices.DeleteFunc(c.needless(), func(id eligibility.FactID) bool { return recorded(c.Facts[id]) })
}

// needless lists what is known beside the path and changes nothing.
func (c *Check) needless() []eligibility.FactID {
	var idle []eligibility.FactID
	for _, id := range c.beside() {
		if c.same(eligibility.DecideAll(c.rules, c.without(id))) {
			idle = append(idle, id)
		}
	}
	return idle
}

// Counted lists the facts that count: the path, then what was answered beside the results or stands in a register, in the order of
// the vocabulary.
func (c *Check) Counted() []eligibility.FactID {
	counted, idle := slices.Clone(c.Path()), c.needless()
	for _, id := range c.beside() {
		if !slices.Contains(idle, id) {
			counted = append(counted, id)
		}
	}
	return counted
}

// beside lists the given answers that are not on the path, in the order of the vocabulary. The additional sectors belong to the
// sector's page.
func (c *Check) beside() []eligibility.FactID {
	var beside []eligibility.FactID
	for _, fact := range c.Vocabulary.Facts() {
		_, given := c.Facts[fact.ID]
		if given && fact.ID != eligibility.AdditionalSectorsFact && !slices.Contains(c.Path(), fact.ID) {
			beside = append(beside, fact.ID)
		}
	}
	return beside
}

// same tells whether decisions are those of the check, apart from programs that are for other sectors both times.
func (c *Check) same(decisions []eligibility.Decision) bool {
	for i, decision := range decisions {
		if c.Programs[i].Outside() && (Program{Decision: decision}).Outside() {
			continue
		}
		equal := slices.EqualFunc(c.Programs[i].Decision.Criteria, decision.Criteria, func(a, b eligibility.CriterionResult) bool {
			return a.Result == b.Result
		})
		if !equal {
			return false
		}
	}
	return true
}
