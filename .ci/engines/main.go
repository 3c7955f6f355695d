// Engines measures the decisions of the desk against hand-written Go closures, cel-go and OPA: the same rules over the same facts
// in one run, every criterion decided and reported, no short circuit. It stands outside the module of the desk, which has no use for
// OPA. Run it with .ci/engines/run.
//
// The rules are drawn: P programs of five criteria over ten numbers, ten yes-or-no facts and ten choices of the vocabulary; kinds and
// chances as usual offerings have them. Before anything is timed, all engines must agree on every single criterion.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"accessdesk/eligibility"

	"cel.dev/cel-go/cel"
	"github.com/open-policy-agent/opa/v1/rego"
)

const (
	numbers, flags, choices = 10, 10, 10
	criteriaEach            = 5
	operators               = 1000 // fresh ones in turn, so that branches are not learned
	nation                  = 75_000
	rounds                  = 5
	roundTime               = 400 * time.Millisecond
)

var names = []string{
	"employees_fte", "annual_revenue", "annual_budget", "population_served", "match_funds_available", "available_beds", "total_assets",
	"meters", "gas_customers", "access_lines",
	"sam_registration_active", "is_nonprofit_501c3", "has_security_staff", "static_public_ips", "hosts_at_third_party", "has_public_web_app",
	"has_ot", "ot_internet_exposed", "uses_microsoft_365", "uses_custom_code",
	"sector", "ownership_type", "state_or_territory", "tribal_status", "has_it_staff", "applies_via_intermediary", "mfa_in_place",
	"hospital_type", "primary_regulator", "pws_type",
}

// operator is the facts as a program written by hand would have them.
type operator struct {
	number [numbers]int64
	flag   [flags]bool
	choice [choices]string
}

type criterion struct {
	fact   int
	kind   string // at least, at most, true, in, not
	number int64
	texts  []string
}

func main() {
	vocabulary, err := eligibility.Standard()
	must(err)
	values := make([][]string, choices)
	for i := range values {
		fact, known := vocabulary.Fact(eligibility.FactID(names[numbers+flags+i]))
		if !known || len(fact.Values) < 3 {
			panic(names[numbers+flags+i] + " is no choice of the vocabulary")
		}
		values[i] = fact.ValueNames()
	}
	fmt.Printf("%s, %d cores, %s\n", runtime.Version(), runtime.NumCPU(), load())
	for _, programs := range []int{60, 600} {
		one(vocabulary, values, programs)
	}
	whole(vocabulary, values)
	fmt.Println(load())
}

func load() string {
	text, _ := os.ReadFile("/proc/loadavg")
	return "load of the last minute: " + strings.SplitN(string(text), " ", 2)[0]
}

func draw(r *rand.Rand, values [][]string) (o operator) {
	for i := range numbers {
		o.number[i], o.flag[i], o.choice[i] = int64(r.Intn(1000)), r.Intn(4) > 0, values[i][r.Intn(len(values[i]))]
	}
	return o
}

func catalog(programs int, values [][]string) []criterion {
	r := rand.New(rand.NewSource(42))
	all := make([]criterion, programs*criteriaEach)
	for i := range all {
		of := r.Intn(choices)
		switch r.Intn(5) {
		case 0:
			all[i] = criterion{fact: r.Intn(numbers), kind: "at least", number: int64(r.Intn(400))}
		case 1:
			all[i] = criterion{fact: r.Intn(numbers), kind: "at most", number: int64(600 + r.Intn(400))}
		case 2:
			all[i] = criterion{fact: numbers + r.Intn(flags), kind: "true"}
		case 3:
			all[i] = criterion{fact: numbers + flags + of, kind: "in", texts: pick(r, values[of], 4)}
		case 4:
			all[i] = criterion{fact: numbers + flags + of, kind: "not", texts: pick(r, values[of], 1)}
		}
	}
	return all
}

func pick(r *rand.Rand, from []string, most int) []string {
	var picked []string
	for _, at := range r.Perm(len(from))[:min(most, len(from)-1)] {
		picked = append(picked, from[at])
	}
	return picked
}

// byHand is what a programmer would write: one closure for each criterion.
func byHand(rules []criterion) []func(*operator) bool {
	closures := make([]func(*operator) bool, len(rules))
	for at, c := range rules {
		i, n, texts := c.fact, c.number, c.texts
		switch c.kind {
		case "at least":
			closures[at] = func(o *operator) bool { return o.number[i] >= n }
		case "at most":
			closures[at] = func(o *operator) bool { return o.number[i] <= n }
		case "true":
			closures[at] = func(o *operator) bool { return o.flag[i-numbers] }
		case "in":
			closures[at] = func(o *operator) bool {
				for _, text := range texts {
					if text == o.choice[i-numbers-flags] {
						return true
					}
				}
				return false
			}
		case "not":
			closures[at] = func(o *operator) bool { return o.choice[i-numbers-flags] != texts[0] }
		}
	}
	return closures
}

