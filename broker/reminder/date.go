package reminder

import (
	"strconv"
	"time"

	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// upcoming is a day that matters to an organization beyond its applications.
type upcoming struct {
	kind     notify.Kind
	template string
	name     string // of the occasion, with the day
	subject  string // the same without the day
	day      string // YYYY-MM-DD
	before   []int  // days before it at which people are reminded
	lasts    int    // days from it on during which a reminder still helps
	args     func(lang string) map[string]any
}

// rules is how many days before a day people are reminded, by what the day is about.
var rules = map[account.DateKind]struct {
	kind     notify.Kind
	template string
	before   []int
}{
	account.SAMExpires:       {notify.KindSAM, "date_sam", []int{60, 30, 7}},
	account.RiskReviewDue:    {notify.KindAWIA, "date_awia_risk", []int{90, 30, 7}},
	account.EmergencyPlanDue: {notify.KindAWIA, "date_awia_plan", []int{90, 30, 7}},
	account.MembershipRenews: {notify.KindMembership, "date_membership", []int{30, 7}},
}

// stateCalls are programs for which each state calls once a year, with the month in which calls often begin: the details of
// data/seed/catalog/ship.toml, read on 2026-11-22. Each state sets its own days, so the mail tells to ask.
var stateCalls = []struct {
	slug  string
	month time.Month
}{{"ship", time.November}}

// dates reminds the people of each organization who asked for it of the days that come up. An organization of which nobody asked
// is not looked at. All moments are mornings, so that one run after each morning is enough.
func dates(tx *data.Tx, d Desk) (count int, err error) {
	fresh, err := mark(tx, "desk", "dates", data.Millis(lastMorning(tx.Now, d.Zone)))
	if err != nil || !fresh {
		return 0, err
	}
	organizations, err := data.Rows(tx, data.Value[string], `SELECT DISTINCT m.organization_id FROM membership m JOIN person p ON p.id = m.person_id
		JOIN mail_choice c ON c.address = p.email
		WHERE c.wanted = $1 AND c.kind IN ('sam', 'awia', 'membership', 'state_call') AND p.disabled = $2 ORDER BY m.organization_id`, true, false)
	if err != nil {
		return 0, err
	}
	for _, id := range organizations {
		reminded, err := datesOf(tx, d, id)
		if err != nil {
			return count, err
		}
		count += reminded
	}
	return count, nil
}

func datesOf(tx *data.Tx, d Desk, organizationID string) (count int, err error) {
	organization, err := account.FindOrganization(tx, organizationID)
	if err != nil {
		return 0, err
	}
	days, err := daysOf(tx, d, organizationID)
	if err != nil {
		return 0, err
	}
	for _, one := range days {
		at, err := time.ParseInLocation(time.DateOnly, one.day, d.Zone)
		if err != nil {
			continue // a day that was stored before it was checked
		}
		people, err := account.Audience(tx, organizationID, one.template)
		if err != nil {
			return count, err
		}
		for _, p := range people {
			reminded, err := one.remind(tx, d, organization, p.Person, at)
			if err != nil {
				return count, err
			}
			if reminded {
				count++
			}
		}
	}
	return count, nil
}

// remind reminds one person of a day, if they asked for it before its moment came.
func (u upcoming) remind(tx *data.Tx, d Desk, organization account.Organization, p account.Person, at time.Time) (bool, error) {
	choice, err := notify.ChoiceOf(tx, p.Email, u.kind)
	if err != nil || !choice.Wanted {
		return false, err
	}
	o := occasion{subject: p.ID + ":" + organization.ID, name: u.name, since: choice.Since, moments: u.moments(at, d.Zone)}
	over := time.Date(at.Year(), at.Month(), at.Day()+u.lasts, 0, 0, 0, 0, d.Zone)
	if !tx.Now.Before(over) {
		return false, nil
	}
	step, err := o.claim(tx)
	if err != nil || step == 0 {
		return false, err
	}
	args := u.args(p.Lang)
	args["Organization"] = organization.Name
	if u.kind != notify.KindStateCall {
		args["Day"], args["Days"] = at, calendarDays(tx.Now.In(d.Zone), at)
	}
	return d.Mail.Enqueue(tx, notify.Message{To: p.Email, Lang: p.Lang, Template: u.template, Args: args,
		Key: u.template + ":" + o.subject + ":" + u.name + ":" + strconv.Itoa(step)})
}

// moments are the mornings on which people are reminded of a day.
func (u upcoming) moments(at time.Time, zone *time.Location) (all []time.Time) {
	for _, days := range u.before {
		all = append(all, time.Date(at.Year(), at.Month(), at.Day()-days, morning, 0, 0, 0, zone))
	}
	return all
}

// calendarDays is how many days lie between the day of now and a day, both in the zone of the site.
func calendarDays(now, at time.Time) int {
	noon := func(t time.Time) time.Time { return time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC) }
	return int(noon(at).Sub(noon(now)) / day)
}

// daysOf lists the days of an organization.
func daysOf(tx *data.Tx, d Desk, organizationID string) ([]upcoming, error) {
	known, err := account.Dates(tx, d.Vocabulary, organizationID)
	if err != nil {
		return nil, err
	}
	var all []upcoming
	for _, date := range known {
		rule, ok := rules[date.Kind]
		if !ok {
			continue
		}
		all = append(all, upcoming{kind: rule.kind, template: rule.template, before: rule.before, lasts: 1, day: date.Day,
			name: string(date.Kind) + ":" + date.Subject + ":" + date.Day, subject: string(date.Kind) + ":" + date.Subject, args: func(lang string) map[string]any {
				args := map[string]any{"Link": "/org"}
				if date.Kind == account.MembershipRenews {
					args["Membership"] = membershipName(d, date.Subject, lang)
				}
				return args
			}})
	}
	calls, err := callsOf(tx, d, organizationID, tx.Now.In(d.Zone).Year())
	return append(all, calls...), err
}

// membershipName is how the vocabulary calls a membership.
func membershipName(d Desk, value, lang string) string {
	if fact, ok := d.Vocabulary.Fact("memberships"); ok {
		for _, known := range fact.Values {
			if known.Value == value {
				return known.Label.In(lang)
			}
		}
	}
	return value
}

// callsOf lists the yearly state calls for programs that are listed and not ruled out for the organization: the first day of the
// month in which they often begin, in a year.
func callsOf(tx *data.Tx, d Desk, organizationID string, year int) ([]upcoming, error) {
	snapshot, err := d.Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	facts, err := account.Facts(tx, d.Vocabulary, organizationID)
	if err != nil {
		return nil, err
	}
	var all []upcoming
	for _, call := range stateCalls {
		program, ok := snapshot.Find(call.slug)
		if !ok || program.Status == catalog.StatusEnded || program.Rules.Decide(facts).Outcome == eligibility.Ineligible {
			continue
		}
		first := time.Date(year, call.month, 1, 0, 0, 0, 0, d.Zone)
		all = append(all, upcoming{kind: notify.KindStateCall, template: "state_call", before: []int{0}, lasts: 30, day: first.Format(time.DateOnly),
			name: "state_call:" + call.slug + ":" + strconv.Itoa(first.Year()), subject: "state_call:" + call.slug + ":" + strconv.Itoa(first.Year()), args: func(lang string) map[string]any {
				return map[string]any{"Program": program.Title.In(lang), "Link": "/programs/" + call.slug}
			}})
	}
	return all, nil
}
