package account_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"

	"pgregory.net/rapid"
)

// crew makes an organization with a member in each role, "owner@example.org" and so on.
func (b *bench) crew(t testing.TB) (o account.Organization, people map[string]account.Person) {
	t.Helper()
	people = map[string]account.Person{account.Owner: b.applicant(t, "owner@example.org")}
	o = b.organization(t, people[account.Owner], "Cedar Flats Water District")
	for _, role := range account.MemberRoles()[1:] {
		people[role] = b.applicant(t, role+"@example.org")
		b.add(t, people[role], o, role)
	}
	return o, people
}

func (b *bench) add(t testing.TB, p account.Person, o account.Organization, role string) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error { return account.AddMember(tx, o.ID, p, role, record.Seed) })
}

func (b *bench) setRole(o account.Organization, actor, p account.Person, role string) error {
	return b.write(func(tx *data.Tx) error { return account.SetMemberRole(tx, b.composer, o.ID, actor, p.ID, role) })
}

func (b *bench) remove(o account.Organization, actor, p account.Person) error {
	return b.write(func(tx *data.Tx) error { return account.RemoveMember(tx, b.composer, o.ID, actor, p.ID) })
}

func (b *bench) leave(o account.Organization, p account.Person) error {
	return b.write(func(tx *data.Tx) error { return account.Leave(tx, b.composer, o.ID, p) })
}

// roster lists the members of an organization as "address role".
func (b *bench) roster(t testing.TB, o account.Organization) (lines []string) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) error {
		members, err := account.Members(tx, o.ID)
		for _, m := range members {
			lines = append(lines, strings.TrimSuffix(m.Email, "@example.org")+" "+m.Role)
		}
		return err
	})
	return lines
}

// told lists the mails that wait as "template to".
func (b *bench) told(t testing.TB) (lines []string) {
	t.Helper()
	for _, l := range b.deliver(t) {
		lines = append(lines, l.template+" "+strings.TrimSuffix(l.to, "@example.org"))
	}
	slices.Sort(lines)
	return lines
}

func TestMembersChange(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		o, people := b.crew(t)
		owner, editor := people[account.Owner], people[account.Editor]
		if got := b.roster(t, o); !slices.Equal(got, []string{"owner owner", "signer signer", "editor editor", "reader reader"}) {
			t.Errorf("members %q", got)
		}
		names := map[string]string{o.ID: "O"}
		for role, p := range people {
			names[p.ID] = role
		}
		step := func(what string, err error, mails ...string) {
			t.Helper()
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
			if got := b.told(t); !slices.Equal(got, mails) {
				t.Errorf("%s: mails %q, want %q", what, got, mails)
			}
			b.Advance(time.Minute)
		}
		step("promote", b.setRole(o, owner, editor, account.Owner), "member_role_changed editor")
		step("the same again", b.setRole(o, owner, editor, account.Owner))
		step("remove", b.remove(o, owner, people[account.Reader]), "member_removed reader")
		step("leave", b.leave(o, people[account.Signer]), "member_left editor", "member_left owner")
		step("demote oneself", b.setRole(o, owner, owner, account.Reader), "member_role_changed owner")
		if got := b.roster(t, o); !slices.Equal(got, []string{"editor owner", "owner reader"}) {
			t.Errorf("members %q", got)
		}
		want := []string{`owner organization_created {"organization":"O","owner":"owner"}`,
			`seed member_joined {"person":"signer","role":"signer"}`, `seed member_joined {"person":"editor","role":"editor"}`, `seed member_joined {"person":"reader","role":"reader"}`,
			`owner member_role_changed {"from":"editor","person":"editor","to":"owner"}`, `owner member_removed {"person":"reader","role":"reader"}`,
			`signer member_left {"person":"signer","role":"signer"}`, `owner member_role_changed {"from":"owner","person":"owner","to":"reader"}`}
		if got := b.acts(t, record.OrganizationChain(o.ID), names); !slices.Equal(got, want) {
			t.Errorf("record\n%s", strings.Join(got, "\n"))
		}
		b.add(t, people[account.Signer], o, account.Reader) // comes back as something else
		if m, err := b.member(o, people[account.Signer]); err != nil || m.Role != account.Reader || !m.Since.Equal(b.Now()) {
			t.Errorf("came back as %+v, %v", m, err)
		}
		b.add(t, people[account.Signer], o, account.Owner) // is a member: stays what they are
		if m, err := b.member(o, people[account.Signer]); err != nil || m.Role != account.Reader {
			t.Errorf("added twice: %+v, %v", m, err)
		}
	})
}

func (b *bench) member(o account.Organization, p account.Person) (m account.Member, err error) {
	err = b.write(func(tx *data.Tx) (err error) {
		m, err = account.FindMember(tx, o.ID, p.ID)
		return err
	})
	return m, err
}

