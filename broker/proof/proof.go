// Package proof knows what public registers say of an organization, against what it says itself.
//
// # Record
//
// People of an organization say which record of the public registers is theirs, or that no register lists them. Every such act
// is kept with who and when, and stands in the record of the organization. What the record says enters the facts of the
// organization where nothing was said before, with the register as its source; what the organization stated stays. An answer
// that the record says too is backed by it from then on. When the record turns out to be another one, what only the old one
// said is taken back.
//
// # Differences
//
// Where answer and record cannot both be true there is a difference. It is worked out anew each time and never stored, so that
// another answer and another edition of a register are asked about at once. An organization may keep its answer, with or
// without an explanation, or take what the record says. What it kept holds for those two values only. A difference never keeps
// an application from being sent.
//
// A criterion that demands evidence from a register treats a fact as unknown while the record says something else, like one
// that contradicts what follows from other facts (package eligibility).
//
// # What a reviewer saw
//
// When an item is sent, Freeze keeps what the registers said and what was explained. A case is shown and decided from that, so
// that it reads the same years later, whatever editions have come since.
package proof

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
)

// The acts of this package in the record of an organization.
const (
	actTied      = "record_tied"
	actNotListed = "record_not_listed"
	actKept      = "answer_kept"
	actTaken     = "record_value_taken"
)

// NotListed stands in the place of a record where an organization said that no register lists it.
const NotListed = ""

// Tie says which record was that of an organization, and when.
type Tie struct {
	Record string // id, like ccn:141317, or NotListed
	By     string // an actor of the record
	Since  time.Time
	Until  time.Time // zero: it holds now
}

// Ties lists every record that an organization named, the one that holds now first.
func Ties(tx *data.Tx, organizationID string) ([]Tie, error) {
	all, err := data.Rows(tx, scanTie, `SELECT operator_id, tied_by, tied_at, ended_at FROM organization_record
		WHERE organization_id = $1 ORDER BY CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END, ended_at DESC, tied_at DESC`, organizationID)
	if err != nil {
		return nil, fmt.Errorf("records of organization %s: %w", organizationID, err)
	}
	return all, nil
}

func scanTie(s data.Scanner) (t Tie, err error) {
	var since int64
	var until sql.NullInt64
	err = s.Scan(&t.Record, &t.By, &since, &until)
	t.Since, t.Until = data.FromMillis(since), data.FromMillis(until.Int64)
	return t, err
}

// current gives the record that an organization named last; ok is false if it never named one.
func current(tx *data.Tx, organizationID string) (t Tie, ok bool, err error) {
	t, err = scanTie(tx.Row(`SELECT operator_id, tied_by, tied_at, ended_at FROM organization_record
		WHERE organization_id = $1 AND ended_at IS NULL`, organizationID))
	if errors.Is(err, data.ErrNotFound) {
		return Tie{}, false, nil
	}
	return t, err == nil, err
}

// TieTo makes a record of the registers that of an organization, or says that none is (NotListed). What the record says of facts
// that are not known becomes known; what only the record before said does not stay. Naming the same record again brings in what
// is new in it. Refusal at the field "record": record_unknown.
func TieTo(tx *data.Tx, v *eligibility.Vocabulary, organizationID, actor, recordID string) error {
	said, err := sayings(tx, v, recordID)
	if errors.Is(err, data.ErrNotFound) {
		return data.Refuse("record", "record_unknown")
	}
	before, named, err2 := current(tx, organizationID)
	if err = errors.Join(err, err2); err != nil {
		return fmt.Errorf("record of organization %s: %w", organizationID, err)
	}
	same := named && before.Record == recordID
	if !same {
		err = retie(tx, organizationID, actor, before, recordID)
	}
	if err == nil {
		err = takeOver(tx, v, organizationID, actor, said, named && !same)
	}
	if err != nil {
		return fmt.Errorf("record of organization %s: %w", organizationID, err)
	}
	return nil
}

// sayings is what a record says of facts; nothing for NotListed. Entries of tables (ZIP codes, counties) are no organizations.
func sayings(tx *data.Tx, v *eligibility.Vocabulary, recordID string) (eligibility.Profile, error) {
	if recordID == NotListed {
		return nil, nil
	}
	o, err := registry.Find(tx, recordID)
	if err != nil {
		return nil, err
	}
	if o.Sector == "" {
		return nil, data.ErrNotFound
	}
	return o.Profile(v)
}

