package sheet

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/bundle"
	"accessdesk/catalog/exchange/exchangetest"
)

// sound: either offerings that can be stored, or mistakes with their file.
func sound(t *testing.T, entries []*Entry, err error) {
	t.Helper()
	var mistakes catalog.FileErrors
	if err != nil {
		if !errors.As(err, &mistakes) || entries != nil {
			t.Fatalf("%d offerings, %v", len(entries), err)
		}
		return
	}
	for _, e := range entries {
		text := catalog.Canonical(e.Offering)
		if back, err := catalog.Parse("back", text); err != nil || !bytes.Equal(catalog.Canonical(back), text) {
			t.Fatalf("cannot be stored: %v\n%s", err, text)
		}
		if e.Place("criteria[1].expr") == "" || e.Place("") == "" {
			t.Fatal("an offering without a place")
		}
	}
}

// FuzzReadCSV puts anything into two of the tables.
func FuzzReadCSV(f *testing.F) {
	files, err := CSV(localizer(f, "en"), []*catalog.Offering{exchangetest.Full()})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(files[0].Data, files[len(files)-1].Data)
	f.Add([]byte("slug;kind\nx;tool\n"), []byte("offering\turl\n"))
	f.Fuzz(func(t *testing.T, offerings, sources []byte) {
		changed := append([]bundle.File{}, files...)
		changed[0].Data, changed[len(changed)-1].Data = offerings, sources
		for i := 1; i < len(changed)-1; i++ { // without rows, so that nothing hangs on what is gone
			head, _, _ := bytes.Cut(changed[i].Data, []byte("\r\n"))
			changed[i].Data = head
		}
		entries, err := ReadCSV("catalog", changed)
		sound(t, entries, err)
	})
}

func FuzzReadWorkbook(f *testing.F) {
	book, err := Workbook(localizer(f, "en"), []*catalog.Offering{exchangetest.Full()})
	if err != nil {
		f.Fatal(err)
	}
	parts, err := bundle.Unzip(bundle.File{Name: "x", Data: book})
	if err != nil {
		f.Fatal(err)
	}
	for i, part := range parts {
		f.Add(i, part.Data)
	}
	f.Fuzz(func(t *testing.T, at int, data []byte) { // anything as one of the parts: a ZIP is packed anew, so that the parts are reached
		if at < 0 || at >= len(parts) {
			return
		}
		changed := append([]bundle.File{}, parts...)
		changed[at].Data = data
		packed, err := bundle.Zip(changed)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := ReadWorkbook(bundle.File{Name: "x.xlsx", Data: packed})
		sound(t, entries, err)
	})
}

// FuzzCell: what is written into a cell is what is read from it, and no spreadsheet takes it for a formula.
func FuzzCell(f *testing.F) {
	for _, text := range []string{"", "'", "=1", "'=1", "+", "\\n", "a\nb", "#x", "＝"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cell := neutral(text)
		if plain(cell) != text || cell != "" && bytes.ContainsRune([]byte("=+-@\t\r\n#"), rune(cell[0])) {
			t.Fatalf("%q is written as %q and read as %q", text, cell, plain(cell))
		}
		if word := wordOf(line(text)); word != text {
			t.Fatalf("the word %q is read as %q", text, word)
		}
		facts := reflect.New(factsType).Elem()
		if problem := takeFacts(text, facts); problem == "" && facts.Len() > 0 {
			again := reflect.New(factsType).Elem()
			if problem := takeFacts(spell(facts, nil), again); problem != "" || !reflect.DeepEqual(facts.Interface(), again.Interface()) {
				t.Fatalf("facts %v are read back as %v (%s)", facts, again, problem)
			}
		}
	})
}
