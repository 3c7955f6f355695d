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
// usual: at full load 30 percent cost a fourth of the time of a list that is made anew, and a sixth of that of a kept page.
const (
	starting = 400
	calm     = 30
	busy     = 200
)

// When it is busy, and when calm again: so many collections in each of so many seconds on end. 1,000 page views one after the other,
// which is less than a second, are not busy yet.
const (
	busyFrom    = 2
	busySeconds = 2
	calmBelow   = 1
	calmSeconds = 10
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

// Run sets how far the heap may grow from now on, and looks once a second how busy the desk is, until ctx is done.
func Run(ctx context.Context, environment []string) {
	if given(environment) {
		return
	}
	debug.SetGCPercent(calm)
	go func() {
		debug.FreeOSMemory() // what the start left
		second := time.NewTicker(time.Second)
		defer second.Stop()
		p := pace{last: collections()}
		for {
			select {
			case <-ctx.Done():
				return
			case <-second.C:
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
	busy    bool
	last    uint64
	seconds int // on end that speak for the other
}

// turns takes the number of collections so far, once a second, and tells whether busy has changed.
func (p *pace) turns(so uint64) bool {
	since := so - p.last
	p.last = so
	other, most := since >= busyFrom, busySeconds
	if p.busy {
		other, most = since < calmBelow, calmSeconds
	}
	if !other {
		p.seconds = 0
		return false
	}
	if p.seconds++; p.seconds < most {
		return false
	}
	p.busy, p.seconds = !p.busy, 0
	return true
}
