package public_test

import (
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/catalog/catalogtest"
	"accessdesk/data/datatest"
	"accessdesk/data/locale"
	"accessdesk/eligibility"
	"accessdesk/ui/public"

	"github.com/PuerkitoBio/goquery"
)

// TestEveryPageInBothLanguages opens every page and every program: one heading that begins the title, the right
// language, no script and no inline style, each label for an input, each id once; the harness fails on a missing text.
func TestEveryPageInBothLanguages(t *testing.T) {
	d := openDesk(t)
	paths := []string{"/", "/programs", "/programs?kind=funding&sector=health&open=1", "/programs?q=nothing+like+it", "/under-attack", "/definitions", "/order", "/help", "/privacy",
		"/accessibility", "/how-we-decide", "/contact", "/check", "/check/q/state_or_territory", "/check/q/ownership_type", "/check/q/population_served",
		"/check/q/memberships", "/check/q/employees_fte", "/check/q/total_assets", "/check/answers", "/check/results", "/check/results/print",
		"/check/email", "/check/email/sent", "/check/resume", "/signin", "/signin/code", "/signin/link"}
	for _, offering := range offerings() {
		paths = append(paths, "/programs/"+offering.Slug)
	}
	for _, lang := range []string{"en", "es"} {
		stranger, visitor := d.browser(t, lang), d.browser(t, lang)
		visitor.walk(townWater)
		for _, path := range paths {
			for _, b := range []*browser{stranger, visitor} {
				checkPage(t, b.get(path), lang+" "+path, lang)
			}
		}
	}
}

func checkPage(t *testing.T, p *page, name, lang string) {
	t.Helper()
	if p.status != http.StatusOK && p.status != http.StatusGone {
		t.Errorf("%s: status %d", name, p.status)
	}
	heading := p.Find("h1")
	if heading.Length() != 1 || !strings.HasPrefix(p.text("title"), strings.Join(strings.Fields(heading.Text()), " ")+" –") {
		t.Errorf("%s: %d headings %q, title %q", name, heading.Length(), heading.Text(), p.text("title"))
	}
	if got := p.Find("html").AttrOr("lang", ""); got != lang {
		t.Errorf("%s: lang %q", name, got)
	}
	if p.Find("script:not([type='application/ld+json']), [style], [onclick], iframe, img").Length() != 0 {
		t.Errorf("%s: script, inline style or picture", name)
	}
	ids := map[string]bool{}
	p.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		if id := s.AttrOr("id", ""); ids[id] {
			t.Errorf("%s: the id %q stands twice", name, id)
		} else {
			ids[id] = true
		}
	})
	p.Find("label[for]").Each(func(_ int, s *goquery.Selection) {
		if !ids[s.AttrOr("for", "")] {
			t.Errorf("%s: label for %q", name, s.AttrOr("for", ""))
		}
	})
	p.Find("[aria-describedby], [aria-labelledby]").Each(func(_ int, s *goquery.Selection) {
		for _, id := range strings.Fields(s.AttrOr("aria-describedby", "") + " " + s.AttrOr("aria-labelledby", "")) {
			if !ids[id] {
				t.Errorf("%s: described by %q, which is not there", name, id)
			}
		}
	})
	if strings.Contains(p.body, "{{") || strings.Contains(p.body, "<no value>") {
		t.Errorf("%s: a hole in the page", name)
	}
}

// TestKeysOfClosedLists walks every list from which keys are put together.
func TestKeysOfClosedLists(t *testing.T) {
	locales, err := locale.Bundle()
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string][]string{}
	for _, kind := range catalog.Kinds() {
		keys["kind."] = append(keys["kind."], string(kind))
	}
	for _, cost := range catalog.Costs() {
		keys["cost."] = append(keys["cost."], string(cost))
	}
	for _, status := range catalog.Statuses() {
		keys["world."] = append(keys["world."], string(status))
	}
	for _, mode := range catalog.Modes() {
		keys["mode."] = append(keys["mode."], string(mode))
	}
	for _, confidence := range catalog.Confidences() {
		keys["confidence."] = append(keys["confidence."], string(confidence))
	}
	for _, safeguard := range catalog.Safeguards() {
		keys["safeguard."] = append(keys["safeguard."], string(safeguard))
	}
	keys["results.who_"] = append(catalogtest.Vocabulary().Sectors(), "unknown")
	for _, name := range public.SupportPages {
		keys["prose."] = append(keys["prose."], name+"_title", name+"_text")
	}
	for prefix, values := range keys {
		if len(values) < 4 {
			t.Errorf("%s: only %d values", prefix, len(values))
		}
		for _, value := range values {
			for _, lang := range locale.Languages() {
				if !locales.In(lang).Has(prefix + value) {
					t.Errorf("%s: no text %s%s", lang, prefix, value)
				}
			}
		}
	}
}

