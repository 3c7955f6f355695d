package rule

import (
	"slices"

	"accessdesk/eligibility/fact"
)

// node is one compiled boolean expression. eval decides it; trace walks only the branches that made the result what it is, so
// that a false branch beside an unanswered one neither asks nor blames the wrong fact.
type node struct {
	eval  func(*State) Truth
	trace func(*State, *Trail)
}

// leaf is a node that reads the given facts and has no parts.
func leaf(eval func(*State) Truth, facts ...int) node {
	return node{eval: eval, trace: func(s *State, t *Trail) {
		undecided := eval(s) == Unknown
		for _, place := range facts {
			switch {
			case !undecided:
				t.Decisive.Add(place)
			case !s.values[place].Resolved():
				t.Pending.Add(place)
			}
		}
	}}
}

func constant(value Truth) node {
	return node{eval: func(*State) Truth { return value }, trace: func(*State, *Trail) {}}
}

func not(operand node) node {
	return node{eval: func(s *State) Truth { return True - operand.eval(s) }, trace: operand.trace}
}

// allOf is the conjunction (stop = False) and anyOf the disjunction (stop = True) of its operands.
func allOf(operands []node) node { return junction(operands, False, True) }
func anyOf(operands []node) node { return junction(operands, True, False) }

func junction(operands []node, stop, neutral Truth) node {
	if len(operands) == 1 {
		return operands[0]
	}
	eval := func(s *State) Truth {
		result := neutral
		for i := range operands {
			switch operands[i].eval(s) {
			case stop:
				return stop
			case Unknown:
				result = Unknown
			}
		}
		return result
	}
	trace := func(s *State, t *Trail) {
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
	branch := func(s *State) node {
		switch condition.eval(s) {
		case True:
			return yes
		case False:
			return no
		}
		return constant(Unknown)
	}
	return node{
		eval: func(s *State) Truth { return branch(s).eval(s) },
		trace: func(s *State, t *Trail) {
			taken := branch(s)
			if condition.eval(s) == Unknown || taken.eval(s) != Unknown {
				condition.trace(s, t)
			}
			taken.trace(s, t)
		},
	}
}

// flagNode reads a bool fact.
func flagNode(place int) node {
	return leaf(func(s *State) Truth {
		flag, known := s.values[place].Bool()
		if !known {
			return Unknown
		}
		return truthOf(flag)
	}, place)
}

// The order operators, as CEL spells them.
const (
	less         = "<"
	lessEqual    = "<="
	greater      = ">"
	greaterEqual = ">="
)

// order compares two numbers of which intervals are known: decided when every pair of points agrees.
func order(operator string, a, b fact.Interval) Truth {
	switch operator {
	case greater:
		return order(less, b, a)
	case greaterEqual:
		return order(lessEqual, b, a)
	case less:
		if allBelow(a, b) {
			return True
		}
		return orFalse(b.High <= a.Low)
	}
	if a.High <= b.Low {
		return True
	}
	return orFalse(allBelow(b, a))
}

func allBelow(a, b fact.Interval) bool {
	return a.High < b.Low || a.High == b.Low && (a.HighOpen || b.LowOpen)
}

func orFalse(certain bool) Truth {
	if certain {
		return False
	}
	return Unknown
}

// operand is one side of a comparison: a fact, or a constant when fact is negative.
type operand struct {
	fact  int
	fixed fact.Value
}

func (o *operand) value(s *State) *fact.Value {
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
	return leaf(func(s *State) Truth {
		a, b := left.value(s), right.value(s)
		if spanA, ok := a.Interval(); ok {
			if spanB, ok := b.Interval(); ok {
				return order(operator, spanA, spanB)
			}
			return Unknown
		}
		textA, okA := a.Text()
		textB, okB := b.Text()
		if !okA || !okB {
			return Unknown
		}
		return truthOf(orderText(operator, textA, textB))
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
	return leaf(func(s *State) Truth {
		a, b := left.value(s), right.value(s)
		if !a.Resolved() || !b.Resolved() {
			return Unknown
		}
		return truthOf(a.Equal(*b))
	}, facts...)
}

// oneOf is `element in [constants]`.
func oneOf(element operand, constants []fact.Value) node {
	return leaf(func(s *State) Truth {
		value := element.value(s)
		if !value.Resolved() {
			return Unknown
		}
		return truthOf(slices.ContainsFunc(constants, value.Equal))
	}, element.facts()...)
}

// member is `element in set_fact`.
func member(element operand, set int) node {
	return leaf(func(s *State) Truth {
		value, items := element.value(s), &s.values[set]
		text, ok := value.Text()
		if !ok || !items.Resolved() {
			return Unknown
		}
		return truthOf(items.Has(text))
	}, append(element.facts(), set)...)
}
