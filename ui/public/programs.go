package public

import (
	"slices"
	"strings"

	"accessdesk/broker"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/web"

	"golang.org/x/text/unicode/norm"
)

// ProgramsPage is the list of programs with its filters, which are plain GET fields.
type ProgramsPage struct {
	Query          string
	Sectors, Kinds []label
	OnlyOpen       bool
	Filtered       bool
	Cards          []card
	Listed         int
}

// Programs lists the catalog. Closed windows and programs that take no requests stay visible and say so.
func Programs(r *web.Request, tx *data.Tx) (web.Reply, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	sector, kind := r.Query("sector"), r.Query("kind")
	page := ProgramsPage{
		Query: r.Query("q"), OnlyOpen: r.Query("open") == "1", Listed: len(snapshot.Listed()),
		Sectors: sectorLabels(r, sector),
		Kinds:   labels(r, "kind.", catalog.Kinds(), kind),
	}
	page.Filtered = page.Query != "" || page.OnlyOpen || sector != "" || kind != ""
	full, err := broker.FullPrograms(tx, snapshot.Listed())
	if err != nil {
		return web.Reply{}, err
	}
	listings, err := r.Listings(tx)
	if err != nil {
		return web.Reply{}, err
	}
	for _, offering := range snapshot.Listed() {
		next := offering.NextStep(tx.Now, full[offering.Slug])
		if matches(r, tx, offering, next, page, sector, kind) {
			shown := newCard(r, tx, listings, offering, next)
			shown.How = newWay(r, offering, next).Short
			page.Cards = append(page.Cards, shown)
		}
	}
	slices.SortStableFunc(page.Cards, func(a, b card) int { // open ones first, the catalog's order otherwise
		switch {
		case a.Open == b.Open:
			return 0
		case a.Open:
			return -1
		}
		return 1
	})
	return web.Reply{Page: "public/programs", Data: page}, nil
}

func matches(r *web.Request, tx *data.Tx, offering *catalog.Published, next catalog.NextStep, page ProgramsPage, sector, kind string) bool {
	if kind != "" && string(offering.Kind) != kind || page.OnlyOpen && !openNow(tx, offering, next) {
		return false
	}
	if sector != "" && !serves(r.Desk().Vocabulary, offering, sector) {
		return false
	}
	text := plain(offering.Title.In(r.Lang) + " " + offering.Summary.In(r.Lang) + " " + offering.Provider.Name + " " + offering.Slug)
	for word := range strings.FieldsSeq(plain(page.Query)) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

// serves tells whether the sector gate lets an operator of that sector in.
func serves(v *eligibility.Vocabulary, offering *catalog.Published, sector string) bool {
	fact, _ := v.Fact("sector")
	if !slices.ContainsFunc(fact.Values, func(value eligibility.EnumValue) bool { return value.Value == sector }) {
		return true
	}
	if !offering.Gated() {
		return true
	}
	decision := offering.Rules.Decide(eligibility.Profile{"sector": eligibility.String(sector)})
	return decision.Criteria[0].Result != eligibility.Unmet
}

func sectorLabels(r *web.Request, chosen string) []label {
	fact, _ := r.Desk().Vocabulary.Fact("sector")
	var all []label
	for _, value := range fact.Values {
		all = append(all, label{value.Value, value.Label.In(r.Lang), value.Value == chosen})
	}
	return all
}

// plain lowers letters and drops accents, so that "evaluacion" finds "evaluación".
func plain(text string) string {
	var b strings.Builder
	for _, letter := range norm.NFD.String(strings.ToLower(text)) {
		if letter < 0x300 || letter > 0x36F { // combining marks
			b.WriteRune(letter)
		}
	}
	return b.String()
}
