package eligibility

import (
	"strings"
	"testing"

	"accessdesk/eligibility/rule"
)

// The real vocabulary keeps what the order of questions and the derived facts are built on.
func TestStandardVocabulary(t *testing.T) {
	v := vocabularyOf(t)
	for _, id := range firstQuestions {
		if fact, ok := v.Fact(id); !ok || fact.Ask != AskCheck {
			t.Errorf("%s is not asked in the check", id)
		}
	}
	for _, id := range []FactID{"electric_ownership", "gas_ownership", "is_nonprofit_or_public_provider", "govt_type", "awia_tier", "is_us_based", "state_has_msisac_statewide"} {
		if fact, ok := v.Fact(id); !ok || len(fact.Derive) == 0 {
			t.Errorf("%s is not derived", id)
		}
	}
	for _, sector := range []string{"health", "banking", "credit_union", "electric", "drinking_water", "wastewater", "gas", "telecom", "sltt_government", rule.OtherSector} {
		if fact, _ := v.Fact(SectorFact); !fact.Allows(sector) {
			t.Errorf("no sector %s", sector)
		}
	}
}

func TestVocabularyWithABrokenDerivationIsRefused(t *testing.T) {
	for old, broken := range map[string]string{"ownership_type == 'government_tribal'": "ownership == 'government_tribal'", "ownership_type in ['investor_owned', 'other_private', 'cooperative', 'nonprofit']": "govt_type == 'none'"} {
		facts := strings.ReplaceAll(string(factsFile), old, broken)
		if facts == string(factsFile) {
			t.Fatalf("%q is not in the vocabulary", old)
		}
		if _, err := load([]byte(facts), reasonsFile); err == nil || !strings.Contains(err.Error(), "derived facts") {
			t.Errorf("%s: %v", broken, err)
		}
	}
	if _, err := load([]byte("[[["), reasonsFile); err == nil {
		t.Error("loaded what is no TOML")
	}
}
