package bank

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"accessdesk/catalog"
	"accessdesk/catalog/difference"
	"accessdesk/catalog/question"
	"accessdesk/data"
	"accessdesk/ui/curate"
	"accessdesk/ui/editor"
	"accessdesk/ui/editor/part"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// NewPage asks for the kind of answer, which decides what the form has.
type NewPage struct{ Type form.Field }

// Page is one question of the bank, or one that is being written.
type Page struct {
	web.Problems
	New            bool
	ID, Heading    string
	Action         string // where the form posts
	Type, TypeText string
	Revision       int
	Pill           editor.Pill
	InUse, Write   bool
	Retired        string // when and by whom
	Nodes          []part.Node
	Uses           []use
	History        []change
	Conflict       *editor.Conflict
}

type use struct{ Title, Link, Where, Says string }

type change struct {
	Act, When, Who string
	Changes        []difference.Words
}

// names of the form: the question stands there as the only one of an offering.
const (
	key     = "questions"
	first   = "questions.0"
	options = "questions.0.options"
)

// New asks for the kind of answer, then for the question.
func New(r *web.Request, _ *data.Tx) (web.Reply, error) {
	if kind := catalog.QuestionType(r.Query("type")); slices.Contains(catalog.QuestionTypes(), kind) {
		return web.Reply{Page: "bank/question", Data: newQuestion(r, catalog.Question{Type: kind}, nil, nil)}, nil
	}
	field := form.Field{ID: "type", Kind: form.Select, Label: r.L.T("edit.label_questions_type"), Hint: r.L.T("bank.type_hint")}
	for _, t := range catalog.QuestionTypes() {
		field.Offer(string(t), r.L.T("edit.type_"+string(t)), t == catalog.QuestionText)
	}
	return web.Reply{Page: "bank/new", Data: NewPage{field}}, nil
}

// newQuestion is the page of a question that is not kept yet.
func newQuestion(r *web.Request, q catalog.Question, posted part.Posted, problems []fieldProblem) Page {
	page := Page{New: true, Heading: r.L.T("bank.new"), Write: true, InUse: true, Action: editor.BankAddress("new")}
	page.fill(r, q, posted, problems)
	return page
}

// fieldProblem is what is wrong with a field.
type fieldProblem struct{ field, text string }

// fill makes the form.
func (p *Page) fill(r *web.Request, q catalog.Question, posted part.Posted, problems []fieldProblem) {
	if choosing := q.Type == catalog.QuestionChoice || q.Type == catalog.QuestionSeveral; choosing && len(q.Options) == 0 && p.New {
		q.Options = make([]catalog.Option, 2) // the fewest that there can be
	}
	p.Type, p.TypeText = string(q.Type), r.L.T("edit.type_"+string(q.Type))
	fields := part.Form{L: r.L, Offering: &catalog.Offering{Questions: []catalog.Question{q}}, Posted: posted, Action: p.Action,
		Problems: map[string]string{}, Notes: map[string][]string{},
		Skip: map[string]bool{"questions_id": !p.New, "questions_type": true, "questions_required": true, "questions_when": true, "questions_bank": true,
			"questions_options": q.Type != catalog.QuestionChoice && q.Type != catalog.QuestionSeveral}}
	for _, one := range problems {
		p.Problems = append(p.Problems, web.Problem{Field: one.field, Text: one.text})
		switch last := one.field[strings.LastIndexByte(one.field, '.')+1:]; last {
		case "label", "help", "options": // of all that stands below
			fields.Notes[one.field] = append(fields.Notes[one.field], one.text)
		default:
			fields.Problems[one.field] = one.text
		}
	}
	p.Nodes = fields.Nodes([]string{key})[0].List.Items[0].Nodes
}

// Show shows a question, with the form for those who may change it.
func Show(r *web.Request, tx *data.Tx) (web.Reply, error) {
	q, err := question.Find(tx, r.Param("id"))
	if err != nil {
		return web.Reply{}, err
	}
	page, err := newPage(r, tx, q)
	if err == nil {
		page.fill(r, q.Question, nil, nil)
	}
	return web.Reply{Page: "bank/question", Data: page}, err
}

