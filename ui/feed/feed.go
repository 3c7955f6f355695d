// Package feed serves what programs read about the public catalog: feeds of what is new (Atom, RFC 4287), the site map, robots.txt and
// security.txt, and what program pages say to machines (JSON-LD with the words of schema.org).
//
// # Feeds
//
// /feed.atom has every program, /feed/SECTOR.atom those that serve a sector, each in English and Spanish. What changed last comes
// first, fifty on a page (RFC 5005). A program that ended or was taken off the list leaves a tombstone (RFC 6721), so that
// readers drop it. Ids are made of the id of a program's first version: they stay when the address of the desk changes, and
// no other desk has them. Nothing about applications or people is ever in a feed.
package feed

import (
	"encoding/xml"
	"slices"
	"strconv"
	"strings"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/chronicle"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/web"
)

// pageLength is how many programs, tombstones among them, stand on one page of a feed.
const pageLength = 50

// atomType is the media type of feeds.
const atomType = "application/atom+xml; charset=utf-8"

// The schemes of the categories, the same in every installation.
var (
	kindScheme   = urn("taxonomy:kind")
	sectorScheme = urn("taxonomy:sector")
)

// urn is the lasting id that belongs to a name.
func urn(name string) string { return "urn:uuid:" + data.NamedID(name) }

// All is the feed of every program.
func All(r *web.Request, tx *data.Tx) (web.Reply, error) {
	return atom(r, tx, "/feed.atom", "", r.L.T("feeds.title", "Brand", r.Site.Brand.Name))
}

// Sector is the feed of the programs that serve a sector.
func Sector(r *web.Request, tx *data.Tx) (web.Reply, error) {
	sector, ok := sectorOf(r, r.Param("sector"))
	if !ok {
		return web.Reply{}, data.ErrNotFound
	}
	return atom(r, tx, "/feed/"+sector.Value+".atom", sector.Value, r.L.T("feeds.sector_title", "Brand", r.Site.Brand.Name, "Sector", sector.Label.In(r.Lang)))
}

// sectorOf finds a sector of the vocabulary.
func sectorOf(r *web.Request, name string) (eligibility.EnumValue, bool) {
	fact, _ := r.Desk().Vocabulary.Fact("sector")
	at := slices.IndexFunc(fact.Values, func(v eligibility.EnumValue) bool { return v.Value == name })
	if at < 0 {
		return eligibility.EnumValue{}, false
	}
	return fact.Values[at], true
}

// The elements of a feed. Those of other namespaces carry their prefix in their name.
type (
	atomFeed struct {
		XMLName   xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
		Lang      string   `xml:"xml:lang,attr"`
		Tombs     string   `xml:"xmlns:at,attr"`
		ID        string   `xml:"id"`
		Title     string   `xml:"title"`
		Subtitle  string   `xml:"subtitle"`
		Updated   string   `xml:"updated"`
		Author    author   `xml:"author"`
		Generator string   `xml:"generator"`
		Icon      string   `xml:"icon"`
		Links     []link   `xml:"link"`
		Items     []any    // entries and tombstones, by time
	}
	author struct {
		Name string `xml:"name"`
		URI  string `xml:"uri"`
	}
	link struct {
		Rel      string `xml:"rel,attr"`
		Type     string `xml:"type,attr,omitempty"`
		HrefLang string `xml:"hreflang,attr,omitempty"`
		Href     string `xml:"href,attr"`
	}
	category struct {
		Term   string `xml:"term,attr"`
		Scheme string `xml:"scheme,attr"`
		Label  string `xml:"label,attr,omitempty"`
	}
	entry struct {
		XMLName    xml.Name   `xml:"entry"`
		ID         string     `xml:"id"`
		Title      string     `xml:"title"`
		Published  string     `xml:"published"`
		Updated    string     `xml:"updated"`
		Links      []link     `xml:"link"`
		Categories []category `xml:"category"`
		Summary    string     `xml:"summary"`
	}
	tombstone struct {
		XMLName xml.Name `xml:"at:deleted-entry"`
		Ref     string   `xml:"ref,attr"`
		When    string   `xml:"when,attr"`
		Comment string   `xml:"at:comment"`
		Links   []link   `xml:"link"`
	}
)

