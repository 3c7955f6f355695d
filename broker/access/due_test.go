package access

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/data/datatest"
)

func TestActivateAndEndAtTheirInstants(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		start := db.Now().Add(48 * time.Hour)
		g := b.opened(t, b.request("instants", 3, start))
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
			if got := b.due(t); got != c.want {
				t.Errorf("at %v: %+v, want %+v", c.now, got, c.want)
			}
		}
		if got := b.keys(t, g); !slices.Equal(got, []string{"grant_started activate", "grant_ended end"}) {
			t.Errorf("mails %v", got)
		}
		list := b.entries(t, "instants")
		if len(list) != 3 || !strings.HasPrefix(list[1], "grant_activated system {") || !strings.HasPrefix(list[2], "grant_ended system {") {
			t.Errorf("record %q", list)
		}
	})
}

func TestLateStartAndEnd(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		late := b.opened(t, b.request("late", 60, db.Now().Add(time.Hour)))
		over := b.opened(t, b.request("over", 3, db.Now().Add(time.Hour)))
		db.Advance(10 * day)
		if got := b.due(t); got != (Report{Activated: 2, Ended: 1}) {
			t.Errorf("%+v", got)
		}
		if got := b.keys(t, late); !slices.Equal(got, []string{"grant_started activate"}) {
			t.Errorf("late: %v", got)
		}
		if got := b.keys(t, over); !slices.Equal(got, []string{"grant_ended end"}) {
			t.Errorf("a grant that was over before it was known must not be called ready: %v", got)
		}
		if text := b.mails(t, "over")[0].Text; !strings.Contains(text, "November 26, 2026") {
			t.Errorf("the mail must name the end, not the day of the late run:\n%s", text)
		}
		if got := b.due(t); got != (Report{}) {
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
		b := newBench(t, db)
		g := b.opened(t, b.request("threshold", 365, time.Time{}))
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
			if got := b.due(t); got != c.want {
				t.Errorf("%v before the end: %+v, want %+v", c.before, got, c.want)
			}
			if got := mark(t, db, g.ID); got != c.mark {
				t.Errorf("%v before the end: mark %d, want %d", c.before, got, c.mark)
			}
		}
		if got := b.keys(t, g); !slices.Equal(got, []string{"grant_ends_soon ends:30:0", "grant_ends_soon ends:7:0", "grant_ended end"}) {
			t.Errorf("mails %v", got)
		}
	})
}

// TestFirstRunAroundThresholds begins with a fresh grant each time, so that the later side is a catch-up by one second.
func TestFirstRunAroundThresholds(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		begin := db.Now()
		for name, c := range map[string]struct {
			before time.Duration
			want   []string
		}{
			"30-early":  {30*day + time.Second, nil},
			"30-exact":  {30 * day, []string{"grant_ends_soon ends:30:0"}},
			"30-late":   {30*day - time.Second, []string{"grant_ends_soon ends:30:0"}},
			"missed-10": {20 * day, []string{"grant_ends_soon ends:30:0"}},
			"7-early":   {7*day + time.Second, []string{"grant_ends_soon ends:30:0"}},
			"7-exact":   {7 * day, []string{"grant_ends_soon ends:7:0"}},
			"7-late":    {7*day - time.Second, []string{"grant_ends_soon ends:7:0"}},
			"end-early": {time.Second, []string{"grant_ends_soon ends:7:0"}},
			"end-exact": {0, []string{"grant_ended end"}},
		} {
			db.SetNow(begin)
			g := b.opened(t, b.request(name, 365, time.Time{}))
			db.SetNow(g.Ends.Add(-c.before))
			b.due(t)
			if got := b.due(t); got != (Report{}) {
				t.Errorf("%s: second run %+v", name, got)
			}
			if got := b.keys(t, g); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
			// Out of the way of the next case, whose clock is set back.
			if c.before == 0 {
				continue // ended already
			}
			b.must(t, ByPerson(b.manager), g.ID, full(ActRevoke))
		}
	})
}

func TestCatchUpAfterTenDays(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		g := b.opened(t, b.request("catch-up", 365, time.Time{}))
		db.SetNow(g.Ends.Add(-31 * day))
		if got := b.due(t); got != (Report{}) {
			t.Fatalf("early: %+v", got)
		}
		db.Advance(10 * day) // 21 days remain
		if got := b.due(t); got != (Report{Reminded: 1}) {
			t.Fatalf("caught up: %+v", got)
		}
		if q := b.mails(t, "catch-up")[0]; !strings.Contains(q.Text, "ends in 21 days") {
			t.Errorf("the mail must say what really remains:\n%s", q.Text)
		}
		db.Advance(15 * day) // 6 remain
		if got := b.due(t); got != (Report{Reminded: 1}) {
			t.Fatalf("second threshold: %+v", got)
		}
		if got := b.keys(t, g); !slices.Equal(got, []string{"grant_ends_soon ends:30:0", "grant_ends_soon ends:7:0"}) {
			t.Errorf("mails %v", got)
		}
	})
}

