package access

import (
	"errors"

	"accessdesk/data"
)

// mayAskRenewal refuses "not_renewable", "renewal_early" with Days (before the end), "renewal_asked" (once in a term) and
// "renewal_refused".
func (s *step) mayAskRenewal() error {
	switch g := s.grant; {
	case !g.Renewable:
		return data.Refuse("", "not_renewable")
	case g.Renewal == RenewalAsked:
		return data.Refuse("", "renewal_asked")
	case g.Renewal == RenewalRefused:
		return data.Refuse("", "renewal_refused")
	}
	return s.inTime()
}

// inTime refuses a renewal before its time.
func (s *step) inTime() error {
	if s.tx.Now.Before(s.grant.RenewFrom()) {
		return data.Refuse("", "renewal_early", "Days", s.grant.RenewalDays)
	}
	return nil
}

// mayRenew reads the terms that a renewal brings. It refuses "renewal_early", and "not_renewable" where the program's live
// version has no renewal, or there is none. A renewal that was refused may still be granted.
func (s *step) mayRenew() error {
	if err := s.inTime(); err != nil {
		return err
	}
	var err error
	s.live.versionID, s.live.terms, err = s.desk.Live(s.tx, s.grant.Slug, s.grant.Tier)
	if errors.Is(err, data.ErrNotFound) || err == nil && (!s.live.terms.Renewable || s.live.terms.DurationDays < 1) {
		return data.Refuse("", "not_renewable")
	}
	return err
}

// renew begins the next term.
func (s *step) renew(next *Grant) {
	next.extend(s.live.versionID, s.live.terms)
	next.Renewals++
	next.Renewal, next.RenewalReason = RenewalNone, ""
	next.RenewalAt = s.tx.Now
	s.detail["ends"], s.detail["before"], s.detail["version"] = data.Millis(next.Ends), data.Millis(s.grant.Ends), next.VersionID
}

// Renewed gives a grant as a renewal at the time of the transaction would leave it: end and terms for the page on which a holder
// asks, or a manager decides. false: the program cannot be renewed now.
func Renewed(tx *data.Tx, d Desk, g Grant) (Grant, bool, error) {
	versionID, terms, err := d.Live(tx, g.Slug, g.Tier)
	if errors.Is(err, data.ErrNotFound) || err == nil && (!terms.Renewable || terms.DurationDays < 1) {
		return g, false, nil
	}
	if err != nil {
		return g, false, err
	}
	g.extend(versionID, terms)
	return g, true, nil
}
