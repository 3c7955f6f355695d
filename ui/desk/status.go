package desk

import (
	"slices"
	"time"

	"accessdesk/broker"
	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/ui/form"
	"accessdesk/ui/grant"
	"accessdesk/ui/web"
)

// StatusPage tells where one program of an application stands.
type StatusPage struct {
	web.Problems
	Application, Reference, Organization string
	Slug, Title, Provider                string
	Pill                                 pill
	Notice                               *web.Notice
	Revision                             int64
	Ask                                  *asked // a question waits for an answer
	Answerers                            string // who answers it, if the reader may not
	Reply                                form.Field
	Write                                *form.Field // a message of their own, nil where none can be sent
	Decision                             *decided
	Next                                 string // who acts next and by when
	Steps                                []step
	Messages                             []message
	Answers, Facts                       []answered
	Withdraw                             string
}

// asked is the reviewer's question that waits.
type asked struct{ Text, When string }

// decided is how it ended.
type decided struct {
	Approved            bool
	Title, Text, Change string
	Grant               string // id of the grant
	Again               bool   // a link to the program's rules helps
}

// step is one stage of the timeline.
type step struct {
	Title, When, Text string
	Done, Now         bool
}

// message is what was said.
type message struct {
	Mine            bool
	Who, When, Text string
}

// answered is an answer as lists show it.
type answered struct {
	ID, Label, Value, Note, Change string
	Open                           bool // somebody waits for it
}

// newStatusPage tells where the item that the address names stands.
func newStatusPage(r *web.Request, tx *data.Tx) (StatusPage, error) {
	return statusPage(r, tx, r.Param("id"), r.Param("slug"))
}

// statusPage tells where an item of an application stands.
func statusPage(r *web.Request, tx *data.Tx, applicationID, slug string) (StatusPage, error) {
	s, err := broker.FindStatus(tx, r.Desk(), r.Actor(), applicationID, slug)
	if err != nil {
		return StatusPage{}, err
	}
	page := StatusPage{
		Application: s.Application.ID, Reference: s.Application.Reference, Organization: s.Application.Organization.Name,
		Slug: s.Slug, Title: s.Program.Title.In(r.Lang), Provider: s.Program.Provider.Name, Pill: statePill(r, s.Item),
		Revision: s.Revision, Steps: timeline(r, tx, s), Decision: decisionOf(r, s), Next: nextText(r, s),
	}
	if page.Notice, err = r.NoticeOn(tx, s.Program, s.Over()); err != nil {
		return page, err
	}
	if s.Grant != nil {
		page.Pill = pill(grant.Status(r, *s.Grant, tx.Now))
	}
	member, err := account.MayActFor(tx, r.Person.ID, s.Application.Organization.ID)
	if err != nil {
		return page, err
	}
	page.Withdraw = withdrawAddress(s.Item, member)
	page.addMessages(r, s)
	if page.Answerers, err = colleagues(r, tx, s.Application.Organization.ID, account.Answer); err != nil {
		return page, err
	}
	if s.Allows(broker.ActMessage) && s.State != broker.NeedsInfo && member.MayWrite() {
		page.Write = messageField(r, "")
	}
	return page, page.addAnswers(r, s)
}

// addMessages lists what was said. The question that waits stands above with the box for the reply, not among them.
func (p *StatusPage) addMessages(r *web.Request, s broker.Status) {
	said := slices.Clone(s.Messages)
	for last := len(said) - 1; s.State == broker.NeedsInfo && last >= 0; last-- {
		if said[last].Kind == broker.ActAsk {
			p.Ask = &asked{Text: said[last].Text, When: day(r, said[last].At)}
			p.Reply = replyField(r, "")
			said = slices.Delete(said, last, last+1)
			break
		}
	}
	for _, m := range said {
		one := message{Who: r.L.T("desk.status_reviewer"), When: moment(r, m.At), Text: m.Text, Mine: m.Kind == broker.ActAnswer || m.Kind == broker.ActMessage}
		if one.Mine {
			one.Who = r.L.T("desk.status_you")
			if m.By.ID != r.Person.ID {
				one.Who = m.By.Email
			}
		}
		p.Messages = append(p.Messages, one)
	}
}

