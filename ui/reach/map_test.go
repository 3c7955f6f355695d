package reach

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/impact"
)

var update = flag.Bool("update", false, "write the golden file anew; read what changed")

// The picture has every state and territory of the vocabulary once, and stays small with the longest numbers.
func TestStateMap(t *testing.T) {
	v, err := eligibility.Standard()
	if err != nil {
		t.Fatal(err)
	}
	fact, _ := v.Fact("state_or_territory")
	layout := strings.Fields(strings.Join(tiles[:], " "))
	var states []impact.Cell
	for i, value := range fact.Values {
		count := 0
		for _, code := range layout {
			if code == value.Value {
				count++
			}
		}
		if count != 1 {
			t.Errorf("%s stands %d times on the map", value.Value, count)
		}
		if value.Value != "AS" {
			states = append(states, impact.Cell{State: value.Value, Counts: impact.Counts{Eligible: i * 2, Unknown: 110 - i*2}})
		}
	}
	picture := string(stateMap(states, "Map of \"states\""))
	if len(layout) != 8*11 || len(picture) > 3<<10 {
		t.Errorf("%d tiles, a picture of %d bytes; the most is %d", len(layout), len(picture), 3<<10)
	}
	path := filepath.Join("testdata", "map.svg")
	if *update {
		if err := os.WriteFile(path, []byte(picture), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil || string(golden) != picture {
		t.Errorf("the picture is not %s (-update writes it): %v\n%s", path, err, picture)
	}
}

// A share that is neither none nor all never shows as such.
func TestPercent(t *testing.T) {
	for _, c := range []struct{ part, all, want, shade int }{{0, 0, 0, 0}, {0, 9, 0, 0}, {1, 9999, 1, 1}, {9998, 9999, 99, 4}, {5, 5, 100, 4}, {1, 4, 25, 1}, {26, 100, 26, 2}, {1, 2, 50, 2}} {
		if got := percent(c.part, c.all); got != c.want || shade(got) != c.shade {
			t.Errorf("%d of %d: %d %%, shade %d; want %d, %d", c.part, c.all, got, shade(got), c.want, c.shade)
		}
	}
}
