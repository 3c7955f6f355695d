package account_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
)

func (b *bench) tryInvite(o account.Organization, actor account.Person, email, role string) (i account.Invitation, err error) {
	err = b.write(func(tx *data.Tx) (err error) {
		i, err = account.Invite(tx, b.composer, o.ID, actor, email, role, "en")
		return err
	})
	return i, err
}

// invite gives the invitation and the mail that carries it.
func (b *bench) invite(t testing.TB, o account.Organization, actor account.Person, email, role string) (account.Invitation, letter) {
	t.Helper()
	b.deliver(t)
	i, err := b.tryInvite(o, actor, email, role)
	if err != nil {
		t.Fatal(err)
	}
	letters := b.deliver(t)
	if len(letters) != 1 || letters[0].template != "invitation" || letters[0].token == "" {
		t.Fatalf("inviting gave the mails %+v", letters)
	}
	return i, letters[0]
}

func (b *bench) accept(p account.Person, id string) error {
	return b.write(func(tx *data.Tx) error { return second(account.Accept(tx, b.composer, p, id)) })
}

// lookInvitation opens a link the way a page or a mail scanner does: in a read-only transaction.
func (b *bench) lookInvitation(token string) (i account.Invitation, err error) {
	err = b.DB.Read(b.ctx, func(tx *data.Tx) (err error) {
		i, err = account.LookInvitation(tx, token)
		return err
	})
	return i, err
}

func TestInvitationIsAcceptedOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		o, people := b.crew(t)
		owner := people[account.Owner]
		sent, mail := b.invite(t, o, owner, " Guest@Example.ORG ", account.Editor)
		if mail.to != "guest@example.org" || mail.lang != "en" || !sent.Expires.Equal(b.Now().Add(account.InvitedFor)) {
			t.Errorf("mail to %s in %s, until %s", mail.to, mail.lang, sent.Expires)
		}
		found, err := b.lookInvitation(mail.token)
		if err != nil || found.ID != sent.ID || found.Organization != o || found.Email != "guest@example.org" || found.Role != account.Editor || found.By != owner {
			t.Errorf("looking gave %+v, %v", found, err)
		}
		guest := b.applicant(t, "guest@example.org")
		b.Read(t, func(tx *data.Tx) error {
			mine, err := account.InvitationsFor(tx, guest)
			if len(mine) != 1 || mine[0].ID != sent.ID {
				t.Errorf("the guest is invited to %+v", mine)
			}
			return err
		})
		b.Advance(time.Hour)
		if err := b.accept(guest, sent.ID); err != nil {
			t.Fatal(err)
		}
		if told := b.told(t); !slices.Equal(told, []string{"member_added guest", "member_joined owner"}) {
			t.Errorf("mails %q", told)
		}
		wantRefusal(t, "accepting again", b.accept(guest, sent.ID), "invitation_accepted")
		_, err = b.lookInvitation(mail.token)
		wantRefusal(t, "looking at it afterwards", err, "invitation_accepted")
		wantRefusal(t, "declining it afterwards", b.write(func(tx *data.Tx) error { return account.Decline(tx, guest, sent.ID) }), "invitation_accepted")
		b.Read(t, func(tx *data.Tx) error {
			all, err := account.Memberships(tx, guest.ID)
			if len(all) != 1 || all[0].Organization != o || all[0].Role != account.Editor {
				t.Errorf("the guest acts for %+v", all)
			}
			open, err2 := account.Invitations(tx, o.ID)
			if len(open) != 0 {
				t.Errorf("open invitations %+v", open)
			}
			return errors.Join(err, err2)
		})
		acts := b.acts(t, record.OrganizationChain(o.ID), map[string]string{guest.ID: "G", owner.ID: "P", sent.ID: "I"})
		want := []string{`P member_invited {"invitation":"I","lang":"en","role":"editor"}`, `G member_joined {"invitation":"I","person":"G","role":"editor"}`}
		if got := acts[len(acts)-2:]; !slices.Equal(got, want) {
			t.Errorf("record %q", got)
		}
	})
}

