package spreadsheet_test

import (
	"bytes"
	"testing"

	"accessdesk/data/spreadsheet"
)

func TestWriteCSV(t *testing.T) {
	var b bytes.Buffer
	err := spreadsheet.WriteCSV(&b, [][]string{{"=1+1", "+1", "-2", "@now", "\tx"}, {"＝1", "'", "", "2-1", "O'Neill"}})
	if want := "'=1+1,'+1,'-2,'@now,'\tx\n'＝1,'',,2-1,O'Neill\n"; err != nil || b.String() != want {
		t.Errorf("got %q, %v, want %q", b.String(), err, want)
	}
}

func FuzzCell(f *testing.F) {
	for _, text := range []string{"", "'", "''", "=1", "'=1", "+", "\na", "＠", "it's", "\xff"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		cell := spreadsheet.Cell(text)
		if spreadsheet.Text(cell) != text || cell != "" && bytes.ContainsAny([]byte(cell[:1]), "=+-@\t\r\n") {
			t.Errorf("%q is written as %q and read as %q", text, cell, spreadsheet.Text(cell))
		}
	})
}
