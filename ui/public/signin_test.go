package public_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/ui/web"
)

func TestSignInByLink(t *testing.T) {
	d := openDesk(t)
	for _, c := range []struct{ next, want string }{
		{"/applications/new?program=demo-grant", "/applications/new?program=demo-grant"},
		{"", "/home"}, {"https://example.com/", "/home"}, {"//example.com", "/home"}, {"/staff/review", "/home"}, {"/signin", "/home"},
	} {
		b := d.browser(t, "es")
		form := b.get("/signin?next=" + url.QueryEscape(c.next)).want(http.StatusOK)
		if got := form.Find("input[name=next]").AttrOr("value", ""); strings.Contains(got, "example.com") {
			t.Errorf("next %q is kept", got)
		}
		d.Advance(time.Hour)
		b.post("/signin", values("email", " Ana@Example.org ", "next", c.next)).follow().want(http.StatusOK).shows("Revise su correo")
		mails := d.deliver(t)
		if len(mails) != 1 || mails[0].To != "ana@example.org" || mails[0].Lang != "es" {
			t.Fatalf("mails: %+v", mails)
		}
		address := link(t, mails[0])
		// Looking at the link spends nothing, however often.
		for range 3 {
			b.get(address).follow().want(http.StatusOK).shows("ana@example.org")
		}
		page := b.get(address).follow()
		entered := b.post("/signin/link", values("token", page.Find("input[name=token]").AttrOr("value", "")))
		if entered.location != c.want {
			t.Errorf("next %q leads to %q, want %q", c.next, entered.location, c.want)
		}
		if b.jar["session"] == "" {
			t.Fatal("no session")
		}
		b.get(strings.TrimSuffix(address, "&lang=es")).want(http.StatusGone).shows("Este enlace ya no sirve")
		if again := b.get("/signin"); again.location != "/home" {
			t.Errorf("who is signed in is sent to %q", again.location)
		}
	}
	d.Read(t, func(tx *data.Tx) error {
		person, err := account.FindPersonByEmail(tx, "ana@example.org")
		if err == nil && person.Lang != "es" {
			t.Errorf("language %q", person.Lang)
		}
		return err
	})
}

func TestSignInSaysTheSameToEverybody(t *testing.T) {
	d := openDesk(t)
	d.person(t, "known@example.org", account.Auditor)
	var pages []string
	for _, email := range []string{"known@example.org", "unknown@example.org"} {
		b := d.browser(t, "en")
		asked := b.post("/signin", values("email", email))
		if asked.location != "/signin/code" {
			t.Fatalf("%s: %d %s", email, asked.status, asked.location)
		}
		pages = append(pages, asked.follow().body)
	}
	if pages[0] == "" || pages[0] != pages[1] {
		t.Error("the pages differ")
	}
	if mails := d.deliver(t); len(mails) != 2 {
		t.Errorf("%d mails, want 2", len(mails))
	}
}

func TestSignInProblems(t *testing.T) {
	d := openDesk(t)
	b := d.browser(t, "en")
	b.post("/signin", values()).problem("email", "Enter your email address")
	typed := b.post("/signin", values("email", "not an address", "next", "/applications"))
	typed.problem("email", "Enter an email address like name@example.org")
	if typed.Find("#email").AttrOr("value", "") != "not an address" || typed.Find("input[name=next]").AttrOr("value", "") != "/applications" {
		t.Error("what was typed is gone")
	}
	d.browser(t, "es").post("/signin", values("email", "x")).problem("email", "Escriba un correo como nombre@example.org")
	b.post("/signin/code", values()).problem("code", "Enter the code from the email")
	b.post("/signin/code", values("code", "AAAA-BBBB")).problem("code", "This code is not good any more. Ask for a new email")
	b.get("/signin/link?token=nothing").want(http.StatusGone).shows("This link no longer works")
	b.get("/signin/link").want(http.StatusGone)
	b.post("/signin/link", values("token", "nothing")).want(http.StatusUnprocessableEntity).shows("This link no longer works")
	if len(d.deliver(t)) != 0 {
		t.Error("a mail went out")
	}
}

func TestSignInInAnotherBrowser(t *testing.T) {
	d := openDesk(t)
	desktop, phone := d.browser(t, "en"), d.browser(t, "en")
	desktop.post("/signin", values("email", "ana@example.org", "next", "/applications"))
	mail := d.deliver(t)[0]
	address := strings.TrimSuffix(link(t, mail), "&lang=en")
	phone.get(address).want(http.StatusOK).shows("You asked for this link in another browser.")
	token := strings.TrimPrefix(address, "/signin/link?token=")
	phone.post("/signin/link", values("token", token)).want(http.StatusUnprocessableEntity).shows("Type the code where you asked")
	if phone.jar["session"] != "" {
		t.Fatal("signed in where nobody asked")
	}
	// The code counts in the asking browser only; five wrong ones end it.
	code := codeInMail.FindString(mail.Text)
	phone.post("/signin/code", values("code", code)).problem("code", "This code is not good any more. Ask for a new email")
	desktop.post("/signin/code", values("code", "AAAA-AAAA")).problem("code", "This code is not right. You have 4 more tries")
	desktop.post("/signin/code", values("code", "AAAA-AAAA")).problem("code", "This code is not right. You have 3 more tries")
	entered := desktop.post("/signin/code", values("code", " "+strings.ToLower(strings.ReplaceAll(code, "-", " "))))
	if entered.location != "/applications" || desktop.jar["session"] == "" {
		t.Fatalf("the code leads to %d %q %s", entered.status, entered.location, entered.text(".problems"))
	}
}

