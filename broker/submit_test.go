package broker

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/questionnaire"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/eligibility"
)

// setFact changes what the organization says of itself.
func (b *bench) setFact(t testing.TB, id eligibility.FactID, value eligibility.Value) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error {
		return account.SaveFacts(tx, catalogtest.Vocabulary(), b.org.ID, b.owner.ID, eligibility.Profile{id: value})
	})
}

// TestSubmitDecidesAgain: what changed between the draft and the submit counts; the draft stays as it was.
func TestSubmitDecidesAgain(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*testing.T, *bench)
		code   string
	}{
		"paused": {func(t *testing.T, b *bench) {
			b.publish(t, model, replacing(`status = "open"`, `status = "announced"`))
		}, "program_closed"},
		"window over": {func(t *testing.T, b *bench) {
			b.publish(t, model, replacing("[[apply]]", "[window]\ncloses = 2026-11-23T15:00:00Z\ntime_zone = \"America/Denver\"\n[[apply]]"))
		}, "program_closed"},
		"window to come": {func(t *testing.T, b *bench) {
			b.publish(t, model, replacing("[[apply]]", "[window]\nopens = 2026-11-23T15:00:01Z\ntime_zone = \"America/Denver\"\n[[apply]]"))
		}, "program_closed"},
		"not here any more": {func(t *testing.T, b *bench) {
			b.publish(t, model, func(text string) string {
				text = strings.Replace(text, `mode = "in_app"`, `mode = "web"`+"\n"+`to = "https://example.org/apply"`, 1)
				return text
			})
		}, "program_closed"},
		"rule tightened": {func(t *testing.T, b *bench) {
			b.publish(t, model, replacing(`population_served <= 100000`, `population_served <= 4000`))
		}, "not_eligible"},
		"grown": {func(t *testing.T, b *bench) {
			b.setFact(t, "population_served", eligibility.Int(100_001))
		}, "not_eligible"},
		"question added": {func(t *testing.T, b *bench) {
			b.publish(t, model, addQuestion)
		}, "incomplete"},
		"question opened by a fact": {func(t *testing.T, b *bench) {
			b.setFact(t, "has_ot", eligibility.Bool(true))
		}, "incomplete"},
		"no seat left": {func(t *testing.T, b *bench) {
			b.publish(t, model, withSeats(1))
			b.otherCase(t)
		}, "program_full"},
		"answer gone": {func(t *testing.T, b *bench) {
			a := b.load(t, b.onlyApplication(t))
			if _, err := b.save(b.owner, a.ID, model, a.Items[0].Revision, Answers{"user_count": {""}}); err != nil {
				t.Fatal(err)
			}
		}, "incomplete"},
	} {
		t.Run(name, func(t *testing.T) {
			datatest.Each(t, func(t *testing.T, db *datatest.Database) {
				b := open(t, db)
				a := b.draft(t, model)
				c.change(t, b)
				before := b.find(t, a.Items[0].ID)
				_, err := b.act(b.owner, before.ID, full(ActSubmit))
				wantRefusal(t, err, "", c.code)
				if results := b.submit(t, b.owner, a.ID); len(results) != 1 || results[0].Refusal == nil || results[0].Refusal.Code != c.code {
					t.Errorf("together: %+v", results)
				}
				if after := b.find(t, before.ID); after != before {
					t.Errorf("the draft changed: %+v", after)
				}
				if list := b.mails(t, before.ID); len(mailed(list, "submitted")) > 0 {
					t.Error("a mail says that it was sent")
				}
			})
		})
	}
}

// withSeats limits the places of the program.
func withSeats(seats int) func(string) string {
	return replacing("[[apply]]", fmt.Sprintf("[window]\nseats = %d\ntime_zone = \"America/Denver\"\n[[apply]]", seats))
}

// addQuestion puts a new required question in front of the terms.
func addQuestion(text string) string {
	return strings.Replace(text, "[terms]", `[[questions]]
id = "second_contact"
type = "text"
required = true
label = { en = "Who is the second contact?", es = "¿Quién es el segundo contacto?" }
help = { en = "A role is enough.", es = "Basta el puesto." }

[terms]`, 1)
}

// otherCase sends an application of the other organization, which holds a seat.
func (b *bench) otherCase(t testing.TB) Item {
	t.Helper()
	var a Application
	b.Write(t, func(tx *data.Tx) (err error) {
		if a, err = Start(tx, b.desk, PersonActor(b.stranger), b.other.ID, []string{model}, fits()); err != nil {
			return err
		}
		_, err = SaveAnswers(tx, b.desk, PersonActor(b.stranger), a, model, 1, complete(model))
		return err
	})
	return b.must(t, b.stranger, a.Items[0].ID, full(ActSubmit))
}

