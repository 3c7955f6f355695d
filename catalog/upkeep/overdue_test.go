package upkeep

import (
	"testing"

	"accessdesk/catalog"
)

func TestOverdue(t *testing.T) {
	for _, c := range []struct {
		reviewBy, checked, confirmed, today catalog.Date
		want                                bool
	}{
		{"2026-11-20", "2026-11-01", "", "2026-11-20", false}, // the day itself
		{"2026-11-20", "2026-11-01", "", "2026-11-21", true},
		{"2026-11-20", "2026-11-01", "2026-11-20", "2026-11-21", true}, // compared on the day, but no new day was set
		{"2026-11-20", "2026-11-01", "2026-11-21", "2026-11-21", false},
		{"2026-11-20", "2026-11-25", "", "2026-11-30", false},
		{"", "2020-01-01", "", "2026-11-21", false},
	} {
		p := &catalog.Published{Offering: &catalog.Offering{ReviewBy: c.reviewBy, CheckedOn: c.checked}, VersionID: "v"}
		if got := (&State{confirmed: map[string]catalog.Date{"v": c.confirmed}}).Overdue(p, c.today); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
	for owner, want := range map[string]string{"": "", "catalog@example.org": "", " Catalog@Example.org ": "", "ana@example.org": "ana@example.org", " ana@example.org": "ana@example.org"} {
		if got := Keeper(&catalog.Published{Offering: &catalog.Offering{Owner: owner}}); got != want {
			t.Errorf("%q is kept by %q, want %q", owner, got, want)
		}
	}
}
