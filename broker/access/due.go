package access

import (
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"
)

// thresholds are the days before the end at which holders are reminded, farthest first.
var thresholds = []int64{30, 7}

// Report counts what a run of Due did: grants activated, grants ended, grants whose holders were reminded.
type Report struct{ Activated, Ended, Reminded int }

// Due does what the time of the transaction asks for: it activates pending grants whose start has come, ends running grants
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
	list, err := data.Rows(tx, scanGrant, "SELECT "+grantColumns+` FROM access_grant g
		WHERE g.state = 'pending' AND g.starts <= $1 ORDER BY g.starts, g.id`, data.Millis(tx.Now))
	if err != nil {
		return 0, err
	}
	return actOnAll(tx, d, list, ActActivate)
}

func endDue(tx *data.Tx, d Desk) (int, error) {
	list, err := data.Rows(tx, scanGrant, "SELECT "+grantColumns+` FROM access_grant g
		WHERE g.state IN ('active', 'suspended') AND g.ends <= $1 ORDER BY g.ends, g.id`, data.Millis(tx.Now))
	if err != nil {
		return 0, err
	}
	return actOnAll(tx, d, list, ActEnd)
}

func actOnAll(tx *data.Tx, d Desk, list []Grant, what string) (int, error) {
	for _, g := range list {
		if _, err := act(tx, d, ByProgram(), g, ActRequest{Act: what}); err != nil {
			return 0, fmt.Errorf("grant %s: %w", g.ID, err)
		}
	}
	return len(list), nil
}

// running is a grant whose reminders may be due, with the mark of the last one.
type running struct {
	Grant
	reminded sql.NullInt64
}

// remindDue runs after endDue, so every running grant has its end ahead.
func remindDue(tx *data.Tx, d Desk) (int, error) {
	list, err := data.Rows(tx, func(row data.Scanner) (r running, err error) {
		err = r.scan(row, &r.reminded)
		return r, err
	}, "SELECT "+grantColumns+`, g.reminded_days FROM access_grant g
		WHERE g.state IN ('active', 'suspended') AND g.ends <= $1 ORDER BY g.ends, g.id`, data.Millis(tx.Now.Add(time.Duration(thresholds[0])*day)))
	if err != nil {
		return 0, err
	}
	count := 0
	for _, r := range list {
		days := nearest(r.Ends.Sub(tx.Now))
		if days == 0 || r.wasReminded(days) {
			continue
		}
		reminded, err := remind(tx, d, r.Grant, days)
		if err != nil {
			return 0, fmt.Errorf("grant %s: %w", r.ID, err)
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
func remind(tx *data.Tx, d Desk, g Grant, days int64) (bool, error) {
	occasion := strconv.FormatInt(days, 10) + ":" + strconv.FormatInt(g.Renewals, 10)
	queued, err := tellHolders(tx, d, g, "grant_ends_soon", "ends:"+occasion, func(to account.Member) map[string]any { return endsSoonArgs(g, tx.Now, to.Role) })
	if err != nil || queued == 0 {
		return false, err
	}
	if g.Renewal == RenewalAsked && days == thresholds[len(thresholds)-1] {
		if err := tellManagers(tx, d, g, "grant_renewal_asked", "renewal_waits:"+occasion); err != nil {
			return false, err
		}
	}
	rows, err := tx.Exec(`UPDATE access_grant SET reminded_days = $1
		WHERE id = $2 AND state = $3 AND revision = $4 AND (reminded_days IS NULL OR reminded_days > $1)`, days, g.ID, string(g.State), g.Revision)
	if err != nil {
		return false, err
	}
	if rows == 0 {
		return false, data.ErrConflict
	}
	return true, nil
}
