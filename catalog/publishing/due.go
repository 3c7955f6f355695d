package publishing

import (
	"errors"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
)

// Due publishes the drafts whose time has come and tells how many. What may not be published any more, because a review date has passed,
// another version went live, or who approved it is no program manager any more, becomes a draft again, and its writer and its reviewer
// hear why. No draft keeps another one from its time.
func Due(tx *data.Tx, d Desk) (published int, err error) {
	due, err := data.Rows(tx, scanDraft, "SELECT "+draftColumns+" FROM offering_draft WHERE state = 'scheduled' AND publish_at <= $1 ORDER BY publish_at, slug", data.Millis(tx.Now))
	if err != nil {
		return 0, wrap(err, "scheduled drafts")
	}
	for _, draft := range due {
		obstacle, err := d.obstacle(tx, draft)
		switch {
		case err != nil:
			return published, err
		case obstacle != "":
			err = d.stop(tx, draft, obstacle)
		default:
			err = d.publish(tx, draft, draft.ApproveBy, actRelease)
			published++
		}
		if err != nil {
			return published, wrap(err, "release draft %s", draft.ID)
		}
	}
	return published, nil
}

// obstacle is the code of what keeps a scheduled draft from being published, "" for nothing: texts mail.listing_stopped_why_CODE.
func (d Desk) obstacle(tx *data.Tx, draft Draft) (string, error) {
	var missing *NotReady
	var unreadable catalog.FileErrors // by a program that is newer than the text
	if _, err := d.ready(tx, draft); errors.As(err, &missing) || errors.As(err, &unreadable) {
		return "not_ready", nil
	} else if err != nil {
		return "", err
	}
	if _, err := d.manager(tx, draft.ApproveBy); len(data.Refusals(err)) > 0 {
		return "approver", nil
	} else if err != nil {
		return "", err
	}
	based := ""
	live, err := d.Catalog.Live(tx, draft.Slug)
	switch {
	case err == nil:
		based = live.VersionID
	case !errors.Is(err, data.ErrNotFound):
		return "", err
	}
	if based != draft.BasedOn {
		return "moved", nil
	}
	return "", nil
}

// stop makes a scheduled draft a draft again.
func (d Desk) stop(tx *data.Tx, draft Draft, obstacle string) error {
	if err := draft.move(tx, record.System, "stop", catalog.StateDraft, map[string]any{"obstacle": obstacle}); err != nil {
		return err
	}
	_, err := tx.Exec("UPDATE offering_draft SET sent_at = NULL, approved_at = NULL, approved_by = '', publish_at = NULL WHERE id = $1", draft.ID)
	if err != nil {
		return wrap(err, "stop draft %s", draft.ID)
	}
	return d.tellStopped(tx, draft, obstacle)
}
