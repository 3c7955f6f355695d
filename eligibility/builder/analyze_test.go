package builder

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"accessdesk/eligibility"
	"accessdesk/eligibility/fact"
	"accessdesk/eligibility/rule"
)

// everybody is every operator that the drawn rules below can tell apart, and more, as far as nothing in it disagrees.
var everybody = sync.OnceValue(func() *eligibility.Crowd {
	v := vocabulary()
	crowd := v.NewCrowd()
	owners, _ := v.Fact("ownership_type")
	gas, _ := v.Fact("gas_ownership")
	for _, sector := range []string{"health", "gas", "electric", "other"} {
		for mask := range 4 {
			var more []string
			for i, other := range []string{"health", "gas"} {
				if mask>>i&1 == 1 {
					more = append(more, other)
				}
			}
			for _, owner := range owners.ValueNames() {
				for _, kind := range gas.ValueNames() {
					p := eligibility.Profile{"sector": eligibility.String(sector), "additional_sectors": eligibility.Set(more...), "ownership_type": eligibility.String(owner), "gas_ownership": eligibility.String(kind)}
					if _, disputes := v.Complete(p); len(disputes) > 0 {
						continue
					}
					for people := range 9 {
						for flag := range 2 {
							one := p.Clone()
							one["population_served"], one["has_ot"] = eligibility.Int(int64(people)), eligibility.Bool(flag == 1)
							crowd.Add(one)
						}
					}
				}
			}
		}
	}
	return crowd
})

func drawSmall(t *rapid.T, deep int) Group {
	g := Group{Any: rapid.Bool().Draw(t, "any")}
	for range rapid.IntRange(1, 3).Draw(t, "nodes") {
		if deep > 0 && rapid.IntRange(0, 2).Draw(t, "group") == 0 {
			inner := drawSmall(t, deep-1)
			g.Nodes = append(g.Nodes, Node{Group: &inner})
			continue
		}
		v := vocabulary().Vocabulary
		r := Row{Fact: rapid.SampledFrom([]fact.ID{Runs, "has_ot", "population_served", "ownership_type", "gas_ownership", "population_served"}).Draw(t, "fact")}
		shape, _ := ShapeOf(v, r.Fact)
		r.Operator = rapid.SampledFrom(Operators(shape)).Draw(t, "operator")
		values := map[fact.ID][]string{Runs: {"health", "gas"}, "population_served": {"0", "2", "5", "-1"}, "ownership_type": {"cooperative", "government_local", "nonprofit"},
			"gas_ownership": {"municipal", "cooperative", "other"}}[r.Fact]
		count := 1
		if r.Operator == Between {
			count = 2
		} else if Several(r.Operator) {
			count = rapid.IntRange(1, 3).Draw(t, "count")
		}
		for range count * len(values) / max(1, len(values)) {
			r.Values = append(r.Values, rapid.SampledFrom(values).Draw(t, "value"))
		}
		if r.Operator == Between && !ordered(r.Values[0], r.Values[1]) {
			slices.Reverse(r.Values)
		}
		g.Nodes = append(g.Nodes, Node{Row: r})
	}
	return g
}

// tried decides some rules for everybody, one criterion each, and tells whether any operator is as want says.
func tried(t fails, want func([]rule.Truth) bool, exprs ...string) bool {
	t.Helper()
	var rules eligibility.Rules
	rules.Slug, rules.Sectors, rules.Published = "example", []string{"any"}, true
	for i, expr := range exprs {
		rules.Criteria = append(rules.Criteria, eligibility.Criterion{ID: "c" + strconv.Itoa(i), Expr: expr})
	}
	r, err := vocabulary().Compile(rules)
	if err != nil {
		t.Fatalf("%v: %v", exprs, err)
	}
	judge := eligibility.NewJudge([]*eligibility.Ruleset{r})
	for at := range everybody().Len() {
		judge.Decide(everybody(), at)
		if want(judge.Truths(0)) {
			return true
		}
	}
	return false
}

func met(truths []rule.Truth) bool {
	return !slices.ContainsFunc(truths, func(t rule.Truth) bool { return t != rule.True })
}
func unmet(truths []rule.Truth) bool { return truths[0] != rule.True }

// What the solver says of one expression or two is what trying everybody says.
func TestSolverAgainstEverybody(t *testing.T) {
	v := vocabulary()
	rapid.Check(t, func(t *rapid.T) {
		first, second := Write(v.Vocabulary, drawSmall(t, 1)), Write(v.Vocabulary, drawSmall(t, 1))
		a := &analysis{solver: newSolver(v)}
		one, _ := a.compile(first)
		other, _ := a.compile(second)
		for name, c := range map[string]struct {
			got  answer
			want bool
		}{
			"met":     {a.can(one), tried(t, met, first)},
			"unmet":   {a.fails(one), tried(t, unmet, first)},
			"both":    {a.can(one, other), tried(t, met, first, second)},
			"without": {a.without(one, other), tried(t, func(r []rule.Truth) bool { return r[0] != rule.False && r[1] != rule.True }, first, second)},
			"differs": {a.differs(one, other), tried(t, func(r []rule.Truth) bool { return r[0] != r[1] }, first, second)},
		} {
			if c.got == unchecked || (c.got == some) != c.want {
				t.Fatalf("%s: the solver says %d, trying everybody %v:\n%s\n%s", name, c.got, c.want, first, second)
			}
		}
	})
}

