// Package card shows a program as every public list does: its card, what one can do about it now, and links to it and to the
// definitions that its rules use. The lists of programs and the results of the check take the same words from here.
package card

import (
	"accessdesk/catalog"
	"accessdesk/catalog/reference"
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
	Replaced                                   []Other     // what does its work now, for an ended one
}

// Other is another program that a card names.
type Other struct{ Slug, Title string }

// Link leads to a definition or a program.
type Link struct{ Link, Text string }

// New makes the card of an offering, with what can be done about it now.
func New(r *web.Request, tx *data.Tx, listings web.Listings, offering *catalog.Published, next catalog.NextStep) Card {
	return Card{
		Notice: listings.On(offering),
		Slug:   offering.Slug, Title: offering.Title.In(r.Lang), Summary: offering.Summary.In(r.Lang),
		Provider: offering.Provider.Name, Kind: r.L.T("kind." + string(offering.Kind)), Cost: costText(r, listings, offering),
		Status: statusText(r, tx, offering.Offering, next), Open: OpenNow(tx, offering, next),
	}
}

// OpenNow tells whether somebody can get the offering now: it takes requests, and has a seat or a waiting list.
func OpenNow(tx *data.Tx, offering *catalog.Published, next catalog.NextStep) bool {
	return offering.OpenAt(tx.Now) && next.Hindrance != catalog.HinderedFull
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

// ToProgram leads to a program.
func ToProgram(r *web.Request, program *catalog.Published) Link {
	return Link{"/programs/" + program.Slug, program.Title.In(r.Lang)}
}

// ToDefinition leads to a definition.
func ToDefinition(r *web.Request, d *reference.Definition) Link {
	return Link{"/definitions#" + d.ID, d.Title.In(r.Lang)}
}