// TestSeats: a case that waits and a live grant hold a seat; decline, withdraw and the end of the grant free it.
func TestSeats(t *testing.T) {
	for name, c := range map[string]struct {
		acts []string
		then func(*testing.T, *bench, Item)
		free bool
	}{
		"waiting":   {nil, nil, false},
		"asked":     {[]string{ActAsk}, nil, false},
		"approved":  {[]string{ActApprove}, nil, false},
		"declined":  {[]string{ActDecline}, nil, true},
		"withdrawn": {[]string{ActWithdraw}, nil, true},
		"ended": {[]string{ActApprove}, func(t *testing.T, b *bench, item Item) {
			b.SetNow(b.reviewed(t, item.ID).Grant.Ends)
			b.Write(t, func(tx *data.Tx) error { return Work(tx, b.desk) })
		}, true},
		"revoked": {[]string{ActApprove}, func(t *testing.T, b *bench, item Item) {
			b.Write(t, func(tx *data.Tx) error {
				return Revoke(tx, b.desk, PersonActor(b.manager), b.reviewed(t, item.ID).Grant.ID, "Shared")
			})
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			datatest.Each(t, func(t *testing.T, db *datatest.Database) {
				b := open(t, db)
				b.publish(t, model, withSeats(1))
				draft := b.draft(t, model) // begun while there was a seat
				other := b.otherCase(t)
				for _, act := range c.acts {
					who := b.manager
					if act == ActWithdraw {
						who = b.stranger
					}
					b.must(t, who, other.ID, full(act))
				}
				if c.then != nil {
					c.then(t, b, other)
				}
				_, err := b.act(b.owner, draft.Items[0].ID, full(ActSubmit))
				if c.free && err != nil {
					t.Fatalf("the seat is not free: %v", err)
				}
				if !c.free {
					wantRefusal(t, err, "", "program_full")
				}
			})
		})
	}
}

// TestRaceForTheLastSeat: eight organizations send at the same moment, three seats: three are sent, five are refused.
func TestRaceForTheLastSeat(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		b.publish(t, model, withSeats(3))
		items := make([]string, 8)
		for i := range items {
			items[i] = b.draft(t, model).Items[0].ID
		}
		errs := make([]error, len(items))
		var group sync.WaitGroup
		for i, id := range items {
			group.Go(func() { _, errs[i] = b.act(b.owner, id, full(ActSubmit)) })
		}
		group.Wait()
		sent := 0
		for _, err := range errs {
			if err == nil {
				sent++
			} else {
				wantRefusal(t, err, "", "program_full")
			}
		}
		if n := b.count(t, "SELECT count(*) FROM application_item WHERE state = 'submitted'"); sent != 3 || n != 3 {
			t.Errorf("%d were told that it was sent, %d are stored, of 3 seats", sent, n)
		}
	})
}

func (b *bench) onlyApplication(t testing.TB) string {
	t.Helper()
	var id string
	b.Read(t, func(tx *data.Tx) error { return tx.Row("SELECT id FROM application").Scan(&id) })
	return id
}

// TestSubmitOnTheLiveVersion: a draft is shown and answered on the live version and moves to it when it is sent; the record and
// the item say that it moved. What was sent stays on its version.
func TestSubmitOnTheLiveVersion(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		sent, a := b.sent(t, scan), b.draft(t, model)
		old := a.Items[0].VersionID
		b.publish(t, model, addQuestion)
		var status Status
		look := func() {
			b.Read(t, func(tx *data.Tx) (err error) {
				status, err = FindStatus(tx, b.desk, PersonActor(b.owner), a.ID, model)
				return err
			})
		}
		look()
		if _, ok := status.Program.Question("second_contact"); !ok {
			t.Fatal("the draft does not show the question that the submit asks for")
		}
		if len(status.Changes) != 1 || status.Changes[0] != (Change{Kind: "question_new", ID: "second_contact", Title: catalog.Text{En: "Who is the second contact?", Es: "¿Quién es el segundo contacto?"}}) {
			t.Errorf("changes %+v", status.Changes)
		}
		answers := complete(model)
		answers["second_contact"] = []string{"The clerk"}
		if _, err := b.save(b.owner, a.ID, model, status.Revision, answers); err != nil {
			t.Fatal(err)
		}
		after := b.must(t, b.owner, a.Items[0].ID, full(ActSubmit))
		look()
		if len(status.Changes) != 0 || after.VersionID == old || !after.VersionChanged || status.Program.VersionID != after.VersionID {
			t.Errorf("still on %s: %+v", old, after)
		}
		b.Read(t, func(tx *data.Tx) error {
			entries, err := record.List(tx, record.CaseChain(after.ID))
			var detail struct {
				Before  string   `json:"version_before"`
				Version string   `json:"version"`
				Changes []string `json:"changes"`
			}
			last := entries[len(entries)-1]
			if json.Unmarshal([]byte(last.Detail), &detail) != nil || detail.Before != old || detail.Version != after.VersionID ||
				!slices.Equal(detail.Changes, []string{"question_new:second_contact"}) {
				t.Errorf("record %s %s", last.Act, last.Detail)
			}
			return err
		})
		b.publish(t, scan, replacing("days_to_decide", "# days_to_decide"))
		b.Read(t, func(tx *data.Tx) error {
			c, err := FindCase(tx, b.desk, PersonActor(b.manager), sent.Items[0].ID)
			if err == nil && (c.Program.VersionID != sent.Items[0].VersionID || c.VersionChanged) {
				t.Error("a case that was sent moved to another version")
			}
			return err
		})
	})
}