// Every finding about a criterion is true, and none of these kinds is missed.
func TestFindingsAgainstEverybody(t *testing.T) {
	v := vocabulary()
	rapid.Check(t, func(t *rapid.T) {
		tree := Normal(drawSmall(t, 1))
		text := Write(v.Vocabulary, tree)
		findings := Analyze(v, eligibility.Rules{Slug: "example", Sectors: []string{"any"}, Published: true, Criteria: []eligibility.Criterion{{ID: "one", Expr: text}}}, nil)
		kinds := map[Kind]bool{}
		for _, f := range findings {
			kinds[f.Kind] = true
			if f.Text.En == "" || f.Text.Es == "" || strings.ContainsAny(f.Text.En+f.Text.Es, "{}") {
				t.Fatalf("a finding without words: %+v", f)
			}
			if f.Path == nil || f.Kind == CriterionNever {
				continue
			}
			node, ok := tree.at(f.Path)
			if !ok {
				t.Fatalf("no node at %v of %s", f.Path, text)
			}
			alone := Write(v.Vocabulary, Tree{Nodes: []Node{node}})
			switch f.Kind {
			case RowNever:
				if tried(t, met, alone) {
					t.Fatalf("somebody meets %s", alone)
				}
			case RowAlways:
				if tried(t, unmet, alone) {
					t.Fatalf("not everyone meets %s", alone)
				}
			case RowIdle, RowCovered:
				if shorter := Write(v.Vocabulary, tree.without(f.Path)); tried(t, func(r []rule.Truth) bool { return r[0] != r[1] }, text, shorter) {
					t.Fatalf("%s is not %s", shorter, text)
				}
			}
		}
		if never := !tried(t, met, text); kinds[CriterionNever] != never {
			t.Fatalf("no one meets %s: %v, found %v", text, never, findings)
		}
		if always := !tried(t, unmet, text); kinds[CriterionAlways] != (always && len(tree.Nodes) > 0) {
			t.Fatalf("everyone meets %s: %v, found %v", text, always, findings)
		}
	})
}

func kindsOf(t *testing.T, sectors string, exprs []string, conditions ...Condition) []string {
	t.Helper()
	rules := eligibility.Rules{Slug: "example", Sectors: strings.Fields(sectors), Published: true}
	for i, expr := range exprs {
		rules.Criteria = append(rules.Criteria, eligibility.Criterion{ID: "c" + strconv.Itoa(i+1), Expr: expr})
	}
	found := []string{}
	for _, f := range Analyze(vocabulary(), rules, conditions) {
		one := string(f.Kind)
		for _, part := range []string{f.Criterion, f.Question} {
			if part != "" {
				one += " " + part
			}
		}
		for _, place := range f.Path {
			one += "/" + strconv.Itoa(place)
		}
		found = append(found, one)
		t.Log(f.Text.En, "|", f.Text.Es)
	}
	return found
}

