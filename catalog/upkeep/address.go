package upkeep

import (
	"cmp"
	"database/sql"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/upkeep/link"
	"accessdesk/data"
	"accessdesk/data/internet"
)

// When an address is asked again.
const (
	askAgain     = 7 * 24 * time.Hour  // one that opened, or that has failed for long
	askTomorrow  = 24 * time.Hour      // one that failed
	askNextMonth = 30 * 24 * time.Hour // one where the site keeps programs away
	askLease     = 20 * time.Minute    // one that is handed out: the time until somebody else may have it

	patience   = 5              // failures in a row after which an address is asked less often
	goneFor    = 20 * time.Hour // two runs on two days must find nothing there before an address counts as gone
	goneAsked  = 2
	longestURL = 2000
)

// Address is what is known of an address of a listing.
type Address struct {
	URL       string
	Problem   link.Problem // why it could not be opened the last time; link.None if it could
	Status    int          // HTTP status of the last answer; 0 if there was none
	ReachedOn catalog.Date // last day on which it opened; "" if it never did
	GoneOn    catalog.Date // the day since when it counts as gone; "" if it does not
	MovedTo   string       // where the site says it stands now for good
	Failures  int          // in a row
	FailedAt  time.Time    // the first of them
	AskedAt   time.Time    // zero: never
	due       time.Time
}

// Broken tells whether somebody should look at the address.
func (a Address) Broken() bool {
	return a.MovedTo != "" || a.Problem != link.None && a.Problem != link.Robots
}

const addressColumns = "url, problem, status, reached_on, gone_on, moved_to, failures, failed_at, asked_at, due_at"

func scanAddress(s data.Scanner) (a Address, err error) {
	var failed, asked sql.NullInt64
	var due int64
	err = s.Scan(&a.URL, &a.Problem, &a.Status, &a.ReachedOn, &a.GoneOn, &a.MovedTo, &a.Failures, &failed, &asked, &due)
	a.FailedAt, a.AskedAt, a.due = data.FromMillis(failed.Int64), data.FromMillis(asked.Int64), data.FromMillis(due)
	return a, err
}

// Uses lists the addresses of the listed programs with the programs that name them: sources, provider, helper, and pages where one
// applies.
func Uses(snapshot *catalog.Snapshot) map[string][]*catalog.Published {
	uses := map[string][]*catalog.Published{}
	for _, p := range snapshot.Listed() {
		named := []string{p.Provider.URL, p.Helper.URL}
		for _, s := range p.Sources {
			named = append(named, s.URL)
		}
		for _, route := range p.Apply {
			named = append(named, route.To)
		}
		for _, address := range named {
			if strings.HasPrefix(address, "https://") && len(address) <= longestURL && !slices.Contains(uses[address], p) {
				uses[address] = append(uses[address], p)
			}
		}
	}
	return uses
}

