// Package rules is the page of the editor on which a program manager says whom a program is for: the sector list, and the rules as rows
// of questions, operators and answers. What a row may say, what it means in words and what cannot be meant is known by package
// eligibility/builder; this package turns the posted form into rows and back, and shows whom the draft reaches.
//
// # Without JavaScript
//
// Every button posts the whole form and saves it into the draft, rows that are not filled in yet included, and the answer leads back to
// the row it was about ("#criteria.0.rows.2"). A row that has a new fact shows the operators and answers that fit it afterwards.
//
// # Rules that rows cannot show
//
// A rule whose text says more than rows can is edited as text and keeps it word for word. Any rule can be edited as text; the address
// says which ("?text=0,2"), by their places.
package rules

import (
	"strconv"
	"strings"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/ui/editor"
	"accessdesk/ui/web"
)

// Page is the page of the rules.
type Page struct {
	editor.Frame
	Form
	Reach    reach
	Conflict *editor.Conflict
}

// Rules shows the rules of a program.
func Rules(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := editor.NewFrame(r, tx, "rules")
	if err != nil {
		return web.Reply{}, err
	}
	page, err := newPage(r, tx, f, f.Offering(), asked(r.Query("text")))
	return web.Reply{Page: "editor/rules", Data: page}, err
}

func newPage(r *web.Request, tx *data.Tx, f editor.Frame, shown *catalog.Offering, texts []int) (Page, error) {
	page := Page{Frame: f, Form: newForm(r.L, r.Desk().Vocabulary, shown, texts, f.Notes(r))}
	var err error
	page.Reach, err = newReach(r, tx, f.Published(), shown)
	for i := range page.Criteria {
		page.Criteria[i].Out = page.Reach.outOf(r, page.Criteria[i].ID)
	}
	return page, err
}

// asked reads the places of the rules that are edited as text.
func asked(list string) []int {
	var places []int
	for part := range strings.SplitSeq(list, ",") {
		if at, err := strconv.Atoi(part); err == nil && len(places) < mostCriteria {
			places = append(places, at)
		}
	}
	return places
}

// Save keeps what was posted, and does what the button says.
func Save(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := editor.NewFrame(r, tx, "rules")
	if err != nil {
		return web.Reply{}, err
	}
	if !whole(r) { // not the whole form: what is not there would be lost
		return web.Reply{}, data.ErrConflict
	}
	e := read(r.Desk().Vocabulary, r)
	anchor := e.do(r.Form("do"))
	kept, err := f.Keep(r, tx, e.into)
	if err != nil {
		return web.Reply{}, err
	}
	if kept.Conflict == nil && len(kept.Problems) == 0 {
		return saved(r, f, &e, anchor), nil
	}
	page, err := newPage(r, tx, f, kept.Mine, e.texts())
	page.Conflict, page.Problems = kept.Conflict, kept.Problems
	status := 409
	if kept.Conflict == nil {
		status = 422
	}
	return web.Reply{Status: status, Page: "editor/rules", Data: page}, err
}

// whole tells whether the form says of every rule how it is written.
func whole(r *web.Request) bool {
	for at := range count(r, listName, mostCriteria) {
		key := criterionKey(at)
		if r.Form(key+".view") == viewText && !r.Has(key+".expr") || r.Form(key+".view") != viewText && !r.Has(countName+key+rowsName) {
			return false
		}
	}
	return r.Has(countName + listName)
}

// saved leads back to what the button was about, or on to the next page.
func saved(r *web.Request, f editor.Frame, e *edits, anchor string) web.Reply {
	if r.Has("next") {
		return web.Reply{Redirect: editor.Address(f.Slug, f.Next()), Flash: "edit.flash_saved"}
	}
	address := editor.Address(f.Slug, "rules")
	var places []string
	for _, at := range e.texts() {
		places = append(places, strconv.Itoa(at))
	}
	if len(places) > 0 {
		address += "?text=" + strings.Join(places, ",")
	}
	if anchor != "" {
		return web.Reply{Redirect: address + "#" + anchor}
	}
	return web.Reply{Redirect: address, Flash: "edit.flash_saved"}
}
