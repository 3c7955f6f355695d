// Package rule is the language of criteria: CEL over the facts of a vocabulary, checked when compiled and evaluated in Kleene
// logic over known, unknown and interval values.
//
// CEL parses and type-checks an expression; fact ids, values of enums and sectors are checked here, since CEL would let
// sector == 'watr' pass as a plain "no" forever. Common shapes run as Go closures; a part that they do not cover (functions of
// strings, arithmetic, exists and the like) is left to the CEL engine with partial evaluation, in which absent facts and intervals
// are unknown attributes. A comparison with an interval is decided only when the whole interval agrees; ==, != and in need one
// point. An engine error is unknown and kept in [State].Failure.
//
// Variables are fact ids: bool; int for int and money_usd; double for decimal; list(string) for set and list; string for all
// others. runs("electric") is true when the operator's sector is it or its additional sectors hold it.
//
// A [State] is one profile with its derived facts. A [Language] and its expressions are safe for concurrent use; a State belongs
// to one goroutine.
package rule

import (
	"fmt"
	"sync"

	"cel.dev/cel-go/cel"

	"accessdesk/eligibility/fact"
)

// Language compiles expressions over one vocabulary and keeps what it compiled.
type Language struct {
	facts       *fact.Vocabulary
	sector      int // place of the fact sector
	additional  int // place of the fact additional_sectors
	environment *cel.Env
	derivations []derivation // in an order in which inputs come first
	derivedBy   []int        // by place of a fact: its place in derivations, or -1
	every       []int        // all derivations, for Crowd.Known
	followers   [][]int      // by place of a fact: the derivations to work out again when it changes
	choices     []map[string]int
	fixed       store // of derived values; their codes are below zero

	mutex    sync.RWMutex
	compiled map[string]*Expression // by text
}

// New makes the language of a vocabulary and compiles its derived facts.
func New(facts *fact.Vocabulary) (*Language, error) {
	l := &Language{facts: facts}
	l.sector, _ = facts.Index(fact.Sector)
	l.additional, _ = facts.Index(fact.AdditionalSectors)
	l.indexChoices()
	var err error
	if l.environment, err = l.newEnvironment(); err != nil {
		return nil, err
	}
	if err := l.addDerivations(); err != nil {
		return nil, fmt.Errorf("derived facts: %w", err)
	}
	return l, nil
}

// Error is an expression that cannot be used, with the place of the mistake.
type Error struct {
	Line    int // from 1; 0 = the expression as a whole
	Column  int // from 1
	Message string
	Code    Code     // which mistake it is
	Args    []string // names and values that fill in the words of the code
}

// Error names the place and the mistake.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// Expression is one compiled expression.
type Expression struct {
	root        node
	facts       []int
	comparisons []Comparison
	checked     *cel.Ast // nil for a sector list
}

// Undecided is the expression that no answer settles: it reads nothing and stays Unknown.
func Undecided() *Expression {
	return &Expression{root: node{eval: func(*State) Truth { return Unknown }, trace: func(*State, *Trail) {}}}
}

// Comparison is one place where an expression reads a number.
type Comparison struct {
	Fact     int    // place in the vocabulary
	Operator string // fact OPERATOR number: <, <=, > or >=; "" = in another way than by an order operator with a constant
	Number   float64
}

// Eval decides the expression.
func (e *Expression) Eval(s *State) Truth { return e.root.eval(s) }

// Closure is Eval as a function, for who decides the same expressions for many states.
func (e *Expression) Closure() func(*State) Truth { return e.root.eval }

// Trace says which facts decided the expression, or keep it unknown.
func (e *Expression) Trace(s *State) Trail {
	var t Trail
	e.root.trace(s, &t)
	return t
}

// Facts lists the places of the facts it reads, in order of appearance. The slice must not be changed.
func (e *Expression) Facts() []int { return e.facts }

// Comparisons lists how it reads numbers, in order of appearance. The slice must not be changed.
func (e *Expression) Comparisons() []Comparison { return e.comparisons }

// compiledLimit bounds what is kept compiled; a rule editor compiles every keystroke's text.
const compiledLimit = 4096

// Expression compiles a text, or takes it from what was compiled before. Mistakes are *Error.
func (l *Language) Expression(text string) (*Expression, error) {
	l.mutex.RLock()
	known := l.compiled[text]
	l.mutex.RUnlock()
	if known != nil {
		return known, nil
	}
	fresh, problem := l.translate(text)
	if problem != nil {
		return nil, problem
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if known := l.compiled[text]; known != nil {
		return known, nil
	}
	if l.compiled == nil || len(l.compiled) >= compiledLimit {
		l.compiled = map[string]*Expression{}
	}
	l.compiled[text] = fresh
	return fresh, nil
}