// TestSubmitTogether: each program on its own; one mail lists what was sent; a second try finds the rest.
func TestSubmitTogether(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		a := b.draft(t, model, scan)
		b.setFact(t, "static_public_ips", eligibility.Bool(false))
		results := b.submit(t, b.signer, a.ID)
		bySlug := map[string]SubmitResult{}
		for _, r := range results {
			bySlug[r.Item.Slug] = r
		}
		if len(results) != 2 || bySlug[model].Refusal != nil || bySlug[scan].Refusal == nil || bySlug[scan].Refusal.Code != "not_eligible" {
			t.Fatalf("%+v", results)
		}
		if now := b.load(t, a.ID); now.State() != "draft" {
			t.Errorf("application is %s", now.State())
		}
		b.setFact(t, "static_public_ips", eligibility.Bool(true))
		if results = b.submit(t, b.signer, a.ID); len(results) != 1 || results[0].Refusal != nil {
			t.Fatalf("second: %+v", results)
		}
		err := b.write(func(tx *data.Tx) error {
			_, err := Submit(tx, b.desk, PersonActor(b.owner), b.load(t, a.ID), Declarations())
			return err
		})
		wantError(t, err, data.ErrConflict)

		both := b.draft(t, model, scan)
		b.submit(t, b.owner, both.ID)
		var texts []string
		for _, item := range both.Items {
			for _, q := range b.mails(t, item.ID) {
				if q.Template == "submitted" && q.To == b.owner.Email {
					texts = append(texts, q.Text)
				}
			}
		}
		if len(texts) != 1 || !strings.Contains(texts[0], "Defender model access") || strings.Count(texts[0], "(demo)") != 2 {
			t.Errorf("%d mails: %q", len(texts), texts)
		}
	})
}

// TestUndeclared: every box that is not ticked is named, and nothing is sent.
func TestUndeclared(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		a := b.draft(t, model)
		err := b.write(func(tx *data.Tx) error {
			_, err := Submit(tx, b.desk, PersonActor(b.owner), a, []string{"truth"})
			return err
		})
		for _, field := range []string{"declare_authority", "declare_defensive_use"} {
			if err == nil || !strings.Contains(err.Error(), field) {
				t.Errorf("%v does not name %s", err, field)
			}
		}
		if b.find(t, a.Items[0].ID).State != Draft {
			t.Error("sent without the declarations")
		}
	})
}

// TestUnknownMaySend: an open question about a rule is for the reviewer, not a reason to refuse.
func TestUnknownMaySend(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		facts := fits()
		delete(facts, "population_served")
		a := b.start(t, facts, model)
		if _, err := b.save(b.owner, a.ID, model, 1, complete(model)); err != nil {
			t.Fatal(err)
		}
		after := b.must(t, b.owner, a.Items[0].ID, full(ActSubmit))
		if after.RulesMet != after.RulesAll-1 {
			t.Errorf("%d of %d rules met", after.RulesMet, after.RulesAll)
		}
	})
}

// TestDueDate: the program's own days, 14 where it names none.
func TestDueDate(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		for _, days := range []int{10, 14} {
			if days == 14 {
				b.publish(t, model, replacing("days_to_decide = 10", ""))
			}
			if item := b.sent(t, model).Items[0]; !item.Due.Equal(b.Now().Add(time.Duration(days)*24*time.Hour)) || !item.Submitted.Equal(b.Now()) {
				t.Errorf("%d days: due %v", days, item.Due)
			}
		}
	})
}

