package catalog

import (
	"slices"
	"strings"
	"time"

	// Windows are shown in zones of the time zone database, which not every machine has.
	_ "time/tzdata"

	"accessdesk/eligibility"
)

// notReached is how a listing says that nobody could open an address: pages name it and do not link to it.
const notReached = "not reached"

// Reached tells whether somebody read the page of the source.
func (s Source) Reached() bool { return !strings.Contains(s.Supports, notReached) }

// Read tells whether somebody read the page at an address: it is a source that was reached.
func (o *Offering) Read(address string) bool {
	return slices.ContainsFunc(o.Sources, func(s Source) bool {
		return s.Reached() && strings.TrimSuffix(s.URL, "/") == strings.TrimSuffix(address, "/")
	})
}

// OpenAt tells whether the offering takes applications at now: its status is open, it is not paused, and now lies in its window.
func (o *Offering) OpenAt(now time.Time) bool {
	return o.Status == StatusOpen && !o.PausedAt(now) && o.Window.Contains(now)
}

// listed tells whether lists and the check show the offering: unless the provider ended it.
func (o *Offering) listed() bool { return o.Status != StatusEnded }

// Public tells whether anybody can begin on this route without being asked first.
func (r ApplyRoute) Public() bool { return r.Mode != ModeNone && r.Mode != ModeInvitation }

// Usual is the first route, the one to show; false if the offering names none.
func (o *Offering) Usual() (ApplyRoute, bool) {
	if len(o.Apply) == 0 {
		return ApplyRoute{}, false
	}
	return o.Apply[0], true
}

// InApp tells whether applications are reviewed here rather than by the provider.
func (o *Offering) InApp() bool {
	return slices.ContainsFunc(o.Apply, func(r ApplyRoute) bool { return r.Mode == ModeInApp })
}

// Question finds a question of the offering's own form.
func (o *Offering) Question(id string) (Question, bool) {
	at := slices.IndexFunc(o.Questions, func(q Question) bool { return q.ID == id })
	if at < 0 {
		return Question{}, false
	}
	return o.Questions[at], true
}

// Gated tells whether the sector list is a criterion; a list of "any" is none.
func (o *Offering) Gated() bool {
	return len(o.Sectors) > 0 && !slices.Contains(o.Sectors, eligibility.AnySector)
}

// Company tells whether a company decides about access to an AI tool or model, so that pages add "You can ask; the
// company decides".
func (o *Offering) Company() bool {
	return (o.Kind == KindAITool || o.Kind == KindModelAccess) && !o.Provider.Government && !o.InApp()
}

// UncompiledRules is what the decision needs of the offering.
func (o *Offering) UncompiledRules() eligibility.Rules {
	criteria := make([]eligibility.Criterion, 0, len(o.Criteria))
	for _, c := range o.Criteria {
		criteria = append(criteria, eligibility.Criterion{ID: c.ID, Expr: c.Expr, Citation: c.Citation,
			Title: c.Title, Failure: c.Failure, Remedy: c.Remedy, MinEvidence: c.MinEvidence})
	}
	requirements := make([]eligibility.Requirement, 0, len(o.Requirements))
	for _, r := range o.Requirements {
		requirements = append(requirements, eligibility.Requirement(r))
	}
	return eligibility.Rules{Slug: o.Slug, Sectors: o.Sectors, SectorsCitation: o.SectorsCitation,
		Criteria: criteria, Requirements: requirements, Published: o.CriteriaPublished}
}

// Group is where a result stands on the results page.
type Group string

// The groups of the results page, in the order in which it shows them.
const (
	GroupLikely  Group = "likely"   // fits and is open now
	GroupOneMore Group = "one_more" // answers are missing
	GroupNotOpen Group = "not_open" // would fit, not open now
	GroupNotNow  Group = "not_now"  // a criterion is not met
	GroupNoRules Group = "no_rules" // the provider publishes no rules: ask
)

// Groups lists the groups in the order of the page.
func Groups() []Group {
	return []Group{GroupLikely, GroupOneMore, GroupNotOpen, GroupNotNow, GroupNoRules}
}

// GroupAt tells where a decision about the offering stands on the results page at now. Status is not eligibility: an
// offering that is not open never stands under likely, and one without published rules never does either.
func (o *Offering) GroupAt(outcome eligibility.Outcome, now time.Time) Group {
	switch {
	case outcome == eligibility.Ineligible:
		return GroupNotNow
	case !o.CriteriaPublished:
		return GroupNoRules
	case outcome == eligibility.Unknown:
		return GroupOneMore
	case !o.OpenAt(now):
		return GroupNotOpen
	}
	return GroupLikely
}
