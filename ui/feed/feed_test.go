package feed_test

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/data/datatest"
	"accessdesk/ui/web"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	"pgregory.net/rapid"
)

const (
	atomSpace  = "http://www.w3.org/2005/Atom"
	tombsSpace = "http://purl.org/atompub/tombstones/1.0"
)

// element is any element of a document.
type element struct {
	name     xml.Name
	attrs    map[string]string
	text     string
	children []*element
}

// tree parses a document strictly.
func tree(t testing.TB, text string) *element {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(text))
	root := &element{}
	stack := []*element{root}
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		top := stack[len(stack)-1]
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name, attrs: map[string]string{}}
			for _, a := range token.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			top.children = append(top.children, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(token)
		}
	}
	if len(root.children) != 1 {
		t.Fatalf("%d roots", len(root.children))
	}
	return root.children[0]
}

func (e *element) all(space, local string) (found []*element) {
	for _, child := range e.children {
		if child.name == (xml.Name{Space: space, Local: local}) {
			found = append(found, child)
		}
	}
	return found
}

// one is the text of the only child of a name.
func (e *element) one(t testing.TB, local string) string {
	t.Helper()
	found := e.all(atomSpace, local)
	if len(found) != 1 || strings.TrimSpace(found[0].text) == "" && len(found[0].children) == 0 {
		t.Fatalf("<%s> has %d <%s>, or an empty one", e.name.Local, len(found), local)
	}
	return found[0].text
}

func (e *element) link(rel string) string {
	for _, l := range e.all(atomSpace, "link") {
		if l.attrs["rel"] == rel {
			return l.attrs["href"]
		}
	}
	return ""
}

var lasting = regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// valid holds a page of a feed to RFC 4287 and 6721, and gives its root.
func valid(t testing.TB, text string) *element {
	t.Helper()
	root := tree(t, text)
	if root.name != (xml.Name{Space: atomSpace, Local: "feed"}) {
		t.Fatalf("the root is %v", root.name)
	}
	at := func(text string) time.Time {
		when, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Errorf("time %q: %v", text, err)
		}
		return when
	}
	ids := map[string]bool{}
	unique := func(id string) {
		if !lasting.MatchString(id) || ids[id] {
			t.Errorf("id %q is not lasting, or there twice", id)
		}
		ids[id] = true
	}
	unique(root.one(t, "id"))
	root.one(t, "title")
	if author := root.all(atomSpace, "author"); len(author) != 1 || author[0].one(t, "name") == "" {
		t.Error("no author")
	}
	newest, before := at(root.one(t, "updated")), time.Time{}
	for _, child := range root.children {
		var when time.Time
		switch child.name {
		case xml.Name{Space: atomSpace, Local: "entry"}:
			unique(child.one(t, "id"))
			child.one(t, "title")
			child.one(t, "summary")
			when = at(child.one(t, "updated"))
			if published := at(child.one(t, "published")); published.After(when) {
				t.Errorf("published %s after updated %s", published, when)
			}
			if address, err := url.Parse(child.link("alternate")); err != nil || !address.IsAbs() {
				t.Errorf("alternate %q", child.link("alternate"))
			}
			for _, c := range child.all(atomSpace, "category") {
				if c.attrs["term"] == "" || c.attrs["scheme"] == "" {
					t.Errorf("category %v", c.attrs)
				}
			}
		case xml.Name{Space: tombsSpace, Local: "deleted-entry"}:
			unique(child.attrs["ref"])
			when = at(child.attrs["when"])
		default:
			continue
		}
		if when.After(newest) || !before.IsZero() && when.After(before) {
			t.Errorf("%s stands after %s in a feed of %s", when, before, newest)
		}
		before = when
	}
	return root
}

// entries gives the titles of the entries, and of tombstones "-".
func entries(root *element) (all []string) {
	for _, child := range root.children {
		switch child.name.Local {
		case "entry":
			all = append(all, child.all(atomSpace, "title")[0].text)
		case "deleted-entry":
			all = append(all, "-")
		}
	}
	return all
}

