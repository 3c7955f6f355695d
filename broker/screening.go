package broker

import (
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
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
	// CountTime is how long after its last answer a check is counted for the reports: late, while the answers surely are still there.
	CountTime = ScreeningTime - 15*time.Minute
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
	// Kept are the facts of which the person keeps another answer than that record gives, having seen both.
	Kept    []eligibility.FactID
	Expires time.Time
}

// SaveScreening stores a check: a new one gets its token. Saving begins the 2 hours anew; a check whose link was
// mailed keeps its 30 days.
func SaveScreening(tx *data.Tx, v *eligibility.Vocabulary, s Screening) (Screening, error) {
	facts, err := v.FormatProfile(s.Facts)
	asked, askedErr := json.Marshal(askedList(s.Asked))
	kept, keptErr := json.Marshal(slices.Compact(slices.Sorted(slices.Values(s.Kept))))
	if err := errors.Join(err, askedErr, keptErr); err != nil {
		return s, wrap(err, "save screening")
	}
	count := sql.NullInt64{Int64: data.Millis(tx.Now.Add(CountTime)), Valid: s.Token != "" || s.Expires.IsZero()} // not of a copy
	s.Expires = tx.Now.Add(ScreeningTime)
	if s.Token != "" {
		changed, err := tx.Exec(`UPDATE screening SET lang = $2, facts = $3, asked = $4, operator = $5, kept = $6,
			expires_at = CASE WHEN expires_at > $7 THEN expires_at ELSE $7 END, count_at = CASE WHEN count_at IS NOT NULL THEN $8 ELSE count_at END
			WHERE token_hash = $1 AND expires_at > $9`,
			data.HashToken(s.Token), s.Lang, string(facts), string(asked), s.Operator, string(kept), data.Millis(s.Expires), count.Int64, data.Millis(tx.Now))
		if err != nil || changed == 1 {
			return s, wrap(err, "save screening")
		}
	}
	token, hash := data.NewToken()
	s.Token = token
	_, err = tx.Exec(`INSERT INTO screening (token_hash, lang, facts, asked, operator, kept, created_at, expires_at, count_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, hash, s.Lang, string(facts), string(asked), s.Operator, string(kept), data.Millis(tx.Now), data.Millis(s.Expires), count)
	return s, wrap(err, "save screening")
}

// CountScreening takes note that a check was counted. False: it was already, or it went on since it was to be counted at that time.
func CountScreening(tx *data.Tx, tokenHash string, at int64) (bool, error) {
	changed, err := tx.Exec("UPDATE screening SET count_at = NULL WHERE token_hash = $1 AND count_at = $2", tokenHash, at)
	return changed == 1, wrap(err, "count screening")
}

func askedList(asked map[eligibility.FactID]bool) []eligibility.FactID {
	all := slices.AppendSeq([]eligibility.FactID{}, maps.Keys(asked))
	slices.Sort(all)
	return slices.DeleteFunc(all, func(id eligibility.FactID) bool { return !asked[id] })
}

// LoadScreening finds a check by the token of its cookie. data.ErrNotFound when it is over.
func LoadScreening(tx *data.Tx, v *eligibility.Vocabulary, token string) (Screening, error) {
	s, err := ScreeningOf(tx, v, data.HashToken(token))
	s.Token = token
	return s, wrap(err, "load screening")
}

// ScreeningOf finds a check by the hash of its token. Saved, it is a copy. data.ErrNotFound when it is over.
func ScreeningOf(tx *data.Tx, v *eligibility.Vocabulary, tokenHash string) (Screening, error) {
	return scanScreening(v, tx.Row("SELECT lang, facts, asked, operator, kept, expires_at FROM screening WHERE token_hash = $1 AND expires_at > $2", tokenHash, data.Millis(tx.Now)))
}

func scanScreening(v *eligibility.Vocabulary, row data.Scanner) (Screening, error) {
	var s Screening
	var facts, asked, kept string
	var expires int64
	if err := row.Scan(&s.Lang, &facts, &asked, &s.Operator, &kept, &expires); err != nil {
		return s, err
	}
	s.Expires = data.FromMillis(expires)
	var err error
	if s.Facts, err = v.ParseProfile([]byte(facts)); err != nil {
		return s, data.ErrNotFound // stored with a vocabulary that is gone; the check begins anew
	}
	var list []eligibility.FactID
	if err := json.Unmarshal([]byte(asked), &list); err != nil {
		return s, err
	}
	s.Asked = map[eligibility.FactID]bool{}
	for _, id := range list {
		s.Asked[id] = true
	}
	return s, json.Unmarshal([]byte(kept), &s.Kept)
}

// MailScreening mails the link to a check and keeps it for 30 days; not for an address that had enough today. tell: the mail says that others
// follow (package recheck). Who asks learns nothing about the address; one that cannot exist is refused at the field "email".
func MailScreening(tx *data.Tx, d Desk, token, email, lang string, tell bool) (mailed bool, err error) {
	to, err := account.NormalizeEmail(email)
	if err != nil {
		return false, err
	}
	s, err := LoadScreening(tx, d.Vocabulary, token)
	if err != nil {
		return false, err
	}
	var sent int
	err = tx.Row("SELECT count(*) FROM outbox WHERE recipient = $1 AND template = 'resume' AND queued_at > $2", to, data.Millis(tx.Now.Add(-24*time.Hour))).Scan(&sent)
	if err != nil || sent >= mailsPerDay {
		return false, wrap(err, "mail screening")
	}
	resume, hash := data.NewToken()
	expires := tx.Now.Add(ResumeTime)
	if _, err := tx.Exec("UPDATE screening SET resume_hash = $2, expires_at = $3 WHERE token_hash = $1", data.HashToken(s.Token), hash, data.Millis(expires)); err != nil {
		return false, wrap(err, "mail screening")
	}
	return d.Mail.Enqueue(tx, notify.Message{To: to, Lang: lang, Template: "resume", Key: "resume:" + hash,
		Args: map[string]any{"Link": notify.PrivateLink("/check/resume?token=" + resume), "Expires": expires, "Tell": map[bool]string{true: "yes"}[tell]}})
}

// LookScreening finds a check by its mailed link without changing anything.
func LookScreening(tx *data.Tx, v *eligibility.Vocabulary, resume string) (Screening, error) {
	s, err := scanScreening(v, tx.Row("SELECT lang, facts, asked, operator, kept, expires_at FROM screening WHERE resume_hash = $1 AND expires_at > $2", data.HashToken(resume), data.Millis(tx.Now)))
	return s, wrap(err, "look at screening")
}