// TestCaseIsAsSent: the reviewer judges the facts as they were sent, whatever the organization says later.
func TestCaseIsAsSent(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		item := b.sent(t, model).Items[0]
		b.setFact(t, "population_served", eligibility.Int(250_000))
		b.Read(t, func(tx *data.Tx) error {
			c, err := FindCase(tx, b.desk, PersonActor(b.manager), item.ID)
			if err != nil {
				return err
			}
			if number, _ := c.Facts["population_served"].Number(); number != 4200 || c.Decision.Outcome != eligibility.Eligible {
				t.Errorf("%v people, %s", number, c.Decision.Outcome)
			}
			if !slices.Equal(c.Answers["tasks"], []string{"logs", "fixes"}) || c.Application.Organization != b.org || c.Own || c.Language != "en" {
				t.Errorf("%+v", c)
			}
			return nil
		})
	})
}

// TestReadyIsWhatSubmitSays: the page before the submit and the submit agree, and looking changes nothing.
func TestReadyIsWhatSubmitSays(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		a := b.draft(t, model, scan)
		b.setFact(t, "static_public_ips", eligibility.Bool(false))
		var ready map[string]*data.Refusal
		b.Read(t, func(tx *data.Tx) (err error) {
			ready, err = Ready(tx, b.desk, a)
			return err
		})
		for _, r := range b.submit(t, b.owner, a.ID) {
			before, known := ready[r.Item.Slug]
			if !known || (before == nil) != (r.Refusal == nil) || before != nil && before.Code != r.Refusal.Code {
				t.Errorf("%s: ready said %v, submit says %v", r.Item.Slug, before, r.Refusal)
			}
		}
	})
}

// TestSubmitIsOnlyForDraftsOfYourOwn: other people's applications do not exist.
func TestSubmitIsOnlyForDraftsOfYourOwn(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := open(t, db)
		a := b.draft(t, model)
		for _, who := range []account.Person{b.stranger, b.removed, b.manager, b.auditor, b.administrator} {
			err := b.write(func(tx *data.Tx) error {
				_, err := Submit(tx, b.desk, PersonActor(who), a, Declarations())
				return err
			})
			if !errors.Is(err, data.ErrNotFound) {
				t.Errorf("%s: %v", who.Email, err)
			}
		}
		err := b.write(func(tx *data.Tx) error {
			_, err := Submit(tx, b.desk, PersonActor(b.reader), a, Declarations())
			return err
		})
		wantRefusal(t, err, "", "not_your_role")
	})
}

// TestChanges names each kind of difference and nothing for wording that neither decides nor asks.
func TestChanges(t *testing.T) {
	file, err := demo.Files.ReadFile("catalog/" + model + ".toml")
	if err != nil {
		t.Fatal(err)
	}
	before := parse(t, string(file))
	seen := map[string]bool{}
	for _, c := range []struct{ old, new, want string }{
		{`cost = "none_listed"`, `cost = "fee"`, ""},
		{`minutes_to_apply = 15`, `minutes_to_apply = 20`, ""},
		{"population_served <= 100000", "population_served <= 50000", "rule_edited size"},
		{`id = "own-targets"`, `id = "own-systems"`, "rule_new own-systems, rule_gone own-targets"},
		{`id = "user_count"`, `id = "users"`, "question_new users, question_gone user_count"},
		{`id = "firm_name"` + "\n" + `type = "text"` + "\n" + `required = false`, `id = "firm_name"` + "\n" + `type = "text"` + "\n" + `required = true`, "question_edited firm_name"},
		{"[[apply]]", "[window]\ncloses = 2027-01-31T17:00:00-05:00\ntime_zone = \"America/New_York\"\n[[apply]]", "window "},
		{"[[apply]]", "[[tiers]]\nid = \"guided\"\n[[apply]]", "tiers "},
		{"duration_days = 180", "duration_days = 90", "terms "},
		{`sectors = ["`, `sectors = ["other", "`, "sectors "},
	} {
		text := strings.Replace(string(file), c.old, c.new, 1)
		if text == string(file) {
			t.Fatalf("%q is not in the file", c.old)
		}
		var got []string
		for _, change := range questionnaire.Changes(before, parse(t, text)) {
			got = append(got, change.Kind+" "+change.ID)
			seen[change.Kind] = true
			for _, lang := range []string{"en", "es"} {
				if said := locales().In(lang).T("broker.changed_"+change.Kind, "Title", change.Title.In(lang)); said == "" || change.ID != "" && !strings.Contains(said, change.Title.In(lang)) {
					t.Errorf("%s: %q", change.Kind, said)
				}
			}
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%q: %q, want %q", c.new, got, c.want)
		}
	}
	for _, kind := range questionnaire.ChangeKinds() {
		if !seen[kind] {
			t.Errorf("%s is not tested", kind)
		}
	}
}

func parse(t *testing.T, text string) *catalog.Offering {
	t.Helper()
	o, err := catalog.Parse("program.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}