// TestOnlyTheInvitedAddressMayAccept: knowing the invitation, by its link or its id, is not enough.
func TestOnlyTheInvitedAddressMayAccept(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		o, people := b.crew(t)
		sent, _ := b.invite(t, o, people[account.Owner], "guest@example.org", account.Owner)
		staff, _ := b.addPerson(t, "boss@example.org", account.Administrator)
		for name, p := range map[string]account.Person{"a stranger": b.applicant(t, "stranger@example.org"), "an owner": people[account.Owner],
			"a reader of the organization": people[account.Reader], "staff": staff, "nobody": {}, "a similar address": b.applicant(t, "guest@example.org.example.net")} {
			for act, err := range map[string]error{"accept": b.accept(p, sent.ID),
				"decline": b.write(func(tx *data.Tx) error { return account.Decline(tx, p, sent.ID) })} {
				if !errors.Is(err, data.ErrNotFound) {
					t.Errorf("%s may %s: %v", name, act, err)
				}
			}
		}
		guest := b.applicant(t, "guest@example.org")
		for _, id := range []string{"", data.NewID(), "' OR 1=1 --"} {
			if err := b.accept(guest, id); !errors.Is(err, data.ErrNotFound) {
				t.Errorf("the guest accepts %q: %v", id, err)
			}
		}
		b.addPerson(t, "guest@example.org", account.Auditor)
		guest.StaffRole = account.Auditor
		wantRefusal(t, "a guest who works for the desk", b.accept(guest, sent.ID), "invitation_staff")
		if len(b.roster(t, o)) != 4 {
			t.Errorf("members %q", b.roster(t, o))
		}
	})
}

func TestInvitationsRunOutAndEnd(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		o, people := b.crew(t)
		owner, second := people[account.Owner], b.applicant(t, "second@example.org")
		b.add(t, second, o, account.Owner)
		for i, c := range []struct {
			name string
			ends func(account.Invitation, account.Person)
			want string
		}{
			{"a moment before its end", func(account.Invitation, account.Person) { b.Advance(account.InvitedFor - time.Millisecond) }, ""},
			{"at its end", func(account.Invitation, account.Person) { b.Advance(account.InvitedFor) }, "invitation_expired"},
			{"canceled", func(i account.Invitation, _ account.Person) {
				b.Write(t, func(tx *data.Tx) error { return account.CancelInvitation(tx, o.ID, second, i.ID) })
			}, "invitation_canceled"},
			{"declined", func(i account.Invitation, p account.Person) {
				b.Write(t, func(tx *data.Tx) error { return account.Decline(tx, p, i.ID) })
			}, "invitation_canceled"},
			{"mailed again", func(i account.Invitation, _ account.Person) {
				b.Advance(time.Hour)
				b.Write(t, func(tx *data.Tx) error {
					_, err := account.Resend(tx, b.composer, o.ID, second, i.ID)
					return err
				})
			}, "invitation_replaced"},
			{"by an owner who is one no more", func(account.Invitation, account.Person) {
				b.must(t, b.setRole(o, second, owner, account.Editor))
			}, "invitation_void"},
		} {
			guest := b.applicant(t, fmt.Sprintf("guest%d@example.org", i))
			sent, mail := b.invite(t, o, owner, guest.Email, account.Reader)
			c.ends(sent, guest)
			_, err := b.lookInvitation(mail.token)
			wantRefusal(t, c.name+": look", err, c.want)
			b.Read(t, func(tx *data.Tx) error {
				mine, err := account.InvitationsFor(tx, guest)
				if open := slices.ContainsFunc(mine, func(i account.Invitation) bool { return i.ID == sent.ID }); open != (c.want == "") {
					t.Errorf("%s: listed for the guest: %t", c.name, open)
				}
				return err
			})
			wantRefusal(t, c.name+": accept", b.accept(guest, sent.ID), c.want)
		}
		b.must(t, b.setRole(o, second, owner, account.Owner))
		for name, goes := range map[string]func() error{
			"left":        func() error { return b.leave(o, owner) },
			"was removed": func() error { return b.remove(o, second, owner) },
			"is disabled": func() error { b.disable(t, owner, true); return nil },
		} {
			b.disable(t, owner, false)
			b.add(t, owner, o, account.Owner)
			guest := b.applicant(t, strings.ReplaceAll(name, " ", "")+"@example.org")
			sent, _ := b.invite(t, o, owner, guest.Email, account.Reader)
			b.must(t, goes())
			wantRefusal(t, "whoever invited "+name, b.accept(guest, sent.ID), "invitation_void")
		}
	})
}

