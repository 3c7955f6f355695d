// Package search finds programs by words and by what they are, and says how many there would be with other filters.
//
// # Words
//
// Every word that is typed has to be found in a program: in its title, its names (known_as, provider, slug), its summary, its
// details with the titles of its rules, or the sectors that it is for. Case and accents do not matter, nor does plural or another
// ending: each language has its own stems. From four letters on a word is also the beginning of one. Words that say nothing
// ("the", "para") count only when there are no others.
//
// What finds nothing is tried in other ways, and Result says which one served: in the other language; with typing mistakes in the
// words that are unknown (one from four letters on, two from eight; a swap of neighbors is one; numbers are not bent); at last
// with as many of the words as any program has. A way is chosen by the whole catalog, ended programs too, and never by the filters: so a filter only
// takes away.
//
// # Order
//
// First those that have every word in title or names, then those in the summary, then the others; among them what is open now, then
// by weight of the places and rareness of the words, then by slug. The order depends on the catalog and the question alone, not
// on what was indexed before.
//
// # In memory
//
// A Cache holds one catalog.Snapshot. Its index of words is made when somebody first looks for words, and later only what has changed
// is indexed anew. It can be lost at any time. bleve gives the index (scorch, without a file), the stems and the lists of empty
// words; which programs have a word in which place is asked of its lists directly, since its own scores would depend on the history
// of the index.
package search

import (
	"fmt"
	"sync"
	"time"

	"accessdesk/catalog"
	"accessdesk/eligibility"
)

// Cache answers questions about the catalog. It is safe for concurrent use.
type Cache struct {
	vocabulary *eligibility.Vocabulary
	sectors    []string

	guard sync.RWMutex
	shelf *shelf // nil: nobody has asked yet
	words *index // nil: nobody has looked for words yet
}

// New makes an empty cache; the first question fills it.
func New(v *eligibility.Vocabulary) *Cache {
	return &Cache{vocabulary: v, sectors: sectorsOf(v)}
}

// Or gives a cache, or an empty one where there is none; nil without a vocabulary.
func Or(c *Cache, v *eligibility.Vocabulary) *Cache {
	if c == nil && v != nil {
		return New(v)
	}
	return c
}

// Moment is what a question depends on beside the catalog.
type Moment struct {
	Now time.Time
	// Places are those of the programs that are decided here.
	Places catalog.Counts
	// Fits are the slugs of what fits the organization of the one who asks, for Query.Fits.
	Fits map[string]bool
	// AllWords refuses programs that have not all of the words.
	AllWords bool
}

// Find answers a question about the programs of a snapshot, for a reader of a language. The programs must not be changed.
func (c *Cache) Find(s *catalog.Snapshot, q Query, lang string, at Moment) (Result, error) {
	asked := wordsOf(q.Words)
	c.guard.RLock()
	if c.ready(s, len(asked) > 0) {
		defer c.guard.RUnlock()
		return c.find(q, asked, lang, at)
	}
	c.guard.RUnlock()
	c.guard.Lock()
	defer c.guard.Unlock()
	if err := c.prepare(s, len(asked) > 0); err != nil {
		return Result{}, fmt.Errorf("index of the programs: %w", err)
	}
	return c.find(q, asked, lang, at)
}

// ready tells whether questions about a snapshot can be answered.
func (c *Cache) ready(s *catalog.Snapshot, withWords bool) bool {
	return c.shelf != nil && c.shelf.snapshot == s && (!withWords || c.words != nil && c.words.snapshot == s)
}

// prepare makes what ready asks for. The caller holds the guard alone.
func (c *Cache) prepare(s *catalog.Snapshot, withWords bool) error {
	if c.shelf == nil || c.shelf.snapshot != s {
		c.shelf = newShelf(s, c.sectors)
	}
	if !withWords || c.words != nil && c.words.snapshot == s {
		return nil
	}
	if c.words != nil && c.words.mayFollow(s) {
		return c.follow(s)
	}
	fresh, err := newIndex(s, c.vocabulary)
	if err != nil {
		return err
	}
	return c.swap(fresh)
}

// follow brings the index to another snapshot. One that failed is of no use any more.
func (c *Cache) follow(s *catalog.Snapshot) error {
	if err := c.words.follow(s, c.vocabulary); err != nil {
		_ = c.swap(nil) // the error that counts is the first one
		return err
	}
	return nil
}

func (c *Cache) swap(next *index) error {
	last := c.words
	c.words = next
	if last == nil {
		return nil
	}
	return last.close()
}

// find answers; everything is ready.
func (c *Cache) find(q Query, asked []string, lang string, at Moment) (Result, error) {
	var found *found
	if len(asked) > 0 {
		var err error
		if found, err = c.words.match(asked, lang, !at.AllWords); err != nil {
			return Result{}, fmt.Errorf("search for %q: %w", q.Words, err)
		}
	}
	return c.shelf.choose(q, found, at), nil
}
