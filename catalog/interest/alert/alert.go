// Package alert tells people when a program newly matches a search that they saved.
//
// # Saving
//
// As package interest does for one program: whoever is signed in saves with their address at once (Save); everybody else types an
// address (Ask) and gets a mail whose link confirms it (Confirm). Without that nothing is sent, and the row is removed after
// interest.ConfirmTime. What Ask answers is the same for every address. Saving is a choice for the mails of notify.KindSearch
// too: it takes a stop of these mails back. What fits an organization is not saved: its mails are those of package recheck.
//
// # Mails
//
// Due compares what matches now with what matched when the address confirmed or was told last. A program is told of when it
// matches and did not, because it was published or changed, and when it takes requests and did not. There are no events: what was taken back
// before a run is nothing, and a second run finds nothing. A program matches as the list of programs finds it, with one
// difference: all words must be in it. One mail holds everything for an address, at most once in Pause; what comes
// meanwhile waits, and what is gone until then is not told.
package alert

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/interest"
	"accessdesk/catalog/search"
	"accessdesk/data"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// Limits of saved searches.
const (
	// Pause is the least time between two of these mails to an address.
	Pause = 24 * time.Hour
	// Most is how many searches an address may save.
	Most = 20

	mailsInDay = 3 // mails with a link to one address in a day
)

// Desk is what this package needs beside the transaction.
type Desk struct {
	Vocabulary *eligibility.Vocabulary
	Catalog    *catalog.Cache
	Search     *search.Cache
	Mail       *notify.Composer
	Locales    *locale.Locales
	// Places counts the places of the programs that are decided here; nil: nobody knows.
	Places func(*data.Tx, []*catalog.Published) (catalog.Counts, error)
}

// Saved is a search that an address saved, or, before it is confirmed, was asked for.
type Saved struct {
	ID, Address, Lang string
	Question          string // as search.Query.Encode writes it
	confirmed         bool
}

const savedColumns = "id, question, address, lang, confirmed_at IS NOT NULL"

func scanSaved(s data.Scanner) (v Saved, err error) {
	return v, s.Scan(&v.ID, &v.Question, &v.Address, &v.Lang, &v.confirmed)
}

// question is what of a search is saved. data.ErrNotFound: it asks for nothing.
func question(q search.Query) (text, digest string, err error) {
	q.Fits = false
	if q.Empty() {
		return "", "", data.ErrNotFound
	}
	text = q.Encode()
	return text, data.HashToken(text), nil
}

// Ask mails a link that confirms an address. Whoever asks learns nothing about the address: it may have saved the search already, or
// too many, or have had its mails of this day. Refusal: invalid_email at the field "email". data.ErrNotFound: the search asks for
// nothing.
func Ask(tx *data.Tx, d Desk, q search.Query, email, lang string) error {
	address, err := notify.Address(email)
	if err != nil {
		return err
	}
	address = strings.ToLower(address)
	text, digest, err := question(q)
	if err != nil {
		return err
	}
	silent, err := mustBeSilent(tx, digest, address)
	if err != nil || silent {
		return wrap(err, "ask to save a search")
	}
	token, hash := data.NewToken()
	_, err = tx.Exec(`INSERT INTO saved_search (id, question, digest, address, lang, token_hash, asked_at, seen) VALUES ($1, $2, $3, $4, $5, $6, $7, '')
		ON CONFLICT (address, digest) DO UPDATE SET lang = excluded.lang, token_hash = excluded.token_hash, asked_at = excluded.asked_at`,
		data.NewID(), text, digest, address, lang, hash, data.Millis(tx.Now))
	if err == nil {
		_, err = d.Mail.Enqueue(tx, notify.Message{To: address, Lang: lang, Template: "search_confirm", Key: "search_confirm:" + hash,
			Args: map[string]any{"Search": d.Words(text, lang), "Link": notify.PrivateLink("/follow?token=" + token), "Expires": tx.Now.Add(interest.ConfirmTime)}})
	}
	return wrap(err, "ask to save a search")
}

// mustBeSilent tells whether an address must not get another link: it has the search and gets the mails, has too many searches, or had
// enough links today.
func mustBeSilent(tx *data.Tx, digest, address string) (bool, error) {
	known, err := scanSaved(tx.Row("SELECT "+savedColumns+" FROM saved_search WHERE address = $1 AND digest = $2", address, digest))
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return false, err
	}
	if known.confirmed {
		choice, err := notify.ChoiceOf(tx, address, notify.KindSearch)
		if err != nil || choice.Wanted {
			return true, err
		}
	}
	full, err := tooMany(tx, address)
	if err != nil || full && known.ID == "" {
		return true, err
	}
	var recent int
	err = tx.Row("SELECT count(*) FROM outbox WHERE recipient = $1 AND template = 'search_confirm' AND queued_at > $2",
		address, data.Millis(tx.Now.Add(-24*time.Hour))).Scan(&recent)
	return recent >= mailsInDay, err
}

