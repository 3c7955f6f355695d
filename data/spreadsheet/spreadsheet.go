// Package spreadsheet keeps what the program exports from doing anything in a spreadsheet: a cell that would be read as a formula or a
// command gets an apostrophe before it, as people type it there themselves, and Text takes it away again.
package spreadsheet

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"
)

// signs begin a cell that a spreadsheet program may take for a formula or a command, also in their wide forms. The apostrophe is among
// them, so that every text comes back.
const signs = "=+-@\t\r\n'＝＋－＠"

// Cell is the text that stands in the file.
func Cell(text string) string {
	if marked(text) {
		return "'" + text
	}
	return text
}

// Text is the text of which Cell made a cell. An apostrophe that is not followed by a sign was typed by a person and stays.
func Text(cell string) string {
	if text, quoted := strings.CutPrefix(cell, "'"); quoted && marked(text) {
		return text
	}
	return cell
}

func marked(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return text != "" && strings.ContainsRune(signs, first)
}

// WriteCSV writes rows of texts.
func WriteCSV(w io.Writer, rows [][]string) error {
	lines := csv.NewWriter(w)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, text := range row {
			cells[i] = Cell(text)
		}
		if err := lines.Write(cells); err != nil {
			return err
		}
	}
	lines.Flush()
	return lines.Error()
}
