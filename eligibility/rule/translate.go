package rule

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"accessdesk/eligibility/fact"
)

// translate compiles one expression: checked by CEL and by us, then turned into closures. A part that the closures do not
// cover (functions of strings, arithmetic, exists and the like) becomes a leaf that the CEL engine evaluates.
func (l *Language) translate(text string) (*Expression, *Error) {
	checked, problem := l.check(text)
	if problem != nil {
		return nil, problem
	}
	t := &translator{language: l, checked: checked.NativeRep()}
	root, err := t.boolean(t.checked.Expr())
	if err != nil {
		return nil, &Error{Message: err.Error(), Code: CodeOther, Args: []string{"message", err.Error()}}
	}
	e := &Expression{root: root, checked: checked, comparisons: t.comparisons}
	t.read(t.checked.Expr(), func(place int) {
		if !slices.Contains(e.facts, place) {
			e.facts = append(e.facts, place)
		}
	})
	return e, nil
}

type translator struct {
	language    *Language
	checked     *ast.AST
	comparisons []Comparison
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
			return t.language.sectorNode(sector), nil
		}
		place, _ := t.language.facts.Index(fact.ID(e.AsIdent()))
		return flagNode(place), nil
	case ast.CallKind:
		return t.call(e, e.AsCall())
	}
	return t.engine(e)
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
		t.compare(*left, "", *right)
		equal := equality(t.language, *left, *right)
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
		t.compare(*left, operator, *right)
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
		return member(t.language, *element, set.fact), nil
	}
	if args[1].Kind() != ast.ListKind {
		return t.engine(e)
	}
	var constants []fact.Value
	for _, item := range args[1].AsList().Elements() {
		fixed := t.operand(item)
		if fixed == nil || fixed.fact >= 0 {
			return t.engine(e)
		}
		constants = append(constants, fixed.fixed)
	}
	t.compare(*element, "", operand{fact: -1})
	return oneOf(t.language, *element, constants), nil
}

// operand gives a fact or a literal; nil for anything else.
func (t *translator) operand(e ast.Expr) *operand {
	switch e.Kind() {
	case ast.IdentKind:
		if place, ok := t.language.facts.Index(fact.ID(e.AsIdent())); ok {
			return &operand{fact: place}
		}
	case ast.LiteralKind:
		switch literal := e.AsLiteral().(type) {
		case types.Bool:
			return &operand{fact: -1, fixed: fact.Bool(bool(literal))}
		case types.String:
			return &operand{fact: -1, fixed: fact.String(string(literal))}
		case types.Int:
			return &operand{fact: -1, fixed: fact.Int(int64(literal))} // rounded beyond 2^53, where no fact reaches
		case types.Double:
			if !math.IsNaN(float64(literal)) && !math.IsInf(float64(literal), 0) {
				return &operand{fact: -1, fixed: fact.Decimal(float64(literal))}
			}
		}
	}
	return nil
}

func (t *translator) isSet(o operand) bool {
	return o.fact >= 0 && celType(t.language.facts.At(o.fact).Type).IsExactType(cel.ListType(cel.StringType))
}

func (t *translator) isFlag(o operand) bool {
	_, flag := o.fixed.Bool()
	return flag || o.fact >= 0 && t.language.facts.At(o.fact).Type == fact.TypeBool
}

var mirrored = map[string]string{less: greater, lessEqual: greaterEqual, greater: less, greaterEqual: lessEqual}

// compare notes how numeric facts are compared; with the fact on the left.
func (t *translator) compare(left operand, operator string, right operand) {
	if left.fact < 0 {
		left, right, operator = right, left, mirrored[operator]
	}
	if number, ok := right.fixed.Number(); ok && operator != "" && t.isNumber(left) {
		t.comparisons = append(t.comparisons, Comparison{Fact: left.fact, Operator: operator, Number: number})
		return
	}
	for _, side := range []operand{left, right} {
		if t.isNumber(side) {
			t.comparisons = append(t.comparisons, Comparison{Fact: side.fact})
		}
	}
}

func (t *translator) isNumber(o operand) bool {
	return o.fact >= 0 && t.language.facts.At(o.fact).Type.Numeric()
}

// read calls found for every fact that e reads, in order of appearance; runs() reads the two sector facts.
func (t *translator) read(e ast.Expr, found func(place int)) {
	ast.PreOrderVisit(e, ast.NewExprVisitor(func(part ast.Expr) {
		if part.Kind() != ast.IdentKind {
			return
		}
		if strings.HasPrefix(part.AsIdent(), runsVariable) {
			found(t.language.sector)
			found(t.language.additional)
		} else if place, ok := t.language.facts.Index(fact.ID(part.AsIdent())); ok {
			found(place)
		}
	}))
}

// engine makes a leaf that the CEL engine evaluates.
func (t *translator) engine(e ast.Expr) (node, error) {
	part := ast.NewCheckedAST(ast.NewAST(e, t.checked.SourceInfo()), t.checked.TypeMap(), t.checked.ReferenceMap())
	evaluation, err := t.language.newEvaluation(part)
	if err != nil {
		return node{}, fmt.Errorf("the expression cannot be evaluated: %w", err)
	}
	var facts []int
	t.read(e, func(place int) {
		if !slices.Contains(facts, place) {
			facts = append(facts, place)
		}
		if t.language.facts.At(place).Type.Numeric() {
			t.comparisons = append(t.comparisons, Comparison{Fact: place})
		}
	})
	return leaf(evaluation.eval, facts...), nil
}
