package account_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
)

// applicant makes a person without a staff role.
func (b *bench) applicant(t testing.TB, email string) (p account.Person) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		p, err = account.AddApplicant(tx, email, "en", record.Seed)
		return err
	})
	return p
}

func (b *bench) organization(t testing.TB, p account.Person, name string) (o account.Organization) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		o, err = account.CreateOrganization(tx, p, name)
		return err
	})
	return o
}

// join makes a membership as it may stand in the table, whatever its state.
func (b *bench) join(t testing.TB, p account.Person, o account.Organization, role, state string) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec("INSERT INTO membership (person_id, organization_id, role, state, created_at) VALUES ($1, $2, $3, $4, $5)",
			p.ID, o.ID, role, state, data.Millis(tx.Now))
		return err
	})
}

func TestCreateOrganization(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		owner := b.applicant(t, "owner@example.org")
		o := b.organization(t, owner, "  Cedar Flats\n Water \tDistrict ")
		if o.Name != "Cedar Flats Water District" || o.ID == "" {
			t.Errorf("created %+v", o)
		}
		b.Read(t, func(tx *data.Tx) error {
			if found, err := account.FindOrganization(tx, o.ID); err != nil || found != o {
				t.Errorf("found %+v, %v", found, err)
			}
			if _, err := account.FindOrganization(tx, "none"); !errors.Is(err, data.ErrNotFound) {
				t.Errorf("an unknown organization gave %v", err)
			}
			m, err := account.MayActFor(tx, owner.ID, o.ID)
			if want := (account.Membership{PersonID: owner.ID, Organization: o, Role: account.Owner}); err != nil || m != want || !m.MayWrite() {
				t.Errorf("the founder is %+v, %v", m, err)
			}
			return nil
		})
		want := []string{`P organization_created {"organization":"O","owner":"P"}`}
		if got := b.acts(t, record.OrganizationChain(o.ID), map[string]string{owner.ID: "P", o.ID: "O"}); !slices.Equal(got, want) {
			t.Errorf("record %q", got)
		}
	})
}

func TestCreateOrganizationRefusesNames(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		owner := b.applicant(t, "owner@example.org")
		cases := map[string]string{
			"": "name organization_name", " \n\t ": "name organization_name", "a\x00b": "name invalid_text", "a\xffb": "name invalid_text",
			strings.Repeat("ñ", 121): "name too_long map[Max:120 Used:121]", strings.Repeat("ñ", 120): "",
		}
		for name, want := range cases {
			err := b.DB.Write(t.Context(), func(tx *data.Tx) error {
				_, err := account.CreateOrganization(tx, owner, name)
				return err
			})
			wantRefusal(t, name, err, want)
		}
		if o, m := b.count(t, "SELECT count(*) FROM organization"), b.count(t, "SELECT count(*) FROM membership"); o != 1 || m != 1 {
			t.Errorf("%d organizations and %d memberships, wanted one of each", o, m)
		}
		stranger := account.Person{ID: data.NewID()}
		if err := b.DB.Write(t.Context(), func(tx *data.Tx) error {
			_, err := account.CreateOrganization(tx, stranger, "Example Institute")
			return err
		}); err == nil {
			t.Error("somebody who is not in the table owns an organization")
		}
	})
}

// TestOnlyActiveMembersMayAct goes through everybody who might try: for all but active members the organization must look
// like one that is not there.
func TestOnlyActiveMembersMayAct(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		owner := b.applicant(t, "owner@example.org")
		o := b.organization(t, owner, "Cedar Flats Water District")
		b.Advance(time.Minute)
		other := b.organization(t, b.applicant(t, "neighbor@example.org"), "Juniper Ridge Electric Cooperative")
		writes := map[string]bool{account.Owner: true, account.Editor: true, account.Signer: true, account.Reader: false}
		for role, may := range writes {
			p := b.applicant(t, role+"-active@example.org")
			b.join(t, p, o, role, "active")
			b.Read(t, func(tx *data.Tx) error {
				m, err := account.MayActFor(tx, p.ID, o.ID)
				if err != nil || m.Role != role || m.MayWrite() != may {
					t.Errorf("%s: %+v, %v", role, m, err)
				}
				return nil
			})
		}
		outsiders := map[string]string{"nobody": "no-such-id", "empty": "", "stranger": b.applicant(t, "stranger@example.org").ID,
			"neighbor": b.applicant(t, "neighbor@example.org").ID}
		for _, state := range []string{"invited", "suspended", "removed", "expired", "", "ACTIVE"} {
			p := b.applicant(t, data.NewID()+"@example.org")
			b.join(t, p, o, account.Owner, state)
			outsiders[state] = p.ID
		}
		staff, _ := b.addPerson(t, "boss@example.org", account.Administrator)
		outsiders["administrator"] = staff.ID
		closed := b.applicant(t, "closed@example.org")
		b.join(t, closed, o, account.Owner, "active")
		b.disable(t, closed, true)
		outsiders["disabled"] = closed.ID
		b.Read(t, func(tx *data.Tx) error {
			for who, id := range outsiders {
				m, err := account.MayActFor(tx, id, o.ID)
				_, none := account.MayActFor(tx, id, "no-such-organization")
				if !errors.Is(err, data.ErrNotFound) || !errors.Is(none, data.ErrNotFound) || m != (account.Membership{}) {
					t.Errorf("%s: %+v, %v, and for an organization that is not there %v", who, m, err, none)
				}
			}
			return nil
		})
		checkLists(t, b, owner, o, other)
	})
}

func checkLists(t *testing.T, b *bench, owner account.Person, o, other account.Organization) {
	t.Helper()
	b.join(t, owner, other, account.Reader, "active")
	b.Read(t, func(tx *data.Tx) error {
		all, err := account.Memberships(tx, owner.ID)
		if err != nil || len(all) != 2 || all[0].Organization != o || all[1].Organization != other || all[1].Role != account.Reader {
			t.Errorf("the owner's memberships: %+v, %v", all, err)
		}
		writers, err := account.Holders(tx, o.ID, account.Write)
		var emails []string
		for _, p := range writers {
			emails = append(emails, p.Email)
		}
		if want := []string{"editor-active@example.org", "owner-active@example.org", "owner@example.org", "signer-active@example.org"}; err != nil || !slices.Equal(emails, want) {
			t.Errorf("writers %v, %v", emails, err)
		}
		return nil
	})
}
