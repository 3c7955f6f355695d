package eligibility

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// translate compiles one expression: checked by CEL and by us, then turned into closures. A part that the closures do not
// cover (functions of strings, arithmetic, exists and the like) becomes a leaf that the CEL engine evaluates.
func (v *Vocabulary) translate(text string) (*program, *CompileError) {
	checked, problem := v.check(text)
	if problem != nil {
		return nil, problem
	}
	t := &translator{vocabulary: v, checked: checked.NativeRep()}
	root, err := t.boolean(t.checked.Expr())
	if err != nil {
		return nil, &CompileError{Message: err.Error()}
	}
	p := &program{root: root, ast: checked, uses: t.uses}
	t.read(t.checked.Expr(), func(fact int) {
		if !slices.Contains(p.facts, fact) {
			p.facts = append(p.facts, fact)
		}
	})
	return p, nil
}

type translator struct {
	vocabulary *Vocabulary
	checked    *ast.AST
	uses       []use
}

// boolean translates an expression of type bool.
func (t *translator) boolean(e ast.Expr) (node, error) {
	switch e.Kind() {
	case ast.LiteralKind:
		if flag, ok := e.AsLiteral().(types.Bool); ok {
			return constant(truthOf(bool(flag))), nil
		}
	case ast.IdentKind:
		if sector, ok := strings.CutPrefix(e.AsIdent(), runsVariable); ok {
			return t.vocabulary.sectorNode(sector), nil
		}
		return flagNode(t.vocabulary.index[FactID(e.AsIdent())]), nil
	case ast.CallKind:
		return t.call(e, e.AsCall())
	}
	return t.engine(e)
}

func (v *Vocabulary) sectorNode(sector string) node {
	if sector == CriticalInfrastructure {
		return v.criticalNode()
	}
	return v.runsNode(sector)
}

func (t *translator) call(e ast.Expr, call ast.CallExpr) (node, error) {
	args := call.Args()
	switch call.FunctionName() {
	case operators.LogicalAnd, operators.LogicalOr:
		parts, err := t.parts(call.FunctionName(), args, nil)
		if err != nil {
			return node{}, err
		}
		if call.FunctionName() == operators.LogicalAnd {
			return allOf(parts), nil
		}
		return anyOf(parts), nil
	case operators.LogicalNot:
		operand, err := t.boolean(args[0])
		return not(operand), err
	case operators.Conditional:
		return t.conditional(args)
	case operators.Equals, operators.NotEquals:
		left, right := t.operand(args[0]), t.operand(args[1])
		if left == nil || right == nil || t.isSet(*left) || t.isSet(*right) {
			return t.engine(e)
		}
		t.use(*left, "", *right)
		equal := equality(*left, *right)
		if call.FunctionName() == operators.NotEquals {
			return not(equal), nil
		}
		return equal, nil
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		left, right := t.operand(args[0]), t.operand(args[1])
		if left == nil || right == nil || t.isFlag(*left) || t.isFlag(*right) {
			return t.engine(e)
		}
		operator := strings.Trim(call.FunctionName(), "_")
		t.use(*left, operator, *right)
		return comparison(operator, *left, *right), nil
	case operators.In:
		return t.membership(e, args)
	}
	return t.engine(e)
}

// parts flattens a chain of && or || into one list.
func (t *translator) parts(function string, args []ast.Expr, parts []node) ([]node, error) {
	for _, arg := range args {
		var err error
		if arg.Kind() == ast.CallKind && arg.AsCall().FunctionName() == function {
			parts, err = t.parts(function, arg.AsCall().Args(), parts)
		} else {
			var part node
			part, err = t.boolean(arg)
			parts = append(parts, part)
		}
		if err != nil {
			return nil, err
		}
	}
	return parts, nil
}

func (t *translator) conditional(args []ast.Expr) (node, error) {
	var branches [3]node
	for i, arg := range args {
		branch, err := t.boolean(arg)
		if err != nil {
			return node{}, err
		}
		branches[i] = branch
	}
	return choice(branches[0], branches[1], branches[2]), nil
}