func (c criterion) cel(prefix string) string {
	name := prefix + names[c.fact]
	switch c.kind {
	case "at least":
		return fmt.Sprintf("%s >= %d", name, c.number)
	case "at most":
		return fmt.Sprintf("%s <= %d", name, c.number)
	case "true":
		return name
	case "in":
		return fmt.Sprintf("%s in [%s]", name, quoted(c.texts))
	}
	return fmt.Sprintf("%s != %q", name, c.texts[0])
}

func quoted(texts []string) string {
	return `"` + strings.Join(texts, `","`) + `"`
}

func (o *operator) asMap() map[string]any {
	facts := map[string]any{}
	for i := range numbers {
		facts[names[i]], facts[names[numbers+i]], facts[names[numbers+flags+i]] = o.number[i], o.flag[i], o.choice[i]
	}
	return facts
}

func (o *operator) profile() eligibility.Profile {
	p := eligibility.Profile{}
	for i := range numbers {
		p[eligibility.FactID(names[i])] = eligibility.Int(o.number[i])
		p[eligibility.FactID(names[numbers+i])] = eligibility.Bool(o.flag[i])
		p[eligibility.FactID(names[numbers+flags+i])] = eligibility.String(o.choice[i])
	}
	return p
}

func runByHand(closures []func(*operator) bool, o *operator, met []bool) (eligible int) {
	for i := 0; i < len(closures); i += criteriaEach {
		all := true
		for at := i; at < i+criteriaEach; at++ {
			met[at] = closures[at](o)
			all = all && met[at]
		}
		if all {
			eligible++
		}
	}
	return eligible
}

func rulesets(v *eligibility.Vocabulary, rules []criterion) []*eligibility.Ruleset {
	var all []*eligibility.Ruleset
	for i := 0; i < len(rules); i += criteriaEach {
		var criteria []eligibility.Criterion
		for at, c := range rules[i : i+criteriaEach] {
			criteria = append(criteria, eligibility.Criterion{ID: fmt.Sprint("c", at), Expr: c.cel("")})
		}
		r, err := v.Compile(eligibility.Rules{Slug: fmt.Sprint("p", i/criteriaEach), Sectors: []string{eligibility.AnySector}, Criteria: criteria, Published: true})
		must(err)
		all = append(all, r)
	}
	return all
}

func celPrograms(rules []criterion) []cel.Program {
	var options []cel.EnvOption
	for i, name := range names {
		kind := cel.IntType
		if i >= numbers+flags {
			kind = cel.StringType
		} else if i >= numbers {
			kind = cel.BoolType
		}
		options = append(options, cel.Variable(name, kind))
	}
	environment, err := cel.NewEnv(options...)
	must(err)
	var programs []cel.Program
	for _, c := range rules {
		checked, issues := environment.Compile(c.cel(""))
		must(issues.Err())
		program, err := environment.Program(checked, cel.EvalOptions(cel.OptOptimize))
		must(err)
		programs = append(programs, program)
	}
	return programs
}

func runCEL(programs []cel.Program, facts any, met []bool) (eligible int) {
	for i := 0; i < len(programs); i += criteriaEach {
		all := true
		for at := i; at < i+criteriaEach; at++ {
			value, _, err := programs[at].Eval(facts)
			must(err)
			met[at] = value.Value().(bool)
			all = all && met[at]
		}
		if all {
			eligible++
		}
	}
	return eligible
}

func opaQuery(rules []criterion) rego.PreparedEvalQuery {
	var module strings.Builder
	module.WriteString("package eligibility\nimport rego.v1\n")
	for at, c := range rules {
		expression := c.cel("input.")
		if c.kind == "in" {
			expression = fmt.Sprintf("input.%s in {%s}", names[c.fact], quoted(c.texts))
		}
		fmt.Fprintf(&module, "met contains %d if %s\n", at, expression)
	}
	query, err := rego.New(rego.Query("x := data.eligibility.met"), rego.Module("rules.rego", module.String())).PrepareForEval(context.Background())
	must(err)
	return query
}

func runOPA(query rego.PreparedEvalQuery, facts any, met []bool) (eligible int) {
	results, err := query.Eval(context.Background(), rego.EvalInput(facts))
	must(err)
	clear(met)
	for _, value := range results[0].Bindings["x"].([]any) {
		at, err := value.(json.Number).Int64()
		must(err)
		met[at] = true
	}
	for i := 0; i < len(met); i += criteriaEach {
		if !slices.Contains(met[i:i+criteriaEach], false) {
			eligible++
		}
	}
	return eligible
}

