package demonstration_test

import (
	"slices"
	"testing"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/broker/demonstration"
	"accessdesk/broker/record"
	"accessdesk/broker/workflow"
	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/data/demo"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
	"accessdesk/notify"
)

// TestFurnish holds that a demonstration has a case in every state, a packet in every state, access in every state and
// somebody in every role, that its record is whole, and that nothing of it lies in the future.
func TestFurnish(t *testing.T) {
	vocabulary := catalogtest.Vocabulary()
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	mail, err := notify.NewComposer(notify.ComposerConfig{Locales: locales, Brand: "Cyber Access Desk", Operator: "Example Institute",
		PublicURL: "https://desk.example.org", From: "desk@example.org", ReplyTo: "help@example.org", SealKey: [32]byte{1}})
	if err != nil {
		t.Fatal(err)
	}
	offerings, err := catalog.ParseFiles(seed.Files)
	if err != nil {
		t.Fatal(err)
	}
	more, err := catalog.ParseFiles(demo.Files)
	if err != nil {
		t.Fatal(err)
	}
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		desk := broker.Desk{Vocabulary: vocabulary, Catalog: catalog.NewCache(vocabulary), Mail: mail, Locales: locales}
		db.Write(t, func(tx *data.Tx) error {
			if _, err := catalog.Import(tx, vocabulary, slices.Concat(offerings, more), record.Seed); err != nil {
				return err
			}
			made := tx.Now
			err := demonstration.Furnish(tx, desk)
			if !tx.Now.Equal(made) {
				t.Errorf("the clock of the transaction was left at %s", tx.Now)
			}
			return err
		})
		db.Read(t, func(tx *data.Tx) error {
			for _, kind := range workflow.Kinds() {
				wantAll(t, tx, "SELECT DISTINCT state FROM application_item WHERE kind = '"+string(kind)+"'", workflow.Of(kind).States)
			}
			wantAll(t, tx, "SELECT DISTINCT state FROM access_grant", access.States())
			wantAll(t, tx, "SELECT DISTINCT role FROM membership", account.MemberRoles())
			wantAll(t, tx, "SELECT DISTINCT staff_role FROM person", []string{account.ProgramManager, account.Administrator, account.Auditor})
			for _, r := range demonstration.Roles() {
				if _, err := account.FindPersonByEmail(tx, r.Email); err != nil {
					t.Errorf("%s: %v", r.Name, err)
				}
			}
			var later int
			if err := tx.Row("SELECT count(*) FROM record_entry WHERE at > $1", data.Millis(tx.Now)).Scan(&later); err != nil || later > 0 {
				t.Errorf("%d entries of the record lie in the future (%v)", later, err)
			}
			chains, err := data.Rows(tx, data.Value[string], "SELECT DISTINCT chain FROM record_entry")
			for _, chain := range chains {
				if err := record.Check(tx, chain); err != nil {
					t.Errorf("%s: %v", chain, err)
				}
			}
			return err
		})
		for _, missing := range locales.Missing() {
			t.Errorf("missing text: %s", missing)
		}
	})
}

// wantAll holds that a query gives every value of a list.
func wantAll[T ~string](t *testing.T, tx *data.Tx, query string, want []T) {
	t.Helper()
	got, err := data.Rows(tx, data.Value[string], query)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range want {
		if !slices.Contains(got, string(value)) {
			t.Errorf("the demonstration has no %q (%s): %v", value, query, got)
		}
	}
}
