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

// CriticalSectors lists them.
func CriticalSectors() []string { return slices.Clone(criticalSectors[:]) }

// SectorList is the expression of a list of sectors, which may hold "critical_infrastructure": met when the operator runs one of
// them. An unknown sector is an *Error.
func (l *Language) SectorList(sectors []string) (*Expression, error) {
	for _, sector := range sectors {
		if known := l.sectorNames(); !slices.Contains(known, sector) {
			nearest := fact.Nearest(sector, known)
			return nil, &Error{Message: fmt.Sprintf(unknownSectorTemplate, sector, nearest), Code: CodeSector, Args: []string{"name", sector, "nearest", nearest}}
		}
	}
	return &Expression{root: l.sectorsNode(sectors), facts: []int{l.sector, l.additional}}, nil
}

// sectorNames lists what runs() and sector lists may name.
func (l *Language) sectorNames() []string {
	return append(l.facts.Sectors(), fact.CriticalInfrastructure)
}

// sectorNode is runs("...").
func (l *Language) sectorNode(sector string) node { return l.sectorsNode([]string{sector}) }

// sectorsNode is runs("...") || runs("...") and so on, in one look at the two facts.
func (l *Language) sectorsNode(sectors []string) node {
	var listed []string
	critical := false
	parts := make([]node, len(sectors)) // for the trail: it names the sector that decided
	for i, sector := range sectors {
		if sector == fact.CriticalInfrastructure {
			critical = true
			listed = append(listed, criticalSectors[:]...)
			parts[i] = l.criticalNode()
			continue
		}
		listed = append(listed, sector)
		parts[i] = l.runsNode(sector)
	}
	mains, others := l.maskOfKnown(l.sector, listed), l.maskOfKnown(l.additional, listed)
	eval := func(s *State) Truth {
		main, more := &s.cells[l.sector], &s.cells[l.additional]
		switch {
		case main.kind == kindChoice && mains>>main.code&1 != 0, more.kind == kindChoices && more.mask()&others != 0:
			return True
		case more.kind == kindItems && slices.ContainsFunc(listed, func(sector string) bool { return s.has(l.additional, sector) }):
			return True
		case main.kind != kindChoice && main.kind != kindText:
			return Unknown
		case critical && s.Runs(OtherSector) == True:
			return Unknown // and no further answer would settle it
		}
		return False
	}
	return node{eval: eval, trace: anyOf(parts).trace}
}

// maskOfKnown gives the bits of those values that the fact has.
func (l *Language) maskOfKnown(place int, values []string) (mask uint64) {
	for _, value := range values {
		if at := l.choiceOf(place, value); at >= 0 {
			mask |= 1 << at
		}
	}
	return mask
}

// runsNode is runs("electric"): the operator's main sector is it, or the other sectors hold it.
func (l *Language) runsNode(sector string) node {
	eval := func(s *State) Truth { return s.Runs(sector) }
	trace := func(s *State, t *Trail) {
		said, known := s.textOf(l.sector)
		switch {
		case !known && !s.has(l.additional, sector):
			t.Pending.Add(l.sector)
		case said == sector:
			t.Decisive.Add(l.sector)
		case s.has(l.additional, sector):
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
	said, known := s.textOf(s.language.sector)
	switch {
	case known && said == sector, s.has(s.language.additional, sector):
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