func TestWrongCodesEndTheAsk(t *testing.T) {
	d := openDesk(t)
	b := d.browser(t, "en")
	b.post("/signin", values("email", "ana@example.org"))
	code := codeInMail.FindString(d.deliver(t)[0].Text)
	for range 4 {
		b.post("/signin/code", values("code", "AAAA-AAAA")).want(http.StatusUnprocessableEntity)
	}
	b.post("/signin/code", values("code", "AAAA-AAAA")).problem("code", "There were too many wrong codes. Ask for a new email")
	b.post("/signin/code", values("code", code)).problem("code", "This code is not good any more. Ask for a new email")
}

func TestExpiredLinkSendsANewOne(t *testing.T) {
	d := openDesk(t)
	b := d.browser(t, "en")
	b.post("/signin", values("email", "ana@example.org"))
	address := strings.TrimSuffix(link(t, d.deliver(t)[0]), "&lang=en")
	d.Advance(15 * time.Minute)
	gone := b.get(address).want(http.StatusGone)
	again := gone.Find("form[action='/signin']")
	if again.Find("input[name=email]").AttrOr("value", "") != "ana@example.org" || again.Find("button").Length() != 1 {
		t.Fatalf("no button for a new link: %s", gone.text("main"))
	}
	b.post("/signin", values("email", "ana@example.org")).follow().want(http.StatusOK)
	fresh := strings.TrimSuffix(link(t, d.deliver(t)[0]), "&lang=en")
	b.get(fresh).want(http.StatusOK).shows("You are about to sign in as")
}

func TestStaffSignIn(t *testing.T) {
	d := openDesk(t)
	var token string
	d.Write(t, func(tx *data.Tx) (err error) {
		_, token, err = account.AddPerson(tx, "manager@example.org", account.ProgramManager, "console")
		return err
	})
	b := d.browser(t, "en")
	b.get("/signin/link?token=" + token).want(http.StatusOK).shows("manager@example.org")
	entered := b.post("/signin/link", values("token", token))
	if entered.location != "/staff/review" {
		t.Fatalf("staff are sent to %q", entered.location)
	}
	b.get("/signin/link?token=" + token).want(http.StatusGone).shows("This link no longer works")
	if next := b.get("/signin?next=/staff/review/1"); next.location != "/staff/review/1" {
		t.Errorf("staff are sent to %q", next.location)
	}
	if next := b.get("/signin?next=/home"); next.location != "/staff/review" {
		t.Errorf("staff are sent to %q", next.location)
	}
}

func TestStayAndSignOut(t *testing.T) {
	d := openDesk(t)
	token := invite(t, d, "manager@example.org")
	b := d.browser(t, "en")
	b.post("/signin/link", values("token", token))
	b.post("/session/stay", values("next", "/programs")).want(http.StatusForbidden)
	formToken := func() string {
		return b.get("/programs").Find("input[name=form_token]").AttrOr("value", "")
	}
	d.Advance(45 * time.Minute)
	page := b.get("/programs")
	page.shows("You will be signed out at")
	stay := page.Find("form[action='/session/stay']")
	stayed := b.post("/session/stay", values("form_token", stay.Find("input[name=form_token]").AttrOr("value", ""), "next", stay.Find("input[name=next]").AttrOr("value", "")))
	if stayed.location != "/programs" {
		t.Fatalf("leads to %d %q", stayed.status, stayed.location)
	}
	d.Advance(45 * time.Minute) // an hour after the last act the session would be over
	b.get("/programs").shows("You are signed in as manager@example.org.")
	if evil := b.post("/session/stay", values("form_token", formToken(), "next", "https://example.com/")); evil.location != "/staff/review" {
		t.Errorf("leads to %q", evil.location)
	}
	out := b.post("/signout", values("form_token", formToken()))
	out.follow().shows("You are signed out.")
	if b.jar["session"] != "" || b.get("/programs").Find("a[href='/signin']").Length() != 1 {
		t.Error("still signed in")
	}
}

func TestClosedAccount(t *testing.T) {
	d := openDesk(t)
	token := invite(t, d, "manager@example.org")
	d.Write(t, func(tx *data.Tx) error {
		_, err := tx.Exec("UPDATE person SET disabled = $1 WHERE email = $2", true, "manager@example.org")
		return err
	})
	b := d.browser(t, "en")
	b.post("/signin/link", values("token", token)).want(http.StatusUnprocessableEntity).shows("This account is closed")
	if b.jar["session"] != "" {
		t.Error("signed in")
	}
}

func invite(t *testing.T, d *desk, email string) string {
	t.Helper()
	var token string
	d.Write(t, func(tx *data.Tx) (err error) {
		_, token, err = account.AddPerson(tx, email, account.ProgramManager, "console")
		return err
	})
	return token
}

func TestDemoLinks(t *testing.T) {
	links := map[string]string{"printed": "manager@example.org"}
	for _, demo := range []bool{true, false} {
		d := openDesk(t, func(c *web.Config) { c.Demo, c.DemoLinks = demo, links })
		d.person(t, "manager@example.org", account.ProgramManager)
		for range 2 { // it works repeatedly
			b := d.browser(t, "en")
			page := b.get("/signin/link?token=printed")
			entered := b.post("/signin/link", values("token", "printed"))
			if !demo {
				page.want(http.StatusGone)
				entered.want(http.StatusUnprocessableEntity)
				continue
			}
			page.want(http.StatusOK).shows("manager@example.org")
			if entered.location != "/staff/review" || b.jar["session"] == "" {
				t.Errorf("leads to %d %q", entered.status, entered.location)
			}
		}
	}
}
