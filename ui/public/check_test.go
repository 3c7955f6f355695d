package public_test

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog/catalogtest"
	"accessdesk/eligibility"

	"github.com/PuerkitoBio/goquery"
	"pgregory.net/rapid"
)

// townWater are the answers of a town that runs drinking water and wastewater.
var townWater = map[string]string{
	"sector": "drinking_water wastewater", "state_or_territory": "NM", "ownership_type": "government_local", "population_served": "=4,200",
	"has_ot": "yes", "uses_microsoft_365": "no", "uses_custom_code": "no", "authorised_targets_statement": "yes",
	"serves_rural_10k_or_less": "yes", "govt_type": "special_district", "static_public_ips": "unsure", "zero_data_retention": "unsure",
}

// answer posts the answer to the question on the page: "=" begins an exact number, blanks separate ticks, "" skips.
func (p *page) answer(value string) *page {
	p.t.Helper()
	action, ok := p.Find("main form[method=post]").Attr("action")
	if !ok {
		p.t.Fatalf("no form: %s", p.text("main"))
	}
	form := url.Values{}
	switch number, exact := strings.CutPrefix(value, "="); {
	case value == "":
		form.Set("skip", "1")
	case exact:
		form.Set("exact", number)
	default:
		form["answer"] = strings.Fields(value)
	}
	if from, ok := p.Find("input[name=from]").Attr("value"); ok {
		form.Set("from", from)
	}
	return p.browser.post(action, form)
}

// walk answers every question that the check asks and gives the facts in the order in which they were asked, and the
// results.
func (b *browser) walk(answers map[string]string) ([]string, *page) {
	b.t.Helper()
	asked := []string{"sector"}
	p := b.get("/check").want(http.StatusOK).answer(answers["sector"])
	for len(asked) < 60 {
		p = p.follow().want(http.StatusOK)
		action, _ := p.Find("main form[method=post]").Attr("action")
		fact, isQuestion := strings.CutPrefix(action, "/check/q/")
		if !isQuestion || p.Find("progress").Length() == 0 {
			return asked, p
		}
		asked = append(asked, fact)
		p = p.answer(answers[fact])
	}
	b.t.Fatalf("the check does not end: %v", asked)
	return nil, nil
}

func TestCheckFromFirstQuestionToResults(t *testing.T) {
	d := openDesk(t)
	b := d.browser(t, "en")
	asked, results := b.walk(townWater)
	if want := []string{"sector", "state_or_territory", "ownership_type", "population_served"}; !slices.Equal(asked[:4], want) {
		t.Errorf("the check begins with %v, want %v", asked[:4], want)
	}
	if got := results.text("h1"); got != "6 of 28 programs look like a fit" {
		t.Errorf("heading %q", got)
	}
	results.shows("Based on your 6 answers for a drinking water system and a wastewater system in New Mexico.")
	results.shows("Checked November 23, 2026.")
	results.shows("This is a check, not a decision")
	var groups []string
	results.Find("section.sec > h2[id]").Each(func(_ int, s *goquery.Selection) { groups = append(groups, s.AttrOr("id", "")) })
	if want := []string{"likely", "one_more", "not_open", "not_now", "no_rules", "elsewhere"}; !slices.Equal(groups, want) {
		t.Errorf("groups %v, want %v", groups, want)
	}
	if shown := results.Find("section.sec .list > li").Length(); shown != 28 {
		t.Errorf("%d programs on the page, want all 28", shown)
	}
	// What can be started can be ticked: programs of this desk, and those whose packet it prepares.
	var picks []string
	results.Find("input[name=program][form=apply]").Each(func(_ int, s *goquery.Selection) { picks = append(picks, s.AttrOr("value", "")) })
	if want := []string{"demo-grant", "demo-model-access", "circuit-rider", "cisa-cpg", "cisa-csa", "ms-isac", "epa-water-cyber", "slcgp"}; !slices.Equal(picks, want) {
		t.Errorf("programs to tick: %v, want %v", picks, want)
	}
	// Those about which one has to ask first are not ticked beforehand.
	if ticked := results.Find("input[name=program][form=apply][checked]"); ticked.Length() != 6 || ticked.Last().AttrOr("value", "") != "ms-isac" {
		t.Errorf("%d programs are ticked, the last is %s", ticked.Length(), ticked.Last().AttrOr("value", ""))
	}
	if results.Find("form#apply").Length() != 1 {
		t.Error("no bar to start an application")
	}
}

