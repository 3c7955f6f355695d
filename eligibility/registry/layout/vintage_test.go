package layout

import "testing"

func TestLastDay(t *testing.T) {
	for vintage, want := range map[string]string{
		"2026-02": "2026-02-28", "2024-02": "2024-02-29", "2025-12": "2025-12-31", "2025q4": "2025-12-31", "2025Q1": "2025-03-31",
		"2025q2": "2025-06-30", "2019": "2019-12-31", "2026-02-14": "2026-02-14",
		"2026-02-30": "", "2026-13": "", "2026-00": "", "2025q5": "", "undated-0a1b2c3d": "", "": "", "2025q": "", "20261": "", "v2026": "", "2026 ": "",
	} {
		if got := LastDay(vintage); got != want {
			t.Errorf("LastDay(%q) = %q, want %q", vintage, got, want)
		}
	}
}
