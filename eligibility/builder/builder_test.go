package builder

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"pgregory.net/rapid"

	"accessdesk/data/seed"
	"accessdesk/eligibility"
	"accessdesk/eligibility/fact"
)

var vocabulary = sync.OnceValue(func() *eligibility.Vocabulary {
	v, err := eligibility.Standard()
	if err != nil {
		panic(err)
	}
	return v
})

// rowFacts is one fact of every shape or more, some of which follow from others.
var rowFacts = []fact.ID{Runs, "is_us_based", "has_ot", "population_served", "total_assets", "avg_los_hours", "states_count", "ownership_type", "state_or_territory",
	"electric_ownership", "awia_tier", "memberships", "additional_sectors", "sam_expires_on", "msp_name", "ip_ranges", "sector"}

func drawRow(t *rapid.T) Row {
	v := vocabulary().Vocabulary
	r := Row{Fact: rapid.SampledFrom(rowFacts).Draw(t, "fact")}
	shape, _ := ShapeOf(v, r.Fact)
	r.Operator = rapid.SampledFrom(Operators(shape)).Draw(t, "operator")
	count := 1
	switch {
	case shape == ShapeFlag:
		return r
	case r.Operator == Between:
		count = 2
	case Several(r.Operator):
		count = rapid.IntRange(1, 4).Draw(t, "count")
	}
	for range count {
		r.Values = append(r.Values, drawConstant(t, shape, r.Fact))
	}
	if r.Operator == Between && !ordered(r.Values[0], r.Values[1]) {
		slices.Reverse(r.Values)
	}
	return r
}

func drawConstant(t *rapid.T, shape Shape, id fact.ID) string {
	v := vocabulary().Vocabulary
	switch shape {
	case ShapeNumber:
		known, _ := v.Fact(id)
		if known.Type == fact.TypeDecimal && rapid.Bool().Draw(t, "point") {
			return numberText(rapid.Float64Range(-10, 200).Draw(t, "number"))
		}
		return strconv.Itoa(rapid.SampledFrom([]int{0, 1, 2, 55, 56, 57, 3300, 10000, 49999, 100000, -4}).Draw(t, "number"))
	case ShapeDate:
		return rapid.SampledFrom([]string{"2026-01-01", "2026-02-28", "2024-02-29"}).Draw(t, "day")
	case ShapeChoice, ShapeSet:
		var names []string
		for _, known := range Choices(v, id) {
			names = append(names, known.Value)
		}
		return rapid.SampledFrom(names).Draw(t, "value")
	}
	return rapid.OneOf(rapid.StringN(1, 6, -1), rapid.SampledFrom([]string{`a"b`, `it's`, `back\slash`, "new\nline", "ñandú", "\x00\x7f"})).Draw(t, "text")
}

func drawGroup(t *rapid.T, deep int) Group {
	g := Group{Any: rapid.Bool().Draw(t, "any")}
	for range rapid.IntRange(0, 4).Draw(t, "nodes") {
		if deep > 0 && rapid.IntRange(0, 3).Draw(t, "group") == 0 {
			inner := drawGroup(t, deep-1)
			g.Nodes = append(g.Nodes, Node{Group: &inner})
		} else {
			g.Nodes = append(g.Nodes, Node{Row: drawRow(t)})
		}
	}
	return g
}

func compiled(t fails, expr string) *eligibility.Ruleset {
	t.Helper()
	r, err := vocabulary().Compile(eligibility.Rules{Slug: "example", Sectors: []string{"any"}, Published: true, Criteria: []eligibility.Criterion{{ID: "one", Expr: expr}}})
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return r
}

