package sheet

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"accessdesk/catalog"
	"accessdesk/catalog/position"
	"accessdesk/eligibility"
)

// Entry is an offering that was read, and where its keys stand.
type Entry struct {
	Offering *catalog.Offering
	File     string
	places   map[string]string // by path of the key: "criteria!C7"
}

// Place is the cell of a key, "criteria[2].title.es", or of what is nearest around it.
func (e *Entry) Place(path string) string {
	for {
		if place, ok := e.places[path]; ok || path == "" {
			return place
		}
		path = path[:max(strings.LastIndexByte(path, '.'), strings.LastIndexByte(path, '['), 0)]
	}
}

// raw is a table as it came: the rows with what they hold, counted as spreadsheets do.
type raw struct {
	file, name string
	rows       [][]cell
	epoch1904  bool
}

// comment tells whether a row or a sheet is one.
func comment(text string) bool { return strings.HasPrefix(text, "#") }

// reader puts tables together to offerings.
type reader struct {
	mistakes catalog.FileErrors
	untold   int // mistakes beyond the most that are told
	entries  []*Entry
	bySlug   map[string]*Entry
	names    map[*Table]map[*Entry]map[string]int // places of elements by what other tables call them
	unknown  map[[2]string]bool                   // what is told once for a table: programs that are not there, lists that are too long
}

// assemble makes offerings of the tables of one catalog.
func assemble(file string, tables []*raw) ([]*Entry, error) {
	r := &reader{bySlug: map[string]*Entry{}, unknown: map[[2]string]bool{}, names: map[*Table]map[*Entry]map[string]int{}}
	known := r.know(file, tables)
	if len(r.mistakes) == 0 { // the tables and columns are as they should be
		for _, t := range Tables() {
			if t.parent == nil || r.names[t.parent] != nil { // without its parent each row would be a mistake
				r.table(t, known[t.Name])
			}
		}
	}
	if len(r.mistakes) == 0 {
		for _, e := range r.entries {
			r.whole(e)
		}
	}
	if r.untold > 0 {
		r.mistakes = append(r.mistakes, &catalog.FileError{File: file, Problem: fmt.Sprintf("there are %d mistakes more; mend these first", r.untold)})
	}
	if len(r.mistakes) > 0 {
		return nil, r.mistakes
	}
	return r.entries, nil
}

func (r *reader) wrong(file, place, format string, args ...any) {
	if len(r.mistakes) == mostTold {
		r.untold++
		return
	}
	r.mistakes = append(r.mistakes, &catalog.FileError{File: file, Key: place, Problem: fmt.Sprintf(format, args...)})
}

// place names a cell, column and row from 0.
func place(table string, column, row int) string {
	name, err := excelize.CoordinatesToCellName(column+1, row+1)
	if err != nil {
		return table
	}
	return table + "!" + name
}

// know finds the known tables, and says of the others what is wrong with them.
func (r *reader) know(file string, tables []*raw) map[string]*raw {
	var names []string
	for _, t := range Tables() {
		names = append(names, t.Name)
	}
	found := map[string]*raw{}
	for _, t := range tables {
		switch {
		case comment(t.name):
		case found[t.name] != nil:
			r.wrong(t.file, "", "the table %s is there twice; keep one", t.name)
		case slices.Contains(names, t.name):
			found[t.name] = t
		default:
			r.wrong(t.file, "", "there is no table %q%s; a sheet of your own needs a name that begins with #", t.name, didYouMean(t.name, names))
		}
	}
	for _, t := range Tables() {
		if found[t.Name] == nil {
			r.wrong(file, "", "the table %s is missing; export the catalog again, and leave tables that you do not need without rows", t.Name)
		}
	}
	return found
}

