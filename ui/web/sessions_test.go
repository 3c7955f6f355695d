package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/broker/record"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"
)

// sessionRoutes let a test list and end sessions.
func sessionRoutes(s *web.Site) []web.Route {
	return []web.Route{
		get("/sessions", web.SignedIn, s.Read(func(r *web.Request, tx *data.Tx) (web.Reply, error) {
			all, err := r.Sessions(tx)
			text, _ := json.Marshal(all)
			return web.Reply{Page: "pages/page", Data: string(text)}, err
		})),
		post("/sessions/end", web.SignedIn, s.Write(func(r *web.Request, tx *data.Tx) (web.Reply, error) {
			return web.Reply{Redirect: "/"}, r.EndOtherSession(tx, r.Form("session"))
		})),
		post("/sessions/others", web.SignedIn, s.Write(func(r *web.Request, tx *data.Tx) (web.Reply, error) {
			_, err := r.EndOtherSessions(tx)
			return web.Reply{Redirect: "/"}, err
		})),
	}
}

const (
	firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"
	safari  = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)

func (b *bench) enterWith(email, userAgent string) *webtest.Visitor {
	b.t.Helper()
	v := b.visitor()
	b.want(v.Send("POST", "/enter", url.Values{"email": {email}}, map[string]string{"User-Agent": userAgent}), 303)
	return v
}

func (b *bench) sessions(v *webtest.Visitor) (all []web.OwnSession) {
	b.t.Helper()
	must(b.t, json.Unmarshal([]byte(v.Visit("/sessions").Want(200).Find("pre").Text()), &all))
	return all
}

// TestOwnSessions: a person sees and ends their own sessions, and nobody else's.
func TestOwnSessions(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, plan{database: db, routes: sessionRoutes})
		b.people()
		end := func(v *webtest.Visitor, handle string) int {
			form := url.Values{"form_token": {b.token(v)}, "session": {handle}}
			return v.Send("POST", "/sessions/end", form, nil).StatusCode
		}
		start := b.Now()
		laptop := b.enterWith(applicant, firefox)
		b.Advance(10 * time.Minute)
		phone := b.enterWith(applicant, safari)
		b.Advance(10 * time.Minute)
		tablet := b.enterWith(applicant, "something else entirely")
		stranger := b.enterWith(other, firefox)

		all := b.sessions(laptop)
		var seen []string
		for _, o := range all {
			seen = append(seen, strings.TrimSpace(o.Browser+" "+o.System))
		}
		if !slices.Equal(seen, []string{"Firefox Windows", "", "Safari iPhone"}) || !all[0].This || all[1].This || all[2].This {
			t.Errorf("sessions %+v", all)
		}
		if !all[0].Started.Equal(start) || !all[0].Used.Equal(start) || !all[0].Ends.Equal(start.Add(web.IdleApplicant)) {
			t.Errorf("this session %+v", all[0])
		}
		if status := b.post(phone, b.token(phone)); status != 303 {
			t.Fatalf("post: %d", status)
		}
		if all = b.sessions(laptop); all[1].System != "iPhone" || !all[1].Used.Equal(b.Now()) {
			t.Errorf("the session used last is not the second: %+v", all)
		}
		handle := map[string]string{"phone": all[1].Handle, "tablet": all[2].Handle, "laptop": all[0].Handle, "stranger": b.sessions(stranger)[0].Handle}

		for name, status := range map[string]int{"stranger": http.StatusNotFound, "laptop": http.StatusNotFound, "": http.StatusNotFound} {
			if got := end(laptop, handle[name]); got != status {
				t.Errorf("ending %q: status %d, want %d", name, got, status)
			}
		}
		if got := end(laptop, handle["phone"]); got != 303 || b.who(phone) != "" || b.who(laptop) != applicant || b.who(tablet) != applicant {
			t.Errorf("after ending the phone: %d; phone %q, laptop %q, tablet %q", got, b.who(phone), b.who(laptop), b.who(tablet))
		}
		if got := end(laptop, handle["phone"]); got != http.StatusNotFound {
			t.Errorf("ending the phone again: %d", got)
		}
		b.enterWith(applicant, firefox)
		if got := laptop.Send("POST", "/sessions/others", url.Values{"form_token": {b.token(laptop)}}, nil).StatusCode; got != 303 {
			t.Errorf("ending all others: %d", got)
		}
		if b.who(laptop) != applicant || b.who(tablet) != "" || b.who(stranger) != other || len(b.sessions(laptop)) != 1 {
			t.Errorf("after ending all others: laptop %q, tablet %q, stranger %q", b.who(laptop), b.who(tablet), b.who(stranger))
		}
		laptop.Send("POST", "/sessions/others", url.Values{"form_token": {b.token(laptop)}}, nil) // none: nothing to record
		var acts []string
		b.Read(t, func(tx *data.Tx) error {
			entries, err := record.List(tx, record.Desk)
			for _, e := range entries {
				if e.Act == "sessions_ended" {
					acts = append(acts, e.Detail[:strings.Index(e.Detail, ",")])
				}
			}
			return err
		})
		if !slices.Equal(acts, []string{`{"count":1`, `{"count":2`}) {
			t.Errorf("record %q", acts)
		}
	})
}

