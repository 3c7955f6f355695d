// Package editor holds the pages on which program managers curate the catalog: the list of programs with their drafts, the pages of the
// editor, the worked examples, the preview, and the page on which a second person approves. What may be published, and by whom, is decided
// in package catalog/publishing; a page only leaves out the buttons that would be refused.
//
// # Pages of the editor
//
// A program is edited on five pages, which are the sections of package catalog/difference: text, rules, questions, window, sources. Rules
// have pages of their own (ui/editor/rules); the others are forms made by package ui/editor/part. The worked examples stand beside the rules.
//
// # Two people at once
//
// A form names the revision of the draft that it was made from. If the draft moved on meanwhile, but not in what this page edits, the form
// is put on top of the newer text. If both changed the same page, the two versions are shown and the person chooses; both are kept among
// the texts of the draft in any case.
package editor

import (
	"errors"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/check"
	"accessdesk/catalog/difference"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// Frame is what every page about one program shows around its own matter.
type Frame struct {
	web.Problems
	Slug, Title string
	Heading     string // of the page
	Here        string // the name of the page
	DraftID     string
	State       Pill
	Live        bool // a version is published
	HasDraft    bool
	Retirement  bool // the draft takes the program off the list
	Revision    int
	Write       bool // the person may change the draft
	Begin       bool // the person may begin one
	Missing     int  // problems that keep the draft from being published
	Tabs        []Tab

	draft     publishing.Draft
	offering  *catalog.Offering
	published *catalog.Published
	problems  []check.Problem
	bank      shelf // on the page of questions
}

// Pill is a status: Tone chooses icon and color, Text says it.
type Pill struct{ Tone, Text string }

// Tab leads to one page about the program; Missing counts the problems on it.
type Tab struct {
	Name, Text, Link string
	Missing          int
}

// The pages about a program, by the last part of their address; "" is the overview.
var tabs = []string{"", "text", "rules", "examples", "questions", "window", "sources", "preview", "publish"}

// Address is the address of a page about a program.
func Address(slug, page string) string {
	if page == "" {
		return "/staff/catalog/" + slug
	}
	return "/staff/catalog/" + slug + "/" + page
}

// NewFrame finds the program of the address, with its open draft if there is one. data.ErrNotFound if nobody knows the program.
func NewFrame(r *web.Request, tx *data.Tx, here string) (f Frame, err error) {
	f = Frame{Slug: r.Param("slug"), Here: here}
	if err := f.find(r, tx); err != nil {
		return f, err
	}
	if here == "questions" {
		if f.bank, err = newShelf(tx); err != nil {
			return f, err
		}
	}
	f.Title = f.offering.Title.In(r.Lang)
	if f.Title == "" {
		f.Title = f.Slug
	}
	manager := web.Manager.Allows(r.Person)
	f.Write = manager && f.HasDraft && !f.Retirement
	f.Begin = manager && !f.HasDraft && f.Live
	if f.State = f.pill(r); !f.HasDraft && f.Live && f.published.PausedAt(tx.Now) {
		f.State = Pill{"late", r.L.T("edit.paused")}
	}
	if f.HasDraft && !f.Retirement {
		f.problems = publishing.Problems(r.Desk().Vocabulary, f.offering, tx.Now.In(r.Site.Zone))
		f.Missing = len(f.problems)
	}
	f.Tabs, f.DraftID = f.tabs(r), f.draft.ID
	if f.Heading = r.L.T("edit.tab_" + orOverview(here)); here == "" {
		f.Heading = f.Title
	}
	return f, nil
}

// find reads the live version and the open draft. A program that left the list is shown as its last version has it.
func (f *Frame) find(r *web.Request, tx *data.Tx) error {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return err
	}
	if f.published, f.Live = snapshot.Find(f.Slug); f.Live {
		f.offering = f.published.Offering
	}
	f.draft, err = publishing.OpenOf(tx, f.Slug)
	switch {
	case err == nil:
		f.HasDraft, f.Retirement, f.Revision = true, f.draft.Kind == publishing.KindRetirement, f.draft.Revision
		f.offering, err = f.draft.Offering()
		return err
	case !errors.Is(err, data.ErrNotFound):
		return err
	case f.Live:
		return nil
	}
	versions, err := catalog.Versions(tx, f.Slug)
	if err == nil && len(versions) == 0 {
		err = f.closedDraft(tx)
		return err
	}
	if err != nil {
		return err
	}
	last, err := catalog.Version(tx, r.Desk().Vocabulary, versions[0].ID)
	if err == nil {
		f.offering = last.Offering
	}
	return err
}

// closedDraft finds a program of which there never was a version.
func (f *Frame) closedDraft(tx *data.Tx) error {
	drafts, err := publishing.DraftsOf(tx, f.Slug)
	if err == nil && len(drafts) == 0 {
		err = data.ErrNotFound
	}
	if err == nil {
		f.offering, err = drafts[0].Offering()
	}
	return err
}

func (f *Frame) pill(r *web.Request) Pill {
	switch {
	case f.HasDraft:
		return StatePill(r, f.draft.State)
	case f.Live:
		return StatePill(r, catalog.StatePublished)
	}
	return StatePill(r, catalog.StateRetired)
}

// StatePill says where a draft or a version stands.
func StatePill(r *web.Request, state catalog.State) Pill {
	tone := map[catalog.State]string{catalog.StateDraft: "work", catalog.StateInReview: "ask", catalog.StateScheduled: "soon", catalog.StatePublished: "ok"}[state]
	return Pill{tone, r.L.T("edit.state_" + string(state))}
}

func (f *Frame) tabs(r *web.Request) []Tab {
	var all []Tab
	for _, name := range tabs {
		tab := Tab{Name: name, Text: r.L.T("edit.tab_" + orOverview(name)), Link: Address(f.Slug, name)}
		for _, p := range f.problems {
			if name != "" && pageOf(p.Key) == name {
				tab.Missing++
			}
		}
		if (name == "publish" || name == "preview") && !f.HasDraft {
			continue
		}
		all = append(all, tab)
	}
	return all
}

func orOverview(name string) string {
	if name == "" {
		return "overview"
	}
	return name
}

// pageOf is the page on which a key of the offering file is edited.
func pageOf(key string) string {
	switch top(key) {
	case "tests":
		return "examples"
	case "requirements": // what is said to be asked for and nothing decides stands with its source
		return "sources"
	}
	return string(difference.SectionOf(plainKey(key)))
}

// Who is how staff see who did something.
func Who(r *web.Request, tx *data.Tx, id string) (string, error) {
	switch id {
	case "":
		return "", nil
	case r.Person.ID:
		return r.L.T("staff.you"), nil
	case record.Seed:
		return r.L.T("edit.who_seed"), nil
	case record.System:
		return r.L.T("staff.actor_system"), nil
	case record.Console:
		return r.L.T("edit.who_console"), nil
	}
	p, err := account.FindPerson(tx, id)
	if errors.Is(err, data.ErrNotFound) {
		return r.L.T("edit.who_gone"), nil
	}
	if p.Name != "" {
		return p.Name, err
	}
	return p.Email, err
}