func TestProgressAndPanels(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	first := b.get("/check").want(http.StatusOK)
	first.shows("Question 1")
	first.shows("Under attack right now?")
	p := first.answer("drinking_water").follow()
	if p.browser.jar["check"] == "" {
		t.Fatal("no cookie")
	}
	p.shows("Question 2")
	p.shows("Your results so far")
	if got := p.text(".answers dd"); got != "Drinking water systemChange: Type of organization" {
		t.Errorf("answers %q", got)
	}
	if back, _ := p.Find("a.back").Attr("href"); back != "/check" {
		t.Errorf("back leads to %q", back)
	}
	if p.text("details.why ul li") == "" {
		t.Error("why does not name the programs that use the answer")
	}
	p = p.answer("NM").follow()
	p.shows("Question 3")
	if back, _ := p.Find("a.back").Attr("href"); back != "/check/q/state_or_territory" {
		t.Errorf("back leads to %q", back)
	}
	bar := p.Find("progress")
	if value := bar.AttrOr("value", ""); value != "3" {
		t.Errorf("progress %q", value)
	}
	state := b.get("/check/q/state_or_territory")
	if chosen := state.Find("option[selected]").AttrOr("value", ""); chosen != "NM" {
		t.Errorf("the earlier answer shows %q", chosen)
	}
	b.get("/check").shows("You have a check open in this browser")
}

// TestPanelAgreesWithResults: the counts beside the questions are those of the results page.
func TestPanelAgreesWithResults(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	_, results := b.walk(townWater)
	panel := b.get("/check/q/ownership_type")
	var counts []string
	for _, group := range []string{"likely", "one_more", "not_now"} {
		count := results.Find("section[aria-labelledby=" + group + "] .list > li").Length()
		if group == "not_now" { // the page folds those for other kinds of organizations
			count += results.Find("section[aria-labelledby=elsewhere] .list > li").Length()
		}
		counts = append(counts, strconv.Itoa(count))
	}
	var shown []string
	panel.Find(".tally dd").Each(func(_ int, s *goquery.Selection) { shown = append(shown, s.Text()) })
	if !slices.Equal(shown, counts) {
		t.Errorf("the panel says %v, the results page %v", shown, counts)
	}
	if bar := panel.Find("svg.split").AttrOr("aria-label", ""); !strings.Contains(bar, "of 28 programs") {
		t.Errorf("the bar says %q", bar)
	}
}

// TestSeveralSectors: questions of a sector that is not the main one are part of the path, in their place.
func TestSeveralSectors(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	asked, _ := b.walk(map[string]string{"sector": "health drinking_water", "state_or_territory": "GA", "ownership_type": "government_local",
		"population_served": "=900", "hospital_type": "cah"})
	if !slices.Contains(asked, "population_served") || !slices.Contains(asked, "hospital_type") {
		t.Fatalf("asked %v", asked)
	}
	list := b.get("/check/answers")
	if rows := list.Find(".answers > div").Length(); rows != len(asked) || list.Find("section[aria-labelledby=idle]").Length() != 0 {
		t.Errorf("%d answers for %d questions", rows, len(asked))
	}
	place := strconv.Itoa(1 + slices.Index(asked, "population_served"))
	b.get("/check/q/population_served").shows("Question " + place)
}

// TestSkippedSectors: without the sectors, what concerns everybody is asked, and never the first page again.
func TestSkippedSectors(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	asked, results := b.walk(map[string]string{"state_or_territory": "GA", "ownership_type": "nonprofit"})
	if len(asked) < 4 || results.Find("section.sec .list > li").Length() != 28 {
		t.Errorf("asked %v", asked)
	}
}

