package public_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"accessdesk/catalog"
	"accessdesk/data/datatest"

	"github.com/PuerkitoBio/goquery"
)

// links lists where the links of a part of a page lead.
func (p *page) links(selector string) []string {
	var all []string
	p.Find(selector).Each(func(_ int, s *goquery.Selection) { all = append(all, s.AttrOr("href", "")) })
	return all
}

// Each definition has its anchor, its lines with how sure they are, its day, and its sources; only what was read is a link.
func TestDefinitionsPage(t *testing.T) {
	d := openDesk(t)
	for _, lang := range []string{"en", "es"} {
		p := d.browser(t, lang).get("/definitions").want(http.StatusOK)
		if got := p.Find(".word").Length(); got != len(library().Definitions) {
			t.Errorf("%s: %d definitions on the page, want %d", lang, got, len(library().Definitions))
		}
		for _, definition := range library().Definitions {
			whole := "#" + definition.ID + ".word"
			text := p.text(whole)
			if !strings.Contains(text, definition.Title.In(lang)) || !strings.Contains(text, definition.Text.In(lang)) {
				t.Errorf("%s: %s is not explained: %q", lang, definition.ID, text)
			}
			if got := p.Find(whole + " .rules > li .sure").Length(); got != len(definition.Limits) {
				t.Errorf("%s: %s has %d lines with how sure they are, want %d", lang, definition.ID, got, len(definition.Limits))
			}
			for _, source := range definition.Sources {
				if !strings.Contains(text, source.Title.In(lang)) {
					t.Errorf("%s: %s does not name %q", lang, definition.ID, source.Title.In(lang))
				}
				if linked := slices.Contains(p.links(whole+" .sources a"), source.URL); source.URL != "" && linked != source.Read {
					t.Errorf("%s: %s: %s is a link: %v", lang, definition.ID, source.URL, linked)
				}
			}
			if day := map[string]string{"en": "Checked November ", "es": "Revisado el "}[lang]; !strings.Contains(text, day) {
				t.Errorf("%s: %s has no day", lang, definition.ID)
			}
		}
		for _, link := range p.links("a[href^='#']") {
			if p.Find(link).Length() != 1 {
				t.Errorf("%s: %s leads nowhere", lang, link)
			}
		}
		if rows := p.Find("table.t tbody tr"); rows.Length() != 6 || rows.Find("td[data-label]").Length() != 24 {
			t.Errorf("%s: the table of rural tests has %d rows with %d labelled cells", lang, rows.Length(), rows.Find("td[data-label]").Length())
		}
	}
	b := d.browser(t, "en")
	p := b.get("/definitions")
	p.shows("The six tests below can give six answers for one address.")
	p.shows("We found no single federal line for a small gas utility")
	for id, want := range map[string]string{"low-income-credit-union": "General knowledge. We did not read it again.", "small-gas-utility": "We could not confirm this.",
		"critical-access-hospital": "We read this in a source."} {
		if text := p.text("#" + id); !strings.Contains(text, want) {
			t.Errorf("%s does not say %q: %s", id, want, text)
		}
	}
}

// The programs of a definition come from the catalog as it is: with a program goes its line.
func TestProgramsOfDefinitionsComeFromTheCatalog(t *testing.T) {
	all := openDesk(t).browser(t, "en").get("/definitions")
	if got := all.links("#low-income-credit-union .words a"); !slices.Equal(got, []string{"/programs/cdrlf-cyber"}) {
		t.Errorf("programs for low-income credit unions: %v", got)
	}
	if got := all.links("#small-rural-hospital .words a"); !slices.Contains(got, "/programs/ship") {
		t.Errorf("programs with a line of beds: %v", got)
	}
	var without []*catalog.Offering
	for _, o := range offerings() {
		if o.Slug != "cdrlf-cyber" {
			without = append(without, o)
		}
	}
	p := openDeskOn(t, datatest.Open(t), without).browser(t, "en").get("/definitions")
	if text := p.text("#low-income-credit-union"); !strings.Contains(text, "No program that is listed today") || p.Find("#low-income-credit-union .words a").Length() != 0 {
		t.Errorf("a program that is not in the catalog is shown: %s", text)
	}
}

