package ui_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/followup"
	"accessdesk/broker/packet"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui/webtest"

	"github.com/PuerkitoBio/goquery"
)

// Programs that are applied for elsewhere, by how: the packets of the first three are being prepared.
const (
	emailProgram    = "cisa-vuln-scanning"
	webProgram      = "anthropic-cvp"
	phoneProgram    = "state-cyber-corps"
	downloadProgram = "cisa-scubagear"
)

// packetStates are the other packets of the world, each with the report that brought it where it is.
var packetStates = []struct {
	slug  string
	acts  []string
	state broker.State
}{
	{"cisa-csa", []string{broker.ActSend}, broker.Sent},
	{"ms-mdash", []string{broker.ActSend, broker.ActAcknowledge}, broker.Acknowledged},
	{"ms-isac", []string{broker.ActAccept}, broker.Approved},
	{"circuit-rider", []string{broker.ActSetUp}, broker.SetUp},
	{downloadProgram, []string{broker.ActReady}, broker.ReadyToUse},
	{"cyber-clinics", []string{broker.ActSend, broker.ActRefuse}, broker.Refused},
	{"ship", []string{broker.ActSend}, broker.NoReply},
	{"cisa-cpg", []string{broker.ActWithdraw}, broker.Withdrawn},
}

// prepare makes the packets of the first organization, one in each state, and lets one provider be silent.
func (w *world) prepare(t testing.TB) {
	t.Helper()
	slugs := []string{emailProgram, webProgram, phoneProgram}
	for _, p := range packetStates {
		slugs = append(slugs, p.slug)
	}
	for _, item := range w.begin(t, owner, w.org, slugs...).Items {
		w.packets[item.Slug] = item
	}
	for _, p := range packetStates {
		for _, act := range p.acts {
			r := broker.ActRequest{Act: act, Message: "Noted by the operator on duty."}
			if p.state == broker.NoReply {
				r.On = w.Now().Add(-20 * wholeDay).Format(time.DateOnly)
			}
			if p.state == broker.ReadyToUse {
				r.Ends = w.Now().Add(25 * wholeDay).Format(time.DateOnly)
			}
			w.packets[p.slug] = w.must(t, owner, w.packets[p.slug], r)
		}
	}
	w.Write(t, func(tx *data.Tx) error {
		report, err := followup.Due(tx, w.desk)
		if err == nil && report.Unanswered != 1 {
			err = fmt.Errorf("%d packets without an answer, want 1", report.Unanswered)
		}
		return err
	})
	item := w.packets["ship"]
	w.packets["ship"] = w.itemNow(t, item)
}

// itemNow reads an item as it is.
func (w *world) itemNow(t testing.TB, item broker.Item) (now broker.Item) {
	t.Helper()
	w.Read(t, func(tx *data.Tx) error {
		a, err := broker.FindApplication(tx, broker.PersonActor(w.people[owner]), item.ApplicationID)
		if err == nil {
			now, _ = a.Item(item.Slug)
		}
		return err
	})
	return now
}

// packet is the address of a packet of the first organization.
func (w *world) packet(slug string) string {
	return "/applications/" + w.packets[slug].ApplicationID + "/p/" + slug
}

func packetsInEachState(end string) func(*world) []string {
	return func(w *world) (all []string) {
		for _, slug := range slices.Sorted(maps.Keys(w.packets)) {
			all = append(all, w.packet(slug)+end)
		}
		return all
	}
}

// packetsThatDiffer are pages that look like no other: a form to copy into, a phone call, a silent provider, one in use.
func packetsThatDiffer(w *world) []string {
	return []string{w.packet(emailProgram), w.packet(webProgram), w.packet(phoneProgram), w.packet("ship"), w.packet(downloadProgram)}
}

// everyReport lists the forms by which something can be reported now.
func everyReport(w *world) (all []string) {
	for _, act := range append(broker.StageActs(), "asked", broker.ActNote) {
		all = append(all, w.packet(emailProgram)+"/stage?act="+act)
	}
	return append(all, w.packet("cisa-csa")+"/stage?act="+broker.ActHeard)
}

