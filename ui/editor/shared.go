package editor

import (
	"errors"
	"slices"

	"accessdesk/catalog"
	"accessdesk/catalog/publishing"
	"accessdesk/data"
	"accessdesk/ui/curate"
	"accessdesk/ui/editor/part"
	"accessdesk/ui/web"
)

// What pages of the editor need that have a package of their own.

// Offering is what the page shows: the draft, else the live version.
func (f *Frame) Offering() *catalog.Offering { return f.offering }

// Published is the live version, nil if there is none.
func (f *Frame) Published() *catalog.Published { return f.published }

// Next is the page after this one.
func (f *Frame) Next() string { return follows[f.Here] }

// Notes is what is missing on this page before the draft can be published, by the name of the field.
func (f *Frame) Notes(r *web.Request) map[string][]string {
	notes := map[string][]string{}
	for _, problem := range f.problems {
		if pageOf(problem.Key) == f.Here {
			field := part.FieldOf(problem.Key)
			notes[field] = append(notes[field], problem.In(r.L))
		}
	}
	return notes
}

// Kept is what became of a page that was posted. Without a conflict and problems it is saved.
type Kept struct {
	Conflict *Conflict         // somebody else changed the same page meanwhile
	Mine     *catalog.Offering // the present text with what this person typed
	Problems web.Problems      // why nothing was saved
}

// Keep saves what change makes of the keys of this page. change is given the text that the form was made from.
func (f *Frame) Keep(r *web.Request, tx *data.Tx, change func(*catalog.Offering)) (kept Kept, err error) {
	if !f.HasDraft {
		return kept, data.Refuse("", "draft_over")
	}
	base, err := f.base(r, tx)
	if err != nil {
		return kept, err
	}
	changed, names := *base, parts[f.Here]
	changed.Criteria = slices.Clone(base.Criteria)
	change(&changed)
	mine := *f.offering
	move(&mine, &changed, names)
	kept.Mine = &mine
	if !same(base, f.offering, names) && !same(&changed, f.offering, names) {
		kept.Conflict, err = f.beside(r, tx, &mine)
		return kept, err
	}
	_, err = publishing.Save(tx, curate.Desk(r), f.draft.ID, f.draft.Revision, r.Person.ID, &mine)
	if stale := (*publishing.Stale)(nil); errors.As(err, &stale) {
		return kept, err
	}
	if problems, refused := r.Refused(err); refused {
		kept.Problems, err = problems, nil
	}
	return kept, err
}
