package rule

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"

	"accessdesk/eligibility/fact"
)

// Limits on rules. A rule is one sentence; the longest real ones use a few hundred characters.
const (
	expressionSizeLimit    = 4_000 // characters
	expressionNodeLimit    = 4_000
	expressionDepthLimit   = 100
	comprehensionDepth     = 1
	regexProgramLimit      = 500
	evaluationCostLimit    = 100_000
	runsMacro              = "runs"
	runsVariable           = "@runs:" // what runs("x") becomes: a variable that no rule can write
	undeclaredFactTemplate = "unknown fact %q, nearest known: %q"
	unknownSectorTemplate  = "unknown sector %q, nearest known: %q"
	runsMessage            = `runs() takes one sector in quotes, like runs("electric")`
)

// newEnvironment declares every fact as a typed variable and runs() as a macro over hidden variables.
func (l *Language) newEnvironment() (*cel.Env, error) {
	options := []cel.EnvOption{
		cel.CrossTypeNumericComparisons(true),
		cel.HomogeneousAggregateLiterals(),
		cel.ParserExpressionSizeLimit(expressionSizeLimit),
		cel.ParserRecursionLimit(expressionDepthLimit),
		cel.ExpressionNodeLimit(expressionNodeLimit),
		cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateRegexProgramSizeLimit(regexProgramLimit),
			cel.ValidateDurationLiterals(), cel.ValidateTimestampLiterals(), cel.ValidateComprehensionNestingLimit(comprehensionDepth)),
		cel.Macros(cel.GlobalMacro(runsMacro, 1, l.expandRuns)),
	}
	for i := range l.facts.Len() {
		options = append(options, cel.Variable(string(l.facts.At(i).ID), celType(l.facts.At(i).Type)))
	}
	for _, sector := range l.sectorNames() {
		options = append(options, cel.Variable(runsVariable+sector, cel.BoolType))
	}
	environment, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("rule environment: %w", err)
	}
	return environment, nil
}

func celType(factType fact.Type) *cel.Type {
	switch factType {
	case fact.TypeBool:
		return cel.BoolType
	case fact.TypeInt, fact.TypeMoney:
		return cel.IntType
	case fact.TypeDecimal:
		return cel.DoubleType
	case fact.TypeSet, fact.TypeList:
		return cel.ListType(cel.StringType)
	}
	return cel.StringType
}

// expandRuns turns runs("electric") into the hidden variable of that sector.
func (l *Language) expandRuns(helper parser.ExprHelper, _ ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
	known := l.sectorNames()
	sector, ok := textLiteral(args[0])
	if !ok {
		return nil, helper.NewError(args[0].ID(), runsMessage)
	}
	if !slices.Contains(known, sector) {
		return nil, helper.NewError(args[0].ID(), fmt.Sprintf(unknownSectorTemplate, sector, fact.Nearest(sector, known)))
	}
	return helper.NewIdent(runsVariable + sector), nil
}

func textLiteral(e ast.Expr) (string, bool) {
	if e.Kind() != ast.LiteralKind {
		return "", false
	}
	text, ok := e.AsLiteral().(types.String)
	return string(text), ok
}

// check parses and type-checks text, then makes the checks that CEL does not: fact ids, values of enums, a bool result.
func (l *Language) check(text string) (*cel.Ast, *Error) {
	if strings.TrimSpace(text) == "" {
		return nil, &Error{Line: 1, Column: 1, Message: "the expression is empty", Code: CodeEmpty}
	}
	parsed, issues := l.environment.Parse(text)
	if err := firstIssue(issues); err != nil {
		return nil, err
	}
	checker := &ruleChecker{facts: l.facts, info: parsed.NativeRep().SourceInfo(), bound: map[string]int{}}
	checker.walk(parsed.NativeRep().Expr())
	if checker.err != nil {
		return nil, checker.err
	}
	checked, issues := l.environment.Check(parsed)
	if err := firstIssue(issues); err != nil {
		return nil, err
	}
	if !checked.OutputType().IsExactType(cel.BoolType) {
		return nil, &Error{Line: 1, Column: 1, Message: fmt.Sprintf("the expression gives %s; a criterion must give bool (yes or no)", checked.OutputType()),
			Code: CodeResult, Args: []string{"type", checked.OutputType().String()}}
	}
	return checked, nil
}

func firstIssue(issues *cel.Issues) *Error {
	if issues.Err() == nil {
		return nil
	}
	first := issues.Errors()[0]
	line, column := first.Location.Line(), first.Location.Column()
	if line < 1 {
		return engineError(0, 0, first.Message)
	}
	return engineError(line, max(column, 0)+1, first.Message)
}