// fails is what both tests and properties can do.
type fails interface {
	Helper()
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

// drawProfile makes a profile of what rules read, with unknown facts, bands, and values on and beside what the rules name.
func drawProfile(t *rapid.T, rules ...*eligibility.Ruleset) eligibility.Profile {
	v := vocabulary()
	p := eligibility.Profile{}
	for at := range v.Len() {
		known := v.At(at)
		read := slices.Contains(rowFacts, known.ID)
		var limits []float64
		for _, r := range rules {
			for _, c := range r.Criteria() {
				read = read || strings.Contains(c.Expr, string(known.ID))
			}
			for _, one := range eligibility.Thresholds(r) {
				if one.Fact == known.ID {
					limits = append(limits, one.Value)
				}
			}
		}
		if !read || rapid.IntRange(0, 3).Draw(t, "unknown") == 0 {
			continue
		}
		switch shapeOfType(known.Type) {
		case ShapeFlag:
			p[known.ID] = eligibility.Bool(rapid.Bool().Draw(t, "flag"))
		case ShapeNumber:
			near := float64(rapid.SampledFrom([]int{0, 1, 56, 3300, 10000}).Draw(t, "near"))
			if len(limits) > 0 {
				near = rapid.SampledFrom(limits).Draw(t, "limit")
			}
			low := max(0, near+float64(rapid.IntRange(-2, 2).Draw(t, "beside")))
			p[known.ID] = eligibility.Decimal(low)
			if rapid.Bool().Draw(t, "band") {
				p[known.ID] = eligibility.Between(fact.Range(low, low+float64(rapid.SampledFrom([]int{0, 1, 3, 5000}).Draw(t, "wide"))))
			}
		case ShapeChoice:
			p[known.ID] = eligibility.String(rapid.SampledFrom(known.ValueNames()).Draw(t, "choice"))
		case ShapeSet:
			p[known.ID] = eligibility.Set(rapid.SliceOfN(rapid.SampledFrom(known.ValueNames()), 0, 3).Draw(t, "set")...)
		case ShapeDate:
			p[known.ID] = eligibility.String(rapid.SampledFrom([]string{"2025-12-31", "2026-01-01", "2026-02-28", "2024-02-29"}).Draw(t, "day"))
		case ShapeList:
			p[known.ID] = eligibility.List(rapid.SliceOfN(rapid.SampledFrom([]string{"ñandú", "it's", "other"}), 0, 2).Draw(t, "list")...)
		default:
			p[known.ID] = eligibility.String(rapid.SampledFrom([]string{"ñandú", "it's", "other"}).Draw(t, "text"))
		}
	}
	return p
}

// A tree in normal form comes back from its expression as it was, and the normal form of a tree decides what the tree does.
func TestTreesComeBack(t *testing.T) {
	v := vocabulary().Vocabulary
	rapid.Check(t, func(t *rapid.T) {
		drawn := drawGroup(t, Deepest)
		normal := Normal(drawn)
		if again := Normal(normal); !reflect.DeepEqual(again, normal) {
			t.Fatalf("the normal form of a normal form differs:\n%v\n%v", normal, again)
		}
		text := Write(v, drawn)
		if len(text) > longest {
			t.Skip("longer than a rule may be")
		}
		read, ok := Parse(v, text)
		if !ok || !reflect.DeepEqual(read, normal) {
			t.Fatalf("%s\n is read %v as\n%+v\nnot as\n%+v", text, ok, read, normal)
		}
		if again := Write(v, read); again != text {
			t.Fatalf("written again: %s, not %s", again, text)
		}
		plain := compiled(t, naive(v, drawn))
		rules := compiled(t, text)
		for range 3 {
			sameDecision(t, plain, rules, drawProfile(t, rules))
		}
	})
}

// naive writes a tree row by row with parentheses around everything.
func naive(v *fact.Vocabulary, g Group) string {
	var parts []string
	for _, n := range g.Nodes {
		switch {
		case n.Group == nil:
			text, _ := writeRow(v, n.Row)
			parts = append(parts, "("+text+")")
		case !empty(*n.Group):
			parts = append(parts, "("+naive(v, *n.Group)+")")
		}
	}
	if len(parts) == 0 {
		return "true"
	}
	return strings.Join(parts, sign(g.Any))
}

func empty(g Group) bool {
	return !slices.ContainsFunc(g.Nodes, func(n Node) bool { return n.Group == nil || !empty(*n.Group) })
}

func sameDecision(t fails, a, b *eligibility.Ruleset, p eligibility.Profile) {
	t.Helper()
	was, is := a.Decide(p), b.Decide(p)
	for i := range was.Criteria {
		if was.Criteria[i].Result != is.Criteria[i].Result {
			t.Fatalf("%s\n decides %s, and\n%s\n%s, with %v", a.Criteria()[i].Expr, was.Criteria[i].Result, b.Criteria()[i].Expr, is.Criteria[i].Result, p)
		}
	}
}

type seeded struct {
	slug, id, expr string
	sectors        []string
}

func seedCriteria(t testing.TB) []seeded {
	var all []seeded
	files, err := seed.Files.ReadDir("catalog")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := seed.Files.ReadFile("catalog/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		var listing struct {
			Slug     string
			Sectors  []string
			Criteria []struct{ ID, Expr string }
		}
		if err := toml.Unmarshal(text, &listing); err != nil {
			t.Fatal(err)
		}
		for _, c := range listing.Criteria {
			all = append(all, seeded{listing.Slug, c.ID, c.Expr, listing.Sectors})
		}
	}
	return all
}