// forAnyone makes a program that asks for no sector.
func forAnyone(o *catalog.Offering) {
	o.Sectors, o.CriteriaPublished = []string{"any"}, true
	o.Criteria = []catalog.Criterion{{ID: "small", Expr: "population_served <= 10000", Citation: "Example rules", Title: catalog.Text{En: "Small", Es: "Pequeño"}}}
}

func TestFeed(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		bank := program("bank", func(o *catalog.Offering) { o.Sectors, o.Kind = []string{"banking"}, catalog.KindFunding })
		s := open(t, db, []*catalog.Offering{program("scan"), bank, program("all", forAnyone),
			program("vital", func(o *catalog.Offering) { o.Sectors = []string{"critical_infrastructure"} })})
		for address, want := range map[string]string{
			"/feed.atom?lang=en":                 "Scan all Scan bank Scan scan Scan vital",
			"/feed.atom?lang=es":                 "Escaneo all Escaneo bank Escaneo scan Escaneo vital",
			"/feed/health.atom?lang=en":          "Scan all Scan scan Scan vital",
			"/feed/banking.atom?lang=en":         "Scan all Scan bank Scan vital",
			"/feed/sltt_government.atom?lang=en": "Scan all",
		} {
			got := s.get(address)
			if kind := got.Header().Get("Content-Type"); got.Code != 200 || kind != "application/atom+xml; charset=utf-8" {
				t.Errorf("%s: status %d, %s", address, got.Code, kind)
				continue
			}
			root := valid(t, got.Body.String())
			if titles := strings.Join(entries(root), " "); titles != want {
				t.Errorf("%s: %s, want %s", address, titles, want)
			}
			if self := root.link("self"); self != origin+address || got.Header().Get("Content-Language") != root.attrs["lang"] {
				t.Errorf("%s calls itself %s, in %q", address, self, root.attrs["lang"])
			}
		}
		for _, address := range []string{"/feed/nonsense.atom", "/feed/critical_infrastructure.atom", "/feed.atom?page=2", "/feed.atom?page=0", "/feed.atom?page=01", "/feed.atom?page=x"} {
			if got := s.get(address); got.Code != http.StatusNotFound {
				t.Errorf("%s: status %d", address, got.Code)
			}
		}
		if got := valid(t, s.body("/feed.atom", "Accept-Language", "es-MX")).attrs["lang"]; got != "es" {
			t.Errorf("a Spanish reader gets %q", got)
		}
	})
}

// TestFeedIsRead holds that a real reader reads what the feed says.
func TestFeedIsRead(t *testing.T) {
	s := open(t, datatest.Open(t), []*catalog.Offering{program("scan", func(o *catalog.Offering) { o.Sectors = []string{"health", "electric"} })})
	for lang, want := range map[string][]string{
		"en": {"Desk & Co: new and changed programs", "Scan scan", "Looks at <your> network & reports.", "Scanning"},
		"es": {"Desk & Co: programas nuevos y con cambios", "Escaneo scan", "Mira su red y avisa: pequeño.", "Escaneo"},
	} {
		read, err := gofeed.NewParser().ParseString(s.body("/feed.atom?lang=" + lang))
		if err != nil || read.FeedType != "atom" || len(read.Items) != 1 {
			t.Fatalf("%+v, %v", read, err)
		}
		item := read.Items[0]
		got := []string{read.Title, item.Title, item.Description, item.Categories[0]}
		if item.Link != origin+"/programs/scan?lang="+lang || !slices.Equal(got, want) || len(item.Categories) != 3 {
			t.Errorf("%s: %q, link %s, categories %q; want %q", lang, got, item.Link, item.Categories, want)
		}
		if !item.PublishedParsed.Equal(datatest.Start.Truncate(time.Second)) || !item.UpdatedParsed.Equal(*item.PublishedParsed) || read.Language != lang {
			t.Errorf("published %s, updated %s, language %q", item.PublishedParsed, item.UpdatedParsed, read.Language)
		}
	}
}