func (b *bench) must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestResend(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		o, people := b.crew(t)
		owner := people[account.Owner]
		guest := b.applicant(t, "guest@example.org")
		first, old := b.invite(t, o, owner, guest.Email, account.Signer)
		b.Advance(account.InvitedFor + time.Hour) // it may have run out
		var again account.Invitation
		b.Write(t, func(tx *data.Tx) (err error) {
			again, err = account.Resend(tx, b.composer, o.ID, owner, first.ID)
			return err
		})
		mails := b.deliver(t)
		if len(mails) != 1 || mails[0].token == old.token || again.Role != account.Signer || !again.Expires.Equal(b.Now().Add(account.InvitedFor)) {
			t.Fatalf("mailed again: %+v, %+v", mails, again)
		}
		_, err := b.lookInvitation(old.token)
		wantRefusal(t, "the older link", err, "invitation_replaced")
		if found, err := b.lookInvitation(mails[0].token); err != nil || found.ID != again.ID {
			t.Errorf("the newer link: %+v, %v", found, err)
		}
		err = b.write(func(tx *data.Tx) error { return second(account.Resend(tx, b.composer, o.ID, owner, first.ID)) })
		wantRefusal(t, "the older one once more", err, "invitation_replaced")
		b.must(t, b.accept(guest, again.ID))
		err = b.write(func(tx *data.Tx) error { return second(account.Resend(tx, b.composer, o.ID, owner, again.ID)) })
		wantRefusal(t, "an accepted one", err, "invitation_accepted")
		wantRefusal(t, "cancel an accepted one", b.write(func(tx *data.Tx) error { return account.CancelInvitation(tx, o.ID, owner, again.ID) }), "invitation_accepted")
	})
}

func TestWhoCannotBeInvited(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		o, people := b.crew(t)
		owner := people[account.Owner]
		b.invite(t, o, owner, "guest@example.org", account.Reader)
		before := b.count(t, "SELECT count(*) FROM invitation")
		for _, c := range []struct{ email, role, lang, want string }{
			{"", account.Reader, "en", "email invalid_email"}, {"guest", account.Reader, "en", "email invalid_email"},
			{"a@example.org\r\nBcc: b@example.org", account.Reader, "en", "email invalid_email"},
			{"new@example.org", "", "en", "role unknown_choice"}, {"new@example.org", "boss", "en", "role unknown_choice"},
			{"new@example.org", account.Reader, "", "lang unknown_choice"}, {"new@example.org", account.Reader, "fr", "lang unknown_choice"},
			{"Reader@example.org", account.Reader, "en", "email member_already"}, {"owner@example.org", account.Owner, "es", "email member_already"},
			{"GUEST@example.org", account.Owner, "es", "email invited_already"},
		} {
			err := b.write(func(tx *data.Tx) error {
				return second(account.Invite(tx, b.composer, o.ID, owner, c.email, c.role, c.lang))
			})
			wantRefusal(t, c.email+" "+c.role+" "+c.lang, err, c.want)
		}
		err := b.write(func(tx *data.Tx) error { return second(account.Invite(tx, b.composer, o.ID, owner, "x", "boss", "fr")) })
		if err == nil || strings.Count(err.Error(), "\n") != 2 {
			t.Errorf("three problems are told as %v", err)
		}
		if len(b.told(t)) > 0 || b.count(t, "SELECT count(*) FROM invitation") != before {
			t.Error("a refused invitation left something")
		}
		b.Advance(account.InvitedFor) // the open one has run out: the address may be invited anew
		b.invite(t, o, owner, "guest@example.org", account.Editor)
		b.must(t, b.remove(o, owner, people[account.Reader])) // who was a member may be invited
		b.invite(t, o, owner, "reader@example.org", account.Editor)
		b.must(t, b.accept(people[account.Reader], b.open(t, o, "reader@example.org")))
		if got := b.roster(t, o); !slices.Contains(got, "reader editor") {
			t.Errorf("members %q", got)
		}
	})
}

