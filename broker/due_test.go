package broker

import (
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/data/datatest"
)

func (b *bench) due(t testing.TB) Report {
	t.Helper()
	var report Report
	b.Write(t, func(tx *data.Tx) (err error) {
		report, err = Due(tx, b.desk)
		return err
	})
	return report
}

// TestUnfinishedDraft: one reminder, 3 days after the last save, never again for that draft.
func TestUnfinishedDraft(t *testing.T) {
	const rest = 72 * time.Hour
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		a := b.start(t, fits(), model)
		b.Advance(rest - time.Minute)
		if _, err := b.save(b.editor, a.ID, model, 1, Answers{"first_task": {"Read logs."}}); err != nil {
			t.Fatal(err)
		}
		saved := b.Now()
		for _, c := range []struct {
			after time.Duration
			want  int
		}{{0, 0}, {rest - time.Millisecond, 0}, {rest, 1}, {rest, 0}, {rest + time.Minute, 0}, {10 * rest, 0}} {
			b.SetNow(saved.Add(c.after))
			if got := b.due(t).Reminded; got != c.want {
				t.Errorf("%v after the save: %d reminders, want %d", c.after, got, c.want)
			}
		}
		list := b.mails(t, a.Items[0].ID)
		if got := mailed(list, "draft_unfinished"); !slices.Equal(got, []string{"editor", "insider", "owner", "signer"}) {
			t.Errorf("reminded %v", got)
		}
		if text := list[len(list)-1].Text; !strings.Contains(text, "/applications/"+a.ID) {
			t.Errorf("%s", text)
		}
		// Another save does not begin it anew.
		if _, err := b.save(b.owner, a.ID, model, 2, Answers{"first_task": {"Read more logs."}}); err != nil {
			t.Fatal(err)
		}
		b.Advance(2 * rest)
		if got := b.due(t).Reminded; got != 0 {
			t.Errorf("%d reminders after another save", got)
		}
	})
}

// TestMissedRun: a desk that stood still for weeks reminds once when it runs again; what is no draft any more is left alone.
func TestMissedRun(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.walk(t, Draft)
		b.walk(t, Submitted)
		b.must(t, b.owner, b.walk(t, Draft).ID, full(ActWithdraw))
		b.Advance(30 * 24 * time.Hour)
		for _, want := range []int{1, 0} {
			if got := b.due(t).Reminded; got != want {
				t.Errorf("%d reminders, want %d", got, want)
			}
		}
	})
}

// TestWorkTwice: the second run of everything at the same moment changes no row.
func TestWorkTwice(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.walk(t, Draft)
		later := full(ActApprove)
		later.Starts = b.Now().Add(48 * time.Hour)
		b.must(t, b.manager, b.walk(t, Submitted).ID, later)
		ending := b.walk(t, Approved)
		b.begin(t, fits())
		b.SetNow(b.reviewed(t, ending.ID).Grant.Ends.Add(-5 * 24 * time.Hour))
		rows := func() [3]int {
			return [3]int{b.count(t, "SELECT count(*) FROM outbox"), b.count(t, "SELECT count(*) FROM record_entry"), b.count(t, "SELECT count(*) FROM screening")}
		}
		before := rows()
		b.Write(t, func(tx *data.Tx) error { return Work(tx, b.desk) })
		first := rows()
		if first == before || first[2] != 0 {
			t.Errorf("nothing was due: %v, %v", before, first)
		}
		b.Write(t, func(tx *data.Tx) error { return Work(tx, b.desk) })
		if second := rows(); second != first {
			t.Errorf("the second run went from %v to %v", first, second)
		}
	})
}
