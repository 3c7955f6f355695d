package rule

import (
	"fmt"
	"slices"

	"accessdesk/eligibility/fact"
)

// criticalSectors is what "critical_infrastructure" stands for; sector "other" leaves it unknown (CISA serves 16 sectors).
var criticalSectors = [...]string{
	"health", "banking", "credit_union", "electric", "drinking_water", "wastewater", "gas", "telecom",
}

// OtherSector is the value of the fact sector for everything that the desk does not list.
const OtherSector = "other"

// Critical tells whether a sector is one of those that "critical_infrastructure" stands for.
func Critical(sector string) bool { return slices.Contains(criticalSectors[:], sector) }

// SectorList is the expression of a list of sectors, which may hold "critical_infrastructure": met when the operator runs one of
// them. An unknown sector is an *Error.
func (l *Language) SectorList(sectors []string) (*Expression, error) {
	var runs []node
	for _, sector := range sectors {
		if known := l.sectorNames(); !slices.Contains(known, sector) {
			return nil, &Error{Message: fmt.Sprintf("unknown sector %q, nearest known: %q", sector, fact.Nearest(sector, known))}
		}
		runs = append(runs, l.sectorNode(sector))
	}
	return &Expression{root: anyOf(runs), facts: []int{l.sector, l.additional}}, nil
}

// sectorNames lists what runs() and sector lists may name.
func (l *Language) sectorNames() []string {
	return append(l.facts.Sectors(), fact.CriticalInfrastructure)
}

// sectorNode is runs("...").
func (l *Language) sectorNode(sector string) node {
	if sector == fact.CriticalInfrastructure {
		return l.criticalNode()
	}
	return l.runsNode(sector)
}

// runsNode is runs("electric"): the operator's main sector is it, or the other sectors hold it.
func (l *Language) runsNode(sector string) node {
	eval := func(s *State) Truth { return s.Runs(sector) }
	trace := func(s *State, t *Trail) {
		text, known := s.values[l.sector].Text()
		switch {
		case !known && !s.values[l.additional].Has(sector):
			t.Pending.Add(l.sector)
		case text == sector:
			t.Decisive.Add(l.sector)
		case s.values[l.additional].Has(sector):
			t.Decisive.Add(l.additional)
		default:
			t.Decisive.Add(l.sector)
			t.Decisive.Add(l.additional)
		}
	}
	return node{eval: eval, trace: trace}
}

// Runs decides runs(sector) for one value of the fact sector.
func (s *State) Runs(sector string) Truth {
	main, more := &s.values[s.language.sector], &s.values[s.language.additional]
	text, known := main.Text()
	switch {
	case known && text == sector, more.Has(sector):
		return True
	case !known:
		return Unknown
	}
	return False
}

// criticalNode is runs("critical_infrastructure").
func (l *Language) criticalNode() node {
	sectors := make([]node, 0, len(criticalSectors))
	for _, sector := range criticalSectors {
		sectors = append(sectors, l.runsNode(sector))
	}
	listed, other := anyOf(sectors), l.runsNode(OtherSector)
	unsure := func(s *State) Truth {
		result := listed.eval(s)
		if result == False && other.eval(s) == True {
			return Unknown // and no further answer would settle it
		}
		return result
	}
	return node{eval: unsure, trace: listed.trace}
}
