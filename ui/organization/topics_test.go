package organization

import (
	"slices"
	"testing"

	"accessdesk/data/locale"
	"accessdesk/eligibility"
)

// TestEveryFactHasATopic: whatever people are asked for stands in exactly one topic, which has its texts, and a topic for
// some sectors holds what is asked of them only.
func TestEveryFactHasATopic(t *testing.T) {
	v, err := eligibility.Standard()
	if err != nil {
		t.Fatal(err)
	}
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	in := map[eligibility.FactID][]string{}
	for _, one := range topics {
		for _, lang := range locale.Languages() {
			for _, key := range []string{"account.topic_" + one.id, "account.topic_" + one.id + "_text"} {
				if !locales.In(lang).Has(key) {
					t.Errorf("no text %s in %s", key, lang)
				}
			}
		}
		for _, id := range one.facts {
			in[id] = append(in[id], one.id)
			if _, ok := v.Fact(id); !ok {
				t.Errorf("topic %s has %s, which is no fact", one.id, id)
			}
		}
	}
	for _, fact := range v.Facts() {
		want := 1
		if fact.ID == eligibility.AdditionalSectorsFact || fact.ID == momentary { // one answer with the sector; of today only
			want = 0
		}
		if fact.Ask != eligibility.AskNever && len(in[fact.ID]) != want {
			t.Errorf("%s stands in the topics %q", fact.ID, in[fact.ID])
		}
		for _, id := range in[fact.ID] {
			one, _ := findTopic(id)
			for _, sector := range one.sectors {
				if len(fact.Sectors) == 0 || !slices.ContainsFunc(one.sectors, func(s string) bool { return slices.Contains(fact.Sectors, s) }) {
					t.Errorf("%s is asked of %v, its topic %s is for %s", fact.ID, fact.Sectors, id, sector)
				}
			}
		}
	}
}

// TestTopicsFitTheOrganization: a topic asks what concerns the sectors of the operator, and shows what is known anyway.
func TestTopicsFitTheOrganization(t *testing.T) {
	v, err := eligibility.Standard()
	if err != nil {
		t.Fatal(err)
	}
	ids := func(id string, p eligibility.Profile) (all []string) {
		one, _ := findTopic(id)
		for _, fact := range one.asked(v, p) {
			all = append(all, string(fact.ID))
		}
		return all
	}
	water := eligibility.Profile{"sector": eligibility.String("drinking_water")}
	if got := ids("finance", water); len(got) > 0 {
		t.Errorf("a water system is asked for %v", got)
	}
	if got := ids("water", water); !slices.Contains(got, "pwsid") || slices.Contains(got, "npdes_id") || slices.Contains(got, "awia_tier") {
		t.Errorf("a water system is asked for %v", got)
	}
	water["additional_sectors"] = eligibility.Set("wastewater")
	water["total_assets"] = eligibility.Int(1) // was a bank once
	if got := ids("water", water); !slices.Contains(got, "npdes_id") {
		t.Errorf("with wastewater: %v", got)
	}
	if got := ids("finance", water); !slices.Equal(got, []string{"total_assets"}) {
		t.Errorf("what is known of a former bank: %v", got)
	}
	if got := ids("energy", eligibility.Profile{}); len(got) > 0 {
		t.Errorf("nobody knows what they run, and they are asked for %v", got)
	}
}
