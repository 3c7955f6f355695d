package main

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/catalog"
	"accessdesk/data/datatest"
	"accessdesk/ui/webtest"
)

// county is the program that the journey makes.
const county = "county-scanning"

var countyTitle = catalog.Text{En: "County scanning", Es: "Escaneo del condado"}

// curator is a way through one door. Whoever acts is named; the words are what people say to each other.
type curator interface {
	create(who string)                     // a copy of the demonstration's program with another name and title
	seats(who string)                      // says how many there are in the open draft
	change(who string)                     // opens a draft without the rule about fixed addresses, with its examples mended
	differs(who string) []string           // the difference of the open draft in words, "" where the door says none
	act(who, act, words string)            // submit, send_back, approve
	pause(who string, reason catalog.Text) // at once
	begin(who, what string)                // opens a draft: reopen, retire
}

// journey is the manager's whole journey: TestCurationJourney of package ui walks it in a real browser.
var journey = []struct {
	name string
	step func(c curator)
}{
	{"begun from a copy", func(c curator) { c.create(ana) }},
	{"sent", func(c curator) { c.act(ana, "submit", "It is the county's own service.") }},
	{"sent back", func(c curator) { c.act(luis, "send_back", "How many seats are there?") }},
	{"seats", func(c curator) { c.seats(ana) }},
	{"sent again", func(c curator) { c.act(ana, "submit", "Seats are in now.") }},
	{"published", func(c curator) { c.act(luis, "approve", "") }},
	{"a rule changed", func(c curator) { c.change(ana) }},
	{"the change sent", func(c curator) { c.act(ana, "submit", "Fixed addresses are not asked for any more.") }},
	{"the change published", func(c curator) { c.act(luis, "approve", "") }},
	{"paused", func(c curator) {
		c.pause(ana, catalog.Text{En: "The county moves its office.", Es: "El condado cambia de oficina."})
	}},
	{"reopening", func(c curator) { c.begin(ana, "reopen") }},
	{"reopening sent", func(c curator) { c.act(ana, "submit", "They are back.") }},
	{"reopened", func(c curator) { c.act(luis, "approve", "") }},
	{"retiring", func(c curator) { c.begin(ana, "retire") }},
	{"retiring sent", func(c curator) { c.act(ana, "submit", "It was a trial.") }},
	{"off the list", func(c curator) { c.act(luis, "approve", "") }},
}

// The manager's whole journey leaves the same at every door: after each step the same versions, drafts, record and mails, to the letter.
func TestJourneyAtEveryDoor(t *testing.T) {
	doors := []struct {
		name string
		open func(*doorDesk) curator
	}{
		{"pages", func(d *doorDesk) curator { return pagesDoor{d} }},
		{"command", func(d *doorDesk) curator { return &commandDoor{doorDesk: d} }},
		{"interface", func(d *doorDesk) curator { return interfaceDoor{d} }},
	}
	for _, engine := range []struct {
		name string
		open func(testing.TB) *datatest.Database
	}{{"sqlite", datatest.Open}, {"postgres", datatest.OpenPostgres}} {
		t.Run(engine.name, func(t *testing.T) {
			stories := map[string][][]string{}
			for _, door := range doors {
				t.Run(door.name, func(t *testing.T) {
					stories[door.name] = walk(t, openDoors(t, engine.open(t)), door.open)
				})
			}
			if t.Failed() || len(stories) < len(doors) { // a door is left out where there is no server for its engine
				return
			}
			for i, step := range journey {
				for _, door := range doors[1:] {
					compare(t, step.name, doors[0].name, stories[doors[0].name][i], door.name, stories[door.name][i])
					if t.Failed() {
						return // what follows differs for the same reason
					}
				}
			}
			last := stories["pages"][len(journey)-1]
			if count := len(slices.DeleteFunc(slices.Clone(last), func(line string) bool { return !strings.HasPrefix(line, "version ") })); count != 4 {
				t.Errorf("%d versions:\n%s", count, strings.Join(last, "\n"))
			}
		})
	}
}

// ruleGone is how the words begin in which the difference of the change is told: where it is, and what.
var ruleGone = []string{`Rules: Rule "static-ip"`, `Rules: Example "no fixed addresses", expected result`, `Rules: Example "fixed addresses not given", expected result`}

// walk takes the journey through a door and gives the story after each step. What changes is said in words on the way.
func walk(t *testing.T, d *doorDesk, open func(*doorDesk) curator) (stories [][]string) {
	c := open(d)
	for _, step := range journey {
		d.Advance(time.Minute)
		step.step(c)
		stories = append(stories, d.story(county))
		if step.name != "a rule changed" {
			continue
		}
		if words := c.differs(ana); words != nil {
			if !slices.EqualFunc(words, ruleGone, strings.HasPrefix) {
				t.Errorf("the difference in words is %q, want %q", words, ruleGone)
			}
		}
	}
	return stories
}

