// Package interest tells people when a program that they follow opens, closes or changes.
//
// # Following
//
// Whoever is signed in follows with their address at once (Follow). Everybody else types an address (Ask) and gets a mail whose link
// confirms it (Confirm): without that nothing is sent, and the row is removed after ConfirmTime. What Ask answers is the same for
// every address. Following is a choice for the mails of notify.KindSaved too: it takes a stop of these mails back.
//
// # Notices
//
// Due compares what a program is now with what the last notice said (or what it was like when the address confirmed). There are no
// events: a change that was taken back before a run is none, a missed run finds the difference later, and a second run finds
// nothing. A program is open while its status is open and its window contains the time, so a window that opens by the clock
// counts as well. Changes of the listing itself are told by part, at most once in ChangePause for each program and address;
// who checked it and when, its sources and its tests are no part of it.
package interest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// Limits of following.
const (
	// ConfirmTime is how long the mailed link works.
	ConfirmTime = 7 * 24 * time.Hour
	// ChangePause is the least time between two notices that a listing changed. That it opened or closed is told at once.
	ChangePause = 24 * time.Hour

	mailsInDay = 3 // mails with a link to one address in a day
)

// Desk is what this package needs beside the transaction.
type Desk struct {
	Vocabulary *eligibility.Vocabulary
	Catalog    *catalog.Cache
	Mail       *notify.Composer
	Locales    *locale.Locales
	// Places counts the places of the programs that are decided here; nil: nobody knows. Only Due asks.
	Places func(*data.Tx, []*catalog.Published) (catalog.Counts, error)
}

// Interest is an address that follows a program, or, before it is confirmed, was asked for.
type Interest struct {
	ID, Slug, Address, Lang string
	asked                   time.Time
	confirmed               bool
}

const interestColumns = "id, slug, address, lang, asked_at, confirmed_at IS NOT NULL"

func scanInterest(s data.Scanner) (i Interest, err error) {
	var asked int64
	err = s.Scan(&i.ID, &i.Slug, &i.Address, &i.Lang, &asked, &i.confirmed)
	i.asked = data.FromMillis(asked)
	return i, err
}

// Ask mails a link that confirms an address. Whoever asks learns nothing about the address: it may follow the program already, or have
// had its mails of this day. Refusal: invalid_email at the field "email". data.ErrNotFound: no such program.
func Ask(tx *data.Tx, d Desk, slug, email, lang string) error {
	address, err := notify.Address(email)
	if err != nil {
		return err
	}
	address = strings.ToLower(address)
	program, err := d.Catalog.Live(tx, slug)
	if err != nil {
		return err
	}
	silent, err := mustBeSilent(tx, slug, address)
	if err != nil || silent {
		return wrap(err, "ask to follow %s", slug)
	}
	token, hash := data.NewToken()
	_, err = tx.Exec(`INSERT INTO saved_interest (id, slug, address, lang, token_hash, asked_at, seen) VALUES ($1, $2, $3, $4, $5, $6, '')
		ON CONFLICT (slug, address) DO UPDATE SET lang = excluded.lang, token_hash = excluded.token_hash, asked_at = excluded.asked_at`,
		data.NewID(), slug, address, lang, hash, data.Millis(tx.Now))
	if err == nil {
		_, err = d.Mail.Enqueue(tx, notify.Message{To: address, Lang: lang, Template: "saved_confirm", Key: "saved_confirm:" + hash,
			Args: map[string]any{"Program": program.Title.In(lang), "Link": notify.PrivateLink("/follow?token=" + token), "Expires": tx.Now.Add(ConfirmTime)}})
	}
	return wrap(err, "ask to follow %s", slug)
}

// mustBeSilent tells whether an address must not get another link: it follows and gets the mails, or had enough links today.
func mustBeSilent(tx *data.Tx, slug, address string) (bool, error) {
	known, err := scanInterest(tx.Row("SELECT "+interestColumns+" FROM saved_interest WHERE slug = $1 AND address = $2", slug, address))
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return false, err
	}
	if known.confirmed {
		choice, err := notify.ChoiceOf(tx, address, notify.KindSaved)
		if err != nil || choice.Wanted {
			return true, err
		}
	}
	var recent int
	err = tx.Row("SELECT count(*) FROM outbox WHERE recipient = $1 AND template = 'saved_confirm' AND queued_at > $2",
		address, data.Millis(tx.Now.Add(-24*time.Hour))).Scan(&recent)
	return recent >= mailsInDay, err
}

