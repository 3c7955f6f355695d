// Package recheck decides stored profiles again when what they were decided on has changed, and mails those who asked for it that
// a program now seems to fit.
//
// # When
//
// A profile is decided on its facts and on the ground: the published catalog, which of its windows are open, and the live
// editions of the public registers. The ground has a name, and each profile is kept with the name that it was decided on, so what
// is due is found by comparing, a change that was taken back before a run is none, and a second run finds nothing. The seats that
// are free at that moment count too, but a seat that comes and goes is no reason to decide again.
//
// # Who is told of what
//
// The first decision tells nobody anything: it is what the next one is compared with. A change of the ground that brings programs
// among those that look like a fit and are open is told once, all of them in one mail. What an organization changed in its own
// facts is not: whoever changed them sees the results. A program that was among them within the last AwayTime is not told again.
// Nothing is told of programs that the organization has applied for. Who follows a program and was told within a day that it
// opened is not told so twice.
//
// A check without an account is decided again too, while it is kept for its mailed link and only if that was asked for with the link.
// Its mail goes to the address that got the link, with a new link of its own beside the one that was promised for 30 days.
// What is remembered of a check goes with it.
//
// # In the background
//
// Run reads and decides a few profiles with no lock held, then keeps the results in a short write transaction. Each row is
// changed only if ground, facts and the decision before are those that were read, together with its mails: a run that is killed
// has kept a profile with its mails or not at all, and two runs at once tell nobody twice.
package recheck

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/proof"
	"accessdesk/broker/screening"
	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
)

// AwayTime is how long a program must have been away from those that fit before it is told again.
const AwayTime = 30 * 24 * time.Hour

// Limits of a run. The next run, a minute later, goes on where one ended.
const (
	batchSize = 50   // profiles in one transaction
	runSize   = 5000 // profiles in one run
)

// Report counts what a run did.
type Report struct {
	Decided int // profiles
	Mails   int
}

// Run decides again what is due and tells whoever asked. What an organization no longer wants to know is forgotten.
func Run(ctx context.Context, db *data.DB, d broker.Desk) (Report, error) {
	var report Report
	if err := forget(ctx, db); err != nil {
		return report, fmt.Errorf("re-check: %w", err)
	}
	for report.Decided < runSize {
		var batch Batch
		err := db.Read(ctx, func(tx *data.Tx) (err error) {
			batch, err = Look(tx, d, batchSize)
			return err
		})
		if err != nil || batch.Empty() {
			return report, err
		}
		var kept Report
		err = db.Write(ctx, func(tx *data.Tx) (err error) {
			kept, err = batch.Keep(tx, d)
			return err
		})
		if err != nil {
			return report, err
		}
		if kept.Decided == 0 { // the ground moved, or another run was faster
			return report, nil
		}
		report.Decided += kept.Decided
		report.Mails += kept.Mails
	}
	return report, nil
}

// ground is what profiles are decided on beside their facts.
type ground struct {
	name     string // changes when a decision may
	programs []*catalog.Published
	places   catalog.Counts
}

func groundAt(tx *data.Tx, d broker.Desk) (ground, error) {
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return ground{}, err
	}
	g := ground{programs: snapshot.Listed()}
	if g.places, err = seat.All(tx, g.programs); err != nil {
		return ground{}, err
	}
	name := sha256.New()
	fmt.Fprintln(name, snapshot.Hash)
	for _, p := range g.programs {
		if p.OpenAt(tx.Now) {
			fmt.Fprintln(name, p.Slug)
		}
	}
	vintages, err := registry.Vintages(tx)
	if err != nil {
		return ground{}, fmt.Errorf("live vintages: %w", err)
	}
	for _, v := range vintages {
		if v.State == registry.Live {
			fmt.Fprintln(name, v.ID)
		}
	}
	g.name = hex.EncodeToString(name.Sum(nil)[:16])
	return g, nil
}

// decide decides every listed program for facts.
func (g ground) decide(d broker.Desk, facts eligibility.Profile, now time.Time) *screening.Check {
	check := screening.New(d.Vocabulary, g.programs, facts, nil, now)
	check.Seats(g.places)
	return check
}

// Decide decides every listed program for what is known of an organization: what its people see is what the mail went by.
func Decide(tx *data.Tx, d broker.Desk, organizationID string) (*screening.Check, error) {
	g, err := groundAt(tx, d)
	if err != nil {
		return nil, err
	}
	facts, err := factsOf(tx, d, organizationID)
	if err != nil {
		return nil, err
	}
	return g.decide(d, facts, tx.Now), nil
}

// factsOf is the profile of an organization, with what its record in the registers says by now in the place of what it said before.
func factsOf(tx *data.Tx, d broker.Desk, organizationID string) (eligibility.Profile, error) {
	facts, err := account.Facts(tx, d.Vocabulary, organizationID)
	if err != nil {
		return nil, err
	}
	ties, err := proof.Ties(tx, organizationID)
	if err != nil || len(ties) == 0 || !ties[0].Until.IsZero() {
		return facts, err
	}
	return renewed(tx, d, facts, ties[0].Record)
}

// wrap names the operation of an internal error.
func wrap(err error, format string, args ...any) error {
	if err == nil || errors.Is(err, data.ErrNotFound) {
		return err
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
