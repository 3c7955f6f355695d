package broker

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

// walk brings a fresh item into a state. The waiting list is that of another program, which has no seat left for it.
func (b *bench) walk(t testing.TB, to State) Item {
	t.Helper()
	slug := model
	if to == Waitlisted {
		b.crowd(t)
		slug = scan
	}
	id := b.draft(t, slug).Items[0].ID
	path := map[State][]string{
		Draft: {}, Submitted: {ActSubmit}, InReview: {ActSubmit, ActAssign}, NeedsInfo: {ActSubmit, ActAsk}, Waitlisted: {ActSubmit},
		Approved: {ActSubmit, ActApprove}, Declined: {ActSubmit, ActDecline}, Withdrawn: {ActSubmit, ActWithdraw}, Closed: {ActSubmit, ActAsk, ActClose},
	}[to]
	for _, act := range path {
		who := PersonActor(b.manager)
		switch act {
		case ActSubmit, ActWithdraw:
			who = PersonActor(b.owner)
		case ActClose:
			who = SystemActor()
		}
		b.Write(t, func(tx *data.Tx) error {
			_, err := Act(tx, b.desk, who, id, full(act))
			return err
		})
	}
	item := b.find(t, id)
	if item.State != to {
		t.Fatalf("walked to %s, want %s", item.State, to)
	}
	return item
}

// crowd fills the one seat of the scanning program, lets somebody wait, and then makes room: whoever comes now waits
// behind, and could be placed.
func (b *bench) crowd(t testing.TB) {
	t.Helper()
	if b.crowded {
		return
	}
	b.crowded = true
	b.publish(t, scan, waitingList(1))
	for range 2 {
		b.sent(t, scan)
	}
	b.publish(t, scan, waitingList(100_000))
}

// waitingList gives the scanning program a number of seats and a list.
func waitingList(seats int) func(string) string {
	return replacing("[[apply]]", fmt.Sprintf("[window]\nseats = %d\nwaiting_list = true\ntime_zone = \"America/Denver\"\n[[apply]]", seats))
}

func (b *bench) find(t testing.TB, id string) Item {
	t.Helper()
	var item Item
	b.Read(t, func(tx *data.Tx) (err error) {
		item, err = scanItem(tx.Row("SELECT "+itemColumns+" FROM application_item i WHERE i.id = $1", id))
		return err
	})
	return item
}

// full is a request for an act with everything that it needs.
func full(act string) ActRequest {
	r := ActRequest{Act: act}
	switch act {
	case ActSubmit:
		r.Declared = Declarations()
	case ActAsk:
		r.Message = "Who is the second contact?"
	case ActAnswer, ActMessage, ActReply, ActNote:
		r.Message = "The night shift."
	case ActDecline:
		r.ReasonCode = "purpose"
	}
	return r
}

var acts = []string{ActSubmit, ActAssign, ActPlace, ActAsk, ActAnswer, ActApprove, ActDecline, ActWithdraw, ActClose, ActMessage, ActReply, ActNote}

// law is the life cycle as it was agreed, written down a second time: state, act, state after it.
var law = map[State]map[string]State{
	Draft: {ActSubmit: Submitted, ActWithdraw: Withdrawn},
	Submitted: {ActAssign: InReview, ActAsk: NeedsInfo, ActApprove: Approved, ActDecline: Declined, ActWithdraw: Withdrawn,
		ActMessage: Submitted, ActReply: Submitted, ActNote: Submitted},
	Waitlisted: {ActPlace: Submitted, ActDecline: Declined, ActWithdraw: Withdrawn,
		ActMessage: Waitlisted, ActReply: Waitlisted, ActNote: Waitlisted},
	InReview: {ActAssign: InReview, ActAsk: NeedsInfo, ActApprove: Approved, ActDecline: Declined, ActWithdraw: Withdrawn,
		ActMessage: InReview, ActReply: InReview, ActNote: InReview},
	NeedsInfo: {ActAnswer: InReview, ActWithdraw: Withdrawn, ActClose: Closed,
		ActMessage: NeedsInfo, ActReply: NeedsInfo, ActNote: NeedsInfo},
	Approved:  {ActMessage: Approved, ActReply: Approved, ActNote: Approved},
	Declined:  {ActMessage: Declined, ActReply: Declined, ActNote: Declined},
	Withdrawn: {ActNote: Withdrawn},
	Closed:    {ActNote: Closed},
}

