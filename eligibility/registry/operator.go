package registry

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/layout"
)

// Operator is what the live vintages say of one organization, or of one entry of a table.
type Operator struct {
	ID      string
	Sector  string // "" for an entry of a table
	Name    string
	State   string
	Town    string
	Sources []Source
	Facts   map[string]Known
}

// Source is a row that says something of an operator.
type Source struct {
	Register string            `json:"register"`
	Vintage  string            `json:"vintage"`
	SHA256   string            `json:"sha256"` // of the file that the row stands in
	File     string            `json:"file"`
	Row      int64             `json:"row"`             // the header is row 1
	Words    map[string]string `json:"words,omitempty"` // what the register says itself
	Areas    []Area            `json:"areas,omitempty"` // of a table of places
}

// Area is a ZIP code or county where the operator stands or serves, with its code in the table.
type Area struct {
	Place string `json:"place"`
	Code  int64  `json:"code"`
	Row   int64  `json:"row"`
}

// Known is the value of a fact as JSON, with the register that says it. Note tells what the value stands for, where it is not the
// thing itself.
type Known struct {
	Value    json.RawMessage `json:"value"`
	Evidence string          `json:"evidence"`
	Source   string          `json:"source"`
	Vintage  string          `json:"vintage,omitempty"`
	Note     string          `json:"note,omitempty"`
}

// Find gives an operator. data.ErrNotFound if no live vintage has it.
func Find(tx *data.Tx, id string) (Operator, error) {
	rows, err := data.Rows(tx, scanStored, storedColumns+`WHERE r.id = $1 AND v.state = 'live'`, id)
	if err != nil {
		return Operator{}, fmt.Errorf("find %s: %w", id, err)
	}
	if len(rows) == 0 {
		return Operator{}, fmt.Errorf("find %s: %w", id, data.ErrNotFound)
	}
	o := Operator{ID: id, Facts: map[string]Known{}}
	slices.SortFunc(rows, func(a, b stored) int { return rank(a.register) - rank(b.register) })
	for _, r := range rows {
		if err := o.add(r); err != nil {
			return Operator{}, fmt.Errorf("find %s: %w", id, err)
		}
	}
	if source, _ := layout.Named(rows[0].register); !source.Operators {
		return o, nil
	}
	for _, join := range ruralJoins {
		if err := o.addRural(tx, join); err != nil {
			return Operator{}, fmt.Errorf("find %s: %w", id, err)
		}
	}
	return o, nil
}

// rank is the place of a register in the order of precedence.
func rank(register string) int { return slices.Index(layout.Names(), register) }

// stored is a record with its vintage and file.
type stored struct {
	id                              string // in Each only
	register, vintage, sha256, file string
	name, state, town               string
	row                             int64
	facts, words                    string
}

const storedColumns = `SELECT v.register, v.vintage, f.sha256, f.name, r.name, r.state, r.town, r.file_row, r.facts, r.words
	FROM registry_record r JOIN registry_vintage v ON v.id = r.vintage_id JOIN registry_file f ON f.vintage_id = r.vintage_id AND f.number = r.file_number `

func scanStored(s data.Scanner) (stored, error) {
	var r stored
	err := s.Scan(&r.register, &r.vintage, &r.sha256, &r.file, &r.name, &r.state, &r.town, &r.row, &r.facts, &r.words)
	return r, err
}

// notes say what a value stands for, by register and fact.
var notes = map[string]string{
	"eia861/meters":                 "customers, which stand for meters",
	"eia861/mwh_sold_per_year":      "sales of the year of the vintage, parts A, B and D of the form",
	"cms-cost-report/employees_fte": "full-time equivalents on the payroll, rounded",
}

func (o *Operator) add(r stored) error {
	source := Source{Register: r.register, Vintage: r.vintage, SHA256: r.sha256, File: r.file, Row: r.row}
	if err := json.Unmarshal([]byte(r.words), &source.Words); err != nil {
		return err
	}
	o.Sources = append(o.Sources, source)
	if o.Name == "" {
		o.Name = r.name
	}
	if o.State == "" {
		o.State = r.state
	}
	if o.Town == "" {
		o.Town = r.town
	}
	var facts map[string]json.RawMessage
	if err := json.Unmarshal([]byte(r.facts), &facts); err != nil {
		return err
	}
	for fact, value := range facts {
		if _, known := o.Facts[fact]; !known {
			o.Facts[fact] = Known{Value: value, Evidence: eligibility.Register.String(), Source: r.register, Vintage: r.vintage, Note: notes[r.register+"/"+fact]}
		}
	}
	o.Sector = cmpSector(o)
	return nil
}