func TestBothThresholdsAtOnce(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		g := b.opened(t, b.request("both", 365, time.Time{}))
		db.SetNow(g.Ends.Add(-3 * day))
		for _, want := range []Report{{Reminded: 1}, {}} {
			if got := b.due(t); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		}
		if got := b.keys(t, g); !slices.Equal(got, []string{"grant_ends_soon ends:7:0"}) {
			t.Errorf("mails %v", got)
		}
	})
}

func TestShortGrants(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		begin := db.Now()
		for _, c := range []struct {
			item string
			days int
			want []string
		}{
			{"days-31", 31, []string{"grant_ends_soon ends:30:0", "grant_ends_soon ends:7:0", "grant_ended end"}},
			{"days-30", 30, []string{"grant_ends_soon ends:7:0", "grant_ended end"}},
			{"days-8", 8, []string{"grant_ends_soon ends:7:0", "grant_ended end"}},
			{"days-7", 7, []string{"grant_ended end"}},
			{"days-1", 1, []string{"grant_ended end"}},
		} {
			for _, delay := range []time.Duration{0, 5 * day} {
				item, want := c.item, c.want
				if delay > 0 {
					item, want = c.item+"-pending", append([]string{"grant_started activate"}, c.want...)
				}
				db.SetNow(begin)
				g := b.opened(t, b.request(item, c.days, begin.Add(delay)))
				for !db.Now().After(g.Ends) { // a run every six hours
					b.due(t)
					db.Advance(6 * time.Hour)
				}
				if got := b.keys(t, g); !slices.Equal(got, want) {
					t.Errorf("%s: %v, want %v", item, got, want)
				}
			}
		}
	})
}

func TestNobodyToRemind(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		closed := func(disabled bool) {
			b.Write(t, func(tx *data.Tx) error {
				_, err := tx.Exec("UPDATE person SET disabled = $1 WHERE staff_role = ''", disabled)
				return err
			})
		}
		closed(true)
		g := b.opened(t, b.request("nobody", 365, time.Time{}))
		db.SetNow(g.Ends.Add(-30 * day))
		if got := b.due(t); got != (Report{}) {
			t.Errorf("nobody: %+v", got)
		}
		closed(false)
		if got := b.due(t); got != (Report{Reminded: 1}) {
			t.Errorf("they can sign in again: %+v", got)
		}
	})
}

func TestOnlyRunningGrantsAreReminded(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		for _, act := range []string{ActRevoke, ActGiveUp} {
			g := b.opened(t, b.request("over-"+strings.ReplaceAll(act, "_", "-"), 365, time.Time{}))
			who := ByPerson(b.manager)
			if act == ActGiveUp {
				who = ByPerson(b.owner)
			}
			b.must(t, who, g.ID, full(act))
		}
		held := b.opened(t, b.request("held", 365, time.Time{}))
		b.must(t, ByPerson(b.manager), held.ID, full(ActSuspend))
		for _, c := range []struct {
			before time.Duration
			want   Report
		}{{30 * day, Report{Reminded: 1}}, {7 * day, Report{Reminded: 1}}, {0, Report{Ended: 1}}} {
			db.SetNow(held.Ends.Add(-c.before))
			if got := b.due(t); got != c.want {
				t.Errorf("%v before the end: %+v, want %+v: the suspended one only", c.before, got, c.want)
			}
		}
		want := []string{"grant_suspended suspend:2", "grant_ends_soon ends:30:0", "grant_ends_soon ends:7:0", "grant_ended end"}
		if got := b.keys(t, held); !slices.Equal(got, want) {
			t.Errorf("mails %v", got)
		}
	})
}

// TestRemindersComeAgainAfterARenewal: a new term has its own two, however short what remains of the old one was.
func TestRemindersComeAgainAfterARenewal(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		b.live.DurationDays = 90
		g := b.opened(t, b.request("again", 365, time.Time{}))
		db.SetNow(g.Ends.Add(-5 * day))
		b.due(t)
		g = b.must(t, ByPerson(b.manager), g.ID, full(ActRenew))
		if got := b.due(t); got != (Report{}) {
			t.Errorf("right after the renewal: %+v", got)
		}
		for _, before := range []time.Duration{30*day + time.Second, 30 * day, 7 * day, 0} {
			db.SetNow(g.Ends.Add(-before))
			b.due(t)
			b.due(t)
		}
		want := []string{"grant_ends_soon ends:7:0", "grant_renewed renew:2", "grant_ends_soon ends:30:1", "grant_ends_soon ends:7:1", "grant_ended end"}
		if got := b.keys(t, g); !slices.Equal(got, want) {
			t.Errorf("mails %v", got)
		}
	})
}

