package packet

import (
	"sync"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/data/locale"
	"accessdesk/data/seed"
	"accessdesk/eligibility"
)

// shipped is the vocabulary, the texts and the catalog that the program ships.
type shipped struct {
	vocabulary *eligibility.Vocabulary
	locales    *locale.Locales
	catalog    *catalog.Snapshot
}

var world = sync.OnceValues(func() (shipped, error) {
	vocabulary, err := eligibility.Standard()
	if err != nil {
		return shipped{}, err
	}
	locales, err := locale.Bundle()
	if err != nil {
		return shipped{}, err
	}
	files, err := catalog.ParseFiles(seed.Files)
	if err != nil {
		return shipped{}, err
	}
	snapshot, err := catalog.FromFiles(vocabulary, files)
	return shipped{vocabulary, locales, snapshot}, err
})

func open(t testing.TB) shipped {
	t.Helper()
	s, err := world()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s shipped) program(t testing.TB, slug string) *catalog.Published {
	t.Helper()
	p, ok := s.catalog.Find(slug)
	if !ok {
		t.Fatalf("no offering %s in the seed", slug)
	}
	return p
}

// invented makes a published offering of a text.
func (s shipped) invented(t testing.TB, text string) *catalog.Published {
	t.Helper()
	o, err := catalog.Parse("invented.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	snapshot, err := catalog.FromFiles(s.vocabulary, []*catalog.Offering{o})
	if err != nil {
		t.Fatal(err)
	}
	return snapshot.Offerings[0]
}

// material is a small water district that knows most answers, and sends its mails itself.
func (s shipped) material(program *catalog.Published, lang string) Material {
	stated := time.Date(2026, 11, 3, 15, 0, 0, 0, time.UTC)
	facts := eligibility.Profile{
		"sector":             eligibility.String("drinking_water").From(eligibility.Stated, "check"),
		"legal_name":         eligibility.String("Cedar Flats Water District").From(eligibility.Stated, "application"),
		"site_address":       eligibility.String("12 Mill Road\nCedar Flats, NM 87000").From(eligibility.Stated, "application"),
		"state_or_territory": eligibility.String("NM").From(eligibility.Stated, "check"),
		"technical_contact":  eligibility.String("Rosa Ejemplo, operator\nrosa@example.org, +1-555-0100").From(eligibility.Stated, "application"),
		"population_served":  eligibility.Int(4_200).From(eligibility.Register, "sdwis"),
		"has_it_staff":       eligibility.String("part_time").From(eligibility.Stated, "check"),
	}
	for id, value := range facts {
		value.AsOf = stated.Format(time.DateOnly)
		facts[id] = value
	}
	return Material{Vocabulary: s.vocabulary, Locales: s.locales, Lang: lang, Zone: time.UTC, Program: program,
		Organization: "Cedar Flats Water District", Person: Person{Name: "Rosa Ejemplo", Email: "rosa@example.org"},
		Facts: facts, Answers: map[string][]string{}, Answered: stated.AddDate(0, 0, 2)}
}

func prepare(t testing.TB, m Material) Packet {
	t.Helper()
	p, ok := Prepare(m)
	if !ok {
		t.Fatalf("%s has no packet for way %d", m.Program.Slug, m.Route)
	}
	return p
}

// onDay gives a value that was stated on the day of the others.
func onDay(value eligibility.Value) eligibility.Value {
	value.AsOf = "2026-11-03"
	return value
}
