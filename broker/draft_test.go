package broker

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/questionnaire"
	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/eligibility"
	"accessdesk/notify"

	"pgregory.net/rapid"
)

func TestStart(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		a := b.start(t, fits(), model, scan, model)
		if !regexp.MustCompile(`^CAD-[A-HJ-NP-Z2-9]{6}$`).MatchString(a.Reference) || len(a.Items) != 2 || a.State() != "draft" {
			t.Errorf("%+v", a)
		}
		stored := b.load(t, a.ID)
		if stored.Organization != b.org || !stored.Created.Equal(b.Now()) || stored.SavedBy != b.owner.ID || len(stored.Items) != 2 {
			t.Errorf("%+v", stored)
		}
		for _, item := range stored.Items {
			if got := b.acts(t, item.ID); !slices.Equal(got, []string{"start"}) || item.State != Draft || item.Revision != 1 {
				t.Errorf("%v %+v", got, item)
			}
		}
		b.Read(t, func(tx *data.Tx) error {
			facts, err := account.Facts(tx, catalogtest.Vocabulary(), b.org.ID)
			for id, value := range fits() {
				if got := facts[id]; !got.Equal(value) || got.Source != "check" || got.Evidence != eligibility.Stated {
					t.Errorf("%s: %+v", id, got)
				}
			}
			return err
		})
		list := b.mails(t, stored.Items[0].ID)
		if got := mailed(list, "draft_saved"); !slices.Equal(got, []string{"editor", "insider", "owner", "signer"}) || !strings.Contains(list[0].Text, "/applications/"+a.ID) {
			t.Errorf("mails to %v", got)
		}
	})
}

// TestFirstMailNamesTheClosing: the mail about a new draft says which of its programs closes first, and nothing where none does. What closes at
// midnight in its zone is said to close before that.
func TestFirstMailNamesTheClosing(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		first := func(slugs ...string) string {
			list := b.mails(t, b.start(t, fits(), slugs...).Items[0].ID)
			return list[slices.IndexFunc(list, func(m notify.Queued) bool { return m.To == b.owner.Email })].Text
		}
		if text := first(scan, model); strings.Contains(text, "closes on") {
			t.Errorf("no program closes, but\n%s", text)
		}
		closing := func(day string) func(string) string {
			return replacing("[[apply]]", "[window]\ntime_zone = \"America/Denver\"\ncloses = "+day+"T07:00:00Z\n\n[[apply]]")
		}
		b.publish(t, model, closing("2027-03-02"))
		b.publish(t, scan, closing("2027-02-02"))
		if text := first(model, scan); !strings.Contains(text, "scanning") || !strings.Contains(text, "closes on February 2, 2027, 6:59 a.m. UTC") || strings.Contains(text, "March") {
			t.Errorf("the mail is\n%s", text)
		}
	})
}

// TestStartKeepsWhatIsKnown: what the check left open stays as the organization stated it.
func TestStartKeepsWhatIsKnown(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.setFact(t, "uei", eligibility.String("ABCDEFGHJKL1"))
		b.start(t, eligibility.Profile{"has_ot": eligibility.Bool(true), "uei": {}}, model)
		b.Read(t, func(tx *data.Tx) error {
			facts, err := account.Facts(tx, catalogtest.Vocabulary(), b.org.ID)
			if uei, _ := facts["uei"].Text(); uei != "ABCDEFGHJKL1" || len(facts) != 2 {
				t.Errorf("%v", facts)
			}
			return err
		})
	})
}

