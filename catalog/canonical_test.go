package catalog

import (
	"accessdesk/data/golden"
	"testing"
)

func TestCanonicalGolden(t *testing.T) {
	golden.Check(t, "testdata/canonical.golden.toml", string(Canonical(parsed(t))))
}

// The owner and the way a file is written are no part of an offering's hash; everything else is.
func TestCanonicalLeavesOutOwnerAndLayout(t *testing.T) {
	before := string(Canonical(parsed(t)))
	same := [][]string{
		{`owner = "catalog@example.org"`, `owner = "somebody@example.org"`},
		{`owner = "catalog@example.org"`, ``},
		{"# An invented offering", "# Another comment"},
		{`opens = 2026-12-01T08:00:00-05:00`, `opens = 2026-12-01 13:00:00Z`},
		{`facts = { sector = "electric", meters = 10000 }`, `facts = { meters = 10_000, sector = 'electric' }`},
		{`title = { en = "Stays are short"`, "min_evidence = \"stated\"\ntitle = { en = \"Stays are short\""},
		{"[title]\nen = \"Pump room review\"\nes = \"Revisión de la sala de bombas\"\n", "[title]\nes = \"Revisi\\u00F3n de la sala de bombas\"\nen = \"\"\"\nPump \\\n   room review\"\"\"\n"},
		{`mode = "in_app"`, "mode = \"in_app\"\nfields = []\nto = \"\""},
	}
	for _, edits := range same {
		if got := string(Canonical(parsed(t, edits...))); got != before {
			t.Errorf("%q changes the canonical text:\n%s", edits, got)
		}
	}
	elsewhere := parsed(t)
	elsewhere.Window.Opens = elsewhere.Window.Opens.In(elsewhere.Window.Zone())
	if got := string(Canonical(elsewhere)); got != before {
		t.Errorf("another zone changes the canonical text:\n%s", got)
	}
	different := [][]string{
		{`minutes_to_apply = 20`, `minutes_to_apply = 21`},
		{`government = false`, `government = true`},
		{`steps = [`, `steps = [{ en = "First.", es = "Primero." },`},
		{`additional_sectors = [] }`, `}`},
		{`name = "on the line"`, `name = "at the line"`},
	}
	for _, edits := range different {
		if got := string(Canonical(parsed(t, edits...))); got == before {
			t.Errorf("%q does not change the canonical text", edits)
		}
	}
}
