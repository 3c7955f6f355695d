package public_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"accessdesk/data/datatest"
	"accessdesk/eligibility/registry/registrytest"
)

// openFound is a desk with made-up registers.
func openFound(t *testing.T) *desk {
	t.Helper()
	d := openDesk(t)
	registrytest.Load(t, d.DB)
	return d
}

// pick searches and presses "This is us" of the only hit, or of the one with that id.
func (b *browser) pick(query, id string) *page {
	b.t.Helper()
	p := b.get("/check/find?q=" + url.QueryEscape(query)).want(http.StatusOK)
	if p.Find(`.hits input[name=operator][value="`+id+`"]`).Length() != 1 {
		b.t.Fatalf("%q does not find %s: %s", query, id, p.text("main"))
	}
	return b.post("/check/find", values("operator", id)).follow().want(http.StatusOK)
}

func TestWithoutRegistersTheCheckBeginsAsItDid(t *testing.T) {
	d := openDesk(t)
	b := d.browser(t, "en")
	if href, _ := b.get("/").Find(".usa-button--big").Attr("href"); href != "/check" {
		t.Errorf("the start button leads to %q", href)
	}
	if p := b.get("/check/find"); p.status != http.StatusSeeOther || p.location != "/check" {
		t.Errorf("find: %d %q", p.status, p.location)
	}
	if p := b.get("/check").want(http.StatusOK); p.Find(`a[href="/check/find"]`).Length() != 0 {
		t.Error("the first question leads to a search that is not there")
	}
	b.get("/check/found").want(http.StatusGone)
	b.post("/check/found", values("fact", "available_beds", "act", "keep")).want(http.StatusGone)
}

func TestFindByNameAndNumber(t *testing.T) {
	for _, lang := range []string{"en", "es"} {
		b := openFound(t).browser(t, lang)
		if href, _ := b.get("/").Find(".usa-button--big").Attr("href"); href != "/check/find" {
			t.Errorf("the start button leads to %q", href)
		}
		p := b.get("/check/find").want(http.StatusOK)
		if p.Find(".hits, .nothing").Length() != 0 || p.Find(`main a[href="/check"]`).Length() != 2 {
			t.Errorf("before a search: %s", p.text("main"))
		}
		for query, count := range map[string]int{"sampleton": 3, "Sampleton ex": 3, "360901": 1, "NM9000001": 1, "fdic:900001": 1, "  EXAMPLE   valley ": 1, "nowhere": 0} {
			p = b.get("/check/find?q=" + url.QueryEscape(query)).want(http.StatusOK)
			if got := p.Find(".hits li").Length(); got != count {
				t.Errorf("%s %q: %d hits, want %d", lang, query, got, count)
			}
			if empty := p.Find(".nothing").Length() == 1; empty != (count == 0) || p.Find(`main a[href="/check"]`).Length() != 2 {
				t.Errorf("%s %q: %s", lang, query, p.text("main"))
			}
			if value, _ := p.Find("#q").Attr("value"); value != strings.Join(strings.Fields(query), " ") {
				t.Errorf("the field holds %q after %q", value, query)
			}
		}
		edition := map[string]string{"en": "edition of February 2026", "es": "edición de febrero de 2026"}[lang]
		b.get("/check/find?q=360901").shows("SAMPLETON EXAMPLE HOSPITAL").shows("SAMPLETON, OH").shows("360901").shows(edition)
	}
}

func TestSearchTakesAnything(t *testing.T) {
	datatest.Each(t, func(t *testing.T, database *datatest.Database) {
		d := openDeskOn(t, database, offerings())
		registrytest.Load(t, d.DB)
		b := d.browser(t, "en")
		for _, query := range []string{"%", "_", "'", `"`, "\x00", "\xff", "<script>alert(1)</script>", "ccn:", ":", "ñandú & Söhne", strings.Repeat("a", 200), "%' OR 1=1 --"} {
			p := b.get("/check/find?q=" + url.QueryEscape(query)).want(http.StatusOK)
			if p.Find(".hits li").Length() != 0 || p.Find("main script").Length() != 0 {
				t.Errorf("%q: %s", query, p.text("main"))
			}
		}
		for _, query := range []string{strings.Repeat("a", 201), strings.Repeat("ab ", 667)} {
			b.get("/check/find?q="+url.QueryEscape(query)).problem("q", "Use 200 characters or fewer. The name alone is enough")
		}
		b.get("/check/find?q=sampleton&q=nowhere").want(http.StatusOK)
	})
}

