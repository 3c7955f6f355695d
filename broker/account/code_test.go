package account_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

func TestSignInByCode(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		spellings := []func(string) string{
			func(c string) string { return c }, strings.ToLower,
			func(c string) string { return strings.ReplaceAll(c, "-", "") },
			func(c string) string { return " " + strings.ReplaceAll(strings.ToLower(c), "-", " – ") + "\n" },
		}
		for i, spell := range spellings {
			mail := b.askedMail(t, fmt.Sprintf("office%d@example.org", i), "laptop")
			_, _, err := b.typeCode(mail.code, "phone")
			wantRefusal(t, "the code in another browser", err, "code signin_expired")
			_, _, err = b.typeCode(mail.code, "")
			wantRefusal(t, "the code in another browser", err, "code signin_expired")
			p, next, err := b.typeCode(spell(mail.code), "laptop")
			if err != nil || p.Email != mail.to || next != "/applications/1" {
				t.Fatalf("typing %q gave %+v, %q, %v", spell(mail.code), p, next, err)
			}
			_, _, err = b.typeCode(mail.code, "laptop")
			wantRefusal(t, "the code again", err, "signin_spent")
			_, _, err = b.spend(mail.token, "laptop")
			wantRefusal(t, "the link after its code", err, "signin_spent")
		}
		err := b.DB.Write(t.Context(), func(tx *data.Tx) error {
			_, _, err := account.SpendSignInCode(tx, "AAAA-AAAA", "")
			return err
		})
		wantRefusal(t, "a code without a cookie", err, "code signin_expired")
	})
}

func TestFiveWrongCodesEndTheAsk(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		wrong := func(mail letter) string {
			if mail.code == "AAAA-AAAA" {
				return "BBBB-BBBB"
			}
			return "AAAA-AAAA"
		}
		patient := b.askedMail(t, "patient@example.org", "laptop")
		for left := 4; left >= 1; left-- {
			_, _, err := b.typeCode(wrong(patient), "laptop")
			wantRefusal(t, "a wrong code", err, fmt.Sprintf("code signin_code map[Left:%d]", left))
		}
		if _, _, err := b.typeCode(patient.code, "laptop"); err != nil {
			t.Errorf("the right code after four wrong ones: %v", err)
		}

		unlucky := b.askedMail(t, "unlucky@example.org", "laptop")
		for _, code := range []string{wrong(unlucky), "", unlucky.code + "A", unlucky.code[1:]} {
			_, _, err := b.typeCode(code, "laptop")
			if got := refusal(t, err); !strings.HasPrefix(got, "code signin_code ") {
				t.Errorf("typing %q: %q", code, got)
			}
		}
		_, _, err := b.typeCode(wrong(unlucky), "laptop")
		wantRefusal(t, "the fifth wrong code", err, "code signin_tries")
		_, _, err = b.typeCode(unlucky.code, "laptop")
		wantRefusal(t, "the right code too late", err, "signin_spent")
		_, _, err = b.spend(unlucky.token, "laptop")
		wantRefusal(t, "the link of a dead ask", err, "signin_spent")
		if b.count(t, "SELECT count(*) FROM person WHERE email = $1", unlucky.to) != 0 {
			t.Error("a dead ask made a person")
		}
		fresh := b.askedMail(t, unlucky.to, "laptop")
		if _, _, err := b.typeCode(fresh.code, "laptop"); err != nil {
			t.Errorf("the code of a new ask: %v", err)
		}
	})
}

func TestTheNewestAskOfABrowserCounts(t *testing.T) {
	b := newBench(t, datatest.Open(t))
	mistyped := b.askedMail(t, "ofice@example.org", "laptop")
	b.Advance(time.Minute)
	right := b.askedMail(t, "office@example.org", "laptop")
	_, _, err := b.typeCode(mistyped.code, "laptop")
	wantRefusal(t, "the code for the address asked before", err, "code signin_code map[Left:4]")
	if p, _, err := b.typeCode(right.code, "laptop"); err != nil || p.Email != right.to {
		t.Errorf("the newest code gave %+v, %v", p, err)
	}
}

func TestCodesAreUnambiguousAndDiffer(t *testing.T) {
	b := newBench(t, datatest.Open(t))
	seen, letters := map[string]bool{}, map[rune]bool{}
	for i := range 60 {
		code := b.askedMail(t, fmt.Sprintf("a%d@example.org", i), "laptop").code
		if len(code) != 9 || code[4] != '-' || strings.ContainsAny(code, "01OILS5") || seen[code] {
			t.Errorf("code %q", code)
		}
		seen[code] = true
		for _, r := range code {
			letters[r] = true
		}
	}
	if len(letters) < 25 { // 480 draws from 29 and the dash: fewer is impossible in practice
		t.Errorf("only %d different letters", len(letters))
	}
}

