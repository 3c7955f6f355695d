package broker

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/progress"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"

	"pgregory.net/rapid"
)

// packetLaw is the life of a packet as it was agreed, written down a second time: act, the states from which it may be
// taken, the state after it.
var packetLaw = []struct {
	act  string
	from []State
	to   State
}{
	{ActSend, []State{Preparing, NoReply}, Sent},
	{ActHeard, []State{Sent, NoReply}, Sent},
	{ActAcknowledge, []State{Preparing, Sent, NoReply}, Acknowledged},
	{ActAccept, []State{Preparing, Sent, NoReply, Acknowledged}, Approved},
	{ActSetUp, []State{Preparing, Sent, NoReply, Acknowledged, Approved}, SetUp},
	{ActReady, []State{Preparing, Sent, NoReply, Acknowledged, Approved, SetUp}, ReadyToUse},
	{ActRefuse, []State{Preparing, Sent, NoReply, Acknowledged, Approved, SetUp}, Refused},
	{ActWithdraw, []State{Preparing, Sent, NoReply, Acknowledged, Approved, SetUp}, Withdrawn},
}

func lawfulStage(from State, act string) (State, bool) {
	if act == ActNote { // at any time, and it moves nothing
		return from, true
	}
	for _, row := range packetLaw {
		if row.act == act && slices.Contains(row.from, from) {
			return row.to, true
		}
	}
	return "", false
}

// packetActs are all acts on a packet that a person could try, and some of the other kind.
var packetActs = []string{ActSend, ActHeard, ActAcknowledge, ActAccept, ActSetUp, ActReady, ActRefuse, ActUndo, ActWithdraw, ActNoReply, ActSubmit, ActApprove, ActNote}

// mayReport tells who may take an act on a packet.
func (b *bench) mayReport(from State, act string, who account.Person) bool {
	switch {
	case act == ActSend, act == ActWithdraw && from != Preparing: // what is not sent concerns nobody else
		return slices.Contains([]string{b.owner.ID, b.signer.ID}, who.ID)
	case act == ActNoReply:
		return false
	}
	return slices.Contains([]string{b.owner.ID, b.signer.ID, b.editor.ID, b.insider.ID}, who.ID)
}

// packet brings a fresh packet into a state.
func (b *bench) packet(t testing.TB, to State) Item {
	t.Helper()
	item := b.start(t, fits(), elsewhere).Items[0]
	path := map[State][]string{Preparing: {}, Sent: {ActSend}, Acknowledged: {ActAcknowledge}, Approved: {ActAccept}, SetUp: {ActSetUp},
		ReadyToUse: {ActReady}, Refused: {ActRefuse}, NoReply: {ActSend, ActNoReply}, Withdrawn: {ActWithdraw}}[to]
	for _, act := range path {
		who := PersonActor(b.owner)
		if act == ActNoReply {
			who = SystemActor()
		}
		b.Write(t, func(tx *data.Tx) error {
			_, err := Act(tx, b.desk, who, item.ID, ActRequest{Act: act})
			return err
		})
	}
	if item = b.find(t, item.ID); item.State != to || !item.IsPacket() {
		t.Fatalf("walked to %s, want %s", item.State, to)
	}
	return item
}

// TestEveryCellOfPackets goes through state x act x person.
func TestEveryCellOfPackets(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		people := []account.Person{b.owner, b.editor, b.signer, b.reader, b.insider, b.removed, b.stranger, b.manager, b.auditor, b.administrator, {}}
		for _, state := range PacketStates() {
			for _, act := range packetActs {
				item := b.packet(t, state)
				for _, who := range people {
					want, lawful := lawfulStage(state, act)
					if lawful && b.mayReport(state, act, who) {
						fresh := b.packet(t, state)
						after, err := b.act(who, fresh.ID, ActRequest{Act: act, Message: "Said on the phone."})
						if err != nil || after.State != want || b.find(t, fresh.ID) != after || after.Over() != slices.Contains([]State{ReadyToUse, Refused, Withdrawn}, want) {
							t.Errorf("%s %s by %s: %v, state %s, want %s", state, act, who.Email, err, after.State, want)
						}
						continue
					}
					if act == ActUndo && who.ID == b.owner.ID { // their own step: TestUndo
						continue
					}
					_, err := b.act(who, item.ID, ActRequest{Act: act})
					if !denied(err) || b.find(t, item.ID) != item {
						t.Errorf("%s %s by %s: %v, or it left a trace", state, act, who.Email, err)
					}
					if outside := slices.Contains([]string{b.removed.ID, b.stranger.ID, b.manager.ID, b.auditor.ID, b.administrator.ID, ""}, who.ID); outside && !errors.Is(err, data.ErrNotFound) {
						t.Errorf("%s %s by %s: %v, want not found", state, act, who.Email, err)
					}
				}
			}
		}
		if n := b.count(t, "SELECT count(*) FROM outbox WHERE template NOT IN ('draft_saved')"); n != 0 {
			t.Errorf("%d mails about packets", n)
		}
	})
}

