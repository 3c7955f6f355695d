// Package api is /api/v1, the desk for programs: the catalog, the facts, the screening, and, with a key, the editing of offerings. What it
// says and refuses comes from the same functions as what the pages and commands say and refuse; here stands only how it looks as JSON.
//
// Handlers are those of package web and answer with a Document. Reading is public, cookieless and kept as bytes by the catalog's revision;
// a key opens the rest (web.Key). What goes wrong is a *problem.Fault, which names each place: a query parameter, or a JSON pointer into the
// body, which package body reads strictly.
//
// openapi.json, beside this file, describes all of it and the other interfaces of the site. Tests hold it against the route table and
// against what is sent, in both directions.
package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"accessdesk/ui/api/body"
	"accessdesk/ui/problem"
	"accessdesk/ui/web"
)

// Base is where the interface stands.
const Base = "/api/v1"

const mediaType = "application/json"

// encode writes an answer: without white space, which a third of a list would be, and with < and > as they are, since no browser runs it.
func encode(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return text.Bytes(), err
}

// answer is a reply with JSON.
func answer(value any) (web.Reply, error) {
	text, err := encode(value)
	return web.Reply{Document: &web.Document{Type: mediaType, Body: text}}, err
}

// query reads the parameters of a request and notes what is wrong with them.
type query struct {
	values   url.Values
	mistakes []problem.Mistake
}

// parameters reads the query; lang is read by the adapter and always allowed.
func parameters(r *web.Request, known ...string) *query {
	q := &query{values: url.Values{}}
	_, text, _ := strings.Cut(r.Address(), "?")
	if values, err := url.ParseQuery(text); err == nil {
		q.values = values
	}
	var names []string
	for name := range q.values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		switch {
		case !slices.Contains(known, name):
			q.wrong(name, "unknown_parameter", "Name", name, "Known", strings.Join(append(slices.Clone(known), "lang"), ", "))
		case len(q.values[name]) > 1:
			q.wrong(name, "given_twice")
		}
	}
	return q
}

func (q *query) wrong(name, code string, args ...string) {
	m := problem.Mistake{Parameter: name, Code: code, Args: map[string]any{}}
	for i := 0; i+1 < len(args); i += 2 {
		m.Args[args[i]] = args[i+1]
	}
	q.mistakes = append(q.mistakes, m)
}

// one gives a parameter that takes one of some values; "" if it is absent.
func (q *query) one(name string, values []string) string {
	value := q.values.Get(name)
	if q.values.Has(name) && !slices.Contains(values, value) {
		q.wrong(name, "one_of", "Values", strings.Join(values, ", "))
	}
	return value
}

// number gives a whole number within bounds, usual if it is absent.
func (q *query) number(name string, least, most, usual int) int {
	if !q.values.Has(name) {
		return usual
	}
	number, err := strconv.Atoi(q.values.Get(name))
	if err != nil || number < least || number > most {
		q.wrong(name, "whole_number", "Min", strconv.Itoa(least), "Max", strconv.Itoa(most))
	}
	return number
}

// flag gives true or false; given is false if it is absent.
func (q *query) flag(name string) (value, given bool) {
	if !q.values.Has(name) {
		return false, false
	}
	text := q.values.Get(name)
	if text != "true" && text != "false" {
		q.wrong(name, "true_false")
	}
	return text == "true", true
}

// err is what is wrong with the query, nil if nothing is.
func (q *query) err() error {
	if len(q.mistakes) == 0 {
		return nil
	}
	return problem.New("parameters", q.mistakes...)
}

// texts are the words of a list as parameters take them.
func texts[T ~string](values []T) []string {
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = string(value)
	}
	return all
}

// object reads the body of a request: a JSON object with none but the given members.
func object(r *web.Request, most int, known ...string) (map[string]any, error) {
	if err := sized(r, most); err != nil {
		return nil, err
	}
	members, err := body.Object(r.Body(), known...)
	return members, wrongBody(err)
}

// sized refuses a body that is no plain JSON, or too long.
func sized(r *web.Request, most int) error {
	kind, parameters, _ := strings.Cut(r.Header("Content-Type"), ";")
	charset := strings.ToLower(strings.ReplaceAll(parameters, " ", ""))
	switch {
	case !strings.EqualFold(strings.TrimSpace(kind), mediaType), charset != "" && charset != "charset=utf-8", r.Header("Content-Encoding") != "":
		return problem.New("media_type")
	case len(r.Body()) > most:
		return problem.New("too_large")
	}
	return nil
}

// bodyCodes are the codes of the mistakes that package body finds.
var bodyCodes = map[string]string{"twice": "member_twice", "deep": "too_deep", "number": "number_long", "unknown": "unknown_member",
	"kind": "expected", "syntax": "not_json", "trailing": "trailing"}

// wrongBody turns what package body found into a fault.
func wrongBody(err error) error {
	var one *body.Problem
	var several body.Problems
	switch {
	case errors.As(err, &several):
	case errors.As(err, &one):
		several = body.Problems{one}
	default:
		return err
	}
	var mistakes []problem.Mistake
	for _, p := range several {
		mistakes = append(mistakes, problem.Mistake{Pointer: p.Pointer, Code: bodyCodes[p.Code], Args: map[string]any{"Name": p.Name, "Known": p.Want, "Where": p.Want, "Max": p.Want, "Expected": p.Want}})
	}
	return problem.New("body", mistakes...)
}
