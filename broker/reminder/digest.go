package reminder

import (
	"slices"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/data"
	"accessdesk/notify"
)

// mostCases is how many cases, and how many renewals, a digest names; the lists have all.
const mostCases = 10

// waits is everything that a digest tells of.
type waits struct {
	cases    []waiting
	reports  int             // of errors in listings, not closed
	overdue  int             // listings past their review day that nobody hears of by a mail of their own
	news     bool            // they are to be told of even if nothing else waits: the first time, and each month
	renewals []access.Listed // asked for and not decided; of the past day also those whose access ended meanwhile
}

func everythingWaiting(tx *data.Tx, d Desk, today time.Time) (all waits, err error) {
	if all.cases, err = waitingCases(tx); err != nil {
		return all, err
	}
	if all.renewals, err = access.Unanswered(tx, today.Add(-day)); err != nil {
		return all, err
	}
	if all.reports, err = upkeep.CountOpen(tx); err != nil {
		return all, err
	}
	keepers, err := late(tx, d, catalog.DateOf(today.In(d.Zone)))
	if err != nil {
		return all, err
	}
	all.overdue = len(keepers[""])
	all.news, err = news(tx, keepers[""], today)
	return all, err
}

// without leaves out what concerns organizations of the person.
func (w waits) without(members []account.Membership) waits {
	theirs := func(organizationID string) bool {
		return slices.ContainsFunc(members, func(m account.Membership) bool { return m.Organization.ID == organizationID })
	}
	return waits{reports: w.reports, overdue: w.overdue, news: w.news,
		cases:    slices.DeleteFunc(slices.Clone(w.cases), func(one waiting) bool { return theirs(one.organization.ID) }),
		renewals: slices.DeleteFunc(slices.Clone(w.renewals), func(g access.Listed) bool { return theirs(g.OrganizationID) }),
	}
}

// digests mails each program manager, once a day, what waits: at 7 in the morning of the site, or when the program runs again. On
// a day on which nothing waits then, there is none.
func digests(tx *data.Tx, d Desk) (count int, err error) {
	today := lastMorning(tx.Now, d.Zone)
	managers, err := managersOf(tx, today)
	if err != nil {
		return 0, err
	}
	var all waits
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
			if all, err = everythingWaiting(tx, d, today); err != nil {
				return count, err
			}
		}
		sent, err := sendDigest(tx, d, p, today, all, failed)
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
func sendDigest(tx *data.Tx, d Desk, p account.Person, today time.Time, all waits, failed int) (bool, error) {
	members, err := account.Memberships(tx, p.ID)
	if err != nil {
		return false, err
	}
	theirs := all.without(members)
	counts := digestCounts(tx, d, p.Lang, theirs, failed)
	if len(counts) == 0 && !theirs.news {
		return false, nil
	}
	if theirs.overdue > 0 {
		counts = append(counts, d.Locales.In(p.Lang).N("upkeep.overdue_digest", theirs.overdue))
	}
	args := map[string]any{"Day": today, "Counts": counts, "Link": "/staff/review"}
	switch {
	case len(theirs.cases) > 0:
	case len(theirs.renewals) > 0:
		args["Link"] = "/staff/access"
	case theirs.reports+theirs.overdue > 0:
		args["Link"] = "/staff/listings"
	}
	if pressing, err := digestCases(tx, d, p.Lang, theirs); err != nil {
		return false, err
	} else if len(pressing) > 0 {
		args["Cases"] = pressing
	}
	return d.Mail.Enqueue(tx, notify.Message{To: p.Email, Lang: p.Lang, Template: "digest", Args: args,
		Key: "digest:" + p.ID + ":" + number(data.Millis(today))})
}

// digestCounts says in words how many cases wait for what; what is none is left out.
func digestCounts(tx *data.Tx, d Desk, lang string, all waits, failed int) []string {
	counts := map[string]int{"failed": failed, "reports": all.reports}
	for _, one := range all.cases {
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
	for _, g := range all.renewals {
		switch {
		case g.State.Over():
			counts["renewal_missed"]++
		case g.Overdue(tx.Now):
			counts["renewal_late"]++
		default:
			counts["renewal"]++
		}
	}
	var said []string
	for _, name := range []string{"new", "late", "due_soon", "applicant", "renewal", "renewal_late", "renewal_missed", "reports", "failed"} {
		if counts[name] > 0 {
			said = append(said, d.Locales.In(lang).N("reminders.digest_"+name, counts[name]))
		}
	}
	return said
}

// digestCases names the renewals that are overdue and the cases that are late or due soon, the most pressing first.
func digestCases(tx *data.Tx, d Desk, lang string, all waits) ([]string, error) {
	lines, err := digestRenewals(tx, d, lang, all.renewals)
	if err != nil {
		return nil, err
	}
	l := d.Locales.In(lang)
	for _, one := range all.cases {
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

// digestRenewals names the renewals that are overdue, and those that nobody decided before the access ended.
func digestRenewals(tx *data.Tx, d Desk, lang string, renewals []access.Listed) ([]string, error) {
	var lines []string
	l := d.Locales.In(lang)
	for _, g := range renewals {
		if !g.State.Over() && !g.Overdue(tx.Now) || len(lines) == mostCases {
			continue
		}
		title, err := d.Grants().Title(tx, g.Grant, lang)
		if err != nil {
			return nil, err
		}
		key := "reminders.digest_renewal_line"
		if g.State.Over() {
			key = "reminders.digest_missed_line"
		}
		lines = append(lines, l.T(key, "Reference", g.Reference, "Organization", g.Organization, "Program", title,
			"Asked", l.DateIn(g.RenewalAt, d.Zone), "Ends", l.DateTime(g.Ends, d.Zone)))
	}
	return lines, nil
}
