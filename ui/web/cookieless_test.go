package web_test

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"accessdesk/data"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

// TestCookielessPost holds that a route that claims to read no cookie takes posts from anywhere, and that whoever sends one is a stranger
// to it, whatever their browser brings along.
func TestCookielessPost(t *testing.T) {
	var seen []string
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		stop := s.Write(func(r *web.Request, _ *data.Tx) (web.Reply, error) {
			seen = append(seen, fmt.Sprint(r.Person.Email, "|", r.Lang, "|", r.Cookie("anything"), r.Browser(), "|", r.Query("token")))
			r.SetCookie("anything", "new", time.Hour)
			return web.Reply{Page: "pages/page", Data: "stopped"}, nil
		})
		fail := s.Write(func(*web.Request, *data.Tx) (web.Reply, error) { return web.Reply{}, data.ErrConflict })
		return []web.Route{get("/page", web.SignedIn, s.Read(page)),
			{Method: fiber.MethodPost, Path: "/stop", Policy: web.Public, Handler: stop, Cookieless: true},
			{Method: fiber.MethodPost, Path: "/fail", Policy: web.Public, Handler: fail, Cookieless: true}}
	}})
	b.people()
	v := b.visitor()
	b.signIn(v, applicant)
	used := func() (at int64) {
		b.Read(t, func(tx *data.Tx) error { return tx.Row("SELECT used_at FROM session").Scan(&at) })
		return at
	}
	before := used()
	b.Advance(time.Minute)
	for name, value := range map[string]string{"anything": "old", "lang": "es", "browser": "nonce", "flash": "x.y"} {
		v.SetCookie(name, value)
	}
	held := v.Cookies()
	for _, headers := range []map[string]string{nil, {"Origin": "", "Sec-Fetch-Site": ""}, {"Origin": "https://mail.example.com", "Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}} {
		for path, status := range map[string]int{"/stop?token=abc": 200, "/fail": 409} {
			got := v.Send("POST", path, url.Values{"List-Unsubscribe": {"One-Click"}, "form_token": {"x"}, "repeat_key": {"y"}}, headers)
			body, err := io.ReadAll(got.Body)
			if err != nil || got.StatusCode != status {
				t.Errorf("%s with %v: status %d, want %d; %v", path, headers, got.StatusCode, status, err)
			}
			if len(got.Header.Values("Set-Cookie")) > 0 || strings.Contains(got.Header.Get("Vary"), "Cookie") || strings.Contains(string(body), applicant) {
				t.Errorf("%s with %v reads or sets a cookie: %v\n%s", path, headers, got.Header, body)
			}
		}
	}
	v.Send("POST", "/stop?token=abc&lang=es", nil, nil)
	if got := strings.Join(seen, " "); got != strings.Repeat("|en||abc ", 4)+"|es||abc" {
		t.Errorf("the handler saw %q", got)
	}
	if used() != before || strings.Join(held, " ") != strings.Join(v.Cookies(), " ") {
		t.Errorf("the session or the cookies changed: %v to %v", held, v.Cookies())
	}
}

func TestCookielessRoutesArePublic(t *testing.T) {
	app := fiber.New()
	err := web.Register(app, []web.Route{{Method: fiber.MethodPost, Path: "/stop", Policy: web.SignedIn, Cookieless: true,
		Handler: func(*fiber.Ctx) error { return nil }}}, nil)
	if err == nil || !strings.Contains(err.Error(), "public") {
		t.Errorf("error %v", err)
	}
}
