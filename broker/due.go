package broker

import (
	"time"

	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
)

// draftReminder is how long a draft rests before its one reminder.
const draftReminder = 3 * 24 * time.Hour

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
type Report struct{ Reminded, Purged int }

// Due reminds of drafts that rest for 3 days, once for each draft, and removes the checks that are over.
func Due(tx *data.Tx, d Desk) (Report, error) {
	var report Report
	resting, err := data.Rows(tx, scanApplication, "SELECT "+applicationColumns+` FROM application a
		JOIN organization o ON o.id = a.organization_id
		WHERE a.reminded_at IS NULL AND a.saved_at <= $1
		AND EXISTS (SELECT 1 FROM application_item i WHERE i.application_id = a.id AND i.state = $2)
		ORDER BY a.saved_at, a.id`, data.Millis(tx.Now.Add(-draftReminder)), string(Draft))
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