// newPage is the page of a question as it stands, without its form.
func newPage(r *web.Request, tx *data.Tx, q question.Question) (page Page, err error) {
	page = Page{ID: q.ID, Heading: q.Label.In(r.Lang), Action: editor.BankAddress(q.ID), Revision: q.Revision, Pill: pill(r, q), InUse: q.InUse(),
		Write: web.Manager.Allows(r.Person)}
	if !q.InUse() {
		who, err := editor.Who(r, tx, q.RetiredBy)
		if err != nil {
			return page, err
		}
		page.Retired = r.L.T("bank.retired_by", "Who", who, "When", moment(r, q.Retired))
	}
	live, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return page, err
	}
	uses, err := question.UsedBy(tx, live)
	for _, u := range uses[q.ID] {
		page.Uses = append(page.Uses, newUse(r, u))
	}
	if err == nil {
		err = page.addHistory(r, tx)
	}
	return page, err
}

func newUse(r *web.Request, u question.Use) use {
	one := use{Title: titleOf(r, u.Offering), Link: editor.Address(u.Offering.Slug, "questions"), Where: r.L.T("bank.in_draft")}
	if u.Version > 0 {
		one.Where = r.L.T("edit.version", "Number", u.Version)
	}
	switch {
	case !u.Linked:
		one.Says = r.L.T("bank.says_alike")
	case u.Same:
		one.Says = r.L.T("bank.says_same")
	default:
		one.Says = r.L.T("bank.says_other")
	}
	return one
}

func (p *Page) addHistory(r *web.Request, tx *data.Tx) error {
	all, err := question.History(tx, p.ID)
	for i, one := range all {
		if err != nil {
			return err
		}
		row := change{Act: r.L.T("bank.act_" + string(one.Act)), When: moment(r, one.At)}
		if one.Act == question.Changed && i+1 < len(all) {
			row.Changes = differences(r, all[i+1].Question, one.Question)
		}
		row.Who, err = editor.Who(r, tx, one.By)
		p.History = append(p.History, row)
	}
	return err
}

// differences puts what is different between two texts of a question into words.
func differences(r *web.Request, before, after catalog.Question) (all []difference.Words) {
	for _, c := range difference.Between(&catalog.Offering{Questions: []catalog.Question{before}}, &catalog.Offering{Questions: []catalog.Question{after}}) {
		all = append(all, c.In(difference.Reader{Locale: r.L, Vocabulary: r.Desk().Vocabulary}))
	}
	return all
}

// Create puts a new question into the bank.
func Create(r *web.Request, tx *data.Tx) (web.Reply, error) {
	typed, problems, asked := read(r, catalog.Question{})
	if !slices.Contains(catalog.QuestionTypes(), typed.Type) {
		return web.Reply{Redirect: editor.BankAddress("new")}, nil
	}
	if asked && len(problems) == 0 {
		return web.Reply{Page: "bank/question", Data: newQuestion(r, typed, nil, nil)}, nil
	}
	if len(problems) == 0 {
		_, err := question.Add(tx, curate.Desk(r), r.Person.ID, typed)
		if err == nil {
			return web.Reply{Redirect: editor.BankAddress(typed.ID), Flash: "bank.flash_added"}, nil
		}
		if problems, err = said(r, err); err != nil {
			return web.Reply{}, err
		}
	}
	return web.Reply{Status: 422, Page: "bank/question", Data: newQuestion(r, typed, r, problems)}, nil
}

// read gives the question as it was typed, on top of the one that is known, and what of it cannot be read. asked tells that a button of a list was pressed.
func read(r *web.Request, known catalog.Question) (typed catalog.Question, problems []fieldProblem, asked bool) {
	reading := part.Read(&catalog.Offering{Questions: []catalog.Question{known}}, []string{key}, r)
	for _, field := range reading.Order {
		problems = append(problems, fieldProblem{field, r.L.T("refusal." + reading.Problems[field])})
	}
	o := reading.Offering
	words := r.Form("do")
	if asked = strings.Contains(words, " "+options); asked && len(problems) == 0 {
		o, _ = part.Do(o, []string{key}, words)
	}
	if len(o.Questions) == 0 {
		return catalog.Question{}, problems, asked
	}
	return o.Questions[0], problems, asked
}

