// Package exchange takes a catalog out of the program and into it, in the formats that people and directories use.
//
//	toml  one offering file for each program: the format of the seed, for those who keep a catalog under version control
//	csv   a table for each list, for a spreadsheet (package sheet)
//	xlsx  the same tables as one workbook
//	hsds  services of Open Referral HSDS 3.1, for directories (packages hsds and directory)
//
// What goes out comes back: the canonical text of every offering is the same after export and import, in each format. Read tells a format by
// what a file holds, not by its name. A mistake anywhere means that nothing was read; all mistakes are told at once, each with
// its file and place, as catalog.FileErrors.
//
// The package reads and writes; it stores nothing. What was read becomes a draft through package publishing, as any other text does.
package exchange

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/check"
	"accessdesk/catalog/exchange/bundle"
	"accessdesk/catalog/exchange/directory"
	"accessdesk/catalog/exchange/sheet"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
)

// Format is a format of a catalog.
type Format string

// The formats.
const (
	TOML Format = "toml"
	CSV  Format = "csv"
	XLSX Format = "xlsx"
	HSDS Format = "hsds"
)

// WorkbookName is the name of a workbook that is written.
const WorkbookName = "catalog.xlsx"

// Entry is an offering that was read.
type Entry struct {
	Offering *catalog.Offering
	Format   Format
	File     string
	Foreign  bool             // made of the data of another directory
	Needs    []directory.Need // what such an offering needs a person for
	place    func(key string) string
}

// Place is where a key of the offering stands in its file: a cell or a JSON pointer; "" where a line says it.
func (e *Entry) Place(key string) string {
	if e.place == nil {
		return ""
	}
	return e.place(key)
}

// Problems are what keeps the offering from being published on a day, each at its place. strict adds a review date that has passed.
func (e *Entry) Problems(v *eligibility.Vocabulary, today time.Time, strict bool) catalog.FileErrors {
	var all catalog.FileErrors
	for _, p := range check.Offering(v, e.Offering, today, strict) {
		located := &catalog.FileError{File: e.File, Line: p.Line, Key: p.Key, Problem: p.Text}
		if place := e.Place(p.Key); place != "" {
			located.Line, located.Key = 0, place
			if p.Key != "" {
				located.Problem = p.Key + ": " + p.Text
			}
		}
		all = append(all, located)
	}
	return all
}

// Write writes offerings as TOML, CSV or XLSX: several files, or the one workbook. l is the language of what explains the tables. How
// services are written says WriteServices.
func Write(l *locale.Localizer, format Format, offerings []*catalog.Offering) ([]bundle.File, error) {
	switch format {
	case TOML:
		return writeTOML(offerings)
	case CSV:
		return sheet.CSV(l, offerings)
	case XLSX:
		book, err := sheet.Workbook(l, offerings)
		if err != nil {
			return nil, err
		}
		return []bundle.File{{Name: WorkbookName, Data: book}}, nil
	}
	return nil, fmt.Errorf("there is no format %q of offering files", format)
}

func writeTOML(offerings []*catalog.Offering) ([]bundle.File, error) {
	var files []bundle.File
	for _, o := range offerings {
		if !catalog.SlugFits(o.Slug) {
			return nil, fmt.Errorf("offering %q cannot be the name of a file", o.Slug)
		}
		files = append(files, bundle.File{Name: o.Slug + ".toml", Data: offeringFile(o)})
	}
	return files, nil
}

// offeringFile is the canonical text with the owner, which belongs to the desk's own files but not to what is hashed.
func offeringFile(o *catalog.Offering) []byte {
	text := catalog.Canonical(o)
	if o.Owner == "" {
		return text
	}
	owner := catalog.Canonical(&catalog.Offering{Slug: o.Owner}) // writes the address as it writes every text
	_, quoted, _ := bytes.Cut(owner, []byte("slug = "))
	quoted, _, _ = bytes.Cut(quoted, []byte("\n"))
	head, rest, tables := bytes.Cut(text, []byte("\n\n["))
	text = slices.Concat(bytes.TrimSuffix(head, []byte("\n")), []byte("\nowner = "), quoted, []byte("\n"))
	if tables {
		text = slices.Concat(text, []byte("\n["), rest)
	}
	return text
}

