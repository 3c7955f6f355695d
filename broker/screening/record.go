package screening

import (
	"slices"

	"accessdesk/eligibility"
)

// recorded tells whether a public register says a value.
func recorded(value eligibility.Value) bool {
	return value.Known() && value.Evidence >= eligibility.Register
}

// Difference is a fact of which a register says something else than was stated.
type Difference struct {
	Fact             eligibility.FactID
	Stated, Recorded eligibility.Value
}

// Join adds to the facts what a register record says, and tells where the two differ: then what was stated counts. A number within
// the stated band is no difference. The differences come in the order of the vocabulary.
func Join(v *eligibility.Vocabulary, facts, record eligibility.Profile) []Difference {
	var all []Difference
	for _, fact := range v.Facts() {
		value, known := record[fact.ID]
		stated, given := facts[fact.ID]
		switch {
		case known && !given:
			facts[fact.ID] = value
		case known && !agree(stated, value):
			all = append(all, Difference{fact.ID, stated, value})
		}
	}
	return all
}

// agree tells whether what was said and what a register says can both be true: they are the same, or the number lies in the band.
func agree(stated, recorded eligibility.Value) bool {
	if band, ok := stated.Interval(); ok {
		if number, exact := recorded.Number(); exact {
			return band.Contains(number)
		}
	}
	return stated.Equal(recorded)
}

// TakeRecord fills in what the public registers say of the organization that was picked. What another record filled in before is
// taken back; what the person answered stays, also where the record says otherwise.
func (c *Check) TakeRecord(record eligibility.Profile) {
	c.dropRecord()
	for id, value := range record {
		if _, answered := c.Facts[id]; !answered {
			c.Facts[id] = value
		}
	}
	c.decide()
}

// DropRecord takes back what a record filled in, and keeps what the person answered.
func (c *Check) DropRecord() {
	c.dropRecord()
	c.decide()
}

func (c *Check) dropRecord() {
	for id, value := range c.Facts {
		if recorded(value) {
			delete(c.Facts, id)
			delete(c.Asked, id)
		}
	}
}

// Recorded lists the facts that public registers say, in the order of the vocabulary.
func (c *Check) Recorded() []eligibility.FactID {
	var all []eligibility.FactID
	for _, fact := range c.Vocabulary.Facts() {
		if recorded(c.Facts[fact.ID]) {
			all = append(all, fact.ID)
		}
	}
	return all
}

// ToConfirm lists the numbers of a register that lie near a line of a listed program and that the person has not confirmed, in the
// order of questions.
func (c *Check) ToConfirm() []eligibility.FactID {
	return slices.DeleteFunc(eligibility.ToConfirm(c.rules, c.Facts), func(id eligibility.FactID) bool { return c.Asked[id] || !c.MayAsk(id) })
}

// Confirm keeps that a number of a register still holds.
func (c *Check) Confirm(id eligibility.FactID) {
	if recorded(c.Facts[id]) {
		c.Asked[id] = true
		c.path = nil
	}
}

// UseRecord puts what a register says in the place of an answer.
func (c *Check) UseRecord(id eligibility.FactID, value eligibility.Value) {
	c.Facts[id] = value
	delete(c.Asked, id)
	c.decide()
}
