package editor

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"accessdesk/catalog"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/curate"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// ExamplesPage holds the worked examples that have to come out as stated before a program may be published.
type ExamplesPage struct {
	Frame
	Examples  []example
	Wanting   []string   // what is missing, such as an example on the other side of a threshold
	To, About form.Field // to which example an answer is added, and about what
	Operator  form.Field
	Found     []foundRecord // organizations of the registers, to make an example of
	More      bool          // there are more than are shown
	Next      string
	Compiles  bool
	Conflict  *Conflict
}

// example is one worked example as it stands in the form.
type example struct {
	ID       string // "tests.3"
	Number   int
	Name     form.Field
	Outcome  form.Field
	Facts    []factRow
	Notes    []string
	Now      string // how it comes out with the rules of the draft
	Green    bool
	Up, Down bool
}

// factRow is one answer of an example: the fact in a hidden input, its value in a field that is named like it.
type factRow struct {
	Name, Fact, Remove string
	Value              form.Field
}

// mostExamples bounds what is added by hand. A file may have brought more, and none of them is lost.
const mostExamples = 60

// Examples shows the worked examples.
func Examples(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := NewFrame(r, tx, "examples")
	if err != nil {
		return web.Reply{}, err
	}
	page, err := newExamplesPage(r, tx, f, f.offering.Tests, nil)
	return web.Reply{Page: "editor/examples", Data: page}, err
}

func newExamplesPage(r *web.Request, tx *data.Tx, f Frame, tests []catalog.Test, problems web.Problems) (ExamplesPage, error) {
	page := ExamplesPage{Frame: f, Next: follows["examples"]}
	page.Problems = problems
	notes := map[int][]string{}
	for _, p := range f.problems {
		if pageOf(p.Key) != "examples" {
			continue
		}
		var at int
		if n, _ := fmt.Sscanf(p.Key, "tests[%d]", &at); n == 1 {
			notes[at-1] = append(notes[at-1], p.In(r.L))
		} else {
			page.Wanting = append(page.Wanting, p.In(r.L))
		}
	}
	rules, err := r.Desk().Vocabulary.Compile(f.offering.UncompiledRules())
	page.Compiles = err == nil
	for i, test := range tests {
		shown := newExample(r, i, test, problems)
		shown.Notes, shown.Up, shown.Down = notes[i], i > 0, i < len(tests)-1
		if profile, ok := profileOf(r, test.Facts); ok && page.Compiles {
			outcome := rules.Decide(profile).Outcome
			shown.Now, shown.Green = r.L.T("edit.outcome_"+outcomeWord(outcome)), outcomeWord(outcome) == string(test.Outcome)
		}
		if err := shown.addSources(r, tx, test); err != nil {
			return page, err
		}
		page.Examples = append(page.Examples, shown)
	}
	to := cmp.Or(r.Form("to"), r.Query("to"))
	page.To = form.Field{ID: "to", Kind: form.Select, Label: r.L.T("edit.example_to")}
	for i, test := range tests {
		page.To.Offer(strconv.Itoa(i), cmp.Or(test.Name, r.L.T("edit.item_tests", "Number", i+1)), strconv.Itoa(i) == to)
	}
	page.About = factField(r)
	page.Operator = form.Field{ID: "operator", Label: r.L.T("edit.operator"), Hint: r.L.T("example.operator_hint"), Value: r.Form("operator"), Problem: problems.At("operator")}
	return page, nil
}

// outcomeWord is an outcome as the offering file spells it.
func outcomeWord(o eligibility.Outcome) string {
	switch o {
	case eligibility.Eligible:
		return string(catalog.TestEligible)
	case eligibility.Ineligible:
		return string(catalog.TestIneligible)
	}
	return string(catalog.TestUnknown)
}

func profileOf(r *web.Request, facts map[string]any) (eligibility.Profile, bool) {
	text, err := json.Marshal(facts)
	if err != nil {
		return nil, false
	}
	profile, err := r.Desk().Vocabulary.ParseFacts(text)
	return profile, err == nil
}

