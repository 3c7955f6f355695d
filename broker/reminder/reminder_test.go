package reminder

import (
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"

	"pgregory.net/rapid"
)

var closing = []string{"draft_closing"}

// TestDraftsBeforeClosing: 7 and 2 days before the program closes, at the second, then never again.
func TestDraftsBeforeClosing(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		a := b.start(t)
		all := []string{"draft_closing owner", "draft_closing editor", "draft_closing insider"}
		for _, c := range []struct {
			at   time.Time
			want []string
		}{
			{closes.Add(-7*day - time.Second), nil}, {closes.Add(-7 * day), all}, {closes.Add(-7*day + time.Minute), nil},
			{closes.Add(-2*day - time.Second), nil}, {closes.Add(-2 * day), all}, {closes.Add(-time.Second), nil}, {closes, nil}, {closes.Add(9 * day), nil},
		} {
			b.SetNow(c.at)
			mails := b.want(t, "draft", closing, c.want...)
			for _, m := range mails {
				if m.Chain != record.CaseChain(a.Items[0].ID) || !strings.Contains(m.Text, a.Reference) || !strings.Contains(m.Text, "/applications/"+a.ID) {
					t.Errorf("chain %s:\n%s", m.Chain, m.Text)
				}
				if m.Lang == "en" && !strings.Contains(m.Text, "until January 20, 2027, 5:00 p.m. EST") {
					t.Errorf("the closing time:\n%s", m.Text)
				}
				if m.Lang == "es" && !strings.Contains(m.Subject, "cierra el 20 de enero de 2027") {
					t.Errorf("subject %s", m.Subject)
				}
			}
		}
	})
}

func TestDraftsThatNeedNoReminder(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		t.Run("missed run", func(t *testing.T) { // one mail, with the days that are left
			a := b.start(t)
			b.SetNow(closes.Add(-36 * time.Hour))
			mails := b.want(t, "after both moments", closing, "draft_closing owner", "draft_closing editor", "draft_closing insider")
			if len(mails) > 0 && !strings.Contains(mails[len(mails)-1].Text, "2 days") && !strings.Contains(mails[0].Text, "2 d") {
				t.Errorf("text:\n%s", mails[0].Text)
			}
			b.act(t, b.owner, a.Items[0], broker.ActRequest{Act: broker.ActWithdraw})
		})
		t.Run("begun late", func(t *testing.T) { // the first moment lay before the draft, the second did not
			b.moveWindow(t, closes.Add(100*day))
			late := closes.Add(100 * day)
			b.SetNow(late.Add(-5 * day))
			a := b.start(t)
			b.want(t, "right after the start", closing)
			b.SetNow(late.Add(-2 * day))
			b.want(t, "two days before", closing, "draft_closing owner", "draft_closing editor", "draft_closing insider")
			b.act(t, b.owner, a.Items[0], broker.ActRequest{Act: broker.ActWithdraw})
		})
		t.Run("sent", func(t *testing.T) {
			b.moveWindow(t, closes.Add(200*day))
			b.sent(t)
			b.SetNow(closes.Add(200*day - 2*day))
			b.want(t, "an application that was sent", closing)
		})
	})
}

// TestMovedWindow: another closing date is another occasion.
func TestMovedWindow(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.start(t)
		b.SetNow(closes.Add(-7 * day))
		all := []string{"draft_closing owner", "draft_closing editor", "draft_closing insider"}
		b.want(t, "the first date", closing, all...)
		later := closes.Add(30 * day)
		b.moveWindow(t, later)
		b.want(t, "moved away", closing)
		b.SetNow(later.Add(-7*day - time.Second))
		b.want(t, "not yet", closing)
		b.SetNow(later.Add(-7 * day))
		b.want(t, "the second date", closing, all...)
	})
}

