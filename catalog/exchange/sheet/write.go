package sheet

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode/utf16"

	"accessdesk/catalog"
	"accessdesk/catalog/exchange/bundle"
	"accessdesk/data/locale"
)

// filled is a table with its rows.
type filled struct {
	*Table
	rows [][]string // neutralized; without headings
}

// fill writes offerings into tables.
func fill(offerings []*catalog.Offering) ([]*filled, error) {
	byTable := map[*Table]*filled{}
	var all []*filled
	for _, t := range Tables() {
		f := &filled{Table: t}
		byTable[t] = f
		all = append(all, f)
	}
	seen := map[string]bool{}
	for _, o := range offerings {
		if o.Slug == "" || seen[o.Slug] {
			return nil, fmt.Errorf("offering %q cannot stand in a table: each needs a slug of its own", o.Slug)
		}
		seen[o.Slug] = true
		w := writer{byTable: byTable, zone: o.Window.Zone()}
		if w.element(Tables()[0], reflect.ValueOf(o).Elem(), nil, o.Slug); w.problem != "" {
			return nil, fmt.Errorf("offering %s: %s", o.Slug, w.problem)
		}
	}
	return all, nil
}

// writer writes one offering.
type writer struct {
	byTable map[*Table]*filled
	zone    *time.Location
	problem string // the first
}

// element writes a row, and the rows of all that the element holds. called is how those name it.
func (w *writer) element(t *Table, element reflect.Value, references []string, called string) {
	row := make([]string, 0, len(t.Columns))
	for _, reference := range references {
		row = append(row, neutral(reference))
	}
	for _, column := range t.Columns[t.references:] {
		text := neutral(spell(element.FieldByIndex(column.field), w.zone))
		if units := len(utf16.Encode([]rune(text))); units > mostCell && w.problem == "" {
			w.problem = fmt.Sprintf("%s in %s has %d characters, and a cell holds %d; export it as TOML", column.Heading, t.Name, units, mostCell)
		}
		row = append(row, text)
	}
	w.byTable[t].rows = append(w.byTable[t].rows, row)
	for _, child := range t.children {
		list := element.FieldByIndex(child.field)
		for i := range list.Len() {
			within := append(append([]string{}, references...), called)
			w.element(child, list.Index(i), within, name(list, i))
		}
	}
}

// words are the second row: what each column is, in the language of the reader.
func (t *Table) words(l *locale.Localizer) []string {
	row := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		row[i] = t.word(l, c)
	}
	row[0] = "# " + row[0]
	return row
}

func (t *Table) word(l *locale.Localizer, c Column) string {
	switch {
	case c.Heading == offeringHeading && t.parent != nil:
		return l.T("exchange.offering")
	case c.kind == nil && !t.parent.hasID():
		return l.T("exchange.place", "Table", t.parent.Name)
	case c.kind == nil:
		return l.T("exchange.named", "Table", t.parent.Name)
	}
	key := strings.TrimPrefix(t.list+"."+c.Heading, ".")
	label := ""
	switch pair, last := splitLast(key); {
	case last != "en" && last != "es":
		label = l.T("difference.field_" + strings.ReplaceAll(key, ".", "_"))
	case pair == t.list: // the table is a list of texts
		label = l.T("difference.in_"+last, "What", l.T("difference.item_"+strings.ReplaceAll(pair, ".", "_")))
	default:
		label = l.T("difference.in_"+last, "What", l.T("difference.field_"+strings.ReplaceAll(pair, ".", "_")))
	}
	if hint := c.hint(l); hint != "" {
		return l.T("exchange.hinted", "What", upperFirst(label), "Hint", hint)
	}
	return upperFirst(label)
}

// hint says what a column takes, where that is not any text.
func (c Column) hint(l *locale.Localizer) string {
	switch kind := c.kind; {
	case kind.Kind() == reflect.Bool:
		return l.T("exchange.yes_no")
	case kind == timeType:
		return l.T("exchange.instant")
	case kind == dateType:
		return l.T("exchange.day")
	case kind == factsType:
		return l.T("exchange.facts")
	case allowed(kind) != nil:
		return l.T("exchange.one_of", "Values", strings.Join(allowed(kind), ", "))
	case kind.Kind() == reflect.Slice && allowed(kind.Elem()) != nil:
		return l.T("exchange.lines_of", "Values", strings.Join(allowed(kind.Elem()), ", "))
	case kind.Kind() == reflect.Slice:
		return l.T("exchange.lines")
	case kind.Kind() == reflect.Int:
		return l.T("exchange.number")
	}
	return ""
}

// hasID tells whether the elements of a table have ids by which other tables name them.
func (t *Table) hasID() bool {
	for _, c := range t.Columns {
		if c.Heading == "id" {
			return true
		}
	}
	return false
}

func splitLast(key string) (before, last string) {
	at := strings.LastIndexByte(key, '.')
	return key[:max(at, 0)], key[at+1:]
}

func upperFirst(text string) string {
	letters := []rune(text)
	if len(letters) == 0 {
		return text
	}
	return strings.ToUpper(string(letters[:1])) + string(letters[1:])
}

// byteOrderMark makes spreadsheet programs read a CSV file as UTF-8.
const byteOrderMark = "\ufeff"

// CSV writes offerings as one file for each table, "offerings.csv" first. l is the language of the second row.
func CSV(l *locale.Localizer, offerings []*catalog.Offering) ([]bundle.File, error) {
	tables, err := fill(offerings)
	if err != nil {
		return nil, err
	}
	var files []bundle.File
	for _, t := range tables {
		var b bytes.Buffer
		b.WriteString(byteOrderMark)
		writeRecord(&b, headings(t.Table))
		writeRecord(&b, t.words(l))
		for _, row := range t.rows {
			writeRecord(&b, row)
		}
		files = append(files, bundle.File{Name: t.Name + ".csv", Data: b.Bytes()})
	}
	return files, nil
}

// writeRecord writes a line of CSV. Every cell is quoted: encoding/csv leaves most bare, and a bare cell that holds a semicolon is
// two cells for a spreadsheet program of another country.
func writeRecord(b *bytes.Buffer, row []string) {
	for i, text := range row {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + strings.ReplaceAll(text, `"`, `""`) + `"`)
	}
	b.WriteString("\r\n")
}

func headings(t *Table) []string {
	row := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		row[i] = c.Heading
	}
	return row
}
