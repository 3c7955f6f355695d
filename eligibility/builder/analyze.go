package builder

import (
	"cmp"
	"slices"

	"accessdesk/eligibility"
	"accessdesk/eligibility/fact"
	"accessdesk/eligibility/rule"
)

// Kind is what a finding is about; it is also the key of its words.
type Kind string

// The kinds of findings. The first three are mistakes: nobody could ever be eligible.
const (
	RulesNever       Kind = "rules_never"       // no one meets all rules
	CriterionNever   Kind = "criterion_never"   // no one meets this rule
	RowNever         Kind = "row_never"         // no one meets this row; a mistake only where the whole rule falls with it
	RowAlways        Kind = "row_always"        // everyone meets this row
	CriterionAlways  Kind = "criterion_always"  // everyone meets this rule
	RowCovered       Kind = "row_covered"       // another row of the group says it already
	RowIdle          Kind = "row_idle"          // without this row the rule decides the same
	CriterionCovered Kind = "criterion_covered" // whoever meets another rule meets this one
	QuestionNever    Kind = "question_never"    // an own question that is never asked
	Unchecked        Kind = "unchecked"         // too much to look through
)

// Mistake tells whether an offering with such a finding can reach nobody.
func (k Kind) Mistake() bool { return k == RulesNever || k == CriterionNever }

// Finding is one thing that cannot be meant, or says nothing.
type Finding struct {
	Kind      Kind
	Criterion string // "" for all rules together and for questions
	Path      Path   // of the row or group in the criterion; nil for the whole
	Question  string
	Text      fact.Text // what was found, and how to mend it
}

// Condition is the condition of a question of the offering's own form.
type Condition struct {
	Question   string
	Label      fact.Text
	Exprs      []string // over facts; all must hold
	Reads      []string // earlier questions whose answers it reads
	Impossible bool     // what it asks of earlier answers cannot be
}

// Analyze looks through the rules of one offering and the conditions of its own questions. Criteria that do not compile are left
// out, and then nothing is said of the rules as a whole.
func Analyze(v *eligibility.Vocabulary, rules eligibility.Rules, conditions []Condition) []Finding {
	a := &analysis{solver: newSolver(v)}
	whole := a.addAll(rules)
	for i := range a.criteria {
		if a.criteria[i].id != eligibility.GateID {
			a.criterion(&a.criteria[i])
		}
	}
	if whole {
		a.together()
		a.covered()
		a.questions(conditions)
	}
	a.tell()
	return a.findings
}

// Contradictions finds only the mistakes: criteria that nobody meets, or all of them together.
func Contradictions(v *eligibility.Vocabulary, rules eligibility.Rules) []Finding {
	a := &analysis{solver: newSolver(v)}
	whole := a.addAll(rules)
	for i := range a.criteria {
		if c := &a.criteria[i]; c.id != eligibility.GateID && a.can(c.source) == none {
			c.never = true
			a.find(a.clash(c))
		}
	}
	if whole {
		a.together()
	}
	return a.findings
}

type analysis struct {
	*solver
	criteria []judged
	findings []Finding
	missed   []string // what was not checked, by criterion; "" the rules together
}

// judged is one criterion with what was found of it.
type judged struct {
	source
	id           string
	title        fact.Text
	never, alway bool
}

// addAll adds the sector list and every criterion that compiles; false when one does not.
func (a *analysis) addAll(rules eligibility.Rules) bool {
	whole := a.gate(rules)
	for _, c := range rules.Criteria {
		whole = a.add(c) && whole
	}
	return whole
}

// gate adds the sector list; false when it does not compile.
func (a *analysis) gate(rules eligibility.Rules) bool {
	if slices.Equal(rules.Sectors, []string{eligibility.AnySector}) {
		return true
	}
	expression, err := a.language.SectorList(rules.Sectors)
	if err != nil || len(rules.Sectors) == 0 {
		return false
	}
	a.criteria = append(a.criteria, judged{id: eligibility.GateID, title: words("gate"), source: source{expression: expression, sectors: rules.Sectors}})
	return true
}

