package editor

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// foundRecord is an organization of the registers, of which a click makes an example.
type foundRecord struct {
	ID, Name, Place string
	Number, Source  string // in words: its identifier; the register that names it, with its edition
	Example         string // "tests.3": there is an example of it already
}

// mostFound is how many records a search lists: what a person looks through.
const mostFound = 10

// lookUp reads what was typed into the search for records: the identifier of one, or a text for which hits are given.
func lookUp(r *web.Request, tx *data.Tx) (id string, hits []registry.Hit, problems web.Problems, err error) {
	text := strings.TrimSpace(r.Form("operator"))
	if text == "" {
		return "", nil, web.Problems{{Field: "operator", Text: r.L.T("refusal.required")}}, nil
	}
	if _, known, err := organization(tx, text); err != nil || known {
		return text, nil, nil, err
	}
	hits, err = r.Desk().Registers.Search(tx, text, mostFound+1)
	if err == nil && len(hits) == 0 {
		problems = web.Problems{{Field: "operator", Text: r.L.T("edit.operator_none")}}
	}
	return "", hits, problems, err
}

// organization finds the record of an organization; a place of a table is none.
func organization(tx *data.Tx, id string) (registry.Operator, bool, error) {
	found, err := registry.Find(tx, id)
	if errors.Is(err, data.ErrNotFound) {
		return found, false, nil
	}
	if err != nil {
		return found, false, err
	}
	source, _ := layout.Named(found.Sources[0].Register)
	return found, source.Operators, nil
}

// offerRecords lists what was found, each to be made an example.
func (p *ExamplesPage) offerRecords(r *web.Request, tx *data.Tx, hits []registry.Hit, tests []catalog.Test) error {
	editions, err := registry.Editions(tx)
	if err != nil {
		return err
	}
	p.More = len(hits) > mostFound
	for _, h := range hits[:min(len(hits), mostFound)] {
		kind, number, _ := strings.Cut(h.ID, ":")
		one := foundRecord{ID: h.ID, Name: h.Name, Place: strings.Trim(h.Town+", "+h.State, ", "), Number: h.ID,
			Source: r.L.Register(h.Register, layout.LastDay(editions[h.Register]))}
		if key := "find.id_" + kind; r.L.Has(key) {
			one.Number = r.L.T(key, "Number", number)
		}
		if at := slices.IndexFunc(tests, func(t catalog.Test) bool { return recordOf(t) == h.ID }); at >= 0 {
			one.Example = fmt.Sprint("tests.", at)
		}
		p.Found = append(p.Found, one)
	}
	return nil
}

// addRecord adds an example with what the registers say of an organization, as far as the rules read it. It comes out as it does now: the
// person looks whether that is right.
func addRecord(r *web.Request, tx *data.Tx, o *catalog.Offering, tests []catalog.Test, id string) ([]catalog.Test, web.Problems, error) {
	if len(tests) >= mostExamples {
		return tests, web.Problems{{Field: "operator", Text: r.L.T("example.full", "Most", mostExamples)}}, nil
	}
	operator, known, err := organization(tx, id)
	if err != nil {
		return tests, nil, err
	}
	if !known {
		return tests, web.Problems{{Field: "operator", Text: r.L.T("edit.operator_none")}}, nil
	}
	rules, err := r.Desk().Vocabulary.Compile(o.UncompiledRules())
	if err != nil {
		return tests, web.Problems{{Field: "operator", Text: r.L.T("edit.operator_rules")}}, nil
	}
	test, err := exampleOf(r, operator, rules)
	return append(tests, test), nil, err
}

func exampleOf(r *web.Request, operator registry.Operator, rules *eligibility.Ruleset) (catalog.Test, error) {
	v := r.Desk().Vocabulary
	profile, err := operator.Profile(v)
	if err != nil {
		return catalog.Test{}, err
	}
	decision := rules.Decide(profile)
	read := map[eligibility.FactID]bool{eligibility.SectorFact: true}
	for _, c := range decision.Criteria {
		for _, fact := range c.Facts {
			read[fact] = true
		}
	}
	test := catalog.Test{Name: recordName(operator), Outcome: catalog.TestOutcome(outcomeWord(decision.Outcome)), Facts: map[string]any{}}
	for id, value := range profile {
		if !read[id] {
			continue
		}
		text, err := v.FormatValue(id, value)
		if err != nil {
			return test, err
		}
		plain, err := plainValue(text)
		if err != nil {
			return test, err
		}
		test.Facts[string(id)] = plain
	}
	return test, nil
}

// recordName names an example by the organization, its identifier, and the edition in which it was read: "NAME (ccn:141317, 2026-02)".
func recordName(operator registry.Operator) string {
	return fmt.Sprintf("%s (%s, %s)", operator.Name, operator.ID, operator.Sources[0].Vintage)
}

// recordOf is the identifier of the record of which an example was made; "" if it was made by hand.
func recordOf(test catalog.Test) string {
	at := strings.LastIndex(test.Name, " (")
	if at < 0 {
		return ""
	}
	id, _, _ := strings.Cut(strings.TrimSuffix(test.Name[at+2:], ")"), ", ")
	if kind, number, ok := strings.Cut(id, ":"); !ok || kind == "" || number == "" || strings.Contains(id, " ") {
		return ""
	}
	return id
}

// addSources says at each answer of an example that was made of a record which register it comes from, and where that says something else
// by now, or the person changed it, what it says.
func (e *example) addSources(r *web.Request, tx *data.Tx, test catalog.Test) error {
	id := recordOf(test)
	if id == "" {
		return nil
	}
	operator, known, err := organization(tx, id)
	if err != nil || !known {
		return err
	}
	v := r.Desk().Vocabulary
	profile, err := operator.Profile(v)
	if err != nil {
		return err
	}
	for i := range e.Facts {
		row := &e.Facts[i]
		fact := eligibility.FactID(row.Fact)
		listed, ok := profile[fact]
		if !ok {
			continue
		}
		key := "example.differs"
		if equal, err := listedAs(v, fact, listed, test.Facts[row.Fact]); err != nil {
			return err
		} else if equal {
			key = "example.from"
		}
		row.Value.Hint = joined(row.Value, r.L.T(key, "Register", r.L.Register(listed.Source, listed.AsOf), "Listed", v.Display(fact, listed, r.Lang)))
	}
	return nil
}

// joined is the hint of a field with a sentence more.
func joined(field form.Field, sentence string) string {
	return strings.TrimSpace(field.Hint + " " + sentence)
}

// listedAs tells whether an example says what a register says.
func listedAs(v *eligibility.Vocabulary, fact eligibility.FactID, listed eligibility.Value, stated any) (bool, error) {
	want, err := v.FormatValue(fact, listed)
	if err != nil {
		return false, err
	}
	text, err := json.Marshal(stated)
	if err != nil {
		return false, nil
	}
	value, err := v.ParseValue(fact, text)
	if err != nil { // not finished, or mistyped: it is said beside the field
		return false, nil
	}
	got, err := v.FormatValue(fact, value)
	return string(got) == string(want), err
}

// plainValue reads JSON as the values that an offering file has: whole numbers stay whole.
func plainValue(text []byte) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("value of a record: %w", err)
	}
	return whole(value), nil
}

func whole(value any) any {
	switch v := value.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case map[string]any:
		for key, inner := range v {
			v[key] = whole(inner)
		}
	}
	return value
}