// TestUnwantedReminder: who switched a kind off gets nothing, and nothing of it later.
func TestUnwantedReminder(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.start(t)
		b.choose(t, b.owner, notify.KindDraft, false)
		b.SetNow(closes.Add(-7 * day))
		b.want(t, "without the owner", closing, "draft_closing editor", "draft_closing insider")
		b.choose(t, b.owner, notify.KindDraft, true)
		b.want(t, "switched on again", closing)
	})
}

var asking = []string{"question_waiting", "question_closing"}

// TestQuestions: after 5 days, and 2 days before the case is closed; at the second.
func TestQuestions(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.moveWindow(t, closes.Add(300*day))
		item := b.act(t, b.manager, b.sent(t), broker.ActRequest{Act: broker.ActAsk, Message: "Who reads the logs?"})
		asked := b.Now()
		both := func(template string) []string {
			return []string{template + " owner"} // the others write, but do not answer
		}
		for _, c := range []struct {
			after time.Duration
			want  []string
		}{
			{0, nil}, {5*day - time.Second, nil}, {5 * day, both("question_waiting")}, {12*day - time.Second, nil},
			{12 * day, both("question_closing")}, {14*day - time.Second, nil}, {14 * day, nil}, {20 * day, nil},
		} {
			b.SetNow(asked.Add(c.after))
			for _, m := range b.want(t, "question", asking, c.want...) {
				if m.Chain != record.CaseChain(item.ID) || strings.Contains(m.Text, "Who reads the logs?") {
					t.Errorf("chain %s:\n%s", m.Chain, m.Text)
				}
				if m.Lang == "en" && !strings.Contains(m.Text, "December 7, 2026, 10:00 a.m. EST") { // asked on November 23
					t.Errorf("the last day to answer:\n%s", m.Text)
				}
			}
		}
	})
}

func TestQuestionsThatNeedNoReminder(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.moveWindow(t, closes.Add(300*day))
		item := b.act(t, b.manager, b.sent(t), broker.ActRequest{Act: broker.ActAsk, Message: "Who?"})
		b.Advance(13 * day)
		b.want(t, "a missed run", asking, "question_closing owner")
		b.act(t, b.owner, item, broker.ActRequest{Act: broker.ActAnswer, Message: "The operator."})
		b.Advance(5 * day)
		b.want(t, "answered", asking)
		b.act(t, b.manager, item, broker.ActRequest{Act: broker.ActAsk, Message: "And at night?"})
		b.Advance(5*day - time.Second)
		b.want(t, "asked again", asking)
		b.Advance(time.Second)
		b.want(t, "the new question", asking, "question_waiting owner")
		b.Advance(60 * day) // a desk that stood still: the case is closed in the same run, nobody is warned any more
		b.want(t, "closed", asking)
	})
}

var soon = []string{"due_soon"}

// TestDueSoon: to everyone who may take a case while nobody has it, else to its reviewer; 3 days before, at the second, once.
func TestDueSoon(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.moveWindow(t, closes.Add(300*day))
		item := b.sent(t)
		if judged := (broker.Item{State: broker.InReview, Due: b.Now().Add(dueDays * day)}); !judged.DueSoon(b.Now()) || judged.DueSoon(b.Now().Add(-time.Millisecond)) {
			t.Error("the review list calls another time due soon")
		}
		b.SetNow(item.Due.Add(-3*day - time.Second))
		b.want(t, "not yet", soon)
		b.SetNow(item.Due.Add(-3 * day))
		mails := b.want(t, "3 days before", soon, "due_soon manager", "due_soon colleague")
		for _, m := range mails {
			if m.Chain != record.CaseChain(item.ID) || !strings.Contains(m.Text, "/staff/review/"+item.ID) || !strings.Contains(m.Text, b.org.Name) ||
				strings.Contains(m.Text, " ago") || strings.Contains(m.Text, "hace ") {
				t.Errorf("text:\n%s", m.Text)
			}
		}
		b.act(t, b.manager, item, broker.ActRequest{Act: broker.ActAssign})
		b.SetNow(item.Due.Add(day))
		b.want(t, "the same due date", soon)
		// A question moves the due date: the new one is reminded of, to the reviewer alone. The desk was off until it had passed.
		b.act(t, b.manager, item, broker.ActRequest{Act: broker.ActAsk, Message: "Who?"})
		b.Advance(6 * day)
		b.want(t, "while the applicant is asked", soon)
		item = b.act(t, b.owner, item, broker.ActRequest{Act: broker.ActAnswer, Message: "The operator."})
		b.SetNow(item.Due.Add(3 * day))
		mails = b.want(t, "the moved due date", soon, "due_soon manager")
		if len(mails) == 1 && !strings.Contains(mails[0].Text, "That was 3 days ago.") {
			t.Errorf("text:\n%s", mails[0].Text)
		}
		b.act(t, b.manager, item, broker.ActRequest{Act: broker.ActApprove})
		b.Advance(20 * day)
		b.want(t, "decided", soon)
	})
}

