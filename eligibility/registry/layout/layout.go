// Package layout reads the official files of the public registers, as their publishers give them out, row by row: which
// columns a file must have, what its older headers were called, which units and codes it uses, and what each row says in our
// words. It knows no database and keeps no row longer than it must, so that a national file is read in little memory.
//
// # What is held to
//
// Nothing is guessed. A missing column, a value that is not what its column holds, a second row with the same id, text in
// another encoding than the register's, a file that was cut off, a workbook where CSV belongs: each is an [Error] that names
// file, line and column, and says what was expected. The reader of a release must then drop what it got so far. A row that is
// sound and does not belong (a closed system, an adjustment row) is skipped and counted with its reason.
//
// Blanks around values are dropped; NCUA pads. Leading zeros are part of an id. Files may be compressed with gzip.
//
// # Known quirks
//
// The cost report lost the leading zeros of its CCNs in some copies: they are put back. The EPA list of systems is TAB
// separated in a .csv. RUCC and the EPA list of unmapped systems are Windows-1252. EIA workbooks have one to three rows of
// header, and notes below the table. FDIC certificates are in thousands of dollars, NCUA in dollars.
package layout

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Version changes whenever the same file would give other records than before, so that a file that was loaded by an older
// program is read again.
const Version = 2

// File is one file of a release. Open is called more than once: first for its header, then for its rows.
type File struct {
	Name string
	Open func() (io.ReadCloser, error)
}

// Record is one row of a register, or several rows that belong together, in our words.
type Record struct {
	ID    string // ccn:141317, fdic:12345, ncua:123, pwsid:GA0010000, eia:12345; of tables: zip:02114, county:01001, cve:CVE-2025-0001
	Name  string
	State string // postal code of state or territory, "" if the register does not say
	Town  string
	File  int // place of its file in the list that was given
	Row   int // as a spreadsheet shows it: the header is row 1

	Facts  map[string]any    // fact id to bool, int64, float64 or string; what is not known is absent
	Words  map[string]string // what the register says, under names of ours, for what no fact holds
	Places []Place           // where it stands or serves
}

// Kinds of places. A county is known by its FIPS code, or by state and name as CountyName writes them.
const (
	ZIP        = "zip"
	County     = "county"
	CountyName = "county_name"
)

// Place is a ZIP code (five digits), a county code (five digits), or a county by name ("GA|APPLING").
type Place struct{ Kind, Code string }

// Sink takes what is read, in order. An error of it ends the reading.
type Sink struct {
	Record func(Record) error
	Place  func(id string, place Place) error // a place of a record that was given before
}

// Count is how often something was met, with the first row where it was.
type Count struct {
	Reason string `json:"reason"`
	Rows   int    `json:"rows"`
	First  string `json:"first"` // "FILE:LINE"
}

// Report says what a reading came to.
type Report struct {
	Vintage string  // as the files say it; "" if they do not
	Read    int     // rows of all files, without headers
	Kept    int     // records
	Skipped []Count // rows that are sound and do not belong, by reason
	Remarks []Count // what was kept and deserves a look
	Rows    []int   // by file
}

// Error is what is wrong with a file, and where. Line counts from 1; 0 means the file as a whole.
type Error struct {
	File   string
	Inside string // "sheet States" of a workbook, "entry 3" of a catalog
	Line   int
	Column string // as the header of the register has it
	Text   string // what is wrong, what was expected
}

// Error is "FILE line N, column "C": text".
func (e *Error) Error() string {
	var where strings.Builder
	where.WriteString(e.File)
	if e.Inside != "" {
		where.WriteString(", " + e.Inside)
	}
	if e.Line > 0 {
		fmt.Fprintf(&where, ", line %d", e.Line)
	}
	if e.Column != "" {
		fmt.Fprintf(&where, ", column %q", e.Column)
	}
	return where.String() + ": " + e.Text
}

// Source is a register as the command line names it.
type Source struct {
	Name      string
	Publisher string
	Title     string
	Operators bool // its records are organizations; else it is a table that others are joined with
	parts     []part
}

// part is one kind of file of a register.
type part struct {
	name     string // what people call it
	needed   bool   // a release without it is refused
	many     bool   // a release may have several, for instance one per state
	columns  []column
	comma    rune // between values; 0 is a comma
	latin    bool // Windows-1252 where it is not UTF-8
	tolerant bool // quotes may stand inside unquoted values
	read     func(*reading, *row) error
	done     func(*reading) error // after the last file of the part
}

// column is a column that is read. older are the names that it had in former releases.
type column struct {
	name     string
	older    []string
	optional bool
}

// Sources lists the registers in the order of the command's help.
func Sources() []Source {
	return []Source{hospitals, costReport, fdic, ncua, sdwis, epaSystems, eia861, rucaZIP, rucc, kev}
}

// Named finds a register.
func Named(name string) (Source, bool) {
	all := Sources()
	at := slices.IndexFunc(all, func(s Source) bool { return s.Name == name })
	if at < 0 {
		return Source{}, false
	}
	return all[at], true
}

// Names lists the names of the registers.
func Names() []string {
	var names []string
	for _, s := range Sources() {
		names = append(names, s.Name)
	}
	return names
}
