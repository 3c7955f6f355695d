package search

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"accessdesk/catalog"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
)

// Facet is a property by which the list can be filtered. Its name is that of the field in addresses.
type Facet string

// The facets.
const (
	FacetKind     Facet = "kind"
	FacetSector   Facet = "sector"   // whom a program is for
	FacetStatus   Facet = "status"   // whether it takes requests
	FacetCost     Facet = "cost"     // what the operator pays
	FacetProvider Facet = "provider" // who gives it
)

// facets are all, in the order in which pages show them.
var facets = []Facet{FacetKind, FacetSector, FacetStatus, FacetCost, FacetProvider}

// The values of FacetStatus and FacetProvider.
const (
	StatusOpen         = "open"       // takes requests now, and has a seat or a waiting list
	StatusLater        = "later"      // its window opens later, its break ends on a known day, or it is announced
	StatusClosed       = "closed"     // all others
	ProviderGovernment = "government" // of any level
	ProviderOther      = "other"
)

// statuses are the values of FacetStatus, in the order in which pages show them.
var statuses = []string{StatusOpen, StatusLater, StatusClosed}

// The fields of an address beside the facets. fieldOpen is how addresses of old say status=open.
const (
	fieldWords = "q"
	fieldFits  = "fits"
	fieldOpen  = "open"
)

// WordsMost is how many characters of what is typed count, and wordsMost how many words.
const (
	WordsMost = 100
	wordsMost = 10
)

// Query is a question about the list of programs. Values of one facet are alternatives; facets and words must all hold.
type Query struct {
	Words  string
	Chosen map[Facet][]string // known values only, in the order of the facet, each once
	Fits   bool               // only what fits the organization of the one who asks
}

// Parse reads the question out of the fields of an address. What it does not know is left out: an address never fails.
func (c *Cache) Parse(fields url.Values) Query {
	q := Query{Words: cut(fields.Get(fieldWords)), Chosen: map[Facet][]string{}, Fits: fields.Get(fieldFits) == "1"}
	for _, facet := range facets {
		asked := fields[string(facet)]
		if facet == FacetStatus && fields.Get(fieldOpen) == "1" {
			asked = append(slices.Clone(asked), StatusOpen)
		}
		q.Chosen[facet] = slices.DeleteFunc(valuesOf(facet, c.sectors), func(value string) bool { return !slices.Contains(asked, value) })
		if len(q.Chosen[facet]) == 0 {
			delete(q.Chosen, facet)
		}
	}
	return q
}

// ParseText reads what Encode wrote. A text that is no address at all asks for nothing.
func (c *Cache) ParseText(text string) Query {
	fields, _ := url.ParseQuery(text) // what could be read counts
	return c.Parse(fields)
}

// Encode writes the question as the fields of an address, always in the same order; "" for a question that asks for nothing.
func (q Query) Encode() string {
	fields := url.Values{}
	if q.Words != "" {
		fields.Set(fieldWords, q.Words)
	}
	for facet, values := range q.Chosen {
		if len(values) > 0 {
			fields[string(facet)] = values
		}
	}
	if q.Fits {
		fields.Set(fieldFits, "1")
	}
	return fields.Encode()
}

// Empty tells whether the question asks for nothing in particular.
func (q Query) Empty() bool { return q.Encode() == "" }

// Has tells whether a value is chosen.
func (q Query) Has(facet Facet, value string) bool { return slices.Contains(q.Chosen[facet], value) }

// Toggle gives the same question with a value added, or without it if it is chosen.
func (q Query) Toggle(facet Facet, value string) Query {
	q.Chosen = maps.Clone(q.Chosen)
	if q.Chosen == nil {
		q.Chosen = map[Facet][]string{}
	}
	values := slices.Clone(q.Chosen[facet])
	if at := slices.Index(values, value); at >= 0 {
		values = slices.Delete(values, at, at+1)
	} else {
		values = append(values, value)
	}
	q.Chosen[facet] = values
	return q
}

// Drop gives the same question without a facet.
func (q Query) Drop(facet Facet) Query {
	q.Chosen = maps.Clone(q.Chosen)
	delete(q.Chosen, facet)
	return q
}

// valuesOf are the values of a facet in the order in which pages show them.
func valuesOf(facet Facet, sectors []string) []string {
	var all []string
	switch facet {
	case FacetKind:
		for _, kind := range catalog.Kinds() {
			all = append(all, string(kind))
		}
	case FacetSector:
		all = slices.Clone(sectors)
	case FacetStatus:
		all = slices.Clone(statuses)
	case FacetCost:
		for _, cost := range catalog.Costs() {
			all = append(all, string(cost))
		}
	case FacetProvider:
		all = []string{ProviderGovernment, ProviderOther}
	}
	return all
}

// sectorsOf are the sectors that an operator can be in.
func sectorsOf(v *eligibility.Vocabulary) []string {
	var all []string
	if fact, known := v.Fact(eligibility.SectorFact); known {
		for _, value := range fact.Values {
			all = append(all, value.Value)
		}
	}
	return all
}

// cut leaves what counts of what was typed: letters, signs and single blanks.
func cut(text string) string {
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == unicode.ReplacementChar {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(text, " "))
	count := 0
	for at := range text {
		if count++; count > WordsMost {
			text = text[:at]
			break
		}
	}
	return strings.Join(strings.Fields(text), " ")
}

// ValueText says a value of a facet in the language of the localizer.
func ValueText(l *locale.Localizer, v *eligibility.Vocabulary, facet Facet, value string) string {
	switch facet {
	case FacetKind:
		return l.T("kind." + value)
	case FacetSector:
		return v.Display(eligibility.SectorFact, eligibility.String(value), l.Lang())
	}
	return l.T("search." + string(facet) + "_" + value)
}

// Text says a question in a few words, for mails and lists: what is looked for, then the filters.
func (q Query) Text(l *locale.Localizer, v *eligibility.Vocabulary) string {
	var parts []string
	if q.Words != "" {
		parts = append(parts, l.T("search.words", "Words", q.Words))
	}
	for _, facet := range facets {
		var values []string
		for _, value := range q.Chosen[facet] {
			values = append(values, ValueText(l, v, facet, value))
		}
		if len(values) > 0 {
			parts = append(parts, strings.Join(values, ", "))
		}
	}
	return strings.Join(parts, "; ")
}
