package web_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/data/datatest"
	"accessdesk/ui/web"
	"accessdesk/ui/webtest"
)

// post sends a form as the person of the browser.
func (b *bench) post(v *webtest.Visitor, token string) int {
	b.t.Helper()
	return v.Send("POST", "/note", url.Values{"form_token": {token}, "text": {"x"}}, nil).StatusCode
}

// ends is what the page says about the end of the session.
func (b *bench) ends(v *webtest.Visitor) time.Time {
	b.t.Helper()
	ms, err := strconv.ParseInt(v.Visit("/").Want(200).Find("#ends").Text(), 10, 64)
	must(b.t, err)
	return time.UnixMilli(ms).UTC()
}

// A session lasts to the second before its end, on both engines.
func TestSessionIdles(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, plan{database: db})
		b.people()
		for _, c := range []struct {
			person string
			idle   time.Duration
		}{
			{applicant, 2 * time.Hour}, {manager, time.Hour}, {administrator, time.Hour}, {auditor, time.Hour},
		} {
			for _, edge := range []struct {
				at    time.Duration
				alive bool
			}{{-time.Second, true}, {-time.Millisecond, true}, {0, false}, {time.Millisecond, false}, {time.Second, false}} {
				v := b.enter(c.person)
				start := b.Now()
				token := b.token(v)
				if ends := b.ends(v); !ends.Equal(start.Add(c.idle)) {
					t.Errorf("%s: the page says the session ends %v after its start", c.person, ends.Sub(start))
				}
				b.SetNow(start.Add(c.idle + edge.at))
				if alive := b.who(v) == c.person; alive != edge.alive {
					t.Errorf("%s, %v from the end: signed in %v", c.person, edge.at, alive)
				}
				if posted := b.post(v, token) == 303; posted != edge.alive {
					t.Errorf("%s, %v from the end: posted %v", c.person, edge.at, posted)
				}
			}
		}
	})
}

// A posted form renews a session, a look does not, and nothing renews it past twelve hours.
func TestSessionIsRenewed(t *testing.T) {
	b := newBench(t, plan{})
	b.people()
	for _, c := range []struct {
		person string
		idle   time.Duration
	}{{applicant, 2 * time.Hour}, {manager, time.Hour}} {
		v := b.enter(c.person)
		start := b.Now()
		token := b.token(v)
		for range 5 {
			b.Advance(10 * time.Minute)
			if ends := b.ends(v); !ends.Equal(start.Add(c.idle)) {
				t.Fatalf("%s: after a look the session ends at %v", c.person, ends.Sub(start))
			}
		}
		for b.Now().Before(start.Add(11*time.Hour + 10*time.Minute)) {
			if status := b.post(v, token); status != 303 {
				t.Fatalf("%s: %d after %v", c.person, status, b.Now().Sub(start))
			}
			want := b.Now().Add(c.idle)
			if limit := start.Add(12 * time.Hour); want.After(limit) {
				want = limit
			}
			if ends := b.ends(v); !ends.Equal(want) {
				t.Fatalf("%s: a form at %v moved the end to %v", c.person, b.Now().Sub(start), ends.Sub(start))
			}
			b.Advance(50 * time.Minute)
		}
		b.SetNow(start.Add(11*time.Hour + 30*time.Minute))
		if status := b.post(v, token); status != 303 {
			t.Fatalf("%s: %d after 11.5 hours", c.person, status)
		}
		for _, edge := range []struct {
			at    time.Duration
			alive bool
		}{{-time.Second, true}, {0, false}, {time.Second, false}} {
			b.SetNow(start.Add(12*time.Hour + edge.at))
			if posted := b.post(v, token) == 303; posted != edge.alive {
				t.Errorf("%s, %v from twelve hours: posted %v", c.person, edge.at, posted)
			}
			if alive := b.who(v) == c.person; alive != edge.alive {
				t.Errorf("%s, %v from twelve hours: signed in %v", c.person, edge.at, alive)
			}
		}
	}
}