func TestProgramsFilter(t *testing.T) {
	d := openDesk(t)
	es := d.browser(t, "es")
	if got := es.get("/programs?q=evaluacion").Find(".list > li").Length(); got == 0 {
		t.Error("an accent hides a program")
	}
	b := d.browser(t, "en")
	count := func(address string) (programs int) {
		for address != "" {
			page := b.get(address).want(http.StatusOK)
			programs += page.Find(".list > li").Length()
			address = page.Find("a[rel=next]").AttrOr("href", "")
		}
		return programs
	}
	all, health, open := count("/programs"), count("/programs?sector=health"), count("/programs?open=1")
	if all != 28 || health == 0 || health >= all || open == 0 || open >= all {
		t.Errorf("all %d, health %d, open %d", all, health, open)
	}
	b.get("/programs?q=zzz").shows("No program fits these filters.")
	page := b.get("/programs?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E")
	if page.Find("script").Length() != 0 || page.Find("#q").AttrOr("value", "") != "<script>alert(1)</script>" {
		t.Error("what was typed is not shown as text")
	}
	b.get("/programs?sector=martian&kind=nothing").want(http.StatusOK)
	b.get("/programs/nothing").want(http.StatusNotFound)
}

// TestProgramsSearch: words in both languages, with mistakes; and the page says how it took them.
func TestProgramsSearch(t *testing.T) {
	d := openDeskOn(t, datatest.Open(t), everything())
	en, es := d.browser(t, "en"), d.browser(t, "es")
	first := func(p *page) string { return p.Find(".list .res-title a").First().AttrOr("href", "") }
	p := en.get("/programs?q=vulnerabilty+scan").want(http.StatusOK)
	p.shows("No program has the words as you typed them. These have: vulnerability scan.")
	if got := first(p); got != "/programs/cisa-vuln-scanning" {
		t.Errorf("first %s", got)
	}
	if p := es.get("/programs?q=contrasenas"); p.Find(".list > li").Length() == 0 || strings.Contains(p.text(".found"), "inglés") {
		t.Errorf("without accent: %s", p.text(".found"))
	}
	en.get("/programs?q=contraseñas").shows("These have your words in their Spanish text.")
	es.get("/programs?q=weekly+report").shows("Estos tienen sus palabras en el texto en inglés.")
	en.get("/programs?q=wombat+drinking+water").shows("No program has all of your words. These have the most of them.")
	en.get("/programs?q=wombat+drinkign+water").shows("No program has all of your words. These have the most of: wombat drinking water.")
}

// TestProgramsFacets walks the links of the filters: each adds or takes back one value, its number is what is found then, every choice
// is shown and can be taken back, and no robot follows.
func TestProgramsFacets(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	found := func(p *page) int {
		count, err := strconv.Atoi(strings.Fields(p.text(".found"))[0])
		if err != nil {
			t.Fatal(err)
		}
		return count
	}
	start := b.get("/programs?q=water")
	if got := start.Find("link[rel=canonical]").AttrOr("href", ""); got != "/programs" {
		t.Errorf("canonical %q", got)
	}
	if b.get("/programs?page=2").Find("link[rel=canonical]").Length() != 0 {
		t.Error("the second page of the whole list is another page")
	}
	walked := 0
	start.Find(".facets li a").Each(func(i int, link *goquery.Selection) {
		if link.AttrOr("rel", "") != "nofollow" {
			t.Errorf("%s can be followed", link.Text())
		}
		if i%3 > 0 {
			return
		}
		walked++
		next := b.get(link.AttrOr("href", "")).want(http.StatusOK)
		if got := strconv.Itoa(found(next)); got != link.Find("b").Text() {
			t.Errorf("%s promises %s and gives %s", link.AttrOr("href", ""), link.Find("b").Text(), got)
		}
		on := next.Find(".facets li a.on")
		if on.Length() != 1 || b.get(on.AttrOr("href", "")).text(".found") != start.text(".found") {
			t.Errorf("%s cannot be taken back", link.AttrOr("href", ""))
		}
		if next.Find(".chips a:not(.usa-link)").Length() != 2 || next.Find("form[role=search] input[type=hidden]").Length() != 1 {
			t.Errorf("%s: %s", link.AttrOr("href", ""), next.text(".chips"))
		}
	})
	if walked < 5 {
		t.Fatalf("only %d links", walked)
	}
	two := b.get("/programs?kind=funding&kind=training")
	if found(two) != found(b.get("/programs?kind=funding"))+found(b.get("/programs?kind=training")) {
		t.Error("two kinds are not one or the other")
	}
	empty := b.get("/programs?kind=domain&cost=match&q=water")
	empty.shows("No program fits these filters.")
	relief := empty.Find("main .panel .bullets a")
	if relief.Length() == 0 {
		t.Fatal("nothing to take back is named")
	}
	relief.Each(func(_ int, link *goquery.Selection) {
		if got := found(b.get(link.AttrOr("href", ""))); got == 0 || !strings.Contains(link.Parent().Text(), strconv.Itoa(got)+" program") {
			t.Errorf("%s gives %d: %s", link.AttrOr("href", ""), got, link.Parent().Text())
		}
	})
}

