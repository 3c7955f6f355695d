package broker

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

func (b *bench) reviewed(t testing.TB, itemID string) Case {
	t.Helper()
	var c Case
	b.Read(t, func(tx *data.Tx) (err error) {
		c, err = FindCase(tx, b.desk, PersonActor(b.manager), itemID)
		return err
	})
	return c
}

func (b *bench) queue(t testing.TB, f Filter) Queue {
	t.Helper()
	var q Queue
	b.Read(t, func(tx *data.Tx) (err error) {
		q, err = ReviewQueue(tx, b.desk, PersonActor(b.manager), f)
		return err
	})
	return q
}

func TestReviewQueue(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		begin := b.Now()
		b.walk(t, Draft)
		b.must(t, b.owner, b.walk(t, Draft).ID, full(ActWithdraw)) // never sent: nobody's case
		old := b.walk(t, Submitted).ID
		b.Advance(6 * 24 * time.Hour)
		review, asked := b.walk(t, InReview).ID, b.walk(t, NeedsInfo).ID
		declined, withdrawn := b.walk(t, Declined).ID, b.walk(t, Withdrawn).ID
		scanned := b.sent(t, scan).Items[0].ID // its program decides in 5 days, the other one in 10
		names := map[string]string{old: "old", review: "review", asked: "asked", declined: "declined", withdrawn: "withdrawn", scanned: "scanned"}
		rows := func(f Filter) string {
			var list []string
			for _, row := range b.queue(t, f).Rows {
				list = append(list, cmp.Or(names[row.ID], "another"))
			}
			return strings.Join(list, " ")
		}
		for _, c := range []struct {
			filter Filter
			want   []string
		}{
			{Filter{}, []string{"old", "review", "asked", "scanned"}},
			{Filter{Status: "open"}, []string{"old", "review", "asked", "scanned"}},
			{Filter{Status: "new"}, []string{"old", "scanned"}},
			{Filter{Status: "in_review"}, []string{"review"}},
			{Filter{Status: "needs_info"}, []string{"asked"}},
			{Filter{Status: "decided"}, []string{"declined", "withdrawn"}},
			{Filter{Program: scan}, []string{"scanned"}},
			{Filter{Program: scan, Status: "decided"}, nil},
			{Filter{Program: "no-such-program"}, nil},
		} {
			got := strings.Fields(rows(c.filter))
			slices.Sort(got)
			want := slices.Sorted(slices.Values(c.want))
			if !slices.Equal(got, want) {
				t.Errorf("%+v: %v, want %v", c.filter, got, want)
			}
		}
		for sort, want := range map[string]string{"": "old scanned ", "due": "old scanned ", "waiting": "old "} {
			if got := rows(Filter{Sort: sort}); !strings.HasPrefix(got, want) {
				t.Errorf("sorted by %q: %s", sort, got)
			}
		}
		for at, want := range map[time.Time]Queue{
			begin.AddDate(0, 0, 6):                   {Waiting: 3, New: 2, OnApplicant: 1},
			begin.AddDate(0, 0, 7):                   {Waiting: 3, New: 2, OnApplicant: 1, DueSoon: 1},
			begin.AddDate(0, 0, 10):                  {Waiting: 3, New: 2, OnApplicant: 1, DueSoon: 2},
			begin.AddDate(0, 0, 10).Add(time.Second): {Waiting: 3, New: 2, OnApplicant: 1, DueSoon: 2, Late: 1},
		} {
			b.SetNow(at)
			for _, filter := range []Filter{{}, {Status: "decided"}} { // the figures do not depend on the filter
				q := b.queue(t, filter)
				q.Rows = nil
				if q.Waiting != want.Waiting || q.New != want.New || q.OnApplicant != want.OnApplicant || q.DueSoon != want.DueSoon || q.Late != want.Late {
					t.Errorf("at %v: %+v, want %+v", at, q, want)
				}
			}
		}
		row := b.queue(t, Filter{Status: "in_review"}).Rows[0]
		if row.Organization != b.org.Name || row.Reviewer.ID != b.manager.ID || row.Program.En != "Defender model access (demo)" || row.RulesMet != 5 || row.RulesAll != 5 {
			t.Errorf("%+v", row)
		}
	})
}

