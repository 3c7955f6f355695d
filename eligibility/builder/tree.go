// Package builder shows a criterion as rows that a person can fill in (fact, operator, values, in groups of "all" and "any"), and
// finds what cannot be meant: rules that nobody meets, rows that say nothing, rows that another one covers.
//
// [Parse] reads an expression as a [Tree], and [Write] writes a tree as an expression that decides the same for every profile,
// bands and unknown answers included. A tree in its normal form ([Normal]) comes back from Write and Parse as it was. An expression
// that says more than rows can (arithmetic, functions, two facts compared with each other, a comment, groups below [Deepest]) is an
// expert rule: Parse says so and the expression stays word for word as it is.
//
// [Analyze] looks through the rules of one offering. Each answer is exact over the finitely many kinds of operators that the rules can
// tell apart: every value a rule names, one that none names, and the numbers on, below and above each number it names, with all that
// follows from other facts. Where there are too many of them, or where an expert rule reads a number or text in a way that has no
// such kinds, the finding is "not checked" and nothing is guessed.
//
// The words are in words.toml, in English and Spanish: sentences of rows and groups ([Sentence]), findings ([Finding.Text]), and what
// a mistake in an expression means ([Mistake]).
package builder

import (
	"slices"

	"accessdesk/eligibility/fact"
)

// Runs stands in a row in place of a fact: the kinds of organization that an operator runs, its main one and all others.
const Runs fact.ID = "runs"

// Deepest is how many groups may stand inside each other below the outermost one.
const Deepest = 2

// Operator says how a row compares its fact with its values. Which ones fit says [Operators].
type Operator string

// The operators. Numbers and dates share theirs; for dates they read "before" or "on or after".
const (
	Yes          Operator = "yes"
	No           Operator = "no"
	Is           Operator = "is"
	IsNot        Operator = "is_not"
	OneOf        Operator = "one_of"
	NoneOf       Operator = "none_of"
	AtLeast      Operator = "at_least"
	MoreThan     Operator = "more_than"
	AtMost       Operator = "at_most"
	LessThan     Operator = "less_than"
	Between      Operator = "between" // both ends count
	IncludesAny  Operator = "includes_any"
	IncludesAll  Operator = "includes_all"
	IncludesNone Operator = "includes_none"
)

// opposites gives the operator that is met exactly when the other one is not. Between and IncludesAll have none.
var opposites = map[Operator]Operator{
	Yes: No, No: Yes, Is: IsNot, IsNot: Is, OneOf: NoneOf, NoneOf: OneOf, AtLeast: LessThan, LessThan: AtLeast, MoreThan: AtMost, AtMost: MoreThan,
	IncludesAny: IncludesNone, IncludesNone: IncludesAny,
}

// Row is one condition: a fact, an operator and the values it compares with, as a rule spells them (numbers without separators).
type Row struct {
	Fact     fact.ID
	Operator Operator
	Values   []string
}

// Group is met when all of its nodes are, or with Any when one of them is. A group without nodes asks for nothing.
type Group struct {
	Any   bool
	Nodes []Node
}

// Tree is the outermost group of a criterion.
type Tree = Group

// Node is a row, or a group when Group is not nil.
type Node struct {
	Row   Row
	Group *Group
}

// Normal gives the one form of a tree that says the same: groups of one and groups within their like are opened, values stand once,
// "at least" with "at most" becomes "between", and neighbors that ask for items of the same set become one row.
func Normal(t Tree) Tree {
	nodes := normalNodes(t)
	for len(nodes) == 1 && nodes[0].Group != nil {
		t.Any = nodes[0].Group.Any
		nodes = nodes[0].Group.Nodes
	}
	if len(nodes) < 2 {
		t.Any = false
	}
	return Tree{Any: t.Any, Nodes: nodes}
}

// normalNodes gives the nodes of a group in normal form.
func normalNodes(g Group) []Node {
	var nodes []Node
	add := func(n Node) {
		if last := len(nodes) - 1; last >= 0 && n.Group == nil && nodes[last].Group == nil {
			if joined, ok := join(g.Any, nodes[last].Row, n.Row); ok {
				nodes[last].Row = joined
				return
			}
		}
		nodes = append(nodes, n)
	}
	for _, n := range g.Nodes {
		if n.Group == nil {
			add(Node{Row: normalRow(n.Row)})
			continue
		}
		inner := Normal(*n.Group)
		switch {
		case len(inner.Nodes) == 1, len(inner.Nodes) > 0 && inner.Any == g.Any:
			for _, one := range inner.Nodes {
				add(one)
			}
		case len(inner.Nodes) > 0:
			add(Node{Group: &inner})
		}
	}
	return nodes
}

// normalRow keeps each value once, and gives a list of one value the operator for one.
func normalRow(r Row) Row {
	if r.Operator != Between {
		var once []string
		for _, value := range r.Values {
			if !slices.Contains(once, value) {
				once = append(once, value)
			}
		}
		r.Values = once
	}
	if single, ok := map[Operator]Operator{OneOf: Is, NoneOf: IsNot, IncludesAll: IncludesAny}[r.Operator]; ok && len(r.Values) == 1 {
		r.Operator = single
	}
	return r
}

// join makes one row of two neighbors in a group, where one row says the same.
func join(anyOf bool, a, b Row) (Row, bool) {
	if a.Fact != b.Fact {
		return Row{}, false
	}
	if len(a.Values) == 0 || len(b.Values) == 0 { // one that is not filled in yet stays by itself
		return Row{}, false
	}
	all := func(r Row) bool { return r.Operator == IncludesAll || r.Operator == IncludesAny && len(r.Values) == 1 }
	both := Row{Fact: a.Fact, Values: slices.Concat(a.Values, b.Values)}
	switch {
	case anyOf && a.Operator == IncludesAny && b.Operator == IncludesAny:
		both.Operator = IncludesAny
	case anyOf:
		return Row{}, false
	case a.Operator == AtLeast && b.Operator == AtMost && between(both.Values[0], both.Values[1]):
		both.Operator = Between
	case a.Operator == IncludesNone && b.Operator == IncludesNone:
		both.Operator = IncludesNone
	case all(a) && all(b):
		both.Operator = IncludesAll
	default:
		return Row{}, false
	}
	return normalRow(both), true
}

// The marks of blanks that say which row they belong to.
const (
	blankBetween = Blank + "between"
	blankAll     = Blank + "all"
)

// between tells whether two neighbors are the ends of one range: in order, or marked so.
func between(low, high string) bool {
	marked := low == blankBetween || high == blankBetween
	return marked || low != "" && high != "" && ordered(low, high)
}

// Depth counts the groups that stand inside each other below the outermost one.
func Depth(t Tree) int {
	deepest := 0
	for _, n := range t.Nodes {
		if n.Group != nil {
			deepest = max(deepest, 1+Depth(*n.Group))
		}
	}
	return deepest
}

// Path names a node by its places from the outermost group on, counting from 0.
type Path []int

// Rows visits every row in order with its path. The path is the visitor's to keep.
func Rows(t Tree, visit func(Path, Row)) {
	var walk func(g Group, at Path)
	walk = func(g Group, at Path) {
		for i, n := range g.Nodes {
			here := append(slices.Clone(at), i)
			if n.Group != nil {
				walk(*n.Group, here)
			} else {
				visit(here, n.Row)
			}
		}
	}
	walk(t, nil)
}