// TestReminderMarksArePruned: marks do not pile up for ever.
func TestReminderMarksArePruned(t *testing.T) {
	b := open(t, datatest.Open(t))
	b.start(t)
	b.SetNow(closes.Add(-7 * day))
	b.run(t)
	count := func() (n int) {
		b.Read(t, func(tx *data.Tx) error {
			return tx.Row("SELECT count(*) FROM reminder_mark WHERE occasion LIKE 'closing:%'").Scan(&n)
		})
		return n
	}
	b.Advance(keptMarks - time.Millisecond)
	if b.run(t); count() != 1 {
		t.Errorf("%d marks just before", count())
	}
	b.Advance(time.Millisecond)
	if b.run(t); count() != 0 {
		t.Errorf("%d marks after %v", count(), keptMarks)
	}
}

// TestNoMomentTwice walks an application through random times: whatever runs are missed, no run sends what an earlier one sent, and at the
// end everybody had at most one mail for each moment.
func TestNoMomentTwice(t *testing.T) {
	b := open(t, datatest.Open(t))
	b.choose(t, b.owner, notify.KindSAM, true)
	rapid.Check(t, func(r *rapid.T) {
		start := b.Now().Add(30 * day)
		b.SetNow(start)
		var organization account.Organization
		b.Write(t, func(tx *data.Tx) (err error) {
			organization, err = account.CreateOrganization(tx, b.owner, "Walking Water Works")
			return err
		})
		until := start.Add(20 * day)
		b.moveWindow(t, until)
		b.save(t, organization, map1("sam_expires_on", until.Add(45*day).Format(time.DateOnly)))
		b.Write(t, func(tx *data.Tx) error {
			_, err := broker.Start(tx, b.desk.Desk, broker.PersonActor(b.owner), organization.ID, []string{model}, fits())
			return err
		})
		sent := map[string]int{}
		for b.Now().Before(until.Add(60 * day)) {
			b.Advance(time.Duration(rapid.IntRange(1, 15*24*60).Draw(r, "minutes")) * time.Minute)
			mails, _ := b.run(t)
			perRun := map[string]int{}
			for _, m := range mails {
				if strings.Contains(m.Text, "Walking Water Works") {
					sent[m.Key]++
					perRun[m.Template+m.To]++
				}
			}
			for what, n := range perRun {
				if n > 1 {
					r.Fatalf("%s: %d mails in one run", what, n)
				}
			}
			if again, _ := b.run(t); len(again) > 0 {
				r.Fatalf("a second run sends %d", len(again))
			}
		}
		drafts, dates := 0, 0
		for key, n := range sent {
			if n > 1 {
				r.Fatalf("%s was sent %d times", key, n)
			}
			if strings.HasPrefix(key, "draft_closing:") {
				drafts++
			}
			if strings.HasPrefix(key, "date_sam:") {
				dates++
			}
		}
		if drafts > 2 || dates > 3 {
			r.Fatalf("%d reminders of the draft, %d of the date", drafts, dates)
		}
		b.Write(t, func(tx *data.Tx) error {
			_, err := tx.Exec("UPDATE membership SET state = 'removed' WHERE organization_id = $1", organization.ID)
			return err
		})
	})
}
