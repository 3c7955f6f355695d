package public

import (
	"cmp"
	"slices"
	"strings"

	"accessdesk/broker/recheck"
	"accessdesk/broker/screening"
	"accessdesk/catalog"
	"accessdesk/catalog/search"
	"accessdesk/data"
	"accessdesk/ui/check"
	"accessdesk/ui/web"
)

// filterGroup is a property by which the list can be filtered.
type filterGroup struct {
	ID, Title string
	Some      bool // a value is chosen
	Values    []filterValue
}

// filterValue is one value of it. Its link adds it to the question, or takes it back.
type filterValue struct {
	Text, Link string
	Number     int
	Chosen     bool
}

// chip is something that is asked for, with the list without it.
type chip struct {
	Text, Link string
	Number     int // of programs in that list
}

// fitLink is the filter by what fits an organization.
type fitLink struct {
	Link   string
	Chosen bool
	By     string // by whose facts, "" if nothing is known
}

// filters makes the links of all filters, and what takes them back.
func (p *ProgramsPage) filters(r *web.Request, result search.Result) {
	q := p.Asked
	if q.Words != "" {
		without := q
		without.Words = ""
		p.Chosen = append(p.Chosen, chip{r.L.T("search.words", "Words", q.Words), listAddress(without), result.WithoutWords})
		p.Relief = append(p.Relief, p.Chosen...)
	}
	for _, group := range result.Groups {
		shown := filterGroup{ID: "by-" + string(group.Facet), Title: r.L.T("search.by_" + string(group.Facet))}
		var chosen []string
		for _, value := range group.Values {
			if value.Number == 0 && !value.Chosen {
				continue
			}
			text, link := valueText(r, group.Facet, value.Value), listAddress(q.Toggle(group.Facet, value.Value))
			shown.Values = append(shown.Values, filterValue{Text: text, Link: link, Number: value.Number, Chosen: value.Chosen})
			if value.Chosen {
				shown.Some, chosen = true, append(chosen, text)
				p.Chosen = append(p.Chosen, chip{Text: text, Link: link})
			}
		}
		p.Groups = append(p.Groups, shown)
		if len(chosen) > 0 {
			p.Relief = append(p.Relief, chip{strings.Join(chosen, ", "), listAddress(q.Drop(group.Facet)), group.Without})
		}
	}
	if p.Fits.Chosen {
		fits := chip{r.L.T("search.fits"), p.Fits.Link, result.WithoutFits}
		p.Chosen, p.Relief = append(p.Chosen, fits), append(p.Relief, fits)
	}
	p.Note = wordsNote(r, result)
	p.relieve(len(result.Programs))
	if q.Fits = false; !q.Empty() {
		p.Save = "/searches/new?" + q.Encode()
	}
}

// relieve leaves what gives something when it is taken back, the most first; nothing to take back while something was found.
func (p *ProgramsPage) relieve(found int) {
	if found > 0 {
		p.Relief = nil
		return
	}
	p.Relief = slices.DeleteFunc(p.Relief, func(c chip) bool { return c.Number == 0 })
	slices.SortStableFunc(p.Relief, func(a, b chip) int { return cmp.Compare(b.Number, a.Number) })
}

// wordsNote says how the words were taken.
func wordsNote(r *web.Request, result search.Result) string {
	if len(result.Programs)+len(result.Ended) == 0 {
		return ""
	}
	instead := strings.Join(result.Instead, " ")
	switch {
	case result.Way == search.WayLanguage:
		return r.L.T("search.way_language")
	case result.Way == search.WaySpelling:
		return r.L.T("search.way_spelling", "Words", instead)
	case result.Way == search.WayMost && instead != "":
		return r.L.T("search.way_most_spelling", "Words", instead)
	case result.Way == search.WayMost:
		return r.L.T("search.way_most")
	}
	return ""
}

// valueText says a value of a facet.
func valueText(r *web.Request, facet search.Facet, value string) string {
	return search.ValueText(r.L, r.Desk().Vocabulary, facet, value)
}

// fitting makes the filter by what fits, and finds what it leaves: by the organization that the person acts for, else by the check of
// this browser. Only with this filter a cookie is looked at: the other lists are the same for everybody.
func fitting(r *web.Request, tx *data.Tx, q search.Query) (fitLink, map[string]bool, error) {
	toggled := q
	toggled.Fits = !q.Fits
	link := fitLink{Link: listAddress(toggled), Chosen: q.Fits}
	if !q.Fits {
		return link, nil, nil
	}
	if organization := r.Acting().Organization; organization.ID != "" {
		decided, err := recheck.Decide(tx, r.Desk(), organization.ID)
		if err != nil {
			return link, nil, err
		}
		link.By = r.L.T("search.fits_organization", "Organization", organization.Name)
		return link, fits(decided), nil
	}
	decided, ok, err := check.Decided(r, tx)
	if err != nil || !ok {
		return link, nil, err
	}
	link.By = r.L.T("search.fits_check")
	return link, fits(decided), nil
}

// fits are the programs whose rules are met, open or not.
func fits(decided *screening.Check) map[string]bool {
	all := map[string]bool{}
	for _, group := range []catalog.Group{catalog.GroupLikely, catalog.GroupNotOpen} {
		for _, program := range decided.Members(group) {
			all[program.Slug] = true
		}
	}
	return all
}
