package followup

import (
	"database/sql"
	"fmt"
	"time"

	"accessdesk/broker"
	"accessdesk/data"
)

// Coming is a reminder of a packet that time alone will bring.
type Coming struct {
	Application, Slug, Version string
	Template                   string
	At                         time.Time
	Ends                       time.Time // of the service, for packet_renewal
}

// ComingTo lists the reminders that time will bring to an organization, if nobody notes anything before, and those whose time has come:
// the day that they are about may still be ahead.
func ComingTo(tx *data.Tx, organizationID string) ([]Coming, error) {
	type row struct {
		Coming
		state, readyOn, endsOn string
		due                    sql.NullInt64
	}
	list, err := data.Rows(tx, func(s data.Scanner) (r row, err error) {
		return r, s.Scan(&r.Application, &r.Slug, &r.Version, &r.state, &r.readyOn, &r.endsOn, &r.due)
	}, `SELECT i.application_id, i.slug, i.version_id, i.state, i.stage_on, i.ends_on, i.due_at FROM application_item i
		JOIN application a ON a.id = i.application_id
		WHERE a.organization_id = $1 AND i.kind = 'packet' AND i.state IN ('sent', 'ready') ORDER BY i.id`, organizationID)
	if err != nil {
		return nil, fmt.Errorf("coming reminders of packets of %s: %w", organizationID, err)
	}
	var all []Coming
	for _, r := range list {
		switch {
		case r.state == string(broker.Sent) && r.due.Valid:
			r.Template, r.At = "packet_no_reply", data.FromMillis(r.due.Int64)
		case r.state == string(broker.ReadyToUse) && r.endsOn != "":
			e := ending{readyOn: r.readyOn, endsOn: r.endsOn}
			before, ends, ok := e.before()
			if !ok {
				continue
			}
			r.Template, r.At, r.Ends = "packet_renewal", ends.AddDate(0, 0, -before), ends
		}
		if r.Template != "" {
			all = append(all, r.Coming)
		}
	}
	return all, nil
}
