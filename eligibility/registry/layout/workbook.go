package layout

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Limits of a workbook: the largest of EIA has 5 MB of XML in a sheet. A ZIP bomb ends here.
const (
	workbookLimit = 64 << 20  // bytes of the file
	unzipLimit    = 256 << 20 // bytes of everything in it
	headerRows    = 6         // the header of EIA is in row 1 to 3
)

// readsWorkbooks: EIA publishes its tables as workbooks, nobody else does.
func (p *part) readsWorkbooks() bool {
	return slices.ContainsFunc(p.columns, func(c column) bool { return c.name == "Utility Number" })
}

// workbookTable reads the sheets of a workbook one after the other as one table. A sheet belongs to the table if it has the
// header of the first one, or its beginning and its width: the sheet of the territories lacks the names of the groups.
type workbookTable struct {
	name   string
	book   *excelize.File
	sheets []string // still to be read
	sheet  string
	rows   *excelize.Rows
	titles []string
	line   int
}

func openWorkbook(f File, p *part) (table, error) {
	opened, err := f.Open()
	if err != nil {
		return nil, &Error{File: f.Name, Text: fmt.Sprintf("cannot be opened: %v", err)}
	}
	defer opened.Close()
	book, err := readBook(opened)
	if err != nil {
		return nil, &Error{File: f.Name, Text: fmt.Sprintf("is no sound Excel workbook (%v): download it again", err)}
	}
	t := &workbookTable{name: f.Name, book: book, sheets: book.GetSheetList()}
	if err := t.nextSheet(p); err != nil {
		return nil, errors.Join(err, book.Close())
	}
	return t, nil
}

// readBook opens a workbook. The library panics on some damaged files; that is their fault, not ours.
func readBook(from io.Reader) (book *excelize.File, err error) {
	defer func() {
		if damage := recover(); damage != nil {
			book, err = nil, fmt.Errorf("damaged: %v", damage)
		}
	}()
	return excelize.OpenReader(io.LimitReader(from, workbookLimit), excelize.Options{RawCellValue: true, UnzipSizeLimit: unzipLimit, UnzipXMLSizeLimit: 16 << 20})
}

// nextSheet goes on to the next sheet that belongs to the table; io.EOF after the last.
func (t *workbookTable) nextSheet(p *part) error {
	var seen []string
	for len(t.sheets) > 0 {
		t.sheet, t.sheets = t.sheets[0], t.sheets[1:]
		rows, err := t.book.Rows(t.sheet)
		if err != nil {
			return &Error{File: t.name, Inside: "sheet " + t.sheet, Text: fmt.Sprintf("the sheet cannot be read: %v", err)}
		}
		t.rows, t.line = rows, 0
		titles, err := t.findHeader()
		if err != nil {
			return err
		}
		if t.titles == nil && titles != nil {
			t.titles = titles
			return nil
		}
		if titles != nil && slices.Equal(titles[:min(3, len(titles))], t.titles[:min(3, len(t.titles))]) && len(titles) == len(t.titles) {
			return nil
		}
		seen = append(seen, t.sheet)
		if err := rows.Close(); err != nil {
			return err
		}
	}
	if t.titles != nil {
		return io.EOF
	}
	return &Error{File: t.name, Column: "Utility Number", Text: fmt.Sprintf("no sheet has this column in its first %d rows (sheets: %s)", headerRows, strings.Join(seen, ", "))}
}

// findHeader reads up to the row that names the columns; nil if there is none.
func (t *workbookTable) findHeader() ([]string, error) {
	for range headerRows {
		values, err := t.read()
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		var titles []string
		for _, value := range values {
			titles = append(titles, tidyTitle(value))
		}
		if slices.Contains(titles, "Utility Number") {
			return titles, nil
		}
	}
	return nil, nil
}

func (t *workbookTable) read() (values []string, err error) {
	defer func() {
		if damage := recover(); damage != nil {
			values, err = nil, &Error{File: t.name, Inside: "sheet " + t.sheet, Line: t.line, Text: fmt.Sprintf("the sheet is damaged: %v", damage)}
		}
	}()
	if !t.rows.Next() {
		if err := t.rows.Error(); err != nil {
			return nil, &Error{File: t.name, Inside: "sheet " + t.sheet, Line: t.line + 1, Text: fmt.Sprintf("the sheet is damaged: %v", err)}
		}
		return nil, io.EOF
	}
	t.line++
	if values, err = t.rows.Columns(); err != nil {
		return nil, &Error{File: t.name, Inside: "sheet " + t.sheet, Line: t.line, Text: fmt.Sprintf("the row cannot be read: %v", err)}
	}
	return values, nil
}

func (t *workbookTable) header() []string { return t.titles }

func (t *workbookTable) where() (string, int, int) { return "sheet " + t.sheet, t.line, t.line }

func (t *workbookTable) close() error { return t.book.Close() }

func (t *workbookTable) next() ([]string, error) {
	for {
		values, err := t.read()
		switch {
		case errors.Is(err, io.EOF):
			if err := t.nextSheet(nil); err != nil {
				return nil, err
			}
		case err != nil:
			return nil, err
		case len(values) > 0:
			return values, nil
		}
	}
}
