package eligibility

import (
	"fmt"
	"slices"

	"cel.dev/cel-go/cel"
)

// GateID is the id of the first criterion of every offering that is not for any sector: its sector list.
const GateID = "sector"

// Two words of sector lists that are no value of the fact sector.
const (
	AnySector              = "any"
	CriticalInfrastructure = "critical_infrastructure" // health, banking, credit_union, electric, drinking_water, wastewater, gas, telecom
)

// criticalSectors is what "critical_infrastructure" stands for; sector "other" leaves it unknown (CISA serves 16 sectors).
var criticalSectors = [...]string{
	"health", "banking", "credit_union", "electric", "drinking_water", "wastewater", "gas", "telecom",
}

const otherSector = "other"

// Criterion is one condition of an offering: a sentence that an applicant understands and the rule behind it.
type Criterion struct {
	ID          string // unique within the offering, not GateID
	Expr        string // CEL, bool
	Citation    string
	Title       Text // short, holds when met, without final stop
	Failure     Text // sentence: what the program needs
	Remedy      Text // sentence: what in the real world would change it
	MinEvidence Evidence
}

// Rules is what an offering asks for, before it is compiled.
type Rules struct {
	Slug            string
	Sectors         []string // values of the fact sector, or "critical_infrastructure"; just "any": no gate
	SectorsCitation string
	Criteria        []Criterion
	Published       bool // the provider publishes its criteria (criteria_published)
}

// Ruleset is a compiled Rules. It does not change and is safe for concurrent use.
type Ruleset struct {
	Rules
	vocabulary *Vocabulary
	criteria   []compiled // the gate first
}

// compiled is one criterion ready to run.
type compiled struct {
	Criterion
	program *program
	ids     []FactID
}

// Criteria lists the criteria in the order of decisions, the sector gate with its generated texts first.
func (r *Ruleset) Criteria() []Criterion {
	criteria := make([]Criterion, len(r.criteria))
	for i := range r.criteria {
		criteria[i] = r.criteria[i].Criterion
	}
	return criteria
}

// CompileError is a rule that cannot be used, with the place of the mistake.
type CompileError struct {
	Criterion string // criterion id; "" = the list as a whole
	Line      int    // in the expression, from 1; 0 = the expression as a whole
	Column    int    // from 1
	Message   string
}

func (e *CompileError) Error() string {
	switch {
	case e.Criterion == "":
		return e.Message
	case e.Line == 0:
		return fmt.Sprintf("criterion %s: %s", e.Criterion, e.Message)
	}
	return fmt.Sprintf("criterion %s: line %d, column %d: %s", e.Criterion, e.Line, e.Column, e.Message)
}

// program is one compiled expression.
type program struct {
	root  node
	facts []int // read by it, in order of appearance
	uses  []use
	ast   *cel.Ast // nil for the sector gate
}

// use is one place where an expression reads a number.
type use struct {
	fact     int
	operator string // fact OPERATOR number; "" = in another way than by an order operator with a constant
	number   float64
}

func (p *program) eval(s *state) truth { return p.root.eval(s) }

// Compile checks and compiles the rules of an offering; mistakes are *CompileError. What was compiled once is kept by its text.
func (v *Vocabulary) Compile(rules Rules) (*Ruleset, error) {
	ruleset := &Ruleset{Rules: rules, vocabulary: v}
	if len(rules.Sectors) == 0 {
		return nil, &CompileError{Criterion: GateID, Message: `no sector given; use "any" for an offering without a sector condition`}
	}
	if !slices.Equal(rules.Sectors, []string{AnySector}) {
		gate, err := v.gate(rules)
		if err != nil {
			return nil, err
		}
		ruleset.criteria = append(ruleset.criteria, gate)
	}
	seen := map[string]bool{GateID: true, "": true}
	for _, criterion := range rules.Criteria {
		if seen[criterion.ID] {
			return nil, &CompileError{Criterion: criterion.ID, Message: fmt.Sprintf("the criterion id %q is empty, reserved or used twice", criterion.ID)}
		}
		seen[criterion.ID] = true
		program, err := v.program(criterion.Expr)
		if err != nil {
			err.Criterion = criterion.ID
			return nil, err
		}
		ruleset.criteria = append(ruleset.criteria, compiled{Criterion: criterion, program: program, ids: v.ids(program.facts)})
	}
	if len(ruleset.criteria) == 0 {
		return nil, &CompileError{Message: "neither a sector condition nor a criterion: nothing could be decided"}
	}
	return ruleset, nil
}

// compiledLimit bounds what is kept compiled; a rule editor compiles every keystroke's text.
const compiledLimit = 4096

// program compiles one expression, or takes it from what was compiled before.
func (v *Vocabulary) program(text string) (*program, *CompileError) {
	v.mutex.RLock()
	known := v.compiled[text]
	v.mutex.RUnlock()
	if known != nil {
		return known, nil
	}
	fresh, err := v.translate(text)
	if err != nil {
		return nil, err
	}
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if known := v.compiled[text]; known != nil {
		return known, nil
	}
	if v.compiled == nil || len(v.compiled) >= compiledLimit {
		v.compiled = map[string]*program{}
	}
	v.compiled[text] = fresh
	return fresh, nil
}

// gate makes the first criterion from the sector list.
func (v *Vocabulary) gate(rules Rules) (compiled, error) {
	var runs []node
	for _, sector := range rules.Sectors {
		switch {
		case sector == CriticalInfrastructure:
			runs = append(runs, v.criticalNode())
		case slices.Contains(v.sectors, sector):
			runs = append(runs, v.runsNode(sector))
		case sector == AnySector:
			return compiled{}, &CompileError{Criterion: GateID, Message: `"any" stands alone or not at all`}
		default:
			known := append(slices.Clone(v.sectors), CriticalInfrastructure, AnySector)
			return compiled{}, &CompileError{Criterion: GateID, Message: fmt.Sprintf("unknown sector %q, nearest known: %q", sector, nearest(sector, known))}
		}
	}
	facts := []int{v.sector, v.additional}
	return compiled{
		Criterion: v.texts.gate(rules),
		program:   &program{root: anyOf(runs), facts: facts},
		ids:       v.ids(facts),
	}, nil
}

// criticalNode is runs("critical_infrastructure").
func (v *Vocabulary) criticalNode() node {
	sectors := make([]node, 0, len(criticalSectors))
	for _, sector := range criticalSectors {
		sectors = append(sectors, v.runsNode(sector))
	}
	listed, other := anyOf(sectors), v.runsNode(otherSector)
	unsure := func(s *state) truth {
		result := listed.eval(s)
		if result == isFalse && other.eval(s) == isTrue {
			return isUnknown
		}
		return result
	}
	trace := func(s *state, t *trail) {
		if unsure(s) == isUnknown && listed.eval(s) == isFalse {
			return // sector "other": no further answer would settle it
		}
		listed.trace(s, t)
	}
	return node{eval: unsure, trace: trace}
}