func (a *analysis) add(c eligibility.Criterion) bool {
	one, ok := a.compile(c.Expr)
	if !ok {
		return false
	}
	title := fact.Text{En: cmp.Or(c.Title.En, c.Title.Es, c.ID), Es: cmp.Or(c.Title.Es, c.Title.En, c.ID)}
	a.criteria = append(a.criteria, judged{id: c.ID, title: title, source: one})
	return true
}

func (a *analysis) compile(expr string) (source, bool) {
	expression, err := a.language.Expression(expr)
	if err != nil {
		return source{}, false
	}
	one := source{expression: expression}
	if tree, ok := Parse(a.vocabulary.Vocabulary, expr); ok {
		one.tree = &tree
	}
	return one, true
}

// row compiles one node of a criterion.
func (a *analysis) node(n Node) source {
	one, _ := a.compile(Write(a.vocabulary.Vocabulary, Tree{Nodes: []Node{n}}))
	return one
}

func (a *analysis) find(f Finding) { a.findings = append(a.findings, f) }

func (a *analysis) miss(criterion string) {
	if !slices.Contains(a.missed, criterion) {
		a.missed = append(a.missed, criterion)
	}
}

// can tells whether anybody meets all of these; what cannot be known of somebody counts as met.
func (a *analysis) can(sources ...source) answer {
	return a.exists(func(s *rule.State) rule.Truth {
		all := rule.True
		for _, one := range sources {
			all = min(all, one.expression.Eval(s))
		}
		return all
	}, none, sources...)
}

// fails tells whether anybody does not meet this, or may not.
func (a *analysis) fails(one source) answer {
	return a.exists(func(s *rule.State) rule.Truth { return rule.True - one.expression.Eval(s) }, some, one)
}

// without tells whether anybody meets the first and not the second.
func (a *analysis) without(first, second source) answer {
	return a.exists(func(s *rule.State) rule.Truth {
		return min(first.expression.Eval(s), rule.True-second.expression.Eval(s))
	}, some, first, second)
}

// differs tells whether anybody is decided differently by the two.
func (a *analysis) differs(first, second source) answer {
	return a.exists(func(s *rule.State) rule.Truth {
		one, other := first.expression.Eval(s), second.expression.Eval(s)
		switch {
		case one == rule.Unknown || other == rule.Unknown:
			return rule.Unknown
		case one == other:
			return rule.False
		}
		return rule.True
	}, some, first, second)
}

// criterion looks at one criterion alone.
func (a *analysis) criterion(c *judged) {
	switch a.can(c.source) {
	case none:
		c.never = true
		a.find(a.clash(c))
	case unchecked:
		a.miss(c.id)
		return
	}
	everyone := c.tree != nil && len(c.tree.Nodes) == 0 // "open to anyone" is meant so
	if !c.never && !everyone {
		switch a.fails(c.source) {
		case none:
			c.alway = true
			a.find(Finding{Kind: CriterionAlways, Criterion: c.id, Text: words(string(CriterionAlways), "rule", c.title)})
		case unchecked:
			a.miss(c.id)
		}
	}
	if c.tree == nil || everyone {
		return
	}
	said := a.single(c)
	if !c.never && !c.alway {
		a.spare(c, said)
	}
}

