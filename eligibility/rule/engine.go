package rule

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"

	"accessdesk/eligibility/fact"
)

// evaluation runs an expression in the CEL engine with partial evaluation.
type evaluation struct {
	program   cel.Program
	variables []variable
}

// variable is one name an expression reads: a fact, or runs() of a sector.
type variable struct {
	name    string
	fact    int // -1 for runs()
	runs    node
	pattern *cel.AttributePatternType
}

func (l *Language) newEvaluation(checked *ast.AST) (*evaluation, error) {
	program, err := l.environment.PlanProgram(checked, cel.EvalOptions(cel.OptPartialEval), cel.CostLimit(evaluationCostLimit))
	if err != nil {
		return nil, err
	}
	e := &evaluation{program: program}
	seen := map[string]bool{}
	ast.PreOrderVisit(checked.Expr(), ast.NewExprVisitor(func(part ast.Expr) {
		if part.Kind() != ast.IdentKind || seen[part.AsIdent()] {
			return
		}
		name := part.AsIdent()
		seen[name] = true
		if sector, ok := strings.CutPrefix(name, runsVariable); ok {
			e.variables = append(e.variables, variable{name: name, fact: -1, runs: l.sectorNode(sector), pattern: cel.AttributePattern(name)})
		} else if place, ok := l.facts.Index(fact.ID(name)); ok {
			e.variables = append(e.variables, variable{name: name, fact: place, pattern: cel.AttributePattern(name)})
		}
	}))
	return e, nil
}

// eval gives what the engine says; facts that are absent or known as an interval only are unknown attributes. An engine error is
// unknown and kept in the state.
func (e *evaluation) eval(s *State) Truth {
	known := make(map[string]any, len(e.variables))
	var unknown []*cel.AttributePatternType
	for i := range e.variables {
		if native := e.variables[i].native(s); native != nil {
			known[e.variables[i].name] = native
		} else {
			unknown = append(unknown, e.variables[i].pattern)
		}
	}
	return e.answer(s, known, unknown)
}

// answer runs the engine.
func (e *evaluation) answer(s *State, known map[string]any, unknown []*cel.AttributePatternType) Truth {
	activation, err := cel.PartialVars(known, unknown...)
	if err != nil {
		s.Failure = err
		return Unknown
	}
	result, _, err := e.program.Eval(activation)
	if err != nil {
		s.Failure = err
		return Unknown
	}
	switch result := result.(type) {
	case types.Bool:
		return truthOf(bool(result))
	case *types.Unknown:
		return Unknown
	}
	s.Failure = fmt.Errorf("the engine answered %s", result.Type().TypeName())
	return Unknown
}

// native gives the value in the engine's types, nil when it is not known to the point.
func (v *variable) native(s *State) any {
	if v.fact < 0 {
		switch v.runs.eval(s) {
		case True:
			return true
		case False:
			return false
		}
		return nil
	}
	c := &s.cells[v.fact]
	if !c.resolved() {
		return nil
	}
	switch c.kind {
	case kindFlag:
		return Truth(c.code) == True
	case kindChoice, kindText:
		said, _ := s.textOf(v.fact)
		return said
	case kindNumber:
		if s.language.facts.At(v.fact).Type.Whole() {
			return int64(c.low)
		}
		return c.low
	}
	return s.listOf(v.fact)
}
