package organization

import (
	"slices"

	"accessdesk/eligibility"
)

// topic is a part of the profile: one page of its form. Every fact that people are asked for stands in one topic.
type topic struct {
	id string // also the key of its texts: account.topic_ID, account.topic_ID_text
	// sectors are those whose operators see the topic; none: everybody does.
	sectors []string
	facts   []eligibility.FactID
}

// dates is the topic that also asks when memberships renew.
const dates = "dates"

// topics is the order of the profile.
var topics = []topic{
	{id: "basics", facts: []eligibility.FactID{"legal_name", "sector", "ownership_type", "govt_type", "tribal_status", "is_nonprofit_501c3", "is_us_based",
		"state_or_territory", "county_fips", "site_address", "is_slcgp_rural", "ruca_code", "rucc_code"}},
	{id: "size", facts: []eligibility.FactID{"employees_fte", "population_served", "annual_revenue", "annual_budget", "match_funds_available",
		"other_federal_award_same_cost"}},
	{id: "contacts", facts: []eligibility.FactID{"authorised_official", "technical_contact", "msp_name", "applies_via_intermediary", "named_users"}},
	{id: "numbers", facts: []eligibility.FactID{"uei", "sam_registration_active", "ein", "has_gov_domain"}},
	{id: "systems", facts: []eligibility.FactID{"has_it_staff", "has_security_staff", "static_public_ips", "ip_ranges", "hosts_at_third_party",
		"has_public_web_app", "has_ot", "ot_internet_exposed", "uses_microsoft_365", "uses_custom_code", "mfa_in_place", "insider_risk_controls",
		"serves_defense_facility"}},
	{id: "terms", facts: []eligibility.FactID{"can_accept_tlp_nda", "authorised_targets_statement", "us_persons_only_users", "ai_account_exists",
		"zero_data_retention"}},
	{id: "health", sectors: []string{"health", "sltt_government"}, facts: []eligibility.FactID{"ccn", "hospital_type", "available_beds", "avg_los_hours",
		"hospital_treated_as_rural", "is_forhp_rural", "is_fcc_rural", "is_independent_hospital", "is_nonprofit_or_public_provider",
		"fcc_consortium_member", "is_hipaa_covered"}},
	{id: "finance", sectors: []string{"banking", "credit_union"}, facts: []eligibility.FactID{"fdic_cert", "ncua_charter", "rssd_id", "total_assets",
		"primary_regulator", "loan_to_asset_ratio", "core_deposit_ratio", "offices_count", "states_count", "large_msa_count", "cblr_elected",
		"federally_insured_cu", "low_income_designated", "is_mdi"}},
	{id: "energy", sectors: []string{"electric", "gas"}, facts: []eligibility.FactID{"eia_utility_id", "electric_ownership", "mwh_sold_per_year", "meters",
		"bes_registered", "has_six_public_or_coop_partners", "phmsa_operator_id", "gas_customers", "gas_ownership"}},
	{id: "telecom", sectors: []string{"telecom"}, facts: []eligibility.FactID{"fcc_frn", "access_lines", "is_rural_telco"}},
	{id: "water", sectors: []string{"drinking_water", "wastewater"}, facts: []eligibility.FactID{"pwsid", "pws_type", "service_connections",
		"awia_tier", "awia_rra_certified_on", "awia_erp_certified_on", "npdes_id", "design_flow_mgd", "serves_rural_10k_or_less"}},
	{id: dates, facts: []eligibility.FactID{"sam_expires_on", memberships}},
}

// memberships is the fact whose values may renew on a day.
const memberships eligibility.FactID = "memberships"

// momentary is a fact of today, not of the organization: it has no place in the profile.
const momentary eligibility.FactID = "incident_now"

// findTopic finds a topic by its id.
func findTopic(id string) (topic, bool) {
	at := slices.IndexFunc(topics, func(t topic) bool { return t.id == id })
	if at < 0 {
		return topic{}, false
	}
	return topics[at], true
}

// of lists the facts of the topic for operators with this profile: those that they are asked for, and those that are known
// of them although they are not (they ran another service before, or a register said so).
func (t topic) of(v *eligibility.Vocabulary, facts eligibility.Profile) []eligibility.Fact {
	var all []eligibility.Fact
	for _, id := range t.facts {
		fact, ok := v.Fact(id)
		if ok && (facts[id].Known() || fact.Ask != eligibility.AskNever && concerns(fact.Sectors, facts)) {
			all = append(all, fact)
		}
	}
	return all
}

// asked lists those of them that people answer.
func (t topic) asked(v *eligibility.Vocabulary, facts eligibility.Profile) []eligibility.Fact {
	return slices.DeleteFunc(t.of(v, facts), func(fact eligibility.Fact) bool { return fact.Ask == eligibility.AskNever })
}

// concerns tells whether something for certain sectors is for an operator with this profile. While the sector is unknown,
// what is for some only is for nobody.
func concerns(sectors []string, facts eligibility.Profile) bool {
	main, _ := facts[eligibility.SectorFact].Text()
	return len(sectors) == 0 || slices.ContainsFunc(sectors, func(sector string) bool {
		return sector == main || facts[eligibility.AdditionalSectorsFact].Has(sector)
	})
}
