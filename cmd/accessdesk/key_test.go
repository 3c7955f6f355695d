package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"accessdesk/broker/account"
	"accessdesk/broker/account/key"
	"accessdesk/broker/record"
	"accessdesk/cmd/accessdesk/keyring"
	"accessdesk/data"
)

// TestKeyCommands: a key is printed once and alone, opens what it says, stands in the list without its secret, and ends when it is revoked.
func TestKeyCommands(t *testing.T) {
	draftedDesk(t)
	run := func(status int, args ...string) (printed, said string) {
		t.Helper()
		p, out, messages := session(t, "")
		if got := p.run(t.Context(), append(args, "--db", "desk.db")); got != status {
			t.Fatalf("%v: status %d, want %d\n%s", args, got, status, messages)
		}
		return out.String(), messages.String()
	}
	run(0, "user", "add", "rosa@example.org", "--role", "program_manager")
	printed, said := run(0, "key", "add", "Rosa@example.org", "--name", "Nightly import", "--scope", "catalog:read", "--scope", "catalog:write",
		"--expires", "2026-12-31", "--network", "192.0.2.0/24")
	text := strings.TrimSuffix(printed, "\n")
	if !regexp.MustCompile("^"+key.Pattern+"$").MatchString(text) || strings.Contains(said, text[20:]) {
		t.Fatalf("printed %q and said %q", printed, said)
	}
	if !strings.Contains(said, `The key "Nightly import" of Rosa@example.org works until the end of December 31, 2026.`) {
		t.Errorf("said %q", said)
	}
	list, _ := run(0, "key", "list")
	handle := regexp.MustCompile(`(?m)^([a-z2-7]{10})  works  2026-12-31  never      catalog:read catalog:write  rosa@example\.org  Nightly import$`).FindStringSubmatch(list)
	if handle == nil || !strings.Contains(text, handle[1]) {
		t.Fatalf("the list reads\n%s", list)
	}
	whole, _ := run(0, "key", "list", "--json")
	var listed []keyring.Listed
	if err := json.Unmarshal([]byte(whole), &listed); err != nil || len(listed) != 1 || listed[0].ID != handle[1] || strings.Join(listed[0].Networks, " ") != "192.0.2.0/24" {
		t.Errorf("the list as JSON is %s (%v)", whole, err)
	}
	if strings.Contains(whole+list, text[26:70]) {
		t.Error("a list shows the secret")
	}
	opens := func() error {
		p, _, _ := session(t, "")
		db, err := data.Open(t.Context(), "desk.db", p.now)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		return db.Read(t.Context(), func(tx *data.Tx) error {
			_, person, err := key.Open(tx, text, "192.0.2.7")
			if err == nil && (person.Email != "rosa@example.org" || person.StaffRole != account.ProgramManager) {
				t.Errorf("the key is of %v", person)
			}
			return err
		})
	}
	if err := opens(); err != nil {
		t.Errorf("the key does not open: %v", err)
	}
	if _, said := run(0, "key", "revoke", handle[1]); said != "The key \"Nightly import\" does not work any more.\n" {
		t.Errorf("said %q", said)
	}
	if err := opens(); err != key.ErrNoKey {
		t.Errorf("a revoked key: %v", err)
	}
	if list, _ := run(0, "key", "list"); !strings.Contains(list, handle[1]+"  revoked") {
		t.Errorf("the list reads\n%s", list)
	}
	p, _, _ := session(t, "")
	db, err := data.Open(t.Context(), "desk.db", p.now)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.Read(t.Context(), func(tx *data.Tx) error {
		entries, err := data.Rows(tx, data.Value[string], "SELECT act FROM record_entry WHERE chain = $1 AND act LIKE 'key%' ORDER BY seq", record.Desk)
		if strings.Join(entries, " ") != "key_made key_revoked" {
			t.Errorf("the record holds %v", entries)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
