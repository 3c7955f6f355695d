package directory

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/bundle"
)

// serviceTables are the tables whose rows belong to a service by service_id, with the key under which a service has them in JSON.
var serviceTables = []string{"phones", "contacts", "required_documents", "cost_options", "schedules", "service_areas", "capacities", "additional_urls"}

// tableKeys are names of tables that differ from the key.
var tableKeys = map[string]string{"service_capacities": "capacities", "urls": "additional_urls"}

// Limits of the tabular form.
const (
	mostRows    = 50_000
	mostColumns = 100
	mostCell    = 32_767 // bytes
)

// IsTable tells whether a file is the table of services of the tabular form, or one of those around it.
func IsTable(f bundle.File) bool {
	name := tableName(f.Name)
	first, _, _ := bytes.Cut(bytes.TrimPrefix(f.Data, []byte("\ufeff")), []byte("\n"))
	headings, err := csv.NewReader(bytes.NewReader(first)).Read()
	if err != nil || !slices.Contains(headings, "id") && !slices.Contains(headings, "service_id") {
		return name == "services" && strings.HasSuffix(f.Name, ".csv")
	}
	return name == "services" || slices.Contains(headings, "organization_id") || slices.Contains(headings, "service_id") || slices.Contains(headings, "link_id") ||
		slices.Contains([]string{"organizations", "taxonomies", "taxonomy_terms", "locations", "addresses", "languages", "accessibility", "metadata",
			"organization_identifiers", "meta_table_descriptions", "units"}, name)
}

func tableName(file string) string {
	name := strings.TrimSuffix(path.Base(strings.ReplaceAll(file, `\`, "/")), ".csv")
	if key, ok := tableKeys[name]; ok {
		return key
	}
	return name
}

// ReadTables reads the tabular form: the table of services, and those around it as far as they are there. name is what the set is
// called in messages.
func ReadTables(name string, files []bundle.File) ([]*Draft, error) {
	r := &reader{file: name, slugs: map[string]bool{}}
	tables := map[string][]*object{}
	for _, f := range files {
		rows, mistake := readRows(f)
		if mistake != nil {
			r.mistakes = append(r.mistakes, mistake)
			continue
		}
		tables[tableName(f.Name)] = append(tables[tableName(f.Name)], rows...)
	}
	if len(r.mistakes) > 0 {
		return nil, r.mistakes
	}
	return r.finish(r.join(tables))
}

func readRows(f bundle.File) ([]*object, *catalog.FileError) {
	table := tableName(f.Name)
	wrong := func(place, format string, args ...any) *catalog.FileError {
		return &catalog.FileError{File: f.Name, Key: place, Problem: fmt.Sprintf(format, args...)}
	}
	c := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(f.Data, []byte("\ufeff"))))
	c.FieldsPerRecord = -1
	var headings []string
	var rows []*object
	for number := 1; ; number++ {
		record, err := c.Read()
		var syntax *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			if headings == nil {
				return nil, wrong(cellName(table, 0, 1), "the headings are missing")
			}
			return rows, nil
		case errors.As(err, &syntax):
			return nil, wrong(cellName(table, 0, number), "the row is not CSV (line %d, column %d: %v)", syntax.Line, syntax.Column, syntax.Err)
		case err != nil:
			return nil, wrong("", "cannot be read: %v", err)
		case number > mostRows:
			return nil, wrong("", "the table has more than %d rows", mostRows)
		case len(record) > mostColumns:
			return nil, wrong(cellName(table, 0, number), "the row has %d cells; the most is %d", len(record), mostColumns)
		}
		for i, text := range record {
			if len(text) > mostCell || !utf8.ValidString(text) {
				return nil, wrong(cellName(table, i, number), "the cell has more than %d bytes, or is not UTF-8", mostCell)
			}
		}
		if headings == nil {
			headings = record
			for i, heading := range headings {
				if first := slices.Index(headings, heading); heading != "" && first < i {
					return nil, wrong(cellName(table, i, number), "the column %s is in %s already; keep one", heading, cellName(table, first, number))
				}
			}
			continue
		}
		if len(record) > len(headings) {
			return nil, wrong(cellName(table, len(headings), number), "the row has more cells than there are headings")
		}
		rows = append(rows, rowOf(table, headings, record, number))
	}
}

func rowOf(table string, headings, record []string, number int) *object {
	o := &object{fields: map[string]any{}, place: func(key string) string {
		return cellName(table, max(slices.Index(headings, key), 0), number)
	}}
	for i, text := range record {
		if text != "" {
			o.fields[headings[i]] = text
		}
	}
	return o
}

// cellName names a cell as spreadsheets do; the column counts from 0, the row from 1.
func cellName(table string, column, row int) string {
	name := ""
	for column++; column > 0; column = (column - 1) / 26 {
		name = string(rune('A'+(column-1)%26)) + name
	}
	return table + "!" + name + strconv.Itoa(row)
}

// tabular gives the tables of a JSON file that has them by the names of their CSV files; nil for any other.
func (r *reader) tabular(root any) map[string][]*object {
	o, ok := root.(*object)
	if !ok || !o.has("services.csv") {
		return nil
	}
	tables := map[string][]*object{}
	for _, name := range slices.Sorted(maps.Keys(o.fields)) {
		value := o.fields[name]
		rows, ok := value.([]any)
		if !ok && value != nil && strings.HasSuffix(name, ".csv") {
			r.wrong(o.place(name), "expected a list, found %s", found(value))
		}
		for i, row := range rows {
			if object, ok := row.(*object); ok {
				tables[tableName(name)] = append(tables[tableName(name)], object)
			} else if strings.HasSuffix(name, ".csv") {
				r.wrong(fmt.Sprintf("%s/%d", o.place(name), i), "expected an object, found %s", found(row))
			}
		}
	}
	return tables
}

// join puts the tables together to services as JSON has them.
func (r *reader) join(tables map[string][]*object) []service {
	byID := func(table string) map[string]*object {
		found := map[string]*object{}
		for _, o := range tables[table] {
			switch id := o.id("id"); {
			case id == "":
			case found[id] == nil:
				found[id] = o
			case table != "services": // of services says distinct
				r.wrong(o.place("id"), "%q is also the id in %s; each row needs its own, or nobody knows which of them is meant", id, found[id].place("id"))
			}
		}
		return found
	}
	organizations, terms, contacts := byID("organizations"), byID("taxonomy_terms"), byID("contacts")
	services := byID("services")
	hang := func(to *object, key string, what *object) {
		list, _ := to.fields[key].([]any)
		to.fields[key] = append(list, what)
	}
	for _, phone := range tables["phones"] {
		if contact := contacts[phone.id("contact_id")]; contact != nil {
			hang(contact, "phones", phone)
		}
	}
	for _, table := range serviceTables {
		for _, row := range tables[table] {
			if to := services[row.id("service_id")]; to != nil {
				hang(to, table, row)
			}
		}
	}
	for _, row := range tables["attributes"] {
		if to := services[row.id("link_id")]; to != nil {
			if term := terms[row.id("taxonomy_term_id")]; term != nil {
				row.fields["taxonomy_term"] = term
			}
			hang(to, "attributes", row)
		}
	}
	var all []service
	for _, o := range tables["services"] {
		id := o.id("organization_id")
		if id != "" && len(organizations) > 0 && organizations[id] == nil {
			r.wrong(o.place("organization_id"), "there is no organization %q in the table organizations", id)
		}
		all = append(all, service{object: o, organization: organizations[id]})
	}
	return all
}
