package publishing

import (
	"accessdesk/catalog"
	"accessdesk/data"
)

// Take opens or replaces the draft of an offering with a text that came from outside, such as a file: in the open draft if that is
// nobody else's, else in a new one. Refusal draft_open at the field "slug": somebody else works on the offering.
func Take(tx *data.Tx, d Desk, actor string, o *catalog.Offering) (Draft, error) {
	open, err := OpenOf(tx, o.Slug)
	if err == nil && open.Kind == KindEdit && open.WrittenBy == actor {
		return Save(tx, d, open.ID, open.Revision, actor, o)
	}
	return New(tx, d, actor, o)
}

// Publish takes a text all the way: one person writes and sends it, another approves it, through the same doors and with the same refusals
// as on the pages. nothing_changed is a refusal too.
func Publish(tx *data.Tx, d Desk, by, approvedBy string, o *catalog.Offering) (Draft, error) {
	draft, err := Take(tx, d, by, o)
	if err != nil {
		return draft, err
	}
	draft, err = Do(tx, d, Request{DraftID: draft.ID, Revision: draft.Revision, Act: ActSubmit, Actor: by})
	if err != nil {
		return draft, err
	}
	return Do(tx, d, Request{DraftID: draft.ID, Revision: draft.Revision, Act: ActApprove, Actor: approvedBy})
}
