package main

import (
	"strings"
	"testing"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
)

// TestUserDisable: an account that is the only owner's is refused with the names and the way out; with a new owner, or at once, it is
// closed, and an organization that was left without one gets one.
func TestUserDisable(t *testing.T) {
	draftedDesk(t)
	p, _, _ := session(t, "")
	db, err := data.Open(t.Context(), "desk.db", p.now)
	if err != nil {
		t.Fatal(err)
	}
	var bank, clinic account.Organization
	err = db.Write(t.Context(), func(tx *data.Tx) error {
		ana, err := account.AddApplicant(tx, "ana@example.org", "en", record.Console)
		if err == nil {
			bank, err = account.CreateOrganization(tx, ana, "Walnut Bank")
		}
		if err == nil {
			clinic, err = account.CreateOrganization(tx, ana, "Birch Clinic")
		}
		return err
	})
	db.Close()
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		args   string
		status int
		says   []string
	}{
		{"disable nobody@example.org", 2, []string{"no account has the address nobody@example.org"}},
		{"disable ana@example.org", 2, []string{"ana@example.org is the only owner of 2 organizations:\n  Birch Clinic (" + clinic.ID + ")\n  Walnut Bank (" + bank.ID + ")\n", "--new-owner EMAIL", "--anyway"}},
		{"disable ana@example.org --new-owner luis@example.org", 2, []string{"is the only owner of 2 organizations", "--anyway"}},
		{"owner luis@example.org --organization " + bank.ID, 2, []string{"Walnut Bank has an owner who can sign in"}},
		{"disable ana@example.org --new-owner luis@example.org --anyway", 2, nil},
		{"disable ana@example.org --anyway", 0, []string{"The account of ana@example.org is closed.", "Walnut Bank has no owner now", "user owner EMAIL --organization " + bank.ID}},
		{"owner luis@example.org --organization 01", 2, []string{"no organization has the id 01"}},
		{"owner luis@example.org --organization " + bank.ID, 0, []string{"luis@example.org is now the owner of Walnut Bank"}},
		{"disable luis@example.org --new-owner rosa@example.org", 0, []string{"The account of luis@example.org is closed.", "rosa@example.org is now the owner of Walnut Bank"}},
		{"enable luis@example.org", 0, []string{"The account of luis@example.org is open."}},
		{"disable luis@example.org", 0, []string{"The account of luis@example.org is closed."}},
	} {
		p, printed, said := session(t, "")
		status := p.run(t.Context(), append([]string{"user"}, append(strings.Fields(step.args), "--db", "desk.db")...))
		if status != step.status || printed.Len() > 0 {
			t.Errorf("user %s: status %d, want %d; printed %q\n%s", step.args, status, step.status, printed, said)
		}
		for _, text := range step.says {
			if !strings.Contains(said.String(), text) {
				t.Errorf("user %s does not say %q:\n%s", step.args, text, said)
			}
		}
	}
}
