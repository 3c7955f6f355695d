package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"accessdesk/broker/account"
	"accessdesk/broker/account/key"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

// policies by the last part of a test's path, with the people whom they let in.
var policies = []struct {
	name   string
	policy web.Policy
	in     []string // "" is a stranger
}{
	{"public", web.Public, []string{"", applicant, manager, administrator, auditor}},
	{"signed-in", web.SignedIn, []string{applicant, manager, administrator, auditor}},
	{"applicant", web.Applicant, []string{applicant}},
	{"staff", web.Staff, []string{manager, administrator, auditor}},
	{"manager", web.Manager, []string{manager}},
}

func TestPolicies(t *testing.T) {
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		var all []web.Route
		for _, p := range policies {
			all = append(all, get("/rooms/"+p.name, p.policy, s.Read(page)), post("/rooms/"+p.name, p.policy, s.Write(note)))
		}
		return all
	}})
	b.people()
	for _, person := range []string{"", applicant, manager, administrator, auditor} {
		v, token := b.visitor(), ""
		if person != "" {
			b.signIn(v, person)
			token = b.token(v)
		}
		for _, p := range policies {
			allowed := strings.Contains(" "+strings.Join(p.in, " ")+" ", " "+person+" ")
			getting, posting := 200, 303
			switch {
			case allowed:
			case person == "":
				getting, posting = 303, 403
			default:
				getting, posting = 403, 403
			}
			path := "/rooms/" + p.name
			for _, verb := range []string{"GET", "HEAD"} {
				response := v.Send(verb, path+"?a=b&c=%26", nil, nil)
				b.want(response, getting)
				if to := response.Header.Get("Location"); getting == 303 && to != "/signin?next="+url.QueryEscape(path+"?a=b&c=%26") {
					t.Errorf("%s %s: led to %q", verb, path, to)
				}
			}
			before := len(b.notes())
			body := b.want(v.Send("POST", path, url.Values{"form_token": {token}, "text": {"twenty pumps & <two> wells"}, "code": {"ABCD-EFGH"}}, nil), posting)
			if stored := len(b.notes()) > before; stored != allowed {
				t.Errorf("%q at %s: stored %v", person, path, stored)
			}
			if allowed {
				continue
			}
			heading := "This page is not part of your role"
			if person == "" {
				heading = "You were signed out"
			}
			refused := parse(t, body)
			if refused.Find("h1").Text() != heading || refused.Find("#typed").Text() != "text=twenty pumps & <two> wells" {
				t.Errorf("%q at %s: page %s", person, path, refused.Text())
			}
		}
	}
}

func TestPolicyAnswers(t *testing.T) {
	for _, p := range policies {
		if p.policy.Public() != (p.name == "public") || p.policy.Name == "" {
			t.Errorf("%s: public %v, name %q", p.name, p.policy.Public(), p.policy.Name)
		}
		for person, role := range map[string]string{applicant: "", manager: account.ProgramManager, administrator: account.Administrator, auditor: account.Auditor} {
			if allowed := strings.Contains(strings.Join(p.in, " "), person); p.policy.Allows(account.Person{ID: "1", StaffRole: role}) != allowed {
				t.Errorf("%s does not let %q in: %v", p.name, role, allowed)
			}
		}
	}
}

