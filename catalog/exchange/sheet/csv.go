package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/bundle"
)

// IsTable tells whether a file is CSV with the headings of one of the tables, whatever its name.
func IsTable(data []byte) bool {
	_, ok := tableOf(data)
	return ok
}

// tableOf finds the table whose headings a CSV file has most of; half of them at least. Some tables have the same headings: those are
// known by the name of their file only.
func tableOf(data []byte) (name string, ok bool) {
	first, _, _ := bytes.Cut(bytes.TrimPrefix(data, []byte(byteOrderMark)), []byte("\n"))
	if len(first) > mostCell || !utf8.Valid(first) {
		return "", false
	}
	record, err := csvReader(first).Read()
	if err != nil {
		return "", false
	}
	most := 0
	for _, t := range Tables() {
		found := 0
		for _, heading := range headings(t) {
			if slices.Contains(record, heading) {
				found++
			}
		}
		switch fits := 2*found >= len(t.Columns) && 2*found >= len(record); {
		case fits && found > most:
			name, ok, most = t.Name, true, found
		case fits && found == most:
			name = ""
		}
	}
	return name, ok
}

// csvReader reads CSV with the separator that the first line has: the comma, or what spreadsheet programs of other countries
// write.
func csvReader(data []byte) *csv.Reader {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	for _, separator := range ";\t" {
		if bytes.Count(first, []byte(string(separator))) > bytes.Count(first, []byte{','}) {
			r.Comma = separator
		}
	}
	return r
}

// ReadCSV reads the tables of one catalog from CSV files. A file is the table that its name says, or else its headings. name is what the
// set is called in messages. Mistakes are catalog.FileErrors.
func ReadCSV(name string, files []bundle.File) ([]*Entry, error) {
	var tables []*raw
	var mistakes catalog.FileErrors
	left := mostCells
	for _, f := range files {
		t, err := readTable(f, &left)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		tables = append(tables, t)
	}
	if len(mistakes) > 0 {
		return nil, mistakes
	}
	return assemble(name, tables)
}

func readTable(f bundle.File, left *int) (*raw, *catalog.FileError) {
	wrong := func(key, format string, args ...any) *catalog.FileError {
		return &catalog.FileError{File: f.Name, Key: key, Problem: fmt.Sprintf(format, args...)}
	}
	text := bytes.TrimPrefix(f.Data, []byte(byteOrderMark))
	t := &raw{file: f.Name, name: strings.TrimSuffix(strings.ToLower(path.Base(strings.ReplaceAll(f.Name, `\`, "/"))), ".csv")}
	if !slices.ContainsFunc(Tables(), func(known *Table) bool { return known.Name == t.name }) {
		if byHeadings, _ := tableOf(f.Data); byHeadings != "" {
			t.name = byHeadings
		}
	}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return nil, wrong("", "the file is UTF-16; save it as \"CSV UTF-8\"")
	}
	r := csvReader(text)
	for {
		for rest := text[r.InputOffset():]; len(t.rows) > 0 && len(t.rows) < mostRows; { // the library skips them, a spreadsheet counts them
			next, found := bytes.CutPrefix(bytes.TrimPrefix(rest, []byte("\r")), []byte("\n"))
			if !found {
				break
			}
			rest, t.rows = next, append(t.rows, nil)
		}
		record, err := r.Read()
		var syntax *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return t, nil
		case errors.As(err, &syntax):
			return nil, wrong(place(t.name, 0, len(t.rows)), "the row is not CSV (line %d, column %d: %v)", syntax.Line, syntax.Column, syntax.Err)
		case err != nil:
			return nil, wrong("", "cannot be read: %v", err)
		case len(t.rows) == mostRows:
			return nil, wrong("", "the table has more than %d rows", mostRows)
		case len(record) > mostColumns:
			return nil, wrong(place(t.name, 0, len(t.rows)), "the row has %d cells; the most is %d", len(record), mostColumns)
		}
		if *left -= len(record); *left < 0 {
			return nil, wrong("", "the tables have more than %d cells", mostCells)
		}
		row := make([]cell, len(record))
		for i, text := range record {
			row[i] = cell{text: text}
			if problem := unfit(text); problem != "" {
				return nil, wrong(place(t.name, i, len(t.rows)), "%s", problem)
			}
		}
		t.rows = append(t.rows, row)
	}
}

// unfit says why a text cannot be the cell of a CSV file.
func unfit(text string) string {
	switch {
	case len(text) > mostCell && len(utf16.Encode([]rune(text))) > mostCell:
		return fmt.Sprintf("the cell has more than %d characters", mostCell)
	case !utf8.ValidString(text):
		return "the text is not UTF-8; save the file as \"CSV UTF-8\""
	case strings.HasPrefix(text, "="):
		return "the cell begins with =, which a spreadsheet takes for a formula; put an apostrophe (') before it if it is a text"
	}
	return ""
}