// Findings by example: what follows from other facts counts, and what cannot be looked through is said to be so.
func TestFindings(t *testing.T) {
	for _, c := range []struct {
		sectors string
		exprs   []string
		want    []string
	}{
		{"any", []string{`true`}, []string{}},
		{"any", []string{`meters >= 5 && meters <= 3`}, []string{"criterion_never c1/1"}},
		{"any", []string{`population_served >= 5`, `population_served < 5`}, []string{"rules_never"}},
		{"any", []string{`has_ot`, `population_served >= 5`, `population_served < 5 || meters > 7`, `meters < 3`}, []string{"rules_never"}},
		{"health", []string{`runs("health")`}, []string{"criterion_covered c1"}},
		{"health", []string{`runs("gas")`}, []string{}},
		{"health gas", []string{`runs("gas") || runs("health") || has_ot`}, []string{"criterion_covered c1"}},
		{"any", []string{`meters < 10 || meters < 5`}, []string{"row_covered c1/1"}},
		{"any", []string{`meters < 5 && meters < 10`}, []string{"row_covered c1/1"}},
		{"any", []string{`has_ot || !has_ot`}, []string{"criterion_always c1"}},
		{"any", []string{`meters >= 0`}, []string{"criterion_always c1", "row_always c1/0"}},
		{"any", []string{`loan_to_asset_ratio > 100`}, []string{"criterion_never c1", "row_never c1/0"}},
		{"any", []string{`has_ot || ruca_code > 10`}, []string{"row_never c1/1"}},
		{"any", []string{`has_ot && (is_us_based || meters > 5) && (is_us_based || meters > 5)`}, []string{"row_covered c1/2"}},
		// A tier of the water law follows from the people served.
		{"any", []string{`awia_tier == "100000_plus"`, `population_served < 50000`}, []string{"rules_never"}},
		{"any", []string{`awia_tier == "100000_plus" && population_served < 50000`}, []string{"criterion_never c1/1"}},
		{"any", []string{`awia_tier == "100000_plus"`, `!runs("drinking_water")`}, []string{"rules_never"}},
		// Who is not in the United States is in no state of the list.
		{"any", []string{`!is_us_based`, `state_or_territory == "TX"`}, []string{"rules_never"}},
		{"any", []string{`is_us_based`}, []string{}},
		{"any", []string{`sam_expires_on < "2026-03-01" && sam_expires_on > "2026-02-28"`}, []string{"criterion_never c1/1"}},
		{"any", []string{`sam_expires_on <= "2026-03-01" && sam_expires_on > "2026-02-28"`}, []string{}},
		{"any", []string{`"awwa" in memberships && "ms_isac" in memberships && !("awwa" in memberships)`}, []string{"criterion_never c1/1"}},
		{"any", []string{`msp_name == "A" && msp_name == "B"`}, []string{"criterion_never c1/1"}},
		{"any", []string{`avg_los_hours > 1 && avg_los_hours < 2`}, []string{}},
		{"any", []string{`states_count > 1 && states_count < 2`}, []string{"criterion_never c1/1"}},
		// Expert rules: exact where their facts have few values, not checked where not.
		{"any", []string{`ownership_type.startsWith("government") && ownership_type == "nonprofit"`}, []string{"criterion_never c1"}},
		{"any", []string{`meters < 5 ? meters > 7 : meters < 3`}, []string{"criterion_never c1"}},
		{"any", []string{`meters + 1 < meters`}, []string{"unchecked c1"}},
		{"any", []string{`meters < `, `has_ot && !has_ot`}, []string{"criterion_never c2/1"}},
		{"critical_infrastructure", []string{`runs("other")`}, []string{}},
		{"gas", []string{`!runs("gas")`}, []string{"rules_never"}},
	} {
		if got := kindsOf(t, c.sectors, c.exprs); !sameItems(got, c.want) {
			t.Errorf("%s %q: found %q, want %q", c.sectors, c.exprs, got, c.want)
		}
	}
}

