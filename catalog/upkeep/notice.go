package upkeep

import (
	"database/sql"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/catalog/wording"
	"accessdesk/data"
)

// NoticeLength is the most characters of a notice in one language: two or three sentences that people read before the program.
const NoticeLength = 500

// sourceLength is the most characters of the address of a source.
const sourceLength = 500

// Draft is what somebody writes into a notice.
type Draft struct {
	Text        catalog.Text
	SourceURL   string       // page that says so, https; may be empty
	SourceOn    catalog.Date // day on which it was read; empty without a page
	From, Until time.Time    // shown from From on, before Until; a zero From is now, a zero Until is until somebody ends it
}

// Notice is a notice on all programs of a provider.
type Notice struct {
	ID, Provider string
	Number       int // of its edition, 1, 2, ...
	Draft
}

// InForce tells whether the notice is shown at now.
func (n Notice) InForce(now time.Time) bool {
	return !now.Before(n.From) && (n.Until.IsZero() || now.Before(n.Until))
}

// Over tells whether the notice is never shown any more.
func (n Notice) Over(now time.Time) bool {
	return !n.Until.IsZero() && (!now.Before(n.Until) || !n.From.Before(n.Until))
}

// meets tells whether there is an instant at which both are shown.
func (n Notice) meets(other Notice) bool {
	return (n.Until.IsZero() || other.From.Before(n.Until)) && (other.Until.IsZero() || n.From.Before(other.Until)) &&
		!n.empty() && !other.empty()
}

// empty tells whether the notice was ended before it began.
func (n Notice) empty() bool { return !n.Until.IsZero() && !n.From.Before(n.Until) }

// Edition is a notice as it was written, changed or ended.
type Edition struct {
	Notice
	Act string // "write", "edit" or "end"
	At  time.Time
	By  string // id of the person
}

const noticeColumns = "id, provider, number, text_en, text_es, source_url, source_on, from_at, until_at"

func scanNotice(s data.Scanner) (n Notice, err error) {
	err = n.scan(s)
	return n, err
}

func (n *Notice) scan(s data.Scanner, more ...any) error {
	var from int64
	var until sql.NullInt64
	err := s.Scan(append([]any{&n.ID, &n.Provider, &n.Number, &n.Text.En, &n.Text.Es, &n.SourceURL, &n.SourceOn, &from, &until}, more...)...)
	n.From = data.FromMillis(from)
	if until.Valid {
		n.Until = data.FromMillis(until.Int64)
	}
	return err
}

