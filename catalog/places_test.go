package catalog

import (
	"testing"

	"pgregory.net/rapid"
)

func TestPlaces(t *testing.T) {
	tiers := func(all, taken int, a, b Seats) Places {
		return Places{Seats: Seats{All: all, Taken: taken, Waiting: a.Waiting + b.Waiting}, Tiers: map[string]Seats{"a": a, "b": b}}
	}
	for _, test := range []struct {
		name            string
		places          Places
		full, forA, inA bool // full for everybody; full for who asks for a; a place is free in a
	}{
		{"not limited", Places{}, false, false, true},
		{"not limited, but a list that was kept by hand", Places{Seats: Seats{Waiting: 1}}, true, true, true},
		{"one left", Places{Seats: Seats{All: 3, Taken: 2}}, false, false, true},
		{"one left, one waits", Places{Seats: Seats{All: 3, Taken: 2, Waiting: 1}}, true, true, true},
		{"none left", Places{Seats: Seats{All: 3, Taken: 3}}, true, true, false},
		{"fewer than are taken", Places{Seats: Seats{All: 3, Taken: 5}}, true, true, false},
		{"tiers, both free", tiers(5, 1, Seats{All: 2, Taken: 1}, Seats{}), false, false, true},
		{"tiers, a is full", tiers(5, 2, Seats{All: 2, Taken: 2}, Seats{}), false, true, false},
		{"tiers, both are full", tiers(0, 4, Seats{All: 2, Taken: 2}, Seats{All: 2, Taken: 2}), true, true, false},
		{"tiers, the whole is full", tiers(3, 3, Seats{All: 2, Taken: 1}, Seats{All: 2, Taken: 2}), true, true, false},
		{"tiers, others wait for a", tiers(5, 2, Seats{All: 3, Taken: 2, Waiting: 1}, Seats{}), false, true, true},
		{"tiers, who waits for b has the last place of the whole", tiers(3, 2, Seats{All: 3, Taken: 2}, Seats{Waiting: 1}), true, true, true},
		{"tiers, who waits for b has one of two places of the whole", tiers(4, 2, Seats{All: 3, Taken: 2}, Seats{Waiting: 1}), false, false, true},
		{"tiers, who waits for b cannot have one", tiers(4, 3, Seats{All: 3, Taken: 1}, Seats{All: 2, Taken: 2, Waiting: 5}), false, false, true},
	} {
		tier := ""
		if len(test.places.Tiers) > 0 {
			tier = "a"
		}
		if got := test.places.Full(); got != test.full {
			t.Errorf("%s: full %t", test.name, got)
		}
		if got := test.places.FullFor(tier); got != test.forA {
			t.Errorf("%s: full for %q %t", test.name, tier, got)
		}
		if got := test.places.FreeFor(tier); got != test.inA {
			t.Errorf("%s: free for %q %t", test.name, tier, got)
		}
	}
}

// Whatever is told to be free is free, and nobody overtakes: a place that is promised to somebody new leaves one for each who waits and
// could have it.
func TestNobodyOvertakes(t *testing.T) {
	seats := rapid.Custom(func(t *rapid.T) Seats {
		return Seats{All: rapid.IntRange(0, 4).Draw(t, "all"), Taken: rapid.IntRange(0, 4).Draw(t, "taken"), Waiting: rapid.IntRange(0, 3).Draw(t, "waiting")}
	})
	rapid.Check(t, func(t *rapid.T) {
		p := Places{Seats: Seats{All: rapid.IntRange(0, 8).Draw(t, "all")}, Tiers: map[string]Seats{}}
		for _, id := range []string{"a", "b", "c"}[:rapid.IntRange(0, 3).Draw(t, "tiers")] {
			one := seats.Draw(t, id)
			p.Tiers[id], p.Taken, p.Waiting = one, p.Taken+one.Taken, p.Waiting+one.Waiting
		}
		anywhere := false
		for id := range p.Tiers {
			if p.FullFor(id) {
				continue
			}
			anywhere = true
			if !p.FreeFor(id) {
				t.Fatalf("%s of %+v is not free", id, p)
			}
			// One after the other takes the place that waits for them; then there is still one.
			rest := Places{Seats: p.Seats, Tiers: map[string]Seats{}}
			for other, s := range p.Tiers {
				for s.Waiting > 0 && s.Free() && rest.Free() {
					s.Waiting, s.Taken, rest.Taken = s.Waiting-1, s.Taken+1, rest.Taken+1
				}
				rest.Tiers[other] = s
			}
			if !rest.FreeFor(id) {
				t.Fatalf("a newcomer in %s of %+v overtakes", id, p)
			}
		}
		if len(p.Tiers) > 0 && p.Full() == anywhere {
			t.Fatalf("%+v is full: %t", p, p.Full())
		}
	})
}