// mayTake tells who may take an act: people of the organization who write, or a program manager outside of it.
func (b *bench) mayTake(from State, act string, who account.Person) bool {
	switch {
	case act == ActClose:
		return false // a job's
	case act == ActSubmit, act == ActAnswer, act == ActWithdraw && from != Draft:
		return slices.Contains([]string{b.owner.ID, b.signer.ID}, who.ID)
	case act == ActMessage, act == ActWithdraw: // a draft concerns nobody else
		return slices.Contains([]string{b.owner.ID, b.editor.ID, b.signer.ID, b.insider.ID}, who.ID)
	}
	return who.ID == b.manager.ID || who.ID == b.colleague.ID
}

// TestEveryCell goes through state x act x person. Only the cells of the law change anything; the others leave no trace.
func TestEveryCell(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		people := map[string]account.Person{"owner": b.owner, "editor": b.editor, "signer": b.signer, "reader": b.reader, "insider": b.insider,
			"removed": b.removed, "stranger": b.stranger, "manager": b.manager, "colleague": b.colleague, "auditor": b.auditor,
			"administrator": b.administrator, "nobody": {}}
		for _, state := range States() {
			for _, act := range acts {
				item := b.walk(t, state)
				for name, who := range people {
					want, lawful := law[state][act]
					if lawful && b.mayTake(state, act, who) {
						fresh := b.walk(t, state)
						if after, err := b.act(who, fresh.ID, full(act)); err != nil || after.State != want || b.find(t, fresh.ID).State != want {
							t.Errorf("%s %s by %s: %v, state %s, want %s", state, act, name, err, after.State, want)
						}
						continue
					}
					before, entries, mails := b.find(t, item.ID), b.acts(t, item.ID), len(b.mails(t, item.ID))
					_, err := b.act(who, item.ID, full(act))
					if !denied(err) {
						t.Errorf("%s %s by %s: %v, want a refusal, not found or a conflict", state, act, name, err)
					}
					if outside := slices.Contains([]string{"removed", "stranger", "nobody"}, name); outside && !errors.Is(err, data.ErrNotFound) {
						t.Errorf("%s %s by %s: %v, want not found", state, act, name, err)
					}
					if b.find(t, item.ID) != before || !slices.Equal(b.acts(t, item.ID), entries) || len(b.mails(t, item.ID)) != mails {
						t.Errorf("%s %s by %s left a trace", state, act, name)
					}
				}
			}
		}
	})
}

func denied(err error) bool {
	return isRefusal(err) || errors.Is(err, data.ErrNotFound) || errors.Is(err, data.ErrConflict)
}

// TestTraceOfEachAct holds, for each act, the entries of the record and the mails, in the reader's language.
func TestTraceOfEachAct(t *testing.T) {
	writers, answerers := []string{"editor", "insider", "owner", "signer"}, []string{"owner", "signer"}
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		for _, c := range []struct {
			state   State
			act     string
			entries []string
			mail    string // "" none
			to      []string
		}{
			{Draft, ActSubmit, []string{"submit"}, "submitted", writers},
			{Draft, ActWithdraw, []string{"withdraw"}, "", nil},
			{Submitted, ActAssign, []string{"assign"}, "", nil},
			{Submitted, ActAsk, []string{"assign", "ask"}, "question_asked", answerers},
			{Submitted, ActApprove, []string{"assign", "approve", "grant_opened"}, "approved", writers},
			{Submitted, ActDecline, []string{"assign", "decline"}, "declined", writers},
			{Submitted, ActWithdraw, []string{"withdraw"}, "withdrawn", writers},
			{InReview, ActAssign, []string{"assign"}, "", nil},
			{InReview, ActAsk, []string{"ask"}, "question_asked", answerers},
			{InReview, ActApprove, []string{"approve", "grant_opened"}, "approved", writers},
			{InReview, ActDecline, []string{"decline"}, "declined", writers},
			{InReview, ActWithdraw, []string{"withdraw"}, "withdrawn", writers},
			{NeedsInfo, ActAnswer, []string{"answer"}, "answer_received", []string{"manager"}},
			{Waitlisted, ActPlace, []string{"place"}, "placed", writers},
			{Waitlisted, ActDecline, []string{"decline"}, "declined", writers},
			{Submitted, ActMessage, []string{"message"}, "", nil},
			{InReview, ActMessage, []string{"message"}, "message_to_staff", []string{"manager"}},
			{InReview, ActReply, []string{"reply"}, "message_received", writers},
			{InReview, ActNote, []string{"note"}, "", nil},
			{NeedsInfo, ActWithdraw, []string{"withdraw"}, "withdrawn", writers},
		} {
			item := b.walk(t, c.state)
			entries, mails := len(b.acts(t, item.ID)), len(b.mails(t, item.ID))
			who := b.manager
			if b.mayTake(c.state, c.act, b.owner) {
				who = b.owner
			}
			after := b.must(t, who, item.ID, full(c.act))
			if got := b.acts(t, item.ID)[entries:]; !slices.Equal(got, c.entries) {
				t.Errorf("%s %s: record %v, want %v", c.state, c.act, got, c.entries)
			}
			list := b.mails(t, item.ID)[mails:]
			if got := mailed(list, c.mail); !slices.Equal(got, c.to) || len(list) != len(c.to) {
				t.Errorf("%s %s: %d mails, %s to %v, want %v", c.state, c.act, len(list), c.mail, got, c.to)
			}
			for _, q := range list {
				title := offeringTitle(t, b, item.Slug, q.Lang)
				if q.Lang == "es" != (q.To == b.editor.Email) || !strings.Contains(q.Text, title) || !strings.Contains(q.Text, "Cedar Flats Water District") {
					t.Errorf("%s to %s in %s:\n%s", q.Template, q.To, q.Lang, q.Text)
				}
			}
			if grants := b.count(t, "SELECT count(*) FROM access_grant WHERE item_id = $1", item.ID); (grants == 1) != (after.State == Approved) {
				t.Errorf("%s %s: %d grants", c.state, c.act, grants)
			}
		}
	})
}