// clash words why nobody meets a criterion: two of its nodes exclude each other, where that is so.
func (a *analysis) clash(c *judged) Finding {
	found := Finding{Kind: CriterionNever, Criterion: c.id, Text: words(string(CriterionNever), "rule", c.title)}
	if c.tree == nil || c.tree.Any {
		return found
	}
	compiled := make([]source, len(c.tree.Nodes))
	for i, n := range c.tree.Nodes {
		compiled[i] = a.node(n)
		if a.can(compiled[i]) == none {
			return found // it is named by itself
		}
	}
	for second := range compiled {
		for first := range second {
			if a.can(compiled[first], compiled[second]) == none {
				found.Path = Path{second}
				found.Text = words("criterion_clash", "rule", c.title, "row", a.sentence(c.tree.Nodes[first]), "other", a.sentence(c.tree.Nodes[second]))
				return found
			}
		}
	}
	return found
}

// single looks at each row and group alone, and says of which it has found something.
func (a *analysis) single(c *judged) []Path {
	var said []Path
	for _, path := range nodes(*c.tree) {
		if slices.ContainsFunc(said, func(known Path) bool { return begins(path, known) }) {
			continue
		}
		node, _ := c.tree.at(path)
		one := a.node(node)
		kind := Kind("")
		if a.can(one) == none {
			kind = RowNever
		} else if a.fails(one) == none {
			kind = RowAlways
		}
		if kind != "" {
			said = append(said, path)
			a.find(Finding{Kind: kind, Criterion: c.id, Path: path, Text: words(string(kind), "row", a.sentence(node))})
		}
	}
	return said
}

// nodes lists the paths of all rows and groups, each group before what it holds.
func nodes(t Tree) []Path {
	var all []Path
	var walk func(g Group, at Path)
	walk = func(g Group, at Path) {
		for i, n := range g.Nodes {
			here := append(slices.Clone(at), i)
			all = append(all, here)
			if n.Group != nil {
				walk(*n.Group, here)
			}
		}
	}
	walk(t, nil)
	return all
}

// spare finds the rows and groups without which the criterion decides the same, the last first, so that of two that say the same the
// later one is named.
func (a *analysis) spare(c *judged, said []Path) {
	rest := *c.tree // what is left, without what was found; removing from behind keeps the paths before it
	for _, path := range slices.Backward(nodes(*c.tree)) {
		if slices.ContainsFunc(said, func(known Path) bool { return begins(known, path) || begins(path, known) }) {
			continue
		}
		shorter := rest.without(path)
		found := a.same(rest, shorter)
		if found == none && len(said) > 0 {
			found = a.same(*c.tree, c.tree.without(path)) // true of the rule as it stands, too
		}
		switch found {
		case none:
			said = append(said, path)
			a.find(a.idle(c.id, rest, path))
			rest = shorter
		case unchecked:
			a.miss(c.id)
			return
		}
	}
}

// same tells whether somebody is decided differently by two trees.
func (a *analysis) same(one, other Tree) answer {
	first, ok := a.compile(Write(a.vocabulary.Vocabulary, one))
	second, also := a.compile(Write(a.vocabulary.Vocabulary, other))
	if !ok || !also {
		return unchecked
	}
	return a.differs(first, second)
}

func begins(path, head Path) bool {
	return len(path) >= len(head) && slices.Equal(path[:len(head)], head)
}

// idle words a row or group that changes nothing: which other one of its group says it already, if one does alone.
func (a *analysis) idle(criterion string, in Tree, path Path) Finding {
	node, _ := in.at(path)
	parent, _ := in.at(path[:len(path)-1])
	found := Finding{Kind: RowIdle, Criterion: criterion, Path: path, Text: words(string(RowIdle), "row", a.sentence(node))}
	this := a.node(node)
	for i, other := range parent.Group.Nodes {
		if i == path[len(path)-1] {
			continue
		}
		that := a.node(other)
		first, second := that, this // all: whoever meets the other meets this
		if parent.Group.Any {
			first, second = this, that
		}
		if a.without(first, second) == none {
			found.Kind = RowCovered
			found.Text = words(string(RowCovered), "row", a.sentence(node), "other", a.sentence(other))
			return found
		}
	}
	return found
}

