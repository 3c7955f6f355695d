package ui_test

import (
	"cmp"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui"
	"accessdesk/ui/problem"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"
)

// TestRoutes walks the whole route table with real ids as everybody, on both engines.
func TestRoutes(t *testing.T) {
	t.Parallel()
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		w := openWorldOn(t, db)
		for _, as := range everyRole {
			w.visitor(t, as) // everybody is signed in before rows are compared
		}
		routes := ui.Routes(w.site)
		t.Run("reads", func(t *testing.T) { w.walkReads(t, routes) })
		t.Run("other ids", func(t *testing.T) { w.walkForeign(t, routes) })
		t.Run("origins", func(t *testing.T) { w.walkOrigins(t, routes) })
		t.Run("form tokens", func(t *testing.T) { w.walkTokens(t, routes) })
		t.Run("cookieless", func(t *testing.T) { w.walkCookieless(t, routes) })
		t.Run("writes", func(t *testing.T) { w.walkWrites(t, routes) })
	})
}

// answer is what a GET must give.
type answer struct {
	status int
	to     string // where a redirect leads; "*" is not looked at
}

// expected is the answer of the table: policy first, then membership, then the place.
func (w *world) expected(route web.Route, as role) answer {
	p := atlas[route.Path]
	switch {
	case route.Policy.Scope() != "": // no session opens it
		return answer{http.StatusUnauthorized, ""}
	case as == stranger && !route.Policy.Public():
		return answer{http.StatusSeeOther, "/signin?next=" + url.QueryEscape(p.address(w))}
	case as != stranger && !route.Policy.Allows(w.people[as]):
		return answer{http.StatusForbidden, ""}
	case p.signedIn && as != stranger:
		return answer{http.StatusSeeOther, "*"}
	case w.unknownTo(route, as):
		return answer{http.StatusNotFound, ""}
	case p.ofMember && as == newcomer:
		return answer{http.StatusSeeOther, "/org/new"}
	case lacks(p, as):
		return answer{http.StatusSeeOther, p.back}
	case route.Path == "/invitation" && as == newcomer: // who is signed in as the invited person goes on
		return answer{http.StatusSeeOther, "/invitation/" + w.invited.ID}
	case p.to != nil:
		return answer{http.StatusSeeOther, p.to(w)}
	case p.status != 0:
		return answer{p.status, ""}
	}
	return answer{http.StatusOK, ""}
}

// unknownTo tells whether a route leads to a thing that the role must not know of: applicants see what belongs to
// their organizations only.
func (w *world) unknownTo(route web.Route, as role) bool {
	if known := atlas[route.Path].known; known != nil {
		return !slices.Contains(known, as)
	}
	return route.Policy.Name == web.Applicant.Name && strings.Contains(route.Path, ":id") && !slices.Contains([]role{owner, editor, reader}, as)
}

// lacks tells whether a member of an organization has not the right that a page needs.
func lacks(p place, as role) bool {
	roles := map[role]string{owner: account.Owner, outsider: account.Owner, editor: account.Editor, reader: account.Reader}
	return p.needs != "" && !account.RoleMay(roles[as], p.needs)
}

// walkReads opens every GET route as everybody, and each further address of a page as the plainest role that its policy
// lets in. No page view changes a row.
func (w *world) walkReads(t *testing.T, routes []web.Route) {
	for _, as := range everyRole {
		v := w.visitor(t, as)
		before := w.rows(t)
		for _, route := range routes {
			if route.Method != http.MethodGet {
				continue
			}
			p := atlas[route.Path]
			want := w.expected(route, as)
			w.read(t, v, as, route, p.address(w), want)
			if as != someRole(route.Policy, w) {
				continue
			}
			w.head(t, v, p.address(w), want)
			if p.others != nil && w.DB.Engine() == data.SQLite {
				for _, address := range p.others(w) {
					w.read(t, v, as, route, address, answer{http.StatusOK, ""})
				}
			}
		}
		w.unchanged(t, before, "reading everything as "+string(as))
	}
}