func TestStartRefused(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.publish(t, scan, replacing(`status = "open"`, `status = "lapsed"`))
		try := func(who account.Person, organization account.Organization, slugs ...string) error {
			return b.write(func(tx *data.Tx) error {
				_, err := Start(tx, b.desk, PersonActor(who), organization.ID, slugs, fits())
				return err
			})
		}
		wantRefusal(t, try(b.owner, b.org), "program", "program_none")
		wantRefusal(t, try(b.owner, b.org, "no-such-program"), "program", "program_closed")
		wantRefusal(t, try(b.owner, b.org, model, scan), "program", "program_closed")
		wantRefusal(t, try(b.reader, b.org, model), "", "not_your_role")
		for _, who := range []account.Person{b.stranger, b.removed, b.manager, b.administrator, {}} {
			wantError(t, try(who, b.org, model), data.ErrNotFound)
		}
		wantError(t, try(b.owner, b.other, model), data.ErrNotFound)
		for _, table := range []string{"SELECT count(*) FROM application", "SELECT count(*) FROM application_item", "SELECT count(*) FROM organization_fact"} {
			if n := b.count(t, table); n != 0 {
				t.Errorf("%s: %d rows after refusals only", table, n)
			}
		}
	})
}

// TestStartTwice: an organization has one undecided case for a program; another organization, or a new try after the decision, is
// welcome.
func TestStartTwice(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		a := b.start(t, fits(), model)
		again := func(slugs ...string) error {
			return b.write(func(tx *data.Tx) error {
				_, err := Start(tx, b.desk, PersonActor(b.editor), b.org.ID, slugs, fits())
				return err
			})
		}
		if refusal := wantRefusal(t, again(scan, model), "program", "program_twice"); refusal.Args["Reference"] != a.Reference {
			t.Errorf("%v", refusal.Args)
		}
		if n := b.count(t, "SELECT count(*) FROM application"); n != 1 {
			t.Errorf("%d applications", n)
		}
		b.otherCase(t)
		b.must(t, b.owner, a.Items[0].ID, full(ActWithdraw))
		if err := again(model); err != nil {
			t.Errorf("after the withdrawal: %v", err)
		}
		errs := make([]error, 8)
		var group sync.WaitGroup
		for i := range errs {
			group.Go(func() { errs[i] = again(scan) })
		}
		group.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				wantRefusal(t, err, "program", "program_twice")
			}
		}
		if won != 1 {
			t.Errorf("%d of 8 starts at the same moment got through", won)
		}
	})
}

// TestSaveAlways: incomplete and ill-typed answers are kept and told softly; only what cannot be stored is refused.
func TestSaveAlways(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		a := b.start(t, fits(), model)
		b.Advance(time.Minute)
		odd := Answers{"user_count": {"a few"}, "tasks": {"logs", "juggling"}, "problem_contact": {"", "nobody", ""}, "start_date": {"soon"}}
		item, err := b.save(b.editor, a.ID, model, 1, odd)
		if err != nil || item.Revision != 2 || !item.Saved.Equal(b.Now()) || item.SavedBy != b.editor.ID {
			t.Fatalf("%v %+v", err, item)
		}
		got := b.answers(t, item.ID)
		for question, want := range odd {
			if !slices.Equal(got[question], want) {
				t.Errorf("%s: %q, want %q", question, got[question], want)
			}
		}
		// A form without the question leaves it alone; an emptied field is an answer taken back.
		if _, err = b.save(b.owner, a.ID, model, 2, Answers{"user_count": {""}, "first_task": {"Read logs."}}); err != nil {
			t.Fatal(err)
		}
		got = b.answers(t, item.ID)
		if _, kept := got["user_count"]; kept || !slices.Equal(got["start_date"], []string{"soon"}) || got["first_task"] == nil {
			t.Errorf("%q", got)
		}
		saved := b.load(t, a.ID)
		if !saved.Saved.Equal(b.Now()) || saved.SavedBy != b.owner.ID {
			t.Errorf("%+v", saved)
		}
		_, err = b.save(b.owner, a.ID, model, 3, Answers{"first_task": {strings.Repeat("ñ", questionnaire.LongTextLimit)}, "firm_name": {strings.Repeat("x", questionnaire.TextLimit+1)}})
		if refusal := wantRefusal(t, err, "firm_name", "too_long"); refusal.Args["Used"] != questionnaire.TextLimit+1 {
			t.Errorf("%v", refusal.Args)
		}
		if after := b.answers(t, item.ID); !slices.Equal(after["first_task"], []string{"Read logs."}) {
			t.Errorf("half of a refused form was kept: %q", after["first_task"][0][:20])
		}
	})
}