func backToPacket(end string) place {
	return place{address: func(w *world) string { return w.packet(emailProgram) + end }, to: func(w *world) string { return w.packet(emailProgram) }}
}

// The world has a packet in each state.
func TestPacketWorld(t *testing.T) {
	w := openWorld(t)
	for _, p := range packetStates {
		if got := w.packets[p.slug].State; got != p.state {
			t.Errorf("%s is %s, want %s", p.slug, got, p.state)
		}
	}
	seen := map[broker.State]bool{}
	for _, item := range w.packets {
		seen[item.State] = true
	}
	for _, state := range broker.PacketStates() {
		if !seen[state] {
			t.Errorf("no packet is %s", state)
		}
	}
}

// fillFacts answers what a packet still misses, on the page where its links lead.
func fillFacts(t testing.TB, v *webtest.Visitor, page *webtest.Page, packetPage string) *webtest.Page {
	t.Helper()
	facts, _, _ := strings.Cut(page.Find(`.gaps a[href*="/org?packet="]`).AttrOr("href", ""), "#")
	action, _, _ := strings.Cut(facts, "?")
	form := v.Visit(facts).Want(http.StatusOK).Form(action)
	for name, value := range map[string]string{"f-legal_name": "Cedar Flats Water District", "f-site_address": "12 Mill Road\nCedar Flats, NM 87000",
		"f-technical_contact": "Duty desk, duty@example.org", "f-authorised_official": "General manager"} {
		if form.Values.Has(name) {
			form.Set(name, value)
		}
	}
	return form.Send().Want(http.StatusOK).At(packetPage)
}

// A packet by e-mail, from what is missing to "ready", over the real router on both engines: gaps, facts, own question, papers, the
// file, stages with days and notes, a step taken back, and the task list and home page that follow along.
func TestPacketByEmail(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openWorldOn(t, db)
		v, address := w.visitor(t, owner), w.packet(emailProgram)
		page := v.Visit(address).Want(http.StatusOK).Says("3 answers are still missing", "Requesting Cyber Hygiene Services", "vulnerability@cisa.dhs.gov", packet.Blank)
		v.Visit("/applications/"+w.packets[emailProgram].ApplicationID).Says("Send yourself: Vulnerability scanning", "3 answers are still missing")
		page = fillFacts(t, v, page, address).Silent("still missing")
		body := page.Find("textarea#body").Text()
		for _, text := range []string{"Legal name: Cedar Flats Water District", "12 Mill Road", "Duty desk, duty@example.org"} {
			if !strings.Contains(body, text) {
				t.Errorf("%q is not in the message:\n%s", text, body)
			}
		}
		page = page.Form(address).Set("q-heard_from", "From our state association").Send().Want(http.StatusOK).At(address).Says("Saved. The packet is up to date.")
		if !strings.Contains(page.Find("textarea#body").Text(), "How did you hear about the service? From our state association") {
			t.Error("the own question is not in the message")
		}
		papers := page.Find("input[name=paper]")
		page = page.Form(address+"/papers").Set("paper", papers.First().AttrOr("value", "")).Send().Want(http.StatusOK).Says("You have 1 of 3.")
		w.wantFile(t, v, address, "[x] List of your fixed public IPv4 addresses", "From our state association", "Requesting Cyber Hygiene Services")
		w.wantMailto(t, page, "vulnerability@cisa.dhs.gov", "Requesting Cyber Hygiene Services", "From our state association")

		report := func(act, day, note string) *webtest.Page {
			t.Helper()
			at := w.Now().AddDate(0, 0, map[string]int{"yesterday": -1, "today": 0, "the day after tomorrow": 2, "long ago": -40}[day])
			form := v.Visit(address + "/stage?act=" + act).Want(http.StatusOK).Form(address + "/stage?act=" + act)
			form.Set("q-on", fmt.Sprint(int(at.Month()))).Set("q-on-day", fmt.Sprint(at.Day())).Set("q-on-year", fmt.Sprint(at.Year())).Set("note", note)
			return form.Send()
		}
		report("send", "the day after tomorrow", "").Want(http.StatusUnprocessableEntity).Says("Enter a day that is not in the future")
		report("send", "yesterday", "From the office computer.").Want(http.StatusOK).At(address).Says("Noted.", "From the office computer.", "Wait for their answer until")
		report("acknowledge", "long ago", "").Want(http.StatusUnprocessableEntity)
		report("asked", "today", "").Want(http.StatusUnprocessableEntity).Says("Say what they want from you")
		page = report("asked", "today", "They want the service form.").Want(http.StatusOK).At(address).Says("They want the service form.", "Take back the last step")
		page = page.Form(address+"/undo").Send().Want(http.StatusOK).At(address).Says("The last step is taken back.", "Wait for their answer until", "Taken back")
		if page.Find(`form[action$="/undo"]`).Length() != 1 {
			t.Error("the step before cannot be taken back any more")
		}
		report("accept", "today", "").Want(http.StatusOK).At(address)
		v.Visit("/home").Says("The provider said yes", "Vulnerability scanning")
		report("ready", "today", "").Want(http.StatusOK).At(address).Says("It is in use.")
		v.Visit("/home").Says("Ready to use")
		if got := w.itemNow(t, w.packets[emailProgram]); got.State != broker.ReadyToUse {
			t.Errorf("the packet is %s", got.State)
		}
		if page := v.Visit(address); page.Find("form[action^='/applications']").Length() != 1 { // only the step back
			t.Errorf("a packet that is ready still has forms: %s", page.Find("main").Text())
		}
	})
}