// compare tells the first line in which two stories differ.
func compare(t *testing.T, step, door string, one []string, otherDoor string, other []string) {
	t.Helper()
	for i := range max(len(one), len(other)) {
		a, b := "nothing more", "nothing more"
		if i < len(one) {
			a = one[i]
		}
		if i < len(other) {
			b = other[i]
		}
		if a != b {
			t.Errorf("%s: %s keep\n%s\n%s keeps\n%s", step, door, a, otherDoor, b)
			return
		}
	}
}

// pagesDoor walks through the pages, without JavaScript.
type pagesDoor struct{ *doorDesk }

func (p pagesDoor) form(who, page string) *webtest.Form {
	return p.page(who, "en", county, page).Form("/staff/catalog/" + county + page)
}

func (p pagesDoor) create(who string) {
	p.browsers[who].Lang = "en"
	p.browsers[who].Visit("/staff/catalog/new").Form("/staff/catalog/new").Set("from", copied).Set("title.en", countyTitle.En).
		Set("title.es", countyTitle.Es).Set("slug", county).Send().At("/staff/catalog/" + county + "/text")
}

func (p pagesDoor) seats(who string) {
	p.form(who, "/window").Set("window.seats", "12").Press("yes").Want(http.StatusOK).At("/staff/catalog/" + county + "/sources")
}

func (p pagesDoor) change(who string) {
	p.page(who, "en", county, "").Form("/staff/catalog/" + county + "/draft").Send().At("/staff/catalog/" + county + "/text")
	p.form(who, "/rules").Press("remove criteria.1").Want(http.StatusOK)
	p.form(who, "/examples").Set("tests.2.outcome", "eligible").Set("tests.4.outcome", "eligible").Press("yes").Want(http.StatusOK)
}

func (p pagesDoor) differs(who string) (words []string) {
	for _, term := range p.page(who, "en", county, "/publish").Find("dl.diff dt").EachIter() {
		words = append(words, strings.Replace(term.Text(), " · ", ": ", 1))
	}
	return words
}

func (p pagesDoor) act(who, act, words string) {
	page := p.page(who, "en", county, "/publish")
	if page.Find(`button[name="act"][value="`+act+`"]`).Length() != 1 {
		p.t.Fatalf("no button to %s:\n%s", act, page.Text())
	}
	values := map[string]string{"act": act}
	if words != "" {
		values["words"] = words
	}
	p.post(who, page, "/staff/catalog/"+county+"/publish", values).At("/staff/catalog/" + county)
}

func (p pagesDoor) pause(who string, reason catalog.Text) {
	p.page(who, "en", county, "").Form("/staff/catalog/"+county+"/pause").Set("reason_en", reason.En).Set("reason_es", reason.Es).Send().At("/staff/catalog/" + county)
}

func (p pagesDoor) begin(who, what string) {
	page := p.page(who, "en", county, "")
	if page.Find(`button[name="do"][value="`+what+`"]`).Length() != 1 {
		p.t.Fatalf("no button to %s:\n%s", what, page.Text())
	}
	p.post(who, page, "/staff/catalog/"+county+"/draft", map[string]string{"do": what}).At("/staff/catalog/" + county + "/publish")
}

// commandDoor keeps an offering file and runs commands.
type commandDoor struct {
	*doorDesk
	file   *catalog.Offering
	showed string // by the last import
}

// imports writes the file and makes it a draft.
func (c *commandDoor) imports(who string) {
	c.write(county+".toml", c.file)
	c.showed = c.command(0, "catalog", "import", county+".toml", "--by", who).out
}

func (c *commandDoor) create(who string) {
	c.file = c.exported(copied)
	c.file.Slug, c.file.Title = county, countyTitle
	c.imports(who)
}

func (c *commandDoor) seats(who string) {
	c.file.Window.Seats = 12
	c.imports(who)
}

func (c *commandDoor) change(who string) {
	c.file = c.exported(county)
	c.file.Criteria = slices.Delete(c.file.Criteria, 1, 2)
	c.file.Tests[2].Outcome, c.file.Tests[4].Outcome = catalog.TestEligible, catalog.TestEligible
	c.imports(who)
}

func (c *commandDoor) differs(string) (words []string) {
	section := ""
	for line := range strings.Lines(c.showed) {
		switch line = strings.TrimSuffix(line, "\n"); {
		case strings.HasPrefix(line, "    "):
			words = append(words, section+": "+strings.TrimSpace(line))
		case strings.HasPrefix(line, "  "):
			section = strings.TrimSpace(line)
		}
	}
	return words
}

func (c *commandDoor) act(who, act, words string) {
	args := []string{"catalog", strings.ReplaceAll(act, "_", "-"), county, "--by", who}
	if words != "" {
		args = append(args, "--words", words)
	}
	c.command(0, args...)
}

