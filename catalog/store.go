package catalog

import (
	"errors"
	"fmt"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/eligibility"
)

// Import publishes the offerings as the first versions of an empty catalog, in the name of actor, and tells how many
// it wrote. A catalog that holds anything is left as it is and the answer is 0. Nothing is written if a rule does not
// compile or two offerings share a slug.
func Import(tx *data.Tx, v *eligibility.Vocabulary, offerings []*Offering, actor string) (count int, err error) {
	var filled bool
	if err := tx.Row("SELECT count(*) > 0 FROM offering").Scan(&filled); err != nil {
		return 0, fmt.Errorf("import catalog: %w", err)
	}
	if filled || len(offerings) == 0 {
		return 0, nil
	}
	snapshot, err := FromFiles(v, offerings)
	if err != nil {
		return 0, fmt.Errorf("import catalog: %w", err)
	}
	for _, p := range snapshot.Offerings {
		if err := insertPublished(tx, p, actor); err != nil {
			return 0, fmt.Errorf("import offering %s: %w", p.Slug, err)
		}
	}
	if err := MoveRevision(tx); err != nil {
		return 0, fmt.Errorf("import catalog: %w", err)
	}
	return len(snapshot.Offerings), nil
}

func insertPublished(tx *data.Tx, p *Published, actor string) error {
	if _, err := tx.Exec("INSERT INTO offering (slug, created_at) VALUES ($1, $2)", p.Slug, data.Millis(tx.Now)); err != nil {
		return err
	}
	return insertVersion(tx, p, Release{WrittenBy: actor, ApprovedBy: actor, Actor: actor, Act: "publish"})
}

// insertVersion stores a version that is live from now on, and says so in the record.
func insertVersion(tx *data.Tx, p *Published, r Release) error {
	now := data.Millis(tx.Now)
	p.VersionID = data.NewID()
	_, err := tx.Exec(`INSERT INTO offering_version
		(id, slug, number, state, body, owner, created_at, created_by, published_at, published_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $9)`,
		p.VersionID, p.Slug, p.Version, string(StatePublished), string(p.canonical), p.Owner, now, r.WrittenBy, r.ApprovedBy)
	if err != nil {
		return err
	}
	whole := map[string]any{"version": p.Version, "version_id": p.VersionID, "hash": p.Hash}
	for name, value := range r.Detail {
		whole[name] = value
	}
	return record.Append(tx, record.Entry{Chain: record.OfferingChain(p.Slug), Actor: r.Actor, Act: r.Act, Detail: whole})
}

// MoveRevision makes every cache of the catalog look again. What packages beside this one keep about listings moves it too, since pages
// for strangers are kept by it.
func MoveRevision(tx *data.Tx) error {
	moved, err := tx.Exec("UPDATE catalog_revision SET revision = revision + 1, stamp = $1 WHERE id = 1", data.NewID())
	if err == nil && moved != 1 {
		err = errors.New("the row of catalog_revision is missing")
	}
	return err
}

// Version gives any stored version, live or not: a case keeps the version it was started on.
// data.ErrNotFound if there is none.
func Version(tx *data.Tx, v *eligibility.Vocabulary, versionID string) (*Published, error) {
	stored, err := scanVersion(tx.Row("SELECT id, slug, number, body, owner FROM offering_version WHERE id = $1", versionID))
	if err != nil {
		return nil, fmt.Errorf("offering version %s: %w", versionID, err)
	}
	p, err := stored.publish(v)
	if err != nil {
		return nil, fmt.Errorf("offering version %s: %w", versionID, err)
	}
	return p, nil
}

// storedVersion is a row of offering_version.
type storedVersion struct {
	id, slug    string
	number      int
	body, owner string
}

func scanVersion(s data.Scanner) (storedVersion, error) {
	var stored storedVersion
	err := s.Scan(&stored.id, &stored.slug, &stored.number, &stored.body, &stored.owner)
	return stored, err
}

func (s storedVersion) publish(v *eligibility.Vocabulary) (*Published, error) {
	o, err := parseStored(s.id, s.body)
	if err != nil {
		return nil, err
	}
	o.Owner, o.file = s.owner, ""
	p, err := publish(v, o)
	if err != nil {
		return nil, err
	}
	p.VersionID, p.Version = s.id, s.number
	return p, nil
}

// Cache keeps the published catalog compiled between requests. It is safe for concurrent use.
type Cache struct {
	vocabulary *eligibility.Vocabulary

	mutex    sync.Mutex
	snapshot *Snapshot
}

// NewCache makes an empty cache; the first Snapshot fills it.
func NewCache(v *eligibility.Vocabulary) *Cache { return &Cache{vocabulary: v} }

// Snapshot gives the published catalog as tx sees it. When the revision has moved it loads the versions again; those
// that are still published are not compiled again. What a transaction saw of its own writes is safe to keep: the
// stamp of a revision that is rolled back never comes again.
func (c *Cache) Snapshot(tx *data.Tx) (*Snapshot, error) {
	var revision int64
	var stamp string
	err := tx.Row("SELECT revision, stamp FROM catalog_revision WHERE id = 1").Scan(&revision, &stamp)
	if err != nil {
		return nil, fmt.Errorf("catalog snapshot: %w", err)
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.snapshot != nil && c.snapshot.Stamp == stamp && c.snapshot.Revision == revision {
		return c.snapshot, nil
	}
	fresh, err := load(tx, c.vocabulary, revision, c.snapshot)
	if err != nil {
		return nil, fmt.Errorf("catalog snapshot: %w", err)
	}
	fresh.Stamp, c.snapshot = stamp, fresh
	return fresh, nil
}

// Live gives the published version of an offering. data.ErrNotFound if there is none.
func (c *Cache) Live(tx *data.Tx, slug string) (*Published, error) {
	snapshot, err := c.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	live, ok := snapshot.Find(slug)
	if !ok {
		return nil, data.ErrNotFound
	}
	return live, nil
}

// load reads the published versions and takes over what before has compiled already.
func load(tx *data.Tx, v *eligibility.Vocabulary, revision int64, before *Snapshot) (*Snapshot, error) {
	rows, err := data.Rows(tx, scanVersion,
		"SELECT id, slug, number, body, owner FROM offering_version WHERE state = $1", string(StatePublished))
	if err != nil {
		return nil, err
	}
	all := make([]*Published, len(rows))
	var compiling errgroup.Group // rules are compiled one by one, on every core
	compiling.SetLimit(runtime.GOMAXPROCS(0))
	for i, row := range rows {
		if known, ok := before.version(row.id); ok {
			all[i] = known
			continue
		}
		compiling.Go(func() (err error) {
			all[i], err = row.publish(v)
			return err
		})
	}
	if err := compiling.Wait(); err != nil {
		return nil, err
	}
	return newSnapshot(revision, all)
}

// version finds a published offering by the id of its version; none in a nil snapshot.
func (s *Snapshot) version(id string) (*Published, bool) {
	if s == nil {
		return nil, false
	}
	for _, p := range s.Offerings {
		if p.VersionID == id {
			return p, true
		}
	}
	return nil, false
}