func newExample(r *web.Request, i int, test catalog.Test, problems web.Problems) example {
	id := "tests." + strconv.Itoa(i)
	e := example{ID: id, Number: i + 1}
	e.Name = form.Field{ID: id + ".name", Label: r.L.T("edit.label_tests_name"), Value: test.Name}
	e.Outcome = form.Field{ID: id + ".outcome", Kind: form.Select, Label: r.L.T("edit.label_tests_outcome")}
	for _, outcome := range catalog.TestOutcomes() {
		e.Outcome.Offer(string(outcome), r.L.T("edit.outcome_"+string(outcome)), outcome == test.Outcome)
	}
	for j, fact := range orderedFacts(r.Desk().Vocabulary, test.Facts) {
		at := id + ".facts." + strconv.Itoa(j)
		value := valueField(r, at+".value", fact, test.Facts[fact])
		value.Problem = problems.At(at + ".value")
		if typed, bad := test.Facts[fact].(unread); bad {
			value.Value = string(typed)
		}
		e.Facts = append(e.Facts, factRow{Name: at + ".id", Fact: fact, Remove: "remove " + id + ".facts." + fact, Value: value})
	}
	return e
}

// unread is a typed value that cannot be read; it stays in its input.
type unread string

// orderedFacts lists the facts of an example in the order of the vocabulary.
func orderedFacts(v *eligibility.Vocabulary, facts map[string]any) []string {
	var known []string
	for _, f := range v.Facts() {
		if _, ok := facts[string(f.ID)]; ok {
			known = append(known, string(f.ID))
		}
	}
	return known
}

// factField offers the facts that an example can get.
func factField(r *web.Request) form.Field {
	field := form.Field{ID: "about", Kind: form.Select, Label: r.L.T("edit.example_more")}
	about := r.Form("about")
	field.Offer("", r.L.T("edit.choose"), about == "")
	for _, fact := range r.Desk().Vocabulary.Facts() {
		if startsWith(fact) != nil {
			field.Offer(string(fact.ID), fact.Label.In(r.Lang), string(fact.ID) == about)
		}
	}
	return field
}

// startsWith is the value with which an answer is added, to be changed by the person; nil for facts that no rule compares, such as names.
func startsWith(fact eligibility.Fact) any {
	switch fact.Type {
	case "bool":
		return true
	case "enum":
		return fact.Values[0].Value
	case "set":
		return []any{}
	case "int", "money_usd":
		if fact.Min != nil {
			return int64(*fact.Min)
		}
		return int64(0)
	case "decimal":
		return float64(0)
	case "date":
		return "2026-01-01"
	}
	return nil
}

// valueField makes the input for a value of a fact.
func valueField(r *web.Request, id, factID string, value any) form.Field {
	fact, ok := r.Desk().Vocabulary.Fact(eligibility.FactID(factID))
	field := form.Field{ID: id, Label: fact.Label.In(r.Lang)}
	if !ok {
		field.Label = factID
		return field
	}
	switch fact.Type {
	case "bool":
		field.Kind = form.Select
		field.Offer("", r.L.T("edit.choose"), value == nil)
		field.Offer("true", r.L.T("edit.yes"), value == true)
		field.Offer("false", r.L.T("edit.no"), value == false)
	case "enum":
		field.Kind = form.Select
		field.Offer("", r.L.T("edit.choose"), value == nil || value == "")
		for _, v := range fact.Values {
			field.Offer(v.Value, v.Label.In(r.Lang), value == v.Value)
		}
	case "set":
		items, _ := value.([]any)
		field.Kind = form.Ticks
		for _, v := range fact.Values {
			field.Offer(v.Value, v.Label.In(r.Lang), slices.Contains(items, any(v.Value)))
		}
	case "date":
		field.Type, field.Value = "date", fmt.Sprint(orEmpty(value))
	case "int", "decimal", "money_usd":
		field.Mode, field.Hint, field.Value = "numeric", r.L.T("edit.example_number"), numberText(value)
	default:
		field.Value = fmt.Sprint(orEmpty(value))
		if items, ok := value.([]any); ok {
			field.Value = joinAny(items)
		}
	}
	return field
}

func orEmpty(value any) any {
	if value == nil {
		return ""
	}
	return value
}

func joinAny(items []any) string {
	var all []string
	for _, item := range items {
		all = append(all, fmt.Sprint(item))
	}
	return strings.Join(all, ", ")
}

// bounds are the words of a band with their signs.
var bounds = []struct{ word, sign string }{{"min", ">="}, {"over", ">"}, {"max", "<="}, {"below", "<"}}

// numberText writes a number, or a band as ">= 100, < 500".
func numberText(value any) string {
	band, ok := value.(map[string]any)
	if !ok {
		return plainText(value)
	}
	var all []string
	for _, b := range bounds {
		if n, ok := band[b.word]; ok {
			all = append(all, b.sign+" "+plainText(n))
		}
	}
	return strings.Join(all, ", ")
}

// plainText writes a number with all its digits: 1000000, not 1e+06.
func plainText(value any) string {
	if n, ok := value.(float64); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return fmt.Sprint(orEmpty(value))
}

