package publishing

import (
	"database/sql"
	"errors"
	"strings"
	"time"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
)

const draftColumns = `id, slug, kind, state, based_on, body, owner, revision, note, reply, begun_at, begun_by, written_at, written_by,
	sent_at, sent_by, approved_at, approved_by, publish_at, version_id`

func scanDraft(row data.Scanner) (d Draft, err error) {
	var begun, written int64
	var sent, approved, publish sql.NullInt64
	err = row.Scan(&d.ID, &d.Slug, &d.Kind, &d.State, &d.BasedOn, &d.Body, &d.Owner, &d.Revision, &d.Note, &d.Reply, &begun, &d.BegunBy, &written, &d.WrittenBy,
		&sent, &d.SentBy, &approved, &d.ApproveBy, &publish, &d.VersionID)
	d.Begun, d.Written = data.FromMillis(begun), data.FromMillis(written)
	if sent.Valid {
		d.Sent = data.FromMillis(sent.Int64)
	}
	if approved.Valid {
		d.Approved = data.FromMillis(approved.Int64)
	}
	if publish.Valid {
		d.PublishAt = data.FromMillis(publish.Int64)
	}
	return d, err
}

// Find gives a draft by its id. data.ErrNotFound if there is none.
func Find(tx *data.Tx, id string) (Draft, error) {
	d, err := scanDraft(tx.Row("SELECT "+draftColumns+" FROM offering_draft WHERE id = $1", id))
	return d, wrap(err, "draft %s", id)
}

// OpenOf gives the open draft of an offering. data.ErrNotFound if there is none.
func OpenOf(tx *data.Tx, slug string) (Draft, error) {
	d, err := scanDraft(tx.Row("SELECT "+draftColumns+" FROM offering_draft WHERE slug = $1 AND state IN ('draft', 'in_review', 'scheduled')", slug))
	return d, wrap(err, "open draft of %s", slug)
}

// Drafts lists the open drafts by slug.
func Drafts(tx *data.Tx) ([]Draft, error) {
	all, err := data.Rows(tx, scanDraft, "SELECT "+draftColumns+" FROM offering_draft WHERE state IN ('draft', 'in_review', 'scheduled') ORDER BY slug")
	return all, wrap(err, "open drafts")
}

// DraftsOf lists every draft of an offering, the newest first.
func DraftsOf(tx *data.Tx, slug string) ([]Draft, error) {
	all, err := data.Rows(tx, scanDraft, "SELECT "+draftColumns+" FROM offering_draft WHERE slug = $1 ORDER BY begun_at DESC", slug)
	return all, wrap(err, "drafts of %s", slug)
}

// Saving is that a text of a draft was saved.
type Saving struct {
	Revision int
	At       time.Time
	By       string
}

// Savings lists when the texts of a draft were saved, the newest first.
func Savings(tx *data.Tx, draftID string) ([]Saving, error) {
	all, err := data.Rows(tx, func(row data.Scanner) (s Saving, err error) {
		var at int64
		err = row.Scan(&s.Revision, &at, &s.By)
		s.At = data.FromMillis(at)
		return s, err
	}, "SELECT revision, saved_at, saved_by FROM offering_draft_text WHERE draft_id = $1 ORDER BY revision DESC", draftID)
	return all, wrap(err, "texts of draft %s", draftID)
}

// TextAt gives the text that a draft had at a revision. data.ErrNotFound if it never had it.
func TextAt(tx *data.Tx, draftID string, revision int) (Draft, error) {
	d, err := Find(tx, draftID)
	if err != nil {
		return d, err
	}
	var saved int64
	err = tx.Row("SELECT body, owner, revision, saved_at, saved_by FROM offering_draft_text WHERE draft_id = $1 AND revision = $2", draftID, revision).
		Scan(&d.Body, &d.Owner, &d.Revision, &saved, &d.WrittenBy)
	d.Written = data.FromMillis(saved)
	return d, wrap(err, "draft %s at revision %d", draftID, revision)
}

// Begin opens a draft of an offering that is published. If it has an open draft already, that one is given.
func Begin(tx *data.Tx, d Desk, actor, slug string) (Draft, error) {
	return begin(tx, d, actor, slug, KindEdit)
}