// TestFeedKeepsItsIDs holds that an entry is the same after a change and under another address, differs by language, and that another
// installation with the same programs has others.
func TestFeedKeepsItsIDs(t *testing.T) {
	ids := func(s *site, lang string) string {
		root := valid(t, s.body("/feed.atom?lang="+lang))
		all := []string{root.one(t, "id")}
		for _, e := range root.all(atomSpace, "entry") {
			all = append(all, e.one(t, "id"))
		}
		slices.Sort(all)
		return strings.Join(all, " ")
	}
	db := datatest.Open(t)
	s := open(t, db, programs(3))
	before := ids(s, "en")
	moved := open(t, db, nil, func(c *web.Config) { c.PublicURL = "http://127.0.0.1:8080" })
	if ids(moved, "en") != before {
		t.Error("another address, other ids")
	}
	db.Advance(time.Hour)
	s.replace("program-001", program("program-001", func(o *catalog.Offering) { o.Title.En = "Renamed" }))
	root := valid(t, s.body("/feed.atom?lang=en"))
	if ids(s, "en") != before || entries(root)[0] != "Renamed" {
		t.Errorf("after a change: %q", entries(root))
	}
	first := root.all(atomSpace, "entry")[0]
	if first.one(t, "published") != datatest.Start.UTC().Format(time.RFC3339) || first.one(t, "updated") != db.Now().UTC().Format(time.RFC3339) || root.one(t, "updated") != first.one(t, "updated") {
		t.Errorf("published %s, updated %s", first.one(t, "published"), first.one(t, "updated"))
	}
	for what, others := range map[string]string{"another language": ids(s, "es"), "another desk": ids(open(t, datatest.Open(t), programs(3)), "en")} {
		for id := range strings.FieldsSeq(others) {
			if strings.Contains(before, id) {
				t.Errorf("%s has the id %s too", what, id)
			}
		}
	}
}

// TestTombstones holds that what ended or was taken off is said to be gone, with the id that it had, and stays gone in every feed.
func TestTombstones(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		s := open(t, db, programs(4))
		had := map[string]string{}
		for _, e := range valid(t, s.body("/feed/health.atom?lang=en")).all(atomSpace, "entry") {
			had[e.one(t, "title")] = e.one(t, "id")
		}
		db.Advance(time.Hour)
		s.replace("program-002", program("program-002", func(o *catalog.Offering) { o.Status = catalog.StatusEnded }))
		s.replace("program-000", nil)
		for _, address := range []string{"/feed.atom?lang=en", "/feed/health.atom?lang=en"} {
			root := valid(t, s.body(address))
			gone := map[string]string{}
			for _, d := range root.all(tombsSpace, "deleted-entry") {
				gone[d.attrs["ref"]] = d.all(tombsSpace, "comment")[0].text
			}
			if len(gone) != 2 || gone[had["Scan program-002"]] != "The provider ended this program." || gone[had["Scan program-000"]] != "This program is not listed any more." {
				t.Errorf("%s: gone %v, had %v", address, gone, had)
			}
			if len(root.all(atomSpace, "entry")) != 2 {
				t.Errorf("%s: %q", address, entries(root))
			}
			if read, err := (&atom.Parser{}).Parse(strings.NewReader(s.body(address))); err != nil || len(read.Entries) != 2 {
				t.Errorf("a reader reads %+v, %v", read, err)
			}
		}
		if banks := entries(valid(t, s.body("/feed/banking.atom?lang=en"))); len(banks) > 0 {
			t.Errorf("banks read %q: none of these was theirs", banks)
		}
		s.replace("program-000", program("program-000"))
		if root := valid(t, s.body("/feed.atom?lang=en")); len(root.all(tombsSpace, "deleted-entry")) != 1 || !strings.Contains(s.body("/feed.atom?lang=en"), had["Scan program-000"]) {
			t.Error("a program that came back has not its id")
		}
	})
}