// runJudge reads every result, as the others report them.
func runJudge(judge *eligibility.Judge, met []bool) (eligible int) {
	for i := 0; i < len(met); i += criteriaEach {
		for at, truth := range judge.Truths(i / criteriaEach) {
			met[i+at] = truth == eligibility.TruthMet
		}
		if judge.Outcome(i/criteriaEach) == eligibility.Eligible {
			eligible++
		}
	}
	return eligible
}

// one decides a catalog for one operator after the other.
func one(v *eligibility.Vocabulary, values [][]string, programs int) {
	r := rand.New(rand.NewSource(1))
	people := make([]operator, operators)
	maps, inputs, profiles := make([]map[string]any, operators), make([]any, operators), make([]eligibility.Profile, operators)
	crowd := v.NewCrowd()
	for i := range people {
		people[i] = draw(r, values)
		maps[i], profiles[i] = people[i].asMap(), people[i].profile()
		inputs[i] = maps[i]
		crowd.Add(profiles[i])
	}
	rules := catalog(programs, values)
	closures, ours, theirs, query := byHand(rules), rulesets(v, rules), celPrograms(rules), opaQuery(rules)
	judge := eligibility.NewJudge(ours)
	met := make([]bool, len(rules))
	engines := []struct {
		name string
		run  func(i int) int
	}{
		{"hand-written closures", func(i int) int { return runByHand(closures, &people[i], met) }},
		{"this desk, facts laid out", func(i int) int { judge.Decide(crowd, i); return runJudge(judge, met) }},
		{"this desk, from a profile", func(i int) int { judge.DecideProfile(profiles[i]); return runJudge(judge, met) }},
		{"cel-go, one program per criterion", func(i int) int { return runCEL(theirs, maps[i], met) }},
		{"OPA, one prepared query", func(i int) int { return runOPA(query, inputs[i], met) }},
	}
	for i := range 50 {
		want := engines[0].run(i)
		wanted := slices.Clone(met)
		for _, engine := range engines[1:] {
			if got := engine.run(i); got != want || !slices.Equal(met, wanted) {
				panic(fmt.Sprintf("%s decides operator %d otherwise than the closures", engine.name, i))
			}
		}
	}
	times := make([][]float64, len(engines))
	for range rounds { // in turn, so that a slow moment of the machine meets all of them
		for e, engine := range engines {
			begin, count := time.Now(), 0
			for time.Since(begin) < roundTime {
				engine.run(count % operators)
				count++
			}
			times[e] = append(times[e], float64(time.Since(begin).Nanoseconds())/1000/float64(count))
		}
	}
	fmt.Printf("\n%d programs of %d criteria, microseconds per operator: median [least, most] of %d rounds, ratio to the closures\n", programs, criteriaEach, rounds)
	base := middle(times[0])
	for e, engine := range engines {
		fmt.Printf("  %-36s %9.2f [%.2f, %.2f]  %6.1f x\n", engine.name, middle(times[e]), slices.Min(times[e]), slices.Max(times[e]), middle(times[e])/base)
	}
	best := middle(times[1])
	fmt.Printf("  against this desk: cel-go %.1f x as long, OPA %.0f x\n", middle(times[3])/best, middle(times[4])/best)
}

func middle(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// whole decides 60 programs for every operator of a nation.
func whole(v *eligibility.Vocabulary, values [][]string) {
	r := rand.New(rand.NewSource(2))
	people, crowd := make([]operator, nation), v.NewCrowd()
	for i := range people {
		people[i] = draw(r, values)
		crowd.Add(people[i].profile())
	}
	rules := catalog(60, values)
	closures, ours := byHand(rules), rulesets(v, rules)
	fmt.Printf("\n%d operators x 60 x %d, seconds\n", nation, criteriaEach)
	for _, cores := range []int{1, 2} {
		runtime.GOMAXPROCS(cores)
		counts := map[string]int{}
		for _, engine := range []string{"hand-written closures", "this desk"} {
			begin := time.Now()
			var group sync.WaitGroup
			eligible := make([]int, cores)
			for core := range cores {
				group.Go(func() {
					met, judge := make([]bool, len(rules)), eligibility.NewJudge(ours)
					for i := core; i < nation; i += cores {
						if engine == "this desk" {
							judge.Decide(crowd, i)
							eligible[core] += runJudge(judge, met)
						} else {
							eligible[core] += runByHand(closures, &people[i], met)
						}
					}
				})
			}
			group.Wait()
			for _, count := range eligible {
				counts[engine] += count
			}
			seconds := time.Since(begin).Seconds()
			fmt.Printf("  %d core(s), %-24s %.3f s, %.1f million criteria per second\n", cores, engine, seconds, nation*float64(len(rules))/seconds/1e6)
		}
		if counts["this desk"] != counts["hand-written closures"] {
			panic("the nation is decided otherwise")
		}
	}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
