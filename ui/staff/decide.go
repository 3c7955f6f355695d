package staff

import (
	"slices"
	"strconv"
	"time"

	"accessdesk/broker"
	"accessdesk/data"
	"accessdesk/notify"
	"accessdesk/ui/web"
)

// Assign takes a case for review, or hands it to somebody else.
func Assign(r *web.Request, tx *data.Tx) (web.Reply, error) {
	id := r.Param("id")
	_, err := broker.Act(tx, r.Desk(), r.Actor(), id, broker.ActRequest{Act: broker.ActAssign, Assignee: r.Form("assignee"), Revision: revision(r)})
	if problems, refused := r.Refused(err); refused && problems[0].Field == "assignee" {
		return caseAgain(r, tx, problems)
	}
	return web.Reply{Redirect: "/staff/review/" + id, Flash: "staff.flash_assigned"}, err
}

// Note keeps a note among staff.
func Note(r *web.Request, tx *data.Tx) (web.Reply, error) {
	id := r.Param("id")
	_, err := broker.Act(tx, r.Desk(), r.Actor(), id, broker.ActRequest{Act: broker.ActNote, Message: r.Form("note")})
	if problems, refused := r.Refused(err); refused && problems[0].Field == "message" {
		problems[0].Field = "note"
		return caseAgain(r, tx, problems)
	}
	return web.Reply{Redirect: "/staff/review/" + id, Flash: "staff.flash_note"}, err
}

// The steps of the decision form. Without one it shows what would happen.
const (
	stepEdit    = "edit"    // back to the form with what was typed
	stepConfirm = "confirm" // do it
)

// PreviewPage shows what a decision would do: who gets which exact mail in which language.
type PreviewPage struct {
	Address                          string // where the form goes
	Back, BackText                   string
	Organization, Program, Reference string
	Act, Title, Reason, Starts       string
	Mails                            []preview
	Typed                            []hidden
}

// preview is one mail with everybody who gets it.
type preview struct{ To, Language, Lang, Subject, Text string }

// hidden is a field that the confirming form carries along.
type hidden struct{ Name, Value string }

// deciding lists the acts of the decision form in its order.
var deciding = []string{broker.ActAsk, broker.ActApprove, broker.ActPlace, broker.ActDecline, broker.ActReply}

// Decide asks, approves, declines, places or writes: first it shows the mails that would go out, then it does it. Approving
// is never preselected; a form without a choice is refused at the choice.
func Decide(r *web.Request, tx *data.Tx) (web.Reply, error) {
	request, problems := decision(r, tx)
	if len(problems) > 0 || r.Form("step") == stepEdit {
		return caseAgain(r, tx, problems)
	}
	mark, err := notify.Begin(tx)
	if err != nil {
		return web.Reply{}, err
	}
	id := r.Param("id")
	_, err = broker.Act(tx, r.Desk(), r.Actor(), id, request)
	if problems, refused := r.Refused(err); refused {
		return caseAgain(r, tx, problems)
	}
	if err != nil || r.Form("step") == stepConfirm {
		return web.Reply{Redirect: "/staff/review/" + id, Flash: "staff.flash_" + request.Act}, err
	}
	page, err := newPreviewPage(r, tx, request, mark)
	return web.Reply{Page: "staff/preview", Data: page, Discard: true}, err
}

// decision reads the form.
func decision(r *web.Request, tx *data.Tx) (broker.ActRequest, web.Problems) {
	request := broker.ActRequest{Act: r.Form("act"), Revision: revision(r), Message: r.Form("message"), ReasonCode: r.Form("reason"), Tier: r.Form("tier")}
	if !slices.Contains(deciding, request.Act) {
		return request, web.Problems{{Field: "act", Text: r.L.T("staff.choose_act")}}
	}
	if start := r.Form("start"); start != "" && request.Act == broker.ActApprove {
		day, err := time.ParseInLocation(time.DateOnly, start, r.Site.Zone)
		switch {
		case err != nil:
			return request, web.Problems{{Field: "start", Text: r.L.T("refusal.invalid_date")}}
		case day.After(tx.Now):
			request.Starts = day.UTC()
		case day.Before(tx.Now.AddDate(0, 0, -1)):
			return request, web.Problems{{Field: "start", Text: r.L.T("refusal.start_past")}}
		}
	}
	return request, nil
}

// newPreviewPage tells what the act, which this transaction has taken and will take back, has queued.
func newPreviewPage(r *web.Request, tx *data.Tx, request broker.ActRequest, mark notify.Mark) (PreviewPage, error) {
	c, err := broker.FindCase(tx, r.Desk(), r.Actor(), r.Param("id"))
	if err != nil {
		return PreviewPage{}, err
	}
	back := "/staff/review/" + c.ID
	page := PreviewPage{Address: back + "/decision", Back: back, BackText: c.Application.Organization.Name, Organization: c.Application.Organization.Name, Program: c.Program.TitleOf(c.Tier, r.Lang), Reference: c.Application.Reference,
		Act: request.Act, Title: actText(r, request.Act)}
	if request.Act == broker.ActDecline {
		page.Reason = r.L.T("broker.reason_" + request.ReasonCode)
	}
	if c.Grant != nil && request.Act == broker.ActApprove {
		page.Starts = r.L.T("staff.preview_access", "From", r.L.DateIn(c.Grant.Starts, r.Site.Zone), "To", r.L.DateIn(c.Grant.Ends, r.Site.Zone))
	}
	for _, name := range []string{"act", "reason", "message", "start", "tier", "revision"} {
		page.Typed = append(page.Typed, hidden{name, r.Form(name)})
	}
	queued, err := notify.Since(tx, mark)
	for _, q := range queued {
		page.add(r, q)
	}
	return page, err
}

// add lists a mail, or one more reader of a mail that is listed already.
func (p *PreviewPage) add(r *web.Request, q notify.Queued) {
	for i, known := range p.Mails {
		if known.Subject == q.Subject && known.Text == q.Text && known.Lang == q.Lang {
			p.Mails[i].To += ", " + q.To
			return
		}
	}
	p.Mails = append(p.Mails, preview{To: q.To, Lang: q.Lang, Language: r.L.T("staff.lang_" + knownLanguage(q.Lang)), Subject: q.Subject, Text: q.Text})
}

// caseAgain shows the case with the problems, if there are any, and everything that was typed.
func caseAgain(r *web.Request, tx *data.Tx, problems web.Problems) (web.Reply, error) {
	page, err := newCasePage(r, tx)
	if err != nil {
		return web.Reply{}, err
	}
	page.Problems = problems
	page.Message, page.Start, page.Note = r.Form("message"), r.Form("start"), r.Form("note")
	choose(page.Acts, r.Form("act"))
	choose(page.Reasons, r.Form("reason"))
	choose(page.Reviewers, r.Form("assignee"))
	if r.Has("tier") {
		choose(page.Tiers, r.Form("tier"))
	}
	status := 200
	if len(problems) > 0 {
		status = 422
	}
	return web.Reply{Status: status, Page: "staff/case", Data: page, Discard: true}, nil
}

func choose(options []choice, value string) {
	for i := range options {
		options[i].Chosen = options[i].Value == value
	}
}

// revision is the state of the case that the person had before them; 0, which is compared with nothing, if the form
// brought none.
func revision(r *web.Request) int64 {
	number, err := strconv.ParseInt(r.Form("revision"), 10, 64)
	if err != nil {
		return 0
	}
	return number
}