// wantFile downloads a packet and looks for texts in it.
func (w *world) wantFile(t testing.TB, v *webtest.Visitor, address string, texts ...string) {
	t.Helper()
	response := v.Send(http.MethodGet, address+"/packet.txt", nil, nil)
	body := textOf(t, response)
	if response.Header.Get("Content-Type") != "text/plain; charset=utf-8" || !strings.HasPrefix(response.Header.Get("Content-Disposition"), `attachment; filename="packet-`) {
		t.Errorf("headers %v", response.Header)
	}
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("%q is not in the file:\n%s", text, body)
		}
	}
	if strings.Count(body, "\n") != strings.Count(body, "\r\n") {
		t.Error("the ends of lines differ")
	}
}

func textOf(t testing.TB, response *http.Response) string {
	t.Helper()
	return string(need(io.ReadAll(response.Body))(t))
}

// wantMailto checks the link that opens the message in a mail program.
func (w *world) wantMailto(t testing.TB, page *webtest.Page, to, subject string, texts ...string) {
	t.Helper()
	link := page.Find(`a.usa-button[href^="mailto:"]`).AttrOr("href", "")
	if !strings.HasPrefix(link, "mailto:"+to+"?subject="+strings.ReplaceAll(subject, " ", "%20")+"&body=Hello%2C%0D%0A%0D%0A") {
		t.Errorf("link %.200s", link)
	}
	for _, text := range texts {
		if !strings.Contains(link, strings.ReplaceAll(text, " ", "%20")) {
			t.Errorf("%q is not in the link %s", text, link)
		}
	}
	if len(link) > 1_800 {
		t.Errorf("the link has %d bytes", len(link))
	}
}

// What looks like a secret stays out of the packet, wherever it goes, and the person is told at the answer.
func TestPacketHoldsBackSecrets(t *testing.T) {
	w := openWorld(t)
	v, address := w.visitor(t, owner), w.packet(webProgram)
	page := v.Visit(address).Form(address).Set("q-use_case", "We read our logs. The router password is Summer2026.").Send().Want(http.StatusOK).At(address)
	if got := page.Find("textarea#q-use_case").Text(); !strings.Contains(got, "Summer2026") {
		t.Errorf("what was typed is lost: %q", got)
	}
	page.Says("your answer looks like it holds a password")
	page.Find("textarea").Remove()
	for what, text := range map[string]string{"page": page.Find("main").Text(), "file": textOf(t, v.Send(http.MethodGet, address+"/packet.txt", nil, nil)),
		"print": textOf(t, v.Send(http.MethodGet, address+"/print", nil, nil))} {
		if strings.Contains(text, "Summer2026") {
			t.Errorf("the %s holds the secret", what)
		}
	}
}

