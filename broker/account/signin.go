package account

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"

	"accessdesk/data"
	"accessdesk/notify"
)

// The limits of signing in.
const (
	// SignInTime is how long a link and its code work.
	SignInTime = 15 * time.Minute

	codeTries   = 5              // wrong codes until the ask is dead
	mailsInHour = 5              // mails to one address in an hour
	keptAsks    = 24 * time.Hour // how long an ended ask is kept, so that a late click gets a true answer
	nextLimit   = 500            // bytes of the path to go on to; longer ones are left out
)

// codeLetters has no letter or digit that is mistaken for another. 8 of 29 are about 39 bits: enough for 5 guesses in
// the browser that asked. Whoever can read the table could try them all, but has not that browser's nonce.
const codeLetters = "ABCDEFGHJKMNPQRTUVWXYZ2346789"

// The kinds of ask, and how an ask may end before it runs out.
const (
	askLink       = "link"       // asked for in a browser and bound to it
	askSilent     = "silent"     // looks like link from outside, but no mail went out: it cannot be spent
	askInvitation = "invitation" // made for a member of staff, bound to no browser

	endedSpent    = "spent"
	endedReplaced = "replaced" // by a newer one
	endedTries    = "tries"    // too many wrong codes
	endedClosed   = "closed"   // the account was closed
)

// Request asks for a sign-in link.
type Request struct {
	Email string // as typed
	Lang  string // "en" or "es": the language of the page, and of the mail
	// Browser is the hash of the nonce that the asking browser holds in a cookie (data.HashToken).
	Browser string
	// Next is the path of this site to go on to afterwards. What does not lead to this site is left out.
	Next string
}

// AskSignIn mails a link and a code. The answer is the same whether the address is known, unknown, disabled or asked
// for too often; only an address that cannot be one is refused, with invalid_email at the field "email".
func AskSignIn(tx *data.Tx, composer *notify.Composer, r Request) error {
	email, err := NormalizeEmail(r.Email)
	if err != nil {
		return err
	}
	if r.Browser == "" {
		return errors.New("ask to sign in: the asking browser has no nonce")
	}
	silent, err := mustBeSilent(tx, email)
	if err != nil {
		return fmt.Errorf("ask to sign in: %w", err)
	}
	a := ask{id: data.NewID(), kind: askLink, email: email, lang: spoken(r.Lang), browser: r.Browser,
		next: localPath(r.Next), expires: tx.Now.Add(SignInTime)}
	code := newCode()
	a.code = codeHash(a.id, code)
	token, hash := data.NewToken()
	mail := notify.Message{To: email, Lang: a.lang, Template: "sign_in", Key: "sign_in:" + a.id, Args: map[string]any{
		"Link": notify.PrivateLink("/signin/link?token=" + token), "Code": code, "Minutes": int(SignInTime / time.Minute)}}
	if silent {
		err = a.pretend(tx, composer, mail, hash)
	} else {
		err = a.store(tx, composer, mail, hash)
	}
	if err != nil {
		return fmt.Errorf("ask to sign in: %w", err)
	}
	return nil
}

// mustBeSilent tells whether an address must not get a mail: its person is disabled, or it had its mails of this hour.
func mustBeSilent(tx *data.Tx, email string) (bool, error) {
	known, err := personOf(tx, email)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return false, err
	}
	var recent int
	err = tx.Row("SELECT count(*) FROM sign_in_ask WHERE email = $1 AND kind = $2 AND asked_at > $3",
		email, askLink, data.Millis(tx.Now.Add(-time.Hour))).Scan(&recent)
	return known.Disabled || recent >= mailsInHour, err
}

// store ends the older asks of the address, keeps this one and queues its mail.
func (a ask) store(tx *data.Tx, composer *notify.Composer, mail notify.Message, tokenHash string) error {
	if err := endAsks(tx, a.email, askLink, endedReplaced); err != nil {
		return err
	}
	if err := a.insert(tx, tokenHash); err != nil {
		return err
	}
	_, err := composer.Enqueue(tx, mail)
	return err
}