// TestOnlyOwnersManage walks every role and every state of a membership through every act on members and invitations.
func TestOnlyOwnersManage(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		o, people := b.crew(t)
		other, victim := b.applicant(t, "victim@example.org"), people[account.Reader]
		foreign := b.organization(t, other, "Juniper Ridge Electric Cooperative")
		invitation, _ := b.invite(t, o, people[account.Owner], "guest@example.org", account.Reader)
		closed := b.applicant(t, "closed@example.org")
		b.add(t, closed, o, account.Owner)
		b.disable(t, closed, true)
		b.deliver(t)
		actors := map[string]account.Person{"signer": people[account.Signer], "editor": people[account.Editor], "reader": victim,
			"owner of another organization": other, "nobody": {ID: data.NewID()}, "the empty person": {}, "disabled owner": closed}
		for _, state := range []string{"removed", "left", "invited", "suspended", "", "ACTIVE"} {
			p := b.applicant(t, data.NewID()+"@example.org")
			b.join(t, p, o, account.Owner, state)
			actors["owner in state "+state] = p
		}
		before := b.roster(t, o)
		for name, actor := range actors {
			want := ""
			if slices.Contains([]string{"signer", "editor", "reader"}, name) {
				want = "not_your_role"
			}
			for act, err := range map[string]error{
				"change a role":       b.setRole(o, actor, victim, account.Owner),
				"remove":              b.remove(o, actor, victim),
				"invite":              second(b.tryInvite(o, actor, "friend@example.org", account.Owner)),
				"resend":              b.write(func(tx *data.Tx) error { return second(account.Resend(tx, b.composer, o.ID, actor, invitation.ID)) }),
				"cancel":              b.write(func(tx *data.Tx) error { return account.CancelInvitation(tx, o.ID, actor, invitation.ID) }),
				"cancel with a guess": b.write(func(tx *data.Tx) error { return account.CancelInvitation(tx, o.ID, actor, data.NewID()) }),
			} {
				if want != "" {
					wantRefusal(t, name+": "+act, err, want)
				} else if !errors.Is(err, data.ErrNotFound) {
					t.Errorf("%s: %s: %v, want not found", name, act, err)
				}
			}
		}
		// An owner reaches nothing of another organization by its ids.
		for act, err := range map[string]error{
			"change a role there": b.setRole(foreign, other, victim, account.Owner),
			"remove there":        b.remove(foreign, other, victim),
			"cancel there":        b.write(func(tx *data.Tx) error { return account.CancelInvitation(tx, foreign.ID, other, invitation.ID) }),
			"resend there": b.write(func(tx *data.Tx) error {
				return second(account.Resend(tx, b.composer, foreign.ID, other, invitation.ID))
			}),
			"leave it": b.leave(o, other),
		} {
			if !errors.Is(err, data.ErrNotFound) {
				t.Errorf("%s: %v, want not found", act, err)
			}
		}
		wantRefusal(t, "no role", b.setRole(o, people[account.Owner], victim, "boss"), "role unknown_choice")
		wantRefusal(t, "no role", b.write(func(tx *data.Tx) error { return account.AddMember(tx, o.ID, other, "boss", record.Seed) }), "role unknown_choice")
		if after := b.roster(t, o); !slices.Equal(after, before) || len(b.told(t)) > 0 {
			t.Errorf("members before %q, after %q", before, after)
		}
	})
}

// second gives the error of a function with two results.
func second[T any](_ T, err error) error { return err }

func (b *bench) write(act func(*data.Tx) error) error { return b.DB.Write(b.ctx, act) }

func TestTheLastOwnerStays(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		o, people := b.crew(t)
		owner := people[account.Owner]
		for name, prepare := range map[string]func(account.Person){
			"alone":                          func(account.Person) {},
			"beside a disabled owner":        func(p account.Person) { b.add(t, p, o, account.Owner); b.disable(t, p, true) },
			"beside an owner who left":       func(p account.Person) { b.join(t, p, o, account.Owner, "left") },
			"beside an owner at the desk":    func(p account.Person) { b.add(t, p, o, account.Owner); b.addPerson(t, p.Email, account.Auditor) },
			"beside the owner of another":    func(p account.Person) { b.organization(t, p, "Example Institute") },
			"beside an owner who is invited": func(p account.Person) { b.invite(t, o, owner, p.Email, account.Owner) },
		} {
			prepare(b.applicant(t, data.NewID()+"@example.org"))
			b.deliver(t)
			wantRefusal(t, name+": leave", b.leave(o, owner), "last_owner")
			wantRefusal(t, name+": be removed", b.remove(o, owner, owner), "last_owner")
			for _, role := range account.MemberRoles()[1:] {
				wantRefusal(t, name+": become "+role, b.setRole(o, owner, owner, role), "role last_owner")
			}
			if told := b.told(t); len(told) > 0 {
				t.Errorf("%s: mails %q", name, told)
			}
		}
		if err := errors.Join(b.setRole(o, owner, people[account.Editor], account.Owner), b.leave(o, owner)); err != nil {
			t.Errorf("with another owner: %v", err)
		}
		wantRefusal(t, "the other one", b.leave(o, people[account.Editor]), "last_owner")
	})
}

