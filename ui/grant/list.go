package grant

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"accessdesk/broker/access"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// ListPage lists grants for staff.
type ListPage struct {
	access.Figures
	Rows             []row
	Showing          string
	States, Programs []choice
	// OnlyEnding and OnlyRenewal are the filters that are on.
	OnlyEnding, OnlyRenewal, Filtered bool
	Before, After                     string // addresses of the pages around this one
}

type row struct {
	ID, Organization, Program, Reference, From, To, Note string
	Pill                                                 Pill
}

// choice is an option of a select or radio group.
type choice struct {
	Value, Text string
	Chosen      bool
}

// List lists the grants, the live ones first, filtered by a form.
func List(r *web.Request, tx *data.Tx) (web.Reply, error) {
	filter := filterOf(r)
	grants, all, err := access.List(tx, filter)
	if err != nil {
		return web.Reply{}, err
	}
	page := ListPage{OnlyEnding: filter.Ending, OnlyRenewal: filter.Renewal, Showing: r.L.N("grant.showing", all)}
	page.Filtered = filter.State != "" || filter.Program != "" || filter.Ending || filter.Renewal
	if page.Figures, err = access.Count(tx); err != nil {
		return web.Reply{}, err
	}
	for _, g := range grants {
		one, err := newRow(r, tx, g)
		if err != nil {
			return web.Reply{}, err
		}
		page.Rows = append(page.Rows, one)
	}
	for _, state := range access.States() {
		page.States = append(page.States, choice{string(state), r.L.T("grant.state_" + string(state)), state == filter.State})
	}
	if page.Programs, err = programChoices(r, tx, filter.Program); err != nil {
		return web.Reply{}, err
	}
	if filter.Page > 1 {
		page.Before = listAddress(filter, filter.Page-1)
	}
	if filter.Page*access.PageSize < all {
		page.After = listAddress(filter, filter.Page+1)
	}
	return web.Reply{Page: "staff/grants", Data: page}, nil
}

// mostPages bounds the number that an address may ask for.
const mostPages = 100_000

// filterOf reads the filter of the address; what is none of the offered answers is no filter.
func filterOf(r *web.Request) access.Filter {
	f := access.Filter{Program: r.Query("program"), Ending: r.Query("ending") == "1", Renewal: r.Query("renewal") == "1", Page: 1}
	if state := access.State(r.Query("state")); slices.Contains(access.States(), state) {
		f.State = state
	}
	if number, err := strconv.Atoi(r.Query("page")); err == nil && number > 1 && number < mostPages {
		f.Page = number
	}
	return f
}

func listAddress(f access.Filter, page int) string {
	query := url.Values{"page": {strconv.Itoa(page)}}
	if f.State != "" {
		query.Set("state", string(f.State))
	}
	if f.Program != "" {
		query.Set("program", f.Program)
	}
	if f.Ending {
		query.Set("ending", "1")
	}
	if f.Renewal {
		query.Set("renewal", "1")
	}
	return "/staff/access?" + query.Encode()
}

func newRow(r *web.Request, tx *data.Tx, g access.Listed) (row, error) {
	program, err := programOf(r, tx, g.Grant)
	if err != nil {
		return row{}, err
	}
	one := row{ID: g.ID, Organization: g.Organization, Program: program.TitleOf(g.Tier, r.Lang), Reference: g.Reference, From: day(r, g.Starts),
		To: day(r, g.Ends), Pill: Status(r, g.Grant, tx.Now)}
	if g.StateAt(tx.Now).Over() {
		one.To = day(r, stopped(g.Grant))
	} else if g.Renewal == access.RenewalAsked {
		one.Note = r.L.T("grant.renewal_waits")
	}
	return one, nil
}

func programChoices(r *web.Request, tx *data.Tx, chosen string) ([]choice, error) {
	slugs, err := access.Programs(tx)
	if err != nil {
		return nil, err
	}
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	var all []choice
	for _, slug := range slugs {
		title := slug // of a program that is not published any more
		if live, ok := snapshot.Find(slug); ok {
			title = live.Title.In(r.Lang)
		}
		all = append(all, choice{slug, title, slug == chosen})
	}
	slices.SortFunc(all, func(a, b choice) int { return strings.Compare(a.Text, b.Text) })
	return all, nil
}