func TestSectors(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	b.get("/check").answer("sltt_government electric drinking_water").follow()
	b.get("/check/answers").shows("Electric utility, Drinking water system, and Government (state, local, tribal, or territorial)")
	ticked := []string{}
	b.get("/check").Find("input:checked, input[checked]").Each(func(_ int, s *goquery.Selection) { ticked = append(ticked, s.AttrOr("value", "")) })
	if want := []string{"electric", "drinking_water", "sltt_government"}; !slices.Equal(ticked, want) {
		t.Errorf("ticked %v, want %v", ticked, want)
	}
}

func TestEveryQuestionOfTheCheckHasAControl(t *testing.T) {
	d := openDesk(t)
	for _, lang := range []string{"en", "es"} {
		b := d.browser(t, lang)
		b.get("/check").answer("health banking credit_union electric drinking_water wastewater gas telecom sltt_government other").follow()
		for _, fact := range catalogtest.Vocabulary().Facts() {
			p := b.get("/check/q/" + string(fact.ID))
			switch {
			case fact.Ask != eligibility.AskCheck:
				p.want(http.StatusNotFound)
			case fact.ID == eligibility.SectorFact || fact.ID == eligibility.AdditionalSectorsFact:
				if p.location != "/check" {
					t.Errorf("%s leads to %q", fact.ID, p.location)
				}
			default:
				checkControl(t, p.want(http.StatusOK), fact)
			}
		}
	}
}

func checkControl(t *testing.T, p *page, fact eligibility.Fact) {
	t.Helper()
	if p.Find("[name=answer][value=unsure], select[name=answer] option[value=unsure]").Length() != 1 {
		t.Errorf("%s: no \"I'm not sure\"", fact.ID)
	}
	if p.Find("button[name=skip]").Length() != 1 || p.Find("details.why").Length() != 1 || p.text("#hint") == "" {
		t.Errorf("%s: skip, why or hint is missing", fact.ID)
	}
	if fact.Type.Numeric() != (p.Find("input[name=exact]").Length() == 1) {
		t.Errorf("%s: number field", fact.ID)
	}
	if fact.Type == eligibility.TypeSet && p.Find("input[type=checkbox][value=none]").Length() != 1 {
		t.Errorf("%s: no \"none of these\"", fact.ID)
	}
	if p.answer("").status != http.StatusSeeOther {
		t.Errorf("%s: skip does not go on", fact.ID)
	}
}

func TestProblemsOfQuestions(t *testing.T) {
	d := openDesk(t)
	b := d.browser(t, "en")
	b.get("/check").want(http.StatusOK)
	b.post("/check", values()).problem("answer", `Tick what you run, or tick "I'm not sure"`)
	both := b.post("/check", values("answer", "gas", "answer", "unsure"))
	both.problem("answer", `Tick your choices, or only "None of these", or only "I'm not sure"`)
	if both.Find("input[value=gas][checked]").Length() != 1 {
		t.Error("what was ticked is gone")
	}
	b.get("/check").answer("drinking_water banking")
	for _, c := range []struct {
		fact  string
		form  url.Values
		field string
		text  string
	}{
		{"ownership_type", values(), "answer", `Choose an answer, or choose "I'm not sure"`},
		{"ownership_type", values("answer", "martian"), "answer", `Choose an answer, or choose "I'm not sure"`},
		{"state_or_territory", values("answer", ""), "answer", `Choose an answer, or choose "I'm not sure"`},
		{"memberships", values(), "answer", `Tick all that fit, or tick "None of these" or "I'm not sure"`},
		{"memberships", values("answer", "none", "answer", "waterisac"), "answer", `Tick your choices, or only "None of these", or only "I'm not sure"`},
		{"population_served", values("exact", "a few"), "exact", "Enter a whole number in digits, like 3,300"},
		{"population_served", values("exact", "3300.5"), "exact", "Enter a whole number in digits, like 3,300"},
		{"population_served", values("exact", "-5"), "exact", "Enter a whole number in digits, like 3,300"},
		{"population_served", values("exact", "1e4"), "exact", "Enter a whole number in digits, like 3,300"},
		{"population_served", values("exact", "99999999999999999999"), "exact", "Enter a whole number in digits, like 3,300"},
		{"population_served", values("exact", "4200", "answer", `{"min":100001}`), "exact", `The number does not fit the answer "More than 100,000 people". Change one of the two`},
		{"offices_count", values(), "exact", `Enter a number, or tick "I'm not sure"`},
		{"offices_count", values("exact", "5", "answer", "unsure"), "exact", `Enter a number, or tick "I'm not sure", but not both`},
		{"loan_to_asset_ratio", values("exact", "120"), "exact", "Enter a number that is not higher than 100"},
		{"loan_to_asset_ratio", values("exact", "half"), "exact", "Enter a number in digits, like 96 or 96.5"},
	} {
		p := b.post("/check/q/"+c.fact, c.form)
		p.problem(c.field, c.text)
		if typed := c.form.Get("exact"); typed != "" && p.Find("input[name=exact]").AttrOr("value", "") != typed {
			t.Errorf("%s: what was typed is gone", c.fact)
		}
	}
	if answers := b.get("/check/answers").Find(".answers > div").Length(); answers != 1 {
		t.Errorf("%d answers were kept from forms with problems", answers-1)
	}
	es := d.browser(t, "es")
	es.post("/check", values()).problem("answer", `Marque lo que opera, o marque "No estoy seguro"`)
}

