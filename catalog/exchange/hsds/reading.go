// Package hsds says the published catalog in the Human Services Data Specification 3.1 of Open Referral, which directories and referral
// services read.
//
// An offering is a service, a provider an organization. HSDS has no places for services that are given over the internet, so there are no
// locations; and none of our offerings is part of a larger program that the data names, so there are no programs.
//
// # Status
//
// HSDS has four words. Open, waiting_list and by_invitation are active, as long as the window is open, no pause has begun and a seat is
// left or a list is kept; else they are temporarily closed, or inactive where a window has closed for good. Lapsed is temporarily closed.
// Announced and unverified are inactive: sending somebody there would be a promise that nobody can keep. Ended is defunct. The word of the
// desk is an attribute (taxonomy status) and stands in the extension.
//
// # Languages
//
// A reading is in English or in Spanish; ids, codes, dates and addresses are the same in both. HSDS wants eligibility in words: the titles
// of the criteria, one to a line. The rules themselves stand in the extension (Extension), under the one key accessdesk.
//
// # Ids
//
// Every id is a UUIDv5 of kind and slug, so that it is the same on every desk and in every export (ID). Children are named by what they
// say, not by their place in a list, so that a new document leaves the ids of the others alone.
//
// A reading is pure: the same catalog at the same moment gives the same bytes.
package hsds

import (
	"slices"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/data/locale"
	"accessdesk/eligibility"

	"github.com/google/uuid"
)

// Version is the version of the specification.
const Version = "3.1"

// namespace is the UUIDv5 of DNS and "accessdesk".
var namespace = uuid.MustParse("e453d07e-8b77-554d-b96f-2094adab9932")

// ID is the id of a thing: of its kind in the words of HSDS, its slug and, for a part of something, what names the part.
func ID(kind, slug string, key ...string) string {
	return uuid.NewSHA1(namespace, []byte(strings.Join(append([]string{kind, slug}, key...), ":"))).String()
}

// ServiceID is the id of an offering.
func ServiceID(slug string) string { return ID("service", slug) }

// OrganizationID is the id of a provider.
func OrganizationID(slug string) string { return ID("organization", slug) }

// Seats is what a caller knows of the places of an offering that is decided here.
type Seats struct {
	All, Left int // All 0: not limited
	Full      bool
	Tiers     map[string]Seats
	Moved     time.Time // when one was taken, given up or waited for last; zero if nobody knows
}

// Index is what the catalog says in one language at any moment. It never changes and may be read by any number of goroutines.
type Index struct {
	catalog    *catalog.Snapshot
	vocabulary *eligibility.Vocabulary
	texts      *locale.Localizer
	lang       string

	providers  []*provider
	byProvider map[string]*provider // by slug
	services   map[string]*catalog.Published
	taxonomies []Taxonomy
	terms      []Term
	termByCode map[string]*Term // "kind:scanning"
	termByID   map[string]*Term
	borne      map[string][]borne  // by slug: the terms of an offering
	reads      map[string][]string // by slug and criterion: the facts that it reads
}

// provider is a provider with its offerings in slug order.
type provider struct {
	catalog.Provider
	id    string
	sites []string // its addresses, that of its first offering first
	gives []*catalog.Published
}

// NewIndex makes the index of a catalog in the language of texts.
func NewIndex(c *catalog.Snapshot, v *eligibility.Vocabulary, texts *locale.Localizer) *Index {
	x := &Index{catalog: c, vocabulary: v, texts: texts, lang: texts.Lang(), byProvider: map[string]*provider{},
		services: make(map[string]*catalog.Published, len(c.Offerings)), borne: make(map[string][]borne, len(c.Offerings)),
		reads: map[string][]string{}}
	x.classify()
	for _, p := range c.Offerings {
		x.services[ServiceID(p.Slug)] = p
		of, known := x.byProvider[p.Provider.Slug]
		if !known {
			of = &provider{Provider: p.Provider, id: OrganizationID(p.Provider.Slug)}
			x.byProvider[p.Provider.Slug], x.providers = of, append(x.providers, of)
		}
		of.gives = append(of.gives, p)
		if site := p.Provider.URL; site != "" && !slices.Contains(of.sites, site) {
			of.sites = append(of.sites, site)
		}
		for _, c := range p.Rules.Decide(nil).Criteria {
			x.reads[p.Slug+":"+c.ID] = words(c.Facts)
		}
		x.borne[p.Slug] = x.termsOf(p)
	}
	slices.SortFunc(x.providers, func(a, b *provider) int { return strings.Compare(a.Slug, b.Slug) })
	return x
}

// Of tells whether the index is that of a catalog.
func (x *Index) Of(c *catalog.Snapshot) bool { return x != nil && x.catalog == c }

// Moment is what is said of the offerings at a moment, beside the catalog. None of it may change afterwards.
type Moment struct {
	Now      time.Time
	Upkeep   *upkeep.State
	Changes  Changes
	Seats    map[string]Seats // by slug; what is absent is not limited
	Base     string           // address of the desk, "https://desk.example.org"
	Operator string           // who runs the desk
}

// Reading is the catalog in HSDS at one moment, in one language.
type Reading struct {
	*Index
	Moment
}

// At gives the reading of a moment.
func (x *Index) At(m Moment) *Reading { return &Reading{x, m} }

// page is the address of an offering on this desk.
func (r *Reading) page(p *catalog.Published) string { return r.Base + "/programs/" + p.Slug }
