package account_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
)

func TestSignInByLink(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		mail := b.askedMail(t, " Office@Cedarflats.EXAMPLE.org ", "laptop")
		if mail.to != "office@cedarflats.example.org" || mail.lang != "en" {
			t.Errorf("the mail goes to %s in %s", mail.to, mail.lang)
		}
		if len(b.people(t)) != 0 {
			t.Error("asking made a person")
		}
		found, err := b.look(mail.token, "laptop")
		if want := (account.SignIn{Email: mail.to, Lang: "en", SameBrowser: true}); err != nil || found != want {
			t.Errorf("looking gave %+v, %v", found, err)
		}
		p, next, err := b.spend(mail.token, "laptop")
		if err != nil || next != "/applications/1" || p.Email != mail.to || p.StaffRole != "" || p.Lang != "en" || p.ID == "" {
			t.Fatalf("spending gave %+v, %q, %v", p, next, err)
		}
		_, _, err = b.spend(mail.token, "laptop")
		wantRefusal(t, "spending again", err, "signin_spent")
		_, err = b.look(mail.token, "laptop")
		wantRefusal(t, "looking at a spent link", err, "signin_spent")
		_, _, err = b.typeCode(mail.code, "laptop")
		wantRefusal(t, "the code of a spent link", err, "signin_spent")

		again := b.askedMail(t, mail.to, "phone")
		if q, _, err := b.spend(again.token, "phone"); err != nil || q != p {
			t.Errorf("the second time gave %+v, %v", q, err)
		}
		want := []string{`P person_added {"person":"P"}`}
		if got := b.acts(t, record.Desk, map[string]string{p.ID: "P"}); !slices.Equal(got, want) {
			t.Errorf("record %q, wanted %q", got, want)
		}
	})
}

func TestUnknownTokenLooksTooOld(t *testing.T) {
	b := newBench(t, datatest.Open(t))
	for _, token := range []string{"", "a", strings.Repeat("a", 52), "' OR 1=1 --"} {
		_, err := b.look(token, "laptop")
		wantRefusal(t, "look", err, "signin_expired")
		_, _, err = b.spend(token, "laptop")
		wantRefusal(t, "spend", err, "signin_expired")
	}
}

// TestScannerSpendsNothing opens links as mail scanners do: with GET and HEAD, without and with cookies, and by pressing
// the button from a browser of their own.
func TestScannerSpendsNothing(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		mail := b.askedMail(t, "office@cedarflats.example.org", "laptop")
		before := b.asks(t)
		for range 3 {
			for _, from := range []string{"laptop", "scanner"} {
				found, err := b.look(mail.token, from)
				if err != nil || found.SameBrowser != (from == "laptop") {
					t.Errorf("looking from %s: %+v, %v", from, found, err)
				}
			}
			_, _, err := b.spend(mail.token, "scanner")
			wantRefusal(t, "the button in another browser", err, "signin_other_browser")
			err = b.DB.Write(t.Context(), func(tx *data.Tx) error {
				_, _, err := account.SpendSignIn(tx, mail.token, "")
				return err
			})
			wantRefusal(t, "the button without a cookie", err, "signin_other_browser")
		}
		if after := b.asks(t); after != before || len(b.people(t)) != 0 {
			t.Errorf("the scanner changed something:\n%s\n%s", before, after)
		}
		if _, _, err := b.spend(mail.token, "laptop"); err != nil {
			t.Errorf("after the scanner the person cannot sign in: %v", err)
		}
	})
}

