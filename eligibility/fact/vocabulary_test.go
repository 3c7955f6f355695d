package fact

import (
	"strings"
	"testing"
)

func TestWording(t *testing.T) {
	var none Profile
	copied := none.Clone()
	copied["has_ot"] = Bool(true) // a clone of nothing can be written
	p := Profile{Sector: String("sltt_government"), AdditionalSectors: Set("wastewater", "drinking_water")}
	fact, ok := vocabularyOf(t).Fact("population_served")
	if !ok {
		t.Fatal("no population_served")
	}
	general, _ := fact.Wording(nil)
	if general != fact.Question {
		t.Errorf("wording without sector: %v", general)
	}
	for _, variant := range fact.Variants {
		question, help := fact.Wording(Profile{Sector: String(variant.Sector)})
		if question != variant.Question || help.Empty() && !fact.Help.Empty() {
			t.Errorf("wording for %s: %v, %v", variant.Sector, question, help)
		}
	}
	local := Fact{
		Question: Text{En: "How many?", Es: "¿Cuántos?"}, Help: Text{En: "Count.", Es: "Cuente."},
		Variants: []Variant{{Sector: "wastewater", Question: Text{En: "How many drains?", Es: "¿Cuántos desagües?"}}},
	}
	if question, help := local.Wording(p); question.En != "How many drains?" || help != local.Help {
		t.Errorf("wording for a second sector: %v, %v", question, help)
	}
	if _, ok := vocabularyOf(t).Fact("no_such_fact"); ok {
		t.Error("found what is not there")
	}
}

// The real vocabulary is complete and names no fact that would merge different legal tests.
func TestRealVocabulary(t *testing.T) {
	v := vocabularyOf(t)
	sector, _ := v.Fact(Sector)
	additional, _ := v.Fact(AdditionalSectors)
	if strings.Join(sector.ValueNames(), " ") != strings.Join(additional.ValueNames(), " ") || strings.Join(v.Sectors(), " ") != strings.Join(sector.ValueNames(), " ") {
		t.Error("sector and additional_sectors differ in their values")
	}
	facts := v.Facts()
	facts[0].ID = "changed"
	if v.Facts()[0].ID == "changed" || len(facts) != v.Len() {
		t.Error("Facts hands out its own slice")
	}
	for place := range v.Len() {
		if at, ok := v.Index(v.At(place).ID); !ok || at != place {
			t.Errorf("%s stands at %d, not at %d", v.At(place).ID, place, at)
		}
	}
	for _, id := range []ID{"is_rural", "rural"} {
		if _, ok := v.Fact(id); ok {
			t.Errorf("%s: one word for at least six different tests", id)
		}
	}
}
