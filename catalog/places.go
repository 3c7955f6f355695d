package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Seats is how the places of an offering, or of one of its tiers, are taken. The catalog knows no cases: whoever does counts them.
type Seats struct {
	All     int // 0: not limited
	Taken   int // by cases that are undecided and by access that is given
	Waiting int // cases on the waiting list
}

// Free tells whether a place is left.
func (s Seats) Free() bool { return s.All == 0 || s.Taken < s.All }

// Left is the number of places that are left, 0 also if they are not limited.
func (s Seats) Left() int { return max(s.All-s.Taken, 0) }

// Full tells whether somebody who asks now gets no place: all are taken, or others wait for the next one.
func (s Seats) Full() bool { return !s.Free() || s.Waiting > 0 }

// next is how many of those who wait can have a place as soon as the offering has one, as far as these places go.
func (s Seats) next() int {
	if s.All == 0 {
		return s.Waiting
	}
	return min(s.Waiting, s.Left())
}

// Places is how the places of an offering are taken: all together and, where there are tiers, those of each. A place of a tier is one of
// the offering too.
type Places struct {
	Seats
	Tiers map[string]Seats // of every tier that the offering has, by id; nil without tiers
}

// Full tells whether somebody who asks now gets no place in any tier.
func (p Places) Full() bool {
	for id := range p.Tiers {
		if !p.FullFor(id) {
			return false
		}
	}
	return len(p.Tiers) > 0 || p.Seats.Full()
}

// FreeFor tells whether a place is left in a tier; "" is an offering without tiers. What is no tier any more has no number of its own.
func (p Places) FreeFor(tier string) bool { return p.Free() && p.Tiers[tier].Free() }

// FullFor tells whether somebody who asks for a tier now gets no place: none is left there or in the offering, others wait for that tier, or
// whoever waits for another tier comes first.
func (p Places) FullFor(tier string) bool {
	if len(p.Tiers) == 0 {
		return p.Seats.Full()
	}
	if !p.FreeFor(tier) || p.Tiers[tier].Waiting > 0 {
		return true
	}
	first := 0
	for _, other := range p.Tiers {
		first += other.next()
	}
	return p.All > 0 && p.Left() <= first
}

// Mark names what can be said of the places: two marks of the same offering are the same as long as that is so.
func (p Places) Mark() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d/%d", p.Left(), p.Waiting)
	for _, id := range slices.Sorted(maps.Keys(p.Tiers)) {
		fmt.Fprintf(&b, ",%s:%d/%d", id, p.Tiers[id].Left(), p.Tiers[id].Waiting)
	}
	return b.String()
}

// Counts are the places of offerings, by slug. What is not limited and has no waiting list may be absent.
type Counts map[string]Places

// Full tells which offerings have no place for somebody who asks now, by slug.
func (c Counts) Full() map[string]bool {
	full := map[string]bool{}
	for slug, places := range c {
		if places.Full() {
			full[slug] = true
		}
	}
	return full
}

// Mark names what can be said of all places.
func (c Counts) Mark() string {
	var b strings.Builder
	for _, slug := range slices.Sorted(maps.Keys(c)) {
		b.WriteString(slug + "=" + c[slug].Mark() + " ")
	}
	return b.String()
}
