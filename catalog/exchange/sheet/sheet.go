// Package sheet writes a catalog as tables that a program manager edits in a spreadsheet, and reads them back.
//
// # The shape
//
// An offering has lists, and some of its lists have lists: ways to apply have steps, questions have choices. One wide
// table would need columns such as criteria_3_title_es and would still be too narrow for somebody; a table with one cell
// of JSON could not be edited by the people for whom it is made. So there is one table for each list, as in a
// database and as in the tabular form of HSDS: "offerings" has a row for each offering, "criteria" a row for each rule
// with the short name of its offering in the first column, "apply_steps" a row for each step with the offering and the
// number of the way to apply. Rows of an offering stand in the order of its list.
//
// A workbook (XLSX) has the tables as sheets. CSV has them as files of the same names, in a folder or one ZIP.
//
// The first row has the headings: the keys of the offering file. The second says in words what the column is. It begins
// with #; every row whose first cell begins with # is a comment, and so is a sheet whose name does. Lists of single
// words (sectors, other names) have one word on each line of their cell. The answers of an example are written as
// in the offering file, one on each line.
//
// The tables are worked out from the fields of catalog.Offering. A new key has its column without a line here; its
// words are those of package difference.
//
// # Identity
//
// What is written is read back to the same offering, whatever its texts hold. A cell that a spreadsheet would take
// for a formula is written with an apostrophe before it, which is taken away again. Every table and column has to be there
// when a file is read: a column that was cut off would otherwise empty a key in silence.
//
// # Mistakes
//
// All mistakes of a file are told at once, each with sheet and cell, and nothing is read from a file that has one.
// Formulas, macros, links to other workbooks, doubled or unknown headings are refused.
package sheet

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/position"
	"accessdesk/catalog/tree"
	"accessdesk/eligibility"
)

// Limits of tables. A cell of a spreadsheet program holds no more.
const (
	mostRows    = 100_000 // in a table
	mostColumns = 100
	mostCell    = 32_767 // characters in a cell, counted as spreadsheets do (UTF-16)
	mostTold    = 200    // mistakes of a file; who has more mends these first
	mostList    = 1000   // elements of a list of one program; the longest real one has 30
)

// mostCells is how many cells all tables of a file may have together, at 24 bytes each beside what stands in them: an empty cell takes no
// room in a file, but some in memory. A variable for its test.
var mostCells = 8_000_000

// Table is one sheet or CSV file.
type Table struct {
	Name    string
	Columns []Column

	list       string   // key of the list whose elements are the rows, "apply.steps"; "" for offerings
	parent     *Table   // whose rows hold the list; nil for offerings
	field      []int    // where the list stands in an element of parent
	references int      // columns in front that say where a row belongs
	children   []*Table // tables of the lists in its elements
}

// Column is a column of a table.
type Column struct {
	Heading string
	field   []int        // where the value stands in an element
	kind    reflect.Type // nil for a reference
}

// offeringHeading is the heading of the column that names the offering of a row.
const offeringHeading = "offering"

var (
	timeType     = reflect.TypeFor[time.Time]()
	dateType     = reflect.TypeFor[catalog.Date]()
	factsType    = reflect.TypeFor[map[string]any]()
	evidenceType = reflect.TypeFor[eligibility.Evidence]()
)

// Tables lists the tables in the order of the sheets: the offerings first, each list after what holds it.
var Tables = sync.OnceValue(func() []*Table {
	b := builder{}
	b.table(&Table{Name: "offerings"}, reflect.TypeFor[catalog.Offering]())
	return b.tables
})

type builder struct{ tables []*Table }

func (b *builder) table(t *Table, element reflect.Type) {
	b.tables = append(b.tables, t)
	if t.parent != nil {
		t.Columns = append(t.Columns, Column{Heading: offeringHeading})
		if t.parent.parent != nil {
			t.Columns = append(t.Columns, Column{Heading: t.parent.Name})
		}
	}
	t.references = len(t.Columns)
	if t.references > 2 {
		panic("a list within a list within a list has no sheet: " + t.list)
	}
	b.columns(t, "", nil, element)
}

// columns adds what a struct holds: a column for each value, a table for each list of tables.
func (b *builder) columns(t *Table, path string, field []int, element reflect.Type) {
	for name, member := range tree.KeyTypes(element) {
		kind, at, key := member.Type, slices.Concat(field, member.Index), position.Join(path, name)
		switch {
		case kind.Kind() == reflect.Slice && kind.Elem().Kind() == reflect.Struct:
			child := &Table{list: position.Join(t.list, key), parent: t, field: at}
			child.Name = strings.ReplaceAll(child.list, ".", "_")
			t.children = append(t.children, child)
			b.table(child, kind.Elem())
		case kind.Kind() == reflect.Struct && kind != timeType:
			b.columns(t, key, at, kind)
		default:
			t.Columns = append(t.Columns, Column{Heading: key, field: at, kind: kind})
		}
	}
}

// allowed lists the values of the types that take one of a list; nil for others.
func allowed(t reflect.Type) []string {
	if t.Kind() == reflect.Bool {
		return []string{yes, no}
	}
	return catalog.Values(t)
}

// name is what rows of other tables call an element of a list: its id if it has a plain one that no other has, else its
// place from 1.
func name(list reflect.Value, at int) string {
	if id := idOf(list.Index(at)); plainID(id) {
		for i := range list.Len() {
			if i != at && idOf(list.Index(i)) == id {
				return fmt.Sprint(at + 1)
			}
		}
		return id
	}
	return fmt.Sprint(at + 1)
}

// idOf is the id of an element, "" if its kind has none.
func idOf(element reflect.Value) string {
	id, has := tree.At(element, "id")
	if !has {
		return ""
	}
	return id.String()
}

// plainID tells whether an id cannot be mistaken for a place.
func plainID(id string) bool {
	return id != "" && id[0] >= 'a' && id[0] <= 'z' && !strings.ContainsFunc(id, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' || r == '-')
	})
}
