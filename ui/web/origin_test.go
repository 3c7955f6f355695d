package web_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"accessdesk/data"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"
)

// Who may send an unsafe request. A route that is refused leaves nothing behind.
func TestSameOrigin(t *testing.T) {
	const home, secure, named, both = webtest.Origin, "https://desk.example.org", "http://localhost:8080", "https://localhost:8443"
	benches := map[string]*bench{}
	for _, publicURL := range []string{home, secure, named, both} {
		benches[publicURL] = newBench(t, plan{config: func(config *web.Config) { config.PublicURL = publicURL }})
	}
	for _, c := range []struct {
		name         string
		publicURL    string
		host         string // "" is that of publicURL
		origin, site string // headers, "-" is an empty one
		allowed      bool
	}{
		{"own", home, "", home, "same-origin", true},
		{"own, an old browser", home, "", home, "", true},
		{"no Origin, but a browser's word", home, "", "", "same-origin", true},
		{"neither", home, "", "", "", false},
		{"empty Origin alone", home, "", "-", "", false},
		{"foreign", home, "", "https://evil.example.com", "cross-site", false},
		{"foreign, an old browser", home, "", "https://evil.example.com", "", false},
		{"foreign that claims to be the same", home, "", "https://evil.example.com", "same-origin", false},
		{"null", home, "", "null", "", false},
		{"null with same-origin", home, "", "null", "same-origin", false},
		{"own Origin, cross-site", home, "", home, "cross-site", false},
		{"own Origin, same-site", home, "", home, "same-site", false},
		{"own Origin, none", home, "", home, "none", false},
		{"own Origin, unknown word", home, "", home, "Same-Origin", false},
		{"other port", home, "", "http://127.0.0.1:9090", "", false},
		{"other scheme", home, "", "https://127.0.0.1:8080", "", false},
		{"longer host", home, "", home + ".example.com", "", false},
		{"not an address", home, "", "http://%zz", "", false},
		{"alias of loopback", home, "localhost:8080", named, "same-origin", true},
		{"alias of loopback, an old browser", home, "localhost:8080", named, "", true},
		{"alias with an IPv6 name", home, "[::1]:8080", "http://[::1]:8080", "", true},
		{"alias, but sent to the other name", home, "127.0.0.1:8080", named, "", false},
		{"alias by https", home, "localhost:8080", "https://localhost:8080", "", false},
		{"loopback by a foreign name", home, "evil.example.com:8080", "http://evil.example.com:8080", "", false},
		{"page of another local port", home, "127.0.0.1:8080", "http://localhost:3000", "", false},
		{"configured by name, called by number", named, "127.0.0.1:8080", home, "", true},
		{"https own", secure, "", secure, "same-origin", true},
		{"https, an old browser", secure, "", secure, "", true},
		{"https site, http origin", secure, "", "http://desk.example.org", "", false},
		{"https site, http origin, same-origin", secure, "", "http://desk.example.org", "same-origin", false},
		{"https site, subdomain", secure, "", "https://www.desk.example.org", "", false},
		{"https site, parent", secure, "", "https://example.org", "same-site", false},
		{"https site, port", secure, "", "https://desk.example.org:8443", "", false},
		{"https site has no loopback alias", secure, "localhost:8080", named, "", false},
		{"https on loopback has no http alias", both, "localhost:8443", "http://localhost:8443", "", false},
		{"https on loopback has no other name", both, "127.0.0.1:8443", "https://127.0.0.1:8443", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := benches[c.publicURL]
			b.exec("DELETE FROM note")
			host := c.host
			if host == "" {
				u, err := url.Parse(c.publicURL)
				must(t, err)
				host = u.Host
			}
			headers := map[string]string{}
			if c.origin != "" {
				headers["Origin"] = strings.TrimPrefix(c.origin, "-")
			}
			if c.site != "" {
				headers["Sec-Fetch-Site"] = c.site
			}
			response := b.send("POST", host, "/suggest", headers, "text=hello")
			if c.allowed {
				b.want(response, 303)
			} else if body := b.want(response, 403); !strings.Contains(body, "only accept forms sent from this site") {
				t.Errorf("page %s", body)
			}
			if stored := len(b.notes()) == 1; stored != c.allowed {
				t.Errorf("stored: %v", stored)
			}
		})
	}
}

// Every verb that may change something is checked; those that may not are not.
func TestOriginOfVerbs(t *testing.T) {
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		var all []web.Route
		for _, verb := range []string{"PUT", "PATCH", "DELETE"} {
			all = append(all, web.Route{Method: verb, Path: "/thing", Policy: web.Public, Handler: s.Write(page)})
		}
		return all
	}})
	for _, verb := range []string{"PUT", "PATCH", "DELETE"} {
		b.want(b.send(verb, "127.0.0.1:8080", "/thing", nil, "text=x"), 403)
		b.want(b.send(verb, "127.0.0.1:8080", "/thing", map[string]string{"Origin": webtest.Origin}, "text=x"), 200)
	}
	foreign := map[string]string{"Origin": "https://evil.example.com", "Sec-Fetch-Site": "cross-site"}
	b.want(b.send("GET", "127.0.0.1:8080", "/", foreign, ""), 200)
	b.want(b.send("HEAD", "127.0.0.1:8080", "/", foreign, ""), 200)
}

