package editor

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"accessdesk/catalog"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/ui/curate"
	"accessdesk/ui/form"
	"accessdesk/ui/web"
)

// CatalogPage is the list of all programs, those that somebody works on first.
type CatalogPage struct {
	Waiting, Working []draftRow // drafts to review, and others
	Programs         []programRow
	Search, Kind     string
	Kinds            []form.Choice
	Found, All       int
	Write            bool
}

type draftRow struct {
	Title, Link, What, When, Who string
	Pill                         Pill
	Missing                      int
}

type programRow struct {
	Slug, Title, Provider, Kind string
	Version                     int
	Pill                        Pill // the world's status
	Draft                       *Pill
}

// Catalog lists the programs and the drafts.
func Catalog(r *web.Request, tx *data.Tx) (web.Reply, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	drafts, err := publishing.Drafts(tx)
	if err != nil {
		return web.Reply{}, err
	}
	page := CatalogPage{Write: web.Manager.Allows(r.Person), Search: r.Query("q"), Kind: r.Query("kind"), All: len(snapshot.Offerings)}
	open := map[string]Pill{}
	for _, d := range drafts {
		open[d.Slug] = StatePill(r, d.State)
		row, err := newDraftRow(r, tx, d)
		if err != nil {
			return web.Reply{}, err
		}
		if d.State == catalog.StateInReview {
			page.Waiting = append(page.Waiting, row)
		} else {
			page.Working = append(page.Working, row)
		}
	}
	page.Kinds = append(page.Kinds, form.Choice{Text: r.L.T("edit.any_kind"), Checked: page.Kind == ""})
	for _, kind := range catalog.Kinds() {
		page.Kinds = append(page.Kinds, form.Choice{Value: string(kind), Text: r.L.T("kind." + string(kind)), Checked: page.Kind == string(kind)})
	}
	page.Programs = programRows(r, tx, snapshot, page, open)
	page.Found = len(page.Programs)
	return web.Reply{Page: "editor/catalog", Data: page}, nil
}

func newDraftRow(r *web.Request, tx *data.Tx, d publishing.Draft) (draftRow, error) {
	o, err := d.Offering()
	if err != nil {
		return draftRow{}, err
	}
	row := draftRow{Title: cmp.Or(o.Title.In(r.Lang), o.Title.En, d.Slug), Link: Address(d.Slug, ""), Pill: StatePill(r, d.State), What: r.L.T("edit.draft_" + string(d.Kind))}
	row.When = r.L.DateTime(d.Written, r.Site.Zone)
	if d.State == catalog.StateInReview {
		row.When, row.Link = r.L.DateTime(d.Sent, r.Site.Zone), Address(d.Slug, "publish")
	}
	if d.State == catalog.StateScheduled {
		row.What = r.L.T("edit.goes_live", "At", r.L.DateTime(d.PublishAt, r.Site.Zone))
	}
	if d.Kind == publishing.KindEdit {
		row.Missing = len(publishing.Problems(r.Desk().Vocabulary, o, tx.Now.In(r.Site.Zone)))
	}
	row.Who, err = Who(r, tx, d.WrittenBy)
	return row, err
}

func programRows(r *web.Request, tx *data.Tx, snapshot *catalog.Snapshot, page CatalogPage, open map[string]Pill) []programRow {
	var rows []programRow
	words := strings.Fields(strings.ToLower(page.Search))
	for _, p := range snapshot.Offerings {
		text := strings.ToLower(strings.Join([]string{p.Slug, p.Title.En, p.Title.Es, p.Provider.Name, strings.Join(p.KnownAs, " ")}, " "))
		if page.Kind != "" && page.Kind != string(p.Kind) || slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			continue
		}
		row := programRow{Slug: p.Slug, Title: p.Title.In(r.Lang), Provider: p.Provider.Name, Kind: r.L.T("kind." + string(p.Kind)), Version: p.Version}
		row.Pill = Pill{"no", r.L.T("edit.status_" + string(p.Status))}
		switch {
		case p.PausedAt(tx.Now):
			row.Pill = Pill{"late", r.L.T("edit.paused")}
		case p.OpenAt(tx.Now):
			row.Pill = Pill{"ok", r.L.T("edit.status_open")}
		case p.Status == catalog.StatusOpen:
			row.Pill = Pill{"soon", r.L.T("edit.outside_window")}
		}
		if pill, ok := open[p.Slug]; ok {
			row.Draft = &pill
		}
		rows = append(rows, row)
	}
	order := r.L.Alphabet()
	slices.SortStableFunc(rows, func(a, b programRow) int { return order(a.Title, b.Title) })
	return rows
}

// NewPage asks what a new program begins from.
type NewPage struct {
	web.Problems
	Fields []form.Field
}

// New is the form for a new program.
func New(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newNewPage(r, tx, nil)
	return web.Reply{Page: "editor/new", Data: page}, err
}

