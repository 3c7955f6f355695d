package public

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"accessdesk/broker"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/card"
	"accessdesk/ui/web"

	"golang.org/x/text/unicode/norm"
)

// ProgramsPage is the list of programs with its filters, which are plain GET fields.
type ProgramsPage struct {
	Query          string
	Sectors, Kinds []label
	OnlyOpen       bool
	Filtered       bool
	Cards          []card.Card
	Found          int // programs that match, on all pages
	Listed         int // programs on the site
	Pages          pager
	Ended          []card.Card // ended ones that match, for those who remember them; on the last page, and with every search
}

// pageLength is how many programs stand on one page of the list: what a phone scrolls through, and what a slow line loads.
const pageLength = 20

// pager leads through the pages of a list.
type pager struct {
	Page, Last     int
	First, Final   int    // places of the first and the last program on this page, from 1
	Previous, Next string // addresses, "" at the ends
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
	var found []ranked
	for _, offering := range snapshot.Offerings {
		next := offering.NextStep(tx.Now, full[offering.Slug])
		if !matches(r, tx, offering, next, page, sector, kind) {
			continue
		}
		shown := card.New(r, tx, listings, offering, next)
		shown.How = card.NewWay(r, offering, next).Short
		if offering.Status == catalog.StatusEnded {
			shown.Replaced = replacements(r, snapshot, offering)
			page.Ended = append(page.Ended, shown)
		} else {
			found = append(found, ranked{shown, byName(r, offering, page.Query)})
		}
	}
	slices.SortStableFunc(found, ranked.compare)
	page.Found = len(found)
	page.Pages = newPager(r, len(found))
	for _, one := range found[page.Pages.First-1 : page.Pages.Final] {
		page.Cards = append(page.Cards, one.Card)
	}
	if page.Query == "" && page.Pages.Page < page.Pages.Last {
		page.Ended = nil
	}
	return web.Reply{Page: "public/programs", Data: page}, nil
}

// ranked is a card with what it is sorted by.
type ranked struct {
	card.Card
	named bool // what was searched for stands in its name
}

// compare puts those whose name was searched for first, then the open ones; the catalog's order otherwise.
func (a ranked) compare(b ranked) int {
	place := func(r ranked) int {
		at := 0
		if !r.named {
			at += 2
		}
		if !r.Open {
			at++
		}
		return at
	}
	return place(a) - place(b)
}

// newPager finds the page that the address asks for; one that is not there is the nearest that is.
func newPager(r *web.Request, found int) pager {
	p := pager{Page: 1, Last: max(1, (found+pageLength-1)/pageLength)}
	if asked, err := strconv.Atoi(r.Query("page")); err == nil {
		p.Page = min(max(asked, 1), p.Last)
	}
	p.First, p.Final = (p.Page-1)*pageLength+1, min(p.Page*pageLength, found)
	address := func(page int) string {
		query := url.Values{}
		for _, name := range []string{"q", "sector", "kind", "open"} {
			if value := r.Query(name); value != "" {
				query.Set(name, value)
			}
		}
		if page > 1 {
			query.Set("page", strconv.Itoa(page))
		}
		if len(query) == 0 {
			return "/programs"
		}
		return "/programs?" + query.Encode()
	}
	if p.Page > 1 {
		p.Previous = address(p.Page - 1)
	}
	if p.Page < p.Last {
		p.Next = address(p.Page + 1)
	}
	return p
}

func matches(r *web.Request, tx *data.Tx, offering *catalog.Published, next catalog.NextStep, page ProgramsPage, sector, kind string) bool {
	if kind != "" && string(offering.Kind) != kind || page.OnlyOpen && !card.OpenNow(tx, offering, next) {
		return false
	}
	if sector != "" && !serves(r.Desk().Vocabulary, offering, sector) {
		return false
	}
	return contains(names(r, offering)+" "+offering.Summary.In(r.Lang)+" "+offering.Details.In(r.Lang), page.Query)
}

// names are the words by which people know an offering.
func names(r *web.Request, offering *catalog.Published) string {
	return strings.Join(append([]string{offering.Title.In(r.Lang), offering.Provider.Name, offering.Slug}, offering.KnownAs...), " ")
}

// byName tells whether the search is for the name of an offering; without a search every one is.
func byName(r *web.Request, offering *catalog.Published, query string) bool {
	return contains(names(r, offering), query)
}

// contains tells whether for every word of a search some word of a text begins with it.
func contains(text, query string) bool {
	text = " " + inWords(text)
	for word := range strings.FieldsSeq(inWords(query)) {
		if !strings.Contains(text, " "+word) {
			return false
		}
	}
	return true
}

// inWords is a text in plain letters and digits with single blanks between: "Wi-Fi (RISC 2.0)" is "wi fi risc 2 0".
func inWords(text string) string {
	return strings.Join(strings.FieldsFunc(plain(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " ")
}

// replacements are the listed programs that do the work of one now.
func replacements(r *web.Request, snapshot *catalog.Snapshot, offering *catalog.Published) []card.Other {
	var all []card.Other
	for _, slug := range offering.ReplacedBy {
		if other, ok := snapshot.Find(slug); ok && other.Status != catalog.StatusEnded {
			all = append(all, card.Other{Slug: other.Slug, Title: other.Title.In(r.Lang)})
		}
	}
	return all
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
