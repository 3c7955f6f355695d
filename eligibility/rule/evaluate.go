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
			case !s.cells[place].resolved():
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
		c := &s.cells[place]
		if c.kind != kindFlag {
			return Unknown
		}
		return Truth(c.code)
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

func (o *operand) facts() []int {
	if o.fact < 0 {
		return nil
	}
	return []int{o.fact}
}

func (o *operand) interval(s *State) (fact.Interval, bool) {
	if o.fact < 0 {
		return o.fixed.Interval()
	}
	c := &s.cells[o.fact]
	return c.interval(), c.kind == kindNumber
}

func (o *operand) text(s *State) (string, bool) {
	if o.fact < 0 {
		return o.fixed.Text()
	}
	return s.textOf(o.fact)
}

// comparison is an order comparison of two operands of one kind; the checker has seen to that.
func comparison(operator string, left, right operand) node {
	if left.fact < 0 {
		left, right, operator = right, left, mirrored[operator]
	}
	if limit, ok := right.fixed.Number(); ok && right.fact < 0 && left.fact >= 0 {
		return leaf(threshold(operator, left.fact, limit), left.fact)
	}
	facts := append(left.facts(), right.facts()...)
	return leaf(func(s *State) Truth {
		if spanA, ok := left.interval(s); ok {
			if spanB, ok := right.interval(s); ok {
				return order(operator, spanA, spanB)
			}
			return Unknown
		}
		textA, okA := left.text(s)
		textB, okB := right.text(s)
		if !okA || !okB {
			return Unknown
		}
		return truthOf(orderText(operator, textA, textB))
	}, facts...)
}

// threshold is the usual comparison: a number with a constant. Operators lie on both sides of a threshold in no order that a
// processor could guess, so the answer is computed and not branched to.
func threshold(operator string, place int, limit float64) func(*State) Truth {
	lower := Truth(1) // what the lower side adds to Unknown; the upper side takes it away
	if operator == greater || operator == greaterEqual {
		lower = -1
	}
	if operator == less || operator == greaterEqual { // the limit itself belongs to the upper side
		return func(s *State) Truth {
			c := &s.cells[place]
			if c.kind != kindNumber {
				return Unknown
			}
			below := one(c.high < limit) | one(c.high == limit)&Truth(c.open>>1) // highOpen
			return Unknown + lower*(below-one(c.low >= limit))
		}
	}
	return func(s *State) Truth {
		c := &s.cells[place]
		if c.kind != kindNumber {
			return Unknown
		}
		above := one(c.low > limit) | one(c.low == limit)&Truth(c.open&lowOpen)
		return Unknown + lower*(one(c.high <= limit)-above)
	}
}

// one is 1 for true, without a branch.
func one(condition bool) Truth {
	if condition {
		return 1
	}
	return 0
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

// same tells whether a resolved cell is a constant.
func (s *State) same(c *cell, constant *fact.Value) bool {
	switch c.kind {
	case kindFlag:
		yes, ok := constant.Bool()
		return ok && truthOf(yes) == Truth(c.code)
	case kindNumber:
		value, ok := constant.Number()
		return ok && value == c.low
	case kindChoice, kindText:
		said, _ := s.textOf(int(c.place))
		value, ok := constant.Text()
		return ok && value == said
	}
	return false
}

// equality is == of two operands; on an interval it is unknown unless the interval is one point.
func equality(l *Language, left, right operand) node {
	if left.fact < 0 {
		left, right = right, left
	}
	if left.fact < 0 {
		return constant(truthOf(left.fixed.Equal(right.fixed)))
	}
	if right.fact < 0 {
		return oneOf(l, left, []fact.Value{right.fixed})
	}
	return leaf(func(s *State) Truth {
		a, b := &s.cells[left.fact], &s.cells[right.fact]
		if !a.resolved() || !b.resolved() {
			return Unknown
		}
		textA, okA := s.textOf(left.fact)
		textB, okB := s.textOf(right.fact)
		switch {
		case okA || okB:
			return truthOf(okA && okB && textA == textB)
		case a.kind != b.kind:
			return False
		case a.kind == kindNumber:
			return truthOf(a.low == b.low)
		}
		return truthOf(a.code == b.code)
	}, left.fact, right.fact)
}

// oneOf is `element in [constants]`.
func oneOf(l *Language, element operand, constants []fact.Value) node {
	if element.fact < 0 {
		return constant(truthOf(slices.ContainsFunc(constants, element.fixed.Equal)))
	}
	place := element.fact
	mask := uint64(0)
	for _, value := range constants {
		if said, ok := value.Text(); ok {
			mask |= l.maskOfKnown(place, []string{said})
		}
	}
	return leaf(func(s *State) Truth {
		c := &s.cells[place]
		switch {
		case c.kind == kindChoice && c.code < maskable:
			return Truth(mask>>c.code&1) << 1 // False or True
		case !c.resolved():
			return Unknown
		}
		return truthOf(slices.ContainsFunc(constants, func(value fact.Value) bool { return s.same(c, &value) }))
	}, place)
}

// member is `element in set_fact`.
func member(l *Language, element operand, set int) node {
	eval := func(s *State) Truth {
		item, ok := element.text(s)
		if !ok || !s.cells[set].resolved() {
			return Unknown
		}
		return truthOf(s.has(set, item))
	}
	if item, ok := element.fixed.Text(); ok && element.fact < 0 {
		mask, slow := l.maskOfKnown(set, []string{item}), eval
		eval = func(s *State) Truth {
			if c := &s.cells[set]; c.kind == kindChoices {
				return truthOf(c.mask()&mask != 0)
			}
			return slow(s)
		}
	}
	return leaf(eval, append(element.facts(), set)...)
}
