package api

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/offeringjson"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/card"
	"accessdesk/ui/web"
)

// How many offerings a list gives at once.
const (
	listUsual = 50
	listMost  = 100
)

// list is a page of offerings.
type list struct {
	CatalogVersion string `json:"catalog_version"`
	Total          int    `json:"total"` // that match, on all pages
	Offerings      []item `json:"offerings"`
	NextCursor     string `json:"next_cursor,omitempty"` // of the next page; absent on the last
}

// item is an offering as lists show it, its words in the language of the answer.
type item struct {
	Slug       string             `json:"slug"`
	Version    int                `json:"version"`
	Hash       string             `json:"hash"` // of the canonical text of this version
	URL        string             `json:"url"`  // its page for people
	API        string             `json:"api"`  // the whole of it for programs
	Title      string             `json:"title"`
	Summary    string             `json:"summary"`
	Provider   provider           `json:"provider"`
	Kind       catalog.Kind       `json:"kind"`
	KindText   string             `json:"kind_text"`
	Status     catalog.Status     `json:"status"`
	StatusText string             `json:"status_text"`
	Open       bool               `json:"open"` // takes requests now, and has a place
	NextStep   step               `json:"next_step"`
	Window     *window            `json:"window,omitempty"` // absent: rolling
	Cost       catalog.Cost       `json:"cost"`
	CostText   string             `json:"cost_text"`
	Sectors    []string           `json:"sectors"`
	Published  bool               `json:"criteria_published"` // the provider publishes its criteria
	Confidence catalog.Confidence `json:"confidence"`
	CheckedOn  catalog.Date       `json:"checked_on"`
	ReviewBy   catalog.Date       `json:"review_by,omitempty"`
	Notice     *notice            `json:"notice,omitempty"` // that stands on all offerings of the provider
}

type provider struct {
	Slug       string `json:"slug"`
	Name       string `json:"name"`
	Government bool   `json:"government"`
	URL        string `json:"url,omitempty"`
}

// step is what an operator can do about an offering now.
type step struct {
	Step      catalog.Step      `json:"step"`
	Hindrance catalog.Hindrance `json:"hindrance,omitempty"` // of not_now
	Watch     *time.Time        `json:"watch,omitempty"`     // when to look again
	Text      string            `json:"text"`
}

// window is when requests are taken: of one that recurs, the time that is running or comes next.
type window struct {
	Opens       *time.Time `json:"opens,omitempty"`
	Closes      *time.Time `json:"closes,omitempty"` // the first instant at which it is closed
	TimeZone    string     `json:"time_zone,omitempty"`
	Seats       int        `json:"seats,omitempty"`
	WaitingList bool       `json:"waiting_list"`
}

type notice struct {
	Text   string `json:"text"`
	Source string `json:"source,omitempty"`
}

// whole is one offering with everything that is public about it.
type whole struct {
	item
	CatalogVersion string          `json:"catalog_version"`
	Details        string          `json:"details,omitempty"`
	Criteria       []criterion     `json:"criteria"`
	Offering       json.RawMessage `json:"offering"` // with the keys of the offering file, both languages
}

// criterion is one rule in words and as an expression.
type criterion struct {
	ID       string               `json:"id"`
	Title    string               `json:"title"`
	Expr     string               `json:"expr,omitempty"` // CEL over the facts; absent for the sector list and for what no fact can decide
	Citation string               `json:"citation"`
	Failure  string               `json:"failure,omitempty"` // said when it is not met
	Remedy   string               `json:"remedy,omitempty"`  // what would change it
	Facts    []eligibility.FactID `json:"facts"`
}

// catalogView is what the answers about offerings need of a transaction.
type catalogView struct {
	r        *web.Request
	tx       *data.Tx
	snapshot *catalog.Snapshot
	listings web.Listings
	places   catalog.Counts
}

func view(r *web.Request, tx *data.Tx) (v catalogView, err error) {
	v.r, v.tx = r, tx
	if v.snapshot, v.places, err = r.Catalog(tx); err != nil {
		return v, err
	}
	v.listings, err = r.Listings(tx)
	return v, err
}

