package broker

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"accessdesk/broker/access"
	"accessdesk/broker/account"
	"accessdesk/broker/proof"
	"accessdesk/broker/record"
	"accessdesk/broker/workflow"
	"accessdesk/catalog"
	"accessdesk/data"
	"accessdesk/eligibility"
	"accessdesk/notify"
)

// The acts on an item that is decided here. ActWithdraw is one on a packet too.
const (
	ActSubmit   = "submit"
	ActAssign   = "assign"
	ActPlace    = "place"
	ActAsk      = "ask"
	ActAnswer   = "answer"
	ActApprove  = "approve"
	ActDecline  = "decline"
	ActWithdraw = "withdraw"
	ActClose    = "close"
	ActMessage  = "message" // from the applicant
	ActReply    = "reply"   // to the applicant
	ActNote     = "note"    // among staff
)

// ReasonCodes lists the reasons for not approving, in the order of the form. Their texts are broker.reason_CODE (for
// staff), broker.sentence_CODE and broker.change_CODE (for the applicant).
func ReasonCodes() []string {
	return []string{"not_eligible", "evidence_missing", "purpose", "no_capacity", "no_answer", "other"}
}

// Declarations lists what an applicant declares when sending, in the order of the page. Their texts are
// desk.declare_CODE; declarationsVersion changes with the texts.
func Declarations() []string { return []string{"authority", "truth", "defensive_use"} }

const declarationsVersion = "2026-11"

// MessageLimit is the length of a message, in characters.
const MessageLimit = 4000

// AnswerTime is how long a question waits for its answer before the case is closed. Reminders go out before (package
// comment of the reminders).
const AnswerTime = 14 * 24 * time.Hour

// decideDays is the aim for a decision when the program names none.
const decideDays = 14

// ActRequest is one step with what it needs.
type ActRequest struct {
	Act      string
	Revision int64 // of the page that the actor saw; 0 is not compared
	Message  string
	// ReasonCode is one of ReasonCodes, for decline.
	ReasonCode string
	// Tier is the tier that is given, for approve; "" is the one that was asked for. Another one needs a Message.
	Tier string
	// Starts is the first day of access, for approve; zero is now.
	Starts time.Time
	// Declared are the declarations that were ticked, for submit.
	Declared []string
	// Assignee is the program manager who takes the case, for assign; "" is the actor.
	Assignee string
	// On and Ends are calendar days, YYYY-MM-DD, for the stages of a packet: when it happened ("" is the day of tx.Now in
	// UTC), and when the service ends ("" if it does not, or nobody knows). Message is the note.
	On, Ends string
}

// step is a running act.
type step struct {
	tx      *data.Tx
	desk    Desk
	actor   Actor
	request ActRequest
	item    Item
	app     Application
	program *catalog.Published
	proof   proof.Standing // of the organization, once it is decided
	detail  map[string]any
	quiet   bool  // the caller sends one mail for several items
	to      State // where the act leads
	place   int   // on the waiting list, counted from 1
}

// Act takes one step on an item. Refusals say what is missing; data.ErrNotFound: not the actor's case;
// data.ErrConflict: the item is in another state than the step needs, or changed since the actor saw it.
func Act(tx *data.Tx, d Desk, actor Actor, itemID string, r ActRequest) (Item, error) {
	s, err := newStep(tx, d, actor, itemID, r)
	if err != nil {
		return Item{}, wrap(err, "%s on %s", r.Act, itemID)
	}
	err = s.take()
	return s.item, wrap(err, "%s on %s", r.Act, itemID)
}

func newStep(tx *data.Tx, d Desk, actor Actor, itemID string, r ActRequest) (*step, error) {
	s := &step{tx: tx, desk: d, actor: actor, request: r, detail: map[string]any{}}
	var err error
	if s.item, err = scanItem(tx.Row("SELECT "+itemColumns+" FROM application_item i WHERE i.id = $1", itemID)); err != nil {
		return nil, err
	}
	s.app, err = scanApplication(tx.Row("SELECT "+applicationColumns+` FROM application a JOIN organization o ON o.id = a.organization_id
		WHERE a.id = $1`, s.item.ApplicationID))
	if err != nil {
		return nil, err
	}
	s.program, err = d.program(tx, s.item)
	return s, err
}

func (s *step) take() error {
	act, err := s.find()
	if err != nil {
		return err
	}
	if s.request.Revision != 0 && s.request.Revision != s.item.Revision {
		return data.ErrConflict
	}
	s.to = act.To[0]
	if act.Same() {
		s.to = s.item.State
	}
	if err := s.prepare(act); err != nil { // first of all: a page that shows the refusal reads the case in this transaction
		return err
	}
	if slices.Contains(act.Assigns, s.item.State) {
		if err := s.move(ActAssign, InReview); err != nil {
			return err
		}
	}
	if err := s.move(act.ID, s.to); err != nil {
		return err
	}
	return s.tell(act.ID)
}