// sentence gives a node in both languages.
func (a *analysis) sentence(n Node) fact.Text {
	return fact.Text{En: sentence(a.vocabulary.Vocabulary, n, "en", 0), Es: sentence(a.vocabulary.Vocabulary, n, "es", 0)}
}

// together looks whether anybody meets all rules, and names the fewest that exclude each other.
func (a *analysis) together() {
	if slices.ContainsFunc(a.criteria, func(c judged) bool { return c.never }) || len(a.criteria) < 2 {
		return // said already
	}
	var all []source
	var places []int
	for i := range a.criteria {
		all, places = append(all, a.criteria[i].source), append(places, i)
	}
	switch a.can(all...) {
	case unchecked:
		a.miss("")
		return
	case some:
		return
	}
	fewest := places
	for size := 2; size < len(places) && len(fewest) == len(places); size++ {
		rule.Subsets(places, size, func(chosen []int) bool {
			var sources []source
			for _, i := range chosen {
				sources = append(sources, a.criteria[i].source)
			}
			if a.can(sources...) == none {
				fewest = slices.Clone(chosen)
				return false
			}
			return a.left > 0
		})
	}
	var names []fact.Text
	for _, i := range fewest {
		names = append(names, a.criteria[i].title)
	}
	a.find(Finding{Kind: RulesNever, Text: words(string(RulesNever), "rules", joined(a.vocabulary.Vocabulary, "and", names))})
}

// covered finds criteria that another criterion or the sector list implies.
func (a *analysis) covered() {
	gone := map[int]bool{}
	for i := len(a.criteria) - 1; i >= 0; i-- {
		c := &a.criteria[i]
		if c.id == eligibility.GateID || c.never || c.alway || c.tree != nil && len(c.tree.Nodes) == 0 {
			continue
		}
		for j := range a.criteria {
			other := &a.criteria[j]
			if i == j || gone[j] || other.never {
				continue
			}
			if a.without(other.source, c.source) == none {
				gone[i] = true
				a.find(Finding{Kind: CriterionCovered, Criterion: c.id, Text: words(string(CriterionCovered), "rule", c.title, "other", other.title)})
				break
			}
		}
	}
}

// questions finds own questions that are never asked of anybody who meets the rules.
func (a *analysis) questions(conditions []Condition) {
	var all []source
	for i := range a.criteria {
		all = append(all, a.criteria[i].source)
	}
	gone := map[string]bool{}
	for _, c := range conditions {
		own, kind := []source{}, "question_alone"
		for _, expr := range c.Exprs {
			if one, ok := a.compile(expr); ok {
				own = append(own, one)
			}
		}
		never := c.Impossible || slices.ContainsFunc(c.Reads, func(id string) bool { return gone[id] })
		if !never && len(own) > 0 {
			found := a.can(own...)
			if found == some {
				kind = "question_rules"
				found = a.can(slices.Concat(own, all)...)
			}
			never = found == none
			if found == unchecked {
				a.miss("")
			}
		}
		if never {
			gone[c.Question] = true
			a.find(Finding{Kind: QuestionNever, Question: c.Question, Text: words(kind, "question", c.Label)})
		}
	}
}

// tell adds what was not checked, and puts the findings into the order of the criteria.
func (a *analysis) tell() {
	for _, id := range a.missed {
		text := words("unchecked_rules")
		if at := slices.IndexFunc(a.criteria, func(c judged) bool { return c.id == id }); at >= 0 && id != "" {
			text = words(string(Unchecked), "rule", a.criteria[at].title)
		}
		a.find(Finding{Kind: Unchecked, Criterion: id, Text: text})
	}
	order := func(f Finding) int {
		return slices.IndexFunc(a.criteria, func(c judged) bool { return c.id == f.Criterion })
	}
	slices.SortStableFunc(a.findings, func(x, y Finding) int {
		if by := order(x) - order(y); by != 0 {
			return by
		}
		return slices.Compare(x.Path, y.Path)
	})
}