func (c *commandDoor) pause(who string, reason catalog.Text) {
	c.command(0, "catalog", "pause", county, "--by", who, "--reason-en", reason.En, "--reason-es", reason.Es)
}

func (c *commandDoor) begin(who, what string) { c.command(0, "catalog", what, county, "--by", who) }

// interfaceDoor is a program with the keys of the two people.
type interfaceDoor struct{ *doorDesk }

// version gives the text of a published version.
func (i interfaceDoor) version(who, slug, number string) map[string]any {
	return i.ask(who, "en", http.MethodGet, "/offerings/"+slug+"/versions/"+number, nil).want(i.t, http.StatusOK).body["offering"].(map[string]any)
}

func (i interfaceDoor) create(who string) {
	made := i.ask(who, "en", http.MethodPost, "/offerings/"+copied+"/clone", map[string]any{"slug": county}).want(i.t, http.StatusCreated)
	o := made.body["offering"].(map[string]any)
	o["title"] = map[string]any{"en": countyTitle.En, "es": countyTitle.Es}
	i.ask(who, "en", http.MethodPut, "/drafts/"+county, o, "If-Match", made.mark).want(i.t, http.StatusOK)
}

func (i interfaceDoor) seats(who string) {
	draft := i.draft(who, county)
	o := draft.body["offering"].(map[string]any)
	window, _ := o["window"].(map[string]any)
	if window == nil {
		window = map[string]any{}
	}
	window["seats"] = 12
	o["window"] = window
	i.ask(who, "en", http.MethodPut, "/drafts/"+county, o, "If-Match", draft.mark).want(i.t, http.StatusOK)
}

func (i interfaceDoor) change(who string) {
	o := i.version(who, county, "1")
	o["criteria"] = slices.Delete(o["criteria"].([]any), 1, 2)
	for _, n := range []int{2, 4} {
		o["tests"].([]any)[n].(map[string]any)["outcome"] = "eligible"
	}
	i.ask(who, "en", http.MethodPut, "/drafts/"+county, o, "If-None-Match", "*").want(i.t, http.StatusCreated)
}

func (i interfaceDoor) differs(string) []string { return nil }

func (i interfaceDoor) act(who, act, words string) {
	var body any
	if words != "" {
		body = map[string]any{"words": words}
	}
	i.ask(who, "en", http.MethodPost, "/drafts/"+county+"/"+strings.ReplaceAll(act, "_", "-"), body, "If-Match", i.draft(who, county).mark).want(i.t, http.StatusOK)
}

// versions is the mark of the history of the program, which an act on what is published names.
func (i interfaceDoor) versions(who string) string {
	return i.ask(who, "en", http.MethodGet, "/offerings/"+county+"/versions", nil).want(i.t, http.StatusOK).mark
}

func (i interfaceDoor) pause(who string, reason catalog.Text) {
	i.ask(who, "en", http.MethodPost, "/offerings/"+county+"/pause", map[string]any{"reason": map[string]any{"en": reason.En, "es": reason.Es}},
		"If-Match", i.versions(who)).want(i.t, http.StatusOK)
}

func (i interfaceDoor) begin(who, what string) {
	i.ask(who, "en", http.MethodPost, "/offerings/"+county+"/"+what, nil, "If-Match", i.versions(who)).want(i.t, http.StatusCreated)
}

// The commands that the guide for program managers shows do what it says, one after the other.
func TestCommandsOfTheCurationGuide(t *testing.T) {
	guide, err := os.ReadFile("../../docs/curation.md")
	must(t, err)
	d := openDoors(t, datatest.Open(t))
	file := d.exported(copied)
	file.Slug, file.Title, file.Window.Seats = county, countyTitle, 12
	d.write(county+".toml", file)
	says := map[string]string{
		"import": "saved as a draft", "submit": "sent for review; another program manager has to approve it", "send-back": "sent back to its writer",
		"approve": "published", "pause": "paused; nothing new can be started", "reopen": "a draft without the pause is open; submit and approve it",
		"retire": "a draft that takes it off the list is open; submit and approve it", "discard": "discarded; what is public stays",
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(guide)) {
		command, found := strings.CutPrefix(strings.TrimSpace(line), "accessdesk ")
		if !found {
			continue
		}
		var args []string
		for i, part := range strings.Split(strings.Replace(command, " --db desk.db", "", 1), `"`) {
			if i%2 == 1 { // within quotation marks
				args = append(args, part)
			} else {
				args = append(args, strings.Fields(part)...)
			}
		}
		if out := d.command(0, args...).out; !strings.HasSuffix(out, county+": "+says[args[1]]+"\n") {
			t.Errorf("%s prints %q", line, out)
		}
		seen[args[1]] = true
	}
	if len(seen) != len(says) {
		t.Errorf("the guide shows %v", seen)
	}
}