// atom makes a page of the feed of a sector, "" for all programs.
func atom(r *web.Request, tx *data.Tx, path, sector, title string) (web.Reply, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	lives, err := chronicle.Load(tx, snapshot)
	if err != nil {
		return web.Reply{}, err
	}
	modified := lives.Changed() // each feed is as new as the whole catalog
	shown := lives.Lives
	if sector != "" {
		if shown, err = lives.Serving(tx, func(sectors []string) bool { return eligibility.Serves(sectors, sector) }); err != nil {
			return web.Reply{}, err
		}
	}
	page, last, ok := pageOf(r.Query("page"), len(shown))
	if !ok {
		return web.Reply{}, data.ErrNotFound
	}
	changed := time.Unix(0, 0) // of an empty catalog
	if len(shown) > 0 {
		changed = shown[0].Changed
	}
	f := atomFeed{Lang: r.Lang, Tombs: "http://purl.org/atompub/tombstones/1.0", ID: urn("feed:" + lives.Name + ":" + sector + ":" + r.Lang),
		Title: title, Subtitle: r.Site.Brand.Tagline.In(r.Lang), Updated: stamp(changed), Author: author{r.Operator(), r.Site.Absolute("/")},
		Generator: "Cyber Access Desk", Icon: r.Site.Absolute("/favicon.svg"), Links: pageLinks(r, path, page, last)}
	for _, l := range shown[(page-1)*pageLength : min(page*pageLength, len(shown))] {
		f.Items = append(f.Items, item(r, l))
	}
	body, err := xml.Marshal(f)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Document: &web.Document{Type: atomType, Body: append([]byte(xml.Header), body...), Modified: modified}}, nil
}

// pageOf reads which page is asked for; false for one that is not there, so that readers that follow "next" come to an end.
func pageOf(asked string, items int) (page, last int, ok bool) {
	last = max(1, (items+pageLength-1)/pageLength)
	if asked == "" {
		return 1, last, true
	}
	page, err := strconv.Atoi(asked)
	return page, last, err == nil && page >= 1 && page <= last && asked == strconv.Itoa(page)
}

// pageLinks are the links of a page of a feed: to itself, the other pages, the same in the other language, and the list that people read.
func pageLinks(r *web.Request, path string, page, last int) []link {
	address := func(page int) string {
		if page == 1 {
			return r.Site.Link(path, r.Lang)
		}
		return r.Site.Link(path+"?page="+strconv.Itoa(page), r.Lang)
	}
	links := []link{{"self", "application/atom+xml", r.Lang, address(page)}, {"alternate", "text/html", r.Lang, r.Site.Link("/programs", r.Lang)}}
	if last > 1 {
		links = append(links, link{Rel: "first", Href: address(1)}, link{Rel: "last", Href: address(last)})
	}
	if page > 1 {
		links = append(links, link{Rel: "previous", Href: address(page - 1)})
	}
	if page < last {
		links = append(links, link{Rel: "next", Href: address(page + 1)})
	}
	return links
}

// item is a program as an entry, or as a tombstone.
func item(r *web.Request, l chronicle.Life) any {
	id := urn("entry:" + l.Name + ":" + r.Lang)
	page := link{"alternate", "text/html", r.Lang, r.Site.Link("/programs/"+l.Slug, r.Lang)}
	switch {
	case l.Left:
		return tombstone{Ref: id, When: stamp(l.Changed), Comment: r.L.T("feeds.left")}
	case l.Live == nil:
		return tombstone{Ref: id, When: stamp(l.Changed), Comment: r.L.T("feeds.taken_off")}
	case l.Gone():
		return tombstone{Ref: id, When: stamp(l.Changed), Comment: r.L.T("feeds.ended"), Links: []link{page}}
	}
	return entry{ID: id, Title: l.Live.Title.In(r.Lang), Published: stamp(l.Listed), Updated: stamp(l.Changed), Links: []link{page},
		Categories: categories(r, l.Live.Offering), Summary: oneLine(l.Live.Summary.In(r.Lang))}
}

// categories are the kind of a program and the sectors that its list names.
func categories(r *web.Request, o *catalog.Offering) []category {
	all := []category{{string(o.Kind), kindScheme, r.L.T("kind." + string(o.Kind))}}
	for _, sector := range o.Sectors {
		known, _ := sectorOf(r, sector) // the two words for several sectors have no label
		all = append(all, category{sector, sectorScheme, known.Label.In(r.Lang)})
	}
	return all
}

// stamp writes a time as feeds do.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// oneLine is a text on one line.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
