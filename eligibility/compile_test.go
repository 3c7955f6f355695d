package eligibility

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestCompileRefuses(t *testing.T) {
	cases := []struct {
		expr         string
		line, column int
		message      string // must be part of the message
	}{
		{" ", 1, 1, "empty"},
		{"population_served <=", 1, 0, "Syntax error"},
		{"populaton_served <= 10", 1, 1, `unknown fact "populaton_served", nearest known: "population_served"`},
		{"has_ot &&\n  static_public_ip", 2, 3, `nearest known: "static_public_ips"`},
		{"has_ot && meters.x > 1", 1, 0, ""},
		{".sector == 'gas'", 1, 0, `nearest known: "sector"`},
		{"sector == 'watr'", 1, 11, `"watr" is no value of sector, nearest known: "gas"`},
		{"'CAH' == hospital_type", 1, 1, `nearest known: "cah"`},
		{"hospital_type != 'rhe'", 1, 18, `nearest known: "reh"`},
		{"hospital_type in ['cah', 'rhe']", 1, 26, `nearest known: "reh"`},
		{"'msisac' in memberships", 1, 1, `nearest known: "ms_isac"`},
		{"memberships == ['awwa', 'awwaa']", 1, 25, `nearest known: "awwa"`},
		{"memberships.exists(m, m == 'awwaa')", 1, 28, `nearest known: "awwa"`},
		{"memberships.exists(m, m in ['awwa', 'x'])", 1, 37, "is no value of memberships"},
		{"memberships.exists(m, m == 'awwa') && m == 'awwa'", 1, 39, `unknown fact "m"`},
		{"hospital_type < 'cah'", 1, 1, "have no order"},
		{"runs('power')", 1, 6, `unknown sector "power", nearest known: "other"`},
		{"runs(sector)", 1, 6, "one sector in quotes"},
		{"runs('gas', 'electric')", 1, 0, ""},
		{"meters", 1, 1, "must give bool"},
		{"meters + 1", 1, 1, "must give bool"},
		{"meters == 'many'", 1, 0, "no matching overload"},
		{"has_ot > true || mwh_sold_per_year == 4", 1, 0, "no matching overload"},
		{"no_such_function(meters)", 1, 0, "undeclared reference"},
		{"msp_name.matches('(')", 1, 0, "matches argument"},
		{"msp_name.matches('((((((x{9}){9}){9}){9}){9}){9})')", 1, 0, ""},
		{"[1].exists(a, [1].exists(b, [1].exists(c, a + b + c == meters)))", 1, 0, "nest"},
		{strings.Repeat("(", 150) + "has_ot" + strings.Repeat(")", 150), 0, 0, "recursion"},
		{"has_ot || " + strings.Repeat("has_ot || ", 500) + "has_ot", 0, 0, "exceeds limit"},
		{"meters == -", 1, 0, "Syntax"},
		{"uint('x') == 1u && sector == string(meters) && meters == now", 1, 0, "unknown fact \"now\""},
	}
	for _, c := range cases {
		rules := Rules{Slug: "x", Sectors: []string{AnySector}, Criteria: criteriaOf("true", c.expr), Published: true}
		_, err := vocabularyOf(t).Compile(rules)
		var problem *CompileError
		if !errors.As(err, &problem) {
			t.Errorf("%q: %v, want a CompileError", c.expr, err)
			continue
		}
		if problem.Criterion != "c2" || !strings.Contains(problem.Message, c.message) ||
			c.line != 0 && problem.Line != c.line || c.column != 0 && problem.Column != c.column {
			t.Errorf("%q: %v", c.expr, err)
		}
	}
}

func TestCompileRefusesLists(t *testing.T) {
	twice := criteriaOf("true", "true")
	twice[1].ID = twice[0].ID
	reserved := criteriaOf("true")
	reserved[0].ID = GateID
	unnamed := criteriaOf("true")
	unnamed[0].ID = ""
	for name, rules := range map[string]Rules{
		"no sectors":        {Criteria: criteriaOf("true")},
		"unknown sector":    {Sectors: []string{"water"}},
		"any and another":   {Sectors: []string{"gas", AnySector}},
		"same id twice":     {Sectors: []string{AnySector}, Criteria: twice},
		"id of the gate":    {Sectors: []string{AnySector}, Criteria: reserved},
		"empty id":          {Sectors: []string{AnySector}, Criteria: unnamed},
		"nothing to decide": {Sectors: []string{AnySector}},
	} {
		_, err := vocabularyOf(t).Compile(rules)
		var problem *CompileError
		if !errors.As(err, &problem) || problem.Error() == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := vocabularyOf(t).Compile(Rules{Sectors: []string{"drinking_watr"}})
	if err == nil || !strings.Contains(err.Error(), `"drinking_water"`) {
		t.Errorf("nearest sector: %v", err)
	}
}

func TestCompileAndDecideConcurrently(t *testing.T) {
	v := vocabularyOf(t)
	var group sync.WaitGroup
	for worker := range 8 {
		group.Go(func() {
			for i := range 40 {
				expression := fmt.Sprintf("meters >= %d && memberships.exists(m, m == 'awwa')", i%10)
				r, err := v.Compile(Rules{Slug: "x", Sectors: []string{"electric"}, Criteria: criteriaOf(expression), Published: true})
				if err != nil {
					t.Error(err)
					return
				}
				p := Profile{SectorFact: String("electric"), "meters": Int(int64(worker)), "memberships": Set("awwa")}
				want := Eligible
				if worker < i%10 {
					want = Ineligible
				}
				if got := r.Decide(p).Outcome; got != want {
					t.Errorf("worker %d, %s: %s", worker, expression, got)
				}
			}
		})
	}
	group.Wait()
}
