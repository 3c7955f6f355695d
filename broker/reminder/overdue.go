package reminder

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
	"accessdesk/notify"
)

// overdueAgain is after how many days whoever keeps a listing hears of it again while its review is overdue.
const overdueAgain = 30

// late are the listings that are past their review day, by the address of who keeps them. Those under "" nobody hears of by a mail of
// their own: their file names no keeper, or the keeper cannot sign in any more, or their mails come back or are switched off. The
// digest tells of them.
func late(tx *data.Tx, d Desk, today catalog.Date) (map[string][]*catalog.Published, error) {
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	state, err := upkeep.Load(tx)
	if err != nil {
		return nil, err
	}
	all := map[string][]*catalog.Published{}
	for _, p := range upkeep.Overdue(snapshot, state, today) {
		keeper := strings.ToLower(upkeep.Keeper(p))
		reads, err := readsMail(tx, keeper)
		if err != nil {
			return nil, err
		}
		if !reads {
			keeper = ""
		}
		all[keeper] = append(all[keeper], p)
	}
	return all, nil
}

func readsMail(tx *data.Tx, keeper string) (bool, error) {
	if keeper == "" {
		return false, nil
	}
	person, err := account.FindPersonByEmail(tx, keeper)
	if err != nil && !errors.Is(err, data.ErrNotFound) || person.Disabled {
		return false, err
	}
	return notify.Wanted(tx, keeper, "listing_overdue")
}

// overdue mails each keeper the listings of theirs that are past their review day: one mail with all of them, when one is new among
// them, and again after a month while any is there.
func overdue(tx *data.Tx, d Desk) (count int, err error) {
	morning := lastMorning(tx.Now, d.Zone)
	fresh, err := mark(tx, "desk", "overdue", data.Millis(morning))
	if err != nil || !fresh {
		return 0, err
	}
	keepers, err := late(tx, d, catalog.DateOf(morning.In(d.Zone)))
	if err != nil {
		return 0, err
	}
	for _, keeper := range slices.Sorted(maps.Keys(keepers)) {
		if keeper == "" {
			continue
		}
		listings := keepers[keeper]
		news, err := news(tx, listings, morning)
		if err != nil {
			return count, err
		}
		if !news {
			continue
		}
		sent, err := tellKeeper(tx, d, keeper, listings, morning)
		if err != nil {
			return count, err
		}
		if sent {
			count++
		}
	}
	return count, nil
}

// reviewOf is the occasion of a listing: another review day is another one.
func reviewOf(p *catalog.Published) string { return "review:" + string(p.ReviewBy) }

// dayNumber counts days; the step of the mark of a listing is the one on which it was told of last.
func dayNumber(t time.Time) int64 { return t.Unix() / int64(day/time.Second) }

// news tells whether one of the listings is to be told of, now or again, and if so marks that all of them are.
func news(tx *data.Tx, listings []*catalog.Published, morning time.Time) (bool, error) {
	today, found := dayNumber(morning), false
	for _, p := range listings {
		var told int64
		err := tx.Row("SELECT step FROM reminder_mark WHERE subject = $1 AND occasion = $2", p.Slug, reviewOf(p)).Scan(&told)
		if err != nil && !errors.Is(err, data.ErrNotFound) {
			return false, err
		}
		found = found || err != nil || told+overdueAgain <= today
	}
	if !found {
		return false, nil
	}
	for _, p := range listings {
		if _, err := mark(tx, p.Slug, reviewOf(p), today); err != nil {
			return false, err
		}
	}
	return true, nil
}

// tellKeeper queues the mail. The keeper reads it in the language of their account, and works on the listings where they may.
func tellKeeper(tx *data.Tx, d Desk, keeper string, listings []*catalog.Published, morning time.Time) (bool, error) {
	person, err := account.FindPersonByEmail(tx, keeper)
	if err != nil && !errors.Is(err, data.ErrNotFound) {
		return false, err
	}
	state, err := upkeep.Load(tx)
	if err != nil {
		return false, err
	}
	l := d.Locales.In(person.Lang)
	lines := make([]string, len(listings))
	for i, p := range listings {
		lines[i] = l.T("upkeep.overdue_line", "Program", p.Title.In(l.Lang()), "Provider", p.Provider.Name, "Checked", l.Date(state.CheckedOn(p).Time()), "By", l.Date(p.ReviewBy.Time()))
	}
	args := map[string]any{"Program": l.N("upkeep.overdue_listings", len(listings)), "Listings": lines, "Link": "/programs"}
	if len(listings) == 1 {
		args["Program"], args["Link"] = listings[0].Title.In(l.Lang()), "/programs/"+listings[0].Slug
	}
	if person.StaffRole != "" {
		args["Link"] = "/staff/listings"
	}
	return d.Mail.Enqueue(tx, notify.Message{To: keeper, Lang: l.Lang(), Template: "listing_overdue", Args: args,
		Key: "listing_overdue:" + data.HashToken(keeper)[:16] + ":" + number(dayNumber(morning))})
}
