package account_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

func TestAddPersonInvitesAndPromotes(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		boss, first := b.addPerson(t, "Boss@Example.org", account.Administrator)
		if boss.Email != "boss@example.org" || boss.StaffRole != account.Administrator || b.generation(t, boss) != 1 {
			t.Errorf("added %+v", boss)
		}
		again, second := b.addPerson(t, "boss@example.org", account.Administrator)
		if again != boss || b.generation(t, boss) != 1 {
			t.Errorf("inviting again gave %+v", again)
		}
		_, _, err := b.spend(first, "laptop")
		wantRefusal(t, "the older invitation", err, "signin_spent")
		found, err := b.look(second, "scanner")
		if err != nil || !found.Invitation || !found.SameBrowser || found.Email != boss.Email {
			t.Errorf("looking at an invitation: %+v, %v", found, err)
		}
		p, next, err := b.spend(second, "any browser")
		if err != nil || p != boss || next != "" {
			t.Errorf("spending an invitation: %+v, %q, %v", p, next, err)
		}
		_, _, err = b.spend(second, "any browser")
		wantRefusal(t, "the invitation again", err, "signin_spent")

		applicant, _, err := b.spend(b.askedMail(t, "office@example.org", "laptop").token, "laptop")
		if err != nil {
			t.Fatal(err)
		}
		before := b.generation(t, applicant)
		manager, _ := b.addPerson(t, "office@example.org", account.ProgramManager)
		if manager.ID != applicant.ID || manager.StaffRole != account.ProgramManager || b.generation(t, manager) != before+1 {
			t.Errorf("promoted %+v at generation %d", manager, b.generation(t, manager))
		}
		want := []string{`console person_added {"person":"B","role":"administrator"}`, `console person_invited {"person":"B","role":"administrator"}`,
			`M person_added {"person":"M"}`, `console role_changed {"from":"","person":"M","to":"program_manager"}`}
		if got := b.acts(t, record.Desk, map[string]string{boss.ID: "B", manager.ID: "M"}); !slices.Equal(got, want) {
			t.Errorf("record\n%s", strings.Join(got, "\n"))
		}
	})
}

// TestStrangersCannotEndAnInvitation asks for a link to an invited address: the invitation must survive.
func TestStrangersCannotEndAnInvitation(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		_, token := b.addPerson(t, "boss@example.org", account.Administrator)
		for range 7 {
			b.ask(t, "boss@example.org", "stranger")
		}
		if _, _, err := b.spend(token, "laptop"); err != nil {
			t.Errorf("the invitation is gone: %v", err)
		}
	})
}

func TestAddPersonRefuses(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		closed, _ := b.addPerson(t, "closed@example.org", account.Auditor)
		b.disable(t, closed, true)
		b.addPerson(t, "boss@example.org", account.Administrator)
		before, rows := b.asks(t), len(b.acts(t, record.Desk, nil))
		cases := []struct{ email, role, want string }{
			{"boss", account.Auditor, "email invalid_email"},
			{"new@example.org", "", "role unknown_choice"},
			{"new@example.org", "root", "role unknown_choice"},
			{"new@example.org", "Administrator", "role unknown_choice"},
			{"closed@example.org", account.Auditor, "email person_disabled"},
			{"boss@example.org", account.Auditor, "role last_administrator"},
		}
		for _, c := range cases {
			err := b.DB.Write(t.Context(), func(tx *data.Tx) error {
				_, _, err := account.AddPerson(tx, c.email, c.role, record.Console)
				return err
			})
			wantRefusal(t, c.email+" as "+c.role, err, c.want)
		}
		if b.asks(t) != before || len(b.acts(t, record.Desk, nil)) != rows || len(b.people(t)) != 2 {
			t.Error("a refused command left something")
		}
		b.addPerson(t, "other@example.org", account.Administrator)
		if p, _ := b.addPerson(t, "boss@example.org", account.Auditor); p.StaffRole != account.Auditor {
			t.Errorf("with a second administrator: %+v", p)
		}
	})
}

func TestDisabledPeopleAreOut(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p, invitation := b.addPerson(t, "staff@example.org", account.Auditor)
		mail := b.askedMail(t, p.Email, "laptop")
		b.disable(t, p, true)
		b.disable(t, p, true) // nothing more happens
		if b.generation(t, p) != 2 {
			t.Errorf("generation %d: the sessions go on", b.generation(t, p))
		}
		_, _, err := b.spend(mail.token, "laptop")
		wantRefusal(t, "a link mailed before", err, "signin_spent")
		_, _, err = b.typeCode(mail.code, "laptop")
		wantRefusal(t, "a code mailed before", err, "signin_spent")
		_, _, err = b.spend(invitation, "laptop")
		wantRefusal(t, "an invitation given before", err, "signin_spent")
		b.ask(t, p.Email, "laptop")
		if letters := b.deliver(t); len(letters) != 0 {
			t.Errorf("mails to a disabled person: %+v", letters)
		}
		b.Read(t, func(tx *data.Tx) error {
			found, err := account.FindPersonByEmail(tx, "STAFF@example.org")
			if err == nil && (!found.Disabled || found.ID != p.ID) {
				t.Errorf("found %+v", found)
			}
			return err
		})
		b.disable(t, p, false)
		if b.generation(t, p) != 3 {
			t.Errorf("generation %d after opening again", b.generation(t, p))
		}
		if _, _, err := b.spend(b.askedMail(t, p.Email, "laptop").token, "laptop"); err != nil {
			t.Errorf("opened again: %v", err)
		}
		want := []string{`console person_added {"person":"P","role":"auditor"}`, `console person_disabled {"person":"P"}`, `console person_enabled {"person":"P"}`}
		if got := b.acts(t, record.Desk, map[string]string{p.ID: "P"}); !slices.Equal(got, want) {
			t.Errorf("record %q", got)
		}
	})
}

