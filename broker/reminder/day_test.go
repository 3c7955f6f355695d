package reminder

import (
	"slices"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/data/datatest"
)

func (b *bench) daysOf(t testing.TB) (all []Day) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		all, err = DaysOf(tx, b.desk, b.org.ID, b.owner, "en")
		return err
	})
	return all
}

// TestDaysAreWhatMailsRemindOf: every day that a coming mail names is there, once, and nothing that no mail is about. It stays until it has
// passed, also when the last mail has gone.
func TestDaysAreWhatMailsRemindOf(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.full(t)
		days := b.daysOf(t)
		var subjects, templates []string
		for _, d := range days {
			subjects, templates = append(subjects, d.Subject), append(templates, d.Template)
		}
		if slices.Sort(subjects); len(slices.Compact(slices.Clone(subjects))) != len(subjects) {
			t.Errorf("a subject stands twice: %q", subjects)
		}
		for _, mail := range b.coming(t) {
			switch mail.Template {
			case "draft_unfinished":
				continue // of no day
			case "grant_ends_soon":
				mail.Template, mail.Day = "grant_ended", mail.Day.Add(-time.Millisecond)
			case "question_closing":
				mail.Template = "question_waiting"
			}
			if !slices.ContainsFunc(days, func(d Day) bool { return d.Template == mail.Template && d.About == mail.About && d.Link == mail.Link }) {
				t.Errorf("no day for the mail %s about %s", mail.Template, mail.About)
			}
		}
		for _, want := range []string{"draft_closing", "question_waiting", "grant_ended", "packet_no_reply", "date_sam", "state_call"} {
			if !slices.Contains(templates, want) {
				t.Errorf("no day of %s among %q", want, templates)
			}
		}
		for _, d := range days {
			want := map[string]string{"draft_closing": "2027-01-20", "date_sam": "2027-03-20"}[d.Template]
			if want != "" && d.Date != want {
				t.Errorf("%s on %s, want %s", d.Template, d.Date, want)
			}
		}
		for range 150 {
			b.Advance(day)
			today := b.Now().In(b.desk.Zone).Format(time.DateOnly)
			now := b.daysOf(t)
			for _, d := range days {
				if is := slices.Contains(now, d); is != (d.Date >= today) && (is || d.Date != today) { // on the day itself it may have passed by the hour
					t.Errorf("%s: %+v is there: %t", today, d, is)
				}
			}
		}
	})
}

// TestDayBeforeMidnight: what ends at the first instant of a day can be done on the day before.
func TestDayBeforeMidnight(t *testing.T) {
	b := open(t, datatest.Open(t))
	b.moveWindow(t, time.Date(2027, 3, 1, 0, 0, 0, 0, b.desk.Zone))
	b.start(t)
	days := b.daysOf(t)
	if at := slices.IndexFunc(days, func(d Day) bool { return d.Template == "draft_closing" }); at < 0 || days[at].Date != "2027-02-28" {
		t.Errorf("%+v", days)
	}
}
