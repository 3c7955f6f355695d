package search

import (
	"slices"
	"time"

	"accessdesk/catalog"
)

// standing is the status of each program as a mask, by place in the snapshot, from one turn of the catalog to the next: between the two
// only seats change it. To work it out anew for each question took half of the time of a search among many programs.
type standing struct {
	from, until time.Time // until: not then any more; zero where nothing turns
	free, full  []mask    // with a free seat, and with every seat taken
}

func newStanding(s *catalog.Snapshot, now time.Time) *standing {
	until, _ := s.NextTurn(now)
	all := &standing{from: now, until: until, free: make([]mask, len(s.Offerings)), full: make([]mask, len(s.Offerings))}
	for i, p := range s.Offerings {
		all.free[i], all.full[i] = statusMask(p, now, false), statusMask(p, now, true)
	}
	return all
}

// holds tells whether it is true at a time.
func (s *standing) holds(now time.Time) bool {
	return !now.Before(s.from) && (s.until.IsZero() || now.Before(s.until))
}

// of is the bit of a program's status.
func (s *standing) of(i int, p *catalog.Published, places catalog.Counts) mask {
	if s.free[i] != s.full[i] && places[p.Slug].Full() {
		return s.full[i]
	}
	return s.free[i]
}

// statusMask is the bit of a program's status.
func statusMask(p *catalog.Published, now time.Time, full bool) mask {
	return 1 << slices.Index(statuses, StatusOf(p, p.NextStep(now, full), now))
}

// standing is how the programs stand at a time.
func (b *shelf) standing(now time.Time) *standing {
	if last := b.stands.Load(); last != nil && last.holds(now) {
		return last
	}
	next := newStanding(b.snapshot, now)
	b.stands.Store(next)
	return next
}