// pretend does the same work for an ask of which no mail may go out. A live ask of the same browser stays the one that
// its code is for: the person has that mail already.
func (a ask) pretend(tx *data.Tx, composer *notify.Composer, mail notify.Message, tokenHash string) error {
	if _, err := composer.Compose(mail); err != nil {
		return err
	}
	var live int
	err := tx.Row(`SELECT count(*) FROM sign_in_ask WHERE browser_hash = $1 AND email = $2 AND kind = $3 AND ended_at IS NULL AND expires_at > $4`,
		a.browser, a.email, askLink, data.Millis(tx.Now)).Scan(&live)
	if err != nil || live > 0 {
		return err
	}
	a.kind = askSilent
	return a.insert(tx, tokenHash)
}

func (a ask) insert(tx *data.Tx, tokenHash string) error {
	_, err := tx.Exec(`INSERT INTO sign_in_ask (id, kind, email, lang, token_hash, code_hash, code_tries, browser_hash, next, asked_at, expires_at, ending)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, '')`,
		a.id, a.kind, a.email, a.lang, tokenHash, a.code, a.browser, a.next, data.Millis(tx.Now), data.Millis(a.expires))
	if err != nil {
		return fmt.Errorf("store sign-in ask: %w", err)
	}
	return nil
}

// endAsks ends the asks of one kind that an address still has open.
func endAsks(tx *data.Tx, email, kind, ending string) error {
	_, err := tx.Exec("UPDATE sign_in_ask SET ended_at = $3, ending = $4 WHERE email = $1 AND kind = $2 AND ended_at IS NULL AND expires_at > $3",
		email, kind, data.Millis(tx.Now), ending)
	if err != nil {
		return fmt.Errorf("end sign-in asks: %w", err)
	}
	return nil
}

// newCode makes a short code: 8 letters and digits as XXXX-XXXX.
func newCode() string {
	const fair = 256 / len(codeLetters) * len(codeLetters) // bytes from here on would make some letters likelier
	letters := make([]byte, 0, 8)
	random := make([]byte, 1)
	for len(letters) < cap(letters) {
		rand.Read(random) // never fails since Go 1.24
		if b := int(random[0]); b < fair {
			letters = append(letters, codeLetters[b%len(codeLetters)])
		}
	}
	return string(letters[:4]) + "-" + string(letters[4:])
}

// codeHash is salted with the ask, because a code is short. People may type a code in lower case, with any dashes and
// blanks.
func codeHash(askID, code string) string {
	plain := strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, code)
	return data.HashToken(askID + "\x00" + plain)
}

// localPath gives a path if it leads to a page of this site wherever a browser resolves it, else "". Browsers read
// "//host" and "/\host" as another site and drop tabs and line ends, so none of these pass, nor dot segments that could
// leave "//" at the front.
func localPath(next string) string {
	if !strings.HasPrefix(next, "/") || len(next) > nextLimit || strings.ContainsRune(next, '\\') ||
		strings.ContainsFunc(next, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
		return ""
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil {
		return ""
	}
	if clean := path.Clean(u.Path); u.Path != clean && (clean == "/" || u.Path != clean+"/") {
		return ""
	}
	return next
}

// Prune removes asks a day after they ended or ran out, and invitations 90 days after.
func Prune(tx *data.Tx) error {
	_, err := tx.Exec("DELETE FROM sign_in_ask WHERE coalesce(ended_at, expires_at) <= $1", data.Millis(tx.Now.Add(-keptAsks)))
	if err == nil {
		_, err = tx.Exec("DELETE FROM invitation WHERE coalesce(ended_at, expires_at) <= $1", data.Millis(tx.Now.Add(-keptInvitations)))
	}
	if err != nil {
		return fmt.Errorf("prune sign-in asks and invitations: %w", err)
	}
	return nil
}