// Every criterion of the shipped catalog can be shown as rows, and the rows decide what its own text does.
func TestSeedCriteria(t *testing.T) {
	v := vocabulary().Vocabulary
	all := seedCriteria(t)
	if len(all) < 50 {
		t.Fatalf("only %d criteria found", len(all))
	}
	for _, c := range all {
		tree, ok := Parse(v, c.expr)
		if !ok {
			t.Errorf("%s %s is an expert rule: %s", c.slug, c.id, c.expr)
			continue
		}
		text := Write(v, tree)
		again, ok := Parse(v, text)
		if !ok || !reflect.DeepEqual(again, tree) || Write(v, again) != text {
			t.Errorf("%s %s is not stable: %s", c.slug, c.id, text)
		}
		plain, rules := compiled(t, c.expr), compiled(t, text)
		rapid.Check(t, func(t *rapid.T) { sameDecision(t, plain, rules, drawProfile(t, plain)) })
	}
}

// What says more than rows can stays an expert rule; what only looks different is read.
func TestSimpleOrNot(t *testing.T) {
	v := vocabulary().Vocabulary
	for expr, want := range map[string]string{
		`50000 <= meters`: `meters >= 50000`,
		`!(meters < 5) && !(is_us_based || has_ot)`: `meters >= 5 && !is_us_based && !has_ot`,
		`meters < 1e3`:                                         `meters < 1000`,
		`is_us_based == true`:                                  `is_us_based`,
		`is_us_based != true || false == has_ot`:               `!is_us_based || !has_ot`,
		`"cah" == hospital_type`:                               `hospital_type == "cah"`,
		`!!(hospital_type in ['cah'])`:                         `hospital_type == "cah"`,
		`!("awwa" in memberships || 'ms_isac' in memberships)`: `!("awwa" in memberships || "ms_isac" in memberships)`,
		`meters >= 3 && meters <= 5`:                           `meters >= 3 && meters <= 5`,
		`meters >= 5 && meters <= 3`:                           `meters >= 5 && meters <= 3`,
		`(runs("health")) || (runs("gas"))`:                    `runs("health") || runs("gas")`,
		`avg_los_hours == 5.0`:                                 `avg_los_hours == 5.0`,
		`true`:                                                 `true`,
		`meters < 2.5`:                                         "", `false`: "", `meters + 1 < 5`: "", `meters < service_connections`: "", `is_us_based ? has_ot : true`: "", `"a" == "a"`: "",
		`is_us_based // a note`: "", `size(memberships) > 1`: "", `memberships.exists(m, m == "awwa")`: "", `memberships == ["awwa"]`: "", `"electric" in ["electric"]`: "",
		`sam_expires_on > "soon"`: "", `msp_name > "M"`: "", `meters in [1, 2]`: "", `hospital_type in []`: "", `is_us_base`: "", `hospital_type == "hospital"`: "", `(`: "", ``: "",
		`is_us_based && true`: "", `is_us_based in [true]`: "", `runs("space")`: "", `runs("gas", "health")`: "", `msp_name.startsWith("M")`: "", `meters < 5u`: "",
		`has_ot || (is_us_based && (has_ot || (is_us_based && (has_ot || is_mdi))))`: "",
	} {
		tree, ok := Parse(v, expr)
		if ok != (want != "") {
			t.Errorf("%s: simple %v", expr, ok)
			continue
		}
		if ok && Write(v, tree) != want {
			t.Errorf("%s is written %s, not %s", expr, Write(v, tree), want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range seedCriteria(f) {
		f.Add(c.expr)
	}
	v := vocabulary()
	f.Fuzz(func(t *testing.T, expr string) {
		tree, ok := Parse(v.Vocabulary, expr)
		if !ok {
			return
		}
		text := Write(v.Vocabulary, tree)
		again, ok := Parse(v.Vocabulary, text)
		if !ok || fmt.Sprint(again) != fmt.Sprint(tree) && !reflect.DeepEqual(again, tree) {
			t.Fatalf("%q is written %q, which is read as %v %v", expr, text, ok, again)
		}
		compiled(t, text)
		compiled(t, expr)
	})
}

// No fact is called as the stand-in for what an operator runs.
func TestRunsIsNoFact(t *testing.T) {
	if _, taken := vocabulary().Fact(Runs); taken {
		t.Error("a fact is called runs")
	}
}

// Of two bounds one may be missing, whatever the bounds are.
func TestHalfABetweenComesBack(t *testing.T) {
	v := vocabulary().Vocabulary
	for id, bound := range map[fact.ID]string{"sam_expires_on": "2026-01-01", "meters": "5"} {
		for missing := range 2 {
			values := []string{bound, bound}
			values[missing] = ""
			tree := Tree{Nodes: []Node{{Row: Row{Fact: id, Operator: Between, Values: values}}}}
			if got, ok := ParseDraft(v, Write(v, tree)); !ok || !reflect.DeepEqual(got, tree) {
				t.Errorf("%s: %v is read %v", Write(v, tree), got, ok)
			}
		}
	}
}

// What nobody has filled in yet, or filled in wrongly, comes back as it was too; it never compiles and is no simple rule.
func TestDraftsComeBack(t *testing.T) {
	v := vocabulary()
	rapid.Check(t, func(t *rapid.T) {
		drawn := drawGroup(t, Deepest)
		blanks := 0
		var spoil func(g *Group)
		spoil = func(g *Group) {
			for i := range g.Nodes {
				row := &g.Nodes[i].Row
				if g.Nodes[i].Group != nil {
					spoil(g.Nodes[i].Group)
					continue
				}
				shape, _ := ShapeOf(v.Vocabulary, row.Fact)
				switch rapid.IntRange(0, 4).Draw(t, "spoil") {
				case 0:
					*row = Row{}
				case 1:
					if shape == ShapeFlag {
						continue
					}
					if Several(row.Operator) {
						row.Values = nil
					} else {
						row.Values[rapid.IntRange(0, len(row.Values)-1).Draw(t, "which")] = ""
					}
				case 2:
					if shape != ShapeNumber || row.Operator == Between {
						continue
					}
					row.Values[0] = "abc"
				default:
					continue
				}
				blanks++
			}
		}
		spoil(&drawn)
		if blanks == 0 {
			t.Skip("nothing was spoiled")
		}
		normal := Normal(drawn)
		text := Write(v.Vocabulary, drawn)
		if len(text) > longest {
			t.Skip("longer than a rule may be")
		}
		read, ok := ParseDraft(v.Vocabulary, text)
		if !ok || Write(v.Vocabulary, read) != text || fmt.Sprintf("%+v", flat(read)) != fmt.Sprintf("%+v", flat(normal)) {
			t.Fatalf("%s\n is read %v as\n%+v\nnot as\n%+v", text, ok, flat(read), flat(normal))
		}
		if Simple(v.Vocabulary, text) {
			t.Fatalf("%s is a rule", text)
		}
		if _, err := v.Compile(eligibility.Rules{Slug: "example", Sectors: []string{"any"}, Criteria: []eligibility.Criterion{{ID: "one", Expr: text}}}); err == nil {
			t.Fatalf("%s compiles", text)
		}
	})
}

// flat lists rows with their places.
func flat(t Tree) []string {
	var all []string
	Rows(t, func(at Path, r Row) {
		all = append(all, fmt.Sprint(at, r.Fact, r.Operator, len(r.Values), strings.Join(r.Values, "|")))
	})
	return all
}

// Every fact that a rule of the shipped catalog reads can be chosen, once, under a topic with a name.
func TestTopics(t *testing.T) {
	v := vocabulary().Vocabulary
	seen := map[fact.ID]int{}
	for _, topic := range Topics(v) {
		if topic.Name.En == "" || topic.Name.Es == "" || len(topic.Facts) == 0 {
			t.Errorf("topic %+v", topic)
		}
		for _, id := range topic.Facts {
			seen[id]++
		}
	}
	for _, facts := range topicFacts {
		for _, id := range facts {
			if _, ok := v.Fact(id); !ok {
				t.Errorf("no fact is called %s", id)
			}
		}
	}
	for at := range v.Len() {
		known := v.At(at)
		if shape := shapeOfType(known.Type); seen[known.ID] != 1 && shape != ShapeText && shape != ShapeList {
			t.Errorf("%s stands %d times", known.ID, seen[known.ID])
		}
	}
	for _, c := range seedCriteria(t) {
		tree, _ := Parse(v, c.expr)
		Rows(tree, func(_ Path, r Row) {
			if seen[r.Fact] != 1 {
				t.Errorf("%s of %s cannot be chosen", r.Fact, c.slug)
			}
		})
	}
}
