package hsds

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"accessdesk/catalog"

	"golang.org/x/text/unicode/norm"
)

// Filter is what a reader asks for. Every part that is given has to fit.
type Filter struct {
	Search         string          // of all but services: words of which each has to begin some word of the object
	Found          map[string]bool // of services: the slugs that a search found; nil: there was none
	TaxonomyID     string
	TaxonomyTermID string
	OrganizationID string
	ModifiedAfter  time.Time // on or after it
	ParentID       string    // of terms
	TopOnly        bool      // of terms: those that stand below no other
}

// Services lists the offerings that fit, in slug order.
func (r *Reading) Services(f Filter) []*catalog.Published {
	var found []*catalog.Published
	for _, p := range r.catalog.Offerings {
		if f.OrganizationID != "" && OrganizationID(p.Provider.Slug) != f.OrganizationID ||
			!f.ModifiedAfter.IsZero() && r.modified(p).Before(f.ModifiedAfter) || !r.hasTerm(p, f) || f.Found != nil && !f.Found[p.Slug] {
			continue
		}
		found = append(found, p)
	}
	return found
}

// hasTerm tells whether an offering bears the term, and a term of the taxonomy, that are asked for.
func (x *Index) hasTerm(p *catalog.Published, f Filter) bool {
	terms := x.borne[p.Slug]
	return (f.TaxonomyTermID == "" || slices.ContainsFunc(terms, func(t borne) bool { return t.ID == f.TaxonomyTermID })) &&
		(f.TaxonomyID == "" || slices.ContainsFunc(terms, func(t borne) bool { return t.TaxonomyID == f.TaxonomyID }))
}

// Organizations lists the ids of the providers that fit, in slug order: with a term, those of whom one offering bears it.
func (r *Reading) Organizations(f Filter) []string {
	query := inWords(f.Search)
	var found []string
	for _, of := range r.providers {
		fits := slices.ContainsFunc(of.gives, func(p *catalog.Published) bool { return r.hasTerm(p, f) })
		if fits && contains(inWords(of.Name+" "+of.Slug), query) {
			found = append(found, of.id)
		}
	}
	return found
}

// BriefOrganization gives a provider as lists show it.
func (r *Reading) BriefOrganization(id string) Organization {
	for _, of := range r.providers {
		if of.id == id {
			o := r.organization(of)
			o.AdditionalWebsites = nil
			return o
		}
	}
	return Organization{}
}

// FindTaxonomies lists the taxonomies that fit.
func (r *Reading) FindTaxonomies(f Filter) []Taxonomy {
	query := inWords(f.Search)
	return slices.DeleteFunc(slices.Clone(r.taxonomies), func(t Taxonomy) bool { return !contains(inWords(t.Name+" "+t.Description), query) })
}

// Terms lists the terms that fit, in the order of the taxonomies.
func (r *Reading) Terms(f Filter) []Term {
	query := inWords(f.Search)
	return slices.DeleteFunc(slices.Clone(r.terms), func(t Term) bool {
		return f.TaxonomyID != "" && t.TaxonomyID != f.TaxonomyID || f.ParentID != "" && t.ParentID != f.ParentID ||
			f.TopOnly && t.ParentID != "" || !contains(inWords(t.Name+" "+t.Code+" "+t.Description), query)
	})
}

// contains tells whether for every word of a search some word of a text begins with it, both as inWords gives them.
func contains(text, query string) bool {
	text = " " + text
	for word := range strings.FieldsSeq(query) {
		if !strings.Contains(text, " "+word) {
			return false
		}
	}
	return true
}

// inWords is a text in lower letters without accents, and digits, with single blanks between.
func inWords(text string) string {
	var b strings.Builder
	for _, letter := range norm.NFD.String(strings.ToLower(text)) {
		switch {
		case letter >= 0x300 && letter <= 0x36F: // combining marks
		case unicode.IsLetter(letter), unicode.IsDigit(letter):
			b.WriteRune(letter)
		default:
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}