// BeginRetirement opens the draft that takes an offering off the list. Refusal draft_open: somebody works on the offering.
func BeginRetirement(tx *data.Tx, d Desk, actor, slug string) (Draft, error) {
	draft, err := begin(tx, d, actor, slug, KindRetirement)
	if err == nil && draft.Kind != KindRetirement {
		return draft, data.Refuse("", "draft_open")
	}
	return draft, err
}

func begin(tx *data.Tx, d Desk, actor, slug string, kind Kind) (Draft, error) {
	if _, err := d.manager(tx, actor); err != nil {
		return Draft{}, err
	}
	open, err := OpenOf(tx, slug)
	if !errors.Is(err, data.ErrNotFound) {
		return open, err
	}
	live, err := d.Catalog.Live(tx, slug)
	if err != nil {
		return Draft{}, err
	}
	return insert(tx, actor, kind, live.VersionID, live.Offering)
}

// New opens a draft with a text: of an offering that nobody knows yet, or as a change to one that is published. Refusals: slug_shape,
// and draft_open at the field "slug" if somebody works on it already.
func New(tx *data.Tx, d Desk, actor string, o *catalog.Offering) (Draft, error) {
	if _, err := d.manager(tx, actor); err != nil {
		return Draft{}, err
	}
	if !catalog.SlugFits(o.Slug) {
		return Draft{}, data.Refuse("slug", "slug_shape", "Max", catalog.SlugLength)
	}
	if open, err := OpenOf(tx, o.Slug); !errors.Is(err, data.ErrNotFound) {
		if err == nil {
			err = data.Refuse("slug", "draft_open")
		}
		return open, err
	}
	based := ""
	live, err := d.Catalog.Live(tx, o.Slug)
	switch {
	case err == nil:
		based = live.VersionID
	case !errors.Is(err, data.ErrNotFound):
		return Draft{}, err
	}
	if err := catalog.Reserve(tx, o.Slug); err != nil {
		return Draft{}, err
	}
	return insert(tx, actor, KindEdit, based, o)
}

// Clone opens a draft of a new offering with the text of another, but not its pause. Refusal slug_taken if the name is in use, or was.
func Clone(tx *data.Tx, d Desk, actor, from, slug string) (Draft, error) {
	p, err := d.Catalog.Live(tx, from)
	if err != nil {
		return Draft{}, err
	}
	taken, err := Taken(tx, slug)
	if err == nil && taken {
		err = data.Refuse("slug", "slug_taken")
	}
	if err != nil {
		return Draft{}, err
	}
	copied := *p.Offering
	copied.Slug, copied.ReplacedBy, copied.KnownAs, copied.Pause = slug, nil, nil, catalog.Pause{}
	return New(tx, d, actor, &copied)
}

// Taken tells whether a slug is that of an offering, or of a draft that became none.
func Taken(tx *data.Tx, slug string) (taken bool, err error) {
	err = tx.Row("SELECT count(*) > 0 FROM offering WHERE slug = $1", slug).Scan(&taken)
	return taken, wrap(err, "look for slug %s", slug)
}

func insert(tx *data.Tx, actor string, kind Kind, based string, o *catalog.Offering) (Draft, error) {
	if err := readable(o); err != nil {
		return Draft{}, err
	}
	d := Draft{ID: data.NewID(), Slug: strings.Clone(o.Slug), Kind: kind, State: catalog.StateDraft, BasedOn: based, Body: string(catalog.Canonical(o)),
		Owner: o.Owner, Revision: 1, Begun: tx.Now, BegunBy: actor, Written: tx.Now, WrittenBy: actor}
	_, err := tx.Exec(`INSERT INTO offering_draft (id, slug, kind, state, based_on, body, owner, revision, note, reply, begun_at, begun_by, written_at, written_by,
			sent_by, approved_by, version_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 1, '', '', $8, $9, $8, $9, '', '', '')`,
		d.ID, d.Slug, string(kind), string(d.State), based, d.Body, d.Owner, data.Millis(tx.Now), actor)
	if err != nil {
		return d, wrap(err, "begin draft of %s", o.Slug)
	}
	if err := d.keepText(tx); err != nil {
		return d, err
	}
	return d, d.note(tx, actor, "draft_begun", map[string]any{"kind": string(kind), "based_on": based})
}

