package editor

import (
	"errors"
	"strconv"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/difference"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/ui/curate"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// OverviewPage is one program: what is live, what somebody works on, what can be done, and all that happened.
type OverviewPage struct {
	Frame
	Paused   bool
	Manager  bool
	Who      string // wrote the draft last
	Written  string
	Reply    string // of the reviewer who sent it back
	Versions []versionRow
	Drafts   []closedRow
	History  []historyRow
	Pause    []form.Field
}

type versionRow struct {
	Number                             int
	Link, From, Until, Writer, Approve string
	Pill                               Pill
	TakenOff                           bool
}

type closedRow struct{ Link, What, When, Who string }

type historyRow struct{ Act, When, Who string }

// Overview shows a program to those who curate it.
func Overview(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newOverview(r, tx, nil)
	return web.Reply{Page: "editor/overview", Data: page}, err
}

func newOverview(r *web.Request, tx *data.Tx, problems web.Problems) (page OverviewPage, err error) {
	if page.Frame, err = NewFrame(r, tx, ""); err != nil {
		return page, err
	}
	page.Problems, page.Manager = problems, web.Manager.Allows(r.Person)
	page.Paused = page.Live && page.published.PausedAt(tx.Now)
	if page.HasDraft {
		page.Written, page.Reply = r.L.DateTime(page.draft.Written, r.Site.Zone), page.draft.Reply
		if page.Who, err = Who(r, tx, page.draft.WrittenBy); err != nil {
			return page, err
		}
	}
	page.Pause = pauseFields(r, problems)
	if err := page.addVersions(r, tx); err != nil {
		return page, err
	}
	return page, page.addHistory(r, tx)
}

func (p *OverviewPage) addVersions(r *web.Request, tx *data.Tx) error {
	versions, err := catalog.Versions(tx, p.Slug)
	if err != nil {
		return err
	}
	for _, v := range versions {
		row := versionRow{Number: v.Number, Link: Address(p.Slug, "versions/"+strconv.Itoa(v.Number)), From: r.L.DateTime(v.Published, r.Site.Zone),
			Pill: StatePill(r, v.State), TakenOff: v.Why == catalog.RetiredTakenOff}
		if !v.Retired.IsZero() {
			row.Until = r.L.DateTime(v.Retired, r.Site.Zone)
		}
		if row.Writer, err = Who(r, tx, v.WrittenBy); err != nil {
			return err
		}
		if row.Approve, err = Who(r, tx, v.ApprovedBy); err != nil {
			return err
		}
		p.Versions = append(p.Versions, row)
	}
	return nil
}

// historyActs are the acts of the record that the overview tells; what concerns reports and checks of the listing has pages of its own.
var historyActs = map[string]bool{"publish": true, "pause": true, "retire": true, "draft_begun": true, "draft_submit": true, "draft_send_back": true,
	"draft_approve": true, "draft_discard": true, "draft_release": true, "draft_stop": true, "draft_paused": true}

// mostHistory is how many acts the overview tells, the newest first.
const mostHistory = 30

func (p *OverviewPage) addHistory(r *web.Request, tx *data.Tx) error {
	entries, err := record.List(tx, record.OfferingChain(p.Slug))
	for i := len(entries) - 1; i >= 0 && err == nil && len(p.History) < mostHistory; i-- {
		entry := entries[i]
		if !historyActs[entry.Act] {
			continue
		}
		row := historyRow{Act: r.L.T("edit.act_" + entry.Act), When: r.L.DateTime(entry.At, r.Site.Zone)}
		row.Who, err = Who(r, tx, entry.Actor)
		p.History = append(p.History, row)
	}
	return err
}

func pauseFields(r *web.Request, problems web.Problems) []form.Field {
	area := func(id string) form.Field {
		return form.Field{ID: id, Kind: form.Area, Label: r.L.T("edit.pause_" + id), Value: r.Form(id), Required: true, Problem: problems.At(id)}
	}
	return []form.Field{area("reason_en"), area("reason_es"),
		{ID: "until", Type: "date", Label: r.L.T("edit.pause_until"), Hint: r.L.T("edit.pause_until_hint"), Value: r.Form("until"), Problem: problems.At("until")}}
}

// Begin opens a draft: of the live version, without its pause ("reopen"), or to take the program off the list ("retire").
func Begin(r *web.Request, tx *data.Tx) (web.Reply, error) {
	slug, page := r.Param("slug"), "text"
	var err error
	switch r.Form("do") {
	case "reopen":
		_, err = publishing.Reopen(tx, curate.Desk(r), r.Person.ID, slug)
		page = "publish"
	case "retire":
		_, err = publishing.BeginRetirement(tx, curate.Desk(r), r.Person.ID, slug)
		page = "publish"
	default:
		_, err = publishing.Begin(tx, curate.Desk(r), r.Person.ID, slug)
	}
	if problems, refused := r.Refused(err); refused {
		return againOverview(r, tx, problems)
	}
	return web.Reply{Redirect: Address(slug, page), Flash: "edit.flash_begun"}, err
}

func againOverview(r *web.Request, tx *data.Tx, problems web.Problems) (web.Reply, error) {
	page, err := newOverview(r, tx, problems)
	return web.Reply{Status: 422, Page: "editor/overview", Data: page}, err
}

// Pause lets a program take nothing new, from now on.
func Pause(r *web.Request, tx *data.Tx) (web.Reply, error) {
	slug := r.Param("slug")
	b := publishing.Break{Reason: catalog.Text{En: r.Form("reason_en"), Es: r.Form("reason_es")}}
	var problems web.Problems
	if day := r.Form("until"); day != "" {
		at, err := parseDay(day, r)
		if err != nil {
			problems = append(problems, web.Problem{Field: "until", Text: r.L.T("refusal.invalid_date")})
		}
		b.Until = at
	}
	_, err := publishing.Pause(tx, curate.Desk(r), r.Person.ID, slug, b)
	refused, is := r.Refused(err)
	var missing *publishing.NotReady
	if errors.As(err, &missing) {
		for _, p := range missing.Problems {
			refused = append(refused, web.Problem{Field: "reason_" + lastPart(p.Key), Text: p.In(r.L)})
		}
		is = true
	}
	if err != nil && !is {
		return web.Reply{}, err
	}
	if problems = append(problems, refused...); len(problems) > 0 {
		return againOverview(r, tx, problems)
	}
	return web.Reply{Redirect: Address(slug, ""), Flash: "edit.flash_paused"}, nil
}

// VersionPage is one version as it was published.
type VersionPage struct {
	Frame
	Number    int
	From      string
	Changes   []difference.Words // since the version before
	Before    int                // 0: it was the first
	Canonical string
}

// Version shows a version, what it changed, and its text.
func Version(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := NewFrame(r, tx, "")
	if err != nil {
		return web.Reply{}, err
	}
	versions, err := catalog.Versions(tx, f.Slug)
	if err != nil {
		return web.Reply{}, err
	}
	for i, v := range versions {
		if strconv.Itoa(v.Number) != r.Param("number") {
			continue
		}
		this, err := catalog.Version(tx, r.Desk().Vocabulary, v.ID)
		if err != nil {
			return web.Reply{}, err
		}
		f.Heading = r.L.T("edit.version", "Number", v.Number)
		page := VersionPage{Frame: f, Number: v.Number, From: r.L.DateTime(v.Published, r.Site.Zone), Canonical: string(catalog.Canonical(this.Offering))}
		if i+1 < len(versions) {
			before, err := catalog.Version(tx, r.Desk().Vocabulary, versions[i+1].ID)
			if err != nil {
				return web.Reply{}, err
			}
			page.Before, page.Changes = versions[i+1].Number, changes(r, before.Offering, this.Offering)
		}
		return web.Reply{Page: "editor/version", Data: page}, nil
	}
	return web.Reply{}, data.ErrNotFound
}

// changes puts the differences of two texts into words.
func changes(r *web.Request, before, after *catalog.Offering) []difference.Words {
	var all []difference.Words
	for _, change := range difference.Between(before, after) {
		all = append(all, change.In(difference.Reader{Locale: r.L, Vocabulary: r.Desk().Vocabulary}))
	}
	return all
}

// ToOverview leads from the address of a form to the page that it stands on.
func ToOverview(r *web.Request, tx *data.Tx) (web.Reply, error) {
	f, err := NewFrame(r, tx, "")
	return web.Reply{Redirect: Address(f.Slug, "")}, err
}
