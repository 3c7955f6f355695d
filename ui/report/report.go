// Package report holds the staff page about how the catalog works: where people leave, which rule keeps most of them out, whom the desk does
// not reach, whether both languages are equal, and which programs nobody applies to. Each section has a chart, the same figures as a table, and a
// sheet to take along. It only reads; what is counted and what may be shown is said by package broker/report.
package report

import (
	"errors"
	"net/url"
	"slices"
	"time"

	"accessdesk/broker/report"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry/impact"
	"accessdesk/ui/web"
)

// Page is the page of the reports.
type Page struct {
	Periods, Programs, Sectors, Languages []choice
	Filtered                              bool
	Period                                string // in words
	Began                                 string // the day on which counting began, "" if it has not
	Empty                                 bool   // nothing in the period
	Sections                              []Section

	all []Section // also when the period is empty
}

type choice struct {
	Value, Text string
	Chosen      bool
}

// periods are what can be looked at: whole calendar months. The default is the last one.
var periods = []string{"month", "last", "quarter", "all", "year"}

// Reports shows the page.
func Reports(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := newPage(r, tx)
	return web.Reply{Page: "staff/reports", Data: page}, err
}

// period gives the instants between which months lie: the first day of the first one and the day after the last one.
func period(name string, now, began time.Time) (from, to time.Time) {
	first := func(months int) time.Time {
		return time.Date(now.Year(), now.Month()+time.Month(months), 1, 0, 0, 0, 0, now.Location())
	}
	switch name {
	case "month":
		return first(0), first(1)
	case "last":
		return first(-1), first(0)
	case "quarter":
		return first(-2), first(1)
	case "all":
		if !began.IsZero() && began.Before(now) {
			return time.Date(began.Year(), began.Month(), 1, 0, 0, 0, 0, now.Location()), first(1)
		}
	}
	return first(-11), first(1)
}

func newPage(r *web.Request, tx *data.Tx) (Page, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return Page{}, err
	}
	began, counts, err := report.Began(tx, r.Desk())
	if err != nil {
		return Page{}, err
	}
	var page Page
	f, query := page.filter(r, snapshot)
	chosen := r.Query("period")
	if !slices.Contains(periods, chosen) {
		chosen = "year"
	}
	f.From, f.To = period(chosen, tx.Now.In(r.Site.Zone), began)
	if chosen != "year" {
		query.Set("period", chosen)
	}
	page.Filtered = len(query) > 0
	for _, name := range []string{"year", "quarter", "month", "last", "all"} {
		page.Periods = append(page.Periods, choice{name, r.L.T("report.period_" + name), name == chosen})
	}
	population, err := r.Site.Nation.Population(tx, r.Site.DB, r.Desk().Vocabulary)
	busy := errors.Is(err, data.ErrBusy)
	if err != nil && !busy {
		return page, err
	}
	read, err := report.Read(tx, r.Desk(), population, f)
	if err != nil {
		return page, err
	}
	page.Period, page.Empty = months(r, f), read.Empty
	if counts {
		page.Began = r.L.Date(began)
	}
	page.all = builder{r: r, snapshot: snapshot, report: read, filter: f, registers: registers(r, population), busy: busy}.sections(query)
	if !page.Empty {
		page.Sections = page.all
	}
	return page, nil
}

// months says which months are looked at.
func months(r *web.Request, f report.Filter) string {
	first, last := r.L.Month(f.From), r.L.Month(f.To.AddDate(0, 0, -1))
	if first == last {
		return first
	}
	return r.L.T("report.months", "First", first, "Last", last)
}

// registers names what checks are compared with, "" if no register is loaded.
func registers(r *web.Request, p *impact.Population) string {
	if p == nil {
		return ""
	}
	all := ""
	for i, one := range p.Registers {
		if i > 0 {
			all += "; "
		}
		all += r.L.Register(one.Register, one.Vintage)
	}
	return all
}

// filter reads the address. What is none of the offered answers is no filter.
func (p *Page) filter(r *web.Request, snapshot *catalog.Snapshot) (report.Filter, url.Values) {
	var f report.Filter
	query := url.Values{}
	pick := func(name string, choices *[]choice, all string, into *string) {
		asked := r.Query(name)
		for i := range *choices {
			if c := &(*choices)[i]; c.Value == asked && asked != "" {
				c.Chosen, *into = true, asked
				query.Set(name, asked)
			}
		}
		*choices = append([]choice{{"", all, *into == ""}}, *choices...)
	}
	for _, program := range snapshot.Listed() {
		p.Programs = append(p.Programs, choice{Value: program.Slug, Text: program.Title.In(r.Lang)})
	}
	v := r.Desk().Vocabulary
	for _, sector := range v.Sectors() {
		p.Sectors = append(p.Sectors, choice{Value: sector, Text: v.Display(eligibility.SectorFact, eligibility.String(sector), r.Lang)})
	}
	for _, lang := range web.Languages {
		p.Languages = append(p.Languages, choice{Value: lang, Text: r.L.T("report.language_" + lang)})
	}
	pick("program", &p.Programs, r.L.T("staff.filter_all"), &f.Program)
	pick("sector", &p.Sectors, r.L.T("report.all_sectors"), &f.Sector)
	pick("language", &p.Languages, r.L.T("report.all_languages"), &f.Lang)
	return f, query
}