func (b *bench) answers(t testing.TB, itemID string) Answers {
	t.Helper()
	var answers Answers
	b.Read(t, func(tx *data.Tx) (err error) {
		answers, err = AnswersOf(tx, itemID)
		return err
	})
	return answers
}

// TestConflictOfTwoSaves: the second of two forms opened at the same time gets both versions, and may save on top of them.
func TestConflictOfTwoSaves(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		a := b.start(t, fits(), model)
		b.Advance(time.Minute)
		saved := b.Now()
		if _, err := b.save(b.editor, a.ID, model, 1, Answers{"first_task": {"Theirs"}}); err != nil {
			t.Fatal(err)
		}
		b.Advance(time.Minute)
		mine := Answers{"first_task": {"Mine"}}
		_, err := b.save(b.owner, a.ID, model, 1, mine)
		var conflict *Conflict
		if !errors.As(err, &conflict) || !errors.Is(err, data.ErrConflict) {
			t.Fatalf("%v is no conflict", err)
		}
		if conflict.By.ID != b.editor.ID || !conflict.At.Equal(saved) || conflict.Revision != 2 ||
			!slices.Equal(conflict.Theirs["first_task"], []string{"Theirs"}) || !slices.Equal(conflict.Yours["first_task"], mine["first_task"]) {
			t.Errorf("%+v", conflict)
		}
		if got := b.answers(t, a.Items[0].ID); got["first_task"][0] != "Theirs" {
			t.Errorf("overwritten: %q", got)
		}
		if _, err = b.save(b.owner, a.ID, model, conflict.Revision, mine); err != nil {
			t.Fatal(err)
		}
		if got := b.answers(t, a.Items[0].ID); got["first_task"][0] != "Mine" {
			t.Errorf("not saved on purpose: %q", got)
		}
	})
}

// TestOnlyDraftsAreWritten: after the submit, and by anybody else, nothing can be saved.
func TestOnlyDraftsAreWritten(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		a, sent := b.draft(t, model), b.sent(t, scan)
		_, err := b.save(b.owner, sent.ID, scan, sent.Items[0].Revision, complete(scan))
		wantRefusal(t, err, "", "already_sent")
		_, err = b.save(b.reader, a.ID, model, 2, complete(model))
		wantRefusal(t, err, "", "not_your_role")
		_, err = b.save(b.owner, a.ID, scan, 1, complete(scan))
		wantError(t, err, data.ErrNotFound)
		shown := []eligibility.FactID{"has_ot"}
		revision := b.factsRevision(t, a, shown)
		facts := func(who account.Person) error {
			return b.write(func(tx *data.Tx) error {
				return SaveFacts(tx, b.desk, PersonActor(who), a, shown, revision, eligibility.Profile{"has_ot": eligibility.Bool(true)})
			})
		}
		for _, who := range []account.Person{b.stranger, b.removed, b.manager, b.auditor} {
			_, err := b.save(who, a.ID, model, 2, complete(model))
			wantError(t, err, data.ErrNotFound)
			// An application that was loaded for somebody else opens nothing either.
			err = b.write(func(tx *data.Tx) error {
				_, err := SaveAnswers(tx, b.desk, PersonActor(who), a, model, 2, complete(model))
				return err
			})
			wantError(t, err, data.ErrNotFound)
			wantError(t, facts(who), data.ErrNotFound)
		}
		wantRefusal(t, facts(b.reader), "", "not_your_role")
		if err := facts(b.editor); err != nil {
			t.Fatal(err)
		}
		wantError(t, facts(b.owner), data.ErrConflict)
	})
}

// factsRevision names the state of the facts that a page of an application shows.
func (b *bench) factsRevision(t testing.TB, a Application, shown []eligibility.FactID) (revision string) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) error {
		facts, err := account.Facts(tx, b.desk.Vocabulary, a.Organization.ID)
		if err == nil {
			revision, err = questionnaire.FactsRevision(b.desk.Vocabulary, a.Revision, facts, shown)
		}
		return err
	})
	return revision
}

