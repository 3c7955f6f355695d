package eligibility

import (
	"math/bits"
	"slices"
)

// truth is a Kleene truth value. The order makes "and" the minimum and "or" the maximum.
type truth int8

const (
	isFalse truth = iota
	isUnknown
	isTrue
)

func truthOf(flag bool) truth {
	if flag {
		return isTrue
	}
	return isFalse
}

// maxFacts bounds a vocabulary so that a set of facts fits into four words.
const maxFacts = 256

// factSet is a set of fact indexes.
type factSet [maxFacts / 64]uint64

func (f *factSet) add(fact int)      { f[fact/64] |= 1 << (fact % 64) }
func (f *factSet) has(fact int) bool { return f[fact/64]&(1<<(fact%64)) != 0 }
func (f *factSet) empty() bool       { return *f == factSet{} }

func (f *factSet) merge(other factSet) {
	for i := range f {
		f[i] |= other[i]
	}
}

// list gives the fact indexes in ascending order, which is the order of the file.
func (f *factSet) list() []int {
	var facts []int
	for i, word := range f {
		for ; word != 0; word &= word - 1 {
			facts = append(facts, i*64+bits.TrailingZeros64(word))
		}
	}
	return facts
}

// trail collects why an evaluation ended as it did: the facts that decided it, or those that keep it unknown.
type trail struct {
	decisive factSet
	pending  factSet
}

// node is one compiled boolean expression. eval decides it; trace walks only the branches that made the result what it is, so
// that a false branch beside an unanswered one neither asks nor blames the wrong fact.
type node struct {
	eval  func(*state) truth
	trace func(*state, *trail)
}

// leaf is a node that reads the given facts and has no parts.
func leaf(eval func(*state) truth, facts ...int) node {
	return node{eval: eval, trace: func(s *state, t *trail) {
		undecided := eval(s) == isUnknown
		for _, fact := range facts {
			switch {
			case !undecided:
				t.decisive.add(fact)
			case !s.values[fact].resolved():
				t.pending.add(fact)
			}
		}
	}}
}

func constant(value truth) node {
	return node{eval: func(*state) truth { return value }, trace: func(*state, *trail) {}}
}

func not(operand node) node {
	return node{eval: func(s *state) truth { return isTrue - operand.eval(s) }, trace: operand.trace}
}

// allOf is the conjunction (stop = isFalse) and anyOf the disjunction (stop = isTrue) of its operands.
func allOf(operands []node) node { return junction(operands, isFalse, isTrue) }
func anyOf(operands []node) node { return junction(operands, isTrue, isFalse) }

func junction(operands []node, stop, neutral truth) node {
	if len(operands) == 1 {
		return operands[0]
	}
	eval := func(s *state) truth {
		result := neutral
		for i := range operands {
			switch operands[i].eval(s) {
			case stop:
				return stop
			case isUnknown:
				result = isUnknown
			}
		}
		return result
	}
	trace := func(s *state, t *trail) {
		result := eval(s)
		for i := range operands {
			if operands[i].eval(s) == result {
				operands[i].trace(s, t)
			}
		}
	}
	return node{eval: eval, trace: trace}
}

// choice is condition ? yes : no; an unknown condition leaves it unknown, as in CEL.
func choice(condition, yes, no node) node {
	branch := func(s *state) node {
		switch condition.eval(s) {
		case isTrue:
			return yes
		case isFalse:
			return no
		}
		return constant(isUnknown)
	}
	return node{
		eval: func(s *state) truth { return branch(s).eval(s) },
		trace: func(s *state, t *trail) {
			taken := branch(s)
			if condition.eval(s) == isUnknown || taken.eval(s) != isUnknown {
				condition.trace(s, t)
			}
			taken.trace(s, t)
		},
	}
}

// flagNode reads a bool fact.
func flagNode(fact int) node {
	return leaf(func(s *state) truth {
		value := &s.values[fact]
		if value.kind != kindBool {
			return isUnknown
		}
		return truthOf(value.flag)
	}, fact)
}

// The order operators, as CEL spells them.
const (
	less         = "<"
	lessEqual    = "<="
	greater      = ">"
	greaterEqual = ">="
)

