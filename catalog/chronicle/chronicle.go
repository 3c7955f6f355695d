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