func offeringTitle(t testing.TB, b *bench, slug, lang string) string {
	t.Helper()
	var title string
	b.Read(t, func(tx *data.Tx) error {
		snapshot, err := b.desk.Catalog.Snapshot(tx)
		if err != nil {
			return err
		}
		program, _ := snapshot.Find(slug)
		title = program.Title.In(lang)
		return nil
	})
	return title
}

func TestNobodyDecidesForTheirOwn(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		for _, act := range []string{ActAssign, ActAsk, ActApprove, ActDecline} {
			item := b.walk(t, InReview)
			_, err := b.act(b.insider, item.ID, full(act))
			wantRefusal(t, err, "", "own_organization")
		}
		_, err := b.act(b.auditor, b.walk(t, InReview).ID, full(ActApprove))
		wantRefusal(t, err, "", "not_your_role")
		_, err = b.act(b.reader, b.walk(t, Draft).ID, full(ActSubmit))
		wantRefusal(t, err, "", "not_your_role")
	})
}

func TestWhatAnActNeeds(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		draft, asked, review, fresh := b.walk(t, Draft), b.walk(t, NeedsInfo), b.walk(t, InReview), b.walk(t, Submitted)
		for name, c := range map[string]struct {
			who         account.Person
			item        Item
			request     ActRequest
			field, code string
		}{
			"undeclared":       {b.owner, draft, ActRequest{Act: ActSubmit, Declared: []string{"truth", "defensive_use"}}, "declare_authority", "tick_box"},
			"empty answer":     {b.owner, asked, ActRequest{Act: ActAnswer, Message: " \n "}, "message", "required"},
			"empty question":   {b.manager, review, ActRequest{Act: ActAsk}, "message", "required"},
			"long question":    {b.manager, review, ActRequest{Act: ActAsk, Message: strings.Repeat("ñ", MessageLimit+1)}, "message", "too_long"},
			"empty on new":     {b.manager, fresh, ActRequest{Act: ActAsk}, "message", "required"},
			"no reason on new": {b.manager, fresh, ActRequest{Act: ActDecline}, "reason", "reason_needed"},
			"late start, new":  {b.manager, fresh, ActRequest{Act: ActApprove, Starts: b.Now().AddDate(1, 0, 1)}, "start", "start_far"},
			"no reason":        {b.manager, review, ActRequest{Act: ActDecline}, "reason", "reason_needed"},
			"unknown reason":   {b.manager, review, ActRequest{Act: ActDecline, ReasonCode: "dislike"}, "reason", "reason_needed"},
			"other, unsaid":    {b.manager, review, ActRequest{Act: ActDecline, ReasonCode: "other"}, "message", "required"},
			"starts yesterday": {b.manager, review, ActRequest{Act: ActApprove, Starts: b.Now().Add(-25 * time.Hour)}, "start", "start_past"},
			"starts far away":  {b.manager, review, ActRequest{Act: ActApprove, Starts: b.Now().AddDate(1, 0, 1)}, "start", "start_far"},
		} {
			t.Run(name, func(t *testing.T) {
				// The page that shows the refusal reads the case in the same transaction.
				err := b.write(func(tx *data.Tx) error {
					_, err := Act(tx, b.desk, PersonActor(c.who), c.item.ID, c.request)
					wantRefusal(t, err, c.field, c.code)
					item, err := scanItem(tx.Row("SELECT "+itemColumns+" FROM application_item i WHERE i.id = $1", c.item.ID))
					if item != c.item {
						t.Errorf("the refused act left a trace: %+v", item)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			})
		}
		if _, err := b.act(b.owner, data.NewID(), full(ActWithdraw)); !errors.Is(err, data.ErrNotFound) {
			t.Errorf("no such item: %v", err)
		}
		if _, err := b.act(b.owner, draft.ID, ActRequest{Act: "publish"}); !denied(err) {
			t.Errorf("no such act: %v", err)
		}
	})
}

// TestStaleRevision: who decides on a page that is not true any more gets a conflict.
func TestStaleRevision(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.walk(t, InReview)
		b.must(t, b.colleague, item.ID, full(ActAssign))
		stale := full(ActApprove)
		stale.Revision = item.Revision
		_, err := b.act(b.manager, item.ID, stale)
		wantError(t, err, data.ErrConflict)
		stale.Revision++
		b.must(t, b.manager, item.ID, stale)
	})
}

