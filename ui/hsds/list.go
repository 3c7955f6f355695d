package hsds

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"accessdesk/catalog/exchange/hsds"
	"accessdesk/catalog/search"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// Page is a page of a list.
type Page struct {
	TotalItems int   `json:"total_items"`
	TotalPages int   `json:"total_pages"`
	PageNumber int   `json:"page_number"`
	Size       int   `json:"size"`
	FirstPage  bool  `json:"first_page"`
	LastPage   bool  `json:"last_page"`
	Empty      bool  `json:"empty"`
	Contents   []any `json:"contents"`
}

// found is what a search found: how many, and each in turn.
type found struct {
	count int
	at    func(int) any
}

// What each list may be asked for.
var (
	paging             = []string{"search", "page", "per_page", "format"}
	serviceParameters  = append([]string{"taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "minimal", "full"}, paging...)
	providerParameters = append([]string{"taxonomy_term_id", "taxonomy_id", "full", "full_service"}, paging...)
	termParameters     = append([]string{"taxonomy_id", "parent_id", "top_only"}, paging...)
	placeParameters    = append([]string{"taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "full", "postcode", "proximity"}, paging...)
)

// Services serves the list of the offerings.
func (d *Directory) Services(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return d.list(r, tx, serviceParameters, func(reading *hsds.Reading, q question) (found, error) {
		var err error
		if q.Found, err = findWords(r, tx, q.Search); err != nil {
			return found{}, err
		}
		services := reading.Services(q.Filter)
		return found{len(services), func(i int) any {
			switch {
			case q.minimal:
				return reading.Minimal(services[i])
			case q.full:
				return reading.Service(services[i])
			}
			return reading.Brief(services[i])
		}}, nil
	})
}

// findWords gives the slugs of the programs that the list of programs finds for these words, nil without words. As for a saved search, a
// program that has only some of the words is not found: nothing here could say so. The order of the lists stays that of the slugs, so that
// a page begins where the last one ended whatever opens or closes between.
func findWords(r *web.Request, tx *data.Tx, words string) (map[string]bool, error) {
	if words == "" {
		return nil, nil
	}
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	result, err := r.Desk().Search.Find(snapshot, search.Query{Words: words}, r.Lang, search.Moment{Now: tx.Now, AllWords: true})
	if err != nil {
		return nil, err
	}
	slugs := map[string]bool{}
	for _, p := range slices.Concat(result.Programs, result.Ended) {
		slugs[p.Slug] = true
	}
	return slugs, nil
}

// Organizations serves the list of the providers.
func (d *Directory) Organizations(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return d.list(r, tx, providerParameters, func(reading *hsds.Reading, q question) (found, error) {
		ids := reading.Organizations(q.Filter)
		return found{len(ids), func(i int) any {
			if q.full || q.fullService {
				whole, _ := reading.Organization(ids[i], q.fullService)
				return whole
			}
			return reading.BriefOrganization(ids[i])
		}}, nil
	})
}

// Taxonomies serves the list of the taxonomies.
func (d *Directory) Taxonomies(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return d.list(r, tx, paging, func(reading *hsds.Reading, q question) (found, error) {
		all := reading.FindTaxonomies(q.Filter)
		return found{len(all), func(i int) any { return all[i] }}, nil
	})
}

// Terms serves the list of the terms of all taxonomies.
func (d *Directory) Terms(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return d.list(r, tx, termParameters, func(reading *hsds.Reading, q question) (found, error) {
		all := reading.Terms(q.Filter)
		return found{len(all), func(i int) any { return all[i] }}, nil
	})
}

// ServicesAtLocations serves an empty list: no offering is given at a place.
func (d *Directory) ServicesAtLocations(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return d.list(r, tx, placeParameters, func(*hsds.Reading, question) (found, error) { return found{}, nil })
}

func (d *Directory) list(r *web.Request, tx *data.Tx, parameters []string, find func(*hsds.Reading, question) (found, error)) (web.Reply, error) {
	q, err := read(r, parameters...)
	if err != nil {
		return web.Reply{}, err
	}
	reading, err := d.reading(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	all, err := find(reading, q)
	if err != nil {
		return web.Reply{}, err
	}
	if q.lines {
		document := &web.Document{Type: lineType, Stream: lines(all.count, all.at)}
		if len(reading.Seats) > 0 && (q.full || q.fullService) { // whole services say when their seats were counted
			document.Mark = reading.Counted().String()
		}
		return web.Reply{Document: document}, nil
	}
	pages := (all.count + q.perPage - 1) / q.perPage
	page := Page{TotalItems: all.count, TotalPages: pages, PageNumber: q.page, FirstPage: q.page == 1, LastPage: q.page >= pages, Contents: []any{}}
	if q.page <= pages { // so the product below cannot overflow
		for i := (q.page - 1) * q.perPage; i < min(q.page*q.perPage, all.count); i++ {
			page.Contents = append(page.Contents, all.at(i))
		}
	}
	page.Size, page.Empty = len(page.Contents), len(page.Contents) == 0
	reply, err := answer(page)
	if !r.Posted() {
		reply.Document.Header = map[string]string{"Link": links(r, q.page, pages)}
	}
	return reply, err
}

// links leads to the other pages of a list.
func links(r *web.Request, page, pages int) string {
	path, query, _ := strings.Cut(r.Address(), "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return ""
	}
	if lang := r.Query("lang"); lang != "" {
		values.Set("lang", lang)
	}
	var all []string
	add := func(rel string, to int) {
		values.Set("page", strconv.Itoa(to))
		all = append(all, fmt.Sprintf(`<%s?%s>; rel="%s"`, r.Site.Absolute(path), values.Encode(), rel))
	}
	last := max(pages, 1)
	add("first", 1)
	if page > 1 {
		add("prev", min(page-1, last))
	}
	if page < pages {
		add("next", page+1)
	}
	add("last", last)
	return strings.Join(all, ", ")
}
