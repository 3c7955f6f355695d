package packet

import (
	"slices"
	"testing"

	"accessdesk/eligibility"
)

// TestDifferences: what stands in the packet and is not what it was, in the reader's words; not where it comes from.
func TestDifferences(t *testing.T) {
	s := open(t)
	then := s.material(s.program(t, "cisa-vuln-scanning"), "es")
	before := prepare(t, then)
	if got := Differences(before, prepare(t, then)); len(got) != 0 {
		t.Errorf("nothing changed, but %v", got)
	}
	now := then
	now.Facts = eligibility.Profile{}
	for id, value := range then.Facts {
		value.AsOf, value.Source = "2026-11-20", "profile" // said again
		now.Facts[id] = value
	}
	if got := Differences(before, prepare(t, now)); len(got) != 0 {
		t.Errorf("only the sources changed, but %v", got)
	}
	now.Facts["site_address"] = eligibility.String("1 New Road\nCedar Flats, NM 87000")
	now.Facts["technical_contact"] = eligibility.String("The password is Summer2026.")
	delete(now.Facts, "legal_name")
	now.Answers = map[string][]string{"heard_from": {"A neighbor"}}
	want := []Difference{
		{"Nombre legal", "Cedar Flats Water District", ""},
		{"Dirección de la sede principal", "12 Mill Road\nCedar Flats, NM 87000", "1 New Road\nCedar Flats, NM 87000"},
		{"Contacto técnico", "Rosa Ejemplo, operator\nrosa@example.org, +1-555-0100", ""}, // held back
		{"¿Cómo supo del servicio?", "", "A neighbor"},
	}
	got := Differences(before, prepare(t, now))
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	back := Differences(prepare(t, now), before)
	if len(back) != len(want) || back[0].Before != "" || back[0].Now != "Cedar Flats Water District" {
		t.Errorf("the other way round: %q", back)
	}
	// A packet without fields: everything that was said is gone.
	if gone := Differences(before, Packet{}); len(gone) == 0 || gone[0].Now != "" {
		t.Errorf("got %q", gone)
	}
}
