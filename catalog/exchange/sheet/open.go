package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/bundle"
)

// IsWorkbook tells whether a ZIP with these names is a workbook, also one that is refused.
func IsWorkbook(names []string) bool {
	return slices.Contains(names, "[Content_Types].xml") && slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(name, "xl/") })
}

// ReadWorkbook reads the tables of one catalog from a workbook. Mistakes are catalog.FileErrors.
func ReadWorkbook(f bundle.File) ([]*Entry, error) {
	parts, err := bundle.Unzip(f)
	if err != nil {
		return nil, err
	}
	if problem := forbiddenPart(parts); problem != "" {
		return nil, catalog.FileErrors{{File: f.Name, Problem: problem}}
	}
	book, err := openBook(f.Data)
	if err != nil {
		return nil, catalog.FileErrors{{File: f.Name, Problem: fmt.Sprintf("the workbook is damaged (%v); save it again as .xlsx", err)}}
	}
	defer book.Close()
	tables, err := readBook(f.Name, book, parts)
	if err != nil {
		return nil, err
	}
	return assemble(f.Name, tables)
}

// forbiddenPart names what a workbook of a catalog never needs, and what can do harm on the computer of who opens it.
func forbiddenPart(parts []bundle.File) string {
	for _, part := range parts {
		name := strings.ToLower(part.Name)
		switch {
		case strings.Contains(name, "vbaproject"), strings.Contains(name, "/macrosheets/"),
			name == "[content_types].xml" && bytes.Contains(bytes.ToLower(part.Data), []byte("macroenabled")):
			return "the workbook holds macros; save it as .xlsx without them"
		case strings.HasPrefix(name, "xl/externallinks/"), name == "xl/connections.xml", strings.HasPrefix(name, "xl/querytables/"):
			return "the workbook is linked to other files; break the links (Data, Edit Links) and save it again"
		case strings.HasPrefix(name, "xl/embeddings/"), strings.HasPrefix(name, "xl/activex/"):
			return "the workbook holds embedded objects; remove them and save it again"
		}
	}
	return ""
}

// openBook opens a workbook that bundle.Unzip let through. The library panics on some damaged files; that is their fault.
func openBook(data []byte) (book *excelize.File, err error) {
	defer func() {
		if damage := recover(); damage != nil {
			book, err = nil, fmt.Errorf("%v", damage)
		}
	}()
	return excelize.OpenReader(bytes.NewReader(data), excelize.Options{RawCellValue: true,
		UnzipSizeLimit: bundle.MostUnpacked, UnzipXMLSizeLimit: bundle.MostUnpacked})
}

// readBook reads all sheets. The library gives the texts; what kind of cell it is it tells only one by one, each time from the first row,
// so that is read here.
func readBook(file string, book *excelize.File, parts []bundle.File) (tables []*raw, err error) {
	defer func() {
		if damage := recover(); damage != nil {
			tables, err = nil, catalog.FileErrors{{File: file, Problem: fmt.Sprintf("the workbook is damaged (%v); save it again as .xlsx", damage)}}
		}
	}()
	properties, err := book.GetWorkbookProps()
	if err != nil {
		return nil, catalog.FileErrors{{File: file, Problem: fmt.Sprintf("the workbook is damaged (%v); save it again as .xlsx", err)}}
	}
	where := sheetParts(parts)
	var mistakes catalog.FileErrors
	left := mostCells
	for _, sheet := range book.GetSheetList() {
		if comment(sheet) {
			continue
		}
		t := &raw{file: file, name: sheet, epoch1904: properties.Date1904 != nil && *properties.Date1904}
		if err := t.read(book, where[sheet], &left); err != nil {
			mistakes = append(mistakes, &catalog.FileError{File: file, Key: sheet, Problem: err.Error()})
			if left < 0 {
				break
			}
			continue
		}
		tables = append(tables, t)
	}
	if len(mistakes) > 0 {
		return nil, mistakes
	}
	return tables, nil
}