func TestLinkAndCodeRunOut(t *testing.T) {
	ways := map[string]func(*bench, letter) error{
		"link": func(b *bench, m letter) error { _, _, err := b.spend(m.token, "laptop"); return err },
		"code": func(b *bench, m letter) error { _, _, err := b.typeCode(m.code, "laptop"); return err },
		"look": func(b *bench, m letter) error { _, err := b.look(m.token, "laptop"); return err },
	}
	moments := map[time.Duration]string{-time.Second: "", -time.Millisecond: "", 0: "signin_expired", time.Second: "signin_expired"}
	each(t, func(t *testing.T, b *bench) {
		for way, use := range ways {
			for moment, want := range moments {
				b.Advance(time.Hour)
				mail := b.askedMail(t, way+"@example.org", "laptop")
				b.Advance(account.SignInTime + moment)
				wantRefusal(t, way+" at the end "+moment.String(), use(b, mail), want)
			}
		}
		_, invitation := b.addPerson(t, "staff@example.org", account.Auditor)
		b.Advance(account.InvitationTime)
		_, _, err := b.spend(invitation, "any")
		wantRefusal(t, "invitation at its end", err, "signin_expired")
		_, invitation = b.addPerson(t, "staff@example.org", account.Auditor)
		b.Advance(account.InvitationTime - time.Second)
		if _, _, err := b.spend(invitation, "any"); err != nil {
			t.Errorf("invitation a second before its end: %v", err)
		}
	})
}

func TestNewerAskEndsTheOlder(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		other := b.askedMail(t, "other@example.org", "laptop")
		old := b.askedMail(t, "office@example.org", "laptop")
		b.Advance(time.Minute)
		newer := b.askedMail(t, "OFFICE@example.org", "phone")
		_, _, err := b.spend(old.token, "laptop")
		wantRefusal(t, "the older link", err, "signin_spent")
		_, _, err = b.typeCode(old.code, "laptop")
		wantRefusal(t, "the older code", err, "signin_spent")
		if _, _, err := b.spend(newer.token, "phone"); err != nil {
			t.Errorf("the newer link: %v", err)
		}
		if _, _, err := b.spend(other.token, "laptop"); err != nil {
			t.Errorf("the link of another address: %v", err)
		}
	})
}

func TestFiveMailsInAnHour(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		start := b.Now()
		var last letter
		for range 5 {
			last = b.askedMail(t, "office@example.org", "laptop")
			b.Advance(time.Minute)
		}
		b.ask(t, "office@example.org", "laptop")
		b.ask(t, "Office@Example.org", "phone")
		if letters := b.deliver(t); len(letters) != 0 {
			t.Errorf("mails beyond the limit: %+v", letters)
		}
		b.askedMail(t, "neighbor@example.org", "tablet") // others are not held up
		if _, _, err := b.typeCode(strings.ToLower(last.code), "laptop"); err != nil {
			t.Errorf("the code of the last mail does not work after one more ask: %v", err)
		}
		b.SetNow(start.Add(time.Hour - time.Second))
		b.ask(t, "office@example.org", "laptop")
		if letters := b.deliver(t); len(letters) != 0 {
			t.Errorf("a second before the hour is over: %+v", letters)
		}
		b.SetNow(start.Add(time.Hour))
		b.askedMail(t, "office@example.org", "laptop")
	})
}

func TestAskRefusesWhatIsNoAddress(t *testing.T) {
	b := newBench(t, datatest.Open(t))
	for _, email := range []string{"", "office", "office@", "@example.org", "a b@example.org", "a@example", "a@example.org\r\nBcc: b@example.org", "Office <a@example.org>", "josé@example.org"} {
		err := b.DB.Write(t.Context(), func(tx *data.Tx) error {
			return account.AskSignIn(tx, b.composer, account.Request{Email: email, Lang: "en", Browser: browser("laptop")})
		})
		wantRefusal(t, email, err, "email invalid_email")
	}
	err := b.DB.Write(t.Context(), func(tx *data.Tx) error {
		return account.AskSignIn(tx, b.composer, account.Request{Email: "a@example.org", Lang: "en"})
	})
	var refused *data.Refusal
	if err == nil || errors.As(err, &refused) {
		t.Errorf("asking without a nonce gave %v", err)
	}
	if b.count(t, "SELECT count(*) FROM sign_in_ask") != 0 || len(b.deliver(t)) != 0 {
		t.Error("a refused ask left something")
	}
}

