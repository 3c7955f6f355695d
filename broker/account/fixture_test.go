package account_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/notify"
)

// bench is a database with everything that signing in needs.
type bench struct {
	*datatest.Database
	composer *notify.Composer
	ctx      context.Context
}

func newBench(t testing.TB, db *datatest.Database) *bench {
	t.Helper()
	composer, err := notify.NewComposer(notify.ComposerConfig{Brand: "Cyber Access Desk", Operator: "Example Institute",
		PublicURL: "https://desk.example.org", From: "Desk <desk@example.org>", ReplyTo: "help@example.org", SealKey: [32]byte{1}})
	if err != nil {
		t.Fatal(err)
	}
	return &bench{Database: db, composer: composer, ctx: context.Background()}
}

func each(t *testing.T, test func(*testing.T, *bench)) {
	t.Helper()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) { test(t, newBench(t, db)) })
}

// letter is a mail as it reaches the mailbox. token is that of a sign-in link or an invitation.
type letter struct{ template, to, lang, text, html, token, code string }

var (
	tokenPattern = regexp.MustCompile(`https://desk\.example\.org/(?:signin/link|invitation)\?token=([a-z2-7]{52})`)
	codePattern  = regexp.MustCompile(`[A-Z0-9]{4}-[A-Z0-9]{4}`)
)

// mailbox keeps what a run of delivery hands over.
type mailbox struct{ letters []letter }

func (m *mailbox) Send(_ context.Context, mail notify.Mail) error {
	l := letter{template: mail.Template, to: mail.To, lang: mail.Lang, text: mail.Text, html: mail.HTML, code: codePattern.FindString(mail.Text)}
	if found := tokenPattern.FindStringSubmatch(mail.Text); found != nil {
		l.token = found[1]
	}
	m.letters = append(m.letters, l)
	return nil
}

func (m *mailbox) Close() error { return nil }

// deliver empties the outbox.
func (b *bench) deliver(t testing.TB) []letter {
	t.Helper()
	var box mailbox
	if _, err := notify.Deliver(context.Background(), b.DB, b.composer, &box, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	return box.letters
}

// browser is the hash of the nonce of a browser with that name.
func browser(name string) string { return data.HashToken("nonce of " + name) }

func (b *bench) ask(t testing.TB, email, from string) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error {
		return account.AskSignIn(tx, b.composer, account.Request{Email: email, Lang: "en", Browser: browser(from), Next: "/applications/1"})
	})
}

// askedMail asks and gives the mail that comes of it, whatever else was waiting in the outbox.
func (b *bench) askedMail(t testing.TB, email, from string) letter {
	t.Helper()
	b.deliver(t)
	b.ask(t, email, from)
	letters := b.deliver(t)
	if len(letters) != 1 || letters[0].token == "" || letters[0].code == "" {
		t.Fatalf("asking gave the mails %+v", letters)
	}
	return letters[0]
}

// spend posts a link; a refusal rolls back, as the adapter of the pages does.
func (b *bench) spend(token, from string) (p account.Person, next string, err error) {
	err = b.DB.Write(context.Background(), func(tx *data.Tx) (err error) {
		p, next, err = account.SpendSignIn(tx, token, browser(from))
		return err
	})
	return p, next, err
}

// typeCode posts a code; a refusal is committed, as the page for codes does.
func (b *bench) typeCode(code, from string) (p account.Person, next string, err error) {
	var refused error
	err = b.DB.Write(context.Background(), func(tx *data.Tx) (err error) {
		refused = nil
		p, next, err = account.SpendSignInCode(tx, code, browser(from))
		var refusal *data.Refusal
		if errors.As(err, &refusal) {
			refused, err = refusal, nil
		}
		return err
	})
	if err == nil {
		err = refused
	}
	return p, next, err
}

// look opens a link the way a page or a mail scanner does: in a read-only transaction.
func (b *bench) look(token, from string) (found account.SignIn, err error) {
	err = b.DB.Read(context.Background(), func(tx *data.Tx) (err error) {
		found, err = account.LookSignIn(tx, token, browser(from))
		return err
	})
	return found, err
}

func (b *bench) addPerson(t testing.TB, email, role string) (p account.Person, token string) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) (err error) {
		p, token, err = account.AddPerson(tx, email, role, record.Console)
		return err
	})
	return p, token
}

func (b *bench) disable(t testing.TB, p account.Person, disabled bool) {
	t.Helper()
	b.Write(t, func(tx *data.Tx) error { return account.SetDisabled(tx, p.ID, disabled, record.Console) })
}

func (b *bench) people(t testing.TB) (people []account.Person) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		people, err = account.People(tx)
		return err
	})
	return people
}

func (b *bench) generation(t testing.TB, p account.Person) (generation int64) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) (err error) {
		generation, err = account.Generation(tx, p.ID)
		return err
	})
	return generation
}

// count is the answer of a query for one number.
func (b *bench) count(t testing.TB, query string, args ...any) (n int) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) error { return tx.Row(query, args...).Scan(&n) })
	return n
}

// asks is every row of sign_in_ask as text, to see that nothing changed.
func (b *bench) asks(t testing.TB) string {
	t.Helper()
	var rows []string
	b.Read(t, func(tx *data.Tx) (err error) {
		rows, err = data.Rows(tx, data.Value[string], `SELECT id || kind || email || token_hash || code_hash || cast(code_tries AS TEXT) || browser_hash || next ||
			cast(asked_at AS TEXT) || cast(expires_at AS TEXT) || coalesce(cast(ended_at AS TEXT), '-') || ending FROM sign_in_ask ORDER BY id`)
		return err
	})
	return strings.Join(rows, "\n")
}

// acts lists a record chain as "act by detail", with ids of people replaced, after checking its hashes.
func (b *bench) acts(t testing.TB, chain string, names map[string]string) (acts []string) {
	t.Helper()
	b.Read(t, func(tx *data.Tx) error {
		if err := record.Check(tx, chain); err != nil {
			return err
		}
		entries, err := record.List(tx, chain)
		for _, e := range entries {
			line := e.Actor + " " + e.Act + " " + e.Detail
			for id, name := range names {
				line = strings.ReplaceAll(line, id, name)
			}
			acts = append(acts, line)
		}
		return err
	})
	return acts
}

// refusal gives field, code and arguments of a refusal, and fails on any other error; "" for nil.
func refusal(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var r *data.Refusal
	if !errors.As(err, &r) {
		t.Errorf("got %v, wanted a refusal", err)
		return "no refusal"
	}
	text := strings.TrimPrefix(r.Field+" "+r.Code, " ")
	if len(r.Args) > 0 {
		text += fmt.Sprint(" ", r.Args)
	}
	return text
}

func wantRefusal(t testing.TB, what string, err error, want string) {
	t.Helper()
	if got := refusal(t, err); got != want {
		t.Errorf("%s: refusal %q, wanted %q", what, got, want)
	}
}