// find looks the step up and checks who takes it. A person who may not know of the case learns nothing of it. Whose act it is
// follows from the act and not from the person: a program manager may be a member of an organization too, and sends its
// applications like everybody else there.
func (s *step) find() (workflow.Act, error) {
	cycle := workflow.Of(s.item.Kind)
	named, known := cycle.Named(s.request.Act)
	if !known {
		named = workflow.Act{By: workflow.Applicant}
	}
	if err := s.authorize(named); err != nil {
		return workflow.Act{}, err
	}
	act, ok := cycle.Find(s.item.State, s.request.Act)
	if !ok {
		return workflow.Act{}, data.ErrConflict
	}
	return act, nil
}

func (s *step) authorize(act workflow.Act) error {
	if s.actor.name == record.System {
		if !act.Takes(workflow.System) {
			return data.Refuse("", "not_your_role")
		}
		return nil
	}
	member, err := account.MayActFor(s.tx, s.actor.Person.ID, s.app.Organization.ID)
	belongs := err == nil
	if !belongs && !errors.Is(err, data.ErrNotFound) {
		return err
	}
	switch {
	case !belongs && (!s.actor.readsCases() || s.item.Submitted.IsZero()):
		return data.ErrNotFound
	case act.Takes(workflow.Applicant) && !member.May(account.Right(workflow.Of(s.item.Kind).RightIn(act, s.item.State))):
		return data.Refuse("", "not_your_role")
	case act.Takes(workflow.Manager) && !s.actor.manages():
		return data.Refuse("", "not_your_role")
	case act.Takes(workflow.Manager) && belongs:
		return data.Refuse("", "own_organization")
	case act.By == workflow.System:
		return data.Refuse("", "not_your_role")
	}
	return nil
}

// prepare checks what the act needs and does what belongs to it before the state moves.
func (s *step) prepare(act workflow.Act) error {
	if s.item.IsPacket() {
		return s.prepareStage(act)
	}
	switch act.ID {
	case ActSubmit:
		return s.send()
	case ActAssign:
		return s.prepareAssign()
	case ActPlace:
		return s.preparePlace()
	case ActAsk, ActAnswer, ActMessage, ActReply, ActNote:
		if err := s.checkMessage(true); err != nil {
			return err
		}
		return s.keepMessage(act.ID)
	case ActDecline:
		if !slices.Contains(ReasonCodes(), s.request.ReasonCode) {
			return data.Refuse("reason", "reason_needed")
		}
		if s.request.ReasonCode == "other" && strings.TrimSpace(s.request.Message) == "" {
			return data.Refuse("message", "required")
		}
		s.detail["reason"] = s.request.ReasonCode
		return s.checkMessage(false)
	case ActApprove:
		return s.prepareApprove()
	}
	return nil
}

// prepareAssign finds who takes the case: a program manager who can sign in and does not belong to the organization.
func (s *step) prepareAssign() error {
	if s.request.Assignee == "" {
		s.request.Assignee = s.actor.Person.ID
		return nil
	}
	p, err := account.FindPerson(s.tx, s.request.Assignee)
	if errors.Is(err, data.ErrNotFound) {
		return data.Refuse("assignee", "unknown_choice")
	}
	if err != nil {
		return err
	}
	if p.Disabled || p.StaffRole != account.ProgramManager {
		return data.Refuse("assignee", "unknown_choice")
	}
	_, err = account.MayActFor(s.tx, p.ID, s.app.Organization.ID)
	if err == nil {
		return data.Refuse("assignee", "own_organization")
	}
	s.detail["assignee"] = p.ID
	if errors.Is(err, data.ErrNotFound) {
		return nil
	}
	return err
}

func (s *step) checkMessage(needed bool) error {
	text := strings.TrimSpace(s.request.Message)
	if used := utf8.RuneCountInString(text); used > MessageLimit {
		return data.Refuse("message", "too_long", "Max", MessageLimit, "Used", used)
	}
	if needed && text == "" {
		return data.Refuse("message", "required")
	}
	return nil
}

func (s *step) keepMessage(kind string) error {
	_, err := s.tx.Exec("INSERT INTO item_message (id, item_id, kind, body, written_at, written_by) VALUES ($1, $2, $3, $4, $5, $6)",
		data.NewID(), s.item.ID, kind, strings.TrimSpace(s.request.Message), data.Millis(s.tx.Now), s.actor.Person.ID)
	return err
}