// Listed gives the sites that listings name, for whoever wants all of them asked.
func Listed(snapshot *catalog.Snapshot) (hosts internet.Hosts) {
	for address := range Uses(snapshot) {
		if at, err := url.Parse(address); err == nil && at.Hostname() != "" {
			hosts = append(hosts, strings.ToLower(at.Hostname()))
		}
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// ClaimAddresses hands out the addresses of listings that are due to be asked and may be, at most so many, and forgets those that no
// listing names any more. Nobody else gets them for askLease.
func ClaimAddresses(tx *data.Tx, snapshot *catalog.Snapshot, hosts internet.Hosts, most int) (claimed []string, err error) {
	known, err := data.Rows(tx, scanAddress, "SELECT "+addressColumns+" FROM link_check")
	if err != nil {
		return nil, wrap(err, "claim addresses")
	}
	uses, rows := Uses(snapshot), map[string]bool{}
	var due []Address
	for _, a := range known {
		rows[a.URL] = true
		if uses[a.URL] == nil {
			if _, err := tx.Exec("DELETE FROM link_check WHERE url = $1", a.URL); err != nil {
				return nil, wrap(err, "forget an address")
			}
		} else if !a.due.After(tx.Now) && hosts.Allows(a.URL) {
			due = append(due, a)
		}
	}
	for address := range uses {
		if rows[address] || !hosts.Allows(address) {
			continue
		}
		due = append(due, Address{URL: address})
		_, err := tx.Exec(`INSERT INTO link_check (url, problem, status, reached_on, moved_to, gone_on, failures, due_at) VALUES ($1, '', 0, '', '', '', 0, 0) ON CONFLICT DO NOTHING`, address)
		if err != nil {
			return nil, wrap(err, "note an address")
		}
	}
	slices.SortFunc(due, func(a, b Address) int { return cmp.Or(a.due.Compare(b.due), strings.Compare(a.URL, b.URL)) })
	for _, a := range due[:min(most, len(due))] {
		_, err := tx.Exec("UPDATE link_check SET due_at = $1 WHERE url = $2", data.Millis(tx.Now.Add(askLease)), a.URL)
		if err != nil {
			return nil, wrap(err, "claim addresses")
		}
		claimed = append(claimed, a.URL)
	}
	return claimed, nil
}

// KeepAnswers keeps what addresses said. today is the day at the desk.
func KeepAnswers(tx *data.Tx, answers []link.Answer, today catalog.Date) error {
	turned := false
	for _, answer := range answers {
		before, err := scanAddress(tx.Row("SELECT "+addressColumns+" FROM link_check WHERE url = $1", answer.URL))
		if errors.Is(err, data.ErrNotFound) {
			continue // no listing names it any more
		}
		if err != nil {
			return wrap(err, "keep an answer")
		}
		a := before.after(answer, tx.Now, today)
		_, err = tx.Exec(`UPDATE link_check SET problem = $1, status = $2, reached_on = $3, gone_on = $4, moved_to = $5, failures = $6, failed_at = $7,
			asked_at = $8, due_at = $9 WHERE url = $10`,
			string(a.Problem), a.Status, string(a.ReachedOn), string(a.GoneOn), a.MovedTo, a.Failures, nullMillis(a.FailedAt), data.Millis(a.AskedAt), data.Millis(a.due), a.URL)
		if err != nil {
			return wrap(err, "keep an answer")
		}
		turned = turned || a.ReachedOn != before.ReachedOn || a.GoneOn != before.GoneOn
	}
	if !turned {
		return nil
	}
	return wrap(catalog.MoveRevision(tx), "keep answers")
}

// after is what is known once an answer has come.
func (a Address) after(answer link.Answer, now time.Time, today catalog.Date) Address {
	again := nothingThere(a.Problem)
	a.Problem, a.Status, a.AskedAt, a.MovedTo = answer.Problem, answer.Status, now, ""
	if strings.TrimSuffix(answer.MovedTo, "/") != strings.TrimSuffix(a.URL, "/") {
		a.MovedTo = answer.MovedTo
	}
	wait := askAgain
	switch answer.Problem {
	case link.None:
		a.ReachedOn, a.GoneOn, a.Failures, a.FailedAt = today, "", 0, time.Time{}
	case link.Robots:
		a.Failures, a.FailedAt, wait = 0, time.Time{}, askNextMonth
	case link.Elsewhere: // it leads on; where to, only a person can look
		a.GoneOn, a.Failures, a.FailedAt = "", 0, time.Time{}
	default:
		if a.Failures++; a.Failures == 1 {
			a.FailedAt = now
		}
		if a.Failures < patience {
			wait = askTomorrow
		}
		if again && nothingThere(answer.Problem) && a.GoneOn == "" && a.Failures >= goneAsked && now.Sub(a.FailedAt) >= goneFor {
			a.GoneOn = today
		}
	}
	a.due = now.Add(wait)
	return a
}

// nothingThere tells whether a problem says that there is no such page.
func nothingThere(p link.Problem) bool { return p == link.Gone || p == link.NoSuchName }

// BrokenAddress is an address that somebody should look at, with the programs that name it.
type BrokenAddress struct {
	Address
	Programs []*catalog.Published
}

// BrokenAddresses lists the addresses of listed programs that did not open or have moved: those that are gone first, then by how often
// they failed.
func BrokenAddresses(tx *data.Tx, snapshot *catalog.Snapshot) (broken []BrokenAddress, err error) {
	all, err := data.Rows(tx, scanAddress, "SELECT "+addressColumns+" FROM link_check WHERE problem <> '' OR moved_to <> ''")
	if err != nil {
		return nil, wrap(err, "broken addresses")
	}
	uses := Uses(snapshot)
	for _, a := range all {
		if a.Broken() && uses[a.URL] != nil {
			broken = append(broken, BrokenAddress{a, uses[a.URL]})
		}
	}
	slices.SortFunc(broken, func(a, b BrokenAddress) int {
		return cmp.Or(cmp.Compare(order(a.Address), order(b.Address)), cmp.Compare(b.Failures, a.Failures), strings.Compare(a.URL, b.URL))
	})
	return broken, nil
}

func order(a Address) int {
	switch {
	case a.GoneOn != "":
		return 0
	case a.Problem != link.None:
		return 1
	}
	return 2
}

// Asked counts the addresses that were asked, and gives when the last one was.
func Asked(tx *data.Tx) (count int, last time.Time, err error) {
	var at sql.NullInt64
	err = tx.Row("SELECT count(asked_at), max(asked_at) FROM link_check").Scan(&count, &at)
	return count, data.FromMillis(at.Int64), wrap(err, "count asked addresses")
}
