package check

import (
	"slices"
	"strings"

	"accessdesk/eligibility"
	"accessdesk/ui/card"
	"accessdesk/ui/web"
)

// named is the card about the groups that Executive Order 14409 names as examples: rural hospitals, community banks
// and local utilities. The order defines none of them, so the card says which lines the programs here drew, and by which
// definitions.
type named struct {
	Group string // its name, in the reader's language
	Lines []line
	Words []card.Link // the definitions that those lines use
}

// line is a rule of a program that draws such a line.
type line struct {
	Slug, Program, Rule, Citation string
	Met, Unmet                    bool
}

// groups of the order: whom each is likely to mean, and the facts by which programs draw the line.
var groups = []struct {
	key     string
	sectors []string
	facts   []eligibility.FactID
}{
	{"results.named_hospital", []string{"health"},
		[]eligibility.FactID{"hospital_type", "available_beds", "is_forhp_rural", "is_fcc_rural", "hospital_treated_as_rural", "is_independent_hospital"}},
	{"results.named_bank", []string{"banking"},
		[]eligibility.FactID{"total_assets", "loan_to_asset_ratio", "core_deposit_ratio", "offices_count", "states_count", "large_msa_count", "cblr_elected", "is_mdi"}},
	{"results.named_utility", []string{"electric", "drinking_water", "wastewater", "gas", "telecom"},
		[]eligibility.FactID{"population_served", "service_connections", "design_flow_mgd", "serves_rural_10k_or_less", "mwh_sold_per_year", "meters", "electric_ownership", "gas_customers", "gas_ownership", "access_lines", "is_rural_telco"}},
}

// named makes a card for each group that the operator may belong to.
func (v *visit) named(r *web.Request) []named {
	sectors := v.Sectors()
	var cards []named
	for _, group := range groups {
		own := slices.DeleteFunc(slices.Clone(group.sectors), func(sector string) bool { return !slices.Contains(sectors, sector) })
		if len(own) > 0 {
			cards = append(cards, v.card(r, r.L.T(group.key), own, group.facts))
		}
	}
	return cards
}

// card lists the rules that read one of the facts, of programs that serve the operator, and the definitions for the operator's
// sectors of the group that the rules use.
func (v *visit) card(r *web.Request, group string, sectors []string, facts []eligibility.FactID) named {
	shown := named{Group: group}
	used := map[string]bool{}
	for _, program := range v.Programs {
		if program.Outside() {
			continue
		}
		criteria := program.Rules.Criteria()
		for at, result := range program.Decision.Criteria {
			reads := slices.ContainsFunc(result.Facts, func(id eligibility.FactID) bool { return slices.Contains(facts, id) })
			if result.ID == eligibility.GateID || !reads {
				continue
			}
			shown.Lines = append(shown.Lines, line{
				Slug: program.Slug, Program: program.Title.In(r.Lang), Rule: strings.TrimSuffix(criteria[at].Title.In(r.Lang), "."),
				Citation: criteria[at].Citation, Met: result.Result == eligibility.Met, Unmet: result.Result == eligibility.Unmet,
			})
			for _, d := range r.Site.Reference.Definitions {
				if d.Concerns(sectors) && d.Reads(criteria[at].Expr, result.Facts) {
					used[d.ID] = true
				}
			}
		}
	}
	for _, d := range r.Site.Reference.Definitions {
		if used[d.ID] {
			shown.Words = append(shown.Words, card.ToDefinition(r, d))
		}
	}
	return shown
}
