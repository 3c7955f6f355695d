package account

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/data"
	"accessdesk/eligibility"
)

// DateKind says what a day of an organization is about.
type DateKind string

// The kinds of days.
const (
	// SAMExpires: the registration in SAM.gov ends (fact sam_expires_on).
	SAMExpires DateKind = "sam_expires"
	// RiskReviewDue and EmergencyPlanDue: a drinking water system certifies to the EPA (42 U.S.C. 300i-2).
	RiskReviewDue    DateKind = "awia_risk_review"
	EmergencyPlanDue DateKind = "awia_emergency_plan"
	// MembershipRenews: a membership is to be renewed, every year on that day.
	MembershipRenews DateKind = "membership"
)

// Date is a day on which something of an organization ends or is due.
type Date struct {
	Kind DateKind
	// Subject is the membership that renews, a value of the fact memberships; "" for the other kinds.
	Subject string
	// Day is YYYY-MM-DD. It may have passed: then the registration has lapsed, or the certification is late.
	Day string
	// Note is what the organization wrote beside the day of a membership.
	Note string
	// WorkedOut: nobody stated the day, it follows from the law and what is known of the organization.
	WorkedOut bool
}

// The facts that days are read from.
const (
	samExpiresOn    eligibility.FactID = "sam_expires_on"
	riskCertifiedOn eligibility.FactID = "awia_rra_certified_on"
	planCertifiedOn eligibility.FactID = "awia_erp_certified_on"
	awiaTier        eligibility.FactID = "awia_tier"
	waterSystemType eligibility.FactID = "pws_type"
	memberships     eligibility.FactID = "memberships"
)

// awiaRounds are the first days, by size of the system, on which 42 U.S.C. 300i-2(a)(3) and (b) wanted the risk review and the
// emergency plan certified. The round after it is five years later, and so on. Systems of 3,300 people or fewer are free.
var awiaRounds = map[string]map[DateKind]string{
	"100000_plus": {RiskReviewDue: "2020-03-31", EmergencyPlanDue: "2020-09-30"},
	"50000_99999": {RiskReviewDue: "2020-12-31", EmergencyPlanDue: "2021-06-30"},
	"3301_49999":  {RiskReviewDue: "2021-06-30", EmergencyPlanDue: "2021-12-31"},
}

const awiaYears = 5

// Dates lists the days of an organization, the earliest first: its SAM.gov registration, the next certifications of a drinking
// water system, and the renewals of its memberships, each on its next occurrence from today (UTC) on.
func Dates(tx *data.Tx, v *eligibility.Vocabulary, organizationID string) ([]Date, error) {
	facts, err := Facts(tx, v, organizationID)
	if err != nil {
		return nil, err
	}
	today := tx.Now.UTC().Truncate(24 * time.Hour)
	var all []Date
	if day, ok := facts[samExpiresOn].Text(); ok {
		all = append(all, Date{Kind: SAMExpires, Day: day})
	}
	all = append(all, certifications(v, facts, today)...)
	renewals, err := Renewals(tx, organizationID)
	if err != nil {
		return nil, err
	}
	for _, d := range renewals {
		if d.Day != "" && facts[memberships].Has(d.Subject) {
			d.Day = nextYearly(d.Day, today)
			all = append(all, d.Date)
		}
	}
	slices.SortStableFunc(all, func(a, b Date) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject))
	})
	return all, nil
}

// certifications works out when a drinking water system certifies next. The law is about systems that serve homes all
// year; one that did not say what kind it is, is taken for such, because most of that size are.
func certifications(v *eligibility.Vocabulary, facts eligibility.Profile, today time.Time) []Date {
	assumed := facts.Clone()
	if !assumed[waterSystemType].Known() {
		assumed[waterSystemType] = eligibility.String("cws")
	}
	complete, _ := v.Complete(assumed)
	tier, _ := complete[awiaTier].Text()
	var due []Date
	for _, one := range []struct {
		kind DateKind
		fact eligibility.FactID
	}{{RiskReviewDue, riskCertifiedOn}, {EmergencyPlanDue, planCertifiedOn}} {
		if first, ok := awiaRounds[tier][one.kind]; ok {
			certified, _ := facts[one.fact].Text()
			due = append(due, Date{Kind: one.kind, Day: nextRound(first, certified, today), WorkedOut: true})
		}
	}
	return due
}

// nextRound gives the first day of the rounds that begin with first and that a certification did not serve yet. One that
// came more than a year before a day is taken to have served the round before: to remind once too often is the smaller
// mistake. Without a certification it is the first day that has not passed.
func nextRound(first, certified string, today time.Time) string {
	day, err := time.Parse(time.DateOnly, first)
	if err != nil {
		return ""
	}
	after := today.AddDate(0, 0, -1)
	if done, err := time.Parse(time.DateOnly, certified); err == nil {
		after = done.AddDate(1, 0, 0)
	}
	for !day.After(after) {
		day = inYears(day, awiaYears)
	}
	return day.Format(time.DateOnly)
}

