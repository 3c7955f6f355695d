package recheck

import (
	"errors"
	"strconv"
	"time"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/notify"
)

// checkFinding is a kept check that was decided again: one whose link was mailed to somebody who also wants to be told.
type checkFinding struct {
	id, address, lang string
	facts, operator   string // as stored
	expires           int64

	// What was kept before; first: nothing.
	first         bool
	groundBefore  string
	factsBefore   string // hash
	decidedBefore int64
	outcomeBefore string

	after outcome
	fresh []entered
}

func (f checkFinding) factsHash() string { return data.HashToken(f.facts) }

// lookChecks decides the kept checks that are due.
func lookChecks(tx *data.Tx, d broker.Desk, g ground, most int) ([]checkFinding, error) {
	all, err := data.Rows(tx, scanCheck, `SELECT s.token_hash, r.address, s.lang, s.facts, s.operator, s.expires_at, r.ground, r.facts_hash, r.decided_at, r.outcome
		FROM recheck_check r JOIN screening s ON s.token_hash = r.token_hash WHERE s.expires_at > $1 AND s.asked <> '[]' ORDER BY s.expires_at, s.token_hash`, data.Millis(tx.Now))
	if err != nil {
		return nil, err
	}
	var found []checkFinding
	for _, f := range all {
		if !f.first && f.groundBefore == g.name && f.factsBefore == f.factsHash() {
			continue
		}
		if len(found) == most {
			break
		}
		if err := f.decide(tx, d, g); err != nil {
			return nil, err
		}
		found = append(found, f)
	}
	return found, nil
}

func scanCheck(s data.Scanner) (f checkFinding, err error) {
	err = s.Scan(&f.id, &f.address, &f.lang, &f.facts, &f.operator, &f.expires, &f.groundBefore, &f.factsBefore, &f.decidedBefore, &f.outcomeBefore)
	f.first = f.groundBefore == ""
	return f, err
}

func (f *checkFinding) decide(tx *data.Tx, d broker.Desk, g ground) (err error) {
	var before outcome
	if !f.first {
		if before, err = parseOutcome(f.outcomeBefore); err != nil {
			return wrap(err, "outcome of a check")
		}
	}
	facts, err := d.Vocabulary.ParseProfile([]byte(f.facts))
	if err != nil {
		facts = eligibility.Profile{} // stored with a vocabulary that is gone: nothing is known, as on its pages
	}
	if facts, err = renewed(tx, d, facts, f.operator); err != nil {
		return err
	}
	f.after, f.fresh = before.next(g.decide(d, facts, tx.Now), tx.Now)
	if f.groundBefore == g.name { // only the answers are others
		f.fresh = nil
	}
	return nil
}

// renewed gives a profile in which what came from the registers is what their live editions say of an operator; "" is none. What
// somebody stated stays, and so does what no edition says any more.
func renewed(tx *data.Tx, d broker.Desk, facts eligibility.Profile, operator string) (eligibility.Profile, error) {
	if operator == "" {
		return facts, nil
	}
	found, err := registry.Find(tx, operator)
	if errors.Is(err, data.ErrNotFound) {
		return facts, nil
	}
	if err != nil {
		return nil, err
	}
	said, err := found.Profile(d.Vocabulary)
	if err != nil {
		return nil, err
	}
	facts = facts.Clone()
	for id, value := range facts {
		if is, known := said[id]; known && value.Evidence == eligibility.Register {
			facts[id] = is
		}
	}
	return facts, nil
}

// keep stores the finding and queues its mail; false if the check is another one by now.
func (f checkFinding) keep(tx *data.Tx, d broker.Desk, g ground) (kept bool, mails int, err error) {
	rows, err := tx.Exec(`UPDATE recheck_check SET ground = $2, facts_hash = $3, outcome = $4, decided_at = $5
		WHERE token_hash = $1 AND ground = $6 AND facts_hash = $7 AND decided_at = $8 AND address = $9
		AND EXISTS (SELECT 1 FROM screening s WHERE s.token_hash = $1 AND s.facts = $10)`,
		f.id, g.name, f.factsHash(), f.after.text(), data.Millis(tx.Now), f.groundBefore, f.factsBefore, f.decidedBefore, f.address, f.facts)
	if err != nil || rows == 0 || len(f.fresh) == 0 {
		return rows == 1, 0, err
	}
	mails, err = f.tell(tx, d, g)
	return true, mails, err
}

func (f checkFinding) tell(tx *data.Tx, d broker.Desk, g ground) (mails int, err error) {
	news, err := unheard(tx, f.address, f.fresh)
	if err != nil || len(news) == 0 {
		return 0, err
	}
	wanted, err := notify.Wanted(tx, f.address, "check_fits")
	if err != nil || !wanted {
		return 0, err
	}
	token, hash := data.NewToken()
	if _, err := tx.Exec("UPDATE recheck_check SET link_hash = $2 WHERE token_hash = $1", f.id, hash); err != nil {
		return 0, err
	}
	args := words(d.Locales.In(f.lang), news, tx.Now)
	args["Link"], args["Expires"] = notify.PrivateLink("/check/resume?token="+token), time.UnixMilli(f.expires).UTC()
	queued, err := d.Mail.Enqueue(tx, notify.Message{To: f.address, Lang: f.lang, Template: "check_fits", Args: args,
		Key: "check_fits:" + f.id[:16] + ":" + strconv.FormatInt(f.decidedBefore, 10) + ":" + g.name})
	if queued {
		mails = 1
	}
	return mails, err
}