// TestFactsOfTheProfile: a form that shows an older value than the profile has now stores nothing; what it does not show is
// nobody's business.
func TestFactsOfTheProfile(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		a := b.draft(t, model)
		shown := []eligibility.FactID{"population_served", "has_ot"}
		save := func(revision string) error {
			return b.write(func(tx *data.Tx) error {
				return SaveFacts(tx, b.desk, PersonActor(b.owner), a, shown, revision, eligibility.Profile{"has_ot": eligibility.Bool(true)})
			})
		}
		profile := func(facts eligibility.Profile) {
			b.Write(t, func(tx *data.Tx) error { return account.SaveFacts(tx, b.desk.Vocabulary, b.org.ID, b.editor.ID, facts) })
		}
		revision := b.factsRevision(t, a, shown)
		profile(eligibility.Profile{"employees_fte": eligibility.Int(12)}) // not on the page
		if got := b.factsRevision(t, a, shown); got != revision {
			t.Errorf("another fact changed, but %s is not %s", got, revision)
		}
		profile(eligibility.Profile{"population_served": eligibility.Int(5_000)})
		wantError(t, save(revision), data.ErrConflict)
		b.Read(t, func(tx *data.Tx) error {
			facts, err := account.Facts(tx, b.desk.Vocabulary, b.org.ID)
			if !facts["population_served"].Equal(eligibility.Int(5_000)) || !facts["has_ot"].Equal(eligibility.Bool(false)) {
				t.Errorf("stored %v", facts)
			}
			return err
		})
		profile(eligibility.Profile{"population_served": eligibility.Value{}}) // "not sure any more" is a change too
		wantError(t, save(b.factsRevision(t, a, shown[1:])), data.ErrConflict)
		if err := save(b.factsRevision(t, a, shown)); err != nil {
			t.Error(err)
		}
	})
}

// TestOthersDoNotExist: an id of another organization is answered like one that nobody has.
func TestOthersDoNotExist(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		a := b.sent(t, model)
		b.must(t, b.manager, a.Items[0].ID, full(ActApprove))
		c := b.reviewed(t, a.Items[0].ID)
		for _, who := range []account.Person{b.stranger, b.removed, {}} {
			actor := PersonActor(who)
			b.Read(t, func(tx *data.Tx) error {
				_, err := FindApplication(tx, actor, a.ID)
				wantError(t, err, data.ErrNotFound)
				_, err = FindStatus(tx, b.desk, actor, a.ID, model)
				wantError(t, err, data.ErrNotFound)
				_, err = FindGrant(tx, actor, c.Grant.ID)
				wantError(t, err, data.ErrNotFound)
				_, err = FindCase(tx, b.desk, actor, a.Items[0].ID)
				wantError(t, err, data.ErrNotFound)
				_, err = ReviewQueue(tx, b.desk, actor, Filter{})
				wantError(t, err, data.ErrNotFound)
				all, err := Applications(tx, actor)
				if len(all) != 0 {
					t.Errorf("%s sees %d applications", who.Email, len(all))
				}
				return err
			})
			wantError(t, b.write(func(tx *data.Tx) error { return Revoke(tx, b.desk, actor, c.Grant.ID, "Because") }), data.ErrNotFound)
		}
		for _, who := range []account.Person{b.owner, b.reader} { // their own: a reader reads
			b.Read(t, func(tx *data.Tx) error {
				if _, err := FindGrant(tx, PersonActor(who), c.Grant.ID); err != nil {
					return err
				}
				all, err := Applications(tx, PersonActor(who))
				if len(all) != 1 || all[0].State() != "closed" {
					t.Errorf("%+v", all)
				}
				return err
			})
		}
	})
}

