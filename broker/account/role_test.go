package account_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"
)

// TestRolesAndRights holds that the table in the comment of role.go, which people read, is the one that counts.
func TestRolesAndRights(t *testing.T) {
	source, err := os.ReadFile("role.go")
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(source)) {
		if row, ok := strings.CutPrefix(line, "//\t"); ok {
			rows = append(rows, strings.Fields(row))
		}
	}
	if len(rows) != 1+len(account.MemberRoles()) || len(rows[0]) != len(account.Rights()) {
		t.Fatalf("the table of the comment: %q", rows)
	}
	for _, row := range rows[1:] {
		role := row[0]
		if !slices.Contains(account.MemberRoles(), role) {
			t.Errorf("%q is no role", role)
		}
		for i, right := range rows[0] {
			m := account.Membership{Role: role}
			if want := row[1+i] == "yes"; account.RoleMay(role, account.Right(right)) != want || m.May(account.Right(right)) != want {
				t.Errorf("%s may %s: %t, the table says %s", role, right, !want, row[1+i])
			}
			if !slices.Contains(account.Rights(), account.Right(right)) {
				t.Errorf("%q is no right", right)
			}
		}
	}
	for _, nobody := range []string{"", "OWNER", "member", account.Administrator} {
		for _, right := range append(account.Rights(), "", "everything") {
			if account.RoleMay(nobody, right) {
				t.Errorf("%q may %s", nobody, right)
			}
		}
	}
	if account.RoleMay(account.Owner, "everything") {
		t.Error("an owner has a right that is none")
	}
}

func TestHoldersOfARight(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		owner := b.applicant(t, "owner@example.org")
		o := b.organization(t, owner, "Cedar Flats Water District")
		people := map[string]account.Person{account.Owner: owner}
		for _, role := range account.MemberRoles()[1:] {
			people[role] = b.applicant(t, role+"@example.org")
			b.join(t, people[role], o, role, "active")
			b.join(t, b.applicant(t, role+"-gone@example.org"), o, role, "removed")
			closed := b.applicant(t, role+"-closed@example.org")
			b.join(t, closed, o, role, "active")
			b.disable(t, closed, true)
		}
		for right, want := range map[account.Right]string{account.Read: "editor owner reader signer", account.Write: "editor owner signer",
			account.EditProfile: "editor owner signer", account.Send: "owner signer", account.Answer: "owner signer",
			account.Withdraw: "owner signer", account.Manage: "owner"} {
			b.Read(t, func(tx *data.Tx) error {
				holders, err := account.Holders(tx, o.ID, right)
				var names []string
				for _, p := range holders {
					names = append(names, strings.TrimSuffix(p.Email, "@example.org"))
				}
				if got := strings.Join(names, " "); got != want {
					t.Errorf("%s: %s, want %s", right, got, want)
				}
				return err
			})
			for role, p := range people {
				b.Read(t, func(tx *data.Tx) error {
					m, err := account.Need(tx, p.ID, o.ID, right)
					if strings.Contains(want, role) {
						if err != nil || m.Role != role {
							t.Errorf("%s needs %s: %+v, %v", role, right, m, err)
						}
					} else {
						wantRefusal(t, role+" needs "+string(right), err, "not_your_role")
					}
					return nil
				})
			}
		}
		stranger := b.applicant(t, "stranger@example.org")
		b.Read(t, func(tx *data.Tx) error {
			if _, err := account.Need(tx, stranger.ID, o.ID, account.Read); !errors.Is(err, data.ErrNotFound) {
				t.Errorf("a stranger: %v", err)
			}
			return nil
		})
	})
}

func TestChooseOrganization(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p, other := b.applicant(t, "owner@example.org"), b.applicant(t, "other@example.org")
		first := b.organization(t, p, "First")
		b.Advance(time.Minute)
		second := b.organization(t, p, "Second")
		foreign := b.organization(t, other, "Foreign")
		left := b.organization(t, other, "Left")
		b.join(t, p, left, account.Owner, "removed")
		acting := func() (name string) {
			b.Read(t, func(tx *data.Tx) error {
				all, err := account.Memberships(tx, p.ID)
				if len(all) != 2 {
					t.Errorf("memberships %+v", all)
				}
				name = all[0].Organization.Name
				return err
			})
			return name
		}
		choose := func(o account.Organization) error {
			b.Advance(time.Minute)
			return b.DB.Write(t.Context(), func(tx *data.Tx) error { return account.ChooseOrganization(tx, p.ID, o.ID) })
		}
		if got := acting(); got != "Second" {
			t.Errorf("after adding a second one: %s", got)
		}
		for _, o := range []account.Organization{first, second, first} {
			if err := choose(o); err != nil || acting() != o.Name {
				t.Errorf("chose %s: %s, %v", o.Name, acting(), err)
			}
		}
		for _, o := range []account.Organization{foreign, left, {ID: "no-such-id"}, {}} {
			if err := choose(o); !errors.Is(err, data.ErrNotFound) || acting() != "First" {
				t.Errorf("chose %q: %v, acting for %s", o.Name, err, acting())
			}
		}
	})
}