// prepareApprove checks the start and the tier.
func (s *step) prepareApprove() error {
	if !s.request.Starts.IsZero() && s.request.Starts.Before(s.tx.Now.Add(-24*time.Hour)) {
		return data.Refuse("start", "start_past")
	}
	if s.request.Starts.After(s.tx.Now.AddDate(1, 0, 0)) {
		return data.Refuse("start", "start_far")
	}
	return s.chooseTier()
}

// move does the guarded update and writes the record entry.
func (s *step) move(act string, to State) error {
	from, next := s.item.State, s.item
	next.State, next.Revision = to, s.item.Revision+1
	if to != from {
		next.Changed = s.tx.Now
	}
	s.stamp(act, &next)
	changed, err := s.tx.Exec(`UPDATE application_item SET state = $4, revision = $5, changed_at = $6, submitted_at = $7, submitted_by = $8,
		due_at = $9, assigned_to = $10, decided_at = $11, decided_by = $12, reason_code = $13, reason_text = $14, version_id = $15,
		facts = $16, declared = $17, version_changed = $18, rules_met = $19, rules_all = $20, paused_at = $21, waitlisted_at = $22,
		stage_on = $23, ends_on = $24, tier = $25
		WHERE id = $1 AND state = $2 AND revision = $3`,
		s.item.ID, string(from), s.item.Revision, string(next.State), next.Revision, data.Millis(next.Changed),
		nullTime(next.Submitted), next.SubmittedBy, nullTime(next.Due), next.AssignedTo, nullTime(next.Decided), next.DecidedBy,
		next.ReasonCode, next.ReasonText, next.VersionID, next.Facts, s.declared(), next.VersionChanged, next.RulesMet, next.RulesAll,
		nullTime(next.Paused), nullTime(next.Waitlisted), next.StageOn, next.EndsOn, next.Tier)
	if err != nil {
		return err
	}
	if changed == 0 {
		return data.ErrConflict
	}
	s.item = next
	if err := s.seat(from); err != nil {
		return err
	}
	detail := map[string]any{"from": string(from), "to": string(to)}
	if act == s.request.Act {
		for name, value := range s.detail {
			detail[name] = value
		}
	}
	return record.Append(s.tx, record.Entry{Chain: record.CaseChain(s.item.ID), Actor: s.actor.name, Act: act, Detail: detail})
}

// stamp sets the times and people of an act. The promise clock starts when the case comes to the reviewers, stands still
// while the applicant is asked, and goes on with what was left.
func (s *step) stamp(act string, next *Item) {
	switch act {
	case ActSubmit:
		next.Submitted, next.SubmittedBy = s.tx.Now, s.actor.Person.ID
		if next.State == Waitlisted {
			next.Waitlisted = s.tx.Now
		} else {
			next.Due = s.due()
		}
	case ActPlace:
		next.Due = s.due()
	case ActAssign:
		if next.AssignedTo = s.request.Assignee; s.request.Act != ActAssign {
			next.AssignedTo = s.actor.Person.ID
		}
	case ActAsk:
		next.Paused = s.tx.Now
	case ActAnswer:
		next.Due, next.Paused = next.Due.Add(s.tx.Now.Sub(next.Paused)), time.Time{}
	case ActDecline:
		next.ReasonCode, next.ReasonText = s.request.ReasonCode, strings.TrimSpace(s.request.Message)
	}
	over := next.Over()
	switch {
	case over && next.Decided.IsZero():
		next.Decided, next.DecidedBy, next.Paused = s.tx.Now, s.actor.Person.ID, time.Time{}
	case !over:
		next.Decided, next.DecidedBy = time.Time{}, ""
	}
}

// declared is what stands in the column once the item was sent.
func (s *step) declared() string {
	if s.item.IsPacket() || s.item.Submitted.IsZero() && s.request.Act != ActSubmit {
		return ""
	}
	return declarationsVersion
}

func (s *step) due() time.Time {
	days := s.program.DaysToDecide
	if days == 0 {
		days = decideDays
	}
	return s.tx.Now.AddDate(0, 0, days)
}

// nullTime is how an optional time is stored.
func nullTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return data.Millis(t)
}

// tell does what follows the step within the transaction: the grant of an approval, and the mail.
func (s *step) tell(act string) error {
	var grant access.Grant
	if act == ActApprove {
		var err error
		grant, err = access.Open(s.tx, access.OpenRequest{ItemID: s.item.ID, OrganizationID: s.app.Organization.ID, Slug: s.item.Slug,
			VersionID: s.item.VersionID, Reference: s.app.Reference, Tier: s.item.Tier, Terms: s.program.TermsFor(s.item.Tier), Starts: s.request.Starts, Actor: s.actor.name})
		if err != nil {
			return err
		}
	}
	if act == ActAnswer || act == ActMessage {
		return s.tellReviewer(act)
	}
	template := s.template(act)
	if template == "" || s.quiet {
		return nil
	}
	return s.desk.tell(s.tx, s.app.Organization.ID, template, s.mailKey(act), record.CaseChain(s.item.ID),
		func(lang string) map[string]any { return s.mailArgs(act, lang, grant) })
}