// Every link to a definition, wherever it stands, leads to one that is there.
func TestLinksToDefinitionsLeadThere(t *testing.T) {
	d := openDesk(t)
	b := d.browser(t, "en")
	definitions := b.get("/definitions")
	visitor := d.browser(t, "en")
	asked, results := visitor.walk(townWater)
	pages := []*page{results, b.get("/"), b.get("/order")}
	for _, fact := range asked {
		pages = append(pages, visitor.get("/check/q/"+fact))
	}
	for _, o := range offerings() {
		pages = append(pages, b.get("/programs/"+o.Slug))
	}
	found := 0
	for _, p := range pages {
		for _, link := range p.links("a[href^='/definitions#']") {
			found++
			if definitions.Find(strings.TrimPrefix(link, "/definitions")).Length() != 1 {
				t.Errorf("%s leads nowhere", link)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d links to definitions", found)
	}
	if got := b.get("/programs/ship").links("section[aria-labelledby=rules] .words a"); !slices.Equal(got,
		[]string{"/definitions#critical-access-hospital", "/definitions#small-rural-hospital", "/definitions#rural-hrsa", "/definitions#rural-medicare"}) {
		t.Errorf("the rules of SHIP are explained by %v", got)
	}
	if got := visitor.get("/check/q/population_served").links("details.why .words a"); !slices.Equal(got, []string{"/definitions#water-system-sizes"}) {
		t.Errorf("the question about people served is explained by %v", got)
	}
}

// The page about the order says what is known with day, source and how sure, what is not known, and what nobody may claim; it
// leads only to listed programs.
func TestOrderPage(t *testing.T) {
	d := openDesk(t)
	o := library().Order
	for _, lang := range []string{"en", "es"} {
		p := d.browser(t, lang).get("/order").want(http.StatusOK)
		if asks, days := p.Find(".asks > div").Length(), p.Find(".days > li").Length(); asks != len(o.Asks) || days != len(o.Dates) {
			t.Errorf("%s: %d sections and %d days", lang, asks, days)
		}
		p.Find(".days > li").Each(func(at int, s *goquery.Selection) {
			if s.Find(".words li").Length() != len(o.Dates[at].Sources) || strings.TrimSpace(s.Find(".state").Text()) == "" {
				t.Errorf("%s: day %d has no source, or not how sure it is", lang, at+1)
			}
		})
		for _, text := range slices.Concat(o.Unknown, o.Claims, o.Windows, o.Read) {
			p.shows(strings.Join(strings.Fields(text.In(lang)), " "))
		}
		for _, source := range o.Sources {
			if linked := slices.Contains(p.links(".sources a"), source.URL); source.URL != "" && linked != source.Read {
				t.Errorf("%s: %s is a link: %v", lang, source.URL, linked)
			}
		}
	}
	p := d.browser(t, "en").get("/order")
	for _, text := range []string{"Section 2(c)(iii)", "end around July 3, 2026", "up to 30 days", "up to 90 days", "Section 5(c) says", "The order does not."} {
		p.shows(text)
	}
	for _, link := range p.links(".steps .tools a[href^='/programs/']") {
		p.browser.get(link).want(http.StatusOK)
	}
	if links := p.links(".steps .tools a"); !slices.Contains(links, "/check") || !slices.Contains(links, "/programs/eo14409-2c3") {
		t.Errorf("what one can do now leads to %v", links)
	}
	empty := openDeskOn(t, datatest.Open(t), nil).browser(t, "en").get("/order").want(http.StatusOK)
	if links := empty.links(".steps .tools a"); !slices.Equal(links, []string{"/check", "/definitions"}) {
		t.Errorf("with an empty catalog it leads to %v", links)
	}
}

// The order page is found from the start page, the footer, and the program that the order announces.
func TestWaysToTheOrder(t *testing.T) {
	b := openDesk(t).browser(t, "es")
	home := b.get("/")
	if home.Find("section[aria-labelledby=order] a[href='/order']").Length() != 1 || home.Find("footer a[href='/order']").Length() != 1 || home.Find("footer a[href='/definitions']").Length() != 1 {
		t.Error("the start page does not lead to the order and the definitions")
	}
	if b.get("/programs/eo14409-2c3").Find("main a[href='/order']").Length() != 1 {
		t.Error("the program of the order does not lead to the order")
	}
	if b.get("/programs/ship").Find("main a[href='/order']").Length() != 0 {
		t.Error("a program that has nothing to do with the order leads to it")
	}
}