// tooMany tells whether an address has as many searches as it may, counting those that wait to be confirmed.
func tooMany(tx *data.Tx, address string) (bool, error) {
	var count int
	err := tx.Row("SELECT count(*) FROM saved_search WHERE address = $1", address).Scan(&count)
	return count >= Most, err
}

// Look finds what a mailed link confirms, without changing anything. data.ErrNotFound: unknown, used or too old.
func Look(tx *data.Tx, token string) (Saved, error) {
	v, err := scanSaved(tx.Row("SELECT "+savedColumns+" FROM saved_search WHERE token_hash = $1 AND asked_at > $2",
		data.HashToken(token), data.Millis(tx.Now.Add(-interest.ConfirmTime))))
	return v, wrap(err, "look at a link to save a search")
}

// Confirm begins the mails for the address that a link was mailed to.
func Confirm(tx *data.Tx, d Desk, token string) (Saved, error) {
	v, err := Look(tx, token)
	if err != nil {
		return v, err
	}
	return v, Save(tx, d, d.Search.ParseText(v.Question), v.Address, v.Lang)
}

// Save begins the mails for an address that is proven to be its owner's. Saving again changes nothing but the language. Refusal:
// too_many_searches. data.ErrNotFound: the search asks for nothing.
func Save(tx *data.Tx, d Desk, q search.Query, address, lang string) error {
	address = strings.ToLower(address)
	text, digest, err := question(q)
	if err != nil {
		return err
	}
	var others int // what strangers asked for and nobody confirmed does not count
	err = tx.Row("SELECT count(*) FROM saved_search WHERE address = $1 AND digest <> $2 AND confirmed_at IS NOT NULL", address, digest).Scan(&others)
	if err != nil {
		return wrap(err, "save a search")
	}
	known, err := Has(tx, q, address)
	if err != nil {
		return err
	}
	if !known && others >= Most {
		return data.Refuse("", "too_many_searches", "Most", Most)
	}
	look, err := newLook(tx, d)
	if err != nil {
		return wrap(err, "save a search")
	}
	now, err := look.at(text, lang)
	if err != nil {
		return wrap(err, "save a search")
	}
	_, err = tx.Exec(`INSERT INTO saved_search (id, question, digest, address, lang, token_hash, asked_at, confirmed_at, seen)
		VALUES ($1, $2, $3, $4, $5, '', $6, $6, $7)
		ON CONFLICT (address, digest) DO UPDATE SET lang = excluded.lang, token_hash = '',
			seen = CASE WHEN saved_search.confirmed_at IS NULL THEN excluded.seen ELSE saved_search.seen END,
			confirmed_at = coalesce(saved_search.confirmed_at, excluded.confirmed_at)`,
		data.NewID(), text, digest, address, lang, data.Millis(tx.Now), now.text())
	if err == nil {
		err = notify.Choose(tx, address, notify.KindSearch, true)
	}
	return wrap(err, "save a search")
}

// Stop ends the mails about a search. Nothing happens if the address does not have it.
func Stop(tx *data.Tx, id, address string) error {
	_, err := tx.Exec("DELETE FROM saved_search WHERE id = $1 AND address = $2", id, strings.ToLower(address))
	return wrap(err, "remove a saved search")
}

// StopSame ends the mails about the same search.
func StopSame(tx *data.Tx, q search.Query, address string) error {
	_, digest, err := question(q)
	if err != nil {
		return err
	}
	_, err = tx.Exec("DELETE FROM saved_search WHERE digest = $1 AND address = $2", digest, strings.ToLower(address))
	return wrap(err, "remove a saved search")
}

// Of lists the searches that an address saved and confirmed, the oldest first.
func Of(tx *data.Tx, address string) ([]Saved, error) {
	all, err := data.Rows(tx, scanSaved, "SELECT "+savedColumns+" FROM saved_search WHERE address = $1 AND confirmed_at IS NOT NULL ORDER BY confirmed_at, digest", strings.ToLower(address))
	return all, wrap(err, "saved searches")
}

// Has tells whether an address saved and confirmed a search.
func Has(tx *data.Tx, q search.Query, address string) (has bool, err error) {
	_, digest, err := question(q)
	if err != nil {
		return false, nil //nolint:nilerr // who asks for nothing has saved nothing
	}
	err = tx.Row("SELECT count(*) > 0 FROM saved_search WHERE digest = $1 AND address = $2 AND confirmed_at IS NOT NULL",
		digest, strings.ToLower(address)).Scan(&has)
	return has, wrap(err, "saved search")
}

// Words says a saved search in a language.
func (d Desk) Words(question, lang string) string {
	return d.Search.ParseText(question).Text(d.Locales.In(lang), d.Vocabulary)
}

// wrap names the operation of an internal error.
func wrap(err error, format string, args ...any) error {
	if err == nil || errors.Is(err, data.ErrNotFound) {
		return err
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