// TestStageDays: the day of a stage is a day, not in the future, not before the last stage, and not years ago.
func TestStageDays(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.packet(t, Preparing)
		today := b.Now().Format(time.DateOnly)
		day := func(days int) string { return b.Now().AddDate(0, 0, days).Format(time.DateOnly) }
		for name, c := range map[string]struct {
			request     ActRequest
			field, code string
		}{
			"no day":        {ActRequest{Act: ActSend, On: "yesterday"}, "on", "invalid_date"},
			"no such day":   {ActRequest{Act: ActSend, On: "2026-02-30"}, "on", "invalid_date"},
			"tomorrow":      {ActRequest{Act: ActSend, On: day(1)}, "on", "day_future"},
			"long ago":      {ActRequest{Act: ActSend, On: "2023-11-22"}, "on", "day_long_ago"},
			"ends before":   {ActRequest{Act: ActReady, On: today, Ends: day(-1)}, "ends", "end_before_start"},
			"ends far away": {ActRequest{Act: ActReady, On: today, Ends: "2037-01-01"}, "ends", "day_far"},
			"no end":        {ActRequest{Act: ActReady, On: today, Ends: "soon"}, "ends", "invalid_date"},
			"long note":     {ActRequest{Act: ActSend, Message: strings.Repeat("ñ", progress.NoteLimit+1)}, "note", "too_long"},
			"broken note":   {ActRequest{Act: ActSend, Message: "a\x00b"}, "note", "invalid_text"},
		} {
			_, err := b.act(b.owner, item.ID, c.request)
			t.Run(name, func(t *testing.T) { wantRefusal(t, err, c.field, c.code) })
		}
		sent := b.must(t, b.owner, item.ID, ActRequest{Act: ActSend, On: day(-3), Message: "  To the regional office.  "})
		if want := progress.Overdue(day(11), 0); sent.StageOn != day(-3) || !sent.Due.Equal(want) {
			t.Errorf("%s, due %s, want %s", sent.StageOn, sent.Due, want)
		}
		_, err := b.act(b.owner, item.ID, ActRequest{Act: ActAcknowledge, On: day(-4)})
		wantRefusal(t, err, "on", "day_before_stage")
		after := b.must(t, b.owner, item.ID, ActRequest{Act: ActReady, On: day(-3), Ends: day(200)})
		if after.EndsOn != day(200) || !after.Due.IsZero() || after.Decided.IsZero() {
			t.Errorf("%+v", after)
		}
		b.Read(t, func(tx *data.Tx) error {
			stages, err := progress.Steps(tx, item.ID)
			if len(stages) != 2 || stages[0].Note != "To the regional office." || stages[1].By.ID != b.owner.ID || stages[1].Ends != day(200) {
				t.Errorf("%+v", stages)
			}
			return err
		})
	})
}

// TestUndo: the last step goes back within 7 days, by whoever reported it, and everything stands as before.
func TestUndo(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.packet(t, Sent)
		b.Advance(time.Hour)
		ready := b.must(t, b.editor, item.ID, ActRequest{Act: ActReady, Ends: "2027-11-01"})
		if _, err := b.act(b.owner, item.ID, ActRequest{Act: ActUndo}); err == nil {
			t.Error("somebody else's step was taken back")
		}
		b.Advance(progress.UndoTime + time.Millisecond)
		_, err := b.act(b.editor, item.ID, ActRequest{Act: ActUndo})
		wantRefusal(t, err, "", "undo_over")
		b.Advance(-time.Millisecond)
		back := b.must(t, b.editor, item.ID, ActRequest{Act: ActUndo})
		if back.State != Sent || back.StageOn != item.StageOn || back.EndsOn != "" || !back.Due.Equal(item.Due) || !back.Decided.IsZero() || back.Revision != ready.Revision+1 {
			t.Errorf("%+v\nwant %+v", back, item)
		}
		_, err = b.act(b.editor, item.ID, ActRequest{Act: ActUndo}) // the one before is the owner's
		wantRefusal(t, err, "", "undo_over")
		if got := b.acts(t, item.ID); !slices.Equal(got[len(got)-3:], []string{ActSend, ActReady, ActUndo}) {
			t.Errorf("record %v", got)
		}
	})
}

