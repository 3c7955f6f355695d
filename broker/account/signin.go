package account

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/notify"
)

// The limits of signing in.
const (
	SignInTime     = 15 * time.Minute // how long a link and its code work
	InvitationTime = 24 * time.Hour   // how long the link of "user add" works
	codeTries      = 5                // wrong codes until the ask is dead
	asksPerHour    = 5                // mails to one address in an hour; more asks get the same answer and no mail
	keptAsks       = 24 * time.Hour   // how long an ended ask is kept, so that a late click gets a true answer
)

// codeLetters has no letter that is mistaken for another or for a digit. 8 of 29 are about 39 bits.
const codeLetters = "ABCDEFGHJKMNPQRTUVWXYZ2346789"

// The kinds of ask, and how an ask may end.
const (
	askLink       = "link"       // asked for in a browser and bound to it
	askInvitation = "invitation" // made for a new member of staff
	endedSpent    = "spent"
	endedReplaced = "replaced"
	endedTries    = "tries"
)

// Request asks for a sign-in link.
type Request struct {
	Email, Lang string
	Browser     string // hash of the nonce that the asking browser holds
	Next        string // path of this site to go on to, "" for the usual one
}

// AskSignIn mails a link and a code. The answer is the same whether the address is known, unknown, disabled or asked
// for too often; only an address that cannot exist is refused, at the field "email".
func AskSignIn(tx *data.Tx, mail *notify.Composer, r Request) error {
	email, err := NormalizeEmail(r.Email)
	if err != nil {
		return err
	}
	known, err := scanPerson(tx.Row("SELECT "+personColumns+" FROM person WHERE email = $1", email))
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return fmt.Errorf("ask to sign in: %w", err)
	}
	var recent int
	err = tx.Row("SELECT count(*) FROM sign_in_ask WHERE email = $1 AND kind = $2 AND asked_at > $3",
		email, askLink, data.Millis(tx.Now.Add(-time.Hour))).Scan(&recent)
	if err != nil {
		return fmt.Errorf("ask to sign in: %w", err)
	}
	if known.Disabled || recent >= asksPerHour {
		return nil
	}
	if err := endAsks(tx, email, endedReplaced); err != nil {
		return err
	}
	id, code := data.NewID(), newCode()
	token, hash := data.NewToken()
	if err := insertAsk(tx, id, askLink, email, r, hash, codeHash(id, code), tx.Now.Add(SignInTime)); err != nil {
		return err
	}
	_, err = mail.Enqueue(tx, notify.Message{To: email, Lang: r.Lang, Template: "sign_in", Key: "sign_in:" + id,
		Args: map[string]any{"Link": notify.PrivateLink("/signin/link?token=" + token), "Code": code}})
	return err
}

func insertAsk(tx *data.Tx, id, kind, email string, r Request, tokenHash, code string, expires time.Time) error {
	_, err := tx.Exec(`INSERT INTO sign_in_ask (id, kind, email, lang, token_hash, code_hash, code_tries, browser_hash, next, asked_at, expires_at, ending)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, '')`,
		id, kind, email, r.Lang, tokenHash, code, r.Browser, r.Next, data.Millis(tx.Now), data.Millis(expires))
	if err != nil {
		return fmt.Errorf("store sign-in ask: %w", err)
	}
	return nil
}

// endAsks ends what is still open for an address.
func endAsks(tx *data.Tx, email, ending string) error {
	_, err := tx.Exec("UPDATE sign_in_ask SET ended_at = $2, ending = $3 WHERE email = $1 AND ended_at IS NULL",
		email, data.Millis(tx.Now), ending)
	return err
}

// newCode makes a short code: 8 letters as XXXX-XXXX.
func newCode() string {
	letters := make([]byte, 0, 8)
	random := make([]byte, 1)
	for len(letters) < 8 {
		rand.Read(random)
		if int(random[0]) < 256/len(codeLetters)*len(codeLetters) { // no letter likelier than another
			letters = append(letters, codeLetters[int(random[0])%len(codeLetters)])
		}
	}
	return string(letters[:4]) + "-" + string(letters[4:])
}

// codeHash is salted with the ask, because a code is short.
func codeHash(askID, code string) string {
	plain := strings.ToUpper(strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, code))
	return data.HashToken(askID + "\x00" + plain)
}

// SignIn is what can be said of a link by looking at it.
type SignIn struct {
	Email       string
	Lang        string
	Invitation  bool
	SameBrowser bool // the looking browser asked for it, or the link is bound to none
}

// ask is a row of sign_in_ask.
type ask struct {
	id, kind, email, lang, code, browser, next string
	tries                                      int
	expires                                    time.Time
	ended                                      bool
}

const askColumns = "id, kind, email, lang, code_hash, code_tries, browser_hash, next, expires_at, ended_at IS NOT NULL"

func scanAsk(s data.Scanner) (a ask, err error) {
	var expires int64
	err = s.Scan(&a.id, &a.kind, &a.email, &a.lang, &a.code, &a.tries, &a.browser, &a.next, &expires, &a.ended)
	a.expires = data.FromMillis(expires)
	return a, err
}

// open refuses an ask that was spent, replaced or is too old.
func (a ask) open(now time.Time) error {
	switch {
	case a.ended:
		return data.Refuse("", "signin_spent")
	case !now.Before(a.expires):
		return data.Refuse("", "signin_expired")
	}
	return nil
}

func (a ask) fits(browser string) bool {
	return a.kind == askInvitation || browser != "" && subtle.ConstantTimeCompare([]byte(a.browser), []byte(browser)) == 1
}