// TestCaseForStaffOnly: managers and the auditor read cases that were sent; drafts are nobody's business.
func TestCaseForStaffOnly(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		draft, sent := b.walk(t, Draft), b.walk(t, Submitted)
		b.Read(t, func(tx *data.Tx) error {
			for _, who := range []account.Person{b.manager, b.auditor, b.insider} {
				c, err := FindCase(tx, b.desk, PersonActor(who), sent.ID)
				if err != nil || c.Own != (who.ID == b.insider.ID) {
					t.Errorf("%s: %v, own %t", who.Email, err, c.Own)
				}
				_, err = FindCase(tx, b.desk, PersonActor(who), draft.ID)
				wantError(t, err, data.ErrNotFound)
			}
			for _, who := range []account.Person{b.owner, b.reader, b.stranger} {
				_, err := FindCase(tx, b.desk, PersonActor(who), sent.ID)
				wantError(t, err, data.ErrNotFound)
			}
			_, err := FindCase(tx, b.desk, PersonActor(b.manager), data.NewID())
			wantError(t, err, data.ErrNotFound)
			return nil
		})
	})
}

// TestCaseTellsItsStory reads the whole of a case as reviewer and as applicant.
func TestCaseTellsItsStory(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.walk(t, NeedsInfo)
		b.must(t, b.owner, item.ID, full(ActAnswer))
		b.must(t, b.manager, item.ID, full(ActApprove))
		b.write(func(tx *data.Tx) error { return Work(tx, b.desk) })
		c := b.reviewed(t, item.ID)
		var story []string
		for _, event := range c.Events {
			story = append(story, event.Act+" "+strings.TrimSuffix(event.By.Email, "@example.org"))
		}
		want := []string{"start owner", "answers_saved owner", "submit owner", "assign manager", "ask manager", "answer owner", "approve manager", "grant_opened manager"}
		if !slices.Equal(story, want) {
			t.Errorf("%q, want %q", story, want)
		}
		if c.Grant == nil || c.Grant.State != access.Active || c.Reviewer.ID != b.manager.ID || c.DecidedBy.ID != b.manager.ID || len(c.Messages) != 2 {
			t.Errorf("%+v", c)
		}
		if got := mailed(c.Mails, "approved"); len(got) != 4 {
			t.Errorf("approved went to %v", got)
		}
		b.Read(t, func(tx *data.Tx) error {
			s, err := FindStatus(tx, b.desk, PersonActor(b.reader), item.ApplicationID, model)
			if err == nil && (s.State != Approved || len(s.Messages) != 2 || len(s.Events) != len(want) || s.Grant == nil || s.Grant.ID != c.Grant.ID) {
				t.Errorf("%+v", s)
			}
			return err
		})
	})
}

// TestRevoke: a manager outside of the organization ends a grant, with a reason that the holder reads.
func TestRevoke(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.walk(t, Approved)
		id := b.reviewed(t, item.ID).Grant.ID
		try := func(who account.Person, reason string) error {
			return b.write(func(tx *data.Tx) error { return Revoke(tx, b.desk, PersonActor(who), id, reason) })
		}
		for _, who := range []account.Person{b.stranger, {}} {
			wantError(t, try(who, "Because"), data.ErrNotFound)
		}
		wantRefusal(t, try(b.owner, "Because"), "", "not_your_role")
		wantRefusal(t, try(b.auditor, "Because"), "", "not_your_role")
		wantRefusal(t, try(b.administrator, "Because"), "", "not_your_role")
		wantRefusal(t, try(b.insider, "Because"), "", "own_organization")
		wantRefusal(t, try(b.manager, " "), "reason", "required")
		if n := len(b.acts(t, item.ID)); n != 6 {
			t.Errorf("refusals left %d entries", n-6)
		}
		if err := try(b.colleague, "Used by people who were not named."); err != nil {
			t.Fatal(err)
		}
		c := b.reviewed(t, item.ID)
		last := c.Events[len(c.Events)-1]
		if c.Grant.State != access.Revoked || last.Act != "grant_revoked" || last.By.ID != b.colleague.ID || c.State != Approved {
			t.Errorf("%+v %+v", c.Grant, last)
		}
		if got := mailed(c.Mails, "grant_revoked"); !slices.Equal(got, []string{"editor", "insider", "owner", "signer"}) {
			t.Errorf("told %v", got)
		}
		wantRefusal(t, try(b.manager, "Again"), "", "grant_state")
	})
}
