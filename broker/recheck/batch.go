package recheck

import (
	"context"
	"fmt"
	"math"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/notify"
)

// Batch is profiles that were decided again and are not kept yet.
type Batch struct {
	ground        string
	organizations []organizationFinding
}

// Empty tells whether nothing was due.
func (b Batch) Empty() bool { return len(b.organizations) == 0 }

// Look decides what is due, at most so many profiles; 0 is all of them. It changes nothing.
func Look(tx *data.Tx, d broker.Desk, most int) (Batch, error) {
	if most == 0 {
		most = math.MaxInt32
	}
	g, err := groundAt(tx, d)
	if err != nil {
		return Batch{}, wrap(err, "what is decided on")
	}
	b := Batch{ground: g.name}
	b.organizations, err = lookOrganizations(tx, d, g, most)
	return b, wrap(err, "decide organizations again")
}

// Keep stores what Look found, profile by profile where everything is still as it was found, and queues the mails.
func (b Batch) Keep(tx *data.Tx, d broker.Desk) (Report, error) {
	var report Report
	g, err := groundAt(tx, d)
	if err != nil || g.name != b.ground {
		return report, wrap(err, "what is decided on")
	}
	for _, f := range b.organizations {
		kept, mails, err := f.keep(tx, d, g)
		if err != nil {
			return report, wrap(err, "keep the decision about organization %s", f.id)
		}
		if kept {
			report.Decided++
			report.Mails += mails
		}
	}
	return report, nil
}

// forget removes what nobody wants to know any more.
func forget(ctx context.Context, db *data.DB) error {
	var unwanted int
	err := db.Read(ctx, func(tx *data.Tx) error {
		return tx.Row("SELECT count(*) FROM recheck_organization r WHERE NOT EXISTS ("+askers+" AND m.organization_id = r.organization_id)", string(notify.KindFits)).Scan(&unwanted)
	})
	if err != nil || unwanted == 0 {
		return err
	}
	return db.Write(ctx, func(tx *data.Tx) error {
		_, err := tx.Exec("DELETE FROM recheck_organization WHERE NOT EXISTS ("+askers+" AND m.organization_id = recheck_organization.organization_id)", string(notify.KindFits))
		if err != nil {
			return fmt.Errorf("forget what nobody asked for: %w", err)
		}
		return nil
	})
}