// TestOwnersGoAtOnce: whatever owners do at the same moment, one of them remains.
func TestOwnersGoAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for round, goes := range map[string]func(o account.Organization, me, you account.Person) error{
			"leave": func(o account.Organization, me, _ account.Person) error { return b.leave(o, me) },
			"demote": func(o account.Organization, me, you account.Person) error {
				return b.setRole(o, me, you, account.Reader)
			},
			"remove": func(o account.Organization, me, you account.Person) error { return b.remove(o, me, you) },
			"give up": func(o account.Organization, me, _ account.Person) error {
				return b.setRole(o, me, me, account.Editor)
			},
		} {
			var owners []account.Person
			var o account.Organization
			for i := range 8 {
				p := b.applicant(t, fmt.Sprintf("%s%d@example.org", strings.ReplaceAll(round, " ", ""), i))
				if owners = append(owners, p); i == 0 {
					o = b.organization(t, p, "Example "+round)
				} else {
					b.add(t, p, o, account.Owner)
				}
			}
			errs := make([]error, len(owners))
			raced(t, len(owners), func(i int) error {
				errs[i] = goes(o, owners[i], owners[(i+1)%len(owners)])
				return nil
			})
			left := 0
			for i, err := range errs {
				var refused *data.Refusal
				if err != nil && !errors.As(err, &refused) && !errors.Is(err, data.ErrNotFound) {
					t.Errorf("%s: owner %d: %v", round, i, err)
				}
			}
			for _, line := range b.roster(t, o) {
				if strings.HasSuffix(line, " owner") {
					left++
				}
			}
			if left < 1 || (round == "leave" || round == "give up") && left != 1 {
				t.Errorf("%s: %d owners remain: %q", round, left, b.roster(t, o))
			}
		}
	})
}

// TestMembersAgreeWithAModel takes random acts by random people and compares with a map: who may does, nobody else, and
// there is always an owner.
func TestMembersAgreeWithAModel(t *testing.T) {
	b := newBench(t, datatest.Open(t))
	var people []account.Person
	for i := range 4 {
		people = append(people, b.applicant(t, fmt.Sprintf("p%d@example.org", i)))
	}
	rapid.Check(t, func(r *rapid.T) {
		o := b.organization(t, people[0], "Example Institute")
		model := map[string]string{people[0].ID: account.Owner}
		owners := func() (n int) {
			for _, role := range model {
				if role == account.Owner {
					n++
				}
			}
			return n
		}
		for range rapid.IntRange(1, 12).Draw(r, "acts") {
			b.Advance(time.Second)
			actor, subject := rapid.SampledFrom(people).Draw(r, "actor"), rapid.SampledFrom(people).Draw(r, "subject")
			role := rapid.SampledFrom(account.MemberRoles()).Draw(r, "role")
			manages := model[actor.ID] == account.Owner
			last := model[subject.ID] == account.Owner && owners() == 1
			switch rapid.IntRange(0, 3).Draw(r, "act") {
			case 0:
				b.add(t, subject, o, role)
				if model[subject.ID] == "" {
					model[subject.ID] = role
				}
			case 1:
				ok := b.setRole(o, actor, subject, role) == nil
				want := manages && model[subject.ID] != "" && (!last || role == account.Owner)
				if ok != want {
					r.Fatalf("%v by %s for %s to %s: done %t", model, actor.Email, subject.Email, role, ok)
				}
				if ok {
					model[subject.ID] = role
				}
			case 2:
				if ok := b.remove(o, actor, subject) == nil; ok != (manages && model[subject.ID] != "" && !last) {
					r.Fatalf("%v: %s removes %s: done %t", model, actor.Email, subject.Email, ok)
				} else if ok {
					delete(model, subject.ID)
				}
			case 3:
				last := model[actor.ID] == account.Owner && owners() == 1
				if ok := b.leave(o, actor) == nil; ok != (model[actor.ID] != "" && !last) {
					r.Fatalf("%v: %s leaves: done %t", model, actor.Email, ok)
				} else if ok {
					delete(model, actor.ID)
				}
			}
			if owners() == 0 {
				r.Fatalf("no owner is left")
			}
		}
		got := map[string]string{}
		b.Read(t, func(tx *data.Tx) error {
			members, err := account.Members(tx, o.ID)
			for _, m := range members {
				got[m.ID] = m.Role
			}
			return err
		})
		if fmt.Sprint(got) != fmt.Sprint(model) {
			r.Fatalf("members %v, the model says %v", got, model)
		}
	})
}
