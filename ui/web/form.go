package web

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"accessdesk/data"

	"github.com/gofiber/fiber/v2"
)

// The hidden fields of forms.
const (
	formTokenField = "form_token"
	repeatField    = "repeat_key"
)

// sameOrigin tells whether an unsafe request comes from a page of this site. Browsers say so in Sec-Fetch-Site and
// Origin; a request with neither is refused, because it may carry cookies.
func (s *Site) sameOrigin(c *fiber.Ctx) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return false
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return c.Get("Sec-Fetch-Site") == "same-origin"
	}
	if origin == s.origin {
		return true
	}
	// On this machine itself the same server has several names (localhost, 127.0.0.1).
	u, err := url.Parse(origin)
	return err == nil && s.loopback && !s.secure && u.Scheme == "http" && isLoopback(u.Hostname()) && u.Host == string(c.Request().Host())
}

// formToken is HMAC(session), masked with fresh random bytes: compression of a page that also reflects a person's
// words cannot be used to guess it.
func (s *Site) formToken(r *Request) string {
	if !r.SignedIn() {
		return ""
	}
	token := s.mac("form", r.Session.hash)
	mask := make([]byte, len(token))
	rand.Read(mask)
	masked := make([]byte, len(token))
	subtle.XORBytes(masked, token, mask)
	return base64.RawURLEncoding.EncodeToString(append(mask, masked...))
}

func (s *Site) formTokenFits(r *Request) bool {
	sent, err := base64.RawURLEncoding.DecodeString(r.Form(formTokenField))
	want := s.mac("form", r.Session.hash)
	if err != nil || len(sent) != 2*len(want) {
		return false
	}
	plain := make([]byte, len(want))
	subtle.XORBytes(plain, sent[:len(want)], sent[len(want):])
	return hmac.Equal(plain, want)
}

// repeated finds the answer to a form that was sent before: a double click, a reload, or a network that lost the
// answer. The key is bound to the session and the route.
func (s *Site) repeated(r *Request, tx *data.Tx, route Route) (Reply, bool, error) {
	key := s.repeatKey(r, route)
	if key == "" {
		return Reply{}, false, nil
	}
	var reply Reply
	var message string
	err := tx.Row("SELECT redirect, flash FROM idempotency_key WHERE key_hash = $1", key).Scan(&reply.Redirect, &message)
	if errors.Is(err, data.ErrNotFound) {
		return Reply{}, false, nil
	}
	if f, ok := parseFlash([]byte(message)); ok {
		reply.Flash, reply.FlashArgs = f.Key, f.Args
	}
	return reply, err == nil, err
}

// Secret goes into an address that the answer to a form shows once: for a form that is sent again it is the same.
func (r *Request) Secret(purpose string) string {
	return hex.EncodeToString(r.Site.mac("secret:"+purpose, r.Session.hash+"\x00"+r.Person.ID+"\x00"+r.Form(repeatField)))
}

func (s *Site) rememberReply(r *Request, tx *data.Tx, route Route, reply Reply) error {
	key := s.repeatKey(r, route)
	if key == "" {
		return nil
	}
	message, err := json.Marshal(flash{reply.Flash, reply.FlashArgs})
	if err != nil {
		return fmt.Errorf("message of the reply: %w", err)
	}
	_, err = tx.Exec(`INSERT INTO idempotency_key (key_hash, owner, route, redirect, flash, created_at)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
		key, r.Person.ID, route.Path, reply.Redirect, string(message), data.Millis(tx.Now))
	return err
}

func (s *Site) repeatKey(r *Request, route Route) string {
	key := r.Form(repeatField)
	if key == "" || !r.SignedIn() {
		return ""
	}
	return data.HashToken(r.Session.hash + "\x00" + route.Path + "\x00" + r.Path() + "\x00" + key)
}

// flashCookie carries one message to the next page.
const flashCookie = "flash"

type flash struct {
	Key  string `json:"k"`
	Args []any  `json:"a,omitempty"`
}

func (s *Site) setFlash(r *Request, key string, args []any) {
	text, err := json.Marshal(flash{key, args})
	if err != nil {
		return // an argument that JSON does not know; the redirect still happens
	}
	body := base64.RawURLEncoding.EncodeToString(text)
	mark := base64.RawURLEncoding.EncodeToString(s.mac("flash", body))
	r.SetCookie(flashCookie, body+"."+mark, 0)
}

// takeFlash reads the message and deletes the cookie.
func (s *Site) takeFlash(r *Request) string {
	value := r.cookie(flashCookie)
	if value == "" {
		return ""
	}
	r.DropCookie(flashCookie)
	body, mark, _ := strings.Cut(value, ".")
	sent, err := base64.RawURLEncoding.DecodeString(mark)
	if err != nil || !hmac.Equal(sent, s.mac("flash", body)) {
		return ""
	}
	text, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil {
		return ""
	}
	f, ok := parseFlash(text)
	if !ok {
		return ""
	}
	return r.L.T(f.Key, f.Args...)
}

// parseFlash reads a message back; whole numbers stay whole, so that they are written with separators.
func parseFlash(text []byte) (flash, bool) {
	var f flash
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&f) != nil {
		return flash{}, false
	}
	for i, arg := range f.Args {
		if number, ok := arg.(json.Number); ok {
			if whole, err := number.Int64(); err == nil {
				f.Args[i] = whole
			}
		}
	}
	return f, true
}
