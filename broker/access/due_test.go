package access

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"
)

// keys gives the occasions of the mails of an item, "TEMPLATE occasion" for the English reader, and fails if the Spanish one
// did not get the same.
func keys(t testing.TB, db *datatest.Database, g Grant) []string {
	t.Helper()
	byReader := map[string][]string{}
	for _, q := range mails(t, db, g.ItemID) {
		occasion := strings.TrimSuffix(strings.TrimPrefix(q.Key, "grant:"+g.ID+":"), ":"+q.To)
		byReader[q.To] = append(byReader[q.To], q.Template+" "+occasion)
	}
	if !slices.Equal(byReader[english], byReader[spanish]) {
		t.Fatalf("readers got different mails: %v", byReader)
	}
	return byReader[english]
}

func TestActivateAndEndAtTheirInstants(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		start := db.Now().Add(48 * time.Hour)
		g := opened(t, db, request("instants", 3, start))
		for _, c := range []struct {
			now  time.Time
			want Report
		}{
			{start.Add(-time.Second), Report{}},
			{start, Report{Activated: 1}},
			{start.Add(time.Second), Report{}},
			{g.Ends.Add(-time.Second), Report{}},
			{g.Ends, Report{Ended: 1}},
			{g.Ends.Add(time.Second), Report{}},
		} {
			db.SetNow(c.now)
			if got := due(t, db, d); got != c.want {
				t.Errorf("at %v: %+v, want %+v", c.now, got, c.want)
			}
		}
		if got := keys(t, db, g); !slices.Equal(got, []string{"grant_started activate", "grant_ended end"}) {
			t.Errorf("mails %v", got)
		}
		list := entries(t, db, "instants")
		if len(list) != 3 || !strings.HasPrefix(list[1], "grant_activated system {") || !strings.HasPrefix(list[2], "grant_ended system {") {
			t.Errorf("record %q", list)
		}
	})
}

func TestLateStartAndEnd(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		late := opened(t, db, request("late", 60, db.Now().Add(time.Hour)))
		over := opened(t, db, request("over", 3, db.Now().Add(time.Hour)))
		db.Advance(10 * day)
		if got := due(t, db, d); got != (Report{Activated: 2, Ended: 1}) {
			t.Errorf("%+v", got)
		}
		if got := keys(t, db, late); !slices.Equal(got, []string{"grant_started activate"}) {
			t.Errorf("late: %v", got)
		}
		if got := keys(t, db, over); !slices.Equal(got, []string{"grant_ended end"}) {
			t.Errorf("a grant that was over before it was known must not be called ready: %v", got)
		}
		if text := mails(t, db, "over")[0].Text; !strings.Contains(text, "November 26, 2026") {
			t.Errorf("the mail must name the end, not the day of the late run:\n%s", text)
		}
		if got := due(t, db, d); got != (Report{}) {
			t.Errorf("second run: %+v", got)
		}
	})
}

// mark gives the column reminded_days, 0 for NULL.
func mark(t testing.TB, db *datatest.Database, id string) int64 {
	t.Helper()
	var days sql.NullInt64
	db.Read(t, func(tx *data.Tx) error {
		return tx.Row(`SELECT reminded_days FROM access_grant WHERE id = $1`, id).Scan(&days)
	})
	return days.Int64
}

func TestReminderThresholds(t *testing.T) {
	const second = time.Second
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		g := opened(t, db, request("threshold", 365, time.Time{}))
		for _, c := range []struct {
			before time.Duration
			want   Report
			mark   int64
		}{
			{100 * day, Report{}, 0},
			{30*day + second, Report{}, 0},
			{30 * day, Report{Reminded: 1}, 30},
			{30 * day, Report{}, 30},
			{30*day - second, Report{}, 30},
			{7*day + second, Report{}, 30},
			{7 * day, Report{Reminded: 1}, 7},
			{7 * day, Report{}, 7},
			{7*day - second, Report{}, 7},
			{second, Report{}, 7},
			{0, Report{Ended: 1}, 7},
			{-second, Report{}, 7},
		} {
			db.SetNow(g.Ends.Add(-c.before))
			if got := due(t, db, d); got != c.want {
				t.Errorf("%v before the end: %+v, want %+v", c.before, got, c.want)
			}
			if got := mark(t, db, g.ID); got != c.mark {
				t.Errorf("%v before the end: mark %d, want %d", c.before, got, c.mark)
			}
		}
		if got := keys(t, db, g); !slices.Equal(got, []string{"grant_ends_soon ends:30", "grant_ends_soon ends:7", "grant_ended end"}) {
			t.Errorf("mails %v", got)
		}
	})
}