// membership is `fact in [constants]` or `element in set_fact`.
func (t *translator) membership(e ast.Expr, args []ast.Expr) (node, error) {
	element := t.operand(args[0])
	if element == nil || t.isSet(*element) {
		return t.engine(e)
	}
	if set := t.operand(args[1]); set != nil && t.isSet(*set) {
		return member(*element, set.fact), nil
	}
	if args[1].Kind() != ast.ListKind {
		return t.engine(e)
	}
	var constants []Value
	for _, item := range args[1].AsList().Elements() {
		fixed := t.operand(item)
		if fixed == nil || fixed.fact >= 0 {
			return t.engine(e)
		}
		constants = append(constants, fixed.fixed)
	}
	t.use(*element, "", operand{fact: -1})
	return oneOf(*element, constants), nil
}

// operand gives a fact or a literal; nil for anything else, and for a whole number that float64 does not hold exactly.
func (t *translator) operand(e ast.Expr) *operand {
	switch e.Kind() {
	case ast.IdentKind:
		if fact, ok := t.vocabulary.index[FactID(e.AsIdent())]; ok {
			return &operand{fact: fact}
		}
	case ast.LiteralKind:
		switch literal := e.AsLiteral().(type) {
		case types.Bool:
			return &operand{fact: -1, fixed: Bool(bool(literal))}
		case types.String:
			return &operand{fact: -1, fixed: String(string(literal))}
		case types.Int:
			if literal >= -largestWhole && literal <= largestWhole {
				return &operand{fact: -1, fixed: Int(int64(literal))}
			}
		case types.Double:
			if !math.IsNaN(float64(literal)) && !math.IsInf(float64(literal), 0) {
				return &operand{fact: -1, fixed: Decimal(float64(literal))}
			}
		}
	}
	return nil
}

func (t *translator) isSet(o operand) bool {
	return o.fact >= 0 && celType(t.vocabulary.facts[o.fact].Type).IsExactType(cel.ListType(cel.StringType))
}

func (t *translator) isFlag(o operand) bool {
	return o.fixed.kind == kindBool || o.fact >= 0 && t.vocabulary.facts[o.fact].Type == TypeBool
}

var mirrored = map[string]string{less: greater, lessEqual: greaterEqual, greater: less, greaterEqual: lessEqual}

// use notes how numeric facts are compared; with the fact on the left.
func (t *translator) use(left operand, operator string, right operand) {
	if left.fact < 0 {
		left, right, operator = right, left, mirrored[operator]
	}
	if number, ok := right.fixed.Number(); ok && operator != "" && t.isNumber(left) {
		t.uses = append(t.uses, use{fact: left.fact, operator: operator, number: number})
		return
	}
	for _, side := range []operand{left, right} {
		if t.isNumber(side) {
			t.uses = append(t.uses, use{fact: side.fact})
		}
	}
}

func (t *translator) isNumber(o operand) bool {
	return o.fact >= 0 && t.vocabulary.facts[o.fact].Type.Numeric()
}

// read calls found for every fact that e reads, in order of appearance; runs() reads the two sector facts.
func (t *translator) read(e ast.Expr, found func(fact int)) {
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(part ast.Expr) {
		if part.Kind() != ast.IdentKind {
			return
		}
		if strings.HasPrefix(part.AsIdent(), runsVariable) {
			found(t.vocabulary.sector)
			found(t.vocabulary.additional)
		} else if fact, ok := t.vocabulary.index[FactID(part.AsIdent())]; ok {
			found(fact)
		}
	}))
}

// engine makes a leaf that the CEL engine evaluates.
func (t *translator) engine(e ast.Expr) (node, error) {
	part := ast.NewCheckedAST(ast.NewAST(e, t.checked.SourceInfo()), t.checked.TypeMap(), t.checked.ReferenceMap())
	evaluation, err := t.vocabulary.newEvaluation(part)
	if err != nil {
		return node{}, fmt.Errorf("the expression cannot be evaluated: %w", err)
	}
	var facts []int
	t.read(e, func(fact int) {
		if !slices.Contains(facts, fact) {
			facts = append(facts, fact)
		}
		if t.vocabulary.facts[fact].Type.Numeric() {
			t.uses = append(t.uses, use{fact: fact})
		}
	})
	return leaf(evaluation.eval, facts...), nil
}
