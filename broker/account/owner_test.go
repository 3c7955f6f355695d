package account_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
)

// owned makes an organization with members.
func (b *bench) owned(t testing.TB, name string, by account.Person, others map[string]account.Person) (o account.Organization) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		if o, err = account.CreateOrganization(tx, by, name); err != nil {
			return err
		}
		for role, p := range others {
			if err := account.AddMember(tx, o.ID, p, role, record.Seed); err != nil {
				return err
			}
		}
		return nil
	})
	return o
}

// TestTheOnlyOwnerIsNotClosedInPassing: neither closing an account nor making its person staff may leave an organization that nobody
// can manage; the refusal names them. A second owner who can sign in is enough, one who cannot is not.
func TestTheOnlyOwnerIsNotClosedInPassing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ana, luis := b.applicant(t, "ana@example.org"), b.applicant(t, "luis@example.org")
		b.owned(t, "Walnut Bank", ana, map[string]account.Person{account.Signer: luis})
		b.owned(t, "Cedar Flats", ana, nil)
		b.owned(t, "Birch Clinic", ana, map[string]account.Person{account.Owner: luis})
		before := b.acts(t, record.Desk, nil)
		closing := func() error {
			return b.write(func(tx *data.Tx) error { return account.SetDisabled(tx, ana.ID, true, record.Console) })
		}
		wantRefusal(t, "close", closing(), "only_owner map[Organizations:Cedar Flats; Walnut Bank]")
		wantRefusal(t, "make staff", b.write(func(tx *data.Tx) error {
			_, _, err := account.AddPerson(tx, ana.Email, account.Auditor, record.Console)
			return err
		}), "email only_owner map[Organizations:Cedar Flats; Walnut Bank]")
		if after := b.acts(t, record.Desk, nil); !slices.Equal(before, after) {
			t.Errorf("the refusals left %q", after[len(before):])
		}
		b.disable(t, luis, true) // an owner, but not the only one
		wantRefusal(t, "the other owner cannot sign in", closing(), "only_owner map[Organizations:Birch Clinic; Cedar Flats; Walnut Bank]")
	})
}

// TestDisableOwner: the account is closed with a new owner, or without one, and everybody in the organization hears of it.
func TestDisableOwner(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		ana, luis := b.applicant(t, "ana@example.org"), b.applicant(t, "luis@example.org")
		staff, _ := b.addPerson(t, "staff@example.org", account.ProgramManager)
		o := b.owned(t, "Walnut Bank", ana, map[string]account.Person{account.Reader: luis})
		names := map[string]string{ana.ID: "ANA", luis.ID: "LUIS"}
		replace := func(email string) error {
			return b.write(func(tx *data.Tx) error {
				_, err := account.DisableOwner(tx, b.composer, ana.ID, email, record.Console)
				return err
			})
		}
		wantRefusal(t, "staff", replace(staff.Email), "email invitation_staff")
		wantRefusal(t, "the person themselves", replace(ana.Email), "email person_disabled")
		wantRefusal(t, "no address", replace("luis"), "email invalid_email")
		if p := b.find(t, ana.ID); p.Disabled {
			t.Fatal("a refusal closed the account")
		}
		appoint := func(email string) error {
			return b.write(func(tx *data.Tx) error {
				_, err := account.AppointOwner(tx, b.composer, o.ID, email, record.Console)
				return err
			})
		}
		wantRefusal(t, "an owner is there", appoint(luis.Email), "has_owner map[Organization:Walnut Bank]")
		b.deliver(t)

		if err := replace(""); err != nil { // at once
			t.Fatal(err)
		}
		if told := b.told(t); told != nil {
			t.Errorf("mails %v", told)
		}
		if err := appoint("New@Example.org"); err != nil {
			t.Fatal(err)
		}
		wantRefusal(t, "a second one from outside", appoint(luis.Email), "has_owner map[Organization:Walnut Bank]")
		if told := b.told(t); !slices.Equal(told, []string{"owner_appointed luis", "owner_appointed new"}) {
			t.Errorf("mails %v", told)
		}
		var found account.Person
		b.Read(t, func(tx *data.Tx) (err error) {
			found, err = account.FindPersonByEmail(tx, "new@example.org")
			if err == nil {
				_, err = account.Need(tx, found.ID, o.ID, account.Manage)
			}
			return err
		})
		names[found.ID] = "NEW"
		ana2 := b.owned(t, "Cedar Flats", found, map[string]account.Person{account.Signer: luis})
		b.Write(t, func(tx *data.Tx) error {
			_, err := account.DisableOwner(tx, b.composer, found.ID, luis.Email, record.Console)
			return err
		})
		for id, want := range map[string]string{
			o.ID:    `console owner_lost {"person":"ANA"}|console owner_appointed {"person":"NEW"}|console owner_appointed {"from":"reader","person":"LUIS"}`,
			ana2.ID: `console owner_appointed {"from":"signer","person":"LUIS"}`,
		} {
			acts := b.acts(t, record.OrganizationChain(id), names)
			acts = slices.DeleteFunc(acts, func(a string) bool { return !strings.Contains(a, " owner_") })
			if got := strings.Join(acts, "|"); got != want {
				t.Errorf("record %s", got)
			}
		}
	})
}

func (b *bench) find(t testing.TB, id string) (p account.Person) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		p, err = account.FindPerson(tx, id)
		return err
	})
	return p
}

// TestFiftyOwnersGoAtOnce: 50 owners leave, are closed, are removed and change their role at the same moment. One owner who can sign in is
// left, whoever it is.
func TestFiftyOwnersGoAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		const many = 50
		people := make([]account.Person, many)
		for i := range people {
			people[i] = b.applicant(t, fmt.Sprintf("owner%d@example.org", i))
		}
		o := b.owned(t, "Walnut Bank", people[0], nil)
		b.Write(t, func(tx *data.Tx) error {
			for _, p := range people[1:] {
				if err := account.AddMember(tx, o.ID, p, account.Owner, record.Seed); err != nil {
					return err
				}
			}
			return nil
		})
		got := raced(t, many, func(i int) error {
			err := b.write(func(tx *data.Tx) error {
				switch i % 3 {
				case 0:
					return account.SetDisabled(tx, people[i].ID, true, record.Console)
				case 1:
					return account.SetMemberRole(tx, b.composer, o.ID, people[i], people[i].ID, account.Reader)
				}
				return account.Leave(tx, b.composer, o.ID, people[i])
			})
			if r := new(data.Refusal); errors.As(err, &r) {
				return data.Refuse("", "refused") // in the words of the act
			}
			return err
		})
		if got[""] != many-1 || got["refused"] != 1 {
			t.Errorf("results %v", got)
		}
		var owners []account.Person
		b.Read(t, func(tx *data.Tx) (err error) {
			owners, err = account.Holders(tx, o.ID, account.Manage)
			return err
		})
		if len(owners) != 1 {
			t.Errorf("%d owners are left", len(owners))
		}
	})
}