// said puts an error of the bank into words at its fields; any other error is given back.
func said(r *web.Request, err error) ([]fieldProblem, error) {
	var problems []fieldProblem
	var unfit *question.Unfit
	if errors.As(err, &unfit) {
		for _, p := range unfit.Problems {
			problems = append(problems, fieldProblem{part.FieldOf(p.Key), p.In(r.L)})
		}
		return problems, nil
	}
	refused, is := r.Refused(err)
	if !is {
		return nil, err
	}
	for _, p := range refused {
		field := p.Field
		if field != "" {
			field = first + "." + field
		}
		problems = append(problems, fieldProblem{field, p.Text})
	}
	return problems, nil
}

// Save changes a question, retires it, or takes it into use again.
func Save(r *web.Request, tx *data.Tx) (web.Reply, error) {
	now, err := question.Find(tx, r.Param("id"))
	if err != nil {
		return web.Reply{}, err
	}
	revision, err := strconv.Atoi(r.Form("revision"))
	if err != nil {
		return web.Reply{}, data.ErrConflict
	}
	switch r.Form("act") {
	case "retire":
		return turned(r, tx, now, "bank.flash_retired", func() (question.Question, error) {
			return question.Retire(tx, curate.Desk(r), r.Person.ID, now.ID, revision)
		})
	case "reuse":
		return turned(r, tx, now, "bank.flash_reused", func() (question.Question, error) {
			return question.Reuse(tx, curate.Desk(r), r.Person.ID, now.ID, revision)
		})
	}
	typed, problems, asked := read(r, now.Question)
	typed.ID, typed.Type = now.ID, now.Type
	page, err := newPage(r, tx, now)
	if err != nil {
		return web.Reply{}, err
	}
	if asked && len(problems) == 0 {
		page.Revision = revision // the one that the form was made from
		page.fill(r, typed, nil, nil)
		return web.Reply{Page: "bank/question", Data: page}, nil
	}
	if len(problems) == 0 {
		_, err := question.Save(tx, curate.Desk(r), r.Person.ID, revision, typed)
		var stale *question.Stale
		switch {
		case err == nil:
			return web.Reply{Redirect: editor.BankAddress(now.ID), Flash: "bank.flash_saved"}, nil
		case errors.As(err, &stale):
			return conflict(r, tx, page, stale.Present, typed)
		}
		if problems, err = said(r, err); err != nil {
			return web.Reply{}, err
		}
	}
	page.Revision = revision
	page.fill(r, typed, r, problems)
	return web.Reply{Status: 422, Page: "bank/question", Data: page}, nil
}

// turned answers to retiring and using again. If somebody else did something meanwhile, the page shows what.
func turned(r *web.Request, tx *data.Tx, now question.Question, flash string, act func() (question.Question, error)) (web.Reply, error) {
	_, err := act()
	if err == nil {
		return web.Reply{Redirect: editor.BankAddress(now.ID), Flash: flash}, nil
	}
	problems, failed := said(r, err)
	var stale *question.Stale
	if errors.As(err, &stale) {
		problems, failed = []fieldProblem{{"", r.L.T("refusal.conflict")}}, nil
	}
	if failed != nil {
		return web.Reply{}, failed
	}
	page, err := newPage(r, tx, now)
	if err == nil {
		page.fill(r, now.Question, nil, problems)
	}
	return web.Reply{Status: 409, Page: "bank/question", Data: page}, err
}

// conflict shows what somebody else saved beside what this person typed. Sending the form once more keeps what was typed.
func conflict(r *web.Request, tx *data.Tx, page Page, now question.Question, typed catalog.Question) (web.Reply, error) {
	changes, err := question.History(tx, now.ID)
	if err != nil {
		return web.Reply{}, err
	}
	who, err := editor.Who(r, tx, changes[0].By)
	page.Conflict = &editor.Conflict{Who: who, When: moment(r, changes[0].At), Changes: differences(r, now.Question, typed)}
	page.fill(r, typed, nil, nil)
	return web.Reply{Status: 409, Page: "bank/question", Data: page}, err
}
