package account

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"accessdesk/data"
)

// SignIn is what can be said of a link by looking at it.
type SignIn struct {
	Email      string
	Lang       string
	Invitation bool
	// SameBrowser: the looking browser asked for the link, or the link is bound to none.
	SameBrowser bool
}

// ask is a row of sign_in_ask, without its token.
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

// open refuses an ask that was spent or replaced, or ran out. The end is exclusive: at 15 minutes sharp it is over.
func (a ask) open(now time.Time) error {
	switch {
	case a.ended:
		return data.Refuse("", "signin_spent")
	case !now.Before(a.expires):
		return data.Refuse("", "signin_expired")
	}
	return nil
}

// fits tells whether a browser may spend the link.
func (a ask) fits(browser string) bool {
	return a.kind == askInvitation || browser != "" && subtle.ConstantTimeCompare([]byte(a.browser), []byte(browser)) == 1
}

// findAsk looks a link up. A token that nobody made is answered like one that is too old and was pruned.
func findAsk(tx *data.Tx, token string) (ask, error) {
	a, err := scanAsk(tx.Row("SELECT "+askColumns+" FROM sign_in_ask WHERE token_hash = $1", data.HashToken(token)))
	if errors.Is(err, data.ErrNotFound) {
		return a, data.Refuse("", "signin_expired")
	}
	return a, err
}

// LookSignIn tells about a link and spends nothing, in whatever transaction. Refusals: signin_spent (also for a link
// that was replaced, or died of wrong codes) and signin_expired; what is known of the link comes with them.
func LookSignIn(tx *data.Tx, token, browser string) (SignIn, error) {
	a, err := findAsk(tx, token)
	if err != nil {
		return SignIn{}, refusedOr("look at sign-in link", err)
	}
	return SignIn{Email: a.email, Lang: a.lang, Invitation: a.kind == askInvitation, SameBrowser: a.fits(browser)}, a.open(tx.Now)
}

// SpendSignIn spends a link in the browser that asked for it and gives the person and where to go on, "" for the usual
// page. Refusals: signin_spent, signin_expired, signin_other_browser (which spends nothing) and signin_disabled.
func SpendSignIn(tx *data.Tx, token, browser string) (Person, string, error) {
	a, err := findAsk(tx, token)
	if err == nil {
		err = a.open(tx.Now)
	}
	if err == nil && !a.fits(browser) {
		err = data.Refuse("", "signin_other_browser")
	}
	if err != nil {
		return Person{}, "", refusedOr("spend sign-in link", err)
	}
	p, err := a.spend(tx)
	if err != nil {
		return Person{}, "", refusedOr("spend sign-in link", err)
	}
	return p, a.next, nil
}

// SpendSignInCode spends the newest ask of this browser by its short code. The caller must commit the transaction
// although it gets a refusal, because a wrong code is counted in it. Refusals: signin_code with the argument Left,
// signin_tries (that was the last one), signin_spent, signin_expired and signin_disabled.
func SpendSignInCode(tx *data.Tx, code, browser string) (Person, string, error) {
	a, err := newestAsk(tx, browser)
	if err == nil {
		err = a.open(tx.Now)
	}
	if err == nil && subtle.ConstantTimeCompare([]byte(codeHash(a.id, code)), []byte(a.code)) != 1 {
		err = a.countWrongCode(tx)
	}
	if err != nil {
		return Person{}, "", refusedOr("spend sign-in code", err)
	}
	p, err := a.spend(tx)
	if err != nil {
		return Person{}, "", refusedOr("spend sign-in code", err)
	}
	return p, a.next, nil
}

// newestAsk finds the ask that a code typed into a browser is for.
func newestAsk(tx *data.Tx, browser string) (ask, error) {
	if browser == "" {
		return ask{}, data.Refuse("code", "signin_expired")
	}
	a, err := scanAsk(tx.Row("SELECT "+askColumns+` FROM sign_in_ask
		WHERE browser_hash = $1 AND kind IN ($2, $3) ORDER BY asked_at DESC LIMIT 1`, browser, askLink, askSilent))
	if errors.Is(err, data.ErrNotFound) {
		return a, data.Refuse("code", "signin_expired")
	}
	return a, err
}

// countWrongCode counts a try and refuses it; the last one ends the ask.
func (a ask) countWrongCode(tx *data.Tx) error {
	var rows int64
	var err error
	left := codeTries - a.tries - 1
	if left > 0 {
		rows, err = tx.Exec("UPDATE sign_in_ask SET code_tries = code_tries + 1 WHERE id = $1 AND code_tries = $2", a.id, a.tries)
	} else {
		rows, err = tx.Exec("UPDATE sign_in_ask SET code_tries = code_tries + 1, ended_at = $3, ending = $4 WHERE id = $1 AND code_tries = $2",
			a.id, a.tries, data.Millis(tx.Now), endedTries)
	}
	switch {
	case err != nil:
		return err
	case rows == 0:
		return data.ErrConflict
	case left > 0:
		return data.Refuse("code", "signin_code", "Left", left)
	}
	return data.Refuse("code", "signin_tries")
}

// spend ends the ask and gives its person, who comes into being here if the address is new. Of two that race one finds
// the ask ended.
func (a ask) spend(tx *data.Tx) (Person, error) {
	rows, err := tx.Exec("UPDATE sign_in_ask SET ended_at = $2, ending = $3 WHERE id = $1 AND ended_at IS NULL",
		a.id, data.Millis(tx.Now), endedSpent)
	if err != nil {
		return Person{}, err
	}
	if rows == 0 {
		return Person{}, data.Refuse("", "signin_spent")
	}
	p, _, err := obtain(tx, a.email, a.lang, "", "")
	if err != nil {
		return Person{}, err
	}
	if p.Disabled {
		return Person{}, data.Refuse("", "signin_disabled")
	}
	return p, p.read(tx, a.lang)
}

// read makes the language of the page on which a person asked to sign in the language of their mails, unless they chose
// one (SetProfile).
func (p *Person) read(tx *data.Tx, lang string) error {
	if p.Lang == lang {
		return nil
	}
	rows, err := tx.Exec("UPDATE person SET lang = $2 WHERE id = $1 AND lang_chosen = $3", p.ID, lang, false)
	if err != nil || rows == 0 {
		return err
	}
	p.Lang = lang
	return recordPerson(tx, p.ID, "language_changed", map[string]any{"person": p.ID, "lang": lang})
}

// refusedOr passes a refusal on as it is, because people read it, and says of any other error where it came from.
func refusedOr(operation string, err error) error {
	var refusal *data.Refusal
	if errors.As(err, &refusal) {
		return refusal
	}
	return fmt.Errorf("%s: %w", operation, err)
}