// open gives the id of the open invitation of an address.
func (b *bench) open(t testing.TB, o account.Organization, email string) (id string) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) error {
		all, err := account.Invitations(tx, o.ID)
		for _, i := range all {
			if i.Email == email {
				id = i.ID
			}
		}
		return err
	})
	return id
}

// TestInvitationsDoNotFlood: one person sets off 20 mails a day, an address gets 5.
func TestInvitationsDoNotFlood(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		start := b.Now()
		owner := b.applicant(t, "owner@example.org")
		var places []account.Organization
		for range 6 {
			places = append(places, b.organization(t, owner, "Example Institute"))
		}
		for i := range 5 {
			b.invite(t, places[i], owner, "busy@example.org", account.Reader)
		}
		_, err := b.tryInvite(places[5], owner, "busy@example.org", account.Reader)
		wantRefusal(t, "a sixth mail to one address", err, "email invitation_often")
		err = b.write(func(tx *data.Tx) error {
			return second(account.Resend(tx, b.composer, places[0].ID, owner, b.open(t, places[0], "busy@example.org")))
		})
		wantRefusal(t, "mailing it again", err, "email invitation_often")
		for i := range 15 {
			b.invite(t, places[i%6], owner, fmt.Sprintf("guest%d@example.org", i), account.Reader)
		}
		_, err = b.tryInvite(places[5], owner, "late@example.org", account.Reader)
		wantRefusal(t, "a 21st mail", err, "email invitation_limit map[Max:20]")
		other := b.applicant(t, "other@example.org")
		b.invite(t, b.organization(t, other, "Other"), other, "late@example.org", account.Reader) // others are not held up
		b.SetNow(start.Add(24*time.Hour - time.Millisecond))
		_, err = b.tryInvite(places[5], owner, "late@example.org", account.Reader)
		wantRefusal(t, "a moment before a day is over", err, "email invitation_limit map[Max:20]")
		b.SetNow(start.Add(24 * time.Hour))
		b.invite(t, places[5], owner, "busy@example.org", account.Reader)
	})
}

// TestClosedAccountsGetNoInvitation: and whoever invites does not learn of it.
func TestClosedAccountsGetNoInvitation(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		o, people := b.crew(t)
		closed := b.applicant(t, "closed@example.org")
		b.disable(t, closed, true)
		if _, err := b.tryInvite(o, people[account.Owner], closed.Email, account.Reader); err != nil || len(b.told(t)) > 0 {
			t.Errorf("inviting a closed account: %v, or a mail went out", err)
		}
	})
}

func TestNoInvitationTokenIsStored(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		o, people := b.crew(t)
		if _, err := b.tryInvite(o, people[account.Owner], "guest@example.org", account.Reader); err != nil {
			t.Fatal(err)
		}
		stored := func() (text string) {
			b.Read(t, func(tx *data.Tx) error {
				rows, err := data.Rows(tx, data.Value[string], `SELECT subject || body_text || body_html || sealed || unique_key FROM outbox
					UNION ALL SELECT token_hash FROM invitation UNION ALL SELECT detail FROM record_entry`)
				text = strings.Join(rows, "\n")
				return err
			})
			if b.DB.Engine() == data.SQLite {
				for _, name := range []string{b.DSN, b.DSN + "-wal"} {
					file, err := os.ReadFile(name)
					if err != nil {
						t.Fatal(err)
					}
					text += string(file)
				}
			}
			return text
		}
		waiting := stored()
		mail := b.deliver(t)[0]
		if strings.Contains(waiting, mail.token) || strings.Contains(stored(), mail.token) || mail.token == "" {
			t.Errorf("%q stands in the database", mail.token)
		}
		for _, entry := range b.acts(t, record.OrganizationChain(o.ID), nil) {
			if strings.Contains(entry, "@") {
				t.Errorf("an address stands in the record: %s", entry)
			}
		}
	})
}