func didYouMean(word string, known []string) string {
	if near, ok := eligibility.Near(word, known); ok {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// table reads the rows of a table. The tables above it have been read.
func (r *reader) table(t *Table, from *raw) {
	columns, ok := r.headings(t, from)
	if !ok {
		return
	}
	r.names[t] = map[*Entry]map[string]int{}
	for row := 1; row < len(from.rows); row++ {
		cells := from.rows[row]
		blank := !slices.ContainsFunc(cells, func(c cell) bool { return c.text != "" || c.content == formula })
		if blank || comment(cells[0].text) {
			continue
		}
		ordered := make([]cell, len(t.Columns))
		for at, column := range columns {
			if at < len(cells) && column >= 0 {
				ordered[column] = cells[at]
			}
		}
		for at := len(columns); at < len(cells); at++ {
			if cells[at].text != "" {
				r.wrong(from.file, place(t.Name, at, row), "the column has no heading; give it one, or empty it")
			}
		}
		r.row(t, from, row, ordered, columns)
	}
	if t.parent != nil {
		r.nameAll(t)
	}
}

// headings finds for each column of the file which of the table it is; -1 for one without content.
func (r *reader) headings(t *Table, from *raw) (columns []int, ok bool) {
	if len(from.rows) == 0 {
		r.wrong(from.file, place(t.Name, 0, 0), "the headings are missing; the first row has to be: %s", strings.Join(headings(t), ", "))
		return nil, false
	}
	known, before := headings(t), len(r.mistakes)
	seen := map[int]int{}
	for at, c := range from.rows[0] {
		heading := strings.TrimSpace(c.text)
		column := slices.Index(known, heading)
		first, doubled := seen[column]
		switch {
		case c.content == formula:
			r.wrong(from.file, place(t.Name, at, 0), "the heading is a formula; write it as plain text")
		case heading == "":
		case column < 0:
			r.wrong(from.file, place(t.Name, at, 0), "there is no column %s%s; known here are %s", short(heading), didYouMean(heading, known), strings.Join(known, ", "))
		case doubled:
			r.wrong(from.file, place(t.Name, at, 0), "the column %s is in %s already; keep one", heading, place(t.Name, first, 0))
		default:
			seen[column] = at
		}
		columns = append(columns, column)
	}
	for column, heading := range known {
		if _, there := seen[column]; !there {
			r.wrong(from.file, place(t.Name, len(columns), 0), "the column %s is missing; add it, if need be with empty cells", heading)
		}
	}
	return columns, len(r.mistakes) == before
}

// row reads one row into its offering.
func (r *reader) row(t *Table, from *raw, row int, cells []cell, columns []int) {
	at := func(column int) string { return place(t.Name, slices.Index(columns, column), row) }
	for i, c := range cells {
		if c.content == formula {
			r.wrong(from.file, at(i), "the cell holds a formula; put its result there as plain text")
			return
		}
	}
	entry, list, path := r.home(t, from, cells, at)
	if entry == nil {
		return
	}
	element := reflect.New(reflect.TypeFor[catalog.Offering]()).Elem()
	if t.parent != nil {
		if list.Len() == mostList {
			if mark := [2]string{t.Name, path}; !r.unknown[mark] { // told once
				r.unknown[mark] = true
				r.wrong(from.file, at(0), "the program %s has more than %d rows here", entry.Offering.Slug, mostList)
			}
			return
		}
		element = reflect.New(list.Type().Elem()).Elem()
		path = position.Element(path, list.Len()+1)
	}
	entry.places[path] = at(0)
	for i, column := range t.Columns {
		if i < t.references {
			continue
		}
		key := position.Join(path, column.Heading)
		entry.places[key] = at(i)
		if problem := cells[i].take(element.FieldByIndex(column.field), from.epoch1904); problem != "" {
			r.wrong(from.file, at(i), "%s", problem)
		}
	}
	if t.parent != nil {
		list.Set(reflect.Append(list, element))
		return
	}
	r.offering(entry, from, element.Addr().Interface().(*catalog.Offering), at)
}

// offering keeps an offering under its short name.
func (r *reader) offering(entry *Entry, from *raw, o *catalog.Offering, at func(int) string) {
	slug := slices.IndexFunc(Tables()[0].Columns, func(c Column) bool { return c.Heading == "slug" })
	twin, doubled := r.bySlug[o.Slug]
	switch {
	case o.Slug == "":
		r.wrong(from.file, at(slug), "the short name is missing; every row needs one")
	case doubled:
		r.wrong(from.file, at(slug), "%s is also the short name in %s; give each program its own", short(o.Slug), twin.places["slug"])
	default:
		entry.Offering = o
		r.bySlug[o.Slug] = entry
		r.entries = append(r.entries, entry)
	}
}

// home finds the offering and the list to which a row belongs.
func (r *reader) home(t *Table, from *raw, cells []cell, at func(int) string) (entry *Entry, list reflect.Value, path string) {
	if t.parent == nil {
		return &Entry{File: from.file, places: map[string]string{}}, list, ""
	}
	slug := plain(cells[0].text)
	entry, ok := r.bySlug[slug]
	switch {
	case slug == "":
		r.wrong(from.file, at(0), "say to which program the row belongs: its short name, as in the table offerings")
		return nil, list, ""
	case !ok && r.unknown[[2]string{t.Name, slug}]:
		return nil, list, ""
	case !ok:
		r.unknown[[2]string{t.Name, slug}] = true
		known := make([]string, 0, len(r.bySlug))
		for name := range r.bySlug {
			known = append(known, name)
		}
		slices.Sort(known)
		r.wrong(from.file, at(0), "there is no program %s in the table offerings%s", short(slug), didYouMean(slug, known))
		return nil, list, ""
	}
	holder := reflect.ValueOf(entry.Offering).Elem()
	if t.references == 1 {
		return entry, holder.FieldByIndex(t.field), t.list
	}
	elements := holder.FieldByIndex(t.parent.field)
	called := strings.TrimSpace(plain(cells[1].text))
	index, ok := r.names[t.parent][entry][called]
	if !ok {
		r.wrong(from.file, at(1), "%s", noElement(t.parent, slug, called, elements))
		return nil, list, ""
	}
	return entry, elements.Index(index).FieldByIndex(t.field), position.Join(position.Element(t.parent.list, index+1), strings.TrimPrefix(t.list, t.parent.list+"."))
}

// noElement says that nothing is called so, and what there is.
func noElement(t *Table, slug, called string, elements reflect.Value) string {
	if elements.Len() == 0 {
		return fmt.Sprintf("the program %s has no row in the table %s", slug, t.Name)
	}
	var known []string
	for i := range min(elements.Len(), 12) {
		known = append(known, name(elements, i))
	}
	problem := fmt.Sprintf("the program %s has no row %s in the table %s; it has %s", slug, short(called), t.Name, strings.Join(known, ", "))
	if elements.Len() > len(known) {
		problem += ", and more"
	}
	return problem
}

// nameAll notes what other tables may call the elements of a list: their place, and their id if it is theirs alone.
func (r *reader) nameAll(t *Table) {
	if len(t.children) == 0 {
		return
	}
	for _, entry := range r.entries {
		if entry.Offering == nil {
			continue
		}
		list := reflect.ValueOf(entry.Offering).Elem().FieldByIndex(t.field)
		names := map[string]int{}
		for i := range list.Len() {
			names[strconv.Itoa(i+1)] = i
		}
		for i := range list.Len() {
			names[name(list, i)] = i
		}
		r.names[t][entry] = names
	}
}

// whole lets package catalog read the offering as a file, which finds what no single cell shows.
func (r *reader) whole(e *Entry) {
	_, err := catalog.Parse(e.File, catalog.Canonical(e.Offering))
	var mistakes catalog.FileErrors
	switch {
	case errors.As(err, &mistakes):
		for _, m := range mistakes {
			r.wrong(e.File, e.Place(m.Key), "%s", cmp.Or(m.Problem, err.Error()))
		}
	case err != nil:
		r.wrong(e.File, e.Place(""), "%v", err)
	}
}