// TestPickedRecordAnswers: what a record says is not asked, is marked with its source wherever answers show, and can be changed.
func TestPickedRecordAnswers(t *testing.T) {
	d := openFound(t)
	b := d.browser(t, "en")
	p := b.pick("sampleton", registrytest.Hospital)
	p.shows("This is what public records say").shows("SAMPLETON EXAMPLE HOSPITAL").shows("CMS certification number 360901").
		shows("from Medicare hospitals (CMS), edition of February 2026").shows("from Medicare cost reports (CMS), edition of December 2021")
	if p.Find("#row-available_beds .chg a, #row-ccn .chg a").Length() != 1 {
		t.Errorf("what the check does not ask has no page to change it: %s", p.text("main"))
	}
	if got := p.text("#confirm-available_beds"); !strings.Contains(got, "The list says 47 beds. Is that still right?") {
		t.Errorf("to confirm: %q", got)
	}
	p = b.post("/check/found", values("fact", "available_beds", "act", "confirm")).follow().want(http.StatusOK)
	if p.Find("[id^=confirm-]").Length() != 0 {
		t.Errorf("asked again: %s", p.text("main"))
	}
	p.shows("from Medicare cost reports")
	recorded := map[string]bool{"sector": true, "state_or_territory": true, "ownership_type": true, "hospital_type": true, "available_beds": true}
	next, _ := p.Find("main .acts .usa-button").First().Attr("href")
	for asked := 0; strings.HasPrefix(next, "/check/q/"); asked++ {
		if fact := strings.TrimPrefix(next, "/check/q/"); recorded[fact] || asked > 12 {
			t.Fatalf("asks for %s", fact)
		}
		page := b.get(next).want(http.StatusOK)
		if back, _ := page.Find("a.back").Attr("href"); asked == 0 && back != "/check/found" {
			t.Errorf("the first question leads back to %q", back)
		}
		page.shows("from Medicare hospitals (CMS)")
		next = b.post(next, values("answer", "unsure")).location
	}
	for _, address := range []string{"/check/results", "/check/results/print", "/check/answers"} {
		b.get(address).want(http.StatusOK)
	}
	b.get("/check/results/print").shows("from Medicare cost reports (CMS), edition of December 2021")
	b.get("/check/answers").shows("from Medicare hospitals (CMS), edition of February 2026").shows("Also in public records")
	b.get("/check/results").shows("answers come from public records").shows("For a hospital or clinic in Ohio.")
	// a mailed link brings the sources along
	b.post("/check/email", values("email", "visitor@example.org")).follow().want(http.StatusOK)
	other := d.browser(t, "en")
	opened := other.get(link(t, d.deliver(t)[0])).follow().want(http.StatusOK)
	token, _ := opened.Find("input[name=token]").Attr("value")
	other.post("/check/resume", values("token", token)).follow().want(http.StatusOK)
	other.get("/check/found").want(http.StatusOK).shows("SAMPLETON EXAMPLE HOSPITAL").shows("from Medicare hospitals (CMS), edition of February 2026")
}