func retie(tx *data.Tx, organizationID, actor string, before Tie, recordID string) error {
	_, err := tx.Exec("UPDATE organization_record SET ended_at = $2 WHERE organization_id = $1 AND ended_at IS NULL", organizationID, data.Millis(tx.Now))
	if err == nil {
		_, err = tx.Exec("INSERT INTO organization_record (id, organization_id, operator_id, tied_at, tied_by) VALUES ($1, $2, $3, $4, $5)",
			data.NewID(), organizationID, recordID, data.Millis(tx.Now), actor)
	}
	if err != nil {
		return err
	}
	e := record.Entry{Chain: record.OrganizationChain(organizationID), Actor: actor, Act: actTied, Detail: map[string]any{"record": recordID, "before": before.Record}}
	if recordID == NotListed {
		e.Act, e.Detail = actNotListed, map[string]any{"before": before.Record}
	}
	return record.Append(tx, e)
}

// takeOver brings what a record says into the facts of an organization, where it fits what is stated. anew: the record before was
// another one, and what it alone said is taken back.
func takeOver(tx *data.Tx, v *eligibility.Vocabulary, organizationID, actor string, said eligibility.Profile, anew bool) error {
	facts, err := account.Facts(tx, v, organizationID)
	if err != nil {
		return err
	}
	change := eligibility.Profile{}
	if anew {
		if change, err = withoutRegister(tx, v, organizationID, facts); err != nil {
			return err
		}
		for id, value := range change {
			facts[id] = value
		}
	}
	for id, value := range said {
		if facts[id].Known() && !holds(facts[id], value) {
			continue
		}
		if id == eligibility.SectorFact && facts[eligibility.AdditionalSectorsFact].Known() && !facts[id].Known() {
			continue // the list of all sectors is one answer
		}
		change[id] = value
	}
	if anew {
		return account.RestateFacts(tx, v, organizationID, actor, change)
	}
	return account.SaveFacts(tx, v, organizationID, actor, change)
}

// withoutRegister gives, for every fact that a register backs, what the organization said of it itself: the value again, without
// the register, if it ever stated it, else that it is not known.
func withoutRegister(tx *data.Tx, v *eligibility.Vocabulary, organizationID string, facts eligibility.Profile) (eligibility.Profile, error) {
	history, err := account.FactHistory(tx, v, organizationID)
	if err != nil {
		return nil, err
	}
	own := eligibility.Profile{}
	for id, value := range facts {
		if !registered(value) {
			continue
		}
		own[id] = eligibility.Value{}
		at := slices.IndexFunc(history[id], func(e account.Entry) bool { return !registered(e.Value) })
		if at >= 0 && holds(history[id][at].Value, value) {
			own[id] = history[id][at].Value
		}
	}
	return own, nil
}

// registered tells a value that was read from a register that this program loads.
func registered(value eligibility.Value) bool {
	_, loaded := layout.Named(value.Source)
	return value.Known() && value.Evidence == eligibility.Register && loaded
}

// holds tells whether an answer says what a record says: the same value, or a band that the number of the record lies in.
func holds(stated, said eligibility.Value) bool {
	span, number := stated.Interval()
	point, exact := said.Number()
	if number && exact {
		return span.Contains(point)
	}
	return stated.Known() && stated.Equal(said)
}

// SaveFacts stores what an organization says of itself, like account.SaveFacts. An answer that its record says too is backed by the
// register at once.
func SaveFacts(tx *data.Tx, v *eligibility.Vocabulary, organizationID, actor string, p eligibility.Profile) error {
	said := eligibility.Profile{}
	t, named, err := current(tx, organizationID)
	if err == nil && named {
		said, err = sayings(tx, v, t.Record)
	}
	if err != nil && !errors.Is(err, data.ErrNotFound) { // a record that no edition has any more backs nothing
		return fmt.Errorf("facts of organization %s: %w", organizationID, err)
	}
	return account.SaveFacts(tx, v, organizationID, actor, backed(p, said))
}

// SaveCheck keeps what was said in the check. What the organization stated before and the check left open stays, and what a
// register said in the check comes in by TieTo.
func SaveCheck(tx *data.Tx, v *eligibility.Vocabulary, organizationID, actor string, facts eligibility.Profile) error {
	stated := eligibility.Profile{}
	for id, value := range facts {
		if value.Known() && value.Evidence < eligibility.Register {
			stated[id] = value.From(eligibility.Stated, "check").On("")
		}
	}
	return SaveFacts(tx, v, organizationID, actor, stated)
}

// backed gives a profile in which each answer that a record says too is the record's.
func backed(p, said eligibility.Profile) eligibility.Profile {
	all := p.Clone()
	for id, value := range said {
		if holds(p[id], value) && p[id].Evidence <= eligibility.Register {
			all[id] = value
		}
	}
	return all
}
