package layout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// reading is a release that is being read.
type reading struct {
	source  Source
	sink    Sink
	names   []string // of the files
	report  Report
	first   map[string]int32 // ids that were given, with the row
	skipped map[string]*Count
	remarks map[string]*Count

	banks     map[string]int64     // NCUA: charter to assets
	reports   map[string]*Record   // cost report: CCN to its latest report
	ends      map[string]string    // cost report: CCN to the day on which that report ends
	utilities map[string]*utility  // EIA
	counties  map[string]*ruralRow // RUCC
}

// Read reads the files of a release, which may come in any order, and gives its records to the sink. progress hears after every
// thousand rows how many were read; it may be nil.
func (s Source) Read(ctx context.Context, files []File, sink Sink, progress func(rows int)) (Report, error) {
	r := &reading{source: s, sink: sink, first: map[string]int32{}, skipped: map[string]*Count{}, remarks: map[string]*Count{},
		banks: map[string]int64{}, reports: map[string]*Record{}, ends: map[string]string{}, utilities: map[string]*utility{}, counties: map[string]*ruralRow{}}
	r.report.Rows = make([]int, len(files))
	for _, f := range files {
		r.names = append(r.names, f.Name)
	}
	parts, err := s.sort(files)
	if err != nil {
		return Report{}, err
	}
	for i := range s.parts {
		p := &s.parts[i]
		for index, f := range files {
			if parts[index] != p {
				continue
			}
			if err := r.readFile(ctx, p, index, f, progress); err != nil {
				return Report{}, err
			}
		}
		if p.done != nil {
			if err := p.done(r); err != nil {
				return Report{}, err
			}
		}
	}
	if r.report.Kept == 0 {
		return Report{}, r.whole("no row is one that is kept (%d rows were read)", r.report.Read)
	}
	r.report.Skipped, r.report.Remarks = counted(r.skipped), counted(r.remarks)
	return r.report, nil
}

// whole is an error that belongs to the release, not to one file.
func (r *reading) whole(format string, args ...any) error {
	return &Error{File: strings.Join(r.names, ", "), Text: fmt.Sprintf(format, args...)}
}

func counted(by map[string]*Count) []Count {
	var all []Count
	for _, c := range by {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Count) int { return strings.Compare(a.Reason, b.Reason) })
	return all
}

// sort finds which part each file is, by its header.
func (s Source) sort(files []File) ([]*part, error) {
	if len(files) == 0 {
		return nil, errors.New("no file was given")
	}
	parts := make([]*part, len(files))
	for i, f := range files {
		p, err := s.partOf(f)
		if err != nil {
			return nil, err
		}
		if at := slices.Index(parts[:i], p); at >= 0 && !p.many {
			return nil, &Error{File: f.Name, Text: fmt.Sprintf("holds the same as %s (%s): give one of them", files[at].Name, p.name)}
		}
		parts[i] = p
	}
	for i := range s.parts {
		if p := &s.parts[i]; p.needed && !slices.Contains(parts, p) {
			return nil, &Error{File: files[0].Name, Text: fmt.Sprintf("is not enough: %s needs %s as well, with the columns %s", s.Name, p.name, p.titles())}
		}
	}
	return parts, nil
}

func (p *part) titles() string {
	var names []string
	for _, c := range p.columns {
		if !c.optional {
			names = append(names, c.name)
		}
	}
	return strings.Join(names, ", ")
}

// partOf recognizes a file by its header.
func (s Source) partOf(f File) (*part, error) {
	best, fewest := -1, 0
	var missing []column
	var header []string
	headers := map[rune][]string{} // by what stands between the values
	for i := range s.parts {
		titles, read := headers[s.parts[i].comma]
		if !read {
			t, err := openTable(f, &s.parts[i])
			if err != nil {
				return nil, err
			}
			titles = slices.Clone(t.header())
			if err := t.close(); err != nil {
				return nil, err
			}
			headers[s.parts[i].comma] = titles
		}
		lacks := s.parts[i].missing(titles)
		if len(lacks) == 0 {
			return &s.parts[i], nil
		}
		needed := len(strings.Split(s.parts[i].titles(), ", "))
		if score := needed - len(lacks); best < 0 || score*100/needed > fewest {
			best, fewest, missing, header = i, score*100/needed, lacks, titles
		}
	}
	if other := belongsTo(f, s.Name); other != "" {
		return nil, &Error{File: f.Name, Line: 1, Text: fmt.Sprintf("this is a file of %s, not of %s", other, s.Name)}
	}
	return nil, &Error{File: f.Name, Line: 1, Column: missing[0].name, Text: s.missingText(&s.parts[best], missing, header)}
}