func (w *world) read(t *testing.T, v *webtest.Visitor, as role, route web.Route, address string, want answer) {
	t.Helper()
	got := v.Send(http.MethodGet, address, nil, nil)
	if got.StatusCode != want.status {
		t.Errorf("GET %s as %s: status %d, want %d (policy %s)", address, as, got.StatusCode, want.status, route.Policy.Name)
		return
	}
	if to := got.Header.Get("Location"); to != want.to && want.to != "*" {
		t.Errorf("GET %s as %s leads to %q, want %q", address, as, to, want.to)
	}
	switch {
	case route.Cookieless:
		w.checkHeaders(t, got.Header, "GET "+address)
	case route.Cached && as == stranger:
		w.checkHeaders(t, got.Header, "GET "+address, "no-cache")
	default:
		w.checkHeaders(t, got.Header, "GET "+address, "no-store")
	}
}

// head asks for the headers only.
func (w *world) head(t *testing.T, v *webtest.Visitor, address string, want answer) {
	t.Helper()
	got := v.Send(http.MethodHead, address, nil, nil)
	if body := need(io.ReadAll(got.Body))(t); got.StatusCode != want.status || len(body) > 0 {
		t.Errorf("HEAD %s: status %d, want %d; a body of %d bytes", address, got.StatusCode, want.status, len(body))
	}
}

// contentPolicy is what every answer must say, to the letter.
const contentPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// checkHeaders looks at the headers of an answer. caching are the values that Cache-Control may have; none: any.
func (w *world) checkHeaders(t testing.TB, header http.Header, what string, caching ...string) {
	t.Helper()
	for name, want := range map[string]string{"Content-Security-Policy": contentPolicy, "X-Content-Type-Options": "nosniff",
		"X-Frame-Options": "DENY", "Referrer-Policy": "same-origin"} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %s is %q, want %q", what, name, got, want)
		}
	}
	if header.Get("X-Request-Id") == "" {
		t.Errorf("%s has no X-Request-Id", what)
	}
	if got := header.Get("Cache-Control"); len(caching) > 0 && !slices.Contains(caching, got) {
		t.Errorf("%s: Cache-Control is %q, want %q", what, got, caching)
	}
}

// walkForeign opens every route that has an id with ids that do not exist, and with ids of another organization, by
// GET and POST: nobody learns more than "not found", and nothing changes.
func (w *world) walkForeign(t *testing.T, routes []web.Route) {
	for _, as := range everyRole[1:] {
		v := w.visitor(t, as)
		token := w.formToken(t, v, as)
		before := w.rows(t)
		for _, route := range routes {
			if !hasID(route.Path) || !route.Policy.Allows(w.people[as]) {
				continue
			}
			tried := []string{foreign(route.Path)}
			if w.unknownTo(route, as) {
				tried = append(tried, atlas[route.Path].address(w))
				if atlas[route.Path].others != nil {
					tried = append(tried, atlas[route.Path].others(w)...)
				}
			}
			if as == outsider && strings.Contains(route.Path, "/p/:slug") { // their own application, a program that is not in it
				tried = append(tried, strings.NewReplacer(":id", w.theirs["draft"].ApplicationID, ":slug", grantProgram).Replace(route.Path))
			}
			for _, address := range tried {
				got := v.Send(route.Method, address, formOf(route.Method, token), nil)
				if got.StatusCode != w.ignorant(route, as) {
					t.Errorf("%s %s as %s: status %d, want %d", route.Method, address, as, got.StatusCode, w.ignorant(route, as))
				}
			}
		}
		w.unchanged(t, before, "asking for unknown things as "+string(as))
	}
	w.walkDrafts(t, routes)
}

// ignorant is the answer to a request for something that does not exist. A member who lacks the right to such things is
// told that, whether the thing exists or not.
func (w *world) ignorant(route web.Route, as role) int {
	switch {
	case w.unknownTo(route, as) || !lacks(atlas[route.Path], as):
		return http.StatusNotFound
	case route.Method == http.MethodGet:
		return http.StatusSeeOther
	}
	return http.StatusUnprocessableEntity
}

