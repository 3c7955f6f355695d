package ui_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/data"
	"accessdesk/ui"
	"accessdesk/ui/webtest"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
)

// hostile is what a person with bad intent types. It breaks out of text, attributes, scripts and templates alike; mark
// and end show whether a page repeats it letter by letter.
const (
	mark    = "zq~7~"
	hostile = mark + `<script>alert(1)</script>"'><img src=x onerror=alert(1)>{{.}}{{printf "%d" 5}}` + end
	end     = "~7~qz"
)

// TestInjection types hostile text into each field of each form that any page shows to anybody, and then opens every
// page as everybody and every mail: the text stands there as text, or not at all.
func TestInjection(t *testing.T) {
	t.Parallel()
	w := openWorld(t)
	i := &injection{world: w, t: t, shown: map[string]bool{}, sent: map[string]int{}}
	i.tellStory()
	i.must(i.t, owner, i.packets[webProgram], broker.ActRequest{Act: broker.ActSend, Message: hostile})
	for _, manner := range []manner{everywhere, plausible, unseen} {
		for _, as := range everyRole {
			i.attack(as, manner)
		}
	}
	i.stored()
	for _, as := range everyRole {
		i.look(as)
	}
	i.mails()
	for _, path := range []string{"/home", "/org", "/org/edit", "/org/edit/:topic", "/org/people", "/org/choose", "/invitation/:id", "/account", "/applications", "/applications/:id", "/applications/:id/org", "/applications/:id/p/:slug",
		"/applications/:id/p/:slug/print", "/applications/:id/p/:slug/stage", "/access/:id", "/access/:id/people", "/staff/review", "/staff/review/:id", "/staff/access", "/staff/access/:id",
		"/programs/:slug", "/programs", "/staff/listings", "/staff/listings/reports/:id", "/staff/listings/providers/:slug", "/staff/listings/notices/:id"} {
		if !i.shown[path] {
			t.Errorf("no page of %s shows the hostile text: the test proves nothing about it", path)
		}
	}
	for _, secret := range []string{mark, "alert(1)", w.check, w.nonce, w.session(t, owner)} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// manner is how a form is filled in.
type manner string

const (
	everywhere manner = "everywhere" // hostile text in each field that a person can type into
	plausible  manner = "plausible"  // where text is asked for; elsewhere what can be stored
	unseen     manner = "unseen"     // in the hidden fields
)

type injection struct {
	*world
	t     *testing.T
	shown map[string]bool // routes whose page showed the text
	sent  map[string]int  // forms by path: how often they were sent
}

// tellStory walks an organization with a hostile name and hostile answers from the first page to the revocation.
func (i *injection) tellStory() {
	applicant, staff := i.visitor(i.t, newcomer), i.visitor(i.t, manager)
	i.fill(applicant.Visit("/org/new"), "/org/new", plausible, 0).sendTo(http.StatusOK)
	rename := i.fill(applicant.Visit("/org/name"), "/org/name", plausible, 0)
	rename.values.Set("name", hostile+" renamed")
	rename.sendTo(http.StatusOK).At("/org")
	page := applicant.Visit("/programs/" + modelProgram).Want(http.StatusOK).Form("/applications").Send().Want(http.StatusOK)
	if strings.HasPrefix(page.Path, "/applications/new") {
		page = page.Form("/applications").Send().Want(http.StatusOK)
	}
	application, _, _ := strings.Cut(page.Path, "?")
	item := application + "/p/" + modelProgram
	i.fill(applicant.Visit(application+"/org"), application+"/org", plausible, 0).sendTo(http.StatusOK)
	i.fill(applicant.Visit(item), item, plausible, 0).sendTo(http.StatusOK)
	i.fill(applicant.Visit(item), item, plausible, 0).sendTo(http.StatusOK) // questions that the answers brought up
	i.fill(applicant.Visit(application+"/check"), application+"/submit", plausible, 0).sendTo(http.StatusOK).At(application + "/sent")
	var id string
	i.Read(i.t, func(tx *data.Tx) error {
		return tx.Row("SELECT id FROM application_item WHERE application_id = $1", strings.TrimPrefix(application, "/applications/")).Scan(&id)
	})
	review := "/staff/review/" + id
	decide := func(choice string) *webtest.Page {
		f := i.fill(staff.Visit(review), review+"/decision", plausible, 0)
		f.values.Set("act", choice)
		f.values.Set("step", "confirm")
		return f.sendTo(http.StatusOK)
	}
	decide(broker.ActAsk)
	i.fill(applicant.Visit(item), item+"/answer", plausible, 0).sendTo(http.StatusOK)
	page = decide(broker.ActApprove)
	grant := page.Find(`a[href^="/staff/access/"]`).AttrOr("href", "")
	people := strings.TrimPrefix(grant, "/staff") + "/people"
	i.fill(applicant.Visit(people), people, plausible, 0).sendTo(http.StatusOK)
	f := i.fill(staff.Visit(grant), grant+"/decision", plausible, 0)
	f.values.Set("act", access.ActRevoke)
	preview := f.sendTo(http.StatusOK)
	i.fill(preview, grant+"/decision", plausible, 0).sendTo(http.StatusOK)
}

// attack fills in every form of every page that a role sees.
func (i *injection) attack(as role, how manner) {
	for _, address := range i.everyAddress(as) {
		v := i.visitor(i.t, as) // with the cookies of the world, whatever a form before has set
		page := v.Visit(address)
		i.check(page)
		actions := map[string]bool{}
		page.Find("form").Each(func(_ int, s *goquery.Selection) { actions[s.AttrOr("action", address)] = true })
		for action := range actions {
			if ends(action) {
				continue
			}
			f := i.fill(page, action, how, i.sent[action])
			i.sent[action]++
			i.check(f.send())
		}
	}
}

// ends tells whether there is nothing to type into a form, and sending it would end what the walk needs.
func ends(action string) bool {
	return action == "/signout" || action == "/check/forget" || action == "/org/leave" || strings.HasSuffix(action, "/remove") ||
		strings.HasPrefix(action, "/invitation/")
}

// look opens every page as a role and checks it.
func (i *injection) look(as role) {
	v := i.visitor(i.t, as)
	for _, lang := range []string{"en", "es"} {
		if lang == "es" && !everything() {
			continue
		}
		v.SetCookie("lang", lang)
		for _, address := range i.everyAddress(as) {
			i.check(v.Visit(address))
		}
	}
}

// everyAddress lists the addresses that a role may open, those of the hostile story with them. Public pages are the
// same for everybody but for the frame, so that they are opened by two of them unless the full matrix is asked for.
func (i *injection) everyAddress(as role) (all []string) {
	for _, route := range pages(ui.Routes(i.site)) {
		if !route.Policy.Public() && (as == stranger || !route.Policy.Allows(i.people[as])) || i.unknownTo(route, as) && as != newcomer {
			continue
		}
		if route.Policy.Public() && as != stranger && as != owner && !everything() {
			continue
		}
		p := atlas[route.Path]
		if as != newcomer || !strings.Contains(route.Path, ":id") || slices.Contains(p.known, newcomer) {
			all = append(all, p.address(i.world))
		}
		if p.others != nil && as != newcomer && (!route.Policy.Public() || everything()) {
			all = append(all, p.others(i.world)...)
		}
	}
	return append(all, i.found(as)...)
}

// found lists the pages of the newcomer's organization for those who may see it.
func (i *injection) found(as role) (all []string) {
	type row struct{ application, item, slug, grant string }
	var cases []row
	i.Read(i.t, func(tx *data.Tx) (err error) {
		cases, err = data.Rows(tx, func(s data.Scanner) (r row, err error) { return r, s.Scan(&r.application, &r.item, &r.slug, &r.grant) },
			`SELECT i.application_id, i.id, i.slug, coalesce(g.id, '') FROM application_item i JOIN application a ON a.id = i.application_id
			LEFT JOIN access_grant g ON g.item_id = i.id WHERE a.created_by = $1`, i.people[newcomer].ID)
		return err
	})
	for _, c := range cases {
		application := "/applications/" + c.application
		switch {
		case as == newcomer:
			all = append(all, application, application+"/org", application+"/check", application+"/sent", application+"/p/"+c.slug,
				application+"/p/"+c.slug+"/withdraw")
			if c.grant != "" {
				all = append(all, "/access/"+c.grant, "/access/"+c.grant+"/people")
			}
		case i.people[as].StaffRole != "":
			all = append(all, "/staff/review/"+c.item, "/staff/access/"+c.grant)
		}
	}
	return slices.DeleteFunc(all, func(address string) bool { return strings.HasSuffix(address, "/access/") })
}

// filled is a form that is ready to be sent.
type filled struct {
	i              *injection
	page           *webtest.Page
	action, method string
	values         url.Values
}

// stored fails the test unless the hostile text really is in the tables.
func (i *injection) stored() {
	i.t.Helper()
	for table, column := range map[string]string{"organization": "name", "organization_name": "name", "organization_date": "note", "person": "name", "organization_fact": "value", "item_answer": "answer", "item_message": "body", "packet_step": "note",
		"application_item": "reason_text", "access_grant": "reason", "access_person": "name", "outbox": "body_text"} {
		var count int
		i.Read(i.t, func(tx *data.Tx) error {
			return tx.Row(fmt.Sprintf("SELECT count(*) FROM %s WHERE %s LIKE '%%%s%%'", table, column, mark)).Scan(&count)
		})
		if count == 0 {
			i.t.Errorf("no hostile text in %s.%s: the test proves nothing about it", table, column)
		}
	}
}

// check fails the test if a page runs, loads or hides anything that was typed.
func (i *injection) check(page *webtest.Page) {
	i.t.Helper()
	if page.Status >= http.StatusInternalServerError {
		i.t.Errorf("%s: status %d", page.Path, page.Status)
	}
	if !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") {
		i.t.Errorf("%s is %s", page.Path, page.Header.Get("Content-Type"))
	}
	i.checkHeaders(i.t, page.Header, page.Path, "no-store", "no-cache")
	if found := page.Find("script:not([type='application/ld+json']), img, iframe, object, embed, base, style, video, audio, meta[http-equiv]"); found.Length() > 0 {
		i.t.Errorf("%s has a <%s>", page.Path, goquery.NodeName(found.First()))
	}
	if times := i.inert(page.Path, page.Document); times > 0 {
		i.shown[i.pattern(page.Path)] = true
	}
}