// TestManyAcceptOnce: 50 clients accept the same invitation at the same moment.
func TestManyAcceptOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		o, people := b.crew(t)
		guest := b.applicant(t, "guest@example.org")
		sent, _ := b.invite(t, o, people[account.Owner], guest.Email, account.Editor)
		got := raced(t, 50, func(int) error { return b.accept(guest, sent.ID) })
		if got[""] != 1 || got["invitation_accepted"] != 49 {
			t.Errorf("accepting: %v", got)
		}
		if n := b.count(t, "SELECT count(*) FROM membership WHERE person_id = $1", guest.ID); n != 1 {
			t.Errorf("%d memberships", n)
		}
		if told := b.told(t); !slices.Equal(told, []string{"member_added guest", "member_joined owner"}) {
			t.Errorf("mails %q", told)
		}
		joined := slices.DeleteFunc(b.acts(t, record.OrganizationChain(o.ID), nil), func(act string) bool { return !strings.Contains(act, sent.ID) })
		if len(joined) != 2 { // invited, joined
			t.Errorf("record %q", joined)
		}
	})
}

// TestAcceptRacesWithItsEnd: of accepting, declining, canceling and mailing again at the same moment one counts.
func TestAcceptRacesWithItsEnd(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		o, people := b.crew(t)
		owner := people[account.Owner]
		for round := range 4 {
			guest := b.applicant(t, fmt.Sprintf("guest%d@example.org", round))
			sent, _ := b.invite(t, o, owner, guest.Email, account.Editor)
			got := raced(t, 8, func(i int) error {
				switch i % 4 {
				case 0:
					return b.accept(guest, sent.ID)
				case 1:
					return b.write(func(tx *data.Tx) error { return account.Decline(tx, guest, sent.ID) })
				case 2:
					return b.write(func(tx *data.Tx) error { return account.CancelInvitation(tx, o.ID, owner, sent.ID) })
				}
				return b.write(func(tx *data.Tx) error { return second(account.Resend(tx, b.composer, o.ID, owner, sent.ID)) })
			})
			_, err := b.member(o, guest)
			accepted := b.count(t, "SELECT count(*) FROM invitation WHERE id = $1 AND ending = 'accepted'", sent.ID)
			if got[""] != 1 || (err == nil) != (accepted == 1) {
				t.Errorf("%v; a member: %v, accepted %d", got, err, accepted)
			}
		}
	})
}

func TestPruneInvitations(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		o, people := b.crew(t)
		start := b.Now()
		b.invite(t, o, people[account.Owner], "runs-out@example.org", account.Reader)
		canceled, _ := b.invite(t, o, people[account.Owner], "canceled@example.org", account.Reader)
		b.Write(t, func(tx *data.Tx) error { return account.CancelInvitation(tx, o.ID, people[account.Owner], canceled.ID) })
		for _, c := range []struct {
			after time.Duration
			want  int
		}{{90*24*time.Hour - 1, 2}, {90 * 24 * time.Hour, 1}, {104*24*time.Hour - 1, 1}, {104 * 24 * time.Hour, 0}} {
			b.SetNow(start.Add(c.after))
			b.Write(t, account.Prune)
			if got := b.count(t, "SELECT count(*) FROM invitation"); got != c.want {
				t.Errorf("after %v %d invitations are left, want %d", c.after, got, c.want)
			}
		}
	})
}