// Offerings lists the catalog in the order of slugs. Those that ended are left out unless they are asked for.
func Offerings(r *web.Request, tx *data.Tx) (web.Reply, error) {
	q := parameters(r, "sector", "kind", "status", "open", "limit", "cursor")
	sector, kind := q.one("sector", r.Desk().Vocabulary.Sectors()), q.one("kind", texts(catalog.Kinds()))
	status, limit := q.one("status", texts(catalog.Statuses())), q.number("limit", 1, listMost, listUsual)
	open, byOpen := q.flag("open")
	after, ok := slugAfter(q.values.Get("cursor"))
	if !ok {
		q.wrong("cursor", "cursor")
	}
	if err := q.err(); err != nil {
		return web.Reply{}, err
	}
	v, err := view(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	found := list{CatalogVersion: v.snapshot.Hash, Offerings: make([]item, 0, min(limit, len(v.snapshot.Offerings)))}
	for _, o := range v.snapshot.Offerings {
		switch {
		case status == "" && o.Status == catalog.StatusEnded, status != "" && string(o.Status) != status, kind != "" && string(o.Kind) != kind:
			continue
		case sector != "" && o.Gated() && !eligibility.Serves(o.Sectors, sector):
			continue
		case byOpen && open != card.OpenNow(tx, o, o.NextStep(tx.Now, v.places[o.Slug].Full())):
			continue
		}
		found.Total++
		switch {
		case o.Slug <= after:
		case len(found.Offerings) < limit:
			found.Offerings = append(found.Offerings, v.item(o))
		default:
			found.NextCursor = cursorAfter(found.Offerings[limit-1].Slug)
		}
	}
	reply := web.Reply{Document: &web.Document{Type: mediaType, Body: found.write()}}
	if found.NextCursor != "" {
		reply.Document.Header = map[string]string{"Link": "<" + r.Site.Absolute(nextPage(r, found.NextCursor)) + `>; rel="next"`}
	}
	return reply, nil
}

// A cursor is the slug after which a page begins, made opaque so that nobody builds one.
func cursorAfter(slug string) string {
	return base64.RawURLEncoding.EncodeToString([]byte("after:" + slug))
}

func slugAfter(cursor string) (string, bool) {
	if cursor == "" {
		return "", true
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	slug, ok := strings.CutPrefix(string(text), "after:")
	return slug, err == nil && ok && catalog.SlugFits(slug)
}

// nextPage is the address of the request with another cursor, in the language of the answer.
func nextPage(r *web.Request, cursor string) string {
	_, text, _ := strings.Cut(r.Address(), "?")
	values, err := url.ParseQuery(text)
	if err != nil {
		values = url.Values{}
	}
	values.Set("cursor", cursor)
	values.Set("lang", r.Lang)
	return r.Path() + "?" + values.Encode()
}

// Offering gives one offering, also one that ended.
func Offering(r *web.Request, tx *data.Tx) (web.Reply, error) {
	if err := parameters(r).err(); err != nil {
		return web.Reply{}, err
	}
	v, err := view(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	o, ok := v.snapshot.Find(r.Param("slug"))
	if !ok {
		return web.Reply{}, data.ErrNotFound
	}
	return answer(v.whole(o))
}

func (v catalogView) whole(o *catalog.Published) whole {
	return whole{item: v.item(o), CatalogVersion: v.snapshot.Hash, Details: o.Details.In(v.r.Lang), Criteria: criteriaOf(o, v.r.Lang),
		Offering: offeringjson.Encode(o.Offering, false)}
}

// item is an offering as it stands now.
func (v catalogView) item(o *catalog.Published) item {
	r, next := v.r, o.NextStep(v.tx.Now, v.places[o.Slug].Full())
	shown := card.New(r, v.tx, v.listings, o, v.places[o.Slug])
	one := item{Slug: o.Slug, Version: o.Version, Hash: o.Hash, URL: r.Site.Link("/programs/"+o.Slug, r.Lang), API: r.Site.Absolute(Base + "/offerings/" + o.Slug),
		Title: shown.Title, Summary: shown.Summary, Provider: provider(o.Provider), Kind: o.Kind, KindText: shown.Kind,
		Status: o.Status, StatusText: shown.Status, Open: shown.Open, Window: windowOf(o, v.tx.Now), Cost: o.Cost, CostText: shown.Cost,
		NextStep: step{Step: next.Step, Hindrance: next.Hindrance, Watch: instant(next.Watch), Text: card.WayText(r, o, next)},
		Sectors:  o.Sectors, Published: o.CriteriaPublished, Confidence: o.Confidence, CheckedOn: v.listings.CheckedOn(o), ReviewBy: o.ReviewBy}
	if one.Sectors == nil {
		one.Sectors = []string{}
	}
	if shown.Notice != nil {
		one.Notice = &notice{shown.Notice.Text, shown.Notice.Source}
	}
	return one
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func windowOf(o *catalog.Published, now time.Time) *window {
	w := o.Window.At(now)
	if w == (catalog.Window{}) {
		return nil
	}
	return &window{Opens: instant(w.Opens), Closes: instant(w.Closes), TimeZone: w.TimeZone, Seats: w.Seats, WaitingList: w.WaitingList}
}

// criteriaOf are the rules of an offering in their order, the sector list first. With no facts every rule is unknown, which gives each
// title and citation.
func criteriaOf(o *catalog.Published, lang string) []criterion {
	stated := map[string]catalog.Criterion{}
	for _, c := range o.Criteria {
		stated[c.ID] = c
	}
	all := []criterion{}
	for _, reason := range eligibility.Explain(o.Rules, o.Rules.Decide(nil), lang) {
		c := stated[reason.ID]
		all = append(all, criterion{ID: reason.ID, Title: reason.Title, Expr: c.Expr, Citation: reason.Citation, Failure: c.Failure.In(lang), Remedy: c.Remedy.In(lang),
			Facts: append([]eligibility.FactID{}, reason.Facts...)})
	}
	return all
}