// inert walks a document: no handler, no script address, and each hostile text letter by letter. It gives how often the
// text stands there.
func (i *injection) inert(what string, document *goquery.Document) (times int) {
	i.t.Helper()
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		texts := []string{}
		if n.Type == html.TextNode {
			texts = append(texts, n.Data)
		}
		for _, a := range n.Attr {
			name := strings.ToLower(a.Key)
			if strings.HasPrefix(name, "on") || strings.ContainsAny(name, `<>"'{`) || name == "srcdoc" {
				i.t.Errorf("%s: <%s> has an attribute %s", what, n.Data, name)
			}
			if strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				i.t.Errorf("%s: <%s> leads to %s", what, n.Data, a.Val)
			}
			texts = append(texts, a.Val)
		}
		for _, text := range texts {
			times += i.literal(what, text)
		}
		for child := n.FirstChild; child != nil; child = child.NextSibling {
			walk(child)
		}
	}
	for _, n := range document.Nodes {
		walk(n)
	}
	return times
}

// literal counts the hostile texts in a text and fails the test if one of them is not as it was typed.
func (i *injection) literal(what, text string) (times int) {
	i.t.Helper()
	for rest := text; ; times++ {
		at := strings.Index(rest, mark)
		if at < 0 {
			return times
		}
		rest = rest[at:]
		// A refused network is named by its first word; the subject of a mail is shortened.
		word, _, _ := strings.Cut(hostile, " ")
		start, _, short := strings.Cut(rest, "…")
		if !strings.HasPrefix(rest, hostile) && !strings.HasPrefix(rest, url.QueryEscape(hostile)) && !strings.HasPrefix(rest, strings.ReplaceAll(url.QueryEscape(hostile), "+", "%20")) && rest != word && !(short && strings.HasPrefix(hostile, start)) {
			i.t.Errorf("%s shows %.200q, want the text as it was typed", what, rest)
		}
		rest = rest[len(mark):]
	}
}