// TestFirstRunAroundThresholds begins with a fresh grant each time, so that the later side is a catch-up by one second.
func TestFirstRunAroundThresholds(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		begin := db.Now()
		for name, c := range map[string]struct {
			before time.Duration
			want   []string
		}{
			"30-early":  {30*day + time.Second, nil},
			"30-exact":  {30 * day, []string{"grant_ends_soon ends:30"}},
			"30-late":   {30*day - time.Second, []string{"grant_ends_soon ends:30"}},
			"missed-10": {20 * day, []string{"grant_ends_soon ends:30"}},
			"7-early":   {7*day + time.Second, []string{"grant_ends_soon ends:30"}},
			"7-exact":   {7 * day, []string{"grant_ends_soon ends:7"}},
			"7-late":    {7*day - time.Second, []string{"grant_ends_soon ends:7"}},
			"end-early": {time.Second, []string{"grant_ends_soon ends:7"}},
			"end-exact": {0, []string{"grant_ended end"}},
		} {
			db.SetNow(begin)
			g := opened(t, db, request(name, 365, time.Time{}))
			db.SetNow(g.Ends.Add(-c.before))
			due(t, db, d)
			if got := due(t, db, d); got != (Report{}) {
				t.Errorf("%s: second run %+v", name, got)
			}
			if got := keys(t, db, g); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
			// Out of the way of the next case, whose clock is set back.
			if c.before == 0 {
				continue // ended already
			}
			if _, err := acted(db, d, g.ID, ActRequest{Act: ActRevoke, Role: RoleProgramManager, Actor: "person-2", Reason: "Test over"}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestCatchUpAfterTenDays(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		g := opened(t, db, request("catch-up", 365, time.Time{}))
		db.SetNow(g.Ends.Add(-31 * day))
		if got := due(t, db, d); got != (Report{}) {
			t.Fatalf("early: %+v", got)
		}
		db.Advance(10 * day) // 21 days remain
		if got := due(t, db, d); got != (Report{Reminded: 1}) {
			t.Fatalf("caught up: %+v", got)
		}
		if q := mails(t, db, "catch-up")[0]; !strings.Contains(q.Text, "ends in 21 days") {
			t.Errorf("the mail must say what really remains:\n%s", q.Text)
		}
		db.Advance(15 * day) // 6 remain
		if got := due(t, db, d); got != (Report{Reminded: 1}) {
			t.Fatalf("second threshold: %+v", got)
		}
		if got := keys(t, db, g); !slices.Equal(got, []string{"grant_ends_soon ends:30", "grant_ends_soon ends:7"}) {
			t.Errorf("mails %v", got)
		}
	})
}

func TestBothThresholdsAtOnce(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		g := opened(t, db, request("both", 365, time.Time{}))
		db.SetNow(g.Ends.Add(-3 * day))
		for _, want := range []Report{{Reminded: 1}, {}} {
			if got := due(t, db, d); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		}
		if got := keys(t, db, g); !slices.Equal(got, []string{"grant_ends_soon ends:7"}) {
			t.Errorf("mails %v", got)
		}
	})
}

func TestShortGrants(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		begin := db.Now()
		for _, c := range []struct {
			item string
			days int
			want []string
		}{
			{"days-31", 31, []string{"grant_ends_soon ends:30", "grant_ends_soon ends:7", "grant_ended end"}},
			{"days-30", 30, []string{"grant_ends_soon ends:7", "grant_ended end"}},
			{"days-8", 8, []string{"grant_ends_soon ends:7", "grant_ended end"}},
			{"days-7", 7, []string{"grant_ended end"}},
			{"days-1", 1, []string{"grant_ended end"}},
		} {
			for _, delay := range []time.Duration{0, 5 * day} {
				item, want := c.item, c.want
				if delay > 0 {
					item, want = c.item+"-pending", append([]string{"grant_started activate"}, c.want...)
				}
				db.SetNow(begin)
				g := opened(t, db, request(item, c.days, begin.Add(delay)))
				for !db.Now().After(g.Ends) { // a run every six hours
					due(t, db, d)
					db.Advance(6 * time.Hour)
				}
				if got := keys(t, db, g); !slices.Equal(got, want) {
					t.Errorf("%s: %v, want %v", item, got, want)
				}
			}
		}
	})
}