// TestChangedAnswerDiffers: an answer that the register gives otherwise is said softly, and the person settles it.
func TestChangedAnswerDiffers(t *testing.T) {
	d := openFound(t)
	b := d.browser(t, "en")
	b.pick("sampleton", registrytest.Hospital)
	b.post("/check/q/available_beds", values("exact", "60", "from", "found")).follow().want(http.StatusOK)
	for _, address := range []string{"/check/found", "/check/answers", "/check/results"} {
		p := b.get(address).want(http.StatusOK)
		if got := p.text("#differs-available_beds"); !strings.Contains(got, "You said: 60 beds. The record says: 47 beds. It is from Medicare cost reports (CMS), edition of December 2021.") {
			t.Errorf("%s says %q", address, got)
		}
	}
	b.get("/check/results/print").shows("You said: 60 beds.")
	p := b.post("/check/found", values("fact", "available_beds", "act", "keep", "from", "answers"))
	if p.location != "/check/answers" {
		t.Errorf("leads to %q", p.location)
	}
	p = p.follow().shows("You keep your answer")
	if p.Find("#differs-available_beds button[value=keep]").Length() != 0 || p.Find("#differs-available_beds button[value=use]").Length() != 1 {
		t.Errorf("kept: %s", p.text("#differs-available_beds"))
	}
	// another answer is another matter
	b.post("/check/q/available_beds", values("exact", "61"))
	if p = b.get("/check/answers"); p.Find("#differs-available_beds button[value=keep]").Length() != 1 {
		t.Errorf("changed after keeping: %s", p.text("#differs-available_beds"))
	}
	// a band that holds the number does not differ
	band, _ := b.get("/check/q/available_beds").Find("input[type=radio][name=answer]").First().Attr("value")
	b.post("/check/q/available_beds", values("answer", band))
	if p = b.get("/check/answers"); p.Find("[id^=differs-]").Length() != 0 {
		t.Errorf("%s differs: %s", band, p.text("main"))
	}
	b.post("/check/q/available_beds", values("exact", "61"))
	p = b.post("/check/found", values("fact", "available_beds", "act", "use", "from", "results")).follow().want(http.StatusOK)
	if p.Find("[id^=differs-]").Length() != 0 {
		t.Errorf("used: %s", p.text("main"))
	}
	if got := b.get("/check/answers").text("#row-available_beds"); !strings.Contains(got, "47") || !strings.Contains(got, "from Medicare cost reports") {
		t.Errorf("the row says %q", got)
	}
	// answering as the record does confirms it
	b.post("/check/q/available_beds", values("exact", "47"))
	if got := b.get("/check/found").want(http.StatusOK); !strings.Contains(got.text("#row-available_beds"), "from Medicare cost reports") || got.Find("[id^=confirm-]").Length() != 0 {
		t.Errorf("confirmed on its page: %s", got.text("main"))
	}
	before := b.get("/check/answers").text("main")
	for _, bad := range []url.Values{values("fact", "available_beds", "act", "burn"), values("fact", "available_beds"), values("fact", "ccn", "act", "use"),
		values("fact", "nonsense", "act", "use"), values("act", "keep"), values()} {
		if p := b.post("/check/found", bad); p.location != "/check/found" {
			t.Errorf("%v: %d %q", bad, p.status, p.location)
		}
	}
	if after := b.get("/check/answers").text("main"); after != before {
		t.Errorf("senseless forms changed %q into %q", before, after)
	}
}

// TestTypedAnswersStay: neither picking nor taking back loses what the person typed.
func TestTypedAnswersStay(t *testing.T) {
	d := openFound(t)
	b := d.browser(t, "en")
	b.post("/check", values("answer", "health"))
	b.post("/check/q/state_or_territory", values("answer", "PA"))
	b.get("/check").shows("Public records can answer some of these questions for you.")
	p := b.pick("360901", registrytest.Hospital)
	if got := p.text("#differs-state_or_territory"); !strings.Contains(got, "You said: Pennsylvania. The record says: Ohio.") {
		t.Errorf("differs: %q", got)
	}
	if p = b.get("/check/find"); !strings.Contains(p.text("main"), "You picked SAMPLETON EXAMPLE HOSPITAL") {
		t.Errorf("find after picking: %s", p.text("main"))
	}
	p = b.pick("fdic:900001", registrytest.Bank)
	if p.Find("#row-available_beds").Length() != 0 || p.Find("#row-total_assets").Length() != 1 {
		t.Errorf("another one: %s", p.text("main"))
	}
	p = b.post("/check/find", values("operator", "")).follow().want(http.StatusOK).shows("We took back what came from public records.")
	if p.Find(".note, .hits").Length() != 0 {
		t.Errorf("taken back: %s", p.text("main"))
	}
	if p = b.get("/check/found"); p.location != "/check/find" {
		t.Errorf("found without one: %d %q", p.status, p.location)
	}
	p = b.get("/check/answers").want(http.StatusOK).shows("Pennsylvania").shows("Hospital or clinic")
	if p.Find("#row-total_assets, .meta").Length() != 0 {
		t.Errorf("left behind: %s", p.text("main"))
	}
}

func TestRecordThatIsGone(t *testing.T) {
	d := openFound(t)
	b := d.browser(t, "en")
	for _, id := range []string{"ccn:999999", "x", strings.Repeat("9", 3000), "zip:43001", "'"} {
		b.post("/check/find", values("operator", id)).problem("q", "We can't find this organization any more. Search for it again, or go on without it")
	}
	if p := b.post("/check/find", values()); p.location != "/check/find" || b.jar["check"] != "" {
		t.Errorf("taking back without a check: %q, cookie %q", p.location, b.jar["check"])
	}
}