func TestFormToken(t *testing.T) {
	b := newBench(t, plan{})
	b.people()
	v, stranger := b.enter(applicant), b.enter(other)
	second := b.enter(applicant)
	own, foreign, sibling := b.token(v), b.token(stranger), b.token(second)
	if own == foreign || own == sibling {
		t.Fatal("sessions share a token")
	}
	if again := b.token(v); again == own {
		t.Error("the token of a session is masked the same way twice")
	}
	mask := base64.RawURLEncoding.EncodeToString(make([]byte, 64))
	for _, c := range []struct {
		name, token string
		status      int
	}{
		{"right", own, 303},
		{"right again", own, 303},
		{"masked anew", b.token(v), 303},
		{"missing", "", 403},
		{"of another person", foreign, 403},
		{"of another session of the same person", sibling, 403},
		{"zeros", mask, 403},
		{"half", own[:len(own)/2], 403},
		{"too long", own + own, 403},
		{"one letter other", flipped(own), 403},
		{"not base64", "???", 403},
		{"huge", strings.Repeat("A", 30_000), 403},
	} {
		before := len(b.notes())
		body := b.want(v.Send("POST", "/note", url.Values{"form_token": {c.token}, "text": {"words of " + c.name}}, nil), c.status)
		if stored := len(b.notes()) > before; stored != (c.status == 303) {
			t.Errorf("%s: stored %v", c.name, stored)
		}
		if c.status == 303 {
			continue
		}
		page := parse(t, body)
		if page.Find("h1").Text() != "This form is out of date" || page.Find("#typed").Text() != "text=words of "+c.name {
			t.Errorf("%s: %s", c.name, page.Text())
		}
		if strings.Contains(body, own) || c.token != "" && strings.Contains(body, c.token) {
			t.Errorf("%s: the page shows the token", c.name)
		}
	}
	b.want(v.Send("POST", "/note?form_token="+url.QueryEscape(own), url.Values{"text": {"token in the address"}}, nil), 403)
}

// flipped changes a letter in the masked half.
func flipped(token string) string {
	letters := []byte(token)
	if at := len(letters) - 8; letters[at] == 'A' {
		letters[at] = 'B'
	} else {
		letters[at] = 'A'
	}
	return string(letters)
}

// Forms of public pages carry no token, whether somebody is signed in or not.
func TestPublicFormsNeedNoToken(t *testing.T) {
	b := newBench(t, plan{})
	b.people()
	if token := b.visitor().Visit("/").Form("/note").Values.Get("form_token"); token != "" {
		t.Errorf("a stranger's page has the token %q", token)
	}
	b.want(b.visitor().Send("POST", "/suggest", url.Values{"text": {"stranger"}}, nil), 303)
	b.want(b.enter(applicant).Send("POST", "/suggest", url.Values{"text": {"signed in"}}, nil), 303)
	if notes := b.notes(); len(notes) != 2 {
		t.Errorf("stored %q", notes)
	}
}

// A server with another key takes none of the tokens, in the same session.
func TestFormTokenNeedsTheKey(t *testing.T) {
	b := newBench(t, plan{})
	b.people()
	v := b.visitor()
	session := cookieOf(t, v.Send("POST", "/enter", url.Values{"email": {applicant}}, nil), "session").Value
	token := b.token(v)
	twin := newBench(t, plan{config: func(c *web.Config) { c.Key = [32]byte{9} }})
	twin.people()
	b.Read(t, func(tx *data.Tx) error {
		var person string
		var generation, created, used, ends int64
		err := tx.Row("SELECT person_id, generation, created_at, used_at, ends_at FROM session").Scan(&person, &generation, &created, &used, &ends)
		twin.exec("UPDATE person SET id = $1 WHERE email = $2", person, applicant)
		twin.exec("INSERT INTO session (token_hash, person_id, generation, staff, created_at, used_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
			data.HashToken(session), person, generation, false, created, used, ends)
		return err
	})
	copied := twin.visitor()
	copied.SetCookie("session", session)
	if who := twin.who(copied); who != applicant {
		t.Fatalf("the copied session is %q", who)
	}
	twin.want(copied.Send("POST", "/note", url.Values{"form_token": {token}}, nil), 403)
	b.want(v.Send("POST", "/note", url.Values{"form_token": {token}}, nil), 303)
}