// walkDrafts holds that staff cannot see what was not sent.
func (w *world) walkDrafts(t *testing.T, routes []web.Route) {
	v := w.visitor(t, manager)
	token := w.formToken(t, v, manager)
	before := w.rows(t)
	for _, route := range routes {
		if !strings.HasPrefix(route.Path, "/staff/review/:id") {
			continue
		}
		for _, id := range []string{w.cases["draft"].ID, w.theirs["draft"].ID} {
			address := strings.Replace(route.Path, ":id", id, 1)
			if got := v.Send(route.Method, address, formOf(route.Method, token), nil); got.StatusCode != http.StatusNotFound {
				t.Errorf("%s %s, a draft, as manager: status %d, want 404", route.Method, address, got.StatusCode)
			}
		}
	}
	w.unchanged(t, before, "looking for drafts")
}

// formOf is a form with every field by which a handler could be led on, nil for a GET.
func formOf(method, token string) url.Values {
	if method == http.MethodGet {
		return nil
	}
	return url.Values{"form_token": {token}, "act": {"approve"}, "reason": {"other"}, "message": {"text"}, "choice": {"yes"},
		"declare_authority": {"yes"}, "declare_truth": {"yes"}, "declare_defensive_use": {"yes"}, "revision": {"1"}}
}

// formToken reads the token of a role's forms from the sign-out form of a page.
func (w *world) formToken(t testing.TB, v *webtest.Visitor, as role) string {
	t.Helper()
	if as == stranger {
		return ""
	}
	token := v.Visit("/programs").Want(http.StatusOK).Form("/signout").Values.Get("form_token")
	if token == "" {
		t.Fatalf("%s has no form token", as)
	}
	return token
}

// foreignOrigins are headers that a form of another site, or of no site, comes with.
var foreignOrigins = map[string]map[string]string{
	"no header":         {"Origin": "", "Sec-Fetch-Site": ""},
	"another origin":    {"Origin": "https://evil.example.com", "Sec-Fetch-Site": ""},
	"null origin":       {"Origin": "null", "Sec-Fetch-Site": ""},
	"another port":      {"Origin": "http://127.0.0.1:9", "Sec-Fetch-Site": ""},
	"another scheme":    {"Origin": "https://127.0.0.1:8080", "Sec-Fetch-Site": ""},
	"a longer host":     {"Origin": webtest.Origin + ".example.com", "Sec-Fetch-Site": ""},
	"cross-site":        {"Origin": "", "Sec-Fetch-Site": "cross-site"},
	"same-site":         {"Origin": "", "Sec-Fetch-Site": "same-site"},
	"none":              {"Origin": "", "Sec-Fetch-Site": "none"},
	"own, cross-site":   {"Sec-Fetch-Site": "cross-site"},
	"evil, same-origin": {"Origin": "https://evil.example.com"},
	"null, same-origin": {"Origin": "null"},
}

// walkOrigins posts to every route as everybody from elsewhere.
func (w *world) walkOrigins(t *testing.T, routes []web.Route) {
	for _, as := range everyRole {
		v := w.visitor(t, as)
		token := w.formToken(t, v, as)
		before := w.rows(t)
		for _, route := range routes {
			if route.Method == http.MethodGet || route.Cookieless {
				continue
			}
			address := atlas[route.Path].address(w)
			for name, headers := range foreignOrigins {
				got := v.Send(route.Method, address, formOf(route.Method, token), headers)
				if got.StatusCode != http.StatusForbidden {
					t.Errorf("%s %s as %s with %s: status %d, want 403", route.Method, address, as, name, got.StatusCode)
				}
				if len(got.Cookies()) > 0 {
					t.Errorf("%s %s as %s with %s sets a cookie", route.Method, address, as, name)
				}
			}
		}
		w.unchanged(t, before, "posting from elsewhere as "+string(as))
	}
}

