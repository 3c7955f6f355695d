package builder

import (
	"math"
	"slices"
	"strings"
	"sync"

	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/parser"

	"accessdesk/eligibility/fact"
)

// longest is the longest expression that a rule may have, in characters; the language itself refuses more.
const longest = 4_000

// grammar reads CEL without any macro, so that runs("x") stays as it was written.
var grammar = sync.OnceValue(func() *parser.Parser {
	p, err := parser.NewParser(parser.ExpressionSizeCodePointLimit(longest), parser.MaxRecursionDepth(100), parser.Macros())
	if err != nil {
		panic(err) // the options above are fixed
	}
	return p
})

// Parse reads an expression as rows, in normal form. False: it is no simple rule, or none at all; keep its text as it is.
func Parse(v *fact.Vocabulary, expr string) (Tree, bool) { return parse(v, expr, false) }

// ParseDraft also reads what Write makes of rows that nobody has filled in yet, or that compare with a number that is none. Such an
// expression does not compile, so it can be kept in a draft and never be published.
func ParseDraft(v *fact.Vocabulary, expr string) (Tree, bool) {
	if strings.TrimSpace(expr) == "" {
		return Tree{Nodes: []Node{{}}}, true
	}
	return parse(v, expr, true)
}

func parse(v *fact.Vocabulary, expr string, draft bool) (Tree, bool) {
	if strings.Contains(expr, "//") { // a comment would be lost
		return Tree{}, false
	}
	parsed, problems := grammar().Parse(common.NewTextSource(expr))
	if len(problems.GetErrors()) > 0 {
		return Tree{}, false
	}
	if flag, ok := literal(parsed.Expr()).(types.Bool); ok {
		return Tree{}, bool(flag)
	}
	r := reader{facts: v, draft: draft}
	node, ok := r.node(parsed.Expr(), false)
	if !ok {
		return Tree{}, false
	}
	tree := Normal(Tree{Nodes: []Node{node}})
	if draft {
		tree = cleared(tree)
	}
	return tree, Depth(tree) <= Deepest && len([]rune(Write(v, tree))) <= longest
}

type reader struct {
	facts *fact.Vocabulary
	draft bool // rows may have blanks and values of the wrong kind
}

// Blank stands in an expression for what nobody has filled in yet. No fact is called so.
const Blank = "__"

// blank gives the value that stands for nothing, if an expression does.
func (r reader) blank(e ast.Expr) (string, bool) {
	if !r.draft || e.Kind() != ast.IdentKind || !strings.HasPrefix(e.AsIdent(), Blank) {
		return "", false
	}
	if e.AsIdent() == blankBetween {
		return blankBetween, true
	}
	return "", e.AsIdent() == Blank
}

// cleared takes the marks off blanks that found their row.
func cleared(g Group) Group {
	for i, n := range g.Nodes {
		if n.Group != nil {
			inner := cleared(*n.Group)
			g.Nodes[i].Group = &inner
		}
		for at, value := range n.Row.Values {
			if value == blankBetween {
				g.Nodes[i].Row.Values[at] = ""
			}
		}
	}
	return g
}

// node reads an expression, or its opposite.
func (r reader) node(e ast.Expr, opposite bool) (Node, bool) {
	if _, ok := r.blank(e); ok {
		return Node{}, true
	}
	if e.Kind() == ast.IdentKind {
		return r.row(Row{Fact: fact.ID(e.AsIdent()), Operator: Yes}, opposite)
	}
	if e.Kind() != ast.CallKind || e.AsCall().IsMemberFunction() {
		return Node{}, false
	}
	call := e.AsCall()
	args := call.Args()
	switch call.FunctionName() {
	case operators.LogicalAnd, operators.LogicalOr:
		group := &Group{Any: (call.FunctionName() == operators.LogicalOr) != opposite}
		for _, arg := range args {
			inner, ok := r.node(arg, opposite)
			if !ok {
				return Node{}, false
			}
			group.Nodes = append(group.Nodes, inner)
		}
		return Node{Group: group}, true
	case operators.LogicalNot:
		return r.node(args[0], !opposite)
	case operators.In:
		return r.membership(args[0], args[1], opposite)
	case "runs":
		if len(args) != 1 {
			return Node{}, false
		}
		return r.item(args[0], Runs, opposite)
	}
	return r.comparison(call.FunctionName(), args, opposite)
}

// row keeps a row that can be used.
func (r reader) row(row Row, opposite bool) (Node, bool) {
	if opposite {
		row.Operator = opposites[row.Operator]
	}
	if r.draft { // what a form can show as it was typed
		filled := row
		filled.Values = slices.Clone(row.Values)
		for i, value := range filled.Values {
			if value == blankBetween { // it keeps its mark until its row is found
				filled.Values[i] = ""
			}
		}
		flaw := FlawOf(r.facts, filled)
		return Node{Row: row}, slices.Contains([]Flaw{"", FlawNoValue, FlawNotNumber, FlawNotWhole}, flaw)
	}
	return Node{Row: row}, FlawOf(r.facts, row) == ""
}