func (t *raw) read(book *excelize.File, part []byte, left *int) error {
	contents, err := contentsOf(part)
	if err != nil {
		return fmt.Errorf("the sheet is damaged (%w); save the workbook again", err)
	}
	rows, err := book.Rows(t.name)
	if err != nil {
		return fmt.Errorf("the sheet cannot be read: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if len(t.rows) == mostRows {
			return fmt.Errorf("the sheet has more than %d rows", mostRows)
		}
		texts, err := rows.Columns()
		if err != nil {
			return fmt.Errorf("row %d cannot be read: %w", len(t.rows)+1, err)
		}
		if len(texts) > mostColumns {
			return fmt.Errorf("row %d has %d cells; the most is %d", len(t.rows)+1, len(texts), mostColumns)
		}
		if *left -= len(texts); *left < 0 {
			return fmt.Errorf("the tables have more than %d cells", mostCells)
		}
		row := make([]cell, len(texts))
		for i, text := range texts {
			row[i] = cell{text: text, content: contents[[2]int{i + 1, len(t.rows) + 1}]}
		}
		t.rows = append(t.rows, row)
	}
	for at, content := range contents { // a formula without a result has no text, and the library leaves it out
		if column, row := at[0]-1, at[1]-1; content == formula {
			t.grow(row, column)
			t.rows[row][column].content = formula
		}
	}
	return rows.Error()
}

// grow makes room for a cell.
func (t *raw) grow(row, column int) {
	for len(t.rows) <= row {
		t.rows = append(t.rows, nil)
	}
	for len(t.rows[row]) <= column {
		t.rows[row] = append(t.rows[row], cell{})
	}
}

// sheetParts finds the part of each sheet.
func sheetParts(parts []bundle.File) map[string][]byte {
	byName := map[string][]byte{}
	for _, part := range parts {
		byName[strings.TrimPrefix(part.Name, "/")] = part.Data
	}
	var book struct {
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var links struct {
		Links []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if xml.Unmarshal(byName["xl/workbook.xml"], &book) != nil || xml.Unmarshal(byName["xl/_rels/workbook.xml.rels"], &links) != nil {
		return nil
	}
	found := map[string][]byte{}
	for _, sheet := range book.Sheets {
		for _, link := range links.Links {
			if link.ID == sheet.ID {
				target := strings.TrimPrefix(link.Target, "/")
				if !strings.HasPrefix(target, "xl/") {
					target = path.Join("xl", target)
				}
				found[sheet.Name] = byName[target]
			}
		}
	}
	return found
}

// contentsOf tells of the cells of a sheet that hold no plain text what they hold, by column and row from 1.
func contentsOf(part []byte) (map[[2]int]content, error) {
	if part == nil {
		return nil, errors.New("it has no part of its own")
	}
	found := map[[2]int]content{}
	decoder := xml.NewDecoder(bytes.NewReader(part))
	var at [2]int
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		start, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case start.Name.Local == "row":
			at = [2]int{0, at[1] + 1}
			if _, row, err := excelize.CellNameToCoordinates("A" + attribute(start, "r")); err == nil {
				at[1] = row
			}
		case start.Name.Local == "c":
			at[0]++
			if column, row, err := excelize.CellNameToCoordinates(attribute(start, "r")); err == nil {
				at = [2]int{column, row}
			}
			if c := contentOf(attribute(start, "t")); c != written && fits(at) {
				found[at] = c
			}
		case start.Name.Local == "f" && fits(at):
			found[at] = formula
		}
	}
}

// fits tells whether a place, counted from 1, is one that a table may have. What stands elsewhere is refused, and takes no memory until then.
func fits(at [2]int) bool { return at[0] <= mostColumns && at[1] <= mostRows }

// contentOf reads the type of a cell; none is a number.
func contentOf(kind string) content {
	switch kind {
	case "", "n":
		return number
	case "b":
		return flag
	case "e":
		return failure
	}
	return written
}

func attribute(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