// TestStageToday: the day may not lie in the future for the person: at the site, or where the organization is.
func TestStageToday(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		zone, err := time.LoadLocation("America/New_York")
		if err != nil {
			t.Fatal(err)
		}
		b.desk.Zone = zone
		item := b.packet(t, Preparing)
		b.SetNow(time.Date(2026, 11, 27, 3, 0, 0, 0, time.UTC)) // Thursday evening in New York
		_, err = b.act(b.owner, item.ID, ActRequest{Act: ActSend, On: "2026-11-27"})
		wantRefusal(t, err, "on", "day_future")
		if sent := b.must(t, b.owner, item.ID, ActRequest{Act: ActSend}); sent.StageOn != "2026-11-26" {
			t.Errorf("without a day: %s", sent.StageOn)
		}
		b.Write(t, func(tx *data.Tx) error {
			return account.SaveFacts(tx, b.desk.Vocabulary, b.org.ID, b.owner.ID, eligibility.Profile{"state_or_territory": eligibility.String("GU").From(eligibility.Stated, "profile")})
		})
		if after := b.must(t, b.owner, item.ID, ActRequest{Act: ActAcknowledge, On: "2026-11-27"}); after.StageOn != "2026-11-27" {
			t.Errorf("on Guam: %s", after.StageOn)
		}
	})
}

// TestSentIsKept: what a packet was made from stays as it was sent; a step that is taken back takes it away, sending again
// keeps it anew.
func TestSentIsKept(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.packet(t, Preparing)
		sent := func() (s progress.Sent, ok bool) {
			b.Read(t, func(tx *data.Tx) (err error) {
				s, ok, err = progress.AsSent(tx, b.desk.Vocabulary, item.ID)
				return err
			})
			return s, ok
		}
		people := func(number int64) {
			b.Write(t, func(tx *data.Tx) error {
				return account.SaveFacts(tx, b.desk.Vocabulary, b.org.ID, b.owner.ID, eligibility.Profile{"population_served": eligibility.Int(number).From(eligibility.Stated, "profile")})
			})
		}
		answer := func(text string) {
			if _, err := b.save(b.owner, item.ApplicationID, elsewhere, b.find(t, item.ID).Revision, Answers{"heard_from": {text}}); err != nil {
				t.Fatal(err)
			}
		}
		if _, ok := sent(); ok {
			t.Error("a packet in preparation has a copy")
		}
		answer("a neighbor")
		saved := b.Now()
		b.Advance(time.Hour)
		b.must(t, b.owner, item.ID, ActRequest{Act: ActSend})
		want := b.Now()
		b.Advance(time.Hour)
		people(9_000)
		answer("the radio")
		s, ok := sent()
		if !ok || !s.Facts["population_served"].Equal(eligibility.Int(4_200)) || s.Facts["population_served"].AsOf == "" || s.Answers["heard_from"][0] != "a neighbor" ||
			!s.Answered.Equal(saved) || !s.Step.At.Equal(want) || s.Step.By.Email != b.owner.Email || s.Step.To != Sent || s.Organization != b.org.Name {
			t.Errorf("%+v, %t", s, ok)
		}
		b.must(t, b.owner, item.ID, ActRequest{Act: ActUndo})
		if s, ok := sent(); ok {
			t.Errorf("taken back, but %+v", s)
		}
		b.must(t, b.owner, item.ID, ActRequest{Act: ActSend})
		if s, _ := sent(); !s.Facts["population_served"].Equal(eligibility.Int(9_000)) || s.Answers["heard_from"][0] != "the radio" {
			t.Errorf("sent anew: %+v", s)
		}
		people(10_000)
		b.SetNow(b.find(t, item.ID).Due)
		b.Write(t, func(tx *data.Tx) error {
			_, err := NoReplies(tx, b.desk, func(Application, Item, *catalog.Published) error { return nil })
			return err
		})
		if s, _ := sent(); !s.Facts["population_served"].Equal(eligibility.Int(9_000)) {
			t.Errorf("without a reply: %+v", s)
		}
		b.must(t, b.owner, item.ID, ActRequest{Act: ActSend})
		if s, _ := sent(); !s.Facts["population_served"].Equal(eligibility.Int(10_000)) {
			t.Errorf("sent again: %+v", s)
		}
		b.must(t, b.editor, item.ID, ActRequest{Act: ActAcknowledge})
		people(11_000)
		if s, _ := sent(); !s.Facts["population_served"].Equal(eligibility.Int(10_000)) {
			t.Errorf("acknowledged: %+v", s)
		}
		if skipped := b.packet(t, Approved); skipped.ID != item.ID { // a packet whose first stage is a later one is kept at that
			item = skipped
			if s, ok := sent(); !ok || s.Step.To != Approved {
				t.Errorf("skipped forward: %+v, %t", s, ok)
			}
		}
	})
}

