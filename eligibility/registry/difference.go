package registry

import "accessdesk/eligibility"

// Difference is a fact of which somebody said something else than the registers do.
type Difference struct {
	Fact     eligibility.FactID
	Stated   eligibility.Value
	Register eligibility.Value // with its register and the last day of the edition
}

// Differences lists, in the order of the vocabulary, what the profile says otherwise than the registers say of the operator. What is
// not known on one side does not differ, nor what itself came from a register (of an older edition, say); nor does a band that holds the register's number, nor another main sector of an
// organization that also runs the register's.
func (o Operator) Differences(v *eligibility.Vocabulary, p eligibility.Profile) []Difference {
	said, err := o.Profile(v)
	if err != nil { // the vocabulary does not hold what was loaded for another one: nothing can be compared
		return nil
	}
	var differences []Difference
	for _, fact := range v.Facts() {
		stated, register := p[fact.ID], said[fact.ID]
		if !stated.Known() || stated.Evidence == eligibility.Register || !register.Known() || agree(fact, stated, register) {
			continue
		}
		if sector, _ := register.Text(); fact.ID == eligibility.SectorFact && p[eligibility.AdditionalSectorsFact].Has(sector) {
			continue
		}
		differences = append(differences, Difference{Fact: fact.ID, Stated: stated, Register: register})
	}
	return differences
}

// agree tells whether two values can both be true.
func agree(fact eligibility.Fact, a, b eligibility.Value) bool {
	one, number := a.Interval()
	two, both := b.Interval()
	if number && both {
		return !fact.Canonical(one).Intersect(fact.Canonical(two)).Empty()
	}
	return a.Equal(b)
}