// item is one item in a set, or one kind of organization that is run.
func (r reader) item(e ast.Expr, set fact.ID, opposite bool) (Node, bool) {
	row := Row{Fact: set, Operator: IncludesAny}
	if text, ok := literal(e).(types.String); ok {
		row.Values = []string{string(text)}
		return r.row(row, opposite)
	}
	if r.draft && e.Kind() == ast.IdentKind && e.AsIdent() == blankAll {
		row.Operator = IncludesAll
		return r.rowIf(!opposite, row, false)
	}
	_, ok := r.blank(e)
	return r.rowIf(ok, row, opposite)
}

func (r reader) rowIf(ok bool, row Row, opposite bool) (Node, bool) {
	if !ok {
		return Node{}, false
	}
	return r.row(row, opposite)
}

// membership is "x" in set_fact, or fact in ["a", "b"].
func (r reader) membership(element, list ast.Expr, opposite bool) (Node, bool) {
	if list.Kind() == ast.IdentKind {
		return r.item(element, fact.ID(list.AsIdent()), opposite)
	}
	if element.Kind() != ast.IdentKind || list.Kind() != ast.ListKind || len(list.AsList().OptionalIndices()) > 0 {
		return Node{}, false
	}
	row := Row{Fact: fact.ID(element.AsIdent()), Operator: OneOf}
	for at, element := range list.AsList().Elements() {
		if _, ok := r.blank(element); ok {
			continue
		}
		text, ok := stringOf(list.AsList().Elements(), at)
		if !ok {
			return Node{}, false
		}
		row.Values = append(row.Values, text)
	}
	return r.row(row, opposite)
}

// comparisons says which operator stands for which sign, and what the sign is when the fact stands on the right.
var comparisons = map[string]struct {
	operator Operator
	mirrored string
}{
	operators.Equals:        {Is, operators.Equals},
	operators.NotEquals:     {IsNot, operators.NotEquals},
	operators.Less:          {LessThan, operators.Greater},
	operators.LessEquals:    {AtMost, operators.GreaterEquals},
	operators.Greater:       {MoreThan, operators.Less},
	operators.GreaterEquals: {AtLeast, operators.LessEquals},
}

// comparison is a fact beside one constant.
func (r reader) comparison(sign string, args []ast.Expr, opposite bool) (Node, bool) {
	known, ok := comparisons[sign]
	if !ok || len(args) != 2 {
		return Node{}, false
	}
	left, right := args[0], args[1]
	if left.Kind() != ast.IdentKind {
		left, right, known = right, left, comparisons[known.mirrored]
	}
	if left.Kind() != ast.IdentKind {
		return Node{}, false
	}
	row := Row{Fact: fact.ID(left.AsIdent()), Operator: known.operator}
	shape, _ := ShapeOf(r.facts, row.Fact)
	if empty, ok := r.blank(right); ok {
		row.Values = []string{empty}
		return r.row(row, opposite)
	}
	switch constant := literal(right).(type) {
	case types.Bool:
		if shape != ShapeFlag || row.Operator != Is && row.Operator != IsNot {
			return Node{}, false
		}
		row.Operator = Yes
		return r.row(row, opposite != (bool(constant) != (known.operator == Is)))
	case types.String:
		row.Values = []string{string(constant)}
		return r.rowIf(shape != ShapeNumber || r.draft, row, opposite)
	case types.Int:
		row.Values = []string{numberText(float64(constant))}
		exact := constant >= -largestWhole && constant <= largestWhole
		return r.rowIf(shape == ShapeNumber && exact, row, opposite)
	case types.Double:
		row.Values = []string{numberText(float64(constant))}
		return r.rowIf(shape == ShapeNumber && !math.IsInf(float64(constant), 0) && !math.IsNaN(float64(constant)), row, opposite)
	}
	return Node{}, false
}

// literal gives the constant that an expression is; nil when it is none.
func literal(e ast.Expr) any {
	if e.Kind() != ast.LiteralKind {
		return nil
	}
	return e.AsLiteral()
}

func stringOf(args []ast.Expr, at int) (string, bool) {
	if at >= len(args) {
		return "", false
	}
	text, ok := literal(args[at]).(types.String)
	return string(text), ok
}

// Simple tells whether an expression can be shown as rows.
func Simple(v *fact.Vocabulary, expr string) bool {
	_, ok := Parse(v, expr)
	return ok
}

// at gives the node at a path; false when there is none.
func (g Group) at(path Path) (Node, bool) {
	node := Node{Group: &g}
	for _, place := range path {
		if node.Group == nil || place < 0 || place >= len(node.Group.Nodes) {
			return Node{}, false
		}
		node = node.Group.Nodes[place]
	}
	return node, true
}

// without gives a copy of the group in which the node at the path is left out.
func (g Group) without(path Path) Group {
	copied := Group{Any: g.Any, Nodes: slices.Clone(g.Nodes)}
	if len(path) == 1 {
		copied.Nodes = slices.Delete(copied.Nodes, path[0], path[0]+1)
		return copied
	}
	inner := copied.Nodes[path[0]].Group.without(path[1:])
	copied.Nodes[path[0]] = Node{Group: &inner}
	return copied
}
