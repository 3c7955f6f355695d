package broker

import (
	"time"

	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
)

// DraftReminder is how long a draft rests before its one reminder.
const DraftReminder = 3 * 24 * time.Hour

// Work does everything that is due at tx.Now: grants begin and end, reminders are queued, what is over is removed. It
// looks at what has come due and is not done yet, so a missed run is caught up and a second run does nothing.
func Work(tx *data.Tx, d Desk) error {
	if _, err := Due(tx, d); err != nil {
		return err
	}
	if _, err := access.Due(tx, d.Access()); err != nil {
		return err
	}
	return account.Prune(tx)
}

// Report counts what Due did.
type Report struct{ Reminded, Purged, Closed, Placed int }

// Due reminds of drafts that rest for 3 days, once for each draft, closes cases whose question was not answered, moves up
// the first in line where a seat is free, and removes the checks that are over.
func Due(tx *data.Tx, d Desk) (Report, error) {
	var report Report
	var err error
	if report.Closed, err = closeUnanswered(tx, d); err != nil {
		return report, wrap(err, "close unanswered cases")
	}
	if report.Placed, err = placeNext(tx, d); err != nil {
		return report, wrap(err, "place from waiting lists")
	}
	resting, err := data.Rows(tx, scanApplication, "SELECT "+applicationColumns+` FROM application a
		JOIN organization o ON o.id = a.organization_id
		WHERE a.reminded_at IS NULL AND a.saved_at <= $1
		AND EXISTS (SELECT 1 FROM application_item i WHERE i.application_id = a.id AND i.state IN ($2, $3))
		ORDER BY a.saved_at, a.id`, data.Millis(tx.Now.Add(-DraftReminder)), string(Draft), string(Preparing))
	if err != nil {
		return report, wrap(err, "unfinished drafts")
	}
	for _, a := range resting {
		if err := remindDraft(tx, d, a); err != nil {
			return report, wrap(err, "remind of %s", a.ID)
		}
		report.Reminded++
	}
	purged, err := tx.Exec("DELETE FROM screening WHERE expires_at <= $1", data.Millis(tx.Now))
	report.Purged = int(purged)
	return report, wrap(err, "purge checks")
}

// closeUnanswered closes the cases whose question waits for longer than AnswerTime.
func closeUnanswered(tx *data.Tx, d Desk) (closed int, err error) {
	items, err := data.Rows(tx, scanItem, "SELECT "+itemColumns+` FROM application_item i
		WHERE i.state = $1 AND i.paused_at <= $2 ORDER BY i.paused_at, i.id`, string(NeedsInfo), data.Millis(tx.Now.Add(-AnswerTime)))
	if err != nil {
		return 0, err
	}
	for _, item := range items {
		if _, err := Act(tx, d, SystemActor(), item.ID, ActRequest{Act: ActClose}); err != nil {
			return closed, err
		}
		closed++
	}
	return closed, nil
}

func remindDraft(tx *data.Tx, d Desk, a Application) error {
	if _, err := tx.Exec("UPDATE application SET reminded_at = $2 WHERE id = $1", a.ID, data.Millis(tx.Now)); err != nil {
		return err
	}
	items, err := itemsOf(tx, a.ID)
	if err != nil {
		return err
	}
	return d.tell(tx, a.Organization.ID, "draft_unfinished", "draft_unfinished:"+a.ID, record.CaseChain(items[0].ID), func(string) map[string]any {
		return map[string]any{"Reference": a.Reference, "Link": "/applications/" + a.ID, "SavedAt": a.Saved}
	})
}
