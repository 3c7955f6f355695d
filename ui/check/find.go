package check

import (
	"errors"
	"strings"
	"unicode/utf8"

	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/eligibility/registry"
	"accessdesk/eligibility/registry/layout"
	"accessdesk/ui/web"
)

// FindPage looks for the person's organization in the public registers, so that most questions need no answer.
type FindPage struct {
	web.Problems
	Query  string
	Hits   []hit
	More   bool // there are more than are shown
	Picked string
	Going  string // next page of a check that this browser has begun, "" if there is none
}

// Searched tells whether something was looked for.
func (p FindPage) Searched() bool { return p.Query != "" && !p.HasProblems() }

// hit is an organization that was found.
type hit struct {
	ID, Name, Place, Kind string
	Number                string // its identifier, in words
	Source                string // register and edition
}

const (
	mostHits     = 10  // on the page
	longestQuery = 200 // in characters: longer than any name in the registers
)

// Find asks for name, town or number and lists what the registers hold. Without registers the check begins with its first question.
func Find(r *web.Request, tx *data.Tx) (web.Reply, error) {
	editions, err := registry.Editions(tx)
	if err != nil {
		return web.Reply{}, err
	}
	if len(editions) == 0 {
		return web.Reply{Redirect: "/check"}, nil
	}
	page, err := newFindPage(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if page.Query == "" {
		return web.Reply{Page: "public/find", Data: page}, nil
	}
	if utf8.RuneCountInString(page.Query) > longestQuery {
		page.Problems = web.Problems{{Field: "q", Text: r.L.T("find.problem_long", "Most", longestQuery)}}
		return web.Reply{Status: 422, Page: "public/find", Data: page}, nil
	}
	hits, err := r.Desk().Registers.Search(tx, page.Query, mostHits+1)
	if err != nil {
		return web.Reply{}, err
	}
	page.More = len(hits) > mostHits
	for _, found := range hits[:min(len(hits), mostHits)] {
		page.Hits = append(page.Hits, newHit(r, found, editions[found.Register]))
	}
	return web.Reply{Page: "public/find", Data: page}, nil
}

func newFindPage(r *web.Request, tx *data.Tx) (FindPage, error) {
	page := FindPage{Query: strings.Join(strings.Fields(r.Query("q")), " ")}
	v, ok, err := loadVisit(r, tx)
	if err != nil || !ok {
		return page, err
	}
	if len(v.Asked) > 0 || v.operator != "" {
		page.Going = v.next()
	}
	record, known, err := v.record(tx)
	if known {
		page.Picked = record.Name
	}
	return page, err
}

func newHit(r *web.Request, found registry.Hit, vintage string) hit {
	shown := hit{ID: found.ID, Name: found.Name, Place: place(found.Town, found.State), Number: numberText(r, found.ID),
		Source: r.L.Register(found.Register, layout.LastDay(vintage))}
	if sector := eligibility.String(found.Sector); found.Sector != "" {
		shown.Kind = r.Desk().Vocabulary.Display(eligibility.SectorFact, sector, r.Lang)
	}
	return shown
}

// place is town and state as far as a register names them.
func place(town, state string) string {
	return strings.Trim(town+", "+state, ", ")
}

// numberText says in words which number an organization has: "CMS certification number 000001".
func numberText(r *web.Request, id string) string {
	kind, number, _ := strings.Cut(id, ":")
	if key := "find.id_" + kind; r.L.Has(key) {
		return r.L.T(key, "Number", number)
	}
	return id
}

// organization tells whether a record is one of an organization, and not of a table of places.
func organization(record registry.Operator) bool {
	source, _ := layout.Named(record.Sources[0].Register)
	return source.Operators
}

// PickFound fills the check with what the registers say of the chosen organization, or takes that back where none is chosen. What the
// person answered stays either way.
func PickFound(r *web.Request, tx *data.Tx) (web.Reply, error) {
	v, begun, err := visitOrNew(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	id := r.Form("operator")
	if id == "" {
		if begun {
			v.operator, v.kept = "", nil
			v.DropRecord()
			err = v.save(r, tx)
		}
		return web.Reply{Redirect: "/check/find", Flash: "find.taken_back"}, err
	}
	record, err := registry.Find(tx, id)
	if errors.Is(err, data.ErrNotFound) || err == nil && !organization(record) {
		page, err := newFindPage(r, tx)
		page.Problems = web.Problems{{Field: "q", Text: r.L.T("find.problem_gone")}}
		return web.Reply{Status: 422, Page: "public/find", Data: page}, err
	}
	if err != nil {
		return web.Reply{}, err
	}
	facts, err := record.Profile(v.Vocabulary)
	if err != nil {
		return web.Reply{}, err
	}
	v.operator, v.kept = record.ID, nil
	v.TakeRecord(facts)
	return web.Reply{Redirect: "/check/found"}, v.save(r, tx)
}