// order compares two numbers of which intervals are known: decided when every pair of points agrees.
func order(operator string, a, b Interval) truth {
	switch operator {
	case greater:
		return order(less, b, a)
	case greaterEqual:
		return order(lessEqual, b, a)
	case less:
		if allBelow(a, b) {
			return isTrue
		}
		return orFalse(b.High <= a.Low)
	}
	if a.High <= b.Low {
		return isTrue
	}
	return orFalse(allBelow(b, a))
}

func allBelow(a, b Interval) bool {
	return a.High < b.Low || a.High == b.Low && (a.HighOpen || b.LowOpen)
}

func orFalse(certain bool) truth {
	if certain {
		return isFalse
	}
	return isUnknown
}

// operand is one side of a comparison: a fact, or a constant when fact is negative.
type operand struct {
	fact  int
	fixed Value
}

func (o *operand) value(s *state) *Value {
	if o.fact < 0 {
		return &o.fixed
	}
	return &s.values[o.fact]
}

func (o *operand) facts() []int {
	if o.fact < 0 {
		return nil
	}
	return []int{o.fact}
}

// comparison is an order comparison of two operands of one kind; the checker has seen to that.
func comparison(operator string, left, right operand) node {
	facts := append(left.facts(), right.facts()...)
	return leaf(func(s *state) truth {
		a, b := left.value(s), right.value(s)
		switch {
		case a.kind == kindNumber && b.kind == kindNumber:
			return order(operator, a.span, b.span)
		case a.kind == kindText && b.kind == kindText:
			return truthOf(orderText(operator, a.text, b.text))
		}
		return isUnknown
	}, facts...)
}

func orderText(operator, a, b string) bool {
	switch operator {
	case less:
		return a < b
	case lessEqual:
		return a <= b
	case greater:
		return a > b
	}
	return a >= b
}

// equality is == of two operands; on an interval it is unknown unless the interval is one point.
func equality(left, right operand) node {
	facts := append(left.facts(), right.facts()...)
	return leaf(func(s *state) truth {
		a, b := left.value(s), right.value(s)
		if !a.resolved() || !b.resolved() {
			return isUnknown
		}
		return truthOf(a.kind == b.kind && a.flag == b.flag && a.text == b.text && a.span == b.span)
	}, facts...)
}

// oneOf is `element in [constants]`.
func oneOf(element operand, constants []Value) node {
	return leaf(func(s *state) truth {
		value := element.value(s)
		if !value.resolved() {
			return isUnknown
		}
		return truthOf(slices.ContainsFunc(constants, value.Equal))
	}, element.facts()...)
}

// member is `element in set_fact`.
func member(element operand, set int) node {
	return leaf(func(s *state) truth {
		value, items := element.value(s), &s.values[set]
		if !value.resolved() || !items.resolved() {
			return isUnknown
		}
		return truthOf(slices.Contains(items.items, value.text))
	}, append(element.facts(), set)...)
}

// runsNode is runs("electric"): the operator's main sector is it, or the other sectors hold it.
func (v *Vocabulary) runsNode(sector string) node {
	eval := func(s *state) truth { return s.runs(sector) }
	trace := func(s *state, t *trail) {
		main, more := &s.values[v.sector], &s.values[v.additional]
		switch eval(s) {
		case isTrue:
			if main.text != sector && more.Has(sector) {
				t.decisive.add(v.additional)
				return
			}
			t.decisive.add(v.sector)
		case isFalse:
			t.decisive.add(v.sector)
			t.decisive.add(v.additional)
		default:
			if main.kind == kindUnknown {
				t.pending.add(v.sector)
			}
		}
	}
	return node{eval: eval, trace: trace}
}

// runs decides runs(sector) for one named sector.
func (s *state) runs(sector string) truth {
	main, more := &s.values[s.vocabulary.sector], &s.values[s.vocabulary.additional]
	switch {
	case main.kind == kindText && main.text == sector, more.Has(sector):
		return isTrue
	case main.kind == kindUnknown:
		return isUnknown
	}
	return isFalse
}
