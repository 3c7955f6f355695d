package recheck

import (
	"context"
	"math"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/notify"
)

// Batch is profiles that were decided again and are not kept yet.
type Batch struct {
	ground        string
	organizations []organizationFinding
	checks        []checkFinding
}

// Empty tells whether nothing was due.
func (b Batch) Empty() bool { return len(b.organizations)+len(b.checks) == 0 }

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
	if b.organizations, err = lookOrganizations(tx, d, g, most); err != nil {
		return b, wrap(err, "decide organizations again")
	}
	b.checks, err = lookChecks(tx, d, g, most-len(b.organizations))
	return b, wrap(err, "decide kept checks again")
}

// Keep stores what Look found, profile by profile where everything is still as it was found, and queues the mails.
func (b Batch) Keep(tx *data.Tx, d broker.Desk) (Report, error) {
	var report Report
	g, err := groundAt(tx, d)
	if err != nil || g.name != b.ground {
		return report, wrap(err, "what is decided on")
	}
	for _, f := range b.organizations {
		if err := report.add(f.keep(tx, d, g)); err != nil {
			return report, wrap(err, "keep the decision about organization %s", f.id)
		}
	}
	for _, f := range b.checks {
		if err := report.add(f.keep(tx, d, g)); err != nil {
			return report, wrap(err, "keep the decision about a check")
		}
	}
	return report, nil
}

// add counts a profile that was kept.
func (r *Report) add(kept bool, mails int, err error) error {
	if kept {
		r.Decided++
		r.Mails += mails
	}
	return err
}

// What nobody wants to know any more: of organizations ($1 is the kind of the mails), and of checks whose answers were deleted. What is
// over goes with its check.
const (
	unwantedOrganization = "NOT EXISTS (" + askers + " AND m.organization_id = recheck_organization.organization_id)"
	unwantedCheck        = "EXISTS (SELECT 1 FROM screening s WHERE s.token_hash = recheck_check.token_hash AND s.asked = '[]')"
)

// forget removes what nobody wants to know any more.
func forget(ctx context.Context, db *data.DB) error {
	var unwanted int
	err := db.Read(ctx, func(tx *data.Tx) error {
		return tx.Row("SELECT (SELECT count(*) FROM recheck_organization WHERE "+unwantedOrganization+") + (SELECT count(*) FROM recheck_check WHERE "+unwantedCheck+")",
			string(notify.KindFits)).Scan(&unwanted)
	})
	if err != nil || unwanted == 0 {
		return err
	}
	return db.Write(ctx, func(tx *data.Tx) error {
		_, err := tx.Exec("DELETE FROM recheck_organization WHERE "+unwantedOrganization, string(notify.KindFits))
		if err == nil {
			_, err = tx.Exec("DELETE FROM recheck_check WHERE " + unwantedCheck)
		}
		return wrap(err, "forget what nobody asked for")
	})
}
