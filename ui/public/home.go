package public

import (
	"accessdesk/broker"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// HomePage is the start page.
type HomePage struct {
	Listed int // programs in the catalog
	Open   int // of them, open now
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
	full, err := broker.FullPrograms(tx, snapshot.Listed())
	if err != nil {
		return web.Reply{}, err
	}
	page := HomePage{Listed: len(snapshot.Listed())}
	counts := map[catalog.Kind]int{}
	for _, offering := range snapshot.Listed() {
		counts[offering.Kind]++
		if openNow(tx, offering, offering.NextStep(tx.Now, full[offering.Slug])) {
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

// label is a value of a filter with its text in the reader's language.
type label struct {
	Value, Text string
	Chosen      bool
}

// labels gives the texts of a closed list of values, marking the chosen one. The keys are prefix and value; a test
// walks every list.
func labels[T ~string](r *web.Request, prefix string, values []T, chosen string) []label {
	all := make([]label, 0, len(values))
	for _, value := range values {
		all = append(all, label{string(value), r.L.T(prefix + string(value)), string(value) == chosen})
	}
	return all
}

// card is a program as lists show it.
type card struct {
	Slug, Title, Summary, Provider, Kind, Cost string
	Status                                     string // text
	How                                        string // where one applies, on the list of programs only
	Open                                       bool
	Notice                                     *web.Notice // on all programs of the provider
	Replaced                                   []near      // what does its work now, for an ended one
}

// openNow tells whether somebody can get the offering now: it takes requests, and has a seat or a waiting list.
func openNow(tx *data.Tx, offering *catalog.Published, next catalog.NextStep) bool {
	return offering.OpenAt(tx.Now) && next.Hindrance != catalog.HinderedFull
}

func newCard(r *web.Request, tx *data.Tx, listings web.Listings, offering *catalog.Published, next catalog.NextStep) card {
	return card{
		Notice: listings.On(offering),
		Slug:   offering.Slug, Title: offering.Title.In(r.Lang), Summary: offering.Summary.In(r.Lang),
		Provider: offering.Provider.Name, Kind: r.L.T("kind." + string(offering.Kind)), Cost: costText(r, listings, offering),
		Status: statusText(r, tx, offering.Offering, next), Open: openNow(tx, offering, next),
	}
}

// costText says what it costs as far as the provider says; "no charge listed" always carries its day.
func costText(r *web.Request, listings web.Listings, offering *catalog.Published) string {
	return r.L.T("cost."+string(offering.Cost), "Date", listings.CheckedText(offering))
}

// statusText says whether requests are taken, with the day that a window opens or closes, and when no place is left.
func statusText(r *web.Request, tx *data.Tx, offering *catalog.Offering, next catalog.NextStep) string {
	window := offering.Window
	switch {
	case next.Hindrance == catalog.HinderedFull:
		return r.L.T("seats.none")
	case next.Step == catalog.StepWaitingList:
		return r.L.T("seats.list")
	}
	if offering.Status != catalog.StatusOpen {
		return r.L.T("world." + string(offering.Status))
	}
	switch {
	case !window.Opens.IsZero() && tx.Now.Before(window.Opens):
		return r.L.T("world.opens", "Date", r.L.DateIn(window.Opens, window.Zone()))
	case !window.Closes.IsZero() && !tx.Now.Before(window.Closes):
		return r.L.T("world.closed", "Date", r.L.DateIn(window.Closes, window.Zone()))
	case !window.Closes.IsZero():
		return r.L.T("world.closes", "Date", r.L.DateIn(window.Closes, window.Zone()))
	}
	return r.L.T("world.open")
}