// TestProgramsFitting: the filter by what fits goes by the check of this browser, which nobody else sees; without a check it says so.
func TestProgramsFitting(t *testing.T) {
	d := openDesk(t)
	b, stranger := d.browser(t, "en"), d.browser(t, "en")
	p := stranger.get("/programs?fits=1")
	p.shows("We do not know your organization yet, so this filter takes nothing away.")
	if p.Find(".callout a[href='/check']").Length() != 1 || !strings.HasPrefix(p.text(".found"), "28 programs") {
		t.Errorf("without a check: %s", p.text(".found"))
	}
	b.walk(townWater)
	own := b.get("/programs?fits=1")
	own.shows("By the answers of your check.")
	likely := b.get("/check/results")
	slugs := map[string]bool{}
	own.Find(".list .res-title a").Each(func(_ int, link *goquery.Selection) { slugs[link.AttrOr("href", "")] = true })
	if len(slugs) == 0 || len(slugs) >= 28 {
		t.Fatalf("%d programs fit", len(slugs))
	}
	likely.Find("#likely a[href^='/programs/'], #take a[href^='/programs/']").Each(func(_ int, link *goquery.Selection) {
		if !slugs[link.AttrOr("href", "")] {
			t.Errorf("%s looks like a fit and is filtered out", link.AttrOr("href", ""))
		}
	})
	stranger.get("/programs?fits=1").shows("We do not know your organization yet")
}

func TestProgramsPages(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	first := b.get("/programs")
	first.shows("28 programs: 1 to 20")
	first.shows("Page 1 of 2")
	if first.Find("a[rel=prev]").Length() != 0 || first.Find(".list > li").Length() != 20 {
		t.Error("the first page is not the first 20")
	}
	last := b.get(first.Find("a[rel=next]").AttrOr("href", ""))
	last.shows("28 programs: 21 to 28")
	if last.Find("a[rel=next]").Length() != 0 || last.Find("a[rel=prev]").AttrOr("href", "") != "/programs" {
		t.Error("the last page leads on, or not back")
	}
	for _, address := range []string{"/programs?page=99", "/programs?page=2&q="} {
		b.get(address).shows("Page 2 of 2")
	}
	for _, address := range []string{"/programs?page=0", "/programs?page=-4", "/programs?page=x", "/programs?page=1e3"} {
		b.get(address).shows("Page 1 of 2")
	}
	kept := b.get("/programs?q=the&open=1").Find("a[rel=next]").AttrOr("href", "")
	if kept != "" && !strings.Contains(kept, "q=the") {
		t.Errorf("the next page forgets the filter: %s", kept)
	}
}

// An ended program is found by those who remember it, under any name it had, and says what does its work now.
func TestEndedPrograms(t *testing.T) {
	b := openDeskOn(t, datatest.Open(t), everything()).browser(t, "en")
	for _, address := range []string{"/programs?q=cybersecurity+assessment+tool", "/programs?q=FFIEC+CAT"} {
		ended := b.get(address).Find("section[aria-labelledby=ended]")
		if ended.Find("a[href='/programs/ffiec-cat']").Length() != 1 || ended.Find("a[href='/programs/cisa-cpg']").Length() != 1 {
			t.Errorf("%s: %s", address, ended.Text())
		}
	}
	if b.get("/programs?q=wombat").Find("section[aria-labelledby=ended]").Length() != 0 {
		t.Error("an ended program is shown to a search for something else")
	}
	if b.get("/programs").Find("#ended").Length() != 0 || b.get("/programs?page=99").Find("#ended").Length() != 1 {
		t.Error("ended programs close the list")
	}
	page := b.get("/programs/ffiec-cat").want(http.StatusOK)
	page.shows("Look at this now")
	if page.Find(".callout a[href='/programs/cri-profile']").Length() != 1 || page.Find("form[action='/applications']").Length() != 0 {
		t.Error("an ended program does not lead on, or can be started")
	}
}