// missingText says what a header lacks, in a way that tells a renamed column from a wrong file.
func (s Source) missingText(p *part, missing []column, header []string) string {
	text := "the column is missing"
	if older := missing[0].older; len(older) > 0 {
		text += " (older files call it " + strings.Join(older, " or ") + ")"
	}
	if len(missing) > 1 {
		var names []string
		for _, c := range missing[1:] {
			names = append(names, c.name)
		}
		text += "; so are " + strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s; %s needs it, and the header has: %s", text, p.name, shortened(strings.Join(header, ", ")))
}

// belongsTo names the register whose header a file has.
func belongsTo(f File, not string) string {
	for _, s := range Sources() {
		for i := range s.parts {
			t, err := openTable(f, &s.parts[i])
			if err != nil {
				continue
			}
			fits := len(s.parts[i].missing(t.header())) == 0
			_ = t.close()
			if fits && s.Name != not {
				return s.Name
			}
		}
	}
	return ""
}

// find gives the place of a column in a header; -1 if it is missing. Upper and lower case are the same.
func (c column) find(header []string) int {
	for _, name := range append([]string{c.name}, c.older...) {
		if at := slices.IndexFunc(header, func(title string) bool { return strings.EqualFold(title, name) }); at >= 0 {
			return at
		}
	}
	return -1
}

func (p *part) missing(header []string) []column {
	var missing []column
	for _, c := range p.columns {
		if !c.optional && c.find(header) < 0 {
			missing = append(missing, c)
		}
	}
	return missing
}

// openTable opens a file in the way its part and its first bytes ask for.
func openTable(f File, p *part) (table, error) {
	text, file, begins, err := unpacked(f)
	if err != nil {
		return nil, err
	}
	_ = text
	if err := file.Close(); err != nil {
		return nil, err
	}
	switch {
	case p.readsWorkbooks() && strings.HasPrefix(string(begins), string(zipMagic)):
		return openWorkbook(f, p)
	case p.readsJSON() && strings.HasPrefix(strings.TrimSpace(string(begins)), "{"):
		return openCatalog(f)
	}
	comma := p.comma
	if first, _, _ := strings.Cut(string(begins), "\n"); comma == '\t' && !strings.Contains(first, "\t") {
		comma = 0 // saved again as real CSV
	}
	t, err := openText(f, comma, p.tolerant)
	if err != nil {
		return nil, err
	}
	return t, nil
}

func (r *reading) readFile(ctx context.Context, p *part, index int, f File, progress func(int)) error {
	t, err := openTable(f, p)
	if err != nil {
		return err
	}
	defer t.close()
	one := row{file: f.Name, index: index, part: p, places: map[string]int{}, present: len(t.header())}
	for _, c := range p.columns {
		if at := c.find(t.header()); at >= 0 {
			one.places[c.name] = at
		}
	}
	for {
		values, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		one.values, one.err = values, nil
		one.inside, one.line, one.number = t.where()
		if err := r.readRow(p, &one); err != nil {
			return err
		}
		r.report.Rows[index]++
		if r.report.Read++; r.report.Read%1000 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			if progress != nil {
				progress(r.report.Read)
			}
		}
	}
	if r.report.Rows[index] == 0 {
		return &Error{File: f.Name, Text: "has a header and no row: the file was cut off"}
	}
	return nil
}

func (r *reading) readRow(p *part, one *row) error {
	if len(one.values) != one.present && one.inside == "" { // a sheet leaves out what is empty at the end
		return &Error{File: one.file, Line: one.line, Text: fmt.Sprintf(
			"the row has %d values, the header has %d: the file was cut off, or a value holds a separator", len(one.values), one.present)}
	}
	err := p.read(r, one)
	if one.err != nil { // first: what was done with an unsound row does not matter
		return one.err
	}
	return err
}

// keep gives a record on. A second one with the same id is an error.
func (r *reading) keep(one *row, column string, record Record) error {
	if one.err != nil {
		return one.err
	}
	if before, seen := r.first[record.ID]; seen {
		one.problem(column, "%s stands in row %d already: every id may occur once", record.ID, before)
		return one.err
	}
	r.first[record.ID] = int32(one.number)
	record.File, record.Row = one.index, one.number
	return r.give(record)
}

// give hands a record to the sink.
func (r *reading) give(record Record) error {
	r.report.Kept++
	return r.sink.Record(record)
}

// skip counts a row that does not belong.
func (r *reading) skip(one *row, reason string) error { count(r.skipped, one, reason); return nil }

// remark counts something that was kept and deserves a look.
func (r *reading) remark(one *row, reason string) { count(r.remarks, one, reason) }

func count(by map[string]*Count, one *row, reason string) {
	c := by[reason]
	if c == nil {
		c = &Count{Reason: reason, First: one.place()}
		by[reason] = c
	}
	c.Rows++
}

// dated notes a vintage that the files name; the newest stays.
func (r *reading) dated(vintage string) { r.report.Vintage = max(r.report.Vintage, vintage) }