// readNumber reads what numberText writes. Commas between digits separate thousands.
func readNumber(text string) (any, bool) {
	text = strings.TrimSpace(text)
	if !strings.ContainsAny(text, "<>") {
		return readPlain(text)
	}
	band := map[string]any{}
	for _, piece := range strings.Split(text, ", ") {
		piece = strings.TrimSpace(piece)
		known := false
		for _, b := range []struct{ word, sign string }{{"min", ">="}, {"max", "<="}, {"over", ">"}, {"below", "<"}} {
			if rest, ok := strings.CutPrefix(piece, b.sign); ok {
				n, ok := readPlain(rest)
				if _, twice := band[b.word]; !ok || twice {
					return nil, false
				}
				band[b.word], known = n, true
				break
			}
		}
		if !known {
			return nil, false
		}
	}
	return band, true
}

func readPlain(text string) (any, bool) {
	text = strings.ReplaceAll(strings.TrimSpace(text), ",", "")
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil
}

// readExamples reads the posted examples; most is how many there can be. What cannot be read is a problem at its input, and stays there,
// unless the pressed button removes it.
func readExamples(r *web.Request, most int) (tests []catalog.Test, problems web.Problems) {
	do := r.Form("do")
	for i := range posted(r, "n:tests", most) {
		id := "tests." + strconv.Itoa(i)
		test := catalog.Test{Name: strings.TrimSpace(r.Form(id + ".name")), Outcome: catalog.TestOutcome(r.Form(id + ".outcome")), Facts: map[string]any{}}
		if !slices.Contains(catalog.TestOutcomes(), test.Outcome) {
			test.Outcome = catalog.TestEligible
		}
		for j := range posted(r, "n:"+id+".facts", len(r.Desk().Vocabulary.Facts())) {
			at := id + ".facts." + strconv.Itoa(j)
			fact := r.Form(at + ".id")
			value, ok := readFactValue(r, fact, at+".value")
			if !ok {
				if do != "remove "+id && do != "remove "+id+".facts."+fact {
					problems = append(problems, web.Problem{Field: at + ".value", Text: r.L.T("edit.value_unreadable")})
				}
				value = unread(r.Form(at + ".value"))
			}
			if value != nil {
				test.Facts[fact] = value
			}
		}
		tests = append(tests, test)
	}
	return tests, problems
}

func posted(r *web.Request, name string, most int) int {
	n, err := strconv.Atoi(r.Form(name))
	if err != nil || n < 0 {
		return 0
	}
	return min(n, most)
}

// readFactValue reads a value by the type of its fact; nil for an empty one.
func readFactValue(r *web.Request, factID, name string) (any, bool) {
	v := r.Desk().Vocabulary
	fact, ok := v.Fact(eligibility.FactID(factID))
	text := strings.TrimSpace(r.Form(name))
	if !ok {
		return nil, true // a form that was made up; the answer is nothing
	}
	var value any = text
	switch fact.Type {
	case "set":
		items := []any{}
		for _, item := range r.FormAll(name) {
			items = append(items, item)
		}
		return items, true
	case "bool":
		value = text == "true"
	case "int", "decimal", "money_usd":
		if value, ok = readNumber(text); !ok {
			return nil, text == ""
		}
	case "list":
		items := []any{}
		for _, item := range strings.Split(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				items = append(items, item)
			}
		}
		value = items
	}
	if text == "" {
		return nil, true
	}
	encoded, err := json.Marshal(value)
	if err == nil {
		_, err = v.ParseValue(fact.ID, encoded)
	}
	return value, err == nil
}