func replyField(r *web.Request, typed string) form.Field {
	return form.Field{ID: "message", Kind: form.Area, Label: r.L.T("desk.status_reply"), Hint: r.L.T("desk.status_reply_hint"), Value: typed}
}

func messageField(r *web.Request, typed string) *form.Field {
	return &form.Field{ID: "text", Kind: form.Area, Label: r.L.T("desk.status_write"), Hint: r.L.T("desk.status_write_hint"), Value: typed}
}

// addAnswers shows what was sent: the answers, and the facts as they were then.
func (p *StatusPage) addAnswers(r *web.Request, s broker.Status) error {
	if s.Submitted.IsZero() {
		return nil
	}
	facts, err := r.Desk().Vocabulary.ParseProfile([]byte(s.Item.Facts))
	if err != nil {
		return err
	}
	p.answersOf(r, s.Program, facts, s.Answers, piece{Item: s.Item, program: s.Program, decision: s.Program.Rules.Decide(facts)})
	return nil
}

// answersOf lists the answers to a program's questions, and the facts that it reads.
func (p *StatusPage) answersOf(r *web.Request, program *catalog.Published, facts eligibility.Profile, answers broker.Answers, one piece) {
	for _, q := range program.Asked(facts, answers) {
		p.Answers = append(p.Answers, answered{Label: q.Label.In(r.Lang), Value: form.SayAnswer(r, q, answers[q.ID])})
	}
	for _, n := range needs(r.Desk().Vocabulary, facts, []piece{one}) {
		if text := form.SayFact(r, facts, n.ID); text != "" {
			p.Facts = append(p.Facts, answered{Label: n.Label.In(r.Lang), Value: text})
		}
	}
}

// decisionOf says how it ended, nil while it is open.
func decisionOf(r *web.Request, s broker.Status) *decided {
	args := []any{"Who", r.Operator(), "Program", s.Program.Title.In(r.Lang)}
	switch s.State {
	case broker.Approved:
		d := &decided{Approved: true, Title: r.L.T("desk.status_approved", args...)}
		if s.Grant != nil {
			d.Grant, d.Text = s.Grant.ID, overText(r, *s.Grant)
		}
		return d
	case broker.Declined:
		d := &decided{Title: r.L.T("desk.status_declined", args...), Text: r.L.T("broker.sentence_" + s.ReasonCode),
			Change: r.L.T("broker.change_" + s.ReasonCode), Again: true}
		if s.ReasonText != "" {
			d.Text += "\n\n" + s.ReasonText
		}
		return d
	case broker.Withdrawn:
		return &decided{Title: r.L.T("desk.status_withdrawn"), Text: r.L.T("desk.status_withdrawn_text"), Again: true}
	case broker.Closed:
		return &decided{Title: r.L.T("desk.status_closed"), Text: r.L.T("desk.status_closed_text"), Again: true}
	}
	return nil
}

// overText says that an access is over, "" while it is not.
func overText(r *web.Request, g access.Grant) string {
	switch g.State {
	case access.Ended:
		return r.L.T("desk.status_over", "Date", day(r, g.Stopped))
	case access.Revoked:
		return r.L.T("desk.status_revoked", "Date", day(r, g.Stopped))
	}
	return ""
}

// nextText says who acts next, and by when.
func nextText(r *web.Request, s broker.Status) string {
	aim := " " + r.L.T("desk.status_aim", "Date", day(r, s.Due))
	switch s.State {
	case broker.Waitlisted:
		return r.L.T("desk.status_next_waitlist", "Place", s.Place)
	case broker.Submitted:
		return r.L.T("desk.status_next_sent") + aim
	case broker.InReview:
		return r.L.T("desk.status_next_review") + aim
	case broker.NeedsInfo:
		return r.L.T("desk.status_next_you")
	case broker.Approved:
		if s.Grant != nil && s.Grant.State == access.Pending {
			return r.L.T("desk.status_next_setup", "Date", day(r, s.Grant.Starts))
		}
	}
	return ""
}

