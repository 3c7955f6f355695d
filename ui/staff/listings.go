package staff

import (
	"accessdesk/catalog"
	"accessdesk/catalog/upkeep"
	"accessdesk/catalog/upkeep/link"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// ListingsPage is where staff keep the listings true: what was reported, which providers are due, which addresses do not open.
type ListingsPage struct {
	Reports, Closed []reportRow
	Providers       []providerRow
	Due             int
	Addresses       []addressRow
	LinkCheck       string // whether addresses are asked
}

// providerRow is a provider in the queue of those to look at.
type providerRow struct {
	Slug, Name, Programs, Oldest, DueOn string
	Notice                              string // in short, "" if none stands on its programs now
	Pill                                pill
}

// addressRow is an address that did not open.
type addressRow struct {
	URL, What, MovedTo, Since string
	Programs                  []programLink
}

// programLink leads to a program.
type programLink struct{ Slug, Title string }

// mostClosed is how many closed reports are listed.
const mostClosed = 20

// Listings is the entry page of the upkeep.
func Listings(r *web.Request, tx *data.Tx) (web.Reply, error) {
	var page ListingsPage
	open, err := upkeep.OpenReports(tx)
	if err != nil {
		return web.Reply{}, err
	}
	if page.Reports, err = reportRows(r, tx, open); err != nil {
		return web.Reply{}, err
	}
	closed, err := upkeep.ClosedReports(tx, mostClosed)
	if err != nil {
		return web.Reply{}, err
	}
	if page.Closed, err = reportRows(r, tx, closed); err != nil {
		return web.Reply{}, err
	}
	if err := page.addProviders(r, tx); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: "staff/listings", Data: page}, page.addAddresses(r, tx)
}

// today is the day at the desk.
func today(r *web.Request, tx *data.Tx) catalog.Date {
	return catalog.DateOf(tx.Now.In(r.Site.Zone))
}

func (p *ListingsPage) addProviders(r *web.Request, tx *data.Tx) error {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return err
	}
	listings, err := r.Listings(tx)
	if err != nil {
		return err
	}
	for _, turn := range upkeep.Queue(snapshot, listings.State, r.Site.Upkeep.Days()) {
		row := providerRow{Slug: turn.Provider.Slug, Name: turn.Provider.Name, Programs: r.L.N("upkeep.programs", len(turn.Listings)),
			Oldest: r.L.Date(turn.Oldest.Time()), DueOn: r.L.Date(turn.DueOn.Time()), Pill: turnPill(r, turn.DueOn, today(r, tx))}
		if turn.Due(today(r, tx)) {
			p.Due++
		}
		if notice := listings.On(turn.Listings[0].Published); notice != nil {
			row.Notice = notice.Short
		}
		p.Providers = append(p.Providers, row)
	}
	return nil
}

// turnPill says whether somebody is due to look.
func turnPill(r *web.Request, due, today catalog.Date) pill {
	if due <= today {
		return pill{"late", r.L.T("upkeep.due")}
	}
	return pill{"ok", r.L.T("upkeep.not_due")}
}

func (p *ListingsPage) addAddresses(r *web.Request, tx *data.Tx) error {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return err
	}
	count, last, err := upkeep.Asked(tx)
	if err != nil {
		return err
	}
	switch {
	case !r.Site.Upkeep.LinkCheck:
		p.LinkCheck = r.L.T("upkeep.links_off")
	case count == 0:
		p.LinkCheck = r.L.T("upkeep.links_waiting")
	default:
		p.LinkCheck = r.L.N("upkeep.links_on", count, "Last", r.L.DateTime(last, r.Site.Zone))
	}
	broken, err := upkeep.BrokenAddresses(tx, snapshot)
	for _, b := range broken {
		row := addressRow{URL: b.URL, MovedTo: b.MovedTo, What: r.L.T("upkeep.link_moved")}
		if b.Problem != link.None {
			row.What = r.L.T("upkeep.link_" + string(b.Problem))
		}
		switch {
		case b.GoneOn != "":
			row.Since = r.L.T("upkeep.gone_since", "Date", r.L.Date(b.GoneOn.Time()))
		case b.Failures > 0:
			row.Since = r.L.N("upkeep.failed_since", b.Failures, "Date", r.L.DateIn(b.FailedAt, r.Site.Zone))
		}
		for _, program := range b.Programs {
			row.Programs = append(row.Programs, programLink{program.Slug, program.Title.In(r.Lang)})
		}
		p.Addresses = append(p.Addresses, row)
	}
	return err
}