// cmpSector is the sector that the facts name.
func cmpSector(o *Operator) string {
	var sector string
	if known, ok := o.Facts["sector"]; ok {
		_ = json.Unmarshal(known.Value, &sector) // a text, written by this package
	}
	return sector
}

// ruralJoin is a table of places that gives an operator a code.
type ruralJoin struct{ register, fact, by string }

var ruralJoins = []ruralJoin{{"ruca-zip", "ruca_code", "ZIP code"}, {"rucc", "rucc_code", "county"}}

// ruralFrom is the first code that counts as not metropolitan, in both tables.
const ruralFrom = 4

// addRural joins the places of the operator with a table. CROSS JOIN holds SQLite to this order, which begins with the few places of
// one record; by itself it begins with the tens of thousands of the table. Several places give a code only if all are on the same side of ruralFrom;
// then it is the lowest one.
func (o *Operator) addRural(tx *data.Tx, join ruralJoin) error {
	type found struct {
		stored
		place string
	}
	rows, err := data.Rows(tx, func(s data.Scanner) (found, error) {
		var f found
		err := s.Scan(&f.place, &f.register, &f.vintage, &f.sha256, &f.file, &f.row, &f.facts)
		return f, err
	}, `SELECT DISTINCT r.id, v.register, v.vintage, f.sha256, f.name, r.file_row, r.facts
		FROM registry_place p CROSS JOIN registry_vintage own CROSS JOIN registry_place q CROSS JOIN registry_vintage v
			CROSS JOIN registry_record r CROSS JOIN registry_file f
		WHERE own.id = p.vintage_id AND own.state = 'live' AND q.kind = p.kind AND q.code = p.code AND v.id = q.vintage_id AND v.state = 'live'
			AND v.register = $1 AND r.vintage_id = q.vintage_id AND r.id = q.record_id AND f.vintage_id = r.vintage_id AND f.number = r.file_number
			AND p.record_id = $2 ORDER BY r.id`, join.register, o.ID)
	if err != nil || len(rows) == 0 {
		return err
	}
	var source Source
	rural, lowest := 0, int64(0)
	for _, f := range rows {
		var facts map[string]int64
		if err := json.Unmarshal([]byte(f.facts), &facts); err != nil {
			return err
		}
		code, coded := facts[join.fact]
		if !coded {
			continue
		}
		if source.Register == "" {
			source = Source{Register: f.register, Vintage: f.vintage, SHA256: f.sha256, File: f.file, Row: f.row}
		}
		_, place, _ := strings.Cut(f.place, ":")
		source.Areas = append(source.Areas, Area{Place: place, Code: code, Row: f.row})
		if code >= ruralFrom {
			rural++
		}
		if lowest == 0 || code < lowest {
			lowest = code
		}
	}
	if len(source.Areas) == 0 {
		return nil
	}
	o.Sources = append(o.Sources, source)
	if rural == 0 || rural == len(source.Areas) {
		o.Facts[join.fact] = Known{Value: json.RawMessage(fmt.Sprint(lowest)), Evidence: eligibility.Register.String(), Source: source.Register, Vintage: source.Vintage,
			Note: fmt.Sprintf("an approximation by %s; not the official rural status", join.by)}
	}
	return nil
}

// Profile is what the registers say, for a decision: the facts that the vocabulary has, each with its register and the last day of
// the edition, and the state where the record stands.
func (o Operator) Profile(v *eligibility.Vocabulary) (eligibility.Profile, error) {
	profile := eligibility.Profile{}
	for id, known := range o.Facts {
		if known.Source == "ruca-zip" || known.Source == "rucc" {
			continue // approximations are for people to read; no criterion may use them
		}
		value, err := v.ParseValue(eligibility.FactID(id), known.Value)
		if err != nil {
			return nil, fmt.Errorf("%s says of %s: %w", known.Source, o.ID, err)
		}
		profile[eligibility.FactID(id)] = value.From(eligibility.Register, known.Source).On(layout.LastDay(known.Vintage))
	}
	addState(v, profile, o.State, o.Facts["sector"].Source)
	return profile, nil
}
