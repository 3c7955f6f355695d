package builder

import (
	"slices"

	"accessdesk/eligibility/fact"
)

// Topic is a group of facts in the list to choose from.
type Topic struct {
	Name  fact.Text
	Facts []fact.ID
}

// topicOrder is the order of the topics; they are also the keys of their words.
var topicOrder = []string{"general", "size", "security", "program", "health", "finance", "energy", "water", "government"}

// topicsOfSectors says where a fact stands that is asked only of some operators: with the first of its sectors.
var topicsOfSectors = map[string]string{
	"health": "health", "banking": "finance", "credit_union": "finance", "electric": "energy", "gas": "energy", "telecom": "energy",
	"drinking_water": "water", "wastewater": "water", "sltt_government": "government",
}

// topicFacts are facts that stand elsewhere than with their first sector, or in "general".
var topicFacts = map[string][]fact.ID{
	"size": {"employees_fte", "annual_revenue", "annual_budget", "population_served", "match_funds_available"},
	"security": {"has_it_staff", "has_security_staff", "static_public_ips", "hosts_at_third_party", "has_public_web_app", "has_ot", "ot_internet_exposed",
		"uses_microsoft_365", "uses_custom_code", "can_accept_tlp_nda", "zero_data_retention", "us_persons_only_users", "authorised_targets_statement",
		"insider_risk_controls", "mfa_in_place", "incident_now", "ai_account_exists"},
	"program": {"sam_registration_active", "sam_expires_on", "is_nonprofit_501c3", "applies_via_intermediary", "memberships", "serves_defense_facility",
		"other_federal_award_same_cost", "state_has_msisac_statewide"},
	"government": {"govt_type", "tribal_status", "has_gov_domain", "is_slcgp_rural", "serves_rural_10k_or_less"},
}

// Topics lists the facts that a row may ask about, by topic, Runs first. Names, addresses and numbers of registers are left out: no
// program takes only one of them. Rules that have them keep them.
func Topics(v *fact.Vocabulary) []Topic {
	byName := map[string][]fact.ID{"general": {Runs}}
	for at := range v.Len() {
		known := v.At(at)
		if shape := shapeOfType(known.Type); shape == ShapeText || shape == ShapeList {
			continue
		}
		name := topicOf(known)
		byName[name] = append(byName[name], known.ID)
	}
	topics := make([]Topic, len(topicOrder))
	for i, name := range topicOrder {
		topics[i] = Topic{Name: words("topic_" + name), Facts: byName[name]}
	}
	return topics
}

func topicOf(known *fact.Fact) string {
	for name, facts := range topicFacts {
		if slices.Contains(facts, known.ID) {
			return name
		}
	}
	if len(known.Sectors) > 0 {
		return topicsOfSectors[known.Sectors[0]]
	}
	return "general"
}
