package paper

import (
	"context"
	"errors"
	"slices"
	"testing"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

const item, twin = "01960000-0000-7000-8000-000000000001", "01960000-0000-7000-8000-000000000002"

// desk makes an organization with an owner, a reader and two cases. The cases are rows only: their life is not of interest.
func desk(t *testing.T, db *datatest.Database) (owner, reader, stranger account.Person, o account.Organization) {
	t.Helper()
	db.Write(t, func(tx *data.Tx) (err error) {
		for name, p := range map[string]*account.Person{"owner": &owner, "reader": &reader, "stranger": &stranger} {
			if *p, err = account.AddApplicant(tx, name+"@example.org", "en", "console"); err != nil {
				return err
			}
		}
		if o, err = account.CreateOrganization(tx, owner, "Cedar Flats Water District"); err != nil {
			return err
		}
		_, err = tx.Exec("INSERT INTO membership (person_id, organization_id, role, state, created_at) VALUES ($1, $2, $3, 'active', $4)",
			reader.ID, o.ID, account.Reader, data.Millis(tx.Now))
		if err == nil {
			_, err = tx.Exec("INSERT INTO offering (slug, created_at) VALUES ('a', 1)")
		}
		if err == nil {
			_, err = tx.Exec(`INSERT INTO offering_version (id, slug, number, state, body, owner, created_at, created_by)
				VALUES ('v', 'a', 1, 'draft', '', '', 1, '')`)
		}
		if err == nil {
			_, err = tx.Exec(`INSERT INTO application (id, reference, organization_id, created_by, created_at, saved_at, saved_by, revision)
				VALUES ('a', 'CAD-AAAAAA', $1, $2, 1, 1, $2, 1)`, o.ID, owner.ID)
		}
		for slug, id := range map[string]string{"a": item, "b": twin} {
			if err == nil {
				_, err = tx.Exec(`INSERT INTO application_item (id, application_id, slug, version_id, state, revision, created_at, changed_at, saved_by,
					submitted_by, assigned_to, decided_by, reason_code, reason_text, facts, declared, version_changed, rules_met, rules_all, kind)
					VALUES ($1, 'a', $2, 'v', 'preparing', 1, 1, 1, '', '', '', '', '', '', '', '', $3, 0, 0, 'packet')`, id, slug, false)
			}
		}
		return err
	})
	return owner, reader, stranger, o
}

func of(t *testing.T, db *datatest.Database, id string) (papers []string) {
	t.Helper()
	db.Read(t, func(tx *data.Tx) (err error) {
		papers, err = Of(tx, id)
		return err
	})
	return papers
}

// What a form names is kept, what it does not name stays, what changes nothing leaves no trace.
func TestSave(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		owner, _, _, o := desk(t, db)
		for i, c := range []struct {
			gathered map[string]bool
			want     []string
			entries  int
		}{
			{map[string]bool{"b": true, "a": true, "c": false}, []string{"a", "b"}, 1},
			{map[string]bool{"a": true}, []string{"a", "b"}, 1}, // as it is
			{map[string]bool{"a": false, "d": true}, []string{"b", "d"}, 2},
			{nil, []string{"b", "d"}, 2},
		} {
			db.Write(t, func(tx *data.Tx) error { return Save(tx, owner.ID, o.ID, item, c.gathered) })
			if got := of(t, db, item); !slices.Equal(got, c.want) {
				t.Errorf("%d: gathered %v, want %v", i, got, c.want)
			}
			var entries int
			db.Read(t, func(tx *data.Tx) error {
				return tx.Row("SELECT count(*) FROM record_entry WHERE chain = $1 AND act = 'papers_gathered'", record.CaseChain(item)).Scan(&entries)
			})
			if entries != c.entries {
				t.Errorf("%d: %d entries in the record, want %d", i, entries, c.entries)
			}
		}
		if got := of(t, db, twin); len(got) != 0 {
			t.Errorf("the other case has %v", got)
		}
	})
}

// Who may not write keeps nothing, and a stranger learns nothing.
func TestWhoMaySave(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		_, reader, stranger, o := desk(t, db)
		try := func(p account.Person) error {
			return db.DB.Write(context.Background(), func(tx *data.Tx) error { return Save(tx, p.ID, o.ID, item, map[string]bool{"a": true}) })
		}
		var refusal *data.Refusal
		if err := try(reader); !errors.As(err, &refusal) || refusal.Code != "not_your_role" {
			t.Errorf("reader: %v", err)
		}
		if err := try(stranger); !errors.Is(err, data.ErrNotFound) {
			t.Errorf("stranger: %v", err)
		}
		if got := of(t, db, item); len(got) != 0 {
			t.Errorf("kept %v", got)
		}
	})
}