func TestProgramPage(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	p := b.get("/programs/ship").want(http.StatusOK)
	for _, text := range []string{"Who can get it", "49 available beds or fewer", "How to apply", "Have these ready", "We last checked this listing on November 26, 2026."} {
		p.shows(text)
	}
	b.get("/programs/anthropic-cvp").shows("You can ask. The company decides.")
	b.get("/programs/eo14409-2c3").shows("We know of no published rules that this check could decide on.")
	in := b.get("/programs/demo-model-access")
	in.shows("Access lasts 180 days. You can ask to renew it.")
	if in.Find("form[action='/applications'] input[name=program][value=demo-model-access]").Length() != 1 {
		t.Error("no way to start an application")
	}
	// A page that nobody could open is named, not linked.
	unreached := b.get("/programs/cisa-vuln-scanning")
	if unreached.Find("a[href='https://www.cisa.gov/cyber-hygiene-services']").Length() != 0 {
		t.Error("an address that nobody could open is a link")
	}
	unreached.shows("We could not open this address on November 22, 2026")
}

func TestUnderAttackNamesTheContacts(t *testing.T) {
	p := openDesk(t).browser(t, "es").get("/under-attack")
	p.shows("Example Response Team")
	p.shows("Llame de día o de noche.")
	if p.Find("a[href='tel:1-555-0100']").Length() != 1 {
		t.Error("the number cannot be called")
	}
}

// TestEmptyCatalog: a desk without programs says so everywhere.
func TestEmptyCatalog(t *testing.T) {
	d := openDeskOn(t, datatest.Open(t), nil)
	b := d.browser(t, "en")
	b.get("/programs").want(http.StatusOK).shows("No program is listed on this site yet.")
	b.get("/").want(http.StatusOK)
	p := b.get("/check").want(http.StatusOK).answer("gas")
	p.follow().want(http.StatusOK).shows("No program is listed today")
	b.get("/check/results/print").want(http.StatusOK).shows("No program is listed today.")
}

// TestMidnightIsTheDayBefore holds that a program that closed at midnight names one last day, wherever its page says it.
func TestMidnightIsTheDayBefore(t *testing.T) {
	var closed []*catalog.Offering
	for _, offering := range offerings() {
		if offering.Slug == "cisa-vuln-scanning" {
			one := *offering
			one.Window = catalog.Window{Closes: time.Date(2026, 11, 1, 4, 0, 0, 0, time.UTC), TimeZone: "America/New_York"}
			closed = append(closed, &one)
		}
	}
	d := openDeskOn(t, datatest.Open(t), closed)
	for lang, texts := range map[string][3]string{
		"en": {"Closed on October 31, 2026", "The program closed on October 31, 2026.", "November 1"},
		"es": {"Cerró el 31 de octubre de 2026", "El programa cerró el 31 de octubre de 2026.", "1 de noviembre"},
	} {
		page := d.browser(t, lang).get("/programs/cisa-vuln-scanning").want(http.StatusOK).text("main")
		if !strings.Contains(page, texts[0]) || !strings.Contains(page, texts[1]) || strings.Contains(page, texts[2]) {
			t.Errorf("%s: %s", lang, page)
		}
	}
}

// TestNothingOpen: when no program takes requests, the start page says so and a fit stands under "not open now".
func TestNothingOpen(t *testing.T) {
	var closed []*catalog.Offering
	for _, offering := range offerings() {
		if offering.Slug == "cisa-cpg" {
			paused := *offering
			paused.Status = catalog.StatusLapsed
			closed = append(closed, &paused)
		}
	}
	d := openDeskOn(t, datatest.Open(t), closed)
	b := d.browser(t, "en")
	b.get("/").shows("No program takes requests today.")
	b.get("/check").answer("gas")
	b.post("/check/q/state_or_territory", values("answer", "TX"))
	results := b.get("/check/results")
	results.shows("0 of 1 programs look like a fit")
	if results.Find("section[aria-labelledby=not_open] li.res").Length() != 1 {
		t.Errorf("the program does not stand under \"not open now\": %s", results.text("main"))
	}
}