func TestNumbersAsPeopleWriteThem(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	b.get("/check").answer("drinking_water banking electric")
	for typed, shown := range map[string]string{
		"4200": "4,200 people", "4,200": "4,200 people", " 0042 ": "42 people", "4200.0": "4,200 people", "0": "0 people",
	} {
		if p := b.post("/check/q/population_served", values("exact", typed)); p.status != http.StatusSeeOther {
			t.Errorf("%q: %s", typed, p.text(".problems"))
		}
		b.get("/check/answers").shows(shown)
	}
	b.post("/check/q/total_assets", values("exact", "$1,250,000"))
	b.get("/check/answers?").shows("$1,250,000")
	p := b.post("/check/q/population_served", values("answer", `{"min":25001,"max":100000}`))
	if p.status != http.StatusSeeOther {
		t.Fatalf("band: %s", p.text(".problems"))
	}
	b.get("/check/answers").shows("25,001 to 100,000 people")
	again := b.get("/check/q/population_served")
	if again.Find("input[checked]").Length() != 1 || again.text("input[checked] + label") != "25,001 to 100,000 people" {
		t.Errorf("the chosen band is not shown as chosen")
	}
}

func TestChangingAnEarlierAnswer(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	b.walk(townWater)
	// From the list of answers, the change comes back to the list and says what no longer counts.
	list := b.get("/check/answers")
	link, _ := list.Find("#row-sector .chg a").Attr("href")
	if link != "/check?from=answers" {
		t.Fatalf("change leads to %q", link)
	}
	p := b.get(link).answer("banking")
	if p.location != "/check/answers" {
		t.Fatalf("after the change: %q", p.location)
	}
	after := p.follow()
	after.shows("These answers no longer count:")
	after.shows("Kept, but not used now")
	idle := after.text("section[aria-labelledby=idle] dt")
	if !strings.Contains(idle, "People served") || strings.Contains(idle, "State") {
		t.Errorf("idle answers: %q", idle)
	}
	// Changed back, they count again, and nothing has to be answered twice.
	back := b.get("/check?from=results").answer("drinking_water wastewater")
	if back.location != "/check/results" {
		t.Fatalf("after the change back: %q", back.location)
	}
	results := back.follow()
	if got := results.text("h1"); got != "6 of 28 programs look like a fit" {
		t.Errorf("heading %q", got)
	}
	if b.get("/check/answers").Find("section[aria-labelledby=idle]").Length() != 0 {
		t.Error("answers are still idle")
	}
}

