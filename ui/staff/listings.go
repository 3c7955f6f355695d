package staff

import (
	"slices"
	"strings"

	"accessdesk/data"
	"accessdesk/ui/web"
)

// ListingsPage is where staff keep the listings true.
type ListingsPage struct {
	Providers []providerRow
}

// providerRow is a provider on the page of all.
type providerRow struct {
	Slug, Name, Programs string
	Notice               string // in short, "" if none stands on its programs now
}

// Listings is the entry page of the upkeep.
func Listings(r *web.Request, tx *data.Tx) (web.Reply, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	listings, err := r.Listings(tx)
	if err != nil {
		return web.Reply{}, err
	}
	counts := map[string]int{}
	var page ListingsPage
	for _, p := range snapshot.Offerings {
		if counts[p.Provider.Slug]++; counts[p.Provider.Slug] > 1 {
			continue
		}
		row := providerRow{Slug: p.Provider.Slug, Name: p.Provider.Name}
		if notice := listings.On(p); notice != nil {
			row.Notice = notice.Short
		}
		page.Providers = append(page.Providers, row)
	}
	for i := range page.Providers {
		page.Providers[i].Programs = r.L.N("upkeep.programs", counts[page.Providers[i].Slug])
	}
	slices.SortFunc(page.Providers, func(a, b providerRow) int { return strings.Compare(a.Name, b.Name) })
	return web.Reply{Page: "staff/listings", Data: page}, nil
}