func sameItems(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

func TestQuestionsNeverAsked(t *testing.T) {
	for _, c := range []struct {
		condition Condition
		want      []string
	}{
		{Condition{Question: "q", Exprs: []string{`meters > 5`}}, []string{"question_never q"}},
		{Condition{Question: "q", Exprs: []string{`meters < 5`}}, []string{}},
		{Condition{Question: "q", Exprs: []string{`has_ot`, `!has_ot`}}, []string{"question_never q"}},
		{Condition{Question: "q", Impossible: true}, []string{"question_never q"}},
		{Condition{Question: "q"}, []string{}},
	} {
		if got := kindsOf(t, "any", []string{`meters <= 5`}, c.condition); !sameItems(got, c.want) {
			t.Errorf("%+v: found %q", c.condition, got)
		}
	}
}

// The shipped catalog has nothing that cannot be meant, and all of it can be looked through.
func TestSeedFindings(t *testing.T) {
	rules := map[string]*eligibility.Rules{}
	for _, c := range seedCriteria(t) {
		if rules[c.slug] == nil {
			rules[c.slug] = &eligibility.Rules{Slug: c.slug, Sectors: c.sectors}
		}
		rules[c.slug].Criteria = append(rules[c.slug].Criteria, eligibility.Criterion{ID: c.id, Expr: c.expr})
	}
	for slug, one := range rules {
		for _, f := range Analyze(vocabulary(), *one, nil) {
			if f.Kind.Mistake() || f.Kind == Unchecked {
				t.Errorf("%s: %s", slug, f.Text.En)
			} else {
				t.Logf("%s: %s", slug, f.Text.En)
			}
		}
	}
}

var (
	placeholders = regexp.MustCompile(`\{[a-z]+\}`)
	allFlaws     = []Flaw{FlawNoFact, FlawOperator, FlawNoValue, FlawNotNumber, FlawNotWhole, FlawNotDate, FlawNotChoice, FlawOrder, FlawTextBroken, FlawDeep, FlawLong, FlawNoRow}
)

// Every text stands in both languages with the same blanks, and everything that is said has one.
func TestWords(t *testing.T) {
	for key, text := range wordList() {
		if text.En == "" || text.Es == "" {
			t.Errorf("%s is not complete", key)
		}
		if en, es := placeholders.FindAllString(text.En, -1), placeholders.FindAllString(text.Es, -1); !sameItems(en, es) {
			t.Errorf("%s: %v and %v", key, en, es)
		}
		if strings.ContainsAny(text.En+text.Es, "!¡") {
			t.Errorf("%s shouts", key)
		}
	}
	for _, f := range allFlaws {
		if FlawText(f, "es") == "" {
			t.Errorf("flaw %s has no words", f)
		}
	}
	v := vocabulary().Vocabulary
	rapid.Check(t, func(t *rapid.T) {
		r := drawRow(t)
		shape, _ := ShapeOf(v, r.Fact)
		if OperatorName(shape, r.Operator, "es") == string(r.Operator) {
			t.Fatalf("operator %s of %s has no words", r.Operator, shape)
		}
		for _, lang := range []string{"en", "es"} {
			if said := RowSentence(v, r, lang); said == "" || strings.ContainsAny(placeholders.FindString(said), "{") {
				t.Fatalf("%+v in %s: %q", r, lang, said)
			}
		}
	})
}

func TestSentences(t *testing.T) {
	v := vocabulary().Vocabulary
	for expr, want := range map[string][2]string{
		`true`:                       {"Everyone meets this rule.", "Cualquiera cumple esta regla."},
		`population_served <= 10000`: {"People served: 10,000 or fewer people", "Personas atendidas: 10,000 personas o menos"},
		`ownership_type in ["cooperative", "nonprofit"]`: {"Owner: Cooperative or Nonprofit organization", "Dueño: Cooperativa u Organización sin fines de lucro"},
		`!is_us_based`: {"In the United States: no", "En Estados Unidos: no"},
		`runs("health") || "ms_isac" in memberships`:        {"One of these: Works for a hospital or clinic; or Memberships: MS-ISAC (state and local governments)", "Alguna de estas condiciones: Trabaja en un hospital o una clínica; o bien Membresías: MS-ISAC (gobiernos estatales y locales)"},
		`sam_expires_on > "2026-12-31"`:                     {"SAM.gov registration ends: after December 31, 2026", "Vencimiento del registro en SAM.gov: después del 31 de diciembre de 2026"},
		`has_ot && (meters < 5 || (is_mdi && meters == 7))`: {"", ""},
	} {
		tree, ok := Parse(v, expr)
		if !ok {
			t.Errorf("%s is not simple", expr)
			continue
		}
		for i, lang := range []string{"en", "es"} {
			got := Sentence(v, tree, lang)
			t.Log(got)
			if want[i] != "" && got != want[i] {
				t.Errorf("%s: %q, not %q", expr, got, want[i])
			}
		}
	}
}

// Every mistake in an expression is said in both languages, with its place.
func TestMistakes(t *testing.T) {
	for expr, want := range map[string]string{
		``:                               "Line 1, column 1: the rule is empty",
		`meterz < 5`:                     "Line 1, column 1: “meterz” is no fact",
		"is_us_based &&\n  meters < 'x'": "Line 2, column 10: < does not fit between a number and a text",
		`hospital_type == "hospital"`:    "Line 1, column 18: “hospital” is no value of hospital_type",
		`hospital_type < "cah"`:          "Line 1, column 1: the values of hospital_type have no order",
		`meters`:                         "Line 1, column 1: the rule gives a number",
		`runs(5)`:                        "Line 1, column 6: runs() takes one kind",
		`runs("space")`:                  "Line 1, column 6: “space” is no kind of organization",
		`(meters < 5`:                    "the rule ends too early",
		`meters < 5 5`:                   "this is not understood near “5”",
		`foo(meters)`:                    "“foo” cannot be used here",
		`meters.x == 1`:                  "does not take a number",
		`is_us_based ? meters : has_ot`:  "does not",
		`msp_name.matches("(")`:          "is no usable regular expression",
		strings.Repeat("(", 150) + "true" + strings.Repeat(")", 150): "stand too deep inside each other",
		strings.Repeat("meters < 5 || ", 400) + "true":               "the rule is too long",
		`meters.exists(m, m == 1)`:                                   "only a set or a list has items",
	} {
		_, err := vocabulary().Compile(eligibility.Rules{Slug: "example", Sectors: []string{"any"}, Criteria: []eligibility.Criterion{{ID: "one", Expr: expr}}})
		if err == nil {
			t.Errorf("%q compiles", expr)
			continue
		}
		en, es := Mistake(err, "en"), Mistake(err, "es")
		if !strings.Contains(strings.ToLower(en), strings.ToLower(want)) || es == en || es == "" || strings.ContainsAny(placeholders.FindString(en+es), "{") {
			t.Errorf("%.60q (%v): %q, %q", expr, err, en, es)
		}
	}
}