// A form that comes back for correction renews the session too; what is refused at the door does not. In every case the
// page says when the session really ends.
func TestRefusedFormsAndTheSession(t *testing.T) {
	b := newBench(t, plan{routes: func(s *web.Site) []web.Route {
		return []web.Route{
			post("/refused", web.SignedIn, s.Write(func(*web.Request, *data.Tx) (web.Reply, error) {
				return web.Reply{Status: 422, Page: "pages/page"}, nil
			})),
			post("/failing", web.SignedIn, s.Write(func(*web.Request, *data.Tx) (web.Reply, error) { return web.Reply{}, data.ErrConflict })),
			post("/staff-only", web.Staff, s.Write(note)),
		}
	}})
	b.people()
	for _, c := range []struct {
		path    string
		token   bool
		status  int
		renewed bool
	}{{"/refused", true, 422, true}, {"/failing", true, 409, false}, {"/staff-only", true, 403, false}, {"/refused", false, 403, false}} {
		v := b.enter(applicant)
		start := b.Now()
		form := url.Values{}
		if c.token {
			form.Set("form_token", b.token(v))
		}
		b.Advance(time.Hour)
		page := parse(t, b.want(v.Send("POST", c.path, form, nil), c.status))
		want := start.Add(2 * time.Hour)
		if c.renewed {
			want = want.Add(time.Hour)
		}
		if said := page.Find("#ends").Text(); said != strconv.FormatInt(want.UnixMilli(), 10) {
			t.Errorf("%s: the page says %s, want %v", c.path, said, want.Sub(start))
		}
		if ends := b.ends(v); !ends.Equal(want) {
			t.Errorf("%s: the session ends %v after its start, want %v", c.path, ends.Sub(start), want.Sub(start))
		}
		if person := page.Find("#person").Text(); person != applicant {
			t.Errorf("%s: the page is for %q", c.path, person)
		}
	}
}

// Signing in makes a new token, whatever the browser brought; the old one is dead.
func TestSessionFixation(t *testing.T) {
	b := newBench(t, plan{})
	b.people()
	planted := b.enter(other) // the attacker's own session, put into somebody's browser
	plantedToken := sessionToken(t, planted.Send("POST", "/enter", url.Values{"email": {other}}, nil))
	for _, brought := range []string{plantedToken, "chosen-by-the-attacker", strings.Repeat("a", 52), ""} {
		v := b.visitor()
		if brought != "" {
			v.SetCookie("session", brought)
		}
		token := sessionToken(t, v.Send("POST", "/enter", url.Values{"email": {applicant}}, nil))
		if token == brought || len(token) != 52 {
			t.Errorf("browser brought %q and got %q", brought, token)
		}
		attacker := b.visitor()
		attacker.SetCookie("session", brought)
		if who := b.who(attacker); who != "" {
			t.Errorf("the brought token %q is good for %s", brought, who)
		}
		if who := b.who(v); who != applicant {
			t.Errorf("signed in as %q", who)
		}
	}
	v := b.visitor()
	first := sessionToken(t, v.Send("POST", "/enter", url.Values{"email": {applicant}}, nil))
	before := b.count("SELECT count(*) FROM session")
	second := sessionToken(t, v.Send("POST", "/enter", url.Values{"email": {applicant}}, nil))
	if first == second || b.count("SELECT count(*) FROM session") != before {
		t.Error("signing in again in one browser keeps the older session")
	}
}

func sessionToken(t *testing.T, response *http.Response) string {
	t.Helper()
	return cookieOf(t, response, "session").Value
}

