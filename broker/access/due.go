package access

import (
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
)

// thresholds are the days before the end at which holders are reminded, farthest first.
var thresholds = []int64{30, 7}

// Report counts what a run of Due did: grants activated, grants ended, grants whose holders were reminded.
type Report struct{ Activated, Ended, Reminded int }

// Due does what the time of the transaction asks for: it activates pending grants whose start has come, ends active grants
// whose end has come, and reminds of ends that are near. A second run at the same time does nothing. An error leaves the
// whole run to the next one.
func Due(tx *data.Tx, d Desk) (Report, error) {
	var report Report
	var err error
	if report.Activated, err = activateDue(tx, d); err != nil {
		return Report{}, fmt.Errorf("activate grants: %w", err)
	}
	if report.Ended, err = endDue(tx, d); err != nil {
		return Report{}, fmt.Errorf("end grants: %w", err)
	}
	if report.Reminded, err = remindDue(tx, d); err != nil {
		return Report{}, fmt.Errorf("remind of ends: %w", err)
	}
	return report, nil
}

func activateDue(tx *data.Tx, d Desk) (int, error) {
	list, err := data.Rows(tx, scanGrant, `SELECT id, item_id, organization_id, slug, version_id, reference, state, starts, ends,
			renewable, safeguards, opened_by, reason, changed_at, revision
		FROM access_grant WHERE state = 'pending' AND starts <= $1 ORDER BY starts, id`, data.Millis(tx.Now))
	if err != nil {
		return 0, err
	}
	return actOnAll(tx, d, list, ActActivate)
}

func endDue(tx *data.Tx, d Desk) (int, error) {
	list, err := data.Rows(tx, scanGrant, `SELECT id, item_id, organization_id, slug, version_id, reference, state, starts, ends,
			renewable, safeguards, opened_by, reason, changed_at, revision
		FROM access_grant WHERE state = 'active' AND ends <= $1 ORDER BY ends, id`, data.Millis(tx.Now))
	if err != nil {
		return 0, err
	}
	return actOnAll(tx, d, list, ActEnd)
}

func actOnAll(tx *data.Tx, d Desk, list []Grant, what string) (int, error) {
	for _, g := range list {
		if _, err := act(tx, d, g, ActRequest{Act: what, Actor: record.System, Role: RoleSystem}); err != nil {
			return 0, fmt.Errorf("grant %s: %w", g.ID, err)
		}
	}
	return len(list), nil
}

// running is an active grant with its reminder mark.
type running struct {
	id, state string
	ends      time.Time
	reminded  sql.NullInt64
}

func scanRunning(row data.Scanner) (running, error) {
	var r running
	var ends int64
	err := row.Scan(&r.id, &r.state, &ends, &r.reminded)
	r.ends = data.FromMillis(ends)
	return r, err
}

// remindDue runs after endDue, so every active grant has its end ahead.
func remindDue(tx *data.Tx, d Desk) (int, error) {
	list, err := data.Rows(tx, scanRunning, `SELECT id, state, ends, reminded_days FROM access_grant
		WHERE state = 'active' AND ends <= $1 ORDER BY ends, id`, data.Millis(tx.Now.Add(time.Duration(thresholds[0])*day)))
	if err != nil {
		return 0, err
	}
	count := 0
	for _, r := range list {
		days := nearest(r.ends.Sub(tx.Now))
		if days == 0 || (r.reminded.Valid && r.reminded.Int64 <= days) {
			continue
		}
		reminded, err := remind(tx, d, r.id, days)
		if err != nil {
			return 0, fmt.Errorf("grant %s: %w", r.id, err)
		}
		if reminded {
			count++
		}
	}
	return count, nil
}

// nearest gives the smallest threshold that is crossed when this much time remains, 0 if none is.
func nearest(remaining time.Duration) int64 {
	var crossed int64
	for _, days := range thresholds {
		if remaining <= time.Duration(days)*day {
			crossed = days
		}
	}
	return crossed
}

// remind queues the mails of a threshold and marks it. Without a recipient nothing is marked, so the next run tries again.
func remind(tx *data.Tx, d Desk, id string, days int64) (bool, error) {
	g, err := Find(tx, id)
	if err != nil {
		return false, err
	}
	left := int((g.Ends.Sub(tx.Now) + day - 1) / day)
	queued, err := tell(tx, d, g, "grant_ends_soon", "ends:"+strconv.FormatInt(days, 10), map[string]any{"Ends": g.Ends, "Days": left})
	if err != nil || queued == 0 {
		return false, err
	}
	rows, err := tx.Exec(`UPDATE access_grant SET reminded_days = $1
		WHERE id = $2 AND state = 'active' AND (reminded_days IS NULL OR reminded_days > $1)`, days, id)
	if err != nil {
		return false, err
	}
	if rows == 0 {
		return false, data.ErrConflict
	}
	return true, nil
}