// Where a program has several ways to apply, one is chosen while it is prepared; what it asks and says follows.
func TestPacketOtherWay(t *testing.T) {
	w := openWorld(t)
	v, address := w.visitor(t, owner), w.packet(phoneProgram)
	page := v.Visit(address).Says("877-MI-CYBER", "What to say on the phone", "I am calling about this program")
	form := page.Form(address + "/way")
	form.Values.Set("way", "2")
	page = form.Send().Want(http.StatusOK).At(address).Says("The packet follows the way that you chose.", "https://ong.ohio.gov/members/sdf/ohcr/index.html").Silent("What to say on the phone")
	form = page.Form(address + "/way")
	for _, wrong := range []string{"9", "-1", "", "x"} {
		form.Values.Set("way", wrong)
		form.Send().Want(http.StatusUnprocessableEntity)
	}
	if got := w.itemNow(t, w.packets[phoneProgram]); got.Route != 2 {
		t.Errorf("route %d", got.Route)
	}
}

// Readers see everything and can change nothing; what may not be reported now leads back to the page.
func TestPacketReader(t *testing.T) {
	w := openWorld(t)
	v := w.visitor(t, reader)
	for _, slug := range slices.Sorted(maps.Keys(w.packets)) {
		page := v.Visit(w.packet(slug)).Want(http.StatusOK)
		page.Find("form").Each(func(_ int, s *goquery.Selection) {
			if action := s.AttrOr("action", ""); strings.HasPrefix(action, "/applications") {
				t.Errorf("%s: a reader has the form %s", slug, action)
			}
		})
		if page.Find(`a[href*="/stage"], a[href$="/withdraw"], a[href*="/org?"]`).Length() > 0 {
			t.Errorf("%s: a reader is offered what they may not do", slug)
		}
	}
	form := v.Visit(w.packet(emailProgram) + "/stage?act=send").Want(http.StatusOK).Form(w.packet(emailProgram) + "/stage?act=send")
	form.Send().Want(http.StatusUnprocessableEntity)
	w.visitor(t, editor).Visit(w.packet(emailProgram)).Want(http.StatusOK).Says("somebody who may send for your organization")
	o := w.visitor(t, owner)
	o.Visit(w.packet(downloadProgram) + "/stage?act=ready").At(w.packet(downloadProgram))
	o.Visit(w.packet(emailProgram) + "/stage?act=nonsense").At(w.packet(emailProgram))
	if got := o.Send(http.MethodPost, w.packet(emailProgram)+"/stage?act=nonsense", formOf(http.MethodPost, w.formToken(t, o, owner)), nil); got.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown report: %d", got.StatusCode)
	}
	// A program that is decided here has no packet.
	o.Visit(w.item(broker.Draft) + "/print").Want(http.StatusNotFound)
}

