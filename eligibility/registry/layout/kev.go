package layout

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

var kev = Source{Name: "kev", Publisher: "Cybersecurity and Infrastructure Security Agency", Title: "Known Exploited Vulnerabilities catalog",
	parts: []part{{name: "the catalog", needed: true, read: readVulnerability, columns: []column{
		{name: "cveID"}, {name: "vendorProject"}, {name: "product"}, {name: "vulnerabilityName"}, {name: "dateAdded"}, {name: "dueDate"},
		{name: "knownRansomwareCampaignUse", optional: true},
		{name: "catalogVersion", optional: true}, // not in the CSV
	}}}}

func (p *part) readsJSON() bool { return p.name == "the catalog" }

var cveID = regexp.MustCompile(`^CVE-\d{4}-\d{4,}$`)

func readVulnerability(r *reading, one *row) error {
	id := one.must("cveID")
	if one.err == nil && !cveID.MatchString(id) {
		one.problem("cveID", "%q is not a number like CVE-2025-0001", shortened(id))
	}
	added, due := one.day("dateAdded"), one.day("dueDate")
	r.dated(strings.ReplaceAll(one.text("catalogVersion"), ".", "-"))
	return r.keep(one, "cveID", Record{ID: "cve:" + id, Name: one.must("vulnerabilityName"), Facts: map[string]any{},
		Words: words("vendor", one.text("vendorProject"), "product", one.text("product"), "added", added, "due", due,
			"ransomware", one.text("knownRansomwareCampaignUse"))})
}

// catalogTable is the catalog as JSON: an object with a list of vulnerabilities, and how many there are.
type catalogTable struct {
	name    string
	file    io.Closer
	decoder *json.Decoder
	version string
	promise int // entries that the catalog says it has; -1: it does not say
	row     int
}

var catalogColumns = []string{"cveID", "vendorProject", "product", "vulnerabilityName", "dateAdded", "dueDate", "knownRansomwareCampaignUse", "catalogVersion"}

func openCatalog(f File) (table, error) {
	text, file, _, err := unpacked(f)
	if err != nil {
		return nil, err
	}
	t := &catalogTable{name: f.Name, file: file, decoder: json.NewDecoder(&limitedReader{from: text, name: f.Name, left: fileLimit}), promise: -1, row: 1}
	if err := t.seek(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return t, nil
}

// seek reads up to the list. CISA writes version and count before it.
func (t *catalogTable) seek() error {
	if _, err := t.decoder.Token(); err != nil {
		return t.problem(err)
	}
	for t.decoder.More() {
		key, err := t.decoder.Token()
		if err != nil {
			return t.problem(err)
		}
		switch key {
		case "vulnerabilities":
			if open, err := t.decoder.Token(); err != nil || open != json.Delim('[') {
				return &Error{File: t.name, Column: "vulnerabilities", Text: "a list was expected"}
			}
			return nil
		case "catalogVersion":
			err = t.decoder.Decode(&t.version)
		case "count":
			err = t.decoder.Decode(&t.promise)
		default:
			var ignored json.RawMessage
			err = t.decoder.Decode(&ignored)
		}
		if err != nil {
			return t.problem(err)
		}
	}
	return &Error{File: t.name, Column: "vulnerabilities", Text: "the list is missing: this is no catalog of known exploited vulnerabilities"}
}

func (t *catalogTable) header() []string { return catalogColumns }

func (t *catalogTable) where() (string, int, int) { return fmt.Sprintf("entry %d", t.row-1), 0, t.row }

func (t *catalogTable) close() error { return t.file.Close() }

func (t *catalogTable) next() ([]string, error) {
	if !t.decoder.More() {
		if _, err := t.decoder.Token(); err != nil {
			return nil, t.problem(err)
		}
		if entries := t.row - 1; t.promise >= 0 && t.promise != entries {
			return nil, &Error{File: t.name, Column: "count", Text: fmt.Sprintf("the catalog says %d entries and holds %d: download it again", t.promise, entries)}
		}
		return nil, io.EOF
	}
	var entry struct{ CveID, VendorProject, Product, VulnerabilityName, DateAdded, DueDate, KnownRansomwareCampaignUse string }
	if err := t.decoder.Decode(&entry); err != nil {
		return nil, t.problem(err)
	}
	t.row++
	return []string{entry.CveID, entry.VendorProject, entry.Product, entry.VulnerabilityName, entry.DateAdded, entry.DueDate,
		entry.KnownRansomwareCampaignUse, t.version}, nil
}

func (t *catalogTable) problem(err error) error {
	var ours *Error
	if errors.As(err, &ours) {
		return ours
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return &Error{File: t.name, Text: fmt.Sprintf("the file was cut off after entry %d: download it again", t.row-1)}
	}
	return &Error{File: t.name, Text: fmt.Sprintf("is no sound JSON after entry %d: %v", t.row-1, err)}
}