// readable refuses a text that could be stored, but not be read again: one that is too long, or with a value outside its list.
func readable(o *catalog.Offering) error {
	body := catalog.Canonical(o)
	if len(body) > catalog.MaxFileSize {
		return data.Refuse("", "draft_too_long", "Max", catalog.MaxFileSize>>10)
	}
	_, err := catalog.Parse("", body)
	var mistakes catalog.FileErrors
	if !errors.As(err, &mistakes) {
		return err
	}
	var all []error
	for _, m := range mistakes {
		all = append(all, data.Refuse(m.Key, "draft_value", "Key", m.Key))
	}
	return errors.Join(all...)
}

// keepText adds the present text to those that the draft had.
func (d Draft) keepText(tx *data.Tx) error {
	_, err := tx.Exec("INSERT INTO offering_draft_text (draft_id, revision, body, owner, saved_at, saved_by) VALUES ($1, $2, $3, $4, $5, $6)",
		d.ID, d.Revision, d.Body, d.Owner, data.Millis(d.Written), d.WrittenBy)
	return wrap(err, "keep text of draft %s", d.ID)
}

// note writes an act on the draft into the record of its offering.
func (d Draft) note(tx *data.Tx, actor, act string, detail map[string]any) error {
	whole := map[string]any{"draft": d.ID, "revision": d.Revision}
	for name, value := range detail {
		whole[name] = value
	}
	return record.Append(tx, record.Entry{Chain: record.OfferingChain(d.Slug), Actor: actor, Act: act, Detail: whole})
}

// Save replaces the text of an open draft that is at a revision. The slug cannot change. A draft that was sent or approved is a draft
// again. Saving the text that stands there changes nothing. *Stale: somebody saved another text meanwhile.
func Save(tx *data.Tx, d Desk, draftID string, revision int, actor string, o *catalog.Offering) (Draft, error) {
	if _, err := d.manager(tx, actor); err != nil {
		return Draft{}, err
	}
	draft, err := present(tx, draftID, revision)
	if err != nil {
		return draft, err
	}
	switch {
	case draft.Kind == KindRetirement:
		return draft, data.Refuse("", "retirement_text")
	case o.Slug != draft.Slug:
		return draft, data.Refuse("slug", "slug_fixed")
	}
	return draft.save(tx, actor, o)
}

// present finds an open draft that is at a revision.
func present(tx *data.Tx, draftID string, revision int) (Draft, error) {
	draft, err := Find(tx, draftID)
	switch {
	case err != nil:
		return draft, err
	case !draft.Open():
		return draft, data.Refuse("", "draft_over")
	case draft.Revision != revision:
		return draft, &Stale{Present: draft}
	}
	return draft, nil
}

// save stores a text as the next revision.
func (d Draft) save(tx *data.Tx, actor string, o *catalog.Offering) (Draft, error) {
	if err := readable(o); err != nil {
		return d, err
	}
	body := string(catalog.Canonical(o))
	if body == d.Body && o.Owner == d.Owner {
		return d, nil
	}
	before := d
	d.Body, d.Owner, d.Revision, d.Written, d.WrittenBy, d.State = body, o.Owner, d.Revision+1, tx.Now, actor, catalog.StateDraft
	moved, err := tx.Exec(`UPDATE offering_draft SET body = $1, owner = $2, revision = $3, written_at = $4, written_by = $5, state = 'draft', based_on = $6,
			sent_at = NULL, sent_by = '', approved_at = NULL, approved_by = '', publish_at = NULL
		WHERE id = $7 AND revision = $8 AND state = $9`,
		d.Body, d.Owner, d.Revision, data.Millis(tx.Now), actor, d.BasedOn, d.ID, before.Revision, string(before.State))
	if err == nil && moved != 1 {
		err = data.ErrConflict
	}
	if err != nil {
		return before, wrap(err, "save draft %s", d.ID)
	}
	if err := d.keepText(tx); err != nil {
		return d, err
	}
	if err := d.note(tx, actor, "draft_saved", map[string]any{"hash": data.HashToken(body), "withdrawn_from": string(before.State)}); err != nil {
		return d, err
	}
	return Find(tx, d.ID)
}
