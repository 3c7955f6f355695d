package public

import (
	"errors"
	"net/url"
	"strings"

	"accessdesk/broker/account"
	"accessdesk/data"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

// SignInPage asks for an e-mail address.
type SignInPage struct {
	web.Problems
	Email string
	Next  string // where to go on after signing in
}

// SignIn shows the form. Who is signed in already goes on.
func SignIn(r *web.Request, _ *data.Tx) (web.Reply, error) {
	next := web.LocalPath(r.Query("next"), "")
	if r.SignedIn() {
		return web.Reply{Redirect: afterSignIn(r.Person, next)}, nil
	}
	return web.Reply{Page: "public/signin", Data: SignInPage{Next: next}}, nil
}

// AskSignIn sends a link and a code. What follows is the same for a known and an unknown address.
func AskSignIn(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page := SignInPage{Email: r.Form("email"), Next: web.LocalPath(r.Form("next"), "")}
	if page.Email == "" {
		page.Problems = web.Problems{{Field: "email", Text: r.L.T("signin.problem_email_empty")}}
		return web.Reply{Status: fiber.StatusUnprocessableEntity, Page: "public/signin", Data: page}, nil
	}
	err := account.AskSignIn(tx, r.Desk().Mail, account.Request{Email: page.Email, Lang: r.Lang, Browser: r.MarkBrowser(), Next: page.Next})
	if problems, ok := r.Refused(err); ok {
		page.Problems = problems
		return web.Reply{Status: fiber.StatusUnprocessableEntity, Page: "public/signin", Data: page}, nil
	}
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Redirect: "/signin/code"}, nil
}

// CodePage follows the question for a link: look into the mail, or type its code here.
type CodePage struct {
	web.Problems
	Code string
}

// Code shows the form for the code.
func Code(r *web.Request, _ *data.Tx) (web.Reply, error) {
	if r.SignedIn() {
		return web.Reply{Redirect: afterSignIn(r.Person, "")}, nil
	}
	return web.Reply{Page: "public/signin_code", Data: CodePage{}}, nil
}

// SpendCode signs in with the code that was mailed to this browser's last question. A wrong code is counted.
func SpendCode(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page := CodePage{Code: r.Form("code")}
	if page.Code == "" {
		page.Problems = web.Problems{{Field: "code", Text: r.L.T("signin.problem_code_empty")}}
		return web.Reply{Status: fiber.StatusUnprocessableEntity, Page: "public/signin_code", Data: page}, nil
	}
	person, next, err := account.SpendSignInCode(tx, page.Code, r.Browser())
	var refusal *data.Refusal
	if errors.As(err, &refusal) {
		page.Problems = web.Problems{{Field: "code", Text: signInRefusal(r, refusal)}}
		return web.Reply{Status: fiber.StatusUnprocessableEntity, Page: "public/signin_code", Data: page, Keep: true}, nil
	}
	if err != nil {
		return web.Reply{}, err
	}
	return enter(r, tx, person, next)
}

// signInRefusal is why a link or code cannot be spent.
func signInRefusal(r *web.Request, refusal *data.Refusal) string {
	switch refusal.Code {
	case "signin_code":
		return r.L.N("signin.problem_code_wrong", left(refusal))
	case "signin_tries":
		return r.L.T("signin.problem_code_tries")
	case "signin_disabled":
		return r.L.T("signin.problem_disabled")
	}
	return r.L.T("signin.problem_code_old")
}

func left(refusal *data.Refusal) int {
	count, _ := refusal.Args["Left"].(int)
	return count
}

// LinkPage is what a sign-in link opens. Opening spends nothing: programs that look into mails open links too.
type LinkPage struct {
	web.Problems
	Token      string
	Email      string
	Demo       bool // a printed link of the demonstration
	Other      bool // asked for in another browser
	Gone       bool // spent, replaced or too old
	Disabled   bool
	Invitation bool
}

// Link shows whom a link signs in, and one button.
func Link(r *web.Request, tx *data.Tx) (web.Reply, error) {
	page, err := lookLink(r, tx, r.Query("token"))
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Status: page.status(), Page: "public/signin_link", Data: page}, nil
}

// SpendLink signs in.
func SpendLink(r *web.Request, tx *data.Tx) (web.Reply, error) {
	token := r.Form("token")
	if email, ok := demoLink(r, token); ok {
		person, err := account.FindPersonByEmail(tx, email)
		if err != nil {
			return web.Reply{}, err
		}
		return enter(r, tx, person, "")
	}
	person, next, err := account.SpendSignIn(tx, token, r.Browser())
	var refusal *data.Refusal
	if errors.As(err, &refusal) {
		page, err := lookLink(r, tx, token)
		if err != nil {
			return web.Reply{}, err
		}
		page.Disabled = refusal.Code == "signin_disabled"
		page.Gone = page.Gone && !page.Disabled
		return web.Reply{Status: fiber.StatusUnprocessableEntity, Page: "public/signin_link", Data: page}, nil
	}
	if err != nil {
		return web.Reply{}, err
	}
	return enter(r, tx, person, next)
}

// lookLink finds out about a link without spending it.
func lookLink(r *web.Request, tx *data.Tx, token string) (LinkPage, error) {
	page := LinkPage{Token: token}
	if email, ok := demoLink(r, token); ok {
		page.Email, page.Demo = email, true
		return page, nil
	}
	found, err := account.LookSignIn(tx, token, r.Browser())
	var refusal *data.Refusal
	if err != nil && !errors.As(err, &refusal) {
		return page, err
	}
	page.Email, page.Invitation = found.Email, found.Invitation
	page.Gone = refusal != nil
	page.Other = !page.Gone && !found.SameBrowser
	return page, nil
}

// status tells programs what people read: a link that is over is gone.
func (p LinkPage) status() int {
	if p.Gone {
		return fiber.StatusGone
	}
	return fiber.StatusOK
}

// demoLink gives the address behind a printed link of the demonstration.
func demoLink(r *web.Request, token string) (string, bool) {
	if !r.Site.Demo || token == "" {
		return "", false
	}
	email, ok := r.Site.DemoLinks[token]
	return email, ok
}

// enter starts the session and leads on.
func enter(r *web.Request, tx *data.Tx, person account.Person, next string) (web.Reply, error) {
	if person.Disabled {
		page := LinkPage{Disabled: true}
		return web.Reply{Status: fiber.StatusUnprocessableEntity, Page: "public/signin_link", Data: page}, nil
	}
	if err := r.StartSession(tx, person); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Redirect: afterSignIn(person, next)}, nil
}

// afterSignIn is where a person goes on: staff to the review list, applicants to where they wanted to go.
func afterSignIn(person account.Person, next string) string {
	own := person.StaffRole != ""
	path, err := url.Parse(web.LocalPath(next, "/"))
	if err == nil && next != "" && strings.HasPrefix(path.Path, "/staff/") == own && !strings.HasPrefix(path.Path, "/signin") {
		return web.LocalPath(next, "/")
	}
	if own {
		return "/staff/review"
	}
	return "/home"
}

// SignOut ends the session.
func SignOut(r *web.Request, tx *data.Tx) (web.Reply, error) {
	if err := r.EndSession(tx); err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Redirect: "/", Flash: "signin.signed_out"}, nil
}

// Stay renews the session, as every posted form does, and returns to where the person was.
func Stay(r *web.Request, _ *data.Tx) (web.Reply, error) {
	home := afterSignIn(r.Person, "")
	return web.Reply{Redirect: web.LocalPath(r.Form("next"), home), Flash: "signin.stayed"}, nil
}