func TestSessionIsStoredHashed(t *testing.T) {
	b := newBench(t, plan{})
	b.people()
	v := b.visitor()
	token := sessionToken(t, v.Send("POST", "/enter", url.Values{"email": {applicant}}, nil))
	if b.count("SELECT count(*) FROM session WHERE token_hash = $1", data.HashToken(token)) != 1 {
		t.Error("the table does not hold the hash of the token")
	}
	type row struct {
		Hash, Person           string
		Generation             int64
		Staff                  bool
		Created, Used, EndsAll int64
	}
	b.Read(t, func(tx *data.Tx) error {
		rows, err := data.Rows(tx, func(s data.Scanner) (r row, err error) {
			return r, s.Scan(&r.Hash, &r.Person, &r.Generation, &r.Staff, &r.Created, &r.Used, &r.EndsAll)
		}, "SELECT token_hash, person_id, generation, staff, created_at, used_at, ends_at FROM session")
		text, _ := json.Marshal(rows)
		if len(rows) != 1 || strings.Contains(string(text), token) || rows[0].EndsAll-rows[0].Created != (12*time.Hour).Milliseconds() {
			t.Errorf("the table holds %s", text)
		}
		return err
	})
	hash := b.visitor() // what a copy of the database is worth
	hash.SetCookie("session", data.HashToken(token))
	if who := b.who(hash); who != "" {
		t.Errorf("the stored hash signs %s in", who)
	}
}

func TestSignOut(t *testing.T) {
	b := newBench(t, plan{})
	b.people()
	v := b.visitor()
	token := sessionToken(t, v.Send("POST", "/enter", url.Values{"email": {applicant}}, nil))
	elsewhere := b.enter(applicant)
	b.want(v.Send("POST", "/leave", url.Values{"form_token": {b.token(v)}}, nil), 303)
	if names := strings.Join(v.Cookies(), " "); names != "flash" {
		t.Errorf("the browser keeps %s", names)
	}
	replay := b.visitor()
	replay.SetCookie("session", token)
	if who := b.who(replay); who != "" {
		t.Errorf("the token is still good for %s", who)
	}
	if who := b.who(elsewhere); who != applicant {
		t.Error("signing out in one browser ended the session in another")
	}
	if n := b.count("SELECT count(*) FROM session"); n != 1 {
		t.Errorf("%d sessions are stored", n)
	}
}

// What happens to a person ends their sessions at once, and only theirs.
func TestPersonChangesEndSessions(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, plan{database: db})
		b.people()
		id := func(email string) (id string) {
			b.Read(t, func(tx *data.Tx) error {
				p, err := account.FindPersonByEmail(tx, email)
				id = p.ID
				return err
			})
			return id
		}
		for _, c := range []struct {
			name, person string
			change       func(tx *data.Tx) error
		}{
			{"closed and opened again", other, func(tx *data.Tx) error {
				if err := account.SetDisabled(tx, id(other), true, "console"); err != nil {
					return err
				}
				return account.SetDisabled(tx, id(other), false, "console")
			}},
			{"became staff", other, func(tx *data.Tx) error {
				_, _, err := account.AddPerson(tx, other, account.Auditor, "console")
				return err
			}},
			{"other role", manager, func(tx *data.Tx) error {
				_, _, err := account.AddPerson(tx, manager, account.Auditor, "console")
				return err
			}},
			{"row gone", auditor, func(tx *data.Tx) error {
				_, err := tx.Exec("DELETE FROM person WHERE email = $1", auditor)
				return err
			}},
			{"disabled", applicant, func(tx *data.Tx) error { return account.SetDisabled(tx, id(applicant), true, "console") }},
			{"disabled by hand", manager, func(tx *data.Tx) error {
				_, err := tx.Exec("UPDATE person SET disabled = $2 WHERE email = $1", manager, true)
				return err
			}},
		} {
			v, witness := b.enter(c.person), b.enter(administrator)
			token := b.token(v)
			b.Write(t, c.change)
			if who := b.who(v); who != "" {
				t.Errorf("%s: still signed in as %s", c.name, who)
			}
			if status := b.post(v, token); status != 403 {
				t.Errorf("%s: a form gave %d", c.name, status)
			}
			if who := b.who(witness); who != administrator {
				t.Errorf("%s: somebody else was signed out", c.name)
			}
		}
	})
}