// TestGaps judges answers of every type of question.
func TestGaps(t *testing.T) {
	options := []catalog.Option{{Value: "a"}, {Value: "b"}}
	for _, c := range []struct {
		kind   catalog.QuestionType
		values []string
		code   string // "" fine
	}{
		{catalog.QuestionText, nil, "required"},
		{catalog.QuestionText, []string{""}, "required"},
		{catalog.QuestionText, []string{"x"}, ""},
		{catalog.QuestionLongText, []string{"x\ny"}, ""},
		{catalog.QuestionChoice, []string{"a"}, ""},
		{catalog.QuestionChoice, []string{"c"}, "unknown_choice"},
		{catalog.QuestionSeveral, []string{"a", "b"}, ""},
		{catalog.QuestionSeveral, []string{"a", "c"}, "unknown_choice"},
		{catalog.QuestionNumber, []string{"3,300"}, ""},
		{catalog.QuestionNumber, []string{"0"}, ""},
		{catalog.QuestionNumber, []string{"-3"}, "invalid_number"},
		{catalog.QuestionNumber, []string{"3.5"}, "invalid_number"},
		{catalog.QuestionNumber, []string{"many"}, "invalid_number"},
		{catalog.QuestionMoney, []string{"$ 12,000"}, ""},
		{catalog.QuestionMoney, []string{"12k"}, "invalid_number"},
		{catalog.QuestionDate, []string{"2026-12-18"}, ""},
		{catalog.QuestionDate, []string{"2026-02-29"}, "invalid_date"},
		{catalog.QuestionAddress, []string{"1 Main Street"}, ""},
		{catalog.QuestionContact, []string{"Duty desk", "duty@example.org", ""}, ""},
		{catalog.QuestionContact, []string{"Duty desk", "duty@", "+1-555-0100"}, "invalid_contact"},
		{catalog.QuestionContact, []string{"Duty desk", "", "+1-555-0100"}, "invalid_contact"},
		{catalog.QuestionContact, []string{"", "duty@example.org", ""}, "invalid_contact"},
		{catalog.QuestionContact, []string{"", "Duty desk", "duty@example.org"}, "invalid_contact"},
		{catalog.QuestionContact, []string{"", "", ""}, "required"},
		{catalog.QuestionCIDRList, []string{"192.0.2.0/24\n198.51.100.7, 2001:db8::/32"}, ""},
		{catalog.QuestionCIDRList, []string{"192.0.2.0/33"}, "invalid_network"},
		{catalog.QuestionCIDRList, []string{"router"}, "invalid_network"},
		{catalog.QuestionCIDRList, []string{" \n "}, "required"},
		{catalog.QuestionStatement, []string{"yes"}, ""},
		{catalog.QuestionStatement, nil, "tick_box"},
	} {
		q := catalog.Question{ID: "q", Type: c.kind, Required: true, Options: options}
		refusal := questionnaire.CheckAnswer(q, c.values)
		if (refusal == nil) != (c.code == "") || refusal != nil && (refusal.Code != c.code || refusal.Field != "q") {
			t.Errorf("%s %q: %v, want %q", c.kind, c.values, refusal, c.code)
		}
		if refusal != nil {
			wantRefusal(t, refusal, "q", c.code)
		}
		q.Required = false
		if refusal := questionnaire.CheckAnswer(q, nil); refusal != nil {
			t.Errorf("%s left empty: %v", c.kind, refusal)
		}
	}
}

// TestAnswersComeBack: whatever is saved is read back as it was, on both engines.
func TestAnswersComeBack(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		a := b.start(t, fits(), model)
		revision := int64(1)
		rapid.Check(t, func(rt *rapid.T) {
			text := rapid.StringN(1, 60, -1).Filter(func(s string) bool { return !strings.ContainsRune(s, 0) && s == strings.ToValidUTF8(s, "") })
			want := rapid.SliceOfN(text, 1, 4).Draw(rt, "values")
			item, err := b.save(b.owner, a.ID, model, revision, Answers{"tasks": want})
			if err != nil {
				rt.Fatal(err)
			}
			revision = item.Revision
			if got := b.answers(t, item.ID)["tasks"]; !slices.Equal(got, want) {
				rt.Fatalf("%q came back as %q", want, got)
			}
		})
	})
}
