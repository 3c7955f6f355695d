package impact

import (
	"io"
	"strconv"

	"accessdesk/data/spreadsheet"
)

// WriteSheet writes a report as CSV: a line for each sector in each state.
func (r Report) WriteSheet(w io.Writer) error {
	rows := [][]string{{"offering", "sector", "state", "organizations", "eligible", "unknown", "ineligible"}}
	for _, c := range r.Cells {
		rows = append(rows, []string{r.Offering, c.Sector, c.State, strconv.Itoa(c.Population()), strconv.Itoa(c.Eligible), strconv.Itoa(c.Unknown), strconv.Itoa(c.Ineligible)})
	}
	return spreadsheet.WriteCSV(w, rows)
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
	return spreadsheet.WriteCSV(w, rows)
}