// template is the mail of an act to the applicants, "" if there is none. Nobody but the applicant knows of a draft or a
// packet, so nobody is told of what they did with it.
func (s *step) template(act string) string {
	if s.item.IsPacket() || s.item.Submitted.IsZero() {
		return ""
	}
	if act == ActSubmit && s.item.State == Waitlisted {
		return "waitlisted"
	}
	return map[string]string{ActSubmit: "submitted", ActPlace: "placed", ActAsk: "question_asked", ActApprove: "approved", ActDecline: "declined",
		ActWithdraw: "withdrawn", ActClose: "case_closed", ActReply: "message_received"}[act]
}

// mailKey is unique for each time that the step is taken: the revision moves with every step.
func (s *step) mailKey(act string) string {
	return act + ":" + s.item.ID + ":" + strconv.FormatInt(s.item.Revision, 10)
}

func (s *step) mailArgs(act, lang string, grant access.Grant) map[string]any {
	l := s.desk.Locales.In(lang)
	args := map[string]any{"Reference": s.app.Reference, "Program": s.program.TitleOf(s.item.Tier, lang), "Link": "/applications/" + s.app.ID + "/p/" + s.item.Slug}
	switch act {
	case ActSubmit:
		if s.item.State == Waitlisted {
			args["Position"] = s.place
			return args
		}
		delete(args, "Program")
		args["Programs"], args["SubmittedAt"], args["DecideBy"] = []string{s.program.TitleOf(s.item.Tier, lang)}, s.tx.Now, s.item.Due
		args["Link"] = "/applications/" + s.app.ID
	case ActPlace:
		args["DecideBy"] = s.item.Due
	case ActAsk:
		args["Question"], args["AnswerBy"] = strings.TrimSpace(s.request.Message), s.item.AnswerBy()
	case ActReply:
		args["Message"] = strings.TrimSpace(s.request.Message)
	case ActClose:
		args["ClosedAt"] = s.tx.Now
	case ActApprove:
		args["Starts"], args["Ends"], args["Link"] = grant.Starts, grant.Ends, "/access/"+grant.ID
		if terms := safeguardTexts(s.desk, s.program.Terms.Safeguards, lang); len(terms) > 0 {
			args["Terms"] = terms
		}
	case ActDecline:
		args["Reason"] = l.T("broker.sentence_" + s.request.ReasonCode)
		if text := strings.TrimSpace(s.request.Message); text != "" {
			args["Reason"] = l.T("broker.sentence_"+s.request.ReasonCode) + "\n\n" + text
		}
		args["Change"] = l.T("broker.change_" + s.request.ReasonCode)
	case ActWithdraw:
		args["WithdrawnAt"] = s.tx.Now
	}
	return args
}

func safeguardTexts(d Desk, safeguards []catalog.Safeguard, lang string) []string {
	var texts []string
	for _, safeguard := range safeguards {
		texts = append(texts, d.Locales.In(lang).T("safeguard."+string(safeguard)))
	}
	return texts
}

// tellReviewer mails the arrival of an answer or a message to the person who looks after the case, if that person still may decide it; the
// case is in the queue in any case.
func (s *step) tellReviewer(act string) error {
	if s.item.AssignedTo == "" {
		return nil
	}
	reviewer, err := account.FindPerson(s.tx, s.item.AssignedTo)
	if err != nil || reviewer.Disabled || reviewer.StaffRole != account.ProgramManager {
		return err
	}
	template, when := "answer_received", "AnsweredAt"
	if act == ActMessage {
		template, when = "message_to_staff", "WrittenAt"
	}
	_, err = s.desk.Mail.Enqueue(s.tx, notify.Message{To: reviewer.Email, Lang: reviewer.Lang, Template: template,
		Key: s.mailKey(act), Chain: record.CaseChain(s.item.ID), Args: map[string]any{"Organization": s.app.Organization.Name,
			"Reference": s.app.Reference, "Program": s.program.Title.In(reviewer.Lang), "Link": "/staff/review/" + s.item.ID, when: s.tx.Now}})
	return err
}

// decideNow decides the program for an organization's facts as they are.
func (s *step) decideNow(program *catalog.Published) (eligibility.Profile, eligibility.Decision, error) {
	var err error
	s.proof, err = proof.Of(s.tx, s.desk.Vocabulary, s.app.Organization.ID)
	return s.proof.Backed(), s.proof.Decide(program.Rules), err
}
