package hsds

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/catalog/exchange/hsds"
	"accessdesk/ui/api/body"
	"accessdesk/ui/problem"
	"accessdesk/ui/web"

	"github.com/google/uuid"
)

// The sizes of pages, in items. A minimal list is meant to come in one page.
const (
	pageUsual   = 50
	pageMost    = 200
	minimalMost = 10_000
)

// pageLast is the highest page number that is taken, searchMost the most characters of a search.
const (
	pageLast   = 1_000_000
	searchMost = 200
)

// question is what a request asks for.
type question struct {
	hsds.Filter
	page, perPage              int
	lines                      bool
	minimal, full, fullService bool
}

// asked are the parameters of a request, and what is wrong with them.
type asked struct {
	values   url.Values
	inBody   map[string]bool
	known    []string
	mistakes []problem.Mistake
}

// read reads the parameters of a request, of which it takes the known ones; lang is read by the adapter and always taken.
func read(r *web.Request, known ...string) (question, error) {
	a := &asked{values: url.Values{}, inBody: map[string]bool{}, known: known}
	_, text, _ := strings.Cut(r.Address(), "?")
	values, err := url.ParseQuery(text)
	if err != nil {
		return question{}, problem.New("bad_request")
	}
	a.values = values
	if r.Posted() {
		if err := a.addBody(r); err != nil {
			return question{}, err
		}
	}
	a.checkNames()
	q := question{Filter: hsds.Filter{
		Search: a.text("search"), TaxonomyID: a.id("taxonomy_id"), TaxonomyTermID: a.id("taxonomy_term_id"), OrganizationID: a.id("organization_id"),
		ParentID: a.id("parent_id"), ModifiedAfter: a.instant("modified_after"), TopOnly: a.flag("top_only"),
	}, minimal: a.flag("minimal"), full: a.flag("full"), fullService: a.flag("full_service"), lines: a.format() == "ndjson"}
	a.text("postcode")
	usual, most := pageUsual, pageMost
	if q.minimal {
		usual, most = minimalMost, minimalMost
	}
	a.number("proximity", 0, 40_000_000, 0)
	q.page, q.perPage = a.number("page", 1, pageLast, 1), a.number("per_page", 1, most, usual)
	if q.minimal && q.full {
		a.wrong("minimal", "not_together", "Other", "full")
	}
	for _, name := range []string{"page", "per_page"} {
		if q.lines && a.values.Has(name) {
			a.wrong(name, "not_together", "Other", "format=ndjson")
		}
	}
	return q, a.fault()
}

// addBody takes the parameters of a posted question: a JSON object, or a form.
func (a *asked) addBody(r *web.Request) error {
	kind, _, _ := strings.Cut(r.Header("Content-Type"), ";")
	var posted url.Values
	switch kind = strings.ToLower(strings.TrimSpace(kind)); {
	case len(r.Body()) == 0:
		return nil
	case r.Header("Content-Encoding") != "":
		return problem.New("media_type")
	case kind == "application/x-www-form-urlencoded":
		values, err := url.ParseQuery(string(r.Body()))
		if err != nil {
			return problem.New("body")
		}
		posted = values
	case kind == "application/json":
		values, err := object(r.Body())
		if err != nil {
			return err
		}
		posted = values
	default:
		return problem.New("media_type")
	}
	for name, values := range posted {
		a.inBody[name] = true
		a.values[name] = append(a.values[name], values...)
	}
	return nil
}

// wrongBodies are the codes of the mistakes of package body that are no plain mistake of syntax.
var wrongBodies = map[string]string{"twice": "member_twice", "deep": "too_deep", "number": "number_long", "trailing": "trailing"}

