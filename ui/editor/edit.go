package editor

import (
	"errors"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"accessdesk/catalog"
	"accessdesk/catalog/check"
	"accessdesk/catalog/difference"
	"accessdesk/catalog/publishing"
	"accessdesk/catalog/tree"
	"accessdesk/data"
	"accessdesk/ui/curate"
	"accessdesk/ui/editor/part"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// EditPage is one page of the editor that is a form.
type EditPage struct {
	Frame
	Nodes    []part.Node
	Other    []string    // what is missing and stands at no field of this page
	Next     string      // name of the page after this one
	Bank     *form.Field // of questions that can be added; nil on other pages
	Conflict *Conflict
}

// Conflict is that somebody else changed the same page meanwhile.
type Conflict struct {
	Who, When string
	Changes   []difference.Words // Before is theirs, After is what this person typed
}

// parts are the keys of the offering file on each page that is a form, in the order of the file.
var parts = map[string][]string{
	"rules":     {"sectors", "sectors_citation", "criteria_published", "criteria"},
	"text":      {"kind", "title", "summary", "details", "known_as", "replaced_by", "cost"},
	"questions": {"questions"},
	"window":    {"status", "window", "pause", "tiers", "apply", "minutes_to_apply", "days_to_decide", "terms"},
	"sources":   {"provider", "requirements", "sources", "confidence", "checked_on", "review_by", "owner", "helper"},
}

// follows is the page after a page.
var follows = map[string]string{"text": "rules", "rules": "examples", "examples": "questions", "questions": "window", "window": "sources", "sources": "publish"}

// Edit shows a page of the editor.
func Edit(name string) web.Handler {
	return func(r *web.Request, tx *data.Tx) (web.Reply, error) {
		f, err := NewFrame(r, tx, name)
		if err != nil {
			return web.Reply{}, err
		}
		return web.Reply{Page: "editor/edit", Data: newEditPage(r, f, nil, nil)}, nil
	}
}

func newEditPage(r *web.Request, f Frame, posted part.Posted, reading *part.Reading) EditPage {
	page := EditPage{Frame: f, Next: follows[f.Here]}
	fields := part.Form{L: r.L, Offering: f.offering, Posted: posted, Notes: map[string][]string{}, Facts: part.FactChoices(r.Desk().Vocabulary, r.Lang)}
	if reading != nil {
		fields.Offering, fields.Problems = reading.Offering, map[string]string{}
		for _, field := range reading.Order {
			text := r.L.T("refusal." + reading.Problems[field])
			fields.Problems[field] = text
			page.Problems = append(page.Problems, web.Problem{Field: field, Text: text})
		}
	} else {
		page.note(r, f.problems, fields.Notes)
	}
	if f.bank != nil {
		fields.Asides = f.bank.asides(r, fields.Offering, f.Write)
		page.Bank = f.bank.offer(r)
	}
	page.Nodes = fields.Nodes(parts[f.Here])
	return page
}

// note puts what is missing at its field.
func (p *EditPage) note(r *web.Request, problems []check.Problem, notes map[string][]string) {
	for _, problem := range problems {
		if pageOf(problem.Key) != p.Here {
			continue
		}
		field := strings.TrimSuffix(part.FieldOf(problem.Key), ".bank") // which is no field that one can see
		if !standsIn(field, p.offering, p.Here) {
			p.Other = append(p.Other, problem.In(r.L))
			continue
		}
		notes[field] = append(notes[field], problem.In(r.L))
	}
}

// standsIn tells whether a page has a field or a list with this name.
func standsIn(field string, o *catalog.Offering, here string) bool {
	for _, name := range parts[here] {
		if field == name || strings.HasPrefix(field, name+".") {
			return true
		}
	}
	return false
}

// Save stores a page of the editor, and does what its buttons say to lists.
func Save(name string) web.Handler {
	return func(r *web.Request, tx *data.Tx) (web.Reply, error) {
		f, err := NewFrame(r, tx, name)
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
		reading := part.Read(base, parts[name], r)
		if reading.Half { // what is not there would be lost
			return web.Reply{}, data.ErrConflict
		}
		if path, removes := strings.CutPrefix(r.Form("do"), "remove "); removes { // what goes need not be readable
			list := path[:max(0, strings.LastIndexByte(path, '.'))]
			reading.Order = slices.DeleteFunc(reading.Order, func(field string) bool {
				return field == list || field == path || strings.HasPrefix(field, path+".")
			})
		}
		if len(reading.Order) > 0 {
			return web.Reply{Status: 422, Page: "editor/edit", Data: newEditPage(r, f, r, &reading)}, nil
		}
		changed, anchor := reading.Offering, ""
		if do := r.Form("do"); do != "" {
			if changed, anchor, err = f.do(r, changed, do); err != nil {
				return f.refuse(r, changed, err)
			}
		}
		return f.store(r, tx, base, changed, anchor)
	}
}

// base is the offering that the form was made from. data.ErrConflict for a revision that the draft never had.
func (f *Frame) base(r *web.Request, tx *data.Tx) (*catalog.Offering, error) {
	revision, err := strconv.Atoi(r.Form("revision"))
	if err != nil {
		return nil, data.ErrConflict
	}
	if r.Form("draft") != f.draft.ID {
		return nil, data.ErrConflict
	}
	before, err := publishing.TextAt(tx, f.draft.ID, revision)
	if errors.Is(err, data.ErrNotFound) {
		return nil, data.ErrConflict
	}
	if err != nil {
		return nil, err
	}
	return before.Offering()
}

// store saves a changed page on top of the present text, if nobody else changed the same page since base.
func (f *Frame) store(r *web.Request, tx *data.Tx, base, changed *catalog.Offering, anchor string) (web.Reply, error) {
	names := parts[f.Here]
	if !same(base, f.offering, names) {
		if !same(changed, f.offering, names) {
			return f.conflict(r, tx, changed)
		}
	}
	wanted := *f.offering
	move(&wanted, changed, names)
	_, err := publishing.Save(tx, curate.Desk(r), f.draft.ID, f.draft.Revision, r.Person.ID, &wanted)
	switch {
	case err != nil:
		return f.refuse(r, changed, err)
	case anchor != "":
		return web.Reply{Redirect: Address(f.Slug, f.Here) + "#" + anchor}, nil
	case r.Has("next"):
		return web.Reply{Redirect: Address(f.Slug, follows[f.Here]), Flash: "edit.flash_saved"}, nil
	}
	return web.Reply{Redirect: Address(f.Slug, f.Here), Flash: "edit.flash_saved"}, nil
}

// do does what a button says to the questions of the bank, or to a list.
func (f *Frame) do(r *web.Request, o *catalog.Offering, words string) (*catalog.Offering, string, error) {
	if f.bank != nil {
		if changed, anchor, done, err := f.bank.do(r, o, words); done {
			return changed, anchor, err
		}
	}
	changed, anchor := part.Do(o, parts[f.Here], words)
	return changed, anchor, nil
}

// refuse shows the page as it was typed, with what was refused.
func (f *Frame) refuse(r *web.Request, typed *catalog.Offering, err error) (web.Reply, error) {
	problems, refused := r.Refused(err)
	if !refused {
		return web.Reply{}, err
	}
	page := newEditPage(r, *f, nil, &part.Reading{Offering: typed})
	page.Problems = nil
	for _, p := range problems {
		page.Problems = append(page.Problems, web.Problem{Field: part.FieldOf(p.Field), Text: p.Text})
	}
	if page.Bank != nil {
		page.Bank.Problem = page.Problems.At("bank")
	}
	return web.Reply{Status: 422, Page: "editor/edit", Data: page}, nil
}

// conflict shows what somebody else saved beside what this person typed. Sending the form once more keeps what was typed.
func (f *Frame) conflict(r *web.Request, tx *data.Tx, typed *catalog.Offering) (web.Reply, error) {
	mine := *f.offering
	move(&mine, typed, parts[f.Here])
	page := newEditPage(r, *f, nil, &part.Reading{Offering: &mine})
	var err error
	page.Conflict, err = f.beside(r, tx, &mine)
	return web.Reply{Status: 409, Page: "editor/edit", Data: page}, err
}

// beside says who saved the present text, and how it differs from another one.
func (f *Frame) beside(r *web.Request, tx *data.Tx, mine *catalog.Offering) (*Conflict, error) {
	who, err := Who(r, tx, f.draft.WrittenBy)
	if err != nil {
		return nil, err
	}
	conflict := &Conflict{Who: who, When: r.L.DateTime(f.draft.Written, r.Site.Zone)}
	for _, change := range difference.Between(f.offering, mine) {
		conflict.Changes = append(conflict.Changes, change.In(difference.Reader{Locale: r.L, Vocabulary: r.Desk().Vocabulary}))
	}
	return conflict, nil
}

// same tells whether two offerings have the same keys among these.
func same(a, b *catalog.Offering, names []string) bool {
	left, right := catalog.Offering{}, catalog.Offering{}
	move(&left, a, names)
	move(&right, b, names)
	return left.Owner == right.Owner && string(catalog.Canonical(&left)) == string(catalog.Canonical(&right))
}

// move copies keys from one offering into another.
func move(to, from *catalog.Offering, names []string) {
	target, source := reflect.ValueOf(to).Elem(), reflect.ValueOf(from).Elem()
	for name, field := range tree.KeyTypes(target.Type()) {
		if slices.Contains(names, name) {
			target.FieldByIndex(field.Index).Set(source.FieldByIndex(field.Index))
		}
	}
}

var bracketed = regexp.MustCompile(`\[\d+\]`)

// plainKey is a key of the offering file without the places of elements.
func plainKey(key string) string { return bracketed.ReplaceAllString(key, "") }

// top is the first part of a key.
func top(key string) string {
	first, _, _ := strings.Cut(plainKey(key), ".")
	return first
}
