package eligibility

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"accessdesk/eligibility/fact"
	"accessdesk/eligibility/rule"
)

// GateID is the id of the first criterion of every offering that is not for any sector: its sector list.
const GateID = "sector"

// StatedPrefix begins the ids of stated requirements in decisions: "stated-1", "stated-2" in the order of the offering.
const StatedPrefix = "stated-"

// Two words of sector lists that are no value of the fact sector.
const (
	AnySector              = "any"
	CriticalInfrastructure = fact.CriticalInfrastructure // health, banking, credit_union, electric, drinking_water, wastewater, gas, telecom
)

// Serves tells whether a sector list names a sector, "any" and "critical_infrastructure" included.
func Serves(sectors []string, sector string) bool {
	return slices.Contains(sectors, sector) || slices.Contains(sectors, AnySector) ||
		rule.Critical(sector) && slices.Contains(sectors, CriticalInfrastructure)
}

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

// Requirement is what an offering is said to ask for and no decision can rest on: nobody read it in the provider's own text, or no
// fact stands for it. It is shown, and its result is always Unknown, whatever is answered.
type Requirement struct {
	Title    Text   // short, without final stop
	Citation string // what the statement rests on
}

// Rules is what an offering asks for, before it is compiled.
type Rules struct {
	Slug            string
	Sectors         []string // values of the fact sector, or "critical_infrastructure"; just "any": no gate
	SectorsCitation string
	Criteria        []Criterion
	Requirements    []Requirement // after the criteria; with one of them nothing is ever Eligible
	Published       bool          // the provider publishes its criteria (criteria_published)
}

// Ruleset is a compiled Rules. It does not change and is safe for concurrent use.
type Ruleset struct {
	Rules
	vocabulary *Vocabulary
	criteria   []compiled // the gate first
	reads      rule.Set   // all facts on which the criteria may depend, also through derived ones
}

// compiled is one criterion ready to run.
type compiled struct {
	Criterion
	expression *rule.Expression
	ids        []FactID
	stated     bool // a stated requirement
	never      bool // unmet whatever is known: nobody meets it
}

// Criteria lists the criteria in the order of decisions: the sector gate with its generated texts first, stated requirements
// last, as criteria without an expression.
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
	Code      rule.Code // of a mistake in an expression: which one; "" for one in the list
	Args      []string  // names and values that fill in the words of the code
}

// Error names the criterion and the place.
func (e *CompileError) Error() string {
	switch {
	case e.Criterion == "":
		return e.Message
	case e.Line == 0:
		return fmt.Sprintf("criterion %s: %s", e.Criterion, e.Message)
	}
	return fmt.Sprintf("criterion %s: line %d, column %d: %s", e.Criterion, e.Line, e.Column, e.Message)
}

// CompileMessage is what a mistake in a rule says, without the place that stands beside it anyway.
func CompileMessage(err error) string {
	if place, ok := errors.AsType[*CompileError](err); ok {
		return place.Message
	}
	return err.Error()
}

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
		if strings.HasPrefix(criterion.ID, StatedPrefix) {
			return nil, &CompileError{Criterion: criterion.ID, Message: fmt.Sprintf("ids that begin with %q are those of stated requirements", StatedPrefix)}
		}
		seen[criterion.ID] = true
		expression, err := v.language.Expression(criterion.Expr)
		if err != nil {
			return nil, compileError(criterion.ID, err)
		}
		ruleset.criteria = append(ruleset.criteria, compiled{Criterion: criterion, expression: expression, ids: v.IDs(expression.Facts())})
	}
	if len(ruleset.criteria) == 0 {
		return nil, &CompileError{Message: "neither a sector condition nor a criterion: nothing could be decided"}
	}
	ruleset.criteria = append(ruleset.criteria, stated(rules.Requirements)...)
	nothing := v.language.State(nil)
	for i := range ruleset.criteria {
		c := &ruleset.criteria[i]
		for _, place := range c.expression.Facts() {
			ruleset.reads.Merge(v.inputs[place])
		}
		c.never = c.expression.Eval(nothing) == rule.False
	}
	return ruleset, nil
}

// stated makes criteria that stay unknown from stated requirements.
func stated(requirements []Requirement) []compiled {
	criteria := make([]compiled, len(requirements))
	for i, r := range requirements {
		criteria[i] = compiled{stated: true, expression: rule.Undecided(),
			Criterion: Criterion{ID: StatedPrefix + strconv.Itoa(i+1), Title: r.Title, Citation: r.Citation}}
	}
	return criteria
}

// compileError puts a mistake of an expression into the terms of a list of criteria.
func compileError(criterion string, err error) *CompileError {
	if problem, ok := errors.AsType[*rule.Error](err); ok {
		return &CompileError{Criterion: criterion, Line: problem.Line, Column: problem.Column, Message: problem.Message, Code: problem.Code, Args: problem.Args}
	}
	return &CompileError{Criterion: criterion, Message: err.Error()}
}

// gate makes the first criterion from the sector list.
func (v *Vocabulary) gate(rules Rules) (compiled, error) {
	if slices.Contains(rules.Sectors, AnySector) {
		return compiled{}, &CompileError{Criterion: GateID, Message: `"any" stands alone or not at all`}
	}
	expression, err := v.language.SectorList(rules.Sectors)
	if err != nil {
		return compiled{}, compileError(GateID, err)
	}
	return compiled{
		Criterion: Criterion{
			ID: GateID, Citation: rules.SectorsCitation, Title: v.gateText("gate.title", rules.Sectors),
			Failure: v.gateText("gate.failure", rules.Sectors), Remedy: v.gateText("gate.remedy", rules.Sectors),
		},
		expression: expression, ids: v.IDs(expression.Facts()),
	}, nil
}

// gateText words a sentence about a sector list in both languages.
func (v *Vocabulary) gateText(key string, sectors []string) Text {
	say := func(lang string) string {
		names := make([]string, len(sectors))
		for i, sector := range sectors {
			names[i] = v.Say(lang, "sector."+sector)
		}
		return v.Say(lang, key, "sectors", v.Join(lang, "or", names))
	}
	return Text{En: say("en"), Es: say("es")}
}
