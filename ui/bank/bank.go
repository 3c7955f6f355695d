// Package bank holds the pages of the question bank: the list of its questions with the programs that ask them, and the page of one
// question, on which program managers change, retire and take it into use again. What may be kept, and by whom, is decided in package
// catalog/question; adding a question to a program happens on the page of questions of the editor (ui/editor).
//
// # Without JavaScript
//
// The fields come from package ui/editor/part, as those of the editor do. A question of the bank has to be whole to be kept, so the buttons
// that add, move and remove answers keep nothing: they send the form, which comes back with the list changed.
package bank

import (
	"slices"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/question"
	"accessdesk/data"
	"accessdesk/ui/editor"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// ListPage is the question bank.
type ListPage struct {
	Fields     []form.Field
	Rows       []row
	All, Found int
	Write      bool
}

type row struct {
	Link, Label, ID, Type string
	Used                  int // programs
	Names                 string
	Pill                  editor.Pill
}

// The states by which the list can be narrowed.
const (
	inUse   = "used"
	retired = "retired"
)

// List shows the questions, those in use first.
func List(r *web.Request, tx *data.Tx) (web.Reply, error) {
	all, err := question.All(tx)
	if err != nil {
		return web.Reply{}, err
	}
	live, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	uses, err := question.UsedBy(tx, live)
	if err != nil {
		return web.Reply{}, err
	}
	page := ListPage{All: len(all), Write: web.Manager.Allows(r.Person), Fields: filterFields(r)}
	order := r.L.Alphabet()
	slices.SortStableFunc(all, func(a, b question.Question) int {
		if a.InUse() != b.InUse() {
			return map[bool]int{true: -1, false: 1}[a.InUse()]
		}
		return order(a.Label.In(r.Lang), b.Label.In(r.Lang))
	})
	for _, q := range all {
		if matches(r, q) {
			page.Rows = append(page.Rows, newRow(r, q, uses[q.ID]))
		}
	}
	page.Found = len(page.Rows)
	return web.Reply{Page: "bank/list", Data: page}, nil
}

func filterFields(r *web.Request) []form.Field {
	kind := form.Field{ID: "type", Kind: form.Select, Label: r.L.T("edit.label_questions_type")}
	kind.Offer("", r.L.T("bank.any_type"), r.Query("type") == "")
	for _, t := range catalog.QuestionTypes() {
		kind.Offer(string(t), r.L.T("edit.type_"+string(t)), r.Query("type") == string(t))
	}
	state := form.Field{ID: "state", Kind: form.Select, Label: r.L.T("bank.state")}
	for _, name := range []string{"", inUse, retired} {
		state.Offer(name, r.L.T("bank.state_"+name), r.Query("state") == name)
	}
	return []form.Field{{ID: "q", Kind: form.Text, Type: "search", Label: r.L.T("bank.search"), Value: r.Query("q")}, kind, state}
}

func matches(r *web.Request, q question.Question) bool {
	text := strings.ToLower(strings.Join([]string{q.ID, q.Label.En, q.Label.Es, q.Help.En, q.Help.Es}, " "))
	for _, word := range strings.Fields(strings.ToLower(r.Query("q"))) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	kind, state := r.Query("type"), r.Query("state")
	return (kind == "" || kind == string(q.Type)) && (state != inUse || q.InUse()) && (state != retired || !q.InUse())
}

func newRow(r *web.Request, q question.Question, uses []question.Use) row {
	one := row{Link: editor.BankAddress(q.ID), Label: q.Label.In(r.Lang), ID: q.ID, Type: r.L.T("edit.type_" + string(q.Type)), Pill: pill(r, q)}
	var names []string
	for _, use := range uses {
		if name := titleOf(r, use.Offering); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	one.Used, one.Names = len(names), strings.Join(names, "; ")
	return one
}

func titleOf(r *web.Request, o *catalog.Offering) string {
	if title := o.Title.In(r.Lang); title != "" {
		return title
	}
	return o.Slug
}

func pill(r *web.Request, q question.Question) editor.Pill {
	if q.InUse() {
		return editor.Pill{Tone: "ok", Text: r.L.T("bank.state_used")}
	}
	return editor.Pill{Tone: "no", Text: r.L.T("bank.state_retired")}
}

func moment(r *web.Request, at time.Time) string { return r.L.DateTime(at, r.Site.Zone) }