// TestNotes: a note is kept with its day and moves nothing: not the state, not the days, not the reminder, not what may be taken
// back.
func TestNotes(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.packet(t, Sent)
		day := func(days int) string { return b.Now().AddDate(0, 0, days).Format(time.DateOnly) }
		b.Advance(time.Hour)
		for name, c := range map[string]struct {
			request     ActRequest
			field, code string
		}{
			"nothing":  {ActRequest{Message: " \n "}, "note", "required"},
			"tomorrow": {ActRequest{Message: "a", On: day(1)}, "on", "day_future"},
			"long ago": {ActRequest{Message: "a", On: "2023-11-22"}, "on", "day_long_ago"},
			"too long": {ActRequest{Message: strings.Repeat("ñ", progress.NoteLimit+1)}, "note", "too_long"},
		} {
			c.request.Act = ActNote
			_, err := b.act(b.editor, item.ID, c.request)
			t.Run(name, func(t *testing.T) { wantRefusal(t, err, c.field, c.code) })
		}
		noted := b.must(t, b.editor, item.ID, ActRequest{Act: ActNote, On: day(-9), Ends: day(90), Message: "They asked once before. "})
		want := item
		want.Revision++
		if noted != want {
			t.Errorf("a note changed the packet: %+v\nwant %+v", noted, want)
		}
		b.Read(t, func(tx *data.Tx) error {
			steps, err := progress.Steps(tx, item.ID)
			if len(steps) != 2 || steps[1].Note != "They asked once before." || steps[1].On != day(-9) || steps[1].By.Email != b.editor.Email {
				t.Errorf("%+v", steps)
			}
			return err
		})
		if back := b.must(t, b.owner, item.ID, ActRequest{Act: ActUndo}); back.State != Preparing {
			t.Errorf("the stage before the note was not taken back: %s", back.State)
		}
		if got := b.acts(t, item.ID); !slices.Equal(got, []string{"start", ActSend, ActNote, ActUndo}) {
			t.Errorf("record %v", got)
		}
		over := b.packet(t, Refused)
		if after := b.must(t, b.owner, over.ID, ActRequest{Act: ActNote, Message: "They wrote once more."}); !after.Decided.Equal(over.Decided) || !after.Changed.Equal(over.Changed) {
			t.Errorf("%+v\nwas %+v", after, over)
		}
	})
}

// TestHeard: when the provider gets in touch without an answer, the days count from then, also after it was marked as silent;
// the day of sending stays.
func TestHeard(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.packet(t, Sent)
		b.Advance(10 * 24 * time.Hour)
		heard := b.must(t, b.editor, item.ID, ActRequest{Act: ActHeard, Message: "Back in the office next week."})
		if heard.State != Sent || heard.StageOn != item.StageOn || !heard.Due.Equal(item.Due.Add(10*24*time.Hour)) {
			t.Errorf("%+v\nwas %+v", heard, item)
		}
		if back := b.must(t, b.editor, item.ID, ActRequest{Act: ActUndo}); back.State != Sent || !back.Due.Equal(item.Due) {
			t.Errorf("taken back: %+v", back)
		}
		b.must(t, b.owner, item.ID, ActRequest{Act: ActNote, Message: "I called and reached nobody."})
		if b.SetNow(item.Due); b.silent(t) != 1 {
			t.Error("a note of our own kept the reminder away")
		}
		heard = b.must(t, b.editor, item.ID, ActRequest{Act: ActHeard})
		if heard.State != Sent || heard.StageOn != item.StageOn || !heard.Due.After(b.Now().Add(13*24*time.Hour)) {
			t.Errorf("after the silence: %+v", heard)
		}
		if b.SetNow(heard.Due); b.silent(t) != 1 {
			t.Error("silent once more, but not marked")
		}
	})
}