// TestStrangersCannotTellAddressesApart compares the whole conversation for an unknown address with that for a known, a
// disabled and an over-asked one.
func TestStrangersCannotTellAddressesApart(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		known, _ := b.addPerson(t, "known@example.org", account.Auditor)
		closed, _ := b.addPerson(t, "closed@example.org", account.Auditor)
		b.disable(t, closed, true)
		for range 5 {
			b.ask(t, "busy@example.org", "somebody")
		}
		b.deliver(t)
		talk := func(email string) (said []string) {
			b.ask(t, email, "stranger of "+email)
			for range 7 {
				_, _, err := b.typeCode("AAAA-AAAA", "stranger of "+email)
				said = append(said, refusal(t, err))
			}
			return said
		}
		want := talk("unknown@example.org")
		if !slices.Equal(want, []string{"code signin_code map[Left:4]", "code signin_code map[Left:3]", "code signin_code map[Left:2]",
			"code signin_code map[Left:1]", "code signin_tries", "signin_spent", "signin_spent"}) {
			t.Errorf("an unknown address is answered %q", want)
		}
		for _, email := range []string{known.Email, closed.Email, "busy@example.org"} {
			if said := talk(email); !slices.Equal(said, want) {
				t.Errorf("%s is answered %q, an unknown address %q", email, said, want)
			}
		}
		var to []string
		for _, l := range b.deliver(t) {
			to = append(to, l.to)
		}
		if slices.Sort(to); !slices.Equal(to, []string{"known@example.org", "unknown@example.org"}) {
			t.Errorf("mails went to %v", to)
		}
	})
}

func TestSameMailForKnownAndUnknown(t *testing.T) {
	b := newBench(t, datatest.Open(t))
	known, _ := b.addPerson(t, "known@example.org", account.Auditor)
	strip := func(l letter) string {
		return strings.NewReplacer(l.token, "TOKEN", l.code, "CODE", l.to, "TO").Replace(l.text + l.html)
	}
	one, other := b.askedMail(t, known.Email, "laptop"), b.askedMail(t, "unknown@example.org", "phone")
	if strip(one) != strip(other) {
		t.Errorf("the mails differ:\n%s\n%s", strip(one), strip(other))
	}
}

// TestSameTime asks for addresses of each kind in turn and compares the medians.
func TestSameTime(t *testing.T) {
	b := newBench(t, datatest.Open(t))
	const rounds = 60
	kinds := []string{"unknown", "known", "closed"}
	address := func(kind string, i int) string {
		return kind + string(rune('a'+i/26)) + string(rune('a'+i%26)) + "@example.org"
	}
	for i := range rounds {
		b.addPerson(t, address("known", i), account.Auditor)
		p, _ := b.addPerson(t, address("closed", i), account.Auditor)
		b.disable(t, p, true)
	}
	took := map[string][]time.Duration{}
	for i := range rounds {
		for k := range kinds {
			kind := kinds[(k+i)%len(kinds)]
			began := time.Now()
			b.ask(t, address(kind, i), "stranger")
			took[kind] = append(took[kind], time.Since(began))
		}
	}
	median := func(kind string) time.Duration { return slices.Sorted(slices.Values(took[kind]))[rounds/2] }
	for _, kind := range kinds[1:] {
		if apart := (median(kind) - median("unknown")).Abs(); apart > 5*time.Millisecond {
			t.Errorf("%s addresses take %v, unknown ones %v", kind, median(kind), median("unknown"))
		}
	}
	t.Logf("medians: unknown %v, known %v, closed %v", median("unknown"), median("known"), median("closed"))
}

func TestNothingSecretIsStored(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		b.ask(t, "office@example.org", "laptop")
		_, invitation := b.addPerson(t, "staff@example.org", account.Auditor)
		stored := func() (text string) {
			b.Read(t, func(tx *data.Tx) error {
				rows, err := data.Rows(tx, data.Value[string], `SELECT subject || body_text || body_html || sealed || unique_key FROM outbox`)
				text += strings.Join(rows, "\n")
				return err
			})
			text += b.asks(t)
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
		delivered := stored()
		for _, secret := range []string{mail.token, mail.code, strings.ReplaceAll(mail.code, "-", ""), invitation, "nonce of laptop"} {
			if strings.Contains(waiting, secret) || strings.Contains(delivered, secret) {
				t.Errorf("%q stands in the database", secret)
			}
		}
	})
}

