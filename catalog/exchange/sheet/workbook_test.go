package sheet

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/bundle"
	"accessdesk/catalog/exchange/exchangetest"
)

func opened(t testing.TB, data []byte) *excelize.File {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { book.Close() })
	return book
}

// TestEmptyCellsAreBounded: cells that take no room in a file do not fill the memory, in a workbook or in CSV files.
func TestEmptyCellsAreBounded(t *testing.T) {
	usual := mostCells
	t.Cleanup(func() { mostCells = usual })
	mostCells = 3000
	book := excelize.NewFile()
	for _, sheet := range []string{"Sheet1", "Second"} {
		if _, err := book.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		for row := range 20 {
			if err := book.SetCellValue(sheet, fmt.Sprintf("CV%d", row+1), 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	var data bytes.Buffer
	if err := book.Write(&data); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadWorkbook(bundle.File{Name: "a.xlsx", Data: data.Bytes()}); !strings.Contains(fmt.Sprint(err), "more than 3000 cells") {
		t.Errorf("workbook: %v", err)
	}
	row := strings.Repeat(",", 99) + "\n"
	tables := []bundle.File{{Name: "offerings.csv", Data: []byte(strings.Repeat(row, 20))}, {Name: "criteria.csv", Data: []byte(strings.Repeat(row, 20))}}
	if _, err := ReadCSV("a", tables); !strings.Contains(fmt.Sprint(err), "more than 3000 cells") {
		t.Errorf("CSV: %v", err)
	}
}

// TestCellsBeyondTheTableTakeNoMemory: places that no table may have are not kept while a sheet is read.
func TestCellsBeyondTheTableTakeNoMemory(t *testing.T) {
	found, err := contentsOf([]byte(`<worksheet><sheetData><row r="1"><c r="A1"/><c r="CV1"><f>1</f></c><c r="CW1"/><c r="CX1"><f>1</f></c></row>` +
		`<row r="100000"><c/></row><row r="100001"><c/><c><f>1</f></c></row></sheetData></worksheet>`))
	want := map[[2]int]content{{1, 1}: number, {100, 1}: formula, {1, 100000}: number}
	if err != nil || !maps.Equal(found, want) {
		t.Errorf("%v, %v", found, err)
	}
}

// A workbook is made to be edited: the two rows of headings stay in sight, columns have room, cells are text, and what takes one of a few
// values offers them.
func TestWorkbookIsMadeToBeEdited(t *testing.T) {
	data, err := Workbook(localizer(t, "en"), []*catalog.Offering{exchangetest.Full()})
	if err != nil {
		t.Fatal(err)
	}
	book := opened(t, data)
	var names []string
	for _, table := range Tables() {
		names = append(names, table.Name)
		panes, err := book.GetPanes(table.Name)
		if err != nil || !panes.Freeze || panes.YSplit != 2 || panes.XSplit != 1 {
			t.Errorf("%s: panes %+v (%v)", table.Name, panes, err)
		}
		lists, err := book.GetDataValidations(table.Name)
		if err != nil {
			t.Fatal(err)
		}
		wanted := 0
		for i, c := range table.Columns {
			column, _ := excelize.ColumnNumberToName(i + 1)
			if width, err := book.GetColWidth(table.Name, column); err != nil || width < referenceWidth {
				t.Errorf("%s!%s: width %v (%v)", table.Name, column, width, err)
			}
			number, err := book.GetCellStyle(table.Name, column+"3")
			if err != nil {
				t.Fatal(err)
			}
			if style, err := book.GetStyle(number); err != nil || style.NumFmt != textFormat || !style.Alignment.WrapText {
				t.Errorf("%s!%s3: style %+v (%v)", table.Name, column, style, err)
			}
			if c.kind == nil || allowed(c.kind) == nil {
				continue
			}
			wanted++
			if !slices.ContainsFunc(lists, func(v *excelize.DataValidation) bool {
				return strings.HasPrefix(v.Sqref, column+"3:") && v.Formula1 == `"`+strings.Join(allowed(c.kind), ",")+`"`
			}) {
				t.Errorf("%s!%s: no list of %v", table.Name, column, allowed(c.kind))
			}
		}
		if len(lists) != wanted {
			t.Errorf("%s: %d lists, want %d", table.Name, len(lists), wanted)
		}
	}
	if got := book.GetSheetList(); !slices.Equal(got, names) {
		t.Errorf("sheets %q", got)
	}
	if _, err := Workbook(localizer(t, "en"), []*catalog.Offering{{Slug: "x", Details: catalog.Text{En: strings.Repeat("x", mostCell+1)}}}); err == nil ||
		!strings.Contains(err.Error(), "details.en in offerings has 32768 characters, and a cell holds 32767") {
		t.Errorf("a text that a cell would cut: %v", err)
	}
}

// What people do in a spreadsheet program is understood: real dates and numbers, true and false, their own notes, columns and sheets in
// another order, rows left empty.
func TestWorkbookAsPeopleLeaveIt(t *testing.T) {
	full := exchangetest.Full()
	data, err := Workbook(localizer(t, "en"), []*catalog.Offering{full})
	if err != nil {
		t.Fatal(err)
	}
	book := opened(t, data)
	column := func(sheet, heading string) string {
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		name, err := excelize.ColumnNumberToName(slices.Index(rows[0], heading) + 1)
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, set := range []struct {
		sheet, heading string
		value          any
	}{
		{"offerings", "checked_on", 46357}, {"offerings", "minutes_to_apply", 45}, {"offerings", "criteria_published", true}, {"offerings", "provider.government", "FALSE"},
		{"criteria", "citation", 2026}, {"offerings", "helper.phone", "+1-555-0199"},
	} {
		if err := book.SetCellValue(set.sheet, column(set.sheet, set.heading)+"3", set.value); err != nil {
			t.Fatal(err)
		}
	}
	for _, act := range []error{
		book.InsertRows("criteria", 3, 2), book.SetCellValue("criteria", "A3", "# a note of mine"), book.SetCellValue("offerings", "A9", "# and one far below"),
	} {
		if act != nil {
			t.Fatal(act)
		}
	}
	if _, err := book.NewSheet("# my list"); err != nil {
		t.Fatal(err)
	}
	if err := book.MoveSheet("sources", "offerings"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	entries, err := ReadWorkbook(bundle.File{Name: "edited.xlsx", Data: b.Bytes()})
	if err != nil {
		t.Fatal(err)
	}
	want := exchangetest.Full()
	want.CheckedOn, want.MinutesToApply, want.CriteriaPublished, want.Provider.Government = "2026-12-01", 45, true, false
	want.Criteria[0].Citation, want.Helper.Phone = "2026", "+1-555-0199"
	if got, want := string(catalog.Canonical(entries[0].Offering)), string(catalog.Canonical(want)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if place := entries[0].Place("criteria[1].expr"); place != "criteria!C5" {
		t.Errorf("the rule stands at %s", place)
	}
}

// The second row may be in any language, and separators are those of any country.
func TestCSVAsOtherProgramsWriteIt(t *testing.T) {
	full := exchangetest.Full()
	files, err := CSV(localizer(t, "es"), []*catalog.Offering{full})
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range files {
		text := strings.TrimPrefix(string(f.Data), byteOrderMark)
		text = strings.ReplaceAll(text, "\r\n", "\n")
		if i%2 == 0 {
			text = strings.ReplaceAll(text, `","`, `";"`)
		}
		name := strings.ToUpper(f.Name)
		if f.Name == "sources.csv" || f.Name == "criteria.csv" { // no other table has such headings
			name = "Copy of " + f.Name
		}
		files[i] = bundle.File{Name: name, Data: []byte(text)}
	}
	entries, err := ReadCSV("catalog", files)
	identical(t, "csv", []*catalog.Offering{full}, entries, err)
}