// object reads a JSON object of texts, numbers, true and false; null is as if it were not there. It is read strictly, as /api/v1 reads: of
// two members with one name nobody knows which was meant.
func object(text []byte) (url.Values, error) {
	value, err := body.Parse(text)
	var wrong *body.Problem
	if errors.As(err, &wrong) {
		return nil, problem.New("body", problem.Mistake{Pointer: wrong.Pointer, Code: cmp.Or(wrongBodies[wrong.Code], "not_json"),
			Args: map[string]any{"Name": cut(wrong.Name), "Where": wrong.Want, "Max": wrong.Want}})
	}
	members, ok := value.(map[string]any)
	if !ok {
		return nil, problem.New("body", problem.Mistake{Pointer: "#", Code: "not_json", Args: map[string]any{"Where": "line 1"}})
	}
	values := url.Values{}
	for name, value := range members {
		switch value := value.(type) {
		case nil:
		case string:
			values.Set(name, value)
		case json.Number:
			values.Set(name, value.String())
		case bool:
			values.Set(name, strconv.FormatBool(value))
		default:
			values[name] = []string{"", ""} // no parameter takes a list or an object: refused like one that is given twice
		}
	}
	return values, nil
}

// checkNames refuses parameters that nobody knows, and those that are given twice.
func (a *asked) checkNames() {
	for _, name := range slices.Sorted(maps.Keys(a.values)) {
		switch {
		case !slices.Contains(a.known, name):
			a.wrong(name, "unknown_parameter", "Name", cut(name), "Known", strings.Join(append(slices.Sorted(slices.Values(a.known)), "lang"), ", "))
		case len(a.values[name]) > 1:
			a.wrong(name, "given_twice")
		}
	}
}

// cut keeps a name that somebody sent short enough to be said back.
func cut(name string) string {
	if letters := []rune(strings.ToValidUTF8(name, "?")); len(letters) > 40 {
		return string(letters[:40]) + "…"
	}
	return strings.ToValidUTF8(name, "?")
}

func (a *asked) wrong(name, code string, args ...string) {
	m := problem.Mistake{Parameter: cut(name), Code: code, Args: map[string]any{}}
	if a.inBody[name] {
		m.Parameter, m.Pointer = "", "#/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(cut(name))
	}
	for i := 0; i+1 < len(args); i += 2 {
		m.Args[args[i]] = args[i+1]
	}
	a.mistakes = append(a.mistakes, m)
}

func (a *asked) fault() error {
	if len(a.mistakes) == 0 {
		return nil
	}
	code := "parameters"
	if len(a.inBody) > 0 {
		code = "body"
	}
	return problem.New(code, a.mistakes...)
}

// given gives a parameter; false if it is absent or empty.
func (a *asked) given(name string) (string, bool) {
	value := a.values.Get(name)
	return value, value != "" && slices.Contains(a.known, name)
}

func (a *asked) text(name string) string {
	value, _ := a.given(name)
	if utf8.RuneCountInString(value) > searchMost {
		a.wrong(name, "text_long", "Max", strconv.Itoa(searchMost))
	}
	return value
}

func (a *asked) id(name string) string {
	value, ok := a.given(name)
	if !ok {
		return ""
	}
	id, err := uuid.Parse(value)
	if err != nil || len(value) != 36 {
		a.wrong(name, "uuid")
	}
	return id.String()
}

func (a *asked) flag(name string) bool {
	value, ok := a.given(name)
	if ok && value != "true" && value != "false" {
		a.wrong(name, "true_false")
	}
	return value == "true"
}

func (a *asked) number(name string, least, most, usual int) int {
	value, ok := a.given(name)
	if !ok {
		return usual
	}
	number, err := strconv.Atoi(value)
	if err != nil || number < least || number > most {
		a.wrong(name, "whole_number", "Min", strconv.Itoa(least), "Max", strconv.Itoa(most))
		return usual
	}
	return number
}

func (a *asked) format() string {
	value, ok := a.given("format")
	if ok && value != "json" && value != "ndjson" {
		a.wrong("format", "one_of", "Values", "json, ndjson")
	}
	return value
}

// instant reads a day or a moment; one without a zone is UTC. A plus sign that was not escaped arrives as a blank.
func (a *asked) instant(name string) time.Time {
	value, ok := a.given(name)
	if !ok {
		return time.Time{}
	}
	value = strings.ReplaceAll(value, " ", "+")
	for _, layout := range []string{time.DateOnly, time.RFC3339Nano, "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, value); err == nil {
			return at
		}
	}
	a.wrong(name, "instant")
	return time.Time{}
}