// silent marks who did not answer in time and counts them.
func (b *bench) silent(t testing.TB) (marked int) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		marked, err = NoReplies(tx, b.desk, func(Application, Item, *catalog.Published) error { return nil })
		return err
	})
	return marked
}

// TestNoReplies: a packet is marked at the very moment, once; sent again, it is marked again.
func TestNoReplies(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.packet(t, Sent)
		run := func() (told []string) {
			b.Write(t, func(tx *data.Tx) error {
				_, err := NoReplies(tx, b.desk, func(a Application, i Item, p *catalog.Published) error {
					told = append(told, fmt.Sprint(a.Reference, i.State, p.Slug))
					return nil
				})
				return err
			})
			return told
		}
		b.SetNow(item.Due.Add(-time.Millisecond))
		if told := run(); len(told) != 0 {
			t.Errorf("too early: %v", told)
		}
		b.SetNow(item.Due)
		if told := run(); len(told) != 1 || !strings.Contains(told[0], "no_reply"+elsewhere) {
			t.Errorf("told %v", told)
		}
		if told := run(); len(told) != 0 {
			t.Errorf("twice: %v", told)
		}
		again := b.must(t, b.owner, item.ID, ActRequest{Act: ActSend})
		b.SetNow(again.Due)
		if told := run(); len(told) != 1 {
			t.Errorf("after it was sent again: %v", told)
		}
	})
}

// TestRandomPackets walks random lives of a packet, with steps taken back, against a stack.
func TestRandomPackets(t *testing.T) {
	before := flag.Lookup("rapid.checks").Value.String()
	t.Cleanup(func() { _ = flag.Set("rapid.checks", before) })
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		checks := "200"
		if db.DB.Engine() == data.Postgres {
			checks = "50"
		}
		if err := flag.Set("rapid.checks", checks); err != nil {
			t.Fatal(err)
		}
		b := open(t, db)
		item := b.packet(t, Preparing)
		type step struct {
			from State
			who  string
			at   time.Time
		}
		rapid.Check(t, func(rt *rapid.T) {
			err := b.DB.Write(context.Background(), func(tx *data.Tx) error {
				state, stack := Preparing, []step{}
				for range rapid.IntRange(1, 12).Draw(rt, "steps") {
					who := rapid.SampledFrom([]account.Person{b.owner, b.editor}).Draw(rt, "who")
					act := rapid.SampledFrom(packetActs).Draw(rt, "act")
					after, err := Act(tx, b.desk, PersonActor(who), item.ID, ActRequest{Act: act, Message: "Noted."})
					want, ok := lawfulStage(state, act)
					ok = ok && b.mayReport(state, act, who)
					if act == ActUndo && state != Withdrawn && len(stack) > 0 {
						last := stack[len(stack)-1]
						want, ok = last.from, last.who == who.ID && tx.Now.Sub(last.at) <= progress.UndoTime
					}
					switch {
					case ok != (err == nil) || err != nil && !denied(err):
						rt.Fatalf("%s %s: %v, lawful %t", state, act, err, ok)
					case ok && after.State != want:
						rt.Fatalf("%s %s: %s, want %s", state, act, after.State, want)
					case ok && act == ActUndo:
						stack = stack[:len(stack)-1]
					case ok && act != ActWithdraw && act != ActNote: // a note is neither taken back nor does it stand in the way
						stack = append(stack, step{state, who.ID, tx.Now})
					}
					if ok {
						state = want
					}
					tx.Now = tx.Now.Add(rapid.SampledFrom([]time.Duration{0, 24 * time.Hour, 8 * 24 * time.Hour}).Draw(rt, "time"))
				}
				if err := record.Check(tx, record.CaseChain(item.ID)); err != nil {
					rt.Fatal(err)
				}
				return errRolledBack
			})
			if !errors.Is(err, errRolledBack) {
				rt.Fatal(err)
			}
		})
	})
}
