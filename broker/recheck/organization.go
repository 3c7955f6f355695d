package recheck

import (
	"database/sql"
	"strconv"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/catalog/interest"
	"accessdesk/data"
	"accessdesk/notify"
)

// organizationFinding is an organization that was decided again.
type organizationFinding struct {
	id        string
	factsSeen int64

	// What was kept before; first: nothing.
	first         bool
	groundBefore  string
	factsBefore   int64
	decidedBefore int64
	outcomeBefore string

	after outcome
	fresh []entered
}

// askers are the memberships of people who asked for the mails ($1 is their kind).
const askers = `SELECT 1 FROM membership m JOIN person p ON p.id = m.person_id JOIN mail_choice c ON c.address = p.email
	WHERE c.kind = $1 AND c.wanted AND m.state = 'active' AND NOT p.disabled`

// factsSeen counts the facts of organization o with their history: a number that moves whenever one is stated.
const factsSeen = "(SELECT count(*) FROM organization_fact f WHERE f.organization_id = o.id)"

// lookOrganizations decides the organizations that are due.
func lookOrganizations(tx *data.Tx, d broker.Desk, g ground, most int) ([]organizationFinding, error) {
	all, err := data.Rows(tx, scanOrganization, "SELECT o.id, "+factsSeen+`, r.ground, r.facts_seen, r.decided_at, r.outcome
		FROM organization o LEFT JOIN recheck_organization r ON r.organization_id = o.id
		WHERE EXISTS (`+askers+` AND m.organization_id = o.id)
		AND (r.ground IS NULL OR r.ground <> $2 OR r.facts_seen <> `+factsSeen+`)
		ORDER BY o.created_at, o.id LIMIT $3`, string(notify.KindFits), g.name, most)
	if err != nil {
		return nil, err
	}
	for i := range all {
		f := &all[i]
		var before outcome
		if !f.first {
			if before, err = parseOutcome(f.outcomeBefore); err != nil {
				return nil, wrap(err, "outcome of organization %s", f.id)
			}
		}
		facts, err := factsOf(tx, d, f.id)
		if err != nil {
			return nil, err
		}
		f.after, f.fresh = before.next(g.decide(d, facts, tx.Now), tx.Now)
		if f.groundBefore == g.name { // only its own facts are others
			f.fresh = nil
		}
	}
	return all, nil
}

func scanOrganization(s data.Scanner) (f organizationFinding, err error) {
	var ground, text sql.NullString
	var facts, decided sql.NullInt64
	err = s.Scan(&f.id, &f.factsSeen, &ground, &facts, &decided, &text)
	f.first = !ground.Valid
	f.groundBefore, f.factsBefore, f.decidedBefore, f.outcomeBefore = ground.String, facts.Int64, decided.Int64, text.String
	return f, err
}

// keep stores the finding and queues its mails; false if the organization is another one by now.
func (f organizationFinding) keep(tx *data.Tx, d broker.Desk, g ground) (kept bool, mails int, err error) {
	var rows int64
	if f.first {
		rows, err = tx.Exec(`INSERT INTO recheck_organization (organization_id, ground, facts_seen, outcome, decided_at)
			SELECT o.id, $2, $3, $4, $5 FROM organization o WHERE o.id = $1 AND `+factsSeen+` = $3
			ON CONFLICT (organization_id) DO NOTHING`, f.id, g.name, f.factsSeen, f.after.text(), data.Millis(tx.Now))
	} else {
		rows, err = tx.Exec(`UPDATE recheck_organization SET ground = $2, facts_seen = $3, outcome = $4, decided_at = $5
			WHERE organization_id = $1 AND ground = $6 AND facts_seen = $7 AND decided_at = $8
			AND $3 = (SELECT count(*) FROM organization_fact f WHERE f.organization_id = $1)`,
			f.id, g.name, f.factsSeen, f.after.text(), data.Millis(tx.Now), f.groundBefore, f.factsBefore, f.decidedBefore)
	}
	if err != nil || rows == 0 || len(f.fresh) == 0 {
		return rows == 1, 0, err
	}
	mails, err = f.tell(tx, d, g)
	return true, mails, err
}

// tell queues the mails of a finding: one for each person who asked, of what they have not heard of otherwise.
func (f organizationFinding) tell(tx *data.Tx, d broker.Desk, g ground) (mails int, err error) {
	fresh, err := f.withoutApplied(tx)
	if err != nil || len(fresh) == 0 {
		return 0, err
	}
	organization, err := account.FindOrganization(tx, f.id)
	if err != nil {
		return 0, err
	}
	members, err := account.Audience(tx, f.id, "fits_now")
	if err != nil {
		return 0, err
	}
	for _, m := range members {
		news, err := unheard(tx, m.Email, fresh)
		if err != nil || len(news) == 0 {
			if err != nil {
				return mails, err
			}
			continue
		}
		args := words(d.Locales.In(m.Lang), news, tx.Now)
		args["Organization"], args["Link"] = organization.Name, "/org/programs?organization="+f.id
		queued, err := d.Mail.Enqueue(tx, notify.Message{To: m.Email, Lang: m.Lang, Template: "fits_now", Args: args,
			Key: "fits_now:" + f.id + ":" + strconv.FormatInt(f.decidedBefore, 10) + ":" + g.name + ":" + m.ID})
		if err != nil {
			return mails, err
		}
		if queued {
			mails++
		}
	}
	return mails, nil
}

// withoutApplied leaves out the programs that the organization has applied for, whatever became of it.
func (f organizationFinding) withoutApplied(tx *data.Tx) ([]entered, error) {
	applied, err := data.Rows(tx, data.Value[string], `SELECT DISTINCT i.slug FROM application_item i
		JOIN application a ON a.id = i.application_id WHERE a.organization_id = $1`, f.id)
	if err != nil {
		return nil, err
	}
	return without(f.fresh, applied), nil
}

// unheard leaves out the programs of which a notice to an address said within a day that they opened, where that is all that is new.
func unheard(tx *data.Tx, address string, fresh []entered) ([]entered, error) {
	var heard []string
	for _, program := range fresh {
		if program.Before != catalog.GroupNotOpen {
			continue
		}
		noticed, err := interest.Noticed(tx, program.Slug, address, tx.Now.Add(-interest.ChangePause))
		if err != nil {
			return nil, err
		}
		if noticed {
			heard = append(heard, program.Slug)
		}
	}
	return without(fresh, heard), nil
}
