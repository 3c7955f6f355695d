package public

import (
	"strconv"
	"strings"

	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/catalog/search"
	"accessdesk/data"
	"accessdesk/ui/card"
	"accessdesk/ui/web"
)

// ProgramsPage is the list of programs with its search and filters, which are plain GET links and fields.
type ProgramsPage struct {
	Query    string // the words that are looked for
	Asked    search.Query
	Filtered bool
	Groups   []filterGroup
	Chosen   []chip // what is asked for, each with a link that takes it back
	Fits     fitLink
	Note     string // how the words were taken, "" if as they were typed
	Cards    []card.Card
	Found    int // programs that match, on all pages
	Listed   int // programs on the site
	Pages    pager
	Ended    []card.Card // ended ones that match, for those who remember them; on the last page, and with every search
	Relief   []chip      // of a list that is empty: what to take back, and how many programs there are then
	Save     string      // where a mail about new ones is asked for, "" while nothing is asked for
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
	places, err := seat.All(tx, snapshot.Listed())
	if err != nil {
		return web.Reply{}, err
	}
	asked := r.Desk().Search.ParseText(queryOf(r.Address()))
	at := search.Moment{Now: tx.Now, Places: places}
	page := ProgramsPage{Query: asked.Words, Asked: asked, Filtered: !asked.Empty(), Listed: len(snapshot.Listed())}
	if page.Fits, at.Fits, err = fitting(r, tx, asked); err != nil {
		return web.Reply{}, err
	}
	counted := asked
	counted.Fits = at.Fits != nil
	result, err := r.Desk().Search.Find(snapshot, counted, r.Lang, at)
	if err != nil {
		return web.Reply{}, err
	}
	page.filters(r, result)
	page.Found, page.Pages = len(result.Programs), newPager(r, asked, len(result.Programs))
	if err := page.fill(r, tx, snapshot, result, places); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: "public/programs", Data: page}, nil
}

// fill makes the cards of this page.
func (p *ProgramsPage) fill(r *web.Request, tx *data.Tx, snapshot *catalog.Snapshot, result search.Result, places catalog.Counts) error {
	listings, err := r.Listings(tx)
	if err != nil {
		return err
	}
	show := func(offering *catalog.Published) card.Card {
		next := offering.NextStep(tx.Now, places[offering.Slug].Full())
		shown := card.New(r, tx, listings, offering, places[offering.Slug])
		shown.How = card.NewWay(r, offering, next).Short
		return shown
	}
	for _, offering := range result.Programs[p.Pages.First-1 : p.Pages.Final] {
		p.Cards = append(p.Cards, show(offering))
	}
	if p.Query == "" && p.Pages.Page < p.Pages.Last {
		return nil
	}
	for _, offering := range result.Ended {
		shown := show(offering)
		shown.Replaced = replacements(r, snapshot, offering)
		p.Ended = append(p.Ended, shown)
	}
	return nil
}

// queryOf is what stands behind the path of an address.
func queryOf(address string) string {
	_, query, _ := strings.Cut(address, "?")
	return query
}

// listAddress is the list with a question.
func listAddress(q search.Query) string {
	if text := q.Encode(); text != "" {
		return "/programs?" + text
	}
	return "/programs"
}

// newPager finds the page that the address asks for; one that is not there is the nearest that is.
func newPager(r *web.Request, asked search.Query, found int) pager {
	p := pager{Page: 1, Last: max(1, (found+pageLength-1)/pageLength)}
	if asked, err := strconv.Atoi(r.Query("page")); err == nil {
		p.Page = min(max(asked, 1), p.Last)
	}
	p.First, p.Final = (p.Page-1)*pageLength+1, min(p.Page*pageLength, found)
	address := func(page int) string {
		list := listAddress(asked)
		switch {
		case page == 1:
			return list
		case strings.Contains(list, "?"):
			return list + "&page=" + strconv.Itoa(page)
		}
		return list + "?page=" + strconv.Itoa(page)
	}
	if p.Page > 1 {
		p.Previous = address(p.Page - 1)
	}
	if p.Page < p.Last {
		p.Next = address(p.Page + 1)
	}
	return p
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
