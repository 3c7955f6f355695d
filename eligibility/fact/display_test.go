package fact

import (
	"strings"
	"testing"
)

func TestDisplay(t *testing.T) {
	cases := []struct {
		fact   ID
		value  Value
		en, es string
	}{
		{"has_ot", Bool(true), "Yes", "Sí"},
		{"has_ot", Bool(false), "No", "No"},
		{"has_ot", Value{}, "Not answered", "Sin respuesta"},
		{"no_such_fact", Bool(true), "Not answered", "Sin respuesta"},
		{"population_served", Int(1), "1 person", "1 persona"},
		{"population_served", Int(0), "0 people", "0 personas"},
		{"population_served", Int(1_234_567), "1,234,567 people", "1,234,567 personas"},
		{"population_served", Between(AtMost(500)), "500 or fewer people", "500 personas o menos"},
		{"population_served", Between(Range(0, 500)), "500 or fewer people", "500 personas o menos"},
		{"population_served", Between(Range(501, 3300)), "501 to 3,300 people", "De 501 a 3,300 personas"},
		{"population_served", Between(AtLeast(10001)), "More than 10,000 people", "Más de 10,000 personas"},
		{"population_served", Between(AtLeast(100000)), "100,000 people or more", "100,000 personas o más"},
		{"population_served", Between(AtMost(49999)), "Fewer than 50,000 people", "Menos de 50,000 personas"},
		{"population_served", Between(AtLeast(0)), "Any number", "Cualquier número"},
		{"available_beds", Between(AtMost(25)), "25 or fewer beds", "25 camas o menos"},
		{"total_assets", Int(1_250_000_000), "$1,250,000,000", "$1,250,000,000"},
		{"total_assets", Int(0), "$0", "$0"},
		{"total_assets", Between(AtMost(999_999_999)), "Less than $1,000,000,000", "Menos de $1,000,000,000"},
		{"total_assets", Between(AtLeast(10_000_000_000)), "$10,000,000,000 or more", "$10,000,000,000 o más"},
		{"total_assets", Between(AtMost(500)), "$500 or less", "$500 o menos"},
		{"total_assets", Between(Range(1_000_000_000, 9_999_999_999)), "$1,000,000,000 to $9,999,999,999", "De $1,000,000,000 a $9,999,999,999"},
		{"mwh_sold_per_year", Between(Below(4_000_000)), "Less than 4,000,000 MWh", "Menos de 4,000,000 MWh"},
		{"mwh_sold_per_year", Between(AtLeast(4_000_000)), "4,000,000 MWh or more", "4,000,000 MWh o más"},
		{"mwh_sold_per_year", Between(Over(100.5)), "More than 100.5 MWh", "Más de 100.5 MWh"},
		{"loan_to_asset_ratio", Between(AtMost(33)), "33 percent or less", "33 por ciento o menos"},
		{"loan_to_asset_ratio", Between(Interval{Low: 33, High: 50, LowOpen: true}), "More than 33, up to 50 percent", "Más de 33 y hasta 50 por ciento"},
		{"loan_to_asset_ratio", Between(Interval{Low: 33, High: 50, HighOpen: true}), "33 to less than 50 percent", "De 33 a menos de 50 por ciento"},
		{"loan_to_asset_ratio", Between(Interval{Low: 33, High: 50, LowOpen: true, HighOpen: true}), "More than 33 and less than 50 percent", "Más de 33 y menos de 50 por ciento"},
		{"ruca_code", Int(7), "7", "7"},
		{"state_or_territory", String("NM"), "New Mexico", "Nuevo México"},
		{"sam_expires_on", String("2026-12-18"), "December 18, 2026", "18 de diciembre de 2026"},
		{"sam_expires_on", String("soon"), "soon", "soon"},
		{"memberships", Set(), "None of these", "Ninguno de estos"},
		{"memberships", Set("awwa"), "", ""},
		{"named_users", List("Second", "First"), "Second and First", "Second y First"},
		{"named_users", List("One", "Two", "Ivy"), "One, Two, and Ivy", "One, Two e Ivy"},
		{"legal_name", String("Cedar Flats Water District"), "Cedar Flats Water District", "Cedar Flats Water District"},
	}
	for _, c := range cases {
		if c.en == "" {
			continue
		}
		en, es := vocabularyOf(t).Display(c.fact, c.value, "en"), vocabularyOf(t).Display(c.fact, c.value, "es")
		if en != c.en || es != c.es {
			t.Errorf("%s %v: %q, %q; want %q, %q", c.fact, c.value, en, es, c.en, c.es)
		}
	}
}

// Every value of every enum and set has its own name in both languages, shown in the order of the file.
func TestDisplayOfEveryValue(t *testing.T) {
	v := vocabularyOf(t)
	for _, f := range v.Facts() {
		for _, lang := range []string{"en", "es"} {
			seen := map[string]string{}
			for _, known := range f.Values {
				value := String(known.Value)
				if f.Type == TypeSet {
					value = Set(known.Value)
				}
				shown := v.Display(f.ID, value, lang)
				if shown == "" || strings.ContainsAny(shown, "{}") || seen[shown] != "" {
					t.Errorf("%s %s in %s: %q (also %q)", f.ID, known.Value, lang, shown, seen[shown])
				}
				seen[shown] = known.Value
			}
			if f.Type == TypeSet {
				all := v.Display(f.ID, Set(f.ValueNames()...), lang)
				if !strings.HasPrefix(all, f.Values[0].Label.In(lang)) {
					t.Errorf("%s: all values: %q", f.ID, all)
				}
			}
		}
	}
}

func TestSpanishConjunctionsFollowTheSound(t *testing.T) {
	texts := vocabularyOf(t).texts
	for _, c := range []struct{ conjunction, last, want string }{
		{"and", "Illinois", "Texas e Illinois"}, {"and", "hielo", "Texas y hielo"}, {"and", "hijos", "Texas e hijos"}, {"and", "Ohio", "Texas y Ohio"},
		{"or", "Ohio", "Texas u Ohio"}, {"or", "hospital", "Texas u hospital"}, {"or", "Illinois", "Texas o Illinois"}, {"or", "80", "Texas u 80"}, {"or", "110", "Texas o 110"},
	} {
		if got := texts.join("es", c.conjunction, []string{"Texas", c.last}); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if got := texts.join("en", "or", nil); got != "" {
		t.Errorf("empty list: %q", got)
	}
}