// templates are the beginnings that a new program can have beside a copy of another one: kinds that are alike in how one applies.
var templates = []string{"provider", "desk", "guide"}

func newNewPage(r *web.Request, tx *data.Tx, problems web.Problems) (NewPage, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	page := NewPage{Problems: problems}
	from := form.Field{ID: "from", Kind: form.Select, Label: r.L.T("edit.new_from"), Hint: r.L.T("edit.new_from_hint"), Problem: problems.At("from")}
	chosen := cmp.Or(r.Form("from"), r.Query("from"), "template:provider")
	for _, name := range templates {
		from.Offer("template:"+name, r.L.T("edit.template_"+name), chosen == "template:"+name)
	}
	if err == nil {
		order := r.L.Alphabet()
		for _, p := range slices.SortedStableFunc(slices.Values(snapshot.Offerings), func(a, b *catalog.Published) int {
			return order(a.Title.In(r.Lang), b.Title.In(r.Lang))
		}) {
			from.Offer(p.Slug, r.L.T("edit.copy_of", "Program", p.Title.In(r.Lang)), chosen == p.Slug)
		}
	}
	page.Fields = []form.Field{from,
		{ID: "title.en", Label: r.L.T("edit.new_title_en"), Value: r.Form("title.en"), Required: true, Problem: problems.At("title.en")},
		{ID: "title.es", Label: r.L.T("edit.new_title_es"), Value: r.Form("title.es"), Problem: problems.At("title.es")},
		{ID: "slug", Label: r.L.T("edit.new_slug"), Hint: r.L.T("edit.new_slug_hint"), Value: r.Form("slug"), Required: true, Problem: problems.At("slug")}}
	return page, err
}

// Create opens the draft of a new program.
func Create(r *web.Request, tx *data.Tx) (web.Reply, error) {
	var problems web.Problems
	title := catalog.Text{En: strings.TrimSpace(r.Form("title.en")), Es: strings.TrimSpace(r.Form("title.es"))}
	if title.En == "" {
		problems = append(problems, web.Problem{Field: "title.en", Text: r.L.T("refusal.required")})
	}
	draft, err := create(r, tx, strings.TrimSpace(r.Form("slug")), title)
	refused, is := r.Refused(err)
	if err != nil && !is {
		return web.Reply{}, err
	}
	if problems = append(problems, refused...); len(problems) > 0 {
		page, err := newNewPage(r, tx, problems)
		return web.Reply{Status: 422, Page: "editor/new", Data: page}, err
	}
	return web.Reply{Redirect: Address(draft.Slug, "text"), Flash: "edit.flash_begun"}, nil
}

func create(r *web.Request, tx *data.Tx, slug string, title catalog.Text) (publishing.Draft, error) {
	d := curate.Desk(r)
	if taken, err := publishing.Taken(tx, slug); err != nil || taken {
		if err == nil {
			err = data.Refuse("slug", "slug_taken")
		}
		return publishing.Draft{}, err
	}
	template, isTemplate := strings.CutPrefix(r.Form("from"), "template:")
	if isTemplate && slices.Contains(templates, template) {
		return publishing.New(tx, d, r.Person.ID, templateOf(template, slug, title))
	}
	draft, err := publishing.Clone(tx, d, r.Person.ID, r.Form("from"), slug)
	if errors.Is(err, data.ErrNotFound) {
		err = data.Refuse("from", "unknown_choice")
	}
	if err != nil {
		return draft, err
	}
	o, err := draft.Offering()
	if err != nil {
		return draft, err
	}
	o.Title = title
	return publishing.Save(tx, d, draft.ID, draft.Revision, r.Person.ID, o)
}

// templateOf is the beginning of a program: what most programs of that kind have, and nothing that only looks like content.
func templateOf(name, slug string, title catalog.Text) *catalog.Offering {
	o := &catalog.Offering{Slug: slug, Title: title, Status: catalog.StatusAnnounced, CriteriaPublished: true, Confidence: catalog.ConfidencePartly}
	switch name {
	case "desk":
		o.Apply = []catalog.ApplyRoute{{Mode: catalog.ModeInApp, Fields: []string{"legal_name", "site_address", "authorised_official", "technical_contact"}}}
		o.Terms = catalog.Terms{DurationDays: 365, Renewable: true, Approvals: []string{catalog.ApprovalProgramManager}}
	case "guide":
		o.Kind, o.Cost, o.Sectors, o.CriteriaPublished = catalog.KindGuidance, catalog.CostNoneListed, []string{"any"}, false
		o.Apply = []catalog.ApplyRoute{{Mode: catalog.ModeDownload}}
	default:
		o.Apply = []catalog.ApplyRoute{{Mode: catalog.ModeWeb, NoReplyAfterDays: 14}}
	}
	return o
}