// TestRace: of eight managers who decide on the same page at the same moment one wins and the others hear of the conflict; there
// is one grant, one entry for each step, and one mail for each reader.
func TestRace(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		managers := make([]account.Person, 8)
		b.Write(t, func(tx *data.Tx) (err error) {
			for i := range managers {
				if managers[i], _, err = account.AddPerson(tx, fmt.Sprintf("manager%d@example.org", i), account.ProgramManager, record.Console); err != nil {
					return err
				}
			}
			return nil
		})
		for _, c := range []struct {
			from  State
			acts  []string // by turns
			steps []string // of the record, after the submit; nil: not looked at
		}{
			{Submitted, []string{ActApprove}, []string{"assign", "approve", "grant_opened"}},
			{InReview, []string{ActApprove}, []string{"assign", "approve", "grant_opened"}},
			{InReview, []string{ActDecline}, []string{"assign", "decline"}},
			{InReview, []string{ActApprove, ActDecline, ActAsk}, nil},
		} {
			item := b.walk(t, c.from)
			mails := len(b.mails(t, item.ID))
			begun := 3 // start, answers, submit
			errs, after := make([]error, len(managers)), make([]Item, len(managers))
			var group sync.WaitGroup
			for i, manager := range managers {
				r := full(c.acts[i%len(c.acts)])
				r.Revision = item.Revision
				group.Go(func() { after[i], errs[i] = b.act(manager, item.ID, r) })
			}
			group.Wait()
			won := -1
			for i, err := range errs {
				switch {
				case err == nil && won >= 0:
					t.Errorf("%v: two winners", c.acts)
				case err == nil:
					won = i
				case !errors.Is(err, data.ErrConflict):
					t.Errorf("%v: a loser got %v", c.acts, err)
				}
			}
			if won < 0 {
				t.Fatalf("%v: nobody won: %v", c.acts, errs)
			}
			b.wantWinner(t, b.find(t, item.ID), after[won], managers[won])
			if got := b.acts(t, item.ID)[begun:]; c.steps != nil && !slices.Equal(got, c.steps) {
				t.Errorf("%v: record %v, want %v", c.acts, got, c.steps)
			}
			readers := 4
			if c.acts[won%len(c.acts)] == ActAsk {
				readers = 2 // a question goes to those who may answer it
			}
			if got := len(b.mails(t, item.ID)) - mails; got != readers {
				t.Errorf("%v: %d mails, want one for each of %d readers", c.acts, got, readers)
			}
		}
	})
}

// wantWinner holds that what is stored is what the winner of a race was told, and nobody else's.
func (b *bench) wantWinner(t *testing.T, stored, told Item, winner account.Person) {
	t.Helper()
	if stored != told || stored.Over() && stored.DecidedBy != winner.ID {
		t.Errorf("stored %+v, the winner was told %+v", stored, told)
	}
	grants := b.count(t, "SELECT count(*) FROM access_grant WHERE item_id = $1 AND opened_by = $2", stored.ID, winner.ID)
	if all := b.count(t, "SELECT count(*) FROM access_grant WHERE item_id = $1", stored.ID); all != grants || (grants == 1) != (stored.State == Approved) {
		t.Errorf("%d grants, %d by the winner, of a case that is %s", all, grants, stored.State)
	}
}