func TestOneQuestionOnTheResultsPage(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	// Who has to ask a colleague is not asked in the check for the sake of one program. The program still wants to know.
	asked, results := b.walk(map[string]string{"sector": "banking", "state_or_territory": "OH", "ownership_type": "investor_owned"})
	if slices.Contains(asked, "zero_data_retention") {
		t.Fatal("the check asks about data retention")
	}
	form := results.Find("form[action='/check/q/zero_data_retention']")
	if form.Length() != 1 || form.Find("button[name=answer]").Length() != 3 {
		t.Fatalf("no one-question form for zero_data_retention: %s", results.text("section[aria-labelledby=one_more]"))
	}
	results.shows("No: looks like a fit")
	after := b.post("/check/q/zero_data_retention", values("answer", "yes", "from", "results"))
	if after.location != "/check/results" {
		t.Fatalf("leads to %q", after.location)
	}
	page := after.follow()
	page.shows("Your answer is saved.")
	if !strings.Contains(page.text("section[aria-labelledby=not_now]"), "Anthropic") {
		t.Error("the answer did not settle the program")
	}
	b.get("/check/answers").shows("AI account set to keep no data")
}

// A bank has machines in its buildings too: the guide for control systems is for all sectors, so all are asked.
func TestControlSystemsAreAskedOfEverySector(t *testing.T) {
	d := openDesk(t)
	for _, sector := range d.desk.Vocabulary.Sectors() {
		if sector == "other" { // may or may not count as critical infrastructure, so no answer settles the guide
			continue
		}
		b := d.browser(t, "en")
		asked, results := b.walk(map[string]string{"sector": sector, "state_or_territory": "OH", "ownership_type": "investor_owned", "has_ot": "no"})
		if !slices.Contains(asked, "has_ot") {
			t.Errorf("%s: asked %v", sector, asked)
		}
		if !strings.Contains(results.text("section[aria-labelledby=not_now]"), "CI Fortify") {
			t.Errorf("%s: the answer did not settle the guide", sector)
		}
	}
}

func TestNotEligibleSaysWhy(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	_, results := b.walk(townWater)
	no := results.Find("section[aria-labelledby=not_now] li").FilterFunction(func(_ int, s *goquery.Selection) bool {
		return strings.Contains(s.Text(), "EPA resilience grants")
	})
	text := strings.Join(strings.Fields(no.Find("dl.cmp").Text()), " ")
	for _, want := range []string{"Your answer4,200 people", "This program needs", "10,000", "What would change this"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q does not say %q", text, want)
		}
	}
	var lines []string
	results.Find(".named li .meta a").Each(func(_ int, s *goquery.Selection) { lines = append(lines, path.Base(s.AttrOr("href", ""))) })
	if want := []string{"circuit-rider", "demo-grant", "demo-model-access", "epa-midlarge"}; !slices.Equal(lines, want) {
		t.Errorf("the card of the order names the lines of %v, want %v", lines, want)
	}
	if got := strings.Count(results.text(".named"), "You meet it"); got != 3 {
		t.Errorf("card of the order: %q", results.text(".named"))
	}
	results.shows("Named in the order: local utilities")
	results.shows("It does not say what these words mean.")
	var words []string
	results.Find(".named .words a").Each(func(_ int, s *goquery.Selection) { words = append(words, s.AttrOr("href", "")) })
	if want := []string{"/definitions#rural-usda", "/definitions#water-system-sizes"}; !slices.Equal(words, want) {
		t.Errorf("the card of the order explains %v, want %v", words, want)
	}
	if results.Find(".named a[href='/order']").Length() != 1 || results.Find(".named a[href='/definitions']").Length() != 1 {
		t.Error("the card of the order does not lead to the order, or not to all definitions")
	}
	if company := results.Find("section[aria-labelledby=one_more] .company"); company.Length() == 0 {
		t.Error("an AI program of a company does not say that the company decides")
	}
}

func TestResultsWithNothingAnswered(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	b.get("/check").answer("")
	results := b.get("/check/results").want(http.StatusOK)
	if got := results.text("h1"); got != "0 of 28 programs look like a fit" {
		t.Errorf("heading %q", got)
	}
	results.shows("Nothing looks like a fit yet.")
	results.shows("Based on your 0 answers for an organization.")
	if results.Find("form#apply").Length() != 0 {
		t.Error("a bar to apply without anything to apply for")
	}
	if results.Find("a[href^='/check/q/']").Length() == 0 {
		t.Error("no way to go on with the check")
	}
}

