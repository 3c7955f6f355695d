package heap

import (
	"context"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
)

// It is busy after six looks with a collection before each, and calm again after forty without any.
func TestPace(t *testing.T) {
	quiet := make([]uint64, calmLooks-1)
	for name, c := range map[string]struct {
		each []uint64 // collections before each look
		want string   // after each look: b busy, c calm
	}{
		"one burst":          {[]uint64{9, 9, 0, 0, 9, 0}, "cccccc"},
		"busy":               {[]uint64{0, 2, 1, 1, 3, 1, 1, 1}, "ccccccbb"},
		"not quite":          {[]uint64{2, 1, 2, 1, 2, 0, 1}, "ccccccc"},
		"calm again":         {slices.Concat([]uint64{1, 1, 1, 1, 1, 5}, quiet, []uint64{0, 5, 5}), "cccccb" + strings.Repeat("b", calmLooks-1) + "ccc"},
		"a pause is no calm": {slices.Concat([]uint64{1, 1, 1, 1, 1, 5}, quiet, []uint64{1}, quiet, []uint64{0}), "cccccb" + strings.Repeat("b", 2*calmLooks-1) + "c"},
	} {
		p, all, got := pace{last: 100}, uint64(100), ""
		for _, n := range c.each {
			all += n
			before := p.busy
			if p.turns(all) == (before == p.busy) {
				t.Errorf("%s: a change is not told, or none is", name)
			}
			got += map[bool]string{true: "b", false: "c"}[p.busy]
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// Whoever says GOGC gets it.
func TestEnvironmentHasTheLastWord(t *testing.T) {
	before := debug.SetGCPercent(77)
	defer debug.SetGCPercent(before)
	is := func() int { now := debug.SetGCPercent(77); debug.SetGCPercent(now); return now }
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, c := range []struct {
		environment  []string
		start, after int
	}{{[]string{"HOME=/", "GOGC=77"}, 77, 77}, {[]string{"HOME=/"}, starting, calm}} {
		Start(c.environment)
		if got := is(); got != c.start {
			t.Errorf("%v: %d percent at the start, want %d", c.environment, got, c.start)
		}
		Run(ctx, c.environment)
		if got := is(); got != c.after {
			t.Errorf("%v: %d percent while running, want %d", c.environment, got, c.after)
		}
	}
}

func TestCollectionsAreCounted(t *testing.T) {
	before := collections()
	debug.FreeOSMemory()
	if after := collections(); after <= before {
		t.Errorf("%d collections after one more than %d", after, before)
	}
}