// TestShortRenewal: a term that leaves less than a threshold from the moment of the renewal never gets that reminder.
func TestShortRenewal(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		b.live.DurationDays = 20
		g := b.opened(t, b.request("short", 40, time.Time{}))
		db.SetNow(g.Ends.Add(-5 * day))
		g = b.must(t, ByPerson(b.manager), g.ID, full(ActRenew)) // 25 days remain
		b.due(t)
		db.SetNow(g.Ends.Add(-7 * day))
		b.due(t)
		if got := b.keys(t, g); !slices.Equal(got, []string{"grant_renewed renew:2", "grant_ends_soon ends:7:1"}) {
			t.Errorf("mails %v", got)
		}
	})
}

// TestWaitingRenewal: seven days before the end the managers are told again of a renewal that nobody answered.
func TestWaitingRenewal(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		g := b.opened(t, b.request("waiting", 365, time.Time{}))
		db.SetNow(g.Ends.Add(-40 * day))
		b.must(t, ByPerson(b.owner), g.ID, full(ActAskRenewal))
		for _, before := range []time.Duration{30 * day, 7 * day, 6 * day} {
			db.SetNow(g.Ends.Add(-before))
			b.due(t)
		}
		var told []string
		for _, q := range b.mails(t, "waiting") {
			if q.Template == "grant_renewal_asked" {
				told = append(told, q.To+" "+q.Key)
			}
		}
		slices.Sort(told)
		key := "grant:" + g.ID + ":"
		want := []string{"colleague@example.org " + key + "ask_renewal:2:colleague@example.org", "colleague@example.org " + key + "renewal_waits:7:0:colleague@example.org",
			"manager@example.org " + key + "ask_renewal:2:manager@example.org", "manager@example.org " + key + "renewal_waits:7:0:manager@example.org"}
		if !slices.Equal(told, want) {
			t.Errorf("told %q, want %q: managers outside of the organization only", told, want)
		}
	})
}

// TestRenewalThatNobodyDecides: access is never extended in silence. The holder is told before the end that it ends unless somebody
// decides, the managers are reminded, and after the end the holder hears what to do; a decision takes it off the list.
func TestRenewalThatNobodyDecides(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, db)
		g := b.opened(t, b.request("undecided", 365, time.Time{}))
		decided := b.opened(t, b.request("decided", 365, time.Time{}))
		unanswered := func() (ids []string) {
			b.Read(t, func(tx *data.Tx) error {
				list, err := Unanswered(tx, tx.Now.Add(-day))
				for _, l := range list {
					ids = append(ids, l.ItemID+" "+string(l.State)+map[bool]string{true: " overdue"}[l.Overdue(tx.Now)])
				}
				return err
			})
			return ids
		}
		db.SetNow(g.Ends.Add(-20 * day))
		for _, one := range []Grant{g, decided} {
			b.must(t, ByPerson(b.owner), one.ID, ActRequest{Act: ActAskRenewal})
		}
		b.must(t, ByPerson(b.manager), decided.ID, ActRequest{Act: ActRefuseRenewal, Reason: "The program ends."})
		for _, c := range []struct {
			at   time.Time
			want []string
		}{
			{g.Ends.Add(-20 * day), []string{"undecided active"}},
			{g.Ends.Add(-7*day - time.Millisecond), []string{"undecided active"}},
			{g.Ends.Add(-7 * day), []string{"undecided active overdue"}},
			{g.Ends, []string{"undecided ended"}},
			{g.Ends.Add(day), []string{"undecided ended"}},
			{g.Ends.Add(day + time.Millisecond), nil},
		} {
			db.SetNow(c.at)
			b.due(t)
			if got := unanswered(); !slices.Equal(got, c.want) {
				t.Errorf("%v before the end: %v, want %v", g.Ends.Sub(c.at), got, c.want)
			}
		}
		want := map[string][]string{
			"grant_ends_soon": {"ask", "If there is no answer by the end, the access ends on that day."},
			"grant_ended":     {"asked to renew it on November 3, 2027", "it was not extended", "apply again while the program is open", "reply to this email"},
		}
		for _, q := range b.mails(t, g.ItemID) {
			for _, text := range want[q.Template] {
				if q.Lang == "en" && !strings.Contains(q.Text, text) {
					t.Errorf("%s to %s lacks %q:\n%s", q.Template, q.To, text, q.Text)
				}
			}
		}
		for _, q := range b.mails(t, decided.ItemID) {
			if q.Template == "grant_ended" && (strings.Contains(q.Text, "asked to renew") || strings.Contains(q.Text, "pidió la renovación")) {
				t.Errorf("the end of one that was decided:\n%s", q.Text)
			}
		}
	})
}