func TestPrintVersionHoldsEverything(t *testing.T) {
	b := openDesk(t).browser(t, "es")
	b.walk(townWater)
	p := b.get("/check/results/print").want(http.StatusOK)
	if shown := p.Find(".paper-item").Length(); shown != 28 {
		t.Errorf("%d programs, want 28", shown)
	}
	p.shows("Esto es una consulta, no una decisión")
	p.shows("4,200 personas")
	p.shows("Versión de la lista de programas: sha256:")
}

func TestCheckIsOver(t *testing.T) {
	d := openDesk(t)
	b := d.browser(t, "en")
	inner := []string{"/check/q/ownership_type", "/check/answers", "/check/results", "/check/results/print", "/check/email"}
	for _, path := range inner {
		b.get(path).want(http.StatusGone).shows("We kept nothing from this check")
	}
	b.get("/check").answer("gas")
	d.Advance(2*time.Hour - time.Second)
	b.get("/check/answers").want(http.StatusOK)
	b.post("/check/q/ownership_type", values("answer", "cooperative"))
	d.Advance(2*time.Hour - time.Second)
	b.get("/check/answers").want(http.StatusOK).shows("Cooperative")
	d.Advance(time.Second)
	for _, path := range inner {
		b.get(path).want(http.StatusGone)
	}
	b.post("/check/q/ownership_type", values("answer", "cooperative")).want(http.StatusGone).shows("Start again")
	b.get("/check").answer("gas").follow().want(http.StatusOK)
}

func TestForget(t *testing.T) {
	b := openDesk(t).browser(t, "en")
	b.walk(townWater)
	token := b.jar["check"]
	b.post("/check/forget", values()).follow().shows("Your answers are deleted.")
	if b.jar["check"] != "" {
		t.Error("the cookie is still there")
	}
	b.jar["check"] = token
	if answers := b.get("/check/answers").want(http.StatusOK).Find(".answers > div").Length(); answers != 0 {
		t.Errorf("%d answers are left", answers)
	}
}

// TestAnyAnswersEnd walks the check with random answers: it always ends, and every program stands in exactly one group.
func TestAnyAnswersEnd(t *testing.T) {
	d := openDesk(t)
	rapid.Check(t, func(rt *rapid.T) {
		b := d.browser(t, rapid.SampledFrom([]string{"en", "es"}).Draw(rt, "language"))
		sectors := rapid.SliceOfNDistinct(rapid.SampledFrom(catalogtest.Vocabulary().Sectors()), 1, 3, rapid.ID[string]).Draw(rt, "sectors")
		p := b.get("/check").answer(strings.Join(sectors, " "))
		for steps := 0; p.location != "/check/results"; steps++ {
			if steps > 60 {
				rt.Fatal("the check does not end")
			}
			p = p.follow()
			var offered []string
			p.Find("[name=answer][value], select[name=answer] option").Each(func(_ int, s *goquery.Selection) { offered = append(offered, s.AttrOr("value", "")) })
			choice := rapid.SampledFrom(offered).Draw(rt, "answer")
			if p.Find("input[name=exact]").Length() == 1 && p.Find("input[type=radio]").Length() == 0 {
				choice = rapid.SampledFrom([]string{"unsure", "=1", "=50", "=49999"}).Draw(rt, "number")
			}
			action := p.Find("main form[method=post]").AttrOr("action", "")
			form := values("answer", choice)
			if number, exact := strings.CutPrefix(choice, "="); exact {
				form = values("exact", number)
			} else if strings.Contains(choice, "{") {
				form = url.Values{"answer": {choice}}
			}
			if choice == "" {
				form = values("skip", "1")
			}
			p = b.post(action, form)
			if p.status != http.StatusSeeOther {
				rt.Fatalf("%s: %s", action, p.text(".problems"))
			}
		}
		if shown := p.follow().Find("section.sec .list > li").Length(); shown != 28 {
			rt.Fatalf("%d programs on the results page", shown)
		}
	})
}