// raced runs the same act in many goroutines, each again while the database is busy, and counts what comes of it.
func raced(t *testing.T, times int, act func(i int) error) map[string]int {
	t.Helper()
	results := make([]error, times)
	var group sync.WaitGroup
	start := make(chan struct{})
	for i := range times {
		group.Go(func() {
			<-start
			for tries := 0; tries == 0 || tries < 20 && errors.Is(results[i], data.ErrBusy); tries++ {
				results[i] = act(i) // where the machine is slow, it may take more than the 5 s after which nothing was stored
			}
		})
	}
	close(start)
	group.Wait()
	counted := map[string]int{}
	for _, err := range results {
		counted[refusal(t, err)]++
	}
	return counted
}

func TestOneOfManySpendsWins(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		for round := range 5 {
			mail := b.askedMail(t, fmt.Sprintf("office%d@example.org", round), "laptop")
			got := raced(t, 12, func(i int) (err error) {
				if i%2 == 0 {
					_, _, err = b.spend(mail.token, "laptop")
				} else {
					_, _, err = b.typeCode(mail.code, "laptop")
				}
				return err
			})
			if got[""] != 1 || got["signin_spent"] != 11 {
				t.Errorf("round %d: %v", round, got)
			}
		}
		if people := b.people(t); len(people) != 5 {
			t.Errorf("%d people, wanted 5", len(people))
		}
		if acts := b.acts(t, record.Desk, nil); len(acts) != 5 {
			t.Errorf("record %q", acts)
		}
	})
}

func TestRacingGuessesAreAllCounted(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		mail := b.askedMail(t, "office@example.org", "laptop")
		got := raced(t, 12, func(i int) error {
			_, _, err := b.typeCode(fmt.Sprintf("WR-%d", i), "laptop")
			return err
		})
		want := map[string]int{"code signin_tries": 1, "signin_spent": 7}
		for left := 1; left <= 4; left++ {
			want[fmt.Sprintf("code signin_code map[Left:%d]", left)] = 1
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("12 guesses gave %v", got)
		}
		if tries := b.count(t, "SELECT max(code_tries) FROM sign_in_ask"); tries != 5 {
			t.Errorf("%d tries are stored", tries)
		}
		_, _, err := b.typeCode(mail.code, "laptop")
		wantRefusal(t, "the right code after the race", err, "signin_spent")
	})
}

func TestRacingAsksKeepOneOpen(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		got := raced(t, 8, func(i int) error {
			return b.DB.Write(t.Context(), func(tx *data.Tx) error {
				return account.AskSignIn(tx, b.composer, account.Request{Email: "office@example.org", Lang: "en", Browser: browser(fmt.Sprint(i))})
			})
		})
		if got[""] != 8 {
			t.Errorf("the answers are not the same: %v", got)
		}
		letters := b.deliver(t)
		if len(letters) != 5 {
			t.Errorf("%d mails, wanted 5", len(letters))
		}
		if open := b.count(t, "SELECT count(*) FROM sign_in_ask WHERE kind = 'link' AND ended_at IS NULL"); open != 1 {
			t.Errorf("%d open asks", open)
		}
		var worked int
		for _, l := range letters {
			for i := range 8 {
				if _, _, err := b.spend(l.token, fmt.Sprint(i)); err == nil {
					worked++
				}
			}
		}
		if worked != 1 {
			t.Errorf("%d of the links work", worked)
		}
	})
}

func TestSpendingTwoAsksOfANewAddressMakesOnePerson(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		mail := b.askedMail(t, "office@example.org", "laptop")
		_, invitation := b.addPerson(t, "staff@example.org", account.Auditor)
		// The invitation is readdressed, so that two live asks of different kinds are for one address without a person.
		b.Write(t, func(tx *data.Tx) error {
			_, err := tx.Exec("UPDATE sign_in_ask SET email = $1", mail.to)
			return err
		})
		got := raced(t, 2, func(i int) (err error) {
			_, _, err = b.spend([]string{mail.token, invitation}[i], "laptop")
			return err
		})
		if got[""] != 2 || b.count(t, "SELECT count(*) FROM person WHERE email = $1", mail.to) != 1 {
			t.Errorf("spends: %v", got)
		}
		var emails []string
		for _, p := range b.people(t) {
			emails = append(emails, p.Email)
		}
		if !slices.Equal(emails, []string{"staff@example.org", "office@example.org"}) {
			t.Errorf("people %v", emails)
		}
	})
}