func TestNextLeadsToThisSiteOnly(t *testing.T) {
	b := newBench(t, datatest.Open(t))
	cases := map[string]string{
		"/applications/1":                   "/applications/1",
		"/applications/1/p/demo?x=1&y=//z":  "/applications/1/p/demo?x=1&y=//z",
		"/":                                 "/",
		"/check/results#why":                "/check/results#why",
		"":                                  "",
		"applications":                      "",
		"//evil.example":                    "",
		"/\\evil.example":                   "",
		"/a\\b":                             "",
		"https://evil.example/":             "",
		"javascript:alert(1)":               "",
		"/\t/evil.example":                  "",
		"/\n/evil.example":                  "",
		"/ /evil.example":                   "",
		"/.//evil.example":                  "",
		"/a/..//evil.example":               "",
		"/%2e%2e//evil.example":             "",
		"/%zz":                              "",
		"/" + strings.Repeat("a", 600):      "",
		"/caf\u00e9":                        "/caf\u00e9",
		"/\u2028/evil.example":              "",
		"/applications/?next=https://a.org": "/applications/?next=https://a.org",
	}
	for next, want := range cases {
		b.Advance(time.Hour)
		b.Write(t, func(tx *data.Tx) error {
			return account.AskSignIn(tx, b.composer, account.Request{Email: "a@example.org", Lang: "en", Browser: browser("laptop"), Next: next})
		})
		_, got, err := b.spend(b.deliver(t)[0].token, "laptop")
		if err != nil || got != want {
			t.Errorf("next %q became %q, wanted %q (%v)", next, got, want, err)
		}
	}
}

func TestMailsFollowTheLanguageOfTheLastSignIn(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		signIn := func(lang string) account.Person {
			b.Write(t, func(tx *data.Tx) error {
				return account.AskSignIn(tx, b.composer, account.Request{Email: "a@example.org", Lang: lang, Browser: browser("laptop")})
			})
			mail := b.deliver(t)[0]
			if mail.lang != map[string]string{"es": "es", "en": "en", "fr": "en"}[lang] {
				t.Errorf("asked in %s, mailed in %s", lang, mail.lang)
			}
			p, _, err := b.spend(mail.token, "laptop")
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		first, second, third, fourth := signIn("es"), signIn("es"), signIn("en"), signIn("fr")
		if first.Lang != "es" || second != first || third.Lang != "en" || fourth != third {
			t.Errorf("languages %s %s %s %s", first.Lang, second.Lang, third.Lang, fourth.Lang)
		}
		want := []string{`P person_added {"person":"P"}`, `P language_changed {"lang":"en","person":"P"}`}
		if got := b.acts(t, record.Desk, map[string]string{first.ID: "P"}); !slices.Equal(got, want) {
			t.Errorf("record %q", got)
		}
	})
}

func TestPruneADayAfterTheEnd(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		start := b.Now()
		b.ask(t, "runs-out@example.org", "laptop")
		spent := b.askedMail(t, "spent@example.org", "phone")
		_, invitation := b.addPerson(t, "staff@example.org", account.Auditor)
		b.Advance(time.Minute)
		for token, from := range map[string]string{spent.token: "phone", invitation: "any"} {
			if _, _, err := b.spend(token, from); err != nil {
				t.Fatal(err)
			}
		}
		left := func(after time.Duration) int {
			b.SetNow(start.Add(after))
			b.Write(t, account.Prune)
			return b.count(t, "SELECT count(*) FROM sign_in_ask")
		}
		for _, c := range []struct {
			after time.Duration
			want  int
		}{{24*time.Hour + time.Minute - time.Second, 3}, {24*time.Hour + time.Minute, 1},
			{24*time.Hour + account.SignInTime - time.Second, 1}, {24*time.Hour + account.SignInTime, 0}} {
			if got := left(c.after); got != c.want {
				t.Errorf("after %v %d asks are left, wanted %d", c.after, got, c.want)
			}
		}
	})
}
