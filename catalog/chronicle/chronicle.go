// Package chronicle tells when each program came into the catalog, when what the public reads of it changed last, and when it went.
// Feeds, site maps and interfaces that are asked "what is new since" take their times and their lasting names from here.
package chronicle

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/data"

	"github.com/pelletier/go-toml/v2"
)

// Life is the life of a program in the public catalog.
type Life struct {
	Slug string
	// Name is the id of its first published version: it never changes, and no other installation has it.
	Name    string
	Listed  time.Time // when it was published first
	Changed time.Time // when its live version was published, or when it went
	// Live is its live version, nil once it was taken off. An ended program is live, and its page stays, but no list has it.
	Live *catalog.Published
	// Left is set by Serving: it served those that are meant once, until Changed, and serves them no more.
	Left bool
}

// Gone tells whether the program is on no list any more: taken off, or ended.
func (l Life) Gone() bool { return l.Live == nil || l.Live.Status == catalog.StatusEnded }

// Chronicle is the lives of all programs, what changed last first. It never changes.
type Chronicle struct {
	Lives []Life
	// Name is the name of the program that was there first, "" in an empty catalog. Like that of a program it is this installation's alone.
	Name string
}

// Changed is when anything changed last; zero in an empty catalog.
func (c Chronicle) Changed() time.Time {
	if len(c.Lives) == 0 {
		return time.Time{}
	}
	return c.Lives[0].Changed
}

// Load reads the lives as tx sees them.
func Load(tx *data.Tx, snapshot *catalog.Snapshot) (Chronicle, error) {
	histories, err := catalog.Histories(tx)
	if err != nil {
		return Chronicle{}, fmt.Errorf("chronicle of the catalog: %w", err)
	}
	var c Chronicle
	for _, slug := range slices.Sorted(maps.Keys(histories)) {
		versions := histories[slug] // the newest first
		newest, first := versions[0], versions[len(versions)-1]
		life := Life{Slug: slug, Name: first.ID, Listed: first.Published, Changed: newest.Published}
		life.Live, _ = snapshot.Find(slug)
		if life.Live == nil && newest.Retired.After(newest.Published) {
			life.Changed = newest.Retired
		}
		c.Lives = append(c.Lives, life)
	}
	if len(c.Lives) > 0 {
		c.Name = slices.MinFunc(c.Lives, func(a, b Life) int { return cmp.Or(a.Listed.Compare(b.Listed), strings.Compare(a.Slug, b.Slug)) }).Name
	}
	slices.SortStableFunc(c.Lives, func(a, b Life) int { return b.Changed.Compare(a.Changed) }) // of one time: by slug
	return c, nil
}

// Serving gives the lives that concern those whom serves finds in a list of sectors, what changed last first: programs that serve them, and
// those that did once, also where they were taken off since.
func (c Chronicle) Serving(tx *data.Tx, serves func(sectors []string) bool) ([]Life, error) {
	live := map[string]bool{}
	for _, life := range c.Lives {
		live[life.Slug] = life.Live != nil && serves(life.Live.Sectors)
	}
	left, err := leaving(tx, live, serves)
	if err != nil {
		return nil, fmt.Errorf("chronicle of the catalog: %w", err)
	}
	var all []Life
	for _, life := range c.Lives {
		until, served := left[life.Slug]
		switch {
		case live[life.Slug]:
		case !served:
			continue
		case !until.IsZero():
			life.Left, life.Changed = true, until
		}
		all = append(all, life)
	}
	slices.SortStableFunc(all, func(a, b Life) int { return b.Changed.Compare(a.Changed) })
	return all, nil
}

// leaving tells of each program that served and is not live for them when it stopped: when the first version was published that serves no
// more. The time is zero where the last version serves. Programs with one version, which is live, are not read: they never stopped.
func leaving(tx *data.Tx, live map[string]bool, serves func(sectors []string) bool) (map[string]time.Time, error) {
	type version struct {
		slug, body string
		published  int64
	}
	versions, err := data.Rows(tx, func(row data.Scanner) (v version, err error) { return v, row.Scan(&v.slug, &v.published, &v.body) },
		`SELECT slug, coalesce(published_at, created_at), body FROM offering_version
		WHERE slug IN (SELECT slug FROM offering_version WHERE state = 'retired') ORDER BY slug, number`)
	if err != nil {
		return nil, err
	}
	left := map[string]time.Time{}
	for _, v := range versions {
		if live[v.slug] {
			continue
		}
		var known struct {
			Sectors []string `toml:"sectors"`
		}
		if err := toml.Unmarshal([]byte(v.body), &known); err != nil {
			return nil, fmt.Errorf("version of %s: %w", v.slug, err)
		}
		if serves(known.Sectors) {
			left[v.slug] = time.Time{}
		} else if until, served := left[v.slug]; served && until.IsZero() {
			left[v.slug] = data.FromMillis(v.published)
		}
	}
	return left, nil
}