// TestLeftSector holds that a feed says when a program serves its sector no more, also after further changes and after it was taken off,
// and that it comes back with the id that it had.
func TestLeftSector(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		s := open(t, db, programs(2))
		forBanks := func(o *catalog.Offering) { o.Sectors = []string{"banking"} }
		id := valid(t, s.body("/feed/health.atom?lang=en")).all(atomSpace, "entry")[0].one(t, "id")
		db.Advance(time.Hour)
		s.replace("program-000", program("program-000", forBanks))
		left := db.Now()
		check := func(when, health, banking string) {
			t.Helper()
			root := valid(t, s.body("/feed/health.atom?lang=en"))
			if got := strings.Join(entries(root), ", "); got != health {
				t.Errorf("%s: hospitals read %q, want %q", when, got, health)
			}
			for _, d := range root.all(tombsSpace, "deleted-entry") {
				if d.attrs["ref"] != id || d.attrs["when"] != left.UTC().Format(time.RFC3339) || d.all(tombsSpace, "comment")[0].text != "This program is not for this kind of organization any more." {
					t.Errorf("%s: tombstone %v, want %s of %s", when, d, id, left)
				}
			}
			if got := strings.Join(entries(valid(t, s.body("/feed/banking.atom?lang=en"))), ", "); got != banking {
				t.Errorf("%s: banks read %q, want %q", when, got, banking)
			}
			if all := strings.Join(entries(valid(t, s.body("/feed/electric.atom?lang=en"))), ", "); all != "" {
				t.Errorf("%s: electric utilities read %q", when, all)
			}
		}
		check("left", "-, Scan program-001", "Scan program-000")
		db.Advance(time.Hour)
		s.replace("program-001", program("program-001"))
		db.Advance(time.Hour)
		s.replace("program-000", program("program-000", forBanks, func(o *catalog.Offering) { o.KnownAs = []string{"Another name"} }))
		check("changed again", "Scan program-001, -", "Scan program-000")
		s.replace("program-000", nil)
		check("taken off", "Scan program-001, -", "-")
		db.Advance(time.Hour)
		s.replace("program-000", program("program-000"))
		if root := valid(t, s.body("/feed/health.atom?lang=en")); strings.Join(entries(root), ", ") != "Scan program-000, Scan program-001" || root.all(atomSpace, "entry")[0].one(t, "id") != id {
			t.Errorf("back again: hospitals read %q", entries(root))
		}
		if banks := strings.Join(entries(valid(t, s.body("/feed/banking.atom?lang=en"))), ", "); banks != "-" {
			t.Errorf("back again: banks read %q", banks)
		}
	})
}

// TestFeedPages holds that a reader that follows "next" reads every program once.
func TestFeedPages(t *testing.T) {
	s := open(t, datatest.Open(t), programs(120))
	var read []string
	visited := 0
	for address := "/feed.atom?lang=en"; address != ""; visited++ {
		root := valid(t, s.body(address))
		if first := root.link("first"); first != origin+"/feed.atom?lang=en" || root.link("last") != origin+"/feed.atom?page=3&lang=en" {
			t.Errorf("%s: first %s, last %s", address, first, root.link("last"))
		}
		if before := root.link("previous"); (before == "") != (visited == 0) {
			t.Errorf("%s: previous %q", address, before)
		}
		read = append(read, entries(root)...)
		address = root.link("next")
	}
	if slices.Sort(read); visited != 3 || len(read) != 120 || len(slices.Compact(read)) != 120 {
		t.Errorf("%d pages, %d programs", visited, len(read))
	}
}

