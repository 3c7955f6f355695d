package registry

import (
	"encoding/json"
	"testing"

	"accessdesk/eligibility"
)

func TestDifferences(t *testing.T) {
	v, err := eligibility.Standard()
	if err != nil {
		t.Fatal(err)
	}
	o := Operator{ID: "ccn:000001", Facts: map[string]Known{}}
	for id, value := range map[string]string{"sector": `"health"`, "state_or_territory": `"OH"`, "available_beds": `25`, "hospital_type": `"cah"`, "ownership_type": `"nonprofit"`} {
		o.Facts[id] = Known{Value: json.RawMessage(value), Evidence: "register", Source: "cms-hospitals", Vintage: "2026-02"}
	}
	band := func(low, high float64) eligibility.Value { return eligibility.Between(eligibility.Range(low, high)) }
	for _, c := range []struct {
		name string
		fact eligibility.FactID
		said eligibility.Value
		want bool
	}{
		{"nothing", "available_beds", eligibility.Value{}, false},
		{"the same number", "available_beds", eligibility.Int(25), false},
		{"another number", "available_beds", eligibility.Int(45), true},
		{"a band that holds it", "available_beds", band(0, 25), false},
		{"a band that begins with it", "available_beds", eligibility.Between(eligibility.Over(24)), false},
		{"a band beside it", "available_beds", band(26, 50), true},
		{"an open end at it", "available_beds", eligibility.Between(eligibility.Below(25)), true},
		{"the register's own older number", "available_beds", eligibility.Int(30).From(eligibility.Register, "cms-hospitals").On("2025-02-28"), false},
		{"a document's number", "available_beds", eligibility.Int(30).From(eligibility.Document, "license"), true},
		{"another word", "hospital_type", eligibility.String("reh"), true},
		{"the same word", "hospital_type", eligibility.String("cah"), false},
		{"what the register does not say", "has_ot", eligibility.Bool(true), false},
		{"another sector", "sector", eligibility.String("banking"), true},
	} {
		got := o.Differences(v, eligibility.Profile{c.fact: c.said})
		if (len(got) == 1) != c.want {
			t.Errorf("%s: %+v", c.name, got)
			continue
		}
		if c.want && (got[0].Fact != c.fact || !got[0].Stated.Equal(c.said) || got[0].Register.AsOf != "2026-02-28" || got[0].Register.Source != "cms-hospitals") {
			t.Errorf("%s: %+v", c.name, got[0])
		}
	}
	also := eligibility.Profile{"sector": eligibility.String("drinking_water"), "additional_sectors": eligibility.Set("health"), "state_or_territory": eligibility.String("PA"), "available_beds": eligibility.Int(3)}
	if got := o.Differences(v, also); len(got) != 2 || got[0].Fact != "state_or_territory" || got[1].Fact != "available_beds" {
		t.Errorf("runs health as well: %+v", got)
	}
	o.Facts["available_beds"] = Known{Value: json.RawMessage(`"many"`)}
	if got := o.Differences(v, also); got != nil {
		t.Errorf("a register that the vocabulary does not hold: %+v", got)
	}
}
