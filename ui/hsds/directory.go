// Package hsds serves the catalog to directories, by the API of the Human Services Data Specification 3.1: /hsds/.
//
// Everything is public, reads no cookie and is kept as bytes by the revision of the catalog. Lists come in numbered pages, or as a stream of
// lines with format=ndjson. Filters are ANDed. A parameter that is unknown or wrong is refused with a problem document that names it: a
// directory that misspells a filter would else take everything for an answer. Texts are in the language of Accept-Language, or of ?lang=.
//
// The POST twins of the lists take the same parameters in a JSON object or a form, and are kept nowhere: for searches that should stand in
// no log.
package hsds

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"
	"sync"

	"accessdesk/broker/seat"
	"accessdesk/catalog"
	"accessdesk/catalog/exchange/hsds"
	"accessdesk/data"
	"accessdesk/ui/web"
)

// Base is where the interface stands.
const Base = "/hsds/"

// mediaType is what it answers with, lineType what it streams.
const (
	mediaType = "application/json"
	lineType  = "application/x-ndjson"
)

// Directory holds what depends on the revision of the catalog only. It is safe for concurrent use.
type Directory struct {
	mutex   sync.Mutex
	indexes map[string]*hsds.Index // by language
	catalog *catalog.Snapshot      // that changes belongs to
	changes hsds.Changes
}

// New makes an empty directory.
func New() *Directory { return &Directory{indexes: map[string]*hsds.Index{}} }

// reading is the catalog as tx sees it, in the language of the request.
func (d *Directory) reading(r *web.Request, tx *data.Tx) (*hsds.Reading, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return nil, err
	}
	listings, err := r.Listings(tx)
	if err != nil {
		return nil, err
	}
	counts, err := seat.All(tx, snapshot.Listed())
	if err != nil {
		return nil, err
	}
	moves, err := seat.Moves(tx)
	if err != nil {
		return nil, err
	}
	seats := map[string]hsds.Seats{}
	for slug, places := range counts {
		shown := hsds.Seats{All: places.All, Left: places.Left(), Full: places.Full(), Tiers: map[string]hsds.Seats{}, Moved: moves[slug]}
		for id, tier := range places.Tiers {
			shown.Tiers[id] = hsds.Seats{All: tier.All, Left: tier.Left(), Full: places.FullFor(id)}
		}
		seats[slug] = shown
	}
	index, changes, err := d.at(r, tx, snapshot)
	if err != nil {
		return nil, err
	}
	return index.At(hsds.Moment{Now: tx.Now, Upkeep: listings.State, Changes: changes, Seats: seats, Base: r.Site.Absolute(""), Operator: r.Operator()}), nil
}

// at gives what belongs to a revision of the catalog.
func (d *Directory) at(r *web.Request, tx *data.Tx, snapshot *catalog.Snapshot) (*hsds.Index, hsds.Changes, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.catalog != snapshot {
		changes, err := hsds.LoadChanges(tx)
		if err != nil {
			return nil, changes, err
		}
		d.catalog, d.changes = snapshot, changes
	}
	if !d.indexes[r.Lang].Of(snapshot) {
		d.indexes[r.Lang] = hsds.NewIndex(snapshot, r.Desk().Vocabulary, r.L)
	}
	return d.indexes[r.Lang], d.changes, nil
}

// About is what GET / says of an API.
type About struct {
	Version    string `json:"version"`
	Profile    string `json:"profile"`
	OpenAPIURL string `json:"openapi_url"`
}

// About serves the first address: the version, the profile and the description of the interface.
func (d *Directory) About(r *web.Request, _ *data.Tx) (web.Reply, error) {
	if _, err := read(r); err != nil {
		return web.Reply{}, err
	}
	return answer(About{hsds.Version, r.Site.Absolute(profilePath), r.Site.Absolute(openAPIPath)})
}

// Service serves one offering with everything that belongs to it.
func (d *Directory) Service(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return d.one(r, tx, nil, func(reading *hsds.Reading, _ question) (any, bool) {
		p, ok := reading.Find(idOf(r))
		if !ok {
			return nil, false
		}
		return reading.Service(p), true
	})
}

// Organization serves one provider with its offerings.
func (d *Directory) Organization(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return d.one(r, tx, []string{"full_service"}, func(reading *hsds.Reading, q question) (any, bool) {
		return reading.Organization(idOf(r), q.fullService)
	})
}

// Taxonomy serves one taxonomy.
func (d *Directory) Taxonomy(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return d.one(r, tx, nil, func(reading *hsds.Reading, _ question) (any, bool) { return reading.Taxonomy(idOf(r)) })
}

// Term serves one term of a taxonomy.
func (d *Directory) Term(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return d.one(r, tx, nil, func(reading *hsds.Reading, _ question) (any, bool) { return reading.Term(idOf(r)) })
}

// ServiceAtLocation serves nothing: no offering is given at a place.
func (d *Directory) ServiceAtLocation(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return d.one(r, tx, nil, func(*hsds.Reading, question) (any, bool) { return nil, false })
}

// idOf is the id in the address; whoever keeps UUIDs in capitals means the same one.
func idOf(r *web.Request) string { return strings.ToLower(r.Param("id")) }

func (d *Directory) one(r *web.Request, tx *data.Tx, parameters []string, find func(*hsds.Reading, question) (any, bool)) (web.Reply, error) {
	q, err := read(r, parameters...)
	if err != nil {
		return web.Reply{}, err
	}
	reading, err := d.reading(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	object, ok := find(reading, q)
	if !ok {
		return web.Reply{}, data.ErrNotFound
	}
	return answer(object)
}

// answer is a reply with an object. It has no Last-Modified: what leaves a list, a place that is taken and an address that is gone leave no
// time behind, and whoever asked by time would be told that nothing changed.
func answer(object any) (web.Reply, error) {
	body, err := encode(object)
	return web.Reply{Document: &web.Document{Type: mediaType, Body: body}}, err
}

// encode writes an object. No browser runs it, so < and > stand as they are.
func encode(object any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(object)
	return text.Bytes(), err
}

// lines streams objects, one to a line.
func lines(count int, at func(int) any) func(*bufio.Writer) error {
	return func(w *bufio.Writer) error {
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		for i := range count {
			if err := encoder.Encode(at(i)); err != nil {
				return err
			}
		}
		return nil
	}
}
