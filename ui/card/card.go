// Package card shows a program as every public list does: its card, what one can do about it now, and links to it and to the
// definitions that its rules use. The lists of programs and the results of the check take the same words from here.
package card

import (
	"accessdesk/catalog"
	"accessdesk/catalog/reference"
	"accessdesk/catalog/status"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// Card is a program as lists show it.
type Card struct {
	Slug, Title, Summary, Provider, Kind, Cost string
	Status                                     string // text
	How                                        string // where one applies, on the list of programs only
	Open                                       bool
	Notice                                     *web.Notice // on all programs of the provider
	Stale                                      string      // that nobody has compared it with its sources for too long, in words
	Replaced                                   []Other     // what does its work now, for an ended one
}

// Other is another program that a card names.
type Other struct{ Slug, Title string }

// Link leads to a definition or a program.
type Link struct{ Link, Text string }

// New makes the card of an offering, with whether it takes requests now. places are those of a program that is decided here.
func New(r *web.Request, tx *data.Tx, listings web.Listings, offering *catalog.Published, places catalog.Places) Card {
	return Card{
		Notice: listings.On(offering), Stale: staleText(r, listings, offering),
		Slug: offering.Slug, Title: offering.Title.In(r.Lang), Summary: offering.Summary.In(r.Lang),
		Provider: offering.Provider.Name, Kind: r.L.T("kind." + string(offering.Kind)), Cost: costText(r, listings, offering),
		Status: status.Of(r.L, offering.Offering, tx.Now, places).Line(), Open: OpenNow(tx, offering, offering.NextStep(tx.Now, places.Full())),
	}
}

// staleText says that nobody has compared a listing with its sources since a day, once its review is overdue; "" before.
func staleText(r *web.Request, listings web.Listings, offering *catalog.Published) string {
	if !listings.Stale(offering) {
		return ""
	}
	return listings.Checked("upkeep.stale", offering)
}

// OpenNow tells whether somebody can get the offering now: it takes requests, and has a seat or a waiting list.
func OpenNow(tx *data.Tx, offering *catalog.Published, next catalog.NextStep) bool {
	return offering.OpenAt(tx.Now) && next.Hindrance != catalog.HinderedFull
}

// costText says what it costs as far as the provider says; "no charge listed" always carries its day.
func costText(r *web.Request, listings web.Listings, offering *catalog.Published) string {
	return listings.Checked("cost."+string(offering.Cost), offering)
}

// ToProgram leads to a program.
func ToProgram(r *web.Request, program *catalog.Published) Link {
	return Link{"/programs/" + program.Slug, program.Title.In(r.Lang)}
}

// ToDefinition leads to a definition.
func ToDefinition(r *web.Request, d *reference.Definition) Link {
	return Link{"/definitions#" + d.ID, d.Title.In(r.Lang)}
}