// pattern is the route of an address.
func (i *injection) pattern(address string) string {
	path, _, _ := strings.Cut(address, "?")
	path, _, _ = strings.Cut(path, "#")
	parts := strings.Split(path, "/")
	for pattern := range atlas {
		wanted := strings.Split(pattern, "/")
		if slices.EqualFunc(parts, wanted, func(a, b string) bool {
			return a == b || strings.HasPrefix(b, ":") && a != "new" && a != "link" && a != "code"
		}) {
			return pattern
		}
	}
	return path
}

// mails checks every mail, as text and as HTML.
func (i *injection) mails() {
	i.deliver(i.t)
	times := 0
	for _, m := range i.world.mails {
		if strings.ContainsAny(m.Subject+m.To, "\r\n") {
			i.t.Errorf("mail %s has more than one line in its header: %q", m.Template, m.Subject)
		}
		times += i.literal("mail "+m.Template+" subject", m.Subject) + i.literal("mail "+m.Template+" as text", m.Text)
		document := need(goquery.NewDocumentFromReader(strings.NewReader(m.HTML)))(i.t)
		if found := document.Find("script, img, iframe, object, embed, base, form, meta[http-equiv=refresh]"); found.Length() > 0 {
			i.t.Errorf("mail %s has a <%s>", m.Template, goquery.NodeName(found.First()))
		}
		times += i.inert("mail "+m.Template+" as HTML", document)
	}
	if times < 4 {
		i.t.Errorf("the mails show the hostile text %d times: the test proves nothing about them", times)
	}
}
