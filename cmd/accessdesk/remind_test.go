package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/interest"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// draftedDesk makes a database in which one application was begun at goldenNow and left alone.
func draftedDesk(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	db, b := openDesk(t)
	defer db.Close()
	if err := b.fillCatalog(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	err := db.Write(t.Context(), func(tx *data.Tx) error {
		person, _, err := account.AddPerson(tx, "office@cedarflats.example.org", account.ProgramManager, record.Console)
		if err != nil {
			return err
		}
		organization, err := account.CreateOrganization(tx, person, "Cedar Flats Water District")
		if err != nil {
			return err
		}
		_, err = broker.Start(tx, b.desk, broker.PersonActor(person), organization.ID, []string{"demo-model-access"}, eligibility.Profile{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// reminded runs remind and gives what it prints.
func reminded(t *testing.T, flags ...string) (out, messages string) {
	t.Helper()
	p, printed, said := session(t, "")
	if status := p.run(t.Context(), append([]string{"remind", "--db", "desk.db"}, flags...)); status != 0 {
		t.Fatalf("exit status %d: %s", status, said)
	}
	return printed.String(), said.String()
}

// outbox counts the queued mails of a template.
func outbox(t *testing.T, template string) (count int) {
	t.Helper()
	db, err := data.Open(t.Context(), "desk.db", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Read(context.Background(), func(tx *data.Tx) error {
		return tx.Row("SELECT count(*) FROM outbox WHERE template = $1", template).Scan(&count)
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}

func TestRemind(t *testing.T) {
	draftedDesk(t)
	if out, messages := reminded(t, "--dry-run"); out != "" || !strings.HasPrefix(messages, "0 mails would be queued") {
		t.Errorf("on the first day: %q %q", out, messages)
	}
	mail, messages := reminded(t, "--at", "2026-11-27", "--dry-run")
	for _, want := range []string{"----- 1 of 1 -", "To: office@cedarflats.example.org\n", "Subject: ", "Content-Language: en\n",
		"Cedar Flats Water District", "http://127.0.0.1:8080/applications/"} {
		if !strings.Contains(mail, want) {
			t.Errorf("the dry run does not print %q:\n%s", want, mail)
		}
	}
	if messages != "1 mail would be queued, as of November 27, 2026, 12:00 a.m. EST; nothing was changed\n" {
		t.Errorf("stderr says %q", messages)
	}
	if again, _ := reminded(t, "--at", "2026-11-27", "--dry-run"); again != mail {
		t.Errorf("the second dry run differs:\n%s", again)
	}
	if count := outbox(t, "draft_unfinished"); count != 0 {
		t.Errorf("the dry runs queued %d mails", count)
	}

	out, messages := reminded(t, "--at", "2026-11-27T00:00:00-05:00")
	if !strings.HasPrefix(out, "office@cedarflats.example.org\t") || !strings.HasPrefix(messages, "1 mail queued, as of November 27, 2026") {
		t.Errorf("the run: %q %q", out, messages)
	}
	if out, messages := reminded(t, "--at", "2026-12-24"); out != "" || !strings.HasPrefix(messages, "0 mails queued") {
		t.Errorf("a second run: %q %q", out, messages)
	}
	if count := outbox(t, "draft_unfinished"); count != 1 {
		t.Errorf("%d mails are queued, want 1", count)
	}
}

// openDesk opens the database of the folder, made if it is not there, with the parts of the program. The caller closes it.
func openDesk(t *testing.T) (*data.DB, *parts) {
	t.Helper()
	p, _, _ := session(t, "")
	config, err := p.configure(&commands{DB: "desk.db"})
	if err != nil {
		t.Fatal(err)
	}
	db, err := data.Open(t.Context(), config.Database.DSN, p.now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, err := build(config, db)
	if err != nil {
		t.Fatal(err)
	}
	return db, b
}

// TestRemindPrintsEveryReminder: the dry run prints the mails of every package that reminds, without their private links.
func TestRemindPrintsEveryReminder(t *testing.T) {
	draftedDesk(t)
	const address = "office@cedarflats.example.org"
	db, b := openDesk(t)
	err := db.Write(t.Context(), func(tx *data.Tx) error {
		person, err := account.FindPersonByEmail(tx, address)
		if err != nil {
			return err
		}
		members, err := account.Memberships(tx, person.ID)
		if err != nil {
			return err
		}
		facts := eligibility.Profile{"sam_expires_on": eligibility.String("2027-01-25").From(eligibility.Stated, "test")}
		if err := account.SaveFacts(tx, b.desk.Vocabulary, members[0].Organization.ID, person.ID, facts); err != nil {
			return err
		}
		if err := notify.Choose(tx, address, notify.KindSAM, true); err != nil {
			return err
		}
		d := interest.Desk{Vocabulary: b.desk.Vocabulary, Catalog: b.desk.Catalog, Mail: b.desk.Mail, Locales: b.desk.Locales}
		if err := interest.Follow(tx, d, "demo-scanning", address, "en"); err != nil {
			return err
		}
		// The program was not open when it was followed, and a mail of the last day was given up.
		if _, err := tx.Exec(`UPDATE saved_interest SET seen = '{"listed":true,"open":false,"parts":{}}'`); err != nil {
			return err
		}
		_, err = tx.Exec("UPDATE outbox SET state = 'failed', due_at = $1", data.Millis(goldenNow.Add(4*24*time.Hour)))
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	out, messages := reminded(t, "--at", goldenNow.Add(4*24*time.Hour).Format(time.RFC3339), "--dry-run")
	for _, want := range []string{"Subject: Your application is not sent yet: ", "Subject: Your SAM.gov registration ends on January 25, 2027\n",
		"Subject: Open now: ", "Subject: What waits for a decision on ", "Stop these emails:\n[private link]\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("the dry run does not print %q", want)
		}
	}
	if strings.Contains(out, "token=") || !strings.HasPrefix(messages, "4 mails would be queued") {
		t.Errorf("messages %q\n%s", messages, out)
	}
}

// TestRemindTellsWhatBeginsToFit: the dry run prints the mail of a stored profile that a program begins to fit, as often as it is asked; the
// run queues it once, whenever another one follows.
func TestRemindTellsWhatBeginsToFit(t *testing.T) {
	draftedDesk(t)
	const address = "office@cedarflats.example.org"
	db, b := openDesk(t)
	list := func(state string) error {
		return db.Write(t.Context(), func(tx *data.Tx) error {
			if _, err := tx.Exec("UPDATE offering_version SET state = $1 WHERE slug = 'demo-grant'", state); err != nil {
				return err
			}
			return catalog.MoveRevision(tx)
		})
	}
	err := errors.Join(list("retired"), db.Write(t.Context(), func(tx *data.Tx) error {
		person, err := account.FindPersonByEmail(tx, address)
		if err != nil {
			return err
		}
		members, err := account.Memberships(tx, person.ID)
		if err != nil {
			return err
		}
		facts := eligibility.Profile{"sector": eligibility.String("drinking_water"), "state_or_territory": eligibility.String("NM"),
			"ownership_type": eligibility.String("government_local"), "population_served": eligibility.Int(4200)}
		if err := account.SaveFacts(tx, b.desk.Vocabulary, members[0].Organization.ID, person.ID, facts); err != nil {
			return err
		}
		return notify.Choose(tx, address, notify.KindFits, true)
	}))
	if err != nil {
		t.Fatal(err)
	}
	if out, messages := reminded(t); out != "" || !strings.HasPrefix(messages, "0 mails queued") {
		t.Errorf("the first decision: %q %q", out, messages)
	}
	if err := errors.Join(list("published"), db.Close()); err != nil {
		t.Fatal(err)
	}
	mail, messages := reminded(t, "--dry-run")
	for _, want := range []string{"To: " + address + "\n", "Subject: You now seem to fit Small system security grant (demo)\n", "This is a check, not a decision.", "Stop these emails:\n[private link]\n"} {
		if !strings.Contains(mail, want) {
			t.Errorf("the dry run does not print %q:\n%s", want, mail)
		}
	}
	if again, _ := reminded(t, "--dry-run"); again != mail || !strings.HasPrefix(messages, "1 mail would be queued") || outbox(t, "fits_now") != 0 {
		t.Errorf("the dry run changed something, or does not repeat: %q", messages)
	}
	for range 2 {
		reminded(t)
	}
	if count := outbox(t, "fits_now"); count != 1 {
		t.Errorf("%d mails are queued, want 1", count)
	}
}
