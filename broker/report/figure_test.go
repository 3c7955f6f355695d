package report

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestFigure(t *testing.T) {
	for count, want := range map[int]int{0: 0, 1: 0, 4: 0, 5: 5, 7: 5, 8: 10, 12: 10, 13: 15, 1003: 1005} {
		if got := figure(count); got.Number() != want || got.Few() != (count < 5) {
			t.Errorf("%d is shown as %d, few: %v", count, got.Number(), got.Few())
		}
	}
	if _, shown := figure(4).Share(figure(100)); shown {
		t.Error("the share of a hidden count is shown")
	}
	if percent, shown := figure(50).Share(figure(200)); percent != 25 || !shown {
		t.Errorf("50 of 200 is %d %%", percent)
	}
}

// Whoever sees a whole family and knows how it is made cannot tell any hidden part: another number would have given the same page.
func TestHiddenPartsCannotBeComputed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.OneOf(rapid.IntRange(0, 4), rapid.SampledFrom([]int{0, 4}), rapid.Just(4), rapid.IntRange(5, 23)), 1, 6).Draw(t, "counts")
		parts, sum := family(counts)
		could := make([]map[int]bool, len(counts)) // what each part may be, as far as can be told
		for i := range could {
			could[i] = map[int]bool{}
		}
		// Every world with the same shown parts; those that are shown stand as they are, which only helps who computes.
		var try func(world []int, at int)
		try = func(world []int, at int) {
			if at == len(world) {
				if p, s := family(world); slices.Equal(p, parts) && s == sum {
					for i, count := range world {
						could[i][count] = true
					}
				}
				return
			}
			if counts[at] >= Least {
				try(world, at+1)
				return
			}
			for world[at] = 0; world[at] < Least; world[at]++ {
				try(world, at+1)
			}
		}
		try(slices.Clone(counts), 0)
		for i, count := range counts {
			if count < Least && (len(could[i]) < 2 || !parts[i].Few()) {
				t.Fatalf("part %d of %v can only be %v: shown are %v and the sum %v", i, counts, could[i], parts, sum)
			}
		}
	})
}

// The sum of a family is near the true one: within 2 for each shown part, and 3 or, with all hidden together, 4 for those.
func TestSumIsNear(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(0, 30), 1, 60).Draw(t, "counts")
		_, sum := family(counts)
		truth := 0
		shown := 0
		for _, count := range counts {
			truth += count
			if count >= Least {
				shown++
			}
		}
		if off := sum.Number() - truth; off > 2*shown+2 || off < -2*shown-4 {
			t.Fatalf("%v make %d, shown %d", counts, truth, sum.Number())
		}
	})
}