// A token that is no token of ours is a stranger's.
func TestUnknownSessions(t *testing.T) {
	b := newBench(t, plan{})
	b.people()
	for _, value := range []string{"x", "%00", "'; DROP TABLE session; --", strings.Repeat("z", 3000), "\xff\xfe", "a,b", "=", `""`} {
		response := b.send("GET", "127.0.0.1:8080", "/", map[string]string{"Cookie": "session=" + value}, "")
		if who := parse(t, b.want(response, 200)).Find("#person").Text(); who != "" {
			t.Errorf("%q signs %s in", value, who)
		}
	}
	if who := b.who(b.enter(applicant)); who != applicant {
		t.Error("nobody can sign in any more")
	}
}

func TestPrune(t *testing.T) {
	datatest.Each(t, func(t *testing.T, db *datatest.Database) {
		b := newBench(t, plan{database: db})
		b.people()
		start := b.Now()
		old := b.enter(applicant)
		old.Send("POST", "/note", url.Values{"form_token": {b.token(old)}, "repeat_key": {"k"}}, nil)
		b.SetNow(start.Add(time.Second))
		b.enter(other)
		for _, c := range []struct {
			after                time.Duration
			sessions, repeatKeys int
		}{
			{12*time.Hour - time.Millisecond, 2, 1}, {12 * time.Hour, 1, 1}, {12*time.Hour + time.Second, 0, 1},
			{24*time.Hour - time.Millisecond, 0, 1}, {24 * time.Hour, 0, 0},
		} {
			b.SetNow(start.Add(c.after))
			b.Write(t, web.Prune)
			sessions, keys := b.count("SELECT count(*) FROM session"), b.count("SELECT count(*) FROM idempotency_key")
			if sessions != c.sessions || keys != c.repeatKeys {
				t.Errorf("after %v: %d sessions, %d keys, want %d, %d", c.after, sessions, keys, c.sessions, c.repeatKeys)
			}
		}
	})
}

// The page leads with "Stay signed in" in the last twenty minutes, but not when staying would change nothing.
func TestStayFirst(t *testing.T) {
	b := newBench(t, plan{})
	b.people()
	stays := func(v *webtest.Visitor) bool { return v.Visit("/").Want(200).Find("#stay").Length() > 0 }
	if stays(b.visitor()) {
		t.Error("a stranger is asked to stay")
	}
	for person, idle := range map[string]time.Duration{applicant: 2 * time.Hour, auditor: time.Hour} {
		start := b.Now()
		v := b.enter(person)
		for _, c := range []struct {
			left  time.Duration
			stays bool
		}{{idle, false}, {20*time.Minute + time.Second, false}, {20 * time.Minute, true}, {20*time.Minute - time.Second, true}, {time.Second, true}, {0, false}} {
			b.SetNow(start.Add(idle - c.left))
			if got := stays(v); got != c.stays {
				t.Errorf("%s, %v left: %v", person, c.left, got)
			}
		}
	}
	// Near the twelve hours: the idle end and the limit change places.
	start := b.Now()
	v := b.enter(applicant)
	token := b.token(v)
	for _, c := range []struct {
		posted, looked time.Duration
		stays          bool
	}{
		{90 * time.Minute, 3 * time.Hour, false}, {3 * time.Hour, 4*time.Hour + 45*time.Minute, true}, {4*time.Hour + 50*time.Minute, 5 * time.Hour, false},
		{6 * time.Hour, 7 * time.Hour, false}, {7*time.Hour + 55*time.Minute, 8 * time.Hour, false},
		{9*time.Hour + 40*time.Minute, 11*time.Hour + 30*time.Minute, true},
		{11*time.Hour + 30*time.Minute, 11*time.Hour + 39*time.Minute, false}, {11*time.Hour + 45*time.Minute, 11*time.Hour + 59*time.Minute, false},
	} {
		b.SetNow(start.Add(c.posted))
		if status := b.post(v, token); status != 303 {
			t.Fatalf("posting at %v: %d", c.posted, status)
		}
		b.SetNow(start.Add(c.looked))
		if got := stays(v); got != c.stays {
			t.Errorf("posted at %v, looked at %v: %v", c.posted, c.looked, got)
		}
	}
}