func findAsk(tx *data.Tx, token string) (ask, error) {
	a, err := scanAsk(tx.Row("SELECT "+askColumns+" FROM sign_in_ask WHERE token_hash = $1", data.HashToken(token)))
	if errors.Is(err, data.ErrNotFound) {
		return a, data.Refuse("", "signin_expired")
	}
	return a, err
}

// LookSignIn tells about a link without spending it; refusals signin_spent and signin_expired.
func LookSignIn(tx *data.Tx, token, browser string) (SignIn, error) {
	a, err := findAsk(tx, token)
	if err != nil {
		return SignIn{}, err
	}
	return SignIn{Email: a.email, Lang: a.lang, Invitation: a.kind == askInvitation, SameBrowser: a.fits(browser)}, a.open(tx.Now)
}

// SpendSignIn spends a link in the browser that asked for it and gives the person and where to go on. The refusal
// signin_other_browser spends nothing.
func SpendSignIn(tx *data.Tx, token, browser string) (Person, string, error) {
	a, err := findAsk(tx, token)
	if err == nil {
		err = a.open(tx.Now)
	}
	if err == nil && !a.fits(browser) {
		err = data.Refuse("", "signin_other_browser")
	}
	if err != nil {
		return Person{}, "", err
	}
	p, err := spend(tx, a)
	return p, a.next, err
}

// SpendSignInCode spends the newest open ask of this browser by its short code. A wrong code is counted in the same
// transaction: the caller commits although it gets the refusal signin_code.
func SpendSignInCode(tx *data.Tx, code, browser string) (Person, string, error) {
	if browser == "" {
		return Person{}, "", data.Refuse("code", "signin_expired")
	}
	a, err := scanAsk(tx.Row("SELECT "+askColumns+" FROM sign_in_ask WHERE browser_hash = $1 AND kind = $2 ORDER BY asked_at DESC LIMIT 1", browser, askLink))
	if errors.Is(err, data.ErrNotFound) {
		return Person{}, "", data.Refuse("code", "signin_expired")
	}
	if err != nil {
		return Person{}, "", err
	}
	if err := a.open(tx.Now); err != nil {
		return Person{}, "", err
	}
	if subtle.ConstantTimeCompare([]byte(codeHash(a.id, code)), []byte(a.code)) != 1 {
		return Person{}, "", wrongCode(tx, a)
	}
	p, err := spend(tx, a)
	return p, a.next, err
}

func wrongCode(tx *data.Tx, a ask) error {
	if _, err := tx.Exec("UPDATE sign_in_ask SET code_tries = code_tries + 1 WHERE id = $1", a.id); err != nil {
		return err
	}
	if a.tries+1 < codeTries {
		return data.Refuse("code", "signin_code", "Left", codeTries-a.tries-1)
	}
	if _, err := tx.Exec("UPDATE sign_in_ask SET ended_at = $2, ending = $3 WHERE id = $1", a.id, data.Millis(tx.Now), endedTries); err != nil {
		return err
	}
	return data.Refuse("code", "signin_tries")
}

// spend ends the ask; of two that race one finds it ended.
func spend(tx *data.Tx, a ask) (Person, error) {
	changed, err := tx.Exec("UPDATE sign_in_ask SET ended_at = $2, ending = $3 WHERE id = $1 AND ended_at IS NULL",
		a.id, data.Millis(tx.Now), endedSpent)
	if err != nil {
		return Person{}, err
	}
	if changed == 0 {
		return Person{}, data.Refuse("", "signin_spent")
	}
	p, err := obtain(tx, a.email, a.lang, "")
	if err != nil {
		return p, err
	}
	if p.Disabled {
		return p, data.Refuse("", "signin_disabled")
	}
	if a.lang != "" && p.Lang != a.lang { // the language of the page on which they asked is the one they read
		if _, err := tx.Exec("UPDATE person SET lang = $2 WHERE id = $1", p.ID, a.lang); err != nil {
			return p, err
		}
		p.Lang = a.lang
	}
	return p, nil
}

// AddPerson adds or promotes a member of staff and gives the token of a one-time link, good for 24 h in any browser.
func AddPerson(tx *data.Tx, email, role, actor string) (Person, string, error) {
	normal, err := NormalizeEmail(email)
	if err != nil {
		return Person{}, "", err
	}
	if !slices.Contains(Roles(), role) {
		return Person{}, "", data.Refuse("role", "unknown_choice")
	}
	p, err := obtain(tx, normal, "en", actor)
	if err != nil {
		return p, "", err
	}
	if p.StaffRole != role {
		if err := setRole(tx, &p, role, actor); err != nil {
			return p, "", err
		}
	}
	if err := endAsks(tx, normal, endedReplaced); err != nil {
		return p, "", err
	}
	token, hash := data.NewToken()
	return p, token, insertAsk(tx, data.NewID(), askInvitation, normal, Request{Lang: p.Lang}, hash, "", tx.Now.Add(InvitationTime))
}

// setRole changes a role and ends the sessions that were opened with the old one.
func setRole(tx *data.Tx, p *Person, role, actor string) error {
	_, err := tx.Exec("UPDATE person SET staff_role = $2, generation = generation + 1 WHERE id = $1", p.ID, role)
	if err != nil {
		return fmt.Errorf("set role: %w", err)
	}
	before := p.StaffRole
	p.StaffRole = role
	return record.Append(tx, record.Entry{Chain: record.Desk, Actor: actor, Act: "role_changed",
		Detail: map[string]any{"person": p.ID, "from": before, "to": role}})
}

// Prune removes asks a day after they ended or ran out.
func Prune(tx *data.Tx) error {
	_, err := tx.Exec("DELETE FROM sign_in_ask WHERE expires_at <= $1", data.Millis(tx.Now.Add(-keptAsks)))
	return err
}
