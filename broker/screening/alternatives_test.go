package screening_test

import (
	"slices"
	"testing"

	"accessdesk/broker/screening"
	"accessdesk/catalog"
	"accessdesk/eligibility"
)

// Between programs that fit, the one for the most alike sectors is nearest, then that of the same provider, then the one that lists
// no charge, then the order of the results page.
func TestTheNearestAlternativeComesFirst(t *testing.T) {
	offering := func(slug, provider, cost string, sectors ...string) *catalog.Published {
		rules, err := vocabulary().Compile(eligibility.Rules{Slug: slug, Sectors: sectors, Published: true,
			Criteria: []eligibility.Criterion{{ID: "c", Expr: map[bool]string{true: "has_ot", false: "!has_ot"}[slug == "refused"]}}})
		if err != nil {
			t.Fatal(err)
		}
		o := catalog.Offering{Slug: slug, Kind: catalog.KindFunding, Status: catalog.StatusOpen, Cost: catalog.Cost(cost), Sectors: sectors, CriteriaPublished: true}
		o.Provider.Slug = provider
		return &catalog.Published{Offering: &o, Rules: rules}
	}
	programs := []*catalog.Published{
		offering("any", "near", "none_listed", "any"),
		offering("charged", "far", "match", "drinking_water", "wastewater"),
		offering("unlike", "near", "none_listed", "critical_infrastructure"),
		offering("free", "far", "none_listed", "drinking_water", "wastewater"),
		offering("provider", "near", "match", "drinking_water", "wastewater"),
		offering("half", "far", "match", "drinking_water"),
		offering("refused", "near", "match", "drinking_water", "wastewater"),
	}
	facts, err := vocabulary().ParseFacts([]byte(`{"sector":"drinking_water","has_ot":false}`))
	if err != nil {
		t.Fatal(err)
	}
	c := screening.New(vocabulary(), programs, facts, nil, now)
	got := slugs(c.Alternatives(program(t, c, "refused")))
	if want := []string{"provider", "free", "charged", "half", "unlike", "any"}; !slices.Equal(got, want) {
		t.Errorf("nearest first: %v, want %v", got, want)
	}
}
