package catalog

import (
	"slices"
	"strings"
	"testing"

	"accessdesk/eligibility"
)

// form is a form with one question of each type that a condition may read, and a last one with the condition.
func form(when string) []Question {
	options := []Option{{Value: "own"}, {Value: "outside, \"hired\""}}
	return []Question{
		{ID: "setup", Type: QuestionChoice, Options: options},
		{ID: "tasks", Type: QuestionSeveral, Options: []Option{{Value: "logs"}, {Value: "code"}}},
		{ID: "promise", Type: QuestionStatement},
		{ID: "brand", Type: QuestionText},
		{ID: "last", Type: QuestionText, When: when},
	}
}

func TestAsked(t *testing.T) {
	ot := eligibility.Profile{"has_ot": eligibility.Bool(true), "population_served": eligibility.Int(500)}
	noOT := eligibility.Profile{"has_ot": eligibility.Bool(false)}
	tests := []struct {
		when    string
		facts   eligibility.Profile
		answers map[string][]string
		want    bool
	}{
		{"", nil, nil, true},
		{`has_ot`, ot, nil, true},
		{`has_ot`, noOT, nil, false},
		{`has_ot`, nil, nil, false}, // not known
		{`!has_ot`, noOT, nil, true},
		{`has_ot || population_served > 5`, ot, nil, true},
		{`has_ot && population_served > 500`, ot, nil, false},
		{`has_ot && (population_served > 500 || population_served == 500)`, ot, nil, true},
		{`answers.setup == "own"`, nil, map[string][]string{"setup": {"own"}}, true},
		{`answers.setup == 'own'`, nil, map[string][]string{"setup": {"own"}}, true},
		{`answers.setup == "own"`, nil, nil, false},
		{`answers.setup != "own"`, nil, map[string][]string{"setup": {`outside, "hired"`}}, true},
		{`answers.setup != "own"`, nil, map[string][]string{"setup": {"own"}}, false},
		{`answers.setup != "own"`, nil, map[string][]string{"setup": {""}}, false}, // not answered
		{`answers.brand in ["a", 'b']`, nil, map[string][]string{"brand": {"b"}}, true},
		{`answers.brand in ["a", "b"]`, nil, map[string][]string{"brand": {"c"}}, false},
		{`"code" in answers.tasks`, nil, map[string][]string{"tasks": {"logs", "code"}}, true},
		{`"code" in answers.tasks`, nil, map[string][]string{"tasks": {"logs"}}, false},
		{`answers.promise`, nil, map[string][]string{"promise": {"yes"}}, true},
		{`answers.promise`, nil, map[string][]string{"promise": {""}}, false},
		{`answers.promise && has_ot`, ot, map[string][]string{"promise": {"yes"}}, true},
		{`answers.promise && has_ot`, noOT, map[string][]string{"promise": {"yes"}}, false},
		{`has_ot && answers.promise && answers.brand == "x"`, ot, map[string][]string{"promise": {"yes"}, "brand": {"y"}}, false},
	}
	for _, test := range tests {
		o := parsed(t)
		o.Questions = form(test.when)
		p, err := publish(vocabulary(t), o)
		if err != nil {
			t.Errorf("%s: %v", test.when, err)
			continue
		}
		asked := p.Asked(test.facts, test.answers)
		if got := asked[len(asked)-1].ID == "last"; got != test.want {
			t.Errorf("%q with %v and %v: asked %v, want %v", test.when, test.facts, test.answers, got, test.want)
		}
	}
}

// What was answered before the question went away counts for nothing.
func TestAskedForgetsAnswersToWhatIsNotAsked(t *testing.T) {
	o := parsed(t)
	o.Questions = []Question{
		{ID: "first", Type: QuestionStatement},
		{ID: "second", Type: QuestionStatement, When: "answers.first"},
		{ID: "third", Type: QuestionStatement, When: "answers.second"},
	}
	p, err := publish(vocabulary(t), o)
	if err != nil {
		t.Fatal(err)
	}
	ids := func(answers map[string][]string) (all []string) {
		for _, q := range p.Asked(nil, answers) {
			all = append(all, q.ID)
		}
		return all
	}
	if got := ids(map[string][]string{"first": {"yes"}, "second": {"yes"}}); !slices.Equal(got, []string{"first", "second", "third"}) {
		t.Errorf("all accepted: %v", got)
	}
	if got := ids(map[string][]string{"second": {"yes"}}); !slices.Equal(got, []string{"first"}) {
		t.Errorf("first taken back: %v", got)
	}
}

