package access

import (
	"fmt"
	"time"

	"accessdesk/data"
)

// Coming is a mail about a grant that time alone will bring.
type Coming struct {
	Grant
	Template string
	At       time.Time
}

// ComingTo lists the mails that time will bring to the holder of an organization's grants, if nobody acts before: the beginning, the
// reminders of remindDue and the end.
func ComingTo(tx *data.Tx, organizationID string) ([]Coming, error) {
	list, err := data.Rows(tx, func(row data.Scanner) (r running, err error) {
		err = r.scan(row, &r.reminded)
		return r, err
	}, "SELECT "+grantColumns+`, g.reminded_days FROM access_grant g
		WHERE g.organization_id = $1 AND g.state IN ('pending', 'active', 'suspended') ORDER BY g.ends, g.id`, organizationID)
	if err != nil {
		return nil, fmt.Errorf("coming mails about grants of %s: %w", organizationID, err)
	}
	var all []Coming
	for _, r := range list {
		if r.State == Pending && r.Starts.After(tx.Now) {
			all = append(all, Coming{r.Grant, "grant_started", r.Starts})
		}
		for _, days := range thresholds {
			if at := r.Ends.Add(-time.Duration(days) * day); at.After(tx.Now) && !r.wasReminded(days) && !at.Before(r.Starts) {
				all = append(all, Coming{r.Grant, "grant_ends_soon", at})
			}
		}
		if r.Ends.After(tx.Now) {
			all = append(all, Coming{r.Grant, "grant_ended", r.Ends})
		}
	}
	return all, nil
}

// wasReminded tells whether the reminder of a threshold is dealt with, by itself or by a nearer one.
func (r running) wasReminded(days int64) bool { return r.reminded.Valid && r.reminded.Int64 <= days }
