package catalog

import (
	"errors"
	"fmt"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// Why a version is not live any more.
const (
	RetiredReplaced = "replaced"  // the next version took its place
	RetiredTakenOff = "taken_off" // the offering left the list
)

// Release is what puts a version before the public. Only package publishing makes releases, since it knows who may (the
// architecture test holds this).
type Release struct {
	Offering *Offering
	// BasedOn is the id of the version that this one replaces, "" for an offering that has none. If another one is live, the release is a conflict.
	BasedOn               string
	WrittenBy, ApprovedBy string
	Actor                 string         // of the record: who approved it, or the clock
	Act                   string         // of the record: "publish", "pause", "resume"
	Detail                map[string]any // of the record, beside version and hash
}

// Reserve makes a slug known, so that there can be drafts of it. Doing so twice changes nothing.
func Reserve(tx *data.Tx, slug string) error {
	_, err := tx.Exec("INSERT INTO offering (slug, created_at) VALUES ($1, $2) ON CONFLICT (slug) DO NOTHING", slug, data.Millis(tx.Now))
	if err != nil {
		return fmt.Errorf("reserve slug %s: %w", slug, err)
	}
	return nil
}

// Publish writes a release as the next version of its offering and makes it the live one. data.ErrConflict: the version that it was
// based on is not the live one any more.
func Publish(tx *data.Tx, v *eligibility.Vocabulary, r Release) (*Published, error) {
	p, err := publish(v, r.Offering)
	if err != nil {
		return nil, err
	}
	if err := r.replace(tx); err != nil {
		return nil, fmt.Errorf("publish offering %s: %w", p.Slug, err)
	}
	if err := Reserve(tx, p.Slug); err != nil {
		return nil, err
	}
	if err := tx.Row("SELECT coalesce(max(number), 0) + 1 FROM offering_version WHERE slug = $1", p.Slug).Scan(&p.Version); err != nil {
		return nil, fmt.Errorf("publish offering %s: %w", p.Slug, err)
	}
	if err := insertVersion(tx, p, r); err != nil {
		return nil, fmt.Errorf("publish offering %s: %w", p.Slug, err)
	}
	if err := MoveRevision(tx); err != nil {
		return nil, fmt.Errorf("publish offering %s: %w", p.Slug, err)
	}
	return p, nil
}

// replace takes the version that is live now out of the way.
func (r Release) replace(tx *data.Tx) error {
	live, err := liveID(tx, r.Offering.Slug)
	if err != nil || live != r.BasedOn {
		return errors.Join(err, conflictIf(err == nil))
	}
	if live == "" {
		return nil
	}
	return retire(tx, live, RetiredReplaced)
}

func conflictIf(conflict bool) error {
	if conflict {
		return data.ErrConflict
	}
	return nil
}

// TakeOff takes an offering off the list: no version of it is live from now on. basedOn is the id of the version that is. Cases that
// began on it keep it. data.ErrConflict: another version is live.
func TakeOff(tx *data.Tx, slug, basedOn, actor string, detail map[string]any) error {
	live, err := liveID(tx, slug)
	if err != nil || live != basedOn || live == "" {
		return errors.Join(err, conflictIf(err == nil))
	}
	if err := retire(tx, live, RetiredTakenOff); err != nil {
		return fmt.Errorf("take offering %s off the list: %w", slug, err)
	}
	whole := map[string]any{"version_id": live}
	for name, value := range detail {
		whole[name] = value
	}
	if err := record.Append(tx, record.Entry{Chain: record.OfferingChain(slug), Actor: actor, Act: "retire", Detail: whole}); err != nil {
		return err
	}
	return MoveRevision(tx)
}

func retire(tx *data.Tx, versionID, why string) error {
	moved, err := tx.Exec("UPDATE offering_version SET state = $1, retired_at = $2, retired_why = $3 WHERE id = $4 AND state = $5",
		string(StateRetired), data.Millis(tx.Now), why, versionID, string(StatePublished))
	if err == nil && moved != 1 {
		err = data.ErrConflict
	}
	return err
}

// liveID is the id of the live version of an offering; "" if there is none.
func liveID(tx *data.Tx, slug string) (id string, err error) {
	err = tx.Row("SELECT id FROM offering_version WHERE slug = $1 AND state = $2", slug, string(StatePublished)).Scan(&id)
	if errors.Is(err, data.ErrNotFound) {
		return "", nil
	}
	return id, err
}

// Stored is a version as lists show it.
type Stored struct {
	ID, Slug   string
	Number     int
	State      State // published or retired
	WrittenBy  string
	ApprovedBy string
	Published  time.Time
	Retired    time.Time // zero while it is live, and for versions replaced before such times were kept
	Why        string    // RetiredReplaced, RetiredTakenOff, "" while it is live
}

// Versions lists the versions of an offering, the newest first.
func Versions(tx *data.Tx, slug string) ([]Stored, error) {
	all, err := data.Rows(tx, scanStored, `SELECT id, slug, number, state, created_by, coalesce(published_by, ''), coalesce(published_at, created_at),
		coalesce(retired_at, 0), retired_why FROM offering_version WHERE slug = $1 ORDER BY number DESC`, slug)
	if err != nil {
		return nil, fmt.Errorf("versions of offering %s: %w", slug, err)
	}
	return all, nil
}

// Histories lists the versions of every offering by slug, the newest first.
func Histories(tx *data.Tx) (map[string][]Stored, error) {
	all, err := data.Rows(tx, scanStored, `SELECT id, slug, number, state, created_by, coalesce(published_by, ''), coalesce(published_at, created_at),
		coalesce(retired_at, 0), retired_why FROM offering_version ORDER BY slug, number DESC`)
	if err != nil {
		return nil, fmt.Errorf("versions of the catalog: %w", err)
	}
	bySlug := map[string][]Stored{}
	for _, one := range all {
		bySlug[one.Slug] = append(bySlug[one.Slug], one)
	}
	return bySlug, nil
}

func scanStored(row data.Scanner) (s Stored, err error) {
	var published, retired int64
	err = row.Scan(&s.ID, &s.Slug, &s.Number, &s.State, &s.WrittenBy, &s.ApprovedBy, &published, &retired, &s.Why)
	s.Published = data.FromMillis(published)
	if retired != 0 {
		s.Retired = data.FromMillis(retired)
	}
	return s, err
}