// Service is a service of HSDS, as package hsds makes it, and the offering that it is.
type Service struct {
	Service  any
	Offering *catalog.Offering
}

// WriteServices writes services as HSDS lists them, all on one page, each with the text of its offering (directory.OfferingKey). Without
// the owner: the format is for others.
func WriteServices(services []Service) (bundle.File, error) {
	contents := []json.RawMessage{}
	for _, s := range services {
		service, err := json.Marshal(s.Service)
		if err != nil {
			return bundle.File{}, fmt.Errorf("service %s: %w", s.Offering.Slug, err)
		}
		text, err := json.Marshal(string(catalog.Canonical(s.Offering)))
		if err != nil {
			return bundle.File{}, fmt.Errorf("service %s: %w", s.Offering.Slug, err)
		}
		service = slices.Concat(bytes.TrimSuffix(service, []byte("}")), []byte(`,"`+directory.OfferingKey+`":`), text, []byte("}"))
		contents = append(contents, service)
	}
	page := map[string]any{"total_items": len(contents), "total_pages": min(1, len(contents)), "page_number": 1, "size": len(contents),
		"first_page": true, "last_page": true, "empty": len(contents) == 0, "contents": contents}
	data, err := json.MarshalIndent(page, "", "  ")
	if err != nil {
		return bundle.File{}, fmt.Errorf("services: %w", err)
	}
	return bundle.File{Name: "services.json", Data: append(data, '\n')}, nil
}

// Read reads the offerings of some files, in any of the formats. CSV files belong together: they are the tables of one catalog. No two
// offerings may have the same slug.
func Read(files []bundle.File) ([]*Entry, error) {
	r := reader{}
	for _, f := range files {
		r.file(f, false)
	}
	r.tables()
	if len(r.mistakes) == 0 {
		r.twins()
	}
	if len(r.mistakes) > 0 {
		return nil, r.mistakes
	}
	return r.entries, nil
}

// reader reads one file after the other.
type reader struct {
	entries         []*Entry
	mistakes        catalog.FileErrors
	unpacked        uint64        // bytes of the workbooks so far
	sheets, foreign []bundle.File // CSV files that wait for those that belong to them
}

func (r *reader) wrong(f bundle.File, format string, args ...any) {
	r.mistakes = append(r.mistakes, &catalog.FileError{File: f.Name, Problem: fmt.Sprintf(format, args...)})
}

// failed keeps the mistakes of a file.
func (r *reader) failed(f bundle.File, err error) bool {
	var mistakes catalog.FileErrors
	switch {
	case err == nil:
		return false
	case errors.As(err, &mistakes):
		r.mistakes = append(r.mistakes, mistakes...)
	default:
		r.wrong(f, "%v", err)
	}
	return true
}

// foreignFormats are what people give by mistake, by how it begins.
var foreignFormats = []struct{ begins, says string }{
	{"\xd0\xcf\x11\xe0", "the file is a workbook of an old format, or a locked one; save it as .xlsx without a password"},
	{"\xff\xfe", "the file is UTF-16; save it as UTF-8"}, {"\xfe\xff", "the file is UTF-16; save it as UTF-8"},
	{"%PDF", "the file is a PDF; a catalog is TOML, CSV, XLSX or HSDS JSON"},
	{"<", "the file is HTML or XML; a catalog is TOML, CSV, XLSX or HSDS JSON"},
}

