package check

import (
	"errors"

	"accessdesk/broker"
	"accessdesk/broker/recheck"
	"accessdesk/data"
	"accessdesk/ui/web"

	"github.com/gofiber/fiber/v2"
)

// checkCookie holds the token of the check until the browser closes. The answers themselves are gone earlier, unless
// their link was mailed.
const checkCookie = "check"

// loadVisit finds the check of this browser; false if there is none or it is over.
func loadVisit(r *web.Request, tx *data.Tx) (*visit, bool, error) {
	token := r.Cookie(checkCookie)
	if token == "" {
		return nil, false, nil
	}
	stored, err := broker.LoadScreening(tx, r.Desk().Vocabulary, token)
	if errors.Is(err, data.ErrNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	v, err := newVisit(r, tx, stored)
	return v, err == nil, err
}

// visitOrNew gives the check that this browser has begun, or an empty one.
func visitOrNew(r *web.Request, tx *data.Tx) (v *visit, begun bool, err error) {
	if v, begun, err = loadVisit(r, tx); err == nil && !begun {
		v, err = newVisit(r, tx, broker.Screening{})
	}
	return v, begun, err
}

// save keeps the answers and gives the browser its cookie.
func (v *visit) save(r *web.Request, tx *data.Tx) error {
	saved, err := broker.SaveScreening(tx, v.Vocabulary, broker.Screening{Token: v.token, Lang: r.Lang, Facts: v.Facts, Asked: v.Asked,
		Operator: v.operator, Kept: v.kept})
	if err != nil {
		return err
	}
	v.token = saved.Token
	r.SetCookie(checkCookie, saved.Token, 0)
	return nil
}

// Forget deletes the answers of this browser's check: the row is emptied at once and purged later.
func Forget(r *web.Request, tx *data.Tx) (web.Reply, error) {
	v, ok, err := loadVisit(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if ok {
		v.Forget()
		v.operator, v.kept = "", nil
		if err := v.save(r, tx); err != nil {
			return web.Reply{}, err
		}
	}
	r.DropCookie(checkCookie)
	return web.Reply{Redirect: "/", Flash: "check.forgotten"}, nil
}

// EmailPage asks where to send the link to a check.
type EmailPage struct {
	web.Problems
	Email string
	Tell  bool // also when a program begins to fit
}

// Email shows the form.
func Email(r *web.Request, tx *data.Tx) (web.Reply, error) {
	_, ok, err := loadVisit(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if !ok {
		return over(), nil
	}
	return web.Reply{Page: "public/check_email", Data: EmailPage{Email: r.Person.Email}}, nil
}

// SendEmail mails the link. What follows is the same for every address.
func SendEmail(r *web.Request, tx *data.Tx) (web.Reply, error) {
	v, ok, err := loadVisit(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	if !ok {
		return over(), nil
	}
	page := EmailPage{Email: r.Form("email"), Tell: r.Has("tell")}
	if page.Email == "" {
		page.Problems = web.Problems{{Field: "email", Text: r.L.T("signin.problem_email_empty")}}
		return web.Reply{Status: fiber.StatusUnprocessableEntity, Page: "public/check_email", Data: page}, nil
	}
	err = recheck.MailCheck(tx, r.Desk(), v.token, page.Email, r.Lang, page.Tell)
	if problems, ok := r.Refused(err); ok {
		page.Problems = problems
		return web.Reply{Status: fiber.StatusUnprocessableEntity, Page: "public/check_email", Data: page}, nil
	}
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Redirect: "/check/email/sent"}, nil
}

// EmailSent says to look into the mail.
func EmailSent(*web.Request, *data.Tx) (web.Reply, error) {
	return web.Reply{Page: "public/check_sent"}, nil
}

// ResumePage is what the mailed link opens.
type ResumePage struct {
	Token string
	Gone  bool
}

// Resume shows what the mailed link is for, and one button. Opening changes nothing: programs that look into mails open
// links too.
func Resume(r *web.Request, tx *data.Tx) (web.Reply, error) {
	token := r.Query("token")
	stored, err := recheck.LookCheck(tx, r.Desk().Vocabulary, token)
	if errors.Is(err, data.ErrNotFound) || err == nil && len(stored.Asked)+len(stored.Facts) == 0 {
		return resumeGone(), nil
	}
	if err != nil {
		return web.Reply{}, err
	}
	return web.Reply{Page: "public/check_resume", Data: ResumePage{Token: token}}, nil
}

// OpenResume brings the answers into this browser.
func OpenResume(r *web.Request, tx *data.Tx) (web.Reply, error) {
	stored, err := recheck.ResumeCheck(tx, r.Desk().Vocabulary, r.Form("token"))
	if errors.Is(err, data.ErrNotFound) {
		return resumeGone(), nil
	}
	if err != nil {
		return web.Reply{}, err
	}
	r.SetCookie(checkCookie, stored.Token, 0)
	return web.Reply{Redirect: "/check/results", Flash: "check.resumed"}, nil
}

func resumeGone() web.Reply {
	return web.Reply{Status: fiber.StatusGone, Page: "public/check_resume", Data: ResumePage{Gone: true}}
}
