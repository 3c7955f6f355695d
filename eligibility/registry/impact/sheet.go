package impact

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// WriteSheet writes a report as CSV: a line for each sector in each state.
func (r Report) WriteSheet(w io.Writer) error {
	rows := [][]string{{"offering", "sector", "state", "organizations", "eligible", "unknown", "ineligible"}}
	for _, c := range r.Cells {
		rows = append(rows, []string{r.Offering, c.Sector, c.State, strconv.Itoa(c.Population()), strconv.Itoa(c.Eligible), strconv.Itoa(c.Unknown), strconv.Itoa(c.Ineligible)})
	}
	return write(w, rows)
}

// WriteSheet writes as CSV everybody who gains or loses.
func (c Change) WriteSheet(w io.Writer) error {
	rows := [][]string{{"change", "id", "name", "sector", "state", "before", "after"}}
	for _, list := range []struct {
		change string
		turns  []Turn
	}{{"gained", c.Gained}, {"lost", c.Lost}} {
		for _, t := range list.turns {
			rows = append(rows, []string{list.change, t.ID, t.Name, t.Sector, t.State, string(t.Before), string(t.After)})
		}
	}
	return write(w, rows)
}

func write(w io.Writer, rows [][]string) error {
	for _, row := range rows {
		for i := range row {
			row[i] = harmless(row[i])
		}
	}
	sheet := csv.NewWriter(w)
	return sheet.WriteAll(rows)
}

// harmless keeps a spreadsheet from reading a cell as a formula: an apostrophe goes before what would begin one.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}