func TestNobodyToRemind(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		empty := d
		empty.Organization = func(*data.Tx, string) (string, []Recipient, error) { return "Cedar Flats Water District", nil, nil }
		g := opened(t, db, request("nobody", 365, time.Time{}))
		db.SetNow(g.Ends.Add(-30 * day))
		if got := due(t, db, empty); got != (Report{}) {
			t.Errorf("nobody: %+v", got)
		}
		if got := due(t, db, d); got != (Report{Reminded: 1}) {
			t.Errorf("somebody joined: %+v", got)
		}
	})
}

func TestOnlyActiveGrantsAreReminded(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		g := opened(t, db, request("revoked", 365, time.Time{}))
		if _, err := acted(db, d, g.ID, ActRequest{Act: ActRevoke, Role: RoleProgramManager, Actor: "person-2", Reason: "Shared"}); err != nil {
			t.Fatal(err)
		}
		for _, before := range []time.Duration{30 * day, 7 * day, 0} {
			db.SetNow(g.Ends.Add(-before))
			if got := due(t, db, d); got != (Report{}) {
				t.Errorf("%v before the end: %+v", before, got)
			}
		}
	})
}

// TestMails reads the mails as both readers get them: program, dates, link, and the language.
func TestMails(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		d := testDesk(t)
		g := opened(t, db, request("mails", 365, time.Date(2026, 12, 1, 14, 0, 0, 0, time.UTC)))
		db.SetNow(g.Starts)
		due(t, db, d)
		db.SetNow(g.Ends.Add(-30 * day))
		due(t, db, d)
		db.SetNow(g.Ends.Add(-5 * day))
		if _, err := acted(db, d, g.ID, ActRequest{Act: ActRevoke, Role: RoleProgramManager, Actor: "person-2", Reason: "Used by people not named."}); err != nil {
			t.Fatal(err)
		}
		ended := opened(t, db, request("mails-ended", 3, time.Time{}))
		db.SetNow(ended.Ends)
		due(t, db, d)
		checkMails(t, append(mails(t, db, "mails"), mails(t, db, "mails-ended")...), map[string][]string{
			"grant_started en":   {"Example model access", "December 1, 2026", "December 1, 2027", "https://desk.example.org/access/" + g.ID},
			"grant_started es":   {"Acceso al modelo de ejemplo", "1 de diciembre de 2026", "1 de diciembre de 2027", "/access/" + g.ID},
			"grant_ends_soon en": {"ends in 30 days", "December 1, 2027", "/access/" + g.ID},
			"grant_ends_soon es": {"30 días", "1 de diciembre de 2027", "/access/" + g.ID},
			"grant_revoked en":   {"November 26, 2027", "Used by people not named.", "/access/" + g.ID},
			"grant_revoked es":   {"26 de noviembre de 2027", "Used by people not named.", "/access/" + g.ID},
			"grant_ended en":     {"Example model access", "November 29, 2027", "/access/" + ended.ID},
			"grant_ended es":     {"Acceso al modelo de ejemplo", "29 de noviembre de 2027", "/access/" + ended.ID},
		})
	})
}

func checkMails(t *testing.T, list []notify.Queued, want map[string][]string) {
	t.Helper()
	seen := map[string]bool{}
	for _, q := range list {
		name := q.Template + " " + q.Lang
		if seen[name] || want[name] == nil {
			t.Errorf("%s: not expected, or twice", name)
		}
		seen[name] = true
		if (q.Lang == "en") != (q.To == english) {
			t.Errorf("%s went to %s", name, q.To)
		}
		for _, part := range append(want[name], "Cedar Flats Water District", "CAD-7K2M") {
			if !strings.Contains(q.Text, part) || !strings.Contains(q.HTML, part) {
				t.Errorf("%s lacks %q:\n%s", name, part, q.Text)
			}
		}
	}
	if len(seen) != len(want) {
		t.Errorf("got %v", seen)
	}
}