// file tells what a file is by what it holds, and reads it. packed: it comes from a ZIP.
func (r *reader) file(f bundle.File, packed bool) {
	text := bytes.TrimPrefix(f.Data, []byte("\ufeff"))
	if len(f.Data) > bundle.MostBytes && !packed {
		r.wrong(f, "the file has more than %d MB", bundle.MostBytes>>20)
		return
	}
	for _, foreign := range foreignFormats {
		if bytes.HasPrefix(text, []byte(foreign.begins)) {
			r.wrong(f, "%s", foreign.says)
			return
		}
	}
	switch {
	case len(bytes.TrimSpace(text)) == 0:
		r.wrong(f, "the file is empty")
	case bundle.IsZip(f.Data) && sheet.IsWorkbook(bundle.Names(f.Data)):
		if r.unpacked += bundle.Unpacked(f.Data); packed && r.unpacked > bundle.MostUnpacked {
			r.wrong(f, "unpacked, the workbooks have more than %d MB", bundle.MostUnpacked>>20)
			return
		}
		entries, err := sheet.ReadWorkbook(f)
		if !r.failed(f, err) {
			r.keep(XLSX, entries)
		}
	case bundle.IsZip(f.Data) && packed:
		r.wrong(f, "a ZIP within a ZIP is not opened; unpack it first")
	case bundle.IsZip(f.Data):
		r.zip(f)
	case directory.IsJSON(text), strings.EqualFold(path.Ext(f.Name), ".json"):
		drafts, err := directory.Read(f)
		if !r.failed(f, err) {
			r.keepDrafts(drafts)
		}
	case sheet.IsTable(f.Data):
		r.sheets = append(r.sheets, f)
	case directory.IsTable(f):
		r.foreign = append(r.foreign, f)
	case strings.EqualFold(path.Ext(f.Name), ".csv"):
		r.sheets = append(r.sheets, f) // it says best what is wrong with its headings
	default:
		o, err := catalog.Parse(f.Name, f.Data)
		if !r.failed(f, err) {
			r.entries = append(r.entries, &Entry{Offering: o, Format: TOML, File: f.Name})
		}
	}
}

func (r *reader) zip(f bundle.File) {
	files, err := bundle.Unzip(f)
	if r.failed(f, err) {
		return
	}
	known := 0
	for _, inner := range files {
		inner.Name = f.Name + "/" + inner.Name
		switch strings.ToLower(path.Ext(inner.Name)) {
		case ".toml", ".csv", ".json", ".xlsx":
			if path.Base(inner.Name) == "datapackage.json" { // describes the tables of HSDS
				continue
			}
			known++
			r.file(inner, true)
		}
	}
	if known == 0 {
		r.wrong(f, "there is no TOML, CSV, XLSX or JSON file in the ZIP")
	}
}

// tables reads the CSV files that were waiting.
func (r *reader) tables() {
	if len(r.sheets) > 0 {
		entries, err := sheet.ReadCSV(common(r.sheets), r.sheets)
		if !r.failed(r.sheets[0], err) {
			r.keep(CSV, entries)
		}
	}
	if len(r.foreign) > 0 {
		drafts, err := directory.ReadTables(common(r.foreign), r.foreign)
		if !r.failed(r.foreign[0], err) {
			r.keepDrafts(drafts)
		}
	}
}

// common is what a set of files is called: the folder or ZIP in which they are, else the first of them.
func common(files []bundle.File) string {
	folder := path.Dir(files[0].Name)
	for _, f := range files {
		if path.Dir(f.Name) != folder {
			return files[0].Name
		}
	}
	if folder == "." {
		return files[0].Name
	}
	return folder
}

func (r *reader) keep(format Format, entries []*sheet.Entry) {
	for _, e := range entries {
		r.entries = append(r.entries, &Entry{Offering: e.Offering, Format: format, File: e.File, place: e.Place})
	}
}

func (r *reader) keepDrafts(drafts []*directory.Draft) {
	for _, d := range drafts {
		r.entries = append(r.entries, &Entry{Offering: d.Offering, Format: HSDS, File: d.File, Foreign: d.Foreign, Needs: d.Needs,
			place: func(string) string { return d.Place }})
	}
}

// twins refuses two offerings of one slug.
func (r *reader) twins() {
	first := map[string]*Entry{}
	for _, e := range r.entries {
		twin, doubled := first[e.Offering.Slug]
		if !doubled {
			first[e.Offering.Slug] = e
			continue
		}
		where := twin.File
		if place := twin.Place("slug"); place != "" {
			where += ": " + place
		}
		mistake := &catalog.FileError{File: e.File, Line: e.Offering.Places().Line("slug"), Key: "slug", Problem: strconv.Quote(e.Offering.Slug) + " is also the slug of " + where + "; give each program its own"}
		if place := e.Place("slug"); place != "" {
			mistake.Line, mistake.Key = 0, place
		}
		r.mistakes = append(r.mistakes, mistake)
	}
}
