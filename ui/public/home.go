package public

import (
	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility/registry"
	"accessdesk/ui/card"
	"accessdesk/ui/web"
)

// HomePage is the start page.
type HomePage struct {
	Listed int    // programs in the catalog
	Open   int    // of them, open now
	Start  string // where the check begins
	Kinds  []kindCount
}

// kindCount is how many programs of a kind are listed.
type kindCount struct {
	Value, Text string
	Count       int
}

// Home lets a person understand within ten seconds what the desk is, and start.
func Home(r *web.Request, tx *data.Tx) (web.Reply, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	places, err := seat.All(tx, snapshot.Listed())
	if err != nil {
		return web.Reply{}, err
	}
	editions, err := registry.Editions(tx)
	if err != nil {
		return web.Reply{}, err
	}
	page := HomePage{Listed: len(snapshot.Listed()), Start: "/check"}
	if len(editions) > 0 {
		page.Start = "/check/find"
	}
	counts := map[catalog.Kind]int{}
	for _, offering := range snapshot.Listed() {
		counts[offering.Kind]++
		if card.OpenNow(tx, offering, offering.NextStep(tx.Now, places[offering.Slug].Full())) {
			page.Open++
		}
	}
	for _, kind := range catalog.Kinds() {
		if counts[kind] > 0 {
			page.Kinds = append(page.Kinds, kindCount{string(kind), r.L.T("kind." + string(kind)), counts[kind]})
		}
	}
	return web.Reply{Page: "public/home", Data: page}, nil
}