// The task list and the home page hold packets beside what is decided here, each with what to do next.
func TestPacketsOnLists(t *testing.T) {
	w := openWorld(t)
	bothLanguages(t, func(t *testing.T, lang string) {
		v := w.speaker(t, owner, lang)
		l := w.desk.Locales.In(lang)
		home := v.Visit("/home").Want(http.StatusOK).Says(l.T("packet.home_with"), l.T("status.packet_no_reply"), l.T("packet.home_no_reply"), l.T("packet.home_renew"))
		for _, slug := range []string{"ship", "ms-isac", "circuit-rider", "cisa-csa", downloadProgram} {
			if home.Find(`main a[href="`+w.packet(slug)+`"]`).Length() == 0 {
				t.Errorf("%s: no link to %s on the home page", lang, slug)
			}
		}
		if home.Find(`main a[href="`+w.packet("cisa-cpg")+`"]`).Length() == 0 {
			t.Errorf("%s: the stopped packet is not among the decisions", lang)
		}
		list := v.Visit("/applications/" + w.packets[emailProgram].ApplicationID).Want(http.StatusOK)
		for slug := range w.packets {
			if list.Find(`main a[href="`+w.packet(slug)+`"]`).Length() == 0 {
				t.Errorf("%s: no link to %s in the application", lang, slug)
			}
		}
		for _, slug := range []string{emailProgram, webProgram, phoneProgram} {
			if list.Find(`.tasks a[href="`+w.packet(slug)+`"]`).Length() != 1 {
				t.Errorf("%s: %s is not among the tasks", lang, slug)
			}
		}
		v.Visit("/applications").Says(l.T("status.packet_sent"), l.T("status.packet_preparing"))
	})
}

// Starting: programs that are applied for elsewhere stand beside those that are decided here, and each says which it is.
func TestStartPackets(t *testing.T) {
	w := openWorld(t)
	v := w.visitor(t, outsider)
	v.SetCookie("start", strings.Join([]string{"appa-cyber", "doe-rmuc", scanProgram}, "."))
	page := v.Visit("/applications/new").Want(http.StatusOK).Says("Applied for elsewhere. We prepare everything, you send it.")
	if open := page.Find(`form[action="/applications"] input[name=program]`); open.Length() != 1 || open.AttrOr("value", "") != "appa-cyber" {
		t.Errorf("%d programs can be started", open.Length()) // one has an application already, the other takes no requests
	}
	page = page.Form("/applications").Send().Want(http.StatusOK)
	application, _, _ := strings.Cut(page.Path, "?")
	page.Says("Send yourself: ")
	v.Visit(application + "/p/appa-cyber").Want(http.StatusOK).Says("Cybersecurity@PublicPower.org")
	v.Visit(application + "/check").At(application) // nothing is sent here
	v.Visit(application+"/p/appa-cyber/withdraw").Form(application+"/p/appa-cyber/withdraw").Set("choice", "yes").Send().Want(http.StatusOK)
}

// republish makes a changed version of a program the live one. Publishing is not built yet, so that the rows are written here.
func (w *world) republish(t testing.TB, slug string, change func(*catalog.Offering)) {
	t.Helper()
	o := *w.offerings[slices.IndexFunc(w.offerings, func(o *catalog.Offering) bool { return o.Slug == slug })]
	change(&o)
	w.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec("UPDATE offering_version SET state = 'retired' WHERE slug = $1", slug)
		if err == nil {
			_, err = tx.Exec(`INSERT INTO offering_version (id, slug, number, state, body, owner, created_at, created_by, published_at, published_by)
				VALUES ($1, $2, 2, 'published', $3, '', $4, 'seed', $4, 'seed')`, data.NewID(), slug, string(catalog.Canonical(&o)), data.Millis(tx.Now))
		}
		if err == nil {
			_, err = tx.Exec("UPDATE catalog_revision SET revision = revision + 1, stamp = $1 WHERE id = 1", data.NewID())
		}
		return err
	})
}

// A packet that was sent keeps the version that it was prepared from; one that is prepared follows the live one, and says that
// the program takes no requests any more.
func TestPacketFollowsTheProgram(t *testing.T) {
	w := openWorld(t)
	w.republish(t, emailProgram, func(o *catalog.Offering) {
		o.Status, o.Title = catalog.StatusLapsed, catalog.Text{En: "Scanning, once more", Es: "Escaneo, otra vez"}
	})
	w.republish(t, "cisa-csa", func(o *catalog.Offering) { o.Title = catalog.Text{En: "Another title", Es: "Otro título"} })
	v := w.visitor(t, owner)
	v.Visit(w.packet(emailProgram)).Want(http.StatusOK).Says("Scanning, once more", "This program may take no requests now")
	v.Visit(w.packet("cisa-csa")).Want(http.StatusOK).Silent("Another title")
}