// TestEndedSessionsAreNotListed: neither those that idled too long nor those of an older generation.
func TestEndedSessionsAreNotListed(t *testing.T) {
	b := newBench(t, plan{routes: sessionRoutes})
	b.people()
	b.enterWith(manager, firefox)
	b.Advance(web.IdleStaff - time.Millisecond)
	v := b.enterWith(manager, safari)
	if all := b.sessions(v); len(all) != 2 {
		t.Errorf("a moment before the end: %+v", all)
	}
	b.Advance(time.Millisecond)
	if all := b.sessions(v); len(all) != 1 || !all[0].This {
		t.Errorf("at the end: %+v", all)
	}
	b.Write(t, func(tx *data.Tx) error {
		_, _, err := account.AddPerson(tx, manager, account.Auditor, "console")
		return err
	})
	if all := b.sessions(b.enterWith(manager, firefox)); len(all) != 1 {
		t.Errorf("after a change of role: %+v", all)
	}
}

// TestHandlesTellNothing: what names a session in a form is neither its token nor the stored hash, and differs by site key.
func TestHandlesTellNothing(t *testing.T) {
	b := newBench(t, plan{routes: sessionRoutes})
	b.people()
	v := b.visitor()
	token := sessionToken(t, v.Send("POST", "/enter", url.Values{"email": {applicant}}, nil))
	handle := b.sessions(v)[0].Handle
	if len(handle) != 22 || strings.Contains(data.HashToken(token), handle) || strings.Contains(token, handle) {
		t.Errorf("the handle is %q", handle)
	}
	b.site.Key = [32]byte{9}
	if again := b.sessions(v)[0].Handle; again == handle {
		t.Error("the handle does not depend on the key of the site")
	}
}

// TestActing: the frame names the organization that the person acts for, or the one that the page is about.
func TestActing(t *testing.T) {
	b := newBench(t, plan{
		pages: map[string]string{"layout/frame.html": `{{define "frame"}}<p id="organization">{{.Organization}}|{{.Several}}</p>{{end}}`,
			"pages/framed.html": `{{define "title"}}Framed{{end}}{{define "main"}}{{template "frame" .}}{{end}}`},
		routes: func(s *web.Site) []web.Route {
			framed := func(r *web.Request, tx *data.Tx) (web.Reply, error) {
				if id := r.Query("about"); id != "" {
					o, err := account.FindOrganization(tx, id)
					if err != nil {
						return web.Reply{}, err
					}
					r.About(o)
				}
				return web.Reply{Page: "pages/framed"}, nil
			}
			return []web.Route{get("/framed", web.Public, s.Read(framed)), post("/refused", web.SignedIn, s.Write(func(r *web.Request, tx *data.Tx) (web.Reply, error) {
				r.About(account.Organization{Name: "Refused"})
				return web.Reply{Status: 422, Page: "pages/framed"}, nil
			}))}
		}})
	b.people()
	organization := func(email, name string) (o account.Organization) {
		b.Advance(time.Minute)
		b.Write(t, func(tx *data.Tx) error {
			p, err := account.FindPersonByEmail(tx, email)
			if err == nil {
				o, err = account.CreateOrganization(tx, p, name)
			}
			return err
		})
		return o
	}
	says := func(v *webtest.Visitor, address, want string) {
		t.Helper()
		if got := v.Visit(address).Want(200).Find("#organization").Text(); got != want {
			t.Errorf("%s says %q, want %q", address, got, want)
		}
	}
	v := b.enter(applicant)
	says(v, "/framed", "|false")
	first := organization(applicant, "First")
	says(v, "/framed", "First|false")
	organization(applicant, "Second")
	says(v, "/framed", "Second|true")
	says(v, "/framed?about="+first.ID, "First|true")
	says(v, "/framed", "Second|true") // looking at a page chooses nothing
	says(b.visitor(), "/framed?about="+first.ID, "|false")
	organization(manager, "Third")
	says(b.enter(manager), "/framed", "|false") // staff act for none
	page := parse(t, b.want(v.Send("POST", "/refused", url.Values{"form_token": {b.token(v)}}, nil), 422))
	if got := page.Find("#organization").Text(); got != "Refused|true" {
		t.Errorf("a page after a refusal says %q", got)
	}
}