// walkTokens posts to every route that needs a session without the session's token, and with those of others.
func (w *world) walkTokens(t *testing.T, routes []web.Route) {
	other := w.formToken(t, w.visitor(t, outsider), outsider)
	for _, as := range everyRole {
		v := w.visitor(t, as)
		before := w.rows(t)
		for _, route := range routes {
			if route.Method == http.MethodGet || route.Policy.Public() || route.Cookieless {
				continue
			}
			address := atlas[route.Path].address(w)
			for name, token := range map[string]string{"no token": "", "a made-up token": strings.Repeat("A", 86), "the token of another session": other} {
				if as == outsider && token == other {
					continue
				}
				got := v.Send(route.Method, address, formOf(route.Method, token), nil)
				if got.StatusCode != http.StatusForbidden {
					t.Errorf("%s %s as %s with %s: status %d, want 403", route.Method, address, as, name, got.StatusCode)
				}
			}
		}
		w.unchanged(t, before, "posting without a token as "+string(as))
	}
}

// walkWrites posts a form to every route as everybody, with everything that the adapter wants: who may not is refused
// and changes nothing; who may gets an answer that is no error of the program.
func (w *world) walkWrites(t *testing.T, routes []web.Route) {
	for _, as := range everyRole {
		v := w.visitor(t, as)
		token := w.formToken(t, v, as)
		var quiet, others []web.Route // the quiet ones first: one look at the tables before and after all of them
		for _, route := range routes {
			switch {
			case route.Method == http.MethodGet || route.Path == "/signout":
			case w.changesNothing(route, as):
				quiet = append(quiet, route)
			default:
				others = append(others, route)
			}
		}
		before := w.rows(t)
		for _, route := range quiet {
			w.write(t, v, as, route, token)
		}
		if len(before.differ(w.rows(t))) > 0 { // which one was it
			for _, route := range quiet {
				before = w.rows(t)
				w.write(t, v, as, route, token)
				w.unchanged(t, before, route.Method+" "+atlas[route.Path].address(w)+" as "+string(as))
			}
			t.Errorf("writing what %s may not changed something", as)
		}
		for _, route := range others {
			w.write(t, v, as, route, token)
		}
	}
	for _, as := range everyRole[1:] { // last, because it ends the session
		v := w.visitor(t, as)
		if got := v.Send(http.MethodPost, "/signout", url.Values{"form_token": {w.formToken(t, v, as)}}, nil); got.StatusCode != http.StatusSeeOther {
			t.Errorf("sign out as %s: status %d", as, got.StatusCode)
		}
		v = w.visitor(t, as) // the same cookie again
		if got := v.Send(http.MethodGet, "/home", nil, nil); !strings.HasPrefix(got.Header.Get("Location"), "/signin") {
			t.Errorf("%s is still signed in after signing out: %d", as, got.StatusCode)
		}
	}
}

// answered are the statuses of a form that reached its handler: done, refused with reasons, changed meanwhile, over.
var answered = []int{http.StatusSeeOther, http.StatusUnprocessableEntity, http.StatusConflict, http.StatusGone}

// mayPost tells whether the policy of a route lets a role in.
func (w *world) mayPost(route web.Route, as role) bool {
	return as != stranger && route.Policy.Allows(w.people[as]) || route.Policy.Public()
}

// changesNothing tells whether an empty form of a role must leave every row as it is: who may not, who may not know, readers, and routes for machines.
func (w *world) changesNothing(route web.Route, as role) bool {
	switch {
	case route.Policy.Scope() != "", !w.mayPost(route, as), w.unknownTo(route, as):
		return true
	}
	return as == reader && strings.Contains(route.Path, ":id") || route.Machine
}

