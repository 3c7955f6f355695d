// Package heap decides how far the memory of the desk may grow before garbage is collected: far while it starts, little while it runs
// calmly, and farther than Go usually lets it while many ask at once, so that work goes into answers and not into searching for garbage.
//
// GOGC in the environment has the last word: nothing is decided then.
package heap

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strings"
	"time"
)

// How far the heap may grow, in percent. While running calmly, a third of the usual: pages are short work, and small machines thank for
// the memory (measured with all programs of the seed, resident after 1,000 page views: 75 MB with 30 percent, 82 MB with 50; 40 MB of
// it is the program itself). While starting, little of what is made is garbage, and searching for it takes time. While busy, twice the
// usual: at full load 30 percent cost half of the time of a list that is made anew (.ci/pages, GOGC=30 and 200).
const (
	starting = 400
	calm     = 30
	busy     = 200
)

// How often the desk looks, and after how many looks on end it is busy, because there was a collection before each, or calm again, because
// there was none. 1,000 page views one after the other, which is less than a second, are not busy yet.
const (
	every     = 250 * time.Millisecond
	busyLooks = 6
	calmLooks = 40
)

// given tells whether the environment says how to collect.
func given(environment []string) bool {
	return slices.ContainsFunc(environment, func(v string) bool { return strings.HasPrefix(v, "GOGC=") })
}

// Start lets the heap grow while the desk starts.
func Start(environment []string) {
	if !given(environment) {
		debug.SetGCPercent(starting)
	}
}

// Run sets how far the heap may grow from now on, and looks every now and then how busy the desk is, until ctx is done.
func Run(ctx context.Context, environment []string) {
	if given(environment) {
		return
	}
	debug.SetGCPercent(calm)
	go func() {
		debug.FreeOSMemory() // what the start left
		look := time.NewTicker(every)
		defer look.Stop()
		p := pace{last: collections()}
		for {
			select {
			case <-ctx.Done():
				return
			case <-look.C:
			}
			if !p.turns(collections()) {
				continue
			}
			if p.busy {
				debug.SetGCPercent(busy)
				continue
			}
			debug.SetGCPercent(calm)
			debug.FreeOSMemory()
		}
	}()
}

// collections counts those since the program began.
func collections() uint64 {
	sample := []metrics.Sample{{Name: "/gc/cycles/total:gc-cycles"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// pace notes how busy it is.
type pace struct {
	busy  bool
	last  uint64
	looks int // on end that speak for the other
}

// turns takes the number of collections so far at each look, and tells whether busy has changed.
func (p *pace) turns(so uint64) bool {
	collected := so > p.last
	p.last = so
	if collected == p.busy {
		p.looks = 0
		return false
	}
	enough := busyLooks
	if p.busy {
		enough = calmLooks
	}
	if p.looks++; p.looks < enough {
		return false
	}
	p.busy, p.looks = !p.busy, 0
	return true
}