func TestRegisterRefuses(t *testing.T) {
	handler := func(c *fiber.Ctx) error { return c.SendString("x") }
	fine := web.Route{Method: "GET", Path: "/a", Policy: web.Public, Handler: handler}
	with := func(change func(*web.Route)) web.Route {
		route := fine
		change(&route)
		return route
	}
	for _, c := range []struct {
		name   string
		routes []web.Route
		want   string // in the error, "" if they are fine
	}{
		{"fine", []web.Route{fine}, ""},
		{"other verb", []web.Route{fine, with(func(r *web.Route) { r.Method = "POST" })}, ""},
		{"known limit", []web.Route{with(func(r *web.Route) { r.Limit = web.CheckLimit })}, ""},
		{"no policy", []web.Route{with(func(r *web.Route) { r.Policy = web.Policy{} })}, "GET /a has no policy"},
		{"named, but empty policy", []web.Route{with(func(r *web.Route) { r.Policy = web.Policy{Name: "public"} })}, "GET /a has no policy"},
		{"no policy among others", []web.Route{fine, with(func(r *web.Route) { r.Path, r.Policy = "/b", web.Policy{} })}, "GET /b has no policy"},
		{"twice", []web.Route{fine, fine}, "GET /a"},
		{"twice with other policies", []web.Route{fine, with(func(r *web.Route) { r.Policy = web.Staff })}, "GET /a"},
		{"unknown limit", []web.Route{with(func(r *web.Route) { r.Limit = "often" })}, `"often"`},
		{"no handler", []web.Route{with(func(r *web.Route) { r.Handler = nil })}, "GET /a"},
		{"no slash", []web.Route{with(func(r *web.Route) { r.Path = "a" })}, "GET a"},
		{"no path", []web.Route{with(func(r *web.Route) { r.Path = "" })}, "GET "},
	} {
		limiters := map[web.Limit]fiber.Handler{web.CheckLimit: handler}
		err := web.Register(fiber.New(), c.routes, limiters)
		if c.want == "" && err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error %v does not say %s", c.name, err, c.want)
		}
	}
}

// A handler of the adapter that was put on the server past the route table lets nobody in.
func TestUnregisteredHandlerIsClosed(t *testing.T) {
	b := newBench(t, plan{})
	b.people()
	b.app.Get("/past", b.site.Read(page))
	b.app.Post("/past", b.site.Write(note))
	v := b.enter(administrator)
	token := b.token(v)
	for _, verb := range []string{"GET", "POST"} {
		if status := v.Send(verb, "/past", url.Values{"form_token": {token}}, nil).StatusCode; status < 400 {
			t.Errorf("%s: %d", verb, status)
		}
		if status := b.visitor().Send(verb, "/past", url.Values{}, nil).StatusCode; status == 200 {
			t.Errorf("%s by a stranger: %d", verb, status)
		}
	}
	if notes := b.notes(); len(notes) != 0 {
		t.Errorf("stored %q", notes)
	}
}

// Addresses match to the letter, so that no spelling leads past a policy.
func TestRoutesAreExact(t *testing.T) {
	b := newBench(t, plan{})
	for _, path := range []string{"/Desk", "/desk/", "//desk", "/desk%2f", "/./desk", "/desk;a", "/x/../desk"} {
		if status := b.send("GET", "127.0.0.1:8080", path, nil, "").StatusCode; status != 404 && status != 303 {
			t.Errorf("%s: %d", path, status)
		}
	}
	if got := fmt.Sprint(b.send("GET", "127.0.0.1:8080", "/desk", nil, "").StatusCode); got != "303" {
		t.Errorf("/desk: %s", got)
	}
}

// TestKeyPolicy holds that no session opens what a key opens, and that such a route is one for programs.
func TestKeyPolicy(t *testing.T) {
	policy := web.Key(key.ReadCatalog)
	for _, role := range []string{"", account.ProgramManager, account.Administrator, account.Auditor} {
		if policy.Allows(account.Person{ID: "x", StaffRole: role}) || policy.Public() || policy.Scope() != key.ReadCatalog {
			t.Errorf("the policy of keys lets a session of role %q in", role)
		}
	}
	handler := func(*fiber.Ctx) error { return nil }
	for name, route := range map[string]web.Route{
		"a page":         {Method: fiber.MethodGet, Path: "/x", Policy: policy, Handler: handler},
		"kept as public": {Method: fiber.MethodGet, Path: "/x", Policy: policy, Cookieless: true, Machine: true, Cached: true, Handler: handler},
	} {
		if err := web.Register(fiber.New(), []web.Route{route}, nil); err == nil {
			t.Errorf("%s is registered", name)
		}
	}
}
