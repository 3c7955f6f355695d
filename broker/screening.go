package broker

import (
	"encoding/json"
	"errors"
	"slices"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// How long the answers of a check are kept.
const (
	ScreeningTime = 2 * time.Hour       // from the last answer
	ResumeTime    = 30 * 24 * time.Hour // once the link was mailed
)

// mailsPerDay is how many resume mails one address gets in a day.
const mailsPerDay = 5

// Screening is the check of one browser. Facts holds what was answered, and what the public registers say of the organization that
// was picked, each with its evidence, source and day. Asked is what was put: answered, skipped or "I'm not sure".
type Screening struct {
	Token    string // of the cookie; empty for one that is not stored yet
	Lang     string
	Facts    eligibility.Profile
	Asked    map[eligibility.FactID]bool
	Operator string // id of the picked record of the public registers (registry.Find), "" if none was picked
	Expires  time.Time
}

// SaveScreening stores a check: a new one gets its token. Saving begins the 2 hours anew; a check whose link was
// mailed keeps its 30 days.
func SaveScreening(tx *data.Tx, v *eligibility.Vocabulary, s Screening) (Screening, error) {
	facts, err := v.FormatProfile(s.Facts)
	if err != nil {
		return s, wrap(err, "save screening")
	}
	asked, err := json.Marshal(askedList(s.Asked))
	if err != nil {
		return s, err
	}
	s.Expires = tx.Now.Add(ScreeningTime)
	if s.Token != "" {
		changed, err := tx.Exec(`UPDATE screening SET lang = $2, facts = $3, asked = $4, operator = $5,
			tell_address = CASE WHEN $4 = '[]' THEN '' ELSE tell_address END, expires_at = CASE WHEN expires_at > $6 THEN expires_at ELSE $6 END WHERE token_hash = $1 AND expires_at > $7`,
			data.HashToken(s.Token), s.Lang, string(facts), string(asked), s.Operator, data.Millis(s.Expires), data.Millis(tx.Now))
		if err != nil || changed == 1 {
			return s, wrap(err, "save screening")
		}
	}
	token, hash := data.NewToken()
	s.Token = token
	_, err = tx.Exec(`INSERT INTO screening (token_hash, lang, facts, asked, operator, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, hash, s.Lang, string(facts), string(asked), s.Operator, data.Millis(tx.Now), data.Millis(s.Expires))
	return s, wrap(err, "save screening")
}

func askedList(asked map[eligibility.FactID]bool) []string {
	all := []string{}
	for id, put := range asked {
		if put {
			all = append(all, string(id))
		}
	}
	slices.Sort(all)
	return all
}

// LoadScreening finds a check by the token of its cookie. data.ErrNotFound when it is over.
func LoadScreening(tx *data.Tx, v *eligibility.Vocabulary, token string) (Screening, error) {
	s, err := scanScreening(v, tx.Row("SELECT lang, facts, asked, operator, expires_at FROM screening WHERE token_hash = $1 AND expires_at > $2",
		data.HashToken(token), data.Millis(tx.Now)))
	s.Token = token
	return s, wrap(err, "load screening")
}

func scanScreening(v *eligibility.Vocabulary, row data.Scanner) (Screening, error) {
	var s Screening
	var facts, asked string
	var expires int64
	if err := row.Scan(&s.Lang, &facts, &asked, &s.Operator, &expires); err != nil {
		return s, err
	}
	s.Expires = data.FromMillis(expires)
	var err error
	if s.Facts, err = v.ParseProfile([]byte(facts)); err != nil {
		return s, data.ErrNotFound // stored with a vocabulary that is gone; the check begins anew
	}
	var list []string
	if err := json.Unmarshal([]byte(asked), &list); err != nil {
		return s, err
	}
	s.Asked = map[eligibility.FactID]bool{}
	for _, id := range list {
		s.Asked[eligibility.FactID(id)] = true
	}
	return s, nil
}

// MailScreening mails the link to a check and keeps it for 30 days. tell: the address is also told when a program begins to fit
// (package recheck). A link that was mailed before stops to work. Who asks learns nothing about the address; an address
// that cannot exist is refused at the field "email".
func MailScreening(tx *data.Tx, d Desk, token, email, lang string, tell bool) error {
	to, err := account.NormalizeEmail(email)
	if err != nil {
		return err
	}
	s, err := LoadScreening(tx, d.Vocabulary, token)
	if err != nil {
		return err
	}
	var sent int
	err = tx.Row("SELECT count(*) FROM outbox WHERE recipient = $1 AND template = $2 AND queued_at > $3",
		to, "resume", data.Millis(tx.Now.Add(-24*time.Hour))).Scan(&sent)
	if err != nil || sent >= mailsPerDay {
		return wrap(err, "mail screening")
	}
	resume, hash := data.NewToken()
	expires := tx.Now.Add(ResumeTime)
	args := map[string]any{"Link": resumeLink(resume), "Expires": expires}
	told := ""
	if tell {
		told, args["Tell"] = to, "yes"
	}
	if _, err := tx.Exec("UPDATE screening SET resume_hash = $2, expires_at = $3, tell_address = $4, tell_asked_at = $5, tell_hash = NULL WHERE token_hash = $1",
		data.HashToken(s.Token), hash, data.Millis(expires), told, data.Millis(tx.Now)); err != nil {
		return wrap(err, "mail screening")
	}
	_, err = d.Mail.Enqueue(tx, notify.Message{To: to, Lang: lang, Template: "resume", Key: "resume:" + hash, Args: args})
	return err
}

func resumeLink(token string) notify.PrivateLink {
	return notify.PrivateLink("/check/resume?token=" + token)
}

// RenewTellLink makes the link of a mail that tells of a program for a check, found by the hash of its cookie. The one of such a mail
// before stops to work; the link with which the check was mailed goes on.
func RenewTellLink(tx *data.Tx, tokenHash string) (notify.PrivateLink, error) {
	token, hash := data.NewToken()
	rows, err := tx.Exec("UPDATE screening SET tell_hash = $2 WHERE token_hash = $1", tokenHash, hash)
	if err == nil && rows == 0 {
		err = data.ErrNotFound
	}
	return resumeLink(token), wrap(err, "link to a check")
}

// LookScreening finds a check by its mailed link without changing anything.
func LookScreening(tx *data.Tx, v *eligibility.Vocabulary, resume string) (Screening, error) {
	s, err := scanScreening(v, tx.Row("SELECT lang, facts, asked, operator, expires_at FROM screening WHERE (resume_hash = $1 OR tell_hash = $1) AND expires_at > $2",
		data.HashToken(resume), data.Millis(tx.Now)))
	return s, wrap(err, "look at screening")
}

// ResumeScreening brings a mailed check into another browser: a copy with a token of its own, so that the link keeps
// working and neither browser holds the other's cookie. Whoever opens the link has the mail: if they were asked to be told of
// programs after an earlier stop of such mails, that stop is taken back.
func ResumeScreening(tx *data.Tx, v *eligibility.Vocabulary, resume string) (Screening, error) {
	s, err := LookScreening(tx, v, resume)
	if err != nil {
		return s, err
	}
	if err := wantTold(tx, resume); err != nil {
		return s, wrap(err, "resume screening")
	}
	return SaveScreening(tx, v, s)
}

// wantTold takes back a stop of the mails about kept checks that is older than the wish that came with the link.
func wantTold(tx *data.Tx, resume string) error {
	var address string
	var asked int64
	err := tx.Row("SELECT tell_address, tell_asked_at FROM screening WHERE resume_hash = $1 AND tell_address <> ''", data.HashToken(resume)).Scan(&address, &asked)
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	choice, err := notify.ChoiceOf(tx, address, notify.KindCheckFits)
	if err != nil || choice.Wanted || !choice.Since.Before(data.FromMillis(asked)) {
		return err
	}
	return notify.Choose(tx, address, notify.KindCheckFits, true)
}
