package sheet

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"accessdesk/catalog"
	"accessdesk/data/locale"
)

// Widths of columns, in characters, and how many rows below the last have the lists of values, for those who add some.
const (
	referenceWidth = 22
	valueWidth     = 24
	textWidth      = 48
	roomBelow      = 500
	textFormat     = 49 // number format "@": a spreadsheet program leaves what is typed as it is
)

// Workbook writes offerings as a workbook with a sheet for each table. l is the language of the second row.
func Workbook(l *locale.Localizer, offerings []*catalog.Offering) (data []byte, err error) {
	tables, err := fill(offerings)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		if err := t.writable(); err != nil {
			return nil, err
		}
	}
	book := excelize.NewFile()
	defer book.Close()
	styles, err := newStyles(book)
	if err != nil {
		return nil, fmt.Errorf("workbook: %w", err)
	}
	for i, t := range tables {
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), t.Name)
		} else {
			_, err = book.NewSheet(t.Name)
		}
		if err == nil {
			err = t.sheet(book, l, styles)
		}
		if err != nil {
			return nil, fmt.Errorf("workbook: sheet %s: %w", t.Name, err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		return nil, fmt.Errorf("workbook: %w", err)
	}
	return b.Bytes(), nil
}

// writable refuses the few characters that XML cannot hold: the library would write another in their place.
func (t *filled) writable() error {
	for _, row := range t.rows {
		for i, text := range row {
			if strings.ContainsFunc(text, notXML) || !utf8.ValidString(text) {
				return fmt.Errorf("offering %s: %s in %s holds a character that a workbook cannot hold; export it as TOML or CSV", plain(row[0]), t.Columns[i].Heading, t.Name)
			}
		}
	}
	return nil
}

func notXML(r rune) bool { return r == 0xFFFE || r == 0xFFFF }

// styles are those of the heading, of the words below it, and of the cells.
type styles struct{ heading, words, cells int }

func newStyles(book *excelize.File) (s styles, err error) {
	for _, style := range []struct {
		to *int
		is excelize.Style
	}{
		{&s.heading, excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: textFormat}},
		{&s.words, excelize.Style{Font: &excelize.Font{Italic: true, Color: "5C5C5C"}, NumFmt: textFormat, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
		{&s.cells, excelize.Style{NumFmt: textFormat, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
	} {
		if *style.to, err = book.NewStyle(&style.is); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (t *filled) sheet(book *excelize.File, l *locale.Localizer, s styles) error {
	if err := t.lists(book); err != nil {
		return err
	}
	w, err := book.NewStreamWriter(t.Name)
	if err != nil {
		return err
	}
	for i, c := range t.Columns {
		width := float64(valueWidth)
		switch {
		case i < t.references:
			width = referenceWidth
		case strings.HasSuffix("."+c.Heading, ".en"), strings.HasSuffix("."+c.Heading, ".es"), c.kind == factsType:
			width = textWidth
		}
		if err := w.SetColStyle(i+1, i+1, s.cells); err != nil {
			return err
		}
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	panes := excelize.Panes{Freeze: true, XSplit: 1, YSplit: 2, TopLeftCell: "B3", ActivePane: "bottomRight"}
	if err := w.SetPanes(&panes); err != nil {
		return err
	}
	rows := slices.Concat([][]string{headings(t.Table), t.words(l)}, t.rows)
	for at, row := range rows {
		style := s.cells
		if at < 2 {
			style = []int{s.heading, s.words}[at]
		}
		cells := make([]any, len(row))
		for i, text := range row {
			cells[i] = excelize.Cell{StyleID: style, Value: text}
		}
		if err := w.SetRow(fmt.Sprintf("A%d", at+1), cells); err != nil {
			return err
		}
	}
	return w.Flush()
}

// lists adds the drop-down lists of the columns that take one of a few values.
func (t *filled) lists(book *excelize.File) error {
	for i, c := range t.Columns {
		if c.kind == nil || allowed(c.kind) == nil {
			continue
		}
		column, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		list := excelize.NewDataValidation(true)
		list.SetSqref(fmt.Sprintf("%s3:%s%d", column, column, len(t.rows)+2+roomBelow))
		if err := list.SetDropList(allowed(c.kind)); err != nil {
			return err
		}
		if err := book.AddDataValidation(t.Name, list); err != nil {
			return err
		}
	}
	return nil
}