func TestConditionRefuses(t *testing.T) {
	tests := []struct{ when, want string }{
		{`has_otter`, `does not compile: unknown fact "has_otter", nearest known: "has_ot"`},
		{`answers.last == "x"`, `answers.last is not the answer to a question before this one`},
		{`answers.nobody`, `answers.nobody is not the answer to a question before this one`},
		{`answers.setup`, `answers.setup stands alone, but only statements are yes or no; compare it with a value`},
		{`answers.promise == "yes"`, `answers.promise is a statement, which is accepted or not; write answers.promise alone`},
		{`answers.tasks == "logs"`, `question tasks is of type several; write "value" in answers.ID for several, answers.ID == "value" for the others`},
		{`"own" in answers.setup`, `question setup is of type choice; write "value" in answers.ID for several, answers.ID == "value" for the others`},
		{`answers.setup == "nobody"`, `"nobody" is not an option of question setup`},
		{`answers.setup == "own" || has_ot`, `"answers.setup == \"own\" || has_ot" is not understood; conditions on answers are written ` + termShapes},
		{`answers.setup in [own]`, `"answers.setup in [own]" is not understood; conditions on answers are written ` + termShapes},
		{`has_ot && !answers.promise`, `"!answers.promise" is not understood; conditions on answers are written ` + termShapes},
		{`has_ot &&`, `does not compile: `},
	}
	for _, test := range tests {
		questions := form(test.when)
		_, err := compileCondition(vocabulary(t), questions, len(questions)-1)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", test.when, err, test.want)
		}
	}
}

func TestTerms(t *testing.T) {
	tests := []struct {
		expr string
		want []string
	}{
		{`a`, []string{`a`}},
		{`a && b&&c`, []string{`a`, `b`, `c`}},
		{`(a && b) && x in [c && d] && f(e && g)`, []string{`(a && b)`, `x in [c && d]`, `f(e && g)`}},
		{`a == "x && y" && b == 'it\'s && z'`, []string{`a == "x && y"`, `b == 'it\'s && z'`}},
		{`a && b || c`, []string{`a && b || c`}},
		{`a && b ? c : d`, []string{`a && b ? c : d`}},
		{`a && (b || c)`, []string{`a`, `(b || c)`}},
	}
	for _, test := range tests {
		if got := terms(test.expr); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.expr, got, test.want)
		}
	}
}

// What a condition asks of earlier answers may exclude itself; its expressions over facts are looked at elsewhere.
func TestConditionParts(t *testing.T) {
	for when, want := range map[string]struct {
		exprs, reads []string
		impossible   bool
	}{
		``: {},
		`has_ot && answers.promise && (meters > 5 || meters < 2)`:                     {exprs: []string{`has_ot`, `(meters > 5 || meters < 2)`}, reads: []string{"promise"}},
		`answers.setup == "own" && answers.setup != "own"`:                            {reads: []string{"setup"}, impossible: true},
		`answers.setup == "own" && answers.setup in ["own", "x"]`:                     {reads: []string{"setup"}},
		`answers.brand == "a" && answers.brand == "b"`:                                {reads: []string{"brand"}, impossible: true},
		`answers.brand != "a" && answers.brand in ["a", "b"]`:                         {reads: []string{"brand"}},
		`answers.brand in ["a", "b"] && answers.brand != "a" && answers.brand != "b"`: {reads: []string{"brand"}, impossible: true},
		`"code" in answers.tasks && "logs" in answers.tasks`:                          {reads: []string{"tasks"}},
	} {
		o := &Offering{Questions: form(when)}
		exprs, reads, impossible := o.ConditionParts(4)
		if !slices.Equal(exprs, want.exprs) || !slices.Equal(reads, want.reads) || impossible != want.impossible {
			t.Errorf("%s: %q %q %v", when, exprs, reads, impossible)
		}
	}
}
