package shelf

import (
	"sync/atomic"
	"time"
)

// GroundHolds is how long a look at the database is good for, unless this process changes something.
const GroundHolds = 50 * time.Millisecond

// Ground is what pages rest on beside language, address and time, as the last look at the database found it. While many ask, most are
// answered without another look: what this process changes ends it at once, what another process changes after GroundHolds at the latest.
// The zero Ground is ready and safe for concurrent use.
type Ground struct{ last atomic.Pointer[looked] }

type looked struct {
	Looking
	stamp, seats string
}

// Looking is a look at the database that has begun.
type Looking struct {
	at     time.Time
	writes int64
}

// Look begins a look at a time. writes counts what this process wrote so far.
func Look(at time.Time, writes int64) Looking { return Looking{at, writes} }

// Keep keeps what a look found: the stamp of the catalog and how the seats are taken.
func (g *Ground) Keep(l Looking, stamp, seats string) { g.last.Store(&looked{l, stamp, seats}) }

// Holds gives what the last look found, if it is still good at a time, after so many writes of this process.
func (g *Ground) Holds(at time.Time, writes int64) (stamp, seats string, ok bool) {
	l := g.last.Load()
	if l == nil || l.writes != writes || at.Sub(l.at) >= GroundHolds {
		return "", "", false
	}
	return l.stamp, l.seats, true
}