// TestApprovalOpensTheGrant reads the grant with its terms, at once and for later.
func TestApprovalOpensTheGrant(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		for _, c := range []struct {
			starts time.Time
			state  access.State
		}{{time.Time{}, access.Active}, {b.Now().Add(72 * time.Hour), access.Pending}} {
			item := b.walk(t, Submitted)
			r := full(ActApprove)
			r.Starts = c.starts
			after := b.must(t, b.manager, item.ID, r)
			var grant access.Grant
			b.Read(t, func(tx *data.Tx) (err error) {
				grant, err = access.OfItem(tx, item.ID)
				return err
			})
			starts := c.starts
			if starts.IsZero() {
				starts = b.Now()
			}
			if grant.State != c.state || !grant.Starts.Equal(starts) || !grant.Ends.Equal(starts.Add(180*24*time.Hour)) ||
				len(grant.Safeguards) != 6 || grant.OpenedBy != b.manager.ID || grant.VersionID != after.VersionID || grant.OrganizationID != b.org.ID {
				t.Errorf("%+v", grant)
			}
			if after.AssignedTo != b.manager.ID || after.DecidedBy != b.manager.ID || !after.Decided.Equal(b.Now()) {
				t.Errorf("%+v", after)
			}
			for _, q := range b.mails(t, item.ID) {
				if q.Template == "approved" && !strings.Contains(q.Text, "/access/"+grant.ID) {
					t.Errorf("the mail does not lead to the access:\n%s", q.Text)
				}
			}
		}
	})
}

// TestDeclineSaysWhy: each reason has its sentences in both languages, and the reviewer's words follow.
func TestDeclineSaysWhy(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		for _, code := range ReasonCodes() {
			item := b.walk(t, InReview)
			after := b.must(t, b.manager, item.ID, ActRequest{Act: ActDecline, ReasonCode: code, Message: "See section 4 of the notice."})
			if after.ReasonCode != code || after.ReasonText != "See section 4 of the notice." {
				t.Errorf("%s: %+v", code, after)
			}
			for _, q := range b.mails(t, item.ID) {
				if q.Template != "declined" {
					continue
				}
				for _, text := range []string{locales().In(q.Lang).T("broker.sentence_" + code), locales().In(q.Lang).T("broker.change_" + code), "See section 4"} {
					if flat := strings.Join(strings.Fields(strings.ReplaceAll(q.Text, "> ", "")), " "); !strings.Contains(flat, text) {
						t.Errorf("%s in %s lacks %q:\n%s", code, q.Lang, text, q.Text)
					}
				}
			}
			for _, lang := range []string{"en", "es"} {
				locales().In(lang).T("broker.reason_" + code)
			}
		}
	})
}

// TestAskAndAnswer follows a conversation of two rounds.
func TestAskAndAnswer(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.walk(t, Submitted)
		var want []string
		for round := range 2 {
			b.Advance(time.Hour)
			b.must(t, b.manager, item.ID, ActRequest{Act: ActAsk, Message: fmt.Sprint("  Question ", round, "? ")})
			b.Advance(time.Hour)
			b.must(t, b.signer, item.ID, ActRequest{Act: ActAnswer, Message: fmt.Sprint("Answer ", round)})
			want = append(want, fmt.Sprint("ask manager Question ", round, "?"), fmt.Sprint("answer signer Answer ", round))
		}
		var got []string
		b.Read(t, func(tx *data.Tx) error {
			messages, err := Messages(tx, item.ID)
			for _, m := range messages {
				got = append(got, m.Kind+" "+strings.TrimSuffix(m.By.Email, "@example.org")+" "+m.Text)
			}
			return err
		})
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		list := b.mails(t, item.ID)
		if asked, answered := mailed(list, "question_asked"), mailed(list, "answer_received"); len(asked) != 4 || len(answered) != 2 {
			t.Errorf("%d question mails, %d answer mails: a second round must be told too", len(asked), len(answered))
		}
	})
}

// TestReviewerWhoLeft: an answer is not told to somebody who may not decide any more; the case is in the queue for the others.
func TestReviewerWhoLeft(t *testing.T) {
	for _, change := range []string{"UPDATE person SET disabled = $2 WHERE id = $1 AND staff_role <> ''", "UPDATE person SET staff_role = '' WHERE id = $1 AND disabled <> $2"} {
		datatest.Each(t, func(t *testing.T, db *datatest.Database) {
			b := open(t, db)
			item := b.walk(t, NeedsInfo)
			b.Write(t, func(tx *data.Tx) error {
				_, err := tx.Exec(change, b.manager.ID, true)
				return err
			})
			b.must(t, b.owner, item.ID, full(ActAnswer))
			if got := mailed(b.mails(t, item.ID), "answer_received"); len(got) != 0 {
				t.Errorf("told %v", got)
			}
			if after := b.must(t, b.colleague, item.ID, full(ActAssign)); after.AssignedTo != b.colleague.ID {
				t.Errorf("%+v", after)
			}
		})
	}
}