func (w *world) write(t *testing.T, v *webtest.Visitor, as role, route web.Route, token string) {
	t.Helper()
	address := atlas[route.Path].address(w)
	got := v.Send(route.Method, address, url.Values{"form_token": {token}, "revision": {"1"}}, nil)
	switch {
	case route.Policy.Scope() != "":
		if got.StatusCode != http.StatusUnauthorized || got.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s %s as %s: status %d, want 401 (policy %s)", route.Method, address, as, got.StatusCode, route.Policy.Name)
		}
	case !w.mayPost(route, as):
		if got.StatusCode != http.StatusForbidden {
			t.Errorf("POST %s as %s: status %d, want 403 (policy %s)", address, as, got.StatusCode, route.Policy.Name)
		}
	case w.unknownTo(route, as):
		if got.StatusCode != http.StatusNotFound {
			t.Errorf("POST %s as %s: status %d, want 404", address, as, got.StatusCode)
		}
	case as == reader && strings.Contains(route.Path, ":id"): // readers read
		if got.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("POST %s as reader: status %d, want 422", address, got.StatusCode)
		}
	case route.Machine: // answered, or a problem document about a form where none belongs
		if got.StatusCode != http.StatusOK && got.Header.Get("Content-Type") != problem.MediaType || got.StatusCode >= 500 || len(got.Cookies()) > 0 {
			t.Errorf("POST %s as %s: status %d; %d cookies", address, as, got.StatusCode, len(got.Cookies()))
		}
	case route.Cookieless:
		if got.StatusCode != http.StatusOK || len(got.Cookies()) > 0 {
			t.Errorf("POST %s as %s: status %d, want 200; %d cookies", address, as, got.StatusCode, len(got.Cookies()))
		}
	case atlas[route.Path].shows:
		if got.StatusCode != http.StatusOK {
			t.Errorf("POST %s as %s: status %d, want 200", address, as, got.StatusCode)
		}
	case !slices.Contains(answered, got.StatusCode):
		t.Errorf("POST %s as %s: status %d, want one of %v", address, as, got.StatusCode, answered)
	}
}

// withLanguage adds the language to an address.
func withLanguage(address, lang string) string {
	if strings.Contains(address, "?") {
		return address + "&lang=" + lang
	}
	return address + "?lang=" + lang
}

// walkCookieless holds that the routes that claim to read no cookie give everybody the same, and set none.
func (w *world) walkCookieless(t *testing.T, routes []web.Route) {
	for _, route := range routes {
		if !route.Cookieless {
			continue
		}
		address := atlas[route.Path].address(w)
		if route.Method == http.MethodPost || route.Machine { // then the language is in the address too
			address = withLanguage(address, "en")
		}
		fetch := func(v *webtest.Visitor) (int, string, http.Header) {
			got := v.Send(route.Method, address, nil, nil)
			return got.StatusCode, string(need(io.ReadAll(got.Body))(t)), got.Header
		}
		status, body, header := fetch(webtest.New(t, w.app))
		for _, as := range []role{owner, manager} {
			v := w.visitor(t, as)
			v.Lang = "es"
			for _, name := range []string{"lang", "flash", "browser", "start"} {
				v.SetCookie(name, "es")
			}
			withStatus, withBody, withHeader := fetch(v)
			if status != cmp.Or(atlas[route.Path].status, http.StatusOK) || withStatus != status || withBody != body && status == http.StatusOK {
				t.Errorf("%s: status %d and %d, %d and %d bytes, with and without cookies", address, status, withStatus, len(body), len(withBody))
			}
			header.Del("X-Request-Id")
			withHeader.Del("X-Request-Id")
			for name := range header {
				if header.Get(name) != withHeader.Get(name) && name != "Date" && !strings.HasPrefix(name, "X-Ratelimit-") {
					t.Errorf("%s: header %s depends on cookies", address, name)
				}
			}
			if len(withHeader.Values("Set-Cookie"))+len(header.Values("Set-Cookie")) > 0 || strings.Contains(header.Get("Vary"), "Cookie") {
				t.Errorf("%s sets a cookie or varies by it", address)
			}
		}
	}
}

// TestDisabledPerson holds that a session is worth nothing from the moment on at which its person is disabled.
func TestDisabledPerson(t *testing.T) {
	w := openWorld(t)
	v := w.visitor(t, editor)
	v.Visit("/home").Want(http.StatusOK).At("/home")
	w.Write(t, func(tx *data.Tx) error { return account.SetDisabled(tx, w.people[editor].ID, true, "console") })
	if page := v.Visit("/home"); !strings.HasPrefix(page.Path, "/signin") {
		t.Fatalf("a disabled person is on %s", page.Path)
	}
}