// ruleChecker walks a parsed rule and keeps the first mistake.
type ruleChecker struct {
	facts *fact.Vocabulary
	info  *ast.SourceInfo
	bound map[string]int // variables of comprehensions: the set fact they run over, or -1
	err   *Error
}

func (c *ruleChecker) report(e ast.Expr, message string, code Code, args ...string) {
	if c.err != nil {
		return
	}
	place := c.info.GetStartLocation(e.ID())
	c.err = &Error{Line: max(place.Line(), 1), Column: place.Column() + 1, Message: message, Code: code, Args: args}
}

func (c *ruleChecker) walk(e ast.Expr) {
	switch e.Kind() {
	case ast.IdentKind:
		c.ident(e)
	case ast.CallKind:
		call := e.AsCall()
		if call.IsMemberFunction() {
			c.walk(call.Target())
		}
		for _, arg := range call.Args() {
			c.walk(arg)
		}
		c.literals(call)
	case ast.ListKind:
		for _, element := range e.AsList().Elements() {
			c.walk(element)
		}
	case ast.MapKind:
		for _, entry := range e.AsMap().Entries() {
			c.walk(entry.AsMapEntry().Key())
			c.walk(entry.AsMapEntry().Value())
		}
	case ast.SelectKind:
		c.walk(e.AsSelect().Operand())
	case ast.StructKind:
		c.report(e, "a rule makes no messages", CodeMessage)
	case ast.ComprehensionKind:
		c.comprehension(e.AsComprehension())
	}
}

func (c *ruleChecker) ident(e ast.Expr) {
	name := e.AsIdent()
	if _, bound := c.bound[name]; bound || strings.HasPrefix(name, runsVariable) {
		return
	}
	if _, known := c.facts.Index(fact.ID(name)); !known {
		nearest := string(c.facts.NearestFact(name))
		c.report(e, fmt.Sprintf(undeclaredFactTemplate, name, nearest), CodeFact, "name", name, "nearest", nearest)
	}
}

// comprehension walks exists, all, filter and map with their variables bound.
func (c *ruleChecker) comprehension(fold ast.ComprehensionExpr) {
	c.walk(fold.IterRange())
	over := -1
	if fold.IterRange().Kind() == ast.IdentKind {
		if place, ok := c.facts.Index(fact.ID(fold.IterRange().AsIdent())); ok {
			over = place
		}
	}
	outer := c.bound
	c.bound = map[string]int{fold.IterVar(): over, fold.IterVar2(): -1, fold.AccuVar(): -1}
	for name, place := range outer {
		if _, inner := c.bound[name]; !inner {
			c.bound[name] = place
		}
	}
	for _, part := range []ast.Expr{fold.AccuInit(), fold.LoopCondition(), fold.LoopStep(), fold.Result()} {
		c.walk(part)
	}
	c.bound = outer
}

// literals refuses a literal that is compared with an enum or set fact and is none of its values: CEL would let it pass as a
// plain "no" forever.
func (c *ruleChecker) literals(call ast.CallExpr) {
	args := call.Args()
	if len(args) != 2 {
		return
	}
	left, right := c.choices(args[0]), c.choices(args[1])
	switch call.FunctionName() {
	case operators.Equals, operators.NotEquals, operators.In:
		c.mustBeOf(args[1], left)
		c.mustBeOf(args[0], right)
	case operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals:
		for i, compared := range []*fact.Fact{left, right} {
			if compared != nil {
				c.report(args[i], fmt.Sprintf("the values of %s have no order; compare with == or in", compared.ID), CodeUnordered, "fact", string(compared.ID))
			}
		}
	}
}

// choices gives the enum or set fact that e reads, or whose items it runs through.
func (c *ruleChecker) choices(e ast.Expr) *fact.Fact {
	if e.Kind() != ast.IdentKind {
		return nil
	}
	at, bound := c.bound[e.AsIdent()]
	if !bound {
		known, ok := c.facts.Index(fact.ID(e.AsIdent()))
		if !ok {
			return nil
		}
		at = known
	}
	if at < 0 || len(c.facts.At(at).Values) == 0 {
		return nil
	}
	return c.facts.At(at)
}

func (c *ruleChecker) mustBeOf(e ast.Expr, of *fact.Fact) {
	if of == nil {
		return
	}
	if e.Kind() == ast.ListKind {
		for _, element := range e.AsList().Elements() {
			c.mustBeOf(element, of)
		}
		return
	}
	text, ok := textLiteral(e)
	if !ok || of.Allows(text) {
		return
	}
	nearest := fact.Nearest(text, of.ValueNames())
	c.report(e, fmt.Sprintf("%q is no value of %s, nearest known: %q", text, of.ID, nearest), CodeValue, "name", text, "fact", string(of.ID), "nearest", nearest)
}