// TestFeedIsAskedForAgain holds what a reader that has the feed gets: nothing, until the catalog moves.
func TestFeedIsAskedForAgain(t *testing.T) {
	db := datatest.Open(t)
	s := open(t, db, programs(2))
	db.Advance(90 * time.Minute)
	first := s.get("/feed.atom?lang=en").Header()
	mark, modified := first.Get("ETag"), first.Get("Last-Modified")
	if mark == "" || modified != datatest.Start.UTC().Format(http.TimeFormat) || len(first.Values("Set-Cookie")) > 0 || strings.Contains(first.Get("Vary"), "Cookie") {
		t.Fatalf("headers %v", first)
	}
	ask := func(headers ...string) int { return s.get("/feed.atom?lang=en", headers...).Code }
	for name, c := range map[string]struct {
		headers []string
		want    int
	}{
		"nothing":               {nil, 200},
		"the mark":              {[]string{"If-None-Match", mark}, 304},
		"the mark, weak":        {[]string{"If-None-Match", `"x", W/` + mark}, 304},
		"mark and time":         {[]string{"If-None-Match", mark, "If-Modified-Since", modified}, 304},
		"another mark and time": {[]string{"If-None-Match", `"x"`, "If-Modified-Since", modified}, 200},
		"the time":              {[]string{"If-Modified-Since", modified}, 304},
		"an older time":         {[]string{"If-Modified-Since", datatest.Start.Add(-time.Second).UTC().Format(http.TimeFormat)}, 200},
		"no time":               {[]string{"If-Modified-Since", "yesterday"}, 200},
	} {
		if got := ask(c.headers...); got != c.want {
			t.Errorf("%s: status %d, want %d", name, got, c.want)
		}
	}
	if packed := s.get("/feed.atom?lang=en", "Accept-Encoding", "gzip"); packed.Header().Get("Content-Encoding") != "gzip" || packed.Header().Get("ETag") == mark {
		t.Errorf("packed: %v", packed.Header())
	}
	s.replace("program-000", program("program-000", func(o *catalog.Offering) { o.Summary.En = "Another." }))
	if ask("If-None-Match", mark) != 200 || ask("If-Modified-Since", modified) != 200 {
		t.Error("a reader is not told of a change")
	}
}

// TestFeedThatAProgramLeft holds that a reader who has a time only is told that a program serves the sector no more.
func TestFeedThatAProgramLeft(t *testing.T) {
	db := datatest.Open(t)
	s := open(t, db, programs(2))
	db.Advance(time.Hour)
	s.replace("program-000", program("program-000"))
	modified := s.get("/feed/health.atom?lang=en").Header().Get("Last-Modified")
	db.Advance(time.Hour)
	s.replace("program-000", program("program-000", func(o *catalog.Offering) { o.Sectors = []string{"banking"} }))
	got := s.get("/feed/health.atom?lang=en", "If-Modified-Since", modified)
	if got.Code != http.StatusOK || strings.Join(entries(valid(t, got.Body.String())), ", ") != "-, Scan program-001" {
		t.Errorf("asked with %s: status %d", modified, got.Code)
	}
}

func TestEmptyFeed(t *testing.T) {
	s := open(t, datatest.Open(t), nil)
	if root := valid(t, s.body("/feed.atom?lang=es")); len(entries(root)) > 0 || root.one(t, "updated") != "1970-01-01T00:00:00Z" {
		t.Errorf("%+v", root)
	}
}

// TestFeedOfAnyText holds that a feed is whole whatever stands in a listing, and says it letter by letter as far as XML has the letters.
func TestFeedOfAnyText(t *testing.T) {
	s := open(t, datatest.Open(t), programs(1))
	rapid.Check(t, func(rt *rapid.T) {
		title := "x" + rapid.StringOf(rapid.RuneFrom([]rune(`<>&"'{}`+"\u00f1\U0001F512\u202eab c]"))).Draw(rt, "title") + "x"
		s.replace("program-000", program("program-000", func(o *catalog.Offering) { o.Title.En = title }))
		if got := entries(valid(t, s.body("/feed.atom?lang=en"))); len(got) != 1 || got[0] != title {
			rt.Fatalf("%q, want %q", got, title)
		}
	})
}