// SaveExamples stores the examples, and does what the buttons say.
func SaveExamples(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := NewFrame(r, tx, "examples")
	if err != nil {
		return web.Reply{}, err
	}
	if !f.HasDraft {
		return web.Reply{}, data.Refuse("", "draft_over")
	}
	base, err := f.base(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if !r.Has("n:tests") { // not the whole form: what is not there would be lost
		return web.Reply{}, data.ErrConflict
	}
	tests, problems := readExamples(r, max(mostExamples, len(base.Tests)))
	do := pressed(r)
	chosen, picked := strings.CutPrefix(do, "record ")
	switch {
	case len(problems) > 0:
	case do == "record":
		found, records, wrong, err := lookUp(r, tx)
		if err != nil {
			return web.Reply{}, err
		}
		if len(records) > 0 {
			page, err := newExamplesPage(r, tx, f, tests, nil)
			if err == nil {
				err = page.offerRecords(r, tx, records, tests)
			}
			return web.Reply{Page: "editor/examples", Data: page, Discard: true}, err
		}
		chosen, picked, problems = found, wrong == nil, wrong
	}
	if picked && len(problems) == 0 {
		if tests, problems, err = addRecord(r, tx, f.offering, tests, chosen); err != nil {
			return web.Reply{}, err
		}
	}
	if len(problems) > 0 {
		page, err := newExamplesPage(r, tx, f, tests, problems)
		return web.Reply{Status: 422, Page: "editor/examples", Data: page}, err
	}
	anchor := ""
	if picked {
		anchor = "tests." + strconv.Itoa(len(tests)-1)
	} else if do != "" {
		tests, anchor = doExamples(r, tests, do)
	}
	return f.storeExamples(r, tx, base, tests, anchor)
}

// pressed is what the pressed button says; "" to save. Enter in any input presses the form's first button, "enter", which nobody sees: it
// searches the registers when something new stands in the search, and saves otherwise.
func pressed(r *web.Request) string {
	if do := r.Form("do"); do != "enter" {
		return do
	}
	if text := strings.TrimSpace(r.Form("operator")); text != "" && text != strings.TrimSpace(r.Form("searched")) {
		return "record"
	}
	return ""
}

// storeExamples saves the examples on top of the present text. What somebody else saved meanwhile is shown beside; sending the form once
// more keeps what was typed.
func (f *Frame) storeExamples(r *web.Request, tx *data.Tx, base *catalog.Offering, tests []catalog.Test, anchor string) (web.Reply, error) {
	wanted := *f.offering
	wanted.Tests = tests
	names := []string{"tests"}
	if !same(base, f.offering, names) && !same(&wanted, f.offering, names) {
		page, err := newExamplesPage(r, tx, *f, tests, nil)
		if err == nil {
			page.Conflict, err = f.beside(r, tx, &wanted)
		}
		return web.Reply{Status: 409, Page: "editor/examples", Data: page}, err
	}
	_, err := publishing.Save(tx, curate.Desk(r), f.draft.ID, f.draft.Revision, r.Person.ID, &wanted)
	if problems, refused := r.Refused(err); refused {
		page, err := newExamplesPage(r, tx, *f, tests, problems)
		return web.Reply{Status: 422, Page: "editor/examples", Data: page}, err
	}
	switch {
	case err != nil:
		return web.Reply{}, err
	case anchor != "":
		return web.Reply{Redirect: Address(f.Slug, "examples") + "#" + anchor}, nil
	case r.Has("next"):
		return web.Reply{Redirect: Address(f.Slug, follows["examples"]), Flash: "edit.flash_saved"}, nil
	}
	return web.Reply{Redirect: Address(f.Slug, "examples"), Flash: "edit.flash_saved"}, nil
}

// doExamples does what a button says: "add tests", "up tests.2", "add tests.to.facts" (to the chosen one), "remove tests.2.facts.meters".
func doExamples(r *web.Request, tests []catalog.Test, do string) ([]catalog.Test, string) {
	verb, path, _ := strings.Cut(do, " ")
	steps := strings.Split(path, ".")
	if path == "tests" && verb == "add" && len(tests) < mostExamples {
		return append(tests, catalog.Test{Outcome: catalog.TestEligible, Facts: map[string]any{}}), "tests." + strconv.Itoa(len(tests))
	}
	if len(steps) < 2 || steps[0] != "tests" {
		return tests, ""
	}
	if steps[1] == "to" {
		steps[1] = r.Form("to")
	}
	at, err := strconv.Atoi(steps[1])
	if err != nil || at < 0 || at >= len(tests) {
		return tests, ""
	}
	id := "tests." + strconv.Itoa(at)
	switch {
	case len(steps) == 3 && verb == "add":
		fact, ok := r.Desk().Vocabulary.Fact(eligibility.FactID(r.Form("about")))
		if _, there := tests[at].Facts[string(fact.ID)]; ok && !there && startsWith(fact) != nil {
			tests[at].Facts[string(fact.ID)] = startsWith(fact)
		}
		return tests, id
	case len(steps) == 4 && verb == "remove":
		delete(tests[at].Facts, steps[3])
		return tests, id
	case verb == "remove":
		return slices.Delete(tests, at, at+1), "tests"
	case verb == "up" && at > 0:
		tests[at-1], tests[at] = tests[at], tests[at-1]
		return tests, "tests." + strconv.Itoa(at-1)
	case verb == "down" && at < len(tests)-1:
		tests[at+1], tests[at] = tests[at], tests[at+1]
		return tests, "tests." + strconv.Itoa(at+1)
	}
	return tests, ""
}
