package reminder

import (
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
)

// closingDays are the days before its program closes at which people are reminded of an unsent application.
var closingDays = []int{7, 2}

// draft is an item that is not sent.
type draft struct {
	matter
	created time.Time
}

// draftsOf lists the unsent items of an organization; "": of all.
func draftsOf(tx *data.Tx, organizationID string) ([]draft, error) {
	return data.Rows(tx, func(s data.Scanner) (f draft, err error) {
		var created int64
		err = s.Scan(append(f.into(), &created)...)
		f.created = data.FromMillis(created)
		return f, err
	}, "SELECT "+matterColumns+`, i.created_at FROM application_item i JOIN application a ON a.id = i.application_id
		JOIN organization o ON o.id = a.organization_id WHERE i.state IN ('draft', 'preparing') AND ($1 = '' OR o.id = $1)
		ORDER BY i.created_at, i.id`, organizationID)
}

// closing is when people are reminded that the program of a draft closes.
func (f draft) closing(closes time.Time) occasion {
	return occasion{subject: f.item, name: "closing:" + number(data.Millis(closes)), since: f.created, moments: before(closes, closingDays...)}
}

// drafts reminds of unsent applications whose program closes soon.
func drafts(tx *data.Tx, d Desk) (count int, err error) {
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return 0, err
	}
	all, err := draftsOf(tx, "")
	if err != nil {
		return 0, err
	}
	for _, one := range all {
		program, ok := snapshot.Find(one.slug)
		if !ok || program.Window.Closes.IsZero() || !program.OpenAt(tx.Now) {
			continue
		}
		closes := program.Window.At(tx.Now).Closes
		o := one.closing(closes)
		step, err := o.claim(tx)
		if err != nil {
			return count, err
		}
		if step == 0 {
			continue
		}
		to, err := account.Audience(tx, one.organization.ID, "draft_closing")
		if err != nil {
			return count, err
		}
		err = mailing{template: "draft_closing", key: "draft_closing:" + one.item + ":" + number(data.Millis(closes)) + ":" + number(int64(step)),
			chain: record.CaseChain(one.item), args: func(lang string) map[string]any {
				args := one.args(program.Title, lang)
				args["Link"], args["Closes"], args["Days"] = "/applications/"+one.application, program.Window.At(tx.Now).LastMoment(), daysLeft(closes, tx.Now)
				return args
			}}.send(tx, d, to)
		if err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}