// timeline is the life of an item in the words of the applicant: what was, what is, what is ahead.
func timeline(r *web.Request, tx *data.Tx, s broker.Status) []step {
	var steps []step
	on := func(key string, at time.Time) {
		steps = append(steps, step{Title: r.L.T(key), When: day(r, at), Done: true})
	}
	if !s.Submitted.IsZero() {
		on("desk.step_sent", s.Submitted)
	}
	if !s.Waitlisted.IsZero() {
		on("desk.step_waitlist", s.Waitlisted)
	}
	for _, e := range s.Events {
		if e.Act == broker.ActPlace {
			on("desk.step_place", e.At)
		}
	}
	if at := slices.IndexFunc(s.Events, func(e broker.Event) bool { return e.Act == broker.ActAssign }); at >= 0 {
		on("desk.step_review", s.Events[at].At)
	}
	switch s.State {
	case broker.Submitted, broker.InReview:
		last := &steps[len(steps)-1]
		last.Now, last.Text = true, r.L.T("desk.step_who_manager")
		steps = append(steps, step{Title: r.L.T("desk.step_decision"), When: r.L.T("desk.step_aim", "Date", day(r, s.Due))})
	case broker.Waitlisted:
		last := &steps[len(steps)-1]
		last.Now = true
		steps = append(steps, step{Title: r.L.T("desk.step_place"), When: r.L.T("desk.step_no_date")})
	case broker.NeedsInfo:
		steps = append(steps, step{Title: r.L.T("desk.step_you"), When: r.L.T("desk.step_since", "Date", day(r, s.Paused)), Now: true,
			Text: r.L.T("desk.step_who_you") + ". " + r.L.T("desk.step_answer_by", "Date", day(r, s.AnswerBy())) + "."},
			step{Title: r.L.T("desk.step_decision"), Text: r.L.T("desk.step_after_answer")})
	case broker.Closed:
		steps = append(steps, step{Title: r.L.T("desk.step_closed"), When: day(r, s.Decided), Now: true})
	case broker.Withdrawn:
		steps = append(steps, step{Title: r.L.T("desk.step_withdrawn"), When: day(r, s.Decided), Now: true})
	case broker.Declined:
		steps = append(steps, step{Title: r.L.T("desk.step_declined"), When: day(r, s.Decided), Now: true})
	case broker.Approved:
		on("desk.step_approved", s.Decided)
		steps = append(steps, grantSteps(r, s.Grant)...)
	}
	return steps
}

// grantSteps is the part of the timeline after an approval.
func grantSteps(r *web.Request, g *access.Grant) []step {
	if g == nil {
		return nil
	}
	active := step{Title: r.L.T("desk.step_active"), When: r.L.T("desk.step_since", "Date", day(r, g.Starts)), Done: true}
	end := step{Title: r.L.T("desk.step_ends"), When: day(r, g.Ends)}
	switch g.State {
	case access.Pending:
		active.When, active.Done = day(r, g.Starts), false
		return []step{{Title: r.L.T("desk.step_setup"), Now: true}, active, end}
	case access.Active:
		active.Now = true
	case access.Suspended:
		active = step{Title: r.L.T("status.suspended"), When: r.L.T("desk.step_since", "Date", day(r, g.ChangedAt)), Now: true}
	case access.Revoked:
		end = step{Title: r.L.T("status.revoked"), When: day(r, g.Stopped), Now: true}
		if g.Stopped.Before(g.Starts) {
			return []step{end}
		}
	default:
		end = step{Title: r.L.T("desk.step_ended"), When: day(r, g.Stopped), Now: true}
		if g.Stopped.Before(g.Starts) {
			return []step{end}
		}
	}
	return []step{active, end}
}