// TestDisabledAfterTheAskWasLeftOpen closes an account behind the back of the package: the open link must not let in.
func TestDisabledAfterTheAskWasLeftOpen(t *testing.T) {
	b := newBench(t, datatest.Open(t))
	p, _ := b.addPerson(t, "staff@example.org", account.Auditor)
	mail := b.askedMail(t, p.Email, "laptop")
	b.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec("UPDATE person SET disabled = $1", true)
		return err
	})
	_, _, err := b.spend(mail.token, "laptop")
	wantRefusal(t, "link", err, "signin_disabled")
	_, _, err = b.typeCode(mail.code, "laptop")
	wantRefusal(t, "code", err, "signin_disabled")
}

func TestTheLastAdministratorStays(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		one, _ := b.addPerson(t, "one@example.org", account.Administrator)
		two, _ := b.addPerson(t, "two@example.org", account.Administrator)
		disable := func(p account.Person) error {
			return b.DB.Write(t.Context(), func(tx *data.Tx) error { return account.SetDisabled(tx, p.ID, true, record.Console) })
		}
		got := raced(t, 2, func(i int) error { return disable([]account.Person{one, two}[i]) })
		if got[""] != 1 || got["last_administrator"] != 1 {
			t.Errorf("closing both at once: %v", got)
		}
		if left := b.count(t, "SELECT count(*) FROM person WHERE disabled = $1", false); left != 1 {
			t.Errorf("%d administrators are left", left)
		}
	})
}

func TestFindPeople(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for _, email := range []string{"b-office@example.org", "boffice@example.org", "b.office@example.org"} {
			b.Write(t, func(tx *data.Tx) error {
				p, err := account.AddApplicant(tx, email, "es", record.Seed)
				if err != nil {
					return err
				}
				again, err := account.AddApplicant(tx, strings.ToUpper(email), "en", record.Seed)
				if again != p || p.Lang != "es" {
					t.Errorf("the same address gave %+v and %+v", p, again)
				}
				return err
			})
		}
		b.addPerson(t, "zoe@example.org", account.Auditor)
		b.addPerson(t, "amy@example.org", account.ProgramManager)
		var emails []string
		for _, p := range b.people(t) {
			emails = append(emails, p.Email)
		}
		want := []string{"amy@example.org", "zoe@example.org", "b-office@example.org", "b.office@example.org", "boffice@example.org"}
		if !slices.Equal(emails, want) {
			t.Errorf("people %v", emails)
		}
		b.Read(t, func(tx *data.Tx) error {
			if _, err := account.FindPerson(tx, "nobody"); !errors.Is(err, data.ErrNotFound) {
				t.Errorf("an unknown id gave %v", err)
			}
			if _, err := account.FindPersonByEmail(tx, "nobody@example.org"); !errors.Is(err, data.ErrNotFound) {
				t.Errorf("an unknown address gave %v", err)
			}
			if _, err := account.Generation(tx, "nobody"); !errors.Is(err, data.ErrNotFound) {
				t.Errorf("the generation of nobody gave %v", err)
			}
			return nil
		})
	})
}

func TestNormalizeEmail(t *testing.T) {
	cases := map[string]string{
		"office@example.org":                         "office@example.org",
		"  Office@EXAMPLE.Org\n":                     "office@example.org",
		"o'brien+desk@sub.example-town.example":      "o'brien+desk@sub.example-town.example",
		"office@example":                             "",
		"office@localhost":                           "",
		"office@@example.org":                        "",
		"office@example..org":                        "",
		".office@example.org":                        "",
		"\"a b\"@example.org":                        "",
		"office@[192.0.2.1]":                         "",
		"office@example.org, b@example.org":          "",
		"Office <office@example.org>":                "",
		"office@exаmple.org":                         "", // a Cyrillic letter
		strings.Repeat("a", 65) + "@example.org":     "",
		"a@" + strings.Repeat("b.", 130) + "example": "",
	}
	for typed, want := range cases {
		got, err := account.NormalizeEmail(typed)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q became %q, %v", typed, got, err)
		}
		if want == "" {
			wantRefusal(t, typed, err, "email invalid_email")
		}
	}
}
