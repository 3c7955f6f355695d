package recheck

import (
	"errors"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// MailCheck mails the link to a check as broker.MailScreening does. tell: the address is also told when a program begins to fit the
// answers, for as long as the link works. A wish that came with an older link ends with it.
func MailCheck(tx *data.Tx, d broker.Desk, token, email, lang string, tell bool) error {
	mailed, err := broker.MailScreening(tx, d, token, email, lang, tell)
	if err != nil || !mailed {
		return err
	}
	id := data.HashToken(token)
	if _, err := tx.Exec("DELETE FROM recheck_check WHERE token_hash = $1", id); err != nil || !tell {
		return wrap(err, "forget who asked before")
	}
	address, err := account.NormalizeEmail(email)
	if err == nil {
		_, err = tx.Exec(`INSERT INTO recheck_check (token_hash, address, asked_at, link_hash, ground, facts_hash, outcome, decided_at)
			VALUES ($1, $2, $3, '', '', '', '', 0)`, id, address, data.Millis(tx.Now))
	}
	return wrap(err, "keep who asked")
}

// LookCheck finds a check by a mailed link of either kind, without changing anything. data.ErrNotFound when it is over.
func LookCheck(tx *data.Tx, v *eligibility.Vocabulary, link string) (broker.Screening, error) {
	s, err := broker.LookScreening(tx, v, link)
	if !errors.Is(err, data.ErrNotFound) {
		return s, err
	}
	var id string
	if err := tx.Row("SELECT token_hash FROM recheck_check WHERE link_hash = $1", data.HashToken(link)).Scan(&id); err != nil {
		return s, wrap(err, "look at a check")
	}
	return broker.ScreeningOf(tx, v, id)
}

// ResumeCheck brings a mailed check into another browser: a copy with a token of its own, so that the link keeps working and neither
// browser holds the other's cookie. Whoever opens the link has the mail: if they asked with it to be told of programs, after
// they had stopped such mails, the stop is taken back.
func ResumeCheck(tx *data.Tx, v *eligibility.Vocabulary, link string) (broker.Screening, error) {
	s, err := LookCheck(tx, v, link)
	if err != nil {
		return s, err
	}
	var address string
	var asked int64
	err = tx.Row(`SELECT r.address, r.asked_at FROM recheck_check r JOIN screening s ON s.token_hash = r.token_hash WHERE s.resume_hash = $1`,
		data.HashToken(link)).Scan(&address, &asked)
	if err == nil {
		var choice notify.Choice
		choice, err = notify.ChoiceOf(tx, address, notify.KindCheckFits)
		if err == nil && !choice.Wanted && choice.Since.Before(data.FromMillis(asked)) {
			err = notify.Choose(tx, address, notify.KindCheckFits, true)
		}
	}
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return s, wrap(err, "resume a check")
	}
	return broker.SaveScreening(tx, v, s)
}
