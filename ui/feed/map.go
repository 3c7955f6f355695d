package feed

import (
	"encoding/xml"
	"strings"
	"time"

	"accessdesk/catalog/chronicle"
	"accessdesk/data"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

// Pages are the public pages beside those of programs that search engines should know.
var Pages = []string{"/", "/programs", "/definitions", "/order", "/under-attack", "/help", "/how-we-decide", "/privacy", "/accessibility", "/contact"}

// mapLimit is how many addresses one site map may have (sitemaps.org). With two languages that is 25,000 programs.
const mapLimit = 50_000

type (
	siteMap struct {
		XMLName xml.Name `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		XHTML   string   `xml:"xmlns:xhtml,attr"`
		Pages   []mapped `xml:"url"`
	}
	mapped struct {
		Address string      `xml:"loc"`
		Changed string      `xml:"lastmod,omitempty"`
		Links   []alternate `xml:"xhtml:link"`
	}
	alternate struct {
		Rel  string `xml:"rel,attr"`
		Lang string `xml:"hreflang,attr"`
		Href string `xml:"href,attr"`
	}
)

// SiteMap lists the public pages and the listed programs, each in each language, with the day on which a program changed.
func SiteMap(r *web.Request, tx *data.Tx) (web.Reply, error) {
	snapshot, err := r.Desk().Catalog.Snapshot(tx)
	if err != nil {
		return web.Reply{}, err
	}
	lives, err := chronicle.Load(tx, snapshot)
	if err != nil {
		return web.Reply{}, err
	}
	m := siteMap{XHTML: "http://www.w3.org/1999/xhtml"}
	for _, path := range Pages {
		changed := time.Time{} // of prose nobody keeps the day
		if path == "/programs" {
			changed = lives.Changed()
		}
		m.add(r, path, changed)
	}
	for _, l := range lives.Lives {
		if !l.Gone() && len(m.Pages)+len(web.Languages) <= mapLimit {
			m.add(r, "/programs/"+l.Slug, l.Changed)
		}
	}
	body, err := xml.Marshal(m)
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Document: &web.Document{Type: "application/xml; charset=utf-8", Body: append([]byte(xml.Header), body...), Modified: lives.Changed()}}, nil
}

// add adds a page in each language; each names them all, itself among them.
func (m *siteMap) add(r *web.Request, path string, changed time.Time) {
	links := []alternate{{"alternate", "x-default", r.Site.Absolute(path)}}
	for _, lang := range web.Languages {
		links = append(links, alternate{"alternate", lang, r.Site.Link(path, lang)})
	}
	day := ""
	if !changed.IsZero() {
		day = stamp(changed)
	}
	for _, lang := range web.Languages {
		m.Pages = append(m.Pages, mapped{r.Site.Link(path, lang), day, links})
	}
}

// rooms are where robots have nothing to read: what belongs to somebody, forms, and the many lists that the filters make.
var rooms = []string{"/access", "/account", "/applications", "/calendar/", "/check", "/follow", "/home", "/invitation", "/org/", "/org$", "/programs/*/follow",
	"/programs/*/report", "/programs?", "/reminders", "/searches/", "/session/", "/signin", "/signout", "/staff", "/unsubscribe"}

// open are addresses below the rooms that robots may read; the longest rule that fits wins (RFC 9309).
var open = []string{"/accessibility", "/calendar/programs.ics", "/programs?lang="}

// Robots tells robots what to read. A demonstration is nothing to be found.
func Robots(r *web.Request, _ *data.Tx) (web.Reply, error) {
	lines := []string{"User-agent: *"}
	if r.Site.Demo {
		lines = append(lines, "Disallow: /")
	} else {
		for _, path := range open {
			lines = append(lines, "Allow: "+path)
		}
		for _, path := range rooms {
			lines = append(lines, "Disallow: "+path)
		}
		lines = append(lines, "", "Sitemap: "+r.Site.Absolute("/sitemap.xml"))
	}
	return plain(lines), nil
}

// expiry is for how long security.txt says that it holds; it is made anew each day. Less than a year (RFC 9116, 2.5.5).
const expiry = 180 * 24 * time.Hour

// Security says where to report a weakness of this site (RFC 9116). Without a configured contact there is none.
func Security(r *web.Request, tx *data.Tx) (web.Reply, error) {
	if len(r.Site.Security.Contacts) == 0 {
		return web.Reply{}, data.ErrNotFound
	}
	var lines []string
	for _, contact := range r.Site.Security.Contacts {
		lines = append(lines, "Contact: "+contact)
	}
	lines = append(lines, "Expires: "+stamp(tx.Now.UTC().Truncate(24*time.Hour).Add(expiry)), "Preferred-Languages: "+strings.Join(web.Languages, ", "),
		"Canonical: "+r.Site.Absolute("/.well-known/security.txt"))
	if r.Site.Security.Policy != "" {
		lines = append(lines, "Policy: "+r.Site.Security.Policy)
	}
	return plain(lines), nil
}

func plain(lines []string) web.Reply {
	return web.Reply{Document: &web.Document{Type: fiber.MIMETextPlainCharsetUTF8, Body: []byte(strings.Join(lines, "\n") + "\n")}}
}