// TestBothEngines walks the check on SQLite and PostgreSQL.
func TestBothEngines(t *testing.T) {
	datatest.Each(t, func(t *testing.T, database *datatest.Database) {
		d := openDeskOn(t, database, offerings())
		_, results := d.browser(t, "en").walk(townWater)
		if got := results.text("h1"); got != "6 of 28 programs look like a fit" {
			t.Errorf("heading %q", got)
		}
	})
}

// TestAnswersStayOutOfTheLog: what people answer, type and open never reaches the access log.
func TestAnswersStayOutOfTheLog(t *testing.T) {
	d := openDesk(t)
	b := d.browser(t, "en")
	b.walk(townWater)
	b.post("/check/email", values("email", "ana@example.org"))
	b.post("/signin", values("email", "ana@example.org"))
	for _, mail := range d.deliver(t) {
		b.get(link(t, mail))
	}
	log := d.log.String()
	if !strings.Contains(log, "/check/q/:fact") {
		t.Fatalf("no access log:\n%s", log)
	}
	for _, secret := range []string{"4,200", "population_served", "drinking_water", "ana@example.org", "token=", b.jar["check"]} {
		if strings.Contains(log, secret) {
			t.Errorf("%q stands in the log", secret)
		}
	}
}

// TestCheckOnlyAsksWhatItCanShow: a fact of a type that has no control must not be asked in the check.
func TestCheckOnlyAsksWhatItCanShow(t *testing.T) {
	for _, fact := range catalogtest.Vocabulary().Facts() {
		switch fact.Type {
		case eligibility.TypeBool, eligibility.TypeEnum, eligibility.TypeSet, eligibility.TypeInt, eligibility.TypeDecimal, eligibility.TypeMoney:
		default:
			if fact.Ask == eligibility.AskCheck {
				t.Errorf("%s is asked in the check but has type %s", fact.ID, fact.Type)
			}
		}
	}
}

// TestNoInlineAnythingInTemplates looks at the sources too: a branch that no test reaches must not hold a style.
func TestNoInlineAnythingInTemplates(t *testing.T) {
	entries, err := os.ReadDir("../templates/public")
	if err != nil || len(entries) < 10 {
		t.Fatalf("%d templates: %v", len(entries), err)
	}
	for _, entry := range entries {
		text, err := os.ReadFile("../templates/public/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{" style=", "<script", "javascript:", " onclick="} { // a block of data is no script, and browsers run none
			if strings.Contains(strings.Replace(string(text), `<script type="application/ld+json">`, "", 1), bad) {
				t.Errorf("%s has %q", entry.Name(), bad)
			}
		}
		if forms := strings.Count(string(text), `method="post"`); forms != strings.Count(string(text), `{{template "form-token"`) {
			t.Errorf("%s: %d forms, but not as many tokens", entry.Name(), forms)
		}
	}
}

// What one can do about a program is said in its words: apply here, apply to the provider, simply take it, or not now and why.
func TestPagesSayWhatCanBeDoneNow(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	for slug, want := range map[string]string{
		"demo-scanning":      "You apply on this site.",
		"cisa-vuln-scanning": "You apply to the provider.",
		"cisa-scubagear":     "There is nothing to apply for.",
		"cisa-ci-fortify":    "There is nothing to apply for.",
		"dotgov":             "We could not confirm that the provider takes requests. Ask that first.",
		"cisa-pdns":          "The provider chooses whom it invites.",
		"doe-rmuc":           "The program is paused.",
		"eo14409-2c3":        "Nobody can apply yet",
	} {
		page := b.get("/programs/" + slug).want(http.StatusOK)
		if text := page.text("section[aria-labelledby=apply]"); !strings.Contains(text, want) {
			t.Errorf("%s: %q does not say %q", slug, text, want)
		}
		if buttons, here := page.Find("form[action='/applications'] button").Length(), slices.Contains([]string{"demo-scanning", "cisa-vuln-scanning", "dotgov"}, slug); (buttons == 1) != here {
			t.Errorf("%s: %d buttons to start", slug, buttons)
		}
	}
	list := b.get("/programs").want(http.StatusOK).text("main")
	for _, want := range []string{"Apply on this site", "Apply to the provider", "Take it and use it"} {
		if !strings.Contains(list, want) {
			t.Errorf("the list does not say %q", want)
		}
	}
}