// nextYearly gives the first day from today on that has the month and day of a day.
func nextYearly(text string, today time.Time) string {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return text
	}
	years := max(0, today.Year()-day.Year())
	if inYears(day, years).Before(today) {
		years++
	}
	return inYears(day, years).Format(time.DateOnly)
}

// inYears is the same day some years later; 29 February becomes the 28th where there is none.
func inYears(day time.Time, years int) time.Time {
	later := day.AddDate(years, 0, 0)
	if later.Day() != day.Day() {
		later = later.AddDate(0, 0, -later.Day())
	}
	return later
}

// noteLimit is the length of a note beside a day, in characters.
const noteLimit = 200

// Renewal is the day on which a membership renews, as it was stated last. Day is "" if it was taken away.
type Renewal struct {
	Date
	At time.Time
	By string // an actor of the record
}

// Renewals lists the days that were stated for memberships, by membership.
func Renewals(tx *data.Tx, organizationID string) ([]Renewal, error) {
	all, err := data.Rows(tx, func(s data.Scanner) (d Renewal, err error) {
		var at int64
		err = s.Scan(&d.Kind, &d.Subject, &d.Day, &d.Note, &at, &d.By)
		d.At = data.FromMillis(at)
		return d, err
	}, "SELECT kind, subject, day, note, stated_at, stated_by FROM organization_date WHERE organization_id = $1 AND superseded_at IS NULL", organizationID)
	if err != nil {
		return nil, fmt.Errorf("dates of organization %s: %w", organizationID, err)
	}
	slices.SortFunc(all, func(a, b Renewal) int { return cmp.Compare(a.Subject, b.Subject) })
	return all, nil
}

// SaveRenewal states on which day a membership renews; an empty day takes it away. What changes nothing is not stored. The
// older day is kept. Refusals: unknown_choice (field subject), invalid_date (field day), too_long and invalid_text (field note).
func SaveRenewal(tx *data.Tx, v *eligibility.Vocabulary, organizationID, actor string, d Date) error {
	d, err := checkRenewal(v, d)
	if err != nil {
		return err
	}
	renewals, err := Renewals(tx, organizationID)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(renewals, func(other Renewal) bool { return other.Subject == d.Subject })
	if at >= 0 && renewals[at].Date == d || at < 0 && d.Day == "" {
		return nil
	}
	_, err = tx.Exec("UPDATE organization_date SET superseded_at = $4 WHERE organization_id = $1 AND kind = $2 AND subject = $3 AND superseded_at IS NULL",
		organizationID, string(d.Kind), d.Subject, data.Millis(tx.Now))
	if err == nil {
		_, err = tx.Exec(`INSERT INTO organization_date (id, organization_id, kind, subject, day, note, stated_at, stated_by)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			data.NewID(), organizationID, string(d.Kind), d.Subject, d.Day, d.Note, data.Millis(tx.Now), actor)
	}
	if err == nil {
		err = recordOrganization(tx, organizationID, actor, "date_changed", map[string]any{"kind": d.Kind, "subject": d.Subject, "known": d.Day != ""})
	}
	if err != nil {
		return fmt.Errorf("save date of organization %s: %w", organizationID, err)
	}
	return nil
}

// CheckRenewal gives the refusals with which SaveRenewal would answer, all together.
func CheckRenewal(v *eligibility.Vocabulary, d Date) error {
	_, err := checkRenewal(v, d)
	return err
}

// checkRenewal tidies a day; all its refusals come together.
func checkRenewal(v *eligibility.Vocabulary, d Date) (Date, error) {
	d.Kind, d.WorkedOut = MembershipRenews, false
	d.Note = strings.Join(strings.Fields(d.Note), " ")
	var refused []error
	fact, _ := v.Fact(memberships)
	if !slices.ContainsFunc(fact.Values, func(known eligibility.EnumValue) bool { return known.Value == d.Subject }) {
		refused = append(refused, data.Refuse("subject", "unknown_choice"))
	}
	if _, err := time.Parse(time.DateOnly, d.Day); d.Day != "" && err != nil {
		refused = append(refused, data.Refuse("day", "invalid_date"))
	}
	if !plainText(d.Note) {
		refused = append(refused, data.Refuse("note", "invalid_text"))
	}
	if used := utf8.RuneCountInString(d.Note); used > noteLimit {
		refused = append(refused, data.Refuse("note", "too_long", "Max", noteLimit, "Used", used))
	}
	if d.Day == "" {
		d.Note = ""
	}
	return d, errors.Join(refused...)
}