// Look finds what a mailed link confirms, without changing anything. data.ErrNotFound: unknown, used or too old.
func Look(tx *data.Tx, token string) (Interest, error) {
	i, err := scanInterest(tx.Row("SELECT "+interestColumns+" FROM saved_interest WHERE token_hash = $1 AND asked_at > $2",
		data.HashToken(token), data.Millis(tx.Now.Add(-ConfirmTime))))
	return i, wrap(err, "look at a link to follow")
}

// Confirm begins the notices for the address that a link was mailed to.
func Confirm(tx *data.Tx, d Desk, token string) (Interest, error) {
	i, err := Look(tx, token)
	if err != nil {
		return i, err
	}
	return i, Follow(tx, d, i.Slug, i.Address, i.Lang)
}

// Follow begins the notices for an address that is proven to be its owner's. Following again changes nothing but the language.
func Follow(tx *data.Tx, d Desk, slug, address, lang string) error {
	address = strings.ToLower(address)
	program, err := d.Catalog.Live(tx, slug)
	if err != nil {
		return err
	}
	_, err = tx.Exec(`INSERT INTO saved_interest (id, slug, address, lang, token_hash, asked_at, confirmed_at, seen)
		VALUES ($1, $2, $3, $4, '', $5, $5, $6)
		ON CONFLICT (slug, address) DO UPDATE SET lang = excluded.lang, token_hash = '',
			seen = CASE WHEN saved_interest.confirmed_at IS NULL THEN excluded.seen ELSE saved_interest.seen END,
			confirmed_at = coalesce(saved_interest.confirmed_at, excluded.confirmed_at)`,
		data.NewID(), slug, address, lang, data.Millis(tx.Now), viewOf(program, tx.Now).text())
	if err == nil {
		err = notify.Choose(tx, address, notify.KindSaved, true)
	}
	return wrap(err, "follow %s", slug)
}

// Stop ends the notices about a program. Nothing happens if the address does not follow it.
func Stop(tx *data.Tx, slug, address string) error {
	_, err := tx.Exec("DELETE FROM saved_interest WHERE slug = $1 AND address = $2", slug, strings.ToLower(address))
	return wrap(err, "stop following %s", slug)
}

// Followed is a program that an address follows.
type Followed struct {
	Slug  string
	Title catalog.Text
}

// Of lists the programs that an address follows, by slug.
func Of(tx *data.Tx, d Desk, address string) ([]Followed, error) {
	slugs, err := data.Rows(tx, data.Value[string], "SELECT slug FROM saved_interest WHERE address = $1 AND confirmed_at IS NOT NULL", strings.ToLower(address))
	if err != nil {
		return nil, wrap(err, "followed programs")
	}
	slices.Sort(slugs)
	var all []Followed
	for _, slug := range slugs {
		title, err := d.title(tx, slug)
		if err != nil {
			return nil, wrap(err, "followed programs")
		}
		all = append(all, Followed{slug, title})
	}
	return all, nil
}

// title is the name of a program, also of one that is not listed any more.
func (d Desk) title(tx *data.Tx, slug string) (catalog.Text, error) {
	program, err := d.Catalog.Live(tx, slug)
	if errors.Is(err, data.ErrNotFound) {
		var version string
		err = tx.Row("SELECT id FROM offering_version WHERE slug = $1 ORDER BY number DESC LIMIT 1", slug).Scan(&version)
		if err == nil {
			program, err = catalog.Version(tx, d.Vocabulary, version)
		}
	}
	if err != nil {
		return catalog.Text{}, err
	}
	return program.Title, nil
}

// Follows tells whether an address follows a program.
func Follows(tx *data.Tx, slug, address string) (follows bool, err error) {
	err = tx.Row("SELECT count(*) > 0 FROM saved_interest WHERE slug = $1 AND address = $2 AND confirmed_at IS NOT NULL",
		slug, strings.ToLower(address)).Scan(&follows)
	return follows, wrap(err, "follows %s", slug)
}

// Noticed tells whether a notice about a program was queued for an address since a time.
func Noticed(tx *data.Tx, slug, address string, since time.Time) (noticed bool, err error) {
	err = tx.Row("SELECT count(*) > 0 FROM saved_interest WHERE slug = $1 AND address = $2 AND confirmed_at IS NOT NULL AND noticed_at > $3",
		slug, strings.ToLower(address), data.Millis(since)).Scan(&noticed)
	return noticed, wrap(err, "noticed about %s", slug)
}

// wrap names the operation of an internal error.
func wrap(err error, format string, args ...any) error {
	if err == nil || errors.Is(err, data.ErrNotFound) {
		return err
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
