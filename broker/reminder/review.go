package reminder

import (
	"database/sql"
	"errors"
	"slices"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/notify"
)

// dueDays is how many days before its due date a case is due soon, as the review list has it (broker.Item.DueSoon).
const dueDays = 3

// mostCases is how many cases a digest names; the review list has all.
const mostCases = 10

// waiting is a case that is not decided.
type waiting struct {
	matter
	assigned string
	due      time.Time
}

// waitingCases lists what was sent and is not decided, the most pressing first.
func waitingCases(tx *data.Tx) ([]waiting, error) {
	return data.Rows(tx, func(s data.Scanner) (w waiting, err error) {
		var due sql.NullInt64
		err = s.Scan(append(w.into(), &w.assigned, &due)...)
		w.due = data.FromMillis(due.Int64)
		return w, err
	}, "SELECT "+matterColumns+`, i.assigned_to, i.due_at FROM application_item i JOIN application a ON a.id = i.application_id
		JOIN organization o ON o.id = a.organization_id WHERE i.state IN ('submitted', 'in_review', 'needs_info') AND i.due_at IS NOT NULL
		ORDER BY i.due_at, i.id`)
}

// judged is the case as the review list judges it.
func (w waiting) judged() broker.Item { return broker.Item{State: w.state, Due: w.due} }

// dueSoon tells those who may decide that a case is due within 3 days.
func dueSoon(tx *data.Tx, d Desk) (count int, err error) {
	cases, err := waitingCases(tx)
	if err != nil {
		return 0, err
	}
	for _, one := range cases {
		if !one.judged().DueSoon(tx.Now) {
			continue
		}
		o := occasion{subject: one.item, name: "due:" + number(data.Millis(one.due)), moments: before(one.due, dueDays)}
		step, err := o.claim(tx)
		if err != nil {
			return count, err
		}
		if step == 0 {
			continue
		}
		if err := one.tellReviewers(tx, d); err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}

// tellReviewers queues the notice of a case that is due: for its reviewer, or, while it has none, for every program manager who may
// take it.
func (w waiting) tellReviewers(tx *data.Tx, d Desk) error {
	title, err := w.title(tx, d)
	if err != nil {
		return err
	}
	managers, err := managersOf(tx, tx.Now)
	if err != nil {
		return err
	}
	var to []account.Person
	for _, p := range managers {
		own, err := actsFor(tx, p, w.organization.ID)
		if err != nil {
			return err
		}
		if !own && (w.assigned == "" || w.assigned == p.ID) {
			to = append(to, p)
		}
	}
	return mailing{template: "due_soon", key: "due_soon:" + w.item + ":" + number(data.Millis(w.due)), chain: record.CaseChain(w.item),
		args: func(lang string) map[string]any {
			args := w.args(title, lang)
			args["Link"], args["Due"] = "/staff/review/"+w.item, w.due
			if w.judged().Late(tx.Now) {
				args["Late"] = daysLeft(tx.Now, w.due)
			}
			return args
		}}.send(tx, d, to)
}

// managersOf lists the program managers who can sign in and were there at a time.
func managersOf(tx *data.Tx, at time.Time) ([]account.Person, error) {
	return data.Rows(tx, func(s data.Scanner) (p account.Person, err error) {
		return p, s.Scan(&p.ID, &p.Email, &p.Lang)
	}, "SELECT id, email, lang FROM person WHERE staff_role = $1 AND disabled = $2 AND created_at <= $3 ORDER BY created_at, id",
		account.ProgramManager, false, data.Millis(at))
}

// actsFor tells whether a person acts for an organization, so that its cases are not theirs to decide.
func actsFor(tx *data.Tx, p account.Person, organizationID string) (bool, error) {
	_, err := account.MayActFor(tx, p.ID, organizationID)
	if errors.Is(err, data.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// digests mails each program manager, once a day, what waits: at 7 in the morning of the site, or when the program runs again. On
// a day on which nothing waits then, there is none.
func digests(tx *data.Tx, d Desk) (count int, err error) {
	today := lastMorning(tx.Now, d.Zone)
	managers, err := managersOf(tx, today)
	if err != nil {
		return 0, err
	}
	var cases []waiting
	failed := -1
	for _, p := range managers {
		fresh, err := mark(tx, p.ID, "digest", data.Millis(today))
		if err != nil {
			return count, err
		}
		if !fresh {
			continue
		}
		if failed < 0 { // the first one: what all digests are made from
			if failed, err = notify.Failed(tx, today.Add(-day)); err != nil {
				return count, err
			}
			if cases, err = waitingCases(tx); err != nil {
				return count, err
			}
		}
		sent, err := sendDigest(tx, d, p, today, cases, failed)
		if err != nil {
			return count, err
		}
		if sent {
			count++
		}
	}
	return count, nil
}

// sendDigest queues the digest of one person, without the cases of their own organizations; false if nothing waits.
func sendDigest(tx *data.Tx, d Desk, p account.Person, today time.Time, cases []waiting, failed int) (bool, error) {
	members, err := account.Memberships(tx, p.ID)
	if err != nil {
		return false, err
	}
	theirs := slices.DeleteFunc(slices.Clone(cases), func(w waiting) bool {
		return slices.ContainsFunc(members, func(m account.Membership) bool { return m.Organization.ID == w.organization.ID })
	})
	counts := digestCounts(tx, d, p.Lang, theirs, failed)
	if len(counts) == 0 {
		return false, nil
	}
	args := map[string]any{"Day": today, "Counts": counts, "Link": "/staff/review"}
	if pressing, err := digestCases(tx, d, p.Lang, theirs); err != nil {
		return false, err
	} else if len(pressing) > 0 {
		args["Cases"] = pressing
	}
	return d.Mail.Enqueue(tx, notify.Message{To: p.Email, Lang: p.Lang, Template: "digest", Args: args,
		Key: "digest:" + p.ID + ":" + number(data.Millis(today))})
}

// digestCounts says in words how many cases wait for what; what is none is left out.
func digestCounts(tx *data.Tx, d Desk, lang string, cases []waiting, failed int) []string {
	counts := map[string]int{"failed": failed}
	for _, one := range cases {
		switch {
		case one.state == broker.NeedsInfo:
			counts["applicant"]++
			continue
		case one.judged().Late(tx.Now):
			counts["late"]++
		case one.judged().DueSoon(tx.Now):
			counts["due_soon"]++
		}
		if one.assigned == "" {
			counts["new"]++
		}
	}
	var said []string
	for _, name := range []string{"new", "late", "due_soon", "applicant", "failed"} {
		if counts[name] > 0 {
			said = append(said, d.Locales.In(lang).N("reminders.digest_"+name, counts[name]))
		}
	}
	return said
}

// digestCases names the cases that are late or due soon, the most pressing first.
func digestCases(tx *data.Tx, d Desk, lang string, cases []waiting) ([]string, error) {
	var lines []string
	l := d.Locales.In(lang)
	for _, one := range cases {
		if !one.judged().DueSoon(tx.Now) {
			continue
		}
		if len(lines) == mostCases {
			break
		}
		var title catalog.Text
		title, err := one.title(tx, d)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l.T("reminders.digest_case", "Reference", one.reference, "Organization", one.organization.Name,
			"Program", title.In(lang), "Due", l.DateTime(one.due, d.Zone)))
	}
	return lines, nil
}