// Write puts a notice on all programs of a provider. Refusals: at the fields text_en, text_es, source_url, source_on, from, until.
// data.ErrNotFound: no such provider.
func Write(tx *data.Tx, d Desk, provider, actor string, draft Draft) (Notice, error) {
	if _, err := d.provider(tx, provider); err != nil {
		return Notice{}, wrap(err, "notice of %s", provider)
	}
	draft = draft.whole(tx.Now)
	n := Notice{ID: data.NewID(), Provider: provider, Number: 1, Draft: draft}
	if err := n.check(tx); err != nil {
		return n, err
	}
	_, err := tx.Exec(`INSERT INTO provider_notice (id, provider, number, text_en, text_es, source_url, source_on, from_at, until_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		n.ID, n.Provider, n.Number, n.Text.En, n.Text.Es, n.SourceURL, string(n.SourceOn), data.Millis(n.From), nullMillis(n.Until))
	if err == nil {
		err = n.keep(tx, "write", actor)
	}
	return n, wrap(err, "notice of %s", provider)
}

// Edit changes a notice that is not over. number is the edition that the person had before them: data.ErrConflict if it is not the
// one that holds.
func Edit(tx *data.Tx, id string, number int, actor string, draft Draft) (Notice, error) {
	n, err := FindNotice(tx, id)
	if err != nil {
		return n, err
	}
	if n.Number != number {
		return n, data.ErrConflict
	}
	if n.Over(tx.Now) {
		return n, data.Refuse("", "notice_over")
	}
	if draft.From.IsZero() { // it stays
		draft.From = n.From
	}
	before := n.Draft
	n.Draft = draft.whole(tx.Now)
	if err := n.check(tx); err != nil {
		return n, err
	}
	if n.Draft == before {
		return n, nil
	}
	return n, wrap(n.change(tx, "edit", actor), "edit notice %s", id)
}

// EndNotice takes a notice off before its time. One that is over already stays as it is.
func EndNotice(tx *data.Tx, id string, number int, actor string) (Notice, error) {
	n, err := FindNotice(tx, id)
	switch {
	case err != nil:
		return n, err
	case n.Over(tx.Now):
		return n, nil
	case n.Number != number:
		return n, data.ErrConflict
	}
	n.Until = tx.Now
	return n, wrap(n.change(tx, "end", actor), "end notice %s", id)
}

// FindNotice finds a notice. data.ErrNotFound if there is none.
func FindNotice(tx *data.Tx, id string) (Notice, error) {
	n, err := scanNotice(tx.Row("SELECT "+noticeColumns+" FROM provider_notice WHERE id = $1", id))
	return n, wrap(err, "notice %s", id)
}

// NoticesOf lists the notices of a provider, those that begin last first.
func NoticesOf(tx *data.Tx, provider string) ([]Notice, error) {
	all, err := data.Rows(tx, scanNotice, "SELECT "+noticeColumns+" FROM provider_notice WHERE provider = $1 ORDER BY from_at DESC, id", provider)
	return all, wrap(err, "notices of %s", provider)
}

// Editions lists what a notice said, the newest first.
func Editions(tx *data.Tx, id string) ([]Edition, error) {
	all, err := data.Rows(tx, func(s data.Scanner) (e Edition, err error) {
		var at int64
		err = e.scan(s, &e.Act, &at, &e.By)
		e.At = data.FromMillis(at)
		return e, err
	}, `SELECT e.notice_id, n.provider, e.number, e.text_en, e.text_es, e.source_url, e.source_on, e.from_at, e.until_at, e.act, e.made_at, e.made_by
		FROM provider_notice_edition e JOIN provider_notice n ON n.id = e.notice_id WHERE e.notice_id = $1 ORDER BY e.number DESC`, id)
	return all, wrap(err, "editions of notice %s", id)
}

// whole tidies a draft: whole milliseconds, no surrounding space, a begin.
func (d Draft) whole(now time.Time) Draft {
	d.Text.En, d.Text.Es, d.SourceURL = strings.TrimSpace(d.Text.En), strings.TrimSpace(d.Text.Es), strings.TrimSpace(d.SourceURL)
	if d.From.IsZero() {
		d.From = now
	}
	d.From, d.Until = data.FromMillis(data.Millis(d.From)), data.FromMillis(data.Millis(d.Until))
	return d
}

// check gives everything that is wrong with a notice at once.
func (n Notice) check(tx *data.Tx) error {
	problems := []error{checkText("text_en", "en", n.Text.En), checkText("text_es", "es", n.Text.Es), n.checkSource(tx.Now)}
	switch {
	case !n.Until.IsZero() && !n.Until.After(n.From):
		problems = append(problems, data.Refuse("until", "notice_until"))
	case !n.Until.IsZero() && !n.Until.After(tx.Now):
		problems = append(problems, data.Refuse("until", "notice_past"))
	}
	others, err := NoticesOf(tx, n.Provider)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(others, func(other Notice) bool { return other.ID != n.ID && other.meets(n) }) {
		problems = append(problems, data.Refuse("from", "notice_two"))
	}
	return errors.Join(problems...)
}

func checkText(field, lang, text string) error {
	if text == "" {
		return data.Refuse(field, "notice_text")
	}
	if used := utf8.RuneCountInString(text); used > NoticeLength {
		return data.Refuse(field, "too_long", "Max", NoticeLength, "Used", used)
	}
	if finds := wording.Check(lang, text); len(finds) > 0 {
		return data.Refuse(field, "notice_"+finds[0].Code(), "Words", finds[0].Words)
	}
	return nil
}

func (n Notice) checkSource(now time.Time) error {
	if n.SourceURL == "" && n.SourceOn == "" {
		return nil
	}
	address, err := url.Parse(n.SourceURL)
	if err != nil || address.Scheme != "https" || address.Host == "" || address.User != nil || len(n.SourceURL) > sourceLength {
		return data.Refuse("source_url", "notice_source")
	}
	if n.SourceOn.Time().IsZero() || n.SourceOn.Time().After(now.Add(14*time.Hour)) { // the day begins first at UTC+14
		return data.Refuse("source_on", "notice_source_day")
	}
	return nil
}

// change stores the next edition, if the one before still holds.
func (n *Notice) change(tx *data.Tx, act, actor string) error {
	changed, err := tx.Exec(`UPDATE provider_notice SET number = $1, text_en = $2, text_es = $3, source_url = $4, source_on = $5, from_at = $6, until_at = $7
		WHERE id = $8 AND number = $9`,
		n.Number+1, n.Text.En, n.Text.Es, n.SourceURL, string(n.SourceOn), data.Millis(n.From), nullMillis(n.Until), n.ID, n.Number)
	if err == nil && changed == 0 {
		err = data.ErrConflict
	}
	if err != nil {
		return err
	}
	n.Number++
	return n.keep(tx, act, actor)
}

// noticeActs are the words of the record.
var noticeActs = map[string]string{"write": "notice_written", "edit": "notice_changed", "end": "notice_ended"}

// keep adds the edition to the history and to the record, and turns the pages.
func (n Notice) keep(tx *data.Tx, act, actor string) error {
	_, err := tx.Exec(`INSERT INTO provider_notice_edition
		(notice_id, number, act, text_en, text_es, source_url, source_on, from_at, until_at, made_at, made_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		n.ID, n.Number, act, n.Text.En, n.Text.Es, n.SourceURL, string(n.SourceOn), data.Millis(n.From), nullMillis(n.Until), data.Millis(tx.Now), actor)
	if err != nil {
		return err
	}
	words := strings.Join([]string{n.Text.En, n.Text.Es, n.SourceURL, string(n.SourceOn)}, "\x00")
	detail := map[string]any{"notice": n.ID, "number": n.Number, "provider": n.Provider, "hash": data.HashToken(words), "from": n.From.Format(time.RFC3339Nano)}
	if !n.Until.IsZero() {
		detail["until"] = n.Until.Format(time.RFC3339Nano)
	}
	// The chain of the desk: a provider has no chain of its own, and the notice is on all its programs.
	if err := record.Append(tx, record.Entry{Chain: record.Desk, Actor: actor, Act: noticeActs[act], Detail: detail}); err != nil {
		return err
	}
	return catalog.MoveRevision(tx)
}

// nullMillis is a time as it is stored; the zero time is none.
func nullMillis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: data.Millis(t), Valid: !t.IsZero()}
}
