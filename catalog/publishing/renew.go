package publishing

import (
	"errors"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
)

// seedActor writes what came with the program.
const seedActor = record.Seed

// Renew offers the built-in files of a newer program: where the live version is the one that an older program brought and nobody works on
// it, a changed file becomes a draft in review, for any program manager to approve. A file that is not ready to be published is not sent
// for review: it stays a draft, which somebody has to mend. What somebody here edited is never touched. digest names the files; files
// reads them, and is not called if the same ones were compared before. It gives the drafts that it made.
func Renew(tx *data.Tx, d Desk, digest string, files func() ([]*catalog.Offering, error)) (made []Draft, err error) {
	var known string
	err = tx.Row("SELECT digest FROM catalog_seed WHERE id = 1").Scan(&known)
	if err != nil && !errors.Is(err, data.ErrNotFound) || known == digest {
		return nil, err
	}
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil || len(snapshot.Offerings) == 0 {
		return nil, err
	}
	offerings, err := files()
	if err != nil {
		return nil, err
	}
	for _, o := range offerings {
		draft, err := d.renew(tx, snapshot, o)
		if err != nil {
			return nil, wrap(err, "offer the built-in listing %s", o.Slug)
		}
		if draft.ID != "" {
			made = append(made, draft)
		}
	}
	_, err = tx.Exec("INSERT INTO catalog_seed (id, digest) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET digest = $1", digest)
	return made, wrap(err, "keep which built-in files were compared")
}

// renew gives the draft that a built-in file became, and one without an id if it became none.
func (d Desk) renew(tx *data.Tx, snapshot *catalog.Snapshot, o *catalog.Offering) (draft Draft, err error) {
	body, based := string(catalog.Canonical(o)), ""
	if live, ok := snapshot.Find(o.Slug); ok {
		based = live.VersionID
		if string(catalog.Canonical(live.Offering)) == body {
			return Draft{}, nil
		}
	}
	versions, err := catalog.Versions(tx, o.Slug)
	if err != nil || based == "" && len(versions) > 0 || based != "" && versions[0].WrittenBy != seedActor {
		return Draft{}, err
	}
	drafts, err := DraftsOf(tx, o.Slug)
	for _, draft := range drafts { // one that is open, or the same text, which somebody discarded
		if draft.Open() || draft.Body == body {
			return Draft{}, err
		}
	}
	if err != nil {
		return Draft{}, err
	}
	if err := catalog.Reserve(tx, o.Slug); err != nil {
		return Draft{}, err
	}
	draft, err = insert(tx, seedActor, KindEdit, based, o)
	if err != nil || len(Problems(d.Vocabulary, o, d.today(tx))) > 0 {
		return draft, err
	}
	if err := draft.move(tx, seedActor, ActSubmit, catalog.StateInReview, nil); err != nil {
		return draft, err
	}
	_, err = tx.Exec("UPDATE offering_draft SET sent_at = $1, sent_by = $2 WHERE id = $3", data.Millis(tx.Now), seedActor, draft.ID)
	if err != nil {
		return draft, err
	}
	return Find(tx, draft.ID)
}
