package report

import (
	"bytes"

	"accessdesk/data"
	"accessdesk/data/spreadsheet"
	"accessdesk/ui/web"
)

// Sheet is the table of one section as CSV, with the same filter and the same figures as the page.
func Sheet(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newPage(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	for _, s := range page.all {
		if s.Name == r.Param("report") {
			body, err := s.sheet()
			return web.Reply{File: &web.File{Name: "report-" + s.Name + ".csv", Type: "text/csv; charset=utf-8", Body: body}}, err
		}
	}
	return web.Reply{}, data.ErrNotFound
}

func (s Section) sheet() ([]byte, error) {
	lines := [][]string{s.Head}
	for _, cells := range s.Rows {
		line := make([]string, 0, len(cells))
		for _, c := range cells {
			line = append(line, c.plain)
		}
		lines = append(lines, line)
	}
	var body bytes.Buffer
	err := spreadsheet.WriteCSV(&body, lines)
	return body.Bytes(), err
}
