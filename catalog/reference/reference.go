// Package reference is the reading room of the catalog: the words that laws and programs use, with their exact lines, and what
// is known of Executive Order 14409. Each statement carries its sources and how sure it is.
//
// The texts are data (package data/reference) in both languages. Parse refuses, with the file and the place, what is not complete
// or not known: an unknown key, a missing language, a fact or a value that the vocabulary does not have, a source that claims to
// have been read and does not say when. Standard gives the texts that the program ships, parsed once.
//
// Which programs use a definition is never written down. LinesOf reads the lines of a program from its compiled
// rules, and Definition.UsedBy compares.
package reference

import (
	"github.com/pelletier/go-toml/v2"

	texts "accessdesk/data/reference"
	"accessdesk/eligibility"
)

// Text is a sentence or paragraph in both languages of the product.
type Text = eligibility.Text

// Day is a calendar day.
type Day = toml.LocalDate

// Sure says how a statement is known. Pages say it in words.
type Sure string

// How a statement is known, the surest first.
const (
	SureRead        Sure = "read"        // somebody read it in a source
	SureSeveral     Sure = "several"     // several sources say the same; the original was not opened
	SureOne         Sure = "one"         // one source says so
	SureGeneral     Sure = "general"     // general knowledge that nobody read again
	SureUnconfirmed Sure = "unconfirmed" // looked for, and not confirmed
)

// Sures lists the ways in which a statement is known, the surest first.
func Sures() []Sure { return []Sure{SureRead, SureSeveral, SureOne, SureGeneral, SureUnconfirmed} }

// Source is where a statement stands.
type Source struct {
	ID      string `toml:"id"`      // by which dated statements name it; only in order.toml
	Title   Text   `toml:"title"`   // citation, or what the page is
	URL     string `toml:"url"`     // https or http address; may be absent
	Read    bool   `toml:"read"`    // somebody read the page, so that it may be a link
	Primary bool   `toml:"primary"` // a law, a rule, or the page of the office itself, also in a copy
	ReadOn  Day    `toml:"read_on"` // the day; the zero day if nobody read or looked for it
}

// Dated tells whether the source says on which day it was read or looked for.
func (s Source) Dated() bool { return s.ReadOn != Day{} }

// Library is everything that the pages show.
type Library struct {
	Sections    []Section
	Definitions []*Definition
	Order       *Order
}

// Find gives the definition with this id.
func (l *Library) Find(id string) (*Definition, bool) {
	for _, d := range l.Definitions {
		if d.ID == id {
			return d, true
		}
	}
	return nil, false
}

// Standard is the library that the program ships. Call it once.
func Standard(v *eligibility.Vocabulary) (*Library, error) {
	return Parse(v, texts.Definitions, texts.Order)
}

// Parse reads the two files and refuses the first mistake.
func Parse(v *eligibility.Vocabulary, definitions, order []byte) (*Library, error) {
	library := &Library{}
	if err := library.addDefinitions(v, definitions); err != nil {
		return nil, err
	}
	if err := library.addOrder(order); err != nil {
		return nil, err
	}
	return library, nil
}
