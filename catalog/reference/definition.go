package reference

import (
	"fmt"
	"slices"
	"strings"

	"accessdesk/catalog"
	"accessdesk/eligibility"
)

// Section is a part of the page of definitions.
type Section struct {
	ID    string `toml:"id"` // anchor
	Title Text   `toml:"title"`
	Intro Text   `toml:"intro"` // may be absent
}

// Definition is a word that laws and programs use, with the lines that it draws.
type Definition struct {
	ID        string   `toml:"id"` // anchor on the page of definitions
	Section   string   `toml:"section"`
	CheckedOn Day      `toml:"checked_on"` // last day on which a person compared it with its sources
	Sectors   []string `toml:"sectors"`    // for which its facts mean this; none: all
	Facts     []Facet  `toml:"facts"`      // what stands for it in the vocabulary
	Title     Text     `toml:"title"`
	Text      Text     `toml:"text"`   // in plain words
	Row       *Row     `toml:"row"`    // its row in the table of its section; nil: the section has no table
	Limits    []Limit  `toml:"limits"` // the exact lines
	Sources   []Source `toml:"sources"`
}

// Facet is a fact that stands for a definition, as a whole or by some of its values.
type Facet struct {
	ID     eligibility.FactID `toml:"id"`
	Values []string           `toml:"values"` // of an enum or a set; none: the fact as a whole
}

// Row puts a definition side by side with others that use the same word.
type Row struct {
	Who   Text `toml:"who"`   // uses it
	Says  Text `toml:"says"`  // in one line
	Where Text `toml:"where"` // one looks up the answer for one's own place
}

// Limit is one exact statement.
type Limit struct {
	Sure Sure `toml:"sure"`
	Text Text `toml:"text"`
}

// Lines are the lines that a program draws: its rules with the facts that they read.
type Lines struct {
	program *catalog.Published
	rules   []rule
	serves  map[string]bool // by sector, as far as somebody asked
}

// rule is one criterion.
type rule struct {
	expr  string
	facts []eligibility.FactID
}

// LinesOf reads the lines of a program. Its sector gate is none of them.
func LinesOf(p *catalog.Published) *Lines {
	lines := &Lines{program: p, serves: map[string]bool{}}
	criteria := p.Rules.Criteria()
	for at, result := range p.Rules.Decide(nil).Criteria { // with no facts every rule is unknown, and says what it reads
		if result.ID != eligibility.GateID {
			lines.rules = append(lines.rules, rule{criteria[at].Expr, result.Facts})
		}
	}
	return lines
}

// in tells whether the sector gate lets a sector in.
func (l *Lines) in(sector string) bool {
	if !l.program.Gated() {
		return true
	}
	serves, known := l.serves[sector]
	if !known {
		decision := l.program.Rules.Decide(eligibility.Profile{eligibility.SectorFact: eligibility.String(sector)})
		serves = decision.Criteria[0].Result != eligibility.Unmet
		l.serves[sector] = serves
	}
	return serves
}

// UsedBy tells whether a program draws one of its lines by the definition: a rule reads one of its facts, and the program serves
// one of its sectors.
func (d *Definition) UsedBy(lines *Lines) bool {
	return slices.ContainsFunc(lines.rules, func(r rule) bool { return d.Reads(r.expr, r.facts) }) &&
		(len(d.Sectors) == 0 || slices.ContainsFunc(d.Sectors, lines.in))
}

// Reads tells whether a rule, given as its expression and the facts that it reads, is about the definition. A value counts where the
// expression holds it in quotes, which is how rules name values.
func (d *Definition) Reads(expr string, facts []eligibility.FactID) bool {
	return slices.ContainsFunc(d.Facts, func(facet Facet) bool {
		return slices.Contains(facts, facet.ID) && (len(facet.Values) == 0 || slices.ContainsFunc(facet.Values, func(value string) bool {
			return strings.Contains(expr, `"`+value+`"`) || strings.Contains(expr, `'`+value+`'`)
		}))
	})
}

// Concerns tells whether the facts of the definition mean this for one of the sectors; not knowing the sectors, they may.
func (d *Definition) Concerns(sectors []string) bool {
	return len(d.Sectors) == 0 || len(sectors) == 0 || slices.ContainsFunc(sectors, func(s string) bool { return slices.Contains(d.Sectors, s) })
}

// Has tells whether a fact stands for the definition.
func (d *Definition) Has(id eligibility.FactID) bool {
	return slices.ContainsFunc(d.Facts, func(facet Facet) bool { return facet.ID == id })
}

// definitionsFile is the shape of definitions.toml.
type definitionsFile struct {
	Sections    []Section     `toml:"section"`
	Definitions []*Definition `toml:"definition"`
}

func (l *Library) addDefinitions(v *eligibility.Vocabulary, text []byte) error {
	var file definitionsFile
	if err := decode("definitions.toml", text, &file); err != nil {
		return err
	}
	r := reader{vocabulary: v, ids: map[string]bool{}}
	for _, s := range file.Sections {
		r.section(s)
	}
	if len(file.Sections) == 0 || len(file.Definitions) == 0 {
		r.refuse("the file", "there is no section, or no definition")
	}
	for _, d := range file.Definitions {
		r.definition(d, file.Sections)
	}
	for _, s := range file.Sections {
		if !slices.ContainsFunc(file.Definitions, func(d *Definition) bool { return d.Section == s.ID }) {
			r.refuse("section "+s.ID, "no definition stands in it")
		}
	}
	l.Sections, l.Definitions = file.Sections, file.Definitions
	return r.problem("definitions.toml")
}

func (r *reader) section(s Section) {
	where := "section " + s.ID
	r.anchor(where, s.ID)
	r.text(where+", title", s.Title)
	r.perhaps(where+", intro", s.Intro)
}

func (r *reader) definition(d *Definition, sections []Section) {
	where := "definition " + d.ID
	r.anchor(where, d.ID)
	if !slices.ContainsFunc(sections, func(s Section) bool { return s.ID == d.Section }) {
		r.refuse(where, "there is no section %q", d.Section)
	}
	if d.CheckedOn == (Day{}) {
		r.refuse(where, "checked_on is missing: the day on which a person compared it with its sources")
	}
	r.text(where+", title", d.Title)
	r.text(where+", text", d.Text)
	if d.Row != nil {
		r.text(where+", row.who", d.Row.Who)
		r.text(where+", row.says", d.Row.Says)
		r.text(where+", row.where", d.Row.Where)
	}
	if len(d.Limits) == 0 {
		r.refuse(where, "it has no limits: say at least what could not be confirmed")
	}
	for at, limit := range d.Limits {
		r.sure(fmt.Sprintf("%s, limits[%d]", where, at+1), limit.Sure)
		r.text(fmt.Sprintf("%s, limits[%d].text", where, at+1), limit.Text)
	}
	for _, sector := range d.Sectors {
		r.sector(where, sector)
	}
	if len(d.Facts) == 0 {
		r.refuse(where, "no fact stands for it")
	}
	for _, facet := range d.Facts {
		r.facet(where, facet)
	}
	if len(d.Sources) == 0 {
		r.refuse(where, "it has no sources")
	}
	for at, source := range d.Sources {
		r.source(fmt.Sprintf("%s, sources[%d]", where, at+1), source)
	}
}
